"""Text → citations judged: false ones flagged, true ones left alone, numbers that cite nothing passed over.

{"given": {"text": "请问電商法第38條第3款怎么理解？", "on": null}, "gold": {"expected": "false"}}
Cases are made from the law itself with a seed (evals/citations.py), beside those written by hand.
"""

from collections.abc import Sequence
from datetime import date

from evals import citations as made
from evals.solvers import Solver
from evals.suite import Case, Json, Score, Suite

COUNT = 1000
_RIGHT = {"true": "passed", "false": "flagged", "silent": "unseen"}


def cases(solver: Solver) -> Sequence[Case]:
    whole = [*made.by_hand(), *made.cases(solver.assistant.library, COUNT)]
    return [
        Case(f"citation-{n:04}", "en" if one.text.isascii() else "zh", f"{one.expected}: {one.made}",
             {"text": one.text, "on": one.on.isoformat() if one.on else None},
             {"expected": one.expected}, "by hand" if one.made == "by hand" else "made")
        for n, one in enumerate(whole)
    ]  # fmt: skip


def answer(solver: Solver, case: Case) -> Json:
    on = case.given["on"]
    one = made.Case(
        case.given["text"], case.gold["expected"], case.kind, date.fromisoformat(on) if on else None
    )
    return {"judged": made.verdict(one, solver.assistant.library)}


def score(_: Solver, case: Case, said: Json) -> Score:
    """Judged as it is: true passed, false flagged, silent unseen."""
    expected, judged = case.gold["expected"], said["judged"]
    right = judged == _RIGHT[expected]
    why = "" if right else f"{expected}, but {judged}: {case.given['text']}"
    return Score(right, judged == "unseen" != _RIGHT[expected], {f"{expected} ones": (right, 1)},
                 (_RIGHT[expected], judged), why)  # fmt: skip


SUITE = Suite("citations", "text → every citation, judged", cases, answer, score)
