"""`feeds.toml` of a workspace: the feeds that `geomap watch` asks, and what it writes."""

from __future__ import annotations

import datetime as dt
import re
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from geomap.articles.header import http_url
from geomap.errors import SettingsError, TableError
from geomap.output.briefing.periods import length_of
from geomap.tables import read_bytes

FEEDS = "feeds.toml"
TEMPLATE = """\
# What geomap watch asks, and what it writes: docs/workspace.md tells the keys.
#
# [[feed]]
# url = "https://news.example.org/rss.xml"
# name = "Example News"        # where the feed does not name itself
# every = "30m"                # 90s, 30m, 2h, 1d; an hour without it
# allow = ["wiki.example.lan"] # hosts of your own network that it may lead to
#
# [watch]
# map = "map.html"             # or .png; false for none
# brief = "briefing.html"      # or .md, .json; of the region
# region = "Donetsk Oblast"    # of both; without it no briefing is written
# period = "day"               # of the briefing: day, week, 3d, 2w
# since = "14d"                # of the map: so many days, or a day such as 2024-02-01
"""
EVERY_S = 3_600
LEAST_EVERY_S = 60
_FEED_KEYS = ("url", "name", "every", "allow")
_WATCH_KEYS = ("map", "brief", "region", "period", "since")
_MAPS, _BRIEFS = (".html", ".png"), (".html", ".md", ".json")
_EVERY = re.compile(r"(\d{1,6})\s*(s|m|min|h|d)")
_SECONDS = {"s": 1, "m": 60, "min": 60, "h": 3_600, "d": 86_400}
_FEED_HEAD = re.compile(r"[ \t]*\[\[[ \t]*[\"']?feed[\"']?[ \t]*\]\]")
_WATCH_HEAD = re.compile(r"[ \t]*\[[ \t]*[\"']?watch[\"']?[ \t]*\]")
_ANY_HEAD = re.compile(r"[ \t]*\[")
_AT_LINE = re.compile(r"\(at line (\d+),")


@dataclass(frozen=True, slots=True)
class WatchedFeed:
    """A feed to ask every so many seconds.

    `name` stands for its source where it names none; `allow` are hosts and networks of the user's
    own that it may lead to (`fetching.guard`).
    """

    url: str
    name: str | None = None
    every_s: int = EVERY_S
    allow: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class WatchOutputs:
    """What is written when something came; paths None for what is not.

    `region` holds for both, `period` is the briefing's length, `since` the map's first day, or how
    many days it goes back. `region_line` is where the region is told.
    """

    map: Path | None
    brief: Path | None
    region: str | None = None
    period: str = "day"
    since: dt.date | int = 14
    region_line: int | None = None


@dataclass(frozen=True, slots=True)
class WatchPlan:
    """What a `feeds.toml` says."""

    path: Path
    feeds: tuple[WatchedFeed, ...]
    outputs: WatchOutputs


def read_plan(path: Path) -> WatchPlan:
    """Read a `feeds.toml`; its outputs are relative to its folder.

    Raises
    ------
    SettingsError
        It cannot be read, lists no feed, or a key is wrong: the message names file and line.
    """
    if not path.exists():
        raise SettingsError(f"{path}: is not there: list feeds in it, each under [[feed]]")
    try:
        text = read_bytes(path).decode("utf-8-sig")
        table = tomllib.loads(text)
    except TableError as error:
        raise SettingsError(str(error)) from error
    except UnicodeDecodeError as error:
        raise SettingsError(f"{path}: is not UTF-8: save it as UTF-8") from error
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        at = _AT_LINE.search(str(error))
        where = f"{path}:{at[1]}" if at else str(path)
        raise SettingsError(f"{where}: is not TOML: {error}") from error
    unknown = [key for key in table if key not in ("feed", "watch")]
    if unknown:
        raise SettingsError(
            f"{path}: unknown key {unknown[0]!r}: write feeds under [[feed]], outputs under [watch]"
        )
    listed = table.get("feed", [])
    if not isinstance(listed, list):
        raise SettingsError(f"{path}: [feed] has single brackets: write [[feed]]")
    if not listed:
        raise SettingsError(f'{path}: lists no feed: write [[feed]] and url = "https://..." below')
    lines = text.splitlines()
    heads: list[int | None] = [n for n, one in enumerate(lines, 1) if _FEED_HEAD.match(one)]
    if len(heads) != len(listed):  # written in another form: no lines are told
        heads = [None] * len(listed)
    parts = [_Part(item, path, head, lines) for item, head in zip(listed, heads, strict=True)]
    feeds = [part.feed() for part in parts]
    for n, feed in enumerate(feeds):
        if feed.url in [one.url for one in feeds[:n]]:
            raise parts[n].wrong("url", f"{feed.url} is listed twice: leave one out")
    watch = next((n for n, one in enumerate(lines, 1) if _WATCH_HEAD.match(one)), None)
    part = _Part(table.get("watch", {}), path, watch, lines)
    return WatchPlan(path, tuple(feeds), part.outputs())


def _day(value: Any) -> dt.date | None:
    """Return the day that a text names."""
    try:
        return dt.date.fromisoformat(value)
    except (ValueError, TypeError):
        return None


class _Part:
    """A table of the file, checked key by key; `head` is the line of its brackets."""

    def __init__(self, values: Any, path: Path, head: int | None, lines: list[str]) -> None:
        self.path, self.head, self.lines = path, head, lines
        if not isinstance(values, dict):
            raise SettingsError(f"{path}: {values!r} is no table: write its keys below its name")
        self.values: dict[str, Any] = values

    def line_of(self, key: str) -> int | None:
        """Return the line of a key, or that of the brackets."""
        if self.head is None:
            return None
        for number, line in enumerate(self.lines[self.head :], self.head + 1):
            if _ANY_HEAD.match(line):
                break
            if re.match(rf"[ \t]*[\"']?{re.escape(key)}[\"']?[ \t]*=", line):
                return number
        return self.head

    def wrong(self, key: str, why: str) -> SettingsError:
        """Return what is wrong with a key as an error."""
        line = self.line_of(key)
        return SettingsError(f"{self.path if line is None else f'{self.path}:{line}'}: {why}")

    def feed(self) -> WatchedFeed:
        """Return the table as a feed.

        Raises
        ------
        SettingsError
            A key is missing, unknown or wrong.
        """
        self._known(_FEED_KEYS)
        if "url" not in self.values:
            raise self.wrong("url", 'a feed has no url: write url = "https://..."')
        url = http_url(self._text("url"))
        if url is None:
            told = f"url {self.values['url']!r} is no address of the web"
            raise self.wrong("url", f"{told}: write https://...")
        allow = self.values.get("allow", [])
        if not isinstance(allow, list) or not all(isinstance(a, str) and a.strip() for a in allow):
            raise self.wrong("allow", 'allow is no list of hosts: write ["wiki.example.lan"]')
        for host in allow:
            if "://" in host:
                raise self.wrong("allow", f"allow {host!r}: write the host alone, no address")
        return WatchedFeed(url, self._text("name"), self._every(), tuple(allow))

    def outputs(self) -> WatchOutputs:
        """Return the table as what is to be written.

        Raises
        ------
        SettingsError
            A key is unknown or wrong.
        """
        self._known(_WATCH_KEYS)
        region = self._text("region")
        default = None if region is None else "briefing.html"
        written = {"map": self._output("map", "map.html", _MAPS),
                   "brief": self._output("brief", default, _BRIEFS)}  # fmt: skip
        if written["brief"] is not None and region is None:
            raise self.wrong("brief", 'a briefing is on a region: write region = "Donetsk Oblast"')
        if written["map"] is not None and written["map"] == written["brief"]:
            raise self.wrong("brief", "map and brief are the same file: give each its own")
        period = self._text("period") or "day"
        self._days("period", period)
        since = self.values.get("since", "14d")
        if type(since) is not dt.date:
            since = _day(since) or self._days("since", since)
        return WatchOutputs(**written, region=region, period=period, since=since,
                            region_line=self.line_of("region"))  # fmt: skip

    def _known(self, keys: tuple[str, ...]) -> None:
        for key in self.values:
            if key not in keys:
                raise self.wrong(key, f"unknown key {key!r}: there are {', '.join(keys)}")

    def _text(self, key: str) -> str | None:
        value = self.values.get(key)
        if value is None:
            return None
        if not isinstance(value, str) or not value.strip():
            raise self.wrong(key, f'{key} {value!r} is no text: write {key} = "..."')
        return value.strip()

    def _every(self) -> int:
        value = self.values.get("every", "1h")
        found = _EVERY.fullmatch(value.strip().lower()) if isinstance(value, str) else None
        if found is None:
            raise self.wrong("every", f'every {value!r} is no length of time: write "30m" or "2h"')
        seconds = int(found[1]) * _SECONDS[found[2]]
        if seconds < LEAST_EVERY_S:
            raise self.wrong("every", f'every "{value}" is too often: write at least "1m"')
        return seconds

    def _days(self, key: str, value: Any) -> int:
        try:
            return length_of(value) if isinstance(value, str) else length_of("")
        except SettingsError:
            told = f"{key} {value!r} is no length of time"
            raise self.wrong(key, f'{told}: write "7d", "2w", "day" or "week"') from None

    def _output(self, key: str, default: str | None, suffixes: tuple[str, ...]) -> Path | None:
        value = self.values.get(key, default)
        if value is None or value is False:
            return None
        name = value.strip() if isinstance(value, str) else ""
        if Path(name).suffix.lower() not in suffixes:
            wanted = " or ".join(suffixes)
            raise self.wrong(key, f"{key} {value!r}: give a file name that ends in {wanted}")
        return self.path.parent / name
