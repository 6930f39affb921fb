"""What is put to a suite: the assistant, and two baselines that show what the tool adds.

`assistant` is the whole tool, with the chat model of the settings or offline. `bare` is the chat model
alone, asked for form, reason and provisions. `rag` is the same with the provisions nearest to the story
before it, and nothing checked: what a plain retrieval pipeline does.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Protocol

from assistant.agent import fenced, prompt
from assistant.facts import Lang
from assistant.settings import OFFLINE, Settings
from assistant.trace import as_text
from evals.story_cases import duties, facts_json
from evals.suite import Json, NoSuite, Suite

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel

    from assistant.graph import Assistant

NAMES = ("assistant", "bare", "rag")
EXTRACTS = 8  # provisions put before the story


class Solver(Protocol):
    """Answers a conversation; `assistant` holds the parts and the law, whoever answers."""

    name: str

    @property
    def assistant(self) -> "Assistant": ...

    def reply(self, turns: Sequence[str], lang: str, occurred_on: object = None) -> Json:
        """{"reply": text, "usage": tokens and cost}; of the assistant also intent, liability, facts, …"""


@dataclass
class Ours:
    """The tool."""

    assistant: "Assistant"
    name: str = "assistant"

    def reply(self, turns: Sequence[str], lang: str, occurred_on: object = None) -> Json:
        answer = self.assistant.ask(turns, occurred_on)
        said: Json = {"reply": answer.reply, "guard": answer.guard, "intent": answer.intent,
                      "liability": "out_of_scope"}  # fmt: skip
        if answer.verdict:
            told_in: Lang = "en" if lang == "en" else "zh"
            said |= {"liability": answer.verdict.liability, "trace": as_text(answer.verdict, told_in)}
            said |= {"facts": facts_json(answer.facts), "duties": duties(answer.verdict)}
        return said | ({"usage": answer.usage} if answer.usage else {})


@dataclass
class Baseline:
    """A chat model asked straight, with `extracts` of the law before the story or none."""

    assistant: "Assistant"
    model: "BaseChatModel"
    name: str
    extracts: int = 0

    def reply(self, turns: Sequence[str], lang: str, occurred_on: object = None) -> Json:  # noqa: ARG002
        story = "\n".join(turns)
        hits = self.assistant.index.search(story, self.extracts) if self.extracts else []
        extracts = "\n\n".join(f"{hit.title}: {hit.text}" for hit in hits)
        told_in: Lang = "en" if lang == "en" else "zh"
        asked = prompt(
            self.assistant.settings.prompts, "baseline", told_in,
            extracts=fenced(extracts), story=fenced(story),
        )  # fmt: skip
        message = self.model.invoke(asked)
        return {
            "reply": str(message.text),
            "usage": self._usage(getattr(message, "usage_metadata", None) or {}),
        }

    def _usage(self, counted: Mapping[str, int]) -> Json:
        """Calls, tokens and their cost, as `Answer.usage` has them."""
        tokens = [counted.get(name, 0) for name in ("input_tokens", "output_tokens")]
        price = self.assistant.settings.chat_price
        cost = sum(n * each for n, each in zip(tokens, price, strict=True)) / 1e6 if price else None
        return {"calls": 1, "input_tokens": tokens[0], "output_tokens": tokens[1], "cost": cost}


def load(name: str, settings: Settings, chat: str | None = None) -> Solver:
    """The solver of that name. Raises NoSuite, and what building an assistant raises."""
    from assistant import chat as models
    from assistant import graph

    if name not in NAMES:
        raise NoSuite(f"there is no solver {name!r}; wanted one of {', '.join(NAMES)}")
    settings = replace(settings, chat=chat or settings.chat)
    if name == "assistant":
        return Ours(graph.build(settings))
    model = models.load(settings)
    if model is None:
        raise NoSuite(
            f"the solver {name!r} wants a chat model: --chat NAME, or ANBAO_CHAT (it is {OFFLINE!r})"
        )
    return Baseline(
        graph.build(replace(settings, chat=OFFLINE)), model, name, EXTRACTS if name == "rag" else 0
    )


def refuse_inside(suite: Suite, solver: Solver) -> None:
    """Raises NoSuite when the suite looks inside the assistant and the solver is another."""
    if suite.inside and solver.name != "assistant":
        raise NoSuite(
            f"the suite {suite.name!r} looks inside the assistant: it cannot be put to {solver.name!r}"
        )
