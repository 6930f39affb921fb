"""`anbao batch --ray ADDRESS`: the rows of a batch answered on a Ray cluster, by Ray Data, at home here.

Every machine of the cluster has anbao, in the same version, and a data folder of its own; rows travel to it
and answers and decisions come back, so that the file out and the record of decisions are written in one
place.
"""

import json
import logging
import os
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TYPE_CHECKING, Any

import numpy as np

from assistant import batch
from assistant.settings import Settings

if TYPE_CHECKING:
    from assistant.graph import Assistant

EACH = 5000  # rows for each process that are under way: some minutes' work, and memory does not grow


class ClusterProblem(RuntimeError):
    """The cluster cannot be used; the message says what to do."""


class Answerer:
    """One process of the cluster, with an assistant of its own."""

    def __init__(self, settings: Settings) -> None:
        from assistant import graph

        self.assistant: Assistant = graph.build(settings)

    def __call__(self, rows: dict[str, Any]) -> dict[str, Any]:
        """Rows as JSON to (output row, decision) as JSON: arrays of text of the same length."""
        done = [batch.answer(self.assistant, json.loads(row)) for row in rows["row"]]
        return {"done": np.array([json.dumps(pair) for pair in done], dtype=object)}


def answered(
    todo: Iterable[batch.Json], settings: Settings, address: str, jobs: int = 0
) -> Iterator[list[batch.Done]]:
    """Every row answered, in order and a few at a time.

    `address`: a Ray address, `auto`, or `local` for a cluster of this machine alone; `jobs`: processes, 0 for
    one a core. Raises ClusterProblem.
    """
    ray = _joined(address)
    try:
        jobs = jobs or int(ray.cluster_resources().get("CPU", 1))
        coming = iter(todo)
        while window := [json.dumps(row, default=str) for row in islice(coming, jobs * EACH)]:
            yield from _window(ray, window, settings, jobs)
    finally:
        ray.shutdown()


def _joined(address: str) -> Any:
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")  # Ray would tell its makers
    try:
        import ray
    except ModuleNotFoundError:
        raise ClusterProblem("--ray wants Ray: pip install 'anbao[ray]', here and on the cluster") from None
    local: dict[str, Any] = {"include_dashboard": False} if address == "local" else {}
    try:
        ray.init(address=address, log_to_driver=False, logging_level=logging.ERROR, **local)
    except (ConnectionError, ValueError, RuntimeError) as problem:
        raise ClusterProblem(
            f"no Ray cluster answers at {address!r} ({type(problem).__name__}); "
            "wanted HOST:PORT, ray://HOST:10001, auto or local"
        ) from None
    return ray


def _window(ray: Any, rows: list[str], settings: Settings, jobs: int) -> Iterator[list[batch.Done]]:
    context = ray.data.DataContext.get_current()
    context.execution_options.preserve_order = True
    context.enable_progress_bars = False
    pool = ray.data.ActorPoolStrategy(size=min(jobs, -(-len(rows) // batch.CHUNK)))
    done = ray.data.from_items([{"row": row} for row in rows]).map_batches(
        Answerer, fn_constructor_args=(settings,), compute=pool, batch_size=batch.CHUNK, num_cpus=1
    )
    for some in done.iter_batches(batch_size=batch.CHUNK):
        yield [(row, decision) for row, decision in map(json.loads, some["done"])]
