"""What HTML may hold before it is given to a parser, whose time and memory it would decide."""

from __future__ import annotations

import re

from geomap.errors import ArticleError

__all__ = ["check_html"]

# trafilatura takes up to 0.1 ms and 2 kB for each; the longest live blogs have half as many.
_MAX_ELEMENTS = 100_000
# libxml2 takes time with their square: 40,000 in one tag are 11 s.
_MAX_ATTRIBUTES = 2_000
# A tag as HTML5 reads it. Possessive and with bounded words, so that what looks like thousands of
# tags in one another takes seconds at most.
_WORD = r"{0,5000}+"
_MANY_ATTRIBUTES = re.compile(
    rf"<[A-Za-z][^\s/>]{_WORD}"
    rf"(?:[\s/]++[^\s/>][^\s/>=]{_WORD}(?:\s*+=\s*+(?:\"[^\"]*+\"|'[^']*+'|[^\s>]{_WORD}))?+)"
    rf"{{{_MAX_ATTRIBUTES}}}"
)


def check_html(html: str) -> None:
    """Refuse HTML that is made to be slow.

    Raises
    ------
    ArticleError
        It has too many elements, or a tag with too many attributes.

    Examples
    --------
    >>> check_html("<p class='a'>Calm in Lyman.</p>")
    """
    if html.count("<") - html.count("</") > _MAX_ELEMENTS:
        raise ArticleError(f"is a web page of more than {_MAX_ELEMENTS:,} elements")
    if _MANY_ATTRIBUTES.search(html) is not None:
        raise ArticleError(f"is a web page with a tag of more than {_MAX_ATTRIBUTES:,} attributes")
