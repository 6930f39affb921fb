"""`python -m evals.intents [FILE]`: who is given a person, and what is taken for a question of law.

{"id": "w-003", "lang": "zh", "message": "有没有值班的人啊，我要说话", "intent": "hand_off"}
`messages-2.jsonl` was written by a hand that had not seen the words of corpus/intents.yaml, and nothing
learnt from it; the thresholds of `assistant.intent` were chosen with its figures in sight. Column `words`: by
the words alone.
"""

import json
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from assistant.facts import Facts
from assistant.graph import Assistant
from evals.stories import FOLDER

MESSAGES = FOLDER / "messages-2.jsonl"
Row = Mapping[str, str]


@dataclass(frozen=True)
class Figure:
    """How many of the messages it concerns were taken so, by the words alone and with the encoder."""

    name: str
    of: int
    words: int
    now: int


def messages(file: Path = MESSAGES) -> list[Row]:
    """The rows of a file of messages."""
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines() if line.strip()]


def figures(assistant: Assistant, rows: Sequence[Row]) -> list[Figure]:
    """What came of the messages, each the first of its conversation."""
    words = [_taken(assistant.intents.wants_a_person(r["message"]), _by_words(assistant, r)) for r in rows]
    now = [_taken(assistant.wants_a_person(r["message"]), _intent(assistant, r)) for r in rows]
    return [
        Figure(name, sum(map(concerned, rows)), *(
            sum(took == as_ for took, row in zip(all_, rows, strict=True) if concerned(row))
            for all_ in (words, now)))
        for name, as_, concerned in CLASSES
    ]  # fmt: skip


def _by_words(assistant: Assistant, row: Row) -> str:
    stated = assistant.reader.read(row["message"])
    return assistant.intents.of(row["message"], stated, Facts(assistant.declared))


def _intent(assistant: Assistant, row: Row) -> str:
    state = {"message": row["message"], "memory": assistant.start(), "lang": row["lang"]}
    return str(assistant.understand(state)["intent"])  # type: ignore[arg-type]


def _taken(reason: str, intent: str) -> str:
    """One of asked, grave (self-harm too), or the intent."""
    return "grave" if reason in ("grave", "self_harm") else reason or intent


def _kind(row: Row) -> str:
    return row.get("kind", row["intent"])


CLASSES: Sequence[tuple[str, str, Callable[[Row], bool]]] = (
    ("asks for a person, given one", "asked", lambda row: _kind(row) == "hand_off"),
    ("sounds like it, given one", "asked", lambda row: _kind(row) == "not_hand_off_but_close"),
    ("asks for none, given one", "asked", lambda row: row["intent"] != "hand_off"),
    ("grave, given one at once", "grave", lambda row: _kind(row) == "grave"),
    ("not grave, taken for it", "grave", lambda row: _kind(row) != "grave"),
    ("question of law, taken for one", "law_question", lambda row: row["intent"] == "law_question"),
    ("complaint, taken for one", "complaint",
     lambda row: row["intent"] == "complaint" and _kind(row) != "grave"),
)  # fmt: skip


def main() -> None:
    """Print the figures, of the even numbers too, as earlier figures were."""
    from assistant import graph
    from assistant.settings import Settings

    rows = messages(Path(sys.argv[1]) if sys.argv[1:] else MESSAGES)
    assistant = graph.build(Settings.from_environment())
    for title, some in (("all", rows), ("even numbers", [r for r in rows if not int(r["id"][2:]) % 2])):
        print(f"{title}: {len(some)} messages{'':15}words   now    of")
        for figure in figures(assistant, some):
            print(f"  {figure.name:36} {figure.words:5} {figure.now:5} {figure.of:5}")


if __name__ == "__main__":
    main()
