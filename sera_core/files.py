"""Files that are whole or absent: what a killed run, a full disk or a second process leaves is never half a file."""

from __future__ import annotations

import errno
import os
import platform
import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import lru_cache
from itertools import count
from pathlib import Path

from sera_core.contracts import BadInput

_SHIPPED = Path(__file__).resolve().parent / "shipped"  # there once installed from a wheel
ROOT = _SHIPPED if _SHIPPED.is_dir() else _SHIPPED.parents[1]  # where app.py, pages/ and models/ lie
MODELS = Path(os.environ.get("SERA_MODELS") or ROOT / "models")  # what comes with the project and what training adds
NO_ROOM = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG, None}  # numpy tells a short write without a number
NOT_ALLOWED = {errno.EACCES, errno.EPERM, errno.EROFS}
SYSTEM_ERROR = re.compile(r"\(os error (\d+)\)")  # how libraries written in Rust tell the system's errors
_HOST = re.sub(r"\W", "_", platform.node())
_NUMBERS = count()


@contextmanager
def whole_file(file: Path) -> Iterator[Path]:
    """Where to write so that ``file`` appears, or is replaced, in one piece; its folder is made if need be.

    Parameters
    ----------
    file : Path
        What is to be written.

    Yields
    ------
    Path
        A hidden file beside it, named after this process; the body writes it and does nothing else. It takes the
        place of ``file`` when the body ends, and is removed when the body fails. What processes that no longer run
        left in the folder is removed too.

    Raises
    ------
    BadInput
        When the file cannot be written: one sentence that says why.
    """
    part = file.with_name(f".{file.name}.{_HOST}-{os.getpid()}-{next(_NUMBERS)}.part")
    try:
        with writing(file):
            file.parent.mkdir(parents=True, exist_ok=True)
            _sweep(file.parent)
            yield part
            part.replace(file)
    finally:
        with suppress(OSError):
            part.unlink(missing_ok=True)


@contextmanager
def writing(file: Path) -> Iterator[None]:
    """Turn what the system says against writing ``file`` (a file or a folder) into a refusal.

    Raises
    ------
    BadInput
        Code ``cannot_write``; the message names the file and says why it cannot be written and what to do.
    """
    try:
        yield
    except Exception as error:
        problem = _system_error(error)
        if problem is None:
            raise
        why = f"{file} cannot be written ({problem.strerror or problem})"
        raise BadInput("cannot_write", f"{why}: {_mend(problem)}.") from error


def read_whole(file: Path) -> bytes:
    """The bytes of a file.

    Raises
    ------
    BadInput
        Code ``no_file``, when it is not there or may not be read.
    """
    try:
        return file.read_bytes()
    except OSError as error:
        mend = "ask for the permission to read it" if error.errno in NOT_ALLOWED else "check the path"
        raise BadInput("no_file", f"{file} cannot be read ({error.strerror}): {mend}.") from error


def _system_error(error: Exception) -> OSError | None:
    if isinstance(error, FileExistsError):  # said of a file that stands where a folder is to be made
        return OSError(errno.ENOTDIR, os.strerror(errno.ENOTDIR))
    if isinstance(error, OSError):
        return error
    told = SYSTEM_ERROR.search(str(error))
    return OSError(int(told[1]), os.strerror(int(told[1]))) if told else None


def _mend(problem: OSError) -> str:
    if problem.errno in NO_ROOM:
        return "make room or choose another folder"
    return "choose a folder that you may write to" if problem.errno in NOT_ALLOWED else "check the path"


@lru_cache(maxsize=1024)
def _sweep(folder: Path) -> None:
    """Remove what ended processes of this machine left; once a folder, because a listing costs more than a write."""
    for left in folder.glob(f".*.{_HOST}-*.part"):
        pid = left.name.removesuffix(".part").rpartition(f".{_HOST}-")[2].partition("-")[0]
        if pid.isdecimal() and _ended(int(pid)):
            left.unlink(missing_ok=True)


def _ended(pid: int) -> bool:
    if os.name != "posix":
        return False  # elsewhere, asking a process whether it runs may end it
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    except (OSError, OverflowError):
        return False
    return False
