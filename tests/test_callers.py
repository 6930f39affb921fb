"""Who calls for a person, as it is learnt: what the lines teach, and that what is shipped fits the encoder."""

from pathlib import Path

import numpy as np
import torch

from evals import callers


def test_lines_teach_their_reason_and_stories_of_harm_leave_it_open():
    told = callers.lines()
    reasons = {tuple(row) for row in told.target.int().tolist()}
    left_open = {(0, callers.IGNORED, 0), (0, 1, callers.IGNORED)}
    assert reasons == {(0, 0, 0), (1, 0, 0), (0, 1, 0), (0, 0, 1)} | left_open
    assert told.target[list(told.texts).index("你们领导呢")].tolist() == [1, 0, 0]
    assert told.target[list(told.texts).index("人工智能")].tolist() == [0, 0, 0]


def test_no_line_is_both_learnt_and_measured():
    learnt = {line for lines in callers.sections(callers.FOLDER / "callers.yaml").values() for line in lines}
    kept = callers.sections(Path(__file__).parent / "callers.yaml").values()
    assert [line for lines in kept for line in lines if line in learnt] == []


def test_a_network_learns_a_reason_from_the_texts_that_tell_it_and_not_from_those_left_open():
    traits = torch.randn(4000, 8, generator=torch.Generator().manual_seed(0))
    target = torch.stack([traits[:, 0] > 0, traits[:, 1] > 0, traits[:, 2] > 0], 1).float()
    target[:2000, 1] = callers.IGNORED
    chances = callers.judged([callers.fit(traits, target, 0)], traits)
    right = ((chances > callers.SURE).float() == target)[2000:]
    assert right.float().mean(0).min() > 0.8


def test_what_is_shipped_was_learnt_on_the_encoder_that_is_shipped(corpus):
    shipped = np.load(corpus / "reader" / "calls.npz")
    assert int(shipped["reader"]) == callers.mark(corpus / "reader" / "weights.npz"), (
        "the encoder was trained anew: run `python -m evals.callers`"
    )
