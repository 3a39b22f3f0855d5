"""Feeds that are watched: what comes is kept once, told once, and the outputs follow."""

from __future__ import annotations

import datetime as dt
import json
import os
import signal
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from cli_errors import refused
from misbehaving import Time, Web, fetcher, page, serving

from geomap import watch_commands
from geomap.articles import feeds
from geomap.errors import OutputError, SettingsError, WorkspaceError
from geomap.models import Article
from geomap.output import brief_figures
from geomap.watch_commands import Watch
from geomap.watch_round import Round
from geomap.watching import Stop, Stopped, Timetable, only_one, wait_until_due
from geomap.workspace import schema
from geomap.workspace.feed_notes import FeedNote, FeedNotes
from geomap.workspace.feeds_file import WatchedFeed, read_plan
from geomap.workspace.workspace import create, open_workspace

if TYPE_CHECKING:
    from conftest import Cli

    from geomap.workspace.store import Store

START = dt.datetime(2023, 3, 15, 12, 0, tzinfo=dt.timezone(dt.timedelta(hours=2)))
NO_OUTPUTS = "\n[watch]\nmap = false\n"


def story(text: str) -> bytes:
    return page(f"<html><body><article><p>{text} {'It was calm by night. ' * 12}</p></article>")


def feed(*links: str, title: str = "Wire", day: int = 14, headers: tuple[str, ...] = ()) -> bytes:
    items = "".join(
        f"<item><link>{link}</link><description>In short.</description>"
        f"<pubDate>Tue, {day} Mar 2023 23:30:00 -0500</pubDate></item>"
        for link in links
    )
    head = f"<title>{title}</title>" if title else ""
    body = f"<rss version='2.0'><channel>{head}{items}</channel></rss>"
    return page(body, *headers, content_type="application/rss+xml")


BUSY = page("", status="503 Busy")


class Desk:
    """A workspace with a server, and a clock that only waiting moves."""

    def __init__(self, folder: Path, web: Web) -> None:
        self.folder, self.web, self.time = folder, web, Time(seconds=0.0)
        self.warned: list[str] = []
        self.rounds: list[Round] = []
        create(folder).store.close()

    def says(self, *paths: str, every: str = "1h", more: str = NO_OUTPUTS) -> None:
        text = "".join(f'[[feed]]\nurl = "{self.web.url(p)}"\nevery = "{every}"\n' for p in paths)
        (self.folder / "feeds.toml").write_text(text + more, encoding="utf-8")

    def now(self) -> dt.datetime:
        return START + dt.timedelta(seconds=self.time.seconds)

    def watch(
        self, sleep: Callable[[float], None] | None = None, stop: Stop | None = None
    ) -> Watch:
        return Watch.of(
            self.folder, stop or Stop(), warn=self.warned.append, now=self.now, jobs=1,
            clock=self.time.clock, sleep=sleep or self.time.sleep,
        )  # fmt: skip

    def once(self) -> Round:
        with self.watch() as watching:
            return watching.once()

    def runs(self, hours: float, at: dict[float, Callable[[], Any]] | None = None) -> list[Round]:
        """Watch for some hours; `at` does something at an hour."""
        due = sorted((at or {}).items())

        def sleep(seconds: float) -> None:
            self.time.sleep(seconds)
            while due and due[0][0] * 3600 <= self.time.seconds:
                due.pop(0)[1]()
            if self.time.seconds >= hours * 3600:
                raise Stopped

        rounds: list[Round] = []
        with self.watch(sleep) as watching:
            watching.run(rounds.append)
        return rounds

    def texts(self) -> list[str]:
        with opened_store(self.folder) as store:
            return sorted(one.article.text.split(".")[0] for one in store.articles())


def opened_store(folder: Path) -> Store:
    return open_workspace(folder).store


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    with serving() as web:
        one = Desk(tmp_path / "desk", web)
        asking = fetcher(one.time, limits={"retries": 0, "pause_s": 0.0})
        monkeypatch.setattr(watch_commands, "fetcher_for", lambda *_: asking)
        yield one


def test_what_comes_between_rounds_is_kept_and_nothing_is_asked_twice(desk: Desk) -> None:
    links = [desk.web.url(f"/{n}") for n in range(3)]
    tag = ('ETag: "1"', "Last-Modified: Tue, 14 Mar 2023 10:00:00 GMT")
    desk.web.answers = {
        "/feed": [
            feed(*links[:2], headers=tag),
            page("", status="304 Not Modified"),
            feed(*links, headers=('ETag: "2"',)),
        ],
        "/0": story("Lyman held."),
        # It calls itself otherwise, as many do whose feeds count their readers.
        "/1": page("<html><head><link rel='canonical' href='" + desk.web.url("/one") + "'></head>"
                   "<body><p>Siversk held. " + "It was calm by night. " * 12 + "</p></body>"),
        "/2": [story("Bakhmut fell."), story("Bakhmut has fallen.")],
    }  # fmt: skip
    desk.says("/feed")
    rounds = desk.runs(hours=2.5)
    assert [(r.outcomes["new"], r.unchanged, r.failed) for r in rounds] == [
        (2, 0, 0), (0, 1, 0), (1, 0, 0),
    ]  # fmt: skip
    assert desk.web.paths == ["/feed", "/0", "/1", "/feed", "/feed", "/2"]
    sent = [headers for path, headers in desk.web.asked if path == "/feed"]
    assert [s.get("If-None-Match") for s in sent] == [None, '"1"', '"1"']
    assert sent[1]["If-Modified-Since"] == "Tue, 14 Mar 2023 10:00:00 GMT"
    assert desk.texts() == ["Bakhmut fell", "Lyman held", "Siversk held"]
    # A later process knows all of it; a page that was edited since is not asked for.
    assert desk.once().outcomes == {"new": 0, "known": 0, "version": 0}
    assert desk.web.paths[6:] == ["/feed"]
    assert desk.warned == []
    with opened_store(desk.folder) as store:
        [kept] = [one.article for one in store.articles() if one.article.text.startswith("Lyman")]
        assert store.knows(links[1])  # asked for there, though it calls itself /one
    assert (kept.source, str(kept.published)) == ("Wire", "2023-03-14 23:30:00-05:00")


def test_a_feed_that_fails_is_asked_less_often_and_told_of_once(desk: Desk) -> None:
    broken = page("<html><p>Under repair.</p></html>")
    desk.web.answers = {
        "/bad": [BUSY, BUSY, broken, BUSY, BUSY, BUSY, feed(desk.web.url("/0"))],
        "/good": feed(),
        "/0": story("Lyman held."),
    }
    desk.says("/bad", "/good")
    rounds = desk.runs(hours=30)
    hours = [
        (r.when - START).total_seconds() / 3600 for r in rounds if r.failed or r.outcomes["new"]
    ]
    assert hours == [0, 1, 3, 7, 13, 19, 25]  # 1 h, doubled to 6 h
    assert len(desk.warned) == 2
    assert "503" in desk.warned[0]
    assert desk.warned[1].endswith("/bad: is back, after 6 failures")
    assert sum(path == "/good" for path in desk.web.paths) == 30


def test_a_page_that_is_busy_is_asked_for_again_and_one_that_is_gone_is_not(desk: Desk) -> None:
    links = [desk.web.url(f"/{n}") for n in ("late", "never", "gone")]
    gone = page("", status="404 Not Found")
    desk.web.answers = {
        "/feed": feed(*links, headers=('ETag: "1"',)),
        "/late": [BUSY, story("Lyman held.")],
        "/never": BUSY,
        "/gone": gone,
    }
    desk.says("/feed")
    rounds = desk.runs(hours=3.5)
    assert [r.outcomes["new"] for r in rounds] == [1, 1, 1, 0]  # of what is gone, the feed's text
    counts = {path: desk.web.paths.count(path) for path in ("/late", "/never", "/gone")}
    assert counts == {"/late": 2, "/never": 3, "/gone": 1}
    assert desk.texts() == ["In short", "In short", "Lyman held"]
    tags = [h.get("If-None-Match") for path, h in desk.web.asked if path == "/feed"]
    assert tags == [None, None, None, '"1"']  # the whole feed, until all of it was had


def test_a_process_that_is_killed_on_the_way_misses_nothing(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    links = [desk.web.url(f"/{n}") for n in range(3)]
    desk.web.answers = {
        "/feed": feed(*links, headers=('ETag: "1"',)),
        **{f"/{n}": story(f"Village {n} held.") for n in range(3)},
    }
    desk.says("/feed")

    class Killed(BaseException):
        pass

    noted: list[str] = []

    def kill(*told: Any) -> None:
        noted.append(told[2])
        if len(noted) == 2:  # the article is kept, and nobody noted that it is
            raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(FeedNotes, "note_entry", kill)
        with pytest.raises(Killed):
            desk.once()
    assert desk.texts() == ["Village 0 held", "Village 1 held"]
    done = desk.once()
    assert (done.outcomes["new"], done.outcomes["version"]) == (1, 0)
    assert done.read == 3  # what was kept and not read too
    assert desk.web.paths == ["/feed", "/0", "/1", "/feed", "/2"]
    assert "If-None-Match" not in desk.web.asked[3][1]


def test_half_a_feed_is_asked_for_whole_again(desk: Desk) -> None:
    whole = feed(desk.web.url("/0"), desk.web.url("/1"), headers=('ETag: "1"',))
    body = whole.partition(b"\r\n\r\n")[2]
    half = page(body[: body.index(b"</item>") + 20], 'ETag: "1"')
    desk.web.answers = {"/feed": [half, whole], "/0": story("One."), "/1": story("Two.")}
    desk.says("/feed")
    assert [desk.once().outcomes["new"] for _ in range(2)] == [1, 1]
    assert "If-None-Match" not in dict(desk.web.asked[2:])["/feed"]


def test_an_article_that_breaks_something_stops_no_other(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    links = [desk.web.url(f"/{n}") for n in range(3)]
    desk.web.answers = {"/feed": [feed(*links, headers=('ETag: "1"',)), feed(*links)],
                        **{f"/{n}": story(f"Village {n} held.") for n in range(3)}}  # fmt: skip
    desk.says("/feed")
    sound = feeds.read_fetched

    def read_fetched(page: Any, **how: Any) -> Any:
        if page.url.endswith("/1"):
            raise ZeroDivisionError("of a page made with malice")
        return sound(page, **how)

    monkeypatch.setattr(feeds, "read_fetched", read_fetched)
    rounds = desk.runs(hours=1.5)
    assert [(r.outcomes["new"], r.set_aside) for r in rounds] == [(2, 1), (0, 0)]
    assert desk.warned == [
        f"set aside: {links[1]}: something went wrong inside geomap: ZeroDivisionError: of a page "
        "made with malice"
    ]


def test_a_store_without_feeds_is_brought_up_to_date(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(schema, "VERSION", 2)
        space = create(tmp_path / "desk")
        list(space.add([Article("a", "Lyman held.")]))
        space.store.close()
    with opened_store(tmp_path / "desk") as store:
        note = FeedNote('"1"', None, "2023-03-15T12:00:00+02:00", 2, "busy \ud800")
        store.feeds.note("https://x.example/", note)
        kept = store.feeds.of("https://x.example/")
        assert (kept.etag, kept.failures, kept.trouble) == ('"1"', 2, "busy \ufffd")
        assert [one.article.text for one in store.articles()] == ["Lyman held."]
        assert store.feeds.of("https://y.example/") == FeedNote()


def test_a_machine_that_slept_asks_once(desk: Desk) -> None:
    desk.web.answers = {"/feed": feed()}
    desk.says("/feed", every="30m")
    rounds = desk.runs(hours=12, at={1.1: lambda: desk.time.sleep(10 * 3600)})
    hours = [(r.when - START).total_seconds() / 3600 for r in rounds]
    assert hours[:3] == [0, 0.5, 1]
    assert [round(h, 1) for h in hours[3:]] == [11.1, 11.6]


def test_the_outputs_follow_what_came_and_nothing_else(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(brief_figures, "available", lambda: False)  # what draws it takes seconds
    desk.web.answers = {"/feed": [feed(), feed(desk.web.url("/0")), feed(desk.web.url("/0"))],
                        "/0": story("Russian forces attacked Bakhmut.")}  # fmt: skip
    watch = '[watch]\nregion = "Donetsk Oblast"\nbrief = "today.md"\n'
    desk.says("/feed", more=watch)
    rounds = desk.runs(hours=2.5)
    names = [[path.name for path in r.written] for r in rounds]
    assert names == [[], ["map.html", "today.md"], []]
    assert rounds[1].line() == (
        "2023-03-15 13:00:00+02:00: 1 feed asked, 1 new article, map.html and today.md written, "
        "next in 1 h"
    )
    assert "Bakhmut" in (desk.folder / "map.html").read_text(encoding="utf-8")
    brief = (desk.folder / "today.md").read_text(encoding="utf-8")
    assert brief.startswith("# Donetsk Oblast")
    assert "14 March 2023" in brief  # the day there, of a report of 06:30 on the 15th here
    whole = (desk.folder / "map.html").read_bytes()
    assert desk.once().written == []  # a later process finds them as they should be
    (desk.folder / "map.html").unlink()
    assert [path.name for path in desk.once().written] == ["map.html"]
    assert (desk.folder / "map.html").read_bytes() == whole
    desk.says("/feed", more=watch + 'map = false\nperiod = "2d"\n')
    assert [path.name for path in desk.once().written] == ["today.md"]


def test_a_correction_shows_at_the_next_round(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.web.answers = {"/feed": feed(desk.web.url("/0")), "/0": story("Bakhmut held.")}
    desk.says("/feed", more="[watch]\nmap = 'map.html'\n")
    drawn: list[Path] = []

    def draw(_: Any, path: Path) -> None:
        drawn.append(path)
        path.write_text("x", encoding="utf-8")

    monkeypatch.setattr(watch_commands, "_draw", draw)
    notes = desk.folder / "corrections.toml"
    said = '[[correction]]\nname = "Bakhmut"\nnot_place = true\n'
    claim = '[[claim]]\narticle = "x"\nplace = "Bakhmut"\nhide = true\n'
    review = "article_id,start,end,name,candidate_0,choice,scope,note\nx,0,1,X,,,,\n"
    at: dict[float, Callable[[], Any]] = {
        1.5: lambda: notes.write_text(said, encoding="utf-8"),
        2.5: lambda: notes.write_text(said + claim, encoding="utf-8"),
        3.5: lambda: (desk.folder / "review.csv").write_text(
            review.replace(",,,,", ",,none,,"), encoding="utf-8"
        ),
    }
    rounds = desk.runs(hours=5.5, at=at)
    assert [bool(r.written) for r in rounds] == [True, False, True, True, True, False]
    assert rounds[2].read == 1
    assert rounds[3].read == 0


def test_a_slip_in_the_corrections_keeps_no_report_out(desk: Desk) -> None:
    desk.web.answers = {"/feed": feed(desk.web.url("/0")), "/0": story("Bakhmut held.")}
    desk.says("/feed", more="[watch]\nregion = 'Donetsk Oblast'\n")
    (desk.folder / "corrections.toml").write_text("[[claim]\n", encoding="utf-8")
    done = desk.once()
    assert (done.outcomes["new"], done.unwritten) == (1, True)
    assert "is not TOML" in desk.warned[0]


def test_an_output_that_cannot_be_written_does_not_end_it(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.web.answers = {"/feed": feed(desk.web.url("/0")), "/0": story("Bakhmut held.")}
    desk.says("/feed", more="[watch]\nmap = 'map.html'\n")
    monkeypatch.setattr(watch_commands, "_draw", _full_disk)
    rounds = desk.runs(hours=1.5)
    assert [r.at_fault for r in rounds] == [True, True]
    assert desk.warned == ["nothing written: map.html cannot be written: no space left"]


def _full_disk(*_: Any) -> None:
    raise OutputError("map.html cannot be written: no space left")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_between_articles(desk: Desk, number: int) -> None:
    links = [desk.web.url(f"/{n}") for n in range(3)]

    def and_signal(say: Callable[[bytes], None]) -> None:
        os.kill(os.getpid(), number)
        say(story("Village 1 held."))

    desk.web.answers = {"/feed": feed(*links), "/0": story("Village 0 held."), "/1": and_signal}
    desk.says("/feed")
    before = signal.getsignal(number)
    rounds: list[Round] = []
    with Stop() as stop, desk.watch(stop=stop) as watching:
        watching.run(rounds.append)
    assert signal.getsignal(number) == before
    assert rounds == []
    assert desk.texts() == ["Village 0 held"]
    assert "/2" not in desk.web.paths


def test_what_is_being_kept_is_kept_before_it_stops() -> None:
    done = []

    def keep(stop: Stop) -> None:
        with stop.held():
            os.kill(os.getpid(), signal.SIGTERM)
            done.append("kept")

    with Stop() as stop:
        with pytest.raises(Stopped):
            keep(stop)
        with pytest.raises(Stopped):
            stop.sleep(60)
    assert done == ["kept"]


def test_waiting_ends_at_once() -> None:
    with Stop() as stop:
        timer = threading.Timer(0.05, os.kill, (os.getpid(), signal.SIGTERM))
        timer.start()
        table = Timetable({"x": 3600}, 0.0)
        table.asked("x", 0.0)
        with pytest.raises(Stopped):
            wait_until_due(table, lambda: 0.0, stop.sleep)
        timer.join()


def test_a_second_watch_says_so(tmp_path: Path, cli: Cli) -> None:
    folder = tmp_path / "desk"
    cli("init", folder)
    (folder / "feeds.toml").write_text('[[feed]]\nurl = "https://x.example/f"\n')
    with only_one(folder):
        told = cli("watch", folder)
        refused(told, "another geomap watch", str(os.getpid()))
    with only_one(folder):  # it is free again
        pass


def test_a_lock_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    with pytest.raises(WorkspaceError, match="cannot be made"), only_one(tmp_path / "none"):
        pass


def test_once_tells_by_its_exit_code(cli: Cli, desk: Desk) -> None:
    desk.web.answers = {"/feed": feed(desk.web.url("/0"), title=""), "/0": story("Lyman held."),
                        "/bad": BUSY}  # fmt: skip
    desk.says("/feed")
    text = (desk.folder / "feeds.toml").read_text(encoding="utf-8")
    (desk.folder / "feeds.toml").write_text(text.replace("every", 'name = "The Wire"\nevery'))
    code, out, err = cli("watch", desk.folder, "--once", "--jobs", "1", "--json")
    assert (code, err) == (0, "")
    told = json.loads(out)
    assert (told["feeds"], told["failed"], told["new"], told["read"]) == (1, 0, 1, 1)
    with opened_store(desk.folder) as store:
        assert [one.article.source for one in store.articles()] == ["The Wire"]
    desk.says("/feed", "/bad")
    for _ in range(2):  # told each time, since each time is a run of its own
        code, out, err = cli("watch", desk.folder, "--once", "--jobs", "1")
        assert code == 1
        assert err.startswith("geomap: set aside: ")
        assert err.count("\n") == 1
        assert "2 feeds asked (1 failed), nothing new" in out


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("", None, "lists no feed"),
        ("[[feed]]\nname = 'x'\n", 1, "has no url"),
        ("[[feed]]\nname = 'x'\nurl = 'file:///etc/passwd'\n", 3, "no address of the web"),
        ("[[feed]]\nurl = 'https://a.example/'\n\nevery = '30s'\n", 4, "too often"),
        ("[[feed]]\nurl = 'https://a.example/'\nevery = 30\n", 3, "no length of time"),
        ("[[feed]]\nurl = 'https://a.example/'\nallow = 'x'\n", 3, "list of hosts"),
        ("[[feed]]\nurl = 'https://a.example/'\nallow = ['http://x']\n", 3, "host alone"),
        ("[[feed]]\nurl = 'https://a.example/'\nfoo = 1\n", 3, "unknown key 'foo'"),
        ("[[feed]]\nurl = 'https://a.example/'\n[[feed]]\nurl = 'https://a.example/'\n", 4,
         "twice"),
        ("[feed]\nurl = 'https://a.example/'\n", None, "single brackets"),
        ("[[feed]]\nurl = \n", 2, "is not TOML"),
        ("[feeds]\n", None, "unknown key 'feeds'"),
        ("# x\n[watch]\nmap = 'x.pdf'\n", 3, "ends in .html or .png"),
        ("[watch]\n\nbrief = 'b.md'\n", 3, "region ="),
        ("[watch]\nregion = 'Kyiv'\nmap = 'b.html'\nbrief = 'b.html'\n", 4, "same file"),
        ("[watch]\nregion = 'Kyiv'\nperiod = 'soon'\n", 3, "no length of time"),
        ("[watch]\nsince = 14\n", 2, "no length of time"),
    ],
)  # fmt: skip
def test_a_slip_in_feeds_toml_is_told_with_its_line(
    tmp_path: Path, text: str, line: int | None, words: str
) -> None:
    path = tmp_path / "feeds.toml"
    if "[watch]" in text:
        text += "[[feed]]\nurl = 'https://a.example/'\n"
    path.write_text(text, encoding="utf-8")
    where = f"{path}: " if line is None else f"{path}:{line}: "
    with pytest.raises(SettingsError) as error:
        read_plan(path)
    assert str(error.value).startswith(where)
    assert words in str(error.value)


def test_a_region_that_nobody_knows_is_told_at_the_start(desk: Desk) -> None:
    desk.says("/feed", more='\n[watch]\nregion = "Nowhereland Oblast"\n')
    with pytest.raises(SettingsError, match=r"feeds\.toml:6: .*Nowhereland"):
        desk.watch()


def test_what_init_writes_is_a_template_to_fill_in(tmp_path: Path) -> None:
    create(tmp_path / "desk").store.close()
    path = tmp_path / "desk" / "feeds.toml"
    with pytest.raises(SettingsError, match="lists no feed"):
        read_plan(path)
    lines = [line.removeprefix("# ") for line in path.read_text(encoding="utf-8").splitlines()]
    path.write_text("\n".join(lines[2:]), encoding="utf-8")
    plan = read_plan(path)
    assert plan.feeds == (
        WatchedFeed("https://news.example.org/rss.xml", "Example News", 1800,
                    ("wiki.example.lan",)),
    )  # fmt: skip
    outputs = plan.outputs
    assert (outputs.map, outputs.brief) == (path.parent / "map.html", path.parent / "briefing.html")
    assert (outputs.region, outputs.period, outputs.since) == ("Donetsk Oblast", "day", 14)
