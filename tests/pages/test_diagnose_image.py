"""One's own image on Diagnose: refused, read, measured, and a loop turned."""

from __future__ import annotations

import io
import zipfile

import numpy as np
import pytest
from PIL import Image
from streamlit.testing.v1 import AppTest

from sera_core.contracts import Box
from sera_core.outline import drawn
from sera_core.ui.diagnose.cine import Cine
from tests.pages.desk import RNG, Png, frame, loop, upload, words


def test_before_a_file_is_chosen_the_page_says_what_to_do(page: AppTest) -> None:
    page.run()
    page.segmented_control(key="source").set_value("upload").run()
    assert not page.exception
    assert "No image yet" in words(page)


def zipped() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("a.txt", "a")
    return buffer.getvalue()


def gif() -> bytes:
    buffer = io.BytesIO()
    frames = [Image.fromarray(RNG.integers(0, 255, (90, 90), np.uint8)) for _ in range(3)]
    frames[0].save(buffer, format="GIF", save_all=True, append_images=frames[1:])
    return buffer.getvalue()


def truncated() -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(RNG.integers(0, 255, (300, 300), np.uint8)).save(buffer, format="PNG")
    return buffer.getvalue()[:20_000]


def picture(mode: str, size: tuple[int, int], colour: object) -> bytes:
    buffer = io.BytesIO()
    Image.new(mode, size, colour).save(buffer, format="PNG")  # type: ignore[arg-type]
    return buffer.getvalue()


def colourful() -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(RNG.integers(0, 255, (200, 200, 3), np.uint8)).save(buffer, format="PNG")
    return buffer.getvalue()


BAD = {
    "empty": b"",
    "text": b"hello, this is no image at all",
    "zip named png": zipped(),
    "pdf named png": b"%PDF-1.7\n1 0 obj\n",
    "truncated": truncated(),
    "animated": gif(),
    "blank": picture("L", (300, 300), 0),
    "too small": picture("L", (8, 8), 90),
    "colour": colourful(),
    "bomb": picture("1", (30_000, 30_000), 0),
}


@pytest.mark.parametrize("kind", list(BAD))
def test_a_bad_file_is_refused_in_a_sentence(page: AppTest, kind: str) -> None:
    upload(page, "frame.png", BAD[kind])
    assert not page.error, page.error
    assert len(page.warning) == 1
    sentence = page.warning[0].value
    assert sentence.endswith(".")
    assert len(sentence) > 30
    assert "Traceback" not in words(page)


def test_an_upload_has_no_size_and_no_millimetres_until_they_are_given(page: AppTest, png: Png) -> None:
    upload(page, "frame.png", png(frame()))
    assert page.text_input(key="size_mm").value == ""
    said = words(page)
    assert "Proposed box" in said
    assert "nothing is shown in millimetres" in said
    assert " mm." not in said.split("Proposed box")[1].split("nothing is shown")[0]


def test_typed_numbers_move_the_region(page: AppTest, png: Png) -> None:
    upload(page, "frame.png", png(frame()))
    for key, value in {"box_x": 100, "box_y": 60, "box_w": 120, "box_h": 110}.items():
        page.number_input(key=key).set_value(value).run()
    assert not page.exception
    assert "Your box: 120 × 110 pixels" in words(page)
    assert "Does the box hold" not in words(page)
    page.number_input(key="box_x").set_value(165).run()  # half of the nodule, cut straight
    assert words(page).count("Does the box hold the whole nodule?") == 2  # beside the picture, and in three lines
    page.button(key="unbox").click().run()
    assert "Proposed box" in words(page)


def test_a_region_is_outlined_once_for_the_picture_and_the_verdict(page: AppTest, png: Png, model: str) -> None:
    from torch.nn.modules.module import register_module_forward_hook

    from sera_core.outline.unet import UNet

    seen: list[UNet] = []
    hook = register_module_forward_hook(lambda net, *_: seen.append(net) if isinstance(net, UNet) else None)
    try:
        upload(page, "frame.png", png(frame()))
        seen_at_first = len(seen)  # the sample of the first paint, and the upload
        page.number_input(key="box_w").set_value(110).run()
        seen_of_own_box = len(seen) - seen_at_first
        page.selectbox(key="model").set_value(model).run()
        page.slider(key="pretest").set_value(30).run()
    finally:
        hook.remove()
    assert not page.exception
    assert "Your box: 110" in words(page)
    assert seen_at_first <= 2
    assert (seen_of_own_box, len(seen) - seen_at_first) == (1, 1)


def test_another_image_starts_a_new_case(page: AppTest, png: Png) -> None:
    upload(page, "frame.png", png(frame()))
    page.text_input(key="size_mm").set_value("31.0").run()
    page.number_input(key="box_w").set_value(90).run()
    page.button(key="reset").click().run()
    assert not page.exception
    assert page.segmented_control(key="source").value == "sample"
    assert page.text_input(key="size_mm").value != "31.0"
    page.segmented_control(key="source").set_value("upload").run()
    assert "No image yet" in words(page)


def test_a_photo_of_the_screen_is_read_too(page: AppTest) -> None:
    buffer = io.BytesIO()
    Image.fromarray(frame()).save(buffer, format="JPEG", quality=95)
    page.run()
    page.segmented_control(key="source").set_value("camera").run()
    assert "No photo yet" in words(page)
    page.camera_input[0].upload("photo.jpg", buffer.getvalue())
    page.run()
    assert not page.exception
    assert "Proposed box" in words(page)


def test_a_loop_is_turned_in_the_picture_has_a_scale_and_no_name(page: AppTest) -> None:
    upload(page, "loop.dcm", loop())
    assert "0.100 mm a pixel" in words(page)
    case = page.session_state["case"]
    assert page.session_state["diagnosed"].image.frame == 0
    case.mark(box=Box(100, 60, 120, 110), outline=drawn([(120, 80), (200, 80), (160, 150)], (240, 320)))
    Cine(loop(), 3).turn(case, 2)
    page.run()
    assert not page.exception
    assert "Your box: 120 × 110 pixels" in words(page)
    assert page.session_state["diagnosed"].reading.outline.source == "box", "nothing drawn on another frame"
    case.undo()
    assert (case.marks.frame, case.marks.outline.source) == (None, "reader")
    case.undo()
    Cine(loop(), 3).turn(case, 2)
    page.run()
    assert not page.error
    assert page.session_state["diagnosed"].image.frame == 2
    assert "Proposed box" in words(page)
    assert "Secret" not in words(page)
    assert "4711" not in words(page)


def test_a_loop_whose_first_frame_is_black_opens_at_the_next(page: AppTest) -> None:
    data = loop(blank=0)
    upload(page, "loop.dcm", data)
    assert not page.exception
    assert page.session_state["diagnosed"].image.frame == 1
    assert "The first frame cannot be used; this is frame 2 of 3." in words(page)
    case = page.session_state["case"]
    Cine(data, 3).turn(case, 2)
    page.run()
    Cine(data, 3).turn(case, 0)
    page.run()
    assert "Frame 1 is not used, frame 3 stays" in [warning.title for warning in page.warning]


def test_a_frame_that_cannot_be_used_leaves_the_one_before(page: AppTest) -> None:
    data = loop(blank=1)
    upload(page, "loop.dcm", data)
    case = page.session_state["case"]
    Cine(data, 3).turn(case, 1)
    page.run()
    assert "Frame 2 is not used, frame 1 stays" in [warning.title for warning in page.warning]
    assert page.session_state["diagnosed"].image.frame == 0
    Cine(data, 3).turn(case, 2)
    page.run()
    assert not [warning.title for warning in page.warning if "is not used" in (warning.title or "")]
    assert page.session_state["diagnosed"].image.frame == 2
