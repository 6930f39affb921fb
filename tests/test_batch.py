"""Batches: any format in and out gives the same answers, a stopped one goes on, several processes keep order."""

import csv
import json
import multiprocessing
import threading
import time
from collections import Counter
from pathlib import Path

import pyarrow
import pytest
from pyarrow import parquet

from assistant import batch

ROWS = [
    {"id": "a", "turns": ["我在平台的店铺买了电热毯，起火把我烧伤了。", "平台一直没有下架，我投诉过。"]},
    {"id": "b", "turns": ["买到假货\n花了89块"], "lang": "en"},
    {"id": "c", "turns": ["x"], "lang": "fr"},
]


def written(file: Path) -> Path:
    """ROWS as a file of that format."""
    if file.suffix == ".jsonl":
        file.write_text("".join(json.dumps(row) + "\n" for row in ROWS), encoding="utf-8")
    elif file.suffix == ".csv":
        with file.open("w", encoding="utf-8-sig", newline="") as out:
            table = csv.DictWriter(out, ["id", "turns", "lang"])
            table.writeheader()
            table.writerows({**row, "turns": json.dumps(row["turns"])} for row in ROWS)
    else:
        parquet.write_table(pyarrow.Table.from_pylist([{"lang": None, **row} for row in ROWS]), file)
    return file


def read(file: Path) -> list[dict[str, object]]:
    return [row for _, row, _ in batch.rows(file) if row]


def run(source: Path, target: Path, assistant, jobs: int = 1) -> batch.Sink:
    sink = batch.Sink(target)
    todo = batch.todo(batch.rows(source), sink.done)
    here = ([batch.answer(assistant, row)] for row in todo)
    for some in batch.answered(todo, assistant.settings, jobs) if jobs > 1 else here:
        for row, _ in some:
            sink.write(row)
    sink.close()
    return sink


@pytest.mark.parametrize("end", batch.FORMATS)
def test_every_format_is_read_alike(tmp_path, end):
    assert read(written(tmp_path / f"in{end}")) == ROWS


@pytest.mark.parametrize("end", [".csv", ".parquet"])
def test_tables_hold_what_a_desk_sorts_by_and_the_whole_answer(assistant, tmp_path, end):
    target = tmp_path / f"out{end}"
    run(written(tmp_path / "in.jsonl"), target, assistant)
    joint, fake, bad = read(target)
    whole = json.loads(str(joint["answer"]))
    assert (joint["id"], joint["liability"], whole["verdict"]["liability"]) == ("a", "joint", "joint")
    assert whole["reply"] == joint["reply"]
    assert "电子商务法#38.1" in str(joint["citations"])
    assert fake["lang"] == "en"
    assert bad["error"] == "lang is zh or en, got 'fr'"


@pytest.mark.parametrize("end", batch.FORMATS)
def test_a_batch_that_was_stopped_goes_on_and_a_row_cut_off_is_done_again(assistant, tmp_path, end):
    source, target = written(tmp_path / "in.jsonl"), tmp_path / f"out{end}"
    run(source, target, assistant)
    whole = read(target)
    if end == ".parquet":
        (target / "part-000002.half").write_bytes(b"PAR1")
    else:
        held = target.read_bytes()
        target.write_bytes(held[: held.rindex(b"fr") - 3])  # in the midst of the last row
        held = batch.Sink(target)
        held.close()
        assert held.done == Counter("ab")
    run(source, target, assistant)
    again = read(target)
    assert [row["id"] for row in again] == ["a", "b", "c"]
    assert [row.get("reply") for row in again] == [row.get("reply") for row in whole]


def test_parquet_is_written_in_parts_as_it_goes(assistant, tmp_path, monkeypatch):
    monkeypatch.setattr(batch, "PART", 2)
    run(written(tmp_path / "in.jsonl"), tmp_path / "out.parquet", assistant)
    assert [p.name for p in sorted((tmp_path / "out.parquet").iterdir())] == [
        "part-000001.parquet", "part-000002.parquet",
    ]  # fmt: skip


def test_several_processes_answer_in_order_and_alike(assistant, tmp_path, monkeypatch):
    monkeypatch.setattr(batch, "CHUNK", 1)
    monkeypatch.setenv("OMP_NUM_THREADS", "1")  # as the command does: a core for each
    source = written(tmp_path / "in.jsonl")
    run(source, tmp_path / "one.jsonl", assistant)
    run(source, tmp_path / "two.jsonl", assistant, jobs=2)
    one, two = ([{**row, "seconds": 0} for row in read(tmp_path / f"{n}.jsonl")] for n in ("one", "two"))
    assert one == two


def test_another_format_is_refused(tmp_path):
    with pytest.raises(batch.BatchRefused, match=r"a batch is \.jsonl, \.csv, \.parquet, got 'in\.xlsx'"):
        batch.Sink(tmp_path / "in.xlsx")


def test_ids_that_repeat_are_each_answered_once_also_when_it_goes_on(tmp_path):
    source, target = tmp_path / "in.csv", tmp_path / "out.csv"
    source.write_text("id,turns\na,1\nb,2\na,3\n,4\na,5\n", encoding="utf-8")
    for wanted in (["1"], ["2", "3"], ["4", "5"], []):
        sink = batch.Sink(target)
        left = [(row["id"], row["turns"]) for row in batch.todo(batch.rows(source), sink.done)]
        assert [turns for _, turns in left[: len(wanted)]] == wanted
        for row_id, turns in left[: len(wanted)]:
            sink.write({"id": row_id, "reply": turns})
        sink.close()
    assert [row["reply"] for row in read(target)] == ["1", "2", "3", "4", "5"]
    assert [row["id"] for row in read(target)] == ["a", "b", "a", "line-5", "a"]


@pytest.mark.parametrize("end", batch.FORMATS)
def test_half_a_character_in_an_id_stops_nothing(tmp_path, end):
    sink = batch.Sink(tmp_path / f"out{end}")
    for row_id in ("\ud83d", "b"):
        sink.write({"id": row_id, "error": "x"})
    sink.close()
    assert [row["id"] for row in read(sink.file)][1] == "b"


def test_parts_that_were_taken_away_are_not_written_over(tmp_path, monkeypatch):
    monkeypatch.setattr(batch, "PART", 1)
    for row_id in "ab":
        sink = batch.Sink(tmp_path / "out.parquet")
        sink.write({"id": row_id})
    (tmp_path / "out.parquet" / "part-000001.parquet").unlink()
    sink = batch.Sink(tmp_path / "out.parquet")
    sink.write({"id": "c"})
    assert [row["id"] for row in read(sink.file)] == ["b", "c"]


@pytest.mark.parametrize(("encoding", "text"), [("gbk", "a,买到假货"), ("utf-8", 'a,1\nb,"' + "x" * 2000)])
def test_what_is_no_csv_in_utf8_is_refused_with_the_place(tmp_path, monkeypatch, encoding, text):
    monkeypatch.setattr(batch, "CELL", 1000)
    (tmp_path / "in.csv").write_text(f"id,turns\n{text}\n", encoding=encoding)
    with pytest.raises(batch.BatchRefused, match=r"in\.csv is not CSV in UTF-8 after row [12] "):
        list(batch.rows(tmp_path / "in.csv"))


def test_a_process_that_is_killed_ends_the_batch_with_what_to_do(assistant):
    def kill() -> None:
        while not (processes := multiprocessing.active_children()):
            time.sleep(0.01)
        for process in processes:
            process.kill()

    killer = threading.Thread(target=kill)
    killer.start()
    with pytest.raises(batch.BatchRefused, match="fewer --jobs, it goes on"):
        list(batch.answered(iter(ROWS), assistant.settings, 2))
    killer.join()
