"""Cell 2: the picture, and on it the region of interest, the outline, the size of the nodule and the scale."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import Any

import streamlit as st

from sera_core.contracts import BadInput, Box, GreyImage, Heatmap, Line, Outline
from sera_core.images.scale import doubt, field_of_view
from sera_core.outline import drawn, panes, propose
from sera_core.sizes import check_size
from sera_core.ui.cache import outline_of
from sera_core.ui.cell import Cell, show_code
from sera_core.ui.diagnose.cine import Cine
from sera_core.ui.diagnose.image import Picture
from sera_core.ui.measure import Calibration, centred, on_picture, picture_at, scale_from, with_scale
from sera_core.ui.number import number_of, text_of
from sera_core.ui.state import Case, Marks
from sera_core.ui.states import guarded, notices, refused
from sera_core.ui.viewer import Hands, Points, Tool, send_heat, viewer
from sera_core.wording import diagnosis as words

LEAD = "The nodule on the picture. An outline is proposed; whatever you draw is used instead."
PICTURE = "picture"
FORGET = "The frame is shown as it was before you marked it: with the proposed box, where a nodule is found."
TOOLS: tuple[Tool, ...] = ("region", "outline", "size", "scale", "pan", "window")


@dataclass(frozen=True)
class Region:
    """The nodule on the image, as the reader drew it, else as it is proposed.

    Attributes
    ----------
    image : GreyImage
        With the reader's own scale.
    box, outline : optional
        None where nothing was found.
    """

    image: GreyImage
    box: Box | None
    outline: Outline | None


def mark_region(cell: Cell, picture: Picture) -> Region:
    """Find the nodule, and tell in the cell what is drawn and what it measures."""
    marks = picture.case.marks
    image = with_scale(picture.image, marks.calibration)
    with cell.controls, guarded():
        _ask_pane(picture)
    outline: Outline | None = marks.outline
    with cell.result, guarded():
        try:
            outline = outline or outline_of(picture.image, picture.box, picture.pane)
        except BadInput as error:
            refused(error)
        region = Region(image, picture.box or (outline.box if outline else None), outline)
        _show_region(region, picture.case)
        _show_size(region, marks.ruler)
        _show_scale(picture.image, region, picture.case)
        show_code(picture.made_by, propose, scale_from, Line.length_mm)
    return region


def show_picture(picture: Picture, region: Region) -> None:
    """Draw the picture with all that is on it, for hands to change."""
    case, image, cine = picture.case, picture.image, picture.cine
    viewer(
        region.image,
        PICTURE,
        TOOLS,
        hands_on(case, image, region.box, cine),
        region.box,
        region.outline,
        case.marks.ruler,
        undo=bool(case.past),
        film=cine.name if cine else None,
        unused=case.unused[0] if case.unused else None,
    )
    if case.beside:
        st.warning(
            "The tap lay beside the ultrasound picture: tap the nodule, or drag a box around it.",
            title="Nothing changed",
            icon=":material/touch_app:",
        )
    notices(image.warnings)


def show_heat(region: Region, heatmap: Heatmap | None) -> None:
    """Lay the heatmap over the picture, or take the one that lies there away."""
    send_heat(PICTURE, region.image, region.box, heatmap)


# ---- what hands did --------------------------------------------------------------------------------------------------


def hands_on(case: Case, image: GreyImage, box: Box | None, cine: Cine | None = None) -> Hands:
    """What becomes of a case when its picture, as it was read, is worked on; ``box`` is the region that is shown."""
    return Hands(
        box=partial(_draw_box, case),
        click=partial(_tapped, case, image, box),
        outline=partial(_pull, case, image.shape),
        line=partial(_measuring, case, image, lambda line: case.mark(ruler=line)),
        scale=partial(_measuring, case, image, partial(_rescale, case)),
        undo=partial(_measuring, case, image, case.undo),
        frame=partial(cine.turn, case) if cine else None,
    )


def _draw_box(case: Case, box: Box | None) -> None:
    case.mark(box=box, outline=None)


def _tapped(case: Case, image: GreyImage, box: Box | None, x: int, y: int) -> None:
    """What is outlined at a tap; where nothing is, the region there. A tap beside the picture changes nothing."""
    case.beside = not on_picture(image, x, y)
    if case.beside:
        return
    found = outline_of(image, (x, y))
    if found is not None:
        case.mark(box=found.box, outline=found)
    else:
        _draw_box(case, centred(box or _in_the_middle(image.shape), image.shape, x, y))


def _in_the_middle(shape: tuple[int, int]) -> Box:
    """A box to begin with where no nodule was found, a quarter as wide and high as the image."""
    height, width = shape
    wide, high = max(width // 4, 1), max(height // 4, 1)
    return Box((width - wide) // 2, (height - high) // 2, wide, high)


def _pull(case: Case, shape: tuple[int, int], corners: Points) -> None:
    with suppress(BadInput):  # nothing is left of it: the last one stays
        case.mark(outline=drawn(corners, shape))


def _rescale(case: Case, line: Line, distance_mm: float) -> None:
    with suppress(BadInput):  # the picture offers no such ruler
        scale_from(line, distance_mm)
        case.mark(calibration=Calibration(line, distance_mm))


def _measuring(case: Case, image: GreyImage, change: Callable[..., None], *told: Any) -> None:
    """Make a change that may measure the nodule; a size that the ruler gave follows it, one that was typed stays."""
    before = ruled(image, case.marks)
    change(*told)
    after = ruled(image, case.marks)
    if after != before and (before is None or _typed_size() == before):
        st.session_state["size_mm"] = text_of(after)


def _typed_size() -> float | None:
    """The size in cell 6; None where it is empty or no number."""
    with suppress(BadInput):
        return number_of(st.session_state["size_mm"])
    return None


def ruled(image: GreyImage, marks: Marks) -> float | None:
    """The size in mm that the ruler gives; None without one, without a scale, and for what no nodule measures."""
    if marks.ruler is None:
        return None
    scale = with_scale(image, marks.calibration).scale_at(marks.ruler)
    with suppress(BadInput):
        return check_size(marks.ruler.length_mm(scale)) if scale else None
    return None


# ---- what is told ----------------------------------------------------------------------------------------------------


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


def _show_region(region: Region, case: Case) -> None:
    box = region.box
    if box is None:
        st.info(
            "Tap or click the nodule, or drag a box around it: everything else follows from there.",
            title="No nodule found: draw it",
            icon=":material/draw:",
        )
    else:
        text = f"{'Your box' if case.marks.box else 'Proposed box'}: {box.width} × {box.height} pixels"
        scale = region.image.scale_at(box)
        if scale is not None:
            text += f", {box.width * scale[1]:.1f} × {box.height * scale[0]:.1f} mm"
        st.markdown(f"{text}. {words.outline(region.outline)}")
    with st.container(horizontal=True, vertical_alignment="center"):
        # the first one, box or no box: moved to another place it would close at the first number
        with st.popover("Type the numbers", icon=":material/keyboard:"):
            _type_box(region.image.shape, box or _in_the_middle(region.image.shape), case)
        if case.marks.box or case.marks.outline:
            back = partial(_draw_box, case, None)
            st.button("Forget your box", on_click=back, icon=":material/undo:", key="unbox", help=FORGET)


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
    _draw_box(case, Box(x, y, width, height).clipped(*shape))


def _show_size(region: Region, ruler: Line | None) -> None:
    if ruler is None:
        return
    image = region.image
    scale = image.scale_at(ruler)
    if len(image.scales_at(ruler)) > 1:
        st.warning(_scale_at(image, ruler), title="No length", icon=":material/straighten:")
    elif scale is None:
        st.info(
            "Choose **Scale** and click two marks on the depth scale first, or type the size in cell 6.",
            title="No scale, no millimetres",
            icon=":material/square_foot:",
        )
    else:
        _show_length(ruler.length_mm(scale))


def _show_length(length_mm: float) -> None:
    try:
        size = check_size(length_mm)
    except BadInput as error:
        st.warning(f"{error.message} It was not taken as the size.", title="No size", icon=":material/block:")
        return
    kept = "; it is the size in cell 6 now" if _typed_size() == size else ""
    st.markdown(f"The ruler measures **{size:g} mm**{kept}.")


def _show_scale(original: GreyImage, region: Region, case: Case) -> None:
    place = case.marks.ruler or region.box or _whole(original)
    scale = region.image.scale_at(place)
    own = scale != original.scale_at(place)
    origin = f" It was {'set by you' if own else 'read from the file'}." if scale else ""
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(_scale_at(region.image, place) + origin)
        if case.marks.calibration is not None:
            forget = partial(_measuring, case, original, partial(case.mark, calibration=None))
            st.button("Forget your scale", on_click=forget, key="forget_scale", type="tertiary")
    if own and scale and (doubtful := doubt(scale, picture_at(region.image, place))):
        st.warning(f"{doubtful}. Are the marks as far apart as you typed?", title="An unusual scale")


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
