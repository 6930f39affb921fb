"""The passages that letters are made of: the facts as told, the grounds, what is claimed, the evidence.

Each is a function of a Writer, who holds the case, the set phrases and what fills the blanks. Nothing is decided
here and nothing invented: sums and provisions are the verdict's, facts stand with the user's own words, and what was
not told is a blank between 【 and 】. `letters` puts the passages into the order of each letter.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from assistant.claims import PARTIES, Remedy, third_party_sells
from assistant.facts import Lang
from assistant.payment import Payment
from assistant.procedure import PROCEDURAL
from assistant.remedies import PRICE_BACK, elected
from assistant.reply import Material, cite
from assistant.rules import FORM_NAMES, Form
from assistant.verdict import GroundResult, Verdict

Kind = Literal["complaint", "report", "claim", "reply"]
Against = Literal["all", "merchant"]
KINDS: tuple[Kind, ...] = ("complaint", "report", "claim", "reply")
Role = Literal["title", "to", "heading", "text", "item", "row", "hereby", "court", "signed"]
BLANK = re.compile(r"【([^】]*)】")
_TOLD = ("stated", "corrected")
_SILENT = ("subject", "channel", "life_or_health", "licence_required", "rights_harmed", "merchant_infringed")
_MAIN = ("joint-knowledge", "supplementary-review", "advance-payment", "direct-self-operated")
_PLATFORM, _MERCHANT = re.compile("(?<!（)平台(?!内|外)"), re.compile("(?<!（)商家")


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
        for number, part in enumerate(BLANK.split(self.text)):
            if number % 2:
                yield (f"【{part}】" if lang == "zh" else f"[{part}]"), True
            elif part:
                yield part, False


# ---- the writer's hand: phrases, blanks, citations
@dataclass(frozen=True)
class Writer:
    """Whose hand a letter is in: the case, the set phrases, what fills the blanks, against whom a claim is."""

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

    @property
    def names_platform(self) -> bool:
        """Whether the letter is to or against the platform at all."""
        return self.kind != "claim" or self.against == "all"

    def blank(self, name: str) -> str:
        """What the details say, else a marked blank."""
        given = self.details.get(name, "").strip()
        return plain(given) if given else f"【{self.words['blanks'][name][self.lang]}】"

    def say(self, phrase: str, **values: str) -> str:
        """A set phrase; blanks it names that are not among the values are left blank."""
        template: str = self.words["phrases"][phrase][self.lang]
        missing = {n for n in re.findall(r"\{(\w+)\}", template) if n not in values}
        return capital(self.voice(template).format(**values, **{n: self.blank(n) for n in missing}))

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


def plain(text: str) -> str:
    """A user's words on one line, without the marks of a blank and without control characters."""
    text = text.replace("【", "〔").replace("】", "〕").replace("“", "‘").replace("”", "’")
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def capital(text: str) -> str:
    """The text with its first letter large."""
    return text[:1].upper() + text[1:]


def items(lines: Iterable[str], first: int = 1) -> list[Paragraph]:
    """Numbered lines; the last ends with a full stop."""
    rows = [f"{n}. {line}" for n, line in enumerate(lines, first)]
    if rows and rows[-1][-1] in "；;":
        rows[-1] = rows[-1][:-1] + ("。" if rows[-1][-1] == "；" else ".")
    return [Paragraph("item", row) for row in rows]


# ---- the facts
def deal(w: Writer, who: str) -> list[Paragraph]:
    """Who bought what, where, for how much, and when it happened."""
    facts = w.verdict.facts
    price, day = facts["price_paid"], facts["occurred_on"]
    given = {} if price is None else {"price": f"{price:f} 元" if w.zh else f"{price:f} yuan"}
    phrase = "deal" if third_party_sells(w.verdict) else "own_deal"
    text = w.say(phrase, who=w.words["phrases"][who][w.lang], **given)
    happened = w.say("happened", day=str(day)) if day else ""
    return [Paragraph("text", text + (" " if happened and not w.zh else "") + happened)]


def told(w: Writer) -> list[Paragraph]:
    """Every fact that was told, with the words that tell it."""
    lines = []
    for name, fact in w.verdict.facts.known.items():
        statement = _statement(w, name) if fact.source in _TOLD else ""
        if statement:
            said = plain(fact.quoted)[:120]
            lines.append(w.say("words", statement=statement, words=said) if said
                         else w.say("statement", statement=statement))  # fmt: skip
    return items(lines)


def _statement(w: Writer, name: str) -> str:
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
def grounds(w: Writer, first: int = 1) -> list[Paragraph]:
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
    return [*items(lines, first), Paragraph("text", form)]


def _ground(w: Writer, ground: GroundResult) -> str:
    why = w.voice(ground.ground.why[w.lang].rstrip("。. "))
    contested = w.words["phrases"]["contested"][w.lang] if ground.contested else ""
    return w.say("ground", name=capital(w.voice(ground.ground.name[w.lang])), contested=contested,
                 why=why, basis=w.basis(ground.basis))  # fmt: skip


def _not_liable(w: Writer) -> list[Paragraph]:
    if w.verdict.open:
        return [Paragraph("text", w.say("need", question=question(w)))]
    said = Paragraph("text", w.say("none_reply" if w.kind == "reply" else "none"))
    if w.kind != "reply":
        return [said]
    lines = [w.say("failed", name=capital(w.voice(g.ground.name[w.lang])), how=w.say(g.status).lower(),
                   basis=w.basis(g.basis, 2))
             for g in w.verdict.grounds if g.ground.id in _MAIN and g.status in ("excluded", "unproved")]  # fmt: skip
    return [said, *items(lines)]


def question(w: Writer) -> str:
    """The statement on which the verdict turns, or the question about it to the user."""
    declared = w.verdict.facts.declared[(w.verdict.asks or w.verdict.open[0].missing)[0]]
    if w.kind == "claim":
        return declared.ask[w.lang]
    return w.voice(declared.text[w.lang]) + ("。" if w.zh else ".")


# ---- what is claimed
def chosen(w: Writer) -> list[Remedy]:
    """The remedies that can be had together: the price once, one punitive basis."""
    owed = [r for r in w.case.remedies if r.owed_by and r.kind not in PROCEDURAL]
    prices = [r for r in owed if r.kind in PRICE_BACK]
    price = max(prices, key=lambda r: r.amount or 0, default=None)
    punitive = elected(owed) or next((r for r in owed if r.elect), None)
    return [r for r in owed if (r is price or r.kind not in PRICE_BACK) and (not r.elect or r is punitive)]


def demands(w: Writer, direct: str, of_platform: str) -> list[str]:
    """One line a remedy, then the platform's liability for what others owe first."""
    lines, covered = [], []
    for remedy in chosen(w):
        owed_by, behind = _debtors(w, remedy)
        if not owed_by:
            continue
        lines.append(_demand(w, remedy, owed_by, direct))
        if behind:
            covered.append(str(len(lines)))
    rows = [p for p in w.case.payments if p.payer == "platform" and p.of == "compensation"] if covered else []
    return lines + [_platform_line(w, row, ground, covered, of_platform)
                    for row, ground in zip(rows, _carriers(w), strict=False)]  # fmt: skip


def _carriers(w: Writer) -> list[GroundResult]:
    """The grounds of the platform's rows: the strongest, and what covers the rest where that is partial."""
    others = [g for g in w.verdict.established if g.form is not Form.PROMISE]
    same = [g for g in others if g.form is others[0].form]
    first = [next((g for g in same if g.scope == "whole"), g) for g in same[:1]]
    return [*first, *(g for g in others if g not in same and g.scope == "whole")]


def _debtors(w: Writer, remedy: Remedy) -> tuple[list[str], bool]:
    """Who is named for it, and whether the platform is liable beside or after them."""
    others = [p for p in remedy.owed_by if p != "platform"]
    if w.against == "merchant":
        return [p for p in others if p == "merchant"], False
    beside = "platform" in remedy.owed_by and bool(others) and not remedy.elect and remedy.kind != "promise"
    return (others, True) if beside else (list(remedy.owed_by), False)


def _demand(w: Writer, remedy: Remedy, owed_by: Sequence[str], phrase: str) -> str:
    what = w.voice(w.words["claims"][remedy.kind][w.lang])
    return w.say(phrase, parties=w.parties(owed_by), what=what, sum=sum_of(w, remedy), how=_how(w, remedy),
                 basis=w.basis(remedy.basis))  # fmt: skip


def sum_of(w: Writer, remedy: Remedy) -> str:
    """The sum in words, or a blank for it."""
    if remedy.amount is None:
        return w.say("no_sum")
    return w.say(remedy.bound, amount=str(remedy.amount))


def _how(w: Writer, remedy: Remedy) -> str:
    """How it is reckoned, in words: “max(…)” is for programs."""
    formula = remedy.formula if w.zh else remedy.formula_en
    formula = re.sub(r"max\(([^(),]*), 0\)", r"\1", formula)

    def most(found: re.Match[str]) -> str:
        parts = found[1].split(", ")
        return str(w.words["phrases"]["most_of"][w.lang].format(parts=("、" if w.zh else ", ").join(parts)))

    formula = re.sub(r"max\(([^()]*)\)", most, formula).replace(" = ", "，即 " if w.zh else ", that is ")
    return w.words["phrases"]["how"][w.lang].format(formula=w.voice(formula)) if formula else ""


def _platform_line(w: Writer, row: Payment, ground: GroundResult, covered: Sequence[str], phrase: str) -> str:
    limit, total = w.voice(row.limit[w.lang]), ""
    if row.amount is not None or row.at_most is not None:
        bound = "exact" if row.amount is not None else "at_most"
        total = w.say(bound, amount=str(row.amount if row.amount is not None else row.at_most))
    numbers = ("、" if w.zh else ", ").join(covered)
    if not w.zh:
        numbers = f"item{'s' if len(covered) > 1 else ''} {numbers}"
    what = w.words["forms"][str(ground.form)][w.lang].format(items=numbers)
    return w.say(phrase, what=what, limit=limit, sum=total, basis=w.basis([*ground.basis[:2], *row.basis]))


# ---- evidence
def evidence(w: Writer) -> list[Paragraph]:
    """The order first, then what would prove each told element of the consumer's burden."""
    phrases = w.words["phrases"]
    rows = [(phrases["order_proof"][w.lang], phrases["order_purpose"][w.lang])]
    for one in w.case.sides.prove:
        known = one.value != "unknown" and one.fact not in _SILENT
        named = w.names_platform or w.verdict.facts.declared[one.fact].about != "platform"
        if known and named and one.proof[w.lang]:
            rows.append((one.proof[w.lang], w.voice(one.statement[w.lang])))
    if w.verdict.facts["merchant_infringed"] is True:
        declared = w.verdict.facts.declared["merchant_infringed"]
        rows.insert(1, (declared.proof[w.lang], w.voice(declared.text[w.lang])))
    lines = [f"{n}\t{capital(what)}\t{capital(purpose)}\t{w.blank('page')}"
             for n, (what, purpose) in enumerate(dict(rows).items(), 1)]  # fmt: skip
    return [Paragraph("row", line) for line in ("\t".join(phrases["proof_head"][w.lang]), *lines)]
