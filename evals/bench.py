"""`make bench`: speed and memory of the offline assistant on this machine, in one run.

Machines are noisy, so times stand beside a baseline measured in the same run: a plain loop of
dictionary look-ups over the same table. Read the ratios first.
"""

import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import yaml

from assistant import citations, embed, graph, guard, index
from assistant.facts import Facts, declarations
from assistant.law import Library
from assistant.rules import GROUNDS
from assistant.settings import Settings
from assistant.verdict import Verdict, assess
from evals.citations import long_answer
from evals.stories import every

SCENARIOS = Path(__file__).parent / "scenarios"


def _median(work: Callable[[], object], times: int) -> float:
    """Median seconds of one call."""
    spent = []
    for _ in range(times):
        began = time.perf_counter()
        work()
        spent.append(time.perf_counter() - began)
    return statistics.median(spent)


ELEMENTS = [(leaf.fact, leaf.wanted) for ground in GROUNDS for leaf in ground.when.leaves()]


def _plain_loop(facts: Facts) -> int:
    """The baseline: look every element of every ground up once."""
    return sum(facts[name] in wanted for name, wanted in ELEMENTS)


def _row(name: str, value: str, wanted: str = "") -> None:
    print(f"{name:44} {value:>16}  {wanted}")


def main() -> None:
    """Print one line a figure: what, measured, wanted."""
    settings = Settings(data=Path(tempfile.mkdtemp(prefix="anbao-bench-")))
    rows = yaml.safe_load((SCENARIOS / "d.yaml").read_text(encoding="utf-8"))
    stories = [row["turns"][0] for row in rows][:60]

    began = time.perf_counter()
    library = Library(settings.corpus)
    _row("read the corpus", f"{time.perf_counter() - began:.2f} s")
    embedding = embed.load(settings.embedding)
    client = index.connect(settings.writable_data)
    began = time.perf_counter()
    count = index.build(client, library, embedding)
    _row(f"index the default corpus ({count} texts)", f"{time.perf_counter() - began:.1f} s", "≤ 30 s")

    assistant = graph.build(settings)
    assistant.ask([stories[0]])
    spent = sorted(_median(lambda s=s: assistant.ask([s]), 1) for s in stories)  # type: ignore[misc]
    _row("answer a complaint, p50", f"{1000 * spent[len(spent) // 2]:.0f} ms", "≤ 200 ms")
    _row("answer a complaint, p95", f"{1000 * spent[int(len(spent) * 0.95)]:.0f} ms")
    _row("search the law", f"{1000 * _median(lambda: assistant.index.search('卖家跑路了怎么办'), 20):.0f} ms")

    _verdicts(library, settings)
    long = long_answer(library)
    _row("check a long answer's 30 citations",
         f"{1000 * _median(lambda: citations.check(long, library), 20):.1f} ms", "< 5 ms")  # fmt: skip
    _guarding(assistant, stories[0])
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    _row("peak memory", f"{peak:.0f} MB", "≤ 1500 MB")
    _first_answer(settings)


def _verdicts(library: Library, settings: Settings) -> None:
    """On the gold facts of the stories of three authors, one after the other on one core."""
    declared = declarations(settings.corpus / "facts.yaml")
    told = [story.gold(declared) for _, story in every(("a", "b", "d"))]

    def plain() -> list[Verdict]:
        return [assess(facts, library.in_force, library.as_of) for facts in told]

    def flips() -> None:
        for verdict in plain():
            _ = verdict.certificate, verdict.flips

    def whole() -> None:
        for verdict in plain():
            _ = verdict.certificate, verdict.flips, verdict.asks, verdict.settling, verdict.other_doctrines

    whole()
    loop = _median(lambda: [_plain_loop(facts) for facts in told], 5) / len(told)
    form, flipped, all_of_it = (_median(work, 5) / len(told) for work in (plain, flips, whole))
    _row("verdicts a second: form, grounds, duties", f"{1 / form:.0f}",
         f"≥ 2000 ({form / loop:.0f} × a plain loop)")  # fmt: skip
    _row("a verdict with certificate and flips", f"{1000 * flipped:.2f} ms",
         f"≤ 1 ms ({flipped / loop:.0f} × a plain loop)")  # fmt: skip
    _row("… and questions, settling set, every school", f"{1000 * all_of_it:.2f} ms",
         f"({all_of_it / loop:.0f} × a plain loop)")  # fmt: skip


DRAFT = (
    "平台早就接到投诉，知道商家卖假货，却没有采取必要措施。"
    "依《电子商务法》第三十八条第一款，它与商家承担连带责任。"
)


def _guarding(assistant: graph.Assistant, story: str) -> None:
    """What the graph, the judge and the guard add to the parts of a turn; a draft of four such paragraphs."""
    evidence = guard.Evidence(frozenset({"电子商务法#38.1"}), frozenset({"joint"}), frozenset(), story)
    draft = "\n\n".join(f"{n}、{DRAFT}" for n in range(4))
    check = _median(lambda: guard.check(draft, evidence, assistant.library, "zh"), 30)
    check += _median(lambda: assistant.judge.fitting(draft, evidence, "zh"), 30)
    memory = assistant.start()
    whole = _median(lambda: assistant.turn("你好", memory), 30)
    state: graph.State = {
        "message": "你好",
        "memory": memory,
        "doctrine": None,
        "lang": "zh",
        "audience": "consumer",
    }

    def by_hand() -> None:
        told = dict(state)
        for step in (assistant.understand, assistant.look_up, assistant.write, assistant.check):
            told.update(step(told))  # type: ignore[arg-type]

    added = check + whole - _median(by_hand, 30)
    _row(
        "guard and graph add to a turn",
        f"{1000 * added:.1f} ms",
        f"≤ 10 ms (guard and judge {1000 * check:.1f})",
    )


def _first_answer(settings: Settings) -> None:
    """A new process, with the index built: from start to the first answer."""
    began = time.perf_counter()
    run = subprocess.run(
        [sys.executable, "-m", "assistant.cli", "ask", "--json", "买到假货，平台不管"],
        env={**os.environ, "ANBAO_DATA": str(settings.data)}, capture_output=True, text=True, check=True,
    )  # fmt: skip
    spent = time.perf_counter() - began
    _row("first answer after start", f"{spent:.1f} s", "≤ 15 s")
    assert json.loads(run.stdout)["reply"]


if __name__ == "__main__":
    main()
