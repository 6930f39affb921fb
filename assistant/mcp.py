"""The assistant as tools for other programs (Model Context Protocol); mcp's server lives here only.

To add a tool, add a function that returns plain data to `tools`; its docstring is what callers read.
"""

from collections.abc import Callable
from datetime import date
from functools import wraps
from typing import Any

from mcp.server import MCPServer
from mcp.server.mcpserver.exceptions import ToolError

from assistant import __version__
from assistant.citations import check
from assistant.doctrines import UnknownDoctrine
from assistant.facts import FactError, from_json
from assistant.graph import Assistant
from assistant.law import LawError
from assistant.payment import payments
from assistant.remedies import remedies
from assistant.sides import verdict_json
from assistant.verdict import assess

Json = dict[str, Any]


def tools(assistant: Assistant) -> list[Callable[..., Json]]:
    """The tools, all of them reading only."""
    library = assistant.library

    def assess_liability(facts: Json, doctrine: str | None = None) -> Json:
        """Is the e-commerce platform liable, and in which form? Decided by rules from facts {name: value};
        values are yes, no, or what the fact's kind asks for. list_facts names them."""
        verdict = assess(from_json(assistant.declared, facts), library.in_force, library.as_of, doctrine)
        found = remedies(verdict)
        return {**verdict_json(verdict, found, payments(verdict, found)), "decision_id": verdict.decision_id}

    def list_facts() -> Json:
        """The facts that assess_liability reads: kind, choices, what they say, who must prove them."""
        return {d.name: {"kind": d.kind, "choices": list(d.choices), "says": dict(d.text), "burden": d.burden}
                for d in assistant.declared.values()}  # fmt: skip

    def search_law(query: str, top_k: int = 8) -> Json:
        """The provisions of Chinese law nearest to a question, best first."""
        return {"hits": [hit.to_json() for hit in assistant.index.search(query, min(max(top_k, 1), 50))]}

    def read_provision(ref: str, on: date | None = None) -> Json:
        """One provision by a reference like 电子商务法#38.2, as it stood on a day (now, if none is given)."""
        day = on or library.as_of
        return library.provision(ref, day).to_json(day)

    def check_citations(text: str, on: date | None = None) -> Json:
        """Every citation of Chinese law in a text: does it exist, and was it in force?"""
        return {"citations": [citation.to_json() for citation in check(text, library, on)]}

    return [assess_liability, list_facts, search_law, read_provision, check_citations]


def server(assistant: Assistant) -> MCPServer:
    """The server, not yet listening."""
    made = MCPServer("anbao", version=__version__, instructions=(
        "Platform liability in Chinese e-commerce: verdicts by rules, provisions, citations checked. "
        "Legal information, not legal advice."
    ))  # fmt: skip
    for tool in tools(assistant):
        made.tool()(_told_plainly(tool))
    return made


def _told_plainly(tool: Callable[..., Json]) -> Callable[..., Json]:
    """The tool, whose known errors reach the caller in words."""

    @wraps(tool)
    def told(*args: Any, **kwargs: Any) -> Json:
        try:
            return tool(*args, **kwargs)
        except (FactError, LawError, UnknownDoctrine) as error:
            raise ToolError(str(error)) from None

    return told


def serve(assistant: Assistant, port: int | None) -> None:
    """Serve until the caller leaves: on stdio, or on this machine's port."""
    if port is None:
        server(assistant).run("stdio")
    else:
        server(assistant).run("streamable-http", host="127.0.0.1", port=port)
