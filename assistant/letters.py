"""Letters: what stands in a complaint, a 12315 report, a statement of claim or a platform's reply.

`write(kind, case, words)` composes one from a verdict, its remedies and payments, as paragraphs; `letter_files`
makes a .docx or PDF of them. Nothing is decided here and nothing invented: sums and provisions are the
verdict's, facts stand with the user's own words, and what was not told is a blank between 【 and 】.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import groupby
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal

import yaml

from assistant.claims import PARTIES, Remedy, third_party_sells
from assistant.facts import Lang
from assistant.law import Library
from assistant.payment import Payment, payments
from assistant.penalties import risks
from assistant.procedure import PROCEDURAL
from assistant.remedies import PRICE_BACK, elected, remedies
from assistant.reply import Material, cite, gather, needed
from assistant.rules import FORM_NAMES, Form
from assistant.sides import MEND
from assistant.verdict import GroundResult, Verdict

Kind = Literal["complaint", "report", "claim", "reply"]
Against = Literal["all", "merchant"]
KINDS: tuple[Kind, ...] = ("complaint", "report", "claim", "reply")
Role = Literal["title", "to", "heading", "text", "item", "row", "hereby", "court", "signed"]
_BLANK = re.compile(r"【([^】]*)】")
_TOLD = ("stated", "corrected")
_SILENT = ("subject", "channel", "life_or_health", "licence_required", "rights_harmed", "merchant_infringed")
_MAIN = ("joint-knowledge", "supplementary-review", "advance-payment", "direct-self-operated")
_PLATFORM, _MERCHANT = re.compile("(?<!（)平台(?!内|外)"), re.compile("(?<!（)商家")


class LetterRefused(ValueError):
    """A letter that cannot honestly be written; the message says why and what is possible instead."""


@dataclass(frozen=True)
class Paragraph:
    """One paragraph: its place in the letter, and its text with blanks as 【name】. Of a `row` of a table,
    the columns are parted by tabs; the first row is its head."""

    role: Role
    text: str

    @property
    def cells(self) -> "tuple[Paragraph, ...]":
        """The columns of a row."""
        return tuple(Paragraph(self.role, cell) for cell in self.text.split("\t"))

    def spans(self, lang: Lang) -> Iterator[tuple[str, bool]]:
        """(text, whether it is a blank) in order, blanks in the brackets of that language."""
        for number, part in enumerate(_BLANK.split(self.text)):
            if number % 2:
                yield (f"【{part}】" if lang == "zh" else f"[{part}]"), True
            elif part:
                yield part, False


@dataclass(frozen=True)
class Letter:
    """A letter: its paragraphs, and notes to its writer, which are no part of it."""

    kind: Kind
    lang: Lang
    paragraphs: tuple[Paragraph, ...]
    notes_heading: str
    notes: tuple[str, ...]

    @property
    def title(self) -> str:
        return self.paragraphs[0].text

    @property
    def blocks(self) -> Iterator[tuple[Paragraph, ...]]:
        """The paragraphs one by one, the rows of a table together."""
        for table, some in groupby(self.paragraphs, key=lambda p: p.role == "row"):
            block = tuple(some)
            yield from [block] if table else ((p,) for p in block)

    @property
    def text(self) -> str:
        """The letter alone, a line a paragraph."""
        return "\n".join(p.text for p in self.paragraphs)

    @property
    def blanks(self) -> tuple[str, ...]:
        """What is left to fill in, in order, each once."""
        return tuple(dict.fromkeys(_BLANK.findall(self.text)))

    def to_json(self) -> dict[str, object]:
        return {
            "kind": self.kind, "lang": self.lang, "title": self.title, "blanks": list(self.blanks),
            "paragraphs": [{"role": p.role, "text": p.text} for p in self.paragraphs],
            "notes": list(self.notes),
        }  # fmt: skip


@cache
def wording(file: Path) -> Mapping[str, Any]:
    """The set phrases and the names of blanks: corpus/letters.yaml."""
    return MappingProxyType(yaml.safe_load(file.read_text(encoding="utf-8")))


def case_of(verdict: Verdict, library: Library, lang: Lang) -> Material:
    """What a letter is written from: the verdict with its remedies, payments and every provision."""
    found = remedies(verdict)
    rows = payments(verdict, found)
    refs = [*needed(verdict, found, rows), *(ref for risk in risks(verdict) for ref in risk.basis)]
    refs += [ref for g in verdict.grounds for ref in g.basis]
    return Material(verdict, gather(refs, library, verdict.law_as_of), found, rows, lang)


def write(
    kind: Kind, case: Material, words: Mapping[str, Any], details: Mapping[str, str] = MappingProxyType({}),
    against: Against = "all",
) -> Letter:  # fmt: skip
    """A letter. `details`: what fills blanks, by their names in `words["blanks"]`; `against`: for a claim.

    Raises LetterRefused where the verdict does not carry it, ValueError for a detail that is no blank.
    """
    unknown = sorted(set(details) - set(words["blanks"]))
    if unknown:
        raise ValueError(f"there is no blank {unknown[0]!r}; the blanks are {', '.join(words['blanks'])}")
    writer = _Writer(kind, case, words, details, against)
    if kind == "claim":
        _refuse_claim(writer)
    parts = {"complaint": _complaint, "report": _report, "claim": _claim, "reply": _reply}[kind]
    paragraphs = [Paragraph("title", words["titles"][kind][case.lang]), *parts(writer)]
    heading = words["headings"]["fill_in"][case.lang]
    return Letter(kind, case.lang, tuple(paragraphs), heading, tuple(_notes(writer)))


# ---- the writer's hand: phrases, blanks, citations
@dataclass(frozen=True)
class _Writer:
    kind: Kind
    case: Material
    words: Mapping[str, Any]
    details: Mapping[str, str]
    against: Against = "all"
    numbers: dict[str, int] = field(default_factory=dict)

    @property
    def verdict(self) -> Verdict:
        return self.case.verdict

    @property
    def lang(self) -> Lang:
        return self.case.lang

    @property
    def zh(self) -> bool:
        return self.lang == "zh"

    def blank(self, name: str) -> str:
        """What the details say, else a marked blank."""
        given = self.details.get(name, "").strip()
        return _plain(given) if given else f"【{self.words['blanks'][name][self.lang]}】"

    def say(self, phrase: str, **values: str) -> str:
        """A set phrase; blanks it names that are not among the values are left blank."""
        template: str = self.words["phrases"][phrase][self.lang]
        missing = {n for n in re.findall(r"\{(\w+)\}", template) if n not in values}
        return _capital(self.voice(template).format(**values, **{n: self.blank(n) for n in missing}))

    def voice(self, text: str) -> str:
        """Our own text with the parties called as in this letter."""
        if not self.zh:
            return text
        names = self.words["voices"]["claim_merchant" if self.against == "merchant" else self.kind]
        return _MERCHANT.sub(names["merchant"], _PLATFORM.sub(names["platform"], text))

    def basis(self, refs: Iterable[str], most: int = 3) -> str:
        held = [r for r in dict.fromkeys(refs) if r in self.case.provisions][:most]
        named = ("、" if self.zh else "; ").join(cite(r, self.case.provisions, self.lang) for r in held)
        return self.say("basis", refs=named) if named else ""

    def parties(self, names: Iterable[str]) -> str:
        listed = [self.voice(PARTIES[n][self.lang]) for n in names]
        return "、".join(listed) if self.zh else " and ".join(f"the {n}" for n in listed)

    def heading(self, name: str) -> Paragraph:
        """A heading; the Chinese ones are numbered, save in a statement of claim."""
        text = self.words["headings"][name][self.lang]
        if self.kind == "claim":
            return Paragraph("heading", text)
        self.numbers["heading"] = count = self.numbers.get("heading", 0) + 1
        return Paragraph(
            "heading", f"{'一二三四五六七八九'[count - 1]}、{text}" if self.zh else f"{count}. {text}"
        )


def _plain(text: str) -> str:
    """A user's words on one line, without the marks of a blank and without control characters."""
    text = text.replace("【", "〔").replace("】", "〕").replace("“", "‘").replace("”", "’")
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _items(lines: Iterable[str], first: int = 1) -> list[Paragraph]:
    """Numbered lines; the last ends with a full stop."""
    rows = [f"{n}. {line}" for n, line in enumerate(lines, first)]
    if rows and rows[-1][-1] in "；;":
        rows[-1] = rows[-1][:-1] + ("。" if rows[-1][-1] == "；" else ".")
    return [Paragraph("item", row) for row in rows]


# ---- the facts
def _deal(w: _Writer, who: str) -> list[Paragraph]:
    facts = w.verdict.facts
    price, day = facts["price_paid"], facts["occurred_on"]
    given = {} if price is None else {"price": f"{price:f} 元" if w.zh else f"{price:f} yuan"}
    phrase = "deal" if third_party_sells(w.verdict) else "own_deal"
    text = w.say(phrase, who=w.words["phrases"][who][w.lang], **given)
    happened = w.say("happened", day=str(day)) if day else ""
    return [Paragraph("text", text + (" " if happened and not w.zh else "") + happened)]


def _facts(w: _Writer) -> list[Paragraph]:
    """Every fact that was told, with the words that tell it."""
    lines = []
    for name, fact in w.verdict.facts.known.items():
        statement = _statement(w, name) if fact.source in _TOLD else ""
        if statement:
            said = _plain(fact.quoted)[:120]
            lines.append(w.say("words", statement=statement, words=said) if said
                         else w.say("statement", statement=statement))  # fmt: skip
    return _items(lines)


def _statement(w: _Writer, name: str) -> str:
    """A told fact as a statement; empty where the letter has no use for it."""
    value, declared = w.verdict.facts[name], w.verdict.facts.declared[name]
    if name == "infringement":
        return w.voice(w.words["infringement"][str(value)][w.lang])
    if name in _SILENT or declared.kind != "yes_no":
        return ""
    if value is True:
        return w.voice(declared.text[w.lang])
    denied = w.words["denied"].get(name)
    return w.voice(denied[w.lang]) if denied else ""


# ---- the law
def _grounds(w: _Writer, first: int = 1) -> list[Paragraph]:
    """Why the platform is liable, or that it is not, or what that depends on; numbered from `first`."""
    v = w.verdict
    if not v.established:
        return _not_liable(w)
    lines = [_ground(w, ground) for ground in v.established]
    lines += [w.say("breach", duty=d.duty.name[w.lang], basis=w.basis(d.basis, 2))
              for d in v.duties if d.status == "breached"]  # fmt: skip
    form = w.say("form", form=FORM_NAMES[v.liability][w.lang])
    if v.statutory_wording:
        form += ("" if w.zh else " ") + w.say("school", school=v.doctrine.name[w.lang])
    return [*_items(lines, first), Paragraph("text", form)]


def _ground(w: _Writer, ground: GroundResult) -> str:
    why = w.voice(ground.ground.why[w.lang].rstrip("。. "))
    contested = w.words["phrases"]["contested"][w.lang] if ground.contested else ""
    return w.say("ground", name=_capital(w.voice(ground.ground.name[w.lang])), contested=contested,
                 why=why, basis=w.basis(ground.basis))  # fmt: skip


def _not_liable(w: _Writer) -> list[Paragraph]:
    if w.verdict.open:
        return [Paragraph("text", w.say("need", question=_question(w)))]
    said = Paragraph("text", w.say("none_reply" if w.kind == "reply" else "none"))
    if w.kind != "reply":
        return [said]
    lines = [w.say("failed", name=_capital(w.voice(g.ground.name[w.lang])), how=w.say(g.status).lower(),
                   basis=w.basis(g.basis, 2))
             for g in w.verdict.grounds if g.ground.id in _MAIN and g.status in ("excluded", "unproved")]  # fmt: skip
    return [said, *_items(lines)]


def _question(w: _Writer) -> str:
    """The statement on which the verdict turns, or the question about it to the user."""
    declared = w.verdict.facts.declared[(w.verdict.asks or w.verdict.open[0].missing)[0]]
    if w.kind == "claim":
        return declared.ask[w.lang]
    return w.voice(declared.text[w.lang]) + ("。" if w.zh else ".")


# ---- what is claimed
def _chosen(w: _Writer) -> list[Remedy]:
    """The remedies that can be had together: the price once, one punitive basis."""
    owed = [r for r in w.case.remedies if r.owed_by and r.kind not in PROCEDURAL]
    prices = [r for r in owed if r.kind in PRICE_BACK]
    price = max(prices, key=lambda r: r.amount or 0, default=None)
    punitive = elected(owed) or next((r for r in owed if r.elect), None)
    return [r for r in owed if (r is price or r.kind not in PRICE_BACK) and (not r.elect or r is punitive)]


def _demands(w: _Writer, direct: str, of_platform: str) -> list[str]:
    """One line a remedy, then the platform's liability for what others owe first."""
    lines, covered = [], []
    for remedy in _chosen(w):
        owed_by, behind = _debtors(w, remedy)
        if not owed_by:
            continue
        lines.append(_demand(w, remedy, owed_by, direct))
        if behind:
            covered.append(str(len(lines)))
    rows = [p for p in w.case.payments if p.payer == "platform" and p.of == "compensation"] if covered else []
    return lines + [_platform_line(w, row, ground, covered, of_platform)
                    for row, ground in zip(rows, _carriers(w), strict=False)]  # fmt: skip


def _carriers(w: _Writer) -> list[GroundResult]:
    """The grounds of the platform's rows: the strongest, and what covers the rest where that is partial."""
    others = [g for g in w.verdict.established if g.form is not Form.PROMISE]
    same = [g for g in others if g.form is others[0].form]
    first = [next((g for g in same if g.scope == "whole"), g) for g in same[:1]]
    return [*first, *(g for g in others if g not in same and g.scope == "whole")]


def _debtors(w: _Writer, remedy: Remedy) -> tuple[list[str], bool]:
    """Who is named for it, and whether the platform is liable beside or after them."""
    others = [p for p in remedy.owed_by if p != "platform"]
    if w.against == "merchant":
        return [p for p in others if p == "merchant"], False
    beside = "platform" in remedy.owed_by and bool(others) and not remedy.elect and remedy.kind != "promise"
    return (others, True) if beside else (list(remedy.owed_by), False)


def _demand(w: _Writer, remedy: Remedy, owed_by: Sequence[str], phrase: str) -> str:
    what = w.voice(w.words["claims"][remedy.kind][w.lang])
    return w.say(phrase, parties=w.parties(owed_by), what=what, sum=_sum(w, remedy), how=_how(w, remedy),
                 basis=w.basis(remedy.basis))  # fmt: skip


def _sum(w: _Writer, remedy: Remedy) -> str:
    if remedy.amount is None:
        return w.say("no_sum")
    return w.say(remedy.bound, amount=str(remedy.amount))


def _how(w: _Writer, remedy: Remedy) -> str:
    """How it is reckoned, in words: “max(…)” is for programs."""
    formula = remedy.formula if w.zh else remedy.formula_en
    formula = re.sub(r"max\(([^(),]*), 0\)", r"\1", formula)

    def most(found: re.Match[str]) -> str:
        parts = found[1].split(", ")
        return str(w.words["phrases"]["most_of"][w.lang].format(parts=("、" if w.zh else ", ").join(parts)))

    formula = re.sub(r"max\(([^()]*)\)", most, formula).replace(" = ", "，即 " if w.zh else ", that is ")
    return w.words["phrases"]["how"][w.lang].format(formula=w.voice(formula)) if formula else ""


def _platform_line(
    w: _Writer, row: Payment, ground: GroundResult, covered: Sequence[str], phrase: str
) -> str:
    limit, total = w.voice(row.limit[w.lang]), ""
    if row.amount is not None or row.at_most is not None:
        bound = "exact" if row.amount is not None else "at_most"
        total = w.say(bound, amount=str(row.amount if row.amount is not None else row.at_most))
    items = ("、" if w.zh else ", ").join(covered)
    if not w.zh:
        items = f"item{'s' if len(covered) > 1 else ''} {items}"
    what = w.words["forms"][str(ground.form)][w.lang].format(items=items)
    return w.say(phrase, what=what, limit=limit, sum=total, basis=w.basis([*ground.basis[:2], *row.basis]))


# ---- evidence and the end
def _evidence(w: _Writer) -> list[Paragraph]:
    """The order first, then what would prove each told element of the consumer's burden."""
    phrases = w.words["phrases"]
    rows = [(phrases["order_proof"][w.lang], phrases["order_purpose"][w.lang])]
    for one in w.case.sides.prove:
        told = one.value != "unknown" and one.fact not in _SILENT
        if (
            told
            and one.proof[w.lang]
            and (_platform_in(w) or w.verdict.facts.declared[one.fact].about != "platform")
        ):
            rows.append((one.proof[w.lang], w.voice(one.statement[w.lang])))
    if w.verdict.facts["merchant_infringed"] is True:
        declared = w.verdict.facts.declared["merchant_infringed"]
        rows.insert(1, (declared.proof[w.lang], w.voice(declared.text[w.lang])))
    lines = [f"{n}\t{_capital(what)}\t{_capital(purpose)}\t{w.blank('page')}"
             for n, (what, purpose) in enumerate(dict(rows).items(), 1)]  # fmt: skip
    return [Paragraph("row", line) for line in ("\t".join(phrases["proof_head"][w.lang]), *lines)]


def _platform_in(w: _Writer) -> bool:
    return w.kind != "claim" or w.against == "all"


def _signed(w: _Writer, phrase: str) -> list[Paragraph]:
    return [Paragraph("signed", w.say(phrase)), Paragraph("signed", w.say("dated"))]


def _notes(w: _Writer) -> Iterator[str]:
    notes, lang = w.words["notes"], w.lang
    yield notes["fill"][lang]
    if w.kind != "reply":
        yield notes["evidence"][lang]
    punitive = [r for r in w.case.remedies if r.elect]
    taken = [r for r in _chosen(w) if r.elect]
    if len(punitive) > 1:
        yield notes["elect"][lang].format(name=taken[0].name if w.zh else taken[0].name_en)
    for row in w.case.payments:
        if row.of == "punitive" and row.status == "possible":
            yield notes["knew"][lang].format(party=PARTIES[row.payer][lang])
    if not _platform_in(w):
        yield notes["merchant_only"][lang]
    yield notes["law_as_of"][lang].format(day=w.verdict.law_as_of)
    yield from filter(None, (notes["translation"][lang], notes["information"][lang]))


# ---- the four letters
def _complaint(w: _Writer) -> list[Paragraph]:
    """A consumer's complaint to the platform."""
    v = w.verdict
    asks = _demands(w, "ask_merchant_for", "ask_platform") if v.established else []
    asks += [w.say("mend", mend=MEND[d.duty.code][w.lang]) for d in v.duties if d.status == "breached"
             and d.duty.code != "seller_information_disclosure"]  # fmt: skip
    if third_party_sells(v) and v.facts["merchant_identified"] is not True:
        asks.append(w.say("identify"))
    if not v.established:
        asks.append(w.say("settle", who=w.words["phrases"]["i"][w.lang] if w.zh else "me"))
    return [
        Paragraph("to", w.say("to", name=w.blank("platform"))),
        Paragraph("text", w.say("complainant")),
        w.heading("facts"), *_deal(w, "i"), *_facts(w),
        w.heading("liability"), *_grounds(w),
        w.heading("demands"), *_items([*asks, w.say("answer_by")]),
        Paragraph("text", w.say("otherwise")),
        w.heading("evidence"), *_evidence(w),
        *_signed(w, "signed_complaint"),
    ]  # fmt: skip


def _report(w: _Writer) -> list[Paragraph]:
    """A complaint and report to the market regulator."""
    v = w.verdict
    lines = []
    if third_party_sells(v):
        wrong = str(v.facts["infringement"] or "other")
        lines.append(w.say("inquire_merchant", wrong=w.voice(w.words["infringement"][wrong][w.lang])))
    breached = [d for d in v.duties if d.status == "breached"]
    lines += [
        w.say("inquire_platform", duty=d.duty.name[w.lang], basis=w.basis(d.basis, 3)) for d in breached
    ]
    penal = [ref for risk in risks(v) for ref in risk.basis if ref in w.case.provisions]
    named = ("、" if w.zh else "; ").join(cite(r, w.case.provisions, w.lang) for r in dict.fromkeys(penal))
    lines += [w.say("penal", refs=named)] if named else []
    lines += [] if breached or penal else [w.say("no_offence")]
    asks = _demands(w, "ask_merchant_for", "ask_platform")
    return [
        Paragraph("to", w.say("to", name=w.blank("agency"))),
        Paragraph("text", w.say("complainant")), *_respondents(w),
        w.heading("facts"), *_deal(w, "i"), *_facts(w),
        w.heading("liability"), *_grounds(w),
        w.heading("mediation"), *_items([*asks, w.say("supervise")]),
        w.heading("offences"), *_items(lines),
        w.heading("evidence"), *_evidence(w),
        Paragraph("hereby", w.say("hereby")), Paragraph("court", w.blank("agency")),
        *_signed(w, "signed_report"),
    ]  # fmt: skip


def _respondents(w: _Writer) -> list[Paragraph]:
    """The parties complained of, as the statement of claim names its defendants."""
    return [Paragraph("text", _named(w, party)) for party in _against(w)]


def _against(w: _Writer) -> list[str]:
    """Against whom a claim or report is directed: who is liable; a report always names the platform."""
    if w.against == "merchant":
        return ["merchant"]
    found = [p.payer for p in w.case.payments if p.status == "liable"]
    merchant = ["merchant"] if third_party_sells(w.verdict) else []
    named = [p for remedy in _chosen(w) for p in remedy.owed_by]
    platform = ["platform"] if w.kind == "report" or w.verdict.established else []
    return list(dict.fromkeys([*merchant, *platform, *found, *named]))


def _named(w: _Writer, party: str) -> str:
    if party in ("merchant", "platform"):
        text = w.say(f"defendant_{party}")
    else:
        text = w.say("defendant", party=PARTIES[party][w.lang], name=w.blank(party))
    if w.kind == "claim":
        return text
    return text.replace("被告", "被投诉举报人", 1).replace("Defendant", "Complained of", 1)


def _claim(w: _Writer) -> list[Paragraph]:
    """A statement of claim, in the order in which courts expect it."""
    demands = _demands(w, "order_to", "order_platform")
    several = len(_against(w)) > 1
    facts = _facts(w)
    reasons = _grounds(w, len(facts) + 1) if w.against == "all" else []
    return [
        w.heading("parties"), Paragraph("text", w.say("plaintiff")), *_respondents(w),
        w.heading("requests"), *_items([*demands, w.say("costs")]),
        *([Paragraph("text", w.say("both_liable"))] if several else []),
        w.heading("reasons"), *_deal(w, "plaintiff_short"), *facts, *reasons,
        w.heading("evidence"), *_evidence(w), Paragraph("text", w.say("witness")),
        Paragraph("hereby", w.say("hereby")), Paragraph("court", w.blank("court")),
        *_signed(w, "signed_claim"), Paragraph("text", w.say("enclosed")),
    ]  # fmt: skip


def _refuse_claim(w: _Writer) -> None:
    """No statement of claim beyond what the verdict carries."""
    v, merchant = w.verdict, third_party_sells(w.verdict)
    if w.against == "merchant" and not merchant:
        raise LetterRefused(w.say("refuse_merchant"))
    if w.against == "all" and not v.established:
        reason = "refuse_need" if v.open else "refuse_none"
        question = {"question": _question(w)} if v.open else {}
        raise LetterRefused(w.say(reason if merchant else f"{reason}_only", **question))
    if not _demands(w, "order_to", "order_platform"):
        raise LetterRefused(w.say("refuse_nothing"))


def _reply(w: _Writer) -> list[Paragraph]:
    """The platform's answer to a consumer: what it found, what it owes, where else to turn."""
    return [
        Paragraph("to", w.say("dear", name=w.blank("name"))),
        Paragraph("text", w.say("received")),
        w.heading("told"), *_deal(w, "you"), *_facts(w),
        w.heading("found"), *_findings(w),
        w.heading("outcome"), *_unnumbered(_grounds(w)), *_items(_outcome(w)),
        w.heading("ways"),
        *_items(w.say("way", name=r.name if w.zh else _capital(r.name_en), how=r.formula if w.zh else r.formula_en,
                      basis=w.basis(r.basis, 5))
                for r in w.case.remedies if r.kind in ("complaint", "limitation", "forum")),
        Paragraph("signed", w.say("signed_reply", platform=w.blank("platform"))),
        Paragraph("signed", w.say("dated")),
    ]  # fmt: skip


def _unnumbered(items: Iterable[Paragraph]) -> list[Paragraph]:
    """Numbered lines as running text, where other numbers follow that are referred to."""
    return [Paragraph("text", re.sub(r"^\d+\. ", "", p.text)) for p in items]


def _findings(w: _Writer) -> list[Paragraph]:
    """Each duty that the matter touches: breached, fulfilled, or for the writer to establish."""
    phrase = {"breached": "breach", "fulfilled": "fulfilled", "unknown": "unknown"}
    return _items(
        w.say(phrase[d.status], duty=d.duty.name[w.lang],
              **({} if d.status == "unknown" else {"basis": w.basis(d.basis, 2)}))
        for d in w.verdict.duties if d.status in phrase
    )  # fmt: skip


def _outcome(w: _Writer) -> list[str]:
    v = w.verdict
    lines = _demands(w, "owes", "self_platform") if v.established else []
    if not v.established:
        lines = [w.say("merchant_owes", parties=w.parties(r.owed_by), what=w.words["claims"][r.kind][w.lang],
                       sum=_sum(w, r), basis=w.basis(r.basis))
                 for r in _chosen(w)]  # fmt: skip
    lines += [w.say("will_mend", mend=MEND[d.duty.code][w.lang]) for d in v.duties if d.status == "breached"]
    return [*lines, w.say("help")] if third_party_sells(v) else lines
