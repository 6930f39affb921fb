"""Settings: the one place that reads the environment, and where the bundled data lies."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from platformdirs import user_data_path

OFFLINE = "offline"
BUNDLED_EMBEDDING = "multilingual-e5-small"


class SettingsError(Exception):
    """A setting that cannot be used; the message says what was wanted, what came, what to do."""


def bundled(name: str) -> Path:
    """The folder `corpus` or `prompts`: beside the package in a checkout, inside it in a wheel."""
    package = Path(__file__).parent
    beside = package.parent / name
    return beside if (package.parent / "pyproject.toml").exists() else package / "_data" / name


@dataclass(frozen=True)
class Settings:
    """Every setting, with its default. `Settings.from_environment` reads the `ANBAO_` variables."""

    chat: str = OFFLINE  # ANBAO_CHAT: a LangChain chat model name, or "offline"
    chat_url: str = ""  # ANBAO_CHAT_URL: base URL of an OpenAI-compatible server
    chat_timeout: float = (
        30.0  # ANBAO_CHAT_TIMEOUT: seconds a model may take for one turn, all calls together
    )
    chat_price: tuple[float, float] | None = (
        None  # ANBAO_CHAT_PRICE: "0.15/0.60", of a million tokens read/written
    )
    chat_threads: int = 1  # ANBAO_CHAT_THREADS: of a gguf: model
    embedding: str = BUNDLED_EMBEDDING  # ANBAO_EMBEDDING: or any sentence-transformers name
    chroma: str = ""  # ANBAO_CHROMA: URL of a Chroma server; empty: embedded
    data: Path = field(default_factory=lambda: user_data_path("anbao"))  # ANBAO_DATA
    port: int = 7860  # ANBAO_PORT: port of the chat page
    corpus: Path = field(default_factory=lambda: bundled("corpus"))
    prompts: Path = field(default_factory=lambda: bundled("prompts"))

    @classmethod
    def from_environment(cls, environ: Mapping[str, str] = os.environ) -> "Settings":
        """Read `ANBAO_*`. Raises SettingsError on a number that is none."""
        default = cls()

        def number(name: str, fallback: float, low: float, high: float) -> float:
            raw = environ.get(name, "")
            try:
                value = float(raw) if raw else fallback
            except ValueError:
                raise SettingsError(f"{name} wants a number, got {raw!r}; unset it or correct it") from None
            if not low <= value <= high:
                raise SettingsError(f"{name} wants a number from {low:g} to {high:g}, got {raw!r}")
            return value

        def price(raw: str) -> tuple[float, float] | None:
            try:
                read, written = map(float, raw.split("/")) if raw else (0.0, 0.0)
            except ValueError:
                read = written = -1.0
            if not (0 <= read < 1e6 and 0 <= written < 1e6):
                raise SettingsError(
                    f"ANBAO_CHAT_PRICE wants two numbers like 0.15/0.60 (of a million tokens), got {raw!r}"
                )
            return (read, written) if raw else None

        return cls(
            chat=environ.get("ANBAO_CHAT") or default.chat,
            chat_url=environ.get("ANBAO_CHAT_URL") or default.chat_url,
            chat_timeout=number("ANBAO_CHAT_TIMEOUT", default.chat_timeout, 0.1, 3600),
            chat_price=price(environ.get("ANBAO_CHAT_PRICE", "")),
            chat_threads=int(number("ANBAO_CHAT_THREADS", default.chat_threads, 1, 256)),
            embedding=environ.get("ANBAO_EMBEDDING") or default.embedding,
            chroma=environ.get("ANBAO_CHROMA") or default.chroma,
            data=Path(environ.get("ANBAO_DATA") or default.data).expanduser(),
            port=int(number("ANBAO_PORT", default.port, 1, 65535)),
        )

    @property
    def added(self) -> Path:
        """The folder of the texts added with `anbao corpus add`; it need not exist."""
        return self.data / "added"

    @cached_property
    def writable_data(self) -> Path:
        """The data folder, made if needed. Raises SettingsError when it cannot be written."""
        try:
            self.data.mkdir(parents=True, exist_ok=True)
            probe = self.data / f".write-test-{os.getpid()}"
            probe.touch()
            probe.unlink()
        except OSError as error:
            raise SettingsError(
                f"cannot write to the data folder {self.data} ({error.strerror}); "
                "make it writable or set ANBAO_DATA to a folder that is"
            ) from None
        return self.data
