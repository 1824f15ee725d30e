from dataclasses import replace

import pytest

from sera_core.contracts import BadInput, Composition, Descriptors, Echogenicity, Guideline, Margin, Shape
from sera_core.diagnosis import Request, reconsider
from sera_core.guidelines import advise_from_probability, assess
from tests.figures.hand import hand_made

SEEN = Descriptors(Composition.SOLID, Echogenicity.HYPOECHOIC, Shape.TALLER_THAN_WIDE, Margin.IRREGULAR)


def test_another_patient_around_the_same_pixels() -> None:
    asked = Request(size_mm=9.0, guideline=Guideline.ACR2017, pretest=0.05, descriptors=SEEN)
    before, after = hand_made(), reconsider(hand_made(), asked)
    odds = 0.78 / 0.22 * 0.05 / 0.95  # Bayes on the odds, from the balanced prior
    assert after.probability_at_pretest == pytest.approx(odds / (1 + odds))
    assert after.advice == advise_from_probability(Guideline.ACR2017, after.probability_at_pretest, 9.0)
    assert after.reader_advice == assess(Guideline.ACR2017, SEEN, 9.0)
    assert (after.size_mm, after.pretest, after.descriptors) == (9.0, 0.05, SEEN)
    kept = {"probability", "verdict", "model", "opinions", "warnings", "box"}
    assert all(getattr(after, name) == getattr(before, name) for name in kept)


def test_the_same_question_gives_the_same_answer() -> None:
    once = reconsider(hand_made(), Request(size_mm=14.0, descriptors=SEEN))
    twice = reconsider(once, Request(size_mm=14.0, descriptors=SEEN))
    assert replace(once, heatmap=None, image=twice.image) == replace(twice, heatmap=None)


def test_an_impossible_risk_is_refused() -> None:
    with pytest.raises(BadInput):
        reconsider(hand_made(), Request(pretest=1.0))
