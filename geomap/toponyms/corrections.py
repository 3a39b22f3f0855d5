"""What a person says a name means, or does not mean: corrections of geomap's own readings.

A correction holds for one occurrence, an article, a source, or everywhere; the narrower one wins.
Files of them are read by `toponyms.correction_files`, `toponyms.correcting` puts them into effect.
"""

from __future__ import annotations

import hashlib
import math
import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Literal

from geomap.errors import CorrectionError
from geomap.gazetteer.names import fold

if TYPE_CHECKING:
    import datetime as dt
    import os
    from collections.abc import Iterable, Iterator, Sequence

    from geomap.models import Problem
    from geomap.toponyms.claim_corrections import ClaimCorrection

Action = Literal["place", "not_place", "not"]
# Words of a name. A possessive ('s) does not belong to it, the apostrophe of Slov'yans'k does.
WORD = re.compile(r"\w+(?:['’ʼ`´](?!s\b)\w+)*")


@dataclass(frozen=True, slots=True)
class PlaceChoice:
    """The place that a person means: by GeoNames number, by a point, or by a name to look up.

    `lat` and `lon` are degrees, `radius_km` how far the true place may lie from them. With a point
    `name` is what to call it, without one it is looked up ("Lyman, Kramatorsk Raion").
    """

    name: str | None = None
    geonameid: int | None = None
    lat: float | None = None
    lon: float | None = None
    radius_km: float | None = None

    def __post_init__(self) -> None:
        if (self.lat is None) != (self.lon is None):
            raise CorrectionError("a point needs both lat and lon")
        if self.lat is None or self.lon is None:
            if self.geonameid is None and not (self.name or "").strip():
                raise CorrectionError("names no place: give a name, a geonameid, or lat and lon")
        elif not (math.isfinite(self.lat) and abs(self.lat) <= 90):
            raise CorrectionError(f"lat {self.lat} is not between -90 and 90")
        elif not (math.isfinite(self.lon) and abs(self.lon) <= 180):
            raise CorrectionError(f"lon {self.lon} is not between -180 and 180")
        if self.radius_km is not None and not 0 < self.radius_km < math.inf:
            raise CorrectionError(f"radius_km {self.radius_km} is not a positive number")


@dataclass(frozen=True, slots=True)
class Entry:
    """Where a correction was written, for messages: file, which one of it, and its line.

    `what` it is: an "entry" of a name, a "claim".
    """

    path: str = "corrections"
    number: int = 1
    line: int | None = None
    what: str = "entry"

    @property
    def short(self) -> str:
        """The file without its folders, and the entry: "corrections.toml, entry 2"."""
        file = self.path.replace("\\", "/").rpartition("/")[2]
        return f"{file}, {self.what} {self.number}"

    def told(self, name: str, what: str) -> str:
        """Return a message about this entry, which is of a name if one was given."""
        return f"{self.what} {self.number}{f' ({name!r})' if name else ''}: {what}"

    def wrong(self, name: str, what: str) -> CorrectionError:
        """Return an error about this entry that says where it stands."""
        at = self.path if self.line is None else f"{self.path}:{self.line}"
        return CorrectionError(f"{at}: {self.told(name, what)}")

    def contradicts(self, name: str, other: Entry, of: str) -> CorrectionError:
        """Return an error about this entry and another; `of` says what both are of, and advises."""
        at = f" (line {other.line})" if other.line is not None else ""
        file = "" if other.path == self.path else f"{other.path}, "
        told = f"contradicts {file}{other.what} {other.number}{at}, which is of the same {of}"
        return self.wrong(name, told)


@dataclass(frozen=True, slots=True)
class Correction:
    """One statement of a person about a name.

    Attributes
    ----------
    name : str
        The words of the text; case, marks and script do not matter.
    action : {"place", "not_place", "not"}
        The name means `place`; it names no place at all; it does not mean `place`.
    article, source : str, optional
        Only in this article (its id), only in articles of this source.
    start : int, optional
        Only the occurrence that begins here; needs `article`.
    note : str
        Why; shown with every reading that follows from it.
    added : date, optional
        When it was written; for its owner.
    """

    name: str
    action: Action
    place: PlaceChoice | None = None
    article: str | None = None
    source: str | None = None
    start: int | None = None
    note: str = ""
    added: dt.date | None = None
    entry: Entry = field(default=Entry(), compare=False)

    def __post_init__(self) -> None:
        if not words_key(self.name):
            raise self.entry.wrong("", f"name {self.name!r} holds no word: write it as in the text")
        if self.action not in ("place", "not_place", "not"):
            raise self.entry.wrong(self.name, f"unknown action {self.action!r}")
        if (self.action == "not_place") != (self.place is None):
            raise self.entry.wrong(self.name, f"action {self.action!r} with place {self.place!r}")
        if self.start is not None and self.article is None:
            raise self.entry.wrong(self.name, "start needs the article that it counts in")
        if self.start is not None and self.start < 0:
            raise self.entry.wrong(self.name, f"start {self.start} is less than 0")

    @property
    def key(self) -> str:
        """The name as it is compared."""
        return words_key(self.name)

    @property
    def rank(self) -> tuple[bool, bool, bool]:
        """How narrow it is: the narrower of two has the greater rank."""
        return (self.start is not None, self.article is not None, self.source is not None)

    @property
    def extent(self) -> tuple[str, str | None, str | None, int | None]:
        """Name, article, source and start as they are compared."""
        return (self.key, squeezed(self.article), source_key(self.source), self.start)

    @property
    def where(self) -> str:
        """Where it holds, in words."""
        if self.start is not None:
            return "this mention"
        if self.article is not None:
            return "this article"
        return "this source" if self.source is not None else "all articles"


class Corrections:
    """The corrections of a run, in order.

    Parameters
    ----------
    entries : sequence of Correction
    problems : sequence of Problem, optional
        What the owner of the files should know about them.
    claims : sequence of ClaimCorrection, optional
        What is said of claims. It is true of them when there is anything of either kind; `len` and
        iterating are of names alone.

    Examples
    --------
    >>> import geomap
    >>> from geomap.toponyms.corrections import Correction, Corrections, PlaceChoice
    >>> here = Correction("Lyman", "place", PlaceChoice("Lyman, Kramatorsk Raion"))
    >>> pipeline = geomap.Pipeline(corrections=Corrections([here]))
    >>> report = pipeline.process(geomap.Article("a", "Lyman was quiet."))
    >>> [(r.place.geonameid, r.confidence) for r in report.resolutions]
    [(704204, 1.0)]
    """

    def __init__(
        self,
        entries: Sequence[Correction],
        problems: Sequence[Problem] = (),
        claims: Sequence[ClaimCorrection] = (),
    ) -> None:
        # What no file numbers is numbered here.
        self.entries = tuple(
            replace(e, entry=replace(e.entry, number=n)) if e.entry == Entry() else e
            for n, e in enumerate(entries, start=1)
        )
        self.problems = tuple(problems)
        self.claims = tuple(
            replace(c, entry=replace(c.entry, number=n)) if c.entry == Entry(what="claim") else c
            for n, c in enumerate(claims, start=1)
        )

    def __bool__(self) -> bool:
        return bool(self.entries or self.claims)

    def __len__(self) -> int:
        return len(self.entries)

    def __iter__(self) -> Iterator[Correction]:
        return iter(self.entries)

    @classmethod
    def load(cls, *paths: str | os.PathLike[str]) -> Corrections:
        """Read files of corrections: `.toml`, or a table that `geomap review` made, filled in.

        Raises
        ------
        CorrectionError
            A file cannot be read or an entry is wrong; the message names file, line and entry.
        """
        from geomap.toponyms.correction_files import read

        files = [read(path) for path in paths]
        return cls(
            [entry for file in files for entry in file.entries],
            [problem for file in files for problem in file.problems],
            [claim for file in files for claim in file.claims],
        )

    def of_names(self) -> Corrections:
        """Return what they say of names alone."""
        return Corrections(self.entries)

    def names_digest(self) -> str:
        """Return a short hash of what they say of names, in order; empty where they say nothing."""
        return said(self.entries) if self.entries else ""

    def digest(self) -> str:
        """Return a short hash of what they say, whatever file they stand in."""
        lines = sorted(repr((c.extent, c.action, c.place, c.note)) for c in self.entries)
        lines += sorted(repr(replace(c, added=None, entry=Entry())) for c in self.claims)
        return hashlib.sha256("\n".join(lines).encode("utf-8", "replace")).hexdigest()[:12]


def said(entries: Iterable[Correction]) -> str:
    """Return a short hash of what some entries say, in their order, whatever their numbers."""
    told = [repr((c.name, c.extent, c.action, c.place, c.note)) for c in entries]
    return hashlib.sha256("\n".join(told).encode("utf-8", "replace")).hexdigest()[:12]


def words_key(name: str) -> str:
    """Return the key by which the words of a text and a correction's name are compared.

    Examples
    --------
    >>> words_key("«LYMAN»"), words_key("Niu-York"), words_key("...")
    ('lyman', 'niu york', '')
    """
    words = list(WORD.finditer(name))
    return fold(name[words[0].start() : words[-1].end()]) if words else ""


def squeezed(text: str | None) -> str | None:
    r"""Return a text on one line with single spaces, as a spreadsheet may keep it.

    What steers a terminal or turns the direction of a line becomes a space, too.

    Examples
    --------
    >>> squeezed(" a\tb\u202e c\n")
    'a b c'
    """
    if text is None or text.isalnum():
        return text
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def source_key(source: str | None) -> str | None:
    """Return the key by which sources are compared: no case, single spaces."""
    return None if source is None else (squeezed(source) or "").casefold()
