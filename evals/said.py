"""Which form of liability a free text says the platform owes, in Chinese or English, whoever wrote it.

`form_said("平台不是连带责任，而是补充责任。")` is "supplementary". Deterministic, and apart from the guard's
own patterns, so that neither vouches for the other. A text that asserts several forms without a
conclusion, or none, gives None: the scorer abstains rather than guesses.
"""

import re

from assistant.citations import normalised

# In order: what is found first at a place names the form there.
_FORMS: tuple[tuple[str, str], ...] = (
    ("need_facts", r"还不能定|不能确定|无法(?:判断|确定|认定)|事实(?:还)?不(?:够|足|清)|有待查明|需要(?:了解|知道|更多|补充|进一步).{0,6}(?:事实|信息|情况)"
     r"|not decided yet|cannot (?:yet )?be (?:decided|determined)|facts are missing|(?:need|needs|require) more (?:facts|information)|(?:more|further) (?:facts|information|details) (?:is|are) (?:needed|required)"),
    ("out_of_scope", r"不在(?:我|本助手)的?(?:回答)?范围|(?:lies|falls|is) outside (?:my|the|this)?.{0,12}(?:scope|remit)|this lies outside"),
    ("advance_payment_with_recourse", r"先行赔[偿付]|先行垫付|先予?赔(?!的)|advance (?:payment|compensation)|pay(?:s|ment)? (?:in advance|first)"),
    ("supplementary", r"补充(?:性)?(?:的)?(?:赔偿)?责任|补充赔偿|补充清偿|supplement(?:ary|al) (?:compensation )?(?:liab|responsib)|secondar(?:y|ily)(?:,? supplementary)? liab|subsidiary liab"
     r"|liability is (?:only |merely )?(?:supplementary|secondary|subsidiary)"),
    ("joint", r"连带(?:的)?(?:赔偿|清偿)?责任|(?:承担|负)连带|连带(?:赔偿|清偿|承担)|joint(?:ly)? (?:and several(?:ly)?)? ?(?:liab|responsib)|joint and several|solidary|liability is joint"),
    ("several", r"按份(?:的)?责任|按(?:各自的?)?份额(?:承担|赔偿)|(?:proportionate|several) +liab|severally liable"),
    ("contractual_promise", r"承诺责任|按(?:其|平台|自己的?)?承诺(?:承担|赔|履行)|(?:履行|兑现)(?:其|自己的?|平台的?)?承诺|liab\w* under its own promise|owes? what it promised|(?:keep|honou?r) its promise"),
    ("direct", r"直接责任|(?:平台)?(?:自己|自身|独立)的?责任|销售者(?:的)?责任|经营者责任|作为(?:销售者|卖方|卖家|合同相对方).{0,8}承担|direct(?:ly)? (?:liab|responsib)|own +liab|liable as (?:the )?seller"),
    ("corresponding", r"相应的?(?:民事|赔偿)?责任|corresponding liab"),
    ("none", r"(?:不|无需|无须|不用|不必|不需要?|不应)(?:再)?(?:承担|负|担)(?:任何)?(?:法律|赔偿|民事|侵权|违约|相应)?(?:的)?(?:赔偿)?责任|没有(?:任何)?(?:赔偿)?责任"
     r"|(?:不用|不必|无需|无须|不需要?|没有义务|没义务)(?:再)?赔(?:偿|付)?(?!.{0,4}(?:全|所有|更多|倍|惩罚|精神|那么))|不担责|无责(?!任)"
     r"|不负责|免(?:除|于承担).{0,4}责任|免责|no responsibility|(?:is|are|be) not (?:legally )?(?:liable|responsible)|no liability|not liable|bears? no|owes? nothing"),
)  # fmt: skip
_ANY = re.compile("|".join(f"(?P<{name}>{words})" for name, words in _FORMS), re.I)
# The last sentence that opens thus decides alone.
_CONCLUSION = re.compile(
    r"结论|综上|总之|因此|所以|答案(?:是|：)|conclusion|in (?:short|sum|conclusion)|therefore|answer:|to sum up",
    re.I,
)
# Said of another case than this one: the whole sentence counts for nothing.
_SUPPOSED = re.compile(
    r"如果|假如|假设|倘若|除非|若(?!干)|学说|观点|有人|主张|争议|争论|变为|变成"
    r"|\bif\b|\bunless\b|\bview|\bschool|\bdoctrine|\bargu|\bwould\b|\bbecome", re.I)  # fmt: skip
_OPEN = re.compile(r"是否|还是|能否|区别|whether|\beither\b", re.I)
_GUESSED = re.compile(
    r"可能|或许|也许|大概|恐怕|\bmay\b|\bmight\b|\bcould\b|perhaps|possibly", re.I
)  # before the form's words
_DENIED = re.compile(
    r"(?:不|非|没有|无须|无需|而非|不是|并非|难以|未)(?:是|会|应当?|能|构成|属于|承担|负|适用|认定(?:为)?|等于|需要?|必|用|相应的|一般的|法定的|任何|[“「\"'])*$"
    r"|(?:\bnot|\bnor|n't|\bno|\bnever|\bneither|rather than|instead of|without)(?:\W+(?:be|a|an|the|of|to|any|case|matter|liable|bear|owe|held|under))*\W*$",
    re.I,
)  # fmt: skip
# Before the words of “no liability”: that it is so is itself denied.
_NOT_SO = re.compile(
    r"(?:不能|不得|不可|不应|并非|不是|难以|无法)$|\b(?:not (?:true|so|the case|right)|wrong|untrue)\b.*$", re.I)  # fmt: skip
_PLATFORM = re.compile(r"平台|电商|\bplatform|\bit\b", re.I)
# Someone else as the one who answers, not as the one it answers with.
_OTHERS = re.compile(
    r"(?<![与和同跟向对])(?:商家|卖家|店家|经营者|生产者|厂家|主播)"
    r"|(?<!with )(?<!with the )(?<!against the )(?<!from the )(?:merchant|seller|producer|manufacturer)",
    re.I,
)
# Asides, longer quotations, titles and article numbers say no form.
_ASIDE = re.compile(
    r"（[^）]*）|\([^)]*\)|“[^”]{9,}”|\"[^\"]{20,}\"|《[^》]*》|第[零〇一二三四五六七八九十百千\d]+[条款项]"
)


def form_said(text: str) -> str | None:
    """The one form this text asserts of the platform, in the words the rules use; None if unclear."""
    bare = _ASIDE.sub("", normalised(text).replace("*", ""))
    sentences = [s for s in re.split(r"(?<=[。；！？\n])|(?<=[.;!?])\s", bare) if s.strip()]
    for sentence in reversed(sentences):
        if _CONCLUSION.search(sentence):
            found = _asserted(sentence)
            if len(found) == 1:
                return found[0]
    found = list(dict.fromkeys(form for sentence in sentences for form in _asserted(sentence)))
    if len(found) > 1 and found[0] == "need_facts":
        return found[0]
    return found[0] if len(found) == 1 else None


def _asserted(sentence: str) -> list[str]:
    """The forms asserted in one sentence, in order, without repetition."""
    if _SUPPOSED.search(sentence):
        return []
    found: dict[str, None] = {}
    for clause in re.split(r"[，,：:]|而是|\bbut\b", sentence):
        if _OPEN.search(clause) or (_OTHERS.search(clause) and not _PLATFORM.search(clause)):
            continue
        for match in _ANY.finditer(clause):
            form, before = str(match.lastgroup), clause[: match.start()]
            denied = (_NOT_SO if form == "none" else _DENIED).search(before)
            if denied or _GUESSED.search(before):
                continue
            found[form] = None
    if len(found) > 1:
        found.pop("corresponding", None)  # 相应的责任，即补充责任
    return list(found)
