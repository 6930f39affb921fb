"""The desk and the chat page in one process, in a real Chromium: tickets taken, answered and given back."""

from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient
from playwright.sync_api import Page, expect

from assistant.conversations import Conversations
from assistant.service import app, pages
from assistant.store import Database, keys
from tests.postgres import free_port
from tests.test_service import JOINT
from tests.test_widget import browser, visit  # noqa: F401 (fixtures)
from tests.web import serve

HOSTILE = "<img src=x onerror=alert(1)>转人工"


@pytest.fixture
def store(tmp_path) -> Iterator[Database]:
    database = Database(f"sqlite:///{tmp_path / 'a.sqlite'}")
    yield database
    database.close()


@pytest.fixture
def service(assistant, store) -> Iterator[tuple[str, Conversations]]:
    """(address, conversations) of a running service with the chat page."""
    port, application = free_port(), app.build(assistant, store)
    pages.with_chat(application, assistant, with_keys=False)
    server, thread = serve(application, port)
    yield f"http://127.0.0.1:{port}", application.state.conversations
    server.should_exit = True
    thread.join()


def enter(page: Page, key: str, name: str = "小安") -> None:
    page.get_by_label("客服密钥").fill(key)
    page.get_by_label("您的称呼").fill(name)
    page.get_by_role("button", name="进入").click()


def test_an_agent_takes_answers_and_gives_back(service, store, visit):  # noqa: F811
    address, conversations = service
    with store.writing() as link:
        sent = keys.create(link, "desk", "agent", "default")[1]
    talk, _ = conversations.start("default")
    for text in (JOINT, HOSTILE):
        conversations.answer("default", conversations.accept(talk, text))
    page = visit(f"{address}/desk", locale="zh-CN")
    enter(page, "ak_wrong_key")
    expect(page.get_by_role("alert")).to_have_text("密钥不对或已停用")
    enter(page, sent)
    page.get_by_role("button", name="客户要求").click()
    expect(page.locator("article.user").last).to_contain_text(HOSTILE)
    expect(page.locator(".liability")).to_have_text("joint")
    page.locator("summary", has_text="知道或应当知道而未采取必要措施").click()
    expect(page.locator(".case details[open]")).to_contain_text("电子商务法#38.1")
    page.get_by_role("button", name="接手").click()
    page.get_by_label("回复客户").fill("我是小安，正在看您的材料")
    page.get_by_role("button", name="发送").click()
    expect(page.locator("article.agent")).to_contain_text("正在看您的材料")
    talk = conversations.find("default", talk.id)
    assert talk.state == "agent"
    conversations.accept(talk, "好的，谢谢")
    expect(page.locator("article.user").last).to_contain_text("好的，谢谢")
    page.get_by_role("button", name="交还助手").click()
    expect(page.get_by_label("回复客户")).to_have_count(0)
    assert conversations.find("default", talk.id).state == "bot"
    page.reload()
    expect(page.get_by_role("button", name="退出")).to_be_visible()
    page.get_by_role("button", name="退出").click()
    assert page.evaluate("sessionStorage.length") == 0


@pytest.mark.parametrize(("with_keys", "has_key", "headers", "status"), [
    (False, False, {}, 200), (False, True, {}, 401), (True, True, {}, 200),
    (True, True, {"Origin": "https://evil.example"}, 401),
    (False, False, {"Host": "evil.example"}, 401),
])  # fmt: skip
def test_who_may_open_the_chat_page(assistant, store, with_keys, has_key, headers, status):
    if has_key:
        with store.writing() as link:
            keys.create(link, "shop", "chat")
    application = app.build(assistant, store)
    pages.with_chat(application, assistant, with_keys=with_keys)
    with TestClient(application, base_url="http://127.0.0.1") as client:
        assert client.get("/chat/config", headers=headers).status_code == status
        assert (
            "frame-ancestors 'none'"
            in client.get("/chat/", headers=headers).headers["content-security-policy"]
        )
