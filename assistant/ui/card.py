"""The verdict at a glance: the form, what is certain, who pays in what order, what would change it, and
the chips under the chat that go on from there."""

import json
from collections.abc import Iterator, Mapping
from itertools import groupby

from markupsafe import Markup

from assistant.claims import PARTIES
from assistant.facts import Lang
from assistant.payment import Payment
from assistant.reply import Material
from assistant.rules import FORM_NAMES
from assistant.ui.html import el, panel
from assistant.ui.talk import View
from assistant.ui.words import TEXT, joined, shown_value
from assistant.verdict import Verdict

FLIPS = 5


def card(view: View | None, lang: Lang) -> str:
    """The card with the picture of payment and what would change the form; before a story, what will come."""
    if view is None or view.case is None:
        steps = (el("li", TEXT[lang][step]) for step in ("step_tell", "step_check", "step_take"))
        return panel(lang, el("section", el("h2", TEXT[lang]["steps"]), el("ol", *steps), class_="welcome"))
    return panel(view.lang, _card(view.case), _order(view.case), _flips(view.case))


def _card(case: Material) -> Markup:
    verdict, lang, said = case.verdict, case.lang, TEXT[case.lang]
    certain = FORM_NAMES[verdict.certain][lang] if verdict.certain in FORM_NAMES else said["undetermined"]
    possible = [FORM_NAMES[form][lang] for form in verdict.possible if form != verdict.certain]
    rows = [(said["certain"], certain)]
    if possible:
        rows.append((said["possible"], joined(possible, lang)))
    rows += [(said["under"], verdict.doctrine.name[lang]), (said["as_of"], verdict.law_as_of.isoformat()),
             (said["decision"], el("code", verdict.decision_id))]  # fmt: skip
    wording = el("p", said["wording"], class_="wording") if verdict.statutory_wording else Markup()
    return el(
        "section",
        el("h2", said["form"]), el("p", FORM_NAMES[verdict.liability][lang], class_="headline"), wording,
        el("dl", *(el("dt", name) + el("dd", value) for name, value in rows)),
        class_="card", data_form=verdict.liability, aria_live="polite",
    )  # fmt: skip


# ---- who pays, in what order
def _order(case: Material) -> Markup:
    """Payers as boxes, one step an order number; those of one step are at the consumer's choice."""
    rows = [p for p in case.payments if p.of == "compensation"]
    if not rows:
        return Markup()
    steps = [el("li", el("span", str(order), class_="step"), *(_payer(p, case.lang) for p in payers))
             for order, payers in groupby(sorted(rows, key=lambda p: p.order), key=lambda p: p.order)]  # fmt: skip
    return el("section", el("h2", TEXT[case.lang]["order"]), el("ol", *steps, class_="pay"))


def _payer(row: Payment, lang: Lang) -> Markup:
    said = TEXT[lang]
    total = ""
    if row.amount is not None:
        total = said["yuan"].format(row.amount)
    elif row.at_most is not None:
        total = said["at_most"].format(row.at_most)
    name = PARTIES[row.payer][lang]
    if row.status == "possible":
        name += f"（{said['possible_payer']}）" if lang == "zh" else f" ({said['possible_payer']})"
    recourse = el("small", "↩ ", row.recourse[lang]) if row.recourse[lang] else Markup()
    head = el("p", el("strong", name), el("span", total, class_="sum") if total else Markup())
    return el("div", head, el("small", row.limit[lang]), recourse, class_="payer", data_payer=row.payer)


# ---- what would change it
def _flips(case: Material) -> Markup:
    lang, verdict = case.lang, case.verdict
    rows = [
        el("li", el("span", _condition(verdict, flip.change, lang)),
           el("span", FORM_NAMES[flip.liability][lang], class_="chip", data_form=flip.liability))
        for flip in verdict.flips[:FLIPS]
    ]  # fmt: skip
    if not rows:
        return Markup()
    return el("section", el("h2", TEXT[lang]["flips"]), el("ul", *rows, class_="flips"))


def _condition(verdict: Verdict, change: Mapping[str, str], lang: Lang) -> str:
    """A change of facts in words."""
    declared, said = verdict.facts.declared, TEXT[lang]
    parts = []
    for name, value in change.items():
        text = declared[name].text[lang]
        if value in ("yes", "no"):
            parts.append(said["is_so" if value == "yes" else "is_not_so"].format(text))
        else:
            parts.append(f"{text}: {shown_value(declared[name], value, lang)}")
    return ("，" if lang == "zh" else ", ").join(parts)


# ---- going on
def chips(view: View | None) -> str:
    """Buttons to go on with: answers to the question that decides, a supposition, the letter."""
    if view is None or view.case is None or not view.told:
        return ""
    return panel(
        view.lang, el("div", *_chips(view), class_="chips", role="group", aria_label=TEXT[view.lang]["next"])
    )


def _chips(view: View) -> Iterator[Markup]:
    assert view.verdict
    verdict, lang, said = view.verdict, view.lang, TEXT[view.lang]
    if view.told[-1].answers and verdict.asks and verdict.facts.declared[verdict.asks[0]].kind == "yes_no":
        yield el("span", verdict.facts.declared[verdict.asks[0]].ask[lang], class_="asked")
        for answer in ("yes", "no", "dont_know"):
            yield el("button", said[answer], type="button", data_say=said[answer])
    elif not view.told[-1].answers:
        yield el("button", said["rewrite"], type="button", data_rewrite="1")
    about_platform = [
        f for f in verdict.flips if verdict.facts.declared[next(iter(f.change))].about == "platform"
    ]
    for flip in (about_platform or verdict.flips)[:1]:
        text = said["what_if"].format(_condition(verdict, flip.change, lang))
        yield el("button", text, type="button", data_suppose=json.dumps(dict(flip.change)))
    letter = "reply" if view.choices.audience == "desk" else "complaint"
    yield el("button", f"✉ {said[letter]}", type="button", data_letter=letter, class_="strong")
