"""Letters: a complaint, a 12315 report, a statement of claim, a platform's reply, and what stands in each, in order.

`write(kind, case, words)` composes one from a verdict, its remedies and payments, of `letter_passages`; `letter_files`
makes a .docx or PDF of it. To add a kind: its name in KINDS, a function below, its title and voice in corpus/letters.yaml.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import groupby
from pathlib import Path
from types import MappingProxyType
from typing import Any

import yaml

from assistant.claims import PARTIES, third_party_sells
from assistant.facts import Lang
from assistant.law import Library
from assistant.letter_passages import (
    BLANK,
    Against,
    Kind,
    Paragraph,
    Writer,
    capital,
    chosen,
    deal,
    demands,
    evidence,
    grounds,
    items,
    question,
    sum_of,
    told,
)
from assistant.payment import payments
from assistant.penalties import risks
from assistant.remedies import remedies
from assistant.reply import Material, cite, gather, needed
from assistant.sides import MEND
from assistant.verdict import Verdict


class LetterRefused(ValueError):
    """A letter that cannot honestly be written; the message says why and what is possible instead."""


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
        return tuple(dict.fromkeys(BLANK.findall(self.text)))

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
    writer = Writer(kind, case, words, details, against)
    if kind == "claim":
        _refuse_claim(writer)
    parts = {"complaint": _complaint, "report": _report, "claim": _claim, "reply": _reply}[kind]
    paragraphs = [Paragraph("title", words["titles"][kind][case.lang]), *parts(writer)]
    heading = words["headings"]["fill_in"][case.lang]
    return Letter(kind, case.lang, tuple(paragraphs), heading, tuple(_notes(writer)))


def _signed(w: Writer, phrase: str) -> list[Paragraph]:
    return [Paragraph("signed", w.say(phrase)), Paragraph("signed", w.say("dated"))]


def _notes(w: Writer) -> Iterator[str]:
    notes, lang = w.words["notes"], w.lang
    yield notes["fill"][lang]
    if w.kind != "reply":
        yield notes["evidence"][lang]
    punitive = [r for r in w.case.remedies if r.elect]
    taken = [r for r in chosen(w) if r.elect]
    if len(punitive) > 1:
        yield notes["elect"][lang].format(name=taken[0].name if w.zh else taken[0].name_en)
    for row in w.case.payments:
        if row.of == "punitive" and row.status == "possible":
            yield notes["knew"][lang].format(party=PARTIES[row.payer][lang])
    if not w.names_platform:
        yield notes["merchant_only"][lang]
    yield notes["law_as_of"][lang].format(day=w.verdict.law_as_of)
    yield from filter(None, (notes["translation"][lang], notes["information"][lang]))


# ---- the four letters
def _complaint(w: Writer) -> list[Paragraph]:
    """A consumer's complaint to the platform."""
    v = w.verdict
    asks = demands(w, "ask_merchant_for", "ask_platform") if v.established else []
    asks += [w.say("mend", mend=MEND[d.duty.code][w.lang]) for d in v.duties if d.status == "breached"
             and d.duty.code != "seller_information_disclosure"]  # fmt: skip
    if third_party_sells(v) and v.facts["merchant_identified"] is not True:
        asks.append(w.say("identify"))
    if not v.established:
        asks.append(w.say("settle", who=w.words["phrases"]["i"][w.lang] if w.zh else "me"))
    return [
        Paragraph("to", w.say("to", name=w.blank("platform"))),
        Paragraph("text", w.say("complainant")),
        w.heading("facts"), *deal(w, "i"), *told(w),
        w.heading("liability"), *grounds(w),
        w.heading("demands"), *items([*asks, w.say("answer_by")]),
        Paragraph("text", w.say("otherwise")),
        w.heading("evidence"), *evidence(w),
        *_signed(w, "signed_complaint"),
    ]  # fmt: skip


def _report(w: Writer) -> list[Paragraph]:
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
    asks = demands(w, "ask_merchant_for", "ask_platform")
    return [
        Paragraph("to", w.say("to", name=w.blank("agency"))),
        Paragraph("text", w.say("complainant")), *_respondents(w),
        w.heading("facts"), *deal(w, "i"), *told(w),
        w.heading("liability"), *grounds(w),
        w.heading("mediation"), *items([*asks, w.say("supervise")]),
        w.heading("offences"), *items(lines),
        w.heading("evidence"), *evidence(w),
        Paragraph("hereby", w.say("hereby")), Paragraph("court", w.blank("agency")),
        *_signed(w, "signed_report"),
    ]  # fmt: skip


def _respondents(w: Writer) -> list[Paragraph]:
    """The parties complained of, as the statement of claim names its defendants."""
    return [Paragraph("text", _named(w, party)) for party in _against(w)]


def _against(w: Writer) -> list[str]:
    """Against whom a claim or report is directed: who is liable; a report always names the platform."""
    if w.against == "merchant":
        return ["merchant"]
    found = [p.payer for p in w.case.payments if p.status == "liable"]
    merchant = ["merchant"] if third_party_sells(w.verdict) else []
    named = [p for remedy in chosen(w) for p in remedy.owed_by]
    platform = ["platform"] if w.kind == "report" or w.verdict.established else []
    return list(dict.fromkeys([*merchant, *platform, *found, *named]))


def _named(w: Writer, party: str) -> str:
    if party in ("merchant", "platform"):
        text = w.say(f"defendant_{party}")
    else:
        text = w.say("defendant", party=PARTIES[party][w.lang], name=w.blank(party))
    if w.kind == "claim":
        return text
    return text.replace("被告", "被投诉举报人", 1).replace("Defendant", "Complained of", 1)


def _claim(w: Writer) -> list[Paragraph]:
    """A statement of claim, in the order in which courts expect it."""
    asked = demands(w, "order_to", "order_platform")
    several = len(_against(w)) > 1
    lines = told(w)
    reasons = grounds(w, len(lines) + 1) if w.against == "all" else []
    return [
        w.heading("parties"), Paragraph("text", w.say("plaintiff")), *_respondents(w),
        w.heading("requests"), *items([*asked, w.say("costs")]),
        *([Paragraph("text", w.say("both_liable"))] if several else []),
        w.heading("reasons"), *deal(w, "plaintiff_short"), *lines, *reasons,
        w.heading("evidence"), *evidence(w), Paragraph("text", w.say("witness")),
        Paragraph("hereby", w.say("hereby")), Paragraph("court", w.blank("court")),
        *_signed(w, "signed_claim"), Paragraph("text", w.say("enclosed")),
    ]  # fmt: skip


def _refuse_claim(w: Writer) -> None:
    """No statement of claim beyond what the verdict carries."""
    v, merchant = w.verdict, third_party_sells(w.verdict)
    if w.against == "merchant" and not merchant:
        raise LetterRefused(w.say("refuse_merchant"))
    if w.against == "all" and not v.established:
        reason = "refuse_need" if v.open else "refuse_none"
        turns_on = {"question": question(w)} if v.open else {}
        raise LetterRefused(w.say(reason if merchant else f"{reason}_only", **turns_on))
    if not demands(w, "order_to", "order_platform"):
        raise LetterRefused(w.say("refuse_nothing"))


def _reply(w: Writer) -> list[Paragraph]:
    """The platform's answer to a consumer: what it found, what it owes, where else to turn."""
    return [
        Paragraph("to", w.say("dear", name=w.blank("name"))),
        Paragraph("text", w.say("received")),
        w.heading("told"), *deal(w, "you"), *told(w),
        w.heading("found"), *_findings(w),
        w.heading("outcome"), *_unnumbered(grounds(w)), *items(_outcome(w)),
        w.heading("ways"),
        *items(w.say("way", name=r.name if w.zh else capital(r.name_en), how=r.formula if w.zh else r.formula_en,
                      basis=w.basis(r.basis, 5))
                for r in w.case.remedies if r.kind in ("complaint", "limitation", "forum")),
        Paragraph("signed", w.say("signed_reply", platform=w.blank("platform"))),
        Paragraph("signed", w.say("dated")),
    ]  # fmt: skip


def _unnumbered(items: Iterable[Paragraph]) -> list[Paragraph]:
    """Numbered lines as running text, where other numbers follow that are referred to."""
    return [Paragraph("text", re.sub(r"^\d+\. ", "", p.text)) for p in items]


def _findings(w: Writer) -> list[Paragraph]:
    """Each duty that the matter touches: breached, fulfilled, or for the writer to establish."""
    phrase = {"breached": "breach", "fulfilled": "fulfilled", "unknown": "unknown"}
    return items(
        w.say(phrase[d.status], duty=d.duty.name[w.lang],
              **({} if d.status == "unknown" else {"basis": w.basis(d.basis, 2)}))
        for d in w.verdict.duties if d.status in phrase
    )  # fmt: skip


def _outcome(w: Writer) -> list[str]:
    v = w.verdict
    lines = demands(w, "owes", "self_platform") if v.established else []
    if not v.established:
        lines = [w.say("merchant_owes", parties=w.parties(r.owed_by), what=w.words["claims"][r.kind][w.lang],
                       sum=sum_of(w, r), basis=w.basis(r.basis))
                 for r in chosen(w)]  # fmt: skip
    lines += [w.say("will_mend", mend=MEND[d.duty.code][w.lang]) for d in v.duties if d.status == "breached"]
    return [*lines, w.say("help")] if third_party_sells(v) else lines
