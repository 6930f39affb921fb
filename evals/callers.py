"""`python -m evals.callers`: train who calls for a person, on written lines, messages and stories.

The lines are in `evals/scenarios/callers.yaml`. Prints how each reason is told on what was left out of
training (four folds), then learns from everything and writes `corpus/reader/calls.npz` (a few minutes). To be
run again whenever the encoder was trained anew. Other hands measure it: `python -m evals.intents`.
"""

import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
import yaml
from torch import Tensor, nn
from torch.nn import functional

from assistant.encoder import Encoder
from assistant.settings import Settings
from evals.stories import DEVELOPMENT, FOLDER, Story, every, messages

REASONS = ("asked", "grave", "self_harm")
TAUGHT = {"asks": (1, 0, 0), "grave": (0, 1, 0), "self_harm": (0, 0, 1),
          "close": (0, 0, 0), "not_grave": (0, 0, 0), "other": (0, 0, 0)}  # fmt: skip
IGNORED = -1
STORIES = 400
FOLDS, NETWORKS, HIDDEN, EPOCHS, BATCH = 4, 3, 64, 40, 200
SURE = 0.5


@dataclass(frozen=True)
class Lines:
    """Texts with what they teach: `target` [texts, reasons], 1, 0 or IGNORED."""

    texts: Sequence[str]
    target: Tensor


def sections(file: Path) -> dict[str, list[str]]:
    """The lines of a file of callers, by section."""
    rows: Mapping[str, str] = yaml.safe_load(file.read_text(encoding="utf-8"))
    return {name: lines.splitlines() for name, lines in rows.items()}


def lines(file: Path = FOLDER / "callers.yaml") -> Lines:
    """The written lines, then messages, then first and last ones of stories, which ask for nobody."""
    told = [(line, TAUGHT[name]) for name, some in sections(file).items() for line in some]
    told += [(row["message"], _of_message(row)) for row in messages("development")]
    stories = [story for _, story in every(DEVELOPMENT)]
    chosen = np.random.default_rng(0).permutation(len(stories))[:STORIES]
    told += [(stories[i].turns[0], _of_story(stories[i])) for i in chosen]
    told += [(s.turns[-1], (0, IGNORED if _of_story(s)[1] else 0, 0))
             for s in (stories[i] for i in chosen) if len(s.turns) > 1]  # fmt: skip
    return Lines([text for text, _ in told], torch.tensor([target for _, target in told]).float())


def _of_message(row: Mapping[str, str]) -> tuple[int, int, int]:
    grave = {"grave": (1, IGNORED), "near_grave": (IGNORED, 0)}.get(row.get("kind", ""), (0, 0))
    return int(row["intent"] == "hand_off"), *grave


def _of_story(story: Story) -> tuple[int, int, int]:
    if story.facts.get("person_died") == "yes":
        return 0, 1, 0
    harmed = any(story.facts.get(name) == "yes" for name in ("person_injured", "health_gravely_harmed"))
    return 0, IGNORED if harmed else 0, 0


def fit(traits: Tensor, target: Tensor, seed: int) -> nn.Sequential:
    """A network fitted to these; `traits` [texts, traits]."""
    torch.manual_seed(seed)
    mean, spread = traits.mean(0), traits.std(0)
    net = nn.Sequential(nn.Linear(traits.shape[1], HIDDEN), nn.ReLU(), nn.Linear(HIDDEN, len(REASONS)))
    learn = torch.optim.Adam(net.parameters(), lr=1e-3, weight_decay=2e-3)
    seen = (traits - mean) / spread
    for _ in range(EPOCHS):
        for some in torch.randperm(len(seen)).split(BATCH):  # type: ignore[no-untyped-call]
            wanted = target[some]
            loss = functional.binary_cross_entropy_with_logits(
                net(seen[some]), wanted.clamp(0, 1), (wanted != IGNORED).float(),
                pos_weight=torch.full((len(REASONS),), 2.0))  # fmt: skip
            learn.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            learn.step()
    with torch.no_grad():  # the standardisation goes into the first layer
        first: nn.Linear = net[0]  # type: ignore[assignment]
        first.weight.div_(spread)
        first.bias.sub_(first.weight @ mean)
    return net


def judged(nets: Sequence[nn.Sequential], traits: Tensor) -> Tensor:
    """The probabilities, [texts, reasons]: the mean of what the networks say."""
    with torch.inference_mode():
        return torch.stack([net(traits).sigmoid() for net in nets]).mean(0)


def left_out(traits: Tensor, target: Tensor) -> Tensor:
    """The probabilities of each text by networks that never saw it."""
    fold = torch.arange(len(traits)) % FOLDS
    chances = torch.zeros_like(target)
    for number in range(FOLDS):
        learnt = fold != number
        nets = [fit(traits[learnt], target[learnt], seed) for seed in range(NETWORKS)]
        chances[~learnt] = judged(nets, traits[~learnt])
    return chances


def write(nets: Sequence[nn.Sequential], file: Path, reader: Path) -> None:
    """Keep the networks, with a mark of the encoder they belong to."""
    parts = {"wide": "0.weight", "bend": "0.bias", "narrow": "2.weight", "bias": "2.bias"}
    state = {name: np.stack([net.state_dict()[theirs].numpy().astype(np.float16) for net in nets])
             for name, theirs in parts.items()}  # fmt: skip
    state |= {"reasons": np.array(REASONS), "reader": np.array(mark(reader))}
    np.savez_compressed(file, **state)  # type: ignore[arg-type]


def mark(file: Path) -> int:
    """A checksum of the encoder's weights."""
    return zlib.crc32(file.read_bytes())


def main() -> None:
    """Print the figures and write the networks."""
    folder = Settings.from_environment().corpus / "reader"
    encoder, told = Encoder(folder), lines()
    traits = torch.stack([encoder.traits(text) for text in told.texts]).clone()
    chances = left_out(traits, told.target)
    for number, reason in enumerate(REASONS):
        wanted, taken = told.target[:, number], chances[:, number] >= SURE
        print(f"{reason:10} told {int((taken & (wanted == 1)).sum())} of {int((wanted == 1).sum())}, "
              f"taken for it {int((taken & (wanted == 0)).sum())} of {int((wanted == 0).sum())}")  # fmt: skip
    nets = [fit(traits, told.target, seed) for seed in range(NETWORKS)]
    write(nets, folder / "calls.npz", folder / "weights.npz")


if __name__ == "__main__":
    main()
