"""Story → facts: what the offline reader (or the one with a model) takes out of a consumer's words.

{"given": {"turns": ["我妈在平台上买的电热毯……"]}, "gold": {"facts": {"subject": "electrical_product",
 "took_measures": "no"}, "liability": "joint"}}
The score is F1 over facts. Beside it: the form that follows from the facts read, the form that follows from
the gold facts (the rules alone), and duties against those the rules find on the gold facts.
"""

from collections.abc import Sequence

from assistant.facts import Facts
from assistant.trace import as_text
from assistant.verdict import assess
from evals import story_cases
from evals.solvers import Solver
from evals.suite import Case, Json, Score, Suite

RULES = "rules right on the gold facts"


def cases(_: Solver) -> Sequence[Case]:
    return story_cases.cases(story_cases.MEASURED)


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
    form, said_form = case.gold["liability"], said["liability"]
    parts |= _by_rules(solver, form, gold, said) | {"form": (said_form == form, 1)}
    if form not in ("need_facts", "out_of_scope") and "possible" in said:
        parts |= _sureness(form, said)
    if said_form != form:
        problems.insert(0, f"form {said_form}, gold {form}")
    return Score(f1, said_form == "need_facts" != form, parts, (form, said_form), "; ".join(problems))


def _by_rules(solver: Solver, form: str, gold: Facts, said: Json) -> dict[str, tuple[float, float]]:
    """What the rules make of the gold facts: their form, and the duties that should have been said."""
    library = solver.assistant.library
    verdict = assess(gold, library.in_force, library.as_of)
    parts: dict[str, tuple[float, float]] = {RULES: (form in (verdict.liability, "out_of_scope"), 1)}
    if "possible" in said:
        parts |= story_cases.duty_parts(story_cases.duties(verdict), said["duties"])
    return parts


def _sureness(form: str, said: Json) -> dict[str, tuple[float, float]]:
    """How far what is held certain or possible can be trusted."""
    count = len(said["possible"])
    label = f"form right, possible: {count}" if count < 4 else "form right, possible: 4+"
    parts: dict[str, tuple[float, float]] = {
        "possible holds the form": (form in said["possible"], 1),
        label: (said["liability"] == form, 1),
    }
    if said["certain"] != "undetermined":
        parts["certain is the form"] = (said["certain"] == form, 1)
    return parts


SUITE = Suite("reading", "story → facts, and the form they lead to", cases, answer, score, limit=240)
