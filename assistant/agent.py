"""The agent: a chat model writes an explanation, with read-only tools; it decides nothing.

The draft goes to the guard like any text; any failure here means the reply is rendered by code.
"""

import functools
import json
import re
import string
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import get_args

import yaml

from assistant.chat import ModelFailed, Turn
from assistant.explain import Found, render
from assistant.facts import FactError, Lang
from assistant.forms import named
from assistant.guard import FACTS, Evidence, amounts_of
from assistant.index import Index
from assistant.law import LawError, Library
from assistant.masking import masked
from assistant.payment import total
from assistant.reply import Audience, Material, cite, conclusion, explanation
from assistant.settings import SettingsError
from assistant.verdict import assess

PROMPTS: Mapping[str, Sequence[str]] = {  # one a call, with its variables
    "answer": ("conclusion", "reasons", "provisions", "story", "audience"),
    "law": ("question", "material", "audience"),
    "read": ("facts", "story"),
    "baseline": ("extracts", "story"),
}
TOOL_CALLS = 4
STORY = 6000  # characters of the user's words that go into the prompt
LISTED, TEXT = 8, 300  # provisions in the prompt, characters of each; the tools read the rest
Tool = Callable[..., str]


def prompt(folder: Path, name: str, lang: Lang, **values: str) -> str:
    """The prompt file filled in. Raises SettingsError when its variables and `values` differ."""
    file = folder / f"{name}.{lang}.md"
    template = string.Template(_text(file))
    wanted = set(template.get_identifiers())
    if wanted != set(values) or not template.is_valid():
        raise SettingsError(
            f"{file.name} wants {sorted(wanted)}, got {sorted(values)}; write a variable $name, a dollar $$"
        )
    return template.substitute(values)


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except OSError:
        raise SettingsError(f"the prompt {file} cannot be read; install anbao again") from None


def fenced(text: str) -> str:
    """A text that came from outside, unable to end the fence it is put in."""
    return text.replace("<<<", "‹‹‹").replace(">>>", "›››")


def style(folder: Path, audience: Audience, lang: Lang) -> str:
    """How to write for that reader, from `prompts/audience.yaml`."""
    return str(yaml.safe_load(_text(folder / "audience.yaml"))[audience][lang])


def check_prompts(folder: Path) -> None:
    """Fill every prompt once, so that a spoiled one is known before a turn needs it. Raises SettingsError."""
    langs: tuple[Lang, Lang] = ("zh", "en")
    for lang in langs:
        for name, wanted in PROMPTS.items():
            prompt(folder, name, lang, **dict.fromkeys(wanted, "…"))
        for audience in get_args(Audience):
            style(folder, audience, lang)


# ---- tools
def tools(material: Material, library: Library, index: Index) -> list[Tool]:
    """The read-only tools, bound to this turn's verdict and the law."""
    verdict = material.verdict

    def assess_liability(changed_facts: dict[str, str]) -> str:
        """What-if: the verdict if these facts (name to yes, no or unknown) were different."""
        facts = verdict.facts
        try:
            for name, value in changed_facts.items():
                facts = facts.with_(name, value, "corrected")
        except FactError as error:
            return str(error)
        after = assess(facts, library.in_force, library.as_of, verdict.doctrine.id)
        return json.dumps({"liability": after.liability, "possible": list(after.possible)})

    def compare_doctrines() -> str:
        """The form of liability under each school of doctrine, on the same facts."""
        return json.dumps({verdict.doctrine.id: verdict.liability, **verdict.other_doctrines})

    def remedies() -> str:
        """What can be claimed on this verdict: amount, formula, who owes it, provisions."""
        rows = [{"kind": r.kind, "name": r.name, "amount": None if r.amount is None else str(r.amount),
                 "formula": r.formula, "owed_by": list(r.owed_by), "basis": list(r.basis)}
                for r in material.remedies]  # fmt: skip
        return json.dumps(rows, ensure_ascii=False)

    return [assess_liability, compare_doctrines, remedies, *_law_tools(library, index, verdict.law_as_of)]


def _law_tools(library: Library, index: Index, on: date) -> list[Tool]:
    def search_law(query: str) -> str:
        """Provisions nearest to a question."""
        return json.dumps([h.to_json() for h in index.search(query, 4)], ensure_ascii=False)

    def read_provision(ref: str) -> str:
        """The text of one provision, by a reference like 电子商务法#38.2."""
        try:
            return library.provision(ref, on).text
        except LawError as error:
            return str(error)

    return [search_law, read_provision]


def _as_data(tool: Tool) -> Tool:
    """The same tool, its result fenced: what a text says is data to the model, never an order."""

    @functools.wraps(tool)
    def called(*args: object, **values: object) -> str:
        return f"<<<DATA\n{fenced(tool(*args, **values))}\nDATA>>>"

    return called


# ---- what a draft may rest on
def evidence(material: Material, story: str) -> Evidence:
    """For the explanation of a verdict: its provisions, forms, sums, and the user's words."""
    verdict, claims = material.verdict, material.remedies
    held = {f.value for g in verdict.established for f in g.forms} | {verdict.liability}
    told = (verdict.facts[name] for name in ("price_paid", "loss"))
    sums = [*(r.amount for r in claims), total(claims), *(v for v in told if isinstance(v, Decimal))]
    flips = (flip.liability for flip in verdict.flips)
    open_to = {*verdict.possible, *verdict.other_doctrines.values(), *flips}
    return Evidence(
        frozenset(material.provisions), frozenset(held), amounts_of(sums), story, verdict.law_as_of,
        frozenset(open_to), verdict.liability, explanation(material),
        {name: verdict.facts[name] for facts, _ in FACTS for name in facts},
    )  # fmt: skip


def law_evidence(found: Found, story: str) -> Evidence:
    """For the answer to a question of law: what was found, and the forms it names."""
    text = render(found)
    forms = named(text, found.lang)
    return Evidence(found.refs(), forms, frozenset(), story, possible=forms, sources=text)


# ---- drafts
def draft(turn: Turn, material: Material, story: str, folder: Path, library: Library, index: Index) -> str:
    """The model's explanation of a verdict. Raises ModelFailed when it fails in any way or says nothing."""
    lang = material.lang
    asked = prompt(
        folder, "answer", lang, conclusion=conclusion(material), reasons=fenced(explanation(material)),
        provisions=_listed(material), story=fenced(story[:STORY]),
        audience=style(folder, material.audience, lang),
    )  # fmt: skip
    return _written(turn, asked, tools(material, library, index))


def law_draft(turn: Turn, found: Found, folder: Path, library: Library, index: Index) -> str:
    """The model's answer to a question of law. Raises ModelFailed."""
    asked = prompt(
        folder, "law", found.lang, question=fenced(found.question[:STORY]), material=fenced(render(found)),
        audience=style(folder, found.audience, found.lang),
    )  # fmt: skip
    return _written(turn, asked, _law_tools(library, index, library.as_of))


def _listed(material: Material) -> str:
    """The provisions the explanation turns on, few and short enough for a small model."""
    verdict = material.verdict
    grounds = verdict.established or [g for g in verdict.grounds if g.status in ("excluded", "unproved")]
    duties = [d for d in verdict.duties if d.status in ("breached", "fulfilled")]
    refs = [*(ref for g in grounds for ref in g.basis), *(ref for d in duties for ref in d.basis[:1])]
    held = [ref for ref in dict.fromkeys(refs) if ref in material.provisions][:LISTED]
    return "\n".join(
        f"- {cite(ref, material.provisions, material.lang)}: {fenced(material.provisions[ref].text[:TEXT])}"
        for ref in held
    )


def _written(turn: Turn, asked: str, usable: Sequence[Tool]) -> str:
    """What the model writes, calling tools at most TOOL_CALLS times. Raises ModelFailed."""
    from langchain.agents import create_agent
    from langchain.agents.middleware import ToolCallLimitMiddleware

    limit = ToolCallLimitMiddleware(run_limit=TOOL_CALLS, exit_behavior="error")
    agent = create_agent(turn.model, [_as_data(tool) for tool in usable], middleware=[limit])
    state = turn.run(lambda config: agent.ainvoke(
        {"messages": [{"role": "user", "content": masked(asked)}]},
        {**config, "recursion_limit": 3 * TOOL_CALLS + 6},
    ))  # fmt: skip
    written = plain(str(state["messages"][-1].text))
    if not written:
        raise ModelFailed("empty")
    return written


def plain(draft: str) -> str:
    """A draft whose headings are lines in bold: headings are the reply's own."""
    return re.sub(r"^ {0,3}#{1,6} +\**(.+?)[#*\s]*$", r"**\1**", draft.strip(), flags=re.M)
