"""Cell 1: which image."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from sera_core.contracts import Box, GreyImage
from sera_core.images.read import read_image
from sera_core.outline import panes
from sera_core.simulate.render import Frame, render
from sera_core.simulate.samples import SAMPLES
from sera_core.sizes import check_size
from sera_core.ui.brought import ask_for_file, brought
from sera_core.ui.cache import image_of, key_of, sample_of
from sera_core.ui.cases.reopen import reopen
from sera_core.ui.cell import open_cell
from sera_core.ui.diagnose.cine import Cine
from sera_core.ui.state import Case, case_of, reset, start
from sera_core.ui.states import empty, guarded, refused
from sera_core.wording.diagnosis import descriptors

SOURCES = {
    "sample": "Sample",
    "upload": "Upload",
    "camera": "Camera",
}
LARGEST_MB = 64
NOTHING_YET = {
    "upload": (
        "No image yet",
        "Drop a frame above, or tap to choose one (DICOM, PNG, JPEG, HEIC, TIFF). It is read in memory, never written "
        "to disk, and gone on Reset or when the page is loaded anew.",
        ":material/upload_file:",
    ),
    "camera": (
        "No photo yet",
        "Hold the phone square to the screen and fill the picture with the scan. The photo "
        "is gone on Reset or when the page is loaded anew.",
        ":material/photo_camera:",
    ),
}


@dataclass(frozen=True)
class Picture:
    """The image on the page.

    Attributes
    ----------
    image : GreyImage
    case : Case
        What the reader did to it.
    true_box : Box or None
        Where the nodule is, if known.
    made_by : callable
        The function that made it.
    cine : Cine or None
        The loop that it is a frame of.
    """

    image: GreyImage
    case: Case
    true_box: Box | None
    made_by: Callable[..., object]
    cine: Cine | None = None

    @property
    def box(self) -> Box | None:
        """The region to read: the reader's own or the known one; None: the nodule is to be found."""
        return self.case.marks.box or self.true_box

    @property
    def pane(self) -> Box | None:
        """The picture on the frame that the reader says shows the nodule."""
        return None if self.case.pane is None else panes(self.image)[self.case.pane]


def choose_image() -> Picture | None:
    """Draw the cell; None while there is no image that can be used."""
    start()
    reopen()
    cell = open_cell(1, "Image", "")
    picture: Picture | None = None
    with cell.controls, guarded("This image is not used"):
        with st.container(horizontal=True, vertical_alignment="center"):
            source = st.segmented_control(
                "Image from",
                list(SOURCES),
                format_func=SOURCES.__getitem__,
                default=_first_source(),
                key="source",
                required=True,
                label_visibility="collapsed",
                bind="query-params",
            )
            beside = st.container(width="stretch")
            st.button("Reset", on_click=reset, icon=":material/restart_alt:", type="tertiary", key="reset")
        picture = _sample(beside) if source in (None, "sample") else _own(source)
    return picture


def _first_source() -> str:
    """What the browser's way back opens, since it leaves the link's query behind: the reader's own file."""
    number = st.session_state["uploads"]
    return next((source for source in NOTHING_YET if brought(f"{source}-{number}")), "sample")


def _own(source: str) -> Picture | None:
    number = st.session_state["uploads"]
    if source == "camera":
        field = partial(st.camera_input, "Photo of the screen", help="Fill the picture with the scan.")
    else:
        # no list of extensions: DICOM files on a disc have none, and the reader tells kinds by their content
        field = partial(st.file_uploader, "Ultrasound image", label_visibility="collapsed", max_upload_size=LARGEST_MB)
    file = ask_for_file(field, f"{source}-{number}")
    if file is None:
        empty(*NOTHING_YET[source])
        return None
    case = case_of(key_of(file.data))
    image = file.image or image_of(file.data, case.marks.frame)
    cine = Cine(file.data, image.frames) if image.frames > 1 and file.image is None else None
    if case.unused:
        number, why = case.unused
        refused(why, f"Frame {number + 1} is not used, frame {image.frame + 1} stays")
    return Picture(image, case, None, read_image, cine)


def _sample(beside: DeltaGenerator) -> Picture:
    titles = {sample.title: sample for sample in SAMPLES.values()}
    title = beside.selectbox(
        "Simulated sample", list(titles), 0, key="sample", label_visibility="collapsed", bind="query-params"
    )
    sample = titles[title]
    frame = sample_of(sample.name)
    case = case_of(sample.name, check_size(frame.size_mm))
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(f":violet-badge[:material/science: simulated] {sample.story}", width="stretch")
        with st.popover("Truth", icon=":material/fact_check:", type="tertiary", help="What the simulator knows"):
            st.markdown(_truth(frame))
    return Picture(frame.image, case, frame.box, render)


def _truth(frame: Frame) -> str:
    pathology = f"**{frame.pathology}**" if frame.pathology else "not drawn"
    return f"Pathology: {pathology}. {descriptors(frame.descriptors)}."
