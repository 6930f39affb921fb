"""`python -m tests.fuzz_guard [SEED] [EACH]`: the guard against thousands of drafts made from those by hand.

Prints, by verdict and language, how many honest drafts were stopped and how many lies got through.
"""

import random
import sys
import time

from assistant import guard
from tests import mutations
from tests.test_drafts import DRAFTS, LIBRARY, PAIRS, evidence


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")


def main(seed: int = 3, each: int = 300) -> None:
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


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
