"""Added texts: what a user brought with `anbao corpus add`, kept in the data folder.

One file a text, named by its hash, and one table `added.json` of what they are. A change writes its
files first and replaces the table last, in one rename: a crash at any moment leaves the old corpus.
"""

import hashlib
import json
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

TABLE = "added.json"
FORMAT = 1
KINDS = ("law", "platform_rules")


class AddedProblem(Exception):
    """Added texts that are damaged or cannot be changed; the message says what to do."""


@dataclass(frozen=True)
class Article:
    """One article: its number as in a reference (`38`, `120之一`), its text, the 编章节 it stands in."""

    number: str
    text: str
    place: str = ""


@dataclass(frozen=True)
class Text:
    """One added text: what it is, from when to when it is in force, and its articles.

    `kind` is `law` for an official text, `platform_rules` for a platform's own rules and agreements.
    """

    title: str
    kind: str
    version: str  # the day this wording was promulgated
    in_force_from: date
    in_force_to: date | None
    number: str
    issuer: str
    source: str  # the file's name
    source_hash: str
    articles: tuple[Article, ...]
    preamble: str = ""
    annexes: tuple[tuple[str, str], ...] = ()

    @property
    def name(self) -> str:
        """《title》 of a version, for people."""
        return f"《{self.title}》 ({self.version})"


def load(folder: Path | None) -> list[Text]:
    """Every added text. Raises AddedProblem when one is missing or was changed on disk."""
    return [text_of(folder, row) for row in rows(folder)] if folder else []


def rows(folder: Path | None) -> list[dict[str, Any]]:
    """The table: what each text is, its file and hash. Raises AddedProblem when it is damaged."""
    file = folder / TABLE if folder else None
    if file is None or not file.exists():
        return []
    try:
        table = json.loads(file.read_text(encoding="utf-8"))
        found = table["texts"] if table["format"] == FORMAT else None
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise AddedProblem(
            f"{file} is damaged ({type(error).__name__}); delete its folder and add the texts again"
        ) from None
    if not isinstance(found, list):
        raise AddedProblem(
            f"{file} is of another version of anbao; delete its folder and add the texts again"
        )
    return found


def text_of(folder: Path, row: Mapping[str, Any]) -> Text:
    """The text of one row of the table. Raises AddedProblem when it is not as it was added."""
    name = f"《{row.get('title')}》 ({row.get('version')})"
    undo = f"remove it (`anbao corpus remove {row.get('title')}`) and add it again"
    try:
        raw = (folder / row["file"]).read_bytes()
    except (OSError, KeyError, TypeError) as error:
        raise AddedProblem(f"the added text {name} cannot be read ({type(error).__name__}); {undo}") from None
    if hashlib.sha256(raw).hexdigest() != row.get("sha256"):
        raise AddedProblem(f"the added text {name} is not as it was added; {undo}")
    try:
        body = json.loads(raw)
        return Text(
            row["title"], row["kind"], row["version"], date.fromisoformat(row["in_force_from"]),
            date.fromisoformat(row["in_force_to"]) if row["in_force_to"] else None,
            row["number"], row["issuer"], row["source"], row["source_hash"],
            tuple(Article(*fields) for fields in body["articles"]), body["preamble"],
            tuple((title, text) for title, text in body["annexes"]),
        )  # fmt: skip
    except (KeyError, TypeError, ValueError) as error:
        raise AddedProblem(f"the added text {name} has not the expected shape ({error}); {undo}") from None


def save(folder: Path, texts: Sequence[Text]) -> None:
    """Add texts, each in place of an earlier one of the same title and version."""
    if not texts:
        return
    with _changing(folder) as table:
        new = [_write(folder, text) for text in texts]
        same = {(row["title"], row["version"]) for row in new}
        kept = [row for row in table if (row["title"], row["version"]) not in same]
        _replace(folder, sorted([*kept, *new], key=lambda row: (row["title"], row["version"])))


def remove(folder: Path, which: Callable[[Mapping[str, Any]], bool]) -> list[dict[str, Any]]:
    """Take out the texts whose rows are `which`; returns those rows."""
    with _changing(folder) as table:
        gone = [row for row in table if which(row)]
        if gone:
            _replace(folder, [row for row in table if row not in gone])
    return gone


@contextmanager
def _changing(folder: Path) -> Iterator[list[dict[str, Any]]]:
    """The table, while no other process changes it."""
    folder.mkdir(parents=True, exist_ok=True)
    try:
        with FileLock(folder / ".lock", timeout=30):
            yield rows(folder)
    except Timeout:
        raise AddedProblem(
            "another `anbao corpus` is changing the added texts; try again when it is done"
        ) from None


def _write(folder: Path, text: Text) -> dict[str, Any]:
    """Write the text's file; returns its row for the table."""
    row = asdict(text)
    body = {name: row.pop(name) for name in ("preamble", "annexes")}
    body["articles"] = [[a["number"], a["text"], a["place"]] for a in row.pop("articles")]
    raw = json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()
    digest = hashlib.sha256(raw).hexdigest()
    name = f"{digest[:24]}.json"
    _put(folder / name, raw)
    dates = {k: row[k].isoformat() if row[k] else None for k in ("in_force_from", "in_force_to")}
    return {**row, **dates, "count": len(text.articles), "file": name, "sha256": digest}


def _replace(folder: Path, table: list[dict[str, Any]]) -> None:
    """The one moment of change; files no row names are swept up after it."""
    raw = json.dumps({"format": FORMAT, "texts": table}, ensure_ascii=False, indent=1)
    _put(folder / TABLE, raw.encode())
    named = {row["file"] for row in table}
    for file in folder.glob("*.json"):
        if file.name not in named and file.name != TABLE:
            file.unlink(missing_ok=True)


def _put(file: Path, data: bytes) -> None:
    """Write a file whole or not at all."""
    part = file.with_suffix(".part")
    with part.open("wb") as out:
        out.write(data)
        out.flush()
        os.fsync(out.fileno())
    part.replace(file)
    folder = os.open(file.parent, os.O_RDONLY)
    try:
        os.fsync(folder)  # the rename itself, too, outlives a loss of power
    finally:
        os.close(folder)
