"""What `geomap locate` does: read the sentences, locate their subjects, write a line for each."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from geomap.articles.cases import read_cases
from geomap.commands import Run
from geomap.errors import SettingsError
from geomap.models import Problem
from geomap.output.files import write_text
from geomap.output.geojson import geometry_json, line
from geomap.output.records import hint_record
from geomap.run_summary import count
from geomap.sentence_locator import Located, SentenceLocator

if TYPE_CHECKING:
    from geomap.models import Hint

DECIMALS = 5  # of a degree: a metre


class LocateRun(Run):
    """`geomap locate`: its one source is a file of sentences."""

    def locate(self, output: Path, *, level: float, snap: bool) -> dict[str, Any]:
        """Locate the subjects of sentences; write them and return the summary.

        Parameters
        ----------
        output : Path
            The .jsonl to write, or "-" for standard output.
        level : float
            The share of the probability that a region holds.
        snap : bool
            Whether known settlements are evidence for where a settlement lies.

        Raises
        ------
        ArticleError
            The file cannot be read, or no line of it is a sentence.
        SettingsError
            The level is no share, or the output is the input.
        """
        if not 0.0 < level < 1.0:
            raise SettingsError(f"--level {level} is no share: write a number like 0.9")
        to_stdout = str(output) == "-"
        self._ready(*([] if to_stdout else [output]))
        (source,) = self.sources
        if source != "-" and Path(source).resolve() in self._outputs:
            raise SettingsError(f"{output}: is read and would be replaced: choose another -o")
        cases, problems = read_cases(source)
        self.problems += problems
        self._heed()
        located = SentenceLocator(self.pipeline, level=level, snap=snap).locate_many(cases)
        self.problems += [
            Problem(source, f"{one.id}: {one.reasons[0]}", "failed", set_aside=True)
            for one in located
            if one.failed
        ]
        self._heed()
        rows = "".join(line(record(one)) + "\n" for one in located)
        if to_stdout:
            sys.stdout.flush()
            sys.stdout.buffer.write(rows.encode("utf-8"))  # whatever the console knows
            sys.stdout.buffer.flush()
        else:
            write_text(output, rows)
        placed = sum(one.region is not None for one in located)
        told = f"{output}: {count(len(located), 'sentence')}, {placed} located"
        return {
            "sentences": len(located), "located": placed, "outputs": [str(output)], "lines": [told],
        }  # fmt: skip


def record(located: Located) -> dict[str, Any]:
    """Return what was located as a JSON object, by the contract (`docs/locate.md`)."""
    region = located.region
    return {
        "id": located.id,
        "lat": None if region is None else round(region.lat, DECIMALS),
        "lon": None if region is None else round(region.lon, DECIMALS),
        "region": None if region is None else geometry_json(region.geometry),
        "confidence": located.confidence,
        "expressions": [{**hint_record(h), "anchors": _anchors(h)} for h in located.hints],
        "candidates": [
            {
                "name": place.name,
                "lat": place.lat,
                "lon": place.lon,
                "geonameid": place.geonameid,
                "country": place.country,
                "probability": round(chance, 3),
            }
            for place, chance in located.candidates
        ],
        "reasons": list(located.reasons),
    }


def _anchors(hint: Hint) -> list[dict[str, Any]]:
    """Return what a hint is measured from, as the input may give it: with its point."""
    found = []
    for anchor in hint.anchors:
        at = anchor.place or anchor.region
        found.append(
            {
                "name": anchor.name,
                "lat": None if at is None else round(at.lat, DECIMALS),
                "lon": None if at is None else round(at.lon, DECIMALS),
                "start": anchor.start,
                "end": anchor.end,
            }
        )
    return found
