"""Views that leave nothing but the nodule, and early activations that are kept."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from sera_core.images.prepare import normalise
from sera_core.nets.split import stages
from sera_core.train.augment import Augmentation
from sera_core.train.disguise import surrounded
from sera_core.train.frames import varied
from sera_core.train.kept import Kept, draw
from sera_core.train.masks import ellipse
from sera_core.train.recipes import Recipe
from sera_core.train.start import begun
from tests.drawn import NETWORK, PREPARATION, frames


@pytest.mark.parametrize("seed", range(12))
def test_other_surroundings_leave_the_nodule_as_it_is(seed: int) -> None:
    random = np.random.default_rng(seed)
    crop, other = random.random((64, 64)).astype(np.float32), random.random((90, 130)).astype(np.float32)
    rows, columns = np.mgrid[:64, :64] - 31.5
    away = np.hypot(rows, columns)
    found = surrounded(crop, (away < 12).astype(np.float32), other, random)
    np.testing.assert_allclose(found[away < 8], crop[away < 8], atol=0.01)  # its border fades over a few pixels
    assert np.abs(found - crop)[away > 28].mean() > 0.02


def test_no_box_leaves_the_frame_and_every_variation_stays_in_range() -> None:
    how = Augmentation(padding=(1.0, 1.8), edges=0.15, surroundings=1.0, coarse=1.0, callipers=1.0)
    views = varied([(frame, False) for frame in frames(12)], PREPARATION, how, np.random.default_rng(0))
    assert views.shape == (12, PREPARATION.input_px, PREPARATION.input_px)
    assert views.min() >= 0
    assert views.max() <= 1
    again = varied([(frame, False) for frame in frames(12)], PREPARATION, how, np.random.default_rng(0))
    np.testing.assert_array_equal(views, again)


def test_without_a_drawn_outline_the_ellipse_in_the_box_stands_for_it() -> None:
    frame = frames(1)[0]
    area = np.pi / 4 * frame.box.width * frame.box.height
    assert frame.mask.sum() == pytest.approx(area, rel=0.03)
    np.testing.assert_array_equal(frame.mask, ellipse(frame.levels.shape, frame.box))


def test_kept_activations_are_those_of_the_fixed_stages() -> None:
    known = frames(6)
    recipe = Recipe("finetune", batch=3, kept_views=2, frozen_stages=1)
    low = draw(NETWORK, known, PREPARATION, recipe, lambda line: None)
    assert low.shape[:2] == (2, 6)
    early, _ = stages(begun(NETWORK, recipe.weights).eval(), 1)
    (batch, *_) = Kept(known, low).batches(known, recipe, np.random.default_rng(0), 0, 1)
    assert len(batch.inputs) == len(batch.targets) == 3
    still = replace(recipe, augmentation=Augmentation((1, 1), 0, 0, 0, 0, mirror=False), kept_views=1)
    import torch

    with torch.no_grad():
        crops = varied([(f, False) for f in known], PREPARATION, still.augmentation, np.random.default_rng(0))
        expected = early(torch.from_numpy(normalise(crops, PREPARATION)))
    found = draw(NETWORK, known, PREPARATION, still, lambda line: None)[0]
    np.testing.assert_allclose(found.astype(np.float32), expected.numpy(), atol=0.02)
