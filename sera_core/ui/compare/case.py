"""One case of a comparison: the simulated frame drawn again from its seed, with the heatmap of an installed model."""

from __future__ import annotations

import streamlit as st

from sera_core import escape
from sera_core.contracts import BadInput, is_positive
from sera_core.diagnosis import Request
from sera_core.evaluate.results import Errors
from sera_core.simulate.case import Pathology
from sera_core.simulate.centres import centre_named
from sera_core.simulate.cohort import draw
from sera_core.simulate.render import Frame, render
from sera_core.ui.cache import diagnosis_of
from sera_core.ui.compare.chosen import BADGE, Chosen
from sera_core.ui.states import empty
from sera_core.ui.viewer import send_heat, viewer
from sera_core.wording.diagnosis import descriptors
from sera_core.wording.glance import with_number

REAL = "Frames of patients are not part of this program, so only their predictions are here."
NO_SEED = "This table does not say from which seed the frame was drawn (column seed), so it cannot be drawn again."


def show_case(chosen: Chosen, found: Errors, row: int) -> None:
    """The case in this row of :class:`Errors`: what is known of it, what each model said, and its frame."""
    case = found.cases.iloc[row]
    one, zero = chosen.classes_at(found.centre)
    domain = chosen.predictions.domains[found.centre]
    st.markdown(f"**{escape.markdown(str(case['case_id']))}** {BADGE[domain]} {one if case['label'] else zero}")
    seed = case.get("seed")
    place = st.container()
    _answers(chosen, found, str(case["case_id"]))  # known already; the heatmap is not
    with place:
        if domain == "real":
            empty("No image", REAL, ":material/hide_image:")
        elif seed is None or seed != seed:
            empty("No image", NO_SEED, ":material/hide_image:")
        else:
            _show_frame(_frame(found.centre, bool(case["label"]), int(seed)))


@st.cache_data(max_entries=16, show_spinner="Drawing the frame again")
def _frame(centre: str, malignant: bool, seed: int) -> Frame:
    pathology = Pathology.MALIGNANT if malignant else Pathology.BENIGN
    return render(draw(centre_named(centre), pathology, seed))


def _show_frame(frame: Frame) -> None:
    viewer(frame.image, "case", ("pan", "window"), box=frame.box, label="The simulated frame")
    try:
        with st.spinner("Asking an installed model where it looks"):
            reading = diagnosis_of(frame.image, Request(box=frame.box)).reading
    except BadInput as refusal:
        st.caption(f"No heatmap: {escape.markdown(refusal.message)}")
        return
    send_heat("case", frame.image, frame.box, reading.heatmap, reading.outline)
    st.caption(
        f"{with_number(reading)}, says {reading.model_title}: "
        f"an installed model, not necessarily one of this study. What is there: {descriptors(frame.descriptors)}."
    )


def _answers(chosen: Chosen, found: Errors, case_id: str) -> None:
    view = chosen.predictions.at(found.centre)
    place = int((view.cases["case_id"] == case_id).to_numpy().argmax())
    lines = []
    for name in found.raters:
        score, cutoff = float(view.score(name)[place]), chosen.cutoffs[name].value
        right = is_positive(score, cutoff) == bool(view.label[place])
        mark = ":material/check: right" if right else ":material/close: wrong"
        lines.append(f"- {escape.markdown(chosen.names[name])}: {score:.2f} (cut-off {cutoff:.2f}) {mark}")
    st.markdown("\n".join(lines))
