"""`make million`: a million rows through `anbao batch`: how fast, in what memory, and whether any is lost.

`python -m evals.million [ROWS] [STORIES] [FOLDER]`: so many rows are stories of `evals/scenarios`, spread
evenly; the others are refused at once, for an audience that there is not, so that they cost only what the
command itself does: reading, the way to the processes and back, writing. Each format is read once and written
once. Half way the command and its processes are killed with -9; it is begun again, and then once more with
nothing left to do.
"""

import csv
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

from assistant import batch, decisions
from assistant.store import Database
from evals import stories

WAYS = ((".jsonl", ".csv"), (".csv", ".parquet"), (".parquet", ".jsonl"))
ENDS: Mapping[str, bytes] = {".jsonl": b"}\n", ".csv": b",.\r\n"}  # of a row that is written
STEPS = 6  # at which memory is told, over a run
PAUSE = 0.5  # seconds between looks at it


# ---- the rows
def rows(many: int, told: int) -> Iterator[batch.Json]:
    """So many rows, `told` of them stories; no two texts are the same."""
    texts = [story.turns for _, story in stories.every(("s", "t", "u"))]
    every = many // told
    for number in range(many):
        *turns, last = texts[number // every % len(texts)]
        row = {"id": f"r{number:07}", "turns": [*turns, f"{last} （{number}）"], "audience": "consumer"}
        yield row if number % every == 0 and number < told * every else row | {"audience": "nobody"}


def write(file: Path, all_: Iterator[batch.Json]) -> None:
    """The rows as a file of its format."""
    if file.suffix == ".jsonl":
        with file.open("w", encoding="utf-8") as out:
            out.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in all_)
    elif file.suffix == ".csv":
        with file.open("w", encoding="utf-8", newline="") as out:
            table = csv.writer(out)
            table.writerow(("id", "turns", "audience"))
            table.writerows((row["id"], json.dumps(row["turns"]), row["audience"]) for row in all_)
    else:
        _write_parquet(file, all_)


def _write_parquet(file: Path, all_: Iterator[batch.Json]) -> None:
    """In one group of rows, as other programs write it: the hardest to read a few at a time."""
    import pyarrow
    from pyarrow import parquet

    text, parts = pyarrow.string(), []
    schema = pyarrow.schema([("id", text), ("turns", pyarrow.list_(text)), ("audience", text)])
    while part := list(islice(all_, 10_000)):
        parts.append(pyarrow.Table.from_pylist(part, schema))
    table = pyarrow.concat_tables(parts)
    parquet.write_table(table, file, row_group_size=table.num_rows)


# ---- the command
@dataclass
class Written:
    """The rows in a file as it grows; each look reads on where the last one ended."""

    file: Path
    rows: int = 0
    at: int = 0

    def look(self) -> int:
        """How many there are now."""
        if self.file.suffix == ".parquet":
            self.rows = batch.PART * len(list(self.file.glob("part-*.parquet")))
        elif self.file.exists():
            with self.file.open("rb") as held:
                held.seek(self.at)
                new, end = held.read(), ENDS[self.file.suffix]
            whole = new.rfind(end) + len(end) if end in new else 0
            self.rows, self.at = self.rows + new[:whole].count(end), self.at + whole
        return self.rows


@dataclass
class Run:
    """One run of the command; `memory`: rows written, MB of the command, MB of its processes."""

    before: int  # rows that were written by earlier runs
    rows: int = 0
    seconds: float = 0
    memory: list[tuple[int, int, int]] = field(default_factory=list)
    began: float = 0  # seconds until it wrote the first row

    def __str__(self) -> str:
        new, busy = self.rows - self.before, max(self.seconds - self.began, PAUSE)
        pace = f", {new / busy:.0f} a second from second {self.began:.0f} on" if new else ""
        seen = [m for m in self.memory if m[0] > self.before] or self.memory
        steps = [seen[(len(seen) - 1) * n // (STEPS - 1)] for n in range(STEPS)]
        memory = ", ".join(f"{mb} {others}" for _, mb, others in steps)
        return f"{new:7} rows in {self.seconds:.0f} s{pace}; MB of the command, its processes: {memory}"


def run(source: Path, target: Path, data: Path, stop_at: int = 0) -> Run:
    """Run the command; with `stop_at` kill it and its processes when so many rows are written."""
    command = [sys.executable, "-m", "assistant.cli", "batch", str(source), str(target)]
    written, start = Written(target), time.perf_counter()
    found = Run(written.look())
    environment = {**os.environ, "ANBAO_DATA": str(data)}
    with subprocess.Popen(command, env=environment, start_new_session=True) as process:
        while process.poll() is None and not (stop_at and found.rows >= stop_at):
            time.sleep(PAUSE)
            found.rows, found.seconds = written.look(), time.perf_counter() - start
            found.began = found.began or found.seconds * (found.rows > found.before)
            found.memory.append((found.rows, *_memory(process.pid)))
        if stop_at:
            with suppress(ProcessLookupError):  # it has ended
                os.killpg(process.pid, signal.SIGKILL)
        elif process.returncode:
            raise SystemExit(f"the command failed with {process.returncode}")
    found.rows = written.look()
    return found


def _memory(process: int) -> tuple[int, int]:
    """Megabytes that a process holds, and that those it started hold together."""
    try:
        children = Path(f"/proc/{process}/task/{process}/children").read_text(encoding="utf-8").split()
        return _held(process), sum(_held(int(child)) for child in children)
    except OSError:  # it has ended
        return 0, 0


def _held(process: int) -> int:
    status = Path(f"/proc/{process}/status").read_text(encoding="utf-8").splitlines()
    return sum(int(line.split()[1]) >> 10 for line in status if line.startswith("VmRSS"))


# ---- what must be so
def problems(target: Path, many: int, told: int) -> list[str]:
    """What is not as it should be in a file that is done; an empty list is what is wanted."""
    number = answers = 0
    for number, row, _ in batch.rows(target):
        row = row or {}
        if row.get("id") != f"r{(number - 2 if target.suffix == '.csv' else number - 1):07}":
            return [f"row {number} of {target.name} is {row.get('id')}"]
        answers += bool(row.get("reply"))
    seen = number - (target.suffix == ".csv")
    return [f"{target.name} has {seen} rows and {answers} answers"] * ((seen, answers) != (many, told))


def main(
    many: int = 1_000_000, told: int = 500, where: str | None = None,
    ways: Sequence[tuple[str, str]] = WAYS, data: Path | None = None,
) -> int:  # fmt: skip
    """Print the figures; returns how many problems there are. `data`: a data folder that has an index."""
    found: list[str] = []
    with tempfile.TemporaryDirectory(prefix="anbao-million-", dir=where) as folder:
        data = data or Path(folder) / "data"
        for came, goes in ways:
            source, target = Path(folder) / f"in{came}", Path(folder) / f"out{goes}"
            write(source, rows(many, told))
            size = source.stat().st_size >> 20
            print(f"{many} rows, {told} of them stories, from {came} ({size} MB) to {goes}", flush=True)
            for name, stop_at in (("killed", many // 2), ("continued", 0), ("done", 0)):
                print(f"  {name:9} {run(source, target, data, stop_at)}", flush=True)
            found += problems(target, many, told)
        store = Database(f"sqlite:///{data / 'anbao.sqlite'}")
        chain = decisions.verify(store)
        store.close()
    found += [chain.problem] if chain.problem else []
    print("\n".join(found) or f"every row is there once, in order; {chain.entries} decisions kept")
    return len(found)


if __name__ == "__main__":
    count, some, where = (*sys.argv[1:], *("1000000", "500", "")[len(sys.argv) - 1 :])
    sys.exit(1 if main(int(count), int(some), where or None) else 0)
