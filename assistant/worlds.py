"""Many variations of one set of facts, judged at once.

Questions, flips and certificates all ask "what if this fact were otherwise?", dozens of times for one
verdict. Here every number is a row of bits, one bit a variation ("world"): a fact's value, an element,
a ground. One pass of `&` and `|` through the rules then judges all worlds together. What a condition means
is said once more readably by its `value`; tests hold the two against each other.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from itertools import starmap

from assistant.conditions import All, Any, Condition, Known, Leaf, Quiet, Unless
from assistant.facts import Facts, Value, answer, steps

Answer = tuple[str, Value | None]  # a fact replaced; None: forgotten
Change = Mapping[str, Value | None]
Judge = Callable[[Sequence[int], Sequence[int], Sequence[int], int], list[tuple[int, int]]]


class Variations:
    """Changes to facts, each in worlds of its own: what they put in, whatever the facts are."""

    def __init__(self, count: int, replaced: Mapping[Answer, int]) -> None:
        """`replaced`: by answer, the worlds (a row of bits, world 0 never) in which it is given."""
        self.all = (1 << 1 + count) - 1
        self.has = defaultdict[str, int](int)
        self.known = defaultdict[str, int](int)
        self.changed = defaultdict[str, int](int)  # by fact: the worlds in which it is replaced or forgotten
        for (name, value), worlds in replaced.items():
            self.changed[name] |= worlds
            if value is not None:
                self.known[name] |= worlds
                self.has[answer(name, value)] |= worlds

    @classmethod
    def of(cls, changes: Sequence[Change]) -> "Variations":
        """World i + 1 has the facts changed by `changes[i]`."""
        replaced = defaultdict[Answer, int](int)
        for world, change in enumerate(changes, 1):
            for one in change.items():
                replaced[one] |= 1 << world
        return cls(len(changes), replaced)


class Worlds:
    """World 0 is the facts as told, the others vary them; all closed."""

    def __init__(self, facts: Facts, variations: Variations) -> None:
        self.all = variations.all
        self._has = variations.has.copy()  # by `answer`: the worlds in which it is given
        self._known = variations.known.copy()  # by fact: the worlds in which it has any value
        for name, fact in facts.known.items():
            if fact.source in ("stated", "corrected"):
                self._learn(name, fact.value, self.all & ~variations.changed.get(name, 0))
        self._close(facts)

    def _learn(self, name: str, value: Value, worlds: int) -> None:
        self._known[name] |= worlds
        self._has[answer(name, value)] |= worlds

    def _close(self, facts: Facts) -> None:
        """As `facts.closed` does, world by world, in the same order of rules."""
        loss = facts.known.get("loss")
        if loss and not isinstance(loss.value, str) and loss.value > 0:  # type: ignore[operator]
            self._learn("property_lost", True, self._known["loss"] & ~self._known["property_lost"])
        once = _closing()
        while once(self._has, self._known, self.all):
            pass
        for name, fact in facts.declared.presumptions.items():
            self._learn(name, fact.value, self.all & ~self._known[name])

    def known(self, name: str) -> int:
        """The worlds in which something is known of the fact."""
        return self._known.get(name, 0)

    def truth(self, leaves: Iterable[Leaf]) -> tuple[list[int], list[int]]:
        """(worlds where each statement holds, worlds where it does not)."""
        true, false = [], []
        for leaf in leaves:
            said, holds = self._known[leaf.fact], 0
            if said:
                for wanted in leaf.answers:
                    holds |= self._has[wanted]
                if leaf.negated:
                    holds = said & ~holds
            true.append(holds)
            false.append(said & ~holds)
        return true, false


@lru_cache(maxsize=1)
def _closing() -> Callable[[Mapping[str, int], Mapping[str, int], int], bool]:
    """`facts.steps` compiled to bit arithmetic: one round over (has, known, every); True if it learned."""
    lines = ["def once(has, known, every):", "    moved = False"]
    for conditions, names, gives, left, _ in steps():
        unknown = [f"~known[{name!r}]" for name in names]
        lines += _learning([*starmap(_one_of, conditions.items()), *unknown], names[-1], gives.value)
        if left:
            otherwise = [f"known[{n!r}] & ~has[{answer(n, gives.value)!r}]" for n in names]
            lines += _learning([*otherwise, f"~known[{left!r}]"], left, False)
    made: dict[str, Callable[[Mapping[str, int], Mapping[str, int], int], bool]] = {}
    exec("\n".join([*lines, "    return moved"]), made)  # of our own rules, never of input
    return made["once"]


def _one_of(name: str, wanted: Value | tuple[str, ...]) -> str:
    values = wanted if isinstance(wanted, tuple) else (wanted,)
    return f"({' | '.join(f'has[{answer(name, value)!r}]' for value in values)})"


def _learning(worlds: Iterable[str], name: str, value: Value) -> list[str]:
    """Lines by which the worlds that meet all of the conditions learn a fact."""
    return [
        f"    holds = {' & '.join(worlds)}",
        f"    if holds: known[{name!r}] |= holds; has[{answer(name, value)!r}] |= holds; moved = True",
    ]


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
