"""The verdict: facts in, duties and form of liability out. Pure: no clock, network, model or chance.

Each ground is judged strictly (three-valued: established, excluded, or undecided) and, where it is
undecided, by who must prove what: `not_engaged` (the story does not touch it), `unproved` (the
consumer's to prove, and the story told how the platform behaved without a sign of it) or `open`.
The headline is the strongest established ground; else `need_facts` while one is open; else `none`.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property

from assistant.board import InForce, Rule, law_of
from assistant.conditions import deciding
from assistant.doctrines import Doctrine, doctrine
from assistant.facts import Facts, closed, contradictions, plain
from assistant.rules import STRENGTH, Basis, Duty, Form, Ground
from assistant.whatif import Certificate, Flip, Period, WhatIf, certify, form_over_time


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
class Verdict:
    """What the rules say on one set of facts, under one doctrine, as of one date."""

    facts: Facts  # closed
    grounds: tuple[GroundResult, ...]
    duties: tuple[DutyResult, ...]
    doctrine: Doctrine
    law_as_of: date
    contradictions: tuple[tuple[str, str], ...]
    in_force: InForce = field(repr=False)
    what_if: WhatIf = field(repr=False)

    @property
    def asks(self) -> tuple[str, ...]:
        """At most two: the unknown facts whose answers settle most."""
        return self.what_if.ranked[:2]

    @property
    def settling(self) -> tuple[str, ...]:
        """The smallest set of questions that settles the form whatever the answers."""
        return self.what_if.settling

    @property
    def flips(self) -> tuple[Flip, ...]:
        """The smallest changes of fact that bring another form."""
        return self.what_if.flips

    @property
    def other_doctrines(self) -> Mapping[str, str]:
        """The form under each other school."""
        return self.what_if.other_doctrines

    @cached_property
    def certificate(self) -> Certificate:
        """What the form does not depend on, and what could still change it."""
        return certify(self.facts, self.grounds, self.liability)

    @cached_property
    def periods(self) -> tuple[Period, ...]:
        """The form under the law of each time, while the date of the facts is unknown; else ()."""
        return () if _day(self.facts) else form_over_time(self.facts, self.in_force, self.doctrine)

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
    law = law_of(in_force, on)
    what_if = WhatIf(facts, complete, law, school)
    statuses = what_if.board.statuses
    return Verdict(
        complete,
        tuple(_result(rule, statuses[rule.ground.id], complete, school) for rule in law.rows),
        tuple(_duty(duty, bases, complete) for duty, bases in law.duties),
        school,
        on,
        tuple(contradictions(facts)),
        in_force,
        what_if,
    )


def _day(complete: Facts) -> date | None:
    """The day whose law applies: facts that lasted beyond a change of law fall under the later one
    (民法典时间效力规定#1.3)."""
    began, ended = complete["occurred_on"], complete["lasted_until"]
    days = [day for day in (began, ended) if isinstance(day, date)]
    return max(days, default=None)


# ---- parts of the verdict


def _result(rule: Rule, status: str, facts: Facts, school: Doctrine) -> GroundResult:
    ground = rule.ground
    applies = [b for b in rule.standing if b.when is None or b.when.value(facts) is True]
    if status != "established" and not applies:
        applies = list(rule.standing)
    return GroundResult(
        ground,
        school.forms(ground),
        status,
        _scope(ground, facts),
        tuple([b.ref for b in applies]),
        tuple([b.ref for b in applies if b.contested]),
        facts,
    )


def _scope(ground: Ground, facts: Facts) -> str:
    for condition, scope in ground.scopes:
        if condition.value(facts) is True:
            return scope
    return "whole"


def _duty(duty: Duty, bases: tuple[Basis, ...], facts: Facts) -> DutyResult:
    valued = [(b.ref, b.when is None or b.when.value(facts, "practical")) for b in bases]
    applies = tuple([ref for ref, value in valued if value is True])
    perhaps = tuple([ref for ref, value in valued if value is None])
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
