"""Story → whole reply: is the form its words state right, and is the rest as a reply must be?

{"given": {"turns": ["…"]}, "gold": {"liability": "joint", "facts": {…}}}
The form is read from the reply's own text (evals/said.py), so that any solver is scored alike.
"""

import re
from collections.abc import Sequence

from assistant import citations
from assistant.read import language
from assistant.verdict import assess
from evals import story_cases
from evals.said import form_said
from evals.solvers import Solver
from evals.suite import Case, Json, Score, Suite

_NOTICE = re.compile(r"不是法律意见|不构成法律意见|not legal advice", re.I)
_ABSTENTIONS = ("need_facts", "corresponding")


def cases(_: Solver) -> Sequence[Case]:
    return story_cases.cases(story_cases.MEASURED)


def answer(solver: Solver, case: Case) -> Json:
    return solver.reply(case.given["turns"], case.lang, case.given["occurred_on"])


def score(solver: Solver, case: Case, said: Json) -> Score:
    """Right form in the text; beside it citations in force, the right articles, language and notice."""
    gold, text = case.gold["liability"], str(said["reply"])
    form = form_said(text) or "unclear"
    parts = {"right language": (float(language(text) == case.lang), 1.0),
             "says it is no legal advice": (float(bool(_NOTICE.search(text))), 1.0)}  # fmt: skip
    parts |= _citation_parts(solver, case, text)
    if "liability" in said:
        parts["text says the verdict"] = (form == said["liability"], 1)
    if "guard" in said:
        parts["guard has no objection"] = (not said["guard"]["problems"], 1)
    right = form == gold
    why = "" if right else f"the reply says {form}, the gold is {gold}"
    return Score(right, form in (*_ABSTENTIONS, "unclear") and not right, parts, (gold, form), why)


def _citation_parts(solver: Solver, case: Case, text: str) -> dict[str, tuple[float, float]]:
    """Citations that stand, and the articles that carry the gold form and were cited."""
    library = solver.assistant.library
    found = [c for c in citations.check(text, library) if c.is_law]
    parts = {"citations in force": (float(sum(c.status == "in_force" for c in found)), float(len(found)))}
    if case.gold["liability"] in ("need_facts", "none", "out_of_scope"):
        return parts
    facts = story_cases.gold_facts(case, solver.assistant.declared)
    top = assess(facts, library.in_force, library.as_of).established[:1]
    wanted = {_article(ref) for ground in top for ref in ground.basis}
    cited = {f"{c.ref.law}#{c.ref.article}" for c in found}
    return parts | {"a carrying article is cited": (float(bool(wanted & cited)), float(bool(wanted)))}


def _article(ref: str) -> str:
    return ref.partition(".")[0]


SUITE = Suite(
    "answers", "story → whole reply: the form its words state", cases, answer, score, limit=120, inside=False
)
