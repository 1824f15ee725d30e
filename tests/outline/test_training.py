"""Training examples, the network's hints, and a training that is killed and goes on."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from sera_core.outline.unet import FIXED, UNet, fast
from sera_core.train import checkpoint
from sera_core.train.outline.descent import Course, Phase, descend, loss_of
from sera_core.train.outline.vary import LARGEST, example
from sera_core.train.outline.views import View


def ellipse(seed: int, empty: bool = False) -> View:
    """A dark ellipse in speckle."""
    generator = np.random.default_rng(seed)
    y, x = np.mgrid[:120, :160]
    a, b = generator.uniform(12, 40), generator.uniform(10, 30)
    inside = ((x - generator.uniform(45, 115)) / a) ** 2 + ((y - generator.uniform(35, 85)) / b) ** 2 < 1
    inside &= not empty
    level = generator.rayleigh(55, inside.shape) * np.where(inside, 0.35, 1.0)
    return View("drawn", str(seed), str(seed), 0, level.clip(0, 255).astype(np.uint8), (inside * 255).astype(np.uint8))


@pytest.fixture(scope="module")
def views() -> list[View]:
    return [ellipse(seed) for seed in range(24)] + [ellipse(99, empty=True)]


def test_examples_keep_the_nodule_in_sight_and_vary_its_size(views: list[View]) -> None:
    shares, hinted = [], []
    for seed in range(300):
        made = example(views[seed % 24].pixels, views[seed % 24].mask, (96, 128), np.random.default_rng(seed))
        assert made.grey.shape == made.mask.shape == made.hint.shape == (96, 128)
        assert made.mask.any()
        assert 0 <= made.grey.min() <= made.grey.max() <= 1
        columns = np.flatnonzero(made.mask.any(0))
        shares.append((np.ptp(columns) + 1) / 128)
        hinted.append(made.hint.any())
        if made.hint.any():
            assert made.hint[made.mask].max() > 0.5, "a hint points at the nodule"
    assert min(shares) < 0.15
    assert 0.6 < max(shares) <= LARGEST * 1.2
    assert 0.4 < np.mean(hinted) < 0.6


def test_an_example_without_a_nodule_has_no_mask_and_no_hint(views: list[View]) -> None:
    for seed in range(20):
        made = example(views[-1].pixels, views[-1].mask, (96, 128), np.random.default_rng(seed))
        assert not made.mask.any()
        assert not made.hint.any()


def test_the_loss_is_that_of_a_loop() -> None:
    generator = np.random.default_rng(0)
    logits = generator.normal(size=(3, 1, 4, 5)).astype(np.float32)
    masks = (generator.random((3, 1, 8, 10)) < 0.4).astype(np.float32)
    masks[2] = 0
    entropy, dice = [], []
    for n in range(3):
        target = masks[n, 0].reshape(4, 2, 5, 2).mean((1, 3))
        share = 1 / (1 + np.exp(-logits[n, 0]))
        entropy.append(-(target * np.log(share) + (1 - target) * np.log(1 - share)).mean())
        if target.any():
            dice.append(1 - (2 * (share * target).sum() + 1) / (share.sum() + target.sum() + 1))
    expected = np.mean(entropy) + np.mean(dice)
    assert float(loss_of(torch.from_numpy(logits), torch.from_numpy(masks))) == pytest.approx(expected, rel=1e-5)


def test_a_new_network_takes_no_notice_of_hints_and_fixed_stages_stay() -> None:
    torch.manual_seed(0)
    net = UNet().eval()
    frames, none = torch.rand(1, 1, 64, 96), torch.zeros(1, 1, 64, 96)
    with torch.no_grad():
        assert torch.equal(net(frames, none), net(frames, torch.ones_like(none)))
        assert net(frames, none).shape == (1, 1, 32, 48)
    fixed = {name for name, p in net.encoder.model.named_parameters() if not p.requires_grad}
    assert fixed
    assert all(name.startswith(FIXED) for name in fixed)
    net.train()
    assert not net.encoder.model.bn1.training
    assert net.encoder.model.blocks[4].training


def test_a_killed_training_comes_to_the_same_weights_and_learns(views: list[View], tmp_path: Path) -> None:
    phases = (Phase((64, 96), 8, 4, 2e-3), Phase((96, 128), 4, 2, 1e-3))

    def net() -> UNet:
        torch.manual_seed(1)
        return fast(UNet())

    def course(key: str) -> Course:
        return Course([views[:24], views[24:]], [0.9, 0.1], phases, 3, key)

    through = descend(net(), course("a"), tmp_path / "through", lambda _: None)

    class Killed(Exception):
        pass

    def kill(line: str) -> None:
        raise Killed

    import sera_core.train.outline.descent as module

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "KEEP_EVERY", 5)
        with pytest.raises(Killed):
            descend(net(), course("a"), tmp_path / "killed", kill)
    kept = checkpoint.read(tmp_path / "killed", "a")
    assert kept is not None
    assert kept[1]["done"] == 5
    again = descend(net(), course("a"), tmp_path / "killed", lambda _: None)
    for (name, one), other in zip(through.state_dict().items(), again.state_dict().values(), strict=True):
        assert torch.allclose(one.float(), other.float(), atol=1e-6), name
    assert checkpoint.read(tmp_path / "killed", "another") is None
