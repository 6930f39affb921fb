"""`make full-disk`: the service on a disk that really fills up; it must say so, and nothing may be corrupt.

A file system of a few megabytes in memory (tmpfs) stands for the disk; to mount it wants root. Afterwards the
space is given back and the service goes on where it was.
"""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from fastapi.testclient import TestClient

from assistant import decisions, graph
from assistant.service import app
from assistant.settings import Settings
from assistant.store import Database

SIZE = 2  # megabytes


@contextmanager
def small_disk(folder: Path) -> Iterator[Path]:
    """A disk of SIZE megabytes, mounted there until the block ends."""
    if os.geteuid() != 0:
        raise SystemExit("full-disk: mounting a small disk wants root; run it as root, in a container say")
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={SIZE}m", "tmpfs", str(folder)], check=True)
    try:
        yield folder
    finally:
        subprocess.run(["umount", str(folder)], check=True)


def problems(disk: Path, assistant: graph.Assistant) -> list[str]:
    """What went otherwise than it should; an empty list is what is wanted."""
    store = Database(f"sqlite:///{disk / 'a.sqlite'}")
    client = TestClient(app.build(assistant, store), base_url="http://127.0.0.1")
    talk = client.post("/v1/conversations", json={}).json()["id"]
    ballast = disk / "ballast"  # taken away afterwards, as an operator makes room
    ballast.write_bytes(b"\0" * (SIZE << 19))
    kept, answer = [], _said(client, talk, 0)
    while answer.is_success:
        kept.append(answer.json()["message"]["text"])
        answer = _said(client, talk, len(kept))
    found = []
    if (answer.status_code, answer.json()["error"]["code"]) != (507, "no_room"):
        found.append(f"a full disk was answered with {answer.status_code} {answer.text}")
    told = client.get(f"/v1/conversations/{talk}").json().get("messages", [])
    if [m["text"] for m in told if m["status"] == "answered"] != kept:
        found.append("what was accepted and answered before is not all there")
    found += _unsound(store)
    ballast.unlink()
    if not _said(client, talk, len(kept)).is_success:
        found.append("with room again it does not go on")
    found += _unsound(store)
    print(f"{len(kept)} messages until the disk of {SIZE} MB was full, then {answer.status_code}")
    store.close()
    return found


def _said(client: TestClient, talk: str, number: int) -> Any:
    text = f"第{number}次买到假货，平台不管"
    body = {"text": text, "client_id": f"m{number}"}
    return client.post(f"/v1/conversations/{talk}/messages", json=body)


def _unsound(store: Database) -> list[str]:
    with store.reading() as link:
        checked = link.exec_driver_sql("pragma integrity_check").scalar_one()
    chain = decisions.verify(store).problem
    return [f"the database: {checked}"] * (checked != "ok") + [f"the chain: {chain}"] * bool(chain)


def main() -> int:
    """Print what came of it; returns how many problems there are."""
    with tempfile.TemporaryDirectory() as data, tempfile.TemporaryDirectory() as mount:
        assistant = graph.build(Settings(data=Path(data)))
        with small_disk(Path(mount)) as disk:
            found = problems(disk, assistant)
    print("\n".join(found) or "no problems")
    return len(found)


if __name__ == "__main__":
    sys.exit(1 if main() else 0)
