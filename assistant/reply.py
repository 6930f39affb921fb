"""Replies by code: a verdict and its provisions in plain Markdown, Chinese or English.

Everything a reader relies on — conclusion, amounts, citations, the next question — is written here,
never by a model. A model may only replace the explanation (see agent).
"""

import re
import textwrap
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Literal

from assistant.claims import PARTIES
from assistant.facts import Lang
from assistant.guard import MAX_LENGTH
from assistant.law import LawError, Library, Provision, Ref
from assistant.payment import Payment
from assistant.procedure import PROCEDURAL
from assistant.remedies import Remedy
from assistant.rules import FORM_NAMES
from assistant.sides import Sides, element, sides
from assistant.verdict import GroundResult, Verdict

Audience = Literal["consumer", "lawyer", "desk"]
NOTICE: Mapping[Lang, str] = {
    "zh": "*以上是法律信息，不是法律意见；具体案件请咨询律师，或拨打 12315。*",
    "en": "*This is legal information, not legal advice; for your case ask a lawyer, or call 12315.*",
}

_WHY_FORM: Mapping[str, Mapping[Lang, str]] = {
    "joint": {
        "zh": "连带责任：您可以要求平台、商家任何一方或双方赔全部（在连带的范围内），他们之间再分担。不是补充责任，所以不必先找商家。",
        "en": "Joint and several: you may claim the whole (within its scope) from the platform, the merchant or both; they settle shares between them. It is not supplementary, so you need not go to the merchant first.",
    },
    "supplementary": {
        "zh": "补充责任：先由商家赔；对商家强制执行后仍赔不了的部分，平台在其过错范围内补足，之后可向商家追偿。不是连带责任，因为没有证明平台知道或者应当知道，平台的不作为只是间接原因。",
        "en": "Supplementary: the merchant pays first; what enforcement against it leaves unpaid the platform makes good within its own fault, with recourse. It is not joint, because knowledge is not shown and the omission is an indirect cause.",
    },
    "direct": {
        "zh": "平台自己的责任：平台不是替商家担责，自己就是责任人，不需要先找商家。",
        "en": "Own liability: the platform does not answer for someone else; it is itself liable, not jointly and not after the merchant.",
    },
    "advance_payment_with_recourse": {
        "zh": "先行赔偿：平台因不能提供商家真实信息而先赔，赔后可向商家追偿；它不是连带责任，也不是补充责任。",
        "en": "Advance payment: the platform pays because it cannot identify the merchant, and then has recourse; it is not joint liability and not supplementary liability.",
    },
    "several": {
        "zh": "按份责任：平台只按自己的份额赔。",
        "en": "Several: the platform pays its own share only.",
    },
    "contractual_promise": {
        "zh": "承诺责任：平台按它自己承诺的内容履行；不需要证明过错。",
        "en": "Promise: the platform owes what it promised; no fault need be shown.",
    },
}
_SCOPE: Mapping[str, Mapping[Lang, str]] = {
    "whole": {"zh": "", "en": ""},
    "enlarged": {
        "zh": "（范围：平台知道以后因不作为而扩大的损失；之前的损失由商家承担）",
        "en": " (scope: the loss that grew by its inaction after it knew; the earlier loss is the merchant's)",
    },
    "whole_or_enlarged": {
        "zh": "（范围：平台在损害发生前就知道或应当知道的，对全部损失；之后才知道的，对因不作为而扩大的部分）",
        "en": " (scope: the whole loss if it knew or should have known before the harm; else the loss that grew by its inaction)",
    },
    "harm_added": {
        "zh": "（范围：该违反所增加的损失）",
        "en": " (scope: the harm added by that breach)",
    },
}
_STATUS: Mapping[str, Mapping[Lang, str]] = {
    "breached": {"zh": "违反", "en": "breached"},
    "fulfilled": {"zh": "已履行", "en": "fulfilled"},
    "unknown": {"zh": "尚不清楚", "en": "not known"},
    "not_engaged": {"zh": "未涉及", "en": "not engaged"},
}


@dataclass(frozen=True)
class Material:
    """What a reply is written from."""

    verdict: Verdict
    provisions: Mapping[str, Provision]
    remedies: Sequence[Remedy]
    payments: Sequence[Payment]
    lang: Lang
    audience: Audience = "consumer"

    @cached_property
    def sides(self) -> Sides:
        """Both sides, reckoned once however often the reply is shortened."""
        return sides(self.verdict, self.remedies, self.payments)


def cite(ref: str, library_provisions: Mapping[str, Provision], lang: Lang) -> str:
    """A reference as a reader of that language cites it."""
    provision = library_provisions.get(ref)
    if lang == "en" and provision:
        return provision.title_en
    return Ref.parse(ref).chinese


def needed(verdict: Verdict, remedies: Iterable[Remedy], payments: Iterable[Payment]) -> list[str]:
    """The references a reply to this verdict cites."""
    return [*verdict.refs(), *(ref for duty in verdict.duties for ref in duty.basis[:2]),
            *(ref for remedy in remedies for ref in remedy.basis),
            *(ref for payment in payments for ref in payment.basis)]  # fmt: skip


def gather(refs: Iterable[str], library: Library, on: date) -> dict[str, Provision]:
    """The provisions of these references that are held and in force; others are left out."""
    found: dict[str, Provision] = {}
    for ref in refs:
        try:
            found[ref] = library.provision(ref, on)
        except LawError:
            continue
    return found


def _cites(refs: Iterable[str], m: Material) -> str:
    named = [cite(r, m.provisions, m.lang) for r in dict.fromkeys(refs) if r in m.provisions]
    return ("、" if m.lang == "zh" else "; ").join(named)


def _upper(text: str) -> str:
    return text[:1].upper() + text[1:]


def _clean(sentence: str) -> str:
    return sentence.rstrip("。. ")


def conclusion(m: Material) -> str:
    """The headline sentence: form, scope, statutory wording."""
    v, zh = m.verdict, m.lang == "zh"
    form = FORM_NAMES[v.liability][m.lang]
    if v.liability == "need_facts":
        text = (
            "**现在还不能定**：有一个事实没有说清，它会改变结论。"
            if zh
            else "**Not decided yet**: a fact is missing that would change the answer."
        )
        return text
    if v.liability == "none":
        return ("**结论：按您说的情况，平台不承担责任**，责任在商家。" if zh
                else "**Conclusion: on what you told, the platform is not liable**; the merchant is.")  # fmt: skip
    scope = _SCOPE[v.established[0].scope][m.lang]
    text = (
        f"**结论：平台应承担{form}**{scope}。" if zh else f"**Conclusion: the platform owes {form}**{scope}."
    )
    if v.statutory_wording == "corresponding":
        text += ("法律原文是“相应的责任”，这里按所选学说理解。" if zh
                 else " The statute says “corresponding liability”; this is how the chosen doctrine reads it.")  # fmt: skip
    return text


def _ground(ground: GroundResult, m: Material) -> str:
    zh = m.lang == "zh"
    basis = _cites(ground.basis, m)
    name, why = ground.ground.name[m.lang], _clean(ground.ground.why[m.lang])
    contested = ("（有争议）" if zh else " (contested)") if ground.contested else ""
    line = f"- **{name}**{contested}：{why}。" if zh else f"- **{_upper(name)}**{contested}: {_upper(why)}."
    told = _told(ground, m)
    if told:
        line += ("您的话：" if zh else " Your words: ") + told + ("。" if zh else ".")
    return line + ((f"依据：{basis}。" if zh else f" Basis: {basis}.") if basis else "")


def _told(ground: GroundResult, m: Material) -> str:
    facts = m.verdict.facts
    words = []
    for item in ground.because:
        fact = facts.known.get(item.partition("=")[0])
        if fact and fact.source in ("stated", "corrected") and fact.evidence:
            # the user's words are shown inside Markdown: what would be markup there is left out
            short = re.sub(r"[<>\[\]()`*_!#|\\~]|https?://\S*", " ", fact.quoted)
            short = " ".join(short.split())
            if len(short) > 40:  # a word of English stays whole
                short = textwrap.shorten(short, 90, placeholder="…") if short.isascii() else short[:40]
            words.append(f"“{short}”")
    return ("、" if m.lang == "zh" else ", ").join(dict.fromkeys(words[:3]))


def _duties(m: Material) -> list[str]:
    zh = m.lang == "zh"
    lines = []
    for duty in m.verdict.duties:
        if duty.status in ("breached", "fulfilled"):
            basis = _cites(duty.basis[:2], m)
            name, status = duty.duty.name[m.lang], _STATUS[duty.status][m.lang]
            lines.append(f"- {name}：**{status}**" + (f"（{basis}）" if basis else "") if zh
                         else f"- {_upper(name)}: **{status}**" + (f" ({basis})" if basis else ""))  # fmt: skip
    unknown = [d.duty.name[m.lang] for d in m.verdict.duties if d.status == "unknown"]
    if unknown:
        joined = ("、" if zh else ", ").join(unknown)
        lines.append(f"- {'尚不清楚' if zh else 'Not known'}{'：' if zh else ': '}{joined}")
    return lines


def _questions(m: Material, *, limit: int = 1) -> list[str]:
    declared = m.verdict.facts.declared
    lines = []
    for name in m.verdict.asks[:limit]:
        why = declared[name].why[m.lang]
        lines.append(
            f"- **{declared[name].ask[m.lang]}**"
            + (f"（为什么问：{why}）" if m.lang == "zh" else f" (why: {why})")
        )
    return lines


def _range(m: Material) -> list[str]:
    """What is certain and what is possible, for the grounds in issue."""
    v, zh, lang = m.verdict, m.lang == "zh", m.lang
    sure = FORM_NAMES[v.certain][lang] if v.certain in FORM_NAMES else ("暂无" if zh else "nothing yet")
    open_forms = list(dict.fromkeys(f for g in v.open for f in g.forms))
    if not v.established and v.open:
        open_forms.append(type(v.open[0].form).NONE)
    lines = [f"- 已经确定：{sure}" if zh else f"- Certain already: {sure}"]
    merchant = v.facts["merchant_infringed"] is True
    if merchant:
        lines[0] += "；商家自己要负责" if zh else "; the merchant itself is liable"
    if open_forms:
        names = ("、" if zh else ", ").join(FORM_NAMES[f][lang] for f in open_forms)
        lines.append(
            f"- 取决于未知事实，仍然可能：{names}"
            if zh
            else f"- Still possible, depending on what is unknown: {names}"
        )
    return lines


def _flips(m: Material) -> list[str]:
    v, zh = m.verdict, m.lang == "zh"
    lines = []
    for flip in v.flips[:3]:
        changes = [_change(fact, value, m) for fact, value in flip.change.items()]
        joined = ("，并且" if zh else ", and ").join(changes)
        form = FORM_NAMES[flip.liability][m.lang]
        lines.append(f"- {joined}，结论会变为：{form}" if zh
                     else f"- {_upper(joined)}, the answer would become: {form}")  # fmt: skip
    return lines


def _change(fact: str, value: str, m: Material) -> str:
    """A change of one fact in words."""
    statement = m.verdict.facts.declared[fact].text[m.lang]
    if m.lang == "zh":
        return f"{'如果能证明' if value == 'yes' else '如果其实并非'}“{statement}”"
    return f"{'if it is shown that' if value == 'yes' else 'if it is not so that'} {statement}"


def _remedies(m: Material, *, full: bool = True) -> list[str]:
    return [_remedy(r, m, full=full) for r in m.remedies if r.kind not in PROCEDURAL]


_BOUND: Mapping[str, Mapping[Lang, str]] = {
    "exact": {"zh": "", "en": ""},
    "at_most": {"zh": "最多 ", "en": "at most "},
    "at_least": {"zh": "至少 ", "en": "at least "},
}


def _remedy(r: Remedy, m: Material, *, full: bool) -> str:
    """One claim: the sum, how it is reckoned, who owes it, what stands beside it, its basis."""
    zh = m.lang == "zh"
    amount = (
        f"{_BOUND[r.bound][m.lang]}**{r.amount} {'元' if zh else 'yuan'}**" if r.amount is not None else ""
    )
    parties = ("、" if zh else ", ").join(PARTIES[party][m.lang] for party in r.owed_by)
    owed = (f"由{parties}承担" if zh else f"owed by {parties}") if parties else ""
    heads = ("、" if zh else ", ").join(head.name[m.lang] for head in r.heads)
    named = (f"项目：{heads}" if zh else f"heads: {heads}") if heads else ""
    contested = ("（有争议）" if zh else " (contested)") if r.contested else ""
    more = (named, r.note[m.lang]) if full else ()
    tail = [part for part in (owed, *more, _cites(r.basis[: 3 if full else 1], m)) if part]
    if zh:
        return f"- {r.name}{contested}：{amount}（{r.formula}）" + "；".join(["", *tail])
    return f"- {_upper(r.name_en)}{contested}: {amount} ({r.formula_en})" + "; ".join(["", *tail])


def _procedure(m: Material, spare: frozenset[str]) -> list[str]:
    """Until when, where, and which terms do not count; the ways without a court are among the steps."""
    lines: list[str] = []
    for r in m.remedies if "procedure" not in spare else ():
        if r.kind in PROCEDURAL - {"complaint"} - spare:
            basis, zh = _cites(r.basis[:4], m), m.lang == "zh"
            lines.append(f"- {r.name}：{r.formula}{'；' + basis if basis else ''}" if zh
                         else f"- {_upper(r.name_en)}: {r.formula_en}{'; ' + basis if basis else ''}")  # fmt: skip
    return lines


_CLASSIFIED = ("subject", "channel", "life_or_health", "licence_required", "rights_harmed")


def _proof(m: Material) -> list[str]:
    """What the consumer must prove and with what; what is for the other side to prove."""
    both, zh = m.sides, m.lang == "zh"
    mine = [one for one in both.prove if one.fact not in _CLASSIFIED][:3]
    theirs = [one for one in both.others_prove if one.fact not in _CLASSIFIED][:3]
    lines = [f"- {_upper(element(one, m.lang))}" for one in mine]
    if theirs:
        joined = ("、" if zh else "; ").join(f"“{one.statement[m.lang]}”" for one in theirs)
        lines.append(f"- 由对方证明：{joined}" if zh else f"- For the other side to prove: {joined}")
    return lines


def _payments(m: Material) -> list[str]:
    return [_payment(p, m) for p in m.payments if p.of != "punitive"]


def _payment(p: Payment, m: Material) -> str:
    """One payer: its place, its limit, its sum or ceiling, its recourse."""
    zh, unit = m.lang == "zh", "元" if m.lang == "zh" else "yuan"
    amount = f" {p.amount} {unit}" if p.amount is not None else ""
    if p.amount is None and p.at_most is not None:
        amount = f"（不超过 {p.at_most} {unit}）" if zh else f" (at most {p.at_most} {unit})"
    name = PARTIES[p.payer][m.lang]
    if p.status == "possible":
        name += "（视情况）" if zh else " (possibly)"
    tail = [part for part in (p.recourse[m.lang], _cites(p.basis[:2], m)) if part]
    line = f"{p.order}. {_upper(name)}{'：' if zh else ': '}{p.limit[m.lang]}{amount}"
    return line + ("；" if zh else "; ").join(["", *tail])


def _steps(m: Material) -> list[str]:
    v, zh = m.verdict, m.lang == "zh"
    facts = v.facts
    steps: list[tuple[str, str]] = [
        (
            "保存订单、付款、聊天、页面截图、实物和票据。",
            "Keep the order, payment, chats, page screenshots, the goods and receipts.",
        ),
    ]
    if facts["complained_to_platform"] is not True:
        steps.append(("在平台内投诉并附上证据，留下工单号：从此平台“知道”。",
                      "Complain on the platform with evidence and keep the ticket number: from then on it knows."))  # fmt: skip
    if facts["merchant_identified"] is not True:
        steps.append(("书面要求平台提供商家的真实名称、地址和有效联系方式。",
                      "Ask the platform in writing for the merchant's real name, address and working contact."))  # fmt: skip
    if facts["person_injured"] is True:
        steps.append(("保留病历、发票，必要时做伤残或因果关系鉴定。",
                      "Keep medical records and bills; have cause and injury assessed if needed."))  # fmt: skip
    steps.append(("协商不成，可向 12315（市场监管部门）投诉举报、请求消费者协会调解或向法院起诉。",
                  "If talks fail: report to 12315 (market regulation), ask a consumer association to mediate, or sue."))  # fmt: skip
    return [f"{i}. {s[0 if zh else 1]}" for i, s in enumerate(steps, 1)]


_TITLES: Mapping[str, Mapping[Lang, str]] = {
    "why": {"zh": "为什么", "en": "Why"},
    "form": {"zh": "为什么是这种责任形态", "en": "Why this form"},
    "duties": {"zh": "平台的安全保障义务", "en": "The platform's duties of safety protection"},
    "range": {"zh": "现在能确定什么", "en": "What can be said now"},
    "ask": {"zh": "请告诉我", "en": "Please tell me"},
    "flips": {"zh": "什么会改变结论", "en": "What would change this"},
    "payments": {
        "zh": "谁来付、先后和限度（序号相同的可任选）",
        "en": "Who pays, in what order, up to what (equal numbers: your choice)",
    },
    "remedies": {"zh": "可以主张", "en": "What can be claimed"},
    "proof": {"zh": "要证明什么，用什么证明", "en": "What to prove, and with what"},
    "procedure": {"zh": "期限和法院", "en": "Time limits and courts"},
    "steps": {"zh": "下一步", "en": "Next steps"},
    "failed": {"zh": "平台为什么不承担责任", "en": "Why the platform is not liable"},
    "merchant": {"zh": "您对商家仍有的权利", "en": "What you still have against the merchant"},
}


def _section(title: str, lines: Sequence[str], lang: Lang) -> str:
    return f"\n\n### {_TITLES[title][lang]}\n" + "\n".join(lines) if lines else ""


def explanation(m: Material, most: int | None = None) -> str:
    """The part a model may write instead: why this ground and form, on these facts.

    `most`: how many grounds at most; the strongest stand first.
    """
    v = m.verdict
    if v.liability == "none":
        return _section("failed", _failed(m), m.lang)
    text = _section("why", [_ground(g, m) for g in v.established[:most]], m.lang)
    if v.liability in _WHY_FORM:
        lines = [_WHY_FORM[v.liability][m.lang]]
        if v.statutory_wording:
            lines.append(_school(m))
        text += _section("form", lines, m.lang)
    return text


def _school(m: Material) -> str:
    """Which doctrine fills in the statute's “corresponding”, and its argument."""
    school = m.verdict.doctrine
    name, argument = school.name[m.lang], _clean(school.argument[m.lang])
    if m.lang == "zh":
        return f"\n采用的学说：{name}——{argument}。其他学说可能得出别的形态。"
    return f"\nDoctrine used: {name} — {argument}. Other schools may reach another form."


def _failed(m: Material) -> list[str]:
    zh = m.lang == "zh"
    lines = []
    for g in m.verdict.grounds:
        if g.ground.id not in (
            "joint-knowledge",
            "supplementary-review",
            "advance-payment",
            "joint-food-review",
            "direct-self-operated",
        ):
            continue
        if g.status not in ("excluded", "unproved"):
            continue
        basis = _cites(g.basis[:2], m)
        if not basis:
            continue
        how = {"excluded": {"zh": "要件不具备", "en": "its elements are not met"},
               "unproved": {"zh": "没有证据证明", "en": "nothing told proves it"}}[g.status][m.lang]  # fmt: skip
        name = g.ground.name[m.lang]
        lines.append(f"- {name}：{how}（{basis}）" if zh else f"- {_upper(name)}: {how} ({basis})")
    return lines


# What a reply that would be too long leaves out, in this order; the JSON has it all.
_SPARE = ("forum", "notes", "proof", "flips", "procedure", "grounds")


def render(m: Material, written: str = "") -> str:
    """The whole reply. `written`: an explanation by a model, already guarded, or empty."""
    text = ""
    for number in range(len(_SPARE) + 1):
        text = _composed(m, written, frozenset(_SPARE[:number]))
        if len(text) <= MAX_LENGTH:
            break
    return text


def _composed(m: Material, written: str, spare: frozenset[str]) -> str:
    v, lang = m.verdict, m.lang
    text = conclusion(m)
    if v.liability == "need_facts":
        text += _section("range", _range(m), lang)
        text += _section("ask", _questions(m), lang)
        text += _section("duties", _duties(m), lang)
        text += _section("steps", _steps(m)[:3], lang)
        return f"{text}\n\n{NOTICE[lang]}"
    text += f"\n\n{written.strip()}" if written else explanation(m, 3 if "grounds" in spare else None)
    text += _section("duties", _duties(m), lang)
    if v.asks:
        text += _section("ask", [*_range(m), *_questions(m)], lang)
    if v.established:
        text += _section("payments", _payments(m), lang)
    text += _section("flips", [] if "flips" in spare else _flips(m), lang)
    title = "merchant" if v.liability == "none" else "remedies"
    text += _section(title, _remedies(m, full="notes" not in spare), lang)
    text += _section("proof", [] if "proof" in spare else _proof(m), lang)
    text += _section("procedure", _procedure(m, spare), lang)
    text += _section("steps", _steps(m), lang)
    return f"{text}\n\n{NOTICE[lang]}"


FIXED: Mapping[str, Mapping[Lang, str]] = {
    "off_topic": {
        "zh": "我只回答网购等电商平台消费纠纷里平台要不要负责的问题，这件事不在我的范围内。线下买的东西找商家，或拨打 12315；劳动争议请找劳动仲裁委员会或 12333，婚姻家庭继承、商标和刑事问题请咨询律师或拨打 12348 法律援助热线。",
        "en": "I only answer whether an e-commerce platform is liable in a consumer dispute; this lies outside. For what was bought in a shop or market ask the seller, or call 12315. For labour matters go to labour arbitration (12333); for family, succession, trade mark or criminal matters ask a lawyer or the legal aid line 12348.",
    },
    "greeting": {
        "zh": "您好。请告诉我发生了什么：买了什么、在哪个平台、出了什么问题、平台知道后做了什么。我会说明平台要不要负责、负哪一种责任、依据哪一条。",
        "en": "Hello. Tell me what happened: what you bought, on which platform, what went wrong, and what the platform did once it knew. I will say whether the platform is liable, in which form, and under which provision.",
    },
    "hand_off": {
        "zh": "好的，您想找人工。请通过平台的人工客服入口或拨打 12315 联系工作人员；我先不再追问。您说过的事实都保留着，可以随时继续。",
        "en": "You would like a person. Please use the platform's human support or call 12315; I will not ask further. What you told me is kept, and we can go on at any time.",
    },
    "empty": {
        "zh": "我没有收到内容。请说说发生了什么：买了什么、出了什么问题、平台做了什么。",
        "en": "I received no text. Please tell me what happened: what you bought, what went wrong, what the platform did.",
    },
}  # fmt: skip
