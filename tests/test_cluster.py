"""A batch on a Ray cluster: a real one, of this machine, gives the answers that the command gives alone."""

import json
from collections.abc import Iterable
from itertools import chain

import pytest

from assistant import batch, cluster
from tests.test_batch import ROWS


def plain(done: Iterable[batch.Done]) -> list[object]:
    """Output rows and decisions without what differs from run to run, as JSON makes them."""
    told = [(row | {"seconds": 0}, decision and decision | {"at": ""}) for row, decision in done]
    return json.loads(json.dumps(told))


def test_a_cluster_answers_in_order_and_alike(assistant, monkeypatch):
    monkeypatch.setattr(batch, "CHUNK", 1)
    monkeypatch.setenv("RAY_prestart_worker_first_driver", "0")
    told = [*ROWS[:2], {"id": "line-3", "problem": "line 3 is not JSON"}]
    there = cluster.answered(iter(told), assistant.settings, "local", jobs=1)
    assert plain(chain.from_iterable(there)) == plain(batch.answer(assistant, row) for row in told)


def test_where_no_cluster_answers_it_is_said(assistant):
    with pytest.raises(cluster.ClusterProblem, match="no Ray cluster answers at 'nobody'"):
        list(cluster.answered([], assistant.settings, "nobody"))
