"""The chat page as a person meets it: the real app, driven through a real Chromium."""

import io
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import docx
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from assistant import ui
from assistant.graph import STEPS, Assistant
from assistant.letter_passages import KINDS
from assistant.read import MAX_MESSAGE
from assistant.rules import FORM_NAMES
from assistant.service import app, pages
from assistant.store import Database, talks
from tests.postgres import free_port
from tests.visitors import (
    Site,
    downloaded,
    faults,
    finished,
    headline,
    opened,
    pane,
    picture,
    reply,
    say,
    settings,
    until,
)
from tests.web import chromium, serve

JOINT = "我在平台的店铺买了电热毯，320元，起火把我烧伤了。我向平台投诉过，平台一直没有下架。"
ENGLISH = (
    "I bought an electric blanket from a shop on the platform and it caught fire and burned me. "
    "I had reported it to the platform and it is still on sale."
)
OPEN = "我在平台的店铺买了电热毯，起火把我烧伤了。"
SUPPLEMENTARY = "在平台上的店铺买的美容服务把脸烫伤了，平台没有核验商家的资质，事先也不知情。"
HOSTILE = (
    '我买的电热毯<img src=x onerror="window.hacked=1">起火烧伤了我，我投诉过，平台没有处理。'
    "<script>window.hacked=1</script> ![x](http://192.0.2.1/x.png) [y](javascript:window.hacked=1) {{z}} ${z}"
)

Visit = Callable[..., Page]
expect.set_options(timeout=20_000)  # a busy machine is slow, not wrong


@pytest.fixture(scope="module")
def site(assistant: Assistant, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A proxy that is set must not come between."""
    store = Database(f"sqlite:///{tmp_path_factory.mktemp('page') / 'anbao.sqlite'}")
    with pytest.MonkeyPatch.context() as environment:
        for name, value in (("HTTP_PROXY", "http://127.0.0.1:9"), ("NO_PROXY", ""), ("no_proxy", "")):
            environment.setenv(name, value)
        served = Site(assistant, store)
        served.start()
    yield served
    served.stop()
    store.close()


@pytest.fixture(scope="module")
def mounted(site: Site) -> Iterator[str]:
    """The address of the same page as a part of the service."""
    port, service = free_port(), app.build(site.assistant, site.store)
    pages.with_chat(service, site.assistant, with_keys=False)
    server, thread = serve(service, port)
    yield f"http://127.0.0.1:{port}/chat/"
    server.should_exit = True
    thread.join()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A real Chromium."""
    with chromium() as browser:
        yield browser


@pytest.fixture
def visit(browser: Browser, site: Site) -> Iterator[Visit]:
    """Open the page as a new visitor, or in another tab of `context`; whatever it asks for elsewhere fails."""
    contexts: list[BrowserContext] = []
    elsewhere: list[str] = []

    def visit(context: BrowserContext | None = None, url: str = site.url, **options: Any) -> Page:
        options = {"locale": "zh-CN", "viewport": {"width": 1400, "height": 900}, **options}
        if context is None:
            contexts.append(context := browser.new_context(**options))
        page = context.new_page()
        page.set_default_timeout(20_000)
        page.on(
            "request",
            lambda r: (
                None
                if r.url.startswith((url.removesuffix("chat/"), "data:", "blob:"))
                else elsewhere.append(r.url)
            ),
        )
        page.goto(url)
        expect(page.locator("#card .welcome")).to_be_visible()
        return page

    yield visit
    for context in contexts:
        context.close()
    assert elsewhere == []


# ---- whole ways
def test_a_consumers_way_from_the_story_to_the_letter(visit: Visit) -> None:
    page = visit(permissions=["clipboard-read", "clipboard-write"])
    expect(page.locator("#welcome")).to_contain_text("不是法律意见")
    page.locator("#understood").click()
    expect(page.locator("#welcome")).to_be_hidden()
    say(page, OPEN)
    expect(reply(page)).to_contain_text("现在还不能定")
    picture(page, "consumer-question")
    asked = page.locator("#chips .asked").inner_text()
    page.locator("#chips").get_by_role("button", name="是", exact=True).click()
    finished(page, 2)
    expect(page.get_by_test_id("user").last).to_have_text("是")
    expect(page.locator("#chips")).not_to_contain_text(asked)
    say(page, "我付了320元。我向平台投诉过，平台一直没有下架。")
    expect(headline(page)).to_have_text("连带责任")
    expect(page.locator("#card dl")).to_contain_text("不能排除")
    expect(page.locator("#facts li", has_text="有人就此向平台投诉过")).to_contain_text("我向平台投诉过")
    expect(page.locator("#card .payer[data-payer=platform]")).to_contain_text("320.00 元")
    expect(page.locator("#card .flips li", has_text="平台采取了处置措施")).to_be_visible()
    expect(reply(page).locator("strong").first).to_contain_text("结论")
    page.get_by_label("复制", exact=True).last.click()
    page.wait_for_function("navigator.clipboard.readText().then((text) => text.includes('**结论'))")

    taken = page.get_by_label("更正“平台采取了处置措施", exact=False)
    taken.select_option("yes")
    expect(headline(page)).not_to_have_text("连带责任")
    expect(reply(page)).to_contain_text("已按您的更正")
    taken.select_option("no")
    expect(headline(page)).to_have_text("连带责任")
    page.locator("#chips").get_by_role("button", name="假如").click()
    expect(reply(page)).to_contain_text("这只是假设")
    expect(headline(page)).to_have_text("连带责任")

    pane(page, "主张与证据")
    expect(page.locator(".claim", has_text="退款").first).to_contain_text("价款 320.00")
    evidence = page.get_by_label("商家侵害了消费者的合法权益", exact=True)
    evidence.check()
    expect(evidence).to_be_checked()

    page.locator("#chips").get_by_role("button", name="给平台的投诉信").click()
    page.locator("#letter").get_by_label("姓名", exact=True).fill("张三")
    page.locator("#letter").get_by_label("联系电话").fill("13800000000")
    page.locator("#letter").get_by_label("联系电话").blur()
    picture(page, "consumer-letter")
    letters = taken_home(page)
    assert list(letters) == ["投诉函", "消费者投诉举报书", "民事起诉状", "关于您投诉的答复"]
    assert all("张三" in text for texts in letters.values() for text in texts)
    for text in letters["投诉函"]:
        assert "13800000000" in text
        assert "《电子商务法》第三十八条第一款" in text
        assert "【住址】" in text


def taken_home(page: Page) -> dict[str, list[str]]:
    """Every kind of letter as Word and as PDF, downloaded and opened: the texts by title, without blanks."""
    found: dict[str, list[str]] = {}
    for kind in KINDS:
        page.locator("#letter [data-letter=kind]").select_option(kind)
        title = page.locator(f"#letter:has(option[value={kind}][selected]) .sheet h3").inner_text()
        files = downloaded(page, "#docx"), downloaded(page, "#pdf")
        assert [name for name, _ in files] == [f"{title}.docx", f"{title}.pdf"]
        found[title] = [opened(*file) for file in files]
        assert all(text.startswith(title) for text in found[title])
    return found


def test_a_lawyers_way_through_schools_trace_and_provisions(visit: Visit) -> None:
    page = visit()
    say(page, SUPPLEMENTARY)
    settings(page).get_by_label("为谁写").select_option("lawyer")
    expect(page.locator("#choices option[value=lawyer]")).to_have_attribute("selected", "")
    page.locator("#language").click()  # the frame, the reply and what stands beside it, and it is kept
    expect(page.locator("#send")).to_have_text("Send")
    expect(page.locator("html")).to_have_attribute("lang", "en")
    expect(reply(page)).to_contain_text("corresponding supplementary liability")
    page.reload()
    expect(page.locator("#send")).to_have_text("Send")
    expect(settings(page).get_by_label("Written for")).to_have_value("lawyer")
    expect(headline(page)).to_have_text(FORM_NAMES["supplementary"]["en"])
    pane(page, "Reasons")
    expect(page.locator(".lenses li")).to_have_count(5)
    expect(page.locator(".lenses [data-doctrine=joint_only] .chip")).to_have_text(
        "joint and several liability"
    )
    expect(page.locator("tr", has_text="qualification review").first).to_contain_text("breached")
    page.get_by_role("button", name="Diagram of the reasoning").click()
    expect(page.locator("#diagram svg .node").first).to_be_visible()
    page.get_by_text("The reasoning, from the form to your words").click()
    expect(page.locator("pre.trace")).to_contain_text("[supplementary-review]")
    picture(page, "lawyer-reasons")

    settings(page).get_by_label("Doctrine on").select_option("joint_only")
    expect(headline(page)).to_have_text("joint and several liability")
    expect(page.get_by_test_id("user")).to_have_count(1)

    pane(page, "Provisions")
    law = page.locator("#sources details", has_text="E-Commerce Law, Article 38(2)").first
    expect(law.locator(".mark")).to_have_text("statute")
    law.locator("summary").click()
    expect(law.locator("blockquote")).to_contain_text("依法承担相应的责任")
    expect(law.locator("small")).to_contain_text("version of 2018-08-31")
    expect(page.locator("#sources .mark[data-kind=digest]").first).to_have_text("digest, not the text")
    law.get_by_role("button", name="Read in its chapter").click()
    reading = page.locator("#law-text")
    expect(reading.locator(".chosen")).to_contain_text("Article 38")
    expect(reading.locator(".chosen")).to_be_in_viewport()
    expect(reading.locator("details").first).to_contain_text("Article")
    expect(reading.locator(".rests")).to_contain_text("supplementary-review")
    picture(page, "lawyer-law")
    page.locator("#law-day textarea, #law-day input").first.fill("2015-01-01")
    page.locator("#law-box textarea, #law-box input").first.fill("电子商务法第三十八条")
    page.locator("#law-find").click()
    page.locator("#law-hits .link").first.click()
    expect(reading.get_by_role("alert")).to_contain_text("2019-01-01")
    page.get_by_role("tab", name="Rules and terms").click()
    expect(page.locator("#glossary")).to_contain_text("supplementary liability")
    expect(page.locator("#rules")).to_contain_text("joint-knowledge")

    page.get_by_role("tab", name="Chat").click()
    settings(page).get_by_label("When it happened").fill("2012-05-01")
    expect(page.locator("#card dl")).to_contain_text("2012-05-01")


def test_an_agents_way_from_an_uploaded_chat_to_the_reply(visit: Visit, tmp_path: Path, mounted: str) -> None:
    """In the service, as agents use it."""
    page = visit(url=mounted)
    file = tmp_path / "聊天<b>记录.txt"
    file.write_text(f"{HOSTILE}\n{JOINT}", encoding="utf-8")
    page.locator("#upload + input, input[type=file]").first.set_input_files(file)
    finished(page, 1)
    expect(page.get_by_test_id("user").last).to_contain_text(HOSTILE)
    expect(page.get_by_test_id("user").last).to_contain_text("来自文件")
    expect(headline(page)).to_have_text("连带责任")
    expect(page.locator("#facts .file").first).to_contain_text("聊天")
    settings(page).get_by_label("为谁写").select_option("desk")  # a choice answers anew, whenever it arrives
    page.locator("#chips").get_by_role("button", name="平台给消费者的答复").click()
    expect(page.locator("#letter .sheet")).to_contain_text("您")
    name, data = downloaded(page, "#docx")
    assert name.endswith(".docx")
    assert docx.Document(io.BytesIO(data)).paragraphs
    for tab in ("结论", "理由", "条文", "主张与证据"):
        pane(page, tab)
        assert page.locator("#panels img, #panels script, #panels a").count() == 0
    assert page.locator("#chat .message img, #chat .message a").count() == 0
    assert page.evaluate("window.hacked") is None
    picture(page, "agent")

    file = tmp_path / "picture.pdf"
    file.write_bytes(b"\x89PNG\r\n")
    page.locator("#upload + input, input[type=file]").first.set_input_files(file)
    expect(page.get_by_text("内容与文件名的类型不符")).to_be_visible()
    expect(page.get_by_test_id("user")).to_have_count(1)


# ---- what is kept, and for whom
def test_conversations_outlive_reload_and_restart_and_are_deleted_for_good(visit: Visit, site: Site) -> None:
    page = visit()
    page.locator("#understood").click()
    say(page, JOINT)
    page.reload()
    expect(headline(page)).to_have_text("连带责任")
    expect(page.locator("#welcome")).to_be_hidden()
    expect(page.get_by_test_id("user")).to_have_text(JOINT)

    page.locator("#box textarea").fill("更正一下：投诉当天平台就下架了。")
    page.locator("#box textarea").press("Enter")
    expect(page.get_by_test_id("user")).to_have_count(2)
    site.stop()  # in the midst of a turn; the page comes back by itself
    site.start()
    finished(page, 2)
    expect(headline(page)).not_to_have_text("连带责任")
    expect(page.get_by_test_id("user")).to_have_count(2)

    tab = visit(page.context)
    expect(tab.locator("#card .welcome")).to_be_visible()
    say(tab, SUPPLEMENTARY)
    tab.locator("#talks").get_by_role("button").first.click()
    expect(tab.locator("#talks-list li")).to_have_count(2)
    tab.locator("#talks-list li").nth(1).get_by_role("button").first.click()
    expect(tab.get_by_test_id("user")).to_have_count(2)
    expect(page.get_by_test_id("user")).to_have_count(2)

    tab.on("dialog", lambda dialog: dialog.accept())
    expect(tab.locator("#talks-list")).to_be_hidden()
    tab.locator("#talks").get_by_role("button").first.click()
    tab.get_by_role("button", name="删除").first.click()
    expect(tab.locator("#talks-list li")).to_have_count(1)
    tab.get_by_role("button", name="删除").first.click()
    expect(tab.locator("#talks-list li")).to_have_count(0)
    page.reload()
    expect(page.locator("#card .welcome")).to_be_visible()
    expect(page.get_by_test_id("user")).to_have_count(0)


def test_two_visitors_share_nothing(visit: Visit) -> None:
    first, second = visit(), visit()
    say(first, JOINT)
    there = first.evaluate("sessionStorage.getItem('anbao')")
    second.evaluate("id => sessionStorage.setItem('anbao', id)", there)
    second.reload()
    expect(second.locator("#card .welcome")).to_be_visible()
    say(second, "平台一直没有下架")
    expect(headline(second)).not_to_have_text("连带责任")
    expect(second.locator("#right")).not_to_contain_text("电热毯")
    expect(second.get_by_test_id("user")).to_have_count(1)


def test_every_message_can_be_edited_answered_again_and_judged(visit: Visit, site: Site) -> None:
    page = visit(locale="en-US")
    say(page, HOSTILE)
    say(page, "我付了320元。")
    page.get_by_label("更正“商家侵害了消费者的合法权益”").select_option("no")
    expect(reply(page)).to_contain_text("已按您的更正")
    page.locator("#chat").get_by_label("Edit").first.click()
    expect(page.locator("#chat textarea")).to_have_value(HOSTILE)
    page.locator("#chat textarea").fill(SUPPLEMENTARY)
    page.locator("#chat").get_by_label("Submit").click()
    expect(page.get_by_test_id("user")).to_have_text([SUPPLEMENTARY])
    finished(page, 1)
    expect(page.get_by_label("更正“商家侵害了消费者的合法权益”")).to_have_value("no")
    here = page.evaluate("sessionStorage.getItem('anbao')")

    def answer() -> int:
        with site.store.reading() as link:
            return talks.said(link, here)[-1].id

    first = answer()
    page.get_by_label("Retry").click()
    until(page, lambda: answer() > first + 1)  # the message anew, then its answer
    finished(page, 1)
    page.locator("#chat").get_by_label("Like", exact=True).first.click()
    page.locator("#send").click()  # nothing typed changes nothing
    page.locator("#talks").get_by_role("button").first.click()
    expect(page.locator("#talks-list [aria-current]")).to_contain_text(SUPPLEMENTARY[:20])
    expect(page.get_by_test_id("user")).to_have_count(1)

    def judged() -> list[tuple[str, str]]:
        with site.store.reading() as link:
            return [((m.answer or {})["feedback"], asked) for m, asked in talks.judged(link)]

    until(page, lambda: judged() != [])
    assert judged() == [("Like", SUPPLEMENTARY)]
    page.locator("#new").click()
    expect(page.locator("#card .welcome")).to_be_visible()


# ---- for everybody
DESK, PHONE = {"width": 1400, "height": 900}, {"width": 390, "height": 844}
LOOKS = {"zh-CN": [("dark", PHONE), ("light", DESK)], "en-US": [("light", DESK), ("dark", PHONE)]}
SPARE = (  # hundreds of rows of one make
    "#rules tr:nth-child(n + 6), #rules .md > :is(h3, ul):nth-of-type(n + 6), #glossary .term:nth-of-type(n + 6)"
)


@pytest.mark.parametrize("lang", LOOKS)
def test_nothing_bars_people_who_see_or_type_differently(visit: Visit, lang: str) -> None:
    """Every tab in light on a desk and in dark on a phone is kept as a picture and no wider than the screen;
    axe, which is slow, finds nothing serious: in Chinese on the desk, in English on the phone."""
    page = visit(locale=lang, reduced_motion="reduce")
    found = {"welcome": faults(page)}
    page.locator("#chat .examples button").first.click()
    finished(page, 1)
    settings(page)
    found["settings"] = faults(page)
    settings(page, opened=False)
    for bar in ("#panels > .tab-wrapper", "#tabs > .tab-wrapper"):
        for number, tab in enumerate(page.locator(bar).get_by_role("tab").all()):
            if not tab.is_visible() or tab.inner_text() in ("咨询", "Chat"):  # it stands beside the panels
                continue
            tab.click()
            expect(tab).to_have_attribute("aria-selected", "true")
            if number == 2 and "tabs" in bar:
                expect(page.locator("#rules table").last).to_be_visible()
            page.evaluate("document.querySelectorAll('details').forEach((d) => { d.open = true })")
            page.evaluate("spare => document.querySelectorAll(spare).forEach((e) => e.remove())", SPARE)
            for scheme, size in LOOKS[lang]:
                page.emulate_media(color_scheme=scheme)
                page.set_viewport_size(size)
                kept = f"{bar[1:5]}-{number}-{scheme}-{lang[:2]}"
                picture(page, kept)
                assert page.evaluate("document.documentElement.scrollWidth") <= size["width"], kept
            found[kept] = faults(page, "#panels" if "panels" in bar and number else None)
    assert len(found) == 2 + 5 + 3
    assert {name: some for name, some in found.items() if some} == {}


def test_the_keyboard_alone_is_enough_and_the_notice_stays_in_reach(visit: Visit) -> None:
    page = visit()
    expect(page.locator("#notice")).to_contain_text("不是法律意见")
    expect(page.locator("#notice")).to_contain_text("不会离开这台机器")
    expect(page.locator("#box textarea")).to_be_focused()
    page.keyboard.type(OPEN)
    page.keyboard.press("Enter")
    finished(page, 1)
    field = page.get_by_label("更正“有人身伤害”")
    field.focus()
    page.keyboard.press("ArrowDown")
    expect(reply(page)).to_contain_text("已按您的更正")
    page.get_by_role("tab", name="说明").click()
    expect(page.locator("#about")).to_contain_text("永久删除")


def test_a_long_story_tells_its_steps_can_be_stopped_and_one_too_long_is_kept_in_the_box(
    visit: Visit,
) -> None:
    page = visit()
    box = page.locator("#box textarea")
    box.fill(OPEN + "我" * (MAX_MESSAGE - len(OPEN)))
    box.press("Enter")
    expect(reply(page)).to_have_text(STEPS["understand"]["zh"])
    page.locator("#stop").click()
    expect(page.get_by_test_id("user")).to_have_count(0)
    expect(page.locator("#send")).to_be_visible()
    assert len(box.input_value()) == MAX_MESSAGE
    box.fill("我" * 100_000)
    box.press("Enter")
    expect(page.get_by_text(f"这段话有 100000 字，一次最多 {MAX_MESSAGE} 字")).to_be_visible()
    assert len(box.input_value()) == 100_000
    expect(page.get_by_test_id("user")).to_have_count(0)


def test_a_port_in_use_is_said_so(assistant: Assistant, site: Site) -> None:
    with pytest.raises(OSError, match="is the port in use"):
        ui.launch(assistant, site.store, "127.0.0.1", site.port)
