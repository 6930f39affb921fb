"""The agent: a chat model writes the explanation, with read-only tools; it decides nothing.

The draft goes to the guard like any text; any failure here means the reply is rendered by code.
"""

import json
import logging
import string
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from assistant.facts import FactError, Lang
from assistant.index import Index
from assistant.law import LawError, Library
from assistant.masking import masked
from assistant.reply import Material, cite, conclusion, explanation
from assistant.settings import SettingsError
from assistant.verdict import Verdict, assess

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel

log = logging.getLogger(__name__)
TOOL_CALLS = 4
STORY = 6000  # characters of the user's words that go into the prompt


class ModelFailed(Exception):
    """The chat model gave no draft; the message is the kind of failure, never its words."""


def prompt(folder: Path, name: str, lang: Lang, **values: str) -> str:
    """The prompt file filled in. Raises SettingsError when its variables and `values` differ."""
    file = folder / f"{name}.{lang}.md"
    template = string.Template(file.read_text(encoding="utf-8"))
    wanted = set(template.get_identifiers())
    if wanted != set(values):
        raise SettingsError(f"{file.name} wants {sorted(wanted)}, got {sorted(values)}")
    return template.substitute(values)


def tools(verdict: Verdict, library: Library, index: Index) -> list[Callable[..., str]]:
    """The read-only tools, bound to this turn's verdict and the law."""

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

    def search_law(query: str) -> str:
        """Provisions nearest to a question."""
        return json.dumps([h.to_json() for h in index.search(query, 4)], ensure_ascii=False)

    def read_provision(ref: str) -> str:
        """The text of one provision, by a reference like 电子商务法#38.2."""
        try:
            return library.provision(ref, verdict.law_as_of).text
        except LawError as error:
            return str(error)

    def compare_doctrines() -> str:
        """The form of liability under each school of doctrine, on the same facts."""
        return json.dumps({verdict.doctrine.id: verdict.liability, **verdict.other_doctrines})

    return [assess_liability, search_law, read_provision, compare_doctrines]


def draft(
    model: "BaseChatModel", material: Material, story: str, folder: Path, library: Library, index: Index
) -> str:
    """The model's explanation. Raises ModelFailed when it fails in any way or says nothing."""
    from langchain.agents import create_agent
    from langchain.agents.middleware import ToolCallLimitMiddleware

    lang = material.lang
    allowed = "\n".join(
        f"- {cite(ref, material.provisions, lang)}: {p.text}" for ref, p in material.provisions.items()
    )
    asked = prompt(
        folder, "answer", lang, conclusion=conclusion(material), reasons=explanation(material),
        provisions=allowed, story=story[:STORY],
    )  # fmt: skip
    try:
        agent = create_agent(
            model,
            tools(material.verdict, library, index),
            middleware=[ToolCallLimitMiddleware(run_limit=TOOL_CALLS, exit_behavior="error")],
        )
        state = agent.invoke(
            {"messages": [{"role": "user", "content": masked(asked)}]},
            {"recursion_limit": 3 * TOOL_CALLS + 6},
        )
        written = str(state["messages"][-1].text).strip()
    except Exception as error:  # any provider may raise anything; the reply never depends on it
        log.warning("the chat model failed: %s", type(error).__name__)
        raise ModelFailed(type(error).__name__) from None
    if not written:
        raise ModelFailed("empty")
    return written
