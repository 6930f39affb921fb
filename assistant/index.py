"""The index: lay question in, provisions out. Chroma for meaning, BM25 for words, fused.

The collection remembers the model and corpus that built it and refuses others. Vectors of the
default corpus are shipped in `corpus/vectors`, keyed by the text's hash, so only changed texts are
embedded when it is built.
"""

import hashlib
import logging
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import yaml

from assistant.embed import Embedding, Vectors
from assistant.law import Library

COLLECTION = "anbao"
DENSE_WEIGHT = 0.8
POOL = 60  # candidates taken from each side before fusion
BATCH = 2000
WEAK = 0.80  # cosine below which the best hit of multilingual-e5-small is no answer


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
    """A search result; `score` from 0 to 1 within one query, `similarity` the cosine."""

    ref: str
    title: str
    text: str
    kind: str
    score: float
    similarity: float

    @property
    def note(self) -> str:
        """The id of a doctrine note: nature-dual of doctrine/nature-dual/zh."""
        return self.ref.split("/")[1]

    def to_json(self) -> dict[str, object]:
        return {"ref": self.ref, "score": round(self.score, 4), "title": self.title,
                "text": self.text}  # fmt: skip


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


def documents(library: Library) -> list[Document]:
    """What the default index holds: every article, digest and doctrine note in force."""
    found = [
        Document(str(p.ref), p.title, p.text, p.kind, f"{p.title}{p.chapter}{p.text}{p.text_en}")
        for p in library.every()
    ]
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


def build(
    client: Any, library: Library, embedding: Embedding, progress: Callable[[int], object] | None = None
) -> int:
    """(Re)build the collection from the library; returns the number of documents."""
    docs = documents(library)
    shipped = Shipped(library.corpus, embedding.name).rows
    missing = [d for d in docs if d.key not in shipped]
    fresh = embedding.passages([d.text for d in missing], progress)
    vectors = shipped | {d.key: v for d, v in zip(missing, fresh, strict=True)}
    # a new name each time, then one switch: a crash half-way leaves the old collection
    staging = f"{COLLECTION}-new"
    _drop(client, staging)
    collection = client.create_collection(
        staging, embedding_function=None, configuration={"hnsw": {"space": "cosine"}},
        metadata={"model": embedding.name, "corpus": library.version},
    )  # fmt: skip
    for start in range(0, len(docs), BATCH):
        part = docs[start : start + BATCH]
        collection.add(
            ids=[d.ref for d in part],
            embeddings=[vectors[d.key] for d in part],
            documents=[d.text for d in part],
            metadatas=[{"kind": d.kind, "title": d.title} for d in part],
        )
        if progress:
            progress(len(part))
    _drop(client, COLLECTION)
    collection.modify(name=COLLECTION)
    return len(docs)


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


def _drop(client: Any, name: str) -> None:
    if name in [c.name for c in client.list_collections()]:
        client.delete_collection(name)


class Index:
    """An open index. Raises IndexProblem when it is absent or built for another model or corpus."""

    def __init__(self, client: Any, library: Library, embedding: Embedding) -> None:
        import bm25s

        logging.getLogger("bm25s").setLevel(logging.WARNING)  # importing it sets it to DEBUG
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
        self.embedding = embedding
        self.documents = {d.ref: d for d in documents(library)}
        self.refs = list(self.documents)
        self.lay_terms = _lay_terms(library.corpus)
        self.words = bm25s.BM25(method="lucene", backend="numpy")
        self.words.index([grams(d.words) for d in self.documents.values()], show_progress=False)

    def search(self, query: str, top_k: int = 8, kinds: Sequence[str] = ()) -> list[Hit]:
        """The provisions and notes nearest to a question, best first; weak results are left out."""
        query = query.strip()[:2000]
        if not query:
            return []
        wider = query + " " + " ".join(self._legal_terms(query))
        dense = self._dense(wider)
        sparse = self._sparse(wider)
        scores = {
            ref: DENSE_WEIGHT * _share(dense, ref) + (1 - DENSE_WEIGHT) * _share(sparse, ref)
            for ref in {**dense, **sparse}
        }
        best = sorted(scores, key=lambda ref: (-scores[ref], ref))
        found = []
        for ref in best:
            doc = self.documents.get(ref)
            if doc and (not kinds or doc.kind in kinds):
                found.append(Hit(ref, doc.title, doc.text, doc.kind, scores[ref], dense.get(ref, 0)))
            if len(found) == top_k:
                break
        return found

    def _legal_terms(self, query: str) -> Iterable[str]:
        low = query.casefold()
        return dict.fromkeys(t for lay, terms in self.lay_terms.items() if lay in low for t in terms)

    def _dense(self, query: str) -> dict[str, float]:
        vector = self.embedding.query(query)
        answer = self.collection.query(
            query_embeddings=[vector], n_results=min(POOL, len(self.refs)), include=["distances"]
        )
        return {r: 1 - d for r, d in zip(answer["ids"][0], answer["distances"][0], strict=True)}

    def _sparse(self, query: str) -> dict[str, float]:
        scores: npt.NDArray[np.float32] = self.words.get_scores(grams(query))
        top = np.argsort(-scores)[:POOL]
        return {self.refs[i]: float(scores[i]) for i in top if scores[i] > 0}


def _share(scores: dict[str, float], ref: str) -> float:
    """The score's place between the worst (0) and best (1) candidate."""
    if ref not in scores:
        return 0.0
    low, high = min(scores.values()), max(scores.values())
    return 1.0 if high == low else (scores[ref] - low) / (high - low)


def _lay_terms(corpus: Path) -> dict[str, list[str]]:
    file = corpus / "lay_terms.yaml"
    rows = yaml.safe_load(file.read_text(encoding="utf-8")) if file.exists() else {}
    return {str(k).casefold(): v for k, v in (rows or {}).items()}
