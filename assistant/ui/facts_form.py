"""The facts read, each with the user's words, as a form: changing a field changes the verdict at once.

The fields carry `data-fact`; page.js tells the page which one was changed to what.
"""

from collections.abc import Iterable

from markupsafe import Markup

from assistant.facts import Declaration, Fact, plain
from assistant.ui.html import el, folded, panel, selection
from assistant.ui.talk import View
from assistant.ui.words import TEXT, half, joined

ALWAYS = ("price_paid", "loss", "occurred_on")  # asked of everyone: sums and the law's version hang on them


def form(view: View | None, problem: str = "") -> str:
    """Every fact that is known or would matter, as fields. `problem`: why the last change was refused."""
    if view is None or view.verdict is None:
        return ""
    said, known = TEXT[view.lang], view.verdict.facts.known
    told = [n for n in view.facts.declared if n in known and n not in ALWAYS
            and known[n].source in ("stated", "corrected")]  # fmt: skip
    rest = [n for n in known if n not in told and n not in ALWAYS]
    wanted = [*view.verdict.asks, *(n for ground in view.verdict.open for n in ground.missing)]
    missing = [n for n in dict.fromkeys(wanted) if n not in known]
    return panel(view.lang, el(
        "section", el("h2", said["facts"]), el("p", said["edit_hint"], class_="hint"),
        el("p", problem, class_="clash", role="alert") if problem else Markup(), *_clashes(view),
        el("ul", *_rows(told, view)) if told else el("p", said["none_told"]),
        el("ul", *_rows(ALWAYS, view)), _fold(said["open"], missing, view), _fold(said["followed"], rest, view),
        class_="facts",
    ))  # fmt: skip


def _fold(title: str, names: list[str], view: View) -> Markup:
    return folded(f"{title} ({len(names)})", el("ul", *_rows(names, view))) if names else Markup()


def _clashes(view: View) -> list[Markup]:
    assert view.verdict
    declared, lang = view.facts.declared, view.lang
    return [
        el("p", TEXT[lang]["clash"], joined([declared[name].text[lang] for name in pair], lang),
           class_="clash", role="alert")
        for pair in view.verdict.contradictions
    ]  # fmt: skip


def _rows(names: Iterable[str], view: View) -> list[Markup]:
    return [_row(name, view) for name in names]


def _row(name: str, view: View) -> Markup:
    assert view.verdict
    facts = view.verdict.facts
    declared, fact = facts.declared[name], facts.known.get(name)
    text = declared.text[view.lang]
    value = plain(facts[name])
    field = _field(declared, value, view)
    why = _why(fact, name, view) if fact else Markup()
    return el("li", field, el("div", el("span", text), why), data_value=value)


def _field(declared: Declaration, value: str, view: View) -> Markup:
    said = TEXT[view.lang]
    told = "" if value == "unknown" else value
    named = {"data_fact": declared.name, "aria_label": said["set"].format(declared.text[view.lang])}
    if declared.kind == "date":
        return el("input", type="date", value=told, **named)
    if declared.kind in ("amount", "number"):
        return el("input", type="number", min="0", step="any", inputmode="decimal", value=told,
                  placeholder=said["unknown"], **named)  # fmt: skip
    options = [("yes", said["yes"]), ("no", said["no"])]
    if declared.kind == "choice":
        options = [(c, declared.said(c, view.lang)) for c in declared.choices]
    return selection([*options, ("", said["unknown"])], told, data_value=value, **named)


def _why(fact: Fact, name: str, view: View) -> Markup:
    """Source and evidence: the user's words and their file, the facts it follows from, or the presumption."""
    lang, declared = view.lang, view.facts.declared
    said = TEXT[lang]
    source = said[fact.source]
    if fact.source in ("stated", "corrected"):
        file = view.source(fact.evidence) if fact.evidence else ""
        from_file = el("span", said["from_file"].format(file), class_="file") if file else Markup()
        return el("small", source, " ", el("q", fact.quoted) if fact.evidence else "", " ", from_file)
    names = fact.evidence.split(" & ")
    if fact.source == "presumed":
        reason = declared[name].because.get(lang, "")
    elif all(n in declared for n in names):
        reason = joined([declared[n].text[lang] for n in names], lang)
    else:
        reason = half(fact.evidence, lang)
    return el("small", source, ("：" if lang == "zh" else ": ") + reason if reason else "")
