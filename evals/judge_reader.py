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
from assistant.graph import Assistant
from assistant.law import Library
from assistant.settings import Settings
from evals import stories
from evals.reading import HEAD, Score, score
from evals.stories import Story

SETTINGS = ("0.5/0.6/0.5", "0.5/0.5/0.5", "0.4/0.5/0.4", "0.6/0.7/0.5", "0.5/0.7/0.5", "0.35/0.5/0.4")


class Table:
    """Stands in for the encoder: the kept reading of the story at hand, whatever the turn."""

    def __init__(self, folder: Path, slots: Mapping[str, Sequence[str]]) -> None:
        kept = np.load(folder / "held.npz")
        self.by_id = dict(zip(kept["ids"].tolist(), kept["held"].astype(np.float32), strict=True))
        self.slots, self.story = slots, ""

    def read(self, text: str, cues: Mapping[str, str]) -> dict[str, Reading]:  # noqa: ARG002
        chances = self.by_id[self.story]
        return {
            name: Reading({v: float(chances[i, 1 + o]) for o, v in enumerate(values)}, 0, len(text))
            for i, (name, values) in enumerate(self.slots.items())
        }


def judged(folder: Path) -> list[Story]:
    """The stories the folder has readings of."""
    ids = set(np.load(folder / "held.npz")["ids"].tolist())
    return [s for author in stories.DEVELOPMENT for s in stories.load(author) if s.id in ids]


def main() -> None:
    """OUT [YES/NO/CHOICE …]"""
    if len(sys.argv) < 2:
        raise SystemExit(
            "wanted the folder of a fitted reader: python -m evals.judge_reader OUT [0.5/0.6/0.5 …]"
        )
    folder = Path(sys.argv[1])
    settings = Settings()
    assistant: Any = Assistant(settings, Library(settings.corpus), None, None)  # type: ignore[arg-type]
    weights = np.load(folder / "weights-1.npz"), np.load(folder / "weights-2.npz")
    slots = json.loads(str(next(w["slots"] for w in weights if "slots" in w.files)))
    assistant.trained = table = Table(folder, slots)
    assistant.reader.read = cache(assistant.reader.read)
    told_stories = judged(folder)
    print(HEAD)
    for setting in sys.argv[2:] or SETTINGS:
        told.SURE_YES, told.SURE_NO, told.SURE_CHOICE = map(float, setting.split("/"))
        total = Score()
        for story in told_stories:
            table.story = story.id
            score(assistant, [story], total)
        print(total.line(setting), flush=True)


if __name__ == "__main__":
    main()
