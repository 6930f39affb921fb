"""Question → provisions: is an article that answers a lay question among those found?

{"given": {"query": "卖家跑路了，平台不给店家的联系方式，找谁赔"}, "gold": {"refs": ["消费者权益保护法#44"]}}
The score is recall at 10. Half of the questions are those of locked.jsonl: nothing learns from them, and by
them recall is to be judged. The other half, from c.jsonl, the shipped weights have learnt from; they are here
because a fault shows in them first, and because they may be read. The report has both apart.
"""

import json
from collections.abc import Sequence
from pathlib import Path

from evals.solvers import Solver
from evals.suite import Case, Json, Score, Suite, sample

QUESTIONS = Path(__file__).parent.parent / "questions"
SETS = ("c", "locked")
DEPTH = 20
HALF = 1  # a seed of its own: drawn with that of the run, c would fill it
DEPTHS = (1, 3, 5, 10, 20)
HIT = 10


def cases(_: Solver) -> Sequence[Case]:
    learnt, locked = (_questions(name) for name in SETS)
    return [*sample(learnt, len(locked), seed=HALF), *locked]


def _questions(name: str) -> list[Case]:
    lines = (QUESTIONS / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()
    rows = [json.loads(line) for line in lines]
    return [
        Case(row["id"], row.get("lang", "zh"), row["refs"][0].partition("#")[0], {"query": row["query"]},
             {"refs": row["refs"]}, name, "", name == "locked")
        for row in rows
    ]  # fmt: skip


def answer(solver: Solver, case: Case) -> Json:
    hits = solver.assistant.index.search(case.given["query"], DEPTH)
    return {"refs": [hit.ref for hit in hits], "similarity": max((h.similarity for h in hits), default=0)}


def score(_: Solver, case: Case, said: Json) -> Score:
    """Any of the articles among the first ten; recall at other depths, and the reciprocal rank."""
    wanted = set(case.gold["refs"])
    rank = next((n for n, ref in enumerate(said["refs"], 1) if ref in wanted), DEPTH + 1)
    parts: dict[str, tuple[float, float]] = {f"recall@{k}": (rank <= k, 1) for k in DEPTHS}
    parts["reciprocal rank"] = (1 / rank if rank <= DEPTH else 0, 1)
    main = case.gold["refs"][0] in said["refs"][:HIT]
    parts["main article@10"] = (main, 1)
    right = rank <= HIT
    why = "" if right else f"wanted {'、'.join(case.gold['refs'])}, found first {'、'.join(said['refs'][:3])}"
    return Score(right, not said["refs"], parts, None, why)


SUITE = Suite("retrieval", "lay question → provisions", cases, answer, score, limit=250)
