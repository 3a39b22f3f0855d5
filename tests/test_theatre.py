"""Theatres: tables of who fights, checked word by word."""

from __future__ import annotations

import copy
import datetime as dt
from pathlib import Path
from typing import Any

import pytest

import geomap
from geomap.errors import TableError
from geomap.front.theatre import TOWNS, Theatre, check_theatre, load_theatre
from geomap.tables import load_table

DOCS = Path(__file__).parents[1] / "docs"
TOWN = {
    "name": "Donetsk", "lat": 48.0, "lon": 37.8, "holder": "Russia",
    "since": dt.date(2014, 5, 1), "as_of": dt.date(2026, 1, 1), "source": "common knowledge",
}  # fmt: skip


@pytest.fixture
def table() -> dict[str, Any]:
    whole: dict[str, Any] = copy.deepcopy(load_table("geomap.front", "ukraine.toml"))
    return whole | {"towns": [dict(TOWN)]}


def test_the_embedded_theatre():
    theatre = load_theatre()
    assert {"Russia": "A", "Ukraine": "B"}.items() <= {
        p.name: p.side for p in theatre.parties
    }.items()
    assert theatre is load_theatre()
    assert theatre.side("Russia") == "A"
    assert theatre.side("France") is None
    assert theatre.opponent("Russia") is theatre.party("Ukraine")


def test_a_town_of_a_theatre(table: dict[str, Any]):
    (town,) = check_theatre(table, "t.toml").towns
    assert (town.name, town.holder, town.since) == ("Donetsk", "Russia", dt.date(2014, 5, 1))


def test_who_occupies_follows_from_the_home_ground(table: dict[str, Any]):
    theatre = check_theatre(table, "t.toml")
    assert theatre.occupier("UA") is theatre.party("Russia")
    assert theatre.occupier("RU") is theatre.party("Ukraine")
    assert theatre.occupier("PL") is None
    assert theatre.occupier(None) is None


def _of(name: str, **values: Any) -> Any:
    def change(table: dict[str, Any]) -> None:
        (row,) = (p for p in table["parties"] if p["name"] == name)
        row.update(values)

    return change


def _town(**values: Any) -> Any:
    return lambda table: table["towns"][0].update(values)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda t: t.pop("name"), r"name must be some words"),
        (lambda t: t.update(names=3), r"unknown key 'names'"),
        (lambda t: t.pop("parties"), r"two \[\[parties\]\] or more, not 0"),
        (lambda t: t.update(parties=3), r"written as \[\[parties\]\]"),
        (lambda t: t["parties"].pop(), r"two \[\[parties\]\] or more"),
        (lambda t: t["parties"].append(t["parties"][0]), r"\[Russia\] is there twice"),
        (_of("Russia", side="B"), r"no party has side = 'A'"),
        (_of("Russia", side="C"), r"\[Russia\] side must be 'A' or 'B', not 'C'"),
        (lambda t: t["parties"][0].pop("side"), r"\[Russia\] lacks side"),
        (lambda t: t["parties"][0].pop("names"), r"\[Russia\] lacks names"),
        (_of("Russia", flag="x"), r"\[Russia\] has an unknown key 'flag'"),
        (_of("Russia", colour="red"), r"\[Russia\] colour 'red' is not like #"),
        (_of("Russia", colour=3), r"\[Russia\] colour 3 is not like #"),
        (_of("Russia", country="Russia"), r"\[Russia\] country 'Russia' is not two capitals"),
        (_of("Russia", names=["Moscow"]), r"\[Russia\] names: 'Moscow' is not in lower case"),
        (_of("Russia", names=[" "]), r"names: ' ' is not"),
        (_of("Russia", names=[5]), r"names: 5 is not"),
        (_of("Russia", names="moscow"), r"names: must be a list"),
        (_of("Ukraine", officials=["russia"]), r"'russia' belongs to Russia and to Ukraine"),
        (_of("Ukraine", names=[], forces=[]), r"\[Ukraine\] has no names and no forces"),
        (lambda t: t.update(towns=[dict(TOWN)] * (TOWNS + 1)), r"are 25, at most 24"),
        (lambda t: t["towns"].append(dict(TOWN)), r"Donetsk is there twice"),
        (lambda t: t.update(towns={}), r"written as \[\[towns\]\]"),
        (_town(name=""), r"\[\[towns\]\]: name must be some words"),
        (_town(lat=91), r"\[\[towns\]\] Donetsk lat = 91 is no number"),
        (_town(lon="37"), r"Donetsk lon = '37' is no number"),
        (_town(lat=True), r"Donetsk lat = True is no number"),
        (_town(lat=float("nan")), r"Donetsk lat = nan is no number"),
        (_town(holder="France"), r"Donetsk holder 'France' is none of the parties"),
        (_town(since="2014"), r"Donetsk since = '2014' is no date"),
        (_town(since=dt.date(2026, 2, 1)), r"since 2026-02-01 is after as_of 2026-01-01"),
        (_town(source=" "), r"Donetsk: source must be some words"),
        (_town(note="x"), r"Donetsk has an unknown key 'note'"),
        (lambda t: t["towns"][0].pop("as_of"), r"Donetsk lacks as_of"),
    ],
)  # fmt: skip
def test_a_broken_theatre(table: dict[str, Any], change: Any, message: str):
    change(table)
    with pytest.raises(TableError, match=r"^t\.toml: .*" + message):
        check_theatre(table, "t.toml")


@pytest.mark.parametrize("content", [b"name = ", b"\xff\xfe", b"a = " + b"[" * 5000])
def test_a_file_that_is_no_theatre_is_named(tmp_path: Path, content: bytes):
    path = tmp_path / "bad.toml"
    path.write_bytes(content)
    with pytest.raises(TableError, match=r"bad\.toml: "):
        load_theatre(path)


def test_a_missing_file_is_named(tmp_path: Path):
    with pytest.raises(TableError, match=r"none\.toml: cannot be read"):
        load_theatre(tmp_path / "none.toml")


@pytest.fixture(scope="module")
def sudan(tmp_path_factory: pytest.TempPathFactory) -> Theatre:
    """The theatre that `docs/theatres.md` shows, exactly as it stands there."""
    block = (DOCS / "theatres.md").read_text(encoding="utf-8").split("```toml\n")[1]
    path = tmp_path_factory.mktemp("theatre") / "sudan.toml"
    path.write_text(block.split("```")[0], encoding="utf-8")
    return load_theatre(path)


@pytest.mark.parametrize(
    ("sentence", "actor", "action", "place", "relation"),
    [
        ("The RSF captured El Fasher.", "RSF", "captured", "El Fasher", None),
        ("The Sudanese army recaptured Omdurman.", "SAF", "liberated", "Omdurman", None),
        ("RSF fighters shelled Omdurman on Monday.", "RSF", "shelled", "Omdurman", None),
        ("SAF troops advanced north of Khartoum.", "SAF", "advanced", "Khartoum", "direction"),
        ("Paramilitaries attacked near El Obeid.", "RSF", "attacked", "El Obeid", "near"),
        ("The Joint Forces repelled an RSF attack on El Fasher.",
         "Joint Forces", "repelled attack", "El Fasher", None),
        ("RSF-controlled Nyala was quiet.", "RSF", "held", "Nyala", None),
        ("El Fasher fell to the Rapid Support Forces.", "RSF", "captured", "El Fasher", None),
    ],
)  # fmt: skip
def test_a_second_theatre_needs_its_table_alone(
    gazetteer: geomap.Gazetteer,
    sudan: Theatre,
    sentence: str,
    actor: str,
    action: str,
    place: str,
    relation: str | None,
):
    pipeline = geomap.Pipeline(gazetteer=gazetteer, theatre=sudan)
    article = geomap.Article(
        "s", f"{sentence} The war in Sudan goes on.", date=dt.date(2025, 11, 3)
    )
    (claim,) = pipeline.process(article).claims
    assert (claim.actor, claim.action, claim.relation) == (actor, action, relation)
    assert claim.place is not None
    assert place.rsplit(maxsplit=1)[-1] in claim.place
    assert sudan.side(actor) is not None


def test_the_words_of_another_war_are_none_of_this_one(gazetteer: geomap.Gazetteer, sudan: Theatre):
    pipeline = geomap.Pipeline(gazetteer=gazetteer, theatre=sudan)
    article = geomap.Article("s", "Russian forces captured Soledar.", date=dt.date(2023, 1, 13))
    assert [c.actor for c in pipeline.process(article).claims] == [None]
