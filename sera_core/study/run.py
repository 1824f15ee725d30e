"""Run a study from its design: out-of-fold and external predictions, models with cards, one table.

Every fold is kept as soon as it is finished, so that a killed run goes on where it stopped.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sera_core.classifiers import store
from sera_core.classifiers.calibrate import apply, fit_platt
from sera_core.classifiers.card import Card, CentreResult, Cutoff, Source
from sera_core.classifiers.cnn import Classifier
from sera_core.classifiers.familiarity import PREPARATION, FamiliarityIndex, fit_familiarity, see
from sera_core.contracts import BadInput, Role
from sera_core.evaluate.cutoff import youden, youden_interval
from sera_core.evaluate.roc import auc
from sera_core.study.cache import cached_in, features_key, plan_key
from sera_core.study.design import Arm, Design
from sera_core.study.outsiders import measure_familiarity
from sera_core.study.preparations import compare_preparations, preparation_of
from sera_core.train.crossval import Plan, Trainer, in_folds, out_of_fold, trainer
from sera_core.train.frames import Frame, decode, prepared
from sera_core.train.loop import Report
from sera_core.train.manifest import read_manifest

TEST = "test"
OUTSIDERS = 100  # frames whose patches are shuffled
FAMILIARITY_MARGIN = 1.15  # refuse beyond this multiple of the distance that 99 % of the training images keep


@dataclass(frozen=True, eq=False)
class Finished:
    """One arm: its model, and every case's probability."""

    classifier: Classifier
    predictions: pd.DataFrame


def run(design: Design, out: Path, work: Path, report: Report, models: Path = store.MODELS) -> pd.DataFrame:
    """Run all arms; writes predictions, results and side studies to ``out`` and shipped models to ``models``.

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

    Returns
    -------
    DataFrame
        One row per arm and centre: AUC with its interval. A centre with one class only has predictions, but no row.

    Raises
    ------
    BadInput
        When the manifests do not hold what the design needs.
    """
    frames, problems = decode([case for file in design.manifests for case in read_manifest(Path(file))])
    for problem in problems:
        report(problem)
    _check_frames(design, frames)
    out.mkdir(parents=True, exist_ok=True)
    if design.prepare_options:
        trained = {name for arm in design.arms for name in arm.sources}
        measured = in_folds([frame for frame in frames if frame.case.centre in trained and frame.case.split != TEST])
        compared = compare_preparations(design.network, design.prepare_options, measured, report)
        _write_csv(out / "preparations.csv", compared)
    tables, rows = [], []
    for arm in design.arms:
        finished = run_arm(design, arm, frames, work, _prefixed(report, arm.id))
        tables.append(finished.predictions)
        rows += [{"model": arm.id, **asdict(result)} for result in finished.classifier.card.results]
        strangers = [frame for frame in frames if frame.case.centre not in arm.sources]
        if arm.default and strangers:
            home = [frame for frame in frames if frame.case.centre == arm.sources[0]]
            measured = measure_familiarity(finished.classifier, strangers, home[:OUTSIDERS])
            _write_csv(out / "familiarity.csv", measured)
        if arm.ship:
            store.save(finished.classifier, models)
    results = pd.DataFrame(rows)
    _in_one_piece(out / "predictions.parquet", lambda file: pd.concat(tables).to_parquet(file, index=False))
    _write_csv(out / "results.csv", results)
    return results


def _check_frames(design: Design, frames: list[Frame]) -> None:
    """Refuse before the first hour of training, not after the last."""
    for centre in dict.fromkeys(frame.case.centre for frame in frames):
        design.labels_of(centre)
    for arm in design.arms:
        for source in arm.sources:
            labels = {f.case.label for f in frames if f.case.centre == source and f.case.split != TEST}
            if not labels or (source == arm.sources[0] and len(labels) < 2):
                raise BadInput(
                    "no_frames",
                    f"{arm.id} is trained on {source}, but the manifests hold no readable training frames of it, or of "
                    "one class only: add frames or take it out of the arm's sources.",
                )


def run_arm(design: Design, arm: Arm, frames: list[Frame], work: Path, report: Report) -> Finished:
    """Out-of-fold scores, the final model on all training frames, calibration, cut-off, card, predictions."""
    plan = Plan(design.network, preparation_of(arm.prepare, design.network), arm.recipe, arm.sources)
    own = in_folds([f for f in frames if f.case.centre in arm.sources and f.case.split != TEST])
    held_out = [f for f in frames if f.case.centre in arm.sources and f.case.split == TEST]
    others = [f for f in frames if f.case.centre not in arm.sources]
    key = plan_key(plan, own)
    features = cached_in(work / "features" / features_key(plan, own))
    train = trainer(plan, own, report, features)
    seen = features("seen", lambda: see(prepared(own, PREPARATION)))
    index = fit_familiarity(seen, np.array([frame.case.patient_id for frame in own]))
    scores = out_of_fold(plan, own, train, cached_in(work / "stages" / key))
    classifier = _final_model(design, arm, plan, own, scores, index, train, work / "models", key)
    inside = _predictions(classifier, own, apply(classifier.card.calibration, scores), "internal")
    if held_out:  # a test set of its own takes the place of the out-of-fold predictions
        inside = _predictions(classifier, held_out, _answers(classifier, held_out), "internal")
    outside = _predictions(classifier, others, _answers(classifier, others), "external")
    predictions = pd.concat([inside, outside])
    card = replace(classifier.card, results=_results(design, predictions))
    card = store.save(replace(classifier, card=card), work / "models")
    return Finished(replace(classifier, card=card), predictions)


def _final_model(
    design: Design,
    arm: Arm,
    plan: Plan,
    own: list[Frame],
    scores: NDArray[np.float64],
    index: FamiliarityIndex,
    train: Trainer,
    folder: Path,
    key: str,
) -> Classifier:
    """The model fitted to all training frames, taken from disk where this very plan was finished before."""
    card = _card(design, arm, plan, own, scores, FAMILIARITY_MARGIN * float(np.percentile(index.leave_one_out, 99)))
    mark = folder / arm.id / "plan"
    if mark.is_file() and mark.read_text() == key:
        # the card is new all the same: titles, limits and labels may have changed
        return replace(store.load(arm.id, folder), card=card, index=index)
    fitted = train(None)
    store.save(Classifier(card, fitted.parts, fitted.svm, index), folder)
    mark.write_text(key)
    return store.load(arm.id, folder)


def _card(design: Design, arm: Arm, plan: Plan, own: list[Frame], scores: NDArray[np.float64], limit: float) -> Card:
    """Calibration and cut-off come from the out-of-fold scores of the first source alone."""
    home = np.array([frame.case.centre == arm.sources[0] for frame in own])
    labels = np.array([frame.case.label for frame in own])[home]
    patients = np.array([frame.case.patient_id for frame in own])[home]
    words = f"out-of-fold predictions on {arm.sources[0]} ({design.labels_of(arm.sources[0])})"
    calibration = fit_platt(scores[home], labels, words)
    probability = apply(calibration, scores[home])
    low, high = youden_interval(labels, probability, patients)
    value = youden(labels, probability)
    recipe = {key: value for key, value in asdict(plan.recipe).items() if key != "augmentation"}
    sources = tuple(_source(design, name, own) for name in arm.sources)
    return Card(
        id=arm.id,
        title=arm.title,
        network=design.network,
        kind="svm" if arm.recipe.mode == "svm" else "cnn",
        domain=design.domain,
        default=arm.default,
        trained_on="Trained on " + " and ".join(f"{s.images} frames of {s.name} ({s.labels})" for s in sources) + ".",
        positive=design.positive,
        preparation=plan.preparation,
        training=sources,
        recipe=recipe,
        calibration=calibration,
        cutoff=Cutoff(value, min(low, value), max(high, value), "Youden, patient bootstrap", words),
        results=(),
        familiarity_limit=limit,
        limits=design.limits,
        licence=design.licence,
    )


def _source(design: Design, name: str, frames: list[Frame]) -> Source:
    cases = [frame.case for frame in frames if frame.case.centre == name]
    malignant = sum(case.label for case in cases)
    patients = len({case.patient_id for case in cases})
    return Source(name, len(cases), patients, malignant, len(cases) - malignant, design.labels_of(name))


def _answers(classifier: Classifier, frames: list[Frame], chunk: int = 32) -> NDArray[np.float64]:
    parts = [
        classifier.predict(prepared(frames[k : k + chunk], classifier.card.preparation))
        for k in range(0, len(frames), chunk)
    ]
    return np.concatenate(parts) if parts else np.empty(0)


def _predictions(
    classifier: Classifier, frames: list[Frame], probability: NDArray[np.float64], role: Role
) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "case_id": [frame.case.case_id for frame in frames],
            "patient_id": [frame.case.patient_id for frame in frames],
            "centre": [frame.case.centre for frame in frames],
            "role": role,
            "label": [frame.case.label for frame in frames],
            "model": classifier.card.id,
            "probability": probability,
        }
    )


def _results(design: Design, predictions: pd.DataFrame) -> tuple[CentreResult, ...]:
    found = []
    for (role, centre), group in predictions.groupby(["role", "centre"], sort=False):
        if group["label"].nunique() < 2:
            continue
        area = auc(group["label"], group["probability"])
        found.append(
            CentreResult(
                centre, role, area.value, area.low, area.high, area.positives, area.negatives, design.labels_of(centre)
            )
        )
    return tuple(found)


def _prefixed(report: Report, name: str) -> Report:
    return lambda line: report(f"{name}: {line}")


def _write_csv(file: Path, table: pd.DataFrame) -> None:
    _in_one_piece(file, lambda partial: table.to_csv(partial, index=False))


def _in_one_piece(file: Path, write: Callable[[Path], object]) -> None:
    partial = file.with_name(file.name + ".partial")
    write(partial)
    partial.replace(file)
