"""Endpoints for those who work here: tickets for agents; webhooks and persons' data for administrators."""

from typing import Annotated, Literal

from fastapi import APIRouter, Path, Query, Request

from assistant.service import schemas
from assistant.service.access import Admin, Desk
from assistant.service.talks import Service, whole
from assistant.store import Database, outbox, talks, tickets

router = APIRouter(tags=["desk"])
Id = Annotated[str, Path(max_length=64)]
TicketState = Literal["open", "taken", "closed"]


@router.get("/v1/tickets")
def list_tickets(
    service: Service, who: Desk, state: Annotated[TicketState | None, Query()] = None
) -> list[schemas.Ticket]:
    """The newest hundred tickets, of one state if named."""
    with service.store.reading() as link:
        return [schemas.Ticket.of(t) for t in tickets.listed(link, who.tenant, state or "")]


@router.get("/v1/tickets/{ticket}")
def read_ticket(ticket: Id, service: Service, who: Desk) -> schemas.Ticket:
    """A ticket; the conversation since is under its id."""
    with service.store.reading() as link:
        return schemas.Ticket.of(tickets.get(link, who.tenant, ticket))


@router.post("/v1/tickets/{ticket}/take")
def take(ticket: Id, wanted: schemas.Agent, service: Service, who: Desk) -> schemas.Ticket:
    """Take an open ticket; 409 where another agent was quicker."""
    return schemas.Ticket.of(service.take(who.tenant, ticket, wanted.agent))


@router.post("/v1/tickets/{ticket}/messages")
def say(ticket: Id, wanted: schemas.AgentSays, service: Service, who: Desk) -> schemas.Message:
    """Say something to the customer of a ticket you have taken."""
    return schemas.Message.of(service.say(who.tenant, ticket, wanted.agent, wanted.text))


@router.post("/v1/tickets/{ticket}/give-back")
def give_back(ticket: Id, wanted: schemas.Agent, service: Service, who: Desk) -> schemas.Ticket:
    """Close a ticket: the bot answers again."""
    return schemas.Ticket.of(service.give_back(who.tenant, ticket, wanted.agent))


@router.post("/v1/webhooks", status_code=201)
def create_webhook(wanted: schemas.NewWebhook, request: Request, who: Admin) -> schemas.OpenedWebhook:
    """Have events sent to a URL, signed with the secret given back."""
    store: Database = request.app.state.store
    with store.writing() as link:
        hook = outbox.create(link, who.tenant, wanted.url)
    return schemas.OpenedWebhook(**schemas.Webhook.of(hook).model_dump(), secret=hook.secret)


@router.get("/v1/webhooks")
def list_webhooks(request: Request, who: Admin) -> list[schemas.Webhook]:
    """The webhooks of the tenant."""
    store: Database = request.app.state.store
    with store.reading() as link:
        return [schemas.Webhook.of(hook) for hook in outbox.listed(link, who.tenant)]


@router.delete("/v1/webhooks/{webhook}", status_code=204)
def delete_webhook(webhook: Id, request: Request, who: Admin) -> None:
    """Stop sending events there."""
    store: Database = request.app.state.store
    with store.writing() as link:
        outbox.remove(link, who.tenant, webhook)


@router.get("/v1/deliveries")
def list_deliveries(request: Request, who: Admin) -> list[schemas.Delivery]:
    """The newest hundred events and what became of them."""
    store: Database = request.app.state.store
    with store.reading() as link:
        rows = outbox.tried(link, who.tenant)
    return [schemas.Delivery.model_validate({n: getattr(r, n) for n in schemas.Delivery.model_fields})
            for r in rows]  # fmt: skip


@router.post("/v1/persons/export")
def export(wanted: schemas.ThisPerson, service: Service, who: Admin) -> schemas.Exported:
    """Everything kept of a person (Personal Information Protection Law, Article 45)."""
    found = service.of_person(who.tenant, wanted.person)
    with service.store.reading() as link:
        held = [t for c in found for t in tickets.listed(link, who.tenant, conversation=c.id)]
    return schemas.Exported(
        person=wanted.person, conversations=[whole(c, service) for c in found],
        tickets=[schemas.Ticket.of(t) for t in held],
    )  # fmt: skip


@router.post("/v1/persons/erase")
def erase(wanted: schemas.ThisPerson, service: Service, who: Admin) -> schemas.Erased:
    """Delete every conversation of a person (Personal Information Protection Law, Article 47)."""
    with service.store.writing() as link:
        return schemas.Erased(conversations=talks.remove_person(link, who.tenant, wanted.person))
