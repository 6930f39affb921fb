"""The guard: drafts that must not leave, drafts that may, and a report that never repeats the words."""

import time
from datetime import date
from decimal import Decimal

import pytest

from assistant.guard import MAX_DRAFT, Evidence, amounts_of, check

TODAY = date(2026, 11, 24)
JOINT = Evidence(
    frozenset({"电子商务法#38.1", "电子商务法#27.1", "消费者权益保护法#55.1", "网络消费纠纷规定（一）#16"}),
    frozenset({"joint"}), amounts_of([Decimal("897.00"), Decimal("3000.00")]),
    "我花了2999元，电话13800138000", TODAY,
)  # fmt: skip
SUPPLEMENTARY = Evidence(
    frozenset({"电子商务法#38.2", "民法典#1198.2"}), frozenset({"supplementary"}), frozenset(), "", TODAY
)
ZH, EN = "zh", "en"


def drafts(*table):
    """The rows (draft, evidence, language, problem), named by their draft."""
    for row in table:
        yield pytest.param(*row, id=row[0][:40] or "nothing")


MUST_FAIL = [
    # citations
    ("《电子商务法》第九十条规定平台承担连带责任。", JOINT, ZH, "citation:no_such_article:电子商务法#90"),
    ("《电子商务法》第三十八条第三款规定平台承担连带责任。", JOINT, ZH,
     "citation:no_such_paragraph:电子商务法#38.3"),
    ("《平台责任法》第三条规定平台承担连带责任。", JOINT, ZH, "citation:no_such_law"),
    ("《侵权责任法》第三十六条规定平台承担连带责任。", JOINT, ZH,
     "citation:repealed_or_superseded:侵权责任法#36"),
    ("《民法典》第一千一百九十八条也适用。", JOINT, ZH, "citation:not_in_evidence:民法典#1198"),
    ("依《电子商务法》第三十八条第二款，平台承担连带责任。", JOINT, ZH,
     "citation:not_in_evidence:电子商务法#38.2"),
    ("《电子商务法》第三十八条规定：“平台必须承担全部赔偿责任，不得推诿”。", JOINT, ZH,
     "citation:text_mismatch:电子商务法#38"),
    ("依《网络消费纠纷规定（一）》第十六条规定：“平台必须承担全部赔偿责任，不得推诿”。", JOINT, ZH, "citation:"),
    ("依第九百九十九条，平台承担连带责任。", JOINT, ZH, "citation:"),
    ("平台承担连带责任。《电子商务法》说得清楚。第九百条也是。", JOINT, ZH, "citation:"),
    ("Under Article 90 of the E-Commerce Law the platform is jointly liable.", JOINT, EN,
     "citation:no_such_article:电子商务法#90"),
    ("Under Article 38(3) of the E-Commerce Law the platform is jointly liable.", JOINT, EN,
     "citation:no_such_paragraph:电子商务法#38.3"),
    ("Article 36 of the Tort Liability Law applies to the platform.", JOINT, EN,
     "citation:repealed_or_superseded:侵权责任法#36"),
    ("Article 12 of the Platform Liability Act applies.", JOINT, EN,
     "citation:no_such_law"),
    # another form than the verdict's
    ("平台承担补充责任。", JOINT, ZH, "form:supplementary"),
    ("平臺承擔補充責任。", JOINT, ZH, "form:supplementary"),
    ("依第九百九十九條，平台承擔連帶責任。", JOINT, ZH, "citation:no_law_named"),
    ("平臺還應賠你５６７８元，承擔連帶責任。", JOINT, ZH, "amount:not_computed"),
    ("平台应承担按份责任。", JOINT, ZH, "form:several"),
    ("平台应当先行赔付。", JOINT, ZH, "form:advance_payment_with_recourse"),
    ("平台承担直接责任。", JOINT, ZH, "form:direct"),
    ("平台不承担责任。", JOINT, ZH, "form:none"),
    ("平台不承担任何赔偿责任。", JOINT, ZH, "form:none"),
    ("平台无责，责任全在商家。", JOINT, ZH, "form:none"),
    ("平台可以免责。", JOINT, ZH, "form:none"),
    ("平台没有任何责任。", JOINT, ZH, "form:none"),
    ("平台不必赔偿。", JOINT, ZH, "form:none"),
    ("平台免于承担责任。", JOINT, ZH, "form:none"),
    ("商家承担责任，平台不用赔一分钱。", JOINT, ZH, "form:none"),
    ("平台承担连带责任。", SUPPLEMENTARY, ZH, "form:joint"),
    ("平台与商家连带承担赔偿责任。", SUPPLEMENTARY, ZH, "form:joint"),
    ("连带责任由平台承担。", SUPPLEMENTARY, ZH, "form:joint"),
    ("平台没有审查许可证，因此承担连带责任。", SUPPLEMENTARY, ZH, "form:joint"),
    ("平台尚未审查许可证，因此承担连带责任。", SUPPLEMENTARY, ZH, "form:joint"),
    ("平台是否知情并不重要，平台承担连带责任。", SUPPLEMENTARY, ZH, "form:joint"),
    ("这不是补充责任，平台承担连带责任。", SUPPLEMENTARY, ZH, "form:joint"),
    ("平台的责任并非补充责任，而是连带责任。", SUPPLEMENTARY, ZH, "form:joint"),
    ("商家不会赔，平台承担连带责任。", SUPPLEMENTARY, ZH, "form:joint"),
    ("毫无疑问，平台一般承担连带责任。", SUPPLEMENTARY, ZH, "form:joint"),
    ("由于您“投诉”过，平台承担连带责任。", SUPPLEMENTARY, ZH, "form:joint"),
    ("它要承担连带责任。", SUPPLEMENTARY, ZH, "form:joint"),
    ("平台除补充责任外，还要承担连带责任。", SUPPLEMENTARY, ZH, "form:joint"),
    ("抖音应当承担连带责任。", SUPPLEMENTARY, ZH, "form:joint"),
    ("The platform is jointly liable.", SUPPLEMENTARY, EN, "form:joint"),
    ("The platform bears joint and several liability.", SUPPLEMENTARY, EN, "form:joint"),
    ("The platform is not liable.", SUPPLEMENTARY, EN, "form:none"),
    ("The platform bears no liability.", SUPPLEMENTARY, EN, "form:none"),
    ("The platform owes supplementary liability only.", JOINT, EN, "form:supplementary"),
    ("It is not supplementary: the platform is jointly and severally liable.", SUPPLEMENTARY, EN, "form:joint"),
    ("The platform did not check the licence and is therefore jointly liable.", SUPPLEMENTARY, EN, "form:joint"),
    ("The liability of the platform is not supplementary but joint.", SUPPLEMENTARY, EN, "form:joint"),
    ("Taobao is jointly and severally liable.", SUPPLEMENTARY, EN, "form:joint"),
    ("Liability is joint and several here.", SUPPLEMENTARY, EN, "form:joint"),
    # amounts nobody computed
    ("您可以获得40000元赔偿。", JOINT, ZH, "amount:not_computed"),
    ("您可以获得4万元赔偿。", JOINT, ZH, "amount:not_computed"),
    ("您可以获得三万元赔偿。", JOINT, ZH, "amount:not_computed"),
    ("您可以获得六万块。", JOINT, ZH, "amount:not_computed"),
    ("您可以获赔8万。", JOINT, ZH, "amount:not_computed"),
    ("您可以获得￥12,345.60。", JOINT, ZH, "amount:not_computed"),
    ("您可以获赔200万元。", JOINT, ZH, "amount:not_computed"),
    ("平台应退您1234块。", JOINT, ZH, "amount:not_computed"),
    ("You will get 40000 yuan.", SUPPLEMENTARY, EN, "amount:not_computed"),
    ("You may claim RMB 12,345.", SUPPLEMENTARY, EN, "amount:not_computed"),
    ("You will get 30k yuan.", SUPPLEMENTARY, EN, "amount:not_computed"),
    ("You will get $4,000.", SUPPLEMENTARY, EN, "amount:not_computed"),
    # promises
    ("您一定会胜诉。", JOINT, ZH, "promise_of_outcome"),
    ("这个案子您包赢。", JOINT, ZH, "promise_of_outcome"),
    ("百分之百能赢。", JOINT, ZH, "promise_of_outcome"),
    ("法院一定会支持您。", JOINT, ZH, "promise_of_outcome"),
    ("这个案子您必胜。", JOINT, ZH, "promise_of_outcome"),
    ("You will definitely win.", SUPPLEMENTARY, EN, "promise_of_outcome"),
    ("You are certain to succeed.", SUPPLEMENTARY, EN, "promise_of_outcome"),
    # other people's data
    ("请联系商家张三，电话13912345678。", JOINT, ZH, "personal_data"),
    ("请联系商家张三，电话139-1234-5678。", JOINT, ZH, "personal_data"),
    ("请联系商家张三，电话139 1234 5678。", JOINT, ZH, "personal_data"),
    ("店主身份证号是11010519491231002X。", JOINT, ZH, "personal_data"),
    ("请打款到6222021234567890123。", JOINT, ZH, "personal_data"),
    ("Call the merchant at 13912345678.", SUPPLEMENTARY, EN, "personal_data"),
    # no draft at all
    ("", JOINT, ZH, "empty"),
    (" \n\t ", JOINT, ZH, "empty"),
    ("The platform is jointly liable under the law.", JOINT, ZH, "language"),
    ("平台承担补充责任，因为它没有审查许可证。", SUPPLEMENTARY, EN, "language"),
    ("平台承担连带责任。" * 1000, JOINT, ZH, "too_long"),
]  # fmt: skip

MAY_PASS = [
    ("平台承担连带责任，依据《电子商务法》第三十八条第一款。", JOINT, ZH),
    ("依《电子商务法》第三十八条，平台承担连带责任。", JOINT, ZH),
    ("依《网络消费纠纷规定（一）》第十六条，平台与直播间运营者承担连带责任。", JOINT, ZH),
    ("《电子商务法》第三十八条第一款规定：“依法与该平台内经营者承担连带责任”。", JOINT, ZH),
    ("平台知道而不处理，所以是连带责任，不是补充责任。", JOINT, ZH),
    ("这不是连带责任，因为平台不知道；平台承担补充责任。", SUPPLEMENTARY, ZH),
    ("平台承担的不是连带责任。", SUPPLEMENTARY, ZH),
    ("平台的责任是补充责任，并非连带责任。", SUPPLEMENTARY, ZH),
    ("平台不承担连带责任，而是补充责任。", SUPPLEMENTARY, ZH),
    ("平台无需承担连带责任。", SUPPLEMENTARY, ZH),
    ("如果平台知道而不处理，就要承担连带责任。", SUPPLEMENTARY, ZH),
    ("假如能证明平台早已知情，平台的责任会变为连带责任。", SUPPLEMENTARY, ZH),
    ("除非平台明知，平台不承担连带责任。", SUPPLEMENTARY, ZH),
    ("有学说认为平台应当承担连带责任。", SUPPLEMENTARY, ZH),
    ("另一种观点主张平台只承担按份责任。", SUPPLEMENTARY, ZH),
    ("平台要不要承担连带责任，学说有争论。", SUPPLEMENTARY, ZH),
    ("商家先赔，平台承担相应的补充责任。", SUPPLEMENTARY, ZH),
    ("法律说的是“相应的责任”，依《民法典》第一千一百九十八条第二款类推为补充责任。", SUPPLEMENTARY, ZH),
    ("您可以主张897元，或者3000元。", JOINT, ZH),
    ("您说付了2999元。", JOINT, ZH),
    ("您说付了70000元。", Evidence(frozenset(), frozenset({"joint"}), frozenset(), "付了70000元", TODAY), ZH),
    ("增加赔偿不足500元的，按500元算。", JOINT, ZH),  # the words of 消费者权益保护法#55.1
    ("您的电话13800138000请保持畅通，也可以拨打12315。", JOINT, ZH),
    ("合同第三条的约定不影响平台承担连带责任。", JOINT, ZH),
    ("这不能保证一定胜诉。", JOINT, ZH),
    ("The platform owes supplementary liability under Article 38(2) of the E-Commerce Law.", SUPPLEMENTARY, EN),
    ("The platform is not jointly liable.", SUPPLEMENTARY, EN),
    ("If the platform had known, it would be jointly liable.", SUPPLEMENTARY, EN),
    ("Some scholars hold the view that the platform is jointly liable.", SUPPLEMENTARY, EN),
    ("The platform would be jointly liable unless it took measures.", SUPPLEMENTARY, EN),
    ("Under Article 38(1) of the E-Commerce Law the platform is jointly and severally liable.", JOINT, EN),
    ("The platform is jointly liable rather than liable in a supplementary way.", JOINT, EN),
    ("This does not guarantee that you win.", SUPPLEMENTARY, EN),
]  # fmt: skip


@pytest.mark.parametrize(("draft", "evidence", "lang", "problem"), drafts(*MUST_FAIL))
def test_a_draft_that_says_too_much_does_not_leave(draft, evidence, lang, problem, library):
    problems = check(draft, evidence, library, lang).problems
    assert any(p.startswith(problem) for p in problems), problems


@pytest.mark.parametrize(("draft", "evidence", "lang"), drafts(*MAY_PASS))
def test_an_honest_draft_may_leave(draft, evidence, lang, library):
    assert check(draft, evidence, library, lang).problems == ()


def test_two_forms_joined_by_and_are_both_asserted(library):
    assert "form:joint" in check("平台承担补充责任与连带责任。", SUPPLEMENTARY, library, ZH).problems


def test_every_problem_of_a_draft_is_reported(library):
    draft = "《电子商务法》第九十条说平台承担补充责任，您可获得40000元，包赢，打13912345678。"
    kinds = {p.partition(":")[0] for p in check(draft, JOINT, library, ZH).problems}
    assert kinds == {"citation", "form", "amount", "promise_of_outcome", "personal_data"}


def test_the_report_counts_what_was_seen_and_checked(library):
    report = check("《电子商务法》第三十八条第一款、第二十七条；《平台责任法》第三条。", JOINT, library, ZH)
    assert (report.citations_seen, report.citations_checked) == (3, 3)
    row = report.to_json("code")
    assert row["rendered_by"] == "code"
    assert row["problems"] == ["citation:no_such_law"]


def test_a_problem_never_repeats_a_number_that_is_someones(library):
    problems = check("电话13912345678，身份证11010519491231002X。", JOINT, library, ZH).problems
    assert problems == ("personal_data",)


@pytest.mark.parametrize(
    "words",
    ["《店主13912345678法》第三条规定如此。", "依《电子商务法》第13912345678条，如此。", "另见第13912345678条。",
     "平台应赔13912345678元。", "平台承担13912345678%的损失。", "店主王建国，《王建国办法》第二条。", "“王建国的话没有人说过，一句也没有说过”。"],
)  # fmt: skip
def test_a_problem_never_repeats_what_a_draft_made_up(words, library):
    problems = check(words, JOINT, library, ZH).problems
    assert problems
    assert not any("139" in p or "王建国" in p for p in problems), problems


def test_the_day_of_the_facts_decides_whether_a_citation_stands(library):
    before = Evidence(JOINT.refs, JOINT.forms, JOINT.amounts, "", date(2018, 6, 1))
    [problem] = check("依《电子商务法》第三十八条，平台承担连带责任。", before, library, ZH).problems
    assert problem == "citation:not_yet_in_force:电子商务法#38"


@pytest.mark.parametrize(
    ("words", "most"),
    [("平台知道而不处理，第{}次。", MAX_DRAFT[ZH]), ("It knew, for the {}th time. ", MAX_DRAFT[EN])],
)
def test_a_draft_as_long_as_allowed_may_leave(words, most, library):
    lang = ZH if words[0] == "平" else EN
    draft = "".join(words.format(n) for n in range(most))
    assert check(draft[:most], JOINT, library, lang).problems == ()
    assert check(draft[: most + 1], JOINT, library, lang).problems == ("too_long",)


def test_an_absurd_draft_does_not_break_the_guard(library):
    assert check("《电子商务法》第" + "9" * 5000 + "条", JOINT, library, ZH).problems


def test_a_story_of_digits_is_read_in_a_moment(library):
    told = Evidence(frozenset(), frozenset({"joint"}), frozenset(), "1" * 5000, TODAY)
    start = time.perf_counter()
    check("平台承担连带责任。", told, library, ZH)
    assert time.perf_counter() - start < 3
