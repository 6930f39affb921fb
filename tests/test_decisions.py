"""The chain of decisions: reached again, added to only, and any tampering found."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import text

from assistant import decisions
from assistant.facts import from_json
from assistant.store import Database, StoreProblem
from tests.test_trace import STORY
from tests.test_verdict import DECLARED, judged


@pytest.fixture(scope="module")
def verdict():
    return judged(from_json(DECLARED, STORY).with_asked(["regulator_warned"]), "joint_only")


def bodies(store: Database) -> list[str]:
    with store.reading() as link:
        return list(link.execute(text("select body from decisions order by seq")).scalars())


def force(store: Database, statement: str) -> None:
    """Change a record in spite of its guard, as one who owns the disk can."""
    off, on = ("drop trigger decisions_no_update", "") if store.is_sqlite else (
        "alter table decisions disable trigger all", "alter table decisions enable trigger all")  # fmt: skip
    with store.writing() as link:
        link.execute(text(off))
        if store.is_sqlite:
            link.execute(text("drop trigger decisions_no_delete"))
        link.execute(text(statement))
        if on:
            link.execute(text(on))


def test_a_decision_is_kept_without_the_users_words_and_reached_again(store, verdict):
    decisions.keep(store, [verdict, verdict], "v1")
    assert all("投诉了三回" not in body for body in bodies(store))
    kept = decisions.find(store, verdict.decision_id[:6])
    again = judged(from_json(DECLARED, kept.facts).with_asked(kept.asked), kept.doctrine)
    assert again.decision_id == verdict.decision_id
    assert kept.as_of == verdict.law_as_of


@pytest.mark.parametrize("wanted", ["", "zz", "%", "_"])
def test_an_unknown_decision_is_refused(store, verdict, wanted):
    decisions.keep(store, [verdict], "v1")
    with pytest.raises(decisions.NoSuchDecision):
        decisions.find(store, wanted)


def test_a_sound_chain_verifies_and_contains_every_earlier_head(store, verdict):
    assert decisions.verify(store) == decisions.Verified(0, decisions.START)
    decisions.keep(store, [verdict] * 3, "v1")
    head = decisions.verify(store).head
    decisions.keep(store, [verdict], "v1")
    after = decisions.verify(store, head)
    assert (after.entries, after.problem) == (4, "")
    assert after.head != head


@pytest.mark.parametrize("change", ["update decisions set body = body", "delete from decisions"])
def test_an_entry_cannot_be_changed_or_deleted(store, verdict, change):
    decisions.keep(store, [verdict], "v1")
    with pytest.raises(StoreProblem), store.writing() as link:
        link.execute(text(change))
    assert decisions.verify(store).entries == 1


@pytest.mark.parametrize(("change", "problem"), [
    ("update decisions set body = replace(body, 'joint', 'none') where seq = 2", "entry 2 is not what was"),
    ("update decisions set id = 'other' where seq = 2", "entry 2 is not what was"),
    ("update decisions set hash = (select hash from decisions where seq = 1) where seq = 3", "entry 3 is not"),
    ("delete from decisions where seq = 2", "entry 2 is missing"),
    ("delete from decisions where seq = 1", "entry 1 is missing"),
    ("delete from decisions where seq = 3", "its end was cut off"),
])  # fmt: skip
def test_tampering_is_found(store, verdict, change, problem):
    decisions.keep(store, [verdict] * 3, "v1")
    head = decisions.verify(store).head
    force(store, change)
    assert problem in decisions.verify(store, head).problem


def test_decisions_made_at_once_form_one_chain(store, verdict):
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: decisions.keep(store, [verdict], "v1"), range(24)))
    found = decisions.verify(store)
    assert (found.entries, found.problem) == (24, "")
