"""Refusals: the code, and the whole sentence that says what is wrong and how to mend it."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from sera_core.contracts import BadInput
from sera_core.evaluate.cells.differences import interactions
from sera_core.evaluate.cells.fixed import cutoff_changes
from sera_core.evaluate.cells.margins import noninferiority
from sera_core.evaluate.combinations import members
from sera_core.evaluate.cutoff import cutoff_interval
from sera_core.evaluate.delong import AucDifference
from sera_core.evaluate.fixed import sensitivities_at
from sera_core.evaluate.named import named_cutoffs, named_number
from sera_core.evaluate.noninferior import area_p, checked_margin, share_p
from sera_core.evaluate.partial import partial_auc
from sera_core.evaluate.placements import checked
from sera_core.evaluate.pooling import pool, pool_pairs
from sera_core.evaluate.samplesize import Sampling, for_area, for_difference, for_share
from tests.evaluate.rows import CUTOFFS, table

PLAN = Sampling()
TWO = np.zeros((3, 2))


SAID = [
    (lambda: table().at("nowhere"), "no_centre", "The table has no centre 'nowhere': choose of home, away."),
    (lambda: table().select([], ["home"]), "nothing_chosen", "Choose at least one model and one centre."),
    (lambda: table().select(["alpha"], []), "nothing_chosen", "Choose at least one model and one centre."),
    (
        lambda: interactions(table(), "nobody"),
        "no_reader",
        "The table has no reader 'nobody': choose of reader_1_acr2017, reader_2_acr2017.",
    ),
    (
        lambda: cutoff_changes(table(), "delta", CUTOFFS, 0.3),
        "no_model",
        "The table has no model delta: name one of alpha, beta.",
    ),
    (
        lambda: named_cutoffs([("zeta", 0.5), ("beta", 0.5), ("delta", 0.1)], table().select(["beta"])),
        "no_model",
        "The table has no model delta, zeta: name one of alpha, beta, reader_1_acr2017, reader_2_acr2017.",
    ),
    *(
        (ask, "cutoff", "A cut-off of 7 for beta is no probability: give a number from 0 to 1.")
        for ask in (
            lambda: named_cutoffs([("reader_1_acr2017", 7), ("beta", 7)], table()),
            lambda: cutoff_changes(table(), "beta", CUTOFFS, 7),
        )
    ),
    (
        lambda: named_number("auc=abc", "MEASURE", "auc=0.05"),
        "named_number",
        "'auc=abc' is not MEASURE=VALUE: write for example auc=0.05.",
    ),
    (lambda: named_number("=3"), "named_number", "'=3' is not MODEL=VALUE: write for example my-network=0.56."),
    (lambda: named_number("m=inf"), "named_number", "'m=inf' is not MODEL=VALUE: write for example my-network=0.56."),
    (
        lambda: noninferiority(table(), CUTOFFS, {"ppv": 0.1}),
        "margin",
        "There is no margin of ppv: give one of auc, sensitivity, specificity.",
    ),
    *(
        (
            lambda margin=margin: checked_margin(margin),
            "margin",
            f"A margin of {margin:g} is none: give a number between 0 and 1, for example 0.05.",
        )
        for margin in (0, 1, -0.1)
    ),
    (
        lambda: members("AX"),
        "networks",
        "'AX' is no combination of A, O, V, Vv, R, I: write it like 'AOVv'.",
    ),
    (
        lambda: sensitivities_at([0, 1], [0.1, 0.9], [0.5, 1.0]),
        "share",
        "1 is no share to be fixed: give a number between 0 and 1.",
    ),
    (
        lambda: cutoff_interval([0, 1, 1], [0.1, 0.4, 0.9], [1, 1, 1], draws=0),
        "few_patients",
        "No sample of the patients has both classes: give more patients.",
    ),
    (
        lambda: partial_auc([0, 1], [0.1, 0.9], 0.9, 0.8),
        "range",
        "The range of sensitivity 0.9 to 0.8 is empty: choose 0 <= low < high <= 1.",
    ),
    (lambda: checked([0, 1], [0.5]), "lengths", "There are 2 labels but 1 scores: give one score a case."),
    *(
        (
            lambda given=given: checked(*given),
            "values",
            "Labels must be 0 or 1 and scores finite numbers: mend the rows that are not.",
        )
        for given in (([0, 2], [0.1, 0.2]), ([0, 1], [0.1, np.nan]))
    ),
    (
        lambda: checked([1, 1], [0.1, 0.2]),
        "one_class",
        "An ROC curve needs benign and malignant cases: one class is missing here.",
    ),
    (lambda: pool([1, 2], [1, 1]), "few_centres", "Pooling needs at least 3 centres, not 2."),
    (lambda: pool_pairs(*TWO.T, TWO), "few_centres", "Pooling pairs needs at least 4 centres, not 3."),
    *(
        (
            lambda area=area: for_area(area, 0.05, PLAN),
            "area",
            f"An AUC of {area:g} cannot be planned for: give one between 0.5 and 1.",
        )
        for area in (0.5, 1, 1.5)
    ),
    (lambda: for_area(0.8, 0, PLAN), "share", "half width is 0: give a number between 0 and 1."),
    (lambda: for_share(1, 0.1, PLAN), "share", "share is 1: give a number between 0 and 1."),
    (lambda: for_share(0.9, 1, PLAN), "share", "half width is 1: give a number between 0 and 1."),
    (lambda: for_difference(0.8, 0.7, 0.5, PLAN, 1), "share", "power is 1: give a number between 0 and 1."),
    (lambda: Sampling(prevalence=0), "share", "prevalence is 0: give a number between 0 and 1."),
    *(
        (
            lambda given=given: for_difference(*given, PLAN),
            "difference",
            "Two AUCs must differ, and their scores' correlation lie between 0 and 1.",
        )
        for given in ((0.8, 0.8, 0.5), (0.8, 0.7, 1.0), (0.8, 0.7, -0.1), (0.8, 0.7, 1.5))
    ),
    *(
        (
            lambda given=given: Sampling(0.5, *given),
            "images",
            "Give at least one image a patient, and a correlation between 0 and 1.",
        )
        for given in ((0.9, 0.5), (2, 1.1), (2, -0.1))
    ),
]


@pytest.mark.parametrize(("ask", "code", "words"), SAID, ids=[f"{code}-{k}" for k, (_, code, _) in enumerate(SAID)])
def test_a_refusal_says_what_why_and_how_to_mend_it(ask: Callable[[], object], code: str, words: str) -> None:
    with pytest.raises(BadInput) as refused:
        ask()
    assert (refused.value.code, str(refused.value)) == (code, words)


def test_a_margin_is_shown_without_a_variance_only_where_the_difference_is_known_to_be_above_it() -> None:
    same = AucDifference(0.0, 0.0, 0.0, 1.0, variance=0.0)
    assert area_p(same, 0.05) == 0.0
    assert np.isnan(area_p(AucDifference(-0.05, np.nan, np.nan, np.nan, variance=0.0), 0.05))
    assert np.isnan(area_p(AucDifference(0.2, np.nan, np.nan, np.nan), 0.05))
    assert np.isnan(share_p([], [], 0.1))
    assert np.isnan(share_p([True] * 4, [True] * 4, 1e-300))
