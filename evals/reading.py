"""`python -m evals.reading [AUTHOR …] [--misses FILE]`: the suite `reading` over whole files of stories.

A line an author: right form from the gold facts (the rules alone) and from the story (reading and rules),
precision and recall of facts, “yes” and “no” that are not in the gold, F1 of duties. Where stories are told
in several wordings, a second line says how many of those get one verdict. Without names: the development
authors. `--misses` writes the rows that are not right; of locked files there are none.
"""

import argparse
import json
from collections import Counter
from collections.abc import Sequence
from itertools import combinations
from pathlib import Path

from assistant.graph import Assistant
from assistant.law import Library
from assistant.settings import Settings
from evals import runner, stories, story_cases
from evals.solvers import Ours
from evals.suite import Case, Json
from evals.suites import reading

_COLUMNS = ("rules", "form", "precision", "recall", "wrong yes", "wrong no", "duty f1")
HEAD = f"{'author':9} {'n':>5} " + " ".join(f"{name:>9}" for name in _COLUMNS)


def reader() -> Ours:
    """An assistant that only reads and decides: no index is opened."""
    settings = Settings()
    return Ours(Assistant(settings, Library(settings.corpus), None, None))  # type: ignore[arg-type]


def scored(solver: Ours, case: Case) -> Json:
    """The row of one story. Raises RuntimeError where it could not be read: a table has no gaps."""
    row = runner.answered(reading.SUITE, solver, case)
    if "error" in row:
        raise RuntimeError(f"{case.id} could not be read: {row['error']}")
    return row


def line(name: str, rows: Sequence[Json]) -> str:
    """One row of the table."""
    found, right = share(rows, "duties found"), share(rows, "duties right")
    named = (reading.RULES, "form", "facts right", "facts found")
    wrong = [1 - share(rows, part) for part in ("yes right", "no right")]
    figures = [*(share(rows, part) for part in named), *wrong, 2 * found * right / (found + right or 1)]
    return f"{name:9} {len(rows):5} " + " ".join(f"{figure:9.3f}" for figure in figures)


def alike(rows: Sequence[Json]) -> str:
    """How far the wordings of one story get one verdict."""
    told: dict[str, list[str]] = {}
    for row in rows:
        told.setdefault(row["group"], []).append(row["pair"][1])
    pairs = [one == other for forms in told.values() for one, other in combinations(forms, 2)]
    most = sum(Counter(forms).most_common(1)[0][1] for forms in told.values())
    whole = sum(len(set(forms)) == 1 for forms in told.values())
    return (f"  {most} of {len(rows)} wordings get the verdict that most of their story get, {sum(pairs)} of "
            f"{len(pairs)} pairs the same, {whole} of {len(told)} stories one alone")  # fmt: skip


def share(rows: Sequence[Json], part: str) -> float:
    """A part's share over all rows."""
    counts = [row["parts"].get(part, (0, 0)) for row in rows]
    return float(sum(right for right, _ in counts) / max(1, sum(of for _, of in counts)))


def main() -> None:
    """Print the table."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("authors", nargs="*", default=list(stories.DEVELOPMENT))
    options.add_argument("--misses", type=Path)
    chosen = options.parse_args()
    solver, misses = reader(), list[Json]()
    print(HEAD)
    for author in chosen.authors:
        rows = [scored(solver, case) for case in story_cases.cases([author])]
        print(line(author, rows), flush=True)
        if author in stories.RETOLD:
            print(alike(rows), flush=True)
        misses += [row for row in rows if "why" in row]
    if chosen.misses:
        text = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in misses)
        chosen.misses.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
