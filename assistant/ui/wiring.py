"""Which control of the page calls which handler."""

from typing import Any

import gradio as gr

from assistant.ui import look
from assistant.ui.events import Events
from assistant.ui.page import Parts
from assistant.ui.talk import Talk

QUIET: Any = {"show_progress": "hidden", "api_visibility": "private", "concurrency_limit": 8}
WAITS: Any = {**QUIET, "trigger_mode": "always_last"}  # what is sent or set meanwhile waits for the answer
ALL: Any = {
    **QUIET,
    "trigger_mode": "multiple",
}  # also after one that was stopped, which Gradio takes to go on


def wire(p: Parts, talk: Talk) -> None:
    """Bring the page to life."""
    events = Events(talk, p)
    panes = [p.here, p.chat, p.chips, p.card, p.facts, p.demands, p.reasons, p.diagram, p.sources, p.letter, p.settings,
             p.talks, p.send, p.stop]  # fmt: skip
    with p.blocks:
        _comings(p, events, panes)
        running = _talking(p, events, panes)
        _keeping(p, events, panes, running)
        _letters(p, events, panes)
        _law(p, events)


def _comings(p: Parts, e: Events, panes: list[Any]) -> None:
    shown = [*panes, p.kept, p.box, p.welcome, p.law_hits]
    opened = p.blocks.load(e.open, [p.kept, p.here], shown, js=look.OPEN, **QUIET)
    opened.then(e.resume, [p.kept, p.here], panes, **QUIET)
    opened.then(None, js=look.FOCUS)
    p.here.change(None, p.here, None, js=look.REMEMBER)
    p.read.click(e.read_notice, p.kept, [p.kept, p.welcome], **QUIET)


def _talking(p: Parts, e: Events, panes: list[Any]) -> list[Any]:
    """Everything that is answered; what is given back can be stopped."""
    whose = [p.kept, p.here]
    chosen = p.settings.apply(e.choose, p.kept, p.kept, **WAITS)
    switched = p.language.click(e.switch, p.kept, p.kept, **QUIET)
    taken = gr.on([p.box.submit, p.send.click], e.take, [p.box, p.kept], [p.said, p.box], **ALL)
    running: list[Any] = [
        taken.then(e.answer, [p.said, *whose], panes, **QUIET),
        p.chat.example_select(e.pick_example, whose, panes, **QUIET),
        p.chat.edit(e.edit, whose, panes, **QUIET),
        p.chat.retry(e.again, whose, panes, **QUIET),
        p.upload.upload(e.upload, [p.upload, *whose], panes, **QUIET),
        p.chips.click(e.chip, whose, [*panes, p.panels, p.asked], **QUIET),
    ]
    for changed in (chosen, switched):
        running.append(changed.then(e.again, whose, panes, **QUIET))
        running[-1].then(None, p.kept, None, js=look.IN_LANGUAGE)
    for event in running:
        event.then(None, js=look.SHOW_LAST)
    return running


def _keeping(p: Parts, e: Events, panes: list[Any], running: list[Any]) -> None:
    whose = [p.kept, p.here]
    p.stop.click(e.stop, [p.box, *whose], [*panes, p.box], cancels=running, **QUIET)
    anew = [*panes, p.box, p.asked]
    p.new.click(e.new, p.kept, anew, cancels=running, **QUIET)
    p.chat.like(e.like, whose, None, **QUIET)
    picked = p.talks.click(e.pick_talk, whose, [*panes, p.asked], **QUIET)
    picked.then(None, js=look.SHOW_LAST)


def _letters(p: Parts, e: Events, panes: list[Any]) -> None:
    wanted = [p.kept, p.here, p.asked]
    gr.on([p.facts.edit, p.settings.edit], e.correct, wanted, panes, **WAITS)
    p.letter.select(e.write, [p.kept, p.here], [p.letter, p.asked], **WAITS)
    p.letter.input(e.fill, None, p.asked, **WAITS)
    for button, ending in ((p.docx, "docx"), (p.pdf, "pdf")):
        made = button.click(e.save(ending), wanted, p.saved, js=look.ASKED, **QUIET)
        made.then(None, p.saved, None, js=look.SAVE)


def _law(p: Parts, e: Events) -> None:
    gr.on([p.law_box.submit, p.law_find.click], e.find_law, [p.law_box, p.kept], p.law_hits, **QUIET)
    opened = [p.law_hits.click, p.law_text.click, p.glossary.click, p.sources.click]
    read = gr.on(opened, e.read_law, [p.law_day, p.kept], [p.law_text, p.tabs], **QUIET)
    read.then(None, js=look.TO_READ)
    p.rules_tab.select(e.read_rules, p.kept, [p.glossary, p.rules], **QUIET)
