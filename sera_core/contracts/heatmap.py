"""Where a model looked, and whether that can be trusted."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from sera_core.contracts.image import Grey
from sera_core.contracts.place import Box


class CamMethod(StrEnum):
    """Heatmap methods."""

    GRADCAM = "gradcam"
    GRADCAM_PLUS_PLUS = "gradcam++"
    XGRADCAM = "xgradcam"
    HIRESCAM = "hirescam"
    LAYERCAM = "layercam"
    EIGENCAM = "eigencam"
    OCCLUSION = "occlusion"


@dataclass(frozen=True)
class Fidelity:
    """Whether the heatmap points at what the model used.

    Attributes
    ----------
    heats : tuple of float
        Mean heat of random patches of the crop.
    falls : tuple of float
        Fall of the shown class's log-odds when each of them is blurred.
    correlation : float
        Pearson's correlation of the two, -1 ... 1; 0 where either is the same everywhere.
    chance : float
        Share (0 ... 1) of the same map's random movements that reach this correlation.
    """

    heats: tuple[float, ...]
    falls: tuple[float, ...]
    correlation: float
    chance: float

    @property
    def trusted(self) -> bool:
        """True when the map, moved at random, reaches this correlation at most once in twenty times."""
        return self.correlation > 0 and self.chance <= 0.05


@dataclass(frozen=True)
class Judged:
    """How often a method's hottest point lay inside the outline on frames of the model's kind.

    Attributes
    ----------
    frames : str
        Which frames they were.
    n : int
    hottest, low, high : float
        Share of the hottest points inside, and its 95 % interval.
    area : float
        Share of the crop that the outline fills: what chance gives.
    sign, blob : float or None
        Heat where punctate foci were put in over that area's share, of the map and of a Gaussian in the middle of the
        crop; None where the model was not asked.
    placebo_low : float or None
        Lower bound of how often the true foci are hotter than redrawn ones; chance is 0.5.
    passes, truth_passes : float or None
        Share of this map, and of the evidence itself as a map, that pass the test of fidelity.
    """

    frames: str
    n: int
    hottest: float
    low: float
    high: float
    area: float
    sign: float | None = None
    blob: float | None = None
    placebo_low: float | None = None
    passes: float | None = None
    truth_passes: float | None = None

    @property
    def finds_sign(self) -> bool | None:
        """Whether the map is hotter on a sign than one that knows nothing, and knows true foci from redrawn ones."""
        if self.sign is None or self.blob is None or self.placebo_low is None:
            return None
        return self.sign > self.blob and self.placebo_low > 0.5

    @property
    def above_chance(self) -> bool:
        """Whether even the lower bound is more than chance."""
        return self.low > self.area


@dataclass(frozen=True)
class Heatmap:
    """Where the model looked, in the crop that the network saw.

    Attributes
    ----------
    method : CamMethod
    values : float32 [h, w]
        0 ... 1, on the crop.
    crop : float32 [h, w]
        The grey crop.
    crop_box : Box
        Where the crop lies on the whole image (may reach over its edge: those pixels are padding).
    fidelity : Fidelity or None
    """

    method: CamMethod
    values: Grey
    crop: Grey
    crop_box: Box
    fidelity: Fidelity | None = None
