"""Payment: for every form who pays, in what order, up to what, and who recovers from whom."""

from decimal import Decimal

import pytest

from assistant.doctrines import DOCTRINES
from assistant.payment import payments
from assistant.remedies import remedies
from tests.test_verdict import DECLARED, from_json, judged

FAKE = {"subject": "general_goods", "infringement": "counterfeit", "price_paid": "299"}
KETTLE = {"subject": "electrical_product", "infringement": "unsafe", "person_injured": "yes",
          "price_paid": "100", "loss": "5000", "verified_identity": "no", "complained_to_platform": "no"}  # fmt: skip
KNEW = {**FAKE, "complained_to_platform": "yes", "took_measures": "no"}
LOST = {**FAKE, "merchant_identified": "no"}
ROOM = {**FAKE, "channel": "livestream"}


def rows(doctrine=None, **facts):
    verdict = judged(from_json(DECLARED, facts), doctrine)
    return verdict, payments(verdict, remedies(verdict))


def payer(name, of="compensation", doctrine=None, **facts):
    found = [p for p in rows(doctrine, **facts)[1] if p.payer == name and p.of == of]
    return found[0] if found else None


# facts, form → the platform's order, exact amount, ceiling, of whom it recovers
@pytest.mark.parametrize(("facts", "form", "order", "amount", "at_most", "against"), [
    ({**KNEW, "knew_before_harm": "yes"}, "joint", 1, "299.00", None, ("merchant",)),
    ({**KNEW, "knew_before_harm": "no"}, "joint", 1, None, "299.00", ("merchant",)),
    (KNEW, "joint", 1, None, "299.00", ("merchant",)),
    (KETTLE, "supplementary", 2, None, "5100.00", ("merchant",)),
    (LOST, "advance_payment_with_recourse", 1, "299.00", None, ("merchant",)),
    ({**FAKE, "self_operated": "yes"}, "direct", 1, "299.00", None, ("producer",)),
    ({**FAKE, "looks_self_operated": "yes"}, "direct", 1, "299.00", None, ("merchant",)),
    ({"own_people_caused_harm": "yes", "person_injured": "yes", "loss": "800"}, "direct", 1, "800.00", None, ("staff",)),
    ({"data_leaked_by_platform": "yes", "loss": "7400"}, "direct", 1, "7400.00", None, ()),
])  # fmt: skip
def test_platform(facts, form, order, amount, at_most, against):
    verdict, _ = rows(**facts)
    assert verdict.liability == form
    row = payer("platform", **facts)
    assert (row.order, row.against) == (order, against)
    assert row.amount == (None if amount is None else Decimal(amount))
    assert row.at_most == (None if at_most is None else Decimal(at_most))
    assert row.basis
    assert "%" not in row.limit["zh"] + row.limit["en"]


def test_several_shares_are_never_guessed():
    facts = {**KETTLE, "verified_identity": "yes", "checked_product_safety": "no"}
    verdict, _ = rows("joint_and_several_shares", **facts)
    assert verdict.liability == "several"
    row = payer("platform", doctrine="joint_and_several_shares", **facts)
    assert (row.order, row.amount, row.at_most) == (1, None, Decimal("5100.00"))
    assert "平均" in row.limit["zh"]
    assert row.basis == ("民法典#1172",)


def test_a_promise_is_owed_beside_and_up_to_what_was_promised():
    facts = {**KNEW, "platform_promised_more": "yes", "kept_promise": "no", "promised_multiple": "10"}
    assert payer("platform", "promise", **facts).amount == Decimal("2990.00")
    assert payer("platform", **facts) is not None


def test_without_liability_the_merchant_pays_alone():
    verdict, found = rows(**FAKE, complained_to_platform="no", knew="no", should_have_known="no",
                          merchant_identified="yes", took_measures="yes")  # fmt: skip
    assert verdict.liability == "none"
    assert {p.payer for p in found} == {"merchant"}


def test_nothing_told_nobody_pays():
    assert rows()[1] == []


def test_where_only_part_is_joint_the_next_ground_covers_the_rest():
    facts = {**KETTLE, "complained_to_platform": "yes", "took_measures": "no", "knew_before_harm": "no"}
    _, found = rows(**facts)
    first, rest = [p for p in found if p.payer == "platform" and p.of == "compensation"]
    assert (first.order, rest.order) == (1, 2)
    assert rest.limit["zh"].startswith("其余部分")
    assert first.amount is rest.amount is None


def test_a_platform_alone_at_fault_has_nobody_to_recover_from():
    facts = {
        "subject": "food",
        "person_injured": "yes",
        "loss": "100",
        "licence_required": "yes",
        "verified_licence": "no",
    }
    row = payer("platform", **facts)
    assert (row.order, row.amount, row.against) == (1, Decimal("100.00"), ())


@pytest.mark.parametrize(("able", "words"), [("no", "共同被告"), ("yes", "不必付")])
def test_the_merchants_means_decide_what_supplementary_comes_to(able, words):
    assert words in payer("platform", **KETTLE, merchant_can_pay=able).limit["zh"]


def test_own_fault_reduces_what_each_owes():
    for name in ("merchant", "platform"):
        assert "减轻" in payer(name, **KETTLE, consumer_at_fault="yes").limit["zh"]


def test_payment_off_the_platform_leaves_the_merchant_and_is_contested_for_the_platform():
    facts = {**LOST, "paid_off_platform": "yes"}
    assert "网络消费纠纷规定（一）#5" in payer("merchant", **facts).basis
    assert "有争议" in payer("platform", **facts).limit["zh"]


@pytest.mark.parametrize(("facts", "name", "status"), [
    (ROOM, "room_operator", "possible"),
    ({**ROOM, "room_named_seller": "no"}, "room_operator", "liable"),
    ({**ROOM, "room_named_seller": "yes"}, "room_operator", None),
    ({**ROOM, "room_named_seller": "yes", "room_knew": "yes"}, "room_operator", "liable"),
    (FAKE, "room_operator", None),
    ({**FAKE, "shop_account_lent": "yes"}, "shop_registrant", "liable"),
    (FAKE, "shop_registrant", None),
    (KETTLE, "producer", "liable"),
    ({**KETTLE, "merchant_made_it": "yes"}, "producer", None),
    ({**KETTLE, "subject": "lodging"}, "producer", None),
    ({**FAKE, "ad_was_false": "yes"}, "ad_publisher", "possible"),
    ({**FAKE, "ad_was_false": "yes", "subject": "food"}, "ad_publisher", "liable"),
    ({**FAKE, "ad_was_false": "yes", "platform_published_ad": "yes"}, "ad_publisher", None),
])  # fmt: skip
def test_others_beside(facts, name, status):
    row = payer(name, **facts)
    assert (row.status if row else None) == status


@pytest.mark.parametrize(("intended", "status"), [("yes", "liable"), (None, "possible")])
def test_a_seller_who_did_not_make_it_owes_the_tenfold_only_if_it_knew(intended, status):
    facts = {"subject": "food", "infringement": "unsafe", "price_paid": "399", "merchant_intended": intended}
    assert payer("producer", "punitive", **facts).status == "liable"
    assert payer("merchant", "punitive", **facts).status == status
    assert payer("platform", "punitive", **facts) is None


@pytest.mark.parametrize("doctrine", DOCTRINES)
def test_no_payer_owes_more_than_the_whole(doctrine):
    verdict, found = rows(doctrine, **KETTLE)
    for row in found:
        if row.of == "compensation":
            assert (row.amount or row.at_most) == Decimal("5100.00")
        assert set(row.to_json()) >= {"order", "payer", "limit", "limit_en", "amount", "recourse", "basis"}
    assert verdict.facts["loss"] == Decimal(5000)
