"""What a turn is doing, while it does it."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from queue import Empty, SimpleQueue
from typing import TypeVar

from assistant.graph import STEPS

Result = TypeVar("Result")


def watched(work: Callable[[Callable[[str], object]], Result], lasting: float = 0) -> Iterator[str | Result]:
    """The step under way, whenever it changes; then the result of `work`, which tells of finished steps.

    After the first, a step that is over within `lasting` seconds is not told.
    """
    order = list(STEPS)
    finished: SimpleQueue[str | None] = SimpleQueue()
    with ThreadPoolExecutor(1) as pool:
        future = pool.submit(work, finished.put)
        future.add_done_callback(lambda _: finished.put(None))
        yield order[0]
        while (step := finished.get()) is not None:
            with suppress(Empty):
                while lasting and step is not None:
                    step = finished.get(timeout=lasting)
            if step is None:
                break
            yield from order[order.index(step) + 1 :][:1]
        yield future.result()
