"""Three diameters and a volume from two frames, on the command line as in Python."""

from __future__ import annotations

import json
from dataclasses import replace
from math import pi
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from sera_core.cli import main
from sera_core.contracts import BadInput, Box, GreyImage, Outline
from sera_core.signs.volume import diameters_in
from sera_core.simulate import SAMPLES, Frame, render
from sera_core.simulate.case import View


@pytest.fixture(scope="module")
def views() -> tuple[Frame, Frame]:
    across = SAMPLES["follicular"].case
    along = replace(across, anatomy=replace(across.anatomy, view=View.LONGITUDINAL))
    return render(across), render(along)


def true(frame: Frame) -> tuple[GreyImage, Outline]:
    return frame.image, Outline(frame.mask, Box.around(frame.mask), 1.0, "reader")


def test_the_command_line_measures_two_views(
    views: tuple[Frame, Frame], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    across, along = views
    for name, frame in (("across", across), ("along", along)):
        Image.fromarray((frame.image.pixels * 255).round().astype(np.uint8)).save(tmp_path / f"{name}.png")
    assert across.image.mm_per_px is not None
    asked = ["measure", str(tmp_path / "across.png"), "--longitudinal", str(tmp_path / "along.png")]
    asked += ["--roi", *map(str, across.box.as_list()), "--longitudinal-roi", *map(str, along.box.as_list())]
    asked += ["--mm-per-px", str(across.image.mm_per_px[0])]
    assert main([*asked, "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    three = diameters_in(true(across), true(along))
    for name, value in found["diameters_mm"].items():
        assert value == pytest.approx(getattr(three, name), rel=0.1), name
    product = np.prod(list(found["diameters_mm"].values()))
    assert found["volume_ml"] == pytest.approx(pi / 6 * product / 1000)
    assert found["signs"]["long"]["unit"] == "mm"
    assert main(asked[:-2]) == 2
    assert "no scale" in capsys.readouterr().err
    (tmp_path / "along.png").write_text("no picture")
    assert main(asked) == 2
    assert capsys.readouterr().err.startswith("sera: along.png: The file is not a picture")


def test_a_nodule_that_the_frame_cuts_has_no_diameter(views: tuple[Frame, Frame]) -> None:
    image, outline = true(views[0])
    cut = np.roll(outline.mask, -outline.box.y, axis=0)
    with pytest.raises(BadInput, match="longitudinal view cuts"):
        diameters_in((image, outline), (image, replace(outline, mask=cut, box=Box.around(cut))))
