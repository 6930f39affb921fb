"""Train the small weights of `corpus/retrieval` from lay questions: a few minutes on two CPU cores.

`python -m evals.train_retrieval` writes them from every question of a.jsonl, b.jsonl and c.jsonl. The
locked questions are never read here. Seeded and single-threaded: the same questions give the same weights.
"""

import argparse
import hashlib
import json
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from assistant import embed
from assistant.embed import Embedding, Vectors
from assistant.index import (
    Document,
    Ranker,
    Shipped,
    Trained,
    bm25,
    bm25_scores,
    documents,
    grams,
    is_english,
    lay_terms,
    notes,
    unit,
)  # fmt: skip
from assistant.law import Library
from assistant.settings import bundled

if TYPE_CHECKING:
    import torch

QUESTIONS = Path(__file__).parent / "questions"
CACHE = Path(tempfile.gettempdir()) / "anbao-retrieval"
FOLDS = 3  # the ranker learns from questions whose articles the adaptor has not seen
KEPT = 192  # dimensions of a kept question
HIDDEN = 16
UNASKED = 0.4  # this share of articles is learned as if nobody had asked about them
SEED = 7
TEMPERATURE = 0.04
PENALTY = 8e-3
AUTHORS = ("a", "b", "c")


@dataclass(frozen=True)
class Question:
    """A lay question and the articles that answer it, the main one first."""

    query: str
    refs: tuple[str, ...]
    author: str


@dataclass(frozen=True)
class Data:
    """What training and measuring share: documents, their vectors, and a way to embed questions."""

    docs: list[Document]
    vectors: Vectors
    words: object  # BM25 over the documents
    lay_terms: dict[str, list[str]]
    embedding: Embedding
    library: Library

    def wider(self, query: str) -> str:
        low = query.casefold()
        terms = dict.fromkeys(t for lay, ts in self.lay_terms.items() if lay in low for t in ts)
        return query + " " + " ".join(terms)

    def scores(self, query: str) -> Vectors:
        return bm25_scores(self.words, self.wider(query))


def open_data() -> Data:
    """The default corpus; vectors that are not shipped are embedded."""
    library, embedding = Library(bundled("corpus")), embed.load()
    docs = documents(library)
    shipped = Shipped(library.corpus, embedding.name).rows
    missing = [d for d in docs if d.key not in shipped]
    fresh = _remembered([d.text for d in missing], embedding, "passages")
    rows = shipped | {d.key: v for d, v in zip(missing, fresh, strict=True)}
    vectors = unit(np.vstack([rows[d.key] for d in docs]))
    words = bm25([grams(d.words) for d in docs])
    return Data(docs, vectors, words, lay_terms(library.corpus), embedding, library)


def read(*names: str) -> list[Question]:
    """The questions of those files; a file is the work of one author."""
    found = []
    for name in names:
        for line in (QUESTIONS / f"{name}.jsonl").read_text(encoding="utf-8").splitlines():
            row = json.loads(line)
            found.append(Question(row["query"], tuple(row["refs"]), name))
    return found


def noted(library: Library) -> list[Question]:
    """The questions our doctrine notes answer: asked before, so that notes are found like articles."""
    return [
        Question(query, (f"doctrine/{note.id}/{lang}", f"doctrine/{note.id}/{other}"), "notes")
        for note in notes(library.corpus)
        for lang, other in (("zh", "en"), ("en", "zh"))
        for query in note.questions[lang]
    ]  # fmt: skip


def embedded(questions: Sequence[Question], data: Data) -> Vectors:
    """Vectors of the questions, remembered between runs by their text."""
    return _remembered([q.query for q in questions], data.embedding, "queries")


def _remembered(texts: Sequence[str], embedding: Embedding, what: str) -> Vectors:
    CACHE.mkdir(parents=True, exist_ok=True)
    file = CACHE / f"{what}-{embedding.name}.npz"
    known: dict[str, Vectors] = {}
    if file.exists():
        with np.load(file) as z:
            known = dict(zip(z["keys"].tolist(), z["rows"], strict=True))
    keys = [hashlib.sha256(t.encode()).hexdigest()[:24] for t in texts]
    missing = {k: t for k, t in zip(keys, texts, strict=True) if k not in known}
    if missing:
        fresh = embedding.passages(list(missing.values())) if what == "passages" else np.vstack(
            [embedding.query(t) for t in missing.values()])  # fmt: skip
        known |= dict(zip(missing, fresh, strict=True))
        np.savez(file, keys=np.array(list(known)), rows=np.vstack(list(known.values())))
    return np.vstack([known[k] for k in keys]) if keys else np.zeros((0, embedding.dimension), np.float32)


def part_of(ref: str, parts: int, salt: str = "") -> int:
    """A fixed part for each article."""
    return int(hashlib.md5(f"{salt}{ref}".encode()).hexdigest(), 16) % parts


def without(questions: Sequence[Question], articles: set[str]) -> list[Question]:
    """The questions that none of those articles answers."""
    return [q for q in questions if not articles & set(q.refs)]


# ---- the adaptor
def centres(questions: Sequence[Question], vectors: Vectors) -> Vectors:
    """The mean question in Chinese and in English."""
    english = np.array([is_english(q.query) for q in questions])
    return np.vstack([vectors[~english].mean(axis=0), vectors[english].mean(axis=0)])


def centred(questions: Sequence[Question], vectors: Vectors, middle: Vectors) -> Vectors:
    return unit(vectors - middle[[int(is_english(q.query)) for q in questions]])


def fit_adaptor(queries: Vectors, wanted: Vectors, passages: Vectors, epochs: int = 5) -> Vectors:
    """A matrix added to the identity: cross-entropy over every document, so all negatives count.

    Against over-fitting: a penalty on its distance from the identity, dropout, few epochs.
    """
    import torch
    from torch.nn import functional

    torch.set_num_threads(1)
    torch.manual_seed(SEED)
    asked, docs, target = (torch.from_numpy(np.ascontiguousarray(x)) for x in (queries, passages, wanted))
    matrix = torch.zeros(asked.shape[1], docs.shape[1], requires_grad=True)
    adam = torch.optim.Adam([matrix], lr=1e-3)
    batches = _batches(epochs, len(asked), torch.Generator().manual_seed(SEED))
    for step, batch in enumerate(batches):
        adam.param_groups[0]["lr"] = 1e-3 * (1 - step / len(batches))
        query = functional.dropout(asked[batch], 0.1)
        logits = functional.normalize(query + query @ matrix, dim=-1) @ docs.T / TEMPERATURE
        loss = -(target[batch] * logits.log_softmax(-1)).sum(-1).mean() + PENALTY * (matrix**2).sum()
        adam.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        adam.step()
    return np.asarray(matrix.detach().numpy(), np.float32)


def _batches(epochs: int, count: int, shuffle: "torch.Generator") -> "list[torch.Tensor]":
    """Rows in a new order each epoch, 128 at a time."""
    import torch

    orders = [torch.randperm(count, generator=shuffle) for _ in range(epochs)]
    return [order[n : n + 128] for order in orders for n in range(0, count, 128)]


def wanted(questions: Sequence[Question], place: dict[str, int]) -> Vectors:
    """What each question should find: its main article for 0.7, the others share the rest."""
    table = np.zeros((len(questions), len(place)), np.float32)
    for row, question in zip(table, questions, strict=True):
        main, *others = (place[r] for r in question.refs)
        row[main] = 0.7 if others else 1
        row[others] += 0.3 / max(len(others), 1)
    return table


# ---- the ranker
def untrained(questions: Sequence[Question], data: Data, adaptor: Vectors | None = None) -> Trained:
    """Everything but the network; with no adaptor yet, the identity."""
    vectors = embedded(questions, data)
    middle = centres(questions, vectors)
    rows = centred(questions, vectors, middle)
    basis = np.linalg.svd(rows, full_matrices=False)[2][:KEPT].T
    basis *= np.sign(basis[np.abs(basis).argmax(axis=0), range(KEPT)])  # the sign of a direction is free
    if adaptor is None:
        adaptor = np.zeros((rows.shape[1], rows.shape[1]), np.float32)
    return Trained(middle, adaptor, basis, unit(rows @ basis), [q.query for q in questions],
                   [list(q.refs) for q in questions], [])  # fmt: skip


def adapted(questions: Sequence[Question], data: Data) -> Trained:
    """The same with an adaptor learned from these questions."""
    blank = untrained(questions, data)
    ranker = Ranker(blank, data.docs, data.vectors)
    place = {d.ref: n for n, d in enumerate(data.docs)}
    rows = centred(questions, embedded(questions, data), blank.centres)
    return replace(blank, adaptor=fit_adaptor(rows, wanted(questions, place), ranker.vectors))


Example = tuple[Vectors, Vectors]  # features and targets of a question's candidates


def examples(questions: Sequence[Question], data: Data) -> list[Example]:
    """Features of every question's candidates as a new question would have them, twice.

    Once by article: the adaptor has not seen its articles (folds), the question itself was not asked
    before, and for some articles nobody asked at all. Once by author: of all that its author asked,
    nothing is known.
    """
    bank = [*questions, *noted(data.library)]
    found = []
    for fold in range(FOLDS):
        mine = [q for q in questions if part_of(q.refs[0], FOLDS, "fold") == fold]
        known = without(bank, {q.refs[0] for q in mine})
        found += _examples(mine, known, bank, data)
    for author in sorted({q.author for q in questions}):
        mine = [q for q in questions if q.author == author]
        others = [q for q in bank if q.author != author]
        found += _examples(mine, others, others, data)
    return [one for one in found if one[1].any()]


def _examples(mine: Sequence[Question], known: Sequence[Question], bank: Sequence[Question],
              data: Data) -> list[Example]:  # fmt: skip
    """Of those questions, with an adaptor that learned from `known`, among the questions of `bank`."""
    ranker = Ranker(untrained(bank, data, adapted(known, data).adaptor), data.docs, data.vectors)
    asked = {q.query for q in bank}
    return [
        _example(q, vector, ranker, data, hide=q.query in asked)
        for q, vector in zip(mine, embedded(mine, data), strict=True)
    ]


def _example(question: Question, vector: Vectors, ranker: Ranker, data: Data, *, hide: bool) -> Example:
    hidden = np.array(ranker.trained.texts) == question.query
    if hide and part_of(question.refs[0], 100, "unasked") < 100 * UNASKED:
        refs = set(question.refs)
        hidden = hidden | np.array([bool(refs & set(links)) for links in ranker.trained.links])
    law = np.array([d.kind != "doctrine" for d in data.docs])
    found = ranker.candidates(question.query, vector, data.scores(question.query), law, hidden)
    refs_found = [data.docs[row].ref for row in found.rows]
    target = np.array([0.6 * (r in question.refs) + 0.4 * (r == question.refs[0]) for r in refs_found])
    return found.features, target.astype(np.float32)


def fit_network(rows: Sequence[Example], epochs: int = 15) -> list[Vectors]:
    """A network of one hidden layer, trained to put the right candidates first (listwise softmax)."""
    import torch

    torch.set_num_threads(1)
    torch.manual_seed(SEED)
    every = np.vstack([features for features, _ in rows])
    mean, scale = every.mean(axis=0), every.std(axis=0) + 1e-6
    table, target, mask = (torch.from_numpy(x) for x in _padded(rows, mean, scale))
    first, last = torch.nn.Linear(len(mean), HIDDEN), torch.nn.Linear(HIDDEN, 1, bias=False)
    net = torch.nn.Sequential(first, torch.nn.ReLU(), last)
    adam = torch.optim.AdamW(net.parameters(), lr=1e-2, weight_decay=1e-3)
    batches = _batches(epochs, len(table), torch.default_generator)
    for step, batch in enumerate(batches):
        adam.param_groups[0]["lr"] = 1e-2 * (1 - step / len(batches))
        values = net(table[batch]).squeeze(-1).masked_fill(~mask[batch], -1e9)
        loss = -(target[batch] * values.log_softmax(-1)).sum(-1).mean()
        adam.zero_grad()
        loss.backward()
        adam.step()
    learned = (first.weight.T, first.bias, last.weight[0])
    return [mean, scale, *(np.asarray(x.detach().numpy(), np.float32) for x in learned)]


def _padded(
    rows: Sequence[Example], mean: Vectors, scale: Vectors
) -> tuple[Vectors, Vectors, npt.NDArray[np.bool_]]:
    longest = max(len(target) for _, target in rows)
    table = np.zeros((len(rows), longest, len(mean)), np.float32)
    targets = np.zeros((len(rows), longest), np.float32)
    mask = np.zeros((len(rows), longest), bool)
    for n, (features, target) in enumerate(rows):
        table[n, : len(target)] = (features - mean) / scale
        targets[n, : len(target)] = target / target.sum()
        mask[n, : len(target)] = True
    return table, targets, mask


def train(questions: Sequence[Question], data: Data) -> Trained:
    """All of it from these questions."""
    layers = fit_network(examples(questions, data))
    return replace(adapted([*questions, *noted(data.library)], data), layers=layers)


def main() -> None:
    """Write the weights of the default corpus."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, help="default: corpus/retrieval/<embedding>.npz")
    options = parser.parse_args()
    data = open_data()
    trained = train(read(*AUTHORS), data)
    file = options.out or Trained.path(data.library.corpus, data.embedding.name)
    trained.save(file)
    print(f"{file}: {file.stat().st_size / 1e6:.2f} MB from {len(trained.texts)} questions")


if __name__ == "__main__":
    main()
