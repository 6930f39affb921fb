"""Conditions: three-valued (Kleene) statements over facts, from which the rules are built.

`value(facts)` is True, False or None (unknown). Three modes: `strict` never guesses; `practical`
takes quiet elements (in issue only once the story touches them) as not met while unknown;
`unproved` takes besides every unknown element about the platform that the consumer would have to
prove (knowledge above all) as not met.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Literal, Protocol

from assistant.facts import Facts, answer, plain

Mode = Literal["strict", "practical", "unproved"]


class Condition(Protocol):
    """Anything with a three-valued answer that can name the single facts it rests on."""

    def value(self, facts: Facts, mode: Mode = "strict") -> bool | None:
        """True, False or None, in that mode."""
        ...

    def leaves(self) -> Iterator["Leaf"]:
        """Every single-fact statement in the condition, in reading order."""
        ...

    def __invert__(self) -> "Condition": ...

    def __hash__(self) -> int: ...


@dataclass(frozen=True)
class Leaf:
    """One fact has one of `wanted` values (negated: has another value)."""

    fact: str
    wanted: tuple[bool | str, ...]
    negated: bool = False

    def value(self, facts: Facts, mode: Mode = "strict") -> bool | None:
        fact = facts.known.get(self.fact)
        if fact is None:
            if mode != "unproved":
                return None
            return False if facts.declared[self.fact].lost_in_silence else None
        return (fact.value in self.wanted) is not self.negated

    @cached_property
    def answers(self) -> tuple[str, ...]:
        """The wanted values as `facts.answer` writes them."""
        return tuple(answer(self.fact, value) for value in self.wanted)

    def leaves(self) -> Iterator["Leaf"]:
        yield self

    def __invert__(self) -> "Condition":
        return Leaf(self.fact, self.wanted, not self.negated)

    def __str__(self) -> str:
        wanted = "|".join(plain(w) for w in self.wanted)
        return f"{self.fact}{'≠' if self.negated else '='}{wanted}"


@dataclass(frozen=True)
class Known:
    """Someone has said something about the fact; never False, for silence proves nothing."""

    fact: str

    def value(self, facts: Facts, mode: Mode = "strict") -> bool | None:
        return True if self.fact in facts else (None if mode == "strict" else False)

    def leaves(self) -> Iterator[Leaf]:
        yield Leaf(self.fact, (True, False))

    def __invert__(self) -> Condition:
        raise TypeError("Known has no negation: that a fact is unknown proves nothing")


@dataclass(frozen=True)
class Unless:
    """Presumed to hold until the part is known to hold: silence is no exception."""

    part: Condition

    def value(self, facts: Facts, mode: Mode = "strict") -> bool | None:
        return self.part.value(facts, mode) is not True

    def leaves(self) -> Iterator[Leaf]:
        yield from self.part.leaves()

    def __invert__(self) -> Condition:
        raise TypeError("write the exception itself instead of negating unless(...)")


@dataclass(frozen=True)
class All:
    """Every part holds."""

    parts: tuple[Condition, ...]

    def __init__(self, *parts: Condition) -> None:
        object.__setattr__(self, "parts", parts)

    def value(self, facts: Facts, mode: Mode = "strict") -> bool | None:
        answer: bool | None = True
        for part in self.parts:
            one = part.value(facts, mode)
            if one is False:
                return False
            if one is None:
                answer = None
        return answer

    def leaves(self) -> Iterator[Leaf]:
        for part in self.parts:
            yield from part.leaves()

    def __invert__(self) -> Condition:
        return Any(*(~part for part in self.parts))


@dataclass(frozen=True)
class Any:
    """At least one part holds."""

    parts: tuple[Condition, ...]

    def __init__(self, *parts: Condition) -> None:
        object.__setattr__(self, "parts", parts)

    def value(self, facts: Facts, mode: Mode = "strict") -> bool | None:
        answer: bool | None = False
        for part in self.parts:
            one = part.value(facts, mode)
            if one is True:
                return True
            if one is None:
                answer = None
        return answer

    def leaves(self) -> Iterator[Leaf]:
        for part in self.parts:
            yield from part.leaves()

    def __invert__(self) -> Condition:
        return All(*(~part for part in self.parts))


@dataclass(frozen=True)
class Quiet:
    """A part that is in issue only when the story touches it."""

    part: Condition

    def value(self, facts: Facts, mode: Mode = "strict") -> bool | None:
        answer = self.part.value(facts, mode)
        return False if mode != "strict" and answer is None else answer

    def leaves(self) -> Iterator[Leaf]:
        yield from self.part.leaves()

    def __invert__(self) -> Condition:
        raise TypeError("negate inside quiet(...), not around it")


def yes(fact: str) -> Condition:
    """The fact is stated to hold."""
    return Leaf(fact, (True,))


def no(fact: str) -> Condition:
    """The fact is stated not to hold; silence is not enough."""
    return Leaf(fact, (True,), negated=True)


def one_of(fact: str, *values: str) -> Condition:
    """A choice fact has one of these values."""
    return Leaf(fact, values)


def unless(part: Condition) -> Condition:
    """An exception that must be told to count."""
    return Unless(part)


def quiet(part: Condition) -> Condition:
    """Mark a part as in issue only once touched."""
    return Quiet(part)


def deciding(condition: Condition, facts: Facts, answer: bool) -> list[Leaf]:
    """The leaves on which a decided condition rests: all parts of a true All, the true of an Any."""
    if isinstance(condition, Leaf):
        return [condition] if condition.value(facts) is answer else []
    if isinstance(condition, Quiet):
        return deciding(condition.part, facts, answer)
    found = []
    if isinstance(condition, All | Any):
        for part in condition.parts:
            if part.value(facts) is answer:
                found += deciding(part, facts, answer)
    return found
