"""Remedies: facts to amounts, who owes them, and nothing without a provision in force."""

import inspect
import re
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant import claims, payment, penalties, procedure, punitive, remedies
from assistant.law import Ref
from assistant.procedure import PROCEDURAL, years_after
from assistant.remedies import elected, total
from tests.test_verdict import CHOICES, DECLARED, LIBRARY, from_json, judged

FOOD = {"subject": "food", "infringement": "unsafe"}
FAKE = {"subject": "general_goods", "infringement": "counterfeit"}
KETTLE = {"subject": "electrical_product", "infringement": "unsafe", "person_injured": "yes"}
SHIRT = {"subject": "general_goods", "infringement": "refund_refusal", "price_paid": "129"}
COURSE = {"subject": "general_service", "infringement": "non_delivery", "prepaid": "yes"}
GAME = {
    "subject": "digital",
    "buyer_is_minor": "yes",
    "platform_contracts_itself": "yes",
    "price_paid": "6480",
}
FALLEN = {**KETTLE, "merchant_intended": "yes", "loss": "80000"}
AMOUNTS = ("price_paid", "loss", "household_price", "prepaid_used", "promised_multiple")


def of(**facts):
    return remedies.remedies(judged(from_json(DECLARED, facts)))


def one(kind, **facts):
    return next((r for r in of(**facts) if r.kind == kind), None)


# facts → kind → amount; None: no sum can be told; "": the remedy is not open
@pytest.mark.parametrize(("facts", "kind", "amount"), [
    # the price
    ({**FAKE, "price_paid": "19.99"}, "refund", "19.99"),
    ({**FAKE, "price_paid": "0"}, "refund", "0.00"),
    ({**FAKE, "price_paid": "19.995"}, "refund", "20.00"),
    ({**FAKE, "price_paid": "1E+400"}, "refund", None),
    (FAKE, "refund", None),
    ({**FAKE, "price_paid": "50", "price_refunded": "yes"}, "refund", ""),
    ({"infringement": "privacy", "price_paid": "50"}, "refund", ""),
    # three times the price, at least 500
    ({**FAKE, "price_paid": "100"}, "punitive_threefold", "500.00"),
    ({**FAKE, "price_paid": "166.66"}, "punitive_threefold", "500.00"),
    ({**FAKE, "price_paid": "166.67"}, "punitive_threefold", "500.01"),
    ({**FAKE, "price_paid": "299"}, "punitive_threefold", "897.00"),
    ({**FAKE, "price_paid": "0"}, "punitive_threefold", "500.00"),
    ({"platform_deceived": "yes", "price_paid": "299"}, "punitive_threefold", "897.00"),
    ({"platform_deceived": "no", "price_paid": "299"}, "punitive_threefold", ""),
    (FAKE, "punitive_threefold", None),
    ({**FAKE, "price_paid": "299", "merchant_intended": "no"}, "punitive_threefold", ""),
    ({**FAKE, "price_paid": "299", "seller_is_business": "no"}, "punitive_threefold", ""),
    ({**FAKE, "price_paid": "299", "bought_for_living_needs": "no"}, "punitive_threefold", ""),
    ({**FAKE, "price_paid": "299", "only_label_flaw": "yes"}, "punitive_threefold", ""),
    ({"infringement": "false_advertising", "price_paid": "299"}, "punitive_threefold", "897.00"),
    ({"infringement": "non_delivery", "price_paid": "299"}, "punitive_threefold", ""),
    ({"infringement": "non_delivery", "price_paid": "299", "merchant_intended": "yes"}, "punitive_threefold", "897.00"),
    ({**FAKE, "price_paid": "299", "occurred_on": "2013-05-01"}, "punitive_threefold", ""),
    # ten times the price or three times the loss, at least 1,000
    ({**FOOD, "price_paid": "99.9"}, "punitive_tenfold", "1000.00"),
    ({**FOOD, "price_paid": "100.01"}, "punitive_tenfold", "1000.10"),
    ({**FOOD, "price_paid": "399"}, "punitive_tenfold", "3990.00"),
    ({**FOOD, "price_paid": "399", "loss": "5000"}, "punitive_tenfold", "15000.00"),
    ({**FOOD, "loss": "5"}, "punitive_tenfold", "1000.00"),
    ({**FOOD, "price_paid": "0"}, "punitive_tenfold", "1000.00"),
    (FOOD, "punitive_tenfold", None),
    ({**FOOD, "price_paid": "399", "only_label_flaw": "yes"}, "punitive_tenfold", ""),
    ({**FOOD, "price_paid": "399", "bought_for_living_needs": "no"}, "punitive_tenfold", ""),
    ({**FOOD, "price_paid": "39900", "bought_knowing": "yes"}, "punitive_tenfold", None),
    ({**FOOD, "price_paid": "39900", "bought_knowing": "yes", "household_price": "399"}, "punitive_tenfold", "3990.00"),
    ({**FOOD, "price_paid": "100", "bought_knowing": "yes", "household_price": "399"}, "punitive_tenfold", "1000.00"),
    ({**FOOD, "price_paid": "39900", "bought_knowing": "no", "household_price": "399"}, "punitive_tenfold", "399000.00"),
    ({"subject": "drug", "infringement": "counterfeit", "price_paid": "200"}, "punitive_tenfold", "2000.00"),
    ({"subject": "drug", "infringement": "counterfeit", "price_paid": "200", "occurred_on": "2019-11-30"}, "punitive_tenfold", ""),
    ({"subject": "drug", "infringement": "counterfeit", "price_paid": "200", "occurred_on": "2019-12-01"}, "punitive_tenfold", "2000.00"),
    ({**FOOD, "price_paid": "399", "occurred_on": "2015-09-30"}, "punitive_tenfold", ""),
    ({"subject": "cosmetics", "infringement": "unsafe", "price_paid": "399"}, "punitive_tenfold", ""),
    # up to twice the loss
    ({**FALLEN, "health_gravely_harmed": "yes"}, "punitive_twofold", "160000.00"),
    ({**FALLEN, "person_died": "yes", "loss": None}, "punitive_twofold", None),
    (FALLEN, "punitive_twofold", ""),
    ({**FALLEN, "health_gravely_harmed": "yes", "merchant_intended": None}, "punitive_twofold", ""),
    # damages
    ({**KETTLE, "loss": "3200.5"}, "injury", "3200.50"),
    (KETTLE, "injury", None),
    (KETTLE, "mental_harm", ""),
    ({**KETTLE, "health_gravely_harmed": "yes"}, "mental_harm", None),
    ({"infringement": "fraud", "loss": "7400"}, "loss", "7400.00"),
    ({"infringement": "fraud", "loss": "0"}, "loss", ""),
    ({**KETTLE, "loss": "10"}, "loss", ""),
    ({**KETTLE, "loss": "10", "property_lost": "yes"}, "loss", None),
    # return without reason
    (SHIRT, "return_7_days", "129.00"),
    ({**SHIRT, "return_excluded": "yes"}, "return_7_days", ""),
    ({**SHIRT, "return_excluded": "yes", "return_promised": "yes"}, "return_7_days", "129.00"),
    ({**SHIRT, "goods_intact": "no"}, "return_7_days", ""),
    ({**SHIRT, "subject": "lodging"}, "return_7_days", ""),
    ({**SHIRT, "subject": "digital"}, "return_7_days", ""),
    ({**SHIRT, "seller_is_business": "no"}, "return_7_days", ""),
    # minors
    (GAME, "minor_refund", "6480.00"),
    ({**GAME, "guardian_agreed": "yes"}, "minor_refund", ""),
    ({**GAME, "guardian_agreed": "yes", "buyer_under_eight": "yes"}, "minor_refund", "6480.00"),
    (GAME, "refund", ""),
    # prepayment
    ({**COURSE, "price_paid": "5000", "prepaid_used": "1200.40"}, "prepaid_refund", "3799.60"),
    ({**COURSE, "price_paid": "5000", "prepaid_used": "6000"}, "prepaid_refund", "0.00"),
    ({**COURSE, "price_paid": "5000"}, "prepaid_refund", None),
    ({**COURSE, "price_paid": "5000"}, "refund", ""),
    ({**COURSE, "price_paid": "5000", "merchant_closed_and_evaded": "yes"}, "punitive_threefold", "15000.00"),
    # a promise
    ({**FAKE, "platform_promised_more": "yes", "kept_promise": "no", "promised_multiple": "10", "price_paid": "19.99"}, "promise", "199.90"),
    ({**FAKE, "platform_promised_more": "yes", "kept_promise": "no", "price_paid": "19.99"}, "promise", None),
    ({**FAKE, "platform_promised_more": "yes", "kept_promise": "yes", "promised_multiple": "10"}, "promise", ""),
])  # fmt: skip
def test_amount(facts, kind, amount):
    remedy = one(kind, **facts)
    assert (remedy is None) == (amount == "")
    if remedy:
        assert (str(remedy.amount) if remedy.amount is not None else None) == amount


@pytest.mark.parametrize(("facts", "kind", "parties"), [
    ({**FOOD, "merchant_intended": "yes"}, "punitive_tenfold", ("producer", "merchant")),
    ({**FOOD, "merchant_intended": "no"}, "punitive_tenfold", ("producer",)),
    ({**FOOD, "merchant_made_it": "yes", "merchant_intended": "no"}, "punitive_tenfold", ("merchant",)),
    ({**FOOD, "bought_through_agent": "yes", "seller_is_business": "no"}, "punitive_tenfold", ("producer",)),
    ({**FOOD, "bought_through_agent": "yes", "merchant_intended": "yes"}, "punitive_tenfold", ("producer", "merchant")),
    ({**FOOD, "self_operated": "yes"}, "punitive_tenfold", ("producer", "platform")),
    ({**FOOD, "looks_self_operated": "yes"}, "punitive_tenfold", ("producer", "merchant", "platform")),
    ({**FAKE, "complained_to_platform": "yes", "took_measures": "no"}, "punitive_threefold", ("merchant",)),
    ({**FAKE, "complained_to_platform": "yes", "took_measures": "no"}, "refund", ("merchant", "platform")),
    ({**FAKE, "labelled_self_operated": "yes", "self_operated": "yes"}, "refund", ("platform",)),
    ({**KETTLE, "verified_identity": "no"}, "injury", ("merchant", "platform", "producer")),
    (GAME, "minor_refund", ("platform",)),
])  # fmt: skip
def test_each_amount_says_who_owes_it(facts, kind, parties):
    assert one(kind, **facts).owed_by == parties


def test_only_one_punitive_basis_can_be_had_and_the_largest_is_named():
    found = of(**FOOD, price_paid="399", loss="10", merchant_intended="yes")
    both = {r.kind: r for r in found if r.elect}
    assert set(both) == {"punitive_tenfold", "punitive_threefold"}
    assert elected(found) is both["punitive_tenfold"]
    assert total(found) == Decimal("409.00")
    assert "只能选一种" in both["punitive_threefold"].note["zh"]


def test_nothing_known_elects_nothing_and_totals_nothing():
    assert elected(of(**FOOD)) is None
    assert total(of(**FOOD)) is None


def test_the_price_is_counted_once_however_it_comes_back():
    assert total(of(**SHIRT, received_on="2026-01-02")) == Decimal("129.00")


def test_platform_liability_for_punitive_damages_is_called_contested():
    note = one("punitive_tenfold", **FOOD, verified_licence="no", price_paid="10").note
    assert "有争议" in note["zh"]
    assert "contested" in note["en"]


def test_every_head_is_named_for_injury_disability_and_death():
    hurt, maimed = (
        one("injury", **KETTLE, health_gravely_harmed="no"),
        one("injury", **KETTLE, health_gravely_harmed="yes"),
    )
    dead = one("injury", **{**KETTLE, "person_died": "yes"})
    names = [[head.name["zh"] for head in r.heads] for r in (hurt, maimed, dead)]
    assert names[0] == ["医疗费", "误工费", "护理费", "交通费", "住院伙食补助费", "营养费"]
    assert "残疾赔偿金" in names[1]
    assert {"死亡赔偿金", "丧葬费"} <= set(names[2])
    assert "残疾赔偿金" not in names[2]


@pytest.mark.parametrize(("facts", "until"), [
    ({"occurred_on": "2024-03-15"}, "2027-03-15"),
    ({"occurred_on": "2024-02-29"}, "2027-02-28"),
    ({"occurred_on": "2018-02-28"}, "2021-02-28"),
    ({"occurred_on": "2015-10-01"}, "2018-10-01"),
    ({"occurred_on": "2015-09-30"}, None),
    ({"occurred_on": "2016-09-30", "person_injured": "yes"}, None),
    ({"occurred_on": "2016-10-01", "person_injured": "yes"}, "2019-10-01"),
    ({"occurred_on": "2024-03-15", "lasted_until": "2024-06-01"}, "2027-06-01"),
    ({"occurred_on": "2024-03-15", "demanded_on": "2025-01-10"}, "2028-01-10"),
    ({"occurred_on": "2020-03-15", "demanded_on": "2023-03-16"}, "2023-03-15"),  # too late to restart
    ({"occurred_on": "2024-03-15", "demanded_on": "2023-01-10"}, "2027-03-15"),  # before the facts
    ({}, None),
    ({"occurred_on": "9999-01-01"}, None),
])  # fmt: skip
def test_limitation(facts, until):
    remedy = one("limitation", infringement="fraud", **facts)
    assert (remedy.until.isoformat() if remedy.until else None) == until


def test_a_product_defect_names_both_periods():
    remedy = one("limitation", **KETTLE, occurred_on="2024-03-15")
    assert "2027-03-15" in remedy.formula
    assert "2026-03-15" in remedy.formula
    assert {"民法典#188.1", "产品质量法#45.1"} <= set(remedy.basis)


def test_years_after_ends_with_the_calendar():
    assert years_after(date(9990, 5, 5), 20) is None
    assert years_after(date(2024, 2, 29), 4) == date(2028, 2, 29)


@pytest.mark.parametrize(
    ("day", "until"), [("2026-01-02", "2026-01-09"), ("2026-02-25", "2026-03-04"), (None, None)]
)
def test_the_seven_days_run_from_the_day_after_receipt(day, until):
    remedy = one("return_7_days", **SHIRT, received_on=day)
    assert (remedy.until.isoformat() if remedy.until else None) == until


def test_a_platforms_exclusion_is_answered_and_own_fault_never_gets_a_percentage():
    found = {r.kind: r for r in of(**KETTLE, platform_relies_on_terms="yes", consumer_at_fault="yes")}
    assert "网络消费纠纷规定（一）#1" in found["void_terms"].basis
    assert found["own_fault"].amount is None
    assert not [r for r in found.values() if "%" in r.formula + r.formula_en or "百分之" in r.formula]


# ---- provisions
SOURCES = (claims, payment, penalties, procedure, punitive, remedies)
REFS = sorted(
    {ref for m in SOURCES for ref in re.findall(r'"([^"#\s]+#\d+(?:\.\d+)*)"', inspect.getsource(m))}
)


@pytest.mark.parametrize("ref", REFS)
def test_every_provision_can_be_read_today_or_was_law_once(ref, library):
    if library.instruments[Ref.parse(ref).law].repealed:
        assert ref in {*claims.BEFORE.values(), "民法通则#135", "民法通则#136"}
    else:
        assert library.provision(ref, library.as_of).text


some_facts = st.dictionaries(st.sampled_from(sorted(CHOICES)), st.integers(0, 20), max_size=14).map(
    lambda row: {n: CHOICES[n][i % len(CHOICES[n])] for n, i in row.items()}
)
some_amounts = st.fixed_dictionaries(
    {}, optional={name: st.decimals("0", "100000", places=2) for name in AMOUNTS}
)
some_day = st.sampled_from(
    [None, "2013-01-01", "2016-05-05", "2019-01-01", "2020-06-30", "2022-03-01", "2026-06-01"]
)


@settings(max_examples=250, deadline=None)
@given(some_facts, some_amounts, some_day)
def test_every_remedy_and_payment_rests_on_law_of_its_day(facts, amounts, day):
    verdict = judged(from_json(DECLARED, {**facts, **amounts, "occurred_on": day}))
    found = remedies.remedies(verdict)
    rows = payment.payments(verdict, found)
    for remedy in found:
        on = LIBRARY.as_of if remedy.kind in PROCEDURAL else verdict.law_as_of
        assert remedy.basis
        if "民法通则#135" not in remedy.basis:
            assert [r for r in remedy.basis if not LIBRARY.in_force(r, on)] == []
        assert remedy.amount is None or remedy.amount >= 0
        assert set(remedy.owed_by) <= set(claims.PARTIES)
    for row in rows:
        assert [r for r in row.basis if not LIBRARY.in_force(r, verdict.law_as_of)] == []
        assert row.payer in claims.PARTIES
        assert set(row.against) <= set(claims.PARTIES)
    assert [r.to_json() for r in found] == [r.to_json() for r in remedies.remedies(verdict)]


def test_threefold_for_the_platforms_own_deceit_is_owed_by_the_platform_alone():
    told = {"platform_deceived": "yes", "merchant_infringed": "no", "price_paid": "299"}
    found = {r.kind: r for r in remedies.remedies(judged(from_json(DECLARED, told)))}
    assert found["punitive_threefold"].owed_by == ("platform",)
