"""Balance by mirroring, and the random variations of a frame."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import numpy as np
import pytest

from sera_core.contracts import Box
from sera_core.images.prepare import Framing, Preparation, prepare
from sera_core.train.augment import Augmentation, vary
from sera_core.train.frames import balanced, prepared, varied
from tests.drawn import BOX, PREPARATION, frames, picture

STILL = Augmentation(padding=(1.5, 1.5), shift=0, gain=0, gamma=0, speckle=0, mirror=False)


def test_the_rarer_class_of_each_centre_is_filled_up_with_mirrored_frames() -> None:
    here = [f for f in frames(40, centre="Here") if f.case.label == 0 or f.case.case_id < "Here/20"]
    there = [f for f in frames(20, centre="There") if f.case.label == 1 or f.case.case_id == "There/0"]
    chosen = balanced(here + there, np.random.default_rng(0))
    counts = Counter((f.case.centre, f.case.label) for f, _ in chosen)
    assert counts["Here", 0] == counts["Here", 1] == 20
    assert counts["There", 0] == counts["There", 1] == 10
    plain = Counter(f.case.case_id for f, mirrored in chosen if not mirrored)
    assert plain == Counter(f.case.case_id for f in here + there), "every frame once as it is"
    rare = {("Here", 1), ("There", 0)}
    assert {(f.case.centre, f.case.label) for f, mirrored in chosen if mirrored} == rare


def test_balance_is_in_random_order_and_the_same_for_one_seed() -> None:
    made = frames(24)
    orders = [[f.case.case_id for f, _ in balanced(made, np.random.default_rng(seed))] for seed in (0, 0, 1)]
    assert orders[0] == orders[1] != orders[2]
    assert orders[0] != [f.case.case_id for f in made]


def test_a_centre_with_one_class_stays_as_it_is() -> None:
    only = [f for f in frames(12) if f.case.label]
    assert not any(mirrored for _, mirrored in balanced(only, np.random.default_rng(0)))


def test_mirrored_frames_are_mirror_images() -> None:
    (frame,) = frames(1)
    plain, mirrored = varied([(frame, False), (frame, True)], PREPARATION, STILL, np.random.default_rng(0))
    np.testing.assert_array_equal(plain, mirrored[:, ::-1])


def test_without_ranges_a_variation_is_the_crop_of_the_app() -> None:
    pixels = picture(1, 3)
    still = vary(pixels, BOX, PREPARATION, STILL, np.random.default_rng(0))
    np.testing.assert_allclose(still, np.clip(prepare(pixels, BOX, PREPARATION).pixels, 1e-4, 1), atol=1e-6)


def test_up_and_down_are_never_exchanged_and_left_and_right_half_of_the_time() -> None:
    """A frame that is bright at the bottom left must stay bright at the bottom."""
    row, column = np.mgrid[:96, :128]
    pixels = (0.1 + 0.6 * row / 96 + 0.25 * (column < 64)).astype(np.float32)
    left = 0
    for seed in range(200):
        view = vary(pixels, BOX, PREPARATION, Augmentation(), np.random.default_rng(seed))
        assert view[48:].mean() > view[:16].mean()
        left += view[:, :32].mean() > view[:, 32:].mean()
    assert 70 <= left <= 130


def test_variations_stay_between_black_and_white_and_differ() -> None:
    wild = Augmentation(gain=0.5, gamma=1.0, speckle=0.5)
    views = np.stack([vary(picture(1, 0), BOX, PREPARATION, wild, np.random.default_rng(s)) for s in range(50)])
    assert views.dtype == np.float32
    assert views.min() >= 0
    assert views.max() <= 1
    assert np.isfinite(views).all()
    assert len({view.tobytes() for view in views}) == 50


def test_one_seed_gives_one_view_however_many_threads_make_it() -> None:
    batch = [(frame, False) for frame in frames(8)]
    first, second = (varied(batch, PREPARATION, Augmentation(), np.random.default_rng(5)) for _ in range(2))
    np.testing.assert_array_equal(first, second)
    assert first.shape == (8, 64, 64)


def test_padding_is_drawn_evenly_on_the_logarithm() -> None:
    """A centred bright square shrinks in the view as the padding grows; its width tells the padding."""
    pixels = np.full((400, 400), 0.1, np.float32)
    box = Box(170, 170, 60, 60)
    pixels[170:230, 170:230] = 0.9
    how = replace(STILL, padding=(1.3, 3.2))
    views = [vary(pixels, box, PREPARATION, how, np.random.default_rng(s)) for s in range(300)]
    paddings = np.array([64 / (view[32] > 0.5).sum() for view in views])
    assert paddings.min() == pytest.approx(1.3, abs=0.06)
    assert paddings.max() == pytest.approx(3.2, abs=0.2)
    assert np.mean(np.log(paddings)) == pytest.approx(np.log([1.3, 3.2]).mean(), abs=0.06)


@pytest.mark.parametrize("framing", ["square", "letterbox", "stretch", "frame"])
def test_a_slim_box_at_the_edge_does_not_leave_the_frame(framing: Framing) -> None:
    for box in (Box(0, 0, 3, 90), Box(125, 0, 3, 90), Box(0, 0, 120, 2), Box(0, 94, 120, 2)):
        for seed in range(40):
            how = Augmentation(shift=0.3)
            view = vary(picture(0, 0), box, Preparation(16, framing, 1.0, 0.5, 0.5), how, np.random.default_rng(seed))
            assert view.shape == (16, 16)


def test_training_and_the_app_prepare_alike() -> None:
    made = frames(3)
    expected = np.stack([prepare(f.pixels, f.box, PREPARATION).pixels for f in made])
    np.testing.assert_array_equal(prepared(made, PREPARATION), expected)
