"""What `anbao eval` does, apart from reading the command line."""

import json
from collections.abc import Callable, Sequence
from pathlib import Path

from assistant.settings import Settings
from evals import benchmarks, figures, own, report, runner, solvers
from evals.suite import SUITES, Json, NoSuite, Suite, find


def load(solver: str, settings: Settings, chat: str | None) -> solvers.Solver:
    """What is put to the suites. Raises NoSuite, and what building an assistant raises."""
    return solvers.load(solver, settings, chat)


def run(
    suites: Sequence[Suite], solver: solvers.Solver, limit: int | None, repeat: int, out: Path,
    progress: Callable[[str, int, int], object],
) -> str:  # fmt: skip
    """Run the suites, write the reports, say the figures. Raises NoSuite, BadCases and OtherRun."""
    wanted = {suite.name for suite in suites}
    rows = runner.run(runner.Plan(suites, limit, repeat), solver, out, progress)
    found = report.summary(runner.head(solver), [row for row in rows if row["suite"] in wanted])
    file = report.write(out, found)
    return _aligned([report.HEADINGS, *report.table(found)]) + f"\nreport: {file}"


def chosen(
    names: Sequence[str], solver: solvers.Solver, cases: Path | None = None, benchmark: str | None = None
) -> list[Suite]:
    """The suites of these names, or all that this solver can be put to, or the cases of a file.

    `benchmark`: the file is of that public benchmark. Raises NoSuite and BadCases.
    """
    if benchmark and not cases:
        raise NoSuite("--benchmark wants --cases FILE: your copy of it")
    if cases:
        if names:
            raise NoSuite(f"--cases is a suite of its own; run {', '.join(names)} apart")
        return [benchmarks.suite(benchmark, cases) if benchmark else own.suite(cases)]
    if names:
        return [find(name) for name in dict.fromkeys(names)]
    return [suite for suite in map(find, SUITES) if solver.name == "assistant" or not suite.inside]


def compare(a: Path, b: Path) -> str:
    """Compare two runs case by case; the report of B then shows it too. Raises NoSuite."""
    before, after = _read(a), _read(b)
    shared = [name for name in after if name in before]
    found = [figures.compare(name, before[name], after[name]) for name in shared]
    differences = [one for one in found if one]
    if not differences:
        raise NoSuite(f"{a} and {b} have no case in common")
    head = json.loads((b / runner.HEAD).read_text(encoding="utf-8"))
    rows = [row for name in after for row in after[name]]
    file = report.write(b, report.summary(head, rows), differences)
    lines = _aligned([report.COMPARED, *map(report.compared, differences)])
    return f"{lines}\n* beyond chance at 5 % (McNemar's exact test)\nreport: {file}"


def _read(folder: Path) -> dict[str, list[Json]]:
    """The rows of a run by suite. Raises NoSuite."""
    if not (folder / runner.HEAD).is_file():
        raise NoSuite(f"{folder} holds no run; wanted a folder that `anbao eval --out` wrote")
    found: dict[str, list[Json]] = {}
    for row in runner.rows(folder):
        found.setdefault(row["suite"], []).append(row)
    return found


def _aligned(rows: Sequence[Sequence[str]]) -> str:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "\n".join(
        "  ".join(cell.ljust(w) for cell, w in zip(row, widths, strict=True)).rstrip() for row in rows
    )
