"""The first tables; the record of decisions can be added to, never changed."""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0001", None

_ID, _WORD, _TIME = sa.String(32), sa.String(64), sa.String(32)


def _text(name: str, kind: sa.types.TypeEngine[str] = _WORD) -> "sa.Column[str]":
    return sa.Column(name, kind, nullable=False)


def _conversation() -> "sa.Column[str]":
    owner = sa.ForeignKey("conversations.id", ondelete="CASCADE")
    return sa.Column("conversation", _ID, owner, nullable=False)


def upgrade() -> None:
    op.create_table(
        "conversations", sa.Column("id", _ID, primary_key=True), _text("tenant"), _text("token"),
        _text("person", sa.String(128)), _text("title", sa.String(80)), _text("state", sa.String(16)),
        sa.Column("lang", sa.String(2)), sa.Column("doctrine", _WORD),
        sa.Column("memory", sa.JSON, nullable=False), sa.Column("version", sa.Integer, nullable=False),
        _text("created_at", _TIME), _text("updated_at", _TIME),
    )  # fmt: skip
    op.create_index("conversations_by_person", "conversations", ["tenant", "person"])
    op.create_index("conversations_by_time", "conversations", ["updated_at"])
    op.create_table(
        "messages", sa.Column("id", sa.Integer, primary_key=True, autoincrement=True), _conversation(),
        _text("role", sa.String(16)), _text("text", sa.Text()), _text("status", sa.String(16)),
        sa.Column("client_id", _WORD),
        sa.Column("answers", sa.Integer, sa.ForeignKey("messages.id", ondelete="CASCADE"), unique=True),
        sa.Column("answer", sa.JSON), _text("at", _TIME),
        sa.UniqueConstraint("conversation", "client_id"), sqlite_autoincrement=True,
    )  # fmt: skip
    op.create_index("messages_by_conversation", "messages", ["conversation", "id"])
    op.create_index("messages_by_status", "messages", ["status"])
    op.create_table(
        "tickets", sa.Column("id", _ID, primary_key=True), _conversation(), _text("tenant"),
        _text("reason", sa.String(16)), _text("state", sa.String(16)), _text("agent"),
        sa.Column("held", sa.JSON, nullable=False), _text("opened_at", _TIME), sa.Column("closed_at", _TIME),
    )  # fmt: skip
    op.create_index("tickets_by_conversation", "tickets", ["conversation"])
    op.create_index("tickets_by_state", "tickets", ["tenant", "state"])
    op.create_table(
        "keys", sa.Column("id", _ID, primary_key=True), _text("tenant"), _text("name"),
        _text("scope", sa.String(16)), _text("digest"), sa.Column("origins", sa.JSON, nullable=False),
        _text("created_at", _TIME), sa.Column("revoked_at", _TIME),
    )  # fmt: skip
    op.create_table(
        "webhooks", sa.Column("id", _ID, primary_key=True), _text("tenant"), _text("url", sa.Text()),
        _text("secret"), _text("created_at", _TIME),
    )  # fmt: skip
    op.create_index("webhooks_by_tenant", "webhooks", ["tenant"])
    op.create_table(
        "deliveries", sa.Column("id", _ID, primary_key=True),
        sa.Column("webhook", _ID, sa.ForeignKey("webhooks.id", ondelete="CASCADE"), nullable=False),
        _text("body", sa.Text()), _text("state", sa.String(16)),
        sa.Column("attempts", sa.Integer, nullable=False), _text("due_at", _TIME),
        _text("problem", sa.String(80)),
    )  # fmt: skip
    op.create_index("deliveries_by_due", "deliveries", ["state", "due_at"])
    op.create_table(
        "decisions", sa.Column("seq", sa.Integer, primary_key=True, autoincrement=False), _text("id", _ID),
        _text("body", sa.Text()), _text("hash"),
    )  # fmt: skip
    op.create_index("decisions_by_id", "decisions", ["id"])
    _only_add_to("decisions")


def _only_add_to(table: str) -> None:
    """Refuse every change of a row that is there."""
    refusal = f"{table} can be added to, not changed"
    if op.get_bind().dialect.name == "sqlite":
        for change in ("update", "delete"):
            op.execute(f"create trigger {table}_no_{change} before {change} on {table} "
                       f"begin select raise(abort, '{refusal}'); end")  # fmt: skip
        return
    op.execute(f"create function {table}_stay() returns trigger language plpgsql as "
               f"$$ begin raise exception '{refusal}'; end $$")  # fmt: skip
    op.execute(f"create trigger {table}_stay before update or delete or truncate on {table} "
               f"for each statement execute function {table}_stay()")  # fmt: skip
