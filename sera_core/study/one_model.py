"""One model from one manifest, as a study whose design is written down and can be run again.

With nothing else said the model joins a network's features to measured signs, and each of its two parts is an arm of
its own beside it, so that the report says whether joining them was worth it.
"""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, cast

import pandas as pd
from pydantic import TypeAdapter, ValidationError

from sera_core.classifiers import store
from sera_core.classifiers.card import Card, read_card, write_card
from sera_core.contracts import BadInput, Domain
from sera_core.files import whole_file
from sera_core.nets.registry import network as registered
from sera_core.study.answers import TEST
from sera_core.study.cache import write_csv
from sera_core.study.design import Design, Framed, read_design
from sera_core.study.extract import preparation_of
from sera_core.study.population import population
from sera_core.study.run import run
from sera_core.study.shipped import PREDICTIONS
from sera_core.study.stage import Stage
from sera_core.study.trainer import bank_of
from sera_core.study.worth import report
from sera_core.train.choose import FOLDS, Grid, choose
from sera_core.train.crossval import Plan, in_folds
from sera_core.train.manifest import read_manifest
from sera_core.train.published import published_recipe
from sera_core.train.recipes import Mode, Recipe

MODES = ("joined", "transfer", "finetune")
PARTS = {"network": "linear", "signs": "signs"}  # what a joined model is made of: ending of its name, mode
DESIGN = "design.toml"
LICENCE = "Not stated by whoever trained it"
LIMIT = "Trained on the command line and validated on its own centres only: not for clinical use."


@dataclass(frozen=True)
class Training:
    """What is to be trained.

    Attributes
    ----------
    manifest : Path
    network : str
    recipe : Recipe
        Its mode is ``joined``, ``transfer`` or ``finetune``.
    prepare : Framed
        See :func:`framed_for`.
    out : Path
        Folder of the model; its name is the model's id.
    folds : int
        Parts of the cross-validation, patients together; 1 keeps one part in six for calibration and cut-off and
        trains once.
    choose : bool
        Epochs, rate and decay by cross-validation (``transfer``).
    limit : int or None
        So many training images at most (with ``folds`` 1).
    keep_anyway : bool
        Whether a model no better than chance is kept.
    title, labels, positive, domain
        For the card; see :class:`~sera_core.study.design.Design`.
    """

    manifest: Path
    network: str
    recipe: Recipe
    prepare: Framed
    out: Path
    folds: int = FOLDS
    choose: bool = False
    limit: int | None = None
    keep_anyway: bool = False
    title: str = ""
    labels: str = "labels as given in the manifest"
    positive: str = "malignant"
    domain: Domain = "real"


def train(wanted: Training, stage: Stage) -> Card:
    """Train, cross-validate, calibrate and write a complete model folder; started again, it goes on.

    Parameters
    ----------
    wanted : Training
    stage : Stage
        Its folder takes the design, predictions, results, checkpoints and what is finished.

    Returns
    -------
    Card

    Raises
    ------
    BadInput
        For nonsense in what is wanted or in the manifest; the message says what and how to mend it.
    """
    _check(wanted)
    if not _again(wanted, stage.work / DESIGN):
        store.refuse_taken(wanted.out)
    if os.environ.get("RANK", "0") != "0":
        stage = replace(stage, report=_silent)  # of several processes the first one talks
    with _own_folders(wanted.out.parent, stage.work) as (models, place):
        done, chosen = replace(stage, work=place / "work"), wanted
        if wanted.choose:
            chosen = replace(wanted, recipe=_chosen(wanted, _written(wanted, place), place, done))
        run(_written(chosen, place), place, done, models)
        return _told(wanted, place, done, models) if _joins(wanted) else read_card(models / wanted.out.name)


def _check(wanted: Training) -> None:
    registered(wanted.network)
    if wanted.recipe.mode not in MODES:
        raise BadInput("bad_mode", f"Mode {wanted.recipe.mode} is not for this command: use {', '.join(MODES)}.")
    if wanted.folds < 1:
        raise BadInput("bad_folds", "The number of folds must be at least 1, which trains once: change --folds.")
    if wanted.choose and (wanted.folds < 2 or wanted.recipe.mode != "transfer"):
        raise BadInput(
            "bad_choice",
            "Epochs, rate and decay are chosen by cross-validation for transfer only: use --folds 2 or more with "
            "--mode transfer, or give --epochs and --lr.",
        )
    if wanted.limit is not None and wanted.folds != 1:
        raise BadInput("bad_limit", "A limit on the training images needs --folds 1, which trains once: add it.")


def _again(wanted: Training, design: Path) -> bool:
    """Whether a model of this name was begun from this manifest: it is finished, or trained anew."""
    return design.is_file() and _manifests(wanted) in design.read_text(encoding="utf-8").splitlines()


def _manifests(wanted: Training) -> str:
    return f"manifests = [{json.dumps(str(wanted.manifest))}]"


def _written(wanted: Training, place: Path) -> Design:
    """What is wanted as a design file, read back with all its checks."""
    centres = sorted({case.centre for case in read_manifest(wanted.manifest) if case.split != "external"})
    strangers = sorted({case.centre for case in read_manifest(wanted.manifest)} - set(centres))
    if not centres:
        raise BadInput("no_frames", f"All rows of {wanted.manifest.name} are external: there is nothing to train on.")
    title = wanted.title or f"{registered(wanted.network).title}, {wanted.recipe.mode}"
    parts = PARTS if _joins(wanted) else {}
    lines = [
        f"title = {json.dumps('Training of ' + wanted.out.name)}",
        f"network = {json.dumps(wanted.network)}",
        f"domain = {json.dumps(wanted.domain)}",
        f"positive = {json.dumps(wanted.positive)}",
        _manifests(wanted),
        f"validation = {json.dumps('holdout' if wanted.folds == 1 else 'folds')}",
        f"folds = {max(wanted.folds, 2)}",
        f"keep_anyway = {json.dumps(wanted.keep_anyway)}",
        f"licence = {json.dumps(LICENCE)}",
        f"limits = [{json.dumps(LIMIT)}]",
        f"centres = [{', '.join(_table({'name': name, 'labels': wanted.labels}) for name in centres + strangers)}]",
        *_arm(wanted, wanted.out.name, title, wanted.recipe, centres, ship=True),
        *(
            line
            for part, mode in parts.items()
            for line in _arm(wanted, f"{wanted.out.name}-{part}", f"{title}: {part} alone", _as(wanted, mode), centres)
        ),
    ]
    file = place / DESIGN
    with whole_file(file) as part:
        part.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return read_design(file)


def _arm(wanted: Training, name: str, title: str, recipe: Recipe, centres: list[str], ship: bool = False) -> list[str]:
    """One arm's lines."""
    said = {entry: value for entry, value in asdict(recipe).items() if value is not None}
    return [
        "",
        "[[arms]]",
        f"id = {json.dumps(name)}",
        f"title = {json.dumps(title)}",
        f"sources = {json.dumps(centres)}",
        f"prepare = {_table(asdict(wanted.prepare))}",
        f"recipe = {_table(said)}",
        f"ship = {json.dumps(ship)}",
        *([] if wanted.limit is None else [f"limit = {wanted.limit}"]),
    ]


def _as(wanted: Training, mode: str) -> Recipe:
    """The recipe of a part."""
    return replace(wanted.recipe, mode=cast(Mode, mode))


def _joins(wanted: Training) -> bool:
    return wanted.recipe.mode == "joined"


def _told(wanted: Training, place: Path, stage: Stage, models: Path) -> Card:
    """Write the report, and into the card what joining the parts was worth; returns the card."""
    card = read_card(models / wanted.out.name)
    name = wanted.out.name
    found = report(card, pd.read_parquet(place / PREDICTIONS), [f"{name}-{part}" for part in PARTS])
    for sentence in found.worth:
        stage.report(sentence)
    with whole_file(place / "report.md") as part:
        part.write_text(found.text, encoding="utf-8")
    card = replace(card, limits=(*card.limits, *found.worth))
    write_card(models / name, card)
    return card


def _table(values: dict) -> str:
    """An inline table of TOML."""
    said = {name: _table(value) if isinstance(value, dict) else json.dumps(value) for name, value in values.items()}
    return "{ " + ", ".join(f"{name} = {value}" for name, value in said.items()) + " }"


def _chosen(wanted: Training, design: Design, place: Path, stage: Stage) -> Recipe:
    """Epochs, rate and decay by cross-validation; what was tried is written to ``choice.csv``."""
    (arm,) = design.arms
    frames, _ = population(design, stage)
    own = in_folds([f for f in frames if f.case.centre in arm.sources and f.case.split != TEST], wanted.folds)
    plan = Plan(wanted.network, preparation_of(arm.prepare, wanted.network), arm.recipe, arm.sources)
    grid = Grid(epochs=wanted.recipe.epochs)
    recipe, table = choose(plan, bank_of(plan, own, stage), grid, stage.report)
    write_csv(place / "choice.csv", table)
    stage.report(f"chosen: {recipe.epochs} epochs, rate {recipe.rate:g}, decay {recipe.decay:g}")
    return recipe


def framed_for(network: str, mode: str, px: int | None, padding: float | None) -> Framed:
    """How regions are framed: as given, else as served best.

    Where the body stays as it is and the outline is measured beside it, that is the box itself, stretched to a square
    (the table of framings in ``models/README.md``).
    """
    if mode == "joined":
        return Framed(160 if px is None else px, "stretch", 1.0 if padding is None else padding)
    side = registered(network).input_px if px is None else px
    return Framed(side, "square", 1.1 if padding is None else padding)


def recipe_of(network: str, mode: str, published: bool, padding: float, given: dict[str, Any]) -> Recipe:
    """The recipe of a mode, or the published one, with what was given in its place.

    Raises
    ------
    BadInput
        When a number cannot be one of a recipe, or there is no published recipe.
    """
    base: dict[str, Any] = {"mode": mode}
    if mode == "transfer":
        base |= {"epochs": 24, "rate": 5e-4, "decay": 1.0}
    if published:
        if mode != "finetune":
            raise BadInput("not_published", "The published recipes are for fine-tuning: add --mode finetune.")
        base = asdict(published_recipe(network, given.get("epochs")))
    varied = {"padding": (0.85 * padding, 1.3 * padding)}
    try:
        return TypeAdapter(Recipe).validate_python(base | {"augmentation": varied} | given)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise BadInput("bad_recipe", f"{where}: {first['msg']}.".removeprefix(": Value error, ")) from error


def _silent(_: str) -> None:
    pass


@contextmanager
def _own_folders(models: Path, work: Path) -> Iterator[tuple[Path, Path]]:
    """Folders to write to. Of several processes only the first writes to the ones asked for.

    The others begin with a copy of what is there, so that all take the same steps; the machines must share the folder.
    """
    if int(os.environ.get("WORLD_SIZE", "1")) == 1:
        yield models, work
        return
    from accelerate import Accelerator

    here = Accelerator()  # not PartialState, which overlooks ACCELERATE_USE_CPU
    with tempfile.TemporaryDirectory() as spare:
        if not here.is_main_process:
            models, own = Path(spare) / "models", Path(spare) / "work"
            if work.is_dir():
                shutil.copytree(work, own)
            work = own
        here.wait_for_everyone()
        yield models, work
        here.wait_for_everyone()
