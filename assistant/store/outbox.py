"""What is to be sent to webhooks, written in the transaction of what it tells of."""

import json
import secrets
from collections.abc import Mapping
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


def create(link: Connection, tenant: str, url: str) -> Webhook:
    """A new webhook with a secret of its own. Raises ValueError."""
    if not url.startswith(("https://", "http://")):
        raise ValueError(f"a webhook wants an http(s) URL, got {url!r:.60}")
    hook = Webhook(secrets.token_hex(16), tenant, url, secrets.token_urlsafe(32), now())
    link.execute(insert(webhooks).values(vars(hook)))
    return hook


def listed(link: Connection, tenant: str) -> list[Webhook]:
    """The webhooks of a tenant."""
    query = select(webhooks).where(webhooks.c.tenant == tenant).order_by(webhooks.c.created_at)
    return [Webhook(**row) for row in link.execute(query).mappings()]


def remove(link: Connection, tenant: str, webhook: str) -> None:
    """Forget a webhook and what was due to it. Raises NotFound."""
    owned = (webhooks.c.id == webhook, webhooks.c.tenant == tenant)
    if not link.execute(delete(webhooks).where(*owned)).rowcount:
        raise NotFound("there is no such webhook")


def tell(link: Connection, tenant: str, event: str, data: Mapping[str, str]) -> None:
    """Put an event in the outbox of every webhook of the tenant. It names things, it quotes nobody."""
    body = json.dumps({"event": event, "at": now(), "tenant": tenant, **data}, sort_keys=True)
    rows = [
        {"id": secrets.token_hex(16), "webhook": hook.id, "body": body, "state": "due", "attempts": 0,
         "due_at": now(), "problem": ""}
        for hook in listed(link, tenant)
    ]  # fmt: skip
    if rows:
        link.execute(insert(deliveries), rows)


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
