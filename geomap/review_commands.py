"""What `geomap review` does: list what is doubtful, to be filled in by a person."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from geomap.commands import Run, summary
from geomap.errors import OutputError, SettingsError
from geomap.output.files import write_text
from geomap.run_summary import count
from geomap.tables import read_bytes
from geomap.toponyms.review_table import answers

if TYPE_CHECKING:
    from pathlib import Path


class ReviewRun(Run):
    """`geomap review`."""

    def review(self, output: Path, below: float) -> dict[str, Any]:
        """Write the table of doubtful readings; return the summary.

        Raises
        ------
        OutputError
            The file holds choices that a person has made.
        SettingsError
            `below` is not between 0 and 1.
        """
        from geomap.output.review import review_csv, review_rows

        if not 0.0 <= below <= 1.0:
            raise SettingsError(f"--below {below} is not between 0 and 1: write e.g. 0.7")
        self._ready(output)
        if output.exists() and (made := answers(read_bytes(output), str(output))):
            raise OutputError(
                f"{output} holds {count(made, 'choice')} that would be lost: give it with "
                "--corrections, and choose another -o"
            )
        results = self.results()
        rows = review_rows(
            results.reports,
            below=below,
            wanted=self.wanted(),
        )
        write_text(output, review_csv(rows))
        return summary(results, [(output, f"{count(len(rows), 'reading')} to review")],
                       records=len(rows))  # fmt: skip
