"""Cases of one's own: the same from every kind of file, every mistake named with its line, scored as written."""

import json

import pytest

from assistant.verdict import assess
from evals import benchmarks, case_files, own, report, runner, solvers, story_cases

GOOD = {"id": "a", "story": "在平台一家店买的电水壶漏电，手被电伤，投诉后平台一直不下架。", "liability": "joint",
        "facts": {"took_measures": "no"}, "duties": {"necessary_measures": "breached"},
        "refs": ["电子商务法#38.1"]}  # fmt: skip


@pytest.fixture
def ours(assistant):
    return solvers.Ours(assistant)


@pytest.mark.parametrize("kind", [".jsonl", ".yaml", ".csv", ".xlsx"])
def test_the_template_is_the_same_cases_in_every_format(kind, ours, tmp_path):
    case_files.write_template(tmp_path / f"cases{kind}")
    case_files.write_template(tmp_path / "other.jsonl")
    found = own.cases(tmp_path / f"cases{kind}", ours)
    assert found == own.cases(tmp_path / "other.jsonl", ours)
    assert [len(case.given["turns"]) for case in found] == [1, 2, 1]
    assert found[0].gold["duties"] == {"necessary_measures": "breached"}


def test_the_template_states_what_the_rules_say(ours, tmp_path):
    case_files.write_template(tmp_path / "cases.csv")
    library = ours.assistant.library
    for case in own.cases(tmp_path / "cases.csv", ours):
        facts = story_cases.gold_facts(case, ours.assistant.declared)
        verdict = assess(facts, library.in_force, library.as_of)
        assert verdict.liability == case.gold["liability"]
        assert case.gold["duties"].items() <= story_cases.duties(verdict).items()


def test_a_template_never_writes_over_a_file(tmp_path):
    (tmp_path / "cases.csv").write_text("mine", encoding="utf-8")
    with pytest.raises(case_files.BadCases, match="is there already"):
        case_files.write_template(tmp_path / "cases.csv")


@pytest.mark.parametrize(("change", "problem"), [
    ({"story": " "}, "story: wanted a text"),
    ({"storey": "x"}, "no field 'storey'; did you mean story?"),
    ({"liability": "连带"}, "liability: wanted one of direct, joint"),
    ({"liability": "", "facts": {}, "duties": {}, "refs": []}, "nothing to score"),
    ({"facts": {"took_measure": "no"}}, "no fact 'took_measure'; did you mean took_measures?"),
    ({"facts": {"took_measures": "maybe"}}, "took_measures wants yes, no or unknown, got 'maybe'"),
    ({"facts": ["took_measures"]}, "facts: wanted names with values"),
    ({"duties": {"measures": "breached"}}, "no duty 'measures'"),
    ({"duties": {"necessary_measures": "broken"}}, "wants breached, fulfilled, not_engaged or unknown"),
    ({"refs": ["电子商务法#380"]}, "is no provision held"),
    ({"refs": "电子商务法#38"}, "refs: wanted a list"),
    ({"lang": "fr"}, "lang: wanted zh or en"),
    ({"occurred_on": "last May"}, "wanted a date like 2024-03-15"),
])  # fmt: skip
def test_a_mistake_is_named_with_its_line(change, problem, ours, tmp_path):
    file = tmp_path / "cases.jsonl"
    rows = [GOOD, {**GOOD, "id": "b", **change}]
    file.write_text("\n\n".join(json.dumps(row, ensure_ascii=False) for row in rows), encoding="utf-8")
    with pytest.raises(case_files.BadCases) as refused:
        own.cases(file, ours)
    assert str(refused.value).startswith("cases.jsonl, line 3: ")
    assert problem in str(refused.value)


def test_all_mistakes_are_told_at_once_with_the_lines_of_the_file(ours, tmp_path):
    file = tmp_path / "cases.csv"
    file.write_text(
        'id,story,liability\na,"两行\n故事",joined\nb,故事,joint\nb,故事,joint\n', encoding="utf-8-sig"
    )
    with pytest.raises(case_files.BadCases) as refused:
        own.cases(file, ours)
    first, second = str(refused.value).splitlines()
    assert first.startswith("cases.csv, line 2: liability")
    assert second == "cases.csv, line 5: id: 'b' is taken by an earlier row"


@pytest.mark.parametrize(("name", "content", "problem"), [
    ("cases.txt", "", "wanted a file of .jsonl, .yaml"),
    ("cases.jsonl", "{", "line 1: not JSON"),
    ("cases.jsonl", "[1]", "line 1: wanted a case with fields, got list"),
    ("cases.jsonl", "", "holds no cases"),
    ("cases.yaml", "a: 1", "wants a list of cases"),
    ("cases.yaml", "a: [", "is not YAML"),
    ("cases.xlsx", "no zip", "is not an Excel workbook"),
    ("cases.csv", "id,story\na,b,c\n", "line 2: 3 cells under 2 headings"),
])  # fmt: skip
def test_a_file_that_cannot_be_read_says_why(name, content, problem, ours, tmp_path):
    (tmp_path / name).write_text(content, encoding="utf-8")
    with pytest.raises(case_files.BadCases, match=problem):
        own.cases(tmp_path / name, ours)


def test_a_file_of_another_encoding_says_how_to_save_it(ours, tmp_path):
    (tmp_path / "cases.csv").write_bytes("id,story\na,故事\n".encode("gbk"))
    with pytest.raises(case_files.BadCases, match="save it as “CSV UTF-8”"):
        own.cases(tmp_path / "cases.csv", ours)


def scored(ours, tmp_path, said, **change):
    file = tmp_path / "cases.jsonl"
    file.write_text(json.dumps({**GOOD, **change}, ensure_ascii=False), encoding="utf-8")
    return own.score(ours, own.cases(file, ours)[0], said)


def test_a_case_is_scored_by_its_form_and_what_else_it_states_stands_beside(ours, tmp_path):
    said = {"reply": "结论：平台承担连带责任。依据《电子商务法》第三十八条第一款。",
            "facts": {"took_measures": ["no", "stated", "不下架"]}, "duties": {}}  # fmt: skip
    found = scored(ours, tmp_path, said)
    assert found.value == 1
    assert found.parts["provisions cited"] == (1, 1)
    assert found.parts["facts found"] == (1, 1)
    assert found.parts["duties found"] == (0, 1)
    assert found.why == "duty necessary_measures: not decided, the case breached"
    wrong = scored(ours, tmp_path, {"reply": "平台不承担责任。依据《电子商务法》第三十八条第二款。"})
    assert (wrong.value, wrong.abstained, wrong.parts["provisions cited"]) == (0, False, (0, 1))
    assert scored(ours, tmp_path, {"reply": "请补充证据。"}).abstained


def test_a_case_without_a_form_is_scored_by_what_it_states(ours, tmp_path):
    said = {"reply": "依据《电子商务法》第三十八条。", "facts": {}, "duties": {}}
    found = scored(ours, tmp_path, said, liability="", facts={}, duties={})
    assert (found.value, found.pair) == (1, None)
    assert scored(ours, tmp_path, said, liability="", duties={}).value == 0.5


def test_the_command_runs_cases_and_writes_templates(assistant, anbao, monkeypatch, tmp_path):
    monkeypatch.setattr(solvers, "load", lambda *_: solvers.Ours(assistant))
    file = tmp_path / "cases.yaml"
    assert anbao("eval", "--template", file)[0] == 0
    status, said, _ = anbao("eval", "--cases", file, "--out", tmp_path / "out")
    assert status == 0
    assert said.splitlines()[1].startswith("own    3")
    rows = runner.rows(tmp_path / "out")
    assert report.summary({}, rows)["suites"]["own"]["measures"] == "cases from a file"
    status, _, error = anbao("eval", "reading", "--cases", file)
    assert (status, "--cases is a suite of its own" in error) == (2, True)


# ---- public benchmarks
BENCHMARKS = {
    "stard": [
        {"query_id": 1, "问题": "平台不给卖家的联系方式怎么办", "match_name": ["中华人民共和国消费者权益保护法第四十四条"]},
        {"query_id": 2, "问题": "别的法", "match_name": ["没有这部法第一条"]},
    ],
    "lawbench": [
        {"instruction": "请回答", "question": "网购七天能退吗", "answer": "回答:可以。法律依据:《消费者权益保护法》第二十五条"},
        {"instruction": "请回答", "question": "不相干", "answer": "回答:无。"},
    ],
    "lecoqa": [
        {"问题": "卖家不给发票可以吗", "答案文本": "不可以。", "match_name": ["中华人民共和国消费者权益保护法第二十二条"]},
        {"问题": "别的法", "典型案例": float("nan"), "match_name": ["没有这部法第一条"]},
    ],
    "lexeval": [
        {"instruction": "请分析", "input": "平台知道卖假货不管，怎么担责？", "answer": "依《电子商务法》第三十八条，连带。"},
        {"instruction": "请分析", "input": "不相干", "answer": "无。"},
    ],
    "disc": [
        {"input": "快递途中坏了谁承担？", "output": "由卖家承担。《民法典》第六百零四条规定……", "id": 1},
        {"input": "不相干", "output": "无。", "id": 2},
    ],
}  # fmt: skip


@pytest.mark.parametrize(
    ("name", "ref"),
    [("stard", "消费者权益保护法#44"), ("lecoqa", "消费者权益保护法#22"), ("lawbench", "消费者权益保护法#25"),
     ("lexeval", "电子商务法#38"), ("disc", "民法典#604")],
)  # fmt: skip
def test_a_benchmark_is_read_as_its_authors_publish_it(name, ref, ours, tmp_path):
    file = tmp_path / "queries.json"
    published = [json.dumps(row, ensure_ascii=False) for row in BENCHMARKS[name]]
    listed = f"[{', '.join(published)}]"
    file.write_text("\n".join(published) if name == "lexeval" else listed, encoding="utf-8")
    only = benchmarks.cases(name, file, ours)
    assert [(c.id, c.gold["refs"]) for c in only] == [(f"{name}-0", [ref])]
    rows = runner.run(runner.Plan([benchmarks.suite(name, file)]), ours, tmp_path / "out", lambda *_: None)
    assert [r["suite"] for r in rows] == [name]


@pytest.mark.parametrize(("content", "problem"), [
    ("{", "is not JSON"), ('[{"q": 1}]', "is not as stard is published"),
    ('[{"问题": "a", "match_name": ["b"]}]', "cites an article that is held"),
])  # fmt: skip
def test_a_file_that_is_no_benchmark_says_why(content, problem, ours, tmp_path):
    (tmp_path / "x.json").write_text(content, encoding="utf-8")
    with pytest.raises(case_files.BadCases, match=problem):
        benchmarks.cases("stard", tmp_path / "x.json", ours)
    with pytest.raises(case_files.BadCases, match="no benchmark 'x'"):
        benchmarks.suite("x", tmp_path / "x.json")
