"""The verdict: facts in, duties and form of liability out. Pure: no clock, network, model or chance.

Each ground is judged strictly (three-valued: established, excluded, or undecided) and, where it is
undecided, by who must prove what: `not_engaged` (the story does not touch it), `unproved` (the
consumer's to prove, and the story told how the platform behaved without a sign of it) or `open`.
The headline is the strongest established ground; else `need_facts` while one is open; else `none`.
"""

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property, lru_cache
from itertools import combinations, count, product

from assistant.conditions import All, Any, Condition, Leaf, Quiet, deciding
from assistant.doctrines import DOCTRINES, Doctrine, doctrine
from assistant.facts import Facts, Value, ancestors, closed, contradictions, plain
from assistant.rules import CHANGES_OF_LAW, CONDUCT, DUTIES, GROUNDS, STRENGTH, Basis, Duty, Form, Ground
from assistant.worlds import Change, Program, Worlds

InForce = Callable[[str, date], bool]

# A consumer can say whether they complained, not what the platform knew.
ASK_INSTEAD: Mapping[str, str] = {
    "knew": "complained_to_platform",
    "should_have_known": "violation_was_obvious",
    "merchant_infringed": "infringement",
    "rights_harmed": "infringement",
}


@dataclass(frozen=True)
class DutyResult:
    """A duty on these facts. `status`: breached | fulfilled | not_engaged | unknown."""

    duty: Duty
    status: str
    standard: str
    basis: tuple[str, ...]

    def to_json(self) -> dict[str, object]:
        return {
            "duty": self.duty.code, "phase": self.duty.phase, "status": self.status,
            "standard": self.standard, "basis": list(self.basis),
        }  # fmt: skip


@dataclass(frozen=True)
class GroundResult:
    """A ground on these facts. `status`: established | excluded | open | unproved | not_engaged."""

    ground: Ground
    forms: tuple[Form, ...]  # under the doctrine chosen, strongest first
    status: str
    scope: str  # whole | enlarged | harm_added
    basis: tuple[str, ...]
    contested: tuple[str, ...]
    facts: Facts = field(repr=False)

    @cached_property
    def because(self) -> tuple[str, ...]:
        """The elements that decide, as fact=value."""
        decided = {"established": True, "excluded": False}.get(self.status)
        leaves = [] if decided is None else deciding(self.ground.when, self.facts, decided)
        return tuple(dict.fromkeys(f"{leaf.fact}={plain(self.facts[leaf.fact])}" for leaf in leaves))

    @cached_property
    def missing(self) -> tuple[str, ...]:
        """The unknown facts it depends on, where it is undecided."""
        if not self.undecided:
            return ()
        names = (leaf.fact for leaf in self.ground.when.leaves() if leaf.fact not in self.facts)
        return tuple(dict.fromkeys(names))

    @property
    def form(self) -> Form:
        """The form at least owed: the weakest the doctrine allows."""
        return self.forms[-1]

    @property
    def undecided(self) -> bool:
        """Strictly undecided: some answer could still establish it."""
        return self.status in ("open", "unproved", "not_engaged")

    def to_json(self) -> dict[str, object]:
        return {
            "id": self.ground.id, "form": self.form, "status": self.status, "scope": self.scope,
            "basis": list(self.basis), "contested": list(self.contested),
            "because": list(self.because), "missing": list(self.missing),
        }  # fmt: skip


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
class Verdict:
    """What the rules say on one set of facts, under one doctrine, as of one date."""

    facts: Facts  # closed
    grounds: tuple[GroundResult, ...]
    duties: tuple[DutyResult, ...]
    doctrine: Doctrine
    law_as_of: date
    asks: tuple[str, ...]  # at most two: the unknown facts whose answers settle most
    settling: tuple[str, ...]  # the smallest set of questions that settles the form whatever the answers
    flips: tuple[Flip, ...]
    other_doctrines: Mapping[str, str]
    contradictions: tuple[tuple[str, str], ...]
    in_force: InForce = field(repr=False)

    @cached_property
    def certificate(self) -> Certificate:
        """What the form does not depend on, and what could still change it."""
        return _certificate(self)

    @cached_property
    def periods(self) -> tuple[Period, ...]:
        """The form under the law of each time, while the date of the facts is unknown; else ()."""
        return () if _day(self.facts) else _periods(self.facts, self.in_force, self.doctrine)

    @cached_property
    def established(self) -> tuple[GroundResult, ...]:
        """Established grounds, strongest first."""
        found = [g for g in self.grounds if g.status == "established"]
        return tuple(sorted(found, key=lambda g: STRENGTH.index(g.form)))

    @cached_property
    def open(self) -> tuple[GroundResult, ...]:
        """Grounds in issue that still depend on an unknown fact."""
        return tuple(g for g in self.grounds if g.status == "open")

    @property
    def liability(self) -> str:
        """The headline form, or need_facts."""
        if self.established:
            return min((g.form for g in self.established), key=STRENGTH.index)
        return "need_facts" if self.open else "none"

    @property
    def statutory_wording(self) -> str:
        """What the statute itself says where a doctrine filled it in; else the form's own name."""
        top = self.established[:1]
        return "corresponding" if top and top[0].ground.form is Form.CORRESPONDING else ""

    @property
    def possible(self) -> tuple[str, ...]:
        """Every form that some answer to the unknown facts could still bring, strongest first."""
        forms = {f for g in self.grounds if g.status == "established" for f in g.forms}
        forms |= {f for g in self.grounds if g.undecided for f in g.forms}
        if not self.established:
            forms.add(Form.NONE)
        floor = STRENGTH.index(self.established[0].form) if self.established else len(STRENGTH)
        return tuple(f for f in STRENGTH if f in forms and STRENGTH.index(f) <= floor)

    @property
    def certain(self) -> str:
        """The form owed at least, whatever the unknown facts are; undetermined if none is yet."""
        if self.established:
            return self.established[0].form
        return "none" if not any(g.undecided for g in self.grounds) else "undetermined"

    @property
    def decision_id(self) -> str:
        """A hash of facts, doctrine and date: the same on every machine."""
        key = {
            "facts": {n: [plain(f.value), f.source] for n, f in self.facts.known.items()},
            "doctrine": self.doctrine.id, "as_of": self.law_as_of.isoformat(),
            "grounds": [g.to_json() for g in self.grounds],
        }  # fmt: skip
        text = json.dumps(key, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()[:16]

    def refs(self) -> tuple[str, ...]:
        """The provisions the verdict rests on, without repetition, in the order of importance."""
        shown = self.established or self.open
        if not shown:
            shown = tuple(g for g in self.grounds if g.status in ("unproved", "excluded")
                          and g.ground.id in ("joint-knowledge", "supplementary-review",
                                              "advance-payment"))  # fmt: skip
        refs = [ref for ground in shown for ref in ground.basis]
        refs += [ref for duty in self.duties if duty.status == "breached" for ref in duty.basis[:2]]
        return tuple(dict.fromkeys(refs))

    def to_json(self) -> dict[str, object]:
        """The `verdict` of the JSON contract, questions in both languages, remedies added later."""
        declared = self.facts.declared
        return {
            "liability": self.liability, "statutory_wording": self.statutory_wording,
            "possible": list(self.possible), "certain": self.certain,
            "ask": [{"fact": n, "question": declared[n].ask["zh"], "question_en": declared[n].ask["en"],
                     "why": declared[n].why["zh"], "why_en": declared[n].why["en"]}
                    for n in self.asks],
            "duties": [d.to_json() for d in self.duties],
            "grounds": [g.to_json() for g in self.grounds],
            "settling": list(self.settling),
            "certificate": self.certificate.to_json(),
            "counterfactuals": [f.to_json(self.facts) for f in self.flips],
            "periods": [p.to_json() for p in self.periods],
            "contradictions": [list(pair) for pair in self.contradictions],
            "doctrine": self.doctrine.id, "other_doctrines": dict(self.other_doctrines),
            "law_as_of": self.law_as_of.isoformat(),
        }  # fmt: skip


def assess(facts: Facts, in_force: InForce, as_of: date, doctrine_name: str | None = None) -> Verdict:
    """The verdict on these facts. `as_of`: the day assumed when `occurred_on` is unknown."""
    school = doctrine(doctrine_name)
    complete = closed(facts)
    on = _day(complete) or as_of
    rules = _rules(in_force, on)
    changes = _changes(complete)
    board = _board(rules, facts, [{name: value} for name, value in changes])
    unknown = _candidates(facts, complete, board, rules, school)
    ranked = _ranked(facts, complete, board, changes, unknown)
    statuses = board.statuses(0)
    return Verdict(
        complete,
        tuple(_result(rule, statuses[rule.ground.id], complete, school) for rule in rules.rows),
        tuple(_duty(d, complete, in_force, on) for d in DUTIES),
        school,
        on,
        tuple(ranked[:2]),
        _settling(facts, board, changes, rules, school, ranked),
        _flips(facts, board, changes, rules, school),
        {name: board.headline(0, other) for name, other in DOCTRINES.items() if other is not school},
        tuple(contradictions(facts)),
        in_force,
    )


def _day(complete: Facts) -> date | None:
    """The day whose law applies: facts that lasted beyond a change of law fall under the later one
    (民法典时间效力规定#1.3)."""
    began, ended = complete["occurred_on"], complete["lasted_until"]
    days = [day for day in (began, ended) if isinstance(day, date)]
    return max(days, default=None)


# ---- the rules on one day


@dataclass(frozen=True)
class _Rule:
    """A ground on one day: the bases in force then, and when it holds with a carrying one."""

    ground: Ground
    standing: tuple[Basis, ...]
    whole: Condition  # the elements, and where no basis applies to all facts, one that applies
    barred: bool  # no carrying basis was in force


@dataclass(frozen=True)
class _Rules:
    """All grounds on one day, compiled."""

    rows: tuple[_Rule, ...]
    program: Program  # what each ground wants, then what puts each in issue


@lru_cache(maxsize=256)
def _rules(in_force: InForce, on: date) -> _Rules:
    rows = tuple(_rule(ground, in_force, on) for ground in GROUNDS)
    engaged = [rule.ground.engaged or All() for rule in rows]
    return _Rules(rows, Program([*(rule.whole for rule in rows), *engaged]))


def _rule(ground: Ground, in_force: InForce, on: date) -> _Rule:
    standing = tuple(b for b in ground.bases if in_force(b.ref, on))
    needed = [b.when for b in standing if b.carrying]
    conditions = [c for c in needed if c is not None]
    everywhere = not needed or len(conditions) < len(needed)
    whole = ground.when if everywhere else All(ground.when, Any(*conditions))
    return _Rule(ground, standing, whole, not needed)


# ---- statuses, for many variations of the facts at once


@dataclass(frozen=True)
class _Board:
    """The statuses of all grounds in all worlds: rows of bits by ground and status."""

    grounds: Mapping[str, Mapping[str, int]]
    all: int
    _headlines: dict[str, list[tuple[str, int]]] = field(default_factory=dict)

    def statuses(self, world: int) -> dict[str, str]:
        """The status of each ground in one world."""
        return {
            ground: next(name for name, bits in rows.items() if bits >> world & 1)
            for ground, rows in self.grounds.items()
        }

    def open(self, world: int) -> int:
        """How many grounds are open in one world."""
        return sum(rows["open"] >> world & 1 for rows in self.grounds.values())

    def headlines(self, school: Doctrine) -> list[tuple[str, int]]:
        """(headline, the worlds it stands in)."""
        if school.id not in self._headlines:
            self._headlines[school.id] = self._by_headline(school)
        return self._headlines[school.id]

    def _by_headline(self, school: Doctrine) -> list[tuple[str, int]]:
        by_form = {str(form): 0 for form in STRENGTH if form is not Form.NONE}
        pending = 0
        for ground in GROUNDS:
            rows = self.grounds[ground.id]
            by_form[school.forms(ground)[-1]] |= rows["established"]
            pending |= rows["open"]
        found, left = [], self.all
        for form, worlds in by_form.items():
            found.append((form, worlds & left))
            left &= ~worlds
        return [*found, ("need_facts", left & pending), ("none", left & ~pending)]

    def headline(self, world: int, school: Doctrine) -> str:
        """The headline in one world."""
        return next(form for form, worlds in self.headlines(school) if worlds >> world & 1)

    def settled(self, school: Doctrine) -> int:
        """The worlds in which no open ground could outrank the headline."""
        unsettled, left = 0, self.all
        for form in STRENGTH:
            for ground in GROUNDS:
                if school.forms(ground)[-1] == form:
                    left &= ~self.grounds[ground.id]["established"]
            for ground in GROUNDS:
                if school.forms(ground)[-1] == form:
                    unsettled |= self.grounds[ground.id]["open"] & left
        return self.all & ~unsettled


def _board(rules: _Rules, facts: Facts, changes: Sequence[Change]) -> _Board:
    return _judged(rules, facts, Worlds(facts, changes))


def _judged(rules: _Rules, facts: Facts, worlds: Worlds) -> _Board:
    told = 0
    for name in CONDUCT:
        told |= worlds.all if name in facts.asked else worlds.known(name)
    strict, practical, unproved = rules.program.judge(worlds, facts)
    engaged = practical[len(rules.rows) :]  # the second half of the program
    found = {}
    for rule, (holds, fails), (_, quiet), (_, lost), (touched, _) in zip(
        rules.rows, strict, practical, unproved, engaged, strict=False
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
    return _Board(found, worlds.all)


@lru_cache(maxsize=1)
def _changeable() -> tuple[str, ...]:
    """Facts whose change is tried: every one that a ground reads, and what is asked instead."""
    read = [
        leaf.fact for ground in GROUNDS for c in (ground.when, ground.engaged) if c for leaf in c.leaves()
    ]
    return tuple(dict.fromkeys([*read, *ASK_INSTEAD.values()]))


def _changes(complete: Facts) -> list[tuple[str, Value]]:
    """Every single change of a fact: world i + 1 of the board is change i."""
    found: list[tuple[str, Value]] = []
    for name in _changeable():
        declared = complete.declared[name]
        answers: tuple[Value, ...] = (True, False) if declared.kind == "yes_no" else declared.choices[:2]
        found += [(name, value) for value in answers if complete[name] != value]
    return found


def _strength(headline: str) -> int:
    return len(STRENGTH) if headline == "need_facts" else STRENGTH.index(Form(headline))


# ---- parts of the verdict


def _result(rule: _Rule, status: str, facts: Facts, school: Doctrine) -> GroundResult:
    ground = rule.ground
    applies = [b for b in rule.standing if b.when is None or b.when.value(facts) is True]
    if status != "established" and not applies:
        applies = list(rule.standing)
    return GroundResult(
        ground,
        school.forms(ground),
        status,
        _scope(ground, facts),
        tuple(b.ref for b in applies),
        tuple(b.ref for b in applies if b.contested),
        facts,
    )


def _scope(ground: Ground, facts: Facts) -> str:
    for condition, scope in ground.scopes:
        if condition.value(facts) is True:
            return scope
    return "whole"


def _duty(duty: Duty, facts: Facts, in_force: InForce, on: date) -> DutyResult:
    valued = [(b.ref, b.when is None or b.when.value(facts, "practical"))
              for b in _duty_bases(in_force, on)[duty.code]]  # fmt: skip
    applies = tuple(ref for ref, value in valued if value is True)
    perhaps = tuple(ref for ref, value in valued if value is None)
    engaged = True if duty.engaged is None else duty.engaged.value(facts)
    breached = duty.breached.value(facts)
    if engaged is False or not (applies or perhaps):
        status = "not_engaged"
    elif engaged is None or breached is None or not applies:
        status = "unknown"
    else:
        status = "breached" if breached else "fulfilled"
    strict = duty.when_strict is not None and duty.when_strict.value(facts) is True
    standard = "substantive" if strict and duty.standard["substantive"] else "formal"
    return DutyResult(duty, status, standard, applies or perhaps)


@lru_cache(maxsize=256)
def _duty_bases(in_force: InForce, on: date) -> Mapping[str, tuple[Basis, ...]]:
    return {duty.code: tuple(b for b in duty.bases if in_force(b.ref, on)) for duty in DUTIES}


def _in_issue(condition: Condition, facts: Facts) -> list[str]:
    """Unknown facts worth asking: those of the undecided parts that are not quiet."""
    if condition.value(facts, "practical") is not None or isinstance(condition, Quiet):
        return []
    if isinstance(condition, Leaf):
        return [condition.fact]
    return [name for part in getattr(condition, "parts", ()) for name in _in_issue(part, facts)]


def _candidates(facts: Facts, complete: Facts, board: _Board, rules: _Rules, school: Doctrine) -> list[str]:
    """Unknown facts on which an open ground depends that would outrank the headline."""
    statuses = board.statuses(0)
    strength = _strength(board.headline(0, school))
    names: dict[str, None] = {}
    for rule in rules.rows:
        if statuses[rule.ground.id] != "open" or STRENGTH.index(school.forms(rule.ground)[-1]) >= strength:
            continue
        for name in _in_issue(rule.ground.when, complete):
            name = ASK_INSTEAD.get(name, name)
            if name not in complete and name not in facts.asked:
                names[name] = None
    return list(names)


def _ranked(
    facts: Facts, complete: Facts, board: _Board, changes: Sequence[tuple[str, Value]], names: Sequence[str]
) -> list[str]:
    """The unknown facts, those whose answers settle most first, the consumer's own before the platform's."""
    order = list(facts.declared)

    def worth(name: str) -> tuple[int, int, int]:
        left = sum(board.open(i) for i, (fact, _) in enumerate(changes, 1) if fact == name)
        return (left, facts.declared[name].burden == "platform", order.index(name))

    first = ["infringement"] if "infringement" in names and "rights_harmed" not in complete else []
    return first + sorted((n for n in names if n not in first), key=worth)


def _settling(
    facts: Facts, board: _Board, changes: Sequence[tuple[str, Value]], rules: _Rules, school: Doctrine,
    ranked: Sequence[str],
) -> tuple[str, ...]:  # fmt: skip
    """The smallest set of questions whose answers settle the form, whatever they are; () if it is settled,
    or if no two of all do and no three of the six that settle most."""
    names = [n for n in ranked if facts.declared[n].kind == "yes_no"]
    alone = board.settled(school)
    left = {name for i, (name, _) in enumerate(changes, 1) if not alone >> i & 1}
    single = next((name for name in names if name not in left), None)
    if single or not names:
        return (single,) if single else ()
    for size, among in ((2, names), (3, names[:6])):
        sets = list(combinations(among, size))
        answers = list(product((True, False), repeat=size))
        flat: list[Change] = [dict(zip(some, values, strict=True)) for some in sets for values in answers]
        settled = _board(rules, facts, flat).settled(school) >> 1
        mask = (1 << len(answers)) - 1
        for some in sets:
            if settled & mask == mask:
                return some
            settled >>= len(answers)
    return ()


def _flips(
    facts: Facts, board: _Board, changes: Sequence[tuple[str, Value]], rules: _Rules, school: Doctrine
) -> tuple[Flip, ...]:
    """The smallest changes of fact that bring another form: single ones, or where none settles it,
    pairs. Settled forms and the platform's conduct first."""
    headline, statuses, about = board.headline(0, school), board.statuses(0), facts.declared
    live = dict.fromkeys(
        leaf.fact
        for rule in rules.rows
        if statuses[rule.ground.id] in ("established", "open", "unproved")
        for leaf in rule.ground.when.leaves()
        if about[leaf.fact].kind == "yes_no" and about[leaf.fact].about != "damage"
    )
    worlds = {change: i for i, change in enumerate(changes, 1)}
    singles = [({name: value}, worlds[name, value]) for name in live for value in (True, False)
               if (name, value) in worlds]  # fmt: skip
    found = _changed(board, singles, headline, school)
    if all(flip.liability == "need_facts" for flip in found):
        pairs = [{**a, **b} for (a, _), (b, _) in combinations(singles, 2) if a.keys() != b.keys()]
        both = _changed(_board(rules, facts, pairs), zip(pairs, count(1), strict=False), headline, school)
        found += [flip for flip in both if flip.liability != "need_facts"][:6]

    def order(flip: Flip) -> tuple[bool, int, bool]:
        first = next(iter(flip.change))
        return (flip.liability == "need_facts", len(flip.change), about[first].about != "platform")

    return tuple(sorted(found, key=order))


def _changed(
    board: _Board, changes: Iterable[tuple[Mapping[str, Value], int]], headline: str, school: Doctrine
) -> list[Flip]:
    forms = board.headlines(school)
    same = next(worlds for form, worlds in forms if form == headline)
    found = []
    for change, world in changes:
        if not same >> world & 1:
            form = next(form for form, worlds in forms if worlds >> world & 1)
            found.append(Flip({name: plain(value) for name, value in change.items()}, form))
    return found


def _certificate(verdict: Verdict) -> Certificate:
    """An unknown fact matters where a ground that could change the form reads it, or reads what may be
    inferred from it."""
    facts, strength = verdict.facts, _strength(verdict.liability)
    if verdict.liability == "none":
        strength = len(STRENGTH)
    read: set[str] = set()
    for result in verdict.grounds:
        place = STRENGTH.index(result.form)
        if place > strength:
            continue
        if result.undecided and place < strength:
            read.update(leaf.fact for leaf in result.ground.when.leaves())
            if result.ground.engaged:
                read.update(leaf.fact for leaf in result.ground.engaged.leaves())
        elif not result.undecided and (place < strength or result.status == "established"):
            read.update(item.partition("=")[0] for item in result.because)
    if verdict.liability in ("need_facts", "none"):
        read.update(CONDUCT)
    unsure = {name for name in read if facts.source(name) not in ("stated", "corrected")}
    causes = {cause for name in unsure for cause in (name, *ancestors(name))}
    unknown = [n for n, d in facts.declared.items() if n not in facts and d.kind in ("yes_no", "choice")]
    return Certificate(
        verdict.liability,
        tuple(n for n in unknown if n not in causes),
        tuple(n for n in unknown if n in causes),
    )


def _periods(facts: Facts, in_force: InForce, school: Doctrine) -> tuple[Period, ...]:
    found: list[Period] = []
    told = Worlds(facts, ())
    for start in CHANGES_OF_LAW:
        form = _judged(_rules(in_force, start), facts, told).headline(0, school)
        if not found or found[-1].liability != form:
            found.append(Period(start, form))
    return tuple(found)
