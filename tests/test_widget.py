"""The widget as a customer meets it: a real Chromium on a shop's page of another origin."""

import gzip
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Locator, Page, expect

from assistant.conversations import Conversations
from assistant.graph import Assistant
from assistant.service import app
from assistant.store import Database, keys, tickets
from tests.postgres import free_port
from tests.test_service import JOINT
from tests.web import chromium, serve

SCRIPT = Path(app.__file__).parent.parent / "widget" / "anbao.js"


@dataclass
class Shop:
    """A shop's site and the service, each on an address of its own."""

    assistant: Assistant
    store: Database
    port: int = field(default_factory=free_port)
    pages: dict[str, tuple[str, str]] = field(default_factory=dict)  # path: (html, policy)

    def __post_init__(self) -> None:
        pages = self.pages

        class Site(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                html, policy = pages.get(self.path, ("", "default-src 'none'"))
                self.send_response(200)
                self.send_header("Content-Type", "text/html; charset=utf-8")
                self.send_header("Content-Security-Policy", policy)
                self.end_headers()
                self.wfile.write(html.encode())

            def log_message(self, *_: object) -> None:
                pass

        self.site = ThreadingHTTPServer(("127.0.0.1", 0), Site)
        threading.Thread(target=self.site.serve_forever, daemon=True).start()
        self.origin = f"http://127.0.0.1:{self.site.server_port}"
        self.service = f"http://127.0.0.1:{self.port}"
        with self.store.writing() as link:
            self.key = keys.create(link, "shop", "widget", "shop", [self.origin])[1]
        self.open()

    def open(self) -> None:
        self.running = serve(app.build(self.assistant, self.store), self.port)

    def close(self) -> None:
        server, thread = self.running
        server.should_exit = True
        thread.join()

    def page(self, path: str, attributes: str = "", key: str = "") -> str:
        """A page with the widget, under the strictest policy it can live with."""
        tag = f'<script src="{self.service}/widget/anbao.js" data-key="{key or self.key}" {attributes}></script>'
        html = f'<!doctype html><html lang="zh"><title>shop</title><body><h1>商城</h1>{tag}</body></html>'
        self.pages[path] = (
            html,
            f"default-src 'none'; script-src {self.service}; connect-src {self.service}; "
            "require-trusted-types-for 'script'",
        )
        return self.origin + path


@pytest.fixture(scope="module")
def shop(assistant: Assistant, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    store = Database(f"sqlite:///{tmp_path_factory.mktemp('widget') / 'a.sqlite'}")
    shop = Shop(assistant, store)
    yield shop
    shop.close()
    shop.site.shutdown()
    shop.site.server_close()
    store.close()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


@pytest.fixture
def visit(browser: Browser) -> Iterator[Callable[..., Page]]:
    """Open a page as a new visitor; an error or a violation of the page's policy fails the test."""
    contexts, wrong = [], []

    def visit(url: str, **options: Any) -> Page:
        contexts.append(browser.new_context(**options))
        page = contexts[-1].new_page()
        page.set_default_timeout(20_000)
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on("console", lambda m: wrong.append(m.text) if "Content Security Policy" in m.text else None)
        page.goto(url)
        return page

    yield visit
    for context in contexts:
        context.close()
    assert wrong == []


def say(page: Any, text: str) -> None:
    page.get_by_role("textbox").fill(text)
    page.get_by_role("textbox").press("Enter")


def last(page: Any, role: str = "assistant") -> Locator:
    return page.locator(f"article.{role}").last


def test_the_script_is_small():
    assert len(gzip.compress(SCRIPT.read_bytes())) <= 30_000


def test_a_customer_is_answered_and_the_thread_outlives_reload_and_navigation(shop, visit):
    page = visit(shop.page("/a"))
    shop.page("/b")
    page.get_by_role("button", name="维权咨询").click()
    expect(page.get_by_role("textbox")).to_be_focused()
    say(page, JOINT)
    expect(last(page)).to_contain_text("连带责任")
    expect(last(page).locator("strong").first).to_be_visible()
    for go in (page.reload, lambda: page.goto(shop.origin + "/b")):
        go()
        expect(page.locator("article.user p")).to_have_text([JOINT])
        expect(last(page)).to_contain_text("连带责任")
    page.get_by_role("textbox").press("Escape")
    expect(page.get_by_role("dialog")).to_be_hidden()
    expect(page.get_by_role("button", name="维权咨询")).to_be_focused()


def test_a_person_is_called_and_their_words_arrive(shop, visit):
    page = visit(shop.page("/person"))
    page.get_by_role("button", name="维权咨询").click()
    say(page, "喊个人来")
    expect(page.get_by_role("status")).to_have_text("正在等待人工客服…")
    expect(page.get_by_role("button", name="转人工")).to_be_hidden()
    service = Conversations(shop.assistant, shop.store)
    with shop.store.reading() as link:
        ticket = tickets.listed(link, "shop", "open")[0]
    service.take("shop", ticket.id, "anna")
    service.say("shop", ticket.id, "anna", "我是小安")
    expect(last(page, "agent")).to_contain_text("我是小安")
    expect(page.get_by_role("status")).to_have_text("人工客服正在为您服务")
    service.give_back("shop", ticket.id, "anna")
    expect(page.get_by_role("button", name="转人工")).to_be_visible()


def test_a_customer_can_clear_the_thread(shop, visit):
    page = visit(shop.page("/clear"))
    page.get_by_role("button", name="维权咨询").click()
    say(page, JOINT)
    expect(last(page)).to_contain_text("连带责任")
    page.get_by_role("button", name="清除对话").click()
    expect(page.get_by_role("status")).to_contain_text("再按一次")
    page.get_by_role("button", name="清除对话").click()
    expect(page.locator("article.user")).to_have_count(0)
    page.reload()
    page.get_by_role("button", name="维权咨询").click()
    expect(page.locator("article")).to_have_count(1)


def send_again(page):
    """What could not be sent is sent by the button, once."""
    page.get_by_role("button", name="重试").click()
    expect(last(page)).to_contain_text("连带责任")
    expect(page.locator("article.user")).to_have_count(1)


def test_what_could_not_be_sent_is_said_and_sent_again_once(shop, visit):
    page = visit(shop.page("/offline"))
    page.get_by_role("button", name="维权咨询").click()
    page.context.set_offline(True)
    say(page, JOINT)
    expect(page.get_by_role("alert")).to_contain_text("网络不通")
    page.context.set_offline(False)
    send_again(page)
    expect(page.get_by_role("alert")).to_have_count(0)


def test_a_message_survives_the_service_going_away(shop, visit):
    page = visit(shop.page("/down"))
    page.get_by_role("button", name="维权咨询").click()
    say(page, "我在平台的店铺买了电热毯，起火把我烧伤了。")
    expect(page.locator("article")).to_have_count(3)
    shop.close()
    try:
        say(page, "我向平台投诉过，平台一直没有下架。")
        expect(page.get_by_role("alert")).to_be_visible()
    finally:
        shop.open()
    page.reload()
    expect(last(page)).to_contain_text("连带责任")
    expect(page.locator("article.user")).to_have_count(2)


@pytest.mark.parametrize(("status", "told"), [
    (429, "现在太忙"), (503, "现在太忙"), (507, "现在太忙"), (500, "出了问题"), (401, "此页面不能使用咨询"),
])  # fmt: skip
def test_a_refusal_is_told_by_its_kind_and_the_message_is_sent_again(shop, visit, status, told):
    page = visit(shop.page(f"/refused-{status}"))
    page.get_by_role("button", name="维权咨询").click()
    page.route("**/messages/stream", lambda route: route.fulfill(status=status, body="{}"))
    say(page, JOINT)
    expect(page.get_by_role("alert")).to_contain_text(told)
    page.unroute("**/messages/stream")
    send_again(page)


def test_where_the_conversation_was_deleted_meanwhile_a_new_one_begins(shop, visit):
    page = visit(shop.page("/gone"))
    page.get_by_role("button", name="维权咨询").click()
    say(page, "在吗")
    expect(page.locator("article")).to_have_count(3)
    expect(page.get_by_role("button", name="发送")).to_be_enabled()
    with shop.store.writing() as link:
        link.exec_driver_sql("delete from conversations")
    say(page, JOINT)
    page.get_by_role("button", name="重试").click()
    expect(last(page)).to_contain_text("连带责任")
    with shop.store.writing() as link:
        link.exec_driver_sql("delete from conversations")
    page.reload()
    expect(page.locator("article")).to_have_count(1)
    say(page, JOINT)
    expect(last(page)).to_contain_text("连带责任")


def test_on_a_small_screen_the_panel_is_whole_and_the_color_is_the_shops(shop, visit):
    page = visit(shop.page("/small", 'data-color="rgb(120, 20, 20)"'), viewport={"width": 320, "height": 480})
    button = page.get_by_role("button", name="维权咨询")
    assert button.evaluate("node => getComputedStyle(node).backgroundColor") == "rgb(120, 20, 20)"
    button.click()
    say(page, JOINT)
    expect(last(page)).to_contain_text("连带责任")
    for part in ("dialog", "textbox"):
        box = page.get_by_role(part).bounding_box()
        assert box
        assert box["x"] >= 0
        assert box["y"] >= 0
        assert box["x"] + box["width"] <= 320
        assert box["y"] + box["height"] <= 480
    assert page.evaluate("document.documentElement.scrollWidth") <= 320


def test_words_are_shown_as_they_were_typed(shop, visit):
    page = visit(shop.page("/hostile"))
    page.get_by_role("button", name="维权咨询").click()
    hostile = '电热毯<img src=x onerror="window.hacked=1">起火烧伤了我，**我投诉过**，平台没有下架<script>window.hacked=1</script>'
    say(page, hostile)
    expect(last(page, "user").locator("p")).to_have_text(hostile)
    expect(last(page)).to_contain_text("连带责任")
    assert page.evaluate("window.hacked") is None


def test_on_a_page_the_key_is_not_for_nothing_is_answered(shop, visit):
    page = visit(shop.page("/other").replace("127.0.0.1", "localhost"))
    page.get_by_role("button", name="维权咨询").click()
    say(page, JOINT)
    expect(page.get_by_role("alert")).to_contain_text("此页面不能使用咨询")


def test_language_and_theme_follow_the_attributes(shop, visit):
    page = visit(shop.page("/en", 'data-lang="en" data-theme="dark"'))
    page.get_by_role("button", name="Consumer help").click()
    paper = page.get_by_role("dialog").evaluate("node => getComputedStyle(node).backgroundColor")
    assert paper == "rgb(22, 26, 34)"
    say(page, "a person please")
    expect(last(page)).to_contain_text("connected to a person")


def test_a_host_that_allows_only_frames_may_frame_it_and_no_other(shop, visit, browser):
    frame = f'<iframe title="chat" src="{shop.service}/widget/frame?key={shop.key}" width=400 height=600></iframe>'
    shop.pages["/framed"] = f"<!doctype html>{frame}", f"default-src 'none'; frame-src {shop.service}"
    page = visit(shop.origin + "/framed")
    inside = page.frame_locator("iframe")
    say(inside, JOINT)
    expect(last(inside)).to_contain_text("连带责任")
    page.reload()
    expect(last(page.frame_locator("iframe"))).to_contain_text("连带责任")
    with browser.new_context() as another:
        page, refusals = another.new_page(), []
        page.on("console", lambda message: refusals.append(message.text))
        page.goto(shop.origin.replace("127.0.0.1", "localhost") + "/framed")
        expect(page.frame_locator("iframe").get_by_role("textbox")).to_have_count(0)
        assert "frame-ancestors" in refusals[0]


def test_the_demo_shop_works_where_there_is_no_key(assistant, tmp_path, visit):
    store, port = Database(f"sqlite:///{tmp_path / 'a.sqlite'}"), free_port()
    server, thread = serve(app.build(assistant, store), port)
    try:
        page = visit(f"http://127.0.0.1:{port}/demo")
        page.get_by_role("button", name="维权咨询").click()
        say(page, JOINT)
        expect(last(page)).to_contain_text("连带责任")
    finally:
        server.should_exit = True
        thread.join()
        store.close()


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing_serious_in_the_widget(shop, visit, theme):
    page = visit(shop.page(f"/axe-{theme}", f'data-theme="{theme}"'))
    page.get_by_role("button", name="维权咨询").click()
    say(page, JOINT)
    expect(last(page)).to_contain_text("连带责任")
    found = Axe().run(page, context={"include": ["anbao-chat"]}).response
    assert "color-contrast" in {rule["id"] for rule in found["passes"]}, "it looks into the shadow root"
    assert [rule["id"] for rule in found["violations"] if rule["impact"] in ("serious", "critical")] == []
