"""The law to read: search, a provision in its chapter with versions and dates, the rules that rest on it;
the glossary."""

from collections.abc import Iterable, Sequence
from datetime import date

from markupsafe import Markup

from assistant.citations import check as check_citations
from assistant.explain import Term
from assistant.facts import Lang
from assistant.graph import Assistant
from assistant.law import Instrument, LawError, Provision, Ref, Version
from assistant.rules import DUTIES, GROUNDS
from assistant.ui.html import el, folded, panel
from assistant.ui.words import TEXT

HITS = 12


# ---- finding
def results(assistant: Assistant, query: str, lang: Lang) -> str:
    """Provisions that the query names, then those nearest to it; without one, what is held."""
    if not query.strip():
        return panel(lang, _shelf(assistant, lang))
    named = [str(c.ref) for c in check_citations(query, assistant.library) if c.ref and c.ref.article]
    hits = assistant.index.search(query, HITS, ("statute", "digest", "added", "platform_rules"))
    found = [p for ref in dict.fromkeys([*named, *(h.ref for h in hits)]) if (p := _held(assistant, ref))]
    if not found:
        return panel(lang, el("p", TEXT[lang]["no_hits"]))
    return panel(lang, el("ul", *(_hit(p, lang) for p in found), class_="hits"))


def _held(assistant: Assistant, ref: str, on: date | None = None) -> Provision | None:
    try:
        return assistant.library.provision(ref, on)
    except LawError:
        return None


def _hit(provision: Provision, lang: Lang) -> Markup:
    text = (lang == "en" and provision.text_en) or provision.text
    return el("li", _open(str(provision.ref), _title(provision, lang)), _mark(provision, lang),
              el("p", text[:120] + ("…" if len(text) > 120 else "")))  # fmt: skip


def _open(ref: str, title: str) -> Markup:
    return el("button", title, type="button", data_ref=ref, class_="link")


def _title(provision: Provision, lang: Lang) -> str:
    return (lang == "en" and provision.title_en) or provision.title


def _mark(provision: Provision, lang: Lang) -> Markup:
    return el("span", TEXT[lang].get(provision.kind, provision.kind), class_="mark", data_kind=provision.kind)


def _shelf(assistant: Assistant, lang: Lang) -> Markup:
    """Every instrument held, to be opened at its first article."""
    rows = []
    for law in assistant.library.listed:
        first = next(iter(_articles(assistant, law, assistant.library.as_of)), None)
        if first:
            name = law.name if lang == "zh" else law.english
            rows.append(el("li", _open(str(Ref(law.name, first)), name)))
    return el("section", el("p", TEXT[lang]["law_hint"], class_="hint"), el("h2", TEXT[lang]["instruments"]),
              el("ul", *rows, class_="hits"))  # fmt: skip


# ---- reading
def reading(assistant: Assistant, ref: str, on: date | None, lang: Lang) -> str:
    """A provision among the articles of its chapter, as it stood on a day."""
    library, day, wanted = assistant.library, on or assistant.library.as_of, Ref.parse(ref)
    try:
        law = library.find(wanted.law)
    except LawError as problem:
        return panel(lang, el("p", str(problem), class_="clash", role="alert"))
    article = _held(assistant, str(Ref(law.name, wanted.article)), day)
    parts = [el("h2", law.name if lang == "zh" else law.english), el("p", law.number, class_="hint")]
    if article is None:
        parts.append(el("p", _why_not(assistant, wanted, day), class_="clash", role="alert"))
    else:
        parts += [_chapter(assistant, law, article, day, lang)]
    parts += [_rests(wanted, lang), _versions(law.versions, lang)]
    return panel(lang, el("section", *parts, class_="reading", data_ref=ref))


def _why_not(assistant: Assistant, ref: Ref, day: date) -> str:
    try:
        assistant.library.provision(Ref(ref.law, ref.article), day)
    except LawError as problem:
        return str(problem)
    return ""


def _articles(assistant: Assistant, law: Instrument, on: date) -> Sequence[str]:
    try:
        return assistant.library.articles(law, on)
    except LawError:
        return ()


def _chapter(assistant: Assistant, law: Instrument, chosen: Provision, on: date, lang: Lang) -> Markup:
    around = [p for a in _articles(assistant, law, on) if (p := _held(assistant, str(Ref(law.name, a)), on))]
    same = [p for p in around if p.kind == "digest" or p.chapter == chosen.chapter]
    title = chosen.chapter if chosen.kind != "digest" else ""
    return el(
        "div",
        el("h3", title, lang="zh-CN") if title else Markup(),
        *(_article(p, chosen, lang) for p in same),
    )


def _article(one: Provision, chosen: Provision, lang: Lang) -> Markup:
    here = one.ref == chosen.ref
    translated = lang == "en" and one.text_en
    text = el("p", translated or one.text, class_="law", lang="en" if translated else "zh-CN")
    if not here:
        return folded(_title(one, lang), text)
    dates = _dates(one.in_force_from, one.in_force_to, lang)
    note = el("small", one.note) if one.note else Markup()
    return el("article", el("h4", _title(one, lang)), _mark(one, lang), el("small", f"{one.version} · {dates}"), note, text,
              class_="chosen", tabindex="-1")  # fmt: skip


def _dates(start: date, end: date | None, lang: Lang) -> str:
    said = TEXT[lang]
    return said["from_to"].format(start, end) if end else said["from_on"].format(start)


def _versions(versions: Iterable[Version], lang: Lang) -> Markup:
    said = TEXT[lang]
    rows = [el("tr", el("td", v.version), el("td", _dates(v.in_force_from, v.in_force_to, lang)),
               el("td", said["held" if v.held else "not_held"])) for v in versions]  # fmt: skip
    return el("div", el("h3", said["versions"]), el("table", el("tbody", *rows)))


def _rests(ref: Ref, lang: Lang) -> Markup:
    """The grounds and duties that name this article or a part of it."""
    said = TEXT[lang]
    rules = [(said["ground"], g.name[lang], g.id, g.bases) for g in GROUNDS]
    rules += [(said["duty"], d.name[lang], d.code, d.bases) for d in DUTIES]
    rows = [el("li", el("span", kind, class_="mark"), name, " ", el("code", rule))
            for kind, name, rule, bases in rules if any(_same(b.ref, ref) for b in bases)]  # fmt: skip
    return el("div", el("h3", said["rests"]), el("ul", *rows, class_="rests")) if rows else Markup()


def _same(one: str, other: Ref) -> bool:
    parsed = Ref.parse(one)
    return (parsed.law, parsed.article) == (other.law, other.article)


# ---- glossary
def glossary(assistant: Assistant, lang: Lang) -> str:
    """Every term of art with its meaning and where it is defined."""
    return panel(
        lang,
        el(
            "section",
            el("h2", TEXT[lang]["glossary"]),
            *(_term(assistant, t, lang) for t in assistant.shelf.terms),
        ),
    )


def _term(assistant: Assistant, term: Term, lang: Lang) -> Markup:
    other: Lang = "en" if lang == "zh" else "zh"
    refs = [_open(ref, _title(p, lang)) for ref in term.refs if (p := _held(assistant, ref))]
    where = el("p", TEXT[lang]["defined_in"], " ", Markup(" ").join(refs)) if refs else Markup()
    return el(
        "article",
        el("h3", term.name[lang], el("small", term.name[other])),
        el("p", term.means[lang]),
        where,
        class_="term",
    )
