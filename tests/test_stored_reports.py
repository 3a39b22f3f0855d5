"""Reports to bytes and back: exact, the same each time, safe against damage and malice."""

from __future__ import annotations

import dataclasses
import datetime as dt
import typing
import zlib
from dataclasses import replace
from hashlib import blake2b
from types import NoneType, UnionType
from typing import TYPE_CHECKING, Any, Literal, Union, get_args, get_origin

import msgspec
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import MultiPolygon, Point, Polygon, box

import geomap
from geomap import models
from geomap.errors import WorkspaceError
from geomap.models import Article, Claim, Hint, Mention, Place, Problem, Region, Report, Resolution
from geomap.workspace.stored_reports import FORMAT, pack, unpack

if TYPE_CHECKING:
    from pathlib import Path

# What FORMAT 2 holds. Who changes a record changes FORMAT too, and this list: the bytes of a store
# made before would be read as something else.
FIELDS = {
    "Report": "article sentences days resolutions hints claims problems corrections hidden_claims",
    "Span": "start end",
    "DayReference": "start end text first last",
    "Resolution": (
        "mention status confidence place lat lon precision radius_km region reasons runners_up"
    ),
    "Mention": "start end text kind name feature reasons confidence",
    "Candidate": "place score reasons",
    "Place": (
        "key name lat lon feature_class precision radius_km geonameid feature_code country "
        "admin1_code admin1_name population area shape source native_name"
    ),
    "Region": "geometry lat lon core",
    "Hint": (
        "start end text relation anchors distance_km approximate bound direction locates "
        "locates_mentions region confidence reasons range_km measure by_road share"
    ),
    "Anchor": "name start end place region",
    "Claim": (
        "start end text actor action place lat lon region relation part direction distance_km "
        "event_date attribution source_kind negated modality confidence trigger place_start "
        "marked_false"
    ),
    "Problem": "path message kind line set_aside",
}
ANNULUS = box(0, 0, 9, 9).difference(box(1, 1, 2, 2)).difference(box(3, 3, 4, 5))
SHAPES: list[Any] = [
    box(38.1, 48.75, 38.2, 48.8), box(-1, -1, -0.0, 0.0), ANNULUS,
    MultiPolygon([ANNULUS, box(20, 0, 21, 1)]), MultiPolygon([box(-180, -90, 180, 90)]),
    Polygon([(0, 0, 1), (1, 0, 2), (1, 1, 3), (0, 0, 1)]),
    MultiPolygon([Polygon([(5, 0, 1), (6, 0, 2), (6, 1, 3), (5, 0, 1)])]),
    Polygon(), MultiPolygon(),
    Point(30.5, 50.4).buffer(0.1), Polygon([(5e-324, 1e300), (1e-9, 0), (-1e300, 1)]),
]  # fmt: skip


def _types(record: Any) -> dict[str, Any]:
    named = {"dt": dt, "Geometry": shapely.Geometry, "Polygon": Polygon}
    named["MultiPolygon"] = MultiPolygon
    return typing.get_type_hints(record, globalns={**vars(models), **named})


def _records(hint: Any) -> set[type]:
    """Return the types of record that a type may hold."""
    if isinstance(hint, type) and dataclasses.is_dataclass(hint):
        return {hint}.union(*(_records(t) for t in _types(hint).values()))
    return set().union(*(_records(t) for t in get_args(hint)))


WORDS = st.text(st.characters(exclude_categories=()), max_size=6)  # half pairs too
PLAIN = {
    int: st.integers(-(2**63), 2**63 - 1) | st.integers(0, 9),
    float: st.floats(allow_nan=False, allow_infinity=False),
    bool: st.booleans(),
    str: WORDS,
    dt.date: st.dates(),
    dt.datetime: st.datetimes(),  # of an article, which a report is kept without
    NoneType: st.none(),
    Polygon: st.sampled_from([s for s in SHAPES if s.geom_type == "Polygon"]),
    MultiPolygon: st.sampled_from([s for s in SHAPES if s.geom_type == "MultiPolygon"]),
}


def _values(hint: Any) -> st.SearchStrategy[Any]:
    """Return anything that a type allows."""
    if hint in PLAIN:
        return PLAIN[hint]
    inner = get_args(hint)
    if get_origin(hint) is Literal:
        return st.sampled_from(inner)
    if get_origin(hint) in (Union, UnionType):
        return st.one_of(*(_values(t) for t in inner))
    if get_origin(hint) is tuple and inner[1:] == (Ellipsis,):
        return st.lists(_values(inner[0]), max_size=2).map(tuple)
    if get_origin(hint) is tuple:
        return st.tuples(*(_values(t) for t in inner))
    return st.builds(hint, **{name: _values(t) for name, t in _types(hint).items()})


REPORTS = st.deferred(lambda: _values(Report))


def _full(hint: Any) -> Any:
    """Return a value of a type that is no field's default."""
    plain = {
        int: 7, float: 0.1, bool: True, str: "Лиман", dt.date: dt.date(2024, 2, 29),
        dt.datetime: dt.datetime(2024, 2, 29, 7),
    }  # fmt: skip
    if hint in plain:
        return plain[hint]
    inner = get_args(hint)
    if get_origin(hint) is Literal:
        return inner[-1]
    if get_origin(hint) in (Union, UnionType):
        return _full(inner[0])
    if get_origin(hint) is tuple:
        return tuple(_full(t) for t in inner if t is not Ellipsis)
    if hint in (Polygon, MultiPolygon):
        return ANNULUS
    return hint(**{name: _full(t) for name, t in _types(hint).items()})


@pytest.fixture(scope="module")
def small() -> Report:
    """A small report with something of everything."""
    return _full(Report)  # type: ignore[no-any-return]


def _sealed(contents: bytes, *, version: int = FORMAT, level: int = 6) -> bytes:
    """Return contents as somebody who knows the format would hand them over."""
    body = zlib.compress(contents, level)
    begin = b"GMR" + bytes([version])
    return begin + blake2b(begin + body, digest_size=8).digest() + body


def _contents(data: bytes) -> bytes:
    return zlib.decompress(data[12:])


def test_reports_of_the_examples_come_back(pipeline: geomap.Pipeline, examples: Path) -> None:
    reports = pipeline.run(geomap.read_articles([examples])).reports
    assert any(r.claims for r in reports)
    for report in reports:
        back = unpack(pack(report), report.article)
        assert back == report
        assert repr(back) == repr(report)  # tuples, whole numbers and zeros as they were
        assert pack(back) == pack(report)


@settings(max_examples=60)
@given(REPORTS)
def test_any_report_comes_back(report: Report) -> None:
    data = pack(report)
    back = unpack(data, report.article)
    assert back == report
    assert pack(back) == data == pack(report)


def test_every_field_is_stored(small: Report) -> None:
    found = _records(Report) - {Article}
    for record in found:
        value = _full(record)
        for field in dataclasses.fields(record):
            assert getattr(value, field.name) != field.default, f"{record.__name__}.{field.name}"
    assert unpack(pack(small), small.article) == small
    # FORMAT holds these fields and no others: see FIELDS.
    assert FORMAT == 2
    assert {r.__name__: [f.name for f in dataclasses.fields(r)] for r in found} == {
        name: names.split() for name, names in FIELDS.items()
    }


@pytest.mark.parametrize("first", SHAPES, ids=lambda s: s.wkt[:20])
def test_shapes_come_back_to_the_last_bit(first: Any) -> None:
    regions = [Region(s, 1 / 3, -0.0, core) for s in SHAPES for core in (first, None)]
    hints = tuple(Hint(0, 1, "x", "near", region=r) for r in [Region(first, 0, 0), *regions])
    report = Report(Article("a", "x"), hints=hints)
    back = unpack(pack(report), report.article)
    for one, other in zip(back.hints, hints, strict=True):
        assert one.region is not None
        assert other.region is not None
        assert one.region.geometry.geom_type == other.region.geometry.geom_type
        assert one.region.geometry.wkb == other.region.geometry.wkb


def test_what_is_the_same_is_stored_once() -> None:
    def report(count: int) -> Report:
        hints = []
        for start in range(count):
            place = Place(1, "Lyman", 48.98, 37.8, "P", "settlement", 3.0, admin1_name="Donetsk")
            region = Region(Point(37.8, 48.98).buffer(0.1, 64), 48.98, 37.8)
            anchor = models.Anchor("Lyman", place=place, region=region)
            hints.append(Hint(start, start + 5, "Lyman", "near", (anchor,), region=region))
        return Report(Article("a", "Lyman" * count), hints=tuple(hints))

    once, often = len(pack(report(1))), len(pack(report(50)))
    assert once > 900
    assert often < 1.5 * once
    back = unpack(pack(report(50)), report(50).article)
    assert len({id(h.region) for h in back.hints}) == 1


def test_the_words_of_the_article_are_not_stored_again() -> None:
    text = "".join(chr(0x400 + i * i % 1000) for i in range(5000))
    claim = Claim(0, 5000, text, None, "attack", None)
    report = Report(Article("a", text), claims=(claim, replace(claim, text="other words")))
    assert len(pack(report)) < 300
    assert unpack(pack(report), report.article) == report


def test_the_name_of_a_file_need_not_be_text() -> None:
    problem = Problem("folder/\udcff–é.txt", "cannot be read", "encoding")
    report = Report(Article("a", "half \ud83d a pair"), problems=(problem,))
    assert unpack(pack(report), report.article) == report


def test_numbers_of_numpy_are_numbers() -> None:
    mention = Mention(np.int64(0), 1, "x", "literal", "x")  # type: ignore[arg-type]
    resolution = Resolution(mention, "refused", np.float64(0.1), lat=np.float32(0.5))  # type: ignore[arg-type]
    report = Report(Article("a", "x"), resolutions=(resolution,))
    assert unpack(pack(report), report.article) == report


@pytest.mark.parametrize(
    "wrong",
    [
        {"confidence": float("nan")},
        {"confidence": float("inf")},
        {"relation": "beside"},
        {"reasons": ("a", 1)},
        {"start": 1 << 70},
        {"start": "0"},
        {"reasons": None},
        {"region": Region(Point(1, 2), 2, 1)},  # type: ignore[arg-type]
        {"region": Region(Polygon([(0, 0), (1, np.inf), (1, 1)]), 2, 1)},
        {"region": Region(shapely.from_wkt("POLYGON M ((0 0 1, 1 0 1, 1 1 1, 0 0 1))"), 2, 1)},
        {"region": Region(shapely.from_wkt("MULTIPOLYGON (EMPTY, ((0 0, 1 0, 1 1, 0 0)))"), 2, 1)},
        {"region": "here"},
        {"text": "x" * 9_000_000},
    ],
    ids=str,
)
def test_what_could_not_be_read_is_not_stored(wrong: dict[str, Any]) -> None:
    hint = replace(Hint(0, 1, "x", "near"), **wrong)
    with pytest.raises(WorkspaceError, match=r"^the report of article a-1 cannot be stored: "):
        pack(Report(Article("a-1", "x"), hints=(hint,)))


def test_every_flipped_bit_is_noticed(small: Report) -> None:
    data = pack(small)
    assert len(data) < 2000
    for at in range(len(data)):
        for bit in range(8):
            flipped = bytearray(data)
            flipped[at] ^= 1 << bit
            with pytest.raises(WorkspaceError, match=r"^the stored report of article Лиман cannot"):
                unpack(bytes(flipped), small.article)


def test_every_cut_is_noticed(small: Report) -> None:
    data = pack(small)
    cuts = [data[:n] for n in range(len(data))] + [data[n:] for n in range(1, len(data))]
    for cut in [*cuts, data + b"\0", data + data]:
        with pytest.raises(WorkspaceError):
            unpack(cut, small.article)


def test_what_went_wrong_is_said(small: Report) -> None:
    data = pack(small)
    with pytest.raises(WorkspaceError, match="damaged; read the article again"):
        unpack(data[:-1], small.article)
    with pytest.raises(WorkspaceError, match=f"has format 77, this geomap reads {FORMAT}"):
        unpack(_sealed(_contents(data), version=77), small.article)
    with pytest.raises(WorkspaceError, match="of another text"):
        unpack(data, replace(small.article, text="another"))
    # What else the article says may have been mended since.
    mended = replace(small.article, source="a better name")
    assert unpack(data, mended) == replace(small, article=mended)


@settings(max_examples=400)
@given(st.data())
def test_contents_made_with_malice_raise_the_one_error(data: st.DataObject) -> None:
    small = _full(Report)
    contents = bytearray(_contents(pack(small)))
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.integers(0, len(contents) - 1))
        length = data.draw(st.integers(0, 3))
        contents[at : at + length] = data.draw(st.binary(max_size=3))
    try:
        report = unpack(_sealed(bytes(contents), level=0), small.article)
    except WorkspaceError:
        return
    assert unpack(pack(report), small.article) == report  # a report like any other


def _tampered(value: Any, path: tuple[int, ...], new: Any) -> Any:
    if not path:
        return new
    value = list(value)
    value[path[0]] = _tampered(value[path[0]], path[1:], new)
    return value


@pytest.mark.parametrize(
    ("path", "new"),
    [
        ((0,), 1),
        ((1, 0), [9, 9]),  # kinds
        ((1, 0), [1 << 62]),
        ((1, 1), [2]),  # polygons of a shape
        ((1, 1), [1 << 28]),
        ((1, 2), [0]),  # rings of a polygon
        ((1, 3), [-1, 4, 4]),  # points of a ring
        ((1, 3), [2, 5, 8]),
        ((1, 3), [1 << 28, 5, 5]),
        ((1, 4), b""),  # coordinates
        ((1, 4), bytes(180) + b"\xe0" + bytes(29) + b"\xff" + bytes(29)),  # infinity
        ((2, 0, 1), 5),  # a place's name
        ((2, 0, 4), "Q"),  # and class
        ((2, 0, 2), float("nan")),
        ((3, 0, 0), 5),  # a region's shape
        ((3, 0, 0), -1),
        ((4, 0), b"12345678"),  # the digest of the text
        ((4, 7), ["1"]),
    ],
)
def test_a_value_that_does_not_fit_is_refused(
    small: Report, path: tuple[int, ...], new: Any
) -> None:
    contents = msgspec.msgpack.decode(_contents(pack(small)))
    same = _sealed(msgspec.msgpack.encode(contents))
    assert unpack(same, small.article) == small
    data = _sealed(msgspec.msgpack.encode(_tampered(contents, path, new)))
    with pytest.raises(WorkspaceError):
        unpack(data, small.article)


def test_bombs_are_refused(small: Report) -> None:
    with pytest.raises(WorkspaceError, match=r"longer than 4\d+ bytes"):
        unpack(_sealed(bytes(60_000_000), level=1), small.article)
    bombs = [
        b"\x91" * 2_000_000,  # lists in lists
        b"\xdd\xff\xff\xff\xff",  # a list said to be long
        b"\x95\xc2\x96" + b"\xdd\xff\xff\xff\xff" * 4,
        b"\xc6\xff\xff\xff\xff",
        b"\x80",
        b"",
    ]
    for bomb in bombs:
        with pytest.raises(WorkspaceError):
            unpack(_sealed(bomb), small.article)
