"""From measurements to the descriptors they speak for: a proposal with a probability, never a decision.

One multinomial logistic regression a question (what is it made of, how bright is it ...), fitted and tested by
``python -m sera_core study models/studies/signs/design.toml``. A word is proposed only where it was told from the
others with an AUC of at least 0.70 on cases that the regression had not seen, and where it is at least as likely as all
others together; for the rest the answer is "please look". Below even odds the likeliest word was right less often than
not (``python -m sera_core.train.even_odds``).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import ConfigDict, TypeAdapter, ValidationError
from scipy.special import softmax

from sera_core.contracts import EVEN, BadInput, Domain, Proposal, Question
from sera_core.files import MODELS, whole_file
from sera_core.signs.measure import Signs

FILE = MODELS / "signs" / "proposals.json"
WORTH = 0.70  # AUC from which a word is proposed; S-Detect's published agreement on margin is kappa 0.24 (Choi 2017)
COUNTED = ("spots",)  # quantities that enter as their square root

Way = Literal["drawn", "box", "proposed"]  # an outline by hand, by the network in the hand's box, by the network alone


@dataclass(frozen=True)
class WordTest:
    """How well one word was told from the others at one centre, on cases that the regression had not seen.

    Attributes
    ----------
    word, centre : str
    outline : {"drawn", "box", "proposed"}
        How the outlines came about in which was measured.
    auc, low, high : float
        With its 95 % interval (images of one patient together).
    positives, cases : int
    slope : float
        Calibration slope: 1 is right, below 1 the probabilities are too extreme; None where all are told apart.
    """

    word: str
    centre: str
    outline: Way
    auc: float
    low: float
    high: float
    positives: int
    cases: int
    slope: float | None


@dataclass(frozen=True)
class Rule:
    """The regression that answers one question.

    Attributes
    ----------
    question : str
    words : tuple of str
        The answers, K of them; ``"no"`` and the question's own name where the answer is yes or no.
    quantities : tuple of str
        The F quantities it reads.
    mean, spread : tuple of float [F]
        What a quantity is centred by and divided by.
    weights : tuple of tuple of float [K, F]
    intercept : tuple of float [K]
    proposed : tuple of str
        The words that were told well enough to be proposed where they are likely.
    tests : tuple of WordTest
    """

    __pydantic_config__ = ConfigDict(extra="forbid")

    question: Question
    words: tuple[str, ...]
    quantities: tuple[str, ...]
    mean: tuple[float, ...]
    spread: tuple[float, ...]
    weights: tuple[tuple[float, ...], ...]
    intercept: tuple[float, ...]
    proposed: tuple[str, ...] = ()
    tests: tuple[WordTest, ...] = ()

    def probabilities(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """Chance of each word ``[N, K]`` from the quantities ``[N, F]``."""
        scaled = (values - np.asarray(self.mean)) / np.asarray(self.spread)
        return np.asarray(softmax(scaled @ np.asarray(self.weights).T + np.asarray(self.intercept), axis=1))


@dataclass(frozen=True)
class Rules:
    """Every rule for frames of one kind, and what they were fitted on."""

    domain: Domain
    fitted_on: str
    rules: tuple[Rule, ...]


def read(values: dict[str, float], quantities: tuple[str, ...]) -> NDArray[np.float64]:
    """The quantities as a regression reads them ``[F]``: counts as square roots."""
    return np.asarray([np.sqrt(values[name]) if name in COUNTED else values[name] for name in quantities])


def propose(signs: Signs, domain: Domain) -> tuple[Proposal, ...]:
    """What the measurements of one nodule speak for, a proposal a question.

    Parameters
    ----------
    signs : Signs
    domain : {"real", "simulated"}
        Kind of frame: each has rules of its own.
    """
    values = signs.as_dict()
    return tuple(_answer(rule, values) for rule in rules_for(domain).rules)


def _answer(rule: Rule, values: dict[str, float]) -> Proposal:
    chances = rule.probabilities(read(values, rule.quantities)[None])[0]
    best = int(chances.argmax())
    word, chance = rule.words[best], float(chances[best])
    told = word in rule.proposed
    return Proposal(rule.question, word, chance, proposed=told and chance >= EVEN, told=told)


_ADAPTER = TypeAdapter(tuple[Rules, ...])


@cache
def rules_for(domain: Domain, file: Path = FILE) -> Rules:
    """The shipped rules for frames of one kind.

    Raises
    ------
    BadInput
        When the file is missing or does not fit the schema.
    """
    try:
        everything = _ADAPTER.validate_json(file.read_bytes())
    except (OSError, ValidationError) as error:
        raise BadInput(
            "no_rules", f"The rules of the measured signs ({file.name}) cannot be read: install SERA again."
        ) from error
    return next(rules for rules in everything if rules.domain == domain)


def write_rules(rules: tuple[Rules, ...], file: Path = FILE) -> None:
    """Write every rule in one piece."""
    with whole_file(file) as place:
        place.write_bytes(_ADAPTER.dump_json(rules, indent=1) + b"\n")
