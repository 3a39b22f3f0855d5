"""Writing outputs whole or not at all.

Everything is first written beside its destination and then moved over it in one step, so a reader
never sees half a file and a failure leaves what was there before.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from geomap.errors import OutputError

if TYPE_CHECKING:
    from collections.abc import Iterator


def _destination(path: Path) -> Path:
    """Return where `path` really lies (links followed), or say why it cannot be written."""
    target = path.resolve()
    folder = target.parent
    if not folder.is_dir():
        named = path.parent if folder == path.parent.resolve() else folder
        if folder.exists():
            raise OutputError(f"{named} is not a folder: choose another -o")
        raise OutputError(f"folder {named} does not exist: create it, or choose another -o")
    if target.is_dir():
        raise OutputError(f"{path} is a folder: name a file in it")
    if target.exists():
        if not target.is_file():
            raise OutputError(f"{path} is not a regular file: choose another -o")
        if not os.access(target, os.W_OK):
            raise OutputError(f"{path} is not writable: change its permissions, or choose another")
    return target


def check_destination(path: str | os.PathLike[str]) -> None:
    """Say early whether a file can be written, before the work that makes it.

    Parameters
    ----------
    path : str or os.PathLike
        The file that is to be written.

    Raises
    ------
    OutputError
        Its folder does not exist, or it or its folder is not writable.
    """
    asked = Path(path)
    try:
        target = _destination(asked)
        with tempfile.TemporaryDirectory(prefix=".geomap-", dir=target.parent):
            pass
    except OutputError:
        raise
    except (OSError, ValueError) as error:
        raise _cannot(asked, error) from error


def _cannot(path: Path, error: OSError | ValueError) -> OutputError:
    why = getattr(error, "strerror", None) or str(error) or type(error).__name__
    return OutputError(f"{path} cannot be written: {why}")


@contextlib.contextmanager
def atomic(path: str | os.PathLike[str]) -> Iterator[Path]:
    """Give a temporary path to write to, then move it to `path` in one step.

    The temporary path does not exist yet, has the same suffix as `path`, and lies in a hidden
    temporary folder in the folder of `path`, so that writers which leave side files (SQLite) leave
    them there. When the body raises anything (`KeyboardInterrupt` too), nothing remains of it and
    `path` stays as it was. No folder is created.

    Parameters
    ----------
    path : str or os.PathLike
        The file to write. If it exists it is replaced; a symbolic link is followed.

    Yields
    ------
    pathlib.Path
        Where to write.

    Raises
    ------
    OutputError
        The folder does not exist, or something cannot be written.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     out = Path(folder) / "a.txt"
    ...     with atomic(out) as temporary:
    ...         _ = temporary.write_text("whole")
    ...     out.read_text(), len(list(Path(folder).iterdir()))
    ('whole', 1)
    """
    asked = Path(path)
    try:
        target = _destination(asked)
        room = Path(tempfile.mkdtemp(prefix=f".{target.name[:40]}-", dir=target.parent))
    except OutputError:
        raise
    except OSError as error:
        raise _cannot(asked, error) from error
    try:
        temporary = room / ("part" + target.suffix)
        yield temporary
        if not temporary.is_file():
            raise OutputError(f"{asked} cannot be written: nothing was produced")
        with temporary.open("rb") as stream:
            os.fsync(stream.fileno())  # a name must not be there before what it names
        temporary.replace(target)
    except OutputError:
        raise
    except OSError as error:
        raise _cannot(asked, error) from error
    finally:
        shutil.rmtree(room, ignore_errors=True)


def write_bytes(path: str | os.PathLike[str], data: bytes) -> None:
    """Write bytes to a file, whole or not at all.

    Parameters
    ----------
    path : str or os.PathLike
        The file to write; its folder must exist.
    data : bytes
        All that the file will hold.

    Raises
    ------
    OutputError
        The folder does not exist, or something cannot be written.
    """
    with atomic(path) as temporary:
        temporary.write_bytes(data)


def write_text(path: str | os.PathLike[str], text: str) -> None:
    r"""Write text to a file as UTF-8 with ``\n`` line ends, whole or not at all.

    A lone surrogate, which UTF-8 cannot hold, becomes U+FFFD.

    Parameters
    ----------
    path : str or os.PathLike
        The file to write; its folder must exist.
    text : str
        All that the file will hold.

    Raises
    ------
    OutputError
        The folder does not exist, or something cannot be written.
    """
    whole = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    write_bytes(path, whole.encode("utf-8"))
