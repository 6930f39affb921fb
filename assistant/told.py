"""What a story tells, by both readers: the cue grammar (`read`) and the trained encoder (`encoder`).

The grammar knows goods, amounts, dates and the plain ways to say a thing; the encoder reads what is only
implied. Each fact keeps the user's own words as evidence. Silence is never "no".
"""

import re
from collections.abc import Mapping
from functools import cache, lru_cache
from pathlib import Path

import yaml

from assistant.encoder import LONGEST, Encoder, Reading
from assistant.facts import Declaration, Facts, plain
from assistant.read import tidied

# A value is taken from this probability on (chosen on authors held out of training, see docs/reading.md).
SURE_YES, SURE_NO, SURE_CHOICE = 0.6, 0.65, 0.5
SILENT = 0.5  # from here on a cue is taken for a misreading
SHORT = 12  # characters: a shorter text may tell no whole story
# Every whole story tells these: in a few words the encoder would read them out of nothing.
_IN_EVERY_STORY = frozenset(
    {"subject", "infringement", "merchant_infringed", "rights_harmed", "life_or_health"}
)
# What is done to the teller's own account is no measure against the merchant.
_MEASURES = frozenset({"took_measures", "stopped_service", "measures_in_time", "measures_effective"})
_OWN_ACCOUNT = re.compile(
    r"我们?的?(账|帐|会员|号)[^，。]{0,6}(封|禁|停|冻|注销|限制)"
    r"|(封|禁|停|冻结?|注销|限制)[了掉]*我们?的?(账|帐|会员|号)"
    r"|\b(banned|suspended|froze|locked|closed|deactivated|blocked) (my|our) account"
    r"|\b(my|our) account (was|is|got|has been) (banned|suspended|frozen|locked|closed|deactivated|blocked)",
    re.I,
)
_CLAUSE = re.compile(r"(?:[^。！？!?\n；;，,.]|,(?=\d)|\.(?=\w))+[。！？!?；;，,.]?")


@cache
def encoder(folder: Path) -> Encoder:
    """The trained reader of that folder, loaded once."""
    return Encoder(folder)


def readings(text: str, cues: Facts, trained: Encoder) -> dict[str, Reading]:
    """What the encoder makes of each fact in the whole text, knowing what the grammar read in it."""
    return _read(trained, text, tuple((name, plain(fact.value)) for name, fact in cues.known.items()))


@lru_cache(64)  # a message is read for what it wants and again for what it tells
def _read(trained: Encoder, text: str, cues: tuple[tuple[str, str], ...]) -> dict[str, Reading]:
    return trained.read(text, dict(cues))


def overlaid(facts: Facts, cues: Facts, text: str, trained: Encoder, firm: frozenset[str]) -> Facts:
    """`facts` with what the encoder reads in the whole `text` so far; `firm` facts are left alone.

    `cues`: what the grammar read in the same text; the encoder has learnt how far to believe it. What it
    holds for silence in the whole is dropped, be it a cue or what it read itself when less was told; what was
    given without words, as by a form, is left.
    """
    if len(text) < SHORT and not cues.known:
        return facts
    silent, misread = set[str](), set[str]()
    read_whole = len(text) <= LONGEST  # of a longer story it may have read the ends alone
    for name, reading in readings(text, cues, trained).items():
        if name not in facts.declared:  # the intent is no fact
            continue
        unheard = len(text) < SHORT and name in _IN_EVERY_STORY
        if unheard or name in firm or facts.source(name) == "corrected":
            continue
        value = _decided(facts.declared[name], reading)
        if value == "yes" and name in _MEASURES and _OWN_ACCOUNT.search(_around(text, reading)):
            misread.add(name)
        elif value and value != plain(facts[name]):
            facts = facts.with_(name, value, "stated", _around(text, reading))
        elif (not value and facts.evidence(name) and reading.silence >= SILENT
              and (read_whole or facts[name] == cues[name])):  # fmt: skip
            silent.add(name)
    return tidied(facts.without(misread | silent if len(text) >= SHORT else misread))


@cache
def _said_so(folder: Path) -> Mapping[tuple[str, str], re.Pattern[str]]:
    rows = yaml.safe_load((folder / "certain.yaml").read_text(encoding="utf-8"))
    return {(row["fact"], row["value"]): re.compile(f"{row['zh']}|{row['en']}", re.I) for row in rows}


def in_so_many_words(cues: Facts, corpus: Path) -> frozenset[str]:
    """The facts whose words leave nothing to interpret (corpus/certain.yaml)."""
    words = _said_so(corpus)
    return frozenset(
        name
        for name, fact in cues.known.items()
        if (said := words.get((name, plain(fact.value)))) and said.search(fact.evidence)
    )


def _decided(declared: Declaration, reading: Reading) -> str:
    """The value it is sure enough of, or nothing."""
    if declared.kind == "yes_no":
        sure: Mapping[str, float] = {"yes": SURE_YES, "no": SURE_NO}
        return next((v for v, enough in sure.items() if reading.values[v] >= enough), "")
    best = max(reading.values, key=lambda value: reading.values[value])
    return best if reading.values[best] >= SURE_CHOICE else ""


def _around(text: str, reading: Reading) -> str:
    """The clause the encoder looked at; of a long one, what lies within 40 characters, in whole words."""
    for clause in _CLAUSE.finditer(text):
        if clause.end() > reading.start:
            start, end = max(clause.start(), reading.start - 40), min(clause.end(), reading.end + 40)
            while (
                start > clause.start() and text[start - 1 : start + 1].isascii() and text[start - 1].isalnum()
            ):
                start -= 1
            while end < clause.end() and text[end - 1 : end + 1].isascii() and text[end].isalnum():
                end += 1
            return text[start:end].strip()
    return text[reading.start : reading.end].strip()
