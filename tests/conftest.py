"""What tests share: the corpus, its library and facts, and one real offline assistant."""

from collections.abc import Mapping
from pathlib import Path

import pytest

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


@pytest.fixture(scope="session")
def assistant(tmp_path_factory: pytest.TempPathFactory):
    """A real offline assistant over its own index; the embedding model is loaded once."""
    from assistant import graph

    return graph.build(Settings(data=tmp_path_factory.mktemp("anbao")))
