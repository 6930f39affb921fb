"""A real Chroma server for tests, which may be killed and started again on the same folder."""

import contextlib
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from assistant.index import IndexProblem, connect


@contextlib.contextmanager
def running(folder: Path, port: int) -> Iterator[str]:
    """The URL of a server over that folder, until the block ends; it is killed, not asked to stop."""
    command = [str(Path(sys.executable).parent / "chroma"), "run", "--host", "127.0.0.1", "--port", str(port),
               "--path", str(folder)]  # fmt: skip
    url = f"http://127.0.0.1:{port}"
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            for _ in range(300):
                with contextlib.suppress(IndexProblem):
                    connect(Path(), url)
                    break
                assert process.poll() is None, "chroma run ended"
                time.sleep(0.1)
            yield url
        finally:
            process.kill()
