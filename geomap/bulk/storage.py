"""Files of a bulk run, on this machine or in a store that fsspec reaches (s3://, gs://, ...)."""

from __future__ import annotations

import contextlib
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from geomap.errors import ArticleError, OutputError
from geomap.output.files import write_bytes

if TYPE_CHECKING:
    from collections.abc import Iterator

_STAGING = ".staging"


def check_installed() -> None:
    """Say early that bulk runs cannot be made.

    Raises
    ------
    OutputError
        fsspec or pyarrow is not installed.
    """
    try:
        import fsspec  # noqa: F401
        import pyarrow.parquet  # noqa: F401
    except ImportError as error:
        raise OutputError(
            f"geomap bulk needs fsspec and pyarrow: pip install 'geomap[cluster]' ({error})"
        ) from error


def file_system(url: str) -> tuple[Any, str]:
    """Return the file system of an address, and the path there.

    Parameters
    ----------
    url : str
        A path of this machine, or an address that fsspec knows.

    Raises
    ------
    ArticleError
        No file system is known for it, or a package for it is missing; the message says which.
    """
    import fsspec

    if url.lower().startswith(("http:", "https:")):
        raise ArticleError(f"{url}: bulk reads no web addresses: fetch the file first")
    try:
        system, path = fsspec.core.url_to_fs(url)
    except (ValueError, ImportError, OSError) as error:
        raise ArticleError(f"{url}: cannot be reached: {error}") from error
    return system, str(path)


def is_local(system: Any) -> bool:
    """Say whether a file system is that of this machine."""
    from fsspec.implementations.local import LocalFileSystem

    return isinstance(system, LocalFileSystem)


class Folder:
    """The folder that a bulk run writes into; paths in it are relative, with forward slashes.

    What is written there is put whole: on this machine it is moved into its place, elsewhere it is
    sent in one piece.

    Parameters
    ----------
    url : str
        A path of this machine, or an address that fsspec knows.

    Raises
    ------
    ArticleError
        No file system is known for it.
    """

    def __init__(self, url: str) -> None:
        self.url = url
        self.system, self.root = file_system(url)
        self._local = is_local(self.system)

    def at(self, relative: str) -> str:
        """Return the path of a file for `system`."""
        return f"{self.root}/{relative}"

    def make(self) -> None:
        """Make the folder where it is not there; the folder that it lies in must be.

        Raises
        ------
        OutputError
            It cannot be made.
        """
        if not self._local:
            return  # there are no folders, only names with slashes
        try:
            Path(self.root).mkdir(exist_ok=True)
        except OSError as error:
            raise OutputError(f"{self.url}: cannot be made: {error.strerror}") from error

    def holds(self, relative: str) -> bool:
        """Say whether a file is there."""
        return bool(self.system.exists(self.at(relative)))

    @property
    def empty(self) -> bool:
        """Whether nothing is in it, or it is not there."""
        try:
            return not self.system.ls(self.root, detail=False)
        except (FileNotFoundError, NotADirectoryError):
            return True

    def read(self, relative: str) -> bytes | None:
        """Return the bytes of a file, None where it is not there."""
        try:
            return bytes(self.system.cat_file(self.at(relative)))
        except FileNotFoundError:
            return None

    def write(self, relative: str, data: bytes) -> None:
        """Write a file, whole or not at all.

        Raises
        ------
        OutputError
            It cannot be written.
        """
        if self._local:
            write_bytes(self._parent_made(relative), data)
            return
        with self._told(relative):
            self.system.pipe_file(self.at(relative), data)

    @contextlib.contextmanager
    def placed(self, relative: str) -> Iterator[Path]:
        """Give a path of this machine to write a file to; it is put in its place when it is whole.

        Raises
        ------
        OutputError
            It cannot be written.
        """
        with self._told(relative):
            staging = Path(self.root, _STAGING) if self._local else None
            if staging is not None:
                staging.mkdir(exist_ok=True)
            room = Path(tempfile.mkdtemp(prefix="part-", dir=staging))
        try:
            temporary = room / Path(relative).name
            yield temporary
            with self._told(relative):
                if self._local:
                    temporary.replace(self._parent_made(relative))
                else:
                    self.system.put_file(str(temporary), self.at(relative))
        finally:
            shutil.rmtree(room, ignore_errors=True)

    def clear(self) -> None:
        """Remove what writers that were killed have left half-written."""
        if self._local:
            shutil.rmtree(Path(self.root, _STAGING), ignore_errors=True)

    def names(self, relative: str) -> list[str]:
        """Return the names in one of its folders, in order; none where it is not there."""
        self.system.invalidate_cache()  # others write, too
        try:
            listed = self.system.ls(self.at(relative), detail=False)
        except (FileNotFoundError, NotADirectoryError):
            return []
        return sorted(str(one).rstrip("/").rpartition("/")[2] for one in listed)

    def remove(self, relative: str) -> None:
        """Remove a file that is there."""
        with contextlib.suppress(FileNotFoundError):
            self.system.rm_file(self.at(relative))

    def _parent_made(self, relative: str) -> Path:
        path = Path(self.root, relative)
        path.parent.mkdir(parents=True, exist_ok=True)
        return path

    @contextlib.contextmanager
    def _told(self, relative: str) -> Iterator[None]:
        try:
            yield
        except OutputError:
            raise
        except OSError as error:
            told = error.strerror or str(error)
            raise OutputError(f"{self.url}/{relative}: cannot be written: {told}") from error
