"""Both sides of one verdict: what is to be proved, mended, paid and feared."""

import json

import pytest
from hypothesis import given, settings

from assistant.facts import Lang
from assistant.payment import payments
from assistant.penalties import PENALTIES, risks
from assistant.remedies import remedies
from assistant.rules import DUTIES, GROUNDS
from assistant.sides import MEND, report, sides
from tests.test_payment import FAKE, KETTLE, KNEW, LOST
from tests.test_verdict import DECLARED, LIBRARY, from_json, judged, some_facts

FOOD = {"subject": "food", "infringement": "unsafe", "merchant_licensed": "no", "price_paid": "399"}
FORMS = {
    "joint": KNEW, "supplementary": KETTLE, "advance_payment_with_recourse": LOST,
    "direct": {**FAKE, "self_operated": "yes"}, "need_facts": {"infringement": "counterfeit", "complained_to_platform": "yes"},
    "contractual_promise": {"platform_promised_more": "yes", "kept_promise": "no", "price_paid": "10", "promised_multiple": "3"},
    "none": {**FAKE, "complained_to_platform": "no", "knew": "no", "should_have_known": "no",
             "merchant_identified": "yes", "took_measures": "yes"},
}  # fmt: skip


def both(**facts):
    verdict = judged(from_json(DECLARED, facts))
    found = remedies(verdict)
    return sides(verdict, found, payments(verdict, found))


def named(elements):
    return {one.fact: one for one in elements}


@pytest.mark.parametrize("form", FORMS)
def test_each_form_has_both_sides_in_both_languages(form):
    result = both(**FORMS[form])
    row = result.to_json()
    assert result.exposure.liability == form
    assert set(row) == {"consumer", "platform"}
    assert set(row["consumer"]) >= {"claims", "prove", "other_side_proves"}
    assert set(row["platform"]) >= {"duties", "must_show", "exposure", "administrative"}
    assert json.loads(json.dumps(row)) == row
    languages: tuple[Lang, ...] = ("zh", "en")
    for lang in languages:
        text = report(result, lang)
        assert text.count("\n## ") + text.startswith("## ") == 2
        assert row["platform"]["exposure"]["words" if lang == "zh" else "words_en"] in text


def test_the_consumer_proves_knowledge_and_the_platform_its_measures():
    result = both(**KNEW)
    mine, theirs = named(result.prove), named(result.others_prove)
    assert {"merchant_infringed", "knew"} <= set(mine)
    assert "工单" in mine["knew"].proof["zh"]
    assert {"took_measures", "measures_in_time", "measures_effective"} & set(theirs)
    assert theirs["took_measures"].statement["zh"] == DECLARED["took_measures"].text["zh"]


def test_what_is_presumed_is_for_the_other_side_to_refute():
    theirs = named(both(**LOST).others_prove)
    assert theirs["seller_is_business"].statement["zh"].startswith("并非")
    assert theirs["merchant_identified"].statement["zh"] == DECLARED["merchant_identified"].text["zh"]
    assert "seller_is_business" not in named(both(**LOST).prove)


def test_unproved_knowledge_is_shown_with_what_would_prove_it():
    mine = named(both(**KETTLE, merchant_identified="yes").prove)
    assert mine["knew"].alternative
    assert mine["knew"].value == "unknown"
    assert mine["knew"].proof["zh"]


def test_a_breached_duty_is_mended_and_an_unknown_one_must_be_shown():
    result = both(**KETTLE)
    status = {one.result.duty.code: one for one in result.duties}
    assert status["qualification_review"].result.status == "breached"
    assert {one.fact for one in status["qualification_review"].show} >= {
        "verified_identity",
        "verified_licence",
    }
    assert [one.result.status for one in result.duties] == sorted(one.result.status for one in result.duties)
    assert set(MEND) == {duty.code for duty in DUTIES}


@pytest.mark.parametrize(("form", "amount", "at_most"), [
    ("joint", None, "299.00"), ("supplementary", None, "5100.00"), ("direct", "1196.00", "1196.00"),
    ("advance_payment_with_recourse", "299.00", "299.00"), ("contractual_promise", "30.00", None),
    ("none", None, None), ("need_facts", None, None),
])  # fmt: skip
def test_exposure(form, amount, at_most):
    row = both(**FORMS[form]).exposure.to_json()
    assert (row["amount"], row["at_most"]) == (amount, at_most)


def test_contract_and_tort_stand_side_by_side_where_the_platform_is_bound():
    assert len(both(**FORMS["direct"]).routes) == 3
    assert both(**FORMS["joint"]).routes == ()


@pytest.mark.parametrize(("facts", "refs"), [
    (KETTLE, {"电子商务法#80.1.1", "电子商务法#83"}),
    ({**FAKE, "verified_identity": "no"}, {"电子商务法#80.1.1"}),
    (KNEW, {"电子商务法#83"}),
    ({**FOOD, "complained_to_platform": "yes", "took_measures": "no"},
     {"电子商务法#80.1.1", "电子商务法#83", "食品安全法#131.1", "电子商务法#80.1.3"}),
    ({"subject": "drug", "infringement": "counterfeit", "verified_licence": "no"},
     {"药品管理法#131", "电子商务法#80.1.1", "电子商务法#83"}),
    ({**FAKE, "kept_records": "no"}, {"电子商务法#80.1.4"}),
    ({**FAKE, "monitored_anomalies": "no"}, {"网络交易监督管理办法#49"}),
    ({**FAKE, "channel": "livestream", "monitored_anomalies": "no"}, {"网络交易监督管理办法#49", "直播电商监督管理办法#54"}),
    ({**FAKE, "channel": "livestream", "provided_records": "no"}, {"消费者权益保护法实施条例#50.1"}),
    ({**FAKE, "provided_records": "no"}, set()),
    ({**FAKE, "looks_self_operated": "yes"}, {"电子商务法#81.1.3"}),
    ({"data_leaked_by_platform": "yes", "loss": "10"}, {"个人信息保护法#66.1"}),
    ({"platform_deceived": "yes"}, {"消费者权益保护法#56.1.6"}),
    ({**KETTLE, "occurred_on": "2018-06-01"}, set()),
    (FORMS["none"], set()),
])  # fmt: skip
def test_administrative_risk_by_duty_breached(facts, refs):
    assert {risk.fines.ref for risk in risks(judged(from_json(DECLARED, facts)))} == refs


@pytest.mark.parametrize("row", PENALTIES, ids=lambda row: f"{row.broken} {row.fines.ref}")
def test_every_penalty_is_keyed_by_something_a_verdict_names_and_stands_in_the_law(row):
    named_by = {d.code for d in DUTIES} | {g.id for g in GROUNDS} | {b.ref for d in DUTIES for b in d.bases}
    assert row.broken in named_by
    text = LIBRARY.provision(row.fines.ref, LIBRARY.as_of).text
    assert text
    assert not row.through or LIBRARY.provision(row.through, LIBRARY.as_of).text


AMOUNTS = {"二万": 20_000, "五万": 50_000, "十万": 100_000, "二十万": 200_000, "五十万": 500_000, "一百万": 1_000_000,
           "二百万": 2_000_000, "五百万": 5_000_000, "五千万": 50_000_000}  # fmt: skip


@pytest.mark.parametrize("ref", sorted({row.fines.ref for row in PENALTIES}))
def test_fines_are_those_of_the_text(ref):
    fines = next(row.fines for row in PENALTIES if row.fines.ref == ref)
    article = LIBRARY.provision(ref.split(".")[0], LIBRARY.as_of)
    if article.kind != "statute":
        return
    written = {value for words, value in AMOUNTS.items() if f"{words}元" in article.text}
    assert {fines.low, fines.high, fines.grave_low, fines.grave_high} - {None} <= written


@settings(max_examples=200, deadline=None)
@given(some_facts)
def test_every_verdict_has_two_sides(facts):
    verdict = judged(facts)
    found = remedies(verdict)
    result = sides(verdict, found, payments(verdict, found))
    assert result.to_json() == sides(verdict, found, payments(verdict, found)).to_json()
    assert report(result, "zh")
    assert report(result, "en")
    assert not {(e.fact, e.statement["zh"]) for e in result.prove} & {
        (e.fact, e.statement["zh"]) for e in result.others_prove
    }


def test_every_yes_no_fact_says_what_would_prove_it():
    assert [
        n for n, d in DECLARED.items() if d.kind == "yes_no" and not (d.proof.get("zh") and d.proof.get("en"))
    ] == []
