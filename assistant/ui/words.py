"""Every word of the page, Chinese and English, and how a fact's value is written."""

from collections.abc import Mapping

from assistant.facts import Declaration, Lang, Value, plain

TEXT: Mapping[Lang, Mapping[str, str]] = {
    "zh": {
        "title": "# 安保 Anbao\n网购出了事，平台要不要负责、负哪一种责任、依据哪一条", "other_language": "English",
        "legal": "这是法律信息，不是法律意见。",
        "offline": "离线运行：您输入的内容不会离开这台机器。",
        "online": "您输入的内容会发给：{}。",
        "placeholder": "### 请说说发生了什么\n买了什么、在哪个平台、出了什么问题、平台知道后做了什么。也可以从下面的例子开始。",
        "box": "请说说发生了什么", "box_label": "您的话（回车发送，Shift+回车换行）",
        "steps": "三步", "step_tell": "说说经过：买了什么、出了什么事、平台做了什么。", "step_check": "核对读到的事实；结论、赔付先后和依据会显示在这里，改一处，结论马上跟着变。", "step_take": "拿走文书：投诉信、12315 举报信、起诉状，Word 或 PDF。", "chat": "对话", "send": "发送",
        "settings": "设置", "reply_language": "语言", "auto": "随浏览器和您的话", "doctrine": "“相应的责任”采哪一学说",
        "failed": "抱歉，这一轮没有完成（{}）。您之前说的都还在，请再发一次或换个说法。",
        "form": "责任形态", "certain": "已经确定", "undetermined": "暂无", "possible": "不能排除",
        "wording": "法律原文：“相应的责任”", "under": "按学说", "as_of": "适用法律截至", "decision": "决定编号",
        "duties": "平台的安全保障义务", "duty": "义务", "status": "状态", "basis": "依据",
        "prevention": "事前：风险预防", "avoidance": "事中：风险避免", "relief": "事后：风险救助",
        "breached": "违反", "fulfilled": "已履行", "unknown": "尚不清楚", "not_engaged": "未涉及",
        "facts": "读到的事实", "followed": "由此推出或推定的", "open": "还不知道、会影响结论的",
        "none_told": "还没有读到事实。", "clash": "这两点不能同时成立，请更正：",
        "yes": "是", "no": "否", "yuan": "{} 元",
        "stated": "您说的", "corrected": "您更正的", "inferred": "推出", "presumed": "推定",
        "sources": "其他引用的条文", "carrying": "决定结论的条文", "statute": "条文", "digest": "摘要，不是原文", "added": "您加入的文本",
        "version": "{} 版，{} 有效",
        "certificate": "结论靠什么", "settling": "问清这些就能定", "depends_on": "还可能改变结论的",
        "whatever": "无论怎样都不影响的", "periods": "不同时间的法律", "since": "{} 起：{}",
        "trace": "推理过程：从结论到您的话", "diagram": "推理图",
        # conversation
        "new": "新对话", "talks": "对话记录", "no_talks": "还没有对话。", "delete": "删除", "delete_really": "永久删除这段对话？",
        "stop": "停止", "file_short": "附件", "from_file": "来自文件《{}》", "file_refused": "文件没有读入：{}",
        "you_corrected": "已按您的更正：“{}”为**{}**。", "changed": "结论由**{}**变为**{}**。", "unchanged": "结论仍为**{1}**。",
        "supposed": "**假如** {}，结论会是：**{}**。（这只是假设，您的事实没有改动。）",
        "rewrite": "按现在的事实写出完整答复", "what_if": "假如{}？", "is_so": "“{}”成立", "is_not_so": "并非“{}”",
        "dont_know": "不清楚", "next": "接下来", "too_long": "这段对话已经很长了，请开始新对话。", "too_much": "这段话有 {} 字，一次最多 {} 字，请只留下有关的部分，或分几次说。",
        # panels
        "tab_chat": "咨询", "tab_law": "法条", "tab_rules": "规则与术语", "tab_about": "说明",
        "tab_verdict": "结论", "tab_why": "理由", "tab_sources": "条文", "tab_claims": "主张与证据", "tab_letters": "文书",
        "order": "谁来付、先后（序号相同的可任选）", "at_most": "不超过 {} 元", "possible_payer": "视情况",
        "edit_hint": "读错了？直接改，结论马上跟着变。", "set": "更正“{}”",
        "flips": "什么会改变结论",
        "claims": "可以主张", "formula": "算法", "owed_by": "由谁承担", "contested": "有争议", "only_one": "只能择一", "no_more": "最多 {}", "no_less": "至少 {}",
        "evidence": "证据清单", "mine": "由您证明", "theirs": "由对方证明", "any_one": "有一项即可", "time_and_place": "期限、法院和途径",
        "schools": "各学说对照", "chosen": "所选", "argument": "论据",
        "in_chapter": "在本章中阅读",
        # letters
        "letter_kind": "写哪一种", "complaint": "给平台的投诉信", "report": "12315 投诉举报信", "claim": "民事起诉状", "reply": "平台给消费者的答复",
        "against": "起诉谁", "all": "商家和平台", "merchant": "只告商家", "docx": "下载 Word", "pdf": "下载 PDF", "blanks": "要填的空", "letter_notes": "给您的提示（不属于信的内容）",
        "no_letter": "先说说发生了什么，才能写信。", "refused": "现在还不能写这一份：",
        # law
        "law_box": "查法条：问题、词语或者“电子商务法第三十八条”", "search": "查找", "law_hint": "输入一个问题，或者从下面选一部法。",
        "no_hits": "没有找到相近的条文。", "versions": "版本与施行时间", "from_to": "{} 起至 {} 止", "from_on": "{} 起", "held": "持有文本", "not_held": "没有持有文本",
        "rests": "以它为依据的规则", "ground": "责任依据", "at_date": "看哪一天的条文", "instruments": "收录的法律文件", "bad_date": "日期写成 2024-03-15 这样，收到的是 {}",
        "glossary": "术语", "rules": "规则表", "defined_in": "见",
        # settings and notice
        "audience": "为谁写", "consumer": "消费者", "lawyer": "律师", "desk": "平台客服", "date_of_facts": "事情发生的日期（决定适用哪一版法律）",
        "notice_title": "使用之前请知道", "understood": "知道了",
        "notice_short": "**这是法律信息，不是法律意见**。结论按固定规则由您说的事实得出，请核对“读到的事实”。对话只存在运行本程序的机器上，可随时永久删除。",
        "notice_text": "安保给出的是法律信息，不是法律意见，也不能代替律师。结论由固定的规则根据您说的事实得出：您没有说到或者说错的，结论也会不同，请核对“读到的事实”。对话保存在运行这个程序的机器上，可以随时永久删除。紧急危险请拨打 110 或 120；维权可拨打 12315。",
        "about_rules": "规则、条文日期和学说都可以在“规则与术语”“法条”里核对。",
    },
    "en": {
        "other_language": "中文", "title": "# Anbao 安保\nWhen an online purchase goes wrong: is the platform liable, how, and why",
        "legal": "This is legal information, not legal advice.",
        "offline": "Offline: nothing you type leaves this machine.",
        "online": "What you type is sent to: {}.",
        "placeholder": "### Tell me what happened\nWhat you bought, on which platform, what went wrong, and what the platform did once it knew. Or start from an example.",
        "box": "Tell me what happened", "box_label": "Your words (Enter sends, Shift+Enter for a new line)",
        "steps": "Three steps", "step_tell": "Tell what happened: what you bought, what went wrong, what the platform did.", "step_check": "Check the facts read. The verdict, who pays and why will stand here, and follow at once when you change a fact.", "step_take": "Take the letter: complaint, report to 12315 or statement of claim, as Word or PDF.", "chat": "Conversation", "send": "Send",
        "settings": "Settings", "reply_language": "Language", "auto": "as the browser and your words", "doctrine": "Doctrine on “corresponding liability”",
        "failed": "Sorry, this turn did not finish ({}). What you told before is kept; please send it again or rephrase.",
        "form": "Form of liability", "certain": "Certain", "undetermined": "nothing yet", "possible": "Not excluded",
        "wording": "The statute says: “corresponding liability”", "under": "Doctrine", "as_of": "Law as of", "decision": "Decision",
        "duties": "The platform's duties of safety protection", "duty": "Duty", "status": "Status", "basis": "Basis",
        "prevention": "Before: risk prevention", "avoidance": "During: risk avoidance", "relief": "After: risk relief",
        "breached": "breached", "fulfilled": "fulfilled", "unknown": "not known", "not_engaged": "not engaged",
        "facts": "The facts read", "followed": "What follows or is presumed", "open": "Not known, and would matter",
        "none_told": "No facts read yet.", "clash": "These two cannot both be true; please correct one:",
        "yes": "yes", "no": "no", "yuan": "{} yuan",
        "stated": "you said", "corrected": "you corrected", "inferred": "inferred", "presumed": "presumed",
        "sources": "Other provisions cited", "carrying": "Provisions that carry the conclusion", "statute": "statute", "digest": "digest, not the text", "added": "text you added",
        "version": "version of {}, in force on {}",
        "certificate": "What the answer rests on", "settling": "Settled by these answers",
        "depends_on": "Could still change it", "whatever": "Makes no difference whatever the answer",
        "periods": "Under the law of other times", "since": "from {}: {}",
        "trace": "The reasoning, from the form to your words", "diagram": "Diagram of the reasoning",
        # conversation
        "new": "New chat", "talks": "Conversations", "no_talks": "No conversations yet.", "delete": "Delete", "delete_really": "Delete this conversation for good?",
        "stop": "Stop", "file_short": "File", "from_file": "from the file “{}”", "file_refused": "The file was not read: {}",
        "you_corrected": "As you corrected it, “{}” is **{}**.", "changed": "The conclusion changes from **{}** to **{}**.", "unchanged": "The conclusion stays **{1}**.",
        "supposed": "**If** {}, the conclusion would be: **{}**. (Only supposed: your facts are unchanged.)",
        "rewrite": "Write the whole reply on the facts as they are now", "what_if": "What if {}?", "is_so": "“{}” is so", "is_not_so": "“{}” is not so",
        "dont_know": "I don't know", "next": "Next", "too_long": "This conversation has grown very long; please start a new one.", "too_much": "This has {} characters, and one message holds {}: keep the part that matters, or tell it in several messages.",
        # panels
        "tab_chat": "Chat", "tab_law": "Law", "tab_rules": "Rules and terms", "tab_about": "About",
        "tab_verdict": "Verdict", "tab_why": "Reasons", "tab_sources": "Provisions", "tab_claims": "Claims", "tab_letters": "Letters",
        "order": "Who pays, in what order (equal numbers: your choice)", "at_most": "at most {} yuan", "possible_payer": "possibly",
        "edit_hint": "Read wrongly? Change it here; the verdict follows at once.", "set": "Correct “{}”",
        "flips": "What would change this",
        "claims": "What can be claimed", "formula": "Reckoned", "owed_by": "Owed by", "contested": "contested", "only_one": "only one of these", "no_more": "at most {}", "no_less": "at least {}",
        "evidence": "Evidence checklist", "mine": "For you to prove", "theirs": "For the other side to prove", "any_one": "any one of these", "time_and_place": "Time limits, courts and ways",
        "schools": "The schools side by side", "chosen": "chosen", "argument": "Argument",
        "in_chapter": "Read in its chapter",
        # letters
        "letter_kind": "Which letter", "complaint": "Complaint to the platform", "report": "Report to 12315", "claim": "Statement of claim", "reply": "The platform's reply",
        "against": "Against whom", "all": "merchant and platform", "merchant": "merchant only", "docx": "Download Word", "pdf": "Download PDF", "blanks": "Blanks to fill in", "letter_notes": "Notes to you (no part of the letter)",
        "no_letter": "Tell what happened first; then the letter can be written.", "refused": "This one cannot be written yet: ",
        # law
        "law_box": "Find provisions: a question, words, or “E-Commerce Law Article 38”", "search": "Search", "law_hint": "Type a question, or choose an instrument below.",
        "no_hits": "Nothing near to that was found.", "versions": "Versions and when they were in force", "from_to": "from {} until {}", "from_on": "from {}", "held": "text held", "not_held": "text not held",
        "rests": "Rules that rest on it", "ground": "ground of liability", "at_date": "As it stood on", "instruments": "Instruments held", "bad_date": "a date looks like 2024-03-15, this is {}",
        "glossary": "Glossary", "rules": "The rules", "defined_in": "See",
        # settings and notice
        "audience": "Written for", "consumer": "Consumer", "lawyer": "Lawyer", "desk": "Platform's desk", "date_of_facts": "When it happened (decides which version of the law applies)",
        "notice_title": "Before you begin", "understood": "Understood",
        "notice_short": "**This is legal information, not legal advice.** The conclusion follows by fixed rules from what you tell: check “The facts read”. Conversations stay on the machine that runs this program; delete them for good at any time.",
        "notice_text": "Anbao gives legal information, not legal advice, and does not replace a lawyer. The conclusion follows by fixed rules from the facts you tell: what you leave out or what is read wrongly changes it, so check “The facts read”. Conversations are kept on the machine that runs this program; you can delete them for good at any time. In danger call 110 or 120; for consumer rights, 12315.",
        "about_rules": "Rules, dates of provisions and doctrines can be checked under “Rules and terms” and “Law”.",
    },
}  # fmt: skip

# What Gradio says in English in every language, and how it is said in Chinese.
ENGLISH_ALONE: Mapping[str, str] = {"Copy message": "复制", "Scroll down": "看最新的"}


def shown_value(declared: Declaration, value: Value | None, lang: Lang) -> str:
    """A fact's value in words."""
    if declared.kind == "amount" and value is not None:
        return TEXT[lang]["yuan"].format(plain(value))
    return TEXT[lang]["unknown"] if value is None else declared.said(value, lang)


def joined(names: "list[str]", lang: Lang) -> str:
    """Several names as one list in words."""
    return ("、" if lang == "zh" else "; ").join(names)


def half(both: str, lang: Lang) -> str:
    """One language of a text written as “中文 / English”."""
    zh, slash, en = both.partition(" / ")
    return en if slash and lang == "en" else zh
