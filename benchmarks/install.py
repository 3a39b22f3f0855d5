"""The wheel in a clean environment: pure Python, small enough, and it works without the source."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import venv
from pathlib import Path

ROOT = Path(__file__).parents[1]
LIMIT_MB = 500


def _size_mb(folder: Path) -> float:
    return sum(p.stat().st_size for p in folder.rglob("*") if p.is_file()) / 1e6


def run() -> int:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        pip = [sys.executable, "-m", "pip", "--quiet"]
        subprocess.run([*pip, "wheel", "--no-deps", "-w", name, str(ROOT)], check=True)
        wheel = next(folder.glob("*.whl"))
        print(f"{wheel.name}: {wheel.stat().st_size / 1e6:.1f} MB")
        venv.create(folder / "env", with_pip=True)
        bin_ = folder / "env" / ("Scripts" if sys.platform == "win32" else "bin")
        before = _size_mb(folder / "env")
        subprocess.run([str(bin_ / "pip"), "install", "--quiet", str(wheel)], check=True)
        size = _size_mb(folder / "env") - before
        print(f"installed with everything it needs: {size:.0f} MB (limit {LIMIT_MB})")
        out = folder / "map.html"
        command = [str(bin_ / "geomap"), "map", str(ROOT / "examples"), "-o", str(out)]
        subprocess.run(command, check=True, cwd=name)
        subprocess.run([str(bin_ / "geomap"), "check"], check=True, cwd=name)
        whole = out.stat().st_size > 100_000
        pure = wheel.name.endswith("py3-none-any.whl")
    return 0 if whole and pure and size < LIMIT_MB else 1
