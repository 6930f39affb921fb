"""`make crash`: kill the service with -9 in mid-turn, again and again, under load; nothing accepted is lost.

`python -m evals.crash [KILLS] [STORE_URL] [DATA_FOLDER]`. Customers talk over HTTP and send a message again
until it is answered, as the widget does. Afterwards the store itself is read: every accepted message is there
and has one reply or is with a person, who waits has one open ticket, and the chain is sound.

A nursery process loads the assistant once and forks a service each time, so that fifty deaths take minutes.
"""

import os
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import httpx
from sqlalchemy import text

from assistant import decisions
from assistant.settings import Settings
from assistant.store import Database

CUSTOMERS = 8
WORDS = (
    "我在平台的店铺买了电热毯，起火把我烧伤了。",
    "我向平台投诉过，平台一直没有下架。",
    "平台没有核验商家的资质。",
    "花了89块，医药费8600。",
)


# ---- the service that is killed
def nursery(data: str, url: str, port: int) -> None:
    """Load once; for every line on stdin fork a service and print its process number."""
    import uvicorn

    from assistant import graph
    from assistant.service.app import build

    assistant = graph.build(Settings(data=Path(data), store=url))
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # the dead are buried by the system
    print("ready", flush=True)
    for _ in sys.stdin:
        child = os.fork()
        if child == 0:
            uvicorn.run(build(assistant, Database(url)), port=port, log_level="critical")
            os._exit(0)
        print(child, flush=True)


# ---- those who talk with it
@dataclass
class Customers:
    """What was accepted, by client id, as far as the customers were told."""

    base: str
    accepted: dict[str, int] = field(default_factory=dict)
    cut: int = 0  # requests that the service did not live to answer
    stop: threading.Event = field(default_factory=threading.Event)

    def talk(self, number: int) -> None:
        """One customer after another: four messages, then a person is asked for."""
        chance = random.Random(number)
        with httpx.Client(base_url=self.base, timeout=30) as client:
            while not self.stop.is_set():
                talk = self._sent(client, "/v1/conversations", {})
                for turn, words in enumerate((*WORDS, "转人工")):
                    name = f"{number}-{chance.random()}-{turn}"
                    body = {"text": words, "client_id": name}
                    answer = talk and self._sent(client, f"/v1/conversations/{talk['id']}/messages", body)
                    if answer:
                        message = answer["message"]
                        assert isinstance(message, dict)
                        self.accepted[name] = int(message["id"])

    def _sent(self, client: httpx.Client, path: str, body: dict[str, str]) -> dict[str, object]:
        """Send until it is answered; nothing when the time is over."""
        while not self.stop.is_set():
            try:
                answer = client.post(path, json=body)
                if answer.is_success:
                    row: dict[str, object] = answer.json()
                    return row
                assert answer.status_code in (429, 503), answer.text
            except httpx.TransportError:
                self.cut += 1
            time.sleep(0.05)
        return {}


# ---- what must be so
def problems(store: Database, accepted: dict[str, int]) -> list[str]:
    """What was lost or left half done; an empty list is what is wanted."""
    found = []
    with store.reading() as link:
        kept = {
            row.client_id: row for row in link.execute(text("select * from messages where role = 'user'"))
        }
        answers = Counter(link.execute(text("select answers from messages where answers > 0")).scalars())
        waiting = set(link.execute(text("select id from conversations where state = 'waiting'")).scalars())
        tickets = Counter(link.execute(text("select conversation from tickets")).scalars())
    for name, number in accepted.items():
        if name not in kept or kept[name].id != number:
            found.append(f"message {name} was accepted and is lost")
    for row in kept.values():
        if answers[row.id] != (row.status == "answered"):
            found.append(f"message {row.id} is {row.status} and has {answers[row.id]} replies")
    found += [f"conversation {c} waits and has {tickets[c]} tickets" for c in waiting if tickets[c] != 1]
    found += [f"ticket of {c}, which does not wait" for c in tickets if c not in waiting]
    chain = decisions.verify(store)
    return [*found, chain.problem] if chain.problem else found


def main(kills: int = 50, url: str = "", data: str = "") -> int:
    """Kill so many times; print what came of it and return how many problems there are."""
    with tempfile.TemporaryDirectory(prefix="anbao-crash-") as folder:
        url = url or f"sqlite:///{folder}/anbao.sqlite"
        port = random.randint(20000, 40000)
        command = [sys.executable, "-m", "evals.crash", "nursery", data or folder, url, str(port)]
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as home:
            customers = Customers(f"http://127.0.0.1:{port}")
            _deaths(home, customers, kills)
        store = Database(url)
        found = problems(store, customers.accepted)
        chain = decisions.verify(store)
        store.close()
    print(f"{kills} kills, {len(customers.accepted)} messages accepted, {customers.cut} requests cut off, "
          f"{chain.entries} decisions in the chain, {len(found)} problems")  # fmt: skip
    print("\n".join(found[:20]))
    return len(found)


def _deaths(home: "subprocess.Popen[str]", customers: Customers, kills: int) -> None:
    assert home.stdin
    assert home.stdout
    home.stdout.readline()
    threads = [threading.Thread(target=customers.talk, args=(n,)) for n in range(CUSTOMERS)]
    chance = random.Random(0)
    for life in range(kills + 1):
        home.stdin.write("start\n")
        home.stdin.flush()
        child = int(home.stdout.readline())
        wait(customers.base)
        if life == 0:
            for thread in threads:
                thread.start()
        if life < kills:
            time.sleep(chance.uniform(0.3, 2.0))
            os.kill(child, signal.SIGKILL)
    customers.stop.set()
    for thread in threads:
        thread.join()
    _settle(customers.base)
    os.kill(child, signal.SIGTERM)
    home.stdin.close()


def wait(base: str, tries: int = 1200) -> None:
    """Until the service at that address answers; asked 20 times a second. Raises TimeoutError."""
    for _ in range(tries):
        try:
            httpx.get(f"{base}/healthz", timeout=5)
            return
        except httpx.TransportError:
            time.sleep(0.05)
    raise TimeoutError("the service does not start")


def _settle(base: str) -> None:
    """Read every conversation, then send what has no reply again: as its customer would on coming back."""
    with httpx.Client(base_url=base, timeout=60) as client:
        before = ""
        while rows := client.get("/v1/conversations", params={"before": before}).json():
            before = rows[-1]["updated_at"]
            for row in rows:
                path = f"/v1/conversations/{row['id']}/messages"
                for message in client.get(path).json()["messages"]:
                    if message["status"] == "pending":
                        body = {"text": message["text"], "client_id": message["client_id"]}
                        client.post(path, json=body).raise_for_status()


if __name__ == "__main__":
    if sys.argv[1:2] == ["nursery"]:
        nursery(sys.argv[2], sys.argv[3], int(sys.argv[4]))
    else:
        sys.exit(1 if main(int((sys.argv[1:] or ["50"])[0]), *sys.argv[2:4]) else 0)
