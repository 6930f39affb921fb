"""Both sides of one verdict: what the consumer claims and must prove; what the platform must mend,
show, pay and fear.

Nothing is decided here: every line is read off the verdict, its remedies and payments. How a duty is
mended is the table MEND; fines stand in `penalties`.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from assistant.claims import PARTIES, Remedy, Text, text
from assistant.conditions import All, Any, Condition, Known, Leaf, Quiet, Unless
from assistant.facts import Declaration, Facts, Lang, plain
from assistant.law import Ref
from assistant.payment import Payment
from assistant.penalties import Risk, risks
from assistant.rules import FORM_NAMES
from assistant.verdict import DutyResult, Verdict

IN_ISSUE = ("established", "open", "unproved")

MEND: Mapping[str, Text] = {
    "qualification_review": text(
        "补核商家身份和许可证，向发证机关核实真伪，每六个月复核；核不实的暂停服务",
        "check identity and licence again with the issuing authority, re-check every six months; suspend whoever fails"),
    "product_safety_review": text(
        "核查在售商品的认证、注册和检测报告，缺的先下架",
        "check certificates, registrations and test reports of what is on sale; take down what lacks them"),
    "risk_notice": text(
        "在商品页显著提示风险，通知已购买的人，备好应急机制",
        "warn clearly on the page, tell those who bought, keep a contingency mechanism"),
    "monitoring_and_recording": text(
        "完整保存交易信息不少于三年，建立异常监测和处置的记录",
        "keep complete transaction records for three years at least; monitor anomalies and log what was done"),
    "timely_notification": text(
        "发现异常立即通知受影响的消费者并留存记录",
        "tell the consumers concerned at once and keep the record"),
    "necessary_measures": text(
        "立即下架、断开链接，限制或停止对该商家的服务，向监管部门报告，复查是否仍在售",
        "delist, cut links, restrict or end the merchant's service at once, report it, and check that it is gone"),
    "assistance_to_consumer": text(
        "受理投诉并答复，提供交易记录，组织调解",
        "take up the complaint and answer it, hand over the records, mediate"),
    "seller_information_disclosure": text(
        "提供核实有效的商家名称、地址和联系方式；提供不了的，先行赔付后追偿",
        "give the merchant's name, address and contact, verified to work; else pay and recover"),
}  # fmt: skip


@dataclass(frozen=True)
class Element:
    """One thing to prove: the fact, the statement to be shown, and the evidence that would show it."""

    fact: str
    statement: Text
    proof: Text
    grounds: tuple[str, ...]
    value: str  # yes | no | unknown | a choice
    source: str | None  # where the value came from
    alternative: bool = False  # one of several that are each enough

    def to_json(self) -> dict[str, object]:
        return {
            "fact": self.fact, "statement": self.statement["zh"], "statement_en": self.statement["en"],
            "proof": self.proof["zh"], "proof_en": self.proof["en"], "grounds": list(self.grounds),
            "value": self.value, "source": self.source, "alternative": self.alternative,
        }  # fmt: skip


@dataclass(frozen=True)
class DutyToMend:
    """A duty breached (to be mended) or not known (its fulfilment must be shown)."""

    result: DutyResult
    mend: Text
    show: tuple[Element, ...]

    def to_json(self) -> dict[str, object]:
        duty = self.result.duty
        return {
            "duty": duty.code, "name": duty.name["zh"], "name_en": duty.name["en"],
            "status": self.result.status, "standard": self.result.standard, "mend": self.mend["zh"],
            "mend_en": self.mend["en"], "show": [one.to_json() for one in self.show],
            "basis": list(self.result.basis),
        }  # fmt: skip


@dataclass(frozen=True)
class Exposure:
    """What the platform may have to pay: exactly, at most, and in words where no sum can be told."""

    liability: str
    possible: tuple[str, ...]
    amount: Decimal | None
    at_most: Decimal | None
    words: Text

    def to_json(self) -> dict[str, object]:
        return {
            "liability": self.liability, "possible": list(self.possible),
            "amount": None if self.amount is None else str(self.amount),
            "at_most": None if self.at_most is None else str(self.at_most),
            "words": self.words["zh"], "words_en": self.words["en"],
        }  # fmt: skip


@dataclass(frozen=True)
class Sides:
    """Consumer and platform, from one verdict."""

    claims: tuple[Remedy, ...]
    prove: tuple[Element, ...]
    others_prove: tuple[Element, ...]
    routes: tuple[Text, ...]
    duties: tuple[DutyToMend, ...]
    exposure: Exposure
    payments: tuple[Payment, ...]  # the platform's own rows
    administrative: tuple[Risk, ...]

    def to_json(self) -> dict[str, object]:
        """The `sides` of the JSON contract."""
        return {
            "consumer": {
                "claims": [{"kind": r.kind, "name": r.name, "name_en": r.name_en, "bound": r.bound,
                            "amount": None if r.amount is None else str(r.amount),
                            "against": list(r.owed_by)} for r in self.claims],
                "prove": [one.to_json() for one in self.prove],
                "other_side_proves": [one.to_json() for one in self.others_prove],
                "routes": [route["zh"] for route in self.routes],
                "routes_en": [route["en"] for route in self.routes],
                "routes_basis": ["民法典#186"] if self.routes else [],
            },
            "platform": {
                "duties": [one.to_json() for one in self.duties],
                "must_show": [one.to_json() for one in self.others_prove],
                "exposure": self.exposure.to_json(),
                "payments": [row.to_json() for row in self.payments],
                "administrative": [risk.to_json() for risk in self.administrative],
            },
        }  # fmt: skip


def verdict_json(
    verdict: Verdict, remedies: Sequence[Remedy], payments: Sequence[Payment]
) -> dict[str, object]:
    """The `verdict` of the JSON contract with all that follows from it: remedies, payments, both sides."""
    return {
        **verdict.to_json(),
        "remedies": [one.to_json() for one in remedies],
        "payments": [one.to_json() for one in payments],
        "sides": sides(verdict, remedies, payments).to_json(),
    }


def sides(verdict: Verdict, remedies: Sequence[Remedy], payments: Sequence[Payment]) -> Sides:
    """Both sides, from the verdict, its remedies and its payments."""
    mine, theirs = _burdens(verdict)
    own = tuple(row for row in payments if row.payer == "platform")
    return Sides(
        tuple(r for r in remedies if r.owed_by), mine, theirs, _routes(verdict), _duties(verdict),
        _exposure(verdict, own), own, tuple(risks(verdict)),
    )  # fmt: skip


# ---- who must prove what
def _burdens(verdict: Verdict) -> tuple[tuple[Element, ...], tuple[Element, ...]]:
    """The elements of every ground in issue: the consumer's, and the other side's."""
    mine: dict[str, Element] = {}
    theirs: dict[str, Element] = {}
    for ground in verdict.grounds:
        if ground.status not in IN_ISSUE:
            continue
        for leaf, alternative, exception in _elements(ground.ground.when, verdict.facts):
            declared = verdict.facts.declared[leaf.fact]
            presumed = verdict.facts.source(leaf.fact) == "presumed" and leaf.value(verdict.facts) is True
            consumers = declared.burden == "consumer" and not exception and not presumed
            shown = leaf if consumers or exception else Leaf(leaf.fact, leaf.wanted, not leaf.negated)
            into = mine if consumers else theirs
            into[str(shown)] = _merged(into.get(str(shown)), shown, verdict.facts, ground.ground.id,
                                       alternative=alternative and consumers)  # fmt: skip
    return tuple(mine.values()), tuple(theirs.values())


def _elements(
    condition: Condition, facts: Facts, *, alternative: bool = False, exception: bool = False
) -> Iterator[tuple[Leaf, bool, bool]]:
    """Every element that may still matter, whether it is one of several, whether an exception."""
    if isinstance(condition, Leaf):
        yield condition, alternative, exception
    elif isinstance(condition, Quiet):
        if condition.value(facts) is not None:  # in issue only once the story touches it
            yield from _elements(condition.part, facts, alternative=alternative, exception=exception)
    elif isinstance(condition, Unless):
        yield from _elements(condition.part, facts, exception=True)
    elif isinstance(condition, All):
        for part in condition.parts:
            yield from _elements(part, facts, alternative=alternative, exception=exception)
    elif isinstance(condition, Any):
        live = _live(condition, facts)
        for part in live:
            yield from _elements(part, facts, alternative=len(live) > 1, exception=exception)
    elif not isinstance(condition, Known):
        yield from ((leaf, alternative, exception) for leaf in condition.leaves())


def _live(condition: Any, facts: Facts) -> list[Condition]:
    """The branches that carry it; while none does, those not yet closed."""
    holding = [part for part in condition.parts if part.value(facts) is True]
    return holding or [part for part in condition.parts if part.value(facts) is None]


def _merged(old: Element | None, leaf: Leaf, facts: Facts, ground: str, *, alternative: bool) -> Element:
    declared = facts.declared[leaf.fact]
    grounds = tuple(dict.fromkeys([*(old.grounds if old else ()), ground]))
    return Element(
        leaf.fact, _statement(leaf, declared), dict(declared.proof) or text("", ""), grounds,
        plain(facts[leaf.fact]), facts.source(leaf.fact),
        alternative and (old is None or old.alternative),
    )  # fmt: skip


def _statement(leaf: Leaf, declared: Declaration) -> Text:
    zh, en = declared.text["zh"], declared.text["en"]
    if declared.kind != "yes_no":
        zh = f"{zh}：{'、'.join(declared.said(value, 'zh') for value in leaf.wanted)}"
        en = f"{en}: {', '.join(declared.said(value, 'en') for value in leaf.wanted)}"
    return text(f"并非“{zh}”", f"it is not so that {en}") if leaf.negated else text(zh, en)


# ---- the two routes
def _routes(verdict: Verdict) -> tuple[Text, ...]:
    """Contract and tort side by side, where the platform is bound by a contract or promise."""
    bound = [g for g in verdict.established
             if g.ground.id in ("direct-own-service", "promise", "direct-self-operated", "direct-appearance")]  # fmt: skip
    if not bound or verdict.facts["rights_harmed"] is not True:
        return ()
    return (
        text("违约：不必证明过错，可要求履行、退款、赔偿可预见的损失", "contract: no fault to be shown; performance, refund, foreseeable loss"),
        text("侵权：可主张人身损害各项和精神损害，须证明侵害与因果", "tort: all heads of injury and mental harm; infringement and cause to be shown"),
        text("同一损害两条路只能选一条", "for one harm only one of the two"),
    )  # fmt: skip


# ---- the platform
def _duties(verdict: Verdict) -> tuple[DutyToMend, ...]:
    """Duties breached, then those whose fulfilment nobody has shown."""
    found = [
        DutyToMend(result, MEND[result.duty.code], _to_show(result, verdict.facts))
        for result in verdict.duties
        if result.status in ("breached", "unknown")
    ]
    return tuple(sorted(found, key=lambda one: one.result.status != "breached"))


def _to_show(result: DutyResult, facts: Facts) -> tuple[Element, ...]:
    """The platform's own facts by which the duty would be fulfilled."""
    found = {}
    for leaf in result.duty.breached.leaves():
        if leaf.negated and facts.declared[leaf.fact].burden == "platform":
            affirmed = Leaf(leaf.fact, leaf.wanted)
            found[leaf.fact] = _merged(None, affirmed, facts, result.duty.code, alternative=False)
    return tuple(found.values())


_NOTHING_OWED = text("按现有事实不用赔", "nothing is owed on these facts")
_UNDECIDED = text("还取决于没有说清的事实", "still depends on what was not told")


def _exposure(verdict: Verdict, own: Sequence[Payment]) -> Exposure:
    exact = [row.amount for row in own if row.amount is not None]
    most = [row.amount if row.amount is not None else row.at_most for row in own if row.of == "compensation"]
    ceilings = [value for value in most if value is not None]
    beside = [row.amount for row in own if row.of != "compensation" and row.amount is not None]
    ceiling = max(ceilings) + sum(beside, Decimal(0)) if ceilings else None
    if own:
        words = text("；".join(row.limit["zh"] for row in own), "; ".join(row.limit["en"] for row in own))
    else:
        words = _UNDECIDED if verdict.open else _NOTHING_OWED
    return Exposure(
        verdict.liability, verdict.possible, sum(exact, Decimal(0)) if exact else None, ceiling, words
    )


# ---- in words
_WORDS: Mapping[str, Text] = {
    "consumer": text("消费者一方", "The consumer's side"),
    "platform": text("平台一方", "The platform's side"),
    "claims": text("向谁主张什么", "What to claim from whom"),
    "prove": text("自己要证明", "To be proved"),
    "others": text("对方要证明", "For the other side to prove"),
    "routes": text("两条路", "Two routes"),
    "duties": text("要补的义务", "Duties to mend"),
    "show": text("应能证明", "To be shown"),
    "exposure": text("赔付风险", "Exposure"),
    "administrative": text("行政处罚风险", "Administrative risk"),
    "any": text("（有一项即可）", " (any one of these)"),
}


def report(both: Sides, lang: Lang) -> str:
    """Both sides as Markdown."""
    return "\n\n".join(part for part in (*_consumer(both, lang), *_operator(both, lang)) if part)


def _consumer(both: Sides, lang: Lang) -> list[str]:
    return [
        f"## {_WORDS['consumer'][lang]}",
        _part("claims", (_claim(one, lang) for one in both.claims), lang),
        _part("prove", (element(one, lang) for one in both.prove), lang),
        _part("others", (element(one, lang) for one in both.others_prove), lang),
        _part("routes", (route[lang] for route in both.routes), lang),
    ]


def _operator(both: Sides, lang: Lang) -> list[str]:
    form = FORM_NAMES[both.exposure.liability][lang]
    return [
        f"## {_WORDS['platform'][lang]}",
        _part("duties", (_duty(one, lang) for one in both.duties if one.result.status == "breached"), lang),
        _part("show", (element(one, lang) for one in _unshown(both)), lang),
        _part("exposure", [f"{form}{_sum(both.exposure, lang)}", both.exposure.words[lang]], lang),
        _part("administrative", (_risk(one, lang) for one in both.administrative), lang),
    ]


def _part(title: str, lines: Iterable[str], lang: Lang) -> str:
    rows = [f"- {line}" for line in lines]
    return "\n".join([f"### {_WORDS[title][lang]}", *rows]) if rows else ""


def element(one: Element, lang: Lang) -> str:
    """One thing to prove with its evidence, as a line."""
    several = _WORDS["any"][lang] if one.alternative else ""
    proof = one.proof[lang]
    if lang == "zh":
        return f"{one.statement['zh']}{several}" + (f"：{proof}" if proof else "")
    return f"{one.statement['en']}{several}" + (f": {proof}" if proof else "")


def _unshown(both: Sides) -> list[Element]:
    shown = {one.fact: one for one in both.others_prove}
    for duty in both.duties:
        for one in duty.show:
            shown.setdefault(one.fact, one)
    return list(shown.values())


def _claim(remedy: Remedy, lang: Lang) -> str:
    zh = lang == "zh"
    parties = ("、" if zh else ", ").join(PARTIES[party][lang] for party in remedy.owed_by)
    amount = "" if remedy.amount is None else f" {remedy.amount} {'元' if zh else 'yuan'}"
    most = {"at_most": text("（最多）", " (at most)"), "at_least": text("（至少）", " (at least)")}.get(
        remedy.bound
    )
    bound = most[lang] if most and amount else ""
    return f"{remedy.name}{amount}{bound}：{parties}" if zh else f"{remedy.name_en}{amount}{bound}: {parties}"


def _duty(one: DutyToMend, lang: Lang) -> str:
    return f"{one.result.duty.name[lang]}{'：' if lang == 'zh' else ': '}{one.mend[lang]}"


def _sum(exposure: Exposure, lang: Lang) -> str:
    unit = "元" if lang == "zh" else "yuan"
    if exposure.amount is not None:
        return f" {exposure.amount} {unit}"
    if exposure.at_most is not None:
        return (
            f"（不超过 {exposure.at_most} {unit}）"
            if lang == "zh"
            else f" (at most {exposure.at_most} {unit})"
        )
    return ""


def _risk(risk: Risk, lang: Lang) -> str:
    fines, zh = risk.fines, lang == "zh"
    usual = _range(fines.low, fines.high, lang)
    grave = _range(fines.grave_low, fines.grave_high, lang)
    tail = f"；情节严重 {grave}" if zh and grave else f"; if grave {grave}" if grave else ""
    named = Ref.parse(fines.ref).chinese if zh else fines.ref
    return f"{named}{'：' if zh else ': '}{fines.what[lang]}{'，' if zh else ', '}{usual}{tail}"


def _range(low: int | None, high: int | None, lang: Lang) -> str:
    if high is None:
        return ""
    unit, least = ("元" if lang == "zh" else "yuan"), f"{low}–" if low is not None else "≤ "
    return f"{least}{high} {unit}"
