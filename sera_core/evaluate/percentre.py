"""The table of a paper: a line for each model and centre with counts, cut-off and every measure with its interval."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from sera_core.evaluate.predictions import Predictions
from sera_core.evaluate.proportion import METRICS
from sera_core.evaluate.results import Comparison, Row

MEASURES = ("auc", *METRICS, "brier", "calibration_slope", "calibration_intercept")
COUNTS = {"TP": "true_positive", "FN": "false_negative", "FP": "false_positive", "TN": "true_negative"}
KNOWN = ("centre", "domain", "model", "role", "n", "positive", "negative", *COUNTS)


def per_centre(predictions: Predictions, found: Comparison) -> pd.DataFrame:
    """One line a model or reader and centre, in the order of the comparison.

    Returns
    -------
    DataFrame
        ``centre, domain, model, role`` (``reader`` for a reader), ``n, positive, negative`` (cases that it answered),
        ``TP, FN, FP, TN``, ``cutoff, cutoff_low, cutoff_high, cutoff_source``, and for each of :data:`MEASURES` its
        estimate, ``_low`` and ``_high``; NaN where it cannot be known.
    """
    rows = _by_place(row for row in found.rows if row.metric in MEASURES and not row.subgroup and not row.versus)
    lines = []
    for matrix in found.confusions:
        cutoff = found.cutoffs[matrix.model]
        counts = {short: getattr(matrix, name) for short, name in COUNTS.items()}
        positive, negative = counts["TP"] + counts["FN"], counts["FP"] + counts["TN"]
        line: dict[str, object] = {
            "centre": matrix.centre,
            "domain": predictions.domains[matrix.centre],
            "model": matrix.model,
            "role": matrix.role or "reader",
            "n": positive + negative,
            "positive": positive,
            "negative": negative,
            **counts,
            "cutoff": cutoff.value,
            "cutoff_low": cutoff.low,
            "cutoff_high": cutoff.high,
            "cutoff_source": cutoff.method + (" (this centre)" if matrix.centre in cutoff.chosen_at else ""),
        }
        for metric in MEASURES:
            row = rows.get((matrix.centre, matrix.model, metric))
            ends = (row.estimate, row.low, row.high) if row else (float("nan"),) * 3
            line |= dict(zip((metric, f"{metric}_low", f"{metric}_high"), ends, strict=True))
        lines.append(line)
    return pd.DataFrame(lines)


def printed(table: pd.DataFrame) -> pd.DataFrame:
    """The same table as a paper prints it: ``0.812 (0.755–0.858)`` in one column a measure, a dash where unknown."""
    words = table[list(KNOWN)].copy()
    words["cut-off"] = [_interval(*ends) for ends in table[["cutoff", "cutoff_low", "cutoff_high"]].to_numpy()]
    words["source of cut-off"] = table["cutoff_source"]
    for metric in MEASURES:
        ends = table[[metric, f"{metric}_low", f"{metric}_high"]].to_numpy()
        words[metric.replace("_", " ")] = [_interval(*one) for one in ends]
    return words


def _by_place(rows: Iterable[Row]) -> dict[tuple[str, str, str], Row]:
    return {(row.centre, row.model, row.metric): row for row in rows}


def _interval(value: float, low: float, high: float) -> str:
    if pd.isna(value):
        return "–"
    return f"{value:.3f}" if pd.isna(low) or pd.isna(high) else f"{value:.3f} ({low:.3f}–{high:.3f})"
