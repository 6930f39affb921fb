"""`POST /v1/letters`: a letter from a conversation or from structured facts, as Markdown, .docx or PDF."""

from typing import Annotated, Any, Literal, Self

from fastapi import APIRouter
from fastapi.responses import Response
from pydantic import Field, StringConstraints, model_validator

from assistant import letter_files, letters
from assistant.conversations import Conversations
from assistant.facts import from_json
from assistant.letter_passages import Against, Kind
from assistant.read import language
from assistant.service.access import Server, refused
from assistant.service.schemas import Doctrine, Lang, Name, Wanted
from assistant.service.talks import Service
from assistant.verdict import Verdict

router = APIRouter(tags=["letters"])
Format = Literal["md", "docx", "pdf"]
TYPES: dict[Format, str] = {
    "md": "text/markdown; charset=utf-8", "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}  # fmt: skip
_FILES: dict[int | str, dict[str, Any]] = {
    200: {"description": "the letter", "content": {kind.partition(";")[0]: {} for kind in TYPES.values()}}
}


class Wants(Wanted):
    """A letter, from a `conversation` of yours or from `facts` (as for /v1/assess), one of the two.

    `details` fill its blanks by name ({"name": "张三"}); what they leave open stays a marked blank.
    """

    kind: Kind
    conversation: Annotated[str, StringConstraints(max_length=64)] | None = None
    facts: Annotated[dict[str, Any], Field(max_length=500)] | None = None
    doctrine: Doctrine | None = None
    against: Against = "all"
    details: Annotated[
        dict[Name, Annotated[str, StringConstraints(max_length=200)]], Field(max_length=100)
    ] = {}  # noqa: RUF012 (pydantic copies it)
    lang: Lang | None = None
    format: Format = "md"

    @model_validator(mode="after")
    def _one_source(self) -> Self:
        if (self.conversation is None) == (self.facts is None):
            raise ValueError("name a conversation or give facts: one of the two")
        return self


@router.post("/v1/letters", response_class=Response, responses=_FILES)
def write(wanted: Wants, service: Service, who: Server) -> Response:
    """Write a complaint, a 12315 report, a statement of claim or the platform's reply."""
    verdict, told_in = _case(wanted, service, who.tenant)
    lang: Lang = wanted.lang or told_in
    words = letters.wording(service.assistant.settings.corpus / "letters.yaml")
    case = letters.case_of(verdict, service.assistant.library, lang)
    try:
        made = letters.write(wanted.kind, case, words, wanted.details, wanted.against)
    except letters.LetterRefused as why:
        raise refused(422, "letter_refused", str(why)) from None
    except ValueError as problem:
        raise refused(422, "invalid", f"body.details: {problem}") from None
    as_attachment = {"Content-Disposition": f'attachment; filename="{wanted.kind}.{wanted.format}"'}
    return Response(_file(made, wanted.format), media_type=TYPES[wanted.format], headers=as_attachment)


def _case(wanted: Wants, service: Conversations, tenant: str) -> tuple[Verdict, Lang]:
    """The verdict the letter rests on, and the language the case was told in."""
    if wanted.conversation is None:
        facts = from_json(service.assistant.declared, wanted.facts or {})
        return service.verdict(facts, wanted.doctrine), "zh"
    seen = service.find(tenant, wanted.conversation)
    told = [m.text for m in service.said(seen.id) if m.role == "user"]
    lang: Lang = "en" if (seen.lang or language(told[-1] if told else "请")) == "en" else "zh"
    return service.verdict(service.facts(seen), wanted.doctrine or seen.doctrine), lang


def _file(letter: letters.Letter, wanted: Format) -> bytes:
    if wanted == "md":
        return letter_files.markdown(letter).encode()
    return letter_files.docx(letter) if wanted == "docx" else letter_files.pdf(letter)
