"""Sums and maxima over pairs of candidates, against plain loops."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geomap.toponyms.pairs import Pairs


class Case(NamedTuple):
    left_use: list[int]
    right_use: list[int]
    article: list[int]
    name: list[int]
    window: int


@st.composite
def cases(draw: st.DrawFn) -> Case:
    article = sorted(draw(st.lists(st.integers(0, 3), min_size=1, max_size=12)))
    uses = len(article)
    name = draw(st.lists(st.integers(0, 4), min_size=uses, max_size=uses))
    of_use = st.lists(st.integers(0, uses - 1), max_size=25).map(sorted)
    return Case(draw(of_use), draw(of_use), article, name, draw(st.integers(0, 6)))


def made(case: Case) -> Pairs:
    columns = (np.array(c, np.int64) for c in case[:4])
    return Pairs(*columns, case.window)


def naive(case: Case) -> list[tuple[int, int]]:
    return [
        (i, k)
        for i, a in enumerate(case.left_use)
        for k, b in enumerate(case.right_use)
        if case.article[a] == case.article[b]
        and case.name[a] != case.name[b]
        and abs(a - b) <= case.window
    ]


def values_of(pairs: list[tuple[int, int]]) -> Any:
    # Eighths, of both signs, whose sums are exact in any order.
    return np.array([((7 * i + 13 * k) % 29 - 14) / 8 for i, k in pairs])


@settings(deadline=None, max_examples=300)
@given(cases())
def test_pairs_are_those_of_other_names_of_the_article_within_the_window(case: Case):
    pairs = made(case)
    expected = naive(case)
    assert len(pairs) == len(expected)
    assert list(zip(pairs.left.tolist(), pairs.right.tolist(), strict=True)) == expected


@settings(deadline=None, max_examples=300)
@given(cases())
def test_sums_and_maxima_are_those_of_plain_loops(case: Case):
    expected = naive(case)
    if not expected:
        return
    pairs, values = made(case), values_of(expected)
    own: dict[int, list[float]] = {}
    by_use: dict[int, dict[int, list[float]]] = {}
    for (i, k), value in zip(expected, values.tolist(), strict=True):
        own.setdefault(i, []).append(value)
        by_use.setdefault(i, {}).setdefault(case.right_use[k], []).append(value)
    every = range(len(case.left_use))
    assert pairs.sum(values).tolist() == [sum(own.get(i, [])) for i in every]
    assert pairs.best(values).tolist() == [max(own.get(i, [0.0])) for i in every]
    assert pairs.best(values, -9.0).tolist() == [max(own.get(i, [-9.0])) for i in every]
    assert pairs.sum_of_best(values).tolist() == [
        sum(max(v) for v in by_use.get(i, {}).values()) for i in every
    ]


@settings(deadline=None, max_examples=100)
@given(cases(), st.integers(0, 25), st.integers(0, 25))
def test_some_candidates_are_compared_as_all_are(case: Case, low: int, high: int):
    some = case._replace(left_use=case.left_use[low:high])
    whole = [(i - low, k) for i, k in naive(case) if low <= i < high]
    pairs = made(some)
    assert list(zip(pairs.left.tolist(), pairs.right.tolist(), strict=True)) == whole


def test_counts_of_booleans():
    pairs = made(Case([0, 1], [1, 1, 2], [0, 0, 0], [0, 1, 2], 5))
    assert len(pairs) == 4  # the first with all three anchors, the second with the last
    assert pairs.sum_of_best(np.array([True, True, False, True])).tolist() == [1.0, 1.0]


@pytest.mark.parametrize(
    "case",
    [
        Case([], [], [0], [0], 3),
        Case([0], [], [0], [0], 3),
        Case([], [0], [0], [0], 3),
        Case([0, 0], [0], [0], [0], 3),
        Case([0], [1], [0, 1], [0, 1], 3),
        Case([0], [1], [0, 0], [0, 1], 0),
    ],
)
def test_who_has_nobody_to_be_compared_with(case: Case):
    assert len(made(case)) == 0
