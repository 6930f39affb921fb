"""Bridges: customers of another chat talk with the assistant, and its people answer there or at our desk.

`generic` is for small programs beside WeCom, DingTalk or Feishu: they post {"thread", "id", "text"}, signed
as our webhooks are, and get `message.sent` and `state.changed` in the same way. `chatwoot` is Chatwoot's
agent bot: its webhook comes in, replies and the hand-off go out by its API, and people answer in Chatwoot.

A message is kept before it is acknowledged and answered afterwards, so a bridge never waits for an answer.
"""

import hmac
import json
import logging
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from fastapi import APIRouter, BackgroundTasks, Depends, Path, Request
from pydantic import BaseModel, Field, StringConstraints, ValidationError

from assistant.conversations import Conversations
from assistant.read import MAX_MESSAGE
from assistant.service import schemas
from assistant.service.access import Access, Admin, refused
from assistant.service.talks import Service
from assistant.service.worker import mac
from assistant.store import StoreProblem, outbox
from assistant.store.outbox import Webhook
from assistant.store.talks import Conversation, Message

log = logging.getLogger(__name__)
router = APIRouter(prefix="/v1/bridges", tags=["bridges"])
FRESH = 300  # seconds for which a signature holds
Id = Annotated[str, Path(max_length=64)]
Secret = Annotated[str, StringConstraints(min_length=1, max_length=64, pattern="^[!-~]+$")]


class NewGeneric(schemas.NewWebhook):
    """`url`: where what is said is posted. The secret comes with the answer."""

    kind: Literal["generic"]


class NewChatwoot(schemas.NewWebhook):
    """`url`: Chatwoot's address; `token` and `secret`: its agent bot's."""

    kind: Literal["chatwoot"]
    secret: Secret
    token: Secret


class Bridge(schemas.Webhook):
    """A bridge without its secrets. What comes in is posted to /v1/bridges/{id}/messages."""

    kind: Literal["generic", "chatwoot"]


class OpenedBridge(Bridge):
    """A new bridge with the secret that signs both ways; it is shown only here."""

    secret: str


class Incoming(schemas.Wanted):
    """A customer's message. Sending it again with the same `id` is safe."""

    thread: schemas.Name
    id: schemas.Name
    text: schemas.Said


class Accepted(BaseModel):
    """The message is kept and will be answered; null where there was nothing to answer."""

    conversation: str | None = None
    message: int | None = None


@dataclass(frozen=True)
class Heard:
    """What a bridge brought; `status`: who has the conversation there, as Chatwoot names it."""

    thread: str
    id: str
    text: str
    status: str = ""


@router.post("", status_code=201)
def create(
    wanted: Annotated[NewGeneric | NewChatwoot, Field(discriminator="kind")], service: Service, who: Admin
) -> OpenedBridge:
    """Join another chat to the assistant."""
    secrets = wanted.model_dump(include={"secret", "token"})
    with service.store.writing() as link:
        made = outbox.create(link, who.tenant, wanted.url, wanted.kind, **secrets)
    return OpenedBridge(**Bridge.of(made).model_dump(), secret=made.secret)


@router.get("")
def list_(service: Service, who: Admin) -> list[Bridge]:
    """The bridges of the tenant; DELETE /v1/webhooks/{id} ends one."""
    with service.store.reading() as link:
        return [Bridge.of(hook) for hook in outbox.listed(link, who.tenant, ("generic", "chatwoot"))]


async def _sent(request: Request) -> bytes:
    return await request.body()


_BODY = {"requestBody": {"required": True, "content": {"application/json": {"schema": {"type": "object"}}}}}


@router.post("/{bridge}/messages", status_code=202, openapi_extra=_BODY)
def receive(
    bridge: Id, request: Request, service: Service, tasks: BackgroundTasks,
    body: Annotated[bytes, Depends(_sent)],
) -> Accepted:  # fmt: skip
    """What a bridge brings: {"thread", "id", "text"} or Chatwoot's event, signed with the bridge's secret."""
    with service.store.reading() as link:
        hook = outbox.find(link, bridge)
    if hook is None or hook.kind == "events" or not _signed(request.headers, body, hook):
        access: Access = request.app.state.access
        access.count_wrong(request)
        raise refused(401, "wrong_signature", "there is no such bridge, or this is not signed by it")
    heard = _from_chatwoot(body) if hook.kind == "chatwoot" else _from_generic(body)
    if heard is None:
        return Accepted()
    seen = service.in_thread(hook.tenant, outbox.person_of(hook.id, heard.thread))
    _follow(service, seen, heard.status)
    message = service.accept(seen, heard.text, heard.id)
    tasks.add_task(_answer, service, hook.tenant, message)
    return Accepted(conversation=seen.id, message=message.id)


def _follow(service: Conversations, seen: Conversation, status: str) -> None:
    """Who has the conversation there has it here."""
    if status == "pending" and seen.state != "bot":
        service.resume(seen, "chatwoot")
    elif status == "open" and seen.state == "bot":
        service.call_person(seen, "by_agent")


def _answer(service: Conversations, tenant: str, message: Message) -> None:
    try:
        service.answer(tenant, message)
    except StoreProblem as problem:  # it is kept: the sweep answers it
        log.warning("a bridge's message waits: %s", problem)


# ---- in
def _signed(headers: Mapping[str, str], body: bytes, hook: Webhook) -> bool:
    """Whether it was signed with the bridge's secret, a moment ago."""
    if hook.kind == "chatwoot":
        at = headers.get("x-chatwoot-timestamp", "")
        given = headers.get("x-chatwoot-signature", "").removeprefix("sha256=")
    else:
        parts = dict(part.partition("=")[::2] for part in headers.get("anbao-signature", "").split(","))
        at, given = parts.get("t", ""), parts.get("v1", "")
    if not (at.isascii() and at.isdigit() and len(at) < 12 and abs(time.time() - int(at)) <= FRESH):
        return False
    return hmac.compare_digest(mac(hook.secret, int(at), body).encode(), given.encode())


def _from_generic(body: bytes) -> Heard:
    try:
        told = Incoming.model_validate_json(body)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"]))
        raise refused(422, "invalid", f"body.{where}: {first['msg']}") from None
    return Heard(told.thread, told.id, told.text)


def _from_chatwoot(body: bytes) -> Heard | None:
    """A customer's message in Chatwoot's event `message_created`; None for whatever else it tells."""
    try:
        row: Any = json.loads(body)
        if (
            row["event"] != "message_created"
            or row["message_type"] not in ("incoming", 0)
            or row.get("private")
        ):
            return None
        thread = f"{int(row['account']['id'])}/{int(row['conversation']['id'])}"
        text, status = row["content"], str(row["conversation"].get("status", ""))
        number = str(int(row["id"]))
    except (ValueError, TypeError, KeyError, AttributeError):
        raise refused(422, "invalid", "this is no event of Chatwoot's agent bot") from None
    if not isinstance(text, str) or not text.strip():  # a picture, say
        return None
    return Heard(thread, number, text.replace("\0", "")[:MAX_MESSAGE], status)
