"""The states of the Diagnose page, driven without a browser."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from streamlit.testing.v1 import AppTest

from sera_core.cases.database import URL
from sera_core.cases.log import Log
from sera_core.contracts import BadInput, Basis, Focus, GreyImage, Guideline, Margin, Shape
from sera_core.diagnosis import Request, diagnose, outlined
from sera_core.images.read import read_image
from sera_core.simulate.centres import CENTRES
from sera_core.simulate.render import render
from sera_core.simulate.samples import SAMPLES
from sera_core.simulate.wide import draw_wide, without_nodule
from sera_core.ui.diagnose.cine import Cine
from sera_core.wording.labels import LABELS, NO_FOCUS

Png = Callable[[np.ndarray], bytes]
RNG = np.random.default_rng(5)


def words(at: AppTest) -> str:
    kinds = ("title", "subheader", "markdown", "caption", "warning", "info", "error", "code")
    said = " ".join(str(element.value) for kind in kinds for element in at.get(kind))
    return re.sub("</?abbr[^>]*>", "", said)  # explained words read like others


def upload(page: AppTest, name: str, data: bytes) -> AppTest:
    page.run()
    page.segmented_control(key="source").set_value("upload").run()
    page.file_uploader[0].upload(name, data)
    page.run()
    assert not page.exception
    return page


def describe(page: AppTest, **seen: str) -> AppTest:
    from sera_core.contracts import Composition, Echogenicity, Margin, Shape

    kinds = {"composition": Composition, "echogenicity": Echogenicity, "shape": Shape, "margin": Margin}
    for key, kind in kinds.items():
        page.pills(key=key).set_value(kind(seen[key]))
    page.pills(key="foci").set_value([NO_FOCUS]).run()
    if [button for button in page.button if button.key == "confirm"]:
        page.button(key="confirm").click().run()
    return page


SOLID = {
    "composition": "solid",
    "echogenicity": "hypoechoic",
    "shape": "taller_than_wide",
    "margin": "irregular",
}

# ---- first paint -------------------------------------------------------------------------------------------------


def test_a_sample_is_already_loaded(page: AppTest) -> None:
    page.run()
    assert not page.exception
    assert page.segmented_control(key="source").value == "sample"
    assert "simulated" in words(page)
    first = next(iter(SAMPLES.values()))
    assert page.selectbox(key="sample").value == first.title
    assert page.number_input(key="size_mm").value == pytest.approx(first.case.nodule.size_mm, abs=0.5)
    for number in range(1, 6):
        assert page.container(key=f"cell-{number}")


def test_every_sample_opens_and_stays_labelled(page: AppTest) -> None:
    page.run()
    for sample in list(SAMPLES.values())[1:3]:
        page.selectbox(key="sample").set_value(sample.title).run()
        assert not page.exception
        assert sample.story in words(page)
        assert "simulated" in words(page)


def test_the_first_paint_has_a_verdict_a_heatmap_and_advice(page: AppTest, model: str) -> None:
    page.run()
    said = words(page)
    assert "uncertain band around the cut-off" in said
    assert "random places" in said
    assert "By the model's probability" in said
    assert {chart.proto.id or chart.key for chart in page.get("plotly_chart")}
    assert [page.button(key=key).label for key in ("pdf", "json")] == ["PDF", "JSON"]


# ---- the link ----------------------------------------------------------------------------------------------------


def test_a_link_opens_where_it_points(page: AppTest) -> None:
    page.query_params["sample"] = SAMPLES["cyst"].title
    page.query_params["guideline"] = LABELS[Guideline.ACR2017].word
    page.query_params["pretest"] = "10"
    page.run()
    assert page.selectbox(key="sample").value == SAMPLES["cyst"].title
    assert page.selectbox(key="guideline").value is Guideline.ACR2017
    assert page.slider(key="pretest").value == 10


def test_a_link_with_nonsense_opens_the_defaults(page: AppTest) -> None:
    page.query_params["sample"] = "no such sample"
    page.query_params["pretest"] = "abc"
    page.query_params["model"] = "../../etc"
    page.run()
    assert not page.exception
    assert page.slider(key="pretest").value == 20
    assert page.selectbox(key="model").value == "auto"


# ---- one's own image ---------------------------------------------------------------------------------------------


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


def frame() -> np.ndarray:
    """Grey speckle with a dark nodule: an image that the reader accepts."""
    rows, columns = np.mgrid[0:240, 0:320]
    level = np.where((rows - 120) ** 2 + (columns - 160) ** 2 < 45**2, 55, 120)
    return np.clip(level + RNG.normal(0, 22, level.shape), 1, 250).astype(np.uint8)


def test_an_upload_has_no_size_and_no_millimetres_until_they_are_given(page: AppTest, png: Png) -> None:
    upload(page, "frame.png", png(frame()))
    assert page.number_input(key="size_mm").value is None
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
    page.number_input(key="size_mm").set_value(31.0).run()
    page.number_input(key="box_w").set_value(90).run()
    page.button(key="reset").click().run()
    assert not page.exception
    assert page.segmented_control(key="source").value == "sample"
    assert page.number_input(key="size_mm").value != 31.0
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


FRAME = frame()


def loop(frames: int = 3, blank: int | None = None) -> bytes:
    """A short ultrasound loop as DICOM, 0.1 mm a pixel, with a patient's name in its header; one frame may be black."""
    import pydicom
    from pydicom.dataset import Dataset, FileMetaDataset
    from pydicom.uid import ExplicitVRLittleEndian, generate_uid

    levels = [0 if i == blank else 0.6 + 0.2 * i for i in range(frames)]
    pixels = np.stack([np.clip(FRAME * level, 0, 255).astype(np.uint8) for level in levels])
    meta = FileMetaDataset()
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    meta.MediaStorageSOPClassUID = "1.2.840.10008.5.1.4.1.1.3.1"
    meta.MediaStorageSOPInstanceUID = generate_uid()
    data = Dataset()
    data.file_meta = meta
    data.SOPClassUID, data.SOPInstanceUID = meta.MediaStorageSOPClassUID, meta.MediaStorageSOPInstanceUID
    data.PatientName, data.PatientID, data.Modality = "Secret^Person", "ID-4711", "US"
    data.NumberOfFrames, data.Rows, data.Columns = pixels.shape
    data.SamplesPerPixel, data.PhotometricInterpretation = 1, "MONOCHROME2"
    data.BitsAllocated = data.BitsStored = 8
    data.HighBit, data.PixelRepresentation = 7, 0
    region = Dataset()
    region.RegionSpatialFormat, region.RegionDataType, region.RegionFlags = 1, 1, 0
    region.RegionLocationMinX0, region.RegionLocationMinY0 = 0, 0
    region.RegionLocationMaxX1, region.RegionLocationMaxY1 = pixels.shape[2] - 1, pixels.shape[1] - 1
    region.PhysicalUnitsXDirection = region.PhysicalUnitsYDirection = 3
    region.PhysicalDeltaX = region.PhysicalDeltaY = 0.01
    data.SequenceOfUltrasoundRegions = [region]
    data.PixelData = pixels.tobytes()
    buffer = io.BytesIO()
    pydicom.dcmwrite(buffer, data, enforce_file_format=True)
    return buffer.getvalue()


def test_a_loop_is_turned_in_the_picture_has_a_scale_and_no_name(page: AppTest) -> None:
    upload(page, "loop.dcm", loop())
    assert "0.100 mm a pixel" in words(page)
    case = page.session_state["case"]
    assert page.session_state["diagnosed"].image.frame == 0
    Cine(loop(), 3).turn(case, 2)
    page.run()
    assert not page.exception
    assert not page.error
    assert page.session_state["diagnosed"].image.frame == 2
    assert "Proposed box" in words(page)
    assert "Secret" not in words(page)
    assert "4711" not in words(page)


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


# ---- the size ----------------------------------------------------------------------------------------------------


def test_the_size_that_is_shown_decides_and_an_impossible_one_is_refused_beside_the_field(page: AppTest) -> None:
    page.run()
    page.selectbox(key="guideline").set_value(Guideline.ACR2017)
    page.number_input(key="size_mm").set_value(9.9999999).run()
    assert not page.exception
    said = words(page)
    assert "size 10 mm" in said
    assert "under 10 mm)" not in said
    page.number_input(key="size_mm").set_value(1.4).run()
    assert "if 1.4 cm was meant, give 14" in words(page)
    for size in (300.0, 0.4):
        page.number_input(key="size_mm").set_value(size).run()
        assert not page.exception
        refusals = [warning.value for warning in page.warning if "cannot be used" in warning.value]
        assert len(refusals) == 1
        assert f"{size:g} mm cannot be used: give the largest dimension" in refusals[0]
        assert "in millimetres, from 1 to 150" in refusals[0]
        assert refusals[0].endswith(f"It goes on with the outline's {page.session_state['diagnosed'].size_mm:g} mm.")
        assert f"{size:g} mm" not in words(page).replace(refusals[0], "")


# ---- what next ---------------------------------------------------------------------------------------------------


def test_the_outline_s_diameter_is_proposed_until_a_size_is_typed(page: AppTest, model: str) -> None:
    page.run()
    page.number_input(key="size_mm").set_value(None).run()
    assert not page.exception
    assert "proposed from the outline" in page.number_input(key="size_mm").placeholder
    assert re.search(r"size 1[2-5](\.\d)? mm, proposed from the outline", words(page))
    page.number_input(key="size_mm").set_value(9.0).run()
    assert "size 9 mm" in words(page)
    assert "proposed from the outline" not in words(page)


def test_without_a_size_the_advice_says_what_it_would_need(page: AppTest, png: Png) -> None:
    upload(page, "frame.png", png(frame()))  # no scale, so no diameter either
    describe(page, **SOLID)
    said = words(page)
    assert "size not given" in said
    assert "Not decided" in said


def test_proposed_words_carry_the_advice_until_the_reader_touches_them(page: AppTest, model: str) -> None:
    page.run()
    page.selectbox(key="sample").set_value(SAMPLES["follicular"].title).run()  # every row of it is proposed
    said = words(page)
    assert "By the words that the program proposes" in said
    assert "nobody has looked at yet" in said
    assert page.pills(key="shape").value is Shape.WIDER_THAN_TALL
    assert "proposed: " in page.pills(key="shape").label
    page.pills(key="margin").set_value(Margin.LOBULATED).run()
    assert "yours" in page.pills(key="margin").label
    assert "proposed" in page.pills(key="shape").label
    assert "By your words, and proposed ones where you said nothing" in words(page)
    assert page.session_state["diagnosed"].basis is Basis.CHANGED
    page.button(key="confirm").click().run()
    assert "By your own description" in words(page)
    assert page.session_state["diagnosed"].basis is Basis.DESCRIPTORS
    assert "yours" in page.pills(key="shape").label
    page.button(key="repropose").click().run()
    assert page.session_state["diagnosed"].basis is Basis.PROPOSED


def test_a_cleared_word_is_open_and_the_category_waits_for_it(page: AppTest, model: str) -> None:
    page.run()
    page.pills(key="margin").set_value(None).run()
    assert not page.exception
    assert "Still open: margin. Please look." in words(page)
    assert page.session_state["diagnosed"].description.margin is None
    assert page.session_state["diagnosed"].basis is Basis.PROBABILITY  # a simulated model's target is cancer


def test_none_and_any_focus_exclude_each_other(page: AppTest, model: str) -> None:
    page.run()
    page.pills(key="foci").set_value([NO_FOCUS, Focus.PUNCTATE]).run()
    assert page.pills(key="foci").value == [NO_FOCUS]
    page.pills(key="foci").set_value([NO_FOCUS, Focus.RIM]).run()
    assert page.pills(key="foci").value == [Focus.RIM]
    assert page.session_state["diagnosed"].description.foci == {Focus.RIM}


def test_where_no_nodule_is_found_the_reader_is_asked_to_draw_it(page: AppTest, png: Png, model: str) -> None:
    necks = (without_nodule(draw_wide(CENTRES["A"], 5_000_100 + n)) for n in range(20))
    bare = next(pixels for pixels in necks if outlined(GreyImage(pixels)) is None)
    upload(page, "neck.png", png((bare * 255).round().astype(np.uint8)))
    said = words(page)
    assert "drag a box around it: everything else follows from there" in said
    assert "No nodule was found on this frame: draw it in cell 2." in said
    assert "No number is better than a made-up one" not in said
    assert "Nothing is measured" in said
    assert not page.error


def test_the_page_asks_which_of_two_pictures_is_meant(page: AppTest, png: Png, model: str) -> None:
    left, right = (render(SAMPLES[name].case).image.pixels for name in ("papillary", "follicular"))
    screen = np.hstack([left, right])
    upload(page, "two.png", png((screen * 255).round().astype(np.uint8)))
    asked = page.segmented_control(key="pane")
    assert "shows 2 pictures" in asked.label
    assert "say which one is meant" in words(page)
    for pane in (0, 1):
        page.segmented_control(key="pane").set_value(pane).run()
        assert not page.exception
        box = page.session_state["diagnosed"].reading.box
        assert (box.x >= left.shape[1]) == bool(pane)
        assert "say which one is meant" not in words(page)


def test_the_reader_s_words_give_each_guideline_s_category(page: AppTest) -> None:
    page.run()
    page.number_input(key="size_mm").set_value(14.0)
    describe(page, **SOLID)
    assert not page.exception
    said = words(page)
    assert "By your own description" in said
    assert "K-TIRADS 5" in said  # solid, hypoechoic, with suspicious features: facts of K-TIRADS 2021
    table = page.dataframe[0].value
    assert len(table) == len(Guideline)
    rows = dict(zip(table["Guideline"], table["Category"], strict=True))
    assert rows[LABELS[Guideline.ACR2017].word] == "TR5"  # 2 + 2 + 3 + 2 = 9 points
    assert rows[LABELS[Guideline.EU2017].word].endswith("5")


def test_words_that_exclude_each_other_are_refused_and_the_verdict_stays(page: AppTest) -> None:
    page.run()
    before = len(page.warning)
    describe(page, **{**SOLID, "echogenicity": "anechoic"})
    assert not page.exception
    assert len(page.warning) == before + 1
    assert any("cannot be anechoic" in warning.value for warning in page.warning)
    assert not page.error


def test_agreement_of_model_and_reader_is_said(page: AppTest, model: str) -> None:
    page.run()
    describe(page, **SOLID)
    assert "odel and description" in words(page) or "categories" in words(page)


# ---- the verdict -------------------------------------------------------------------------------------------------


def test_a_strange_image_gets_no_number_but_advice_and_a_report_that_can_be_saved(
    page: AppTest, model: str, png: Png, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(URL, f"sqlite:///{tmp_path / 'cases.sqlite'}")
    upload(page, "strange.png", png(strange(png)))
    refusals = [warning for warning in page.warning if "unlike anything" in warning.value]
    assert len(refusals) == 1
    assert not page.error
    assert not re.search(r"Probability:? \d", words(page))
    assert {"pdf", "json", "dicom"} <= {button.key for button in page.button}
    describe(page, **SOLID)
    assert "By your own description" in words(page)
    (report,) = (code.value for code in page.code if code.value.startswith("SERA: thyroid"))
    assert "No answer: the image is too unlike" in report
    assert "Solid, hypoechoic" in report
    page.button(key="save-case").click().run()
    ((line,),) = (entry.nodules for entry in Log().find())
    assert (line.probability, line.category) == (None, "K-TIRADS 5")


def strange(png: Png) -> np.ndarray:
    """The first of some pictures of something else that the installed models refuse."""
    from skimage import data

    noise = RNG.integers(1, 250, (300, 300)).astype(np.uint8)
    for pixels in (data.camera(), data.brick(), data.coins(), noise):
        try:
            if not diagnose(read_image(png(pixels)), Request(method=None)).reading.answered:
                return pixels
        except BadInput:
            pass  # no nodule was found
    raise AssertionError("the installed models take a photograph, a wall, coins and noise for a thyroid")


def test_a_model_can_be_chosen(page: AppTest, model: str) -> None:
    page.run()
    page.selectbox(key="model").set_value(model).run()
    assert not page.exception
    assert f"{model}, weights sha256" in words(page) or page.warning


def test_a_real_frame_gets_a_verdict(page: AppTest, model: str, shared_data: Path) -> None:
    image = sorted((shared_data / "ddti" / "images").iterdir())[10]
    upload(page, image.name, image.read_bytes())
    assert not page.error
    said = words(page)
    assert "uncertain band" in said or "unlike anything" in said
    assert image.stem not in said


# ---- faults of ours ----------------------------------------------------------------------------------------------


def test_a_fault_of_ours_is_one_sentence_with_details_in_a_fold() -> None:
    def script() -> None:
        from sera_core.ui.states import guarded

        with guarded():
            {}["missing"]

    at = AppTest.from_function(script, default_timeout=60).run()
    assert not at.exception
    assert len(at.error) == 1
    assert "Your input is not to blame" in at.error[0].value
    assert "KeyError" in at.expander[0].code[0].value
    assert "Traceback" not in at.expander[0].code[0].value
