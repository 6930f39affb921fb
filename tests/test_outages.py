"""What the service does while a part of it is away, and that it recovers: Chroma killed, builds that race."""

import subprocess
import sys
from typing import Any

import pytest
from fastapi.testclient import TestClient

from assistant.graph import Assistant
from assistant.index import Index, build, connect
from assistant.service import app
from assistant.settings import Settings
from assistant.store import Database
from tests import chroma
from tests.fakes import BigramEmbedding, Shelf
from tests.postgres import free_port

QUESTION = "平台明知商家卖假货不处理，依据哪一条？"


@pytest.fixture
def store(tmp_path):
    database = Database(f"sqlite:///{tmp_path / 'a.sqlite'}")
    yield database
    database.close()


def test_with_chroma_killed_it_answers_and_says_what_is_missing_until_it_is_back(corpus, store, tmp_path):
    port, shelf, embedding = free_port(), Shelf(corpus), BigramEmbedding()
    with chroma.running(tmp_path / "server", port) as url:
        index = Index(_built(connect(tmp_path, url), shelf, embedding), shelf, embedding)
        client = TestClient(
            app.build(Assistant(Settings(data=tmp_path), shelf, index, None), store),
            base_url="http://127.0.0.1",
        )
        whole = _searched(client)
        assert "degraded" not in whole
    bare = _searched(client)
    assert bare["degraded"] == ["the index of meanings does not answer: found by words alone"]
    assert len(bare["hits"]) == len(whole["hits"])
    asked = client.post("/v1/ask", json={"turns": QUESTION}).json()
    assert asked["intent"] == "law_question"
    assert asked["degraded"] == bare["degraded"]
    assert client.get("/readyz").json() == {"store": "ok", "index": "down"}
    with chroma.running(tmp_path / "server", port):
        back = _searched(client)
        assert "degraded" not in back
        # how near texts are is approximate after a restart: not each of the five need be the same
        assert len(_refs(back) & _refs(whole)) >= 3
        assert "degraded" not in client.post("/v1/ask", json={"turns": QUESTION}).json()
        assert client.get("/readyz").json() == {"store": "ok", "index": "ok"}


def _built(client, shelf, embedding):
    build(client, shelf, embedding)
    return client


def _searched(client: TestClient) -> dict[str, Any]:
    found: dict[str, Any] = client.post("/v1/search", json={"query": QUESTION, "top_k": 5}).json()
    return found


def _refs(found: dict[str, Any]) -> set[str]:
    return {hit["ref"] for hit in found["hits"]}


def test_two_processes_that_build_the_same_index_at_once_leave_one_that_is_sound(tmp_path):
    command = [sys.executable, "-m", "assistant.cli", "index"]
    env = {"ANBAO_DATA": str(tmp_path), "PATH": "/usr/bin:/bin", "OMP_NUM_THREADS": "1"}
    racers = [subprocess.Popen(command, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
              for _ in range(2)]  # fmt: skip
    said = sorted(racer.communicate(timeout=300)[0] for racer in racers)
    assert [racer.returncode for racer in racers] == [0, 0]
    assert said[0].startswith("indexed ")
    assert said[1].startswith("the index is current")
