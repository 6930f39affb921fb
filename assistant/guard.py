"""The guard: nothing leaves that cites law it does not have or says more than the verdict.

`check` returns a report whose `problems` is empty when the text may leave. A guard that cannot run
has failed: the caller then renders by code. To add a check, add a function to `_draft_problems`.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from assistant.citations import Citation, normalised
from assistant.citations import check as check_citations
from assistant.facts import Lang
from assistant.forms import CARRY_WHOLE, asserted, claimed, denied, hedged, meant
from assistant.law import LawError, Library, Ref
from assistant.numerals import CHARACTERS, to_int
from assistant.payers import LIABLE, TRUE_OF, WHOLE

MAX_LENGTH = 6000  # characters of a reply
MAX_DRAFT: dict[Lang, int] = {"zh": 2400, "en": 5000}  # characters of what a model writes
LEAST: dict[Lang, int] = {"zh": 4, "en": 3}  # characters or words without which a draft says nothing
MAX_REPEATS = 3  # times a sentence may stand in a draft

_SURE = "一定|必然|肯定|百分之百|100%|必定|绝对|保证|保准|铁定|稳|毫无悬念地?|没有悬念地?"
_OUTCOME = re.compile(
    rf"(?:{_SURE}|包|必|准)(?:您|你|法院|官司|案子)?(?:会|能|可以|可|要|就)*(?:支持|得到支持|判您?赢|胜诉?|赢|获赔|拿到|要回|讨回|追回|赔到|成功)"
    rf"|(?:{_SURE})(?:您|你|平台)?(?:会|能|要|就)*赔(?!偿责任|付责任)"
    r"|法院(?:最后|最终|到时)?(?:一定|必然|肯定|必|将|会|就会|都会)(?:会|能|一定|肯定)?(?:全部|完全|全额|把)?(?:支持|判决?平台|判您|判退|判赔|站在您|驳回|您挡|让平台)|(?:您|你|官司|案子)(?:会|将|能|就能|稳)(?:会|能)?(?:打)?(?:赢|胜诉)|十拿九稳|板上钉钉|跑不掉的官司|稳操胜券|胜券在握|(?:官司|案子)稳了|不可能(?:会)?输|输不了"
    r"|(?:guarantee\w*|certain(?:ly)?|definitely|surely|sure|bound|assured|no doubt|100%)[^.]{0,28}\b(?:win|wins|prevail|succeed|success|get (?:your|the|all|full)|be paid|recover)"
    r"|\byou (?:will|shall|are going to|cannot fail to|can't fail to) (?:\w+ )?(?:win|prevail|succeed|get (?:your|the|all)|recover)|slam dunk|open-and-shut|\bin the bag\b|sure thing|dead certain|home and dry|\bcannot lose|\bcan't lose|\bcourts? (?:will|must|is bound to|is sure to) (?:\w+ )?(?:rule|find|side|decide|order|award|uphold|support|grant|make|force|hold)|\bwill win\b|\bsure win",
    re.I,
)
_DISCLAIMED = re.compile(
    r"(?:不|不能|无法|没人能|没有人能|谁也不能|并不|难以|未必|不要?以为|是否)(?:能|会|敢|可以)?(?:保证|承诺|确保|说)?(?:您|你|法院|官司|案子)?(?:就|也|都|是)?(?:一定|必然|肯定)?(?:会|能)?$"
    r"|(?:\bnot|n't|cannot|no one can|nobody can|never|without any|no)\s*(?:\w+\s){0,4}$",
    re.I,
)
_UNIT = r"(?:元|块|yuan|RMB|CNY|dollars?|USD|euros?|美元|港元|欧元|日元)"
_DIGITS = r"\d[\d,]*(?:\.\d+)?"
_MONEY = re.compile(
    rf"(?:[¥￥$€£]|RMB|CNY|USD)\s?(?P<a>{_DIGITS})(?P<ak>[万亿]|k\b)?"
    rf"|(?<![\d,])(?P<b>{_DIGITS})\s?(?:(?P<bk>[万千亿k])\s?{_UNIT}?|{_UNIT})"
    rf"|(?P<c>[{CHARACTERS}]{{2,12}}){_UNIT}",
    re.I,
)
_TIMES = {"万": 10_000, "千": 1000, "k": 1000, "亿": 100_000_000}
_VAGUE = re.compile(
    rf"[几数上近多][十百千万亿]+{_UNIT}|[十百千万亿][多来余]{_UNIT}"
    r"|\b(?:hundreds?|thousands?|millions?)\b[^.]{0,12}\b(?:yuan|RMB|dollars?)|[a-z]+ (?:hundred|thousand|million) (?:yuan|RMB|dollars?)",
    re.I,
)
_MULTIPLE = re.compile(
    rf"(?P<zh>[{CHARACTERS}]{{1,3}}|\d{{1,3}})倍|退一赔(?P<back>[一二三四五六七八九十])|假一赔(?P<fake>[一二三四五六七八九十])"
    r"|\b(?P<en>two|three|four|five|six|seven|eight|nine|ten|twice)(?:fold|[- ]times?)\b|\b(?P<word>double|triple|treble)\b|\b(?P<n>\d{1,3})(?:x|[- ]?fold| times)\b",
    re.I,
)
_NOT_OFFERED = re.compile(
    r"(?:没有?|未|并无|不曾)[^，。；]{0,6}(?:承诺|说|答应|写)[^，。；]{0,14}$|(?:never|not|no)\b[^.;]{0,10}promis[^.;]{0,14}$"
)
_FACTORS = {"two": 2, "twice": 2, "double": 2, "three": 3, "triple": 3, "treble": 3, "four": 4, "five": 5, "six": 6,
            "seven": 7, "eight": 8, "nine": 9, "ten": 10}  # fmt: skip
_PERCENT = re.compile(
    r"(?<!\d)(\d+(?:\.\d+)?)\s?(?:%|％|per ?cent\b)|百分之([零〇一二三四五六七八九十百]{1,4}|\d+)|([一二三四五六七八九])成(?!为|立|功|交|年|分)"
)
_ORPHAN = re.compile(
    rf"(?<!合同)(?<!协议)(?<!规则)(?<!条款)第\s?(?P<zh>[0-9{CHARACTERS}]{{1,12}})\s?条(?!评|消|信|短|视频|记录)"
    r"|\b(?i:Articles?|Arts?\.|Section|Sec\.)\s?(?P<en>\d{1,6})|§\s?(?P<en2>\d{1,6})"
)
_AS_LAW = re.compile(r"法律|法规|法定|依法|法条|\blaw\b|\blegal(?:ly)?\b|\bstatut", re.I)
_BEFORE_CODE = re.compile(  # the laws that the Civil Code's last article repealed, by their English names alone
    r"\b(?:(?<!Electronic )Contract|Tort(?: Liability)?|Property|Guarantee|Guaranty|Security|Marriage|Succession|Inheritance|Adoption) Law\b"
    r"|\bGeneral (?:Principles|Provisions|Rules) of (?:the )?Civil Law\b"
)
_CIVIL_CODE = date(2021, 1, 1)  # the day from which it is in force
_PERSONAL = re.compile(
    r"(?<!\d)1[3-9]\d(?:[-\s]?\d{4}){2}(?!\d)|(?<!\d)\d{17}[\dXx](?!\d)|(?<!\d)\d{16,19}(?!\d)"
    r"|(?<!\d)0\d{2,3}[-\s]?\d{7,8}(?!\d)|(?<!\d)\d{4}(?:[-\s]\d{4}){3}(?:[-\s]\d{1,3})?(?!\d)"
    r"|[\w.+-]{1,64}@[\w-]+\.\w+|(?:微信|QQ|支付宝|WeChat|Alipay|Telegram)\s?(?:账?号|ID|号码|number|account)?\s?(?:是|为|：|:|is)?\s?(?=[\w-]*\d)[A-Za-z0-9_-]{5,}"
    r"|[一-龥]{2,9}(?:省|市|区|县|镇|乡|街道)[一-龥]{1,10}(?:路|街|巷|村|小区|大道|大厦)[一-龥]{0,4}\d{1,5}(?:号|弄|栋|幢|室)"
    r"|[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼][A-Z][A-Z0-9]{5}(?![A-Z0-9])",
    re.I,
)
_SURNAME = "[赵钱孙李周吴郑王冯陈蒋沈韩杨朱秦许何吕张孔曹严金魏姜谢邹苏潘范彭鲁马方任袁柳鲍唐薛雷贺汤罗郝安于傅齐康余顾孟黄萧尹姚邵汪毛戴宋庞熊董梁杜阮蓝贾江郭梅林徐高夏蔡田胡霍万卢丁邓洪石崔龚程裴陆翁侯段谭赖武刘叶白龙向易廖曾欧]"
_NAMED = re.compile(
    rf"(?:店主|老板|店长|卖家|客服|法定代表人|法人代表|负责人|经理|主播|联系人|姓名|名叫|叫做|店员|证人|邻居|受害人|消费者)(?:是|叫|为|：|:|名叫)?(?P<zh>{_SURNAME}(?!于|为|时|在|能|何|家)[一-龥]{{1,2}}?)(?=[，。、；（(的]|$|先生|女士|电话|手机|身份证|负责|住)"
    r"|\b(?:Mr|Mrs|Ms|Miss|Dr)\.? (?P<en>[A-Z][a-z]+)|\b(?:named|called|owner|manager|contact) (?P<en2>[A-Z][a-z]+ [A-Z][a-z]+)"
)
_MARKUP = re.compile(
    r"https?:|www\.|\b[\w-]+\.(?:com|cn|net|org|io|top|xyz|info)\b|\]\(|!\[|<\s*/?\s*[a-z!]|^\s{0,3}#|```|~~~|^\s*\|.*\||javascript:|data:\w+/|&#|&[a-z]+;",
    re.I | re.M,
)
_FORGED = re.compile(
    r"(?:^|\n)\W*(?:下一步|next steps?|您可以要求什么)\W*(?:\n|$)|(?:^|\n)\W*(?:结论|最终结论|系统|system|conclusion|final answer|assistant|user)\W{0,3}[:：]|<\||\|>|<<<|>>>",
    re.I,
)
_ROLE = re.compile(  # someone else is made to speak
    r"(?:假如|假设|如果|若|要是)我(?:是|做|当)|(?:作为|身为|站在|以)(?:平台|商家|法院|法官|对方)?的?(?:律师|法官|法务|客服|代表|老板)[^，。]{0,4}(?:的?(?:角度|立场|身份)|，?我)|我(?:是|就是)(?:平台|法官|商家|律师)"
    r"|\bif i were\b|\b(?:speaking|writing) as\b|\bas (?:the|a|your|their) (?:platform's |merchant's |presiding )?(?:\w+ )?(?:judge|counsel|lawyer|attorney|spokes\w+)\b[^.]{0,20}\b(?:i|we)\b|\bi am (?:the|a|your) (?:judge|platform|seller|lawyer)",
    re.I,
)
_SPOKEN = re.compile(  # before words in quotation marks that nobody is said to have written
    r"(?:可能|也许|或许|常|往往|通常|会|想)[^，。]{0,4}(?:辩|说|问|主张|称|解释)[^，。]{0,3}[，：:]?$|(?:may|might|could|would|often|always) (?:\w+ )?(?:ask|say|argue|object|wonder|reply|claim)\w*(?: that)?[,:]?\s*$",
    re.I,
)
_WRITTEN = re.compile(
    r"(?:规定|写|说|原文|条文|载|讲|称|[：:])[^，。“]{0,6}[，：:]?$|(?:say|read|provide|state|put|write|writ)\w*\b[^.“\"]{0,20}$",
    re.I,
)
_ASKED = re.compile("是否|有没有|能不能|要不要|吗|[?？]")
_QUOTE = re.compile(r"“([^“”]{1,600})”|「([^「」]{1,600})」|\"([^\"\n]{1,600})\"|『([^『』]{1,600})』")
_SHORT_QUOTE: dict[Lang, int] = {"zh": 8, "en": 24}  # characters up to which quotation marks are no quotation
_PHRASE: dict[Lang, int] = {"zh": 14, "en": 40}  # where nothing says that it was written or said


_REVIEWS = ("verified_identity", "verified_licence", "reviewed_in_substance", "checked_product_safety")
# What a draft may say of the platform only where one of these facts has that value; its words in both languages.
FACTS: tuple[tuple[Mapping[str, bool], Mapping[Lang, re.Pattern[str]]], ...] = tuple(
    (facts, {"zh": re.compile(zh), "en": re.compile(en, re.I)})
    for facts, zh, en in (
        ({"knew_before_harm": True, "took_measures": False},
         "(?:平台|它)(?:早就|早已|一直|分明|显然|其实)?(?:明知|早知道|心知肚明)",
         r"\bplatform (?:well |fully |long )?(?:knew all along|had known|had long known|was well aware)"),
        ({"merchant_identified": False},
         "(?:平台|它)(?:无法|不能|没能|没有|拒绝)(?:向您)?(?:提供|给出|说出)(?:商家|卖家)[^，。]{0,8}(?:信息|名称|地址|身份|联系方式)",
         r"(?:it|platform) (?:could not|couldn't|cannot|did not|didn't|failed to) (?:tell|give|disclose|identify|name)[^,.]{0,16}(?:who|seller|merchant|shop)"),
        (dict.fromkeys(_REVIEWS, True), "(?:平台|它)(?:已经?|肯定|当然|确实|都)+(?:核验|审核|查验|核实)过?了?",
         r"platform (?:has|had|did) (?:already |indeed |certainly )?(?:check|verif|vet|review)\w*"),
        (dict.fromkeys(_REVIEWS, False), "(?:平台|它)(?:根本|并|完全)?(?:没有|没|未)(?:核验|审核|查验|核实)(?!义务|责任)",
         r"platform (?:never|did not|didn't|has not) (?:check|verif|vet|review)\w*"),
    )
)  # fmt: skip


@dataclass(frozen=True)
class Report:
    """What was seen, what was checked, and every problem found."""

    citations_seen: int
    citations_checked: int
    problems: tuple[str, ...]
    left_out: int = 0  # sentences of a model's draft that were at odds with the verdict

    def to_json(self, rendered_by: str) -> dict[str, object]:
        return {
            "citations_seen": self.citations_seen, "citations_checked": self.citations_checked,
            "problems": list(self.problems), "left_out": self.left_out, "rendered_by": rendered_by,
        }  # fmt: skip


@dataclass(frozen=True)
class Evidence:
    """What a text may rest on: provisions, forms the verdict holds, amounts computed, user text.

    `possible`: forms that another doctrine or a fact still open would give; they may be called possible.
    `sources`: texts by code that a draft may repeat.
    """

    refs: frozenset[str]
    forms: frozenset[str]
    amounts: frozenset[Decimal]
    told: str = ""  # the user's own words: may be repeated, never taken as ours
    on: date | None = None
    possible: frozenset[str] = frozenset()
    headline: str = ""  # the verdict's form, which may not be denied
    sources: str = ""
    facts: Mapping[str, object] | None = None  # by name; None: no facts are in issue


def check(text: str, evidence: Evidence, library: Library, lang: Lang, *, draft: bool = True) -> Report:
    """Every problem of a text, named for a log: never the words themselves.

    `draft`: written by a model; a text by code is checked for its citations and sums only.
    """
    hidden = any(unicodedata.category(c) in ("Cf", "Cc", "Co", "Cn") and c not in "\n\t\r" for c in text)
    text, evidence = normalised(text), replace(evidence, told=normalised(evidence.told))
    found = check_citations(text, library, evidence.on)
    problems = [
        *_citation_problems(text, found, evidence, library),
        *_amount_problems(text, evidence, library),
    ]
    if draft:
        problems += _draft_problems(text, evidence, library, lang)
    if draft and hidden:
        problems.append("hidden_characters")
    if len(text) > (MAX_DRAFT[lang] if draft else MAX_LENGTH):
        problems.append("too_long")
    laws = [c for c in found if c.is_law]
    return Report(len(laws), sum(bool(c.status) for c in laws), tuple(dict.fromkeys(problems)))


# ---- citations
def _citation_problems(
    text: str, found: list[Citation], evidence: Evidence, library: Library
) -> Iterator[str]:
    citations = [c for c in found if c.is_law]
    allowed = {_article(ref) for ref in evidence.refs}
    for c in citations:
        if c.status != "in_force":
            yield f"citation:{c.status}{_place(c)}"
        elif c.ref.article and not _allowed(c.ref, evidence.refs):
            yield f"citation:not_in_evidence{_place(c)}"
        elif c.quoted_text and library.provision(c.ref, evidence.on).kind == "digest":
            yield f"citation:quotes_a_digest{_place(c)}"
    if _BEFORE_CODE.search(text) and (evidence.on or _CIVIL_CODE) >= _CIVIL_CODE:
        yield "citation:repealed_or_superseded"
    yield from _rules_problems(text, [c for c in found if not c.is_law], evidence)
    yield from _orphans(text, found, allowed)


def _place(citation: Citation) -> str:
    """The provision, for a report; "" where its name or number may be the draft's own words."""
    named_by_draft = citation.status in ("no_such_law", "law_not_held")
    return "" if named_by_draft or re.search(r"\d{5}", str(citation.ref)) else f":{citation.ref}"


def _rules_problems(text: str, citations: list[Citation], evidence: Evidence) -> list[str]:
    """A platform's own rules may be quoted truly, as its rules: never beside the word law."""
    problems = [f"platform_rules:{c.status}{_place(c)}" for c in citations if c.status != "in_force"]
    for c in citations:
        before = re.split(r"[。；！？\n]|(?<=[.;!?])\s", text[: c.start])[-1]
        if _AS_LAW.search(before):
            problems.append(f"platform_rules:as_law{_place(c)}")
        if c.status == "in_force" and c.ref.article and not _allowed(c.ref, evidence.refs):
            problems.append(f"platform_rules:not_in_evidence{_place(c)}")
    return problems


def _article(ref: str) -> str:
    parsed = Ref.parse(ref)
    return f"{parsed.law}#{parsed.article}"


def _allowed(ref: Ref, refs: frozenset[str]) -> bool:
    """Whether the evidence has that provision: its paragraph, where both name one."""
    held = [r for r in map(Ref.parse, refs) if (r.law, r.article) == (ref.law, ref.article)]
    return any(None in (r.paragraph, ref.paragraph) or r.paragraph == ref.paragraph for r in held)


def _orphans(text: str, citations: list[Citation], allowed: set[str]) -> Iterator[str]:
    """Whether an article is cited without a law whose number no provision of the evidence has."""
    known = {ref.partition("#")[2] for ref in allowed}
    covered = {i for c in citations for i in range(c.start, c.end)}
    numbers = {
        str(to_int(m["zh"] or m["en"] or m["en2"])) for m in _ORPHAN.finditer(text)
        if m.end() - 1 not in covered
    }  # fmt: skip
    if numbers - known:
        yield "citation:no_law_named"


# ---- amounts
def _amount_problems(text: str, evidence: Evidence, library: Library) -> Iterator[str]:
    told = evidence.told
    backed = evidence.amounts | _amounts(told) | _stated(evidence, library)
    if _amounts(text) - backed:
        yield "amount:not_computed"


def _share_problems(text: str, evidence: Evidence, library: Library) -> Iterator[str]:
    """Multiples, percentages and vague sums that neither user, provisions nor code's own text has."""
    source = evidence.told + normalised(evidence.sources) + "".join(_texts(evidence, library))
    if _multiples(text) - _multiples(source):
        yield "amount:multiple"
    if _percents(text) - _percents(source):
        yield "amount:share"
    if any(m[0] not in source for m in _VAGUE.finditer(text)):
        yield "amount:vague"


def _amounts(text: str) -> set[Decimal]:
    found = set()
    for match in _MONEY.finditer(text):
        if match["c"]:
            value = Decimal(to_int(match["c"]) or 0)
        else:
            raw = (match["a"] or match["b"]).replace(",", "")
            value = Decimal(raw) * _TIMES.get((match["ak"] or match["bk"] or "").lower(), 1)
        found.add(value.normalize())
    return found


def _multiples(text: str) -> set[int]:
    found = set()
    for m in _MULTIPLE.finditer(text):
        if _NOT_OFFERED.search(text[max(0, m.start() - 24) : m.start()]):
            continue
        english = (m["en"] or m["word"] or "").lower()
        number = m["zh"] or m["back"] or m["fake"] or m["n"]
        found.add(_FACTORS.get(english, 0) or to_int(number or "") or 0)
    return found | {3 for _ in re.finditer(r"threefold", text, re.I)}


def _percents(text: str) -> set[str]:
    found = set()
    for plain, chinese, tenths in _PERCENT.findall(text):
        value = to_int(tenths) if tenths else None
        found.add(plain.rstrip("0").rstrip(".") if plain and "." in plain else plain or str(
            10 * value if value else to_int(chinese)))  # fmt: skip
    return found


def _texts(evidence: Evidence, library: Library) -> Iterator[str]:
    for ref in evidence.refs:
        try:
            yield library.provision(ref, evidence.on).text
        except LawError:
            continue


def _stated(evidence: Evidence, library: Library) -> set[Decimal]:
    """Amounts in the words of the provisions themselves: 不足五百元的，为五百元."""
    return {amount for text in _texts(evidence, library) for amount in _amounts(text)}


# ---- what only a model's draft can do wrong
def _draft_problems(text: str, evidence: Evidence, library: Library, lang: Lang) -> Iterator[str]:
    yield from form_problems(text, evidence, lang)
    yield from _fact_problems(text, evidence, lang)
    yield from _share_problems(text, evidence, library)
    yield from _quote_problems(text, evidence, library, lang)
    if any(not _DISCLAIMED.search(text[: m.start()]) for m in _OUTCOME.finditer(text)):
        yield "promise_of_outcome"
    if _ROLE.search(text):
        yield "role"
    if _personal(text) - _personal(evidence.told):
        yield "personal_data"
    if _MARKUP.search(text):
        yield "markup"
    if _FORGED.search(text):
        yield "forged_heading"
    if len(re.findall(r"[一-鿿]" if lang == "zh" else r"[A-Za-z]{2,}", text)) < LEAST[lang]:
        yield "language" if text.strip() and not speaks(text, lang) else "empty"
    elif not speaks(text, lang) or not all(speaks(p, lang) for p in _paragraphs(text)) or _foreign(text):
        yield "language"
    if _repeats(text) > MAX_REPEATS:
        yield "repetition"


def form_problems(text: str, evidence: Evidence, lang: Lang) -> Iterator[str]:
    """Forms and claims of who pays that the text makes and the verdict does not hold."""
    held = evidence.forms | ({WHOLE} if evidence.forms & CARRY_WHOLE else set())
    held |= {LIABLE} if evidence.forms - {"none", "need_facts"} else set()
    yield from (f"form:{form}" for form in sorted(asserted(text, lang) - held))
    maybe = hedged(text, lang) - held - evidence.possible - {LIABLE}
    yield from (f"form:maybe_{form}" for form in sorted(maybe))
    untrue = (c for c in claimed(text, lang) - held if not held.intersection(TRUE_OF.get(c, ())))
    yield from (f"form:{claim}" for claim in sorted(untrue))
    if evidence.headline in denied(text, lang) - {"none"}:
        yield f"form:denies_{evidence.headline}"


def _fact_problems(text: str, evidence: Evidence, lang: Lang) -> Iterator[str]:
    """What it says the platform did or knew, against the facts; of a fact that is open, nothing may be said."""
    said = list(meant(text, lang)) if evidence.facts is not None else []
    for facts, words in FACTS:
        held = any((evidence.facts or {}).get(fact) is value for fact, value in facts.items())
        if not held and any(words[lang].search(clause) for clause in said):
            yield f"fact:{next(iter(facts))}"


def _quote_problems(text: str, evidence: Evidence, library: Library, lang: Lang) -> Iterator[str]:
    """Whatever stands in quotation marks, longer than a term, is verbatim: the law's text or the user's."""
    statutes = [t for r in evidence.refs for t in _verbatim(r, evidence, library)]
    source = _letters("".join([evidence.told, normalised(evidence.sources), *map(normalised, statutes)]))
    for match in _QUOTE.finditer(text):
        quote, before = next(filter(None, match.groups())), text[max(0, match.start() - 40) : match.start()]
        least = (_SHORT_QUOTE if _WRITTEN.search(before) else _PHRASE)[lang]
        told = len(quote) <= least or _SPOKEN.search(before) or _ASKED.search(quote)
        if not told and not all(_letters(p) in source for p in re.split("…+|\\.{3,}", quote)):
            yield "quote:not_verbatim"


def _verbatim(ref: str, evidence: Evidence, library: Library) -> Iterator[str]:
    try:
        provision = library.provision(ref, evidence.on)
    except LawError:
        return
    if provision.kind != "digest":
        yield provision.text


def _letters(text: str) -> str:
    return re.sub(r"\W", "", text)


def _personal(text: str) -> set[str]:
    """Numbers, addresses and names of people, compared without blanks."""
    found = {re.sub(r"[-\s]", "", m[0]) for m in _PERSONAL.finditer(text)}
    return found | {m["zh"] or m["en"] or m["en2"] for m in _NAMED.finditer(text)}


def _repeats(text: str) -> int:
    sentences = [s.strip() for s in re.split(r"[。！？\n]|(?<=[.!?])\s", text) if len(s.strip()) > 5]
    return max((sentences.count(s) for s in set(sentences)), default=0)


def _paragraphs(text: str) -> list[str]:
    """Those long enough for their language to be told."""
    return [p for p in text.split("\n") if len(re.findall(r"[一-鿿]|[A-Za-z]{2,}", p)) >= 8]


def _foreign(text: str) -> bool:
    """Whether it is partly in a third script: kana, hangul, Cyrillic, Arabic and so on."""
    others = (c for c in text if c.isalpha() and not ("一" <= c <= "鿿" or c.isascii() or c in "〇○"))
    return sum(1 for _ in others) > 3


def speaks(text: str, lang: Lang) -> bool:
    """Whether a text is in that language, by the script most of its words are in."""
    chinese = len(re.findall(r"[一-鿿]", text))
    latin = len(re.findall(r"[A-Za-z]{2,}", text))
    return chinese >= latin if lang == "zh" else latin * 2 >= chinese


def amounts_of(values: Iterable[Decimal | None]) -> frozenset[Decimal]:
    """Decimals in the form in which `check` compares them."""
    return frozenset(v.normalize() for v in values if v is not None)
