"""Chat models: within the time, with the count of tokens, and with a clear word on what is wrong."""

import json
import logging
import subprocess
import sys
import time

import grpc
import pytest
from langchain_core.messages import AIMessage

from assistant import chat
from assistant.settings import Settings, SettingsError
from tests import google, liar
from tests.fakes import Says
from tests.google import Gemini
from tests.liar import Liar


@pytest.fixture(scope="module")
def server():
    with Liar() as running:
        yield running
        running.shutdown()


@pytest.fixture(autouse=True)
def key(monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", "sk-secret")
    monkeypatch.setenv("ANTHROPIC_API_KEY", "sk-secret")
    monkeypatch.setenv("GOOGLE_API_KEY", "sk-secret")


def turn(server, seconds=5.0, price=None, chat_name="openai:test"):
    settings = Settings(chat=chat_name, chat_url=server.url, chat_timeout=seconds)
    return chat.Turn(chat.load(settings), chat_name, seconds, price)


def ask(one):
    return one.run(lambda config: one.model.ainvoke("?", config)).text


def failure(one):
    """(kind, seconds until it was known)."""
    began = time.monotonic()
    with pytest.raises(chat.ModelFailed) as failed:
        ask(one)
    return str(failed.value), time.monotonic() - began


# ---- what works
def test_an_answer_is_counted_and_priced(server):
    server.play(liar.say("好"))
    one = turn(server, price=(2.0, 8.0))
    assert ask(one) == "好"
    assert ask(one) == "好"
    assert one.to_json() == {"model": "openai:test", "calls": 2, "input_tokens": 200, "output_tokens": 20,
                             "cost": 0.00056}  # fmt: skip


def test_without_a_price_the_cost_is_unknown(server):
    server.play(liar.say("好"))
    one = turn(server)
    ask(one)
    assert one.to_json()["cost"] is None


def test_a_server_that_stumbles_is_asked_again(server):
    server.play(liar.status(500), liar.status(503), liar.say("好"))
    assert ask(turn(server, 10)) == "好"
    assert len(server.asked) == 3


def test_a_server_of_ones_own_needs_no_key(server, monkeypatch):
    monkeypatch.delenv("OPENAI_API_KEY")
    server.play(liar.say("好"))
    assert ask(turn(server)) == "好"


def test_the_model_is_asked_by_its_name(server):
    server.play(liar.say("好"))
    ask(turn(server, chat_name="openai:qwen3:8b"))
    assert server.asked[0]["model"] == "qwen3:8b"


# ---- other providers, with their own clients
ANTHROPIC = {"id": "m", "type": "message", "role": "assistant", "model": "test", "stop_reason": "end_turn",
             "content": [{"type": "text", "text": "好"}], "usage": {"input_tokens": 7, "output_tokens": 3}}  # fmt: skip


def other(server, name, seconds=5.0):
    model = chat.load(Settings(chat=name, chat_url=server.url.removesuffix("/v1"), chat_timeout=seconds))
    return chat.Turn(model, name, seconds)


def test_anthropic_answers(server):
    server.play(liar.raw(json.dumps(ANTHROPIC).encode()))
    one = other(server, "anthropic:test")
    assert ask(one) == "好"
    assert one.to_json()["input_tokens"] == 7


def test_anthropic_refuses_a_key(server):
    server.play(liar.status(401))
    assert failure(other(server, "anthropic:test"))[0] == "key"


def test_anthropic_ends_in_time(server):
    server.play(liar.drip(0.05))
    kind, seconds = failure(other(server, "anthropic:test", 0.5))
    assert kind == "timeout"
    assert seconds < 3


@pytest.fixture(scope="module")
def gemini():
    running = Gemini()
    yield running
    running.server.stop(None)


def by_google(gemini, act, seconds=8.0):
    gemini.act, gemini.asked = act, []
    name = "google_genai:gemini-2.5-flash"
    model = chat.load(Settings(chat=name, chat_timeout=seconds))
    one = chat.Turn(model, name, seconds)

    async def without_tls(_):
        model.async_client_running = gemini.client()

    one.run(without_tls)
    return one


def test_google_answers(gemini):
    one = by_google(gemini, google.say("好"))
    assert ask(one) == "好"
    assert gemini.asked == ["models/gemini-2.5-flash"]
    assert (one.to_json()["input_tokens"], one.to_json()["output_tokens"]) == (7, 3)


@pytest.mark.parametrize(
    ("code", "words", "kind"),
    [("INVALID_ARGUMENT", "API key not valid. Please pass a valid API key.", "key"), ("PERMISSION_DENIED", "no", "key"),
     ("UNAUTHENTICATED", "no", "key"), ("NOT_FOUND", "no such model", "model"), ("INVALID_ARGUMENT", "too long", "request"),
     ("RESOURCE_EXHAUSTED", "no", "busy"), ("INTERNAL", "no", "server")],
)  # fmt: skip
def test_what_is_wrong_with_google_is_known_by_its_kind(code, words, kind, gemini):
    assert failure(by_google(gemini, google.refuse(grpc.StatusCode[code], words)))[0] == kind
    assert len(gemini.asked) <= 1 + chat.RETRIES


def test_google_ends_in_time(gemini):
    def slow(request, context):
        time.sleep(2)
        return google.say("好")(request, context)

    kind, seconds = failure(by_google(gemini, slow, 0.5))
    assert kind == "timeout"
    assert seconds < 2


def test_a_provider_whose_package_is_missing_is_told_how_to_get_it():
    tried = """
import sys
sys.modules.update(langchain_anthropic=None, langchain_google_genai=None)
from assistant import chat, settings
for name in ("anthropic:claude", "google_genai:gemini"):
    try:
        chat.load(settings.Settings(chat=name))
    except settings.SettingsError as error:
        print(error)
"""
    run = subprocess.run([sys.executable, "-c", tried], capture_output=True, text=True, check=True)
    for told, package in zip(
        run.stdout.splitlines(), ("langchain-anthropic", "langchain-google-genai"), strict=True
    ):
        assert f"requires the {package} package" in told
        assert "pip install 'anbao[anthropic]', 'anbao[google]'" in told


def test_a_missing_key_is_told_before_anything_is_asked(monkeypatch):
    monkeypatch.delenv("OPENAI_API_KEY")
    with pytest.raises(SettingsError, match="with its key set"):
        chat.load(Settings(chat="openai:gpt-4o-mini"))


@pytest.mark.parametrize(
    ("act", "kind"), [(liar.status(404), "model"), (liar.raw(b"<html>"), "no_answer"), (liar.endless(), None)]
)
def test_what_is_wrong_with_anthropic_is_known_by_its_kind(act, kind, server):
    server.play(act)
    found, _ = failure(other(server, "anthropic:test"))
    assert found != "timeout"
    assert kind in (None, found)


# ---- what fails
@pytest.mark.parametrize(
    ("act", "kind"),
    [(liar.status(401), "key"), (liar.status(403), "key"), (liar.status(404), "model"),
     (liar.status(400), "request"), (liar.status(422), "request"), (liar.status(402), "busy"),
     (liar.raw(b"<html>welcome</html>", "text/html"), "no_answer"), (liar.raw(b'{"choices": [{"mess'), None),
     (liar.raw(b"[]"), None), (liar.raw(b'{"choices": 5}'), None), (liar.raw(b'{"choices": []}'), None),
     (liar.raw(b"null"), None), (liar.raw(b""), None), (liar.endless(), None)],
    ids=["401", "403", "404", "400", "422", "402", "a web page", "half JSON", "a list", "wrong types",
         "no choices", "null", "nothing", "no end"],
)  # fmt: skip
def test_what_is_wrong_is_known_by_its_kind(act, kind, server):
    server.play(act)
    found, _ = failure(turn(server))
    assert found != "timeout"
    if kind:
        assert found == kind
        assert chat.ADVICE[kind]


@pytest.mark.parametrize(("act", "kind"), [(liar.status(500), "server"), (liar.status(429), "busy")])
def test_a_server_that_stays_down_is_given_up(act, kind, server):
    server.play(act)
    assert failure(turn(server, 30))[0] == kind
    assert len(server.asked) == 1 + chat.RETRIES


def test_an_address_where_nothing_listens_is_named():
    with Liar() as gone:
        url = gone.url
        gone.shutdown()
    model = chat.load(Settings(chat="openai:test", chat_url=url))
    assert failure(chat.Turn(model, "test", 20))[0] == "url"


@pytest.mark.parametrize(
    "act",
    [liar.slow(20, liar.say("好")), liar.drip(0.05), liar.status(429)],
    ids=["slow", "a byte now and then", "asked to wait"],
)
def test_no_answer_takes_longer_than_the_limit(act, server):
    server.play(act)
    kind, seconds = failure(turn(server, 0.4))
    assert kind in ("timeout", "busy")
    assert seconds < 2


def test_all_calls_of_a_turn_share_its_time(server):
    server.play(liar.slow(0.9, liar.say("好")))
    one = turn(server, 2.5)
    began = time.monotonic()
    assert (ask(one), ask(one)) == ("好", "好")
    assert failure(one)[0] == "timeout"
    assert time.monotonic() - began < 4


def test_a_model_that_blocks_does_not_block_the_turn():
    class Blocks(Says):
        def answer(self) -> AIMessage:
            time.sleep(3)
            return AIMessage("好")

    kind, seconds = failure(chat.Turn(Blocks(), "test", 0.3))
    assert kind == "timeout"
    assert seconds < 2


def test_a_failure_is_logged_with_advice_never_with_the_key_or_words(server, caplog):
    server.play(liar.status(401, "sk-secret is wrong, 张三"))
    with caplog.at_level(logging.WARNING):
        failure(turn(server))
    assert "OPENAI_API_KEY" in caplog.text
    assert "sk-secret" not in caplog.text
    assert "张三" not in caplog.text


@pytest.mark.parametrize(
    ("name", "words"),
    [("gguf:/nowhere.gguf", "wants the path of a GGUF file"), ("no_such_provider:x", "cannot be used"),
     ("bedrock:x", "not installed")],
)  # fmt: skip
def test_a_name_that_cannot_be_used_is_refused(name, words):
    with pytest.raises(SettingsError, match=words):
        chat.load(Settings(chat=name))
