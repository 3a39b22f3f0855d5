"""Longest names in running text."""

from __future__ import annotations

import re
from itertools import pairwise
from pathlib import Path

import pytest

from geomap import Gazetteer, read_articles
from geomap.gazetteer.match import longest_names
from geomap.gazetteer.names import fold


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Fighting near Velyka Novosilka and Bakhmut.", ["Velyka Novosilka", "Bakhmut"]),
        ("Bakhmut’s east, Kyiv's south", ["Bakhmut", "Kyiv"]),
        ("Slov’yans’k, Ivano-Frankivsk, Rostov-on-Don", None),
        ("Бої біля Бахмута та Авдіївки: Авдіївка", ["Авдіївка"]),
        ("NEAR KREMINNA, Ukraine: shells", ["KREMINNA", "Ukraine"]),
        ("at St. Petersburg", ["St. Petersburg"]),
        ("nothing to see in lower case: bakhmut", []),
        ("", []),
        ("Bakhmutsomething", []),
    ],
)
def test_names_are_found_whole(gazetteer: Gazetteer, text: str, names: list[str] | None) -> None:
    wanted = re.split(r", ", text) if names is None else names
    found = longest_names(gazetteer, text)
    assert [w for w in wanted if w not in [text[s.start : s.end] for s in found]] == []
    if names == []:
        assert found == []


def test_spans_are_names_of_the_gazetteer_in_order(gazetteer: Gazetteer, examples: Path) -> None:
    for article in read_articles([examples]):
        spans = longest_names(gazetteer, article.text)
        assert spans
        for span in spans:
            assert fold(article.text[span.start : span.end]) == span.key
            assert gazetteer.rows(span.key)
            assert article.text[span.start].isupper()
        assert all(a.end <= b.start for a, b in pairwise(spans))
