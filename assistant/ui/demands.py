"""What can be claimed, how each sum is reckoned, and the evidence for it as a checklist."""

from collections.abc import Iterable

from markupsafe import Markup

from assistant.claims import PARTIES, Remedy
from assistant.procedure import PROCEDURAL
from assistant.reply import Material, cite
from assistant.sides import Element
from assistant.ui.html import el, panel
from assistant.ui.talk import View
from assistant.ui.words import TEXT, joined

_SILENT = (
    "subject",
    "channel",
    "life_or_health",
    "licence_required",
    "rights_harmed",
)  # nobody disputes them


def demands(view: View | None) -> str:
    """Claims with their sums, the checklist of evidence, time limits and courts."""
    if view is None or view.case is None:
        return ""
    return panel(view.lang, _claims(view.case), _evidence(view.case), _procedure(view.case))


def _claims(case: Material) -> Markup:
    rows = [_claim(r, case) for r in case.remedies if r.kind not in PROCEDURAL]
    return el("section", el("h2", TEXT[case.lang]["claims"]), *rows) if rows else Markup()


def _claim(remedy: Remedy, case: Material) -> Markup:
    said, lang = TEXT[case.lang], case.lang
    zh = lang == "zh"
    marks = [said["contested"]] * remedy.contested + [said["only_one"]] * bool(remedy.elect)
    total = _sum(remedy, case)
    rows = [
        (said["formula"], remedy.formula if zh else remedy.formula_en),
        (said["owed_by"], joined([PARTIES[p][lang] for p in remedy.owed_by], lang)),
        (said["basis"], joined([cite(r, case.provisions, lang) for r in remedy.basis[:3]], lang)),
        ("", remedy.note[lang]),
    ]
    return el(
        "article", el("h3", remedy.name if zh else remedy.name_en, *(el("span", m, class_="mark") for m in marks)),
        el("p", total, class_="amount") if total else Markup(),
        el("dl", *(el("dt", name) + el("dd", text) for name, text in rows if text)), class_="claim",
    )  # fmt: skip


def _sum(remedy: Remedy, case: Material) -> str:
    if remedy.amount is None:
        return ""
    said = TEXT[case.lang]
    bound = {"exact": "{}", "at_most": said["no_more"], "at_least": said["no_less"]}[remedy.bound]
    return bound.format(said["yuan"].format(remedy.amount))


def _evidence(case: Material) -> Markup:
    """What each side must prove, as boxes to tick."""
    said, both = TEXT[case.lang], case.sides
    parts = [_checklist(said["mine"], both.prove, case, mine=True),
             _checklist(said["theirs"], both.others_prove, case, mine=False)]  # fmt: skip
    return el("section", el("h2", said["evidence"]), *parts) if any(parts) else Markup()


def _checklist(title: str, elements: Iterable[Element], case: Material, *, mine: bool) -> Markup:
    rows = [_element(one, case, mine=mine) for one in elements if one.fact not in _SILENT]
    return el("h3", title) + el("ul", *rows, class_="evidence") if rows else Markup()


def _element(one: Element, case: Material, *, mine: bool) -> Markup:
    lang = case.lang
    several = el("small", TEXT[lang]["any_one"]) if one.alternative else Markup()
    proof = el("small", one.proof[lang]) if one.proof[lang] else Markup()
    if not mine:
        return el("li", one.statement[lang], several, proof)
    return el(
        "li", el("label", el("input", type="checkbox"), el("span", one.statement[lang])), several, proof
    )


def _procedure(case: Material) -> Markup:
    lang = case.lang
    rows = [el("dt", r.name if lang == "zh" else r.name_en) + el("dd", r.formula if lang == "zh" else r.formula_en,
            el("small", joined([cite(b, case.provisions, lang) for b in r.basis[:4]], lang)))
            for r in case.remedies if r.kind in PROCEDURAL]  # fmt: skip
    return (
        el("section", el("h2", TEXT[lang]["time_and_place"]), el("dl", *rows, class_="stacked"))
        if rows
        else Markup()
    )
