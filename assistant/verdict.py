"""The verdict: facts in, duties and form of liability out. Pure: no clock, network, model or chance.

Each ground is judged strictly (three-valued: established, excluded, or undecided) and, where it is
undecided, by who must prove what: `not_engaged` (the story does not touch it), `unproved` (the
consumer's to prove, and the story told how the platform behaved without a sign of it) or `open`.
The headline is the strongest established ground; else `need_facts` while one is open; else `none`.
"""

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property, lru_cache

from assistant.conditions import Any, Condition, Leaf, Mode, Quiet, deciding
from assistant.doctrines import DOCTRINES, Doctrine, doctrine
from assistant.facts import Facts, closed, contradictions, plain
from assistant.rules import CONDUCT, DUTIES, GROUNDS, STRENGTH, Basis, Duty, Form, Ground

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
    because: tuple[str, ...]  # the elements that decide, as fact=value
    missing: tuple[str, ...]  # unknown facts it depends on

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
    """A change of one fact that would change the form."""

    fact: str
    value: str
    liability: str
    burden: str

    def to_json(self) -> dict[str, object]:
        return {
            "change": {self.fact: self.value}, "liability": self.liability, "burden": self.burden,
        }  # fmt: skip


@dataclass(frozen=True)
class Verdict:
    """What the rules say on one set of facts, under one doctrine, as of one date."""

    facts: Facts  # closed
    grounds: tuple[GroundResult, ...]
    duties: tuple[DutyResult, ...]
    doctrine: Doctrine
    law_as_of: date
    asks: tuple[str, ...]
    flips: tuple[Flip, ...]
    other_doctrines: Mapping[str, str]
    contradictions: tuple[tuple[str, str], ...]

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
        return _headline({g.ground.id: g.status for g in self.grounds}, self.doctrine)

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
            "counterfactuals": [f.to_json() for f in self.flips],
            "contradictions": [list(pair) for pair in self.contradictions],
            "doctrine": self.doctrine.id, "other_doctrines": dict(self.other_doctrines),
            "law_as_of": self.law_as_of.isoformat(),
        }  # fmt: skip


def assess(facts: Facts, in_force: InForce, as_of: date, doctrine_name: str | None = None) -> Verdict:
    """The verdict on these facts. `as_of`: the day assumed when `occurred_on` is unknown."""
    school = doctrine(doctrine_name)
    complete = closed(facts)
    told = complete["occurred_on"]
    on = told if isinstance(told, date) else as_of
    rules = _rules(in_force, on)
    statuses = {rule.ground.id: _status(rule, complete) for rule in rules}
    others = {name: _headline(statuses, other) for name, other in DOCTRINES.items() if other is not school}
    return Verdict(
        complete,
        tuple(_result(rule, statuses[rule.ground.id], complete, school) for rule in rules),
        tuple(_duty(d, complete, in_force, on) for d in DUTIES),
        school,
        on,
        _questions(facts, complete, statuses, rules, school),
        _flips(facts, complete, statuses, rules, school),
        others,
        tuple(contradictions(facts)),
    )


@dataclass(frozen=True)
class _Rule:
    """A ground on one day: the bases in force then, and when some carrying one applies."""

    ground: Ground
    standing: tuple[Basis, ...]
    carried: Condition | None  # None: unconditionally
    barred: bool  # no carrying basis was in force
    facts: frozenset[str]  # every fact it reads


@lru_cache(maxsize=1024)
def _rules(in_force: InForce, on: date) -> tuple[_Rule, ...]:
    return tuple(_rule(ground, in_force, on) for ground in GROUNDS)


def _rule(ground: Ground, in_force: InForce, on: date) -> _Rule:
    standing = tuple(b for b in ground.bases if in_force(b.ref, on))
    needed = [b.when for b in standing if b.carrying]
    conditions = [c for c in needed if c is not None]
    carried = Any(*conditions) if needed and len(conditions) == len(needed) else None
    read = [c for c in (ground.when, ground.engaged, carried) if c is not None]
    return _Rule(ground, standing, carried, not needed, frozenset(f.fact for c in read for f in c.leaves()))


def _value(rule: _Rule, facts: Facts, mode: Mode) -> bool | None:
    """Three-valued: the elements hold and a carrying basis applies."""
    if rule.barred:
        return False
    elements = rule.ground.when.value(facts, mode)
    if elements is False or rule.carried is None:
        return elements
    carried = rule.carried.value(facts, mode)
    return False if carried is False else None if None in (elements, carried) else True


def _status(rule: _Rule, facts: Facts) -> str:
    strict = _value(rule, facts, "strict")
    if strict is not None:
        return "established" if strict else "excluded"
    engaged = rule.ground.engaged
    if engaged is not None and engaged.value(facts, "practical") is not True:
        return "not_engaged"
    if _value(rule, facts, "practical") is False:
        return "unproved"
    conduct_told = any(name in facts or name in facts.asked for name in CONDUCT)
    return "unproved" if conduct_told and _value(rule, facts, "unproved") is False else "open"


def _headline(statuses: Mapping[str, str], school: Doctrine) -> str:
    established = [school.forms(g)[-1] for g in GROUNDS if statuses[g.id] == "established"]
    if established:
        return min(established, key=STRENGTH.index)
    return "need_facts" if "open" in statuses.values() else "none"


def _after(
    facts: Facts, complete: Facts, statuses: Mapping[str, str], rules: Iterable[_Rule]
) -> dict[str, str]:
    """The statuses on changed facts; grounds that read none of what changed keep theirs."""
    new = closed(facts)
    changed = {n for n in {*new.known, *complete.known} if new[n] != complete[n]}
    if not changed.isdisjoint(CONDUCT):
        return {rule.ground.id: _status(rule, new) for rule in rules}
    return {
        rule.ground.id: statuses[rule.ground.id] if changed.isdisjoint(rule.facts) else _status(rule, new)
        for rule in rules
    }


def _result(rule: _Rule, status: str, facts: Facts, school: Doctrine) -> GroundResult:
    ground = rule.ground
    applies = [b for b in rule.standing if b.when is None or b.when.value(facts) is True]
    if status != "established" and not applies:
        applies = list(rule.standing)
    decided = {"established": True, "excluded": False}.get(status)
    because = [] if decided is None else deciding(ground.when, facts, decided)
    missing = [] if decided is not None else _unknown(ground.when, facts)
    return GroundResult(
        ground,
        school.forms(ground),
        status,
        _scope(ground, facts),
        tuple(b.ref for b in applies),
        tuple(b.ref for b in applies if b.contested),
        tuple(dict.fromkeys(f"{leaf.fact}={plain(facts[leaf.fact])}" for leaf in because)),
        tuple(missing),
    )


def _scope(ground: Ground, facts: Facts) -> str:
    for condition, scope in ground.scopes:
        if condition.value(facts) is True:
            return scope
    return "whole"


def _unknown(condition: Condition, facts: Facts) -> list[str]:
    names = (leaf.fact for leaf in condition.leaves() if leaf.fact not in facts)
    return list(dict.fromkeys(names))


def _duty(duty: Duty, facts: Facts, in_force: InForce, on: date) -> DutyResult:
    applies = tuple(
        b.ref for b in duty.bases
        if in_force(b.ref, on) and (b.when is None or b.when.value(facts) is True)
    )  # fmt: skip
    engaged = True if duty.engaged is None else duty.engaged.value(facts)
    breached = duty.breached.value(facts)
    if engaged is False or not applies:
        status = "not_engaged"
    elif engaged is None or breached is None:
        status = "unknown"
    else:
        status = "breached" if breached else "fulfilled"
    strict = duty.when_strict is not None and duty.when_strict.value(facts) is True
    standard = "substantive" if strict and duty.standard["substantive"] else "formal"
    return DutyResult(duty, status, standard, applies)


def _in_issue(condition: Condition, facts: Facts) -> list[str]:
    """Unknown facts worth asking: those of the undecided parts that are not quiet."""
    if condition.value(facts, "practical") is not None or isinstance(condition, Quiet):
        return []
    if isinstance(condition, Leaf):
        return [condition.fact]
    return [name for part in getattr(condition, "parts", ()) for name in _in_issue(part, facts)]


def _questions(
    facts: Facts, complete: Facts, statuses: Mapping[str, str], rules: tuple[_Rule, ...], school: Doctrine
) -> tuple[str, ...]:
    """At most two questions: the unknown facts whose answers settle most, consumer's own first."""
    headline = _headline(statuses, school)
    strength = len(STRENGTH) if headline == "need_facts" else STRENGTH.index(Form(headline))
    names: dict[str, None] = {}
    for rule in rules:
        if statuses[rule.ground.id] != "open" or STRENGTH.index(school.forms(rule.ground)[-1]) >= strength:
            continue
        for name in _in_issue(rule.ground.when, complete):
            name = ASK_INSTEAD.get(name, name)
            if name not in complete and name not in facts.asked:
                names[name] = None
    order = list(facts.declared)

    def worth(name: str) -> tuple[int, int, int]:
        declared = facts.declared[name]
        answers: tuple[object, ...] = (True, False) if declared.kind == "yes_no" else declared.choices[:2]
        left = 0
        for answer in answers:
            after = _after(facts.with_(name, answer), complete, statuses, rules)
            left += list(after.values()).count("open")
        return (left, declared.burden == "platform", order.index(name))

    first = ["infringement"] if "infringement" in names and "rights_harmed" not in complete else []
    ranked = first + sorted((n for n in names if n not in first), key=worth)
    return tuple(ranked[:2])


def _flips(
    facts: Facts, complete: Facts, statuses: Mapping[str, str], rules: tuple[_Rule, ...], school: Doctrine
) -> tuple[Flip, ...]:
    """Single changes of fact that bring another form (or leave it open): settled ones and
    the platform's conduct first."""
    headline = _headline(statuses, school)
    live = [r for r in rules if statuses[r.ground.id] in ("established", "open", "unproved")]
    names = dict.fromkeys(
        leaf.fact
        for rule in live
        for leaf in rule.ground.when.leaves()
        if facts.declared[leaf.fact].kind == "yes_no" and facts.declared[leaf.fact].about != "damage"
    )
    found = []
    for name in names:
        for value in (True, False):
            if complete[name] is value:
                continue
            form = _headline(_after(facts.with_(name, value), complete, statuses, rules), school)
            if form != headline:
                found.append(Flip(name, plain(value), form, facts.declared[name].burden))
    about = facts.declared
    return tuple(
        sorted(found, key=lambda f: (f.liability == "need_facts", about[f.fact].about != "platform"))
    )
