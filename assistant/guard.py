"""The guard: nothing leaves that cites law it does not have or says more than the verdict.

`check` returns a report whose `problems` is empty when the text may leave. A guard that cannot run
has failed: the caller then renders by code.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation

from assistant.citations import check as check_citations
from assistant.facts import Lang
from assistant.law import Library, Ref

MAX_LENGTH = 6000

# A form asserted of the platform, per language: pattern and the form it names.
_FORMS: dict[Lang, tuple[tuple[str, str], ...]] = {
    "zh": (("连带", "joint"), ("补充责任", "supplementary"), ("按份", "several"),
           ("先行赔", "advance_payment_with_recourse"), ("直接责任|自己的责任|销售者责任", "direct"),
           ("不(?:需要?|用|必)?承担(?:任何)?(?:法律|赔偿|民事)?责任|没有责任|无责|不负责任|免责", "none")),
    "en": ((r"joint(?:ly)?(?: and several(?:ly)?)?", "joint"), ("supplementary", "supplementary"),
           (r"(?<!and )several(?:ly)? (?:liab|shares)|proportionate(?:ly)? liab", "several"),
           ("advance payment|pay in advance", "advance_payment_with_recourse"),
           ("direct(?:ly)? liab|own liability", "direct"),
           (r"(?:is|are|be) not liable|no liability|bears? no|not responsible|cannot be held", "none")),
}  # fmt: skip
_ASSERTS: dict[Lang, str] = {
    "zh": r"平台[^。；！？\n]{{0,40}}?(?:{form})|(?:{form})[^。；！？\n]{{0,12}}由平台",
    "en": r"platform[^.;!?\n]{{0,80}}?\b(?:{form})|(?:{form})[^.;!?\n]{{0,30}}(?:of|by|on) the platform",
}
_HEDGE: dict[Lang, re.Pattern[str]] = {
    "zh": re.compile(r"不是|并非|而非|而不是|不属于|不构成|不等于|不会|如果|若|假如|假设|倘若|除非|可能|是否|会变|变为|变成|改为|学说|观点|认为|主张|有人|例外|区别|不同|“|「|还是|一般|原则上|没有规定|尚未|还不能|不能确定|并不"),
    "en": re.compile(r"\bnot\b|n't|\bif\b|\bunless\b|\bmay\b|\bmight\b|\bcould\b|\bwould\b|whether|view|school|doctrine|argue|differ|rather than|instead of|\"|“|exception|in principle|generally|either|yet|undecided|versus| vs"),
}  # fmt: skip
_OUTCOME = re.compile(
    r"(?:一定|必然|肯定|百分之百|100%|保证)(?:会|能|可以)?(?:胜诉|赢|获赔|拿到|赔)|包赢|稳赢|"
    r"(?:guarantee|certain(?:ly)?|definitely|surely)[^.]{0,20}(?:win|succeed|get (?:your|the) money)",
    re.I,
)
_MONEY = re.compile(
    r"(?:[¥￥]|RMB|CNY)\s*(?P<a>\d[\d,]*(?:\.\d+)?)|(?P<b>\d[\d,]*(?:\.\d+)?)\s*(?:万)?(?:元|块|yuan|RMB|CNY)",
    re.I,
)
_PERSONAL = re.compile(r"(?<!\d)1[3-9]\d{9}(?!\d)|(?<!\d)\d{17}[\dXx](?!\d)|(?<!\d)\d{16,19}(?!\d)")
_STATUTORY_AMOUNTS = frozenset(map(Decimal, (500, 1000, 20_000, 50_000, 100_000, 500_000, 2_000_000)))


@dataclass(frozen=True)
class Report:
    """What was seen, what was checked, and every problem found."""

    citations_seen: int
    citations_checked: int
    problems: tuple[str, ...]

    def to_json(self, rendered_by: str) -> dict[str, object]:
        return {
            "citations_seen": self.citations_seen, "citations_checked": self.citations_checked,
            "problems": list(self.problems), "rendered_by": rendered_by,
        }  # fmt: skip


@dataclass(frozen=True)
class Evidence:
    """What a reply may rest on: provisions, forms the verdict holds, amounts computed, user text."""

    refs: frozenset[str]
    forms: frozenset[str]
    amounts: frozenset[Decimal]
    told: str = ""  # the user's own words: may be repeated, never taken as ours
    on: date | None = None


def check(text: str, evidence: Evidence, library: Library, lang: Lang) -> Report:
    """Every problem of a draft, named for a log: never the words themselves."""
    citations = check_citations(text, library, evidence.on)
    problems = [f"citation:{c.status}:{c.ref}" for c in citations if c.status != "in_force"]
    allowed = {_article(ref) for ref in evidence.refs}
    problems += [
        f"citation:not_in_evidence:{c.ref}" for c in citations
        if c.status == "in_force" and c.ref.article and _article(str(c.ref)) not in allowed
    ]  # fmt: skip
    problems += [f"form:{form}" for form in _forms_asserted(text, lang) - evidence.forms]
    problems += [f"amount:{a}" for a in _amounts(text) - evidence.amounts - _STATUTORY_AMOUNTS
                 if str(a) not in evidence.told]  # fmt: skip
    if _OUTCOME.search(text):
        problems.append("promise_of_outcome")
    if any(m[0] not in evidence.told for m in _PERSONAL.finditer(text)):
        problems.append("personal_data")
    if len(text) > MAX_LENGTH:
        problems.append("too_long")
    if not text.strip():
        problems.append("empty")
    elif not _speaks(text, lang):
        problems.append("language")
    return Report(len(citations), sum(bool(c.status) for c in citations), tuple(problems))


def _article(ref: str) -> str:
    parsed = Ref.parse(ref)
    return f"{parsed.law}#{parsed.article}"


def _forms_asserted(text: str, lang: Lang) -> set[str]:
    found = set()
    for sentence in re.split(r"(?<=[。；！？\n])|(?<=[.;!?])\s", text):
        low = sentence.lower()
        for words, form in _FORMS[lang]:
            match = re.search(_ASSERTS[lang].format(form=words), low)
            if not match:
                continue
            clause = re.sub(rf"(?:{words})", "", low[: match.end()]) if form == "none" else low[: match.end()]
            if not _HEDGE[lang].search(clause):
                found.add(form)
    return found


def _amounts(text: str) -> set[Decimal]:
    found = set()
    for match in _MONEY.finditer(text):
        raw = (match["a"] or match["b"]).replace(",", "")
        try:
            value = Decimal(raw)
        except InvalidOperation:
            continue
        found.add((value * 10_000 if "万" in match[0] else value).normalize())
    return found


def _speaks(text: str, lang: Lang) -> bool:
    chinese = len(re.findall(r"[一-鿿]", text))
    latin = len(re.findall(r"[A-Za-z]{2,}", text))
    return chinese >= latin if lang == "zh" else latin * 2 >= chinese


def amounts_of(values: Iterable[Decimal | None]) -> frozenset[Decimal]:
    """Decimals in the form in which `check` compares them."""
    return frozenset(v.normalize() for v in values if v is not None)
