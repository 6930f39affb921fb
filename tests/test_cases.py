"""Situations a lawyer can read, one file per family of grounds or duties in tests/cases/.

A case states facts (`asked`: what the user was asked and could not answer) and what follows: `grounds` and
`duties` their status, `liability` the headline, `scope` and `contested` of a ground, `standard` of a duty,
`cites` all that a ground or duty cites, in order, `basis` and `duty_basis` some of it, `without` and
`duty_without` beginnings of references not cited, `lenses` the headline by doctrine, `certain` and
`possible` the strict readings. Facts not written are unknown. The table of rules says which cases there
must be: a new row without its cases fails.
"""

from collections import Counter
from pathlib import Path

import pytest
import yaml

from assistant.doctrines import ARTICLE_OWN
from assistant.facts import declarations, from_json
from assistant.law import Library
from assistant.rules import DUTIES, GROUNDS
from assistant.settings import bundled
from assistant.verdict import Verdict, assess

LIBRARY = Library(bundled("corpus"))
DECLARED = declarations(bundled("corpus") / "facts.yaml")
FILES = {file.stem: yaml.safe_load(file.read_text(encoding="utf-8"))
         for file in sorted((Path(__file__).parent / "cases").glob("*.yaml"))
         if file.stem != "reading"}  # fmt: skip
CASES = [case for cases in FILES.values() for case in cases]
AT_LEAST = 3


def judged(case: dict, doctrine: str | None = None) -> Verdict:
    facts = from_json(DECLARED, case["facts"]).with_asked(case.get("asked", ()))
    return assess(facts, LIBRARY.in_force, LIBRARY.as_of, doctrine)


def outcome(case: dict) -> dict[str, object]:
    """What the case says, as the rules have it."""
    verdict = judged(case)
    grounds = {g.ground.id: g for g in verdict.grounds}
    duties = {d.duty.code: d for d in verdict.duties}
    cited = {ref for g in verdict.established for ref in g.basis}
    found: dict[str, object] = {
        "grounds": {name: grounds[name].status for name in case.get("grounds", ())},
        "duties": {name: duties[name].status for name in case.get("duties", ())},
        "scope": {name: grounds[name].scope for name in case.get("scope", ())},
        "standard": {name: duties[name].standard for name in case.get("standard", ())},
        "basis": {name: [ref for ref in refs if ref in grounds[name].basis]
                  for name, refs in case.get("basis", {}).items()},
        "cites": {name: list(grounds[name].basis if name in grounds else duties[name].basis)
                  for name in case.get("cites", ())},
        "duty_basis": {name: [ref for ref in refs if ref in duties[name].basis]
                       for name, refs in case.get("duty_basis", {}).items()},
        "duty_without": {name: [start for start in starts
                                if not any(ref.startswith(start) for ref in duties[name].basis)]
                         for name, starts in case.get("duty_without", {}).items()},
        "contested": {name: list(grounds[name].contested) for name in case.get("contested", ())},
        "without": [start for start in case.get("without", ())
                    if not any(ref.startswith(start) for ref in cited)],
        "lenses": {school: judged(case, school).liability for school in case.get("lenses", ())},
        "liability": verdict.liability, "statutory_wording": verdict.statutory_wording,
        "certain": verdict.certain, "possible": list(verdict.possible),
        "law_as_of": verdict.law_as_of, "asks_first": next(iter(verdict.asks), None),
    }  # fmt: skip
    return {key: found[key] for key in case if key not in ("name", "facts", "asked")}


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_situation(case):
    assert outcome(case) == {k: v for k, v in case.items() if k not in ("name", "facts", "asked")}


def test_every_situation_has_its_own_name_and_its_own_facts_and_says_something():
    assert [name for name, n in Counter(case["name"] for case in CASES).items() if n > 1] == []
    assert [case["name"] for case in CASES if set(case) <= {"name", "facts", "asked"}] == []


@pytest.mark.parametrize("file", FILES)
def test_a_file_of_situations_can_be_read_in_one_sitting(file):
    assert len(FILES[file]) <= 60


@pytest.mark.parametrize("status", ["established", "excluded", "undecided"])
@pytest.mark.parametrize("ground", [g.id for g in GROUNDS])
def test_every_ground_has_three_situations_of_each_kind(ground, status):
    kinds = {"undecided": ("open", "unproved", "not_engaged")}.get(status, (status,))
    found = [case["name"] for case in CASES if case.get("grounds", {}).get(ground) in kinds]
    assert len(found) >= AT_LEAST, f"{ground} {status}: add situations to tests/cases/, found {found}"


@pytest.mark.parametrize("status", ["breached", "fulfilled", "unknown", "not_engaged"])
@pytest.mark.parametrize("duty", [d.code for d in DUTIES])
def test_every_duty_has_three_situations_of_each_status(duty, status):
    found = [case["name"] for case in CASES if case.get("duties", {}).get(duty) == status]
    assert len(found) >= AT_LEAST, f"{duty} {status}: add situations to tests/cases/, found {found}"


def test_the_lenses_of_a_situation_name_every_other_school():
    from assistant.doctrines import DOCTRINES

    assert all(set(case["lenses"]) == set(DOCTRINES) - {ARTICLE_OWN} for case in CASES if "lenses" in case)
