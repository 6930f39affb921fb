"""Remedies: what can be claimed and how much, in exact yuan, with formula and basis.

To add one, write a function from a verdict to a Remedy (or None) and list it in ALL.
Amounts are Decimal and only computed from stated prices and losses; nothing is estimated.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from assistant.facts import Facts
from assistant.verdict import Verdict

_TRIPLE_FLOOR, _TENFOLD_FLOOR = Decimal(500), Decimal(1000)  # 消保法55.1, 食品安全法148.2
_CENT = Decimal("0.01")


@dataclass(frozen=True)
class Remedy:
    """One claim. `amount` in yuan, None where it cannot be computed yet; `against`: who owes it."""

    kind: str
    amount: Decimal | None
    formula: str
    formula_en: str
    basis: tuple[str, ...]
    name: str
    name_en: str

    def to_json(self) -> dict[str, object]:
        return {
            "kind": self.kind, "amount": None if self.amount is None else str(self.amount),
            "formula": self.formula, "formula_en": self.formula_en, "basis": list(self.basis),
            "name": self.name, "name_en": self.name_en,
        }  # fmt: skip


def _yuan(value: object) -> Decimal | None:
    return value.quantize(_CENT) if isinstance(value, Decimal) else None


def _refund(verdict: Verdict) -> Remedy | None:
    facts = verdict.facts
    if facts["merchant_infringed"] is not True:
        return None
    price = _yuan(facts["price_paid"])
    return Remedy("refund", price, f"价款 {price}" if price else "按实付价款",
                  f"price {price}" if price else "the price paid",
                  ("消费者权益保护法#52.1", "民法典#577"), "退款（退货）", "refund")  # fmt: skip


def _injury(verdict: Verdict) -> Remedy | None:
    facts = verdict.facts
    if not (facts["person_injured"] or facts["person_died"]):
        return None
    loss = _yuan(facts["loss"])
    return Remedy(
        "injury", loss, f"已述损失 {loss}，另加未计入的项目" if loss else "凭票据计算",
        f"loss told {loss}, further heads to be added" if loss else "by receipts",
        ("民法典#1179", "消费者权益保护法#49"),
        "医疗费、护理费、交通费、误工费等（残疾、死亡另有项目）",
        "medical costs, care, travel, lost income (more for disability or death)",
    )  # fmt: skip


def _property(verdict: Verdict) -> Remedy | None:
    facts = verdict.facts
    if facts["property_lost"] is not True or facts["person_injured"] or facts["person_died"]:
        return None
    loss = _yuan(facts["loss"])
    return Remedy("loss", loss, f"已述损失 {loss}" if loss else "凭证据计算",
                  f"loss told {loss}" if loss else "by evidence",
                  ("消费者权益保护法#52.1", "民法典#1165.1"), "其他财产损失", "other loss of property")  # fmt: skip


def _deceit(facts: Facts) -> bool:
    return facts["infringement"] in ("fraud", "counterfeit", "price_fraud") and (
        facts["merchant_intended"] is not False
    )


def _tenfold(verdict: Verdict) -> Remedy | None:
    """Ten times the price or three times the loss, at least 1,000 yuan."""
    facts = verdict.facts
    food = facts["subject"] in ("food", "health_food") and facts["infringement"] in ("unsafe", "counterfeit")
    drug = facts["subject"] == "drug" and facts["infringement"] in ("unsafe", "counterfeit")
    if not (food or drug):
        return None
    price, loss = _yuan(facts["price_paid"]), _yuan(facts["loss"])
    options = [(Decimal(10) * price, f"10 × {price}")] if price else []
    options += [(Decimal(3) * loss, f"3 × {loss}")] if loss else []
    options += [(_TENFOLD_FLOOR, "1000")] if options else []
    amount, how = max(options, default=(None, ""))
    basis = ("食品安全法#148.2", "食品安全民事纠纷解释（一）#6") if food else ("药品管理法#144.3",)
    return Remedy(
        "punitive_tenfold", amount.quantize(_CENT) if amount is not None else None,
        f"max(10×价款, 3×损失, 1000) = {how}" if how else "价款十倍或损失三倍，不足一千按一千",
        f"max(10 × price, 3 × loss, 1000) = {how}" if how else "10 × price or 3 × loss, at least 1000",
        basis, "惩罚性赔偿（生产者，或明知而销售者；与三倍赔偿只能选一）",
        "punitive damages (maker, or seller who knew; either this or the threefold)",
    )  # fmt: skip


def _threefold(verdict: Verdict) -> Remedy | None:
    """Three times the price for deceit, at least 500 yuan."""
    if not _deceit(verdict.facts) or verdict.facts["seller_is_business"] is False:
        return None
    price = _yuan(verdict.facts["price_paid"])
    amount = max(Decimal(3) * price, _TRIPLE_FLOOR).quantize(_CENT) if price else None
    return Remedy(
        "punitive_threefold", amount,
        f"max(3 × {price}, 500)" if price else "价款三倍，不足五百按五百",
        f"max(3 × {price}, 500)" if price else "3 × price, at least 500",
        ("消费者权益保护法#55.1",), "欺诈的增加赔偿（向实施欺诈的经营者主张）",
        "additional damages for deceit (owed by the trader who deceived)",
    )  # fmt: skip


def _limitation(verdict: Verdict) -> Remedy | None:
    day = verdict.facts["occurred_on"]
    if not isinstance(day, date):
        return None
    try:
        end = day.replace(year=day.year + 3)
    except ValueError:
        end = day.replace(year=day.year + 3, day=28)
    return Remedy(
        "limitation", None,
        f"三年，自知道损害和义务人起；若自 {day} 起算，至 {end}，催告、起诉可中断",
        f"three years from knowing harm and obligor; counted from {day} it ends {end}; a demand restarts it",
        ("民法典#188.1", "民法典#195"), "诉讼时效", "limitation",
    )  # fmt: skip


ALL: tuple[Callable[[Verdict], Remedy | None], ...] = (
    _refund, _injury, _property, _tenfold, _threefold, _limitation,
)  # fmt: skip


def remedies(verdict: Verdict) -> list[Remedy]:
    """Every remedy the facts allow, in the order of ALL."""
    return [found for one in ALL if (found := one(verdict))]
