"""A little of `make load`: Locust's customers, real stories and a service of its own."""

import subprocess
import sys

from assistant.graph import Assistant


def test_customers_are_answered_and_the_figures_are_told(assistant: Assistant):
    command = [sys.executable, "-m", "evals.load", "4", "12", "0.2", "", str(assistant.settings.data)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr
    _, told, waits, memory = done.stdout.splitlines()
    assert told.startswith("4 conversations at a time, ")
    assert int(told.split()[5]) >= 12
    assert waits.startswith("wait p50 ")
    assert " 0 of " in waits
    assert all(int(word) > 100 for word in memory.split()[4::2])
