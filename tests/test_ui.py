"""The chat page as a person meets it: the real app, driven through a real Chromium."""

import logging
import socket
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from assistant import ui
from assistant.doctrines import DOCTRINES
from assistant.graph import STEPS, Assistant
from assistant.rules import FORM_NAMES

CHROMIUM = Path("/usr/bin/chromium")
QUIET = ("--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update",
         "--disable-sync", "--no-first-run")  # fmt: skip

JOINT = "我在平台的店铺买了电热毯，起火把我烧伤了。我向平台投诉过，平台一直没有下架。"
CORRECTED = "更正一下：投诉当天平台就下架了。"
ENGLISH = (
    "I bought an electric blanket from a shop on the platform and it caught fire and burned me. "
    "I had reported it to the platform and it is still on sale."
)
SUPPLEMENTARY = "在平台上的店铺买的美容服务把脸烫伤了，平台没有核验商家的资质，事先也不知情。"
HOSTILE = (
    '我买的电热毯<img src=x onerror="window.hacked=1">起火烧伤了我，我投诉过，平台没有处理。'
    "<script>window.hacked=1</script> ![x](http://192.0.2.1/x.png) [y](javascript:window.hacked=1) {{z}} ${z}"
)

Open = Callable[..., Page]
expect.set_options(timeout=20_000)  # a busy machine is slow, not wrong


@pytest.fixture(scope="module")
def url(assistant: Assistant) -> Iterator[str]:
    """The address of the page, served on a free port; a proxy that is set must not come between."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with pytest.MonkeyPatch.context() as environment:
        for name, value in (("HTTP_PROXY", "http://127.0.0.1:9"), ("NO_PROXY", ""), ("no_proxy", "")):
            environment.setenv(name, value)
        blocks = ui.launch(assistant, "127.0.0.1", port)
    yield blocks.local_url
    blocks.close(verbose=False)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A real Chromium."""
    if not CHROMIUM.exists():
        pytest.fail(f"there is no {CHROMIUM}: install Debian's `chromium` (apt-get install chromium)")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=QUIET)
        yield browser
        browser.close()


@pytest.fixture
def visit(browser: Browser, url: str) -> Iterator[Open]:
    """Open the page as a new visitor; whatever the page asks for elsewhere fails the test."""
    contexts, elsewhere = [], []

    def visit(**options: Any) -> Page:
        contexts.append(browser.new_context(locale=options.pop("locale", "zh-CN"), **options))
        page = contexts[-1].new_page()
        page.set_default_timeout(20_000)
        page.on(
            "request",
            lambda r: None if r.url.startswith((url, "data:", "blob:")) else elsewhere.append(r.url),
        )
        page.goto(url)
        expect(page.locator(".welcome")).to_be_visible()
        return page

    yield visit
    for context in contexts:
        context.close()
    assert elsewhere == []


def say(page: Page, message: str) -> None:
    """Type a message, press Enter, wait for the finished reply."""
    replies = page.get_by_test_id("bot").count()
    box = page.locator("#box textarea")
    box.fill(message)
    box.press("Enter")
    expect(page.get_by_test_id("bot")).to_have_count(replies + 1)
    expect(reply(page)).not_to_contain_text("正在")
    expect(reply(page)).not_to_contain_text("…")


def reply(page: Page) -> Any:
    return page.get_by_test_id("bot").last


def headline(page: Page) -> Any:
    return page.locator(".card .headline")


def test_a_chinese_complaint_is_answered_with_form_provision_and_card(visit: Open) -> None:
    page = visit()
    say(page, JOINT)
    expect(reply(page)).to_contain_text("连带责任")
    expect(reply(page)).to_contain_text("第三十八条")
    expect(headline(page)).to_have_text("连带责任")
    expect(page.locator("tr", has_text="采取必要措施义务")).to_contain_text("违反")
    expect(page.locator("li", has_text="有人身伤害").first).to_contain_text("起火把我烧伤了")
    law = page.locator("#sources details").first
    expect(law).to_contain_text("《电子商务法》第三十八条第一款")
    expect(law.locator(".mark")).to_have_text("条文")
    expect(law.locator("blockquote")).to_be_hidden()
    law.locator("summary").click()
    expect(law.locator("blockquote")).to_contain_text("依法与该平台内经营者承担连带责任")
    expect(page.locator("#sources .mark[data-kind=digest]").first).to_have_text("摘要，不是原文")


def test_a_correction_changes_the_verdict(visit: Open) -> None:
    page = visit()
    say(page, JOINT)
    expect(headline(page)).to_have_text("连带责任")
    say(page, CORRECTED)
    expect(headline(page)).not_to_have_text("连带责任")
    expect(page.get_by_test_id("user")).to_have_count(2)


def test_an_english_complaint_is_answered_in_english(visit: Open) -> None:
    page = visit(locale="en-US")
    expect(page.locator("#send")).to_have_text("Send")
    say(page, ENGLISH)
    expect(reply(page)).to_contain_text("Article 38(1)")
    expect(headline(page)).to_have_text("joint and several liability")
    expect(page.locator("#findings")).not_to_contain_text("责任")
    expect(page.locator("#sources .mark").first).to_have_text("statute")


def test_a_setting_answers_the_last_message_again(visit: Open) -> None:
    page = visit()
    say(page, SUPPLEMENTARY)
    expect(headline(page)).to_have_text("相应的补充责任")
    expect(page.locator(".card")).to_contain_text("“相应的责任”")
    page.get_by_role("combobox").click()
    page.get_by_role("option", name="连带责任说").click()
    expect(headline(page)).to_have_text("连带责任")
    page.get_by_label("English").check()
    expect(headline(page)).to_have_text("joint and several liability")
    expect(page.get_by_test_id("user")).to_have_count(1)


def test_hostile_text_stays_text(visit: Open) -> None:
    page = visit()
    say(page, HOSTILE)
    expect(page.get_by_test_id("user").last).to_have_text(HOSTILE)
    expect(headline(page)).to_have_text("连带责任")
    expect(reply(page)).to_contain_text("img src=x onerror=")  # quoted without what would be markup
    expect(reply(page)).not_to_contain_text("<img")
    expect(page.locator("#right")).to_contain_text("<img src=x onerror=")
    assert (
        page.locator("#chat .message img, #chat .message a, #right img, #right script, #right a").count() == 0
    )
    assert page.evaluate("window.hacked") is None


def test_two_visitors_share_nothing(visit: Open) -> None:
    first, second = visit(), visit()
    say(first, JOINT)
    expect(headline(first)).to_have_text("连带责任")
    say(second, "平台一直没有下架")
    expect(headline(second)).not_to_have_text("连带责任")
    expect(second.locator("#right")).not_to_contain_text("电热毯")
    expect(second.get_by_test_id("user")).to_have_count(1)


def test_clear_begins_anew(visit: Open) -> None:
    page = visit()
    say(page, JOINT)
    page.locator("#clear").click()
    page.get_by_label("English").check()  # nothing to answer again
    expect(page.locator(".welcome")).to_be_visible()
    expect(page.get_by_test_id("user")).to_have_count(0)
    say(page, "平台一直没有下架")
    expect(headline(page)).to_have_text(FORM_NAMES["need_facts"]["en"])


def test_nothing_typed_changes_nothing(visit: Open) -> None:
    page = visit()
    say(page, JOINT)
    page.locator("#send").click()
    page.wait_for_timeout(500)
    expect(headline(page)).to_have_text("连带责任")
    expect(page.get_by_test_id("user")).to_have_count(1)


def test_an_example_is_answered_on_a_phone_without_horizontal_scroll(visit: Open) -> None:
    page = visit(viewport={"width": 390, "height": 844}, locale="en-US", color_scheme="dark")
    page.get_by_text("Reported a fake, still on sale").click()
    expect(headline(page)).to_have_text("joint and several liability")
    for details in page.locator("details").all():
        details.evaluate("element => element.open = true")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    chat, card = page.locator("#chat").bounding_box(), page.locator(".card").bounding_box()
    assert chat
    assert card
    assert card["y"] >= chat["y"] + chat["height"]


def test_the_page_says_what_it_is_and_what_leaves_the_machine(visit: Open) -> None:
    notice = visit().locator("#notice")
    expect(notice).to_contain_text("不是法律意见")
    expect(notice).to_contain_text("不会离开这台机器")


# ---- without a browser
def test_a_port_in_use_is_said_so(assistant: Assistant, url: str) -> None:
    with pytest.raises(OSError, match="is the port in use"):
        ui.launch(assistant, "127.0.0.1", int(url.rstrip("/").rpartition(":")[2]))


def test_the_steps_are_named_while_working(assistant: Assistant) -> None:
    shown = list(ui.talk(assistant, JOINT, ui.new_session(assistant), None, "supplementary_first"))
    told = [bubbles[-1]["content"] for bubbles, *_ in shown]
    assert told[:-1] == [f"*{step['zh']}*" for step in STEPS.values()]
    assert "连带责任" in told[-1]


def test_an_error_is_one_line_and_keeps_the_conversation(
    assistant: Assistant, caplog: pytest.LogCaptureFixture
) -> None:
    *_, (before, session, *_) = ui.talk(
        assistant, JOINT, ui.new_session(assistant), None, "supplementary_first"
    )

    def turn(*_: object) -> None:
        raise RuntimeError("秘密")

    broken: Any = SimpleNamespace(turn=turn)
    with caplog.at_level(logging.ERROR):
        *_, (bubbles, after, *_) = ui.talk(broken, "还有……", session, None, "supplementary_first")
    assert bubbles[: len(before)] == before
    assert "没有完成（RuntimeError）" in bubbles[-1]["content"]
    assert after.after is session.after
    assert "RuntimeError" in caplog.text
    assert "秘密" not in caplog.text


def test_both_languages_have_the_same_words(assistant: Assistant) -> None:
    assert ui.TEXT["zh"].keys() == ui.TEXT["en"].keys()
    choices = {c for d in assistant.declared.values() for c in d.choices}
    assert choices <= ui.CHOICES.keys()
    assert not ui.TEXT["zh"].keys() & DOCTRINES.keys()


def test_every_form_has_a_colour_but_the_undecided() -> None:
    plain = {"need_facts", "out_of_scope", "corresponding"}
    assert all(f"[data-form={form}]" in ui.CSS for form in FORM_NAMES if form not in plain)


def test_the_reasoning_is_drawn_and_can_be_read_line_by_line(visit: Open) -> None:
    page = visit()
    say(page, JOINT)
    page.get_by_role("button", name="推理图").click()
    expect(page.locator("#diagram svg .node").first).to_be_visible()
    expect(page.locator("#diagram svg")).to_contain_text("连带责任")
    page.get_by_text("推理过程：从结论到您的话").click()
    expect(page.locator("pre.trace")).to_contain_text("[joint-knowledge]")
