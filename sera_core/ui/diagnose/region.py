"""Cell 2: the region of interest, the size of the nodule and the scale of the image, all by pointing."""

from __future__ import annotations

from functools import partial

import streamlit as st

from sera_core.contracts import Box, GreyImage, Line, Scale
from sera_core.images.roi import propose_box
from sera_core.ui.board import board
from sera_core.ui.cache import picture_uri
from sera_core.ui.cell import open_cell, show_code
from sera_core.ui.measure import scale_from, with_scale
from sera_core.ui.state import Case
from sera_core.ui.states import guarded
from sera_core.wording import diagnosis as words

TOOLS = {
    "region": ":material/crop_free: Region",
    "size": ":material/straighten: Size",
    "scale": ":material/square_foot: Scale",
}
HINT = {
    "region": "Drag the box or its corners. With a mouse, drag anywhere to draw a new one; on a phone, tap where "
    "the nodule is. The arrow keys move it.",
    "size": "Click the two ends of the nodule's largest dimension.",
    "scale": "Click two marks on the depth scale at the edge of the image, then type how far apart they are.",
}


def mark_region(image: GreyImage, proposed: Box, case: Case) -> GreyImage:
    """Draw the cell.

    Returns
    -------
    GreyImage
        The image with the reader's own scale. The region is kept in the case.
    """
    cell = open_cell(2, "Region", "Mark the nodule. A box is proposed; whatever you draw is used instead.")
    calibrated = with_scale(image, case.scale)
    box = case.box or proposed
    with cell.controls, guarded():
        chosen = st.segmented_control(
            "Tool",
            list(TOOLS),
            format_func=TOOLS.__getitem__,
            key="tool",
            required=True,
            label_visibility="collapsed",
            persist_state="session",
        )
        tool = chosen or "region"
        st.caption(HINT[tool])
        board(
            picture_uri(image),
            image.shape,
            box,
            case.ruler,
            mode="box" if tool == "region" else "line",
            key="board",
            on_box=partial(setattr, case, "box"),
            on_line=partial(_lay_ruler, case, calibrated, box, tool),
        )
    with cell.result, guarded():
        if tool == "region":
            _show_region(calibrated, box, proposed, case)
        elif tool == "size":
            _show_size(calibrated, box, case)
        else:
            _show_scale(calibrated, box, case)
        show_code(propose_box, scale_from, Line.length_mm)
    return calibrated


def _lay_ruler(case: Case, image: GreyImage, box: Box, tool: str, line: Line) -> None:
    case.ruler = line
    scale = image.scale_at(line)
    if tool == "size" and scale is not None:
        st.session_state["size_mm"] = round(line.length_mm(scale), 1)
        case.measured = True


def _show_region(image: GreyImage, box: Box, proposed: Box, case: Case) -> None:
    text = f"{'Your box' if case.box else 'Proposed box'}: {box.width} × {box.height} pixels"
    scale = image.scale_at(box)
    if scale is not None:
        text += f", {box.width * scale[1]:.1f} × {box.height * scale[0]:.1f} mm"
    st.markdown(f"{text}. Scale {words.scale(scale)}.")
    with st.container(horizontal=True, vertical_alignment="center"):
        if case.box and case.box != proposed:
            back = partial(setattr, case, "box", None)
            st.button("Back to the proposed box", on_click=back, icon=":material/undo:", key="unbox")
        with st.popover("Type the numbers", icon=":material/keyboard:"):
            _type_box(image.shape, box, case)


def _type_box(shape: tuple[int, int], box: Box, case: Case) -> None:
    height, width = shape
    names = {"box_x": "Left", "box_y": "Top", "box_w": "Width", "box_h": "Height"}
    ends = (width - 1, height - 1, width, height)
    st.caption(f"The image is {width} × {height} pixels. A number outside it is not taken: the region stays.")
    for (key, label), value, end, least in zip(names.items(), box.as_list(), ends, (0, 0, 1, 1), strict=True):
        st.session_state[key] = value
        st.number_input(f"{label} (pixels)", least, end, key=key, on_change=_typed, args=(case, shape))


def _typed(case: Case, shape: tuple[int, int]) -> None:
    x, y, width, height = (int(st.session_state[key]) for key in ("box_x", "box_y", "box_w", "box_h"))
    case.box = Box(x, y, width, height).clipped(*shape)


def _show_size(image: GreyImage, box: Box, case: Case) -> None:
    scale = image.scale_at(case.ruler or box)
    if scale is None:
        st.info(
            "Open **Scale** and click two marks on the depth scale first, or type the size in cell 1.",
            title="No scale, no millimetres",
            icon=":material/square_foot:",
        )
    elif case.ruler is not None:
        st.markdown(f"The ruler measures **{case.ruler.length_mm(scale):.1f} mm**; it is the size in cell 1 now.")
    else:
        st.markdown(f"Scale {words.scale(scale)}.")


def _show_scale(image: GreyImage, box: Box, case: Case) -> None:
    scale = image.scale_at(box)
    origin = "you set it" if case.scale else "read from the file"
    st.markdown(f"Scale {words.scale(scale)}{f' ({origin})' if scale else ''}.")
    with st.container(horizontal=True, vertical_alignment="bottom"):
        distance = st.number_input(
            "Distance between the marks (mm)", 1.0, 200.0, 10.0, 1.0, key="distance", on_change="ignore"
        )
        pressed = st.button("Use this scale", type="primary", disabled=case.ruler is None, key="use_scale")
        if case.scale is not None:
            st.button("Forget it", on_click=partial(_rescale, case, None), key="forget_scale")
    if pressed and case.ruler is not None:
        _rescale(case, scale_from(case.ruler, float(distance)))
        case.ruler = None
        st.rerun()


def _rescale(case: Case, scale: Scale | None) -> None:
    """Take another scale; a size that was measured with the old one is forgotten."""
    case.scale, case.outdated = scale, case.measured
