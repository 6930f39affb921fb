"""`python -m evals.planted`: plant a fault in rules, reader, citations and guard; each must be seen to fall.

Every fault is put in place of one function or row for one run of the suite that should notice, and that
run is compared with a sound one by the rule of `make evals`. The status is 1 if one goes unnoticed.
"""

import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from assistant import board, citations, guard, told
from assistant.conditions import All
from assistant.facts import Facts
from evals import check, runner, solvers
from evals.suite import Json, find


@dataclass(frozen=True)
class Fault:
    """What is replaced by what, the suite that should notice, and how many of its cases are run."""

    what: str
    suite: str
    owner: object
    name: str
    planted: Callable[[Any], object]  # the sound one → the faulty one
    limit: int


def _without_a_rule(grounds: tuple[Any, ...]) -> tuple[Any, ...]:
    """Knowledge without measures is held against every platform, whatever it did."""
    return tuple(replace(g, when=All()) if g.id == "joint-knowledge" else g for g in grounds)


def _deaf(_: object) -> Callable[..., Facts]:
    """Only the cue grammar is heard; what is merely implied is not read."""
    return lambda facts, *_: facts


def _credulous(check_: Callable[..., list[Any]]) -> Callable[..., list[Any]]:
    """Every citation is in force."""
    return lambda *arguments: [replace(c, status="in_force") for c in check_(*arguments)]


def _asleep(_: object) -> Callable[..., guard.Report]:
    """Everything may leave."""
    return lambda *_, **__: guard.Report(0, 0, ())


FAULTS = (
    Fault("a rule without its elements", "verdict", board, "GROUNDS", _without_a_rule, 120),
    Fault("a reader deaf to what is implied", "reading", told, "overlaid", _deaf, 60),
    Fault("every citation in force", "citations", citations, "check", _credulous, 200),
    Fault("a guard asleep before a model that lies", "safety", guard, "check", _asleep, 400),
)


@contextmanager
def planted(fault: Fault) -> Iterator[None]:
    """The fault in place while the block runs."""
    sound = getattr(fault.owner, fault.name)
    setattr(fault.owner, fault.name, fault.planted(sound))
    board.law_of.cache_clear()
    try:
        yield
    finally:
        setattr(fault.owner, fault.name, sound)
        board.law_of.cache_clear()


def noticed(fault: Fault, solver: solvers.Solver, limit: int | None = None) -> list[str]:
    """What `make evals` says of that fault; nothing when it goes unnoticed."""
    sound = _run(fault, solver, limit)
    with planted(fault):
        faulty = _run(fault, solver, limit)
    return check.falls(check.measured(sound), check.measured(faulty))


def _run(fault: Fault, solver: solvers.Solver, limit: int | None) -> list[Json]:
    plan = runner.Plan([find(fault.suite)], limit or fault.limit)
    with tempfile.TemporaryDirectory() as folder:
        return runner.run(plan, solver, Path(folder), lambda *_: None)


def main() -> None:
    """A line a fault."""
    with tempfile.TemporaryDirectory() as data:
        solver = check.as_shipped(Path(data))
        found: Mapping[str, list[str]] = {fault.what: noticed(fault, solver) for fault in FAULTS}
    for what, lines in found.items():
        print(f"{'seen' if lines else 'NOT SEEN':9} {what}: {'; '.join(lines)}")
    if not all(found.values()):
        sys.exit(1)


if __name__ == "__main__":
    main()
