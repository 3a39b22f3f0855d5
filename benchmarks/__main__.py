"""Run every benchmark: `python -m benchmarks [NAME...]`. Prints one line a figure."""

from __future__ import annotations

import importlib
import sys

NAMES = ("quality", "names", "speed", "install", "gazetteer", "scale")


def main() -> int:
    wanted = sys.argv[1:] or list(NAMES)
    failed = 0
    for name in wanted:
        if name not in NAMES:
            print(f"no benchmark {name!r}: {', '.join(NAMES)}")
            return 2
        print(f"== {name}")
        failed += importlib.import_module(f"benchmarks.{name}").run()
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
