"""`make load`: many customers talk with the service: how long they wait, what fails, what memory it takes.

`python -m evals.load [CUSTOMERS] [TURNS] [PAUSE]`: so many conversations at a time (200), until so many
messages were answered (10,000), each customer writing for PAUSE seconds on average between them (20).
Customers come and go: each has four turns, the last asks for a person. The service is one process over
SQLite, offline.
"""

import random
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from evals.crash import WORDS, wait

SAMPLES = 10  # of the memory, over the run


@dataclass
class Crowd:
    """Customers of one service, and what happened to them."""

    base: str
    pause: float
    turns: int
    seconds: list[float] = field(default_factory=list)
    failed: Counter[str] = field(default_factory=Counter)
    stop: threading.Event = field(default_factory=threading.Event)

    def talk(self, number: int, client: httpx.Client) -> None:
        """One customer after another, until enough was said."""
        chance = random.Random(number)
        self.stop.wait(chance.uniform(0, self.pause))  # they do not come all in one moment
        while not self.stop.is_set():
            talk = self._sent(client, "/v1/conversations", {})
            for words in (*WORDS[:3], "转人工") if talk else ():
                if self.stop.is_set():
                    return
                began = time.perf_counter()
                if self._sent(client, f"/v1/conversations/{talk['id']}/messages", {"text": words}):
                    self.seconds.append(time.perf_counter() - began)
                if len(self.seconds) >= self.turns:
                    self.stop.set()
                self.stop.wait(chance.expovariate(1 / self.pause) if self.pause else 0)

    def _sent(self, client: httpx.Client, path: str, body: dict[str, str]) -> dict[str, str]:
        try:
            answer = client.post(path, json=body)
        except httpx.HTTPError as error:
            self.failed[type(error).__name__] += 1
            return {}
        if not answer.is_success:
            self.failed[str(answer.status_code)] += 1
            return {}
        row: dict[str, str] = answer.json()
        return row


def memory(process: int) -> int:
    """Megabytes that a process holds."""
    for line in Path(f"/proc/{process}/status").read_text(encoding="utf-8").splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) // 1024
    raise ValueError(f"process {process} has ended")


def main(customers: int = 200, turns: int = 10_000, pause: float = 20.0) -> int:
    """Print the figures; returns how many requests failed."""
    port = random.randint(20000, 40000)
    with tempfile.TemporaryDirectory(prefix="anbao-load-") as folder:
        command = [sys.executable, "-m", "assistant.cli", "serve", "--no-page", "--port", str(port)]
        with subprocess.Popen(command, env={"ANBAO_DATA": folder, "PATH": "/usr/bin:/bin"}) as service:
            try:
                crowd = Crowd(f"http://127.0.0.1:{port}", pause, turns)
                wait(crowd.base, 2400)
                held = _run(crowd, customers, service.pid)
            finally:
                service.terminate()
    _print(crowd, customers, held)
    return crowd.failed.total()


def _run(crowd: Crowd, customers: int, process: int) -> list[tuple[int, int]]:
    """Let them talk; (messages answered, megabytes) at even steps."""
    held: list[tuple[int, int]] = []
    limits = httpx.Limits(max_connections=customers, max_keepalive_connections=customers)
    with httpx.Client(base_url=crowd.base, timeout=60, limits=limits) as client:
        threads = [threading.Thread(target=crowd.talk, args=(n, client)) for n in range(customers)]
        for thread in threads:
            thread.start()
        while not crowd.stop.wait(0.2):
            if len(crowd.seconds) >= len(held) * crowd.turns / SAMPLES:
                held.append((len(crowd.seconds), memory(process)))
        held.append((len(crowd.seconds), memory(process)))
        for thread in threads:
            thread.join()
    return held


def _print(crowd: Crowd, customers: int, held: list[tuple[int, int]]) -> None:
    cuts = statistics.quantiles(crowd.seconds, n=100)
    print(f"{customers} conversations at a time, {len(crowd.seconds)} messages answered, "
          f"{crowd.pause:g} s between a customer's messages")  # fmt: skip
    print(f"wait p50 {cuts[49]:.2f} s, p95 {cuts[94]:.2f} s, p99 {cuts[98]:.2f} s; "
          f"failed {dict(crowd.failed) or 0}")  # fmt: skip
    print("memory, MB after messages: " + ", ".join(f"{mb} ({n})" for n, mb in held))


if __name__ == "__main__":
    given = sys.argv[1:]
    sys.exit(
        1
        if main(int((given or ["200"])[0]), int((given[1:] or ["10000"])[0]), float((given[2:] or ["20"])[0]))
        else 0
    )
