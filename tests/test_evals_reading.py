"""The table of reading by author, and what thresholds make of a kept reading."""

import json
from dataclasses import replace

import numpy as np
import pytest

from assistant import told
from assistant.facts import from_json
from evals import agreement, judge_reader, reading, stories, story_cases
from evals.suites.reading import RULES, SUITE


@pytest.fixture(scope="module")
def solver():
    return reading.reader()


def row(**parts):
    return {"parts": parts}


def test_a_line_has_the_shares_over_all_rows():
    rows = [row(**{RULES: (1, 1), "form": (1, 1), "facts right": (3, 4), "facts found": (1, 2), "yes right": (1, 4),
                   "no right": (1, 1), "duties found": (1, 2), "duties right": (1, 1)}),
            row(**{RULES: (1, 1), "form": (0, 1), "facts right": (1, 4), "yes right": (1, 4), "duties found": (0, 0),
                   "duties right": (0, 1)})]  # fmt: skip
    figures = reading.line("x", rows).split()
    assert figures == ["x", "2", "1.000", "0.500", "0.500", "0.500", "0.750", "0.000", "0.500"]
    assert len(reading.HEAD.split()) - 3 == len(figures)  # three headings are of two words


def test_duties_are_held_against_what_the_rules_find_on_the_gold_facts(solver):
    case = next(c for c in story_cases.cases(["w"]) if c.kind == "joint")
    said = SUITE.answer(solver, case)
    found = SUITE.score(solver, case, said)
    assert found.parts[RULES] == (True, 1)
    assert found.parts["duties right"][1] == len(said["duties"]) > 0
    nothing = SUITE.score(solver, case, {**said, "duties": {}})
    assert nothing.parts["duties found"][0] == 0 < nothing.parts["duties found"][1]


def test_of_locked_stories_there_are_figures_and_no_words(solver):
    rows = [reading.scored(solver, case) for case in story_cases.cases(["c"])[:3]]
    assert all(row["parts"][RULES] and "why" not in row and "given" not in row for row in rows)


def test_thresholds_change_what_a_kept_reading_says(tmp_path, monkeypatch, capsys):
    cases = [c for c in story_cases.cases(["w"]) if c.lang == "zh"][:4]
    slots = {"took_measures": ["yes", "no"], "intent": ["complaint"]}
    kept = np.zeros((len(cases), len(slots), 4), np.float32)
    kept[:, 0, 1] = 0.55  # measures were taken, with a chance of 0.55, whatever is told
    kept[:, 1, 1] = 1
    np.savez(tmp_path / "held.npz", ids=np.array([c.id for c in cases]), held=kept)
    for number in (1, 2):
        np.savez(tmp_path / f"weights-{number}.npz", slots=np.array(json.dumps(slots)))
    for name in ("SURE_YES", "SURE_NO", "SURE_CHOICE"):
        monkeypatch.setattr(told, name, getattr(told, name))
    monkeypatch.setattr("sys.argv", ["judge_reader", str(tmp_path), "0.5/0.5/0.5", "0.6/0.6/0.5"])
    judge_reader.main()
    head, *lines = capsys.readouterr().out.splitlines()
    assert head == reading.HEAD
    assert [line.split()[1] for line in lines] == ["4", "4"]
    precision = [float(line.split()[4]) for line in lines]
    assert precision[0] != precision[1]


def test_wordings_of_a_story_are_compared_with_each_other():
    said = {"n-001": ("joint", "joint", "none"), "n-002": ("direct", "direct", "direct")}
    rows = [{"group": story, "pair": ("joint", form)} for story, forms in said.items() for form in forms]
    assert reading.alike(rows) == (
        "  5 of 6 wordings get the verdict that most of their story get, 4 of 6 pairs the same, 1 of 2 stories one alone"
    )


def test_a_story_that_cannot_be_read_leaves_no_gap_in_the_table(solver):
    case = story_cases.cases(["w"])[0]
    with pytest.raises(RuntimeError, match=f"{case.id} could not be read: TypeError"):
        reading.scored(solver, replace(case, given={**case.given, "turns": [None]}))


def test_marks_are_of_locked_stories_and_facts_that_there_are(solver):
    declared = solver.assistant.declared
    ids = {case.id for case in story_cases.cases(stories.LOCKED)}
    people = agreement.marked(ids)
    assert [set(rows) for rows in people.values()] == [ids, ids]
    for rows in people.values():
        for facts in rows.values():
            assert from_json(declared, facts).known.keys() == facts.keys()


def test_people_agree_by_the_same_value_of_the_same_fact(solver):
    yes, no, both = {"knew": "yes"}, {"knew": "no"}, {"knew": "yes", "took_measures": "no"}
    assert agreement.agreement([yes], [yes]) == 1
    assert agreement.agreement([yes], [no]) == 0
    assert agreement.agreement([both], [yes]) == pytest.approx(2 / 3)
    assert agreement.majority([both, yes, no]) == yes
    declared = solver.assistant.declared
    said = [from_json(declared, {"knew": "yes", "kept_records": "no"})]
    assert agreement.against(said, [{"knew": "yes"}], declared) == (
        "precision 0.500, recall 1.000, wrong yes 0.000 of those said, 0.000 per fact told (opposite 0.000), "
        "wrong no 1.000 of those said, 1.000 per fact told (opposite 0.000)"
    )
    assert "wrong yes 1.000 of those said, 1.000 per fact told (opposite 1.000)" in agreement.against(
        [from_json(declared, {"knew": "yes"})], [{"knew": "no"}], declared
    )


def test_what_was_judged_is_of_locked_stories_and_facts_and_values_that_there_are(solver):
    declared = solver.assistant.declared
    cases = story_cases.cases(stories.LOCKED)
    told = agreement.judged(case.id for case in cases)
    assert {case.source for case in cases if case.id in told} == {"ba", "bb"}
    assert len(told) == 180
    for facts in told.values():
        for name, values in facts.items():
            assert all(from_json(declared, {name: value}).known for value in values)
            assert not {"yes", "no"} <= set(values), name


def test_of_values_that_fit_alike_the_one_that_was_said_counts(solver):
    declared, told = solver.assistant.declared, {"subject": ["drug", "food"], "knew": ["yes"]}
    marks = [agreement.as_marks(told, from_json(declared, said)) for said in ({"subject": "food"}, {})]
    assert marks == [{"subject": "food", "knew": "yes"}, {"subject": "drug", "knew": "yes"}]
