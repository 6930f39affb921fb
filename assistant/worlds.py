"""Many variations of one set of facts, judged at once.

Questions, flips and certificates all ask "what if this fact were otherwise?", dozens of times for one
verdict. Here every number is a row of bits, one bit a variation ("world"): a fact's value, an element,
a ground. One pass of `&` and `|` through the rules then judges all worlds together. What a condition means
is said once more readably by its `value`; tests hold the two against each other.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache

from assistant.conditions import All, Any, Condition, Known, Leaf, Quiet, Unless
from assistant.facts import IMPLICATIONS, INFERENCES, Facts, Value, ends

Change = Mapping[str, Value | None]  # facts to replace; None: forgotten
Judge = Callable[[Sequence[int], Sequence[int], Sequence[int], int], list[tuple[int, int]]]


class Worlds:
    """World 0 is the facts as told, world i the facts under `changes[i - 1]`; all closed."""

    def __init__(self, facts: Facts, changes: Sequence[Change]) -> None:
        self.count = 1 + len(changes)
        self.all = (1 << self.count) - 1
        self._has: dict[tuple[str, Value], int] = {}  # worlds in which the fact has that value
        self._known: dict[str, int] = {}  # worlds in which it has any
        for name, fact in facts.known.items():
            if fact.source in ("stated", "corrected"):
                self._known[name] = self._has[name, fact.value] = self.all
        replaced: dict[tuple[str, Value | None], int] = {}
        for number, change in enumerate(changes, 1):
            for literal in change.items():
                replaced[literal] = replaced.get(literal, 0) | 1 << number
        for (name, value), worlds in replaced.items():
            old = facts.known.get(name)
            if old is not None and (name, old.value) in self._has:
                self._has[name, old.value] &= ~worlds
            if value is None:
                self._known[name] = self._known.get(name, 0) & ~worlds
            else:
                self._learn(name, value, worlds)
        self._close(facts)

    def _learn(self, name: str, value: Value, worlds: int) -> None:
        self._known[name] = self._known.get(name, 0) | worlds
        self._has[name, value] = self._has.get((name, value), 0) | worlds

    def _close(self, facts: Facts) -> None:
        """As `facts.closed` does, world by world, in the same order of rules."""
        has, known, everywhere = self._has, self._known, self.all
        loss = facts.known.get("loss")
        if loss and not isinstance(loss.value, str) and loss.value > 0:  # type: ignore[operator]
            self._learn("property_lost", True, known.get("loss", 0) & ~known.get("property_lost", 0))
        moved = True
        while moved:
            moved = False
            for literals, names, value, left in _steps():
                holds = everywhere
                for literal in literals:
                    holds &= _sum(has, literal)
                    if not holds:
                        break
                for name in names:
                    holds &= ~known.get(name, 0)
                if holds:
                    self._learn(names[-1], value, holds)
                    moved = True
                if left:
                    refuted = everywhere & ~known.get(left, 0)
                    for name in names:
                        refuted &= known.get(name, 0) & ~has.get((name, value), 0)
                    if refuted:
                        self._learn(left, False, refuted)
                        moved = True
        for name, declared in facts.declared.items():
            if declared.presumed is not None:
                self._learn(name, declared.presumed, everywhere & ~known.get(name, 0))

    def known(self, name: str) -> int:
        """The worlds in which something is known of the fact."""
        return self._known.get(name, 0)

    def truth(self, leaves: Iterable[Leaf]) -> tuple[list[int], list[int]]:
        """(worlds where each statement holds, worlds where it does not)."""
        has, known = self._has, self._known
        true, false = [], []
        for leaf in leaves:
            name, said, holds = leaf.fact, known.get(leaf.fact, 0), 0
            if said:
                for value in leaf.wanted:
                    holds |= has.get((name, value), 0)
                if leaf.negated:
                    holds = said & ~holds
            true.append(holds)
            false.append(said & ~holds)
        return true, false


def _sum(has: Mapping[tuple[str, Value], int], literals: Iterable[tuple[str, Value]]) -> int:
    worlds = 0
    for literal in literals:
        worlds |= has.get(literal, 0)
    return worlds


@lru_cache(maxsize=1)
def _steps() -> tuple[tuple[tuple[tuple[tuple[str, Value], ...], ...], tuple[str, ...], bool, str], ...]:
    """IMPLICATIONS and INFERENCES as (literals, facts that must be unknown, value, refuted fact)."""
    found: list[tuple[tuple[tuple[tuple[str, Value], ...], ...], tuple[str, ...], bool, str]] = []
    for conditions, (name, value) in IMPLICATIONS:
        ((left, wanted),) = conditions.items()
        found.append(((((left, wanted),),), ends(name), value, left))
    for wide, name, value, _ in INFERENCES:
        literals = tuple(
            tuple((fact, one) for one in (w if isinstance(w, tuple) else (w,))) for fact, w in wide.items()
        )
        found.append((literals, (name,), value, ""))
    return tuple(found)


class Program:
    """Conditions compiled to bit arithmetic over worlds; all of them are judged in one call.

    Strict, lenient and lenient with silence lost are the modes `strict`, `practical` and `unproved` of
    the conditions themselves.
    """

    def __init__(self, conditions: Sequence[Condition]) -> None:
        self._leaves: dict[Leaf, int] = {}
        self._known: dict[str, int] = {}
        self._strict, self._lenient = (self._compiled(conditions, lenient) for lenient in (False, True))

    def judge(self, worlds: Worlds, facts: Facts) -> tuple[list[tuple[int, int]], ...]:
        """(worlds where it holds, worlds where it does not) for each condition: strictly, leniently,
        and leniently with silence lost."""
        true, false = worlds.truth(self._leaves)
        known = [worlds.known(name) for name in self._known]
        silent = [
            worlds.all & ~holds if facts.declared[leaf.fact].lost_in_silence else fails
            for leaf, holds, fails in zip(self._leaves, true, false, strict=True)
        ]
        return (
            self._strict(true, false, known, worlds.all),
            self._lenient(true, false, known, worlds.all),
            self._lenient(true, silent, known, worlds.all),
        )

    def _compiled(self, conditions: Sequence[Condition], lenient: bool) -> "Judge":
        pairs = ", ".join(f"({self._true(c)}, {self._false(c, lenient)})" for c in conditions)
        judge: Judge = eval(f"lambda t, f, k, every: [{pairs}]")  # of our own rule table, never of input
        return judge

    def _true(self, c: Condition) -> str:
        if isinstance(c, Leaf):
            return f"t[{self._leaves.setdefault(c, len(self._leaves))}]"
        if isinstance(c, Known):
            return f"k[{self._known.setdefault(c.fact, len(self._known))}]"
        if isinstance(c, Unless):
            return f"(every & ~{self._true(c.part)})"
        if isinstance(c, Quiet):
            return self._true(c.part)
        if isinstance(c, All | Any):
            parts = [self._true(part) for part in c.parts]
            return _joined(" & ", parts, "every") if isinstance(c, All) else _joined(" | ", parts, "0")
        raise TypeError(f"no bit arithmetic for {c!r}; add it here and to its `value`")

    def _false(self, c: Condition, lenient: bool) -> str:
        if isinstance(c, Leaf):
            self._true(c)
            return f"f[{self._leaves[c]}]"
        if isinstance(c, Known):
            return f"(every & ~{self._true(c)})" if lenient else "0"
        if isinstance(c, Unless):
            return self._true(c.part)
        if isinstance(c, Quiet):
            return f"(every & ~{self._true(c)})" if lenient else self._false(c.part, lenient)
        if isinstance(c, All | Any):
            parts = [self._false(part, lenient) for part in c.parts]
            return _joined(" | ", parts, "0") if isinstance(c, All) else _joined(" & ", parts, "every")
        raise TypeError(f"no bit arithmetic for {c!r}; add it here and to its `value`")


def _joined(sign: str, parts: Sequence[str], empty: str) -> str:
    return f"({sign.join(parts)})" if parts else empty
