"""The chat page (Gradio): the conversation on the left, what the rules made of it on the right, the law
and the rules in tabs beside it.

`launch` and `serve` open it. The parts of the right side are functions from a conversation's View to
escaped HTML, one file a subject; to show more of a verdict, add one and name it in `events.shown`.
"""

import errno
import os
import sys
from collections.abc import Callable, Mapping
from typing import Any

import gradio as gr
from fastapi import FastAPI, Request
from starlette.middleware import Middleware

from assistant.conversations import Conversations
from assistant.doctrines import DOCTRINES
from assistant.facts import Lang
from assistant.graph import Assistant
from assistant.settings import OFFLINE, Settings
from assistant.store import Database
from assistant.ui import look
from assistant.ui.head import Headed
from assistant.ui.page import layout
from assistant.ui.talk import Talk
from assistant.ui.wiring import wire
from assistant.ui.words import TEXT

_SHOWN: Mapping[str, Any] = {
    "run_history": False, "enable_monitoring": False, "ssr_mode": False, "footer_links": [],
    "max_file_size": "6mb",
}  # fmt: skip


def page(assistant: Assistant, store: Database) -> gr.Blocks:
    """The page, every browser with conversations of its own."""
    parts = layout("安保 Anbao")
    wire(parts, Talk(assistant, store))
    return parts.blocks


def launch(
    assistant: Assistant, store: Database, host: str, port: int, *, open_browser: bool = False
) -> gr.Blocks:
    """Serve the page in the background. Raises OSError when the port is taken."""
    blocks = page(assistant, store)
    _past_proxies(host)
    try:
        blocks.launch(
            server_name=host, server_port=port, inbrowser=open_browser, prevent_thread_lock=True,
            quiet=True, share=False, **_SHOWN, **_look(assistant.settings),
        )  # fmt: skip
    except OSError:
        hint = f"cannot listen on {host}:{port}: is the port in use? Choose another with --port or ANBAO_PORT"
        raise OSError(errno.EADDRINUSE, hint) from None
    return blocks


def mount(
    app: FastAPI, assistant: Assistant, store: Database, path: str, allowed: Callable[[Request], bool]
) -> None:
    """The page as a part of a service, under `path`, for the requests that are `allowed`."""
    gr.mount_gradio_app(
        app, page(assistant, store), path,
        auth_dependency=lambda request: "visitor" if allowed(request) else None,
        show_error=False, **_SHOWN, **_look(assistant.settings),
    )  # fmt: skip


def serve(assistant: Assistant, *, host: str, port: int, open_browser: bool) -> None:
    """Serve the page until interrupted, over the store of the settings."""
    assistant.index.warm()
    store = Database(assistant.settings.store_url)
    Conversations(assistant, store, desk=False).sweep(assistant.settings.retention_days)
    blocks = launch(assistant, store, host, port, open_browser=open_browser)
    sys.stdout.write(f"安保 Anbao: {blocks.local_url}  (Ctrl+C)\n")
    sys.stdout.flush()
    blocks.block_thread()


def _look(settings: Settings) -> dict[str, Any]:
    i18n = gr.I18n(**translations(settings))
    return {
        "theme": look.theme(),
        "css": look.css(),
        "i18n": i18n,
        "app_kwargs": {"middleware": [Middleware(Headed)]},
    }


def _past_proxies(host: str) -> None:
    """Gradio calls itself when it starts, with a client that would take the machine's proxy."""
    kept = os.environ.get("NO_PROXY") or os.environ.get("no_proxy") or ""
    os.environ["NO_PROXY"] = os.environ["no_proxy"] = ",".join(
        filter(None, (kept, "localhost", "127.0.0.1", host))
    )


def translations(settings: Settings) -> dict[str, dict[str, str]]:
    """TEXT by browser locale, with what depends on settings or other tables."""
    outside = [
        name for name in (settings.chat, settings.chat_url, settings.chroma) if name not in ("", OFFLINE)
    ]

    def words(lang: Lang) -> dict[str, str]:
        said = TEXT[lang]
        privacy = said["online"].format(" · ".join(outside)) if outside else said["offline"]
        about = f"### {said['notice_title']}\n{said['notice_text']}\n\n**{privacy}** {said['about_rules']}"
        return {
            **said,
            **{d.id: d.name[lang] for d in DOCTRINES.values()},
            "welcome": f"{said['notice_short']} {privacy}",
            "notice": f"{said['legal']} {privacy}",
            "about": about,
        }

    return {"zh-CN": words("zh"), "zh-TW": words("zh"), "en": words("en")}
