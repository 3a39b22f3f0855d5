"""Frozen records that flow between the rooms.

Every room takes records of the rooms before it and returns new ones; nothing is changed in place.
Offsets (`start`, `end`) are code points into `Article.text`, end exclusive. Geometry is always
EPSG:4326 in (lon, lat) order; plain numbers are always named `lat` and `lon`.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from geomap.front_records import ContactLine as ContactLine  # noqa: PLC0414  # given on
from geomap.front_records import Front as Front  # noqa: PLC0414
from geomap.front_records import FrontEvidence as FrontEvidence  # noqa: PLC0414
from geomap.front_records import FrontPiece as FrontPiece  # noqa: PLC0414
from geomap.front_records import FrontSupport as FrontSupport  # noqa: PLC0414

if TYPE_CHECKING:
    import datetime as dt

    from shapely.geometry import MultiPolygon, Polygon

DateSource = Literal["header", "metadata", "filename", "dateline", "option", "capture"]
MentionKind = Literal["literal", "associative", "demonym"]
Precision = Literal[
    "exact", "settlement", "hromada", "raion", "admin1", "country", "estimated", "hint"
]
Status = Literal["resolved", "hinted", "refused"]
FeatureClass = Literal["A", "H", "L", "P", "R", "S", "T", "U", "V"]  # of GeoNames
Relation = Literal[
    "near",
    "in_or_near",
    "within",
    "part",
    "direction",
    "distance",
    "distance_direction",
    "between",
    "along",
    "toward",
    "front_distance",
    "outskirts",
    "opposite",
    "bank",
    "border",
    "border_distance",
]
# What a stated distance is measured in; times are turned into km by the pace of the way.
Measure = Literal["metric", "imperial", "nautical", "drive", "walk", "travel"]
Bound = Literal["at_most", "at_least"]
Modality = Literal["stated", "claimed", "confirmed", "denied", "planned", "failed"]
SourceKind = Literal["reporter", "party", "analyst", "footage", "blogger", "unknown"]


@dataclass(frozen=True, slots=True)
class Article:
    """One dated report as it was read.

    `date` is the day of publication, or None when the source does not say it; it is never guessed.
    `date_source` says where it was found. `published` is the moment, of that same day, where the
    source tells the time: with its zone, naive where it tells none. `text` is what all offsets
    refer to.
    """

    id: str
    text: str
    title: str | None = None
    date: dt.date | None = None
    date_source: DateSource | None = None
    source: str | None = None
    url: str | None = None
    lang: str | None = None
    path: str | None = None
    published: dt.datetime | None = None


@dataclass(frozen=True, slots=True)
class Problem:
    """Something about an input that its owner should know.

    `set_aside` is True when the input (or this line of it) was not used; False for a warning about
    an input that was. `kind` is a short fixed word ("undated", "encoding", "broken-json", ...).
    """

    path: str
    message: str
    kind: str
    line: int | None = None
    set_aside: bool = False

    def __str__(self) -> str:
        where = self.path if self.line is None else f"{self.path}:{self.line}"
        return f"{where}: {self.message}"


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of an article's text, end exclusive."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class DayReference:
    """Words that name a day or a period relative to the article's date ("late on Monday").

    `first` and `last` are equal for a day; for "last week" they are its Monday and Sunday.
    """

    start: int
    end: int
    text: str
    first: dt.date
    last: dt.date


@dataclass(frozen=True, slots=True)
class Place:
    """One row of the gazetteer.

    `radius_km` is how far the true place may lie from the point: the size of a settlement, the
    half-width of an area. `area` is the row of its polygon in `gazetteer.areas`, `shape` that of
    its own line or polygon (`Gazetteer.geometry` gives either). `native_name` is the name in the
    script of the place's own country, where that is Cyrillic.
    """

    key: int
    name: str
    lat: float
    lon: float
    feature_class: FeatureClass
    precision: Precision
    radius_km: float
    geonameid: int | None = None
    feature_code: str | None = None
    country: str | None = None
    admin1_code: str | None = None
    admin1_name: str | None = None
    population: int = 0
    area: int | None = None
    shape: int | None = None
    source: str = ""
    native_name: str | None = None


@dataclass(frozen=True, slots=True)
class Mention:
    """One occurrence of a place name in an article, before it is resolved."""

    start: int
    end: int
    text: str
    kind: MentionKind
    name: str  # the name to look up: without possessive and feature word
    feature: str | None = None  # what the words beside it call it: "admin1", "settlement", ...
    reasons: tuple[str, ...] = ()
    confidence: float = 1.0  # that it names a place at all


@dataclass(frozen=True, slots=True)
class Candidate:
    """A gazetteer row that a mention could mean, with its score (higher is likelier)."""

    place: Place
    score: float
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Region:
    """A polygon that should hold what a hint locates, with its likeliest point (EPSG:4326).

    `geometry` holds it with 90 % probability, `core` with 50 %: the smallest areas that do, the
    second within the first. `core` is None where all ground of a region is alike.
    """

    geometry: Polygon | MultiPolygon
    lat: float
    lon: float
    core: Polygon | MultiPolygon | None = None


@dataclass(frozen=True, slots=True)
class Resolution:
    """What a mention was found to mean: a place, a hinted region, or a refusal with its reason.

    `lat` and `lon` are None when refused, or for a bloc such as "the West". `region` is set for
    `status == "hinted"`.
    """

    mention: Mention
    status: Status
    confidence: float
    place: Place | None = None
    lat: float | None = None
    lon: float | None = None
    precision: Precision | None = None
    radius_km: float | None = None
    region: Region | None = None
    reasons: tuple[str, ...] = ()
    runners_up: tuple[Candidate, ...] = ()

    @property
    def name(self) -> str:
        """The gazetteer's name, or the words of the text when no place was chosen."""
        return self.place.name if self.place else self.mention.name


@dataclass(frozen=True, slots=True)
class Anchor:
    """What a hint is measured from: a resolved mention, "the front", or a common noun.

    `start` and `end` are None when the anchor is implied ("to the northeast").
    """

    name: str
    start: int | None = None
    end: int | None = None
    place: Place | None = None
    region: Region | None = None


@dataclass(frozen=True, slots=True)
class Hint:
    """What the text says about where something is, and the region that follows from it.

    `direction` is one of 16 winds; `distance_km` the stated distance in kilometres, whatever the
    unit of the text. `locates` is the words of what the hint places; `locates_mentions` the start
    offsets of the mentions, when those are named places ("A, B and C (all east of D)").
    """

    start: int
    end: int
    text: str
    relation: Relation
    anchors: tuple[Anchor, ...] = ()
    distance_km: float | None = None
    approximate: bool = False
    bound: Bound | None = None
    direction: str | None = None
    locates: str | None = None
    locates_mentions: tuple[int, ...] = ()
    region: Region | None = None
    confidence: float = 0.0
    reasons: tuple[str, ...] = ()
    range_km: tuple[float, float] | None = None  # "10-15 km"; `distance_km` is the middle
    measure: Measure | None = None
    by_road: bool = False
    share: float | None = None  # of the way from the first anchor: 0.5 for "halfway between"


@dataclass(frozen=True, slots=True)
class Claim:
    """Who did what where, said by whom.

    `start` and `end` span the sentence. `attribution` is the source's words as the text gives
    them, None for the report's own voice. `part` is a wind when the claim is about a part of the
    place; `relation` is how the place is meant (None: in or at it), `direction` and `distance_km`
    go with it ("attacked 3 km north of"). `marked_false` is what is told of a claim that the user
    says is untrue: it is no evidence of anything.
    """

    start: int
    end: int
    text: str
    actor: str | None
    action: str
    place: str | None
    lat: float | None = None
    lon: float | None = None
    region: Region | None = None
    relation: Relation | None = None
    part: str | None = None
    direction: str | None = None
    distance_km: float | None = None
    event_date: dt.date | None = None
    attribution: str | None = None
    source_kind: SourceKind = "reporter"
    negated: bool = False
    modality: Modality = "stated"
    confidence: float = 0.0
    trigger: Span | None = None
    place_start: int | None = None  # start offset of the mention that names the place
    marked_false: str | None = None


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a later room learned about a mention, handed back to `toponyms.rerank`.

    The mention is named by its start offset. The place should lie in `region`; one that lies
    further off than `tolerance`, a share of the region's width, is not meant.
    """

    mention_start: int
    region: Region
    confidence: float
    reason: str
    tolerance: float = 0.35


@dataclass(frozen=True, slots=True)
class Report:
    """Everything geomap found in one article.

    `corrections` numbers the user's corrections that found their words in it, those of names before
    those of claims. `hidden_claims` are those that the user wants nowhere: they only keep their
    numbers in ids.
    """

    article: Article
    sentences: tuple[Span, ...] = ()
    days: tuple[DayReference, ...] = ()
    resolutions: tuple[Resolution, ...] = ()
    hints: tuple[Hint, ...] = ()
    claims: tuple[Claim, ...] = ()
    problems: tuple[Problem, ...] = field(default=())
    corrections: tuple[int, ...] = ()
    hidden_claims: tuple[Claim, ...] = ()

    def sentence_at(self, offset: int) -> Span:
        """Return the sentence that holds an offset (the whole text when there is none)."""
        at = bisect_right(self.sentences, offset, key=lambda s: s.start) - 1
        if at >= 0 and offset < self.sentences[at].end:
            return self.sentences[at]
        return Span(0, len(self.article.text))

    def event_date(self, span: Span, near: int) -> dt.date | None:
        """Return the day that a sentence gives for what stands at an offset.

        The day words nearest to the offset count; when they mean a period ("last week"), or there
        are none, the day is not known.
        """
        first = bisect_left(self.days, span.start, key=lambda d: d.start)
        last = bisect_left(self.days, span.end, key=lambda d: d.start)
        days = self.days[first:last]
        if not days:
            return None
        nearest = min(days, key=lambda d: (abs(d.start - near), d.start))
        return nearest.first if nearest.first == nearest.last else None
