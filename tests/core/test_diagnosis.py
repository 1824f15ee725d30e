"""The two halves of a diagnosis: what is read of an image, and what follows for a patient."""

from __future__ import annotations

from dataclasses import replace

import pytest

from sera_core.classifiers.cnn import Classifier
from sera_core.contracts import (
    Action,
    BadInput,
    Basis,
    Composition,
    Description,
    Descriptors,
    Echogenicity,
    Familiarity,
    Guideline,
    Margin,
    Measured,
    Patient,
    Shape,
    Verdict,
)
from sera_core.diagnosis import Request, advise, diagnose, opinions, read
from sera_core.exam import Exam
from sera_core.guidelines import advise_from_probability, assess
from sera_core.reports.page import pdf
from sera_core.reports.record import to_json
from sera_core.reports.text import as_text
from sera_core.simulate import SAMPLES, render
from sera_core.wording import percent
from tests.figures.hand import hand_made

SEEN = Descriptors(Composition.SOLID, Echogenicity.HYPOECHOIC, Shape.TALLER_THAN_WIDE, Margin.IRREGULAR)


def test_another_patient_around_the_same_pixels() -> None:
    made = hand_made()
    patient = Patient(9.0, Guideline.ACR2017, 0.05, Description.of(SEEN))
    after = advise(made.image, made.reading, patient, made.opinions)
    odds = 0.78 / 0.22 * 0.05 / 0.95  # Bayes on the odds, from the balanced prior
    assert after.probability_at_pretest == pytest.approx(odds / (1 + odds))
    assert after.advice == assess(Guideline.ACR2017, SEEN, 9.0)
    assert (after.reading, after.patient, after.opinions) == (made.reading, patient, made.opinions)


@pytest.mark.parametrize("target", ["malignant", "read as suspicious (Kwak TI-RADS 4c or 5)"])
@pytest.mark.parametrize("seen", [SEEN, None])
def test_only_descriptors_or_a_probability_of_cancer_carry_a_category(target: str, seen: Descriptors | None) -> None:
    made = hand_made(positive=target)
    found = advise(made.image, made.reading, Patient(14.0, seen=Description.of(seen) if seen else Description()))
    by_model = advise_from_probability(Guideline.KTIRADS2021, found.probability_at_pretest, 14.0)
    of_cancer = target == "malignant"
    assert found.model_advice == (by_model if of_cancer else None)
    if seen is not None:
        assert (found.basis, found.advice) == (Basis.DESCRIPTORS, assess(Guideline.KTIRADS2021, seen, 14.0))
    elif of_cancer:
        assert (found.basis, found.advice) == (Basis.PROBABILITY, by_model)
    else:
        assert (found.basis, found.advice.action, found.advice.category) == (
            Basis.NOTHING,
            Action.UNKNOWN,
            "unclassified",
        )
        assert "describe the nodule" in found.advice.rule


def test_a_number_at_the_fringe_carries_no_category_but_what_the_reader_saw_does() -> None:
    made = hand_made(positive="malignant", familiarity=Familiarity(1.0, 4.9, 2.0))
    silent = advise(made.image, made.reading, Patient(14.0))
    assert (silent.model_advice, silent.basis, silent.advice.category) == (None, Basis.NOTHING, "unclassified")
    seen = advise(made.image, made.reading, Patient(14.0, seen=WORDS))
    assert seen.advice == assess(Guideline.KTIRADS2021, SEEN, 14.0)
    for report in (to_json(seen), as_text(Exam.of(seen)), pdf(Exam.of(seen))):
        assert report


def test_a_refused_frame_has_no_number_but_advice_and_a_report(monkeypatch: pytest.MonkeyPatch) -> None:
    image = render(SAMPLES["papillary"].case).image
    monkeypatch.setattr(Classifier, "familiarity", lambda *_: [Familiarity(1.1, 0.0, 1.0)])
    found = diagnose(image, Request(), Patient(14.0, seen=WORDS), ask_all=True)
    assert not found.reading.answered
    assert (found.advice, found.model_advice) == (assess(Guideline.KTIRADS2021, SEEN, 14.0), None)
    record = to_json(found)
    numbers = ("probability", "probability_range", "probability_at_pretest", "fidelity", "heatmap_method")
    assert [record[name] for name in numbers] == [None] * 5
    assert any(warning["code"] == "unfamiliar" for warning in record["warnings"])
    exam = Exam.of(found)
    text = as_text(exam)
    assert text.splitlines()[1] == "NO ANSWER: THE MODEL DOES NOT KNOW THIS KIND OF IMAGE"
    assert found.advice.category in text
    assert percent(found.reading.probability) not in text.split("Other models")[0]
    assert pdf(exam).startswith(b"%PDF")


def test_a_model_of_simulated_frames_says_so_where_the_frame_need_not_be_the_simulators() -> None:
    sample = render(SAMPLES["papillary"].case).image
    of_a_clinic = replace(sample, source="a file")
    request = Request(method=None, model="lite0-simulated")
    assert [
        any(notice.code == "simulated_model" for notice in read(image, request).warnings)
        for image in (sample, of_a_clinic)
    ] == [False, True]


def test_a_reading_at_the_fringe_is_grey_and_its_range_holds_the_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    image = render(SAMPLES["papillary"].case).image
    known = read(image, Request(method=None))
    assert known.low < known.probability < known.high
    assert known.verdict is not Verdict.INDETERMINATE
    far = replace(known.familiarity, percentile=4.9)
    monkeypatch.setattr(Classifier, "familiarity", lambda *_: [far])
    strange = read(image, Request(method=None))
    assert (strange.probability, strange.verdict) == (known.probability, Verdict.INDETERMINATE)
    assert any(notice.code == "rarely_seen" for notice in strange.warnings)
    assert {opinion.verdict for opinion in opinions(image, strange.box, strange.outline)} == {Verdict.INDETERMINATE}


WORDS = Description.of(SEEN)
NONE = Description()


@pytest.mark.parametrize(
    ("reader", "program", "basis"),
    [
        (WORDS, NONE, Basis.DESCRIPTORS),
        (WORDS, replace(WORDS, margin=Margin.SMOOTH), Basis.DESCRIPTORS),
        (NONE, WORDS, Basis.PROPOSED),
        (Description(margin=Margin.IRREGULAR), replace(WORDS, margin=Margin.SMOOTH), Basis.CHANGED),
        (Description(margin=Margin.IRREGULAR), replace(WORDS, margin=None), Basis.CHANGED),
        (NONE, replace(WORDS, margin=None), Basis.NOTHING),
        (NONE, replace(WORDS, foci=None), Basis.NOTHING),
    ],
)
def test_the_advice_says_whose_words_it_rests_on(reader: Description, program: Description, basis: Basis) -> None:
    made = hand_made()
    found = advise(made.image, made.reading, Patient(14.0, seen=reader), measured=Measured((), (), program, 9.0))
    assert found.basis is basis
    if basis is Basis.NOTHING:
        assert found.advice.category == "unclassified"
    else:
        assert found.description.descriptors == SEEN, "the reader's word goes before the program's"
        assert found.advice == assess(Guideline.KTIRADS2021, SEEN, 14.0)


def test_the_outline_s_diameter_decides_until_a_size_is_given() -> None:
    made = hand_made()
    measured = Measured((), (), WORDS, 12.4)
    assert advise(made.image, made.reading, Patient(None), measured=measured).size_mm == 12.4
    found = advise(made.image, made.reading, Patient(3.0), measured=measured)
    assert (found.size_mm, found.advice) == (3.0, assess(Guideline.KTIRADS2021, SEEN, 3.0))


def test_words_of_reader_and_program_that_exclude_each_other_stay_open() -> None:
    fluid = Description(composition=Composition.CYSTIC, echogenicity=Echogenicity.ANECHOIC)
    assert Description(composition=Composition.SOLID).over(fluid).echogenicity is None
    assert Description(echogenicity=Echogenicity.ANECHOIC).over(WORDS).composition is None
    assert NONE.over(fluid) == fluid


@pytest.mark.parametrize(
    "wrong", [{"pretest": 1.0}, {"pretest": float("nan")}, {"size_mm": -3.0}, {"seen": "anechoic and solid"}]
)
def test_an_impossible_patient_is_refused_before_and_after_the_reading(wrong: dict) -> None:
    if "seen" in wrong:
        wrong = {"seen": replace(Description.of(SEEN), echogenicity=Echogenicity.ANECHOIC)}
    made = hand_made()
    with pytest.raises(BadInput) as late:
        advise(made.image, made.reading, Patient(**wrong))
    with pytest.raises(BadInput) as early:
        diagnose(made.image, patient=Patient(**wrong))
    assert early.value.code == late.value.code
