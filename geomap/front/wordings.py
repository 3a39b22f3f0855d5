"""What the wording of a claim says of the distance to the line: the table, loaded and checked."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, Literal, get_args

from geomap.errors import TableError
from geomap.front.vocabulary import vocabulary
from geomap.models import Modality, Relation, SourceKind
from geomap.tables import load_table

if TYPE_CHECKING:
    from geomap.models import Claim

_WHERE = "front/wordings.toml"
_KEYS = {
    "name", "actions", "relations", "sources", "modalities", "negated", "km", "sd_km", "side",
    "weight",
}  # fmt: skip
ITSELF = "itself"  # the relation of a claim on the place itself
_ON_IT = frozenset({None, "within"})
Whose = Literal["actor", "against"]


@dataclass(frozen=True, slots=True)
class Wording:
    """A row of the table: which claims it fits, and what they say.

    `km` is signed: positive in the ground of the side that is acted against, within `sd_km`.
    """

    name: str
    actions: frozenset[str] | None = None
    relations: frozenset[str] | None = None
    sources: frozenset[str] | None = None
    modalities: frozenset[str] | None = None
    negated: bool | None = None
    km: float | None = None
    sd_km: float = 0.0
    side: Whose | None = None
    weight: float = 1.0

    def fits(self, claim: Claim) -> bool:
        """Say whether a claim is worded so."""
        relation = ITSELF if claim.relation in _ON_IT and not claim.part else claim.relation
        return (
            (self.actions is None or claim.action in self.actions)
            and (self.relations is None or relation in self.relations)
            and (self.sources is None or claim.source_kind in self.sources)
            and (self.modalities is None or claim.modality in self.modalities)
            and (self.negated is None or claim.negated is self.negated)
        )


@cache
def wordings() -> tuple[Wording, ...]:
    """Return the embedded table.

    Raises
    ------
    TableError
        The table is not valid.
    """
    return check_wordings(load_table("geomap.front", "wordings.toml"))


def wording_of(claim: Claim, table: tuple[Wording, ...] | None = None) -> Wording | None:
    """Return the first row that fits a claim, if any."""
    return next((w for w in table or wordings() if w.fits(claim)), None)


def check_wordings(table: dict[str, Any]) -> tuple[Wording, ...]:
    """Return the rows of a table of wordings.

    Raises
    ------
    TableError
        A row has an unknown key or value, a `km` without a positive `sd_km`, or both `km` and
        `side`.
    """
    rows = table.get("wording")
    if not isinstance(rows, list) or not rows or set(table) != {"wording"}:
        raise TableError(f"{_WHERE}: must hold [[wording]] rows only")
    return tuple(_row(row) for row in rows)


def _row(row: dict[str, Any]) -> Wording:
    name = row.get("name")
    where = f"{_WHERE}: wording {name!r}"
    if not isinstance(name, str) or not name:
        raise TableError(f"{_WHERE}: a wording has no name")
    if unknown := row.keys() - _KEYS:
        raise TableError(f"{where}: unknown key {sorted(unknown)[0]!r}")
    km, sd_km, side = row.get("km"), row.get("sd_km", 0.0), row.get("side")
    weight = row.get("weight", 1.0)
    if (km is not None) and (side is not None or not sd_km > 0):
        raise TableError(f"{where}: km needs a positive sd_km, and goes without side")
    if side is not None and side not in get_args(Whose):
        raise TableError(f"{where}: side must be 'actor' or 'against'")
    if not 0 < weight <= 1:
        raise TableError(f"{where}: weight must be above 0 and at most 1")
    for key, known in (
        ("actions", vocabulary().actions),
        ("relations", {ITSELF, *get_args(Relation)}),
        ("sources", get_args(SourceKind)),
        ("modalities", get_args(Modality)),
    ):
        if wrong := set(row.get(key, ())) - set(known):
            raise TableError(f"{where}: {key}: unknown {sorted(wrong)[0]!r}")
    lists = {
        key: frozenset(row[key]) if key in row else None
        for key in ("actions", "relations", "sources", "modalities")
    }
    return Wording(
        name, **lists, negated=row.get("negated"), km=km, sd_km=sd_km, side=side, weight=weight
    )
