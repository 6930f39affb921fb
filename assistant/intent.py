"""Intent: what a message wants (complaint, law_question, follow_up, hand_off, off_topic, greeting).

The words are data in `corpus/intents.yaml` and decide what they are certain of; where they are silent, or
mislead, the trained encoder does (`leaning`). `answered` reads a short answer to the question asked.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import yaml

from assistant.facts import Facts
from assistant.read import fold

if TYPE_CHECKING:
    from assistant.encoder import Reading

# A message that states two of these tells a story, whatever it asks besides.
_STORY = frozenset({
    "merchant_infringed", "infringement", "complained_to_platform", "took_measures", "price_paid", "loss",
    "person_injured", "labelled_self_operated", "merchant_identified", "platform_promised_more",
})  # fmt: skip
SHORT = 24  # characters within which "没有" answers the question just asked
TERSE = 40  # characters below which the words on buying and selling outweigh the encoder, which knows stories
LIKELY = 0.3  # the encoder's likeliest intent is believed from here on (see evals/intents.py)
SURE = 0.75  # below, a message that tells no story of its own is asked of the law rather than of its writer
CALLED = {"self_harm": 0.5, "grave": 0.5, "asked": 0.6}  # … and a call for a person from here
DOUBTED = {"asked": 0.003, "grave": 0.01, "self_harm": 0.01}  # below, the words of it mislead
READ = 0.5  # a fact the encoder reads in it from this probability on …
TOLD = 2  # … and so many of them make a story, whatever is asked about it: a question of law tells none


@dataclass(frozen=True)
class Leaning:
    """What the encoder makes of a message: its likeliest intent (or ""), how far it calls for a person.

    `vague`: it is about some wrong, but hardly one that happened to its writer on a platform. `told`: of how
    many facts it reads a value in it.
    """

    intent: str = ""
    vague: bool = False
    told: int = 0
    call: Mapping[str, float] = field(default_factory=dict)

    def calls(self, reason: str) -> bool:
        """Whether it calls for a person for that reason: self_harm, grave or asked."""
        return self.call.get(reason, 0.0) >= CALLED[reason]

    @property
    def serene(self) -> bool:
        """Whether it surely tells of no death, harm to a child or despair, whatever its words."""
        return bool(self.call) and all(self.call[r] < DOUBTED[r] for r in ("grave", "self_harm"))


SILENT = Leaning()


def leaning(read: "Mapping[str, Reading]") -> Leaning:
    """The leaning of a message from the encoder's readings of it alone."""
    if not read:
        return SILENT
    chances = read["intent"].values
    best = max(chances, key=lambda intent: chances[intent])
    vague = best in ("complaint", "law_question", "off_topic") and chances["complaint"] < SURE
    told = sum(max(r.values.values()) >= READ for name, r in read.items() if name not in ("intent", "call"))
    return Leaning(best if chances[best] >= LIKELY else "", vague, told, read["call"].values)


class Intents:
    """The words of corpus/intents.yaml, compiled once."""

    def __init__(self, corpus: Path) -> None:
        rows: Mapping[str, object] = yaml.safe_load((corpus / "intents.yaml").read_text(encoding="utf-8"))
        self.patterns = {
            name: re.compile("|".join(f"(?:{p})" for p in row) if isinstance(row, list) else str(row))
            for name, row in rows.items()
        }

    def _says(self, name: str, text: str) -> bool:
        return bool(self.patterns[name].search(text))

    def _asks_for_a_person(self, text: str, leans: Leaning) -> bool:
        if self._says("not_hand_off", text):
            return False
        if self._says("hand_off", text):
            return leans.call.get("asked", 1.0) >= DOUBTED["asked"]
        return leans.calls("asked") and not self._says("greeting", text)

    def of(self, message: str, stated: Facts, earlier: Facts, leans: Leaning = SILENT) -> str:
        """The intent of a message that states these facts, after these earlier ones."""
        text = fold(message).strip()
        if self._asks_for_a_person(text, leans):
            return "hand_off"
        if self._says("greeting", text):
            return "greeting"
        if self._says("off_topic", text) and (
            not self._says("consumer_words", text) or ("merchant_infringed" not in stated
            and "infringement" not in stated and "complained_to_platform" not in stated
            and "took_measures" not in stated)
        ):  # fmt: skip
            return "off_topic"
        if self._says("offline", text) and not earlier.known:
            return "off_topic"
        of_buying = self._says("online", text) or (len(text) < TERSE and self._says("consumer_words", text))
        if leans.intent == "off_topic" and not earlier.known and not of_buying:
            return "off_topic"
        asks_law = self._says("law_question", text)
        if earlier.known:
            asks_law = (asks_law or leans.intent == "law_question") and not stated.known and len(text) > 5
            return "law_question" if asks_law else "follow_up"
        told = leans.told >= TOLD
        tells = told or self._says("own_story", text) or len(_STORY.intersection(stated.known)) > 1
        asks_law = asks_law or (leans.vague and self._says("asks", text))
        if (leans.intent == "law_question" and not told) or (asks_law and not tells):
            return "law_question"
        return "complaint"

    def wants_a_person(self, message: str, earlier: Sequence[str] = (), leans: Leaning = SILENT) -> str:
        """Why a human agent is to take over: self_harm, grave, asked, contradicted; or "".

        `earlier`: the user's messages since a human agent last spoke; told wrong twice, the bot gives way.
        """
        text = fold(message).strip()
        for reason in ("self_harm", "grave"):
            if leans.calls(reason) or (self._says(reason, text) and not leans.serene):
                return reason
        if self._asks_for_a_person(text, leans):
            return "asked"
        wrong = [t for t in (*(fold(e).strip() for e in earlier), text) if self._says("contradicts", t)]
        return "contradicted" if len(wrong) > 1 and wrong[-1] is text else ""

    def answered(self, message: str, asked: str, facts: Facts) -> Facts:
        """A short answer to the question on fact `asked`, as facts; "不知道" is an answer too."""
        text = fold(message).strip(" ,，.。!！")
        if self._says("dont_know", text):
            return facts.with_asked([asked])
        if len(text) > SHORT or facts.declared[asked].kind != "yes_no" or asked in facts:
            return facts
        if self._says("denies", text):
            return facts.with_(asked, False, "stated", message.strip())
        if self._says("affirms", text):
            return facts.with_(asked, True, "stated", message.strip())
        return facts
