"""An installed model made to fit a hospital's own cases: calibration, cut-off and what it takes for familiar.

The body of the network stays as it is. From :data:`REFIT` frames of each class on its last layer is fitted anew to
them, and kept where that is better on patients left out; else which nodule it finds more suspicious than which does not
change, nor does its AUC. How much better its numbers are is measured on folds of patients that had no part in them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
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
from sera_core.images.fingerprint import fingerprint
from sera_core.predict import is_home, may_have_seen, told_known
from sera_core.sheet import read_sheet
from sera_core.study.ship import MARGIN
from sera_core.study.shipped import open_table
from sera_core.train.frames import Frame, decode, prepared, viewed
from sera_core.train.linear import Known, fit_features, fit_joined, fit_signs
from sera_core.train.manifest import read_manifest
from sera_core.train.measured import in_region, measured

FEWEST = 20  # cases of each class: with fewer a cut-off is a coin toss
REFIT = 50  # frames of each class from which on a last layer of their own is tried
FOLDS = 5
CHUNK = 64
Values = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Local:
    """The local cases: log-odds by a model that was not fitted to them, labels and patients.

    Where they are at hand, the frames and what the model sees of them, ``[N, F]``, too.
    """

    scores: Values
    labels: NDArray[np.int64]
    patients: NDArray[np.str_]
    centres: tuple[str, ...]
    frames: list[Frame]
    seen: NDArray[np.float32]


def adapt(model: str, source: Path, out: Path, report: Callable[[str], None]) -> Card:
    """Write the model anew, fitted to local cases; returns its card.

    Parameters
    ----------
    model : str
        Id of an installed model.
    source : Path
        A manifest (then familiarity is fitted too, and the last layer where frames are many), or a table of this
        model's predictions.
    out : Path
        Folder of the adapted model; its name is the model's id.
    report : callable
        Takes lines of progress.

    Raises
    ------
    BadInput
        For an unknown model, a folder that holds something already, a bad table, fewer than 20 cases of a class,
        cases that the model may have been trained on, or local cases on which it is no better than chance.
    """
    found = store.load(model)
    if out.name == model:
        raise BadInput("same_model", f"The adapted model needs a name of its own, not {model}: change --out.")
    store.refuse_taken(out)
    local = _of_predictions(found, source, report) if _predicted(source) else _of_manifest(found, source, report)
    for label, word in ((0, "negative"), (1, "positive")):
        if (count := int((local.labels == label).sum())) < FEWEST:
            raise BadInput("few_cases", f"Only {count} {word} cases are here: adapting needs {FEWEST} of each class.")
    words = f"{len(local.labels)} local cases of {' and '.join(local.centres)}"
    before = apply(found.card.calibration, local.scores)
    found, local, how = _refitted(found, local, report)
    gain = _loss(local, before), _left_out_loss(local)
    report(f"log loss with both classes weighing the same: {gain[0]:.3f} as it is, {gain[1]:.3f} adapted (left out)")
    if gain[1] >= gain[0]:
        report(f"adapting did not help: on patients left out {model} is no worse as it is")
    index = _familiar(found, local) if local.frames else found.index
    card = _card(found.card, out.name, local, words, how, gain, _limit(index) if local.frames else None)
    return store.save(Classifier(card, found.parts, found.svm, index, found.signs), out.parent)


def _predicted(source: Path) -> bool:
    """Whether a file is a table of predictions (or names a shipped study), and not a manifest."""
    if source.suffix == ".parquet" or not source.is_file():
        return True
    return "probability" in read_sheet(source.read_bytes(), source.name).table.to_pandas()


def _of_predictions(found: Classifier, source: Path, report: Callable[[str], None]) -> Local:
    """Log-odds taken back from the probabilities that the model gave, but for the centres that taught it."""
    table, _ = open_table(source)
    if found.card.id not in table.models:
        raise BadInput("no_rows", f"{source.name} holds no prediction of {found.card.id}: predict with it first.")
    given = table.probability[:, table.models.index(found.card.id)]
    home = np.array([is_home(found.card, str(centre)) for centre in table.cases["centre"]])
    if count := int(np.count_nonzero(home & ~np.isnan(given))):
        report(f"{count} rows are left out: {found.card.id} was trained on frames of their centre")
    rows, given = table.cases[~np.isnan(given) & ~home], given[~np.isnan(given) & ~home]
    plain = logit(np.clip(given, 1e-9, 1 - 1e-9))
    calibration = found.card.calibration
    centres = tuple(sorted(set(rows["centre"].astype(str))))
    scores = (plain - calibration.intercept) / calibration.slope
    patients = rows["patient_id"].astype(str).to_numpy()
    return Local(scores, rows["label"].to_numpy(int), patients, centres, [], np.empty((0, 0), np.float32))


def _of_manifest(found: Classifier, source: Path, report: Callable[[str], None]) -> Local:
    """Log-odds of every frame that can be read, averaged over views as the app does."""
    cases = read_manifest(source)
    if any(may_have_seen(found.card, case) for case in cases):
        raise BadInput("seen_before", f"{found.card.id} was trained on cases of this manifest: give others.")
    frames, problems = decode(cases)
    for problem in problems:
        report(problem)
    frames = _unseen(found, frames, report)
    seen = []
    for start in range(0, len(frames), CHUNK):
        part = frames[start : start + CHUNK]
        signs = measured(part, in_region) if found.card.reads_signs else None
        seen.append(found.seen(viewed(part, found.card.preparation), signs).mean(axis=1))
        report(f"{min(start + CHUNK, len(frames))}/{len(frames)} frames")
    features = np.concatenate(seen)
    labels, patients = (np.array([getattr(f.case, name) for f in frames]) for name in ("label", "patient_id"))
    centres = tuple(sorted({frame.case.centre for frame in frames}))
    return Local(found.scores(features), labels, patients, centres, frames, features)


def _unseen(found: Classifier, frames: list[Frame], report: Callable[[str], None]) -> list[Frame]:
    """Without copies of the model's training images, whatever their centre is called here."""
    learnt = found.index.trained_on(np.array([fingerprint(frame.pixels) for frame in frames]))
    if learnt.any():
        report(told_known(found.card.id, int(learnt.sum())))
    kept = [frame for frame, known in zip(frames, learnt, strict=True) if not known]
    if not kept:
        raise BadInput("nothing_new", f"No image is left of which {found.card.id} can be asked: give others.")
    return kept


def _refitted(found: Classifier, local: Local, report: Callable[[str], None]) -> tuple[Classifier, Local, str]:
    """The model with a last layer of the local frames, where these are enough and it is better on those left out.

    The log-odds are then those of layers that had not seen the patient.
    """
    plain = "calibration and cut-off"
    if not local.frames or found.card.kind not in ("cnn", "signs", "joined"):
        return found, local, plain
    if min(np.bincount(local.labels, minlength=2)) < REFIT:
        return found, local, plain
    known = _known(found, local)
    scores = np.empty(len(local.labels))
    for rows, asked in _folds(local):
        scores[asked] = _anew(found, known.of(rows)).scores(local.seen[asked])
    own = replace(local, scores=scores)
    kept, new = _left_out_loss(local), _left_out_loss(own)
    report(f"log loss left out: {kept:.3f} with the last layer as it is, {new:.3f} with one fitted to these cases")
    return (_anew(found, known), own, f"last layer, {plain}") if new < kept else (found, local, plain)


def _known(found: Classifier, local: Local) -> Known:
    width = local.seen.shape[1] - (len(found.signs.quantities) if found.signs else 0)
    features, signs = np.hsplit(local.seen, [width])
    return Known(features, signs, local.labels, local.patients)


def _anew(found: Classifier, known: Known) -> Classifier:
    """The model with what reads its features and signs fitted to known cases."""
    from torch import nn

    if found.card.kind == "signs":
        return replace(found, signs=fit_signs(known))
    last, signs = fit_joined(known) if found.card.kind == "joined" else (fit_features(known), None)
    parts = nn.ModuleDict({**{name: found.parts[name] for name in ("body", "pool")}, "last": last})
    return replace(found, parts=parts, signs=signs)


def _folds(local: Local) -> Iterator[tuple[NDArray[np.intp], NDArray[np.intp]]]:
    from sklearn.model_selection import StratifiedGroupKFold

    splitter = StratifiedGroupKFold(FOLDS, shuffle=True, random_state=0)
    yield from splitter.split(local.labels, local.labels, local.patients)


def _left_out_loss(local: Local) -> float:
    """Balanced log loss, the calibration of each patient being that of the others."""
    after = np.empty(len(local.scores))
    for known, asked in _folds(local):
        calibration = fit_platt(local.scores[known], local.labels[known], "local cases", keep_anyway=True)
        after[asked] = apply(calibration, local.scores[asked])
    return _loss(local, after)


def _loss(local: Local, probability: Values) -> float:
    """Log loss with both classes weighing the same."""
    from sklearn.metrics import log_loss

    weight = np.where(local.labels == 1, 1 / local.labels.mean(), 1 / (1 - local.labels.mean()))
    return float(log_loss(local.labels, probability, sample_weight=weight))


def _familiar(found: Classifier, local: Local) -> FamiliarityIndex:
    """The index with the local frames among the training images; each local patient against all others."""
    parts = range(0, len(local.frames), CHUNK)
    seen = np.concatenate([see(prepared(local.frames[k : k + CHUNK], PREPARATION)) for k in parts])
    known = found.index.train
    patients = [f"training image {number}" for number in range(len(known))] + [f"here {p}" for p in local.patients]
    prints = np.concatenate([found.index.frames, [fingerprint(frame.pixels) for frame in local.frames]])
    return fit_familiarity(np.concatenate([known, seen]), np.array(patients), prints)


def _limit(index: FamiliarityIndex) -> float:
    return MARGIN * float(np.percentile(index.leave_one_out, 99))


def _card(
    card: Card, name: str, local: Local, words: str, how: str, gain: tuple[float, float], limit: float | None
) -> Card:
    calibration: Calibration = fit_platt(local.scores, local.labels, words)
    probability = apply(calibration, local.scores)
    value = youden(local.labels, probability)
    low, high = cutoff_interval(local.labels, probability, local.patients)
    area = auc(local.labels, probability, patients=np.unique(local.patients, return_inverse=True)[1])
    told = f"adapted to these cases ({how}); log loss {gain[0]:.3f} before, {gain[1]:.3f} left out"
    here = CentreResult(
        ", ".join(local.centres), "internal", card.domain, area.value, area.low, area.high,
        area.positives, area.negatives, told,
    )  # fmt: skip
    return replace(
        card,
        id=name,
        title=f"{card.title}, adapted",
        default=False,
        trained_on=f"{card.trained_on} {how.capitalize()} were fitted to {words}.",
        calibration=calibration,
        cutoff=Cutoff(value, min(low, value), max(high, value), "Youden, patient bootstrap", words),
        results=(*(result for result in card.results if result.centre not in local.centres), here),
        familiarity_limit=card.familiarity_limit if limit is None else limit,
        limits=(*card.limits, f"Adapted to {words}: figures there are no external test."),
        files={},
    )
