"""Cell 2: the region of interest, the size of the nodule and the scale of the image, all by pointing."""

from __future__ import annotations

from contextlib import suppress
from functools import partial

import streamlit as st

from sera_core.contracts import BadInput, Box, GreyImage, Line, Outline
from sera_core.images.scale import doubt, field_of_view
from sera_core.outline import panes, propose
from sera_core.sizes import check_size
from sera_core.ui.board import board, centred
from sera_core.ui.cache import outline_of, picture_uri
from sera_core.ui.cell import open_cell, show_code
from sera_core.ui.diagnose.image import Picture
from sera_core.ui.measure import Calibration, picture_at, scale_from, with_scale
from sera_core.ui.state import Case
from sera_core.ui.states import guarded, refused
from sera_core.wording import diagnosis as words

TOOLS = {
    "region": ":material/crop_free: Region",
    "size": ":material/straighten: Size",
    "scale": ":material/square_foot: Scale",
}
HINT = {
    "region": "Tap or click the nodule to outline it, or drag the box or its corners. With a mouse, drag anywhere to "
    "draw a new box. The arrow keys move it.",
    "size": "Click the two ends of the nodule's largest dimension.",
    "scale": "Click two marks on the depth scale at the edge of the image, then type how far apart they are.",
}


def mark_region(picture: Picture) -> GreyImage:
    """Draw the cell.

    Returns
    -------
    GreyImage
        The image with the reader's own scale. The region is kept in the picture's case.
    """
    cell = open_cell(2, "Region", "Mark the nodule. An outline is proposed; whatever you draw is used instead.")
    image, case = picture.image, picture.case
    calibrated = with_scale(image, case.calibration)
    outline: Outline | None = None
    refusal: BadInput | None = None
    try:
        outline = outline_of(image, picture.box, picture.pane)
    except BadInput as error:
        refusal = error
    box = picture.box or (outline.box if outline else None)
    with cell.controls, guarded():
        _ask_pane(picture)
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
            on_line=partial(_lay_ruler, case, calibrated, tool),
            on_click=partial(_tapped, case, image, box),
            outline=outline,
        )
    with cell.result, guarded():
        if refusal:
            refused(refusal)
        elif tool == "region":
            _show_region(calibrated, box, case, outline)
        elif tool == "size":
            _show_size(calibrated, box, case)
        else:
            _show_scale(image, calibrated, box, case)
        show_code(propose, scale_from, Line.length_mm)
    return calibrated


def _ask_pane(picture: Picture) -> None:
    """Which of several pictures is meant, as long as nothing is marked in any."""
    number = len(panes(picture.image))
    if number == 1 or picture.box:
        return
    names = ["Left", "Right"] if number == 2 else [f"Picture {one}" for one in range(1, number + 1)]

    def choose() -> None:
        picture.case.pane = st.session_state["pane"]

    st.session_state["pane"] = picture.case.pane
    st.segmented_control(
        f"This frame shows {number} pictures. Which one is meant?",
        range(number),
        format_func=names.__getitem__,
        key="pane",
        on_change=choose,
    )


def _tapped(case: Case, image: GreyImage, box: Box | None, x: int, y: int) -> None:
    """The box of what is outlined at a tap; where nothing is, the region there."""
    found = outline_of(image, (x, y))
    if found is not None:
        case.box = found.box
        return
    height, width = image.shape
    case.box = centred(box or Box(0, 0, max(width // 4, 1), max(height // 4, 1)), image.shape, x, y)


def _lay_ruler(case: Case, image: GreyImage, tool: str, line: Line) -> None:
    case.ruler = line
    scale = image.scale_at(line)
    if tool == "size" and scale is not None:
        with suppress(BadInput):  # told beside the ruler
            st.session_state["size_mm"] = check_size(line.length_mm(scale))
            case.measured = True


def _show_region(image: GreyImage, box: Box | None, case: Case, outline: Outline | None) -> None:
    if box is None:
        st.info(
            "Tap or click the nodule, or drag a box around it: everything below follows from there.",
            title="No nodule found: draw it",
            icon=":material/draw:",
        )
        return
    text = f"{'Your box' if case.box else 'Proposed box'}: {box.width} × {box.height} pixels"
    scale = image.scale_at(box)
    if scale is not None:
        text += f", {box.width * scale[1]:.1f} × {box.height * scale[0]:.1f} mm"
    st.markdown(f"{text}. {_scale_at(image, box)}")
    with st.container(horizontal=True, vertical_alignment="center"):
        if case.box:
            back = partial(setattr, case, "box", None)
            st.button("Back to the proposed box", on_click=back, icon=":material/undo:", key="unbox")
        with st.popover("Type the numbers", icon=":material/keyboard:"):
            _type_box(image.shape, box, case)
    st.markdown(words.outline(outline))


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


def _show_size(image: GreyImage, box: Box | None, case: Case) -> None:
    place = case.ruler or box or _whole(image)
    scale, said = image.scale_at(place), _scale_at(image, place)
    if len(image.scales_at(place)) > 1:
        st.warning(said, title="No length", icon=":material/straighten:")
    elif scale is None:
        st.info(
            "Open **Scale** and click two marks on the depth scale first, or type the size in cell 1.",
            title="No scale, no millimetres",
            icon=":material/square_foot:",
        )
    elif case.ruler is None:
        st.markdown(said)
    else:
        _show_length(case.ruler.length_mm(scale), said)


def _show_length(length_mm: float, said: str) -> None:
    try:
        size = check_size(length_mm)
    except BadInput as error:
        st.warning(f"{error.message} It was not taken as the size.", title="No size", icon=":material/block:")
        return
    kept = "; it is the size in cell 1 now" if st.session_state["size_mm"] == size else ""
    st.markdown(f"The ruler measures **{size:g} mm**{kept}. {said}")


def _show_scale(original: GreyImage, image: GreyImage, box: Box | None, case: Case) -> None:
    place = case.ruler or box or _whole(image)
    scale = image.scale_at(place)
    own = scale != original.scale_at(place)
    origin = f" It was {'set by you' if own else 'read from the file'}." if scale else ""
    st.markdown(_scale_at(image, place) + origin)
    if own and scale and (doubtful := doubt(scale, picture_at(image, place))):
        st.warning(f"{doubtful}. Are the marks as far apart as you typed?", title="An unusual scale")
    with st.container(horizontal=True, vertical_alignment="bottom"):
        distance = st.number_input(
            "Distance between the marks (mm)", 1.0, 200.0, 10.0, 1.0, key="distance", on_change="ignore"
        )
        pressed = st.button("Use this scale", type="primary", disabled=case.ruler is None, key="use_scale")
        if case.calibration is not None:
            st.button("Forget it", on_click=partial(_rescale, case, None), key="forget_scale")
    if pressed and case.ruler is not None:
        scale_from(case.ruler, float(distance))  # refuses a useless ruler before anything is kept
        _rescale(case, Calibration(case.ruler, float(distance)))
        case.ruler = None
        st.rerun()


def _whole(image: GreyImage) -> Box:
    height, width = image.shape
    return Box(0, 0, width, height)


def _scale_at(image: GreyImage, place: Box | Line) -> str:
    """The scale where a box or a line lies, and how large the picture there is."""
    scale, said = image.scale_at(place), f"Scale {words.scale(image, place)}"
    if scale is None:
        return f"{said}."
    width, depth = field_of_view(scale, picture_at(image, place))
    return f"{said}; the picture is {width:.1f} mm wide and {depth:.1f} mm deep."


def _rescale(case: Case, calibration: Calibration | None) -> None:
    """Take another scale; a size that was measured with the old one is forgotten."""
    case.calibration, case.outdated = calibration, case.measured
