"""Files a user brings: a docx, pdf, html, md or txt file in, its paragraphs out, one line each.

`lines(file)` is the whole of it, `guarded(file)` the same for a file that nobody vouches for. A table row
is a line `| cell | cell |`. To read another kind of file, add a reader to READERS.
"""

import contextlib
import io
import json
import re
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from assistant.numerals import to_chinese

if TYPE_CHECKING:
    from docx.document import Document
    from docx.table import Table

LARGEST = 64 * 2**20  # bytes, of a file and of what a docx unpacks to
SECONDS, MEMORY = 10, 2**30  # what a file that nobody vouches for may take to be read, in bytes the latter
_MARK = re.compile(
    r"第[一二三四五六七八九十百千零〇两0-9]{1,9}(?:编|分编|章|节|条)|[（(][一二三四五六七八九十]{1,3}[）)]"
    r"|附\s*[件表录则]|\d{1,3}[．.、]|[一二三四五六七八九十]{1,3}、|目\s*录$|\|"
)
_ENDS = re.compile(r"[。；：！？.;:!?”」』）)]$")


class FileProblem(Exception):
    """A file that cannot be taken; the message says what was wanted, what came, what to do."""


def lines(file: Path) -> list[str]:
    """The paragraphs and table rows of a file, in order, without blanks at their ends.

    Raises FileProblem on a wrong type, an empty or unreadable file, an unknown encoding or a scan.
    """
    reader = READERS.get(file.suffix.lower())
    if reader is None:
        hint = "save it as .docx" if file.suffix.lower() in (".doc", ".wps", ".rtf") else "convert it"
        raise FileProblem(f"{file.name}: wanted one of {', '.join(READERS)}; {hint} and add it again")
    try:
        size = file.stat().st_size
        data = file.read_bytes() if 0 < size <= LARGEST else b""
    except OSError as error:
        raise FileProblem(f"{file.name} cannot be read: {error.strerror}") from None
    if size > LARGEST:
        raise FileProblem(f"{file.name} has {size >> 20} MiB, more than {LARGEST >> 20}; split it")
    if not data:
        raise FileProblem(f"{file.name} is empty")
    found = [line for raw in reader(data, file.name) if (line := _tidy(raw))]
    if not found:
        raise FileProblem(f"{file.name} holds no text")
    return found


def guarded(file: Path) -> list[str]:
    """`lines` of a stranger's file, read by a process of its own: one that unpacks to gigabytes or never ends
    takes only that process down. Raises FileProblem, also then.
    """
    reading = [sys.executable, "-m", "assistant.files", str(file)]
    with contextlib.suppress(subprocess.TimeoutExpired):
        done = subprocess.run(reading, capture_output=True, timeout=SECONDS, check=False)
        if done.returncode == 0:
            return [str(line) for line in json.loads(done.stdout)]
    raise FileProblem(f"{file.name} cannot be read within {SECONDS} s and {MEMORY >> 20} MiB; save it anew")


def _tidy(line: str) -> str:
    """One line with single blanks and none of the invisible characters that files carry."""
    return re.sub(r"[\s\u3000]+", " ", re.sub(r"[\u200b-\u200f\u2060\ufeff\x00-\x08]", "", line)).strip()


# ---- plain text
def decoded(data: bytes, name: str) -> str:
    """Text of UTF-8, UTF-16 with a byte order mark, GBK or GB18030. Raises FileProblem on others."""
    for mark, encoding in ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16")):
        if data.startswith(mark):
            return _strict(data, encoding, name)
    if b"\x00" in data:
        raise FileProblem(f"{name} is not text, or UTF-16 without its byte order mark; save it as UTF-8")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        text = _strict(data, "gb18030", name)
    # almost any bytes are GB18030: believe it only where common words of Chinese law stand
    if len(re.findall("[的第条一规定]", text)) < len(text) / 100 or re.search(
        "[\ue000-\uf8ff\x80-\x9f]", text
    ):
        raise FileProblem(_UNKNOWN.format(name))
    return text


_UNKNOWN = (
    "{} is not in UTF-8, GBK, GB18030 or UTF-16 with a byte order mark; save it as UTF-8 and add it again"
)


def _strict(data: bytes, encoding: str, name: str) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError:
        raise FileProblem(_UNKNOWN.format(name)) from None


def _text(data: bytes, name: str) -> list[str]:
    return decoded(data, name).splitlines()


def _markdown(data: bytes, name: str) -> Iterator[str]:
    """Markdown without its marks; the rule under a table's head goes."""
    for line in _text(data, name):
        if re.fullmatch(r"\s*\|?[\s|:=-]{3,}", line):
            continue
        bare = re.sub(r"^\s*(?:#{1,6}|>|[-*+])\s+", "", line)
        yield re.sub(r"\*\*|__|`|\\(?=[.#*_()|-])", "", bare)


# ---- web pages
_BLOCKS = ("p", "div", "section", "article", "li", "dd", "dt", "tr", "h1", "h2", "h3", "h4", "h5", "h6",
           "pre", "blockquote", "title", "br", "hr")  # fmt: skip
_NOT_TEXT = ("script", "style", "nav", "header", "footer", "form", "noscript", "template", "button")


def _html(data: bytes, name: str) -> list[str]:
    from bs4 import BeautifulSoup

    page = BeautifulSoup(_html_text(data, name), "lxml")
    for tag in page(_NOT_TEXT):
        tag.decompose()
    for words in page.find_all(string=True):
        words.replace_with(re.sub(r"(?<=[^\x00-\x7f])\s*\n\s*(?=[^\x00-\x7f])|\s*\n\s*", _joint, words))
    for table in page("table"):
        if len(table("td")) > 1 and not table("table"):  # a single cell is layout
            rows = (_row(cell.get_text(" ", strip=True) for cell in row(["td", "th"])) for row in table("tr"))
            table.replace_with("\n" + "\n".join(rows) + "\n")
    for tag in page(_BLOCKS):
        tag.insert_before("\n")
        tag.insert_after("\n")
    return page.get_text("").splitlines()


def _joint(match: re.Match[str]) -> str:
    """A line break in the source is a blank, and nothing between Chinese characters."""
    before = match.string[match.start() - 1 : match.start()]
    return "" if before > "\x7f" else " "


def _html_text(data: bytes, name: str) -> str:
    declared = re.search(rb"charset\s*=\s*[\"']?\s*([\w-]+)", data[:4096], re.I)
    if declared and declared[1].lower() in (b"gb2312", b"gbk", b"gb18030", b"big5"):
        encoding = "big5" if declared[1].lower() == b"big5" else "gb18030"
        return _strict(data, encoding, name)
    return decoded(data, name)


def _row(cells: Any) -> str:
    return "| " + " | ".join(" ".join(str(cell).split()) for cell in cells) + " |"


# ---- Word
def _docx(data: bytes, name: str) -> Iterator[str]:
    import docx
    from docx.table import Table

    if not zipfile.is_zipfile(io.BytesIO(data)):
        raise FileProblem(f"{name} is named .docx but is none (an old .doc?); save it as .docx from Word")
    with zipfile.ZipFile(io.BytesIO(data)) as parts:
        if sum(part.file_size for part in parts.infolist()) > 4 * LARGEST:
            raise FileProblem(f"{name} unpacks to more than {4 * LARGEST >> 20} MiB; take pictures out of it")
    try:
        document = docx.Document(io.BytesIO(data))
    except (KeyError, ValueError, zipfile.BadZipFile, SyntaxError) as error:  # of XML
        raise FileProblem(f"{name} cannot be opened as a Word document ({error}); save it anew") from None
    if document.element.body.xpath(".//w:ins|.//w:del"):
        raise FileProblem(f"{name} has tracked changes; accept or reject them in Word, save, add it again")
    numbered = _Numbering(document)
    for block in document.iter_inner_content():
        if isinstance(block, Table):
            yield from _table(block)
        else:
            yield from (numbered.label(block) + block.text).split("\n")


def _table(table: "Table") -> Iterator[str]:
    for row in table.rows:
        seen: list[Any] = []  # merged cells come once for each column they span
        for cell in row.cells:
            if cell._tc not in seen:
                seen.append(cell._tc)
        yield _row("".join(t.text or "" for t in cell.xpath(".//w:t")) for cell in seen)


class _Numbering:
    """Word's automatic numbers, which are not in a paragraph's text: 第一条 of a numbered list."""

    def __init__(self, document: "Document") -> None:
        self.levels: dict[tuple[str, int], tuple[str, str, int]] = {}
        self.counts: dict[tuple[str, int], int] = {}
        try:
            root = document.part.numbering_part.element
        except (KeyError, NotImplementedError):
            return
        kinds = {a.get(_w("abstractNumId")): a for a in root.findall(_w("abstractNum"))}
        for num in root.findall(_w("num")):
            for level in kinds[num.find(_w("abstractNumId")).get(_w("val"))].findall(_w("lvl")):
                got = {k: level.find(_w(k)) for k in ("lvlText", "numFmt", "start")}
                text, form, start = (t.get(_w("val")) if t is not None else "" for t in got.values())
                key = (num.get(_w("numId")), int(level.get(_w("ilvl"))))
                self.levels[key] = (text or "", form or "", int(start or 1))

    def label(self, paragraph: Any) -> str:
        """What Word prints before the paragraph, with a blank after it; "" when it is not numbered."""
        place = self._place(paragraph)
        if place not in self.levels or self.levels[place][1] == "bullet":
            return ""
        number, depth = place
        start = self.levels[place][2]
        self.counts[place] = self.counts.get(place, start - 1) + 1
        for key in [k for k in self.counts if k[0] == number and k[1] > depth]:
            del self.counts[key]
        return re.sub(r"%(\d)", lambda m: self._count(number, int(m[1]) - 1), self.levels[place][0]) + " "

    def _count(self, number: str, depth: int) -> str:
        value = self.counts.get((number, depth), 1)
        form = self.levels.get((number, depth), ("", "", 1))[1].lower()
        return to_chinese(value) if re.search("chinese|japanese|ideograph|taiwanese", form) else str(value)

    @staticmethod
    def _place(paragraph: Any) -> tuple[str, int]:
        found = paragraph._p.xpath("./w:pPr/w:numPr") or paragraph.style.element.xpath("./w:pPr/w:numPr")
        if not found:
            return "", 0
        number, depth = found[0].find(_w("numId")), found[0].find(_w("ilvl"))
        return ("" if number is None else number.get(_w("val"))), int(
            depth.get(_w("val")) if depth is not None else 0
        )


def _w(name: str) -> str:
    return "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}" + name


# ---- PDF
def _pdf(data: bytes, name: str) -> list[str]:
    from pypdf import PdfReader
    from pypdf.errors import PyPdfError

    if b"%PDF" not in data[:1024]:
        raise FileProblem(f"{name} is named .pdf but is none; export it as PDF again")
    try:
        reader = PdfReader(io.BytesIO(data))
        if reader.is_encrypted and not reader.decrypt(""):
            raise FileProblem(f"{name} is locked with a password; save it without one and add it again")
        pages = [page.extract_text() for page in reader.pages]
    except (PyPdfError, ValueError, KeyError, TypeError) as error:
        raise FileProblem(f"{name} cannot be read as PDF ({error}); export it anew") from None
    bare = [n for n, text in enumerate(pages, 1) if len(text.strip()) < 5]
    if bare:
        which = "no page holds" if len(bare) == len(pages) else f"pages {bare} hold no"
        raise FileProblem(
            f"{name}: {which} text, so it is a scan; recognise it first (ocrmypdf, say) and add the result"
        )
    return _unwrapped(_without_page_marks(pages))


def _without_page_marks(pages: list[str]) -> list[str]:
    """All lines but page numbers and the running heads that stand on most pages."""
    split = [[line.strip() for line in page.splitlines() if line.strip()] for page in pages]
    edges = [line for page in split for line in {*page[:1], *page[-1:]}]
    running = {e for e in edges if len(pages) > 2 and edges.count(e) > len(pages) / 2 and not _MARK.match(e)}
    number = re.compile(r"[-—–\s]*(?:第\s*)?\d{1,4}(?:\s*页)?(?:\s*[/共]\s*\d+\s*页?)?[-—–\s]*")
    return [line for page in split for line in page if line not in running and not number.fullmatch(line)]


def _unwrapped(raw: list[str]) -> list[str]:
    """Printed lines joined to paragraphs: a paragraph ends at a full stop on a line that is not full."""
    full = max((len(line) for line in raw), default=0)
    found: list[str] = []
    open_ = False  # whether the last line goes on
    for line in raw:
        if open_ and not (_MARK.match(line) and _ENDS.search(found[-1])):
            blank = " " if found[-1][-1:].isascii() and line[:1].isascii() else ""
            found[-1] += blank + line
        else:
            found.append(line)
        open_ = len(line) >= full - 3 or (len(line) > full / 2 and not _ENDS.search(line))
    return found


READERS: Mapping[str, Callable[[bytes, str], Any]] = {
    ".docx": _docx, ".pdf": _pdf, ".html": _html, ".htm": _html, ".md": _markdown, ".txt": _text,
}  # fmt: skip


def _alone() -> None:
    """Print the lines of a file, for `guarded`."""
    with contextlib.suppress(ImportError, ValueError, OSError):  # not every system can bound memory
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    try:
        sys.stdout.write(json.dumps(lines(Path(sys.argv[1]))))
    except FileProblem as problem:
        sys.exit(str(problem))


if __name__ == "__main__":
    _alone()
