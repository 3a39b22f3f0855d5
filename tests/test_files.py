"""Files are written whole or not at all, and each failure is told."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest

from geomap.errors import OutputError
from geomap.output.files import atomic, write_bytes, write_text


def test_files_are_written_whole(tmp_path: Path) -> None:
    write_text(tmp_path / "a.html", "первый\n\ud800")
    assert (tmp_path / "a.html").read_bytes() == "первый\n\ufffd".encode()
    write_bytes(tmp_path / "a.html", b"second")
    assert (tmp_path / "a.html").read_bytes() == b"second"
    assert [p.name for p in tmp_path.iterdir()] == ["a.html"]


@pytest.mark.parametrize("raised", [ValueError, KeyboardInterrupt, SystemExit])
def test_a_failure_leaves_what_was_there(tmp_path: Path, raised: type[BaseException]) -> None:
    target = tmp_path / "a.gpkg"
    target.write_text("before")

    def write() -> None:
        with atomic(target) as temporary:
            assert temporary.suffix == ".gpkg"
            temporary.write_text("half")
            Path(f"{temporary}-journal").write_text("side file")
            raise raised

    with pytest.raises(raised):
        write()
    assert target.read_text() == "before"
    assert [p.name for p in tmp_path.iterdir()] == ["a.gpkg"]


def test_missing_folder_is_named(tmp_path: Path) -> None:
    folder = tmp_path / "no" / "such"
    with pytest.raises(OutputError, match="does not exist: create it, or choose another -o"):
        write_text(folder / "a.html", "x")
    assert not (tmp_path / "no").exists()


def test_folder_or_file_in_the_way(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="is a folder"):
        write_text(tmp_path, "x")
    (tmp_path / "file").write_text("x")
    with pytest.raises(OutputError, match="is not a folder"):
        write_text(tmp_path / "file" / "a.html", "x")


def test_failed_write_names_the_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: Any, **__: Any) -> str:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("tempfile.mkdtemp", refuse)
    with pytest.raises(OutputError, match=r"a\.html cannot be written: Permission denied"):
        write_text(tmp_path / "a.html", "x")


def test_read_only_file_is_respected(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target = tmp_path / "a.html"
    target.write_text("keep")
    monkeypatch.setattr("os.access", lambda *_: False)  # root may write anywhere
    with pytest.raises(OutputError, match="not writable"):
        write_text(target, "x")
    assert target.read_text() == "keep"


def test_disk_full_is_an_output_error(tmp_path: Path) -> None:
    def write() -> None:
        with atomic(tmp_path / "a.txt"):
            raise OSError(28, "No space left on device")

    with pytest.raises(OutputError, match=r"a\.txt cannot be written: No space left"):
        write()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(sys.platform == "win32", reason="links need rights on Windows")
def test_symbolic_link_is_followed(tmp_path: Path) -> None:
    (tmp_path / "real").write_text("old")
    (tmp_path / "link").symlink_to(tmp_path / "real")
    write_text(tmp_path / "link", "new")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "real").read_text() == "new"
