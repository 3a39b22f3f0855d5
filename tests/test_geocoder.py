"""The gazetteer as a geopy geocoder, in geopy's and geopandas' own tools."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING, Any

import geopandas
import pytest
from geopy.exc import GeocoderQueryError
from geopy.extra.rate_limiter import RateLimiter
from geopy.location import Location
from shapely.geometry import Point

from geomap.gazetteer.geocoder import GeomapGeocoder

if TYPE_CHECKING:
    from geomap import Gazetteer

BAKHMUT = "Bakhmut, Donetsk Oblast, Ukraine"


@pytest.fixture(scope="session")
def geocoder(gazetteer: Gazetteer) -> GeomapGeocoder:
    return GeomapGeocoder(gazetteer)


@pytest.fixture(autouse=True)
def _no_sockets(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: Any) -> None:
        raise AssertionError("the geocoder tried to reach a network")

    monkeypatch.setattr(socket.socket, "connect", refuse)


def test_a_name_is_a_location(geocoder: GeomapGeocoder) -> None:
    found = geocoder.geocode("Bakhmut")
    assert isinstance(found, Location)
    assert found.address == BAKHMUT
    assert (found.latitude, found.longitude) == pytest.approx((48.594, 37.999), abs=0.01)
    assert found.raw["geonameid"] == 713174
    assert (found.raw["how"], found.raw["score"]) == ("exact", 100.0)
    address, (lat, lon) = found
    assert (address, lat, lon) == (BAKHMUT, found.latitude, found.longitude)


@pytest.mark.parametrize("name", ["Lyman, Donetsk Oblast", "Donetsk Oblast", "Ukraine", "Kyiv"])
def test_an_address_finds_its_place_again(geocoder: GeomapGeocoder, name: str) -> None:
    found = geocoder.geocode(name)
    again = geocoder.geocode(found.address)
    assert again.raw["key"] == found.raw["key"]


@pytest.mark.parametrize(
    ("query", "address"),
    [
        ({"city": "Lyman", "state": "Luhansk Oblast"}, "Luhansk Oblast"),
        ({"village": "Lyman", "country": "Ukraine"}, "Ukraine"),
        ({"name": "Lyman", "country_code": "us"}, "United States"),
        ({"country": "Ukraine"}, "Ukraine"),
    ],
)
def test_parts_of_an_address(geocoder: GeomapGeocoder, query: dict[str, str], address: str) -> None:
    assert address in geocoder.geocode(query).address


def test_what_is_not_known_is_none(geocoder: GeomapGeocoder, gazetteer: Gazetteer) -> None:
    assert geocoder.geocode("Xyzzyqua") is None
    assert geocoder.geocode("Xyzzyqua", exactly_one=False) is None
    assert geocoder.geocode("") is None
    assert geocoder.geocode("Bakhmut", country_codes="FR") is None
    assert geocoder.geocode("Bahkmut") is None, "nothing is guessed unless asked for"
    guess = GeomapGeocoder(gazetteer, fuzzy=True).geocode("Bahkmut")
    assert (guess.address, guess.raw["how"]) == (BAKHMUT, "fuzzy")


@pytest.mark.parametrize("query", [None, 5, float("nan"), ["Bakhmut"], {"planet": "Mars"}])
def test_what_is_no_query_is_geopys_error(geocoder: GeomapGeocoder, query: Any) -> None:
    with pytest.raises(GeocoderQueryError):
        geocoder.geocode(query)


def test_lists_limits_and_countries(geocoder: GeomapGeocoder) -> None:
    many = geocoder.geocode("Lyman", exactly_one=False)
    assert len(many) > 3
    assert len(geocoder.geocode("Lyman", exactly_one=False, limit=2)) == 2
    some = geocoder.geocode("Lyman", exactly_one=False, country_codes=["us", "RU"], limit=50)
    assert {f.raw["country"] for f in some} == {"US", "RU"}
    again = geocoder.geocode("Lyman", exactly_one=False, country_codes="us,ru", limit=50)
    assert [f.raw["key"] for f in again] == [f.raw["key"] for f in some]


@pytest.mark.parametrize("query", [(48.6, 38.0), "48.6, 38.0", "48°36'N 38°E"])
def test_a_point_is_at_its_nearest_town(geocoder: GeomapGeocoder, query: Any) -> None:
    found = geocoder.reverse(query)
    assert found.address == BAKHMUT
    assert 0 < found.raw["distance_km"] < 2


def test_far_from_towns_the_division_answers_and_at_sea_nothing(
    geocoder: GeomapGeocoder, gazetteer: Gazetteer
) -> None:
    tundra = geocoder.reverse((71.0, 100.0))
    assert tundra.address.endswith("Russia")
    assert tundra.raw["feature_code"] == "ADM1"
    assert tundra.raw["certain"] is True
    assert geocoder.reverse((0.0, -30.0)) is None
    assert geocoder.reverse((0.0, -30.0), exactly_one=False) is None
    assert GeomapGeocoder(gazetteer, reach_km=5000).reverse((0.0, -30.0)) is not None


def test_all_that_a_point_lies_in(geocoder: GeomapGeocoder) -> None:
    found = geocoder.reverse((48.6, 38.0), exactly_one=False)
    names = [f.raw["name"] for f in found]
    assert names[0] == "Bakhmut"
    assert names[-1] == "Ukraine"
    assert "Donetsk Oblast" in names


@pytest.mark.filterwarnings("ignore:Latitude normalization")
@pytest.mark.parametrize("query", [(95.0, 30.0), "nowhere", (float("nan"), 0.0)])
def test_impossible_points_are_errors(geocoder: GeomapGeocoder, query: Any) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 (geopy's own)
        geocoder.reverse(query)


def test_geopandas_takes_it() -> None:
    names = ["Bakhmut", "Kreminna", "Xyzzyqua", None]
    frame = geopandas.tools.geocode(names, provider=GeomapGeocoder, timeout=3, user_agent="test")
    assert frame.crs == "EPSG:4326"
    assert frame.address.tolist()[:2] == [BAKHMUT, "Kreminna, Luhansk Oblast, Ukraine"]
    assert frame.address.isna().tolist() == [False, False, True, True]
    assert (frame.geometry[0].x, frame.geometry[0].y) == pytest.approx((37.999, 48.594), abs=0.01)
    back = geopandas.tools.reverse_geocode(frame.geometry[:2], provider=GeomapGeocoder)
    assert back.address.tolist() == frame.address.tolist()[:2]
    points = [Point(37.99, 48.6), Point(-30, 0)]
    sea = geopandas.tools.reverse_geocode(points, provider=GeomapGeocoder)
    assert sea.address.isna().tolist() == [False, True]


def test_geopys_rate_limiter_takes_it(geocoder: GeomapGeocoder) -> None:
    limited = RateLimiter(geocoder.geocode, min_delay_seconds=0.001)
    assert [limited(n).raw["name"] for n in ("Bakhmut", "Kreminna")] == ["Bakhmut", "Kreminna"]
    assert limited("Bakhmut", exactly_one=True, timeout=1).address == BAKHMUT


def test_it_is_used_like_any_other(gazetteer: Gazetteer) -> None:
    with GeomapGeocoder(gazetteer, timeout=5, user_agent="me", scheme="https") as coder:
        assert coder.geocode("Bakhmut", timeout=None).address == BAKHMUT
    with pytest.raises(TypeError):
        GeomapGeocoder(gazetteer, colour="red")
