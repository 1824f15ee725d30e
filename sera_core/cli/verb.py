"""What every verb of the command line is: a name, what it does, how its result is told and what may be asked."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

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
    """

    name: str
    run: Callable[[argparse.Namespace], Result]
    tell: Callable[[Result], str] | None
    ask: Callable[[argparse.ArgumentParser], None] | None = None

    def register(self, commands: Any) -> None:
        """Make it a command of argparse's ``add_subparsers()``."""
        parser: argparse.ArgumentParser = commands.add_parser(
            self.name, help=self.run.__doc__, description=self.run.__doc__
        )
        if self.tell:
            parser.add_argument("--json", action="store_true", help="print one JSON object")
        if self.ask:
            self.ask(parser)
        parser.set_defaults(run=self.run, tell=self.tell)


def content_of(file: Path) -> bytes:
    """A file's bytes; ``-`` is standard input."""
    return sys.stdin.buffer.read() if str(file) == STDIN else read_whole(file)


def add_scheduler(parser: argparse.ArgumentParser) -> None:
    """For verbs whose jobs other machines may take."""
    parser.add_argument("--scheduler", default="", metavar="tcp://HOST:PORT", help="of a running Dask cluster")
