"""How to make a pipeline like another one, in another process."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from geomap.gazetteer.store import Gazetteer
from geomap.pipeline import Pipeline

if TYPE_CHECKING:
    from pathlib import Path

    from geomap.front.theatre import Theatre
    from geomap.models import ContactLine
    from geomap.settings import Settings
    from geomap.toponyms.corrections import Corrections


@dataclass(frozen=True, slots=True)
class Recipe:
    """What a pipeline is made of; small enough to be sent to another process.

    The gazetteer is named by its folder: its columns are mapped into memory, so that all
    processes of a machine share its pages.
    """

    settings: Settings
    gazetteer: Path
    lines: tuple[ContactLine, ...]
    corrections: Corrections
    theatre: Theatre
    cores: bool

    @classmethod
    def of(cls, pipeline: Pipeline) -> Recipe:
        """Return the recipe of a pipeline (whose recogniser is the one of its settings)."""
        return cls(
            settings=pipeline.settings,
            gazetteer=pipeline.gazetteer.path,
            lines=pipeline.lines,
            # Claims are marked where reports are handed out: what is kept is not marked.
            corrections=pipeline.corrections.of_names(),
            theatre=pipeline.theatre,
            cores=pipeline.cores,
        )

    def __call__(self) -> Pipeline:
        """Return such a pipeline."""
        return Pipeline(
            self.settings,
            gazetteer=Gazetteer.open(self.gazetteer),
            line=self.lines,
            corrections=self.corrections,
            theatre=self.theatre,
            cores=self.cores,
        )
