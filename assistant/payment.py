"""Payment: who pays, in what order, up to what, and who recovers from whom — computed from a verdict.

One row per payer. To change an order, change its function here; the percentages between debtors are
a court's to find, so none is ever invented.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from assistant.remedies import Remedy
from assistant.verdict import GroundResult, Verdict

_COMPENSATION = ("refund", "injury", "loss")


@dataclass(frozen=True)
class Payment:
    """One payer: its place in the order (equal numbers: at the consumer's choice), its limit in
    words and, where computable, in yuan, and against whom it has recourse."""

    order: int
    payer: str  # merchant | platform
    limit: Mapping[str, str]
    amount: Decimal | None
    recourse: Mapping[str, str]
    basis: tuple[str, ...]

    def to_json(self) -> dict[str, object]:
        return {
            "order": self.order, "payer": self.payer, "limit": self.limit["zh"],
            "limit_en": self.limit["en"], "amount": None if self.amount is None else str(self.amount),
            "recourse": self.recourse["zh"], "recourse_en": self.recourse["en"],
            "basis": list(self.basis),
        }  # fmt: skip


_NO_RECOURSE = {"zh": "", "en": ""}
_WHOLE = {"zh": "全部损失", "en": "the whole loss"}
_SHARES = {
    "zh": "承担超过自己份额的，可向另一方追偿",
    "en": "who pays more than its share recovers the rest from the other",
}
_ENLARGED = {
    "zh": "仅就扩大的损失连带",
    "en": "jointly for the enlarged loss only",
}


def total(remedies: Sequence[Remedy]) -> Decimal | None:
    """The compensation computed so far, without punitive damages; None when nothing is known."""
    amounts = [r.amount for r in remedies if r.kind in _COMPENSATION and r.amount is not None]
    return sum(amounts, Decimal(0)) if amounts else None


def payments(verdict: Verdict, remedies: Sequence[Remedy]) -> list[Payment]:
    """The order of payment under the headline form; the merchant alone where the platform owes none."""
    amount = total(remedies)
    merchant = verdict.facts["merchant_infringed"] is True
    rows = (
        [Payment(1, "merchant", _WHOLE, amount, _NO_RECOURSE, ("消费者权益保护法#52.1",))] if merchant else []
    )
    if verdict.established:
        rows += _of_platform(verdict.established[0], amount, merchant)
    return rows


def _of_platform(ground: GroundResult, amount: Decimal | None, merchant: bool) -> list[Payment]:
    def row(order: int, limit: Mapping[str, str], owed: Decimal | None, recourse: Mapping[str, str],
            *basis: str) -> list[Payment]:  # fmt: skip
        return [Payment(order, "platform", limit, owed, recourse, basis)]

    to_merchant = {"zh": "赔付后可向商家追偿", "en": "has recourse against the merchant after paying"}
    match ground.form:
        case "joint" if ground.scope == "whole":
            return row(1, _WHOLE, amount, _SHARES, "民法典#178.1", "民法典#178.2")
        case "joint":
            limit = _ENLARGED if ground.scope == "enlarged" else {
                "zh": "事前知道的，就全部损失连带；事后才知道的，就扩大的损失连带",
                "en": "jointly for the whole loss if it knew before the harm, else for the enlarged loss",
            }  # fmt: skip
            return row(1, limit, None, _SHARES, "民法典#178.1", "民法典#178.2")
        case "supplementary":
            limit = {
                "zh": "对商家强制执行后仍不足的部分，并以平台的过错为限",
                "en": "what enforcement against the merchant leaves unpaid, within the platform's own fault",
            }
            return row(2, limit, None, to_merchant, "民法典#1198.2")
        case "advance_payment_with_recourse":
            return row(1, _WHOLE, amount, to_merchant, "消费者权益保护法#44.1")
        case "contractual_promise":
            limit = {"zh": "承诺的内容", "en": "what it promised"}
            return row(1, limit, None, to_merchant if merchant else _NO_RECOURSE, "消费者权益保护法#44.1")
        case "several":
            return row(1, {"zh": "自己的份额", "en": "its own share"}, None, _NO_RECOURSE, "民法典#1172")
        case _:
            recourse = {"zh": "属于他人责任的，可向其追偿", "en": "recovers from whoever is truly to blame"}
            return row(1, _WHOLE, amount, recourse, "消费者权益保护法#40.1")
