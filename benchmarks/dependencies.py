"""What geomap stands on: the lowest versions that it says it works with, and every Python here.

A wheel and an sdist are built and put into environments of their own with `uv` (from PyPI, itself
in an environment of its own). `python -m benchmarks dependencies [floors|pythons|audit]...`

floors   the lowest versions of all direct requirements; a choice of the tests is run on the wheel
pythons  each Python 3.11+ of this machine: the wheel (on the first also the sdist), a map, a
         workspace, a briefing
audit    pip-audit of what a new install gets, by PyPI's advisories or OSV's, else told as not done
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[1]
LEAST = (3, 11)
EXTRAS = "cluster,osm,parquet,picture"
TEST_TOOLS = ("pytest", "pytest-xdist", "hypothesis", "jsonschema", "html5lib", "openpyxl")
# Every room once, the formats that a library writes, and what libraries of different ages change.
SMOKE = (
    "test_articles_archives.py", "test_articles_decode.py", "test_articles_html.py",
    "test_articles_read.py", "test_bulk.py", "test_cli.py",
    "test_cli_workspace.py", "test_export.py", "test_export_formats.py", "test_export_schema.py",
    "test_front_line.py", "test_geocoder.py", "test_geodesy.py", "test_library.py",
    "test_many.py", "test_page_text.py", "test_picture.py", "test_pipeline.py", "test_settings.py",
    "test_web_feeds.py", "test_web_fetch.py", "test_workspace_store.py",
)  # fmt: skip
COMMANDS = (
    "map examples -o map.html",
    "init desk",
    "add examples -w desk",
    "brief desk --region Donetsk --until 2024-12-12 --period 2w --no-picture -o brief.md",
    "export desk -o all.geojson",
    "check",
)


def run(*words: str) -> int:
    """Run the parts named, else all; return the number of those that failed."""
    parts = {"floors": floors, "pythons": pythons, "audit": audit}
    wanted = words or tuple(parts)
    if unknown := [word for word in wanted if word not in parts]:
        print(f"no part {unknown[0]!r}: {', '.join(parts)}")
        return 2
    with tempfile.TemporaryDirectory() as name:
        made = Made(Path(name))
        return sum(not parts[word](made) for word in wanted)


class Made:
    """A scratch folder with `uv`, the wheel and the sdist in it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        tools = folder / "tools"
        _told([sys.executable, "-m", "venv", str(tools)])
        self.python = _bin(tools, "python")
        _told([str(self.python), "-m", "pip", "install", "--quiet", "uv"])
        self.uv = str(_bin(tools, "uv"))
        self.sdist = self._built("--sdist", "*.tar.gz")
        self.wheel = self._built("--wheel", "*.whl")
        for path in (self.wheel, self.sdist):
            print(f"{path.name}: {path.stat().st_size / 1e6:.1f} MB")

    def _built(self, what: str, pattern: str) -> Path:
        _told([self.uv, "build", "--quiet", what, "-o", str(self.folder / "dist"), str(ROOT)])
        return next((self.folder / "dist").glob(pattern))

    def environment(self, name: str, python: str, *wanted: str) -> Path:
        """Return an environment with the requirements wanted."""
        env = self.folder / name
        _told([self.uv, "venv", "--quiet", "--no-project", "--python", python, str(env)])
        _told([self.uv, "pip", "install", "--quiet", "--python", str(_bin(env, "python")), *wanted])
        return env


def floors(made: Made) -> bool:
    """Run the choice of tests with the lowest versions of all direct requirements."""
    wanted = ["-r", str(ROOT / "pyproject.toml")]
    for extra in EXTRAS.split(","):
        wanted += ["--extra", extra]
    env = made.environment("floors", _lowest(), "--resolution", "lowest-direct", *wanted)
    # The tools of the tests may be new; they may not raise what is tested.
    python = str(_bin(env, "python"))
    _told([made.uv, "pip", "install", "--quiet", "--python", python, *TEST_TOOLS])
    _told([made.uv, "pip", "install", "--quiet", "--python", python, "--no-deps", str(made.wheel)])
    wrong = _off_the_floor(env)
    for line in wrong:
        print(f"floors: {line}")
    # What an old library says of a new one is no fault of ours.
    words = [python, "-P", "-m", "pytest", "-q", "-o", "filterwarnings=default",
             "-n", "auto", "--dist", "worksteal",
             *(f"tests/{name}" for name in SMOKE)]  # fmt: skip
    clean = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=False, env=clean)
    print("\n".join(done.stdout.splitlines()[-1 if done.returncode == 0 else -60 :]))
    return done.returncode == 0 and not wrong


def pythons(made: Made) -> bool:
    """Install the wheel for each Python here, and the sdist for the first; use the commands."""
    good = True
    for n, (version, path) in enumerate(sorted(_pythons().items())):
        for built in (made.wheel, made.sdist) if n == 0 else (made.wheel,):
            kind = "wheel" if built is made.wheel else "sdist"
            name = f"{'.'.join(map(str, version))}-{kind}"
            try:
                env = made.environment(name, path, str(built))
                work = Path(shutil.copytree(ROOT / "examples", made.folder / f"w-{name}/examples"))
                for command in COMMANDS:
                    _told([str(_bin(env, "geomap")), *command.split()], work.parent)
                print(f"Python {name}: works")
            except subprocess.CalledProcessError as error:
                good = False
                print(f"Python {name}: {error.cmd}: {(error.stderr or '').strip()[-600:]}")
    return good


def audit(made: Made) -> bool:
    """Ask for known weaknesses of what a new install gets; whether none is known."""
    env = made.environment("audited", _lowest(), f"{made.wheel}[{EXTRAS}]")
    frozen = _told([made.uv, "pip", "freeze", "--python", str(_bin(env, "python"))])
    listed = made.folder / "audited.txt"
    lines = [line for line in frozen.splitlines() if not line.startswith("geomap")]
    listed.write_text("\n".join(lines) + "\n", encoding="utf-8")
    _told([str(made.python), "-m", "pip", "install", "--quiet", "pip-audit"])
    options = ["--no-deps", "--disable-pip", "--progress-spinner", "off", "--timeout", "20"]
    for service in ("pypi", "osv"):
        words = [str(made.python), "-m", "pip_audit", *options, "-f", "json", "-s", service]
        done = subprocess.run(
            [*words, "-r", str(listed)], capture_output=True, text=True, check=False
        )
        try:
            asked = json.loads(done.stdout)["dependencies"]
        except ValueError:
            print(f"audit: {service} gives no answer: {done.stderr.strip().splitlines()[-1:]}")
            continue
        # pip-audit calls "no known vulnerabilities" what it could learn nothing of.
        skipped = [one["name"] for one in asked if "skip_reason" in one]
        weak = [one for one in asked if one.get("vulns")]
        print(f"audit: {service}: {len(asked) - len(skipped)} of {len(asked)} packages looked up")
        for one in weak:
            for found in one["vulns"]:
                fixed = ", ".join(found["fix_versions"]) or "nothing"
                print(f"audit: {one['name']} {one['version']}: {found['id']}, mended in {fixed}")
        if not skipped or weak:
            return not weak
    print("audit: NOT DONE, or not of all; run it where PyPI's JSON or osv.dev can be reached")
    return True


def _lowest() -> str:
    return _pythons()[min(_pythons())]


def _pythons() -> dict[tuple[int, ...], str]:
    """Return the newest of each minor version on this machine, by (major, minor)."""
    found = {}
    home = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv"))
    names = [*home.glob("versions/3.*/bin/python"), Path(sys.executable)]
    names += [Path(p) for m in range(LEAST[1], 30) if (p := shutil.which(f"python3.{m}"))]
    for path in names:
        code = "import sys, venv, ensurepip; print(*sys.version_info[:2])"
        done = subprocess.run([str(path), "-c", code], capture_output=True, text=True, check=False)
        if done.returncode == 0:
            version = tuple(map(int, done.stdout.split()))
            if version >= LEAST:
                found.setdefault(version, str(path))
    return found


def _off_the_floor(env: Path) -> list[str]:
    """Say which direct requirements are not installed at the floor that pyproject.toml names."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted = list(project["dependencies"])
    for extra in EXTRAS.split(","):
        wanted += project["optional-dependencies"][extra]
    code = "import sys; from importlib.metadata import version; print(version(sys.argv[1]))"
    lines = []
    for requirement in wanted:
        name, _, floor = requirement.partition(">=")
        has = _told([str(_bin(env, "python")), "-c", code, name.strip()]).strip()
        if floor and not f"{has}.".startswith(f"{floor.strip()}."):
            lines.append(f"{name} is {has}, not {floor}: the floor is never what is installed")
    return lines


def _bin(env: Path, name: str) -> Path:
    return env / ("Scripts" if sys.platform == "win32" else "bin") / name


def _told(words: list[str], folder: Path | None = None) -> str:
    """Run a command and return what it prints; raise with what it says when it fails."""
    clean = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    done = subprocess.run(
        words, cwd=folder or ROOT, capture_output=True, text=True, check=False, env=clean
    )
    if done.returncode:
        print(done.stderr[-2000:], file=sys.stderr)
        done.check_returncode()
    return done.stdout
