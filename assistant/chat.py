"""Chat models: from a LangChain name to a model, with time-out; `offline` is no model at all."""

from typing import TYPE_CHECKING, Any

from assistant.settings import OFFLINE, Settings, SettingsError

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel


def load(settings: Settings) -> "BaseChatModel | None":
    """The model `ANBAO_CHAT` names, or None for offline. Raises SettingsError."""
    if settings.chat == OFFLINE:
        return None
    from langchain.chat_models import init_chat_model

    options: dict[str, Any] = {"timeout": settings.chat_timeout, "max_retries": 1, "temperature": 0}
    if settings.chat_url:
        options["base_url"] = settings.chat_url
    try:
        model: BaseChatModel = init_chat_model(settings.chat, **options)
        return model
    except ImportError as error:
        raise SettingsError(
            f"ANBAO_CHAT={settings.chat!r} needs a package that is not installed: {error.name or error}; "
            "install it, or use openai:NAME with ANBAO_CHAT_URL, or offline"
        ) from None
    except Exception as error:  # each provider raises its own kind for a wrong name or missing key
        raise SettingsError(
            f"ANBAO_CHAT={settings.chat!r} cannot be used ({type(error).__name__}); wanted a LangChain "
            "name like openai:gpt-4o-mini or deepseek:deepseek-chat with its key set, or offline"
        ) from None
