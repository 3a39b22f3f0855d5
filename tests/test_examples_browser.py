"""The sample reports, from the command to the page that a reader opens."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from geomap.cli import main

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def drawn(tmp_path_factory: pytest.TempPathFactory, examples: Path) -> tuple[str, dict[str, Any]]:
    folder = tmp_path_factory.mktemp("drawn")
    page, features = folder / "map.html", folder / "map.geojson"
    with pytest.raises(SystemExit) as leaving:
        main(["map", str(examples), "-o", str(page), "--geojson", str(features)])
    assert leaving.value.code == 0
    return page.read_text(encoding="utf-8"), json.loads(features.read_text(encoding="utf-8"))


def _drawn_on(whole: dict[str, Any], date: str | None) -> dict[str, int]:
    """Return how many places and claims a date shows at first: all but governments, by name."""
    return dict(
        Counter(
            f"{told['layer']} {told['name']}"
            for f in whole["features"]
            for told in [f["properties"]]
            if told["date"] == date
            and f["geometry"]
            and told["layer"] != "hint"
            and told["kind"] not in ("associative", "demonym")
        )
    )


def _shown(opened: Any) -> dict[str, int]:
    return {f"mention {k}": n for k, n in opened.counts("places").items()} | {
        f"claim {k}": n for k, n in opened.counts("claims").items()
    }


def test_each_date_shows_its_features(show: Any, drawn: tuple[str, dict[str, Any]]) -> None:
    html, whole = drawn
    opened = show(html)
    dates = sorted({f["properties"]["date"] for f in whole["features"] if f["properties"]["date"]})
    assert len(dates) == 7
    for date in dates:
        opened.page.locator("#gm-next").click()
        assert opened.page.evaluate("geomap.kit.iso(geomap.time.now.to)") == date
        assert sum(_shown(opened).values()) == sum(_drawn_on(whole, date).values()), date
        assert _shown(opened).keys() <= {*_drawn_on(whole, date)} | _of_claims(whole), date
        hints = [f for f in whole["features"] if f["properties"]["date"] == date
                 and f["properties"]["layer"] == "hint" and f["geometry"]]  # fmt: skip
        opened.settle()
        assert opened.text("label[for=gm-layer-regions] .gm-count") == str(len(hints))
    assert opened.page.locator("#gm-next").is_disabled()
    undated = _drawn_on(whole, None)
    assert undated, "the undated sample has places"
    before = sum(_shown(opened).values())
    opened.page.locator("#gm-undated").click()
    assert sum(_shown(opened).values()) == before + sum(undated.values())


def _of_claims(whole: dict[str, Any]) -> set[str]:
    """Claims about one place by one actor are one symbol, by the name that came first."""
    return {f"claim {f['properties']['name']}" for f in whole["features"]
            if f["properties"]["layer"] == "claim"}  # fmt: skip


def test_a_click_shows_the_sentence_the_article_and_why(
    show: Any, drawn: tuple[str, dict[str, Any]]
) -> None:
    opened = show(drawn[0], fragment="time=day&to=2023-01-19&view=48.68,38.09,11")
    body = opened.click_mark("places", "Soledar")
    words = body.inner_text()
    assert "Soledar" in body.locator("mark").first.inner_text()
    assert "Both sides claim ground around Soledar" in words
    assert "geomap sample" in words
    assert body.locator("a").first.get_attribute("href").startswith("https://example.org/")
    why = body.locator(".gm-why").first
    why.locator("summary").click()
    assert why.locator("li").count() >= 1


def test_the_hostile_sample_is_shown_and_does_nothing(
    show: Any, drawn: tuple[str, dict[str, Any]]
) -> None:
    # `show` fails on any dialog, message or request
    opened = show(drawn[0], fragment="time=day&to=2024-07-18&view=48.4,37.85,11")
    body = opened.click_mark("places", "Toretsk")
    assert "=HYPERLINK(" in body.inner_text()
    assert opened.page.title() == "geomap"
    assert opened.page.locator("img[src='x']").count() == 0


def test_names_in_cyrillic_come_from_the_gazetteer(
    show: Any, drawn: tuple[str, dict[str, Any]]
) -> None:
    opened = show(drawn[0], fragment="names=cyrillic&view=48.59,38.0,11")
    body = opened.click_mark("places", "Bakhmut")
    assert body.locator("h2").inner_text() == "Бахмут"
    labels = opened.page.evaluate(
        "geomap.labels.towns.concat(geomap.labels.admin1.map(l => [0, 0, 0, 0, l.native]))"
        ".filter(t => t[4]).length"
    )
    assert labels > 20
