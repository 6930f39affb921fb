"""Tickets: a conversation handed to a person. At most one of a conversation is not closed."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, insert, select, update

from assistant.store.database import Conflict, NotFound, now
from assistant.store.tables import tickets


@dataclass(frozen=True)
class Ticket:
    """Why a person was called, and what there was when they were."""

    id: str
    conversation: str
    tenant: str
    reason: str
    state: str  # open | taken | closed
    agent: str
    held: Mapping[str, Any]  # transcript, facts, verdict, trace
    opened_at: str
    closed_at: str | None


def open_(link: Connection, tenant: str, conversation: str, reason: str, held: Mapping[str, Any]) -> Ticket:
    """A new ticket."""
    ticket = Ticket(secrets.token_hex(16), conversation, tenant, reason, "open", "", held, now(), None)
    link.execute(insert(tickets).values(vars(ticket)))
    return ticket


def get(link: Connection, tenant: str, ticket: str) -> Ticket:
    """Raises NotFound."""
    query = select(tickets).where(tickets.c.id == ticket, tickets.c.tenant == tenant)
    row = link.execute(query).mappings().first()
    if row is None:
        raise NotFound("there is no such ticket")
    return Ticket(**row)


def listed(link: Connection, tenant: str, state: str = "", conversation: str = "") -> list[Ticket]:
    """The newest hundred tickets, of one state or one conversation if named."""
    query = select(tickets).where(tickets.c.tenant == tenant)
    if state:
        query = query.where(tickets.c.state == state)
    if conversation:
        query = query.where(tickets.c.conversation == conversation)
    query = query.order_by(tickets.c.opened_at.desc()).limit(100)
    return [Ticket(**row) for row in link.execute(query).mappings()]


def move(link: Connection, seen: Ticket, state: str, agent: str) -> None:
    """Take or close a ticket that is still as it was seen. Raises Conflict when it is not."""
    closed = now() if state == "closed" else None
    done = link.execute(
        update(tickets)
        .where(tickets.c.id == seen.id, tickets.c.state == seen.state, tickets.c.agent == seen.agent)
        .values(state=state, agent=agent, closed_at=closed)
    )
    if not done.rowcount:
        raise Conflict("the ticket was changed meanwhile")
