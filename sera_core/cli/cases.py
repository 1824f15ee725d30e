"""The verb cases: what the case log holds, and what can be done with it."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from sera_core.cli.told import say
from sera_core.cli.verb import Verb
from sera_core.contracts import BadInput
from sera_core.files import whole_file
from sera_core.wording import case_log as words
from sera_core.wording.command_line import Result

if TYPE_CHECKING:
    from sera_core.cases.log import Log


def list_cases(options: argparse.Namespace) -> Result:
    """The saved cases, the last one first."""
    from sera_core.cases.export import entry_json

    return [entry_json(entry) for entry in _log().find(options.code, True if options.pathology else None)]


def _add_list(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--code", default="", metavar="TEXT", help="only cases whose code holds this")
    parser.add_argument("--pathology", action="store_true", help="only cases with pathology")


def show(options: argparse.Namespace) -> Result:
    """One saved case, as it was."""
    from sera_core.cases.export import case_json

    log = _log()
    return case_json(log, log.entry(options.case))


def pathology(options: argparse.Namespace) -> Result:
    """Add what cytology or histology said of a nodule; without either, what stood there is removed."""
    from sera_core.cases.export import entry_json
    from sera_core.exam import Histology, Pathology

    histology = Histology(options.histology) if options.histology else None
    log = _log()
    log.set_pathology(options.case, options.nodule, Pathology(options.bethesda, histology))
    return entry_json(log.entry(options.case))


def _add_pathology(parser: argparse.ArgumentParser) -> None:
    _add_case(parser)
    parser.add_argument("--nodule", type=int, default=1, metavar="N", help="its number in the case")
    parser.add_argument("--bethesda", type=int, choices=range(1, 7), help="category of the cytology")
    parser.add_argument("--histology", choices=["benign", "borderline", "malignant"], help="of the surgical specimen")


def export(options: argparse.Namespace) -> Result:
    """All saved cases as a table (.csv), everything but the pixels (.json), or everything (.zip)."""
    from sera_core.cases.export import export

    return {"file": str(options.out), "cases": export(_log(), options.out)}


def delete(options: argparse.Namespace) -> Result:
    """Delete a case for good."""
    from sera_core.cases.export import entry_json

    log = _log()
    entry = log.entry(options.case)
    if not options.yes:
        raise BadInput("not_sure", f"Case {entry.id} would be gone for good: add --yes.")
    log.delete(entry.id)
    return entry_json(entry)


def _add_delete(parser: argparse.ArgumentParser) -> None:
    _add_case(parser)
    parser.add_argument("--yes", action="store_true", help="without it nothing is deleted")


def predictions(options: argparse.Namespace) -> Result:
    """The nodules with settled pathology as a predictions table, for evaluate and Compare models."""
    from sera_core import escape
    from sera_core.cases.predictions import caution, predictions

    table = predictions(_log())
    said = caution(table)
    say(f"note: {said}")
    with whole_file(options.out) as part:
        part.write_text(escape.csv(table), encoding="utf-8")
    return {"predictions": str(options.out), "rows": len(table), "caution": said}


def _add_out(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("out", type=Path, metavar="OUT")


def _add_case(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("case", metavar="CASE", help="its id, or how only that one begins")


def _log() -> Log:
    from sera_core.cases.log import Log

    return Log()


PARTS = (
    Verb("list", list_cases, words.listed, _add_list),
    Verb("show", show, words.shown, _add_case),
    Verb("pathology", pathology, words.listed_one, _add_pathology),
    Verb("export", export, words.exported, _add_out),
    Verb("delete", delete, words.deleted, _add_delete),
    Verb("predictions", predictions, words.tabled, _add_out),
)


def cases(options: argparse.Namespace) -> Result:
    """The saved cases: list, show, pathology, export, delete, predictions."""
    raise BadInput("usage", f"Say what to do: {', '.join(part.name for part in PARTS)}.")


def _add_parts(parser: argparse.ArgumentParser) -> None:
    commands = parser.add_subparsers(metavar="what", required=True)
    for part in PARTS:
        part.register(commands)


VERBS = (Verb("cases", cases, None, _add_parts),)
