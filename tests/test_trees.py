"""The trained model's parts: trees against a naive walk, and the file they are kept in."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geomap.errors import GeomapError
from geomap.toponyms.lexicon import BIT, LIST_SETS, Lexicon, half_hashes
from geomap.toponyms.model import MODEL_FILE, Linear, Model
from geomap.toponyms.trees import Trees
from geomap.toponyms.words import word_hash

if TYPE_CHECKING:
    from pathlib import Path


def random_trees(rng: Any, trees: int, depth: int, features: int) -> Trees:
    return Trees(
        rng.integers(0, features, (trees, depth)),
        rng.integers(-2, 3, (trees, depth)).astype(np.float32),
        # Sums of eighths are exact in any order.
        (rng.integers(-64, 65, (trees, 1 << depth)) / 8).astype(np.float32),
        float(rng.integers(-8, 9)) / 4,
    )


def walked(trees: Trees, row: Any) -> float:
    total = trees.bias
    for columns, borders, leaves in zip(trees.columns, trees.borders, trees.leaves, strict=True):
        leaf = 0
        for step, (column, border) in enumerate(zip(columns, borders, strict=True)):
            if row[column] > border:
                leaf += 2**step
        total += float(leaves[leaf])
    return total


@settings(deadline=None, max_examples=80)
@given(
    st.integers(0, 2**32 - 1), st.integers(1, 12), st.integers(1, 10), st.integers(1, 9),
    st.integers(0, 30),
)  # fmt: skip
def test_scores_are_those_of_a_walk(seed: int, trees: int, depth: int, features: int, count: int):
    rng = np.random.default_rng(seed)
    forest = random_trees(rng, trees, depth, features)
    # Whole numbers: many stand on a border, where the answer is no.
    rows = rng.integers(-3, 4, (count, features)).astype(np.float32)
    assert forest.score(rows).tolist() == [walked(forest, row) for row in rows]


@pytest.mark.parametrize("count", [1, 255, 256, 257, 1000])
def test_many_rows_score_as_each_by_itself(count: int):
    rng = np.random.default_rng(count)
    forest = random_trees(rng, 7, 6, 5)
    rows = rng.normal(size=(count, 5)).astype(np.float32)
    scores = forest.score(rows)
    assert scores.shape == (count,)
    assert scores.tolist() == [walked(forest, row) for row in rows]
    assert forest.score(rows[::-1])[::-1].tolist() == scores.tolist()


def test_what_is_no_number_answers_no():
    one = Trees(np.array([[0]]), np.zeros((1, 1), np.float32), np.array([[1.0, 2.0]]), 0.0)
    assert one.score(np.array([[np.nan], [-1.0], [0.0], [1.0]])).tolist() == [1, 1, 1, 2]


def small_model() -> Model:
    rng = np.random.default_rng(7)
    hashed = np.zeros(64, np.float32)
    hashed[[3, 9]] = 0.5, -0.25
    linear = Linear(hashed, np.array([1.0, -2.0], np.float32), 0.75)
    lists = {name: half_hashes([name, f"{name}x"]) for name in LIST_SETS}
    first, *others = (random_trees(rng, 3, 4, 6) for _ in range(4))
    return Model(
        Lexicon(lists), linear, first, linear, others[0], (others[1], others[2]), 0.5, 0.75,
        np.arange(5.0), np.arange(3.0), lists,
    )  # fmt: skip


def test_a_model_is_read_as_it_was_written(tmp_path: Path):
    model = small_model()
    model.save(tmp_path / "model.npz")
    again = Model.load(tmp_path / "model.npz")
    rng = np.random.default_rng(1)
    rows = rng.normal(size=(50, 6)).astype(np.float32)
    for one, other in (
        (model.second, again.second),
        (model.kinds_second, again.kinds_second),
        *zip(model.resolve, again.resolve, strict=True),
    ):
        assert one.score(rows).tolist() == other.score(rows).tolist()
    slots, dense = rng.integers(0, 64, (50, 4)), rng.normal(size=(50, 2)).astype(np.float32)
    for linear, kept in ((model.first, again.first), (model.kinds, again.kinds)):
        assert linear.score(slots, dense).tolist() == kept.score(slots, dense).tolist()
    assert (again.accept, again.literal) == (0.5, 0.75)
    assert again.literal_logit == pytest.approx(np.log(3))
    assert again.sure.tolist() == model.sure.tolist()
    assert again.recognised.tolist() == model.recognised.tolist()
    masks = again.lexicon.masks(np.array([word_hash("given"), word_hash("qqqq")], np.uint64))
    assert masks[0] & BIT["given"]
    assert not masks[1] & BIT["given"]


def test_a_model_written_again_is_the_same_model(tmp_path: Path):
    small_model().save(tmp_path / "one.npz")
    Model.load(tmp_path / "one.npz").save(tmp_path / "two.npz")
    with np.load(tmp_path / "one.npz") as one, np.load(tmp_path / "two.npz") as two:
        assert one.files == two.files
        for name in one.files:
            assert one[name].dtype == two[name].dtype
            assert np.array_equal(one[name], two[name])


def damaged(kind: str, whole: bytes) -> bytes:
    middle = len(whole) // 2
    buffer = io.BytesIO()
    if kind == "array":
        np.save(buffer, np.zeros(3))
    elif kind == "other":
        np.savez(buffer, nothing=np.zeros(3))
    elif kind == "format":
        np.savez(buffer, format=np.int64(99))
    return {
        "empty": b"",
        "text": b"not a model\n" * 40,
        "cut": whole[:middle],
        "garbled": whole[: middle - 40] + bytes(range(80)) + whole[middle + 40 :],
        "pickle": b"\x80\x04K\x01.",
    }.get(kind, buffer.getvalue())


@pytest.mark.parametrize(
    "kind", ["empty", "text", "cut", "garbled", "pickle", "array", "other", "format"]
)
def test_a_damaged_model_says_so_and_what_to_do(tmp_path: Path, kind: str):
    path = tmp_path / "model.npz"
    path.write_bytes(damaged(kind, MODEL_FILE.read_bytes()))
    with pytest.raises(GeomapError, match="missing or damaged") as raised:
        Model.load(path)
    assert str(path) in str(raised.value)
    assert "reinstall geomap" in str(raised.value)


def test_a_missing_model_says_so(tmp_path: Path):
    with pytest.raises(GeomapError, match="missing or damaged"):
        Model.load(tmp_path / "none.npz")
    with pytest.raises(GeomapError, match="missing or damaged"):
        Model.load(tmp_path)


def test_any_damage_is_told_or_does_no_harm(tmp_path: Path):
    path = tmp_path / "model.npz"
    small_model().save(path)
    whole = path.read_bytes()
    rng = np.random.default_rng(3)
    refused = 0
    for _ in range(400):
        broken = bytearray(whole)
        for at in rng.integers(0, len(whole), 3):
            broken[at] ^= int(rng.integers(1, 256))
        path.write_bytes(broken)
        try:
            Model.load(path)
        except GeomapError:
            refused += 1
    assert refused > 200
