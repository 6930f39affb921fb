"""The suites as tasks of Inspect AI, for its runner and log viewer:

    pip install inspect-ai
    inspect eval evals/inspected.py@verdict --model none --limit 50 && inspect view

Inspect AI is no dependency of ours (docs/evals.md says why); this file is the only one that imports it.
Our solver answers and our scorer scores, so that the values are those of `anbao eval`.
"""

import asyncio
import json
from functools import cache

from inspect_ai import Task, task
from inspect_ai.dataset import Sample
from inspect_ai.model import ModelOutput
from inspect_ai.scorer import Score, Scorer, Target, mean, scorer, stderr
from inspect_ai.solver import Generate, Solver, TaskState, solver

from assistant.settings import Settings
from evals import solvers
from evals.suite import Case, Json, Suite, find, sample


@cache
def _subject() -> solvers.Solver:
    return solvers.load("assistant", Settings.from_environment())


@solver
def anbao(name: str) -> Solver:
    """Answers a sample as the suite of that name does."""
    suite = find(name)

    async def solve(state: TaskState, generate: Generate) -> TaskState:  # noqa: ARG001
        said = await asyncio.to_thread(suite.answer, _subject(), _case(state))
        state.metadata["said"] = said
        state.output = ModelOutput.from_content("anbao", _text(said))
        return state

    return solve


@scorer(metrics=[mean(), stderr()])
def right(name: str) -> Scorer:
    """Scores as the suite of that name does."""
    suite = find(name)

    async def score(state: TaskState, target: Target) -> Score:  # noqa: ARG001
        one = suite.score(_subject(), _case(state), state.metadata["said"])
        parts = {part: list(counts) for part, counts in one.parts.items()}
        return Score(value=float(one.value), explanation=one.why, metadata={"parts": parts})

    return score


def _case(state: TaskState) -> Case:
    return Case(**state.metadata["case"])


def _text(value: Json) -> str:
    return json.dumps(value, ensure_ascii=False)


def _task(suite: Suite) -> Task:
    """Locked cases are left out: Inspect's logs would hold their words."""
    cases = sample([c for c in suite.cases(_subject()) if not c.locked], suite.limit)
    samples = [
        Sample(id=case.id, input=_text(case.given), target=_text(case.gold), metadata={"case": vars(case)})
        for case in cases
    ]  # fmt: skip
    return Task(dataset=samples, solver=anbao(suite.name), scorer=right(suite.name))


@task
def verdict() -> Task:
    return _task(find("verdict"))


@task
def reading() -> Task:
    return _task(find("reading"))


@task
def answers() -> Task:
    return _task(find("answers"))


@task
def dialogue() -> Task:
    return _task(find("dialogue"))


@task
def robustness() -> Task:
    return _task(find("robustness"))


@task
def safety() -> Task:
    return _task(find("safety"))


@task
def retrieval() -> Task:
    return _task(find("retrieval"))


@task
def law_qa() -> Task:
    return _task(find("law_qa"))


@task
def citations() -> Task:
    return _task(find("citations"))


@task
def decisions() -> Task:
    return _task(find("decisions"))
