"""`anbao batch`: rows from JSON Lines, CSV or Parquet answered on all cores, into any of these; resumes.

Rows are read, answered and written a few at a time, so their number costs no memory but, where a batch goes
on, the ids of those that are done. CSV and Parquet get the columns that a desk sorts by (FLAT) and the whole
answer as JSON. Parquet is written as a folder of parts, as other programs read it, because a file of it
cannot be gone on with. A row that was cut off by a crash is dropped and answered again. pyarrow has its home
here.
"""

import csv
import io
import json
from collections import Counter, deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import suppress
from datetime import date
from functools import cache
from itertools import islice
from multiprocessing import get_context
from pathlib import Path
from typing import TYPE_CHECKING, Any

from assistant import decisions
from assistant.law import LawError
from assistant.settings import Settings

if TYPE_CHECKING:
    from assistant.graph import Assistant

Json = dict[str, Any]
Told = tuple[int, Json | None, str]  # line number, row or None, what is wrong with it
Done = tuple[Json, Json | None]  # the output row, and the decision to be kept
FORMATS = (".jsonl", ".csv", ".parquet")
FLAT = ("id", "lang", "intent", "liability", "decision_id", "ask", "citations", "reply", "error", "answer")
CHUNK = 20  # rows a core takes at a time
PART = 1000  # rows of a part of Parquet
BUFFER = 1 << 20  # bytes of a Parquet column held at a time: a group of rows may be the whole file
CELL = 1 << 27  # bytes of a cell of CSV, at most
_END = "end"  # the last column of CSV: what lacks it was cut off


class BatchRefused(ValueError):
    """A file or a row that cannot be taken, a batch that cannot go on; the message says what was wanted."""


def kind(file: Path) -> str:
    """The format of a file by its name. Raises BatchRefused."""
    end = file.suffix.lower()
    if end not in FORMATS:
        raise BatchRefused(f"a batch is {', '.join(FORMATS)}, got {file.name!r}")
    return end


# ---- in
def rows(file: Path) -> Iterator[Told]:
    """Every row of a file."""
    return _READERS[kind(file)](file)


def todo(told: Iterable[Told], done: Counter[str]) -> Iterator[Json]:
    """The rows not answered yet; one that cannot be read has its problem as what it tells.

    `done`: how many rows of each id were answered, since ids may repeat; what is skipped is taken off.
    """
    for number, row, problem in told:
        row_id = (row or {}).get("id")
        row_id = f"line-{number}" if row_id is None else row_id
        if done[str(row_id)]:
            done[str(row_id)] -= 1
        else:
            yield {**row, "id": row_id} if row is not None else {"id": row_id, "problem": problem}


def lines(file: Path) -> Iterator[Told]:
    """Every row of a file of JSON Lines."""
    with file.open("rb") as lines:
        for number, raw in enumerate(lines, 1):
            if raw.strip():
                yield number, *_object(raw, number)


def _object(raw: bytes, number: int) -> tuple[Json | None, str]:
    try:
        row = json.loads(raw.decode("utf-8"))
    except (UnicodeDecodeError, json.JSONDecodeError) as error:
        return None, f"line {number} is not JSON in UTF-8 ({error})"
    if isinstance(row, dict):
        return row, ""
    return None, f"line {number}: wanted a JSON object, got {type(row).__name__}"


def _cells(file: Path) -> Iterator[Told]:
    """CSV with a header; `turns` is a text or a JSON list of texts; an empty cell is as good as none."""
    csv.field_size_limit(CELL)
    number = 1
    with file.open(encoding="utf-8-sig", newline="") as text:
        try:
            for number, row in enumerate(csv.DictReader(text), 2):
                told: Json = {name: cell for name, cell in row.items() if name and cell}
                if str(told.get("turns", "")).lstrip().startswith("["):
                    with suppress(json.JSONDecodeError):  # a text may begin so too
                        told["turns"] = json.loads(told["turns"])
                yield number, told, ""
        except (UnicodeDecodeError, csv.Error) as error:
            raise BatchRefused(f"{file.name} is not CSV in UTF-8 after row {number} ({error})") from None


def _columns(file: Path, names: Sequence[str] | None = None) -> Iterator[Told]:
    from pyarrow import parquet

    number = 0
    for part in sorted(file.glob("*.parquet")) if file.is_dir() else [file]:
        with parquet.ParquetFile(part, buffer_size=BUFFER) as table:
            for batch in table.iter_batches(PART, columns=names):
                for row in batch.to_pylist():
                    number += 1
                    yield number, {n: _plain(v) for n, v in row.items() if v is not None}, ""


def _plain(value: object) -> object:
    return value.isoformat()[:10] if isinstance(value, date) else value


_READERS = {".jsonl": lines, ".csv": _cells, ".parquet": _columns}


# ---- answering
def answer(assistant: "Assistant", row: Mapping[str, Any]) -> Done:
    """One row answered; a bad one is an output row that says why."""
    if "problem" in row:
        return {"id": row["id"], "error": row["problem"]}, None
    try:
        found = assistant.ask(
            _turns(row.get("turns")), _day(row.get("occurred_on")), row.get("doctrine"),
            _one_of(row, "lang", ("zh", "en")),
            _one_of(row, "audience", ("consumer", "lawyer", "desk")) or "consumer",
        )  # fmt: skip
    except (ValueError, LawError, TypeError) as error:
        return {"id": row["id"], "error": str(error) or type(error).__name__}, None
    kept = decisions.record(found.verdict, assistant.library.version) if found.verdict else None
    return found.to_json(row["id"]), kept


def _turns(turns: object) -> list[str]:
    told = [turns] if isinstance(turns, str) else turns
    if not isinstance(told, list) or not all(isinstance(t, str) for t in told):
        raise BatchRefused(f"turns wants a list of texts, got {told!r:.60}")
    return told


def _day(text: object) -> date | None:
    try:
        return date.fromisoformat(str(text)) if text else None
    except ValueError:
        raise BatchRefused(f"a date looks like 2024-03-15, got {text!r}") from None


def _one_of(row: Mapping[str, Any], name: str, choices: tuple[str, ...]) -> Any:
    value = row.get(name)
    if value not in (None, *choices):
        raise BatchRefused(f"{name} is {' or '.join(choices)}, got {value!r}")
    return value


def answered(todo: Iterable[Json], settings: Settings, jobs: int) -> Iterator[list[Done]]:
    """Every row answered, in order and a few at a time, by processes with an assistant each.

    Raises BatchRefused when one of them is killed.
    """
    coming, waiting = iter(todo), deque[Future[list[Done]]]()
    with ProcessPoolExecutor(jobs, mp_context=get_context("spawn")) as pool:
        while True:
            while len(waiting) < 2 * jobs and (chunk := list(islice(coming, CHUNK))):
                waiting.append(pool.submit(_chunk, settings, chunk))
            if not waiting:
                return
            try:
                yield waiting.popleft().result()
            except BrokenProcessPool:
                raise BatchRefused("a process of the batch was killed, for lack of memory perhaps: "
                                   "begin it again with fewer --jobs, it goes on") from None  # fmt: skip


def _chunk(settings: Settings, chunk: list[Json]) -> list[Done]:
    return [answer(_own(settings), row) for row in chunk]


@cache
def _own(settings: Settings) -> "Assistant":
    """The assistant of a process, built once."""
    from assistant import graph

    return graph.build(settings)


# ---- out
class Sink:
    """Where output rows go; `done`: how many rows of each id an earlier run wrote."""

    def __init__(self, file: Path, as_: str = "") -> None:
        """`as_`: the format where the name does not tell it. Raises BatchRefused."""
        self.file, self.kind = file, as_ or kind(file)
        self._held: list[Json] = []
        if self.kind == ".parquet":
            file.mkdir(exist_ok=True)
            parts = sorted(file.glob("part-*.parquet"))
            self._parts = int(parts[-1].stem.removeprefix("part-")) if parts else 0
            self.done = Counter(str(row.get("id")) for _, row, _ in _columns(file, ["id"]) if row)
        else:
            self._out = file.open("a+b")
            self.done = self._mended()

    def write(self, row: Json) -> None:
        """Write a row; it is on its way to the disk when this returns (of Parquet: each PART rows)."""
        if self.kind != ".parquet":
            self._out.write(self._line(row))
            self._out.flush()
            return
        self._held.append(flat(row))
        if len(self._held) >= PART:
            self._write_part()

    def close(self) -> None:
        """Write what is held back."""
        if self.kind != ".parquet":
            self._out.close()
        elif self._held:
            self._write_part()

    def _line(self, row: Json) -> bytes:
        if self.kind == ".jsonl":
            line = json.dumps(row, ensure_ascii=False) + "\n"
        else:
            line = _cells_of((*flat(row).values(), "."))
            line = line if self._out.tell() else _cells_of((*FLAT, _END)) + line
        return line.encode("utf-8", "backslashreplace")  # as `_text`; in JSON it is the very escape

    def _write_part(self) -> None:
        import pyarrow
        from pyarrow import parquet

        self._parts += 1
        part = self.file / f"part-{self._parts:06}.parquet"
        schema = pyarrow.schema([(name, pyarrow.string()) for name in FLAT])
        parquet.write_table(pyarrow.Table.from_pylist(self._held, schema), part.with_suffix(".half"))
        part.with_suffix(".half").rename(part)
        self._held.clear()

    def _mended(self) -> Counter[str]:
        """The ids in the file; a half-written last row, left by a run that was killed, is dropped."""
        found, whole = Counter[str](), 0
        self._out.seek(0)
        for row_id, end in self._whole(self._out):
            whole = end
            found.update([row_id] if row_id is not None else [])
        self._out.truncate(whole)
        self._out.seek(whole)
        return found

    def _whole(self, raw: Iterable[bytes]) -> Iterator[tuple[str | None, int]]:
        """(id, bytes up to its end) of every whole row; what is no row of ours has no id."""
        seen = 0

        def counted() -> Iterator[bytes]:
            nonlocal seen
            for line in raw:
                seen += len(line)
                yield line

        if self.kind == ".jsonl":
            for line in counted():
                if line.endswith(b"\n"):
                    row, _ = _object(line, 0)
                    yield None if row is None else str(row.get("id")), seen
            return
        csv.field_size_limit(CELL)
        for cells in csv.reader(line.decode("utf-8", "replace") for line in counted()):
            if len(cells) == len(FLAT) + 1 and cells[-1] in (".", _END):
                yield None if cells[-1] == _END else cells[0], seen


def _cells_of(row: Iterable[str]) -> str:
    line = io.StringIO(newline="")
    csv.writer(line).writerow(row)
    return line.getvalue()


def flat(row: Mapping[str, Any]) -> dict[str, str]:
    """An output row as the columns of FLAT, all of them texts."""
    verdict = row.get("verdict") or {}
    columns = {
        **{n: row.get(n) for n in ("id", "lang", "intent", "decision_id", "reply", "error")},
        "liability": verdict.get("liability"), "ask": " ".join(q["fact"] for q in verdict.get("ask", ())),
        "citations": " ".join(c["ref"] for c in row.get("citations", ())),
        "answer": json.dumps(row, ensure_ascii=False),
    }  # fmt: skip
    return {name: "" if columns[name] is None else _text(columns[name]) for name in FLAT}


def _text(value: object) -> str:
    return str(value).encode("utf-8", "backslashreplace").decode()  # half a surrogate pair is no UTF-8
