"""A support vector machine on pooled features, with calibrated probabilities, kept without pickle."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sera_core.contracts import BadInput
from sera_core.files import whole_file

TRUSTED_TYPES = [
    "sklearn.calibration._CalibratedClassifier",
    "sklearn.calibration._SigmoidCalibration",
]


def fit_svm(
    features: NDArray[np.float32], labels: NDArray[np.integer], patients: NDArray, c: float, seed: int = 0
) -> Any:
    """Scale, RBF support vector machine, Platt calibration on grouped folds.

    Parameters
    ----------
    features : float32 [N, F]
    labels : int [N]
    patients : array of str [N]
        Images of one patient stay in one fold.
    c : float
        Soft-margin constant.
    seed : int
        Seed of the folds.

    Returns
    -------
    Pipeline
        With ``predict_proba``.
    """
    from sklearn.calibration import CalibratedClassifierCV
    from sklearn.model_selection import StratifiedGroupKFold
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler
    from sklearn.svm import SVC

    machine = make_pipeline(StandardScaler(), SVC(C=c, class_weight="balanced"))
    folds = StratifiedGroupKFold(5, shuffle=True, random_state=seed).split(features, labels, patients)
    return CalibratedClassifierCV(machine, method="sigmoid", ensemble=False, cv=list(folds)).fit(features, labels)


def fit_forest(features: NDArray[np.float32], labels: NDArray[np.integer], seed: int = 0, trees: int = 300) -> Any:
    """A random forest on features ``[N, F]``; leaves of at least two images keep its probabilities off 0 and 1.

    Breiman L. Random forests. Machine Learning 2001;45:5-32.

    Returns
    -------
    RandomForestClassifier
        With ``predict_proba``.
    """
    from sklearn.ensemble import RandomForestClassifier

    forest = RandomForestClassifier(trees, min_samples_leaf=2, class_weight="balanced", random_state=seed)
    return forest.fit(features, labels)


def save_svm(model: Any, file: Path) -> None:
    """Write the model as skops, in one piece."""
    import skops.io

    model.cv = None  # the folds name training rows: of no use later
    with whole_file(file) as part:
        part.write_bytes(skops.io.dumps(model))


def load_svm(data: bytes, features: int) -> Any:
    """Read a skops model that holds nothing but a fixed list of types, for so many features.

    Raises
    ------
    BadInput
        When the file holds any other type.
    ValueError
        When its arrays are not those of a machine for these features: libsvm itself would read beyond their ends.
    """
    import skops.io

    unknown = sorted(set(skops.io.get_untrusted_types(data=data)) - set(TRUSTED_TYPES))
    if unknown:
        raise BadInput("untrusted_model", f"The model holds types that are not trusted ({', '.join(unknown)}).")
    model = skops.io.loads(data, trusted=TRUSTED_TYPES)
    _check_arrays(model, features)
    return model


def _check_arrays(model: Any, features: int) -> None:
    (calibrated,) = model.calibrated_classifiers_
    (sigmoid,), (scaler, machine) = calibrated.calibrators, (step for _, step in calibrated.estimator.steps)
    vectors = len(machine.support_)
    shapes = {
        "mean": (scaler.mean_, (features,)),
        "scale": (scaler.scale_, (features,)),
        "support vectors": (machine.support_vectors_, (vectors, features)),
        "coefficients": (machine._dual_coef_, (1, vectors)),
        "intercept": (machine._intercept_, (1,)),
        "counts": (machine._n_support, (2,)),
        "sigmoid": (np.array([sigmoid.a_, sigmoid.b_], float), (2,)),
    }
    for name, (array, shape) in shapes.items():
        if array.shape != shape or not np.isfinite(array).all():
            raise ValueError(f"support vector machine: {name} of shape {array.shape} instead of finite {shape}")
    if machine._n_support.sum() != vectors or list(model.classes_) != [0, 1]:
        raise ValueError("support vector machine: its classes or counts do not fit")
