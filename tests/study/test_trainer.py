"""The trainer that every arm of a study runs: what is left out is not looked at."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from sera_core.signs.quantities import SCALE_FREE
from sera_core.study.cache import plan_key
from sera_core.study.extract import of_signs, preparation_of
from sera_core.study.outliners import ByReaders, Outliner
from sera_core.study.stage import Stage
from sera_core.study.trainer import trainer
from sera_core.train.crossval import Plan
from sera_core.train.frames import Frame, viewed
from sera_core.train.loop import Fitted
from sera_core.train.recipes import Recipe
from tests.drawn import NETWORK, PREPARATION, frames
from tests.study.test_run import FRAMED

VIEWS = viewed(frames(6, seed=500), PREPARATION)
PLANS = {
    "transfer": (NETWORK, Recipe("transfer", epochs=3, batch=8, rate=0.005, views=1)),
    "svm": (NETWORK, Recipe("svm")),
    "linear": (NETWORK, Recipe("linear")),
    "signs": (NETWORK, Recipe("signs")),
    "joined": (NETWORK, Recipe("joined")),
    "texture": ("glcm", Recipe("rf")),
    "finetune": (NETWORK, Recipe("finetune", epochs=1, batch=8, averaging=0.5, soup=2)),
}


def without(plan: Plan, known: list[Frame], fold: str, work: Path) -> Fitted:
    return trainer(plan, known, Stage(work, lambda line: None), work / "stages" / plan_key(plan, known))(fold)


def told(fitted: Fitted, features: np.ndarray) -> np.ndarray:
    return fitted.answer(features) if "body" not in fitted.parts or fitted.signs else fitted.scores(VIEWS)


@pytest.mark.parametrize("kind", PLANS)
def test_no_arm_looks_at_the_fold_it_leaves_out(kind: str, tmp_path: Path) -> None:
    """Turn every label of fold 0 round: the model that leaves fold 0 out must not change at all."""
    known = frames(24)
    turned = [
        replace(f, case=replace(f.case, label=1 - f.case.label, target=1 - f.case.target)) if f.case.split == "0" else f
        for f in known
    ]
    network, recipe = PLANS[kind]
    plan = Plan(network, preparation_of(FRAMED, network), recipe, ("Here",))
    # the finished features of one data set serve the other: labels are no part of them
    first, second = (without(plan, made, "0", tmp_path) for made in (known, turned))
    third = without(plan, turned, "1", tmp_path)
    asked = np.random.default_rng(0).random((6, 1280 + len(SCALE_FREE)), np.float32)
    width = getattr(first.svm, "n_features_in_", asked.shape[1])
    answers = [told(fitted, asked[:, :width]) for fitted in (first, second, third)]
    np.testing.assert_allclose(answers[0], answers[1], rtol=0, atol=1e-6)
    assert not np.allclose(answers[0], answers[2])


def test_what_was_fitted_to_a_fold_is_kept(tmp_path: Path) -> None:
    """The report of robustness asks for the folds again, change by change."""
    network, recipe = PLANS["svm"]
    plan = Plan(network, preparation_of(FRAMED, network), recipe, ("Here",))
    fit = trainer(plan, frames(24), Stage(tmp_path, lambda line: None), tmp_path / "stages")
    assert fit("0") is fit("0")
    assert fit("0") is not fit("1")


def test_what_was_measured_in_one_networks_outlines_does_not_stand_for_anothers(tmp_path: Path) -> None:
    stage = Stage(tmp_path, lambda line: None)
    drawn_by = Outliner(), Outliner(named="first"), Outliner(named="second"), ByReaders()
    assert len({of_signs(by, stage).stage.work for by in drawn_by}) == len(drawn_by)
