"""Downloading what a user adds to the gazetteer: GeoNames dumps and OpenStreetMap extracts.

The only part of geomap that talks to a network, and only when asked. `download` does the work; here
stands what is to be had where, and what each file must look like.
"""

from __future__ import annotations

import os
import re
import time
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from geomap.errors import SettingsError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from geomap.gazetteer.download import Check, Downloader, Fetched, Progress

Source = Literal["geonames", "osm"]

DEFAULT_URLS: dict[str, str] = {
    "geonames": "https://download.geonames.org/export/dump",
    "osm": "https://download.geofabrik.de",
}
# ISO country codes by the path of their extract at Geofabrik.
_GEOFABRIK = """
europe: albania AL, andorra AD, austria AT, belarus BY, belgium BE, bosnia-herzegovina BA,
 bulgaria BG, croatia HR, cyprus CY, czech-republic CZ, denmark DK, estonia EE, finland FI,
 france FR, georgia GE, germany DE, greece GR, hungary HU, iceland IS,
 ireland-and-northern-ireland IE, italy IT, kosovo XK, latvia LV, liechtenstein LI, lithuania LT,
 luxembourg LU, macedonia MK, malta MT, moldova MD, monaco MC, montenegro ME, netherlands NL,
 norway NO, poland PL, portugal PT, romania RO, serbia RS, slovakia SK, slovenia SI, spain ES,
 sweden SE, switzerland CH, turkey TR, ukraine UA, united-kingdom GB
: russia RU
asia: afghanistan AF, armenia AM, azerbaijan AZ, gcc-states SA, gcc-states AE, gcc-states QA,
 gcc-states KW, gcc-states BH, gcc-states OM, india IN, iran IR, iraq IQ, israel-and-palestine IL,
 israel-and-palestine PS, jordan JO, kazakhstan KZ, kyrgyzstan KG, lebanon LB, myanmar MM,
 pakistan PK, syria SY, tajikistan TJ, turkmenistan TM, uzbekistan UZ, yemen YE
africa: algeria DZ, angola AO, benin BJ, burkina-faso BF, burundi BI, cameroon CM,
 central-african-republic CF, chad TD, congo-brazzaville CG, congo-democratic-republic CD,
 djibouti DJ, egypt EG, eritrea ER, ethiopia ET, ghana GH, guinea GN, guinea-bissau GW,
 ivory-coast CI, kenya KE, liberia LR, libya LY, mali ML, mauritania MR, morocco MA,
 mozambique MZ, niger NE, nigeria NG, rwanda RW, sierra-leone SL, somalia SO, south-sudan SS,
 sudan SD, tanzania TZ, togo TG, tunisia TN, uganda UG, zimbabwe ZW
"""
_MAX_UNPACKED = 100  # times the zip's size: GeoNames' text packs to a quarter


def user_data_folder() -> Path:
    """Return the folder of the user's own data, whether or not it exists.

    The environment variable GEOMAP_DATA when it is set, else the platform's customary place:
    `~/.local/share/geomap`, `~/Library/Application Support/geomap`, `%LOCALAPPDATA%/geomap`.
    """
    chosen = os.environ.get("GEOMAP_DATA", "").strip()
    if chosen:
        return Path(chosen).expanduser()
    from platformdirs import user_data_path

    return user_data_path("geomap", appauthor=False)


def geofabrik_paths() -> dict[str, str]:
    """Return the countries whose extracts are known: {"UA": "europe/ukraine", ...}."""
    paths = {}
    for line in _GEOFABRIK.replace("\n ", " ").strip().splitlines():
        continent, _, entries = line.partition(":")
        for entry in entries.split(","):
            name, code = entry.split()
            paths[code] = f"{continent}/{name}".lstrip("/")
    return paths


def fetch(
    country_codes: Sequence[str],
    *,
    source: Source = "geonames",
    folder: Path,
    base_urls: Mapping[str, str] | None = None,
    on_progress: Progress | None = None,
    retries: int = 4,
    timeout_s: float = 30.0,
    sleep: Callable[[float], None] = time.sleep,
) -> list[Fetched]:
    """Download the sources of countries into `folder/geonames` or `folder/osm`.

    Files that the server has not changed since are left alone; one that was interrupted goes on
    where it stopped. Those already fetched stay when a later one fails.

    Parameters
    ----------
    country_codes : sequence of str
        ISO 3166 codes of two letters ("UA").
    source : {"geonames", "osm"}
        GeoNames' dump and alternate names of each country and the names of first-level divisions,
        or Geofabrik's extract of OpenStreetMap (checked by its md5).
    folder : Path
        Where to; made when it does not exist.
    base_urls : mapping of str to str, optional
        Mirrors: {"geonames": URL, "osm": URL}.
    on_progress : callable, optional
        Called with (file, bytes so far, bytes in all or None).
    retries : int, optional
        How often in a row a file is tried again without getting further.
    timeout_s : float, optional
        Seconds of silence after which a connection is given up.
    sleep : callable, optional
        How to wait between attempts.

    Returns
    -------
    list of Fetched
        The files, in the order of the codes.

    Raises
    ------
    SettingsError
        A code is unknown; the message lists those that are known.
    GazetteerError
        Something cannot be downloaded, is not what it should be, or cannot be written.
    """
    from geomap.gazetteer.download import ADD, Downloader

    if source not in DEFAULT_URLS:
        raise SettingsError(f"unknown source {source!r}: choose one of {', '.join(DEFAULT_URLS)}")
    strange = sorted(set(base_urls or {}) - set(DEFAULT_URLS))
    if strange:
        raise SettingsError(f"no source {strange[0]!r}: choose one of {', '.join(DEFAULT_URLS)}")
    base = {**DEFAULT_URLS, **(base_urls or {})}[source].rstrip("/")
    codes = _codes(country_codes)
    plan: list[tuple[str, Check]] = []
    if source == "osm":
        known = geofabrik_paths()
        missing = [c for c in codes if c not in known]
        if missing:
            raise SettingsError(
                f"no OpenStreetMap extract is known for {', '.join(missing)}; known are "
                f"{', '.join(sorted(known))}; {ADD}"
            )
        # Israel and Palestine share one, and so do the Gulf states.
        wanted = dict.fromkeys(known[c] for c in codes)
        plan = [(f"{path}-latest.osm.pbf", _check_pbf) for path in wanted]
    else:
        for code in codes:
            plan += [(f"{code}.zip", _zip_check(f"{code}.txt"))]
            plan += [(f"alternatenames/{code}.zip", _zip_check(f"{code}.txt"))]
        plan.append(("admin1CodesASCII.txt", _check_admin1))
    loader = Downloader(retries, timeout_s, on_progress, sleep)
    return [loader.get(f"{base}/{path}", Path(folder) / source / path, c) for path, c in plan]


def _codes(country_codes: Sequence[str]) -> list[str]:
    asked = [country_codes] if isinstance(country_codes, str) else list(country_codes)
    codes = list(dict.fromkeys(str(c).strip().upper() for c in asked))
    if not codes:
        raise SettingsError("no country to fetch: name ISO codes, such as UA PL")
    for code in codes:
        if not re.fullmatch("[A-Z]{2}", code):
            raise SettingsError(f"{code!r} is not a country code: write two letters, such as UA")
        if code == "UK":
            raise SettingsError("'UK' is not an ISO code: the United Kingdom's is GB")
    return codes


def _head(path: Path) -> bytes:
    """Return a file's beginning, once it is surely not a web page."""
    from geomap.gazetteer.download import NOT_HTML, DamagedError

    with path.open("rb") as file:
        head = file.read(512)
    if not head:
        raise DamagedError("an empty file came: try again later")
    if head.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
        raise DamagedError(NOT_HTML)
    return head


def _zip_check(member: str) -> Check:
    """Return a check that a file is a sound zip which holds `member`."""
    import zipfile
    import zlib

    from geomap.gazetteer.download import DamagedError

    def check(_: Downloader, path: Path, _url: str) -> None:
        if not _head(path).startswith(b"PK"):
            raise DamagedError("not a zip file: check the address")
        try:
            with zipfile.ZipFile(path) as archive:
                unpacked = sum(info.file_size for info in archive.infolist())
                if unpacked > _MAX_UNPACKED * path.stat().st_size + (1 << 20):
                    raise DamagedError(f"would unpack to {unpacked:,} bytes: not a GeoNames dump")
                if member not in archive.namelist():
                    raise DamagedError(f"holds no {member}: not a GeoNames dump")
                bad = archive.testzip()
        except (zipfile.BadZipFile, zlib.error, EOFError, ValueError, RuntimeError) as error:
            raise DamagedError(f"a damaged zip came ({error}): try again later") from error
        if bad is not None:
            raise DamagedError(f"a damaged zip came ({bad} differs from its checksum): try later")

    return check


def _check_admin1(_: Downloader, path: Path, _url: str) -> None:
    """Check the table of first-level divisions: `UA.05 <tab> name <tab> ascii <tab> geonameid`."""
    from geomap.gazetteer.download import DamagedError

    _head(path)
    line = re.compile(rb"[A-Z]{2}\.[^\t]+\t[^\t]+\t[^\t]*\t\d+")
    for number, row in enumerate(path.read_bytes().splitlines(), start=1):
        if not line.fullmatch(row):
            raise DamagedError(f"line {number} is not one of admin1CodesASCII.txt: cut short?")


def _check_pbf(loader: Downloader, path: Path, url: str) -> None:
    """Check an extract of OpenStreetMap by its first block and by the md5 beside it."""
    import hashlib

    from geomap.gazetteer.download import DamagedError

    if b"OSMHeader" not in _head(path)[:32]:
        raise DamagedError("not an OpenStreetMap extract: check the address")
    expected = loader.text(f"{url}.md5").split()[:1]
    if not expected or not re.fullmatch("[0-9a-fA-F]{32}", expected[0]):
        raise DamagedError(f"no checksum at {url}.md5: try again later")
    with path.open("rb") as file:
        found = hashlib.file_digest(file, lambda: hashlib.md5(usedforsecurity=False)).hexdigest()
    if found != expected[0].lower():
        raise DamagedError("its md5 is not that of the server: try again later")
