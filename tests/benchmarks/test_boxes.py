"""Boxes around a nodule and boxes half beside it, on drawn frames in the folders of real ones."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from sera_core.benchmarks.boxes import KINDS, boxes
from sera_core.contracts import BadInput
from sera_core.simulate.centres import CENTRES
from sera_core.simulate.render import render
from sera_core.simulate.wide import draw_wide


def test_a_box_half_beside_the_nodule_cuts_what_one_around_it_does_not(tmp_path: Path) -> None:
    for folder in ("ddti", "busi"):
        place = tmp_path / folder
        place.mkdir()
        lines = ["image,mask,patient_group"]
        for number in range(3):
            frame = render(draw_wide(CENTRES["internal"], 5_000_000 + number))
            Image.fromarray(np.uint8(255 * frame.image.pixels)).save(place / f"{number}.png")
            Image.fromarray(frame.mask).save(place / f"{number}-mask.png")
            lines.append(f"{number}.png,{number}-mask.png,p{number}")
        (place / "labels.csv").write_text("\n".join(lines))
    rows = boxes(tmp_path)
    assert [(row["frames"], row["box"]) for row in rows] == [
        (name, kind) for name in ("DDTI", "BUSI") for kind in KINDS
    ]
    right, *_, half = rows[: len(KINDS)]
    assert right["n"] >= 2
    assert right["cut"] == 0
    assert right["hit_of_cut"] is None
    assert half["cut"] >= 0.5


def test_without_real_frames_it_says_what_is_missing() -> None:
    with pytest.raises(BadInput, match="--frames"):
        boxes(None)
