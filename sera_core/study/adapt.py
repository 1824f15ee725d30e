"""An installed model made to fit a hospital's own cases: calibration, cut-off and what it takes for familiar.

The network stays as it is, so which nodule it finds more suspicious than which does not change, nor does its AUC. What
changes is what its numbers mean there. How much better they then are is measured on folds of patients that the
calibration had not seen.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.special import logit

from sera_core.classifiers import store
from sera_core.classifiers.calibrate import apply, fit_platt
from sera_core.classifiers.card import Calibration, Card, CentreResult, Cutoff
from sera_core.classifiers.cnn import Classifier
from sera_core.classifiers.familiarity import PREPARATION, FamiliarityIndex, fit_familiarity, see
from sera_core.contracts import BadInput
from sera_core.evaluate.cutoff import cutoff_interval, youden
from sera_core.evaluate.roc import auc
from sera_core.predict import may_have_seen
from sera_core.sheet import read_sheet
from sera_core.study.ship import MARGIN
from sera_core.study.shipped import open_table
from sera_core.train.frames import Frame, decode, prepared, viewed
from sera_core.train.manifest import read_manifest
from sera_core.train.measured import in_region, measured

FEWEST = 20  # cases of each class: with fewer a cut-off is a coin toss
FOLDS = 5
CHUNK = 64
Values = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Local:
    """The local cases: log-odds by the model as it is, labels, patients, and their frames where they are at hand."""

    scores: Values
    labels: NDArray[np.int64]
    patients: NDArray[np.str_]
    centres: tuple[str, ...]
    frames: list[Frame]


def adapt(model: str, source: Path, out: Path, report: Callable[[str], None]) -> Card:
    """Write the model anew, fitted to local cases; returns its card.

    Parameters
    ----------
    model : str
        Id of an installed model.
    source : Path
        A manifest (then familiarity is fitted too), or a table of this model's predictions.
    out : Path
        Folder of the adapted model; its name is the model's id.
    report : callable
        Takes lines of progress.

    Raises
    ------
    BadInput
        For an unknown model, a bad table, fewer than 20 cases of a class, cases that the model may have been trained
        on, or local cases on which it is no better than chance.
    """
    if out.name == model:
        raise BadInput("same_model", f"The adapted model needs a name of its own, not {model}: change --out.")
    found = store.load(model)
    local = _of_predictions(found, source) if _predicted(source) else _of_manifest(found, source, report)
    for label, word in ((0, "negative"), (1, "positive")):
        if (count := int((local.labels == label).sum())) < FEWEST:
            raise BadInput("few_cases", f"Only {count} {word} cases are here: adapting needs {FEWEST} of each class.")
    words = f"{len(local.labels)} local cases of {' and '.join(local.centres)}"
    before = apply(found.card.calibration, local.scores)
    gain = _gain(before, local)
    report(f"log loss with both classes weighing the same: {gain[0]:.3f} as it is, {gain[1]:.3f} adapted (left out)")
    index = _familiar(found, local) if local.frames else found.index
    card = _card(found.card, out.name, local, words, gain, _limit(index) if local.frames else None)
    return store.save(Classifier(card, found.parts, found.svm, index, found.signs), out.parent)


def _predicted(source: Path) -> bool:
    """Whether a file is a table of predictions (or names a shipped study), and not a manifest."""
    if source.suffix == ".parquet" or not source.is_file():
        return True
    return "probability" in read_sheet(source.read_bytes(), source.name).table.to_pandas()


def _of_predictions(found: Classifier, source: Path) -> Local:
    """Log-odds taken back from the probabilities that the model gave."""
    table, _ = open_table(source)
    if found.card.id not in table.models:
        raise BadInput("no_rows", f"{source.name} holds no prediction of {found.card.id}: predict with it first.")
    given = table.probability[:, table.models.index(found.card.id)]
    rows, given = table.cases[~np.isnan(given)], given[~np.isnan(given)]
    plain = logit(np.clip(given, 1e-9, 1 - 1e-9))
    calibration = found.card.calibration
    centres = tuple(sorted(set(rows["centre"].astype(str))))
    scores = (plain - calibration.intercept) / calibration.slope
    return Local(scores, rows["label"].to_numpy(int), rows["patient_id"].astype(str).to_numpy(), centres, [])


def _of_manifest(found: Classifier, source: Path, report: Callable[[str], None]) -> Local:
    """Log-odds of every frame that can be read, averaged over views as the app does."""
    cases = read_manifest(source)
    if any(may_have_seen(found.card, case) for case in cases):
        raise BadInput("seen_before", f"{found.card.id} was trained on cases of this manifest: give others.")
    frames, problems = decode(cases)
    for problem in problems:
        report(problem)
    scores = []
    for start in range(0, len(frames), CHUNK):
        part = frames[start : start + CHUNK]
        signs = measured(part, in_region) if found.card.reads_signs else None
        answer = found.answers(viewed(part, found.card.preparation), signs)
        scores.append(logit(np.clip(answer.probability, 1e-9, 1 - 1e-9)))
        report(f"{min(start + CHUNK, len(frames))}/{len(frames)} frames")
    calibration = found.card.calibration
    plain = (np.concatenate(scores) - calibration.intercept) / calibration.slope
    labels, patients = (np.array([getattr(f.case, name) for f in frames]) for name in ("label", "patient_id"))
    return Local(plain, labels, patients, tuple(sorted({frame.case.centre for frame in frames})), frames)


def _gain(before: Values, local: Local) -> tuple[float, float]:
    """Balanced log loss of the model as it is and adapted, the latter on patients left out of the calibration."""
    from sklearn.metrics import log_loss
    from sklearn.model_selection import StratifiedGroupKFold

    after = np.empty(len(before))
    splitter = StratifiedGroupKFold(FOLDS, shuffle=True, random_state=0)
    for known, asked in splitter.split(before, local.labels, local.patients):
        after[asked] = apply(fit_platt(local.scores[known], local.labels[known], "local cases"), local.scores[asked])
    weight = np.where(local.labels == 1, 1 / local.labels.mean(), 1 / (1 - local.labels.mean()))
    loss = (log_loss(local.labels, probability, sample_weight=weight) for probability in (before, after))
    return next(loss), next(loss)


def _familiar(found: Classifier, local: Local) -> FamiliarityIndex:
    """The index with the local frames beside the training set; each local patient against all others."""
    parts = range(0, len(local.frames), CHUNK)
    seen = np.concatenate([see(prepared(local.frames[k : k + CHUNK], PREPARATION)) for k in parts])
    known = found.index.train
    patients = [f"training image {number}" for number in range(len(known))] + [f"here {p}" for p in local.patients]
    return fit_familiarity(np.concatenate([known, seen]), np.array(patients), found.index.frames)


def _limit(index: FamiliarityIndex) -> float:
    return MARGIN * float(np.percentile(index.leave_one_out, 99))


def _card(card: Card, name: str, local: Local, words: str, gain: tuple[float, float], limit: float | None) -> Card:
    calibration: Calibration = fit_platt(local.scores, local.labels, words)
    probability = apply(calibration, local.scores)
    value = youden(local.labels, probability)
    low, high = cutoff_interval(local.labels, probability, local.patients)
    area = auc(local.labels, probability, patients=np.unique(local.patients, return_inverse=True)[1])
    told = f"adapted to these cases (calibration and cut-off); log loss {gain[0]:.3f} before, {gain[1]:.3f} left out"
    here = CentreResult(
        ", ".join(local.centres), "internal", card.domain, area.value, area.low, area.high,
        area.positives, area.negatives, told,
    )  # fmt: skip
    return replace(
        card,
        id=name,
        title=f"{card.title}, adapted",
        default=False,
        trained_on=f"{card.trained_on} Calibration and cut-off were fitted to {words}.",
        calibration=calibration,
        cutoff=Cutoff(value, min(low, value), max(high, value), "Youden, patient bootstrap", words),
        results=(*(result for result in card.results if result.centre not in local.centres), here),
        familiarity_limit=card.familiarity_limit if limit is None else limit,
        limits=(*card.limits, f"Adapted to {words}: figures there are no external test."),
        files={},
    )
