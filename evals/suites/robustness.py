"""Robustness: the same story in other words, another script, with noise; does the form stay?

{"given": {"tellings": {"as told": ["…"], "no punctuation": ["…"], …}}, "gold": {"liability": "joint"}}
Stories of n.jsonl come in five wordings by one hand; those of o and q are changed here, with a seed.
The score is the share of pairs of tellings that agree, right or wrong.
"""

import random
import re
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from itertools import combinations

from opencc import OpenCC

from evals import stories, story_cases
from evals.solvers import Solver
from evals.suite import SEED, Case, Json, Score, Suite, sample

AS_TOLD = "as told"
CHANGED = 60  # stories that are changed
_CHATTER = {
    "zh": ("你好，打扰了，第一次用这个。", "今天雨好大，地铁又晚点了。先说到这，谢谢啦！"),
    "en": (
        "Hello, sorry to bother you, I have never used this before. ",
        " It rains a lot today. Thanks a lot!",
    ),
}
_PUNCTUATION = re.compile(r"[，。！？；、]+|[,.!?;]+(?=\s|[^\x00-\x7f]|$)")
_SENTENCE = re.compile(r"[^。！？!?\n]+[。！？!?]*")


def cases(_: Solver) -> Sequence[Case]:
    told = [c for c in story_cases.cases(("o", "q")) if c.kind != "out_of_scope"]
    return [*_wordings(), *(_changed(case) for case in sample(told, CHANGED))]


def _wordings() -> list[Case]:
    groups: dict[str, list[Case]] = {}
    for case in story_cases.cases((stories.REWORDINGS,)):
        groups.setdefault(case.group, []).append(case)
    return [
        Case(name, each[0].lang, "wordings", {"tellings": {c.id: c.given["turns"] for c in each}},
             {"liability": each[0].gold["liability"]}, stories.REWORDINGS)
        for name, each in groups.items()
    ]  # fmt: skip


def _changed(case: Case) -> Case:
    turns: list[str] = case.given["turns"]
    tellings = {AS_TOLD: turns}
    for name, change in _changes(case.lang).items():
        told = change(turns, random.Random(f"{SEED}:{case.id}:{name}"))
        if told != turns:
            tellings[name] = told
    gold = {"liability": case.gold["liability"]}
    return Case(case.id, case.lang, "changed", {"tellings": tellings}, gold, case.source)


Change = Callable[[list[str], random.Random], list[str]]


def _changes(lang: str) -> Mapping[str, Change]:
    before, after = _CHATTER[lang]
    return {
        "traditional characters": lambda turns, _: [_traditional().convert(t) for t in turns],
        "no punctuation": lambda turns, _: [_PUNCTUATION.sub(" ", t) for t in turns],
        "slips of the hand": lambda turns, chance: [_slips(t, chance) for t in turns],
        "chatter around it": lambda turns, _: [before + turns[0], *turns[1:-1], turns[-1] + after]
        if len(turns) > 1 else [before + turns[0] + after],
        "all at once": lambda turns, _: ["\n".join(turns)],
        "a message a sentence": lambda turns, _: _SENTENCE.findall("\n".join(turns)),
    }  # fmt: skip


@cache
def _traditional() -> OpenCC:
    return OpenCC("s2t")


def _slips(text: str, chance: random.Random) -> str:
    """Two neighbours changed places, once in some forty characters; never a digit."""
    letters = list(text)
    for n in range(len(letters) - 1):
        if chance.random() < 1 / 40 and letters[n].isalpha() and letters[n + 1].isalpha():
            letters[n], letters[n + 1] = letters[n + 1], letters[n]
    return "".join(letters)


def answer(solver: Solver, case: Case) -> Json:
    """The form each telling leads to."""
    return {"forms": {name: _form(solver, turns) for name, turns in case.given["tellings"].items()}}


def _form(solver: Solver, turns: Sequence[str]) -> str:
    memory, verdict = solver.assistant.start(), None
    for turn in turns:
        _, verdict, memory = solver.assistant.heard(turn, memory)
    return verdict.liability if verdict else "out_of_scope"


def score(_: Solver, case: Case, said: Json) -> Score:
    """Pairs of wordings that agree; of a changed story, changes that leave the form as it was."""
    forms: dict[str, str] = said["forms"]
    gold = case.gold["liability"]
    parts: dict[str, tuple[float, float]] = {
        "all tellings agree": (len(set(forms.values())) == 1, 1),
        "right form, any telling": (sum(form == gold for form in forms.values()), len(forms)),
    }
    if AS_TOLD in forms:
        same = {name: form == forms[AS_TOLD] for name, form in forms.items() if name != AS_TOLD}
        parts |= {f"same: {name}": (stays, 1) for name, stays in same.items()}
    else:
        same = {f"{a} {b}": forms[a] == forms[b] for a, b in combinations(forms, 2)}
        parts["pairs of wordings agree"] = (sum(same.values()), len(same))
    why = "" if all(same.values()) else "; ".join(f"{name}: {form}" for name, form in forms.items())
    return Score(sum(same.values()) / len(same), False, parts, None, why)


SUITE = Suite("robustness", "the same story told otherwise: does the form stay?", cases, answer, score)
