"""`make page`: the chat page in a real Chromium on this machine: first paint, a turn, people at once.

With `pictures` as its argument it also writes the README's pictures to docs/img. People at once are
counted without browsers: each speaks as the page does, over the queue and its stream of events.
"""

import json
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import Any

import httpx
from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

from assistant import graph, ui
from assistant.settings import Settings
from assistant.store import Database

CHROMIUM = "/usr/bin/chromium"
PORT, PEOPLE, VISITS = 7979, 20, 5
PICTURES = Path(__file__).parent.parent / "docs" / "img"
WIDEST = 150 * 1024  # bytes of a picture
STORIES = {
    "zh-CN": "我在平台的店铺花320元买了电热毯，起火把我烧伤了，医药费5000元。"
    "我向平台投诉过，平台一直没有下架。",
    "en-US": "I bought an electric blanket for 320 yuan from a shop on the platform. "
    "It caught fire and burned me. I had reported it to the platform and it is still on sale.",
}


@contextmanager
def served() -> Iterator[Any]:
    """The page over a store of its own."""
    with tempfile.TemporaryDirectory(prefix="anbao-page-") as folder:
        assistant = graph.build(Settings(data=Path(folder)))
        assistant.ask(list(STORIES.values()))  # what is loaded at the first answer
        blocks = ui.launch(assistant, Database(f"sqlite:///{folder}/anbao.sqlite"), "127.0.0.1", PORT)
        yield blocks
        blocks.close(verbose=False)


def visit(browser: Browser, lang: str, **options: Any) -> tuple[Page, float, float]:
    """A new visitor's page, the seconds to its first paint and until it can be typed in."""
    page = browser.new_context(locale=lang, **options).new_page()
    began = time.perf_counter()
    page.goto(f"http://127.0.0.1:{PORT}")
    page.locator("#box textarea:enabled").wait_for()
    ready = time.perf_counter() - began
    paint = page.evaluate("performance.getEntriesByName('first-contentful-paint')[0].startTime / 1000")
    return page, float(paint), ready


def turn(page: Page, story: str) -> float:
    """Seconds from Enter to the verdict in the page."""
    page.locator("#box textarea").fill(story)
    began = time.perf_counter()
    page.locator("#box textarea").press("Enter")
    page.locator("#card .headline").wait_for()
    return time.perf_counter() - began


def correction(page: Page) -> float:
    """Seconds from a fact corrected in its place to the verdict that follows."""
    before = page.locator("#card code").inner_text()
    began = time.perf_counter()
    page.locator("#facts [data-fact=took_measures]").select_option("yes")
    page.wait_for_function("before => document.querySelector('#card code').innerText !== before", arg=before)
    return time.perf_counter() - began


def person(number: int, handler: int) -> float:
    """One of many who send a story at once: the seconds until the whole answer has come."""
    whose = f"person-{number}"
    data = [STORIES["zh-CN"], {"key": whose}, ""]
    row = {"data": data, "fn_index": handler, "session_hash": whose, "trigger_id": 0}
    began = time.perf_counter()
    with httpx.Client(
        base_url=f"http://127.0.0.1:{PORT}/gradio_api/queue", timeout=120, trust_env=False
    ) as http:
        http.post("/join", json=row).raise_for_status()
        with http.stream("GET", "/data", params={"session_hash": whose}) as events:
            for line in events.iter_lines():
                said = json.loads(line[6:]) if line.startswith("data: ") else {}
                if said.get("msg") == "process_completed":
                    if not said["success"]:
                        raise RuntimeError(f"person {number} was not answered")
                    return time.perf_counter() - began
    raise RuntimeError(f"the stream of person {number} ended early")


def picture(page: Page, name: str) -> None:
    """Keep what is seen as a small picture."""
    image = Image.open(BytesIO(page.screenshot()))
    for quality in range(85, 20, -10):
        image.save(PICTURES / f"{name}.webp", quality=quality)
        if (PICTURES / f"{name}.webp").stat().st_size <= WIDEST:
            return


def pictures(browser: Browser) -> None:
    """The README's pictures."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    wide, narrow = {"width": 1360, "height": 900}, {"width": 390, "height": 844}
    for name, lang in (("page-zh", "zh-CN"), ("page-en", "en-US")):
        page, _, _ = visit(browser, lang, viewport=wide)
        page.locator("#understood").click()
        turn(page, STORIES[lang])
        page.wait_for_timeout(1500)
        picture(page, name)
        page.locator("#chips .strong").click()
        page.locator("#letter .sheet").wait_for()
        page.wait_for_timeout(1000)
        picture(page, name.replace("page", "letter"))
    page, _, _ = visit(browser, "zh-CN", viewport=narrow, color_scheme="dark")
    page.locator("#understood").click()
    turn(page, STORIES["zh-CN"])
    page.wait_for_timeout(1000)
    page.locator("#card").scroll_into_view_if_needed()
    page.evaluate("document.querySelector('#panels').scrollIntoView()")
    page.wait_for_timeout(500)
    picture(page, "phone")


def _row(name: str, seconds: list[float], wanted: str = "") -> None:
    print(f"{name:44} {statistics.median(seconds):6.2f} s  (worst {max(seconds):.2f})  {wanted}")


def main() -> None:
    """Print one line a figure, median and worst of a few."""
    with served() as blocks, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        if "pictures" in sys.argv[1:]:
            pictures(browser)
        rows = []
        for _ in range(VISITS):
            page, paint, ready = visit(browser, "zh-CN")
            rows.append((paint, ready, turn(page, STORIES["zh-CN"]), correction(page)))
            page.context.close()
        names = (
            ("first paint", "≤ 2 s"),
            ("until it can be typed in", ""),
            ("a turn", "≤ 1 s"),
            ("a fact corrected", ""),
        )
        for (name, wanted), seconds in zip(names, zip(*rows, strict=True), strict=True):
            _row(name, list(seconds), wanted)
        browser.close()
        handler = next(n for n, fn in blocks.fns.items() if getattr(fn.fn, "__name__", "") == "answer")
        began = time.process_time()
        with ThreadPoolExecutor(PEOPLE) as pool:
            _row(
                f"{PEOPLE} people at once, each answered after",
                list(pool.map(person, range(PEOPLE), [handler] * PEOPLE)),
            )
        _row("of that, this program's CPU a person", [(time.process_time() - began) / PEOPLE])


if __name__ == "__main__":
    main()
