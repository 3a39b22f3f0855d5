from __future__ import annotations

import datetime as dt
import json
import logging
from typing import Any

import pytest

from geomap.articles.html import read_page
from geomap.errors import ArticleError

BODY = (
    "<p>Shelling went on near Lyman and Siversk on Monday, officials said, and it did not stop "
    "before the evening of 5 May 2020.</p>" * 4
)
FOOTER = '<footer><p>© 2018 <time datetime="2018-01-01" pubdate>2018</time></p></footer>'
DAY = dt.date(2023, 3, 14)


def page(head: str = "", top: str = "", tail: str = FOOTER) -> str:
    return (
        f'<!DOCTYPE html><html lang="en-GB"><head>{head}</head><body>'
        f"<nav>Home 2017</nav><article>{top}{BODY}</article>{tail}</body></html>"
    )


def ld(value: Any) -> str:
    return f'<script type="application/ld+json">{json.dumps(value)}</script>'


def article(day: str, kind: Any = "NewsArticle") -> dict[str, Any]:
    return {"@type": kind, "datePublished": day}


@pytest.mark.parametrize(
    "head",
    [
        ld(article("2023-03-14")),
        ld(article("2023-03-14T23:30:00-08:00")),
        ld([{"@type": "Organization"}, article("2023-03-14")]),
        ld({"@graph": [{"@type": "WebSite"}, article("2023-03-14", ["Article", "Thing"])]}),
        ld({"@type": "WebPage", "mainEntity": article("2023-03-14")}),
        ld({"@type": "WebPage", "datePublished": "2023-03-14"}),
        '<script type="application/ld+json">{"broken": </script>' + ld(article("2023-03-14")),
        ld([[[None, 1, "x", article("2023-03-14")]]]),
        '<meta property="article:published_time" content="2023-03-14T08:00:00+02:00">',
        '<META NAME="DC.date" CONTENT="2023-03-14">',
        '<meta name="date" content="14 March 2023">',
        '<meta name="parsely-pub-date" content="2023-03-14T22:00:00Z">',
        ld(article("soon")) + '<meta itemprop="datePublished" content="2023-03-14">',
    ],
)
def test_date_by_metadata(head: str) -> None:
    assert read_page(page(head)).date == DAY


@pytest.mark.parametrize(
    "top",
    [
        '<header><time datetime="2023-03-14T08:00">now</time></header>',
        '<time datetime="2023-03-14">now</time>',
        '<span><time itemprop="datePublished" datetime="2023-03-14">now</time></span>',
        '<time itemprop="dateModified" datetime="2023-03-20"></time><time datetime="2023-03-14">',
    ],
)
def test_date_by_time_element_above_the_text(top: str) -> None:
    assert read_page(page(top=top)).date == DAY


@pytest.mark.parametrize(
    "html",
    [
        page(),
        page(tail=FOOTER + "<p>Updated 14 March 2023</p>"),
        page(tail='<time datetime="2023-03-14">x</time>'),
        page(top='<aside><time itemprop="datePublished" datetime="2023-03-14"></time></aside>'),
        page(top='<div class="related-news"><time datetime="2023-03-14"></time></div>'),
        page(top=BODY + '<time datetime="2023-03-14">x</time>'),
        page(ld([article("2023-03-14"), article("2023-03-15")])),
        page(ld({"@type": "NewsArticle", "hasPart": [article("2023-03-14")]})),
        page(
            '<meta name="last-modified" content="2023-03-14"><meta name="copyright" content="2021">'
        ),
        page(ld(article("2023"))),
    ],
)
def test_no_date_is_guessed(html: str) -> None:
    assert read_page(html).date is None


def test_text_leaves_out_menus_footers_and_comments() -> None:
    comments = (
        '<section id="comments"><div class="comment"><p>I disagree with this.</p></div></section>'
    )
    text = read_page(page(tail=comments + FOOTER)).text
    assert text.startswith("Shelling went on near Lyman")
    assert "disagree" not in text
    assert "2018" not in text
    assert "Home" not in text


def test_title_source_link_and_language() -> None:
    head = (
        "<title>Lyman | The Paper</title><meta property='og:title' content=' Lyman\n holds '>"
        "<meta property='og:site_name' content='The Paper'>"
        "<link rel='canonical' href='javascript:alert(1)'>"
        "<meta property='og:url' content='https://example.org/lyman'>"
    )
    found = read_page(page(head))
    assert (found.title, found.source) == ("Lyman holds", "The Paper")
    assert (found.url, found.lang) == ("https://example.org/lyman", "en")
    bare = read_page(page("<title>Lyman | The Paper</title>"))
    assert (bare.title, bare.source, bare.url) == ("Lyman | The Paper", None, None)


def test_wrong_types_in_json_ld_are_skipped() -> None:
    node = {"@type": ["NewsArticle", 3], "headline": ["x"], "publisher": 7, "datePublished": {}}
    found = read_page(page(ld(node)))
    assert (found.title, found.source, found.date) == (None, None, None)


@pytest.mark.parametrize(
    "html",
    [
        "<html></html>",
        "<html><body></body></html>",
        "<html><body><script>var a = '" + "x " * 500 + "'</script></body></html>",
        "<",
        "<" * 10_000,
        "<div>" * 50_000,
        "<!-- only a comment -->",
    ],
)
def test_pages_without_a_report_are_refused(html: str) -> None:
    with pytest.raises(ArticleError, match="without a report"):
        read_page(html)


def test_hostile_pages_are_harmless() -> None:
    deep = '<script type="application/ld+json">' + "[" * 100_000 + "</script>"
    entity = '<!DOCTYPE html [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
    html = entity + page(deep + "<script>alert(1)</script>", "<img src=x onerror=alert(1)>&x;\0")
    text = read_page(html).text
    assert "Shelling went on" in text
    assert "alert" not in text
    assert "root:" not in text


def test_libraries_keep_quiet_and_logging_is_restored(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG), pytest.raises(ArticleError):
        read_page("<html><body></body></html>")
    assert [r for r in caplog.records if r.name.startswith(("trafilatura", "htmldate"))] == []
    assert logging.getLogger("trafilatura").propagate


def test_declared_encoding_of_decoded_text_does_no_harm() -> None:
    html = '<?xml version="1.0" encoding="windows-1251"?>' + page().replace("Lyman", "Лиман")
    assert "near Лиман and" in read_page(html).text


@pytest.mark.parametrize(
    ("more", "told"),
    [
        ("<p>a</p>" * 100_001, "more than 100,000 elements"),
        ("<i " + " ".join(f"a{n}='>'" for n in range(3_000)) + ">", "more than 2,000 attributes"),
    ],
)
def test_pages_that_would_take_minutes_are_refused(more: str, told: str) -> None:
    with pytest.raises(ArticleError, match=told):
        read_page(f"<html><body><p>{'Calm in Lyman. ' * 40}</p>{more}</body></html>")


def test_what_stands_before_a_deep_nest_is_read() -> None:
    page = read_page(f"<html><body><p>{'Calm in Lyman. ' * 40}</p>{'<div>' * 20_000}")
    assert page.text.startswith("Calm in Lyman.")
    with pytest.raises(ArticleError, match="without a report"):
        read_page(f"<html><body>{'<div>' * 20_000}<p>{'Calm in Lyman. ' * 40}</p>")
