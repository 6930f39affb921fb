"""Question of law → reply: does it cite an article that answers, and say nothing where nothing answers?

{"given": {"turns": ["卖家跑路了，平台要不要把他的名字给我"]}, "gold": {"refs": ["消费者权益保护法#44"]}}
Questions are those of the retrieval suite: some ask, some only tell what happened, as lay people do; the
class says which. Those of source “c” may be read, and routing was mended by them; of “c, kept back” (half,
by a hash of the id) and “locked” there are only figures. Off-topic ones have no `refs`: nothing is cited.
"""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import replace

from assistant import citations
from assistant.law import Ref
from evals.retrieval import OFF_TOPIC
from evals.solvers import Solver
from evals.suite import Case, Json, Score, Suite, sample
from evals.suites import retrieval

ASKED = 200
_ASKS = re.compile(
    r"[？?]|吗|呢|怎么|咋|谁|哪|多少|多久|几[天年次个]|什么|啥|能不能|是否|要不要|可不可以|会不会|算不算|行不行"
    r"|^(?:what|who|how|when|where|which|can|could|is|are|do|does|did|must|may|should|will)\b",
    re.I,
)


def cases(solver: Solver) -> Sequence[Case]:
    asked = [_asked(case) for case in sample(retrieval.cases(solver), ASKED)]
    return [*asked, *(_aside(n, line) for n, line in enumerate(OFF_TOPIC.split("\n")) if line)]


def _asked(case: Case) -> Case:
    query = case.given["query"]
    kind = "asks" if _ASKS.search(query) else "tells"
    kept = not case.locked and _kept_back(case.id)
    source = f"{case.source}, kept back" if kept else case.source
    return replace(case, kind=kind, given={"turns": [query]}, source=source, locked=case.locked or kept)


def _kept_back(name: str) -> bool:
    return bool(hashlib.sha256(f"law_qa:{name}".encode()).digest()[0] % 2)


def _aside(n: int, line: str) -> Case:
    lang = "en" if line.isascii() else "zh"
    return Case(f"aside-{n}", lang, "off topic", {"turns": [line]}, {"refs": []}, "asides")


def answer(solver: Solver, case: Case) -> Json:
    return solver.reply(case.given["turns"], case.lang)


def score(solver: Solver, case: Case, said: Json) -> Score:
    """An article that answers is cited; of an off-topic question, nothing is."""
    found = [c for c in citations.check(str(said["reply"]), solver.assistant.library) if c.is_law]
    cited = {(c.ref.law, c.ref.article) for c in found}
    parts: dict[str, tuple[float, float]] = {
        "citations in force": (sum(c.status == "in_force" for c in found), len(found)),
    }
    if "intent" in said:
        about = said["intent"] == "law_question"
        parts["taken as a question of law"] = (about, 1) if case.gold["refs"] else (0, 0)
    if not case.gold["refs"]:
        why = f"off topic, but cited {len(found)} provisions" if found else ""
        return Score(not found, False, parts | {"silent off topic": (not found, 1)}, None, why)
    wanted = {(ref.law, ref.article) for ref in map(Ref.parse, case.gold["refs"])}
    right = bool(wanted & cited)
    why = "" if right else f"wanted {'、'.join(case.gold['refs'])}, cited {len(cited)} other articles"
    return Score(right, not found, parts | {"questions answered": (right, 1)}, None, why)


SUITE = Suite(
    "law_qa", "question of law → reply that cites what answers it", cases, answer, score, inside=False
)
