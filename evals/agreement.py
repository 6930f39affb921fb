"""`python -m evals.agreement [AUTHOR …]`: how far people agree on what a locked story tells, and the reader.

`evals/scenarios/marks.jsonl` has what two more people marked in the locked stories, from the words alone,
without sight of the author's marks, of each other's or of what the reader reads:
{"id": "c-001", "by": "first", "facts": {"took_measures": "no"}}
A line each pair: F1 over yes/no and choice facts. Then the reader against what two of the three marked.

`judged.jsonl` is nearer the truth, for everybody overlooks something: whatever one of the three marked or the
reader read, and not all three had alike, was judged by another person who did not know whose it was:
{"id": "ba-001", "told": {"took_measures": ["no"], "subject": ["food", "infant_product"]}}
"""

import json
import sys
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from itertools import combinations

from assistant.facts import Declarations, Facts, closed, from_json, plain
from evals import stories, story_cases
from evals.reading import reader
from evals.suites import reading

FILE = stories.FOLDER / "marks.jsonl"
JUDGED = stories.FOLDER / "judged.jsonl"
PEOPLE = ("author", "first", "second")
Marks = Mapping[str, str]  # fact → plain value


def marked(ids: Iterable[str]) -> dict[str, dict[str, Marks]]:
    """What the two marked in each of these stories: person → story → marks."""
    wanted = set(ids)
    found: dict[str, dict[str, Marks]] = {name: {} for name in PEOPLE[1:]}
    for line in FILE.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        if row["id"] in wanted:
            found[row["by"]][row["id"]] = row["facts"]
    return found


def judged(ids: Iterable[str]) -> dict[str, Mapping[str, Sequence[str]]]:
    """What these stories tell, as judged: story → fact → the values that fit; of others nothing."""
    rows = map(json.loads, JUDGED.read_text(encoding="utf-8").splitlines())
    found = {row["id"]: row["told"] for row in rows}
    return {story: found[story] for story in ids if story in found}


def as_marks(told: Mapping[str, Sequence[str]], said: Facts) -> Marks:
    """What was judged, as marks: of several values that fit, the one that was said."""
    return {name: str(plain(said[name])) if plain(said[name]) in values else values[0]
            for name, values in told.items()}  # fmt: skip


def counted(facts: Mapping[str, object], declared: Declarations) -> Marks:
    """The marks that are compared: yes/no and choices."""
    return {n: str(v) for n, v in facts.items() if story_cases.counts(n, declared)}


def agreement(one: Sequence[Marks], other: Sequence[Marks]) -> float:
    """F1 of two people's marks of the same stories."""
    same = sum(b.get(name) == value for a, b in zip(one, other, strict=True) for name, value in a.items())
    return 2 * same / (sum(map(len, one)) + sum(map(len, other)) or 1)


def majority(votes: Sequence[Marks]) -> Marks:
    """What at least two marked alike."""
    cast = Counter((name, value) for marks in votes for name, value in marks.items())
    return {name: value for (name, value), count in cast.items() if count > 1}


def against(said: Sequence[Facts], gold: Sequence[Marks], declared: Declarations) -> str:
    """The reader beside marks: precision, recall, and wrong yes and no by what was said and by marks.

    `opposite` are those of them where the marks have the other value.
    """
    right: Counter[str] = Counter()
    of: Counter[str] = Counter()
    opposite: Counter[bool] = Counter()
    for facts, marks in zip(said, gold, strict=True):
        told = from_json(declared, marks)
        _, parts, _ = story_cases.fact_parts(told, facts)
        for name, (good, all_) in parts.items():
            right[name], of[name] = right[name] + int(good), of[name] + int(all_)
        opposite.update(f.value for n, f in facts.known.items() if f.source in ("stated", "corrected")
                        and isinstance(f.value, bool) and closed(told)[n] is (not f.value))  # fmt: skip
    count = max(1, of["facts found"])
    lines = [f"precision {right['facts right'] / max(1, of['facts right']):.3f}",
             f"recall {right['facts found'] / count:.3f}"]  # fmt: skip
    for value in ("yes", "no"):
        said_so = of[f"{value} right"]
        wrong = said_so - right[f"{value} right"]
        lines.append(f"wrong {value} {wrong / max(1, said_so):.3f} of those said, {wrong / count:.3f} per "
                     f"fact told (opposite {opposite[value == 'yes'] / count:.3f})")  # fmt: skip
    return ", ".join(lines)


def main() -> None:
    """Print the agreement of each pair, then the reader's, for each locked file or those named."""
    solver = reader()
    declared = solver.assistant.declared
    for author in sys.argv[1:] or stories.LOCKED:
        cases = story_cases.cases([author])
        others = marked(case.id for case in cases)
        said = [story_cases.read_facts(reading.answer(solver, case)["facts"], declared) for case in cases]
        by = {name: [counted(rows[case.id], declared) for case in cases] for name, rows in others.items()}
        by["author"] = [counted(case.gold["facts"], declared) for case in cases]
        by["reader"] = [
            counted({n: plain(f.value) for n, f in facts.known.items()}, declared) for facts in said
        ]
        for one, other in combinations((*PEOPLE, "reader"), 2):
            print(f"{author} {one:7} {other:7} {agreement(by[one], by[other]):.3f}")
        agreed = [majority(votes) for votes in zip(*(by[name] for name in PEOPLE), strict=True)]
        print(f"{author} reader against what two of three marked: {against(said, agreed, declared)}")
        told = judged(case.id for case in cases)
        if told:
            marks = [as_marks(told[case.id], facts) for case, facts in zip(cases, said, strict=True)]
            print(f"{author} reader against what was judged: {against(said, marks, declared)}", flush=True)


if __name__ == "__main__":
    main()
