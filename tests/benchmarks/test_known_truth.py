"""The benchmark of explanation on what needs no network: its intervals, its pairs, its rows in words."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from sera_core.benchmarks.folds import networks_of_folds
from sera_core.benchmarks.pointing import estimate
from sera_core.contracts import BadInput
from sera_core.simulate.render import punctate_pixels, render
from sera_core.simulate.samples import SAMPLES
from sera_core.wording.command_line import benchmark


def test_an_interval_counts_patients_not_frames():
    rng = np.random.default_rng(0)
    values = rng.random(40)
    once = estimate("share", values, [str(k) for k in range(40)])
    doubled = estimate("share", np.repeat(values, 5), [str(k) for k in range(40) for _ in range(5)])
    assert doubled == pytest.approx(once)
    wanted = 1.96 * values.std() / 40**0.5
    assert once["share_high"] - once["share"] == pytest.approx(wanted, rel=0.15)


def test_a_nodule_with_and_without_foci_differs_at_the_foci_alone():
    case = SAMPLES["papillary"].case
    bare = render(replace(case, nodule=replace(case.nodule, punctate=0)))
    frame, points = render(case), punctate_pixels(case)
    changed = np.abs(frame.image.pixels - bare.image.pixels)
    assert len(points) == case.nodule.punctate
    rows, columns = np.indices(changed.shape)
    away = np.min([np.hypot(columns - x, rows - y) for x, y in points], axis=0) * case.scanner.mm_per_px
    assert changed[away > 4].max() == 0
    assert changed[away < 0.3].max() > 0.3
    hottest = away.flat[int(np.argmax(changed))]
    assert hottest < 0.6
    other = punctate_pixels(case, 1)
    assert not np.allclose(other[: len(points)], points[: len(other)])
    assert frame.mask[other[:, 1].round().astype(int), other[:, 0].round().astype(int)].all()


def test_rows_are_told_with_their_intervals_and_without_hashes():
    row = {"model": "m", "map": "edges", "n": 3}
    told = benchmark(
        [
            row | {"ratio": 1.234, "ratio_low": 1.0, "ratio_high": 1.5},
            row | {"sha256": "abc", "heat": 0.5, "heat_low": 0.4, "heat_high": 0.6},
        ]
    )
    assert "1.23 (1.00–1.50)" in told
    assert "0.50 (0.40–0.60)" in told
    assert "abc" not in told


def test_outlines_are_told_as_a_table_and_their_time_beneath() -> None:
    ends = (("", 0.7), ("_low", 0.6), ("_high", 0.8))
    figures = {f"{name}{end}": value for name in ("dice", "iou") for end, value in ends}
    time = {"name": "outline, whole proposal", "value": 61.0, "unit": "ms", "versus": "60 ms", "ratio": 1.02}
    told = benchmark([{"asked": "click", "n": 60, **figures}, time])
    assert "0.70 (0.60–0.80)" in told
    assert told.endswith("outline, whole proposal: 61 ms (1.02 x 60 ms)")


def test_folds_that_belong_to_no_installed_model_are_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="holds no finished training of an installed model"):
        networks_of_folds(tmp_path)
