"""Bridges over real HTTP: signed both ways, answered once, handed over and taken back; Chatwoot's own forms."""

import json
import time
from collections.abc import Callable, Mapping
from typing import Any

import httpx
import pytest
from fastapi.testclient import TestClient
from sqlalchemy import text

from assistant.conversations import NOTICES
from assistant.service import app, worker
from assistant.store import Database, outbox, tickets
from tests.test_service import JOINT, code
from tests.test_worker import Receiver, receiver  # noqa: F401 (a fixture)


@pytest.fixture
def client(assistant, store) -> TestClient:
    """The service without its worker: the tests deliver by themselves."""
    return TestClient(app.build(assistant, store), base_url="http://127.0.0.1")


@pytest.fixture
def bridge(client: TestClient, receiver: Receiver) -> Callable[..., dict[str, str]]:  # noqa: F811
    """bridge(kind): a new bridge to the receiver."""

    def made(kind: str = "generic", **more: str) -> dict[str, str]:
        answer = client.post("/v1/bridges", json={"kind": kind, "url": receiver.url, **more})
        assert answer.status_code == 201, answer.text
        return answer.json()

    return made


def signed(secret: str, body: bytes, at: int) -> dict[str, str]:
    return {"Anbao-Signature": f"t={at},v1={worker.mac(secret, at, body)}"}


def send(
    client: TestClient, bridge: Mapping[str, str], words: str, number: str = "m1", thread: str = "u1"
) -> Any:
    body = json.dumps({"thread": thread, "id": number, "text": words}).encode()
    headers = signed(bridge["secret"], body, int(time.time()))
    return client.post(f"/v1/bridges/{bridge['id']}/messages", content=body, headers=headers)


def delivered(store: Database) -> None:
    with httpx.Client(timeout=5) as out:
        while worker.deliver(store, out):
            pass


def got(receiver: Receiver) -> list[dict[str, Any]]:  # noqa: F811
    return [json.loads(body) for _, body in receiver.got]


def test_a_message_is_answered_once_and_the_answer_is_signed(client, store, bridge, receiver):  # noqa: F811
    made = bridge()
    first, again = send(client, made, JOINT), send(client, made, JOINT)
    assert (first.status_code, first.json()) == (202, again.json())
    delivered(store)
    ((headers, body),) = receiver.got
    row = json.loads(body)
    assert (row["event"], row["thread"], row["role"]) == ("message.sent", "u1", "assistant")
    assert "连带责任" in row["text"]
    at, given = (part.split("=")[1] for part in headers["Anbao-Signature"].split(","))
    assert given == worker.mac(made["secret"], int(at), body.encode())


def test_threads_go_on_and_do_not_mix(client, store, bridge, receiver):  # noqa: F811
    made = bridge()
    one = send(client, made, "我在平台的店铺买了电热毯，起火把我烧伤了。").json()
    assert send(client, made, "在吗", "m2", "u2").json()["conversation"] != one["conversation"]
    assert send(client, made, "平台一直没有下架。", "m3").json()["conversation"] == one["conversation"]
    delivered(store)
    assert [row["thread"] for row in got(receiver)] == ["u1", "u2", "u1"]


def test_a_person_answers_by_the_bridge_and_gives_back(client, store, bridge, receiver):  # noqa: F811
    made = bridge()
    talk = send(client, made, "转人工").json()["conversation"]
    (ticket,) = client.get("/v1/tickets").json()
    for path, more in (("take", {}), ("messages", {"text": "我是小安"}), ("give-back", {})):
        assert client.post(f"/v1/tickets/{ticket['id']}/{path}", json={"agent": "an", **more}).is_success
    assert send(client, made, "谢谢", "m2").json()["conversation"] == talk
    delivered(store)
    rows = got(receiver)
    assert [row.get("state") for row in rows if row["event"] == "state.changed"] == ["waiting", "bot"]
    said = [(row["role"], row["text"]) for row in rows if row["event"] == "message.sent"]
    assert said[0] == ("assistant", NOTICES["asked"]["zh"])
    assert ("agent", "我是小安") in said


def test_no_word_is_kept_with_the_delivery_and_what_is_erased_is_not_sent(client, store, bridge, receiver):  # noqa: F811
    talk = send(client, bridge(), JOINT).json()["conversation"]
    with store.reading() as link:
        assert "连带责任" not in str(link.execute(text("select body from deliveries")).all())
    assert client.delete(f"/v1/conversations/{talk}").status_code == 204
    delivered(store)
    assert receiver.got == []
    with store.reading() as link:
        assert [(d.state, d.problem) for d in outbox.tried(link, "default")] == [("given_up", "erased")]


@pytest.mark.parametrize(
    "change", ["no signature", "wrong secret", "old", "other body", "no such bridge", "events"]
)
def test_what_is_not_signed_is_refused(client, bridge, change):
    made, body, now = bridge(), b'{"thread": "u1", "id": "m1", "text": "x"}', int(time.time())
    headers = {
        "no signature": {}, "wrong secret": signed("x", body, now), "old": signed(made["secret"], body, now - 400),
        "other body": signed(made["secret"], b"{}", now),
    }.get(change, signed(made["secret"], body, now))  # fmt: skip
    name = {
        "no such bridge": "x",
        "events": client.post("/v1/webhooks", json={"url": "http://a.example"}).json()["id"],
    }
    answer = client.post(
        f"/v1/bridges/{name.get(change, made['id'])}/messages", content=body, headers=headers
    )
    assert code(answer) == (401, "wrong_signature")
    assert client.get("/v1/conversations").json() == []


def test_bridges_and_webhooks_are_told_apart(client, bridge, receiver):  # noqa: F811
    made = bridge()
    assert "secret" not in client.get("/v1/bridges").json()[0]
    assert client.get("/v1/webhooks").json() == []
    refused = client.post("/v1/bridges", json={"kind": "chatwoot", "url": receiver.url})
    assert code(refused) == (422, "invalid")
    assert client.delete(f"/v1/webhooks/{made['id']}").status_code == 204
    assert client.get("/v1/bridges").json() == []


# ---- Chatwoot
def chatwoot(client: TestClient, made: Mapping[str, str], number: int, words: str, status: str = "pending",
             **more: Any) -> Any:  # fmt: skip
    event = {"event": "message_created", "message_type": "incoming", "id": number, "content": words,
             "private": False, "account": {"id": 3}, "conversation": {"id": 7, "status": status}, **more}  # fmt: skip
    body, at = json.dumps(event).encode(), str(int(time.time()))
    headers = {"X-Chatwoot-Timestamp": at,
               "X-Chatwoot-Signature": "sha256=" + worker.mac("hush", int(at), body)}  # fmt: skip
    return client.post(f"/v1/bridges/{made['id']}/messages", content=body, headers=headers)


def test_chatwoots_bot_answers_hands_over_and_comes_back(client, store, bridge, receiver):  # noqa: F811
    receiver.url = receiver.url.removesuffix("/hook")
    made = bridge("chatwoot", token="bot-token", secret="hush")
    assert chatwoot(client, made, 1, JOINT).status_code == 202
    assert chatwoot(client, made, 2, "转人工").status_code == 202
    assert chatwoot(client, made, 3, "还在吗", "open").status_code == 202
    delivered(store)
    assert {headers["api_access_token"] for headers, _ in receiver.got} == {"bot-token"}
    rows = got(receiver)
    assert rows[0]["message_type"] == "outgoing"
    assert "连带责任" in rows[0]["content"]
    assert rows[1:] == [{"content": NOTICES["asked"]["zh"], "message_type": "outgoing"}, {"status": "open"}]
    assert receiver.paths == [f"/api/v1/accounts/3/conversations/7/{end}"
                              for end in ("messages", "messages", "toggle_status")]  # fmt: skip
    assert chatwoot(client, made, 4, "现在平台已经下架了").status_code == 202
    with store.reading() as link:
        assert [t.state for t in tickets.listed(link, "default")] == ["closed"]
    delivered(store)
    assert "content" in got(receiver)[-1]


@pytest.mark.parametrize("more", [{"event": "conversation_updated"}, {"message_type": "outgoing"}, {"private": True},
                                  {"content": None}, {"content": "  "}])  # fmt: skip
def test_what_no_customer_of_chatwoot_said_is_left_alone(client, bridge, more):
    made = bridge("chatwoot", token="t", secret="hush")
    answer = chatwoot(client, made, 1, JOINT, **more)
    assert (answer.status_code, answer.json()) == (202, {"conversation": None, "message": None})


def test_what_is_no_event_of_chatwoot_is_refused(client, bridge):
    made = bridge("chatwoot", token="t", secret="hush")
    assert code(chatwoot(client, made, 1, JOINT, account=None)) == (422, "invalid")
