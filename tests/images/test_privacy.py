"""A marker in every text element that DICOM knows, and where it could come out of the reader."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from pathlib import Path

import pydicom
import pytest
from pydicom import config
from pydicom.datadict import DicomDictionary
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence
from pydicom.uid import JPEGLosslessSV1, RLELossless

from tests.images.files import dataset, speckle, with_gdcm

ROOT = Path(__file__).resolve().parents[2]
MARKER = "Gildong7XQ"
TEXT = {"AE", "CS", "LO", "LT", "PN", "SH", "ST", "UC", "UR", "UT"}
KEPT = {"PhotometricInterpretation", "SpecificCharacterSet"}  # without them there is no image to read

pytestmark = pytest.mark.filterwarnings("ignore:Invalid value for VR")  # the files are odd on purpose

SCRIPT = """
import dataclasses, logging, sys, warnings
from pathlib import Path
from sera_core.contracts import BadInput
from sera_core.images.read import read_image
logging.basicConfig(level=logging.DEBUG)
warnings.simplefilter("always")
for path in sys.argv[1:]:
    data = Path(path).read_bytes()
    for cut in [len(data), *range(200, len(data), len(data) // 20)]:
        try:
            image = read_image(data[:cut])
            print("read", image, dataclasses.asdict(image))
        except BadInput as refusal:
            print("refused", refusal, refusal.code, refusal.__context__, refusal.__cause__)
"""


def planted() -> Dataset:
    """A frame with the marker in every text element, at the top, in a sequence, in the head and in private elements."""
    data = dataset(speckle())
    nested = Dataset()
    for tag, (vr, _, _, _, keyword) in DicomDictionary.items():
        if vr in TEXT and keyword and keyword not in KEPT and tag >> 16 > 2:
            data.add_new(tag, vr, MARKER)
            nested.add_new(tag, vr, MARKER)
    data.ReferencedStudySequence = Sequence([nested])
    data.SequenceOfUltrasoundRegions = Sequence([nested])
    data.file_meta.SourceApplicationEntityTitle = MARKER
    data.private_block(0x0009, MARKER, create=True).add_new(1, "LO", MARKER)
    data.PixelSpacing = [0.1, 0.1]
    return data


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    monkeypatch.setattr(config.settings, "writing_validation_mode", config.IGNORE)
    made = []
    plain = io.BytesIO()
    pydicom.dcmwrite(plain, planted(), enforce_file_format=True)
    odd = plain.getvalue().replace(b"0.1\\0.1 ", MARKER[:8].encode())  # a number that is none: pydicom quotes it
    assert odd != plain.getvalue()
    packed, packed_file = planted(), io.BytesIO()
    packed.compress(RLELossless, generate_instance_uid=False)
    pydicom.dcmwrite(packed_file, packed, enforce_file_format=True)
    lossless = with_gdcm(dataset(speckle()), JPEGLosslessSV1, tmp_path)
    lossless = lossless.replace(b"Hong^Gildong", f"{MARKER}  ".encode())
    for name, content in {
        "plain": plain.getvalue(),
        "odd": odd,
        "packed": packed_file.getvalue(),
        "lossless": lossless,
    }.items():
        made.append(tmp_path / name)
        made[-1].write_bytes(content)
    return made


def test_the_marker_comes_out_nowhere(files: list[Path], tmp_path: Path) -> None:
    """Not in what is read, refusals, the log or standard error; and no file is written anywhere in sight."""
    assert files[0].read_bytes().count(MARKER.encode()) > 2000
    home = tmp_path / "home"
    home.mkdir()
    places = {name: str(home) for name in ("HOME", "TMPDIR", "XDG_CACHE_HOME", "XDG_CONFIG_HOME")}
    ran = subprocess.run(
        [sys.executable, "-c", SCRIPT, *map(str, files)],
        env=os.environ | places | {"PYTHONPATH": str(ROOT)},
        cwd=home,
        capture_output=True,
        timeout=300,
        check=True,
    )
    shown = ran.stdout + ran.stderr
    assert shown.count(b"read GreyImage") >= len(files)
    assert shown.count(b"refused ") > len(files)
    for word in (MARKER, MARKER[:8]):
        assert word.encode() not in shown
    assert list(home.iterdir()) == []
