"""Question of law → reply: does it cite an article that answers, and say nothing where nothing answers?

{"given": {"turns": ["卖家跑路了，平台要不要把他的名字给我"]}, "gold": {"refs": ["消费者权益保护法#44"]}}
Questions are those of the retrieval suite; off-topic ones have no `refs`, and the right reply cites nothing.
"""

from collections.abc import Sequence

from assistant import citations
from assistant.law import Ref
from evals.retrieval import OFF_TOPIC
from evals.solvers import Solver
from evals.suite import Case, Json, Score, Suite, sample
from evals.suites import retrieval

ASKED = 100


def cases(solver: Solver) -> Sequence[Case]:
    asked = [
        Case(c.id, c.lang, "question", {"turns": [c.given["query"]]}, c.gold, c.source, "", c.locked)
        for c in sample(retrieval.cases(solver), ASKED)
    ]
    return [*asked, *(_aside(n, line) for n, line in enumerate(OFF_TOPIC.split("\n")) if line)]


def _aside(n: int, line: str) -> Case:
    lang = "en" if line.isascii() else "zh"
    return Case(f"aside-{n}", lang, "off topic", {"turns": [line]}, {"refs": []}, "asides")


def answer(solver: Solver, case: Case) -> Json:
    return solver.reply(case.given["turns"], case.lang)


def score(solver: Solver, case: Case, said: Json) -> Score:
    """An article that answers is cited; of an off-topic question, nothing is."""
    found = [c for c in citations.check(str(said["reply"]), solver.assistant.library) if c.is_law]
    cited = {(c.ref.law, c.ref.article) for c in found}
    parts: dict[str, tuple[float, float]] = {
        "citations in force": (sum(c.status == "in_force" for c in found), len(found)),
    }
    if "intent" in said:
        about = said["intent"] == "law_question"
        parts["taken as a question of law"] = (about, 1) if case.gold["refs"] else (0, 0)
    if not case.gold["refs"]:
        why = f"off topic, but cited {len(found)} provisions" if found else ""
        return Score(not found, False, parts | {"silent off topic": (not found, 1)}, None, why)
    wanted = {(ref.law, ref.article) for ref in map(Ref.parse, case.gold["refs"])}
    right = bool(wanted & cited)
    why = "" if right else f"wanted {'、'.join(case.gold['refs'])}, cited {len(cited)} other articles"
    return Score(right, not found, parts | {"questions answered": (right, 1)}, None, why)


SUITE = Suite(
    "law_qa", "question of law → reply that cites what answers it", cases, answer, score, inside=False
)
