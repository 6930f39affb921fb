"""Citations: find every way a text cites law, and judge each against the library.

`find(text, library)` gives the citations in reading order; `judge(citation, library, on)` gives the
status words of the JSON contract. Numbers that are no citation (合同第三条, page 38) stay silent.

The grammar, in Chinese: a law's name, then articles that follow it in the same sentence, each with
paragraphs and items, in lists and ranges. In English the articles may also stand before the name.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from itertools import pairwise

from assistant.law import LawError, Library, Ref, paragraphs_of
from assistant.numerals import CHARACTERS, to_int

_N = rf"(?:[0-9]{{1,6}}|[{CHARACTERS}]{{1,12}})"
_S = r"\s{0,3}"  # blanks are bounded everywhere, so that no text takes long
_LIST = rf"{_N}(?:{_S}(?:、|,|，|和|及|至|到|-|—|–|~|～){_S}第?{_S}{_N}){{0,20}}"
_KIND = "法典|法|条例|规定|办法|规则|解释|批复|细则|决定|意见"
_NOT_AFTER = (
    "街|路|巷|鱼|裤|裙|狗|腿|命|船|内裤|毛巾|烟|被|线|评|消息|信息|短信|差评|记录|视频|笔|留言|理由|建议"
)
_ARTICLE = re.compile(
    rf"(?P<di>第?){_S}(?P<a>{_LIST}|[0-9]{{7,}}){_S}条(?P<sub>之[一二三四五六七八九十]{{1,3}})?(?!{_NOT_AFTER})"
)
_PARAGRAPH = re.compile(rf"{_S}(?:、|,|，|和|及|以及|或)?{_S}第?{_S}[（(]?(?P<p>{_LIST})[）)]?{_S}款")
_ITEM = re.compile(rf"{_S}(?:、|,|，|和|及|以及|或)?{_S}第?{_S}[（(]?{_S}(?P<i>{_N}){_S}[）)]?{_S}项")
_SAME = "(?<!合)同法|该法|本法|前述规定|该规定|该解释|该条例|该办法|上述法律|前述法律"
_NOT_LAW = re.compile(r"合同|协议|约定|平台规则|服务条款|章程|说明书|公约|手册|须知|声明")
_NO_LAWS_NAME = re.compile(
    r"(?:做|想|看|说|方|语|用|写|算|违|犯|合|依|非|守|普|立|司|执|书|魔|没|设|手|打|玩|吃|买|卖|无|效|技|拼|加|减)法$"
    r"|^(?:这|那|该|此|其|上述|前述|本|按|照|有关|相关|平台|公司|店铺|商家|我们|他们)?(?:的)?(?:办法|规定|规则|解释|决定|意见|条例|法)$"
    r"|(?:处理|解决|退货|退款|计算|赔偿|活动|平台|使用|操作)(?:办法|规定|规则|解释|决定|意见)$"
)
_LEADING = re.compile(
    r"^.*?(?:根据|依据|依照|按照|违反|适用|参照|引用|我国|国家|和|及|与|的|是|在|按|据|依|由|了|看|查|问|新|以|把|对)"
)
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


def normalised(text: str) -> str:
    """The text with full-width digits and letters folded; same length, so places stay true."""
    return "".join(
        folded if len(folded := unicodedata.normalize("NFKC", c)) == 1 and folded.isalnum() else c
        for c in text
    )


# ---- Chinese
_MARKED = re.compile(
    rf"(?:{_TITLE}|「(?P<corner>[^「」\n]{{2,40}}(?:{_KIND}))」){_AFTER_TITLE}"
    r"|(?P<number>法释\s{0,3}[〔\[（(【]\d{4}[〕\]）)】]\s{0,3}\d{1,4}\s{0,3}号)"
    rf"|(?P<same>{_SAME})(?=\s{{0,3}}第?\s{{0,3}}{_N}\s{{0,3}}条)"
)
# The last character of a name that stands before an article without title marks.
_BEFORE_ARTICLE = re.compile(
    rf"[一-龥）)](?=(?:[一-龥]{{1,8}}编)?{_S}(?:[（(]\d{{4}}[^）)\n]{{0,12}}[）)])?{_S}(?:的{_S})?[（(]?第?{_S}{_N}{_S}[条、,，和及至到-])"
)


@lru_cache(maxsize=4)
def _longest(names: frozenset[str]) -> int:
    return max((len(n) for n in names if not n.isascii()), default=0)


def _unmarked(text: str, names: frozenset[str]) -> Iterator[tuple[int, int]]:
    """Known names without title marks directly before an article: the longest that ends there."""
    longest = _longest(names)
    for match in _BEFORE_ARTICLE.finditer(text):
        for start in range(max(0, match.end() - longest), match.end() - 1):
            if text[start : match.end()] in names:
                yield start, match.end()
                break


_UNKNOWN = re.compile(rf"(?P<name>[一-龥]{{2,24}}?(?:{_KIND}))(?=\s{{0,3}}第\s{{0,3}}{_N}\s{{0,3}}条)")


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
        elif match["number"]:
            year, serial = re.findall(r"\d+", match["number"])
            found.append(
                _Name(match.start(), match.end(), _resolve(f"法释〔{year}〕{serial}号", library), True)
            )
        else:
            law = _titled(match["title"] or match["angle"] or match["corner"], library)
            found.append(_Name(match.start(), match.end(), law, True))
    for start, end in _unmarked(text, library.names):
        if not any(name.start < end and start < name.end for name in found):
            found.append(_Name(start, end, _resolve(text[start:end], library), False))
    return _with_unknown(text, found)


def _titled(title: str, library: Library) -> str:
    """The law of a title, the title itself when it sounds like one, or "-": articles after it are its own."""
    law = _resolve(title, library)
    if law in library.instruments or law in library.not_held:
        return law
    sounds = re.search(rf"(?:{_KIND})(?:（.）)?$", title) and not _NOT_LAW.search(title)
    return law if sounds else "-"


def _with_unknown(text: str, found: list[_Name]) -> list[_Name]:
    """Add names that look like a law's and are no known one (平台责任法第四条)."""
    taken = [(name.start, name.end) for name in found]
    for match in _UNKNOWN.finditer(text):
        if any(start < match.end() and match.start() < end for start, end in taken):
            inner = [end for start, end in taken if start < match.end() and match.start() < end]
            if max(inner) >= match.end():
                continue
        start = match.start("name")
        start = max([start, *(end for _, end in taken if end <= match.end() and end > start)])
        name = text[start : match.end("name")]
        bare = _LEADING.sub("", name) or name
        if len(bare) < 3 or _NO_LAWS_NAME.search(bare) or _NOT_LAW.search(bare):
            continue
        found.append(_Name(match.end("name") - len(bare), match.end("name"), bare, False))
    return sorted(found, key=lambda name: name.start)


def _chinese(text: str, library: Library) -> Iterator[Citation]:
    names = _names(text, library)
    stops = [name.start for name in names[1:]] + [len(text)] * bool(names)
    current = ""
    for name, stop in zip(names, stops, strict=True):
        current = name.law or current
        if not current or current == "-":
            continue
        first, cited = name.start, False
        for start, end, ref in _articles(text, name.end, stop, current):
            yield Citation("", start if cited else first, end, ref)
            cited = True
        if name.marked and not cited:
            yield Citation("", name.start, name.end, Ref(current))


def _numbers(text: str) -> list[int]:
    """第27、38 or 1194至1197: every number of a list, ranges filled in."""
    parts = re.split(r"([、,，和及]|[至到\-—–~～])", re.sub(r"[\s第]", "", text))
    values = [to_int(p) or 0 for p in parts[::2]]
    found = values[:1]
    for mark, (low, high) in zip(parts[1::2], pairwise(values), strict=True):
        spans = mark in "至到-—–~～" and low < high <= low + 200
        found += range(low + 1, high + 1) if spans else [high]
    return found


def _articles(text: str, place: int, stop: int, law: str) -> Iterator[tuple[int, int, Ref]]:
    """Articles that belong to the law named just before `place`, up to `stop`."""
    began, previous = place, 0
    while match := _ARTICLE.search(text, place, stop):
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
            items.append(to_int(item["i"]) or 0)
        for number in items:
            whole = False
            yield end, replace(article, paragraph=article.paragraph or 1, item=number)
        if paragraph and not items:
            yield end, article
        if not paragraph:
            break
    if whole:
        yield end, article


# ---- English
_PARENS = r"((?:\s?\(\d{1,3}\)){0,2})"
_EN_NUMBER = rf"\d{{1,6}}{_PARENS}"
_EN_MORE = rf"(?:\s?(?:,\s?(?:and|or)?|and|or|&|to|through|-|–|—)\s?(?:(?:Articles?|Arts?\.?)\s)?(?:{_EN_NUMBER}|\(\d{{1,3}}\)))"
_EN_LIST = rf"(?P<list>{_EN_NUMBER}{_EN_MORE}{{0,12}}(?:,?\s?(?:paragraph|para\.?)\s\d{{1,3}})?)"
_EN_WORD = r"(?:(?i:\bArticles?|\bArts?\b\.?|\bSections?|\bSec\.)|§{1,2})\s{0,3}"
_EN_UNKNOWN = r"[A-Z][A-Za-z-]*(?: (?:[A-Z][A-Za-z-]*|of|on|the|and|for|against)){0,8} (?:Law|Code|Act|Regulations?|Provisions|Measures)"


@lru_cache(maxsize=4)
def _english_pattern(names: frozenset[str]) -> re.Pattern[str]:
    known = "|".join(re.escape(n) for n in sorted(names, key=len, reverse=True) if n.isascii() and len(n) > 2)
    name = rf"(?:(?:the|PRC|China's|Chinese)\s+){{0,2}}(?P<law>(?i:{known})\b|{_EN_UNKNOWN})"
    of_china = r"(?:\s+of the (?:People's Republic of China|PRC))?"
    after = rf"{of_china}(?:'s)?\s?[,(]?\s?(?:\(\d{{4}}\)\s?,?\s?)?"
    return re.compile(
        rf"{_EN_WORD}{_EN_LIST}\s?(?:of|in|,)?\s+{name}"
        rf"|{name.replace('P<law>', 'P<law2>')}{after}{_EN_WORD}{_EN_LIST.replace('P<list>', 'P<list2>')}"
    )


def _english(text: str, library: Library) -> Iterator[Citation]:
    for match in _english_pattern(library.names).finditer(text):
        law = _resolve(match["law"] or match["law2"], library)
        for ref in _english_refs(match["list"] or match["list2"], law):
            yield Citation("", match.start(), match.end(), ref)


def _english_refs(text: str, law: str) -> list[Ref]:
    """38(1) and (2), 1194-1197, 38, paragraph 2."""
    found: list[Ref] = []
    span = False
    for token in re.finditer(
        r"(?P<n>\d{1,6})|\((?P<p>\d{1,3})\)|(?P<to>to\b|through|-|–|—)|(?P<para>para)", text
    ):
        number = int(token["n"] or token["p"] or 0)
        if token["to"]:
            span = True
        elif token["para"]:
            tail = re.search(r"\d+$", text)
            found[-1] = replace(found[-1], paragraph=int(tail[0]) if tail else None)
            break
        elif token["n"]:
            low = int(found[-1].article) if span and found else number
            found += [Ref(law, str(n)) for n in range(low + 1, number) if number - low <= 200]
            found.append(Ref(law, str(number)))
            span = False
        elif text[token.start() - 1].isspace() and found and found[-1].paragraph is not None:
            found.append(replace(found[-1], paragraph=number, item=None))
        elif found:
            last = found[-1]
            deeper = last.paragraph is not None
            found[-1] = replace(last, item=number) if deeper else replace(last, paragraph=number)
    return found


# ---- both
def find(text: str, library: Library) -> list[Citation]:
    """Every citation in the text, in reading order, not yet judged."""
    folded = normalised(text)
    found = sorted([*_chinese(folded, library), *_english(folded, library)], key=lambda c: (c.start, c.end))
    return [_with_quote(replace(c, quote=text[c.start : c.end]), text) for c in found]


def _with_quote(citation: Citation, text: str) -> Citation:
    match = _QUOTED.match(text, citation.end)
    return replace(citation, quoted_text=match["q"][1:-1]) if match else citation


def _bare(text: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFKC", text) if c.isalnum())


def judge(citation: Citation, library: Library, on: date | None = None) -> Citation:
    """The citation with its status: in_force, not_yet_in_force, repealed_or_superseded,
    no_such_article, no_such_paragraph, no_such_law, law_not_held or text_mismatch."""
    on = on or library.as_of
    citation = replace(citation, is_law=library.is_law(citation.ref.law))
    try:
        if not citation.ref.article:
            library.find(citation.ref.law).version_on(on)
            return replace(citation, status="in_force")
        provision = library.provision(citation.ref, on)
    except LawError as error:
        return replace(citation, status=error.status)
    if citation.quoted_text and provision.kind != "digest":
        words = _bare("".join(line for p in paragraphs_of(provision.text) for line in p))
        parts = [_bare(p) for p in re.split(r"……|\.\.\.|…", citation.quoted_text)]
        if any(part and part not in words for part in parts):
            return replace(citation, status="text_mismatch")
    return replace(citation, ref=provision.ref, status="in_force")


def check(text: str, library: Library, on: date | None = None) -> list[Citation]:
    """Find and judge every citation in a text."""
    return [judge(c, library, on) for c in find(text, library)]
