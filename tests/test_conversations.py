"""Conversations over the API, on both kinds of store: kept, answered once, handed over and given back."""

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from fastapi.testclient import TestClient

from assistant import decisions
from assistant.graph import Assistant
from assistant.service import app
from assistant.store import Database
from tests.postgres import Postgres
from tests.test_service import JOINT, begin, code, send


@pytest.fixture
def client(assistant: Assistant, store: Database) -> Iterator[TestClient]:
    """A client of the service without keys, on this machine."""
    with TestClient(app.build(assistant, store), base_url="http://127.0.0.1") as client:
        yield client


def test_a_conversation_goes_on_over_restarts_and_knows_what_was_said(client, store, assistant):
    talk = begin(client, lang="zh")["id"]
    first = send(client, talk, "我在平台的店铺买了电热毯，起火把我烧伤了。")
    assert first["message"]["status"] == "pending", "accepted before it is answered"
    assert first["reply"]["answers"] == first["message"]["id"]
    with TestClient(app.build(assistant, store), base_url="http://127.0.0.1") as another:
        second = send(another, talk, "我向平台投诉过，平台一直没有下架。")
        whole = another.get(f"/v1/conversations/{talk}").json()
    assert second["reply"]["answer"]["liability"] == "joint"
    assert whole["verdict"]["liability"] == "joint"
    assert whole["facts"]["complained_to_platform"]["value"] == "yes"
    assert [m["role"] for m in whole["messages"]] == ["user", "assistant"] * 2
    assert all(m["status"] != "pending" for m in whole["messages"])
    same = assistant.ask(["我在平台的店铺买了电热毯，起火把我烧伤了。", "我向平台投诉过，平台一直没有下架。"])
    assert second["reply"]["text"] == same.reply


def test_a_message_sent_twice_is_answered_once(client):
    talk = begin(client)["id"]
    body = {"text": JOINT, "client_id": "m1"}
    both = [client.post(f"/v1/conversations/{talk}/messages", json=body).json() for _ in range(2)]
    assert both[0]["reply"] == both[1]["reply"]
    assert len(client.get(f"/v1/conversations/{talk}").json()["messages"]) == 2
    other = client.post(f"/v1/conversations/{talk}/messages", json=body | {"text": "别的话"})
    assert code(other) == (409, "conflict")


def test_messages_sent_at_once_are_each_answered_once_in_their_order(client, store):
    talk = begin(client)["id"]
    with ThreadPoolExecutor(4) as pool:
        replies = list(pool.map(lambda n: send(client, talk, f"我买的第{n}个充电宝爆炸了"), range(6)))
    told = client.get(f"/v1/conversations/{talk}").json()["messages"]
    answered = [m["answers"] for m in told if m["role"] == "assistant"]
    assert answered == sorted(r["message"]["id"] for r in replies)
    assert decisions.verify(store).problem == ""


def test_a_stream_tells_what_is_accepted_what_is_done_and_the_reply(client):
    talk = begin(client)["id"]
    with client.stream("POST", f"/v1/conversations/{talk}/messages/stream", json={"text": JOINT}) as answer:
        assert answer.headers["content-type"].startswith("text/event-stream")
        lines = [line for line in answer.iter_lines() if line.startswith(("event:", "data:"))]
    names = [line[7:] for line in lines if line.startswith("event:")]
    assert names == ["accepted", *["step"] * 5, "reply"]
    reply = json.loads(lines[-1][6:])
    assert "连带责任" in reply["reply"]["text"]


def test_a_corrected_fact_stands_whatever_is_said_later(client):
    talk = begin(client)["id"]
    send(client, talk, JOINT)
    changed = client.patch(f"/v1/conversations/{talk}/facts", json={"facts": {"took_measures": "yes"}}).json()
    assert changed["facts"]["took_measures"] == {"value": "yes", "source": "corrected", "evidence": ""}
    assert changed["verdict"]["liability"] != "joint"
    send(client, talk, "平台没有下架。")
    assert client.get(f"/v1/conversations/{talk}").json()["facts"]["took_measures"]["value"] == "yes"
    wrong = client.patch(f"/v1/conversations/{talk}/facts", json={"facts": {"took_mesures": "yes"}})
    assert code(wrong) == (422, "invalid")
    assert "there is no fact 'took_mesures'" in wrong.text


def test_a_deleted_conversation_is_gone(client):
    talk = begin(client)["id"]
    send(client, talk, JOINT)
    assert client.delete(f"/v1/conversations/{talk}").status_code == 204
    for answer in (client.get(f"/v1/conversations/{talk}"), client.delete(f"/v1/conversations/{talk}"),
                   client.post(f"/v1/conversations/{talk}/messages", json={"text": "在吗"})):  # fmt: skip
        assert code(answer) == (404, "not_found")


def test_what_is_kept_of_a_person_can_be_exported_and_erased(client):
    talk, other = begin(client, person="anna")["id"], begin(client, person="bert")["id"]
    send(client, talk, JOINT)
    client.post(f"/v1/conversations/{talk}/handoff")
    held = client.post("/v1/persons/export", json={"person": "anna"}).json()
    assert [c["id"] for c in held["conversations"]] == [talk]
    assert held["conversations"][0]["messages"][0]["text"] == JOINT
    assert held["tickets"][0]["held"]["transcript"][0]["text"] == JOINT
    assert client.post("/v1/persons/erase", json={"person": "anna"}).json() == {"conversations": 1}
    assert client.post("/v1/persons/export", json={"person": "anna"}).json()["conversations"] == []
    assert [c["id"] for c in client.get("/v1/conversations").json()] == [other]


def test_while_postgresql_is_down_answers_say_so_and_afterwards_nothing_is_lost(
    assistant, postgres: Postgres
):
    postgres.execute("drop schema public cascade; create schema public")
    store = Database(postgres.url("postgres"))
    with TestClient(app.build(assistant, store), base_url="http://127.0.0.1") as client:
        talk = begin(client)["id"]
        send(client, talk, "我在平台的店铺买了电热毯，起火把我烧伤了。")
        postgres.kill()
        try:
            row = client.post("/v1/ask", json={"turns": JOINT}).json()
            assert row["verdict"]["liability"] == "joint"
            assert row["degraded"] == [
                "the decision is not kept: the store does not answer (OperationalError)"
            ]
            answer = client.post(f"/v1/conversations/{talk}/messages", json={"text": "投诉过，没有下架"})
            assert code(answer) == (503, "store_unavailable")
            assert answer.headers["retry-after"] == "10"
            assert client.get("/readyz").status_code == 503
            assert client.get("/healthz").status_code == 200
        finally:
            postgres.start()
        assert client.get("/readyz").status_code == 200
        assert (
            send(client, talk, "我向平台投诉过，平台一直没有下架。")["reply"]["answer"]["liability"]
            == "joint"
        )
        assert decisions.verify(store).problem == ""
    store.close()
