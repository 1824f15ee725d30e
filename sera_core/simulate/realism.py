"""How real the frames look, in numbers: ``python -m sera_core.simulate.realism DDTI_FOLDER [--cases N]``.

Prints, for every measure, the range of the real frames (5-95 %) and of the simulated ones, the AUC of a small
classifier that tells real from simulated crops (0.5 is best; it is a measure, not a bar), and the accuracy of a small
classifier of the centre, which must be high because every centre has its own scanner.
"""

from __future__ import annotations

import argparse
import csv
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from scipy import ndimage

from sera_core.contracts import BadInput, Box, Grey
from sera_core.images.prepare import Preparation, prepare
from sera_core.simulate.centres import CENTRES
from sera_core.simulate.cohort import any_cohort
from sera_core.simulate.likelihood import auc
from sera_core.simulate.measures import NAMES, Mask, measure, resized
from sera_core.simulate.render import crop, render

COPIES = ("duplicate", "duplicate_across_classes")  # columns that mark a frame shown twice
REAL_MM_PER_PX = 0.127  # about: a 39 mm probe is 308 pixels wide; the files carry no scale
SMALLEST_PX = 400  # of a nodule; smaller parts of a mask are crumbs of its drawing
FOLDS, RIDGE = 5, 1.0  # of the classifier that tells real from simulated
CROP = Preparation(96, "square", 1.6, 0.0, 1.0)
Features = NDArray[np.float64]


def real_frames(folder: Path, limit: int | None = None, half: int | None = None) -> list[tuple[Grey, Mask]]:
    """Frames with one outlined nodule each, of DDTI (Pedraza 2015, doi 10.1117/12.2073532) or BUSI (Al-Dhabyani 2020).

    Duplicates are left out; a frame that shows two views comes twice.

    Parameters
    ----------
    folder : Path
    limit : int, optional
        So many frames, taken evenly from the list.
    half : {0, 1}, optional
        Only these patients of DDTI, half of them drawn by lot.

    Raises
    ------
    BadInput
        When the folder has no ``labels.csv``.
    """
    labels = folder / "labels.csv"
    if not labels.is_file():
        raise BadInput("no_labels", f"{folder} has no labels.csv: give the folder that holds its images and masks.")
    with labels.open(newline="", encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["mask"] and "1" not in map(row.get, COPIES)]
    if half is not None:
        patients = sorted({row["patient_group"] for row in rows})
        kept = {patients[at] for at in np.random.default_rng(0).permutation(len(patients))[half::2]}
        rows = [row for row in rows if row["patient_group"] in kept]
    step = max(1, len(rows) // limit) if limit else 1
    shown = rows[::step][: limit or len(rows)]
    return nodules([(_grey(folder / row["image"]), _grey(folder / row["mask"]) > 0.5) for row in shown])


def nodules(frames: Sequence[tuple[Grey, Mask]]) -> list[tuple[Grey, Mask]]:
    """Every frame once a nodule: a mask may hold one in each of two views, and no square should hold both."""
    out = []
    for grey, mask in frames:
        parts, number = ndimage.label(mask)
        alone = (parts == part for part in range(1, number + 1))
        out += [(grey, one) for one in alone if one.sum() >= SMALLEST_PX]
    return out


def _grey(file: Path) -> Grey:
    with Image.open(file) as image:
        return np.asarray(image.convert("L"), np.float32) / np.float32(255)


def simulated_frames(cases: int) -> list[tuple[Grey, Mask]]:
    """Simulated frames at about the real frames' scale."""
    frames = (render(case) for case in any_cohort("internal", cases, 5))
    return [resized(f.image.pixels, f.mask, f.scanner.mm_per_px / REAL_MM_PER_PX) for f in frames]


def table(frames: Sequence[tuple[Grey, Mask]]) -> Features:
    """Measures of the frames [frames, measures]; those with too small a nodule are left out."""
    rows = [measure(grey, mask) for grey, mask in frames]
    return np.asarray([[getattr(row, name) for name in NAMES] for row in rows if row is not None])


def crops(frames: Sequence[tuple[Grey, Mask]]) -> list[Grey]:
    """The square around each nodule."""
    return [prepare(grey, Box.around(mask), CROP).pixels for grey, mask in frames if mask.any()]


def features(pixels: Grey) -> Features:
    """Some forty plain numbers of a crop: percentiles, gradients, and the spectrum along and across the beam."""
    rough = pixels - ndimage.gaussian_filter(pixels, 4)
    window = np.hanning(pixels.shape[0])
    power = np.abs(np.fft.rfft2(rough * window[:, None] * window[None, :])) ** 2
    half = pixels.shape[0] // 2
    bands = [*np.array_split(power[:half].sum(1), 10), *np.array_split(power.sum(0), 10)]
    down, across = np.gradient(pixels)
    small = np.asarray(Image.fromarray(pixels).resize((4, 4), Image.Resampling.BOX)).ravel()
    return np.concatenate([
        np.percentile(pixels, (1, 5, 25, 50, 75, 95, 99)),
        [np.abs(down).mean(), np.abs(across).mean(), rough.std(), (rough**3).mean() / rough.std() ** 3],
        np.log([band.mean() + 1e-9 for band in bands]),
        small,
    ])  # fmt: skip


def scores(values: Features, classes: NDArray[np.int64]) -> Features:
    """Cross-validated scores [cases, classes] of a ridge regression on the classes, with squares of the features."""
    values = (values - values.mean(0)) / (values.std(0) + 1e-9)
    values = np.hstack([values, values**2, np.ones((len(values), 1))])
    target = np.eye(int(classes.max()) + 1)[classes]
    out = np.zeros(target.shape)
    fold = np.random.default_rng(0).permutation(len(values)) % FOLDS
    for part in range(FOLDS):
        train = values[fold != part]
        weight = np.linalg.solve(train.T @ train + RIDGE * np.eye(train.shape[1]), train.T @ target[fold != part])
        out[fold == part] = values[fold == part] @ weight
    return out


def real_or_simulated(real: Sequence[Grey], simulated: Sequence[Grey]) -> float:
    """Cross-validated AUC of telling real from simulated crops."""
    values = np.stack([features(pixels) for pixels in (*real, *simulated)])
    classes = np.repeat([0, 1], [len(real), len(simulated)])
    score = scores(values, classes)[:, 1]
    return auc(score[classes == 1], score[classes == 0])


def which_centre(cases: int) -> float:
    """Cross-validated accuracy of naming the centre of a crop (chance 0.25)."""
    values, classes = [], []
    for number, name in enumerate(CENTRES):
        for case in any_cohort(name, cases, 9):
            values.append(features(crop(case, 96, 1.6)))
            classes.append(number)
    names = np.asarray(classes)
    return float((scores(np.stack(values), names).argmax(1) == names).mean())


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the report."""
    parser = argparse.ArgumentParser(
        prog="python -m sera_core.simulate.realism", description="How real the frames look."
    )
    parser.add_argument("folder", type=Path, help="DDTI: labels.csv, images and masks")
    parser.add_argument("--cases", type=int, default=150, help="simulated frames, and real ones")
    options = parser.parse_args(arguments)
    try:
        real = real_frames(options.folder, options.cases)
    except BadInput as refusal:
        print(refusal.message, file=sys.stderr)
        return 2
    fake = simulated_frames(options.cases)
    _print_ranges(table(real), table(fake))
    print(f"AUC, real against simulated crops: {real_or_simulated(crops(real), crops(fake)):.3f}")
    print(f"accuracy, centre of a crop (chance 0.25): {which_centre(options.cases):.3f}")
    return 0


def _print_ranges(real: Features, fake: Features) -> None:
    low, middle, high = np.percentile(real, (5, 50, 95), axis=0)
    ours = np.percentile(fake, (5, 50, 95), axis=0)
    print(f"{'measure':14}{'real 5-50-95 %':>26}{'simulated 5-50-95 %':>28}{'inside':>8}")
    for i, name in enumerate(NAMES):
        share = float(((fake[:, i] >= low[i]) & (fake[:, i] <= high[i])).mean())
        seen = f"{low[i]:8.2f}{middle[i]:9.2f}{high[i]:9.2f}"
        made = f"{ours[0, i]:8.2f}{ours[1, i]:9.2f}{ours[2, i]:9.2f}"
        print(f"{name:14}{seen:>26}{made:>28}{share:8.0%}")


if __name__ == "__main__":
    raise SystemExit(main())
