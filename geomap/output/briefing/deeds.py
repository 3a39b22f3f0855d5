"""Claims as deeds: who did what where, when, and who says so; equal claims become one."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from geomap.output.briefing.event_days import event_days, of_one_day, period_told, reported_days
from geomap.output.briefing.namesakes import label_of, names_of
from geomap.output.briefing.speakers import is_what_is_said, speaker_of
from geomap.output.briefing.words import WINDS, km, listed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from geomap.output.briefing.statements import Properties
    from geomap.output.briefing.words import Days

UNDATED = "undated"  # in place of the one day of all reports, where none has one
LOW = 0.3  # claims less sure than this are marked
# action -> (past, infinitive, participle, what was acted on when only a place near by is named).
_ON_A_PLACE = {
    "captured": ("captured", "capture", "captured", "positions"),
    "liberated": ("liberated", "liberate", "liberated", "positions"),
    "held": ("held", "hold", "held", "positions"),
    "withdrawn": ("withdrew from", "withdraw from", "", "positions"),
    "shelled": ("shelled", "shell", "shelled", "an area"),
    "struck": ("struck", "strike", "struck", "an area"),
    "encircled": ("encircled", "encircle", "encircled", "positions"),
    "infiltrated": ("infiltrated", "infiltrate", "infiltrated", "positions"),
    "lost": ("lost", "lose", "lost", "positions"),
    "attacked": ("attacked", "attack", "attacked", ""),
}
# action -> (past, infinitive): the place says where.
_AT_A_PLACE = {
    "withdrew toward": ("withdrew", "withdraw"),
    "advanced": ("advanced", "advance"),
    "counterattacked": ("counterattacked", "counterattack"),
    "attacked": ("attacked", "attack"),
    "repelled attack": ("repelled attacks", "repel attacks"),
    "contested": ("fought", "fight"),
    "present": ("operated", "operate"),
}
_ALIKE = {"liberated": "captured"}  # of one party at one place: two words for one deed
_NEAR = {
    "near": "near", "in_or_near": "in and around", "toward": "toward", "part": "in part of",
    "opposite": "opposite", "border": "at the border of",
}  # fmt: skip
_GROUND = {"positions": "ground"}
_SIDES = {"outskirts": "outskirts", "bank": "bank"}
_PAIRS = {
    "between": ("between {} and {}", "between {} and another place"),
    "along": ("along the road from {} to {}", "along a road from {}"),
}
_Pair = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Deed:
    """What some claims say alike: one thing done by one party at one place.

    `denied` are the claims that deny it; `claims` may be empty then.
    """

    actor: str | None
    claims: tuple[Properties, ...]
    denied: tuple[Properties, ...]
    pair: _Pair = ()

    @property
    def first(self) -> Properties:
        """The claim that says it best: the surest."""
        return max(self.claims or self.denied, key=lambda p: (p["confidence"], -p["start"]))

    @property
    def rows(self) -> tuple[Properties, ...]:
        """All its claims, denials too."""
        return self.claims + self.denied

    @property
    def low(self) -> bool:
        """Whether all of it was read with low confidence."""
        return all(p["confidence"] < LOW for p in self.rows)

    @property
    def contradicted(self) -> bool:
        """Whether some say it and others deny it."""
        return bool(self.claims and self.denied)

    def sources(self) -> set[str]:
        """Return who published it."""
        return {source_of(p) for p in self.rows}


def source_of(p: Properties) -> str:
    """Return whose report a feature is of: the source's, else the article's own.

    A copy of another's report, where that is known (`copied_from`), is the other's.
    """
    return str(p.get("copied_from") or p["source"] or p["article_id"])


def deeds(claims: Iterable[Properties], hints: Iterable[Properties]) -> list[Deed]:
    """Return what claims say, equal ones together, in the order of their first days.

    Parameters
    ----------
    claims, hints : iterable of dict
        Properties of features; of the hints, those with two anchors complete "between".
    """
    pairs = {
        (h["article_id"], h["sentence_start"], h["relation"], end): tuple(h["anchors"])
        for h in hints
        if len(h["anchors"]) > 1
        for end in h["anchors"]
    }
    groups: dict[tuple[Any, ...], list[Properties]] = defaultdict(list)
    negations: dict[tuple[Any, ...], list[Properties]] = defaultdict(list)
    for p in claims:
        pair = pairs.get((p["article_id"], p["sentence_start"], p["relation"], p["name"]), ())
        done = _ALIKE.get(p["action"], p["action"])
        key = (label_of(p), p["actor"], done, p["modality"] == "failed",
               p["part"], p["relation"], p["direction"], p["distance_km"], pair)  # fmt: skip
        untrue = p["negated"] and p["modality"] != "denied"
        (negations if untrue else groups)[key].append(p)
    found = []
    for key, rows in groups.items():
        said = [p for p in rows if p["modality"] != "denied"]
        denials = [p for p in rows if p["modality"] == "denied"]
        denied = [p for p in denials if not said or _denies(p, said)]
        apart = [p for p in denials if said and not _denies(p, said)]
        # "A did not capture it, said B" denies what others say, where others do.
        untold = negations.get(key, [])
        against = [p for p in untold if p["attribution"] and (not said or _denies(p, said))]
        if against:
            negations[key] = [p for p in untold if p not in against]
        found.append(Deed(key[1], tuple(said), tuple(denied + against), key[-1]))
        if apart:
            found.append(Deed(key[1], (), tuple(apart), key[-1]))
    found += [Deed(key[1], tuple(rows), (), key[-1]) for key, rows in negations.items() if rows]
    return sorted(found, key=by_day)


def _denies(denial: Properties, said: Iterable[Properties]) -> bool:
    """Say whether a denial is of what some claims say, not of what another day brought."""
    return any(of_one_day(denial, p) for p in said)


def by_day(deed: Deed) -> tuple[str, str, str, int]:
    """Return what sorts deeds by their first days."""
    p = min(deed.rows, key=lambda p: (day_of(p) or "~", p["article_id"], p["start"]))
    return day_of(p) or "~", deed.actor or "~", p["article_id"], p["start"]


def day_of(p: Properties) -> str | None:
    """Return the day of a claim: of the event, else of the report."""
    day = p["event_date"] or p["date"]
    return None if day is None else str(day)


def phrase(deed: Deed, *, short: bool = False) -> str:
    """Return who did what where: "Russia shelled Toretsk", "Toretsk was shelled".

    Parameters
    ----------
    deed : Deed
    short : bool
        For a place that a heading names: "shelled it" (who did it stands beside).
    """
    p = deed.first
    denied_alone = not deed.claims
    negated = p["negated"] and not denied_alone
    action, actor = p["action"], p["actor"]
    someone = actor or "an unnamed force"
    direct, where = _where(p, deed.pair, short=short)
    vain = " without success" if p["modality"] == "failed" and not negated else ""
    if action == "withdrawn" and p["relation"] == "toward":
        action, direct = "withdrew toward", ""
    subject = "" if short and actor else f"{someone} "
    if action in _ON_A_PLACE and (
        (direct and not (p.get("wide") and action == "attacked")) or _ON_A_PLACE[action][3]
    ):
        past, infinitive, participle, rough = _ON_A_PLACE[action]
        if p["part"] and rough == "positions":
            direct, rough = "", "ground"  # "a crossing on its eastern outskirts" is not the east
        if p.get("wide") and direct:  # "regained territory in the oblast" is not all of it
            direct, rough = "", "positions" if action == "withdrawn" else _GROUND.get(rough, rough)
        thing = direct or f"{rough} {where}"
        if actor or not participle:
            return f"{subject}{_done(p, negated, past, infinitive)} {thing}{vain}"
        many = p.get("several") if direct else rough.endswith("s")
        be = "were" if many else "was"
        return f"{thing} {be}{' not' if negated else ''} {participle}{vain}"
    if action in _AT_A_PLACE:
        past, infinitive = _AT_A_PLACE[action]
        if actor is None and action == "contested":
            return f"there was {'no ' if negated else ''}fighting {where}"
        if actor is None and action == "repelled attack":
            return f"attacks {where} were{' not' if negated else ''} repelled"
        return f"{subject}{_done(p, negated, past, infinitive)} {where}{vain}"
    return f"{subject}{'did not: ' if negated else ''}{action} {where}"


def _done(p: Properties, negated: bool, past: str, infinitive: str) -> str:
    if not negated:
        return past
    return f"{'failed to' if p['modality'] == 'failed' else 'did not'} {infinitive}"


def _where(p: Properties, pair: Sequence[str], *, short: bool) -> tuple[str, str]:
    """Return a claim's place as an object ("the east of Bakhmut"; empty: near it) and as where."""
    name, relation = p["name"], p["relation"]
    place = "it" if short else label_of(p)
    if p["part"]:
        wind = WINDS.get(p["part"], p["part"])
        part = f"its {wind}" if short else f"the {wind} of {place}"
        return part, f"in {part}"
    if relation is None:
        return place, f"in {place}"
    if relation == "within":  # "captured the centre of the town" is not the town
        return "", f"in {place}"
    if relation in _PAIRS:
        both, one = _PAIRS[relation]
        ends = ["it" if short and e == name else e for e in pair[:2]]
        return "", both.format(*ends) if len(ends) > 1 else one.format(place)
    if relation == "border" and short:
        return "", "at its border"
    if relation in _NEAR:
        return "", f"{_NEAR[relation]} {place}"
    distance = f"{km(p['distance_km'])} " if p["distance_km"] else ""
    if relation == "distance" and distance and p["action"] == "advanced":
        return "", f"to {distance}from {place}"  # "have come within 3 km of it"
    if relation in _SIDES:
        side = f"{WINDS[p['direction']]}ern " if p["direction"] else ""
        what = f"{side}{_SIDES[relation]}"
        return "", f"on its {what}" if short else f"on the {what} of {place}"
    if relation == "border_distance":
        border = "its border" if short else f"the border of {place}"
        return "", f"{distance or 'some way '}from {border}"
    wind = f"{WINDS[p['direction']]} of" if p["direction"] else "from" if distance else "near"
    return "", f"{distance}{wind} {place}"


def alike(deed: Deed) -> tuple[Any, ...] | None:
    """Return what deeds share that differ in where alone ("attacked near it and east of it").

    None for those that tell what was acted on, and for denied ones.
    """
    p = deed.first
    direct, _ = _where(p, deed.pair, short=True)
    if deed.denied or p["action"] not in _AT_A_PLACE or not p["actor"]:
        return None
    if direct and p["action"] in _ON_A_PLACE:
        return None
    return deed.actor, p["action"], p["negated"], p["modality"] == "failed", _ways(deed)


def _ways(deed: Deed) -> frozenset[str]:
    return frozenset(said_by(deed.claims))


def together(several: Sequence[Deed], days: Days, *, only: str | None = None) -> str:
    """Return some deeds that are `alike` as one short phrase, with when they were done."""
    p = several[0].first
    past, infinitive = _AT_A_PLACE[p["action"]]
    vain = " without success" if p["modality"] == "failed" and not p["negated"] else ""
    by_where: dict[str, list[Properties]] = {}
    for deed in several:
        where = _where(deed.first, deed.pair, short=True)[1]
        by_where.setdefault(where, []).extend(deed.claims)
    by_day: dict[str, list[str]] = {}
    for where, claims in by_where.items():
        by_day.setdefault(when(claims, days, only=only), []).append(where)
    places = [f"{listed(where)}{day}" for day, where in by_day.items()]
    return f"{_done(p, p['negated'], past, infinitive)} {listed(places)}{vain}"


def named_together(several: Sequence[Deed]) -> Deed:
    """Return deeds that differ in the place alone as one, whose place is the list of theirs."""
    if len(several) == 1:
        return several[0]
    named = names_of([d.first for d in several])
    whole = {"label": listed(named), "several": len(named) > 1}
    first = several[0]
    return Deed(
        first.actor,
        tuple(p | whole for d in several for p in d.claims),
        tuple(p | whole for d in several for p in d.denied),
        first.pair,
    )


def alike_but_for_place(deed: Deed) -> tuple[Any, ...]:
    """Return what deeds share that were done to several places at once."""
    p = deed.first
    days = frozenset((c["event_date"], c["event_date"] or c["date"]) for c in deed.rows)
    against = frozenset(said_by(deed.denied, denying=True))
    return deed.actor, p["action"], _ways(deed), against, days


def when(rows: Sequence[Properties], days: Days, *, only: str | None = None) -> str:
    """Return when claims say that it happened: " on 20 February", ", reported on 21 February".

    Parameters
    ----------
    rows : sequence of dict
    days : Days
    only : str, optional
        The one day of all reports, which need not be told each time.
    """
    events = {day for p in rows for day in event_days(p)}
    if events:
        return f" on {days.days(events)}"
    spans = sorted({span for p in rows if (span := period_told(p))})
    if spans:
        return f" in {listed(spans)}"
    reported = {day for p in rows for day in reported_days(p)}
    if not reported:
        return "" if only == UNDATED else ", in an undated report"
    return "" if reported == {only} else f", reported on {days.days(reported)}"


def said_by(rows: Iterable[Properties], *, denying: bool = False) -> list[str]:
    """Return how it is said, in words: "claimed by A and B", "shown by footage", each way once.

    Parameters
    ----------
    rows : iterable of dict
    denying : bool
        Whether the rows deny it.
    """
    ways: dict[str, list[str]] = {}
    for p in rows:
        way, speaker = ("denied by", _speaker(p) or "the report") if denying else _way(p)
        named = ways.setdefault(way, [])
        if speaker and speaker not in named:
            named.append(speaker)
    return [f"{way} {listed(named)}".strip() for way, named in ways.items() if way]


def _speaker(p: Properties) -> str | None:
    return speaker_of(p["attribution"]) if p["attribution"] else None


def _way(p: Properties) -> tuple[str, str | None]:
    """Return how a claim is said, and by whom: ("claimed by", "Kyiv"); ("", None) by the report."""
    speaker, modality, kind = _speaker(p), p["modality"], p["source_kind"]
    if kind == "footage":
        return "shown by", speaker or "footage"
    if speaker is None:
        plain = {"claimed": "reportedly", "confirmed": "confirmed by the report"}
        return plain.get(modality, ""), None
    if modality == "confirmed":
        return "confirmed by", speaker
    claimed = kind in ("party", "blogger") and not is_what_is_said(speaker)
    return "claimed by" if claimed else "according to", speaker


def merged(
    several: Iterable[Deed], key: Callable[[Deed], tuple[Any, ...] | None] = alike
) -> list[list[Deed]]:
    """Return deeds in their order, those of one key together."""
    groups: list[list[Deed]] = []
    by_key: dict[tuple[Any, ...], list[Deed]] = {}
    for deed in several:
        this = key(deed)
        if this is not None and this in by_key:
            by_key[this].append(deed)
            continue
        groups.append([deed])
        if this is not None:
            by_key[this] = groups[-1]
    return groups
