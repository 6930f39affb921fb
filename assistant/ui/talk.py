"""The page's conversations: who may see which, and what is done with them — over the store, so that a
reload, another tab or a restart of the server finds everything as it was.

A browser keeps a random key; the store keeps its hash as the person. Every call names the key, and a
conversation of another key is not there. To let the page do something new, add a method here.
"""

import secrets
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from assistant.conversations import Conversations, kept, remembered
from assistant.facts import Facts, Lang
from assistant.graph import Assistant
from assistant.letters import case_of
from assistant.read import MAX_MESSAGE, language
from assistant.reply import Audience, Material, gather, render
from assistant.rules import FORM_NAMES
from assistant.steps import watched
from assistant.store import Database, NotFound, talks
from assistant.store.talks import Conversation, Message, digest
from assistant.ui.words import TEXT, shown_value
from assistant.verdict import Verdict

TENANT = "default"  # the desk of this installation reads the same store
SEEN = 0.15  # seconds: a step that is over sooner is not worth a message to the browser


class TooMuch(ValueError):
    """A message of more than MAX_MESSAGE characters: `length` of them."""

    def __init__(self, length: int) -> None:
        super().__init__(f"a message holds {MAX_MESSAGE} characters, this one has {length}; tell it in parts")
        self.length = length


@dataclass(frozen=True)
class Choices:
    """What the reader chose: reply language (None: as written), doctrine, for whom."""

    lang: Lang | None = None
    doctrine: str | None = None
    audience: Audience = "consumer"


@dataclass(frozen=True)
class View:
    """A conversation as the page shows it, worked out from the store."""

    talk: "Talk"
    seen: Conversation
    told: Sequence[Message]
    choices: Choices

    @cached_property
    def lang(self) -> Lang:
        """The language chosen, else that of the last message."""
        last = next((m.text for m in reversed(self.told) if m.role == "user"), "请")
        return self.choices.lang or language(last)

    @property
    def waiting(self) -> bool:
        """Whether a message has no answer yet."""
        return talks.first_pending(self.told) is not None

    @cached_property
    def facts(self) -> Facts:
        return self.talk.kept.facts(self.seen)

    @cached_property
    def verdict(self) -> Verdict | None:
        """What the rules make of it; None while no facts are known."""
        known = [f for name, f in self.facts.known.items() if name != "occurred_on"]
        return self.talk.kept.verdict(self.facts, self.choices.doctrine) if known else None

    @cached_property
    def case(self) -> Material | None:
        """The verdict with its remedies, payments and every provision."""
        return case_of(self.verdict, self.talk.assistant.library, self.lang) if self.verdict else None

    @cached_property
    def citations(self) -> list[dict[str, object]]:
        """The provisions that the last answer cites, as rows of the JSON contract."""
        library = self.talk.assistant.library
        on = self.verdict.law_as_of if self.verdict else library.as_of
        refs: list[str] = next((m.answer["citations"] for m in reversed(self.told) if m.answers and m.answer
                     and "citations" in m.answer), [])  # fmt: skip
        return [p.to_json(on) for p in gather(refs, library, on).values()]

    def source(self, words: str) -> str:
        """The name of the file in which the user's words stand; empty where they were typed."""
        for message in self.told:
            if message.role == "user" and words in message.text:
                return str((message.answer or {}).get("file", ""))
        return ""


class Talk:
    """What the page may do with conversations."""

    def __init__(self, assistant: Assistant, store: Database) -> None:
        self.assistant, self.store = assistant, store
        self.kept = Conversations(assistant, store, desk=False)

    # ---- finding
    def new_key(self) -> str:
        return secrets.token_urlsafe(32)

    def find(self, key: str, conversation: str) -> Conversation | None:
        """A conversation of this browser; None where it has no such."""
        try:
            seen = self.kept.find(TENANT, conversation)
        except NotFound:
            return None
        return seen if key and seen.person == _person(key) else None

    def listed(self, key: str) -> list[Conversation]:
        """This browser's conversations, last active first."""
        return [c for c in self.kept.listed(TENANT, _person(key)) if c.title] if key else []

    def view(self, key: str, conversation: str, choices: Choices) -> View | None:
        seen = self.find(key, conversation)
        return View(self, seen, self.kept.said(seen.id), choices) if seen else None

    # ---- talking
    def send(
        self, key: str, conversation: str, text: str, choices: Choices, file: str = ""
    ) -> Iterator[str | View]:  # fmt: skip
        """Keep a message and answer it: the steps under way, then the conversation.

        `file`: the file it was read from. Raises TooLong, TooMuch.
        """
        if len(text) > MAX_MESSAGE:
            raise TooMuch(len(text))
        seen = self.find(key, conversation) or self.kept.start(TENANT, _person(key))[0]
        sent = self.kept.accept(seen, text)
        if file:
            with self.store.writing() as link:
                talks.mark(link, sent, file=file)
        yield View(self, seen, self.kept.said(seen.id), choices)
        yield from self._answered(seen, sent, choices)

    def edit(
        self, key: str, conversation: str, number: int, text: str, choices: Choices
    ) -> Iterator[str | View]:
        """A message of the user in other words: what followed it is forgotten, then it is answered.

        Raises TooMuch.
        """
        if len(text) > MAX_MESSAGE:
            raise TooMuch(len(text))
        seen = self.find(key, conversation)
        told = self.kept.said(seen.id) if seen else []
        said = next((m for m in told if m.id == number and m.role == "user"), None)
        if seen and said:
            self._rewind(seen, told, said)
            yield from self.send(key, seen.id, text, choices, (said.answer or {}).get("file", ""))

    def again(self, key: str, conversation: str, choices: Choices) -> Iterator[str | View]:
        """Answer the last message once more, or one that a stopped server left without an answer."""
        seen = self.find(key, conversation)
        told = self.kept.said(seen.id) if seen else []
        last = _last(told)
        if not seen or not last:
            return
        if last.status != "pending":
            yield from self.edit(key, seen.id, last.id, last.text, choices)
            return
        yield from self._answered(seen, last, choices)

    def _answered(self, seen: Conversation, sent: Message, choices: Choices) -> Iterator[str | View]:
        chosen = (choices.lang, choices.doctrine)
        with self.store.writing() as link:
            now = talks.get(link, TENANT, seen.id)
            if (now.lang, now.doctrine) != chosen:
                talks.change(link, now, lang=choices.lang, doctrine=choices.doctrine)
        for step in watched(lambda tell: self.kept.answer(TENANT, sent, tell, choices.audience), SEEN):
            if isinstance(step, str):
                yield step
        yield View(self, self.kept.find(TENANT, seen.id), self.kept.said(seen.id), choices)

    def stop(self, key: str, conversation: str) -> str:
        """Take back a message that is being answered; its text, or "" where none is."""
        seen = self.find(key, conversation)
        told = self.kept.said(seen.id) if seen else []
        last = _last(told)
        if not seen or not last or last.status != "pending":
            return ""
        self._rewind(seen, told, last)
        return last.text

    def _rewind(self, seen: Conversation, told: Sequence[Message], first: Message) -> None:
        """Forget a message and what follows; facts that were set by hand stay."""
        memory = self.assistant.start()
        for message in told:
            if message.role == "user" and message.id < first.id:
                _, _, memory = self.assistant.heard(message.text, memory, seen.doctrine)
        held = remembered(seen.memory, self.assistant.declared, ())
        by_hand = [n for n in held.firm if held.facts.source(n) in (None, "corrected")]
        facts = memory.facts
        for name in by_hand:
            facts = facts.with_(name, held.facts[name], "corrected")
        row = kept(replace(memory, facts=facts, firm=memory.firm | frozenset(by_hand)))
        with self.store.writing() as link:
            talks.cut(link, seen, first.id, row)

    # ---- setting facts right
    def correct(self, key: str, conversation: str, fact: str, value: str, choices: Choices) -> View | None:
        """A fact as the user knows it, and a line that says what followed. Raises FactError, Conflict."""
        before = self.view(key, conversation, choices)
        seen = before.seen if before else self.kept.start(TENANT, _person(key))[0]
        self.kept.correct(seen, {fact: value or None})
        after = self.view(key, seen.id, choices)
        if after and before and before.told:
            self._say(after, corrected(before, after, fact))
            return self.view(key, seen.id, choices)
        return after

    def imagine(
        self, key: str, conversation: str, change: Mapping[str, str], choices: Choices
    ) -> View | None:
        """Say what the form would be on other facts, which stay as they are. Raises FactError."""
        view = self.view(key, conversation, choices)
        if view is None or view.verdict is None:
            return view
        facts = view.facts
        for name, value in change.items():
            facts = facts.with_(name, value, "corrected")
        self._say(view, supposed(view, change, self.kept.verdict(facts, choices.doctrine)))
        return self.view(key, conversation, choices)

    def rewrite(self, key: str, conversation: str, choices: Choices) -> View | None:
        """The whole reply on the facts as they are now, by code."""
        view = self.view(key, conversation, choices)
        if view is None or view.case is None:
            return view
        self._say(view, render(replace(view.case, audience=choices.audience)))
        return self.view(key, conversation, choices)

    def _say(self, view: View, text: str) -> None:
        with self.store.writing() as link:
            talks.say(link, view.seen.id, "assistant", text)

    # ---- keeping
    def judge(self, key: str, conversation: str, message: int, liked: str | None) -> None:
        """Keep what the reader thought of an answer."""
        seen = self.find(key, conversation)
        found = next((m for m in self.kept.said(seen.id) if m.id == message), None) if seen else None
        if found:
            with self.store.writing() as link:
                talks.mark(link, found, feedback=liked)

    def remove(self, key: str, conversation: str) -> None:
        """Delete a conversation for good."""
        if self.find(key, conversation):
            self.kept.remove(TENANT, conversation)


def _person(key: str) -> str:
    return f"page:{digest(key)}"


def _last(told: Sequence[Message]) -> Message | None:
    return next((m for m in reversed(told) if m.role == "user"), None)


# ---- what is said by code between the answers
def corrected(before: View, after: View, fact: str) -> str:
    """What was set right, and what became of the conclusion."""
    lang, declared = after.lang, after.facts.declared[fact]
    now = shown_value(declared, after.facts[fact], lang)
    said = TEXT[lang]["you_corrected"].format(declared.text[lang], now)
    old, new = (FORM_NAMES[v.verdict.liability if v.verdict else "need_facts"][lang] for v in (before, after))
    return said + " " + TEXT[lang]["unchanged" if old == new else "changed"].format(old, new)


def supposed(view: View, change: Mapping[str, str], verdict: Verdict) -> str:
    """What the form would be if."""
    lang, declared = view.lang, view.facts.declared
    rows = [f"“{declared[name].text[lang]}”: {shown_value(declared[name], declared[name].parse(value), lang)}"
            for name, value in change.items()]  # fmt: skip
    form = FORM_NAMES[verdict.liability][lang]
    return TEXT[lang]["supposed"].format(("，" if lang == "zh" else ", ").join(rows), form)
