"""Run a study from its design: every model's answers at every centre, cards of what ships, tables for comparing.

Finished stages are kept, so that a killed run goes on where it stopped and a change reruns only what it touches.
"""

from __future__ import annotations

import json
import os
import platform
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path

import pandas as pd

from sera_core.contracts import BadInput
from sera_core.features.texture import TEXTURES
from sera_core.files import MODELS, whole_file
from sera_core.nets.registry import network as registered
from sera_core.study.answers import TEST, Answers, results
from sera_core.study.arms import Trained, concatenate, split_of, train_arm, vote
from sera_core.study.cache import write_csv
from sera_core.study.design import Arm, Design
from sera_core.study.learning import curve, sizes
from sera_core.study.population import population, taught_truth
from sera_core.study.preparations import compare_preparations
from sera_core.study.robust import robustness
from sera_core.study.ship import ship
from sera_core.study.shipped import PREDICTIONS
from sera_core.study.stage import Stage
from sera_core.study.tables import SERIAL, Engine, benches_of, cases_of, tables
from sera_core.train.crossval import in_folds
from sera_core.train.frames import Frame
from sera_core.train.start import card_of, history

PACKAGES = ("torch", "torchvision", "timm", "scikit-learn", "numpy")


def run(design: Design, out: Path, stage: Stage, models: Path = MODELS, engine: Engine = SERIAL) -> pd.DataFrame:
    """Run all models; writes predictions, tables and side studies to ``out`` and shipped models to ``models``.

    Parameters
    ----------
    design : Design
    out : Path
        Folder of the study.
    stage : Stage
        Where finished work is kept.
    models : Path
    engine : Engine
        Where the classifiers of the tables are fitted.

    Returns
    -------
    DataFrame
        One row per model and centre: AUC with its interval. A centre with one class only has predictions, but no row.

    Raises
    ------
    BadInput
        When the manifests do not hold what the design needs.
    """
    frames, details = population(design, stage)
    _check_frames(design, frames)
    if design.prepare_options:
        trained = {name for arm in design.arms for name in arm.sources}
        measured = in_folds([frame for frame in frames if frame.case.centre in trained and frame.case.split != TEST])
        compared = compare_preparations(design.network, design.prepare_options, measured, stage)
        write_csv(out / "preparations.csv", compared)
    arms = _trained(design, frames, details, out, stage, models)
    answers = _joined(design, arms, stage)
    if design.learning:
        curves = [curve(arms[name], design.learning, stage.named(name)) for name in design.learning.arms]
        write_csv(out / "learning.csv", pd.concat(curves))
    if design.tables:
        _write_tables(design, arms, engine, out, stage)
    predictions = pd.concat([answer.predictions() for answer in answers.values()], ignore_index=True)
    found = {name: results(design, own.predictions()) for name, own in answers.items()}
    aucs = pd.DataFrame([{"model": name, **asdict(result)} for name, own in found.items() for result in own])
    table = predictions.join(details, on="case_id")
    table["domain"] = table["centre"].map({centre.name: design.domain_of(centre.name) for centre in design.centres})
    with whole_file(out / PREDICTIONS) as part:
        table.to_parquet(part, index=False)
    write_csv(out / "models.csv", pd.DataFrame([_row(answer) for answer in answers.values()]))
    write_csv(out / "results.csv", aucs)
    with whole_file(out / "environment.json") as part:
        part.write_text(json.dumps(environment(), indent=2) + "\n", encoding="utf-8")
    if design.validation == "folds" and design.domain == "real":
        reports: list[pd.DataFrame] = []
        for arm in (arm for arm in design.arms if arm.ship):
            reports.append(robustness(arms[arm.id], stage.named(arm.id)))
            write_csv(out / "robust.csv", pd.concat(reports))  # at once: the next model's may take long
    return aucs


def environment() -> dict[str, str | int | None]:
    """Versions and machine that a study ran on."""
    packages: dict[str, str | int | None] = {name: version(name) for name in PACKAGES}
    return packages | {"python": platform.python_version(), "machine": platform.machine(), "cores": os.cpu_count()}


def _trained(
    design: Design, frames: list[Frame], details: pd.DataFrame, out: Path, stage: Stage, models: Path
) -> dict[str, Trained]:
    """Every arm, one after the other; what ships is written at once, because a later arm may start from it."""
    arms: dict[str, Trained] = {}
    for arm in design.arms:
        seen = taught_truth(frames, arm.sources, details) if arm.targets == "truth" else frames
        arms[arm.id] = train_arm(design, arm, seen, stage.named(arm.id))
        _tell(arms[arm.id].answers, stage)
        if arm.ship:
            ship(design, arm, arms[arm.id], out, stage.named(arm.id), models)
    return arms


def _joined(design: Design, arms: dict[str, Trained], stage: Stage) -> dict[str, Answers]:
    """The answers of every arm, then those of concatenated features and of ensembles."""
    answers = {name: arm.answers for name, arm in arms.items()}
    for joined in design.concatenations:
        answers[joined.id] = concatenate(design, joined, arms, stage.named(joined.id))
        _tell(answers[joined.id], stage)
    for ensemble in design.ensembles:
        answers[ensemble.id] = vote(design, ensemble, answers)
        _tell(answers[ensemble.id], stage)
    return answers


def _write_tables(design: Design, arms: dict[str, Trained], engine: Engine, out: Path, stage: Stage) -> None:
    found, networks = [], []
    for letter, (*fixed, tuned) in design.tables.items():
        found += benches_of(letter, arms[fixed[0]] if fixed else None, arms[tuned])
        entry = registered(arms[tuned].plan.network)
        weights = history(entry.name, arms[tuned].plan.recipe.weights)
        networks.append({"letter": letter, "network": entry.name, "title": entry.title, "weights": weights})
    split = arms[tuned].answers.split
    fitted = tables(found, cases_of(split), engine, stage.report)
    stage.report(f"tables: {fitted.seconds:.0f} s on {engine.name}")
    for name in ("features", "concatenation", "ensemble"):
        write_csv(out / f"{name}.csv", getattr(fitted, name))
    write_csv(out / "networks.csv", pd.DataFrame(networks))


def _tell(answers: Answers, stage: Stage) -> None:
    told = stage.named(answers.id).report
    told(f"AUC {answers.home_auc():.3f} at home, {answers.images} training images, {answers.seconds:.0f} s")


def _check_frames(design: Design, frames: list[Frame]) -> None:
    """Refuse before the first hour of training, not after the last."""
    for centre in dict.fromkeys(frame.case.centre for frame in frames):
        design.labels_of(centre)
    for arm in design.arms:
        if design.validation == "folds" and (design.network_of(arm) in TEXTURES or arm.layer):
            raise BadInput(
                "bad_design",
                f"{arm.id} reads a texture or a named layer, which is not cross-validated: write validation = "
                '"holdout", or take the arm out.',
            )
        if design.learning and arm.id in design.learning.arms:
            sizes(design.learning, arm.id, split_of(design, arm.sources, frames, arm.limit).own)
        _check_start(arm, {f.case.centre for f in frames if design.domain_of(f.case.centre) == "real"})
        for source in arm.sources:
            labels = {f.case.label for f in frames if f.case.centre == source and f.case.split != TEST}
            if not labels or (source == arm.sources[0] and len(labels) < 2):
                raise BadInput(
                    "no_frames",
                    f"{arm.id} is trained on {source}, but the manifests hold no readable training frames of it, or of "
                    "one class only: add frames or take it out of the arm's sources.",
                )


def _check_start(arm: Arm, centres: set[str]) -> None:
    """A model that an arm starts from may not have seen a real centre of the study; virtual patients are new."""
    card = card_of(arm.recipe.weights)
    seen = sorted({source.name for source in card.training} & centres) if card else []
    if seen:
        raise BadInput(
            "start_leak",
            f"{arm.id} starts from {arm.recipe.weights}, which was trained on {seen[0]}, a centre of this study: start "
            "from a model that has not seen it.",
        )


def _row(answers: Answers) -> dict[str, str | float | int]:
    return {
        "model": answers.id,
        "title": answers.title,
        "network": answers.network,
        "kind": answers.kind,
        "cutoff": answers.cutoff.value,
        "cutoff_low": answers.cutoff.low,
        "cutoff_high": answers.cutoff.high,
        "train_images": answers.images,
        "seconds": float(f"{answers.seconds:.3g}"),
    }
