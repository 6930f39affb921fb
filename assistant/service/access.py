"""Who may call what: keys and their scopes, origins of widgets, rates, and the customer's token.

While there is no key at all the service answers this machine alone: `anbao serve` then listens on the
loopback address, and requests by pages of other sites are refused. Keys travel in the Authorization
header and never in a cookie, so another site cannot borrow a browser's rights; CORS therefore lets any
origin ask, and a widget's key is refused from any page but its own.
"""

import hmac
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Annotated
from urllib.parse import urlsplit

from fastapi import Depends, Header, HTTPException, Path, Request
from limits import RateLimitItem, RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

from assistant.conversations import Conversations
from assistant.store import Database, StoreDown, keys, talks
from assistant.store.keys import Key

FRESH, STALE = 5.0, 600.0  # seconds a key is believed; and while the store does not answer
RATES: Mapping[str, RateLimitItem] = {  # requests a minute by a key from an address
    "": RateLimitItemPerMinute(60),  # with a wrong key or none
    "widget": RateLimitItemPerMinute(60), "chat": RateLimitItemPerMinute(6000),
    "agent": RateLimitItemPerMinute(600), "admin": RateLimitItemPerMinute(6000),
}  # fmt: skip
LOOPBACK = ("localhost", "127.0.0.1", "::1")


@dataclass(frozen=True)
class Caller:
    """Who calls, as far as it matters."""

    tenant: str
    scope: str


def refused(status: int, code: str, message: str) -> HTTPException:
    """An error in the one shape that every error has."""
    headers = {401: {"WWW-Authenticate": "Bearer"}, 429: {"Retry-After": "60"}}.get(status)
    return HTTPException(status, {"code": code, "message": message}, headers)


class Access:
    """Keys looked up in the store, and counts of requests; one for a process."""

    def __init__(self, store: Database) -> None:
        self.store = store
        self.rates = MovingWindowRateLimiter(MemoryStorage())
        self._known: dict[str, tuple[float, Key | None]] = {}  # by the hash of what was sent
        self._any: tuple[float, bool] = (-STALE, False)

    def caller(self, request: Request) -> Caller:
        """Who calls. Raises HTTPException 401, 403 or 429."""
        address = request.client.host if request.client else ""
        scheme, _, sent = request.headers.get("authorization", "").partition(" ")
        key = self.key(sent) if scheme.lower() == "bearer" and sent else None
        if key is None:
            return self._without_key(request, address)
        self._count(key.scope, key.id, address)
        if key.scope == "widget" and not _from_own_page(request, key):
            raise refused(403, "wrong_origin", "this key belongs to the pages it was made for")
        return Caller(key.tenant, key.scope)

    def may_open_page(self, request: Request, with_keys: bool) -> bool:
        """Whether the chat page, which sends no key, may be opened: never from another site's page, and once
        there is a key only where its operator said so."""
        if self._has_keys():
            return with_keys and _same_site(request)
        return request.url.hostname in LOOPBACK and _same_site(request)

    def _without_key(self, request: Request, address: str) -> Caller:
        if self._has_keys():
            self._count("", address)
            raise refused(401, "no_key", "send a key: Authorization: Bearer ak_… (anbao key create)")
        if request.url.hostname not in LOOPBACK or not _same_site(request):
            raise refused(403, "wrong_origin", "without keys only this machine's own pages may ask")
        self._count("admin", address)
        return Caller("default", "admin")

    def count_wrong(self, request: Request) -> None:
        """Count a request that proved nothing. Raises HTTPException 429."""
        self._count("", request.client.host if request.client else "")

    def _count(self, scope: str, *who: str) -> None:
        if not self.rates.hit(RATES[scope], scope, *who):
            raise refused(429, "too_many_requests", f"at most {RATES[scope].amount} requests a minute")

    def key(self, sent: str) -> Key | None:
        """The key of that text; one seen a moment ago is believed, and longer while the store is down."""
        name, now = talks.digest(sent), time.monotonic()
        at, known = self._known.get(name, (-STALE, None))
        if now - at < FRESH:
            return known
        try:
            with self.store.reading() as link:
                found = keys.find(link, sent)
        except StoreDown:
            if known and now - at < STALE:
                return known
            raise
        if len(self._known) > 10_000:  # wrong keys are remembered too
            self._known.clear()
        self._known[name] = now, found
        return found

    def _has_keys(self) -> bool:
        at, any_ = self._any
        age = time.monotonic() - at
        if any_ or age < FRESH:  # once there is a key it stays so
            return any_
        try:
            with self.store.reading() as link:
                self._any = time.monotonic(), bool(keys.listed(link))
        except StoreDown:
            if age >= STALE:
                raise
        return self._any[1]


def _same_site(request: Request) -> bool:
    """Whether a page asks that came from this very address, or no page at all."""
    origin = request.headers.get("origin")
    if origin is None:
        return request.headers.get("sec-fetch-site", "none") in ("none", "same-origin")
    return urlsplit(origin).netloc == request.headers.get("host")


def _from_own_page(request: Request, key: Key) -> bool:
    """Whether a page asks that the key was made for, or the service's own frame."""
    origin = request.headers.get("origin")
    if origin is None:  # a browser sends none where a page reads from its own address
        return request.headers.get("sec-fetch-site") == "same-origin"
    return origin in key.origins or urlsplit(origin).netloc == request.headers.get("host")


def scoped(*scopes: str) -> Callable[[Request], Caller]:
    """A dependency: the caller, who must have one of these scopes; an administrator has them all."""

    def caller(request: Request) -> Caller:
        access: Access = request.app.state.access
        who = access.caller(request)
        if who.scope not in (*scopes, "admin"):
            raise refused(403, "wrong_scope", f"a key of scope {who.scope} may not do this")
        return who

    return caller


Customer = Annotated[Caller, Depends(scoped("chat", "widget"))]
Server = Annotated[Caller, Depends(scoped("chat"))]
Desk = Annotated[Caller, Depends(scoped("agent"))]
Admin = Annotated[Caller, Depends(scoped())]


def _conversation(*scopes: str) -> Callable[..., talks.Conversation]:
    """A dependency: the conversation in the path, if a caller of these scopes may have it."""

    def found(
        request: Request, who: Annotated[Caller, Depends(scoped(*scopes))],
        conversation: Annotated[str, Path(max_length=64)],
        anbao_token: Annotated[str, Header(max_length=64)] = "",
    ) -> talks.Conversation:  # fmt: skip
        service: Conversations = request.app.state.conversations
        seen = service.find(who.tenant, conversation)
        if who.scope == "widget" and not hmac.compare_digest(seen.token, talks.digest(anbao_token)):
            raise refused(404, "not_found", "there is no such conversation")  # as if it were not there
        return seen

    return found


Theirs = Annotated[talks.Conversation, Depends(_conversation("chat", "widget"))]  # to go on with
Seen = Annotated[talks.Conversation, Depends(_conversation("chat", "widget", "agent"))]  # to read
