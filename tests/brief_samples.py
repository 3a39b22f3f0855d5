"""A briefing as its page takes it, with all its parts, and one whose every text is hostile."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

# A dot: the smallest picture that is one.
DOT = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGP4DwABAQEAG7buVgAAAABJRU5ErkJggg=="
SIDES = [{"party": "Russia", "colour": "#b35806"}, {"party": "Ukraine", "colour": "#2166ac"}]


def said(text: str, *cites: int, single: bool = False, low: bool = False) -> dict[str, Any]:
    marks = "[" + ", ".join(map(str, cites)) + "]"
    return {"text": text, "cites": list(cites), "marks": marks, "single": single, "low": low}


def days(first: int, counts: list[int], month: str = "2026-02") -> list[dict[str, Any]]:
    return [{"date": f"{month}-{first + n:02}", "reports": c} for n, c in enumerate(counts)]


def _place(name: str, *, seats: int) -> dict[str, Any]:
    russia = [
        said(f"Russia attacked near {name} on 19 and 20 February.", 2, 3, 4),
        said(f"Russia infiltrated ground in the northwest of {name} on 20 February, shown by "
             "geolocated footage.", 5, single=True),
        said(f"Russia captured {name}, according to the Russian Ministry of Defence.", 6, 7),
    ]  # fmt: skip
    ukraine = [said(f"Ukraine denied that Russia captured {name}.", 8, single=True, low=True)]
    unnamed = [said(f"There was fighting in the east of {name}.", 9, 12)]
    return {
        "name": name, "where": "Donetsk Oblast",
        "cells": [russia[:seats], ukraine if seats > 1 else []],
        "unnamed": unnamed if seats > 2 else [],
    }  # fmt: skip


def document() -> dict[str, Any]:
    """Return a briefing of an oblast and a week, of the size of a real one."""
    names = ["Toretske", "Myrnohrad", "Pokrovsk", "Kostiantynivka", "Siversk", "Lyman",
             "Novopavlivka", "Udachne", "Rodynske", "Bilytske", "Dobropillia",
             "Chasiv Yar"]  # fmt: skip
    native = ["Торецьке", "Мирноград", "Покровськ", "Костянтинівка", "Сіверськ", "Лиман", None,
              "Удачне", "Родинське", "Білицьке", "Добропілля", "Часів Яр"]  # fmt: skip
    rows = [
        {"name": name, "native": own, "claims": 14 - n, "mentions": 26 - 2 * n,
         "line": f"{n + 2} km {'west' if n % 2 else 'east'} of the line, held by Ukraine",
         "town": f"{9 + n} km northwest of Dobropillia" if n != 10 else None,
         "cites": [n + 1, n + 2, n + 3, n + 9]}
        for n, (name, own) in enumerate(zip(names, native, strict=True))
    ]  # fmt: skip
    quotes = [
        {"number": n, "quote": f"“… Geolocated footage published on February 20 indicates that "
         f"Russian forces recently infiltrated in northwestern {names[n % 12]} and advanced …”"}
        for n in range(1, 41)
    ]  # fmt: skip
    return {
        "title": "Donetsk Oblast, Ukraine", "kind": "briefing",
        "period": {"since": "2026-02-15", "until": "2026-02-21", "days": 7,
                   "text": "15 to 21 February 2026",
                   "previous": {"since": "2026-02-08", "until": "2026-02-14",
                                "text": "8 to 14 February 2026"}},
        "made": {"generator": "geomap 0.1.0", "gazetteer_date": "2026-01-15", "settings": "4f1c9a"},
        "attribution": "Places: GeoNames (geonames.org), CC BY 4.0. Areas: Natural Earth.",
        "summary": [
            said("14 reports name 41 places here, five more reports than in the week before.", 1),
            said("Most of them tell of the ground round Pokrovsk and Myrnohrad.", 2, 3, 4, 7),
            said("Russia is said to have captured Toretske; Ukraine denies it.", 6, 7, 8),
            said("The line moved by 12.4 km² in favour of Russia, most of it west of Siversk.", 41),
            said("Seven strikes are told of, and harm to civilians in Kramatorsk.", 22),
        ],
        "numbers": [
            {"what": "Reports", "now": 14, "before": 9, "change": "+5"},
            {"what": "Places named", "now": 41, "before": 30, "change": "+11"},
            {"what": "Claims", "now": 80, "before": 51, "change": "+29"},
            {"what": "Strikes", "now": 7, "before": 11, "change": "−4"},
            {"what": "Ground gained by Russia, km²", "now": 12.4, "before": None, "change": None},
        ],
        "activity": {"days": days(15, [2, 0, 3, 1, 2, 5, 1]),
                     "before": days(8, [1, 1, 0, 2, 3, 1, 1]),
                     "text": "▃▁▅▂▃█▂"},
        "map": {"png_base64": DOT, "alt": "Map of Donetsk Oblast with the line of 21 February.",
                "caption": "The line of contact of 21 February 2026; dashed, that of 14 February.",
                "width_px": 1340, "height_px": 750},
        "line": {"statements": [said("The line runs 214 km through the oblast.", 41),
                                said("Russia gained 12.4 km² and Ukraine 0.8 km² since "
                                     "14 February.", 41, 42, low=True)],
                 "changes": [said("Zakitne lay on the side of Ukraine on 14 February and lies on "
                                  "that of Russia on 21 February.", 41, 42)]},
        "places": {"rows": rows, "more": said("31 more places are named less often: Nykyforivka, "
                                              "Pryvillia and 29 others.", 30, 31)},
        "claims": {"sides": SIDES,
                   "places": [_place(n, seats=k % 3 + 1) for k, n in enumerate(names)],
                   "more": said("Six places have one claim each.", 30, 31, 32, 33, 35, 36)},
        "events": {"strikes": [said("Russia struck Kramatorsk on 17 February.", 22, single=True),
                               said("Drones struck a power station near Sloviansk.", 23, 24)],
                   "harm": [said("Two people were killed in Kramatorsk, according to the head "
                                 "of the oblast's administration.", 22)]},
        "unknown": [said("“Novoselivka” is not placed: four places of that name lie here.", 25),
                    said("Five sentences name only the oblast as a whole.", 26, 27, 28, 29, 30),
                    said("No report is dated 16 February.")],
        "sources": [
            {"title": "Russian Offensive Campaign Assessment, February 21, 2026", "source": "ISW",
             "date": "21 February 2026", "url": "https://example.org/a/2026-02-21?x=1&y=2",
             "quotes": quotes[:28]},
            {"title": "An evening in Kramatorsk", "source": None, "date": None, "url": None,
             "quotes": quotes[28:]},
        ],
        "lines": [{"number": 41, "text": "Line of contact of 21 February 2026, front.geojson"},
                  {"number": 42, "text": "Line of contact of 14 February 2026, front.geojson"}],
        "others": [{"title": "A town under the guns", "source": "Wire", "date": "16 February 2026",
                    "url": "https://example.org/b"}],
        "notes": ["Everything here is what the reports say; geomap has not checked it.",
                  "“One source” marks what a single source says.",
                  "“Low confidence” marks what was read with a confidence under 0.5."],
    }  # fmt: skip


def empty() -> dict[str, Any]:
    """Return the briefing of a week without reports."""
    none = {"summary": [said("No report of this week names a place here.")], "numbers": [],
            "activity": {"days": days(15, [0] * 7), "before": None, "text": "▁" * 7}, "map": None,
            "line": None, "places": {"rows": [], "more": None},
            "claims": {"sides": SIDES, "places": [], "more": None},
            "events": {"strikes": [], "harm": []}, "unknown": [], "sources": [], "lines": [],
            "others": [], "notes": []}  # fmt: skip
    return document() | none


def index() -> dict[str, Any]:
    """Return an index of three regions."""
    names = ("Donetsk Oblast", "Kharkiv Oblast", "Zaporizhzhia Oblast")
    return {
        "title": "Briefings by oblast", "period": document()["period"], "map": "map.html",
        "rows": [
            {"name": name, "file": f"{name.split()[0].lower()}-oblast.html", "reports": 14 - 4 * n,
             "before": (9, 12, None)[n], "claims": 80 - 20 * n,
             "claims_before": (51, 60, None)[n],
             "text": "Most reports tell of the ground round Pokrovsk and Myrnohrad; the line moved "
                     "by 12.4 km² in favour of Russia."}
            for n, name in enumerate(names)
        ],
        "attribution": document()["attribution"],
    }  # fmt: skip


_DATA = re.compile(r"\d{4}-\d\d-\d\d|[A-Za-z0-9+/]{60,}=*")  # days and the picture


def filled(value: Any, texts: Iterator[str]) -> Any:
    """Return a document with the next of some texts in place of each of its own."""
    if isinstance(value, str):
        return value if _DATA.fullmatch(value) else next(texts)
    if isinstance(value, dict):
        return {k: filled(v, texts) for k, v in value.items()}
    if isinstance(value, list):
        return [filled(v, texts) for v in value]
    return value
