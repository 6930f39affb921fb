"""The index: lay question in, provisions out. Chroma for meaning, BM25 for words, fused.

The collection remembers the model and corpus that built it and refuses others. Vectors of the
default corpus are shipped in `corpus/vectors`, keyed by the text's hash, so only changed texts are
embedded when it is built.

`corpus/retrieval` holds small weights learned from lay questions (`evals/train_retrieval.py`); with
them a `Ranker` orders the candidates. For any other embedding the plain weighted fusion is used.
"""

import hashlib
import logging
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import yaml
from filelock import FileLock

from assistant.embed import Embedding, Vectors
from assistant.law import Library

log = logging.getLogger(__name__)
COLLECTION = "anbao"
DENSE_WEIGHT = 0.8
POOL = 60  # candidates taken from each side before fusion
BATCH = 500
LAW = ("statute", "digest", "added", "doctrine")  # all kinds but a platform's own rules
WEAK = 0.80  # a best similarity below this is no answer; see `similarity`
SHIFT = 5.41  # puts WEAK where 85% of foreign questions and 17% of dev fall below


class IndexProblem(Exception):
    """The index is missing, damaged or built for something else; the message says what to run."""


@dataclass(frozen=True)
class Document:
    """One indexed text. `ref` is a provision (电子商务法#38) or a note (doctrine/nature-dual/zh)."""

    ref: str
    title: str
    text: str
    kind: str
    words: str  # what BM25 sees: title, chapter, text, questions

    @property
    def key(self) -> str:
        """The text's hash, by which its vector is shipped."""
        return hashlib.sha256(self.text.encode()).hexdigest()[:16]


@dataclass(frozen=True)
class Hit:
    """A search result; `score` from 0 to 1 within one query, `similarity` comparable between queries.

    Without trained weights `similarity` is the cosine; with them see `similarity` below. `by_words`: the
    index's server did not answer, so that words alone decided and there is no similarity.
    """

    ref: str
    title: str
    text: str
    kind: str
    score: float
    similarity: float
    by_words: bool = False

    @property
    def note(self) -> str:
        """The id of a doctrine note: nature-dual of doctrine/nature-dual/zh."""
        return self.ref.split("/")[1]

    def to_json(self) -> dict[str, object]:
        row: dict[str, object] = {"ref": self.ref, "score": round(self.score, 4), "title": self.title,
                                  "text": self.text}  # fmt: skip
        return {**row, "by_words": True} if self.by_words else row


@dataclass(frozen=True)
class Note:
    """A doctrine note of corpus/doctrine: our own words on the article's argument."""

    id: str
    title: dict[str, str]
    body: dict[str, str]
    refs: tuple[str, ...]
    questions: dict[str, list[str]]


def notes(corpus: Path) -> list[Note]:
    """Every doctrine note, parsed from its front matter and its zh and en halves."""
    found = []
    for file in sorted((corpus / "doctrine").glob("*.md")):
        _, head, rest = file.read_text(encoding="utf-8").split("---", 2)
        meta = yaml.safe_load(head)
        parts = re.split(r"^## (zh|en)\s*$", rest, flags=re.M)
        body = {parts[i]: parts[i + 1].strip() for i in range(1, len(parts) - 1, 2)}
        found.append(Note(meta["id"], meta["title"], body, tuple(meta.get("refs") or ()),
                          meta.get("questions") or {"zh": [], "en": []}))  # fmt: skip
    return found


def documents(library: Library, *, whole: bool = False) -> list[Document]:
    """What the index holds: every article, digest and doctrine note in force, and what was added.

    With `whole`, also every law of the statute package beyond this field.
    """
    found = []
    for p in library.every(whole=whole):
        more = library.gloss(p.ref) if p.kind == "added" else p.text_en
        found.append(Document(str(p.ref), p.title, p.text, p.kind, f"{p.title}{p.chapter}{p.text}{more}"))
    for note in notes(library.corpus):
        for lang in ("zh", "en"):
            title, asked = note.title[lang], "\n".join(note.questions[lang])
            text = f"{title}\n{asked}\n{note.body[lang]}"
            found.append(Document(f"doctrine/{note.id}/{lang}", title, text, "doctrine", text))
    return found


def grams(text: str) -> list[str]:
    """Tokens for BM25: Chinese characters and their bigrams, Latin words in lower case."""
    tokens: list[str] = []
    for run in re.findall(r"[一-鿿]+|[a-z0-9]+", text.casefold()):
        if run[0] < "一":
            tokens.append(run)
        else:
            tokens.extend(run)
            tokens.extend(run[i : i + 2] for i in range(len(run) - 1))
    return tokens


class Shipped:
    """Vectors shipped with the corpus: int8 rows with a scale each, by text hash."""

    def __init__(self, corpus: Path, model: str) -> None:
        self.file = corpus / "vectors" / f"{re.sub(r'[^A-Za-z0-9.-]', '-', model)}.npz"
        self.rows: dict[str, Vectors] = {}
        if self.file.exists():
            with np.load(self.file) as stored:
                scaled = stored["vectors"].astype(np.float32) * stored["scales"][:, None]
                self.rows = dict(zip(stored["keys"].tolist(), scaled, strict=True))

    def write(self, vectors: dict[str, Vectors]) -> None:
        """Replace the file (sorted by key)."""
        keys = sorted(vectors)
        table = np.vstack([vectors[k] for k in keys])
        scales = np.abs(table).max(axis=1) / 127
        small = np.round(table / scales[:, None]).astype(np.int8)
        self.file.parent.mkdir(parents=True, exist_ok=True)
        np.savez_compressed(self.file, keys=np.array(keys), vectors=small,
                            scales=scales.astype(np.float32))  # fmt: skip


@dataclass(frozen=True)
class Trained:
    """What was learned from lay questions, all of it for one embedding: see evals/train_retrieval.py.

    Questions asked before are kept as short vectors and as words, each linked to its articles: a new
    question like an old one has the old one's answer.
    """

    centres: Vectors  # the mean question in Chinese, in English
    adaptor: Vectors  # added to the identity: from questions to passages
    basis: Vectors  # onto the few dimensions in which questions are kept
    asked: Vectors
    texts: list[str]
    links: list[list[str]]  # of each question, main article first
    layers: list[Vectors]  # mean and scale of the features, then weights and biases

    @staticmethod
    def path(corpus: Path, model: str) -> Path:
        return corpus / "retrieval" / f"{re.sub(r'[^A-Za-z0-9.-]', '-', model)}.npz"

    @classmethod
    def load(cls, corpus: Path, model: str) -> "Trained | None":
        """The weights for that embedding, or None: the caller does without."""
        return cls.read(cls.path(corpus, model))

    @classmethod
    def read(cls, file: Path) -> "Trained | None":
        """The weights of that file, or None when it is absent."""
        if not file.exists():
            return None
        with np.load(file) as z:
            text = z["text"].tobytes().decode()
            rows = [line.split("\t") for line in text.split("\n")]
            layers = [z[f"layer{n}"] for n in range(sum(k.startswith("layer") for k in z.files))]
            return cls(z["centres"], z["adaptor"].astype(np.float32), z["basis"].astype(np.float32),
                       z["asked"].astype(np.float32) / 127, [r[0] for r in rows],
                       [r[1:] for r in rows], layers)  # fmt: skip

    def save(self, file: Path) -> None:
        """Write float16 and int8 (the components of a unit vector fit): a quarter of the size."""
        rows = "\n".join("\t".join((t, *refs)) for t, refs in zip(self.texts, self.links, strict=True))
        file.parent.mkdir(parents=True, exist_ok=True)
        layers: dict[str, Any] = {f"layer{n}": layer for n, layer in enumerate(self.layers)}
        np.savez_compressed(
            file, centres=self.centres, adaptor=self.adaptor.astype(np.float16),
            basis=self.basis.astype(np.float16), asked=np.round(self.asked * 127).astype(np.int8),
            text=np.frombuffer(rows.encode(), np.uint8), **layers,
        )  # fmt: skip


# Nothing here says what sort of document it is or which laws people ask about: that is learned of those who
# asked, and misleads the next (docs/retrieval.md).
FEATURES = ("adapted", "centred", "words", "words/best", "adapted rank", "words rank", "centred rank",
            "question", "questions", "question words", "question/best", "question words/best")  # fmt: skip


class Ranker:
    """Orders documents for a question by `FEATURES` and a small network over them.

    Questions and passages of each language and kind crowd around a mean of their own; taking it off
    is worth 15 points of recall, most of it for English questions about Chinese law.
    """

    def __init__(self, trained: Trained, docs: Sequence[Document], vectors: Vectors) -> None:
        self.trained = trained
        kinds = np.array([d.kind for d in docs])
        self.vectors = np.array(vectors, np.float32)
        kinds[np.isin(kinds, ("added", "platform_rules"))] = "statute"  # official style, too few for a mean
        for kind in set(kinds.tolist()):
            self.vectors[kinds == kind] -= self.vectors[kinds == kind].mean(axis=0)
        self.vectors = unit(self.vectors)
        place = {d.ref: n for n, d in enumerate(docs)}
        links = [[place[r] for r in refs if r in place] for refs in trained.links]
        self.of = np.array([n for n, refs in enumerate(links) for _ in refs])
        self.to = np.array([r for refs in links for r in refs], int)
        self.words = bm25([grams(t) for t in trained.texts])

    def candidates(self, query: str, vector: Vectors, words: Vectors, allowed: npt.NDArray[np.bool_],
                   hidden: npt.NDArray[np.bool_] | None = None) -> "Candidates":  # fmt: skip
        """The best of each kind of evidence, with their features. `hidden` questions were never asked."""
        centred = unit(vector - self.trained.centres[int(is_english(query))])
        adapted = self.vectors @ unit(centred + centred @ self.trained.adaptor)
        plain = self.vectors @ centred
        like = self.trained.asked @ unit(centred @ self.trained.basis)
        same = bm25_scores(self.words, query)
        if hidden is not None:
            like, same = np.where(hidden, -1, like), np.where(hidden, 0, same)
        asked, asked_words, sum_asked = self._by_document(like, same)
        pools = ((adapted, POOL), (words, POOL), (plain, 20), (asked, 20), (asked_words, 20))
        rows = np.unique(np.concatenate([_top(s, n, allowed) for s, n in pools]))
        columns = (
            adapted, plain, words / 10, words / max(float(words.max()), 1e-6),
            _place(adapted), _place(words), _place(plain),
            np.where(asked > -1, asked, 0.2), sum_asked, asked_words / 10,
            asked / max(float(asked.max()), 1e-6), asked_words / max(float(asked_words.max()), 1e-6),
        )  # fmt: skip
        table = np.stack([np.asarray(c, np.float32)[rows] for c in columns], axis=1)
        return Candidates(rows, table, similarity(adapted[rows], words[rows]))

    def _by_document(self, like: Vectors, same: Vectors) -> tuple[Vectors, Vectors, Vectors]:
        """Of each document's questions: the nearest, the most alike in words, and how many are near."""
        size = len(self.vectors)
        asked, words, near = np.full(size, -1.0), np.zeros(size), np.zeros(size)
        np.maximum.at(asked, self.to, like[self.of])
        np.maximum.at(words, self.to, same[self.of])
        np.add.at(near, self.to, np.where(like > -1, np.exp((like - 0.6) / 0.1), 0)[self.of])
        return asked.astype(np.float32), words.astype(np.float32), np.log1p(near).astype(np.float32)

    def values(self, found: "Candidates") -> Vectors:
        """The network's value of each candidate; only their order and distances mean anything."""
        mean, scale, first, first_bias, second = self.trained.layers
        hidden = np.maximum(((found.features - mean) / scale) @ first + first_bias, 0)
        return np.asarray(hidden @ second, np.float32)


@dataclass(frozen=True)
class Candidates:
    """Rows of documents with their features (one column each of FEATURES) and similarities."""

    rows: npt.NDArray[np.intp]
    features: Vectors
    similarities: Vectors


def unit(rows: Vectors) -> Vectors:
    """Rows of length 1; the zero vector stays as it is."""
    return np.asarray(rows / np.maximum(np.linalg.norm(rows, axis=-1, keepdims=True), 1e-9), np.float32)


def similarity(adapted: Vectors, words: Vectors) -> Vectors:
    """How sure a hit is, from 0 to 1, by meaning and words together; WEAK parts field from foreign.

    A logistic regression of questions of the field against others (weather, cooking, foreign tax),
    shifted so that the threshold is WEAK. Raw e5 cosines lie too close together for one.
    """
    return np.asarray(1 / (1 + np.exp(-(15.3 * adapted + 0.357 * words - SHIFT))), np.float32)


def _top(scores: Vectors, count: int, allowed: npt.NDArray[np.bool_]) -> npt.NDArray[np.intp]:
    order = np.argsort(np.where(allowed, -scores, np.inf), kind="stable")[:count]
    return order[allowed[order]]


def _place(scores: Vectors) -> Vectors:
    """One over three plus the rank, of each."""
    place = np.empty(len(scores), np.float32)
    place[np.argsort(-scores, kind="stable")] = 1 / (3 + np.arange(len(scores)))
    return place


def is_english(text: str) -> bool:
    """Whether there is no Chinese character in it, as in almost every English question."""
    return not re.search("[一-鿿]", text)


def bm25(tokens: list[list[str]]) -> Any:
    """A BM25 index of texts given as tokens."""
    import bm25s

    logging.getLogger("bm25s").setLevel(logging.WARNING)  # importing it sets it to DEBUG
    words = bm25s.BM25(method="lucene", backend="numpy")
    words.index(tokens, show_progress=False)
    return words


def bm25_scores(words: Any, text: str) -> Vectors:
    """Of every text of that BM25 index."""
    tokens = grams(text)
    if not tokens:  # bm25s wants at least one
        return np.zeros(words.scores["num_docs"], np.float32)
    return np.asarray(words.get_scores(tokens), np.float32)


def connect(data: Path, url: str = "") -> Any:
    """A Chroma client: embedded in the data folder, or a server by URL."""
    import chromadb
    from chromadb.config import Settings

    quiet = Settings(anonymized_telemetry=False)
    try:
        if url:
            match = re.fullmatch(r"(https?)://([^:/]+)(?::(\d+))?/?", url)
            if not match:
                raise IndexProblem(f"ANBAO_CHROMA wants a URL like http://host:8000, got {url!r}")
            return chromadb.HttpClient(host=match[2], port=int(match[3] or 8000),
                                       ssl=match[1] == "https", settings=quiet)  # fmt: skip
        return chromadb.PersistentClient(path=str(data / "chroma"), settings=quiet)
    except IndexProblem:
        raise
    except Exception as error:  # chromadb raises many kinds, pyo3 panics among them
        where = url or f"{data / 'chroma'}"
        raise IndexProblem(
            f"the index at {where} cannot be opened ({type(error).__name__}); "
            + ("is the Chroma server running?" if url else "run `anbao index --rebuild`")
        ) from None


def alone(data: Path) -> FileLock:
    """While it is held, no other process of this data folder builds the index."""
    return FileLock(data / "index.lock")


def build(
    client: Any, library: Library, embedding: Embedding, progress: Callable[[int], object] | None = None,
    *, whole: bool = False,
) -> int:  # fmt: skip
    """(Re)build the collection from the library; returns the number of documents.

    Only texts are embedded whose vectors are neither shipped nor in an earlier index, finished or not.
    """
    docs = documents(library, whole=whole)
    vectors = Shipped(library.corpus, embedding.name).rows
    if any(d.key not in vectors for d in docs):
        vectors |= _kept(client, embedding)
    docs.sort(key=lambda d: d.key not in vectors)  # what a crash would lose comes last
    # a new name each time, then one switch: a crash half-way leaves the old collection
    staging = f"{COLLECTION}-new"
    _drop(client, staging)
    collection = client.create_collection(
        staging, embedding_function=None, configuration={"hnsw": {"space": "cosine"}},
        metadata={"model": embedding.name, "corpus": library.version, "whole": whole},
    )  # fmt: skip
    for start in range(0, len(docs), BATCH):
        part = docs[start : start + BATCH]
        missing = [d for d in part if d.key not in vectors]
        if progress:
            progress(len(part) - len(missing))
        fresh = embedding.passages([d.text for d in missing], progress)
        held = vectors | {d.key: v for d, v in zip(missing, fresh, strict=True)} if missing else vectors
        collection.add(
            ids=[d.ref for d in part],
            embeddings=[held[d.key] for d in part],
            documents=[d.text for d in part],
            metadatas=[{"kind": d.kind, "title": d.title, "key": d.key} for d in part],
        )
    _drop(client, COLLECTION)
    collection.modify(name=COLLECTION)
    return len(docs)


def _kept(client: Any, embedding: Embedding) -> dict[str, Vectors]:
    """The vectors of earlier collections of this model, by text hash."""
    found: dict[str, Vectors] = {}
    for collection in client.list_collections():
        if (collection.metadata or {}).get("model") == embedding.name:
            for rows in _pages(collection):
                keys = [(m or {}).get("key", "") for m in rows["metadatas"]]
                found |= {k: np.asarray(v, np.float32) for k, v in zip(keys, rows["embeddings"], strict=True)}
    return found


def _pages(collection: Any) -> Iterable[Any]:
    """Everything in a collection, a few thousand rows at a time."""
    for offset in range(0, collection.count(), 4 * BATCH):
        yield collection.get(limit=4 * BATCH, offset=offset, include=["embeddings", "metadatas"])


def ship(library: Library, embedding: Embedding, progress: Callable[[int], object] | None = None) -> int:
    """Write the vectors of the default corpus into it; returns how many had to be embedded."""
    shipped = Shipped(library.corpus, embedding.name)
    docs = documents(library)
    missing = [d for d in docs if d.key not in shipped.rows]
    fresh = embedding.passages([d.text for d in missing], progress)
    vectors = shipped.rows | {d.key: v for d, v in zip(missing, fresh, strict=True)}
    shipped.write({d.key: vectors[d.key] for d in docs})
    return len(missing)


def exists(client: Any) -> bool:
    """Whether an index has been built there."""
    return COLLECTION in [c.name for c in client.list_collections()]


def current(client: Any, library: Library, embedding: Embedding) -> bool:
    """Whether the index there was built by this model for this corpus."""
    if not exists(client):
        return False
    meta = client.get_collection(COLLECTION, embedding_function=None).metadata or {}
    return bool(meta.get("model") == embedding.name and meta.get("corpus") == library.version)


def is_whole(client: Any) -> bool:
    """Whether the index there holds the whole statute package."""
    if not exists(client):
        return False
    return bool((client.get_collection(COLLECTION, embedding_function=None).metadata or {}).get("whole"))


def _drop(client: Any, name: str) -> None:
    if name in [c.name for c in client.list_collections()]:
        client.delete_collection(name)


class Index:
    """An open index. Raises IndexProblem when it is absent or built for another model or corpus.

    What only a search needs is made ready at the first one: a complaint is answered without.
    """

    def __init__(self, client: Any, library: Library, embedding: Embedding) -> None:
        try:
            names = [c.name for c in client.list_collections()]
            if COLLECTION not in names:
                raise IndexProblem("there is no index yet; run `anbao index`")
            self.collection = client.get_collection(COLLECTION, embedding_function=None)
            meta = self.collection.metadata or {}
        except IndexProblem:
            raise
        except Exception as error:  # chromadb raises many kinds
            raise IndexProblem(
                f"the index cannot be read ({type(error).__name__}); run `anbao index --rebuild`"
            ) from None
        if meta.get("model") != embedding.name:
            raise IndexProblem(
                f"the index was built with the embedding {meta.get('model')!r}, not with "
                f"{embedding.name!r}; run `anbao index` to build it anew"
            )
        if meta.get("corpus") != library.version:
            raise IndexProblem(
                f"the index was built for corpus {meta.get('corpus')}, the corpus is now "
                f"{library.version}; run `anbao index`"
            )
        self.library, self.embedding, self.whole = library, embedding, bool(meta.get("whole"))
        self.lay_terms = lay_terms(library.corpus)

    @cached_property
    def documents(self) -> dict[str, Document]:
        """What can be found, by reference."""
        return {d.ref: d for d in documents(self.library, whole=self.whole)}

    @cached_property
    def refs(self) -> list[str]:
        """The references, in the order of vectors and words."""
        return list(self.documents)

    @cached_property
    def words(self) -> Any:
        """The words of the documents, as a BM25 index."""
        return bm25([grams(d.words) for d in self.documents.values()])

    @cached_property
    def kinds(self) -> npt.NDArray[np.str_]:
        """The kind of each document."""
        return np.array([d.kind for d in self.documents.values()])

    @cached_property
    def ranker(self) -> Ranker | None:
        """The trained ranker, where one was trained for this embedding. Raises IndexProblem: no vectors."""
        trained = Trained.load(self.library.corpus, self.embedding.name)
        return Ranker(trained, list(self.documents.values()), self._vectors()) if trained else None

    def warm(self) -> None:
        """Make ready what a search needs, for a service: nobody's first question should wait for it."""
        self.search("平台")

    def search(self, query: str, top_k: int = 8, kinds: Sequence[str] = ()) -> list[Hit]:
        """The provisions and notes nearest to a question, best first.

        A platform's own rules are no law: they are found only where `kinds` asks for them.
        """
        kinds = kinds or LAW
        query = query.strip()[:2000]
        if not query:
            return []
        try:
            ranker = self.ranker
        except IndexProblem:
            ranker = None  # tried again at the next search
        return self._ranked(ranker, query, top_k, kinds) if ranker else self._fused(query, top_k, kinds)

    def _ranked(self, ranker: Ranker, query: str, top_k: int, kinds: Sequence[str]) -> list[Hit]:
        """By the trained ranker: everything is scored exactly, so there is nothing approximate in it."""
        allowed = np.isin(self.kinds, kinds)
        words = bm25_scores(self.words, self._wider(query))
        found = ranker.candidates(query, self.embedding.query(query), words, allowed)
        values = ranker.values(found)
        shares = (values - values.min(initial=0)) / max(float(np.ptp(values)) if len(values) else 0, 1e-9)
        return [
            self._hit(self.refs[found.rows[n]], float(np.clip(shares[n], 0, 1)), float(found.similarities[n]))
            for n in np.argsort(-values, kind="stable")[:top_k]
        ]

    def _fused(self, query: str, top_k: int, kinds: Sequence[str]) -> list[Hit]:
        """By a fixed weighting of both scores: for embeddings nothing was trained for."""
        wider = self._wider(query)
        try:
            dense, by_words = self._dense(wider), False
        except IndexProblem as problem:
            log.warning("%s; searching by words alone", problem)
            dense, by_words = {}, True
        sparse = self._sparse(wider)
        scores = {
            ref: DENSE_WEIGHT * _share(dense, ref) + (1 - DENSE_WEIGHT) * _share(sparse, ref)
            for ref in {**dense, **sparse}
        }
        best = sorted(scores, key=lambda ref: (-scores[ref], ref))
        held = (r for r in best if r in self.documents and self.documents[r].kind in kinds)
        hits = [self._hit(ref, scores[ref], dense.get(ref, 0)) for ref in islice(held, top_k)]
        return [replace(hit, by_words=True) for hit in hits] if by_words else hits

    def _hit(self, ref: str, score: float, similarity: float) -> Hit:
        doc = self.documents[ref]
        return Hit(ref, doc.title, doc.text, doc.kind, score, similarity)

    def _vectors(self) -> Vectors:
        """The collection's vectors in the order of `refs`."""
        rows: dict[str, Vectors] = {}
        try:
            for held in _pages(self.collection):
                rows |= zip(held["ids"], held["embeddings"], strict=True)
        except Exception as error:  # chromadb and its HTTP client raise many kinds
            raise IndexProblem(f"the index did not answer ({type(error).__name__})") from None
        return unit(np.array([rows[ref] for ref in self.refs], np.float32))

    def _wider(self, query: str) -> str:
        return query + " " + " ".join(self._legal_terms(query))

    def _legal_terms(self, query: str) -> Iterable[str]:
        low = query.casefold()
        return dict.fromkeys(t for lay, terms in self.lay_terms.items() if lay in low for t in terms)

    def _dense(self, query: str) -> dict[str, float]:
        vector = self.embedding.query(query)
        try:
            answer = self.collection.query(
                query_embeddings=[vector], n_results=min(POOL, len(self.refs)), include=["distances"]
            )
        except Exception as error:  # chromadb and its HTTP client raise many kinds
            raise IndexProblem(f"the index did not answer ({type(error).__name__})") from None
        return {r: 1 - d for r, d in zip(answer["ids"][0], answer["distances"][0], strict=True)}

    def _sparse(self, query: str) -> dict[str, float]:
        scores = bm25_scores(self.words, query)
        top = np.argsort(-scores)[:POOL]
        return {self.refs[i]: float(scores[i]) for i in top if scores[i] > 0}


def _share(scores: dict[str, float], ref: str) -> float:
    """The score's place between the worst (0) and best (1) candidate."""
    if ref not in scores:
        return 0.0
    low, high = min(scores.values()), max(scores.values())
    return 1.0 if high == low else (scores[ref] - low) / (high - low)


def lay_terms(corpus: Path) -> dict[str, list[str]]:
    """What people say, in lower case, and the legal words a search adds for it."""
    file = corpus / "lay_terms.yaml"
    rows = yaml.safe_load(file.read_text(encoding="utf-8")) if file.exists() else {}
    return {str(k).casefold(): v for k, v in (rows or {}).items()}
