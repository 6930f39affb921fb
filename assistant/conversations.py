"""Conversations that outlive a process: accept a message, answer it, hand over to a person and back.

A message is on disk before it is answered, and its reply, the memory after it, the decision and the
ticket are written in one transaction; whoever is first wins, the other looks again. So any number of
processes may serve one store, and any may be killed at any time: `sweep` answers what one left behind.

A conversation's state is `bot`, `waiting` (a ticket is open, no agent has it yet) or `agent`. In the
last two the bot says nothing, whatever comes.
"""

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Connection

from assistant import decisions
from assistant.facts import Declarations, Facts, Lang, from_json
from assistant.graph import Answer, Assistant, Memory
from assistant.payment import payments
from assistant.read import language
from assistant.remedies import remedies
from assistant.reply import Audience
from assistant.sides import verdict_json
from assistant.store import Conflict, Database, outbox, talks, tickets
from assistant.store.talks import Conversation, Message
from assistant.store.tickets import Ticket
from assistant.trace import trace
from assistant.verdict import Verdict, assess

log = logging.getLogger(__name__)
MAX_TURNS = 200  # messages of one user in one conversation
LEFT = 60.0  # seconds after which a message without a reply was left behind

NOTICES: Mapping[str, Mapping[Lang, str]] = {
    "asked": {
        "zh": "好的，已为您转接人工客服，请稍候。您说过的内容会一并交给客服人员，不用重复。在人工答复之前，我不再自动回复。",
        "en": "You are being connected to a person; please wait. They see what you have told, so you need not repeat it. I will not answer by myself until then.",
    },
    "contradicted": {
        "zh": "看来我没有理解对，抱歉。已为您转接人工客服，请稍候；您说过的内容会一并交给客服人员。",
        "en": "It seems I did not get this right; I am sorry. You are being connected to a person, who sees what you have told.",
    },
    "grave": {
        "zh": "这件事非常严重，应当由人来处理。已为您转接人工客服，请稍候；您说过的内容会一并交给客服人员。如有人正处于危险中，请先拨打 120（急救）或 110（报警）。",
        "en": "This is too serious for a machine. You are being connected to a person, who sees what you have told. If anyone is in danger now, first call 120 (ambulance) or 110 (police).",
    },
    "self_harm": {
        "zh": "听到您这样说，我很担心您。请现在就联系身边的人，或拨打全国统一心理援助热线 12356；如有危险，请拨打 120 或 110。已为您转接人工客服，请稍候。",
        "en": "I am worried about what you say. Please reach someone near you now, or call 12356, the psychological help line in China; in danger call 120 or 110. You are being connected to a person.",
    },
    "by_agent": {
        "zh": "人工客服已接入，接下来由人工为您服务。",
        "en": "A person has joined and will answer you from here.",
    },
    "given_back": {
        "zh": "人工服务已结束，接下来由智能助手为您服务；需要时请再说“转人工”。",
        "en": "The person has left; the assistant answers again. Ask for a person whenever you want one.",
    },
}

SORRY: Mapping[Lang, str] = {
    "zh": "抱歉，这一轮没有完成。您之前说的都还在，请换个说法再发一次，或说“转人工”。",
    "en": "Sorry, this turn did not finish. What you told before is kept; rephrase it, or ask for a person.",
}


class TooLong(ValueError):
    """The conversation has as many messages as one may have."""


def kept(memory: Memory) -> dict[str, Any]:
    """A memory as JSON, without the user's messages: those are kept once, as messages."""
    return {
        "facts": _facts_json(memory.facts), "asked": list(memory.asked), "firm": sorted(memory.firm),
        "cues": _facts_json(memory.cues) if memory.cues is not None else None,
        "by_model": sorted(memory.by_model),
    }  # fmt: skip


def remembered(row: Mapping[str, Any], declared: Declarations, turns: Sequence[str]) -> Memory:
    """The memory of `kept`, with the user's messages so far."""
    cues = _facts(row["cues"], declared) if row["cues"] is not None else None
    return Memory(_facts(row["facts"], declared), tuple(row["asked"]), tuple(turns),
                  frozenset(row["firm"]), cues, frozenset(row.get("by_model", ())))  # fmt: skip


def _facts_json(facts: Facts) -> dict[str, object]:
    return {"known": facts.to_json(), "asked": sorted(facts.asked)}


def _facts(row: Mapping[str, Any], declared: Declarations) -> Facts:
    # a fact that was renamed since is left out: the words are still there to be read again
    known = {name: fact for name, fact in row["known"].items() if name in declared}
    return from_json(declared, known).with_asked(row["asked"])


class Conversations:
    """The conversations of one store, answered by one assistant."""

    def __init__(self, assistant: Assistant, store: Database, *, desk: bool = True) -> None:
        """`desk`: whether there are people to hand a conversation over to; else the bot says so."""
        self.assistant, self.store, self.desk = assistant, store, desk

    # ---- the customer
    def start(
        self, tenant: str, person: str = "", lang: Lang | None = None, doctrine: str | None = None,
        occurred_on: object = None,
    ) -> tuple[Conversation, str]:  # fmt: skip
        """A new conversation and its secret. Raises FactError on a date that is none."""
        memory = kept(self.assistant.start(occurred_on))
        with self.store.writing() as link:
            return talks.create(link, tenant, memory, person, lang, doctrine)

    def in_thread(self, tenant: str, person: str) -> Conversation:
        """The conversation of a bridge's thread: the last one, or a new one where that is full."""
        memory = kept(self.assistant.start())
        with self.store.writing() as link:
            self.store.one_at_a_time(link, person)
            found = talks.listed(link, tenant, person, limit=1)
            if found and talks.turns(link, found[0].id) < MAX_TURNS:
                return found[0]
            return talks.create(link, tenant, memory, person)[0]

    def find(self, tenant: str, conversation: str) -> Conversation:
        """Raises NotFound."""
        with self.store.reading() as link:
            return talks.get(link, tenant, conversation)

    def listed(self, tenant: str, person: str | None = None, before: str = "") -> list[Conversation]:
        """Fifty conversations, last active first; `before`: the `updated_at` of the last one seen."""
        with self.store.reading() as link:
            return talks.listed(link, tenant, person, before)

    def of_person(self, tenant: str, person: str) -> list[Conversation]:
        """Every conversation of a person."""
        with self.store.reading() as link:
            return talks.listed(link, tenant, person, limit=None)

    def said(self, conversation: str, after: int = 0) -> list[Message]:
        """Its messages in order, from the one after this id."""
        with self.store.reading() as link:
            return talks.said(link, conversation, after)

    def accept(self, seen: Conversation, text: str, client_id: str | None = None) -> Message:
        """Keep a message: it is on disk when this returns. Raises Conflict, NotFound, TooLong."""
        with self.store.writing() as link:
            if talks.turns(link, seen.id) >= MAX_TURNS:
                raise TooLong(f"a conversation holds {MAX_TURNS} messages; start a new one")
            message = talks.accept(link, seen, text, client_id)
            if message.status == "for_agent":
                names = {"conversation": seen.id, "message": str(message.id)}
                outbox.tell(link, seen.tenant, "message.created", names)
            return message

    def answer(
        self, tenant: str, sent: Message, on_step: Callable[[str], object] | None = None,
        audience: Audience = "consumer",
    ) -> Message | None:  # fmt: skip
        """The reply to an accepted message, after those before it; None where a person is to answer."""
        while True:
            with self.store.reading() as link:
                seen = talks.get(link, tenant, sent.conversation)
                told = talks.said(link, sent.conversation)
            if reply := next((m for m in told if m.answers == sent.id), None):
                return reply
            pending = talks.first_pending(told)
            if pending is None:
                return None
            try:
                self._answer(seen, told, pending, on_step if pending.id == sent.id else None, audience)
            except Conflict:  # another process answered it, or the facts were corrected: look again
                log.info("a turn was overtaken")

    def _answer(
        self, seen: Conversation, told: Sequence[Message], pending: Message,
        on_step: Callable[[str], object] | None, audience: Audience,
    ) -> None:  # fmt: skip
        if seen.state != "bot":
            with self.store.writing() as link:
                talks.leave_to_agent(link, seen.id)
            return
        memory = self._memory(seen, told, pending.id)
        answer = None
        try:
            since = _since_agent(told, pending.id)
            reason = self.assistant.wants_a_person(pending.text, since) if self.desk else ""
            if not reason:
                answer = self.assistant.turn(
                    pending.text, memory, seen.doctrine, _lang(seen), on_step, audience
                )
        except Exception as error:  # the edge that answers a user: a message never waits for ever
            log.error("a turn failed: %s", type(error).__name__)
            with self.store.writing() as link:
                sorry = SORRY[_lang(seen) or language(pending.text)]
                self._send(link, seen, talks.reply(link, pending, sorry, {"problem": type(error).__name__}))
            return
        if answer is None:
            self._hand_over(seen, told, reason, pending)
            return
        with self.store.writing() as link:
            talks.change(link, seen, memory=kept(answer.memory))
            self._send(link, seen, talks.reply(link, pending, answer.reply, _summary(answer)))
            if answer.verdict:
                self._record(link, answer.verdict, answer.guard)

    def correct(self, seen: Conversation, facts: Mapping[str, object]) -> Conversation:
        """Facts set right by the customer; None forgets one. Raises FactError, Conflict, NotFound."""
        memory = self._memory(seen, self.said(seen.id))
        corrected = memory.facts
        for name, value in facts.items():
            corrected = corrected.with_(name, value, "corrected")
        row = {**kept(memory), "facts": _facts_json(corrected), "firm": sorted(memory.firm | facts.keys())}
        with self.store.writing() as link:
            talks.change(link, seen, memory=row)
            self._record(link, self.verdict(corrected, seen.doctrine))
            return talks.get(link, seen.tenant, seen.id)

    def facts(self, seen: Conversation) -> Facts:
        """What is known so far."""
        return _facts(seen.memory["facts"], self.assistant.declared)

    def verdict(self, facts: Facts, doctrine: str | None = None) -> Verdict:
        """What the rules make of these facts."""
        library = self.assistant.library
        return assess(facts, library.in_force, library.as_of, doctrine)

    def remove(self, tenant: str, conversation: str) -> None:
        """Delete it with everything it holds; decisions, which name nobody, stay. Raises NotFound."""
        with self.store.writing() as link:
            talks.remove(link, tenant, conversation)

    # ---- handing over, and back
    def call_person(self, seen: Conversation, reason: str = "asked") -> None:
        """A person is called without words. Nothing happens where one is called already."""
        if seen.state == "bot":
            self._hand_over(seen, self.said(seen.id), reason)

    def _hand_over(
        self, seen: Conversation, told: Sequence[Message], reason: str, pending: Message | None = None
    ) -> None:
        """Call a person: state, notice, ticket and event in one transaction. Raises Conflict."""
        words = pending.text if pending else ""
        memory = self._memory(seen, told, pending.id if pending else None)
        if words:  # heard without a chat model
            facts, _, _ = self.assistant.heard(words, memory, seen.doctrine)
            memory = replace(memory, facts=facts, by_model=frozenset())
        facts = memory.facts
        verdict = self.verdict(facts, seen.doctrine) if facts.known else None
        last = next((m.text for m in reversed(told) if m.role == "user"), "")
        notice = NOTICES[reason][_lang(seen) or language(last or "请")]
        with self.store.writing() as link:
            talks.change(link, seen, state="waiting", memory=kept(memory))
            told_so = (
                talks.reply(link, pending, notice) if pending
                else talks.say(link, seen.id, "assistant", notice)
            )  # fmt: skip
            self._send(link, seen, told_so)
            outbox.tell_bridge(link, seen.person, "state.changed", {"state": "waiting"})
            talks.leave_to_agent(link, seen.id)
            ticket = tickets.open_(link, seen.tenant, seen.id, reason, self._held(told, facts, verdict))
            self._tell(link, ticket, "ticket.opened")
            if verdict:
                self._record(link, verdict)

    def _held(self, told: Sequence[Message], facts: Facts, verdict: Verdict | None) -> dict[str, Any]:
        found = remedies(verdict) if verdict else []
        return {
            "transcript": [{"role": m.role, "text": m.text, "at": m.at} for m in told],
            "facts": facts.to_json(),
            "verdict": verdict_json(verdict, found, payments(verdict, found)) if verdict else None,
            "trace": trace(verdict) if verdict else [],
        }

    def take(self, tenant: str, ticket: str, agent: str) -> Ticket:
        """An agent takes a ticket: the customer talks with them now. Raises Conflict, NotFound."""
        with self.store.writing() as link:
            held = tickets.get(link, tenant, ticket)
            if held.state != "open":
                raise Conflict(f"the ticket is {held.state}{' by ' + held.agent if held.agent else ''}")
            tickets.move(link, held, "taken", agent)
            seen = talks.get(link, tenant, held.conversation)
            talks.change(link, seen, state="agent")
            self._send(
                link,
                seen,
                talks.say(link, seen.id, "assistant", NOTICES["by_agent"][self._spoken(link, seen)]),
            )
            self._tell(link, held, "ticket.taken")
            return tickets.get(link, tenant, ticket)

    def say(self, tenant: str, ticket: str, agent: str, text: str) -> Message:
        """What the agent who has the ticket says. Raises Conflict, NotFound."""
        with self.store.writing() as link:
            held = self._taken(link, tenant, ticket, agent)
            message = talks.say(link, held.conversation, "agent", text)
            self._send(link, talks.get(link, tenant, held.conversation), message)
            return message

    def give_back(self, tenant: str, ticket: str, agent: str) -> Ticket:
        """The agent is done: the ticket is closed and the bot answers again. Raises Conflict, NotFound."""
        with self.store.writing() as link:
            return self._close(link, self._taken(link, tenant, ticket, agent), agent)

    def resume(self, seen: Conversation, agent: str) -> None:
        """People outside our desk are done with it: its ticket is closed, whoever had it. Raises Conflict."""
        with self.store.writing() as link:
            for held in tickets.listed(link, seen.tenant, conversation=seen.id):
                if held.state != "closed":
                    self._close(link, held, agent)

    def _close(self, link: Connection, held: Ticket, agent: str) -> Ticket:
        tickets.move(link, held, "closed", agent)
        seen = talks.get(link, held.tenant, held.conversation)
        talks.change(link, seen, state="bot")
        notice = NOTICES["given_back"][self._spoken(link, seen)]
        self._send(link, seen, talks.say(link, seen.id, "assistant", notice))
        outbox.tell_bridge(link, seen.person, "state.changed", {"state": "bot"})
        self._tell(link, held, "ticket.closed")
        return tickets.get(link, held.tenant, held.id)

    def _taken(self, link: Connection, tenant: str, ticket: str, agent: str) -> Ticket:
        held = tickets.get(link, tenant, ticket)
        if (held.state, held.agent) != ("taken", agent):
            raise Conflict(f"the ticket is {held.state}, not taken by {agent}; take it first")
        return held

    def _spoken(self, link: Connection, seen: Conversation) -> Lang:
        said = next((m.text for m in reversed(talks.said(link, seen.id)) if m.role == "user"), "请")
        return _lang(seen) or language(said)

    # ---- upkeep
    def sweep(self, retention_days: float = 0) -> None:
        """Answer what a process that died left behind; delete what is older than the retention."""
        with self.store.reading() as link:
            behind = talks.left_behind(link, _ago(LEFT))
        for tenant, conversation in behind:
            pending = talks.first_pending(self.said(conversation))
            if pending:
                self.answer(tenant, pending)
        if retention_days:
            with self.store.writing() as link:
                talks.remove_older(link, _ago(retention_days * 86400))
                outbox.forget(link, _ago(retention_days * 86400))

    # ---- parts
    def _memory(self, seen: Conversation, told: Sequence[Message], before: int | None = None) -> Memory:
        turns = [m.text for m in told if m.role == "user" and (before is None or m.id < before)]
        return remembered(seen.memory, self.assistant.declared, turns)

    def _record(self, link: Connection, verdict: Verdict, guard: Mapping[str, Any] | None = None) -> None:
        model = self.assistant.settings.chat if guard and guard["rendered_by"] == "model" else ""
        decisions.append(link, [decisions.record(verdict, self.assistant.library.version, model, guard)])

    def _send(self, link: Connection, seen: Conversation, message: Message) -> None:
        """What is said to the customer of a bridge goes out by it."""
        names = {"conversation": seen.id, "message": message.id}
        outbox.tell_bridge(link, seen.person, "message.sent", names)

    def _tell(self, link: Connection, ticket: Ticket, event: str) -> None:
        names = {"ticket": ticket.id, "conversation": ticket.conversation, "reason": ticket.reason}
        outbox.tell(link, ticket.tenant, event, names)


def _lang(seen: Conversation) -> Lang | None:
    return "zh" if seen.lang == "zh" else "en" if seen.lang == "en" else None


def _since_agent(told: Sequence[Message], before: int) -> list[str]:
    """What the user said since a human agent last spoke, up to a message."""
    last = max((m.id for m in told if m.role == "agent"), default=0)
    return [m.text for m in told if m.role == "user" and last < m.id < before]


def _summary(answer: Answer) -> dict[str, Any]:
    """What is kept of an answer beside its text: enough to show where it comes from."""
    return {
        "intent": answer.intent, "lang": answer.lang,
        "liability": answer.verdict.liability if answer.verdict else "out_of_scope",
        "decision_id": answer.verdict.decision_id if answer.verdict else None,
        "citations": [row["ref"] for row in answer.citations], "guard": answer.guard,
        "corpus_version": answer.corpus_version,
    }  # fmt: skip


def _ago(seconds: float) -> str:
    return (datetime.now(UTC) - timedelta(seconds=seconds)).isoformat(timespec="microseconds")
