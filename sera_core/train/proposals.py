"""Fit and test the regressions that propose descriptors from measurements (:mod:`sera_core.signs.propose`)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from math import isfinite
from typing import get_args

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar
from scipy.special import log_softmax, softmax

from sera_core.evaluate.calibration import line
from sera_core.evaluate.roc import auc
from sera_core.signs.propose import WORTH, Question, Rule, WordTest, read
from sera_core.signs.quantities import SCALE_FREE
from sera_core.train.readings import Described

READ = {"shape": ("height_over_width", "ellipse_ratio")}  # the only question whose answer is a quantity itself
GATES = ("drawn", "box")  # the kinds of outline in which a word must be told
FEWEST = 10  # cases of a word below which nothing is learnt of it
PENALTY = 0.3  # inverse of the penalty on the squared weights (scikit-learn's C), not tuned


def words_of(question: Question, cases: Sequence[Described]) -> tuple[str, ...]:
    """The words that are frequent enough to be learnt."""
    number = Counter(case.words[question] for case in cases if case.outline == "drawn" and question in case.words)
    return tuple(sorted(word for word, count in number.items() if count >= FEWEST))


def fit(question: Question, words: tuple[str, ...], cases: Sequence[Described]) -> Rule:
    """Fit one question on every drawn outline of a case that has one of these answers.

    The quantities are centred and scaled; the penalty is the same for all, and was not tuned.
    """
    from sklearn.linear_model import LogisticRegression

    quantities = READ.get(question, SCALE_FREE)
    known = [case for case in cases if case.outline == "drawn" and case.words.get(question) in words]
    x = table(known, quantities)
    mean, spread = x.mean(0), np.maximum(x.std(0), 1e-6)
    truth = [words.index(case.words[question]) for case in known]
    model = LogisticRegression(C=PENALTY, max_iter=5000).fit((x - mean) / spread, truth)
    weights, intercept = model.coef_, model.intercept_
    if len(words) == 2:  # a regression of two words gives the second one's row alone
        weights, intercept = np.vstack([np.zeros_like(weights), weights]), np.append(0.0, intercept)
    return Rule(
        question, words, quantities, _plain(mean), _plain(spread), tuple(map(_plain, weights)), _plain(intercept)
    )


def _plain(values: NDArray[np.float64]) -> tuple[float, ...]:
    return tuple(float(f"{value:.6g}") for value in values)


def table(cases: Sequence[Described], quantities: tuple[str, ...]) -> NDArray[np.float64]:
    """What a regression reads of the cases ``[N, F]``."""
    return np.stack([read(case.signs.as_dict(), quantities) for case in cases])


def left_out(rule: Rule, cases: Sequence[Described]) -> NDArray[np.float64]:
    """Chances ``[N, K]`` of each word for cases whose fold the regression had not seen."""
    chances = np.zeros((len(cases), len(rule.words)))
    for fold in sorted({case.fold for case in cases}):
        here = [k for k, case in enumerate(cases) if case.fold == fold]
        other = fit(rule.question, rule.words, [case for case in cases if case.fold != fold])
        chances[here] = other.probabilities(table([cases[k] for k in here], other.quantities))
    return chances


def sharpness(chances: NDArray[np.float64], truth: Sequence[int]) -> float:
    """What log-chances must be multiplied by so that they are as sure as they are right.

    Temperature scaling (Guo 2017, ICML, arXiv 1706.04599): one number a question, by the smallest log loss.
    """
    logs = np.log(np.clip(chances, 1e-9, 1))

    def loss(logarithm: float) -> float:
        return float(-log_softmax(np.exp(logarithm) * logs, axis=1)[np.arange(len(truth)), truth].mean())

    return float(np.exp(minimize_scalar(loss, bounds=(-3, 3), method="bounded").x))


def made_sure(chances: NDArray[np.float64], sure: float) -> NDArray[np.float64]:
    """The chances ``[N, K]`` with their logarithms times a :func:`sharpness`."""
    return softmax(sure * np.log(np.clip(chances, 1e-9, 1)), axis=1)


def tests(
    question: Question, words: Sequence[str], cases: Sequence[Described], chances: NDArray[np.float64]
) -> tuple[WordTest, ...]:
    """How well each word is told from the others, a centre and a kind of outline at a time.

    Words without ten cases there are left out.
    """
    found = []
    for centre, outline in dict.fromkeys((case.centre, case.outline) for case in cases):
        here = np.asarray([(case.centre, case.outline) == (centre, outline) for case in cases])
        patients = np.unique([case.patient for case in cases], return_inverse=True)[1][here]
        for at, word in enumerate(words):
            truth = np.asarray([case.words[question] == word for case in cases])[here].astype(int)
            if not FEWEST <= truth.sum() <= len(truth) - FEWEST:
                continue
            area = auc(truth, chances[here, at], patients=patients)
            slope = float(line(truth, chances[here, at]).slope)
            found.append(
                WordTest(
                    word,
                    centre,
                    outline,
                    area.value,
                    area.low,
                    area.high,
                    int(truth.sum()),
                    len(truth),
                    slope if isfinite(slope) else None,
                )
            )
    return tuple(found)


def rules(cases: Sequence[Described], elsewhere: Sequence[Described] = ()) -> tuple[Rule, ...]:
    """Every question that the cases answer, tested on folds left out and on cases from elsewhere.

    Fitted on the drawn outlines; a word is proposed when its AUC on the left-out folds is at least ``WORTH`` in them
    and in the network's outlines in exact boxes. The chances are calibrated on the latter, which are what a user has
    (one number a question). What outlines cost that the network proposed alone is tested beside.
    """
    return tuple(
        _rule(question, cases, elsewhere)
        for question in get_args(Question)
        if any(question in case.words for case in cases)
    )


def _rule(question: Question, cases: Sequence[Described], elsewhere: Sequence[Described]) -> Rule:
    words = words_of(question, cases)
    inside = [case for case in cases if case.words.get(question) in words]
    outside = [case for case in elsewhere if case.words.get(question) in words]
    rule = fit(question, words, inside)
    chances = left_out(rule, inside)
    users = [k for k, case in enumerate(inside) if case.outline == "box"] or list(range(len(inside)))
    sure = sharpness(chances[users], [words.index(inside[k].words[question]) for k in users])
    rule = replace(
        rule,
        weights=tuple(_plain(np.asarray(row) * sure) for row in rule.weights),
        intercept=_plain(np.asarray(rule.intercept) * sure),
    )
    at_home = tests(question, words, inside, made_sure(chances, sure))
    abroad = tests(question, words, outside, rule.probabilities(table(outside, rule.quantities))) if outside else ()
    asked = [test for test in at_home if test.outline in GATES]
    worst = {word: min((test.auc for test in asked if test.word == word), default=0.0) for word in words}
    good = tuple(word for word in words if worst[word] >= WORTH)
    return replace(rule, proposed=good, tests=at_home + abroad)
