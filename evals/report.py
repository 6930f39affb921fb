"""The report of a run: figures as JSON, as Markdown, and as one HTML file that needs nothing else.

`summary` is plain data; the others only draw it. Of locked cases there are figures and no words.
"""

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from assistant.rules import FORM_NAMES
from evals import charts
from evals.figures import ABSTAINED, MAIN, Difference, Figure, by, figures, values
from evals.suite import SUITES, Json, find

TEMPLATES = Path(__file__).parent
FACT = "fact:"
CERTAIN = ("certain is the form", "possible holds the form")
USAGE = ("calls", "input_tokens", "output_tokens", "cost")
SPLITS = {"lang": "language", "kind": "class", "source": "source"}


def summary(head: Json, rows: Sequence[Json]) -> Json:
    """{"run": …, "suites": {name: figures, splits, confusion, times, failures}}."""
    names = list(dict.fromkeys(row["suite"] for row in rows))
    return {"run": head, "suites": {n: _suite(n, [r for r in rows if r["suite"] == n]) for n in names}}


def _suite(name: str, rows: Sequence[Json]) -> Json:
    spent = [row["seconds"] for row in rows]
    pairs = Counter((row["pair"][0], row["pair"][1]) for row in rows if row["pair"])
    return {
        "measures": find(name).measures if name in SUITES else "cases from a file",
        "cases": len(values(rows)), "rows": len(rows),
        "errors": sum("error" in row for row in rows),
        "figures": {n: f.to_json() for n, f in figures(rows).items()},
        "by": {field: _split(rows, field) for field in SPLITS},
        "steady": _steady(rows),
        "confusion": [[gold, said, count] for (gold, said), count in sorted(pairs.items())],
        "seconds": {"total": sum(spent), "p50": float(np.percentile(spent, 50)),
                    "p95": float(np.percentile(spent, 95))},
        "usage": _usage(rows),
        "failures": [row for row in rows if row.get("why")],
    }  # fmt: skip


def _usage(rows: Sequence[Json]) -> dict[str, float]:
    """Calls of a chat model, tokens and cost (where a price is set), summed; empty where none was used."""
    used = [row["usage"] for row in rows if row.get("usage")]
    totals = {name: sum(one.get(name) or 0 for one in used) for name in USAGE}
    return {name: total for name, total in totals.items() if total}


def spent(one: Json) -> str:
    """Time, tokens and cost of one suite, in a line."""
    seconds = one["seconds"]
    times = (f"{seconds['total']:.1f} s in all, median {1000 * seconds['p50']:.0f} ms, "
             f"95th percentile {1000 * seconds['p95']:.0f} ms")  # fmt: skip
    usage = [f"{name.replace('_', ' ')} {total:g}" for name, total in one["usage"].items()]
    return "; ".join([times, *usage])


def _split(rows: Sequence[Json], field: str) -> Json:
    return {
        value: {n: f.to_json() for n, f in found.items() if not n.startswith(FACT)}
        for value, found in by(rows, field).items()
    }


def _steady(rows: Sequence[Json]) -> float | None:
    """The share of cases that every repeat scored alike; None without repeats."""
    seen: dict[str, set[float]] = {}
    for row in rows:
        seen.setdefault(row["case"], set()).add(row["value"])
    if len(rows) == len(seen):
        return None
    return sum(len(each) == 1 for each in seen.values()) / len(seen)


def figure(row: Json) -> Figure:
    """A figure back from its JSON."""
    return Figure(**row)


# ---- as files


def write(out: Path, found: Json, differences: Sequence[Difference] = ()) -> Path:
    """Write report.json, report.md and report.html; the HTML file is returned."""
    brief = {**found, "suites": {name: {**suite, "failures": [_brief(row) for row in suite["failures"]]}
                                 for name, suite in found["suites"].items()}}  # fmt: skip
    if differences:
        brief["differences"] = [asdict(d) | {"significant": d.significant} for d in differences]
    text = json.dumps(brief, ensure_ascii=False, indent=1)
    (out / "report.json").write_text(text + "\n", encoding="utf-8")
    (out / "report.md").write_text(markdown(found, differences), encoding="utf-8")
    file = out / "report.html"
    file.write_text(html(found, differences), encoding="utf-8")
    return file


def _brief(row: Json) -> Json:
    return {name: row[name] for name in ("case", "lang", "kind", "source", "repeat", "why")}


def table(found: Json) -> list[tuple[str, ...]]:
    """(suite, cases, score with interval, abstained, median time) rows, as texts."""
    return [
        (name, str(one["cases"]), str(figure(one["figures"][MAIN])),
         f"{100 * one['figures'][ABSTAINED]['value']:.1f} %", f"{1000 * one['seconds']['p50']:.0f} ms")
        for name, one in found["suites"].items()
    ]  # fmt: skip


HEADINGS = ("suite", "cases", "score [95 %]", "abstained", "median")


def markdown(found: Json, differences: Sequence[Difference] = ()) -> str:
    """The report without the failures' texts."""
    run = found["run"]
    lines = [f"# Evaluation: {run['solver']}, {run['chat']}", ""]
    lines += [f"anbao {run['version']}, code {run['code']}, corpus {run['corpus']}, seed {run['seed']}", ""]
    lines += _rows(HEADINGS, table(found))
    if differences:
        lines += ["", "## Compared, case by case", "", *_rows(COMPARED, [compared(d) for d in differences])]
    for name, one in found["suites"].items():
        lines += ["", f"## {name}", "", f"{one['measures']}. {spent(one)}.", ""]
        shown = {n: f for n, f in one["figures"].items() if not n.startswith(FACT)}
        lines += _rows(("figure", "value [95 %]", "of"),
                       [(n, str(figure(f)), f"{f['of']:g}") for n, f in shown.items()])  # fmt: skip
        for field, label in SPLITS.items():
            split = one["by"][field]
            if len(split) > 1:
                lines += ["", *_rows((label, "score [95 %]", "abstained", "cases"), [
                    (v, str(figure(f[MAIN])), f"{100 * f[ABSTAINED]['value']:.1f} %", str(f[MAIN]["cases"]))
                    for v, f in split.items()])]  # fmt: skip
        lines += ["", f"{len(one['failures'])} failures can be read in report.html."]
    return "\n".join(lines) + "\n"


def _rows(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    cells = [headings, ["---"] * len(headings), *rows]
    return ["| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |" for row in cells]


COMPARED = ("suite", "cases", "A", "B", "B better", "B worse", "B − A [95 %]", "p")


def compared(one: Difference) -> tuple[str, ...]:
    """One comparison as texts."""
    mark = " *" if one.significant else ""
    return (one.suite, str(one.cases), f"{100 * one.a:.1f} %", f"{100 * one.b:.1f} %", str(one.better),
            str(one.worse), f"{100 * (one.b - one.a):+.1f} [{100 * one.low:+.1f}, {100 * one.high:+.1f}]",
            f"{one.p:.3g}{mark}")  # fmt: skip


def html(found: Json, differences: Sequence[Difference] = ()) -> str:
    """The whole report, in one file."""
    environment = Environment(loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined,
                              trim_blocks=True, lstrip_blocks=True)  # fmt: skip
    views = [_view(name, one) for name, one in found["suites"].items()]
    main = {view["name"]: view["figures"][MAIN] for view in views}
    return environment.get_template("report.html").render(
        run=found["run"], suites=views, overview=charts.bars(main), headings=HEADINGS, table=table(found),
        compared=[compared(d) for d in differences], compared_headings=COMPARED,
    )  # fmt: skip


def _view(name: str, one: Json) -> dict[str, Any]:
    """What the template shows of one suite: figures, charts and failures."""
    every = {n: figure(f) for n, f in one["figures"].items()}
    facts = {n.removeprefix(FACT): f for n, f in every.items() if n.startswith(FACT)}
    curve = [(int(n.partition("@")[2]), f) for n, f in every.items() if n.startswith("recall@")]
    sure = {n: f for n, f in every.items() if n in CERTAIN or "possible:" in n}
    shown = {n: f for n, f in every.items() if n not in sure and not n.startswith((FACT, "recall@"))}
    splits = {label: {v: figure(f[MAIN]) for v, f in one["by"][field].items()}
              for field, label in SPLITS.items() if len(one["by"][field]) > 1}  # fmt: skip
    return one | {
        "name": name, "spent": spent(one), "figures": every, "bars": charts.bars(shown),
        "sure": charts.bars(dict(sorted(sure.items()))) if sure else None,
        "facts": charts.bars(dict(sorted(facts.items(), key=lambda f: -f[1].of))) if facts else None,
        "curve": charts.curve(curve, "recall by depth") if curve else None,
        "splits": {label: charts.bars(split) for label, split in splits.items()},
        "matrix": _matrix(one["confusion"]),
    }  # fmt: skip


def _matrix(pairs: Sequence[Sequence[Any]]) -> dict[str, Any] | None:
    """Rows of gold by columns of said, with counts and shares of the row."""
    if not pairs:
        return None
    counts = {(gold, said): count for gold, said, count in pairs}
    order = [*FORM_NAMES, "unclear"]

    def ordered(names: set[str]) -> list[str]:
        return sorted(names, key=lambda n: (order.index(n) if n in order else len(order), n))

    golds, saids = ordered({g for g, _ in counts}), ordered({s for _, s in counts})
    rows = []
    for gold in golds:
        total = sum(counts.get((gold, said), 0) for said in saids)
        cells = [(counts.get((gold, s), 0), counts.get((gold, s), 0) / total, s == gold) for s in saids]
        rows.append((gold, total, cells))
    return {"said": saids, "rows": rows}
