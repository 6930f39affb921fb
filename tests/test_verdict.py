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

import assistant.board
import assistant.whatif
from assistant import claims, payment, procedure, punitive, remedies
from assistant.conditions import Condition, Leaf
from assistant.doctrines import ARTICLE_OWN, DOCTRINES, UnknownDoctrine
from assistant.facts import Facts, ancestors, closed, declarations, from_json, plain
from assistant.law import Library
from assistant.rules import CHANGES_OF_LAW, CONDUCT, DUTIES, FORM_NAMES, GROUNDS, STRENGTH, Form
from assistant.settings import bundled
from assistant.verdict import Verdict, assess
from assistant.worlds import Program, Variations, Worlds

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


def test_worlds_close_every_single_fact_as_facts_do():
    changes = [{name: value} for name, values in CHOICES.items() for value in values]
    leaves = [Leaf(name, (value,)) for name, values in CHOICES.items() for value in values]
    holding, _ = Worlds(Facts(DECLARED), Variations.of(changes)).truth(leaves)
    for number, change in enumerate(changes, 1):
        facts = closed(from_json(DECLARED, change))
        for leaf, holds in zip(leaves, holding, strict=True):
            assert bool(holds >> number & 1) is (leaf.value(facts) is True), (change, leaf)
        alone, _ = Worlds(from_json(DECLARED, change), Variations.of(())).truth(leaves)
        assert alone == [holds >> number & 1 for holds in holding], change


schools = st.sampled_from(sorted(DOCTRINES))


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
@given(
    some_facts,
    st.lists(st.tuples(st.sampled_from(sorted(CHOICES)), st.integers(0, 20)), max_size=6),
    st.sampled_from((None, "0", "0.50", "300")),
)
def test_worlds_judge_as_the_conditions_themselves_do(facts, picks, loss):
    """Bit arithmetic over many worlds, against one set of facts after the other."""
    if loss is not None:
        facts = facts.with_("loss", loss)
    changes = [{name: (*CHOICES[name], None)[i % (len(CHOICES[name]) + 1)]} for name, i in picks]
    changes += [{"property_lost": False}, *({name: None} for name in facts.known)]
    conditions = [g.when for g in GROUNDS] + [g.engaged for g in GROUNDS if g.engaged]
    worlds = Worlds(facts, Variations.of(changes))
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


def consumer(facts: Facts) -> bool:
    return facts["bought_for_living_needs"] is True or facts["farm_inputs"] is True


def consumer_deal(facts: Facts) -> bool:
    return consumer(facts) and facts["seller_is_business"] is True


# What a law, chapter or article is about, by the beginning of the reference: it says nothing on other facts.
ABOUT = {
    "电子商务法#": lambda f: f["subject"] not in ("financial", "content"),  # its article 2(3)
    "网络交易监督管理办法#": lambda f: f["subject"] not in ("financial", "content"),  # made under that law
    "网络交易监督管理办法#20.2": lambda f: f["channel"] == "livestream",
    "直播电商监督管理办法#": lambda f: f["channel"] == "livestream",
    "网络消费纠纷规定（一）#13": lambda f: f["channel"] == "livestream" and consumer(f),
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
    "消费者权益保护法#": lambda f: consumer(f),
    "网络消费纠纷规定（一）#4.1": lambda f: consumer(f),
    "食品安全民事纠纷解释（一）#2.1": lambda f: consumer(f),
    "消费者权益保护法#62": lambda f: f["farm_inputs"] is True,
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
    {"licence_required": True}, {"licence_required": False, "verified_licence": False}, {"farm_inputs": True},
)  # fmt: skip


@functools.cache
def told() -> list[Facts]:
    """Every combination of the facts by which the laws delimit themselves, and single facts beside it."""
    rows = [dict(zip(VARIED, values, strict=True)) for values in itertools.product(*VARIED.values())]
    rows = [{**row, **more} for row in rows for more in MORE if not more or row["knew"]]
    return [closed(from_json(DECLARED, row)) for row in rows]


def table_row(name: str):
    """As the verdict has it, wherever it comes from."""
    table = {**{g.id: g for g in assistant.board.GROUNDS}, **{d.code: d for d in assistant.board.DUTIES}}
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


def judged_with(facts: Facts, change: dict, school: str) -> Verdict:
    for name, value in change.items():
        facts = facts.with_(name, value)
    return judged(facts, school)


def settled(verdict: Verdict) -> bool:
    """No open ground could outrank the headline."""
    strength = STRENGTH.index(Form(verdict.liability)) if verdict.liability != "need_facts" else len(STRENGTH)
    return all(STRENGTH.index(ground.form) >= strength for ground in verdict.open)


@settings(max_examples=300, deadline=None)
@given(some_facts)
def test_what_decides_a_ground_decides_it_alone(facts):
    verdict = judged(facts)
    for result in verdict.grounds:
        when, because = result.ground.when, [item.partition("=") for item in result.because]
        assert all(plain(verdict.facts[name]) == value for name, _, value in because)
        alone = from_json(DECLARED, {name: value for name, _, value in because})
        holds = when.value(verdict.facts)
        if result.status == "established":
            assert holds is when.value(alone) is True
        elif result.status == "excluded":
            assert when.value(alone) is (False if holds is False else None)
        unknown = [leaf.fact for leaf in when.leaves() if leaf.fact not in verdict.facts]
        undecided = result.status not in ("established", "excluded")
        assert undecided is result.undecided
        assert not (undecided and because)
        assert result.missing == (tuple(dict.fromkeys(unknown)) if undecided else ())
        assert result.form == result.forms[-1]


@settings(max_examples=200, deadline=None)
@given(some_facts)
def test_the_json_says_what_the_verdict_says(facts):
    verdict = judged(facts)
    row = verdict.to_json()
    assert row["liability"] == verdict.liability
    assert row["possible"] == list(verdict.possible)
    assert [d["duty"] for d in row["duties"]] == [d.code for d in DUTIES]
    for result, said in zip(verdict.duties, row["duties"], strict=True):
        assert (said["phase"], said["status"]) == (result.duty.phase, result.status)
        assert (said["standard"], said["basis"]) == (result.standard, list(result.basis))
    for result, said in zip(verdict.grounds, row["grounds"], strict=True):
        assert (said["id"], said["form"], said["status"]) == (result.ground.id, result.form, result.status)
        assert (said["basis"], said["contested"]) == (list(result.basis), list(result.contested))
        assert (said["because"], said["missing"]) == (list(result.because), list(result.missing))
        assert said["scope"] == result.scope
    certificate = verdict.certificate
    assert row["certificate"] == {"form": verdict.liability, "whatever": list(certificate.whatever),
                                  "depends_on": list(certificate.depends_on)}  # fmt: skip
    unknown = {n for n, d in DECLARED.items() if n not in verdict.facts and d.kind in ("yes_no", "choice")}
    assert {*certificate.whatever, *certificate.depends_on} == unknown
    assert not {*certificate.whatever} & {*certificate.depends_on}
    assert [q["fact"] for q in row["ask"]] == list(verdict.asks)
    for flip, said in zip(verdict.flips, row["counterfactuals"], strict=True):
        assert (said["change"], said["liability"]) == (flip.change, flip.liability)
        assert said["burden"] == DECLARED[next(iter(flip.change))].burden
        assert said["burdens"] == {name: DECLARED[name].burden for name in flip.change}
        assert said["proof"] == {n: dict(DECLARED[n].proof) for n in flip.change if DECLARED[n].proof}
    assert row["periods"] == [{"from": str(p.start), "liability": p.liability} for p in verdict.periods]


# Stories of which the law of the day decides, each another change.
OF_THEIR_TIME = (
    {"self_operated": "yes", "infringement": "other"},
    {"infringement": "counterfeit", "knew": "yes", "took_measures": "no"},
    {"infringement": "fraud", "merchant_identified": "no"},
    {"subject": "general_goods", "ad_was_false": "yes", "platform_published_ad": "yes", "rights_harmed": "yes",
     "infringement": "false_advertising", "knew": "yes", "took_measures": "yes"},
    {"subject": "food", "infringement": "unsafe", "verified_identity": "no"},
    {"looks_self_operated": "yes", "infringement": "counterfeit"},
    {"infringement": "fraud", "seller_is_business": "no", "knew": "no", "should_have_known": "yes", "took_measures": "no"},
    {"data_leaked_by_platform": "yes", "bought_for_living_needs": "no"},
    {},
)  # fmt: skip


@functools.cache
def days_of_change() -> tuple[date, ...]:
    """Of a provision that gives a claim, read off the library."""
    refs = {b.ref for g in GROUNDS for b in g.bases if b.carrying}
    days = [date(1999, 9, 30) + timedelta(n) for n in range(0, 365 * 28)]
    standing = [sum(LIBRARY.in_force(ref, day) << i for i, ref in enumerate(sorted(refs))) for day in days]
    return tuple(day for day, old, new in zip(days[1:], standing, standing[1:], strict=False) if old != new)


def test_the_form_of_each_period_is_that_of_its_days():
    for story in OF_THEIR_TIME:
        check_periods(story)


def check_periods(story: dict) -> None:
    verdict = of(**story)
    periods = verdict.periods
    assert all(one.liability != other.liability for one, other in itertools.pairwise(periods))
    for change in days_of_change():
        for day in (change - timedelta(1), change):
            dated = of(**story, occurred_on=str(day))
            assert dated.periods == ()
            standing = [p.liability for p in periods if p.start <= day]
            if standing:
                assert standing[-1] == dated.liability
            else:
                assert day < date(1999, 10, 1)


@settings(max_examples=200, deadline=None)
@given(some_facts)
def test_the_wording_is_the_statutes_own_where_the_strongest_ground_says_corresponding(facts):
    for school in DOCTRINES:
        verdict = judged(facts, school)
        strongest = [g for g in verdict.established if g.form == verdict.liability][:1]
        by_lens = any(g.ground.form is Form.CORRESPONDING for g in strongest)
        assert verdict.statutory_wording == ("corresponding" if by_lens else "")
        order = [STRENGTH.index(g.form) for g in verdict.established]
        assert order == sorted(order)
        assert {g.ground.id for g in verdict.established} == {
            g.ground.id for g in verdict.grounds if g.status == "established"
        }


@settings(max_examples=200, deadline=None)
@given(some_facts, st.sampled_from(sorted(CHOICES)), st.integers(0, 20))
def test_decisions_on_other_facts_law_or_school_have_other_ids(facts, name, pick):
    verdict = judged(facts)
    value = CHOICES[name][pick % len(CHOICES[name])]
    others = [judged(facts, "joint_only"), assess(facts, LIBRARY.in_force, date(2020, 1, 1))]
    if facts[name] != value:
        others.append(judged(facts.with_(name, value)))
        others.append(judged(facts.with_(name, value, "corrected")))
    ids = [verdict.decision_id, *(other.decision_id for other in others)]
    assert len(set(ids)) == len(ids)
    assert all(re.fullmatch("[0-9a-f]{16}", one) for one in ids)


# Where nothing is established or open, these grounds say why not.
MOST_ASKED = ("joint-knowledge", "supplementary-review", "advance-payment")


@settings(max_examples=200, deadline=None)
@given(some_facts)
def test_the_provisions_are_those_of_what_stands_then_of_duties_breached(facts):
    verdict = judged(facts)
    refs = verdict.refs()
    assert len(set(refs)) == len(refs)
    shown = verdict.established or [g for g in verdict.grounds if g.status == "open"]
    if not shown:
        shown = [
            g for g in verdict.grounds if g.ground.id in MOST_ASKED and g.status in ("unproved", "excluded")
        ]
    of_grounds = list(dict.fromkeys(ref for g in shown for ref in g.basis))
    assert list(refs[: len(of_grounds)]) == of_grounds
    breached = [d for d in verdict.duties if d.status == "breached"]
    assert {*refs} == {*of_grounds, *(ref for d in breached for ref in d.basis[:2])}
    for result in verdict.grounds:
        applies = [b.ref for b in result.ground.bases if LIBRARY.in_force(b.ref, verdict.law_as_of)
                   and (b.when is None or b.when.value(verdict.facts) is True)]  # fmt: skip
        standing = [b.ref for b in result.ground.bases if LIBRARY.in_force(b.ref, verdict.law_as_of)]
        assert list(result.basis) == (applies or standing)
        assert all(
            b.contested is (b.ref in result.contested) for b in result.ground.bases if b.ref in result.basis
        )


@settings(max_examples=200, deadline=None)
@given(some_facts, schools)
def test_flips_are_all_single_changes_that_bring_another_form(facts, school):
    check_flips(facts, school)


def check_flips(facts: Facts, school: str) -> None:
    verdict = judged(facts, school)
    live = {leaf.fact for g in verdict.grounds if g.status in ("established", "open", "unproved")
            for leaf in g.ground.when.leaves()}  # fmt: skip
    live = {n for n in live if DECLARED[n].kind == "yes_no" and DECLARED[n].about != "damage"}
    forms = {(name, value): judged(facts.with_(name, value), school).liability for name in live for value in (True, False)
             if verdict.facts[name] is not value}  # fmt: skip
    single = {
        next(iter(flip.change.items())): flip.liability for flip in verdict.flips if len(flip.change) == 1
    }
    assert single == {(n, plain(v)): form for (n, v), form in forms.items() if form != verdict.liability}
    pairs = [flip for flip in verdict.flips if len(flip.change) > 1]
    for flip in verdict.flips:
        assert flip.to_json(verdict.facts)["burden"] == DECLARED[next(iter(flip.change))].burden
    alone = any(form != "need_facts" for form in single.values())
    assert len(pairs) <= (0 if alone else 6)
    assert all(
        len(flip.change) == 2 and flip.liability != "need_facts" and live >= {*flip.change} for flip in pairs
    )
    if not alone and not pairs and len(live) < 12:
        for (one, a), (other, b) in itertools.combinations(forms, 2):
            if one != other:
                assert judged_with(facts, {one: a, other: b}, school).liability in (
                    verdict.liability,
                    "need_facts",
                )
    order = [(flip.liability == "need_facts", len(flip.change), DECLARED[next(iter(flip.change))].about != "platform")
             for flip in verdict.flips]  # fmt: skip
    assert order == sorted(order)


@settings(max_examples=200, deadline=None)
@given(some_facts, schools)
def test_the_settling_set_settles_whatever_the_answers_and_no_smaller_one_does(facts, school):
    check_settling(facts, school)


def check_settling(facts: Facts, school: str) -> None:
    verdict = judged(facts, school)

    def settles(names: tuple[str, ...]) -> bool:
        return all(settled(judged_with(facts, dict(zip(names, answers, strict=True)), school))
                   for answers in itertools.product(("yes", "no"), repeat=len(names)))  # fmt: skip

    asked = [name for name in sorted(worth_asking(verdict)) if DECLARED[name].kind == "yes_no"]
    if verdict.settling:
        assert len(verdict.settling) <= 3
        assert not settled(verdict)
        assert settles(verdict.settling)
        assert {*verdict.settling} <= {*asked}
    smaller = range(1, len(verdict.settling) or 3)
    if not settled(verdict):
        assert not any(settles(some) for size in smaller for some in itertools.combinations(asked[:9], size))


def test_one_answer_settles_though_many_are_open():
    assert of(platform_promised_more="yes", infringement="other").settling == ("kept_promise",)


@settings(max_examples=200, deadline=None)
@given(some_facts, schools)
def test_what_is_asked_could_still_matter_and_settles_most_first(facts, school):
    check_asks(facts, school)


def check_asks(facts: Facts, school: str) -> None:
    verdict = judged(facts, school)

    def worth(name: str) -> tuple[int, bool, int]:
        answers = (True, False) if DECLARED[name].kind == "yes_no" else DECLARED[name].choices[:2]
        left = sum(len(judged(facts.with_(name, answer), school).open) for answer in answers)
        return left, DECLARED[name].burden == "platform", list(DECLARED).index(name)

    ranked = sorted(worth_asking(verdict), key=worth)
    if "infringement" in ranked and "rights_harmed" not in verdict.facts:  # what went wrong comes first
        ranked.insert(0, ranked.pop(ranked.index("infringement")))
    assert list(verdict.asks) == ranked[:2]


def worth_asking(verdict: Verdict) -> set[str]:
    """The unknown facts, or what is asked in their place, of open grounds that could outrank the headline."""
    decided = verdict.liability != "need_facts"
    strength = STRENGTH.index(Form(verdict.liability)) if decided else len(STRENGTH)
    stronger = [g for g in verdict.open if STRENGTH.index(g.form) < strength]
    reads = {name for g in stronger for name in loud(g.ground.when, verdict.facts)}
    asks = {assistant.whatif.ASK_INSTEAD.get(name, name) for name in reads}
    return {name for name in asks if name not in verdict.facts and name not in verdict.facts.asked}


def loud(c: Condition, facts: Facts) -> set[str]:
    """The facts on which a condition still waits, outside what is quiet and what is decided without them."""
    if c.value(facts, "practical") is not None:
        return set()
    return {c.fact} if isinstance(c, Leaf) else {name for part in c.parts for name in loud(part, facts)}


# Where several grounds stand beside one another, or wait for an answer.
SIDE_BY_SIDE = (
    {"infringement": "counterfeit", "platform_promised_more": "yes", "kept_promise": "no",
     "complained_to_platform": "yes", "subject": "general_goods"},
    {"infringement": "fraud", "took_part": "yes", "complained_to_platform": "yes", "subject": "general_goods"},
    {"infringement": "non_delivery", "merchant_unreachable": "yes", "platform_promised_more": "yes", "kept_promise": "no"},
    {"subject": "electrical_product", "infringement": "unsafe", "person_injured": "yes", "verified_identity": "no",
     "merchant_unreachable": "yes"},
    {"subject": "electrical_product", "infringement": "unsafe", "person_injured": "yes"},
    {"subject": "drug", "infringement": "unsafe", "person_injured": "yes", "complained_to_platform": "no"},
    {"subject": "drug", "infringement": "unsafe", "person_injured": "yes", "verified_identity": "no", "licence_required": "yes"},
    {"subject": "food", "infringement": "unsafe", "licence_required": "yes", "merchant_identified": "no"},
    {"subject": "food", "infringement": "unsafe"},
    {"labelled_self_operated": "yes"}, {"looks_self_operated": "yes"}, {"took_part": "yes"},
    {"subject": "infant_product", "infringement": "unsafe", "checked_product_safety": "no", "complained_to_platform": "yes"},
    {"subject": "health_food", "platform_published_ad": "yes", "infringement": "other"},
    {"platform_promised_more": "yes", "infringement": "other"}, {"infringement": "counterfeit"}, {},
    {"subject": "electrical_product", "infringement": "unsafe", "person_injured": "yes", "verified_identity": "no",
     "complained_to_platform": "yes", "merchant_unreachable": "yes"},
    {"received_notice": "no", "disclosed_risk": "no", "infringement": "counterfeit", "breach_contributed": "yes"},
)  # fmt: skip


def test_flips_settling_and_questions_where_grounds_stand_side_by_side():
    for row in SIDE_BY_SIDE:
        facts = from_json(DECLARED, row)
        for school in (ARTICLE_OWN, "all_forms"):
            check_settling(facts, school)
            check_asks(facts, school)
        check_flips(facts, ARTICLE_OWN)


@settings(max_examples=200, deadline=None)
@given(some_facts)
def test_the_order_in_which_facts_are_told_changes_nothing(facts):
    told = {name: fact.value for name, fact in facts.known.items()}
    turned = judged(from_json(DECLARED, dict(reversed(told.items()))))
    verdict = judged(facts)
    assert turned.decision_id == verdict.decision_id
    assert turned.liability == verdict.liability


def check_certificate(facts: Facts) -> None:
    """A fact may matter that is read by an undecided ground which would outrank the headline, or from which
    something may follow that decides one at least as strong without having been told; where nothing is decided,
    besides, how the platform behaved."""
    verdict = judged(facts)
    undecided = verdict.liability in ("need_facts", "none")
    strength = len(STRENGTH) if undecided else STRENGTH.index(Form(verdict.liability))
    reads: set[str] = set(CONDUCT) if undecided else set()
    for result in verdict.grounds:
        place, ground = STRENGTH.index(result.form), result.ground
        if result.undecided and place < strength:
            reads |= {leaf.fact for c in (ground.when, ground.engaged) if c for leaf in c.leaves()}
        elif not result.undecided and (
            place < strength or (result.status == "established" and place == strength)
        ):
            reads |= {item.split("=")[0] for item in result.because}
    unsure = {name for name in reads if facts.source(name) not in ("stated", "corrected")}
    causes = unsure.union(*(ancestors(name) for name in unsure))
    assert {*verdict.certificate.depends_on} == {
        *verdict.certificate.depends_on,
        *verdict.certificate.whatever,
    } & causes
    assert verdict.certificate.form == verdict.liability
    for name in set(verdict.certificate.whatever) & set(CHOICES):
        for value in CHOICES[name]:
            assert judged(facts.with_(name, value)).liability == verdict.liability, name


@settings(max_examples=100, deadline=None)
@given(some_facts)
def test_the_certificate_names_what_may_matter_and_nothing_else(facts):
    check_certificate(facts)


# What holds a ground was inferred, and something not told yet would undo it.
UNDONE = (
    {"infringement": "unsafe", "person_injured": "yes", "verified_identity": "no", "complained_to_platform": "no"},
    {"infringement": "unsafe", "person_injured": "yes", "verified_identity": "no", "self_operated": "yes"},
    {"subject": "cosmetics", "infringement": "unsafe", "person_injured": "yes", "reviewed_in_substance": "yes",
     "merchant_identified": "yes", "knew": "no", "should_have_known": "no", "took_part": "no",
     "platform_promised_more": "yes", "kept_promise": "no"},
    {"subject": "cosmetics", "infringement": "unsafe", "person_injured": "yes", "reviewed_in_substance": "yes",
     "merchant_identified": "yes", "knew": "no", "should_have_known": "no"},
    {"subject": "general_goods", "infringement": "counterfeit"},
    {"subject": "general_goods", "infringement": "counterfeit", "verified_identity": "yes"},
    {"infringement": "counterfeit", "received_notice": "yes", "knew": "no", "should_have_known": "no",
     "took_measures": "no"},
)  # fmt: skip


def test_the_certificate_where_what_was_inferred_may_be_undone():
    for row in (*UNDONE, *SIDE_BY_SIDE[:4]):
        check_certificate(from_json(DECLARED, row))


def test_three_answers_settle_where_review_is_in_doubt_and_nobody_knows_of_what_goods():
    verdict = of(**SIDE_BY_SIDE[-1])
    assert set(verdict.settling) == {"life_or_health", "verified_identity", "verified_licence"}


def test_two_questions_are_asked_at_once():
    assert len(of(infringement="counterfeit").asks) == 2


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
