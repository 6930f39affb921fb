"""The model reader: a chat model marks what a story tells, beside the offline reader, never against it.

What the model marks counts only where the words it was read from stand in the story, where the offline
reader knows nothing of that fact, and where the encoder finds the value at least possible: so a model
that lies can tip a doubtful fact, but neither invent one nor take one away. What would make it another form
of liability is not taken at all (`graph`). A model that fails or stalls leaves the offline reading as it is.
"""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from assistant.agent import fenced, prompt
from assistant.chat import ModelFailed, Turn, kind_of
from assistant.encoder import Reading
from assistant.facts import Declaration, Declarations, FactError, Facts, Lang
from assistant.masking import masked
from assistant.read import fold, tidied

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel
    from langchain_core.runnables import RunnableConfig

POSSIBLE = 0.2  # the least probability the encoder must give a value that only the model reads
SHARE = 0.5  # of the turn's time: the explanation needs the rest
STORY = 6000  # characters of one call; a longer story is read in pieces
PIECES = 3
EVIDENCE = 120  # characters of the user's words kept beside a fact


@dataclass(frozen=True)
class Mark:
    """One fact as the model marks it: a declared name, the value as it wrote it, words of the story."""

    name: str
    value: str
    evidence: str


def marks(turn: Turn, text: str, declared: Declarations, folder: Path, lang: Lang) -> list[Mark]:
    """What the model marks in the story, unchecked; raises ModelFailed where it answers no piece of it."""
    pieces = _pieces(text)
    found: list[Mark] = []
    failure: ModelFailed | None = None
    for number, piece in enumerate(pieces):
        try:
            found += _asked(turn, piece, declared, folder, lang, SHARE / (len(pieces) - number))
        except ModelFailed as error:
            failure = error
    if failure and not found:
        raise failure
    return found


def _pieces(text: str) -> list[str]:
    """The story in pieces a context holds: the beginning, and of an endless one the end."""
    pieces = [text[at : at + STORY] for at in range(0, len(text), STORY)]
    return pieces if len(pieces) <= PIECES else [*pieces[: PIECES - 1], text[-STORY:]]


def _asked(turn: Turn, story: str, declared: Declarations, folder: Path, lang: Lang,
           share: float) -> list[Mark]:  # fmt: skip
    listed = "\n".join(f"- {d.name} ({_values(d)}): {d.text[lang]}" for d in declared.values())
    asked = prompt(folder, "read", lang, facts=listed, story=fenced(masked(story)))
    return _parsed(turn.run(lambda config: _written(turn.model, asked, _schema(declared), config), share))


async def _written(model: "BaseChatModel", asked: str, schema: dict[str, object],
                   config: "RunnableConfig") -> str:  # fmt: skip
    """The answer to the schema, or, of a model or server that takes no schema, to the prompt alone."""
    try:
        structured = model.with_structured_output(schema, method="json_schema", include_raw=True)
        answer: Any = await structured.ainvoke(asked, config)
        return str(answer["raw"].text)
    except Exception as error:
        if kind_of(error) not in ("request", "no_answer", "NotImplementedError"):
            raise
    return str((await model.ainvoke(asked, config)).text)


def _values(declared: Declaration) -> str:
    kinds = {"yes_no": "yes/no", "choice": "/".join(declared.choices), "date": "YYYY-MM-DD"}
    return kinds.get(declared.kind, "number")


def _schema(declared: Declarations) -> dict[str, object]:
    """JSON schema of the answer, which servers that can enforce while the model writes."""
    text = {"type": "string"}
    row = {"type": "object", "additionalProperties": False, "required": ["name", "value", "evidence"],
           "properties": {"name": {"type": "string", "enum": list(declared)}, "value": text,
                          "evidence": text}}  # fmt: skip
    return {"title": "Facts", "type": "object", "additionalProperties": False, "required": ["facts"],
            "properties": {"facts": {"type": "array", "items": row}}}  # fmt: skip


def _parsed(written: str) -> list[Mark]:
    """The marks in what the model wrote; of a broken answer those that are whole."""
    found = []
    for row in re.findall(r"\{[^{}]*\}", written):
        try:
            mark = json.loads(row)
        except ValueError:
            continue
        if isinstance(mark, dict) and all(
            isinstance(mark.get(k), str) for k in ("name", "value", "evidence")
        ):
            found.append(Mark(mark["name"], mark["value"], mark["evidence"]))
    return found


def taken(facts: Facts, found: Iterable[Mark], text: str, readings: Mapping[str, Reading]) -> Facts:
    """`facts` with the marks that hold (see above), each with the user's own words as evidence."""
    folded = fold(text)
    for mark in found:
        declared = facts.declared.get(mark.name)
        if declared is None or mark.name in facts or mark.name in facts.asked:
            continue
        start = folded.find(fold(mark.evidence.strip()))
        words = text[start : start + len(mark.evidence.strip())][:EVIDENCE]
        if start < 0 or len(words) < 2 or not _possible(declared, mark.value, words, readings):
            continue
        try:
            facts = facts.with_(mark.name, mark.value, "stated", words)
        except FactError:
            continue
    return tidied(facts)


def _possible(declared: Declaration, value: str, words: str, readings: Mapping[str, Reading]) -> bool:
    if declared.kind in ("yes_no", "choice"):
        reading = readings.get(declared.name)
        return reading is not None and reading.values.get(value, 0.0) >= POSSIBLE
    digits = re.sub(r"[,，\s]", "", fold(words))
    return declared.kind != "date" and value.removesuffix(".0") in digits  # dates are the cue grammar's
