"""A training in sight: what is frozen stays, one step is the formula's, and a small set is learnt."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import ttest_1samp

from sera_core.contracts import BadInput
from sera_core.lessons import learning
from sera_core.lessons import runs as runs_of
from sera_core.lessons.bank import load_bank
from sera_core.lessons.learning import GROUPS, Settings


def test_only_what_moves_moves_and_the_set_is_learnt() -> None:
    epochs = list(learning.train(Settings(("Head", "Last layer"), 0.01, 3, 16), load_bank().crops[0]))
    assert [epoch.number for epoch in epochs] == [0, 1, 2, 3]
    assert set(epochs[0].moved.values()) == {0.0}
    last = epochs[-1]
    assert [name for name in GROUPS if last.moved[name] > 0] == ["Head", "Last layer"]
    assert last.loss < epochs[0].loss
    assert 0 <= last.own <= 1
    before, velocity, after = last.weight
    assert after == pytest.approx(before - 0.01 * velocity)


def test_the_fixed_part_and_the_rest_are_the_whole_network() -> None:
    import torch

    from sera_core.images.prepare import normalise
    from sera_core.lessons.bank import NETWORKS, preparation
    from sera_core.nets.split import build

    crops = load_bank().crops[:3]
    torch.manual_seed(0)
    parts = build(NETWORKS[0], pretrained=True).eval()
    whole = parts["last"](parts["pool"](parts["body"](torch.from_numpy(normalise(crops, preparation())))))
    for moving in (("Last layer",), ("Stages 3-4", "Last layer")):
        pupil = learning.student(Settings(moving, 0.01, 1, 8))
        assert pupil.logits(pupil.fixed_part(crops)).detach().numpy() == pytest.approx(whole.detach().numpy(), abs=1e-5)


def test_a_step_without_momentum_equals_the_gradient_by_hand() -> None:
    import torch

    pupil = learning.student(Settings(("Last layer",), 0.001, 1, 8))
    learn, _ = learning.split(Settings(("Last layer",), 0.001, 1, 8))
    features = pupil.fixed_part(load_bank().crops[learn]).mean(dim=(2, 3))
    targets = torch.from_numpy(load_bank().labels[learn])
    start = pupil.groups["Last layer"].weight.detach().clone()
    share = pupil.groups["Last layer"](features).softmax(1).detach()
    by_hand = (share[:, 1] - targets.float()) @ features / len(targets)
    (_, first) = list(learning.train(Settings(("Last layer",), 0.001, 1, 8)))
    assert first.weight[1] == pytest.approx(float(by_hand[0]), rel=1e-3)
    assert first.weight[2] == pytest.approx(float(start[1, 0] - 0.001 * by_hand[0]), rel=1e-4)


def test_learnt_from_and_left_out_share_no_nodule_and_hold_each_class_alike() -> None:
    for cases, draw in ((8, 0), (40, 1), (120, 2)):
        learn, left_out = learning.split(Settings(("Last layer",), 0.1, 1, cases, draw=draw))
        assert len(learn) == cases
        assert not set(learn) & set(left_out)
        assert load_bank().labels[learn].mean() == load_bank().labels[left_out].mean() == 0.5


def test_nothing_to_learn_and_steps_too_long_are_refused_in_words() -> None:
    with pytest.raises(BadInput, match="Every layer is frozen"):
        learning.student(Settings((), 0.1, 1, 8))
    with pytest.raises(BadInput, match="lower the rate"):
        list(learning.train(Settings(("Last layer",), 1e38, 3, 16)))


def statistics(pupil: learning.Student) -> list[float]:
    return [float(value.mean()) for name, value in pupil.groups["Stem"].named_buffers() if "running_mean" in name]


def test_only_a_network_from_random_weights_takes_the_statistics_of_its_batches() -> None:
    for scratch in (False, True):
        pupil = learning.student(Settings(GROUPS, 0.01, 1, 8, scratch))
        before = statistics(pupil)
        pupil.learning(True)
        pupil.logits(pupil.fixed_part(load_bank().crops[:2]))
        assert (statistics(pupil) != before) is scratch


def test_a_start_from_random_weights_knows_no_photographs() -> None:
    known, unknown = (learning.student(Settings(GROUPS, 0.01, 1, 8, scratch)) for scratch in (False, True))
    assert not np.array_equal(known.start["Stem"].numpy(), unknown.start["Stem"].numpy())
    again = learning.student(Settings(GROUPS, 0.01, 1, 8, True))
    np.testing.assert_array_equal(again.start["Stem"].numpy(), unknown.start["Stem"].numpy())


def test_nodules_that_changed_sides_are_those_called_otherwise() -> None:
    settings = runs_of.PRESETS["Transfer"]
    first, *_, last = runs_of.earlier_runs()[settings]
    rows, truth = learning.split(settings)[1], load_bank().labels
    changed = {
        int(row) for row, was, now in zip(rows, first.answers, last.answers, strict=True) if (was > 0.5) != (now > 0.5)
    }
    found = learning.changed_sides(settings, first, last)
    assert len(found) == len(changed) > 0
    assert set(found) == changed
    for epoch in (first, last):  # the answers are those of these nodules, in this order
        right = np.mean((np.asarray(epoch.answers) > 0.5) == truth[rows])
        assert right == pytest.approx(epoch.left_out_accuracy, abs=1e-5)


def test_what_photographs_taught_is_worth_more_than_the_luck_of_the_draw() -> None:
    found = {name: runs_of.over_draws(runs_of.PRESETS[name]) for name in runs_of.COMPARED}
    assert {len(ends) for ends in found.values()} == {runs_of.DRAWS}
    gained = runs_of.differences(found, "Transfer, few nodules", "From scratch, as few")
    assert ttest_1samp(gained, 0).pvalue < 0.05
    assert np.mean(gained) > 0


def test_the_band_is_students() -> None:
    values = [0.61, 0.7, 0.66, 0.72, 0.58]
    found = ttest_1samp(values, 0).confidence_interval(0.95)
    assert runs_of.band(values) == pytest.approx((np.mean(values), found.low, found.high))


def test_the_shipped_runs_are_of_the_presets() -> None:
    runs, drawn = runs_of.earlier_runs(), range(runs_of.DRAWS)
    compared = {replace(runs_of.PRESETS[name], draw=draw) for name in runs_of.COMPARED for draw in drawn}
    assert set(runs) == compared | set(runs_of.PRESETS.values())
    transfer, tuned = runs[runs_of.PRESETS["Transfer"]], runs[runs_of.PRESETS["Fine-tune"]]
    assert len(transfer) == len(tuned) == 9
    assert transfer[-1].moved["Head"] == 0 < tuned[-1].moved["Head"]
    assert all(np.isfinite(epoch.loss) for epoch in (*transfer, *tuned))
