"""The map as a picture: what is on it, where it lies, and that it is the same each time."""

from __future__ import annotations

import datetime as dt
import io
import random
import subprocess
import sys
import threading
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
from cli_errors import refused
from map_samples import HOSTILE, PLACES, feature, hostile, many, mention, point, ring, sample
from map_samples import sample_front as front_of_two

from geomap.errors import SettingsError
from geomap.output.basemap import BasemapData
from geomap.output.picture_dates import (
    line_before,
    line_until,
    movement_between,
    periods,
    whole_movement,
)

pytest.importorskip("matplotlib", reason="no matplotlib: pip install 'geomap[picture]'")
Image = pytest.importorskip("PIL.Image")

from geomap.output.picture import A4_IN, draw_picture, views_of  # noqa: E402
from geomap.output.picture_frame import View, degrees_told  # noqa: E402
from geomap.output.picture_labels import Labels, Room, keep_off_line  # noqa: E402
from geomap.output.picture_marks import Parties, in_order, polygons, reading_of  # noqa: E402
from geomap.output.picture_text import LACKING, drawable, fitted, font, size_pt  # noqa: E402

if TYPE_CHECKING:
    from conftest import Cli

DPI = 40
PARTIES = {"Russia": "#b5562f", "Ukraine": "#2b6cb0"}


@pytest.fixture(scope="module")
def basemap() -> BasemapData:
    land = {"type": "Polygon",
            "coordinates": [[[30, 44], [42, 44], [42, 47], [30, 46.8], [30, 44]],
                            [[33, 44.5], [34, 44.5], [34, 45.5], [33, 44.5]]]}  # fmt: skip
    north = {"type": "Polygon", "coordinates": [[[30, 46.8], [42, 47], [42, 54], [30, 54],
                                                 [30, 46.8]]]}  # fmt: skip

    def lines(role: str, *coordinates: Any) -> dict[str, Any]:
        geometry = {"type": "LineString", "coordinates": list(coordinates)}
        return {"type": "Feature", "properties": {"role": role}, "geometry": geometry}

    def label(name: str, area: float, lon: float, lat: float) -> dict[str, Any]:
        told = {"role": "label", "name": name, "area": area, "native": "Україна"}
        return {"type": "Feature", "properties": told, "geometry": point(lon, lat)}

    return BasemapData(
        countries=[
            {"type": "Feature", "properties": {"role": "land"}, "geometry": land},
            {"type": "Feature", "properties": {"role": "land"}, "geometry": north},
            lines("coast", [30, 44], [42, 44]), lines("border", [40, 47], [40, 52]),
            label("Ukraine", 60.0, 36.5, 49.3),
        ],
        admin1=[lines("border", [37, 47], [37, 50]), label("Donetsk Oblast", 3.0, 37.4, 48.3)],
        towns=[(n, lat, lon, people) for n, (lon, lat, _, _, people) in PLACES.items()],
    )  # fmt: skip


def drawn(collection: dict[str, Any], basemap: BasemapData, **more: Any) -> Any:
    """Return the picture as an image."""
    data = draw_picture(collection, basemap=basemap, **({"dpi": DPI} | more))
    image = Image.open(io.BytesIO(data))
    image.load()
    return image.convert("RGB")


def claim(actor: str, lon: float, lat: float, **more: Any) -> dict[str, Any]:
    return feature("claim", "2023-03-14", point(lon, lat), actor=actor, action="captured",
                   name=f"at {lon}", **more)  # fmt: skip


def _rgb(colour: str) -> tuple[int, ...]:
    return tuple(int(colour[i : i + 2], 16) for i in (1, 3, 5))


def test_it_is_an_a4_sheet_of_the_size_asked_for(basemap: BasemapData) -> None:
    assert drawn(sample(), basemap, front=front_of_two()).size == (467, 330)
    told = draw_picture(sample(), basemap=basemap)
    with Image.open(io.BytesIO(told)) as image:
        assert (image.format, image.size) == ("PNG", (2338, 1654))
        assert [round(v) for v in image.info["dpi"]] == [200, 200]
        assert set(image.info) == {"dpi"}  # no date, no name of a program


def test_the_same_bytes_whatever_the_order(basemap: BasemapData) -> None:
    first = draw_picture(sample(), basemap=basemap, front=front_of_two(), dpi=DPI)
    for seed in range(3):
        shuffled = sample()
        random.Random(seed).shuffle(shuffled["features"])
        assert draw_picture(shuffled, basemap=basemap, front=front_of_two(), dpi=DPI) == first


def test_the_same_bytes_from_threads(basemap: BasemapData) -> None:
    first = draw_picture(sample(), basemap=basemap, dpi=DPI)
    found: list[bytes] = []
    threads = [
        threading.Thread(
            target=lambda: found.append(draw_picture(sample(), basemap=basemap, dpi=DPI))
        )
        for _ in range(3)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [first] * 3


def test_a_claim_has_the_colour_of_its_party_where_it_lies(basemap: BasemapData) -> None:
    places = {"Russia": (37.2, 48.2), "Ukraine": (38.4, 49.1), "Wagner": (37.9, 47.8)}
    features = [claim(actor, *at) for actor, at in places.items()]
    collection = {"features": features, "geomap": {"parties": PARTIES}}
    image = drawn(collection, basemap, dpi=100)
    view = views_of(collection)[0]
    for actor, (lon, lat) in places.items():
        wanted = _rgb(PARTIES.get(actor, "#5b6570"))
        assert image.getpixel(view.pixel(lon, lat, A4_IN[1], 100)) == wanted


def test_confidence_shows_as_solid_light_and_hollow(basemap: BasemapData) -> None:
    features = [
        mention("2023-03-14", name, f"{name}.", confidence=sure)
        for name, sure in (("Kupiansk", 0.9), ("Siversk", 0.6), ("Vuhledar", 0.2))
    ]
    image = drawn({"features": features}, basemap, dpi=100)
    view = views_of({"features": features})[0]
    light = [
        sum(image.getpixel(view.pixel(*PLACES[name][:2], A4_IN[1], 100)))
        for name in ("Kupiansk", "Siversk", "Vuhledar")
    ]
    assert light[0] < light[1] - 100 < light[2] - 200


def test_ground_of_the_sides_differs_in_greyscale(basemap: BasemapData) -> None:
    front = front_of_two()
    image = drawn({"features": []}, basemap, front=front, dpi=100).convert("L")
    view = views_of({"features": []}, front=front)[0]

    def tones(lon: float) -> set[int]:
        x, y = view.pixel(lon, 48.9, A4_IN[1], 100)
        return {image.getpixel((x + dx, y + dy)) for dx in range(14) for dy in range(14)}

    east, west, bare = tones(38.9), tones(36.6), tones(35.0)
    assert max(west) < min(bare)  # tinted
    assert max(east) - min(east) > 15 > max(west) - min(west)  # hatched, and not


@pytest.mark.parametrize("status", ["supported", "prior", "unsupported", "given"])
def test_the_line_is_drawn_by_its_status(basemap: BasemapData, status: str) -> None:
    front = front_of_two()
    front["dates"] = front["dates"][:1]
    day = front["dates"][0]
    day["pieces"] = [{**day["pieces"][0], "lines": [[[37.9, 49.8], [37.9, 47.6]]],
                      "status": status}]  # fmt: skip
    day["band"], day["control"], day["seeds"], front["movement"] = None, [], [], []
    image = drawn({"features": []}, basemap, front=front, dpi=100).convert("L")
    view = views_of({"features": []}, front=front)[0]
    dark = 0
    for n in range(400):
        at = view.pixel(37.9, 47.8 + n * 0.004, A4_IN[1], 100)
        dark += image.getpixel(at) < 120
    shares = {"supported": (0.95, 1.0), "given": (0.95, 1.0), "prior": (0.5, 0.85),
              "unsupported": (0.1, 0.7)}  # fmt: skip
    assert shares[status][0] <= dark / 400 <= shares[status][1]


def test_a_region_and_its_core_are_tinted(basemap: BasemapData) -> None:
    hint = feature("hint", "2023-03-14", ring(38.0, 48.6, 0.6, 0.4), relation="near",
                   confidence=0.9)  # fmt: skip
    bare = drawn({"features": [hint]}, basemap, dpi=100)
    cored = drawn({"features": [hint | {"core": ring(38.0, 48.6, 0.3, 0.2)}]}, basemap, dpi=100)
    view = views_of({"features": [hint]})[0]
    middle, rim, outside = (view.pixel(lon, 48.72, A4_IN[1], 100) for lon in (38.0, 38.38, 38.8))
    green = [image.getpixel(at)[1] for image in (bare, cored) for at in (middle, rim, outside)]
    assert green[0] == green[1] < green[2]
    assert green[3] < green[4] == green[1]


def test_nothing_to_show_is_said(basemap: BasemapData, monkeypatch: pytest.MonkeyPatch) -> None:
    said = written(monkeypatch)
    drawn({"features": []}, basemap)
    assert "No report names a place that can be drawn." in said
    assert "0 reports" in said
    said.clear()
    drawn({"features": []}, BasemapData(), by_date=True)
    assert "No report names a place that can be drawn." in said


def written(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return the list to which every text of a picture is added."""
    from matplotlib.text import Text

    said: list[str] = []
    keep = Text.set_text

    def set_text(self: Any, text: Any) -> None:
        if text:
            said.append(text)
        keep(self, text)

    monkeypatch.setattr(Text, "set_text", set_text)
    return said


def test_title_period_reports_and_credits(
    basemap: BasemapData, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = written(monkeypatch)
    drawn(sample(), basemap, title="Eastern front", attribution="Places: made up.")
    assert {"Eastern front", "Places: made up."} <= set(said)
    period = next(s for s in said if "reports" in s)
    assert period.startswith("12 Mar 2023 \u2013 16 Mar 2023")
    for words in ("4 reports", "11 places", "1 undated, drawn with the others", "2 not placed"):
        assert words in period
    assert any(s.endswith(" km") for s in said)
    assert any(s.endswith(" miles") for s in said)
    assert any(s.startswith("Stereographic projection") for s in said)
    assert "48\u00b0 N" in said


def test_the_legend_tells_what_is_there_and_no_more(
    basemap: BasemapData, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = written(monkeypatch)
    drawn(sample(), basemap, front=front_of_two())
    whole = " ".join(said)
    assert "Line of contact, 15 Mar 2023" in said
    for words in ("from an earlier line: 60 km (33 %)", "held by Ukraine", "80 % probability",
                  "gained by Russia since 12 Mar 2023: 1,234 km\u00b2",
                  "Russia: a claim about what it did", "somewhere in this circle",
                  "seed town"):  # fmt: skip
        assert words in whole
    assert "gained by Ukraine" not in whole
    assert "a government or body" not in whole  # Moscow lies outside of the view
    said.clear()
    drawn({"features": [mention("2023-03-14", "Siversk", "Siversk.")]}, basemap)
    whole = " ".join(said)
    for words in ("held by", "claim", "Line of contact", "region", "medium", "an area"):
        assert words not in whole


def test_hostile_names_are_drawn_as_plain_words(
    basemap: BasemapData, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = ["$x_1^2$", r"\frac{a}{b}", "\u5317\u4eac", "\U0001f525", "\u202eevil", "\ud800",
             "a\nb\x00c", "Q" * 10_000, "_^_", "%$&#{}",
             "z\u0335\u0322\u0327\u0337a", "", " "]  # fmt: skip
    features = hostile()["features"] + [
        feature("mention", "2023-03-14", point(36.0 + n / 3, 47.5 + n / 7), name=name,
                text=name, kind="literal", precision="settlement", id=f"h{n}")
        for n, name in enumerate(names)
    ]  # fmt: skip
    said = written(monkeypatch)
    image = drawn({"features": features}, basemap, title=HOSTILE, attribution=HOSTILE)
    assert image.size == (467, 330)
    assert "$x_1^2$" in said
    assert r"\frac{a}{b}" in said
    assert "a bc" in said
    assert max(map(len, said)) <= 200
    assert not any(c in s for s in said for c in "\u202e\n\x00\ud800\u5317\U0001f525")
    # No text of a report is on the picture: only names are.
    assert not any("{{ 7*7 }}" in s for s in said if not s.startswith("<script>"))


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (None, ""), ("", ""), ("\u5317\u4eac", ""), ("\u5317 x", f"{LACKING} x"), (7, "7"),
        ("Ча\u0301сів\u00a0Яр", "Часів Яр"), ("\u2066a\u2069", "a"), ("abcdef", "abcd\u2026"),
    ],
)  # fmt: skip
def test_what_of_a_text_can_be_drawn(text: Any, told: str) -> None:
    assert drawable(text, 5 if text == "abcdef" else 60) == told


def test_a_text_is_cut_to_a_width() -> None:
    small = font(8.0)
    cut = fitted("W" * 300, small, 100.0)
    assert cut.endswith("\u2026")
    assert 80.0 < size_pt(cut, small)[0] <= 100.0


def test_values_that_are_no_positions_are_left_out(basemap: BasemapData) -> None:
    bad: list[Any] = [
        point(float("nan"), 48.0), {"type": "Point", "coordinates": []},
        {"type": "Point", "coordinates": ["x", None]}, {"type": "Polygon", "coordinates": [[[1]]]},
        {"type": "Polygon", "coordinates": "x"}, {"type": "Nothing", "coordinates": [1, 2]},
        {"type": "Polygon", "coordinates": [[[36, 48], [37, 49], [37, 48], [36, 49], [36, 48]]]},
    ]  # fmt: skip
    features = [feature("hint", "2023-03-14", g, id=f"b{n}") for n, g in enumerate(bad)]
    features += [
        feature("mention", "2023-03-14", point(37.0, 48.0), name="A", kind="literal",
                precision="estimated", radius_km=value, confidence=value, id=f"r{n}")
        for n, value in enumerate((None, "x", -1.0, float("nan"), True))
    ]  # fmt: skip
    drawn({"features": features}, basemap)
    assert polygons(bad[-1]).is_valid
    assert [polygons(g) for g in bad[:-1]] == [None] * 6


@pytest.mark.parametrize(
    ("collection", "told"),
    [
        ({"features": [feature("rumour", "2023-03-14", None)]}, "unknown layer 'rumour'"),
        ({"features": [feature("claim", "14 March", None)]}, "'14 March' is not an ISO day"),
        ({"features": [feature("claim", "2023-02-30", None)]}, "'2023-02-30' is not an ISO day"),
        ({"features": [], "geomap": {"parties": {"A": "red"}}}, "'red' is not #rrggbb"),
    ],
)
def test_what_cannot_be_drawn_is_refused(collection: Any, told: str) -> None:
    with pytest.raises(SettingsError, match=told):
        draw_picture(collection, basemap=BasemapData(), dpi=DPI)
    with pytest.raises(SettingsError, match="'greek' is unknown"):
        draw_picture({"features": []}, basemap=BasemapData(), script="greek", dpi=DPI)


def test_names_in_the_other_script(basemap: BasemapData, monkeypatch: pytest.MonkeyPatch) -> None:
    told = mention("2023-03-14", "Chasiv Yar", "Chasiv Yar.", native_name="Часів Яр")
    said = written(monkeypatch)
    far = [
        feature("mention", None, point(*at), name="", id=f"f{at}") for at in ((32, 46), (41, 51))
    ]
    drawn({"features": [told, *far]}, basemap, script="cyrillic")
    assert "Часів Яр" in said
    assert "Chasiv Yar" not in said
    assert any("У" in s and "К" in s for s in said)  # УКРАЇНА, spaced
    said.clear()
    drawn({"features": [told]}, basemap)
    assert "Chasiv Yar" in said


def test_rivers_and_lakes_where_the_basemap_has_them(
    basemap: BasemapData, monkeypatch: pytest.MonkeyPatch
) -> None:
    rivers = [
        {"type": "Feature", "properties": {"role": "river", "name": "Donets", "rank": 3},
         "geometry": {"type": "LineString", "coordinates": [[36.0, 49.2], [39.5, 48.4]]}},
        {"type": "Feature", "properties": {"role": "lake", "name": "Reservoir", "rank": 1},
         "geometry": ring(38.6, 48.1, 0.3, 0.2)},
    ]  # fmt: skip
    wet: Any = SimpleNamespace(countries=basemap.countries, admin1=[], towns=(), rivers=rivers)
    said = written(monkeypatch)
    features = [mention("2023-03-14", name, f"{name}.") for name in ("Kupiansk", "Vuhledar")]
    image = drawn({"features": features}, wet, dpi=100)
    view = views_of({"features": features})[0]
    assert image.getpixel(view.pixel(38.6, 48.1, A4_IN[1], 100)) == _rgb("#dde6ec")
    assert "Donets" in said


# ---- Where things lie ----


@pytest.mark.parametrize("lat", [-60.0, 0.0, 48.0, 80.0])
def test_shapes_are_not_squashed(lat: float) -> None:
    view = View.of((36.0, lat - 1.0, 39.0, lat + 1.0), (1.0, 1.0, 8.0, 6.0))
    from geomap.geodesy import destination

    x0, y0 = view.inches(37.8, lat + 0.3)
    lengths = []
    for azimuth in range(0, 360, 45):
        to_lat, to_lon = destination(lat + 0.3, 37.8, azimuth, 20.0)
        x, y = view.inches(to_lon, to_lat)
        lengths.append(float(((x - x0) ** 2 + (y - y0) ** 2) ** 0.5) * view.km_per_in)
    assert max(lengths) / min(lengths) < 1.002
    assert abs(sum(lengths) / 8 - 20.0) < 0.1


@pytest.mark.parametrize(
    "bounds",
    [(36.0, 47.0, 40.0, 50.0), (38.0, 48.6, 38.0, 48.6), (-130.0, -50.0, 150.0, 70.0),
     (-180.0, -80.0, 180.0, 85.0), (30.0, 60.0, 80.0, 85.0), None],
)  # fmt: skip
def test_the_view_holds_its_bounds_with_room_round_them(bounds: Any) -> None:
    rectangle = (0.5, 0.5, 8.0, 6.0)
    view = View.of(bounds, rectangle)
    west, south, east, north = bounds or (-130.0, -50.0, 150.0, 70.0)
    for lon in (west, east, (west + east) / 2):
        for lat in (south, north, (south + north) / 2):
            assert view.holds(*(float(v) for v in view.inches(lon, lat)))
    lon, lat = view.off(*view.onto(west, south))
    assert (round(float(lon), 6) - west) % 360 == 0
    assert round(float(lat), 6) == south
    _, lons, lats = view.degrees()
    assert all(-90 <= value <= 90 for value, _ in lats)
    assert len(lons) <= 12


def test_the_scale_is_true() -> None:
    view = View.of((36.0, 47.0, 40.0, 50.0), (0.5, 0.5, 8.0, 6.0))
    (km, km_in), (miles, miles_in) = view.bar(2.0)
    assert (km, miles) == ("100 km", "50 miles")
    assert miles_in / km_in == pytest.approx(0.804672)
    from geomap.geodesy import destination

    lat, lon = destination(48.5, 38.0, 90.0, 100.0)
    x0, y0 = view.inches(38.0, 48.5)
    x, y = view.inches(lon, lat)
    assert float(((x - x0) ** 2 + (y - y0) ** 2) ** 0.5) == pytest.approx(km_in, rel=0.002)


def test_degrees_in_words() -> None:
    told = [degrees_told(v, s, "E", "W") for v, s in ((36, 1), (-36.25, 0.25), (0, 1))]
    assert told == ["36\u00b0 E", "36\u00b015\u2032 W", "0\u00b0"]


def test_no_name_covers_a_name_or_a_symbol(
    basemap: BasemapData, monkeypatch: pytest.MonkeyPatch
) -> None:
    rooms: list[Room] = []
    placed: list[tuple[str, Any]] = []
    make, place = Room.__init__, Labels.place

    def init(self: Room, view: View) -> None:
        make(self, view)
        rooms.append(self)

    def placing(self: Labels, *given: Any, **more: Any) -> bool:
        done = place(self, *given, **more)
        placed[:] = self.placed
        return done

    monkeypatch.setattr(Room, "__init__", init)
    monkeypatch.setattr(Labels, "place", placing)
    drawn(sample(), basemap, front=front_of_two())
    assert len(placed) > 8
    boxes = [box for _, box in placed]
    for n, a in enumerate(boxes):
        west, south, east, north = rooms[0].inside
        assert west <= a[0] and south <= a[1] and a[2] <= east and a[3] <= north  # noqa: PT018
        for b in boxes[:n]:
            assert a[0] >= b[2] or a[2] <= b[0] or a[1] >= b[3] or a[3] <= b[1]


def test_names_stay_off_the_line_where_they_can() -> None:
    view = View.of((36.0, 47.0, 40.0, 50.0), (0.5, 0.5, 8.0, 6.0))
    room = Room(view)
    x, y = (float(v) for v in view.inches(38.0, 48.5))
    box = (x - 0.1, y - 0.1, x + 0.1, y + 0.1)
    assert room.free(box, soft=True)
    keep_off_line(room, view, [[[38.0, 47.5], [38.0, 49.5]], [[38.0, 48.0]]])
    assert not room.free(box, soft=True)
    assert room.free(box)


# ---- What is read of the features ----


def test_what_shares_a_place_is_one_mark() -> None:
    reading = reading_of(in_order(sample()["features"]), Parties(PARTIES))
    marks = {(m.kind, m.name, m.colour): m for m in reading.marks}
    bakhmut = marks["places", "Bakhmut", "#0b5f66"]
    assert (bakhmut.count, bakhmut.confidence, bakhmut.shape) == (11, 0.97, "circle")
    assert marks["places", "Ukraine", "#0b5f66"].shape == "diamond"
    assert marks["places", "Yampolivka", "#0b5f66"].circle_km == 14.0
    assert marks["government", "Moscow", "#59636e"].shape == "triangle"
    assert marks["claims", "Bakhmut", "#2b6cb0"].negated
    assert not marks["claims", "Bakhmut", "#b5562f"].negated
    assert [m.edged for m in reading.marks if m.kind == "claims" and m.name == "Bakhmut"].count(
        True
    ) == 1
    assert len(reading.regions) == 3
    assert {m.actor for m in reading.marks if m.kind == "claims"} == {"Russia", "Ukraine"}


# ---- By date ----


def test_a_panel_for_each_date(basemap: BasemapData, monkeypatch: pytest.MonkeyPatch) -> None:
    collection, front = sample(), front_of_two()
    views = views_of(collection, front=front, by_date=True)
    assert len(views) == 5  # three dates of reports, one more of a line, the undated
    assert len({(v.crs, round(v.km_per_in, 9), v.west_km) for v in views}) == 1
    said = written(monkeypatch)
    drawn(collection, basemap, front=front, by_date=True)
    for words in ("12 Mar 2023", "14 Mar 2023", "15 Mar 2023", "16 Mar 2023", "Undated"):
        assert words in said
    assert "1 report, line of 12 Mar 2023" in said
    assert "no reports, line of 15 Mar 2023" in said
    assert any("1 undated, in a panel apart" in s for s in said)
    assert sum(s.startswith("Line of contact") for s in said) == 1


def test_panels_show_their_own_date(basemap: BasemapData) -> None:
    first = mention("2023-03-12", "Kupiansk", "Kupiansk.")
    second = mention("2023-03-13", "Vuhledar", "Vuhledar.")
    collection = {"features": [first, second]}
    image = drawn(collection, basemap, by_date=True, dpi=100)
    views = views_of(collection, by_date=True)
    ink = _rgb("#0b5f66")
    found = [
        [image.getpixel(v.pixel(*PLACES[name][:2], A4_IN[1], 100)) == ink for v in views]
        for name in ("Kupiansk", "Vuhledar")
    ]
    assert found == [[True, False], [False, True]]


def test_many_dates_are_parted_evenly() -> None:
    days = [(dt.date(2023, 1, 1) + dt.timedelta(days=n)).isoformat() for n in range(0, 365, 3)]
    parts = periods([*days, None])
    assert len(parts) == 12
    assert parts[-1].title == "Undated"
    lengths = {
        (dt.date.fromisoformat(str(p.last)) - dt.date.fromisoformat(str(p.first))).days + 1
        for p in parts[:-2]
    }
    assert len(lengths) == 1
    assert all(sum(p.holds(d) for p in parts) == 1 for d in [*days, None])
    assert len(periods(days[:12])) == 12
    assert periods([]) == []
    ages = periods(["0001-01-01", "9999-12-31", *days])
    assert (ages[0].first, ages[-1].last) == ("0001-01-01", "9999-12-31")


def test_the_line_of_a_panel_is_the_latest_until_its_day() -> None:
    front = front_of_two()
    for until, date in (("2023-03-11", None), ("2023-03-14", "2023-03-12"),
                        ("2024-01-01", "2023-03-15"), (None, None)):  # fmt: skip
        day = line_until(front, until)
        assert (day and day["date"]) == date
    day = line_until(front, "2023-03-15")
    assert whole_movement(front, day) == front["movement"][0]
    assert whole_movement(front, line_until(front, "2023-03-12")) is None
    assert line_before(front, "2023-03-15") == front["dates"][0]
    assert line_before(front, "2023-03-12") is None
    assert line_until(None, "2023-03-15") is None


def test_ground_gained_between_two_panels_is_measured() -> None:
    before, after = front_of_two()["dates"]
    moved = movement_between(before, after)
    assert moved is not None
    assert (moved["from"], moved["to"]) == ("2023-03-12", "2023-03-15")
    russia, ukraine = moved["gains"]
    assert (russia["party"], ukraine["party"], ukraine["km2"]) == ("Russia", "Ukraine", 0.0)
    assert polygons(russia["geometry"]).bounds == (37.4, 47.6, 37.9, 49.8)
    assert 8900 < russia["km2"] < 9100  # 0.5 degrees of longitude, 2.2 of latitude at 48.7 N
    back = movement_between(after, before)
    assert back is not None
    assert [g["km2"] > 0 for g in back["gains"]] == [False, True]
    assert movement_between(before | {"control": []}, after | {"control": []}) is None


def test_reports_that_name_no_place_are_counted(
    basemap: BasemapData, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = mention("2023-03-12", "Siversk", "Siversk.", article_id="a")
    articles = [{"article_id": "a", "date": "2023-03-12"}, {"article_id": "b", "date": None},
                {"article_id": "c", "date": "2023-03-13"}]  # fmt: skip
    collection = {"features": [told], "geomap": {"articles": articles}}
    said = written(monkeypatch)
    drawn(collection, basemap, by_date=True)
    assert any("3 reports" in s and "1 undated" in s for s in said)
    assert said.count("1 report") == 3


def test_thousands_of_features(basemap: BasemapData) -> None:
    image = drawn(many(3000), basemap, by_date=True)
    assert image.size == (467, 330)


# ---- The command ----


def test_the_command_writes_a_picture(cli: Cli, examples: Path, tmp_path: Path) -> None:
    picture, features = tmp_path / "map.PNG", tmp_path / "map.geojson"
    article = examples / "2024-10-03--vuhledar-kurakhove.txt"
    code, told, _ = cli("map", article, "-o", picture, "--geojson", features, "--by-date",
                        "--script", "cyrillic", "--title", "One")  # fmt: skip
    assert code == 0
    assert f"{picture}: picture by date" in told
    assert picture.read_bytes().startswith(b"\x89PNG")
    assert features.stat().st_size > 100


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (["-o", "map.pdf"], "-o map.pdf: give a file name that ends in .html (a page) or .png"),
        (["-o", "map.html", "--by-date"], "--by-date is for a picture, .png"),
        (["-o", "map.png", "--tiles", "https://t.example/{z}/{x}/{y}"], "--tiles is for a page"),
        (["-o", "map.png", "--script", "greek"], "--script"),
        (["-o", "nowhere/map.png"], "does not exist"),
    ],
)  # fmt: skip
def test_mistakes_are_one_line(
    cli: Cli, examples: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    options: list[str], told: str,
) -> None:  # fmt: skip
    monkeypatch.chdir(tmp_path)
    refused(cli("map", examples, *options), told)
    assert not list(tmp_path.iterdir())


def test_without_matplotlib_it_is_said(
    cli: Cli, examples: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import importlib.util

    keep = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name, *rest: None if name == "matplotlib"
        else keep(name, *rest),
    )  # fmt: skip
    refused(cli("map", examples, "-o", tmp_path / "map.png"), "pip install 'geomap[picture]'")


def test_nothing_global_is_touched_and_pyplot_is_not_loaded(tmp_path: Path) -> None:
    program = (
        "import sys, geomap.cli\n"
        "assert 'matplotlib' not in sys.modules\n"
        "import matplotlib\n"
        "matplotlib.rcParams['text.usetex'] = True\n"
        # To ask for the backend chooses one: it is left out.
        "def now():\n"
        "    return {k: matplotlib.rcParams[k] for k in matplotlib.rcParams if k != 'backend'}\n"
        "before = now()\n"
        "from geomap.output.basemap import BasemapData\n"
        "from geomap.output.picture import draw_picture\n"
        "draw_picture({'features': []}, basemap=BasemapData(), dpi=30)\n"
        "assert now() == before\n"
        "assert 'matplotlib.pyplot' not in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", program], check=True, cwd=tmp_path,
                   capture_output=True)  # fmt: skip
