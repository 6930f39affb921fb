"""Citations: find every way a text cites law, and judge each against the library.

`find(text, library)` gives the citations in reading order; `judge(citation, library, on)` gives the
status words of the JSON contract. Numbers that are no citation (合同第三条, page 38) stay silent.

The grammar, in Chinese: a law's name, then articles that follow it in the same sentence, each with
paragraphs and items, in lists and ranges. In English the articles may also stand before the name.
"""

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from itertools import pairwise

from opencc import OpenCC

from assistant.law import LawError, Library, Ref, paragraphs_of
from assistant.numerals import CHARACTERS, ENGLISH, from_english, to_int

_N = rf"(?:[0-9]{{1,6}}|[{CHARACTERS}]{{1,12}})"
_S = r"\s{0,3}"  # blanks are bounded everywhere, so that no text takes long
_LIST = rf"{_N}(?:{_S}(?:、|,|，|和|及|至|到|-|—|–|~|～){_S}第?{_S}{_N}){{0,20}}"
_KIND = "法典|法|总则|通则|条例|规定|办法|规则|解释|批复|细则|决定|意见"
_NOT_AFTER = (
    "街|路|巷|鱼|裤|裙|狗|腿|命|船|内裤|毛巾|烟|被|线|评|消息|信息|短信|差评|记录|视频|笔|留言|理由|建议"
)
_ARTICLE = re.compile(
    rf"(?P<di>第?){_S}(?P<a>{_LIST}|[0-9]{{7,}}){_S}条(?P<sub>之[一二三四五六七八九十]{{1,3}})?(?!{_NOT_AFTER})"
)
# 电商法38(2), 消法55: digits right after a name, closed by a paragraph or by punctuation; no year, no list
# that ends in 条
_SHORT = re.compile(
    rf"{_S}第?{_S}(?P<a>(?!(?:19|20)[0-9]{{2}}(?![0-9]))[1-9][0-9]{{0,3}})"
    rf"(?:{_S}[（(](?P<p>[0-9]{{1,2}})[）)](?!{_S}[条款项])|(?={_S}(?:$|[，。；、！？,;!?）)」』“”…\n])))"
    rf"(?!(?:{_S}[、,，和及或至到—–~～-]{_S}第?{_S}{_N}){{1,20}}{_S}条)"
)
_PARAGRAPH = re.compile(rf"{_S}(?:、|,|，|和|及|以及|或)?{_S}第?{_S}[（(]?(?P<p>{_LIST})[）)]?{_S}款")
_ONE_ITEM = rf"第?{_S}[（(]?{_S}{_N}{_S}[）)]?"
_ITEM = re.compile(
    rf"{_S}(?:、|,|，|和|及|以及|或)?{_S}(?P<i>{_ONE_ITEM}(?:{_S}(?:、|,|，|和|及|至|到|-|—|–|~|～){_S}{_ONE_ITEM}){{0,20}}){_S}项"
)
_SAME = "(?<!合)同法|(?<![一-龥])本法|(?:该|此|前述|上述|上列)(?:部?法律?|规定|解释|条例|办法|司法解释|规章)"
_SAME_ARTICLE = re.compile(rf"(?:该|同|本|前述|上述)条(?:文|规定)?的?{_S}(?=第?{_S}[（(]?{_N}[）)]?{_S}款)")
_NOT_LAW = re.compile(r"合同|协议|约定|平台规则|服务条款|章程|说明书|公约|手册|须知|声明")
_NO_LAWS_NAME = re.compile(
    r"(?:做|想|看|说|方|语|用|写|算|违|犯|合|依|非|守|普|立|司|执|书|魔|没|设|手|打|玩|吃|买|卖|无|效|技|拼|加|减)法$"
    r"|^(?:这|那|该|此|其|上述|前述|本|按|照|有关|相关|平台|公司|店铺|商家|我们|他们)?(?:的)?(?:办法|规定|规则|解释|决定|意见|条例|法)$"
    r"|(?<!基)本(?:法|条例|办法|规定|细则)$"  # 违反本法第十条: the law it stands in
    r"|(?:处理|解决|退货|退款|计算|赔偿|活动|平台|使用|操作)(?:办法|规定|规则|解释|决定|意见)$"
)
_LEADING = re.compile(
    r"^.*?(?:根据|依据|依照|按照|违反|适用|参照|引用|我国|国家|和|及|与|的|是|在|按|据|依|由|了|看|查|问|新|以|把|对|属于|符合|参考|参见|另见|(?<!意)见)"
)
_OTHER_LAW = re.compile(
    r"(?:互联网|网络|新型|数字|线上|跨境|直播|外卖|网购)$"
)  # before a known name: another one
_RANGE = ("至", "到", "-", "—", "–", "~", "～")
_JOINING = ("、", ",", "，", "和", "及", "以及", "或", *_RANGE)
_SENTENCE_END = re.compile(r"[。！？!?\n；;]")
_QUOTED = re.compile(
    r"\s{0,3}(?:(?:已|明确)?(?:规定|载明|写明|指出|写道|provides?\b|says?\b|states?\b|reads?\b)[^“”「」\"。！？\n]{0,12}"
    r"|[:：,，]?\s{0,3})(?P<q>“[^”]{8,400}”|「[^」]{8,400}」|\"[^\"]{8,400}\")"
)
_TITLE = r"《(?P<title>(?:[^《》\n]|《[^《》\n]{1,40}》){2,80})》|〈(?P<angle>[^〈〉《》\n]{2,60})〉"
_AFTER_TITLE = (
    r"(?:\s{0,3}[（(](?:以下简称|下称|简称)[^）)\n]{1,30}[）)])?(?:\s{0,3}[（(]\d{4}[^）)\n]{0,12}[）)])?"
)


@dataclass(frozen=True)
class Citation:
    """One citation as found: its words, place in the text, and what it refers to."""

    quote: str
    start: int
    end: int
    ref: Ref
    quoted_text: str = ""
    status: str = ""
    is_law: bool = True  # False: a platform's own rules

    def to_json(self) -> dict[str, object]:
        row: dict[str, object] = {"quote": self.quote, "ref": str(self.ref), "status": self.status}
        return row if self.is_law else {**row, "kind": "platform_rules"}


@dataclass(frozen=True)
class _Name:
    """A law's name as it stands in the text; `law` is the library's name for it, or its own."""

    start: int
    end: int
    law: str
    marked: bool  # by title marks or number, so that it is a citation even without an article


class _Folding(dict[int, int]):
    """Each character's plain form, found when first met: half-width, and simplified as laws write it."""

    def __missing__(self, code: int) -> int:
        char = chr(code)
        folded = unicodedata.normalize("NFKC", char)
        plain = folded if len(folded) == 1 and folded.isalnum() else char
        if "一" <= plain <= "鿿":
            simple = _opencc().convert(plain)
            plain = simple if len(simple) == 1 else plain
        self[code] = ord(plain)
        return ord(plain)


_FOLDED = _Folding()


@lru_cache(maxsize=1)
def _opencc() -> OpenCC:
    return OpenCC("t2s")


def normalised(text: str) -> str:
    """The text with full-width digits and letters and traditional characters folded; same length, so
    places stay true."""
    return text.translate(_FOLDED).replace("批覆", "批复")


# ---- Chinese
_MARKED = re.compile(
    rf"(?:{_TITLE}|「(?P<corner>[^「」\n]{{1,40}}(?:{_KIND}))」){_AFTER_TITLE}"
    r"|(?P<number>法释\s{0,3}[〔\[（(【]?\d{4}[〕\]）)】年]?\s{0,3}第?\d{1,4}\s{0,3}号)"
    r"|[及和与]?其(?P<its>实施条例|实施细则|实施办法)"
    rf"|(?P<same>{_SAME})(?=\s{{0,3}}第?\s{{0,3}}{_N}\s{{0,3}}条)"
)
_SHORT_HERE = _SHORT.pattern.replace("?P<a>", "").replace("?P<p>", "")
# What stands after a name without title marks when an article follows.
_THEN_ARTICLE = rf"(?=(?:[一-龥]{{1,8}}编)?{_S}(?:(?:明确)?规定的?|中的?|里的?|之)?(?:[（(]\d{{4}}[^）)\n]{{0,12}}[）)])?{_S}(?:的{_S})?[（(]?第?{_S}{_N}{_S}[条、,，和及至到—–~～-])"

_LATIN = re.compile(rf"(?<![A-Za-z])[A-Z]{{2,5}}{_THEN_ARTICLE}")  # ECL第38条


@lru_cache(maxsize=4)
def _before_article(names: frozenset[str]) -> re.Pattern[str]:
    """The last character of a known name, before an article."""
    ends = "".join(sorted({name[-1] for name in names if not name.isascii()}))
    return re.compile(f"[{re.escape(ends)}](?:{_THEN_ARTICLE}|(?={_SHORT_HERE}))")


@lru_cache(maxsize=4)
def _endings(names: frozenset[str]) -> Mapping[str, tuple[int, ...]]:
    """By the last two characters of a Chinese name, the lengths of the names that end so, longest first."""
    found: dict[str, set[int]] = {}
    for name in names:
        if not name.isascii():
            found.setdefault(name[-2:], set()).add(len(name))
    return {ending: tuple(sorted(lengths, reverse=True)) for ending, lengths in found.items()}


def _name_ending(text: str, end: int, names: frozenset[str]) -> int | None:
    """Where the longest known name starts that ends there."""
    for length in _endings(names).get(text[max(0, end - 2) : end], ()):
        if length <= end and text[end - length : end] in names:
            return end - length
    return None


def _unmarked(text: str, names: frozenset[str]) -> Iterator[tuple[int, int]]:
    """Known names without title marks directly before an article."""
    for match in _before_article(names).finditer(text):
        start = _name_ending(text, match.end(), names)
        if start is not None:
            other = _OTHER_LAW.search(text[max(0, start - 3) : start])
            yield start - (len(other[0]) if other else 0), match.end()
    for match in _LATIN.finditer(text):
        if match[0] in names:
            yield match.span()


_UNKNOWN_END = re.compile(
    rf"(?:{_KIND})(?=》?\s{{0,3}}第\s{{0,3}}{_N}\s{{0,3}}条|\s?[0-9]{{1,4}}\s?条(?!{_NOT_AFTER}))"
)
_RUN = re.compile(r"[一-龥]{1,24}$")


def _resolve(name: str, library: Library) -> str:
    try:
        return library.find(name).name
    except LawError:
        return name.strip("《》〈〉「」 ")


def _names(text: str, library: Library) -> list[_Name]:
    """Every law named, left to right; 同法 takes the law named before it."""
    found: list[_Name] = []
    for match in _MARKED.finditer(text):
        if match["same"]:
            found.append(_Name(match.start(), match.end(), "", False))
        elif match["its"]:
            found += _its(text, match, found, library)
        elif match["number"]:
            year, serial = re.findall(r"\d+", match["number"])
            found.append(
                _Name(match.start(), match.end(), _resolve(f"法释〔{year}〕{serial}号", library), True)
            )
        else:
            law = _titled(match["title"] or match["angle"] or match["corner"], library)
            found.append(_Name(match.start(), match.end(), law, True))
    taken = _Taken((name.start, name.end) for name in found)
    for start, end in _unmarked(text, library.names):
        if not taken.overlap(start, end):
            found.append(_Name(start, end, _resolve(text[start:end], library), False))
    return _with_unknown(text, found)


def _its(text: str, match: re.Match[str], before: list[_Name], library: Library) -> list[_Name]:
    """《食品安全法》及其实施条例: the regulations of the law named just before."""
    start = _name_ending(text, match.start(), library.names)
    if start is not None:
        law = _resolve(text[start : match.start()], library)
    elif before and before[-1].end == match.start():
        law = before[-1].law
    else:
        return []
    return [_Name(match.start("its"), match.end(), _resolve(law + match["its"], library), False)]


class _Taken:
    """Spans already taken by a name; asked by place, not by walking them all."""

    def __init__(self, spans: Iterable[tuple[int, int]]) -> None:
        self.spans = sorted(spans)
        self.starts = [start for start, _ in self.spans]

    def overlap(self, start: int, end: int) -> tuple[int, int] | None:
        """The last span that overlaps start–end, if any. Spans do not overlap one another."""
        n = bisect_right(self.starts, end - 1) - 1
        return self.spans[n] if n >= 0 and self.spans[n][1] > start else None

    def ending_before(self, place: int) -> int:
        """Where the last span ends that ends at or before a place; 0 when there is none."""
        n = bisect_right(self.starts, place) - 1
        while n >= 0 and self.spans[n][1] > place:
            n -= 1
        return self.spans[n][1] if n >= 0 else 0


def _titled(title: str, library: Library) -> str:
    """The law of a title, the title itself when it sounds like one, or "-": articles after it are its own."""
    law = _resolve(title, library)
    if law in library.instruments or law in library.not_held:
        return law
    sounds = re.search(rf"(?:{_KIND})(?:（.）)?$", title) and not _NOT_LAW.search(title)
    return law if sounds else "-"


def _with_unknown(text: str, found: list[_Name]) -> list[_Name]:
    """Add names that look like a law's and are no known one (平台责任法第四条)."""
    taken = _Taken((name.start, name.end) for name in found)
    for match in _UNKNOWN_END.finditer(text):
        end = match.end()
        run = _RUN.search(text[max(0, match.start() - 24) : match.start()])
        if not run:
            continue
        start = match.start() - len(run[0])
        span = taken.overlap(start, end)
        if span and span[1] >= end:
            continue
        name = text[max(start, taken.ending_before(end)) : end]
        bare = _LEADING.sub("", name) or name
        if len(bare) < 3 or _NO_LAWS_NAME.search(bare) or _NOT_LAW.search(bare):
            continue
        found.append(_Name(end - len(bare), end, bare, False))
    return sorted(found, key=lambda name: name.start)


def _chinese(text: str, library: Library) -> Iterator[Citation]:
    names = _names(text, library)
    stops = [name.start for name in names[1:]] + [len(text)] * bool(names)
    current = ""
    for name, stop in zip(names, stops, strict=True):
        current = name.law or current
        if not current or current == "-":
            continue
        first, cited, last = name.start, False, Ref(current)
        for start, end, ref in _articles(text, name.end, stop, current):
            last = _placed(ref, library)
            yield Citation("", start if cited else first, end, last)
            cited = True
        if cited:
            yield from _same_article(text, name.end, stop, Ref(current, last.article))
        elif name.marked:
            yield Citation("", name.start, name.end, Ref(current))


def _placed(ref: Ref, library: Library) -> Ref:
    """An item cited without its paragraph is in the one paragraph that has so many items."""
    if ref.item is None or ref.paragraph is not None:
        return ref
    first = replace(ref, paragraph=1)
    try:
        whole = library.provision(Ref(ref.law, ref.article))
    except LawError:
        return first
    lengths = [len(p) - 1 for p in paragraphs_of(whole.text)]
    able = [n for n, items in enumerate(lengths, 1) if items >= ref.item]
    return replace(ref, paragraph=able[0]) if len(able) == 1 and whole.kind != "digest" else first


def _same_article(text: str, place: int, stop: int, article: Ref) -> Iterator[Citation]:
    """该条第二款, 同条第一款: a paragraph of the article cited before."""
    for match in _SAME_ARTICLE.finditer(text, place, stop):
        for end, ref in _parts(text, match.end(), stop, article):
            yield Citation("", match.start(), end, ref)


def _numbers(text: str) -> list[int]:
    """第27、38 or 1194至1197: every number of a list, ranges filled in."""
    bare = re.sub(r"[\s第]", "", text)
    if (only := to_int(bare)) is not None:
        return [only]
    parts = re.split(r"([、,，和及]|[至到\-—–~～])", bare)
    values = [to_int(p) or 0 for p in parts[::2]]
    found = values[:1]
    for mark, (low, high) in zip(parts[1::2], pairwise(values), strict=True):
        spans = mark in "至到-—–~～" and low < high <= low + 200
        found += range(low + 1, high + 1) if spans else [high]
    return found


def _articles(text: str, place: int, stop: int, law: str) -> Iterator[tuple[int, int, Ref]]:
    """Articles that belong to the law named just before `place`, up to `stop`."""
    if short := _SHORT.match(text, place, stop):
        yield place, short.end(), Ref(law, short["a"], int(short["p"]) if short["p"] else None)
        place = short.end()
    began, previous = place, 0
    while text.find("条", place, stop) >= 0 and (match := _ARTICLE.search(text, place, stop)):
        between = text[place : match.start()].strip()
        if _SENTENCE_END.search(between) or _NOT_LAW.search(between) or len(between) > 60:
            return
        if not match["di"] and not _follows(between, place == began):
            return
        numbers = [n for n in _numbers(match["a"]) if n] if len(match["a"]) < 40 else [10**6]
        if previous and numbers and between in _RANGE and previous < numbers[0] <= previous + 200:
            numbers = [*range(previous + 1, numbers[0]), *numbers]
        place = match.end()
        *plain, last = [f"{n}{match['sub'] or ''}" for n in numbers] or ["0"]
        for article in plain:
            yield match.start(), place, Ref(law, article)
        for end, ref in _parts(text, place, stop, Ref(law, last)):
            yield match.start(), end, ref
            place = end
        previous = numbers[-1] if numbers else 0


def _follows(between: str, directly: bool) -> bool:
    """Whether a number without 第 still belongs to the law: 电商法38条、39条, but not 三条裤子 later on."""
    return between in _JOINING or (directly and not re.search(r"[一-龥A-Za-z]{2}", between))


def _parts(text: str, end: int, stop: int, article: Ref) -> Iterator[tuple[int, Ref]]:
    """The article itself, or its paragraphs and items as listed."""
    whole = True
    while True:
        paragraph = _PARAGRAPH.match(text, end, stop)
        if paragraph:
            end, whole = paragraph.end(), False
            *plain, last = _numbers(paragraph["p"])
            for number in plain:
                yield end, replace(article, paragraph=number)
            article = replace(article, paragraph=last)
        items = []
        while item := _ITEM.match(text, end, stop):
            end = item.end()
            items += _numbers(re.sub(r"[（()）]", "", item["i"]))
        for number in items:
            whole = False
            yield end, replace(article, item=number)
        if paragraph and not items:
            yield end, article
        if not paragraph:
            break
    if whole:
        yield end, article


# ---- English
_ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth")
_ORDINAL = rf"(?i:{'|'.join(_ORDINALS)})"
_PARENS = r"(?:\s?\(\d{1,3}\)){0,2}"
_SPELLED = rf"(?i:(?:{ENGLISH})(?:(?:[\s-]|(?<=hundred)\sand\s|(?<=thousand)\sand\s)(?:{ENGLISH}))*\b)"
_EN_NUMBER = rf"(?:\d{{1,6}}(?:\.\d{{1,2}}(?!\d))?|{_SPELLED}){_PARENS}"
_EN_JOIN = r"\s?(?:,\s?(?:and|or)?|and|or|&|to|through|-|–|—)\s?"
_EN_MORE = rf"(?:{_EN_JOIN}(?:(?:Articles?|Arts?\.?)\s)?(?:{_EN_NUMBER}|\(\d{{1,3}}\)))"
_PARA = rf"(?i:paragraph|para\.?)\s(?:\(?\d{{1,3}}\)?|{_SPELLED})|(?:the\s)?{_ORDINAL}\sparagraph"
_SUB = r"(?i:items?|sub-?paragraph|sub-?item|point)\s\(?\d{1,3}\)?"
_EN_WORD = re.compile(
    r"[AaSs§](?:(?i:(?<=a)rt(?:icles?|s?\b\.?)|(?<=s)ec(?:tions?|\.))|(?<=§)§?)\s{0,3}(?=[\w(])"
)
_EN_ARTICLE = re.compile(
    rf"(?P<list>{_EN_NUMBER}{_EN_MORE}{{0,12}})(?:,?\s?(?P<para>{_PARA}),?)?(?:,?\s?(?P<sub>{_SUB}),?)?"
)
_EN_PART = re.compile(
    rf"\((?P<p>\d{{1,3}})\)|(?P<n>\d{{1,6}})(?:\.(?P<d>\d{{1,2}}))?|(?P<w>{_SPELLED})|(?P<to>to\b|through|-|–|—)"
)
_EN_JOINED = re.compile(r"of |in |.?, $", re.S)  # what an _EN_LEAD ends with
_EN_LEAD = re.compile(rf"(?:(?P<i>{_SUB}),?\s(?:of\s)?)?(?:(?:the\s)?(?P<p>{_PARA}),?\s(?:of\s|in\s)?)?$")
# Numbers right after a name: Civil Code 1195 and 1197, ECL 38(2), CC 1198(2); years and amounts are none.
_BARE = r"(?!(?:19|20)\d\d\b)\d{1,4}(?![\d.,]*\d|\s?(?:%|per|times|days?|months?|years?|hours|yuan|RMB|edition|version))"
_EN_BARE = re.compile(
    rf"\b(?:Law|Code|Act|Regulations?|Measures|Provisions|Interpretation(?: \(I\))?|[A-Z]{{2,5}})\s"
    rf"(?P<list>{_BARE}{_PARENS}(?:{_EN_JOIN}(?:{_BARE}{_PARENS}|\(\d{{1,3}}\))){{0,12}})"
)
_EN_UNKNOWN = r"[A-Z][A-Za-z-]*(?: (?:[A-Z][A-Za-z-]*|of|on|the|and|for|against)){0,8} (?:Law|Code|Act|Regulations?|Provisions|Measures)\b"
_EN_KINDS = ("Law", "Code", "Act", "Regulation", "Regulations", "Provisions", "Measures")
_EN_UNKNOWN_HERE, _EN_UNKNOWN_BEFORE = re.compile(_EN_UNKNOWN), re.compile(rf"(?:{_EN_UNKNOWN})$")
_EN_OPENING = re.compile(
    r"(?:(?:Under|See|Per|In|By|And|But|The|As|Both|Also|Cf|Pursuant to|According to|Chinese|PRC) (?:the )?)+"
)
_EN_BEFORE_NAME = re.compile(
    r"\s?(?P<of>of|in|under|from)?,?\s+(?:(?:the|PRC|China's|China’s|Chinese)\s+){0,2}"
)
_EN_AFTER_NAME = re.compile(
    r"(?:\s+of (?:the (?:People['’]s Republic of China|PRC)|China))?(?:['’]s)?\s?[,(]?\s?(?:\(?\d{4}\)?\s?,?\s?)?$"
)
_EN_SAME = re.compile(r"(?:the )?(?:same|said|that|this) (?:Law|Code|Act|law|code)\b|thereof")
_WINDOW = 240  # no English name of an instrument is longer


_EN_TOKEN = re.compile(r"[A-Za-z0-9]+(?:['’-][A-Za-z0-9]+)*|\([IVX]{1,4}\)|&")


@dataclass(frozen=True)
class _EnglishNames:
    """Names in Latin letters by their words, as compared, with the beginnings and endings of them."""

    whole: Mapping[tuple[str, ...], str]
    heads: frozenset[tuple[str, ...]]
    tails: frozenset[tuple[str, ...]]


def _en_word(word: str) -> str:
    """A word as it is compared; short capitals (CC, ECL) count as written only."""
    if word == "&":
        return "and"
    if 2 <= len(word) < 5 and word.isupper():
        return word
    return word.casefold().replace("-", "").replace("’", "'").removesuffix("'s")


@lru_cache(maxsize=4)
def _english_names(names: frozenset[str]) -> _EnglishNames:
    found: dict[tuple[str, ...], str] = {}
    for name in sorted(n for n in names if n.isascii() and not n.isdigit() and n != n.casefold()):
        for variant in {name, re.sub(r"\s\([a-z ]{5,}\)$", "", name), name.replace("E-C", "E C")}:
            found.setdefault(tuple(map(_en_word, _EN_TOKEN.findall(variant))), name)
    heads = {key[:n] for key in found for n in range(1, len(key) + 1)}
    tails = {key[n:] for key in found for n in range(len(key))}
    return _EnglishNames(found, frozenset(heads), frozenset(tails))


def _english(text: str, library: Library) -> Iterator[Citation]:
    law, done = "", 0
    for word in _EN_WORD.finditer(text):
        match = _EN_ARTICLE.match(text, word.end())
        if not match or word.start() < done or re.match("[A-Za-z0-9]", text[word.start() - 1 : word.start()]):
            continue
        done = match.end()
        low = max(0, word.start() - 60)
        joined = _EN_JOINED.match(text, word.start() - 3, word.start()) if word.start() > 2 else None
        lead = _EN_LEAD.search(text, low, word.start()) if joined else None
        begin = lead.start() if lead else word.start()
        if span := _en_law(text, begin, match.end(), library, law):
            start, end, law = span
            for ref in _english_refs(match, lead, law):
                yield Citation("", start, end, ref)
    for match in _EN_BARE.finditer(text):
        place = match.start("list")
        start, name = _en_known_before(text, place - 1, library) or (0, "")
        short = place - start < 4  # CC, CL
        if name and ("(" in match["list"] or not short):
            for ref in _en_list(match["list"], _resolve(name, library)):
                yield Citation("", start, match.end(), ref)


def _en_law(text: str, start: int, stop: int, library: Library, last: str) -> tuple[int, int, str] | None:
    """(start, end, law) of articles that stand from start to stop: an “of the … Law” after them, else a
    name before them, else one after them."""
    lead = _EN_BEFORE_NAME.match(text, stop)
    end = name = None
    if lead:
        if last and (same := _EN_SAME.match(text, lead.end())):
            return start, same.end(), last
        end, name = _en_name_at(text, lead.end(), library)
    if end and name and lead and lead["of"]:
        return start, end, name
    if before := _en_name_before(text, start, library):
        return before[0], stop, before[1]
    return (start, end, name) if end and name else None


def _en_name_at(text: str, start: int, library: Library) -> tuple[int | None, str | None]:
    """The longest name that starts there: (its end, law)."""
    known = _english_names(library.names)
    words: tuple[str, ...] = ()
    end = name = None
    for token in _EN_TOKEN.finditer(text, start, start + _WINDOW):
        words = (*words, _en_word(token[0]))
        if words not in known.heads or (len(words) == 1 and token.start() != start):
            break
        if words in known.whole:
            end, name = token.end(), known.whole[words]
    if name:
        return end, _resolve(name, library)
    unknown = _EN_UNKNOWN_HERE.match(text, start, start + _WINDOW)
    return (unknown.end(), unknown[0]) if unknown else (None, None)


def _en_name_before(text: str, place: int, library: Library) -> tuple[int, str] | None:
    """The name that ends before a place, in either language: (its start, law)."""
    low = max(0, place - _WINDOW)
    window = text[low:place]
    if after := _EN_AFTER_NAME.search(window, len(window) - 60):
        window = window[: after.start()]
    if window.endswith(("》", "」")):
        start = max(window.rfind("《"), window.rfind("「"))
        law = _titled(window[start + 1 : -1], library) if start >= 0 else "-"
        return None if law == "-" else (low + start, law)
    if window[-1:] > "\x7f":
        begin = _name_ending(text, low + len(window), library.names)
        return None if begin is None else (begin, _resolve(text[begin : low + len(window)], library))
    if found := _en_known_before(text, low + len(window), library):
        return found[0], _resolve(found[1], library)
    if window.endswith(_EN_KINDS) and (unknown := _EN_UNKNOWN_BEFORE.search(window)):
        name = _EN_OPENING.sub("", unknown[0], count=1)
        return (low + unknown.end() - len(name), name) if " " in name else None
    return None


def _en_known_before(text: str, place: int, library: Library) -> tuple[int, str] | None:
    """The longest known name in Latin letters that ends at a place: (its start, the name)."""
    low = max(0, place - _WINDOW)
    window = text[low:place]
    known = _english_names(library.names)
    words: tuple[str, ...] = ()
    found = None
    for token in reversed(list(_EN_TOKEN.finditer(window))):
        if not words and token.end() != len(window):
            break
        words = (_en_word(token[0]), *words)
        if words not in known.tails:
            break
        if words in known.whole:
            found = low + token.start(), known.whole[words]
    return found


def _english_refs(match: re.Match[str], lead: re.Match[str] | None, law: str) -> list[Ref]:
    """The articles listed; a paragraph or item named in words is the last article's."""
    found = _en_list(match["list"], law)
    paragraph = match["para"] or (lead and lead["p"])
    item = match["sub"] or (lead and lead["i"])
    if found and paragraph:
        found[-1] = replace(found[-1], paragraph=_en_value(paragraph))
    if found and item:
        found[-1] = replace(found[-1], paragraph=found[-1].paragraph or 1, item=_en_value(item))
    return found


def _en_value(words: str) -> int:
    """paragraph 2, para. (2), second paragraph, paragraph two."""
    if digits := re.search(r"\d+", words):
        return int(digits[0])
    if ordinal := re.search(_ORDINAL, words):
        return _ORDINALS.index(ordinal[0].lower()) + 1
    return from_english(words.split(" ", 1)[1]) or 0


def _en_list(text: str, law: str) -> list[Ref]:
    """38(1) and (2), 38(1)-(3), 38.2, 1194-1197, thirty-eight."""
    found: list[Ref] = []
    span = False
    for token in _EN_PART.finditer(text):
        number = int(token["n"] or token["p"] or 0) or from_english(token["w"] or "") or 0
        if token["to"]:
            span = True
            continue
        if token["n"] or token["w"]:
            low = int(found[-1].article) if span and found else number
            found += [Ref(law, str(n)) for n in range(low + 1, number) if number - low <= 200]
            found.append(Ref(law, str(number), int(token["d"]) if token["d"] else None))
        elif found:
            apart = span or text[token.start() - 1].isspace()
            found[-1:] = _en_paragraphs(found[-1], number, span=span, apart=apart)
        span = False
    return found


def _en_paragraphs(last: Ref, number: int, *, span: bool, apart: bool) -> list[Ref]:
    """The last reference and what a number in parentheses after it adds: a paragraph, more of them, an item."""
    if last.paragraph is None:
        return [replace(last, paragraph=number)]
    if not apart:
        return [replace(last, item=number)]
    first = last.paragraph + 1 if span and 0 < number - last.paragraph <= 20 else number
    return [last, *(replace(last, paragraph=n, item=None) for n in range(first, number + 1))]


# ---- both
def find(text: str, library: Library) -> list[Citation]:
    """Every citation in the text, in reading order, not yet judged."""
    folded = normalised(text)
    found = sorted([*_chinese(folded, library), *_english(folded, library)], key=lambda c: (c.start, c.end))
    return [Citation(text[c.start : c.end], c.start, c.end, c.ref, _quoted(folded, c.end)) for c in found]


def _quoted(text: str, place: int) -> str:
    """The words between quotation marks after a citation that says what it provides."""
    match = _QUOTED.match(text, place)
    return match["q"][1:-1] if match else ""


def _bare(text: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFKC", normalised(text)) if c.isalnum())


def judge(citation: Citation, library: Library, on: date | None = None) -> Citation:
    """The citation with its status: in_force, not_yet_in_force, repealed_or_superseded,
    no_such_article, no_such_paragraph, no_such_law, law_not_held or text_mismatch."""
    ref, status = _judged(citation, library, on or library.as_of)
    return Citation(citation.quote, citation.start, citation.end, ref, citation.quoted_text, status,
                    library.is_law(citation.ref.law))  # fmt: skip


def _judged(citation: Citation, library: Library, on: date) -> tuple[Ref, str]:
    try:
        if not citation.ref.article:
            library.standing(citation.ref.law, on).version_on(on)
            return citation.ref, "in_force"
        provision = library.provision(citation.ref, on)
    except LawError as error:
        return citation.ref, error.status
    if citation.quoted_text and provision.kind != "digest":
        words = _bare("".join(line for p in paragraphs_of(provision.text) for line in p))
        parts = [_bare(p) for p in re.split(r"……|\.\.\.|…", citation.quoted_text)]
        if any(part and part not in words for part in parts):
            return citation.ref, "text_mismatch"
    return provision.ref, "in_force"


def check(text: str, library: Library, on: date | None = None) -> list[Citation]:
    """Find and judge every citation in a text."""
    return [judge(c, library, on) for c in find(text, library)]
