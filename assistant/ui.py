"""The chat page: the conversation on the left, what the rules made of it on the right (Gradio).

`page(assistant)` is the page and `serve` opens it. The right side is built from the answer by small
functions that return escaped HTML; to show more of a verdict, add one and name it in `findings`.
What a browser said lives in its own Session and is never shared.
"""

# ruff: noqa: E501  # bilingual text and the style sheet

import errno
import logging
import os
import re
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from itertools import groupby
from typing import Any

import gradio as gr
from fastapi import FastAPI, Request
from markupsafe import Markup

from assistant.doctrines import ARTICLE_OWN, DOCTRINES
from assistant.facts import Declaration, Fact, Lang, plain
from assistant.graph import STEPS, Assistant, Memory
from assistant.read import MAX_MESSAGE, language
from assistant.rules import FORM_NAMES
from assistant.settings import OFFLINE, Settings
from assistant.steps import watched
from assistant.trace import as_mermaid, as_text
from assistant.verdict import DutyResult, Verdict

log = logging.getLogger(__name__)

TEXT: Mapping[Lang, Mapping[str, str]] = {
    "zh": {
        "title": "# 安保 Anbao\n网购出了事，平台要不要负责、负哪一种责任、依据哪一条",
        "legal": "这是法律信息，不是法律意见。",
        "offline": "离线运行：您输入的内容不会离开这台机器。",
        "online": "您输入的内容会发给：{}。",
        "placeholder": "### 请说说发生了什么\n买了什么、在哪个平台、出了什么问题、平台知道后做了什么。也可以从下面的例子开始。",
        "box": "请说说发生了什么（回车发送，Shift+回车换行）",
        "box_label": "您的话", "chat": "对话", "send": "发送", "clear": "清空",
        "settings": "设置", "reply_language": "答复语言", "auto": "自动", "doctrine": "“相应的责任”采哪一学说",
        "failed": "抱歉，这一轮没有完成（{}）。您之前说的都还在，请再发一次或换个说法。",
        "form": "责任形态", "certain": "已经确定", "undetermined": "暂无", "possible": "不能排除",
        "wording": "法律原文：“相应的责任”", "under": "按学说", "as_of": "适用法律截至", "decision": "决定编号",
        "duties": "平台的安全保障义务", "duty": "义务", "status": "状态", "basis": "依据",
        "prevention": "事前：风险预防", "avoidance": "事中：风险避免", "relief": "事后：风险救助",
        "breached": "违反", "fulfilled": "已履行", "unknown": "尚不清楚", "not_engaged": "未涉及",
        "facts": "读到的事实", "told": "您说的", "followed": "由此推出或推定的", "open": "还不知道、会影响结论的",
        "none_told": "还没有读到事实。", "clash": "这两点不能同时成立，请更正：",
        "yes": "是", "no": "否", "yuan": "{} 元",
        "stated": "您说的", "corrected": "您更正的", "inferred": "推出", "presumed": "推定",
        "sources": "引用的条文", "statute": "条文", "digest": "摘要，不是原文", "added": "您加入的文本",
        "version": "{} 版，{} 有效", "others": "按其他学说",
        "certificate": "结论靠什么", "settling": "问清这些就能定", "depends_on": "还可能改变结论的",
        "whatever": "无论怎样都不影响的", "periods": "不同时间的法律", "since": "{} 起：{}",
        "trace": "推理过程：从结论到您的话", "diagram": "推理图",
    },
    "en": {
        "title": "# Anbao 安保\nWhen an online purchase goes wrong: is the platform liable, in which form, under which provision",
        "legal": "This is legal information, not legal advice.",
        "offline": "Offline: nothing you type leaves this machine.",
        "online": "What you type is sent to: {}.",
        "placeholder": "### Tell me what happened\nWhat you bought, on which platform, what went wrong, and what the platform did once it knew. Or start from an example.",
        "box": "Tell me what happened (Enter sends, Shift+Enter for a new line)",
        "box_label": "Your words", "chat": "Conversation", "send": "Send", "clear": "Clear",
        "settings": "Settings", "reply_language": "Reply language", "auto": "Auto", "doctrine": "Doctrine on “corresponding liability”",
        "failed": "Sorry, this turn did not finish ({}). What you told before is kept; please send it again or rephrase.",
        "form": "Form of liability", "certain": "Certain", "undetermined": "nothing yet", "possible": "Not excluded",
        "wording": "The statute says: “corresponding liability”", "under": "Doctrine", "as_of": "Law as of", "decision": "Decision",
        "duties": "The platform's duties of safety protection", "duty": "Duty", "status": "Status", "basis": "Basis",
        "prevention": "Before: risk prevention", "avoidance": "During: risk avoidance", "relief": "After: risk relief",
        "breached": "breached", "fulfilled": "fulfilled", "unknown": "not known", "not_engaged": "not engaged",
        "facts": "The facts read", "told": "What you told", "followed": "What follows or is presumed", "open": "Not known, and would matter",
        "none_told": "No facts read yet.", "clash": "These two cannot both be true; please correct one:",
        "yes": "yes", "no": "no", "yuan": "{} yuan",
        "stated": "you said", "corrected": "you corrected", "inferred": "inferred", "presumed": "presumed",
        "sources": "Provisions cited", "statute": "statute", "digest": "digest, not the text", "added": "text you added",
        "version": "version of {}, in force on {}", "others": "Under the other doctrines",
        "certificate": "What the answer rests on", "settling": "Settled by these answers",
        "depends_on": "Could still change it", "whatever": "Makes no difference whatever the answer",
        "periods": "Under the law of other times", "since": "from {}: {}",
        "trace": "The reasoning, from the form to your words", "diagram": "Diagram of the reasoning",
    },
}  # fmt: skip

LANGS: Mapping[str, Lang] = {"zh": "zh", "en": "en"}  # the reply language chosen; else the message's

# the choices of corpus/facts.yaml in Chinese; in English they are words already
CHOICES: Mapping[str, str] = {
    "listing": "商品页面", "livestream": "直播", "food_delivery": "外卖", "transport": "出行",
    "lodging": "住宿", "second_hand": "二手", "food": "食品", "health_food": "保健食品", "drug": "药品",
    "medical_device": "医疗器械", "cosmetics": "化妆品", "infant_product": "婴童用品",
    "electrical_product": "电器", "vehicle": "车辆", "transport_service": "出行服务",
    "medical_service": "医疗服务", "general_goods": "一般商品", "general_service": "一般服务",
    "digital": "数字产品", "financial": "金融产品", "content": "内容产品", "unsafe": "不安全",
    "counterfeit": "假货", "false_advertising": "虚假宣传", "fraud": "欺诈", "price_fraud": "价格欺诈",
    "non_delivery": "不发货", "refund_refusal": "拒绝退款", "privacy": "侵害个人信息", "other": "其他",
}  # fmt: skip

EXAMPLES: Mapping[str, str] = {
    "充电宝爆炸，平台早知不下架": "我在平台的店铺买了一个充电宝，充电时爆炸把手烧伤了。平台之前就收到过好几起投诉，一直没有下架。",
    "外卖吃坏肚子，商家没有许可证": "点外卖吃完上吐下泻住院，花了三千多医药费。后来发现这家店没有食品经营许可证，平台没有核验就让它入驻了。",
    "买到假货，商家失联": "网上买的名牌包鉴定是假的，花了 2600 元，商家联系不上了，平台也不肯告诉我商家的真实名称和地址。",
    "美容把脸烫伤，平台没有审核资质": "在平台上的店铺买的美容服务把脸烫伤了。平台没有核验商家的资质，事先也不知情。",
    "Heater caught fire, platform never checked": "I bought an electric heater from a shop on the platform and it caught fire and burned my arm. The platform never checked whether the seller had any licence or certificate.",
    "Reported a fake, still on sale": "The face cream I bought was counterfeit and gave me a rash. I reported it to the platform twice with photos, and the listing is still up.",
}  # fmt: skip


# ---- a browser's conversation
Bubble = dict[str, str]


@dataclass(frozen=True, eq=False)  # compared by identity: gr.State hashes it, and facts have no hash
class Session:
    """What one browser said and was answered; `before` lets the last message be answered again."""

    before: Memory
    after: Memory
    message: str = ""
    bubbles: tuple[Bubble, ...] = ()


Shown = tuple[list[Bubble], Session, Any, Any, Any]  # chat, session, findings, sources, diagram
_UNCHANGED: Any = (gr.skip(), gr.skip(), gr.skip())


def talk(
    assistant: Assistant, message: str, session: Session, lang: Lang | None, doctrine: str
) -> Iterator[Shown]:
    """Answer a message after a session: the steps while working, then the reply and the panels."""
    told_in, memory = lang or language(message), session.after
    told = (*session.bubbles, _bubble("user", literal(message)))
    try:
        for now in watched(lambda on_step: assistant.turn(message, memory, doctrine, lang, on_step)):
            if isinstance(now, str):
                yield [*told, _bubble("assistant", f"*{STEPS[now][told_in]}*")], session, *_UNCHANGED
                continue
            bubbles = (*told, _bubble("assistant", harmless(now.reply)))
            shown = findings(now.verdict, now.lang) if now.verdict else gr.skip()
            after = Session(memory, now.memory, message, bubbles)
            drawn = diagram(now.verdict, now.lang) if now.verdict else gr.skip()
            yield list(bubbles), after, shown, sources(now.citations, now.lang), drawn
    except Exception as error:  # the edge that answers a user
        log.error("a turn failed: %s", _where(error))
        sorry = TEXT[told_in]["failed"].format(type(error).__name__)
        bubbles = (*told, _bubble("assistant", f"⚠️ {sorry}"))
        yield list(bubbles), Session(memory, memory, message, bubbles), *_UNCHANGED


def again(assistant: Assistant, session: Session, lang: Lang | None, doctrine: str) -> Iterator[Shown]:
    """Answer the last message once more, under other settings."""
    earlier = Session(session.before, session.before, bubbles=session.bubbles[:-2])
    yield from talk(assistant, session.message, earlier, lang, doctrine)


def _where(error: Exception) -> str:
    """Kind and place of an error, without its message: that may hold the user's words."""
    place = error.__traceback__
    while place and place.tb_next:
        place = place.tb_next
    return f"{type(error).__name__} in {place.tb_frame.f_code.co_filename}:{place.tb_lineno}" if place else ""


def _bubble(role: str, content: str) -> Bubble:
    return {"role": role, "content": content}


def literal(text: str) -> str:
    """Markdown that shows the text as it was typed: no markup, no links, no images."""
    return escape(re.sub(r"([!#$%()*+,\-./:=?@\[\\\]^_`{|}~])", r"\\\1", text), quote=False)


def harmless(reply: str) -> str:
    """A reply, which may quote anyone's words, without HTML, images or named links; other Markdown stays."""
    return reply.replace("&", "&amp;").replace("<", "&lt;").replace("[", "\\[")


# ---- what the rules made of it
def _el(name: str, *parts: str, **attributes: str) -> Markup:
    """An HTML element. Whatever is not Markup already is escaped."""
    opening = Markup("").join(
        Markup(' {}="{}"').format(key.strip("_").replace("_", "-"), value)
        for key, value in attributes.items()
    )
    return Markup("<{0}{1}>{2}</{0}>").format(name, opening, Markup("").join(parts))


def _panel(lang: Lang, *parts: str) -> str:
    return str(_el("div", *parts, class_="anbao", lang="zh-CN" if lang == "zh" else "en"))


def _half(both: str, lang: Lang) -> str:
    """One language of a text written as “中文 / English”."""
    zh, slash, en = both.partition(" / ")
    return en if slash and lang == "en" else zh


def _joined(names: Sequence[str], lang: Lang) -> str:
    return ("、" if lang == "zh" else "; ").join(names)


def findings(verdict: Verdict, lang: Lang) -> str:
    """The verdict card, duties, facts, other schools, what the form depends on, and the whole trace."""
    parts = (_card, _duties, _facts, _others, _depends, _trace)
    return _panel(lang, *(part(verdict, lang) for part in parts))


def _card(verdict: Verdict, lang: Lang) -> Markup:
    said = TEXT[lang]
    certain = FORM_NAMES[verdict.certain][lang] if verdict.certain in FORM_NAMES else said["undetermined"]
    possible = [FORM_NAMES[form][lang] for form in verdict.possible if form != verdict.certain]
    rows = [(said["certain"], certain)]
    if possible:
        rows.append((said["possible"], _joined(possible, lang)))
    rows += [(said["under"], verdict.doctrine.name[lang]), (said["as_of"], verdict.law_as_of.isoformat()),
             (said["decision"], _el("code", verdict.decision_id))]  # fmt: skip
    wording = _el("p", said["wording"], class_="wording") if verdict.statutory_wording else Markup()
    return _el(
        "section",
        _el("h2", said["form"]), _el("p", FORM_NAMES[verdict.liability][lang], class_="headline"), wording,
        _el("dl", *(_el("dt", name) + _el("dd", value) for name, value in rows)),
        class_="card", data_form=verdict.liability, aria_live="polite",
    )  # fmt: skip


def _duties(verdict: Verdict, lang: Lang) -> Markup:
    said = TEXT[lang]
    phases = groupby(verdict.duties, key=lambda duty: duty.duty.phase)
    bodies = [
        _el("tbody", _el("tr", _el("th", said[phase], colspan="2", scope="rowgroup")),
            *(_duty(duty, lang) for duty in duties))
        for phase, duties in phases
    ]  # fmt: skip
    head = _el(
        "thead", _el("tr", _el("th", said["duty"], scope="col"), _el("th", said["status"], scope="col"))
    )
    return _el("section", _el("h2", said["duties"]), _el("table", head, *bodies))


def _duty(duty: DutyResult, lang: Lang) -> Markup:
    standard = _half(duty.duty.standard[duty.standard], lang)
    note = _el("small", standard) if duty.status != "not_engaged" and standard else Markup()
    return _el(
        "tr", _el("td", duty.duty.name[lang], note),
        _el("td", _el("span", TEXT[lang][duty.status], class_="status", data_status=duty.status)),
    )  # fmt: skip


def _facts(verdict: Verdict, lang: Lang) -> Markup:
    said, known = TEXT[lang], verdict.facts.known
    told = [n for n, fact in known.items() if fact.source in ("stated", "corrected")]
    rest = [n for n in known if n not in told]
    wanted = [*verdict.asks, *(n for ground in verdict.open for n in ground.missing)]
    missing = [n for n in dict.fromkeys(wanted) if n not in known]
    rows = {n: _fact(n, verdict, lang) for n in (*told, *rest, *missing)}
    return _el(
        "section", _el("h2", said["facts"]), *_clashes(verdict, lang),
        _el("ul", *(rows[n] for n in told)) if told else _el("p", said["none_told"]),
        _folded(said["open"], [rows[n] for n in missing]), _folded(said["followed"], [rows[n] for n in rest]),
    )  # fmt: skip


def _folded(title: str, rows: Sequence[Markup]) -> Markup:
    summary = _el("summary", f"{title} ({len(rows)})")
    return _el("details", summary, _el("ul", *rows)) if rows else Markup()


def _clashes(verdict: Verdict, lang: Lang) -> list[Markup]:
    declared = verdict.facts.declared
    return [
        _el("p", TEXT[lang]["clash"], _joined([declared[name].text[lang] for name in pair], lang),
            class_="clash", role="alert")
        for pair in verdict.contradictions
    ]  # fmt: skip


def _fact(name: str, verdict: Verdict, lang: Lang) -> Markup:
    declared, fact = verdict.facts.declared, verdict.facts.known.get(name)
    value = plain(verdict.facts[name])
    badge = _el("span", _value(declared[name], value, lang), class_="value", data_value=value)
    line = badge + _el("span", declared[name].text[lang])
    return _el("li", line + _why(declared, name, fact, lang) if fact else line)


def _value(declared: Declaration, value: str, lang: Lang) -> str:
    said = TEXT[lang]
    if value in ("yes", "no", "unknown"):
        return said[value]
    if declared.kind == "amount":
        return said["yuan"].format(value)
    return CHOICES.get(value, value) if lang == "zh" else value.replace("_", " ")


def _why(declared: Mapping[str, Declaration], name: str, fact: Fact, lang: Lang) -> Markup:
    """Source and evidence: the user's words, the facts it follows from, or the presumption."""
    source = TEXT[lang][fact.source]
    if fact.source in ("stated", "corrected"):
        return _el("small", source, " ", _el("q", fact.evidence) if fact.evidence else "")
    names = fact.evidence.split(" & ")
    if fact.source == "presumed":
        reason = declared[name].because.get(lang, "")
    elif all(n in declared for n in names):
        reason = _joined([declared[n].text[lang] for n in names], lang)
    else:
        reason = _half(fact.evidence, lang)
    return _el("small", source, ("：" if lang == "zh" else ": ") + reason if reason else "")


def _others(verdict: Verdict, lang: Lang) -> Markup:
    rows = (
        _el("tr", _el("td", DOCTRINES[name].name[lang]),
            _el("td", _el("span", FORM_NAMES[form][lang], class_="chip", data_form=form)))
        for name, form in verdict.other_doctrines.items()
    )  # fmt: skip
    return _el("section", _el("h2", TEXT[lang]["others"]), _el("table", _el("tbody", *rows)))


def _depends(verdict: Verdict, lang: Lang) -> Markup:
    """What the form does not depend on, what could still change it, and the law of other times."""
    said, declared, proof = TEXT[lang], verdict.facts.declared, verdict.certificate
    names = {
        said["settling"]: verdict.settling,
        said["depends_on"]: proof.depends_on[:8],
        said["whatever"]: proof.whatever[:8],
    }
    rows = [_el("dt", title) + _el("dd", _joined([declared[n].text[lang] for n in some], lang))
            for title, some in names.items() if some]  # fmt: skip
    if len(verdict.periods) > 1:
        times = [
            said["since"].format(p.start.isoformat(), FORM_NAMES[p.liability][lang]) for p in verdict.periods
        ]
        rows.append(_el("dt", said["periods"]) + _el("dd", _joined(times, lang)))
    return _el("section", _el("h2", said["certificate"]), _el("dl", *rows)) if rows else Markup()


def _trace(verdict: Verdict, lang: Lang) -> Markup:
    """Form, ground, elements, facts, words, provisions, line by line, folded."""
    text = _el("pre", as_text(verdict, lang), class_="trace")
    return _el("section", _el("details", _el("summary", TEXT[lang]["trace"]), text))


def diagram(verdict: Verdict, lang: Lang) -> str:
    """The trace as a Mermaid block, which the page draws."""
    return f"```mermaid\n{as_mermaid(verdict, lang)}\n```"


def sources(citations: Sequence[Mapping[str, object]], lang: Lang) -> str:
    """The provisions cited, each with its text folded."""
    if not citations:
        return ""
    rows = (_source({key: str(value) for key, value in row.items()}, lang) for row in citations)
    return _panel(lang, _el("section", _el("h2", TEXT[lang]["sources"]), *rows))


def _source(row: Mapping[str, str], lang: Lang) -> Markup:
    said = TEXT[lang]
    title = (lang == "en" and row["title_en"]) or row["title"]
    translated = lang == "en" and row["text_en"]
    text = _el("blockquote", translated or row["text"], lang="en" if translated else "zh-CN")
    mark = _el("span", said.get(row["kind"], row["kind"]), class_="mark", data_kind=row["kind"])
    dates = said["version"].format(row["version"], row["in_force_on"])
    return _el("details", _el("summary", title, _el("small", mark, dates)), text)


# ---- the page
def page(assistant: Assistant) -> gr.Blocks:
    """The page, every visitor with a session of their own."""
    say = gr.I18n()  # a word of TEXT, in the language of the browser
    blocks = gr.Blocks(title="安保 Anbao", analytics_enabled=False, fill_width=True)
    with blocks:
        session = gr.State()
        gr.Markdown(say("title"), elem_id="title")
        with gr.Row(elem_id="sides"):
            with gr.Column(scale=3, min_width=320, elem_id="left"):
                chat = gr.Chatbot(
                    label=say("chat"), show_label=False, placeholder=str(say("placeholder")), elem_id="chat",
                    examples=[{"text": text, "display_text": name} for name, text in EXAMPLES.items()],
                    buttons=["copy"], latex_delimiters=[], allow_tags=False, autoscroll=False, height=None,
                )  # fmt: skip
                with gr.Row(elem_id="entry"):
                    box = gr.Textbox(
                        label=say("box_label"), show_label=False, placeholder=say("box"), lines=1, max_lines=8,
                        max_length=MAX_MESSAGE, autofocus=True, container=False, scale=6, min_width=320, elem_id="box",
                    )  # fmt: skip
                    send = gr.Button(say("send"), variant="primary", elem_id="send", min_width=80, scale=1)
                    clear = gr.Button(say("clear"), elem_id="clear", min_width=80, scale=1)
                with gr.Row(elem_id="settings"):
                    lang = gr.Radio(
                        [(say("auto"), "auto"), ("中文", "zh"), ("English", "en")],
                        value="auto", label=say("reply_language"), min_width=290,
                    )  # fmt: skip
                    doctrine = gr.Dropdown(
                        [(say(name), name) for name in DOCTRINES], value=ARTICLE_OWN, label=say("doctrine"),
                        min_width=290, filterable=False,
                    )  # fmt: skip
                gr.Markdown(say("notice"), elem_id="notice")
            with gr.Column(scale=2, min_width=320, elem_id="right"):
                card = gr.HTML(WELCOME, elem_id="findings")
                with gr.Accordion(say("diagram"), open=False, elem_id="diagram"):
                    drawn = gr.Markdown()
                cited = gr.HTML(elem_id="sources")

        shown, settings = [chat, session, card, cited, drawn], [session, lang, doctrine]
        quiet: Any = {"show_progress": "hidden", "api_visibility": "private", "concurrency_limit": 8}

        def say_it(text: str, told: Session | None, lang: str, doctrine: str) -> Iterator[Shown]:
            yield from talk(assistant, text, told or new_session(assistant), LANGS.get(lang), doctrine)

        def type_it(text: str, *settings: Any) -> Iterator[tuple[Any, ...]]:
            if not text.strip():
                yield (gr.skip(),) * 6  # without any, Gradio would empty the outputs
                return
            cleared: Any = ""  # once: what is typed while waiting stays
            for now in say_it(text, *settings):
                yield cleared, *now
                cleared = gr.skip()

        def pick_it(told: Session | None, lang: str, doctrine: str, event: gr.SelectData) -> Iterator[Shown]:
            yield from say_it(event.value["text"], told, lang, doctrine)

        def change_it(told: Session | None, lang: str, doctrine: str) -> Iterator[Any]:
            if told:
                yield from again(assistant, told, LANGS.get(lang), doctrine)
            else:
                yield (gr.skip(),) * 5

        # what is sent or set while an answer is being written waits for it
        waits: Any = {**quiet, "trigger_mode": "always_last"}
        running = [
            gr.on([box.submit, send.click], type_it, [box, *settings], [box, *shown], **waits),
            chat.example_select(pick_it, settings, shown, **quiet),
            gr.on([lang.input, doctrine.select], change_it, settings, shown, **waits),
        ]
        for event in running:
            event.then(None, js=SHOW_LAST)
        gr.on([clear.click, chat.clear], lambda: ([], None, WELCOME, "", ""), None, shown,
              cancels=running, api_visibility="private")  # fmt: skip
    return blocks


def new_session(assistant: Assistant) -> Session:
    empty = assistant.start()
    return Session(empty, empty)


def _translations(settings: Settings) -> dict[str, dict[str, str]]:
    """TEXT by browser locale, with what depends on settings or other tables."""
    outside = [
        name for name in (settings.chat, settings.chat_url, settings.chroma) if name not in ("", OFFLINE)
    ]

    def words(lang: Lang) -> dict[str, str]:
        said = TEXT[lang]
        privacy = said["online"].format(" · ".join(outside)) if outside else said["offline"]
        return {
            **said,
            **{d.id: d.name[lang] for d in DOCTRINES.values()},
            "notice": f"{said['legal']} {privacy}",
        }

    return {"zh-CN": words("zh"), "zh-TW": words("zh"), "en": words("en")}


def launch(assistant: Assistant, host: str, port: int, *, open_browser: bool = False) -> gr.Blocks:
    """Serve the page in the background. Raises OSError when the port is taken."""
    blocks = page(assistant)
    _past_proxies(host)
    try:
        blocks.launch(
            server_name=host, server_port=port, inbrowser=open_browser, prevent_thread_lock=True,
            quiet=True, share=False, run_history=False, enable_monitoring=False, ssr_mode=False,
            footer_links=[], theme=_theme(), css=CSS, head=HEAD, i18n=gr.I18n(**_translations(assistant.settings)),
        )  # fmt: skip
    except OSError:
        hint = f"cannot listen on {host}:{port}: is the port in use? Choose another with --port or ANBAO_PORT"
        raise OSError(errno.EADDRINUSE, hint) from None
    return blocks


def mount(app: FastAPI, assistant: Assistant, path: str, allowed: Callable[[Request], bool]) -> None:
    """The page as a part of a service, under `path`, for the requests that are `allowed`."""
    gr.mount_gradio_app(
        app, page(assistant), path, auth_dependency=lambda request: "visitor" if allowed(request) else None,
        run_history=False, enable_monitoring=False, ssr_mode=False, footer_links=[], show_error=False,
        theme=_theme(), css=CSS, head=HEAD, i18n=gr.I18n(**_translations(assistant.settings)),
    )  # fmt: skip


def _past_proxies(host: str) -> None:
    """Gradio calls itself when it starts, with a client that would take the machine's proxy."""
    kept = os.environ.get("NO_PROXY") or os.environ.get("no_proxy") or ""
    os.environ["NO_PROXY"] = os.environ["no_proxy"] = ",".join(
        filter(None, (kept, "localhost", "127.0.0.1", host))
    )


def serve(assistant: Assistant, *, host: str, port: int, open_browser: bool) -> None:
    """Serve the page until interrupted."""
    blocks = launch(assistant, host, port, open_browser=open_browser)
    sys.stdout.write(f"安保 Anbao: {blocks.local_url}  (Ctrl+C)\n")
    sys.stdout.flush()
    blocks.block_thread()


def _theme() -> gr.themes.Base:
    """Fonts of the machine, and greys that can be read."""
    fonts = (
        "system-ui",
        "PingFang SC",
        "Microsoft YaHei",
        "Noto Sans CJK SC",
        "WenQuanYi Micro Hei",
        "sans-serif",
    )
    mono = ("ui-monospace", "monospace")
    theme: gr.themes.Base = gr.themes.Default(
        primary_hue="blue", neutral_hue="slate", font=fonts, font_mono=mono
    )
    return theme.set(
        body_text_color_subdued="*neutral_600", body_text_color_subdued_dark="*neutral_300",
        button_primary_background_fill="*primary_600", button_primary_background_fill_hover="*primary_700",
        input_placeholder_color="*neutral_500", input_placeholder_color_dark="*neutral_400",
    )  # fmt: skip


# A reply is read from its start: scroll to the last message of the user.
SHOW_LAST = """() => requestAnimationFrame(() => {
  const told = document.querySelectorAll('#chat .user-row'), last = told[told.length - 1];
  const pane = last && last.closest('.bubble-wrap');
  if (pane) pane.scrollTo({top: last.offsetTop - pane.offsetTop - 8, behavior: 'smooth'});
})"""

# Nothing is fetched from elsewhere, whatever a story holds.
HEAD = """<meta http-equiv="Content-Security-Policy"
 content="default-src 'self' 'unsafe-inline' 'unsafe-eval' data: blob:; object-src 'none'; form-action 'none'">"""

WELCOME = _panel(
    "zh",
    _el("section", _el("p", "这里会显示结论：责任形态、各项义务、读到的事实和引用的条文。"),
        _el("p", "The verdict will appear here: form of liability, duties, facts, provisions.", lang="en"),
        class_="welcome"),
)  # fmt: skip

CSS = """
.gradio-container { width: 100%; max-width: 1500px !important; margin: 0 auto; }
.gradio-container > .main { padding: 16px min(32px, 3vw) !important; }  /* Gradio rewrites rules within @media */
#title h1 { margin: 0; font-size: 1.5rem; } #title p { margin: 0; color: var(--body-text-color-subdued); }
#sides { width: 100%; }
#chat { height: calc(100vh - 350px); min-height: 420px; }
#chat .message-buttons-right { display: none; }  /* a user's own words are shown escaped: not for copying */
#chat .placeholder { padding: 0 16px; }
#entry { align-items: flex-end; }
#entry button { height: 42px; }
#settings .form { background: none; border: 0; box-shadow: none; gap: 16px; }
#settings .block { padding: 0; background: none; }
#right { gap: 0; }
#right .html-container { padding: 0; }
#notice p { color: var(--body-text-color-subdued); font-size: .85rem; }
@media (min-width: 800px) { #left { position: sticky; top: 8px; align-self: flex-start; } }
@media (max-width: 799px) {
  #chat { height: 68vh; }
  #chat .message-row { max-width: 100%; margin-inline: 0; padding-inline: 8px; }
}

.anbao { color: var(--body-text-color); line-height: 1.5; overflow-wrap: anywhere; }
.anbao section { margin-bottom: 12px; padding: 12px 16px; border-radius: 10px;
  background: var(--block-background-fill); border: 1px solid var(--border-color-primary); }
.anbao h2 { margin: 0 0 8px; font-size: .95rem; font-weight: 600; }
.anbao p { margin: 0 0 6px; }
.anbao small { display: block; font-size: .82rem; }
.anbao small, .anbao .welcome, .anbao thead th { color: var(--body-text-color-subdued); }
.anbao .welcome { border-style: dashed; }

.anbao [data-form] { --hue: 45; --colour: 70%; }
.anbao [data-form=direct] { --hue: 280; }
.anbao [data-form=joint] { --hue: 0; }
.anbao [data-form=advance_payment_with_recourse] { --hue: 25; }
.anbao [data-form=supplementary] { --hue: 215; }
.anbao [data-form=several] { --hue: 175; }
.anbao [data-form=contractual_promise] { --hue: 320; }
.anbao [data-form=none] { --colour: 0%; }
.anbao [data-form] { --ink: hsl(var(--hue) var(--colour) 27%); --wash: hsl(var(--hue) var(--colour) 96%); }
.dark .anbao [data-form] { --ink: hsl(var(--hue) var(--colour) 83%); --wash: hsl(var(--hue) 30% 15%); }
.dark .anbao [data-form=none] { --wash: hsl(0 0% 15%); }
.anbao .card { background: var(--wash); border-color: var(--ink); border-left-width: 6px; }
.anbao .card h2 { font-weight: 400; margin: 0; }
.anbao .headline { color: var(--ink); font-size: 1.45rem; font-weight: 700; line-height: 1.25; margin: 2px 0 8px; }
.anbao .headline::first-letter, .anbao dd::first-letter, .anbao td::first-letter { text-transform: uppercase; }
.anbao .chip { color: var(--ink); background: var(--wash); display: inline-block; padding: 0 8px; border-radius: 9px; }

.anbao dl { display: grid; grid-template-columns: max-content 1fr; gap: 3px 12px; margin: 0; font-size: .9rem; }
.anbao dd { margin: 0; }
.anbao code { font-size: .82rem; background: none; border: 0; padding: 0; }
.anbao table { width: 100%; border-collapse: collapse; font-size: .9rem; margin: 0; }
.anbao table, .anbao tr, .anbao tbody, .anbao thead { border: 0 !important; }
.anbao th, .anbao td { text-align: start; padding: 5px 8px 5px 0; vertical-align: top; border: 0 !important; }
.anbao tbody td { border-top: 1px solid var(--border-color-primary) !important; }
.anbao thead th { font-weight: 400; font-size: .82rem; padding-block: 0; }
.anbao th[scope=rowgroup] { padding-top: 10px; }

.anbao .status { white-space: nowrap; }
.anbao .status::before { content: "?"; font-weight: 700; margin-inline-end: 5px; }
.anbao .status[data-status=breached]::before { content: "✗"; }
.anbao .status[data-status=fulfilled]::before { content: "✓"; }
.anbao .status[data-status=not_engaged]::before { content: "–"; }
.anbao .status[data-status=breached] { color: #b42318; font-weight: 600; }
.anbao .status[data-status=fulfilled] { color: #067647; }
.dark .anbao .status[data-status=breached] { color: #fda29b; }
.dark .anbao .status[data-status=fulfilled] { color: #75e0a7; }

.anbao ul { list-style: none; margin: 0; padding: 0; }
.anbao li { padding: 4px 0; font-size: .9rem; }
.anbao .value, .anbao .mark { display: inline-block; padding: 0 7px; margin-inline-end: 8px; border-radius: 9px;
  font-size: .82rem; border: 1px solid var(--border-color-primary); }
.anbao .value { font-weight: 600; }
.anbao .value[data-value=unknown], .anbao .mark[data-kind=digest] { border-style: dashed; }
.anbao .trace { white-space: pre-wrap; overflow-wrap: anywhere; font-size: .8rem; }
.anbao details { padding: 5px 0; font-size: .9rem; }
.anbao summary { cursor: pointer; }
.anbao blockquote { margin: 6px 0; padding: 6px 12px; white-space: pre-line;
  border-left: 3px solid var(--border-color-primary); }
.anbao .clash { padding: 6px 10px; border: 1px solid #b42318; border-radius: 8px; }
"""
