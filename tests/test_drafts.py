"""The guard against drafts by hand and by mutation: the honest leave, and no lie does."""

import random
from pathlib import Path

import pytest
import yaml

from assistant import agent, guard, reply
from assistant.facts import from_json
from assistant.payment import payments
from assistant.remedies import remedies
from tests import mutations
from tests.test_agent import CASES
from tests.test_verdict import DECLARED, LIBRARY, judged

NOTHING_WRONG = {"subject": "general_goods", "infringement": "non_delivery", "merchant_infringed": "yes",
                 "rights_harmed": "yes", "complained_to_platform": "yes", "knew": "yes", "took_measures": "yes",
                 "measures_in_time": "yes", "measures_effective": "yes", "merchant_identified": "yes",
                 "price_paid": "299", "received_notice": "yes"}  # fmt: skip
DRAFTS = yaml.safe_load(Path(__file__).with_name("drafts.yaml").read_text(encoding="utf-8"))
LIES = yaml.safe_load(Path(__file__).with_name("lies.yaml").read_text(encoding="utf-8"))
PAIRS = [(form, lang) for form, by_lang in DRAFTS.items() for lang in by_lang]
MANY = 100  # varied drafts, and as many lies, of each verdict and language: 2,000; `python -m tests.fuzz_guard` tries more


def evidence(form, lang):
    verdict = judged(from_json(DECLARED, {**CASES, "none": NOTHING_WRONG}[form]))
    assert verdict.liability == form
    claims = remedies(verdict)
    rows = payments(verdict, claims)
    provisions = reply.gather(reply.needed(verdict, claims, rows), LIBRARY, verdict.law_as_of)
    return agent.evidence(reply.Material(verdict, provisions, claims, rows, lang), "")


@pytest.mark.parametrize(("form", "lang"), PAIRS)
def test_every_draft_by_hand_may_leave(form, lang):
    held = evidence(form, lang)
    found = {d: guard.check(d, held, LIBRARY, lang).problems for d in DRAFTS[form][lang]}
    assert {d: problems for d, problems in found.items() if problems} == {}


def test_there_are_two_thousand_by_mutation():
    assert 2 * MANY * len(PAIRS) >= 2000


def test_there_are_a_hundred_by_hand():
    assert sum(len(drafts) for by_lang in DRAFTS.values() for drafts in by_lang.values()) >= 100


@pytest.mark.parametrize(("form", "lang"), PAIRS)
def test_honest_drafts_may_leave_however_they_are_put_together(form, lang):
    held, draw = evidence(form, lang), random.Random(1)
    varied = [mutations.honest(DRAFTS[form][lang], lang, draw) for _ in range(MANY)]
    stopped = [d for d in varied if guard.check(d, held, LIBRARY, lang).problems]
    assert len(stopped) <= 0.02 * MANY, stopped


@pytest.mark.parametrize(("form", "lang"), PAIRS)
def test_no_lie_leaves(form, lang):
    held, draw = evidence(form, lang), random.Random(2)
    lies = mutations.lies(DRAFTS[form][lang], {str(f) for f in held.forms}, lang, draw)
    for _ in range(MANY):
        kind, draft = next(lies)
        assert guard.check(draft, held, LIBRARY, lang).problems, (kind, draft)


@pytest.mark.parametrize(
    ("form", "lang"), [(form, lang) for form, by_lang in LIES.items() for lang in by_lang]
)
def test_no_lie_by_hand_leaves(form, lang):
    held = evidence(form, lang)
    assert [lie for lie in LIES[form][lang] if not guard.check(lie, held, LIBRARY, lang).problems] == []


def test_drafts_by_another_hand_are_told_from_lies(assistant):
    from tests.fuzz_guard import written

    drafts = list(written(assistant, Path(__file__).with_name("drafts-2.yaml")))
    assert [d.text for d in drafts if d.why and not d.right] == []
    stopped = [(d.text, d.problems) for d in drafts if not d.why and not d.right]
    assert [draft for draft in stopped if draft[1] != ("form:at_odds",)] == []  # the words stop none of them
    assert len(stopped) <= 0.1 * sum(not d.why for d in drafts), stopped
