"""Small real objects that stand in for heavy ones: an embedding without weights, chat models that lie."""

import hashlib
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from itertools import pairwise
from typing import Any

import numpy as np
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, BaseMessage
from langchain_core.outputs import ChatGeneration, ChatResult

from assistant.law import Library, Provision


class BigramEmbedding:
    """Character pairs hashed into 256 dimensions: shared wording means closeness."""

    def __init__(self, name: str = "bigrams") -> None:
        self.name, self.dimension = name, 256

    def query(self, text: str) -> np.ndarray:
        vector = np.zeros(self.dimension, np.float32)
        for pair in pairwise(text):
            vector[hashlib.md5("".join(pair).encode()).digest()[0]] += 1
        return vector / max(float(np.linalg.norm(vector)), 1e-9)

    def passages(self, texts: Sequence[str], progress: Callable[[int], object] | None = None) -> np.ndarray:
        if progress:
            progress(len(texts))
        return np.vstack([self.query(t) for t in texts]) if texts else np.zeros((0, 256), np.float32)


class Shelf(Library):
    """The library with few of its books in the index, so that building takes a moment."""

    books = ("电子商务法", "消费者权益保护法", "食品安全法", "网络消费纠纷规定（一）")

    def every(self, on: date | None = None, *, whole: bool = False) -> Iterable[Provision]:
        return (p for p in super().every(on, whole=whole) if p.ref.law in self.books)


class Says(BaseChatModel):
    """Says the same words to everything, and keeps what it was asked."""

    words: str = ""
    asked: list[str] = []  # noqa: RUF012 (a pydantic field: copied for each instance)

    @property
    def _llm_type(self) -> str:
        return "fake"

    def bind_tools(self, tools: Any, **kwargs: Any) -> "Says":  # noqa: ARG002
        return self

    def _generate(self, messages: list[BaseMessage], *args: Any, **kwargs: Any) -> ChatResult:  # noqa: ARG002
        self.asked.append(str(messages[-1].content))
        return ChatResult(generations=[ChatGeneration(message=self.answer())])

    def answer(self) -> AIMessage:
        return AIMessage(self.words)


class Breaks(Says):
    """A provider that is down."""

    def answer(self) -> AIMessage:
        raise ConnectionError("the provider is down")


class CallsTools(Says):
    """Calls these tools in turn, then says its words; with `endless`, never stops calling the last."""

    calls: list[dict[str, Any]] = []  # noqa: RUF012
    endless: bool = False

    def answer(self) -> AIMessage:
        done = len(self.asked) - 1
        if done < len(self.calls) or self.endless:
            call = self.calls[min(done, len(self.calls) - 1)]
            return AIMessage("", tool_calls=[{**call, "id": f"call-{done}"}])
        return AIMessage(self.words)
