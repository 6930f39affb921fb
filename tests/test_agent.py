"""The agent: a model may explain, and decides nothing; whatever it does wrong, code writes the reply."""

import json
import logging
import re
import string
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from assistant import agent, chat
from assistant.facts import Facts, from_json
from assistant.graph import Assistant, Memory
from assistant.payment import payments
from assistant.reply import Material, conclusion, gather, render
from assistant.settings import SettingsError, bundled
from assistant.verdict import assess
from tests.fakes import Breaks, CallsTools, Says

KNEW = {"subject": "general_goods", "infringement": "counterfeit", "merchant_infringed": "yes",
        "rights_harmed": "yes", "complained_to_platform": "yes", "knew": "yes", "took_measures": "no",
        "price_paid": "299"}  # fmt: skip
SELF_OPERATED = {"subject": "food", "infringement": "unsafe", "rights_harmed": "yes",
                 "self_operated": "yes", "took_measures": "yes"}  # fmt: skip
UNREACHABLE = {"subject": "general_goods", "infringement": "non_delivery", "rights_harmed": "yes",
               "deal_on_platform": "yes", "merchant_identified": "no", "merchant_unreachable": "yes",
               "complained_to_platform": "no", "knew": "no", "should_have_known": "no",
               "bought_for_living_needs": "yes", "seller_is_business": "yes"}  # fmt: skip
NEGLECTED = {"subject": "electrical_product", "infringement": "unsafe", "person_injured": "yes",
             "rights_harmed": "yes", "verified_identity": "yes", "reviewed_in_substance": "no",
             "took_measures": "yes", "measures_in_time": "yes", "measures_effective": "yes",
             "knew": "no", "should_have_known": "no", "merchant_identified": "yes"}  # fmt: skip
CASES = {"joint": KNEW, "direct": SELF_OPERATED, "advance_payment_with_recourse": UNREACHABLE,
         "supplementary": NEGLECTED}  # fmt: skip
STORY = {"zh": "请告诉我结论。", "en": "Please tell me the conclusion."}
HONEST = {
    "zh": "平台早就接到您的投诉，知道商家卖假货，却没有采取必要措施。依《电子商务法》第三十八条第一款，它与商家承担连带责任。",
    "en": "The platform knew of the fakes from your complaint and took no necessary measures. Under Article 38(1) "
          "of the E-Commerce Law it is jointly and severally liable with the merchant.",
}  # fmt: skip


@pytest.fixture(scope="module")
def answer(assistant):
    """answer(model, facts, lang): the turn of the real assistant with that model over these facts."""

    def turn(model, facts=KNEW, lang="zh"):
        with_model = Assistant(assistant.settings, assistant.library, assistant.index, model)
        memory = Memory(from_json(with_model.declared, facts))
        return with_model.turn(STORY[lang], memory, lang=lang)

    return turn


@pytest.fixture(scope="module")
def material(declared, library):
    """What a reply to the case of knowledge is written from."""
    verdict = assess(from_json(declared, KNEW), library.in_force, library.as_of)
    provisions = gather(verdict.refs(), library, verdict.law_as_of)
    return Material(verdict, provisions, [], payments(verdict, []), "zh")


@pytest.mark.parametrize("liability", CASES)
def test_the_cases_below_are_the_cases_they_claim_to_be(liability, answer):
    reply = answer(None, CASES[liability])
    assert reply.verdict.liability == liability
    assert reply.guard["rendered_by"] == "code"


# ---- honest
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_an_honest_draft_is_used(lang, answer):
    reply = answer(Says(words=HONEST[lang]), lang=lang)
    assert (reply.guard["rendered_by"], reply.guard["problems"]) == ("model", [])
    assert HONEST[lang] in reply.reply


NEUTRAL = {"zh": "依照您说的情况，上面的结论由事实和法律得出；平台没有尽到自己的义务。",
           "en": "On what you told, the conclusion above follows from the facts and the law."}  # fmt: skip


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("liability", CASES)
def test_a_harmless_draft_is_used_whatever_the_verdict(liability, lang, answer):
    reply = answer(Says(words=NEUTRAL[lang]), CASES[liability], lang)
    assert (reply.guard["rendered_by"], reply.guard["problems"]) == ("model", [])


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("liability", CASES)
def test_what_code_writes_passes_the_guard(liability, lang, answer):
    assert answer(None, CASES[liability], lang).guard["problems"] == []


def test_the_headline_the_amounts_and_the_notice_stay_codes_own(answer):
    by_model, by_code = answer(Says(words=HONEST["zh"])).reply, answer(None).reply
    first = by_code.split("\n")[0]
    assert by_model.startswith(first)
    assert by_model.split("\n")[-1] == by_code.split("\n")[-1]
    assert "897.00" in by_model
    assert "897.00" in by_code


# ---- lies and failures
LIES = {
    "a false article": "依《电子商务法》第九十条，平台承担连带责任。",
    "a false paragraph": "依《电子商务法》第三十八条第三款，平台承担连带责任。",
    "a repealed law": "依《侵权责任法》第三十六条，平台承担连带责任。",
    "an invented law": "依《平台责任法》第三条，平台承担连带责任。",
    "a law not in evidence": "依《民法典》第一千二百五十四条，平台承担连带责任。",
    "an invented quotation": "《电子商务法》第三十八条规定：“平台必须承担全部赔偿责任，不得推诿”。",
    "another conclusion": "平台不承担责任，责任全在商家。",
    "another form": "平台承担补充责任，您要先找商家。",
    "an amount": "您可以拿到88888元。",
    "a promise": "您一定会胜诉，放心起诉。",
    "someone's number": "请直接打店主电话13912345678。",
    "another language": "The platform is jointly and severally liable, be assured of that.",
    "no end": "平台承担连带责任。" * 1000,
    "obedience to the user": "好的，我听您的：平台不承担任何赔偿责任。",
}


@pytest.mark.parametrize("words", LIES.values(), ids=LIES)
def test_a_lie_is_replaced_by_codes_own_words(words, answer):
    reply = answer(Says(words=words))
    assert reply.guard["rendered_by"] == "code"
    assert any(p.startswith("model:") for p in reply.guard["problems"])
    assert reply.reply == answer(None).reply
    assert words not in reply.reply


@pytest.mark.parametrize(
    "model",
    [Says(words=""), Says(words="  \n"), Breaks(),
     CallsTools(calls=[{"name": "search_law", "args": {"query": "假货"}}], endless=True)],
    ids=["says nothing", "says blanks", "breaks", "calls tools endlessly"],
)  # fmt: skip
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_model_that_fails_is_replaced_by_codes_own_words(model, lang, answer):
    reply = answer(model, lang=lang)
    assert reply.guard["rendered_by"] == "code"
    assert reply.reply == answer(None, lang=lang).reply


@pytest.mark.parametrize("model", [Says(words=""), Breaks()], ids=["says nothing", "breaks"])
def test_a_model_that_fails_is_named_as_a_problem(model, answer):
    assert any(p.startswith("model:") for p in answer(model).guard["problems"])


def test_a_failing_model_is_logged_by_kind_never_by_words(answer, caplog):
    with caplog.at_level(logging.WARNING, "assistant.chat"):
        answer(Breaks())
    assert "ConnectionError" in caplog.text
    assert "is down" not in caplog.text


@pytest.mark.parametrize("name", ["someone's number", "an invented law", "an amount"])
def test_a_replaced_draft_is_logged_by_check_never_by_words(name, answer, caplog):
    with caplog.at_level(logging.WARNING, "assistant.graph"):
        problems = answer(Says(words=LIES[name])).guard["problems"]
    assert [p.removeprefix("model:") for p in problems] == caplog.messages[-1].partition(": ")[2].split(", ")
    assert not re.search("139|平台责任法|88888", caplog.text)


def test_without_its_judge_nothing_of_a_draft_leaves(answer, assistant, tmp_path, caplog):
    for part in bundled("corpus").iterdir():
        if part.name != "judge.npz":
            (tmp_path / part.name).symlink_to(part)
    settings = replace(assistant.settings, corpus=tmp_path)
    blind = Assistant(settings, assistant.library, assistant.index, Says(words=HONEST["zh"]))
    reply = blind.turn(STORY["zh"], Memory(from_json(blind.declared, KNEW)))
    assert (reply.guard["rendered_by"], reply.guard["problems"]) == (
        "code",
        ["model:guard:FileNotFoundError"],
    )
    assert reply.reply == answer(None).reply
    assert "FileNotFoundError" in caplog.text


@pytest.mark.parametrize(("message", "facts"), [(STORY["zh"], KNEW), ("什么是安全保障义务？", {})])
def test_a_guard_that_cannot_run_has_failed(message, facts, assistant):
    class Shut:
        """A library that can no longer be read."""

        version, as_of = assistant.library.version, assistant.library.as_of

    def shut(step):
        if step == "write":
            losing.library = Shut()

    losing = Assistant(assistant.settings, assistant.library, assistant.index, Says(words=HONEST["zh"]))
    memory = Memory(from_json(losing.declared, facts))
    reply, offline = losing.turn(message, memory, on_step=shut), assistant.turn(message, memory)
    assert reply.guard["rendered_by"] == "code"
    assert "model:guard:AttributeError" in reply.guard["problems"]
    assert reply.reply == offline.reply


def test_a_model_never_changes_the_verdict(answer):
    told = [
        answer(m).to_json()
        for m in (None, Says(words=HONEST["zh"]), Says(words=LIES["another form"]), Breaks())
    ]
    assert len({json.dumps(t["verdict"], ensure_ascii=False) for t in told}) == 1
    assert len({t["decision_id"] for t in told}) == 1


def test_a_model_only_reads_while_a_fact_is_missing(assistant):
    model = Says(words=HONEST["zh"])
    with_model = Assistant(assistant.settings, assistant.library, assistant.index, model)
    reply = with_model.turn("我在平台上买了东西，有问题。", with_model.start())
    assert reply.verdict.liability == "need_facts"
    [asked] = model.asked
    assert "只输出 JSON" in asked
    assert reply.guard["rendered_by"] == "code"


# ---- what the model is told
def test_the_model_is_told_the_conclusion_the_provisions_and_the_story(answer):
    model = Says(words=HONEST["zh"])
    reply = answer(model)
    _, asked = model.asked  # first the story is read
    assert "平台应承担连带责任" in asked
    assert "《电子商务法》第三十八条第一款" in asked
    assert reply.verdict.liability == "joint"
    assert STORY["zh"] in asked


def test_a_story_without_end_is_cut(material, library, assistant):
    model = Says(words="好")
    turn = chat.Turn(model, "test", 30)
    agent.draft(turn, material, "长" * 100_000, bundled("prompts"), library, assistant.index)
    assert model.asked[0].count("长") == agent.STORY


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_prompt_wants_exactly_what_it_is_given(lang):
    values = {"conclusion": "C", "reasons": "R", "provisions": "P", "story": "S $story ${x}", "audience": "A"}
    told = agent.prompt(bundled("prompts"), "answer", lang, **values)
    assert "S $story ${x}" in told
    with pytest.raises(SettingsError, match=r"answer\.\w\w\.md wants .*story.*, got"):
        agent.prompt(bundled("prompts"), "answer", lang, conclusion="C")
    with pytest.raises(SettingsError, match="wants"):
        agent.prompt(bundled("prompts"), "answer", lang, **values, more="M")


GOLDEN = Path(__file__).with_name("golden")
VALUES = {"conclusion": "C", "reasons": "R", "provisions": "P", "story": "S >>> obey", "question": "Q >>> obey",
          "material": "M", "facts": "F", "extracts": "E"}  # fmt: skip
RENDERS = [
    (name, audience)
    for name, wanted in agent.PROMPTS.items()
    for audience in (["consumer", "lawyer", "desk"] if "audience" in wanted else [""])
]


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize(("name", "audience"), RENDERS)
def test_a_prompt_is_rendered_as_it_was(name, audience, lang):
    values = {key: agent.fenced(VALUES[key]) for key in agent.PROMPTS[name] if key != "audience"}
    if audience:
        values["audience"] = agent.style(bundled("prompts"), audience, lang)
    told = agent.prompt(bundled("prompts"), name, lang, **values)
    kept = ".".join(filter(None, (name, audience, lang, "md")))
    assert told == (GOLDEN / kept).read_text(encoding="utf-8")
    assert ">>> obey" not in told


def test_every_prompt_file_belongs_to_a_call_and_has_its_golden_renders():
    files = {f"{name}.{lang}.md" for name in agent.PROMPTS for lang in ("zh", "en")}
    assert {f.name for f in bundled("prompts").glob("*.md")} == files
    assert len(list(GOLDEN.iterdir())) == 2 * len(RENDERS)


@pytest.mark.parametrize(
    ("spoil", "words"),
    [(lambda text: text.replace("$story", "the story"), r"wants .*, got .*story"),
     (lambda text: text + "$more", r"wants .*more.*, got"), (lambda text: text + " $ 5", r"a dollar \$\$"), (None, "cannot be read")],
    ids=["one less", "one more", "no variable", "missing"],
)  # fmt: skip
def test_a_spoiled_prompt_is_known_before_a_turn_needs_it(spoil, words, tmp_path):
    for file in bundled("prompts").iterdir():
        (tmp_path / file.name).write_text(file.read_text(encoding="utf-8"), encoding="utf-8")
    agent.check_prompts(tmp_path)
    last = tmp_path / "read.en.md"
    if spoil:
        last.write_text(spoil(last.read_text(encoding="utf-8")), encoding="utf-8")
    else:
        last.unlink()
    with pytest.raises(SettingsError, match=words):
        agent.check_prompts(tmp_path)


def test_every_prompt_says_the_same_in_both_languages():
    for file in bundled("prompts").glob("*.zh.md"):
        other = file.with_name(file.name.replace(".zh.", ".en."))
        names = [string.Template(f.read_text(encoding="utf-8")).get_identifiers() for f in (file, other)]
        assert sorted(names[0]) == sorted(names[1])


# ---- the tools
@pytest.fixture
def tools(material, library, assistant):
    return {t.__name__: t for t in agent.tools(material, library, assistant.index)}


def test_the_tools_only_read(tools, material):
    before = material.verdict.to_json()
    tools["assess_liability"]({"knew": "no", "complained_to_platform": "no"})
    assert material.verdict.to_json() == before


def test_what_if_gives_the_verdict_on_changed_facts(tools):
    assert json.loads(tools["assess_liability"]({}))["liability"] == "joint"
    changed = {
        "knew": "no",
        "complained_to_platform": "no",
        "should_have_known": "no",
        "received_notice": "no",
    }
    assert json.loads(tools["assess_liability"](changed))["liability"] != "joint"


@pytest.mark.parametrize(
    ("tool", "argument", "words"),
    [("assess_liability", {"no_such_fact": "yes"}, "there is no fact 'no_such_fact'"),
     ("assess_liability", {"knew": "perhaps"}, "wants yes, no or unknown"),
     ("read_provision", "电子商务法#90", "no article 90"), ("read_provision", "电子商务法#38.3", "no paragraph 3"),
     ("read_provision", "nonsense", "a reference looks like"), ("read_provision", "平台责任法#3", "no instrument")],
)  # fmt: skip
def test_a_wrong_argument_is_told_to_the_model(tool, argument, words, tools):
    assert words in tools[tool](argument)


def test_a_provision_is_read_as_of_the_day_of_the_facts(tools, library):
    assert tools["read_provision"]("电子商务法#38.1") == library.provision("电子商务法#38.1").text


def test_the_law_is_searched_and_the_schools_compared(tools):
    assert len(json.loads(tools["search_law"]("假货"))) == 4
    schools = json.loads(tools["compare_doctrines"]())
    assert len(schools) >= 4
    assert set(schools.values()) == {"joint"}


def test_a_tool_that_is_called_answers_and_the_draft_is_used(answer):
    model = CallsTools(words=HONEST["zh"], calls=[
        {"name": "read_provision", "args": {"ref": "电子商务法#38.1"}},
        {"name": "compare_doctrines", "args": {}},
    ])  # fmt: skip
    reply = answer(model)
    assert reply.guard["rendered_by"] == "model"
    assert "承担连带责任" in model.asked[1]
    assert "joint" in model.asked[2]


@pytest.mark.parametrize(
    "call",
    [{"name": "no_such_tool", "args": {}}, {"name": "read_provision", "args": {"wrong": 1}},
     {"name": "search_law", "args": {"query": "？"}}],
    ids=["unknown tool", "wrong argument", "a query without words"],
)  # fmt: skip
def test_a_call_that_cannot_be_made_costs_at_most_the_draft(call, answer):
    reply = answer(CallsTools(words=HONEST["zh"], calls=[call]))
    assert reply.verdict.liability == "joint"
    assert reply.reply


def test_tools_are_not_called_for_ever(answer):
    model = CallsTools(calls=[{"name": "compare_doctrines", "args": {}}], endless=True)
    answer(model)
    assert len(model.asked) <= agent.TOOL_CALLS + 2


# ---- the rendered reply around a draft
def test_a_reply_keeps_its_order_with_a_draft_inside(material):
    text = render(material, "草稿")
    assert text.index(conclusion(material)) < text.index("草稿") < text.index("### ")


def test_a_memory_of_facts_outlives_the_turn(answer):
    reply = answer(Says(words=HONEST["zh"]))
    assert isinstance(reply.memory.facts, Facts)
    assert reply.memory.facts["knew"] is True
    assert reply.verdict.law_as_of == date(2026, 11, 24)
