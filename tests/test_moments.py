"""When a report was published, to the second and with its zone: the day is the day there."""

from __future__ import annotations

import datetime as dt
import io
import json
from pathlib import Path

import pytest
from misbehaving import Time, Web, fetcher, page, serving
from test_web_feeds import report, rss

import geomap
from geomap.articles.feeds import articles_of_feed, fetch_feed
from geomap.articles.moments import parse_published
from geomap.articles.read import read_articles
from geomap.articles.telegram import TelegramPost, read_telegram
from geomap.models import Article
from geomap.output.export_rows import report_row
from geomap.output.layers import features
from geomap.workspace.workspace import create


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ("2023-03-14T23:30:00-05:00", "2023-03-14T23:30:00-05:00"),
        ("2023-03-14T23:30Z", "2023-03-14T23:30:00+00:00"),
        ("2023-03-14 23:30:05.25+03", "2023-03-14T23:30:05+03:00"),
        ("2023-03-14T23:30:00+0545", "2023-03-14T23:30:00+05:45"),
        ("Tue, 14 Mar 2023 23:30:00 +0200 (EET)", "2023-03-14T23:30:00+02:00"),
        ("Tue, 14 Mar 2023 23:30:00 GMT", "2023-03-14T23:30:00+00:00"),
        ("Tue, 14 Mar 2023 23:30 MSK", "2023-03-14T23:30:00+03:00"),
        ("March 14, 2023, 12:05 a.m. EST", "2023-03-14T00:05:00-05:00"),
        ("14 березня 2023 р. о 18:30", "2023-03-14T18:30:00"),
        ("2023-03-14T23:30:00", "2023-03-14T23:30:00"),
        ("2023-03-14 UTC+03:00", None),
        ("2023-03-14", "2023-03-14"),
        # A zone or a clock that means nothing: the day stays.
        ("2023-03-14T23:30:00+99:00", "2023-03-14"),
        ("2023-03-14T23:30:00+01:75", "2023-03-14"),
        ("2023-03-14T25:30:00Z", "2023-03-14"),
        ("Tue, 14 Mar 2023 23:30:00 IST", "2023-03-14"),  # India, Israel, Ireland
        ("14 March 2023 18:30 pm", "2023-03-14"),
        ("yesterday at 18:30", None),
        ("2023-02-30T18:30Z", None),
    ],
)
def test_the_time_is_read_as_it_is_written(written: str, told: str | None) -> None:
    day, moment = parse_published(written)
    assert (day and day.isoformat()) == (told and told[:10])
    assert (moment and moment.isoformat()) == (told if told and "T" in told else None)


@pytest.mark.parametrize(
    ("name", "data", "told"),
    [
        ("a.txt", "Date: 14 March 2023 23:30 EET\n\nLyman held.", "2023-03-14T23:30:00+02:00"),
        ("2023-03-14.txt", "Lyman held.", None),
        ("a.jsonl", '{"text": "Lyman.", "date": "2023-03-14T23:30:00-05:00"}',
         "2023-03-14T23:30:00-05:00"),
        ("a.jsonl", '{"text": "Lyman.", "published": "2023-03-14T23:30:00-05:00"}',
         "2023-03-14T23:30:00-05:00"),
        ("a.jsonl", '{"text": "L.", "date": "2023-03-14", "published": "2023-03-14T23:30Z"}',
         "2023-03-14T23:30:00+00:00"),
        # Of another day: the moment would contradict the date.
        ("a.jsonl", '{"text": "L.", "date": "2023-03-14", "published": "2023-03-15T00:30Z"}', None),
        ("a.jsonl", '{"text": "L.", "date": "2023-03-14", "published": true}', None),
        ("a.html", report(meta='<meta property="article:published_time" '
                          'content="2023-03-14T23:30:00-05:00">'), "2023-03-14T23:30:00-05:00"),
        ("a.html", report(meta='<script type="application/ld+json">[{"@type": "NewsArticle", '
                          '"datePublished": "2023-03-14T23:30:00+02"}]</script>'),
         "2023-03-14T23:30:00+02:00"),
    ],
)  # fmt: skip
def test_files_tell_it(tmp_path: Path, name: str, data: str, told: str | None) -> None:
    (tmp_path / name).write_text(data, encoding="utf-8")
    read = read_articles(tmp_path / name)
    assert read.problems == ()
    [article] = read
    assert article.date == dt.date(2023, 3, 14)
    assert (article.published and article.published.isoformat()) == told


@pytest.mark.parametrize(
    ("meta", "told"),
    [
        ("2023-03-15T00:30:00+02:00", "2023-03-15T00:30:00+02:00"),  # the page's, not in GMT
        ("2023-03-15", None),  # the feed's moment is of another day
        ("2023-03-14", "2023-03-14T22:30:00+00:00"),
        ("", "2023-03-14T22:30:00+00:00"),
    ],
)
def test_of_a_feed_in_gmt_the_time_of_the_page_counts(meta: str, told: str | None) -> None:
    with serving() as web:
        one = web.url("/1")
        _answer(web, one, f'<meta name="date" content="{meta}">' if meta else "")
        asking = fetcher(Time())
        [found] = articles_of_feed(fetch_feed(web.url("/feed"), asking), asking)
    assert found.article is not None
    assert str(found.article.date) == (told or "2023-03-15")[:10]
    published = found.article.published
    assert (published and published.isoformat()) == told


def _answer(web: Web, link: str, meta: str) -> None:
    web.answers = {
        "/feed": page(rss(f"<link>{link}</link><pubDate>Tue, 14 Mar 2023 22:30 GMT</pubDate>")),
        "/1": page(report(meta=meta)),
    }


@pytest.mark.parametrize("zone", [dt.timezone(dt.timedelta(hours=-5)), None])
def test_a_workspace_keeps_it_and_a_time_makes_no_version(
    tmp_path: Path, zone: dt.timezone | None
) -> None:
    day, moment = dt.date(2023, 3, 14), dt.datetime(2023, 3, 14, 23, 30, tzinfo=zone)
    article = Article("a", "Lyman held.", date=day, published=moment, url="https://x.example/1")
    later = Article("a", "Lyman held.", date=day, url="https://x.example/1")
    space = create(tmp_path / "desk")
    with space.store:
        assert [one.outcome for one in space.add([article, later])] == ["new", "known"]
        [kept] = space.read()
    assert kept.published is not None
    assert kept.published.isoformat() == moment.isoformat()


def test_exports_tell_it(pipeline: geomap.Pipeline) -> None:
    moment = dt.datetime(2023, 3, 14, 23, 30, tzinfo=dt.timezone(dt.timedelta(hours=-5)))
    told = Article("a", "Lyman held.", date=moment.date(), published=moment)
    untold = Article("b", "Lyman held.", date=moment.date())
    found = features(pipeline.run([told, untold]).reports)
    assert {(f.properties["article_id"], f.properties["published"]) for f in found} == {
        ("a", "2023-03-14T23:30:00-05:00"), ("b", None),
    }  # fmt: skip
    assert report_row(told, []).properties["published"] == "2023-03-14T23:30:00-05:00"


@pytest.mark.parametrize(
    ("seconds", "told"),
    [
        ("1678828200", "2023-03-14T23:10:00+02:00"),
        ("1678828211", "2023-03-14T23:10:00"),  # another moment: no zone follows from it
        ("soon", "2023-03-14T23:10:00"),
    ],
)
def test_the_zone_of_an_export_is_what_its_clocks_tell(seconds: str, told: str) -> None:
    message = {"id": 1, "type": "message", "date": "2023-03-14T23:10:00", "text": "Calm."}
    chat = {"name": "Front", "id": 7, "messages": [message | {"date_unixtime": seconds}]}
    (post,) = read_telegram(io.BytesIO(json.dumps(chat).encode()), "result.json")
    assert isinstance(post, TelegramPost)
    assert post.published is not None
    assert post.published.isoformat() == told
    assert str(post.date) == "2023-03-14"
