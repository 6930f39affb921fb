"""The page's conversations without a page: whose they are, edit, retry, stop, corrections, files."""

from collections.abc import Callable, Iterator
from threading import Event

from assistant.graph import STEPS
from assistant.steps import watched
from assistant.ui.talk import Choices, Talk, View
from tests.test_ui import JOINT, SUPPLEMENTARY

PLAIN = Choices()


def last(work: Iterator[str | View]) -> View:
    *_, view = work
    assert isinstance(view, View)
    return view


def form(view: View | None) -> str:
    assert view
    return view.verdict.liability if view.verdict else "none told"


def test_a_message_is_shown_then_the_steps_then_the_answer(talk: Talk) -> None:
    first, *steps, end = talk.send("k", "", JOINT, PLAIN)
    assert isinstance(first, View)
    assert first.waiting
    assert steps[0] == "understand"
    assert [step for step in STEPS if step in steps] == steps
    assert form(end) == "joint"


def test_a_step_is_told_when_it_lasts() -> None:
    seen = Event()

    def work(tell: Callable[[str], object]) -> str:
        tell("understand")
        seen.wait()
        tell("decide")
        tell("look_up")
        return "done"

    steps = watched(work, 0.01)
    assert [next(steps), next(steps)] == ["understand", "decide"]
    seen.set()
    assert list(steps)[-1] == "done"


def test_a_conversation_is_there_only_for_its_key(talk: Talk) -> None:
    view = last(talk.send("mine", "", JOINT, PLAIN))
    here = view.seen.id
    assert talk.view("mine", here, PLAIN)
    assert talk.view("yours", here, PLAIN) is None
    assert talk.view("", here, PLAIN) is None
    assert talk.listed("yours") == []
    talk.remove("yours", here)
    assert [c.title for c in talk.listed("mine")] == [JOINT[:40]]
    assert last(talk.send("yours", here, JOINT, PLAIN)).seen.id != here
    talk.remove("mine", here)
    assert talk.listed("mine") == []
    assert talk.view("mine", here, PLAIN) is None


def test_a_message_edited_is_answered_as_if_it_alone_had_been_said(talk: Talk) -> None:
    view = last(talk.send("k", "", JOINT, PLAIN))
    here = view.seen.id
    last(talk.send("k", here, "我付了320元。", PLAIN))
    assert list(talk.edit("yours", here, view.told[0].id, "x", PLAIN)) == []
    assert list(talk.edit("k", here, view.told[1].id, "an answer is not the user's", PLAIN)) == []
    view = last(talk.edit("k", here, view.told[0].id, SUPPLEMENTARY, PLAIN))
    assert [m.text for m in view.told if m.role == "user"] == [SUPPLEMENTARY]
    assert len(view.told) == 2
    assert view.seen.title == SUPPLEMENTARY[:40]
    fresh = last(talk.send("k", "", SUPPLEMENTARY, PLAIN))
    assert view.facts.to_json() == fresh.facts.to_json()


def test_what_was_set_by_hand_stays_when_the_last_message_is_edited_or_answered_again(talk: Talk) -> None:
    here = last(talk.send("k", "", JOINT, PLAIN)).seen.id
    sent = last(talk.send("k", here, "我付了320元。", PLAIN)).told[2].id
    talk.correct("k", here, "took_measures", "yes", PLAIN)
    talk.correct("k", here, "person_injured", "", PLAIN)
    edited = last(talk.edit("k", here, sent, "我付了330元。", PLAIN))
    for view in (edited, last(talk.again("k", here, PLAIN))):
        assert view.facts["took_measures"] is True
        assert view.facts["person_injured"] is None
        assert view.facts["complained_to_platform"] is True
    assert str(view.facts["price_paid"]) == "330"


def test_a_correction_says_what_became_of_the_conclusion(talk: Talk) -> None:
    here = last(talk.send("k", "", JOINT, PLAIN)).seen.id
    view = talk.correct("k", here, "took_measures", "yes", PLAIN)
    assert view
    assert form(view) != "joint"
    assert "由**连带责任**变为" in view.told[-1].text
    supposed = talk.imagine("k", here, {"took_measures": "no"}, PLAIN)
    assert supposed
    assert "会是：**连带责任**" in supposed.told[-1].text
    assert form(supposed) == form(view)
    rewritten = talk.rewrite("k", here, PLAIN)
    assert rewritten
    assert "法律信息" in rewritten.told[-1].text


def test_a_message_being_answered_can_be_taken_back(talk: Talk) -> None:
    work = talk.send("k", "", JOINT, PLAIN)
    first = next(work)
    assert isinstance(first, View)
    assert talk.stop("k", first.seen.id) == JOINT
    for _ in work:  # the thread that was answering finds nothing to answer
        pass
    view = talk.view("k", first.seen.id, PLAIN)
    assert view
    assert view.told == []
    assert talk.stop("k", first.seen.id) == ""


def test_a_message_left_by_a_stopped_server_is_answered(talk: Talk) -> None:
    work = talk.send("k", "", JOINT, PLAIN)
    first = next(work)
    assert isinstance(first, View)
    work.close()  # type: ignore[attr-defined]
    assert form(last(talk.again("k", first.seen.id, PLAIN))) == "joint"


def test_choices_are_followed(talk: Talk) -> None:
    here = last(talk.send("k", "", SUPPLEMENTARY, PLAIN)).seen.id
    view = last(talk.again("k", here, Choices("en", "joint_only", "lawyer")))
    assert form(view) == "joint"
    assert "joint and several" in view.told[-1].text
    assert view.lang == "en"


def test_the_desk_is_not_promised_where_there_is_none(talk: Talk) -> None:
    view = last(talk.send("k", "", "转人工", PLAIN))
    assert view.seen.state == "bot"
    assert "12315" in view.told[-1].text


def test_the_file_in_which_words_stand_is_named(talk: Talk) -> None:
    view = last(talk.send("k", "", JOINT, PLAIN, file="订单.pdf"))
    assert view.source("平台一直没有下架") == "订单.pdf"
    view = last(talk.again("k", view.seen.id, PLAIN))
    assert view.source("平台一直没有下架") == "订单.pdf"
    view = last(talk.send("k", view.seen.id, "我付了320元。", PLAIN))
    assert view.source("我付了320元") == ""
    assert view.source("没有这句话") == ""
