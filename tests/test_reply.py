"""The reply by code: it fits, shows both burdens, and passes the guard in every situation."""

import pytest

from assistant import guard, reply
from assistant.claims import PARTIES
from assistant.facts import from_json
from assistant.payment import payments, total
from assistant.remedies import remedies
from assistant.rules import Form
from tests.test_cases import CASES
from tests.test_payment import FAKE, KETTLE, KNEW
from tests.test_verdict import DECLARED, LIBRARY, judged

# everything that adds a line at once
FULL = {
    "platform_relies_on_terms": "yes", "consumer_at_fault": "yes", "ad_was_false": "yes", "price_paid": "399.5",
    "loss": "5000", "merchant_intended": "yes", "health_gravely_harmed": "yes", "shop_account_lent": "yes",
    "room_knew": "yes", "bought_knowing": "yes", "household_price": "100", "occurred_on": "2026-03-01",
    "demanded_on": "2026-05-01", "received_on": "2026-03-01", "bought_through_agent": "yes",
    "paid_off_platform": "yes", "promised_multiple": "10",
}  # fmt: skip


def material(facts, lang):
    verdict = judged(from_json(DECLARED, facts))
    found = remedies(verdict)
    rows = payments(verdict, found)
    refs = reply.needed(verdict, found, rows)
    return reply.Material(verdict, reply.gather(refs, LIBRARY, verdict.law_as_of), found, rows, lang)


def problems(m):
    facts = m.verdict.facts
    sums = [*(r.amount for r in m.remedies), total(m.remedies), facts["price_paid"], facts["loss"]]
    evidence = guard.Evidence(
        frozenset(m.provisions), frozenset(Form), guard.amounts_of(sums), "", m.verdict.law_as_of
    )
    return guard.check(reply.render(m), evidence, LIBRARY, m.lang, draft=False).problems


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("more", [{}, FULL], ids=["plain", "full"])
def test_every_situation_is_written_within_the_guards_limits(lang, more):
    found = {}
    for case in CASES:
        m = material({**more, **case["facts"]}, lang)
        if m.verdict.law_as_of.year >= 2019:  # older law: the grounds' own words name the present one
            found[case["name"]] = problems(m)
    assert {name: p for name, p in found.items() if p} == {}


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_each_sum_says_who_owes_it(lang):
    text = reply.render(material(KNEW, lang))
    assert ("由商家、平台承担" if lang == "zh" else "owed by merchant, platform") in text
    assert "897.00" in text


def test_the_burdens_and_their_evidence_are_shown():
    text = reply.render(material(KNEW, "zh"))
    assert "要证明什么" in text
    assert "工单" in text
    assert "由对方证明" in text


def test_ceiling_and_floor_are_called_so():
    text = reply.render(
        material({**KETTLE, "merchant_intended": "yes", "health_gravely_harmed": "yes"}, "zh")
    )
    assert "不超过 5100.00 元" in text
    assert "最多 **10000.00 元**" in text
    assert "至少 **5000.00 元**" in text


def test_another_payer_than_merchant_and_platform_is_named():
    text = reply.render(material({**FAKE, "channel": "livestream", "looks_self_operated": "yes"}, "zh"))
    assert PARTIES["room_operator"]["zh"] + "（视情况）" in text


def test_a_long_reply_leaves_out_the_courts_first_and_keeps_the_limitation():
    m = material({**FULL, "subject": "food", "infringement": "unsafe", "complained_to_platform": "yes",
                  "took_measures": "no", "person_injured": "yes"}, "en")  # fmt: skip
    text = reply.render(m)
    assert len(text) <= guard.MAX_LENGTH
    assert "Which court" not in text
    assert "15000.00" in text
