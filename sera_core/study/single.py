"""One model from one manifest: a study with a single arm, whose design is written down and can be run again."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from sera_core.classifiers.card import Card, read_card
from sera_core.contracts import BadInput, Domain
from sera_core.files import whole_file
from sera_core.nets.registry import network as registered
from sera_core.study.answers import TEST
from sera_core.study.arms import bank_of
from sera_core.study.design import Design, read_design
from sera_core.study.extract import preparation_of
from sera_core.study.population import population
from sera_core.study.run import run
from sera_core.train.choose import FOLDS, Grid, choose
from sera_core.train.crossval import Plan, in_folds
from sera_core.train.curves import Report
from sera_core.train.manifest import read_manifest
from sera_core.train.published import published_recipe
from sera_core.train.recipes import Recipe

LICENCE = "Not stated by whoever trained it"
LIMIT = "Trained on the command line and validated on its own centres only: not for clinical use."


@dataclass(frozen=True)
class Wish:
    """What is to be trained.

    Attributes
    ----------
    manifest : Path
    network : str
    recipe : Recipe
    out : Path
        Folder of the model; its name is the model's id.
    folds : int
        Parts of the cross-validation, patients together; 1 keeps one part in six for calibration and cut-off and
        trains once.
    choose : bool
        Epochs, rate and decay by cross-validation (``transfer``).
    input_px : int or None
        None: the network's own.
    padding : float
        Side of the crop over the region.
    limit : int or None
        So many training images at most (with ``folds`` 1).
    title, labels, positive, domain
        For the card; see :class:`~sera_core.study.design.Design`.
    """

    manifest: Path
    network: str
    recipe: Recipe
    out: Path
    folds: int = FOLDS
    choose: bool = False
    input_px: int | None = None
    padding: float = 1.1
    limit: int | None = None
    title: str = ""
    labels: str = "labels as given in the manifest"
    positive: str = "malignant"
    domain: Domain = "real"


def train(wish: Wish, work: Path, report: Report) -> Card:
    """Train, cross-validate, calibrate and write a complete model folder; started again, it goes on.

    Parameters
    ----------
    wish : Wish
    work : Path
        Folder for the design, predictions, results, checkpoints and finished stages.
    report : callable

    Returns
    -------
    Card

    Raises
    ------
    BadInput
        For nonsense in the wish or the manifest; the message says what and how to mend it.
    """
    _check(wish)
    if os.environ.get("RANK", "0") != "0":
        report = _silent  # of several processes the first one talks
    with _own_folders(wish.out.parent, work) as (models, place):
        chosen = wish
        if wish.choose:
            chosen = replace(wish, recipe=_chosen(wish, _written(wish, place), place, report))
        run(_written(chosen, place), place, place / "work", report, models)
        return read_card(models / wish.out.name)


def _check(wish: Wish) -> None:
    registered(wish.network)
    if wish.recipe.mode not in ("transfer", "finetune"):
        raise BadInput("bad_mode", f"Mode {wish.recipe.mode} is not for this command: use transfer or finetune.")
    if wish.folds < 1:
        raise BadInput("bad_folds", "The number of folds must be at least 1, which trains once: change --folds.")
    if wish.choose and (wish.folds < 2 or wish.recipe.mode != "transfer"):
        raise BadInput(
            "bad_choice",
            "Epochs, rate and decay are chosen by cross-validation for transfer only: use --folds 2 or more with "
            "--mode transfer, or give --epochs and --lr.",
        )
    if wish.limit is not None and wish.folds != 1:
        raise BadInput("bad_limit", "A limit on the training images needs --folds 1, which trains once: add it.")


def _written(wish: Wish, place: Path) -> Design:
    """The wish as a design file, read back with all its checks."""
    centres = sorted({case.centre for case in read_manifest(wish.manifest) if case.split != "external"})
    strangers = sorted({case.centre for case in read_manifest(wish.manifest)} - set(centres))
    if not centres:
        raise BadInput("no_frames", f"All rows of {wish.manifest.name} are external: there is nothing to train on.")
    recipe = {name: value for name, value in asdict(wish.recipe).items() if value is not None}
    lines = [
        f"title = {json.dumps('Training of ' + wish.out.name)}",
        f"network = {json.dumps(wish.network)}",
        f"domain = {json.dumps(wish.domain)}",
        f"positive = {json.dumps(wish.positive)}",
        f"manifests = [{json.dumps(str(wish.manifest))}]",
        f"validation = {json.dumps('holdout' if wish.folds == 1 else 'folds')}",
        f"folds = {max(wish.folds, 2)}",
        f"licence = {json.dumps(LICENCE)}",
        f"limits = [{json.dumps(LIMIT)}]",
        f"centres = [{', '.join(_table({'name': name, 'labels': wish.labels}) for name in centres + strangers)}]",
        "",
        "[[arms]]",
        f"id = {json.dumps(wish.out.name)}",
        f"title = {json.dumps(wish.title or f'{registered(wish.network).title}, {wish.recipe.mode}')}",
        f"sources = {json.dumps(centres)}",
        f"prepare = {_table(_framed(wish))}",
        f"recipe = {_table(recipe)}",
        "ship = true",
        *([] if wish.limit is None else [f"limit = {wish.limit}"]),
    ]
    file = place / "design.toml"
    with whole_file(file) as part:
        part.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return read_design(file)


def _framed(wish: Wish) -> dict[str, object]:
    side = registered(wish.network).input_px if wish.input_px is None else wish.input_px
    return {"input_px": side, "framing": "square", "padding": wish.padding}


def _table(values: dict) -> str:
    """An inline table of TOML."""
    said = {name: _table(value) if isinstance(value, dict) else json.dumps(value) for name, value in values.items()}
    return "{ " + ", ".join(f"{name} = {value}" for name, value in said.items()) + " }"


def _chosen(wish: Wish, design: Design, place: Path, report: Report) -> Recipe:
    """Epochs, rate and decay by cross-validation; what was tried is written to ``choice.csv``."""
    (arm,) = design.arms
    frames, _ = population(design, place / "work", report)
    own = in_folds([f for f in frames if f.case.centre in arm.sources and f.case.split != TEST], wish.folds)
    plan = Plan(wish.network, preparation_of(arm.prepare, wish.network), arm.recipe, arm.sources)
    grid = Grid(epochs=wish.recipe.epochs)
    recipe, table = choose(plan, bank_of(plan, own, place / "work", report), grid, report)
    with whole_file(place / "choice.csv") as part:
        table.to_csv(part, index=False)
    report(f"chosen: {recipe.epochs} epochs, rate {recipe.rate:g}, decay {recipe.decay:g}")
    return recipe


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
