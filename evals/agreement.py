"""`python -m evals.agreement`: how far people agree on what a locked story tells, and the reader with them.

`evals/scenarios/marks.jsonl` has what two more people marked in the stories of c and m, from the words alone,
without sight of the author's marks, of each other's or of what the reader reads:
{"id": "c-001", "by": "first", "facts": {"took_measures": "no"}}
A line each pair: F1 over yes/no and choice facts. Then the reader against what two of the three marked.
"""

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from itertools import combinations

from assistant.facts import Declarations, Facts, closed, plain
from evals import stories, story_cases
from evals.reading import reader
from evals.solvers import Ours
from evals.suite import Case

FILE = stories.FOLDER / "marks.jsonl"
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


def read(solver: Ours, case: Case) -> Facts:
    """The facts after the last turn."""
    memory = solver.assistant.start(case.given["occurred_on"])
    for turn in case.given["turns"]:
        facts, _, memory = solver.assistant.heard(turn, memory)
    return facts


def against(said: Sequence[Facts], gold: Sequence[Marks], declared: Declarations) -> str:
    """The reader beside marks: precision, recall, and wrong yes and no by what was said and by marks."""
    count: Counter[str] = Counter()
    for facts, marks in zip(said, gold, strict=True):
        known = Facts(declared)
        for name, value in marks.items():
            known = known.with_(name, value, "stated")
        whole, implied = closed(known), closed(facts)
        told = {n: plain(f.value) for n, f in facts.known.items() if f.source in ("stated", "corrected")}
        for name, value in counted(told, declared).items():
            count["said"] += 1
            count[f"said {value}"] += 1
            wrong = plain(whole[name]) != value
            count["wrong"] += wrong
            count[f"wrong {value}"] += wrong
        count["marks"] += len(marks)
        count["found"] += sum(value in (plain(facts[n]), plain(implied[n])) for n, value in marks.items())
    wrong_of = {v: count[f"wrong {v}"] / max(1, count[f"said {v}"]) for v in ("yes", "no")}
    per_mark = {v: count[f"wrong {v}"] / max(1, count["marks"]) for v in ("yes", "no")}
    return (f"precision {1 - count['wrong'] / max(1, count['said']):.3f}, "
            f"recall {count['found'] / max(1, count['marks']):.3f}; "
            f"wrong yes {wrong_of['yes']:.3f} of yes said, {per_mark['yes']:.3f} per fact told; "
            f"wrong no {wrong_of['no']:.3f}, {per_mark['no']:.3f}")  # fmt: skip


def main() -> None:
    """Print the agreement of each pair, then the reader's, for each locked file."""
    solver = reader()
    declared = solver.assistant.declared
    for author in stories.LOCKED:
        cases = story_cases.cases([author])
        others = marked(case.id for case in cases)
        said = [read(solver, case) for case in cases]
        by = {name: [counted(rows[case.id], declared) for case in cases] for name, rows in others.items()}
        by["author"] = [counted(case.gold["facts"], declared) for case in cases]
        by["reader"] = [
            counted({n: plain(f.value) for n, f in facts.known.items()}, declared) for facts in said
        ]
        for one, other in combinations((*PEOPLE, "reader"), 2):
            print(f"{author} {one:7} {other:7} {agreement(by[one], by[other]):.3f}")
        agreed = [majority(votes) for votes in zip(*(by[name] for name in PEOPLE), strict=True)]
        print(
            f"{author} reader against what two of three marked: {against(said, agreed, declared)}", flush=True
        )


if __name__ == "__main__":
    main()
