"""Commands for those who run it: `anbao serve`, `anbao key …`, `anbao feedback`, `anbao audit verify`."""

import ctypes
import ipaddress
import logging
import os
import sys
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING, Annotated

import typer

from assistant.settings import Settings

if TYPE_CHECKING:
    from assistant.graph import Assistant

keys_app = typer.Typer(help="Keys of the API.", no_args_is_help=True)
audit_app = typer.Typer(help="The record of decisions.", no_args_is_help=True)


_ARENA_MAX = -8  # malloc.h: M_ARENA_MAX


class Closed(ValueError):
    """The service would be open to everybody."""


def serve(
    settings: Settings, assistant: "Callable[[], Assistant]", host: str, port: int, page: bool | None = None
) -> None:
    """Serve until interrupted. `page`: with the chat page; None: while there is no key.

    Raises Closed where others could call it and there is no key yet.
    """
    import uvicorn

    from assistant.service.app import build
    from assistant.service.pages import with_chat
    from assistant.store import Database, keys

    store = Database(settings.store_url)
    with store.reading() as link:
        guarded = any(not key.revoked_at for key in keys.listed(link))
    if not guarded and not _is_loopback(host):
        raise Closed(
            f"others could call the service on {host}, and there is no key yet; make one: "
            "anbao key create NAME --scope admin"
        )
    os.environ.setdefault("OMP_NUM_THREADS", "1")  # requests are answered beside each other: a core for each
    _few_heaps()
    ready = assistant()
    ready.index.warm()
    app = build(ready, store)
    if page or (page is None and not guarded):
        with_chat(app, ready, with_keys=bool(page))
    logging.getLogger("assistant").setLevel(logging.INFO)
    sys.stdout.write(f"安保 Anbao: http://{host}:{port}  (Ctrl+C)\n")
    sys.stdout.flush()
    uvicorn.run(app, host=host, port=port, access_log=False, server_header=False, log_level="warning",
                timeout_graceful_shutdown=20)  # fmt: skip
    store.close()


def _few_heaps() -> None:
    """glibc gives each of many threads a heap of its own, which keeps the most that a reading ever took."""
    with suppress(AttributeError, OSError, TypeError):  # another C library has no such setting
        ctypes.CDLL(None).mallopt(_ARENA_MAX, 2)


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


@keys_app.command("create")
def create(
    name: Annotated[str, typer.Argument(help="whose key it is, for your own list")],
    scope: Annotated[str, typer.Option(help="admin, agent, chat or widget")],
    tenant: Annotated[str, typer.Option(help="whose conversations it opens")] = "default",
    origin: Annotated[list[str] | None, typer.Option(help="a widget's page, https://shop.example")] = None,
) -> None:
    """Make a key and show it, once."""
    from assistant.store import Database, keys

    with Database(Settings.from_environment().store_url).writing() as link:
        made, sent = keys.create(link, name, scope, tenant, origin or ())
    sys.stdout.write(f"{sent}\n")
    typer.echo(f"key {made.id} ({scope}, tenant {tenant}); it is not shown again", err=True)


@keys_app.command("list")
def list_() -> None:
    """Every key, without its secret."""
    from assistant.store import Database, keys

    with Database(Settings.from_environment().store_url).reading() as link:
        for key in keys.listed(link):
            end = f"revoked {key.revoked_at[:10]}" if key.revoked_at else "in use"
            where = " ".join((key.tenant, *key.origins))
            sys.stdout.write(f"{key.id}  {key.scope:7} {end:18} {key.name}  {where}\n")


@keys_app.command("revoke")
def revoke(key: Annotated[str, typer.Argument(help="its id, as `anbao key list` shows it")]) -> None:
    """End a key; it opens nothing a few seconds later."""
    from assistant.store import Database, NotFound, keys

    try:
        with Database(Settings.from_environment().store_url).writing() as link:
            keys.revoke(link, key)
    except NotFound as error:
        raise ValueError(str(error)) from None


def feedback(
    most: Annotated[int, typer.Option("--most", min=1, help="how many of the newest to show")] = 20,
) -> None:
    """What readers of the chat page thought of its answers, newest first, with the decision to replay."""
    from assistant.store import Database, talks

    with Database(Settings.from_environment().store_url).reading() as link:
        counts, rows = talks.judgements(link), talks.judged(link, most)
    sys.stdout.write(", ".join(f"{name} {count}" for name, count in sorted(counts.items())) or "none yet")
    sys.stdout.write("\n")
    for answer, asked in rows:
        kept = answer.answer or {}
        form, decision = kept.get("liability") or "-", kept.get("decision_id") or "-"
        columns = f"{answer.at[:16]}  {kept['feedback']:8} {form:14} {decision:16}"
        sys.stdout.write(f"{columns}  {' '.join(asked.split())[:80]}\n")


@audit_app.command("verify")
def verify(
    head: Annotated[str, typer.Option(help="a head shown earlier, which must still be in it")] = "",
) -> None:
    """Go through the record of decisions; any entry changed, removed or added between is found."""
    from assistant import decisions
    from assistant.store import Database

    found = decisions.verify(Database(Settings.from_environment().store_url), head)
    sys.stdout.write(f"{found.entries} decisions, head {found.head}\n")
    if found.problem:
        sys.stdout.write(f"NOT SOUND: {found.problem}\n")
        raise typer.Exit(1)
