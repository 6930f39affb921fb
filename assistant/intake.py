"""Intake: a user's file read as law — its head, its 编章节条款项, its annexes — and added to the corpus.

`read(file, options, library)` gives the Text or says what is missing; nothing is guessed. `check`
verifies everything added, and the corpus as shipped.
"""

import hashlib
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from assistant import added, files
from assistant.added import KINDS, AddedProblem, Article, Text
from assistant.files import FileProblem
from assistant.law import (
    CorpusError,
    LawError,
    LawNotHeld,
    Library,
    Ref,
    article_key,
    package_problem,
    paragraphs_of,
)
from assistant.numerals import to_int

if TYPE_CHECKING:
    from assistant.law import Instrument


@dataclass(frozen=True)
class Options:
    """What the user says of a text; what is "" or None is read from its head."""

    title: str = ""
    number: str = ""
    issuer: str = ""
    kind: str = ""
    in_force_from: date | None = None
    in_force_to: date | None = None
    replace: bool = False


# ---- from lines to articles
_N = "[一二三四五六七八九十百千零〇两0-9０-９]{1,9}"
_HEADING = re.compile(
    rf"第{_N}(?P<level>编|分编|章|节)(?=\s|[^条款项的、，。；]{{0,40}}$)(?!.*[。；]$)|附\s?则$"
)
_ARTICLE = re.compile(rf"(?P<no>第\s?{_N}\s?条)(?P<sub>之[一二三四五六七八九十]{{1,3}})?(?P<gap>[\s:：]|$)?")
_ENGLISH = re.compile(r"Article\s+(?P<no>\d{1,4})\b[.:]?(?P<gap>\s|$)")
_LISTED = (
    re.compile(r"(?P<no>[一二三四五六七八九十]{1,4})、(?P<gap>\s*)"),
    re.compile(r"(?P<no>\d{1,3})(?:[、．.](?!\d)|\s)(?P<gap>\s*)"),
)
_ANNEX = re.compile(r"附\s?[件表录图](?:[一二三四五六七八九十\d]{1,3})?(?:$|[\s:：].{0,60}$)")
_LOST_HEADING = re.compile(r"(?:[一二三四五六七八九十]{1,3}、)?[一-龥、]{2,24}")
_LEVELS = {"编": 0, "分编": 1, "章": 2, "节": 3}
_NOISE = re.compile(
    r"[=＝—-]{3,}|正文结束|责任编辑|扫一扫|打印本页|关闭窗口|关闭本页|版权所有|上一篇|下一篇|分享到|ICP备|网站地图|字号[:：]|【?(?:打印|关闭)】?$"
)
_HALF_ITEM = re.compile(r"^[(（]\s?([一二三四五六七八九十]{1,3})\s?[)）]\s?")
_INLINE_ITEM = re.compile(r"(?<=[：；。:;])\s?(?=[(（][一二三四五六七八九十]{1,3}[)）](?![、款项]))")


def articles_of(
    lines: Sequence[str], tick: Callable[[int], object] | None = None
) -> tuple[int, list[Article]]:
    """Where the first article starts, and all articles with their 款 and 项, one line each.

    Articles are 第…条 lines; a text that has none may be numbered 一、 or 1. instead.
    """
    for pattern in (_ARTICLE, _ENGLISH, *_LISTED):
        starts = list(_starts(lines, pattern))
        if len(starts) > 1 or (starts and pattern is _ARTICLE):
            return starts[0][0], _cut(lines, starts, tick)
    return len(lines), []


def _starts(lines: Sequence[str], pattern: re.Pattern[str]) -> Iterator[tuple[int, str, str]]:
    """(line, number, rest of the line) of each article. A line that merely begins with a reference
    (第三十八条第二款规定的…) has no blank after it, or goes on as a reference does."""
    last = 0
    for n, line in enumerate(lines):
        match = pattern.match(line)
        if not match or (pattern is not _ARTICLE and line.startswith("|")):
            continue
        groups = match.groupdict()
        key = _key(groups["no"], groups.get("sub") or "")
        value = int(re.match(r"\d+", key)[0]) if key[:1].isdigit() else 0  # type: ignore[index]
        rest = line[match.end() :]
        follows = value == last + 1 or (value == last and groups.get("sub"))
        if (
            pattern is _ARTICLE
            and not groups["gap"]
            and (not follows or re.match(r"[第的和及、至与或规所]", rest))
        ):
            continue
        if pattern in _LISTED and not follows:
            continue
        last = max(last, value)
        yield n, key, rest.strip()


def _key(number: str, sub: str) -> str:
    bare = re.sub(r"\s", "", number)
    if bare.startswith("第"):
        return article_key(bare + sub)
    return str(to_int(bare) or bare)


def _cut(
    lines: Sequence[str], starts: Sequence[tuple[int, str, str]], tick: Callable[[int], object] | None
) -> list[Article]:
    found: list[Article] = []
    place = _placed([line for line in lines[: starts[0][0]] if _HEADING.match(line)], [""] * 4)
    ends = [n for n, _, _ in starts[1:]] + [len(lines)]
    for (start, number, first), end in zip(starts, ends, strict=True):
        body, headings = _parted(lines[start + 1 : end])
        found.append(Article(number, "\n".join(_paragraphs([first, *body])), " ".join(filter(None, place))))
        place = _placed(headings, place)
        if tick:
            tick(1)
    return found


def _parted(lines: Sequence[str]) -> tuple[Sequence[str], Sequence[str]]:
    """An article's own lines, and the headings of what follows it; some lost their number in a file."""
    end = len(lines)
    while end and (_HEADING.match(lines[end - 1]) or _LOST_HEADING.fullmatch(lines[end - 1])):
        end -= 1
    return lines[:end], lines[end:]


def _placed(headings: Iterable[str], place: list[str]) -> list[str]:
    """The 编章节 after these headings; a higher one ends the lower ones."""
    for heading in headings:
        match = _HEADING.match(heading)
        level = _LEVELS[(match and match["level"]) or "章"]
        place = [*place[:level], heading, *[""] * (len(_LEVELS) - level - 1)]
    return place


def _paragraphs(lines: Iterable[str]) -> Iterator[str]:
    """款 and 项, a line each: items get full-width brackets, items that share a line are parted."""
    for line in lines:
        if line.startswith("|"):
            yield line
            continue
        for part in _INLINE_ITEM.split(line):
            if part.strip():
                yield _HALF_ITEM.sub(r"（\1）", part.strip())


def _tail(lines: list[str], first: int) -> tuple[list[str], tuple[tuple[str, str], ...]]:
    """The lines without what stands after the last article: annexes, signatures, a page's foot."""
    cut = next((n for n in range(first + 1, len(lines)) if _NOISE.search(lines[n])), len(lines))
    lines = lines[:cut]
    marks = [n for n in range(first + 1, len(lines)) if _ANNEX.match(lines[n]) and not _resumes(lines[n:])]
    if not marks:
        return lines, ()
    ends = [*marks[1:], len(lines)]
    annexes = ((lines[a], "\n".join(lines[a + 1 : b])) for a, b in zip(marks, ends, strict=True))
    return lines[: marks[0]], tuple(annexes)


def _resumes(lines: Sequence[str]) -> bool:
    """Whether articles go on after these lines: then 附件 stood inside one."""
    return any((m := _ARTICLE.match(line)) and m["gap"] for line in lines)


# ---- the head
_DAY = r"(\d{4})\s?年\s?(\d{1,2})\s?月\s?(\d{1,2})\s?日"
_TITLE = re.compile(
    r"^(?!.*(?:第.{1,5}号|公告|通知|修改决定|目录)$)(?!.*[。；：，])[《]?(?P<t>[^《》（(：:]{2,}(?:[《〈][^《》]{2,40}[》〉])?[^《》：:]*?"
    r"(?:法典?|条例|规定|办法|规则|解释|批复|细则|决定|意见|标准|制度|协议|条款|公约|规范|须知|政策|准则|章程)"
    r"(?:\s?[（(](?:试行|暂行|[一二三四五六七八九十])[）)])?)[》]?(?:[（(][^（）()]{2,30}(?:修正|修订|修改|节选)[^（）()]{0,8}[）)])?$"
)
_COURT_NUMBER = re.compile(r"法[释发]\s?[〔\[（(【]\s?(\d{4})\s?[〕\]）)】]\s?(\d{1,4})\s?号")
_ORDER = re.compile(
    r"(?P<who>[一-龥、]{2,40}?)令\s?[（(]?\s?(?:(?P<y>\d{4})\s?年)?\s?第\s?(?P<n>\d{1,4})\s?号"
)
_OTHER_NUMBER = re.compile(r"[一-龥]{1,12}[〔\[]\d{4}[〕\]]\s?(?:第\s?)?\d{1,4}\s?号")
_STARTS = re.compile(
    rf"自?\s?{_DAY}\s?起?\s?(?:施行|实施|生效|执行)|(?:生效|施行|实施)(?:日期|时间)?\s?[:：】]\s?{_DAY}"
)
_MADE = re.compile(
    rf"{_DAY}[^。；;\d]{{0,60}}?(?:\d[^。；;]{{0,30}}?)?(?P<how>公布|发布|通过|批准|修订|修正|修改|印发|更新)"
)
_AT_ONCE = re.compile(r"自(?:公布|发布)之日起(?:施行|实施|生效)")


@dataclass(frozen=True)
class Head:
    """What a text says of itself; what it does not say is "" or None."""

    title: str
    number: str
    issuer: str
    in_force_from: date | None
    made: date | None  # the day this wording was promulgated, adopted or revised


_PLATFORMS = re.compile("协议|服务条款|平台规则|用户|商家|隐私政策|公约")  # may cite law's numbers, is none
_AUTHORITY = "最高人民法院|最高人民检察院|国务院|全国人民代表大会"


def _day(groups: Sequence[str | None]) -> date | None:
    got = [int(g) for g in groups if g]
    try:
        return date(*got[:3])
    except (TypeError, ValueError):
        return None


def _head(lines: Sequence[str], articles: Sequence[Article]) -> Head:
    """Read from the lines before the first article; the last article may say when it takes effect."""
    bare = [re.sub(r"^【[^】]*】", "", line) for line in lines]
    titles = [m["t"].strip() for line in _joined_titles(bare) if (m := _TITLE.match(line.strip()))]
    head = "\n".join(lines)
    made = [(d, m["how"]) for m in _MADE.finditer(head) if (d := _day(m.groups()[:3]))]
    start = max((d for m in _STARTS.finditer(head) if (d := _day(m.groups()))), default=None)
    start = start or _start_told_by(articles[-1].text, made)
    latest = max((d for d, _ in made), default=None)
    if latest and start and start < latest:
        start = None  # the day the first wording took effect, not this one
    return Head(titles[0] if titles else "", *_number(head), start, latest)


_REVISED = ("修订", "修正", "修改", "更新")


def _start_told_by(last: str, made: Sequence[tuple[date, str]]) -> date | None:
    """自2024年7月1日起施行, or 自公布之日起施行 where the head says when that was."""
    if match := _STARTS.search(last):
        return _day(match.groups())
    public = [d for d, how in made if how not in ("通过", "批准")]
    revised = any(how in _REVISED for _, how in made)
    return public[0] if len(public) == 1 and not revised and _AT_ONCE.search(last) else None


def _joined_titles(lines: Sequence[str]) -> Iterator[str]:
    """Title lines, an authority's name on a line of its own put before the 关于… of the next."""
    for line, following in zip(lines, [*lines[1:], ""], strict=False):
        yield line + following if following.startswith("关于") and len(line) < 30 else line


def _number(head: str) -> tuple[str, str]:
    """The document number and who issued it, or ""."""
    if m := _COURT_NUMBER.search(head):
        return f"法释〔{m[1]}〕{m[2]}号", "最高人民法院"
    orders = list(_ORDER.finditer(re.sub(r"令\s+(?=[（(]?第)", "令", head)))
    published = [m for m in orders if m.string.startswith("公布", m.end())]
    if orders:
        m = published[-1] if published else orders[0]
        who = re.sub(r"^.*?日|^中华人民共和国|^经", "", m["who"])
        return f"{who}令" + (f"{m['y']}年" if m["y"] else "") + f"第{m['n']}号", who
    if m := _OTHER_NUMBER.search(head):
        return m[0], ""
    return "", ""


# ---- a file
def read(file: Path, options: Options, library: Library, tick: Callable[[int], object] | None = None) -> Text:
    """The file as a text of the corpus. Raises FileProblem with everything that is missing."""
    lines = files.lines(file)
    first, _ = articles_of(lines)
    lines, annexes = _tail(lines, first)
    first, articles = articles_of(lines, tick)
    if not articles:
        raise FileProblem(
            f"{file.name}: no articles were found; wanted lines that begin 第一条, 一、, 1. or Article 1"
        )
    _refuse_repeats(file.name, articles)
    opening = _before_headings(lines[:first])
    told = _head(opening, articles)
    known = _known(options.title or told.title, options.number or told.number, library)
    text = _described(file, options, told, known)
    preamble = next((line for line in opening if len(line) > 60 and re.search("[。：:]$", line)), "")
    return replace(text, articles=tuple(articles), preamble=preamble, annexes=annexes)


def _before_headings(lines: Sequence[str]) -> list[str]:
    """The head without the table of contents."""
    return [line for line in lines if not _HEADING.match(line)]


def _refuse_repeats(name: str, articles: Sequence[Article]) -> None:
    seen: set[str] = set()
    for article in articles:
        if article.number in seen:
            raise FileProblem(
                f"{name} has article {article.number} twice: are there two texts in it? One file, one text"
            )
        seen.add(article.number)


def _known(title: str, number: str, library: Library) -> "Instrument | None":
    """The instrument this is a text of: of that title, or of that number and a title much like it."""
    for name in filter(None, (title, number)):
        try:
            known = library.find(name)
        except LawNotHeld:  # also NoSuchLaw
            continue
        if name is title or not title or title in known.full_title or known.full_title in title:
            return known  # numbers alone are used again: each ministry has an order No. 7 every year
    return None


def _described(file: Path, options: Options, told: Head, known: "Instrument | None") -> Text:
    """What the text is: said by the user, else read from its head, else known of the instrument."""
    official = known is not None and known.kind != "platform_rules"
    title = options.title or told.title or (known.full_title or known.name if known else "")
    authority = re.match(_AUTHORITY, title)
    is_law = official or authority or (told.number and not _PLATFORMS.search(title))
    kind = options.kind or ("law" if is_law else known.kind if known else "")
    wording = _version_of(known, told.made) if known and kind == "law" else None
    start = options.in_force_from or told.in_force_from or (wording[0] if wording else None)
    number = options.number or (known.number if known else "") or told.number
    issuer = options.issuer or told.issuer or (authority[0] if authority else "")
    missing = []
    if not title:
        missing.append("its title (--title 网络交易监督管理办法)")
    if kind not in KINDS:
        missing.append("whether it is law or a platform's own rules (--kind law, or --kind platform_rules)")
    if start is None:
        made = f"; its wording is of {told.made}" if told.made else ""
        starts = ", ".join(str(v.in_force_from) for v in known.versions) if known else ""
        missing.append(f"from when it is in force (--in-force-from {starts or '2024-07-01'}{made})")
    if kind == "law" and not (number or issuer or known):
        missing.append("its number or who issued it (--number 国务院令第778号, --issuer 国务院)")
    if missing:
        raise FileProblem(f"{file.name}: the text does not say " + "; nor ".join(missing))
    assert start
    if kind == "platform_rules" and official and known:
        raise FileProblem(
            f"{file.name}: 《{title}》 is the name of a law or rule ({known.full_title or known.name}); "
            "give the platform's rules a title of their own (--title 某平台争议处理规则)"
        )
    end = options.in_force_to or (wording[1] if wording and not options.in_force_from else None)
    if end is not None and end <= start:
        raise FileProblem(
            f"{file.name}: in force from {start} to {end} is no time; --in-force-to is the first day after"
        )
    if kind == "law" and known:
        title = known.name
    return Text(
        title.strip("《》"), kind, str(told.made or start), start, end, number, issuer, file.name,
        hashlib.sha256(file.read_bytes()).hexdigest(), (),
    )  # fmt: skip


def _version_of(known: "Instrument", version: date | None) -> tuple[date, date | None] | None:
    """The days of the known wording of that promulgation, or of the only one."""
    for one in known.versions:
        if str(version) == one.version:
            return one.in_force_from, one.in_force_to
    return None


def add(
    sources: Sequence[Path], options: Options, library: Library, folder: Path,
    tick: Callable[[int], object] | None = None,
) -> tuple[list[Text], list[str]]:  # fmt: skip
    """Read and keep every file that can be; returns the texts added and a line for each refused."""
    if len(sources) > 1 and (options.title or options.number):
        raise FileProblem("--title and --number are for one file; add the files one by one")
    held = {row["source_hash"]: row for row in added.rows(folder)}
    same = {(row["title"], row["version"]) for row in held.values()}
    texts: list[Text] = []
    problems: list[str] = []
    for source in sources:
        try:
            text = read(source, options, library, tick)
            _refuse_held(text, held, same, options, library)
        except FileProblem as problem:
            problems.append(str(problem))
            continue
        texts.append(text)
        same.add((text.title, text.version))
    added.save(folder, texts)
    return texts, problems


def _refuse_held(
    text: Text, held: dict[str, dict[str, object]], same: set[tuple[str, str]], options: Options,
    library: Library,
) -> None:  # fmt: skip
    if options.replace:
        return
    if row := held.get(text.source_hash):
        raise FileProblem(
            f"{text.source} was added before, as 《{row['title']}》 ({row['version']}); give --replace to read it anew"
        )
    if (text.title, text.version) in same:
        raise FileProblem(f"{text.name} was added before; give --replace, or remove it first")
    instrument = library.instruments.get(text.title)
    if instrument and instrument.kind == "law" and any(
        v.held and v.version == text.version for v in instrument.versions
    ):  # fmt: skip
        raise FileProblem(
            f"{text.source}: the text of {text.name} is in the corpus as shipped; nothing to add"
        )


def gaps(text: Text) -> list[str]:
    """Numbers missing between 1 and the last article: an excerpt has some."""
    have = {int(m[0]) for a in text.articles if (m := re.match(r"\d+", a.number))}
    return [str(n) for n in range(1, max(have, default=0)) if n not in have]


def found_in(source: Path) -> list[Path]:
    """The file itself, or the files of known types in a folder and below. Raises FileProblem."""
    if source.is_file():
        return [source]
    if not source.is_dir():
        raise FileProblem(f"there is no file or folder {source}")
    found = sorted(
        f for f in source.rglob("*")
        if f.is_file() and f.suffix.lower() in files.READERS and not f.name.startswith((".", "~$"))
    )  # fmt: skip
    if not found:
        raise FileProblem(f"{source} holds no file of the types {', '.join(files.READERS)}")
    return found


# ---- checking
def check(folder: Path, corpus: Path) -> Iterator[tuple[str, str]]:
    """(what, problem or "") for each added text and each part of the corpus as shipped."""
    yield "statute package", package_problem()
    try:
        library = Library(corpus)
    except CorpusError as problem:
        yield "corpus", str(problem)
    else:
        for instrument in library.instruments.values():
            yield instrument.name, "; ".join(_instrument_faults(instrument, library))
    try:
        table = added.rows(folder)
    except AddedProblem as problem:
        yield "added texts", str(problem)
        return
    for row in table:
        name = f"added 《{row.get('title')}》 ({row.get('version')})"
        try:
            yield name, "; ".join(_faults(added.text_of(folder, row)))
        except AddedProblem as problem:
            yield name, str(problem)


def _faults(text: Text) -> Iterator[str]:
    if text.kind not in KINDS:
        yield f"kind is {text.kind!r}, wanted one of {', '.join(KINDS)}"
    if text.in_force_to and text.in_force_to <= text.in_force_from:
        yield f"in force from {text.in_force_from} to {text.in_force_to} is no time"
    if not text.articles:
        yield "it has no articles"
    if len({a.number for a in text.articles}) < len(text.articles):
        yield "an article comes twice"
    for article in text.articles:
        if not re.fullmatch(r"\d+(?:之[一二三四五六七八九十]+)?", article.number):
            yield f"{article.number!r} is no article number"
        if not article.text.strip():
            yield f"article {article.number} is empty"


def _instrument_faults(law: "Instrument", library: Library) -> Iterator[str]:
    """Dates in order without overlap; every digest among the paragraphs; every held text readable."""
    starts = [v.in_force_from for v in law.versions]
    if starts != sorted(set(starts)):
        yield "its versions are not in the order of their dates"
    for version, later in zip(law.versions, law.versions[1:], strict=False):
        if version.in_force_to is None or version.in_force_to > later.in_force_from:
            yield f"versions {version.version} and {later.version} overlap"
    for version in law.versions:
        if version.in_force_to and version.in_force_to <= version.in_force_from:
            yield f"version {version.version} ends before it starts"
        if law.kind == "law" and not law.repealed and not version.basis:
            yield f"version {version.version} names no basis for its date"
        if version.like and version.like not in {v.version for v in law.versions}:
            yield f"version {version.version} is like {version.like}, which is none of its versions"
    for row in law.digests:
        yield from _digest_faults(law, row, library)


def _digest_faults(law: "Instrument", row: object, library: Library) -> Iterator[str]:
    assert hasattr(row, "get")
    where = f"digest of {row.get('article')}.{row.get('paragraph')}"
    if not (str(row.get("zh") or "").strip() and str(row.get("en") or "").strip()):
        yield f"{where}: both zh and en are wanted"
    version = next((v for v in law.versions if str(row.get("version", v.version)) == v.version), None)
    if version is None:
        yield f"{where}: there is no version {row.get('version')}"
        return
    try:
        library.provision(Ref(law.name, str(row.get("article")), row.get("paragraph")), version.in_force_from)
    except LawError as error:
        yield f"{where}: {error}"


def outline(text: Text) -> Iterator[str]:
    """The text as a list: 编章节, then each article with its numbers of 款 and 项."""
    place = ""
    for article in text.articles:
        if article.place != place:
            place = article.place
            yield place
        parts = paragraphs_of(article.text)
        items = sum(len(p) - 1 for p in parts)
        yield f"  {article.number}: {len(parts)} 款" + (f", {items} 项" if items else "")
    for title, body in text.annexes:
        yield f"{title} ({len(body)} characters)"
