"""The same points in folium's own time player, `folium.plugins.TimestampedGeoJson`.

Its page takes Leaflet, jQuery and the player from CDNs. With the network cut the same files are
served from npm packages, downloaded once into a folder.
"""

from __future__ import annotations

import html
import re
import subprocess
import tarfile
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

READY = "document.querySelector('.timecontrol-forward') && document.readyState === 'complete'"
NEXT = ".timecontrol-forward"
LEAFLET = "Object.entries(window).find(([name]) => /^map_/.test(name))[1]"
# What the page asks for (the end of its address), the npm package that has it, the file there.
_FILES = (
    (r"/leaflet@1\.9\.3/dist/leaflet\.js", "leaflet@1.9.3", "dist/leaflet.js"),
    (r"/leaflet@1\.9\.3/dist/leaflet\.css", "leaflet@1.9.3", "dist/leaflet.css"),
    (r"/jquery-3\.7\.1\.min\.js", "jquery@3.7.1", "dist/jquery.min.js"),
    (r"/jquery/3\.7\.1/jquery\.min\.js", "jquery@3.7.1", "dist/jquery.min.js"),
    # npm has no built jQuery UI as old as 1.10.2; the player uses none of it but the slider's drag.
    (r"/jquery-ui\.min\.js", "jquery-ui-dist@1.13.2", "jquery-ui.min.js"),
    (r"/iso8601\.min\.js", "iso8601-js-period@0.2.1", "iso8601.js"),
    (
        r"/leaflet\.timedimension\.min\.js", "leaflet-timedimension@1.1.1",
        "dist/leaflet.timedimension.min.js",
    ),
    (
        r"/leaflet\.timedimension\.control\.css", "leaflet-timedimension@1.1.1",
        "dist/leaflet.timedimension.control.css",
    ),
    (r"/moment\.min\.js", "moment@2.18.1", "min/moment.min.js"),
    (r"/bootstrap\.bundle\.min\.js", "bootstrap@5.2.2", "dist/js/bootstrap.bundle.min.js"),
    (r"/bootstrap\.min\.css", "bootstrap@5.2.2", "dist/css/bootstrap.min.css"),
    (
        r"/leaflet\.awesome-markers\.js", "leaflet.awesome-markers@2.0.5",
        "dist/leaflet.awesome-markers.js",
    ),
    (
        r"/leaflet\.awesome-markers\.css", "leaflet.awesome-markers@2.0.5",
        "dist/leaflet.awesome-markers.css",
    ),
    (r"/highlight\.js/.*/default\.min\.css", "highlight.js@8.4.0", "styles/default.css"),
)  # fmt: skip


def page(rows: Sequence[Any], *, cumulative: bool = False) -> tuple[str, int]:
    """Return folium's page of all dated points of some features, and how many they are.

    Each day shows its own points; with `cumulative` those of the days before too.
    """
    import folium
    from folium.plugins import TimestampedGeoJson

    found = []
    for row in rows:
        told = row.properties
        if told["date"] is None or row.geometry is None or row.geometry.geom_type != "Point":
            continue
        words = f"{told['name']} ({told['date']}): {told['sentence']} {told['source']}"
        found.append(
            {
                "type": "Feature",
                "geometry": {
                    "type": "Point",
                    "coordinates": [round(float(c), 5) for c in row.geometry.coords[0]],
                },
                "properties": {
                    "times": [told["date"]],
                    "popup": html.escape(words),
                    "icon": "circle",
                    "iconstyle": {"radius": 4},
                },
            }
        )
    whole = {"type": "FeatureCollection", "features": found}
    drawn = folium.Map(location=[49.5, 32.0], zoom_start=6, tiles=None)
    TimestampedGeoJson(  # type: ignore[no-untyped-call]
        whole,
        period="P1D",
        duration=None if cumulative else "P1D",
        auto_play=False,
        add_last_point=False,
    ).add_to(drawn)
    return drawn.get_root().render(), len(found)


def served(text: str, cache: Path) -> tuple[dict[str, Path], list[str]]:
    """Return the files that a page asks for, by address, and the addresses that npm has not.

    Parameters
    ----------
    text : str
        The page.
    cache : Path
        A folder for the packages.
    """
    found: dict[str, Path] = {}
    missing = []
    for address in sorted(set(re.findall(r'(?:src|href)="(https://[^"]+)"', text))):
        row = next((r for r in _FILES if re.search(r[0] + "$", address)), None)
        if row is None:
            missing.append(address)
        else:
            found[address] = _package(row[1], cache) / row[2]
    return found, missing


def _package(name: str, cache: Path) -> Path:
    """Return the folder of an npm package, downloaded when it is not there yet."""
    folder = cache / name.replace("@", "-")
    if not folder.exists():
        cache.mkdir(parents=True, exist_ok=True)
        packed = subprocess.run(
            ["npm", "pack", "--silent", name], cwd=cache, check=True, capture_output=True, text=True
        )
        with tarfile.open(cache / packed.stdout.split()[-1]) as archive:
            archive.extractall(folder, filter="data")
    return next(p for p in folder.iterdir() if p.is_dir())
