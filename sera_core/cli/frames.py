"""Verbs that make or bring in frames: simulate, import."""

from __future__ import annotations

import argparse
from pathlib import Path

from sera_core.cli.told import say, step
from sera_core.cli.verb import Verb, add_scheduler, ending, seed
from sera_core.wording import command_line
from sera_core.wording.command_line import Result


def simulate(options: argparse.Namespace) -> Result:
    """Simulated frames, masks and a manifest with the truth; started again, it goes on where it stopped.

    With --nodule, one frame of the nodule described.
    """
    from sera_core.simulate.cohort import any_cohort, study_set
    from sera_core.simulate.disk import run
    from sera_core.simulate.settings import case_from, parse, write_frame

    if options.nodule:
        return write_frame(
            options.out, case_from({"seed": options.seed, "centre": options.centre, **parse(options.nodule)})
        )

    def progress(done: int, total: int) -> None:
        if done == total or done % 25 == 0:
            say(f"{done}/{total} frames")

    if options.koh:
        cohort = study_set(options.centre, options.koh, options.seed)
    else:
        cohort = any_cohort(options.centre, options.cases, options.seed)
    manifest = run(
        options.out, cohort, sheet_file=options.sheet, workers=options.scheduler or options.workers, progress=progress
    )
    return {"manifest": str(manifest), "cases": len(cohort), "simulated": True}


def _add_simulate(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--out", type=Path, required=True, metavar="DIR")
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("--cases", type=int)
    what.add_argument("--koh", choices=["train", "test"], help="the centre's set with the sizes of Koh 2020")
    what.add_argument(
        "--nodule",
        nargs="+",
        metavar="NAME=VALUE",
        help="one nodule, for example composition=mixed size_mm=20 depth_mm=45; a wrong name lists all",
    )
    parser.add_argument("--seed", type=seed, default=0)
    parser.add_argument("--centre", default="internal", help="internal, A, B or C")
    parser.add_argument("--sheet", type=ending(".png"), metavar="OUT.png", help="a picture of the first eight frames")
    parser.add_argument("--workers", type=int, default=1, help="processes")
    add_scheduler(parser)


def import_data(options: argparse.Namespace) -> Result:
    """A data set's folder to a manifest."""
    from sera_core.train.importers import write_manifest

    found = write_manifest(options.kind, options.source, options.out, options.patient, step)
    left_out = {reason: len(files) for reason, files in found.tally.left_out.items()}
    for remark in found.tally.remarks:
        say(f"note: {remark}")
    for reason, files in found.tally.left_out.items():
        say(f"left out, {reason}: {len(files)} ({', '.join(files[:5])}{' ...' if len(files) > 5 else ''})")
    if found.tally.several:
        say(f"several outlines, the largest is the case: {len(found.tally.several)}")
    sheet = str(options.out.with_suffix(".png"))
    return {"manifest": str(options.out), "cases": found.cases, "patients": found.patients, "sheet": sheet} | {
        "left_out": left_out,
        "several_outlines": len(found.tally.several),
        "notes": found.tally.remarks,
    }


def _add_import(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("kind", help="which data set; an unknown one lists all")
    parser.add_argument("source", type=Path)
    parser.add_argument("--out", type=ending(".csv"), required=True, metavar="MANIFEST.csv")
    parser.add_argument(
        "--patient", default="", metavar="REGEX", help="finds the patient in a file's path (folders); first group"
    )


VERBS = (
    Verb("simulate", simulate, command_line.simulated, _add_simulate, goes_on=True),
    Verb("import", import_data, command_line.imported, _add_import),
)
