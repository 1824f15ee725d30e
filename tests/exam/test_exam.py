"""Sizes, views together, growth and the plan for several nodules, against numbers reckoned by hand."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sera_core.contracts import Action, BadInput, Description, Guideline, Shape, Verdict
from sera_core.diagnosis import advise
from sera_core.exam import Nodule, Pathology, Plane, Prior, Size, combined, growth, plan
from sera_core.exam.growth import grown
from sera_core.exam.record import Histology
from tests.exam.samples import described, exam, view
from tests.reports.samples import SEEN


def nodule(*sizes: tuple[float, float], **changes: object) -> Nodule:
    planes = (Plane.TRANSVERSE, Plane.LONGITUDINAL)
    return Nodule(tuple(view(plane, size) for plane, size in zip(planes, sizes, strict=False)), **changes)  # type: ignore[arg-type]


def test_three_diameters_and_the_volume_come_from_two_planes() -> None:
    size = nodule((14.0, 11.0), (18.0, 12.0)).size
    assert size == Size(18.0, 12.0, 14.0)
    assert size.volume_ml == pytest.approx(np.pi / 6 * 18 * 12 * 14 / 1000)
    assert nodule((14.0, 11.0)).size == Size(None, 11.0, 14.0)
    assert nodule((14.0, 11.0)).size.volume_ml is None
    assert Nodule((view(Plane.OTHER),)).size == Size()


def test_the_largest_dimension_over_views_drives_the_guideline() -> None:
    small, both = nodule((9.0, 8.0)), nodule((9.0, 8.0), (16.0, 9.0))
    acr = Guideline.ACR2017
    advised = {one.largest_mm: combined(with_guideline(one, acr)).advice for one in (small, both)}
    assert {size: (said.category, said.action) for size, said in advised.items()} == {
        9.0: ("TR5", Action.FOLLOW_UP),
        16.0: ("TR5", Action.FNA),
    }
    assert replace(both, typed=Size(9.5, 8.0, 9.0)).largest_mm == 9.5, "the reader's three go before the outlines"
    assert replace(both, typed=Size(None, None, 20.0)).largest_mm == 20.0


def test_a_view_that_a_model_read_answers_for_one_that_none_read() -> None:
    read = view(Plane.LONGITUDINAL)
    found = combined(Nodule((described(Plane.TRANSVERSE), read)))
    assert (found.reading, found.image.key) == (read.diagnosis.reading, read.diagnosis.image.key)
    assert found.size_mm == 22.0
    none = combined(Nodule((described(Plane.TRANSVERSE), described(Plane.LONGITUDINAL))))
    assert not none.reading.asked
    assert none.advice.category == "K-TIRADS 5"


def with_guideline(one: Nodule, guideline: Guideline, **said: object) -> Nodule:
    def changed(seen: Description) -> Description:
        return replace(seen, **said)  # type: ignore[arg-type]

    views = []
    for shown in one.views:
        patient = shown.diagnosis.patient
        patient = replace(patient, guideline=guideline, seen=changed(patient.seen))
        found = shown.diagnosis
        views.append(replace(shown, diagnosis=advise(found.image, found.reading, patient, (), found.measured)))
    return replace(one, views=tuple(views))


def test_views_are_combined_by_the_mean_of_their_logits() -> None:
    views = (
        view(Plane.LONGITUDINAL, probability=0.9, high=0.95),
        view(probability=0.2, low=0.1, verdict=Verdict.BENIGN),
    )
    found = combined(Nodule(views)).reading
    odds = (0.9 / 0.1 * 0.2 / 0.8) ** 0.5
    assert found.probability == pytest.approx(odds / (1 + odds))
    assert (found.low, found.high) == (0.1, 0.95)
    assert found.verdict is Verdict.MALIGNANT  # 0.6, above the band up to 0.55
    between = Nodule((view(probability=0.7), view(probability=0.28)))
    assert combined(between).reading.verdict is Verdict.INDETERMINATE
    alone = view(probability=0.74)
    assert combined(Nodule((alone,))).reading == alone.diagnosis.reading


def test_another_model_s_view_and_a_strange_one_are_not_mixed_in() -> None:
    odd = view(Plane.LONGITUDINAL, probability=0.01)
    reading = odd.diagnosis.reading
    other = replace(odd, diagnosis=replace(odd.diagnosis, reading=replace(reading, model_sha256="f" * 64)))
    strange = replace(reading, familiarity=replace(reading.familiarity, percentile=1.0))
    fringe = replace(odd, diagnosis=replace(odd.diagnosis, reading=strange))
    for second in (other, fringe):
        assert combined(Nodule((view(), second))).reading.probability == 0.74


def test_words_of_the_transverse_view_go_first() -> None:
    wide = replace(SEEN, shape=Shape.WIDER_THAN_TALL)
    longitudinal = view(Plane.LONGITUDINAL, seen=Description.of(wide))
    across = view(seen=Description(shape=Shape.TALLER_THAN_WIDE))
    seen = combined(Nodule((longitudinal, across))).patient.seen
    assert seen == Description.of(SEEN)


# ---- growth ----------------------------------------------------------------------------------------------------------

TENTHS = st.integers(10, 400)


@given(st.tuples(TENTHS, TENTHS, TENTHS), st.tuples(TENTHS, TENTHS, TENTHS))
def test_growth_follows_the_rule_in_exact_fractions(before: tuple[int, ...], now: tuple[int, ...]) -> None:
    pairs = [(Fraction(a, 10), Fraction(b, 10)) for a, b in zip(before, now, strict=True)]
    wider = sum(b / a >= Fraction(6, 5) and b - a >= 2 for a, b in pairs) >= 2
    volumes = [Fraction(x * y * z) for x, y, z in (before, now)]
    expected = wider or volumes[1] / volumes[0] >= Fraction(3, 2)
    assert grown(Size(*(a / 10 for a in before)), Size(*(b / 10 for b in now))) is expected


@pytest.mark.parametrize(
    ("before", "now", "significant"),
    [
        ((10, 10, 10), (12, 12, 10), True),
        ((10, 10, 10), (12, 11.9, 10), False),  # 20 % in one dimension only, volume 43 %
        ((5, 5, 5), (6, 6, 5), False),  # 20 %, but 1 mm; volume 44 %
        ((10, 10, 10), (15, 10, 10), True),  # volume 50 %
        ((20, 20, None), (24, 24, None), True),
        ((20, 20, None), (24, 20, None), False),
        ((20, None, None), (40, None, 3), None),
    ],
)
def test_growth_at_its_limits(before: tuple, now: tuple, significant: bool | None) -> None:
    assert grown(Size(*before), Size(*now)) is significant


def test_growth_is_told_with_its_numbers_and_the_guideline_s_consequence() -> None:
    prior = Prior("a" * 32, 1, date(2029, 5, 1), Size(14.0, 9.0, 10.0))
    one = nodule((14.0, 11.0), (18.0, 12.0), prior=prior)
    found = growth(one, Guideline.ACR2017)
    assert found is not None
    assert found.significant
    for part in ("since 01 May 2029", "length 14 to 18 mm", "volume 0.66 to 1.58 ml (+140%)"):
        assert part in found.said
    assert "one year" in found.consequence
    assert "advises against" in growth(one, Guideline.EU2017).consequence  # type: ignore[union-attr]
    assert growth(replace(one, prior=None), Guideline.ACR2017) is None
    still = growth(replace(one, prior=replace(prior, size=one.size)), Guideline.ACR2017)
    assert (still.significant, still.consequence) == (False, "")  # type: ignore[union-attr]


# ---- several nodules -------------------------------------------------------------------------------------------------


def test_four_nodules_are_scored_and_two_advised_for_fna_by_acr_alone() -> None:
    sizes = (11.0, 30.0, 20.0, 25.0, 12.0)
    for guideline, actions in (
        (Guideline.ACR2017, [Action.NONE, Action.FNA, Action.FOLLOW_UP, Action.FNA, Action.FOLLOW_UP]),
        (Guideline.ATA2015, [Action.FNA] * 5),
    ):
        whole = exam(*(with_guideline(nodule((size, size)), guideline) for size in sizes))
        assert [one.advice.action for one in plan(whole)] == actions
        assert [one.diagnosis.advice.action for one in plan(whole)] == [Action.FNA] * 5


def test_more_points_go_before_a_larger_size() -> None:
    acr = Guideline.ACR2017
    fewer = with_guideline(nodule((40.0, 40.0)), acr, shape=Shape.WIDER_THAN_TALL)
    more = [with_guideline(nodule((size, size)), acr) for size in (12.0, 13.0)]
    assert [one.advice.action for one in plan(exam(fewer, *more))] == [Action.FOLLOW_UP, Action.FNA, Action.FNA]


@pytest.mark.parametrize(
    ("pathology", "label"),
    [
        (Pathology(), None),
        (Pathology(2), 0),
        (Pathology(6), 1),
        (Pathology(5), None),
        (Pathology(5, Histology.MALIGNANT), 1),
        (Pathology(6, Histology.BENIGN), 0),
        (Pathology(2, Histology.BORDERLINE), None),
    ],
)
def test_what_settles_a_label(pathology: Pathology, label: int | None) -> None:
    assert pathology.label == label


def test_what_cannot_be_is_refused() -> None:
    for wrong in (lambda: Nodule(()), lambda: Size(0.2), lambda: exam(code="x" * 65)):
        with pytest.raises(BadInput):
            wrong()
