"""The study of the measured signs: fit, test and write the rules that propose descriptors."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import pandas as pd
from pydantic import Field

from sera_core.files import MODELS
from sera_core.signs.propose import Rules, write_rules
from sera_core.simulate.cohort import study_set
from sera_core.study.outliners import of_folds
from sera_core.study.schema import STRICT
from sera_core.study.stage import Stage
from sera_core.train.curves import Report
from sera_core.train.outline.views import DDTI_FOLD
from sera_core.train.proposals import rules
from sera_core.train.readings import Described, ddti, described, simulated

if TYPE_CHECKING:
    from sera_core.outline.unet import UNet

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


def run_signs(design: SignsDesign, stage: Stage) -> pd.DataFrame:
    """Measure every nodule, fit and test both sets of rules, and write them to ``models/signs``.

    Parameters
    ----------
    design : SignsDesign
    stage : Stage
        Its folder ``outline`` is the work folder of the outline's study, where the networks of its folds are kept:
        each outlines the frames of DDTI that it has not seen. Simulated frames are outlined by the first of them, which
        saw others, and none of scanner C.

    Returns
    -------
    DataFrame
        A row a domain, question, word, centre and kind of outline: how well the word was told from the others.

    Raises
    ------
    BadInput
        When there are no networks of the folds.
    """
    unseen = of_folds(stage)
    stage.report("outlining and measuring DDTI's frames")
    real = list(described(ddti(design.ddti), lambda one: unseen[DDTI_FOLD[str(one.fold)]]))
    at_home, abroad = _simulated(design.simulated, unseen[0], stage.report)
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


def _simulated(cohorts: Cohorts, network: UNet, report: Report) -> tuple[list[Described], list[Described]]:
    def seen(centre: str, split: str, number: int) -> list[Described]:
        report(f"drawing, outlining and measuring simulated nodules of centre {centre}")
        half = number // 2
        return list(
            described(simulated(study_set(centre, split, cohorts.seed, half, number - half)), lambda _: network)
        )

    home = seen("internal", "train", cohorts.train)
    return home, [one for centre in ("A", "B", "C") for one in seen(centre, "test", cohorts.test)]
