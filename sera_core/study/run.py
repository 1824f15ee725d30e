"""Run a study from its design: every model's answers at every centre, cards of what ships, tables for comparing.

Finished stages are kept, so that a killed run goes on where it stopped and a change reruns only what it touches.
"""

from __future__ import annotations

import json
import os
import platform
from dataclasses import asdict, replace
from importlib.metadata import version
from pathlib import Path

import numpy as np
import pandas as pd

from sera_core.classifiers import store
from sera_core.classifiers.card import Card, Source
from sera_core.classifiers.cnn import Classifier
from sera_core.classifiers.familiarity import PREPARATION, fit_familiarity, see
from sera_core.contracts import BadInput
from sera_core.files import MODELS, whole_file
from sera_core.nets.registry import network as registered
from sera_core.study.answers import TEST, Answers, results
from sera_core.study.arms import Trained, concatenate, train_arm, vote
from sera_core.study.design import Arm, Design
from sera_core.study.extract import Extractor
from sera_core.study.outsiders import measure_familiarity
from sera_core.study.population import population, taught_truth
from sera_core.study.preparations import compare_preparations
from sera_core.study.tables import SERIAL, Engine, benches_of, cases_of, tables
from sera_core.train.crossval import in_folds
from sera_core.train.frames import Frame
from sera_core.train.loop import Report
from sera_core.train.start import IMAGENET, SCRATCH, card_of, history

OUTSIDERS = 100  # frames whose patches are shuffled
FAMILIARITY_MARGIN = 1.15  # refuse beyond this multiple of the distance that 99 % of the training images keep
FAMILIARITY_IMAGES = 2000  # so many training images stand for all of them: the index travels with the model
PACKAGES = ("torch", "torchvision", "timm", "scikit-learn", "numpy")


def run(
    design: Design,
    out: Path,
    work: Path,
    report: Report,
    models: Path = MODELS,
    engine: Engine = SERIAL,
) -> pd.DataFrame:
    """Run all models; writes predictions, tables and side studies to ``out`` and shipped models to ``models``.

    Parameters
    ----------
    design : Design
    out : Path
        Folder of the study.
    work : Path
        Folder for finished stages.
    report : callable
        Takes lines of progress.
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
    frames, details = population(design, work, report)
    _check_frames(design, frames)
    if design.prepare_options:
        trained = {name for arm in design.arms for name in arm.sources}
        measured = in_folds([frame for frame in frames if frame.case.centre in trained and frame.case.split != TEST])
        compared = compare_preparations(design.network, design.prepare_options, measured, work, report)
        _write_csv(out / "preparations.csv", compared)
    arms, answers = _all_answers(design, frames, details, out, work, report, models)
    if design.tables:
        _write_tables(design, arms, engine, out, report)
    predictions = pd.concat([answer.predictions() for answer in answers.values()], ignore_index=True)
    rows = [{"model": name, **asdict(result)} for name, own in answers.items() for result in _results(design, own)]
    table = predictions.join(details, on="case_id")
    table["domain"] = table["centre"].map({centre.name: design.domain_of(centre.name) for centre in design.centres})
    with whole_file(out / "predictions.parquet") as part:
        table.to_parquet(part, index=False)
    _write_csv(out / "models.csv", pd.DataFrame([_row(answer) for answer in answers.values()]))
    found = pd.DataFrame(rows)
    _write_csv(out / "results.csv", found)
    with whole_file(out / "environment.json") as part:
        part.write_text(json.dumps(environment(), indent=2) + "\n", encoding="utf-8")
    return found


def environment() -> dict[str, str | int | None]:
    """Versions and machine that a study ran on."""
    packages: dict[str, str | int | None] = {name: version(name) for name in PACKAGES}
    return packages | {"python": platform.python_version(), "machine": platform.machine(), "cores": os.cpu_count()}


def _all_answers(
    design: Design,
    frames: list[Frame],
    details: pd.DataFrame,
    out: Path,
    work: Path,
    report: Report,
    models: Path,
) -> tuple[dict[str, Trained], dict[str, Answers]]:
    answers: dict[str, Answers] = {}
    arms: dict[str, Trained] = {}
    for arm in design.arms:
        seen = taught_truth(frames, arm.sources, details) if arm.targets == "truth" else frames
        arms[arm.id] = train_arm(design, arm, seen, work, _prefixed(report, arm.id))
        answers[arm.id] = arms[arm.id].answers
        _tell(answers[arm.id], _prefixed(report, arm.id))
        if arm.ship:
            _ship(design, arm, arms[arm.id], out, work, models, report)
    for joined in design.concatenations:
        answers[joined.id] = concatenate(design, joined, arms, _prefixed(report, joined.id))
        _tell(answers[joined.id], _prefixed(report, joined.id))
    for ensemble in design.ensembles:
        answers[ensemble.id] = vote(design, ensemble, answers)
        _tell(answers[ensemble.id], _prefixed(report, ensemble.id))
    return arms, answers


def _write_tables(design: Design, arms: dict[str, Trained], engine: Engine, out: Path, report: Report) -> None:
    found, networks = [], []
    for letter, (*fixed, tuned) in design.tables.items():
        found += benches_of(letter, arms[fixed[0]] if fixed else None, arms[tuned])
        entry = registered(arms[tuned].plan.network)
        weights = history(entry.name, arms[tuned].plan.recipe.weights)
        networks.append({"letter": letter, "network": entry.name, "title": entry.title, "weights": weights})
    split = arms[tuned].answers.split
    fitted = tables(found, cases_of(split), engine, report)
    report(f"tables: {fitted.seconds:.0f} s on {engine.name}")
    for name in ("features", "concatenation", "ensemble"):
        _write_csv(out / f"{name}.csv", getattr(fitted, name))
    _write_csv(out / "networks.csv", pd.DataFrame(networks))


def _tell(answers: Answers, report: Report) -> None:
    report(f"AUC {answers.home_auc():.3f} at home, {answers.images} training images, {answers.seconds:.0f} s")


def _check_frames(design: Design, frames: list[Frame]) -> None:
    """Refuse before the first hour of training, not after the last."""
    for centre in dict.fromkeys(frame.case.centre for frame in frames):
        design.labels_of(centre)
    for arm in design.arms:
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


def _ship(design: Design, arm: Arm, trained: Trained, out: Path, work: Path, models: Path, report: Report) -> None:
    """Write the model with its card; the default of its kind is also shown what it should refuse."""
    split = trained.answers.split
    sample = np.sort(np.random.default_rng(0).permutation(len(split.own))[:FAMILIARITY_IMAGES])
    known = [split.own[row] for row in sample]
    look = Extractor(PREPARATION, see, work / "features" / "seen", _prefixed(report, arm.id))
    index = fit_familiarity(look.features(known), np.array([frame.case.patient_id for frame in known]))
    limit = FAMILIARITY_MARGIN * float(np.percentile(index.leave_one_out, 99))
    card = _card(design, arm, trained, limit)
    classifier = Classifier(card, trained.fitted.parts, trained.fitted.svm, index)
    card = store.save(classifier, models)
    if arm.default and split.others:
        home = [frame for frame in split.own if frame.case.centre == arm.sources[0]]
        strangers = [f for f in split.others if design.domain_of(f.case.centre) == design.domain]
        measured = measure_familiarity(replace(classifier, card=card), strangers, home[:OUTSIDERS])
        _write_csv(out / "familiarity.csv", measured)


def _card(design: Design, arm: Arm, trained: Trained, limit: float) -> Card:
    answers, plan = trained.answers, trained.plan
    recipe = {key: value for key, value in asdict(plan.recipe).items() if key != "augmentation"}
    held = design.validation == "holdout"
    asked = {id(frame) for frame in answers.split.inside} if held else set()
    trained_on = [frame for frame in answers.split.own if id(frame) not in asked]
    sources = tuple(_source(design, name, trained_on) for name in arm.sources)
    return Card(
        id=arm.id,
        title=arm.title,
        network=plan.network,
        kind="svm" if trained.fitted.svm is not None else "cnn",
        domain=design.domain,
        default=arm.default,
        trained_on=_trained_on(sources, plan.recipe.weights),
        positive=design.positive,
        preparation=plan.preparation,
        training=sources,
        recipe=recipe,
        calibration=answers.calibration,
        cutoff=answers.cutoff,
        results=_results(design, answers),
        familiarity_limit=limit,
        limits=design.limits,
        licence=f"{design.licence}; {history(plan.network, plan.recipe.weights)}",
    )


def _trained_on(sources: tuple[Source, ...], weights: str) -> str:
    how = {IMAGENET: "Trained on ", SCRATCH: "Trained from scratch on "}
    start = how.get(weights, f"Started from {weights} and trained on ")
    return start + " and ".join(f"{s.images} frames of {s.name} ({s.labels})" for s in sources) + "."


def _source(design: Design, name: str, frames: list[Frame]) -> Source:
    cases = [frame.case for frame in frames if frame.case.centre == name]
    malignant = sum(case.label for case in cases)
    patients = len({case.patient_id for case in cases})
    return Source(name, len(cases), patients, malignant, len(cases) - malignant, design.labels_of(name))


def _results(design: Design, answers: Answers) -> tuple:
    return results(design, answers.predictions())


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


def _prefixed(report: Report, name: str) -> Report:
    return lambda line: report(f"{name}: {line}")


def _write_csv(file: Path, table: pd.DataFrame) -> None:
    with whole_file(file) as part:
        table.to_csv(part, index=False)
