"""`python -m tests [pytest's options]`: the whole suite, in two runs side by side.

Files that start servers, browsers and models wait much; they run beside the others, which reckon. What the first
run says is shown as it comes, what the other said at its end. Fails when either fails.
"""

import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).parent
WAITING = ("batch", "cluster", "crash", "desk_page", "gguf", "inspected", "liar", "load", "mcp", "million", "operations",
           "outages", "schema", "service", "ui", "widget", "worker")  # fmt: skip


def main() -> int:
    """Both runs; 0 when all tests passed."""
    pytest = [sys.executable, "-m", "pytest", *sys.argv[1:]]
    waiting = [str(HERE / f"test_{name}.py") for name in WAITING]
    others = [str(file) for file in sorted(HERE.glob("test_*.py")) if str(file) not in waiting]
    with tempfile.TemporaryFile() as told:
        beside = subprocess.Popen([*pytest, *others], stdout=told, stderr=subprocess.STDOUT)
        first = subprocess.run([*pytest, "-p", "no:cacheprovider", *waiting], check=False).returncode
        second = beside.wait()
        told.seek(0)
        sys.stdout.buffer.write(told.read())
    return first or second


if __name__ == "__main__":
    raise SystemExit(main())
