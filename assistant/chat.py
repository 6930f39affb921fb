"""Chat models: from a LangChain name to a model, and one turn's use of it within a deadline.

`offline` is no model at all. Whatever a provider does (hang, break, call tools for ever), `Turn.run`
ends in time, with a result or with ModelFailed. The calls run on one event loop of their own, because
only a task of a loop can be cancelled, which closes its connection.
"""

import asyncio
import logging
import threading
import time
from collections.abc import Callable, Coroutine, Mapping
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from assistant.settings import OFFLINE, Settings, SettingsError

if TYPE_CHECKING:
    import httpx
    from langchain_core.language_models import BaseChatModel
    from langchain_core.runnables import RunnableConfig

log = logging.getLogger(__name__)
T = TypeVar("T")
GGUF = "gguf:"
RETRIES = 2  # of one call, by the provider's own client; the deadline holds over all of them
MOST_BYTES = 4_000_000  # of one response: a model that never ends is cut here

ADVICE: Mapping[str, str] = {
    "timeout": "no answer within ANBAO_CHAT_TIMEOUT; raise it, choose a faster model, or check the network",
    "key": "the key was refused; set the provider's own variable (OPENAI_API_KEY, …) to a valid one",
    "model": "the provider has no such model or address; check the name in ANBAO_CHAT and ANBAO_CHAT_URL",
    "url": "nothing answers at that address; check ANBAO_CHAT_URL, the network, and that the server runs",
    "busy": "the provider limits the rate or the account has no credit; wait, or look at the account",
    "request": "the provider refused the request; the model may lack tool calls, or its context is too short",
    "server": "the provider is out of order; try again later or choose another",
    "no_answer": "what came was no chat model's answer; ANBAO_CHAT_URL must end where the API begins (…/v1)",
}  # fmt: skip
_STATUS = {400: "request", 401: "key", 402: "busy", 403: "key", 404: "model", 405: "model", 413: "request",
           422: "request", 429: "busy", 504: "timeout"}  # fmt: skip


class ModelFailed(Exception):
    """The chat model gave nothing that can be used; the message is the kind of failure, never its words."""


def load(settings: Settings) -> "BaseChatModel | None":
    """The model `ANBAO_CHAT` names, or None for offline. Raises SettingsError."""
    if settings.chat == OFFLINE:
        return None
    if settings.chat.startswith(GGUF):
        from assistant import gguf

        path = Path(settings.chat.removeprefix(GGUF)).expanduser()
        url = gguf.start(path, settings.chat_threads)
        return _named("openai:" + path.stem, {"base_url": url, "api_key": "none", "temperature": 0,
                      "max_tokens": gguf.MOST_TOKENS, **_limits(settings)})  # fmt: skip
    options = _limits(settings)
    if settings.chat_url:
        options["base_url"] = settings.chat_url
    return _named(settings.chat, options)


def _limits(settings: Settings) -> dict[str, Any]:
    return {"timeout": settings.chat_timeout, "max_retries": RETRIES}


def _named(name: str, options: dict[str, Any]) -> "BaseChatModel":
    try:
        return _built(name, options)
    except ImportError as error:
        raise SettingsError(
            f"ANBAO_CHAT={name!r} needs a package that is not installed: {error.name or error}; install it "
            "(pip install 'anbao[anthropic]', 'anbao[google]' or the provider's langchain package), or use "
            "openai:NAME with ANBAO_CHAT_URL, or offline"
        ) from None
    except Exception as error:  # each provider raises its own kind for a wrong name or missing key
        raise SettingsError(
            f"ANBAO_CHAT={name!r} cannot be used ({type(error).__name__}); wanted a LangChain name like "
            "openai:gpt-4o-mini, anthropic:NAME or google_genai:NAME with its key set, gguf:FILE, or offline"
        ) from None


def _built(name: str, options: dict[str, Any]) -> "BaseChatModel":
    from langchain.chat_models import init_chat_model

    try:
        model: BaseChatModel = init_chat_model(name, **options)
    except Exception:
        if "base_url" not in options or "api_key" in options:
            raise
        options = {**options, "api_key": "none"}  # a server of one's own mostly wants no key
        model = init_chat_model(name, **options)
    if "http_async_client" in type(model).model_fields:  # OpenAI's and all that speak its language
        model = init_chat_model(name, **options, http_async_client=_bounded_client(options["timeout"]))
    return model


def _bounded_client(seconds: float) -> "httpx.AsyncClient":
    """A client that gives up on a response of more than MOST_BYTES."""
    import httpx

    class Bounded(httpx.AsyncByteStream):
        def __init__(self, stream: Any) -> None:
            self.stream = stream

        async def __aiter__(self) -> Any:
            left = MOST_BYTES
            async for chunk in self.stream:
                left -= len(chunk)
                if left < 0:
                    raise httpx.ReadError("the response is too long")
                yield chunk

        async def aclose(self) -> None:
            await self.stream.aclose()

    async def bound(response: httpx.Response) -> None:
        response.stream = Bounded(response.stream)

    return httpx.AsyncClient(timeout=seconds, follow_redirects=False, event_hooks={"response": [bound]})


# ---- one turn
class Turn:
    """One turn's use of a model: all its calls share one deadline and one count.

    `price`: what a million tokens cost, read and written, or None.
    """

    def __init__(
        self, model: "BaseChatModel", name: str, seconds: float, price: tuple[float, float] | None = None
    ) -> None:
        self.model, self.name, self.price = model, name, price
        self._until = time.monotonic() + seconds
        self._count = _counter()

    def run(self, work: Callable[["RunnableConfig"], Coroutine[Any, Any, T]], share: float = 1.0) -> T:
        """What the coroutine that `work` makes of a LangChain config gives, in a share of the time left.

        Raises ModelFailed, whatever happened; logs the kind, never words.
        """
        try:
            return _within(share * (self._until - time.monotonic()), work({"callbacks": [self._count]}))
        except Exception as error:  # any provider may raise anything; the reply never depends on it
            kind = kind_of(error)
            log.warning("the chat model failed: %s: %s", type(error).__name__, ADVICE.get(kind, kind))
            raise ModelFailed(kind) from None

    def to_json(self) -> dict[str, object]:
        """Calls and tokens, and their cost in the currency of the price, null where no price is set."""
        read, written = self._count.read, self._count.written
        cost = round((read * self.price[0] + written * self.price[1]) / 1e6, 6) if self.price else None
        return {"model": self.name, "calls": self._count.calls, "input_tokens": read,
                "output_tokens": written, "cost": cost}  # fmt: skip


def _counter() -> Any:
    """A LangChain callback that counts calls and tokens."""
    from langchain_core.callbacks import BaseCallbackHandler

    class Counter(BaseCallbackHandler):
        calls = read = written = 0

        def on_chat_model_start(self, *args: Any, **kwargs: Any) -> None:  # noqa: ARG002
            self.calls += 1

        def on_llm_end(self, response: Any, **kwargs: Any) -> None:  # noqa: ARG002
            for generation in response.generations[0][:1]:
                used = getattr(getattr(generation, "message", None), "usage_metadata", None) or {}
                self.read += used.get("input_tokens", 0)
                self.written += used.get("output_tokens", 0)

    return Counter()


@lru_cache(maxsize=1)
def _loop() -> asyncio.AbstractEventLoop:
    loop = asyncio.new_event_loop()
    threading.Thread(target=loop.run_forever, name="chat", daemon=True).start()
    return loop


def _within(seconds: float, work: Coroutine[Any, Any, T]) -> T:
    """The result of a coroutine. Raises what it raises, and TimeoutError when the time is over."""
    task = asyncio.run_coroutine_threadsafe(work, _loop())
    try:
        return task.result(max(0.0, seconds))
    finally:
        task.cancel()


def kind_of(error: BaseException) -> str:
    """What went wrong, as a key of ADVICE where it is known, else as the exception's name."""
    coded = (getattr(e, name, None) for e in (error, error.__cause__) for name in ("status_code", "code"))
    status = next((int(code) for code in coded if isinstance(code, int)), 0)
    if status == 400 and "API key" in str(error):  # Google's word for a wrong key
        return "key"
    name = type(error).__name__
    if "Timeout" in name:
        return "timeout"
    if status:
        return _STATUS.get(status, "server" if status >= 500 else "request")
    if "Limit" in name or "Recursion" in name:
        return "tool_calls"
    if isinstance(error, ConnectionError) or "Connect" in name:
        return "url"
    if isinstance(error, AttributeError | TypeError | ValueError | KeyError | IndexError):
        return "no_answer"
    return name
