"""Questions of law, answered by code: what is named is shown, what is not held is said, all of it checked."""

import pytest

from assistant import citations
from assistant.explain import extract, likeness
from assistant.law import Ref


@pytest.fixture(scope="module")
def told(assistant):
    """told(question, **options): the answer to a question of law."""

    def answer(question, **options):
        found = assistant.turn(question, assistant.start(), **options)
        assert found.intent == "law_question"
        return found

    return answer


QUESTIONS = ["什么是安全保障义务？", "补充责任和连带责任差在哪？", "七天无理由退货的规定是什么",
             "什么情况下能要求十倍赔偿", "电子商务法第三十八条第二款说的是什么？",
             "“相应的责任”是什么意思？", "What is the difference between supplementary and joint liability?"]  # fmt: skip


@pytest.mark.parametrize("question", QUESTIONS)
def test_an_answer_passes_the_guard_and_cites_only_law_in_force(question, told, library):
    answer = told(question)
    assert answer.citations
    assert {c.status for c in citations.check(answer.reply.split("\n> ")[0], library)} <= {"in_force"}


@pytest.mark.parametrize(
    ("question", "first", "words"),
    [("什么是安全保障义务？", "**安全保障义务**：", "第三十八条第二款"),
     ("补充责任和连带责任差在哪？", "**补充责任**：", "**连带责任**："),
     ("电子商务法第三十八条第二款说的是什么？", "### 条文", "依法承担相应的责任"),
     ("What is supplementary liability?", "**supplementary liability**: ", "### Provisions"),
     ("What does Article 38(2) mean by corresponding liability?", "**corresponding liability**: ", "Article 38(2)")],
)  # fmt: skip
def test_the_terms_and_provisions_asked_for_come_first(question, first, words, told):
    reply = told(question).reply
    assert first in reply
    assert words in reply


def test_the_provision_named_is_shown_to_the_paragraph(told, library):
    answer = told("电子商务法第三十八条第二款说的是什么？")
    assert next(c["ref"] for c in answer.citations) == "电子商务法#38.2"
    assert library.provision("电子商务法#38.2").text in answer.reply


@pytest.mark.parametrize(
    ("question", "words"),
    [("《电子商务法》第九十九条是怎么规定的？", "《电子商务法》里没有"),
     ("《电子商务法》第三十八条第九款是怎么规定的？", "没有，请核对款号"),
     ("《侵权责任法》第三十六条是怎么规定的？", "已经失效或被取代"),
     ("《平台安全责任法》第三条是怎么规定的？", "没有找到名为《平台安全责任法》"),
     ("What does Article 99 of the E-Commerce Law provide?", "has no such article")],
)  # fmt: skip
def test_what_is_not_held_is_said_not_to_be(question, words, told, library):
    answer = told(question)
    assert words in answer.reply
    assert not {c.status for c in citations.check(answer.reply, library)} & {
        "no_such_article",
        "no_such_paragraph",
    }


def test_a_lawyer_is_shown_more(told):
    question = "七天无理由退货的规定是什么"
    assert len(told(question, audience="lawyer").citations) > len(told(question).citations)


def test_a_long_article_is_cut_to_the_paragraphs_that_answer(library):
    ref = Ref.parse("食品安全法#131")
    text = library.provision(ref).text
    shown, _ = extract(text, "平台不能提供经营者的名称怎么办", ref)
    assert all(line in text for line in shown.split("\n"))
    assert extract("短", "问", ref) == ("短", False)


def test_likeness_is_of_character_pairs():
    assert likeness("连带责任是什么", "连带责任是什么？") == 1
    assert likeness("连带责任", "天气预报") == 0
