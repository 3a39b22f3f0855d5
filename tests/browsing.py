"""A map opened in a real browser with the network cut, driven by mouse, finger and keys."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-software-rasterizer",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
DESK, PHONE = (1366, 768), (390, 844)

# What the map's canvases and marks say, for the helpers below.
_SPOT_XY = """([kind, name]) => {
  const g = window.geomap, box = g.map.getContainer().getBoundingClientRect();
  const m = g.marks.shown().find(m => m.kind === kind
    && m.members.some(s => g.data.spots.name[s] === name));
  if (!m) return null;
  const p = g.map.layerPointToContainerPoint([m.px, m.py]);
  return [box.x + p.x, box.y + p.y];
}"""
_LATLON_XY = """([lat, lon]) => {
  const g = window.geomap, box = g.map.getContainer().getBoundingClientRect();
  const p = g.map.latLngToContainerPoint([lat, lon]);
  return [box.x + p.x, box.y + p.y];
}"""
_COUNTS = """(kind) => {
  const g = window.geomap, t = g.tally(), found = {};
  for (let s = 0; s < g.data.spots.n; s++) {
    if (g.KINDS[g.data.spots.kind[s]] !== kind || !t.count[s]) continue;
    found[g.data.spots.name[s]] = (found[g.data.spots.name[s]] || 0) + t.count[s];
  }
  return found;
}"""
_PIXELS = """([pane, spots]) => {
  const g = window.geomap, c = document.querySelector('.leaflet-' + pane + '-pane canvas');
  // Chromium warns of a canvas that is read often: a copy of it is read.
  const copy = document.createElement('canvas');
  copy.width = c.width; copy.height = c.height;
  const ctx = copy.getContext('2d', {willReadFrequently: true});
  ctx.drawImage(c, 0, 0);
  const all = ctx.getImageData(0, 0, c.width, c.height).data;
  if (spots === 'sum') return all.reduce((n, v, i) => (n * 31 + v) % 1000003, 7);
  const box = c.getBoundingClientRect(), k = c.width / box.width;
  const m = g.map.getContainer().getBoundingClientRect();
  if (!spots) return all.reduce((n, v, i) => n + (i % 4 === 3 && v > 0 ? 1 : 0), 0);
  return spots.map(([lat, lon]) => {
    const p = g.map.latLngToContainerPoint([lat, lon]);
    const x = Math.round((p.x + m.x - box.x) * k), y = Math.round((p.y + m.y - box.y) * k);
    return [...all.slice(4 * (y * c.width + x), 4 * (y * c.width + x) + 4)];
  });
}"""


class Opened:
    """A page opened from a file, offline, that keeps whatever it should not have done."""

    def __init__(
        self,
        browser: Any,
        size: tuple[int, int] = DESK,
        *,
        touch: bool = False,
        scheme: str = "light",
        clipboard: bool = False,
    ) -> None:
        self.context = browser.new_context(
            viewport={"width": size[0], "height": size[1]},
            has_touch=touch,
            is_mobile=touch,
            color_scheme=scheme,
            reduced_motion="reduce",
            permissions=["clipboard-read", "clipboard-write"] if clipboard else [],
        )
        self.context.set_offline(True)
        self.messages: list[str] = []
        self.requests: list[str] = []
        self.dialogs: list[str] = []
        self.own = ""

        def route(handle: Any) -> None:
            if handle.request.url.split("#")[0] == self.own:
                handle.continue_()
            else:
                self.requests.append(handle.request.url)
                handle.abort()

        def dialog(opened: Any) -> None:
            self.dialogs.append(opened.message)
            opened.dismiss()

        self.context.route("**/*", route)
        self.page = self.context.new_page()
        self.page.set_default_timeout(10_000)
        self.page.on("console", lambda m: self.messages.append(f"{m.type}: {m.text}"))
        self.page.on("pageerror", lambda e: self.messages.append(f"error: {e}"))
        self.page.on("dialog", dialog)

    def open(self, path: Path, fragment: str = "") -> None:
        """Open a page afresh, at a fragment of its address ("#..." without the sign)."""
        self.own = path.as_uri()
        self.go(fragment)

    def go(self, fragment: str = "") -> None:
        """Open the same page afresh."""
        self.page.goto("about:blank")
        self.page.goto(self.own + (f"#{fragment}" if fragment else ""))
        self.page.locator("html[data-ready][data-texts]").wait_for(state="attached")
        self.settle()

    def faults(self) -> dict[str, Any]:
        """Return what the page did that no map of ours may do."""
        self.settle()
        told = {
            "messages": list(self.messages),
            "requests": list(self.requests),
            "dialogs": list(self.dialogs),
            "pwned": self.page.evaluate("window.pwned"),
        }
        return {name: value for name, value in told.items() if value}

    def settle(self, ms: int = 0) -> None:
        """Wait until what was asked of the page is painted and its lists are filled."""
        self.page.evaluate(
            """(ms) => new Promise(done => setTimeout(() =>
              requestAnimationFrame(() => requestAnimationFrame(done)), ms))""",
            max(ms, 130),
        )

    def until(self, expression: str, argument: Any = None, *, seconds: float = 8.0) -> Any:
        """Wait until something holds; waiting in the page would need eval, which it forbids."""
        ends = time.monotonic() + seconds
        while True:
            found = self.page.evaluate(expression, argument)
            if found:
                return found
            assert time.monotonic() < ends, f"still not so: {expression}"
            self.page.wait_for_timeout(25)

    # ---- What is seen ----

    def text(self, selector: str) -> str:
        return str(self.page.locator(selector).inner_text())

    def now(self) -> str:
        """Return what the timeline says is shown."""
        return self.text("#gm-now")

    def counts(self, kind: str = "places") -> dict[str, int]:
        """Return how many features of a kind the map shows at each named place."""
        found: dict[str, int] = self.page.evaluate(_COUNTS, kind)
        return found

    def painted(self, pane: str) -> int:
        """Return how many pixels of a pane are not empty."""
        self.settle()
        return int(self.page.evaluate(_PIXELS, [pane, None]))

    def pixels(self, pane: str, spots: list[tuple[float, float]]) -> list[list[int]]:
        """Return the colours (red, green, blue, alpha) of a pane at some (lat, lon)."""
        self.settle()
        found: list[list[int]] = self.page.evaluate(_PIXELS, [pane, [list(s) for s in spots]])
        return found

    def picture(self, pane: str) -> int:
        """Return a number that differs when what a pane shows does."""
        self.settle()
        return int(self.page.evaluate(_PIXELS, [pane, "sum"]))

    def hash(self) -> str:
        """Return what the address says of the state once it has been written."""
        self.settle(320)
        return str(self.page.evaluate("location.hash.slice(1)"))

    # ---- The hand ----

    def view(self, lat: float, lon: float, zoom: float) -> None:
        self.page.evaluate(
            "([lat, lon, z]) => { window.geomap.map.setView([lat, lon], z, {animate: false}); }",
            [lat, lon, zoom],
        )
        self.settle()

    def mark_xy(self, kind: str, name: str) -> tuple[float, float]:
        """Return where on the screen the symbol stands that a place is drawn with."""
        self.settle()
        found = self.page.evaluate(_SPOT_XY, [kind, name])
        assert found, f"no symbol for {kind} {name}"
        return found[0], found[1]

    def spot_xy(self, lat: float, lon: float) -> tuple[float, float]:
        x, y = self.page.evaluate(_LATLON_XY, [lat, lon])
        return x, y

    def point_at(self, x: float, y: float) -> None:
        self.page.mouse.move(x - 25, y - 25)
        self.page.wait_for_timeout(40)  # Leaflet looks at the mouse once a frame
        self.page.mouse.move(x, y)
        self.settle()

    def away(self) -> None:
        """Take the mouse off the map."""
        self.page.mouse.move(3, 3)
        self.settle()

    def click_mark(self, kind: str, name: str) -> Any:
        """Click on a symbol where it stands on the screen; return the panel that it opens."""
        x, y = self.mark_xy(kind, name)
        self.page.mouse.click(x, y)
        self.page.locator("#gm-panel").wait_for()
        return self.page.locator("#gm-panel-body")

    def tab(self, name: str) -> Any:
        """Open a tab of the column beside the map; return what it shows."""
        self.page.locator(f"#gm-tab-{name}").click()
        self.settle()
        return self.page.locator(f"#gm-page-{name}")

    def switch(self, layer: str, on: bool) -> None:
        """Switch a layer as a reader does."""
        self.page.locator(f"#gm-layer-{layer}").set_checked(on)
        self.settle()

    def day_xy(self, day: str) -> tuple[float, float]:
        """Return the middle of a day in the histogram, on the screen."""
        box = self.page.locator("#gm-histogram").bounding_box()
        x = self.page.evaluate("d => window.geomap.timeline.x(Date.parse(d) / 864e5)", day)
        return box["x"] + x, box["y"] + box["height"] / 2 + 14

    def drag(self, start: tuple[float, float], end: tuple[float, float]) -> None:
        mouse = self.page.mouse
        mouse.move(*start)
        mouse.down()
        mouse.move((start[0] + end[0]) / 2, (start[1] + end[1]) / 2)
        mouse.move(*end)
        mouse.up()
        self.settle()

    def drag_handle(self, which: str, day: str) -> None:
        """Drag a handle of the window ("from" or "to") to a day."""
        box = self.page.locator(f"#gm-{which}").bounding_box()
        middle = (box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
        self.drag(middle, (self.day_xy(day)[0], middle[1]))
