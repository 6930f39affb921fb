"""Letters as files: Markdown, a .docx to go on writing in, a PDF to print, with Chinese type in both.

python-docx and typst have their home here. The PDF carries its own Chinese fonts (Noto, from a package);
the .docx names fonts that Word and WPS have. Text goes in as data: nothing in it is markup.
"""

import io
import json
import re
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any

from assistant.facts import Lang
from assistant.letter_passages import Paragraph
from assistant.letters import Letter

if TYPE_CHECKING:
    from docx.document import Document

FONTS = "pylopdf_fonts_zh_cn"  # Noto Serif SC and Noto Sans SC, SIL Open Font License
_SHADE = "FFF2CC"  # behind blanks
_TYPE: dict[Lang, tuple[str, str, str]] = {  # Latin, Chinese body, Chinese headings
    "zh": ("Times New Roman", "宋体", "黑体"),
    "en": ("Times New Roman", "宋体", "黑体"),
}


def save(letter: Letter, file: Path) -> None:
    """Write a letter as what the file's name ends in: .docx or .pdf. Raises ValueError for another end."""
    make = {".docx": docx, ".pdf": pdf}.get(file.suffix.lower())
    if make is None:
        raise ValueError(f"a letter is written as .docx or .pdf, got {file.name!r}")
    file.write_bytes(make(letter))


# ---- Markdown
_MARKUP = re.compile(r"[\\`*_\[\]<>#|~&]|^[-+]")
_HEADS = {"title": "# ", "heading": "## "}


def markdown(letter: Letter) -> str:
    """The letter as Markdown: blanks bold, items a list, the notes after a rule. What it quotes is no markup."""
    lines = [_block(block, letter.lang) for block in letter.blocks]
    notes = "\n".join(f"- {_escaped(note)}" for note in letter.notes)
    return "\n\n".join([*lines, "---", f"## {letter.notes_heading}", notes]) + "\n"


def _block(block: tuple[Paragraph, ...], lang: Lang) -> str:
    """A paragraph, or the rows of a table."""
    if block[0].role != "row":
        return _HEADS.get(block[0].role, "") + _line(block[0], lang)
    rows = ["| " + " | ".join(_line(cell, lang) for cell in row.cells) + " |" for row in block]
    return "\n".join([rows[0], "|---" * len(block[0].cells) + "|", *rows[1:]])


def _line(paragraph: Paragraph, lang: Lang) -> str:
    return "".join(
        f"**{_escaped(text)}**" if blank else _escaped(text) for text, blank in paragraph.spans(lang)
    )


def _escaped(text: str) -> str:
    return _MARKUP.sub(lambda found: "\\" + found[0], text)


# ---- PDF
def pdf(letter: Letter) -> bytes:
    """The letter as a PDF with embedded fonts; the notes stand on a last page of their own."""
    import typst

    compiled: Any = typst.compile  # its stub leaves a type parameter open
    template = resources.files("assistant") / "letter.typ"
    with resources.as_file(resources.files(FONTS)) as fonts:
        made = compiled(
            template.read_bytes(), font_paths=[fonts], ignore_system_fonts=True,
            sys_inputs={"letter": json.dumps(_data(letter), ensure_ascii=False)},
        )  # fmt: skip
    return bytes(made)


def _data(letter: Letter) -> dict[str, object]:
    """What the template reads: blocks as [role, rows of cells of [text, is a blank]]."""
    return {
        "lang": letter.lang, "title": letter.title, "notes_heading": letter.notes_heading,
        "notes": list(letter.notes),
        "blocks": [
            [block[0].role, [[list(cell.spans(letter.lang)) for cell in row.cells] for row in block]]
            for block in letter.blocks
        ],
    }  # fmt: skip


# ---- docx
def docx(letter: Letter) -> bytes:
    """The letter as a Word document: A4, numbered pages, shaded blanks, the notes on a last page."""
    from docx import Document
    from docx.shared import Pt

    document = Document()
    _page(document, letter)
    blocks = list(letter.blocks)
    for before, block, after in zip([blocks[0], *blocks], blocks, [*blocks[1:], blocks[-1]], strict=False):
        if block[0].role == "row":
            _table(document, block, letter.lang)
            continue
        form = _paragraph(document, block[0], letter.lang).paragraph_format
        if after[0].role == "signed":  # no page of signatures alone
            form.keep_with_next = True
        if before[0].role == "row":
            form.space_before = Pt(12)
    heading = _paragraph(document, Paragraph("heading", letter.notes_heading), letter.lang)
    heading.paragraph_format.page_break_before = True
    for note in letter.notes:
        _paragraph(document, Paragraph("item", f"• {note}"), letter.lang)
    target = io.BytesIO()
    document.save(target)
    return target.getvalue()


def _page(document: "Document", letter: Letter) -> None:
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.shared import Cm, Pt

    section = document.sections[0]
    section.page_width, section.page_height = Cm(21), Cm(29.7)
    section.top_margin = section.bottom_margin = Cm(2.5)
    section.left_margin = section.right_margin = Cm(2.6)
    document.core_properties.title = letter.title
    document.core_properties.author = ""
    document.core_properties.comments = ""
    document.core_properties.language = "zh-CN" if letter.lang == "zh" else "en"
    for line in document.styles["Title"].element.xpath(".//w:pBdr"):  # a letter has no rule under its title
        line.getparent().remove(line)
    normal = document.styles["Normal"]
    normal.font.size = Pt(12)
    normal.paragraph_format.space_after = Pt(0)
    normal.paragraph_format.line_spacing = 1.5
    footer = section.footer.paragraphs[0]
    footer.alignment = WD_ALIGN_PARAGRAPH.CENTER
    _page_number(footer.add_run())


def _page_number(run: Any) -> None:
    """The number of the page, reckoned by the program that opens the file."""
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    for kind, text in (("begin", ""), ("", "PAGE"), ("end", "")):
        part = OxmlElement("w:fldChar" if kind else "w:instrText")
        if kind:
            part.set(qn("w:fldCharType"), kind)
        else:
            part.text = text
        run._r.append(part)


def _table(document: "Document", rows: tuple[Paragraph, ...], lang: Lang) -> None:
    """A table with lines, its first row the head; the middle columns take the room."""
    from docx.oxml import OxmlElement
    from docx.shared import Cm, Pt

    widths = (Cm(1.3), Cm(6.8), Cm(5.6), Cm(2.1))
    table = document.add_table(rows=len(rows), cols=len(widths), style="Table Grid")
    table.autofit = False
    for line, width in zip(table.columns, widths, strict=True):
        line.width = width
    for number, row in enumerate(rows):
        whole = table.rows[number]._tr.get_or_add_trPr()
        whole.append(OxmlElement("w:cantSplit"))
        if number == 0:
            whole.append(OxmlElement("w:tblHeader"))
        for column, (cell, width) in enumerate(zip(row.cells, widths, strict=True)):
            place = table.cell(number, column)
            place.width = width
            form = place.paragraphs[0].paragraph_format
            form.line_spacing, form.alignment = 1.15, 1 if number == 0 or column in (0, 3) else 0
            form.space_before = form.space_after = Pt(3)
            form.keep_with_next = number >= len(rows) - 2  # no page of signatures alone
            for text, blank in cell.spans(lang):
                _run(place.paragraphs[0].add_run(text), lang, 10.5, headed=number == 0, blank=blank)


def _paragraph(document: "Document", paragraph: Paragraph, lang: Lang) -> Any:
    """One paragraph, set by its role: titles centred, signatures to the right, Chinese text indented."""
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.shared import Pt

    role, form = paragraph.role, None
    made = document.add_paragraph(style={"title": "Title", "heading": "Heading 1"}.get(role))
    form = made.paragraph_format
    form.space_before = Pt({"heading": 12, "hereby": 12, "signed": 6}.get(role, 0))
    form.space_after = Pt({"title": 18, "heading": 6}.get(role, 3))
    form.line_spacing = 1.5
    form.keep_with_next = role in ("title", "heading", "hereby", "court")
    if role == "title":
        form.alignment = WD_ALIGN_PARAGRAPH.CENTER
    elif role == "signed":
        form.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    elif role in ("text", "item", "hereby"):
        form.alignment = WD_ALIGN_PARAGRAPH.JUSTIFY if role == "text" else WD_ALIGN_PARAGRAPH.LEFT
        form.first_line_indent = Pt(24) if lang == "zh" else None
    size = {"title": 20, "heading": 14}.get(role, 12)
    for text, blank in paragraph.spans(lang):
        _run(made.add_run(text), lang, size, headed=role in ("title", "heading"), blank=blank)
    return made


def _run(run: Any, lang: Lang, size: float, *, headed: bool, blank: bool) -> None:
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn
    from docx.shared import Pt, RGBColor

    latin, body, heads = _TYPE[lang]
    run.font.size, run.font.name = Pt(size), latin
    run.font.bold, run.font.color.rgb = headed, RGBColor(0, 0, 0)
    fonts = run._r.get_or_add_rPr().get_or_add_rFonts()
    fonts.set(qn("w:eastAsia"), heads if headed else body)
    for theme in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
        fonts.attrib.pop(qn(f"w:{theme}"), None)
    if blank:
        shade = OxmlElement("w:shd")
        shade.set(qn("w:val"), "clear")
        shade.set(qn("w:color"), "auto")
        shade.set(qn("w:fill"), _SHADE)
        run._r.get_or_add_rPr().append(shade)
