"""A regional briefing in Markdown: what the reports say about a region in a period.

Every line is made from features and cites its sentence; articles' words appear only as short
marked quotes, with everything escaped that Markdown or HTML would read as markup.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from geomap.output.layers import Feature

Properties = dict[str, Any]

QUOTE_WORDS = 40  # a quote longer than this is cut
LEAD_WORDS = 10  # ... and then begins this many words before what is cited
TITLE_WORDS = 20
MAX_PLACES = 15
MAX_REFUSED = 20
# What Markdown and its dialects read as markup; of GitHub's, formulas ($), names (@), bare links.
_MARKUP = re.compile(r"([\\`*_{}\[\]<>#|~&$@]|:(?=//)|(?<=[Ww][Ww][Ww])\.)")
_LINE_START = re.compile(r"^((?:\d{1,9}(?=[.)]))?)([-+=.)])")
_WINDS = {
    "N": "north", "NNE": "north-northeast", "NE": "northeast", "ENE": "east-northeast",
    "E": "east", "ESE": "east-southeast", "SE": "southeast", "SSE": "south-southeast",
    "S": "south", "SSW": "south-southwest", "SW": "southwest", "WSW": "west-southwest",
    "W": "west", "WNW": "west-northwest", "NW": "northwest", "NNW": "north-northwest",
}  # fmt: skip
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
    "advanced": ("advanced", "advance"),
    "counterattacked": ("counterattacked", "counterattack"),
    "attacked": ("attacked", "attack"),
    "repelled attack": ("repelled attacks", "repel attacks"),
    "contested": ("fought", "fight"),
    "present": ("operated", "operate"),
}
_NEAR = {
    "near": "near", "in_or_near": "in and around", "toward": "toward", "part": "in or around",
    "opposite": "opposite", "border": "at the border of",
}  # fmt: skip
_SIDES = {"outskirts": "outskirts", "bank": "bank"}
_PAIRS = {
    "between": ("between {} and {}", "between {} and another place"),
    "along": ("along the road from {} to {}", "along a road from {}"),
}
# Words that begin a sentence with a capital and are written small within one.
_SMALL = (
    "the a an two three four five several some many most both local regional their its his her "
    "our officials police residents witnesses analysts soldiers troops medics authorities "
    "commanders military"
)
_SURE = ((0.75, "high"), (0.5, "medium"), (0.0, "low"))


def _clean(text: str) -> str:
    """Return a text on one line, without what is not seen and steers what is."""
    kept = []
    for char in text:
        category = unicodedata.category(char)
        if category in ("Cc", "Cs", "Zl", "Zp"):
            kept.append(" ")
        elif category != "Cf":
            kept.append(char)
    return " ".join("".join(kept).split())


def plain(text: str) -> str:
    r"""Return an article's words so that Markdown shows them as they are, on one line.

    Examples
    --------
    >>> plain("a <b>bold</b> [claim](x)")
    'a \\<b\\>bold\\</b\\> \\[claim\\](x)'
    >>> plain("1. not a list")
    '1\\. not a list'
    """
    return _LINE_START.sub(r"\1\\\2", _MARKUP.sub(r"\\\1", _clean(text)))


@dataclass(frozen=True, slots=True)
class _Line:
    """A line of the briefing and the features whose sentences it rests on."""

    text: str
    cites: Sequence[Properties] = ()


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
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    everything = [f.properties for f in rows]
    placed = [f.properties for f in rows if f.geometry is not None]
    hints = [p for p in placed if p["layer"] == "hint"]
    claims = [p for p in placed if p["layer"] == "claim" and p["name"]]
    told = [p for p in claims if p["modality"] != "planned"]  # an aim is not an event
    by_place = _claims(told, hints)
    described = _described(hints, placed)
    unknown = _unknown(everything, len(claims) - len(told))
    places = _places(placed)
    cited = _Citations(everything, [*(x for _, ls in by_place for x in ls), *described, *unknown])
    text = environment.get_template("briefing.md.j2").render(
        region=plain(region),
        period=plain(period),
        summary=_summary(everything, len(places), len(told)),
        claims=[{"name": plain(n), "lines": map(cited.line, lines)} for n, lines in by_place],
        places=places[:MAX_PLACES],
        more_places=max(0, len(places) - MAX_PLACES),
        hints=map(cited.line, described) if described else [],
        unknown=map(cited.line, unknown) if unknown else [],
        sources=cited.sources(),
    )
    return re.sub(r"\n{3,}", "\n\n", text).strip() + "\n"


class _Citations:
    """Numbers the cited sentences, article by article in the order of the features."""

    def __init__(self, rows: Iterable[Properties], lines: Iterable[_Line]) -> None:
        cited: dict[tuple[str, int], list[int]] = defaultdict(list)
        for line in lines:
            for p in line.cites:
                cited[self._key(p)].append(p["start"])
        self._sentences: dict[tuple[str, int], tuple[Properties, int]] = {}
        for p in sorted(rows, key=lambda p: (p["date"] is None, p["date"] or "", p["article_id"],
                                             p["sentence_start"])):  # fmt: skip
            key = self._key(p)
            if key in cited and key not in self._sentences:
                self._sentences[key] = (p, min(cited[key]))
        self._numbers = {key: n for n, key in enumerate(self._sentences, start=1)}

    @staticmethod
    def _key(p: Properties) -> tuple[str, int]:
        return (p["article_id"], p["sentence_start"])

    def line(self, line: _Line) -> str:
        """Return the text of a line with the numbers of its sentences."""
        numbers = sorted({self._numbers[self._key(p)] for p in line.cites})
        return " ".join([line.text, *(f"[{n}]" for n in numbers)])

    def sources(self) -> list[dict[str, Any]]:
        """Return the cited articles, each with its numbered quotes."""
        articles: dict[str, dict[str, Any]] = {}
        for key, number in self._numbers.items():
            p, start = self._sentences[key]
            article = articles.setdefault(p["article_id"], _article(p) | {"quotes": []})
            article["quotes"].append(f"{number}. {_quote(p, start)}")
        return list(articles.values())


def _article(p: Properties) -> dict[str, Any]:
    words = _clean(p["title"] or p["article_id"]).split() or ["(no title)"]
    title = " ".join(words[:TITLE_WORDS]) + (" …" if len(words) > TITLE_WORDS else "")
    url = p["url"] or ""
    linked = re.fullmatch(r"https?://[^\s<>\\]+", url) and url.isprintable()
    about = [p["date"] or "Undated", plain(p["source"] or ""), f"<{url}>" if linked else ""]
    return {"title": plain(title), "about": ", ".join(x for x in about if x)}


def _quote(p: Properties, start: int) -> str:
    """Return a sentence; of a long one the words round an offset into the article."""
    words = _clean(p["sentence"]).split()
    before = len(_clean(p["sentence"][: max(0, start - p["sentence_start"])]).split())
    first = max(0, min(before - LEAD_WORDS, len(words) - QUOTE_WORDS))
    cut = " ".join(words[first : first + QUOTE_WORDS])
    more = " …" if first + QUOTE_WORDS < len(words) else ""
    return f"“{'… ' if first else ''}{plain(cut)}{more}”"


def _summary(rows: Sequence[Properties], places: int, claims: int) -> str:
    if not rows:
        return "No report names a place here in this period."
    articles = {p["article_id"]: p["date"] for p in rows}
    days = sorted({d for d in articles.values() if d})
    undated = sum(d is None for d in articles.values())
    one = len(articles) == 1
    text = _count(len(articles), "report")
    if len(days) == 1:
        text += f" of {days[0]}"
    elif days:
        text += f", dated {days[0]} to {days[-1]},"
    text += f" {'names' if one else 'name'} {_count(places, 'place')} here"
    text += f" and {'makes' if one else 'make'} {_count(claims, 'claim')}."
    if undated:
        text += " It has no date." if one else f" {undated} of them {_has(undated)} no date."
    return text


def _has(number: int) -> str:
    return "has" if number == 1 else "have"


def _count(number: int, noun: str) -> str:
    if number == 0:
        return f"no {noun}s"
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _claims(rows: list[Properties], hints: list[Properties]) -> list[tuple[str, list[_Line]]]:
    """Return the claims by place, the most claimed first, with one line for equal claims."""
    pairs = {
        (h["article_id"], h["sentence_start"], h["relation"], h["anchors"][0]): h["anchors"]
        for h in hints
        if len(h["anchors"]) > 1
    }
    by_place: dict[str, dict[tuple[Any, ...], list[Properties]]] = defaultdict(dict)
    for p in rows:
        pair = pairs.get((p["article_id"], p["sentence_start"], p["relation"], p["name"]), ())
        key = (p["actor"], p["action"], p["negated"], p["part"], p["relation"], p["direction"],
               p["distance_km"], tuple(pair), _day(p), p["attribution"], p["modality"])  # fmt: skip
        by_place[p["name"]].setdefault(key, []).append(p)
    ordered = sorted(by_place.items(), key=lambda item: (-len(item[1]), item[0]))
    return [
        (name, [_claim_line(same, key[7]) for key, same in sorted(groups.items(), key=_by_day)])
        for name, groups in ordered
    ]


def _by_day(item: tuple[tuple[Any, ...], list[Properties]]) -> tuple[str, str, int]:
    first = item[1][0]
    return (first["event_date"] or first["date"] or "~", first["actor"] or "~", first["start"])


def _day(p: Properties) -> str:
    if p["event_date"]:
        return str(p["event_date"])
    return f"reported {p['date']}" if p["date"] else "undated"


def _claim_line(same: list[Properties], pair: Sequence[str]) -> _Line:
    p = same[0]
    denied = p["modality"] == "denied"
    deed = _deed(p, pair, negated=p["negated"] and not denied)
    if p["attribution"]:
        speaker = _speaker(p["attribution"])
        verb = {"confirmed": "confirmed by"}.get(p["modality"], "according to")
        verb = "shown by" if p["source_kind"] == "footage" else verb
        deed = f"{speaker} denied that {deed}" if denied else f"{deed}, {verb} {speaker}"
    reports = _count(len({s["article_id"] for s in same}), "report")
    sure = next(word for least, word in _SURE if p["confidence"] >= least)
    return _Line(f"{_day(p)}: {deed} ({sure} confidence, {reports})", same)


def _deed(p: Properties, pair: Sequence[str], *, negated: bool) -> str:
    """Return who did what where: "Russia shelled Toretsk", "Toretsk was shelled"."""
    action, actor = p["action"], p["actor"]
    someone = plain(actor) if actor else "an unnamed force"
    direct, where = _where(p, pair)
    if action in _ON_A_PLACE and (direct or _ON_A_PLACE[action][3]):
        past, infinitive, participle, rough = _ON_A_PLACE[action]
        if p["part"] and rough == "positions":
            direct, rough = "", "ground"  # "a crossing on its eastern outskirts" is not the east
        thing = direct or f"{rough} {where}"
        if actor or not participle:
            return f"{someone} {f'did not {infinitive}' if negated else past} {thing}"
        be = "were" if not direct and rough.endswith("s") else "was"
        return f"{thing} {be}{' not' if negated else ''} {participle}"
    if action in _AT_A_PLACE:
        past, infinitive = _AT_A_PLACE[action]
        if actor is None and action == "contested":
            return f"there was {'no ' if negated else ''}fighting {where}"
        if actor is None and action == "repelled attack":
            return f"attacks {where} were{' not' if negated else ''} repelled"
        return f"{someone} {f'did not {infinitive}' if negated else past} {where}"
    return f"{someone}{' not' if negated else ''} {plain(action)} {where}"


def _where(p: Properties, pair: Sequence[str]) -> tuple[str, str]:
    """Return a claim's place as an object ("the east of Bakhmut"; empty: near it) and as where."""
    place, relation = plain(p["name"]), p["relation"]
    if p["part"]:
        part = f"the {_WINDS.get(p['part'], p['part'])} of {place}"
        return part, f"in {part}"
    if relation in (None, "within"):
        return place, f"in {place}"
    if relation in _PAIRS:
        both, one = _PAIRS[relation]
        return "", both.format(*map(plain, pair[:2])) if len(pair) > 1 else one.format(place)
    if relation in _NEAR:
        return "", f"{_NEAR[relation]} {place}"
    distance = f"{round(p['distance_km'], 1):g} km " if p["distance_km"] else ""
    if relation in _SIDES:
        side = f"{_WINDS[p['direction']]}ern " if p["direction"] else ""
        return "", f"on the {side}{_SIDES[relation]} of {place}"
    if relation == "border_distance":
        return "", f"{distance or 'some way '}from the border of {place}"
    wind = f"{_WINDS[p['direction']]} of" if p["direction"] else "from" if distance else "near"
    return "", f"{distance}{wind} {place}"


def _speaker(words: str) -> str:
    first = words.split(" ", 1)[0]
    return plain(words[0].lower() + words[1:] if first.lower() in _SMALL.split() else words)


def _places(placed: Iterable[Properties]) -> list[dict[str, Any]]:
    """Return the settlements and divisions that are named, the most named first."""
    dates: dict[tuple[Any, ...], list[str | None]] = defaultdict(list)
    for p in placed:
        if p["layer"] == "mention" and p["kind"] == "literal" and p["precision"] != "country":
            dates[p["name"], p["lat"], p["lon"]].append(p["date"])
    table = []
    for (name, *_), all_dates in sorted(dates.items(), key=lambda item: (-len(item[1]), item[0])):
        days = sorted({d for d in all_dates if d}) or ["undated"]
        table.append({"name": plain(name), "mentions": len(all_dates),
                      "first": days[0], "last": days[-1]})  # fmt: skip
    return table


def _described(hints: Iterable[Properties], placed: Iterable[Properties]) -> list[_Line]:
    """Return a line for each thing that only a description places."""
    named = {(p["article_id"], p["text"]) for p in placed if p["layer"] == "mention"}
    lines = []
    for p in hints:
        measured = p["distance_km"] is not None or p["relation"] in ("between", "along")
        if not (measured or p["locates"]) or (p["article_id"], p["locates"]) in named:
            continue
        subject = plain(p["locates"] or "something unnamed")
        words = p["text"]
        if not any(a.startswith(words.split(" ", 1)[0]) for a in p["anchors"]):
            words = words[:1].lower() + words[1:]  # "Between Chasiv Yar and ..." began a sentence
        why = f"; {plain(p['reasons'][0])}" if p["reasons"] else ""
        sure = next(word for least, word in _SURE if p["confidence"] >= least)
        day = p["date"] or "undated"
        at = _coordinates(p["lat"], p["lon"])
        lines.append(
            _Line(f"{day}: {subject}, {plain(words)}: about {at} ({sure} confidence{why})", [p])
        )
    return lines


def _coordinates(lat: float, lon: float) -> str:
    return f"{abs(lat):.2f} {'N' if lat >= 0 else 'S'} {abs(lon):.2f} {'E' if lon >= 0 else 'W'}"


def _unknown(rows: Sequence[Properties], planned: int) -> list[_Line]:
    lines = []
    mentions = [p for p in rows if p["layer"] == "mention"]
    refused: dict[str, list[Properties]] = defaultdict(list)
    for p in mentions:
        if p["status"] == "refused":
            refused[p["text"]].append(p)
    for name, same in sorted(refused.items())[:MAX_REFUSED]:
        why = plain(same[0]["reasons"][0]) if same[0]["reasons"] else "no reason kept"
        lines.append(_Line(f"{plain(name)} is not placed: {why}", same[:1]))
    if len(refused) > MAX_REFUSED:
        lines.append(_Line(f"{len(refused) - MAX_REFUSED} more names are not placed."))
    coarse = {p["name"]: p for p in reversed(mentions) if p["precision"] == "admin1"}
    for name, p in sorted(coarse.items()):
        lines.append(_Line(f"Some sentences name only {plain(name)} as a whole, the first", [p]))
    if planned:
        be = "is" if planned == 1 else "are"
        lines.append(_Line(f"{_count(planned, 'statement')} of what is planned {be} left out."))
    return lines
