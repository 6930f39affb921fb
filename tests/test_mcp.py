"""The tools as another program calls them, with the official client, over both transports."""

import sys
import threading
import time

import anyio
import pytest
import uvicorn
from mcp import Client, StdioServerParameters
from mcp.client.stdio import stdio_client

from assistant import mcp
from tests.postgres import free_port

CALLS = [
    ("assess_liability", {"facts": {"knew": "yes", "took_measures": "no"}}, "liability"),
    ("list_facts", {}, "knew"),
    ("search_law", {"query": "平台明知商家卖假货", "top_k": 2}, "hits"),
    ("read_provision", {"ref": "电子商务法#38.2"}, "text"),
    ("check_citations", {"text": "《电子商务法》第三十八条第三款"}, "citations"),
]


async def every_tool(client: Client) -> dict[str, object]:
    listed = {tool.name for tool in (await client.list_tools()).tools}
    assert listed == {name for name, _, _ in CALLS}
    answers = {}
    for name, arguments, wanted in CALLS:
        result = await client.call_tool(name, arguments)
        assert not result.is_error, (name, result.content)
        assert wanted in result.structured_content, name
        answers[name] = result.structured_content
    return answers


def test_every_tool_answers_with_plain_data(assistant):
    async def run() -> dict[str, object]:
        async with Client(mcp.server(assistant)) as client:
            return await every_tool(client)

    answers = anyio.run(run)
    assert answers["read_provision"]["text"].startswith("对关系消费者生命健康的商品或者服务")
    assert answers["check_citations"]["citations"][0]["status"] == "no_such_paragraph"
    assert len(answers["search_law"]["hits"]) == 2


@pytest.mark.parametrize(("name", "arguments", "says"), [
    ("assess_liability", {"facts": {"knwe": "yes"}}, "there is no fact"),
    ("read_provision", {"ref": "电子商务法#381"}, "381"),
])  # fmt: skip
def test_a_call_that_makes_no_sense_is_an_error_that_says_why(assistant, name, arguments, says):
    async def run() -> object:
        async with Client(mcp.server(assistant)) as client:
            return await client.call_tool(name, arguments)

    result = anyio.run(run)
    assert result.is_error
    assert says in result.content[0].text


def test_over_http_the_same_tools_answer(assistant):
    port = free_port()
    app = mcp.server(assistant).streamable_http_app(host="127.0.0.1")
    server = uvicorn.Server(uvicorn.Config(app, port=port, log_level="error"))
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        while not server.started:
            time.sleep(0.05)

        async def run() -> None:
            async with Client(f"http://127.0.0.1:{port}/mcp") as client:
                await every_tool(client)

        anyio.run(run)
    finally:
        server.should_exit = True
        thread.join()


def test_the_command_serves_on_stdio(assistant):
    data = {"ANBAO_DATA": str(assistant.settings.data)}
    command = StdioServerParameters(command=sys.executable, args=["-m", "assistant.cli", "mcp"], env=data)

    async def run() -> None:
        async with Client(stdio_client(command)) as client:
            await every_tool(client)

    anyio.run(run)
