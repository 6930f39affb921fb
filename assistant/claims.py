"""Claims: what one remedy is, who owes it, and which provisions carried it on the day of the facts.

`claim(...)` builds a Remedy, or None where no main provision was in force then. Amounts are exact
yuan (Decimal), computed only from what was told; a share or percentage is a court's to find.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from types import MappingProxyType

from assistant.conditions import Condition
from assistant.facts import Facts
from assistant.rules import Form
from assistant.verdict import Verdict

Text = Mapping[str, str]  # {"zh", "en"}

_CENT = Decimal("0.01")
_LARGEST = Decimal(10) ** 15  # beyond it a number is not a price

PARTIES: Mapping[str, Text] = MappingProxyType({
    "merchant": {"zh": "商家", "en": "merchant"},
    "platform": {"zh": "平台", "en": "platform"},
    "producer": {"zh": "生产者", "en": "producer"},
    "room_operator": {"zh": "直播间运营者", "en": "operator of the livestream room"},
    "shop_registrant": {"zh": "店铺登记人和实际经营人", "en": "registrant and actual operator of the shop"},
    "ad_publisher": {"zh": "广告经营者、发布者、代言人", "en": "agency, publisher or endorser of the advertisement"},
    "staff": {"zh": "有故意或者重大过失的工作人员", "en": "staff who acted with intent or gross negligence"},
})  # fmt: skip

# Before the Civil Code: the provision that then said the same.
BEFORE: Mapping[str, str] = MappingProxyType({
    "民法典#144": "民法总则#144", "民法典#145.1": "民法总则#145", "民法典#157": "民法总则#157",
    "民法典#188.1": "民法总则#188", "民法典#188.2": "民法总则#188", "民法典#195": "民法总则#195",
    "民法典#178.1": "侵权责任法#13", "民法典#178.2": "侵权责任法#14",
    "民法典#509.1": "合同法#60.1", "民法典#563.1": "合同法#94", "民法典#577": "合同法#107",
    "民法典#1165.1": "侵权责任法#6.1", "民法典#1172": "侵权责任法#12",
    "民法典#1173": "侵权责任法#26", "民法典#1174": "侵权责任法#27", "民法典#1179": "侵权责任法#16",
    "民法典#1181.1": "侵权责任法#18.1", "民法典#1183.1": "侵权责任法#22", "民法典#1184": "侵权责任法#19",
    "民法典#1198.2": "侵权责任法#37.2", "民法典#1203.1": "侵权责任法#43.1",
    "民法典#1207": "侵权责任法#47",
})  # fmt: skip

NOTHING: Text = MappingProxyType({"zh": "", "en": ""})


@dataclass(frozen=True)
class Head:
    """One head of damages: its name and how it is reckoned."""

    name: Text
    how: Text
    basis: tuple[str, ...]

    def to_json(self) -> dict[str, object]:
        return {
            "name": self.name["zh"], "name_en": self.name["en"],
            "how": self.how["zh"], "how_en": self.how["en"], "basis": list(self.basis),
        }  # fmt: skip


@dataclass(frozen=True)
class Remedy:
    """One claim. `amount` in yuan, None where it cannot be computed yet; `bound` says whether it is
    exact, the most or the least; of claims that share an `elect` word only one can be had."""

    kind: str
    amount: Decimal | None
    formula: str
    formula_en: str
    basis: tuple[str, ...]
    name: str
    name_en: str
    owed_by: tuple[str, ...] = ()  # parties, in the order in which they pay
    note: Text = field(default_factory=lambda: NOTHING)
    bound: str = "exact"  # exact | at_most | at_least
    elect: str = ""
    until: date | None = None
    heads: tuple[Head, ...] = ()
    contested: bool = False

    def to_json(self) -> dict[str, object]:
        return {
            "kind": self.kind, "amount": None if self.amount is None else str(self.amount),
            "formula": self.formula, "formula_en": self.formula_en, "basis": list(self.basis),
            "name": self.name, "name_en": self.name_en, "owed_by": list(self.owed_by),
            "note": self.note["zh"], "note_en": self.note["en"], "bound": self.bound,
            "elect": self.elect, "until": self.until.isoformat() if self.until else None,
            "heads": [head.to_json() for head in self.heads], "contested": self.contested,
        }  # fmt: skip


def text(zh: str, en: str) -> Text:
    """One statement in both languages."""
    return {"zh": zh, "en": en}


def joined(notes: Iterable[Text]) -> Text:
    """Notes one after the other."""
    all_notes = [note for note in notes if note["zh"]]
    return text("；".join(n["zh"] for n in all_notes), "; ".join(n["en"] for n in all_notes))


def yuan(value: object) -> Decimal | None:
    """An amount in yuan to the cent; None for what is no plausible amount."""
    if not isinstance(value, Decimal) or not 0 <= value < _LARGEST:
        return None
    return value.quantize(_CENT, ROUND_HALF_UP)


def standing(verdict: Verdict, refs: Iterable[str]) -> tuple[str, ...]:
    """Those of the provisions that were in force on the day of the facts, or their predecessors."""
    found = []
    for ref in refs:
        for one in (ref, BEFORE.get(ref)):
            if one and verdict.in_force(one, verdict.law_as_of):
                found.append(one)
                break
    return tuple(dict.fromkeys(found))


def claim(
    verdict: Verdict, kind: str, name: Text, amount: Decimal | None, formula: Text, main: Iterable[str],
    also: Iterable[str] = (), *, owed_by: Iterable[str] = (), note: Text = NOTHING, bound: str = "exact",
    elect: str = "", heads: Iterable[Head] = (), contested: bool = False,
) -> Remedy | None:  # fmt: skip
    """A remedy on the provisions in force; None where none of the main ones was."""
    carrying = standing(verdict, main)
    if not carrying:
        return None
    return Remedy(
        kind, amount, formula["zh"], formula["en"],
        tuple(dict.fromkeys((*carrying, *standing(verdict, also)))), name["zh"], name["en"],
        tuple(owed_by), note, bound, elect, None, tuple(heads), contested,
    )  # fmt: skip


# ---- who is who on these facts
GOODS = frozenset({"food", "health_food", "drug", "medical_device", "cosmetics", "infant_product",
                   "electrical_product", "vehicle", "general_goods"})  # fmt: skip


def is_goods(facts: Facts) -> bool:
    """A thing was sold, as far as is known; not a service, a download or an unknown subject."""
    return facts["subject"] in GOODS


def true(condition: Condition, facts: Facts) -> bool:
    """Whether a condition is known to hold."""
    return condition.value(facts) is True


def platform_sells(verdict: Verdict) -> bool:
    """The platform answers as the seller or contracting party."""
    facts = verdict.facts
    return any(
        g.ground.id in ("direct-self-operated", "direct-appearance")
        or (g.ground.id == "direct-own-service" and facts["platform_contracts_itself"] is True)
        for g in verdict.established
    )


def third_party_sells(verdict: Verdict) -> bool:
    """A merchant other than the platform did wrong."""
    return verdict.facts["merchant_infringed"] is True and verdict.facts["self_operated"] is not True


def wronged_sale(verdict: Verdict) -> bool:
    """The deal itself went wrong, so that its price is in issue."""
    facts = verdict.facts
    if facts["infringement"] == "privacy":
        return False
    broken = facts["platform_broke_contract"] is True and facts["platform_is_carrier"] is not True
    return facts["merchant_infringed"] is True or platform_sells(verdict) or (
        broken and any(g.ground.id == "direct-own-service" for g in verdict.established)
    )  # fmt: skip


def defective(verdict: Verdict) -> bool:
    """A thing that was not safe: its producer answers too."""
    return verdict.facts["infringement"] == "unsafe" and is_goods(verdict.facts)


def debtors(verdict: Verdict) -> tuple[str, ...]:
    """Who owes compensation, in the order in which they pay."""
    found = ["merchant"] if third_party_sells(verdict) else []
    forms = {ground.form for ground in verdict.established} - {Form.PROMISE}
    if forms:
        found.append("platform")
    if defective(verdict) and verdict.facts["merchant_made_it"] is not True:
        found.append("producer")
    return tuple(found)
