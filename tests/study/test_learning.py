"""How many cases a model needs: who teaches is drawn by patient, and whoever teaches is not asked."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from sera_core.contracts import BadInput
from sera_core.study import learning
from sera_core.study.arms import train_arm
from sera_core.study.design import Arm, Learning
from sera_core.study.run import run
from sera_core.study.stage import Stage
from sera_core.train.frozen import Bank, fit_frozen
from sera_core.train.recipes import Recipe
from tests.drawn import frames, write_centre
from tests.study.test_run import FRAMED, design_of


def test_so_many_patients_teach_and_all_others_are_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(learning, "FEWEST", 10)
    known = frames(72)  # 36 patients
    own = [replace(frame, case=replace(frame.case, split="train")) for frame in known]
    arm = Arm("linear", "Linear", ("Here",), Recipe("linear"), FRAMED)
    stage = Stage(tmp_path, lambda line: None)
    trained = train_arm(replace(design_of(tmp_path), folds=2), arm, own, stage)
    taught: list[list[str]] = []

    def fit(bank: Bank, rows: np.ndarray, *rest: object) -> object:
        taught.append([bank.frames[row].case.patient_id for row in rows])
        return fit_frozen(bank, rows, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(learning, "fit_frozen", fit)
    told: list[str] = []
    how = Learning(("linear",), (20, 24, 30, 40), repeats=3)
    found = learning.curve(trained, how, replace(stage, report=told.append))
    assert found["patients"].tolist() == [20, 24], "beside 30 there would be too few to test on"
    assert told[0].startswith("30, 40 patients left out of the curve: 36 are too few")
    assert found["tested"].tolist() == [16, 12]
    assert (found["low"] <= found["auc"]).all()
    assert (found["auc"] > 0.9).all(), "drawn frames are easy"
    whose = {frame.case.patient_id: frame.case.label for frame in known}
    for patients, number in zip(taught, [20] * 3 + [24] * 3, strict=True):
        assert len(patients) == 2 * number, "both frames of each"
        assert len(set(patients)) == number
        assert sum(whose[patient] for patient in set(patients)) == number / 2
    assert len({tuple(sorted(set(patients))) for patients in taught}) == 6, "drawn anew each time"


def test_a_curve_without_a_size_is_refused_before_anything_is_trained(tmp_path: Path) -> None:
    design = design_of(write_centre(tmp_path, "Here", 72, "train", seed=0, folds=2))
    design = replace(design, learning=Learning(("tiny-transfer",), (20, 40)))
    (tmp_path / "learning.csv").write_text("an earlier one")
    with pytest.raises(BadInput, match=r"The 36 patients of tiny-transfer are too few for a learning curve at 20, 40 "):
        run(design, tmp_path, Stage(tmp_path / "work", lambda line: None), tmp_path / "models")
    assert (tmp_path / "learning.csv").read_text() == "an earlier one"
    assert not (tmp_path / "work" / "stages").exists()
