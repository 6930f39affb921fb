"""A little of `make million`: a batch of stories is killed half way and goes on; every row is there once."""

from pathlib import Path

from assistant.graph import Assistant
from evals import million

ROWS = 40


def test_a_batch_killed_half_way_goes_on_and_every_row_is_there_once(
    assistant: Assistant, tmp_path: Path, capfd
):
    data = assistant.settings.data
    assert million.main(ROWS, ROWS, str(tmp_path), [(".csv", ".jsonl")], data) == 0
    _, killed, continued, done, end = capfd.readouterr().out.splitlines()
    assert ROWS // 2 <= int(killed.split()[1]) < ROWS
    assert int(killed.split()[1]) + int(continued.split()[1]) == ROWS
    assert done.split()[1] == "0"
    assert end.startswith("every row is there once, in order; ")


def test_a_row_that_is_missing_or_out_of_order_is_noticed(tmp_path: Path):
    rows = [{"id": f"r{n:07}", "reply": "x"} for n in (0, 1, 2)]
    for some, wanted in (
        (rows, []), (rows[:2], ["out.jsonl has 2 rows and 2 answers"]),
        (rows[::-1], ["row 1 of out.jsonl is r0000002"]),
    ):  # fmt: skip
        million.write(tmp_path / "out.jsonl", iter(some))
        assert million.problems(tmp_path / "out.jsonl", 3, 3) == wanted
