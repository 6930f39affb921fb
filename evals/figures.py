"""Figures of a run: shares with counts and bootstrap intervals, and the paired comparison of two runs.

A figure is a ratio of sums over cases (right / of), so that a share of cases and a share of facts are
one thing. Intervals resample groups of cases; a comparison pairs the cases both runs have.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

import numpy as np
import numpy.typing as npt
from scipy.stats import binomtest

from evals.suite import SEED, Json

Sums = npt.NDArray[np.float64]
RESAMPLES = 1000
MAIN = "score"  # the figure every suite has: the mean value of its cases
ABSTAINED = "abstained"


@dataclass(frozen=True)
class Figure:
    """A share from 0 to 1 with its 95 % interval; `of`: what was counted, over how many `cases`."""

    value: float
    low: float
    high: float
    right: float
    of: float
    cases: int

    def to_json(self) -> Json:
        return {name: round(value, 6) for name, value in asdict(self).items()}

    def __str__(self) -> str:
        return f"{100 * self.value:.1f} % [{100 * self.low:.1f}, {100 * self.high:.1f}]"


@dataclass(frozen=True)
class Difference:
    """Run B against run A on the cases of both; `p`: of so uneven a split where there is no difference."""

    suite: str
    cases: int
    a: float
    b: float
    better: int  # cases on which B did better
    worse: int
    low: float  # 95 % interval of b − a
    high: float
    p: float

    @property
    def significant(self) -> bool:
        """Beyond chance at 5 %."""
        return self.p < 0.05


def figures(rows: Sequence[Json]) -> dict[str, Figure]:
    """Every figure of these rows: score, abstention and each part that was counted."""
    counts = [{MAIN: (row["value"], 1), ABSTAINED: (row["abstained"], 1), **row["parts"]} for row in rows]
    names = list(dict.fromkeys(name for one in counts for name in one))
    groups = {name: n for n, name in enumerate(dict.fromkeys(_group(row) for row in rows))}
    sums = np.zeros((len(groups), len(names), 2))
    for row, one in zip(rows, counts, strict=True):
        for n, name in enumerate(names):
            sums[groups[_group(row)], n] += one.get(name, (0, 0))
    lows, highs = _intervals(sums)
    found = {}
    for n, name in enumerate(names):
        right, of = (float(total) for total in sums[:, n].sum(axis=0))
        if of:
            cases = sum(one.get(name, (0, 0))[1] > 0 for one in counts)
            found[name] = Figure(right / of, float(lows[n]), float(highs[n]), right, of, cases)
    return found


def _group(row: Json) -> str:
    return str(row["group"] or row["case"])


def _intervals(sums: Sums) -> tuple[Sums, Sums]:
    """Percentiles of each ratio over resampled groups; Wilson's bounds where all or nothing is right."""
    groups, names, _ = sums.shape
    drawn = _weights(groups) @ sums.reshape(groups, names * 2)
    drawn = drawn.reshape(-1, names, 2)
    lows, highs = np.percentile(drawn[..., 0] / np.maximum(drawn[..., 1], 1e-12), (2.5, 97.5), axis=0)
    for n, (right, of) in enumerate(sums.sum(axis=0)):
        if right in (0, of) and of:
            # correlated counts within a group weigh as one
            bound = binomtest(0 if right == 0 else min(groups, round(of)), min(groups, round(max(of, 1))))
            wilson = bound.proportion_ci(method="wilson")
            lows[n], highs[n] = wilson.low, wilson.high
    return lows, highs


def _weights(groups: int) -> Sums:
    """How often each group is drawn, one row a resample; the same for the same number of groups."""
    chance = np.random.default_rng(SEED)
    return chance.multinomial(groups, np.full(groups, 1 / groups), RESAMPLES).astype(np.float64)


def by(rows: Sequence[Json], field: str) -> dict[str, dict[str, Figure]]:
    """The figures for each value of a field: lang, kind or source."""
    split: dict[str, list[Json]] = defaultdict(list)
    for row in rows:
        split[str(row[field])].append(row)
    return {name: figures(split[name]) for name in sorted(split) if name}


def compare(suite: str, a: Sequence[Json], b: Sequence[Json]) -> Difference | None:
    """B against A, case by case; None where they have no case in common.

    McNemar's exact test where cases are right or wrong; for shares the same sign test of better and
    worse. The interval of the difference is a bootstrap over groups.
    """
    before, after = values(a), values(b)
    both = sorted(before.keys() & after.keys())
    if not both:
        return None
    groups = {row["case"]: _group(row) for row in b}
    gaps = {case: after[case] - before[case] for case in both}
    better, worse = (sum(sign * gap > 1e-9 for gap in gaps.values()) for sign in (1, -1))
    p = float(binomtest(better, better + worse).pvalue) if better + worse else 1.0
    low, high = _gap(gaps, groups)
    means = [float(np.mean([run[case] for case in both])) for run in (before, after)]
    return Difference(suite, len(both), means[0], means[1], better, worse, low, high, p)


def _gap(gaps: Mapping[str, float], groups: Mapping[str, str]) -> tuple[float, float]:
    sums: dict[str, list[float]] = defaultdict(lambda: [0.0, 0.0])
    for case, gap in gaps.items():
        sums[groups[case]][0] += gap
        sums[groups[case]][1] += 1
    rows = np.array(list(sums.values()))
    drawn = _weights(len(rows)) @ rows
    low, high = np.percentile(drawn[:, 0] / drawn[:, 1], (2.5, 97.5))
    return float(low), float(high)


def values(rows: Sequence[Json]) -> dict[str, float]:
    """The mean value of each case over its repeats."""
    kept: dict[str, list[float]] = defaultdict(list)
    for row in rows:
        kept[row["case"]].append(row["value"])
    return {case: float(np.mean(each)) for case, each in kept.items()}
