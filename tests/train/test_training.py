"""Training on drawn frames: what is learnt, what stays fixed, what repeats, and what is kept apart."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from sera_core.contracts import BadInput
from sera_core.evaluate.roc import auc
from sera_core.images.prepare import normalise
from sera_core.nets.split import build, run
from sera_core.study.cache import cached_in, plan_key
from sera_core.train.crossval import Plan, in_folds, out_of_fold
from sera_core.train.frames import Frame, viewed
from sera_core.train.frozen import Bank, fill_bank, fit_frozen
from sera_core.train.loop import Fitted, finetune
from sera_core.train.recipes import Recipe
from sera_core.train.soup import souped
from tests.drawn import NETWORK, PREPARATION, frames

TRANSFER = Recipe("transfer", epochs=6, batch=8, rate=0.001, views=2)
SVM = Recipe("svm")
TUNE = Recipe("finetune", epochs=1, batch=6, rate=0.01)
ROWS = np.arange(24)


def at_once(_: str, compute: Callable[[], np.ndarray]) -> np.ndarray:
    return compute()


def silent(_: str) -> None:
    pass


@pytest.fixture(scope="module")
def known() -> list[Frame]:
    return frames(24)


@pytest.fixture(scope="module")
def bank(known: list[Frame]) -> Bank:
    return fill_bank(NETWORK, known, PREPARATION, TRANSFER, silent, at_once)


@pytest.fixture(scope="module")
def tuned(known: list[Frame]) -> Fitted:
    return finetune(NETWORK, known, PREPARATION, TUNE, silent)


FRESH = frames(16, seed=900)
VIEWS = viewed(FRESH, PREPARATION)
LABELS = [frame.case.label for frame in FRESH]


@pytest.mark.parametrize("recipe", [TRANSFER, SVM], ids=["transfer", "svm"])
def test_features_of_a_fixed_body_tell_drawn_classes_apart(bank: Bank, recipe: Recipe) -> None:
    scores = fit_frozen(bank, ROWS, PREPARATION, recipe).scores(VIEWS)
    assert auc(LABELS, scores).value > 0.95


def test_the_folded_layer_equals_standardising_first(bank: Bank) -> None:
    """One step of the same descent, written out with numpy on standardised features."""
    recipe = replace(TRANSFER, epochs=1, batch=1000, momentum=0.0, decay=0.0)
    fitted = fit_frozen(bank, ROWS, PREPARATION, recipe)
    import torch

    torch.manual_seed(recipe.seed)
    bias = torch.nn.Linear(bank.plain.shape[1], 2).bias.detach().numpy().astype(float)  # weights begin at 0
    centre, spread = bank.views.mean(axis=(0, 1)), bank.views.std(axis=(0, 1))
    spread = np.maximum(spread, 0.1 * spread.mean())
    ready = (bank.views[0] - centre) / spread  # classes are even, so the first epoch is exactly the first view
    target = np.eye(2)[[frame.case.label for frame in bank.frames]]
    share = np.exp(bias) / np.exp(bias).sum()
    weight = -recipe.rate * (share - target).T @ ready / len(ready)
    bias = bias - recipe.rate * (share - target).mean(axis=0)
    expected = ((bank.plain - centre) / spread) @ weight.T + bias
    with torch.no_grad():
        found = fitted.parts["last"](torch.from_numpy(bank.plain)).numpy()
    np.testing.assert_allclose(found, expected, atol=2e-4)


def test_a_feature_that_was_silent_in_training_does_not_shout(bank: Bank) -> None:
    views = bank.views.copy()
    views[..., 7], views[..., 8] = 0, 0.5
    views[0, 0, 8] += 1e-4
    weight = fit_frozen(replace(bank, views=views), ROWS, PREPARATION, TRANSFER).parts["last"].weight.numpy()
    assert np.abs(weight[:, [7, 8]]).max() < 3  # a logit of 3 when an average feature lights up for the first time


def test_soft_targets_pull_the_answer_to_themselves(known: list[Frame], bank: Bank) -> None:
    soft = [replace(frame, case=replace(frame.case, target=0.1 + 0.6 * frame.case.label)) for frame in known]
    recipe = replace(TRANSFER, epochs=200, rate=0.0005)
    import torch

    last = fit_frozen(replace(bank, frames=soft), ROWS, PREPARATION, recipe).parts["last"]
    with torch.no_grad():
        probability = torch.softmax(last(torch.from_numpy(bank.views[0])), dim=1)[:, 1].numpy()
    labels = np.array([frame.case.label for frame in known])
    assert probability[labels == 0].mean() == pytest.approx(0.1, abs=0.06)
    assert probability[labels == 1].mean() == pytest.approx(0.7, abs=0.06)


@pytest.mark.parametrize("recipe", [TRANSFER, SVM], ids=["transfer", "svm"])
def test_one_seed_gives_one_model(known: list[Frame], bank: Bank, recipe: Recipe) -> None:
    again = fill_bank(NETWORK, known, PREPARATION, recipe, silent, at_once)
    first, second = (fit_frozen(b, ROWS, PREPARATION, recipe).scores(VIEWS) for b in (bank, again))
    np.testing.assert_array_equal(first, second)


def test_fine_tuning_leaves_the_first_stages_and_changes_the_later_ones(tuned: Fitted) -> None:
    before, after = build(NETWORK, pretrained=True).state_dict(), tuned.parts.state_dict()
    for key, value in before.items():
        if key.startswith("last"):
            continue
        _, part, stage = key.split(".")[:3]
        fixed = part in ("0", "1") or (part == "2" and int(stage) < TUNE.frozen_stages)
        same = np.array_equal(value.numpy(), after[key].numpy())
        assert same if fixed else (not same or key.endswith("num_batches_tracked")), key
    assert not any(parameter.requires_grad for parameter in tuned.parts.parameters())
    assert not tuned.parts.training


def test_fine_tuning_repeats_for_one_seed_and_differs_for_another(known: list[Frame], tuned: Fitted) -> None:
    again = finetune(NETWORK, known, PREPARATION, TUNE, silent).scores(VIEWS)
    np.testing.assert_allclose(again, tuned.scores(VIEWS), rtol=0, atol=1e-6)
    other = finetune(NETWORK, known, PREPARATION, replace(TUNE, seed=1), silent).scores(VIEWS)
    assert not np.allclose(other, again)


def test_a_soup_is_the_mean_of_its_runs_weights(known: list[Frame], tmp_path: Path) -> None:
    kept = souped(NETWORK, known, PREPARATION, replace(TUNE, soup=3), silent, tmp_path).parts.state_dict()
    runs = [
        finetune(NETWORK, known, PREPARATION, replace(TUNE, seed=seed), silent).parts.state_dict() for seed in range(3)
    ]
    moved = 0
    for name, value in kept.items():
        each = np.stack([run[name].double().numpy() for run in runs])
        np.testing.assert_allclose(value.numpy(), each.mean(axis=0), rtol=1e-6, atol=1e-7, err_msg=name)
        moved += np.ptp(each, axis=0).max() > 0
    assert moved > 50, "the runs differ"


def test_fine_tuning_learns_drawn_classes(known: list[Frame]) -> None:
    lines: list[str] = []
    recipe = replace(TUNE, epochs=4, averaging=0.8)
    fitted = finetune(NETWORK, known, PREPARATION, recipe, lines.append)
    losses = [float(line.split("loss ")[1].split(",")[0]) for line in lines]
    assert len(losses) == 4
    assert losses[-1] < losses[0]
    assert auc(LABELS, fitted.scores(VIEWS)).value > 0.9


def test_fewer_frames_than_a_batch_still_train(known: list[Frame]) -> None:
    lines: list[str] = []
    finetune(NETWORK, known[:4], PREPARATION, replace(TUNE, batch=33), lines.append)
    assert lines[0].startswith("epoch 1/1 loss ")


@pytest.mark.parametrize("mode", ["transfer", "finetune"])
def test_a_loss_that_is_no_number_is_told(known: list[Frame], bank: Bank, mode: str) -> None:
    def transfer() -> Fitted:
        return fit_frozen(bank, ROWS, PREPARATION, replace(TRANSFER, rate=1e38, epochs=9))

    def tune() -> Fitted:
        return finetune(NETWORK, known, PREPARATION, replace(TUNE, rate=1e30, epochs=2), silent)

    with pytest.raises(BadInput, match="no longer a number: lower the learning rate"):
        transfer() if mode == "transfer" else tune()


def test_scores_are_the_same_in_training_and_in_the_app(bank: Bank) -> None:
    fitted = fit_frozen(bank, ROWS, PREPARATION, TRANSFER)
    import torch

    with torch.no_grad():
        crops = normalise(VIEWS.reshape(-1, *VIEWS.shape[2:]), PREPARATION)
        logits = fitted.parts["last"](fitted.parts["pool"](run(fitted.parts["body"], crops)))
    expected = (logits[:, 1] - logits[:, 0]).numpy().reshape(VIEWS.shape[:2]).mean(axis=1)
    np.testing.assert_allclose(fitted.scores(VIEWS), expected, atol=1e-5)


class Recorder:
    """Trains nothing: notes which patients each model sees, and answers with the fold's number."""

    def __init__(self, known: list[Frame]) -> None:
        self.known = known
        self.seen: dict[str | None, set[str]] = {}

    def __call__(self, fold: str | None) -> Recorder:
        self.seen[fold] = {f.case.patient_id for f in self.known if f.case.split != fold}
        self.fold = fold
        return self

    def scores(self, crops: np.ndarray) -> np.ndarray:
        return np.full(len(crops), float(self.fold or -1))


def answered(train: Recorder) -> Callable[[str, list[Frame]], np.ndarray]:
    return lambda fold, asked: train(fold).scores(np.empty((len(asked), 1)))


PLAN = Plan(NETWORK, PREPARATION, TRANSFER, ("Here",))


def test_each_case_is_answered_by_the_model_of_its_own_fold() -> None:
    made = frames(48, folds=4)
    recorder = Recorder(made)
    scores = out_of_fold(made, answered(recorder), at_once)
    np.testing.assert_array_equal(scores, [float(frame.case.split) for frame in made])
    for frame, fold in zip(made, scores.astype(int).astype(str), strict=True):
        assert frame.case.patient_id not in recorder.seen[fold]


def test_folds_are_made_stratified_and_by_patient() -> None:
    loose = [replace(f, case=replace(f.case, split="train")) for f in frames(60)]
    folded = in_folds(loose)
    assert [f.case.case_id for f in folded] == [f.case.case_id for f in loose]
    splits: dict[str, set[str]] = {f.case.patient_id: set() for f in folded}
    for f in folded:
        splits[f.case.patient_id].add(f.case.split)
    assert all(len(found) == 1 for found in splits.values())
    for fold in "01234":
        labels = [f.case.label for f in folded if f.case.split == fold]
        assert len(labels) == 12
        assert 4 <= sum(labels) <= 8
    fixed = frames(12)
    assert in_folds(fixed) is fixed


def test_too_few_patients_or_folds_are_refused() -> None:
    loose = [replace(f, case=replace(f.case, split="train")) for f in frames(16)]
    with pytest.raises(BadInput, match="at least 5 benign and 5 malignant patients"):
        in_folds(loose)
    with pytest.raises(BadInput, match="nothing to train on"):
        out_of_fold(loose, answered(Recorder(loose)), at_once)
    by_class = [replace(f, case=replace(f.case, split=str(f.case.label))) for f in frames(16)]
    with pytest.raises(BadInput, match="Beside fold 0"):
        out_of_fold(by_class, answered(Recorder(by_class)), at_once)


def test_a_stopped_run_goes_on_where_it_stopped(tmp_path: Path) -> None:
    made = frames(48, folds=4)

    class Stops(Recorder):
        def __call__(self, fold: str | None) -> Recorder:
            if fold == "2":
                raise KeyboardInterrupt
            return super().__call__(fold)

    with pytest.raises(KeyboardInterrupt):
        out_of_fold(made, answered(Stops(made)), cached_in(tmp_path))
    later = Recorder(made)
    scores = out_of_fold(made, answered(later), cached_in(tmp_path))
    assert set(later.seen) == {"2", "3"}
    np.testing.assert_array_equal(scores, [float(frame.case.split) for frame in made])
    assert not list(tmp_path.glob(".*.part"))


def test_any_change_of_plan_or_cases_starts_anew() -> None:
    made = frames(8)
    moved = [*made[1:], replace(made[0], case=replace(made[0].case, split="9"))]
    softer = [*made[1:], replace(made[0], case=replace(made[0].case, target=0.5))]
    keys = [
        plan_key(PLAN, made),
        plan_key(PLAN, made[1:]),
        plan_key(PLAN, moved),
        plan_key(PLAN, softer),
        plan_key(replace(PLAN, recipe=replace(TRANSFER, rate=0.02)), made),
        plan_key(replace(PLAN, preparation=replace(PREPARATION, padding=2.0)), made),
    ]
    assert len(set(keys)) == len(keys)
    assert keys[0] == plan_key(PLAN, frames(8))
