"""`make load`: many customers talk with the service: how long they wait, what fails, what memory it takes.

`python -m evals.load [CUSTOMERS] [TURNS] [PAUSE] [STORE_URL] [DATA_FOLDER]`: Locust keeps so many
conversations going (200) until so many messages were answered (10,000). A customer tells a story of
`evals/scenarios` turn by turn, then asks for a person, and leaves for the next customer; between two messages
they type for PAUSE seconds, a third less or more (30: 20 to 40). The service is one process, offline, over
SQLite unless a URL is given.

Locust changes how the process that imports it waits (gevent), so nothing else should import this file.
"""

import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import ClassVar

from locust import HttpUser, task
from locust.env import Environment

from evals import stories
from evals.crash import wait

SAMPLES = 10  # of the memory, over the run
MESSAGE = "a message"  # under this name Locust counts what is measured
TURNS = 4  # of a story, at most
ASKS = {"zh": "转人工", "en": "a person please"}


class Customer(HttpUser):
    """One customer after another, each in a conversation of their own."""

    told: ClassVar[Sequence[stories.Story]] = ()
    pause: ClassVar[float] = 30.0

    def wait_time(self) -> float:
        """Seconds until the next message."""
        return self.pause * random.uniform(2 / 3, 4 / 3)

    def on_start(self) -> None:
        """They do not come all in one moment."""
        time.sleep(self.pause * random.random())

    @task
    def talk(self) -> None:
        """Tell a story and ask for a person."""
        story = random.choice(self.told)
        opened = self.client.post("/v1/conversations", json={}, name="a conversation")
        if not opened.ok:
            return
        path, first = f"/v1/conversations/{opened.json()['id']}/messages", True
        for words in (*story.turns[:TURNS], ASKS[story.lang]):
            if not first:
                time.sleep(self.wait_time())
            self.client.post(path, json={"text": words}, name=MESSAGE)
            first = False


def memory(process: int) -> int:
    """Megabytes that a process holds."""
    for line in Path(f"/proc/{process}/status").read_text(encoding="utf-8").splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) // 1024
    raise ValueError(f"process {process} has ended")


@contextmanager
def serving(url: str, data: str) -> Iterator[tuple[str, int]]:
    """(address, process) of a service over that store and data folder, new ones where "" is given."""
    port = random.randint(20000, 40000)
    with tempfile.TemporaryDirectory(prefix="anbao-load-") as folder:
        command = [sys.executable, "-m", "assistant.cli", "serve", "--no-page", "--port", str(port)]
        settings = {"ANBAO_DATA": data or folder, "ANBAO_STORE": url or f"sqlite:///{folder}/anbao.sqlite"}
        with subprocess.Popen(command, env={**settings, "PATH": "/usr/bin:/bin"}) as service:
            try:
                wait(f"http://127.0.0.1:{port}", 2400)
                yield f"http://127.0.0.1:{port}", service.pid
            finally:
                service.terminate()


def main(customers: int, turns: int, pause: float, url: str = "", data: str = "") -> int:
    """Print the figures; returns how many requests failed."""
    Customer.pause = pause
    Customer.told = [story for _, story in stories.every(("s", "t", "u")) if len(story.turns) > 1]
    with serving(url, data) as (base, process):
        crowd = Environment(user_classes=[Customer], host=base)
        held = _run(crowd, customers, turns, process)
    said, all_ = crowd.stats.get(MESSAGE, "POST"), crowd.stats.total
    p50, p95, p99 = (said.get_response_time_percentile(part) for part in (0.5, 0.95, 0.99))
    print(f"{customers} conversations at a time, {said.num_requests} messages answered, {said.total_rps:.1f} "
          f"a second, {pause:g} s between a customer's messages")  # fmt: skip
    print(f"wait p50 {p50} ms, p95 {p95} ms, p99 {p99} ms, longest {said.max_response_time:.0f} ms; "
          f"{all_.num_failures} of {all_.num_requests} requests failed")  # fmt: skip
    for error in crowd.stats.errors.values():
        print(f"  {error.occurrences} times {error.error}")
    print("memory, MB after messages: " + ", ".join(f"{mb} ({n})" for n, mb in held))
    return int(all_.num_failures)


def _run(crowd: Environment, customers: int, turns: int, process: int) -> list[tuple[int, int]]:
    """Let them talk; (messages answered, megabytes) at even steps."""
    held: list[tuple[int, int]] = []
    runner = crowd.create_local_runner()
    runner.start(customers, spawn_rate=customers)
    while (answered := crowd.stats.get(MESSAGE, "POST").num_requests) < turns:
        if answered >= len(held) * turns / SAMPLES:
            held.append((answered, memory(process)))
        time.sleep(0.2)
    held.append((answered, memory(process)))
    runner.quit()
    return held


if __name__ == "__main__":
    count, enough, seconds, *where = (*sys.argv[1:], *("200", "10000", "30")[len(sys.argv) - 1 :])
    sys.exit(1 if main(int(count), int(enough), float(seconds), *where) else 0)
