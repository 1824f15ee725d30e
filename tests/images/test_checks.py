from __future__ import annotations

import gzip
import io
import struct
import zipfile
import zlib
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
import skimage
from numpy.typing import NDArray
from PIL import Image, ImageDraw
from scipy import ndimage

from sera_core.contracts import BadInput, Box, GreyImage
from sera_core.images import dicom, read
from sera_core.images.checks import check_box
from sera_core.images.decoded import MAX_PIXELS
from sera_core.images.read import read_image
from tests.images.files import coloured, dataset, encode, save, speckle

FRAME = speckle(240, 320)


def refusal_of(data: bytes, frame: int = 0) -> BadInput:
    with pytest.raises(BadInput) as refusal:
        read_image(data, frame)
    return refusal.value


def bomb_png(width: int, height: int) -> bytes:
    """A header that claims many pixels, and hardly any data."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(bytes(10_000)))
        + chunk(b"IEND", b"")
    )


def bomb_dicom() -> bytes:
    data = dataset(FRAME)
    data.Rows = data.Columns = 60_000
    return save(data)


def inflating_dicom() -> bytes:
    data = dataset(FRAME)
    data.PixelData = bytes(3 * 2**20)
    return save(data, "1.2.840.10008.1.2.1.99")


def zip_file() -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("frame.png", encode(FRAME, "PNG"))
    return file.getvalue()


def animated(kind: str) -> bytes:
    pages = [Image.fromarray(speckle(seed=seed)) for seed in range(3)]
    return encode(pages[0], kind, save_all=True, append_images=pages[1:], duration=100)


def report() -> bytes:
    data = dataset(FRAME)
    del data.PixelData, data.Rows, data.Columns
    return save(data)


REFUSALS = {
    "empty": (b"", "empty_file", "The file is empty: upload it again."),
    "text": (b"hello, world", "not_an_image", "The file is not a picture or DICOM image that is read"),
    "pdf": (b"%PDF-1.7 ...", "not_an_image", "Whatever its name says, the file is a PDF document: export"),
    "zip": (zip_file(), "not_an_image", "the file is a ZIP archive or an Office document"),
    "gzip": (gzip.compress(b"x"), "not_an_image", "the file is a gzip archive"),
    "svg": (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "not_an_image", "the file is a web page or a drawing"),
    "cut heic": (b"\x00\x00\x00\x18ftypheic" + bytes(50), "damaged", "This HEIC file is incomplete or damaged"),
    "video": (b"\x00\x00\x00\x18ftypisom" + bytes(50), "not_an_image", "the file is a video"),
    "animated webp": (animated("WEBP"), "animated", "This is an animated picture: export the one frame"),
    "animated avif": (animated("AVIF"), "animated", "This is an animated picture: export the one frame"),
    "nifti": (bytes(344) + b"n+1\x00" + bytes(50), "not_an_image", "the file is a NIfTI volume"),
    "gif": (encode(FRAME, "GIF"), "not_an_image", "This is a GIF picture, which is not read: save the frame as PNG."),
    "animated gif": (animated("GIF"), "animated", "This is an animated GIF: export the one frame to be read as PNG."),
    "animated png": (animated("PNG"), "animated", "This is an animated picture: export the one frame"),
    "cut png": (encode(FRAME, "PNG")[:-9000], "damaged", "This PNG file is incomplete or damaged and cannot be"),
    "cut jpeg": (encode(FRAME, "JPEG")[:-2000], "damaged", "This JPEG file is incomplete or damaged"),
    "cut bmp": (encode(FRAME, "BMP")[:-2000], "damaged", "This BMP file is incomplete or damaged"),
    "cut tiff": (encode(FRAME, "TIFF")[:9000], "damaged", "This TIFF file is incomplete or damaged"),
    "cut dicom": (save(dataset(FRAME))[:-2000], "damaged", "This DICOM file is incomplete or damaged"),
    "png bomb": (
        bomb_png(12_000, 11_000),
        "too_many_pixels",
        "The file claims 12000 x 11000 pixels; at most 120",
    ),
    "huge png": (bomb_png(60_000, 60_000), "too_many_pixels", "The file claims more pixels than any picture has; at"),
    "dicom bomb": (bomb_dicom(), "too_many_pixels", "The file claims 60000 x 60000 pixels"),
    "report": (report(), "no_pixels", "This DICOM file holds no image (it may be a report or an index)"),
    "too small": (encode(FRAME[:31, :99], "PNG"), "too_small", "The image has 99 x 31 pixels; at least 32 each way"),
    "black": (
        encode(np.zeros((200, 200), np.uint8), "PNG"),
        "blank",
        "The image is blank: almost all of it has one",
    ),
    "white": (encode(np.full((200, 200, 3), 255, np.uint8), "JPEG"), "blank", "The image is blank"),
    "photo": (
        encode(coloured(240, 320), "PNG"),
        "colour",
        "The picture is in colour, as in Doppler, elasto",
    ),
    "no page": (encode(FRAME, "TIFF"), "no_such_frame", "The file has one frame, so frame 1 does not exist"),
    "xyz dicom": (save(dataset(coloured(), "HSV")), "unsupported", "The colour model of this DICOM file is not read"),
}


@pytest.mark.parametrize("case", REFUSALS)
def test_refusals(case: str) -> None:
    data, code, says = REFUSALS[case]
    refusal = refusal_of(data, frame=1 if case == "no page" else 0)
    assert refusal.code == code
    assert says in refusal.message
    assert "\n" not in refusal.message
    assert refusal.message.endswith(".")


def test_inflating_dicom_is_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dicom, "MAX_INFLATED", 2**21)
    with pytest.raises(BadInput) as refused:
        dicom.read_dicom(inflating_dicom())
    refusal = refused.value
    assert refusal.code == "too_many_pixels"
    assert refusal.message == "This DICOM file inflates beyond 2 MB: save it uncompressed."


def test_huge_files_are_not_opened(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(read, "MAX_BYTES", 2**20)
    refusal = refusal_of(encode(FRAME, "PNG") + bytes(2 * 2**20))
    assert refusal.code == "file_too_large"
    assert refusal.message.startswith("The file has 2 MB; at most 1 MB are read")


def test_segmented_palettes_are_told() -> None:
    data = dataset(FRAME, "PALETTE COLOR")
    for colour in ("Red", "Green", "Blue"):
        setattr(data, f"{colour}PaletteColorLookupTableDescriptor", [256, 0, 16])
        data[f"{colour}PaletteColorLookupTableDescriptor"].VR = "US"
        setattr(data, f"Segmented{colour}PaletteColorLookupTableData", bytes(8))
    assert "Segmented palettes are not read" in refusal_of(save(data)).message


def test_pixel_limit_lets_phone_photos_pass() -> None:
    assert MAX_PIXELS >= 5712 * 4284  # the usual 24 megapixels


# --- colour ---------------------------------------------------------------------------------------------------------


def codes(pixels: NDArray[np.floating], **options: object) -> list[str]:
    data = encode(np.clip(pixels, 0, 255).astype(np.uint8), "PNG")
    return [notice.code for notice in read_image(data).warnings]


def frame_rgb() -> NDArray[np.float64]:
    return np.repeat(FRAME[..., None], 3, axis=2).astype(float)


@pytest.mark.parametrize("map_", [(1, 0.85, 0.6), (0.7, 0.85, 1), (1, 0.7, 0.2)])
def test_tinted_grey_maps_are_noticed(map_: tuple) -> None:
    assert codes(frame_rgb() * map_) == ["tinted"]


def screen_photo(cast: float, seed: int = 0) -> NDArray[np.float64]:
    """A simulated phone photo of a screen: white balance, vignette, moire and sensor noise."""
    rng = np.random.default_rng(seed)
    height, width = FRAME.shape
    y, x = np.mgrid[:height, :width]
    balance = np.array([1 - cast, 1, 1 + cast]) * (1 + 0.3 * np.cos(x / width * 2))[..., None]
    slope = np.stack([x / width, 0 * x, 1 - x / width], axis=-1) * 180 * cast
    moire = np.stack([np.sin(x / 3 + y / 5 + phase) for phase in (0, 2, 4)], axis=-1) * 10
    return frame_rgb() * 0.8 * balance + 15 + slope + moire + rng.normal(0, 6, (height, width, 3))


@pytest.mark.parametrize("cast", [0.05, 0.1, 0.2])
def test_photo_of_a_screen_is_read(cast: float) -> None:
    assert codes(screen_photo(cast)) == ["tinted"]
    photo = encode(np.clip(screen_photo(cast), 0, 255).astype(np.uint8), "JPEG", quality=70)
    image = read_image(photo)
    assert image.warnings[0].message == (
        "The picture has a colour tint, as in a photo of a screen; its brightness was used."
    )


@pytest.mark.parametrize("share", [0.006, 0.02, 0.1])
@pytest.mark.parametrize("seed", [0, 1, 2])
def test_doppler_is_refused(share: float, seed: int) -> None:
    rng = np.random.default_rng(seed)
    height, width = FRAME.shape
    vessels = ndimage.gaussian_filter(rng.normal(size=(height, width)), 9)
    away = ndimage.gaussian_filter(rng.normal(size=(height, width)), 15) > 0
    flow, speed = vessels > np.quantile(vessels, 1 - share), rng.uniform(0.5, 1, (height, width, 1))
    picture = frame_rgb()
    picture[flow & away] = (speed * [255, 80, 0])[flow & away]
    picture[flow & ~away] = (speed * [0, 80, 255])[flow & ~away]
    with pytest.raises(BadInput) as refusal:
        codes(picture)
    assert refusal.value.code == "colour"


def test_coloured_marks_are_noticed() -> None:
    image = Image.fromarray(frame_rgb().astype(np.uint8))
    draw = ImageDraw.Draw(image)
    for x, y in ((100, 90), (200, 150)):
        draw.line([(x - 5, y), (x + 5, y)], fill=(255, 255, 0), width=2)
        draw.line([(x, y - 5), (x, y + 5)], fill=(255, 255, 0), width=2)
    assert codes(np.asarray(image)) == ["coloured_marks"]


def test_colour_outside_the_picture_is_noticed() -> None:
    screen = np.zeros((400, 500, 3))
    screen[100:340, 100:420] = frame_rgb()
    screen[10:40, 20:200] = (30, 90, 220)  # a coloured title bar on black
    assert codes(screen) == ["coloured_marks"]


def test_ordinary_photos_are_refused_or_noticed() -> None:
    folder = Path(skimage.__file__).parent / "data"
    photos = ("astronaut.png", "chelsea.png", "coffee.png", "hubble_deep_field.jpg", "ihc.png", "motorcycle_left.png")
    for name in (*photos, "rocket.jpg"):
        assert refusal_of((folder / name).read_bytes()).code == "colour", name
    retina = read_image((folder / "retina.jpg").read_bytes())  # one hue all over: like a tinted grey map
    assert [notice.code for notice in retina.warnings] == ["tinted"]


# --- the region -----------------------------------------------------------------------------------------------------


REGION = Box(60, 60, 150, 110)


def noticed(pixels: NDArray[np.generic], box: Box = REGION) -> dict[str, str]:
    image = GreyImage(np.asarray(pixels, np.float32) / 255)
    return {notice.code: notice.message for notice in check_box(image, box)}


def tissue() -> NDArray[np.uint8]:
    return (FRAME * 0.5).astype(np.uint8)


def test_nothing_to_say() -> None:
    assert noticed(tissue()) == {}


def test_burned_in_text() -> None:
    image = Image.fromarray(tissue())
    ImageDraw.Draw(image).text((80, 100), "TIRADS 4C", fill=255)
    assert noticed(np.asarray(image)) == {
        "text": "There seems to be burned-in text over the region; the model may read it."
    }
    assert noticed(np.asarray(image), Box(150, 150, 100, 80)) == {}


@pytest.mark.parametrize("arm", [4, 6, 9])
def test_callipers(arm: int) -> None:
    image = Image.fromarray(tissue())
    draw = ImageDraw.Draw(image)
    for x, y in ((90, 90), (180, 140)):
        draw.line([(x - arm, y), (x + arm, y)], fill=255)
        draw.line([(x, y - arm), (x, y + arm)], fill=255)
    assert noticed(np.asarray(image)) == {
        "callipers": "There seem to be calliper marks over the region; prefer a frame without."
    }


def test_clipped_grey() -> None:
    bright = np.clip(FRAME * 2.0, 0, 255)
    assert "pure white: the gain may be too high." in noticed(bright)["clipped_white"]
    dark = np.clip(FRAME - 150.0, 0, 255)
    assert "pure black: the gain may be too low." in noticed(dark)["clipped_black"]


def test_tiny_and_blank_regions() -> None:
    assert noticed(tissue(), Box(50, 50, 10, 40)) == {
        "box_small": "The region has only 10 x 40 pixels: does it hold the nodule?"
    }
    empty = tissue()
    empty[:, 200:] = 20
    assert noticed(empty, Box(230, 50, 80, 80)) == {
        "box_blank": "The region has almost one grey level: move it onto the nodule."
    }


def test_region_outside() -> None:
    with pytest.raises(BadInput, match="lies outside the image of 320 x 240 pixels"):
        noticed(tissue(), Box(500, 10, 50, 50))
    noticed(tissue(), Box(-40, -40, 90, 90))


def test_any_region_of_any_size() -> None:
    for height, width in ((32, 32), (33, 1500), (1200, 1700)):
        pixels = speckle(height, width)
        for box in (Box(0, 0, width, height), Box(width - 1, height - 1, 1, 1), Box(0, height // 2, width, 1)):
            noticed(pixels, box)


# --- real frames ----------------------------------------------------------------------------------------------------


def test_no_real_frame_is_refused(shared_data: Path) -> None:
    """Every fourth frame of four collections; what is noticed is what a person sees on them."""
    found: Counter[str] = Counter()
    for name in ("ddti", "busi", "les3", "ddti_xml"):
        for path in sorted((shared_data / name / "images").iterdir())[::4]:
            found.update(f"{name} {notice.code}" for notice in read_image(path.read_bytes()).warnings)
    written_on = {"ddti_xml margins_blanked", "ddti_xml text_inside", "busi text_inside", "les3 text_inside"}
    panes = {"ddti_xml two_panes", "ddti two_panes"}
    dark = {f"{name} corners_blanked" for name in ("ddti_xml", "busi", "les3")}  # words beside what the probe shows
    assert set(found) <= {"ddti_xml coloured_marks", *written_on, *panes, *dark}, found
    assert found["ddti_xml coloured_marks"] < 12
    assert found["ddti_xml margins_blanked"] > 90  # their settings panel
    assert found["busi text_inside"] < 40  # "LT AXILLA" and the like
    assert found["les3 text_inside"] < 20


def marked(folder: Path, row: str) -> tuple[GreyImage, Box]:
    image, mask = row.split(",")[:2]
    y, x = np.nonzero(np.asarray(Image.open(folder / mask).convert("L")) > 127)
    box = Box(int(x.min()), int(y.min()), int(np.ptp(x)) + 1, int(np.ptp(y)) + 1)
    return read_image((folder / image).read_bytes()), box


def test_few_false_alarms_over_real_nodules(shared_data: Path) -> None:
    rows = (shared_data / "ddti" / "labels.csv").read_text().splitlines()[1::4]
    found = Counter(notice.code for row in rows for notice in check_box(*marked(shared_data / "ddti", row)))
    assert sum(found.values()) <= 2, found


def test_real_text_is_seen(shared_data: Path) -> None:
    """The settings panel at the right edge of DDTI's original frames."""
    paths = sorted((shared_data / "ddti_xml" / "images").iterdir())[::12]
    frames = [GreyImage(np.asarray(Image.open(path).convert("L"), np.float32) / 255) for path in paths]
    seen = [any(n.code == "text" for n in check_box(frame, Box(500, 0, 60, 200))) for frame in frames]
    assert np.mean(seen) > 0.85


def test_real_callipers_are_seen(shared_data: Path) -> None:
    """Lesions of BUSI whose frames carry callipers, and some whose frames do not, told apart by eye."""
    with_marks = (218, 280, 416, 265, 322, 359, 79, 141, 323, 278, 209, 244, 275, 297, 237, 374, 204)
    without = (
        317,
        99,
        59,
        118,
        44,
        320,
        138,
        365,
        418,
        312,
        354,
        60,
        235,
        291,
        202,
        233,
        70,
        159,
        88,
        412,
        398,
        13,
        30,
    )
    folder = shared_data / "busi"
    rows = {row.split(",")[0]: row for row in (folder / "labels.csv").read_text().splitlines()[1:]}

    def seen(numbers: tuple[int, ...], kind: str) -> list[bool]:
        found = (check_box(*marked(folder, rows[f"images/{kind}_{number}.jpg"])) for number in numbers)
        return [any(notice.code == "callipers" for notice in notices) for notices in found]

    assert np.mean(seen(with_marks, "benign")) > 0.7
    assert not any(seen(without, "benign"))
