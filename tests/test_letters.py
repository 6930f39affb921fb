"""Letters: every sum and provision is the verdict's, nothing is invented, no claim beyond the verdict."""

import io

import docx
import pytest
from pypdf import PdfReader

from assistant import guard, letter_files, letters
from assistant.facts import from_json
from assistant.letter_passages import KINDS
from assistant.settings import bundled
from tests.test_payment import FAKE, KETTLE, KNEW, LOST
from tests.test_verdict import DECLARED, LIBRARY, judged

WORDS = letters.wording(bundled("corpus") / "letters.yaml")
CLEARED = {**KNEW, "took_measures": "yes", "measures_in_time": "yes", "merchant_identified": "yes"}
OPEN = {"subject": "food", "infringement": "unsafe", "price_paid": "399"}
TOLD = {**KNEW, "took_measures": {"value": "no", "evidence": "到现在还在卖【九千九百元】"}}


def case(facts, lang="zh"):
    return letters.case_of(judged(from_json(DECLARED, facts)), LIBRARY, lang)


def letter(kind, facts, lang="zh", **more):
    return letters.write(kind, case(facts, lang), WORDS, **more)


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    "facts", [KNEW, KETTLE, LOST, CLEARED, OPEN], ids=["joint", "supplementary", "advance", "none", "open"]
)
def test_every_sum_and_provision_is_the_verdicts(kind, facts, lang):
    made = case(facts, lang)
    against = "all" if kind != "claim" or made.verdict.established else "merchant"
    text = letters.write(kind, made, WORDS, against=against).text
    sums = [r.amount for r in made.remedies] + [p.amount or p.at_most for p in made.payments]
    sums += [made.verdict.facts["price_paid"], made.verdict.facts["loss"]]
    evidence = guard.Evidence(
        frozenset(made.provisions), frozenset(), guard.amounts_of(sums), "", made.verdict.law_as_of
    )
    report = guard.check(text, evidence, LIBRARY, lang, draft=False)
    assert [p for p in report.problems if p != "too_long"] == []
    silent = kind == "complaint" and not made.verdict.established  # it rests on no provision: none is claimed
    assert (report.citations_seen > 0) is not silent


@pytest.mark.parametrize(("facts", "reason"), [(CLEARED, "不承担责任"), (OPEN, "请先回答")])
def test_no_statement_of_claim_beyond_the_verdict(facts, reason):
    with pytest.raises(letters.LetterRefused, match=reason):
        letter("claim", facts)
    alone = letter("claim", facts, against="merchant").text
    assert "被告（商家）" in alone
    assert "被告（平台）" not in alone
    assert "退还货款" in alone


def test_a_reply_for_a_platform_that_is_not_liable_says_so():
    assert "本平台不承担赔偿责任" in letter("reply", CLEARED).text


def test_what_was_not_told_is_a_blank_and_details_fill_it():
    assert "订单号" in letter("complaint", FAKE).blanks
    filled = letter("complaint", FAKE, details={"order": "A-1"})
    assert "订单号A-1" in filled.text
    with pytest.raises(ValueError, match="no blank 'colour'"):
        letter("complaint", FAKE, details={"colour": "red"})


def test_the_users_words_stand_in_the_letter_and_cannot_forge_a_blank():
    made = letter("claim", TOLD)
    assert "原话：“到现在还在卖〔九千九百元〕”" in made.text
    assert "九千九百元" not in made.blanks


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_both_files_hold_the_letter_and_its_notes(lang):
    made = letter("claim", TOLD, lang)
    word = "".join(p.text for p in docx.Document(io.BytesIO(letter_files.docx(made))).paragraphs)
    page = "".join(p.extract_text() for p in PdfReader(io.BytesIO(letter_files.pdf(made))).pages)
    for text in (word, page):
        squeezed = "".join(text.split())
        assert "".join(made.title.split()) in squeezed
        assert "".join(made.notes_heading.split()) in squeezed
        assert "897.00" in squeezed


def test_markdown_holds_the_whole_letter_and_what_it_quotes_is_no_markup():
    facts = {**KNEW, "took_measures": {"value": "no", "evidence": "*还在卖* [点](http://x) <b>#1</b>"}}
    made = letter("complaint", facts)
    text = letter_files.markdown(made)
    assert text.startswith(f"# {made.title}\n\n")
    assert "\\*还在卖\\* \\[点\\](http://x) \\<b\\>\\#1\\</b\\>" in text
    bare = text.replace("\\", "").replace("**", "")
    assert [cell.text for p in made.paragraphs for cell in p.cells if cell.text not in bare] == []
    assert all(f"**【{blank}】**" in text for blank in made.blanks)
    assert [note for note in made.notes if note not in bare] == []
