"""Errors and warnings of geomap.

Every message says what is wrong, in which input (file and line, or article id), and what to do.

    GeomapError
    +-- ArticleError(ValueError)      an article cannot be read
    +-- GazetteerError                the gazetteer is missing, damaged or of another version
    +-- TableError(ValueError)        a data table (relations, parties, aliases ...) is not valid
    |   +-- CorrectionError           an entry of a user's corrections is not valid
    +-- UnknownRelationError(ValueError)  a relation that the table does not have
    +-- CrsError(ValueError)          geometry in another coordinate system than asked for
    +-- FrontError(ValueError)        a line of contact cannot be used
    +-- SettingsError(ValueError)     an option or a settings file is wrong
    +-- OutputError(OSError)          an output cannot be written
    +-- WorkspaceError                a workspace cannot be used, or what it holds is damaged
    +-- FetchError                    a page or feed cannot be had from its server
    |   +-- RefusedAddressError       an address that may not be asked
    +-- RecogniserError               a recogniser cannot be used, or answers out of bounds
"""

from __future__ import annotations


class GeomapError(Exception):
    """Root of all errors that geomap raises on purpose."""


class ArticleError(GeomapError, ValueError):
    """An article cannot be read."""


class GazetteerError(GeomapError):
    """The gazetteer is missing, damaged or of another version."""


class TableError(GeomapError, ValueError):
    """A data table is not valid."""


class CorrectionError(TableError):
    """An entry of a user's corrections is not valid."""


class CrsError(GeomapError, ValueError):
    """Geometry is in another coordinate system than the function takes."""


class FrontError(GeomapError, ValueError):
    """A line of contact cannot be used."""


class SettingsError(GeomapError, ValueError):
    """An option or a settings file is wrong."""


class OutputError(GeomapError, OSError):
    """An output cannot be written."""


class FetchError(GeomapError):
    """A page or feed cannot be had from its server.

    `status` is the server's HTTP status, if it answered; `passing` tells that it may go better
    another time, and `after_s` how many seconds the server asks to wait until then.
    """

    def __init__(
        self,
        message: str,
        *,
        status: int | None = None,
        passing: bool = False,
        after_s: float | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.passing = passing
        self.after_s = after_s


class RefusedAddressError(FetchError):
    """An address may not be asked: not of the web, or not of the public internet."""


class RecogniserError(GeomapError):
    """A recogniser of place names cannot be used, or answers what no text holds."""


class WorkspaceError(GeomapError):
    """A workspace, or something stored in it, cannot be used."""


class StrictError(GeomapError):
    """A warning, under `--strict`."""


class GeomapWarning(UserWarning):
    """Root of all warnings of geomap."""


class UnknownRelationError(GeomapError, ValueError):
    """A relation that the table of relations does not have."""
