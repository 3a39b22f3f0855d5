"""Pages of the map that several tests open, rendered once, and what they ought to show."""

from __future__ import annotations

from collections import Counter
from functools import cache
from typing import Any

import shapely
from map_samples import NATIVE, PLACES, sample, sample_front

from geomap.output.basemap import Area, BasemapData, basemap_for, bounds_of
from geomap.output.basemap_towns import Town
from geomap.output.map import render_map

DAYS = ("2023-03-12", "2023-03-14", "2023-03-16")


@cache
def basemap() -> BasemapData:
    """Three countries side by side, two provinces, the towns of the samples."""
    areas = [
        Area("West", "country", shapely.box(20, 45, 30, 55), "Захід"),
        Area("Middle", "country", shapely.box(30, 45, 40, 55), "Середина"),
        Area("East", "country", shapely.box(40, 45, 50, 55)),
        Area("South Province", "admin1", shapely.box(30, 45, 40, 48.3), "Південна область"),
        Area("North Province", "admin1", shapely.box(30, 48.3, 40, 55), "Північна область"),
    ]
    towns = [Town(n, lat, lon, pop, NATIVE[n]) for n, (lon, lat, _, _, pop) in PLACES.items()]
    return basemap_for(bounds_of(sample()), areas, towns)


@cache
def sample_page() -> str:
    return render_map(sample(), basemap=basemap(), title="Eastern front")


@cache
def front_page() -> str:
    return render_map(sample(), basemap=BasemapData(), title="Front", front=sample_front())


def shown(layer: str, *dates: str | None, kind: str = "literal") -> dict[str, int]:
    """Return how many features of a layer of the sample name each place on some dates."""
    return dict(
        Counter(
            str(told["name"])
            for f in sample()["features"]
            for told in [f["properties"]]
            if told["layer"] == layer
            and f["geometry"]
            and told["date"] in (dates or (*DAYS, None))
            and (layer != "mention" or told["kind"] == kind)
        )
    )


def places(*dates: str | None) -> dict[str, int]:
    return shown("mention", *dates)


def claims(*dates: str | None, actor: str | None = None) -> Any:
    found = [f["properties"] for f in sample()["features"] if f["properties"]["layer"] == "claim"]
    return dict(
        Counter(
            c["name"] for c in found if c["date"] in (dates or DAYS) and actor in (None, c["actor"])
        )
    )
