"""Sentences that only the page says; those it shares with the reports stand in ``sera_core.reports.words``."""

from __future__ import annotations

from sera_core.contracts import Action, Diagnosis, Familiarity, Fidelity, Scale, Verdict
from sera_core.reports.words import points
from sera_core.wording import answer, in_hundred, percent

ACTION_ICON = {
    Action.FNA: ":material/colorize:",
    Action.FOLLOW_UP: ":material/event_repeat:",
    Action.NONE: ":material/do_not_disturb_on:",
    Action.UNKNOWN: ":material/help:",
}
GLYPH = {  # the shapes of ``figures.palette.MARKER``
    Verdict.BENIGN: "●",
    Verdict.INDETERMINATE: "■",
    Verdict.MALIGNANT: "◆",
}


def verdict_reason(diagnosis: Diagnosis) -> str:
    """Where the probability lies against the cut-off and its bounds."""
    reading = diagnosis.reading
    band = f"{percent(reading.cutoff_low)} to {percent(reading.cutoff_high)}"
    where = {
        Verdict.BENIGN: f"lies below the uncertain band around the cut-off ({band})",
        Verdict.INDETERMINATE: f"lies inside the uncertain band around the cut-off ({band}): "
        "the model cannot tell, and neither side should be read into it",
        Verdict.MALIGNANT: f"lies above the uncertain band around the cut-off ({band})",
    }
    return f"The probability, {percent(reading.probability)}, {where[reading.verdict]}."


def in_a_hundred(diagnosis: Diagnosis) -> str:
    """The two probabilities as counts."""
    even, local = in_hundred(diagnosis.reading.probability), in_hundred(diagnosis.probability_at_pretest)
    return (
        f"Of 100 nodules that the model scores like this one, **{even}** are {diagnosis.reading.positive} where "
        f"half of all nodules are, and **{local}** where {percent(diagnosis.patient.pretest)} are. It is no diagnosis: "
        "only cytology or histology makes one."
    )


def familiarity(value: Familiarity) -> str:
    """How typical the image is of what the model was trained on."""
    share = f"{value.percentile:.0f} of 100 training images lay at least as far from the rest as this one does"
    if value.percentile >= 20:
        return f"A familiar kind of image: {share}."
    if value.percentile >= 5:
        return f"An unusual image for this model: only {share}."
    return f"A strange image for this model: only {share}. Read the number with great care."


def opinions(diagnosis: Diagnosis) -> str:
    """Whether the models for this kind of frames agree, and what each says; empty where there is only one.

    Models for real and for simulated frames answer different questions and are not set against each other.
    """
    domain = diagnosis.reading.domain
    known = (o for o in diagnosis.opinions if o.domain == domain and not o.familiarity.refused)
    asked = sorted(known, key=lambda o: -o.probability)
    strange = {o.domain for o in diagnosis.opinions if o.domain != domain}
    hollow = (
        [f"\nHollow marks: models for {' and '.join(strange)} frames; they answer another question."] if strange else []
    )
    if len(asked) < 2:
        return "".join(hollow).strip()
    agree = len({o.verdict for o in asked}) == 1
    opening = f"All {len(asked)} models that know this kind of image agree" if agree else "**The models disagree**"
    said = [
        f"- {GLYPH[o.verdict]} {o.title} ({o.domain} frames): {percent(o.probability)}, {answer(o.verdict, o.positive)}"
        for o in asked
    ]
    return "\n".join([f"{opening}:", *said, *hollow])


def fidelity(value: Fidelity) -> str:
    """What blurring the hot fifth does to the probability, against random fifths."""
    return (
        "Blurring the hottest fifth of the region changes the probability of the class shown by "
        f"{points(-value.hot_fall)}, a random fifth by {points(-value.random_mean)} on average "
        f"(n = {len(value.random_falls)})."
    )


def doubt(value: Fidelity) -> str:
    """The warning over a map that did not pass; empty over one that did."""
    if value.trusted:
        return ""
    return "Read this map with doubt" if value.gain > 0 else "This map is no better than random"


def scale(value: Scale | None) -> str:
    """The scale of the image in words; without one, millimetres are never shown."""
    if value is None:
        return "No scale is known, so nothing is shown in millimetres."
    row, column = value
    if abs(row - column) < 0.0005:
        return f"Scale: {row:.3f} mm a pixel."
    return f"Scale: {row:.3f} mm a pixel down, {column:.3f} mm across."
