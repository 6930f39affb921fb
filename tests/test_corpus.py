"""`anbao corpus`: what is added, listed, shown, removed and checked, and one clear line for what cannot be."""

import pytest

from assistant import added
from tests.test_intake import DIGESTED, NEW, RULES


@pytest.fixture
def run(tmp_path, monkeypatch, anbao):
    """run(*arguments): (status, output, errors) of `anbao corpus …` with a data folder of its own."""

    def command(*arguments):
        monkeypatch.setenv("ANBAO_DATA", str(tmp_path / "data"))
        return anbao(*arguments)

    return command


@pytest.fixture
def file(tmp_path):
    """file(text, name="a.txt"): written, for adding."""

    def write(text, name="a.txt"):
        (tmp_path / name).write_text(text, encoding="utf-8")
        return tmp_path / name

    return write


def test_a_text_is_added_listed_shown_checked_and_removed(run, file):
    status, out, _ = run("corpus", "add", file(DIGESTED), "--no-index")
    assert (status, out) == (
        0,
        "added 《网络消费纠纷规定（一）》 (2022-02-15): 2 articles, in force from 2022-03-15\n",
    )
    assert "法释〔2022〕8号" in run("corpus", "list")[1]
    assert "(added, " in run("corpus", "show", "法释〔2022〕8号", "1.2")[1]
    assert "  1: 2 款" in run("corpus", "show", "网络消费纠纷规定（一）")[1]
    status, out, _ = run("corpus", "check")
    assert (status, out.splitlines()[-1].endswith("problems 0")) == (0, True)
    assert run("corpus", "remove", "《网络消费纠纷规定（一）》", "--no-index")[0] == 0
    assert "digest, not the text" in run("corpus", "show", "网络消费纠纷规定（一）", "1")[1]
    assert "no text was added yet" in run("corpus", "list")[2]


def test_an_annex_and_every_instrument_can_be_shown(run, file):
    run("corpus", "add", file(NEW), "--no-index")
    assert run("corpus", "show", "某省网络商品抽检办法", "附件")[1] == "附件：抽检目录\n1．食品\n2．玩具\n"
    listed = run("corpus", "list", "--all")[1]
    assert "电子商务法" in listed
    assert "某省网络商品抽检办法" in listed


def test_platform_rules_are_shown_as_no_law(run, file):
    run("corpus", "add", file(RULES), "--kind", "platform_rules", "--no-index")
    assert "platform's own rules, not law" in run("corpus", "show", "好买平台争议处理规则", "2")[1]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [(["add", "{missing}"], "there is no file or folder"), (["add", "{file}", "--kind", "novel"], "--kind is law or platform_rules"),
     (["add", "{file}", "--in-force-from", "May"], "a date looks like"), (["remove", "无此法"], "no added text is called"),
     (["show", "无此法"], "no instrument named"), (["show", "电子商务法", "999"], "no article 999")],
    ids=str,
)  # fmt: skip
def test_what_cannot_be_done_is_one_clear_line(arguments, said, run, file, tmp_path):
    paths = {"file": file("某办法\n第一条 甲。\n第二条 乙。"), "missing": tmp_path / "none"}
    status, _, err = run(
        "corpus",
        *[a.format(**paths) for a in arguments],
        *(["--no-index"] * (arguments[0] in ("add", "remove"))),
    )
    assert status == 2
    assert said in err


def test_a_problem_makes_check_fail(run, file, tmp_path):
    run("corpus", "add", file(NEW), "--no-index")
    [row] = added.rows(tmp_path / "data" / "added")
    (tmp_path / "data" / "added" / row["file"]).write_text("{}", encoding="utf-8")
    status, out, _ = run("corpus", "check")
    assert status == 1
    assert "added 《某省网络商品抽检办法》 (2025-01-10): the added text" in out
    assert run("cite", "《电子商务法》第三十八条")[0] == 2  # never quoted from a damaged corpus
    assert run("corpus", "remove", "某省网络商品抽检办法", "--no-index")[0] == 0
    assert run("corpus", "check")[0] == 0
