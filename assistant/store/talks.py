"""Conversations and their messages, on an open transaction.

A user's message is `pending` from the moment it is accepted until the reply to it is written, in one
transaction with the memory after it; so a process may die at any time and another can go on.
"""

import hashlib
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from assistant.store.database import Conflict, NotFound, now
from assistant.store.tables import conversations, messages

Json = Mapping[str, Any]


@dataclass(frozen=True)
class Conversation:
    """A conversation as kept; its words are in its messages."""

    id: str
    tenant: str
    token: str  # hashed
    person: str
    title: str
    state: str  # bot | waiting | agent
    lang: str | None
    doctrine: str | None
    memory: Json
    version: int
    created_at: str
    updated_at: str


@dataclass(frozen=True)
class Message:
    """One message: of the user, the assistant or a human agent."""

    id: int
    conversation: str
    role: str
    text: str
    status: str
    client_id: str | None
    answers: int | None
    answer: Json | None
    at: str


def digest(secret: str) -> str:
    """How a secret is kept: SHA-256, enough for 256 random bits."""
    return hashlib.sha256(secret.encode()).hexdigest()


def create(
    link: Connection, tenant: str, memory: Json, person: str = "", lang: str | None = None,
    doctrine: str | None = None,
) -> tuple[Conversation, str]:  # fmt: skip
    """A new conversation, and the secret that lets its customer in; only the hash of it is kept."""
    token, at = secrets.token_urlsafe(32), now()
    conversation = Conversation(
        secrets.token_hex(16), tenant, digest(token), person, title="", state="bot", lang=lang,
        doctrine=doctrine, memory=memory, version=0, created_at=at, updated_at=at,
    )  # fmt: skip
    link.execute(insert(conversations).values(vars(conversation)))
    return conversation, token


def get(link: Connection, tenant: str, conversation: str) -> Conversation:
    """Raises NotFound; a conversation of another tenant is not there."""
    query = select(conversations).where(conversations.c.id == conversation, conversations.c.tenant == tenant)
    row = link.execute(query).mappings().first()
    if row is None:
        raise NotFound("there is no such conversation")
    return Conversation(**row)


def listed(
    link: Connection, tenant: str, person: str | None = None, before: str = "", limit: int | None = 50
) -> list[Conversation]:
    """Conversations last active first; `before` is the `updated_at` of the last one already seen."""
    query = select(conversations).where(conversations.c.tenant == tenant)
    if person is not None:
        query = query.where(conversations.c.person == person)
    if before:
        query = query.where(conversations.c.updated_at < before)
    query = query.order_by(conversations.c.updated_at.desc()).limit(limit)
    return [Conversation(**row) for row in link.execute(query).mappings()]


def change(link: Connection, seen: Conversation, **values: object) -> None:
    """Change a conversation that is still as it was seen. Raises Conflict when it is not."""
    done = link.execute(
        update(conversations)
        .where(conversations.c.id == seen.id, conversations.c.version == seen.version)
        .values(version=seen.version + 1, updated_at=now(), **values)
    )
    if not done.rowcount:
        raise Conflict("the conversation was changed meanwhile")


def remove(link: Connection, tenant: str, conversation: str) -> None:
    """Delete a conversation with its messages and tickets. Raises NotFound."""
    owned = (conversations.c.id == conversation, conversations.c.tenant == tenant)
    if not link.execute(delete(conversations).where(*owned)).rowcount:
        raise NotFound("there is no such conversation")


def remove_older(link: Connection, before: str) -> int:
    """Delete every conversation not active since; returns how many."""
    return link.execute(delete(conversations).where(conversations.c.updated_at < before)).rowcount


def remove_person(link: Connection, tenant: str, person: str) -> int:
    """Delete every conversation of a person; returns how many."""
    owned = (conversations.c.tenant == tenant, conversations.c.person == person)
    return link.execute(delete(conversations).where(*owned)).rowcount


def accept(link: Connection, seen: Conversation, text: str, client_id: str | None) -> Message:
    """Keep a user's message. One with a `client_id` already kept is given back as it is.

    Raises Conflict where the same `client_id` came with other words.
    """
    # the row's lock puts the messages of one conversation in an order; it also fixes the state
    touched = link.execute(
        update(conversations).where(conversations.c.id == seen.id)
        .values(updated_at=now(), title=seen.title or text.strip()[:40])
        .returning(conversations.c.state)
    ).first()  # fmt: skip
    if touched is None:
        raise NotFound("there is no such conversation")
    if client_id is not None:
        same = (messages.c.conversation == seen.id, messages.c.client_id == client_id)
        row = link.execute(select(messages).where(*same)).mappings().first()
        if row is not None:
            if row["text"] != text:
                raise Conflict(f"the id {client_id!r} was used for another message; use a new one")
            return Message(**row)
    status = "pending" if touched.state == "bot" else "for_agent"
    return _added(link, seen.id, role="user", text=text, status=status, client_id=client_id)


def reply(
    link: Connection, to: Message, text: str, answer: Json | None = None, role: str = "assistant"
) -> Message:
    """Keep the reply to a user's message. Raises Conflict where it has one."""
    done = link.execute(
        update(messages)
        .where(messages.c.id == to.id, messages.c.status == "pending")
        .values(status="answered")
    )
    if not done.rowcount:
        raise Conflict("the message was answered meanwhile")
    return _added(link, to.conversation, role=role, text=text, status="sent", answers=to.id, answer=answer)


def say(link: Connection, conversation: str, role: str, text: str) -> Message:
    """Keep a message that answers none: a human agent's, or a notice."""
    link.execute(update(conversations).where(conversations.c.id == conversation).values(updated_at=now()))
    return _added(link, conversation, role=role, text=text, status="sent")


def cut(link: Connection, seen: Conversation, first: int, memory: Json) -> None:
    """Forget the messages from this id on, with the memory before them. Raises Conflict as `change`."""
    here = messages.c.conversation == seen.id
    begun = link.execute(select(func.min(messages.c.id)).where(here)).scalar()
    change(link, seen, memory=memory, title="" if begun == first else seen.title)
    link.execute(delete(messages).where(here, messages.c.id >= first))


def mark(link: Connection, message: Message, **values: object) -> None:
    """Keep something beside a message: the file it came from, what its reader thought of it."""
    answer = {**(message.answer or {}), **values}
    link.execute(update(messages).where(messages.c.id == message.id).values(answer=answer))


def judged(link: Connection, most: int | None = None) -> list[tuple[Message, str]]:
    """Answers that their readers judged, newest first, each with the message it answers."""
    asked = messages.alias()
    query = (
        select(messages, asked.c.text.label("asked"))
        .outerjoin(asked, asked.c.id == messages.c.answers)
        .where(messages.c.answer["feedback"].as_string().is_not(None))
        .order_by(messages.c.id.desc())
        .limit(most)
    )
    rows = [dict(row) for row in link.execute(query).mappings()]
    return [(Message(**row), asked or "") for row in rows for asked in [row.pop("asked")]]


def judgements(link: Connection) -> dict[str, int]:
    """How many answers their readers judged, by what they said of them."""
    said = messages.c.answer["feedback"].as_string()
    counted = select(said, func.count()).where(said.is_not(None)).group_by(said)
    return {str(name): count for name, count in link.execute(counted)}


def leave_to_agent(link: Connection, conversation: str) -> None:
    """What the bot has not answered yet is for the human agent."""
    waiting = (messages.c.conversation == conversation, messages.c.status == "pending")
    link.execute(update(messages).where(*waiting).values(status="for_agent"))


def _added(link: Connection, conversation: str, **values: Any) -> Message:
    row = {"client_id": None, "answers": None, "answer": None,
           **values, "conversation": conversation, "at": now()}  # fmt: skip
    try:
        found = link.execute(insert(messages).values(row).returning(messages.c.id)).scalar_one()
    except IntegrityError:
        raise Conflict("the message was answered meanwhile") from None
    return Message(id=found, **row)


def said(link: Connection, conversation: str, after: int = 0) -> list[Message]:
    """The messages of a conversation in order, from the one after this id."""
    query = select(messages).where(messages.c.conversation == conversation, messages.c.id > after)
    return [Message(**row) for row in link.execute(query.order_by(messages.c.id)).mappings()]


def message(link: Connection, number: int) -> Message | None:
    """One message, if it is still there."""
    row = link.execute(select(messages).where(messages.c.id == number)).mappings().first()
    return Message(**row) if row else None


def turns(link: Connection, conversation: str) -> int:
    """How many messages its user sent."""
    sent = (messages.c.conversation == conversation, messages.c.role == "user")
    return int(link.execute(select(func.count()).where(*sent)).scalar_one())


def first_pending(told: Sequence[Message]) -> Message | None:
    """The message that is to be answered next."""
    return next((m for m in told if m.status == "pending"), None)


def left_behind(link: Connection, before: str) -> list[tuple[str, str]]:
    """(tenant, conversation) of messages accepted before then and still without a reply."""
    query = (
        select(conversations.c.tenant, conversations.c.id)
        .join(messages, messages.c.conversation == conversations.c.id)
        .where(messages.c.status == "pending", messages.c.at < before)
        .distinct()
    )
    return [(row.tenant, row.id) for row in link.execute(query)]
