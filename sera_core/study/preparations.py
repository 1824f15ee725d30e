"""Which framing and padding serve best: frozen features and a linear classifier, fold by fold."""

from __future__ import annotations

from dataclasses import asdict

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sera_core.evaluate.roc import auc
from sera_core.evaluate.spread import clusters
from sera_core.study.design import Framed
from sera_core.study.extract import fixed, preparation_of
from sera_core.study.stage import Stage
from sera_core.train.frames import Frame

RIDGE = 1e-3  # inverse strength of the penalty of the logistic regression, the same for every option


def compare_preparations(network: str, options: tuple[Framed, ...], frames: list[Frame], stage: Stage) -> pd.DataFrame:
    """Out-of-fold AUC of each option at each centre, with DeLong's interval.

    Parameters
    ----------
    network : str
        Key of the registry; its ImageNet weights stay fixed.
    options : tuple of Framed
    frames : list of Frame
        With their fold in ``case.split``.
    stage : Stage

    Returns
    -------
    DataFrame
        One row per option and centre.
    """
    rows = []
    for option in options:
        extract = fixed(network, preparation_of(option, network), stage)
        for centre in dict.fromkeys(frame.case.centre for frame in frames):
            chosen = [frame for frame in frames if frame.case.centre == centre]
            features = extract.features(chosen)
            labels = np.array([frame.case.label for frame in chosen])
            answers = _out_of_fold(features, labels, np.array([frame.case.split for frame in chosen]))
            found = auc(labels, answers, patients=clusters([frame.case.patient_id for frame in chosen]))
            rows.append({**asdict(option), "centre": centre, "auc": found.value, "low": found.low, "high": found.high})
            stage.report(f"{option.framing} x {option.padding} at {option.input_px} px, {centre}: {found.value:.3f}")
    return pd.DataFrame(rows)


def _out_of_fold(features: NDArray[np.float32], labels: NDArray[np.integer], folds: NDArray) -> NDArray[np.float64]:
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    scores = np.empty(len(labels))
    for fold in np.unique(folds):
        model = make_pipeline(StandardScaler(), LogisticRegression(C=RIDGE, class_weight="balanced", max_iter=1000))
        model.fit(features[folds != fold], labels[folds != fold])
        scores[folds == fold] = model.decision_function(features[folds == fold])
    return scores
