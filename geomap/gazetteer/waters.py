"""Rivers and lakes for the backdrop of a map: lines and polygons that are drawn, not looked up.

Compiled from `gazetteer/waters/` when geomap is built. All geometry is EPSG:4326, lon-lat, true to
about a kilometre. A river that an article names is a row of the gazetteer, not of this store.
"""

from __future__ import annotations

import csv
import gzip
import json
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal

from geomap.errors import GazetteerError
from geomap.geodesy import length_km

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from geomap.gazetteer.store import Gazetteer

    Bounds = tuple[float, float, float, float]

Role = Literal["river", "lake"]
ROLES: tuple[Role, ...] = ("river", "lake")

SOURCE = "waters.tsv.gz"
ROWS, SHAPES = "waters.json", "waters.wkb"
STEP_DEG = 0.001  # of the source's coordinates
LEAST_KM = 8.0  # a stream shorter than this, or a pond of that shore, is not drawn
SAME_DEG = 0.04  # about 4 km: how far the store's line may run from a user's of the same river
_RANKS = ((300.0, 6), (120.0, 8), (40.0, 9), (0.0, 10))  # by length, as Natural Earth ranks
_COLUMNS = ["role", "rank", "name", "native", "lines"]


@dataclass(frozen=True, slots=True)
class Water:
    """A river or a lake.

    Attributes
    ----------
    role : {"river", "lake"}
    rank : int
        0 for the world's greatest rivers, 9 and more for small ones.
    name, native : str or None
        In Latin letters, and in Cyrillic.
    geometry : shapely.Geometry
        A line, or the polygon of a lake.
    """

    role: Role
    rank: int
    name: str | None
    native: str | None
    geometry: Any


def build_waters(source_dir: Path, out_dir: Path) -> int:
    """Compile `waters.tsv.gz` of a folder into the store's two files; return the number of rows.

    Raises
    ------
    GazetteerError
        The source is missing or not the table expected; the message names the line.
    """
    import shapely

    path = source_dir / SOURCE
    rows, shapes = [], []
    try:
        text = gzip.decompress(path.read_bytes()).decode("utf-8")
    except (OSError, EOFError, ValueError) as error:
        raise GazetteerError(f"{path}: {error}") from error
    for number, cells in enumerate(csv.reader(text.splitlines(), delimiter="\t"), start=1):
        if number == 1 and cells == _COLUMNS:
            continue
        try:
            role, rank, name, native, lines = cells
            shapes.append(_shape(ROLES[ROLES.index(role)], lines))
            rows.append([role, int(rank), name or None, native or None])
        except ValueError as error:
            raise GazetteerError(f"{path}:{number}: not a river or lake ({error})") from error
    whole = shapely.GeometryCollection(shapes)
    out_dir.mkdir(parents=True, exist_ok=True)
    (out_dir / SHAPES).write_bytes(shapely.to_wkb(whole, byte_order=1))
    text = ",\n".join(json.dumps(r, ensure_ascii=False) for r in rows)
    (out_dir / ROWS).write_text(f"[\n{text}\n]\n", encoding="utf-8", newline="\n")
    return len(rows)


def _shape(role: Role, lines: str) -> Any:
    import numpy as np
    import shapely

    rings = []
    for line in lines.split("|"):
        steps = np.array(line.split(), dtype=np.int64).reshape(-1, 2)
        rings.append(np.cumsum(steps, axis=0) * STEP_DEG)
    return shapely.LineString(rings[0]) if role == "river" else shapely.Polygon(rings[0], rings[1:])


class Waters:
    """The rivers and lakes of a compiled gazetteer; read at the first question.

    Parameters
    ----------
    folder : Path
        One that was compiled before there were waters has none.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._read: tuple[list[Any], Any] | None = None

    def _store(self) -> tuple[list[Any], Any]:
        import numpy as np
        import shapely

        if self._read is None:
            path = self._folder / ROWS
            if not path.exists():
                return [], np.zeros(0, dtype=object)
            try:
                rows = json.loads(path.read_text(encoding="utf-8"))
                whole = shapely.from_wkb((self._folder / SHAPES).read_bytes())
                shapes = shapely.get_parts(whole)
                if len(shapes) != len(rows):
                    raise ValueError("counts differ")
            except (OSError, ValueError, shapely.GEOSException) as error:
                raise GazetteerError(
                    f"{path}: missing or damaged ({error}): reinstall geomap, or make your own "
                    "gazetteer again with 'geomap gazetteer add --fresh FILE...'"
                ) from error
            self._read = rows, shapes
        return self._read

    def within(self, west: float, south: float, east: float, north: float) -> Iterator[Water]:
        """Yield the rivers and lakes that touch a box (degrees), whole, in the store's order.

        Raises
        ------
        GazetteerError
            A file of the store is damaged.
        """
        import numpy as np
        import shapely

        rows, shapes = self._store()
        touching = shapely.intersects(shapes, shapely.box(west, south, east, north))
        for number in np.flatnonzero(touching).tolist():
            role, rank, name, native = rows[number]
            yield Water(role, rank, name, native, shapes[number])


def waters_in(gazetteer: Gazetteer, box: Bounds) -> list[Water]:
    """Return the rivers and lakes that touch a box: the store's, and those that a user added.

    Where a user's source has a line beside one of the store's, it is the same river: the user's is
    drawn, and of the store's what goes on elsewhere.

    Parameters
    ----------
    gazetteer : Gazetteer
    box : (float, float, float, float)
        West, south, east, north in degrees.
    """
    import shapely

    own = own_waters(gazetteer, box)
    stored = list(gazetteer.waters.within(*box))
    lines = [w.geometry for w in own if w.role == "river"]
    if not lines:
        return stored + own
    beside = shapely.union_all(lines).buffer(SAME_DEG)
    shapely.prepare(beside)
    kept = []
    for water in stored:
        if water.role == "river" and beside.intersects(water.geometry):
            left = water.geometry.difference(beside)
            if not left.is_empty:
                kept.append(replace(water, geometry=left))
        else:
            kept.append(water)
    return kept + own


def own_waters(gazetteer: Gazetteer, box: Bounds) -> list[Water]:
    """Return the rivers and lakes of sources that a user added, where they gave lines or polygons.

    Parameters
    ----------
    gazetteer : Gazetteer
    box : (float, float, float, float)
        Degrees; what touches the box is returned whole, what is shorter than `LEAST_KM` is not.

    Returns
    -------
    list of Water
        By row of the gazetteer; ranked by length.
    """
    import numpy as np
    import shapely

    column = gazetteer.columns
    watery = [n for n, code in enumerate(gazetteer.stamp["features"]) if code.startswith("H.")]
    rows = np.flatnonzero((column["shape"] >= 0) & np.isin(column["feature"], watery))
    found = []
    around = shapely.box(*box)
    with (gazetteer.path / "shapes.wkb").open("rb") as file:
        for row in rows.tolist():
            start, end = column["shape_offsets"][column["shape"][row] :][:2].tolist()
            file.seek(start)
            shape = shapely.from_wkb(file.read(end - start))
            if not shape.intersects(around):
                continue
            km = length_km(shape)
            role = ROLES[int(shapely.get_dimensions(shape) == 2)]
            if km >= LEAST_KM:
                rank = next(rank for least, rank in _RANKS if km >= least)
                name, native = gazetteer.name(row), gazetteer.natives.get(row)
                found.append(Water(role, rank, name, native, shape))
    return found
