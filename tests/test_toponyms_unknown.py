"""Names that the gazetteer lacks or that stay doubtful are kept, refused, with the reason."""

from __future__ import annotations

import datetime as dt
import itertools
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import geomap

if TYPE_CHECKING:
    from geomap import Gazetteer, Pipeline

DAY = dt.date(2023, 3, 14)


def read(pipeline: Pipeline, text: str) -> Any:
    return pipeline.process(geomap.Article("a", text, date=DAY)).resolutions


def obeys(resolution: Any) -> None:
    """Check what holds for every resolution."""
    assert 0.0 <= resolution.confidence <= 1.0
    assert 0.0 <= resolution.mention.confidence <= 1.0
    assert resolution.reasons
    assert all(reason.strip() for reason in resolution.reasons)
    scores = [c.score for c in resolution.runners_up]
    assert scores == sorted(scores, reverse=True)
    keys = [c.place.key for c in resolution.runners_up]
    assert len(set(keys)) == len(keys)
    point = (resolution.lat, resolution.lon)
    if resolution.status == "refused":
        assert (*point, resolution.place, resolution.region) == (None, None, None, None)
        assert (resolution.precision, resolution.radius_km) == (None, None)
    elif resolution.mention.feature == "bloc":
        assert point == (None, None)
    else:
        assert -90 <= resolution.lat <= 90
        assert -180 <= resolution.lon <= 180
        if resolution.place is not None:
            assert resolution.place.key not in keys


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Fighting near Xyzhove continued.", "Xyzhove"),
        ("Fighting near Xyzhove continued", "Xyzhove"),
        ("Russian forces shelled Xyzhove’s northern outskirts.", "Xyzhove"),
    ],
)
def test_a_name_that_the_gazetteer_lacks_is_kept_and_refused(
    pipeline: Pipeline, text: str, name: str
):
    (found,) = (r for r in read(pipeline, text) if r.mention.kind != "demonym")
    assert (found.mention.text, found.name, found.status) == (name, name, "refused")
    assert any("gazetteer" in reason for reason in found.reasons)
    assert found.reasons[0] == "no place of this name in the gazetteer"
    assert (found.confidence, found.runners_up) == (0.0, ())
    obeys(found)


def test_an_unknown_name_beside_a_known_one_takes_nothing_from_it(pipeline: Pipeline):
    alone = read(pipeline, "Fighting near Bakhmut continued.")[0]
    both = read(pipeline, "Fighting near Bakhmut and Xyzhove continued.")
    assert [r.mention.text for r in both] == ["Bakhmut", "Xyzhove"]
    assert both[0].place == alone.place
    assert both[1].status == "refused"


NAMES = (
    "Bakhmut", "Lyman", "Oleksandrivka", "Ivanivka", "Verbove", "Paris", "Springfield", "Georgia",
    "Moscow", "Xyzhove", "Zhabyne Ozero", "the West", "U.S.", "Kyivan", "Ukrainian", "Pisky",
    "Donetsk Oblast", "Novyi Myr", "Wagner", "Kharkiv City", "Mykolaivka",
)  # fmt: skip
LINKS = (" and ", ", ", " (north of ", ") near ", ". In ", " said ", " in ", ", 10 km west of ")


@settings(
    deadline=None, max_examples=120, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(st.tuples(st.sampled_from(LINKS), st.sampled_from(NAMES)), max_size=10))
def test_every_resolution_is_sound(pipeline: Pipeline, parts: list[tuple[str, str]]):
    text = "Fighting went on near Lyman" + "".join(itertools.chain.from_iterable(parts)) + "."
    for resolution in read(pipeline, text):
        obeys(resolution)


@pytest.mark.parametrize("line", [False, True])
def test_what_is_refused_shows_its_namesakes_in_order(gazetteer: Gazetteer, line: bool):
    front = None
    if line:
        from shapely.geometry import LineString

        front = geomap.ContactLine(LineString([(37, 47), (38, 49)]))
    pipeline = geomap.Pipeline(gazetteer=gazetteer, line=front)
    names = ("Oleksandrivka", "Ivanivka", "Verbove", "Mykolaivka", "Pisky", "Stepove", "Krynky")
    seen = 0
    for text in (f"Shells fell near {n}." for n in names):
        for resolution in read(pipeline, text):
            obeys(resolution)
            seen += resolution.status == "refused" and len(resolution.runners_up) > 1
    assert line or seen >= 3


def test_real_articles_resolve_soundly(pipeline: Pipeline, examples: Any):
    texts = [p.read_text(encoding="utf-8") for p in sorted(examples.glob("*.txt"))]
    # The doubtful ones too: words that are rarely names, in a list that says little.
    texts.append(
        "Verbove, Stepove, Pisky, Orikhiv, Dachne, Lysivka, Hryshyne, Novoselivka, Shevchenko, "
        "Ukrainka, Berezivka, Zelene, Myrne, Pershe, Central, Hope, Victory, Reading, Mobile."
    )
    resolutions = [r for t in texts for r in read(pipeline, t)]
    assert len(resolutions) > 50
    for resolution in resolutions:
        obeys(resolution)
