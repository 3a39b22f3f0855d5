"""What the text says plainly of where one name lies from another: "Vovche (southeast of Lyman)".

The hints room reads distances and regions; this is the plain reading that choosing among
namesakes needs first, for it speaks of both names: of the sixty Oleksandrivkas the one is meant
that has an Orestopil to its southeast.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from geomap.gazetteer.schema import Level

if TYPE_CHECKING:
    from collections.abc import Sequence

    from geomap.models import Mention
    from geomap.toponyms.context import Context

_WINDS = {
    "north": 0.0, "northeast": 45.0, "east": 90.0, "southeast": 135.0, "south": 180.0,
    "southwest": 225.0, "west": 270.0, "northwest": 315.0,
}  # fmt: skip
_WIND_OF = re.compile(
    r"\b(?:(north|south)[ -]?)?(east|west)?(?:ern)?(?:\s+(?:part|outskirts))?\s+of\s+"
    r"(?:the\s+(?:city|town|village)\s+of\s+)?$",
    re.IGNORECASE,
)
_ADVERBS = (
    r"(?:(?:just|immediately|directly|further|farther|located|about|some|far)\s+)*"
    r"(?:\d[\d.,]{0,8}[ -]?(?:km|kilomet(?:re|er)s?|miles?|mi)\s+(?:to\s+the\s+)?)?"
)
_BRACKET = re.compile(rf"\s*\(\s*(?P<all>(?:all|both|each)\s+)?{_ADVERBS}$", re.IGNORECASE)
_BESIDE = re.compile(
    rf"\s*,?\s*(?:(?:which|that)\s+(?:lies|is)\s+|lies\s+)?{_ADVERBS}$", re.IGNORECASE
)
_ONWARD = re.compile(
    r"(?:\s+(?:City|town))?\s*,?\s+(?:near|around|in\s+and\s+around|in|towards?)\s+"
)
_LIST = re.compile(
    r"(?:\s+(?:Oblast|Raion|City))?\s*(?:,\s*(?:and\s+|or\s+)?|\s(?:and|or)\s)\s*"
    r"(?:(?:near|in|towards?)\s+)?"
)
_REACH = 60  # characters before a name in which its wind is looked for
_MAX_LIST = 12

# Log odds at full agreement, and the distance at which a third is left: set by hand on reports of
# other days than the tests'; half of what a report places so lies within 12 km of its anchor.
GAIN, SCALE_KM, MOST = 6.0, 30.0, 9.0
HEARD = 0.5  # what the uses of a name that are not located themselves hear of one that is
ANYWHERE, FARTHEST_KM = 0.35, 120.0  # a direction holds for far places, too, but not for all
_STRAIGHT_DEG, _LOST_DEG = 35.0, 70.0
_CLOSE_KM = 6.0  # nearer than this a direction from a town's point says nothing


def find_links(text: str, mentions: Sequence[Mention]) -> list[tuple[int, int, float]]:
    """Return what the text says lies where.

    Returns
    -------
    list of (int, int, float)
        Numbers of the mention that is located and of the one it is located from, and the azimuth
        from this to that, in degrees.
    """
    links: list[tuple[int, int, float]] = []
    for number, anchor in enumerate(mentions):
        low = max(0, anchor.start - _REACH)
        if text[low : anchor.start].rstrip()[-2:].lower() != "of":
            continue
        wind = _WIND_OF.search(text, low, anchor.start)
        azimuth = _azimuth(wind)
        if wind is None or azimuth is None:
            continue
        located = _located_before(text, mentions, number, wind.start())
        if not located:
            located = _located_after(text, mentions, number)
        links += [(i, number, azimuth) for i in located]
    return links


def _azimuth(wind: re.Match[str] | None) -> float | None:
    if wind is None:
        return None
    return _WINDS.get("".join(part or "" for part in wind.groups()).lower())


def _located_before(text: str, mentions: Sequence[Mention], number: int, end: int) -> list[int]:
    """Return the mentions before a wind that it locates: one, or a list whose bracket says all."""
    last = number - 1
    if last < 0 or mentions[last].kind == "demonym" or end - mentions[last].end > _REACH:
        return []
    bracket = _BRACKET.fullmatch(text, mentions[last].end, end)
    if bracket is None:
        return [last] if _BESIDE.fullmatch(text, mentions[last].end, end) else []
    located = [last]
    while bracket["all"] and len(located) < _MAX_LIST and located[-1] > 0:
        this, before = located[-1], located[-1] - 1
        if not _between(_LIST, text, mentions[before].end, mentions[this].start):
            break
        located.append(before)
    return located


def _located_after(text: str, mentions: Sequence[Mention], number: int) -> list[int]:
    """Return the list after an anchor: "northwest of Lyman near Stavky, Novyi Myr and Yarova"."""
    located: list[int] = []
    pattern, end = _ONWARD, mentions[number].end
    for i in range(number + 1, min(number + 1 + _MAX_LIST, len(mentions))):
        if not _between(pattern, text, end, mentions[i].start):
            break
        located.append(i)
        pattern, end = _LIST, mentions[i].end
    return located


def _between(pattern: re.Pattern[str], text: str, low: int, high: int) -> bool:
    """Say whether a pattern is all that stands between two names, and that is not far."""
    return high - low <= _REACH and pattern.fullmatch(text, low, high) is not None


def linked(
    context: Context, scores: Any, links: Sequence[tuple[int, int, float]], use_of: Sequence[int]
) -> Any:
    """Return scores raised where candidates of two names lie as the text says.

    Parameters
    ----------
    context : Context
    scores : numpy.ndarray
        Log odds of all candidates.
    links : sequence of (int, int, float)
        As of `find_links`, of one article.
    use_of : sequence of int
        For each mention of that article the number of its use.
    """
    import numpy as np

    told = {(use_of[a], use_of[b], azimuth) for a, b, azimuth in links if use_of[a] != use_of[b]}
    pairs = [
        (a, b, fits)
        for a, b, azimuth in sorted(told)
        if (fits := _agreement(context, context.of(a), context.of(b), azimuth)) is not None
    ]
    if not pairs:
        return scores
    raised = scores.copy()
    # First the anchors learn from all that they locate, then these from their anchors.
    gain = np.zeros(len(scores))
    for a, b, fits in pairs:
        own = context.of(b)
        gain[own] += GAIN * (_shares(scores[context.of(a)])[:, None] * fits).max(axis=0)
    raised += np.minimum(gain, MOST)
    gain = np.zeros(len(scores))
    for a, b, fits in pairs:
        own = context.of(a)
        told_by = GAIN * (fits * _shares(raised[context.of(b)])[None, :]).max(axis=1)
        gain[own] = np.maximum(gain[own], told_by)
    _share_among_names(context, {a for a, _, _ in pairs}, gain)
    return raised + gain


def _share_among_names(context: Context, located: set[int], gain: Any) -> None:
    """Let the uses of a name that are not located themselves hear, half, of one that is."""
    import numpy as np

    by_name: dict[tuple[int, int], list[int]] = {}
    for told in sorted(located):
        by_name.setdefault((int(context.article[told]), int(context.name[told])), []).append(told)
    articles = {a for a, _ in by_name}
    for number, use in enumerate(context.uses):
        if number in located or use.article not in articles:
            continue
        own = context.of(number)
        for other in by_name.get((use.article, use.name), ()):
            if np.array_equal(context.rows[own], context.rows[context.of(other)]):
                gain[own] = np.maximum(gain[own], HEARD * gain[context.of(other)])


def _shares(scores: Any) -> Any:
    import numpy as np

    weights = np.exp(scores - scores.max())
    # Namesakes that are as likely as each other all get a say.
    return weights / weights.max()


def _agreement(context: Context, located: slice, anchors: slice, azimuth_deg: float) -> Any:
    """Return how well pairs of candidates lie as told, 0 to 1, shape (located, anchors)."""
    import numpy as np

    if located.start == located.stop or anchors.start == anchors.stop:
        return None
    lat, lon = context.lat[located][:, None], context.lon[located][:, None]
    lat0, lon0 = context.lat[anchors][None, :], context.lon[anchors][None, :]
    north = (lat - lat0) * 111.195
    east = (lon - lon0) * 111.195 * np.cos(np.radians((lat + lat0) / 2))
    km = np.hypot(north, east)
    off = np.abs((np.degrees(np.arctan2(east, north)) - azimuth_deg + 180.0) % 360.0 - 180.0)
    straight = np.clip((_LOST_DEG - off) / (_LOST_DEG - _STRAIGHT_DEG), 0.0, 1.0)
    straight = np.where(km < _CLOSE_KM, np.maximum(straight, 0.5), straight)
    local = (context.level[located] >= Level.ADMIN3)[:, None]
    near = np.where(km < FARTHEST_KM, ANYWHERE + (1.0 - ANYWHERE) * np.exp(-km / SCALE_KM), 0.0)
    return local * straight * near
