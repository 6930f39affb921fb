"""Remedies: what can be claimed and how much, in exact yuan, with formula, basis and who owes it.

To add one, write a function from a verdict to a Remedy (or None) and list it in ALL. Compensation
stands here, punitive damages in `punitive`, time limits and courts in `procedure`, the words they
share in `claims`.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

from assistant.claims import (
    Head,
    Remedy,
    Text,
    claim,
    debtors,
    defective,
    is_goods,
    platform_sells,
    standing,
    text,
    wronged_sale,
    yuan,
)  # fmt: skip
from assistant.procedure import PROCEDURE
from assistant.punitive import PUNITIVE
from assistant.verdict import Verdict

__all__ = ["ALL", "Remedy", "elected", "remedies", "total"]

RETURN_DAYS = 7  # 消费者权益保护法#25.1
PRICE_BACK = ("refund", "return_7_days", "minor_refund", "prepaid_refund")
DAMAGES = ("injury", "loss")


# ---- the price back
def refund(verdict: Verdict) -> Remedy | None:
    """The price, where the deal went wrong and no special rule gives it back."""
    facts = verdict.facts
    special = facts["prepaid"] is True or facts["buyer_is_minor"] is True
    if not wronged_sale(verdict) or special or facts["price_refunded"] is True:
        return None
    price = yuan(facts["price_paid"])
    also = ["民法典#577"]
    if facts["infringement"] in ("unsafe", "counterfeit"):
        also.append("消费者权益保护法#24.1")
    if facts["infringement"] == "non_delivery":
        also += ["民法典#563.1", "民法典#566.1"]
    if facts["bought_knowing"] is True and facts["subject"] in ("food", "health_food", "drug"):
        also.append("食品药品惩罚性赔偿解释#2.1")
    main = (
        ("民法典#577",) if facts["seller_is_business"] is False else ("消费者权益保护法#52.1", "民法典#577")
    )
    return claim(verdict, "refund", text("退款（退货）", "refund"), price, _price(price), main, also,
                 owed_by=[d for d in debtors(verdict) if d != "producer"])  # fmt: skip


def return_seven_days(verdict: Verdict) -> Remedy | None:
    """Return without reason, where the story touches it."""
    facts = verdict.facts
    touched = ("received_on", "return_excluded", "return_promised", "goods_intact")
    asked = facts["infringement"] == "refund_refusal" or any(facts[name] is not None for name in touched)
    promised, excluded = facts["return_promised"] is True, facts["return_excluded"] is True
    thing = is_goods(facts) or (promised and facts["subject"] == "digital")
    if not (asked and thing) or (excluded and not promised) or facts["goods_intact"] is False:
        return None
    if facts["seller_is_business"] is False or facts["price_refunded"] is True:
        return None
    price, day = yuan(facts["price_paid"]), facts["received_on"]
    until = day + timedelta(RETURN_DAYS) if isinstance(day, date) and day.year < date.max.year else None
    how = (text(f"最迟 {until} 发出退货通知", f"notice of return by {until}") if until
           else text("自签收次日起七日内发出退货通知", "notice of return within seven days from the day after receipt"))  # fmt: skip
    also = ["网络消费纠纷规定（一）#3", "七日无理由退货暂行办法#8.3", "七日无理由退货暂行办法#10.2"]
    also += ["网络消费纠纷规定（一）#2"] if excluded and promised else ["消费者权益保护法#25.2"]
    remedy = claim(
        verdict, "return_7_days", text("七日无理由退货", "return without reason in seven days"), price,
        how, ("消费者权益保护法#25.1",), also, owed_by=_seller(verdict), note=_RETURN,
    )  # fmt: skip
    return _until(remedy, until)


_RETURN = text(
    "商品应完好（为查验拆封、合理调试不算）；定作、鲜活易腐、拆封的数字化商品、报刊，以及购买时经确认不宜退货的除外，承诺可退的照退；退货运费一般自付",
    "the goods must be intact (unsealing to inspect and reasonable testing do not count); not for goods made to "
    "order, perishables, unsealed digital goods, periodicals, or what was confirmed at purchase as unsuited, "
    "unless return was promised; the buyer normally pays the freight",
)


def minor_refund(verdict: Verdict) -> Remedy | None:
    """A minor's payment back."""
    facts = verdict.facts
    if facts["buyer_is_minor"] is not True or facts["price_refunded"] is True:
        return None
    young = facts["buyer_under_eight"] is True
    if not young and facts["guardian_agreed"] is True:
        return None
    price = yuan(facts["price_paid"])
    main = ("民法典#144",) if young else ("民法典#145.1",)
    also = ["民法典#20" if young else "民法典#19", "民法典#157"]
    if facts["prepaid"] is True:
        also.append("预付式消费解释#10.1" if young else "预付式消费解释#10.2")
    note = (text("不满八周岁，合同无效", "under eight: the contract is void") if young else
            text("未经监护人同意或追认、又与年龄不相适应的，不发生效力；各方有过错的各自承担",
                 "without consent or approval, and unfit for the age, it has no effect; each side bears its own fault"))  # fmt: skip
    return claim(verdict, "minor_refund", text("返还未成年人的付款", "the minor's payment back"), price,
                 _price(price), main, also, owed_by=_seller(verdict), note=note)  # fmt: skip


def prepaid_refund(verdict: Verdict) -> Remedy | None:
    """What was not used of a prepayment, with interest."""
    facts = verdict.facts
    if facts["prepaid"] is not True or facts["buyer_is_minor"] is True or facts["price_refunded"] is True:
        return None
    paid, used = yuan(facts["price_paid"]), yuan(facts["prepaid_used"])
    left = None if paid is None or used is None else max(paid - used, Decimal("0.00"))
    how = text(
        "预付款减去已消费的价款，另加利息和合理费用",
        "the prepayment less what was used, with interest and reasonable costs",
    )
    if left is not None:
        how = text(
            f"max({paid} - {used}, 0)，另加利息和合理费用",
            f"max({paid} - {used}, 0), with interest and reasonable costs",
        )
    return claim(
        verdict, "prepaid_refund", text("退还未消费的预付款", "the unused prepayment back"), left, how,
        ("消费者权益保护法#53",),
        ("预付式消费解释#13.1", "预付式消费解释#14.1", "预付式消费解释#15.1", "预付式消费解释#16.1",
         "消费者权益保护法实施条例#22.2"),
        owed_by=_seller(verdict),
        note=text("付款七日内且此前未获得过相同商品服务的，可无理由退本金",
                  "within seven days of paying, and without earlier use, the principal is due without reason"),
    )  # fmt: skip


# ---- damages
def injury(verdict: Verdict) -> Remedy | None:
    """Damages for injury or death, with every head named."""
    facts = verdict.facts
    died = facts["person_died"] is True
    if not died and facts["person_injured"] is not True:
        return None
    loss = yuan(facts["loss"])
    formula = (text("按票据和下列项目计算", "by receipts, under the heads below") if loss is None
               else text(f"已述损失 {loss}，另加未计入的项目", f"loss told {loss}, further heads to be added"))  # fmt: skip
    main, also = ["民法典#1179", "消费者权益保护法#49"], ["人身损害赔偿解释#6.1"]
    also += ["民法典#1181.1"] if died else []
    also += ["民法典#1203.1"] if defective(verdict) else []
    name = (text("死亡赔偿金、丧葬费、医疗费等", "death compensation, funeral and medical costs") if died else
            text("医疗费、护理费、交通费、误工费等（残疾另有项目）",
                 "medical costs, care, travel, lost income (more for disability)"))  # fmt: skip
    return claim(verdict, "injury", name, loss, formula, main, also, owed_by=debtors(verdict),
                 bound="exact" if loss is None else "at_least", heads=_heads(verdict, died=died))  # fmt: skip


def mental_harm(verdict: Verdict) -> Remedy | None:
    """Damages for grave mental harm."""
    facts = verdict.facts
    if facts["person_died"] is not True and facts["health_gravely_harmed"] is not True:
        return None
    return claim(
        verdict, "mental_harm", text("精神损害抚慰金", "damages for mental harm"), None,
        text("须后果严重；数额由法院按过错、情节、后果、获利、能力和当地水平定",
             "for grave harm; the court sets it by fault, circumstances, consequences, gain, means and local level"),
        ("民法典#1183.1",), ("精神损害赔偿解释#1", "精神损害赔偿解释#5"), owed_by=debtors(verdict),
    )  # fmt: skip


def property_loss(verdict: Verdict) -> Remedy | None:
    """Loss beside the price; with an injury the sum told belongs to the injury."""
    facts = verdict.facts
    hurt = facts["person_injured"] is True or facts["person_died"] is True
    told = facts.source("property_lost") in ("stated", "corrected")
    if facts["property_lost"] is not True or (hurt and not told):
        return None
    loss = None if hurt else yuan(facts["loss"])
    leaked = any(g.ground.id == "direct-own-data" for g in verdict.established)
    main, also = ["消费者权益保护法#52.1", "民法典#1165.1"], ["民法典#1184"]
    if leaked:
        main, also = ["个人信息保护法#69.2"], ["民法典#1182"]
    elif defective(verdict):
        also += ["民法典#1203.1", "侵权责任编解释（一）#19"]
    formula = (text("凭证据计算", "by evidence") if loss is None
               else text(f"已述损失 {loss}", f"loss told {loss}"))  # fmt: skip
    return claim(verdict, "loss", text("其他财产损失", "other loss of property"), loss, formula, main, also,
                 owed_by=debtors(verdict))  # fmt: skip


def promised(verdict: Verdict) -> Remedy | None:
    """What the platform promised, where it promised a multiple of the price."""
    if not any(ground.ground.id == "promise" for ground in verdict.established):
        return None
    times, price = verdict.facts["promised_multiple"], yuan(verdict.facts["price_paid"])
    amount = (
        yuan(times * price) if isinstance(times, Decimal) and price is not None and times < 1000 else None
    )
    formula = (text("按承诺的内容", "as promised") if amount is None
               else text(f"{times} × {price}", f"{times} × {price}"))  # fmt: skip
    return claim(
        verdict, "promise", text("按平台的承诺赔付", "what the platform promised"), amount, formula,
        ("消费者权益保护法#44.1", "民法典#509.1"), ("消费者权益保护法实施条例#12", "民法典#577"),
        owed_by=("platform",),
        note=text("能否与法定赔偿并用，看承诺的文字", "whether it comes on top of the statutory claims depends on its words"),
    )  # fmt: skip


def own_fault(verdict: Verdict) -> Remedy | None:
    """The consumer's own fault reduces what is owed; by how much is for the court."""
    if verdict.facts["consumer_at_fault"] is not True:
        return None
    return claim(
        verdict, "own_fault", text("自己的过错会减少赔偿", "own fault reduces damages"), None,
        text("可以减轻对方的责任，减多少由法院定；自己故意造成的，不能要求赔偿",
             "the other side's liability may be reduced, by how much the court decides; harm done on purpose "
             "by the victim is not owed"),
        ("民法典#1173",), ("民法典#1174",),
    )  # fmt: skip


# ---- parts
def _price(price: Decimal | None) -> Text:
    return text("按实付价款", "the price paid") if price is None else text(f"价款 {price}", f"price {price}")


def _seller(verdict: Verdict) -> tuple[str, ...]:
    """Who received the price."""
    own = platform_sells(verdict) or verdict.facts["self_operated"] is True
    return ("platform",) if own else ("merchant",)


def _until(remedy: Remedy | None, day: date | None) -> Remedy | None:
    return remedy and replace(remedy, until=day)


_INCOME = text("受诉法院所在地上一年度城镇居民人均可支配收入 × 二十年（六十周岁以上逐岁减一年，七十五周岁以上五年）",
               "last year's urban disposable income per head at the court's seat × twenty years (one year less for "
               "each year over sixty, five years from seventy-five)")  # fmt: skip
_TREATMENT = (
    (text("医疗费", "medical costs"), text("收款凭证，结合病历和诊断证明", "receipts with medical records"), "人身损害赔偿解释#6.1"),
    (text("误工费", "lost income"), text("误工时间 × 收入", "time off work × income"), "人身损害赔偿解释#7.1"),
    (text("护理费", "care"), text("护理人数 × 期限 × 护理人员收入", "carers × time × their income"), "人身损害赔偿解释#8.1"),
    (text("交通费", "travel"), text("就医实际发生，凭票据", "as spent for treatment, by receipts"), "人身损害赔偿解释#9"),
    (text("住院伙食补助费", "hospital meals"), text("参照当地国家机关出差伙食标准", "by the local official travel rate"), "人身损害赔偿解释#10.1"),
    (text("营养费", "nutrition"), text("参照医疗机构意见", "by medical opinion"), "人身损害赔偿解释#11"),
)  # fmt: skip
_DISABILITY = (
    (text("残疾赔偿金", "disability compensation"), _INCOME, "人身损害赔偿解释#12.1"),
    (text("残疾辅助器具费", "disability aids"), text("普通适用器具的合理费用", "reasonable cost of ordinary aids"), "人身损害赔偿解释#13.1"),
)  # fmt: skip
_DEATH = (
    (text("死亡赔偿金", "death compensation"), _INCOME, "人身损害赔偿解释#15"),
    (text("丧葬费", "funeral costs"), text("受诉法院所在地上一年度职工月平均工资 × 六个月", "last year's average monthly wage at the court's seat × six months"), "人身损害赔偿解释#14"),
)  # fmt: skip
_DEPENDANTS = (
    text("被扶养人生活费（计入残疾或死亡赔偿金）", "dependants' support (within disability or death compensation)"),
    text("按丧失劳动能力程度和当地人均消费支出，未成年人算到十八周岁",
         "by loss of working capacity and local consumption per head, for children to eighteen"),
    "人身损害赔偿解释#17.1",
)  # fmt: skip


def _heads(verdict: Verdict, *, died: bool) -> list[Head]:
    rows = [*_TREATMENT]
    if died:
        rows += [*_DEATH, _DEPENDANTS]
    elif verdict.facts["health_gravely_harmed"] is not False:
        rows += [*_DISABILITY, _DEPENDANTS]
    return [Head(name, how, standing(verdict, (ref,))) for name, how, ref in rows]


ALL: tuple[Callable[[Verdict], Remedy | None], ...] = (
    refund, return_seven_days, minor_refund, prepaid_refund, injury, mental_harm, property_loss,
    *PUNITIVE, promised, own_fault,
)  # fmt: skip


def remedies(verdict: Verdict) -> list[Remedy]:
    """Every remedy the facts allow, in the order of ALL, then time limits and courts."""
    found = [remedy for one in ALL if (remedy := one(verdict))]
    if found or wronged_sale(verdict) or verdict.established:
        found += [remedy for one in PROCEDURE if (remedy := one(verdict))]
    return found


def total(found: Sequence[Remedy]) -> Decimal | None:
    """The compensation computed so far: the price once, and the damages; no punitive damages."""
    back = [r.amount for r in found if r.kind in PRICE_BACK and r.amount is not None]
    amounts = [r.amount for r in found if r.kind in DAMAGES and r.amount is not None]
    if not back and not amounts:
        return None
    return max(back, default=Decimal("0.00")) + sum(amounts, Decimal("0.00"))


def elected(found: Sequence[Remedy]) -> Remedy | None:
    """Of the punitive bases the one that gives most, as far as amounts are known."""
    known = [r for r in found if r.elect and r.amount is not None]
    return max(known, key=lambda r: r.amount or Decimal(0), default=None)
