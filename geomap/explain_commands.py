"""What `geomap explain` does: find a name in articles, and tell its uses in words or as JSON."""

from __future__ import annotations

import io
import shutil
from typing import TYPE_CHECKING, Any

from geomap import geodesy
from geomap.commands import Run
from geomap.console import printable
from geomap.errors import ArticleError, SettingsError
from geomap.explanation import explain, similar
from geomap.gazetteer.names import fold
from geomap.output.records import hint_record
from geomap.run_summary import count
from geomap.toponyms.corrections import squeezed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import Console, RenderableType
    from rich.table import Table
    from rich.text import Text

    from geomap.explanation import Explanation, Occurrence, Weighed
    from geomap.models import Article, Hint, Resolution

SHOWN = 8  # candidates in the table
SEARCHED = 200  # articles whose names are read for "did you mean"
WIDE = 130  # columns of a terminal from which the figures have columns of their own
AROUND = 150  # characters of a long sentence shown on each side of the name
NO_END = 100_000  # columns of what is no terminal: a row is a line, however long


class ExplainRun(Run):
    """`geomap explain`: one name in one source of articles."""

    def explain(self, name: str, article_id: str | None = None) -> list[Explanation]:
        """Return the uses of a name, in the order of the articles and their texts.

        Raises
        ------
        SettingsError
            The name holds no letter.
        ArticleError
            No article could be used, none has the id, or the name does not stand in any.
        """
        if not fold(name):
            raise SettingsError(f"NAME {name!r} holds no letter: write it as in the text")
        articles = self._read().articles
        self.problems += self.corrections.problems
        if article_id is not None:
            articles = self._of_id(articles, article_id)
        found = [e for a in articles for e in explain(self.pipeline, a, name)]
        if not found:
            raise ArticleError(self._nowhere(articles, name))
        return found

    def _of_id(self, articles: tuple[Article, ...], article_id: str) -> tuple[Article, ...]:
        wanted = squeezed(article_id)
        chosen = tuple(a for a in articles if squeezed(a.id) == wanted)
        if not chosen:
            ids = [a.id for a in articles]
            raise ArticleError(
                f"no article {article_id!r} in {self.sources[0]}: it holds "
                + _some(similar(article_id, ids) or ids)
            )
        return chosen

    def _nowhere(self, articles: Sequence[Article], name: str) -> str:
        """Say that a name stands in no article, and what like it is read there."""
        where = articles[0].path or articles[0].id
        if len(articles) > 1:
            where = f"the {len(articles)} articles of {self.sources[0]}"
        results = self.pipeline.run(articles[:SEARCHED])
        names = [r.mention.text for report in results.reports for r in report.resolutions]
        told = f"{name!r} does not stand in {where}"
        if like := similar(name, names):
            return f"{told}: similar names read there are {_some(like)}"
        if not names:
            return f"{told}, nor is any place read there"
        return f"{told}: the names read there are {_some(dict.fromkeys(names))}"


def _some(names: Sequence[str] | dict[str, None]) -> str:
    listed = list(names)
    return ", ".join(map(repr, listed[:SHOWN])) + (", ..." if len(listed) > SHOWN else "")


def record(name: str, uses: Sequence[Explanation], candidates: int | None = None) -> dict[str, Any]:
    """Return uses as a JSON object (`docs/explain.md` has its keys)."""
    return {"name": name, "uses": [_use(e, candidates) for e in uses]}


def _use(use: Explanation, limit: int | None) -> dict[str, Any]:
    article, mention = use.article, use.resolution.mention if use.resolution else None
    return {
        "article_id": article.id,
        "date": article.date.isoformat() if article.date else None,
        "source": article.source,
        "status": use.status,
        "kind": mention.kind if mention else None,
        "threshold": use.threshold,
        "overlaps": use.overlaps,
        "dropped_by": use.dropped_by,
        "count": len(use.occurrences),
        "occurrences": [
            {
                "start": o.start,
                "end": o.end,
                "text": o.text,
                "sentence": article.text[o.sentence.start : o.sentence.end],
                "chance": o.chance,
                "confidence": o.confidence,
            }
            for o in use.occurrences
        ],
        "reading": _reading(use.resolution),
        "before": _reading(use.before),
        "hints": [hint_record(h) for h in use.hints],
        "candidates_known": len(use.candidates),
        "candidates": [_candidate(n, c) for n, c in enumerate(use.candidates[:limit], start=1)],
    }


def _reading(resolution: Resolution | None) -> dict[str, Any] | None:
    if resolution is None:
        return None
    place = resolution.place
    return {
        "status": resolution.status,
        "name": resolution.name,
        "admin1": place.admin1_name if place else None,
        "country": place.country if place else None,
        "lat": resolution.lat,
        "lon": resolution.lon,
        "radius_km": resolution.radius_km,
        "precision": resolution.precision,
        "geonameid": place.geonameid if place else None,
        "confidence": resolution.confidence,
        "reasons": list(resolution.reasons),
    }


def _candidate(number: int, candidate: Weighed) -> dict[str, Any]:
    place = candidate.place
    return {
        "number": number,
        "chosen": candidate.chosen,
        "name": place.name,
        "admin1": place.admin1_name,
        "country": place.country,
        "lat": place.lat,
        "lon": place.lon,
        "population": place.population,
        "feature_code": place.feature_code,
        "level": candidate.level,
        "geonameid": place.geonameid,
        "score": candidate.score,
        "probability": candidate.probability,
        "reasons": list(candidate.reasons),
    }


def told(uses: Sequence[Explanation], candidates: int = SHOWN, *, terminal: bool = False) -> str:
    """Return uses in words, with a table of candidates for each.

    Parameters
    ----------
    uses : sequence of Explanation
    candidates : int
        Rows of a table.
    terminal : bool
        Whether they are for a terminal: coloured and as wide as it is; else a row is a line.
    """
    from rich.console import Console

    width = shutil.get_terminal_size().columns if terminal else NO_END
    written = io.StringIO()
    out = Console(
        file=written, width=width, force_terminal=terminal, markup=False, emoji=False,
        highlight=False, color_system="standard" if terminal else None, legacy_windows=False,
    )  # fmt: skip
    for number, use in enumerate(uses):
        if number:
            out.print()
        _tell(use, candidates, out)
    return "\n".join(line.rstrip() for line in written.getvalue().split("\n")).rstrip()


def _tell(use: Explanation, candidates: int, out: Console) -> None:
    article = use.article
    dated = f" ({article.date})" if article.date else ""
    first = use.occurrences[0]
    times = "" if len(use.occurrences) == 1 else f", {len(use.occurrences)} times"
    status = "not read as a place" if use.resolution is None else use.resolution.status
    out.print(_text(f"{first.text}: {status}{times} in {article.id}{dated}", "bold"))
    out.print(_pairs(_facts(use)))
    if not use.candidates:
        if use.resolution is None or use.resolution.mention.feature != "bloc":
            out.print(_text("the gazetteer has no place of this name"))
        return
    shown = use.candidates[:candidates]
    out.print(_table(shown) if out.width >= WIDE else _narrow_table(shown))
    if rest := len(use.candidates) - len(shown):
        out.print(_text(f"and {count(rest, 'candidate')} more (--candidates N)"))


def _facts(use: Explanation) -> list[tuple[str, str]]:
    """Return what is told of a use before its table: what of it, and in which words."""
    facts = [("text", _quoted(use.article, use.occurrences[0]))]
    resolution, sure = use.resolution, _recognised(use)
    if resolution is None:
        facts += [("why", line) for line in _why_not(use)]
        return facts
    facts.append(("read as", ", ".join([f"a place name ({resolution.mention.kind})", *sure])))
    confidences = [o.confidence for o in use.occurrences if o.confidence is not None]
    if resolution.status != "refused":
        facts.append(("chosen", f"{_where(resolution)}, confidence {_range(confidences, '.2f')}"))
    # How sure the recogniser is stands above, for all occurrences.
    told = tuple(r for r in resolution.mention.reasons if sure and r.startswith("read as"))
    facts += [("because", reason) for reason in resolution.reasons if reason not in told]
    facts += [("hint", _hint(h)) for h in use.hints]
    if use.before is not None:
        facts.append(("before", f"{_where(use.before)}, without hints and corrections"))
    return facts


def _hint(hint: Hint) -> str:
    """Say how a hint was read, what it leaves, and what others made of it."""
    parts = [repr(hint.text), hint.relation.replace("_", " and ")]
    if hint.distance_km is not None:
        hedge = "about " if hint.approximate else ""
        bound = {"at_most": "at most ", "at_least": "at least "}.get(hint.bound or "", "")
        parts.append(f"{hedge}{bound}{hint.distance_km:g} km")
    if hint.direction is not None:
        parts.append(hint.direction)
    parts.append("from " + " and ".join(a.name for a in hint.anchors))
    if hint.region is not None:
        area = geodesy.area_km2(hint.region.geometry)
        parts.append(f"a region of {area:,.0f} km2, confidence {hint.confidence:.2f}")
    return "; ".join((", ".join(parts), *hint.reasons))


def _recognised(use: Explanation) -> list[str]:
    """Say how likely the recogniser holds it that the words are a place, and what is enough."""
    chances = [o.chance for o in use.occurrences if o.chance is not None]
    if not chances or use.threshold is None:
        return []
    return [f"{_range(chances, '.0%')} sure, where {use.threshold:.0%} is enough"]


def _why_not(use: Explanation) -> list[str]:
    why = []
    if use.dropped_by is not None:
        why.append(f"corrected: {use.dropped_by}")
    if use.overlaps is not None:
        why.append(f"shares words with {use.overlaps!r}, which is read as a place")
    if use.threshold is None:
        why.append("the recogniser chosen did not find it (only geomap's own tells how sure it is)")
    elif sure := _recognised(use):
        why.append(f"the recogniser is {sure[0]}")
    else:
        small = use.occurrences[0].text.islower()
        told = "a place name has a capital" if small else "they are no name by themselves"
        why.append(f"the recogniser did not weigh these words: {told}")
    return why


def _where(resolution: Resolution) -> str:
    """Return what a reading is, in words: "Lyman, Donetsk Oblast, UA (48.99012, 37.81127)"."""
    place = resolution.place
    parts = [resolution.name]
    if place is not None:
        parts += [p for p in (place.admin1_name, place.country) if p and p != place.name]
    if resolution.status == "refused":
        return "refused"
    if resolution.lat is None or resolution.lon is None:
        return f"{', '.join(parts)} (no place on the map)"
    how = ", placed by its hint" if resolution.status == "hinted" else ""
    return f"{', '.join(parts)} ({resolution.lat:.5f}, {resolution.lon:.5f}){how}"


def _range(values: Sequence[float], form: str) -> str:
    low, high = format(min(values), form), format(max(values), form)
    return low if low == high else f"{low} to {high}"


def _quoted(article: Article, occurrence: Occurrence) -> str:
    """Return the sentence of an occurrence with the name in brackets, cut when it is long."""
    sentence, text = occurrence.sentence, article.text
    low = max(sentence.start, occurrence.start - AROUND)
    high = min(sentence.end, occurrence.end + AROUND)
    return (
        ("... " if low > sentence.start else "")
        + f"{text[low : occurrence.start]}[{occurrence.text}]{text[occurrence.end : high]}"
        + (" ..." if high < sentence.end else "")
    )


def _text(words: str, style: str = "") -> Text:
    """Return words on one line that can neither steer a terminal nor be read as markup."""
    from rich.text import Text

    return Text(printable(" ".join(words.split())), style=style, overflow="fold")


def _pairs(facts: Sequence[tuple[str, str]]) -> RenderableType:
    """Return labelled lines; a label stands only before the first of its lines."""
    from rich.table import Table

    grid = Table.grid(padding=(0, 2), pad_edge=False)
    grid.add_column(no_wrap=True)
    grid.add_column(overflow="fold")
    before = None
    for label, words in facts:
        grid.add_row(_text("  " if label == before else f"  {label}", "dim"), _text(words))
        before = label
    return grid


def _empty_table() -> Table:
    from rich.table import Table

    return Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")


def _kind(candidate: Weighed) -> str:
    return f"{candidate.level} {candidate.place.feature_code or ''}".rstrip()


def _table(candidates: Sequence[Weighed]) -> Table:
    table = _empty_table()
    for head in ("#", "name", "admin1", "country", "lat", "lon", "population", "kind", "score",
                 "probability", "", "reasons"):  # fmt: skip
        words = head in ("name", "admin1", "country", "kind", "", "reasons")
        table.add_column(
            head,
            justify="left" if words else "right",
            no_wrap=head not in ("name", "admin1", "kind", "reasons"),
            overflow="fold",
        )
    for number, candidate in enumerate(candidates, start=1):
        place = candidate.place
        cells = (
            str(number), place.name, place.admin1_name or "", place.country or "",
            f"{place.lat:.5f}", f"{place.lon:.5f}",
            f"{place.population:,}" if place.population else "", _kind(candidate),
            f"{candidate.score:.2f}", f"{candidate.probability:.1%}",
            "chosen" if candidate.chosen else "", "; ".join(candidate.reasons),
        )  # fmt: skip
        table.add_row(*map(_text, cells), style="bold" if candidate.chosen else None)
    return table


def _narrow_table(candidates: Sequence[Weighed]) -> Table:
    """Return the same with what can be folded in two columns."""
    table = _empty_table()
    table.add_column("#", justify="right", no_wrap=True)
    table.add_column("place", overflow="fold", ratio=1)
    table.add_column("score", justify="right", no_wrap=True, min_width=6)
    table.add_column("prob.", justify="right", no_wrap=True, min_width=6)
    table.add_column("reasons", overflow="fold", ratio=1)
    for number, candidate in enumerate(candidates, start=1):
        place = candidate.place
        parts = [place.name, *(p for p in (place.admin1_name, place.country) if p)]
        why = ["chosen"] if candidate.chosen else []
        why.append(_kind(candidate))
        if place.population and not any(r.startswith("population") for r in candidate.reasons):
            why.append(f"population {place.population:,}")
        cells = (
            str(number), f"{', '.join(parts)} ({place.lat:.5f}, {place.lon:.5f})",
            f"{candidate.score:.2f}", f"{candidate.probability:.1%}",
            "; ".join([*why, *candidate.reasons]),
        )  # fmt: skip
        table.add_row(*map(_text, cells), style="bold" if candidate.chosen else None)
    return table
