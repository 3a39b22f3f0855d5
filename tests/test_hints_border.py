"""Borders as a reader meets them: near the sentence's own place, or not at all."""

from __future__ import annotations

from typing import Any

import pytest
from shapely.geometry import Point

import geomap
from geomap import geodesy


@pytest.fixture(scope="module")
def pipeline() -> geomap.Pipeline:
    return geomap.Pipeline()


def border(pipeline: geomap.Pipeline, text: str) -> Any:
    report = pipeline.process(geomap.Article("a", text))
    (hint,) = [h for h in report.hints if h.relation in ("border", "border_distance")]
    return hint


def test_the_border_is_the_one_near_the_sentences_place(pipeline: geomap.Pipeline):
    hint = border(pipeline, "In Vovchansk, 5 km from the border with Russia, shops closed.")
    assert hint.reasons == ("near Vovchansk",)
    vovchansk = pipeline.gazetteer.lookup("Vovchansk")[0]
    region = hint.region.geometry
    assert geodesy.area_km2(region) < 3000
    for lon, lat in region.envelope.exterior.coords:
        assert geodesy.distance_km(vovchansk.lat, vovchansk.lon, lat, lon) < 150
    assert region.distance(Point(vovchansk.lon, vovchansk.lat)) < 0.1


def test_it_lies_at_about_the_distance_from_the_outline(pipeline: geomap.Pipeline):
    text = "In Vovchansk shops closed. Shells fell on a depot 15 km from the Russian border."
    hint = border(pipeline, text)
    outline = pipeline.gazetteer.geometry(pipeline.gazetteer.lookup("Russia")[0]).boundary
    region = hint.region.geometry
    # On either side of it, and hardly on it.
    assert region.intersection(outline.buffer(0.05)).area < 0.1 * region.area
    assert region.intersection(outline.buffer(0.3)).area > 0.9 * region.area


def test_an_oblast_says_where_along_the_border(pipeline: geomap.Pipeline):
    text = "Shells fell on a village in Sumy Oblast, 5 km from the Russian border."
    hint = border(pipeline, text)
    assert hint.reasons == ("near Sumy Oblast",)
    oblast = pipeline.gazetteer.lookup("Sumy Oblast")[0]
    inside = hint.region.geometry.intersection(pipeline.gazetteer.geometry(oblast))
    assert geodesy.area_km2(inside) > 0.7 * geodesy.area_km2(hint.region.geometry)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("Shells fell 5 km from the Russian border.", "the border is long"),
        ("Troops massed near the border with Belarus.", "the border is long"),
        ("In Odesa, 5 km from the Belarusian border, shops closed.", "nowhere near"),
    ],
)
def test_a_border_that_could_be_anywhere_has_no_region(
    pipeline: geomap.Pipeline, text: str, why: str
):
    hint = border(pipeline, text)
    assert hint.region is None
    assert hint.confidence == 0.0
    assert why in hint.reasons[0]
