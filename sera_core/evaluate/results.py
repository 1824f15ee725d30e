"""What a comparison is made of: tidy rows, and curves for the figures. Plain frozen data, no computation.

Every number travels as a :class:`Row`, so that page, command line and report print the same table. NaN means
"cannot be known from these cases"; the row's ``method`` then says why.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, fields

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sera_core.contracts import Domain, Role
from sera_core.evaluate.calibration import Bins

Floats = NDArray[np.float64]
OPTIONAL = ("versus", "p", "p_holm")  # of a row


@dataclass(frozen=True)
class Row:
    """One number with its 95 % interval.

    Attributes
    ----------
    metric : str
        For example ``auc``, ``sensitivity``, ``auc_difference``.
    estimate, low, high : float
        NaN where it cannot be computed.
    n : int
        Cases behind the number (for sensitivity the malignant ones only, and so on).
    method : str
        How estimate and interval were made, or why there is none.
    centre : str
        Two centres are written ``A - B``.
    model : str
        A model, a reader (``reader_...``) or ``ceiling`` (the simulator's likelihood ratio).
    subgroup : str
        Empty: all cases of the centre.
    versus : str
        The second model or reader of a pair (``estimate`` is model minus versus); empty otherwise.
    p, p_holm : float
        Two-sided p of a test, and after Holm's correction within its family; NaN where none was made.
    """

    metric: str
    estimate: float
    low: float
    high: float
    n: int
    method: str
    centre: str
    model: str
    subgroup: str = ""
    versus: str = ""
    p: float = np.nan
    p_holm: float = np.nan


def frame(rows: Iterable[Row]) -> pd.DataFrame:
    """Rows as a table, one column an attribute."""
    names = [field.name for field in fields(Row)]
    return pd.DataFrame([[getattr(row, name) for name in names] for row in rows], columns=names)


def records(rows: Iterable[Row]) -> list[dict[str, object]]:
    """Rows for JSON: what is not finite becomes None; :data:`OPTIONAL` parts only where they say something."""
    found = []
    for row in rows:
        plain = {key: None if isinstance(v, float) and not math.isfinite(v) else v for key, v in vars(row).items()}
        found.append({key: v for key, v in plain.items() if v not in ("", None) or key not in OPTIONAL})
    return found


@dataclass(frozen=True)
class Cutoff:
    """An operating point (positive: score >= value), its bounds (NaN: not known), and where it came from.

    ``chosen_at``: the centres on whose own cases it was chosen; what a model shows there flatters it. Everywhere else
    it was fixed before the cases were seen.
    """

    value: float
    low: float
    high: float
    method: str
    chosen_at: tuple[str, ...] = ()


def cutoff_fields(cutoff: Cutoff) -> dict[str, object]:
    """A cut-off for JSON: ``value, low, high, source, chosen_at``."""
    low, high = (None if math.isnan(end) else end for end in (cutoff.low, cutoff.high))
    return {"value": cutoff.value, "low": low, "high": high, "source": cutoff.method, "chosen_at": cutoff.chosen_at}


@dataclass(frozen=True)
class Glance:
    """AUC of every model at every centre.

    Attributes
    ----------
    rows : tuple of Row
        ``auc`` of models and readers with DeLong's interval, or Obuchowski's where patients have several images; ``n``
        is malignant + benign.
    ceilings : tuple of Row
        ``auc`` of the simulator's likelihood ratio, for centres that have one.
    best : dict of centre to model or None
        The model with the highest AUC, None where the second is not significantly worse (paired DeLong, p < 0.05
        after Holm's correction over all pairs of the centre).
    counts : dict of centre to (malignant, benign)
    roles : dict of (model, centre) to role
    domains : dict of centre to domain
    """

    rows: tuple[Row, ...]
    ceilings: tuple[Row, ...]
    best: dict[str, str | None]
    counts: dict[str, tuple[int, int]]
    roles: dict[tuple[str, str], Role]
    domains: dict[str, Domain]


@dataclass(frozen=True, eq=False)
class RocLine:
    """One ROC curve; arrays of one length K, from (0, 0) to (1, 1).

    Attributes
    ----------
    centre, model : str
        ``model`` may be a reader (``reader_...``), whose few scores make few corners.
    is_reader : bool
    false_positive, sensitivity : float [K]
    threshold : float [K]
        Score >= threshold is positive; the first is infinite.
    low, high : float [K]
        Pointwise 95 % band of the sensitivity at this false-positive share; where the curve rises steeply, of the
        upper end of the step. NaN for a reader, whose few scores leave gaps.
    point : (false positive share, sensitivity) or None
        At the frozen cut-off (for a guideline: at its usual threshold).
    point_threshold : float
    auc, low_auc, high_auc : float
    """

    centre: str
    model: str
    is_reader: bool
    false_positive: Floats
    sensitivity: Floats
    threshold: Floats
    low: Floats
    high: Floats
    point: tuple[float, float] | None
    point_threshold: float
    auc: float
    low_auc: float
    high_auc: float


@dataclass(frozen=True)
class Confusion:
    """Counts at one cut-off, and what follows from them.

    Attributes
    ----------
    role : Role or None
        None for a reader.
    rows : tuple of Row
        ``sensitivity, specificity, accuracy, ppv, npv, f1, lr_positive, lr_negative``.
    """

    centre: str
    model: str
    role: Role | None
    cutoff: float
    true_positive: int
    false_negative: int
    false_positive: int
    true_negative: int
    rows: tuple[Row, ...]


@dataclass(frozen=True)
class Optimism:
    """How much better a cut-off tuned on the centre itself looks than one that was not.

    ``frozen`` and ``tuned`` hold ``sensitivity, specificity, accuracy, youden``; ``gain`` is tuned minus frozen.
    ``chosen_here``: the model's cut-off was itself chosen on these cases; ``frozen`` is then what to expect of it on
    new patients of this centre (:mod:`~sera_core.evaluate.optimism`).
    """

    centre: str
    model: str
    frozen_cutoff: float
    tuned_cutoff: float
    frozen: dict[str, float]
    tuned: dict[str, float]
    gain: dict[str, float]
    chosen_here: bool = False


@dataclass(frozen=True, eq=False)
class Calibration:
    """Whether the probabilities can be taken at their word, one model at one centre.

    Attributes
    ----------
    predicted, observed, low, high : float [K]
        Mean probability and malignant share of each bin, with Wilson's interval of the share.
    count : int [K]
        Cases of each bin; empty bins are left out.
    rows : tuple of Row
        ``brier, brier_reliability, brier_resolution, brier_uncertainty, brier_within, calibration_slope,
        calibration_intercept`` and, after recalibration on 50 local cases, ``brier_before, brier_after, slope_before,
        slope_after, intercept_before, intercept_after`` (median and middle 95 % of repeated draws); ``ici, e50, e90``
        where there is a smooth curve.
    by_count : Bins
        The same in bins of about as many cases each.
    smooth : Bins or None
        The curve without bins, with its interval; its ``count`` is 0.
    """

    centre: str
    model: str
    predicted: Floats
    observed: Floats
    low: Floats
    high: Floats
    count: NDArray[np.int64]
    rows: tuple[Row, ...]
    by_count: Bins
    smooth: Bins | None

    def drawn(self, how: str) -> Bins:
        """The curve in bins of equal ``width`` or ``count``, or ``smooth``; where that is not known, of equal width."""
        plain = Bins(self.predicted, self.observed, self.low, self.high, self.count)
        return {"count": self.by_count, "smooth": self.smooth or plain}.get(how, plain)


@dataclass(frozen=True, eq=False)
class DecisionCurve:
    """Net benefit against the threshold probability, one model at one centre; arrays [K].

    ``treat_none`` is 0 everywhere. ``low`` and ``high``: pointwise 95 % interval of ``model_benefit``. ``n``: the cases
    behind the curve and behind ``treat_all``; the same for all models of a centre where they have cases in common.
    """

    centre: str
    model: str
    threshold: Floats
    model_benefit: Floats
    low: Floats
    high: Floats
    treat_all: Floats
    n: int


@dataclass(frozen=True, eq=False)
class PrevalenceCurve:
    """PPV and NPV at the frozen cut-off if the prevalence were another; arrays [K] with 95 % intervals."""

    centre: str
    model: str
    prevalence: Floats
    ppv: Floats
    ppv_low: Floats
    ppv_high: Floats
    npv: Floats
    npv_low: Floats
    npv_high: Floats


@dataclass(frozen=True, eq=False)
class Errors:
    """Who is wrong about which case at one centre.

    Attributes
    ----------
    raters : tuple of str
        Models and readers, each at its cut-off.
    wrong : bool [n, R]
    cases : DataFrame [n]
        ``case_id, patient_id, label, wrong`` (how many raters) and what else is known of the case; most missed first,
        in the same order as ``wrong``.
    venn : dict of tuple of raters to int
        Cases on which exactly these raters are wrong; the empty tuple counts the cases nobody misses.
    """

    centre: str
    raters: tuple[str, ...]
    wrong: NDArray[np.bool_]
    cases: pd.DataFrame
    venn: dict[tuple[str, ...], int]


@dataclass(frozen=True)
class Comparison:
    """Everything about one table at its frozen cut-offs.

    ``rows`` holds every number of the page in one tidy list; the other parts hold the same numbers by cell, with the
    curves.
    """

    cutoffs: dict[str, Cutoff]
    glance: Glance
    confusions: tuple[Confusion, ...]
    optimisms: tuple[Optimism, ...]
    differences: tuple[Row, ...]
    calibrations: tuple[Calibration, ...]
    usefulness: tuple[Row, ...]
    agreement: tuple[Row, ...]
    subgroups: tuple[Row, ...]
    pooled: tuple[Row, ...]
    rows: tuple[Row, ...]
