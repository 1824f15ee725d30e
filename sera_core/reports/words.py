"""The names and sentences of a diagnosis on paper; text and PDF say the same thing in the same words."""

from __future__ import annotations

from sera_core import wording
from sera_core.contracts import Action, Advice, CamMethod, Descriptors, Diagnosis, Fidelity, Heatmap, Verdict
from sera_core.wording import percent
from sera_core.wording.labels import LABELS, NO_FOCUS_LABEL

METHOD = {
    CamMethod.GRADCAM: "Grad-CAM",
    CamMethod.GRADCAM_PLUS_PLUS: "Grad-CAM++",
    CamMethod.XGRADCAM: "XGrad-CAM",
    CamMethod.HIRESCAM: "HiRes-CAM",
    CamMethod.LAYERCAM: "Layer-CAM",
    CamMethod.EIGENCAM: "Eigen-CAM",
    CamMethod.OCCLUSION: "Occlusion",
}
LIMITS = (
    "The model saw one region of one still frame. It knows nothing of history, laboratory values, lymph nodes or "
    "other nodules.",
    "A probability is no diagnosis: only cytology or histology makes one.",
    "The heatmap shows where this model found its evidence, not where disease is.",
)


def headline(diagnosis: Diagnosis) -> str:
    """The verdict in the terms of what the model was taught: pathology, or how readers call the nodule."""
    return wording.headline(diagnosis.reading.verdict, diagnosis.reading.positive)


def verdict(diagnosis: Diagnosis) -> str:
    """Where the probability lies against the cut-off and its bounds."""
    reading = diagnosis.reading
    where = {
        Verdict.BENIGN: "below the cut-off",
        Verdict.INDETERMINATE: "within the uncertain band around the cut-off",
        Verdict.MALIGNANT: "above the cut-off",
    }
    numbers = (reading.probability, reading.cutoff, reading.cutoff_low, reading.cutoff_high)
    close = min(abs(reading.probability - edge) for edge in numbers[1:]) < 0.01
    probability, cutoff, low, high = (percent(number, digits=int(close)) for number in numbers)
    return f"{probability}, {where[reading.verdict]} of {cutoff} (95% bounds {low} to {high})."


def at_pretest(diagnosis: Diagnosis) -> str:
    """The probability where malignancy is as common as assumed."""
    here, there = percent(diagnosis.probability_at_pretest), percent(diagnosis.reading.probability)
    return (
        f"{here} to be {diagnosis.reading.positive}, where {percent(diagnosis.patient.pretest)} of nodules are; "
        f"{there} where half of them are."
    )


def familiarity(diagnosis: Diagnosis) -> str:
    """How typical the image is of what the model was trained on."""
    share = diagnosis.reading.familiarity.percentile
    return (
        f"{share:.0f} of 100 training images lie at least as far from the rest as this one "
        "(100: typical, 0: stranger than all)."
    )


def others(diagnosis: Diagnosis) -> str:
    """What the other installed models answer; empty when there is none."""
    return "; ".join(
        f"{opinion.title} ({opinion.domain} frames): {percent(opinion.probability)}, "
        + wording.answer(opinion.verdict, opinion.positive)
        + (" (image too unfamiliar to count)" if opinion.familiarity.refused else "")
        for opinion in diagnosis.opinions
        if opinion.model != diagnosis.reading.model
    )


def why(diagnosis: Diagnosis) -> str:
    """The heatmap's method and whether it can be trusted."""
    reading = diagnosis.reading
    if reading.heatmap is None:
        return "No heatmap was asked for."
    name, fidelity = METHOD[reading.heatmap.method], reading.heatmap.fidelity
    if fidelity is None:
        return f"{name}; its fidelity was not measured, so it explains nothing."
    return (
        f"{name}. Blurring the hottest fifth of the region changes the probability of the class shown by "
        f"{points(-fidelity.hot_fall)}, a random fifth by {points(-fidelity.random_mean)} on average "
        f"(n = {len(fidelity.random_falls)}): {trust(fidelity)}"
    )


def trust(fidelity: Fidelity) -> str:
    """Whether the heatmap can be read as an explanation."""
    if fidelity.trusted:
        return "the map points at what the model used."
    if fidelity.gain > 0:
        return "more than the mean random area, but not more than 95% of them: read this map with doubt."
    return "no better than chance: do not read this map as an explanation."


def caption(heatmap: Heatmap) -> str:
    """The method, and a word of warning where its map did not pass."""
    name, fidelity = METHOD[heatmap.method], heatmap.fidelity
    if fidelity is not None and fidelity.trusted:
        return name
    return f"{name}, in doubt" if fidelity is not None and fidelity.gain > 0 else f"{name}, not to be trusted"


def points(change: float) -> str:
    """A change of a probability in percentage points, with its sign."""
    return f"{change * 100:+.1f} points".replace("-", "\N{MINUS SIGN}")


def size(diagnosis: Diagnosis) -> str:
    """Largest dimension, or that it is unknown."""
    size_mm = diagnosis.patient.size_mm
    return "not given" if size_mm is None else f"{size_mm:g} mm, largest dimension"


def scale(diagnosis: Diagnosis) -> str:
    """Scale at the region; without one nothing on the image can be measured."""
    spacing = diagnosis.image.scale_at(diagnosis.reading.box)
    if spacing is None:
        return "unknown: nothing on this image can be measured"
    return f"{spacing[0]:.3f} mm a pixel down, {spacing[1]:.3f} mm across"


def region(diagnosis: Diagnosis) -> str:
    """The region of interest in pixels of the frame."""
    box, (height, width) = diagnosis.reading.box, diagnosis.image.shape
    return f"{box.width} × {box.height} pixels at ({box.x}, {box.y}) of a {width} × {height} frame"


def advice(given: Advice) -> str:
    """Action, guideline and category in one line; the rule stands beside it."""
    risk = f", published risk {given.risk}" if given.risk else ""
    return f"{LABELS[given.action].word} ({LABELS[given.guideline].word}, {given.category}{risk})"


def agreement(diagnosis: Diagnosis) -> str:
    """Whether the reader's own descriptors lead to the same action; empty without descriptors."""
    theirs, ours = diagnosis.reader_advice, diagnosis.advice
    if theirs is None:
        return ""
    if Action.UNKNOWN in (theirs.action, ours.action):
        return "Cannot be compared: one of them gives no advice."
    return "Both advise the same." if theirs.action is ours.action else "They disagree: look again at the image."


def descriptors(seen: Descriptors) -> str:
    """What the reader saw, as a list of words."""
    foci = sorted(LABELS[focus].word for focus in seen.foci) or [f"{NO_FOCUS_LABEL.word} (foci)"]
    rows = (seen.composition, seen.echogenicity, seen.shape, seen.margin)
    return ", ".join([*(LABELS[row].word for row in rows), *foci]).capitalize()
