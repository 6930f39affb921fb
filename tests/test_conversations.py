"""Conversations over the API, on both kinds of store: kept, answered once, handed over and given back."""

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Event

import httpx
import pytest
from fastapi.testclient import TestClient
from sqlalchemy import text

from assistant import conversations, decisions
from assistant.conversations import Conversations
from assistant.graph import Assistant
from assistant.service import app
from assistant.store import Database, NotFound
from tests.postgres import Postgres, free_port
from tests.test_service import JOINT, begin, code, send
from tests.web import serve


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


def test_events_come_while_the_answer_is_still_being_worked_out(assistant, store, monkeypatch):
    port, heard = free_port(), Event()
    decide = type(assistant).decide

    def waits(self: Assistant, state: object) -> object:
        assert heard.wait(20), "the events before were not sent"
        return decide(self, state)

    waits.__name__ = "decide"  # by which the graph knows its steps
    monkeypatch.setattr(type(assistant), "decide", waits)
    patched = Assistant(assistant.settings, assistant.library, assistant.index, None)
    server, thread = serve(app.build(patched, store), port)
    try:
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=30) as client:
            path = f"/v1/conversations/{begin(client)['id']}/messages/stream"
            with client.stream("POST", path, json={"text": JOINT}) as answer:
                events = (line[7:] for line in answer.iter_lines() if line.startswith("event: "))
                assert [next(events), next(events)] == ["accepted", "step"]
                heard.set()
                assert list(events)[-1] == "reply"
    finally:
        server.should_exit = True
        thread.join()


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


# ---- handing over
@pytest.mark.parametrize(("words", "reason", "told"), [
    (["叫你们经理来"], "asked", "已为您转接人工客服"),
    ([JOINT, "a person please"], "asked", "connected to a person"),
    (["我爸在平台买的热水器漏电，人没了"], "grave", "应当由人来处理"),
    (["平台不退钱，我不想活了"], "self_harm", "12356"),
    ([JOINT, "你理解错了", "不对，不是这样"], "contradicted", "没有理解对"),
])  # fmt: skip
def test_a_person_is_called_at_once_and_the_bot_says_no_more(client, words, reason, told):
    talk = begin(client)["id"]
    *_, last = [send(client, talk, said) for said in words]
    assert told in last["reply"]["text"]
    assert last["state"] == "waiting"
    for late in ("还在吗？", "平台要负连带责任吗"):
        silent = send(client, talk, late)
        assert silent["reply"] is None
        assert silent["message"]["status"] == "for_agent"
    (ticket,) = client.get("/v1/tickets", params={"state": "open"}).json()
    assert (ticket["reason"], ticket["conversation"]) == (reason, talk)
    assert ticket["held"]["transcript"][-1]["text"] == words[-1]


def test_a_ticket_holds_what_was_told_what_was_read_and_how_it_was_decided(client, store):
    talk = begin(client)["id"]
    send(client, talk, JOINT)
    send(client, talk, "转人工")
    held = client.get("/v1/tickets").json()[0]["held"]
    assert [line["role"] for line in held["transcript"]] == ["user", "assistant", "user"]
    assert held["facts"]["complained_to_platform"]["value"] == "yes"
    assert held["verdict"]["liability"] == "joint"
    assert any(node.get("ground") == "joint-knowledge" for node in held["trace"])
    assert decisions.verify(store).entries == 2


def test_an_agent_takes_answers_and_gives_back(client):
    talk = begin(client)["id"]
    send(client, talk, JOINT)
    assert client.post(f"/v1/conversations/{talk}/handoff").json()["state"] == "waiting"
    assert client.post(f"/v1/conversations/{talk}/handoff").json()["state"] == "waiting"
    (ticket,) = client.get("/v1/tickets").json()
    desk = f"/v1/tickets/{ticket['id']}"
    early = client.post(f"{desk}/messages", json={"agent": "anna", "text": "您好"})
    assert code(early) == (409, "conflict")
    assert client.post(f"{desk}/take", json={"agent": "anna"}).json()["state"] == "taken"
    assert code(client.post(f"{desk}/take", json={"agent": "bert"})) == (409, "conflict")
    client.post(f"{desk}/messages", json={"agent": "anna", "text": "我是小安，马上为您处理"})
    assert send(client, talk, "好的")["reply"] is None
    assert code(client.post(f"{desk}/give-back", json={"agent": "bert"})) == (409, "conflict")
    assert client.post(f"{desk}/give-back", json={"agent": "anna"}).json()["state"] == "closed"
    news = client.get(f"/v1/conversations/{talk}/messages", params={"after": 2}).json()
    assert news["state"] == "bot"
    assert [m["role"] for m in news["messages"]] == ["assistant", "assistant", "agent", "user", "assistant"]
    again = send(client, talk, "平台现在下架了")
    assert again["reply"]["answer"]["intent"] == "follow_up"
    assert client.get(f"{desk}").json()["agent"] == "anna"


def test_what_a_process_left_unanswered_another_answers(client, assistant, store):
    talk = begin(client)["id"]
    service = Conversations(assistant, store)
    message = service.accept(service.find("default", talk), JOINT)  # and then it died
    with store.writing() as link:
        link.execute(text("update messages set at = '2020'"))
    service.sweep()
    (_, reply) = service.said(talk)
    assert reply.answers == message.id
    assert "连带责任" in reply.text


def test_after_their_time_conversations_are_deleted_and_decisions_stay(client, assistant, store):
    talk = begin(client)["id"]
    send(client, talk, JOINT)
    service = Conversations(assistant, store)
    service.sweep(retention_days=1)
    assert service.find("default", talk).id == talk
    with store.writing() as link:
        link.execute(text("update conversations set updated_at = '2020'"))
    service.sweep(retention_days=1)
    with pytest.raises(NotFound):
        service.find("default", talk)
    assert decisions.verify(store).entries == 1


def test_a_turn_that_fails_is_answered_with_a_word_of_regret(store, assistant, monkeypatch, caplog):
    monkeypatch.setattr(assistant.reader, "read", lambda _: 1 / 0)
    service = Conversations(assistant, store)
    seen, _ = service.start("default")
    reply = service.answer("default", service.accept(seen, "这句话还没有读过"))
    assert reply is not None
    assert "这一轮没有完成" in reply.text
    assert reply.answer == {"problem": "ZeroDivisionError"}
    assert "ZeroDivisionError" in caplog.text
    assert "没有读过" not in caplog.text, "no words in a log"


def test_a_conversation_has_an_end(client, monkeypatch):
    monkeypatch.setattr(conversations, "MAX_TURNS", 1)
    talk = begin(client)["id"]
    send(client, talk, JOINT)
    answer = client.post(f"/v1/conversations/{talk}/messages", json={"text": "还有"})
    assert code(answer) == (409, "conflict")
    assert "start a new one" in answer.text
