"""The verdict: what holds for every set of facts. Situations: test_cases; whole spaces: test_space."""

import functools
import inspect
import itertools
import os
import re
import subprocess
import sys
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import assistant.verdict
from assistant import claims, payment, procedure, punitive, remedies
from assistant.doctrines import DOCTRINES, UnknownDoctrine
from assistant.facts import Facts, closed, declarations, from_json, plain
from assistant.law import Library
from assistant.rules import CHANGES_OF_LAW, DUTIES, FORM_NAMES, GROUNDS, STRENGTH, Form
from assistant.settings import bundled
from assistant.verdict import Verdict, assess
from assistant.worlds import Program, Worlds

LIBRARY = Library(bundled("corpus"))
DECLARED = declarations(bundled("corpus") / "facts.yaml")
CHOICES = {name: (True, False) if d.kind == "yes_no" else d.choices
           for name, d in DECLARED.items() if d.kind in ("yes_no", "choice")}  # fmt: skip


def judged(facts: Facts, doctrine: str | None = None) -> Verdict:
    return assess(facts, LIBRARY.in_force, LIBRARY.as_of, doctrine)


def of(**facts: object) -> Verdict:
    return judged(from_json(DECLARED, facts))


def test_every_fact_is_used_by_a_rule_an_inference_or_a_remedy():
    read_elsewhere = {"occurred_on", "lasted_until", "price_paid", "loss", "channel", "infringement", "merchant_intended",
                      "complained_to_platform", "regulator_warned", "violation_was_obvious",
                      "buyer_is_minor", "merchant_licensed", "contracted_with_consumer",
                      "property_lost"}  # fmt: skip
    shown_only = {"platform_promoted"}
    for module in (claims, payment, procedure, punitive, remedies):
        read_elsewhere |= set(re.findall(r'"(\w+)"', inspect.getsource(module))) & set(DECLARED)
    conditions = [c for g in GROUNDS for c in (g.when, g.engaged, *(s for s, _ in g.scopes)) if c]
    conditions += [c for d in DUTIES for c in (d.engaged, d.breached) if c]
    used = {leaf.fact for c in conditions for leaf in c.leaves()}
    assert set(DECLARED) - used - read_elsewhere == shown_only


def test_every_carrying_form_has_a_name_in_both_languages():
    assert all(set(FORM_NAMES[f]) == {"zh", "en"} for f in Form)


some_facts = st.dictionaries(st.sampled_from(sorted(CHOICES)), st.integers(0, 20), max_size=14).map(
    lambda row: from_json(DECLARED, {n: CHOICES[n][i % len(CHOICES[n])] for n, i in row.items()})
)


@settings(max_examples=1500, deadline=None)
@given(some_facts)
def test_every_set_of_facts_gets_a_consistent_verdict(facts):
    verdict = judged(facts)
    again = judged(facts)
    assert verdict.to_json() == again.to_json()
    assert verdict.decision_id == again.decision_id
    assert verdict.liability in {*STRENGTH, "need_facts"}
    assert {d.status for d in verdict.duties} <= {"breached", "fulfilled", "not_engaged", "unknown"}
    if verdict.established:
        assert verdict.liability in verdict.possible
        floor, headline = verdict.possible[-1], verdict.liability
        assert STRENGTH.index(Form(headline)) <= STRENGTH.index(Form(floor))
    assert len(verdict.asks) <= 2
    assert not set(verdict.asks) & set(verdict.facts.known)


@settings(max_examples=700, deadline=None)
@given(some_facts, st.sampled_from(sorted(CHOICES)), st.integers(0, 20))
def test_learning_a_fact_never_revives_an_excluded_ground_nor_drops_an_established_one(facts, name, pick):
    before = judged(facts)
    if name in before.facts or name == "subject":
        # it would correct a fact, or override a presumption or inference; a financial or content
        # subject lifts the presumption that the E-Commerce Law applies
        return
    value = CHOICES[name][pick % len(CHOICES[name])]
    after = judged(facts.with_(name, value))
    changed = {n for n in before.facts.known if before.facts[n] != after.facts[n]}
    if changed:
        return  # an inference gave way to what was learned
    for old, new in zip(before.grounds, after.grounds, strict=True):
        if old.status in ("established", "excluded"):
            assert new.status == old.status


@settings(max_examples=300, deadline=None)
@given(some_facts)
def test_doctrines_change_only_grounds_whose_statute_says_corresponding(facts):
    verdicts = [judged(facts, name) for name in DOCTRINES]
    for results in zip(*(v.grounds for v in verdicts), strict=True):
        assert len({r.status for r in results}) == 1
        if results[0].ground.form is not Form.CORRESPONDING:
            assert len({r.forms for r in results}) == 1


def test_the_lenses_give_each_school_its_form():
    facts = {"subject": "electrical_product", "infringement": "unsafe", "person_injured": "yes",
             "verified_identity": "no", "complained_to_platform": "no"}  # fmt: skip
    verdict = of(**facts)
    assert verdict.liability == "supplementary"
    assert verdict.statutory_wording == "corresponding"
    assert verdict.other_doctrines == {
        "joint_only": "joint", "supplementary_only": "supplementary", "all_forms": "several",
        "joint_and_several_shares": "joint",
    }  # fmt: skip


def test_the_days_on_which_the_law_changes_are_read_off_the_library():
    refs = {b.ref for g in GROUNDS for b in g.bases if b.carrying}
    days = [date(1999, 1, 1) + timedelta(n) for n in range(365 * 29)]
    standing = [frozenset(r for r in refs if LIBRARY.in_force(r, day)) for day in days]
    changed = [day for day, old, new in zip(days[1:], standing, standing[1:], strict=False) if old != new]
    assert tuple(changed) == CHANGES_OF_LAW


@settings(max_examples=400, deadline=None)
@given(some_facts, st.lists(st.tuples(st.sampled_from(sorted(CHOICES)), st.integers(0, 20)), max_size=6))
def test_worlds_judge_as_the_conditions_themselves_do(facts, picks):
    """Bit arithmetic over many worlds, against one set of facts after the other."""
    changes = [{name: CHOICES[name][i % len(CHOICES[name])]} for name, i in picks]
    conditions = [g.when for g in GROUNDS] + [g.engaged for g in GROUNDS if g.engaged]
    worlds = Worlds(facts, changes)
    together = Program(conditions).judge(worlds, facts)
    for number, change in enumerate([{}, *changes]):
        alone = facts
        for name, value in change.items():
            alone = alone.with_(name, value)
        whole = closed(alone)
        for mode, rows in zip(("strict", "practical", "unproved"), together, strict=True):
            for condition, (holds, fails) in zip(conditions, rows, strict=True):
                told = True if holds >> number & 1 else False if fails >> number & 1 else None
                assert told is condition.value(whole, mode)


@settings(max_examples=600, deadline=None)
@given(some_facts, st.lists(st.tuples(st.integers(0, 60), st.integers(0, 20)), max_size=5))
def test_the_certificate_holds_whatever_is_learned_of_what_it_names(facts, picks):
    verdict = judged(facts)
    whatever = [name for name in verdict.certificate.whatever if name in CHOICES]
    for number, value in picks if whatever else ():
        name = whatever[number % len(whatever)]
        facts = facts.with_(name, CHOICES[name][value % len(CHOICES[name])])
    assert judged(facts).liability == verdict.liability


@settings(max_examples=300, deadline=None)
@given(some_facts)
def test_every_flip_brings_the_form_it_names_and_every_settling_set_settles(facts):
    verdict = judged(facts)
    for flip in verdict.flips:
        changed = facts
        for name, value in flip.change.items():
            changed = changed.with_(name, value)
        assert judged(changed).liability == flip.liability != verdict.liability
    for answers in itertools.product(("yes", "no"), repeat=len(verdict.settling)):
        told = facts
        for name, value in zip(verdict.settling, answers, strict=True):
            told = told.with_(name, value)
        assert not verdict.settling or judged(told).liability != "need_facts"


# ---- which provisions a row of the table may cite on which facts



def consumer_deal(facts: Facts) -> bool:
    return facts["bought_for_living_needs"] is True and facts["seller_is_business"] is True


# What a law, chapter or article is about, by the beginning of the reference: it says nothing on other facts.
ABOUT = {
    "电子商务法#": lambda f: f["subject"] not in ("financial", "content"),  # its article 2(3)
    "网络交易监督管理办法#": lambda f: f["subject"] not in ("financial", "content"),  # made under that law
    "网络交易监督管理办法#20.2": lambda f: f["channel"] == "livestream",
    "直播电商监督管理办法#": lambda f: f["channel"] == "livestream",
    "网络消费纠纷规定（一）#13": lambda f: f["channel"] == "livestream" and f["bought_for_living_needs"] is True,
    "网络消费纠纷规定（一）#14": lambda f: f["channel"] == "livestream",
    "网络消费纠纷规定（一）#15": lambda f: f["channel"] == "livestream" and f["licence_required"] is True
                                       and f["verified_licence"] is False,
    "网络消费纠纷规定（一）#16": lambda f: f["channel"] == "livestream" and consumer_deal(f),
    "网络消费纠纷规定（一）#18": lambda f: f["channel"] == "food_delivery",
    "消费者权益保护法实施条例#14.2": lambda f: f["channel"] == "livestream",
    "食品安全法#": lambda f: f["subject"] in ("food", "health_food"),
    "食品安全民事纠纷解释（一）#": lambda f: f["subject"] in ("food", "health_food"),
    "食品安全法#123.2": lambda f: f["violation_serious"] is True,
    "食品安全民事纠纷解释（一）#5": lambda f: f["violation_serious"] is True,
    "食品药品纠纷规定#": lambda f: f["subject"] in ("food", "health_food", "drug"),
    "药品管理法#": lambda f: f["subject"] == "drug",
    # consumers against businesses
    "消费者权益保护法#": lambda f: f["bought_for_living_needs"] is True,
    "网络消费纠纷规定（一）#4.1": lambda f: f["bought_for_living_needs"] is True,
    "食品安全民事纠纷解释（一）#2.1": lambda f: f["bought_for_living_needs"] is True,
    "消费者权益保护法#44": consumer_deal, "食品安全法#131.2": consumer_deal,
    "电子商务法#38": consumer_deal,
    "食品药品纠纷规定#9": consumer_deal,
    "七日无理由退货暂行办法#": consumer_deal,
    # life and health, knowledge, carriers, the platform's own contract
    "电子商务法#38.2": lambda f: f["life_or_health"] is True,
    "侵权责任法#37.2": lambda f: f["life_or_health"] is True,
    "广告法#56.2": lambda f: f["life_or_health"] is True,
    "消费者权益保护法#45.2": lambda f: f["life_or_health"] is True,
    "广告法#56.3": lambda f: f["knew"] is True or f["should_have_known"] is True,
    "侵权责任法#36.3": lambda f: f["knew"] is True,
    "民法典#811": lambda f: f["platform_is_carrier"] is True,
    "民法典#823": lambda f: f["platform_is_carrier"] is True and (f["person_injured"] is True or f["person_died"] is True),
    "合同法#302": lambda f: f["platform_is_carrier"] is True and (f["person_injured"] is True or f["person_died"] is True),
    "民法典#491.2": lambda f: f["platform_contracts_itself"] is True,
    "电子商务法#37.2": lambda f: f["labelled_self_operated"] is True,
}  # fmt: skip
# Of one row: a contract claim wants the platform itself to sell; the merchant's identity is owed to consumers;
# a report is owed of what is known.
ABOUT_IN = {
    ("direct-self-operated", "民法典#577"): lambda f: f["self_operated"] is True,
    ("direct-self-operated", "合同法#107"): lambda f: f["self_operated"] is True,
    ("joint-food-review", "食品安全法#62.2"): lambda f: f["knew"] is True,
    ("seller_information_disclosure", "消费者权益保护法实施条例#14.2"): consumer_deal,
}
# Provisions whose reach is disputed: what is drawn from them by analogy, and notice outside online content.
DISPUTED = {"侵权责任法#36.3", "侵权责任法#37.2", "侵权责任法#36.2", "民法典#1195.2"}
VARIED = {
    "subject": (None, "general_goods", "food", "health_food", "drug", "financial", "content"),
    "channel": (None, "livestream", "food_delivery"),
    "bought_for_living_needs": (True, False), "seller_is_business": (True, False),
    "life_or_health": (True, False), "knew": (True, False), "should_have_known": (True, False),
}  # fmt: skip
MORE = (
    {}, {"platform_is_carrier": True}, {"platform_is_carrier": True, "person_injured": True},
    {"platform_is_carrier": True, "person_died": True}, {"person_injured": True}, {"platform_contracts_itself": True}, {"labelled_self_operated": True},
    {"violation_serious": True}, {"licence_required": True, "verified_licence": False},
    {"licence_required": True}, {"licence_required": False, "verified_licence": False},
)  # fmt: skip


@functools.cache
def told() -> list[Facts]:
    """Every combination of the facts by which the laws delimit themselves, and single facts beside it."""
    rows = [dict(zip(VARIED, values, strict=True)) for values in itertools.product(*VARIED.values())]
    rows = [{**row, **more} for row in rows for more in MORE if not more or row["knew"]]
    return [closed(from_json(DECLARED, row)) for row in rows]


def table_row(name: str):
    """As the verdict has it, wherever it comes from."""
    table = {**{g.id: g for g in assistant.verdict.GROUNDS}, **{d.code: d for d in assistant.verdict.DUTIES}}
    return table[name]


def in_issue(row: object, facts: Facts) -> bool:
    """The row is not excluded, nor undecided for want of a fact by which laws delimit themselves."""
    parts = [c for c in (getattr(row, "when", None), row.engaged) if c]
    wanted = {leaf.fact for c in parts for leaf in c.leaves()} & set(VARIED)
    return wanted <= set(facts.known) and all(c.value(facts) is not False for c in parts)


ROWS = [*(g.id for g in GROUNDS), *(d.code for d in DUTIES)]


@pytest.mark.parametrize("row", ROWS)
def test_a_provision_is_cited_on_all_facts_that_it_is_about_and_on_no_others(row):
    row = table_row(name := row)
    about = {
        b.ref: [holds for start, holds in ABOUT.items() if b.ref.startswith(start)]
        + [holds for holds in (ABOUT_IN.get((name, b.ref)),) if holds]
        for b in row.bases
    }
    for facts in told():
        if in_issue(row, facts):
            applies = [b.ref for b in row.bases if b.when is None or b.when.value(facts) is True]
            assert applies == [ref for ref in about if all(holds(facts) for holds in about[ref])]


@pytest.mark.parametrize("row", ROWS)
def test_only_provisions_whose_reach_is_disputed_are_contested(row):
    row = table_row(row)
    if hasattr(row, "when"):
        assert [b.ref for b in row.bases if b.contested] == [b.ref for b in row.bases if b.ref in DISPUTED]


def test_an_unknown_doctrine_is_refused_with_the_names():
    with pytest.raises(UnknownDoctrine, match="joint_only"):
        judged(Facts(DECLARED), "mine")


def test_what_the_user_does_not_know_is_not_asked_again():
    first = of(infringement="counterfeit", complained_to_platform="yes")
    assert first.asks
    facts = from_json(DECLARED, {"infringement": "counterfeit", "complained_to_platform": "yes"})
    later = judged(facts.with_asked(first.asks))
    assert not set(first.asks) & set(later.asks)


def test_closing_facts_is_idempotent_and_keeps_what_was_stated():
    facts = from_json(DECLARED, {"measures_in_time": "yes", "complained_to_platform": "yes", "knew": "no"})
    once = closed(facts)
    assert closed(once) == once
    assert plain(once["took_measures"]) == "yes"
    assert once["knew"] is False


def test_contradictions_are_named():
    verdict = of(measures_in_time="yes", took_measures="no")
    assert verdict.contradictions == (("measures_in_time", "took_measures"),)


def test_nothing_told_needs_facts_and_asks_what_went_wrong():
    verdict = judged(Facts(DECLARED))
    assert verdict.liability == "need_facts"
    assert verdict.asks[0] == "infringement"


def test_unknown_date_is_judged_as_of_the_corpus_not_the_clock():
    assert of(infringement="other").law_as_of == LIBRARY.as_of
    assert of(occurred_on="2020-02-29").law_as_of == date(2020, 2, 29)


def test_the_decision_is_the_same_in_another_process_and_hash_seed():
    code = (
        "from tests.test_verdict import of;"
        "v=of(subject='food',infringement='unsafe',complained_to_platform='yes',took_measures='no');"
        "import json;print(v.decision_id, json.dumps(v.to_json(),ensure_ascii=False))"
    )
    runs = {
        subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True,
                       env={**os.environ, "PYTHONHASHSEED": seed}, cwd=Path(__file__).parent.parent).stdout
        for seed in ("0", "1", "4242")
    }  # fmt: skip
    assert len(runs) == 1
