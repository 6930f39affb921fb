"""The pipe: message, facts, verdict, provisions, draft, guard, reply — a LangGraph graph with one fork.

`build(settings)` gives an Assistant; `Assistant.turn` answers one message after earlier ones. Only
facts and messages outlive a turn.
"""

import logging
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Any, TypedDict

from langgraph.graph import END, START, StateGraph

from assistant import agent, chat, doctrines, embed, explain, guard, index, model_reader, reply, told
from assistant.facts import Facts, Lang, declarations
from assistant.guard import Evidence
from assistant.index import Index, notes
from assistant.intent import Intents, leaning
from assistant.judge import Judge
from assistant.law import Library, Provision
from assistant.payment import Payment, payments
from assistant.read import MAX_MESSAGE, Reader, language
from assistant.remedies import Remedy, remedies
from assistant.reply import Audience
from assistant.rules import Form
from assistant.settings import Settings
from assistant.sides import verdict_json
from assistant.verdict import Verdict, assess

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel

log = logging.getLogger(__name__)
ABOUT_FACTS = ("complaint", "follow_up")  # intents that are answered by a verdict
STEPS = {
    "understand": {"zh": "正在读您的话…", "en": "Reading your words…"},
    "decide": {"zh": "正在套用规则…", "en": "Applying the rules…"},
    "look_up": {"zh": "正在核对条文…", "en": "Looking up the provisions…"},
    "write": {"zh": "正在写答复…", "en": "Writing the reply…"},
    "check": {"zh": "正在检查引用…", "en": "Checking the citations…"},
}


@dataclass(frozen=True)
class Memory:
    """What outlives a turn: the facts so far, what was asked last, the messages.

    `firm` facts were answered or given outright: no later reading of the whole story replaces them, only
    what a later message says of them. `cues`: what the grammar alone has read. `by_model`: facts that only a
    chat model has read; it reads the whole story anew each turn, so nothing is ever built on them.
    """

    facts: Facts
    asked: tuple[str, ...] = ()
    turns: tuple[str, ...] = ()
    firm: frozenset[str] = frozenset()
    cues: Facts | None = None
    by_model: frozenset[str] = frozenset()

    @property
    def own(self) -> Facts:
        """The facts without those that only a model has read."""
        return self.facts.without(self.by_model - self.firm)


class State(TypedDict, total=False):
    """What the steps hand on; each writes only its own."""

    message: str
    memory: Memory
    doctrine: str | None
    lang: Lang
    turn: chat.Turn
    intent: str
    facts: Facts
    firm: frozenset[str]
    cues: Facts
    by_model: frozenset[str]
    verdict: Verdict
    remedies: list[Remedy]
    payments: list[Payment]
    provisions: dict[str, Provision]
    found: explain.Found
    text: str
    rendered_by: str
    draft: str
    model_problems: tuple[str, ...]
    audience: Audience
    report: guard.Report


@dataclass(frozen=True)
class Answer:
    """A finished turn: the JSON contract in `to_json`, the reply alone in `reply`."""

    reply: str
    lang: Lang
    intent: str
    verdict: Verdict | None
    facts: Facts
    remedies: Sequence[Remedy]
    payments: Sequence[Payment]
    citations: Sequence[dict[str, object]]
    guard: dict[str, object]
    corpus_version: str
    seconds: float
    memory: Memory = field(repr=False)
    usage: dict[str, object] | None = None  # what a chat model was used for it, None offline
    by_words: bool = False  # a search in it had words alone, for the index's server did not answer

    @property
    def in_scope(self) -> bool:
        return self.intent != "off_topic"

    def to_json(self, row_id: object = None) -> dict[str, object]:
        """The output row of the JSON contract."""
        verdict: dict[str, object] = {"liability": "out_of_scope", "possible": [], "ask": [],
                                      "duties": [], "grounds": [], "remedies": []}  # fmt: skip
        if self.verdict:
            verdict = verdict_json(self.verdict, self.remedies, self.payments)
        return {
            "id": row_id, "lang": self.lang, "intent": self.intent, "in_scope": self.in_scope,
            "reply": self.reply, "verdict": verdict, "facts": self.facts.to_json(),
            "citations": list(self.citations), "guard": self.guard,
            "decision_id": self.verdict.decision_id if self.verdict else None,
            "corpus_version": self.corpus_version, "seconds": round(self.seconds, 4), "usage": self.usage,
        }  # fmt: skip


class Assistant:
    """Everything built once: library, reader, index, optional model, and the graph over them."""

    def __init__(
        self, settings: Settings, library: Library, search: Index, model: "BaseChatModel | None"
    ) -> None:
        self.settings, self.library, self.index, self.model = settings, library, search, model
        self.declared = declarations(settings.corpus / "facts.yaml")
        self.reader = Reader(settings.corpus, self.declared, library.as_of)
        self.trained = told.encoder(settings.corpus / "reader")
        self.intents = Intents(settings.corpus)
        self.shelf = explain.Shelf(
            library, {n.id: n for n in notes(settings.corpus)}, explain.terms(settings.corpus)
        )
        self.graph = self._pipe()

    @cached_property
    def judge(self) -> Judge:
        """The judge of a model's sentences; offline nobody asks for it."""
        return Judge(self.settings.corpus / "judge.npz")

    def _pipe(self) -> Any:
        pipe = StateGraph(State)
        for step in (self.understand, self.decide, self.look_up, self.write, self.check):
            pipe.add_node(step.__name__, step)
        pipe.add_edge(START, "understand")
        pipe.add_conditional_edges("understand", _is_about_facts, {True: "decide", False: "look_up"})
        pipe.add_edge("decide", "look_up")
        pipe.add_edge("look_up", "write")
        pipe.add_edge("write", "check")
        pipe.add_edge("check", END)
        return pipe.compile()

    # ---- the steps, in order
    def understand(self, state: State) -> State:
        """Message to facts and intent; a short answer is read as one to the question asked last."""
        memory, message = state["memory"], state["message"]
        stated = _stated(self.reader, message)
        cues = memory.cues.merged(stated) if memory.cues else stated
        intent = "empty"
        if message.strip():
            leans = leaning(told.readings(message, stated, self.trained))
            intent = self.intents.of(message, stated, memory.own, leans)
        firm = memory.firm - stated.known.keys()
        facts = memory.own.merged(stated)
        if intent in ABOUT_FACTS:
            said = told.in_so_many_words(cues, self.settings.corpus)
            facts = told.overlaid(facts, cues, _story(state), self.trained, firm | said)
        for name in memory.asked:
            answered = self.intents.answered(message, name, facts)
            if name in answered and name not in facts:
                firm |= {name}
            facts = answered
        more, problems = self._read_by_model(state, facts, cues) if intent in ABOUT_FACTS else (facts, ())
        return {"facts": more, "intent": intent, "firm": firm, "cues": cues, "model_problems": problems,
                "by_model": frozenset(more.known.keys() - facts.known.keys())}  # fmt: skip

    def decide(self, state: State) -> State:
        """Facts to verdict and remedies, by rules alone."""
        verdict = self._verdict(state["facts"], state)
        found = remedies(verdict)
        return {"verdict": verdict, "remedies": found, "payments": payments(verdict, found)}

    def look_up(self, state: State) -> State:
        """The provisions the verdict rests on are looked up; a question of law is searched."""
        if "verdict" in state:
            verdict = state["verdict"]
            refs = reply.needed(verdict, state["remedies"], state["payments"])
            return {"provisions": reply.gather(refs, self.library, verdict.law_as_of)}
        if state["intent"] != "law_question":
            return {"provisions": {}}
        hits = self.index.search(state["message"], 8)
        found = explain.find(state["message"], hits, self.shelf, state["lang"], state["audience"])
        return {"provisions": dict(found.provisions), "found": found}

    def write(self, state: State) -> State:
        """The reply: with a draft by the model where there is one and something to explain, else by code."""
        if "turn" not in state or not self._explains(state):
            return {"text": self._rendered(state), "rendered_by": "code"}
        try:
            draft = self._draft(state)
        except chat.ModelFailed as failure:
            text = self._rendered(state)
            problems = (*state.get("model_problems", ()), f"failed:{failure}")
            return {"text": text, "rendered_by": "code", "model_problems": problems}
        return {"text": self._rendered(state, draft), "rendered_by": "model", "draft": draft}

    def check(self, state: State) -> State:
        """The judge and the guard; a draft by a model that fails is replaced by code's own words."""
        failed, text, by, left_out = state.get("model_problems", ()), state["text"], state["rendered_by"], 0
        if "draft" in state:
            kept, unfit, left_out = self._examined(state)
            if unfit:
                log.warning("a draft was replaced: %s", ", ".join(unfit))
                failed, text, by, left_out = failed + unfit, self._rendered(state), "code", 0
            elif left_out:
                text = self._rendered(state, kept)
        # code's own text also names forms that are merely possible; only a model could assert them
        evidence = replace(self._evidence(state), forms=frozenset(Form))
        report = self._guarded(explain.without_quotes(text), evidence, state)
        problems = (*(f"model:{problem}" for problem in failed), *report.problems)
        return {"text": text, "rendered_by": by,
                "report": replace(report, problems=problems, left_out=left_out)}  # fmt: skip

    # ---- parts of the steps
    def _read_by_model(self, state: State, facts: Facts, cues: Facts) -> tuple[Facts, tuple[str, ...]]:
        """The facts with those only the chat model reads, and what went wrong with it.

        Marks that would make it another form are dropped: a model that lies must not decide, and of 196
        stories a perfect reader's marks put only two right.
        """
        if "turn" not in state:
            return facts, ()
        text = _story(state)
        try:
            found = model_reader.marks(
                state["turn"], text, self.declared, self.settings.prompts, state["lang"]
            )
        except chat.ModelFailed as failure:
            return facts, (f"reading:{failure}",)
        more = model_reader.taken(facts, found, text, told.readings(text, cues, self.trained))
        if self._verdict(more, state).liability != self._verdict(facts, state).liability:
            return facts, ("reading:another_form",)
        return more, ()

    def _verdict(self, facts: Facts, state: State) -> Verdict:
        return assess(facts, self.library.in_force, self.library.as_of, state["doctrine"])

    def _explains(self, state: State) -> bool:
        """Whether there is anything for a model to explain."""
        if "verdict" in state:
            return state["verdict"].liability != "need_facts"
        return "found" in state and state["found"].answers

    def _draft(self, state: State) -> str:
        folder, turn = self.settings.prompts, state["turn"]
        if "verdict" not in state:
            return agent.law_draft(turn, state["found"], folder, self.library, self.index)
        return agent.draft(turn, self._material(state), _story(state), folder, self.library, self.index)

    def _rendered(self, state: State, draft: str = "") -> str:
        if "verdict" in state:
            return reply.render(self._material(state), draft)
        if "found" in state:
            return explain.render(state["found"], draft)
        return reply.FIXED[state["intent"]][state["lang"]]

    def _material(self, state: State) -> reply.Material:
        return reply.Material(state["verdict"], state["provisions"], state["remedies"], state["payments"],
                              state["lang"], state["audience"])  # fmt: skip

    def _examined(self, state: State) -> tuple[str, tuple[str, ...], int]:
        """What of the draft may leave, its problems, and how many sentences were left out."""
        draft, evidence = state["draft"], self._evidence(state)
        if "verdict" not in state:  # a question of law has no verdict to be at odds with
            return draft, self._guarded(draft, evidence, state, draft=True).problems, 0
        try:
            return self.judge.examined(draft, evidence, self.library, state["lang"])
        except Exception as error:  # whatever it was, the draft was not checked
            return "", _not_checked(error).problems, 0

    def _guarded(self, text: str, evidence: Evidence, state: State, *, draft: bool = False) -> guard.Report:
        """The guard's report; a guard that cannot run has failed."""
        try:
            return guard.check(text, evidence, self.library, state["lang"], draft=draft)
        except Exception as error:  # whatever it was, the text was not checked
            return _not_checked(error)

    def _evidence(self, state: State) -> Evidence:
        """What a draft may rest on."""
        if "verdict" in state:
            return agent.evidence(self._material(state), _story(state))
        if "found" in state:
            return agent.law_evidence(state["found"], _story(state))
        return Evidence(frozenset(), frozenset(), frozenset(), _story(state))

    # ---- from outside
    def wants_a_person(self, message: str, earlier: Sequence[str] = ()) -> str:
        """Why a human agent is to take over, as `Intents.wants_a_person`; "" where none is."""
        if not message.strip():
            return ""
        read = told.readings(message, _stated(self.reader, message), self.trained)
        return self.intents.wants_a_person(message, earlier, leaning(read))

    def heard(
        self, message: str, memory: Memory, doctrine: str | None = None
    ) -> tuple[Facts, Verdict | None, Memory]:
        """What one message adds: facts, the verdict where it is about facts, the memory after it."""
        state: State = {"message": message[:MAX_MESSAGE], "memory": memory, "doctrine": doctrine}
        state.update(self.understand(state))
        verdict = self.decide(state)["verdict"] if _is_about_facts(state) else None
        asked = verdict.asks[:1] if verdict else memory.asked
        return state["facts"], verdict, self._remembered(state, asked)

    def start(self, occurred_on: object = None) -> Memory:
        """An empty memory, or one that knows the date of the facts. Raises FactError."""
        facts = Facts(self.declared).with_("occurred_on", occurred_on)
        return Memory(facts, firm=frozenset(facts.known))

    def turn(
        self, message: str, memory: Memory, doctrine: str | None = None, lang: Lang | None = None,
        on_step: Callable[[str], object] | None = None, audience: Audience = "consumer",
    ) -> Answer:  # fmt: skip
        """Answer one message. Raises UnknownDoctrine; any text is answered."""
        began = time.perf_counter()
        doctrines.doctrine(doctrine)  # an unknown one is refused whatever is asked
        told_in = lang or (language(message) if message.strip() else "zh")
        state: State = {"message": message[:MAX_MESSAGE], "memory": memory, "doctrine": doctrine,
                        "lang": told_in, "audience": audience}  # fmt: skip
        if self.model:
            state["turn"] = chat.Turn(
                self.model, self.settings.chat, self.settings.chat_timeout, self.settings.chat_price
            )
        for update in self.graph.stream(state, stream_mode="updates"):
            for name, change in update.items():
                state.update(change)
                if on_step:
                    on_step(name)
        return self._answer(state, began)

    def ask(
        self, turns: Sequence[str], occurred_on: object = None, doctrine: str | None = None,
        lang: Lang | None = None, audience: Audience = "consumer",
        corrections: Mapping[str, object] | None = None,
    ) -> Answer:  # fmt: skip
        """Answer a whole conversation: the answer to its last message, from all of them.

        `corrections`: facts as the user knows them, whatever is read in the words. Raises FactError.
        """
        *earlier, last = turns or [""]
        memory = self.start(occurred_on)
        for message in earlier:
            _, _, memory = self.heard(message, memory, doctrine)
        for name, value in (corrections or {}).items():
            memory = replace(memory, facts=memory.facts.with_(name, value, "corrected"))
        return self.turn(last, memory, doctrine, lang, audience=audience)

    def _answer(self, state: State, began: float) -> Answer:
        verdict = state.get("verdict")
        memory = state["memory"]
        on = verdict.law_as_of if verdict else self.library.as_of
        facts = verdict.facts if verdict else state["facts"]
        return Answer(
            state["text"], state["lang"], state["intent"], verdict, facts,
            state.get("remedies", []), state.get("payments", []),
            [p.to_json(on) for p in state["provisions"].values()],
            state["report"].to_json(state["rendered_by"]), self.library.version,
            time.perf_counter() - began,
            self._remembered(state, verdict.asks[:1] if verdict else memory.asked),
            state["turn"].to_json() if "turn" in state else None,
            "found" in state and state["found"].by_words,
        )  # fmt: skip

    def _remembered(self, state: State, asked: tuple[str, ...]) -> Memory:
        turns = (*state["memory"].turns, state["message"])
        return Memory(state["facts"], asked, turns, state["firm"], state["cues"], state["by_model"])


def _not_checked(error: Exception) -> guard.Report:
    """The report of a guard that could not run; the log names the kind of error, never the words."""
    log.error("the guard failed: %s", type(error).__name__)
    return guard.Report(0, 0, (f"guard:{type(error).__name__}",))


@lru_cache(64)  # a message is read for whom it calls and again for what it tells
def _stated(reader: Reader, message: str) -> Facts:
    return reader.read(message)


def _story(state: State) -> str:
    """Everything the user said so far."""
    return "\n".join((*state["memory"].turns, state["message"]))


def _is_about_facts(state: State) -> bool:
    return state["intent"] in ABOUT_FACTS


def open_index(
    settings: Settings, library: Library, progress: Callable[[int], object] | None = None
) -> Index:
    """The index of the settings; built first when there is none. Raises IndexProblem."""
    embedding = embed.load(settings.embedding)
    with index.alone(settings.writable_data):
        client = index.connect(settings.writable_data, settings.chroma)
        if not index.exists(client):
            index.build(client, library, embedding, progress)
    return Index(client, library, embedding)


def build(settings: Settings, progress: Callable[[int], object] | None = None) -> Assistant:
    """An assistant ready to answer. Raises SettingsError, CorpusError or IndexProblem."""
    model = chat.load(settings)
    if model:
        agent.check_prompts(settings.prompts)
    library = Library(settings.corpus, settings.added)
    return Assistant(settings, library, open_index(settings, library, progress), model)
