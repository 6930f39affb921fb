"""The offline reader: what a story says, and what it must not be made to say."""

import time
from datetime import date
from pathlib import Path

import pytest
import yaml

from assistant.facts import Declarations, Facts, plain
from assistant.read import MAX_MESSAGE, Reader, fold, language

CASES = yaml.safe_load((Path(__file__).parent / "cases" / "reading.yaml").read_text(encoding="utf-8"))
TODAY = date(2026, 11, 24)


@pytest.fixture(scope="module")
def reader(corpus: Path, declared: Declarations) -> Reader:
    """The reader over the shipped corpus, on a fixed day."""
    return Reader(corpus, declared, TODAY)


def _wanted(facts: Facts, name: str, raw: object) -> str:
    return plain(facts.declared[name].parse(raw))


@pytest.mark.parametrize("case", CASES, ids=[f"{i:03d} {c['says'][:30]}" for i, c in enumerate(CASES)])
def test_what_a_snippet_says(reader: Reader, case: dict[str, object]) -> None:
    facts = reader.read(str(case["says"]))
    reads = case.get("reads", {})
    silent = case.get("open", [])
    assert isinstance(reads, dict)
    assert isinstance(silent, list)
    got = {name: plain(facts[name]) for name in reads}
    assert got == {name: _wanted(facts, name, raw) for name, raw in reads.items()}
    assert {name: plain(facts[name]) for name in silent} == dict.fromkeys(silent, "unknown")


def test_the_evidence_is_the_users_own_words(reader: Reader) -> None:
    for case in CASES:
        message = str(case["says"])
        for name, fact in reader.read(message).known.items():
            assert fact.source == "stated", name
            assert fact.evidence, name
            assert fact.evidence in message, name


def test_reading_is_repeatable(reader: Reader) -> None:
    for case in CASES[::10]:
        assert reader.read(str(case["says"])) == reader.read(str(case["says"]))


@pytest.mark.parametrize(
    "message",
    [
        "",
        " \n\t",
        "？？？!!!",
        "😀" * 50,
        "\x00\x07",
        "，，，：：：",
        "a" * (MAX_MESSAGE + 10),
        "平台" * MAX_MESSAGE,
        "İıſß㋿ﬁ",
    ],
)
def test_no_text_raises(reader: Reader, message: str) -> None:
    assert isinstance(reader.read(message), Facts)


def test_fold_keeps_every_place(reader: Reader) -> None:  # noqa: ARG001 (loads the converter once)
    for text in ("賣家ＡＢＣ，“假貨”", "The Shop’s “own” Words, 1,200", "㋿ﬁİ"):
        assert len(fold(text)) == len(text)
    assert fold("賣家") == "卖家"


def test_language_is_that_of_most_words() -> None:
    assert language("我买了一个iPhone") == "zh"
    assert language("I bought a 手机 from a shop on the app") == "en"


def test_a_story_is_read_in_a_moment(reader: Reader) -> None:
    story = " ".join(str(case["says"]) for case in CASES)[:1500]
    reader.read(story)
    start = time.process_time()
    for _ in range(5):
        reader.read(story)
    assert (time.process_time() - start) / 5 < 0.25  # ten times what it takes, for slow machines
