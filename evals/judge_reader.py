"""`python -m evals.judge_reader OUT [YES/NO/CHOICE …]`: what thresholds make of a fitted reader.

OUT is `evals.train_reader`'s folder: its `held.npz` has what the reader reads of stories by authors it
never saw. One line for each setting of the three thresholds, as `evals.reading` prints it.
"""

import json
import sys
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from assistant import told
from assistant.encoder import Reading
from assistant.intent import CALLED
from evals import stories, story_cases
from evals.reading import HEAD, line, reader, scored
from evals.suite import Case

SETTINGS = ("0.5/0.6/0.5", "0.5/0.5/0.5", "0.4/0.5/0.4", "0.6/0.7/0.5", "0.5/0.7/0.5", "0.35/0.5/0.4")


class Table:
    """Stands in for the encoder: the kept reading of the story at hand, whatever the turn."""

    def __init__(self, folder: Path, slots: Mapping[str, Sequence[str]]) -> None:
        kept = np.load(folder / "held.npz")
        self.by_id = dict(zip(kept["ids"].tolist(), kept["held"].astype(np.float32), strict=True))
        self.slots, self.story = slots, ""

    def read(self, text: str, cues: Mapping[str, str]) -> dict[str, Reading]:  # noqa: ARG002
        chances = self.by_id[self.story]
        found = {
            name: Reading({v: float(chances[i, 1 + o]) for o, v in enumerate(values)}, 0, len(text))
            for i, (name, values) in enumerate(self.slots.items())
        }
        return {**found, "call": Reading(dict.fromkeys(CALLED, 0.0), 0, 0)}  # nobody asks for a person


def judged(folder: Path) -> list[Case]:
    """The stories the folder has readings of."""
    ids = set(np.load(folder / "held.npz")["ids"].tolist())
    return [case for case in story_cases.cases((*stories.DEVELOPMENT, *stories.UNTRAINED)) if case.id in ids]


def main() -> None:
    """OUT [YES/NO/CHOICE …]"""
    if len(sys.argv) < 2:
        raise SystemExit(
            "wanted the folder of a fitted reader: python -m evals.judge_reader OUT [0.5/0.6/0.5 …]"
        )
    folder = Path(sys.argv[1])
    solver = reader()
    assistant: Any = solver.assistant
    weights = np.load(folder / "weights-1.npz"), np.load(folder / "weights-2.npz")
    slots = json.loads(str(next(w["slots"] for w in weights if "slots" in w.files)))
    assistant.trained = table = Table(folder, slots)
    assistant.reader.read = cache(assistant.reader.read)
    cases = judged(folder)
    print(HEAD)
    for setting in sys.argv[2:] or SETTINGS:
        told.SURE_YES, told.SURE_NO, told.SURE_CHOICE = map(float, setting.split("/"))
        rows = []
        for case in cases:
            table.story = case.id
            rows.append(scored(solver, case))
        print(line(setting, rows), flush=True)


if __name__ == "__main__":
    main()
