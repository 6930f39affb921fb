"""What goes on between requests: events are delivered, messages left behind are answered, the old is deleted.

An event is sent at least once, with the same `Anbao-Delivery` id at every attempt, and signed:
`Anbao-Signature: t=SECONDS,v1=HEX`, the HMAC-SHA256 of `SECONDS.BODY` under the webhook's secret.
"""

import hashlib
import hmac
import logging
import threading
import time

import httpx

from assistant.conversations import Conversations
from assistant.store import Database, StoreProblem, outbox

log = logging.getLogger(__name__)
PAUSE = 1.0  # seconds between looks at the outbox
SWEEP = 30.0  # seconds between sweeps
TIMEOUT = 10.0  # seconds a receiver has
ATTEMPTS = 12  # with the waits below, for about a day
LONGEST = 4 * 3600.0


def wait(attempts: int) -> float:
    """Seconds until the next attempt: 5 s, 15 s, 45 s … at most 4 hours."""
    return float(min(5 * 3 ** (attempts - 1), LONGEST))


def signature(secret: str, body: str, at: int) -> str:
    """How a delivery is signed."""
    mac = hmac.new(secret.encode(), f"{at}.{body}".encode(), hashlib.sha256)
    return f"t={at},v1={mac.hexdigest()}"


def deliver(store: Database, client: httpx.Client) -> bool:
    """Try the next event that is due; whether there was one."""
    with store.writing() as link:
        taken = outbox.take(link, 2 * TIMEOUT)
    if taken is None:
        return False
    delivery, hook = taken
    headers = {
        "Content-Type": "application/json", "Anbao-Delivery": delivery.id,
        "Anbao-Signature": signature(hook.secret, delivery.body, int(time.time())),
    }  # fmt: skip
    try:
        answer = client.post(hook.url, content=delivery.body.encode(), headers=headers)
        problem = "" if answer.is_success else f"answered {answer.status_code}"
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        problem = type(error).__name__
    attempts = delivery.attempts + 1
    state = "delivered" if not problem else "given_up" if attempts >= ATTEMPTS else "due"
    with store.writing() as link:
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
