"""`python -m evals.train_judge [AUTHOR …]`: train the judge of sentences (`assistant/judge.py`), a minute.

`evals/scenarios/passages.jsonl` has passages as a model could write them, honest and lying, by several hands,
each with the verdicts it fits: {"by": "zh_plain", "text": "平台要和商家一起扛。", "fits": ["joint"]}. Many
differ from another in a word or two. With authors named, those are left out and judged; without, all
are learnt and `corpus/judge.npz` is written.
"""

import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from assistant.citations import normalised
from assistant.judge import BUCKETS, runs
from assistant.settings import bundled

FILE = Path(__file__).parent / "scenarios" / "passages.jsonl"
FORMS = ("joint", "supplementary", "several", "advance_payment_with_recourse", "direct",
         "contractual_promise", "none", "need_facts")  # fmt: skip
EPOCHS, BATCH, RATE, PENALTY = 10, 64, 0.02, 0.01


@dataclass(frozen=True)
class Passage:
    """A passage as the judge reads it; `odds`: 1.0 for each of FORMS that it contradicts."""

    by: str
    buckets: Tensor
    weights: Tensor
    odds: tuple[float, ...]


def passages(file: Path = FILE) -> list[Passage]:
    """All of them."""
    rows = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
    return [_passage(row["by"], row["text"], row["fits"]) for row in rows]


def _passage(by: str, text: str, fits: Sequence[str]) -> Passage:
    buckets, weights = map(torch.from_numpy, runs(normalised(text)))
    return Passage(by, buckets, weights, tuple(float(form not in fits) for form in FORMS))


class Scores(nn.Module):
    """A row of weights for each bucket, summed."""

    def __init__(self) -> None:
        super().__init__()
        self.weights = nn.EmbeddingBag(BUCKETS, len(FORMS), mode="sum", sparse=True)
        nn.init.zeros_(self.weights.weight)
        self.bias = nn.Parameter(torch.zeros(len(FORMS)))

    def forward(self, some: Sequence[Passage]) -> Tensor:
        """The logits of being at odds: [passages, forms]."""
        starts = np.cumsum([0, *(len(p.buckets) for p in some[:-1])])
        summed = self.weights(torch.cat([p.buckets for p in some]), torch.from_numpy(starts),
                              per_sample_weights=torch.cat([p.weights for p in some]))  # fmt: skip
        return summed + self.bias  # type: ignore[no-any-return]


def fit(some: Sequence[Passage], seed: int = 0) -> Scores:
    """Weights fitted to these passages."""
    net, chance = Scores(), np.random.default_rng(seed)
    steps = (torch.optim.SparseAdam([net.weights.weight], RATE), torch.optim.Adam([net.bias], RATE / 2))
    for _ in range(EPOCHS):
        order = chance.permutation(len(some))
        for start in range(0, len(order), BATCH):
            own = [some[i] for i in order[start : start + BATCH]]
            logits = net(own)
            wanted = torch.tensor([p.odds for p in own])
            loss = functional.binary_cross_entropy_with_logits(logits, wanted)
            loss = loss + PENALTY * logits.square().mean()
            for step in steps:
                step.zero_grad()
            loss.backward()
            for step in steps:
                step.step()  # type: ignore[no-untyped-call]
    return net


def report(net: Scores, some: Sequence[Passage]) -> str:
    """How often a passage is wrongly let pass or stopped, by the probability from which it is stopped."""
    with torch.inference_mode():
        chances = torch.cat([net(some[i : i + 256]) for i in range(0, len(some), 256)]).sigmoid()
    odds = torch.tensor([p.odds for p in some]) == 1
    lines = [f"from {bar}: {100 * float((chances[odds] < bar).float().mean()):.1f} % of contradictions pass, "
             f"{100 * float((chances[~odds] >= bar).float().mean()):.1f} % of what fits is stopped"
             for bar in (0.3, 0.4, 0.5, 0.6, 0.7, 0.8)]  # fmt: skip
    return "\n".join([f"{len(some)} passages", *lines])


def write(net: Scores, file: Path) -> None:
    """Keep the weights in 8 bits."""
    weights = net.weights.weight.detach().numpy()
    scale = np.abs(weights).max(0) / 127
    np.savez_compressed(file, weights=np.round(weights / scale).astype(np.int8), scale=scale,
                        bias=net.bias.detach().numpy(), forms=np.array(FORMS))  # fmt: skip


def main() -> None:
    """Train on all, or leave these authors out and report."""
    told, left_out = passages(), sys.argv[1:]
    net = fit([p for p in told if p.by not in left_out])
    if left_out:
        print(report(net, [p for p in told if p.by in left_out]))
    else:
        write(net, bundled("corpus") / "judge.npz")


if __name__ == "__main__":
    main()
