"""The tables, the same on SQLite and PostgreSQL. Times are ISO 8601 in UTC, which sort as text.

No row of `decisions` and `deliveries` holds a user's words: they outlive the erasure of a conversation.
"""

from sqlalchemy import (
    JSON,
    Column,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
)

metadata = MetaData()

_ID, _WORD, _TIME = String(32), String(64), String(32)


def _conversation() -> "Column[str]":
    return Column("conversation", _ID, ForeignKey("conversations.id", ondelete="CASCADE"), nullable=False)


conversations = Table(
    "conversations", metadata,
    Column("id", _ID, primary_key=True),
    Column("tenant", _WORD, nullable=False),
    Column("token", _WORD, nullable=False),  # SHA-256 of the secret that lets its customer in
    Column("person", String(128), nullable=False),  # the shop's own name for the customer, or ""
    Column("title", String(80), nullable=False),
    Column("state", String(16), nullable=False),  # bot | waiting | agent
    Column("lang", String(2)),
    Column("doctrine", _WORD),
    Column("memory", JSON, nullable=False),  # facts and what was asked; the words are in messages
    Column("version", Integer, nullable=False),  # counts the changes of memory and state
    Column("created_at", _TIME, nullable=False),
    Column("updated_at", _TIME, nullable=False),
    Index("conversations_by_person", "tenant", "person"),
    Index("conversations_by_time", "updated_at"),
)  # fmt: skip

messages = Table(
    "messages", metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    _conversation(),
    Column("role", String(16), nullable=False),  # user | assistant | agent
    Column("text", Text, nullable=False),
    Column("status", String(16), nullable=False),  # user: pending | answered | for_agent; others: sent
    Column("client_id", _WORD),  # the sender's own id: sending it again changes nothing
    Column("answers", Integer, ForeignKey("messages.id", ondelete="CASCADE"), unique=True),
    Column("answer", JSON),  # the assistant's whole answer, by the JSON contract
    Column("at", _TIME, nullable=False),
    UniqueConstraint("conversation", "client_id"),
    Index("messages_by_conversation", "conversation", "id"),
    Index("messages_by_status", "status"),
    sqlite_autoincrement=True,
)  # fmt: skip

tickets = Table(
    "tickets", metadata,
    Column("id", _ID, primary_key=True),
    _conversation(),
    Column("tenant", _WORD, nullable=False),
    Column("reason", String(16), nullable=False),  # asked | grave | self_harm | contradicted | by_agent
    Column("state", String(16), nullable=False),  # open | taken | closed
    Column("agent", _WORD, nullable=False),
    Column("held", JSON, nullable=False),  # transcript, facts, verdict and trace when it was opened
    Column("opened_at", _TIME, nullable=False),
    Column("closed_at", _TIME),
    Index("tickets_by_conversation", "conversation"),
    Index("tickets_by_state", "tenant", "state"),
)  # fmt: skip

keys = Table(
    "keys", metadata,
    Column("id", _ID, primary_key=True),
    Column("tenant", _WORD, nullable=False),
    Column("name", _WORD, nullable=False),
    Column("scope", String(16), nullable=False),  # admin | agent | chat | widget
    Column("digest", _WORD, nullable=False),  # SHA-256 of the secret: 256 random bits need no salt
    Column("origins", JSON, nullable=False),  # of a widget key: the pages that may use it
    Column("created_at", _TIME, nullable=False),
    Column("revoked_at", _TIME),
)  # fmt: skip

webhooks = Table(
    "webhooks", metadata,
    Column("id", _ID, primary_key=True),
    Column("tenant", _WORD, nullable=False),
    Column("url", Text, nullable=False),
    Column("secret", _WORD, nullable=False),  # signs what is sent, so it has to be kept as it is
    Column("created_at", _TIME, nullable=False),
    Column("kind", String(16), nullable=False, server_default="events"),  # events | generic | chatwoot
    Column("token", Text, nullable=False, server_default=""),  # opens a Chatwoot
    Index("webhooks_by_tenant", "tenant"),
)  # fmt: skip

deliveries = Table(
    "deliveries", metadata,
    Column("id", _ID, primary_key=True),
    Column("webhook", _ID, ForeignKey("webhooks.id", ondelete="CASCADE"), nullable=False),
    Column("body", Text, nullable=False),
    Column("state", String(16), nullable=False),  # due | delivered | given_up
    Column("attempts", Integer, nullable=False),
    Column("due_at", _TIME, nullable=False),
    Column("problem", String(80), nullable=False),
    Index("deliveries_by_due", "state", "due_at"),
)  # fmt: skip

decisions = Table(
    "decisions", metadata,
    Column("seq", Integer, primary_key=True, autoincrement=False),  # 1, 2, 3 … without a gap
    Column("id", _ID, nullable=False),  # the decision_id; the same facts decided twice have two rows
    Column("body", Text, nullable=False),  # the record, as the bytes that were hashed
    Column("hash", _WORD, nullable=False),  # SHA-256 of the hash before, a line feed, and the body
    Index("decisions_by_id", "id"),
)  # fmt: skip
