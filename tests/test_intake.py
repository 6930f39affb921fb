"""Intake: texts are split as lawyers split them, nothing is guessed, and added text stands in its place."""

import json
import os
import subprocess
import sys
import time
from datetime import date
from pathlib import Path

import pytest

from assistant import added, citations, guard, intake
from assistant.added import AddedProblem
from assistant.files import FileProblem
from assistant.guard import Evidence
from assistant.index import Index, build, connect, current, documents
from assistant.intake import Options, articles_of
from assistant.law import (
    CorpusError,
    LawNotHeld,
    Library,
    NoSuchArticle,
    NoSuchParagraph,
    NotInForce,
    NotYetInForce,
    paragraphs_of,
)
from assistant.numerals import to_chinese
from tests.fakes import BigramEmbedding, Shelf
from tests.test_files import docx_of, pdf_of

ON = date(2026, 11, 24)
NEW = """某省网络商品抽检办法
（2025年1月10日某省人民政府令第7号公布 自2025年3月1日起施行）
目录
第一章 总则
第二章 抽检
第一章 总则
第一条 为了规范抽检，根据《中华人民共和国电子商务法》第三十八条、第八十三条，制定本办法。
第二条 平台应当核验下列信息：
（一）名称；
（二）地址：
1．住所；
2．经营场所。
第一条规定的抽检，适用前款。
第二章 抽检
第一节 方法
第三条 抽检每年两次。具体为:(一)春季；(二)秋季。
第三条之一 抽检费用如下：
| 类别 | 元 |
| 食品 | 10 |
第四条　本办法自2025年3月1日起施行。
附件：抽检目录
1．食品
2．玩具
"""
RULES = """好买平台争议处理规则
生效日期：2025年6月1日
1. 总则
1.1 本规则适用于好买平台的用户和商家。
1.2 依据《中华人民共和国电子商务法》制定。
2. 举证
买家应当在七日内举证，平台可以判定商家退款。
3. 其他
争议解决后，双方不得反悔。
"""
DIGESTED = """最高人民法院
关于审理网络消费纠纷案件适用法律若干问题的规定（一）
法释〔2022〕8号
（2022年2月15日最高人民法院审判委员会第1864次会议通过，自2022年3月15日起施行）
为正确审理网络消费纠纷案件，依法保护消费者合法权益，促进网络经济健康持续发展，根据法律规定，结合审判实践，制定本规定。
第一条 试验用的条文，前一款。
试验用的条文，后一款。
第二条 试验用的另一条，不是官方原文。
"""


@pytest.fixture
def shelf(corpus):
    return Library(corpus)


@pytest.fixture
def put(corpus, tmp_path):
    """put(text, name="a.txt", **options): add it to a folder of its own; returns the library with it."""

    def write(text, name="a.txt", **options):
        file = tmp_path / name
        file.write_text(text, encoding="utf-8")
        folder = tmp_path / "added"
        _, problems = intake.add([file], Options(**options), Library(corpus, folder), folder)
        if problems:
            raise FileProblem("\n".join(problems))
        return Library(corpus, folder)

    return write


def read(tmp_path, library, text, **options):
    file = tmp_path / "a.txt"
    file.write_text(text, encoding="utf-8")
    return intake.read(file, Options(**options), library)


# ---- splitting
def test_a_text_is_split_into_its_parts(tmp_path, library):
    text = read(tmp_path, library, NEW)
    assert [a.number for a in text.articles] == ["1", "2", "3", "3之一", "4"]
    assert [a.place for a in text.articles] == [
        "第一章 总则", "第一章 总则", *["第二章 抽检 第一节 方法"] * 3,
    ]  # fmt: skip
    second = paragraphs_of(text.articles[1].text)
    assert second == [
        ["平台应当核验下列信息：", "（一）名称；", "（二）地址：\n1．住所；\n2．经营场所。"],
        ["第一条规定的抽检，适用前款。"],
    ]
    assert paragraphs_of(text.articles[2].text) == [["抽检每年两次。具体为:", "（一）春季；", "（二）秋季。"]]
    assert paragraphs_of(text.articles[3].text) == [["抽检费用如下：\n| 类别 | 元 |\n| 食品 | 10 |"]]
    assert text.articles[4].text == "本办法自2025年3月1日起施行。"
    assert text.annexes == (("附件：抽检目录", "1．食品\n2．玩具"),)


def test_books_chapters_and_sections_end_one_another():
    lines = ["第一编 总则", "第一章 甲", "第一节 乙", "第一条 一。", "第二章 丙", "第二条 二。", "第二编 丁", "第三条 三。"]  # fmt: skip
    assert [a.place for a in articles_of(lines)[1]] == ["第一编 总则 第一章 甲 第一节 乙", "第一编 总则 第二章 丙", "第二编 丁"]  # fmt: skip


def test_headings_that_lost_their_number_are_no_paragraphs():
    lines = ["第一条 一。", "二、合同的效力", "第二条 二。", "网络素养促进", "第三条 三。"]
    assert [(a.text, a.place) for a in articles_of(lines)[1]] == [
        ("一。", ""), ("二。", "二、合同的效力"), ("三。", "网络素养促进"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("lines", "numbers"),
    [(["第1条 甲。", "第2条 乙。"], ["1", "2"]), (["第１条　甲。", "第２条　乙。"], ["1", "2"]),
     (["第 一 条 甲。", "第 二 条 乙。"], ["1", "2"]), (["第一条", "甲。", "第二条", "乙。"], ["1", "2"]),
     (["第一条为了规范，制定。", "第二条平台应当。"], ["1", "2"]),
     (["第一条 甲。", "第三条第二款规定的，从其规定。", "第二条 乙。"], ["1", "2"]),
     (["第一条 甲。", "第五条规定的情形，适用。", "第二条 乙。"], ["1", "2"]),
     (["一、甲", "二、乙", "三、丙"], ["1", "2", "3"]), (["1. 甲", "1.1 乙", "2. 丙"], ["1", "2"]),
     (["Article 1 Purpose", "Article 2 Scope"], ["1", "2"]), (["没有条文"], []),
     (["第一百二十条 甲。", "第一百二十条之一 乙。", "第一百二十条之二 丙。"], ["120", "120之一", "120之二"])],
    ids=str,
)  # fmt: skip
def test_articles_are_found_however_they_are_numbered(lines, numbers):
    assert [a.number for a in articles_of(lines)[1]] == numbers


def test_word_pdf_and_text_give_the_same_articles(tmp_path, library):
    paragraphs = [line for line in NEW.splitlines() if line != "目录" and not line.startswith("|")]
    texts = [
        intake.read(docx_of(tmp_path / "a.docx", paragraphs, None), Options(), library),
        intake.read(pdf_of(tmp_path / "a.pdf", paragraphs, width=40), Options(), library),
        read(tmp_path, library, "\n".join(paragraphs)),
    ]
    assert len({text.articles for text in texts}) == 1


# ---- what it says of itself
@pytest.mark.parametrize(
    ("head", "expected"),
    [("（2021年3月15日国家市场监督管理总局令第37号公布 自2021年5月1日起施行）",
      ("国家市场监督管理总局令第37号", "2021-03-15", "2021-05-01")),
     ("中华人民共和国国务院令\n第778号\n现予公布，自2024年7月1日起施行。\n2024年3月15日",
      ("国务院令第778号", "2024-07-01", "2024-07-01")),
     ("法释〔2025〕99号\n（2025年9月15日最高人民法院审判委员会第1957次会议通过，自2025年11月1日起施行）",
      ("法释〔2025〕99号", "2025-09-15", "2025-11-01")),
     ("2019年10月11日 中华人民共和国国务院令第999号公布\n2019年12月1日 施行",
      ("国务院令第999号", "2019-10-11", "2019-12-01")),
     ("（2025年1月10日某部、某总局令2025年第7号公布 自2025年3月1日起施行）",
      ("某部、某总局令2025年第7号", "2025-01-10", "2025-03-01"))],
)  # fmt: skip
def test_the_head_is_read(head, expected, tmp_path, library):
    text = read(tmp_path, library, f"某某试验办法\n{head}\n第一条 甲。\n第二条 乙。")
    assert (text.number, text.version, str(text.in_force_from)) == expected
    assert (text.title, text.kind) == ("某某试验办法", "law")


@pytest.mark.parametrize(
    ("head", "said"),
    [("某某试验办法", "whether it is law or a platform's own rules.*nor from when it is in force"),
     ("（2025年1月10日某部令第7号公布 自2025年3月1日起施行）", r"its title \(--title"),
     ("某某试验办法\n（2025年1月10日某部令第7号公布）", r"from when it is in force \(--in-force-from 2024-07-01; its wording is of 2025-01-10"),
     ("网络交易监督管理办法\n（2021年3月15日某总局令第37号公布 自2021年5月1日起施行；根据2026年3月1日某总局令第200号修订）",
      "from when it is in force .*2021-05-01, 2025-05-01; its wording is of 2026-03-01"),
     ("好买平台服务协议\n根据国务院令第778号\n生效日期：2025年6月1日", "whether it is law or a platform's own rules")],
)  # fmt: skip
def test_what_the_text_does_not_say_is_asked_for(head, said, tmp_path, library):
    with pytest.raises(FileProblem, match=said):
        read(tmp_path, library, f"{head}\n第一条 甲。\n第二条 乙。")


def test_options_say_what_the_text_does_not(tmp_path, library):
    text = read(tmp_path, library, "第一条 甲。\n第二条 乙。", title="某市办法", kind="law", issuer="某市人民政府",
                in_force_from=date(2025, 1, 1), in_force_to=date(2026, 1, 1))  # fmt: skip
    assert (text.title, text.version, text.issuer) == ("某市办法", "2025-01-01", "某市人民政府")
    with pytest.raises(FileProblem, match="is no time"):
        read(tmp_path, library, NEW, in_force_to=date(2025, 1, 1))


def test_an_article_that_comes_twice_is_refused(tmp_path, library):
    with pytest.raises(FileProblem, match="has article 1 twice: are there two texts in it"):
        read(tmp_path, library, NEW + "\n" + NEW.replace("附件：抽检目录", ""))


# ---- in its place
def test_a_new_instrument_is_held_from_then_on(put):
    library = put(NEW)
    provision = library.provision("某省网络商品抽检办法#2.1.2", ON)
    assert (provision.kind, provision.text) == ("added", "（二）地址：\n1．住所；\n2．经营场所。")
    assert provision.version == "2025-01-10"
    with pytest.raises(NoSuchParagraph):
        library.provision("某省网络商品抽检办法#2.3", ON)
    with pytest.raises(NoSuchArticle):
        library.provision("某省网络商品抽检办法#5", ON)
    with pytest.raises(NotYetInForce):
        library.provision("某省网络商品抽检办法#1", date(2025, 2, 1))
    found = citations.check("某省人民政府令第7号第二条第一款、《某省网络商品抽检办法》第九条", library, ON)
    assert [c.status for c in found] == ["in_force", "no_such_article"]


def test_an_official_text_stands_in_place_of_its_digest(put, corpus):
    before, after = Library(corpus), put(DIGESTED)
    ref = "网络消费纠纷规定（一）#1"
    assert before.provision(ref, ON).kind == "digest"
    assert after.provision(ref, ON).kind == "added"
    assert after.provision(f"{ref}.2", ON).text == "试验用的条文，后一款。"
    assert after.version != before.version
    assert (
        after.instruments["网络消费纠纷规定（一）"].english
        == before.instruments["网络消费纠纷规定（一）"].english
    )
    true = "《网络消费纠纷规定（一）》第一条第二款规定：“试验用的条文，后一款”"
    false = "法释〔2022〕8号第二条规定：“平台一律承担全部责任”"
    assert [c.status for c in citations.check(true + "。" + false, after, ON)] == [
        "in_force",
        "text_mismatch",
    ]
    evidence = Evidence(frozenset({"网络消费纠纷规定（一）#2"}), frozenset(), frozenset(), on=ON)
    true = "《网络消费纠纷规定（一）》第二条规定：“试验用的另一条，不是官方原文”"
    assert not guard.check(true, evidence, after, "zh").problems
    assert any("quotes_a_digest" in p for p in guard.check(true, evidence, before, "zh").problems)


def test_only_the_wording_added_replaces_its_digest(put):
    text = "网络交易监督管理办法\n（2021年3月15日国家市场监督管理总局令第37号公布 自2021年5月1日起施行）\n第一条 甲。\n第二条 乙。"
    library = put(text)
    assert library.provision("网络交易监督管理办法#2", date(2022, 1, 1)).kind == "added"
    assert library.provision("网络交易监督管理办法#24", ON).kind == "digest"


def test_a_later_wording_ends_the_one_before(put):
    text = "网络交易监督管理办法\n（2026年3月15日国家市场监督管理总局令第200号公布 自2026年5月1日起施行）\n第一条 新一条。\n第二条 新二条。"
    library = put(text)
    assert library.provision("网络交易监督管理办法#1", ON).text == "新一条。"
    assert library.provision("网络交易监督管理办法#24", date(2026, 4, 30)).kind == "digest"
    assert [str(v.in_force_to) for v in library.instruments["网络交易监督管理办法"].versions] == ["2025-05-01", "2026-05-01", "None"]  # fmt: skip


def test_the_text_of_a_repealed_law_is_quoted_for_its_time_only(put):
    text = "中华人民共和国侵权责任法\n（2009年12月26日通过 自2010年7月1日起施行）\n" + "\n".join(
        f"第{to_chinese(n)}条 试验用的第{n}条。" for n in range(1, 41)
    )
    library = put(text)
    assert library.provision("侵权责任法#36", date(2015, 1, 1)).kind == "added"
    with pytest.raises(NotInForce, match="repealed on 2021-01-01"):
        library.provision("侵权责任法#36", ON)


def test_an_instrument_named_as_not_held_is_held_once_added(put, corpus):
    name = "网络直播营销管理办法（试行）"
    row = Library(corpus).not_held[name]
    library = put(f"{name}\n（2021年4月16日公布 自2021年5月25日起施行）\n第一条 甲。\n第二条 乙。", kind="law",
                  number="国信办发文〔2021〕5号")  # fmt: skip
    assert library.provision(f"{row['instrument']}#2", date(2023, 1, 1)).text == "乙。"


def test_an_excerpt_says_nothing_of_what_it_lacks(put):
    library = put(
        NEW.replace("第三条之一 抽检费用如下：", "第八条 抽检费用如下：").replace("第四条　", "第九条　")
    )
    with pytest.raises(LawNotHeld, match="has a gap at 5") as lacking:
        library.provision("某省网络商品抽检办法#5", ON)
    assert lacking.value.status == "law_not_held"
    assert intake.gaps(library.added[0]) == ["4", "5", "6", "7"]


# ---- a platform's own rules
def test_platform_rules_are_quoted_as_such_and_are_never_law(put):
    library = put(RULES, kind="platform_rules")
    provision = library.provision("好买平台争议处理规则#2", ON)
    assert (provision.kind, provision.text) == (
        "platform_rules",
        "举证\n买家应当在七日内举证，平台可以判定商家退款。",
    )
    assert not library.in_force("好买平台争议处理规则#2", ON)
    [citation] = citations.check("《好买平台争议处理规则》第二条规定：“买家应当在七日内举证”", library, ON)
    assert citation.to_json()["kind"] == "platform_rules"
    assert citation.status == "in_force"
    assert [c.status for c in citations.check("《好买平台争议处理规则》第九条", library, ON)] == [
        "no_such_article"
    ]


def test_the_guard_counts_no_platform_rule_as_law(put):
    library = put(RULES, kind="platform_rules")
    evidence = Evidence(
        frozenset({"好买平台争议处理规则#2", "电子商务法#38"}), frozenset(), frozenset(), on=ON
    )

    def report(text):
        return guard.check(text, evidence, library, "zh")

    fair = report("平台自己的《好买平台争议处理规则》第二条写明七日内举证；另见《电子商务法》第三十八条。")
    assert (fair.problems, fair.citations_seen, fair.citations_checked) == ((), 1, 1)
    assert any("as_law" in p for p in report("法律依据是《好买平台争议处理规则》第二条。").problems)
    assert any("no_such_article" in p for p in report("《好买平台争议处理规则》第八条要求退款。").problems)
    assert any("not_in_evidence" in p for p in report("《好买平台争议处理规则》第三条要求退款。").problems)


@pytest.mark.parametrize("title", ["电子商务法", "网络交易监督管理办法", "网络消费纠纷规定（一）"])
def test_platform_rules_cannot_take_the_name_of_a_law(title, put):
    with pytest.raises(FileProblem, match="is the name of a law or rule"):
        put(RULES, kind="platform_rules", title=title)


# ---- kept safe
def test_the_same_file_and_the_same_text_are_added_once(put):
    put(NEW)
    with pytest.raises(FileProblem, match="was added before, as 《某省网络商品抽检办法》"):
        put(NEW, "copy.txt")
    with pytest.raises(FileProblem, match="was added before; give --replace"):
        put(NEW.replace("两次", "三次"))
    library = put(NEW.replace("两次", "三次"), replace=True)
    assert "三次" in library.provision("某省网络商品抽检办法#3", ON).text
    assert len(library.added) == 1


def test_what_the_statute_package_holds_is_not_added(put):
    text = "中华人民共和国电子商务法\n（2018年8月31日通过 自2019年1月1日起施行）\n第一条 甲。\n第二条 乙。"
    with pytest.raises(FileProblem, match="is in the corpus as shipped; nothing to add"):
        put(text)


def test_removing_brings_the_digest_back(put, corpus, tmp_path):
    put(DIGESTED)
    [gone] = added.remove(tmp_path / "added", lambda row: row["title"] == "网络消费纠纷规定（一）")
    assert gone["count"] == 2
    library = Library(corpus, tmp_path / "added")
    assert library.provision("网络消费纠纷规定（一）#1", ON).kind == "digest"
    assert library.version == Library(corpus).version
    assert sorted(f.name for f in (tmp_path / "added").glob("*.json")) == ["added.json"]


CRASH = """
import os, sys
from pathlib import Path
from assistant import added, intake
from assistant.law import Library
from assistant.settings import bundled
folder, file, when = Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3])
real, calls = os.fsync, []
def fsync(handle):
    calls.append(handle)
    if len(calls) == when:
        os._exit(9)  # the machine stops here
    real(handle)
os.fsync = fsync
intake.add([file], intake.Options(replace=True), Library(bundled("corpus"), folder), folder)
"""


@pytest.mark.parametrize("when", [1, 2, 3])
def test_a_crash_at_any_moment_leaves_the_old_corpus(when, put, corpus, tmp_path):
    before = put(NEW).version
    file = tmp_path / "new.txt"
    file.write_text(NEW.replace("两次", "九次"), encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-c", CRASH, str(tmp_path / "added"), str(file), str(when)],
        check=False, cwd=Path(__file__).parent.parent, env=os.environ,
    )  # fmt: skip
    assert done.returncode == 9
    assert Library(corpus, tmp_path / "added").version == before
    assert all(not problem for _, problem in intake.check(tmp_path / "added", corpus))
    put(NEW.replace("两次", "九次"), replace=True)  # and it can be done again


def test_a_text_changed_on_disk_is_never_quoted(put, corpus, tmp_path):
    put(NEW)
    [row] = added.rows(tmp_path / "added")
    file = tmp_path / "added" / row["file"]
    file.write_text(file.read_text(encoding="utf-8").replace("两次", "十次"), encoding="utf-8")
    with pytest.raises(CorpusError, match="is not as it was added; remove it .*and add it again"):
        Library(corpus, tmp_path / "added")
    assert [w for w, problem in intake.check(tmp_path / "added", corpus) if problem] == [
        "added 《某省网络商品抽检办法》 (2025-01-10)"
    ]


@pytest.mark.parametrize("table", ["", "{", "[]", '{"format": 99, "texts": []}', '{"format": 1, "texts": 5}'])
def test_a_damaged_table_says_what_to_do(table, tmp_path, corpus):
    (tmp_path / added.TABLE).write_text(table, encoding="utf-8")
    with pytest.raises(AddedProblem, match="delete its folder and add the texts again"):
        added.rows(tmp_path)
    assert [w for w, problem in intake.check(tmp_path, corpus) if problem] == ["added texts"]


def test_a_row_without_its_file_or_dates_is_named(put, tmp_path, corpus):
    put(NEW)
    table = tmp_path / "added" / added.TABLE
    rows = json.loads(table.read_text(encoding="utf-8"))
    rows["texts"][0]["in_force_from"] = "some day"
    table.write_text(json.dumps(rows), encoding="utf-8")
    with pytest.raises(CorpusError, match="has not the expected shape"):
        Library(corpus, tmp_path / "added")


def test_the_corpus_as_shipped_has_no_problem(corpus, tmp_path):
    checked = list(intake.check(tmp_path, corpus))
    assert len(checked) > 60
    assert [row for row in checked if row[1]] == []


def test_files_of_a_folder_are_added_and_the_bad_ones_named(tmp_path, corpus):
    (tmp_path / "in" / "deep").mkdir(parents=True)
    (tmp_path / "in" / "a.txt").write_text(NEW, encoding="utf-8")
    (tmp_path / "in" / "deep" / "b.txt").write_text(DIGESTED, encoding="gbk")
    (tmp_path / "in" / "bad.txt").write_text("没有条文", encoding="utf-8")
    (tmp_path / "in" / "picture.png").write_bytes(b"x")
    sources = intake.found_in(tmp_path / "in")
    texts, problems = intake.add(sources, Options(), Library(corpus), tmp_path / "added")
    assert {t.title for t in texts} == {"某省网络商品抽检办法", "网络消费纠纷规定（一）"}
    assert len(problems) == 1
    assert "bad.txt: no articles were found" in problems[0]
    with pytest.raises(FileProblem, match="are for one file"):
        intake.add(sources, Options(title="一"), Library(corpus), tmp_path / "added")


def test_a_folder_without_texts_and_a_path_that_is_none_are_refused(tmp_path):
    with pytest.raises(FileProblem, match="holds no file of the types"):
        intake.found_in(tmp_path)
    with pytest.raises(FileProblem, match="there is no file or folder"):
        intake.found_in(tmp_path / "nowhere")


def test_a_code_of_ten_thousand_articles_is_added_in_seconds(tmp_path, corpus):
    body = "\n".join(
        f"第{n}条 第{n}条的内容，平台应当保存记录。\n（一）其一；\n（二）其二。" for n in range(1, 10_001)
    )
    file = tmp_path / "code.txt"
    file.write_text(
        "某某大法典\n（2025年1月1日某部令第1号公布 自2025年3月1日起施行）\n" + body, encoding="utf-8"
    )
    ticks = []
    start = time.perf_counter()
    intake.add([file], Options(), Library(corpus), tmp_path / "added", ticks.append)
    library = Library(corpus, tmp_path / "added")
    assert library.provision("某某大法典#10000.1.2", ON).text == "（二）其二。"
    assert time.perf_counter() - start < 30
    assert sum(ticks) == 10_000


# ---- the index takes them in
def test_the_index_takes_added_texts_in_and_embeds_only_them(put, corpus, tmp_path):
    class Counts(BigramEmbedding):
        embedded = 0

        def passages(self, texts, progress=None):
            self.embedded += len(texts)
            return super().passages(texts, progress)

    embedding, client = Counts(), connect(tmp_path / "data")
    build(client, Shelf(corpus), embedding)
    put(RULES, "rules.txt", kind="platform_rules")
    put(DIGESTED)
    shelf = Shelf(corpus, tmp_path / "added")
    shelf.books = (*Shelf.books, "好买平台争议处理规则")
    assert not current(client, shelf, embedding)
    embedding.embedded = 0
    build(client, shelf, embedding)
    assert embedding.embedded == 5  # two articles in place of digests, three rules
    assert current(client, shelf, embedding)
    index = Index(client, shelf, embedding)
    assert "网络消费纠纷规定（一）#2" in [h.ref for h in index.search("试验用的另一条，不是官方原文", 3)]
    query = "买家应当在七日内举证，平台可以判定商家退款"
    assert "platform_rules" not in {h.kind for h in index.search(query, 30)}
    assert [h.ref for h in index.search(query, 1, ["platform_rules"])] == ["好买平台争议处理规则#2"]


def test_our_own_words_still_find_a_text_that_replaced_them(put):
    library = put(DIGESTED)
    [doc] = [d for d in documents(library) if d.ref == "网络消费纠纷规定（一）#1"]
    assert doc.text.startswith("试验用的")
    assert library.gloss(library.provision("网络消费纠纷规定（一）#1", ON).ref) in doc.words
