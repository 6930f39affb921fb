"""The whole space of facts, by rule: every combination of a rule's elements, and properties that hold in each.

Bit arithmetic (assistant.worlds) judges a thousand combinations in one pass, so a space of tens of
thousands takes a fraction of a second. A rule whose elements have more than LIMIT combinations is
taken apart: each sub-condition over its whole space while its siblings stand still in the way that lets
it decide, and a fixed sample of all combinations.
"""

import random
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from functools import lru_cache
from itertools import product
from math import prod

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.board import judged, law_of
from assistant.conditions import All, Any, Condition, Leaf
from assistant.doctrines import ARTICLE_OWN, DOCTRINES, Doctrine, doctrine
from assistant.facts import Facts, Value, closed, declarations, from_json
from assistant.law import Library
from assistant.rules import CHANGES_OF_LAW, DUTIES, GROUNDS, STRENGTH, Duty, Form, Ground
from assistant.settings import bundled
from assistant.verdict import DutyResult, GroundResult, Verdict, _duty, assess
from assistant.whatif import WhatIf
from assistant.worlds import Program, Variations, Worlds
from tests.test_cases import CASES

LIBRARY = Library(bundled("corpus"))
DECLARED = declarations(bundled("corpus") / "facts.yaml")
NOTHING = Facts(DECLARED)
TODAY = LIBRARY.as_of
LIMIT, CHUNK, SAMPLE = 60_000, 1_024, 8_000
STATUSES = ("established", "excluded", "open", "unproved", "not_engaged")
CHOICES: Mapping[str, tuple[Value, ...]] = {
    name: (True, False) if d.kind == "yes_no" else d.choices
    for name, d in DECLARED.items() if d.kind in ("yes_no", "choice")
}  # fmt: skip
LITERALS = [(name, value) for name, values in CHOICES.items() for value in values]
LEAVES = [Leaf(name, (value,)) for name, value in LITERALS]
CARRYING = [(g.id, b) for g in GROUNDS for b in g.bases if b.carrying]
APPLIES = Program([b.when or All() for _, b in CARRYING])

Axes = dict[str, tuple[Value | None, ...]]  # each fact and the values it takes; None, unknown, first


# ---- spaces


def axes_of(leaves: Iterable[Leaf]) -> Axes:
    """Yes, no and unknown; of a choice the values that matter, one other and unknown."""
    wanted: dict[str, dict[Value, None]] = {}
    for leaf in leaves:
        if leaf.fact in CHOICES:
            wanted.setdefault(leaf.fact, {}).update(dict.fromkeys(leaf.wanted))
    axes: Axes = {}
    for name, values in wanted.items():
        others = [value for value in CHOICES[name] if value not in values]
        axes[name] = (None, *(v for v in CHOICES[name] if v in values), *others[:1])
    return axes


def size(axes: Axes) -> int:
    return prod(map(len, axes.values()))


def spaces(rule: Condition, others: Iterable[Condition]) -> Iterator[tuple[Axes, dict[str, Value]]]:
    """(facts that vary, facts that stand): the rule's elements in every combination; then with each value
    of each fact that only its bases and scopes read."""
    parts = list(_parts(rule, {}))
    yield from parts
    elements = {leaf.fact for leaf in rule.leaves()}
    for name, values in axes_of(leaf for c in others for leaf in c.leaves()).items():
        for value in values[1:]:
            if name not in elements and value is not None:
                yield from (
                    (axes, {**fixed, name: value}) for axes, fixed in parts if size(axes) <= LIMIT // 3
                )


def _parts(c: Condition, fixed: dict[str, Value]) -> Iterator[tuple[Axes, dict[str, Value]]]:
    axes = axes_of(c.leaves())
    if size(axes) <= LIMIT:
        yield axes, {name: value for name, value in fixed.items() if name not in axes}
        return
    parts = c.parts if isinstance(c, All | Any) else (c.part,)  # type: ignore[attr-defined]
    for part in parts:
        standing = dict(fixed)
        for sibling in parts:
            if sibling is not part:
                standing.update(_made(sibling, isinstance(c, All)))
        yield from _parts(part, standing)


def _made(c: Condition, holds: bool) -> dict[str, Value]:
    """Facts that make the condition hold (or fail), roughly: a coverage aid, not a proof."""
    made: dict[str, Value] = {}
    for leaf in c.leaves():
        others = [value for value in CHOICES.get(leaf.fact, ()) if value not in leaf.wanted]
        made[leaf.fact] = leaf.wanted[0] if holds is not leaf.negated else others[0]
    return made


def combinations_of(axes: Axes) -> Iterator[dict[str, Value]]:
    for values in product(*axes.values()):
        yield {n: v for n, v in zip(axes, values, strict=True) if v is not None}


def sampled(leaves: Iterable[Leaf], seed: str) -> list[dict[str, Value]]:
    axes, chance = axes_of(leaves), random.Random(seed)
    rows = ({name: chance.choice(values) for name, values in axes.items()} for _ in range(SAMPLE))
    return [{name: value for name, value in row.items() if value is not None} for row in rows]


# ---- judging many combinations at once


class Judged:
    """Rows of bits, one bit a combination: ground and status, fact and value, basis that applies."""

    def __init__(self, rows: Iterable[Mapping[str, Value]], fixed: Mapping[str, Value], on: date) -> None:
        base = from_json(DECLARED, dict(fixed))
        pieces: list[list[int]] = []
        self.count = 0
        for some in _chunks(rows):
            pieces.append(_bits(base, some, on))
            self.count += len(some)
        whole = [int.from_bytes(b"".join(p.to_bytes(CHUNK // 8, "little") for p in row), "little")
                 for row in zip(*pieces, strict=True)]  # fmt: skip
        self.all = (1 << self.count) - 1
        numbers = iter(whole)
        self.status = {g.id: {status: next(numbers) for status in STATUSES} for g in GROUNDS}
        self.has = {literal: next(numbers) for literal in LITERALS}
        self.applies = [next(numbers) for _ in CARRYING]
        self.known = dict.fromkeys(CHOICES, 0)
        for (name, _), bits in self.has.items():
            self.known[name] |= bits


def _chunks(rows: Iterable[Mapping[str, Value]]) -> Iterator[list[Mapping[str, Value]]]:
    some: list[Mapping[str, Value]] = []
    for row in rows:
        some.append(row)
        if len(some) == CHUNK:
            yield some
            some = []
    if some:
        yield some


def _bits(base: Facts, rows: Sequence[Mapping[str, Value]], on: date) -> list[int]:
    """World 0, the base itself, is left out."""
    worlds = Worlds(base, Variations.of(rows))
    board = judged(law_of(LIBRARY.in_force, on), base, worlds)
    statuses = [board.grounds[g.id][status] >> 1 for g in GROUNDS for status in STATUSES]
    facts = [bits >> 1 for bits in worlds.truth(LEAVES)[0]]
    applies = [holds >> 1 for holds, _ in APPLIES.judge(worlds, base)[0]]
    return statuses + facts + applies


# ---- properties of every combination


def check_each_ground_has_one_status(judged: Judged) -> None:
    for ground, rows in judged.status.items():
        seen = 0
        for bits in rows.values():
            assert not seen & bits, ground
            seen |= bits
        assert seen == judged.all, ground


def check_nothing_is_established_without_a_carrying_basis_in_force(judged: Judged, on: date) -> None:
    carried = dict.fromkeys(judged.status, 0)
    for (ground, basis), bits in zip(CARRYING, judged.applies, strict=True):
        if LIBRARY.in_force(basis.ref, on):
            carried[ground] |= bits
    for ground, rows in judged.status.items():
        assert not rows["established"] & ~carried[ground], ground


def check_headlines_and_lenses(judged: Judged) -> None:
    """Over the distinct outcomes of the space, each under every school."""
    for statuses in _outcomes(judged):
        headlines = {school: _check_headline(statuses, school) for school in DOCTRINES}
        standing = dict(zip((g.id for g in GROUNDS), statuses, strict=True))
        by_lens = {g.id for g in GROUNDS if g.form is Form.CORRESPONDING}
        if not any(standing[ground] == "established" for ground in by_lens):
            assert len(set(headlines.values())) == 1


def _outcomes(judged: Judged) -> list[tuple[str, ...]]:
    """The distinct combinations of statuses, by splitting the worlds ground by ground."""
    groups: list[tuple[int, tuple[str, ...]]] = [(judged.all, ())]
    for rows in judged.status.values():
        groups = [(both, (*path, status)) for worlds, path in groups for status, bits in rows.items()
                  if (both := worlds & bits)]  # fmt: skip
    return [path for _, path in groups]


def _verdict(statuses: tuple[str, ...], school: Doctrine) -> Verdict:
    grounds = tuple(
        GroundResult(ground, school.forms(ground), status, "whole", (), (), NOTHING)
        for ground, status in zip(GROUNDS, statuses, strict=True)
    )
    what_if = WhatIf(NOTHING, NOTHING, law_of(LIBRARY.in_force, TODAY), school)
    return Verdict(NOTHING, grounds, (), school, TODAY, (), LIBRARY.in_force, what_if)


@lru_cache(maxsize=100_000)
def _check_headline(statuses: tuple[str, ...], name: str) -> str:
    """floor ≤ headline ≤ ceiling, by strength; the headline is the strongest established form."""
    school = doctrine(name)
    verdict = _verdict(statuses, school)
    headline, possible, certain = verdict.liability, verdict.possible, verdict.certain
    forms = [school.forms(g)[-1] for g, s in zip(GROUNDS, statuses, strict=True) if s == "established"]
    ceiling, floor = STRENGTH.index(Form(possible[0])), STRENGTH.index(Form(possible[-1]))
    assert ceiling <= floor
    if forms:
        assert headline == certain == possible[-1] == min(forms, key=STRENGTH.index)
        assert ceiling <= STRENGTH.index(Form(headline)) <= floor
    elif headline == "need_facts":
        assert "open" in statuses
        assert len(possible) > 1
        assert certain == "undetermined"
    else:
        assert headline == "none" == possible[-1]
        assert "open" not in statuses
        assert certain == ("none" if set(statuses) == {"excluded"} else "undetermined")
    return headline


def check_learning_a_fact_is_monotone(judged: Judged, axes: Axes) -> None:
    """A combination with one unknown fact learned is a fixed step away; compare all of them at once.

    Left out: combinations where the fact was not unknown (inferred or presumed), where an inference gave
    way to what was learned, and a financial or content subject, which lifts the presumption that the
    E-Commerce Law applies.
    """
    step = judged.count
    for name, values in axes.items():
        step //= len(values)
        unknown = _where_unknown(judged.count, step, len(values)) & ~judged.known[name]
        for place, value in enumerate(values[1:], 1):
            if value in ("financial", "content"):
                continue
            same = unknown
            for bits in judged.has.values():
                same &= ~(bits & ~(bits >> place * step))
            for ground, rows in judged.status.items():
                for status in ("established", "excluded"):
                    lost = same & rows[status] & ~(rows[status] >> place * step)
                    assert not lost, f"{ground} {status}: learning {name}={value} in {lost.bit_length() - 1}"


def _where_unknown(count: int, step: int, values: int) -> int:
    """The combinations in which an axis has its first value: runs of `step` in every `step * values`."""
    run, bits, width = (1 << step) - 1, 0, step * values
    bits = run
    while width < count:
        bits |= bits << width
        width *= 2
    return bits & ((1 << count) - 1)


def check(judged: Judged, on: date) -> None:
    check_each_ground_has_one_status(judged)
    check_nothing_is_established_without_a_carrying_basis_in_force(judged, on)
    check_headlines_and_lenses(judged)


def seen(judged: Judged, ground: Ground) -> set[str]:
    return {status for status, bits in judged.status[ground.id].items() if bits}


# ---- grounds


def whole(ground: Ground) -> Condition:
    return All(ground.when, ground.engaged) if ground.engaged else All(ground.when)


def read_beside(ground: Ground) -> list[Condition]:
    return [b.when for b in ground.bases if b.when] + [c for c, _ in ground.scopes]


@pytest.mark.parametrize("ground", GROUNDS, ids=lambda g: g.id)
def test_every_combination_of_a_grounds_elements(ground):
    occurring: set[str] = set()
    for axes, fixed in spaces(whole(ground), read_beside(ground)):
        judged = Judged(combinations_of(axes), fixed, TODAY)
        assert judged.count == size(axes)
        check(judged, TODAY)
        check_learning_a_fact_is_monotone(judged, axes)
        occurring |= seen(judged, ground)
    rows = sampled((leaf for c in (whole(ground), *read_beside(ground)) for leaf in c.leaves()), ground.id)
    judged = Judged(rows, {}, TODAY)
    check(judged, TODAY)
    occurring |= seen(judged, ground)
    shown = {case["grounds"][ground.id] for case in CASES if ground.id in case.get("grounds", {})}
    assert occurring == shown, "every status that occurs has a situation in tests/cases/, and no other"


@pytest.mark.parametrize("on", CHANGES_OF_LAW, ids=str)
def test_under_the_law_of_every_time(on):
    for ground in GROUNDS:
        leaves = (leaf for c in (whole(ground), *read_beside(ground)) for leaf in c.leaves())
        check(Judged(sampled(leaves, f"{ground.id} {on}")[:CHUNK], {}, on), on)


def test_bits_say_what_the_verdict_says():
    for ground in GROUNDS:
        rows = sampled(whole(ground).leaves(), f"{ground.id} one by one")[:12]
        judged = Judged(rows, {}, TODAY)
        for number, row in enumerate(rows):
            for result in assess(from_json(DECLARED, row), LIBRARY.in_force, TODAY).grounds:
                assert judged.status[result.ground.id][result.status] >> number & 1


# ---- duties


@pytest.mark.parametrize("duty", DUTIES, ids=lambda d: d.code)
def test_every_combination_of_a_dutys_elements(duty):
    rule = All(duty.engaged, duty.breached) if duty.engaged else All(duty.breached)
    beside = [b.when for b in duty.bases if b.when]
    occurring = set()
    for axes, fixed in spaces(rule, beside):
        rows = list(combinations_of(axes))
        statuses = [_status(duty, {**fixed, **row}) for row in rows]
        occurring |= {status for _, status in statuses}
        _check_learning(statuses, axes)
    assert (
        {"breached", "fulfilled", "unknown"}
        <= occurring
        <= {"breached", "fulfilled", "unknown", "not_engaged"}
    )


def _duty_of(duty: Duty, facts: Facts, on: date) -> DutyResult:
    bases = next(bases for one, bases in law_of(LIBRARY.in_force, on).duties if one.code == duty.code)
    return _duty(duty, bases, facts)


def _status(duty: Duty, row: Mapping[str, Value]) -> tuple[Facts, str]:
    facts = closed(from_json(DECLARED, row))
    result = _duty_of(duty, facts, TODAY)
    assert result == _duty_of(duty, facts, TODAY)
    if result.status in ("breached", "fulfilled"):
        assert result.basis
        assert duty.engaged is None or duty.engaged.value(facts) is True
        assert duty.breached.value(facts) is (result.status == "breached")
    return facts, result.status


def _check_learning(statuses: Sequence[tuple[Facts, str]], axes: Axes) -> None:
    """What is learned never turns a breach into fulfilment or back, unless an inference gave way."""
    step = len(statuses)
    for name, values in axes.items():
        step //= len(values)
        for number, (before, old) in enumerate(statuses):
            if old not in ("breached", "fulfilled") or name in before:
                continue
            for place in range(1, len(values)):
                after, new = statuses[number + place * step]
                if all(after[fact] == known.value for fact, known in before.known.items()):
                    assert new == old or (name == "subject" and new == "not_engaged")


# A ground that reproaches a neglected duty, and that duty.
REPROACHES = {
    "joint-knowledge": "necessary_measures", "supplementary-review": "qualification_review",
    "advance-payment": "seller_information_disclosure",
}  # fmt: skip


@pytest.mark.parametrize("on", [*CHANGES_OF_LAW, TODAY], ids=str)
@pytest.mark.parametrize("ground", REPROACHES)
def test_where_a_ground_is_established_the_duty_it_reproaches_is_breached(ground, on):
    when = next(g.when for g in GROUNDS if g.id == ground)
    duty = next(d for d in DUTIES if d.code == REPROACHES[ground])
    rows = list(combinations_of(axes_of(when.leaves())))
    established = Judged(rows, {}, on).status[ground]["established"]
    for number in [n for n in range(len(rows)) if established >> n & 1][::5]:
        facts = closed(from_json(DECLARED, rows[number]))
        assert _duty_of(duty, facts, on).status == "breached", rows[number]


# ---- everything at once

some_facts = st.dictionaries(st.sampled_from(sorted(CHOICES)), st.integers(0, 20), max_size=16).map(
    lambda row: {name: CHOICES[name][i % len(CHOICES[name])] for name, i in row.items()}
)
days = st.sampled_from((TODAY, TODAY, *CHANGES_OF_LAW))


@settings(max_examples=400, deadline=None, derandomize=True)
@given(some_facts, days)
def test_every_set_of_facts_and_all_its_neighbours(row, on):
    """A drawn set of facts and every set one fact away: some hundred at once, more than 10,000 in all."""
    neighbours = [{name: value} for name, value in LITERALS if row.get(name) != value]
    judged = Judged([{}, *neighbours], row, on)
    assert judged.count > 100
    check(judged, on)
    for number, change in enumerate(neighbours, 1):
        _check_neighbour(judged, number, *next(iter(change.items())))


def _check_neighbour(judged: Judged, number: int, name: str, value: Value) -> None:
    if judged.known[name] & 1 or value in ("financial", "content"):
        return
    if any(bits & 1 and not bits >> number & 1 for bits in judged.has.values()):
        return  # an inference gave way
    for ground, rows in judged.status.items():
        for status in ("established", "excluded"):
            if rows[status] & 1:
                assert rows[status] >> number & 1, (ground, status, name, value)


@settings(max_examples=300, deadline=None, derandomize=True)
@given(some_facts, days)
def test_the_whole_verdict_is_consistent(row, on):
    facts = from_json(DECLARED, row)
    verdict = assess(facts, LIBRARY.in_force, on)
    assert verdict.to_json() == assess(facts, LIBRARY.in_force, on).to_json()
    statuses = tuple(g.status for g in verdict.grounds)
    assert verdict.liability == _check_headline(statuses, ARTICLE_OWN)
    assert {name: _check_headline(statuses, name) for name in verdict.other_doctrines} == dict(
        verdict.other_doctrines
    )
    for result in verdict.established:
        assert any(b.carrying and b.ref in result.basis for b in result.ground.bases)
