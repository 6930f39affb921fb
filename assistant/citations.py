"""Citations: find every way a text cites law, and judge each against the library.

`find(text, library)` gives the citations in reading order; `judge(citation, library, on)` gives the
status words of the JSON contract. Numbers that are no citation (合同第三条, page 38) stay silent.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache

from assistant.law import (
    LawError,
    LawNotHeld,
    Library,
    NoSuchArticle,
    NoSuchLaw,
    NoSuchParagraph,
    NotInForce,
    NotYetInForce,
    Ref,
    paragraphs_of,
)
from assistant.numerals import CHARACTERS, to_int

_N = rf"[0-9{CHARACTERS}]+"
_KIND = "法典|法|条例|规定|办法|规则|解释|批复|细则|决定|意见|通知"
# 第三十八条之一第二款第（一）项, 38条2款, 第三十八条第一款、第二款
_PART = rf"(?:第?\s*(?P<p>{_N})\s*款)?(?:\s*第?\s*[（(]?\s*(?P<i>{_N})\s*[）)]?\s*项)?"
_ARTICLE = re.compile(
    rf"第?\s*(?P<a>{_N})\s*条(?P<sub>之[一二三四五六七八九十]+)?(?!街|路|巷|鱼|裤|裙|狗|腿|命|船|内裤|毛巾|烟|被|线|评|消息|信息|短信|差评|记录|视频|笔|留言)\s*{_PART}"
)
_MORE_PARTS = re.compile(rf"\s*(?:、|,|和|及|以及|或)\s*第\s*(?P<p>{_N})\s*款")
_RANGE = re.compile(rf"\s*(?:至|到|-|—|–|~|～)\s*第?\s*(?P<a>{_N})\s*条")
_NEXT = re.compile(r"^\s*(?:、|，|,|和|及|以及|或者?|与|并)?\s*(?:第|(?=[0-9]))")
_SAME = "同法|该法|本法|前述规定|该规定|该解释|该条例|该办法|上述法律|前述法律"
_NOT_LAW = re.compile(r"合同|协议|约定|平台规则|服务条款|章程|说明书|宪章|公约")
_SENTENCE_END = re.compile(r"[。！？!?\n；;]")
_ENGLISH_ARTICLE = (
    r"(?:(?i:\bArticles?|\bArts?\b\.?|\bSection|\bSec\.)|§)\s*(?P<a>\d+)(?:\((?P<p>\d+)\))?(?:\((?P<i>\d+)\))?"
    r"(?:,?\s*(?:paragraph|para\.?)\s*(?P<q>\d+))?"
)
_QUOTED = re.compile(
    r"[^“”「」\"'。！？\n]{0,12}?(?:规定|明确|称|载明|写明|指出|provides?|says?|states?|reads?)?\s*(?:that)?"
    r"\s*[:：,，]?\s*(?P<q>“[^”]{8,400}”|「[^」]{8,400}」|\"[^\"]{8,400}\")"
)


@dataclass(frozen=True)
class Citation:
    """One citation as found: its words, place in the text, and what it refers to."""

    quote: str
    start: int
    end: int
    law: str  # as written
    ref: Ref
    quoted_text: str = ""
    status: str = ""

    def to_json(self) -> dict[str, object]:
        return {"quote": self.quote, "ref": str(self.ref), "status": self.status}


def normalised(text: str) -> str:
    """The text with full-width digits and letters folded; same length, so places stay true."""
    return "".join(
        folded if len(folded := unicodedata.normalize("NFKC", c)) == 1 and folded.isalnum() else c
        for c in text
    )


@lru_cache(maxsize=4)
def _patterns(names: frozenset[str]) -> tuple[re.Pattern[str], re.Pattern[str]]:
    chinese = sorted((n for n in names if not n.isascii()), key=len, reverse=True)
    english = sorted((n for n in names if n.isascii() and len(n) > 2), key=len, reverse=True)
    bare = "|".join(re.escape(n) for n in chinese)
    law = re.compile(
        rf"《(?P<title>[^《》\n]{{2,60}})》(?:\s*[（(](?:以下简称|下称|简称)[^）)]*[）)])?(?:\s*[（(]\d{{4}}[^）)]{{0,12}}[）)])?"
        rf"|「(?P<corner>[^「」\n]{{2,40}}(?:{_KIND}))」"
        rf"|(?P<number>法释\s*[〔\[（(【]\d{{4}}[〕\]）)】]\s*\d+\s*号)"
        rf"|(?P<same>{_SAME})(?=\s*第?\s*{_N}\s*条)"
        rf"|(?P<bare>{bare})"
        rf"|(?P<unknown>[一-龥]{{2,16}}?(?:法典|法|条例|规定|办法|解释))(?=\s*第\s*{_N}\s*条)"
    )
    latin = "|".join(re.escape(n) for n in english)
    unknown = r"[A-Z][A-Za-z-]*(?: (?:[A-Z][A-Za-z-]*|of|on|the|and|for|against)){0,8} (?:Law|Code|Act|Regulations?|Provisions|Measures)"
    name = rf"(?:(?:the|PRC|China's|Chinese)\s+)*(?P<law>(?:(?i:{latin})\b)|{unknown})"
    more = r"(?P<more>(?:\s*(?:,|and|or|&|to)+\s*(?:(?:Articles?|Arts?\.?)\s*)?\d+(?:\(\d+\))*)*)"
    plain_more = r"(?P<more2>(?:\s*(?:,|and|or|&|to)+\s*\d+(?:\(\d+\))*)*)"
    english_law = re.compile(
        rf"(?:{_ENGLISH_ARTICLE}{more}\s*(?:of|in|,)?\s*{name})"
        rf"|(?:{name.replace('P<law>', 'P<law2>')},?\s*(?:\(\d{{4}}\)\s*)?,?\s*"
        rf"{_ENGLISH_ARTICLE.replace('P<a>', 'P<a2>').replace('P<p>', 'P<p2>').replace('P<i>', 'P<i2>').replace('P<q>', 'P<q2>')}"
        rf"{plain_more})"
    )
    return law, english_law


def _number(text: str | None) -> int | None:
    return to_int(text) if text else None


def find(text: str, library: Library) -> list[Citation]:
    """Every citation in the text, in reading order, not yet judged."""
    folded = normalised(text)
    chinese, english = _patterns(frozenset(library.names()))
    found = [*_chinese(folded, chinese, library), *_english(folded, english, library)]
    found.sort(key=lambda c: (c.start, c.end))
    return [_with_quote(replace(c, quote=text[c.start : c.end]), text) for c in found]


def _resolve(name: str, library: Library) -> str:
    try:
        return library.find(name).name
    except LawError:
        return name.strip("《》「」 ")


def _chinese(text: str, pattern: re.Pattern[str], library: Library) -> Iterator[Citation]:
    laws = [m for m in pattern.finditer(text) if not _inside_longer(m, text)]
    current = ""
    for index, law in enumerate(laws):
        stop = laws[index + 1].start() if index + 1 < len(laws) else len(text)
        if not law["same"]:
            name = next(law[g] for g in ("title", "corner", "number", "bare", "unknown") if law[g])
            name = re.sub(r"\s+", "", name) if law["number"] else name
            name = re.sub(r"[\[（(【](?=\d{4})", "〔", name) if law["number"] else name
            name = re.sub(r"(?<=\d{4})[\]）)】]", "〕", name) if law["number"] else name
            if law["unknown"]:
                name = (
                    re.sub(
                        r"^.*?(?:根据|依据|依照|按照|违反|适用|参照|和|及|与|的|是|在|按|据|依|由)", "", name
                    )
                    or name
                )
                if _NOT_LAW.search(name) or len(name) < 3:
                    continue
            current = _resolve(name, library)
        if not current:
            continue
        articles = list(_articles(text, law.end(), stop))
        first = law.start()
        for start, end, article, paragraph, item in articles:
            begin = first if first is not None else start
            yield Citation("", begin, end, current, Ref(current, article, paragraph, item))
            first = None  # type: ignore[assignment]
        is_law = law["title"] and re.search(rf"(?:{_KIND})(?:（[一二三四五六]）)?$", law["title"])
        if not articles and (is_law or law["number"] or law["corner"]):
            yield Citation("", law.start(), law.end(), current, Ref(current))


def _inside_longer(match: re.Match[str], text: str) -> bool:
    """A short alias inside a longer word (e.g. 消法 in 取消法定) is no citation of its own."""
    if not match["bare"]:
        return False
    rest = text[match.end() : match.end() + 12]
    return not re.match(rf"\s*(?:[（(]\d{{4}}[^）)]*[）)])?\s*(?:的?\s*)?第?\s*{_N}\s*条", rest)


def _articles(text: str, place: int, stop: int) -> Iterator[tuple[int, int, str, int | None, int | None]]:
    """Articles that belong to the law named just before `place`, up to `stop`."""
    while place < stop:
        match = _ARTICLE.search(text, place, stop)
        if not match:
            return
        between = text[place : match.start()]
        if _SENTENCE_END.search(between) or _NOT_LAW.search(between) or len(between) > 30:
            return
        if not match[0].startswith("第") and between.strip(" 的、,，和及") and len(between) > 2:
            return
        number = _number(match["a"])
        if number is None or number == 0:
            place = match.end()
            continue
        article = f"{number}{match['sub'] or ''}"
        end = match.end()
        while text[end - 1].isspace():
            end -= 1
        yield match.start(), end, article, _number(match["p"]), _number(match["i"])
        place = end
        while more := _MORE_PARTS.match(text, place, stop):
            yield place, more.end(), article, _number(more["p"]), None
            place = more.end()
        span = _RANGE.match(text, place, stop)
        last = _number(span["a"]) if span else None
        if span and last and number < last <= number + 60:
            for between_number in range(number + 1, last + 1):
                yield span.start(), span.end(), str(between_number), None, None
            place = span.end()


def _english(text: str, pattern: re.Pattern[str], library: Library) -> Iterator[Citation]:
    for match in pattern.finditer(text):
        two = "2" if match["law2"] else ""
        law = _resolve(match["law" + two], library)
        paragraph = _number(match["p" + two] or match["q" + two])
        ref = Ref(law, match["a" + two], paragraph, _number(match["i" + two]))
        yield Citation("", match.start(), match.end(), law, ref)
        for more in re.finditer(r"(\d+)((?:\(\d+\))*)", match["more" + two] or ""):
            parts = [int(n) for n in re.findall(r"\d+", more[2])][:2]
            yield Citation("", match.start(), match.end(), law, Ref(law, more[1], *parts))


def _with_quote(citation: Citation, text: str) -> Citation:
    match = _QUOTED.match(text, citation.end)
    return replace(citation, quoted_text=match["q"][1:-1]) if match else citation


def _bare(text: str) -> str:
    folded = unicodedata.normalize("NFKC", text)
    return "".join(c for c in folded if c.isalnum())


def judge(citation: Citation, library: Library, on: date | None = None) -> Citation:
    """The citation with its status: in_force, not_yet_in_force, repealed_or_superseded,
    no_such_article, no_such_paragraph, no_such_law, law_not_held or text_mismatch."""
    on = on or library.as_of
    try:
        if not citation.ref.article:
            _judge_law(citation.ref.law, library, on)
            return replace(citation, status="in_force")
        provision = library.provision(citation.ref, on)
    except (NotYetInForce, NotInForce, NoSuchParagraph, NoSuchArticle, NoSuchLaw, LawNotHeld) as e:
        return replace(citation, status=e.status)
    if citation.quoted_text and provision.kind == "statute":
        whole = library.provision(Ref(provision.ref.law, provision.ref.article), on).text
        parts = [_bare(p) for p in re.split(r"……|\.\.\.|…", citation.quoted_text)]
        text = _bare("".join(line for p in paragraphs_of(whole) for line in p))
        if any(part and part not in text for part in parts):
            return replace(citation, status="text_mismatch")
    return replace(citation, ref=provision.ref, status="in_force")


def _judge_law(name: str, library: Library, on: date) -> None:
    law = library.find(name)
    law.version_on(on)


def check(text: str, library: Library, on: date | None = None) -> list[Citation]:
    """Find and judge every citation in a text."""
    return [judge(c, library, on) for c in find(text, library)]
