from dataclasses import replace

import numpy as np
import pytest

from sera_core.contracts import Box, Familiarity, Fidelity, GreyImage, Judged, Line, ScaledRegion, Verdict
from sera_core.figures.palette import MARKER
from sera_core.wording import diagnosis as words
from sera_core.wording import glance
from sera_core.wording.verdict import GLYPH
from tests.figures.hand import hand_made, opinion

STRANGE = Familiarity(1.0, 2.0, 2.0)  # within the limit, but at the fringe
REFUSED = Familiarity(3.0, 0.0, 2.0)
FAMILIARITIES = ({"familiarity": STRANGE, "verdict": Verdict.INDETERMINATE}, {"familiarity": REFUSED})
SHAPES = {"circle": "●", "square": "■", "diamond": "◆"}


def test_glyphs_are_the_markers_of_the_figures() -> None:
    assert {verdict: SHAPES[MARKER[verdict]] for verdict in Verdict} == GLYPH


@pytest.mark.parametrize("verdict", list(Verdict))
def test_the_reason_names_the_probability_and_the_band(verdict: Verdict) -> None:
    said = words.verdict(hand_made(verdict=verdict).reading)
    assert "78%" in said
    assert "42% to 58%" in said
    assert ("cannot tell" in said) == (verdict is Verdict.INDETERMINATE)


def test_a_tenth_of_a_per_cent_is_told_next_to_a_bound() -> None:
    close = hand_made(probability=0.5034, low=0.5034, high=0.5034, verdict=Verdict.INDETERMINATE)
    said = words.verdict(close.reading)
    assert said.startswith("50.3% (50% to 50% when the region is drawn a little differently), inside")
    assert "the uncertain band around the cut-off of 50.0% (42.0% to 58.0%)" in said


TURNS = "A slightly different box could turn this answer."


@pytest.mark.parametrize(
    ("low", "high", "turns"),
    [(0.44, 0.73, True), (0.49, 0.5, True), (0.5, 0.9, False), (0.1, 0.499, False), (0.51, 0.9, False)],
)
@pytest.mark.parametrize("verdict", list(Verdict))
def test_a_range_that_holds_the_cut_off_is_told_with_every_verdict(
    low: float, high: float, turns: bool, verdict: Verdict
) -> None:
    """Whoever reaches the cut-off of 50 % is above it: a range from there on lies on one side."""
    reading = hand_made(low=low, high=high, verdict=verdict).reading
    assert reading.range_holds_cutoff == turns
    assert words.verdict(reading).endswith(f". {TURNS}") == turns
    assert (words.steadiness(reading) == TURNS) == turns
    assert words.headline(reading) == words.headline(hand_made(verdict=verdict).reading)  # the verdict stays


def test_where_no_verdict_is_drawn_none_can_turn() -> None:
    for strange in (STRANGE, REFUSED):
        reading = hand_made(low=0.1, high=0.9, familiarity=strange).reading
        assert not reading.range_holds_cutoff
        assert TURNS not in words.verdict(reading)


def test_the_number_of_a_verdict_that_is_withheld_is_none_of_the_reason() -> None:
    known, strange, refused = (hand_made(**changes).reading for changes in ({}, *FAMILIARITIES))
    assert glance.with_number(known) == "Likely to be read as suspicious, 78%"
    assert glance.with_number(strange) == "No verdict: the model hardly knows this kind of image. It gave 78%"
    assert glance.with_number(refused) == "No answer: the model does not know this kind of image"


def test_a_map_in_few_words_is_never_told_without_its_worth() -> None:
    heatmap = hand_made().reading.heatmap
    assert heatmap is not None
    told = {
        None: "not tested yet",
        Fidelity((0, 1), (0, 1), 0.6, 0.01): "trusted",
        Fidelity((0, 1), (0, 1), 0.2, 0.3): "not confirmed",
        Fidelity((0, 1), (0, 1), -0.1, 0.8): "not to be trusted",
    }
    for fidelity, word in told.items():
        said = glance.reason(replace(heatmap, fidelity=fidelity), (0.62, 0.32))
        assert said == f"62% of the heat on the nodule, 32% of what the model saw; map {word}"


def test_counts_are_given_at_both_prevalences() -> None:
    said = words.in_a_hundred(hand_made())
    assert "**about 78**" in said
    assert "**about 47** where 20% are" in said


def test_counts_never_claim_certainty() -> None:
    said = words.in_a_hundred(hand_made(probability=0.99996, probability_at_pretest=0.9998))
    assert "**over 99** are" in said
    assert "**over 99** where" in said
    assert "**under 1** where" in words.in_a_hundred(hand_made(probability_at_pretest=0.0001))


def test_models_of_malignancy_speak_of_it() -> None:
    simulated = hand_made(
        opinions=tuple(replace(o, positive="malignant in the simulator") for o in hand_made().opinions)
    )
    assert "- ● Beta (real frames): 31%, benign" in words.opinions(simulated)


def test_disagreeing_models_are_each_named_with_number_and_word() -> None:
    said = words.opinions(hand_made())
    assert said.startswith("**The models disagree**")
    for part in (
        "- ◆ Alpha (real frames): 78%, likely to be read as suspicious",
        "- ● Beta (real frames): 31%, unlikely to be read as suspicious",
        "- ■ Gamma (real frames): 52%, indeterminate",
    ):
        assert part in said


def test_a_model_that_does_not_know_the_image_has_no_say() -> None:
    stranger = replace(opinion("beta", 0.31, Verdict.BENIGN), familiarity=Familiarity(3.0, 0.0, 2.0))
    known = opinion("alpha", 0.78, Verdict.MALIGNANT), opinion("gamma", 0.7, Verdict.MALIGNANT)
    said = words.opinions(hand_made(opinions=(*known, stranger)))
    assert said.startswith("All 2 models")
    assert "Beta" not in said
    assert words.opinions(hand_made(opinions=(known[0], stranger))) == ""


def test_models_of_simulated_frames_have_no_word_beside_one_of_real_frames() -> None:
    known = opinion("alpha", 0.78, Verdict.MALIGNANT)
    other = replace(opinion("beta", 0.63, Verdict.MALIGNANT, positive="malignant"), domain="simulated")
    rest = "models for simulated frames, which answer another question"
    assert words.opinions(hand_made(opinions=(known, other))) == f"Hollow marks: {rest}."
    assert words.others(hand_made(opinions=(known, other))) == f"not told: {rest}"
    third = opinion("gamma", 0.31, Verdict.BENIGN)
    said = words.others(hand_made(opinions=(known, other, third)))
    assert said == f"Gamma (real frames): 31%, unlikely to be read as suspicious; not told: {rest}"


def test_at_the_fringe_a_number_has_no_verdict_no_side_and_no_count() -> None:
    strange = hand_made(familiarity=STRANGE, verdict=Verdict.INDETERMINATE)
    assert words.headline(strange.reading) == "No verdict: the model hardly knows this kind of image"
    assert "78% (71% to 84% when the region is drawn a little differently)" in words.verdict(strange.reading)
    for said in ("likely", "benign", "malignant", "cut-off", "below", "above"):
        assert said not in words.verdict(strange.reading)
    assert words.in_a_hundred(strange) == words.at_pretest(strange) == ""
    known = opinion("alpha", 0.78, Verdict.MALIGNANT)
    assert words.opinion(replace(known, familiarity=STRANGE)).endswith("78%, image too unfamiliar to count")


@pytest.mark.parametrize(("percentile", "word"), [(63, "familiar kind"), (12, "unusual"), (1, "strange")])
def test_familiarity_in_words(percentile: float, word: str) -> None:
    assert word in words.familiarity(Familiarity(1.0, percentile, 2.0))


@pytest.mark.parametrize(
    ("value", "change", "doubt"),
    [
        (Fidelity((0, 1, 2, 3, 4), (0, 1, 2, 3, 4), 0.6, 0.01), "the more its blurring takes", ""),
        (Fidelity((0, 1, 2, 3, 4), (0, 1, 2, 3, 4), 0.2, 0.3), "the more its blurring takes", "not confirmed"),
        (Fidelity((0, 1, 2, 3, 4), (0, 1, 2, 3, 4), 0.0, 1.0), "takes no more", "not to be trusted"),
        (Fidelity((0, 1, 2, 3, 4), (0, 1, 2, 3, 4), -0.3, 0.01), "takes no more", "not to be trusted"),
    ],
)
def test_fidelity_follows_the_sign_and_warns(value: Fidelity, change: str, doubt: str) -> None:
    assert change in words.fidelity(value)
    assert "over 5 random places" in words.fidelity(value)
    assert words.doubt(value) == doubt
    assert (doubt == "") == value.trusted
    assert ("no better than random" in words.trust(value)) == (value.correlation <= 0)


def test_how_often_the_test_of_a_map_is_right_is_told_where_it_was_measured() -> None:
    unknown = Judged("DDTI", 111, 0.7, 0.6, 0.8, 0.3)
    assert words.power(None) == words.power(unknown) == ""
    assert "passed 77% of such maps and 46% of maps drawn on" in words.power(
        replace(unknown, passes=0.77, truth_passes=0.46)
    )


def test_a_scale_is_told_where_it_holds_and_its_absence_with_the_reason() -> None:
    pixels = np.full((300, 500), 0.4, np.float32)
    left, right = Box(20, 20, 100, 100), Box(300, 20, 100, 100)
    assert "nothing is shown in millimetres" in words.scale(GreyImage(pixels), left)
    assert words.scale(GreyImage(pixels, (0.08, 0.1)), left) == "0.080 mm a pixel down, 0.100 mm across"
    panes = ScaledRegion(Box(0, 0, 250, 300), (0.1, 0.1)), ScaledRegion(Box(250, 0, 250, 300), (0.2, 0.2))
    image = GreyImage(pixels, regions=panes)
    assert [words.scale(image, box) for box in (left, right)] == ["0.100 mm a pixel", "0.200 mm a pixel"]
    said = words.scale(image, Line(200, 50, 300, 50))
    assert said.startswith("two at once (0.100 and 0.200 mm a pixel), so this line has no length")
