"""The rules: every duty of a platform and every ground of its liability, beside its provision.

This is the table a lawyer reads. To change a rule, change its row here and add a situation to
`tests/cases/`; dates of provisions are data in `corpus/versions.yaml` and the digests.
A ground is a condition over facts; unknown facts leave it open. Only a doctrine changes a form.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from types import MappingProxyType

from assistant.conditions import All, Any, Condition, Known, no, one_of, quiet, unless, yes


class Form(StrEnum):
    """A form of liability; order of declaration is the order of strength, strongest first."""

    DIRECT = "direct"
    JOINT = "joint"
    ADVANCE_PAYMENT = "advance_payment_with_recourse"
    SUPPLEMENTARY = "supplementary"
    SEVERAL = "several"
    PROMISE = "contractual_promise"
    NONE = "none"
    CORRESPONDING = "corresponding"  # the wording of 38(2); a doctrine resolves it


STRENGTH = tuple(form for form in Form if form is not Form.CORRESPONDING)

FORM_NAMES: Mapping[str, Mapping[str, str]] = MappingProxyType({
    "direct": {"zh": "平台自己的责任（直接责任）", "en": "the platform's own (direct) liability"},
    "joint": {"zh": "连带责任", "en": "joint and several liability"},
    "advance_payment_with_recourse": {
        "zh": "先行赔偿责任（赔后可向商家追偿）",
        "en": "advance payment with recourse against the merchant",
    },
    "supplementary": {"zh": "相应的补充责任", "en": "corresponding supplementary liability"},
    "several": {"zh": "按份责任", "en": "several (proportionate) liability"},
    "contractual_promise": {"zh": "按承诺承担的责任", "en": "liability under its own promise"},
    "none": {"zh": "平台不承担责任", "en": "no liability of the platform"},
    "need_facts": {"zh": "事实还不够，暂不能定", "en": "not decided yet: facts are missing"},
    "out_of_scope": {"zh": "不在本助手的范围内", "en": "outside the scope of this assistant"},
    "corresponding": {"zh": "相应的责任", "en": "corresponding liability"},
})  # fmt: skip


@dataclass(frozen=True)
class Basis:
    """A provision a rule rests on: carrying (gives the claim) or supporting (analogy, admin law)."""

    ref: str  # as in architecture: 电子商务法#38.2
    carrying: bool = True
    when: Condition | None = None  # further condition, e.g. only for food
    contested: bool = False


@dataclass(frozen=True)
class Duty:
    """A duty of safety protection: engaged under one condition, breached under another."""

    code: str
    phase: str  # prevention | avoidance | relief
    name: Mapping[str, str]
    engaged: Condition | None  # None: always, for a marketplace
    breached: Condition
    standard: Mapping[str, str]
    bases: tuple[Basis, ...]
    when_strict: Condition | None = None  # substantive review applies


@dataclass(frozen=True)
class Ground:
    """A ground of liability: `form` is owed when `when` holds and a carrying basis is in force."""

    id: str
    form: Form
    when: Condition
    bases: tuple[Basis, ...]
    name: Mapping[str, str]
    why: Mapping[str, str]  # why this form and no other
    engaged: Condition | None = None  # in issue only when this holds; None: always
    scopes: tuple[tuple[Condition, str], ...] = ()  # first that holds, else "whole"


# ---- words shared by several rules
KNOWLEDGE = Any(yes("knew"), yes("should_have_known"))
FIT_MEASURES = All(yes("took_measures"), yes("measures_in_time"), yes("measures_effective"))
CONSUMER = Any(yes("bought_for_living_needs"), yes("farm_inputs"))  # 消费者权益保护法#2, #62
CONSUMER_DEAL = All(CONSUMER, yes("seller_is_business"))
FOOD = one_of("subject", "food", "health_food")
DRUG = one_of("subject", "drug")
FOOD_OR_DRUG = one_of("subject", "food", "health_food", "drug")
LIVESTREAM = quiet(one_of("channel", "livestream"))  # an ordinary sale until told otherwise
FOOD_DELIVERY = quiet(one_of("channel", "food_delivery"))
WITHIN_ECL = unless(
    one_of("subject", "financial", "content")
)  # 电子商务法#2.3; the Measures on online trade are made under that law
LIFE_OR_HEALTH = yes("life_or_health")
PASSENGER_HURT = All(yes("platform_is_carrier"), Any(yes("person_injured"), yes("person_died")))
LICENCE_UNCHECKED = All(yes("licence_required"), no("verified_licence"))
REVIEW_BREACHED = Any(
    no("verified_identity"), LICENCE_UNCHECKED, All(LIFE_OR_HEALTH, quiet(no("reviewed_in_substance")))
)
OTHER_SAFETY_BREACHED = Any(
    quiet(no("checked_product_safety")),
    All(KNOWLEDGE, quiet(no("disclosed_risk"))),
    All(yes("knew_before_harm"), quiet(no("notified_in_time"))),
    quiet(no("monitored_anomalies")),
)
HARM_ADDED_ONLY = Any(
    quiet(no("kept_records")),
    quiet(no("assisted_consumer")),
    quiet(no("provided_records")),
    quiet(no("merchant_identified")),
)
SAFETY_ISSUE = Any(
    yes("person_injured"), yes("person_died"),
    one_of("infringement", "unsafe", "counterfeit", "false_advertising"),
    no("verified_identity"), no("verified_licence"), no("reviewed_in_substance"),
    no("checked_product_safety"), no("merchant_licensed"),
)  # fmt: skip

# The story tells how the platform behaved once one of these is known.
CONDUCT = (
    "verified_identity", "verified_licence", "reviewed_in_substance",
    "checked_product_safety", "disclosed_risk", "kept_records", "monitored_anomalies",
    "notified_in_time", "took_measures", "measures_in_time", "measures_effective",
    "reported_to_regulator", "stopped_service", "assisted_consumer", "provided_records",
    "merchant_identified", "kept_promise", "knew", "knew_before_harm",
)  # fmt: skip


# The days on which a carrying basis of some ground came into force or fell away (a test reads them
# off the library): between two of them the law of this table stands still.
CHANGES_OF_LAW: tuple[date, ...] = (
    date(1999, 10, 1), date(2010, 7, 1), date(2014, 3, 15), date(2015, 9, 1), date(2015, 10, 1),
    date(2019, 1, 1), date(2021, 1, 1), date(2021, 11, 1),
)  # fmt: skip


def basis(ref: str, when: Condition | None = None, *, contested: bool = False) -> Basis:
    """A provision that gives the claim."""
    return Basis(ref, carrying=True, when=when, contested=contested)


def supporting(ref: str, when: Condition | None = None) -> Basis:
    """A provision that supports: analogy, definition, administrative rule."""
    return Basis(ref, carrying=False, when=when)


# Article 38 wants a business on the platform and a consumer; a private seller or a buyer for resale is
# left to the Civil Code. (27(2) has the platform keep this section's rules for private sellers too; that
# it extends liability to a wrong by someone who is no 平台内经营者 is not said, so it is not assumed.)
FARM_INPUTS = supporting("消费者权益保护法#62", yes("farm_inputs"))
ECL_38_1 = basis("电子商务法#38.1", All(WITHIN_ECL, CONSUMER_DEAL))
ECL_38_2 = basis("电子商务法#38.2", All(WITHIN_ECL, CONSUMER_DEAL))
ECL_38_2_LIFE = basis("电子商务法#38.2", All(WITHIN_ECL, CONSUMER_DEAL, LIFE_OR_HEALTH))
# Before 2021 courts drew the platform's duties from these; the analogy is contested.
TLL_36_3 = basis("侵权责任法#36.3", yes("knew"), contested=True)
TLL_37_2 = supporting("侵权责任法#37.2", LIFE_OR_HEALTH)

DUTIES: tuple[Duty, ...] = (
    Duty(
        "qualification_review", "prevention", {"zh": "资质资格审核义务", "en": "qualification review"},
        None, Any(no("verified_identity"), LICENCE_UNCHECKED,
                  All(LIFE_OR_HEALTH, no("reviewed_in_substance"))),
        {"formal": "形式审核：以一般理性人的标准核对证照材料 / formal: a reasonable person's check of the papers",
         "substantive": "实质审核：核实资质真实、合法 / substantive: that they are true and lawful"},
        (basis("电子商务法#27.1", WITHIN_ECL), ECL_38_2_LIFE,
         basis("食品安全法#62.1", FOOD), basis("药品管理法#62.2", DRUG),
         TLL_37_2, supporting("网络交易监督管理办法#24.1", WITHIN_ECL),
         supporting("直播电商监督管理办法#8.1", LIVESTREAM)),
        when_strict=LIFE_OR_HEALTH,
    ),
    Duty(
        "product_safety_review", "prevention", {"zh": "商品服务安全审核义务", "en": "product safety review"},
        LIFE_OR_HEALTH, no("checked_product_safety"),
        {"formal": "", "substantive": "实质审核：核查认证、注册、检测等安全证明 / substantive: certificates, registrations, test reports"},
        (ECL_38_2, supporting("电子商务法#29.1", WITHIN_ECL),
         supporting("网络交易监督管理办法#29.1", WITHIN_ECL), TLL_37_2),
        when_strict=LIFE_OR_HEALTH,
    ),
    Duty(
        "risk_notice", "prevention", {"zh": "风险告知义务", "en": "risk notice"},
        KNOWLEDGE, no("disclosed_risk"),
        {"formal": "显著标记风险并备有应急机制 / clear marking and a contingency mechanism", "substantive": ""},
        (ECL_38_2_LIFE,
         supporting("消费者权益保护法#18.1", CONSUMER), TLL_37_2, supporting("网络交易监督管理办法#30.1", WITHIN_ECL)),
    ),
    Duty(
        "monitoring_and_recording", "avoidance", {"zh": "监测与记录保存义务", "en": "monitoring and recording"},
        None, Any(no("kept_records"), no("monitored_anomalies")),
        {"formal": "记录完整、保密、可用，保存不少于三年，跟进异常 / records complete, confidential, usable, kept three years; anomalies followed up",
         "substantive": ""},
        (basis("电子商务法#31.1", WITHIN_ECL), TLL_37_2, supporting("网络交易监督管理办法#29.1", WITHIN_ECL),
         supporting("网络交易监督管理办法#31.1", WITHIN_ECL), supporting("网络交易监督管理办法#20.2", All(WITHIN_ECL, LIVESTREAM)),
         supporting("直播电商监督管理办法#16.1", LIVESTREAM)),
    ),
    Duty(
        "timely_notification", "avoidance", {"zh": "及时通知义务", "en": "timely notification"},
        yes("knew_before_harm"), no("notified_in_time"),
        {"formal": "让消费者来得及反应 / in time for the consumer to react", "substantive": ""},
        (ECL_38_2_LIFE, TLL_37_2, supporting("民法典#509.2"),
         supporting("合同法#60.2")),
    ),
    Duty(
        "necessary_measures", "relief", {"zh": "采取必要措施义务", "en": "necessary measures"},
        Any(KNOWLEDGE, yes("received_notice")), ~FIT_MEASURES,
        {"formal": "措施及时、足以制止侵害并尊重消费者的要求 / in time, fit to stop the infringement, respecting the consumer's demand",
         "substantive": ""},
        (ECL_38_1, basis("消费者权益保护法#44.2", CONSUMER_DEAL), supporting("电子商务法#29.1", WITHIN_ECL),
         basis("民法典#1197.1"), TLL_36_3, basis("食品安全法#62.2", FOOD), basis("药品管理法#62.3", DRUG),
         supporting("直播电商监督管理办法#19.1", LIVESTREAM)),
    ),
    Duty(
        "assistance_to_consumer", "relief", {"zh": "协助维权义务", "en": "assistance to the consumer"},
        Any(yes("merchant_infringed"), yes("complained_to_platform")),
        Any(no("assisted_consumer"), no("provided_records")),
        {"formal": "积极协助并交出证据 / active help, evidence handed over", "substantive": ""},
        (basis("电子商务法#61.1", WITHIN_ECL), basis("电子商务法#59.1", WITHIN_ECL),
         basis("电子商务法#62.1", WITHIN_ECL),
         supporting("消费者权益保护法实施条例#14.2", LIVESTREAM),
         supporting("直播电商监督管理办法#18.1", LIVESTREAM)),
    ),
    Duty(
        "seller_information_disclosure", "relief",
        {"zh": "提供商家真实信息义务", "en": "disclosure of the merchant's identity"},
        Any(yes("merchant_unreachable"), Known("merchant_identified")), no("merchant_identified"),
        {"formal": "真实名称、地址和有效联系方式 / real name, address and working contact", "substantive": ""},
        (basis("消费者权益保护法#44.1", CONSUMER_DEAL), supporting("七日无理由退货暂行办法#24.1", CONSUMER_DEAL),
         supporting("消费者权益保护法实施条例#14.2", All(LIVESTREAM, CONSUMER_DEAL))),
    ),
)  # fmt: skip

GROUNDS: tuple[Ground, ...] = (
    Ground(
        "direct-self-operated", Form.DIRECT,
        All(yes("rights_harmed"), Any(yes("self_operated"), yes("labelled_self_operated"))),
        (basis("电子商务法#37.2", All(WITHIN_ECL, yes("labelled_self_operated"))),
         basis("网络消费纠纷规定（一）#4.1", CONSUMER), basis("网络消费纠纷规定（一）#13", All(LIVESTREAM, CONSUMER)),
         basis("食品安全民事纠纷解释（一）#2.1", All(FOOD, CONSUMER)), basis("消费者权益保护法#40.1", CONSUMER),
         basis("民法典#577", yes("self_operated")), basis("合同法#107", yes("self_operated")),
         supporting("电子商务法#37.1", WITHIN_ECL)),
        {"zh": "自营（或标注自营）", "en": "self-operated (or labelled so)"},
        {"zh": "平台自己卖货或标为自营，就按销售者（服务者）自己承担责任，不存在谁先谁后的问题。",
         "en": "a platform that sells itself, or labels the sale as its own, answers as the seller."},
        engaged=Any(yes("self_operated"), yes("labelled_self_operated")),
    ),
    Ground(
        "direct-appearance", Form.DIRECT, All(yes("rights_harmed"), yes("looks_self_operated")),
        (basis("网络消费纠纷规定（一）#4.2"), basis("食品安全民事纠纷解释（一）#2.2", FOOD),
         supporting("电子商务法#37.1", WITHIN_ECL)),
        {"zh": "误导为自营", "en": "appearance of self-operation"},
        {"zh": "平台的标识足以让人以为是它自己在卖，就按销售者承担责任。",
         "en": "its marks made consumers believe that the platform itself was selling."},
        engaged=yes("looks_self_operated"),
    ),
    Ground(
        "direct-own-service", Form.DIRECT,
        All(yes("rights_harmed"), Any(yes("platform_contracts_itself"), yes("platform_is_carrier"),
                                      yes("platform_broke_contract"))),
        (basis("民法典#577"), basis("合同法#107"), supporting("民法典#465.2"),
         supporting("民法典#491.2", yes("platform_contracts_itself")),
         basis("民法典#811", yes("platform_is_carrier")), basis("合同法#302", PASSENGER_HURT),
         basis("民法典#823.1", PASSENGER_HURT)),
        {"zh": "平台自己是合同当事人或违反自己的约定", "en": "the platform's own contract"},
        {"zh": "平台自己就是合同一方（或承运人），违约的后果由它自己承担。",
         "en": "the platform is itself the contracting party (or carrier) and answers for the breach."},
        engaged=Any(yes("platform_contracts_itself"), yes("platform_is_carrier"),
                    yes("platform_broke_contract")),
    ),
    Ground(
        "direct-own-people", Form.DIRECT, All(yes("rights_harmed"), yes("own_people_caused_harm")),
        (basis("民法典#1191.1"), basis("侵权责任法#34.1"), basis("侵权责任编解释（一）#15.1")),
        {"zh": "平台的工作人员造成损害", "en": "harm by the platform's own people"},
        {"zh": "执行平台工作任务的人造成损害，由平台承担；众包骑手是否属于此类有争议。",
         "en": "an employer answers for its people at work; for crowd-sourced riders this is contested."},
        engaged=yes("own_people_caused_harm"),
    ),
    Ground(
        "direct-own-data", Form.DIRECT,
        All(yes("rights_harmed"), yes("data_leaked_by_platform"), no("platform_without_fault")),
        (basis("个人信息保护法#69.1"),
         # before 2021-11 fault was not presumed by statute; courts eased its proof
         basis("消费者权益保护法#50", CONSUMER)),
        {"zh": "平台泄露或擅自处理个人信息", "en": "personal data leaked, or used without leave, by the platform"},
        {"zh": "个人信息处理者推定有过错，不能自证无过错就要赔。",
         "en": "a processor of personal data is presumed at fault and must prove that it was not."},
        engaged=yes("data_leaked_by_platform"),
    ),
    Ground(
        "direct-own-deceit", Form.DIRECT, All(yes("rights_harmed"), yes("platform_deceived")),
        (basis("民法典#1165.1"), basis("侵权责任法#6.1"), basis("消费者权益保护法#55.1", CONSUMER),
         supporting("民法典#500"), supporting("消费者权益保护法#20.1", CONSUMER), supporting("电子商务法#17", WITHIN_ECL)),
        {"zh": "平台自己欺骗或误导消费者", "en": "deceit by the platform itself"},
        {"zh": "不真实的话是平台自己说的，或者是它自己隐瞒了该说的，这是它自己的侵权，不是替商家负责。",
         "en": "the untrue statement, or the concealment, is the platform's own: it answers for its own wrong, not for the merchant's."},
        engaged=yes("platform_deceived"),
    ),
    Ground(
        "direct-own-fault", Form.DIRECT,
        All(no("merchant_infringed"), yes("rights_harmed"), LIFE_OR_HEALTH,
            quiet(Any(REVIEW_BREACHED, OTHER_SAFETY_BREACHED)), yes("breach_contributed")),
        (basis("消费者权益保护法#48.2", CONSUMER), basis("民法典#1165.1"), basis("侵权责任法#6.1")),
        {"zh": "只有平台自己有过错", "en": "the platform alone at fault"},
        {"zh": "商家没有侵权，损害是平台自己没有尽到安全保障义务造成的，平台承担自己的侵权责任，没有可以排在前面的人。",
         "en": "the merchant did no wrong; the platform's own neglect of safety did the harm, so it answers alone."},
        engaged=no("merchant_infringed"),
    ),
    Ground(
        "joint-knowledge", Form.JOINT, All(yes("merchant_infringed"), KNOWLEDGE, ~FIT_MEASURES),
        (ECL_38_1, basis("消费者权益保护法#44.2", CONSUMER_DEAL), basis("民法典#1197.1"), TLL_36_3,
         basis("网络消费纠纷规定（一）#16", All(LIVESTREAM, CONSUMER_DEAL)),
         basis("食品药品纠纷规定#9.3", All(FOOD_OR_DRUG, CONSUMER_DEAL)), FARM_INPUTS),
        {"zh": "知道或应当知道而未采取必要措施", "en": "knowledge without necessary measures"},
        {"zh": "平台知道或者应当知道商家侵权却没有采取必要措施，法律明文规定连带责任：消费者可以直接要求平台赔付。",
         "en": "the statute itself says joint and several liability where the platform knew or should have known and took no necessary measures."},
        scopes=((yes("knew_before_harm"), "whole"), (no("knew_before_harm"), "enlarged"),
                (yes("merchant_infringed"), "whole_or_enlarged")),
    ),
    Ground(
        "joint-late-measures", Form.JOINT,
        All(yes("merchant_infringed"), yes("received_notice"),
            ~All(yes("took_measures"), yes("measures_in_time"))),
        (basis("民法典#1195.2", contested=True), basis("侵权责任法#36.2", contested=True),
         supporting("民法典#1195.1")),
        {"zh": "接到通知后未及时处理", "en": "no timely measures after notice"},
        {"zh": "接到通知而不及时处理，对损害扩大的部分连带；能否适用于一般的商品侵权有争议。",
         "en": "after notice without timely measures: joint for the loss that grew; its reach beyond online content is contested."},
        engaged=yes("received_notice"),
        scopes=((yes("merchant_infringed"), "enlarged"),),
    ),
    Ground(
        "joint-food-review", Form.JOINT,
        All(FOOD, yes("rights_harmed"), CONSUMER_DEAL,
            Any(quiet(no("verified_identity")), LICENCE_UNCHECKED,
                All(yes("knew"), quiet(no("reported_to_regulator"))),
                All(yes("knew"), yes("violation_serious"), quiet(no("stopped_service"))))),
        (basis("食品安全法#131.1"), basis("食品安全民事纠纷解释（一）#3"),
         basis("网络消费纠纷规定（一）#15", All(LIVESTREAM, LICENCE_UNCHECKED)),
         basis("网络消费纠纷规定（一）#18", FOOD_DELIVERY), supporting("食品安全法#62.1"),
         supporting("食品安全法#62.2", yes("knew"))),
        {"zh": "食品平台未实名登记、未审许可证、未报告或未停止服务", "en": "food platform: no registration, licence check, report or stop"},
        {"zh": "食品有特别规定：平台未登记、未审查许可证、未报告或未停止服务的，与商家承担连带责任，不要求平台明知。",
         "en": "food has its own rule: without registration, licence check, report or stop, liability is joint, knowledge or not."},
        engaged=All(FOOD, SAFETY_ISSUE),
    ),
    Ground(
        "joint-intent", Form.JOINT, All(yes("merchant_infringed"), yes("took_part")),
        (basis("民法典#1168"), basis("民法典#1169.1"), basis("侵权责任法#8"), basis("侵权责任法#9.1"),
         basis("食品安全法#123.2", All(FOOD, yes("violation_serious"))),
         supporting("食品安全民事纠纷解释（一）#5", All(FOOD, yes("violation_serious")))),
        {"zh": "平台故意参与或帮助", "en": "intentional participation"},
        {"zh": "平台故意参与或帮助侵权，是共同侵权，承担连带责任。",
         "en": "who joins in or helps on purpose is a joint wrongdoer."},
        engaged=yes("took_part"),
    ),
    Ground(
        "joint-advertising", Form.JOINT,
        All(yes("rights_harmed"), yes("ad_was_false"), yes("platform_published_ad"), CONSUMER,
            Any(LIFE_OR_HEALTH, KNOWLEDGE)),
        (basis("广告法#56.2", LIFE_OR_HEALTH), basis("广告法#56.3", KNOWLEDGE),
         basis("消费者权益保护法#45.2", LIFE_OR_HEALTH), basis("食品药品纠纷规定#11.1", FOOD_OR_DRUG)),
        {"zh": "平台发布虚假广告", "en": "false advertising published by the platform"},
        {"zh": "广告发布者对关系生命健康的虚假广告连带；其他广告在明知或应知时连带。",
         "en": "a publisher is jointly liable for false advertising on life and health, for other goods if it knew or should have known."},
        engaged=yes("platform_published_ad"),
    ),
    Ground(
        "advance-payment", Form.ADVANCE_PAYMENT,
        All(yes("rights_harmed"), yes("deal_on_platform"), CONSUMER_DEAL, no("merchant_identified")),
        (basis("消费者权益保护法#44.1"), supporting("电子商务法#58.3", WITHIN_ECL),
         basis("食品安全法#131.2", FOOD), basis("食品药品纠纷规定#9.1", FOOD_OR_DRUG),
         basis("网络消费纠纷规定（一）#14", LIVESTREAM), FARM_INPUTS),
        {"zh": "平台不能提供商家真实信息", "en": "the platform cannot identify the merchant"},
        {"zh": "平台不能提供商家的真实名称、地址和有效联系方式，消费者可以直接要求平台赔，平台赔后向商家追偿。",
         "en": "a platform that cannot give the merchant's real name, address and working contact pays in its place and has recourse."},
        engaged=Any(Known("merchant_identified"), yes("merchant_unreachable")),
    ),
    Ground(
        "supplementary-review", Form.CORRESPONDING,
        All(LIFE_OR_HEALTH, yes("merchant_infringed"), yes("rights_harmed"), REVIEW_BREACHED,
            yes("breach_contributed")),
        (ECL_38_2, basis("侵权责任法#37.2", contested=True), supporting("民法典#1198.2"),
         supporting("消费者权益保护法#48.2", CONSUMER), FARM_INPUTS),
        {"zh": "关系生命健康的商品服务，未尽资质审核义务", "en": "life or health: qualification review neglected"},
        {"zh": "直接侵权的是商家，平台没有尽到审核义务，其不作为是间接原因；法律只说“相应的责任”、没有写明形态的，要靠学说确定。",
         "en": "the merchant is the direct wrongdoer, the platform neglected its review, an indirect cause; where the statute says “corresponding liability” without naming the form, doctrine must fill it in."},
        engaged=SAFETY_ISSUE,
    ),
    Ground(
        "supplementary-safety", Form.CORRESPONDING,
        All(LIFE_OR_HEALTH, yes("merchant_infringed"), yes("rights_harmed"), yes("breach_contributed"),
            Any(OTHER_SAFETY_BREACHED, HARM_ADDED_ONLY)),
        (ECL_38_2, basis("侵权责任法#37.2", contested=True), supporting("民法典#1198.2"),
         supporting("消费者权益保护法#48.2", CONSUMER), FARM_INPUTS),
        {"zh": "关系生命健康的商品服务，未尽其他安全保障义务", "en": "life or health: another safety duty neglected"},
        {"zh": "平台违反了其他安全保障义务，同样适用“相应的责任”。",
         "en": "another safety duty was breached; the same “corresponding liability” applies."},
        engaged=SAFETY_ISSUE,
        scopes=((OTHER_SAFETY_BREACHED, "whole"), (HARM_ADDED_ONLY, "harm_added")),
    ),
    Ground(
        "promise", Form.PROMISE,
        All(yes("platform_promised_more"), yes("promise_conditions_met"), no("kept_promise")),
        (basis("消费者权益保护法#44.1", CONSUMER_DEAL), basis("食品安全法#131.2", All(FOOD, CONSUMER_DEAL)),
         basis("民法典#509.1"), basis("民法典#577"), basis("合同法#60.1"), basis("合同法#107"),
         supporting("消费者权益保护法实施条例#12.1"), FARM_INPUTS),
        {"zh": "平台未兑现更有利的承诺", "en": "a more favourable promise not kept"},
        {"zh": "平台作出更有利于消费者的承诺，就应当兑现。",
         "en": "a platform that promised more must keep its promise."},
        engaged=yes("platform_promised_more"),
    ),
)  # fmt: skip
