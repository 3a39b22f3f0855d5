"""A briefing as one HTML file, and the page that lists many: no network, no script.

Texts come from articles: jinja2 escapes them, links go to http(s) only, and a policy with the hash
of the page's own style lets nothing else in.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlsplit

from geomap.output import assets
from geomap.output.brief_activity import sparkline_svg

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_COLOUR = re.compile(r"#[0-9a-fA-F]{6}")
_NO_COLOUR = "#5b6570"
_BASE64 = re.compile(r"[A-Za-z0-9+/]+={0,2}")
_RUNNING = 90  # characters of the title at the foot of each printed page
# What steers the direction of text beyond its own element, and what no document may hold.
_STEERING = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_BROKEN = re.compile("[\ud800-\udfff\ufdd0-\ufdef]|[^\x00-\uffff]")
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_OPTIONAL = {
    "activity": None, "map": None, "line": None, "places": None, "claims": None, "events": None,
}  # fmt: skip


def brief_html(document: Mapping[str, Any]) -> str:
    """Return a briefing as a whole HTML page.

    Parameters
    ----------
    document : Mapping
        The briefing: plain texts, counts and the numbers of what each statement cites.

    Returns
    -------
    str
        HTML with its style, chart and picture inside. The same document gives the same text.

    Raises
    ------
    ValueError
        The picture is not base64, or a day of the activity is not an ISO day.
    KeyError, jinja2.UndefinedError
        The document lacks a part that every briefing has.
    """
    doc = _OPTIONAL | _clean(document)
    activity = doc["activity"] or {"days": []}
    # A single bar compares nothing.
    charted = len(activity["days"]) > 1 or activity.get("before")
    picture = doc["map"]
    if picture and not _BASE64.fullmatch(picture["png_base64"]):
        raise ValueError("the picture of a briefing is not base64")
    sides = (doc["claims"] or {}).get("sides", ())
    rules = [f".side-{n} {{ --side: {_colour(s['colour'])}; }}" for n, s in enumerate(sides)]
    return _page(
        "brief.html.j2",
        f"{doc['title']} · {doc['period']['text']}",
        rules,
        doc=doc,
        chart=sparkline_svg(activity["days"], activity.get("before")) if charted else "",
        known={n["number"] for source in doc["sources"] for n in source["quotes"]}
        | {line["number"] for line in doc["lines"]},
    )


def index_html(index: Mapping[str, Any]) -> str:
    """Return the page that lists the briefings of many regions.

    Parameters
    ----------
    index : Mapping
        Title, period, rows in their order (name, file beside the page, counts, one line), maybe
        the file of a map, attribution.

    Returns
    -------
    str
        HTML with its style inside. The same index gives the same text.

    Raises
    ------
    KeyError, jinja2.UndefinedError
        The index lacks a part.
    """
    told = _clean(index)
    return _page("brief_index.html.j2", f"{told['title']} · {told['period']['text']}", (), doc=told)


def runs(numbers: Iterable[int]) -> list[tuple[int, int]]:
    """Return numbers as runs, first and last of each, in rising order.

    Examples
    --------
    >>> runs([5, 3, 6, 7, 9, 5])
    [(3, 3), (5, 7), (9, 9)]
    """
    found: list[tuple[int, int]] = []
    for number in sorted(set(numbers)):
        if found and number == found[-1][1] + 1:
            found[-1] = (found[-1][0], number)
        else:
            found.append((number, number))
    return found


def web_address(url: str | None) -> str | None:
    """Return an address that a link may go to, or None.

    Examples
    --------
    >>> web_address("https://example.org/a?b=c")
    'https://example.org/a?b=c'
    >>> web_address("javascript:alert(1)") is None
    True
    """
    if not url or not re.fullmatch(r"https?://[^\s<>\\\"]+", url) or not url.isprintable():
        return None
    try:
        host = urlsplit(url).hostname
    except ValueError:
        return None
    return url if host else None


def _page(template: str, title: str, rules: Iterable[str], **values: Any) -> str:
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("geomap.output", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters.update(
        {"runs": runs, "web": web_address, "file": _beside, "figure": _figure, "change": _change}
    )
    style = "\n".join([assets.static("brief.css"), *rules, _running(title)])
    policy = "; ".join(
        [
            "default-src 'none'", f"style-src {assets.csp_hash(style)}", "img-src data:",
            "base-uri 'none'", "form-action 'none'",
        ]
    )  # fmt: skip
    return environment.get_template(template).render(
        policy=policy, style=style, page_title=title, **values
    )


def _running(title: str) -> str:
    """Return the rule that puts the title at the foot of each printed page."""
    short = title if len(title) <= _RUNNING else title[: _RUNNING - 1].rstrip() + "…"
    # Every letter as its number: nothing of a title can end the text, the rule or the element.
    told = "".join(f"\\{ord(c):x} " for c in short)
    return f'@page {{ @bottom-left {{ content: "{told}"; }} }}'


def _clean(value: Any) -> Any:
    """Return a document whose texts may stand in HTML: on one line, nothing broken or steering."""
    if isinstance(value, str):
        text = _BROKEN.sub(_kept, _CONTROL.sub(" ", value))
        return _STEERING.sub("", text).replace("\ufffe", "\ufffd").replace("\uffff", "\ufffd")
    if isinstance(value, dict):
        return {key: _clean(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_clean(one) for one in value]
    return value


def _kept(found: re.Match[str]) -> str:
    """Return a letter beyond the first plane; what is none becomes a sign for it."""
    code = ord(found.group())
    return "\ufffd" if code < 0x10000 or code & 0xFFFE == 0xFFFE else found.group()


def _colour(value: Any) -> str:
    return value if isinstance(value, str) and _COLOUR.fullmatch(value) else _NO_COLOUR


def _beside(name: str) -> str:
    """Return the address of a file that lies beside the page."""
    return "./" + quote(name, errors="replace")


def _figure(value: Any) -> str:
    """Return a count as it is printed; what is no count as it stands."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return f"{value:,}"
    return str(value)


def _change(now: int, before: int | None) -> str:
    """Return the change of a count in words; empty where nothing is known of before."""
    if before is None:
        return ""
    return "same" if now == before else f"{now - before:+,}".replace("-", "\u2212")
