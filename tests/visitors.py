"""The chat page served for tests, and what a person does on it."""

import io
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import docx
import gradio as gr
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Locator, Page, expect
from pypdf import PdfReader

from assistant import ui
from assistant.graph import Assistant
from assistant.store import Database
from tests.postgres import free_port

PICTURES = Path(__file__).parent.parent / "artefacts" / "pages"  # kept for those who look


@dataclass
class Site:
    """The page, served on a free port over a store; it can be stopped and started again."""

    assistant: Assistant
    store: Database
    port: int = 0
    blocks: list[gr.Blocks] = field(default_factory=list)

    def start(self) -> None:
        self.port = self.port or free_port()
        self.blocks.append(ui.launch(self.assistant, self.store, "127.0.0.1", self.port))

    def stop(self) -> None:
        """As if killed: whoever is being answered is cut off."""
        blocks = self.blocks.pop()
        blocks.server.force_exit = True
        blocks.close(verbose=False)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/"


# ---- what a person does
def say(page: Page, message: str) -> None:
    """Type a message, press Enter, wait for the finished reply."""
    replies = page.get_by_test_id("bot").count()
    box = page.locator("#box textarea")
    box.fill(message)
    box.press("Enter")
    finished(page, replies + 1)


def finished(page: Page, replies: int) -> None:
    expect(page.get_by_test_id("bot")).to_have_count(replies)
    expect(page.locator("#send")).to_be_visible()
    expect(page.locator("#stop")).to_be_hidden()


def reply(page: Page) -> Locator:
    return page.get_by_test_id("bot").last


def headline(page: Page) -> Locator:
    return page.locator("#card .headline")


def pane(page: Page, name: str) -> None:
    page.locator("#panels").get_by_role("tab", name=name).click()


def settings(page: Page, *, opened: bool = True) -> Locator:
    """The settings, opened or closed again."""
    choices = page.locator("#choices")
    if choices.is_visible() != opened:
        page.locator("#settings").get_by_role("button").first.click()
    expect(choices).to_be_visible(visible=opened)
    return page.locator("#settings")


def downloaded(page: Page, button: str) -> tuple[str, bytes]:
    """Name and contents of the file behind a button."""
    with page.expect_download() as coming:
        page.locator(button).click()
    return coming.value.suggested_filename, Path(coming.value.path()).read_bytes()


def until(page: Page, holds: Callable[[], bool]) -> None:
    """Wait for what is not seen on the page, twenty seconds at most."""
    for _ in range(400):
        if holds():
            return
        page.wait_for_timeout(50)
    pytest.fail("waited for twenty seconds")


def opened(name: str, data: bytes) -> str:
    """All text of a Word or PDF file, that of tables last, without blanks."""
    if name.endswith(".pdf"):
        parts = [page.extract_text() for page in PdfReader(io.BytesIO(data)).pages]
    else:
        document = docx.Document(io.BytesIO(data))
        cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
        parts = [p.text for p in document.paragraphs] + cells
    return "".join("".join(parts).split())


def picture(page: Page, name: str) -> None:
    """Keep a picture of the page for those who look."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=PICTURES / f"{name}.jpeg", type="jpeg", quality=70, full_page=True)


def faults(page: Page, within: str | None = None) -> list[str]:
    """What axe finds serious or critical on the page or in a part of it, each with the place."""
    found = Axe().run(page, within, {"resultTypes": ["violations"]}).response["violations"]
    return [
        f"{v['id']}: {v['nodes'][0]['html'][:150]}" for v in found if v["impact"] in ("serious", "critical")
    ]
