"""HTML that is built, never concatenated: whatever is not Markup already is escaped."""

import re
from collections.abc import Iterable
from html import escape

from markupsafe import Markup

from assistant.facts import Lang

VOID = frozenset({"input"})  # elements that hold nothing and have no end


def el(name: str, *parts: str, **attributes: str) -> Markup:
    """An HTML element; `class_` and `data_form` become class and data-form."""
    opening = "".join(
        f' {key.strip("_").replace("_", "-")}="{Markup.escape(value)}"' for key, value in attributes.items()
    )
    if name in VOID:
        return Markup(f"<{name}{opening}>")
    return Markup(f"<{name}{opening}>{''.join(map(Markup.escape, parts))}</{name}>")


def selection(options: Iterable[tuple[str, str]], chosen: str, **attributes: str) -> Markup:
    """A field with these (value, label) to choose from."""
    rows = [el("option", label, value=value, **({"selected": ""} if value == chosen else {}))
            for value, label in options]  # fmt: skip
    return el("select", *rows, **attributes)


def panel(lang: Lang, *parts: str) -> str:
    """A part of the page in one language."""
    return str(el("div", *parts, class_="anbao", lang="zh-CN" if lang == "zh" else "en"))


def folded(title: str, *parts: str, **attributes: str) -> Markup:
    """A title that opens what is under it."""
    return el("details", el("summary", title), *parts, **attributes)


def literal(text: str) -> str:
    """Markdown that shows the text as it was typed: no markup, no links, no images."""
    return escape(re.sub(r"([!#$%()*+,\-./:=?@\[\\\]^_`{|}~])", r"\\\1", text), quote=False)


def harmless(reply: str) -> str:
    """A reply, which may quote anyone's words, without HTML, images or named links; other Markdown stays."""
    return reply.replace("&", "&amp;").replace("<", "&lt;").replace("[", "\\[")
