"""The same facts, the same bytes: across processes, hash seeds and the Pythons found on this machine.

The deciding modules need nothing but PyYAML, so other interpreters judge with this one's pure-Python
copy of it and a table of what was in force.
"""

import json
import os
import shutil
import subprocess
import sys
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path

import pytest
import yaml

from assistant.facts import from_json, plain
from assistant.rules import DUTIES, GROUNDS
from assistant.settings import bundled
from assistant.verdict import assess
from tests.test_cases import CASES, DECLARED, LIBRARY

VERSIONS = ("3.11", "3.12", "3.13")
SOME = CASES[::9]

# What each process runs: facts and law in, one line of decision_id and verdict a case out.
JUDGE = """
import json, pathlib, sys
from datetime import date
from assistant.doctrines import DOCTRINES
from assistant.facts import declarations, from_json
from assistant.verdict import assess
told = json.load(sys.stdin)
declared = declarations(pathlib.Path(told["facts_file"]))
spans = {ref: [(a, b) for a, b in rows] for ref, rows in told["law"].items()}
in_force = lambda ref, on: any(a <= on.isoformat() < b for a, b in spans[ref])
as_of = date.fromisoformat(told["as_of"])
for row in told["cases"]:
    for school in DOCTRINES:
        verdict = assess(from_json(declared, row), in_force, as_of, school)
        print(verdict.decision_id, json.dumps(verdict.to_json(), ensure_ascii=False))
"""


def spans(ref: str) -> list[tuple[str, str]]:
    """When it stood, by half months: near enough for a table that all processes share."""
    days = [date(1999, 1, 1) + timedelta(n) for n in range(0, 365 * 30, 15)]
    return [(a.isoformat(), b.isoformat()) for a, b in pairwise(days) if LIBRARY.in_force(ref, a)]


@pytest.fixture(scope="module")
def told() -> str:
    refs = {basis.ref for rule in (*GROUNDS, *DUTIES) for basis in rule.bases}
    cases = [{n: plain(f.value) for n, f in from_json(DECLARED, c["facts"]).known.items()} for c in SOME]
    return json.dumps({
        "cases": cases, "law": {ref: spans(ref) for ref in sorted(refs)}, "as_of": LIBRARY.as_of.isoformat(),
        "facts_file": str(bundled("corpus") / "facts.yaml"),
    })  # fmt: skip


@pytest.fixture(scope="module")
def paths(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A search path that holds the assistant and PyYAML and nothing built for one interpreter."""
    folder = tmp_path_factory.mktemp("pure")
    shutil.copytree(
        Path(yaml.__file__).parent, folder / "yaml", ignore=shutil.ignore_patterns("*.so", "*.pyd")
    )
    return os.pathsep.join([str(folder), str(Path(__file__).parent.parent)])


def environment(paths: str = "", seed: str = "0") -> dict[str, str]:
    """pyenv's stand-ins run only versions that are named."""
    found = {**os.environ, "PYTHONPATH": paths, "PYTHONHASHSEED": seed, "PYTHONUTF8": "1"}
    if shutil.which("pyenv"):
        listed = subprocess.run(["pyenv", "versions", "--bare"], capture_output=True, text=True, check=True)
        found["PYENV_VERSION"] = ":".join(listed.stdout.split())
    return found


def interpreters() -> dict[str, str]:
    """Each wanted version that runs here: version → program."""
    found = {}
    for version in VERSIONS:
        program = shutil.which(f"python{version}")
        code = "import sys; print('%d.%d' % sys.version_info[:2])"
        if program and subprocess.run([program, "-c", code], capture_output=True, text=True, check=False,
                                      env=environment()).stdout.strip() == version:  # fmt: skip
            found[version] = program
    return found


def judged(program: str, told: str, paths: str, seed: str) -> str:
    run = subprocess.run([program, "-c", JUDGE], input=told, capture_output=True, text=True, check=False,
                         encoding="utf-8", env=environment(paths, seed), cwd=paths.split(os.pathsep)[0])  # fmt: skip
    assert run.returncode == 0, run.stderr
    return run.stdout


def test_a_verdict_is_the_same_bytes_in_every_process_hash_seed_and_python(told, paths, capsys):
    found = interpreters()
    runs = {
        (".".join(map(str, sys.version_info[:2])), seed): judged(sys.executable, told, paths, seed)
        for seed in ("0", "1", "4242")
    }
    runs |= {(version, "7"): judged(program, told, paths, "7") for version, program in found.items()}
    missing = sorted(set(VERSIONS) - set(found))
    with capsys.disabled():
        sys.stdout.write(
            f"\nthe same {len(SOME)} verdicts under Python {', '.join(found)}"
            + (f"; not on this machine: {', '.join(missing)}\n" if missing else "\n")
        )
    first, *others = runs.values()
    assert len(first.splitlines()) == len(SOME) * 5
    assert all(other == first for other in others), [k for k, text in runs.items() if text != first]


def test_the_order_in_which_facts_are_told_changes_nothing():
    for case in SOME:
        forth = from_json(DECLARED, case["facts"])
        back = from_json(DECLARED, dict(reversed(case["facts"].items())))
        one, other = (assess(facts, LIBRARY.in_force, LIBRARY.as_of) for facts in (forth, back))
        assert one.to_json() == other.to_json()
        assert one.decision_id == other.decision_id
