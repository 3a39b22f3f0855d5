"""`geomap locate`: sentences in, regions out, and nothing lost on the way."""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any

import pytest
import shapely
from cli_errors import refused
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from shapely.geometry import Point, shape

import geomap
from geomap import geodesy
from geomap.articles.cases import GivenAnchor, read_cases
from geomap.sentence_locator import SentenceLocator

if TYPE_CHECKING:
    from conftest import Cli

RELATIONS = {
    "near", "in_or_near", "within", "part", "direction", "distance", "distance_direction",
    "between", "along", "toward", "front_distance", "outskirts", "opposite", "border",
    "border_distance", "bank",
}  # fmt: skip
NORTH = "[PLACE] is a village 5 km north of Bakhmut."
BAKHMUT = (48.595, 38.0)


def anchor(sentence: str, name: str, lat: float, lon: float) -> dict[str, Any]:
    start = sentence.index(name)
    return {"name": name, "lat": lat, "lon": lon, "start": start, "end": start + len(name)}


def case(identity: object, sentence: str, *names: tuple[str, float, float], **more: Any) -> Any:
    row: dict[str, Any] = {"id": identity, "sentence": sentence, **more}
    if names:
        row["anchors"] = [anchor(sentence, *n) for n in names]
    return row


ANCHORED = case("anchored", NORTH, ("Bakhmut", *BAKHMUT))
LOOKED_UP = case("looked up", NORTH)


def write(folder: Path, *rows: Any, name: str = "in.jsonl") -> Path:
    path = folder / name
    raw = [r if isinstance(r, bytes) else json.dumps(r).encode() for r in rows]
    path.write_bytes(b"".join(r + b"\n" for r in raw))
    return path


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def located(cli: Cli, folder: Path, *rows: Any, options: tuple[object, ...] = ()) -> Any:
    out = folder / "out.jsonl"
    code, _, err = cli("locate", write(folder, *rows), "-o", out, *options)
    assert (code, err) == (0, "")
    return lines(out)


def area(record: Any) -> float:
    return geodesy.area_km2(shape(record["region"]))


@pytest.fixture(scope="module")
def locator(pipeline: geomap.Pipeline) -> SentenceLocator:
    return SentenceLocator(pipeline)


def test_with_and_without_anchors_and_with_context(cli: Cli, tmp_path: Path) -> None:
    after = case("after", "It is 5 km north of Bakhmut.", context="[PLACE] is a village.")
    far = case("far", NORTH, ("Bakhmut", 10.0, 20.0))
    found = located(cli, tmp_path, ANCHORED, LOOKED_UP, after, far)
    assert [r["id"] for r in found] == ["anchored", "looked up", "after", "far"]
    for record in found[:3]:
        lat, lon = geodesy.destination(*BAKHMUT, 0.0, 5.0)
        assert geodesy.distance_km(lat, lon, record["lat"], record["lon"]) < 3
        assert shape(record["region"]).covers(Point(lon, lat))
    assert geodesy.distance_km(10.0, 20.0, found[3]["lat"], found[3]["lon"]) < 8


def test_a_record_is_as_the_contract_says(cli: Cli, tmp_path: Path) -> None:
    rows = [
        ANCHORED, LOOKED_UP, case(3, "[PLACE] lies between Lyman and Siversk."),
        case("near", "[PLACE] is a town near Izium."), case("none", "All was quiet."),
    ]  # fmt: skip
    found = located(cli, tmp_path, *rows)
    assert [r["id"] for r in found] == ["anchored", "looked up", "3", "near", "none"]
    for record in found:
        assert {"id", "lat", "lon", "region", "confidence", "expressions"} <= set(record)
        assert 0 <= record["confidence"] <= 1
        if record["id"] == "none":
            assert (record["lat"], record["lon"], record["region"]) == (None, None, None)
            assert record["expressions"] == []
            assert "no words say where" in record["reasons"][0]
            continue
        region = shape(record["region"])
        assert region.geom_type in ("Polygon", "MultiPolygon")
        assert region.is_valid
        for polygon in getattr(region, "geoms", [region]):
            assert polygon.exterior.is_ccw
            assert not any(ring.is_ccw for ring in polygon.interiors)
        assert -90 <= record["lat"] <= 90
        assert -180 <= record["lon"] <= 180
        assert record["expressions"]
        for hint in record["expressions"]:
            assert hint["relation"] in RELATIONS
            assert {"distance_km", "approximate", "bound", "direction", "locates"} <= set(hint)
            assert 0 <= hint["confidence"] <= 1
            for one in hint["anchors"]:
                assert set(one) == {"name", "lat", "lon", "start", "end"}
    (hint,) = found[0]["expressions"]
    assert (hint["relation"], hint["distance_km"], hint["direction"]) == (
        "distance_direction", 5.0, "N",
    )  # fmt: skip
    assert NORTH[hint["start"] : hint["end"]] == hint["text"] == "5 km north of Bakhmut"
    assert hint["anchors"] == ANCHORED["anchors"]


def test_offsets_are_of_the_sentence_whatever_stands_before_it(cli: Cli, tmp_path: Path) -> None:
    context = "[PLACE] is a village 😀 in Donetsk Oblast."
    (record,) = located(cli, tmp_path, case("a", NORTH, context=context))
    (hint,) = record["expressions"]
    assert NORTH[hint["start"] : hint["end"]] == hint["text"]
    (at,) = hint["anchors"]
    assert NORTH[at["start"] : at["end"]] == "Bakhmut"


def stdin(monkeypatch: pytest.MonkeyPatch, raw: bytes) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(raw), encoding="utf-8"))


def test_standard_input_and_output(
    cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = located(cli, tmp_path, ANCHORED, LOOKED_UP)
    raw = (tmp_path / "in.jsonl").read_bytes()
    stdin(monkeypatch, raw)
    code, _, err = cli("locate", "-", "-o", tmp_path / "too.jsonl")
    assert (code, err) == (0, "")
    assert lines(tmp_path / "too.jsonl") == found
    monkeypatch.chdir(tmp_path)
    stdin(monkeypatch, raw)
    code, out, err = cli("locate", "-", "-o", "-", "--json")
    assert code == 0
    assert [json.loads(line) for line in out.splitlines()] == found
    assert json.loads(err)["sentences"] == 2  # the summary must not be mixed into the output
    assert not (tmp_path / "-").exists()
    stdin(monkeypatch, b"")
    refused(cli("locate", "-", "-o", "-"), "-: holds no sentence")


def test_a_lower_level_is_a_narrower_region(cli: Cli, tmp_path: Path) -> None:
    (half,) = located(cli, tmp_path, ANCHORED, options=("--level", 0.5))
    (most,) = located(cli, tmp_path, ANCHORED, options=("--level", 0.9))
    assert area(half) < 0.6 * area(most)
    assert half["confidence"] < most["confidence"]


@pytest.mark.parametrize("level", ["0", "1", "nan", "-0.5", "inf", "90"])
def test_a_level_that_is_no_share_is_refused(cli: Cli, tmp_path: Path, level: str) -> None:
    path = write(tmp_path, ANCHORED)
    refused(cli("locate", path, "-o", tmp_path / "o.jsonl", f"--level={level}"), "--level")
    assert list(tmp_path.iterdir()) == [path]


def test_settlements_are_not_sought_when_told_so(cli: Cli, tmp_path: Path) -> None:
    row = case("a", "[PLACE] is a village near Bakhmut.")
    (snapped,) = located(cli, tmp_path, row)
    (plain,) = located(cli, tmp_path, row, options=("--no-snap",))
    assert snapped["candidates"]
    assert 0 < sum(c["probability"] for c in snapped["candidates"]) <= 1
    assert plain["candidates"] == []
    assert plain["region"] != snapped["region"]


def front(folder: Path, lon: float) -> Path:
    line = {"type": "LineString", "coordinates": [[lon, 48.0], [lon, 48.6], [lon, 49.2]]}
    row = {
        "type": "Feature",
        "geometry": line,
        "properties": {"kind": "contact_line", "date": "2023-03-01"},
    }
    path = folder / "front.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": [row]}))
    return path


def test_distances_from_the_front_are_measured_from_the_line(cli: Cli, tmp_path: Path) -> None:
    line = front(tmp_path, 38.1)
    row = case("a", "[PLACE] lies 8 km from the front near Bakhmut.")
    (drawn,) = located(cli, tmp_path, row, options=("--front", line))
    (guessed,) = located(cli, tmp_path, row)
    assert area(drawn) < area(guessed)
    away = geodesy.distance_km(drawn["lat"], drawn["lon"], drawn["lat"], 38.1)
    assert 5 < away < 11
    measured = [h for h in drawn["expressions"] if h["relation"] == "front_distance"]
    assert "measured from the line of contact given" in measured[0]["reasons"][0]
    unsure = [h for h in guessed["expressions"] if h["relation"] == "front_distance"]
    assert "no line of contact given" in unsure[0]["reasons"][0]


BAD = [
    (b"\xff\xfe{}", "is not UTF-8"),
    (b"\xbb\xbf", "is not UTF-8"),
    (b"Bakhmut", "is not JSON"),
    (b"{\"id\": 1, ", "is not JSON"),
    (b"[1]", "not an object"),
    (b'{"id": "no"}', "has no text in `sentence`"),
    (b'{"sentence": " "}', "has no text in `sentence`"),
    (b'{"sentence": 5}', "has no text in `sentence`"),
    (b'{"sentence": "a", "context": 5}', "`context`"),
    (b'{"sentence": "a", "id": 1.5}', "`id`"),
    (b'{"sentence": "a", "id": true}', "`id`"),
    (b'{"sentence": "a", "id": []}', "`id`"),
    (b'{"sentence": "a", "anchors": {}}', "`anchors`"),
    (b'{"sentence": "a", "anchors": [1]}', "anchor 1"),
    (b'{"sentence": "a", "id": "anchored"}', "'anchored' is that of line 1"),
    (b'{"sentence": "' + b"a" * 100_001 + b'"}', "longer than"),
    (b'{"sentence": "a", "deep": ' + b"[" * 100_000 + b"]" * 100_000 + b"}", "nested too deep"),
    (b'{"sentence": "a", "n": ' + b"9" * 5000 + b"}", "too many digits"),
    *(
        (f'{{"sentence": "ab", "anchors": [{{"lat": {a}, "lon": {b}, "start": {s}, "end": {e}}}]}}'
         .encode(), "anchor 1")
        for a, b, s, e in [
            ("90.1", 0, 0, 1), (0, "-180.1", 0, 1), ("1e400", 0, 0, 1), ("NaN", 0, 0, 1),
            ("9" * 400, 0, 0, 1), (0, "-" + "9" * 400, 0, 1), ('"0"', 0, 0, 1), ("null", 0, 0, 1),
            ("true", 0, 0, 1), (0, 0, 0, 3), (0, 0, -1, 1), (0, 0, 1, 1), (0, 0, 2, 1),
            (0, 0, 0.0, 1), (0, 0, "null", 1), (0, 0, "true", 1), (0, 0, 0, "9" * 400),
        ]
    ),
]  # fmt: skip


@pytest.mark.parametrize(("raw", "why"), BAD, ids=range(len(BAD)))
def test_a_bad_line_is_named_and_the_rest_goes_on(
    cli: Cli, tmp_path: Path, raw: bytes, why: str
) -> None:
    path, out = write(tmp_path, ANCHORED, raw, LOOKED_UP), tmp_path / "out.jsonl"
    code, told, err = cli("locate", path, "-o", out)
    assert code == 1
    assert "2 sentences, 2 located" in told
    assert err.startswith(f"geomap: set aside: {path}:2: ")
    assert why in err
    assert err.count("\n") == 1
    assert [r["id"] for r in lines(out)] == ["anchored", "looked up"]
    out.unlink()
    refused(cli("locate", path, "-o", out, "--strict"), f"{path}:2: ", "--strict")
    alone = write(tmp_path, raw.replace(b'"anchored"', b"[]"), name="bad.jsonl")
    refused(cli("locate", alone, "-o", out), f"{alone}:1: ")
    assert not out.exists()


def test_marks_line_ends_and_blank_lines_are_no_fault(cli: Cli, tmp_path: Path) -> None:
    found = located(cli, tmp_path, ANCHORED, LOOKED_UP)
    first, second = (json.dumps(r).encode() for r in (ANCHORED, LOOKED_UP))
    (tmp_path / "in.jsonl").write_bytes(
        b"\xef\xbb\xbf" + first + b"\r\n\r\n \t\r\n\n" + second  # no line end at last
    )
    code, _, err = cli("locate", tmp_path / "in.jsonl", "-o", tmp_path / "o.jsonl")
    assert (code, err) == (0, "")
    assert lines(tmp_path / "o.jsonl") == found


def test_halves_of_letters_come_through_as_they_are(cli: Cli, tmp_path: Path) -> None:
    rows = [case("a\ud800", NORTH), case("a\ud801", f"\udfff {NORTH} \ud800")]
    found = located(cli, tmp_path, *rows)
    assert [r["id"] for r in found] == ["a\ud800", "a\ud801"]
    assert all(r["region"] for r in found)


def test_lines_without_an_id_have_their_number(cli: Cli, tmp_path: Path) -> None:
    rows = [{"sentence": NORTH}, b"", {"sentence": NORTH}]
    assert [r["id"] for r in located(cli, tmp_path, *rows)] == ["1", "3"]


def test_what_is_read_is_never_replaced(cli: Cli, tmp_path: Path) -> None:
    path, line = write(tmp_path, ANCHORED), front(tmp_path, 38.1)
    link = tmp_path / "link.jsonl"
    link.symlink_to(path)
    before = path.read_bytes(), line.read_bytes()
    for told in (
        cli("locate", path, "-o", path),
        cli("locate", path, "-o", link),
        cli("locate", link, "-o", path),
        cli("locate", path, "-o", line, "--front", line),
    ):
        refused(told, "would be replaced")
    assert (path.read_bytes(), line.read_bytes()) == before


def test_what_is_not_there_is_one_line(cli: Cli, tmp_path: Path) -> None:
    path, out = write(tmp_path, ANCHORED), tmp_path / "o.jsonl"
    refused(cli("locate", tmp_path / "no.jsonl", "-o", out), "no.jsonl: cannot be read")
    refused(cli("locate", tmp_path, "-o", out), "cannot be read")
    refused(cli("locate", path, "-o", tmp_path / "no" / "o.jsonl"), "does not exist")
    refused(cli("locate", path, "-o", tmp_path), "is a folder")
    refused(cli("locate", path), "Missing option '-o'")
    refused(cli("locate", path, "-o", out, "--front", tmp_path / "no.geojson"), "no.geojson")
    assert not out.exists()


def test_answers_in_the_input_change_nothing(cli: Cli, tmp_path: Path) -> None:
    gold = {
        "target": {"name": "Xyz", "lat": 1.0, "lon": 2.0}, "hints": [{"km": 900}], "country": "FR",
        "source": {"title": "Lyon"}, "kind": "near", "expression": {"start": 0, "end": 3},
    }  # fmt: skip
    for row in (ANCHORED, LOOKED_UP):
        located(cli, tmp_path, row)
        plain = (tmp_path / "out.jsonl").read_bytes()
        located(cli, tmp_path, {**gold, **row})
        assert (tmp_path / "out.jsonl").read_bytes() == plain


def test_the_same_input_gives_the_same_bytes_in_any_order(cli: Cli, tmp_path: Path) -> None:
    towns = ["Bakhmut", "Lyman", "Kyiv", "Paris", "Springfield", "Izium", "Georgetown"]
    rows = [case(t, f"[PLACE] is a village 7 km east of {t}.") for t in towns] * 11
    rows = [{**r, "id": f"{r['id']} {i}"} for i, r in enumerate(rows)]  # more than one batch
    first = located(cli, tmp_path, *rows)
    raw = (tmp_path / "out.jsonl").read_bytes()
    assert located(cli, tmp_path, *rows) == first
    assert (tmp_path / "out.jsonl").read_bytes() == raw
    assert located(cli, tmp_path, *rows[::-1]) == first[::-1]
    assert located(cli, tmp_path, rows[40]) == [first[40]]


def test_the_subjects_own_name_is_not_looked_up(cli: Cli, tmp_path: Path) -> None:
    rows = [
        case("mask", "[PLACE] is a village."), case("of itself", "It is 5 km north of [PLACE]."),
        case("own", "Krasna Hora is a village."),
        case("before", "It is calm.", context="Krasna Hora is a village."),
    ]  # fmt: skip
    for record in located(cli, tmp_path, *rows):
        assert record["region"] is None, record["id"]
        assert record["confidence"] == 0
    named = case("a", "Lviv is 5 km north of Bakhmut.")
    (record,) = located(cli, tmp_path, named)
    assert geodesy.distance_km(*BAKHMUT, record["lat"], record["lon"]) < 8


def test_contradicting_hints_are_told_and_not_averaged(cli: Cli, tmp_path: Path) -> None:
    text = "[PLACE] lies 5 km north of Bakhmut and 5 km north of Lviv."
    (record,) = located(cli, tmp_path, case("a", text))
    told = [h["reasons"] for h in record["expressions"]]
    assert len(told) == 2
    assert all("contradicts another hint on the same place" in r[-1] for r in told)
    near = [
        geodesy.distance_km(record["lat"], record["lon"], *town)
        for town in (BAKHMUT, (49.84, 24.03))
    ]
    assert min(near) < 10
    assert area(record) < 200
    (one,) = located(cli, tmp_path, LOOKED_UP)
    assert record["confidence"] < 0.7 * one["confidence"]


@pytest.mark.parametrize("figure", ["0 km", "30,000 km", "4,000 km"])
def test_a_distance_that_cannot_be_is_refused(cli: Cli, tmp_path: Path, figure: str) -> None:
    (record,) = located(cli, tmp_path, case("a", f"[PLACE] lies {figure} north of Bakhmut."))
    reasons = [*record["reasons"], *(r for h in record["expressions"] for r in h["reasons"])]
    assert record["confidence"] <= 0.2
    assert any("km" in r for r in reasons)


@pytest.mark.parametrize(
    ("lat", "lon"), [(10, 180), (10, -180), (-17, 179.99), (90, 0), (-90, 0), (89.99, 180)]
)
@pytest.mark.parametrize("words", ["5 km south of", "near", "north of", "300 km from"])
def test_the_ends_of_the_earth(
    cli: Cli, tmp_path: Path, lat: float, lon: float, words: str
) -> None:
    text = f"[PLACE] is a village {words} Aster."
    (record,) = located(cli, tmp_path, case("a", text, ("Aster", lat, lon)))
    if record["region"] is None:
        assert "pole" in " ".join(record["reasons"])
        return
    region = shape(record["region"])
    assert region.is_valid
    west, south, east, north = region.bounds
    assert (west >= -180, south >= -90, east <= 180, north <= 90) == (True,) * 4
    assert abs(record["lat"]) <= 90
    assert abs(record["lon"]) <= 180
    assert area(record) < 3_000_000


def test_the_summary_for_programs(cli: Cli, tmp_path: Path) -> None:
    path, out = write(tmp_path, ANCHORED, case("no", "Nothing.")), tmp_path / "o.jsonl"
    code, told, err = cli("locate", path, "-o", out, "--json")
    assert (code, err) == (0, "")
    summary = json.loads(told)
    assert (summary["sentences"], summary["located"]) == (2, 1)
    assert summary["outputs"] == [str(out)]


def test_one_sentence_that_fails_costs_no_other(
    cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from geomap.toponyms.reader import ToponymReader

    read = ToponymReader.read

    def stumble(self: Any, articles: Any, *more: Any) -> Any:
        if any("Izium" in a.text for a in articles):
            raise RuntimeError("a stumble")
        return read(self, articles, *more)

    monkeypatch.setattr(ToponymReader, "read", stumble)
    path = write(tmp_path, LOOKED_UP, case("bad", "[PLACE] is near Izium."), ANCHORED)
    out = tmp_path / "o.jsonl"
    code, _, err = cli("locate", path, "-o", out)
    assert code == 1
    assert "bad: could not be processed: RuntimeError: a stumble" in err
    assert [r["region"] is None for r in lines(out)] == [False, True, False]


def test_the_library_call(locator: SentenceLocator) -> None:
    text = "It lies 10 km north of Aster and 5 km west of Birch."
    aster, birch = (
        GivenAnchor(**anchor(text, n, lat, lon))
        for n, lat, lon in (("Aster", 48.9, 38.0), ("Birch", 49.0, 38.05))
    )
    found = locator.locate(text, context="[PLACE] is a village.", anchors=[aster, birch])
    assert found == locator.locate(text, context="[PLACE] is a village.", anchors=[birch, aster])
    assert found.region is not None
    assert geodesy.distance_km(found.region.lat, found.region.lon, 48.99, 37.98) < 3
    assert [len(h.anchors) for h in found.hints] == [1, 1]
    nothing = locator.locate(NORTH, anchors=[])
    assert (nothing.region, nothing.confidence) == (None, 0.0)
    assert locator.locate(NORTH).region is not None


@pytest.mark.parametrize(
    "wrong", [{"lat": 200.0}, {"lat": float("nan")}, {"end": 2000}, {"start": -5}, {"start": 42}]
)
def test_a_wrong_anchor_of_a_library_call_is_told(
    locator: SentenceLocator, wrong: dict[str, Any]
) -> None:
    given_anchor = GivenAnchor(**{**anchor(NORTH, "Bakhmut", *BAKHMUT), **wrong})
    found = locator.locate(NORTH, anchors=[given_anchor])
    assert found.failed
    assert found.region is None
    assert "latitude" in found.reasons[0] or "no span" in found.reasons[0]


PIECES = st.sampled_from(
    ["[PLACE]", " ", " lies ", "5", " km ", "north of ", "Bakhmut", "Lviv", " and ", "between ",
     ",", ".", "(", "\n", "0", "near ", "the front", "half", "-", "\ud800", "\0", "’s", "of "]
)  # fmt: skip
TEXTS = st.one_of(
    st.text(max_size=60), st.text(alphabet=st.characters(), max_size=30),
    st.lists(PIECES, max_size=14).map("".join),
)  # fmt: skip


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(sentences=st.lists(TEXTS, min_size=1, max_size=5), context=st.none() | TEXTS)
def test_no_text_is_lost_or_raises(
    locator: SentenceLocator, tmp_path: Path, sentences: list[str], context: str | None
) -> None:
    rows = [case(i, s, context=context) for i, s in enumerate(sentences)]
    rows.append(LOOKED_UP)
    cases, problems = read_cases(str(write(tmp_path, *rows)))
    assert len(cases) + len(problems) == len(rows)
    assert all(p.line for p in problems)
    found = locator.locate_many(cases)
    assert [f.id for f in found] == [c.id for c in cases]
    assert not any(f.failed for f in found), [f.reasons for f in found]
    for one in found:
        assert 0 <= one.confidence <= 1
        assert one.region is None or one.region.geometry.is_valid


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(raw=st.binary(max_size=80).map(lambda b: b.replace(b"\n", b"")))
def test_no_line_is_lost_whatever_its_bytes(tmp_path: Path, raw: bytes) -> None:
    cases, problems = read_cases(str(write(tmp_path, raw, LOOKED_UP)))
    blank = not raw.removeprefix(b"\xef\xbb\xbf").strip()
    assert len(cases) + len(problems) == (1 if blank else 2)


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    lat=st.floats(-90, 90), lon=st.floats(-180, 180), km=st.floats(0.01, 2500).map("{:.2f}".format),
    wind=st.sampled_from(["north of", "south-west of", "from", "east of"]),
)  # fmt: skip
def test_any_anchor_on_earth(
    locator: SentenceLocator, lat: float, lon: float, km: str, wind: str
) -> None:
    text = f"[PLACE] is {km} km {wind} Aster."
    found = locator.locate(text, anchors=[GivenAnchor(**anchor(text, "Aster", lat, lon))])
    assert not found.failed, found.reasons
    assert found.region is None or found.region.geometry.is_valid


@pytest.mark.parametrize(("name", "least"), [("dev", 0.85), ("dev_e2e", 0.80)])
def test_regions_hold_their_targets(
    cli: Cli, shared: Path, tmp_path: Path, name: str, least: float
) -> None:
    with (shared / "hints" / "dev.jsonl").open(encoding="utf-8") as rows:
        gold = {r["id"]: r["target"] for r in map(json.loads, rows)}
    with (shared / "hints" / f"{name}.jsonl").open("rb") as rows:
        path = write(tmp_path, *(raw.strip() for raw, _ in zip(rows, range(120), strict=False)))
    code, _, err = cli("locate", path, "-o", tmp_path / "o.jsonl")
    assert (code, err) == (0, "")
    found = [r for r in lines(tmp_path / "o.jsonl") if r["id"] in gold]
    assert len(found) > 115
    held, sizes, off = 0, [], []
    for record in found:
        target = gold[record["id"]]
        if record["region"] is None:
            continue
        region = shape(record["region"])
        held += bool(shapely.covers(region, Point(target["lon"], target["lat"])))
        sizes.append(area(record))
        off.append(geodesy.distance_km(record["lat"], record["lon"], target["lat"], target["lon"]))
    assert least <= held / len(found) <= 0.97
    assert len(sizes) > 0.95 * len(found)
    assert sum(sizes) / len(sizes) < 1500
    assert median(sizes) < 160
    assert median(off) < 9
