"""Procedure: until when a claim can be brought, where, and what a standard term cannot take away.

These follow the law of the day of the suit, not of the facts; only limitation periods that ran out
under the law before 1 October 2017 are told by that law.
"""

from datetime import date

from assistant.claims import Remedy, Text, defective, text
from assistant.numerals import to_chinese
from assistant.rules import Form
from assistant.verdict import Verdict

YEARS, LONGEST, PRODUCT_YEARS, PRODUCT_LONGEST = 3, 20, 2, 10  # 民法典#188, 产品质量法#45
# 民法总则 brought three years; who still had time under the two years (one for injuries) got them.
_THREE_YEARS_FROM = date(2015, 10, 1)
_THREE_YEARS_FOR_INJURIES_FROM = date(2016, 10, 1)


def years_after(day: date, years: int) -> date | None:
    """The same day that many years on, the month's last where there is none; None beyond year 9999."""
    if day.year + years > date.max.year:
        return None
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return day.replace(year=day.year + years, day=28)


def limitation(verdict: Verdict) -> Remedy | None:
    """The last day of the limitation period, counted from the facts or the latest demand."""
    facts = verdict.facts
    start = facts["lasted_until"] or facts["occurred_on"]
    if not isinstance(start, date):
        return _remedy("limitation", text("诉讼时效", "limitation"),
                       text("三年，自知道损害和义务人起，最长二十年；催告、起诉、仲裁使其重新计算",
                            "three years from knowing harm and obligor, at most twenty; a demand, suit or "
                            "arbitration restarts it"),
                       "民法典#188.1", "民法典#188.2", "民法典#195")  # fmt: skip
    injured = facts["person_injured"] is True or facts["person_died"] is True
    if start < (_THREE_YEARS_FOR_INJURIES_FROM if injured else _THREE_YEARS_FROM):
        return _remedy("limitation", text("诉讼时效", "limitation"),
                       text("当时的法律一般两年（身体受伤一年），除非中断过，多半已经届满",
                            "the law of that time gave two years (one for bodily injury): over, unless it was "
                            "interrupted"),
                       "民法通则#135", "民法通则#136")  # fmt: skip
    return _dated(verdict, start)


def _dated(verdict: Verdict, start: date) -> Remedy:
    demanded, cap = verdict.facts["demanded_on"], years_after(start, LONGEST)
    first = years_after(start, YEARS)
    counted = demanded if isinstance(demanded, date) and first and start <= demanded <= first else start
    end = years_after(counted, YEARS)
    if end and cap:
        end = min(end, cap)
    zh = f"三年，自知道损害和义务人起；若自 {counted} 起算，至 {end}（最长二十年，至 {cap}），催告、起诉、仲裁使其重新计算"
    en = (f"three years from knowing harm and obligor; counted from {counted} it ends {end} (at most twenty "
          f"years, {cap}); a demand, suit or arbitration restarts it")  # fmt: skip
    refs = ["民法典#188.1", "民法典#188.2", "民法典#195", "民法典#202"]
    if defective(verdict):
        two, ten = years_after(counted, PRODUCT_YEARS), PRODUCT_LONGEST
        zh += f"；产品质量法仍写两年（至 {two}）、自交付满{to_chinese(ten)}年请求权丧失，稳妥起见按早的日期办"
        en += (f"; the Product Quality Law still says two years (to {two}) and {ten} years from delivery: keep "
               "to the earlier day")  # fmt: skip
        refs += ["产品质量法#45.1", "产品质量法#45.2"]
    if any(ground.form is Form.JOINT for ground in verdict.established):
        zh += "；向连带责任人之一主张，对其他人也中断"
        en += "; a demand on one joint debtor interrupts it for the others too"
        refs.append("诉讼时效规定#15.2")
    return _remedy("limitation", text("诉讼时效", "limitation"), text(zh, en), *refs, until=end)


def forum(verdict: Verdict) -> Remedy | None:
    """The courts that may be chosen; what an agreement on forum or arbitration changes."""
    facts = verdict.facts
    digital = facts["subject"] in ("digital", "content")
    place = text("您的住所地", "where you live") if digital else text("收货地", "where it was delivered")
    zh = [f"合同纠纷：被告住所地或合同履行地（网购为{place['zh']}）"]
    en = [f"contract: where the defendant is, or the place of performance (online: {place['en']})"]
    refs = ["民事诉讼法#24", "民诉法解释#20"]
    if facts["person_injured"] or facts["person_died"] or defective(verdict):
        zh.append("侵权纠纷：侵权行为地、产品制造地、销售地、服务提供地或被告住所地")
        en.append(
            "tort: where it was done or felt, where it was made, sold or served, or where the defendant is"
        )
        refs += ["民事诉讼法#29", "民诉法解释#26"]
    zh += ["设有互联网法院的市，网购合同由它管", "没有合理提示的约定管辖条款可主张无效；有有效仲裁协议的，法院不受理，"
           "约定“可仲裁也可起诉”的仲裁条款无效"]  # fmt: skip
    en += ["where the city has an internet court, it hears online purchase contracts",
           "a forum clause not fairly pointed out is void on request; a valid arbitration agreement bars the "
           "court, one that says “arbitrate or sue” does not"]  # fmt: skip
    refs += ["互联网法院案件管辖规定#1.1", "民诉法解释#31", "部分民事案件管辖批复#1", "部分民事案件管辖批复#4",
             "仲裁法#5"]  # fmt: skip
    return _remedy("forum", text("在哪里起诉", "which court"), text("；".join(zh), "; ".join(en)), *refs)


def complaint(verdict: Verdict) -> Remedy | None:
    """The ways without a court."""
    del verdict
    return _remedy(
        "complaint", text("不起诉的途径", "without a court"),
        text("先在平台内投诉；再向 12315 投诉（平台归其住所地，商家归公示地址地或平台住所地），7个工作日内处理并告知，"
             "同意调解的60日内调解完毕；也可请消费者协会调解",
             "first complain on the platform; then to 12315 (for a platform where it is seated, for a merchant "
             "where its shown address or the platform is): answered in 7 working days, mediation within 60 "
             "days if both agree; a consumer association may mediate too"),
        "消费者权益保护法#39", "电子商务法#60", "消费者权益保护法实施条例#46.2", "消费者权益保护法实施条例#46.3",
        "投诉举报处理办法#13",
    )  # fmt: skip


def void_terms(verdict: Verdict) -> Remedy | None:
    """A standard term by which a platform excludes or shifts its liability."""
    if verdict.facts["platform_relies_on_terms"] is not True:
        return None
    return _remedy(
        "void_terms", text("平台排除责任的条款无效", "the platform's exclusion is void"),
        text("把依法应由平台承担的责任一概推给商家，或者排除、限制消费者权利、减免自己责任的格式条款无效；没有提示说明的，不成为合同内容",
             "a standard term that shifts what the platform owes to merchants, excludes consumers' "
             "rights or cuts its duties is void; one not pointed out is no part of the contract"),
        "网络消费纠纷规定（一）#1", "民法典#496.2", "民法典#497", "消费者权益保护法#26.2", "消费者权益保护法#26.3",
    )  # fmt: skip


def _remedy(kind: str, name: Text, how: Text, *refs: str, until: date | None = None) -> Remedy:
    return Remedy(kind, None, how["zh"], how["en"], refs, name["zh"], name["en"], until=until)


PROCEDURE = (void_terms, limitation, forum, complaint)
PROCEDURAL = frozenset({"void_terms", "limitation", "forum", "complaint"})
