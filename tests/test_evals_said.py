"""Which form a free text asserts: planted right, wrong, denied, supposed, several and silent answers."""

import pytest

from assistant.rules import FORM_NAMES
from evals.said import form_said

ASSERTED = {
    "joint": (
        "平台应当与商家承担连带责任。", "结论：平台承担连带赔偿责任。", "平台不是承担补充责任，而是应与商家负连带责任。",
        "因此，平台应对全部损失承担连带清偿责任。", "The platform is jointly and severally liable with the merchant.",
        "Conclusion: the platform owes joint and several liability (if it knew).", "The platform bears joint liability.",
        "平台难辞其咎，须承担連帶責任。", "平台不能免责，应与商家连带赔偿。", "平台并非不承担责任，而是应承担连带责任。",
        "It is not true that the platform is not liable; its liability is joint and several.",
    ),
    "supplementary": (
        "平台承担相应的补充责任。", "平台不承担连带责任，而是在过错范围内承担补充赔偿责任。", "平台应当承担相应的责任，即补充责任。",
        "如果平台知道，则承担连带责任。但没有证据，平台只承担补充责任。", "The platform owes supplementary liability, not joint liability.",
        "有人主张连带责任。平台承担补充责任。", "平台不用赔全部，只承担第二顺位的补充赔偿责任。", "The platform is secondarily liable.",
        "The platform's liability is supplementary.",
    ),
    "advance_payment_with_recourse": (
        "平台应先行赔付，之后向商家追偿。", "结论：平台承担先行赔偿责任（赔后可向商家追偿）。", "The platform must make advance payment and may then recover.",
        "平台先赔，再向商家追偿。", "The platform pays first and then recovers from the seller.",
    ),
    "direct": ("平台是自营，应承担销售者责任。", "平台自己的责任（直接责任）。", "The platform owes its own liability, as it sold the goods itself."),
    "several": ("平台按份额承担赔偿，属于按份责任。", "The platform is severally liable."),
    "contractual_promise": ("平台应按其承诺赔付。", "平台按承诺承担责任。", "平台应兑现承诺。", "The platform owes what it promised."),
    "none": ("结论：平台不承担责任，责任在商家。", "平台无需承担赔偿责任。", "The platform is not liable; the merchant is.", "平台没有责任。",
        "平台不用赔。", "平台不担责。", "平台没有义务赔偿，是商家的事。", "平台无责。", "The platform has no responsibility here."),
    "need_facts": ("现在还不能定：有一个事实没有说清。", "事实不足，无法判断平台的责任。", "Not decided yet: a fact is missing.",
        "还需要了解更多情况才能确定。", "More facts are needed."),
    "corresponding": ("平台应承担相应的责任。",),
}  # fmt: skip
UNCLEAR = (
    "请保留证据并拨打12315。", "平台可能承担连带责任，也可能不承担。", "商家应承担连带责任。", "平台是否承担连带责任？",
    "平台承担连带责任。平台承担补充责任。", "您说“结论是平台承担连带责任”。", "",
    "平台不是连带责任，也不是补充责任。", "我认为平台或许要承担连带责任。", "商家不用赔。", "平台不能免责。",
)  # fmt: skip


@pytest.mark.parametrize(
    ("form", "text"), [(form, text) for form, texts in ASSERTED.items() for text in texts]
)
def test_the_form_a_text_asserts_is_read(form, text):
    assert form_said(text) == form


@pytest.mark.parametrize("text", UNCLEAR)
def test_a_text_that_asserts_no_one_form_is_not_guessed_at(text):
    assert form_said(text) is None


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("form", [f for f in FORM_NAMES if f not in ("out_of_scope", "corresponding")])
def test_the_names_of_the_forms_are_read_as_themselves(form, lang):
    name = FORM_NAMES[form][lang]
    named = (
        name
        if form in ("need_facts", "none")
        else f"平台应承担{name}。"
        if lang == "zh"
        else f"The platform owes {name}."
    )
    assert form_said(named) == form


def test_the_conclusion_outweighs_what_is_discussed_before_it():
    text = "平台没有连带责任的依据。平台承担补充责任是一种常见结果。\n结论：平台不承担责任。"
    assert form_said(text) == "none"
