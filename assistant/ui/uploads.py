"""Files a person brings as evidence — orders, chats: their text becomes a message of the conversation.

What stands in a file is read as the story and shown as text; nothing in it is an instruction or markup.
"""

import zipfile
from pathlib import Path

from assistant.facts import Lang
from assistant.files import FileProblem, guarded
from assistant.read import MAX_MESSAGE

LARGEST = 5 * 2**20  # bytes
KINDS = (".txt", ".md", ".docx", ".pdf")
_WORDS = {
    "kind": {"zh": "只读 txt、md、docx、pdf，收到的是 {}", "en": "only txt, md, docx and pdf are read, this is {}"},
    "large": {"zh": "超过 5 MiB，请分开上传", "en": "it is larger than 5 MiB; split it"},
    "long": {"zh": f"文字超过 {MAX_MESSAGE} 字，请只上传有关的部分",
             "en": f"its text is longer than {MAX_MESSAGE} characters; upload the part that matters"},
    "other": {"zh": "内容与文件名的类型不符", "en": "its contents are not what its name says"},
    "unread": {"zh": "读不出文字（空白、加密、损坏、扫描件，或展开后过大）", "en": "no text can be read in it (empty, locked, damaged, a scan, or too large once unpacked)"},
}  # fmt: skip


class UploadRefused(ValueError):
    """A file that is not read; the message, for the person, says why and what to do."""


def story(file: Path, lang: Lang) -> str:
    """The text of a file. Raises UploadRefused."""

    def refused(why: str, *values: str) -> UploadRefused:
        return UploadRefused(_WORDS[why][lang].format(*values))

    if file.suffix.lower() not in KINDS:
        raise refused("kind", file.suffix or file.name)
    if file.stat().st_size > LARGEST:
        raise refused("large")
    if not _is_what_it_says(file):
        raise refused("other")
    try:
        text = "\n".join(guarded(file))
    except FileProblem:
        raise refused("unread") from None
    if len(text) > MAX_MESSAGE:
        raise refused("long")
    return text


def _is_what_it_says(file: Path) -> bool:
    """Whether the first bytes fit the name: %PDF, a zip that holds a document, text without zeros."""
    with file.open("rb") as data:
        head = data.read(4096)
    kind = file.suffix.lower()
    if kind == ".pdf":
        return head.lstrip().startswith(b"%PDF-")
    if kind == ".docx":
        try:
            return "word/document.xml" in zipfile.ZipFile(file).namelist()
        except zipfile.BadZipFile:
            return False
    binary = head.startswith((b"%PDF-", b"PK\x03\x04", b"\x7fELF", b"MZ", b"\x89PNG", b"\xff\xd8\xff"))
    return not binary and (b"\0" not in head or head.startswith((b"\xff\xfe", b"\xfe\xff")))
