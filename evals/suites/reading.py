"""Story → facts: what the offline reader (or the one with a model) takes out of a consumer's words.

{"given": {"turns": ["我妈在平台上买的电热毯……"]}, "gold": {"facts": {"subject": "electrical_product",
 "took_measures": "no"}, "liability": "joint"}}
The score is F1 over facts; the form that follows from the facts read stands beside it.
"""

from collections.abc import Sequence

from assistant.trace import as_text
from evals import story_cases
from evals.solvers import Solver
from evals.suite import Case, Json, Score, Suite


def cases(_: Solver) -> Sequence[Case]:
    return story_cases.cases(story_cases.UNTRAINED)


def answer(solver: Solver, case: Case) -> Json:
    """Facts and form after the last turn; no reply is written."""
    assistant = solver.assistant
    memory, verdict = assistant.start(case.given["occurred_on"]), None
    for turn in case.given["turns"]:
        facts, verdict, memory = assistant.heard(turn, memory)
    said: Json = {"facts": story_cases.facts_json(facts), "liability": "out_of_scope", "duties": {}}
    if verdict:
        said |= {"liability": verdict.liability, "possible": list(verdict.possible),
                 "certain": verdict.certain, "duties": story_cases.duties(verdict),
                 "trace": as_text(verdict, "zh")}  # fmt: skip
    return said


def score(solver: Solver, case: Case, said: Json) -> Score:
    """F1 over facts."""
    declared = solver.assistant.declared
    gold = story_cases.gold_facts(case, declared)
    read = story_cases.read_facts(said["facts"], declared)
    f1, parts, problems = story_cases.fact_parts(gold, read)
    form = case.gold["liability"]
    parts |= story_cases.duty_parts(case.gold["duties"], said["duties"])
    parts["form"] = (said["liability"] == form, 1)
    if form not in ("need_facts", "out_of_scope") and "possible" in said:
        right = said["liability"] == form
        parts["possible holds the form"] = (form in said["possible"], 1)
        parts[f"form right, possible: {min(len(said['possible']), 4)}{'+' * (len(said['possible']) > 3)}"] = (
            right,
            1,
        )
        if said["certain"] != "undetermined":
            parts["certain is the form"] = (said["certain"] == form, 1)
    if said["liability"] != form:
        problems.insert(0, f"form {said['liability']}, gold {form}")
    return Score(f1, said["liability"] == "need_facts" != form, parts, (form, said["liability"]),
                 "; ".join(problems))  # fmt: skip


SUITE = Suite("reading", "story → facts, and the form they lead to", cases, answer, score, limit=240)
