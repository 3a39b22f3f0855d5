"""robots.txt: what a site asks programs to leave alone (RFC 9309)."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

__all__ = ["ROBOTS_BYTES", "Rules", "parse_rules"]

# RFC 9309 has at least this much of a file read.
ROBOTS_BYTES = 512_000
_LONGEST_DELAY_S = 30.0
_AGENT = re.compile(r"^[ \t]*user[- ]?agent[ \t]*:?([^#\r\n]*)", re.IGNORECASE | re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Rules:
    """What a site lets one program do.

    `may_ask` takes an address; `delay_s` is the pause between requests that the site asks for, at
    most 30 s, 0 if it asks for none.
    """

    may_ask: Callable[[str], bool]
    delay_s: float = 0.0


def parse_rules(body: bytes, user_agent: str) -> Rules:
    r"""Read a robots.txt; what is no rule in it is skipped.

    Examples
    --------
    >>> rules = parse_rules(b"User-agent: *\nDisallow: /\nAllow: /news\nCrawl-delay: 2", "geomap")
    >>> rules.may_ask("https://example.org/news/1"), rules.may_ask("https://example.org/x")
    (True, False)
    >>> rules.delay_s
    2.0
    """
    from protego import Protego

    # The standard library's parser takes `*` in a path for a star, and the first rule, not the
    # one that fits best.
    ours = user_agent.lower()

    def one_name(found: re.Match[str]) -> str:
        name = found[1].strip().lower()
        is_ours = name == "*" or (name.strip("*") and name.strip("*") in ours)
        return found[0] if is_ours else "User-agent: other"

    # All other programs are one: 20,000 names with 10,000 rules for each would take minutes.
    text = _AGENT.sub(one_name, body.decode("utf-8-sig", "replace"))
    robots: Any = Protego.parse(text)
    delay = float(robots.crawl_delay(user_agent) or 0.0)
    delay = 0.0 if math.isnan(delay) else min(max(delay, 0.0), _LONGEST_DELAY_S)
    return Rules(lambda url: bool(robots.can_fetch(url, user_agent)), delay)
