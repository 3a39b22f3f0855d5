"""What `import geomap` gives, and what it costs."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import geomap

NAMES = {
    "Article", "Claim", "ContactLine", "Corrections", "Gazetteer", "GeomapError", "GeomapWarning",
    "Hint", "Mention", "Pipeline", "Place", "ReadResult", "Report", "Resolution", "Results",
    "Settings", "__version__", "read_articles", "read_contact_line",
}  # fmt: skip


def python(program: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True, text=True, check=True, cwd=Path(__file__).parents[1],
    )  # fmt: skip
    return done.stdout.strip()


def test_import_is_light() -> None:
    heavy = ("folium", "geopandas", "shapely", "pandas", "numpy", "pyproj", "trafilatura", "typer")
    told = python(
        "import sys, time; t = time.perf_counter(); import geomap\n"
        f"print([m for m in {heavy!r} if m in sys.modules], time.perf_counter() - t < 0.3)"
    )
    assert told == "[] True"


def test_the_public_names() -> None:
    assert set(geomap.__all__) == NAMES
    assert geomap.__all__ == sorted(geomap.__all__)
    for name in geomap.__all__:
        assert getattr(geomap, name) is not None
    assert set(dir(geomap)) >= NAMES


def test_an_unknown_name() -> None:
    with pytest.raises(AttributeError, match="no attribute 'Artikle'"):
        _ = geomap.Artikle


def test_a_star_import_brings_all_names() -> None:
    assert python("from geomap import *; print(Pipeline.__name__, len(__version__) > 0)") == (
        "Pipeline True"
    )


def test_results_iterate_in_the_order_of_the_articles(pipeline: geomap.Pipeline) -> None:
    articles = [geomap.Article(i, "Shells fell near Bakhmut.") for i in ("b", "a")]
    results = pipeline.run(articles)
    assert [r.article.id for r in results] == ["b", "a"]
    assert len(results) == 2
    assert results.dates == ()
