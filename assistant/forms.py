"""Which forms of liability a text asserts of the platform, in Chinese and English.

A form named is asserted unless its sentence denies it, supposes another case, asks, or tells what someone
else holds. What is not recognised as one of these counts as asserted. To add a way of saying a form, add it
to FORMS; `WHOLE` is the claim to all of the loss from the platform, which some forms carry and others do not.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from assistant import payers
from assistant.facts import Lang
from assistant.payers import LIABLE, WHOLE

CARRY_WHOLE = frozenset({"joint", "direct", "advance_payment_with_recourse", "contractual_promise"})
_SELLER = "(?:商家|卖家|店家|店铺|经营者|销售者)"
_FROM_PLATFORM = "(?:向|找|要求|请求|让)平台(?:直接)?(?:要|索赔|赔偿?|主张|请求|承担|支付)(?:您|你)?的?"

# The words of each form. Negation is part of `none` and read apart for the others.
FORMS: dict[Lang, tuple[tuple[str, str], ...]] = {
    "zh": (
        ("[连联][带戴代](?!动|货|宽)", "joint"),
        (f"(?:与|和|同|跟){_SELLER}(?:一起|共同|一并|一同)(?:承担|赔|负)|共同(?:承担|负|赔偿?)(?:全部)?责任|共同赔偿", "joint"),
        ("补充(?:性)?的?(?:赔偿)?责任|补充赔偿|补充性|负补充|兜底", "supplementary"),
        (f"(?:必须|只能|应当?|得|须|需)先(?:找|向|由|告|起诉|要求){_SELLER}", "supplementary"),
        ("按份|按(?:照)?(?:各自)?(?:的)?(?:比例|份额?)(?:来)?(?:承担|分担|赔|负)|各自(?:的)?份额|(?:一半|[一二三四五六七八九]成)的?(?:责任|损失)", "several"),
        ("(?:次要|主要)(?:的)?(?:赔偿)?责任", "several"),
        ("先行(?:赔|承担|垫|支付)|垫付|先由平台赔|平台(?:应当?|要|须|必须)?先赔", "advance_payment_with_recourse"),
        ("直接责任|(?:承担|负|属于|就是|是)[^，。]{0,4}自己的?责任|(?:销售者|卖方|卖家)的?责任|自己就是(?:卖家|销售者)|第一责任人|(?:作为|视为|视同)(?:商品)?(?:销售者|卖家)", "direct"),
        ("承诺责任|按照?(?:其|它|自己|平台)?(?:自己)?的?承诺(?:履行|赔|承担)", "contractual_promise"),
        ("不(?:需要?|用|必|应当?|会|该|可能|再)?(?:承担|负|担)(?:任何|什么|一切|其他)?的?(?:法律|赔偿|民事|侵权)?(?:责任?(?!(?:形态|方式))|(?<=负)责)", "none"),
        ("(?:没有|没|无|毫无)(?:任何|什么|法律|赔偿|民事)*责(?:任|$|[，。,])|免责|免(?:除|于)[^，。]{0,6}(?:责任|承担|赔偿)|免予|"
         "(?:不(?:用|必|需要?|应当?|会|该|能)?|无[需须])(?:由平台)?(?:赔偿?|负责|担责|付出|支付|承担(?:赔偿|后果|损失))|"
         "与平台(?:毫)?无关|(?:怪|怨|怨不|怪不)(?:不|不得)?(?:到|得)?平台|(?:责任|损失)(?:全|完全|都|只)(?:部)?(?:在|由|归)(?:于)?" + _SELLER + f"|只(?:能|应)(?:找|向|由|告){_SELLER}(?!的)|自认倒霉", "none"),
        (f"(?:应当?|得|须|需)先把{_SELLER}|{_SELLER}[^，。]{{0,4}}(?:赔不起|赔不了|不赔|付不起|没钱)[^，。]{{0,4}}才|(?:拿不到|要不到|赔不到|执行不到)[^，。]{{0,6}}再(?:找|向|让|由)平台|平台只(?:赔|承担|负责|补)[^，。]{{0,6}}(?:赔不了|不足|不够|剩下|剩余|余下)|在{_SELLER}之后", "supplementary"),
        ("(?<!扩大)(?:一部分|部分)的?(?:赔偿)?责任", "several"),
        ("平台(?:在本案中|在这里|已经?|也|其实|并)*(?:没有|无|不存在|毫无)(?:任何)?(?:过错|过失|问题|违法|不当|侵权)|(?:尽到|履行|完成)了?(?:其|自己|它)?的?(?:全部|所有|一切|各项|应尽)的?(?:义务|职责)|平台(?:已经?|早已)尽责|不构成(?:侵权|违法|违约)|平台(?:可以)?不用管|不(?:是|属于)(?:责任主体|责任人|赔偿义务人)|(?:要求|向|让|找)平台[^，。]{0,8}(?:没有|无|缺乏|于法无)[^，。]{0,4}据|不存在赔偿", "none"),
        (f"不(?:应当?|该|能|会|必)?(?:为|替){_SELLER}[^，。]{{0,8}}(?:负责|买单|担责)|由{_SELLER}(?:自行|单独|独自|自己|一方)(?:承担|负责|赔)", "none"),
        ("平台[^，。]{0,4}(?:为|对)(?:您的)?(?:全部|一切|所有)(?:的)?损失(?:买单|负责|承担)|平台[^，。]{0,4}全额|(?:爱|随便)找谁|找谁(?:都|赔都)|谁都(?:可以找|跑不掉)|同样的责任|任(?:选|意)(?:一个|其一)", WHOLE),
        ("平台(?![知如未没可])[^，。不没无未]{0,6}(?:应当?|要|须|必须|需要?|应予|应该|有)[^，。不没无未先]{0,8}(?:责任(?!形态)|赔偿|赔|买单|负责|担责)", LIABLE),
        (f"平台(?:应当?|须|需|要|必须|得|会)?(?:直接)?(?:赔偿?|承担|支付|负担)(?:您|你)?的?(?:全部|全额|所有|一切)|{_FROM_PLATFORM}(?:全部|全额|所有)", WHOLE),
    ),
    "en": (
        (r"\bjoint(?:ly)?\b|\bsolidary\b|\bin solidum\b", "joint"),
        (r"together with the (?:merchant|seller)[^.]{0,20}liab|liab\w* together with|share[sd]? (?:the )?liability", "joint"),
        (r"\bsupplement(?:ary|al)\b|\bsubsidiary\b|\bsecondary liab|\bresidual liab|\bbackstop\b", "supplementary"),
        (r"(?:must|have to|has to|should|need to) (?:first|turn first)[^.,]{0,20}(?:merchant|seller)|(?:merchant|seller) must be (?:sued|asked|pursued) first", "supplementary"),
        (r"(?<!joint and )(?<!jointly and )\bseveral(?:ly)? (?:liab|shares)|\bproportion(?:ate|al)(?:ly)?\b|\bpro rata\b|\b(?:its|their) own shares?\b|\bhalf (?:of )?the (?:loss|liab|damage)", "several"),
        (r"\badvance (?:payment|compensation)|\bpay(?:s|ing)? in advance|\badvances? the", "advance_payment_with_recourse"),
        (r"\bdirect(?:ly)? (?:liab|responsib)|\bown liability|\bprimar(?:y|ily) (?:liab|responsib)|(?:primary|principal) debtor|first-rank|liable as (?:the |a )?seller|itself (?:is )?the seller", "direct"),
        (r"\bliab\w* (?:on|under|for) (?:its|a|the) promise|must (?:keep|honou?r) its promise", "contractual_promise"),
        (r"(?:\bnot|n't) (?:at all |legally |itself |therefore |thereby |in any way )?(?:liable|responsible|answerable|accountable)|"
         r"\bno (?:legal |civil |tort |such )?(?:liability|responsibility)|bears? no\b|owes? (?:you |the consumer )?(?:nothing|no\b)|off the hook|free (?:of|from) (?:\w+ )?(?:liability|responsibility)|\bexempt|"
         r"(?:need not|needn't|does(?: not|n't) (?:have|need) to|is not (?:obliged|required) to|not obliged to) (?:pay(?! first| in advance| before)|compensate|refund|answer)|cannot be (?:held|blamed|sued)|absolved?|immune|escapes? (?:all )?liability|"
         r"only the (?:merchant|seller) (?:is|can|must|has|bears|owes|pays)|(?:merchant|seller) alone (?:is|must|bears|owes|pays)|without (?:any )?liability", "none"),
        (r"(?:pays|liable|answers) only (?:if|when|where|after) the (?:merchant|seller) (?:cannot|can't|fails|does not)", "supplementary"),
        (r"did nothing wrong|no (?:claim|case|recourse|action) against the platform|(?:fulfilled|met|discharged|complied with) (?:all|every|each)(?: of)?(?: its)? (?:duties|duty|obligations?)|(?:rests|lies|falls) (?:solely |entirely |only )?(?:with|on) the (?:merchant|seller)|not to blame|\bblameless", "none"),
        (r"(?:sue|ask|hold|charge) the platform for (?:the |your )?(?:whole|full|entire|all)|liable together|on the hook for (?:all|everything)", WHOLE),
        (r"\b(?:platform|it) (?:is|are|will be|remains) (?:therefore |thus |also |clearly )?(?:liable|responsible|answerable)|platform (?:must|has to|should|shall|ought to) (?:compensate|pay|refund|answer)|\bclaim (?:\w+ ){0,2}from the platform", LIABLE),
        (r"(?:recover|claim|demand|get|collect) (?:the |your )?(?:whole|full|entire|all)[^.,]{0,24} from the platform|platform (?:must|has to|should|shall|will|is to) (?:pay|compensate|bear|cover)[^.,]{0,20}(?:whole|full|entire|\ball)\b", WHOLE),
    ),
}  # fmt: skip

# ---- moods of a clause
_ASSERTS: dict[Lang, str] = {  # what follows is meant, whatever stood before in the sentence
    "zh": "但|然而|不过|可是|所以|因此|因而|故而|故(?!意|障)|于是|总之|综上|总的来说|归根结底|最终|最后|说到底|结论(?:是|就是|为)|实际上|事实上|其实|本案|在这里|您的案子|显然|毫无疑问|可见|正因|由于|因为|既然"
    "|难道|岂|何尝|我(?:们)?(?:认为|觉得|主张|的观点|看)|笔者|本人|法院(?:已经|都|均|一致|通常|一般)?(?:认为|认定|判)|应当认为|可以认为|普遍认为|公认|通说",
    "en": r"\b(?:but|however|therefore|thus|hence|consequently|nevertheless|nonetheless|in conclusion|in short|in sum|in fact|in reality|in this case|in your case|clearly|obviously|certainly|undoubtedly|ultimately|finally|because|since|(?:my|our) (?:own )?(?:view|opinion)|(?:i|we) (?:argue|hold|think|believe|say|find|conclude)|courts? (?:hold|held|find|found|agree)s?|everyone|it is settled|prevailing)\b",
}
_CONCEDES: dict[Lang, str] = {  # holds for its own clause only; what follows is meant all the more
    "zh": "无论|不论|不管(?=.)|即使|即便|哪怕|纵使|纵然|尽管|虽然?(?!说)|固然",
    "en": r"\b(?:even (?:if|though|when|where|without)|although|though|regardless|no matter|whether or not|irrespective|whatever|despite|in spite of|notwithstanding|while)\b",
}
_SUPPOSES: dict[Lang, str] = {  # another case than this one
    "zh": "(?:如果|要想|要是|若是?(?!干)|假如|假设|假使|倘若|倘|万一|一旦|前提是)(?!您?问|说|要我说|没记错|您?同意|不介意)|只(?:在|当)[^，]*时|要(?:让|使|叫)平台|须[^，]*才|需要?[^，]*才|要[^，]*才|时才",
    "en": r"\bif\b(?! you ask| i may| anything| only because)|\bonly (?:where|when|once|after)\b|^\W*had\b|^\W*a (?:platform|marketplace) (?:that|which)\b|\bprovided (?:that)?\b|\bhad (?:it|the platform|the merchant)\b|^\W*were\b|^\W*to (?:hold|make|have|get) the platform\b|\bwere (?:it|the platform) to\b|\bsuppos(?:e|ing)\b|\bin the event\b",
}
_CONFIRMS = re.compile(  # what was only supposed, asked or told is said to be so
    r"本案(?:也|正|就|恰)|正是(?:如此|这样|没|未)|(?:也|确实|恰恰|就)(?:应)?(?:如此|是这样)|恰恰没|本案平台正|^\W*(?:当然|是的|对[，。]|没错|确实|肯定)"
    r"|(?:that|which|so it) is (?:exactly |precisely |just )?(?:the case|so) here|which is (?:exactly |precisely )?the case|and so it is|^\W*(?:yes|certainly|of course|indeed|it does|it is so)\b"
)
_CONDITIONAL = r"\bunless\b|\bonly if\b(?! the (?:merchant|seller) (?:cannot|can't|fails))|除非|只(?:有|在|当)?.*才"  # wherever in the sentence
_OTHERS_SAY: dict[Lang, str] = {  # held by someone else
    "zh": "学说|学者|有的(?:主张|认为|说)|不同的?(?:意见|看法|主张|理解)|(?:有|另一种?|少数|不同|一种)观点|有人|一派|论者|另一种|另一说|有的(?:人|意见|说法|法官|法院|判决|认定|判)|持[^，]{1,8}说|该说|此说|少数意见|连带责任说|补充责任说|按份责任说"
    "|(?:您|你|用户|消费者|平台|商家|店家|对方|客服)(?:曾|也|还|则|一直|坚持|或许|会|可能|也许)*(?:主张|认为|说|提到|提出|要求|希望|辩称|声称|称|抗辩|以为|问|觉得)|(?<!没)(?<!毫无)(?<!无)(?:有|存在)(?:很大|较大|不小|一定)?(?:争议|争论|分歧)",
    "en": r"\b(?:some|others?|another|one|certain|many|minority|rival|different|several|these|those|five|two) (?:\w+ )?(?:schools?|scholars?|commentators?|authors?|doctrines?|views?|theor(?:y|ies))\b|\bschools?\b|\bscholars\b|\bdoctrines\b|\b(?:some|others) (?:say|hold|think|argue|read|would|that)\b|\bargues?\b|\bargued\b"
    r"|(?<!not )(?<!never )(?<!hardly )\b(?:contested|disputed|debated|controversial)\b|\b(?:you|the user|the platform|the merchant) (?:say|said|says|ask|asked|claim|claimed|claims|contends?|argues?|may say|maintains?)\b",
}
_SAYING: dict[Lang, str] = {  # a clause after which what is held by someone else still follows
    "zh": "(?:认为|以为|觉得|想|主张|提出|说|称|问|看来|来看|而言|指出|要求|理解|观点是?)$|^(?:按照?|依照?|在)[^，]*说",
    "en": r"(?:say|says|said|argues?|argued|holds?|held|views?|think|claims?|claimed|that|read)\W*$|^\W*(?:according to|on|under|for|in the eyes of)\b",
}
_ASKS: dict[Lang, str] = {
    "zh": "是否|是[^，。]{1,12}还是|(?:责任|连带|补充|按份)还是|要不要|能否|是不是|的区别|相比|区别(?:在|于)|不同于|有别于|比起|区分|哪一种|哪种|有没有|多大程度|吗$|责任(?:则|通常)?(?:是指|指的是|意味着)|什么是|的(?:含义|意思|概念)",
    "en": r"\bwhether\b|\beither\b.*\bor\b|\bdiffers?\b|\bdifference\b|\bversus\b|\bvs\b|\bunlike\b|\bas opposed to\b|\bdistinguish\w*|\bwhich form\b|\bliability means\b",
}
_MAYBE: dict[Lang, str] = {
    "zh": "可能|或许|也许|不排除|有机会",
    "en": r"\bmay\b|\bmight\b|\bcould\b|\bpossibl[ey]\b|\bperhaps\b",
}
_GOES_ON: dict[Lang, str] = {  # still the case supposed
    "zh": "结论(?:将|会|就|也)|就|则|也|还|并|或|那么|届时|此时|这时|从而|而(?:不是|非)|您|且",
    "en": r"\W*(?:and|or|then|in that case|so that|rather|not|in which case|it would|which would)\b",
}
# ---- denials, before and after the words of a form
_DENIED: dict[Lang, str] = {
    "zh": r"不(?:能|得|可|可以|应)以[^，。]{1,20}(?:为由|为借口|为理由)[^，。]{0,4}$|(?:并无|故无|也无|无)$|(?:不|非|没有|未|未能|无法|从未|无须|无需|难以|谈不上|排除|否定|免除)(?:是|会|能够?|得|可以?|用|分|论|涉及|区分|既|也|这|那|种|就|当然|等同?|意味着|代表|说明|表示|应当?|该|需要?|必|让|使|由|平台|它|商家|因此|因而|据此|直接|自动|认定|判定?|主张|要求|请求|承担|担|负|适用|存在|构成|属于|于|成立|产生|成为|采用|采取|同时|单纯|简单|所谓|相应的?|一般的?|法定的?|任何|什么|全部|其他|为|的|与商家|和商家)*$",
    "en": r"(?:\bnot|\bneither|\bnor|n't|\bno|\bnever|\brather than|\binstead of|\bwithout|\bcannot|\bexcludes?|\brules? out)(?:\W+(?:be|been|is|are|was|a|an|the|of|to|any|case|matter|yet|thereby|therefore|automatically|necessarily|make|made|speak|it|mean|that|platform|liable|liability|bear|bears|owe|owes|held|hold|have|has|become|joint|jointly|several|severally|and|or|nor|supplementary|in|one|simply|merely|establish|established|amount|form|kind|claim|for|apply|treated|as|itself))*\W*$",
}
_TWICE: dict[Lang, str] = {  # a denial denied
    "zh": "(?:不能|不得|不可能?|不会|不应当?|不该|不是|并非|绝非|没有(?:理由|任何理由)?|无法|难以|岂能|怎能|怎么能|哪能|何尝|不存在)[^，。也更而且]{0,4}(?:不|没有|无|未|免|非)[^，。]{0,6}$",
    "en": r"(?:cannot|can't|not|never|no (?:reason|way|doubt)|nothing|hardly)\b[^.,]{0,12}\b(?:not|no|without|un\w+|deny|avoid|escape|less)\b[^.,]{0,24}$",
}
_DENIED_AFTER: dict[Lang, str] = {
    "zh": "^(?:[偿付]|责任|赔偿)*(?:[、和][^，。、]{1,8})*?(?:在(?:这里|此处?|本案)|的(?:说法|主张|认定|规则|规定|结论|要件|条件|前提)|这里|目前|还|尚|都|并|也|则)*(?:不成立|不适用(?:$|于|[，。])|不存在|不发生|无从谈起|谈不上|站不住|没有(?:成立|依据|根据|满足|具备|出现)|不(?:具备|满足|能成立|足以)|缺(?:少|乏)|被排除)",
    "en": r"^(?: and several(?:ly)?)?(?: liab\w*| responsib\w*)?(?: here| as such| therefore)?(?: is| does| are| was| would be| could be| has)?(?: therefore| thus| simply)?(?: not| no)\b(?: (?:be|been|made|even|yet))?(?: \w+ly)? ?(?:appl|aris|aros|establish|made out|shown|in question|follow|available|justified|the case|at issue|called|what|enter|come|basis)|^(?: and several(?:ly)?)?(?: liab\w*)?(?: is)?(?: only)? (?:by way of|the|as an) exception|^(?: and several(?:ly)?)?(?: liab\w*)? (?:is excluded|fails|is ruled out)",
}
_OF_THE_RULE: dict[Lang, str] = {  # said of the form as such, not of this case
    "zh": "^(?:责任|赔偿)?(?:也|则|与此|并)*(?:不同|不一样|有别|不是一回事|是另一回事|是两回事)"
    "|^(?:责任|赔偿)?(?:针对(?!平台|您|本案|这)|适用于(?!平台|您|本案|这|它|该)|要求(?:平台)?(?:知道|知情|明知)|要有|需要(?:平台)?(?:知道|知情|明知|证据|证明))"
    "|^(?:责任|赔偿)?(?:则|通常|一般|原则上)?(?:要|须|必须|应当?|需要?)?(?:以[^，。]{1,24}为(?:前提|条件|要件|基础)|(?:由|须由)法律(?:明文)?规定|(?:的)?(?:前提|条件|要件)(?:是|在于))",
    "en": r"^(?: and several(?:ly)?)?(?: liab\w*)? (?:requires?|presupposes?|needs?|depends? on|is reserved)",
}
_OTHER_SUBJECT: dict[Lang, str] = {  # said of someone else alone
    "zh": f"^(?:[^平它与和同跟]{{0,6}})(?:由|只由|是|让|要求)?(?:{_SELLER}|生产者|厂家|直播间运营者)(?:自己|本身|本人|先|首先|应当?|要|须|必须|需|也|则|才|仍|依法|当然|对您|对此|要对此)*(?:承担|负|赔|是|不|来|作为)(?!.*平台)",
    "en": r"^\W*(?:so |then |thus |and |that |here )*(?:the )?(?:merchant|seller|producer|maker)(?:'s)?\b(?! and\b)(?!.*\b(?:platform|it|taobao|jd|marketplace|site)\b)",
}
_SHARING = {
    "zh": "之间|内部|彼此|追偿|内部分担",
    "en": r"between them|among them|themselves|recourse|contribution|recover",
}
_SENTENCE = re.compile(r"(?<=[。；！？\n])|(?<!Art)(?<!art)(?<!Arts)(?<!No)(?<=[.;!?])\s")
_CLAUSE = re.compile(
    r"[，,：:（）()—]|(?=但是?|然而|不过|而是|所以|因此|因而|总之|可见)|(?=\b(?:but|however|therefore|thus|hence|although|because)\b)",
    re.I,
)
_BETWEEN = re.compile(r"(?<=[一-龥])[^一-龥\w，。；！？：、,.;!?:\n（）()—]+(?=[一-龥])")


@dataclass(frozen=True)
class Said:
    """A form named in a clause; `meant`: yes, maybe, denied, or no (supposed, asked, another's view, a rule)."""

    form: str
    meant: str


_TOPIC: dict[Lang, str] = {  # what follows in the sentence is said of a form as such
    "zh": "^(?:[^，]{0,30}(?:规定|所说)的|[^一-龥]*)(?:所谓)?(?:连带|补充|按份|先行赔[付偿]|直接|承诺)(?:赔偿)?(?:责任)?(?:的)?(?:则|通常|一般|原则上)*(?:（[^）]*）)?[，：]?"
    "(?:要求|(?:适用于?|针对|用于)(?!平台|您|本案|这|它|该)|前提|条件|要件|是指|指的|意味着|讲的|说的|需要|须以|要以|要先|(?:要|须|得)(?=对|有|等|平台(?:知|给|提供|明知)))",
    "en": r"^\W*(?:joint|supplementary|several|direct|advance)(?: and several)?(?: liability| payment)?(?: under article [\w()]+)?"
    r" (?:is (?:for|meant|reserved)|requires?|needs?|concerns?|presupposes?|would (?:need|require)|means)\b",
}
_POSSIBILITIES = re.compile(
    r"取决于|几种(?:可能|情况|情形)|可能的结论|possib|depends on|could be", re.I
)  # a heading over a list
_UNDECIDED = re.compile(
    r"既不能[^。]*也不能|不能因为[^。]*就|(?:均|都)不能排除|尚无定论|cannot yet (?:say|tell)|\bneither\b.*\bnor\b.*\bcan be\b"
)


@lru_cache(maxsize=8)
def said(text: str, lang: Lang) -> tuple[Said, ...]:
    """Every form a text names, with whether it is meant. Reads both languages in any text."""
    return tuple(_said(text, lang))


def _said(text: str, lang: Lang) -> Iterator[Said]:
    before: list[Said] = []
    for sentence, moods in _sentences(text, lang):
        found = [
            one for tongue, clauses in moods for clause in clauses for one in _of_clause(*clause, tongue)
        ]
        yield from found
        if _CONFIRMS.search(sentence):
            yield from (Said(one.form, "yes") for one in (*before, *found) if one.meant == "no")
        before = found


def sentences(text: str) -> list[str]:
    """The sentences, each with the blanks after it: joined they are the text."""
    cuts = [0, *(match.end() for match in _SENTENCE.finditer(text)), len(text)]
    return [text[start:end] for start, end in pairwise(cuts) if end > start]


def meant(text: str, lang: Lang) -> Iterator[str]:
    """The clauses that say how things are, in small letters: not supposed, asked or told of another."""
    for _, moods in _sentences(text, lang):
        yield from (clause for _, clauses in moods[:1] for clause, shielded in clauses if not shielded)


def claimed(text: str, lang: Lang) -> set[str]:
    """What a text claims of who pays whom, without naming a form: forms and keys of `payers.TRUE_OF`."""
    found: set[str] = set()
    for sentence, moods in _sentences(text, lang):
        for tongue, clauses in moods:
            found |= payers.claims([clause for clause, shielded in clauses if not shielded], tongue)
            told = any(re.search(_OTHERS_SAY[tongue], clause) for clause, _ in clauses)
            found |= payers.tricks(sentence, tongue) - ({"rhetorical"} if told else set())
    return found


_SCRIPT: dict[Lang, re.Pattern[str]] = {"zh": re.compile("[一-龥]"), "en": re.compile("[a-z]{2}")}
_Moods = list[tuple[Lang, list[tuple[str, bool]]]]  # by language: clauses, and whether each is not meant


@lru_cache(maxsize=8)
def _sentences(text: str, lang: Lang) -> Sequence[tuple[str, _Moods]]:
    """The sentences, each with its clauses, read as each language whose script it has."""
    return list(_read(text, lang))


def _read(text: str, lang: Lang) -> Iterator[tuple[str, _Moods]]:
    plain = _BETWEEN.sub("", text.replace("*", "")).lower()
    tongues: tuple[Lang, ...] = ("zh", "en") if lang == "zh" else ("en", "zh")
    listed = topic = False  # under a heading of what is possible; in what is said of a form as such
    for sentence in _SENTENCE.split(plain):
        if not sentence.strip():
            continue
        listed = bool(_POSSIBILITIES.search(sentence)) or (
            listed and bool(re.match(r"\s*(?:[-*]|\d[.、])", sentence))
        )
        topic = any(re.search(_TOPIC[tongue], sentence) for tongue in tongues) or (
            topic and bool(re.match("它|其|这种|该", sentence))
        )
        yield sentence, [
            (tongue, list(_clauses(sentence, tongue, listed, topic)))
            for tongue in tongues if _SCRIPT[tongue].search(sentence)
        ]  # fmt: skip


def _clauses(sentence: str, lang: Lang, listed: bool, topic: bool) -> Iterator[tuple[str, bool]]:
    """The clauses, and whether each is supposed, asked or told of another."""
    carried, used = topic, False  # a mood set by an earlier clause; whether a form was named under it
    asked = sentence.rstrip().endswith(("？", "?")) and not re.search("难道|岂|何尝", sentence)
    conditional = asked or listed or bool(_UNDECIDED.search(sentence)) or bool(
        re.search(_CONDITIONAL, sentence) and not re.search("否则|otherwise", sentence)
        and not payers.short(sentence, lang)
    )  # fmt: skip
    for clause in _CLAUSE.split(sentence):
        topic = topic or bool(re.search(_TOPIC[lang], clause))
        carried = carried or topic
        if re.search(_ASSERTS[lang], clause) or (used and not topic and not re.match(_GOES_ON[lang], clause)):
            carried = used = False
        supposes, tells = (bool(re.search(m[lang], clause)) for m in (_SUPPOSES, _OTHERS_SAY))
        supposes = supposes and not payers.short(clause, lang)
        concedes = bool(re.search(_CONCEDES[lang], clause))
        shielded = carried or conditional or supposes or tells or bool(re.search(_ASKS[lang], clause))
        carried = not concedes and (carried or supposes or (tells and bool(re.search(_SAYING[lang], clause))))
        used = used or any(form not in (WHOLE, LIABLE) for form, *_ in _named(clause, lang))
        yield clause, shielded


def _of_clause(clause: str, shielded: bool, lang: Lang) -> Iterator[Said]:
    for form, start, end in _named(clause, lang):
        if form in ("joint", LIABLE) or not re.search(_OTHER_SUBJECT[lang], clause):
            yield Said(form, "no" if shielded else _meant(form, clause, start, end, lang))


def _meant(form: str, clause: str, start: int, end: int, lang: Lang) -> str:
    twice = re.search(_TWICE[lang], clause[:start])
    if not twice and (
        re.search(_DENIED[lang], clause[:start]) or re.search(_DENIED_AFTER[lang], clause[end:])
    ):
        return "denied"
    if re.search(_OF_THE_RULE[lang], clause[end:]) or _shared(form, clause, lang):
        return "no"
    return "maybe" if re.search(_MAYBE[lang], clause) else "yes"


def _named(clause: str, lang: Lang) -> Iterator[tuple[str, int, int]]:
    for words, form in FORMS[lang]:
        for match in re.finditer(words, clause):
            yield form, match.start(), match.end()


def _shared(form: str, clause: str, lang: Lang) -> bool:
    """Shares among debtors are no form towards the consumer."""
    return form == "several" and bool(re.search(_SHARING[lang], clause))


def asserted(text: str, lang: Lang) -> set[str]:
    """The forms a text says are the case."""
    return {one.form for one in said(text, lang) if one.meant == "yes"}


def denied(text: str, lang: Lang) -> set[str]:
    """The forms a text says are not the case."""
    return {one.form for one in said(text, lang) if one.meant == "denied"}


def hedged(text: str, lang: Lang) -> set[str]:
    """The forms a text says may be the case."""
    return {one.form for one in said(text, lang) if one.meant == "maybe"}


def named(text: str, lang: Lang) -> frozenset[str]:
    """The forms a text names in any way."""
    return frozenset(one.form for one in said(text, lang))
