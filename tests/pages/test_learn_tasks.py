"""Chapter 2 without a browser."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from sera_core.lessons import tasks
from sera_core.simulate.samples import SAMPLES
from tests.pages.conftest import chapter_at, shown

TASKS = ("Exam", "Object", "Localisation", "Detection", "Outline")


def chapter(learn: AppTest, task: str, **link: str) -> AppTest:
    return chapter_at(learn, 2, tasks_step=task, **link)


@pytest.mark.parametrize("task", TASKS)
def test_every_task_opens_with_numbers_and_a_formula(learn: AppTest, model: str, task: str) -> None:
    page = chapter(learn, task)
    assert len(page.metric) >= 3
    assert len(page.latex) == 1


def test_a_box_on_the_nodule_overlaps_it_wholly(learn: AppTest, model: str) -> None:
    first = tasks.true_boxes(tasks.with_second(SAMPLES["papillary"].case))[0]
    page = chapter(learn, "Localisation", tasks_box="-".join(map(str, first.as_list())))
    assert shown(page)["Your overlap"] == "1.00"


def test_two_kept_boxes_find_two_nodules(learn: AppTest, model: str) -> None:
    boxes = tasks.true_boxes(tasks.with_second(SAMPLES["papillary"].case))
    word = "_".join("-".join(map(str, box.as_list())) for box in boxes)
    page = chapter(learn, "Detection", tasks_kept=word)
    assert shown(page)["Found"] == "2 of 2"
    page.button(key="tasks_forget").click().run()
    assert shown(page)["Found"] == "0 of 2"
    assert shown(page)["Precision"] == "–"  # of no box there is no share


def test_the_outline_is_our_own_and_is_measured(learn: AppTest, model: str) -> None:
    page = chapter(learn, "Outline")
    numbers = shown(page)
    assert float(numbers["Dice with the truth"]) > 0.8
    assert "SERA's confidence" in numbers
    table = page.table[0].value
    long = table[table["Measured"] == "Longest diameter"].iloc[0, 1]
    true = SAMPLES["papillary"].case.nodule.size_mm
    assert long.endswith(" mm")
    assert abs(float(long.removesuffix(" mm")) - true) < 2
