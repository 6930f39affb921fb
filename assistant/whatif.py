"""What if: the questions that settle a verdict, the changes that flip it, what it does not depend on.

All of it is read off one board: world 0 is the facts as told, each other world a single change of them.
Nothing is worked out before someone asks for it.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache, cached_property, lru_cache
from itertools import combinations, count, islice
from typing import TYPE_CHECKING, NamedTuple

from assistant.board import Board, InForce, Law, judged, law_of
from assistant.conditions import Condition, Leaf, Quiet
from assistant.doctrines import DOCTRINES, Doctrine
from assistant.facts import Declarations, Facts, Value, ancestors, plain
from assistant.rules import CHANGES_OF_LAW, CONDUCT, GROUNDS, STRENGTH, Form, Ground
from assistant.worlds import Answer, Variations, Worlds

if TYPE_CHECKING:
    from assistant.verdict import GroundResult

Given = tuple[str, Value]  # a fact with the value it is changed to

# A consumer can say whether they complained, not what the platform knew.
ASK_INSTEAD: Mapping[str, str] = {
    "knew": "complained_to_platform",
    "should_have_known": "violation_was_obvious",
    "merchant_infringed": "infringement",
    "rights_harmed": "infringement",
}


@dataclass(frozen=True)
class Flip:
    """The smallest change of facts that would change the form: usually one fact."""

    change: Mapping[str, str]  # fact → yes | no | a choice
    liability: str

    def to_json(self, facts: Facts) -> dict[str, object]:
        """Who must prove the change, and what would prove it, stand beside it."""
        declared = [facts.declared[name] for name in self.change]
        burdens = {d.name: d.burden for d in declared}
        return {
            "change": dict(self.change), "liability": self.liability, "burden": declared[0].burden,
            "burdens": burdens, "proof": {d.name: dict(d.proof) for d in declared if d.proof},
        }  # fmt: skip


@dataclass(frozen=True)
class Period:
    """The form under the law that held from a day on, until the next period."""

    start: date
    liability: str

    def to_json(self) -> dict[str, str]:
        return {"from": self.start.isoformat(), "liability": self.liability}


@dataclass(frozen=True)
class Certificate:
    """The form holds whatever the answers to `whatever`; only `depends_on` could still change it."""

    form: str
    whatever: tuple[str, ...]
    depends_on: tuple[str, ...]

    def to_json(self) -> dict[str, object]:
        return {"form": self.form, "whatever": list(self.whatever), "depends_on": list(self.depends_on)}


@dataclass(frozen=True)
class WhatIf:
    """The facts as told and as closed, under the law of one day and one doctrine, and their variations."""

    told: Facts
    complete: Facts
    law: Law
    school: Doctrine

    @cached_property
    def board(self) -> Board:
        """World 0 and every single change."""
        return judged(self.law, self.told, Worlds(self.told, _singles(self.told.declared).variations))

    @cached_property
    def headline(self) -> str:
        """The form on the facts as told."""
        return self.board.headline(self.school)

    @cached_property
    def other_doctrines(self) -> dict[str, str]:
        """The form under each other school."""
        return {name: self.board.headline(other)
                for name, other in DOCTRINES.items() if other is not self.school}  # fmt: skip

    @cached_property
    def ranked(self) -> tuple[str, ...]:
        """The unknown facts worth asking: those whose answers settle most first, the consumer's own before
        the platform's."""
        declared, left = self.told.declared, dict.fromkeys(self._candidates(), 0)
        for (name, _), world in _singles(declared).worlds.items():
            if name in left:
                left[name] |= 1 << world
        order = {name: number for number, name in enumerate(declared)}
        worth = {n: (self.board.open(worlds), declared[n].burden == "platform", order[n])
                 for n, worlds in left.items()}  # fmt: skip
        first = ["infringement"] if "infringement" in left and "rights_harmed" not in self.complete else []
        return (*first, *sorted((n for n in left if n not in first), key=worth.__getitem__))

    def _candidates(self) -> Iterable[str]:
        """Unknown facts on which an open ground depends that would outrank the headline."""
        strength = place(self.headline)
        names: dict[str, None] = {}
        for rule in self.law.rows:
            least = self.school.forms(rule.ground)[-1]
            if self.board.statuses[rule.ground.id] != "open" or STRENGTH.index(least) >= strength:
                continue
            for name in _in_issue(rule.ground.when, self.complete):
                name = ASK_INSTEAD.get(name, name)
                if name not in self.complete and name not in self.told.asked:
                    names[name] = None
        return names

    @cached_property
    def settling(self) -> tuple[str, ...]:
        """The smallest set of questions whose answers settle the form, whatever they are; () if it is
        settled, or if no two of all do and no three of the six that settle most."""
        names = [n for n in self.ranked if self.told.declared[n].kind == "yes_no"]
        alone = self.board.settled(self.school)
        left = {
            name for (name, _), world in _singles(self.told.declared).worlds.items() if not alone >> world & 1
        }
        single = next((name for name in names if name not in left), None)
        if single or not names:
            return (single,) if single else ()
        return self._first_that_settles([*combinations(names, 2), *combinations(names[:6], 3)])

    def _first_that_settles(self, sets: Sequence[tuple[str, ...]]) -> tuple[str, ...]:
        """The first set whose every combination of answers settles the form; its worlds stand in a row."""
        worlds, masks, start = defaultdict[Answer, int](int), [], 1
        for some in sets:
            answers = 1 << len(some)
            for name, (yes, no) in zip(some, _halves(len(some)), strict=True):
                worlds[name, True] |= yes << start
                worlds[name, False] |= no << start
            masks.append((1 << answers) - 1 << start)
            start += answers
        board = judged(self.law, self.told, Worlds(self.told, Variations(start - 1, worlds)))
        settled = board.settled(self.school)
        return next((some for some, mask in zip(sets, masks, strict=True) if settled & mask == mask), ())

    @cached_property
    def flips(self) -> tuple[Flip, ...]:
        """The smallest changes of fact that bring another form: single ones, or where none settles it,
        pairs. Settled forms and the platform's conduct first."""
        about, statuses = self.told.declared, self.board.statuses
        live = dict.fromkeys(
            name
            for rule in self.law.rows
            if statuses[rule.ground.id] in ("established", "open", "unproved")
            for name in _read(rule.ground.when)
            if about[name].kind == "yes_no" and about[name].about != "damage"
        )
        singles = [
            (name, value) for name in live for value in (True, False) if self.complete[name] is not value
        ]
        worlds = _singles(about).worlds
        found = list(self._changed(self.board, (((one,), worlds[one]) for one in singles)))
        if all(flip.liability == "need_facts" for flip in found):
            settled = (flip for flip in self._pairs(singles) if flip.liability != "need_facts")
            found += islice(settled, 6)

        def order(flip: Flip) -> tuple[bool, int, bool]:
            first = next(iter(flip.change))
            return (flip.liability == "need_facts", len(flip.change), about[first].about != "platform")

        return tuple(sorted(found, key=order))

    def _pairs(self, singles: Sequence[Given]) -> Iterator[Flip]:
        pairs = [(a, b) for a, b in combinations(singles, 2) if a[0] != b[0]]
        worlds: dict[Answer, int] = dict.fromkeys(singles, 0)
        for world, pair in enumerate(pairs, 1):
            for answer in pair:
                worlds[answer] |= 1 << world
        board = judged(self.law, self.told, Worlds(self.told, Variations(len(pairs), worlds)))
        return self._changed(board, zip(pairs, count(1), strict=False))

    def _changed(
        self, board: Board, changes: Iterable[tuple[tuple[tuple[str, Value], ...], int]]
    ) -> Iterator[Flip]:
        forms = board.headlines(self.school)
        same = next(worlds for form, worlds in forms if form == self.headline)
        for change, world in changes:
            if not same >> world & 1:
                form = next(form for form, worlds in forms if worlds >> world & 1)
                yield Flip({name: plain(value) for name, value in change}, form)


def place(headline: str) -> int:
    """The place of a headline in the order of strength: 0 is the strongest; last: need_facts."""
    return len(STRENGTH) if headline == "need_facts" else STRENGTH.index(Form(headline))


@lru_cache(maxsize=1)
def _changeable() -> tuple[str, ...]:
    """Facts whose change is tried: every one that a ground reads, and what is asked instead."""
    read = [name for ground in GROUNDS for name in _reads(ground)]
    return tuple(dict.fromkeys([*read, *ASK_INSTEAD.values()]))


@cache
def _halves(size: int) -> tuple[tuple[int, int], ...]:
    """For each of so many questions: those of the worlds of all answers in which it is yes, and is no."""
    worlds = range(1 << size)
    yes = [sum(1 << world for world in worlds if world >> place & 1) for place in range(size)]
    return tuple((bits, (1 << len(worlds)) - 1 & ~bits) for bits in yes)


class _Singles(NamedTuple):
    """Every single change of a fact: its world, and all of them as variations."""

    worlds: Mapping[Given, int]
    variations: Variations


@lru_cache(maxsize=8)
def _singles(declared: Declarations) -> _Singles:
    tried = [answer for name in _changeable() for answer in declared[name].answers]
    worlds = {answer: world for world, answer in enumerate(tried, 1)}
    return _Singles(worlds, Variations(len(tried), {answer: 1 << world for answer, world in worlds.items()}))


@cache
def _read(condition: Condition) -> tuple[str, ...]:
    """The facts a condition reads, each once, in reading order."""
    return tuple(dict.fromkeys(leaf.fact for leaf in condition.leaves()))


def _reads(ground: Ground) -> tuple[str, ...]:
    """The facts a ground reads, those that put it in issue too."""
    return _read(ground.when) + (_read(ground.engaged) if ground.engaged else ())


def _in_issue(condition: Condition, facts: Facts) -> list[str]:
    """Unknown facts worth asking: those of the undecided parts that are not quiet."""
    if condition.value(facts, "practical") is not None or isinstance(condition, Quiet):
        return []
    if isinstance(condition, Leaf):
        return [condition.fact]
    return [name for part in getattr(condition, "parts", ()) for name in _in_issue(part, facts)]


def certify(facts: Facts, grounds: Sequence["GroundResult"], headline: str) -> Certificate:
    """What the form does not depend on. An unknown fact matters where a ground that could change the form
    reads it, or reads what may be inferred from it."""
    strength = len(STRENGTH) if headline == "none" else place(headline)
    read: set[str] = set()
    for result in grounds:
        standing = STRENGTH.index(result.form)
        if standing > strength:
            continue
        if result.undecided and standing < strength:
            read.update(_reads(result.ground))
        elif not result.undecided and (standing < strength or result.status == "established"):
            read.update(item.partition("=")[0] for item in result.because)
    if headline in ("need_facts", "none"):
        read.update(CONDUCT)
    unsure = {name for name in read if facts.source(name) not in ("stated", "corrected")}
    causes = unsure.union(*(ancestors(name) for name in unsure))
    unknown = [
        n for n, d in facts.declared.items() if n not in facts.known and d.kind in ("yes_no", "choice")
    ]
    return Certificate(
        headline,
        tuple([n for n in unknown if n not in causes]),
        tuple([n for n in unknown if n in causes]),
    )


def form_over_time(facts: Facts, in_force: InForce, school: Doctrine) -> tuple[Period, ...]:
    """The form under the law of each time, where it changes."""
    found: list[Period] = []
    told = Worlds(facts, Variations.of(()))
    for start in CHANGES_OF_LAW:
        form = judged(law_of(in_force, start), facts, told).headline(school)
        if not found or found[-1].liability != form:
            found.append(Period(start, form))
    return tuple(found)
