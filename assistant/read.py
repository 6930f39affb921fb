"""Reading offline: a message in, facts out, each with the user's own words as evidence.

The words are data: `corpus/cues.yaml` for facts, `corpus/subjects.yaml` for goods and services. This
file holds the grammar around them: who is meant, negation, questions, suppositions, guesses.
Silence is never "no".
"""

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property
from itertools import pairwise, permutations
from pathlib import Path

import yaml
from opencc import OpenCC

from assistant.facts import Declarations, Facts, Lang
from assistant.numerals import CHARACTERS, to_int

MAX_MESSAGE = 20_000  # characters read of one message; the rest is left unread and said so
_GAP = r"[^。！？!?\n]{0,14}"
_FAR = r"[^。.！？!?\n]{0,60}?"
_GREEDY = re.compile(r"(\{0,\d+\})(?!\?)")
_IF = re.compile(
    r"如果|要是|假如|假设|万一|倘若|若(?:是|非|不|平台)|除非|早知道(?!平台)|要不是|本来(?:可以|能|就能)|"
    r"\bif (?!.{0,20}\bi (?:remember|recall))\b|\bsuppose\b|\bunless\b|\bhad (?:the platform|they|it|i) \w+"
)
_THEN = re.compile(r"就|也(?:不|能|可)|那(?:么|我)?|\bwould\b|\bcould have\b|\bwouldn|\bmight\b")
_GUESS = re.compile(
    r"可能|估计|大概|应该是|也许|说不定|好像|怀疑|猜|听说|据说|不知道|不清楚|不晓得|没注意|没留意|搞不懂|谁知道|"
    r"上哪知道|难道|莫非|不确定|不好说|我觉得|我认为|我看是|有没有|是不是|是否|"
    r"\bmaybe\b|\bperhaps\b|\bprobably\b|\bpresumably\b|\bi guess\b|\bi suspect\b|\bi think\b|\bmight\b|"
    r"\bi (?:assume|imagine|bet|doubt)\b|don'?t know|\bno idea\b|not sure|\bunsure\b|\bapparently\b|\bwonder\b|"
    r"\bwhether\b|\bseems\b|can'?t tell"
)
_WISH = re.compile(
    r"要求|请求|希望|应(?:该|当)|必须|理应|能否|能不能|可不可以|凭什么|想让|想要|要让|请(?:求)?平台|求平台|申请|"
    r"打算|准备(?!金)|会不会|该(?:不该)?(?=平台|赔|下|给|提|审|查)|"
    r"\bshould\b|\bought to\b|\bmust\b|\bwant|\bdemand|\bask(?:ed|ing)? (?:the|them|for|that)|\bhop(?:e|ing)\b|"
    r"\bplease\b|\brequest|\bcan i\b|\bneed(?:s)? to\b|\bgoing to\b"
)
_OUGHT = re.compile(r"应(?:该|当)|必须|理应|本该|\bshould\b|\bought to\b|\bmust\b|\bhave to\b")
_HEARSAY = re.compile(
    r"(?:朋友|同事|邻居|室友|舍友|网友|同学|亲戚|闺蜜|有人|别人|老公|老婆|我妈|我爸|儿子|女儿|群里(?:人)?|大家)"
    r"(?:都|也|们|跟我|告诉我|还)?(?:说|讲|觉得|认为|猜)|网上(?:都)?说|"
    r"\b(?:friends?|roommate|flatmate|neighbou?r|colleague|brother|sister|husband|wife|someone|somebody|people|cousin|dad|mum)"
    r"\b(?: \w+)? (?:says?|said|tells?|told|thinks?|reckons?|claims?|believes?)"
)
_MERCHANT_SAYS = re.compile(
    r"(?:商家|店家|卖家|店主|老板娘?|店铺|厂家|主播|房东|司机|店里|花店|老板)[^，。]{0,10}"
    r"(?:说|称|讲|声称|宣称|咬定|保证(?!书|金|函)|承诺(?!书|函)|狡辩|回复|吹嘘|口口声声|吓唬|威胁)|"
    r"\b(?:seller|shop|merchant|owner|vendor|host|driver|landlord|streamer|store)\b(?:'s)?[^.,]{0,14}"
    r"\b(?:says?|said|claims?|claimed|told|tells|insists?|insisted|promised|promises|swore|assured|argues?|argued|replied)\b"
)
_NEGATION = re.compile(
    r"(?:没有?|未曾?|不曾|并?不|从没|从未|无|非|冇|唔|\bnot|n't|\bnever|\bno|\bwithout|\bnobody|\bno one)\s*"
    r"(?:曾|过|能|去|再|想|敢|有|收到|接到|任何|人|been|yet|ever|really|any|one|was|is|were)?\s*$"
)
_DOUBLE = re.compile(r"(?:不是|不得|不能|并非|没有|不可能|哪里|不会|\bnot\b[^.]{0,8})\s*(?:没有?|不|未)?\s*$")
_SENTENCE = re.compile(r"[^。！？!?\n；;…]+[。！？!?\n；;…\"”』」]*|[。！？!?\n；;…]")
_ENGLISH_STOP = re.compile(r"(?<=[a-z\)\"”’'])\.[\"”']?(?=\s+[A-Za-z\"“(]|\s*$)|(?<=\d)\.(?=\s+[A-Za-z])")
_CLAUSE_END = re.compile(
    r"(?<!\d)[，,、：:](?!\d)|(?<=\d)[，,](?!\d)|(?<!\d)[，,](?=\d)|——|\s(?=(?:but|because|although|though|and (?:the|they|it|i|my|he|she|then)|so (?:i|the|they)) )"
)
_ASKS = re.compile(r"[?？]|(?:吗|么|呢|嘛|咩)\s*[。!！~\s\"”]*$")
_QUOTED = re.compile(
    r"(?:说|讲|回|称|答|喊|叫|告诉|\b(?:said|says|told|replied|wrote|answered))[^?？]*[\"”』」]\s*[?？!！]+[\"”』」\s]*$"
)  # words reported in quotes, the mark outside them: indignation, not a question
_ENGLISH_ASKS = re.compile(
    r"^\s*(?:so |and |but |or |then )*(?:is|are|was|were|do|does|did|can|could|will|would|should|has|have|had|who|whom|what|which|how|why|where|when|whether)\b"
)
_LIABILITY = re.compile(
    r"赔|负责|责任|怎么办|告|找谁|咋办|咋整|维权|退款|能退|索赔|连带|liable|liability|responsib|claim|sue|pay|owe|refund|compensat|do i|rights|recourse"
)


@dataclass(frozen=True)
class Cue:
    """One row of corpus/cues.yaml, compiled."""

    fact: str
    value: object
    zh: re.Pattern[str]
    en: re.Pattern[str]
    unless: re.Pattern[str] | None
    before: re.Pattern[str] | None
    actor: str = ""
    flip: bool = False
    needs: str = ""
    weak: bool = False


@dataclass(frozen=True)
class Found:
    """A cue found in a message, ranked among the other cues for the same fact."""

    value: object
    start: int
    end: int
    weak: bool
    order: int


@dataclass(frozen=True)
class Clause:
    """A stretch between commas: its place in the message and how its words are meant."""

    start: int
    end: int
    sentence: int  # where its sentence starts
    question: bool = False
    asks_liability: bool = False
    unreal: bool = False  # supposed, or what would follow from a supposition
    guess: bool = False
    hearsay: str = ""  # merchant: it says so itself; other: a friend does


@dataclass(frozen=True)
class Subject:
    """A row of corpus/subjects.yaml: how the law treats a kind of goods or service."""

    subject: str
    life_or_health: bool | None
    licence_required: bool | None
    reason: Mapping[str, object]


@dataclass(frozen=True)
class Term:
    """Goods named in a message."""

    start: int
    end: int
    text: str


def fold(text: str) -> str:
    """Simplified characters, lower case, half-width, quotes made plain; length is kept."""
    half = "".join(f if len(f := unicodedata.normalize("NFKC", c)) == 1 else c for c in text)
    simple = _simplified().convert(half)
    if len(simple) != len(half):
        simple = "".join(s if len(s := _simplified().convert(c)) == 1 else c for c in half)
    low = "".join(s if len(s := c.lower()) == 1 else c for c in simple)
    return (
        low.translate(str.maketrans("’‘＇“”", "'''\"\"")).replace(",", "，")
        if _is_chinese(text)
        else low.translate(str.maketrans("’‘＇“”", "'''\"\""))
    )


_CONVERTERS: dict[str, OpenCC] = {}


def _simplified() -> OpenCC:
    if "t2s" not in _CONVERTERS:
        _CONVERTERS["t2s"] = OpenCC("t2s")
    return _CONVERTERS["t2s"]


def _is_chinese(text: str) -> bool:
    return len(re.findall(r"[一-鿿]", text)) * 3 >= len(re.findall(r"[A-Za-z]+", text))


def language(text: str) -> Lang:
    """zh or en, by the script most of the words are in."""
    return "zh" if _is_chinese(text) else "en"


class Reader:
    """The offline reader, built once from the corpus folder."""

    def __init__(self, corpus: Path, declared: Declarations, today: date) -> None:
        loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
        table = yaml.load((corpus / "cues.yaml").read_text(encoding="utf-8"), Loader=loader)
        self.declared = declared
        self.today = today  # against which "last year" is read; fixed, so reading is repeatable
        self.words: Mapping[str, Mapping[str, str]] = table["words"]
        self.cues = tuple(self._compile(row) for row in table["cues"])
        rows = yaml.load((corpus / "subjects.yaml").read_text(encoding="utf-8"), Loader=loader)
        self.subjects = {
            fold(str(term)): Subject(r["subject"], r["life_or_health"], r["licence_required"], r["reason"])
            for r in rows for term in (*r["zh"], *r["en"])
        }  # fmt: skip
        self.actors = re.compile(
            f"(?P<platform>{self.words['P']['zh']}|{self.words['P']['en']})"
            f"|(?P<merchant>{self.words['M']['zh']}|{self.words['M']['en']})"
        )

    def _compile(self, row: Mapping[str, object]) -> Cue:
        def joined(lang: str) -> re.Pattern[str]:
            patterns = row[lang]
            assert isinstance(patterns, list)
            text = "|".join(f"(?:{_in_any_order(str(p))})" for p in patterns).replace("~", _GAP)
            for name, words in self.words.items():
                text = text.replace("{" + name + "}", f"(?:{words[lang]})")
            return re.compile(_GREEDY.sub(r"\1?", text) or "(?!)")  # the nearest words, not the farthest

        def either(*keys: str) -> re.Pattern[str] | None:
            text = "|".join(str(row[k]) for k in keys if row.get(k))
            return re.compile(text) if text else None

        return Cue(
            str(row["fact"]), row["value"], joined("zh"), joined("en"),
            either("unless", "en_unless"), either("before", "en_before"), str(row.get("actor", "")),
            bool(row.get("flip")), str(row.get("needs", "")), bool(row.get("weak")),
        )  # fmt: skip

    @cached_property
    def _terms_by_start(self) -> Mapping[str, list[str]]:
        """Every goods term under its first two characters, longest first."""
        found: dict[str, list[str]] = {}
        for term in sorted(self.subjects, key=len, reverse=True):
            found.setdefault(term[:2], []).append(term)
        return found

    def _terms(self, text: str) -> Iterator[Term]:
        """The goods named, longest term first; Latin ones as whole words, plural allowed."""
        at = 0
        while at < len(text) - 1:
            end = next(
                (e for t in self._terms_by_start.get(text[at : at + 2], ()) if (e := _term_end(text, at, t))),
                0,
            )
            if end:
                yield Term(at, end, text[at:end])
            at = end or at + 1

    def read(self, message: str) -> Facts:
        """The facts one message states. Never raises on text; empty text gives no facts."""
        message = message[:MAX_MESSAGE]
        told = _Told(fold(message), self.actors)
        facts = Facts(self.declared)
        found = self._found(told)
        for fact, places in found.items():
            best = self._best(fact, places)
            facts = facts.with_(fact, best.value, "stated", message[best.start : best.end].strip())
        facts = self._goods(_timely(_firm(facts, found), found, told), message, told)
        facts = self._amounts(facts, message, told.text)
        facts = self._when(facts, message, told.text)
        return tidied(_complaint(facts, message, told))

    def _found(self, told: "_Told") -> dict[str, list[Found]]:
        """Every place where a cue truly says its fact."""
        found: dict[str, list[Found]] = {}
        for order, cue in enumerate(self.cues):
            if cue.needs and cue.needs not in found:
                continue
            for pattern, spans in ((cue.zh, told.chinese), (cue.en, told.english)):
                for start, end in spans:
                    for match in pattern.finditer(told.text, start, end):
                        value = self._value(cue, match, told)
                        if value is not None:
                            place = told.around(match)
                            found.setdefault(cue.fact, []).append(Found(value, *place, cue.weak, order))
        return found

    def _best(self, fact: str, found: list[Found]) -> Found:
        """Of choices the first row of the table, in the first place; else firm words, then the later."""
        if self.declared[fact].kind != "yes_no":
            return min(found, key=lambda f: (f.weak, f.order, f.start))
        return max(found, key=lambda f: (not f.weak, f.start))

    def _value(self, cue: Cue, match: re.Match[str], told: "_Told") -> object | None:
        clauses = told.spanned(match)
        first, last = clauses[0], clauses[-1]
        if cue.unless and cue.unless.search(told.text, first.start, last.end):
            return None
        if cue.before and not cue.before.search(told.text, max(0, match.start() - 140), match.start()):
            return None
        about_platform = self.declared[cue.fact].about in ("platform", "consumer")
        before = told.text[first.start : match.start()]
        if cue.fact not in _SUPPOSABLE and any(c.unreal for c in clauses):
            return None
        if last.question and (about_platform or not last.asks_liability):
            return None
        if about_platform and cue.fact not in _SEEMING and any(c.guess for c in clauses):
            return None
        wished = _WISH.search(before) or _OUGHT.search(match[0])
        if wished and about_platform and cue.value is True and cue.fact in _DONE:
            return None
        if any(c.hearsay for c in clauses) and not told.believed(cue, clauses):
            return None
        if cue.actor and not told.is_actor(cue.actor, match):
            return None
        if cue.flip and isinstance(cue.value, bool) and _NEGATION.search(before):
            return None if _DOUBLE.search(_NEGATION.sub("", before)) else not cue.value
        return cue.value

    def _goods(self, facts: Facts, message: str, told: "_Told") -> Facts:
        """The goods or service bought, and how the law treats it."""
        match = self._bought(told)
        if match is None:
            return self._eaten(facts, message, told)
        row = self._subject(match.text)
        words = message[match.start : match.end]
        subject = row.subject
        if subject == "electrical_product" and row.life_or_health is None and not _dangerous(facts):
            subject = "general_goods"  # a phone sold as new is a matter of money
        facts = facts.with_("subject", subject, "stated", words)
        for name, value in (("life_or_health", row.life_or_health),
                            ("licence_required", row.licence_required)):  # fmt: skip
            harmless = name == "life_or_health" and value is False
            if value is None or name in facts or (harmless and _dangerous(facts)):
                continue  # what hurt someone was not harmless
            facts = facts.with_(name, value, "stated", words)
        return facts

    def _eaten(self, facts: Facts, message: str, told: "_Told") -> Facts:
        """Food, where none is named but someone ate it and fell ill, or it came as a delivery."""
        eaten = _EATEN.search(told.text)
        if facts["channel"] == "food_delivery":
            words = facts.known["channel"].evidence
        elif eaten and _dangerous(facts):
            words = message[eaten.start() : eaten.end()]
        else:
            return facts
        return facts.with_("subject", "food", "stated", words).with_("life_or_health", True, "stated", words)

    def _bought(self, told: "_Told") -> Term | None:
        """The term a verb of buying leads to: the first after it, else the nearest before it."""
        text = told.text
        terms = list(self._terms(text))
        if not terms:
            return None
        verbs = list(_BUYING.finditer(text))
        best: tuple[float, Term] | None = None
        for term in terms:
            if _BYSTANDER.search(text[max(0, term.start - 14) : term.start]):
                continue
            if _RUINED.match(text, term.end) or _NUMBER.match(text, term.end):
                continue
            score = 90.0 + term.start / 50
            for verb in verbs:
                apart = term.start - verb.end()
                if 0 <= apart <= 45 and not _STOP.search(text, verb.end(), term.start):
                    score = min(score, verb.start() / 40 + apart / 15)
                elif -30 <= apart + len(term.text) + len(verb[0]) <= 0 and not _STOP.search(
                    text, term.end, verb.start()
                ):
                    score = min(score, verb.start() / 40 + 6)
            if best is None or score < best[0]:
                best = (score, term)
        unbought = best is not None and best[0] >= 90 and not verbs and len(text) < _STORY
        if best is None or (unbought and not _OPENING.search(text)):
            return None  # a side remark in a later message
        return best[1]

    def _subject(self, term: str) -> Subject:
        for end in ("", "s", "es"):
            row = self.subjects.get(term.removesuffix(end) if end else term)
            if row:
                return row
        raise KeyError(term)

    def _amounts(self, facts: Facts, message: str, text: str) -> Facts:
        """Price paid and other loss, by the words before each amount."""
        for match in _AMOUNT.finditer(text):
            amount = _yuan(match)
            if amount is None or amount <= 0 or amount > 100_000_000:
                continue
            before = text[max(0, match.start() - 18) : match.start()]
            after = text[match.end() : match.end() + 24]
            words = message[max(0, match.start() - 6) : match.end()].strip()
            if _LOSS.search(before) or _LOSS.match(_FOR.sub("", after)):
                old = facts["loss"]
                if not isinstance(old, Decimal) or amount > old:
                    facts = facts.with_("loss", amount, "stated", words)
            elif "price_paid" not in facts and not _NOT_PRICE.search(before + "|" + after[:10]):
                facts = facts.with_("price_paid", amount, "stated", words)
        return facts

    def _when(self, facts: Facts, message: str, text: str) -> Facts:
        """The first date told, if it lies in the past."""
        for match in _DATE.finditer(text):
            day = _day_of(match, self.today)
            if day and date(2005, 1, 1) <= day <= self.today:
                return facts.with_("occurred_on", day, "stated", message[match.start() : match.end()])
        return facts


_BUYING = re.compile(
    r"买|购(?!物)|订(?:了|的|购|酒店|民宿|房|票)|预订|下(?:了)?单|拍(?:下|了|的)|点(?:了|的)|团(?:了|购(?!app|平台|软件)|的)|报(?:了|的)|办了|租(?:了|的)|约(?:了|稿)|"
    r"预约|网购|入手|收到|淘(?!宝)|囤|抢(?:了|到)|充(?:了|值)|叫(?:了|的)(?:个)?|做了|打了|定(?:制|做)|挑了|吃了|喝了|看中|\bsold (?:me|us)|\bsells?\b|\bcalled a|\bhired|\bsubscribed|\btook an?\b|\bpaid [\d,]+ \w+ for|"
    r"\bbought|\bbuy|\bordered|\bpurchas|\bbooked|\bgot (?:a|an|some|my|the)|\brented|\bpaid for|\bsigned up"
)
_STOP = re.compile(r"[。！？!?\n]")
_BYSTANDER = re.compile(
    r"(?:像|好比|如同|(?:本来|原本)(?:只|就)?(?:是)?(?:想|要|打算)买[^，。]{0,4}|把|连|将|砸(?:坏|到)|烧(?:了|坏|毁)|赔(?:了)?|burnt? |ruined |damaged )(?:了|我|我家|家里|整个|my |our |the )*$"
)
_RUINED = re.compile(r"(?:都|也|全|被|给)+[^，。]{0,4}(?:烧|毁|坏|淹|砸|烫|没了)")
_NUMBER = re.compile(r"(?:里的|上的)?(?:号|电话|短信)|\s(?:number|call|bill)s?\b")  # of a phone: no goods
_STORY = 120  # characters: shorter messages may be mere answers
_OPENING = re.compile(r"[¥￥$]|\d(?:元|块)|yuan|rmb|吃|喝|用了|\bate\b|\bused\b")
_HAN = re.compile(r"[一-鿿]")
_LATIN = re.compile(r"[a-z]{2,}[ ,.'][a-z']*")
_OWN_VOICE = re.compile(
    r"平台|客服|但(?:是)?|可(?:是)?我|结果|我(?:就|又|去|找|把|问|打)|platform|support|\bbut\b|\bi (?:then|asked|called|wrote|went)\b"
)
_OBJECT = re.compile(
    r"(?:转告|告知|告诉|通知|提醒|督促|教育|转给|交给|把|将|对|给|让|叫|跟|和|与|向|同|找|联系|查|封|关|罚|下架|处罚|冻结|清退|推给|帮|教|核验|审核|要求)(?:了|到|过|该|这个|这家|那家|那个|那|这)?$|"
    r"\b(?:contact|contacting|tell|told|ask|asked|to|with|for|against|of|closed|removed|banned|blocked|suspended|froze|on|delist\w*|about|gave me|sent me) (?:the |that |this |its |their )?$"
)
_POSSESSED = re.compile(
    r"的(?:真实|姓名|名字|名称|地址|电话|联系|信息|资料|身份|链接|店铺|账号|号)|'s? (?:name|real|address|phone|details|shop|store|account|contact|licen)"
)
_SUPPOSABLE = frozenset({"platform_promised_more", "channel", "labelled_self_operated"})
_SEEMING = frozenset({"looks_self_operated", "complained_to_platform"})
_DONE = frozenset({
    "took_measures", "measures_in_time", "measures_effective", "stopped_service", "assisted_consumer",
    "reported_to_regulator", "provided_records", "merchant_identified", "verified_identity",
    "verified_licence", "reviewed_in_substance", "checked_product_safety", "disclosed_risk",
    "notified_in_time", "kept_promise",
})  # fmt: skip
_SEEN_BY_USER_ONLY = frozenset({
    "verified_identity", "verified_licence", "reviewed_in_substance", "checked_product_safety", "took_part",
    "knew", "should_have_known", "platform_promised_more", "platform_contracts_itself", "self_operated",
})  # fmt: skip
_KNOWN_TO_PLATFORM = frozenset({
    "knew", "knew_before_harm", "should_have_known", "took_part", "regulator_warned", "verified_licence",
    "verified_identity", "reviewed_in_substance", "checked_product_safety", "notified_in_time",
    "platform_promoted", "platform_contracts_itself", "self_operated",
})  # fmt: skip
_SELF_SERVING = frozenset({
    ("merchant_infringed", False), ("merchant_licensed", True), ("merchant_identified", True),
    ("checked_product_safety", True), ("verified_licence", True), ("verified_identity", True),
    ("platform_promised_more", True), ("took_measures", False), ("assisted_consumer", False),
})  # fmt: skip
_EATEN = re.compile(
    r"(?:吃|喝|食用)(?:了|完|过|后|出|到)?(?![^，。]{0,6}(?:药|胶囊|针|片))|\b(?:ate|eaten|drank|after eating|guests got)\b"
)
_DELAY = re.compile(
    r"才(?!买|发现|收|知道|晓得|用|[一两二三四五六七八九十\d])|(?<!\d)(?:[两几三四五六七八九十]|\d{1,2})个(?:多)?月(?:后|才|的时间)|半年(?:后|才)|拖|终于|迟|一直(?:没|不|到)|又(?:重新|上架|开)|换(?:了)?个?(?:名|号|马甲)|"
    r"\b(?:weeks|months) (?:later|after|before|to)|\bonly (?:after|when|then)|\bfinally\b|\beventually\b|\bnot until|\buntil\b|\btoo late|\bstill (?:up|selling|there|on)|\bagain under|\bback (?:up|online)|\bnew name"
)
_HARMS = (
    "person_injured", "person_died", "property_lost", "merchant_unreachable", "complained_to_platform",
    "took_measures", "loss",
)  # fmt: skip
_CLEARED = re.compile(
    r"(?:商家|店家|卖家|店|花店|东西|产品|商品|货)[^，。！？\n]{0,8}(?:没(?:有)?(?:过错|错|问题|毛病|责任|坏)|都好|挺好|无过错|不赖)|"
    r"(?:不赖|别怪|不怪|不怨|不是)(?:人家|店家|商家|卖家)[^，。]{0,3}(?:的(?:错|问题))?(?=[，。！？\n]|$)|与商家无关(?!\S{0,6}赔)|"
    r"(?:seller|shop|merchant|restaurant|goods|item|product)[^.]{0,20}(?:did nothing wrong|not at fault|no fault|nothing to do with|blameless|were fine|was fine|is fine)"
)
_GRIEVANCE = re.compile(
    r"(?:要求|请求|想要?|申请|能不能|能否|可以)[^，。！？\n]{0,8}(?:退|赔)|退(?:一)?赔(?:三|十)|维权|讨(?:个)?说法|索赔|起诉|投诉(?!成功率)|举报|上当|坑(?:人|了|我)|"
    r"\brefund|\bcompensat|\bmy money back|\bcomplain|\bclaim against|\bsue\b|\bwho (?:gives|pays|do i)\b|\bneed (?:the|my) money|平台[^，。]{0,6}赔|找谁|怎么办"
)
_PIECE = "皮|肉|地|木|板|石|手?表|蛋糕|[瓷地]?砖|布|面包|屏|电池|糖|巧克力|饼|毛巾|香?皂|玻璃|硬盘|显卡|豆腐|招?牌|滑?板"  # 四块手表
_TAIL = r"(?P<{0}t>\d)?(?P<{0}q>[千百])?\s*[多余来几]?"  # 3万8, 14万7千多
_AMOUNT = re.compile(
    r"(?:[¥￥]|\b(?:rmb|cny|yuan)\s?)\s*(?P<a>\d+(?:[,，]\d{3})*(?:\.\d+)?)\s*(?P<ak>k\b|w\b|万)?"
    rf"|(?<![\d.])(?P<b>\d{{1,9}}(?:[,，]\d{{3}}){{0,4}}(?:\.\d+)?)\s*(?P<bk>k|w|万|千|百)?\s*{_TAIL.format('b')}\s*(?:元|块(?!\d*(?:{_PIECE}))|rmb\b|yuan\b|kuai\b|cny\b|大洋|刀)(?P<c>\d)?(?:[毛角](?P<f>\d)?)?"
    r"|(?:(?<![\d.一-鿿])|(?<=[了花付要才共价]))(?P<k>\d+(?:\.\d+)?)(?P<kk>k)\b"
    rf"|(?P<z>[{CHARACTERS}]{{1,9}})(?:多)?(?:元|块(?!{_PIECE})钱?)(?P<zc>[一二三四五六七八九]?)"
    r"|(?:花了?|付了?|价格?|卖|要|只要|才|共|总共|价值|售价|paid|cost|for|price)\s*(?:是|了|of|me|us|was)?\s*"
    r"(?P<n>\d{1,3}(?:[,，]\d{3})+(?:\.\d{1,2})?|\d{2,7}(?:\.\d{1,2})?|\d{1,4}(?:\.\d+)?(?=\s*多?[万千]))"
    r"(?!\d|\.\d|\s*[多余来]?\s*(?:[kw万千百]\s*\d?[千百]?[多余来]?)?\s*(?:元|块))"
    rf"\s*多?(?P<nk>[万千])?{_TAIL.format('n')}(?!\s*(?:个|天|月|年|号|次|人|件|条|小时|分|岁|倍|%|days?|times?|months?|people|hours?|years?|weeks?|min))"
    rf"|(?:花了?|付了?|损失|被骗)(?P<y>[{CHARACTERS}]{{2,9}})(?![天次个月年])"
)
_LOSS = re.compile(
    r"医药费|医疗费|医院|治疗|住院|手术|误工|损失|赔偿|骗(?:走)?了?|护理|维修|修(?:理)?费|检测费|鉴定费|植皮|花费|"
    r"hospital|medical|doctor|bill|treatment|dentist|surgery|damage|loss|repair|lost|vet\b|clinic"
)
_FOR = re.compile(r"^\s*(?:in|of|for|on|的)?\s*(?:my |the |his |her |our )?")
_NOT_PRICE = re.compile(
    r"红包|优惠券|代金券|索赔|起诉|诉请|主张|赔我|补偿|只退|退我|退了|罚|押金|工资|月薪|抽|coupon|voucher|offer|fine|salary|deposit|commission|差价"
)
_MONTHS = {m: i + 1 for i, m in enumerate(
    ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"])}  # fmt: skip
_DATE = re.compile(
    r"(?P<y>20[012]\d)\s*[年./-]\s*(?P<m>1[0-2]|0?[1-9])\s*(?:[月./-]\s*(?P<d>3[01]|[12]\d|0?[1-9])?)?"
    r"|(?P<rel>去年|前年|大前年|今年|上个?月|last year|this year)\s*(?:的)?\s*(?P<rm>1[0-2]|[1-9]|十[一二]?|[一二三四五六七八九])?\s*(?:月)?"
    r"|(?P<en>(?:(?P<ed>3[01]|[12]?\d)(?:st|nd|rd|th)?\s+(?:of\s+)?)?(?P<em>jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?,?\s+(?:(?P<ed2>3[01]|[12]?\d)(?:st|nd|rd|th)?,?\s+)?(?P<ey>20[012]\d))"
    r"|last\s+(?P<lm>jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*"
    r"|(?P<by>20[012]\d)\s*年|\bin\s+(?P<iy>20[012]\d)\b"
)


_UNITS = {"k": 1000, "千": 1000, "w": 10_000, "万": 10_000, "百": 100}


def _yuan(match: re.Match[str]) -> Decimal | None:
    groups = match.groupdict()
    for name in ("a", "b", "k", "n"):
        raw = groups.get(name)
        if raw:
            value = Decimal(raw.replace(",", "").replace("，", ""))
            unit = groups.get(name + "k") or ""
            value *= _UNITS.get(unit, 1)
            if unit and (tail := groups.get(name + "t")):  # 3万8, 14万7千
                value += Decimal(tail) * _UNITS.get(groups[name + "q"] or "", _UNITS[unit] // 10)
            value += Decimal(groups["c"] or 0) / 10 + Decimal(groups["f"] or 0) / 100  # 9块9, 1块8毛8
            return value if value % 1 else value.quantize(Decimal(1))
    spoken = groups.get("z") or groups.get("y")
    if spoken == "一" and match[0].endswith("块"):
        return None  # 换一块: a piece, not a yuan
    number = to_int(spoken) if spoken else None
    if number is None:
        return None
    cents = groups.get("zc")
    return Decimal(number) + (Decimal(to_int(cents) or 0) / 10 if cents else 0)


def _day_of(match: re.Match[str], today: date) -> date | None:
    g = match.groupdict()
    try:
        if g["y"]:
            return date(int(g["y"]), int(g["m"]), int(g["d"] or 1))
        if g["en"]:
            return date(int(g["ey"]), _MONTHS[g["em"]], int(g["ed"] or g["ed2"] or 1))
        if g["lm"]:
            month = _MONTHS[g["lm"]]
            return date(today.year - (month >= today.month), month, 1)
        if g["by"] or g["iy"]:
            return date(int(g["by"] or g["iy"]), 7, 1)
        back = {"去年": 1, "前年": 2, "大前年": 3, "今年": 0, "last year": 1, "this year": 0}
        if g["rel"] in back:
            told = to_int(g["rm"]) if g["rm"] else None
            if told is None and back[g["rel"]] == 0:
                return None
            return date(today.year - back[g["rel"]], told or 7, 1)
        previous = today.month - 1 or 12
        return date(today.year - (today.month == 1), previous, 1)
    except ValueError:
        return None


class _Told:
    """A folded message cut into clauses, with who is named where."""

    def __init__(self, text: str, actors: re.Pattern[str]) -> None:
        self.text = text
        self.clauses = list(_clauses(text))
        self.starts = [c.start for c in self.clauses]
        self.actors = [
            (m.start(), m.lastgroup or "") for m in actors.finditer(text)
            if m.lastgroup == "platform" or not _is_object(text, m)
        ]  # fmt: skip
        spans = [(s, e) for s, e in _sentences(text)]
        self.chinese = [(s, e) for s, e in spans if _HAN.search(text, s, e)]
        self.english = [(s, e) for s, e in spans if _LATIN.search(text, s, e)]

    def spanned(self, match: re.Match[str]) -> list[Clause]:
        """The clauses a match touches."""
        first = bisect_right(self.starts, match.start()) - 1
        last = bisect_right(self.starts, max(match.start(), match.end() - 1)) - 1
        return self.clauses[max(0, first) : last + 1]

    def around(self, match: re.Match[str]) -> tuple[int, int]:
        """The clauses around a match, at most 40 characters on each side of it."""
        clauses = self.spanned(match)
        return max(clauses[0].start, match.start() - 40), min(clauses[-1].end, match.end() + 40)

    def actor(self, match: re.Match[str]) -> str:
        """The party named last before (or in) these words, within reach."""
        last = bisect_right(self.actors, (match.end(), "")) - 1
        if last < 0 or self.actors[last][0] < match.end() - 90:
            return ""
        return self.actors[last][1]

    def is_actor(self, wanted: str, match: re.Match[str]) -> bool:
        """Whether the party meant is the one wanted; `not merchant` takes an unnamed one too."""
        actor = self.actor(match)
        return actor != "merchant" if wanted == "not merchant" else actor == wanted

    def believed(self, cue: Cue, clauses: list[Clause]) -> bool:
        """What a merchant says of itself or a friend of the platform is no fact."""
        kinds = {c.hearsay for c in clauses}
        if "other" in kinds and cue.fact in _SEEN_BY_USER_ONLY:
            return False
        if "merchant" not in kinds:
            return True
        return (cue.fact, cue.value) not in _SELF_SERVING and cue.fact not in _KNOWN_TO_PLATFORM


def _sentences(text: str) -> Iterator[tuple[int, int]]:
    for rough in _SENTENCE.finditer(text):
        start, whole = rough.start(), rough[0]
        cuts = [0, *(m.end() for m in _ENGLISH_STOP.finditer(whole)), len(whole)]
        for left, right in pairwise(cuts):
            if whole[left:right].strip():
                yield start + left, start + right


def _clauses(text: str) -> Iterator[Clause]:
    for start, end in _sentences(text):
        sentence = text[start:end]
        asks = bool(_ASKS.search(sentence)) and not _QUOTED.search(sentence)
        cuts = [0, *(m.end() for m in _CLAUSE_END.finditer(sentence)), len(sentence)]
        unreal, asking, hearsay = False, False, ""
        for left, right in pairwise(cuts):
            if left == right:
                continue
            part = sentence[left:right]
            supposed = bool(_IF.search(part))
            unreal = supposed or (unreal and bool(_THEN.search(part)))
            asking = asking or (asks and (right == len(sentence) or bool(_ENGLISH_ASKS.search(part))))
            if _MERCHANT_SAYS.search(part):
                hearsay = "merchant"
            elif _HEARSAY.search(part):
                hearsay = "other"
            elif hearsay and _OWN_VOICE.search(part):
                hearsay = ""
            yield Clause(
                start + left, start + right, start, asking, bool(_LIABILITY.search(part)),
                unreal, bool(_GUESS.search(part)), hearsay,
            )  # fmt: skip


def _in_any_order(pattern: str) -> str:
    """A pattern of parts joined by " & ", which stand in any order in one sentence."""
    parts = pattern.split(" & ")
    return "|".join(_FAR.join(order) for order in permutations(parts)) if len(parts) > 1 else pattern


def _term_end(text: str, start: int, term: str) -> int:
    """Where `term` ends if it stands at `start`, else 0."""
    if not text.startswith(term, start):
        return 0
    end = start + len(term)
    if not term.isascii():
        return end
    if start and text[start - 1].isalnum() and text[start - 1].isascii():
        return 0
    for ending in ("", "s", "es"):
        after = end + len(ending)
        if text.startswith(ending, end) and not (text[after : after + 1].isalnum() and text[after].isascii()):
            return after
    return 0


def _is_object(text: str, match: re.Match[str]) -> bool:
    """Whether a merchant is named only as one to whom something is done."""
    before = text[max(0, match.start() - 16) : match.start()]
    return bool(_OBJECT.search(before) or _POSSESSED.match(text, match.end()))


def _dangerous(facts: Facts) -> bool:
    return (
        facts["infringement"] == "unsafe" or facts["person_injured"] is True or facts["person_died"] is True
    )


def _complaint(facts: Facts, message: str, told: _Told) -> Facts:
    """A complaint about goods that nowhere clears the merchant says that it infringed."""
    if "infringement" in facts or "merchant_infringed" in facts or facts["platform_promised_more"] is True:
        return facts
    if _CLEARED.search(told.text) or facts["data_leaked_by_platform"] or facts["buyer_is_minor"]:
        return facts
    bought = "subject" in facts or "channel" in facts or _BUYING.search(told.text)
    harm = next((n for n in _HARMS if facts[n] not in (None, False)), None)
    if bought and harm in ("person_injured", "person_died"):
        facts = facts.with_("infringement", "unsafe", "stated", facts.known[harm].evidence)
    if bought and harm:
        return facts.with_("merchant_infringed", True, "stated", facts.known[harm].evidence)
    grievance = next((m for m in _GRIEVANCE.finditer(told.text) if not told.spanned(m)[-1].unreal), None)
    if bought and grievance:
        start, end = told.around(grievance)
        return facts.with_("merchant_infringed", True, "stated", message[start:end].strip())
    return facts


def _firm(facts: Facts, found: Mapping[str, list[Found]]) -> Facts:
    """In a dispute over the merchant's name or a promise, brush-offs do not say that nothing was done."""
    places = found.get("took_measures", [])
    vague = bool(places) and all(f.weak for f in places) and facts["took_measures"] is False
    if vague and (facts["merchant_identified"] is False or facts["kept_promise"] is False):
        return facts.with_("took_measures", None)
    return facts


def _timely(facts: Facts, found: Mapping[str, list[Found]], told: _Told) -> Facts:
    """Measures told without a word of delay, nor of sales going on, came in time."""
    firm = facts["took_measures"] is True and any(
        f.value is True and not f.weak for f in found["took_measures"]
    )
    if not firm or "measures_in_time" in facts or "measures_effective" in facts:
        return facts
    if any(f.value is False and not f.weak for f in found["took_measures"]) or _DELAY.search(told.text):
        return facts
    return facts.with_("measures_in_time", True, "stated", facts.known["took_measures"].evidence)


def tidied(facts: Facts) -> Facts:
    """Drop what other words of the same story make doubtful."""
    if facts["took_measures"] is False:
        for name in ("measures_in_time", "measures_effective", "stopped_service"):
            facts = facts.with_(name, None)
    if facts["platform_is_carrier"] is False and facts["own_people_caused_harm"] is True:
        facts = facts.with_("own_people_caused_harm", None)  # a shared ride's driver is his own man
    if facts["merchant_licensed"] is False and facts["licence_required"] is False:
        facts = facts.with_("licence_required", True, "stated",
                            facts.known["merchant_licensed"].evidence)  # fmt: skip
    if "infringement" in facts and facts["merchant_infringed"] is None:
        words = facts.known["infringement"].evidence
        facts = facts.with_("merchant_infringed", True, "stated", words)
    return facts
