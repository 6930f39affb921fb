"""What goes over the wire. Every text has a length limit; unknown fields are refused."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, field_validator

from assistant.doctrines import DOCTRINES
from assistant.read import MAX_MESSAGE
from assistant.reply import Audience
from assistant.store import talks as kept

Lang = Literal["zh", "en"]
_NUL = r"^[^\x00]*$"  # PostgreSQL keeps no NUL in a text
Said = Annotated[str, StringConstraints(min_length=1, max_length=MAX_MESSAGE, pattern=_NUL)]
Doctrine = Annotated[str, Field(json_schema_extra={"enum": [*DOCTRINES]})]
Name = Annotated[str, StringConstraints(min_length=1, max_length=64, pattern=_NUL)]
Person = Annotated[str, StringConstraints(max_length=128, pattern=_NUL)]
Json = dict[str, Any]


class Wanted(BaseModel):
    """A request's body."""

    model_config = ConfigDict(extra="forbid")

    @field_validator("*", mode="after")
    @classmethod
    def _is_text(cls, value: object) -> object:
        """Refuse halves of surrogate pairs, which are no text in any encoding."""
        if isinstance(value, str):
            value.encode()
        return value


class Ask(Wanted):
    """A whole conversation to be answered at once; nothing of it is kept but the decision."""

    id: str | int | None = None
    turns: Annotated[list[str], Field(min_length=1, max_length=50)] | str
    occurred_on: date | None = None
    doctrine: Doctrine | None = None
    lang: Lang | None = None
    audience: Audience = "consumer"


class Answered(BaseModel):
    """The output row of the JSON contract. `degraded` says what could not be done, if anything."""

    id: str | int | None
    lang: Lang
    intent: str
    in_scope: bool
    reply: str
    verdict: Json
    facts: Json
    citations: list[Json]
    guard: Json
    decision_id: str | None
    corpus_version: str
    seconds: float
    usage: dict[str, Any] | None = Field(None, description="calls and tokens of a chat model; null offline")
    degraded: list[str] | None = None


class Assess(Wanted):
    """Structured facts: {name: value} or {name: {value, source, evidence}}."""

    facts: Annotated[dict[str, Any], Field(max_length=500)]
    doctrine: Doctrine | None = None


class Search(Wanted):
    """A question to the law."""

    query: Said
    top_k: Annotated[int, Field(ge=1, le=100)] = 8


class Hits(BaseModel):
    """Provisions and notes, best first. `degraded` says what the search had to do without, if anything."""

    query: str
    hits: list[Json]
    degraded: list[str] | None = None


class Cite(Wanted):
    """A text whose citations are to be judged, as of a day."""

    text: Said
    on: date | None = None


class Cited(BaseModel):
    """Every citation of the text with its status."""

    seen: int
    checked: int
    citations: list[Json]


class NewConversation(Wanted):
    """`person`: your own name for the customer, by which their data can be exported and erased."""

    person: Person = ""
    lang: Lang | None = None
    doctrine: Doctrine | None = None
    occurred_on: date | None = None


class Kept(BaseModel):
    """What shows a row of the store, field by field."""

    @classmethod
    def of(cls, row: object) -> Self:
        """The row as it goes over the wire; what it has beside the fields stays inside."""
        return cls.model_validate(row, from_attributes=True)


class Conversation(Kept):
    """A conversation without its words. `state`: bot, waiting (for a person) or agent (a person answers)."""

    id: str
    person: str
    title: str
    state: Literal["bot", "waiting", "agent"]
    lang: Lang | None
    doctrine: str | None
    created_at: str
    updated_at: str


class Opened(Conversation):
    """A new conversation with the token that a widget key needs to go on with it; it is shown only here."""

    token: str


class Message(Kept):
    """One message. `answers`: the message this is the reply to; `answer`: where a reply comes from."""

    id: int
    role: Literal["user", "assistant", "agent"]
    text: str
    status: str
    client_id: str | None
    answers: int | None
    answer: Json | None
    at: str


class Read(Conversation):
    """A conversation with everything in it; the verdict is reached anew from the facts."""

    messages: list[Message]
    facts: Json
    verdict: Json | None
    decision_id: str | None


class News(BaseModel):
    """The messages since, and the state now."""

    state: str
    messages: list[Message]


class Send(Wanted):
    """A message. With a `client_id` of your own, sending it again is safe."""

    text: Said
    client_id: Name | None = None


class Exchange(BaseModel):
    """What was accepted, and the reply: null while a person is to answer."""

    state: str
    message: Message
    reply: Message | None


class Facts(Wanted):
    """Facts set right; null forgets one."""

    facts: Annotated[dict[str, Any], Field(min_length=1, max_length=500)]


class Judged(BaseModel):
    """Facts and what the rules make of them."""

    facts: Json
    verdict: Json
    decision_id: str
    corpus_version: str


class Ticket(Kept):
    """A conversation handed to a person, with what there was when it was."""

    id: str
    conversation: str
    reason: str
    state: Literal["open", "taken", "closed"]
    agent: str
    held: Json
    opened_at: str
    closed_at: str | None


class Agent(Wanted):
    """Who acts: the agent's name in your desk."""

    agent: Name


class AgentSays(Agent):
    """What an agent says to the customer."""

    text: Said


class NewWebhook(Wanted):
    """Where events are to be sent."""

    url: Annotated[str, StringConstraints(max_length=2000, pattern="^https?://[!-~]+$")]


class Webhook(Kept):
    """A webhook without its secret."""

    id: str
    url: str
    created_at: str


class OpenedWebhook(Webhook):
    """A new webhook with the secret that signs its events; it is shown only here."""

    secret: str


class Delivery(BaseModel):
    """An event on its way, or what became of it."""

    id: str
    webhook: str
    state: str
    attempts: int
    due_at: str
    problem: str


class ThisPerson(Wanted):
    """The customer concerned, by your own name for them."""

    person: Annotated[str, StringConstraints(min_length=1, max_length=128, pattern=_NUL)]


class Exported(BaseModel):
    """Everything kept of a person."""

    person: str
    conversations: list[Read]
    tickets: list[Ticket]


class Erased(BaseModel):
    """How many conversations were deleted."""

    conversations: int


def judged(facts: Mapping[str, object], verdict: Mapping[str, Any], decision: str, corpus: str) -> Judged:
    """The shape of a verdict on facts."""
    return Judged(facts=dict(facts), verdict=dict(verdict), decision_id=decision, corpus_version=corpus)


def listed(rows: Sequence[kept.Conversation]) -> list[Conversation]:
    """Conversations as they are listed."""
    return [Conversation.of(row) for row in rows]
