"""The models of a study: single networks and textures, concatenations of their features, ensembles of answers."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import numpy as np
from scipy.special import logit

from sera_core.contracts import BadInput
from sera_core.study.answers import TEST, Answers, Scores, Split, Values, calibrated
from sera_core.study.cache import cached_in, hashed, plan_key
from sera_core.study.design import Arm, Concatenation, Design, Ensemble
from sera_core.study.extract import Extractor, Features, SideBySide, fixed, of_signs, preparation_of, seen_by
from sera_core.study.outliners import Outliner, outliner
from sera_core.study.stage import Stage
from sera_core.study.trainer import trainer
from sera_core.train.crossval import Plan, Trainer, in_folds, out_of_fold
from sera_core.train.frames import Frame
from sera_core.train.frozen import Bank, fit_frozen
from sera_core.train.loop import Fitted
from sera_core.train.recipes import SIGNS_MODES

HELD_FOLD, HOLDOUT_FOLDS = "0", 6
Look = Callable[[list[Frame]], Features]


@dataclass(frozen=True, eq=False)
class Trained:
    """A single model: its answers, what was fitted, and what extracts its features at one of its feature layers.

    ``keep`` is the folder of its finished stages; ``look`` is what one fitted network sees of frames that are not kept,
    in outlines by whom one likes.
    """

    answers: Answers
    plan: Plan
    fitted: Fitted
    at: Callable[[str], Extractor | SideBySide]
    train: Trainer
    keep: Path
    outlines: Outliner
    look: Callable[[Fitted, Outliner], Look]

    def features(self, frames: list[Frame]) -> Features:
        """Features ``[N, F]`` of any frames, at the layer that the model itself reads."""
        return self.at(self.plan.layer).features(frames)


def split_of(design: Design, sources: tuple[str, ...], frames: list[Frame], limit: int | None) -> Split:
    """Who trains, who calibrates and who tests a model with these sources."""
    folds = HOLDOUT_FOLDS if design.validation == "holdout" else design.folds
    own = in_folds([f for f in frames if f.case.centre in sources and f.case.split != TEST], folds)
    inside = own
    if design.validation == "holdout":
        inside = [frame for frame in own if frame.case.split == HELD_FOLD]
        own = inside + _limited([frame for frame in own if frame.case.split != HELD_FOLD], limit)
    return Split(
        own=own,
        inside=inside,
        held_out=[f for f in frames if f.case.centre in sources and f.case.split == TEST],
        others=[f for f in frames if f.case.centre not in sources],
        home=sources[0],
    )


def _limited(frames: list[Frame], limit: int | None) -> list[Frame]:
    if limit is None or limit >= len(frames):
        return frames
    return [frames[row] for row in sorted(np.random.default_rng(0).permutation(len(frames))[:limit])]


def train_arm(design: Design, arm: Arm, frames: list[Frame], stage: Stage) -> Trained:
    """Train one arm as the design's validation says, and let it answer every frame it was not trained on."""
    network, held, mode = design.network_of(arm), design.validation == "holdout", arm.recipe.mode
    plan = Plan(network, preparation_of(arm.prepare, network), arm.recipe, arm.sources, arm.layer)
    split = split_of(design, arm.sources, frames, arm.limit)
    outlines = outliner(design.outliners, stage)
    drawn = f"-{outlines.stamp}" if mode in SIGNS_MODES else ""
    keep = stage.work / "stages" / (plan_key(plan, split.own) + drawn)
    start = time.monotonic()
    train = trainer(plan, split.own, stage, keep, outlines)

    def standing(layer: str, drawn: Outliner) -> Extractor | SideBySide:
        """Of a mode that changes no body."""
        signs = of_signs(drawn, stage)
        body = fixed(network, plan.preparation, stage, arm.recipe.weights, layer)
        if mode == "signs":
            return signs
        return SideBySide((body, signs)) if mode == "joined" else body

    def look(by: Fitted, drawn: Outliner) -> Look:
        if mode != "finetune":
            return standing(plan.layer, drawn).compute
        return partial(seen_by, by.parts, preparation=plan.preparation)

    def left_out(fold: str, part: list[Frame]) -> Values:
        by = train(fold)
        see = look(by, outlines) if mode == "finetune" else standing(plan.layer, outlines).features
        return by.answer(see(part))

    inside = None if held else out_of_fold(split.own, left_out, cached_in(keep))
    fitted = train(HELD_FOLD if held else None)
    seconds = _seconds(keep, start)

    def at(layer: str) -> Extractor | SideBySide:
        if mode != "finetune":
            return standing(layer, outlines)
        read = partial(seen_by, fitted.parts, preparation=plan.preparation, layer=layer)
        key = [keep.name, held, *([layer] if layer else [])]
        return Extractor(read, stage.within("features", hashed(key)))

    extract = at(plan.layer)
    scores = split.scores(lambda part: fitted.answer(extract.features(part)), inside)
    images = len(split.own) - (len(split.inside) if held else 0)
    names = (arm.id, arm.title, "signs" if mode == "signs" else network, mode)
    kept = design if arm.ship else replace(design, keep_anyway=True)  # what is only compared may well know nothing
    answers = calibrated(kept, names, split, scores, images, seconds)
    return Trained(answers, plan, fitted, at, train, keep, outlines, look)


def concatenate(design: Design, joined: Concatenation, arms: dict[str, Trained], stage: Stage) -> Answers:
    """One classifier on the features of several arms.

    Raises
    ------
    BadInput
        When the members have different sources.
    """
    members = [arms[name] for name in joined.members]
    split = _common(joined.id, [member.answers.split for member in members])
    start = time.monotonic()

    def features(frames: list[Frame]) -> Features:
        return np.hstack([member.features(frames) for member in members])

    training = _limited([frame for frame in split.own if frame.case.split != HELD_FOLD], joined.limit)
    plain = features(training)
    stage.report(f"{plain.shape[1]} features of {len(training)} images")
    bank = Bank(training, None, plain, plain[None])
    fitted = fit_frozen(bank, np.arange(len(training)), members[0].plan.preparation, joined.recipe)
    scores = split.scores(lambda part: fitted.answer(features(part)))
    names = (joined.id, joined.title, "+".join(m.plan.network for m in members), f"features, {joined.recipe.mode}")
    seconds = time.monotonic() - start + sum(member.answers.seconds for member in members)
    return calibrated(design, names, split, scores, len(training), seconds)


def vote(design: Design, ensemble: Ensemble, models: dict[str, Answers]) -> Answers:
    """The mean of several models' probabilities, or their mean weighted by AUC over chance at home; calibrated anew.

    Raises
    ------
    BadInput
        When the members have different sources.
    """
    members = [models[name] for name in ensemble.members]
    split = _common(ensemble.id, [member.split for member in members])
    weights = np.array([member.home_auc() - 0.5 if ensemble.vote == "weighted" else 1.0 for member in members])

    def mean(parts: list[Values]) -> Values:
        return logit(np.clip(np.average(np.array(parts), axis=0, weights=weights), 1e-6, 1 - 1e-6))

    said = [member.probabilities for member in members]
    scores = Scores(mean([s.inside for s in said]), mean([s.held_out for s in said]), mean([s.others for s in said]))
    names = (ensemble.id, ensemble.title, "+".join(member.id for member in members), f"ensemble, {ensemble.vote}")
    images, seconds = max(member.images for member in members), sum(member.seconds for member in members)
    return calibrated(design, names, split, scores, images, seconds)


def _common(name: str, splits: list[Split]) -> Split:
    first = splits[0]
    for split in splits[1:]:
        same = [f.case.case_id for f in split.inside] == [f.case.case_id for f in first.inside]
        if not same or len(split.others) != len(first.others):
            raise BadInput("bad_design", f"The members of {name} have different sources: give them the same ones.")
    return min(splits, key=lambda split: len(split.own))


def _seconds(stage: Path, start: float) -> float:
    """Wall time of the training as it was when it was run, not when it was read from disk."""
    return float(cached_in(stage)("seconds", lambda: np.array([time.monotonic() - start]))[0])
