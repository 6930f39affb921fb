"""The conversation as bubbles, and the list of conversations."""

import base64
import mimetypes
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from markupsafe import Markup

from assistant.facts import Lang
from assistant.graph import STEPS
from assistant.store.talks import Conversation, Message
from assistant.ui.html import el, harmless, literal, panel
from assistant.ui.talk import View
from assistant.ui.words import TEXT

Bubble = dict[str, str]

EXAMPLES: Mapping[Lang, Mapping[str, str]] = {"zh": {
    "充电宝爆炸，平台早知不下架": "我在平台的店铺买了一个充电宝，充电时爆炸把手烧伤了。平台之前就收到过好几起投诉，一直没有下架。",
    "外卖吃坏肚子，商家没有许可证": "点外卖吃完上吐下泻住院，花了三千多医药费。后来发现这家店没有食品经营许可证，平台没有核验就让它入驻了。",
    "买到假货，商家失联": "网上买的名牌包鉴定是假的，花了 2600 元，商家联系不上了，平台也不肯告诉我商家的真实名称和地址。",
    "美容把脸烫伤，平台没有审核资质": "在平台上的店铺买的美容服务把脸烫伤了。平台没有核验商家的资质，事先也不知情。",
}, "en": {
    "Heater caught fire, platform never checked": "I bought an electric heater from a shop on the platform and it caught fire and burned my arm. The platform never checked whether the seller had any licence or certificate.",
    "Reported a fake, still on sale": "The face cream I bought was counterfeit and gave me a rash. I reported it to the platform twice with photos, and the listing is still up.",
    "Food poisoning, no licence": "I ordered takeaway on a delivery app and ended up in hospital with food poisoning, which cost me 3,000 yuan. It turned out the restaurant had no food licence and the app never checked.",
    "Fake bag, seller vanished": "The designer bag I bought online for 2,600 yuan is a fake. I cannot reach the seller, and the platform refuses to give me the seller's real name and address.",
}}  # fmt: skip


def examples(lang: Lang) -> list[dict[str, str]]:
    """Stories to begin with, as Gradio shows them."""
    return [{"text": text, "display_text": name} for name, text in EXAMPLES[lang].items()]


def bubbles(view: View | None, step: str = "") -> list[Bubble]:
    """The messages as Gradio shows them; `step`: what is being done for the one not yet answered."""
    if view is None:
        return []
    shown = [_bubble(m, view.lang) for m in view.told]
    if step or view.waiting:
        shown.append({"role": "assistant", "content": f"*{STEPS[step or 'understand'][view.lang]}*"})
    return shown


def _bubble(message: Message, lang: Lang) -> Bubble:
    if message.role != "user":
        return {"role": "assistant", "content": harmless(message.text)}
    file = (message.answer or {}).get("file", "")
    origin = f"*{literal(TEXT[lang]['from_file'].format(file))}*\n\n" if file else ""
    return {"role": "user", "content": origin + literal(message.text)}


def feedback(view: View | None) -> list[str | None]:
    """What the reader thought of each of the assistant's messages, in order."""
    told = view.told if view else []
    return [(m.answer or {}).get("feedback") for m in told if m.role != "user"]


def listed(talks: Sequence[Conversation], here: str, lang: Lang) -> str:
    """The conversations of this browser: open one, or delete it for good."""
    said = TEXT[lang]
    rows = [_row(talk, here, lang) for talk in talks]
    shown = el("ul", *rows, class_="talks") if rows else el("p", said["no_talks"], class_="hint")
    return panel(lang, el("nav", shown, aria_label=said["talks"]))


def _row(talk: Conversation, here: str, lang: Lang) -> Markup:
    said = TEXT[lang]
    day = datetime.fromisoformat(talk.updated_at).astimezone().strftime("%m-%d %H:%M")
    current = {"aria_current": "true"} if talk.id == here else {}
    opened = el("button", talk.title, el("small", day), type="button", data_open=talk.id, **current)
    name = f"{said['delete']}：{talk.title}" if lang == "zh" else f"{said['delete']}: {talk.title}"
    deleted = el(
        "button", "✕", type="button", data_delete=talk.id, data_really=said["delete_really"], aria_label=name
    )
    return el("li", opened, deleted)


def download(name: str, data: bytes) -> dict[str, Any]:
    """A file as the page takes it: name, type, contents."""
    kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
    return {"name": name, "type": kind, "data": base64.b64encode(data).decode()}
