"""Personal data that no model and no log needs: numbers, addresses and names become their kind.

`masked` replaces phone numbers, identity cards, bank cards, e-mail addresses, postal addresses and names
that follow a label such as 姓名： or 收件人：. An address may take a word before it along. Public hotlines (12315, 400-…), prices and order numbers stay.
To add a kind, add a row to KINDS.
"""

import re
from functools import partial

_DIGIT = r"[0-9０-９]"
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)  # GB 11643
_PLACE = r"[一-鿿]{2,8}?(?:省|自治区|市|自治州|州|盟|地区)"
_STREET = r"[一-鿿0-9A-Za-z]{1,16}?(?:路|街|大道|道|巷|胡同|弄|小区|花园|公寓|苑|村|镇|乡|里)"

KINDS: tuple[tuple[str, str], ...] = (
    ("邮箱", r"[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+"),
    ("身份证号", rf"(?<!{_DIGIT}){_DIGIT}{{17}}[0-9０-９XxＸｘ](?![0-9A-Za-z０-９])"),
    ("手机号", rf"(?<!{_DIGIT})(?:(?:\+|00)?86[- ]?)?[1１][3-9３-９]{_DIGIT}(?:[- ]?{_DIGIT}{{4}}){{2}}(?!{_DIGIT})"),
    ("银行卡号", rf"(?<!{_DIGIT}){_DIGIT}{{4}}(?:[- ]?{_DIGIT}{{4}}){{2}}(?:[- ]?{_DIGIT}{{1,4}}){{1,2}}(?!{_DIGIT})"),
    ("座机号", rf"(?<!{_DIGIT})0{_DIGIT}{{2,3}}[- ]{_DIGIT}{{7,8}}(?!{_DIGIT})"),
    ("地址", rf"(?:{_PLACE})?[一-鿿]{{1,8}}?(?:市|区|县|旗){_STREET}(?:{_STREET})?"
             rf"(?:{_DIGIT}+(?:号(?:院|楼)?|弄|栋|幢|座|楼|单元|层|室|户|[-－—]|#))+{_DIGIT}*"),
    ("地址", r"(?<=地址)(?:是|为)?[：: ]?[^，。；;,\n〔〕]{6,40}"),
    ("姓名", r"(?<=姓名|我叫|名字)(?:是|为|[：: ])+[一-鿿·]{2,6}|(?<=收件人|收货人|联系人)(?:是|为|[：: ])+[一-鿿·]{2,4}"
             r"|(?<=我叫)(?!板|停|了|来|他|她|客|人|外|救|商|店|卖|平|120|110)[一-鿿·]{2,4}(?=[，,。 ]|$)"),
    ("name", r"(?i:(?<=my name is )|(?<=name: )|(?<=recipient: ))[A-Z][\w'-]+(?: [A-Z][\w'-]+){0,2}"),
)  # fmt: skip

_COMPILED = tuple((kind, re.compile(pattern)) for kind, pattern in KINDS)


def masked(text: str) -> str:
    """The text with personal data replaced by its kind, 〔手机号〕 say. Idempotent."""
    for kind, pattern in _COMPILED:
        text = pattern.sub(partial(_replacement, kind), text)
    return text


def _replacement(kind: str, match: re.Match[str]) -> str:
    found = match[0]
    digits = "".join(c for c in found if c.isdigit())
    if kind == "身份证号" and not _is_identity_card(found):
        kind = "银行卡号"  # a card number may have eighteen digits too
    if kind == "银行卡号" and not _is_card(digits):
        return found
    return f"〔{kind}〕"


def _is_identity_card(number: str) -> bool:
    """By the check digit of GB 11643."""
    digits = [int(c) for c in number[:17]]
    check = "10X98765432"[sum(d * w for d, w in zip(digits, _WEIGHTS, strict=True)) % 11]
    return number[17].translate({0xFF38: "X", 0xFF58: "X", 0x78: "X"}) == check or number[17:] == str(check)


def _is_card(digits: str) -> bool:
    """By the check digit of ISO/IEC 7812 (Luhn)."""
    doubled = [int(d) * (1 + n % 2) for n, d in enumerate(reversed(digits))]
    return 13 <= len(digits) <= 19 and sum(d - 9 * (d > 9) for d in doubled) % 10 == 0
