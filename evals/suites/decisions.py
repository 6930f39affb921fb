"""Published decisions: a plaintiff's story → the platform's liability, as the court held it.

{"given": {"turns": ["2019年6月我在一个视频平台买了会员……"]}, "gold": {"liability": "direct", "note": "…"}}
A disagreement between court and tool is a failure of the report, with the holding and the tool's trace.
The rules are put to the gold facts too: where they follow the court and the reply does not, the story was
misread.
"""

from assistant.verdict import assess
from evals import own, stories, story_cases
from evals.solvers import Solver
from evals.suite import Case, Json, Score, Suite

_FILE = stories.FOLDER / "decisions.yaml"
RULES = "rules follow the court on the gold facts"


def score(solver: Solver, case: Case, said: Json) -> Score:
    """Right form in the reply; beside it what the rules alone make of the gold facts."""
    found, gold = own.score(solver, case, said), case.gold["liability"]
    library = solver.assistant.library
    facts = story_cases.gold_facts(case, solver.assistant.declared)
    form = assess(facts, library.in_force, library.as_of).liability
    why = [found.why] if found.why else []
    if form != gold:
        why.append(f"on the gold facts the rules say {form}, the court {gold}")
    parts = {**found.parts, RULES: (float(form == gold), 1.0)}
    return Score(found.value, found.abstained, parts, found.pair, "; ".join(why))


SUITE = Suite("decisions", "a published decision's story → the form the court held",
              lambda solver: own.cases(_FILE, solver), own.answer, score, inside=False)  # fmt: skip
