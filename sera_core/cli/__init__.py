"""The command line: the same functions as the pages. Each module beside this one holds a family of verbs.

Results go to stdout (one JSON object with ``--json``), progress to stderr. Exit codes: 0 done, 2 bad
input (one line says what and how to mend it), 1 a fault of ours.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import NoReturn

from sera_core import __version__
from sera_core.cli import cases, frames, machine, models, nodule, tables
from sera_core.contracts import BadInput

VERBS = (*nodule.VERBS, *frames.VERBS, *models.VERBS, *tables.VERBS, *cases.VERBS, *machine.VERBS)


class _Parser(argparse.ArgumentParser):
    """Tells a wrong argument in one line, as all other bad input."""

    def error(self, message: str) -> NoReturn:
        """Called by argparse."""
        raise BadInput("usage", f"{message}: see '{self.prog} --help'.")


def main(arguments: list[str] | None = None) -> int:
    """Run one command; returns the exit code."""
    try:
        options = _parser().parse_args(arguments)
        result = options.run(options)
        print(json.dumps(result, ensure_ascii=False) if options.json else options.tell(result))
    except BadInput as problem:
        print(f"sera: {problem.message}", file=sys.stderr)
        return 2
    except UnicodeEncodeError as problem:
        print(f"sera: a name cannot be written here ({problem.reason}): put PYTHONUTF8=1 before it.", file=sys.stderr)
        return 2
    except Exception as fault:  # the last door: a fault of ours is told in one line
        print(f"sera: a fault of ours ({type(fault).__name__}: {fault})", file=sys.stderr)
        return 1
    return 0


def _parser() -> argparse.ArgumentParser:
    script = Path(sys.argv[0]).stem == "sera"
    parser = _Parser(prog="sera" if script else "python -m sera_core", description="SERA on the command line.")
    parser.add_argument("--version", action="version", version=f"SERA {__version__}")
    commands = parser.add_subparsers(required=True, metavar="command")
    for verb in VERBS:
        verb.register(commands)
    return parser
