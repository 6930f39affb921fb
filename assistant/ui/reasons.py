"""Why: the duties by phase, the schools side by side, what the form rests on, the trace, the provisions."""

from collections.abc import Mapping, Sequence
from itertools import groupby

from markupsafe import Markup

from assistant.doctrines import DOCTRINES
from assistant.facts import Lang
from assistant.rules import FORM_NAMES
from assistant.trace import as_mermaid, as_text
from assistant.ui.html import el, folded, panel
from assistant.ui.talk import View
from assistant.ui.words import TEXT, half, joined
from assistant.verdict import DutyResult, Verdict


def reasons(view: View | None) -> str:
    """Duties, schools, what the form rests on, the whole trace line by line."""
    if view is None or view.verdict is None:
        return ""
    parts = (_duties, _schools, _depends, _trace)
    return panel(view.lang, *(part(view.verdict, view.lang) for part in parts))


def diagram(view: View | None) -> str:
    """The trace as a Mermaid block, which the page draws."""
    return f"```mermaid\n{as_mermaid(view.verdict, view.lang)}\n```" if view and view.verdict else ""


# ---- duties
def _duties(verdict: Verdict, lang: Lang) -> Markup:
    said = TEXT[lang]
    phases = groupby(verdict.duties, key=lambda duty: duty.duty.phase)
    bodies = [
        el("tbody", el("tr", el("th", said[phase], colspan="2", scope="rowgroup")),
           *(_duty(duty, lang) for duty in duties))
        for phase, duties in phases
    ]  # fmt: skip
    head = el("thead", el("tr", el("th", said["duty"], scope="col"), el("th", said["status"], scope="col")))
    return el("section", el("h2", said["duties"]), el("table", head, *bodies, class_="duties"))


def _duty(duty: DutyResult, lang: Lang) -> Markup:
    standard = half(duty.duty.standard[duty.standard], lang)
    note = el("small", standard) if duty.status != "not_engaged" and standard else Markup()
    return el(
        "tr", el("td", duty.duty.name[lang], note),
        el("td", el("span", TEXT[lang][duty.status], class_="status", data_status=duty.status)),
    )  # fmt: skip


# ---- schools
def _schools(verdict: Verdict, lang: Lang) -> Markup:
    """Every school beside the others: the form it comes to here, and its argument."""
    said = TEXT[lang]
    forms = {verdict.doctrine.id: verdict.liability, **verdict.other_doctrines}
    lenses = [
        el("li", el("h3", school.name[lang], el("small", said["chosen"]) if name == verdict.doctrine.id else Markup()),
           el("p", el("span", FORM_NAMES[forms[name]][lang], class_="chip", data_form=forms[name])),
           el("p", school.argument[lang], class_="argument"), data_doctrine=name)
        for name, school in DOCTRINES.items()
    ]  # fmt: skip
    return el("section", el("h2", said["schools"]), el("ul", *lenses, class_="lenses"))


def _depends(verdict: Verdict, lang: Lang) -> Markup:
    """What the form does not depend on, what could still change it, and the law of other times."""
    said, declared, proof = TEXT[lang], verdict.facts.declared, verdict.certificate
    names = {
        said["settling"]: verdict.settling,
        said["depends_on"]: proof.depends_on[:8],
        said["whatever"]: proof.whatever[:8],
    }
    rows = [el("dt", title) + el("dd", joined([declared[n].text[lang] for n in some], lang))
            for title, some in names.items() if some]  # fmt: skip
    if len(verdict.periods) > 1:
        times = [
            said["since"].format(p.start.isoformat(), FORM_NAMES[p.liability][lang]) for p in verdict.periods
        ]
        rows.append(el("dt", said["periods"]) + el("dd", joined(times, lang)))
    return (
        el("section", el("h2", said["certificate"]), el("dl", *rows, class_="stacked")) if rows else Markup()
    )


def _trace(verdict: Verdict, lang: Lang) -> Markup:
    """Form, ground, elements, facts, words, provisions, line by line, folded."""
    text = el("pre", as_text(verdict, lang), class_="trace", tabindex="0")
    return el("section", folded(TEXT[lang]["trace"], text))


# ---- provisions
def sources(view: View | None) -> str:
    """The provisions that the last answer cites, each with its text folded; first those that carry it."""
    if view is None or not view.citations:
        return ""
    carrying = {b.ref for g in view.verdict.established for b in g.ground.bases} if view.verdict else set()
    rows = [{key: str(value) for key, value in row.items()} for row in view.citations]
    first = [row for row in rows if row["ref"] in carrying]
    rest = [row for row in rows if row not in first]
    return panel(view.lang, _sources("carrying", first, view.lang), _sources("sources", rest, view.lang))


def _sources(title: str, rows: Sequence[Mapping[str, str]], lang: Lang) -> Markup:
    found = (_source(row, lang) for row in rows)
    return el("section", el("h2", TEXT[lang][title]), *found, class_="sources") if rows else Markup()


def _source(row: Mapping[str, str], lang: Lang) -> Markup:
    said = TEXT[lang]
    title = (lang == "en" and row["title_en"]) or row["title"]
    translated = lang == "en" and row["text_en"]
    text = el("blockquote", translated or row["text"], lang="en" if translated else "zh-CN")
    mark = el("span", said.get(row["kind"], row["kind"]), class_="mark", data_kind=row["kind"])
    dates = said["version"].format(row["version"], row["in_force_on"])
    chapter = el("button", said["in_chapter"], type="button", data_ref=row["ref"])
    return folded(el("span", title) + mark, el("small", dates), text, chapter)
