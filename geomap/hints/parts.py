"""Winds, parts and surroundings: "north of X", "eastern X", "the city's east", "X's outskirts"."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from geomap.hints.anchors import anchor_of, is_country
from geomap.hints.expressions import IMPLIED, Expression
from geomap.hints.patterns import BEHIND, patterns
from geomap.hints.quantities import joint_wind, wind
from geomap.hints.relations import relations
from geomap.models import Anchor

if TYPE_CHECKING:
    from geomap.hints.anchors import Anchors
    from geomap.models import Relation, Resolution

_ADJECTIVE = re.compile(r"ern(?:most)?$", re.IGNORECASE)
_IN = re.compile(r"\b(?:in|into|across|over|of|throughout|from)\s+$", re.IGNORECASE)
_THE = re.compile(r"\b(?:the|that|this)\s+$", re.IGNORECASE)


def wind_at(names: Anchors, at: int) -> list[Expression]:
    """Return what a wind's word begins: a direction, a part, a bank; nothing inside a name."""
    text, p = names.text, patterns()
    inside = names.covering(at)
    # A wind taken for a name that no gazetteer has is a wind: "at 2600 m, North-West of X".
    if inside is not None and (inside.place is not None or wind(inside.mention.text) is None):
        return []
    match = p.winds.match(text, at)
    if match is None:
        return []
    winds = [w for w in (match["d1"], match["d2"]) if w]
    direction, end = joint_wind(winds), match.end()
    adjective = bool(_ADJECTIVE.search(match.group()))
    behind = text[max(0, at - BEHIND) : at]
    owner = _owner(names, at, behind)
    bank = p.bank_after.match(text, end)
    if bank:
        return _bank(names, at, bank, direction, owner)
    if direction is None and len(winds) == 1:
        return []
    if p.outskirts_after.match(text, end) and adjective:
        return []  # `outskirts_at` reads it
    part = p.part_after.match(text, end)
    if owner is not None:
        anchor, start = owner
        if direction is None or is_country(anchor):
            return []
        if not adjective or part:
            stop = part.end() if part and not part["of"] else end
            return [Expression(start, stop, "part", (anchor,), direction=direction)]
    if part and part["of"]:
        return _part_of(names, at, part.end(), direction, behind)
    if adjective:
        return _adjective(names, at, end, direction)
    return _bare(names, at, match, direction, behind)


def _bare(
    names: Anchors, at: int, match: re.Match[str], direction: str | None, behind: str
) -> list[Expression]:
    """Return "north of X", "to the north", "the north of X", "in north Bakhmut"."""
    text, p = names.text, patterns()
    before = p.just_before.search(behind)
    start = at - len(before.group()) if before else at
    follows = p.of_from.match(text, match.end())
    if follows:
        if before and before["the"] and not before["to"]:
            words = before["the"].lower().split()
            if follows["word"].lower() == "from":
                return []
            if words[0] != "to":
                return _part_of(names, at, follows.end(), direction, behind)
        one = names.one(follows.end())
        if one is None or is_country(one[0]) or names.is_pair(one[0]):
            return []
        if direction is None:  # "north and south of X": on two sides of it
            return [Expression(start, one[1], "near", (one[0],))]
        return [Expression(start, one[1], "direction", (one[0],), direction=direction)]
    named = names.at(match.end() + 1)
    if named and match.group().islower() and not match["d2"] and _IN.search(behind):
        return _whole_or_part(names, at, named, direction)
    if before and before["to"] and direction:
        return [
            Expression(start, match.end(), "direction", (Anchor(IMPLIED),), direction=direction)
        ]
    return []


def _part_of(
    names: Anchors, at: int, offset: int, direction: str | None, behind: str
) -> list[Expression]:
    """Return "the western part of X", "the north of X"; the west side of a river is its bank."""
    one = names.one(offset)
    if one is None or direction is None or is_country(one[0]):
        return []
    anchor, end = one
    the = _THE.search(behind)
    start = at - len(the.group()) if the else at
    water = anchor.place is not None and anchor.place.feature_class == "H"
    relation: Relation = "bank" if water else "part"
    return [Expression(start, end, relation, (anchor,), direction=direction)]


def _adjective(names: Anchors, at: int, end: int, direction: str | None) -> list[Expression]:
    """Return "eastern Bakhmut", "eastern Donetsk region"."""
    if names.text[end : end + 1] != " ":
        return []
    named = names.at(end + 1)
    if named is None or direction is None:
        return []
    return _whole_or_part(names, at, named, direction)


def _whole_or_part(
    names: Anchors, at: int, named: Resolution, direction: str | None
) -> list[Expression]:
    """Return a part of a place, or the whole: "the country's eastern Donetsk region".

    A wind before a division's name says where the division lies in its country when an owner
    ("the country's") or a lower-case "region" says so; otherwise it is a part of it.
    """
    text, words = names.text, relations().words
    anchor, end = anchor_of(named), named.mention.end
    if is_country(anchor):
        return []
    after = patterns().region_after.match(text, end)
    end = after.end() if after else end
    if anchor.place is not None and anchor.place.feature_code == "ADM1":
        before = text[max(0, at - 24) : at].lower().rstrip().replace("’", "'")
        own = text[at:end].split()
        if before.endswith(words["owners"]) or own[-1] in words["region_nouns"]:
            return [Expression(at, end, "within", (anchor,))]
    relation: Relation = "part" if direction else "within"
    return [Expression(at, end, relation, (anchor,), direction=direction)]


def _owner(names: Anchors, at: int, behind: str) -> tuple[Anchor, int] | None:
    """Return who owns what stands at an offset, and where it is named: "Bakhmut's", "its"."""
    found = patterns().owner_before.search(behind)
    if found is None:
        return None
    start = at - len(behind) + found.start()
    if found["name"]:
        named = names.ending(start + 1)
        return (anchor_of(named), named.mention.start) if named else None
    last = names.last_settlement(start)
    return (last, start) if last else None


def _bank(
    names: Anchors, at: int, bank: re.Match[str], direction: str | None,
    owner: tuple[Anchor, int] | None,
) -> list[Expression]:  # fmt: skip
    """Return "the east bank of the Oskil": its anchor is the river, named here or before."""
    text = names.text
    if text[at].isupper() and text[bank.end() - 1].isalpha() and "B" in bank.group():
        return []  # the West Bank
    the = _THE.search(text[max(0, at - BEHIND) : at])
    start = at - len(the.group()) if the else at
    if owner is not None:
        return [Expression(owner[1], bank.end(), "bank", (owner[0],), direction=direction)]
    if not bank["of"]:
        river = names.last_named(at, "H")
        if river is None or not the:
            return []
        return [Expression(start, bank.end(), "bank", (anchor_of(river),), direction=direction)]
    anchor, end = _river(names, bank.end())
    return [Expression(start, end, "bank", (anchor,), direction=direction)] if anchor else []


def bank_at(names: Anchors, at: int) -> list[Expression]:
    """Return "the left bank of the Dnipro": which wind that is, only a map says."""
    side = patterns().bank_side.match(names.text, at)
    if side is None:
        return []
    bank = patterns().bank_after.match(names.text, side.end())
    if bank is None or names.covering(at) is not None:
        return []
    owner = _owner(names, at, names.text[max(0, at - BEHIND) : at])
    return _bank(names, at, bank, None, owner)


def _river(names: Anchors, offset: int) -> tuple[Anchor | None, int]:
    """Return the river named at an offset, or the one named last for "the river"."""
    named = names.after(offset)
    if named is None:
        lead = patterns().river_lead.match(names.text, offset)
        named = names.at(lead.end()) if lead else None
        if named is None and lead is not None and lead["noun"]:
            last = names.last_named(offset, "H")
            end = lead.end("noun")
            return (anchor_of(last) if last else Anchor(names.text[offset:end], offset, end)), end
    if named is None:
        return None, offset
    after = patterns().river_after.match(names.text, named.mention.end)
    return anchor_of(named), after.end() if after else named.mention.end


def outskirts_at(names: Anchors, at: int) -> list[Expression]:
    """Return "on the outskirts of X", "a northern suburb of X", "X's edge", "its outskirts"."""
    text, p = names.text, patterns()
    noun = p.outskirts.match(text, at)
    if noun is None or names.covering(at) is not None:
        return []
    behind = text[max(0, at - BEHIND) : at]
    side = p.side_before.search(behind)
    winds = [w for w in (side["d1"], side["d2"]) if w] if side else []
    direction = joint_wind(winds) if winds else None
    start = at - len(behind) + side.start() if side else at
    first = at - len(side["winds"] or "") if side else at
    named = names.ending(first - 1)
    owned = named is not None and named.place is not None and named.place.feature_class == "P"
    if named is None and side and (side["the"] or "")[:1] in ("'", "’"):
        named = names.ending(at - len(behind) + side.start("the"))  # "Kyiv's leafy suburb of Bucha"
        owned = named is not None and noun.group().lower().startswith("suburb")
    of = p.of_from.match(text, noun.end())
    if of and not owned and of["word"].lower() == "of":
        anchors, end = names.many(of.end())
        if not anchors or is_country(anchors[0]):
            return []
        if side and side["prep"] is None and (side["the"] or "").strip().lower() in ("a", "an"):
            start += len(side["the"])
        return [Expression(start, end, "outskirts", anchors, direction=direction)]
    owner = _owner(names, first, text[max(0, first - BEHIND) : first])
    if owner is not None and not is_country(owner[0]):
        return [Expression(owner[1], noun.end(), "outskirts", (owner[0],), direction=direction)]
    if named is not None and owned:  # "the Kyiv suburb of Bucha"
        begin = named.mention.start
        return [
            Expression(begin, noun.end(), "outskirts", (anchor_of(named),), direction=direction)
        ]
    return []


def centre_at(names: Anchors, at: int) -> list[Expression]:
    """Return "central Bakhmut", "the centre of Bakhmut", "Bakhmut's centre": the place itself."""
    text, p = names.text, patterns()
    if names.covering(at) is not None:
        return []
    noun = p.centre_of.match(text, at)
    if noun:
        one = names.one(noun.end())
        if one is None or is_country(one[0]):
            return []
        return [Expression(at, one[1], "within", (one[0],))]
    noun = p.centre_noun.match(text, at)
    if noun:
        owner = _owner(names, at, text[max(0, at - BEHIND) : at])
        if owner is None or is_country(owner[0]):
            return []
        return [Expression(owner[1], noun.end(), "within", (owner[0],))]
    word = p.centre_word.match(text, at)
    named = names.at(word.end()) if word else None
    return _whole_or_part(names, at, named, None) if named else []


def _is_road(noun: str, on: str | None, names: int) -> bool:
    """Say whether a noun after names makes a road of them; `on` is the preposition before."""
    words = relations().words
    if names == 1:
        return on is not None and noun in words["named_roads"]
    return on is not None or noun not in words["loose_roads"]


def after_name(names: Anchors, named: Resolution) -> list[Expression]:
    """Return what the words after a name make of it: a direction, an area, a road, a river."""
    text, p = names.text, patterns()
    start, end = named.mention.start, named.mention.end
    following = text[end : end + 1]
    water = named.place is not None and named.place.feature_class == "H"
    if not water and not (following and (following == " " or not following.isalnum())):
        return []
    behind = text[max(0, start - BEHIND) : start]
    joined = names.hyphened(named)
    end = joined[-1].mention.end
    anchors = tuple(anchor_of(r) for r in joined)
    noun = p.axis_after.match(text, end)
    if noun:
        if (
            noun.group().endswith("s") and len(joined) == 1
        ):  # "in the Lyman and Kupiansk directions"
            joined = names.listed_before(named)
            start = joined[0].mention.start
            behind = text[max(0, start - BEHIND) : start]
            anchors = tuple(anchor_of(r) for r in joined)
        the = p.axis_before.search(behind)
        if the is None:
            return []
        relation: Relation = "toward" if noun["axis"] else "near"
        first = start - len(the.group())
        if is_country(anchors[0]):
            return []
        return [Expression(first, noun.end(), relation, anchors)]
    road = p.road_after.match(text, end)
    lead = p.road_before.search(behind) if road else None
    if road and lead and not water and _is_road(road["noun"], lead["prep"], len(joined)):
        return [Expression(start - len(lead.group()), road.end(), "along", anchors)]
    river = p.river_after.match(text, end)
    if river or water:
        along = p.river_before.search(behind)
        if along:
            stop = river.end() if river else end
            return [Expression(start - len(along.group()), stop, "along", anchors[:1])]
    return []
