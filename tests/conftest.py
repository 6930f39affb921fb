"""What tests share: the corpus, its library and facts, and one real offline assistant."""

import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from assistant import cli
from assistant.facts import Declarations, declarations
from assistant.law import Library
from assistant.settings import Settings, bundled
from assistant.store import Database
from tests.postgres import Postgres, running


@pytest.fixture(scope="session")
def corpus() -> Path:
    """The folder of the corpus as shipped."""
    return bundled("corpus")


@pytest.fixture(scope="session")
def library(corpus: Path) -> Library:
    """The law, read once."""
    return Library(corpus)


@pytest.fixture(scope="session")
def declared(corpus: Path) -> Declarations:
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


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """A real PostgreSQL server; not in pytest's folder, which only its own user may enter."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        with running(Path(folder)) as server:
            yield server


@pytest.fixture(params=["sqlite", "postgresql"])
def store_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of an empty database, on each kind of store in turn."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'anbao.sqlite'}"
    server: Postgres = request.getfixturevalue("postgres")
    server.execute("drop schema public cascade; create schema public")
    return server.url("postgres")


@pytest.fixture
def store(store_url: str) -> Iterator[Database]:
    """An open, empty store, on each kind in turn."""
    database = Database(store_url)
    yield database
    database.close()


@pytest.fixture
def talk(assistant, tmp_path: Path):
    """The page's conversations over an empty store."""
    from assistant.ui.talk import Talk

    store = Database(f"sqlite:///{tmp_path / 'anbao.sqlite'}")
    yield Talk(assistant, store)
    store.close()
