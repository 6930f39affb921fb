"""What is to be sent to webhooks, written in the transaction of what it tells of.

A webhook of kind `events` hears of a tenant's tickets; one of kind `generic` or `chatwoot` is a bridge, by
which customers of another chat talk with the assistant: it is sent what is said in its own threads.
"""

import json
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection, delete, insert, select, update

from assistant.store.database import NotFound, now
from assistant.store.tables import deliveries, webhooks


@dataclass(frozen=True)
class Webhook:
    """Where a tenant's events go, and the secret that signs them."""

    id: str
    tenant: str
    url: str
    secret: str
    created_at: str
    kind: str  # events | generic | chatwoot
    token: str


@dataclass(frozen=True)
class Delivery:
    """One event on its way to one webhook. Its id is the same at every attempt."""

    id: str
    webhook: str
    body: str
    state: str  # due | delivered | given_up
    attempts: int
    due_at: str
    problem: str


def create(
    link: Connection, tenant: str, url: str, kind: str = "events", secret: str = "", token: str = ""
) -> Webhook:
    """A new webhook, with a secret of its own where none is given. Raises ValueError."""
    if not url.startswith(("https://", "http://")):
        raise ValueError(f"a webhook wants an http(s) URL, got {url!r:.60}")
    secret = secret or secrets.token_urlsafe(32)
    hook = Webhook(secrets.token_hex(16), tenant, url, secret, now(), kind, token)
    link.execute(insert(webhooks).values(vars(hook)))
    return hook


def find(link: Connection, webhook: str) -> Webhook | None:
    """The webhook of that id, of whatever tenant."""
    row = link.execute(select(webhooks).where(webhooks.c.id == webhook)).mappings().first()
    return Webhook(**row) if row else None


def listed(link: Connection, tenant: str, kinds: Sequence[str] = ("events",)) -> list[Webhook]:
    """The webhooks of a tenant, of these kinds."""
    query = select(webhooks).where(webhooks.c.tenant == tenant, webhooks.c.kind.in_(kinds))
    return [Webhook(**row) for row in link.execute(query.order_by(webhooks.c.created_at)).mappings()]


def remove(link: Connection, tenant: str, webhook: str) -> None:
    """Forget a webhook and what was due to it. Raises NotFound."""
    owned = (webhooks.c.id == webhook, webhooks.c.tenant == tenant)
    if not link.execute(delete(webhooks).where(*owned)).rowcount:
        raise NotFound("there is no such webhook")


def tell(link: Connection, tenant: str, event: str, data: Mapping[str, str]) -> None:
    """Put an event in the outbox of every webhook of the tenant. It names things, it quotes nobody."""
    _put(link, [hook.id for hook in listed(link, tenant)], {"event": event, "tenant": tenant, **data})


def person_of(bridge: str, thread: str) -> str:
    """The name under which the customer of a bridge's thread is kept."""
    return f"bridge:{bridge}:{thread}"


def tell_bridge(link: Connection, person: str, event: str, data: Mapping[str, object]) -> None:
    """Put an event in the outbox of the bridge this person talks by, if any. It quotes nobody either: the
    words are read from the conversation when it is sent."""
    mark, _, rest = person.partition(":")
    bridge, _, thread = rest.partition(":")
    if mark == "bridge" and find(link, bridge):
        _put(link, [bridge], {"event": event, "thread": thread, **data})


def _put(link: Connection, hooks: Sequence[str], body: Mapping[str, object]) -> None:
    row = {"body": json.dumps({"at": now(), **body}, sort_keys=True), "state": "due", "attempts": 0,
           "due_at": now(), "problem": ""}  # fmt: skip
    if hooks:
        link.execute(insert(deliveries), [{"id": secrets.token_hex(16), "webhook": h, **row} for h in hooks])


def take(link: Connection, seconds: float) -> tuple[Delivery, Webhook] | None:
    """The next delivery that is due, not due again for others while it is tried; None when none is."""
    query = select(deliveries).where(deliveries.c.state == "due", deliveries.c.due_at <= now())
    row = link.execute(
        query.order_by(deliveries.c.due_at).limit(1).with_for_update(skip_locked=True)
    ).mappings().first()  # fmt: skip
    if row is None:
        return None
    delivery = Delivery(**row)
    hook = link.execute(select(webhooks).where(webhooks.c.id == delivery.webhook)).mappings().one()
    _set(link, delivery.id, attempts=delivery.attempts + 1, due_at=_in(seconds))
    return delivery, Webhook(**hook)


def settle(link: Connection, delivery: str, state: str, seconds: float = 0, problem: str = "") -> None:
    """What came of an attempt: delivered, given_up, or due again in so many seconds."""
    _set(link, delivery, state=state, due_at=_in(seconds), problem=problem[:80])


def postpone(link: Connection, webhook: str, seconds: float) -> None:
    """What is due to a webhook now is due in so many seconds."""
    waiting = (deliveries.c.webhook == webhook, deliveries.c.state == "due", deliveries.c.due_at <= now())
    link.execute(update(deliveries).where(*waiting).values(due_at=_in(seconds)))


def tried(link: Connection, tenant: str) -> list[Delivery]:
    """The newest hundred deliveries of a tenant, for its administrator."""
    query = select(deliveries).join(webhooks).where(webhooks.c.tenant == tenant)
    query = query.order_by(deliveries.c.due_at.desc()).limit(100)
    return [Delivery(**row) for row in link.execute(query).mappings()]


def forget(link: Connection, before: str) -> None:
    """Delete what was delivered or given up before then."""
    old = (deliveries.c.state != "due", deliveries.c.due_at < before)
    link.execute(delete(deliveries).where(*old))


def _set(link: Connection, delivery: str, **values: object) -> None:
    link.execute(update(deliveries).where(deliveries.c.id == delivery).values(**values))


def _in(seconds: float) -> str:
    return (datetime.now(UTC) + timedelta(seconds=seconds)).isoformat(timespec="microseconds")
