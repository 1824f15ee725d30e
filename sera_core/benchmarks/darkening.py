"""What the networks of simulated frames answer when a nodule gets darker than any they learnt from, and what of it.

Solid nodules are drawn twice from the same speckle, at the darkest level that occurs in the cohorts' round numbers and
at the darkest the sandbox has. Of the darker picture one thing inside the nodule is then made as in the brighter one:
its mean grey, or the spread of its grain around the mean. What the answer gains by it is what that thing costs.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from sera_core.benchmarks.pointing import of_simulated_frames
from sera_core.benchmarks.seeing import solid
from sera_core.benchmarks.timing import Timing
from sera_core.classifiers.cnn import Classifier
from sera_core.contracts import Grey, Margin
from sera_core.evaluate.calibration import logits
from sera_core.images.prepare import prepare
from sera_core.simulate.render import Frame, render

BRIGHT_DB, DARK_DB = -17.0, -20.0
MARGINS = (Margin.SMOOTH, Margin.IRREGULAR)
PATIENTS = 16  # of each margin

Mask = NDArray[np.bool_]


def benchmark(patients: int = PATIENTS) -> list[Timing]:
    """Change of the log odds, median (value) and quartiles over the nodules, of each model.

    Parameters
    ----------
    patients : int
        Of each margin.
    """
    pairs = [tuple(render(solid(seed, level, margin)) for level in (BRIGHT_DB, DARK_DB))
             for margin in MARGINS for seed in range(patients)]  # fmt: skip
    return [line for model in of_simulated_frames() for line in _of(model, pairs)]


def _of(classifier: Classifier, pairs: Sequence[tuple[Frame, ...]]) -> list[Timing]:
    model = classifier.card.id
    answers = np.array([_answers(classifier, *pair) for pair in pairs])  # [nodule, (bright, dark, mean, spread)]
    bright, dark, mean, spread = answers.T
    fall = float(np.mean(dark < bright))
    return [
        _line(f"{model}: {BRIGHT_DB:g} to {DARK_DB:g} dB, smooth", (dark - bright)[: len(pairs) // 2]),
        _line(f"{model}: {BRIGHT_DB:g} to {DARK_DB:g} dB, irregular", (dark - bright)[len(pairs) // 2 :]),
        Timing(name=f"{model}: answers that fall (n = {len(pairs)})", value=fall, unit="share", versus="0.5",
               ratio=2 * fall),
        _line(f"{model}: {DARK_DB:g} dB, mean grey as at {BRIGHT_DB:g}", mean - dark),
        _line(f"{model}: {DARK_DB:g} dB, spread of grey as at {BRIGHT_DB:g}", spread - dark),
    ]  # fmt: skip


def _line(name: str, change: NDArray[np.float64]) -> Timing:
    low, middle, high = np.percentile(change, (25, 50, 75)).tolist()
    name += f" (quartiles {low:+.2f} to {high:+.2f}, n = {len(change)})"
    return Timing(name=name, value=middle, unit="log odds", versus="0", ratio=0.0)


def _answers(classifier: Classifier, bright: Frame, dark: Frame) -> list[float]:
    """Log odds of both pictures, and of the dark one with the bright one's mean, and with its spread."""
    mask = bright.mask
    above, below = bright.image.pixels, dark.image.pixels
    mean, spread = float(below[mask].mean()), float(above[mask].std() / below[mask].std())
    shown = [
        above,
        below,
        _inside(below, mask, below + (float(above[mask].mean()) - mean)),
        _inside(below, mask, (below - mean) * spread + mean),
    ]
    crops = np.stack([prepare(pixels, bright.box, classifier.card.preparation).pixels for pixels in shown])
    return logits(classifier.predict(crops)).tolist()


def _inside(pixels: Grey, mask: Mask, changed: Grey) -> Grey:
    return np.where(mask, np.clip(changed, 0, 1), pixels).astype(np.float32)
