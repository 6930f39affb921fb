"""Scenario stories with their gold facts, one file per author in `evals/scenarios`.

DEVELOPMENT names the files for development, which the encoder has learnt from; LOCKED ones (c, m, ba, bb; bc
in five wordings) are scored to report, never read. UNTRAINED is neither: `n.jsonl` tells each story in five
wordings, `w.jsonl` tells plainly, `x.jsonl` tells what comes before courts and complaint boards, `ad.jsonl`
what misleads a hasty reader, `ar.jsonl` tells in a few words. `messages.jsonl`, `-2` and `-3` have single
messages with their intent.
A row of a JSONL file:
{"id": "g-001", "voice": "consumer", "lang": "zh", "turns": ["…"],
 "facts": {"took_measures": ["no", "链接一直挂着卖"]}, "duties": {}, "liability": "joint", "note": "…"}
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from assistant.facts import Declarations, Facts, plain

FOLDER = Path(__file__).parent / "scenarios"
DEVELOPMENT = ("a", "b", "d", "e", "f", "g", "h", "i", "j", "k", "l", "o", "p", "q",
               "r", "s", "t", "u", "y", "z", "aa", "ab", "ac", "ae", "af", "ag", "ah",
               "ai", "aj", "ak", "al", "am", "an", "ao", "ap", "aq", "as")  # fmt: skip
LOCKED = ("c", "m", "ba", "bb")
REWORDINGS, PLAIN, DISPUTES, MISLEADING, TERSE = UNTRAINED = ("n", "w", "x", "ad", "ar")
LOCKED_REWORDINGS = "bc"  # locked too; nobody but its authors has marked it
RETOLD = (REWORDINGS, LOCKED_REWORDINGS)  # each story in five wordings


@dataclass(frozen=True)
class Story:
    """One scenario: what was said, what it tells, and the form a careful lawyer gives it."""

    id: str
    lang: str
    turns: tuple[str, ...]
    facts: Mapping[str, str]  # name → plain value
    evidence: Mapping[str, str]
    duties: Mapping[str, str]
    liability: str
    voice: str = ""
    occurred_on: str | None = None
    note: str = field(default="", repr=False)

    @property
    def text(self) -> str:
        """All turns, a line each."""
        return "\n".join(self.turns)

    def gold(self, declared: Declarations) -> Facts:
        """The gold facts as stated ones, with the story's date where the row gives one."""
        facts = Facts(declared)
        for name, value in self.facts.items():
            facts = facts.with_(name, value, "stated", self.evidence.get(name, ""))
        if self.occurred_on and "occurred_on" not in facts:
            facts = facts.with_("occurred_on", self.occurred_on)
        return facts


def load(author: str, folder: Path = FOLDER) -> list[Story]:
    """The stories of one author's file."""
    lines = folder / f"{author}.jsonl"
    if lines.exists():
        rows = [json.loads(line) for line in lines.read_text(encoding="utf-8").splitlines() if line.strip()]
    else:
        rows = yaml.safe_load((folder / f"{author}.yaml").read_text(encoding="utf-8"))
    return [_story(row) for row in rows]


def every(authors: tuple[str, ...], folder: Path = FOLDER) -> Iterator[tuple[str, Story]]:
    """(author, story) over several files."""
    for author in authors:
        for story in load(author, folder):
            yield author, story


def _story(row: Mapping[str, Any]) -> Story:
    facts, evidence = {}, dict(row.get("evidence") or {})
    for name, value in (row.get("facts") or {}).items():
        if isinstance(value, list):
            value, evidence[name] = value
        facts[name] = plain(value)
    return Story(
        row["id"], row["lang"], tuple(row["turns"]), facts, evidence, dict(row.get("duties") or {}),
        row["liability"], row.get("voice", ""),
        None if row.get("occurred_on") is None else str(row["occurred_on"]), row.get("note", ""),
    )  # fmt: skip


def messages(part: str, folder: Path = FOLDER) -> list[dict[str, str]]:
    """Single messages with what they want: {"id", "lang", "message", "intent", "kind", "note"}.

    `part`: "development" (even numbers of the first file, and all of another hand's) or "locked" (odd ones:
    scored to report, never read).
    """
    lines = (folder / "messages.jsonl").read_text(encoding="utf-8").splitlines()
    rows: list[dict[str, str]] = [json.loads(line) for line in lines if line.strip()]
    found = [row for row in rows if int(row["id"].split("-")[1]) % 2 == (part == "locked")]
    if part == "development":
        lines = (folder / "messages-3.jsonl").read_text(encoding="utf-8").splitlines()
        found += [json.loads(line) for line in lines if line.strip()]
    return found
