"""The trace, and the rule table as a document."""

import json
from pathlib import Path

import pytest
from hypothesis import given, settings

from assistant.facts import from_json
from assistant.rulebook import markdown
from assistant.rules import DUTIES, GROUNDS
from assistant.trace import as_mermaid, as_text, told, trace
from tests.test_verdict import DECLARED, LIBRARY, judged, some_facts

ROOT = Path(__file__).parent.parent
STORY = {
    "subject": {"value": "electrical_product", "evidence": "小太阳"},
    "infringement": {"value": "unsafe", "evidence": "电源线化了"},
    "complained_to_platform": {"value": "yes", "evidence": "投诉了三回"},
    "took_measures": {"value": "no", "evidence": "店还开着"},
}


def test_every_step_from_form_to_the_users_words_is_shown():
    verdict = judged(from_json(DECLARED, STORY))
    text = as_text(verdict, "zh")
    assert text.startswith("连带责任")
    for step in ("[joint-knowledge] — 成立", "平台知道商家的侵害行为：是（推出", "“投诉了三回”", "“店还开着”",
                 "《电子商务法》第三十八条第一款（给出请求权）"):  # fmt: skip
        assert step in text
    known = text.index("平台知道商家的侵害行为")
    assert known < text.index("“投诉了三回”", known), "the inferred fact stands above the words it rests on"


def test_the_trace_is_plain_data():
    nodes = trace(judged(from_json(DECLARED, STORY)))
    assert nodes[0]["ground"] == "joint-knowledge"
    assert nodes == json.loads(json.dumps(nodes))
    assert told(nodes) == {"小太阳", "电源线化了", "投诉了三回", "店还开着"}


def test_a_diagram_holds_no_markup_of_the_users():
    row = {**STORY, "took_measures": {"value": "no", "evidence": '"] --> x[<b onclick="a()">`hi`; end'}}
    diagram = as_mermaid(judged(from_json(DECLARED, row)), "zh")
    assert diagram.startswith("flowchart LR\n")
    assert "<b" not in diagram
    assert "`" not in diagram
    for line in diagram.splitlines()[1:]:
        assert line.count('"') in (0, 2), line


@settings(max_examples=150, deadline=None)
@given(some_facts)
def test_every_verdict_can_be_traced_in_both_languages(facts):
    verdict = judged(facts)
    for lang in ("zh", "en"):
        assert as_text(verdict, lang, everything=True)
        assert as_mermaid(verdict, lang).startswith("flowchart LR")
    names = {row["ground"] for row in trace(verdict, everything=True)}
    assert names == {g.id for g in GROUNDS}


@pytest.mark.parametrize(("lang", "file"), [("en", "rules.md"), ("zh", "rules.zh-CN.md")])
def test_the_rule_table_in_docs_is_up_to_date(lang, file):
    wanted = markdown(DECLARED, LIBRARY, lang)
    assert (ROOT / "docs" / file).read_text(encoding="utf-8").rstrip() == wanted.rstrip(), (
        f"run: anbao rules --lang {lang} > docs/{file}"
    )
    for rule in (*(g.id for g in GROUNDS), *(d.code for d in DUTIES)):
        assert f"`{rule}`" in wanted
