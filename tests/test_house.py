"""How the house is built: rooms in order, modules of a size, no work at import."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

# A room may import only from rooms that stand before it.
ROOMS = [
    {"models", "front_records", "errors", "settings", "geodesy", "tables", "feature_ids"},
    {"fetching"},
    {"articles", "gazetteer"},
    {"toponyms"},
    {"hints"},
    {"front"},
    {"output"},
    {"workspace"},
    {"evaluation"},
    {"results"},
    {"pipeline"},
    {"many"},
    {"kept_pipeline"},
    {"bulk"},
    {"explanation", "sentence_locator"},
    {
        "console", "inspection", "gazetteer_commands", "commands", "evaluation_commands",
        "explain_commands", "brief_commands", "brief_each", "brief_since", "brief_regions",
        "cli_brief", "cli_export",
        "cli_workspace", "workspace_commands", "web_sources",
        "bulk_commands", "cli_bulk",
        "cli_watch", "watch_commands", "watch_round", "watching",
        "export_commands", "extract_commands", "review_commands", "changes_commands",
        "front_commands", "front_drawing", "region_options",
        "locate_commands", "cli_locate", "map_commands", "cli_gazetteer",
        "run_summary", "cli_options", "cli",
    },
]  # fmt: skip
RANK = {room: i for i, rooms in enumerate(ROOMS) for room in rooms}
MODULES = sorted((Path(__file__).parents[1] / "geomap").rglob("*.py"))


def _room(path: Path) -> str:
    parts = path.relative_to(Path(__file__).parents[1] / "geomap").with_suffix("").parts
    return parts[0]


def _runtime_imports(tree: ast.AST) -> set[str]:
    """Return the geomap rooms a module imports, type checking aside."""
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            node.body = []
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("geomap."):
            found.add(node.module.split(".")[1])
    return found


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.name))
def test_no_room_imports_a_later_one(path: Path) -> None:
    room = _room(path)
    if room == "__init__":
        return
    assert room in RANK, f"{room} has no place in the order of the rooms"
    for other in _runtime_imports(ast.parse(path.read_text(encoding="utf-8"))):
        inside = other == room or RANK[other] == RANK[room] in (0, len(ROOMS) - 1)
        assert inside or RANK[other] < RANK[room], f"{room} imports {other}"


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.name))
def test_modules_stay_of_a_size(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 500


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.name))
def test_nothing_prints_or_is_left_unfinished(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    calls = [n.func for n in ast.walk(ast.parse(text)) if isinstance(n, ast.Call)]
    assert not [c for c in calls if isinstance(c, ast.Name) and c.id == "print"]
    assert not re.search(r"\b(TODO|FIXME|XXX|NotImplementedError)\b", text)
