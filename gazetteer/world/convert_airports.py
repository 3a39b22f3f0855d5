"""Put the coordinates of airportsdata beside the airports that news names.

Run by hand when a source changes; the table it writes is committed, so that building geomap needs
neither this script nor the network. The same input gives the same bytes.

    pip install airportsdata
    python gazetteer/world/convert_airports.py

In: `airport_names.tsv` beside this script (IATA code, customary name, further names), and the PyPI
package airportsdata (MIT), which gives each code its point and country. Out: `airports.tsv`.
"""

from __future__ import annotations

import csv
import sys
from pathlib import Path

import airportsdata

HERE = Path(__file__).resolve().parent
RADIUS_KM = 3  # of a large airport's grounds
HEAD = """\
# Airports that news names. Written by convert_airports.py from airport_names.tsv; do not edit.
# Points and countries: airportsdata (PyPI, MIT).
name\tnames\tstems\tfeature\tlat\tlon\tradius_km\tcountry
"""


def main() -> None:
    """Write the table."""
    known = airportsdata.load("IATA")
    lines = []
    with (HERE / "airport_names.tsv").open(encoding="utf-8", newline="") as file:
        for row in csv.reader((x for x in file if not x.startswith("#")), delimiter="\t"):
            code, name, *names = row
            if code == "iata":
                continue
            airport = known.get(code)
            if airport is None:
                sys.stderr.write(f"no airport: {code} {name}\n")
                continue
            country = "PR" if airport["subd"] == "Puerto Rico" else airport["country"]
            lines.append(
                f"{name}\t{names[0] if names else ''}\t\tS.AIRP\t{airport['lat']:.4f}\t"
                f"{airport['lon']:.4f}\t{RADIUS_KM}\t{country}\n"
            )
    out = HERE / "airports.tsv"
    out.write_text(HEAD + "".join(sorted(lines)), encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
