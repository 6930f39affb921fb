"""Punitive damages: three times the price, ten times or three times the loss, twice the loss.

One function a basis; of several bases the consumer elects one. Who knew, who made the goods and what
the buyer knew decide who owes it and on what base; the platform owes it only where it is itself the
seller (beyond that it is contested, and said so).
"""

from decimal import Decimal

from assistant.claims import (
    Remedy,
    Text,
    claim,
    is_goods,
    joined,
    platform_sells,
    text,
    third_party_sells,
    yuan,
)
from assistant.facts import Facts
from assistant.rules import Form
from assistant.verdict import Verdict

# multiples and floors, each beside its provision
THREEFOLD, THREEFOLD_FLOOR = Decimal(3), Decimal(500)  # 消费者权益保护法#55.1
TENFOLD, LOSS_TIMES, TENFOLD_FLOOR = (
    Decimal(10),
    Decimal(3),
    Decimal(1000),
)  # 食品安全法#148.2, 药品管理法#144.3
TWICE = Decimal(2)  # 消费者权益保护法#55.2

FOOD, DRUG = ("food", "health_food"), ("drug",)

_ONE_BASIS = text("几种惩罚性赔偿只能选一种", "of several punitive bases only one can be had")
_HOUSEHOLD = text(
    "买时明知的，只在合理生活消费需要的范围内支持，短期多次购买、多次起诉合并看（买时明知由对方证明）",
    "a buyer who knew gets it only within reasonable household needs, repeated purchases and suits taken "
    "together (the other side must prove that the buyer knew)",
)
_FREE = text(
    "未付价款的能否主张最低额有争议", "whether the floor is owed where nothing was paid is contested"
)
_PLATFORM = text(
    "平台连带或者先行赔付时是否也包括惩罚性赔偿，有争议；平台自己是卖家的，由平台承担",
    "whether joint liability or advance payment covers punitive damages is contested; a platform that is "
    "itself the seller owes them",
)


def tenfold(verdict: Verdict) -> Remedy | None:
    """Ten times the price or three times the loss, at least 1,000 yuan: substandard food, fake or
    substandard drugs."""
    facts = verdict.facts
    food, drug = facts["subject"] in FOOD, facts["subject"] in DRUG
    if not (food or drug) or facts["infringement"] not in ("unsafe", "counterfeit") or _barred(facts):
        return None
    owed_by = _makers_and_knowing_sellers(verdict)
    if not owed_by:
        return None
    base = _base(facts)
    amount, how = _largest(base, yuan(facts["loss"]))
    if facts["bought_knowing"] is True and base is None:
        amount = None  # a court finds the quantity
    formula = (
        text(f"max(10×价款, 3×损失, 1000) = {how}", f"max(10 × price, 3 × loss, 1000) = {how}")
        if amount is not None
        else text("价款十倍或损失三倍，不足一千按一千", "10 × price or 3 × loss, at least 1000")
    )
    main = ("食品安全法#148.2",) if food else ("药品管理法#144.3",)
    return claim(
        verdict, "punitive_tenfold",
        text("惩罚性赔偿（十倍价款或三倍损失）", "punitive damages (ten times the price or three times the loss)"),
        amount, formula, main, _tenfold_support(facts, food=food), owed_by=owed_by,
        note=_tenfold_note(verdict, food=food), elect="punitive",
        contested=base == 0 or (food and facts["infringement"] == "counterfeit"),
    )  # fmt: skip


def threefold(verdict: Verdict) -> Remedy | None:
    """Three times the price for deceit, at least 500 yuan."""
    facts = verdict.facts
    fled = facts["merchant_closed_and_evaded"] is True
    merchants = fled or _deceit(facts)
    own = facts["platform_deceived"] is True
    if not (merchants or own) or _barred(facts) or (facts["seller_is_business"] is False and not own):
        return None
    owed_by = dict.fromkeys([*(_sellers(verdict) if merchants else ()), *(["platform"] if own else ())])
    base = _base(facts)
    amount = None if base is None else yuan(max(THREEFOLD * base, THREEFOLD_FLOOR))
    formula = (
        text(f"max(3 × {base}, 500)", f"max(3 × {base}, 500)")
        if base is not None
        else text("价款三倍，不足五百按五百", "3 × price, at least 500")
    )
    knowing = facts["bought_knowing"] is True
    advertised = facts["infringement"] == "false_advertising" and facts["merchant_intended"] is None
    return claim(
        verdict, "punitive_threefold",
        text("欺诈的三倍赔偿", "threefold damages for deceit"), amount, formula,
        ("消费者权益保护法#55.1",), _threefold_support(facts, fled=fled), owed_by=tuple(owed_by),
        note=_threefold_note(verdict, knowing=knowing), elect="punitive", contested=knowing or advertised or base == 0,
    )  # fmt: skip


def twofold(verdict: Verdict) -> Remedy | None:
    """Up to twice the loss for a known defect that killed or gravely harmed."""
    facts = verdict.facts
    grave = facts["person_died"] is True or facts["health_gravely_harmed"] is True
    if not grave or facts["infringement"] != "unsafe" or facts["merchant_intended"] is not True:
        return None
    loss = yuan(facts["loss"])
    return claim(
        verdict, "punitive_twofold",
        text("明知缺陷致死亡或健康严重损害的惩罚性赔偿", "punitive damages for a known defect that killed or gravely harmed"),
        None if loss is None else yuan(TWICE * loss),
        text("所受损失的二倍以下", "up to twice the loss") if loss is None
        else text(f"最多 2 × {loss}，具体由法院定", f"at most 2 × {loss}, as the court finds"),
        ("消费者权益保护法#55.2",), ("民法典#1207",) if is_goods(facts) else (), owed_by=_sellers(verdict),
        note=joined((text("损失包括精神损害", "the loss includes mental harm"), _beyond_the_seller(verdict))),
        bound="at_most", elect="punitive",
    )  # fmt: skip


# ---- conditions
def _deceit(facts: Facts) -> bool:
    """Deceit: presumed in fakes, price tricks, fraud and false advertising, else to be proved."""
    if facts["infringement"] in ("fraud", "counterfeit", "price_fraud", "false_advertising"):
        return facts["merchant_intended"] is not False
    return facts["infringement"] in ("unsafe", "non_delivery") and facts["merchant_intended"] is True


def _barred(facts: Facts) -> bool:
    return facts["only_label_flaw"] is True or facts["bought_for_living_needs"] is False


def _base(facts: Facts) -> Decimal | None:
    """The price that is multiplied: for a knowing buyer only that of a household quantity."""
    price = yuan(facts["price_paid"])
    if facts["bought_knowing"] is not True or facts["subject"] not in FOOD:
        return price
    household = yuan(facts["household_price"])
    return household if price is None or household is None else min(price, household)


def _largest(price: Decimal | None, loss: Decimal | None) -> tuple[Decimal | None, str]:
    options = [(TENFOLD * price, f"10 × {price}")] if price is not None else []
    options += [(LOSS_TIMES * loss, f"3 × {loss}")] if loss is not None else []
    options += [(TENFOLD_FLOOR, "1000")] if price is not None else []
    amount, how = max(options, default=(None, ""))
    if amount is not None and amount < TENFOLD_FLOOR:
        amount, how = TENFOLD_FLOOR, "1000"
    return yuan(amount), how


# ---- who owes it
def _sellers(verdict: Verdict) -> tuple[str, ...]:
    found = ["merchant"] if third_party_sells(verdict) else []
    return (*found, "platform") if platform_sells(verdict) else tuple(found)


def _makers_and_knowing_sellers(verdict: Verdict) -> tuple[str, ...]:
    facts = verdict.facts
    made, knew = facts["merchant_made_it"] is True, facts["merchant_intended"] is not False
    private = facts["seller_is_business"] is False
    found = [] if made else ["producer"]
    found += [s for s in _sellers(verdict) if (knew or made) and not (s == "merchant" and private)]
    return tuple(found)


def _beyond_the_seller(verdict: Verdict) -> Text:
    forms = {g.form for g in verdict.established}
    stretched = forms & {Form.JOINT, Form.ADVANCE_PAYMENT, Form.SUPPLEMENTARY, Form.SEVERAL}
    return _PLATFORM if stretched else text("", "")


# ---- what is said beside it
def _tenfold_note(verdict: Verdict, *, food: bool) -> Text:
    facts = verdict.facts
    notes = [_who_owes_tenfold(facts)]
    if facts["bought_through_agent"] is True:
        notes.append(_agent(facts))
    if food and facts["infringement"] == "counterfeit":
        notes.append(text("假冒而符合食品安全标准的，不适用十倍，改主张三倍",
                          "a fake that meets the safety standards gives the threefold instead"))  # fmt: skip
    if food and facts["bought_knowing"] is True:
        notes.append(_HOUSEHOLD)
    if yuan(facts["price_paid"]) == 0:
        notes.append(_FREE)
    return joined((*notes, _ONE_BASIS, _beyond_the_seller(verdict)))


def _who_owes_tenfold(facts: Facts) -> Text:
    if facts["merchant_made_it"] is True:
        return text("商家自己制作的，不以明知为条件", "who made it owes it without knowledge")
    if facts["merchant_intended"] is True:
        return text("生产者，或明知而销售的商家", "the maker, or the seller who knew")
    if facts["merchant_intended"] is False:
        return text("商家不明知，只能向生产者主张", "the seller did not know: only the maker owes it")
    return text(
        "生产者，或明知而销售的商家（过期仍卖、无进货来源、未查验、改日期等视为明知）",
        "the maker, or the seller if it knew (selling after expiry, no source, no incoming check, altered "
        "dates count as knowledge)",
    )


def _agent(facts: Facts) -> Text:
    if facts["seller_is_business"] is False:
        return text(
            "不以代购为业的代购人不承担惩罚性赔偿",
            "an agent who does not trade as one owes no punitive damages",
        )
    return text("以代购为业的，明知仍代购就要承担，且不能向生产者追偿",
                "an agent by trade who knew owes it, without recourse against the maker")  # fmt: skip


def _tenfold_support(facts: Facts, *, food: bool) -> list[str]:
    refs = ["食品药品惩罚性赔偿解释#1.1" if food else "食品药品惩罚性赔偿解释#10"]
    if food:
        refs += ["食品安全民事纠纷解释（一）#10", "食品安全民事纠纷解释（一）#6"]
    if facts["bought_through_agent"] is True:
        refs += ["食品药品惩罚性赔偿解释#3.1", "食品药品惩罚性赔偿解释#3.2"]
    if food and facts["bought_knowing"] is True:
        refs += ["食品药品惩罚性赔偿解释#12.1", "食品药品惩罚性赔偿解释#13", "食品药品惩罚性赔偿解释#14.1"]
    return refs


def _threefold_support(facts: Facts, *, fled: bool) -> list[str]:
    refs = ["消费者权益保护法实施条例#49.1"]
    if facts["infringement"] in ("counterfeit", "unsafe"):
        refs.append("侵害消费者权益行为处罚办法#16.1")
    if facts["infringement"] in ("false_advertising", "non_delivery"):
        refs.append("侵害消费者权益行为处罚办法#16.2")
    if facts["subject"] in FOOD:
        refs.append("食品安全民事纠纷解释（一）#7")
    if facts["subject"] in (*FOOD, *DRUG):
        refs.append("食品药品惩罚性赔偿解释#9.1")
    return [*refs, "预付式消费解释#23.1"] if fled else refs


def _threefold_note(verdict: Verdict, *, knowing: bool) -> Text:
    notes = [text("由实施欺诈的经营者承担", "owed by the trader who deceived")]
    if verdict.facts["infringement"] == "false_advertising" and verdict.facts["merchant_intended"] is None:
        notes.append(text("虚假宣传是否够得上欺诈，看商家能否说明并非故意误导",
                          "whether false advertising is deceit depends on what the merchant can show"))  # fmt: skip
    if knowing:
        notes.append(
            text("买时明知的是否还算受欺诈，有争议", "whether a buyer who knew was deceived is contested")
        )
    if yuan(verdict.facts["price_paid"]) == 0:
        notes.append(_FREE)
    return joined((*notes, _ONE_BASIS, _beyond_the_seller(verdict)))


PUNITIVE = (tenfold, threefold, twofold)
