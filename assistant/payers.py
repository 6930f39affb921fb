"""Who pays whom, in what order and how much: what a sentence claims of it without naming a form.

A sentence is read as a row of letters, one for each word of a small vocabulary, the same for Chinese and English:
"先找商家，不够再找平台" and "go after the shop first; the platform pays the rest" both have `claim merchant, short,
platform`. RULES say which rows claim what. To teach it a word, add it to WORDS; a way of putting things, to RULES.
Clauses that suppose another case, ask, or tell another's view are left out before (`forms`).
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache

from assistant.facts import Lang

# Claims beside the forms of liability: what they say, and of which verdicts they are true.
WHOLE = "whole"  # all of the loss from the platform
LIABLE = "liable"  # the platform pays, in whatever form
_EVERY = (
    "joint",
    "supplementary",
    "several",
    "advance_payment_with_recourse",
    "direct",
    "contractual_promise",
)
_ALL = ("joint", "direct", "advance_payment_with_recourse", "contractual_promise")
TRUE_OF: Mapping[str, Sequence[str]] = {
    WHOLE: _ALL, LIABLE: _EVERY,
    "anyone": ("joint", "direct"),  # the consumer may choose whom to ask
    "platform_first": _ALL, "merchant_first": ("supplementary", "none"),
    "not_the_seller": (*_EVERY[:4], "contractual_promise", "none"),
    "platform_recovers_nothing": (),
    "merchant_recovers": ("joint",),  # from the platform
    "merchant_second": (), "merchant_released": ("direct",),
    "capped": ("supplementary", "several", "contractual_promise"),
    "uncapped": _ALL,
    "fault_to_prove": ("joint", "supplementary", "several", "none"),
    "measures_to_prove": (), "never_so": (), "muddled": (), "rhetorical": (),
}  # fmt: skip

# letter, what it stands for; then its words. The longest at a place is the one that is read.
#  P platform  M merchant  O producer  C claims from  $ answers for  + pays  R recovers  1 first  2 then, only then
#  S the shortfall, cannot pay  B stand-by  W whomever you like  E together  = on a par  A all  H a share  Z nothing
#  F out of it  K it falls on  X ends with  T advances  L only  N not  ^ at most  U without limit  V proves  J fault
WORDS: dict[Lang, Mapping[str, str]] = {
    "zh": {
        "-": "(?:为|替)(?:商家|店家|卖家)(?=[^，。]{0,6}(?:埋单|买单|负责|付|赔|退))|共同被告|先例|首先|事先|原先|早先|先前|之前|在先|优先|先行|负责人|责任(?:形态|人|方式)|因此|因为|从而|告知|报告|广告|公告|警告|被告|原告|好店|尽到?[^，。]{0,4}责任|找到|找不到|请求权|退换?货|退款(?=责任|申请|请求|诉求|流程|要求|记录)|非常|除非|无论|无法保证|没有?(?:在先)?投诉|网店|开店|关店|不仅|不但|不只|不光|不过|不同|不足以|不一定|不见得|是不是|要不要|一点(?=没|不|都)|部分(?=买家|消费者|学者|地方)|赔不赔|负不负|自己(?=的义务|的责任|承诺|说)|算账|没有?(?:赔|付|退)(?!偿责任|偿义务)|拒(?:绝|不)(?:赔|付|退|兑现)",
        "F": "打酱油|翻篇|轮不到(?:它|平台)|置之不理|不予理睬|别指望|不会为难|放弃(?:对|向)平台|局外|中立的|(?:平台|它)没有义务(?=[，。]|$)|到此结束|指望不上|谁也不用|替供应商|代收|(?:与|跟|和|同)(?:平台|它)(?:完全|毫|一点)?(?:没有?|无)(?:任何|什么|半点)?(?:关系?|干系?)?|没(?:它|平台)(?:什么|任何|啥)?事|够不着|恕难从命|置身事外|脱身|脱责|免责|一笔勾销|管不着|赔不着|扯不上|撇清|不关(?:它|平台)|(?:只|最多|顶多)(?:能|是|算)?(?:表示同情|态度不好|配合|协助|道义|道歉)|只要求(?:它|平台)[^，。]{0,3}(?:配合|协助)|(?:没有|无)(?:约束力|拘束力)|不(?:再)?(?:受|有)[^，。]{0,4}约束|可以不认|不认账|情分|人情|道义|搭把手|避风港|看心情|等[^，。]{0,5}(?:商家|卖家|店家)[^，。]{0,4}再说|怪不(?:到|着|得)(?:它|平台)",
        "K": "(?:落|转移?)(?:到|在|给)|账(?:自然|当然|应该?|就|要|得|也|都|该)*算(?:到|在|给)?|(?:当然|自然|只能|都|应当?|要|就)算(?:在|到)?|责任(?:全|都|就|只|应)*(?:在(?:于)?|归)",
        "B": "搭一把|备份|二线|后手|替补|后备|备胎|候补|后盾|第二顺位|第二责任人|次要责任人|排在(?:最|后)|最后一(?:个|环|位)|第二(?:个)?口袋|补位|兜底|垫底|托底|备用",
        "W": "(?:想|要)(?:收|告|找)谁|谁的钱|(?:不必|不用|别)(?:管|理)(?:商家|店家)|任选|任意(?:一|选)|任何一(?:方|家|个)|随(?:便|意)(?:找|选|挑|哪|向|告)?|挑(?:一|个|哪)?(?:家|个|方)|(?<!是)哪(?:一)?(?:家|个|方)(?:都|要|也)|(?:找|告|向)谁(?:都|也|要|赔)|谁(?:都(?:行|可以|得|能|跑)|有钱)|爱找|由您(?:挑|选)|想找谁|择一|(?:不分|无|没有)先后",
        "S": "出不起|不足(?!以)(?:的?部分|之处|时)?|不够|剩(?:下|余|多少)?|余下|缺口|窟窿|差额|赔不(?:起|了|出|完)|付不(?:起|出)|还不(?:起|上|清)|(?:拿|掏|榨)不(?:出|起)(?=[^，。]{0,3}钱)|没(?:有)?(?:钱|财产|能力)|无力|执行(?:完|不(?:到|了|着|动)|无果|不能|后仍)|(?:要|拿)不(?:到|回)|补(?:足|齐|上|缺|差)|补(?=多少|剩)|清偿不|踢不动|破产|跑路|倒闭|山穷水尽",
        "V": "(?:证明|举证|举出证据)", "J": "过错|过失|故意",
        "Q": "向平台追偿|(?:向|找)平台(?:要|拿|讨)回",
        "R": "追偿|追回|要回来?|讨回|(?:再|回头)(?:去)?(?:找|向)(?:商家|店家|卖家|店铺)(?:要|拿|讨|算)",
        "A$": "全责", "+A": "全(?:包|兜)",
        "PM": "两家|二者|两者",
        "CP+": "(?:找|向)平台退|(?:找|向|跟|问)(?:它|平台)(?:要|讨|拿)(?!求)(?:钱|赔偿?)?",
        "C": "找|起诉|告|索赔|追索|追讨|讨要|主张|请求|伸手|要求|领取?|追着",
        "H": "一小(?:块|片|笔)|一块儿?肉|各管各|一半|半数|[一二三四五六七八九]成(?!为|立|功|交|年|分)|一部分|(?<![那的])部分|一份|自己(?:的)?(?:那)?份|份额|那份|一点|一些|零头|小头",
        "A": "全部|全额|全款|所有|一切|整个|整笔|全赔|都赔",
        "Z": "(?:一分|一毛|半毛|分文|一个子儿?)(?:钱)?(?:都|也)?(?:不|没|未|别)(?:用|必|需|该|须|想|肯|会)?(?:要)?(?:出|赔|付|掏|花|拿)?",
        "T": "垫(?!底)付?|预付", "E": "一起|共同|一道|一并|一块儿?|连着|各自都", "=": "同等|同样的|一模一样|平起平坐|不分彼此|没有分别",
        "L": "只(?:需|能|要|用|管|应|有|在)?|仅|单独|独自", "1": "先", "2": "再|才|然后|随后|之后|以后|轮到",
        "^": "最多|至多|顶多|封顶|上限|为止|到此", "U": "无上限|没有上限|不论过错|不管过错|无论过错|不问过错|与过错(?:大小)?无关|哪怕过错",
        "P": "(?<!在)平台(?!内|上|里)(?:方|公司)?|它|淘宝|天猫|京东|拼多多|抖音|快手|闲鱼|美团",
        "M": "商家|卖家|店家|店铺|店主|(?:平台内)?经营者|销售者|主播|供应商|供货商|商户|(?<=[，。；找向告由让跟和与])店|^店",
        "O": "生产者|厂家|厂商|制造商",
        "+": "分担|赔(?:付|偿|钱|款)?|付(?:钱|款)|出(?:钱|血|资|(?=一点|一些|一部分))|退(?:还|款|(?=一半|[一二三四五六七八九]成))|掏|买单|埋单|填(?=上|补|平|$)|支付|扛|担(?=着|起|下)",
        "$": "承担|(?:逃|躲|跑|脱)不(?:掉|了|开)|难辞其咎|有责(?!任)|负责|担责|(?<=[须应要得会])负|(?<=一起|共同)担", "Y": "您|你|消费者",
        "N": "不(?:用|必|该|需要?|须|应当?|得|能够?|会|可|是|再|曾|成|构成|存在|要|算|等于|意味着)?|没有?|无(?:须|需|从|法|权)?|未|并非|别(?!的|人)|绝非|谈不上|拒绝",
    },
    "en": {
        "-": r"(?:refund|return) policy|full (?:name|text|review)|as defendants|not only|no matter|after all|first of all|in short|as long as|free of charge|in turn|in all|all the (?:papers|steps|measures)|that is all|first sentence|first paragraph|not just|in the first place|nothing (?:suggests?|shows?|here|in|you|that|indicates?|on)|no (?:sign|evidence|proof|finding)|both (?:labels?|points?|the label|duties)|within|it (?:is|was|would be|follows|seems|appears|turn(?:s|ed) out)(?= (?:that|clear|enough|true))|answers? (?:would|may|could|can|might|is|rests|follows|depends|here|changes)|(?:the|this|different|an|our|short) answers?|cover letter|no (?:worse|different|more) than|as it were|(?:did|has|have|had) (?:not|never) (?:yet )?(?:pay|paid)|(?:did|has|had)n't paid?|never paid",
        "+A": r"makes? you whole",
        "PM": r"\bboth (?:are|owe|answer|must)\b",
        "F": r"free pass|let (?:it|the platform) be|leave the platform alone|drops? out|no skin in|wrong (?:party|target|address)|moral,|nobody owes|did its part|gets? away|clean hands|nothing can be asked|too late to do anything|off the hook|scot[- ]free|in the clear|walks? away|has nothing to do with|no concern of|not its (?:problem|concern|business)|(?:may|can|could) (?:safely |simply )?(?:ignore|disregard|shrug)|nothing more|washes? its hands|(?:no longer|does(?: not|n't)|do not|never) binds?|not bound|not binding|no (?:binding|legal) (?:force|effect)|changes nothing|(?:merely|only|just) (?:a )?(?:hosted|go-between|middleman|venue|landlord|host|conduit|notice ?board)|leaves? the platform out|home free|out of the picture|bystander|good-?will|feels like it|as a favou?r|out of kindness|no bearing on who|is (?:protected|shielded|immune)\b|safe harbou?r|mere host|(?:merely|only|just) (?:passes|forwards|relays|mediates)",
        "B": r"\bspare\b|in reserve|back-?up|backstop|second pocket|second in line|stand(?:s|ing)? behind|steps? in|fall-?back|safety net|understudy|reserve player|substitute|spare tyre|last resort|second string|bench|last in (?:line|the)",
        "W": r"(?:skip|forget|never mind|ignore|bypass) the (?:shop|merchant|seller|store)|whichever|whoever|whomever|either (?:one|of them|party|side)|\bpick\b(?! up)|take your pick|your (?:own |free )?(?:choice|call)|entirely up to you|choose (?:who|whom|freely|either|between)|whom to|deeper pockets|any order|no order",
        "I": r"runs? (?:dry|out of)|goes? (?:under|broke|bust)",
        "S": r"accounts? empty|refuses to pay|shortfall|the (?:gap|rest|remainder|balance|difference)|entire remainder|left (?:over|unpaid)|what(?:ever)? (?:is|it|he|she|the \w+) (?:left|still owed|unpaid|cannot|can't|could not|does not|leaves)|what(?:ever)? (?:remains|cannot|can't)|leftover|unpaid|cannot (?:pay|be collected)|can't pay|fails? to pay|(?<=shop |ller |hant )fails\b|(?:has|have) no money|no assets|empty-handed|insolven\w+|bankrupt\w*|tops? up|make(?:s)? (?:up|good)|exhaust\w*|enforc\w+|dries up|comes? up empty",
        "V": r"\bprove[sd]?\b|proof|burden", "J": r"\bfault\b|negligen\w+|intent\w*",
        "R": r"recourse|(?:get|claim|recover|collect|take)s? (?:it|that|the|this|its)?\s?(?:money|sum|amount|outlay)?\s?back\b|reimbursed by|recovers?\b",
        "C": r"judgment against|claims? (?:against|from|on|ends?|lies)|your claim|\bsue[sd]?\b|su(?:ing)\b|go(?:es)? (?:after|straight to|to)|chas\w+|turn(?:s|ing)? to|collect\w*|pursu\w+|demand\w*|look(?:s)? to|bother with|\bcome after",
        "H": r"\bslice\b|\bsliver\b|\ba bit of\b|\bhalf\b|\bshares?\b|\bportion\b|\bpart of\b|\d+ ?%|a third(?! part)(?!-)|a quarter|fraction",
        "A": r"\bwhole\b|\bfull\b|\bfully\b|\bentire\b|every (?:last )?(?:yuan|cent|penny|bit|single)|\beverything\b|\ball of\b|in full",
        "Z": r"\bnothing\b|not (?:a|one) (?:cent|penny|yuan)|\bnil\b",
        "X": r"only (?:target|debtor|address|party) is|\bbill to|\bends? with|stops? with|lies? (?:only |solely )?(?:against|with)|problem alone|\bs alone",
        "T": r"in advance|\badvance\b|up ?front|fronts? (?:you )?the", "E": r"together|\beach\b|hand in hand|shoulder to shoulder|everything the law",
        "=": r"same (?:rank|level|degree|extent)|一样是|和(?:商家|卖家)一样|equal(?:ly)?|same (?:footing|boat|position)|side by side|on a par", "L": r"\bonly\b|\balone\b|\bsolely\b|\bmerely\b",
        "1": r"\bfirst\b|\bbefore\b", "2": r"\bthen\b|\bafter(?:wards)?\b|\bonce\b|only when|\bsecond\b",
        "^": r"\bends at|at most|no more than|capped|limited to|stops at|up to the price|maximum",
        "U": r"no (?:cap|limit|ceiling|enforcement|questions?)|regardless of (?:how|its|the|fault)|however small|whatever its fault|unlimited",
        "P": r"platform|marketplace|\bit\b|\bits\b|taobao|tmall|\bjd\b|pinduoduo|douyin", "M": r"merchant|seller|\bshop\b|\bstore\b|trader|supplier|vendor|dealer",
        "O": r"manufacturer|producer|maker",
        "+": r"\bcheque\b|\bcheck for\b|hand(?:s)? over|share the cost|shares? the blame|\bpay(?:s|ing)?\b|compensates?\b|\bow(?:e|es|ed)\b|foots? the bill|picks? up the (?:tab|bill)|\bcovers?\b|refunds\b|(?:must|has to|should|shall|will|to) refund|reimburses?\b|contributes?\b|chips? in|coughs? up|\bbill\b",
        "$": r"\bliable\b|\bliability\b|\bresponsib\w+|\banswer(?:s|able)\b|\banswer\b|\bbears?\b|on the hook", "Y": r"\byou\b|\byour\b|consumer",
        "N": r"\bnot\b|n't\b|\bno\b|\bnever\b|\bcannot\b|\bneither\b|\bnor\b|\bwithout\b|\bnone\b|wrong to say|untrue|\bnothing\b(?= (?:about|but))",
    },
}  # fmt: skip

# A claim is made where its pattern is found in the row; "," parts clauses. The first of a list is enough.
RULES: Sequence[tuple[str, str]] = (
    (
        "supplementary",
        r"(?<!N)(?<!N.)1[SC]*M.*P|M[+$]1[^M]*P|CM[^N]*1C?P",
    ),  # the merchant first, then the platform
    ("supplementary", r"(?<![NA])S[,2LN]*C?P(?!.?N?I)|P[^MNA,]*S(?!A)|PMSS|PLMS|S[^P,]*2,?C?P|(?<!N)B"),
    ("anyone", r"(?<!N)W.*[CPM+$]|[CPM+$].*(?<!N)W"),
    ("joint", r"(?:P[^,]*M|M[^,]*P)[^,N]*E[^,N]*[+$]|P[^N]*=[^N]*M|PM[^N]*=|E[+$]A|P[^N,]*M[^N,]*[+$]E"),
    (WHOLE, r"(?<!N)CPA|P[^NMSH,]*[+$][^NMSRH,]*A|P[^NMS,]*A[^NMSH,]*[+$]"),
    (
        "none",
        r"(?<!N)F|P[^M,]*Z|Z[^M,]*P|KM|C?X[MO](?!P)|X[MO]NP|[MO]X|P[^M,+$]*N[LA]?\+(?![1TAHM])|^(?!.*CP).*(?<!N)LCM(?!.*P)",
    ),
    ("several", r"P[^NMR,]*[+$][^NMRS,]*H|P[^NMR,]*H[^NR,]*[+$]|PH"),
    ("advance_payment_with_recourse", r"P[^MN,]*(?:1[+]|[+]1|T[^P]*)(?![^,]*N)"),
    (LIABLE, r"KP|XP|(?<!N)CP\+|P[^NM,]*[+$](?!N)"),
    ("merchant_first", r"(?<!N)(?<!N.)(?:CM1|1CM)(?!.*P)"),
    ("platform_first", r"(?<!N)(?<!N.)CP1"),
    ("merchant_second", r"PI|M[^P,]*B[^M]*P|P[^M]*1,M[^P]*[S+]"),
    ("merchant_recovers", r"M.*Q"),
    ("platform_recovers_nothing", r"P[^,V]*N[^,V]*R"),
    ("capped", r"P[^,N]*\^|\^[^,N]*P"),
    ("uncapped", r"U"),
)
_FAULT = re.compile("(?<!N)V[^,N]*J")
_MUDDLED = re.compile("N[^,]*N[^,]*N[^,]*[+$ZF]|N[^,]*N[^,]*Z")
_RELEASED = re.compile(
    r"(?<!不等于)(?<!不代表)(?<!意味着)(?<!是说)(?:商家|卖家|店家|店铺)(?:也|都|同样|一样)?(?:不用|不必|无须|无需|不需要?|没有?责任|不承担|不负责任?|不用负责)"
    r"|(?:merchant|seller|shop) (?:is|are)(?: also)? (?:not|no longer) (?:liable|responsible)|(?:merchant|seller|shop) (?:need not|does not have to|owes (?:you )?nothing)"
    r"|(?:丧失|失去|没有)了?[^。，]{0,3}(?:商家|卖家|店家)[^。，]{0,4}权利|no (?:claim|rights?) against the (?:shop|merchant|seller)",
    re.I,
)
_NO_SELLER = re.compile("平台(?:并)?不是(?:卖家|销售者)|platform is not (?:the|a) seller|merely a go-between")
_NEVER = re.compile(  # money paid goes back to the platform; a promise that hangs on the merchant
    r"(?:还|退)(?:给)平台|借款|借给您|pay (?:it |the money )?back to the platform|\bloan\b|binds? (?:it|the platform) only if|(?:商家|卖家)(?:同意|点头|认可)[^。]{0,6}平台(?:的承诺)?才",
    re.I,
)
_MEASURES = re.compile(
    r"(?:(?:责任|义务)(?:在|归)(?:于)?|由)(?:您|你|消费者)[^。]{0,14}(?:没有|未)?(?:采取|下架|措施)|证明平台(?:没有|未|已|采取)[^。，]{0,10}的责任在(?:于)?(?:您|你|消费者)"
    r"|(?:you|consumer)[^.]{0,30}(?:prove|burden)[^.]{0,30}(?:took|taken|measures|delist)",
    re.I,
)  # fmt: skip
RHETORICAL: Mapping[Lang, re.Pattern[str]] = {
    "zh": re.compile("难道|岂|何必|何须|何苦|用得着|犯得着|为什么不(?!是|能|承担|用|适用|需|必|先)|怎么(?:能|会|可能)|什么时候去|凭什么(?:不|要)|不就是"),
    "en": re.compile(r"\bwhy (?:should|would|bother|don't|not just|not simply|must|does the platform have)|\bisn't|\baren't|\bwouldn't|\bdoesn't|\bwhat is the point|\bwhen will you", re.I),
}  # fmt: skip


@lru_cache
def _vocabulary(lang: Lang) -> tuple[re.Pattern[str], Sequence[str]]:
    rows = WORDS[lang]
    return re.compile("|".join(f"({words})" for words in rows.values()), re.I), tuple(rows)


def row(clauses: Iterable[str], lang: Lang) -> str:
    """The clauses of a sentence as letters, clauses parted by commas."""
    return ",".join(_letters(clause, lang) for clause in clauses)


@lru_cache(maxsize=512)
def _letters(clause: str, lang: Lang) -> str:
    pattern, letters = _vocabulary(lang)
    read = "".join(letters[(m.lastindex or 1) - 1] for m in pattern.finditer(clause.lower()))
    return re.sub(r"[-Y]", "", read)


def claims(clauses: Sequence[str], lang: Lang) -> set[str]:
    """What the clauses of a sentence claim, as forms and keys of TRUE_OF."""
    read, said = row(clauses, lang), "，".join(clauses)
    found = {claim for claim, pattern in RULES if re.search(pattern, read)}
    found |= {"merchant_released"} if _RELEASED.search(said) else set()
    return found | ({"not_the_seller"} if _NO_SELLER.search(said) else set())


def tricks(sentence: str, lang: Lang) -> set[str]:
    """What a sentence does whatever its moods: asks rhetorically, heaps negations, puts the burden."""
    read = row([sentence], lang)
    rhetorical = RHETORICAL[lang].search(sentence) and re.search("[PM]", read)
    muddled = _MUDDLED.search(row(re.split("[，,；;]", sentence), lang))
    found = {"rhetorical": rhetorical, "muddled": muddled,
             "fault_to_prove": _FAULT.search(read), "measures_to_prove": _MEASURES.search(sentence),
             "never_so": _NEVER.search(sentence)}  # fmt: skip
    return {claim for claim, is_made in found.items() if is_made}


def short(clause: str, lang: Lang) -> bool:
    """Whether a clause tells of a merchant who cannot pay: a condition that is no other case than this."""
    read = row([clause], lang)
    return bool(
        re.search("S|1C?M", read)
        or re.search(r"(?:家|店)[^，]{0,4}(?:不|拒绝?)(?:肯)?(?:退|赔|付)|(?:er|nt|shop) refus", clause)
    )
