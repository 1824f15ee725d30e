"""Lee 2019's tables from features that are there already: single networks, concatenations, ensembles.

Lee E et al. Differentiation of thyroid nodules on US using features learned and extracted from various
convolutional neural networks. Sci Rep 2019;9:19854. Of each network's fixed and tuned features those with the better
accuracy in cross-validation on the training images go into the subsets; the paper does not say how it chose.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import product
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import expit

from sera_core.cluster import connected
from sera_core.nets.registry import network as registered
from sera_core.study.answers import Split
from sera_core.study.arms import Trained
from sera_core.study.subsets import Answer, Member, forest, machine, member, subsets
from sera_core.train.curves import Report

EngineName = Literal["serial", "loky", "dask"]
CLASSIFIERS = ("SVM", "RF")
Which = tuple[str, str, str]  # letter, layer, frozen or finetuned
Single = dict[tuple[Which, str], Answer]  # ..., classifier


@dataclass(frozen=True)
class Engine:
    """Where the classifiers are fitted: in this process, on its cores, or on a Dask cluster at ``scheduler``."""

    name: EngineName = "serial"
    scheduler: str = ""


@dataclass(frozen=True, eq=False)
class Bench:
    """Features of one layer of a network, fixed and tuned, of the same images.

    Attributes
    ----------
    letter, network, layer : str
    fixed, tuned : (train [N, F], test [M, F])
        ``fixed`` is None for a network that had no pretrained weights.
    tuned_scores : float [M]
        What the fine-tuned network itself says of the test images (log-odds).
    """

    letter: str
    network: str
    layer: str
    fixed: tuple[NDArray[np.float32], NDArray[np.float32]] | None
    tuned: tuple[NDArray[np.float32], NDArray[np.float32]]
    tuned_scores: NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Cases:
    """Labels of the training and test images, and the patients of the former."""

    train: NDArray[np.integer]
    patients: NDArray
    test: NDArray[np.integer]


@dataclass(frozen=True, eq=False)
class Tables:
    """The tables in the columns of ``models/published/lee2019_*.csv``, and seconds of wall time."""

    features: pd.DataFrame
    concatenation: pd.DataFrame
    ensemble: pd.DataFrame
    seconds: float


SERIAL = Engine()


def benches_of(letter: str, fixed: Trained | None, tuned: Trained) -> list[Bench]:
    """A network's features of all training images at home and of the test images, before and after fine-tuning.

    One bench for each of its feature layers.
    """
    split, entry = tuned.answers.split, registered(tuned.plan.network)
    last = list(entry.layers)[-1]

    def read(model: Trained, layer: str) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        extract = model.at("" if layer == last else layer)
        return extract.features(split.own), extract.features(split.held_out)

    scores = tuned.fitted.answer(read(tuned, last)[1])
    return [
        Bench(letter, entry.title, layer, read(fixed, layer) if fixed else None, read(tuned, layer), scores)
        for layer in entry.layers
    ]


def cases_of(split: Split) -> Cases:
    """Labels and patients of a split's training and test images."""
    return Cases(
        np.array([frame.case.label for frame in split.own]),
        np.array([frame.case.patient_id for frame in split.own]),
        np.array([frame.case.label for frame in split.held_out]),
    )


def tables(benches: list[Bench], cases: Cases, engine: Engine, report: Report) -> Tables:
    """Fit both classifiers to every network and every subset of two or more, and let all subsets vote.

    The result is the same for every engine.
    """
    start = time.monotonic()
    measured = {
        (one.letter, one.layer, kind): member(one.letter, *features)
        for one in benches
        for kind, features in _kinds(one).items()
    }
    with _running(engine) as fit_all:
        report(f"{len(CLASSIFIERS) * len(measured)} classifiers on single networks")
        answers = fit_all(_jobs([(one,) for one in measured.values()], cases))
        single = dict(zip(product(measured, CLASSIFIERS), answers, strict=True))
        best = _best(list(measured), single)
        joined = [tuple(measured[best[x]] for x in subset) for subset in subsets(list(best), 2)]
        report(f"{len(CLASSIFIERS) * len(joined)} classifiers on concatenations")
        jobs = _jobs(joined, cases)
        answers = fit_all(jobs)
    rows = [
        {
            "networks": "".join(m.letter for m in job.members),
            "classifier": job.classifier,
            **_rates(a.probability, cases),
        }
        for job, a in zip(jobs, answers, strict=True)
    ]
    votes = {x: [single[which, name].probability for name in CLASSIFIERS] for x, which in best.items()}
    ensembles = [
        {"networks": "+".join(subset), **_rates(np.mean([p for x in subset for p in votes[x]], axis=0), cases)}
        for subset in subsets(list(best), 1)
    ]
    features = _feature_rows(benches, single, best, cases)
    return Tables(features, pd.DataFrame(rows), pd.DataFrame(ensembles), time.monotonic() - start)


@dataclass(frozen=True, eq=False)
class Job:
    """One classifier to fit."""

    members: tuple[Member, ...]
    classifier: str
    cases: Cases


def _jobs(groups: list[tuple[Member, ...]], cases: Cases) -> list[Job]:
    return [Job(group, name, cases) for group in groups for name in CLASSIFIERS]


def _fit(job: Job) -> Answer:
    if job.classifier == "SVM":
        return machine(list(job.members), job.cases.train, job.cases.patients)
    return forest(list(job.members), job.cases.train)


def _kinds(one: Bench) -> dict[str, tuple[NDArray[np.float32], NDArray[np.float32]]]:
    return {"frozen": one.fixed, "finetuned": one.tuned} if one.fixed else {"finetuned": one.tuned}


def _best(measured: list[Which], single: Single) -> dict[str, Which]:
    """Each network's layer and kind of features with the best accuracy in cross-validation, by letter."""

    def accuracy(which: Which) -> float:
        return float(np.mean([single[which, name].cv_accuracy for name in CLASSIFIERS]))

    letters = dict.fromkeys(letter for letter, *_ in measured)
    return {letter: max((which for which in measured if which[0] == letter), key=accuracy) for letter in letters}


@contextmanager
def _running(engine: Engine) -> Iterator[Callable[[list[Job]], list[Answer]]]:
    """A function that fits a list of jobs on the engine, in their order."""
    from joblib import Parallel, cpu_count, delayed, parallel_config

    def fit_all(jobs: list[Job]) -> list[Answer]:
        return Parallel()(delayed(_fit)(job) for job in jobs)

    if engine.name == "dask":
        with connected(engine.scheduler), parallel_config("dask"):
            yield fit_all
    elif engine.name == "loky":
        with parallel_config("loky", n_jobs=cpu_count(), inner_max_num_threads=1):
            yield fit_all
    else:
        with parallel_config("sequential"):
            yield fit_all


def _rates(probability: NDArray[np.float64], cases: Cases) -> dict[str, float]:
    """Accuracy, sensitivity and specificity in per cent at the probability 0.5."""
    right = (probability > 0.5) == (cases.test == 1)
    shares = {"accuracy": right, "sensitivity": right[cases.test == 1], "specificity": right[cases.test == 0]}
    return {f"{name}_pct": round(100 * float(share.mean()), 1) for name, share in shares.items()}


def _feature_rows(benches: list[Bench], single: Single, best: dict[str, Which], cases: Cases) -> pd.DataFrame:
    rows = []
    deepest = {one.letter: one.layer for one in benches}
    for one in benches:
        named: dict[str, object] = {"letter": one.letter, "network": one.network}
        for name in CLASSIFIERS:
            row = named | {"layer": one.layer, "classifier": name, "features": one.tuned[0].shape[1]}
            for kind in _kinds(one):
                answer = single[(one.letter, one.layer, kind), name]
                row |= {f"{kind}_{key}": value for key, value in _rates(answer.probability, cases).items()}
                row[f"{kind}_cv_accuracy_pct"] = round(100 * answer.cv_accuracy, 1)
            _, layer, kind = best[one.letter]
            rows.append(row | {"chosen": kind if layer == one.layer else None})
        if one.layer == deepest[one.letter]:
            own = {f"finetuned_{key}": value for key, value in _rates(expit(one.tuned_scores), cases).items()}
            rows.append(named | {"layer": "softmax", "classifier": "CNN", **own})
    return pd.DataFrame(rows)
