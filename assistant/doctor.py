"""`anbao doctor`: try every part as it will be used, and say what to do about each that fails.

To add a part, add a function to PARTS: it returns what it found, or raises with what to do.
"""

import shutil
import socket
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from assistant import __version__
from assistant.facts import declarations
from assistant.law import Library
from assistant.settings import OFFLINE, Settings

NEEDED_SPACE = 1_000_000_000  # bytes, for an index of the whole library
PYTHON = (3, 11)
STORY = "我在平台上买到假货，投诉了三次都不管。"


@dataclass(frozen=True)
class Finding:
    """One part tried: whether it works, and what was found or what to do."""

    part: str
    ok: bool
    says: str

    def to_json(self) -> dict[str, object]:
        return {"part": self.part, "ok": self.ok, "says": self.says}


class Ailing(Exception):
    """A part that does not work; the message says what to do."""


def examine(settings: Settings) -> Iterator[Finding]:
    """Every part in turn; one that fails does not stop the rest."""
    for name, part in PARTS.items():
        try:
            yield Finding(name, True, part(settings))
        except Exception as error:  # a part may fail in any way, and the rest is still examined
            yield Finding(name, False, _what_to_do(error))


def _what_to_do(error: Exception) -> str:
    """What a part's own error says; of any other its kind, and to install anew."""
    if type(error).__module__.startswith("assistant."):
        return str(error)
    where = getattr(error, "filename", None) or ""
    return f"{type(error).__name__} {where}".strip() + "; set anbao up again (make run), or report it"


def _python(_: Settings) -> str:
    if sys.version_info < PYTHON:
        raise Ailing(f"Python {sys.version.split()[0]} is too old; install 3.11 or newer")
    return f"Python {sys.version.split()[0]}, anbao {__version__}"


def _data(settings: Settings) -> str:
    free = shutil.disk_usage(settings.writable_data).free
    if free < NEEDED_SPACE:
        raise Ailing(f"{free // 1_000_000} MB free in {settings.data}; free 1 GB or set ANBAO_DATA elsewhere")
    return f"{settings.data} can be written, {free // 1_000_000_000} GB free"


def _corpus(settings: Settings) -> str:
    library = Library(settings.corpus, settings.added)
    facts = declarations(settings.corpus / "facts.yaml")
    return f"corpus {library.version}, {len(facts)} facts, law as of {library.as_of}"


def _embedding(settings: Settings) -> str:
    from assistant import embed

    model = embed.load(settings.embedding)
    return f"{settings.embedding}: {len(model.query('平台'))} dimensions"


def _index(settings: Settings) -> str:
    from assistant import embed, index

    client = index.connect(settings.writable_data, settings.chroma)
    if not index.exists(client):
        raise Ailing("there is no index yet; run: anbao index")
    library = Library(settings.corpus, settings.added)
    hits = index.Index(client, library, embed.load(settings.embedding)).search("平台的责任", 3)
    if not hits:
        raise Ailing("the index finds nothing; run: anbao index --rebuild")
    return f"{settings.chroma or 'embedded'}: finds {hits[0].ref}"


def _reader(settings: Settings) -> str:
    from assistant import told
    from assistant.judge import Judge
    from assistant.read import Reader

    library = Library(settings.corpus, settings.added)
    cues = Reader(settings.corpus, declarations(settings.corpus / "facts.yaml"), library.as_of).read(STORY)
    facts = told.overlaid(cues, cues, STORY, told.encoder(settings.corpus / "reader"), frozenset())
    judge = Judge(settings.corpus / "judge.npz")
    return f"reads {len(facts.known)} facts in a line; the judge knows {len(judge.forms)} forms"


def _prompts(settings: Settings) -> str:
    from assistant import agent

    agent.check_prompts(settings.prompts)
    return f"{', '.join(agent.PROMPTS)}: in Chinese and English, their variables as wanted"


def _store(settings: Settings) -> str:
    from assistant.store import Database

    store = Database(settings.store_url)
    store.close()
    return (
        f"{'SQLite in the data folder' if store.is_sqlite else 'PostgreSQL'}: opens, its tables are current"
    )


def _port(settings: Settings) -> str:
    with socket.socket() as probe:
        if probe.connect_ex(("127.0.0.1", settings.port)) == 0:
            return (
                f"{settings.port} is in use, perhaps by anbao; another: anbao run --port {settings.port + 1}"
            )
    return f"{settings.port} is free"


def _chat(settings: Settings) -> str:
    from assistant import chat

    if settings.chat == OFFLINE:
        return "offline: no model is asked"
    model = chat.load(settings)
    assert model is not None
    turn = chat.Turn(model, settings.chat, settings.chat_timeout, settings.chat_price)
    try:
        answer = turn.run(lambda config: model.ainvoke("Answer with the word: yes", config))
    except chat.ModelFailed as failure:
        kind = str(failure)
        raise Ailing(
            f"{settings.chat} failed ({kind}): {chat.ADVICE.get(kind, 'try another model')}"
        ) from None
    if not str(answer.text).strip():
        raise Ailing(f"{settings.chat} answers with nothing; try another model")
    used = turn.to_json()
    return f"{settings.chat} answers; {used['input_tokens']} tokens read, {used['output_tokens']} written"


PARTS: dict[str, Callable[[Settings], str]] = {
    "python": _python, "data": _data, "corpus": _corpus, "embedding": _embedding, "index": _index,
    "reader": _reader, "prompts": _prompts, "store": _store, "port": _port, "chat": _chat,
}  # fmt: skip
