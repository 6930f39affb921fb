"""The guard: nothing leaves that cites law it does not have or says more than the verdict.

`check` returns a report whose `problems` is empty when the text may leave. A guard that cannot run
has failed: the caller then renders by code.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from assistant.citations import Citation, normalised
from assistant.citations import check as check_citations
from assistant.facts import Lang
from assistant.law import LawError, Library, Ref
from assistant.numerals import CHARACTERS, to_int

MAX_LENGTH = 6000

# A form of liability, per language: its words and the form they name.
_FORMS: dict[Lang, tuple[tuple[str, str], ...]] = {
    "zh": (("连带", "joint"), ("补充责任|补充赔偿", "supplementary"), ("按份", "several"),
           ("先行赔", "advance_payment_with_recourse"), ("直接责任|自己的责任|销售者责任", "direct"),
           ("不(?:需要?|用|必|应)?(?:承担|负)(?:任何)?(?:法律|赔偿|民事)?责任|没有(?:任何)?责任|无责|免责|免于承担|"
            "不(?:用|必|需要?)赔", "none")),
    "en": ((r"\bjoint(?:ly)?(?: and several(?:ly)?)?", "joint"), (r"\bsupplementary", "supplementary"),
           (r"(?<!and )several(?:ly)? (?:liab|shares)|proportionate(?:ly)? liab", "several"),
           ("advance payment|pay in advance", "advance_payment_with_recourse"),
           ("direct(?:ly)? liab|own liability", "direct"),
           (r"(?:is|are|be) not liable|no liability|bears? no|not responsible|cannot be held", "none")),
}  # fmt: skip
# Said of another case: holds for the rest of the sentence.
_SUPPOSED: dict[Lang, re.Pattern[str]] = {
    "zh": re.compile(
        r"如果|若(?!干)|假如|假设|倘若|除非|学说|观点|认为|主张|有人|变为|变成|改为|可能[：:]|争议|争论"
    ),
    "en": re.compile(r"\bif\b|\bunless\b|\bviews?\b|\bschools?\b|doctrine|\bargue|become|possible"),
}
# Left open: holds for its clause.
_OPEN: dict[Lang, re.Pattern[str]] = {
    "zh": re.compile(r"是否|可能|还是|要不要|能否|区别"),
    "en": re.compile(r"\bmay\b|\bmight\b|\bcould\b|\bwould\b|whether|\beither\b|differ|versus| vs"),
}
# Denied: immediately before the form's words.
_DENIED: dict[Lang, re.Pattern[str]] = {
    "zh": re.compile(
        r"(?:不|非|没有|无须|无需)(?:是|会|用|分|论|涉及|区分|既|也|这|应当?|需要?|必|承担|负|适用|存在|构成|属于|等于|成立|相应的|一般的|法定的|任何|[“「])*$"
    ),
    "en": re.compile(
        r"(?:\bnot|\bneither|\bnor|n't|\bno|\bnever|rather than|instead of|without)(?:\W+(?:be|is|a|an|the|of|to|any|case|matter|liable|liability|bear|owe|held|joint|jointly|several|severally|and|or|nor|supplementary|in|one|simply|merely))*\W*$"
    ),
}
_PARTY: dict[Lang, tuple[str, str]] = {
    "zh": ("平台", "商家|卖家|经营者"),
    "en": ("platform|it", "merchant|seller"),
}
_DISCLAIMED = re.compile(
    r"(?:不|不能|无法|没人能|并不)(?:能|会|敢)?(?:保证|承诺)?(?:您|你)?$|(?:not|n't|cannot|no one can)\s*$",
    re.I,
)
_OUTCOME = re.compile(
    r"(?:保证|承诺)?(?:您|你)?(?:一定|必然|肯定|百分之百|100%|必定|保证)(?:会|能|可以)?(?:支持您|支持你|胜诉|赢|获赔|拿到|赔(?!偿责任))|包赢|稳赢|必胜|"
    r"(?:guarantee|certain(?:ly)?|definitely|surely)[^.]{0,20}(?:win|succeed|get (?:your|the) money)",
    re.I,
)
_UNIT = r"(?:元|块|yuan|RMB|CNY)"
_MONEY = re.compile(
    rf"(?:[¥￥$]|RMB|CNY)\s?(?P<a>\d[\d,]*(?:\.\d+)?)(?P<ak>万|k\b)?"
    rf"|(?<![\d,])(?P<b>\d[\d,]*(?:\.\d+)?)\s?(?:(?P<bk>[万千k])\s?{_UNIT}?|{_UNIT})"
    rf"|(?P<c>[零〇一二两三四五六七八九十百千万亿]{{2,12}}){_UNIT}",
    re.I,
)
_TIMES = {"万": 10_000, "千": 1000, "k": 1000}
_ORPHAN = re.compile(
    rf"(?<!合同)(?<!协议)(?<!规则)(?<!条款)第\s?(?P<zh>[0-9{CHARACTERS}]{{1,12}})\s?条(?!评|消|信|短|视频|记录)"
    r"|\b(?i:Articles?|Art\.|Section)\s(?P<en>\d{1,6})|§\s?(?P<en2>\d{1,6})"
)
_AS_LAW = re.compile(r"法律|法规|法定|依法|法条|\blaw\b|\blegal(?:ly)?\b|\bstatut", re.I)
_PERSONAL = re.compile(
    r"(?<!\d)1[3-9]\d(?:[-\s]?\d{4}){2}(?!\d)|(?<!\d)\d{17}[\dXx](?!\d)|(?<!\d)\d{16,19}(?!\d)"
)


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
    text, evidence = normalised(text), replace(evidence, told=normalised(evidence.told))
    found = check_citations(text, library, evidence.on)
    citations = [c for c in found if c.is_law]
    problems = [f"citation:{c.status}:{c.ref}" for c in citations if c.status != "in_force"]
    allowed = {_article(ref) for ref in evidence.refs}
    problems += [
        f"citation:not_in_evidence:{c.ref}" for c in citations
        if c.status == "in_force" and c.ref.article and not _allowed(c.ref, evidence.refs)
    ]  # fmt: skip
    problems += _rules_problems(text, [c for c in found if not c.is_law], evidence)
    problems += _orphans(text, found, allowed)
    problems += [f"citation:quotes_a_digest:{c.ref}" for c in citations
                 if c.status == "in_force" and c.quoted_text
                 and library.provision(c.ref, evidence.on).kind == "digest"]  # fmt: skip
    problems += [f"form:{form}" for form in _forms_asserted(text, lang) - evidence.forms]
    backed = evidence.amounts | _amounts(evidence.told) | _stated(evidence, library)
    problems += [f"amount:{a:f}" for a in sorted(_amounts(text) - backed)]
    if any(not _DISCLAIMED.search(text[: m.start()]) for m in _OUTCOME.finditer(text)):
        problems.append("promise_of_outcome")
    if any(m[0] not in evidence.told for m in _PERSONAL.finditer(text)):
        problems.append("personal_data")
    if len(text) > MAX_LENGTH:
        problems.append("too_long")
    if not text.strip():
        problems.append("empty")
    elif not speaks(text, lang):
        problems.append("language")
    return Report(len(citations), sum(bool(c.status) for c in citations), tuple(problems))


def _rules_problems(text: str, citations: list[Citation], evidence: Evidence) -> list[str]:
    """A platform's own rules may be quoted truly, as its rules: never beside the word law."""
    problems = [f"platform_rules:{c.status}:{c.ref}" for c in citations if c.status != "in_force"]
    for c in citations:
        before = re.split(r"[。；！？\n]|(?<=[.;!?])\s", text[: c.start])[-1]
        if _AS_LAW.search(before):
            problems.append(f"platform_rules:as_law:{c.ref}")
        if c.status == "in_force" and c.ref.article and not _allowed(c.ref, evidence.refs):
            problems.append(f"platform_rules:not_in_evidence:{c.ref}")
    return problems


def _article(ref: str) -> str:
    parsed = Ref.parse(ref)
    return f"{parsed.law}#{parsed.article}"


def _allowed(ref: Ref, refs: frozenset[str]) -> bool:
    """Whether the evidence has that provision: its paragraph, where both name one."""
    held = [r for r in map(Ref.parse, refs) if (r.law, r.article) == (ref.law, ref.article)]
    return any(None in (r.paragraph, ref.paragraph) or r.paragraph == ref.paragraph for r in held)


def _forms_asserted(text: str, lang: Lang) -> set[str]:
    found = set()
    for sentence in re.split(r"(?<=[。；！？\n])|(?<=[.;!?])\s", text.lower()):
        supposed = False
        for clause in re.split(r"[，,]|(?<!可能)(?<!变为)[：:]|而是|\bbut\b", sentence):
            supposed = supposed or bool(_SUPPOSED[lang].search(clause))
            if supposed or _OPEN[lang].search(clause):
                continue
            ours, others = _PARTY[lang]
            if re.search(others, clause) and not re.search(ours, clause):
                continue
            for words, form in _FORMS[lang]:
                if any(not _DENIED[lang].search(clause[: m.start()]) for m in re.finditer(words, clause)):
                    found.add(form)
    return found


def _orphans(text: str, citations: list[Citation], allowed: set[str]) -> list[str]:
    """Articles cited without a law whose number no provision of the evidence has."""
    known = {ref.partition("#")[2] for ref in allowed}
    covered = {i for c in citations for i in range(c.start, c.end)}
    numbers = {
        str(to_int(m["zh"] or m["en"] or m["en2"])) for m in _ORPHAN.finditer(text)
        if m.end() - 1 not in covered
    }  # fmt: skip
    return [f"citation:no_law_named:{n}" for n in sorted(numbers - known)]


def _amounts(text: str) -> set[Decimal]:
    found = set()
    for match in _MONEY.finditer(text):
        if match["c"]:
            value = Decimal(to_int(match["c"]) or 0)
        else:
            raw = (match["a"] or match["b"]).replace(",", "")
            value = Decimal(raw) * _TIMES.get((match["ak"] or match["bk"] or "").lower(), 1)
        found.add(value.normalize())
    return found


def _stated(evidence: Evidence, library: Library) -> set[Decimal]:
    """Amounts in the words of the provisions themselves: 不足五百元的，为五百元."""
    found: set[Decimal] = set()
    for ref in evidence.refs:
        try:
            found |= _amounts(library.provision(ref, evidence.on).text)
        except LawError:
            continue
    return found


def speaks(text: str, lang: Lang) -> bool:
    """Whether a text is in that language, by the script most of its words are in."""
    chinese = len(re.findall(r"[一-鿿]", text))
    latin = len(re.findall(r"[A-Za-z]{2,}", text))
    return chinese >= latin if lang == "zh" else latin * 2 >= chinese


def amounts_of(values: Iterable[Decimal | None]) -> frozenset[Decimal]:
    """Decimals in the form in which `check` compares them."""
    return frozenset(v.normalize() for v in values if v is not None)
