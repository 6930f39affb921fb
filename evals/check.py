"""`make evals`: run the suites offline and fail where one fell against `baseline.json` beyond its noise.

The baseline holds each case's value, so the comparison is paired: a suite has fallen when more cases got
worse than better and chance would seldom do that (one-sided sign test, 5 %), so five new failures against
none are enough, and one is not; or when a figure lies under the interval it had. `--write` keeps the
figures of now as the new baseline; do that in the commit that means to change them, and say why.
"""

import argparse
import json
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from scipy.stats import binomtest

from assistant.settings import Settings
from evals import figures, report, runner, solvers
from evals.figures import ABSTAINED, MAIN
from evals.suite import SUITES, Json, find

BASELINE = Path(__file__).parent / "baseline.json"
CHANCE = 0.05
SHOWN = 5


def as_shipped(data: Path) -> solvers.Solver:
    """The assistant offline over an index of its own, whatever the settings of this machine are."""
    return solvers.load("assistant", Settings(data=data))


def measured(rows: Sequence[Json]) -> Json:
    """What the baseline keeps of one suite: values of cases not wholly right, and figures."""
    values = figures.values(rows)
    kept = {n: f for n, f in figures.figures(rows).items() if not n.startswith(report.FACT)}
    return {
        "right": sorted(case for case, value in values.items() if value == 1),
        "other": {case: round(value, 4) for case, value in sorted(values.items()) if value < 1},
        "figures": {n: [round(f.value, 4), round(f.low, 4), round(f.high, 4)] for n, f in kept.items()},
    }


def falls(before: Json, now: Json) -> list[str]:
    """What has fallen beyond noise, a line each; nothing when the suite stands."""
    was = dict.fromkeys(before["right"], 1.0) | before["other"]
    values = dict.fromkeys(now["right"], 1.0) | now["other"]
    gaps = {case: values[case] - was[case] for case in was.keys() & values.keys()}
    worse = sorted(case for case, gap in gaps.items() if gap < -1e-3)
    better = sum(gap > 1e-3 for gap in gaps.values())
    found = []
    if worse and binomtest(len(worse), len(worse) + better, alternative="greater").pvalue < CHANCE:
        some = ", ".join(worse[:SHOWN]) + (" …" if len(worse) > SHOWN else "")
        found.append(f"{len(worse)} of {len(gaps)} cases got worse, {better} better: {some}")
    figures_now: Mapping[str, list[float]] = now["figures"]
    found += [
        f"{name} {100 * figures_now[name][0]:.1f} %, was {100 * value:.1f} %, at least {100 * low:.1f}"
        for name, (value, low, _) in before["figures"].items()
        if name not in (MAIN, ABSTAINED) and name in figures_now and figures_now[name][0] < low
    ]  # fmt: skip
    return found


def compared(baseline: Mapping[str, Json], rows: Sequence[Json]) -> dict[str, list[str]]:
    """The falls of each suite that was run."""
    names = dict.fromkeys(row["suite"] for row in rows)
    return {
        name: falls(baseline[name], measured([row for row in rows if row["suite"] == name]))
        for name in names if name in baseline
    }  # fmt: skip


def main() -> None:
    """Run, write the reports, and say what fell; the status is 1 where something did."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("suites", nargs="*", default=list(SUITES))
    options.add_argument("--write", action="store_true", help="keep the figures of now as the baseline")
    options.add_argument("--out", type=Path, default=None)
    chosen = options.parse_args()
    out = chosen.out or Path(tempfile.mkdtemp(prefix="anbao-evals-"))
    solver = as_shipped(out / "data")
    plan = runner.Plan([find(name) for name in chosen.suites])
    rows = runner.run(plan, solver, out, _say)
    found = report.summary(runner.head(solver), rows)
    print("\n".join("  ".join(line) for line in report.table(found)))
    print(f"report: {report.write(out, found)}")
    if chosen.write:
        _keep(rows)
        return
    fallen = compared(json.loads(BASELINE.read_text(encoding="utf-8"))["suites"], rows)
    for name, lines in fallen.items():
        for line in lines:
            print(f"FALLEN {name}: {line}")
    if any(fallen.values()):
        sys.exit(1)
    print("nothing fell beyond its noise")


def _keep(rows: Sequence[Json]) -> None:
    old = json.loads(BASELINE.read_text(encoding="utf-8"))["suites"] if BASELINE.exists() else {}
    names = dict.fromkeys(row["suite"] for row in rows)
    new = {name: measured([row for row in rows if row["suite"] == name]) for name in names}
    text = json.dumps({"suites": old | new}, ensure_ascii=False, separators=(",", ":"))
    BASELINE.write_text(text.replace('"},"', '"},\n"') + "\n", encoding="utf-8")
    print(f"wrote {BASELINE}")


def _say(name: str, done: int, total: int) -> None:
    if done == total or done % 100 == 0:
        print(f"{name} {done}/{total}", file=sys.stderr)


if __name__ == "__main__":
    main()
