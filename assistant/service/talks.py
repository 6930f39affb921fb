"""Endpoints of conversations: create, list, read, go on, correct, hand over, delete."""

from collections.abc import Iterator
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request
from fastapi.sse import EventSourceResponse, ServerSentEvent

from assistant.conversations import Conversations
from assistant.graph import STEPS
from assistant.read import language
from assistant.service import schemas
from assistant.service.access import Customer, Seen, Server, Theirs
from assistant.service.knowledge import judged
from assistant.steps import watched
from assistant.store.talks import Conversation, Message

router = APIRouter(prefix="/v1/conversations", tags=["conversations"])
After = Annotated[int, Query(ge=0, le=2**31 - 1)]


def _conversations(request: Request) -> Conversations:
    service: Conversations = request.app.state.conversations
    return service


Service = Annotated[Conversations, Depends(_conversations)]


@router.post("", status_code=201)
def create(wanted: schemas.NewConversation, service: Service, who: Customer) -> schemas.Opened:
    """Begin a conversation."""
    made, token = service.start(who.tenant, wanted.person, wanted.lang, wanted.doctrine, wanted.occurred_on)
    return schemas.Opened(**schemas.Conversation.of(made).model_dump(), token=token)


@router.get("")
def list_(
    service: Service, who: Server, person: Annotated[str | None, Query(max_length=128)] = None,
    before: Annotated[str, Query(max_length=40)] = "",
) -> list[schemas.Conversation]:  # fmt: skip
    """Fifty conversations, last active first; `before`: the `updated_at` of the last one seen."""
    return schemas.listed(service.listed(who.tenant, person, before))


@router.get("/{conversation}")
def read(seen: Seen, service: Service) -> schemas.Read:
    """A conversation with its messages, facts and verdict."""
    return whole(seen, service)


def whole(seen: Conversation, service: Conversations) -> schemas.Read:
    """A conversation with everything in it."""
    facts = service.facts(seen)
    verdict = service.verdict(facts, seen.doctrine) if facts.known else None
    row = judged(verdict, service.assistant.library.version) if verdict else None
    return schemas.Read(
        **schemas.Conversation.of(seen).model_dump(),
        messages=[schemas.Message.of(m) for m in service.said(seen.id)],
        facts=row.facts if row else {}, verdict=row.verdict if row else None,
        decision_id=row.decision_id if row else None,
    )  # fmt: skip


@router.get("/{conversation}/messages")
def news(seen: Seen, service: Service, after: After = 0) -> schemas.News:
    """The messages after one, and the state: what a page asks for while a person answers."""
    rows = [schemas.Message.of(m) for m in service.said(seen.id, after)]
    return schemas.News(state=seen.state, messages=rows)


def _accepted(wanted: schemas.Send, seen: Theirs, service: Service) -> tuple[Conversation, Message]:
    return seen, service.accept(seen, wanted.text, wanted.client_id)


Accepted = Annotated[tuple[Conversation, Message], Depends(_accepted)]


@router.post("/{conversation}/messages")
def send(accepted: Accepted, service: Service) -> schemas.Exchange:
    """Send a message and wait for the reply; it is kept from before the answering begins."""
    seen, message = accepted
    return _exchange(seen, message, service.answer(seen.tenant, message), service)


@router.post("/{conversation}/messages/stream", response_class=EventSourceResponse)
def stream(accepted: Accepted, service: Service) -> Iterator[ServerSentEvent]:
    """The same, as events: `accepted`, `step` (what is being done), then `reply`."""
    seen, message = accepted
    told_in = language(message.text)
    yield ServerSentEvent(event="accepted", data=schemas.Message.of(message).model_dump())
    for now in watched(lambda on_step: service.answer(seen.tenant, message, on_step)):
        if isinstance(now, str):
            yield ServerSentEvent(event="step", data={"step": now, "text": STEPS[now][told_in]})
        else:
            result: dict[str, Any] = _exchange(seen, message, now, service).model_dump()
            yield ServerSentEvent(event="reply", data=result)


def _exchange(
    seen: Conversation, message: Message, reply: Message | None, service: Conversations
) -> schemas.Exchange:
    return schemas.Exchange(
        state=service.find(seen.tenant, seen.id).state, message=schemas.Message.of(message),
        reply=schemas.Message.of(reply) if reply else None,
    )  # fmt: skip


@router.patch("/{conversation}/facts")
def correct(wanted: schemas.Facts, seen: Theirs, service: Service) -> schemas.Judged:
    """Set facts right; what a customer corrected is never read otherwise again."""
    changed = service.correct(seen, wanted.facts)
    verdict = service.verdict(service.facts(changed), changed.doctrine)
    return judged(verdict, service.assistant.library.version)


@router.post("/{conversation}/handoff")
def hand_off(seen: Theirs, service: Service) -> schemas.News:
    """Call a person; from now on the bot says nothing until they give the conversation back."""
    service.call_person(seen)
    return news(service.find(seen.tenant, seen.id), service)


@router.delete("/{conversation}", status_code=204)
def delete(seen: Theirs, service: Service) -> None:
    """Delete a conversation with everything it holds."""
    service.remove(seen.tenant, seen.id)
