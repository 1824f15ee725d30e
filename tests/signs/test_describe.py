"""What is measured and proposed for a nodule on a frame."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from sera_core.contracts import Box, Focus, GreyImage, Margin, Outline, Proposal, Shape
from sera_core.signs import QUANTITIES
from sera_core.signs.describe import description, measured
from sera_core.simulate import SAMPLES, render

FRAME = render(SAMPLES["papillary"].case)


def outline(mask: np.ndarray, confidence: float = 0.9) -> Outline:
    return Outline(mask, Box.around(mask), confidence, "reader")


def test_a_simulated_carcinoma_is_described_and_sized() -> None:
    found = measured(FRAME.image, outline(FRAME.mask))
    assert found is not None
    assert found.size_mm == pytest.approx(FRAME.size_mm, abs=0.5)
    assert found.description.shape is Shape.TALLER_THAN_WIDE
    assert found.description.margin is Margin.IRREGULAR
    assert found.description.foci == {Focus.PUNCTATE}
    assert not found.description.open
    assert [sign.name for sign in found.signs] == [quantity.name for quantity in QUANTITIES]
    assert {sign.unit for sign in found.signs[:4]} == {"mm"}


def test_without_a_scale_there_are_no_millimetres() -> None:
    found = measured(replace(FRAME.image, mm_per_px=None), outline(FRAME.mask))
    assert found is not None
    assert found.size_mm is None
    assert {sign.unit for sign in found.signs[:5]} == {"px", "px2"}


def test_a_real_frame_leaves_to_the_reader_what_is_not_told_well() -> None:
    found = measured(GreyImage(FRAME.image.pixels, FRAME.image.mm_per_px), outline(FRAME.mask))
    assert found is not None
    assert "foci" in found.description.open, "punctate foci are told by chance on real frames"
    assert next(one for one in found.proposals if one.question == "punctate").proposed is False


def test_no_size_of_a_nodule_that_the_frame_cuts() -> None:
    mask = np.roll(FRAME.mask, -FRAME.box.y, axis=0)
    found = measured(FRAME.image, outline(mask))
    assert found is not None
    assert found.size_mm is None


def test_nothing_is_measured_where_no_border_was_found() -> None:
    assert measured(FRAME.image, None) is None
    assert measured(FRAME.image, outline(FRAME.mask, confidence=0.0)) is None
    speck = np.zeros_like(FRAME.mask)
    speck[5:9, 5:9] = True
    assert measured(FRAME.image, Outline(speck, Box(5, 5, 4, 4), 0.9, "box")) is None


@pytest.mark.parametrize(
    ("punctate", "coarse", "foci"),
    [
        (("punctate", True), ("no", True), {Focus.PUNCTATE}),
        (("no", True), ("no", True), set()),
        (("punctate", True), ("no", False), None),
        (("no", False), ("macrocalcification", True), None),
    ],
)
def test_foci_are_proposed_only_when_every_question_about_them_is_answered(
    punctate: tuple[str, bool], coarse: tuple[str, bool], foci: set[Focus] | None
) -> None:
    asked = [
        Proposal("punctate", punctate[0], 0.8, punctate[1]),
        Proposal("macrocalcification", coarse[0], 0.8, coarse[1]),
    ]
    assert description(asked).foci == foci
