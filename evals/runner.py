"""Run suites into a folder, a row a case as it is answered, so that a run that was stopped goes on.

`rows.jsonl` holds the rows, `run.json` what was run on what. A folder is gone on with only by the same
solver, model, code and corpus; more cases, suites or repeats are added to it.
"""

import hashlib
import json
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import assistant as package
from evals.solvers import Solver, refuse_inside
from evals.suite import SEED, Case, Json, Score, Suite, sample

ROWS, HEAD = "rows.jsonl", "run.json"


class OtherRun(ValueError):
    """The folder holds a run of something else."""


@dataclass(frozen=True)
class Plan:
    """What to run. `limit`: cases a suite at most; None: each suite's own, 0: all."""

    suites: Sequence[Suite]
    limit: int | None = None
    repeat: int = 1

    def cases(self, suite: Suite, solver: Solver) -> list[Case]:
        """The cases of one suite that are run."""
        limit = suite.limit if self.limit is None else self.limit or None
        return sample(suite.cases(solver), limit)


def run(plan: Plan, solver: Solver, out: Path, progress: Callable[[str, int, int], object]) -> list[Json]:
    """Answer and score what is not yet in the folder, and return all its rows.

    `progress` is told the suite, how many are done and of how many. Raises NoSuite and OtherRun.
    """
    for suite in plan.suites:
        refuse_inside(suite, solver)
    out.mkdir(parents=True, exist_ok=True)
    _claim(out, head(solver))
    kept = rows(out)
    done = {(row["suite"], row["case"], row["repeat"]) for row in kept}
    with (out / ROWS).open("a", encoding="utf-8") as file:
        for suite in plan.suites:
            todo = [(case, n) for n in range(plan.repeat) for case in plan.cases(suite, solver)]
            for at, (case, repeat) in enumerate(todo, 1):
                if (suite.name, case.id, repeat) not in done:
                    row = {"suite": suite.name, "repeat": repeat, **answered(suite, solver, case)}
                    file.write(json.dumps(row, ensure_ascii=False) + "\n")
                    file.flush()
                    kept.append(row)
                progress(suite.name, at, len(todo))
    return kept


def answered(suite: Suite, solver: Solver, case: Case) -> Json:
    """One row: the score, and of a failure what was given and answered. Of a locked case only figures."""
    began = time.perf_counter()
    said: Json = {}
    error = ""
    try:
        said = suite.answer(solver, case)
    except Exception as failure:  # a provider may raise anything; the run goes on and the row says so
        error = type(failure).__name__
    seconds = time.perf_counter() - began
    score = suite.score(solver, case, said) if not error else Score(0, abstained=True, why=f"failed: {error}")
    row: Json = {
        "case": case.id, "lang": case.lang, "kind": case.kind, "source": case.source, "group": case.group,
        "locked": case.locked, "value": float(score.value), "abstained": score.abstained,
        "parts": {name: [float(right), float(of)] for name, (right, of) in score.parts.items()},
        "pair": score.pair, "seconds": round(seconds, 4),
    }  # fmt: skip
    row |= {"error": error} if error else {}
    row |= {"usage": said["usage"]} if said.get("usage") else {}
    if score.why and not case.locked:
        row |= {"why": score.why, "given": case.given, "gold": case.gold, "said": said}
    return row


def head(solver: Solver) -> Json:
    """What makes two rows comparable: solver, model, code, corpus, seed."""
    settings = solver.assistant.settings
    chat = getattr(getattr(solver, "model", None), "model_name", settings.chat)
    return {"solver": solver.name, "chat": str(chat), "version": package.__version__, "code": _code(),
            "corpus": solver.assistant.library.version, "seed": SEED}  # fmt: skip


def _code() -> str:
    """A hash of the program and the suites."""
    digest = hashlib.sha256()
    for folder in (Path(package.__file__).parent, Path(__file__).parent):
        for file in sorted(folder.rglob("*.py")):
            digest.update(file.relative_to(folder).as_posix().encode() + b"\0" + file.read_bytes())
    return digest.hexdigest()[:12]


def _claim(out: Path, wanted: Json) -> None:
    file = out / HEAD
    if not file.exists():
        file.write_text(json.dumps(wanted, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
        return
    held = json.loads(file.read_text(encoding="utf-8"))
    other = [f"{name} {held.get(name)!r}, now {value!r}" for name, value in wanted.items()
             if held.get(name) != value]  # fmt: skip
    if other:
        raise OtherRun(f"{out} holds a run with {'; '.join(other)}: choose another --out, or delete it")


def rows(out: Path) -> list[Json]:
    """The rows of a folder, each once; a line cut off by a kill, and rows that failed, are left out."""
    file = out / ROWS
    if not file.exists():
        return []
    text = file.read_text(encoding="utf-8")
    if not text.endswith("\n"):
        text = text[: text.rfind("\n") + 1]
        file.write_text(text, encoding="utf-8")
    found = {(row["suite"], row["case"], row["repeat"]): row for row in _read(text)}
    return [row for row in found.values() if "error" not in row]


def _read(text: str) -> Iterator[Json]:
    for line in text.splitlines():
        if line.strip():
            yield json.loads(line)
