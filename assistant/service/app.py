"""The service as one ASGI application: endpoints, errors in one shape, headers, metrics, a worker."""

import logging
import time
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, suppress
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.middleware.cors import CORSMiddleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from assistant import __version__
from assistant.conversations import Conversations, TooLong
from assistant.doctrines import UnknownDoctrine
from assistant.facts import FactError
from assistant.graph import Assistant
from assistant.service import bridges, completions, desk, knowledge, letters, pages, talks
from assistant.service.access import Access
from assistant.service.worker import Worker
from assistant.store import Conflict, Database, NotFound, StoreBusy, StoreFull, StoreProblem
from assistant.store import talks as stored

log = logging.getLogger(__name__)
MAX_BODY = 1 << 20  # bytes of a request
HEADERS: Mapping[str, str] = {
    "X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'", "Cache-Control": "no-store",
    "Strict-Transport-Security": "max-age=31536000", "Cross-Origin-Resource-Policy": "cross-origin",
}  # fmt: skip
_STATUSES = {400: "the request cannot be read", 401: "no key", 403: "not allowed", 404: "not there",
             409: "changed by others meanwhile", 422: "not as described",
             429: "too many requests", 503: "the store does not answer", 507: "no room left"}  # fmt: skip
_TEXTS = {name: {"type": "string"} for name in ("message", "type", "code")}
_PROBLEM = {  # in the shape of OpenAI's errors; written out, for an event stream's errors are JSON too
    "type": "object", "required": ["error"],
    "properties": {"error": {"type": "object", "required": list(_TEXTS), "properties": _TEXTS}},
}  # fmt: skip
_ERRORS: dict[int | str, dict[str, Any]] = {
    status: {"description": text, "content": {"application/json": {"schema": _PROBLEM}}}
    for status, text in _STATUSES.items()
}
_ERRORS[413] = {"description": f"more than {MAX_BODY} bytes", "content": {"text/plain": {}}}


def build(assistant: Assistant, store: Database) -> FastAPI:
    """The application over an assistant and a store; both outlive it."""
    conversations = Conversations(assistant, store)

    @asynccontextmanager
    async def alive(_: FastAPI) -> AsyncIterator[None]:
        worker = Worker(conversations, assistant.settings.retention_days)
        worker.start()
        yield
        worker.stop()

    app = FastAPI(
        title="Anbao 安保", version=__version__, lifespan=alive, docs_url=None, redoc_url=None,
        max_body_size=MAX_BODY, responses=_ERRORS,
        description="Is the e-commerce platform liable, and in which form? Verdicts by rules.",
    )  # fmt: skip
    app.state.assistant, app.state.store, app.state.conversations = assistant, store, conversations
    app.state.access = Access(store)
    for part in (knowledge, letters, talks, desk, bridges, completions, pages):
        app.include_router(part.router)
    _watch(app, assistant, store)
    for kind, answer in _HANDLERS.items():
        app.add_exception_handler(kind, answer)
    app.add_middleware(
        CORSMiddleware, allow_origins=["*"], allow_methods=["GET", "POST", "PATCH", "DELETE"],
        allow_headers=["Authorization", "Content-Type", "Anbao-Token"], max_age=3600,
    )  # fmt: skip
    app.add_middleware(Watched, registry=app.state.registry)
    return app


# ---- for those who run it
def _watch(app: FastAPI, assistant: Assistant, store: Database) -> None:
    app.state.registry = CollectorRegistry()
    app.state.registry.register(Judged(store))

    @app.get("/healthz", include_in_schema=False)
    def healthz() -> dict[str, str]:
        """The process answers."""
        return {"status": "ok", "version": __version__}

    @app.get("/readyz", include_in_schema=False)
    def readyz() -> JSONResponse:
        """The store answers; an index that does not costs searches at most, and is said."""
        state = {"store": "ok", "index": "ok"}
        try:
            with store.reading() as link:
                link.exec_driver_sql("select 1")
        except StoreProblem:
            state["store"] = "down"
        try:
            assistant.index.collection.count()
        except Exception:  # chromadb raises many kinds
            state["index"] = "down"
        return JSONResponse(state, 200 if state["store"] == "ok" else 503)

    @app.get("/metrics", include_in_schema=False)
    def metrics() -> Response:
        """Counts and times for Prometheus; nothing of anybody's words or name."""
        return Response(generate_latest(app.state.registry), media_type=CONTENT_TYPE_LATEST)


class Judged(Collector):
    """How many answers of the chat page their readers liked or not, counted when asked."""

    def __init__(self, store: Database) -> None:
        self.store = store

    def describe(self) -> list[Metric]:
        return []  # what it counts is not asked for before the store is open

    def collect(self) -> Iterator[Metric]:
        gauge = GaugeMetricFamily("anbao_answers_judged", "Answers judged by readers", labels=("feedback",))
        with suppress(StoreProblem), self.store.reading() as link:
            for said, count in stored.judgements(link).items():
                gauge.add_metric((said,), count)
        yield gauge


class Watched:
    """Security headers on every answer; requests counted and timed by route, never by their words."""

    def __init__(self, app: ASGIApp, registry: CollectorRegistry) -> None:
        self.app = app
        labels = ("method", "route", "status")
        self.requests = Counter("anbao_requests", "Requests answered", labels, registry=registry)
        self.seconds = Histogram(
            "anbao_request_seconds", "Seconds until an answer began", ("route",), registry=registry,
            buckets=(0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30),
        )  # fmt: skip

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        began = time.perf_counter()

        async def watched(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                if scope["path"].startswith(f"{pages.CHAT}/"):  # Gradio's page names its own sources
                    headers.setdefault("Content-Security-Policy", "frame-ancestors 'none'; base-uri 'self'")
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
                route = getattr(scope.get("route"), "path", "none")
                self.requests.labels(scope["method"], route, message["status"]).inc()
                self.seconds.labels(route).observe(time.perf_counter() - began)
            await send(message)

        await self.app(scope, receive, watched)


# ---- errors
def _problem(status: int, code: str, message: str, headers: Mapping[str, str] | None = None) -> JSONResponse:
    kind = "invalid_request_error" if status < 500 else "server_error"
    body = {"error": {"message": message, "type": kind, "code": code}}
    return JSONResponse(body, status, dict(headers or {}))


def _http(_: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    said: Mapping[str, str] = error.detail if isinstance(error.detail, dict) else {}
    code = said.get("code", str(error.status_code))
    return _problem(error.status_code, code, said.get("message", str(error.detail)), error.headers)


def _invalid(_: Request, error: Exception) -> Response:
    """What is wrong and where, without repeating what was sent."""
    assert isinstance(error, RequestValidationError)
    first = error.errors()[0]
    where = ".".join(str(part) for part in first["loc"])
    return _problem(422, "invalid", f"{where}: {first['msg']}")


def _wrong(_: Request, error: Exception) -> Response:
    return _problem(422, "invalid", str(error))


def _absent(_: Request, error: Exception) -> Response:
    return _problem(404, "not_found", str(error))


def _conflict(_: Request, error: Exception) -> Response:
    return _problem(409, "conflict", str(error))


def _store(_: Request, error: Exception) -> Response:
    if isinstance(error, StoreFull):
        return _problem(507, "no_room", str(error))
    wait = {"Retry-After": "1" if isinstance(error, StoreBusy) else "10"}
    return _problem(503, "store_unavailable", str(error), wait)


def _unexpected(_: Request, error: Exception) -> Response:
    log.error("a request failed: %s", type(error).__name__)
    return _problem(500, "internal", f"this should not have happened ({type(error).__name__})")


_HANDLERS = {
    HTTPException: _http, RequestValidationError: _invalid, FactError: _wrong,
    UnknownDoctrine: _wrong, TooLong: _conflict,
    NotFound: _absent, Conflict: _conflict, StoreProblem: _store, Exception: _unexpected,
}  # fmt: skip
