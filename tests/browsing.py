"""A map opened in a real browser with the network cut."""

from __future__ import annotations

from pathlib import Path
from typing import Any

QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


class Opened:
    """A page opened from a file, offline, that keeps whatever it should not have done."""

    def __init__(self, browser: Any, path: Path, size: tuple[int, int], *, touch: bool) -> None:
        self.context = browser.new_context(
            viewport={"width": size[0], "height": size[1]}, has_touch=touch
        )
        self.context.set_offline(True)
        self.messages: list[str] = []
        self.requests: list[str] = []
        self.dialogs: list[str] = []
        own = path.as_uri()

        def route(handle: Any) -> None:
            if handle.request.url == own:
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
        self.page.goto(own)
        # Waiting for a function would need eval, which the page's policy forbids.
        assert self.page.evaluate("typeof window.geomap.select") == "function", self.messages

    def click_mark(self, kind: str, name: str) -> None:
        """Click on a symbol with the mouse, where it stands on the screen."""
        x, y = self.page.evaluate(
            """([kind, name]) => {
              const g = window.geomap, box = g.map.getContainer().getBoundingClientRect();
              const m = g.state.marks.find(m => m.kind === kind && m.name === name
                && m.glyph && !m.glyph.muted && g.map.hasLayer(m.glyph));
              const p = g.map.layerPointToContainerPoint(m.glyph._point);
              return [box.x + p.x, box.y + p.y];
            }""",
            [kind, name],
        )
        self.page.mouse.move(x - 30, y - 30)
        self.page.mouse.move(x, y)
        self.page.mouse.click(x, y)
        self.page.locator(".gm-popup").wait_for()

    def ids(self, date: str) -> set[str]:
        """Return the features that the layer of a date holds, if it is on the map."""
        found = self.page.evaluate(
            """(date) => {
              const g = window.geomap, group = g.layersByDate[date], ids = [];
              if (!g.map.hasLayer(group)) return null;
              group.eachLayer(l => { if (g.map.hasLayer(l)) ids.push(...l.featureIds); });
              return ids;
            }""",
            date,
        )
        return set() if found is None else set(found)
