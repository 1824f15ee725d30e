"""Weight files as OverFeat's and VGG-F's authors published them, and the paper's recipes."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest
import torch
from scipy.io import savemat
from scipy.signal import correlate
from torch import nn

from sera_core.contracts import BadInput
from sera_core.nets import overfeat, vgg_f
from sera_core.nets.published import published_recipe
from sera_core.nets.registry import NETWORKS, network
from sera_core.nets.split import build

# Where each kernel and bias of the accurate model starts in net_weight_1, as the authors' own program reads it.
OFFSETS = [
    *(0, 14112, 14208, 1218432, 1218688, 2398336, 2398848, 4758144, 4758656, 9477248, 9478272, 18915456),
    *(18916480, 123774080, 123778176, 140555392, 140559488, 144655488),
]


def small() -> nn.Module:
    """A convolution and a full layer: the layout is the same as in the big ones."""
    return nn.Sequential(nn.Conv2d(3, 4, 3), nn.Flatten(), nn.Linear(4 * 2 * 2, 5))


def answer(image: np.ndarray, kernel: np.ndarray, bias: np.ndarray, full: np.ndarray, last: np.ndarray) -> np.ndarray:
    """The small network by scipy: image ``[in, 4, 4]``, kernels ``[out, in, 3, 3]`` and ``[out, in, 2, 2]``."""
    first = np.array([correlate(image, one, mode="valid")[0] + shift for one, shift in zip(kernel, bias, strict=True)])
    return np.array([(first * one).sum() + shift for one, shift in zip(full, last, strict=True)])


@pytest.fixture
def numbers() -> tuple[np.ndarray, ...]:
    """Image, then kernels ``[out, in, row, column]`` and biases of the small network."""
    random = np.random.default_rng(7)
    shapes = ((3, 4, 4), (4, 3, 3, 3), (4,), (5, 4, 2, 2), (5,))
    return tuple(random.normal(size=shape).astype(np.float32) for shape in shapes)


def loaded(state: dict[str, torch.Tensor], image: np.ndarray) -> np.ndarray:
    made = small()
    made.load_state_dict(state)
    with torch.no_grad():
        return made(torch.from_numpy(image)[None])[0].numpy()


def test_overfeat_s_flat_file(numbers: tuple[np.ndarray, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SERA_PRETRAINED", str(tmp_path))
    image, *weights = numbers
    flat = np.concatenate([array.ravel() for array in weights])
    flat.astype("<f4").tofile(tmp_path / overfeat.FILE)
    np.testing.assert_allclose(loaded(overfeat.pretrained(small()), image), answer(image, *weights), rtol=1e-4)
    flat[:-1].tofile(tmp_path / overfeat.FILE)
    with pytest.raises(BadInput, match="does not hold"):
        overfeat.pretrained(small())


def test_overfeat_s_layers_start_where_the_published_file_has_them() -> None:
    with torch.device("meta"):
        sizes = [value.numel() for value in overfeat.create().state_dict().values()]
    assert [sum(sizes[:k]) for k in range(len(sizes))] == OFFSETS


def mat(weights: list[np.ndarray], old: bool = False) -> bytes:
    """A file as MatConvNet writes them: a row of cells, one struct a layer, kernels ``[row, column, in, out]``."""
    kernels = [weights[0].transpose(2, 3, 1, 0), weights[2].transpose(2, 3, 1, 0)]
    biases = [weights[1].reshape(1, -1), weights[3].reshape(1, -1)]
    layers = np.empty((1, 3), object)
    for place, kernel, bias, name in zip((0, 2), kernels, biases, ("conv1", "fc6"), strict=True):
        pair = np.empty((1, 2), object)
        pair[0, 0], pair[0, 1] = kernel, bias
        holds = {"filters": kernel, "biases": bias} if old else {"weights": pair}
        layers[0, place] = {"type": "conv", "name": name, "stride": np.array([[1.0, 1.0]]), **holds}
    layers[0, 1] = {"type": "relu", "name": "relu1"}
    data = io.BytesIO()
    savemat(data, {"layers": layers, "meta": {"normalization": {"imageSize": np.array([[224.0, 224.0, 3.0]])}}})
    return data.getvalue()


@pytest.mark.parametrize("old", [False, True])
def test_vgg_f_s_mat_file(
    numbers: tuple[np.ndarray, ...], old: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SERA_PRETRAINED", str(tmp_path))
    image, *weights = numbers
    (tmp_path / vgg_f.FILE).write_bytes(mat(weights, old))
    np.testing.assert_allclose(loaded(vgg_f.pretrained(small()), image), answer(image, *weights), rtol=1e-4)


def test_a_kernel_of_one_pixel_keeps_its_order() -> None:
    """MATLAB drops trailing dimensions of size 1 and keeps leading ones: fc7 is ``[1, 1, in, out]``."""
    weights = [np.arange(6, dtype=np.float32).reshape(2, 3, 1, 1), np.zeros(2, np.float32)] * 2
    np.testing.assert_array_equal(vgg_f.read_mat(mat(weights))[0], weights[0])


def test_files_that_hold_something_else_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SERA_PRETRAINED", str(tmp_path))
    with pytest.raises(BadInput, match=r"imagenet-vgg-f\.mat .* get it from"):
        vgg_f.pretrained(small())
    with pytest.raises(BadInput, match=r"net_weight_1 .* get it from"):
        overfeat.pretrained(small())
    (tmp_path / vgg_f.FILE).write_bytes(b"not a mat file")
    with pytest.raises(BadInput, match="not a MatConvNet network"):
        vgg_f.pretrained(small())
    other = [np.zeros(shape, np.float32) for shape in ((2, 3, 1, 1), (2,), (2, 3, 1, 1), (2,))]
    (tmp_path / vgg_f.FILE).write_bytes(mat(other))
    with pytest.raises(BadInput, match="layers of VGG-F"):
        vgg_f.pretrained(small())


def test_local_normalisation_is_matconvnet_s() -> None:
    """x / (2 + 1e-4 * sum over 5 channels of x^2) ^ 0.75, at the edge over those that there are."""
    with torch.device("meta"):
        normalise = vgg_f.create().get_submodule("features")[2]
    values = 30 * np.random.default_rng(3).normal(size=(9, 2, 2)).astype(np.float32)
    sums = np.array([(values[max(k - 2, 0) : k + 3] ** 2).sum(0) for k in range(9)])
    found = normalise(torch.from_numpy(values)[None])[0].numpy()
    np.testing.assert_allclose(found, values / (2 + 1e-4 * sums) ** 0.75, rtol=1e-5)


def test_sizes_on_the_way_are_those_of_the_papers() -> None:
    """Sermanet 2014, table 3: 36, 15 and 5; Chatfield 2014: 54, 27, 13 and 6."""
    for name, expected in {"overfeat": {108, 36, 30, 15, 5}, "vgg_f": {54, 27, 13, 6}}.items():
        entry = network(name)
        with torch.device("meta"):
            values = torch.empty(1, 3, entry.input_px, entry.input_px)
            seen = set()
            for layer in entry.create().get_submodule("features"):
                values = layer(values)
                seen.add(values.shape[-1])
        assert seen == expected


def test_shufflenet_shuffles_between_groups_and_joins_its_short_cut() -> None:
    """One unit by hand: the k-th channel of each group stands side by side, and the input comes back in at the end."""
    made = network("shufflenet").create().eval()
    unit = made.get_submodule("stage2")[1]
    values = torch.rand(1, 136, 4, 4, generator=torch.Generator().manual_seed(0))
    branch = unit.branch
    with torch.no_grad():
        first = branch[2](branch[1](branch[0](values)))
        shuffled = torch.stack([first[:, g * 34 + k] for k in range(34) for g in range(4)], dim=1)
        later = shuffled
        for layer in list(branch)[4:]:
            later = layer(later)
        torch.testing.assert_close(unit(values), torch.relu(values + later))


def test_recipes_are_those_of_the_paper() -> None:
    with_recipe = {name: published_recipe(entry) for name, entry in NETWORKS.items() if published_recipe(entry)}
    assert set(with_recipe) == {"alexnet", "overfeat", "vgg_f", "vgg19", "resnet50", "inceptionv3"}
    assert (with_recipe["vgg19"].epochs, with_recipe["vgg19"].rate) == (54, 1e-5)
    assert with_recipe["inceptionv3"].epochs is None, "illegible in the source"
    assert "5 epochs" in with_recipe["alexnet"].decay
    for entry in NETWORKS.values():
        assert not entry.published or published_recipe(entry), entry.name


def test_the_talk_s_fourteen_networks_are_all_there() -> None:
    talk = "alexnet vgg16 vgg19 squeezenet googlenet inceptionv3 densenet201 mobilenetv2 resnet18 resnet50 resnet101 "
    talk += "xception inceptionresnetv2 shufflenet"
    assert {entry.talk for entry in NETWORKS.values()} - {""} == set(talk.split())
    widths = {"alexnet": 8192, "overfeat": 8192, "vgg_f": 8192, "vgg19": 8192, "resnet50": 2048, "inceptionv3": 2048}
    assert {name: sum(network(name).layers.values()) for name in widths} == widths


def test_densenet_s_old_names_are_understood(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """torchvision's file for it says norm.1 and conv.2 where the network says norm1 and conv2."""
    import re

    monkeypatch.setenv("TORCH_HOME", str(tmp_path))
    folder = tmp_path / "hub" / "checkpoints"
    folder.mkdir(parents=True)
    state = network("densenet201").create().state_dict()
    old = {re.sub(r"(denselayer\d+\.)(norm|conv)(\d)", r"\1\2.\3", key): value for key, value in state.items()}
    assert set(old) != set(state)
    torch.save(old, folder / "densenet201-c1103571.pth")
    built = build("densenet201", pretrained=True)
    kernel = built["body"][1][0].get_submodule("denselayer1.conv1").weight
    assert torch.equal(kernel, state["features.denseblock1.denselayer1.conv1.weight"])


@pytest.mark.parametrize("name", ["xception", "inceptionresnetv2"])
def test_timm_s_weights_offline(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No network: one line with file and folder; the file put there is used."""
    from safetensors.torch import save_file

    for variable in ("http_proxy", "https_proxy"):
        monkeypatch.setenv(variable, "http://127.0.0.1:9")
    monkeypatch.setenv("TORCH_HOME", str(tmp_path))
    with pytest.raises(BadInput) as refusal:
        build(name, pretrained=True)
    message = refusal.value.message
    folder = tmp_path / "hub" / "checkpoints"
    assert str(folder) in message
    assert 'weights = "scratch"' in message
    file = folder / {"xception": "xception-43020ad28.pth", "inceptionresnetv2": "inception_resnet_v2.safetensors"}[name]
    assert file.name in message
    folder.mkdir(parents=True, exist_ok=True)
    state = network(name).create().state_dict()
    torch.save(state, file) if file.suffix == ".pth" else save_file(state, file)
    built = build(name, pretrained=True).state_dict()
    first = next(iter(state))
    assert torch.equal(built[next(iter(built))], state[first])


def test_shufflenet_can_only_be_trained_from_scratch() -> None:
    with pytest.raises(BadInput, match="scratch"):
        build("shufflenet", pretrained=True)


def test_the_table_of_networks_is_the_registry() -> None:
    lines = (Path(__file__).resolve().parents[2] / "models" / "README.md").read_text(encoding="utf-8").splitlines()
    rows = {cells[1].strip(" `"): cells for line in lines if len(cells := line.split("|")) == 9 and "`" in cells[1]}
    assert set(NETWORKS) <= set(rows)
    for name, entry in NETWORKS.items():
        title, side, layers, millions = (cell.strip() for cell in rows[name][2:6])
        assert (title, int(side)) == (entry.title, entry.input_px)
        assert layers == ", ".join(f"{layer} {width}" for layer, width in entry.layers.items())
        assert float(millions) == round(entry.parameters / 1e6, 1)
