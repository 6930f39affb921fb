"""Train the reader's encoder on the scenario stories.

`python -m evals.train_reader fit PACK.npz OUT teachers=5 students=2` (the pack is `evals.prepare_reader`'s)
needs only torch and numpy, and a GPU to be quick: there several readers are fitted at once, each in a process
of its own. `… mean OUT FIT FIT …` averages the weights of fits that began alike. `… tune PACK.npz WEIGHTS.npz
OUT new=y,z frozen=9` goes on from trained weights with what new authors wrote and some of what is known; with
most layers left alone two CPU cores do. `… ship OUT` writes the weights to `corpus/reader/`. Stories are
split by author: it is judged on authors it never saw.
"""

import json
import math
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import Any, TypeVar

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
    agree: float = 0.0  # weight of what two looks at a telling, other words blanked in each, say differently
    seed: int = 0  # of what a fresh reader holds
    order: int = 0  # of the tellings, and of what is blanked
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
    chance = np.random.default_rng(plan.order)
    torch.manual_seed(plan.order)
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
    if plan.agree:
        rows = np.concatenate([rows, rows])
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
    chance = logits.log_softmax(-1)
    loss = _told(chance, target) / len(rows)
    if soft is not None:
        other = -(soft[index] * chance).sum() / len(rows)
        loss = (1 - plan.soft) * loss + plan.soft * other
    if plan.agree:
        one, two = chance.chunk(2)
        apart = ((one.exp() - two.exp()) * (one - two)).sum() / len(rows)
        loss = loss + plan.agree * apart
    span = data.spans[index]
    place = torch.arange(ids.shape[1], device=data.device)
    marks = (place >= span[..., :1]) & (place < span[..., 1:])
    marked = marks.any(-1)
    seen = (attention * marks).sum(-1).clamp_min(1e-6).log()
    loss = loss - plan.look * (seen * marked).sum() / len(rows)
    whole = (hidden * mask[..., None]).sum(1) / mask.sum(1, keepdim=True)
    form = functional.cross_entropy(guess(whole), data.form[index], ignore_index=-1, reduction="sum")
    return loss + plan.form * form / len(rows)


def _told(chance: Tensor, target: Tensor) -> Tensor:
    """Minus log probability of what is to be read: option v, or v and silence together for -v; summed."""
    exact = chance.gather(-1, target.abs().clamp_max(chance.shape[-1] - 1)[..., None])[..., 0]
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


@dataclass(frozen=True)
class Work:
    """What a process of its own fits a reader to; it loads the pack itself."""

    pack: Path
    plan: Plan
    held_out: Sequence[str]

    def begun(self) -> tuple[Data, Slim, np.ndarray[Any, Any]]:
        """The pack, the package's weights and the rows that are taught."""
        torch.set_float32_matmul_precision("high")
        pack = np.load(self.pack)
        data = Data(pack, "cuda" if torch.cuda.is_available() else "cpu")
        taught = ~np.isin(data.authors, list(self.held_out)) & (data.original | self.plan.retold)
        return data, Slim(pack), np.flatnonzero(taught)


Result = TypeVar("Result")
Opinion = tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]  # rows, and what is read there in half precision


def opinion(work: Work, teachers: int, number: int) -> Opinion:
    """Some authors' tellings as read by a reader that never saw them: [rows, slots, options]."""
    data, base, rows = work.begun()
    told = data.form.cpu().numpy() >= 0  # messages are of one author: those are dealt out one by one
    order = {author: i for i, author in enumerate(sorted(set(data.authors)))}
    group = np.where(told, [order[a] for a in data.authors], data.story) % teachers
    plan = replace(work.plan, epochs=work.plan.teacher_epochs, seed=100 + number, order=100 + number, agree=0)
    teacher = train(data, fresh(data, base, plan), rows[group[rows] != number], plan)
    own = rows[group[rows] == number]
    read = predict(teacher, data, own)
    seen = data.original[own]
    print(f"  teacher {number + 1}: {report(data, own[seen], read[seen])}", flush=True)
    return own, read.half().cpu().numpy()


def student(work: Work, opinions: Sequence[Opinion], number: int) -> dict[str, np.ndarray[Any, Any]]:
    """A reader taught the gold facts, and beside them these opinions of readers that never saw the author.

    Students begin alike and differ in the order of what they are taught: their weights can be averaged.
    """
    data, base, rows = work.begun()
    soft = None
    if opinions:
        soft = torch.zeros(len(data.lengths), *opinions[0][1].shape[1:], device=data.device)
        for own, read in opinions:
            soft[own] = torch.from_numpy(read).to(data.device).float()
    model = fresh(data, base, work.plan)
    train(data, model, rows, replace(work.plan, order=work.plan.order + number), soft)
    say_judged(model, data, judged_rows(data, work.held_out), f"student {number + 1}, ")
    return {name: value.float().cpu().numpy() for name, value in model.state_dict().items()}


def fit(pack_file: Path, out: Path, plan: Plan, held_out: Sequence[str] = (), teachers: int = 0,
        students: int = 1) -> None:  # fmt: skip
    """Fit a reader and write its weights and what it reads of the stories it is judged on.

    `held_out`: authors it never sees and is judged on. `teachers`: so many readers are fitted first, each
    without some of the authors; what they read in those is taught beside the gold facts, for no author
    marks all there is. It is kept in `opinions.npz`. `students`: so many are then fitted; what is written is
    the mean of their weights.
    """
    out.mkdir(parents=True, exist_ok=True)
    began, work = time.time(), Work(pack_file, plan, tuple(held_out))
    data, base, rows = work.begun()
    opinions = at_once(partial(opinion, work, teachers), teachers)
    if opinions:
        own, read = (np.concatenate(part) for part in zip(*opinions, strict=True))
        kept = data.original[own]
        np.savez_compressed(out / "opinions.npz", ids=data.ids[data.story[own[kept]]], held=read[kept])
        print(f"{time.time() - began:5.0f} s, taught by {teachers}", flush=True)
    states = at_once(partial(student, work, opinions), students)
    print(f"{time.time() - began:5.0f} s, {students} taught", flush=True)
    model = fresh(data, base, plan).to(data.device).eval()
    loaded(model, states)
    save(model.state_dict(), data.names, out, plan.frozen)
    seen = rows[data.original[rows]]
    print(f"{time.time() - began:5.0f} s, of what it saw: {report(data, seen, predict(model, data, seen))}")
    keep_judged(model, data, judged_rows(data, held_out), out)


def at_once(work: Callable[[int], Result], count: int) -> list[Result]:
    """What this makes of each number: on a GPU, which one of them keeps half idle, in a process each."""
    if not torch.cuda.is_available() or count < 2:
        return list(map(work, range(count)))
    with ProcessPoolExecutor(count, get_context("spawn")) as pool:
        return list(pool.map(work, range(count)))


def loaded(model: FactReader, states: Sequence[Mapping[str, np.ndarray[Any, Any]]]) -> None:
    """Give the reader the mean of these weights."""
    model.load_state_dict(
        {name: torch.from_numpy(np.mean([state[name] for state in states], 0)) for name in states[0]}
    )


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
    save(model.state_dict(), data.names, out)
    keep_judged(model, data, judged_rows(data, held_out), out)


def back_towards(before: Mapping[str, Tensor], model: FactReader, share: float, known: Sequence[int]) -> None:
    """Take the weights so far back to what they were; slots that were not `known` then stay as they are."""
    for name, value in model.state_dict().items():
        rows: Any = list(known) if name.startswith(BY_SLOT) else slice(None)
        value[rows] = torch.lerp(value[rows], before[name].to(value.device)[rows], share)


def judged_rows(data: Data, held_out: Sequence[str]) -> np.ndarray[Any, Any]:
    """The stories it is judged on, as they were told."""
    return np.flatnonzero(np.isin(data.authors, list(held_out)) & data.original)


def say_judged(model: FactReader, data: Data, rows: np.ndarray[Any, Any], who: str = "") -> Tensor:
    """Say how stories it never saw are read, author by author, and give the readings."""
    found = predict(model, data, rows) if len(rows) else torch.empty(0)
    for author in dict.fromkeys(data.authors[rows]):
        own = data.authors[rows] == author
        print(f"{who}never saw {author}: {report(data, rows[own], found[own])}", flush=True)
    return found


def keep_judged(model: FactReader, data: Data, rows: np.ndarray[Any, Any], out: Path) -> None:
    """Say how stories it never saw are read, and keep the readings."""
    if len(rows):
        found = say_judged(model, data, rows)
        np.savez_compressed(out / "held.npz", ids=data.ids[data.story[rows]], held=found.half().cpu().numpy())


def save(state: Mapping[str, Tensor], names: Mapping[str, Sequence[str]], out: Path, frozen: int = 0) -> None:
    """The weights: matrices of the layers in 8 bits by row, the rest in half precision."""
    arrays: dict[str, Any] = {"slots": np.array(json.dumps(dict(names)))}
    kept = ("start", "position", *(f"layers.{n}." for n in range(frozen))) if frozen else ()
    for name, value in state.items():
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


def written(out: Path) -> dict[str, Any]:
    """The arrays of a fit's two files of weights."""
    parts = [np.load(out / f"weights-{number}.npz") for number in (1, 2)]
    return {name: part[name] for part in parts for name in part.files}


def mean(out: Path, fits: Sequence[Path]) -> None:
    """Average fits that began alike, `students` and what `agree` they were taught with apart; one named twice
    counts twice."""
    out.mkdir(parents=True, exist_ok=True)
    kept = [written(fit) for fit in fits]
    tensors = [trained_tensors(each) for each in kept]
    state = {name: torch.stack([each[name] for each in tensors]).mean(0) for name in tensors[0]}
    save(state, json.loads(str(kept[0]["slots"])), out)


def ship(out: Path) -> None:
    """The two files of weights as the one that the assistant loads."""
    from assistant.settings import bundled

    (bundled("corpus") / "reader").mkdir(exist_ok=True)
    np.savez_compressed(bundled("corpus") / "reader" / "weights.npz", **written(out))


def main() -> None:
    """fit PACK OUT [held_out=o,q] [teachers=3] [students=2] [key=value of Plan …] | mean OUT FIT FIT … |
    tune PACK WEIGHTS OUT new=y,z [held_out=x] [key=value of Plan …] | ship OUT"""
    command, *rest = sys.argv[1:]
    given = dict(item.split("=") for item in rest if "=" in item)
    files = [Path(item) for item in rest if "=" not in item]
    lists = {name: given.pop(name, "").split(",") for name in ("new", "held_out")}
    teachers, students = int(given.pop("teachers", 0)), int(given.pop("students", 1))
    kinds = {name: type(value) for name, value in Plan().__dict__.items()}
    plan = Plan(**{name: kinds[name](json.loads(value)) for name, value in given.items()})
    if command == "fit":
        fit(files[0], files[1], plan, lists["held_out"], teachers, students)
    elif command == "tune":
        tune(files[0], files[1], files[2], plan, lists["new"], lists["held_out"])
    elif command == "mean":
        mean(files[0], files[1:])
    elif command == "ship":
        ship(files[0])
    else:
        raise SystemExit(f"wanted fit, mean, tune or ship, got {command!r}")


if __name__ == "__main__":
    main()
