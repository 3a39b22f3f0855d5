"""How a page of a map behaves in Chromium with the network cut: to open, to step, to pan."""

from __future__ import annotations

import shutil
import statistics
import time
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

SIZE = (1366, 768)
STEPS = 60
PAN_S = 3.2
_ARGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync",
    "--disable-background-networking", "--disable-component-update",
]  # fmt: skip

# Put into the page before its own scripts: notes when it is ready and has been painted since. The
# look every few milliseconds comes late while the page is busy, which is what is asked.
_WATCH = """
(() => {
  const ready = () => { try { return READY; } catch { return false; } };  // no document at first
  const look = () => {
    if (ready()) requestAnimationFrame(() => requestAnimationFrame(
      () => { window.__painted = performance.now(); }));
    else setTimeout(look, 4);
  };
  setTimeout(look, 0);
})();
"""
_PAINTED = """async patience_ms => {
  while (!window.__painted) {
    if (performance.now() > patience_ms) throw new Error('the page never became ready');
    await new Promise(r => setTimeout(r, 10));
  }
  const own = performance.getEntriesByName('geomap-ready')[0];
  return [own ? own.startTime : null, window.__painted];
}"""
_STEP = """async ([button, count]) => {
  const frame = () => new Promise(r => requestAnimationFrame(r)), times = [];
  for (let i = 0; i < count; i++) {
    const t0 = performance.now();
    document.querySelector(button).click();
    const t1 = performance.now();
    await frame(); await frame();
    times.push([t1 - t0, performance.now() - t0]);
  }
  return times;
}"""
_COUNT_FRAMES = """() => {
  window.__frames = [];
  const note = t => {
    if (!window.__frames) return;
    window.__frames.push(t);
    requestAnimationFrame(note);
  };
  requestAnimationFrame(note);
}"""
_COUNTED = "() => { const found = window.__frames; window.__frames = null; return found; }"


@dataclass(frozen=True, slots=True)
class Steps:
    """Times of some time steps, ms: the script alone, and until two frames after it."""

    script_ms: list[float]
    painted_ms: list[float]

    def __str__(self) -> str:
        return (
            f"median {statistics.median(self.painted_ms):.0f} ms, p95 {_p95(self.painted_ms):.0f}, "
            f"worst {max(self.painted_ms):.0f} (script: median "
            f"{statistics.median(self.script_ms):.0f}, p95 {_p95(self.script_ms):.0f})"
        )


@dataclass(frozen=True, slots=True)
class Pan:
    """Frames while the map is dragged."""

    per_second: float
    longest_ms: float

    def __str__(self) -> str:
        return f"{self.per_second:.0f} frames/s, longest frame {self.longest_ms:.0f} ms"


@dataclass
class Page:
    """A page as it was opened; everything that it said or asked for is kept."""

    page: Any
    ready_ms: float | None  # what the page says itself
    painted_ms: float  # ready, and two frames painted
    messages: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)

    def steps(self, button: str, count: int = STEPS) -> Steps:
        """Click on a button again and again, and return how long each step takes."""
        times = self.page.evaluate(_STEP, [button, count])
        return Steps([t[0] for t in times], [t[1] for t in times])

    def pan(self, seconds: float = PAN_S) -> Pan:
        """Drag the map about with the mouse; return the frames that were painted meanwhile."""
        mouse, (width, height) = self.page.mouse, SIZE
        x, y = width * 0.5, height * 0.45
        mouse.move(x, y)
        mouse.down()
        mouse.move(x + 5, y + 5)
        self.page.evaluate(_COUNT_FRAMES)
        until, turn = time.perf_counter() + seconds, 0
        while time.perf_counter() < until:
            # To and fro, 12 px at a time, as a hand does it.
            turn += 1
            way = abs(turn % 50 - 25) - 12
            mouse.move(x + 12 * way, y + 4 * way)
        frames = self.page.evaluate(_COUNTED)
        mouse.up()
        gaps = [b - a for a, b in pairwise(frames)]
        return Pan(1000.0 * len(gaps) / sum(gaps), max(gaps))

    def heap_mb(self) -> float:
        """Return the memory of the page's own objects, MB."""
        return float(self.page.evaluate("performance.memory.usedJSHeapSize")) / 1e6


def _p95(values: list[float]) -> float:
    return sorted(values)[min(len(values) - 1, int(0.95 * len(values)))]


def browser(playwright: Any) -> Any:
    """Start Chromium: the one that is installed, else playwright's own."""
    names = ("chromium", "chromium-browser", "google-chrome", "chrome")
    path = next((p for name in names if (p := shutil.which(name))), None)
    return playwright.chromium.launch(executable_path=path, args=_ARGS)


def opened(
    chromium: Any,
    path: Path,
    ready: str,
    *,
    served: Mapping[str, Path] | None = None,
    patience_s: float = 60.0,
) -> Page:
    """Open a file with the network cut and wait until it is ready.

    Parameters
    ----------
    chromium : Browser
    path : Path
    ready : str
        JavaScript: true when the page can be used.
    served : mapping, optional
        Files that stand for addresses; all other requests fail, and are noted.
    patience_s : float
        How long to wait.
    """
    context = chromium.new_context(viewport={"width": SIZE[0], "height": SIZE[1]})
    known, own = served or {}, path.as_uri()
    messages: list[str] = []
    requests: list[str] = []

    def route(handle: Any) -> None:
        address = handle.request.url
        if address == own:
            handle.continue_()
        elif address in known:
            handle.fulfill(path=known[address])
        else:
            requests.append(address)
            handle.abort()

    context.route("**/*", route)
    page = context.new_page()
    page.set_default_timeout(patience_s * 1000)
    page.on("console", lambda m: messages.append(f"{m.type}: {m.text}"))
    page.on("pageerror", lambda e: messages.append(f"error: {e}"))
    page.add_init_script(_WATCH.replace("READY", ready))
    page.goto(own, wait_until="commit")
    said, painted = page.evaluate(_PAINTED, patience_s * 1000)
    return Page(page, said, painted, messages, requests)


def several(
    chromium: Any, times: int, open_one: Callable[[Any], Page]
) -> Iterator[tuple[Page, bool]]:
    """Open a page several times, each in a new context; yield it, and whether it is the last."""
    for turn in range(times):
        page = open_one(chromium)
        yield page, turn == times - 1
        page.page.context.close()
