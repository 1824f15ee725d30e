"""Intervals of what follows from a confusion matrix where patients have several images."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import logit

from sera_core.evaluate.proportion import FEW, RATIOS, SHARES, Cells, filled, wilson
from sera_core.evaluate.spread import robust_variance, student


@dataclass(frozen=True, eq=False)
class Tally:
    """The four counts of a confusion matrix, patient by patient: what its intervals need where patients have several.

    Attributes
    ----------
    of_patient : int [P, 4]
        True positives, false negatives, false positives, true negatives of each patient.
    """

    of_patient: NDArray[np.int64]

    @classmethod
    def of(cls, labels: ArrayLike, called: ArrayLike, patients: ArrayLike) -> Tally:
        """Count cases: 0/1 labels [n], whether each was called positive [n], and whose it is (int [n])."""
        cell = np.where(np.asarray(labels) == 1, np.where(called, 0, 1), np.where(called, 2, 3))
        patient = np.asarray(patients)
        counted = np.bincount(patient * 4 + cell, minlength=4 * (patient.max() + 1)).reshape(-1, 4)
        return cls(counted[counted.any(axis=1)])

    def share(self, of: Cells, among: Cells) -> tuple[float, float]:
        """Interval of a proportion: Wilson's with as many cases as the patients' spread says there are.

        Parameters
        ----------
        of, among : tuple of int
            Columns of ``of_patient`` that are counted, and those that they are a share of.

        Notes
        -----
        Effective number n p (1 - p) / (robust variance), times (z / t)^2 for few patients: Korn EL, Graubard BI. Survey
        Methodology 1998;24:193-201; with Wilson's interval: Dean N, Pagano M. J Surv Stat Methodol 2015;3:484-503. It
        never exceeds the cases; where all agree it is the number of patients. The whole range for a single patient.
        """
        share, _, effective, groups = self._worth(of, among)
        if groups == 0:
            return np.nan, np.nan
        if groups == 1:
            return 0.0, 1.0
        effective *= (student(np.inf) / student(groups - 1)) ** 2
        low, high = wilson(share * effective, effective)
        return float(low), float(high)

    def logit(self, of: Cells, among: Cells) -> tuple[float, float]:
        """Logit of a proportion and its variance; NaN for no case, half a case added to both sides if one is empty."""
        share, total, effective, groups = self._worth(of, among)
        if groups == 0:
            return np.nan, np.nan
        if share in (0, 1):
            share = (share * total + FEW) / (total + 2 * FEW)
        return float(logit(share)), 1 / (effective * share * (1 - share))

    def _worth(self, of: Cells, among: Cells) -> tuple[float, float, float, int]:
        """A proportion, its cases, how many independent cases it is worth, and the patients they are of."""
        hits, every = (self.of_patient[:, list(part)].sum(axis=1).astype(np.float64) for part in (of, among))
        total, groups = float(every.sum()), int(np.count_nonzero(every))
        share = float(hits.sum()) / total if total else np.nan
        variance = robust_variance((hits - share * every)[every > 0] / total) if groups > 1 else 0.0
        effective = share * (1 - share) / variance if variance > 0 else float(groups)
        return share, total, min(effective, total), groups

    def log_ratio(self, first: Cells, second: Cells) -> tuple[float, float, float]:
        """Log of (a / (a + b)) / (c / (c + d)) for columns (a, b) and (c, d), its variance and degrees of freedom.

        Half a case is added to each count where one is 0, and the variance is then that of independent cases, enlarged
        by the images a patient has on average. NaN where a class is missing.
        """
        order = [*first, *second]
        parts = self.of_patient[:, order].astype(np.float64)
        counts = parts.sum(axis=0)
        if counts[:2].sum() == 0 or counts[2:].sum() == 0:
            return np.nan, np.nan, np.nan
        a, b, c, d = filled(*counts)
        middle = float(np.log(a / (a + b)) - np.log(c / (c + d)))
        freedom = min(np.count_nonzero(parts[:, :2].any(axis=1)), np.count_nonzero(parts[:, 2:].any(axis=1))) - 1
        if (counts == 0).any():
            each = parts.sum() / len(parts)
            return middle, float((1 / a - 1 / (a + b) + 1 / c - 1 / (c + d)) * each), float(freedom)
        pull = np.array([1 / a - 1 / (a + b), -1 / (a + b), -1 / c + 1 / (c + d), 1 / (c + d)])
        return middle, robust_variance(parts @ pull), float(freedom)

    def intervals(self) -> dict[str, tuple[float, float]]:
        """Interval of every name of :data:`METRICS`, patients taken as independent."""
        found = {name: self.share(of, among) for name, (of, among) in SHARES.items()}
        low, high = self.share((0,), (0, 1, 2))
        found["f1"] = 2 * low / (1 + low), 2 * high / (1 + high)
        for name, (first, second) in RATIOS.items():
            middle, variance, freedom = self.log_ratio(first, second)
            half = student(freedom) * np.sqrt(variance)
            found[name] = float(np.exp(middle - half)), float(np.exp(middle + half))
        return found
