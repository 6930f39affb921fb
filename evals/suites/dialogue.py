"""Conversation: a client tells only the beginning, and answers what is asked; is the form right in the end?

{"given": {"turns": ["电热毯烧了，平台不管"]}, "gold": {"liability": "joint", "facts": {"knew": "yes", …}}}
The client is simulated: it answers yes, no or “I do not know” from the gold facts, in the story's language.
"""

from collections.abc import Sequence

from assistant.facts import Facts, closed
from assistant.trace import as_text
from evals import story_cases
from evals.solvers import Solver
from evals.suite import Case, Json, Score, Suite

QUESTIONS = 4  # a client loses patience
_SAYS = {
    "zh": {True: "是的", False: "没有", None: "不知道"},
    "en": {True: "Yes", False: "No", None: "I don't know"},
}


def cases(_: Solver) -> Sequence[Case]:
    """Stories of several messages: the later ones are what there is to ask about."""
    return [case for case in story_cases.cases(("o", "q")) if len(case.given["turns"]) > 1
            and case.kind not in ("need_facts", "out_of_scope")]  # fmt: skip


def answer(solver: Solver, case: Case) -> Json:
    """The form after the opening, after each answer, and what was asked."""
    assistant = solver.assistant
    gold = closed(story_cases.gold_facts(case, assistant.declared))
    _, verdict, memory = assistant.heard(case.given["turns"][0], assistant.start(case.given["occurred_on"]))
    forms = [verdict.liability if verdict else "out_of_scope"]
    asked: list[list[str]] = []
    while verdict and verdict.liability == "need_facts" and verdict.asks and len(asked) < QUESTIONS:
        fact = verdict.asks[0]
        said = _answer(gold, fact, case.lang)
        asked.append([fact, said])
        _, verdict, memory = assistant.heard(said, memory)
        forms.append(verdict.liability if verdict else "out_of_scope")
    return {"forms": forms, "asked": asked, "trace": as_text(verdict, "zh") if verdict else ""}


def _answer(gold: Facts, fact: str, lang: str) -> str:
    value = gold[fact]
    return _SAYS[lang][value if isinstance(value, bool) else None]


def score(_: Solver, case: Case, said: Json) -> Score:
    """Right form in the end; beside it how it was after the opening, and how many questions it took."""
    gold, forms, asked = case.gold["liability"], said["forms"], said["asked"]
    right = forms[-1] == gold
    unknown = _SAYS[case.lang][None]
    parts: dict[str, tuple[float, float]] = {
        "right after the opening": (forms[0] == gold, 1),
        "settled within two questions": (len(asked) <= 2 and forms[-1] != "need_facts", 1),
        "questions the client could answer": (sum(words != unknown for _, words in asked), len(asked)),
        "no question twice": (len({fact for fact, _ in asked}), len(asked)),
    }
    why = "" if right else f"{' → '.join(forms)}, gold {gold}; asked {[fact for fact, _ in asked]}"
    return Score(right, forms[-1] == "need_facts", parts, (gold, forms[-1]), why)


SUITE = Suite(
    "dialogue", "a client who tells little and answers what is asked", cases, answer, score, limit=80
)
