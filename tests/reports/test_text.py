"""What the copyable text says."""

from __future__ import annotations

import re

import pytest

from sera_core.contracts import (
    NOT_A_DEVICE,
    Action,
    Basis,
    Composition,
    Description,
    Diagnosis,
    Echogenicity,
    Fidelity,
    Guideline,
    Margin,
    Measured,
    Proposal,
    Sign,
    Verdict,
)
from sera_core.exam import Exam
from sera_core.guidelines import advise_from_probability, agreement, assess
from sera_core.reports import text as reports
from sera_core.wording import in_hundred, percent
from tests.reports.samples import SEEN, bare, diagnosis, heatmap

SIGNS = (
    Sign("long", "longest diameter", 12.4, "mm"),
    Sign("across", "diameter across it", 9.0, "mm"),
    Sign("height_over_width", "height over width", 1.3, "ratio"),
    Sign("echo", "echo of the solid part", -0.5, "log ratio"),
    Sign("lost_border", "share of the border without contrast", 0.25, "share"),
)


def as_text(diagnosis: Diagnosis) -> str:
    return reports.as_text(Exam.of(diagnosis))


def flat(text: str) -> str:
    return re.sub(r"\s+", " ", text)


def test_says_everything_that_matters():
    whole = diagnosis()
    text = flat(as_text(whole))
    for part in (
        "LIKELY TO BE READ AS SUSPICIOUS",
        "74% (66% to 79% when the region is drawn a little differently), above the uncertain band around the cut-off",
        "42% to be read as suspicious (Kwak TI-RADS 4c or 5), where 20% of nodules are",
        "62 of 100 training images",
        "Beta (real frames): 31%, unlikely to be read as suspicious",
        "Gamma (real frames): 66%, image too unfamiliar to count",
        "14 mm, largest dimension",
        "K-TIRADS 2021",
        whole.advice.rule,
        whole.advice.source,
        whole.reading.trained_on,
        whole.reading.model_sha256,
        "check that it holds the nodule",
        "Model and description differ",
        NOT_A_DEVICE,
    ):
        assert part in text, part
    assert max(map(len, as_text(whole).splitlines())) <= 88


def test_no_millimetres_of_the_image_without_a_scale():
    text = flat(as_text(bare()))
    assert "Size: not given" in text
    assert "Scale: unknown" in text
    assert "mm a pixel" not in text
    assert not re.search(r"\d mm", text.replace(flat(bare().advice.rule), ""))


@pytest.mark.parametrize(
    ("fidelity", "words"),
    [
        (
            Fidelity((0, 1, 2, 3, 4), (0, 1, 2, 3, 4), 1.0, 0.01),
            "correlation +1.00 over 5 random places. The map points at what the model used",
        ),
        (
            Fidelity((0, 1, 2, 3, 4), (0, 1, 2, 3, 4), 0.2, 0.3),
            "Moved at random, the map reaches that in 30% of cases: the test cannot tell",
        ),
        (Fidelity((0, 1, 2, 3, 4), (0, 1, 2, 3, 4), -0.2, 0.8), "do not read this map as an explanation"),
        (None, "was not measured"),
    ],
)
def test_fidelity_in_words(fidelity, words):
    assert words in flat(as_text(diagnosis(heatmap=heatmap(fidelity))))


def test_agreement_of_reader_and_model_is_told_as_on_the_page():
    advice = assess(Guideline.ACR2017, SEEN, 14.0)
    assert agreement(advice, advice).sentence in flat(as_text(diagnosis(advice=advice, model_advice=advice)))
    ours, theirs = (advise_from_probability(Guideline.KWAK2011, 0.8, 14.0), assess(Guideline.KWAK2011, SEEN, 14.0))
    assert {ours.action, theirs.action} == {Action.UNKNOWN}
    text = flat(as_text(diagnosis(advice=theirs, model_advice=ours)))
    assert "Agreement: The categories agree: model TI-RADS 5, description TI-RADS 5." in text
    assert "Agreement" not in as_text(bare())


def test_the_report_says_what_its_advice_rests_on():
    assert "the model's probability has no part in it" in flat(as_text(diagnosis()))
    assert "Nothing yet: the nodule is not wholly described" in flat(as_text(bare()))
    alone = bare(model_advice=advise_from_probability(Guideline.KTIRADS2021, 0.05, None))
    assert "The model's probability alone" in flat(as_text(alone))


def test_the_report_says_who_said_each_word():
    by_program = Description(Composition.SOLID, Echogenicity.ISOECHOIC, None, Margin.SMOOTH, frozenset())
    proposals = (
        Proposal("composition", "solid", 0.87, True),
        Proposal("echogenicity", "isoechoic", 0.61, True),
        Proposal("margin", "smooth", 0.9, True),
        Proposal("shape", "taller_than_wide", 0.38, False, told=True),
    )
    own = Description(echogenicity=Echogenicity.HYPOECHOIC, margin=Margin.SMOOTH)
    made = diagnosis(seen=own, measured=Measured(SIGNS, proposals, by_program, 12.4), size_mm=None)
    text = flat(as_text(made))
    assert "The reader sees: Hypoechoic, smooth" in text
    assert "Instead of: Isoechoic (proposed)" in text, "a confirmed proposal was not changed"
    assert "Proposed: Solid (87%), none (foci)" in text
    assert "Still open: shape. Please look." in text
    assert "12.4 mm, largest dimension, proposed by the program from the outline" in text
    assert "12.4 mm long, 9.0 mm across, height over width 1.30" in text
    assert made.basis is Basis.PROBABILITY


def test_digits_where_the_probability_is_next_to_a_bound():
    text = as_text(diagnosis(probability=0.4834, verdict=Verdict.INDETERMINATE))
    assert "48.3% (66%" in flat(text)
    assert "inside the uncertain band around the cut-off of 48.0%" in flat(text)


def test_percent_never_claims_certainty():
    assert [percent(share) for share in (0.0, 0.004, 0.005, 0.006, 0.5, 0.994, 0.995, 0.996, 1.0)] == [
        "under 1%", "under 1%", "under 1%", "1%", "50%", "99%", "over 99%", "over 99%", "over 99%",
    ]  # fmt: skip
    for k in range(10001):
        for said in (percent(k / 10000), percent(k / 10000, 1), in_hundred(k / 10000)):
            assert not re.fullmatch(r"(about )?(0|0\.0|100|100\.0)%?", said), said


@pytest.mark.parametrize("share", [0.0, 1e-5, 0.99996, 1.0])
def test_no_certainty_anywhere_in_the_text(share):
    advice = advise_from_probability(Guideline.KTIRADS2021, share, 14.0)
    text = flat(as_text(diagnosis(probability=share, probability_at_pretest=share, advice=advice)))
    assert not re.search(r"(?<![\d.])(0|0\.00\d*|99\.\d+|100)%", text)
    assert text.count("under 1%" if share < 0.5 else "over 99%") >= 4
