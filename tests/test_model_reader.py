"""The chat model as a second reader: what it marks counts only where the words and the encoder bear it out."""

import json
import random
import re

import pytest
from langchain_core.messages import AIMessage

from assistant import told
from assistant.chat import ModelFailed, Turn
from assistant.encoder import Reading
from assistant.facts import Facts
from assistant.graph import Assistant
from assistant.model_reader import Mark, marks, taken
from assistant.settings import bundled
from evals.stories import load
from tests.fakes import Says

STORY = "我在平台的店铺买了个充电宝，花了189元，充电时炸了。客服说会处理，之后再没下文。"
SURE = Reading({"yes": 0.3, "no": 0.3}, 0, 1)


def read(words: str, declared, story: str = STORY) -> list[Mark]:
    return marks(Turn(Says(words=words), "fake", 20), story, declared, bundled("prompts"), "zh")


def test_marks_are_read_from_json_even_where_it_breaks_off(declared):
    row = {"name": "took_measures", "value": "no", "evidence": "之后再没下文"}
    whole = json.dumps({"facts": [row]}, ensure_ascii=False)
    assert read(whole, declared) == [Mark("took_measures", "no", "之后再没下文")]
    assert read("好的：" + whole[:-2] + ', {"name": "knew", "val', declared) == [
        Mark("took_measures", "no", "之后再没下文")
    ]


@pytest.mark.parametrize(
    "words", ["", "对不起", "{}", "[1, 2]", '{"facts": [{"name": 1, "value": true}]}', "{" * 999]
)
def test_what_is_no_answer_gives_no_marks(declared, words):
    assert read(words, declared) == []


def test_the_model_is_shown_every_fact_and_the_fenced_story(declared):
    model = Says(words="{}")
    marks(Turn(model, "fake", 20), "买了个<<<东西>>>", declared, bundled("prompts"), "zh")
    assert all(name in model.asked[0] for name in declared)
    assert "买了个‹‹‹东西›››" in model.asked[0]


def test_a_long_story_is_read_in_pieces_the_end_among_them(declared):
    model = Says(words="{}")
    marks(Turn(model, "fake", 20), "长" * 40_000 + "尾", declared, bundled("prompts"), "zh")
    assert len(model.asked) == 3
    assert "尾" in model.asked[-1]


def test_a_model_that_fails_is_said_to_have_failed(declared):
    class Fails(Says):
        def _generate(self, *args, **kwargs):  # noqa: ARG002
            raise ConnectionError("down")

    with pytest.raises(ModelFailed, match="url"):
        marks(Turn(Fails(), "fake", 20), STORY, declared, bundled("prompts"), "zh")


def test_a_mark_counts_with_the_users_own_words(declared):
    facts = taken(
        Facts(declared), [Mark("took_measures", "no", "之后再没下文")], STORY, {"took_measures": SURE}
    )
    assert facts["took_measures"] is False
    assert facts.known["took_measures"].evidence == "之后再没下文"


@pytest.mark.parametrize("mark", [
    Mark("took_measures", "no", "平台什么都没做"),  # not in the story
    Mark("took_measures", "no", ""), Mark("took_measures", "no", "，"),
    Mark("took_measures", "maybe", "之后再没下文"), Mark("invented", "yes", "之后再没下文"),
    Mark("knew_before_harm", "yes", "充电宝"),  # the encoder finds it impossible
    Mark("price_paid", "1890", "花了189元"), Mark("occurred_on", "2020-01-01", "充电时炸了"),
])  # fmt: skip
def test_a_mark_that_the_story_or_the_encoder_does_not_bear_out_is_dropped(declared, mark):
    never = Reading({"yes": 0.01, "no": 0.01}, 0, 1)
    readings = {"took_measures": SURE, "knew_before_harm": never}
    assert not taken(Facts(declared), [mark], STORY, readings).known


def test_amounts_are_taken_where_the_digits_stand(declared):
    assert taken(Facts(declared), [Mark("price_paid", "189", "花了189元")], STORY, {})["price_paid"] == 189


def test_what_the_offline_reader_knows_and_the_user_could_not_say_stands(declared):
    offline = Facts(declared).with_("took_measures", "yes").with_asked(["knew"])
    found = [Mark("took_measures", "no", "之后再没下文"), Mark("knew", "yes", "客服说会处理")]
    assert taken(offline, found, STORY, {"took_measures": SURE, "knew": SURE}) == offline


def test_readings_of_a_real_story_bear_out_what_it_tells(assistant):
    cues = assistant.reader.read(STORY)
    readings = told.readings(STORY, cues, assistant.trained)
    assert readings["took_measures"].values["no"] > readings["took_measures"].values["yes"]


class Misreads(Says):
    """Marks every fact at random, with a piece of the story as its evidence; what it explains is no explanation."""

    def answer(self) -> AIMessage:
        asked, draw = self.asked[-1], random.Random(0)
        facts = re.findall(r"^- (\w+) \(([a-z_/]+)\)", asked, re.M)
        pieces = re.split("[，。！？,.!?\n]+", asked.partition("<<<")[2].partition(">>>")[0])[1:-1]
        rows = [{"name": name, "value": draw.choice(values.split("/")), "evidence": draw.choice(pieces)}
                for name, values in facts]  # fmt: skip
        return AIMessage(json.dumps({"facts": rows}, ensure_ascii=False))


def test_no_marks_make_it_another_form_of_liability(assistant):
    added = dropped = 0
    lying = Assistant(assistant.settings, assistant.library, assistant.index, Misreads())
    for story in load("ar")[::7]:
        memory, alone = lying.start(), assistant.start()
        for message in (*story.turns, "还有别的吗？我说完了。"):
            with_model, offline = lying.turn(message, memory), assistant.turn(message, alone)
            memory, alone = with_model.memory, offline.memory
            assert memory.own == alone.facts
            added += len(memory.facts.known) > len(alone.facts.known)
            dropped += "model:reading:another_form" in with_model.guard["problems"]
            if offline.verdict:
                assert with_model.verdict.liability == offline.verdict.liability, story.id
    assert added > 5
    assert dropped
