"""The record of decisions: only ever added to, each entry hashed together with the one before it.

Kept are the facts as values with their sources, never the user's words; the doctrine; the day the law
was read as of; which corpus, model and guard. `anbao replay ID` reaches a decision again, `verify` finds
any entry that was changed, taken out or put in. Cutting off the end leaves a sound chain: keep the head
(the last hash) elsewhere and give it to `verify`.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Connection, insert, select, text

from assistant.facts import plain
from assistant.store import Database, now
from assistant.store.tables import decisions
from assistant.verdict import Verdict

START = "0" * 64  # the hash "before" the first entry
_CHAIN = 0x636861696E  # the advisory lock (PostgreSQL) under which one process adds entries
_PAGE = 1000


class NoSuchDecision(ValueError):
    """A decision id that is not kept here."""


@dataclass(frozen=True)
class Decision:
    """What is needed to reach a verdict again: facts as {name: {value, source}}, doctrine, day."""

    id: str
    facts: dict[str, dict[str, str]]
    asked: tuple[str, ...]  # what the user was asked and did not know
    doctrine: str
    as_of: date
    corpus_version: str
    liability: str


@dataclass(frozen=True)
class Verified:
    """What checking the chain found; `problem` is empty where it is sound."""

    entries: int
    head: str
    problem: str = ""


def record(
    verdict: Verdict, corpus_version: str, model: str = "", guard: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """The entry of a verdict. `model`: the chat model, if one wrote; `guard`: what the guard found."""
    return {
        "id": verdict.decision_id, "at": now(), "facts": _facts(verdict),
        "asked": sorted(verdict.facts.asked), "doctrine": verdict.doctrine.id,
        "as_of": verdict.law_as_of.isoformat(), "corpus_version": corpus_version,
        "liability": verdict.liability, "model": model, "guard": dict(guard or {}),
    }  # fmt: skip


def _facts(verdict: Verdict) -> dict[str, dict[str, str]]:
    return {
        name: {"value": plain(fact.value), "source": fact.source}
        for name, fact in verdict.facts.known.items()
        if fact.source in ("stated", "corrected")
    }


def keep(store: Database, verdicts: Iterable[Verdict], corpus_version: str) -> None:
    """Keep these decisions. Raises StoreProblem."""
    with store.writing() as link:
        append(link, [record(v, corpus_version) for v in verdicts])


def append(link: Connection, records: Iterable[Mapping[str, Any]]) -> None:
    """Add entries to the chain, in the transaction of what they belong to."""
    if link.dialect.name != "sqlite":  # where a writer has the whole database anyway
        link.execute(text("select pg_advisory_xact_lock(:lock)"), {"lock": _CHAIN})
    seq, head = _head(link)
    rows = []
    for entry in records:
        body = json.dumps(entry, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
        seq, head = seq + 1, _hashed(head, body)
        rows.append({"seq": seq, "id": entry["id"], "body": body, "hash": head})
    if rows:
        link.execute(insert(decisions), rows)


def _head(link: Connection) -> tuple[int, str]:
    last = link.execute(select(decisions.c.seq, decisions.c.hash).order_by(decisions.c.seq.desc()).limit(1))
    row = last.first()
    return (row.seq, row.hash) if row else (0, START)


def _hashed(before: str, body: str) -> str:
    return hashlib.sha256(f"{before}\n{body}".encode()).hexdigest()


def find(store: Database, wanted: str) -> Decision:
    """The decision of that id, or of the only id that begins so. Raises NoSuchDecision."""
    query = select(decisions.c.id).where(decisions.c.id.startswith(wanted, autoescape=True))
    with store.reading() as link:
        ids = link.execute(query.distinct().limit(2)).scalars().all() if wanted else []
        if len(ids) != 1:
            many = "several decisions begin so" if ids else "no such decision is kept here"
            raise NoSuchDecision(
                f"decision {wanted!r}: {many}; an id is shown with every answer (decision_id), "
                "and kept in the store of the machine that answered"
            )
        body = link.execute(select(decisions.c.body).where(decisions.c.id == ids[0]).limit(1)).scalar_one()
    row = json.loads(body)
    return Decision(row["id"], row["facts"], tuple(row["asked"]), row["doctrine"],
                    date.fromisoformat(row["as_of"]), row["corpus_version"], row["liability"])  # fmt: skip


def verify(store: Database, head: str = "") -> Verified:
    """Go through the whole chain; `head`: a hash that was the last one once, and must still be in it."""
    entries, before, seen = 0, START, not head
    with store.reading() as link:
        while rows := link.execute(
            select(decisions).where(decisions.c.seq > entries).order_by(decisions.c.seq).limit(_PAGE)
        ).all():
            for row in rows:
                entries += 1
                if row.seq != entries:
                    return Verified(entries - 1, before, f"entry {entries} is missing")
                if row.hash != _hashed(before, row.body) or json.loads(row.body)["id"] != row.id:
                    return Verified(entries - 1, before, f"entry {entries} is not what was written")
                before = row.hash
                seen = seen or before == head
    return Verified(
        entries, before, "" if seen else f"the head {head} is not in the chain: its end was cut off"
    )
