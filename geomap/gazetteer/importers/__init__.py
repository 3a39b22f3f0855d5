"""Readers of gazetteer files that a user brings: GeoNames, tables, GeoJSON, OpenStreetMap.

found = read_source(Path("UA.zip"))
for row in found.rows():
    ...
print(found.accepted, found.rejected, found.rejects[:5])
"""

from geomap.gazetteer.importers.base import Import, Reject
from geomap.gazetteer.importers.detect import read_source

__all__ = ["Import", "Reject", "read_source"]
