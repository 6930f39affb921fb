"""What goes on between requests: events are delivered, messages left behind are answered, the old is deleted.

An event is sent at least once, with the same `Anbao-Delivery` id at every attempt, and signed:
`Anbao-Signature: t=SECONDS,v1=HEX`, the HMAC-SHA256 of `SECONDS.BODY` under the webhook's secret. To a bridge
(`service.bridges`) the words are added when it is sent; Chatwoot is sent them in its own form.
"""

import hashlib
import hmac
import json
import logging
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import httpx
from sqlalchemy import Connection

from assistant.conversations import Conversations
from assistant.store import Database, StoreProblem, outbox, talks
from assistant.store.outbox import Delivery, Webhook

log = logging.getLogger(__name__)
PAUSE = 1.0  # seconds between looks at the outbox
SWEEP = 30.0  # seconds between sweeps
TIMEOUT = 10.0  # seconds a receiver has
ATTEMPTS = 12  # with the waits below, for about a day
LONGEST = 4 * 3600.0
SILENT = 60.0  # seconds for which a receiver that did not answer is left alone, so that others need not wait


def wait(attempts: int) -> float:
    """Seconds until the next attempt: 5 s, 15 s, 45 s … at most 4 hours."""
    return float(min(5 * 3 ** (attempts - 1), LONGEST))


def mac(secret: str, at: int, body: bytes) -> str:
    """What proves that a body was sent by who has the secret, at a time (seconds since 1970)."""
    return hmac.new(secret.encode(), f"{at}.".encode() + body, hashlib.sha256).hexdigest()


@dataclass(frozen=True)
class Post:
    """What a delivery comes to: where, with what headers and body."""

    url: str
    headers: Mapping[str, str]
    body: bytes


def post(link: Connection, delivery: Delivery, hook: Webhook) -> Post | None:
    """How this delivery is sent; None where what it tells of has been erased."""
    row = json.loads(delivery.body)
    if "message" in row and hook.kind != "events":
        message = talks.message(link, row["message"])
        if message is None:
            return None
        row |= {"role": message.role, "text": message.text}
    if hook.kind == "chatwoot":
        return _to_chatwoot(row, hook)
    body, at = json.dumps(row, ensure_ascii=False, sort_keys=True).encode(), int(time.time())
    headers = {"Content-Type": "application/json", "Anbao-Delivery": delivery.id,
               "Anbao-Signature": f"t={at},v1={mac(hook.secret, at, body)}"}  # fmt: skip
    return Post(hook.url, headers, body)


def _to_chatwoot(row: Mapping[str, Any], hook: Webhook) -> Post:
    """A message, or who has the conversation now: `open` is for people, `pending` for the bot."""
    account, _, conversation = row["thread"].partition("/")
    path = f"{hook.url.rstrip('/')}/api/v1/accounts/{account}/conversations/{conversation}"
    headers = {"Content-Type": "application/json", "api_access_token": hook.token}
    if row["event"] == "message.sent":
        said = {"content": row["text"], "message_type": "outgoing"}
        return Post(f"{path}/messages", headers, json.dumps(said).encode())
    status = {"status": "pending" if row["state"] == "bot" else "open"}
    return Post(f"{path}/toggle_status", headers, json.dumps(status).encode())


def deliver(store: Database, client: httpx.Client) -> bool:
    """Try the next event that is due; whether there was one."""
    with store.writing() as link:
        taken = outbox.take(link, 2 * TIMEOUT)
        if taken is None:
            return False
        delivery, hook = taken
        sent = post(link, delivery, hook)
        if sent is None:
            outbox.settle(link, delivery.id, "given_up", problem="erased")
            return True
    silent = False
    try:
        answer = client.post(sent.url, content=sent.body, headers=dict(sent.headers))
        problem = "" if answer.is_success else f"answered {answer.status_code}"
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        problem, silent = type(error).__name__, True
    attempts = delivery.attempts + 1
    state = "delivered" if not problem else "given_up" if attempts >= ATTEMPTS else "due"
    with store.writing() as link:
        if silent:
            outbox.postpone(link, hook.id, SILENT)
        outbox.settle(link, delivery.id, state, wait(attempts) if state == "due" else 0, problem)
    return True


class Worker:
    """A thread that works until it is stopped; several processes may have one each."""

    def __init__(self, conversations: Conversations, retention_days: float) -> None:
        self.conversations, self.retention_days = conversations, retention_days
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="anbao-worker", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """End after what is under way."""
        self._stop.set()
        self._thread.join(2 * TIMEOUT)

    def _run(self) -> None:
        swept = float("-inf")
        # a redirect could lead anywhere, so none is followed
        with httpx.Client(timeout=TIMEOUT, follow_redirects=False) as client:
            while not self._stop.wait(PAUSE):
                try:
                    if time.monotonic() - swept > SWEEP:
                        swept = time.monotonic()
                        self.conversations.sweep(self.retention_days)
                    while not self._stop.is_set() and deliver(self.conversations.store, client):
                        pass
                except StoreProblem as problem:
                    log.warning("the worker waits: %s", problem)
                except Exception as error:  # the thread must live on; what failed is tried again
                    log.error("the worker failed: %s", type(error).__name__)
