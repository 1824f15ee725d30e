"""Verbs about many cases: predict, study, evaluate."""

from __future__ import annotations

import argparse
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Any

from sera_core.cli.told import say, step
from sera_core.cli.verb import STDIN, Verb, add_scheduler, content_of, ending, number
from sera_core.contracts import BadInput
from sera_core.files import whole_file
from sera_core.wording import command_line
from sera_core.wording.command_line import Result
from sera_core.wording.comparison import ALIKE

STUDY_WORK = Path("runs/study")


def predict(options: argparse.Namespace) -> Result:
    """Every model's probability of every case of a manifest; started again, it goes on where it stopped."""
    from sera_core.predict import predict

    return {
        "predictions": str(options.out),
        "rows": predict(options.manifest, options.model, options.out, say, scheduler=options.scheduler),
    }


def _add_predict(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("manifest", type=Path)
    parser.add_argument("--model", nargs="+", required=True, metavar="ID")
    parser.add_argument("--out", type=Path, required=True, metavar="OUT.csv|.parquet")
    add_scheduler(parser)


def study(options: argparse.Namespace) -> Result:
    """Run a study from its design file; finished stages are kept and not run again."""
    from sera_core.study.kinds import run_design
    from sera_core.study.stage import Stage
    from sera_core.study.tables import Engine

    return run_design(options.design, Stage(options.work, say), Engine(options.engine, options.scheduler))


def _add_study(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("design", type=Path, metavar="DESIGN.toml")
    parser.add_argument("--work", type=Path, default=STUDY_WORK, help="folder for finished stages")
    parser.add_argument("--engine", choices=["serial", "loky", "dask"], default="serial", help="who fits the tables")
    add_scheduler(parser)


def evaluate(options: argparse.Namespace) -> Result:
    """Every comparison of a predictions table: AUC, cut-off, differences, calibration, usefulness, agreement."""
    from sera_core.evaluate.cells.unanswered import flows
    from sera_core.evaluate.compare import compare, cutoff_changes, noninferiority
    from sera_core.evaluate.named import named_cutoffs
    from sera_core.evaluate.percentre import per_centre
    from sera_core.evaluate.results import Cutoff, cutoff_fields, records
    from sera_core.evaluate.table import read_predictions
    from sera_core.reports.sheets import write
    from sera_core.study.shipped import open_table

    known: dict[str, Cutoff] = {}
    if str(options.predictions) == STDIN:
        predictions = read_predictions(content_of(options.predictions), "the table on standard input")
    else:
        predictions, known = open_table(options.predictions)
    for notice in predictions.notices:
        say(f"note: {notice.message}")
    found = compare(predictions, {**known, **named_cutoffs(options.cutoff, predictions)}, step)
    rows = [*found.rows, *noninferiority(predictions, found.cutoffs, dict(options.margin))]
    for name, other in options.other_cutoff:
        rows += cutoff_changes(predictions, name, found.cutoffs, other)
    if options.table:
        write(per_centre(predictions, found), options.table)
    for which, file in options.checklist:
        _write_checklist(which, Path(file), predictions, found)
    if options.figures:
        _write_figures(predictions, found, options)
    return {
        "rows": records(rows),
        "cutoffs": {name: cutoff.value for name, cutoff in found.cutoffs.items()},
        "cutoff_sources": {name: cutoff_fields(cutoff) for name, cutoff in found.cutoffs.items()},
        "flow": [asdict(flow) for flow in flows(predictions)],
    }


def _add_evaluate(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "predictions",
        type=Path,
        metavar="FILE",
        help="predictions (CSV or Parquet; - reads standard input), or a shipped study",
    )
    for option, what, told in (
        ("--cutoff", "MODEL", "a cut-off fixed beforehand, before that of the table or study; may be given again"),
        ("--other-cutoff", "MODEL", "what another cut-off would change, tested on the same cases; may be given again"),
        (
            "--margin",
            "MEASURE",
            "non-inferiority of every model by a margin fixed beforehand: auc, sensitivity or specificity",
        ),
    ):
        example = "auc=0.05" if option == "--margin" else "my-network=0.56"
        given = partial(_named_number, name=what, example=example)
        parser.add_argument(option, type=given, action="append", default=[], metavar=f"{what}=VALUE", help=told)
    parser.add_argument(
        "--checklist",
        nargs=2,
        action="append",
        default=[],
        metavar=("NAME", "OUT.md"),
        help="tripod-ai, stard-ai or claim-2024, filled in as far as the comparison answers it; may be given again",
    )
    parser.add_argument(
        "--figures", type=ending(".zip"), metavar="OUT.zip", help="write the figures for print: SVG, PDF and PNG"
    )
    parser.add_argument("--width-mm", type=_width, default=180.0, help="of the figures: 85 for one column")
    parser.add_argument(
        "--table", type=Path, metavar="OUT.csv|.xlsx|.tex|.md", help="write the per-centre table: counts and intervals"
    )


def samplesize(options: argparse.Namespace) -> Result:
    """How many cases the next study needs for an AUC, the difference of two, a sensitivity or a specificity."""
    from sera_core.evaluate.samplesize import Sampling, for_area, for_difference, for_share

    sampling = Sampling(options.prevalence, options.images, options.alike)
    if options.auc is not None and options.versus is not None:
        found = for_difference(options.auc, options.versus, options.correlation, sampling, options.power)
    elif options.auc is not None:
        found = for_area(options.auc, options.half_width, sampling)
    else:
        positive = options.sensitivity is not None
        share = options.sensitivity if positive else options.specificity
        found = for_share(share, options.half_width, sampling, positive)
    return asdict(found)


def _add_samplesize(parser: argparse.ArgumentParser) -> None:
    what = parser.add_mutually_exclusive_group(required=True)
    for name in ("auc", "sensitivity", "specificity"):
        what.add_argument(f"--{name}", type=float, metavar="EXPECTED")
    parser.add_argument("--versus", type=float, metavar="AUC", help="of another model on the same cases")
    parser.add_argument("--half-width", type=float, default=0.05, help="of the 95 %% interval (default 0.05)")
    parser.add_argument("--power", type=float, default=0.8, help="of the paired test (default 0.8)")
    parser.add_argument("--correlation", type=float, default=0.5, help="of the two models' scores within a class")
    parser.add_argument("--prevalence", type=float, default=0.5, help="share of label 1")
    parser.add_argument("--images", type=float, default=1.0, help="of a patient, on average")
    parser.add_argument("--alike", type=float, default=0.5, help=ALIKE)


def _write_checklist(which: str, file: Path, predictions: Any, found: Any) -> None:
    from sera_core.reports.checklists import ITEMS, as_markdown

    known = next((name for name in ITEMS if name == which), None)
    if known is None:
        raise BadInput("no_checklist", f"There is no checklist {which!r}: choose of {', '.join(ITEMS)}.")
    with whole_file(file) as part:
        part.write_bytes(as_markdown(known, predictions, found))


def _write_figures(predictions: Any, found: Any, options: argparse.Namespace) -> None:
    """The first models by rank as figures for print: more would not be told apart."""
    from sera_core.evaluate.ranking import ranked
    from sera_core.figures.palette import READER, series
    from sera_core.reports.plates import MOST, archive
    from sera_core.wording.comparison import name_of

    best = ranked(predictions)
    if len(best) > MOST:
        say(f"note: the figures show the {MOST} models with the highest AUC at internal centres")
    part = predictions.select(best[:MOST])
    names = {name: name_of(name) for name in (*part.models, *part.readers)}
    looks = series(best) | dict.fromkeys(part.readers, READER)
    with whole_file(options.figures) as file:
        file.write_bytes(archive(part, found, looks, names, options.width_mm))


def _named_number(said: str, name: str, example: str) -> tuple[str, float]:
    from sera_core.evaluate.named import named_number

    try:
        return named_number(said, name, example)
    except BadInput as problem:
        raise argparse.ArgumentTypeError(problem.message) from problem


def _width(said: str) -> float:
    """Of a figure for print, mm."""
    width = number(said)
    if not 60 <= width <= 400:
        raise argparse.ArgumentTypeError(f"{said} is outside 60 ... 400 mm")
    return width


VERBS = (
    Verb("predict", predict, command_line.predict, _add_predict, goes_on=True),
    Verb("study", study, command_line.study, _add_study, goes_on=True),
    Verb("evaluate", evaluate, command_line.evaluate, _add_evaluate),
    Verb("samplesize", samplesize, command_line.samplesize, _add_samplesize),
)
