"""Payment: who pays, in what order, up to what, and who recovers from whom — computed from a verdict.

One row per payer. To change an order, change its function here; the shares between debtors are a
court's to find, so no percentage is ever invented. Equal numbers are at the consumer's choice; what
one pays no longer has to be paid by another.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from assistant.claims import NOTHING, Text, defective, joined, standing, text, third_party_sells
from assistant.facts import Facts
from assistant.remedies import Remedy, elected, total
from assistant.rules import Form
from assistant.verdict import GroundResult, Verdict

__all__ = ["Payment", "payments", "total"]


@dataclass(frozen=True)
class Payment:
    """One payer: its place in the order, its limit in words and, where computable, in yuan (`amount`
    exactly, `at_most` where only the ceiling is known), and against whom it has recourse."""

    order: int
    payer: str  # a key of claims.PARTIES
    limit: Text
    amount: Decimal | None
    recourse: Text
    basis: tuple[str, ...]
    against: tuple[str, ...] = ()  # of whom it recovers
    at_most: Decimal | None = None
    status: str = "liable"  # liable | possible: depends on a fact not told
    of: str = "compensation"  # compensation | punitive | promise

    def to_json(self) -> dict[str, object]:
        return {
            "order": self.order, "payer": self.payer, "limit": self.limit["zh"],
            "limit_en": self.limit["en"], "amount": None if self.amount is None else str(self.amount),
            "at_most": None if self.at_most is None else str(self.at_most),
            "recourse": self.recourse["zh"], "recourse_en": self.recourse["en"],
            "recourse_against": list(self.against), "status": self.status, "of": self.of,
            "basis": list(self.basis),
        }  # fmt: skip


_WHOLE = text("全部损失", "the whole loss")
_SHARES = text("承担超过自己份额的，可向另一方追偿；份额难以确定的，平均分担",
               "who pays more than its share recovers the rest from the other; shares that cannot be found are equal")  # fmt: skip
_TO_MERCHANT = text("赔付后可向商家追偿", "has recourse against the merchant after paying")
_SCOPES: Mapping[str, Text] = {
    "whole": _WHOLE,
    "enlarged": text("仅就扩大的损失连带", "jointly for the enlarged loss only"),
    "whole_or_enlarged": text("事前知道的，就全部损失连带；事后才知道的，就扩大的损失连带",
                              "jointly for the whole loss if it knew before the harm, else for the enlarged loss"),
    "harm_added": text("仅就该违反所增加的损失", "for the harm added by that breach only"),
}  # fmt: skip
_OWN_FAULT = text("您自己有过错的，可以减轻", "to be reduced for your own fault")


def payments(verdict: Verdict, remedies: Sequence[Remedy]) -> list[Payment]:
    """The order of payment under the headline form, then the others who are liable beside; the
    merchant alone where the platform owes nothing."""
    amount = total(remedies)
    rows = _merchant(verdict, amount)
    rows += _platform(verdict, amount, remedies)
    if rows:
        rows += _others(verdict, amount)
        rows += _punitive(verdict, remedies)
    return sorted(rows, key=lambda row: (row.status == "possible", row.order))


# ---- the merchant and the platform
def _merchant(verdict: Verdict, amount: Decimal | None) -> list[Payment]:
    facts = verdict.facts
    if not third_party_sells(verdict):
        return []
    refs = (
        ["消费者权益保护法#52.1", "民法典#577"]
        if facts["seller_is_business"] is not False
        else ["民法典#577"]
    )
    if facts["person_injured"] is True or facts["person_died"] is True:
        refs.append("消费者权益保护法#49")
    if facts["paid_off_platform"] is True:
        refs.append("网络消费纠纷规定（一）#5")
    maker = defective(verdict) and facts["merchant_made_it"] is not True
    recourse = (
        text("属于生产者责任的，可向其追偿", "recovers from the producer what is the producer's")
        if maker
        else NOTHING
    )
    return [Payment(1, "merchant", _reduced(_WHOLE, facts), amount, recourse,
                    standing(verdict, [*refs, *(["消费者权益保护法#40.2"] if maker else [])]),
                    ("producer",) if maker else ())]  # fmt: skip


def _platform(verdict: Verdict, amount: Decimal | None, remedies: Sequence[Remedy]) -> list[Payment]:
    """The headline ground; where it covers only part, the next that covers the rest; and a promise."""
    if not verdict.established:
        return []
    others = [g for g in verdict.established if g.form is not Form.PROMISE]
    promise = [g for g in verdict.established if g.form is Form.PROMISE][:1]
    chosen = []
    if others:
        same = [g for g in others if g.form is others[0].form]
        chosen = [next((g for g in same if g.scope == "whole"), same[0])]
        if chosen[0].scope != "whole":
            chosen += [g for g in others if g.form is not chosen[0].form and g.scope == "whole"][:1]
    rows = [_row(verdict, ground, amount, rest=place > 0) for place, ground in enumerate(chosen)]
    return rows + [_promise(verdict, ground, remedies) for ground in promise]


def _row(verdict: Verdict, ground: GroundResult, amount: Decimal | None, *, rest: bool) -> Payment:
    make = {Form.JOINT: _joint, Form.SUPPLEMENTARY: _supplementary, Form.ADVANCE_PAYMENT: _advance,
            Form.SEVERAL: _several}.get(ground.form, _direct)  # fmt: skip
    row = make(verdict, ground, amount)
    if not rest:
        return row
    limit = text("其余部分：" + row.limit["zh"], "for the rest: " + row.limit["en"])
    return Payment(row.order, row.payer, limit, None, row.recourse, row.basis, row.against, amount)


def _joint(verdict: Verdict, ground: GroundResult, amount: Decimal | None) -> Payment:
    basis = standing(verdict, ("民法典#178.1", "民法典#178.2"))
    limit = _reduced(_SCOPES[ground.scope], verdict.facts)
    if not third_party_sells(verdict):  # nobody beside it is known to be liable
        return Payment(1, "platform", limit, amount, NOTHING, basis)
    whole = ground.scope == "whole"
    return Payment(1, "platform", limit, amount if whole else None, _SHARES, basis, ("merchant",),
                   None if whole else amount)  # fmt: skip


def _supplementary(verdict: Verdict, ground: GroundResult, amount: Decimal | None) -> Payment:
    able = verdict.facts["merchant_can_pay"]
    notes = [text("对商家强制执行后仍不足的部分，并以平台的过错为限（参照安全保障义务的规则）",
                  "what enforcement against the merchant leaves unpaid, within the platform's own fault (by analogy "
                  "with the duty of safety protection)")]  # fmt: skip
    if ground.scope != "whole":
        notes.append(_SCOPES[ground.scope])
    if able is False:
        notes.append(text("商家无力赔偿，把平台列为共同被告，执行不足时由它补",
                          "the merchant cannot pay: sue both, and the platform makes good what enforcement leaves"))  # fmt: skip
    if able is True:
        notes.append(text("商家赔得起的，平台不必付", "nothing as long as the merchant can pay"))
    basis = standing(verdict, ("民法典#1198.2", "侵权责任编解释（一）#24"))
    return Payment(2, "platform", _reduced(joined(notes), verdict.facts), None, _TO_MERCHANT, basis,
                   ("merchant",), amount)  # fmt: skip


def _advance(verdict: Verdict, ground: GroundResult, amount: Decimal | None) -> Payment:
    limit = _reduced(_WHOLE, verdict.facts)
    if verdict.facts["paid_off_platform"] is True:
        limit = joined((limit, text("平台外付款的，是否仍应先行赔付有争议",
                                    "whether payment off the platform leaves this intact is contested")))  # fmt: skip
    return Payment(1, "platform", limit, amount, _TO_MERCHANT, _carrying(ground), ("merchant",))


def _several(verdict: Verdict, ground: GroundResult, amount: Decimal | None) -> Payment:
    limit = text(
        "自己的份额，由法院定；难以确定的，平均承担",
        "its own share, found by the court; equal if it cannot be found",
    )
    return Payment(1, "platform", _reduced(limit, verdict.facts), None, NOTHING,
                   standing(verdict, ("民法典#1172",)) or _carrying(ground), (), amount)  # fmt: skip


_DIRECT_RECOURSE: Mapping[str, tuple[str, Text]] = {
    "direct-own-people": ("staff", text("可向有故意或者重大过失的工作人员追偿",
                                        "recovers from staff who acted with intent or gross negligence")),
    "direct-self-operated": ("producer", text("属于生产者或供货者责任的，可向其追偿",
                                              "recovers from the producer or supplier what is theirs")),
    "direct-appearance": ("merchant", text("可向实际销售的商家追偿", "recovers from the merchant that really sold")),
}  # fmt: skip


def _direct(verdict: Verdict, ground: GroundResult, amount: Decimal | None) -> Payment:
    party, recourse = _DIRECT_RECOURSE.get(ground.ground.id, ("", NOTHING))
    return Payment(1, "platform", _reduced(_WHOLE, verdict.facts), amount, recourse, _carrying(ground),
                   (party,) if party else ())  # fmt: skip


def _promise(verdict: Verdict, ground: GroundResult, remedies: Sequence[Remedy]) -> Payment:
    amount = next((r.amount for r in remedies if r.kind == "promise"), None)
    merchant = third_party_sells(verdict)
    return Payment(1, "platform", text("承诺的内容", "what it promised"), amount,
                   _TO_MERCHANT if merchant else NOTHING, _carrying(ground),
                   ("merchant",) if merchant else (), of="promise")  # fmt: skip


def _carrying(ground: GroundResult) -> tuple[str, ...]:
    carrying = {b.ref for b in ground.ground.bases if b.carrying}
    return tuple(ref for ref in ground.basis if ref in carrying)[:2]


def _reduced(limit: Text, facts: Facts) -> Text:
    return joined((limit, _OWN_FAULT)) if facts["consumer_at_fault"] is True else limit


# ---- others who are liable beside, and punitive damages
def _others(verdict: Verdict, amount: Decimal | None) -> list[Payment]:
    found = [_room(verdict, amount), _lent_shop(verdict, amount), _producer(verdict, amount),
             _advertiser(verdict, amount)]  # fmt: skip
    return [row for row in found if row and row.basis]


def _room(verdict: Verdict, amount: Decimal | None) -> Payment | None:
    """The room's operator: joint if it knew, as seller unless it made clear who sold."""
    facts = verdict.facts
    if facts["channel"] != "livestream" or not third_party_sells(verdict):
        return None
    if facts["room_knew"] is True:
        return Payment(1, "room_operator", text("明知或应知仍推广，与商家连带", "knew and promoted it: together with the merchant, for the whole"),
                       amount, _SHARES, standing(verdict, ("网络消费纠纷规定（一）#17",)), ("merchant",))  # fmt: skip
    if facts["room_named_seller"] is True:
        return None
    told = facts["room_named_seller"] is False
    limit = text("没有清楚标明实际销售者，按销售者负责", "did not name the actual seller: answers as seller") if told else text(
        "不能证明已清楚标明实际销售者的，按销售者负责", "answers as seller unless it proves that it named the actual one")  # fmt: skip
    return Payment(1, "room_operator", limit, amount if told else None, NOTHING,
                   standing(verdict, ("网络消费纠纷规定（一）#12.1",)), (), None if told else amount,
                   "liable" if told else "possible")  # fmt: skip


def _lent_shop(verdict: Verdict, amount: Decimal | None) -> Payment | None:
    if verdict.facts["shop_account_lent"] is not True:
        return None
    return Payment(
        1, "shop_registrant", _WHOLE, amount, NOTHING, standing(verdict, ("网络消费纠纷规定（一）#6",))
    )


def _producer(verdict: Verdict, amount: Decimal | None) -> Payment | None:
    facts = verdict.facts
    if not defective(verdict) or facts["merchant_made_it"] is True:
        return None
    refs = ["民法典#1203.1", "消费者权益保护法#40.2"]
    refs += ["食品安全法#148.1"] if facts["subject"] in ("food", "health_food") else []
    refs += ["药品管理法#144.2"] if facts["subject"] == "drug" else []
    return Payment(1, "producer", text("因缺陷造成的损害", "the harm done by the defect"), None,
                   text("因销售者过错造成缺陷的，可向其追偿", "recovers from the seller whose fault caused the defect"),
                   standing(verdict, refs), ("merchant",), amount)  # fmt: skip


def _advertiser(verdict: Verdict, amount: Decimal | None) -> Payment | None:
    facts = verdict.facts
    if facts["ad_was_false"] is not True or facts["platform_published_ad"] is True:
        return None
    if facts["life_or_health"] is True:
        return Payment(1, "ad_publisher", text("关系生命健康的虚假广告，与商家连带", "false advertising on life or health: together with the merchant, for the whole"),
                       None, _SHARES, standing(verdict, ("广告法#56.2", "消费者权益保护法#45.2")), ("merchant",), amount)  # fmt: skip
    return Payment(1, "ad_publisher",
                   text("明知或应知虚假，或者不能提供广告主真实信息的", "if it knew or should have known, or cannot identify the advertiser"),
                   None, NOTHING, standing(verdict, ("广告法#56.1", "广告法#56.3")), (), amount, "possible")  # fmt: skip


def _punitive(verdict: Verdict, remedies: Sequence[Remedy]) -> list[Payment]:
    """The punitive basis that gives most, owed beside the compensation; by a seller who did not make
    the goods only if it knew."""
    best = elected(remedies)
    if best is None:
        return []
    exact, facts = best.bound == "exact", verdict.facts
    sure = best.kind != "punitive_tenfold" or True in (facts["merchant_intended"], facts["merchant_made_it"])
    return [Payment(1, payer, text(best.name, best.name_en), best.amount if exact else None, NOTHING,
                    best.basis[:1], (), None if exact else best.amount,
                    "liable" if sure or payer == "producer" else "possible", "punitive")
            for payer in best.owed_by]  # fmt: skip
