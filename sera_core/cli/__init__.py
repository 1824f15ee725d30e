"""The command line: the same functions as the pages. Each module beside this one holds a family of verbs.

Results go to stdout (one JSON object with ``--json``), progress to stderr. Exit codes: 0 done, 2 bad
input (one line says what and how to mend it), 1 a fault of ours, 130 stopped by Ctrl-C.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any, NoReturn

from sera_core import __version__
from sera_core.cli import cases, frames, machine, models, nodule, tables
from sera_core.cli.told import LEVELS, LOG, Teller
from sera_core.cli.verb import Verb, number, whole_number
from sera_core.contracts import BadInput

SCRIPT = "sera"
STOPPED = 130  # what a shell expects of a command that Ctrl-C ended: 128 + SIGINT
VERBS: tuple[Verb, ...] = (*nodule.VERBS, *frames.VERBS, *models.VERBS, *tables.VERBS, *cases.VERBS, *machine.VERBS)


class _Parser(argparse.ArgumentParser):
    """Tells a wrong argument in one line, as all other bad input, and says what is wanted instead."""

    def __init__(self, **given: Any) -> None:
        super().__init__(**given)
        self.register("type", float, number)
        self.register("type", int, whole_number)

    def error(self, message: str) -> NoReturn:
        """Called by argparse."""
        raise BadInput("usage", f"{message.rstrip('.')}: see '{self.prog} --help'.")


def main(arguments: list[str] | None = None) -> int:
    """Run one command; returns the exit code."""
    teller, goes_on = Teller(), False
    LOG.addHandler(teller)
    try:
        called = SCRIPT if Path(sys.argv[0]).stem == SCRIPT else "python -m sera_core"
        options = _parser(called).parse_args(arguments)
        LOG.setLevel(options.log_level.upper())
        goes_on = options.goes_on
        result = options.run(options)
        print(json.dumps(result, ensure_ascii=False) if options.json else options.tell(result))
    except KeyboardInterrupt:
        print(f"sera: stopped{'; start the same command again to go on' if goes_on else ''}", file=sys.stderr)
        return STOPPED
    except BadInput as problem:
        print(f"sera: {problem.message}", file=sys.stderr)
        return 2
    except UnicodeEncodeError as problem:
        print(f"sera: a name cannot be written here ({problem.reason}): put PYTHONUTF8=1 before it.", file=sys.stderr)
        return 2
    except Exception as fault:  # the last door: a fault of ours is told in one line
        print(f"sera: a fault of ours ({type(fault).__name__}: {fault})", file=sys.stderr)
        return 1
    finally:
        LOG.removeHandler(teller)
        teller.close()
    return 0


def completion(options: argparse.Namespace) -> str:
    """What a shell needs to complete commands and options: eval "$(sera completion bash)"."""
    import shtab

    return str(shtab.complete(_parser(SCRIPT), options.shell))


def _add_completion(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("shell", choices=["bash", "zsh", "tcsh"])
    parser.set_defaults(json=False)


def _parser(called: str) -> argparse.ArgumentParser:
    parser = _Parser(prog=called, description="SERA on the command line.")
    parser.add_argument("--version", action="version", version=f"SERA {__version__}")
    parser.add_argument("--log-level", choices=LEVELS, default="info", help="what is told on stderr (default info)")
    commands = parser.add_subparsers(required=True, metavar="command")
    for verb in (*VERBS, Verb("completion", completion, str, _add_completion)):
        verb.register(commands)
    return parser
