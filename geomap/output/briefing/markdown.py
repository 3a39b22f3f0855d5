"""A briefing as Markdown: no text of an article is markup in it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from geomap.output.briefing.words import clean

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

# What Markdown and its dialects read as markup; of GitHub's, formulas ($), names (@), bare links.
_MARKUP = re.compile(r"([\\`*_{}\[\]<>#|~&$@]|:(?=//)|(?<=[Ww][Ww][Ww])\.)")
_LINE_START = re.compile(r"^((?:\d{1,9}(?=[.)]))?)([-+=.)])")


def plain(text: str) -> str:
    r"""Return an article's words so that Markdown shows them as they are, on one line.

    Examples
    --------
    >>> plain("a <b>bold</b> [claim](x)")
    'a \\<b\\>bold\\</b\\> \\[claim\\](x)'
    >>> plain("1. not a list")
    '1\\. not a list'
    """
    return _LINE_START.sub(r"\1\\\2", _MARKUP.sub(r"\\\1", clean(text)))


def inline(text: str) -> str:
    """Return words that do not begin a line so that Markdown shows them as they are."""
    return _MARKUP.sub(r"\\\1", clean(text))


def markdown(document: Mapping[str, Any], activity: str | None = None) -> str:
    """Return a briefing as Markdown (CommonMark with tables).

    Parameters
    ----------
    document : mapping
        What `compose` gives.
    activity : str, optional
        Reports per day as a row of block characters.
    """
    from jinja2 import Environment, PackageLoader, StrictUndefined

    # Markdown, not HTML: every value is escaped by `plain`, autoescape would show "&amp;".
    environment = Environment(
        loader=PackageLoader("geomap.output", "templates"),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters |= {"plain": plain, "inline": inline, "told": _told, "cell": _cell}
    text = environment.get_template("briefing.md.j2").render(d=document, activity=activity)
    return re.sub(r"\n{3,}", "\n\n", text).strip() + "\n"


def _told(statement: Mapping[str, Any], escaped: Callable[[str], str] = plain) -> str:
    """Return a statement with its marks: 'Text (one source) [3, 5–7]'."""
    small = [
        word for key, word in (("single", "one source"), ("low", "low confidence"))
        if statement[key]
    ]  # fmt: skip
    text = escaped(statement["text"])
    if small:
        text = f"{text.removesuffix('.')} ({', '.join(small)})."
    return f"{text} {statement['marks']}".rstrip()


def _cell(statements: Sequence[Mapping[str, Any]]) -> str:
    return " ".join(_told(s, inline) for s in statements) or "—"
