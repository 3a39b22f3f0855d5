"""Where the test corpora lie, and the scorers beside them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any


def shared() -> Path | None:
    folder = Path(os.environ.get("GEOMAP_SHARED", Path(__file__).parents[2] / "shared"))
    return folder if (folder / "tools").is_dir() else None


def score(tool: str, gold: Path, records: list[dict[str, Any]], *options: str) -> dict[str, Any]:
    """Run a scorer of the corpora on some predictions."""
    folder = shared()
    assert folder is not None
    with tempfile.NamedTemporaryFile("w", suffix=".jsonl", encoding="utf-8", delete=False) as file:
        file.writelines(json.dumps(r) + "\n" for r in records)
    command = [sys.executable, str(folder / "tools" / tool), str(gold), file.name, *options]
    answer = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    Path(file.name).unlink()
    return dict(json.loads(answer))
