"""anbao doctor: every part is tried, what fails is named with what to do, the rest is still tried."""

import pytest

from assistant import doctor
from assistant.settings import Settings, bundled
from tests import liar
from tests.liar import Liar


@pytest.fixture(scope="module")
def server():
    with Liar() as running:
        yield running
        running.shutdown()


def found(settings):
    return {f.part: f for f in doctor.examine(settings)}


def test_a_sound_installation_is_sound_in_every_part(assistant):
    assert {name: f.says for name, f in found(assistant.settings).items() if not f.ok} == {}


def test_what_fails_is_named_and_the_rest_still_tried(tmp_path):
    lost = Settings(data=tmp_path, prompts=tmp_path, chroma="http://127.0.0.1:1",
                    store="postgresql://u:secret@127.0.0.1:1/x")  # fmt: skip
    parts = found(lost)
    assert {name for name, f in parts.items() if not f.ok} == {"index", "prompts", "store"}
    assert list(parts) == list(doctor.PARTS)
    assert "install anbao again" in parts["prompts"].says
    assert "secret" not in parts["store"].says


@pytest.mark.parametrize("gone", ["judge.npz", "reader", "facts.yaml", "cues.yaml"])
def test_a_lost_file_of_the_corpus_is_named_with_what_to_do(gone, tmp_path):
    for part in bundled("corpus").iterdir():
        if part.name != gone:
            (tmp_path / part.name).symlink_to(part)
    with pytest.raises(Exception) as lost:  # noqa: PT011 (whatever it is, doctor must put it in words)
        doctor.PARTS["reader"](Settings(corpus=tmp_path, data=tmp_path))
    says = doctor._what_to_do(lost.value)
    assert gone in says
    assert "set anbao up again" in says


def test_no_index_yet_is_told_with_the_command(tmp_path):
    part = found(Settings(data=tmp_path))["index"]
    assert (part.ok, part.says) == (False, "there is no index yet; run: anbao index")


@pytest.mark.parametrize(
    ("act", "ok", "words"),
    [(liar.say("yes"), True, "100 tokens read, 10 written"), (liar.status(401), False, "OPENAI_API_KEY"),
     (liar.status(404), False, "ANBAO_CHAT"), (liar.say(""), False, "answers with nothing"),
     (liar.slow(5, liar.say("yes")), False, "ANBAO_CHAT_TIMEOUT")],
    ids=["answers", "wrong key", "wrong model", "nothing", "slow"],
)  # fmt: skip
def test_the_chat_model_is_asked(act, ok, words, server):
    server.play(act)
    part = doctor.PARTS["chat"]
    settings = Settings(chat="openai:test", chat_url=server.url, chat_timeout=1)
    if ok:
        assert words in part(settings)
    else:
        with pytest.raises(doctor.Ailing, match=words):
            part(settings)


def test_the_command_says_each_part_on_a_line(anbao, monkeypatch, tmp_path):
    monkeypatch.setenv("ANBAO_DATA", str(tmp_path))
    status, out, _ = anbao("doctor")
    assert status == 1
    assert "BAD  index      there is no index yet; run: anbao index" in out
    assert len(out.splitlines()) == len(doctor.PARTS)
