"""Convolution and pooling equal torch's over random shapes, strides, paddings and dilations."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sera_core.contracts import BadInput
from sera_core.lessons.convolution import KERNELS, channels_of, convolve, first_kernels, patch_at
from sera_core.lessons.pooling import TALK, change_after_shift, pool, weights_behind
from sera_core.lessons.window import Window

WINDOWS = st.builds(
    Window,
    size=st.integers(1, 5),
    stride=st.integers(1, 4),
    padding=st.integers(0, 3),
    dilation=st.integers(1, 3),
)


@settings(max_examples=60, deadline=None)
@given(
    window=WINDOWS,
    shape=st.tuples(st.integers(1, 3), st.integers(3, 13), st.integers(3, 13)),
    filters=st.integers(1, 3),
    seed=st.integers(0, 99),
)
def test_convolution_is_torchs(window: Window, shape: tuple[int, int, int], filters: int, seed: int) -> None:
    import torch

    random = np.random.default_rng(seed)
    x = random.normal(size=shape).astype(np.float32)
    kernels = random.normal(size=(filters, shape[0], window.size, window.size)).astype(np.float32)
    bias = random.normal(size=filters).astype(np.float32)
    tensors = (torch.from_numpy(value) for value in (x[None], kernels, bias))
    if min(shape[1:]) + 2 * window.padding < window.reach:
        with pytest.raises(BadInput, match="smaller kernel"):
            convolve(x, kernels, bias, window)
        return
    theirs = torch.nn.functional.conv2d(*tensors, window.stride, window.padding, window.dilation)[0].numpy()
    np.testing.assert_allclose(convolve(x, kernels, bias, window), theirs, atol=1e-4)


@settings(max_examples=60, deadline=None)
@given(window=WINDOWS, shape=st.tuples(st.integers(3, 12), st.integers(3, 12)), seed=st.integers(0, 99))
def test_pooling_is_torchs(window: Window, shape: tuple[int, int], seed: int) -> None:
    import torch

    x = np.random.default_rng(seed).normal(size=shape).astype(np.float32)
    if min(shape) + 2 * window.padding < window.reach or window.padding > window.size // 2:
        return  # torch refuses these
    tensor, where = torch.from_numpy(x)[None, None], (window.size, window.stride, window.padding)
    theirs = torch.nn.functional.max_pool2d(tensor, *where, window.dilation)[0, 0].numpy()
    np.testing.assert_allclose(pool(x, window, "max"), theirs)
    if window.dilation == 1:
        theirs = torch.nn.functional.avg_pool2d(tensor, *where)[0, 0].numpy()
        np.testing.assert_allclose(pool(x, window, "average"), theirs, atol=1e-5)


def test_the_talks_example() -> None:
    np.testing.assert_array_equal(pool(TALK, Window(2, 2), "max"), [[6, 8], [3, 4]])
    np.testing.assert_array_equal(pool(TALK, Window(2, 2), "average"), [[3.25, 5.25], [2, 2]])


@pytest.mark.parametrize(
    ("length", "window", "places"),
    [
        (227, Window(11, 4), 55),  # AlexNet, as in the talk
        (55, Window(3, 2), 27),
        (27, Window(5, 1, 2), 27),
        (13, Window(3, 1, 1), 13),
        (7, Window(3, 2), 3),
        (9, Window(3, 1, 0, 2), 5),
        (16, Window(3, 2, 1), 8),  # rounded down, as in every network
        (224, Window(7, 2, 3), 112),  # ResNet's first layer
    ],
)
def test_places(length: int, window: Window, places: int) -> None:
    assert window.places(length) == places
    assert f"= {places}" in window.latex(length)


@settings(max_examples=60, deadline=None)
@given(window=WINDOWS, length=st.integers(3, 40))
def test_what_is_never_seen_is_what_has_no_say_in_a_convolution(window: Window, length: int) -> None:
    import torch

    if length + 2 * window.padding < window.reach:
        return
    x = torch.zeros(1, 1, length, length, requires_grad=True)
    kernel = torch.ones(1, 1, window.size, window.size)
    torch.nn.functional.conv2d(x, kernel, None, window.stride, window.padding, window.dilation).sum().backward()
    assert x.grad is not None
    assert window.never_seen(length) == int((x.grad == 0).sum())
    inside = slice(window.padding, window.padding + length)
    assert (window.seen(length)[inside] == (x.grad[0, 0].sum(dim=0) > 0).numpy()).all()


def test_cells_that_are_never_seen() -> None:
    assert Window(3, 2, 1).never_seen(16) == 0  # what is left over is padding
    assert Window(3, 2).never_seen(16) == 16**2 - 15**2
    assert Window(2, 3).never_seen(8) == 8**2 - 6**2  # the stride is longer than the window
    assert r"\lfloor 6.50 \rfloor + 1 = 7" in Window(3, 2).latex(16)


def test_windows_that_cannot_be() -> None:
    for wrong in ({"size": 0}, {"size": 3, "stride": 0}, {"size": 3, "padding": -1}, {"size": 3, "dilation": 0}):
        with pytest.raises(BadInput):
            Window(**wrong)
    with pytest.raises(BadInput, match="reaches over 7 cells and the padded grid has 5"):
        Window(3, dilation=3).places(5)


def test_a_patch_is_what_the_kernel_lies_on() -> None:
    x = np.arange(49, dtype=np.float32).reshape(1, 7, 7)
    np.testing.assert_array_equal(patch_at(x, 1, 0, Window(2, 2, 0, 3))[0], [[14, 17], [35, 38]])


def test_presets_do_what_they_are_called() -> None:
    step = np.repeat([[0.0, 0.0, 0.0, 1.0, 1.0, 1.0]], 6, axis=0).astype(np.float32)
    answers = {
        name: convolve(step[None], kernel[None, None], np.zeros(1, np.float32), Window(3))[0]
        for name, kernel in KERNELS.items()
    }
    assert answers["vertical edges"].max() == 4
    assert not answers["horizontal edges"].any()
    np.testing.assert_allclose(answers["nothing"], step[1:-1, 1:-1])
    for name in ("blur", "Gauss", "sharpen"):
        assert KERNELS[name].sum() == pytest.approx(1)
    assert channels_of(step).shape == (3, 6, 6)


def test_the_first_kernels_of_a_network() -> None:
    from torch import nn

    layers = nn.Sequential(nn.ReLU(), nn.Conv2d(3, 8, 5), nn.Conv2d(8, 2, 1))
    kernels = first_kernels(layers)
    assert kernels.shape == (8, 3, 5, 5)
    np.testing.assert_array_equal(kernels, layers[1].weight.detach().numpy())


def test_pooling_forgives_a_small_shift() -> None:
    row, _ = np.mgrid[:64, :64]
    x = np.sin(row / 3).astype(np.float32) + np.random.default_rng(0).normal(0, 0.5, (64, 64)).astype(np.float32)
    plain = change_after_shift(x, 1, Window(1), "max")
    coarse = change_after_shift(x, 1, Window(8, 8), "average")
    assert coarse < plain / 2
    assert change_after_shift(x, 0, Window(2, 2), "max") == 0
    assert weights_behind((6, 6), 256, 4096) == 37_748_736  # AlexNet's first fully connected layer
