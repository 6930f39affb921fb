"""Stories as cases, and how facts and duties are scored against a story's gold, for the suites on stories.

The locked ones, stories of other kinds that the encoder was not trained on, and o and q, on which its
thresholds were once chosen before it learnt from them too.
"""

from collections.abc import Iterable, Mapping

from assistant.facts import Declarations, Facts, closed, from_json, plain
from assistant.verdict import Verdict
from evals import stories
from evals.suite import Case, Json

MEASURED = ("o", "q", *(a for a in stories.UNTRAINED if a != stories.PLAIN), *stories.LOCKED)
_CONDUCT = ("breached", "fulfilled")


def cases(authors: Iterable[str]) -> list[Case]:
    """A case a story; `kind` is its gold form, `source` its author, `group` the story of a wording."""
    return [
        Case(
            story.id, story.lang, story.liability,
            {"turns": list(story.turns), "occurred_on": story.occurred_on},
            {"liability": story.liability, "facts": dict(story.facts), "duties": dict(story.duties)},
            author, story.id[:-1] if author in stories.RETOLD else "",
            author in (*stories.LOCKED, stories.LOCKED_REWORDINGS),
        )
        for author, story in stories.every(tuple(authors))
    ]  # fmt: skip


def gold_facts(case: Case, declared: Declarations) -> Facts:
    """The case's gold facts, with the date it says it happened on."""
    facts = from_json(declared, case.gold["facts"])
    if case.given.get("occurred_on") and "occurred_on" not in facts:
        facts = facts.with_("occurred_on", case.given["occurred_on"])
    return facts


def duties(verdict: Verdict) -> dict[str, str]:
    """The duties that were breached or fulfilled."""
    return {d.duty.code: d.status for d in verdict.duties if d.status in _CONDUCT}


def fact_parts(gold: Facts, read: Facts) -> tuple[float, dict[str, tuple[float, float]], list[str]]:
    """F1 over yes/no and choice facts, the counts behind it, and what was wrong or missed.

    `found`: gold facts that the read ones say or imply; `right`: stated ones that the gold ones say or
    imply. `fact:NAME` counts how often a gold value was found.
    """
    whole, implied = closed(gold), closed(read)
    told = {n: f.value for n, f in gold.known.items() if counts(n, gold.declared)}
    stated = {n: f for n, f in read.known.items()
              if f.source in ("stated", "corrected") and counts(n, gold.declared)}  # fmt: skip
    found = {n: read[n] == v or implied[n] == v for n, v in told.items()}
    right = {n: whole[n] == f.value for n, f in stated.items()}
    parts: dict[str, tuple[float, float]] = {
        "facts found": (sum(found.values()), len(found)), "facts right": (sum(right.values()), len(right)),
        "yes right": _share(right, [n for n, f in stated.items() if f.value is True]),
        "no right": _share(right, [n for n, f in stated.items() if f.value is False]),
    }  # fmt: skip
    parts |= {f"fact:{n}": (hit, 1) for n, hit in found.items()}
    problems = [f"missed {n}={plain(told[n])}" for n, hit in found.items() if not hit]
    problems += [f"read {n}={plain(stated[n].value)} from “{stated[n].evidence[:40]}”"
                 for n, good in right.items() if not good]  # fmt: skip
    recall = sum(found.values()) / len(found) if found else 1.0
    precision = sum(right.values()) / len(right) if right else 1.0
    return 2 * precision * recall / (precision + recall or 1), parts, problems


def counts(name: str, declared: Declarations) -> bool:
    """That the deal was on a platform is presumed of every story: nobody says it."""
    return declared[name].kind in ("yes_no", "choice") and name != "deal_on_platform"


def _share(right: Mapping[str, bool], names: list[str]) -> tuple[float, float]:
    return sum(right[n] for n in names), len(names)


def duty_parts(gold: Mapping[str, str], said: Mapping[str, str]) -> dict[str, tuple[float, float]]:
    """`found`: duties of the gold that are said alike; `right`: duties said that the gold has alike."""
    both = sum(said.get(d) == s for d, s in gold.items())
    return {"duties found": (both, len(gold)), "duties right": (both, len(said))}


def read_facts(kept: Json, declared: Declarations) -> Facts:
    """Facts back from what `facts_json` made of them."""
    facts = from_json(declared, {})
    for name, (value, source, words) in kept.items():
        facts = facts.with_(name, value, source, words)
    return facts


def facts_json(facts: Facts) -> Json:
    """Known facts with where they came from: name → [value, source, words]."""
    return {n: [plain(f.value), f.source, f.evidence] for n, f in facts.known.items()}
