"""Train the reader's encoder on the scenario stories.

`python -m evals.train_reader fit PACK.npz OUT` (the pack is `evals.prepare_reader`'s) needs only torch and
numpy, and a GPU to be quick. `… tune PACK.npz WEIGHTS.npz OUT new=y,z frozen=9` goes on from trained weights
with what new authors wrote and some of what is known; with most layers left alone two CPU cores do.
`… ship OUT` writes the weights to `corpus/reader/`. Stories are split by author: it is judged on authors it
never saw.
"""

import json
import math
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from assistant.encoder import FactReader, Shape, started_from, trained_tensors, unpacked

IGNORED = -100  # a target that teaches nothing
BY_SLOT = ("look", "slot", "weigh", "bias", "cue", "heard")  # weights that have a row for each fact
FORMS = ("direct", "joint", "advance_payment_with_recourse", "supplementary", "several",
         "contractual_promise", "none", "need_facts", "out_of_scope")  # fmt: skip


# ---- fit: numbers to weights (torch and numpy only)


class Slim:
    """The tensors of a pack, under the names `started_from` asks for."""

    def __init__(self, pack: Mapping[str, Any]) -> None:
        self.pack, self.shape = pack, Shape()

    def floats(self, name: str) -> Any:
        return self.pack[f"tensor:{name}"]

    def matrix(self, name: str, rows: int, columns: int) -> Any:
        return unpacked(self.pack[f"tensor:{name}"][:rows], columns)


class Data:
    """A pack on the device."""

    def __init__(self, pack: Mapping[str, Any], device: str) -> None:
        self.device = device
        self.names: dict[str, list[str]] = json.loads(str(pack["slots"]))
        self.words = torch.from_numpy(unpacked(pack["tensor:emb.word"], 384)).to(device)
        self.lengths = pack["lengths"]
        starts, flat = np.concatenate([[0], np.cumsum(self.lengths)]), pack["tokens"]
        padded = np.zeros((len(self.lengths), int(self.lengths.max())), np.int32)
        for row, length in enumerate(self.lengths):
            padded[row, :length] = flat[starts[row] : starts[row] + length]
        self.tokens = torch.from_numpy(padded).to(device)
        self.size = torch.from_numpy(self.lengths).to(device)
        self.target = torch.from_numpy(pack["target"].astype(np.int64)).to(device)
        self.cues = torch.from_numpy(pack["cues"].astype(np.int64)).to(device)
        self.form = torch.from_numpy(pack["form"].astype(np.int64)).to(device)
        self.authors, self.original, self.story = pack["authors"], pack["original"], pack["story"]
        self.ids = pack["ids"]
        # first and last token of the gold evidence of each row and slot; an empty span where none is marked
        spans = np.zeros((len(self.lengths), len(self.names), 2), np.int16)
        rows = pack["evidence"]
        spans[rows[:, 0], rows[:, 1]] = rows[:, 2:]
        self.spans = torch.from_numpy(spans).to(device)
        self.states: dict[int, Tensor] = {}  # of the frozen layers, by row

    def freeze(self, model: FactReader, rows: np.ndarray[Any, Any], frozen: int) -> None:
        """Compute once what the layers that are not trained make of these rows."""
        ordered = rows[np.argsort(self.lengths[rows], kind="stable")]
        for start in range(0, len(ordered), 16):
            own = ordered[start : start + 16]
            ids, mask = self.batch(torch.from_numpy(own).to(self.device))
            with torch.inference_mode():
                hidden = model.encode(self.words[ids], mask, until=frozen)
            for row, state in zip(own, hidden, strict=True):
                self.states[int(row)] = state[: self.lengths[row]].half()

    def frozen(self, rows: np.ndarray[Any, Any], longest: int) -> Tensor:
        """The kept states of these rows, padded."""
        out = torch.zeros(len(rows), longest, self.words.shape[1], device=self.device)
        for i, row in enumerate(rows):
            state = self.states[int(row)]
            out[i, : len(state)] = state
        return out

    def batch(self, index: Tensor) -> tuple[Tensor, Tensor]:
        """(token ids, mask), cut to the longest."""
        size = self.size[index]
        longest = int(size.max())
        ids = self.tokens[index, :longest].long()
        return ids, torch.arange(longest, device=self.device)[None] < size[:, None]


@dataclass(frozen=True)
class Plan:
    """How one fit goes."""

    epochs: int = 12
    batch: int = 64
    rate: float = 8e-5
    heads_rate: float = 1e-3
    dropout: float = 0.15
    look: float = 0.1
    form: float = 0.3
    cue_dropout: float = 0.3
    masked: float = 0.08  # share of word vectors blanked in training
    seed: int = 0
    averaged: float = 0.999
    frozen: int = 0  # lowest layers kept as the package has them
    retold: bool = True  # the retellings too
    mixed: bool = True  # facts look at each other before they are decided
    soft: float = 0.5  # weight of the second opinions beside the gold facts
    teacher_epochs: int = 8
    replayed: float = 0.2  # in tuning: share of the other authors' stories told again
    kept: float = 0.5  # … and of the weights it began from in those it ends with, so that less is forgotten


def fresh(data: Data, base: Slim, plan: Plan) -> FactReader:
    """A reader that has learnt nothing yet."""
    torch.manual_seed(plan.seed)
    options = [1 + len(v) for v in data.names.values()]
    model = FactReader(base.shape, options, plan.dropout, plan.mixed)
    nn.init.normal_(model.weigh, std=0.02)
    nn.init.normal_(model.slot, std=0.02)
    started_from(base, model)  # type: ignore[arg-type]
    return model


def learned(model: FactReader, names: Sequence[str], kept: Mapping[str, Any]) -> FactReader:
    """The reader with trained weights; facts that those have no slot for stay as they are."""
    known = list(json.loads(str(kept["slots"])))
    old = [known.index(name) for name in names if name in known]
    new = [i for i, name in enumerate(names) if name in known]
    state = model.state_dict()
    for name, value in trained_tensors(kept).items():
        if name.startswith(BY_SLOT):
            state[name][new] = value[old]
        else:
            state[name] = value
    model.load_state_dict(state)
    return model


def train(data: Data, model: FactReader, rows: np.ndarray[Any, Any], plan: Plan,
          soft: Tensor | None = None) -> FactReader:  # fmt: skip
    """The reader fitted to these rows. `soft`: others' readings of every row of the data."""
    chance = np.random.default_rng(plan.seed)
    guess = nn.Linear(model.slot.shape[1], len(FORMS))
    model.to(data.device).train()
    guess.to(data.device)
    if plan.frozen:
        kept = ("start", "position", *(f"layers.{n}." for n in range(plan.frozen)))
        for name, parameter in model.named_parameters():
            parameter.requires_grad = not name.startswith(kept)
        todo = np.array([row for row in rows if int(row) not in data.states])
        if len(todo):
            data.freeze(model.eval(), todo, plan.frozen)
            model.train()
    learnt = [(n, p) for n, p in model.named_parameters() if p.requires_grad]
    encoder = [p for n, p in learnt if n.startswith(("layers", "start", "position"))]
    heads = [p for n, p in learnt if not n.startswith(("layers", "start", "position"))]
    groups = [{"params": encoder, "lr": plan.rate}, {"params": [*heads, *guess.parameters()],
                                                      "lr": plan.heads_rate}]  # fmt: skip
    optimizer = torch.optim.AdamW(groups, weight_decay=0.02, fused=data.device == "cuda")
    steps = plan.epochs * math.ceil(len(rows) / plan.batch)
    warm = max(1, steps // 10)

    def pace(step: int) -> float:
        return min((step + 1) / warm, 0.5 * (1 + math.cos(math.pi * min(1.0, step / steps))) + 0.01)

    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, pace)
    state = [p.detach() for p in model.state_dict().values()]
    mean = [p.clone() for p in state]
    done, began = 0, time.time()
    for epoch in range(plan.epochs):
        if epoch:
            print(f"  epoch {epoch}: {time.time() - began:.0f} s", flush=True)
        mixed = chance.permutation(rows)
        for start in range(0, len(mixed), plan.batch * 16):  # like lengths together: less padding
            chunk = mixed[start : start + plan.batch * 16]
            chunk = chunk[np.argsort(data.lengths[chunk], kind="stable")]
            for part in chance.permutation(math.ceil(len(chunk) / plan.batch)):
                own = chunk[part * plan.batch : (part + 1) * plan.batch]
                loss = _loss(model, guess, data, own, plan, soft)
                optimizer.zero_grad(set_to_none=True)
                loss.backward()  # type: ignore[no-untyped-call]
                nn.utils.clip_grad_norm_(model.parameters(), 1.0)
                optimizer.step()
                schedule.step()
                done += 1
                keep = min(plan.averaged, 1 - 1 / (done / 4 + 1))
                torch._foreach_lerp_(mean, state, 1 - keep)
    model.load_state_dict(dict(zip(model.state_dict(), mean, strict=True)))
    return model.eval()


def _loss(model: FactReader, guess: nn.Linear, data: Data, rows: np.ndarray[Any, Any], plan: Plan,
          soft: Tensor | None) -> Tensor:  # fmt: skip
    index = torch.from_numpy(rows).to(data.device)
    ids, mask = data.batch(index)
    cues = data.cues[index].clone()
    cues[torch.rand(len(rows), device=data.device) < plan.cue_dropout] = model.unasked
    target = data.target[index]
    words = data.frozen(rows, ids.shape[1]) if plan.frozen else data.words[ids]
    words = words * (torch.rand(*ids.shape, 1, device=data.device) >= plan.masked)
    with torch.autocast(data.device, torch.bfloat16, enabled=data.device == "cuda"):
        hidden = model.encode(words, mask, since=plan.frozen)
    hidden = hidden.float()
    logits, attention = model.read(hidden, mask, cues)
    loss = _told(logits, target) / len(rows)
    if soft is not None:
        other = -(soft[index] * logits.log_softmax(-1)).sum() / len(rows)
        loss = (1 - plan.soft) * loss + plan.soft * other
    span = data.spans[index]
    place = torch.arange(ids.shape[1], device=data.device)
    marks = (place >= span[..., :1]) & (place < span[..., 1:])
    marked = marks.any(-1)
    seen = (attention * marks).sum(-1).clamp_min(1e-6).log()
    loss = loss - plan.look * (seen * marked).sum() / len(rows)
    whole = (hidden * mask[..., None]).sum(1) / mask.sum(1, keepdim=True)
    form = functional.cross_entropy(guess(whole), data.form[index], ignore_index=-1, reduction="sum")
    return loss + plan.form * form / len(rows)


def _told(logits: Tensor, target: Tensor) -> Tensor:
    """Minus log probability of what is to be read: option v, or v and silence together for -v; summed."""
    chance = logits.log_softmax(-1)
    exact = chance.gather(-1, target.abs().clamp_max(logits.shape[-1] - 1)[..., None])[..., 0]
    either = torch.logaddexp(exact, chance[..., 0])
    taught = torch.where(target < 0, either, exact)
    return -taught.masked_fill(target == IGNORED, 0.0).sum()


@torch.inference_mode()
def predict(model: FactReader, data: Data, rows: np.ndarray[Any, Any], cues: bool = True) -> Tensor:
    """Probabilities [rows, slots, options]."""
    found = []
    for start in range(0, len(rows), 32):
        index = torch.from_numpy(rows[start : start + 32]).to(data.device)
        ids, mask = data.batch(index)
        said = data.cues[index]
        if not cues:
            said = torch.full_like(said, model.unasked)
        with torch.autocast(data.device, torch.bfloat16, enabled=data.device == "cuda"):
            hidden = model.encode(data.words[ids], mask)
        found.append(model.read(hidden.float(), mask, said)[0].softmax(-1))
    return torch.cat(found)


def report(data: Data, rows: np.ndarray[Any, Any], probability: Tensor) -> str:
    """Facts right, missed and wrong over yes/no slots, by plain argmax."""
    target = data.target[torch.from_numpy(rows).to(data.device)]
    best = probability.argmax(-1)
    told, said = target > 0, best > 0
    valid = target != IGNORED
    right = (told & (best == target)).sum().item()
    wrong = (said & valid & (best != target.abs())).sum().item()
    missed = (told & ~said).sum().item()
    return (f"{len(rows)} stories: told {int(told.sum())}, right {right}, missed {missed}, "
            f"said wrongly {wrong}; f1 {2 * right / (int(told.sum()) + right + wrong):.3f}")  # fmt: skip


def second_opinions(data: Data, base: Slim, rows: np.ndarray[Any, Any], plan: Plan, teachers: int) -> Tensor:
    """Each telling as read by a reader that never saw its author: probabilities [rows, slots, options]."""
    widest = 1 + max(len(v) for v in data.names.values())
    soft = torch.zeros(len(data.lengths), len(data.names), widest, device=data.device)
    told = data.form.cpu().numpy() >= 0  # messages are of one author: those are dealt out one by one
    order = {author: i for i, author in enumerate(sorted(set(data.authors)))}
    group = np.where(told, [order[a] for a in data.authors], data.story) % teachers
    for number in range(teachers):
        own_plan = replace(plan, seed=100 + number)
        teacher = train(data, fresh(data, base, own_plan), rows[group[rows] != number], own_plan)
        own = rows[group[rows] == number]
        soft[own] = predict(teacher, data, own)
        originals = own[data.original[own]]
        print(f"  teacher {number + 1}: {report(data, originals, soft[originals])}", flush=True)
    return soft


def fit(pack_file: Path, out: Path, plan: Plan, held_out: Sequence[str] = (), teachers: int = 0) -> None:
    """Fit a reader and write its weights and what it reads of the stories it is judged on.

    `held_out`: authors it never sees and is judged on. `teachers`: so many readers are fitted first, each
    without some of the authors; what they read in those is taught beside the gold facts, for no author
    marks all there is.
    """
    out.mkdir(parents=True, exist_ok=True)
    device = "cuda" if torch.cuda.is_available() else "cpu"
    pack = np.load(pack_file)
    data, base = Data(pack, device), Slim(pack)
    began = time.time()
    unseen = np.isin(data.authors, list(held_out))
    rows = np.flatnonzero(~unseen & (data.original | plan.retold))
    judged = np.flatnonzero(unseen & data.original)
    soft = None
    if teachers:
        soft = second_opinions(data, base, rows, replace(plan, epochs=plan.teacher_epochs), teachers)
        print(f"{time.time() - began:5.0f} s, taught by {teachers}", flush=True)
    model = train(data, fresh(data, base, plan), rows, plan, soft)
    save(model, data.names, out, plan.frozen)
    seen = rows[data.original[rows]]
    print(f"{time.time() - began:5.0f} s, of what it saw: {report(data, seen, predict(model, data, seen))}")
    keep_judged(model, data, judged, out)


def tune(pack_file: Path, weights: Path, out: Path, plan: Plan, new: Sequence[str],
         held_out: Sequence[str] = ()) -> None:  # fmt: skip
    """Teach trained weights what `new` authors wrote, and write them like `fit`.

    Of the other authors a share of the stories is told again, so that they are not forgotten; `held_out`
    ones are what it is judged on.
    """
    out.mkdir(parents=True, exist_ok=True)
    pack, kept = np.load(pack_file), np.load(weights)
    data, base = Data(pack, "cuda" if torch.cuda.is_available() else "cpu"), Slim(pack)
    model = learned(fresh(data, base, plan), list(data.names), kept)
    before = {name: value.clone() for name, value in model.state_dict().items()}
    fresh_rows = np.isin(data.authors, list(new)) & (data.original | plan.retold)
    others = np.flatnonzero(~np.isin(data.authors, [*new, *held_out]) & data.original)
    again = np.random.default_rng(plan.seed).permutation(others)[: int(plan.replayed * len(others))]
    train(data, model, np.concatenate([np.flatnonzero(fresh_rows), again]), plan)
    known = json.loads(str(kept["slots"]))
    back_towards(before, model, plan.kept, [i for i, name in enumerate(data.names) if name in known])
    save(model, data.names, out)
    keep_judged(model, data, np.flatnonzero(np.isin(data.authors, list(held_out)) & data.original), out)


def back_towards(before: Mapping[str, Tensor], model: FactReader, share: float, known: Sequence[int]) -> None:
    """Take the weights so far back to what they were; slots that were not `known` then stay as they are."""
    for name, value in model.state_dict().items():
        rows: Any = list(known) if name.startswith(BY_SLOT) else slice(None)
        value[rows] = torch.lerp(value[rows], before[name].to(value.device)[rows], share)


def keep_judged(model: FactReader, data: Data, rows: np.ndarray[Any, Any], out: Path) -> None:
    """Say how stories it never saw are read, author by author, and keep the readings."""
    if not len(rows):
        return
    found = predict(model, data, rows)
    for author in dict.fromkeys(data.authors[rows]):
        own = data.authors[rows] == author
        print(f"never saw {author}: {report(data, rows[own], found[own])}", flush=True)
    np.savez_compressed(out / "held.npz", ids=data.ids[data.story[rows]], held=found.half().cpu().numpy())


def save(model: FactReader, names: Mapping[str, Sequence[str]], out: Path, frozen: int = 0) -> None:
    """The weights: matrices of the layers in 8 bits by row, the rest in half precision."""
    arrays: dict[str, Any] = {"slots": np.array(json.dumps(dict(names)))}
    kept = ("start", "position", *(f"layers.{n}." for n in range(frozen))) if frozen else ()
    for name, value in model.state_dict().items():
        if name.startswith(kept):
            continue  # as the package has it
        values = value.float().cpu().numpy()
        if name.startswith("layers") and values.ndim == 2:
            scale = np.abs(values).max(1, keepdims=True) / 127
            arrays[f"{name}|8"] = np.round(values / scale).astype(np.int8)
            arrays[f"{name}|scale"] = scale.astype(np.float16)
        else:
            arrays[name] = values.astype(np.float16)
    half = sorted(arrays)[: len(arrays) // 2]
    np.savez_compressed(out / "weights-1.npz", **{n: arrays[n] for n in half})
    np.savez_compressed(out / "weights-2.npz", **{n: v for n, v in arrays.items() if n not in half})


def ship(out: Path) -> None:
    """The two files of weights as the one that the assistant loads."""
    from assistant.settings import bundled

    arrays: dict[str, Any] = {}
    for number in (1, 2):
        part = np.load(out / f"weights-{number}.npz")
        arrays |= {name: part[name] for name in part.files}
    (bundled("corpus") / "reader").mkdir(exist_ok=True)
    np.savez_compressed(bundled("corpus") / "reader" / "weights.npz", **arrays)


def main() -> None:
    """fit PACK OUT [held_out=o,q] [teachers=3] [key=value of Plan …] | tune PACK WEIGHTS OUT new=y,z
    [held_out=x] [key=value of Plan …] | ship OUT"""
    command, *rest = sys.argv[1:]
    given = dict(item.split("=") for item in rest if "=" in item)
    files = [Path(item) for item in rest if "=" not in item]
    lists = {name: given.pop(name, "").split(",") for name in ("new", "held_out")}
    teachers = int(given.pop("teachers", 0))
    kinds = {name: type(value) for name, value in Plan().__dict__.items()}
    plan = Plan(**{name: kinds[name](json.loads(value)) for name, value in given.items()})
    if command == "fit":
        fit(files[0], files[1], plan, lists["held_out"], teachers)
    elif command == "tune":
        tune(files[0], files[1], files[2], plan, lists["new"], lists["held_out"])
    elif command == "ship":
        ship(files[0])
    else:
        raise SystemExit(f"wanted fit, tune or ship, got {command!r}")


if __name__ == "__main__":
    main()
