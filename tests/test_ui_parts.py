"""The parts of the page without a browser: words, uploads, law, letters, what an error tells."""

import base64
import logging
from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import docx
import gradio as gr
import pytest

from assistant import letters
from assistant.doctrines import DOCTRINES
from assistant.facts import from_json
from assistant.graph import STEPS, Assistant
from assistant.letter_passages import KINDS
from assistant.read import MAX_MESSAGE
from assistant.rules import FORM_NAMES
from assistant.settings import Settings, bundled
from assistant.ui import look, translations, uploads
from assistant.ui.card import card, chips
from assistant.ui.events import Events, Visit
from assistant.ui.facts_form import form
from assistant.ui.html import el, harmless, literal
from assistant.ui.law_page import glossary, reading, results
from assistant.ui.letter_page import Wanted, file, preview, wanted
from assistant.ui.page import layout
from assistant.ui.talk import Choices, Talk, View
from assistant.ui.words import TEXT
from tests.test_talk import last
from tests.test_ui import HOSTILE, JOINT
from tests.visitors import opened


# ---- words and looks
def test_both_languages_have_the_same_words(assistant: Assistant) -> None:
    assert TEXT["zh"].keys() == TEXT["en"].keys()
    assert all(d.said(c, "zh") != c for d in assistant.declared.values() for c in d.choices)
    assert not TEXT["zh"].keys() & DOCTRINES.keys()


def test_every_form_has_a_colour_but_the_undecided() -> None:
    plain = {"need_facts", "out_of_scope", "corresponding"}
    assert all(f"[data-form={form}]" in look.css() for form in FORM_NAMES if form not in plain)


def test_what_is_not_markup_is_escaped() -> None:
    assert str(el("p", "<b>", title='"')) == '<p title="&#34;">&lt;b&gt;</p>'
    assert literal("[x](y) <b>") == r"\[x\]\(y\) &lt;b&gt;"
    assert harmless("<b> [x](y)") == r"&lt;b> \[x](y)"


def test_a_model_that_is_told_everything_is_named_and_none_is_said_so() -> None:
    for lang, code in (("zh", "zh-CN"), ("en", "en")):
        alone = translations(Settings())[code]
        assert TEXT[lang]["offline"] in alone["notice"]
        assert TEXT[lang]["offline"] in alone["welcome"]
        asked = translations(Settings(chat="openai:qwen", chat_url="http://llm.example/v1"))[code]
        for place in ("notice", "welcome", "about"):
            assert "openai:qwen · http://llm.example/v1" in asked[place]
            assert TEXT[lang]["offline"] not in asked[place]


# ---- panels of one conversation
def test_hostile_words_are_shown_as_words(talk: Talk) -> None:
    view = last(talk.send("k", "", HOSTILE, Choices(), file="<b>.txt"))
    panels = card(view, "zh") + form(view) + chips(view) + preview(view, Wanted())
    assert "<script" not in panels
    assert "<img" not in panels
    assert "<b>" not in panels
    assert "onerror=&#34;" in form(view)


def test_every_fact_told_stands_in_a_field_with_its_words(talk: Talk) -> None:
    view = last(talk.send("k", "", JOINT, Choices()))
    fields = form(view)
    for name, fact in view.facts.known.items():
        assert f'data-fact="{name}"' in fields
        assert str(el("q", fact.quoted)) in fields


def test_a_fact_of_the_wrong_kind_changes_nothing_and_says_so(talk: Talk) -> None:
    view = last(talk.send("k", "", JOINT, Choices()))
    events = Events(talk, layout("x"))
    request: Any = SimpleNamespace(headers={"accept-language": "zh-CN"})
    wrong = {
        "took_measures": "maybe",
        "no_such_fact": "yes",
        "occurred_on": "2024-13-45",
        "price_paid": "free",
    }
    for sent in (*({"fact": name, "value": value} for name, value in wrong.items()), {}):
        shown = events.correct({"key": "k"}, view.seen.id, {}, request, gr.EventData(None, sent))
        assert 'role="alert"' in shown[events.parts.facts]
    assert view.facts.to_json() == talk.kept.facts(talk.kept.find("default", view.seen.id)).to_json()


# ---- letters
def test_what_fills_a_blank_is_in_the_file_and_in_its_field(talk: Talk) -> None:
    view = last(talk.send("k", "", JOINT, Choices()))
    asked = wanted({"kind": "report", "filled": {"name": '张"三', "no such blank": "x"}, "against": 7})
    assert ">张&#34;三</textarea>" in preview(view, asked)
    assert '张"三' in opened(*file(view, asked, "docx"))


def test_every_kind_of_letter_is_saved_as_word_and_pdf(talk: Talk) -> None:
    """In English; in Chinese it is done in the browser."""
    view = last(talk.send("k", "", JOINT, Choices("en")))
    events, titles = Events(talk, layout("x")), letters.wording(bundled("corpus") / "letters.yaml")["titles"]
    request: Any = SimpleNamespace(headers={})
    for kind in KINDS:
        for ending in ("docx", "pdf"):
            asked = {"kind": kind, "filled": {"name": "Zhang San"}}
            saved: Any = events.save(ending)({"key": "k", "lang": "en"}, view.seen.id, asked, request)
            assert saved["name"] == f"{titles[kind]['en']}.{ending}"
            text = opened(saved["name"], base64.b64decode(saved["data"]))
            assert text.startswith("".join(titles[kind]["en"].split()))
            assert "ZhangSan" in text
            assert "38(1)" in text


def test_a_claim_that_the_case_does_not_carry_is_refused_with_the_reason(talk: Talk) -> None:
    view = last(talk.send("k", "", "我在平台的店铺买了电热毯，起火把我烧伤了。", Choices()))
    shown = preview(view, Wanted("claim"))
    assert 'role="alert"' in shown
    assert 'data-letter="kind"' in shown
    assert "sheet" not in shown


# ---- uploads
def test_text_word_and_pdf_are_read(tmp_path: Path, talk: Talk) -> None:
    (tmp_path / "a.txt").write_bytes("投诉过，一直没有下架。".encode("gbk"))
    document = docx.Document()
    document.add_paragraph("订单号 123，实付 320 元")
    document.save(str(tmp_path / "b.docx"))
    view = last(talk.send("k", "", JOINT, Choices()))
    (tmp_path / "c.pdf").write_bytes(file(view, Wanted(), "pdf")[1])
    (tmp_path / "d.md").write_text("# 订单\n\n**320** 元 <script>", encoding="utf-8")
    assert uploads.story(tmp_path / "d.md", "zh") == "订单\n320 元 <script>"
    assert uploads.story(tmp_path / "a.txt", "zh") == "投诉过，一直没有下架。"
    assert uploads.story(tmp_path / "b.docx", "zh") == "订单号 123，实付 320 元"
    assert "投诉函" in uploads.story(tmp_path / "c.pdf", "zh")


@pytest.mark.parametrize(
    ("name", "data", "why"),
    [
        ("a.exe", b"MZ", "只读 txt"),
        ("a.txt", b"%PDF-1.7 \x00", "内容与文件名"),
        ("a.txt", b"a\0b", "内容与文件名"),
        ("a.docx", b"PK\x03\x04 no zip", "内容与文件名"),
        ("a.docx", b"PK\x05\x06" + b"\0" * 4 + b"\5\0\5\0" + b"\x40\0\0\0" + b"\0" * 6, "内容与文件名"),
        ("a.pdf", b"hello", "内容与文件名"),
        ("a.txt", b"  \n", "读不出文字"),
        ("a.pdf", b"%PDF-1.7\nbroken", "读不出文字"),
        ("a.md", b"x" * (MAX_MESSAGE + 1), "只上传有关的部分"),
        ("a.txt", b"x" * (uploads.LARGEST + 1), "5 MiB"),
    ],
    ids=["kind", "pdf as txt", "zeros", "no zip", "broken zip", "no pdf", "empty", "broken", "long", "large"],
)
def test_other_files_are_refused_with_the_reason(tmp_path: Path, name: str, data: bytes, why: str) -> None:
    (tmp_path / name).write_bytes(data)
    with pytest.raises(uploads.UploadRefused, match=why):
        uploads.story(tmp_path / name, "zh")


# ---- what is typed
def test_what_is_empty_is_not_sent_and_what_is_too_long_stays_in_the_box(
    talk: Talk, monkeypatch: pytest.MonkeyPatch
) -> None:
    warned: list[str] = []
    monkeypatch.setattr(gr, "Warning", warned.append)
    events, kept = Events(talk, layout("x")), {"key": "k"}
    request: Any = SimpleNamespace(headers={"accept-language": "zh-CN"})
    for text in ("", " \n\t", "我" * (MAX_MESSAGE + 1)):
        assert events.take(text, kept, request) == {events.parts.said: ""}
    assert len(warned) == 1
    list(events.answer("我" * (MAX_MESSAGE + 1), kept, "", request))  # sent past the box
    assert f"{MAX_MESSAGE + 1} 字" in warned[1]
    assert talk.listed("k") == []


def test_the_step_under_way_stands_where_the_answer_will(talk: Talk) -> None:
    events = Events(talk, layout("x"))
    visit = Visit({"key": "k"}, "", SimpleNamespace(headers={}))  # type: ignore[arg-type]
    told = [shown[events.parts.chat] for shown in events.stream(talk.send("k", "", JOINT, Choices()), visit)]
    steps = [bubbles[-1]["content"] for bubbles in told[:-1]]
    assert steps == [f"*{STEPS[step]['zh']}*" for step in STEPS if f"*{STEPS[step]['zh']}*" in steps]
    assert steps[0] == f"*{STEPS['understand']['zh']}*"


def test_a_day_that_is_none_is_refused(talk: Talk, monkeypatch: pytest.MonkeyPatch) -> None:
    warned: list[str] = []
    monkeypatch.setattr(gr, "Warning", warned.append)
    events, request = Events(talk, layout("x")), SimpleNamespace(headers={"accept-language": "en"})
    pressed = gr.EventData(None, {"ref": "电子商务法#38"})
    for day in ("2024-13-45", "yesterday", "<b>"):
        assert events.parts.tabs not in events.read_law(day, {}, request, pressed)  # type: ignore[arg-type]
    assert len(warned) == 3
    assert events.parts.tabs in events.read_law(" 2024-03-15 ", {}, request, pressed)  # type: ignore[arg-type]


# ---- the law
def test_a_provision_is_found_by_its_name_and_read_in_its_chapter(assistant: Assistant) -> None:
    assert results(assistant, "电子商务法第三十八条", "zh").index("电子商务法#38") < 200
    page = reading(assistant, "电子商务法#38.2", None, "zh")
    assert "《电子商务法》第三十八条</h4>" in page
    assert "《电子商务法》第三十七条" in page
    assert "《电子商务法》第四十九条" not in page  # of the next chapter
    assert "2019-01-01 起" in page
    assert "supplementary-review" in page


def test_a_provision_is_read_as_it_stood_on_a_day(assistant: Assistant) -> None:
    assert "2018-12-29" in reading(assistant, "食品安全法#131", date(2019, 6, 1), "zh")
    assert 'role="alert"' in reading(assistant, "电子商务法#38", date(2015, 1, 1), "zh")
    assert 'role="alert"' in reading(assistant, "没有这部法#1", None, "zh")


def test_a_digest_is_marked_as_one(assistant: Assistant) -> None:
    assert TEXT["zh"]["digest"] in reading(assistant, "网络消费纠纷规定（一）#16", None, "zh")


def test_the_glossary_says_where_a_term_is_defined(assistant: Assistant) -> None:
    page = glossary(assistant, "en")
    assert "supplementary liability" in page
    assert 'data-ref="' in page


# ---- errors
def test_an_error_is_told_without_the_users_words(
    talk: Talk, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    events = Events(talk, layout("x"))
    visit = Visit({"key": "k"}, "", SimpleNamespace(headers={}))  # type: ignore[arg-type]
    warned: list[str] = []
    monkeypatch.setattr(gr, "Warning", warned.append)

    def work() -> Any:
        yield "understand"
        raise RuntimeError("秘密")

    with caplog.at_level(logging.ERROR):
        *_, shown = events.stream(work(), visit)
    assert "RuntimeError" in warned[0]
    assert shown[events.parts.send]["visible"] is True
    assert "RuntimeError" in caplog.text
    assert "秘密" not in caplog.text


def test_the_view_of_facts_without_a_story_is_empty(talk: Talk) -> None:
    assert from_json(talk.assistant.declared, {}).known == {}
    view = talk.correct("k", "", "occurred_on", "2024-01-01", Choices())
    assert isinstance(view, View)
    assert view.verdict is None
    assert "welcome" in card(view, "en")
