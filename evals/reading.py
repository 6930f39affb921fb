"""`python -m evals.reading [AUTHOR …]`: stories read offline, against their gold facts and form.

One line an author: right form from gold facts (the rules alone) and from the story (reading and
rules), precision and recall of facts, wrong "yes", false "no", duties. Locked files are only scored:
no story, no miss of theirs is ever printed.
"""

import json
import sys
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from assistant.facts import Facts, closed, plain
from assistant.graph import Assistant
from assistant.law import Library
from assistant.settings import Settings
from assistant.verdict import Verdict, assess
from evals import stories
from evals.stories import Story


@dataclass
class Score:
    """Counts over stories."""

    stories: int = 0
    by_rules: int = 0
    by_reading: int = 0
    told: int = 0
    found: int = 0
    stated: int = 0
    right: int = 0
    wrong_yes: int = 0
    stated_yes: int = 0
    false_no: int = 0
    stated_no: int = 0
    duties: Counter[str] = field(default_factory=Counter)
    misses: list[dict[str, object]] = field(default_factory=list)
    confusion: Counter[tuple[str, str]] = field(default_factory=Counter)

    @property
    def duty_f1(self) -> float:
        """Over duties breached or fulfilled."""
        d = self.duties
        return 2 * d["right"] / max(1, d["gold"] + d["said"])

    def line(self, name: str) -> str:
        """One row of the report."""
        n = max(1, self.stories)
        return (
            f"{name:9} {self.stories:5} {self.by_rules / n:9.3f} {self.by_reading / n:9.3f} "
            f"{self.right / max(1, self.stated):9.3f} {self.found / max(1, self.told):9.3f} "
            f"{self.wrong_yes / max(1, self.stated_yes):9.3f} {self.false_no / max(1, self.stated_no):9.3f} "
            f"{self.duty_f1:9.3f}"
        )


_COLUMNS = ("rules", "form", "precision", "recall", "wrong yes", "wrong no", "duty f1")
HEAD = f"{'author':9} {'n':>5} " + " ".join(f"{name:>9}" for name in _COLUMNS)


def answered(assistant: Assistant, story: Story) -> tuple[Facts, Verdict | None]:
    """Facts and verdict after the last turn, without writing a reply."""
    memory, verdict = assistant.start(story.occurred_on), None
    for turn in story.turns:
        facts, verdict, memory = assistant.heard(turn, memory)
    return facts, verdict


def score(assistant: Assistant, told: Iterable[Story], total: Score) -> None:
    """Add these stories to the counts."""
    library = assistant.library
    for story in told:
        gold = story.gold(assistant.declared)
        right = assess(gold, library.in_force, library.as_of)
        facts, verdict = answered(assistant, story)
        said = verdict.liability if verdict else "out_of_scope"
        total.stories += 1
        total.by_rules += story.liability in (right.liability, "out_of_scope")
        total.by_reading += said == story.liability
        total.confusion[story.liability, said] += 1
        whole = closed(gold)
        missed = []
        for name, fact in gold.known.items():
            if assistant.declared[name].kind in ("yes_no", "choice") and name != "deal_on_platform":
                total.told += 1
                if facts[name] == fact.value or closed(facts)[name] == fact.value:
                    total.found += 1
                else:
                    missed.append(f"{name}={plain(fact.value)} read {plain(facts[name])}")
        wrong = []
        for name, fact in facts.known.items():
            if assistant.declared[name].kind not in ("yes_no", "choice") or name == "deal_on_platform":
                continue
            if fact.source not in ("stated", "corrected"):
                continue
            good = whole[name] == fact.value
            total.stated += 1
            total.right += good
            if isinstance(fact.value, bool):
                total.stated_yes += fact.value
                total.stated_no += not fact.value
                total.wrong_yes += fact.value and whole[name] is not True
                total.false_no += not fact.value and whole[name] is not False
            if not good:
                wrong.append(f"{name}={plain(fact.value)} “{fact.evidence[:40]}”")
        if verdict:
            gold_duties = {
                d.duty.code: d.status for d in right.duties if d.status in ("breached", "fulfilled")
            }
            read = {d.duty.code: d.status for d in verdict.duties if d.status in ("breached", "fulfilled")}
            total.duties["gold"] += len(gold_duties)
            total.duties["said"] += len(read)
            total.duties["right"] += sum(gold_duties.get(k) == v for k, v in read.items())
        if said != story.liability:
            total.misses.append({"id": story.id, "gold": story.liability, "said": said, "missed": missed,
                                 "wrong": wrong, "text": story.text})  # fmt: skip


def _duties(verdict: Verdict) -> dict[str, str]:
    return {d.duty.code: d.status for d in verdict.duties if d.status in ("breached", "fulfilled")}


def main() -> None:
    """Print the table; with `--misses FILE`, write the misses of development stories."""
    arguments = sys.argv[1:]
    file = Path(arguments.pop(arguments.index("--misses") + 1)) if "--misses" in arguments else None
    authors = [a for a in arguments if not a.startswith("--")] or list(stories.DEVELOPMENT)
    settings = Settings()
    assistant = Assistant(settings, Library(settings.corpus), None, None)  # type: ignore[arg-type]
    print(HEAD)
    misses: list[dict[str, object]] = []
    whole = Score()
    for author in authors:
        one = Score()
        score(assistant, stories.load(author), one)
        print(one.line(author), flush=True)
        if author not in stories.LOCKED:
            misses += one.misses
            whole.confusion += one.confusion
    for (gold, said), count in whole.confusion.most_common():
        if gold != said:
            print(f"  {gold} → {said}: {count}")
    if file:
        file.write_text("\n".join(json.dumps(m, ensure_ascii=False) for m in misses) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
