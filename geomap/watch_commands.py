"""What `geomap watch` does: ask the feeds, keep and read what is new, write the outputs anew."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from geomap.articles.feeds import articles_of_feed, fetch_feed
from geomap.brief_commands import BriefRun
from geomap.console import trace
from geomap.errors import GeomapError, SettingsError
from geomap.map_commands import MapRun, is_picture
from geomap.output.files import check_destination
from geomap.run_summary import count
from geomap.watch_round import Round
from geomap.watching import Stopped, Timetable, awake_s, unique, wait_until_due
from geomap.workspace.feed_notes import FeedNote
from geomap.workspace.feeds_file import FEEDS, read_plan
from geomap.workspace.workspace import CORRECTIONS, REVIEWS, is_workspace, open_workspace
from geomap.workspace_commands import WorkspaceRun

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from geomap.articles.feeds import EntryArticle, Feed
    from geomap.commands import Run
    from geomap.fetching.fetch import Fetcher
    from geomap.models import Problem
    from geomap.watching import Stop
    from geomap.workspace.feeds_file import WatchedFeed, WatchPlan
    from geomap.workspace.workspace import Workspace

TRIES = 3  # of a page that cannot be had for a passing reason; then the feed's own text is kept


def fetcher_for(allow: Sequence[str], sleep: Callable[[float], None]) -> Fetcher:
    """Return what asks for a feed and its pages; its waits can be broken off."""
    from geomap.fetching.fetch import Fetcher
    from geomap.fetching.guard import Guard

    return Fetcher(guard=Guard(allow=tuple(allow)), sleep=sleep)


def _local_now() -> dt.datetime:
    return dt.datetime.now().astimezone()


@dataclass(slots=True)
class Watch:
    """A workspace whose feeds are watched; a context manager.

    Parameters
    ----------
    space : Workspace
    plan : WatchPlan
        What its `feeds.toml` says.
    stop : Stop
        Ends it.
    warn : callable
        Told of what went wrong, in words.
    jobs : int, optional
        How many processes read articles (see `commands.Run`).
    now, clock : callable
        The time with its zone, and seconds that only grow.
    sleep : callable
        Waits so many seconds; raises `Stopped` when all is to end.
    """

    space: Workspace
    plan: WatchPlan
    stop: Stop
    warn: Callable[[str], None]
    jobs: int | None = None
    now: Callable[[], dt.datetime] = _local_now
    clock: Callable[[], float] = awake_s
    sleep: Callable[[float], None] | None = None
    _fetchers: dict[tuple[str, ...], Fetcher] = field(default_factory=dict)
    _told: set[str] = field(default_factory=set)  # warnings, each once
    _failing: set[str] = field(default_factory=set)  # feeds whose failure was told
    _seen: str | None = None  # the state of the store that the outputs are of
    _empty: bool = False

    @classmethod
    def of(cls, folder: Path, stop: Stop, *, warn: Callable[[str], None], **more: Any) -> Watch:
        """Return the watch of a folder, after all that can be wrong at the start was looked at.

        Raises
        ------
        WorkspaceError
            It holds no workspace, or one that cannot be used.
        SettingsError
            Its `feeds.toml` is at fault.
        OutputError
            What it is to write cannot be written.
        """
        if not is_workspace(folder):
            open_workspace(folder)  # which says so
        plan = read_plan(folder / FEEDS)
        outputs = plan.outputs
        for path in (outputs.map, outputs.brief):
            if path is not None:
                check_destination(path)
        if outputs.region is not None:
            try:
                MapRun([], {"region": outputs.region}, False)
            except SettingsError as error:
                raise SettingsError(f"{plan.path}:{outputs.region_line}: {error}") from error
        return cls(open_workspace(folder), plan, stop, warn, **more)

    def __enter__(self) -> Watch:
        return self

    def __exit__(self, *_: object) -> None:
        self.space.store.close()

    # ---- Rounds ----

    def once(self) -> Round:
        """Ask all feeds once, whatever failed before; each failure is told."""
        self._failing.clear()
        return self._round([feed.url for feed in self.plan.feeds], None)

    def run(self, tell: Callable[[Round], None]) -> None:
        """Ask each feed when it is due, until the process is told to stop.

        Parameters
        ----------
        tell : callable
            Given each round.
        """
        table = Timetable({feed.url: feed.every_s for feed in self.plan.feeds}, self.clock())
        try:
            while True:
                done = self._round(table.due(self.clock()), table)
                done.next_s = table.next_in_s(self.clock())
                tell(done)
                wait_until_due(table, self.clock, self.sleep or self.stop.sleep)
        except Stopped:
            return

    def _round(self, due: Sequence[str], table: Timetable | None) -> Round:
        done = Round(self.now())
        for feed in self.plan.feeds:
            if feed.url not in due:
                continue
            done.asked += 1
            failures, asked_s = 1, None
            try:
                failures, asked_s = self._poll(feed, done)
            except Exception as error:  # a full disk, say: the next time may be better
                done.failed += 1
                self._warn([f"{feed.url}: {_in_words(error)}"])
            if table is not None:
                table.asked(feed.url, self.clock(), failures=failures, asked_s=asked_s)
        try:
            self._write(done)
        except Exception as error:
            done.unwritten = True
            self._warn([f"nothing written: {_in_words(error)}"])
        return done

    def _warn(self, texts: Sequence[str]) -> None:
        for text in unique(texts, self._told):
            self.warn(text)

    def _problems(self, problems: Sequence[Problem]) -> None:
        self._warn([f"{'set aside' if p.set_aside else 'warning'}: {p}" for p in problems])

    # ---- Feeds ----

    def _poll(self, feed: WatchedFeed, done: Round) -> tuple[int, float | None]:
        """Ask a feed and keep what is new; return its failures in a row, and what it asks for."""
        notes = self.space.store.feeds
        note = notes.of(feed.url)
        fetcher = self._fetcher(feed)
        got = fetch_feed(feed.url, fetcher, etag=note.etag, modified=note.modified)
        when = self.now().isoformat(timespec="seconds")
        trouble = [p for p in got.problems if p.set_aside and p.kind in ("fetch", "broken-feed")]
        if trouble:
            done.failed += 1
            if feed.url not in self._failing:
                self._failing.add(feed.url)
                self.warn(f"set aside: {trouble[0]}")
            note = replace(note, asked_at=when, failures=note.failures + 1,
                           trouble=trouble[0].message)  # fmt: skip
            notes.note(feed.url, note)
            return note.failures, got.after_s
        self._failing.discard(feed.url)
        if note.failures:
            self.warn(f"{feed.url}: is back, after {count(note.failures, 'failure')}")
        self._problems(got.problems)
        if got.fetched is not None and got.fetched.is_unchanged:
            done.unchanged += 1
            notes.note(feed.url, replace(note, asked_at=when, failures=0, trouble=None))
            return 0, None
        whole = self._keep_entries(replace(got, title=got.title or feed.name), fetcher, done)
        notes.forget_entries(feed.url, {entry.id for entry in got.entries})
        # Only now: a process that is killed before asks for the whole feed again. So does one that
        # was given half a feed.
        note = FeedNote(asked_at=when)
        whole = whole and all(p.kind != "broken-feed" for p in got.problems)
        if whole and got.fetched is not None:
            note = replace(note, etag=got.fetched.etag, modified=got.fetched.modified)
        notes.note(feed.url, note)
        return 0, None

    def _fetcher(self, feed: WatchedFeed) -> Fetcher:
        """Return what asks; feeds that may ask the same hosts share its pace and its robots."""
        if feed.allow not in self._fetchers:
            sleep = self.sleep or self.stop.sleep
            self._fetchers[feed.allow] = fetcher_for(feed.allow, sleep)
        return self._fetchers[feed.allow]

    def _keep_entries(self, feed: Feed, fetcher: Fetcher, done: Round) -> bool:
        """Keep the articles of a feed that are new; return whether nothing of it is still to come.

        Each entry is asked for once. One whose page cannot be had for a passing reason is asked for
        again the next time; at the third the feed's own text is kept.
        """
        store = self.space.store
        asked = store.feeds.entries_asked(feed.url)
        waiting = 0
        for entry in feed.entries:
            tries = asked.get(entry.id, 0)
            if tries is None or store.knows(entry.url or entry.id):
                continue
            try:
                [found] = articles_of_feed(replace(feed, entries=(entry,)), fetcher)
            except Exception as error:  # whatever is in a page, the others go on
                done.set_aside += 1
                self._warn([f"set aside: {entry.url or entry.id}: {_in_words(error)}"])
                store.feeds.note_entry(feed.url, entry.id, None)
                continue
            with self.stop.held():
                if found.retry_later and tries + 1 < TRIES:
                    waiting += 1
                    store.feeds.note_entry(feed.url, entry.id, tries + 1)
                    continue
                self._keep_entry(found, done)
                store.feeds.note_entry(feed.url, entry.id, None)
        return waiting == 0

    def _keep_entry(self, found: EntryArticle, done: Round) -> None:
        self._problems(found.problems)
        if found.article is None:
            done.set_aside += 1
            return
        raw = found.page.body if found.page else None
        kept = self.space.keep(found.article, raw=raw, now=self.now())
        done.outcomes[kept.outcome] += 1

    # ---- Outputs ----

    def _write(self, done: Round) -> None:
        """Read what waits, and write the outputs where they are not of what is stored."""
        store = self.space.store
        day = self._last_day()
        stored = f"{store.feeds.state()} {day}"
        stamps = [_stamp(self.space.folder / CORRECTIONS)]
        stamps += [f"{p.name} {_stamp(p)}" for p in sorted(self.space.folder.glob(REVIEWS))]
        state = f"{stored} {stamps}"
        outputs = self.plan.outputs
        paths = [outputs.map, outputs.brief if day is not None else None]
        missing = [path for path in paths if path is not None and not path.exists()]
        if state == self._seen and (self._empty or not missing):
            return
        reading = WorkspaceRun(self.space.folder, False, jobs=self.jobs)
        try:
            told = reading.reprocess()
            # Claims that are marked change what is shown, and nothing that is read.
            read_by = f"{reading.engine} {reading.corrections.digest()}"
        finally:
            _close(reading)
        done.read += told["read"]
        done.set_aside += told["failed"]
        self._problems(reading.problems)
        # What the outputs were made of, also by an earlier process.
        made_of = hashlib.sha256(f"{stored} {read_by} {outputs}".encode()).hexdigest()
        self._empty = not told["articles"]
        if not self._empty:
            if store.feeds.written() != made_of:
                missing = [path for path in paths if path is not None]
            self._write_outputs(missing, day, done)
            store.feeds.note_written(made_of)
        self._seen = state

    def _last_day(self) -> dt.date | None:
        """Return the last day of a report, None where none is dated."""
        # Where the day has begun already it may be tomorrow; later days are slips.
        latest = self.now().date() + dt.timedelta(days=1)
        day = self.space.store.feeds.last_day(latest.isoformat())
        return None if day is None else dt.date.fromisoformat(day)

    def _write_outputs(self, wanted: Sequence[Path], until: dt.date | None, done: Round) -> None:
        outputs = self.plan.outputs
        since = outputs.since
        if isinstance(since, int):
            since_day = None if until is None else until - dt.timedelta(days=since - 1)
        else:
            since_day = since
        sources = [str(self.space.folder)]
        if outputs.map is not None and outputs.map in wanted:
            asked = {"region": outputs.region, "since": since_day, "until": until}
            drawing = MapRun(sources, asked, False, jobs=self.jobs)
            self._written(drawing, outputs.map, done, _draw)
        if outputs.brief is not None and outputs.brief in wanted:
            from geomap.output import brief_figures

            told = {"region": outputs.region, "until": until}
            briefing = BriefRun(sources, told, False, length=outputs.period, jobs=self.jobs)
            with_map = brief_figures.available()
            self._written(
                briefing, outputs.brief, done, lambda run, to: run.brief(to, with_map=with_map)
            )

    def _written(
        self, run: Any, path: Path, done: Round, write: Callable[[Any, Path], object]
    ) -> None:
        try:
            write(run, path)
        finally:
            _close(run)
        self._problems(run.problems)
        done.written.append(path)


def _draw(run: MapRun, path: Path) -> None:
    if is_picture(path, tiles=False, by_date=False):
        run.picture(path)
    else:
        run.map(path)


def _in_words(error: Exception) -> str:
    trace()
    if isinstance(error, GeomapError):
        return str(error)
    told = f"{type(error).__name__}: {error}".rstrip(": ")
    return f"something went wrong inside geomap: {told}"


def _stamp(path: Path) -> str:
    """Return what changes when a file does."""
    try:
        told = path.stat()
    except OSError:
        return ""
    return f"{told.st_mtime_ns} {told.st_size}"


def _close(run: Run) -> None:
    if run.workspace is not None:
        run.workspace.store.close()
