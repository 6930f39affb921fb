"""Inspect AI's own command on every suite: its logs hold our values, and its viewer opens them."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from evals import runner, solvers
from evals.suite import SUITES, find

ROOT = Path(__file__).parent.parent
INSPECT = Path(sys.prefix) / "inspect/bin/inspect"
LIMIT = 2


def inspect(assistant, *arguments: object) -> subprocess.CompletedProcess[str]:
    """Run `inspect` on this tree, over the index of the assistant that is built already."""
    assert INSPECT.exists(), "Inspect AI is missing: make test sets it up"
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "ANBAO_DATA": str(assistant.settings.data),
                   "ANBAO_CHAT": "offline", "INSPECT_LOG_FORMAT": "json"}  # fmt: skip
    return subprocess.run([str(INSPECT), *map(str, arguments)], cwd=ROOT, env=environment, check=False,
                          capture_output=True, text=True, timeout=500)  # fmt: skip


@pytest.fixture(scope="module")
def logs(assistant, tmp_path_factory):
    """The folder of logs of one run of every suite."""
    folder = tmp_path_factory.mktemp("logs")
    ran = inspect(assistant, "eval", "evals/inspected.py", "--model", "none", "--limit", LIMIT,
                  "--display", "none", "--log-dir", folder)  # fmt: skip
    assert ran.returncode == 0, ran.stderr[-2000:]
    return folder


@pytest.fixture(scope="module")
def by_suite(logs):
    """The log of each suite."""
    read = [json.loads(file.read_text(encoding="utf-8")) for file in logs.glob("*.json")]
    return {log["eval"]["task"]: log for log in read}


def test_every_suite_is_a_task_and_none_is_left_out(by_suite):
    assert set(by_suite) == set(SUITES)


@pytest.mark.parametrize("name", SUITES)
def test_a_suite_under_inspect_scores_as_it_does_under_anbao_eval(name, by_suite, assistant):
    log, suite, ours = by_suite[name], find(name), solvers.Ours(assistant)
    assert log["status"] == "success"
    cases = {case.id: case for case in suite.cases(ours)}
    theirs = {one["id"]: one["scores"]["right"]["value"] for one in log["samples"]}
    assert len(theirs) == LIMIT
    assert not any(cases[i].locked for i in theirs)
    assert theirs == {i: runner.answered(suite, ours, cases[i])["value"] for i in theirs}


def test_a_log_has_the_words_the_gold_and_what_is_behind_the_score(by_suite):
    one = by_suite["reading"]["samples"][0]
    assert one["input"] == "\n\n".join(one["metadata"]["case"]["given"]["turns"])
    assert json.loads(one["target"])["facts"]
    assert one["scores"]["right"]["metadata"]["parts"]["facts found"]


def test_the_viewer_opens_the_logs(assistant, logs, tmp_path):
    ran = inspect(assistant, "view", "bundle", "--log-dir", logs, "--output-dir", tmp_path / "site")
    assert ran.returncode == 0, ran.stderr[-2000:]
    assert (tmp_path / "site/index.html").is_file()
    assert len([f for f in (tmp_path / "site/logs").glob("*.json") if "_" in f.name]) == len(SUITES)


def test_who_cannot_look_inside_is_refused(assistant, tmp_path):
    ran = inspect(assistant, "eval", "evals/inspected.py@answers", "-T", "by=bare", "--model", "none",
                  "--display", "plain", "--log-dir", tmp_path)  # fmt: skip
    assert ran.returncode != 0
    assert "wants a chat model" in " ".join((ran.stdout + ran.stderr).split())
