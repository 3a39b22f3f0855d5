"""Reading dated lines of contact that a user gives: lines, or the ground that the sides hold."""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from geomap.errors import FrontError
from geomap.models import ContactLine, Problem
from geomap.output.control_outline import borders_of, outline
from geomap.output.line_files import Row, Rows, day_in_name, day_of, read_rows
from geomap.output.line_shapes import shapes

if TYPE_CHECKING:
    import os
    from collections.abc import Iterable, Sequence

    from geomap.gazetteer.areas import Areas
    from geomap.output.line_shapes import Meaning


@dataclass(frozen=True, slots=True)
class Lines:
    """The lines of contact of a file, a date each, by date; and what was wrong with it.

    `read` holds the features of the file as they were read, for who draws more than lines.
    """

    lines: tuple[ContactLine, ...]
    problems: tuple[Problem, ...] = ()
    read: Rows | None = None


@dataclass(slots=True)
class _Sheet:
    """What a file says of one date, as it is gathered."""

    lines: list[Any] = field(default_factory=list)
    bands_km: list[float | None] = field(default_factory=list)  # one for each of `lines`
    ground: dict[str, list[Any]] = field(default_factory=lambda: {"A": [], "B": []})


def read_lines(
    path: str | os.PathLike[str], *, areas: Areas | None = None, supported: bool = False
) -> Lines:
    """Read the lines of contact of a file: GeoJSON, GeoPackage, whatever GDAL reads.

    Features with `kind` = `contact_line` are lines, and so is, in a file without any, each line
    that the table of shapes (`line_shapes.toml`) does not know as something else. Polygons are
    ground held by a side, when the table knows their words; a date with such polygons and no line
    has their outline for one (`control_outline`). Shapes are mended where they can be.

    Each feature has the day of its `date`; what has none goes with every date. A file without any
    has the day in its name, else that of its last edit, else none.

    Parameters
    ----------
    path : str or os.PathLike
    areas : Areas, optional
        Countries: outlines do not run along their borders and coasts.
    supported : bool
        Leave out the stretches that `geomap front` drew without support, and the dates that hold
        no others, unless the whole file holds no others.

    Returns
    -------
    Lines
        At least one line.

    Raises
    ------
    FrontError
        The file cannot be read, is not in degrees, or holds no line and no ground that a side is
        said to hold.
    """
    file = Path(path)
    found = read_rows(file)
    problems = [
        Problem(str(file), f"feature {r.number}: {r.broken}: left out", "broken-geometry")
        for r in found.rows
        if r.broken is not None
    ]
    meanings = _meanings(file, found)
    pairs = zip(found.rows, meanings, strict=True)
    used: Sequence[tuple[Row, Meaning]] = [(r, m) for r, m in pairs if m != "none"]
    if supported:
        used = _supported(used)
    if not used:
        raise FrontError(f"{file}: {_nothing(found)}")
    _check_degrees(file, [r for r, _ in used])
    days = {r.number: _feature_day(r) for r, _ in used}
    dates: list[dt.date | None] = [*sorted({d for d in days.values() if d is not None})]
    lines = []
    for date in dates or [found.day or day_in_name(file.name) or _edited(found)]:
        sheet = _Sheet()
        for row, meaning in used:
            if days[row.number] in (None, date):
                _gather(sheet, row, meaning, file, problems)
        if (line := _line(sheet, date, file, areas)) is not None:
            lines.append(line)
    if not lines:
        raise FrontError(f"{file}: holds no line: its ground lies along borders and coasts only")
    return Lines(tuple(lines), tuple(dict.fromkeys(problems)), found)


def read_contact_line(path: str | os.PathLike[str]) -> ContactLine:
    """Read a line of contact from a file; of several dates the latest counts (`read_lines`).

    Raises
    ------
    FrontError
        The file cannot be read, or holds no line in degrees.
    """
    return read_lines(path).lines[-1]


def read_priors(
    paths: Iterable[str | os.PathLike[str]],
    *,
    areas: Areas | None = None,
    until: dt.date | None = None,
) -> Lines:
    """Read earlier lines of some files, by date; each must say its day.

    What `geomap front` drew without support does not count (see `read_lines`).

    Parameters
    ----------
    paths : iterable of str or os.PathLike
    areas : Areas, optional
        See `read_lines`.
    until : datetime.date, optional
        The last day that is drawn. Of a file with several dates the later ones are left out, and
        that is told.

    Raises
    ------
    FrontError
        A file is at fault (see `read_lines`), says no day, or is later than `until`.
    """
    return read_files(paths, areas=areas).until(until)


@dataclass(frozen=True, slots=True)
class PriorFiles:
    """Files of earlier lines, read; each line says its day."""

    files: tuple[tuple[str, Lines], ...]

    def until(self, until: dt.date | None) -> Lines:
        """Return the lines of all files up to a day (None: all), by date.

        Raises
        ------
        FrontError
            All that a file holds is later.
        """
        lines: list[ContactLine] = []
        problems: list[Problem] = []
        for path, read in self.files:
            kept = read.lines if until is None else lines_on_or_before(read.lines, until)
            if not kept:
                raise FrontError(
                    f"{path}: is of {read.lines[0].date}, later than the day drawn ({until}): "
                    "leave it out, or draw a later day"
                )
            lines += kept
            problems += read.problems
            if later := len(read.lines) - len(kept):
                message = f"{later} of its {len(read.lines)} dates are after {until}: left out"
                problems.append(Problem(path, message, "later"))
        lines.sort(key=lambda line: (line.date or dt.date.min, line.source))
        return Lines(tuple(lines), tuple(problems))


def read_files(
    paths: Iterable[str | os.PathLike[str]], *, areas: Areas | None = None
) -> PriorFiles:
    """Read files of earlier lines; `PriorFiles.until` gives those up to a day.

    Raises
    ------
    FrontError
        A file is at fault (see `read_lines`), or says no day.
    """
    files: list[tuple[str, Lines]] = []
    for path in paths:
        read = read_lines(path, areas=areas, supported=True)
        if any(line.date is None for line in read.lines):
            raise FrontError(
                f"{path}: has no date: give its features a `date` property (YYYY-MM-DD), or put "
                "the day into the file's name (front-2025-02-05.geojson)"
            )
        files.append((str(path), read))
    return PriorFiles(tuple(files))


def lines_on_or_before(lines: Iterable[ContactLine], day: dt.date) -> list[ContactLine]:
    """Return the dated lines of a day and of those before it, by date."""
    kept = [line for line in lines if line.date is not None and line.date <= day]
    return sorted(kept, key=lambda line: (line.date or day, line.source))


# ---- What the features are ----


def _meanings(file: Path, found: Rows) -> list[Meaning]:
    """Return what each feature is; "none" for what is not used."""
    table = shapes()
    told = [table.of(r.properties) if r.geometry is not None else "none" for r in found.rows]
    marked = "line" in told
    whole = table.meaning(file.stem)  # a layer of ISW, a day of DeepState's mirror: one ground each
    meanings: list[Meaning] = []
    for row, meaning in zip(found.rows, told, strict=True):
        if row.geometry is None or meaning == "none":
            meanings.append("none")
        elif _has(row.geometry, "Polygon"):
            ground = meaning or table.meaning(row.layer) or whole
            meanings.append(ground if ground in ("A", "B") else "none")
        elif _has(row.geometry, "LineString"):
            meanings.append("line" if meaning == "line" or not marked else "none")
        else:
            meanings.append("none")
    return meanings


def _supported(used: Sequence[tuple[Row, Meaning]]) -> Sequence[tuple[Row, Meaning]]:
    """Return what is used without the unsupported stretches, and the days that had no others."""
    bare = [r for r, meaning in used if meaning == "line" and _unsupported(r)]
    others = [r for r, meaning in used if meaning == "line" and not _unsupported(r)]
    if not bare or not others:
        return used
    days = {_feature_day(r) for r in bare} - {_feature_day(r) for r in others}
    return [(r, meaning) for r, meaning in used if r not in bare and _feature_day(r) not in days]


def _unsupported(row: Row) -> bool:
    return row.properties.get("status") == "unsupported"


def _has(geometry: Any, kind: str) -> bool:
    import shapely

    return any(p.geom_type == kind for p in shapely.get_parts(geometry))


def _nothing(found: Rows) -> str:
    grounds = [r for r in found.rows if r.geometry is not None and _has(r.geometry, "Polygon")]
    if not grounds:
        return "holds no line: give a GeoJSON LineString with kind = contact_line"
    return (
        "holds no line, and no word known for whose ground its polygons are: give them "
        "kind = control and side = A or B"
    )


def _check_degrees(file: Path, rows: Sequence[Row]) -> None:
    import shapely

    west, south, east, north = shapely.total_bounds([r.geometry for r in rows])
    if not (-180 <= west <= east <= 180 and -90 <= south <= north <= 90):
        raise FrontError(f"{file}: is not in degrees (EPSG:4326): convert it first")


def _feature_day(row: Row) -> dt.date | None:
    days = (day_of(row.properties.get(name)) for name in shapes().date)
    return next((d for d in days if d is not None), None)


def _edited(found: Rows) -> dt.date | None:
    """Return the newest day on which a feature was edited."""
    days = [day_of(r.properties.get(name)) for r in found.rows for name in shapes().edited]
    return max((d for d in days if d is not None), default=None)


# ---- From features to a line ----


def _gather(sheet: _Sheet, row: Row, meaning: Meaning, file: Path, problems: list[Problem]) -> None:
    """Add a feature to what is known of a date, mended when it has to be."""
    import shapely

    geometry = row.geometry
    if not geometry.is_valid:
        why = shapely.is_valid_reason(geometry).split("[")[0].lower() or "not valid"
        geometry = shapely.make_valid(geometry, method="structure", keep_collapsed=False)
        message = f"feature {row.number}: its shape is at fault ({why}): mended"
        problems.append(Problem(str(file), message, "mended"))
    parts = [p for g in shapely.get_parts(geometry) for p in shapely.get_parts(g)]
    if meaning == "line":
        lines = [p for p in parts if p.geom_type == "LineString" and not p.is_empty]
        crossing = [p for p in lines if not p.is_simple]
        if crossing:
            message = f"feature {row.number}: its line crosses itself: cut at the crossings"
            problems.append(Problem(str(file), message, "self-crossing"))
        for part in lines:
            cut = [part] if part.is_simple else [*shapely.get_parts(shapely.node(part))]
            sheet.lines += cut
            sheet.bands_km += [_band_km(row)] * len(cut)
    else:
        sheet.ground[meaning] += [p for p in parts if p.geom_type == "Polygon" and p.area > 0]


def _band_km(row: Row) -> float | None:
    told = row.properties.get("band_km")
    if isinstance(told, bool) or not isinstance(told, int | float):
        return None
    return float(told) if 0 <= told < math.inf else None


def _line(
    sheet: _Sheet, date: dt.date | None, file: Path, areas: Areas | None
) -> ContactLine | None:
    import shapely

    control = tuple(
        (side, shapely.union_all(parts)) for side, parts in sheet.ground.items() if parts
    )
    if sheet.lines:
        geometry = shapely.multilinestrings(sheet.lines)
    elif control:
        held, against = sheet.ground["A"], sheet.ground["B"]
        if not held:
            held, against = against, []
        west, south, east, north = map(float, shapely.total_bounds(held))
        box = (west, south, east, north)
        borders = borders_of(areas, box) if areas is not None else None
        geometry = outline(held, against, borders)
    else:
        return None
    if geometry.is_empty:
        return None
    return ContactLine(geometry, date, file.name, control, tuple(sheet.bands_km))
