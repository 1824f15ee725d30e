"""The command line: the same functions as the pages.

Results go to stdout (one JSON object with ``--json``), progress to stderr. Exit codes: 0 done, 2 bad
input (one line says what and how to mend it), 1 a fault of ours.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable
from dataclasses import asdict, replace
from math import isfinite, nan
from pathlib import Path
from typing import Any, NoReturn

from sera_core import __version__
from sera_core.contracts import (
    ROWS,
    BadInput,
    Box,
    CamMethod,
    Composition,
    Echogenicity,
    Focus,
    GreyImage,
    Guideline,
    Margin,
    Outline,
    Patient,
    Shape,
)
from sera_core.files import MODELS, read_whole, whole_file
from sera_core.wording import command_line
from sera_core.wording.command_line import Result

STUDY_WORK, TRAIN_WORK = Path("runs/study"), Path("runs/train")
RECIPE_OPTIONS = ("epochs", "rate", "decay", "batch", "schedule", "frozen_stages", "weights", "seed")


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


def diagnose(options: argparse.Namespace) -> Result:
    """One nodule: probability, verdict, heatmap, measured signs, proposed words and advice."""
    from sera_core.diagnosis import Request, diagnose
    from sera_core.guidelines import parse_description
    from sera_core.images.read import read_image
    from sera_core.reports.record import to_json

    image = read_image(read_whole(options.image), options.frame)
    box = Box(*options.roi) if options.roi else None
    request = Request(box, options.model, CamMethod(options.method), options.steady, _pane(image, options.pane))
    seen = parse_description(**{row: getattr(options, row) for row in ROWS})
    patient = Patient(options.size_mm, Guideline(options.guideline), options.pretest, seen)
    diagnosis = diagnose(image, request, patient, ask_all=options.opinions)
    if options.heatmap:
        _write_heatmap(diagnosis, options.heatmap)
    return to_json(diagnosis)


def outline(options: argparse.Namespace) -> Result:
    """Where the nodule is: an outline with its confidence, or that none was found."""
    from sera_core.diagnosis import outlined
    from sera_core.images.read import read_image
    from sera_core.outline import panes

    image = read_image(read_whole(options.image), options.frame)
    found = outlined(image, Box(*options.roi) if options.roi else None, _pane(image, options.pane))
    if options.mask and found is not None:
        _write_mask(found.mask, options.mask)
    told = {"found": found is not None, "panes": [pane.as_list() for pane in panes(image)]}
    if found is None:
        return told
    return {
        **told,
        "box": found.box.as_list(),
        "confidence": found.confidence,
        "source": found.source,
        "area_px": int(found.mask.sum()),
        "polygon": found.polygon,
    }


def app(options: argparse.Namespace) -> NoReturn:
    """The pages, served on this machine until Ctrl-C; what follows -- is handed to Streamlit."""
    from sera_core.ui.serve import serve

    serve(options.streamlit)


def measure(options: argparse.Namespace) -> Result:
    """What is measured and proposed on a nodule; with the longitudinal view too, three diameters and the volume."""
    from sera_core.reports.record import outline_of, proposed_of, signs_of
    from sera_core.signs.describe import measured
    from sera_core.signs.volume import diameters_in

    views = [_outlined(options.image, options.roi, options.mm_per_px)]
    if options.longitudinal:
        views.append(_outlined(options.longitudinal, options.longitudinal_roi, options.mm_per_px))
    image, found = views[0]
    told = measured(image, found)
    result = {
        "outline": outline_of(found),
        "signs": signs_of(told) if told else None,
        "proposed": proposed_of(told) if told else None,
        "size_mm": told.size_mm if told else None,
    }
    if len(views) > 1:
        three = diameters_in(*views)
        result |= {"diameters_mm": asdict(three), "volume_ml": three.volume_ml}
    return result


def models(options: argparse.Namespace) -> Result:
    """What is installed, whether it is valid, and how it scored."""
    from sera_core.classifiers.store import installed

    _say(f"in {MODELS}")
    return [
        {
            **(status.card.as_dict() if status.card else {"id": status.id}),
            "valid": status.valid,
            "problem": status.problem,
        }
        for status in installed()
    ]


def tirads(options: argparse.Namespace) -> Result:
    """What every guideline says about the descriptors a reader saw."""
    from sera_core.guidelines import assess_all, parse_descriptors

    seen = parse_descriptors(
        composition=options.composition,
        echogenicity=options.echogenicity,
        shape=options.shape,
        margin=options.margin,
        foci=options.foci,
    )
    keys = ("category", "points", "risk", "action", "rule", "source")
    advice = assess_all(seen, options.size_mm)
    return {str(guideline): {key: asdict(said)[key] for key in keys} for guideline, said in advice.items()}


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
            _say(f"{done}/{total} frames")

    if options.koh:
        cohort = study_set(options.centre, options.koh, options.seed)
    else:
        cohort = any_cohort(options.centre, options.cases, options.seed)
    manifest = run(
        options.out, cohort, sheet_file=options.sheet, workers=options.scheduler or options.workers, progress=progress
    )
    return {"manifest": str(manifest), "cases": len(cohort), "simulated": True}


def import_data(options: argparse.Namespace) -> Result:
    """A data set's folder to a manifest."""
    from sera_core.train.importers import write_manifest

    found = write_manifest(options.kind, options.source, options.out, options.patient)
    left_out = {reason: len(files) for reason, files in found.tally.left_out.items()}
    for remark in found.tally.remarks:
        _say(f"note: {remark}")
    for reason, files in found.tally.left_out.items():
        _say(f"left out, {reason}: {len(files)} ({', '.join(files[:5])}{' ...' if len(files) > 5 else ''})")
    if found.tally.merged:
        _say(f"merged, several outlines in one box: {len(found.tally.merged)}")
    sheet = str(options.out.with_suffix(".png"))
    return {"manifest": str(options.out), "cases": found.cases, "sheet": sheet} | {
        "left_out": left_out,
        "merged": len(found.tally.merged),
        "notes": found.tally.remarks,
    }


def train(options: argparse.Namespace) -> Result:
    """Train one model on a manifest and write its folder; started again, it goes on where it stopped."""
    from sera_core.study.one_model import Training, recipe_of, train
    from sera_core.study.stage import Stage

    given = {name: value for name, value in vars(options).items() if name in RECIPE_OPTIONS and value is not None}
    choose = options.mode == "transfer" and not given.keys() & {"epochs", "rate", "decay"} and options.folds > 1
    wanted = Training(
        manifest=options.manifest,
        network=options.net,
        recipe=recipe_of(options.net, options.mode, options.published, options.padding, given),
        out=options.out,
        folds=options.folds,
        choose=choose,
        input_px=options.px,
        padding=options.padding,
        limit=options.limit,
        title=options.title,
        labels=options.labels,
        positive=options.positive,
        domain=options.domain,
    )
    return train(wanted, Stage(options.work / options.out.name, _say)).as_dict()


def adapt(options: argparse.Namespace) -> Result:
    """An installed model made to fit local cases: calibration, cut-off and what it takes for familiar."""
    from sera_core.study.adapt import adapt

    return adapt(options.model, options.source, options.out, _say).as_dict()


def predict(options: argparse.Namespace) -> Result:
    """Every model's probability of every case of a manifest; started again, it goes on where it stopped."""
    from sera_core.predict import predict

    return {
        "predictions": str(options.out),
        "rows": predict(options.manifest, options.model, options.out, _say, scheduler=options.scheduler),
    }


def export(options: argparse.Namespace) -> Result:
    """One model as an ONNX file, for other programs."""
    from sera_core.classifiers.exchange import export_onnx
    from sera_core.classifiers.store import load

    export_onnx(load(options.model), options.onnx)
    return {"model": options.model, "onnx": str(options.onnx)}


def import_onnx(options: argparse.Namespace) -> Result:
    """A classifier made elsewhere, as a model folder."""
    from sera_core.study.stranger import Stranger, adopt

    given = {name: getattr(options, name) for name in Stranger.__dataclass_fields__}
    return adopt(Stranger(**given), options.out).as_dict()


def study(options: argparse.Namespace) -> Result:
    """Run a study from its design file; finished stages are kept and not run again."""
    from sera_core.study.kinds import run_design
    from sera_core.study.stage import Stage
    from sera_core.study.tables import Engine

    return run_design(options.design, Stage(options.work, _say), Engine(options.engine, options.scheduler))


def evaluate(options: argparse.Namespace) -> Result:
    """Every comparison of a predictions table: AUC, cut-off, differences, calibration, usefulness, agreement."""
    from sera_core.evaluate.compare import compare
    from sera_core.evaluate.percentre import per_centre
    from sera_core.evaluate.results import Cutoff, records, told
    from sera_core.reports.sheets import write
    from sera_core.study.shipped import open_table

    predictions, known = open_table(options.predictions)
    for notice in predictions.notices:
        _say(f"note: {notice.message}")
    named = {name: Cutoff(value, nan, nan, "named with --cutoff") for name, value in options.cutoff}
    if unknown := named.keys() - {*predictions.models, *predictions.readers}:
        listed = ", ".join((*predictions.models, *predictions.readers))
        raise BadInput("no_model", f"The table has no model {', '.join(sorted(unknown))}: name one of {listed}.")
    found = compare(predictions, {**known, **named})
    if options.table:
        write(per_centre(predictions, found), options.table)
    if options.figures:
        _write_figures(predictions, found, options)
    return {
        "rows": records(found.rows),
        "cutoffs": {name: cutoff.value for name, cutoff in found.cutoffs.items()},
        "cutoff_sources": {name: told(cutoff) for name, cutoff in found.cutoffs.items()},
    }


def benchmark(options: argparse.Namespace) -> Result:
    """Speed; how right measured signs are; whether heatmaps lie where they should; how often intervals are true."""
    if options.part == "coverage":
        from sera_core.benchmarks.coverage import coverage

        return coverage(report=_say)
    if options.part == "signs":
        from sera_core.benchmarks.measuring import benchmark

        return benchmark()
    if options.part == "explain":
        from sera_core.benchmarks.evidence import evidence
        from sera_core.benchmarks.location import location
        from sera_core.explain.judged import keep

        pairs, places = evidence(), location(options.frames)
        if options.keep:
            keep(places, pairs)
        return pairs + places
    if options.part == "runtimes":
        from sera_core.benchmarks import runtimes

        return runtimes.benchmark()
    from sera_core.benchmarks.run import run

    return run()


def _parser() -> argparse.ArgumentParser:
    script = Path(sys.argv[0]).stem == "sera"
    parser = _Parser(prog="sera" if script else "python -m sera_core", description="SERA on the command line.")
    parser.add_argument("--version", action="version", version=f"SERA {__version__}")
    commands = parser.add_subparsers(required=True, metavar="command")
    _add_app(commands.add_parser("app", help=app.__doc__, description=app.__doc__))
    _add_diagnose(_command(commands, "diagnose", diagnose, command_line.diagnosis))
    _add_outline(_command(commands, "outline", outline, command_line.outline))
    _add_measure(_command(commands, "measure", measure, command_line.measured))
    _command(commands, "models", models, command_line.models)
    _add_tirads(_command(commands, "tirads", tirads, command_line.tirads))
    _add_simulate(_command(commands, "simulate", simulate, command_line.simulated))
    _add_import(_command(commands, "import", import_data, command_line.cases))
    _add_train(_command(commands, "train", train, command_line.card))
    _add_adapt(_command(commands, "adapt", adapt, command_line.card))
    _add_predict(_command(commands, "predict", predict, command_line.predict))
    _add_export(_command(commands, "export", export, command_line.exported))
    _add_import_onnx(_command(commands, "import-onnx", import_onnx, command_line.card))
    _add_study(_command(commands, "study", study, command_line.study))
    _add_evaluate(_command(commands, "evaluate", evaluate, command_line.evaluate))
    part = _command(commands, "benchmark", benchmark, command_line.benchmark)
    parts = ("speed", "signs", "explain", "runtimes", "coverage")
    part.add_argument("part", nargs="?", choices=parts, default="speed", help="what to measure")
    part.add_argument(
        "--frames", type=Path, metavar="DIR", help="explain: folder with DDTI's and BUSI's, ddti and busi"
    )
    part.add_argument("--keep", action="store_true", help="explain: keep the figures for the pages")
    return parser


def _command(commands: Any, name: str, run: Callable, tell: Callable[[Result], str]) -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = commands.add_parser(name, help=run.__doc__, description=run.__doc__)
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.set_defaults(run=run, tell=tell)
    return parser


def _add_app(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("streamlit", nargs="*", metavar="SETTING", help="of Streamlit: app -- --server.port 8502")
    parser.set_defaults(run=app)


def _add_diagnose(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("image", type=Path)
    parser.add_argument("--roi", type=int, nargs=4, metavar=("X", "Y", "W", "H"), help="region in pixels")
    parser.add_argument("--size-mm", type=float, help="largest dimension of the nodule")
    parser.add_argument("--model", default="auto")
    parser.add_argument("--guideline", default=Guideline.KTIRADS2021.value, choices=[g.value for g in Guideline])
    parser.add_argument("--pretest", type=float, default=0.2, help="share of malignant nodules expected (0 ... 1)")
    parser.add_argument("--frame", type=int, default=0, help="frame of a multi-frame file")
    parser.add_argument("--method", default=CamMethod.HIRESCAM.value, choices=[m.value for m in CamMethod])
    parser.add_argument("--steady", action="store_true", help="the mean heatmap over ten views")
    parser.add_argument("--heatmap", type=Path, metavar="OUT.png")
    parser.add_argument("--opinions", action="store_true", help="ask every other installed model too")
    _add_pane(parser)
    _add_rows(parser, required=False, foci=None)


def _add_outline(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("image", type=Path)
    parser.add_argument("--roi", type=int, nargs=4, metavar=("X", "Y", "W", "H"), help="a box to outline the nodule in")
    parser.add_argument("--frame", type=int, default=0, help="frame of a multi-frame file")
    parser.add_argument("--mask", type=Path, metavar="OUT.png", help="the outline as a picture, white inside")
    _add_pane(parser)


def _add_measure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("image", type=Path, help="the transverse view")
    parser.add_argument("--roi", type=int, nargs=4, metavar=("X", "Y", "W", "H"), help="a box around the nodule")
    parser.add_argument("--longitudinal", type=Path, metavar="IMAGE", help="the longitudinal view")
    parser.add_argument("--longitudinal-roi", type=int, nargs=4, metavar=("X", "Y", "W", "H"), help="a box there")
    parser.add_argument("--mm-per-px", type=float, metavar="MM", help="the scale of both, instead of the files' own")


def _add_tirads(parser: argparse.ArgumentParser) -> None:
    _add_rows(parser, required=True, foci=["none"])
    parser.add_argument("--size-mm", type=float)


def _add_rows(parser: argparse.ArgumentParser, required: bool, foci: list[str] | None) -> None:
    single = {"composition": Composition, "echogenicity": Echogenicity, "shape": Shape, "margin": Margin}
    for name, choices in single.items():
        parser.add_argument(f"--{name}", required=required, choices=[choice.value for choice in choices])
    every = ["none", *(focus.value for focus in Focus)]
    parser.add_argument("--foci", nargs="+", default=foci, choices=every)


def _add_pane(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--pane", type=int, metavar="N", help="which picture of a split screen, 1 is the leftmost")


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
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--centre", default="internal", help="internal, A, B or C")
    parser.add_argument("--sheet", type=Path, metavar="OUT.png", help="a picture of the first eight frames")
    parser.add_argument("--workers", type=int, default=1, help="processes")
    _add_scheduler(parser)


def _add_padding(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--padding", type=float, default=1.1, help="side of the crop over the region's longest side")


def _add_import(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("kind", help="which data set; an unknown one lists all")
    parser.add_argument("source", type=Path)
    parser.add_argument("--out", type=Path, required=True, metavar="MANIFEST.csv")
    parser.add_argument(
        "--patient", default="", metavar="REGEX", help="finds the patient in a file's path (folders); first group"
    )


def _add_train(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("manifest", type=Path)
    parser.add_argument("--net", required=True, metavar="NAME", help="a network; an unknown name lists all")
    parser.add_argument("--mode", required=True, choices=["transfer", "finetune"])
    parser.add_argument("--out", type=Path, required=True, metavar="models/ID", help="folder of the new model")
    parser.add_argument("--work", type=Path, default=TRAIN_WORK, help="folder for checkpoints, curves and predictions")
    parser.add_argument("--epochs", type=int, help="without it, --lr and --decay, transfer chooses all three")
    parser.add_argument("--lr", type=float, dest="rate", help="learning rate")
    parser.add_argument("--decay", type=float, help="weight decay")
    parser.add_argument("--batch", type=int)
    parser.add_argument("--schedule", choices=["constant", "onecycle", "step", "log"])
    parser.add_argument("--frozen-stages", type=int, help="first stages that stay as they are (finetune)")
    parser.add_argument("--weights", help="imagenet, scratch, or the id of an installed model")
    parser.add_argument("--seed", type=int)
    parser.add_argument("--published", action="store_true", help="the recipe of Lee 2019 for this network (finetune)")
    parser.add_argument("--folds", type=int, default=6, help="of the cross-validation; 1: train once, keep a sixth")
    parser.add_argument("--px", type=int, help="side of the input, if not the network's own")
    _add_padding(parser)
    parser.add_argument("--limit", type=int, help="so many training images at most (with --folds 1)")
    parser.add_argument("--title", default="")
    parser.add_argument("--labels", default="labels as given in the manifest", help="what the labels are, for the card")
    parser.add_argument("--positive", default="malignant", help="what a label of 1 says of a nodule")
    parser.add_argument("--domain", default="real", choices=["real", "simulated"])


def _add_adapt(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("model", metavar="ID", help="of an installed model")
    parser.add_argument("source", type=Path, help="a manifest of local cases, or a table of this model's predictions")
    parser.add_argument("--out", type=Path, required=True, metavar="models/ID")


def _add_predict(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("manifest", type=Path)
    parser.add_argument("--model", nargs="+", required=True, metavar="ID")
    parser.add_argument("--out", type=Path, required=True, metavar="OUT.csv|.parquet")
    _add_scheduler(parser)


def _add_export(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("model", metavar="MODEL", help="id of an installed model; an unknown one lists all")
    parser.add_argument("--onnx", type=Path, required=True, metavar="OUT.onnx")


def _add_import_onnx(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", type=Path, metavar="FILE.onnx")
    parser.add_argument("--out", type=Path, required=True, metavar="models/ID", help="folder of the new model")
    parser.add_argument("--frames", type=Path, required=True, metavar="MANIFEST", help="labelled, not trained on")
    parser.add_argument("--labels", required=True, help="what the frames' labels are")
    parser.add_argument("--positive", required=True, help="what a label of 1 says of a nodule")
    parser.add_argument("--trained-on", required=True, help="a sentence: what its maker trained it on")
    parser.add_argument("--output", required=True, choices=["logits", "probabilities"], help="what it answers")
    parser.add_argument("--mean", type=float, required=True, help="normalisation of a grey level 0 ... 1")
    parser.add_argument("--std", type=float, required=True)
    parser.add_argument("--px", type=int, default=0, help="side of its input, where the file leaves it open")
    _add_padding(parser)
    parser.add_argument("--title", default="")
    parser.add_argument("--licence", default="as its maker says")
    parser.add_argument("--domain", default="real", choices=["real", "simulated"])


def _add_study(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("design", type=Path, metavar="DESIGN.toml")
    parser.add_argument("--work", type=Path, default=STUDY_WORK, help="folder for finished stages")
    parser.add_argument("--engine", choices=["serial", "loky", "dask"], default="serial", help="who fits the tables")
    _add_scheduler(parser)


def _add_scheduler(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--scheduler", default="", metavar="tcp://HOST:PORT", help="of a running Dask cluster")


def _add_evaluate(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "predictions", type=Path, metavar="FILE", help="predictions (CSV or Parquet), or the name of a shipped study"
    )
    parser.add_argument(
        "--cutoff",
        type=_named_number,
        action="append",
        default=[],
        metavar="MODEL=VALUE",
        help="a cut-off fixed beforehand, before that of the table or study; may be given again",
    )
    parser.add_argument("--figures", type=Path, metavar="OUT.zip", help="write the figures for print: SVG, PDF and PNG")
    parser.add_argument("--width-mm", type=_width, default=180.0, help="of the figures: 85 for one column")
    parser.add_argument(
        "--table", type=Path, metavar="OUT.csv|.xlsx|.tex|.md", help="write the per-centre table: counts and intervals"
    )


def _write_figures(predictions: Any, found: Any, options: argparse.Namespace) -> None:
    """The first models by rank as figures for print: more would not be told apart."""
    from sera_core.evaluate.ranking import ranked
    from sera_core.figures.palette import READER, series
    from sera_core.reports.plates import MOST, archive
    from sera_core.wording.comparison import name_of

    best = ranked(predictions)
    if len(best) > MOST:
        _say(f"note: the figures show the {MOST} models with the highest AUC at internal centres")
    part = predictions.select(best[:MOST])
    names = {name: name_of(name) for name in (*part.models, *part.readers)}
    looks = series(best) | dict.fromkeys(part.readers, READER)
    with whole_file(options.figures) as file:
        file.write_bytes(archive(part, found, looks, names, options.width_mm))


def _named_number(said: str) -> tuple[str, float]:
    """``MODEL=VALUE``; a model's own name may hold an equals sign."""
    name, sign, value = said.rpartition("=")
    try:
        number = float(value)
    except ValueError:
        number = nan
    if not (name and sign and isfinite(number)):
        raise argparse.ArgumentTypeError(f"{said!r} is not MODEL=VALUE, for example my-network=0.56")
    return name, number


def _width(said: str) -> float:
    """Of a figure for print, mm."""
    width = float(said)
    if not 60 <= width <= 400:
        raise argparse.ArgumentTypeError(f"{said} is outside 60 ... 400 mm")
    return width


def _write_heatmap(diagnosis: Any, file: Path) -> None:
    from sera_core.explain.overlay import overlay, png

    heatmap = diagnosis.reading.heatmap
    with whole_file(file) as part:
        part.write_bytes(png(overlay(heatmap.crop, heatmap.values)))


def _outlined(file: Path, roi: list[int] | None, mm_per_px: float | None) -> tuple[GreyImage, Outline]:
    """A frame and the nodule on it."""
    from sera_core.diagnosis import outlined
    from sera_core.images.read import read_image

    image = read_image(read_whole(file))
    if mm_per_px:
        image = replace(image, mm_per_px=(mm_per_px, mm_per_px), regions=())
    found = outlined(image, Box(*roi) if roi else None)
    if found is None:
        raise BadInput("no_nodule", f"No nodule was found on {file.name}: give a box around it (--roi X Y W H).")
    return image, found


def _pane(image: GreyImage, number: int | None) -> Box | None:
    if number is None:
        return None
    from sera_core.outline import panes

    shown = panes(image)
    if not 1 <= number <= len(shown):
        raise BadInput("no_such_pane", f"There is no picture {number} on this frame: it shows {len(shown)}.")
    return shown[number - 1]


def _write_mask(mask: Any, file: Path) -> None:
    from PIL import Image

    with whole_file(file) as part:
        Image.fromarray(mask).save(part, "PNG")


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)
