"""Echo measurements on drawn nodules whose levels are known."""

from __future__ import annotations

from dataclasses import asdict

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import ndimage

from sera_core.contracts import BadInput, Grey
from sera_core.signs import QUANTITIES, Signs, measure
from sera_core.signs.echo import BLACK, Echo, echoes, standard
from sera_core.signs.quantities import SCALE_FREE

SIZE = 300
Y, X = np.mgrid[:SIZE, :SIZE] - SIZE / 2
AWAY = np.hypot(X, Y)
DISC: NDArray[np.bool_] = AWAY <= 60


def drawn(inside: float = 0.3, outside: float = 0.6, blur: float = 0.0, noise: float = 0.0) -> Grey:
    """A disc of radius 60 in the middle of a flat field."""
    grey = ndimage.gaussian_filter(np.where(DISC, inside, outside), blur) if blur else np.where(DISC, inside, outside)
    return np.asarray(grey + noise * np.random.default_rng(1).normal(size=grey.shape), np.float32).clip(0, 1)


def seen(grey: Grey) -> Echo:
    return echoes(grey, DISC, (1, 1))


def unscaled(signs: Signs) -> NDArray[np.float64]:
    """The quantities that need no scale."""
    return np.asarray([signs[name] for name in SCALE_FREE])


@pytest.mark.parametrize("inside", [0.3, 0.6, 0.75])
def test_echo_is_the_logarithm_of_the_grey_ratio(inside: float) -> None:
    found = seen(drawn(inside))
    assert found.echo == pytest.approx(np.log(inside / 0.6), abs=0.02)
    assert found.edge_contrast == pytest.approx((0.6 - inside) / 0.6, abs=0.03)


def test_lit_is_where_the_median_is_not_black() -> None:
    dark = drawn(0.02, 0.02, noise=0.01)
    patch = standard(dark, DISC, (1, 1))
    assert 0.2 < patch.lit.mean() < 0.8
    np.testing.assert_array_equal(patch.lit, ndimage.median_filter(patch.grey, 5) > BLACK)


def test_gain_changes_no_ratio() -> None:
    grey = drawn(0.3, 0.6, noise=0.03)
    loud, quiet = seen(grey), seen((grey * 0.6).astype(np.float32))
    for name in ("echo", "darkest", "dark_share", "heterogeneity", "behind", "edge_contrast", "edge_sharpness"):
        assert getattr(loud, name) == pytest.approx(getattr(quiet, name), abs=0.02), name


def test_the_same_nodule_at_half_the_size_reads_the_same() -> None:
    grey = drawn(0.3, 0.6, blur=3)
    small = np.asarray(ndimage.zoom(grey, 0.5, order=1), np.float32)
    disc = ndimage.zoom(DISC.astype(float), 0.5, order=1) >= 0.5
    large, half = asdict(seen(grey)), asdict(echoes(small, disc, (1, 1)))
    for name, value in large.items():
        assert half[name] == pytest.approx(value, abs=0.06), name


def test_fluid_in_half_of_the_nodule() -> None:
    grey = drawn(0.5, 0.6)
    grey[DISC & (X < 0)] = 0.05
    assert seen(grey).dark_share == pytest.approx(0.5, abs=0.05)
    assert seen(drawn(0.5)).dark_share == 0
    assert seen(grey).echo == pytest.approx(np.log(0.5 / 0.6), abs=0.05), "the solid part alone"


def test_enhancement_and_shadow() -> None:
    under = (np.abs(X) < 60) & (Y > 60)
    for level, sign in ((0.9, 1), (0.2, -1)):
        grey = drawn(0.3, 0.6)
        grey[under & ~DISC] = level
        assert seen(grey).behind == pytest.approx(np.log(level / 0.6), abs=0.1)
        assert np.sign(seen(grey).behind) == sign
    assert abs(seen(drawn(0.3, 0.6)).behind) < 0.02


@pytest.mark.parametrize("number", [0, 1, 5])
def test_small_bright_foci_are_counted(number: int) -> None:
    grey = drawn(0.3, 0.6)
    for k in range(number):
        y, x = 150 + 30 * np.cos(2 * np.pi * k / 5), 150 + 30 * np.sin(2 * np.pi * k / 5)
        grey[int(y) - 1 : int(y) + 3, int(x) - 1 : int(x) + 3] = 1
    assert seen(grey).spots == number


def test_a_coarse_calcification_stands_out_and_is_no_small_focus() -> None:
    grey = drawn(0.3, 0.6)
    grey[AWAY < 12] = 1.0
    assert seen(grey).brightest > 0.5
    assert seen(grey).bright_share == 0
    grey[AWAY < 12] = 1.0
    dark = (grey * np.where(DISC & (AWAY >= 12), 1, 0.5)).astype(np.float32)
    dark[AWAY < 12] = 1.0
    assert seen(dark).bright_share == pytest.approx((12 / 55) ** 2, abs=0.02)


def test_a_faded_border_is_less_sharp() -> None:
    sharp, faded = seen(drawn(0.3, 0.6, blur=1)), seen(drawn(0.3, 0.6, blur=10))
    assert sharp.edge_sharpness > 1.5 * faded.edge_sharpness


def test_a_border_without_contrast_is_lost() -> None:
    assert seen(drawn(0.6, 0.6, noise=0.1)).lost_border > 0.7
    assert seen(drawn(0.2, 0.6, noise=0.1)).lost_border < 0.05
    half = np.where(X > 0, drawn(0.2, 0.6, noise=0.1), drawn(0.6, 0.6, noise=0.1)).astype(np.float32)
    assert seen(half).lost_border == pytest.approx(0.4, abs=0.1), "half of the border, most of it"


def test_a_halo_is_darker_than_both_sides() -> None:
    grey = drawn(0.55, 0.6)
    grey[(AWAY > 58) & (AWAY < 66)] = 0.2
    assert seen(grey).halo > 0.3
    assert -0.1 < seen(drawn(0.55, 0.6)).halo <= 0


def test_every_quantity_has_a_name_and_a_number() -> None:
    signs = measure(drawn(noise=0.05), DISC, (0.1, 0.1))
    assert set(signs.as_dict()) == {*asdict(signs.geometry), *asdict(signs.echo)}
    assert len({quantity.title for quantity in QUANTITIES}) == len(QUANTITIES)
    assert unscaled(signs).shape == (len(SCALE_FREE),)
    assert np.isfinite(unscaled(signs)).all()


def test_without_a_scale_only_lengths_change() -> None:
    grey = drawn(noise=0.05)
    plain, scaled = measure(grey, DISC), measure(grey, DISC, (0.1, 0.1))
    assert scaled.in_mm
    assert not plain.in_mm
    assert np.allclose(unscaled(plain), unscaled(scaled))
    assert scaled["long"] == pytest.approx(plain["long"] / 10)


def test_a_nodule_at_the_edge_of_the_frame_is_cut() -> None:
    mask = np.roll(DISC, 95, axis=1)
    mask[:, :100] = False
    assert measure(drawn(), mask).cut
    assert not measure(drawn(), DISC).cut


def test_outlines_that_cannot_be_measured() -> None:
    with pytest.raises(BadInput, match="400 x 200 pixels and the frame 300 x 300"):
        measure(drawn(), np.ones((200, 400), bool))
    with pytest.raises(BadInput, match="49 pixels, too few"):
        measure(drawn(), (np.abs(X) <= 3) & (np.abs(Y) <= 3))


@pytest.mark.parametrize("level", [0.0, 1.0])
def test_a_flat_frame_gives_finite_numbers(level: float) -> None:
    assert np.isfinite(unscaled(measure(np.full((SIZE, SIZE), level, np.float32), DISC))).all()


def test_a_nodule_that_fills_the_frame_gives_finite_numbers() -> None:
    assert np.isfinite(unscaled(measure(drawn(noise=0.1), np.ones((SIZE, SIZE), bool)))).all()
