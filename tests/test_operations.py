"""The commands for those who run the service."""

import os
import re
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest

from assistant import decisions
from assistant.facts import from_json
from assistant.store import Database, talks
from tests.postgres import free_port
from tests.test_trace import STORY
from tests.test_verdict import DECLARED, judged


@pytest.fixture(autouse=True)
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty data folder."""
    monkeypatch.setenv("ANBAO_DATA", str(tmp_path))
    return tmp_path


def test_what_readers_thought_of_answers_is_shown_with_how_to_replay_them(anbao, data):
    assert anbao("feedback") == (0, "none yet\n", "")
    store = Database(f"sqlite:///{data / 'anbao.sqlite'}")
    with store.writing() as link:
        talk, _ = talks.create(link, "default", {}, "page:x")
        for text, liked in (("第一句", "Like"), ("第二句\n续", "Dislike"), ("第三句", None)):
            sent = talks.accept(link, talk, text, None)
            answer = {"liability": "joint", "decision_id": "0123456789abcdef"}
            talks.mark(link, talks.reply(link, sent, "答复", answer), feedback=liked)
    store.close()
    counts, *rows = anbao("feedback")[1].splitlines()
    assert counts == "Dislike 1, Like 1"
    assert [row.split()[1:] for row in rows] == [
        ["Dislike", "joint", "0123456789abcdef", "第二句", "续"], ["Like", "joint", "0123456789abcdef", "第一句"],
    ]  # fmt: skip
    assert len(anbao("feedback", "--most", 1)[1].splitlines()) == 2


def test_a_key_is_shown_once_listed_without_its_secret_and_revoked(anbao):
    status, sent, note = anbao(
        "key", "create", "shop page", "--scope", "widget", "--origin", "https://a.example"
    )
    assert status == 0
    assert re.fullmatch(r"ak_[0-9a-f]{16}_[\w-]{43}\n", sent)
    assert "not shown again" in note
    name = sent.split("_")[1]
    listed = anbao("key", "list")[1]
    assert listed.split() == [name, "widget", "in", "use", "shop", "page", "default", "https://a.example"]
    assert anbao("key", "revoke", name)[0] == 0
    assert "revoked" in anbao("key", "list")[1]
    assert anbao("key", "revoke", name)[::2] == (2, f"anbao: there is no key '{name}' in use")


def test_a_key_without_sense_is_refused(anbao):
    status, out, err = anbao("key", "create", "x", "--scope", "root")
    assert (status, out) == (2, "")
    assert err == "anbao: a scope is one of admin, agent, chat, widget, got 'root'"


def test_the_audit_tells_a_sound_record_from_one_that_was_cut(anbao, data):
    store = Database(f"sqlite:///{data / 'anbao.sqlite'}")
    decisions.keep(store, [judged(from_json(DECLARED, STORY))] * 2, "v1")
    status, out, _ = anbao("audit", "verify")
    assert status == 0
    assert out.startswith("2 decisions, head ")
    head = out.split()[-1]
    assert anbao("audit", "verify", "--head", head)[0] == 0
    with store.writing() as link:
        link.exec_driver_sql("drop trigger decisions_no_delete")
        link.exec_driver_sql("delete from decisions where seq = 2")
    status, out, _ = anbao("audit", "verify", "--head", head)
    assert status == 1
    assert "NOT SOUND" in out
    store.close()


def test_a_service_open_to_others_wants_a_key_first(anbao):
    status, _, err = anbao("serve", "--host", "0.0.0.0")
    assert status == 2
    assert "there is no key yet; make one: anbao key create NAME --scope admin" in err


def test_the_service_starts_answers_and_ends_when_told(assistant):
    port = free_port()
    command = [sys.executable, "-m", "assistant.cli", "serve", "--port", str(port)]
    environment = {"ANBAO_DATA": str(assistant.settings.data), "PATH": os.environ["PATH"]}
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        assert process.stdout.readline() == f"安保 Anbao: http://127.0.0.1:{port}  (Ctrl+C)\n"
        for _ in range(100):
            try:
                assert httpx.get(f"http://127.0.0.1:{port}/readyz").json()["store"] == "ok"
                break
            except httpx.ConnectError:
                time.sleep(0.1)
        answer = httpx.post(f"http://127.0.0.1:{port}/v1/ask", json={"turns": "平台卖假货"}, timeout=30)
        assert answer.json()["decision_id"]
        process.terminate()
        assert process.wait(30) in (0, -15)
