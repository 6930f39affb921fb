"""Structured facts → form of liability: the rules alone, on the gold facts of every story.

{"gold": {"facts": {"subject": "electrical_product", "took_measures": "no", …}, "liability": "joint",
          "duties": {"necessary_measures": "breached"}}}
"""

from collections.abc import Sequence

from assistant.trace import as_text
from assistant.verdict import assess
from evals import stories, story_cases
from evals.solvers import Solver
from evals.suite import Case, Json, Score, Suite

# Whether a story is ours at all is for the reader to say, not for the rules.
_NOT_ASKED = "out_of_scope"


def cases(_: Solver) -> Sequence[Case]:
    authors = (*stories.DEVELOPMENT, stories.REWORDINGS, *stories.LOCKED)
    return [case for case in story_cases.cases(authors) if case.kind != _NOT_ASKED]


def answer(solver: Solver, case: Case) -> Json:
    """The verdict on the gold facts."""
    assistant = solver.assistant
    library = assistant.library
    facts = story_cases.gold_facts(case, assistant.declared)
    verdict = assess(facts, library.in_force, library.as_of)
    return {"liability": verdict.liability, "possible": list(verdict.possible), "certain": verdict.certain,
            "duties": story_cases.duties(verdict), "trace": as_text(verdict, "zh")}  # fmt: skip


def score(_: Solver, case: Case, said: Json) -> Score:
    """Right form; beside it whether the gold form was held possible, and certain where one was."""
    gold = case.gold["liability"]
    right = said["liability"] == gold
    parts = story_cases.duty_parts(case.gold["duties"], said["duties"])
    if gold != "need_facts":
        parts["possible holds the form"] = (gold in said["possible"], 1)
        if said["certain"] != "undetermined":
            parts["certain is the form"] = (said["certain"] == gold, 1)
    why = "" if right else f"the rules say {said['liability']}, the gold is {gold}"
    abstained = said["liability"] == "need_facts" != gold
    return Score(right, abstained, parts, (gold, said["liability"]), why)


SUITE = Suite("verdict", "structured facts → form of liability, by the rules alone", cases, answer, score)
