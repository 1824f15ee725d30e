"""How many cases the next study needs: for an AUC, for sensitivity or specificity, for the difference of two AUCs.

The areas' variances are those of the Mann-Whitney statistic (DeLong's) for normal scores of equal spread in both
classes: Bamber D. Journal of Mathematical Psychology 1975;12:387-415. Proportions: the smallest number whose Wilson
interval (JASA 1927;22:209) is short enough. Several images of a patient: multiplied by the design effect
1 + (images - 1) x correlation (Donner A, Klar N. Cluster randomization trials in health research, 2000).
"""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil

from scipy.special import ndtri

from sera_core.contracts import BadInput
from sera_core.evaluate.proportion import wilson

MOST = 10_000_000
ALPHA = 0.05  # two-sided


@dataclass(frozen=True)
class Planned:
    """Images with label 1 and with label 0, and how many patients that takes at the prevalence."""

    positive: int
    negative: int
    patients: int


@dataclass(frozen=True)
class Sampling:
    """Who will be seen.

    Attributes
    ----------
    prevalence : float
        Share of label 1.
    images : float
        Of a patient, on average.
    alike : float
        Correlation of two images of one patient, 0 ... 1.
    """

    prevalence: float = 0.5
    images: float = 1.0
    alike: float = 0.5

    def __post_init__(self) -> None:
        _share("prevalence", self.prevalence)
        if self.images < 1 or not 0 <= self.alike <= 1:
            raise BadInput("images", "Give at least one image a patient, and a correlation between 0 and 1.")

    def planned(self, positive: float, negative: float) -> Planned:
        """The cases asked for, enlarged for several images, and enough patients for the rarer class."""
        effect = 1 + (self.images - 1) * self.alike
        ill, well = ceil(positive * effect - 1e-9), ceil(negative * effect - 1e-9)
        images = max(ill / self.prevalence, well / (1 - self.prevalence))
        return Planned(ill, well, ceil(images / self.images - 1e-9))

    @property
    def ratio(self) -> float:
        """Cases with label 0 for each with label 1."""
        return (1 - self.prevalence) / self.prevalence


def for_area(area: float, half_width: float, sampling: Sampling) -> Planned:
    """So many that the 95 % interval of an AUC reaches ``half_width`` to either side.

    Examples
    --------
    >>> for_area(0.8, 0.05, Sampling(prevalence=0.4)).positive
    121
    """
    _area(area)
    _share("half_width", half_width)
    cases = _z(ALPHA) ** 2 * _together(area, area, 1.0) * (1 + 1 / sampling.ratio) / half_width**2
    return sampling.planned(cases, cases * sampling.ratio)


def for_difference(first: float, second: float, correlation: float, sampling: Sampling, power: float = 0.8) -> Planned:
    """So many that a paired test finds the difference of two AUCs with this power.

    Parameters
    ----------
    first, second : float
        The two AUCs expected.
    correlation : float
        Of the two models' scores within a class, 0 ... 1.
    """
    _area(first)
    _area(second)
    _share("power", power)
    if first == second or not 0 <= correlation < 1:
        raise BadInput("difference", "Two AUCs must differ, and their scores' correlation lie between 0 and 1.")
    own, other = (_together(area, area, 1.0) for area in (first, second))
    variance = (own + other - 2 * _together(first, second, correlation)) * (1 + 1 / sampling.ratio)
    cases = (_z(ALPHA) + float(ndtri(power))) ** 2 * variance / (first - second) ** 2
    return sampling.planned(cases, cases * sampling.ratio)


def for_share(share: float, half_width: float, sampling: Sampling, positive: bool = True) -> Planned:
    """So many of one class that Wilson's interval of sensitivity (or specificity) is twice ``half_width`` long at most.

    Examples
    --------
    >>> for_share(0.9, 0.05, Sampling(prevalence=0.3)).positive
    141
    """
    _share("share", share)
    _share("half_width", half_width)
    low, high = 1, MOST
    while low < high:  # the length falls with the number
        middle = (low + high) // 2
        ends = wilson(share * middle, middle)
        low, high = (low, middle) if float(ends[1] - ends[0]) <= 2 * half_width else (middle + 1, high)
    return sampling.planned(low if positive else 0, 0 if positive else low)


def _together(first: float, second: float, correlation: float) -> float:
    """Covariance of the shares of the other class that one case beats, with two models whose scores go together so.

    Two cases of the other class, one for each model: both are beaten where two normals, which have half the scores'
    correlation, both lie below their limit.
    """
    from scipy.stats import multivariate_normal

    half = correlation / 2
    limits = [float(ndtri(first)), float(ndtri(second))]
    return float(multivariate_normal.cdf(limits, cov=[[1, half], [half, 1]])) - first * second


def _z(alpha: float) -> float:
    return float(ndtri(1 - alpha / 2))


def _area(area: float) -> None:
    if not 0.5 < area < 1:
        raise BadInput("area", f"An AUC of {area:g} cannot be planned for: give one between 0.5 and 1.")


def _share(name: str, value: float) -> None:
    if not 0 < value < 1:
        raise BadInput("share", f"{name.replace('_', ' ')} is {value:g}: give a number between 0 and 1.")
