"""Settings: defaults, the environment, and clear refusals."""

from pathlib import Path

import pytest

from assistant import chat
from assistant.settings import Settings, SettingsError, bundled


def test_with_nothing_set_it_is_offline_with_the_bundled_embedding():
    settings = Settings.from_environment({})
    assert (settings.chat, settings.embedding, settings.chroma) == ("offline", "multilingual-e5-small", "")
    assert settings == Settings()


def test_every_setting_is_read_from_its_variable():
    settings = Settings.from_environment({
        "ANBAO_CHAT": "openai:gpt-4o-mini", "ANBAO_CHAT_URL": "http://localhost:1", "ANBAO_PORT": "9000",
        "ANBAO_CHAT_TIMEOUT": "2.5", "ANBAO_EMBEDDING": "BAAI/bge-m3", "ANBAO_CHROMA": "http://h:8000",
        "ANBAO_DATA": "/somewhere", "ANBAO_CHAT_PRICE": "0.15/0.6", "ANBAO_CHAT_THREADS": "2",
    })  # fmt: skip
    assert settings == Settings(
        chat="openai:gpt-4o-mini", chat_url="http://localhost:1", chat_timeout=2.5,
        embedding="BAAI/bge-m3", chroma="http://h:8000", data=Path("/somewhere"), port=9000,
        chat_price=(0.15, 0.6), chat_threads=2,
    )  # fmt: skip


@pytest.mark.parametrize("name", ["ANBAO_CHAT", "ANBAO_DATA", "ANBAO_PORT", "ANBAO_CHAT_TIMEOUT"])
def test_an_empty_variable_counts_as_unset(name):
    assert Settings.from_environment({name: ""}) == Settings()


@pytest.mark.parametrize("name", ["ANBAO_PORT", "ANBAO_CHAT_TIMEOUT"])
def test_a_number_that_is_none_is_refused_by_name(name):
    with pytest.raises(SettingsError, match=f"{name} wants a number, got 'many'"):
        Settings.from_environment({name: "many"})


@pytest.mark.parametrize(
    ("name", "value"),
    [("ANBAO_PORT", "-1"), ("ANBAO_PORT", "70000"), ("ANBAO_PORT", "nan"), ("ANBAO_PORT", "inf"),
     ("ANBAO_CHAT_TIMEOUT", "-5"), ("ANBAO_CHAT_TIMEOUT", "nan"), ("ANBAO_CHAT_TIMEOUT", "0")],
)  # fmt: skip
def test_a_number_that_makes_no_sense_is_refused(name, value):
    with pytest.raises(SettingsError, match=name):
        Settings.from_environment({name: value})


@pytest.mark.parametrize("value", ["1", "1/2/3", "a/b", "-1/2", "nan/1", "1/inf"])
def test_a_price_that_is_none_is_refused(value):
    with pytest.raises(SettingsError, match="ANBAO_CHAT_PRICE wants two numbers"):
        Settings.from_environment({"ANBAO_CHAT_PRICE": value})


def test_a_home_folder_is_spelled_out():
    data = Settings.from_environment({"ANBAO_DATA": "~/anbao"}).data
    assert data == Path.home() / "anbao"


def test_the_data_folder_is_made_when_needed(tmp_path):
    data = tmp_path / "deep" / "down"
    assert Settings(data=data).writable_data == data
    assert data.is_dir()
    assert list(data.iterdir()) == []


def test_a_data_folder_that_cannot_be_written_says_what_to_do(tmp_path):
    (tmp_path / "file").write_text("not a folder")
    with pytest.raises(SettingsError, match="cannot write to the data folder .* set ANBAO_DATA"):
        Settings(data=tmp_path / "file" / "data").writable_data  # noqa: B018


@pytest.mark.parametrize("name", ["corpus", "prompts"])
def test_what_the_program_needs_lies_beside_it(name):
    assert bundled(name).is_dir()


def test_offline_is_no_model():
    assert chat.load(Settings()) is None


@pytest.mark.parametrize("name", ["nonsense:x", "nonsense", "openai:", ":", "deepseek:deepseek-chat"])
def test_a_chat_model_that_cannot_be_had_is_refused_by_name(name, monkeypatch):
    for key in ("OPENAI_API_KEY", "DEEPSEEK_API_KEY"):
        monkeypatch.delenv(key, raising=False)
    with pytest.raises(SettingsError, match="ANBAO_CHAT=.*offline"):
        chat.load(Settings(chat=name))


def test_a_model_behind_a_url_gets_its_time_limit(monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", "none")
    model = chat.load(Settings(chat="openai:local", chat_url="http://127.0.0.1:1/v1", chat_timeout=3))
    assert model.request_timeout == 3
    assert model.openai_api_base == "http://127.0.0.1:1/v1"
