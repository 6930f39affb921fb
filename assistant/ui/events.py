"""What happens when something on the page is pressed, typed or changed.

Every handler takes what the browser keeps (its key, its choices) and the conversation shown, and reads
the rest from the store, so nothing is lost when the server restarts and two browsers share nothing.
`wiring` says which control calls which handler.
"""

import json
import logging
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import gradio as gr

from assistant.conversations import TooLong
from assistant.facts import FactError, Lang
from assistant.letters import LetterRefused
from assistant.read import MAX_MESSAGE
from assistant.reply import Audience
from assistant.rulebook import markdown
from assistant.store import Conflict
from assistant.ui import (
    card,
    chat_pane,
    demands,
    facts_form,
    law_page,
    letter_page,
    reasons,
    settings_form,
    uploads,
)
from assistant.ui.letter_page import Wanted
from assistant.ui.page import Parts
from assistant.ui.talk import Choices, Talk, TooMuch, View
from assistant.ui.words import TEXT

log = logging.getLogger(__name__)
Shown = dict[Any, Any]  # a part of the page: its new value
Kept = dict[str, Any]  # what the browser keeps: its key, its choices, whether the notice was read
AUDIENCES: tuple[Audience, ...] = ("consumer", "lawyer", "desk")


@dataclass(frozen=True)
class Visit:
    """Who calls, from which conversation."""

    kept: Kept
    here: str
    request: gr.Request

    @property
    def key(self) -> str:
        return str(self.kept.get("key", ""))

    @property
    def choices(self) -> Choices:
        """The reader's choices, whatever the browser kept."""
        lang, told_in = self.kept.get("lang"), None
        if lang in ("zh", "en"):
            told_in = "zh" if lang == "zh" else "en"
        audience = next((a for a in AUDIENCES if a == self.kept.get("audience")), AUDIENCES[0])
        return Choices(told_in, self.kept.get("doctrine") or None, audience)  # type: ignore[arg-type]

    @property
    def lang(self) -> Lang:
        """The language chosen, else the browser's."""
        wanted = str(self.request.headers.get("accept-language", "zh")).lower()
        return self.choices.lang or ("zh" if wanted.startswith("zh") else "en")

    @property
    def which(self) -> tuple[str, str, Choices]:
        """What the store is asked with."""
        return self.key, self.here, self.choices


class Events:
    """The handlers of one page over one store."""

    def __init__(self, talk: Talk, parts: Parts) -> None:
        self.talk, self.parts = talk, parts

    # ---- what the page shows
    def shown(self, view: View | None, visit: Visit, asked: Wanted | None = None, problem: str = "") -> Shown:
        """The whole page of a conversation."""
        p, here = self.parts, view.seen.id if view else ""
        return {
            p.here: here, p.chips: card.chips(view), p.card: card.card(view, visit.lang),
            p.chat: gr.update(value=chat_pane.bubbles(view), feedback_value=chat_pane.feedback(view)),
            p.facts: facts_form.form(view, problem), p.demands: demands.demands(view),
            p.reasons: reasons.reasons(view), p.diagram: reasons.diagram(view), p.sources: reasons.sources(view),
            p.letter: letter_page.preview(view, asked or Wanted()),
            p.settings: settings_form.form(visit.choices, view, visit.lang),
            p.talks: chat_pane.listed(self.talk.listed(visit.key), here, visit.lang),
            p.send: gr.update(visible=True), p.stop: gr.update(visible=False),
        }  # fmt: skip

    def stream(self, work: Iterable[str | View], visit: Visit) -> Iterator[Shown]:
        """The steps while working, then the whole page; a failure is one line and loses nothing."""
        p, view, shown = self.parts, None, ""
        try:
            for now in work:
                view = now if isinstance(now, View) else view
                step = now if isinstance(now, str) else "understand" if now.waiting else ""
                if view and step not in ("", shown):
                    shown = step
                    yield {p.chat: chat_pane.bubbles(view, step), p.here: view.seen.id,
                           p.send: gr.update(visible=False), p.stop: gr.update(visible=True)}  # fmt: skip
            yield self.shown(view, visit) if view else {p.chat: gr.skip()}
        except TooLong:
            gr.Warning(TEXT[visit.lang]["too_long"])
            yield {p.chat: gr.skip()}
        except TooMuch as much:
            gr.Warning(_too_much(much.length, visit.lang))
            yield self.shown(self.talk.view(*visit.which), visit)
        except Exception as error:  # the edge that answers a user
            log.error("a turn failed: %s", where(error))
            gr.Warning(TEXT[visit.lang]["failed"].format(type(error).__name__))
            yield {p.send: gr.update(visible=True), p.stop: gr.update(visible=False)}

    # ---- coming and going
    def open(self, kept: Kept, here: str, request: gr.Request) -> Shown:
        """What a browser sees that comes to the page: this tab's conversation, its choices."""
        p = self.parts
        kept = {"key": self.talk.new_key(), **(kept or {})}
        visit = Visit(kept, here, request)
        view = self.talk.view(*visit.which) if here else None
        shown = self.shown(view, visit)
        shown[p.chat]["examples"] = chat_pane.examples(visit.lang)
        return {**shown, p.kept: kept, p.box: gr.update(interactive=True),
               p.welcome: gr.update(visible=not kept.get("read")),
               p.law_hits: law_page.results(self.talk.assistant, "", visit.lang)}  # fmt: skip

    def resume(self, kept: Kept, here: str, request: gr.Request) -> Iterator[Shown]:
        """Answer what a server that stopped left without an answer."""
        visit = Visit(kept, here, request)
        view = self.talk.view(*visit.which) if here else None
        if view and view.waiting:
            yield from self.stream(self.talk.again(*visit.which), visit)
        else:
            yield {self.parts.chat: gr.skip()}

    def read_notice(self, kept: Kept) -> Shown:
        return {self.parts.kept: {**kept, "read": True}, self.parts.welcome: gr.update(visible=False)}

    def new(self, kept: Kept, request: gr.Request) -> Shown:
        shown = self.shown(None, Visit(kept, "", request))
        return {**shown, self.parts.box: "", self.parts.asked: {}}

    def pick_talk(self, kept: Kept, here: str, request: gr.Request, event: gr.EventData) -> Shown:
        """Open a conversation of the list, or delete it for good."""
        pressed: dict[str, str] = event._data or {}
        if gone := pressed.get("delete"):
            self.talk.remove(kept.get("key", ""), gone)
            here = "" if gone == here else here
        visit = Visit(kept, pressed.get("open", here), request)
        shown = self.shown(self.talk.view(*visit.which), visit)
        return {**shown, self.parts.asked: {}}

    # ---- talking
    def take(self, text: str, kept: Kept, request: gr.Request) -> Shown:
        """The message out of the box, before it is answered: a stopped answer must not empty the box again.

        One that is too long stays in the box.
        """
        if len(text) > MAX_MESSAGE:
            gr.Warning(_too_much(len(text), Visit(kept, "", request).lang))
            return {self.parts.said: ""}
        if not text.strip() or not kept.get("key"):
            return {self.parts.said: ""}
        return {self.parts.said: text, self.parts.box: ""}

    def answer(self, text: str, kept: Kept, here: str, request: gr.Request) -> Iterator[Shown]:
        visit = Visit(kept, here, request)
        if text:
            yield from self.stream(self.talk.send(visit.key, here, text, visit.choices), visit)
        else:
            yield {self.parts.chat: gr.skip()}  # without any, Gradio would empty the outputs

    def edit(self, kept: Kept, here: str, request: gr.Request, event: gr.EditData) -> Iterator[Shown]:
        """A message in other words, in its own place; what followed it is gone."""
        visit = Visit(kept, here, request)
        view, text = self.talk.view(*visit.which), str(event.value).strip()
        said = view.told[_index(event)] if view and _index(event) < len(view.told) else None
        if said and said.role == "user" and text and text != said.text:
            yield from self.stream(self.talk.edit(visit.key, here, said.id, text, visit.choices), visit)
        else:
            yield self.shown(view, visit)

    def pick_example(
        self, kept: Kept, here: str, request: gr.Request, event: gr.SelectData
    ) -> Iterator[Shown]:
        yield from self.answer(event.value["text"] if kept.get("key") else "", kept, here, request)

    def upload(self, file: str, kept: Kept, here: str, request: gr.Request) -> Iterator[Shown]:
        """A file as a message; its words are kept, the file is not."""
        visit, path = Visit(kept, here, request), Path(file)
        try:
            text = uploads.story(path, visit.lang)
        except uploads.UploadRefused as refusal:
            gr.Warning(TEXT[visit.lang]["file_refused"].format(refusal))
            yield {self.parts.chat: gr.skip()}
            return
        finally:
            path.unlink(missing_ok=True)
        if not visit.key:  # the page was not open yet
            yield {self.parts.chat: gr.skip()}
            return
        yield from self.stream(self.talk.send(visit.key, here, text, visit.choices, path.name), visit)

    def again(self, kept: Kept, here: str, request: gr.Request) -> Iterator[Shown]:
        """Answer the last message once more."""
        visit = Visit(kept, here, request)
        yield from self.stream(self.talk.again(*visit.which), visit)

    def choose(self, kept: Kept, event: gr.EventData) -> Kept:
        """A choice of the reader, kept; what was answered is answered again by it."""
        chosen = event._data or {}
        known = chosen.get("setting") in ("lang", "doctrine", "audience")
        return {**kept, chosen["setting"]: chosen.get("value", "")} if known else kept

    def switch(self, kept: Kept, request: gr.Request) -> Kept:
        """The other language, for the page and the replies."""
        return {**kept, "lang": "en" if Visit(kept, "", request).lang == "zh" else "zh"}

    def stop(self, box: str, kept: Kept, here: str, request: gr.Request) -> Shown:
        """Take the message back into the box."""
        visit = Visit(kept, here, request)
        taken = self.talk.stop(visit.key, here)
        return {**self.shown(self.talk.view(*visit.which), visit), self.parts.box: taken or box}

    def like(self, kept: Kept, here: str, event: gr.LikeData) -> None:
        """Keep what the reader thought of an answer."""
        view = self.talk.view(kept.get("key", ""), here, Choices())
        index = _index(event)
        liked = {True: "Like", False: "Dislike", "": None}.get(event.liked, "Like")
        if view and index < len(view.told):
            self.talk.judge(kept["key"], here, view.told[index].id, liked)

    def chip(self, kept: Kept, here: str, request: gr.Request, event: gr.EventData) -> Iterator[Shown]:
        """Say an answer, suppose a change, write the reply anew, or go to a letter."""
        p, visit = self.parts, Visit(kept, here, request)
        pressed: dict[str, str] = event._data or {}
        if "say" in pressed:
            yield from self.stream(self.talk.send(visit.key, here, pressed["say"], visit.choices), visit)
        elif "suppose" in pressed:
            supposed = self.talk.imagine(visit.key, here, _change(pressed["suppose"]), visit.choices)
            yield self.shown(supposed, visit)
        elif "rewrite" in pressed:
            yield self.shown(self.talk.rewrite(*visit.which), visit)
        elif "letter" in pressed:
            asked = {"kind": pressed["letter"]}
            letter = letter_page.preview(self.talk.view(*visit.which), letter_page.wanted(asked))
            yield {p.panels: gr.update(selected="letters"), p.asked: asked, p.letter: letter}

    def correct(
        self, kept: Kept, here: str, asked: object, request: gr.Request, event: gr.EventData
    ) -> Shown:
        """A fact was changed in its place: the verdict follows."""
        visit, changed = Visit(kept, here, request), event._data or {}
        fact, value, problem = str(changed.get("fact", "")), str(changed.get("value", "")), ""
        try:
            view = self.talk.correct(visit.key, here, fact, value, visit.choices)
        except (FactError, Conflict) as refusal:
            view, problem = self.talk.view(*visit.which), str(refusal)
        return self.shown(view, visit, letter_page.wanted(asked), problem)

    # ---- letters
    def write(self, kept: Kept, here: str, request: gr.Request, event: gr.EventData) -> Shown:
        """Show the letter that was chosen."""
        view, asked = self.talk.view(*Visit(kept, here, request).which), (event._data or {}).get("asked", {})
        return {
            self.parts.letter: letter_page.preview(view, letter_page.wanted(asked)),
            self.parts.asked: asked,
        }

    def fill(self, event: gr.EventData) -> object:
        """What fills the blanks, to be there when the letter is written anew."""
        return (event._data or {}).get("asked", {})

    def save(self, ending: str) -> Callable[..., object]:
        """The letter as a file of that kind, on its way to the browser."""

        def save(kept: Kept, here: str, asked: object, request: gr.Request) -> object:
            view = self.talk.view(*Visit(kept, here, request).which)
            if view is None:
                return None
            try:
                made = letter_page.file(view, letter_page.wanted(asked), ending)
            except LetterRefused as refusal:
                gr.Warning(str(refusal))
                return None
            return chat_pane.download(*made)

        return save

    # ---- the law
    def find_law(self, query: str, kept: Kept, request: gr.Request) -> str:
        return law_page.results(self.talk.assistant, query, Visit(kept, "", request).lang)

    def read_law(self, day: str | None, kept: Kept, request: gr.Request, event: gr.EventData) -> Shown:
        """Show a provision in its chapter, as it stood on a day."""
        p, ref, lang = self.parts, (event._data or {}).get("ref"), Visit(kept, "", request).lang
        if not ref:
            return {p.law_text: gr.skip()}
        try:
            on = date.fromisoformat(day.strip()) if day and day.strip() else None
        except ValueError:
            gr.Warning(TEXT[lang]["bad_date"].format(day))
            return {p.law_text: gr.skip()}
        return {
            p.law_text: law_page.reading(self.talk.assistant, ref, on, lang),
            p.tabs: gr.update(selected="law"),
        }

    def read_rules(self, kept: Kept, request: gr.Request) -> Shown:
        lang, assistant = Visit(kept, "", request).lang, self.talk.assistant
        return {self.parts.glossary: law_page.glossary(assistant, lang),
                self.parts.rules: markdown(assistant.declared, assistant.library, lang)}  # fmt: skip


def _too_much(length: int, lang: Lang) -> str:
    return TEXT[lang]["too_much"].format(length, MAX_MESSAGE)


def _index(event: gr.EditData | gr.LikeData) -> int:
    """Which message of the chat."""
    return event.index if isinstance(event.index, int) else int(event.index[0])


def where(error: Exception) -> str:
    """Kind and place of an error, without its message: that may hold the user's words."""
    place = error.__traceback__
    while place and place.tb_next:
        place = place.tb_next
    return f"{type(error).__name__} in {place.tb_frame.f_code.co_filename}:{place.tb_lineno}" if place else ""


def _change(text: str) -> dict[str, str]:
    """The facts a chip supposes, which come back from the page as JSON."""
    try:
        row = json.loads(text)
    except ValueError:
        return {}
    return {str(name): str(value) for name, value in row.items()} if isinstance(row, dict) else {}
