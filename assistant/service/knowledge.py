"""Endpoints that keep no conversation: ask, assess, search, cite."""

from fastapi import APIRouter, Request

from assistant import decisions
from assistant.citations import check
from assistant.facts import from_json
from assistant.graph import Assistant
from assistant.payment import payments
from assistant.remedies import remedies
from assistant.service import schemas
from assistant.service.access import Server
from assistant.sides import verdict_json
from assistant.store import Database, StoreProblem
from assistant.verdict import Verdict, assess

router = APIRouter(tags=["knowledge"])
BY_WORDS = ["the index of meanings does not answer: found by words alone"]


@router.post("/v1/ask", response_model_exclude_unset=True)
def ask(wanted: schemas.Ask, request: Request, _: Server) -> schemas.Answered:
    """Answer a whole conversation given at once."""
    assistant: Assistant = request.app.state.assistant
    turns = [wanted.turns] if isinstance(wanted.turns, str) else wanted.turns
    answer = assistant.ask(turns, wanted.occurred_on, wanted.doctrine, wanted.lang, wanted.audience)
    row = answer.to_json(wanted.id)
    degraded = keep(request, answer.verdict) if answer.verdict else BY_WORDS if answer.by_words else []
    return schemas.Answered.model_validate({**row, "degraded": degraded} if degraded else row)


def keep(request: Request, verdict: Verdict) -> list[str]:
    """Keep the decision; an answer is given without, and says so."""
    store: Database = request.app.state.store
    assistant: Assistant = request.app.state.assistant
    try:
        decisions.keep(store, [verdict], assistant.library.version)
    except StoreProblem as problem:
        return [f"the decision is not kept: {problem}"]
    return []


@router.post("/v1/assess")
def assess_(wanted: schemas.Assess, request: Request, _: Server) -> schemas.Judged:
    """The verdict on structured facts."""
    assistant: Assistant = request.app.state.assistant
    library = assistant.library
    facts = from_json(assistant.declared, wanted.facts)
    verdict = assess(facts, library.in_force, library.as_of, wanted.doctrine)
    keep(request, verdict)
    return judged(verdict, library.version)


def judged(verdict: Verdict, corpus_version: str) -> schemas.Judged:
    """A verdict with all that follows from it."""
    found = remedies(verdict)
    row = verdict_json(verdict, found, payments(verdict, found))
    return schemas.judged(verdict.facts.to_json(), row, verdict.decision_id, corpus_version)


@router.post("/v1/search", response_model_exclude_none=True)
def search(wanted: schemas.Search, request: Request, _: Server) -> schemas.Hits:
    """The provisions and notes nearest to a question."""
    assistant: Assistant = request.app.state.assistant
    hits = assistant.index.search(wanted.query, wanted.top_k)
    degraded = BY_WORDS if any(hit.by_words for hit in hits) else None
    return schemas.Hits(query=wanted.query, hits=[hit.to_json() for hit in hits], degraded=degraded)


@router.post("/v1/cite")
def cite(wanted: schemas.Cite, request: Request, _: Server) -> schemas.Cited:
    """Every citation in a text, judged down to the paragraph."""
    assistant: Assistant = request.app.state.assistant
    found = check(wanted.text, assistant.library, wanted.on)
    checked = sum(bool(citation.status) for citation in found)
    return schemas.Cited(seen=len(found), checked=checked, citations=[c.to_json() for c in found])
