"""What was published, and whether its numbers fit together.

Lee E, Ha H, Kim HJ, et al. Scientific Reports 2019;9:19854 (doi 10.1038/s41598-019-56395-x) reports accuracy,
sensitivity and specificity on one test set of 150 nodules. Accuracy is a weighted mean of the other two, with the
shares of malignant and benign nodules as weights, so each row says which mix of nodules it was computed on.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sera_core.files import MODELS

PUBLISHED = MODELS / "published"
LEE = ("readers_and_cnns", "features", "concatenation", "ensemble")
STATED = (50, 100)  # malignant, benign: the counts that the paper states for its test set
TURNED = (100, 50)


@dataclass(frozen=True)
class Finding:
    """What the audit of Lee 2019 found.

    Attributes
    ----------
    rows, complete : int
        Rows of all tables, and those whose three figures are legible.
    fit_stated : int
        Complete rows that fit 50 malignant and 100 benign nodules.
    networks_fit_stated, readers_fit_turned : tuple of str
        Rows of the table that sets fine-tuned networks against radiologists: those that fit the stated counts only,
        and those that fit only 100 malignant and 50 benign.
    readings : tuple of str
        The two ways to read this.
    consequence : str
        What follows for "network against radiologist".
    """

    rows: int
    complete: int
    fit_stated: int
    networks_fit_stated: tuple[str, ...]
    readers_fit_turned: tuple[str, ...]
    readings: tuple[str, str]
    consequence: str


def lee(table: str) -> pd.DataFrame:
    """One table of Lee 2019 as printed: one of :data:`LEE`, or ``recipes``."""
    return pd.read_csv(PUBLISHED / f"lee2019_{table}.csv", dtype={"networks": str})


def koh() -> pd.DataFrame:
    """What Koh 2020 (doi 10.1038/s41598-020-72270-6) states: ``what, set, value, unit, note``."""
    return pd.read_csv(PUBLISHED / "koh2020.csv")


def fits(
    accuracy: NDArray | float, sensitivity: NDArray | float, specificity: NDArray | float, malignant: int, benign: int
) -> NDArray[np.bool_]:
    """Whether printed per cents can come from whole numbers of these nodules.

    Sensitivity and specificity must be whole shares of their class to within their rounding (half a per cent), and the
    accuracy from these counts must round to the printed one (half of its last digit, 0.05).
    """
    hits = np.round(np.asarray(sensitivity, np.float64) * malignant / 100)
    calm = np.round(np.asarray(specificity, np.float64) * benign / 100)
    near = (np.abs(hits / malignant * 100 - sensitivity) <= 0.5) & (np.abs(calm / benign * 100 - specificity) <= 0.5)
    implied = 100 * (hits + calm) / (malignant + benign)
    return near & (np.abs(implied - accuracy) <= 0.05 + 1e-9)


def audit() -> pd.DataFrame:
    """Every row of Lee 2019's tables against both mixes of nodules.

    Returns
    -------
    DataFrame
        ``table, name, kind`` (``reader, fine-tuned CNN, SVM, RF, ensemble ...``), ``accuracy, sensitivity,
        specificity`` (per cent, as printed), ``implied_stated`` and ``implied_turned`` (accuracy from sensitivity and
        specificity at 50 malignant / 100 benign and at 100 / 50), ``fits_stated, fits_turned`` (see :func:`fits`;
        False where a figure is illegible), ``complete``.
    """
    rows = pd.concat([_rows(table) for table in LEE], ignore_index=True)
    figures = rows[["accuracy", "sensitivity", "specificity"]]
    accuracy, sensitivity, specificity = (figures[column].to_numpy(np.float64) for column in figures)
    for name, (malignant, benign) in (("stated", STATED), ("turned", TURNED)):
        rows[f"implied_{name}"] = (sensitivity * malignant + specificity * benign) / (malignant + benign)
        rows[f"fits_{name}"] = fits(accuracy, sensitivity, specificity, malignant, benign)
    return rows.assign(complete=figures.notna().all(axis=1))


def finding(rows: pd.DataFrame | None = None) -> Finding:
    """The audit in words and counts; ``rows`` are those of :func:`audit`."""
    rows = audit() if rows is None else rows
    rivals = rows[rows["table"] == "readers_and_cnns"]
    stated = rivals[rivals["fits_stated"] & ~rivals["fits_turned"]]
    turned = rivals[rivals["fits_turned"] & ~rivals["fits_stated"]]
    return Finding(
        rows=len(rows),
        complete=int(rows["complete"].sum()),
        fit_stated=int(rows["fits_stated"].sum()),
        networks_fit_stated=tuple(stated.loc[stated["kind"] != "reader", "name"]),
        readers_fit_turned=tuple(turned.loc[turned["kind"] == "reader", "name"]),
        readings=(
            "The radiologists' sensitivity and specificity were computed with benign as the positive class: their "
            "true sensitivity is then the printed specificity, and the other way round.",
            "The radiologists read a test set of another mix (100 malignant and 50 benign) than the networks (50 and "
            "100).",
        ),
        consequence=(
            "Either way the printed accuracies of networks and radiologists do not rest on the same footing: at equal "
            "sensitivity and specificity the accuracy changes with the mix, and under the first reading the "
            "radiologists' two columns change places. The table cannot carry 'network better than radiologist'."
        ),
    )


def _rows(table: str) -> pd.DataFrame:
    found = lee(table)
    if table == "features":
        return pd.concat([_features(found, "frozen"), _features(found, "finetuned")], ignore_index=True)
    names = {"readers_and_cnns": "name", "concatenation": "networks", "ensemble": "networks"}
    kinds = {"readers_and_cnns": "kind", "concatenation": "classifier"}
    kind = found[kinds[table]] if table in kinds else "ensemble"
    return _table(table, found[names[table]], kind, found, "")


def _features(found: pd.DataFrame, state: str) -> pd.DataFrame:
    """The rows that give an accuracy, sensitivity or specificity in this state."""
    words = {"frozen": "without fine-tuning", "finetuned": "fine-tuned"}
    name = found["network"] + " " + found["layer"] + ", " + words[state]
    rows = _table("features", name, found["classifier"], found, f"{state}_")
    return rows[rows[["accuracy", "sensitivity", "specificity"]].notna().any(axis=1)]


def _table(table: str, name: pd.Series, kind: pd.Series | str, found: pd.DataFrame, prefix: str) -> pd.DataFrame:
    figures = {part: found[f"{prefix}{part}_pct"] for part in ("accuracy", "sensitivity", "specificity")}
    return pd.DataFrame({"table": table, "name": name, "kind": kind, **figures})
