"""Scripts, styles and templates that go into the page, and how they get there safely.

Leaflet comes from the installed package `django-js-lib-leaflet`; our own files lie in `static/` and
`templates/`. Nothing here reaches for the network.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
from functools import cache
from importlib.resources import files
from typing import Any

_IMAGE = re.compile(r"url\(\s*['\"]?(?!data:)[^)]*\)")
_SOURCE_MAP = re.compile(r"^//[#@] sourceMappingURL=.*$", re.MULTILINE)
_SURROGATE = re.compile("[\ud800-\udfff]")
_IN_SCRIPT = {
    "<": "\\u003c",
    ">": "\\u003e",
    "&": "\\u0026",
    "\u2028": "\\u2028",
    "\u2029": "\\u2029",
}


def _read(package: str, *parts: str) -> str:
    text = files(package).joinpath(*parts).read_text(encoding="utf-8")
    return text.replace("\r\n", "\n").replace("\r", "\n").strip()


@cache
def leaflet_js() -> str:
    """Return Leaflet's script, without the line that asks for its source map."""
    return _SOURCE_MAP.sub("", _read("js_lib_leaflet", "static/js_lib_leaflet", "leaflet.js"))


@cache
def leaflet_css() -> str:
    """Return Leaflet's style sheet without its images and without its flag."""
    css = _read("js_lib_leaflet", "static/js_lib_leaflet", "leaflet.css")
    css = re.sub(r"[^{}]*leaflet-attribution-flag[^{}]*\{[^{}]*\}", "", css)
    css = re.sub(r"behavior:\s*url\([^)]*\);?", "", css)
    return _IMAGE.sub("none", css)


@cache
def static(name: str) -> str:
    """Return a script or style sheet of ours (`geomap.js`, `geomap.css`)."""
    return _read("geomap.output", "static", name)


@cache
def template(name: str) -> str:
    """Return the source of a jinja2 template of ours."""
    return _read("geomap.output", "templates", name)


def csp_hash(text: str) -> str:
    """Return the Content-Security-Policy source that allows one inline script or style.

    Examples
    --------
    >>> csp_hash("")
    "'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='"
    """
    digest = hashlib.sha256(text.encode("utf-8")).digest()
    return f"'sha256-{base64.b64encode(digest).decode('ascii')}'"


def json_block(data: Any) -> str:
    r"""Return JSON that may stand inside a ``<script type="application/json">`` element.

    Keys are sorted; ``<``, ``>``, ``&``, U+2028, U+2029 and lone surrogates are written as
    ``\uXXXX``, so no text can end the element or begin another.

    Raises
    ------
    ValueError
        A number is not finite.

    Examples
    --------
    >>> print(json_block({"b": "</script>", "a": 1}))
    {"a":1,"b":"\u003c/script\u003e"}
    """
    text = json.dumps(
        data, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False
    )
    for raw, escaped in _IN_SCRIPT.items():
        text = text.replace(raw, escaped)
    return _SURROGATE.sub(lambda m: f"\\u{ord(m.group()):04x}", text)
