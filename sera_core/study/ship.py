"""From a trained arm to a model folder: weights, familiarity and a card in which nothing is typed in."""

from __future__ import annotations

from dataclasses import asdict, replace
from pathlib import Path

import numpy as np

from sera_core.classifiers import store
from sera_core.classifiers.calibrate import FLAT
from sera_core.classifiers.card import Card, Kind, Source
from sera_core.classifiers.cnn import Classifier
from sera_core.classifiers.familiarity import PREPARATION, fit_familiarity, see
from sera_core.images.fingerprint import fingerprint
from sera_core.study.answers import results
from sera_core.study.arms import Trained
from sera_core.study.cache import write_csv
from sera_core.study.design import Arm, Design
from sera_core.study.extract import Extractor
from sera_core.study.outsiders import measure_familiarity
from sera_core.study.stage import Stage
from sera_core.train.crossval import Plan
from sera_core.train.frames import Frame, prepared
from sera_core.train.start import IMAGENET, SCRATCH, history

NO_BETTER = "A negative result, kept on request: where its probabilities were fitted it is no better than chance."
OUTSIDERS = 100  # frames whose patches are shuffled
MARGIN = (
    1.3  # refuse beyond this multiple of the distance that 99 % of the training images keep: strangers, not odd frames
)
KINDS: dict[str, Kind] = {"svm": "svm", "signs": "signs", "joined": "joined"}  # of a card, by the recipe's mode
IMAGES = 2000  # so many training images stand for all of them: the index travels with the model


def ship(design: Design, arm: Arm, trained: Trained, out: Path, stage: Stage, models: Path) -> None:
    """Write the model with its card; the default of its kind is also shown what it should refuse.

    Parameters
    ----------
    design : Design
    arm : Arm
    trained : Trained
        What the arm came to.
    out : Path
        Folder of the study.
    stage : Stage
    models : Path
        The model's folder is made in it.
    """
    split = trained.answers.split
    sample = np.sort(np.random.default_rng(0).permutation(len(split.own))[:IMAGES])
    known = [split.own[row] for row in sample]
    look = Extractor(lambda frames: see(prepared(frames, PREPARATION)), stage.within("features", "seen"))
    patients = np.array([frame.case.patient_id for frame in known])
    prints = np.stack([fingerprint(frame.pixels) for frame in split.own])
    index = fit_familiarity(look.features(known), patients, prints)
    limit = MARGIN * float(np.percentile(index.leave_one_out, 99))
    card = _card(design, arm, trained, limit)
    classifier = Classifier(card, trained.fitted.parts, trained.fitted.svm, index, trained.fitted.signs)
    card = store.save(classifier, models)
    if arm.default and split.others:
        home = [frame for frame in split.own if frame.case.centre == arm.sources[0]]
        strangers = [f for f in split.others if design.domain_of(f.case.centre) == design.domain]
        measured = measure_familiarity(replace(classifier, card=card), strangers, home[:OUTSIDERS])
        write_csv(out / "familiarity.csv", measured)


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
        network=answers.network,
        kind=KINDS.get(plan.recipe.mode, "cnn"),
        domain=design.domain,
        default=arm.default,
        trained_on=_trained_on(sources, plan.recipe.weights),
        positive=design.positive,
        preparation=plan.preparation,
        training=sources,
        recipe=recipe,
        calibration=answers.calibration,
        cutoff=answers.cutoff,
        results=results(design, answers.predictions()),
        familiarity_limit=limit,
        limits=design.limits + ((NO_BETTER,) if answers.calibration.slope == FLAT else ()),
        licence="; ".join([design.licence, *_history(plan)]),
    )


def _history(plan: Plan) -> list[str]:
    """Where the body's weights began; measured signs have none."""
    return [] if plan.recipe.mode == "signs" else [history(plan.network, plan.recipe.weights)]


def _trained_on(sources: tuple[Source, ...], weights: str) -> str:
    how = {IMAGENET: "Trained on ", SCRATCH: "Trained from scratch on "}
    start = how.get(weights, f"Started from {weights} and trained on ")
    return start + " and ".join(f"{s.images} frames of {s.name} ({s.labels})" for s in sources) + "."


def _source(design: Design, name: str, frames: list[Frame]) -> Source:
    cases = [frame.case for frame in frames if frame.case.centre == name]
    malignant = sum(case.label for case in cases)
    patients = len({case.patient_id for case in cases})
    return Source(name, len(cases), patients, malignant, len(cases) - malignant, design.labels_of(name))
