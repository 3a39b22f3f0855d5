"""What a person says that names mean, and what comes of it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest

import geomap
from geomap.errors import CorrectionError
from geomap.toponyms.correcting import Corrector
from geomap.toponyms.corrections import Correction, Corrections, PlaceChoice

if TYPE_CHECKING:
    from pathlib import Path

    from geomap.models import Article, Report, Resolution

LYMAN, KHARKIV_LYMAN = 704204, 703071
TEXT = (
    "Shells fell on Lyman. The Donetsk region was quiet. In Torske, 12 km east of Lyman, troops "
    "held. Oleksandrivka fell. Russian forces captured Kilo Ridge."
)


@pytest.fixture
def load(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Read corrections from a file of a text."""
    monkeypatch.chdir(tmp_path)

    def read(text: str, name: str = "corrections.toml") -> Corrections:
        (tmp_path / name).write_text(text, encoding="utf-8")
        return Corrections.load(name)

    return read


@pytest.fixture
def run(gazetteer: geomap.Gazetteer) -> Any:
    """Return what is found in articles with corrections."""

    def process(corrections: Corrections, *articles: Article, **settings: Any) -> Any:
        pipeline = geomap.Pipeline(
            geomap.Settings(**settings), gazetteer=gazetteer, corrections=corrections
        )
        return pipeline.run(articles or [geomap.Article("a", TEXT, source="Reuters")])

    return process


def named(report: Report, words: str) -> list[Resolution]:
    return [r for r in report.resolutions if r.mention.text == words]


def one(report: Report, words: str) -> Resolution:
    (found,) = named(report, words)
    return found


def test_a_refused_name_is_pinned(load: Any, run: Any, pipeline: geomap.Pipeline) -> None:
    before = named(pipeline.process(geomap.Article("a", TEXT)), "Lyman")
    assert all(r.place is None or r.confidence < 1 for r in before)
    entry = f'[[correction]]\nname = "LYMAN"\nplace = {{geonameid = {LYMAN}}}\nnote = "the town"'
    (report,) = run(load(entry))
    for found in named(report, "Lyman"):
        assert (found.status, found.confidence) == ("resolved", 1.0)
        assert found.place is not None
        assert found.place.geonameid == LYMAN
        assert found.reasons[0] == "corrected: the town (corrections.toml, entry 1)"
        assert all(c.place.geonameid != LYMAN for c in found.runners_up)


def test_hints_and_claims_use_what_is_pinned(load: Any, run: Any) -> None:
    pinned = '[[correction]]\nname = "Lyman"\nplace = {geonameid = %d}\n'
    at = {}
    for number in (LYMAN, KHARKIV_LYMAN):
        (report,) = run(load(pinned % number))
        (hint,) = [h for h in report.hints if h.relation == "distance_direction"]
        at[number] = (round(hint.region.lat, 1), hint.anchors[0].place.geonameid)
    assert at == {LYMAN: (49.0, LYMAN), KHARKIV_LYMAN: (49.6, KHARKIV_LYMAN)}


def test_a_pin_wins_over_a_hint(load: Any, run: Any) -> None:
    text = f"""
    [[correction]]
    name = "Lyman"
    place = {{geonameid = {LYMAN}}}
    [[correction]]
    name = "Torske"
    place = "Torske, Ternopil Oblast"
    """
    (report,) = run(load(text))
    assert one(report, "Torske").place.admin1_name == "Ternopil Oblast"
    assert one(report, "Torske").confidence == 1.0


def test_a_name_that_was_not_found_is_added(load: Any, run: Any) -> None:
    point = '[[correction]]\nname = "Kilo  Ridge"\nplace = {lat = 48.5, lon = 37.5, name = "Kilo"}'
    (report,) = run(load(point))
    found = one(report, "Kilo Ridge")
    assert (found.mention.kind, found.name, found.lat, found.lon) == ("literal", "Kilo", 48.5, 37.5)
    assert found.place.admin1_name == "Donetsk Oblast"
    assert found.precision == "exact"
    starts = [r.mention.start for r in report.resolutions]
    assert starts == sorted(starts)
    (claim,) = [c for c in report.claims if c.place == "Kilo"]
    assert (claim.actor, claim.action, claim.lat) == ("Russia", "captured", 48.5)


@pytest.mark.parametrize(
    ("text", "spans"),
    [
        ("Nice is nice, not Niceland; NICE.", ["Nice", "NICE"]),
        ("Nice's port and «Nice».", ["Nice", "Nice"]),
        ("Kilo. Ridge and Kilo-\nRidge and Kilo\u00a0Ridge's top",
         ["Kilo-\nRidge", "Kilo\u00a0Ridge"]),
    ],
)  # fmt: skip
def test_only_whole_words_written_as_the_name_are_added(
    run: Any, text: str, spans: list[str]
) -> None:
    point = PlaceChoice("X", lat=48.5, lon=37.5)
    entries = [Correction("Kilo Ridge", "place", point), Correction("Nice", "place", point)]
    results = run(Corrections(entries), geomap.Article("a", text))
    found = [r.mention.text for r in results.reports[0].resolutions if r.confidence == 1.0]
    assert found == spans


def test_a_longer_name_takes_the_place_of_a_shorter_one(run: Any) -> None:
    point = PlaceChoice("Depot", lat=48.5, lon=37.5)
    text = "They fled from Bakhmut Depot to Bakhmut."
    results = run(Corrections([Correction("Bakhmut Depot", "place", point)]),
                  geomap.Article("a", text))  # fmt: skip
    found = [(r.mention.text, r.name) for r in results.reports[0].resolutions]
    assert found == [("Bakhmut Depot", "Depot"), ("Bakhmut", "Bakhmut")]


def test_a_name_within_a_longer_place_name_is_left_alone(run: Any) -> None:
    entry = Correction("Donetsk", "place", PlaceChoice(geonameid=LYMAN))
    text = "Donetsk Oblast is in the east."
    results = run(Corrections([entry]), geomap.Article("a", text))
    assert [r.name for r in results.reports[0].resolutions] == ["Donetsk Oblast"]
    assert "no such mention" in results.problems[0].message


def test_what_the_text_calls_a_region_is_not_pinned_to_a_town(run: Any) -> None:
    entry = Correction("Donetsk", "place", PlaceChoice(geonameid=709717))
    text = "Fighting in Donetsk. The Donetsk region is in Ukraine."
    results = run(Corrections([entry]), geomap.Article("a", text))
    found = [r.name for r in results.reports[0].resolutions]
    assert found[:2] == ["Donetsk", "Donetsk Oblast"]
    start = text.index("Donetsk region")
    entry = Correction("Donetsk", "place", PlaceChoice(geonameid=709717), article="a", start=start)
    (report,) = run(Corrections([entry]), geomap.Article("a", text))
    assert [r.place.geonameid for r in report.resolutions if r.mention.start == start] == [709717]


def test_what_is_no_place_is_dropped(load: Any, run: Any) -> None:
    (report,) = run(load('[[correction]]\nname = "Oleksandrivka"\nnot_place = true'))
    assert not named(report, "Oleksandrivka")
    text = "The Kharkiv Rights Group spoke in Kharkiv."
    entry = Correction("Kharkiv Rights Group", "not_place")
    (report,) = run(Corrections([entry]), geomap.Article("a", text))
    assert [r.mention.start for r in report.resolutions] == [text.rindex("Kharkiv")]


def test_words_that_were_not_read_as_a_place_anyway_are_no_slip(run: Any) -> None:
    entries = [
        Correction("Wagner", "not_place"),
        Correction("Shells", "not", PlaceChoice("Kharkiv")),
    ]
    results = run(Corrections(entries), geomap.Article("a", "Shells of Wagner fell."))
    assert not results.problems
    assert not results.reports[0].resolutions


def test_a_forbidden_reading_gives_way_to_the_next(run: Any, pipeline: geomap.Pipeline) -> None:
    article = geomap.Article("a", "Fighting raged in Donetsk, Ukraine. Troops left Bakhmut.")
    before = one(pipeline.process(article), "Donetsk")
    entries = [
        Correction("Donetsk", "not", PlaceChoice(geonameid=before.place.geonameid), note="no"),
        Correction("Bakhmut", "not", PlaceChoice("Bakhmut")),
    ]
    (report,) = run(Corrections(entries), article)
    after = one(report, "Donetsk")
    assert after.place == before.runners_up[0].place
    assert after.reasons[0] == "corrected: no (corrections, entry 1)"
    assert 0 < after.confidence < 1
    refused = one(report, "Bakhmut")
    assert (refused.status, refused.lat, refused.confidence) == ("refused", None, 0.0)
    assert refused.reasons[0].startswith("corrected: not Bakhmut for all articles")


def test_forbidding_another_reading_changes_nothing(run: Any, pipeline: geomap.Pipeline) -> None:
    article = geomap.Article("a", "Fighting raged in Bakhmut.")
    before = one(pipeline.process(article), "Bakhmut")
    results = run(
        Corrections([Correction("Bakhmut", "not", PlaceChoice(geonameid=LYMAN))]), article
    )
    assert one(results.reports[0], "Bakhmut") == before
    assert not results.problems


def pin(number: int, **extent: Any) -> Correction:
    return Correction("Lyman", "place", PlaceChoice(geonameid=number), **extent)


EXTENTS: list[dict[str, Any]] = [
    {}, {"source": " reuters"}, {"article": "a"}, {"article": "a", "source": "Reuters"},
    {"article": "a", "start": TEXT.index("Lyman")},
]  # fmt: skip


@pytest.mark.parametrize("wider", range(4))
def test_the_narrower_one_wins(run: Any, wider: int) -> None:
    entries = [pin(LYMAN, **EXTENTS[wider]), pin(KHARKIV_LYMAN, **EXTENTS[wider + 1])]
    for order in (entries, entries[::-1]):
        results = run(Corrections(order))
        found = named(results.reports[0], "Lyman")
        assert found[0].place.geonameid == KHARKIV_LYMAN
        assert not results.problems
    others = run(Corrections(entries), geomap.Article("b", TEXT, source="AP"),
                 geomap.Article("a", TEXT, source="Reuters"))  # fmt: skip
    pinned = [r for r in named(others.reports[0], "Lyman") if r.confidence == 1.0]
    assert len(pinned) == (2 if wider == 0 else 0)


def test_a_narrow_prohibition_lifts_a_wide_pin(run: Any) -> None:
    no = Correction("Lyman", "not", PlaceChoice(geonameid=LYMAN), article="a")
    (report,) = run(Corrections([pin(LYMAN), no]))
    assert all(r.place is None or r.place.geonameid != LYMAN for r in named(report, "Lyman"))
    (report,) = run(Corrections([pin(KHARKIV_LYMAN), no]))
    assert {r.place.geonameid for r in named(report, "Lyman")} == {KHARKIV_LYMAN}


@pytest.mark.parametrize(
    "other",
    [
        pin(KHARKIV_LYMAN),
        Correction("lyman", "not_place"),
        Correction("LYMAN", "not", PlaceChoice("Lyman, Kramatorsk Raion")),
    ],
)
def test_entries_of_one_extent_must_not_contradict(run: Any, other: Correction) -> None:
    with pytest.raises(CorrectionError, match=r"contradicts entry 1, .* narrow it"):
        run(Corrections([pin(LYMAN), other]))
    elsewhere = Correction("Lyman", "not", PlaceChoice(geonameid=KHARKIV_LYMAN))
    run(Corrections([pin(LYMAN), pin(LYMAN), elsewhere]))


def test_what_corrects_nothing_is_warned_of(load: Any, run: Any) -> None:
    text = """
    [[correction]]
    name = "Zolote"
    not_place = true
    [[correction]]
    name = "Lyman"
    article = "b"
    not_place = true
    [[correction]]
    name = "Lyman"
    source = "AP"
    not_place = true
    [[correction]]
    name = "Lyman"
    article = "a"
    start = 3
    not_place = true
    """
    results = run(load(text))
    assert [(p.kind, p.line, p.set_aside) for p in results.problems] == [
        ("unused-correction", n, False) for n in (2, 5, 9, 13)
    ]
    told = [p.message for p in results.problems]
    assert told == [
        "entry 1 ('Zolote'): corrects nothing: no such mention in any article",
        "entry 2 ('Lyman'): corrects nothing: no article 'b' was read",
        "entry 3 ('Lyman'): corrects nothing: no article of the source 'AP' was read",
        "entry 4 ('Lyman'): corrects nothing: no such mention at 3 in the article 'a'",
    ]


def test_many_unused_ones_are_counted_and_left_out_articles_are_no_slip(run: Any) -> None:
    import datetime as dt

    entries = [Correction(f"Zzz{n}", "not_place") for n in range(8)]
    problems = run(Corrections(entries)).problems
    assert len(problems) == 6
    assert problems[-1].message == "3 more correct nothing: entries 6, 7, 8"
    old = geomap.Article("old", TEXT, date=dt.date(2020, 1, 1))
    kept = Corrections([pin(LYMAN, article="old")])
    assert not run(kept, old, since=dt.date(2022, 1, 1)).problems


@pytest.mark.parametrize(
    ("entry", "told"),
    [
        ('name = "X"', r"c.toml:2: entry 1 \('X'\): says nothing of the place: write one of"),
        ('not_place = true', "c.toml:2: entry 1: has no name"),
        ('name = "X"\nplace = "Bakhmut"\nnot_place = true', "c.toml:5.*both place and not_place"),
        ('name = "X"\nplase = "Y"', "c.toml:4: .*unknown key 'plase': did you mean 'place'"),
        ('name = "X"\nplace = {lat = 48}', "c.toml:4: .*needs both lat and lon"),
        ('name = "X"\nplace = {lat = 148, lon = 3}', "c.toml:4: .*lat 148.0 is not between -90"),
        ('name = "X"\nplace = {lat = "48", lon = 3}', "c.toml:4: .*lat '48' is not a number"),
        ('name = "X"\nplace = {lat = nan, lon = 3}', "c.toml:4: .*lat nan"),
        ('name = "X"\nplace = {latt = 48}', "unknown key of place 'latt': did you mean 'lat'"),
        ('name = "X"\nplace = {geonameid = true}', "geonameid True is not a number"),
        ('name = "X"\nplace = 7', "place 7 names no place: write a name"),
        ('name = "X"\nplace = ""', "place '' names no place"),
        ('name = "X"\nnot_place = false', "not_place is not true"),
        ('name = "..."\nnot_place = true', r"name '\.\.\.' holds no word"),
        ('name = 7\nnot_place = true', "c.toml:3: entry 1: name 7 is not a text"),
        ('name = "X"\nnot_place = true\nstart = 3', "start needs the article"),
        ('name = "X"\nnot_place = true\nstart = -3', "c.toml:5: .*start -3 is not an offset"),
        ('name = "X"\nnot_place = true\nadded = "now"', "c.toml:5: .*added 'now' is not a day"),
        ('name = "X"\nnot_place = true\nsource = ""', "c.toml:5: .*source '' is not a text"),
    ],
)  # fmt: skip
def test_a_wrong_entry_says_where_and_what(load: Any, entry: str, told: str) -> None:
    with pytest.raises(CorrectionError, match=told):
        load(f"\n[[correction]]\n{entry}\n", "c.toml")


@pytest.mark.parametrize(
    ("place", "told"),
    [
        ('"Lyman, Donetsk Oblast"', r"could be 2 places: write \{geonameid = 704204\} for Lyman "
         r"\(Kramatorsk Raion, Donetsk Oblast, UA\); \{lat = 48.4"),
        ('"Nosuchplaceatall"', "no place 'Nosuchplaceatall' in the gazetteer"),
        ('"Bakhmat"', "no place 'Bakhmat' in the gazetteer: did you mean 'Bakhmut'?"),
        ("{geonameid = 1}", "no place of geonameid 1 in the gazetteer: give its point"),
    ],
)  # fmt: skip
def test_a_place_that_is_not_clear_is_an_error(load: Any, run: Any, place: str, told: str) -> None:
    corrections = load(f'# mine\n[[correction]]\nname = "X"\nplace = {place}\n')
    with pytest.raises(CorrectionError, match=rf"corrections.toml:2: entry 1 \('X'\): .*{told}"):
        run(corrections)


def test_a_choice_listed_for_an_unclear_name_can_be_pasted(load: Any, run: Any) -> None:
    head = '[[correction]]\nname = "Lyman"\n'
    with pytest.raises(CorrectionError) as told:
        run(load(head + 'place = "Lyman, Donetsk Oblast"'))
    listed = str(told.value).partition("write ")[2].split("; ")
    found = [run(load(f"{head}place = {c.partition(' for ')[0]}")).reports[0] for c in listed]
    lats = [named(report, "Lyman")[0].lat for report in found]
    assert lats == [48.99012, 48.44669]
    assert named(found[1], "Lyman")[0].place.key >= 0  # the gazetteer's own


def test_one_place_of_a_name_is_taken(load: Any, run: Any) -> None:
    (report,) = run(load('[[correction]]\nname = "Lyman"\nplace = "Lyman, Kramatorsk Raion"'))
    assert named(report, "Lyman")[0].place.geonameid == LYMAN
    (report,) = run(load('[[correction]]\nname = "Lyman"\nplace = "Donetsk, Ukraine"'))
    assert named(report, "Lyman")[0].place.feature_class == "P"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[correction]\nname = 'X'", r"c.toml: \[correction\] has single brackets"),
        ("name = 'X'", r"c.toml: unknown key 'name': write each correction under \[\[correction"),
        ("correction = [1]", "c.toml: entry 1: is not a table"),
        ("[[correction]", "c.toml: is not TOML: .*line 1"),
    ],
)
def test_a_wrong_file_says_what(load: Any, text: str, told: str) -> None:
    with pytest.raises(CorrectionError, match=told):
        load(text, "c.toml")


def test_a_missing_or_odd_file_says_what(tmp_path: Path, load: Any) -> None:
    with pytest.raises(CorrectionError, match=r"nowhere\.toml: cannot be read: No such file"):
        Corrections.load(tmp_path / "nowhere.toml")
    (tmp_path / "c.toml").write_bytes(b"# \xff")
    with pytest.raises(CorrectionError, match="is not UTF-8"):
        Corrections.load(tmp_path / "c.toml")
    (tmp_path / "c.xlsx").write_bytes(b"PK\x03\x04\x14\x00")
    with pytest.raises(CorrectionError, match="an office document, not text: save it as CSV"):
        Corrections.load(tmp_path / "c.xlsx")
    with pytest.raises(CorrectionError, match=r"has no column 'article_id': .*\.toml"):
        load("a;b\n1;2\n", "c.csv")
    assert len(load("")) == 0


def test_other_forms_of_toml_do_without_the_line(load: Any) -> None:
    with pytest.raises(CorrectionError, match=r"c.toml: entry 2 \('Y'\): says nothing"):
        load('correction = [{name = "X", not_place = true}, {name = "Y"}]', "c.toml")


def test_hostile_articles_cost_little(gazetteer: geomap.Gazetteer) -> None:
    import time

    text = "Lyman " * 30_000 + "Kilo Ridge, " * 10_000
    point = PlaceChoice("X", lat=48.5, lon=37.5)
    entries = [Correction("Kilo Ridge", "place", point), pin(LYMAN),
               *(Correction(f"Kilo Ridge {n}", "not_place") for n in range(200))]  # fmt: skip
    mine = Corrector(Corrections(entries), gazetteer).on(geomap.Article("a", text))
    began = time.perf_counter()
    assert len(mine.mentions([])) == 40_000
    assert time.perf_counter() - began < 10


def test_the_digest_is_of_what_is_said(load: Any) -> None:
    entry = '[[correction]]\nname = "X"\nnot_place = true\n'
    other = '[[correction]]\nname = "Y"\nnot_place = true\n'
    first = load(entry + other).digest()
    assert first == load("# mine\n" + other + entry, "b.toml").digest()
    assert first != load(entry).digest()


def test_the_file_shown_in_the_docs_is_one(load: Any, run: Any, root: Path) -> None:
    page = (root / "docs" / "corrections.md").read_text(encoding="utf-8")
    names, claims = re.findall(r"```toml\n(.*?)```", page, re.DOTALL)
    assert [c.verdict for c in load(claims).claims] == ["false", "hide"]
    corrections = load(names)
    assert [c.action for c in corrections] == ["place", "place", "not_place", "not"]
    assert len(run(corrections).problems) == 3  # Wagner apart, none of it is in the text


def test_the_file_of_the_examples_corrects_them(run: Any, root: Path) -> None:
    corrections = Corrections.load(root / "examples" / "corrections.toml")
    results = run(corrections, *geomap.read_articles([root / "examples"]))
    assert not results.problems
    found = [r for report in results for r in report.resolutions if r.mention.text == "Dibrova"]
    assert [(r.lat, r.place.admin1_name) for r in found] == [(49.02, "Luhansk Oblast")]
