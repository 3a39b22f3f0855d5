"""The header a text report may begin with: `Title:`, `Date:`, `Source:`, `URL:`.

A block of `Key: value` lines, ended by the first blank line. It is a header only if its first line
has one of the known keys and every line has a key, so that a report that begins with
"KYIV: Shelling went on" keeps its first sentence.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from geomap.articles.moments import parse_published
from geomap.models import Problem

if TYPE_CHECKING:
    import datetime as dt

__all__ = ["Header", "http_url", "language_code", "split_header"]

_KEYS = {
    "title": "title",
    "date": "date",
    "source": "source",
    "url": "url",
    "author": "author",
    "lang": "lang",
    "language": "lang",
}
_MAX_LINES = 40
_MAX_URL = 2_000
# No address holds these unescaped (RFC 3986); in a page they could end an attribute.
_NOT_IN_URL = re.compile(r"[\s<>\"`\\^{}|]")
_LINE = re.compile(r"([^\r\n]*)(?:\r\n|\n|\r|\Z)")
_FIELD = re.compile(r"[ \t]*([^\W\d_][\w -]{0,30}?)[ \t]*:(?:[ \t]+(.*))?$", re.DOTALL)
_BLANK = re.compile(r"(?:[ \t]*(?:\r\n|\n|\r))*")
_LANG = re.compile(r"([A-Za-z]{2,3})(?:[-_][A-Za-z0-9]{1,8})*")


@dataclass(frozen=True, slots=True)
class Header:
    """What a report says about itself at its top; all None and empty when it has no header.

    `body` is where the text of the report begins: an offset in code points into the file's text.
    `published` is the time of its `date`, where it tells one.
    """

    body: int = 0
    title: str | None = None
    date: dt.date | None = None
    source: str | None = None
    url: str | None = None
    lang: str | None = None
    published: dt.datetime | None = None
    problems: tuple[Problem, ...] = field(default=())


def split_header(text: str, path: str = "") -> Header:
    r"""Read the header at the top of a text.

    Parameters
    ----------
    text : str
        The whole text of the file, with any kind of line ends.
    path : str
        What warnings call the file.

    Returns
    -------
    Header
        Without a header, an empty one with `body == 0`. A date that cannot be read or could mean
        two days gives no date and a warning; so does a URL that is not http or https.

    Examples
    --------
    >>> text = "Title: Fighting near Lyman\r\nDate: 14 March 2023\r\n\r\nLYMAN: All calm."
    >>> header = split_header(text)
    >>> header.title, str(header.date), text[header.body :]
    ('Fighting near Lyman', '2023-03-14', 'LYMAN: All calm.')
    >>> split_header("Kyiv: shelling went on.").body
    0
    """
    blank = _BLANK.match(text)
    start = blank.end() if blank else 0
    line_number = len(_LINE.findall(text[:start]))  # the empty match at the end makes it 1-based
    values: dict[str, tuple[str, int]] = {}
    problems: list[Problem] = []
    position = start
    while position < len(text):
        line = _LINE.match(text, position)
        if line is None:
            break
        if not line[1].strip():
            position = line.end()
            break
        found = _FIELD.match(line[1])
        key = _KEYS.get(found[1].casefold()) if found else None
        is_first = position == start
        if found is None or (is_first and key is None) or line_number > _MAX_LINES:
            return Header(problems=_broken_header(values, line_number, path))
        if key is not None and key in values:
            message = f"has a second `{found[1]}:` in its header; the first one counts"
            problems.append(Problem(path, message, "header", line_number))
        elif key is not None:
            values[key] = ((found[2] or "").strip(), line_number)
        position = line.end()
        line_number += 1
    if not values:
        return Header()
    return _make_header(values, position, path, problems)


def http_url(value: str | None) -> str | None:
    """Return a web address if it is an absolute http or https one, else None.

    Examples
    --------
    >>> http_url(" https://example.org/a ")
    'https://example.org/a'
    >>> http_url("javascript:alert(1)") is None
    True
    """
    url = (value or "").strip()
    if not url or len(url) > _MAX_URL or not url.isprintable() or _NOT_IN_URL.search(url):
        return None
    try:
        parts = urlsplit(url)
        is_web = parts.scheme.lower() in {"http", "https"} and bool(parts.hostname)
    except ValueError:  # such as "http://[", a broken IPv6 address
        return None
    return url if is_web else None


def language_code(value: str | None) -> str | None:
    """Return the language of a tag such as `en-GB`, in lower case, or None.

    Examples
    --------
    >>> language_code("en-GB")
    'en'
    """
    found = _LANG.fullmatch((value or "").strip())
    return found[1].lower() if found else None


def _broken_header(
    values: dict[str, tuple[str, int]], line_number: int, path: str
) -> tuple[Problem, ...]:
    """Warn of a header without a blank line after it; one known key may be ordinary text."""
    if len(values) < 2:
        return ()
    message = (
        "begins like a header, but this line is no `Key: value`: the header was taken as text "
        "(put a blank line after the header)"
    )
    return (Problem(path, message, "header", line_number),)


def _make_header(
    values: dict[str, tuple[str, int]], body: int, path: str, problems: list[Problem]
) -> Header:
    date, published = None, None
    written, line_number = values.get("date", ("", 0))
    if written:
        date, published = parse_published(written)
        if date is None:
            message = (
                f"has a date that cannot be read or could mean two days: {written[:60]!r}; "
                "write it as YYYY-MM-DD"
            )
            problems.append(Problem(path, message, "bad-date", line_number))
    written, line_number = values.get("url", ("", 0))
    url = http_url(written)
    if written and url is None:
        message = f"has a URL that is not an http or https address: {written[:60]!r}; left out"
        problems.append(Problem(path, message, "bad-url", line_number))
    return Header(
        body=body,
        title=values.get("title", ("", 0))[0] or None,
        date=date,
        source=values.get("source", ("", 0))[0] or None,
        url=url,
        lang=language_code(values.get("lang", ("", 0))[0]),
        published=published,
        problems=tuple(problems),
    )
