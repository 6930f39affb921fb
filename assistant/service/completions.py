"""The chat endpoints as OpenAI defines them, so that any chat front end can use the assistant.

Stateless: the user's messages of the request are the turns; what others said in it is not read. The reply
is checked as a whole before any of it is sent, so streaming sends its paragraphs, not tokens.
"""

import json
import secrets
import time
from collections.abc import Iterator
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Request
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, Field

from assistant.graph import Assistant
from assistant.service.access import Server, refused
from assistant.service.knowledge import keep

router = APIRouter(tags=["openai"])
MODEL = "anbao"
_BEGAN = 1_735_689_600  # 2025-01-01, in seconds since 1970: when the model was "created"


class Part(BaseModel):
    """A part of a message; only text is read."""

    type: str
    text: str = ""


class ChatMessage(BaseModel):
    """A message of a chat."""

    role: Literal["system", "developer", "user", "assistant", "tool", "function"]
    content: str | list[Part] | None = None

    @property
    def words(self) -> str:
        """Its text."""
        if isinstance(self.content, list):
            return "\n".join(part.text for part in self.content if part.type == "text")
        return self.content or ""


class Chat(BaseModel):
    """A chat to go on with. What else OpenAI allows (temperature, tools …) has no effect here."""

    model: str = MODEL
    messages: Annotated[list[ChatMessage], Field(min_length=1, max_length=200)]
    stream: bool = False


class Said(BaseModel):
    """What the assistant says."""

    role: Literal["assistant"] = "assistant"
    content: str


class Choice(BaseModel):
    """The one reply."""

    index: int = 0
    message: Said
    finish_reason: Literal["stop"] = "stop"


class Completion(BaseModel):
    """A reply as OpenAI's clients read it. Tokens are not counted, so there is no usage."""

    id: str
    object: Literal["chat.completion"] = "chat.completion"
    created: int
    model: str
    choices: list[Choice]


class Model(BaseModel):
    """A model one can name."""

    id: str
    object: Literal["model"] = "model"
    created: int = _BEGAN
    owned_by: str = MODEL


class Models(BaseModel):
    """The models one can name."""

    object: Literal["list"] = "list"
    data: list[Model]


@router.get("/v1/models")
def models(_: Server) -> Models:
    """The one model there is."""
    return Models(data=[Model(id=MODEL)])


@router.get("/v1/models/{model}")
def model(model: str, _: Server) -> Model:
    """One model."""
    return Model(id=_known(model))


@router.post("/v1/chat/completions", responses={200: {"content": {"text/event-stream": {}}}},
             response_model=Completion)  # fmt: skip
def complete(wanted: Chat, request: Request, _: Server) -> Completion | StreamingResponse:
    """Reply to a chat."""
    assistant: Assistant = request.app.state.assistant
    turns = [m.words for m in wanted.messages if m.role == "user"]
    name = _known(wanted.model)
    reply = assistant.ask(turns)
    if reply.verdict:
        keep(request, reply.verdict)
    head = {"id": f"chatcmpl-{secrets.token_hex(12)}", "created": int(time.time()),
            "model": name}  # fmt: skip
    if wanted.stream:
        return StreamingResponse(_chunks(head, reply.reply), media_type="text/event-stream")
    return Completion.model_validate({**head, "choices": [Choice(message=Said(content=reply.reply))]})


def _known(name: str) -> str:
    if name != MODEL:
        raise refused(404, "model_not_found", f"there is no model {name!r:.60}; the one there is: {MODEL}")
    return name


def _chunks(head: dict[str, Any], text: str) -> Iterator[str]:
    paragraphs = [part + "\n\n" for part in text.split("\n\n")]
    paragraphs[-1] = paragraphs[-1].removesuffix("\n\n")
    deltas: list[tuple[dict[str, str], str | None]] = [({"role": "assistant", "content": ""}, None)]
    deltas += [({"content": part}, None) for part in paragraphs]
    for delta, finish in [*deltas, ({}, "stop")]:
        choice = {"index": 0, "delta": delta, "finish_reason": finish}
        chunk = {**head, "object": "chat.completion.chunk", "choices": [choice]}
        yield f"data: {json.dumps(chunk, ensure_ascii=False)}\n\n"
    yield "data: [DONE]\n\n"
