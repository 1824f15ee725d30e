"""The study of the measured signs: fit, test and write the rules that propose descriptors."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

import pandas as pd
from pydantic import Field

from sera_core.files import MODELS
from sera_core.signs.propose import Rules, write_rules
from sera_core.simulate.cohort import study_set
from sera_core.study.schema import STRICT
from sera_core.train.curves import Report
from sera_core.train.proposals import rules
from sera_core.train.readings import Described, ddti, simulated

Count = Annotated[int, Field(ge=100)]


@dataclass(frozen=True)
class Cohorts:
    """Numbers of simulated nodules, half of them malignant: of the internal centre, and of each other one."""

    __pydantic_config__ = STRICT

    seed: int
    train: Count
    test: Count


@dataclass(frozen=True)
class SignsDesign:
    """What is measured, and where DDTI's frames, masks and readings lie."""

    __pydantic_config__ = STRICT

    kind: Literal["signs"]
    ddti: Path
    simulated: Cohorts


def run_signs(design: SignsDesign, report: Report) -> pd.DataFrame:
    """Measure every nodule, fit and test both sets of rules, and write them to ``models/signs``.

    Returns
    -------
    DataFrame
        A row a domain, question, word and centre: how well the word was told from the others.
    """
    report("measuring DDTI's frames")
    real = list(ddti(design.ddti))
    at_home, abroad = _simulated(design.simulated, report)
    from_simulated = rules(at_home, [*abroad, *real])
    shape = tuple(rule for rule in from_simulated if rule.question == "shape")  # nobody read it on DDTI
    everything = (
        Rules(
            "real", "DDTI's readings; the shape: simulated nodules of the internal centre", rules(real, at_home) + shape
        ),
        Rules("simulated", "simulated nodules of the internal centre", from_simulated),
    )
    write_rules(everything, MODELS / "signs" / "proposals.json")
    return pd.DataFrame(
        {"domain": one.domain, "question": rule.question, "proposed": test.word in rule.proposed, **vars(test)}
        for one in everything
        for rule in one.rules
        for test in rule.tests
    )


def _simulated(cohorts: Cohorts, report: Report) -> tuple[list[Described], list[Described]]:
    report("drawing and measuring simulated nodules of the internal centre")
    half = cohorts.train // 2
    home = list(simulated(study_set("internal", "train", cohorts.seed, half, cohorts.train - half)))
    others: list[Described] = []
    for name in ("A", "B", "C"):
        report(f"drawing and measuring simulated nodules of centre {name}")
        half = cohorts.test // 2
        others += simulated(study_set(name, "test", cohorts.seed, half, cohorts.test - half))
    return home, others
