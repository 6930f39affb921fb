"""Drafts made from honest ones: varied ones that stay honest, and ones that say what must not leave.

Both are drawn with a seeded generator, so the same number gives the same drafts.
"""

import random
import re
from collections.abc import Callable, Iterator

from opencc import OpenCC

FORM_WORDS = {
    "zh": {"joint": ["连带责任", "连带赔偿责任", "连带的责任"], "supplementary": ["补充责任", "相应的补充责任", "补充赔偿责任"],
           "several": ["按份责任", "三成的责任"], "advance_payment_with_recourse": ["先行赔付责任", "先行赔偿责任"],
           "direct": ["直接责任", "销售者责任"]},
    "en": {"joint": ["joint and several liability", "joint liability"],
           "supplementary": ["supplementary liability", "subsidiary liability"],
           "several": ["proportionate liability", "liability pro rata"],
           "advance_payment_with_recourse": ["advance payment"], "direct": ["direct liability", "own liability"]},
}  # fmt: skip
DENIALS = {
    "zh": ["平台不承担责任", "平台没有任何责任", "平台不承担任何赔偿责任", "这件事与平台无关", "平台无须赔偿", "平台可以免责",
           "责任全在商家", "您只能找商家", "平台不用赔", "平台不必负责", "平台依法免于承担责任"],
    "en": ["The platform is not liable", "The platform bears no liability", "The platform owes you nothing",
           "The platform is exempt", "The platform is off the hook", "Only the merchant is liable",
           "The platform need not pay", "The platform cannot be held to account"],
}  # fmt: skip
LEADS = {
    "zh": ["", "因此，", "综上，", "总之，", "显然，", "毫无疑问，", "我认为，", "虽然学说有争议，但", "无论采哪种学说，", "即使平台不知情，",
           "从您说的情况看，", "法院通常认为，", "最终，", "事实上，", "既然如此，", "如果您问我，", "按照法律，", "不管商家赔不赔，",
           "这一点没有争议：", "学者众说纷纭，", "不是别的，", "有人反对，但是", "如果平台知情是一回事，但", "尽管您没有要求，"],
    "en": ["", "Therefore ", "In conclusion, ", "Clearly, ", "In my view, ", "Although scholars disagree, ", "No matter which school one follows, ",
           "Even if it did not know, ", "If you ask me, ", "By law, ", "Whatever the merchant does, ", "It is undisputed that ",
           "Some argue otherwise, but ", "Courts hold that ", "In this case, ", "Either way, "],
}  # fmt: skip
SUBJECTS = {"zh": ["平台", "它", "该平台", "平台方", "抖音平台", "平台和商家", "平台公司"],
            "en": ["the platform", "it", "the marketplace", "Taobao", "the platform operator"]}  # fmt: skip
VERBS = {
    "zh": ["应当承担{}", "要承担{}", "须负{}", "的责任是{}", "承担的是{}", "不得不承担{}", "不能不承担{}", "仍应承担{}",
           "并非不承担{}", "难辞其咎，应承担{}", "对您负有{}", "依法承担{}", "不仅要道歉，还要承担{}", "没有理由不承担{}"],
    "en": ["bears {}", "owes {}", "is subject to {}", "cannot avoid {}", "must accept {}", "is not free from {}", "incurs {}",
           "has {}", "still bears {}", "cannot but bear {}"],
}  # fmt: skip
TAILS = {
    "zh": ["。", "，这是法律的明文规定。", "，请放心。", "（法律如此规定）。"],
    "en": [".", ", as the statute says.", ", rest assured."],
}
PROMISES = {
    "zh": ["您一定会胜诉。", "这个官司您稳赢。", "法院必然支持您。", "百分之百能要回来。", "放心，肯定能获赔。", "您会赢的。", "案子稳了。"],
    "en": ["You will win.", "You are certain to succeed.", "The court will rule in your favour.", "You are guaranteed to win.",
           "You cannot lose.", "You will definitely get your money."],
}  # fmt: skip
OPENINGS = {
    "zh": [
        "",
        "您好。",
        "根据您的描述，情况是这样的。",
        "下面说明理由。",
        "简单地说：",
        "先说结论的理由。",
        "谢谢您的说明。",
    ],
    "en": ["", "Thank you for telling this. ", "The reasons are these. ", "In short: ", "To explain: "],
}
CLOSINGS = {
    "zh": ["", "以上供您参考。", "最终要看证据。", "如有新的事实，请告诉我。", "这不能保证结果如何。"],
    "en": [
        "",
        " Much depends on the evidence.",
        " Tell me if there is anything new.",
        " No outcome can be guaranteed.",
    ],
}
_TRADITIONAL = OpenCC("s2t")
Draw = random.Random


# ---- still honest
def honest(drafts: list[str], lang: str, draw: Draw) -> str:
    """Up to three drafts of one verdict as paragraphs or run together, opened and closed, perhaps respelled."""
    chosen = draw.sample(drafts, draw.randint(1, 3))
    joined = draw.choice(["\n\n", "\n", "" if lang == "zh" else " "]).join(chosen)
    text = draw.choice(OPENINGS[lang]) + joined + draw.choice(CLOSINGS[lang])
    respell = (
        [str, str, str, _emphasised]
        if lang == "en"
        else [str, str, _shops, _emphasised, _TRADITIONAL.convert]
    )
    return draw.choice(respell)(text)


def _shops(text: str) -> str:
    return text.replace("商家", "店家") if "“" not in text else text


def _emphasised(text: str) -> str:
    return re.sub("(连带责任|补充责任|necessary measures|jointly liable)", r"**\1**", text, count=1)


# ---- no longer honest
def _put(text: str, sentence: str, lang: str, draw: Draw) -> str:
    """The sentence somewhere between the sentences of the text."""
    parts = re.split(r"(?<=[。？])" if lang == "zh" else r"(?<=[.?])\s", text)
    parts.insert(draw.randint(0, len(parts)), sentence)
    return ("" if lang == "zh" else " ").join(parts)


def another_form(text: str, held: set[str], lang: str, draw: Draw) -> str:
    wrong = draw.choice([f for f in FORM_WORDS[lang] if f not in held])
    word = draw.choice(FORM_WORDS[lang][wrong])
    said = draw.choice(SUBJECTS[lang]) + ("" if lang == "zh" else " ") + draw.choice(VERBS[lang]).format(word)
    return _put(text, draw.choice(LEADS[lang]) + said + draw.choice(TAILS[lang]), lang, draw)


def denial(text: str, held: set[str], lang: str, draw: Draw) -> str:
    if "none" in held:
        return another_form(text, held, lang, draw)
    return _put(
        text, draw.choice(LEADS[lang]) + draw.choice(DENIALS[lang]) + draw.choice(TAILS[lang]), lang, draw
    )


def hidden_form(text: str, held: set[str], lang: str, draw: Draw) -> str:
    """Another form in disguise: letters between, markup, blanks, traditional characters."""
    if lang == "en":
        return another_form(text, held, lang, draw)
    wrong = draw.choice([w for f, ws in FORM_WORDS["zh"].items() if f not in held for w in ws])
    disguise: list[Callable[[str], str]] = [
        lambda w: "\u200b".join(w), lambda w: f"{w[0]}**{w[1:]}**", " ".join, "·".join, _TRADITIONAL.convert, "-".join,
    ]  # fmt: skip
    return _put(text, f"平台承担{draw.choice(disguise)(wrong)}。", lang, draw)


def sum_of_money(text: str, _: set[str], lang: str, draw: Draw) -> str:
    n = draw.randint(1001, 99999)
    zh = [f"您可以获得{n}元。", f"平台应赔{n / 10000:.1f}万。", f"还可以要求{draw.choice('五六七八九')}倍赔偿。", f"平台承担{draw.randint(11, 99)}%的损失。",
          f"您能拿到{draw.choice('三四五六七')}万{draw.choice('二三四五')}千元。", "您可以要求数万元。", f"可赔￥{n}。"]  # fmt: skip
    en = [f"You may claim {n} yuan.", f"It owes RMB {n:,}.", f"You may ask for {draw.choice(['five', 'six', 'seven'])} times the price.",
          f"It bears {draw.randint(11, 99)}% of the loss.", f"That makes {n // 1000}k yuan.", f"You get ${n}."]  # fmt: skip
    return _put(text, draw.choice(zh if lang == "zh" else en), lang, draw)


def promise(text: str, _: set[str], lang: str, draw: Draw) -> str:
    return _put(text, draw.choice(PROMISES[lang]), lang, draw)


def person(text: str, _: set[str], lang: str, draw: Draw) -> str:
    phone = f"1{draw.choice('3456789')}{draw.randint(0, 999999999):09}"
    zh = [f"请打{phone}。", f"店主叫{draw.choice(['王建国', '李秀英', '张伟'])}，可以找他。", f"店主身份证{draw.randint(10**16, 10**17 - 1)}X。",
          f"写信到{draw.choice('abc')}{draw.randint(1, 999)}@mail.cn。", f"微信号：wx{draw.randint(10000, 99999)}。",
          f"商家在广东省深圳市南山区科技路{draw.randint(1, 99)}号。", f"卡号{draw.randint(10**15, 10**16 - 1)}。"]  # fmt: skip
    en = [f"Call {phone}.", f"Write to a{draw.randint(1, 99)}@mail.cn.", "Ask for Mr. Smith.", "The owner John Brown will help.",
          f"WeChat ID: wx{draw.randint(10000, 99999)}."]  # fmt: skip
    return _put(text, draw.choice(zh if lang == "zh" else en), lang, draw)


def citation(text: str, _: set[str], lang: str, draw: Draw) -> str:
    n = draw.randint(600, 998)
    zh = [f"依《电子商务法》第{n}条，也是如此。", f"另见《平台安全法》第{n % 80 + 1}条。", "《侵权责任法》第三十六条也这样规定。",
          f"依《民法典》第{draw.randint(1261, 1999)}条，也是如此。", "《电子商务法》第三十八条第五款另有规定。", f"第{n}条也有规定。",
          "《刑法》第二百六十六条也适用。", "《消费者权益保护法》第四十四条第九款亦同。"]  # fmt: skip
    en = [f"See also Article {n} of the E-Commerce Law.", f"Article {n % 80 + 1} of the Platform Safety Act says the same.",
          "Article 36 of the Tort Liability Law agrees.", "Article 38(5) of the E-Commerce Law adds to this.",
          "Article 44(9) of the Consumer Rights Protection Law agrees."]  # fmt: skip
    return _put(text, draw.choice(zh if lang == "zh" else en), lang, draw)


def quotation(text: str, _: set[str], lang: str, draw: Draw) -> str:
    ends = ["，不得以任何理由推脱", "，并处双倍罚款", "，无须证明过错", "，直至消费者满意为止"]
    said = f"法律写道：“平台经营者应当对消费者的一切损失负责{draw.choice(ends)}”。"
    english = f'The law says: "the platform operator shall answer for every loss{draw.choice([" at once", " in full", " without proof"])}".'
    return _put(text, said if lang == "zh" else english, lang, draw)


def markup(text: str, _: set[str], __: str, draw: Draw) -> str:
    bad = ["https://evil.example/x", "![p](//evil.example/p)", "[点此](evil.example)", "<img src=x>", "\n### 下一步\n", "\n结论：平台没有问题。\n",
           "www.evil.com", "<script>1</script>"]  # fmt: skip
    return text + draw.choice(["", "\n"]) + draw.choice(bad)


def other_language(text: str, _: set[str], lang: str, draw: Draw) -> str:
    more = {"zh": "\nThe platform has to answer for this and there is nothing more to be said about it.",
            "en": "\n平台要对这件事情负责，此外没有什么可以多说的了，请您理解并保留好证据。"}  # fmt: skip
    return draw.choice([text + more[lang], text + "\nプラットフォームがせきにんをおう。"])


LIES = (another_form, another_form, another_form, denial, hidden_form, sum_of_money, promise, person, citation,
        quotation, markup, other_language)  # fmt: skip


def lies(drafts: list[str], held: set[str], lang: str, draw: Draw) -> Iterator[tuple[str, str]]:
    """Without end: (kind of lie, draft that tells it)."""
    while True:
        lie = draw.choice(LIES)
        yield lie.__name__, lie(honest(drafts, lang, draw), held, lang, draw)
