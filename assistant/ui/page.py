"""The page: what stands where. `layout` builds it and `events.wire` brings it to life.

Nothing here keeps a person's words: the browser keeps a key and its choices, the store the rest.
"""

from dataclasses import dataclass
from typing import Any

import gradio as gr

from assistant.ui.look import script
from assistant.ui.uploads import KINDS as FILES

say = gr.I18n()  # a word of TEXT, in the language of the browser


@dataclass(frozen=True)
class Parts:
    """Everything on the page that events read or write, by name."""

    blocks: gr.Blocks
    kept: Any  # what the browser keeps: its key, its choices, whether the notice was read
    here: Any  # the conversation shown
    said: Any  # the message on its way from the box
    language: Any  # turns the whole page into the other language
    tabs: Any
    welcome: Any
    read: Any
    talks: Any
    new: Any
    chat: Any
    chips: Any
    box: Any
    send: Any
    stop: Any
    upload: Any
    settings: Any
    panels: Any
    card: Any
    facts: Any
    demands: Any
    reasons: Any
    diagram: Any
    sources: Any
    asked: Any  # which letter, and what fills its blanks
    letter: Any
    docx: Any
    pdf: Any
    saved: Any  # a file on its way to the browser
    law_box: Any
    law_day: Any
    law_find: Any
    law_hits: Any
    law_text: Any
    rules_tab: Any
    glossary: Any
    rules: Any


def layout(title: str) -> Parts:
    """The page with nothing in it yet."""
    made: dict[str, Any] = {}
    with gr.Blocks(title=title, analytics_enabled=False, fill_width=True) as blocks:
        made["kept"] = gr.BrowserState({}, storage_key="anbao", secret="anbao")  # its key is the secret
        made["here"] = gr.Textbox(visible=False)
        made["said"] = gr.Textbox(visible=False)
        with gr.Row(elem_id="head"):
            gr.Markdown(say("title"), elem_id="title")
            made["language"] = gr.Button(
                say("other_language"), size="sm", min_width=80, scale=0, elem_id="language"
            )
        _notice(made)
        with gr.Tabs(elem_id="tabs", overflow_behavior="wrap") as made["tabs"]:
            with gr.Tab(say("tab_chat"), id="chat"), gr.Row(elem_id="sides"):
                _left(made)
                _right(made)
            with gr.Tab(say("tab_law"), id="law"):
                _law(made)
            with gr.Tab(say("tab_rules"), id="rules") as made["rules_tab"]:
                made["glossary"] = _html("glossary")
                made["rules"] = gr.Markdown(elem_id="rules")
            with gr.Tab(say("tab_about"), id="about"):
                gr.Markdown(say("about"), elem_id="about")
        gr.Markdown(say("notice"), elem_id="notice")
    return Parts(blocks, **made)


def _html(name: str, value: str = "") -> Any:
    return gr.HTML(value, elem_id=name, js_on_load=script())


def _notice(made: dict[str, Any]) -> None:
    """What is said once, before the first message."""
    with gr.Row(visible=False, elem_id="welcome") as made["welcome"]:
        gr.Markdown(say("welcome"))
        made["read"] = gr.Button(
            say("understood"), variant="primary", size="sm", min_width=80, scale=0, elem_id="understood"
        )


def _left(made: dict[str, Any]) -> None:
    with gr.Column(scale=3, min_width=320, elem_id="left"):
        with gr.Row(elem_id="tools"):
            with gr.Accordion(say("talks"), open=False, elem_id="talks"):
                made["talks"] = _html("talks-list")
            with gr.Accordion(say("settings"), open=False, elem_id="settings"):
                made["settings"] = _html("choices")
            made["new"] = gr.Button(say("new"), size="sm", min_width=80, scale=0, elem_id="new")
        made["chat"] = gr.Chatbot(
            label=say("chat"), show_label=False, placeholder=str(say("placeholder")), elem_id="chat",
            buttons=["copy"], editable="user", latex_delimiters=[], allow_tags=False, autoscroll=False, height=None,
        )  # fmt: skip
        made["chips"] = _html("chips")
        with gr.Row(elem_id="entry"):
            made["upload"] = gr.UploadButton(
                str(say("file_short")), file_types=list(FILES), elem_id="upload", min_width=56, scale=0
            )
            made["box"] = gr.Textbox(
                label=say("box_label"), show_label=False, placeholder=say("box"), lines=1, max_lines=8,
                autofocus=True, container=False, elem_id="box", min_width=120,
                interactive=False,  # until the browser has its key
            )  # fmt: skip
            made["send"] = gr.Button(say("send"), variant="primary", elem_id="send", min_width=64, scale=0)
            made["stop"] = gr.Button(
                say("stop"), variant="stop", elem_id="stop", min_width=64, scale=0, visible=False
            )


def _right(made: dict[str, Any]) -> None:
    with (
        gr.Column(scale=2, min_width=320, elem_id="right"),
        gr.Tabs(elem_id="panels", overflow_behavior="wrap") as made["panels"],
    ):
        with gr.Tab(say("tab_verdict"), id="verdict"):
            made["card"] = _html("card")
            made["facts"] = _html("facts")
        with gr.Tab(say("tab_claims"), id="claims"):
            made["demands"] = _html("demands")
        with gr.Tab(say("tab_why"), id="why"):
            made["reasons"] = _html("reasons")
            with gr.Accordion(say("diagram"), open=False, elem_id="diagram"):
                made["diagram"] = gr.Markdown()
        with gr.Tab(say("tab_sources"), id="sources"):
            made["sources"] = _html("sources")
        with gr.Tab(say("tab_letters"), id="letters"):
            _letters(made)


def _letters(made: dict[str, Any]) -> None:
    with gr.Row(elem_id="files"):
        made["docx"] = gr.Button(say("docx"), variant="primary", elem_id="docx", min_width=120)
        made["pdf"] = gr.Button(say("pdf"), elem_id="pdf", min_width=120)
    made["letter"] = _html("letter")
    made["asked"] = gr.JSON({}, visible=False)
    made["saved"] = gr.JSON(visible=False)


def _law(made: dict[str, Any]) -> None:
    with gr.Row(elem_id="law-entry"):
        made["law_box"] = gr.Textbox(label=say("law_box"), elem_id="law-box", scale=5, min_width=280)
        made["law_day"] = gr.Textbox(
            label=say("at_date"), placeholder="2024-03-15", elem_id="law-day", scale=1, min_width=140
        )
        made["law_find"] = gr.Button(
            say("search"), variant="primary", elem_id="law-find", min_width=80, scale=0
        )
    with gr.Row():
        with gr.Column(scale=2, min_width=320, elem_id="law-left"):
            made["law_hits"] = _html("law-hits")
        with gr.Column(scale=3, min_width=320, elem_id="law-right"):
            made["law_text"] = _html("law-text")
