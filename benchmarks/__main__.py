"""Run every benchmark: `python -m benchmarks [NAME...]`. Prints one line a figure.

`python -m benchmarks crossvalidation PREDICTIONS_DIR` is one that needs files, and is not among
"every". `map_page`, `export`, `bulk`, `load` and `fuzz` take options (`python -m benchmarks export
--help`).
"""

from __future__ import annotations

import importlib
import sys

NAMES = (
    "quality", "names", "speed", "toponyms", "install", "gazetteer", "scale", "hints_parse",
    "hints", "front", "front_scale", "map_page", "export",
    "bulk", "load", "dependencies", "faults", "fuzz",
)  # fmt: skip
WITH_OPTIONS = ("map_page", "export", "bulk", "load", "fuzz")
WITH_PARTS = ("dependencies", "faults")


def main() -> int:
    wanted = sys.argv[1:] or list(NAMES)
    if wanted[0] == "crossvalidation":
        from benchmarks import cross_validation

        return cross_validation.run(*wanted[1:])
    if wanted[0] in WITH_OPTIONS and len(wanted) > 1 and wanted[1].startswith("-"):
        return int(importlib.import_module(f"benchmarks.{wanted[0]}").run(*wanted[1:]))
    if wanted[0] in WITH_PARTS:
        return int(importlib.import_module(f"benchmarks.{wanted[0]}").run(*wanted[1:]))
    failed = 0
    for name in wanted:
        if name not in NAMES:
            print(f"no benchmark {name!r}: crossvalidation, {', '.join(NAMES)}")
            return 2
        print(f"== {name}")
        failed += importlib.import_module(f"benchmarks.{name}").run()
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
