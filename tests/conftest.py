"""What tests share: the corpus, its library and facts, and one real offline assistant."""

import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from assistant import cli
from assistant.facts import Declaration, declarations
from assistant.law import Library
from assistant.settings import Settings, bundled


@pytest.fixture(scope="session")
def corpus() -> Path:
    """The folder of the corpus as shipped."""
    return bundled("corpus")


@pytest.fixture(scope="session")
def library(corpus: Path) -> Library:
    """The law, read once."""
    return Library(corpus)


@pytest.fixture(scope="session")
def declared(corpus: Path) -> Mapping[str, Declaration]:
    """The declared facts by name."""
    return declarations(corpus / "facts.yaml")


@pytest.fixture
def anbao(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    """anbao(*arguments): (status, output, errors on one line) of that command, in this process."""

    def command(*arguments: object) -> tuple[object, str, str]:
        monkeypatch.setattr(sys, "argv", ["anbao", *map(str, arguments)])
        capsys.readouterr()
        with pytest.raises(SystemExit) as end:
            cli.main()
        out, err = capsys.readouterr()
        return end.value.code or 0, out, " ".join(err.split())

    return command


@pytest.fixture(scope="session")
def assistant(tmp_path_factory: pytest.TempPathFactory):
    """A real offline assistant over its own index; the embedding model is loaded once."""
    from assistant import graph

    return graph.build(Settings(data=tmp_path_factory.mktemp("anbao")))
