"""What `geomap extract` does: records as JSON lines."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from geomap.commands import Run, summary
from geomap.errors import SettingsError
from geomap.output.files import write_text
from geomap.run_summary import count

if TYPE_CHECKING:
    from pathlib import Path


class ExtractRun(Run):
    """`geomap extract`."""

    def extract(
        self, output: Path, what: str, *, texts: Path | None = None, spans: Path | None = None
    ) -> dict[str, Any]:
        """Write records as JSON lines; return the summary.

        With `spans` the mentions are those given, and each of them is written.
        """
        from geomap.output.geojson import line
        from geomap.output.records import records, text_record

        to_stdout = str(output) == "-"
        self._ready(*[p for p in (None if to_stdout else output, texts) if p is not None])
        if spans is not None:
            asked = self.settings
            if self.scope is not None or asked.min_confidence > 0 or asked.parties or asked.only:
                raise SettingsError(
                    "--spans gives a line for every span: leave out --region, --bbox, --party, "
                    "--kind and --min-confidence"
                )
            if self.pipeline.corrected:
                raise SettingsError("--spans says itself what is a name: leave out --corrections")
            if spans.resolve() in self._outputs:
                raise SettingsError(f"{spans}: is read and would be replaced: choose another -o")
        results = self.results(spans)
        found: list[dict[str, Any]] = []
        wanted = self.wanted()
        for report in results.reports:
            found += records(report, what, wanted)
        if what != "hints":  # which lie in a region, not at a point
            self._mark(results, found)
        lines = [line(record) + "\n" for record in found]
        outputs = [(output, count(len(lines), what[:-1]))]
        if texts is not None:
            write_text(texts, "".join(line(text_record(r.article)) + "\n" for r in results.reports))
            outputs.append((texts, count(len(results), "text")))
        if to_stdout:
            sys.stdout.flush()
            sys.stdout.buffer.write("".join(lines).encode("utf-8"))  # whatever the console knows
            sys.stdout.buffer.flush()
        else:
            write_text(output, "".join(lines))
        return summary(results, outputs, records=len(lines))
