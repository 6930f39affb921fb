"""Files: every kind is read to the same paragraphs, and what cannot be read is refused by name."""

import io
import zipfile
from pathlib import Path

import docx
import pytest
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls, qn
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen import canvas

from assistant.files import FileProblem, guarded, lines

PARAGRAPHS = [
    "某平台商品管理办法",
    "第一条 为了规范平台内经营者的行为，制定本办法。",
    "第二条 平台应当核验下列信息：",
    "（一）名称；",
    "（二）地址。",
    "平台应当保存前款规定的信息。",
]
TABLE = [["类别", "期限"], ["食品", "三年"]]
ROWS = ["| 类别 | 期限 |", "| 食品 | 三年 |"]


def docx_of(file: Path, paragraphs=PARAGRAPHS, table=TABLE) -> Path:
    document = docx.Document()
    for text in paragraphs:
        document.add_paragraph(text)
    if table:
        grid = document.add_table(len(table), len(table[0]))
        for row, cells in zip(grid.rows, table, strict=True):
            for cell, text in zip(row.cells, cells, strict=True):
                cell.text = text
    document.save(str(file))
    return file


def pdf_of(file: Path, *pages, width=24) -> Path:
    """A PDF whose paragraphs are wrapped at `width` characters, as in print."""
    pdfmetrics.registerFont(UnicodeCIDFont("STSong-Light"))
    page = canvas.Canvas(str(file))
    for paragraphs in pages:
        page.setFont("STSong-Light", 12)
        height = 800
        for text in paragraphs:
            for start in range(0, len(text), width):
                page.drawString(72, height, text[start : start + width])
                height -= 18
        page.showPage()
    page.save()
    return file


def test_a_word_document_is_read_with_its_tables_in_place(tmp_path):
    assert lines(docx_of(tmp_path / "a.docx")) == [*PARAGRAPHS, *ROWS]


def test_words_automatic_numbers_are_read_as_printed(tmp_path):
    document = docx.Document()
    numbering = document.part.numbering_part.element
    level = '<w:lvl w:ilvl="{}"><w:start w:val="1"/><w:numFmt w:val="{}"/><w:lvlText w:val="{}"/></w:lvl>'
    levels = level.format(0, "chineseCounting", "第%1条") + level.format(1, "chineseCounting", "（%2）")
    numbering.insert(
        0, parse_xml(f'<w:abstractNum {nsdecls("w")} w:abstractNumId="77">{levels}</w:abstractNum>')
    )
    numbering.append(parse_xml(f'<w:num {nsdecls("w")} w:numId="77"><w:abstractNumId w:val="77"/></w:num>'))
    for depth, text in ((0, "平台应当："), (1, "核验；"), (1, "公示。"), (0, "商家应当："), (1, "登记。")):
        paragraph = document.add_paragraph(text)
        number = OxmlElement("w:numPr")
        for name, value in (("w:ilvl", depth), ("w:numId", 77)):
            child = OxmlElement(name)
            child.set(qn("w:val"), str(value))
            number.append(child)
        paragraph._p.get_or_add_pPr().append(number)
    document.save(str(tmp_path / "a.docx"))
    assert lines(tmp_path / "a.docx") == [
        "第一条 平台应当：", "（一） 核验；", "（二） 公示。", "第二条 商家应当：", "（一） 登记。",
    ]  # fmt: skip


def test_tracked_changes_are_refused(tmp_path):
    document = docx.Document()
    document.add_paragraph("第一条 原文。")._p.append(
        parse_xml(f'<w:ins {nsdecls("w")} w:id="1"><w:r><w:t>新文</w:t></w:r></w:ins>')
    )
    document.save(str(tmp_path / "a.docx"))
    with pytest.raises(FileProblem, match=r"a\.docx has tracked changes; accept or reject them"):
        lines(tmp_path / "a.docx")


def test_a_pdf_is_read_without_its_line_breaks_page_numbers_and_running_heads(tmp_path):
    long = "第三条 平台应当建立健全商品质量保障制度，对平台内经营者发布的商品信息进行检查监控，并且保存记录。"
    file = pdf_of(
        tmp_path / "a.pdf", ["某平台商品管理办法", *PARAGRAPHS[:3], "- 1 -"],
        ["某平台商品管理办法", *PARAGRAPHS[3:], "- 2 -"], ["某平台商品管理办法", long, "- 3 -"],
    )  # fmt: skip
    assert lines(file)[-6:] == [*PARAGRAPHS[1:], long]


def test_a_scan_is_named_as_one(tmp_path):
    file = pdf_of(tmp_path / "scan.pdf", [], [])
    with pytest.raises(FileProblem, match=r"scan\.pdf: no page holds text, so it is a scan; recognise it"):
        lines(file)
    with pytest.raises(FileProblem, match=r"pages \[2\] hold no text, so it is a scan"):
        lines(pdf_of(tmp_path / "part.pdf", PARAGRAPHS, []))


HTML = """<html><head><title>某平台商品管理办法</title><script>var 第一条 = 1</script></head><body>
<nav>首页 第一条 导航</nav><div><p><strong>第一条</strong>　为了规范平台内
经营者的行为，制定本办法。</p><p>第二条 平台应当核验下列信息：<br>（一）名称；<br/>（二）地址。</p>
<p>平台应当保存前款规定的信息。</p><table><tr><th>类别</th><th>期限</th></tr>
<tr><td>食品</td><td>三年</td></tr></table></div><footer>版权所有</footer></body></html>"""


@pytest.mark.parametrize(
    ("encoding", "declared"),
    [("utf-8", ""), ("utf-8", "utf-8"), ("gbk", "gb2312"), ("gb18030", ""), ("utf-16", "")],
)
def test_a_web_page_is_read_without_its_frame(encoding, declared, tmp_path):
    page = HTML.replace("<head>", f'<head><meta charset="{declared}">') if declared else HTML
    (tmp_path / "a.html").write_bytes(page.encode(encoding))
    assert lines(tmp_path / "a.html") == [*PARAGRAPHS, *ROWS]


def test_markdown_loses_its_marks_and_keeps_its_table(tmp_path):
    text = "# 某平台商品管理办法\n\n**第一条** 为了\\*规范\\*。\n\n- （一）名称；\n\n| 类别 | 期限 |\n|---|:--:|\n| 食品 | 三年 |\n"
    (tmp_path / "a.md").write_text(text, encoding="utf-8")
    assert lines(tmp_path / "a.md") == [
        "某平台商品管理办法",
        "第一条 为了*规范*。",
        "（一）名称；",
        *ROWS,
    ]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "gb18030", "utf-16"])
def test_a_text_is_read_in_each_encoding_in_use(encoding, tmp_path):
    (tmp_path / "a.txt").write_bytes("\r\n".join(PARAGRAPHS).encode(encoding))
    assert lines(tmp_path / "a.txt") == PARAGRAPHS


TEXT = "\n".join(PARAGRAPHS)
REFUSED = {
    "a.txt, big5": (TEXT.replace("发", "發").encode("big5", "ignore") * 3, "is not in UTF-8, GBK"),
    "a.txt, utf-16 without mark": (TEXT.encode("utf-16-le"), "UTF-16 without its byte order mark"),
    "a.txt, noise": (bytes(range(128, 255)) * 40, "is not in UTF-8, GBK"),
    "a.txt, cut utf-16": (b"\xff\xfe" + TEXT.encode("utf-16-le")[:-1], "is not in UTF-8"),
    "a.txt, empty": (b"", "is empty"),
    "a.txt, blank": ("\n \u3000\n".encode(), "holds no text"),
    "a.docx, not one": (b"\xd0\xcf\x11\xe0 old word", "is named .docx but is none"),
    "a.pdf, not one": (TEXT.encode(), "is named .pdf but is none"),
    "a.pdf, cut": (b"%PDF-1.4\nnothing", "cannot be read as PDF"),
    "a.doc, old": (b"x", "wanted one of .docx, .*; save it as .docx"),
    "a.png, picture": (b"x", "wanted one of .docx, .*; convert it"),
}


@pytest.mark.parametrize("case", REFUSED)
@pytest.mark.filterwarnings("ignore::UserWarning")
def test_a_file_that_cannot_be_taken_is_refused_with_what_to_do(case, tmp_path):
    data, said = REFUSED[case]
    file = tmp_path / case.split(",")[0]
    file.write_bytes(data)
    with pytest.raises(FileProblem, match=said):
        lines(file)


def test_a_zip_that_is_no_document_is_refused(tmp_path):
    with zipfile.ZipFile(tmp_path / "a.docx", "w") as parts:
        parts.writestr("other.txt", "x")
    with pytest.raises(FileProblem, match="cannot be opened as a Word document"):
        lines(tmp_path / "a.docx")


def test_a_broken_document_is_refused(tmp_path):
    file = docx_of(tmp_path / "a.docx")
    with zipfile.ZipFile(file, "a") as parts, pytest.warns(UserWarning, match="Duplicate name"):
        parts.writestr("word/document.xml", "<w:p>")
    with pytest.raises(FileProblem, match="cannot be opened as a Word document"):
        lines(file)


def test_a_document_that_unpacks_to_too_much_is_refused(tmp_path):
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED) as parts:
        for n in range(5):
            parts.writestr(f"{n}.xml", b"0" * (60 * 2**20))
    (tmp_path / "bomb.docx").write_bytes(whole.getvalue())
    with pytest.raises(FileProblem, match="unpacks to more than 256 MiB"):
        lines(tmp_path / "bomb.docx")


def test_a_strangers_file_is_read_alone_and_a_bomb_ends_only_its_reader(tmp_path):
    assert guarded(docx_of(tmp_path / "a.docx")) == [*PARAGRAPHS, *ROWS]
    with zipfile.ZipFile(tmp_path / "a.docx") as parts:
        others = {name: parts.read(name) for name in parts.namelist() if name != "word/document.xml"}
    with zipfile.ZipFile(tmp_path / "bomb.docx", "w", zipfile.ZIP_DEFLATED, compresslevel=1) as parts:
        for name, data in others.items():
            parts.writestr(name, data)
        opening = f"<w:document {nsdecls('w')}><w:body>"
        parts.writestr("word/document.xml", opening + "<w:p/>" * (15 * 2**20) + "</w:body></w:document>")
    assert (tmp_path / "bomb.docx").stat().st_size < 2**20
    with pytest.raises(FileProblem, match="cannot be read within"):
        guarded(tmp_path / "bomb.docx")
