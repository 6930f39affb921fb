"""Cases of your own: a file of JSON Lines, YAML, CSV or an Excel sheet, checked line by line.

A row in JSON Lines (a CSV file or a sheet has the same as columns, `fact:NAME` and `duty:NAME` for those):
{"id": "court-1", "story": "我在平台买的……", "liability": "joint", "facts": {"took_measures": "no"},
 "duties": {"necessary_measures": "breached"}, "refs": ["电子商务法#38.1"], "note": "…"}
docs/evals-cases.md says what each field means.
"""

import difflib
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path

from assistant import citations
from assistant.facts import FactError, from_json
from assistant.law import LawError, Ref
from assistant.read import language
from assistant.rules import DUTIES, FORM_NAMES
from evals import story_cases
from evals.case_files import BadCases, Row, rows
from evals.said import form_said
from evals.solvers import Solver
from evals.suite import Case, Json, Score, Suite

FIELDS = (
    "id",
    "story",
    "turns",
    "lang",
    "occurred_on",
    "liability",
    "facts",
    "duties",
    "refs",
    "source",
    "split",
    "note",
)
GOLD = ("liability", "facts", "duties", "refs")
FORMS = tuple(form for form in FORM_NAMES if form != "corresponding")
TURN = "---"  # a line of a story that divides two messages


def suite(file: Path) -> Suite:
    """The file as a suite. The file is read when its cases are asked for."""
    return Suite(
        "own", f"cases of {file.name}", lambda solver: cases(file, solver), answer, score, inside=False
    )


def cases(file: Path, solver: Solver) -> list[Case]:
    """Every case of the file. Raises BadCases with all problems at once."""
    found: dict[str, Case] = {}
    problems = []
    for row in rows(file):
        try:
            case = _case(row, solver)
            if case.id in found:
                raise BadCases(f"id: {case.id!r} is taken by an earlier row")
            found[case.id] = case
        except BadCases as problem:
            problems.append(f"{file.name}, line {row.line}: {problem}")
    if not found and not problems:
        problems.append(f"{file.name} holds no cases")
    if problems:
        raise BadCases("\n".join(problems))
    return list(found.values())


# ---- checking


def _case(row: Row, solver: Solver) -> Case:
    """One row as a case. Raises BadCases: the field, what was wanted, what came."""
    fields = row.fields
    for name in fields:
        if name not in FIELDS:
            raise BadCases(f"there is no field {name!r}{_near(str(name), FIELDS)}")
    turns = _turns(fields)
    gold = {name: fields[name] for name in GOLD if fields.get(name)}
    if not gold:
        raise BadCases(f"nothing to score: wanted at least one of {', '.join(GOLD)}")
    form = gold.get("liability", "")
    if form and form not in FORMS:
        raise BadCases(f"liability: wanted one of {', '.join(FORMS)}, got {form!r}")
    _check_facts(gold.get("facts", {}), solver)
    _check_duties(gold.get("duties", {}))
    _check_refs(gold.get("refs", []), solver)
    lang = fields.get("lang") or language("\n".join(turns))
    if lang not in ("zh", "en"):
        raise BadCases(f"lang: wanted zh or en, got {lang!r}")
    given = {"turns": turns, "occurred_on": _day(fields.get("occurred_on"))}
    whole = {
        "liability": "",
        "facts": {},
        "duties": {},
        "refs": [],
        "note": str(fields.get("note", "")),
        **gold,
    }
    row_id, kind = str(fields.get("id") or f"line-{row.line}"), str(form or "no form stated")
    return Case(row_id, str(lang), kind, given, whole, str(fields.get("source", "")))


def _near(name: str, names: Sequence[str]) -> str:
    near = difflib.get_close_matches(name, names, 1)
    return f"; did you mean {near[0]}?" if near else f"; wanted one of {', '.join(names)}"


def _turns(fields: Mapping[str, object]) -> list[str]:
    told = fields.get("turns", fields.get("story"))
    if isinstance(told, str):
        parts = [part.strip() for part in f"\n{told}\n".split(f"\n{TURN}\n")]
        told = [part for part in parts if part]
    if not isinstance(told, list) or not told or not all(isinstance(t, str) and t.strip() for t in told):
        raise BadCases(f"story: wanted a text, or turns with a list of texts, got {told!r:.60}")
    return told


def _day(raw: object) -> str | None:
    try:
        return date.fromisoformat(str(raw).strip()).isoformat() if raw else None
    except ValueError:
        raise BadCases(f"occurred_on: wanted a date like 2024-03-15, got {raw!r}") from None


def _check_facts(facts: object, solver: Solver) -> None:
    declared = solver.assistant.declared
    if not isinstance(facts, dict):
        raise BadCases(f"facts: wanted names with values, got {facts!r:.60}")
    for name in facts:
        if name not in declared:
            raise BadCases(f"facts: there is no fact {name!r}{_near(str(name), list(declared))}"[:300])
    try:
        from_json(declared, facts)
    except FactError as error:
        raise BadCases(f"facts: {error}") from None


def _check_duties(duties: object) -> None:
    codes = [duty.code for duty in DUTIES]
    if not isinstance(duties, dict):
        raise BadCases(f"duties: wanted codes with a status, got {duties!r:.60}")
    for code, status in duties.items():
        if code not in codes:
            raise BadCases(f"duties: there is no duty {code!r}{_near(str(code), codes)}")
        if status not in ("breached", "fulfilled", "not_engaged", "unknown"):
            raise BadCases(
                f"duties: {code} wants breached, fulfilled, not_engaged or unknown, got {status!r}"
            )


def _check_refs(refs: object, solver: Solver) -> None:
    if not isinstance(refs, list):
        raise BadCases(f"refs: wanted a list like [电子商务法#38.1], got {refs!r:.60}")
    for ref in refs:
        try:
            solver.assistant.library.provision(str(ref))
        except (LawError, ValueError) as error:
            raise BadCases(f"refs: {ref!r} is no provision held ({error})") from None


# ---- answering and scoring


def answer(solver: Solver, case: Case) -> Json:
    """The whole reply, and where the solver knows them the facts and duties behind it."""
    return solver.reply(case.given["turns"], case.lang, case.given["occurred_on"])


def score(solver: Solver, case: Case, said: Json) -> Score:
    """Right form where the case states one; else the share of its facts, duties and provisions."""
    gold, text = case.gold["liability"], str(said["reply"])
    form = form_said(text) or "unclear"
    parts, problems = _parts(solver, case, said)
    if not gold:
        shares = [counts for name, counts in parts.items() if not name.startswith("fact:")]
        value = sum(right for right, _ in shares) / max(1, sum(of for _, of in shares))
        return Score(value, False, parts, None, "; ".join(problems))
    if form != gold:
        problems.insert(0, f"the reply says {form}, the case {gold}")
    abstained = form != gold and form in ("unclear", "need_facts", "corresponding")
    return Score(form == gold, abstained, parts, (gold, form), "; ".join(problems))


def _parts(solver: Solver, case: Case, said: Json) -> tuple[dict[str, tuple[float, float]], list[str]]:
    """What the case states besides the form and came out, and what did not."""
    gold, assistant = case.gold, solver.assistant
    parts: dict[str, tuple[float, float]] = {}
    problems: list[str] = []
    if gold["refs"]:
        cited = [c.ref for c in citations.check(str(said["reply"]), assistant.library) if c.is_law]
        missed = [ref for ref in gold["refs"] if not any(_covers(one, Ref.parse(ref)) for one in cited)]
        parts["provisions cited"] = (len(gold["refs"]) - len(missed), len(gold["refs"]))
        problems += [f"not cited: {ref}" for ref in missed]
    if "facts" in said and gold["facts"]:
        read = story_cases.read_facts(said["facts"], assistant.declared)
        _, counts, wrong = story_cases.fact_parts(story_cases.gold_facts(case, assistant.declared), read)
        parts |= {name: n for name, n in counts.items() if name == "facts found" or name.startswith("fact:")}
        problems += [problem for problem in wrong if problem.startswith("missed")]
    if "duties" in said and gold["duties"]:
        parts |= story_cases.duty_parts(gold["duties"], said["duties"])
        other = {d: said["duties"].get(d, "not decided") for d, s in gold["duties"].items()
                 if said["duties"].get(d) != s}  # fmt: skip
        problems += [
            f"duty {duty}: {status}, the case {gold['duties'][duty]}" for duty, status in other.items()
        ]
    return parts, problems


def _covers(one: Ref, other: Ref) -> bool:
    """Whether a citation is of that provision; one of a whole article covers its paragraphs."""
    same = (one.law, one.article) == (other.law, other.article)
    return same and (None in (one.paragraph, other.paragraph) or one.paragraph == other.paragraph)
