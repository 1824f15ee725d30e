"""What the sandbox says of a nodule in words: what changed, what cannot be seen, where the network knows nothing."""

from __future__ import annotations

from sera_core.contracts import Focus
from sera_core.simulate.case import FLUID_DB, Case
from sera_core.simulate.frequencies import HALO, MARGIN, SHAPE
from sera_core.simulate.sandbox import LEARNT_FROM, beyond
from sera_core.simulate.visible import EYE_MM, VISIBLE, known_ceilings
from sera_core.ui.learn.chapters.sandbox.change import Change, Truth

SIGN = {
    MARGIN: "the margin",
    SHAPE: "the shape",
    HALO: "a halo",
    Focus.PUNCTATE: "punctate foci",
    Focus.COMET_TAIL: "comet tails",
}


TRUTHS = (
    "Truth: what the simulator's own frequencies say of a nodule with all its signs (as built), or only with those "
    "that its picture shows (as visible)."
)


def last_change(change: Change) -> str:
    """The picture's change since the last setting."""
    if not change.any:
        return "Move one slider: what it changes is shown here."
    if change.share == 0:
        return "The last setting changed nothing in the picture."
    return (
        f"The last setting changed {change.share:.0%} of the frame, the nodule's box by {change.inside:.1f} of 255 "
        "grey levels on average."
    )


def notes(case: Case) -> list[str]:
    """Where the network's answer means little, and why."""
    found = []
    for control in beyond(case):
        low, high = LEARNT_FROM[control.field]
        value = getattr(case.nodule, control.field)
        limit, side = (low, "below") if value < low else (high, "above")
        found.append(f"{control.label}: {value:g} is {side} {limit:g}, the last that any nodule had from which the "
                     f"networks of simulated frames learnt. Their answer is a guess here.")  # fmt: skip
    if any(control.field == "echo_db" for control in beyond(case)) and case.nodule.echo_db < 0:
        found[-1] += (
            f" The nodule is no less suspicious. But as dark as this they know only fluid ({FLUID_DB:g} dB), a benign "
            "sign. VGG16's answer falls in nearly all nodules from −17 to −20 dB, and comes back with the brightness "
            "alone. Lite0's falls for most smooth nodules, partly for want of the grain that black swallows, and not "
            "for spiky ones."
        )
    if case.nodule.comet_tails:
        found.append(
            "Comet tails are a benign sign, and the truth falls with them. The network's answer may rise: to it they "
            "are bright foci like others. That is its mistake, not the nodule's."
        )
    return found


def truth(found: Truth) -> str:
    """What the two truths are, what is not seen, and how well anybody could do."""
    hidden = [words for sign, words in SIGN.items() if sign in found.unseen]
    seen = (
        f"Not seen in this picture: {', '.join(hidden)}. With it or without it, the picture differs by less than "
        f"{VISIBLE:g} standard deviations of its grain, a limit that we chose; fine points "
        f"are smoothed by {EYE_MM:g} mm before, so you may spot some that do not count."
        if hidden
        else "Every sign can be told in this picture."
    )
    known = known_ceilings().get("internal")
    best = (
        " Of all pairs of a malignant and a benign nodule of the internal test set, who knew all signs as built "
        f"would put {known[0]:.1%} in the right order (the AUC), who sees all that the pictures show {known[1]:.1%}."
        if known
        else ""
    )
    return f"The truths hold where half of all nodules are malignant. {seen}{best}"
