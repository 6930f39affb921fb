"""The judge of sentences: with which verdicts a sentence on who must pay is at odds, learnt from examples.

The guard's words and patterns (`forms`, `payers`) know the ways of putting things that somebody thought of;
this knows, less surely, the rest. A sentence is read as its runs of characters and as its row of letters
(`payers.row`), each run hashed to a row of weights: one number for each verdict. No network, no encoder,
some microseconds. Trained by `python -m evals.train_judge` on `evals/scenarios/passages.jsonl`.
"""

import re
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from assistant import guard, payers
from assistant.citations import normalised
from assistant.facts import Lang
from assistant.forms import sentences
from assistant.guard import Evidence, form_problems
from assistant.law import Library

AT_ODDS = 0.5  # from this probability on a sentence is left out; see docs/evals.md for what that costs
LEAST = 0.2  # share of a draft's characters without which nothing is left of it
BUCKETS = 1 << 18
LONGEST_RUN = 6  # characters or letters
_PRIME = np.uint64(0x9E3779B97F4A7C15)
Floats = npt.NDArray[np.float32]
_CLAUSES = re.compile("[，,。.;；：:]")


def runs(sentence: str) -> tuple[npt.NDArray[np.int64], Floats]:
    """The buckets of a sentence's runs, each once, and how much each counts."""
    lang: Lang = "zh" if re.search("[一-龥]", sentence) else "en"
    row = payers.row(_CLAUSES.split(sentence), lang)
    parts = [_buckets(f" {sentence.lower()} ", 1), _buckets(f"^{row}$", 2)]
    weights = [np.full(len(part), len(part) ** -0.5, np.float32) for part in parts]
    return np.concatenate(parts), np.concatenate(weights)


def _buckets(text: str, salt: int) -> npt.NDArray[np.int64]:
    codes = np.frombuffer(text.encode("utf-32-le"), np.uint32).astype(np.uint64)
    rolling, found = np.full(len(codes), salt, np.uint64), []
    for n in range(min(LONGEST_RUN, len(codes))):  # of runs one longer each time, by where they begin
        rolling = rolling[: len(codes) - n] * _PRIME + codes[n:]
        found.append(rolling)
    mixed = np.concatenate(found)
    mixed = (mixed ^ (mixed >> np.uint64(29))) * _PRIME
    return np.unique((mixed >> np.uint64(20)) % np.uint64(BUCKETS)).astype(np.int64)


class Judge:
    """The trained weights: `forms` in the order of the columns of `weights` [BUCKETS, forms]."""

    def __init__(self, file: Path) -> None:
        kept = np.load(file)
        self.forms = tuple(map(str, kept["forms"]))
        self.weights: Floats = kept["weights"].astype(np.float32) * kept["scale"]
        self.bias: Floats = kept["bias"]

    def at_odds(self, sentence: str, forms: Sequence[str]) -> float:
        """The probability that a sentence contradicts a verdict that holds all these forms."""
        known = [self.forms.index(form) for form in forms if form in self.forms]
        if not known:
            return 0.0
        buckets, weights = runs(sentence)
        score = (weights @ self.weights[buckets] + self.bias)[known].min()
        return float(1 / (1 + np.exp(-score)))

    def examined(
        self, draft: str, evidence: Evidence, library: Library, lang: Lang
    ) -> tuple[str, tuple[str, ...], int]:
        """What of a draft may leave, its problems, and how many sentences were left out as at odds.

        A draft with any other fault is not mended: nothing of it may leave.
        """
        problems = guard.check(draft, evidence, library, lang).problems
        if any(not problem.startswith("form:") for problem in problems):
            return "", problems, 0
        kept, left_out = self.fitting(draft, evidence, lang)
        if not kept:
            return "", problems or ("form:at_odds",), 0
        if left_out:
            problems = guard.check(kept, evidence, library, lang).problems
        return kept, problems, left_out

    def fitting(self, draft: str, evidence: Evidence, lang: Lang) -> tuple[str, int]:
        """The draft without the sentences at odds with the verdict ("" if too many), and their number."""
        told = sentences(draft)
        kept = [one for one in told if not one.strip() or self._fits(one, evidence, lang)]
        if len("".join(kept)) < LEAST * len(draft):
            return "", len(told) - len(kept)
        return re.sub(r"\n{3,}", "\n\n", "".join(kept)).strip(), len(told) - len(kept)

    def _fits(self, sentence: str, evidence: Evidence, lang: Lang) -> bool:
        plain = normalised(sentence)
        return self.at_odds(plain, sorted(evidence.forms)) < AT_ODDS and not any(
            form_problems(plain, evidence, lang)
        )
