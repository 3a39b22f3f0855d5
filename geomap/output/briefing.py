"""A regional briefing in Markdown: what the reports say about a region in a period.

Every line is made from features and cites its sentence; articles' words appear only as short
marked quotes, with everything escaped that Markdown or HTML would read as markup.
"""

from __future__ import annotations

import re
from collections import defaultdict
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

    from geomap.output.layers import Feature

QUOTE_WORDS = 30  # a quote longer than this is cut
MAX_PLACES = 15
_MARKUP = re.compile(r"([\\`*_{}\[\]<>#|~&])")
_CONTROL = re.compile(
    r"[\u0000-\u001f\u007f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\ud800-\udfff]+"
)
_WINDS = {
    "N": "north", "NNE": "north-northeast", "NE": "northeast", "ENE": "east-northeast",
    "E": "east", "ESE": "east-southeast", "SE": "southeast", "SSE": "south-southeast",
    "S": "south", "SSW": "south-southwest", "SW": "southwest", "WSW": "west-southwest",
    "W": "west", "WNW": "west-northwest", "NW": "northwest", "NNW": "north-northwest",
}  # fmt: skip
# action -> (done, not done), after the actor's name
_VERBS = {
    "captured": ("captured {}", "did not capture {}"),
    "liberated": ("liberated {}", "did not liberate {}"),
    "advanced": ("advanced {at}", "did not advance {at}"),
    "held": ("held {}", "did not hold {}"),
    "withdrawn": ("withdrew from {}", "did not withdraw from {}"),
    "repelled attack": ("repelled attacks {at}", "did not repel attacks {at}"),
    "attacked": ("attacked {at}", "did not attack {at}"),
    "counterattacked": ("counterattacked {at}", "did not counterattack {at}"),
    "shelled": ("shelled {}", "did not shell {}"),
    "struck": ("struck {}", "did not strike {}"),
    "encircled": ("encircled {}", "did not encircle {}"),
    "infiltrated": ("infiltrated {}", "did not infiltrate {}"),
    "lost": ("lost {}", "did not lose {}"),
}
# How a place is meant; empty: by direction and distance.
_AT = {
    "near": "near", "in_or_near": "in and around", "toward": "toward", "between": "on the way from",
    "along": "on the road from", "direction": "", "distance": "", "distance_direction": "",
}  # fmt: skip
_SURE = ((0.75, "likely"), (0.5, "fairly sure"), (0.0, "doubtful"))


def plain(text: str) -> str:
    r"""Return an article's words so that Markdown shows them as they are, on one line.

    Examples
    --------
    >>> plain("a <b>bold</b> [claim](x)")
    'a \\<b\\>bold\\</b\\> \\[claim\\](x)'
    """
    flat = " ".join(_CONTROL.sub(" ", text).split())
    return _MARKUP.sub(r"\\\1", flat)


def _quote(sentence: str) -> str:
    words = _CONTROL.sub(" ", sentence).split()
    cut = " ".join(words[:QUOTE_WORDS]) + (" …" if len(words) > QUOTE_WORDS else "")
    return f"“{plain(cut)}”"


def briefing(rows: Sequence[Feature], *, region: str, period: str) -> str:
    """Return the briefing of some features as Markdown.

    Parameters
    ----------
    rows : sequence of Feature
        Those of the region and the period, in order (`layers.features`).
    region, period : str
        For the heading; plain text.
    """
    from jinja2 import Environment, PackageLoader, StrictUndefined

    # Markdown, not HTML: every value is escaped by `plain`, autoescape would show "&amp;".
    environment = Environment(
        loader=PackageLoader("geomap.output", "templates"),
        undefined=StrictUndefined,
        trim_blocks=False,
        keep_trailing_newline=True,
    )
    cited = _Citations()
    placed = [f for f in rows if f.geometry is not None]
    claims = _claims([f for f in placed if f.properties["layer"] == "claim"], cited)
    hints = _hints([f for f in placed if f.properties["layer"] == "hint"], cited)
    context = {
        "region": plain(region),
        "period": plain(period),
        "claims": claims,
        "places": _places(placed),
        "hints": hints,
        "unknown": _unknown(rows, cited),
        "summary": _summary(rows, placed),
        "sources": cited.lines() or ["Nothing was cited."],
    }
    text = environment.get_template("briefing.md.j2").render(context)
    return re.sub(r"\n{3,}", "\n\n", text).strip() + "\n"


class _Citations:
    """Numbers sentences in the order in which they are first cited."""

    def __init__(self) -> None:
        self._numbers: dict[tuple[str, int], int] = {}
        self._features: list[dict[str, Any]] = []

    def cite(self, properties: dict[str, Any]) -> str:
        key = (properties["article_id"], properties["sentence_start"])
        if key not in self._numbers:
            self._numbers[key] = len(self._numbers) + 1
            self._features.append(properties)
        return f"[{self._numbers[key]}]"

    def lines(self) -> list[str]:
        lines = []
        for number, p in enumerate(self._features, start=1):
            url = p["url"] or ""
            parts = [
                plain(p["title"] or p["article_id"]),
                plain(p["source"]) if p["source"] else "",
                p["date"] or "undated",
                f"<{url}>" if re.fullmatch(r"https?://[^\s<>]+", url) else "",
            ]
            about = ", ".join(x for x in parts if x)
            lines.append(f"{number}. {about}: {_quote(p['sentence'])}")
        return lines


def _summary(rows: Sequence[Feature], placed: Sequence[Feature]) -> str:
    articles = {f.properties["article_id"] for f in rows}
    days = sorted({f.properties["date"] for f in rows if f.properties["date"]})
    names = {f.properties["name"] for f in placed if f.properties["layer"] == "mention"}
    claims = [f for f in placed if f.properties["layer"] == "claim"]
    if not rows:
        return "No report names a place here in this period."
    when = "no dated day" if not days else _count(len(days), "day")
    text = (
        f"{_count(len(articles), 'report')} of {when} "
        f"{'names' if len(articles) == 1 else 'name'} {_count(len(names), 'place')} here and "
        f"{'makes' if len(articles) == 1 else 'make'} {_count(len(claims), 'claim')}."
    )
    undated = {f.properties["article_id"] for f in rows if not f.properties["date"]}
    if undated:
        verb = "has" if len(undated) == 1 else "have"
        text += f" {_count(len(undated), 'report')} {verb} no date."
    return text


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _claims(rows: list[Feature], cited: _Citations) -> list[dict[str, Any]]:
    """Return the claims by place, the most claimed first, with one line for equal claims."""
    by_place: dict[str, dict[tuple[Any, ...], list[dict[str, Any]]]] = defaultdict(dict)
    for feature in rows:
        p = feature.properties
        if p["modality"] == "planned":
            continue  # an aim is not an event; it stays in the GeoJSON
        key = (p["actor"], p["action"], p["negated"], p["part"], p["relation"], p["date"],
               p["attribution"], p["modality"])  # fmt: skip
        by_place[p["name"]].setdefault(key, []).append(p)
    ordered = sorted(by_place.items(), key=lambda item: (-len(item[1]), item[0]))
    return [
        {
            "name": plain(name),
            "lines": [_claim_line(same, cited) for _, same in sorted(groups.items(), key=_by_day)],
        }
        for name, groups in ordered
    ]


def _by_day(item: tuple[tuple[Any, ...], list[dict[str, Any]]]) -> tuple[str, str, int]:
    first = item[1][0]
    return (first["date"] or "~", first["actor"] or "~", first["start"])


def _claim_line(same: list[dict[str, Any]], cited: _Citations) -> str:
    p = same[0]
    done, undone = _VERBS.get(p["action"], (p["action"] + " {}", "did not do: " + p["action"]))
    place = plain(p["name"])
    in_part = _in_part(p)
    where = f"{in_part} {place}" if in_part else place
    at = _AT.get(p["relation"] or "", "in") or _direction(p)
    if p["relation"] == "part" and not p["part"]:
        where, at = f"part of {place}", "in"
    phrase = (undone if p["negated"] else done).replace("{at}", f"{at} {where}")
    if "{}" in phrase:
        nearby = at if at not in ("in", "toward") and p["relation"] else ""
        phrase = phrase.replace("{}", f"positions {nearby} {where}" if nearby else where)
    actor = p["actor"] or "An unnamed force"
    said = _said(p)
    day = p["event_date"] or p["date"] or "undated"
    marks = " ".join(dict.fromkeys(cited.cite(s) for s in same))
    single = "" if len({s["article_id"] for s in same}) > 1 else "; single source"
    sure = next(word for least, word in _SURE if p["confidence"] >= least)
    return f"{day}: {actor} {phrase}{said} ({sure}{single}) {marks}"


def _in_part(p: dict[str, Any]) -> str:
    return f"the {_WINDS[p['part']]} of" if p["part"] else ""


def _direction(p: dict[str, Any]) -> str:
    distance = f"{p['distance_km']:g} km " if p["distance_km"] else ""
    if p["direction"]:
        return f"{distance}{_WINDS[p['direction']]} of"
    return f"{distance}from"


def _coordinates(lat: float, lon: float) -> str:
    return f"{abs(lat):.3f} {'N' if lat >= 0 else 'S'} {abs(lon):.3f} {'E' if lon >= 0 else 'W'}"


def _said(p: dict[str, Any]) -> str:
    if not p["attribution"]:
        return ", in the report's own words"
    verb = {
        "denied": "denied by",
        "confirmed": "confirmed by",
        "claimed": "claimed by",
    }.get(p["modality"], "said by")
    if p["source_kind"] == "footage":
        verb = "shown by"
    words = plain(p["attribution"])
    return f", {verb} {words[0].lower() + words[1:] if words.startswith('The ') else words}"


def _places(rows: Sequence[Feature]) -> list[dict[str, Any]]:
    counts: dict[str, list[str | None]] = defaultdict(list)
    for feature in rows:
        p = feature.properties
        if p["layer"] == "mention" and p["kind"] == "literal" and p["precision"] != "country":
            counts[p["name"]].append(p["date"])
    ordered = sorted(counts.items(), key=lambda item: (-len(item[1]), item[0]))[:MAX_PLACES]
    table = []
    for name, dates in ordered:
        days = sorted({d for d in dates if d})
        span = "undated" if not days else days[0] if len(days) == 1 else f"{days[0]}, {days[-1]}"
        table.append({"name": plain(name), "mentions": len(dates), "days": len(days), "span": span})
    return table


def _hints(rows: list[Feature], cited: _Citations) -> list[str]:
    """Return a line for each thing without a name that a hint places."""
    lines = []
    for feature in rows:
        p = feature.properties
        measured = p["distance_km"] is not None or p["relation"] in ("between", "along")
        if not measured and not p["locates"]:
            continue
        subject = plain(p["locates"]) if p["locates"] else "an unnamed place"
        reasons = f"; {plain(p['reasons'][0])}" if p["reasons"] else ""
        lines.append(
            f"{p['date'] or 'undated'}: {subject}, {plain(p['text'])}, around "
            f"{_coordinates(p['lat'], p['lon'])} "
            f"(confidence {p['confidence']:.2f}{reasons}) {cited.cite(p)}"
        )
    return lines


def _unknown(rows: Sequence[Feature], cited: _Citations) -> list[str]:
    lines = []
    refused: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for feature in rows:
        p = feature.properties
        if p["layer"] == "mention" and p["status"] == "refused":
            refused[p["text"]].append(p)
    for name, same in sorted(refused.items()):
        why = plain(same[0]["reasons"][0]) if same[0]["reasons"] else "no reason kept"
        lines.append(f"{plain(name)} is not placed: {why} {cited.cite(same[0])}")
    coarse = sorted({
        p["name"] for f in rows
        if (p := f.properties)["precision"] == "admin1" and p["layer"] == "mention"
    })  # fmt: skip
    if coarse:
        lines.append("Only as a whole division: " + ", ".join(plain(n) for n in coarse) + ".")
    return lines
