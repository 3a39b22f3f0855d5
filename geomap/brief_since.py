"""What came into a workspace since the last briefing on something: `geomap brief --since-last`."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from geomap.errors import SettingsError
from geomap.output.briefing.words import Days

if TYPE_CHECKING:
    import datetime as dt

    from geomap.commands import Run
    from geomap.workspace.history import History


@dataclass(frozen=True, slots=True)
class Came:
    """The articles that came since the last briefing of a kind.

    `since` is when that was, in words; `note` says that this one was written.
    """

    ids: frozenset[str]
    since: str
    history: History
    name: str
    revision: int

    @classmethod
    def of(cls, run: Run) -> Came:
        """Return what came since the last briefing on the same region with the same filters.

        Before the first one all of the workspace has come.

        Raises
        ------
        SettingsError
            The sources are no workspace.
        """
        if run.workspace is None:
            raise SettingsError(
                "--since-last needs a workspace, which knows when a report came (geomap init)"
            )
        history = run.workspace.store.history
        name = _name(run)
        # What is added while this one is written belongs to the next.
        revision = history.latest()
        last = history.marked(name)
        if last is None:
            return cls(history.came_since(0), "the workspace was made", history, name, revision)
        then, when = last
        return cls(history.came_since(then), _words(when), history, name, revision)

    def note(self) -> None:
        """Note that the briefing on this is written."""
        self.history.mark(self.name, self.revision)


def _name(run: Run) -> str:
    """Return the name of the step of the last briefing with the same filters."""
    asked = run.settings
    told = [
        asked.region, asked.radius_km, asked.bbox, asked.parties, asked.only, asked.sources,
        asked.min_confidence,
    ]  # fmt: skip
    text = json.dumps(told, sort_keys=True, default=str)
    return "brief " + hashlib.sha256(text.encode("utf-8", "backslashreplace")).hexdigest()[:16]


def _words(when: dt.datetime) -> str:
    """Return a moment in words, in the zone of this machine."""
    here = when.astimezone()
    return f"{Days().day(here.date())}, {here:%H:%M}"
