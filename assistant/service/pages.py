"""What browsers load: the widget for shops' pages and its frame, a demo page, the desk, the chat page."""

from functools import cache
from html import escape
from pathlib import Path
from typing import Annotated, Literal

from fastapi import APIRouter, FastAPI, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from assistant.graph import Assistant
from assistant.service.access import Access, refused

router = APIRouter(include_in_schema=False)
_FOLDER = Path(__file__).parent.parent / "widget"
_OWN = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; base-uri 'none'"


CHAT = "/chat"  # where the chat page is


@cache
def _file(name: str) -> str:
    return (_FOLDER / name).read_text(encoding="utf-8")


@router.get("/widget/anbao.js")
def script() -> Response:
    """The widget."""
    caching = {"Cache-Control": "public, max-age=3600"}
    return Response(_file("anbao.js"), media_type="text/javascript", headers=caching)


@router.get("/widget/demo.css")
def style() -> Response:
    """The look of the demo shop."""
    return Response(_file("demo.css"), media_type="text/css")


@router.get("/demo")
def demo() -> HTMLResponse:
    """A shop's page with the widget; it has no key, so it works where the service has none."""
    return HTMLResponse(_file("demo.html"), headers={"Content-Security-Policy": _OWN})


@router.get("/widget/frame")
def frame(
    request: Request, key: Annotated[str, Query(max_length=128)],
    lang: Annotated[str, Query(pattern="^(zh|en)$")] = "zh",
    theme: Annotated[str, Query(pattern="^(light|dark|auto)$")] = "auto",
) -> HTMLResponse:  # fmt: skip
    """The widget as a page of its own, to be framed by the pages its key belongs to and by no other."""
    access: Access = request.app.state.access
    found = access.key(key)
    if found is None or found.scope != "widget":
        raise refused(404, "not_found", "there is no such widget key")
    policy = f"{_OWN}; frame-ancestors {' '.join(found.origins)}"
    attributes = " ".join(f'data-{name}="{escape(value)}"' for name, value in
                          (("key", key), ("lang", lang), ("theme", theme), ("page", "")))  # fmt: skip
    html = (f'<!doctype html><html lang="{lang}"><meta charset="utf-8"><title>Anbao</title>'
            f'<body><script src="/widget/anbao.js" {attributes}></script></body></html>')  # fmt: skip
    return HTMLResponse(html, headers={"Content-Security-Policy": policy})


@router.get("/desk")
def desk() -> HTMLResponse:
    """The desk of human agents: it holds no words itself, and its script asks for an agent's key."""
    return HTMLResponse(_file("desk.html"), headers={"Content-Security-Policy": _OWN})


@router.get("/desk/{name}")
def desk_file(name: Literal["desk.js", "desk.css"]) -> Response:
    """The desk's script and its look."""
    kind = "text/javascript" if name.endswith("js") else "text/css"
    return Response(_file(name), media_type=kind, headers={"Cache-Control": "public, max-age=3600"})


def with_chat(app: FastAPI, assistant: Assistant, with_keys: bool) -> None:
    """Add the chat page to the service, in the same process."""
    from assistant import ui  # Gradio takes seconds to import

    access: Access = app.state.access

    @app.get("/", include_in_schema=False)
    def home() -> RedirectResponse:
        """The chat page."""
        return RedirectResponse(f"{CHAT}/")

    ui.mount(app, assistant, app.state.store, CHAT, lambda request: access.may_open_page(request, with_keys))
