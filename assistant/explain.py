"""Questions of law: from search hits to an answer out of terms, doctrine notes and provisions, by code.

`find` chooses what answers, `render` writes it; a model may write the part in between (see agent).
What the question names is shown first, or said not to be held.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import yaml

from assistant.citations import Citation
from assistant.citations import check as check_citations
from assistant.facts import Lang
from assistant.index import WEAK, Hit, Note
from assistant.law import Library, Provision, Ref, paragraphs_of
from assistant.reply import NOTICE, Audience, cite, gather

PROVISIONS = {"consumer": 4, "desk": 4, "lawyer": 6}  # how many are shown to whom
SHOWN = 260  # characters of a provision shown whole; of a longer one, the paragraphs that answer
CLOSE = 0.6  # a second note is shown when it fits the question this well beside the first
_NUMBERED = re.compile(
    r"\b(?:article|paragraph|item|section|chapter)s? \d"
)  # a place in a law, no term asked about
_CAVEAT = re.compile(r"^### .*$", re.M)

_MARKS: Mapping[str, Mapping[Lang, str]] = {
    "statute": {"zh": "（条文）", "en": " (text)"},
    "digest": {"zh": "（摘要，非原文）", "en": " (digest, not the text)"},
    "added": {"zh": "（原文，自行加入）", "en": " (text you added)"},
    "platform_rules": {"zh": "（平台规则，不是法律）", "en": " (a platform's rules, not law)"},
}
_MISSING: Mapping[str, Mapping[Lang, str]] = {
    "no_such_article": {"zh": "您提到的条，{law}里没有，请核对条号。",
                        "en": "{law} has no such article; please check its number."},
    "no_such_paragraph": {"zh": "您提到的款，{law}的这一条里没有，请核对款号。",
                          "en": "That article of {law} has no such paragraph; please check its number."},
    "repealed_or_superseded": {"zh": "您提到的{law}已经失效或被取代，今天不能再作依据。",
                               "en": "{law} has been repealed or superseded and cannot be relied on today."},
    "not_yet_in_force": {"zh": "您提到的{law}还没有施行。", "en": "{law} is not in force yet."},
    "law_not_held": {"zh": "我没有收录{law}的内容，说不了它怎么规定。",
                     "en": "I do not hold {law} and cannot say what it provides."},
    "no_such_law": {"zh": "我没有找到名为{law}的规定。", "en": "I know of no instrument called {law}."},
}  # fmt: skip
_TEXT: Mapping[str, Mapping[Lang, str]] = {
    "terms": {"zh": "名词", "en": "Terms"},
    "caveat": {"zh": "**要注意**：", "en": "**Note**: "},
    "provisions": {"zh": "条文", "en": "Provisions"},
    "left_out": {"zh": "（其余各款略）", "en": "(other paragraphs left out)"},
    "by_words": {
        "zh": "（索引服务器没有应答，以下只按字词查得，可能不全。）",
        "en": "(The index’s server did not answer; what follows was found by words alone and may be incomplete.)",
    },
    "nothing": {
        "zh": "在我收录的法律和学说里没有找到能回答这个问题的内容。请换个说法，或者说说您遇到的具体事情。",
        "en": "I found nothing in the law and doctrine I hold that answers this. Please rephrase, or tell me what happened.",
    },
}


@dataclass(frozen=True)
class Term:
    """A term of art of `corpus/glossary.yaml`, in one sentence of our own."""

    name: Mapping[str, str]
    means: Mapping[str, str]
    refs: tuple[str, ...]


@dataclass(frozen=True)
class Shelf:
    """What answers are made of."""

    library: Library
    notes: Mapping[str, Note]
    terms: Sequence[Term]


@dataclass(frozen=True)
class Found:
    """What answers one question. `missing`: provisions it names that cannot be shown, with why."""

    question: str
    lang: Lang
    audience: Audience
    missing: Sequence[Citation]
    terms: Sequence[Term]
    notes: Sequence[Note]
    provisions: Mapping[str, Provision]
    cited: frozenset[str] = frozenset()  # by the notes, in their own words
    by_words: bool = False  # the index's server did not answer: words alone were compared

    @property
    def answers(self) -> bool:
        return bool(self.terms or self.notes or self.provisions)

    def refs(self) -> frozenset[str]:
        """Every provision an answer made of this may cite."""
        named = {ref for term in self.terms for ref in term.refs} | {
            ref for n in self.notes for ref in n.refs
        }
        return frozenset(self.provisions) | named | self.cited


def terms(corpus: Path) -> list[Term]:
    """The glossary's terms."""
    rows = yaml.safe_load((corpus / "glossary.yaml").read_text(encoding="utf-8"))
    return [Term({"zh": _bare(r["zh"]), "en": _bare(r["en"]).lower()}, {"zh": r["zh_note"], "en": r["en_note"]},
                 tuple(r.get("refs") or ())) for r in rows]  # fmt: skip


def _bare(name: str) -> str:
    return re.split(r"\s?[（(]", name)[0]


# ---- choosing
def find(question: str, hits: Sequence[Hit], shelf: Shelf, lang: Lang, audience: Audience) -> Found:
    """What answers the question: what it names, its terms, the notes and provisions nearest to it."""
    named = [c for c in check_citations(question, shelf.library) if c.is_law]
    held = [str(c.ref) for c in named if c.status == "in_force" and c.ref.article]
    missing = [c for c in named if c.status != "in_force"]
    used = _terms_in(question, shelf.terms, lang)
    by_words = any(h.by_words for h in hits)
    near = by_words or (bool(hits) and max(h.similarity for h in hits) >= WEAK)
    strong = near and not (missing and not held)
    notes = _notes(question, hits, shelf.notes, lang, audience) if strong else []
    nearest = [h.ref for h in hits if h.kind != "doctrine"] if strong and not held else []
    basis = [*(ref for term in used for ref in term.refs[:2]), *(r for n in notes[:1] for r in n.refs[:2])]
    ordered = [*held, *basis[:2], *nearest[:2], *basis[2:], *nearest[2:]]
    refs = list(dict.fromkeys(ordered))[: PROVISIONS[audience]]
    provisions = gather(_whole(refs), shelf.library, shelf.library.as_of)
    cited = (c for note in notes for c in check_citations(note.body[lang], shelf.library))
    return Found(question, lang, audience, missing, used, notes, provisions,
                 frozenset(str(c.ref) for c in cited if c.status == "in_force"), by_words)  # fmt: skip


def _whole(refs: Sequence[str]) -> list[str]:
    """Without paragraphs of an article that is itself among them."""
    return [r for r in refs if "." not in r or r.rpartition(".")[0] not in refs]


def _terms_in(question: str, known: Sequence[Term], lang: Lang) -> list[Term]:
    """The terms a question names, at most two; a term within a longer one named is not another."""
    text, found = _NUMBERED.sub("\n", question.lower()), list[Term]()
    for term in sorted((t for t in known if len(t.name[lang]) > 2), key=lambda t: -len(t.name[lang])):
        if term.name[lang] in text:
            text = text.replace(term.name[lang], "\n")
            found.append(term)
    return sorted(found[:2], key=lambda t: question.lower().find(t.name[lang]))


def _notes(
    question: str, hits: Sequence[Hit], known: Mapping[str, Note], lang: Lang, audience: Audience
) -> list[Note]:
    """The notes among the hits whose own questions are most like this one: one, or two that are close."""
    ids = dict.fromkeys(h.note for h in hits if h.kind == "doctrine" and h.similarity >= WEAK)
    fits = {
        i: max(likeness(question, q) for q in (known[i].title[lang], *known[i].questions[lang])) for i in ids
    }
    ranked = sorted(fits, key=lambda i: -fits[i])[:2]
    both = audience == "lawyer" or (len(ranked) == 2 and fits[ranked[1]] >= CLOSE * fits[ranked[0]])
    return [known[i] for i in (ranked if both else ranked[:1])]


def likeness(one: str, other: str) -> float:
    """How alike two texts are by their character pairs, from 0 to 1."""
    first, second = (set(pairwise(re.sub(r"\W", "", t.lower()))) for t in (one, other))
    return 2 * len(first & second) / max(1, len(first) + len(second))


# ---- writing
def render(found: Found, written: str = "") -> str:
    """The answer. `written`: by a model, already guarded, in place of terms and notes."""
    lang = found.lang
    parts = [_said_missing(c, lang) for c in found.missing]
    if written:
        parts.append(written)
    elif found.answers:
        parts += [*_terms(found), *(_note(n, lang) for n in found.notes)]
    elif not parts:
        parts.append(_TEXT["nothing"][lang])
    if found.by_words:
        parts.insert(0, _TEXT["by_words"][lang])
    if found.provisions:
        parts.append("### " + _TEXT["provisions"][lang])
        parts += [_provision(ref, p, found) for ref, p in found.provisions.items()]
    return "\n\n".join(dict.fromkeys([*parts, NOTICE[lang]]))


def _said_missing(citation: Citation, lang: Lang) -> str:
    law = citation.ref.law
    name = f"《{law}》" if lang == "zh" and not law.isascii() else law
    return _MISSING[citation.status if citation.status in _MISSING else "law_not_held"][lang].format(law=name)


def _terms(found: Found) -> list[str]:
    lang = found.lang
    lines = []
    for term in found.terms:
        held = [cite(ref, found.provisions, lang) for ref in term.refs if ref in found.provisions]
        basis = ("、" if lang == "zh" else "; ").join(held)
        tail = (f"（{basis}）" if lang == "zh" else f" ({basis})") if basis else ""
        lines.append(f"**{term.name[lang]}**{'：' if lang == 'zh' else ': '}{term.means[lang]}{tail}")
    return lines


def _note(note: Note, lang: Lang) -> str:
    body, *caveat = _CAVEAT.split(note.body[lang], maxsplit=1)
    text = f"### {note.title[lang]}\n{body.strip()}"
    return text + "".join(f"\n\n{_TEXT['caveat'][lang]}{c.strip()}" for c in caveat)


def _provision(ref: str, provision: Provision, found: Found) -> str:
    lang = found.lang
    english = lang == "en" and provision.text_en
    text = provision.text_en if english else provision.text
    shown, cut = (text, False) if english else extract(text, found.question, Ref.parse(ref))
    quoted = "\n".join(f"> {line}" for line in shown.split("\n"))
    head = f"**{cite(ref, found.provisions, lang)}**{_MARKS[provision.kind][lang]}"
    return f"{head}\n{quoted}" + (f"\n{_TEXT['left_out'][lang]}" if cut else "")


def extract(text: str, question: str, ref: Ref) -> tuple[str, bool]:
    """A provision's words, of a long article the two paragraphs nearest the question; whether any were left out."""
    paragraphs = ["\n".join(p) for p in paragraphs_of(text)]
    if len(text) <= SHOWN or len(paragraphs) < 3 or ref.paragraph:
        return text, False
    best = sorted(paragraphs, key=lambda p: -_covered(question, p))[:2]
    return "\n".join(p for p in paragraphs if p in best), True


def _covered(question: str, text: str) -> float:
    """The share of the question's character pairs that a text has."""
    wanted = set(pairwise(re.sub(r"\W", "", question)))
    return len(wanted & set(pairwise(text))) / max(1, len(wanted))


def without_quotes(text: str) -> str:
    """An answer without the extracts in it, which are the library's own words."""
    return re.sub(r"^> .*$", "", text, flags=re.M)
