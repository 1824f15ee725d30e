"""Choosing epochs, rate and decay; schedules; published recipes; nonsense refused."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from sera_core.contracts import BadInput
from sera_core.train.choose import Grid, choose
from sera_core.train.crossval import Plan
from sera_core.train.frozen import Bank, fit_frozen
from sera_core.train.published import published_recipe
from sera_core.train.recipes import Recipe
from sera_core.train.schedule import factor, restore, schedule, state
from tests.drawn import NETWORK, PREPARATION, frames

TRANSFER = Recipe("transfer", epochs=5, batch=8)
PLAN = Plan(NETWORK, PREPARATION, TRANSFER, ("Here",))


@pytest.fixture(scope="module")
def bank() -> Bank:
    """Features without a network: the label stands in the first, the fold in the second, the rest is noise."""
    known = frames(96, folds=6)
    random = np.random.default_rng(0)
    plain = random.normal(0, 1, (96, 20)).astype(np.float32)
    plain[:, 0] += [1.2 * frame.case.label for frame in known]
    return Bank(known, None, plain, plain[None])


def test_the_best_row_of_the_table_is_chosen_and_holds_by_hand(bank: Bank) -> None:
    from sera_core.evaluate.roc import auc

    grid = Grid(epochs=4, rates=(1e-6, 0.02), decays=(0.0, 0.1))
    lines: list[str] = []
    chosen, table = choose(PLAN, bank, grid, lines.append)
    assert len(table) == 4 * 4
    assert len(lines) == 4
    best = table["auc"].max()
    equals = table[table["auc"] == best]
    assert chosen.epochs == equals["epoch"].min()
    assert (chosen.rate, chosen.decay) in set(zip(equals["rate"], equals["decay"], strict=True))
    splits = np.array([frame.case.split for frame in bank.frames])
    labels = np.array([frame.case.label for frame in bank.frames])
    found = []
    for fold in np.unique(splits):
        out = splits == fold
        last = fit_frozen(replace(bank, parts=None), np.flatnonzero(~out), PREPARATION, chosen).parts["last"]
        weight, bias = last.weight.numpy(), last.bias.numpy()
        found.append(auc(labels[out], bank.plain[out] @ (weight[1] - weight[0]) + bias[1] - bias[0]).value)
    assert np.mean(found) == pytest.approx(best)


def test_choosing_is_for_cached_features_and_both_classes(bank: Bank) -> None:
    with pytest.raises(BadInput, match="are chosen for transfer"):
        choose(replace(PLAN, recipe=Recipe("finetune")), bank, Grid(), print)
    by_class = [replace(f, case=replace(f.case, split=str(f.case.label))) for f in bank.frames]
    with pytest.raises(BadInput, match="use fewer folds"):
        choose(PLAN, replace(bank, frames=by_class), Grid(), print)


def test_steps_and_log_scale_as_published() -> None:
    step = Recipe("finetune", epochs=12, rate=1e-3, schedule="step")
    rates = [step.rate * factor(step, epoch) for epoch in range(12)]
    np.testing.assert_allclose(rates, [1e-3] * 5 + [1e-4] * 5 + [1e-5] * 2)
    log = Recipe("finetune", epochs=20, rate=1e-3, schedule="log", last_rate=1e-4)
    np.testing.assert_allclose([1e-3 * factor(log, epoch) for epoch in range(20)], np.logspace(-3, -4, 20))


@pytest.mark.parametrize("kind", ["onecycle", "step", "log", "constant"])
def test_a_schedule_that_is_restored_goes_on_as_if_never_stopped(kind: str) -> None:
    import json

    import torch

    recipe = Recipe("finetune", epochs=8, rate=1e-2, schedule=kind, step_every=2)  # type: ignore[arg-type]

    def made() -> tuple[torch.optim.SGD, object]:
        optimiser = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], recipe.rate, momentum=0.9)
        return optimiser, schedule(optimiser, recipe, batches=3)

    def run(optimiser: torch.optim.SGD, scheduler: object, steps: int) -> list[tuple[float, float]]:
        found = []
        for _ in range(steps):
            optimiser.step()
            scheduler.step()  # type: ignore[attr-defined]
            found.append((optimiser.param_groups[0]["lr"], optimiser.param_groups[0]["momentum"]))
        return found

    first = made()
    whole = run(*first, 23)
    half = made()
    run(*half, 10)
    again = made()
    again[0].load_state_dict(half[0].state_dict())
    restore(again[1], json.loads(json.dumps(state(half[1]))))
    assert run(*again, 13) == whole[10:]


def test_recipes_of_the_paper() -> None:
    alexnet = published_recipe("alexnet")
    assert (alexnet.epochs, alexnet.rate, alexnet.schedule, alexnet.batch) == (7, 1e-3, "step", 33)
    resnet = published_recipe("resnet50")
    assert (resnet.epochs, resnet.rate, resnet.schedule, resnet.frozen_stages) == (37, 1e-4, "constant", 0)
    with pytest.raises(BadInput, match="illegible"):
        published_recipe("inceptionv3")
    assert published_recipe("inceptionv3", 8).epochs == 8
    with pytest.raises(BadInput, match="Lee 2019 has no recipe for efficientnet_lite0"):
        published_recipe(NETWORK)


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"mode": "transfer", "weights": "scratch"}, "no features to read: use mode finetune"),
        ({"mode": "transfer", "schedule": "onecycle"}, "one-cycle schedule is for fine-tuning"),
        ({"mode": "finetune", "schedule": "log", "rate": 1e-5}, "make last_rate the smaller one"),
    ],
)
def test_nonsense_is_refused_in_one_sentence(wrong: dict, sentence: str) -> None:
    with pytest.raises(BadInput, match=sentence) as refusal:
        Recipe(**wrong)
    assert "\n" not in refusal.value.message


def test_a_loss_that_is_no_number_names_its_images(bank: Bank) -> None:
    poisoned = [replace(f, case=replace(f.case, target=np.nan)) if k == 7 else f for k, f in enumerate(bank.frames)]
    with pytest.raises(BadInput, match=r"epoch 1, batch \d+ \(.*Here/7\b") as refusal:
        fit_frozen(replace(bank, frames=poisoned), np.arange(96), PREPARATION, TRANSFER)
    assert "lower the learning rate" in refusal.value.message
