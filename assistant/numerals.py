"""Numerals in words: 一千一百九十八 to 1198 and back; colloquial 一千二 is 1200, 三万五 is 35000.

English ones (one thousand one hundred and ninety-eight) are read only.
"""

import re
from functools import lru_cache

_DIGITS = {c: i for i, c in enumerate("零一二三四五六七八九")} | {
    "〇": 0, "○": 0, "两": 2, "兩": 2, "俩": 2, "壹": 1, "贰": 2, "叁": 3, "肆": 4, "伍": 5,
    "陆": 6, "柒": 7, "捌": 8, "玖": 9,
}  # fmt: skip
_TEN_FOLD = {"廿": "二十", "卅": "三十", "卌": "四十"}  # 卅八 is 三十八
_UNITS = {"十": 10, "拾": 10, "百": 100, "佰": 100, "千": 1000, "仟": 1000}
_BIG = {"万": 10_000, "萬": 10_000, "亿": 100_000_000, "億": 100_000_000}
_SMALL = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten",
          "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen",
          "nineteen"]  # fmt: skip
_TENS = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
_ENGLISH = {w: n for n, w in enumerate(_SMALL)} | {w: 10 * n for n, w in enumerate(_TENS, 2)}
ENGLISH = "|".join(sorted([*_ENGLISH, "hundred", "thousand"], key=len, reverse=True))  # for a pattern
CHARACTERS = "".join(_DIGITS) + "".join(_UNITS) + "".join(_BIG) + "".join(_TEN_FOLD)


@lru_cache(maxsize=4096)
def to_int(text: str) -> int | None:
    """The number a run of Chinese numerals or (full-width) digits stands for, or None."""
    if text.isdecimal():
        return int(text)
    if not text or any(c not in CHARACTERS for c in text):
        return None
    text = "".join(_TEN_FOLD.get(c, c) for c in text)
    if all(c in _DIGITS for c in text):
        return int("".join(str(_DIGITS[c]) for c in text))
    total = section = 0
    digit: int | None = None
    last_unit = 1
    for c in text:
        if c in _DIGITS:
            digit = _DIGITS[c]
            if digit == 0:
                last_unit, digit = 10, None  # 一千零二: what follows 零 counts as units
        elif c in _UNITS:
            section += (1 if digit is None else digit) * _UNITS[c]
            last_unit, digit = _UNITS[c], None
        else:
            low = total % _BIG[c] if total >= _BIG[c] else total  # 一亿二千万: 万 leaves the 亿 alone
            total = total - low + (low + section + (digit or 0)) * _BIG[c]
            section, last_unit, digit = 0, _BIG[c], None
    if digit is not None:
        section += digit * (last_unit // 10 if last_unit > 1 else 1)
    return total + section


def to_chinese(number: int) -> str:
    """An article number as statutes write it: 1198 is 一千一百九十八, 10 is 十; beyond 9999 in digits."""
    if number > 9999:
        return str(number)
    digits = "零一二三四五六七八九"
    out, zero = "", False
    for unit, name in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit, number = divmod(number, unit)
        if digit:
            out += ("零" if zero and out else "") + digits[digit] + name
            zero = False
        elif out:
            zero = True
    return out.removeprefix("一") if out.startswith("一十") else out or "零"


def from_english(text: str) -> int | None:
    """one thousand one hundred and ninety-eight is 1198; None when a word is no number."""
    words = [w for w in re.split(r"[\s-]+", text.lower().strip()) if w and w != "and"]
    total = section = 0
    for word in words:
        if word in _ENGLISH:
            section += _ENGLISH[word]
        elif word == "hundred":
            section = max(section, 1) * 100
        elif word == "thousand":
            total, section = total + max(section, 1) * 1000, 0
        else:
            return None
    return total + section if words else None
