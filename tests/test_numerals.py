"""Chinese numerals as statutes and as people write them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.numerals import from_english, to_chinese, to_int

NUMBERS = {
    "零": 0, "〇": 0, "一": 1, "两": 2, "俩": 2, "九": 9, "十": 10, "十五": 15, "二十": 20, "二十一": 21,
    "一百": 100, "一百零五": 105, "一百一": 110, "一百一十": 110, "两百五": 250, "一百九十八": 198,
    "一千": 1000, "一千零二": 1002, "一千零二十": 1020, "一千二": 1200, "一千一百九十八": 1198,
    "一万": 10_000, "三万五": 35_000, "一万零五百": 10_500, "两万零三": 20_003, "十万": 100_000,
    "一百二十万": 1_200_000, "两千五百万": 25_000_000, "三千零五万": 30_050_000,
    "一千二百三十四万五千六百七十八": 12_345_678, "一亿": 100_000_000, "一亿五": 150_000_000,
    "一亿二千万": 120_000_000, "两亿零三万": 200_030_000, "一万亿": 1_000_000_000_000, "一一九八": 1198, "二〇二二": 2022, "二○二二": 2022,
    "壹佰贰拾叁": 123, "叁仟": 3000, "百": 100, "38": 38, "１１９８": 1198, "007": 7,
}  # fmt: skip


@pytest.mark.parametrize(("text", "number"), [*NUMBERS.items()], ids=[*NUMBERS])
def test_a_numeral_is_read(text, number):
    assert to_int(text) == number


@pytest.mark.parametrize("text", ["", "条", "三条", "三 十", "1千2百", "²", "-3", "3.5", "abc", "第三"])
def test_what_is_no_numeral_is_none(text):
    assert to_int(text) is None


@pytest.mark.parametrize(
    ("number", "text"),
    [(0, "零"), (1, "一"), (10, "十"), (12, "十二"), (20, "二十"), (38, "三十八"), (100, "一百"),
     (101, "一百零一"), (110, "一百一十"), (131, "一百三十一"), (1000, "一千"), (1001, "一千零一"),
     (1010, "一千零一十"), (1100, "一千一百"), (1198, "一千一百九十八"), (1260, "一千二百六十"),
     (9999, "九千九百九十九")],
)  # fmt: skip
def test_a_number_is_written_as_statutes_write_it(number, text):
    assert to_chinese(number) == text


@given(st.integers(0, 9999))
def test_every_article_number_survives_writing_and_reading(number):
    assert to_int(to_chinese(number)) == number


@given(st.text(alphabet="零一二三四五六七八九十百千万亿两0123456789条第", max_size=12))
def test_no_run_of_numerals_breaks_the_reader(text):
    assert to_int(text) is None or to_int(text) >= 0


def test_a_number_no_statute_reaches_is_still_written():
    assert to_chinese(10_000) in ("一万", "10000")


@pytest.mark.parametrize(
    ("words", "value"),
    [("thirty-eight", 38), ("Twelve", 12), ("one hundred and twenty", 120), ("twelve hundred", 1200),
     ("one thousand one hundred and ninety-eight", 1198), ("thousand", 1000), ("", None), ("many", None)],
)  # fmt: skip
def test_english_numbers_in_words_are_read(words, value):
    assert from_english(words) == value
