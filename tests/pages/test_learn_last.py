"""The last chapters: promises mended, alarms counted, one nodule before four scanners."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from streamlit.testing.v1 import AppTest

from sera_core.evaluate.calibration import logits
from sera_core.simulate.centres import CENTRES
from sera_core.simulate.samples import SAMPLES
from sera_core.ui.learn.chapters import prevalence, scanners
from sera_core.ui.learn.shown_study import answers_of
from tests.pages.conftest import chapter_at, shown
from tests.pages.desk import words


def test_the_computer_mends_as_a_logistic_regression_does(learn: AppTest) -> None:
    given = answers_of("vgg16-simulated", "C")
    oracle = LogisticRegression(C=np.inf).fit(logits(given.probability)[:, None], given.labels)
    at = chapter_at(learn, 14)
    before = float(shown(at)["Error (Brier)"])
    assert shown(at)["Before"] == shown(at)["Error (Brier)"]
    at.button(key="calibration_fit").click().run()
    assert at.slider(key="calibration_stretch").value == pytest.approx(oracle.coef_[0, 0], abs=0.026)
    assert at.slider(key="calibration_shift").value == pytest.approx(oracle.intercept_[0], abs=0.051)
    assert float(shown(at)["Error (Brier)"]) < before - 0.02
    assert shown(at)["Said, on average"] == shown(at)["Malignant in truth"]


def test_alarms_are_counted_patient_by_patient(learn: AppTest) -> None:
    given = answers_of("lite0-simulated", "internal")
    called = given.probability >= 0.4
    ill = given.labels == 1
    rng = np.random.default_rng(0)  # a waiting room of many patients, 20 % malignant, drawn from the test set
    room = np.concatenate([rng.choice(called[ill], 20_000), rng.choice(called[~ill], 80_000)])
    truth = np.arange(100_000) < 20_000
    at = chapter_at(learn, 15, prevalence_share="20", prevalence_cut="40")
    assert float(shown(at)["An alarm is right"].rstrip("%")) / 100 == pytest.approx(truth[room].mean(), abs=0.015)
    assert float(shown(at)["An all-clear is right"].rstrip("%")) / 100 == pytest.approx(
        (~truth[~room]).mean(), abs=0.01
    )
    assert "Of **200** malignant nodules" in words(at)


def test_nobody_ill_and_nobody_well() -> None:
    assert float(prevalence._right(0.0, 0.9, 0.8)) == 0
    assert float(prevalence._clear(1.0, 0.9, 0.8)) == 0
    assert float(prevalence._right(1.0, 0.9, 0.8)) == float(prevalence._clear(0.0, 0.9, 0.8)) == 1


def test_one_nodule_before_four_scanners() -> None:
    frames = [scanners._before(SAMPLES["papillary"].case, centre) for centre in CENTRES]
    assert len({frame.nodule for frame in frames}) == 1
    assert len({frame.image.key for frame in frames}) == 4
    assert len({frame.scanner.name for frame in frames}) == 4
    scale = {round(frame.box.height * frame.scanner.mm_per_px, 0) for frame in frames}
    assert len(scale) == 1  # as large in millimetres before each
