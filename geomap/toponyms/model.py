"""The trained model: what `geomap.toponyms.training` writes, and how it scores.

One small file, `model.npz`, read once. Everything in it is numbers: weights of hashed words,
trees, hashes of word lists. `docs/toponyms.md` says what it was trained on and how well it does.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from geomap.errors import GeomapError
from geomap.toponyms.lexicon import LIST_SETS, Lexicon
from geomap.toponyms.trees import Trees

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

MODEL_FILE = Path(__file__).parent / "model.npz"
FORMAT = 1


@dataclass(frozen=True, slots=True)
class Linear:
    """Logistic regression on hashed and dense features.

    Attributes
    ----------
    hashed : numpy.ndarray of float32, shape (2 ** HASH_BITS,)
    dense : numpy.ndarray of float32
        Weights of the dense features as they are (means and deviations are folded in).
    bias : float
    """

    hashed: NDArray[Any]
    dense: NDArray[Any]
    bias: float

    def score(self, hashed: NDArray[Any], dense: NDArray[Any]) -> NDArray[Any]:
        """Return the log odds of rows: hashed (n, slots) and dense (n, features)."""
        found: NDArray[Any] = self.hashed[hashed].sum(axis=1) + dense @ self.dense + self.bias
        return found

    def arrays(self, prefix: str) -> dict[str, Any]:
        """Return the arrays to store under a prefix; small weights are left out."""
        import numpy as np

        kept = np.flatnonzero(np.abs(self.hashed) > 1e-3)
        return {
            f"{prefix}_at": kept.astype(np.uint32),
            f"{prefix}_weights": self.hashed[kept].astype(np.float16),
            f"{prefix}_size": np.int64(len(self.hashed)),
            f"{prefix}_dense": self.dense.astype(np.float32),
            f"{prefix}_bias": np.float64(self.bias),
        }

    @classmethod
    def stored(cls, arrays: Mapping[str, Any], prefix: str) -> Linear:
        """Return the regression stored under a prefix."""
        import numpy as np

        hashed = np.zeros(int(arrays[f"{prefix}_size"]), np.float32)
        hashed[arrays[f"{prefix}_at"]] = arrays[f"{prefix}_weights"]
        return cls(hashed, arrays[f"{prefix}_dense"], float(arrays[f"{prefix}_bias"]))


@dataclass(frozen=True, slots=True)
class Model:
    """All that was trained.

    Attributes
    ----------
    lexicon : Lexicon
    first, kinds : Linear
        Is it a place name; is it meant as a place rather than as a power or a people.
    second, kinds_second : Trees
        The same on a second look, with the article's other mentions.
    resolve : tuple of Trees
        Which candidate is meant: without, then with the article's other places weighed.
    accept : float
        A candidate is a mention from this probability on.
    literal : float
        A mention is literal from this probability on.
    sure : numpy.ndarray
        Weights of the confidence in a place (`confidence.TERMS`).
    recognised : numpy.ndarray
        Weights of the confidence in a mention that was found, and its place (`confidence.both`).
    """

    lexicon: Lexicon
    first: Linear
    second: Trees
    kinds: Linear
    kinds_second: Trees
    resolve: tuple[Trees, Trees]
    accept: float
    literal: float
    sure: NDArray[Any]
    recognised: NDArray[Any]
    lists: Mapping[str, NDArray[Any]]

    @property
    def literal_logit(self) -> float:
        """Log odds from which a mention is literal."""
        return math.log(self.literal / (1.0 - self.literal))

    def save(self, path: Path) -> None:
        """Write the model."""
        import numpy as np

        arrays: dict[str, Any] = {"format": np.int64(FORMAT)}
        for name in LIST_SETS:
            arrays[f"list_{name}"] = np.asarray(self.lists[name], np.uint32)
        arrays.update(self.first.arrays("first"))
        arrays.update(self.kinds.arrays("kinds"))
        arrays.update(self.second.arrays("second"))
        arrays.update(self.kinds_second.arrays("kinds_second"))
        for i, trees in enumerate(self.resolve):
            arrays.update(trees.arrays(f"resolve{i}"))
        arrays["accept"], arrays["literal"] = np.float64(self.accept), np.float64(self.literal)
        arrays["sure"], arrays["recognised"] = self.sure, self.recognised
        with path.open("wb") as file:
            np.savez_compressed(file, **arrays)

    @classmethod
    def load(cls, path: Path = MODEL_FILE) -> Model:
        """Read a model.

        Raises
        ------
        GeomapError
            The file is missing, damaged or of another format.
        """
        import zipfile
        import zlib

        import numpy as np

        try:
            with path.open("rb") as file, np.load(file, allow_pickle=False) as stored:
                arrays = dict(stored)
            if int(arrays["format"]) != FORMAT:
                raise ValueError(f"format {arrays['format']}, not {FORMAT}")
            lists = {name: arrays[f"list_{name}"] for name in LIST_SETS}
            return cls(
                Lexicon(lists),
                Linear.stored(arrays, "first"),
                Trees.stored(arrays, "second"),
                Linear.stored(arrays, "kinds"),
                Trees.stored(arrays, "kinds_second"),
                (Trees.stored(arrays, "resolve0"), Trees.stored(arrays, "resolve1")),
                float(arrays["accept"]),
                float(arrays["literal"]),
                arrays["sure"],
                arrays["recognised"],
                lists,
            )
        except (
            OSError, EOFError, ValueError, KeyError, TypeError, RuntimeError,
            zipfile.BadZipFile, zlib.error,
        ) as error:  # fmt: skip
            raise GeomapError(
                f"{path}: the trained model is missing or damaged ({error}): reinstall geomap "
                "(pip install --force-reinstall geomap)"
            ) from error


@cache
def model() -> Model:
    """Return the model that is part of geomap, read once."""
    return Model.load()
