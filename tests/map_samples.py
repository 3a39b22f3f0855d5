"""Sample feature collections and a hand-made basemap for the tests of the map."""

from __future__ import annotations

import copy
from typing import Any

PLACES = {
    "Bakhmut": (38.0, 48.595, "Donetsk Oblast", 702320, 71094),
    "Kreminna": (38.217, 49.049, "Luhansk Oblast", 704202, 18417),
    "Avdiivka": (37.749, 48.139, "Donetsk Oblast", 712451, 31392),
    "Kupiansk": (37.617, 49.71, "Kharkiv Oblast", 703656, 26627),
    "Vuhledar": (37.249, 47.779, "Donetsk Oblast", 689558, 14144),
    "Chasiv Yar": (37.835, 48.587, "Donetsk Oblast", 709930, 12557),
    "Marinka": (37.504, 47.942, "Donetsk Oblast", 701404, 9256),
    "Siversk": (38.1, 48.867, "Donetsk Oblast", 692372, 11068),
}

NATIVE = {
    "Bakhmut": "Бахмут", "Kreminna": "Кремінна", "Avdiivka": "Авдіївка", "Kupiansk": "Куп’янськ",
    "Vuhledar": "Вугледар", "Chasiv Yar": "Часів Яр", "Marinka": "Мар’їнка", "Siversk": "Сіверськ",
}  # fmt: skip
BAKHMUT = [38.0, 48.595]
TITLE = "Fighting along the eastern front"
HOSTILE = (
    '<script>window.pwned=1</script><img src=x onerror="window.pwned=2"> </script> '
    "{{ 7*7 }} {% raw %} \u202eevil\u202c 'quotes' &amp; =HYPERLINK(1) in Siversk"
)


def feature(
    layer: str, date: str | None, geometry: dict[str, Any] | None, **properties: Any
) -> dict[str, Any]:
    """Return a feature with the properties that every one has."""
    article = properties.pop("article_id", f"{date or 'undated'}--report")
    base = {
        "layer": layer,
        "date": date,
        "article_id": article,
        "title": TITLE,
        "source": "Eastern Desk",
        "url": "https://news.example/report",
        "confidence": 0.9,
    }
    identity = properties.pop("id", None)
    core = properties.pop("core", None)
    base.update(properties)
    start = base.get("start", 0)
    return {
        "type": "Feature",
        "id": identity or f"{article}:{layer}:{start}:{base.get('name') or base.get('text')}",
        "properties": base,
        "geometry": geometry,
        "core": core,
    }


def point(lon: float, lat: float) -> dict[str, Any]:
    return {"type": "Point", "coordinates": [lon, lat]}


def mention(
    date: str | None, name: str, sentence: str, *, offset: int = 0, **more: Any
) -> dict[str, Any]:
    """Return a mention of a place of `PLACES`; `offset` is where the sentence starts."""
    lon, lat, admin1, geonameid, _ = PLACES[name]
    at = sentence.index(name)
    base: dict[str, Any] = {
        "sentence": sentence,
        "sentence_start": offset,
        "start": offset + at,
        "end": offset + at + len(name),
        "text": name,
        "name": name,
        "native_name": NATIVE[name],
        "kind": "literal",
        "status": "resolved",
        "precision": "settlement",
        "radius_km": 4.0,
        "country": "Ukraine",
        "admin1": admin1,
        "geonameid": geonameid,
        "reasons": ["the only settlement of this name in the country", "18 km from Bakhmut"],
    }
    base.update(more)
    return feature("mention", date, point(lon, lat), **base)


def ring(lon: float, lat: float, dx: float, dy: float) -> dict[str, Any]:
    """Return an eight-sided polygon round a point."""
    turns = [(1, 0), (0.7, 0.7), (0, 1), (-0.7, 0.7), (-1, 0), (-0.7, -0.7), (0, -1), (0.7, -0.7)]
    corners = [[round(lon + dx * x, 4), round(lat + dy * y, 4)] for x, y in [*turns, turns[0]]]
    return {"type": "Polygon", "coordinates": [corners]}


def sample() -> dict[str, Any]:
    """Return three dates and an undated report with every kind of feature."""
    d1, d2, d3 = "2023-03-12", "2023-03-14", "2023-03-16"
    wire = {"title": "Quiet night, say officers", "source": "Northern Wire"}
    features = [
        mention(d1, "Vuhledar", "Shelling went on around Vuhledar for a third day."),
        mention(d1, "Marinka", "Marinka lies in ruins.", confidence=0.64),
        mention(d1, "Bakhmut", "Street fighting was reported in Bakhmut.", confidence=0.97),
        mention(
            d1,
            "Chasiv Yar",
            "The road through Chasiv Yar is under fire.",
            confidence=0.41,
            runners_up=[
                {"name": "Chasiv", "admin1": "Odesa Oblast", "country": "Ukraine", "score": 0.2}
            ],
        ),
        mention(d3, "Avdiivka", "Troops hold the coke plant in Avdiivka.", **wire),
        mention(
            d3,
            "Kupiansk",
            "Ten settlements near Kupiansk were shelled.",
            confidence=0.7,
            offset=50,
            **wire,
        ),
        mention(d3, "Bakhmut", "The night in Bakhmut was quiet.", offset=100, **wire),
        mention(None, "Siversk", "A convoy was seen near Siversk.", article_id="undated--convoy"),
    ]
    offset = 0
    for number in range(9):
        sentence = f"On street {number + 1} of Bakhmut the fighting \U0001f525 grinds on."
        features.append(mention(d2, "Bakhmut", sentence, offset=offset, confidence=0.96))
        offset += len(sentence) + 1
    text = "\U0001f525 Near Kreminna, north of Bakhmut, soldiers were repelling attacks."
    features += [
        mention(d2, "Kreminna", text, offset=900, event_date="2023-03-13"),
        feature(
            "hint", d2, ring(38.217, 49.049, 0.16, 0.1), sentence=text, sentence_start=900,
            start=902, end=915, text="Near Kreminna", relation="near", anchors=["Kreminna"],
            locates="soldiers", confidence=0.75, reasons=["near a town means within 8 km"],
        ),
        feature(
            "hint", d2, ring(38.0, 48.85, 0.3, 0.22), sentence=text, sentence_start=900,
            start=917, end=933, text="north of Bakhmut", relation="direction", direction="N",
            anchors=["Bakhmut"], anchor_points=[BAKHMUT], lon=38.0, lat=48.85, azimuth_deg=0.0,
            measured_km=28.4, core=ring(38.0, 48.85, 0.12, 0.09), locates="Kreminna",
            confidence=0.45,
        ),
        feature(
            "hint", d2, ring(38.05, 49.06, 0.2, 0.14), article_id="2023-03-14--report",
            sentence="In a forest some 8 km (5 miles) from the front, cannons boomed.",
            sentence_start=1000, start=1012, end=1046, text="some 8 km (5 miles) from the front",
            relation="front_distance", distance_km=8.0, anchors=["the front"], locates="a forest",
            confidence=0.3, reasons=["no line of contact was given"],
        ),
        feature(
            "claim", d2, point(38.0, 48.595), name="Bakhmut", actor="Russia", action="captured",
            part="E", negated=False, modality="stated", start=1100, end=1140, sentence_start=1100,
            sentence="Russian forces captured the city's east.", admin1="Donetsk Oblast",
            country="Ukraine",
        ),
        feature(
            "claim", d2, point(38.0, 48.595), name="Bakhmut", actor="Ukraine", action="withdrawn",
            attribution="The Ukrainian military", negated=True, modality="stated", start=1200,
            end=1263, sentence_start=1200, admin1="Donetsk Oblast", country="Ukraine",
            sentence="The Ukrainian military says it has not pulled out of Bakhmut.",
        ),
        feature(
            "claim", d2, point(38.217, 49.049), name="Kreminna", actor="Ukraine",
            action="repelled attack", relation="near", attribution="Ukrainian soldiers",
            event_date="2023-03-13", modality="claimed", start=900, end=969, sentence_start=900,
            sentence=text, admin1="Luhansk Oblast", country="Ukraine", confidence=0.8,
        ),
        feature(
            "claim", d1, point(37.249, 47.779), name="Vuhledar", actor="Russia", action="shelled",
            start=0, end=49, sentence="Shelling went on around Vuhledar for a third day.",
            sentence_start=0, confidence=0.6, country="Ukraine",
        ),
        feature(
            "mention", d2, point(37.62, 55.75), kind="associative", name="Moscow", text="Moscow",
            sentence="Moscow rejects the warrants.", sentence_start=1300, start=1300, end=1306,
            status="resolved", precision="settlement", country="Russia", confidence=0.9,
        ),
        feature(
            "mention", d2, point(31.0, 49.0), kind="literal", name="Ukraine", text="Ukraine",
            sentence="War goes on in Ukraine.", sentence_start=1400, start=1415, end=1422,
            status="resolved", precision="country", radius_km=600.0, country="Ukraine",
        ),
        feature(
            "mention", d2, point(37.8, 48.0), kind="literal", name="Donetsk Oblast",
            text="Donetsk", sentence="All of Donetsk is the aim.", sentence_start=1500, start=1507,
            end=1514, status="resolved", precision="admin1", radius_km=120.0, country="Ukraine",
        ),
        feature(
            "mention", d2, point(37.45, 48.95), kind="literal", name="Yampolivka",
            text="Yampolivka", sentence="Yampolivka was quiet.", sentence_start=1600, start=1600,
            end=1610, status="resolved", precision="estimated", radius_km=14.0, confidence=0.55,
            country="Ukraine", admin1="Donetsk Oblast",
        ),
        feature(
            "mention", d2, None, kind="literal", name="Zelene", text="Zelene", status="refused",
            sentence="Zelene was shelled.", sentence_start=1700, start=1700, end=1706,
            confidence=0.1, reasons=["41 places of this name, none nearer than the others"],
        ),
        feature(
            "mention", d2, None, kind="associative", name="the West", text="the West",
            status="resolved", sentence="Allies in the West agree.", sentence_start=1800,
            start=1810, end=1818, confidence=0.9, reasons=["a bloc, not a place"],
        ),
    ]  # fmt: skip
    return {
        "type": "FeatureCollection",
        "features": features,
        "geomap": {"parties": {"Russia": "#b5562f", "Ukraine": "#2b6cb0"}},
    }


def sample_front(evidence: int = 2) -> dict[str, Any]:
    """Return two lines of contact, with what the first three dates' reports say for them."""

    def box(west: float, east: float) -> dict[str, Any]:
        ring = [[west, 47.6], [east, 47.6], [east, 49.8], [west, 49.8], [west, 47.6]]
        return {"type": "MultiPolygon", "coordinates": [[ring]]}

    def drawing(date: str, x: float) -> dict[str, Any]:
        def piece(north: float, south: float, status: str, sure: float) -> dict[str, Any]:
            told = list(range(evidence)) if status == "supported" else []
            line = [[[x, north], [x, south]]]
            return {"lines": line, "status": status, "confidence": sure, "band_km": 4.0, "km": 60.0,
                    "evidence": told}  # fmt: skip

        return {
            "date": date,
            "pieces": [
                piece(49.8, 49.1, "supported", 0.9), piece(49.1, 48.3, "prior", 0.6),
                piece(48.3, 47.6, "unsupported", 0.2),
            ],
            "band": box(x - 0.1, x + 0.1),
            "control": [
                {"side": "A", "party": "Russia", "colour": "#b5562f", "geometry": box(x, 40.0)},
                {"side": "B", "party": "Ukraine", "colour": "#2b6cb0", "geometry": box(36.0, x)},
            ],
            "seeds": [{"lat": 48.85, "lon": 37.6, "colour": "#2b6cb0", "name": "Sloviansk",
                       "party": "Ukraine", "since": "2022-05-01", "as_of": "2023-01-01",
                       "source": HOSTILE}],
        }  # fmt: skip

    gains = [
        {"side": "A", "party": "Russia", "colour": "#b5562f", "km2": 1234.5,
         "geometry": box(37.4, 37.9)},
        {"side": "B", "party": "Ukraine", "colour": "#2b6cb0", "km2": 0.0},
    ]  # fmt: skip
    said = {
        "place": "<b>Siversk</b>", "wording": "attacked", "sentence": HOSTILE, "signed_km": -2.0,
        "title": HOSTILE, "url": "javascript:window.pwned=3", "date": "2023-03-12",
    }  # fmt: skip
    return {
        "dates": [drawing("2023-03-12", 37.9), drawing("2023-03-15", 37.4)],
        "evidence": [{**said, "doubted": n % 2 == 1} for n in range(evidence)],
        "movement": [{"from": "2023-03-12", "to": "2023-03-15", "gains": gains}],
    }


def hostile() -> dict[str, Any]:
    """Return a report that tries to break out of every field."""
    start = HOSTILE.index("Siversk")
    evil = feature(
        "mention", "2023-03-14", point(38.1, 48.867), id="evil", article_id="evil</script>",
        title=HOSTILE, source="<b onclick=alert(1)>src</b>", url="javascript:window.pwned=3",
        sentence=HOSTILE, sentence_start=50, start=50 + start, end=50 + start + 7,
        text="Siversk", name="<svg onload=window.pwned=4>Siversk", admin1="<i>Donetsk</i>",
        country="\u202eeniarkU", kind="literal", status="resolved", precision="settlement",
        reasons=["<img src=x onerror=alert(5)>", "\ud800 lone"],
        runners_up=[{"name": "<iframe src=//evil.example>", "country": "</ul>", "score": 0.1}],
    )  # fmt: skip
    claim = feature(
        "claim", "2023-03-14", point(38.1, 48.867), id="evil-claim", actor="__proto__",
        action="constructor", name="<u>Siversk</u>", attribution="</p><script>alert(6)</script>",
        sentence=HOSTILE, sentence_start=50, start=50, end=50 + len(HOSTILE), negated=True,
    )  # fmt: skip
    return {"type": "FeatureCollection", "features": [evil, claim]}


def many(count: int) -> dict[str, Any]:
    """Return a collection of `count` mentions over 30 dates."""
    features = []
    names = sorted(PLACES)
    for n in range(count):
        item = copy.deepcopy(
            mention(
                f"2023-04-{n // 10 % 30 + 1:02d}", names[n % len(names)], f"{names[n % 8]} again."
            )
        )
        lon, lat = item["geometry"]["coordinates"]
        shift = (n * 37 % 1000) / 500 - 1
        item["geometry"]["coordinates"] = [lon + shift, lat + (n * 91 % 1000) / 1000 - 0.5]
        item["id"] = f"m{n}"
        item["properties"]["article_id"] = f"a{n // 10}"
        features.append(item)
    return {"type": "FeatureCollection", "features": features}
