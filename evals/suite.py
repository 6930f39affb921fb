"""What a suite is: cases, a way to answer one, a way to score the answer.

To add one, write `evals/suites/NAME.py` with a `SUITE`, its docstring showing one case, and name it in
SUITES. Answers are plain JSON, so that a kept run can be read and scored again.
"""

import hashlib
import importlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from evals.solvers import Solver

Json = dict[str, Any]
SEED = 20261127
SUITES = (
    "verdict", "reading", "answers", "dialogue", "robustness", "safety", "retrieval", "law_qa", "citations",
    "decisions",
)  # fmt: skip


@dataclass(frozen=True)
class Case:
    """One question with its gold. `kind`: the class it is reported under; `source`: who wrote it."""

    id: str
    lang: str
    kind: str
    given: Json
    gold: Json
    source: str = ""
    group: str = ""  # cases of one group (wordings of one story) are resampled together
    locked: bool = False  # scored only: its words never leave the run


@dataclass(frozen=True)
class Score:
    """How right an answer is. `value` from 0 to 1; `parts`: name → (right, of), summed over cases."""

    value: float
    abstained: bool = False
    parts: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    pair: tuple[str, str] | None = None  # (gold, said), for the confusion matrix
    why: str = ""  # what was wrong, in one line


@dataclass(frozen=True)
class Suite:
    """One suite. `needs`: what it can be put to, any solver or only the assistant's own parts."""

    name: str
    measures: str
    cases: Callable[["Solver"], Sequence[Case]]
    answer: Callable[["Solver", Case], Json]
    score: Callable[["Solver", Case, Json], Score]
    limit: int | None = None  # cases when nobody says how many; None: all
    inside: bool = True  # looks inside the assistant: no other solver can be put to it


class NoSuite(ValueError):
    """A suite that does not exist, or that cannot be put to this solver."""


def find(name: str) -> Suite:
    """The suite of that name. Raises NoSuite."""
    if name not in SUITES:
        raise NoSuite(f"there is no suite {name!r}; wanted one of {', '.join(SUITES)}")
    suite = importlib.import_module(f"evals.suites.{name}").SUITE
    assert isinstance(suite, Suite)
    return suite


def sample(cases: Sequence[Case], limit: int | None, seed: int = SEED) -> list[Case]:
    """At most `limit` cases drawn by a seeded hash of their ids; a smaller draw is part of a larger one.

    Whole groups are drawn, so a draw may go over the limit by less than one group.
    """
    if limit is None or limit >= len(cases):
        return list(cases)

    def drawn(name: str) -> bytes:
        return hashlib.sha256(f"{seed}:{name}".encode()).digest()

    groups: dict[str, list[Case]] = {}
    for case in cases:
        groups.setdefault(case.group or case.id, []).append(case)
    chosen: set[str] = set()
    count = 0
    for name in sorted(groups, key=drawn):
        if count >= limit:
            break
        chosen.add(name)
        count += len(groups[name])
    return [case for case in cases if (case.group or case.id) in chosen]
