"""A local model: llama.cpp's server (xllamacpp) as a child process that ends with its parent.

`python -m assistant.gguf FILE THREADS` is the child: it prints the address it listens on, then waits
for its input to end. llama.cpp's threads spin, so they are few by default.
"""

import atexit
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

from assistant.settings import SettingsError

CONTEXT = 8192  # tokens of prompt and answer together
MOST_TOKENS = 400  # of one answer
_children: list["subprocess.Popen[str]"] = []


def start(model: Path, threads: int) -> str:
    """The base URL of an OpenAI-compatible server of that model on loopback. Raises SettingsError."""
    if find_spec("xllamacpp") is None:
        raise SettingsError("gguf:FILE needs the package xllamacpp: pip install 'anbao[gguf]'")
    if not model.is_file() or model.open("rb").read(4) != b"GGUF":
        raise SettingsError(f"gguf: wants the path of a GGUF file, got {str(model)!r}; check the path")
    child = subprocess.Popen(
        [sys.executable, "-m", "assistant.gguf", str(model), str(threads)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
    )  # fmt: skip
    _children.append(child)
    address = child.stdout.readline().strip() if child.stdout else ""
    if not address.startswith("http"):
        stop()
        raise SettingsError(f"llama.cpp cannot load {str(model)!r}; is the file whole, is there memory?")
    return f"{address}/v1"


@atexit.register
def stop() -> None:
    """End the servers this process started."""
    while _children:
        child = _children.pop()
        child.kill()
        child.communicate()


def _serve(model: str, threads: int) -> None:
    import xllamacpp

    params = xllamacpp.CommonParams()
    params.model.path = model
    params.hostnames, params.port = ["127.0.0.1"], 0
    params.n_ctx, params.n_parallel = CONTEXT, 1
    params.cpuparams.n_threads = params.cpuparams_batch.n_threads = threads
    params.warmup, params.ui, params.verbosity = False, False, -1
    server = xllamacpp.Server(params)
    sys.stdout.write(f"{server.listening_address}\n")
    sys.stdout.flush()
    sys.stdin.read()


if __name__ == "__main__":
    _serve(sys.argv[1], int(sys.argv[2]))
