"""The committed baseline: what counts as a fall, and that planted faults are noticed."""

import json

import pytest

from evals import check, planted, solvers
from evals.suite import SUITES


def rows(values, **parts):
    return [{"suite": "x", "case": f"c{n}", "value": v, "abstained": False, "group": "", "parts": parts}
            for n, v in enumerate(values)]  # fmt: skip


def falls(before, now):
    return check.falls(check.measured(before), check.measured(now))


def test_the_same_figures_are_no_fall():
    assert falls(rows([1] * 20), rows([1] * 20)) == []


def test_one_new_failure_is_noise_and_five_are_not():
    assert falls(rows([1] * 20), rows([0] + [1] * 19)) == []
    assert falls(rows([1] * 20), rows([0] * 5 + [1] * 15)) == [
        "5 of 20 cases got worse, 0 better: c0, c1, c2, c3, c4"
    ]


def test_as_many_better_as_worse_is_no_fall_and_better_is_none():
    assert falls(rows([0] * 8 + [1] * 8), rows([1] * 8 + [0] * 8)) == []
    assert falls(rows([0] * 8), rows([1] * 8)) == []


def test_a_figure_under_the_interval_it_had_is_a_fall():
    found = falls(rows([1] * 50, facts=(9, 10)), rows([1] * 50, facts=(5, 10)))
    assert found == ["facts 50.0 %, was 90.0 %, at least 90.0"]


def test_cases_that_are_new_or_gone_are_not_compared():
    assert falls(rows([1] * 20), rows([1] * 20 + [0] * 9)) == []


def test_the_baseline_holds_every_suite():
    kept = json.loads(check.BASELINE.read_text(encoding="utf-8"))["suites"]
    assert set(kept) == set(SUITES)
    assert all(one["right"] and len(one["figures"]) > 1 for one in kept.values())


ENOUGH = {"verdict": 40, "citations": 40, "reading": 10, "safety": 50}  # cases on which a fault shows


@pytest.mark.parametrize("fault", planted.FAULTS, ids=lambda fault: fault.what)
def test_a_planted_fault_is_noticed_and_taken_out_again(fault, assistant):
    sound = getattr(fault.owner, fault.name)
    assert planted.noticed(fault, solvers.Ours(assistant), limit=ENOUGH[fault.suite])
    assert getattr(fault.owner, fault.name) is sound
