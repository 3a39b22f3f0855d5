"""Take the docs' pictures of maps and a briefing: `python -m gallery.screenshots MAPS_DIR OUT_DIR`.

MAPS_DIR holds `examples.html`, `year.html` and `year-briefing.html`, as `make gallery` draws them.
The pages are opened in Chromium with the network cut. Another Chromium, or other fonts, give other
bytes.
"""

from __future__ import annotations

import io
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.page_timing import browser

if TYPE_CHECKING:
    from collections.abc import Iterator

_BRIEFING = "year-briefing"  # of which docs/briefing.png shows the first page
_SHEET = (820, 1160)  # an A4 page on the screen
_DESK, _PHONE = (1280, 800), (390, 780)
_RESTED_MS = 500  # lists and counts follow when the hand rests

# Open the place of a name and layer that most is told of in the period.
_OPEN = """([name, kind]) => {
  const of = geomap.data.spots, told = geomap.tally().count;
  const same = [...of.name.keys()].filter(
    i => of.name[i] === name && geomap.KINDS[of.kind[i]] === kind && told[i]);
  if (!same.length) throw new Error('no ' + kind + ' at ' + name);
  geomap.select({spots: [same.sort((a, b) => told[b] - told[a])[0]]});
  document.querySelector('.gm-panel .gm-why').open = true;
}"""
# Open the hint of some words; its texts are there by now.
_HINT = """words => {
  const d = geomap.data;
  for (let i = 0; i < d.n; i++) {
    if (d.region[i] >= 0 && geomap.feature(i).told.text === words) {
      geomap.select({row: i});
      return;
    }
  }
  throw new Error('no hint ' + words);
}"""


@dataclass(frozen=True, slots=True)
class Shot:
    """A picture.

    Parameters
    ----------
    name, page : str
        The file that is written, and the map that it shows, without their endings.
    link : str
        What stands behind the "#" of the address (docs/map.md).
    place : (str, str), optional
        Name and layer of a place whose panel is opened.
    hint : str
        The words of a hint whose panel is opened.
    tab : str
        The list beside the map.
    """

    name: str
    page: str
    link: str
    place: tuple[str, str] | None = None
    hint: str = ""
    tab: str = "layers"
    size_px: tuple[int, int] = _DESK
    dark: bool = False


SHOTS = (
    Shot("map", "year", "time=range&from=2031-05-01&to=2031-05-20&view=49.6,34.15,8.75"),
    Shot(
        "map-panel", "year", "time=range&from=2031-05-01&to=2031-05-20&view=49.72,34.3,9.5",
        place=("Myrhorod", "places"), tab="reports",
    ),
    Shot(
        "map-hint", "examples", "time=day&to=2024-02-15&view=48.17,38.0,10",
        hint="about 15 km north-west of Avdiivka",
    ),
    Shot("map-time", "year", "time=upto&to=2031-06-20&layers=-claims,-places&view=49.5,34.1,8.5"),
    Shot(
        "map-dark", "examples", "time=range&from=2023-01-19&to=2023-03-02&view=48.8,37.95,9.25",
        dark=True, tab="legend",
    ),
    Shot(
        "map-phone", "year", "time=range&from=2031-05-01&to=2031-05-20&view=49.7,34.1,8",
        size_px=_PHONE,
    ),
)  # fmt: skip


def take(maps: Path, out: Path) -> Iterator[Path]:
    """Yield each picture when it is written."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        chromium = browser(playwright)
        for shot in SHOTS:
            path = out / f"{shot.name}.png"
            path.write_bytes(_taken(chromium, maps / f"{shot.page}.html", shot))
            yield path
        path = out / "briefing.png"
        path.write_bytes(_sheet(chromium, maps / f"{_BRIEFING}.html"))
        yield path
        chromium.close()


def _taken(chromium: Any, path: Path, shot: Shot) -> bytes:
    width, height = shot.size_px
    context = chromium.new_context(
        viewport={"width": width, "height": height},
        color_scheme="dark" if shot.dark else "light",
        has_touch=shot.size_px == _PHONE,
        locale="en-GB",
    )
    context.set_offline(True)
    page = context.new_page()
    page.goto(f"{path.resolve().as_uri()}#{shot.link}")
    page.wait_for_selector("html[data-texts]")
    page.evaluate("tab => geomap.side.tab(tab)", shot.tab)
    if shot.place:
        page.evaluate(_OPEN, list(shot.place))
    if shot.hint:
        page.evaluate(_HINT, shot.hint)
    page.wait_for_timeout(_RESTED_MS)
    picture = page.screenshot()
    context.close()
    return _smaller(picture)


def _sheet(chromium: Any, path: Path) -> bytes:
    """Return the top of a briefing."""
    width, height = _SHEET
    context = chromium.new_context(viewport={"width": width, "height": height})
    context.set_offline(True)
    page = context.new_page()
    page.goto(path.resolve().as_uri())
    page.evaluate("document.fonts.ready.then(() => true)")
    picture = page.screenshot()
    context.close()
    return _smaller(picture)


def _smaller(png: bytes) -> bytes:
    """Return a picture in 256 colours, a third of the file.

    Of Pillow's ways to choose them this one keeps the colours of small signs: no pixel is further
    than some 10 of 256 from what it was.
    """
    from PIL import Image

    written = io.BytesIO()
    few = (
        Image.open(io.BytesIO(png))
        .convert("RGB")
        .quantize(256, method=Image.Quantize.MAXCOVERAGE, kmeans=2, dither=Image.Dither.NONE)
    )
    few.save(written, "PNG", optimize=True)
    return written.getvalue()


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit("python -m gallery.screenshots MAPS_DIR OUT_DIR")
    for written in take(Path(sys.argv[1]), Path(sys.argv[2])):
        print(f"{written}: {written.stat().st_size / 1000:.0f} kB")
