"""Facts: what a story says, each yes / no / unknown with its source, closed under what follows.

A fact is declared once, in `corpus/facts.yaml`. To add one, write it there; to let one follow from
others, add a line to IMPLICATIONS (always true) or INFERENCES (taken until someone says otherwise).
Unknown is the absence of a value, never "no".
"""

import difflib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation
from functools import cache, cached_property, lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Literal, NamedTuple

import yaml

Value = bool | str | date | Decimal
Source = Literal["stated", "inferred", "presumed", "corrected"]
Lang = Literal["zh", "en"]


class FactError(ValueError):
    """A fact that cannot be taken: unknown name, or a value of the wrong kind."""


@dataclass(frozen=True)
class Fact:
    """A known value, where it came from, and the user's own words (or the rule inferred from)."""

    value: Value
    source: Source = "stated"
    evidence: str = ""

    @property
    def quoted(self) -> str:
        """The evidence as it is quoted, without what ends it in the midst of a sentence."""
        return self.evidence.strip().rstrip("，,、；;：:。")


@dataclass(frozen=True)
class Declaration:
    """One fact as declared in corpus/facts.yaml: its kind, wording, question and burden of proof."""

    name: str
    text: Mapping[str, str]  # {"zh", "en"}: the affirmative statement
    ask: Mapping[str, str]
    why: Mapping[str, str]
    kind: str = "yes_no"  # yes_no | choice | date | amount | number
    about: str = "deal"
    burden: str = "consumer"  # who must prove it: consumer | platform
    choices: tuple[str, ...] = ()
    names: Mapping[str, str] = field(default_factory=dict)  # the choices in Chinese
    presumed: bool | None = None
    because: Mapping[str, str] = field(default_factory=dict)
    proof: Mapping[str, str] = field(default_factory=dict)  # what would prove it

    def said(self, value: Value | None, lang: Lang) -> str:
        """A value in words of that language."""
        if value is None or isinstance(value, bool):
            return {None: {"zh": "不知道", "en": "unknown"}, True: {"zh": "是", "en": "yes"},
                    False: {"zh": "否", "en": "no"}}[value][lang]  # fmt: skip
        known = self.names.get(str(value))
        return plain(value) if known is None else known if lang == "zh" else str(value).replace("_", " ")

    @cached_property
    def answers(self) -> tuple[tuple[str, Value], ...]:
        """(fact, value) with which a change of it is tried: yes and no, or the first two choices."""
        tried = (True, False) if self.kind == "yes_no" else self.choices[:2]
        return tuple((self.name, value) for value in tried)

    @cached_property
    def lost_in_silence(self) -> bool:
        """About the platform and the consumer's to prove: unproved while nobody says so."""
        return self.burden == "consumer" and self.about == "platform"

    def parse(self, raw: object) -> Value | None:
        """The value of `raw` (from JSON, YAML or a form); None for unknown. Raises FactError."""
        if raw is None or raw in ("", "unknown", "未知"):
            return None
        wanted: object = self.choices
        if self.kind == "yes_no":
            for value, words in ((True, (True, "yes", "是")), (False, (False, "no", "否"))):
                if (raw in words and not isinstance(raw, int | float)) or raw is value:
                    return value
            wanted = "yes, no or unknown"
        elif self.kind == "choice":
            if isinstance(raw, str) and raw in self.choices:
                return raw
            wanted = "one of " + ", ".join(self.choices)
        elif self.kind == "date":
            if isinstance(raw, date):
                return raw
            try:
                return date.fromisoformat(str(raw))
            except ValueError:
                wanted = "a date like 2024-03-15"
        else:
            try:
                amount = Decimal(str(raw)) if not isinstance(raw, bool) else Decimal("NaN")
            except InvalidOperation:
                amount = Decimal("NaN")
            if amount.is_finite() and amount >= 0:
                return amount
            wanted = "a number like 10" if self.kind == "number" else "an amount in yuan like 399.00"
        raise FactError(f"fact {self.name} wants {wanted}, got {raw!r}")


class Declarations(dict[str, Declaration]):
    """Every declared fact by name. Read once and never changed, so one is the same only as itself."""

    __eq__ = object.__eq__
    __hash__ = object.__hash__  # type: ignore[assignment]

    @cached_property
    def presumptions(self) -> Mapping[str, Fact]:
        """What is taken for a fact while nothing is said or follows."""
        return {name: Fact(d.presumed, "presumed", d.because["zh"]) for name, d in self.items()
                if d.presumed is not None}  # fmt: skip


@cache
def declarations(file: Path) -> Declarations:
    """Every declared fact by name, in the file's order."""
    rows = yaml.safe_load(file.read_text(encoding="utf-8"))
    found = {}
    for name, row in rows.items():
        texts = {lang: row.pop(lang) for lang in ("zh", "en")}
        names = row.pop("choices", {})
        found[name] = Declaration(name=name, text=texts, choices=tuple(names), names=names, **row)
    return Declarations(found)


# Always true: if every literal on the left holds, so does the right; the contrapositive is used too
# where the left is a single literal.
IMPLICATIONS: tuple[tuple[dict[str, Value], tuple[str, bool]], ...] = (
    ({"measures_in_time": True}, ("took_measures", True)),
    ({"measures_effective": True}, ("took_measures", True)),
    ({"stopped_service": True}, ("took_measures", True)),
    ({"knew_before_harm": True}, ("knew_or_should", True)),
    ({"took_part": True}, ("knew", True)),
    ({"kept_promise": True}, ("platform_promised_more", True)),
    ({"person_died": True}, ("rights_harmed", True)),
    ({"person_injured": True}, ("rights_harmed", True)),
    ({"property_lost": True}, ("rights_harmed", True)),
    ({"merchant_infringed": True}, ("rights_harmed", True)),
    ({"reviewed_in_substance": True}, ("verified_identity", True)),
    ({"health_gravely_harmed": True}, ("person_injured", True)),
    ({"buyer_under_eight": True}, ("buyer_is_minor", True)),
    ({"merchant_closed_and_evaded": True}, ("prepaid", True)),
)

# Taken until someone says otherwise; one way only. (conditions, fact, value, why)
INFERENCES: tuple[tuple[dict[str, Value | tuple[str, ...]], str, bool, str], ...] = (
    ({"complained_to_platform": True}, "received_notice", True, "投诉即通知 / a complaint is notice"),
    ({"received_notice": True}, "knew", True, "收到通知即知道 / notice brings knowledge"),
    ({"complained_to_platform": True}, "knew", True, "投诉后平台知道 / told by the complaint"),
    ({"regulator_warned": True}, "knew", True, "监管通报后平台知道 / told by the regulator"),
    (
        {"violation_was_obvious": True},
        "should_have_known",
        True,
        "违法情况明显 / what is obvious should be known",
    ),
    ({"merchant_licensed": False}, "licence_required", True,
     "说商家无证，即需要许可 / a missing licence is told because one is needed"),
    ({"verified_licence": False}, "licence_required", True,
     "说平台没审许可证，即需要许可 / an unchecked licence is told because one is needed"),
    (
        {"merchant_licensed": False, "licence_required": True},
        "verified_licence",
        False,
        "商家无证却能入驻 / an unlicensed merchant was admitted",
    ),
    (
        {"reviewed_in_substance": True, "licence_required": True},
        "verified_licence",
        True,
        "实质审核包含形式审核 / substantive review includes the formal one",
    ),
    (
        {"subject": ("food", "health_food", "drug", "medical_device", "cosmetics",
                     "infant_product", "electrical_product", "vehicle", "transport_service",
                     "medical_service", "lodging")},
        "life_or_health",
        True,
        "商品服务的性质 / the nature of the goods or service",
    ),
    (
        {"subject": ("general_goods", "digital", "financial", "content")},
        "life_or_health",
        False,
        "商品服务的性质 / the nature of the goods or service",
    ),
    (
        {"subject": ("electrical_product", "infant_product", "cosmetics", "vehicle", "general_goods",
                     "digital")},
        "licence_required",
        False,
        "销售这类商品无需行政许可（产品认证另论） / selling these needs no licence (certificates apart)",
    ),
    (
        {"subject": ("drug", "medical_service")},
        "licence_required",
        True,
        "药品经营、医疗须有许可 / drugs and medical services need a licence",
    ),
    ({"person_injured": True, "infringement": ("unsafe",)}, "life_or_health", True,
     "造成人身伤害的危险商品服务 / it was dangerous and hurt someone"),
    ({"infringement": ("unsafe", "counterfeit", "false_advertising", "fraud", "price_fraud",
                       "non_delivery", "refund_refusal", "privacy", "other")},
     "merchant_infringed", True, "商家的侵害方式已述明 / the wrong is described"),
    ({"infringement": ("fraud", "counterfeit", "price_fraud")}, "merchant_intended", True,
     "欺诈以故意为要件 / deceit is intentional"),
    ({"life_or_health": True, "infringement": ("unsafe", "counterfeit")}, "breach_contributed", True,
     "义务正是为防止这类损害 / the duty guards against just this harm"),
    ({"life_or_health": True, "person_injured": True}, "breach_contributed", True,
     "义务正是为防止这类损害 / the duty guards against just this harm"),
    ({"life_or_health": True, "person_died": True}, "breach_contributed", True,
     "义务正是为防止这类损害 / the duty guards against just this harm"),
    ({"verified_licence": False, "merchant_licensed": False}, "breach_contributed", True,
     "无证经营本应被审出 / the check would have kept the unlicensed out"),
    ({"merchant_identified": True}, "verified_identity", True,
     "能提供真实信息即核验过 / who can identify the merchant has verified it"),
    ({"platform_promised_more": True, "kept_promise": False}, "promise_conditions_met", True,
     "拒绝兑现时未指出条件不满足 / no unmet condition was named"),
    ({"assisted_consumer": True}, "took_measures", True, "平台已介入协助 / the platform stepped in"),
    ({"took_measures": True}, "knew", True, "采取了措施，可见已经知道 / who acts against it knows of it"),
    ({"took_measures": True}, "measures_in_time", True, "没有说拖延 / no delay was told"),
    ({"measures_in_time": True}, "measures_effective", True,
     "及时的措施推定有效，除非侵害仍在继续 / timely measures are taken as fit unless it went on"),
    ({"platform_broke_contract": True}, "rights_harmed", True, "违约即损害 / a breach harms"),
    ({"data_leaked_by_platform": True}, "rights_harmed", True,
     "泄露或擅自处理即侵害个人信息权益 / a leak or use without leave harms the right in personal data"),
    ({"platform_deceived": True}, "rights_harmed", True,
     "欺骗侵害知情权和选择权 / deceit harms the right to know and choose"),
    ({"buyer_is_minor": True, "platform_contracts_itself": True}, "rights_harmed", True,
     "未成年人的大额交易应返还 / a minor's payment is to be returned"),
    ({"platform_contracts_itself": True}, "contracted_with_consumer", True,
     "平台就是合同当事人 / the platform is the contracting party"),
)  # fmt: skip


class Facts:
    """An immutable set of facts. `facts["knew"]` is True, False, another value, or None: unknown."""

    def __init__(
        self,
        declared: Declarations,
        known: Mapping[str, Fact] = MappingProxyType({}),
        asked: Iterable[str] = (),
    ) -> None:
        unknown = [name for name in known if name not in declared]
        if unknown:
            close = difflib.get_close_matches(unknown[0], declared, n=1)
            hint = f"; did you mean {close[0]}?" if close else ""
            raise FactError(f"there is no fact {unknown[0]!r}{hint}")
        self.declared = declared
        self.known: Mapping[str, Fact] = MappingProxyType(dict(known))
        self.asked = frozenset(asked)  # asked already; the user does not know

    def __getitem__(self, name: str) -> Value | None:
        if name not in self.declared:
            raise FactError(f"there is no fact {name!r}")
        fact = self.known.get(name)
        return None if fact is None else fact.value

    def __contains__(self, name: object) -> bool:
        return name in self.known

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Facts) and dict(self.known) == dict(other.known)

    __hash__ = None  # type: ignore[assignment]

    def source(self, name: str) -> Source | None:
        """Where a known fact came from, or None when it is unknown."""
        fact = self.known.get(name)
        return None if fact is None else fact.source

    def with_(self, name: str, raw: object, source: Source = "stated", evidence: str = "") -> "Facts":
        """These facts with one more, replaced, or (raw None) forgotten. Raises FactError."""
        if name not in self.declared:
            raise FactError(f"there is no fact {name!r}")
        value = self.declared[name].parse(raw)
        known = {k: v for k, v in self.known.items() if k != name}
        if value is not None:
            known[name] = Fact(value, source, evidence)
        return Facts(self.declared, known, self.asked)

    def evidence(self, name: str) -> str:
        """The words the fact was read from, or ""."""
        return self.known[name].evidence if name in self.known else ""

    def without(self, names: Iterable[str]) -> "Facts":
        """These facts less those named."""
        gone = frozenset(names)
        return Facts(self.declared, {n: f for n, f in self.known.items() if n not in gone}, self.asked)

    def with_asked(self, names: Iterable[str]) -> "Facts":
        """These facts, remembering that the user was asked for `names` and does not know."""
        return Facts(self.declared, self.known, self.asked | set(names))

    def merged(self, later: "Facts") -> "Facts":
        """These facts overlaid by a later message's; a correction outranks what was stated."""
        known = dict(self.known)
        for name, fact in later.known.items():
            old = known.get(name)
            if old and old.source == "corrected" and fact.source != "corrected":
                continue
            known[name] = fact
        return Facts(self.declared, known, self.asked | later.asked)

    def to_json(self) -> dict[str, dict[str, object]]:
        """{name: {value, source, evidence}} with yes/no, ISO dates and decimal strings."""
        return {
            name: {"value": plain(fact.value), "source": fact.source, "evidence": fact.evidence}
            for name, fact in sorted(self.known.items())
        }


def plain(value: Value | None) -> str:
    """A fact's value as JSON writes it: yes, no, unknown, an ISO date, a decimal or a choice."""
    if value is None:
        return "unknown"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return value.isoformat() if isinstance(value, date) else str(value)


@lru_cache(maxsize=4096)
def answer(name: str, value: Value) -> str:
    """A fact with a value as one word: a key that is quick to look up."""
    return f"{name}={value}"


def from_json(declared: Declarations, row: Mapping[str, object], source: Source = "stated") -> Facts:
    """Facts from {name: value} or {name: {value, source, evidence}}. Raises FactError."""
    facts = Facts(declared)
    for name, raw in row.items():
        if isinstance(raw, Mapping):
            given = raw.get("source", source)
            if given not in ("stated", "inferred", "presumed", "corrected"):
                raise FactError(f"fact {name} has the source {given!r}; wanted stated or corrected")
            facts = facts.with_(name, raw.get("value"), given, str(raw.get("evidence", "")))
        else:
            facts = facts.with_(name, raw, source)
    return facts


def ends(name: str) -> tuple[str, ...]:
    """The facts of which an implication gives one: either kind of knowledge for `knew_or_should`."""
    return ("knew", "should_have_known") if name == "knew_or_should" else (name,)


class Step(NamedTuple):
    """One rule of the closure: where `conditions` hold and none of `names` is known, the last is `gives`."""

    conditions: Mapping[str, Value | tuple[str, ...]]
    names: tuple[str, ...]
    gives: Fact
    left: str  # an implication's condition, `refuted` where the names are known otherwise; "": an inference
    refuted: Fact


@cache
def steps() -> tuple[Step, ...]:
    """IMPLICATIONS, then INFERENCES, in the order in which they are applied."""
    found = []
    for conditions, (name, value) in IMPLICATIONS:
        (left,) = conditions
        gives, refuted = Fact(value, "inferred", left), Fact(False, "inferred", ends(name)[0])
        found.append(Step(conditions, ends(name), gives, left, refuted))
    for wide, name, value, why in INFERENCES:
        found.append(Step(wide, (name,), Fact(value, "inferred", why), "", Fact(False)))
    return tuple(found)


def _holds(facts: Mapping[str, Fact], conditions: Mapping[str, Value | tuple[str, ...]]) -> bool:
    for name, wanted in conditions.items():
        fact = facts.get(name)
        if fact is None:
            return False
        if isinstance(wanted, tuple):
            if fact.value not in wanted:
                return False
        elif fact.value is not wanted:
            return False
    return True


def _otherwise(facts: Mapping[str, Fact], names: Iterable[str], value: Value) -> bool:
    return all(n in facts and facts[n].value is not value for n in names)


def closed(facts: Facts) -> Facts:
    """The facts with all that follows from them: implications, inferences, then presumptions.

    What the user said is never overwritten. Idempotent.
    """
    known = {n: f for n, f in facts.known.items() if f.source in ("stated", "corrected")}
    loss = known.get("loss")
    if loss and isinstance(loss.value, Decimal) and loss.value > 0 and "property_lost" not in known:
        known["property_lost"] = Fact(True, "inferred", loss.evidence)
    changed = True
    while changed:
        changed = False
        for conditions, names, gives, left, refuted in steps():
            if names[0] not in known and names[-1] not in known and _holds(known, conditions):
                known[names[-1]] = gives
                changed = True
            if left and names[0] in known and left not in known and _otherwise(known, names, gives.value):
                known[left] = refuted
                changed = True
    for name, fact in facts.declared.presumptions.items():
        known.setdefault(name, fact)
    return Facts(facts.declared, known, facts.asked)


def premises(facts: Facts, name: str) -> tuple[str, ...]:
    """The facts from which this inferred one follows: those of the first rule that gives its value."""
    fact = facts.known.get(name)
    if fact is None or fact.source != "inferred":
        return ()
    if name == "property_lost" and fact.value is True and "loss" in facts:
        return ("loss",)
    for conditions, (right, value) in IMPLICATIONS:
        given = ends(right)
        if name in given and fact.value is value and _holds(facts.known, conditions):
            return tuple(conditions)
        if (
            name in conditions
            and fact.value is False
            and all(facts[end] is not None and facts[end] is not value for end in given)
        ):
            return given
    for wide, right, value, _ in INFERENCES:
        if right == name and fact.value is value and _holds(facts.known, wide):
            return tuple(wide)
    return ()


@cache
def ancestors(name: str) -> frozenset[str]:
    """The facts from which this one may follow, directly or through others."""
    causes: dict[str, set[str]] = {}
    for conditions, (right, _) in IMPLICATIONS:
        (left,) = conditions
        for one in ends(right):
            causes.setdefault(one, set()).add(left)
            causes.setdefault(left, set()).add(one)  # the contrapositive
    for wide, right, _, _ in INFERENCES:
        causes.setdefault(right, set()).update(wide)
    found: set[str] = set()
    waiting = [name]
    while waiting:
        for cause in causes.get(waiting.pop(), ()):
            if cause not in found:
                found.add(cause)
                waiting.append(cause)
    return frozenset(found - {name})


def contradictions(facts: Facts) -> list[tuple[str, str]]:
    """Pairs of stated facts that cannot both be true, to be asked about."""
    found = []
    for conditions, (name, value) in IMPLICATIONS:
        if name in facts.known and _holds(facts.known, conditions):
            stated = facts.known[name]
            if stated.value is not value:
                found.append((next(iter(conditions)), name))
    return found
