"""Verbs about models: list, train, adapt, export, import-onnx."""

from __future__ import annotations

import argparse
from pathlib import Path

from sera_core.cli.told import say
from sera_core.cli.verb import Verb, ending, seed
from sera_core.files import MODELS
from sera_core.wording import command_line
from sera_core.wording.command_line import Result

TRAIN_WORK = Path("runs/train")
PADDING = 1.1
NETWORK = "efficientnet_lite0"  # its ImageNet weights come with the installation
RECIPE_OPTIONS = ("epochs", "rate", "decay", "batch", "schedule", "frozen_stages", "weights", "seed")


def models(options: argparse.Namespace) -> Result:
    """What is installed, whether it is valid, and how it scored."""
    from sera_core.classifiers.store import installed

    say(f"in {MODELS}")
    return [
        {
            **(status.card.as_dict() if status.card else {"id": status.id}),
            "valid": status.valid,
            "problem": status.problem,
        }
        for status in installed()
    ]


def train(options: argparse.Namespace) -> Result:
    """Train one model on a manifest and write its folder; started again, it goes on where it stopped.

    With nothing else said: outline, measured signs and a network's features, joined on patients left out.
    """
    from sera_core.study.one_model import Training, framed_for, recipe_of, train
    from sera_core.study.stage import Stage

    given = {name: value for name, value in vars(options).items() if name in RECIPE_OPTIONS and value is not None}
    out = options.out or MODELS / options.manifest.stem
    prepare = framed_for(options.net, options.mode, options.px, options.padding)
    choose = options.mode == "transfer" and not given.keys() & {"epochs", "rate", "decay"} and options.folds > 1
    wanted = Training(
        manifest=options.manifest,
        network=options.net,
        recipe=recipe_of(options.net, options.mode, options.published, prepare.padding, given),
        out=out,
        folds=options.folds,
        choose=choose,
        prepare=prepare,
        limit=options.limit,
        keep_anyway=options.keep_anyway,
        title=options.title,
        labels=options.labels,
        positive=options.positive,
        domain=options.domain,
    )
    return train(wanted, Stage(options.work / out.name, say)).as_dict()


def _add_train(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("manifest", type=Path)
    parser.add_argument("--net", default=NETWORK, metavar="NAME", help="a network; an unknown name lists all")
    parser.add_argument("--mode", default="joined", choices=["joined", "transfer", "finetune"])
    parser.add_argument(
        "--out", type=Path, metavar="models/ID", help="folder of the new model; else the manifest's name"
    )
    parser.add_argument("--work", type=Path, default=TRAIN_WORK, help="folder for checkpoints, curves and predictions")
    parser.add_argument("--epochs", type=int, help="without it, --lr and --decay, transfer chooses all three")
    parser.add_argument("--lr", type=float, dest="rate", help="learning rate")
    parser.add_argument("--decay", type=float, help="weight decay")
    parser.add_argument("--batch", type=int)
    parser.add_argument("--schedule", choices=["constant", "onecycle", "step", "log"])
    parser.add_argument("--frozen-stages", type=int, help="first stages that stay as they are (finetune)")
    parser.add_argument("--weights", help="imagenet, scratch, or the id of an installed model")
    parser.add_argument("--seed", type=seed)
    parser.add_argument("--published", action="store_true", help="the recipe of Lee 2019 for this network (finetune)")
    parser.add_argument("--folds", type=int, default=6, help="of the cross-validation; 1: train once, keep a sixth")
    parser.add_argument("--px", type=int, help="side of the input, if not the network's own (joined: 160)")
    _add_padding(parser, None)
    parser.add_argument("--limit", type=int, help="so many training images at most (with --folds 1)")
    parser.add_argument("--keep-anyway", action="store_true", help="keep a model no better than chance, and say so")
    parser.add_argument("--title", default="")
    parser.add_argument("--labels", default="labels as given in the manifest", help="what the labels are, for the card")
    parser.add_argument("--positive", default="malignant", help="what a label of 1 says of a nodule")
    parser.add_argument("--domain", default="real", choices=["real", "simulated"])


def adapt(options: argparse.Namespace) -> Result:
    """An installed model made to fit local cases: calibration, cut-off and what it takes for familiar."""
    from sera_core.study.adapt import adapt

    return adapt(options.model, options.source, options.out, say).as_dict()


def _add_adapt(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("model", metavar="ID", help="of an installed model")
    parser.add_argument("source", type=Path, help="a manifest of local cases, or a table of this model's predictions")
    parser.add_argument("--out", type=Path, required=True, metavar="models/ID")


def export(options: argparse.Namespace) -> Result:
    """One model as an ONNX file, for other programs."""
    from sera_core.classifiers.exchange import export_onnx
    from sera_core.classifiers.store import load

    export_onnx(load(options.model), options.onnx)
    return {"model": options.model, "onnx": str(options.onnx)}


def _add_export(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("model", metavar="MODEL", help="id of an installed model; an unknown one lists all")
    parser.add_argument("--onnx", type=ending(".onnx"), required=True, metavar="OUT.onnx")


def import_onnx(options: argparse.Namespace) -> Result:
    """A classifier made elsewhere, as a model folder."""
    from sera_core.study.stranger import Stranger, adopt

    given = {name: getattr(options, name) for name in Stranger.__dataclass_fields__}
    return adopt(Stranger(**given), options.out).as_dict()


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
    _add_padding(parser, PADDING)
    parser.add_argument("--title", default="")
    parser.add_argument("--licence", default="as its maker says")
    parser.add_argument("--domain", default="real", choices=["real", "simulated"])


def _add_padding(parser: argparse.ArgumentParser, default: float | None) -> None:
    said = f"side of the crop over the region's longest side ({PADDING}, joined 1.0)"
    parser.add_argument("--padding", type=float, default=default, help=said)


VERBS = (
    Verb("models", models, command_line.models),
    Verb("train", train, command_line.card, _add_train, goes_on=True),
    Verb("adapt", adapt, command_line.card, _add_adapt),
    Verb("export", export, command_line.exported, _add_export),
    Verb("import-onnx", import_onnx, command_line.card, _add_import_onnx),
)
