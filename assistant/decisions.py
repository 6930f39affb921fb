"""Decisions kept on this machine, so that `anbao replay ID` can show one again.

Kept are the facts as values with their sources, never the user's words; the doctrine; and the day the
law was read as of. A decision's id is a hash of these, so keeping one twice changes nothing.
"""

import json
import sqlite3
from collections.abc import Iterable
from contextlib import closing
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from assistant.facts import plain
from assistant.verdict import Verdict

_FILE = "decisions.sqlite"
_TABLE = """create table if not exists decisions (
    id text primary key, facts text not null, asked text not null, doctrine text not null,
    as_of text not null, corpus_version text not null, liability text not null)"""


class NoSuchDecision(ValueError):
    """A decision id that is not kept here."""


@dataclass(frozen=True)
class Decision:
    """What is needed to reach a verdict again: facts as {name: {value, source}}, doctrine, day."""

    id: str
    facts: dict[str, dict[str, str]]
    asked: tuple[str, ...]  # what the user was asked and did not know
    doctrine: str
    as_of: date
    corpus_version: str
    liability: str


def keep(folder: Path, verdicts: Iterable[Verdict], corpus_version: str) -> None:
    """Keep these decisions. Raises OSError where the folder cannot be written."""
    rows = [
        (v.decision_id, json.dumps(_facts(v), sort_keys=True, ensure_ascii=False),
         json.dumps(sorted(v.facts.asked)), v.doctrine.id,
         v.law_as_of.isoformat(), corpus_version, v.liability)
        for v in verdicts
    ]  # fmt: skip
    try:
        with closing(sqlite3.connect(folder / _FILE, timeout=10)) as link, link:
            link.execute(_TABLE)
            link.executemany("insert or ignore into decisions values (?, ?, ?, ?, ?, ?, ?)", rows)
    except sqlite3.Error as error:
        raise OSError(f"decisions cannot be kept in {folder / _FILE}: {error}") from error


def _facts(verdict: Verdict) -> dict[str, dict[str, str]]:
    return {
        name: {"value": plain(fact.value), "source": fact.source}
        for name, fact in verdict.facts.known.items()
        if fact.source in ("stated", "corrected")
    }


def find(folder: Path, wanted: str) -> Decision:
    """The decision of that id, or of the only id that begins so. Raises NoSuchDecision."""
    file = folder / _FILE
    rows: list[tuple[str, ...]] = []
    if file.exists():
        with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as link:
            escaped = wanted.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
            rows = link.execute(
                "select * from decisions where id like ? escape '\\' limit 2", (f"{escaped}%",)
            ).fetchall()
    if len(rows) != 1 or not wanted:
        many = "several decisions begin so" if rows and wanted else "no such decision is kept here"
        raise NoSuchDecision(
            f"decision {wanted!r}: {many}; an id is shown with every answer (decision_id), "
            "and kept on the machine that answered"
        )
    ((found, facts, asked, doctrine, as_of, version, liability),) = rows
    return Decision(found, json.loads(facts), tuple(json.loads(asked)), doctrine,
                    date.fromisoformat(as_of), version, liability)  # fmt: skip
