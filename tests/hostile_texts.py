"""Two hundred texts that try to run, to break out or to vanish, and a map that holds them all."""

from __future__ import annotations

from functools import cache
from typing import Any

from map_samples import feature, point, ring

PWN = "window.pwned=1"
_RUN = [
    f"<script>{PWN}</script>",
    f"</script><script>{PWN}</script>",
    f"<img src=x onerror={PWN}>",
    f'"><svg onload={PWN}>',
    f"<iframe srcdoc='<script>{PWN}</script>'>",
    f"javascript:{PWN}",
    f"JaVaScRiPt:{PWN}//",
    f"data:text/html,<script>{PWN}</script>",
    f"vbscript:{PWN}",
    f"' onmouseover='{PWN}",
    f'" autofocus onfocus="{PWN}',
    f"<body onload={PWN}>",
    f"<details open ontoggle={PWN}>",
    f"<math><mi xlink:href='javascript:{PWN}'>",
    f"<a href='javascript:{PWN}'>go</a>",
    f"<style>@import 'x';</style><p style='x:expression({PWN})'>",
    "<link rel=stylesheet href=//evil.example/x.css>",
    "<base href=//evil.example/>",
    "<meta http-equiv=refresh content='0;url=//evil.example'>",
    f"`${{{PWN}}}`",
    f"\\u003cscript\\u003e{PWN}",
    f"\\'-({PWN})-'",
    "*/alert(1)/*",
    "<!--",
    "-->",
    "<![CDATA[",
    "]]>",
    "</title>",
    "</textarea>",
    "</style>",
    "<noscript><p title='</noscript><img src=x>'>",
    f"<object data='javascript:{PWN}'>",
    f"<form action=javascript:{PWN}><button>",
    "<plaintext>",
    "&lt;b&gt;",
    "&amp;",
    "&#60;script&#62;",
    "&quot;",
    "<b>bold</b>",
    "<bdi>",
    "</ul></li>",
]
_TEMPLATE = [
    "{{ 7*7 }}",
    "{% raw %}",
    "{# gone #}",
    "{{ this._parent }}",
    "{% for x in y %}",
    "${7*7}",
    "#{7*7}",
    "<%= 7*7 %>",
    "%(name)s",
    "{0}",
    "{name}",
    "%s%n%x",
    "$&",
    "$1",
    "\\1",
    "[[7*7]]",
]
_NAMES = [
    "__proto__",
    "constructor",
    "prototype",
    "toString",
    "valueOf",
    "hasOwnProperty",
    "__defineGetter__",
    "undefined",
    "null",
    "NaN",
    "true",
    "false",
    "0",
    "-1",
    "",
    " ",
    "length",
    "name",
    "then",
    "innerHTML",
    "geomap",
    "N",
    "NaN,1,2",
    "1e999",
    "deflated AAAA",
    "deflated ",
]
_WRITING = [
    "\u202egnp.exe",
    "\u202dleft\u202c",
    "\u2066isolated",
    "\u2069\u2069",
    "\u200f\u200e",
    "zero\u200bwidth",
    "\u200b\u200c\u200d\ufeff",
    "\u2028",
    "\u2029",
    "soft\u00adhyphen",
    "\u0000nul",
    "a\u0000b",
    "\u0007bell",
    "\u001b[31mred",
    "\ttab\tbed",
    "line\nbreak",
    "carriage\rreturn",
    "\x7f",
    "\x85",
    "e\u0301" * 40,
    "Z\u0351\u034b\u0313" * 30,
    "\ud800",
    "\udfff tail",
    "a\ud83db",
    "\U0001f525",
    "\U0001f468\u200d\U0001f469\u200d\U0001f467",
    "\ufffe",
    "\uffff",
    "\U0010ffff",
    "العربية",
    "עברית <b>",
    "ไทย",
    "漢字",
    "İstanbul ıI",
    "ﬁ ﬀ",
    "ß SS",
    "x" * 10_000,
    "word " * 200,
    "\U0001f525" * 300,
    "ے" * 400,
    "&" * 900,
    "<" * 900,
]
_SHEETS = [
    "=HYPERLINK(1)",
    "+1",
    "-1+1",
    "@SUM(1)",
    "|cmd",
    "../../etc/passwd",
    "file:///etc/passwd",
    "C:\\x",
    "\\\\evil\\share",
    "'; DROP TABLE places; --",
    "' OR 1=1",
    "http://",
    "https://",
    "https://evil.example/?a=<b>",
    "//evil.example",
    "https://user:pw@evil.example/",
    "https://evil.example/\u202efdp",
    "ftp://evil.example",
    "#time=day",
    "?x=1#y",
]


@cache
def texts() -> tuple[str, ...]:
    """Return at least 200 texts, all different."""
    found = [*_RUN, *_TEMPLATE, *_NAMES, *_WRITING, *_SHEETS]
    found += [f"{a}{b}" for a, b in zip(_RUN, [*_WRITING, *_TEMPLATE], strict=False)]
    found += [f"{a} {b}" for a, b in zip(_TEMPLATE, _RUN, strict=False)]
    return tuple(dict.fromkeys(found))


def collection() -> dict[str, Any]:
    """Return a map in which each text stands in every field of some feature."""
    features: list[dict[str, Any]] = []
    for n, evil in enumerate(texts()):
        lon, lat = 30 + n % 20 * 0.5, 44 + n // 20 * 0.5
        shared: dict[str, Any] = {
            "article_id": f"{n}:{evil}",
            "title": evil,
            "source": evil,
            "url": evil,
            "sentence": f"{n}: {evil}",
            "sentence_start": 0,
            "admin1": evil,
            "country": evil,
            "reasons": [evil, f"reason {evil}"],
            "confidence": 0.9,
            "runners_up": [{"name": evil, "admin1": evil, "country": evil, "score": 0.1}],
        }
        features += [
            feature(
                "mention",
                "2023-03-14",
                point(lon, lat),
                id=f"m{n}{evil}",
                start=0,
                end=1,
                name=f"place {n} {evil}",
                native_name=f"native {n} {evil}",
                text=evil,
                kind=evil,
                status=evil,
                precision=evil,
                radius_km=3.0,
                event_date=evil,
                **shared,
            ),
            feature(
                "hint",
                "2023-03-14",
                ring(lon, lat, 0.05, 0.05),
                id=f"h{n}{evil}",
                start=2,
                end=3,
                text=f"hint {n} {evil}",
                relation=evil,
                direction=evil,
                anchors=[evil, f"anchor {evil}"],
                locates=evil,
                part=evil,
                event_date=evil,
                anchor_points=[[lon, lat + 0.1]],
                lon=lon,
                lat=lat,
                azimuth_deg=10,
                measured_km=5.0,
                **shared,
            ),
            feature(
                "claim",
                "2023-03-14",
                point(lon + 0.2, lat),
                id=f"c{n}{evil}",
                start=4,
                end=5,
                name=f"claimed {n} {evil}",
                actor=evil,
                action=evil,
                modality=evil,
                relation=evil,
                direction=evil,
                part=evil,
                attribution=evil,
                negated=n % 2 == 0,
                **shared,
            ),
            feature(
                "mention",
                "2023-03-14",
                None,
                id=f"r{n}{evil}",
                start=6,
                end=7,
                text=f"refused {n} {evil}",
                name=evil,
                kind="literal",
                status="refused",
                **shared,
            ),
        ]
    return {
        "type": "FeatureCollection",
        "features": features,
        "geomap": {"parties": {evil: "#b5562f" for evil in texts()[:40]}},
    }


def front() -> dict[str, Any]:
    """Return lines of contact whose every text is one of them."""
    every = texts()
    shape = {"type": "Polygon", "coordinates": [[[38, 46], [40, 46], [40, 50], [38, 50], [38, 46]]]}

    def day(date: str, shift: float) -> dict[str, Any]:
        line = [[39 + shift, 46.0], [39 + shift, 50.0]]
        return {
            "date": date,
            "band": None,
            "pieces": [
                {"lines": [line], "status": "given", "km": 440.0, "source": every[2]},
                {
                    "lines": [line],
                    "status": "supported",
                    "confidence": 0.5,
                    "km": 4.0,
                    "evidence": list(range(len(every))),
                },
            ],
            "control": [
                {"side": s, "party": f"party {s} {e}", "colour": "#b5562f", "geometry": shape}
                for s, e in zip("AB", every[:2], strict=True)
            ],
            "seeds": [
                {
                    "lat": 46 + n * 0.01,
                    "lon": 31.0,
                    "colour": "#2b6cb0",
                    "name": f"seed {n} {e}",
                    "party": e,
                    "since": e,
                    "as_of": e,
                    "source": e,
                }
                for n, e in enumerate(every)
            ],
        }

    return {
        "dates": [day("2023-03-12", 0.0), day("2023-03-14", 0.2)],
        "evidence": [
            {
                "place": e,
                "wording": e,
                "sentence": f"{n}: {e}",
                "title": e,
                "source": e,
                "url": e,
                "date": "2023-03-12",
                "article_id": f"e{n}:{e}",
                "signed_km": 1.0,
                "doubted": True,
            }
            for n, e in enumerate(every)
        ],
        "movement": [],
        "sides": {s: {"party": every[0], "colour": "#b5562f"} for s in "AB"},
    }
