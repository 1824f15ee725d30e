"""The physics against closed forms: speckle, resolution, absorption, enhancement, shadow."""

from dataclasses import replace

import numpy as np
import pytest

from sera_core.contracts import Composition
from sera_core.simulate import CENTRES, Anatomy, Case, Nodule, Scanner, render
from sera_core.simulate.anatomy import layout
from sera_core.simulate.canvas import Canvas
from sera_core.simulate.render import depth_gain
from sera_core.simulate.scanner import FWHM_PER_SD, echo, scatterers

SCANNERS = [centre.scanner for centre in CENTRES.values()]


def phantom(scanner: Scanner, level: float = 1.0, repeats: int = 10) -> tuple[np.ndarray, np.ndarray]:
    """Envelopes of one look of homogeneous tissue side by side, and the depths of their rows."""
    depth = ((np.arange(scanner.rows) + 0.5) * scanner.mm_per_px).astype(np.float32)
    flat = np.full((depth.size, scanner.lines), level, np.float32)
    envelopes = []
    for seed in range(repeats):
        noise = scatterers(seed, 0, range(depth.size), range(scanner.lines))
        envelopes.append(echo(flat, 0 * flat, 0 * depth, (noise, noise), scanner, depth))
    return np.hstack(envelopes), depth


@pytest.mark.parametrize("scanner", SCANNERS, ids=lambda s: s.name)
def test_fully_developed_speckle_at_every_depth(scanner: Scanner) -> None:
    envelope, _ = phantom(scanner)
    bands = np.array_split(envelope[6:-6], 12)  # without the rows that the edge of the field touches
    ratios = [band.mean() / band.std() for band in bands]
    assert ratios == pytest.approx([np.sqrt(np.pi / (4 - np.pi))] * 12, rel=0.05)


@pytest.mark.parametrize("scanner", SCANNERS, ids=lambda s: s.name)
def test_log_compressed_speckle_is_fisher_tippett(scanner: Scanner) -> None:
    envelope, _ = phantom(scanner)
    decibel = 20 * np.log10(envelope[6:-6])
    assert decibel.std() == pytest.approx(10 / np.log(10) * np.pi / np.sqrt(6), rel=0.04)
    power = 10 * np.log10((envelope[6:-6] ** 2).mean())
    assert power - decibel.mean() == pytest.approx(2.51, abs=0.15)


@pytest.mark.parametrize("scanner", SCANNERS, ids=lambda s: s.name)
def test_power_does_not_depend_on_depth(scanner: Scanner) -> None:
    envelope, _ = phantom(scanner, level=2.0)
    assert np.sqrt((envelope[6:-6] ** 2).mean(1)) == pytest.approx(2.0, rel=0.15)
    assert np.sqrt((envelope[6:-6] ** 2).mean()) == pytest.approx(2.0, rel=0.02)


def test_a_window_of_the_scatterers_is_the_same_window_of_all() -> None:
    whole = scatterers(9, 1, range(0, 200), range(200))
    assert np.array_equal(scatterers(9, 1, range(70, 150), range(30, 100)), whole[70:150, 30:100])
    assert abs((np.abs(whole) ** 2).mean() - 1) < 0.02


def width(intensity: np.ndarray, axis: int) -> float:
    """Full width at half height, in samples, of the intensity's autocovariance (a Gaussian: from its first lag)."""
    fluctuation = intensity - intensity.mean()
    ahead, behind = [np.delete(fluctuation, edge, axis) for edge in (0, -1)]
    first = (ahead * behind).mean() / fluctuation.var()
    return FWHM_PER_SD / np.sqrt(-2 * np.log(first))


@pytest.mark.parametrize("scanner", SCANNERS, ids=lambda s: s.name)
def test_resolution_cell_is_the_scanners(scanner: Scanner) -> None:
    envelope, depth = phantom(scanner)
    for rows in np.array_split(np.arange(6, depth.size - 6), 8):
        across = np.mean([width(envelope[row : row + 1] ** 2, 1) for row in rows]) * scanner.pitch_mm
        assert across == pytest.approx(scanner.lateral_mm(depth[rows]).mean(), rel=0.10)
    along = width(envelope[6:-6] ** 2, 0) * scanner.mm_per_px
    assert along == pytest.approx(scanner.axial_mm, rel=0.10)


def test_resolution_formulas_give_the_tabulated_cell() -> None:
    # 10 MHz, f-number 2: 0.27 mm across; bandwidth 60 %: 0.11 mm along the beam
    scanner = Scanner(frequency_mhz=10 / 0.72, f_number=2, bandwidth=0.6, focus_mm=20)
    assert scanner.lateral_mm(np.float32([20.0]))[0] == pytest.approx(0.27, abs=0.005)
    assert scanner.axial_mm == pytest.approx(0.11, abs=0.005)
    assert scanner.lateral_mm(np.float32([5.0]))[0] > scanner.lateral_mm(np.float32([20.0]))[0]


@pytest.mark.parametrize("loss", [0.5, 0.9, 1.5])
def test_absorption_slope(loss: float) -> None:
    case = Case(1, Nodule(10), Anatomy(), Scanner(gain_limit_db=0.0, noise_db=-200))
    depth = ((np.arange(300) + 0.5) * case.scanner.mm_per_px).astype(np.float32)
    canvas = Canvas.empty_at(np.linspace(-5, 5, 400, dtype=np.float32)[None, :], depth[:, None])
    canvas.loss[:] = loss
    gain, _ = depth_gain(canvas, case)
    noise = scatterers(3, 0, range(300), range(400))
    amplitude = (10 ** (gain / 20)).astype(np.float32)
    envelope = echo(amplitude, 0 * amplitude, np.zeros(300, np.float32), (noise, noise), case.scanner, depth)
    slope = np.polyfit(depth[5:-5], 10 * np.log10((envelope[5:-5] ** 2).mean(1)), 1)[0]
    assert slope == pytest.approx(-2 * case.scanner.working_mhz * loss / 10, rel=0.05)


QUIET = Scanner(dynamic_range_db=90, gain_db=45, noise_db=-80, smooth_px=0, depth_mm=45, aperture_mm=45)


def level_behind(nodule: Nodule, seed: int, below_mm: float = 1.0, tall_mm: float = 3.0) -> float:
    """Mean decibels in the column behind the middle of the nodule."""
    frame = render(Case(seed, nodule, Anatomy(gland_mm=26, trachea_mm=9.5), QUIET))
    scale, box = QUIET.mm_per_px, frame.box
    top = box.y + box.height + round(below_mm / scale)
    middle, half = round(box.x + box.width / 2), round(1.2 / scale)
    part = frame.image.pixels[top : top + round(tall_mm / scale), middle - half : middle + half]
    return float(part.mean()) * QUIET.dynamic_range_db


def test_enhancement_behind_a_cyst() -> None:
    solid = Nodule(12, 0.8, echo_db=-1.5, edge_mm=0.15)
    cyst = replace(solid, composition=Composition.CYSTIC)
    gain = np.mean([level_behind(cyst, seed) - level_behind(solid, seed) for seed in range(4)])
    expected = 2 * QUIET.working_mhz * 0.1 * solid.height_mm * (0.7 - 0.05)
    assert gain == pytest.approx(expected, rel=0.2)


def test_shadow_behind_a_coarse_calcification_only() -> None:
    plain = Nodule(12, 0.8, echo_db=-7)
    for seed in range(3):
        clear = level_behind(plain, seed)
        assert level_behind(replace(plain, macro_mm=4.0), seed) < clear - 10
        assert level_behind(replace(plain, punctate=12), seed) == pytest.approx(clear, abs=1.0)


@pytest.mark.parametrize("seed", range(5))
def test_trachea_shadows_and_the_gland_outshines_muscle(seed: int) -> None:
    # gland brighter than muscle in all of 50 healthy necks (Ying 1998)
    case = Case(seed, Nodule(5, along=0.5), Anatomy(strap_mm=4.0), QUIET)
    frame, scale, where = render(case), QUIET.mm_per_px, layout(case)
    level = frame.image.pixels * QUIET.dynamic_range_db

    def mean(x: float, z: float, wide: float = 2.0, high: float = 2.0) -> float:
        row, column = round(z / scale), round(x / scale + 224)
        down, across = round(high / 2 / scale), round(wide / 2 / scale)
        return float(level[row - down : row + down, column - across : column + across].mean())

    lobe_x, lobe_z, _, half_depth = where.lobe
    gland = mean(lobe_x - 2, lobe_z + 0.3 * half_depth, 4.0, 4.0)
    strap = mean(lobe_x, case.anatomy.front_mm - 1.2, 6.0, 1.6)
    assert gland > strap + 2
    assert mean(*where.carotid[:2]) < gland - 20
    assert mean(where.trachea[0], where.trachea[1] + where.trachea[2]) < gland - 8
