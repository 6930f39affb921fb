"""The board: the statuses of all grounds on one day, for many variations of the facts at once.

`law_of` compiles the rule table for a day; `judged` reads every ground off the bits of `worlds.Worlds`.
The verdict is world 0 of a board; questions, flips and settling sets (`assistant/whatif.py`) are the others.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property, lru_cache

from assistant.conditions import All, Any, Condition
from assistant.doctrines import Doctrine
from assistant.facts import Facts
from assistant.rules import CONDUCT, DUTIES, GROUNDS, STRENGTH, Basis, Duty, Form, Ground
from assistant.worlds import Program, Worlds

InForce = Callable[[str, date], bool]


@dataclass(frozen=True)
class Rule:
    """A ground on one day: the bases in force then, and when it holds with a carrying one."""

    ground: Ground
    standing: tuple[Basis, ...]
    whole: Condition  # the elements, and where no basis applies to all facts, one that applies
    barred: bool  # no carrying basis was in force


@dataclass(frozen=True)
class Law:
    """All grounds on one day, compiled."""

    rows: tuple[Rule, ...]
    duties: tuple[tuple[Duty, tuple[Basis, ...]], ...]  # with the bases in force then
    program: Program  # what each ground wants, then what puts each in issue
    _by_form: dict[str, tuple[tuple[Form, tuple[str, ...]], ...]] = field(default_factory=dict, repr=False)

    def by_form(self, school: Doctrine) -> tuple[tuple[Form, tuple[str, ...]], ...]:
        """(form, the grounds that give at least that form under this doctrine), strongest form first."""
        if school.id not in self._by_form:
            least = {rule.ground.id: school.forms(rule.ground)[-1] for rule in self.rows}
            self._by_form[school.id] = tuple(
                (form, tuple(ground for ground, one in least.items() if one is form))
                for form in STRENGTH
                if form is not Form.NONE
            )
        return self._by_form[school.id]


@lru_cache(maxsize=256)
def law_of(in_force: InForce, on: date) -> Law:
    """The rule table as it stood on that day."""
    rows = tuple(_rule(ground, in_force, on) for ground in GROUNDS)
    engaged = [rule.ground.engaged or All() for rule in rows]
    duties = tuple((duty, tuple(b for b in duty.bases if in_force(b.ref, on))) for duty in DUTIES)
    return Law(rows, duties, Program([*(rule.whole for rule in rows), *engaged]))


def _rule(ground: Ground, in_force: InForce, on: date) -> Rule:
    standing = tuple(b for b in ground.bases if in_force(b.ref, on))
    needed = [b.when for b in standing if b.carrying]
    conditions = [c for c in needed if c is not None]
    everywhere = not needed or len(conditions) < len(needed)
    whole = ground.when if everywhere else All(ground.when, Any(*conditions))
    return Rule(ground, standing, whole, not needed)


@dataclass(frozen=True)
class Board:
    """The statuses of all grounds in all worlds: rows of bits by ground and status."""

    law: Law
    grounds: Mapping[str, Mapping[str, int]]
    all: int
    _headlines: dict[str, list[tuple[str, int]]] = field(default_factory=dict)

    @cached_property
    def statuses(self) -> dict[str, str]:
        """The status of each ground in world 0, the facts as told."""
        return {
            ground: name for ground, rows in self.grounds.items() for name, bits in rows.items() if bits & 1
        }

    def open(self, worlds: int) -> int:
        """How many grounds are open in these worlds together."""
        return sum((rows["open"] & worlds).bit_count() for rows in self.grounds.values())

    def headlines(self, school: Doctrine) -> list[tuple[str, int]]:
        """(headline, the worlds it stands in)."""
        if school.id not in self._headlines:
            self._headlines[school.id] = self._by_headline(school)
        return self._headlines[school.id]

    def _by_headline(self, school: Doctrine) -> list[tuple[str, int]]:
        found: list[tuple[str, int]] = []
        left, pending = self.all, 0
        for form, grounds in self.law.by_form(school):
            standing = 0
            for ground in grounds:
                rows = self.grounds[ground]
                standing |= rows["established"]
                pending |= rows["open"]
            found.append((form, standing & left))
            left &= ~standing
        return [*found, ("need_facts", left & pending), ("none", left & ~pending)]

    def headline(self, school: Doctrine) -> str:
        """The headline in world 0."""
        return next(form for form, worlds in self.headlines(school) if worlds & 1)

    def settled(self, school: Doctrine) -> int:
        """The worlds in which no open ground could outrank the headline."""
        unsettled, left = 0, self.all
        for _, grounds in self.law.by_form(school):
            for ground in grounds:
                left &= ~self.grounds[ground]["established"]
            for ground in grounds:
                unsettled |= self.grounds[ground]["open"] & left
        return self.all & ~unsettled


def judged(law: Law, facts: Facts, worlds: Worlds) -> Board:
    """The statuses of all grounds in these worlds of the facts."""
    told = 0
    for name in CONDUCT:
        told |= worlds.all if name in facts.asked else worlds.known(name)
    strict, practical, unproved = law.program.judge(worlds, facts)
    engaged = practical[len(law.rows) :]  # the second half of the program
    found = {}
    for rule, (holds, fails), (_, quiet), (_, lost), (touched, _) in zip(
        law.rows, strict, practical, unproved, engaged, strict=False
    ):
        if rule.barred:
            holds, fails = 0, worlds.all
        undecided = worlds.all & ~(holds | fails)
        failing = quiet | (told & lost)
        found[rule.ground.id] = {
            "established": holds,
            "excluded": fails,
            "not_engaged": undecided & ~touched,
            "unproved": undecided & touched & failing,
            "open": undecided & touched & ~failing,
        }
    return Board(law, found, worlds.all)
