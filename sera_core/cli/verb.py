"""What every verb of the command line is: a name, what it does, how its result is told and what may be asked."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from sera_core import sizes
from sera_core.contracts import BadInput
from sera_core.files import read_whole
from sera_core.wording.command_line import Result

STDIN = "-"


@dataclass(frozen=True)
class Verb:
    """One command.

    Attributes
    ----------
    name : str
        As typed.
    run : callable
        Options in, result out; its docstring is the help.
    tell : callable or None
        The result in words; None for a command without a result, which has no ``--json``.
    ask : callable or None
        Adds the options to a parser.
    goes_on : bool
        Whether, started again after it was stopped, it goes on where it was.
    """

    name: str
    run: Callable[[argparse.Namespace], Result]
    tell: Callable[[Result], str] | None
    ask: Callable[[argparse.ArgumentParser], None] | None = None
    goes_on: bool = False

    def register(self, commands: Any) -> None:
        """Make it a command of argparse's ``add_subparsers()``."""
        parser: argparse.ArgumentParser = commands.add_parser(
            self.name, help=self.run.__doc__, description=self.run.__doc__
        )
        if self.tell:
            parser.add_argument("--json", action="store_true", help="print one JSON object")
        if self.ask:
            self.ask(parser)
        parser.set_defaults(run=self.run, tell=self.tell, goes_on=self.goes_on)


def content_of(file: Path) -> bytes:
    """A file's bytes; ``-`` is standard input."""
    return sys.stdin.buffer.read() if str(file) == STDIN else read_whole(file)


def number(said: str) -> float:
    """A number, for argparse."""
    try:
        return sizes.number(said)
    except BadInput as error:
        raise argparse.ArgumentTypeError(f"{said!r} is not a number") from error


def whole_number(said: str) -> int:
    """A whole number, for argparse."""
    try:
        return int(said)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{said!r} is not a whole number") from error


def seed(said: str) -> int:
    """A seed of random numbers, for argparse."""
    if (value := whole_number(said)) >= 0:
        return value
    raise argparse.ArgumentTypeError(f"{said!r} is below 0")


def day(said: str) -> date:
    """A day, for argparse."""
    try:
        return date.fromisoformat(said)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{said!r} is not a day of the calendar, written YYYY-MM-DD") from error


def ending(suffix: str) -> Callable[[str], Path]:
    """A file to write whose name says what is in it, for argparse."""

    def named(said: str) -> Path:
        if Path(said).suffix.lower() != suffix:
            raise argparse.ArgumentTypeError(f"{said!r} does not end in {suffix}, which is what is written")
        return Path(said)

    return named


def add_scheduler(parser: argparse.ArgumentParser) -> None:
    """For verbs whose jobs other machines may take."""
    parser.add_argument("--scheduler", default="", metavar="tcp://HOST:PORT", help="of a running Dask cluster")
