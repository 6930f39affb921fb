"""A real PostgreSQL server from Debian's packages, on a free port, in a folder of its own."""

import contextlib
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg

ACCOUNT = "postgres" if os.geteuid() == 0 else None  # the server refuses to run as root


def free_port() -> int:
    """A port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Postgres:
    """A server that can be killed and started again."""

    def __init__(self, folder: Path) -> None:
        found = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"))
        if not found:
            raise FileNotFoundError("there is no PostgreSQL server: apt-get install postgresql")
        self.programs, self.folder, self.port = found[-1].parent, folder, free_port()
        self.data = folder / "data"
        folder.mkdir()
        if ACCOUNT:
            shutil.chown(folder, ACCOUNT)
        self._run("initdb", "--auth=trust", "--username=anbao", "--no-sync", "--locale=C.UTF-8", "-E", "UTF8")

    def _run(self, program: str, *arguments: str) -> None:
        subprocess.run([self.programs / program, "-D", self.data, *arguments], user=ACCOUNT, cwd="/",
                       check=True, capture_output=True)  # fmt: skip

    def start(self) -> None:
        """Start it and wait until it answers."""
        options = ("-p", str(self.port), "-k", "", "-h", "127.0.0.1", "-c", "max_connections=200")
        self.process = subprocess.Popen(
            [self.programs / "postgres", "-D", self.data, *options], user=ACCOUNT, cwd="/",
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        for _ in range(600):
            with contextlib.suppress(psycopg.OperationalError):
                self.execute("select 1")
                return
            assert self.process.poll() is None, "PostgreSQL ended"
            time.sleep(0.1)
        raise TimeoutError("PostgreSQL does not answer")

    def kill(self) -> None:
        """End it at once, as a crash would: no checkpoint, clients cut off."""
        self._run("pg_ctl", "stop", "-m", "immediate", "-w")
        self.process.wait()

    def execute(self, statement: str) -> None:
        """Run a statement on the database every server has."""
        with psycopg.connect(self.url("postgres"), autocommit=True, connect_timeout=5) as link:
            link.execute(statement)  # type: ignore[call-overload]

    def url(self, database: str) -> str:
        """The URL of one of its databases."""
        return f"postgresql://anbao@127.0.0.1:{self.port}/{database}"


@contextlib.contextmanager
def running(parent: Path) -> Iterator[Postgres]:
    """A server for the length of the block. `parent` must be open to the account it runs under."""
    server = Postgres(parent / "postgres")
    server.start()
    try:
        yield server
    finally:
        server.kill()
        shutil.rmtree(server.folder, ignore_errors=True)
