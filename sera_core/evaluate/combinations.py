"""Combining networks: which subset scores what, and what each network adds (tables laid out as in Lee 2019).

Lee E, Ha H, Kim HJ, et al. Scientific Reports 2019;9:19854: A AlexNet, O OverFeat, V VGG-F, Vv VGG-verydeep, R ResNet,
I Inception; features joined end to end ("AOVv") or probabilities averaged ("A+O+Vv").
"""

from __future__ import annotations

import re
from collections.abc import Mapping

import numpy as np
import pandas as pd

from sera_core.contracts import BadInput

LETTERS = {"A": "AlexNet", "O": "OverFeat", "V": "VGG", "Vv": "VGG-verydeep", "R": "ResNet", "I": "Inception"}
FIGURES = ("accuracy_pct", "sensitivity_pct", "specificity_pct")
Letters = Mapping[str, str]


def members(networks: str, letters: Letters = LETTERS) -> frozenset[str]:
    """Letters of a combination: ``"AOVv"`` and ``"A+O+Vv"`` are A, O and Vv.

    Parameters
    ----------
    networks : str
    letters : mapping of letter to network
        Those of the paper, or of a study's ``networks.csv``.

    Raises
    ------
    BadInput
        When something is left that is none of the letters.
    """
    longest_first = sorted(letters, key=len, reverse=True)
    found = re.findall("|".join(map(re.escape, longest_first)), networks)
    if not found or "".join(found) != networks.replace("+", ""):
        raise BadInput("networks", f"{networks!r} is no combination of {', '.join(letters)}: write it like 'AOVv'.")
    return frozenset(found)


def subset(table: pd.DataFrame, networks: set[str] | frozenset[str], letters: Letters = LETTERS) -> pd.DataFrame:
    """Rows of exactly these networks (one a classifier); empty where the table has none.

    Parameters
    ----------
    table : DataFrame
        ``networks``, :data:`FIGURES` and, for joined features, ``classifier``.
    networks : set of letters
    """
    return table[[members(name, letters) == frozenset(networks) for name in table["networks"]]]


def by_number(table: pd.DataFrame, letters: Letters = LETTERS) -> pd.DataFrame:
    """Accuracy against how many networks are combined.

    Returns
    -------
    DataFrame
        ``number, classifier, combinations, mean, lowest, highest`` (per cent).
    """
    rows = _with_classifier(table).assign(number=[len(members(name, letters)) for name in table["networks"]])
    grouped = rows.groupby(["number", "classifier"])["accuracy_pct"]
    return grouped.agg(combinations="count", mean="mean", lowest="min", highest="max").reset_index()


def marginal_gain(table: pd.DataFrame, letters: Letters = LETTERS) -> pd.DataFrame:
    """What each network adds: mean change of accuracy when it joins a combination that the table also has without it.

    Returns
    -------
    DataFrame
        ``network, classifier, pairs, gain, lowest, highest`` (per cent points); ``gain`` is NaN without a pair.
    """
    rows = _with_classifier(table)
    known = {
        (members(name, letters), classifier): accuracy
        for name, classifier, accuracy in zip(rows["networks"], rows["classifier"], rows["accuracy_pct"], strict=True)
    }
    found = []
    for classifier in rows["classifier"].unique():
        for letter in letters:
            gains = [
                accuracy - known[rest, classifier]
                for (group, kind), accuracy in known.items()
                if kind == classifier and letter in group and (rest := group - {letter}, classifier) in known
            ]
            ends = (np.mean(gains), min(gains), max(gains)) if gains else (np.nan, np.nan, np.nan)
            found.append((letter, classifier, len(gains), *ends))
    return pd.DataFrame(found, columns=["network", "classifier", "pairs", "gain", "lowest", "highest"])


def _with_classifier(table: pd.DataFrame) -> pd.DataFrame:
    return table if "classifier" in table else table.assign(classifier="ensemble")
