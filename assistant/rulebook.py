"""The rule table as a document, in Chinese and English: `anbao rules` prints it, `docs/rules*.md` hold it."""

from collections.abc import Iterable, Iterator, Mapping

from assistant.conditions import All, Condition, Known, Leaf, Quiet, Unless
from assistant.conditions import Any as AnyOf
from assistant.doctrines import DOCTRINES
from assistant.facts import Declarations, Lang
from assistant.law import Library, Ref
from assistant.rules import DUTIES, FORM_NAMES, GROUNDS, Basis

_WORDS: Mapping[str, Mapping[Lang, str]] = {
    "title": {"zh": "责任规则表", "en": "The liability rules"},
    "made": {"zh": "由 `anbao rules` 从规则表生成，不要手改。规则见 `assistant/rules.py`，事实见 `corpus/facts.yaml`。",
             "en": "Generated from the rule table by `anbao rules`; do not edit. Rules: `assistant/rules.py`; facts: `corpus/facts.yaml`."},
    "grounds": {"zh": "责任依据（由强到弱取最强者为结论）", "en": "Grounds of liability (the strongest established is the headline)"},
    "duties": {"zh": "安全保障义务", "en": "Duties of safety protection"},
    "doctrines": {"zh": "学说：“相应的责任”是哪一种", "en": "Doctrines: what “corresponding liability” is"},
    "facts": {"zh": "事实", "en": "Facts"},
    "form": {"zh": "形态", "en": "form"}, "when": {"zh": "要件", "en": "elements"},
    "engaged": {"zh": "进入争点的条件", "en": "in issue when"}, "always": {"zh": "总是", "en": "always"},
    "scope": {"zh": "范围", "en": "scope"}, "why": {"zh": "理由", "en": "why this form"},
    "basis": {"zh": "依据", "en": "basis"}, "breached": {"zh": "违反的条件", "en": "breached when"},
    "standard": {"zh": "标准", "en": "standard"}, "only": {"zh": "限于", "en": "only where"},
    "supporting": {"zh": "佐证", "en": "supporting"}, "contested": {"zh": "有争议", "en": "contested"},
    "all": {"zh": "同时具备", "en": "all of"}, "any": {"zh": "具备其一", "en": "one of"},
    "unless": {"zh": "除非", "en": "unless"}, "not": {"zh": "并非：", "en": "not: "},
    "known": {"zh": "已有人说到：", "en": "something is said of: "},
    "quiet": {"zh": "（说到才算）", "en": " (in issue only once told)"},
    "review": {"zh": "违反审核义务", "en": "review neglected"},
    "safety": {"zh": "违反其他安保义务", "en": "another safety duty neglected"},
    "argument": {"zh": "论据", "en": "argument"},
    "fact": {"zh": "事实", "en": "fact"}, "question": {"zh": "怎么问", "en": "question"},
    "burden": {"zh": "谁证明", "en": "who proves"}, "consumer": {"zh": "消费者", "en": "consumer"},
    "platform": {"zh": "平台", "en": "platform"},
}  # fmt: skip
_SCOPES: Mapping[str, Mapping[Lang, str]] = {
    "whole": {"zh": "全部损失", "en": "the whole loss"},
    "enlarged": {"zh": "扩大的损失", "en": "the enlarged loss"},
    "whole_or_enlarged": {"zh": "事前知道的为全部，事后知道的为扩大部分", "en": "whole if known before, else enlarged"},
    "harm_added": {"zh": "该违反增加的损失", "en": "the harm added by that breach"},
}  # fmt: skip


def markdown(declared: Declarations, library: Library, lang: Lang) -> str:
    """The whole table as Markdown."""
    book = _Book(declared, library, lang)
    return "\n".join([*book.head(), *book.grounds(), *book.duties(), *book.doctrines(), *book.facts()]) + "\n"


class _Book:
    def __init__(self, declared: Declarations, library: Library, lang: Lang) -> None:
        self.declared, self.library, self.lang = declared, library, lang

    def word(self, name: str) -> str:
        return _WORDS[name][self.lang]

    def head(self) -> Iterator[str]:
        yield f"# {self.word('title')}"
        yield f"\n{self.word('made')}"

    def grounds(self) -> Iterator[str]:
        yield f"\n## {self.word('grounds')}"
        for ground in GROUNDS:
            yield f"\n### {ground.name[self.lang]} `{ground.id}`\n"
            yield f"- {self.word('form')}: **{FORM_NAMES[ground.form][self.lang]}**"
            yield f"- {self.word('when')}:"
            yield from self.condition(ground.when, 1)
            if ground.engaged:
                yield f"- {self.word('engaged')}:"
                yield from self.condition(ground.engaged, 1)
            for condition, scope in ground.scopes:
                yield f"- {self.word('scope')} {_SCOPES[scope][self.lang]}:"
                yield from self.condition(condition, 1)
            yield f"- {self.word('why')}: {ground.why[self.lang]}"
            yield from self.bases(ground.bases)

    def duties(self) -> Iterator[str]:
        yield f"\n## {self.word('duties')}"
        for duty in DUTIES:
            yield f"\n### {duty.name[self.lang]} `{duty.code}` ({duty.phase})\n"
            if duty.engaged:
                yield f"- {self.word('engaged')}:"
                yield from self.condition(duty.engaged, 1)
            else:
                yield f"- {self.word('engaged')}: {self.word('always')}"
            yield f"- {self.word('breached')}:"
            yield from self.condition(duty.breached, 1)
            for text in duty.standard.values():
                if text:
                    yield f"- {self.word('standard')}: {text.split(' / ')[0 if self.lang == 'zh' else -1]}"
            yield from self.bases(duty.bases)

    def doctrines(self) -> Iterator[str]:
        yield f"\n## {self.word('doctrines')}\n"
        yield f"| | {self.word('review')} | {self.word('safety')} | {self.word('argument')} |"
        yield "|---|---|---|---|"
        for school in DOCTRINES.values():
            review, safety = (
                " / ".join(FORM_NAMES[form][self.lang] for form in forms)
                for forms in (school.review, school.safety)
            )
            name = f"{school.name[self.lang]} `{school.id}`"
            yield f"| {name} | {review} | {safety} | {school.argument[self.lang]} |"

    def facts(self) -> Iterator[str]:
        yield f"\n## {self.word('facts')}\n"
        yield f"| `name` | {self.word('fact')} | {self.word('question')} | {self.word('burden')} |"
        yield "|---|---|---|---|"
        for d in self.declared.values():
            yield f"| `{d.name}` | {d.text[self.lang]} | {d.ask[self.lang]} | {self.word(d.burden)} |"

    def bases(self, bases: Iterable[Basis]) -> Iterator[str]:
        yield f"- {self.word('basis')}:"
        for basis in bases:
            marks = [self.word(m) for m, on in (("supporting", not basis.carrying),
                                                ("contested", basis.contested)) if on]  # fmt: skip
            mark = f" ({', '.join(marks)})" if marks else ""
            lead = "" if isinstance(basis.when, Unless) else f"{self.word('only')} "
            only = f" — {lead}{self.inline(basis.when)}" if basis.when else ""
            yield f"  - {self.cited(basis.ref)} `{basis.ref}`{mark}{only}"

    def cited(self, ref: str) -> str:
        parsed = Ref.parse(ref)
        return parsed.chinese if self.lang == "zh" else parsed.english(self.library.find(parsed.law).english)

    def condition(self, condition: Condition, depth: int) -> Iterator[str]:
        pad = "  " * depth
        quiet = isinstance(condition, Quiet)
        part = condition.part if isinstance(condition, Quiet) else condition
        if isinstance(part, All | AnyOf):
            name = self.word("all" if isinstance(part, All) else "any")
            yield f"{pad}- {name}{self.word('quiet') if quiet else ''}:"
            for inner in part.parts:
                yield from self.condition(inner, depth + 1)
        else:
            yield f"{pad}- {self.inline(condition)}"

    def inline(self, condition: Condition) -> str:
        """A condition in one line."""
        if isinstance(condition, Quiet):
            return self.inline(condition.part) + self.word("quiet")
        if isinstance(condition, Unless):
            return f"{self.word('unless')} {self.inline(condition.part)}"
        if isinstance(condition, Known):
            return self.word("known") + self.declared[condition.fact].text[self.lang]
        if isinstance(condition, Leaf):
            text = self.declared[condition.fact].text[self.lang]
            if self.declared[condition.fact].kind == "yes_no":
                return (self.word("not") if condition.negated else "") + text
            sign = "≠" if condition.negated else "="
            return f"{text} {sign} {'|'.join(map(str, condition.wanted))}"
        joint = ("；" if self.lang == "zh" else "; ") if isinstance(condition, All) else " / "
        parts = condition.parts if isinstance(condition, All | AnyOf) else ()
        return "(" + joint.join(self.inline(part) for part in parts) + ")"
