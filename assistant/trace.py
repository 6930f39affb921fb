"""The trace: from the form of liability back to the rule, its elements, the facts and the user's words.

`trace(verdict)` is plain data for JSON; `as_text` is what a lawyer reads; `as_mermaid` the same as a
diagram. Nothing is decided here: every line repeats what the verdict holds.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from assistant.conditions import All, Condition, Known, Leaf, Quiet, Unless
from assistant.conditions import Any as AnyOf
from assistant.facts import Facts, Lang, plain, premises
from assistant.law import Ref
from assistant.rules import FORM_NAMES
from assistant.verdict import GroundResult, Verdict

Node = dict[str, Any]

_SIGN = {"yes": "✓", "no": "✗", "unknown": "?"}
_STATUS: Mapping[str, Mapping[Lang, str]] = {
    "established": {"zh": "成立", "en": "established"},
    "excluded": {"zh": "不成立", "en": "excluded"},
    "open": {"zh": "待定（取决于未知事实）", "en": "open (depends on unknown facts)"},
    "unproved": {"zh": "未被证明", "en": "unproved"},
    "not_engaged": {"zh": "未涉及", "en": "not engaged"},
}
_SOURCE: Mapping[str, Mapping[Lang, str]] = {
    "stated": {"zh": "您说的", "en": "you said"},
    "corrected": {"zh": "您更正的", "en": "you corrected"},
    "inferred": {"zh": "推出", "en": "inferred"},
    "presumed": {"zh": "推定", "en": "presumed"},
}
_GROUP: Mapping[str, Mapping[Lang, str]] = {
    "all": {"zh": "同时具备", "en": "all of"},
    "any": {"zh": "具备其一", "en": "one of"},
    "unless": {"zh": "没有这一例外", "en": "unless"},
}


def trace(verdict: Verdict, *, everything: bool = False) -> list[Node]:
    """One entry a ground, the strongest established first: status, elements with facts and words, basis.

    Grounds that are excluded or not in issue are left out unless `everything`.
    """
    shown = [*verdict.established]
    shown += [g for g in verdict.grounds if g.status in ("open", "unproved")]
    if everything or not shown:
        shown += [g for g in verdict.grounds if g.status in ("excluded", "not_engaged")]
    return [_ground(g, verdict.facts) for g in shown]


def _ground(result: GroundResult, facts: Facts) -> Node:
    rule = result.ground
    return {
        "ground": rule.id, "name": dict(rule.name), "form": result.form, "status": result.status,
        "scope": result.scope, "elements": _element(rule.when, facts),
        "basis": [{"ref": b.ref, "carrying": b.carrying, "contested": b.contested}
                  for b in rule.bases if b.ref in result.basis],
    }  # fmt: skip


def _element(condition: Condition, facts: Facts) -> Node:
    if isinstance(condition, Quiet):
        return _element(condition.part, facts)
    holds = plain(condition.value(facts))
    if isinstance(condition, Leaf):
        return {"holds": holds, "wanted": str(condition), **_fact(condition.fact, facts)}
    if isinstance(condition, Known):
        return {"holds": holds, "wanted": f"{condition.fact} known", **_fact(condition.fact, facts)}
    if isinstance(condition, Unless):
        return {"op": "unless", "holds": holds, "parts": [_element(condition.part, facts)]}
    op = "all" if isinstance(condition, All) else "any"
    parts = condition.parts if isinstance(condition, All | AnyOf) else ()
    return {"op": op, "holds": holds, "parts": [_element(part, facts) for part in parts]}


def _fact(name: str, facts: Facts, seen: frozenset[str] = frozenset()) -> Node:
    """A fact with its words, and the facts it was inferred from, down to the user's words."""
    declared, fact = facts.declared[name], facts.known.get(name)
    value = fact.value if fact else None
    said = {"zh": declared.said(value, "zh"), "en": declared.said(value, "en")}
    node: Node = {"fact": name, "text": dict(declared.text), "value": plain(value), "said": said,
                  "burden": declared.burden}  # fmt: skip
    if fact:
        node |= {"source": fact.source, "evidence": fact.evidence}
    if fact and fact.source == "inferred":
        node["from"] = [_fact(n, facts, seen | {name}) for n in premises(facts, name) if n not in seen]
    return node


# ---- as text


def as_text(verdict: Verdict, lang: Lang, *, everything: bool = False) -> str:
    """The trace as indented lines: form, ground, elements, facts, words, provisions."""
    head = FORM_NAMES[verdict.liability][lang]
    school = verdict.doctrine.name[lang]
    day, decision = verdict.law_as_of, verdict.decision_id
    lines = [f"{head}（学说：{school}；法律截至 {day}；编号 {decision}）" if lang == "zh"
             else f"{head} (doctrine: {school}; law as of {day}; decision {decision})"]  # fmt: skip
    for number, node in enumerate(trace(verdict, everything=everything), 1):
        form, status = FORM_NAMES[node["form"]][lang], _STATUS[node["status"]][lang]
        lines += ["", f"{number}. {node['name'][lang]} [{node['ground']}] — {status} → {form}"]
        lines += _element_lines(node["elements"], lang, 1)
        for row in node["basis"]:
            carrying = ("给出请求权" if row["carrying"] else "佐证") if lang == "zh" else (
                "carrying" if row["carrying"] else "supporting")  # fmt: skip
            contested = ("，有争议" if lang == "zh" else ", contested") if row["contested"] else ""
            name = Ref.parse(row["ref"]).chinese
            lines.append(f"   § {name}（{carrying}{contested}）" if lang == "zh"
                         else f"   § {row['ref']} ({carrying}{contested})")  # fmt: skip
    return "\n".join(lines)


def _element_lines(node: Node, lang: Lang, depth: int) -> Iterator[str]:
    pad, sign = "   " * depth, _SIGN[node["holds"]]
    if "op" in node:
        yield f"{pad}{sign} {_GROUP[node['op']][lang]}{'：' if lang == 'zh' else ':'}"
        for part in node["parts"]:
            yield from _element_lines(part, lang, depth + 1)
        return
    yield f"{pad}{sign} {_fact_line(node, lang)}"
    for cause in node.get("from", ()):
        yield from _cause_lines(cause, lang, depth + 1)


def _cause_lines(node: Node, lang: Lang, depth: int) -> Iterator[str]:
    yield f"{'   ' * depth}← {_fact_line(node, lang)}"
    for cause in node.get("from", ()):
        yield from _cause_lines(cause, lang, depth + 1)


def _fact_line(node: Node, lang: Lang) -> str:
    value = node["said"][lang]
    if "source" not in node:
        return f"{node['text'][lang]}：{value}" if lang == "zh" else f"{node['text'][lang]}: {value}"
    source = _SOURCE[node["source"]][lang]
    words = _words(node, lang)
    return (f"{node['text'][lang]}：{value}（{source}{'，' if words else ''}{words}）" if lang == "zh"
            else f"{node['text'][lang]}: {value} ({source}{', ' if words else ''}{words})")  # fmt: skip


def _words(node: Node, lang: Lang) -> str:
    """The user's words in quotes, or why the fact is inferred or presumed."""
    if node["source"] in ("stated", "corrected"):
        return f"“{_short(node['evidence'])}”" if node["evidence"] else ""
    chinese, slash, english = node["evidence"].partition(" / ")
    return (chinese if lang == "zh" else english) if slash else ""


def _short(words: str) -> str:
    return words if len(words) <= 60 else words[:59] + "…"


# ---- as a diagram


def as_mermaid(verdict: Verdict, lang: Lang) -> str:
    """A Mermaid flowchart of the grounds that decide: words → facts → ground → form, provisions beside."""
    diagram = _Diagram(lang)
    top = diagram.node(f"form:{verdict.liability}", FORM_NAMES[verdict.liability][lang], "([", "])")
    for result in (verdict.established or verdict.open)[:4]:
        entry = _ground(result, verdict.facts)
        ground = diagram.node(result.ground.id, entry["name"][lang], "[[", "]]")
        diagram.arrow(ground, top, "" if result.status == "established" else "?")
        for leaf in _decisive(entry["elements"], result.status == "established"):
            diagram.arrow(diagram.fact(leaf), ground)
        for row in entry["basis"]:
            if row["carrying"]:
                name = Ref.parse(row["ref"]).chinese if lang == "zh" else row["ref"]
                diagram.line(diagram.node(row["ref"], name, "[/", "/]"), ground)
    return "\n".join(["flowchart LR", *diagram.lines])


def _decisive(node: Node, established: bool) -> Iterator[Node]:
    """The leaves that carry an established ground, or those an open one waits for."""
    wanted = ("yes",) if established else ("yes", "unknown")
    if node["holds"] not in wanted or node.get("op") == "unless":
        return
    if "op" not in node:
        yield node
        return
    for part in node["parts"]:
        yield from _decisive(part, established)


class _Diagram:
    """Mermaid lines; a node is written once, its text stripped of what Mermaid would read as markup."""

    def __init__(self, lang: Lang) -> None:
        self.lang, self.lines, self._ids = lang, list[str](), dict[str, str]()

    def node(self, key: str, text: str, left: str = "[", right: str = "]") -> str:
        if key not in self._ids:
            self._ids[key] = f"n{len(self._ids)}"
            plain_text = re.sub(r"[\"`<>\[\]{}()#;|\\]|https?://\S*", " ", text)
            self.lines.append(f'  {self._ids[key]}{left}"{" ".join(plain_text.split())}"{right}')
        return self._ids[key]

    def fact(self, node: Node) -> str:
        colon = "：" if self.lang == "zh" else ": "
        found = self.node(node["fact"], f"{node['text'][self.lang]}{colon}{node['said'][self.lang]}")
        for cause in node.get("from", ()):
            self.arrow(self.fact(cause), found)
        if node.get("source") in ("stated", "corrected") and node.get("evidence"):
            words = self.node(f"words:{node['evidence']}", f"“{_short(node['evidence'])}”", "(", ")")
            self.arrow(words, found)
        return found

    def arrow(self, start: str, end: str, label: str = "") -> None:
        self._once(f"  {start} -->{f'|{label}|' if label else ''} {end}")

    def line(self, start: str, end: str) -> None:
        self._once(f"  {start} -.- {end}")

    def _once(self, line: str) -> None:
        if line not in self.lines:
            self.lines.append(line)


def told(nodes: Sequence[Node]) -> set[str]:
    """The user's words a trace rests on (tests: every one of them must be in the story)."""
    found: set[str] = set()
    for node in nodes:
        if node.get("source") in ("stated", "corrected") and node.get("evidence"):
            found.add(node["evidence"])
        inner: list[Node] = [node["elements"]] if "elements" in node else []
        found |= told([*inner, *node.get("parts", ()), *node.get("from", ())])
    return found


def facts_as_text(facts: Facts, lang: Lang) -> str:
    """The facts, one a line: name=value, what it means, and whose words it rests on."""
    head = {
        "zh": "读到的事实（用 --set 名称=值 更正）：",
        "en": "The facts read (correct one with --set NAME=VALUE):",
    }
    rows = [head[lang]]
    for name, fact in sorted(facts.known.items()):
        words = fact.evidence if fact.source in ("stated", "corrected") else ""
        rest = f"{_SOURCE[fact.source][lang]}: “{words}”" if words else _SOURCE[fact.source][lang]
        rows.append(f"- {name}={plain(fact.value)} · {facts.declared[name].text[lang]} · {rest}")
    return "\n".join(rows)
