"""geomap: dated news reports in, front-line maps layered by date out.

Names are loaded when first used: `import geomap` reads no file and imports no heavy package.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from geomap.articles import ReadResult, read_articles
    from geomap.errors import GeomapError, GeomapWarning
    from geomap.gazetteer.store import Gazetteer
    from geomap.models import Article, Claim, ContactLine, Hint, Mention, Place, Report, Resolution
    from geomap.output.lines import read_contact_line
    from geomap.pipeline import Pipeline
    from geomap.results import Results
    from geomap.settings import Settings
    from geomap.toponyms.corrections import Corrections

_HOMES = {
    "Article": "geomap.models",
    "Claim": "geomap.models",
    "ContactLine": "geomap.models",
    "Corrections": "geomap.toponyms.corrections",
    "Gazetteer": "geomap.gazetteer.store",
    "GeomapError": "geomap.errors",
    "GeomapWarning": "geomap.errors",
    "Hint": "geomap.models",
    "Mention": "geomap.models",
    "Pipeline": "geomap.pipeline",
    "Place": "geomap.models",
    "ReadResult": "geomap.articles",
    "Report": "geomap.models",
    "Resolution": "geomap.models",
    "Results": "geomap.results",
    "Settings": "geomap.settings",
    "read_articles": "geomap.articles",
    "read_contact_line": "geomap.output.lines",
}

__all__ = [
    "Article",
    "Claim",
    "ContactLine",
    "Corrections",
    "Gazetteer",
    "GeomapError",
    "GeomapWarning",
    "Hint",
    "Mention",
    "Pipeline",
    "Place",
    "ReadResult",
    "Report",
    "Resolution",
    "Results",
    "Settings",
    "__version__",
    "read_articles",
    "read_contact_line",
]


def __getattr__(name: str) -> Any:
    if name == "__version__":
        from importlib.metadata import PackageNotFoundError, version

        try:
            return version("geomap")
        except PackageNotFoundError:
            return "0+unknown"
    if name in _HOMES:
        return getattr(import_module(_HOMES[name]), name)
    raise AttributeError(f"module 'geomap' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
