"""Every control can be read back from the picture by a plain measurement."""

from dataclasses import replace

import numpy as np
import pytest
from scipy import ndimage

from sera_core.contracts import BadInput, Composition, Echogenicity, Focus, Margin, Shape
from sera_core.simulate import SAMPLES, Anatomy, Case, Frame, Nodule, Scanner, View, render
from sera_core.simulate.centres import INTERNAL

SEEDS = range(3)
PLAIN = Nodule(14, 0.75, echo_db=-6)


def frames(nodule: Nodule) -> list[Frame]:
    return [render(Case(seed, nodule, Anatomy(view=View.LONGITUDINAL, gland_mm=20), INTERNAL)) for seed in SEEDS]


def average(nodule: Nodule, measure) -> float:
    return float(np.mean([measure(frame) for frame in frames(nodule)]))


def depth_map(frame: Frame) -> np.ndarray:
    """Signed distance to the border in mm, positive inside."""
    inside, outside = ndimage.distance_transform_edt(frame.mask), ndimage.distance_transform_edt(~frame.mask)
    return (inside - outside) * frame.image.mm_per_px[0]


def ratio(frame: Frame) -> float:
    away = depth_map(frame)
    return frame.image.pixels[frame.mask].mean() / frame.image.pixels[(away < -0.5) & (away > -2)].mean()


def dark_share(frame: Frame) -> float:
    smooth = ndimage.gaussian_filter(frame.image.pixels, 1.5)
    return float((smooth[frame.mask] < 0.14).mean())


def border_contrast(frame: Frame) -> float:
    """How much of the step between inside and outside happens within half a millimetre of the border."""
    away, grey = depth_map(frame), frame.image.pixels

    def mean(low: float, high: float) -> float:
        return float(grey[(away > low) & (away < high)].mean())

    return (mean(-0.6, -0.1) - mean(0.1, 0.6)) / (mean(-2.5, -1.8) - mean(1.8, 3.0))


def roughness(frame: Frame) -> float:
    """Perimeter squared over area of the dark region that thresholding finds, against a disc."""
    smooth = ndimage.gaussian_filter(frame.image.pixels, 3)
    away = depth_map(frame)
    middle = (smooth[away > 1.5].mean() + smooth[(away < -1) & (away > -2.5)].mean()) / 2
    region = (smooth < middle) & (away > -1.5)
    region = ndimage.binary_opening(region, iterations=2)
    edge = region & ~ndimage.binary_erosion(region)
    return float(edge.sum() ** 2 / region.sum())


def bright_spots(frame: Frame) -> int:
    grey = frame.image.pixels
    inside = ndimage.binary_erosion(frame.mask, iterations=6)
    limit = grey[inside].mean() + 4.0 * np.median(np.abs(grey[inside] - np.median(grey[inside]))) / 0.6745
    return int(ndimage.label((grey > limit) & inside)[1])


def test_echo_level() -> None:
    levels = [average(replace(PLAIN, echo_db=level), ratio) for level in (4.0, -1.0, -8.0, -14.0)]
    assert levels == sorted(levels, reverse=True)
    assert levels[0] > 1.02
    assert levels[2] < 0.8
    assert levels[3] < 0.62


def test_papillary_and_goitre_grey_ratios_are_the_published_ones() -> None:
    # Han 2018: 0.54 +- 0.16 for papillary carcinomas, 0.87 +- 0.22 for goitre nodules
    assert average(replace(PLAIN, echo_db=-11.0), ratio) == pytest.approx(0.54, abs=0.16)
    assert average(replace(PLAIN, echo_db=-3.0), ratio) == pytest.approx(0.87, abs=0.11)


def test_fluid_share() -> None:
    mixed = [replace(PLAIN, composition=Composition.MIXED, solid_share=share, echo_db=-1) for share in (0.8, 0.5, 0.3)]
    shares = [average(n, dark_share) for n in (replace(PLAIN, echo_db=-1), *mixed)]
    cyst = average(replace(PLAIN, composition=Composition.CYSTIC), dark_share)
    assert [*shares, cyst] == sorted([*shares, cyst])
    assert cyst > 0.8
    assert shares[0] < 0.05
    assert shares[2] == pytest.approx(0.5, abs=0.2)
    sponge = average(replace(PLAIN, composition=Composition.SPONGIFORM, echo_db=-1), dark_share)
    assert shares[0] + 0.1 < sponge < cyst


@pytest.mark.parametrize("wanted", [0.6, 0.9, 1.3])
def test_height_over_width_and_size(wanted: float) -> None:
    for frame in frames(replace(PLAIN, ratio=wanted)):
        assert frame.box.height / frame.box.width == pytest.approx(wanted, rel=0.04)
        assert max(frame.box.height, frame.box.width) * frame.image.mm_per_px[0] == pytest.approx(14, abs=0.25)
        assert (frame.descriptors.shape is Shape.TALLER_THAN_WIDE) == (wanted > 1)


def test_margin_sharpness_and_roughness() -> None:
    dark = replace(PLAIN, echo_db=-11)
    sharp = average(dark, border_contrast)
    blurred = average(replace(dark, margin=Margin.ILL_DEFINED, edge_mm=2.0), border_contrast)
    assert blurred < 0.75 * sharp
    rough = [
        average(replace(dark, margin=margin, margin_depth=depth), roughness)
        for margin, depth in ((Margin.SMOOTH, 0.0), (Margin.LOBULATED, 0.2), (Margin.IRREGULAR, 0.3))
    ]
    assert rough == sorted(rough)
    assert rough[2] > 1.15 * rough[0]


def test_number_of_bright_foci() -> None:
    counts = [average(replace(PLAIN, punctate=number), bright_spots) for number in (0, 5, 14)]
    assert counts[0] < 2.5
    assert counts[1] > counts[0] + 2
    assert counts[2] > counts[1] + 4


def test_comet_tails_hang_in_the_fluid() -> None:
    cyst = replace(PLAIN, composition=Composition.CYSTIC)
    bright = [average(replace(cyst, comet_tails=n), lambda f: (f.image.pixels[f.mask] > 0.45).mean()) for n in (0, 3)]
    assert bright[1] > bright[0] + 0.005


def test_rim_and_halo() -> None:
    def shell(frame: Frame, low: float, high: float) -> float:
        away = depth_map(frame)
        rows = np.arange(448)[:, None] < frame.box.y + frame.box.height / 2  # the back lies in the rim's shadow
        return float(frame.image.pixels[(away > low) & (away < high) & rows].mean())

    def border(frame: Frame) -> float:
        return shell(frame, -0.3, 0.4)

    assert average(replace(PLAIN, rim_share=0.9), border) > average(PLAIN, border) + 0.08
    iso = replace(PLAIN, echo_db=-1)
    with_halo = average(replace(iso, halo_mm=0.9), lambda f: shell(f, -0.8, -0.1))
    assert with_halo < average(iso, lambda f: shell(f, -0.8, -0.1)) - 0.05


def test_words_follow_the_numbers() -> None:
    words = [replace(PLAIN, echo_db=level).echogenicity for level in (4.0, -1.0, -8.0, -14.0)]
    assert words == [
        Echogenicity.HYPERECHOIC,
        Echogenicity.ISOECHOIC,
        Echogenicity.HYPOECHOIC,
        Echogenicity.VERY_HYPOECHOIC,
    ]
    assert replace(PLAIN, composition=Composition.CYSTIC).echogenicity is Echogenicity.ANECHOIC
    assert replace(PLAIN, punctate=4, rim_share=0.5).foci == {Focus.PUNCTATE, Focus.RIM}


REFUSED = [
    ({"composition": Composition.SPONGIFORM, "rim_share": 0.8}, "rim"),
    ({"composition": Composition.CYSTIC, "macro_mm": 3.0}, "coarse calcification"),
    ({"composition": Composition.CYSTIC, "punctate": 5}, "Punctate"),
    ({"composition": Composition.CYSTIC, "margin": Margin.IRREGULAR}, "margin"),
    ({"size_mm": 120.0}, "120 mm"),
    ({"size_mm": 1.0}, "1 mm"),
    ({"size_mm": float("nan")}, "nan mm"),
    ({"size_mm": 44.0}, "wide"),
    ({"size_mm": 38.0, "ratio": 1.5}, "deep"),
    ({"ratio": 4.0}, "Height over width"),
    ({"echo_db": 30.0}, "echo level"),
    ({"macro_mm": 13.5}, "larger than the nodule"),
    ({"punctate": 200}, "Punctate"),
    ({"punctate": -1}, "Punctate"),
    ({"comet_tails": 2, "echo_db": -9.0}, "Comet tails"),
]


@pytest.mark.parametrize(("change", "word"), REFUSED)
def test_impossible_combinations_are_refused_in_words(change: dict[str, object], word: str) -> None:
    with pytest.raises(BadInput, match=word) as refusal:
        Case(1, replace(PLAIN, **change), Anatomy(), Scanner())  # type: ignore[arg-type]
    assert refusal.value.message.endswith(".")
    assert ":" in refusal.value.message  # what to do instead


def test_ten_samples_are_what_their_names_say() -> None:
    assert len(SAMPLES) == 10
    seen = {name: sample.case.nodule.descriptors for name, sample in SAMPLES.items()}
    assert seen["papillary"].shape is Shape.TALLER_THAN_WIDE
    assert seen["papillary"].foci == {Focus.PUNCTATE}
    assert seen["spongiform"].composition is Composition.SPONGIFORM
    assert seen["colloid"].foci == {Focus.COMET_TAIL}
    assert seen["rim"].foci == {Focus.RIM}
    assert SAMPLES["small"].case.nodule.size_mm == 6
    assert {sample.case.anatomy.view for sample in SAMPLES.values()} == set(View)
    for sample in SAMPLES.values():
        frame = render(sample.case)
        assert frame.image.pixels.shape == (448, 448)
        assert frame.image.pixels.dtype == np.float32
        assert 0.05 < frame.image.pixels.mean() < 0.5
        assert frame.mask.sum() > 500
        assert sample.story.endswith(".")
