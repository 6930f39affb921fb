"""The suites as tasks of Inspect AI, for its runner and log viewer (`make inspect` sets it up):

    make inspect SUITE=reading LIMIT=100
    .venv/inspect/bin/inspect eval evals/inspected.py@answers -T by=bare --model none

Inspect AI is no dependency of ours (docs/evals.md says why); this file is the only one that imports it.
Our solver answers and our scorer scores, so that the values are those of `anbao eval`. `by`: who answers,
as `anbao eval --solver`; the chat model is that of ANBAO_CHAT.
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
from evals.suite import Case, Json, find, sample

OURS = "assistant"


@cache
def _subject(by: str) -> solvers.Solver:
    return solvers.load(by, Settings.from_environment())


@solver
def anbao(name: str, by: str = OURS) -> Solver:
    """Answers a sample as the suite of that name does."""
    suite = find(name)

    async def solve(state: TaskState, generate: Generate) -> TaskState:  # noqa: ARG001
        said = await asyncio.to_thread(suite.answer, _subject(by), _case(state))
        state.metadata["said"] = said
        state.output = ModelOutput.from_content(by, str(said.get("reply", _text(said))))
        return state

    return solve


@scorer(metrics=[mean(), stderr()])
def right(name: str, by: str = OURS) -> Scorer:
    """Scores as the suite of that name does."""
    suite = find(name)

    async def score(state: TaskState, target: Target) -> Score:  # noqa: ARG001
        one = suite.score(_subject(by), _case(state), state.metadata["said"])
        parts = {part: list(counts) for part, counts in one.parts.items()}
        return Score(value=float(one.value), explanation=one.why, metadata={"parts": parts})

    return score


def _case(state: TaskState) -> Case:
    return Case(**state.metadata["case"])


def _told(case: Case) -> str:
    """What was told, to be read in the viewer."""
    turns = case.given.get("turns")
    return "\n\n".join(turns) if turns else _text(case.given)


def _text(value: Json) -> str:
    return json.dumps(value, ensure_ascii=False)


def _task(name: str, by: str = OURS) -> Task:
    """Locked cases are left out: Inspect's logs would hold their words."""
    suite, subject = find(name), _subject(by)
    solvers.refuse_inside(suite, subject)
    cases = sample([c for c in suite.cases(subject) if not c.locked], suite.limit)
    samples = [
        Sample(id=case.id, input=_told(case), target=_text(case.gold), metadata={"case": vars(case)})
        for case in cases
    ]  # fmt: skip
    return Task(dataset=samples, solver=anbao(name, by), scorer=right(name, by))


@task
def verdict() -> Task:
    return _task("verdict")


@task
def reading() -> Task:
    return _task("reading")


@task
def answers(by: str = OURS) -> Task:
    return _task("answers", by)


@task
def dialogue() -> Task:
    return _task("dialogue")


@task
def robustness() -> Task:
    return _task("robustness")


@task
def safety(by: str = OURS) -> Task:
    return _task("safety", by)


@task
def retrieval() -> Task:
    return _task("retrieval")


@task
def law_qa(by: str = OURS) -> Task:
    return _task("law_qa", by)


@task
def citations() -> Task:
    return _task("citations")


@task
def decisions(by: str = OURS) -> Task:
    return _task("decisions", by)
