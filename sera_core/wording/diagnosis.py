"""The names and sentences of a diagnosis: page, text and PDF say the same thing in the same words."""

from __future__ import annotations

from sera_core.contracts import (
    Advice,
    Basis,
    Box,
    CamMethod,
    Descriptors,
    Diagnosis,
    Familiarity,
    Fidelity,
    GreyImage,
    Heatmap,
    Judged,
    Line,
    ModelOpinion,
    Outline,
    Reading,
    Verdict,
)
from sera_core.wording import verdict as verdicts
from sera_core.wording.labels import LABELS, NO_FOCUS_LABEL
from sera_core.wording.probability import in_hundred, of_hundred, percent

METHOD = {
    CamMethod.HIRESCAM: "HiRes-CAM",
    CamMethod.GRADCAM: "Grad-CAM",
    CamMethod.GRADCAM_PLUS_PLUS: "Grad-CAM++",
    CamMethod.XGRADCAM: "XGrad-CAM",
    CamMethod.LAYERCAM: "Layer-CAM",
    CamMethod.EIGENCAM: "Eigen-CAM",
    CamMethod.OCCLUSION: "Occlusion",
}
NO_DIAGNOSIS = "A probability is no diagnosis: only cytology or histology makes one."
LIMITS = (
    "The model saw one region of one still frame. It knows nothing of history, laboratory values, lymph nodes or "
    "other nodules.",
    NO_DIAGNOSIS,
    "The heatmap shows where this model found its evidence, not where disease is.",
)
WITHOUT_A_MODEL = (
    "No model took part: the report says what the reader saw and what a guideline makes of it.",
    "A category is no diagnosis: only cytology or histology makes one.",
)
NO_PICTURE = "No picture: where no region was read it would show the margins of the frame, where machines write names."


# ---- the number and the verdict --------------------------------------------------------------------------------------


def headline(reading: Reading) -> str:
    """The verdict in the terms of what the model was taught; none where the model hardly knows the kind of image."""
    if not reading.answered:
        return verdicts.NO_ANSWER if reading.asked else verdicts.UNREAD
    return verdicts.WITHHELD if reading.familiarity.fringe else verdicts.headline(reading.verdict, reading.positive)


def verdict(reading: Reading) -> str:
    """Where the probability lies against the cut-off and its bounds; to a tenth of a per cent where it lies close."""
    if not reading.asked:
        return f"{verdicts.UNREAD}. {reading.warnings[0].message}"
    if reading.familiarity.refused:
        return "No answer: the image is too unlike what the model was trained on. That says nothing against the image."
    if reading.familiarity.fringe:
        return (
            f"{percent(reading.probability)} {over_views(reading)}, on an image at the fringe of what the model was "
            "trained on: how often such a number is right there was never measured, so it speaks for neither side."
        )
    where = {Verdict.BENIGN: "below", Verdict.INDETERMINATE: "inside", Verdict.MALIGNANT: "above"}[reading.verdict]
    edges = (reading.cutoff, reading.cutoff_low, reading.cutoff_high)
    close = min(abs(reading.probability - edge) for edge in edges) < 0.01
    probability, cutoff, low, high = (percent(number, digits=int(close)) for number in (reading.probability, *edges))
    unsure = ": the model cannot tell, and neither side should be read into it" if where == "inside" else ""
    band = f"{where} the uncertain band around the cut-off of {cutoff} ({low} to {high}){unsure}"
    return f"{probability} {over_views(reading)}, {band}. {steadiness(reading)}".strip()


def over_views(reading: Reading) -> str:
    """How far the probability moves when the region is drawn a little differently."""
    return f"({percent(reading.low)} to {percent(reading.high)} when the region is drawn a little differently)"


def steadiness(reading: Reading) -> str:
    """That the range holds the cut-off; empty where it does not."""
    return verdicts.TURNS if reading.range_holds_cutoff else ""


def in_a_hundred(diagnosis: Diagnosis) -> str:
    """The two probabilities as counts, for a page that can print bold; empty where they are none of this image's."""
    if diagnosis.reading.familiarity.fringe:
        return ""
    even, local = in_hundred(diagnosis.reading.probability), in_hundred(diagnosis.probability_at_pretest)
    return (
        f"Of 100 nodules that the model scores like this one, **{even}** are {diagnosis.reading.positive} where "
        f"half of all nodules are, and **{local}** where {percent(diagnosis.patient.pretest)} are. {NO_DIAGNOSIS}"
    )


def at_pretest(diagnosis: Diagnosis) -> str:
    """The probability where malignancy is as common as assumed, for paper; empty where it is none of this image's."""
    if diagnosis.reading.familiarity.fringe:
        return ""
    here, there = percent(diagnosis.probability_at_pretest), percent(diagnosis.reading.probability)
    return (
        f"{here} to be {diagnosis.reading.positive}, where {percent(diagnosis.patient.pretest)} of nodules are; "
        f"{there} where half of them are."
    )


def familiarity(value: Familiarity) -> str:
    """How typical the image is of what the model was trained on."""
    share = f"{of_hundred(value.percentile)} training images lay at least as far from the rest"
    if value.percentile >= 20:
        return f"A familiar kind of image: {share}."
    if not value.fringe:
        return f"An unusual image for this model: only {share}."
    return f"A strange image for this model: only {share}. That says nothing against the image."


# ---- the other models ------------------------------------------------------------------------------------------------


def opinion(of: ModelOpinion) -> str:
    """What a model of the same kind of frames answers; no verdict where it hardly knows this kind of image."""
    return f"{of.title} ({of.domain} frames): {percent(of.probability)}, {verdicts.beside(of, of.domain)}"


def others(diagnosis: Diagnosis) -> str:
    """What the other installed models for this kind of frames answer; of the rest only that there are such."""
    mine, domain = diagnosis.reading.model, diagnosis.reading.domain
    said = [opinion(other) for other in diagnosis.opinions if other.model != mine and other.domain == domain]
    rest = _of_other_frames(diagnosis)
    return "; ".join([*said, f"not told: {rest}"] if rest else said)


def opinions(diagnosis: Diagnosis) -> str:
    """Whether the models for this kind of frames agree, and what each says; empty where there is only one.

    Models for real and for simulated frames answer different questions and are not set against each other.
    """
    domain = diagnosis.reading.domain
    known = (o for o in diagnosis.opinions if o.domain == domain and not o.familiarity.fringe)
    asked = sorted(known, key=lambda o: -o.probability)
    rest = _of_other_frames(diagnosis)
    hollow = [f"\nHollow marks: {rest}."] if rest else []
    if len(asked) < 2:
        return "".join(hollow).strip()
    agree = len({o.verdict for o in asked}) == 1
    opening = f"All {len(asked)} models that know this kind of image agree" if agree else "**The models disagree**"
    said = [f"- {verdicts.GLYPH[o.verdict]} {opinion(o)}" for o in asked]
    return "\n".join([f"{opening}:", *said, *hollow])


def _of_other_frames(diagnosis: Diagnosis) -> str:
    """The models for the other kind of frames, as a phrase; empty where there is none."""
    kinds = {one.domain for one in diagnosis.opinions if one.domain != diagnosis.reading.domain}
    return f"models for {' and '.join(kinds)} frames, which answer another question" if kinds else ""


# ---- the heatmap -----------------------------------------------------------------------------------------------------


def why(reading: Reading) -> str:
    """The heatmap's method and whether it can be trusted."""
    if reading.familiarity.refused:
        return "There is nothing to explain where there is no answer."
    if reading.heatmap is None:
        return "No heatmap was asked for, or the model reads no picture but measures the outline."
    name, measured = METHOD[reading.heatmap.method], reading.heatmap.fidelity
    if measured is None:
        return f"{name}; its fidelity was not measured, so it explains nothing."
    return f"{name}. {fidelity(measured)} {trust(measured)}"


def inside(share: float, area: float) -> str:
    """How much of the heat lies in the outline, against what chance gives; shares 0 ... 1."""
    return (
        f"{percent(share)} of the heat lies inside the outline, which fills {percent(area)} of what the model saw. "
        "That alone is weak evidence: a nodule lies in the middle of the picture, and so does a map that knows nothing."
    )


def worth(value: Judged | None) -> str:
    """What a model's maps are worth by the benchmark of explanation."""
    if value is None:
        return "Nobody has measured whether this model's maps by this method lie where they should."
    said = (
        f"Measured on {value.n} suspicious nodules ({value.frames}): the hottest point lay inside the outline in "
        f"{percent(value.hottest)} ({percent(value.low)} to {percent(value.high)}); chance is {percent(value.area)}."
    )
    if not value.above_chance:
        return f"**No better than chance: read nothing from where this map is hot.** {said}"
    return f"{said} {_on_sign(value)}".strip()


def _on_sign(value: Judged) -> str:
    """Whether the map is hot on a sign that was put into the picture."""
    if value.finds_sign is None:
        return ""
    numbers = f"{value.sign:.1f} times what chance gives, a blob in the middle {value.blob:.1f} times"
    if value.finds_sign:
        return f"Where punctate foci were put into a nodule it had {numbers}."
    return f"**It shows the region, not the sign:** where punctate foci were put into a nodule it had {numbers}."


def fidelity(value: Fidelity) -> str:
    """Whether blurring hot places takes more from the class shown than blurring cold ones."""
    number = f"{value.correlation:+.2f}".replace("-", "\N{MINUS SIGN}")
    told = f"correlation {number} over {len(value.falls)} random places"
    if value.correlation > 0:
        return f"The hotter a place on the map, the more its blurring takes from the class shown: {told}."
    return f"Blurring hot places takes no more from the class shown than blurring cold ones: {told}."


def trust(value: Fidelity) -> str:
    """Whether the heatmap can be read as an explanation."""
    if value.trusted:
        return "The map points at what the model used."
    if value.correlation > 0:
        return f"Moved at random, the map reaches that in {percent(value.chance)} of cases: the test cannot tell."
    return "That is no better than random: do not read this map as an explanation."


def power(value: Judged | None) -> str:
    """How often the test of fidelity passes what is right, where that was measured; empty elsewhere."""
    if value is None or value.passes is None or value.truth_passes is None:
        return ""
    return (
        f"Where the evidence was known, the test passed {percent(value.passes)} of such maps and "
        f"{percent(value.truth_passes)} of maps drawn on the evidence itself."
    )


def doubt(value: Fidelity | None) -> str:
    """How far a map that did not pass can be believed, in two or three words; empty over one that did."""
    if value is not None and value.trusted:
        return ""
    return "not confirmed" if value is not None and value.correlation > 0 else "not to be trusted"


def caption(heatmap: Heatmap) -> str:
    """The method, and a word of warning where its map did not pass."""
    name, warning = METHOD[heatmap.method], doubt(heatmap.fidelity)
    return f"{name}, {warning}" if warning else name


# ---- the nodule ------------------------------------------------------------------------------------------------------


def size(diagnosis: Diagnosis) -> str:
    """Largest dimension, or that it is unknown."""
    size_mm = diagnosis.size_mm
    if size_mm is None:
        return "not given"
    whose = "" if diagnosis.patient.size_mm is not None else ", proposed by the program from the outline"
    return f"{size_mm:g} mm, largest dimension{whose}"


def box_in_doubt(found: Outline | None) -> str:
    """A question where what was outlined in the user's own box is as likely wrong as right; empty otherwise."""
    doubted = found is not None and found.source == "box" and found.confidence <= 0.5
    return "Does the box hold the whole nodule?" if doubted else ""


def outline(found: Outline | None) -> str:
    """What an outline rests on and how far it is to be believed."""
    if found is None:
        return "No border was found."
    if found.confidence == 0:
        return "In this box no border was found; the ellipse stands for it."
    by = {
        "network": "The network outlined it on the frame",
        "callipers": "The callipers on the frame say where; the network outlined it there",
        "click": "The network outlined it where you tapped",
        "box": "The network outlined it in the box",
        "reader": "You outlined it",
    }[found.source]
    said = f"{by}, with a confidence of {percent(found.confidence)}"
    if question := box_in_doubt(found):
        return f"{said}. {question} Move or enlarge it, or tap the nodule."
    doubt = "" if found.confidence > 0.5 else ": look whether it is right, tap the nodule or draw a box"
    return f"{said}{doubt}."


def scale(image: GreyImage, place: Box | Line) -> str:
    """The scale where a box or a line lies; without one nothing is shown in millimetres."""
    scales = image.scales_at(place)
    if not scales:
        return "unknown, so nothing is shown in millimetres"
    if len(scales) > 1:
        what = "line" if isinstance(place, Line) else "region"
        both = " and ".join(f"{row:.3f}" for row, _ in scales[:2])
        return f"two at once ({both} mm a pixel), so this {what} has no length: keep it within one picture"
    row, column = scales[0]
    if abs(row - column) < 0.0005:
        return f"{row:.3f} mm a pixel"
    return f"{row:.3f} mm a pixel down, {column:.3f} mm across"


def region(diagnosis: Diagnosis) -> str:
    """The region of interest in pixels of the frame."""
    box, (height, width) = diagnosis.reading.box, diagnosis.image.shape
    return f"{box.width} × {box.height} pixels at ({box.x}, {box.y}) of a {width} × {height} frame"


def descriptors(seen: Descriptors) -> str:
    """What the reader saw, as a list of words."""
    foci = sorted(LABELS[focus].word for focus in seen.foci) or [f"{NO_FOCUS_LABEL.word} (foci)"]
    rows = (seen.composition, seen.echogenicity, seen.shape, seen.margin)
    return ", ".join([*(LABELS[row].word for row in rows), *foci]).capitalize()


_NO_PART = "; the model's probability has no part in it."
BASIS = {
    Basis.DESCRIPTORS: f"What the reader saw in the nodule{_NO_PART}",
    Basis.PROPOSED: f"Words that the program proposes and nobody has looked at yet{_NO_PART}",
    Basis.CHANGED: f"What the reader saw, and words that the program proposes where he said nothing{_NO_PART}",
    Basis.PROBABILITY: "The model's probability alone: the nodule is not wholly described.",
    Basis.NOTHING: "Nothing yet: the nodule is not wholly described.",
}


def advice(given: Advice) -> str:
    """Action, guideline and category in one line; the rule stands beside it."""
    risk = f", published risk {given.risk}" if given.risk else ""
    return f"{LABELS[given.action].word} ({LABELS[given.guideline].word}, {given.category}{risk})"
