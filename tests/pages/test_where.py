"""Which case a view belongs to, and what of the case stays."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from sera_core.exam import Nodule, Prior, Size
from sera_core.ui.diagnose.where import Kept, Where, joined
from sera_core.ui.state import Place
from tests.exam.samples import exam, view

EARLIER = Prior("0" * 32, 1, date(2025, 3, 1), Size(12.0))


def test_a_link_to_an_earlier_exam_that_is_taken_back_is_gone() -> None:
    """It stayed, and the page called the case saved."""
    one = Nodule((view(),))
    kept = Kept(Place("a" * 32, 0, 0), exam(replace(one, prior=EARLIER)))
    said = joined(exam(one), Where("a" * 32, 0, 0), kept)
    assert said.exam.nodules[0].prior is None
    assert not said.saved
    again = joined(exam(replace(one, prior=EARLIER)), Where("a" * 32, 0, 0), kept)
    assert again.saved


def test_a_further_view_leaves_the_link_as_it_is() -> None:
    one = Nodule((view(),))
    kept = Kept(Place("a" * 32, 0, 0), exam(replace(one, prior=EARLIER)))
    grown = joined(exam(one), Where("a" * 32, 0), kept).exam.nodules[0]
    assert grown.prior == EARLIER
    assert len(grown.views) == 2
