"""When a person is to take over: in any phrasing, the first time, and not where it only sounds like it."""

import json
from pathlib import Path

import pytest
import yaml

from assistant.facts import Facts
from assistant.intent import Intents, Leaning
from evals import callers
from evals import intents as intents_eval

MESSAGES = Path(__file__).parent.parent / "evals" / "scenarios" / "messages.jsonl"
CALLS = {"hand_off": {"asked"}, "grave": {"grave", "self_harm"}}
# "有人吗" is both: it greets, and asks whether anybody is there
GREETS = "有人吗"


@pytest.fixture(scope="module")
def intents(corpus: Path) -> Intents:
    return Intents(corpus)


def half() -> list[dict[str, str]]:
    """The half of the messages that the words were made on (odd numbers); the other half measures them."""
    rows = [json.loads(line) for line in MESSAGES.read_text(encoding="utf-8").splitlines()]
    return [row for row in rows if int(row["id"][2:]) % 2 and row["message"] != GREETS]


@pytest.mark.parametrize("intent", ["hand_off", "grave", "not_hand_off_but_close", "not_grave_but_close",
                                    "complaint", "law_question", "follow_up", "off_topic", "letter"])  # fmt: skip
def test_messages_call_a_person_or_do_not(intents, intent):
    rows = [row for row in half() if row.get("kind", row["intent"]) == intent]
    assert len(rows) >= 20
    wanted = CALLS.get(intent, {""})
    assert [row["message"] for row in rows if intents.wants_a_person(row["message"]) not in wanted] == []


@pytest.mark.parametrize("message", [
    "转人工", "人工客服", "我要找真人", "请帮我转接人工服务", "能换个活人来吗", "叫你们经理来", "跟人聊行不行", "喊个人来",
    "我不想跟机器人说话", "麻烦转人工，谢谢", "找你们负责人", "轉人工", "给我接人工！", "人工！人工！人工！", "有没有真人客服",
    "a person please", "I want to talk to a human", "connect me with a real agent", "human please", "get me your manager",
    "can I speak to someone?", "put me through to a representative", "I'd rather talk to a real person", "live agent",
])  # fmt: skip
def test_a_person_is_called_in_many_words(intents, message):
    assert intents.wants_a_person(message) == "asked"


@pytest.mark.parametrize("message", [
    "手机死机了，气死了", "这价格真是跳楼价", "商家叫人来收货", "客服态度差死了", "我买了人工草坪", "人工智能音箱坏了",
    "累死我了，排队三小时", "跳楼大甩卖买的鞋", "The battery is dead", "my human hair wig is fake",
])  # fmt: skip
def test_words_that_only_sound_so_call_nobody(intents, message):
    assert intents.wants_a_person(message) == ""


@pytest.mark.parametrize("message", [
    "app把我号禁了钱取不出来", "课程机构跑路了", "平台限制我提现", "Frozen account, 4,000 yuan inside, the app says nothing",
    "买的奶粉没有中文标签，投诉了平台也不管，能按食品安全法要十倍吗",
])  # fmt: skip
def test_who_tells_a_story_complains_whatever_is_asked(assistant, message):
    state = {"message": message, "memory": assistant.start(), "lang": "zh"}
    assert assistant.understand(state)["intent"] == "complaint"


def test_who_is_told_wrong_twice_is_given_a_person(intents):
    assert intents.wants_a_person("你说的不对") == ""
    assert intents.wants_a_person("不对，不是这样", ["你理解错了"]) == "contradicted"
    assert intents.wants_a_person("平台没有下架", ["你理解错了", "不对"]) == ""
    assert intents.wants_a_person("that's not right", ["You are wrong, it was the seller"]) == "contradicted"


def test_where_the_words_are_silent_the_encoder_decides(assistant):
    found = {f.name: f for f in intents_eval.figures(assistant, intents_eval.messages())}
    floors = {"asks for a person, given one": 47, "grave, given one at once": 28,
              "question of law, taken for one": 31, "complaint, taken for one": 47}  # fmt: skip
    ceilings = {"sounds like it, given one": 5, "asks for none, given one": 5, "not grave, taken for it": 5}
    assert {n: f.now for n, f in found.items() if f.now < floors.get(n, 0)} == {}
    assert {n: found[n].now for n, most in ceilings.items() if found[n].now > most} == {}


def test_who_calls_is_told_in_lines_that_nothing_was_made_on(assistant):
    lines = callers.sections(Path(__file__).parent / "callers.yaml")
    came = {name: [assistant.wants_a_person(line) for line in some] for name, some in lines.items()}
    asked = came["asks"].count("asked"), len(came["asks"])
    alarmed = [reason in ("grave", "self_harm") for reason in came["grave"] + came["self_harm"]]
    others = [reason for name in ("close", "not_grave") for reason in came[name]]
    assert asked[1] == 56
    assert asked[0] >= 54
    assert len(alarmed) == 39
    assert sum(alarmed) >= 38
    assert len(others) == 155
    assert sum(map(bool, others)) <= 9


def test_sixty_ways_to_ask_for_a_person_are_honoured_and_no_other_line_is_taken_for_one(
    assistant,
):
    lines = yaml.safe_load((Path(__file__).parent / "asked.yaml").read_text(encoding="utf-8"))
    came = {name: {line: assistant.wants_a_person(line) for line in some} for name, some in lines.items()}
    assert (len(came["asks"]), len(came["others"])) == (60, 124)
    assert [line for line, reason in came["asks"].items() if reason != "asked"] == []
    assert [line for line, reason in came["others"].items() if reason] == []


def test_what_the_encoder_takes_for_off_topic_is_so_unless_something_was_bought_on_line(intents, declared):
    def of(message: str, earlier: Facts) -> str:
        return intents.of(message, Facts(declared), earlier, Leaning("off_topic"))

    assert of("邻居装修天天早上六点砸墙，我能要求他们赔钱吗？", Facts(declared)) == "off_topic"
    assert of("平台上租的房子房东不退押金", Facts(declared)) == "complaint"
    assert of("邻居也这么说", Facts(declared).with_("knew", "yes")) == "follow_up"


def test_what_was_bought_over_no_platform_is_out_of_scope(intents, declared):
    def of(message: str) -> str:
        return intents.of(message, Facts(declared), Facts(declared))

    assert of("在菜场买的虾，吃坏肚子了，当场付的现金，没有什么网上，没有平台。") == "off_topic"
    assert of("Bought a kettle at the corner shop, cash, no app, no website. It exploded.") == "off_topic"
    assert of("他让我加微信转账，没走平台，东西是假的") == "complaint"
    assert of("没有平台客服理我，买的表是假的") == "complaint"


def test_a_lay_question_of_law_is_one_and_a_story_that_asks_is_none(assistant):
    def intent(message: str) -> str:
        return assistant.understand({"message": message, "memory": assistant.start(), "lang": "zh"})["intent"]

    assert intent("平台多久要处理投诉？") == "law_question"
    assert intent("直播间的录像平台得留多久，三年够不够") == "law_question"
    assert intent("我在平台的店铺买了电热毯，起火把我烧伤了，平台要负责吗？") == "complaint"


def test_what_is_hardly_a_complaint_and_tells_no_story_is_asked_of_the_law(intents, declared):
    def of(message: str, *, vague: bool) -> str:
        return intents.of(message, Facts(declared), Facts(declared), Leaning(vague=vague))

    assert of("健身房刷脸进门，不刷就不让进吗", vague=True) == "law_question"
    assert of("健身房刷脸进门，不刷就不让进吗", vague=False) == "complaint"
    assert of("健身房刷脸进门，不刷就不让进", vague=True) == "complaint"  # it asks nothing
    assert of("我买的年卡，健身房刷脸进门，不刷就不让进吗", vague=True) == "complaint"


@pytest.mark.parametrize(
    "words", ["退款", "被骗了", "商家不退款怎么办", "外卖吃坏肚子", "refund", "I got scammed"]
)
def test_a_few_words_of_buying_are_a_complaint_whatever_the_encoder_makes_of_them(words, assistant):
    assert assistant.ask([words]).verdict.liability == "need_facts"


def test_words_that_say_no_are_stronger_than_the_encoder(intents):
    sure = Leaning(call={"asked": 0.9, "grave": 0.0, "self_harm": 0.0})
    assert intents.wants_a_person("先别转人工", leans=sure) == ""
    assert intents.wants_a_person("你好", leans=sure) == ""
    assert intents.wants_a_person("有没有值班的", leans=sure) == "asked"


def test_the_encoder_says_no_only_where_it_is_all_but_certain(intents):
    calm = Leaning(call={"asked": 0.001, "grave": 0.001, "self_harm": 0.001})
    assert intents.wants_a_person("转人工", leans=calm) == ""
    assert intents.wants_a_person("孩子被烫伤住院", leans=calm) == ""
    unsure = Leaning(call={"asked": 0.05, "grave": 0.05, "self_harm": 0.0})
    assert intents.wants_a_person("转人工", leans=unsure) == "asked"
    assert intents.wants_a_person("孩子被烫伤住院", leans=unsure) == "grave"


def test_despair_goes_before_grief_and_both_before_a_request(intents):
    def reason(**call: float) -> str:
        return intents.wants_a_person(
            "……", leans=Leaning(call={"asked": 0.9, "grave": 0.0, "self_harm": 0.0} | call)
        )

    assert (reason(self_harm=0.9, grave=0.9), reason(grave=0.9), reason()) == ("self_harm", "grave", "asked")
