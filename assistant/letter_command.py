"""The command `anbao letter`: a letter from a story, or from a conversation of the store, as text or file."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from assistant.facts import Lang
from assistant.settings import Settings

if TYPE_CHECKING:
    from assistant.graph import Assistant
    from assistant.verdict import Verdict


def letter(
    story: Annotated[list[str] | None, typer.Argument(help="what happened, one or several messages; - reads stdin")] = None,
    kind: Annotated[str, typer.Option(help="complaint, report (to 12315), claim (to a court) or reply (of the platform)")] = "complaint",
    out: Annotated[Path | None, typer.Option(help="a .docx or .pdf to write; default: print the text")] = None,
    conversation: Annotated[str | None, typer.Option(help="a conversation of the store instead of a story")] = None,
    against: Annotated[str, typer.Option(help="of a claim: all, or merchant alone")] = "all",
    fill: Annotated[list[str] | None, typer.Option("--fill", metavar="BLANK=TEXT",
                    help="fill a blank, as name=张三; repeatable; a wrong name lists them all")] = None,
    lang: Annotated[str | None, typer.Option(help="zh or en; default: the story's")] = None,
    doctrine: Annotated[str | None, typer.Option(help="doctrine on “corresponding liability”")] = None,
) -> None:  # fmt: skip
    """Write a letter from a case; what was not told is left blank and marked."""
    from assistant import graph, letter_files, letters
    from assistant.letter_passages import KINDS

    if kind not in KINDS or against not in ("all", "merchant"):
        raise ValueError(f"--kind is one of {', '.join(KINDS)}, --against all or merchant")
    if lang not in (None, "zh", "en"):
        raise ValueError(f"--lang is zh or en, got {lang!r}")
    if bool(story) == bool(conversation):
        raise ValueError("tell a story, or name a conversation of the store: one of the two")
    settings = Settings.from_environment()
    assistant = graph.build(settings)
    texts = [sys.stdin.read() if t == "-" else t for t in story or ()]
    verdict, told_in = _kept(assistant, conversation) if conversation else _told(assistant, texts, doctrine)
    case = letters.case_of(verdict, assistant.library, "zh" if (lang or told_in) == "zh" else "en")
    details = dict(pair.partition("=")[::2] for pair in fill or ())
    made = letters.write(kind, case, letters.wording(settings.corpus / "letters.yaml"), details, against)  # type: ignore[arg-type]
    if out:
        letter_files.save(made, out)
        sys.stdout.write(f"{out}\n")
    else:
        sys.stdout.write(made.text + "\n")


def _told(assistant: "Assistant", texts: list[str], doctrine: str | None) -> tuple["Verdict", Lang]:
    answer = assistant.ask(texts, doctrine=doctrine)
    if answer.verdict is None:
        raise ValueError(
            "no complaint was read in this; tell what was bought, what went wrong, what the platform did"
        )
    return answer.verdict, answer.lang


def _kept(assistant: "Assistant", conversation: str) -> tuple["Verdict", Lang]:
    from assistant.conversations import Conversations
    from assistant.read import language
    from assistant.store import Database, NotFound

    kept = Conversations(assistant, Database(assistant.settings.store_url))
    try:
        seen = kept.find("default", conversation)
    except NotFound:
        raise ValueError(f"there is no conversation {conversation!r} in the store") from None
    said = next((m.text for m in reversed(kept.said(conversation)) if m.role == "user"), "请")
    return kept.verdict(kept.facts(seen), seen.doctrine), language(said)
