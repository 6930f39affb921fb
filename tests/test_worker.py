"""Webhooks over real HTTP: signed, tried again, the same event the same id."""

import hashlib
import hmac
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import httpx
import pytest
from sqlalchemy import text

from assistant.service import worker
from assistant.store import Database, outbox
from tests.postgres import free_port


class Receiver(HTTPServer):
    """Keeps what it is sent, and answers with the statuses it was given, then with 200."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.got: list[tuple[dict[str, str], str]] = []
        self.statuses: list[int] = []
        self.paths: list[str] = []
        self.url = f"http://127.0.0.1:{self.server_port}/hook"


class Handler(BaseHTTPRequestHandler):
    server: Receiver

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        self.server.got.append((dict(self.headers), body))
        self.server.paths.append(self.path)
        self.send_response(self.server.statuses.pop(0) if self.server.statuses else 200)
        self.send_header("Location", "http://127.0.0.1:9/elsewhere")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    server = Receiver()
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def client() -> Iterator[httpx.Client]:
    with httpx.Client(timeout=5) as client:
        yield client


def told(store: Database, url: str) -> str:
    """An event on its way to the URL; returns the webhook's secret."""
    with store.writing() as link:
        secret = outbox.create(link, "shop", url).secret
        outbox.tell(link, "shop", "ticket.opened", {"ticket": "t1"})
    return secret


def due_now(store: Database) -> None:
    with store.writing() as link:
        link.execute(text("update deliveries set due_at = '2020' where state = 'due'"))


def test_an_event_is_signed_and_delivered_once(store, receiver, client):
    secret = told(store, receiver.url)
    assert worker.deliver(store, client)
    assert not worker.deliver(store, client)
    ((headers, body),) = receiver.got
    assert json.loads(body) | {"at": ""} == {
        "event": "ticket.opened",
        "ticket": "t1",
        "tenant": "shop",
        "at": "",
    }
    at, mac = (part.split("=")[1] for part in headers["Anbao-Signature"].split(","))
    assert mac == hmac.new(secret.encode(), f"{at}.{body}".encode(), hashlib.sha256).hexdigest()


def test_what_fails_is_tried_again_with_the_same_id_and_body(store, receiver, client):
    told(store, receiver.url)
    receiver.statuses = [500, 302, 429]
    for _ in range(4):
        assert worker.deliver(store, client)
        assert not worker.deliver(store, client), "not again before its time"
        due_now(store)
    assert not worker.deliver(store, client)
    assert len({(headers["Anbao-Delivery"], body) for headers, body in receiver.got}) == 1
    with store.reading() as link:
        (row,) = outbox.tried(link, "shop")
    assert (row.state, row.attempts) == ("delivered", 4)


def test_a_receiver_that_never_answers_is_given_up(store, client):
    told(store, f"http://127.0.0.1:{free_port()}/hook")
    for _ in range(worker.ATTEMPTS):
        assert worker.deliver(store, client)
        due_now(store)
    assert not worker.deliver(store, client)
    with store.reading() as link:
        (row,) = outbox.tried(link, "shop")
    assert (row.state, row.problem) == ("given_up", "ConnectError")


def test_what_is_due_to_others_does_not_wait_for_a_receiver_that_is_silent(store, receiver, client):
    silent = f"http://127.0.0.1:{free_port()}/hook"
    with store.writing() as link:
        for url in (silent, receiver.url):
            outbox.create(link, "shop", url)
        for number in range(3):
            outbox.tell(link, "shop", "ticket.opened", {"ticket": f"t{number}"})
    tries = 0
    while worker.deliver(store, client):
        tries += 1
    assert sorted(json.loads(body)["ticket"] for _, body in receiver.got) == ["t0", "t1", "t2"]
    assert tries == 4, "the silent one was asked once"
    due_now(store)
    assert worker.deliver(store, client), "and what waited is not forgotten"


def test_waits_grow_to_four_hours_and_add_up_to_a_day():
    waits = [worker.wait(n) for n in range(1, worker.ATTEMPTS)]
    assert waits[:3] == [5, 15, 45]
    assert waits == sorted(waits)
    assert max(waits) == worker.LONGEST
    assert 12 * 3600 < sum(waits) < 36 * 3600
