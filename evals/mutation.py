"""`make mutation`: is every line of the rules and the verdict held down by some test?

A mutant is the program with one small fault put in on purpose. A test that fails on it kills it; a mutant
that survives is a fault nobody would notice. Mutated are the rule table (`assistant/rules.py`, row by row, as
values), and `verdict.py`, `board.py`, `whatif.py` and `worlds.py` beside it (as syntax trees). The judges are
the situations of `tests/cases` and the properties of `tests/test_verdict.py` and `tests/test_space.py`, those
that draw their facts over a sample that is the same in every run.

Everything runs in this one process. Tools like mutmut and cosmic-ray start a new test run for each mutant;
at some seconds a start, two thousand mutants would take hours on two cores. Here the corpus, the facts and
the samples are read once, a mutant is a fresh module put in the place of the real one, a ground's mutants
meet the situations about that ground first, and the check that killed last is asked first.

A mutant that does not even import is not counted. One that works for more than five seconds on one check
loops, and counts as killed. Annotations, texts and decorators (`frozen`, `maxsize`) are left alone.

    python -m evals.mutation [rules] [verdict] [board] [whatif] [worlds]

`docs/mutation.md` explains the survivors.
"""

import ast
import functools
import importlib
import signal
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date
from itertools import product
from pathlib import Path
from types import FrameType, ModuleType
from typing import Any as Untyped

import hypothesis

from assistant import board, rules, verdict, whatif, worlds
from assistant.conditions import All, Any, Condition, Known, Leaf, Quiet, Unless
from assistant.facts import Fact, Facts, Value
from assistant.rules import CHANGES_OF_LAW, DUTIES, GROUNDS, STRENGTH, Basis, Duty, Form, Ground

ROOT = Path(__file__).parent.parent
LEAST = 0.9  # of the rules' and the verdict's mutants must be killed
SECONDS = 5  # of work for one check, which takes some milliseconds
DRAWN = 25  # sets of facts a property is tried on
NOT_ASKED = {
    "test_the_decision_is_the_same_in_another_process_and_hash_seed",  # another process knows no mutant
    "test_the_days_on_which_the_law_changes_are_read_off_the_library",  # reads the library only
    "test_every_fact_is_used_by_a_rule_an_inference_or_a_remedy",  # reads sources only
}
TRUE, FALSE = All(), Any()


# ---- checks: what can kill


@dataclass(frozen=True, eq=False)
class Check:
    """One situation, or one property on one set of facts. `run` raises where it fails."""

    name: str
    run: Callable[[], object]
    about: frozenset[str] = frozenset()  # grounds and duties it speaks of
    table: bool = False  # of a row of the table itself, whatever the verdict makes of it


class _Loops(BaseException):
    """Raised by the alarm; no `except Exception` of the code under test swallows it."""


def _situations() -> list[Check]:
    cases = importlib.import_module("tests.test_cases")

    def check(case: Mapping[str, Untyped]) -> Check:
        wanted = {key: value for key, value in case.items() if key not in ("name", "facts", "asked")}
        about = {name for value in wanted.values() if isinstance(value, dict) for name in value}

        def run() -> None:
            assert cases.outcome(case) == wanted

        return Check(case["name"], run, frozenset(about))

    return [check(case) for case in cases.CASES]


def _properties() -> list[Check]:
    """Plain tests as they are; those that draw, on a sample spread over what hypothesis draws."""
    hypothesis.settings.register_profile("mutation", derandomize=True, database=None)
    hypothesis.settings.load_profile("mutation")
    found: list[Check] = []
    for name in ("tests.test_verdict", "tests.test_space"):
        module = importlib.import_module(name)
        for title, test in vars(module).items():
            if not title.startswith("test_") or title in NOT_ASKED:
                continue
            if hasattr(test, "hypothesis"):
                drawn = _drawn(test)
                step = max(1, len(drawn) // DRAWN)
                inner = test.hypothesis.inner_test
                found += [
                    Check(f"{title}[{i}]", functools.partial(inner, **row))
                    for i, row in enumerate(drawn[::step])
                ]
            elif not test.__code__.co_argcount:
                found.append(Check(title, test))
            elif test.__code__.co_varnames[:1] == ("row",):  # a test of each row of the table
                found += [Check(f"{title}[{row}]", functools.partial(test, row), frozenset({row}), table=True)
                          for row in (*(g.id for g in GROUNDS), *(d.code for d in DUTIES))]  # fmt: skip
    return found


def _drawn(test: Untyped) -> list[dict[str, object]]:
    """All that hypothesis would try the property on."""
    rows: list[dict[str, object]] = []
    inner = test.hypothesis.inner_test
    test.hypothesis.inner_test = lambda **row: rows.append(row)
    try:
        test()
    finally:
        test.hypothesis.inner_test = inner
    return rows


class Judges:
    """Every check, the one that killed last first."""

    def __init__(self) -> None:
        self.situations = _situations()
        self.properties = _properties()
        self.all = [*self.situations, *self.properties]

    def killer(self, about: str = "") -> str | None:
        """The check that fails; None if none does. A row of the table is judged by what is about rows, this
        one first: the other properties hold of any table."""
        checks = tuple(c for c in self.all if not c.table)
        if about:
            checks = tuple(c for c in self.all if c.about)
            checks = (*(c for c in checks if about in c.about),
                      *(c for c in checks if about not in c.about))  # fmt: skip
        for check in checks:
            if _fails(check):
                self.all.remove(check)
                self.all.insert(0, check)
                return check.name
        return None


def _fails(check: Check) -> bool:
    signal.setitimer(signal.ITIMER_VIRTUAL, SECONDS)
    try:
        check.run()
    except _Loops:
        return True
    except Exception:
        return True
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
    return False


def _stop(_signal: int, _frame: FrameType | None) -> None:
    raise _Loops


# ---- mutants


@dataclass(frozen=True)
class Mutant:
    """A fault: where, what, and how to put it in (a context in which it stands)."""

    line: int
    what: str
    standing: Callable[[], Untyped]
    about: str = ""


# -- of the rule table


def _of_condition(c: Condition) -> Iterator[tuple[str, Condition]]:
    """Every condition that differs from this one in one place."""
    if isinstance(c, Known):
        yield "Known taken as true", TRUE
        yield "Known taken as false", FALSE
        return
    said = str(c) if isinstance(c, Leaf) else type(c).__name__.lower()
    yield f"{said} taken as true", TRUE
    yield f"{said} taken as false", FALSE
    if isinstance(c, Leaf):
        yield f"{said} negated", ~c
        if len(c.wanted) > 1:
            for value in c.wanted:
                yield f"{said} without {value}", replace(c, wanted=tuple(w for w in c.wanted if w != value))
    elif isinstance(c, Quiet):
        yield "quiet removed", c.part
        yield from ((what, Quiet(part)) for what, part in _of_condition(c.part))
    elif isinstance(c, Unless):
        yield "unless made a plain denial", ~c.part
        yield from ((what, Unless(part)) for what, part in _of_condition(c.part))
    elif isinstance(c, All | Any):
        one, other = (All, Any) if isinstance(c, All) else (Any, All)
        if len(c.parts) > 1:
            yield f"{one.__name__} made {other.__name__}", other(*c.parts)
        for i, part in enumerate(c.parts):
            for what, changed in _of_condition(part):
                yield what, one(*c.parts[:i], changed, *c.parts[i + 1 :])


def _of_bases(bases: tuple[Basis, ...], roles: bool) -> Iterator[tuple[str, tuple[Basis, ...]]]:
    """`roles`: whether it is read if a basis carries and is contested; it is of a ground, not of a duty."""
    for i, b in enumerate(bases):
        before, after = bases[:i], bases[i + 1 :]
        yield f"{b.ref} dropped", (*before, *after)
        turned = replace(b, carrying=not b.carrying)
        if roles and not _carries_alike(bases, (*before, turned, *after)):
            yield f"{b.ref} made {'carrying' if turned.carrying else 'supporting'}", (*before, turned, *after)
        if roles:
            yield f"{b.ref} contested or not", (*before, replace(b, contested=not b.contested), *after)
        if b.when is not None:
            yield f"{b.ref} unconditional", (*before, replace(b, when=None), *after)
            for what, when in _of_condition(b.when):
                yield f"{b.ref} when: {what}", (*before, replace(b, when=when), *after)


def _carries_alike(bases: tuple[Basis, ...], others: tuple[Basis, ...]) -> bool:
    """Whether both give the claim on the same days on all facts: then the verdict is the same by proof, and
    the mutant is not counted. Tried are all values of all facts that the bases read, in each period."""
    cases = importlib.import_module("tests.test_cases")
    leaves = [leaf for b in bases if b.when for leaf in b.when.leaves()]
    axes: dict[str, dict[Value | None, None]] = {}
    for leaf in leaves:
        declared = cases.DECLARED[leaf.fact]
        other = [v for v in declared.choices or (True, False) if v not in leaf.wanted][:1]
        axes.setdefault(leaf.fact, {None: None}).update(dict.fromkeys((*leaf.wanted, *other)))
    for day in CHANGES_OF_LAW:
        one, other_one = (_carried(some, cases.LIBRARY.in_force, day) for some in (bases, others))
        if one == other_one:
            continue
        if one is None or other_one is None:
            return False
        for values in product(*axes.values()):
            known = {n: Fact(v) for n, v in zip(axes, values, strict=True) if v is not None}
            facts = Facts(cases.DECLARED, known)
            if one.value(facts) is not other_one.value(facts):
                return False
    return True


def _carried(bases: tuple[Basis, ...], in_force: Callable[[str, date], bool], day: date) -> Condition | None:
    """When one of them gives the claim; None: on no facts."""
    carrying = [b.when or TRUE for b in bases if b.carrying and in_force(b.ref, day)]
    return Any(*carrying) if carrying else None


def _of_ground(g: Ground) -> Iterator[tuple[str, Ground]]:
    for what, when in _of_condition(g.when):
        yield f"when: {what}", replace(g, when=when)
    if g.engaged is not None:
        yield "engaged dropped", replace(g, engaged=None)
        for what, engaged in _of_condition(g.engaged):
            yield f"engaged: {what}", replace(g, engaged=engaged)
    for what, bases in _of_bases(g.bases, roles=True):
        yield what, replace(g, bases=bases)
    for i, (condition, scope) in enumerate(g.scopes):
        before, after = g.scopes[:i], g.scopes[i + 1 :]
        yield f"scope {scope} dropped", replace(g, scopes=(*before, *after))
        for what, changed in _of_condition(condition):
            yield f"scope {scope}: {what}", replace(g, scopes=(*before, (changed, scope), *after))
    for form in (*STRENGTH, Form.CORRESPONDING):
        if form is not g.form and form is not Form.NONE:
            yield f"form made {form}", replace(g, form=form)


def _of_duty(d: Duty) -> Iterator[tuple[str, Duty]]:
    for what, breached in _of_condition(d.breached):
        yield f"breached: {what}", replace(d, breached=breached)
    if d.engaged is not None:
        yield "engaged dropped", replace(d, engaged=None)
        for what, engaged in _of_condition(d.engaged):
            yield f"engaged: {what}", replace(d, engaged=engaged)
    if d.when_strict is not None:
        yield "when_strict dropped", replace(d, when_strict=None)
        for what, strict in _of_condition(d.when_strict):
            yield f"when_strict: {what}", replace(d, when_strict=strict)
    for what, bases in _of_bases(d.bases, roles=False):
        yield what, replace(d, bases=bases)


def of_rules() -> Iterator[Mutant]:
    """Mutants of the table: every row, the conduct a story may tell of, the days of change."""
    lines = (ROOT / "assistant/rules.py").read_text(encoding="utf-8").splitlines()

    def line(text: str) -> int:
        return next(n for n, row in enumerate(lines, 1) if text in row)

    for i, ground in enumerate(GROUNDS):
        for what, g in _of_ground(ground):
            rows = (*GROUNDS[:i], g, *GROUNDS[i + 1 :])
            standing = _standing(GROUNDS=rows)
            yield Mutant(line(f'"{g.id}"'), f"{g.id}: {what}", standing, g.id)
    for i, duty in enumerate(DUTIES):
        for what, d in _of_duty(duty):
            duties = (*DUTIES[:i], d, *DUTIES[i + 1 :])
            standing = _standing(DUTIES=duties)
            yield Mutant(line(f'"{d.code}"'), f"{d.code}: {what}", standing, d.code)
    for name, start in (("CONDUCT", "CONDUCT = "), ("CHANGES_OF_LAW", "CHANGES_OF_LAW: ")):
        whole: tuple[object, ...] = getattr(rules, name)
        for one in whole:
            left = tuple(x for x in whole if x != one)
            yield Mutant(line(start), f"{name} without {one}", _standing(**{name: left}))


def _standing(**values: object) -> Callable[[], Untyped]:
    """The verdict with other rows of the table."""

    @contextmanager
    def standing() -> Iterator[None]:
        places = [
            (module, name) for module in (board, verdict, whatif) for name in values if name in vars(module)
        ]
        real = [(module, name, getattr(module, name)) for module, name in places]
        for module, name in places:
            setattr(module, name, values[name])
        _forget()
        try:
            yield
        finally:
            for module, name, value in real:
                setattr(module, name, value)
            _forget()

    return standing


# -- of a module's syntax

COMPARED: Mapping[type[ast.cmpop], tuple[type[ast.cmpop], ...]] = {
    ast.Eq: (ast.NotEq,), ast.NotEq: (ast.Eq,), ast.Is: (ast.IsNot,), ast.IsNot: (ast.Is,),
    ast.In: (ast.NotIn,), ast.NotIn: (ast.In,), ast.Lt: (ast.LtE, ast.GtE), ast.LtE: (ast.Lt, ast.Gt),
    ast.Gt: (ast.GtE, ast.LtE), ast.GtE: (ast.Gt, ast.Lt),
}  # fmt: skip
REPLACED: Mapping[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.FloorDiv, ast.FloorDiv: ast.Mult,
    ast.BitAnd: ast.BitOr, ast.BitOr: ast.BitAnd, ast.LShift: ast.RShift, ast.RShift: ast.LShift,
}  # fmt: skip
_Edit = tuple[ast.AST, str, object]  # set this field of this node to this


_LEFT_ALONE = ("annotation", "returns", "decorator_list", "type_params")


def _edits(parent: ast.AST) -> Iterator[tuple[int, str, _Edit]]:
    """(line, what, edit) for each fault that can be put into the tree below."""
    for name, value in ast.iter_fields(parent):
        if name in _LEFT_ALONE:
            continue
        items = value if isinstance(value, list) else [value]
        for place, item in enumerate(items):
            if not isinstance(item, ast.AST):
                continue
            at = place if isinstance(value, list) else None
            if isinstance(item, ast.expr):
                yield from _of_expression(parent, name, item, at)
            elif isinstance(item, ast.stmt) and at is not None:
                yield from _of_statement(parent, name, item, at)
            yield from _edits(item)


def _put(parent: ast.AST, name: str, place: int | None, new: ast.AST) -> _Edit:
    if place is None:
        return parent, name, new
    items = list(getattr(parent, name))
    items[place] = new
    return parent, name, items


def _of_expression(
    parent: ast.AST, name: str, node: ast.expr, place: int | None
) -> Iterator[tuple[int, str, _Edit]]:
    line, text = node.lineno, ast.unparse(node)

    def to(new: ast.expr) -> tuple[int, str, _Edit]:
        new = ast.copy_location(new, node)
        return line, f"{text}  →  {ast.unparse(new)}", _put(parent, name, place, new)

    if (name == "test" or (name == "ifs" and isinstance(parent, ast.comprehension))) and not (
        isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not)
    ):
        yield to(ast.UnaryOp(ast.Not(), node))
    if isinstance(node, ast.Compare):
        for i, op in enumerate(node.ops):
            for other in COMPARED[type(op)]:
                ops = [*node.ops[:i], other(), *node.ops[i + 1 :]]
                yield to(ast.Compare(node.left, ops, node.comparators))
    elif isinstance(node, ast.BoolOp):
        yield to(ast.BoolOp(ast.Or() if isinstance(node.op, ast.And) else ast.And(), node.values))
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not | ast.Invert):
        yield to(node.operand)
    elif isinstance(node, ast.BinOp) and type(node.op) in REPLACED:
        yield to(ast.BinOp(node.left, REPLACED[type(node.op)](), node.right))
    elif isinstance(node, ast.Constant) and isinstance(node.value, bool):
        yield to(ast.Constant(not node.value))
    elif isinstance(node, ast.Constant) and isinstance(node.value, int):
        yield to(ast.Constant(node.value + 1))
        yield to(ast.Constant(node.value - 1))
    elif isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Slice):
        for bound in ("lower", "upper", "step"):
            if getattr(node.slice, bound) is not None:
                kept = {b: getattr(node.slice, b) for b in ("lower", "upper", "step") if b != bound}
                yield to(ast.Subscript(node.value, ast.Slice(**kept), node.ctx))


def _of_statement(parent: ast.AST, name: str, node: ast.stmt, place: int) -> Iterator[tuple[int, str, _Edit]]:
    line, text = node.lineno, ast.unparse(node).splitlines()[0]

    def to(new: ast.stmt, what: str) -> tuple[int, str, _Edit]:
        return line, what, _put(parent, name, place, ast.copy_location(new, node))

    calls = isinstance(node, ast.Expr) and isinstance(node.value, ast.Call)
    gives = isinstance(node, ast.Assign | ast.AugAssign)
    if calls or gives or (isinstance(node, ast.AnnAssign) and node.value is not None):
        yield to(ast.Pass(), f"{text}  →  deleted")
    if isinstance(node, ast.AugAssign) and type(node.op) in REPLACED:
        changed = ast.AugAssign(node.target, REPLACED[type(node.op)](), node.value)
        yield to(changed, f"{text}  →  {ast.unparse(changed)}")
    if isinstance(node, ast.Return) and node.value is not None:
        nothing = isinstance(node.value, ast.Constant) and node.value.value is None
        if not nothing:
            yield to(ast.Return(ast.Constant(None)), f"{text}  →  return None")
    if isinstance(node, ast.Break | ast.Continue):
        yield to(ast.Pass(), f"{text}  →  deleted")


def of_module(real: ModuleType) -> Iterator[Mutant]:
    """Mutants of a module, in the order of its lines."""
    file = Path(str(real.__file__))
    tree = ast.parse(file.read_text(encoding="utf-8"))
    for line, what, edit in sorted(_edits(tree), key=lambda found: found[0]):
        yield Mutant(line, what, functools.partial(_in_place_of, real, tree, edit))


class Stillborn(Exception):
    """The mutant does not import."""


@contextmanager
def _in_place_of(real: ModuleType, tree: ast.Module, edit: _Edit) -> Iterator[None]:
    """The mutated module, wherever the real one's names have been imported."""
    node, name, new = edit
    old = getattr(node, name)
    setattr(node, name, new)
    try:
        code = compile(ast.fix_missing_locations(tree), str(real.__file__), "exec")
    except (SyntaxError, ValueError) as error:
        raise Stillborn from error
    finally:
        setattr(node, name, old)
    mutant = ModuleType(real.__name__)
    mutant.__file__ = real.__file__
    sys.modules[real.__name__] = mutant
    undo: list[tuple[ModuleType, str, object]] = []
    try:
        signal.setitimer(signal.ITIMER_VIRTUAL, SECONDS)
        try:
            exec(code, vars(mutant))
        except (Exception, _Loops) as error:
            raise Stillborn from error
        finally:
            signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        for module in _importers():
            for key, value in list(vars(module).items()):
                if module is not real and key in vars(real) and value is getattr(real, key):
                    if getattr(value, "__module__", None) != real.__name__:
                        continue
                    undo.append((module, key, value))
                    setattr(module, key, getattr(mutant, key, None))
        _forget()
        yield
    finally:
        sys.modules[real.__name__] = real
        for module, key, value in undo:
            setattr(module, key, value)
        _forget()


def _importers() -> list[ModuleType]:
    names = (*_SUBJECTS, "tests.test_cases", "tests.test_verdict", "tests.test_space")
    return [sys.modules[name] for name in names if name in sys.modules]


def _forget() -> None:
    """Nothing cached for one mutant serves the next."""
    for module in _importers():
        for value in vars(module).values():
            owner = getattr(value, "__module__", "")
            if hasattr(value, "cache_clear") and owner in (*_SUBJECTS, "tests.test_space"):
                value.cache_clear()


_SUBJECTS = ("assistant.verdict", "assistant.board", "assistant.whatif", "assistant.worlds")


# ---- the run


@dataclass
class Count:
    """What became of one file's mutants."""

    file: str
    killed: int = 0
    total: int = 0
    stillborn: int = 0
    survivors: tuple[str, ...] = ()

    @property
    def rate(self) -> float:
        return self.killed / self.total if self.total else 1.0

    def __str__(self) -> str:
        return f"{self.file}: killed {self.killed} / {self.total} ({self.rate:.1%})"


def judged(file: str, mutants: Iterable[Mutant], judges: Judges) -> Count:
    """Every mutant before the judges; progress and survivors are printed as they come."""
    count, began = Count(file), time.monotonic()
    for mutant in mutants:
        try:
            with mutant.standing():
                killer = judges.killer(mutant.about)
        except Stillborn:
            count.stillborn += 1
            continue
        count.total += 1
        count.killed += killer is not None
        if killer is None:
            survivor = f"assistant/{file}.py:{mutant.line}  {mutant.what}"
            count.survivors += (survivor,)
            print(f"survived  {survivor}", flush=True)
        if count.total % 100 == 0:
            print(f"… {count}, {time.monotonic() - began:.0f} s", flush=True)
    return count


def main(wanted: Iterable[str]) -> int:
    """Judge the mutants of each file named, or of all; 1 if too many of the rules or the verdict survive."""
    signal.signal(signal.SIGVTALRM, _stop)
    began = time.monotonic()
    judges = Judges()
    broken = [check.name for check in judges.all if _fails(check)]
    if broken:
        print("these fail without any fault:", *broken, sep="\n  ")
        return 1
    print(f"{len(judges.situations)} situations, {len(judges.properties)} properties on facts: "
          f"ready in {time.monotonic() - began:.0f} s")  # fmt: skip
    sources: Mapping[str, Callable[[], Iterator[Mutant]]] = {
        "rules": of_rules,
        "verdict": lambda: of_module(verdict),
        "board": lambda: of_module(board),
        "whatif": lambda: of_module(whatif),
        "worlds": lambda: of_module(worlds),
    }
    counts = [judged(name, sources[name](), judges) for name in tuple(wanted) or sources]
    print()
    for count in counts:
        print(f"{count}; {count.stillborn} did not import")
        print(*(f"  {survivor}" for survivor in count.survivors), sep="\n")
    print(f"{time.monotonic() - began:.0f} s")
    return int(any(count.rate < LEAST for count in counts if count.file != "worlds"))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
