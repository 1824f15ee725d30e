"""Save in Diagnose, leave, come back, reopen, add the pathology, compare, delete; and nobody reads another's."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from sera_core.cases.database import URL
from sera_core.cases.log import Log
from sera_core.exam import Histology, Nodule, Pathology, Plane, Pole, Side
from sera_core.ui.cases.owner import owner
from sera_core.wording.diagnosis import headline
from sera_core.wording.labels import LABELS
from tests.exam.samples import exam, small, view

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Log:
    monkeypatch.setenv(URL, f"sqlite:///{tmp_path / 'cases.sqlite'}")
    return Log()


def words(at: AppTest) -> str:
    kinds = ("markdown", "caption", "code", "warning", "info", "success")
    return "\n".join(str(element.value) for kind in kinds for element in at.get(kind))


def quiet(at: AppTest) -> AppTest:
    assert not at.exception
    assert not at.error
    return at


def by_label(elements: Any, label: str) -> Any:
    return next(one for one in elements if one.label == label)


def test_saved_left_reopened_completed_and_deleted(home: AppTest, log: Log, model: str) -> None:
    quiet(home.run())
    page = quiet(home.switch_page("pages/1_Diagnose.py").run())
    assert log.find() == (), "opening a page saves nothing"
    by_label(page.text_input, "Case code").set_value("A-1").run()
    by_label(page.segmented_control, "Plane").set_value(Plane.TRANSVERSE)
    by_label(page.segmented_control, "Side").set_value(Side.LEFT).run()
    page.button(key="save-case").click().run()
    quiet(page)
    (entry,) = log.find("A-1")
    saved = log.open(entry.id)
    found = saved.nodules[0].views[0].diagnosis
    assert (saved.nodules[0].side, saved.nodules[0].views[0].plane) == (Side.LEFT, Plane.TRANSVERSE)
    assert entry.id[:8] in words(page)

    cases = quiet(page.switch_page("pages/4_Cases.py").run())
    assert f"weights {found.reading.model_sha256[:12]}, still installed" in words(cases)
    assert cases.dataframe[0].value.loc[0, ["Advice", "Probability", "Verdict"]].tolist() == [
        LABELS[found.advice.action].word,
        "over 99%",
        headline(found.reading),
    ]
    assert "Left lobe" in words(cases)
    cases.button(key="reopen-0-0").click().run()
    again = quiet(cases.switch_page("pages/1_Diagnose.py").run())
    assert "Case A-1, nodule 1 is still here." in "\n".join(str(text.value) for text in again.text)
    assert again.button(key="save-case").label == "Saved", "what was saved is the same to the last bit"
    by_label(again.segmented_control, "Pole").set_value(Pole.LOWER).run()
    again.button(key="save-case").click().run()
    quiet(again)
    (entry,) = log.find()  # in its own place
    assert (log.open(entry.id).nodules[0].side, log.open(entry.id).nodules[0].pole) == (Side.LEFT, Pole.LOWER)
    second = log.open(entry.id).nodules[0].views[0].diagnosis
    assert second.image.key == found.image.key
    for name in ("probability", "low", "high", "cutoff", "model_sha256", "box"):
        assert getattr(second.reading, name) == getattr(found.reading, name), name
    np.testing.assert_array_equal(second.reading.heatmap.values, found.reading.heatmap.values)
    assert second.advice == found.advice

    cases = quiet(again.switch_page("pages/4_Cases.py").run())
    cases.selectbox(key=f"bethesda-{entry.id}-1").set_value(6)
    by_label(cases.button, "Save pathology").click().run()
    quiet(cases)
    assert log.open(entry.id).nodules[0].pathology == Pathology(6)
    assert cases.dataframe[0].value["Bethesda"].tolist() == ["VI, malignant"]
    by_label(cases.button, "Delete this case").click().run()
    quiet(cases)
    assert log.find() == ()
    assert "No case yet" in words(cases)


def test_a_reading_is_saved_once_its_changes_in_its_place_and_another_nodule_beside_it(
    home: AppTest, log: Log, model: str
) -> None:
    home.run()
    page = quiet(home.switch_page("pages/1_Diagnose.py").run())
    page.button(key="save-case").click().run()
    (first,) = log.find()
    assert page.button(key="save-case").label == "Saved"
    assert page.button(key="save-case").disabled, "the same reading is one case"

    by_label(page.segmented_control, "Side").set_value(Side.LEFT).run()
    assert page.button(key="save-case").label == "Save changes"
    page.button(key="save-case").click().run()
    (entry,) = log.find()
    assert (entry.id, log.open(entry.id).nodules[0].side) == (first.id, Side.LEFT)
    by_label(page.segmented_control, "Side").set_value(None).run()
    page.button(key="save-case").click().run()
    assert log.open(entry.id).nodules[0].side is None, "what was cleared is not kept"

    page.number_input(key="box_x").set_value(2).run()  # elsewhere on the same frame
    assert page.button(key="save-case").label == "Save"
    page.button(key="save-case").click().run()
    (entry,) = log.find()
    boxes = [nodule.views[0].diagnosis.reading.box for nodule in log.open(entry.id).nodules]
    assert len(boxes) == 2
    assert boxes[0].overlap(boxes[1]) < 0.5

    log.delete(entry.id)
    quiet(page.run())
    assert page.button(key="save-case").label == "Save", "what was deleted is not said to be saved"
    page.button(key="save-case").click().run()
    assert len(quiet(page) and log.find()) == 1


def test_a_second_view_joins_its_nodule(home: AppTest, log: Log, model: str) -> None:
    case = log.save(exam(Nodule((view(Plane.LONGITUDINAL),)), code="B-2"))
    home.run()
    page = home.switch_page("pages/1_Diagnose.py").run()
    by_label(page.text_input, "Case code").set_value("B-2").run()
    place = by_label(page.selectbox, "This view belongs to")
    place.select_index(1).run()
    assert "2 still frames" in words(page), "the report tells the exam as it would be saved"
    page.button(key="save-case").click().run()
    quiet(page)
    (entry,) = log.find()
    assert entry.id == case
    assert len(log.open(case).nodules[0].views) == 2


def test_a_saved_answer_that_another_box_could_turn_still_says_so(home: AppTest, log: Log) -> None:
    log.save(exam(Nodule((view(low=0.44),)), code="T-1"))
    quiet(home.run())
    cases = quiet(home.switch_page("pages/4_Cases.py").run())
    turns = "A slightly different box could turn this answer."
    assert any(line.value.startswith(turns) for line in cases.markdown)
    (report,) = (code.value for code in cases.code)
    assert turns in " ".join(report.split())


def test_own_cases_open_on_compare_as_one_s_own_centre(home: AppTest, log: Log) -> None:
    for seed, histology in enumerate([Histology.MALIGNANT, Histology.BENIGN] * 3):
        one = Nodule((view(image=small(seed), probability=0.4 + seed / 20),), pathology=Pathology(None, histology))
        log.save(exam(one, code=f"C-{seed}"))
    home.run()
    cases = quiet(home.switch_page("pages/4_Cases.py").run())
    assert "6 real nodules (3 malignant, 3 benign)" in words(cases)
    cases.button(key="compare-cases").click().run()
    compare = quiet(cases)
    assert "own cases.csv" in words(compare)
    assert "own (3" in words(compare)


def test_who_signs_in_sees_his_own_cases_only(log: Log, monkeypatch: pytest.MonkeyPatch) -> None:
    def at(user: str) -> AppTest:
        monkeypatch.setattr(st, "user", {"is_logged_in": True, "iss": "https://hospital", "sub": user})
        page = AppTest.from_file(str(ROOT / "pages" / "4_Cases.py"), default_timeout=60)
        page.secrets["auth"] = {"redirect_uri": "http://localhost:8501/oauth2callback", "client_id": "sera"}
        return quiet(page.run())

    monkeypatch.setattr("sera_core.ui.cases.owner.asks_who", lambda: True)
    monkeypatch.setattr(st, "user", {"is_logged_in": True, "iss": "https://hospital", "sub": "her"})
    Log(owner()).save(exam(code="HERS"))
    log.save(exam(code="NOBODY'S"))
    assert "HERS" in words(at("her"))
    assert "No case yet" in words(at("him"))
    assert not {"HERS", "NOBODY'S"} & set(words(at("him")).split())
