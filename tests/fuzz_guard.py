"""The guard against many drafts: `python -m tests.fuzz_guard [SEED] [EACH]` or `… --drafts FILE`.

Without a file: thousands made from those by hand; prints, by verdict and language, how many honest drafts were
stopped and how many lies got through. With one (rows as in `drafts-2.yaml`): the product reads each story
offline, and every draft in the file is put to the guard; prints the figures and each that went wrong.
"""

import argparse
import random
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from assistant import agent, graph, guard, reply
from assistant.guard import Evidence
from assistant.settings import Settings
from tests import mutations
from tests.test_drafts import DRAFTS, LIBRARY, PAIRS, evidence


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")


# ---- drafts of a file
@dataclass(frozen=True)
class Written:
    """One draft of a file, put to judge and guard. `why`: what is wrong with it, "" where it is honest.

    `left_out`: sentences that the judge left out; a lie of which one was left out has not passed.
    """

    situation: str
    text: str
    why: str
    problems: tuple[str, ...]
    left_out: int

    @property
    def right(self) -> bool:
        return bool(self.problems or self.left_out) if self.why else not self.problems


def evidence_of(assistant: graph.Assistant, row: dict[str, Any]) -> Evidence:
    """What the product lets a draft on this story rest on; says so where its verdict is not the row's."""
    answer = assistant.ask([row["story"]], lang=row["lang"], corrections=row.get("facts"))
    assert answer.verdict, f"{row['situation']}: {answer.intent}, so there is no verdict"
    if answer.verdict.liability != row["liability"]:
        _say(f"{row['situation']}: wanted the verdict {row['liability']}, came {answer.verdict.liability}")
    verdict, claims, rows = answer.verdict, list(answer.remedies), list(answer.payments)
    held = reply.gather(reply.needed(verdict, claims, rows), assistant.library, verdict.law_as_of)
    return agent.evidence(reply.Material(verdict, held, claims, rows, row["lang"]), row["story"])


def written(assistant: graph.Assistant, file: Path) -> Iterator[Written]:
    """Every draft of the file with what the guard finds in it."""
    for row in yaml.safe_load(file.read_text(encoding="utf-8")):
        held = evidence_of(assistant, row)
        told = [(text, "") for text in row["honest"]] + [(lie["text"], lie["why"]) for lie in row["lies"]]
        for text, why in told:
            plain, lang = agent.plain(text), row["lang"]
            _, found, left_out = assistant.judge.examined(plain, held, assistant.library, lang)
            yield Written(row["situation"], text, why, found, left_out)


def of_file(file: Path) -> None:
    with tempfile.TemporaryDirectory() as data:
        drafts = list(written(graph.build(Settings(data=Path(data))), file))
    honest, lies = ([d for d in drafts if bool(d.why) is told] for told in (False, True))
    for draft in (d for d in drafts if not d.right):
        verdict = (
            f"lie passed ({draft.why})" if draft.why else f"honest stopped by {', '.join(draft.problems)}"
        )
        _say(f"{draft.situation}: {verdict}\n    {draft.text!r}")
    passed = sum(d.right for d in honest)
    _say(f"honest passed {passed}/{len(honest)} ({100 * passed / max(1, len(honest)):.1f} %), whole "
         f"{sum(d.right and not d.left_out for d in honest)}, "
         f"lies passed {sum(not d.right for d in lies)}/{len(lies)}")  # fmt: skip


# ---- drafts made by mutation
def made(seed: int, each: int) -> None:
    """`each`: honest drafts, and as many lies, of each verdict and language."""
    began, stopped, passed = time.process_time(), 0, 0
    for form, lang in PAIRS:
        held, draw = evidence(form, lang), random.Random(seed)
        honest = [mutations.honest(DRAFTS[form][lang], lang, draw) for _ in range(each)]
        told = mutations.lies(DRAFTS[form][lang], {str(f) for f in held.forms}, lang, draw)
        lies = [next(told)[1] for _ in range(each)]
        wrongly = sum(bool(guard.check(d, held, LIBRARY, lang).problems) for d in honest)
        through = sum(not guard.check(d, held, LIBRARY, lang).problems for d in lies)
        stopped, passed = stopped + wrongly, passed + through
        _say(f"{form:30} {lang}  honest stopped {wrongly}/{each}  lies through {through}/{each}")
    total, spent = each * len(PAIRS), time.process_time() - began
    _say(
        f"honest stopped {stopped}/{total}, lies through {passed}/{total}; {1000 * spent / total / 2:.1f} ms a draft"
    )


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("seed", nargs="?", type=int, default=3)
    parser.add_argument("each", nargs="?", type=int, default=300)
    parser.add_argument("--drafts", type=Path, help="a file of drafts by hand")
    asked = parser.parse_args()
    if asked.drafts:
        of_file(asked.drafts)
    else:
        made(asked.seed, asked.each)


if __name__ == "__main__":
    main()
