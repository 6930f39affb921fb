"""The HTTP service over a real assistant and a real store: what it answers, and whom it refuses."""

import io
import json
from collections.abc import Callable, Iterator
from pathlib import Path

import docx
import openai
import pytest
from fastapi.testclient import TestClient
from pypdf import PdfReader
from sqlalchemy import event

from assistant import decisions
from assistant.graph import Assistant
from assistant.service import app
from assistant.store import Database, keys, talks

JOINT = "我在平台的店铺买了电热毯，起火把我烧伤了。我向平台投诉过，平台一直没有下架。"
SHOP = "https://shop.example"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Database]:
    """A store on SQLite; tests/test_conversations.py runs on both kinds."""
    database = Database(f"sqlite:///{tmp_path / 'anbao.sqlite'}")
    yield database
    database.close()


@pytest.fixture
def client(assistant: Assistant, store: Database) -> Iterator[TestClient]:
    """A client of the service without keys, on this machine."""
    with TestClient(app.build(assistant, store), base_url="http://127.0.0.1") as client:
        yield client


@pytest.fixture
def key(store: Database) -> Callable[..., dict[str, str]]:
    """key(scope): the headers of a new key."""

    def made(scope: str, tenant: str = "shop") -> dict[str, str]:
        origins = [SHOP] if scope == "widget" else []
        with store.writing() as link:
            sent = keys.create(link, "test", scope, tenant, origins)[1]
        return {"Authorization": f"Bearer {sent}"} | ({"Origin": SHOP} if origins else {})

    return made


def begin(client: TestClient, headers: dict[str, str] | None = None, **body: object) -> dict[str, str]:
    answer = client.post("/v1/conversations", json=body, headers=headers)
    assert answer.status_code == 201, answer.text
    return answer.json()


def send(client: TestClient, talk: str, text: str, **more: object) -> dict[str, object]:
    answer = client.post(f"/v1/conversations/{talk}/messages", json={"text": text}, **more)
    assert answer.status_code == 200, answer.text
    return answer.json()


def code(answer: object) -> tuple[int, str]:
    return answer.status_code, answer.json()["error"]["code"]


# ---- answers
def test_ask_gives_the_contract_and_keeps_the_decision(client, store, assistant):
    row = client.post("/v1/ask", json={"id": "a1", "turns": [JOINT]}).json()
    expected = assistant.ask([JOINT]).to_json("a1")
    assert row | {"seconds": 0} == json.loads(json.dumps(expected)) | {"seconds": 0}
    assert decisions.find(store, row["decision_id"]).liability == "joint"


def test_ask_answers_for_whom_it_is_written(client, assistant):
    question = "七天无理由退货的规定是什么"
    rows = {
        who: client.post("/v1/ask", json={"turns": question, "audience": who}) for who in ("lawyer", "judge")
    }
    assert rows["lawyer"].json()["reply"] == assistant.ask([question], audience="lawyer").reply
    assert rows["lawyer"].json()["reply"] != assistant.ask([question]).reply
    assert code(rows["judge"])[0] == 422


def test_assess_search_and_cite_answer_as_the_commands_do(client):
    judged = client.post("/v1/assess", json={"facts": {"knew": "yes", "took_measures": "no"}}).json()
    assert judged["facts"]["knew"]["value"] == "yes"
    hits = client.post("/v1/search", json={"query": "平台明知商家卖假货", "top_k": 3}).json()["hits"]
    assert len(hits) == 3
    assert {"ref", "score", "title", "text"} <= hits[0].keys()
    cited = client.post("/v1/cite", json={"text": "《电子商务法》第三十八条第三款"}).json()
    assert cited["citations"][0]["status"] == "no_such_paragraph"


# ---- letters
def letter(client: TestClient, **wanted: object) -> object:
    return client.post("/v1/letters", json={"kind": "complaint", **wanted})


def test_a_letter_is_written_from_a_conversation_in_its_language(client):
    talk = begin(client)["id"]
    send(client, talk, JOINT)
    answer = letter(client, conversation=talk, details={"name": "张三"})
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "text/markdown; charset=utf-8"
    assert answer.headers["content-disposition"] == 'attachment; filename="complaint.md"'
    assert "张三" in answer.text
    assert "平台一直没有下架" in answer.text
    assert "# Complaint" in letter(client, conversation=talk, lang="en").text


def test_a_letter_from_facts_comes_as_word_and_as_pdf(client):
    word = letter(client, facts={"knew": "yes", "took_measures": "no"}, format="docx")
    assert docx.Document(io.BytesIO(word.content)).paragraphs[0].text == "投诉函"
    paper = letter(client, facts={"knew": "yes", "took_measures": "no"}, format="pdf")
    assert paper.headers["content-type"] == "application/pdf"
    assert "投诉函" in PdfReader(io.BytesIO(paper.content)).pages[0].extract_text()


@pytest.mark.parametrize(("wanted", "refusal"), [
    ({}, (422, "invalid")), ({"facts": {}, "conversation": "x"}, (422, "invalid")),
    ({"conversation": "x"}, (404, "not_found")), ({"facts": {"no_such_fact": "yes"}}, (422, "invalid")),
    ({"facts": {}, "details": {"shoe": "42"}}, (422, "invalid")),
    ({"facts": {}, "kind": "claim"}, (422, "letter_refused")),
])  # fmt: skip
def test_a_letter_that_cannot_be_written_is_refused(client, wanted, refusal):
    assert code(letter(client, **wanted)) == refusal


# ---- the official client of OpenAI
@pytest.fixture
def official(client: TestClient) -> openai.OpenAI:
    """OpenAI's own client, talking to the service."""
    return openai.OpenAI(api_key="none", base_url="http://127.0.0.1/v1", http_client=_transport(client))


def _transport(client: TestClient) -> object:
    import httpx2

    class Through(httpx2.BaseTransport):
        def handle_request(self, request: httpx2.Request) -> httpx2.Response:
            headers = {k: v for k, v in request.headers.items() if k.lower() != "authorization"}
            answer = client.request(request.method, str(request.url), content=request.read(), headers=headers)
            return httpx2.Response(answer.status_code, headers=answer.headers, content=answer.content)

    return httpx2.Client(transport=Through())


def test_the_official_client_gets_the_same_answer_whole_and_streamed(official, assistant):
    messages = [
        {"role": "system", "content": "You are a pirate."},
        {"role": "user", "content": "我在平台的店铺买了电热毯，起火把我烧伤了。"},
        {"role": "assistant", "content": "请问……"},
        {"role": "user", "content": [{"type": "text", "text": "我向平台投诉过，平台一直没有下架。"}]},
    ]
    whole = official.chat.completions.create(model="anbao", messages=messages, temperature=0.7)
    turns = [messages[1]["content"], messages[3]["content"][0]["text"]]
    assert whole.choices[0].message.content == assistant.ask(turns).reply
    assert whole.choices[0].finish_reason == "stop"
    chunks = list(official.chat.completions.create(model="anbao", messages=messages, stream=True))
    assert "".join(c.choices[0].delta.content or "" for c in chunks) == whole.choices[0].message.content
    assert chunks[-1].choices[0].finish_reason == "stop"
    assert len(chunks) > 5


def test_the_official_client_lists_the_model_and_hears_of_a_wrong_one(official):
    assert [model.id for model in official.models.list()] == ["anbao"]
    assert official.models.retrieve("anbao").owned_by == "anbao"
    with pytest.raises(openai.NotFoundError, match="there is no model 'gpt-4o'"):
        official.chat.completions.create(model="gpt-4o", messages=[{"role": "user", "content": "在吗"}])


# ---- refusals
def test_once_there_is_a_key_nobody_gets_in_without(client, key):
    assert client.get("/v1/conversations").status_code == 200
    chat = key("chat")
    client.app.state.access._any = (float("-inf"), False)  # what was seen five seconds ago
    assert code(client.get("/v1/conversations")) == (401, "no_key")
    wrong = {"Authorization": chat["Authorization"] + "x"}
    assert code(client.get("/v1/conversations", headers=wrong)) == (401, "no_key")
    assert client.get("/v1/conversations", headers=chat).status_code == 200


@pytest.mark.parametrize(("url", "headers"), [
    ("http://evil.example/v1/models", {}),  # a name that was made to lead here
    ("/v1/models", {"Origin": "https://evil.example"}),
    ("/v1/models", {"Sec-Fetch-Site": "cross-site"}),
])  # fmt: skip
def test_without_keys_pages_of_other_sites_are_refused(client, url, headers):
    assert code(client.get(url, headers=headers)) == (403, "wrong_origin")


@pytest.mark.parametrize("headers", [{"Origin": "https://evil.example"}, {"Origin": "null"},
                                     {"Origin": "https://shop.example.evil.example"}])  # fmt: skip
def test_a_widget_key_is_refused_from_other_pages(client, key, headers):
    answer = client.post("/v1/conversations", json={}, headers=key("widget") | headers)
    assert code(answer) == (403, "wrong_origin")


def test_a_preflight_is_answered_and_cookies_are_never_asked_for(client):
    asked = {"Origin": SHOP, "Access-Control-Request-Method": "POST",
             "Access-Control-Request-Headers": "authorization,content-type,anbao-token"}  # fmt: skip
    answer = client.options("/v1/conversations", headers=asked)
    assert answer.status_code == 200
    assert answer.headers["access-control-allow-origin"] == "*"
    assert "access-control-allow-credentials" not in answer.headers


def test_every_answer_carries_the_security_headers(client):
    for path in ("/v1/models", "/v1/nothing", "/healthz"):
        headers = client.get(path).headers
        assert headers.items() >= {name.lower(): value for name, value in app.HEADERS.items()}.items(), path


def test_a_body_too_large_or_no_json_is_refused(client):
    large = client.post("/v1/ask", json={"turns": "长" * (1 << 20)})
    assert large.status_code == 413
    for body in (b"", b"{", b"[]", b'{"turns": 1}', b'{"turns": "x", "spare": 1}', b'{"turns": []}'):
        answer = client.post("/v1/ask", content=body, headers={"Content-Type": "application/json"})
        assert code(answer) == (422, "invalid"), body


def test_an_error_does_not_repeat_what_was_said(client):
    answer = client.post("/v1/ask", json={"turns": "手机13812345678", "spare": "13812345678"})
    assert "13812345678" not in answer.text


def test_too_many_requests_are_refused_and_told_when_to_come_again(client, key):
    widget = key("widget")
    answers = [client.get("/v1/conversations/x", headers=widget) for _ in range(61)]
    assert {a.status_code for a in answers[:60]} == {404}
    assert code(answers[60]) == (429, "too_many_requests")
    assert answers[60].headers["retry-after"] == "60"
    assert client.get("/v1/conversations", headers=key("chat")).status_code == 200


# ---- what runs it
def test_health_readiness_and_metrics_tell_of_the_service_and_of_nobody(client, store):
    talk = begin(client, person="anna")["id"]
    send(client, talk, JOINT)
    assert client.get("/healthz").json()["status"] == "ok"
    assert client.get("/readyz").json() == {"store": "ok", "index": "ok"}
    with store.writing() as link:
        said = talks.said(link, talk)[1]
        talks.mark(link, said, feedback="Dislike")
    text = client.get("/metrics").text
    assert 'anbao_answers_judged{feedback="Dislike"} 1.0' in text
    assert (
        'anbao_requests_total{method="POST",route="/v1/conversations/{conversation}/messages",status="200"} 1.0'
        in text
    )
    for secret in (talk, "anna", "电热毯"):
        assert secret not in text


def test_when_the_disk_is_full_it_says_so_and_what_was_accepted_stays(client, store):
    talk = begin(client)["id"]
    with store.reading() as link:
        pages = link.exec_driver_sql("pragma page_count").scalar_one()
    store.close()  # SQLite's own limit on pages stands for the disk: it fails in the same way
    event.listen(store.engine, "connect", lambda link, _: link.execute(f"pragma max_page_count={pages + 20}"))
    kept = []
    while (answer := _said(client, talk, len(kept))).is_success:
        kept.append(answer.json()["message"]["text"])
    assert code(answer) == (507, "no_room")
    assert kept
    told = client.get(f"/v1/conversations/{talk}").json()["messages"]
    assert [m["text"] for m in told if m["status"] == "answered"] == kept
    assert decisions.verify(store).problem == ""


def _said(client: TestClient, talk: str, number: int) -> object:
    return client.post(f"/v1/conversations/{talk}/messages", json={"text": f"第{number}次买到假货，平台不管"})
