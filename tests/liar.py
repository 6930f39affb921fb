"""A chat model that lies: an OpenAI-compatible server on loopback that does what a script tells it.

An act is one response: `say`, `call`, `status`, `raw`, `slow`, `drip`, `endless`. A script is a list of acts or
a function from the request's body to an act; the last act of a list repeats.
"""

import json
import threading
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Act = Callable[["Handler"], None]
USED = {"prompt_tokens": 100, "completion_tokens": 10, "total_tokens": 110}


class Handler(BaseHTTPRequestHandler):
    """One request; `body` is what was asked."""

    protocol_version = "HTTP/1.1"
    server: "Liar"
    body: dict[str, Any]

    def do_POST(self) -> None:
        raw = self.rfile.read(int(self.headers.get("content-length", 0)))
        self.body = json.loads(raw or b"{}")
        try:
            self.server.act(self.body, dict(self.headers))(self)
        except (BrokenPipeError, ConnectionResetError):
            self.close_connection = True

    def log_message(self, *_: object) -> None:
        """Quiet."""

    def send(self, data: bytes, status: int = 200, kind: str = "application/json") -> None:
        self.send_response(status)
        self.send_header("content-type", kind)
        self.send_header("content-length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def message(self, message: dict[str, Any], finish: str = "stop") -> None:
        """A well-formed answer, streamed if it was asked for so."""
        row = {"id": "1", "created": 1, "model": str(self.body.get("model"))}
        if not self.body.get("stream"):
            choice = {"index": 0, "message": {"role": "assistant", **message}, "finish_reason": finish}
            whole = {**row, "object": "chat.completion", "choices": [choice], "usage": USED}
            return self.send(json.dumps(whole).encode())
        calls = [{"index": i, **call} for i, call in enumerate(message.get("tool_calls") or [])]
        deltas: list[dict[str, Any]] = [
            {"role": "assistant"},
            *({"content": c} for c in message.get("content") or ""),
        ]
        deltas += [{"tool_calls": calls}] if calls else []
        rows = [{**row, "object": "chat.completion.chunk", "choices": [{"index": 0, "delta": d, "finish_reason": None}]}
                for d in deltas]  # fmt: skip
        rows.append({**row, "object": "chat.completion.chunk",
                     "choices": [{"index": 0, "delta": {}, "finish_reason": finish}]})  # fmt: skip
        text = "".join(f"data: {json.dumps(r)}\n\n" for r in rows) + "data: [DONE]\n\n"
        return self.send(text.encode(), kind="text/event-stream")


def say(words: object) -> Act:
    return lambda handler: handler.message({"content": words})


def call(*calls: tuple[str, object]) -> Act:
    """Tool calls: a name, and arguments as an object or as the raw text of them."""
    rows = [{"id": f"call-{i}", "type": "function", "function": {
        "name": name, "arguments": given if isinstance(given, str) else json.dumps(given)}}
        for i, (name, given) in enumerate(calls)]  # fmt: skip
    return lambda handler: handler.message({"content": None, "tool_calls": rows}, "tool_calls")


def status(code: int, words: str = "no") -> Act:
    return lambda handler: handler.send(
        json.dumps({"error": {"message": words, "code": code}}).encode(), code
    )


def raw(data: bytes, kind: str = "application/json") -> Act:
    return lambda handler: handler.send(data, 200, kind)


def slow(seconds: float, then: Act) -> Act:
    def act(handler: Handler) -> None:
        time.sleep(seconds)
        then(handler)

    return act


def drip(every: float, most: float = 20) -> Act:
    """A byte now and then, never the end: each read succeeds, the whole never does."""

    def act(handler: Handler) -> None:
        handler.send_response(200)
        handler.send_header("content-type", "application/json")
        handler.end_headers()
        began = time.monotonic()
        while time.monotonic() - began < most:
            handler.wfile.write(b" ")
            time.sleep(every)
        handler.close_connection = True

    return act


def endless(chunk: bytes = b" " * 65536, most: int = 400) -> Act:
    """Far more than any answer has, as fast as it goes."""

    def act(handler: Handler) -> None:
        handler.send_response(200)
        handler.send_header("content-type", "application/json")
        handler.end_headers()
        for _ in range(most):
            handler.wfile.write(chunk)
        handler.close_connection = True

    return act


def hang_up(handler: Handler) -> None:
    handler.close_connection = True


class Liar(ThreadingHTTPServer):
    """The server; `play` sets the script, `asked` keeps what it was asked."""

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.script: list[Act] | Callable[[dict[str, Any]], Act] = [say("")]
        self.asked: list[dict[str, Any]] = []
        self.headers: list[dict[str, str]] = []
        threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/v1"

    def play(self, *acts: Act, by: Callable[[dict[str, Any]], Act] | None = None) -> None:
        self.script, self.asked = by or list(acts), []

    def act(self, body: dict[str, Any], headers: dict[str, str]) -> Act:
        self.asked.append(body)
        self.headers.append(headers)
        if callable(self.script):
            return self.script(body)
        return self.script[min(len(self.asked), len(self.script)) - 1]
