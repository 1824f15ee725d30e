"""One nodule by name and value: sliders and command line mean the same, and are refused alike."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from sera_core.contracts import BadInput
from sera_core.simulate import SAMPLES, render
from sera_core.simulate.settings import CONTROLS, case_from, parse, settings_of, write_frame


@pytest.mark.parametrize("name", SAMPLES)
def test_settings_and_case_are_the_same_thing_twice(name: str) -> None:
    sample = SAMPLES[name].case
    again = case_from(settings_of(sample))
    assert again.nodule == sample.nodule
    assert (again.scanner, again.seed, again.anatomy.view) == (sample.scanner, sample.seed, sample.anatomy.view)
    assert settings_of(again) == settings_of(sample)


@pytest.mark.parametrize(
    ("settings", "code"),
    [
        ({"composition": "spongiform", "rim_share": "0.5"}, "rim_on_fluid"),
        ({"size_mm": "120"}, "size_range"),
        ({"size_mm": "nan"}, "size_range"),
        ({"size_mm": "wide"}, "no_number"),
        ({"size_mm": "40", "ratio": "0.4", "depth_mm": "50"}, "too_wide"),
        ({"composition": "wood"}, "unknown_word"),
        ({"colour": "red"}, "unknown_setting"),
        ({"frequency_mhz": "300"}, "setting_range"),
        ({"noise_db": "nan"}, "setting_range"),
        ({"punctate": "2.5"}, "no_whole_number"),
        ({"seed": "-1"}, "setting_range"),
        ({"centre": "Z"}, "unknown_centre"),
    ],
)
def test_what_cannot_be_is_refused_in_one_sentence(settings: dict[str, str], code: str) -> None:
    with pytest.raises(BadInput) as refused:
        case_from(settings)
    assert refused.value.code == code
    assert refused.value.message.endswith(".")


def test_words_without_a_value_are_refused() -> None:
    assert parse(["size_mm=12", "view=transverse"]) == {"size_mm": "12", "view": "transverse"}
    for word in ("size_mm", "size_mm=", "=12"):
        with pytest.raises(BadInput, match="name=value"):
            parse([word])


@pytest.mark.parametrize("end", ["low", "high"])
@pytest.mark.parametrize("name", sorted(set(CONTROLS) - {"size_mm", "ratio"}))
def test_every_control_may_go_to_its_ends(name: str, end: str) -> None:
    value = getattr(CONTROLS[name], end)
    assert settings_of(case_from({name: value}))[name] == value


def test_one_frame_on_disk_with_its_truth(tmp_path: Path) -> None:
    case = case_from({"size_mm": 9, "echo_db": -14, "punctate": 5})
    written = write_frame(tmp_path / "one", case)
    frame = render(case)
    np.testing.assert_array_equal(np.asarray(Image.open(str(written["image"]))), np.round(frame.image.pixels * 255))
    truth = json.loads((tmp_path / "one" / "truth.json").read_text())
    assert truth["box"] == frame.box.as_list()
    assert truth["foci"] == ["punctate"]
    assert truth["echogenicity"] == "very_hypoechoic"
    assert not list((tmp_path / "one").glob(".*.part"))
