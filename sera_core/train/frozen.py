"""Train what reads fixed features: a new last layer, a regression, a support vector machine or a random forest.

The body never changes, so its features of every image are computed once and serve all epochs and folds.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sera_core.classifiers.classical import fit_forest, fit_svm
from sera_core.images.prepare import Preparation
from sera_core.nets.split import blank, pooled_features
from sera_core.train.curves import Report
from sera_core.train.descent import cross_entropy, not_a_number
from sera_core.train.frames import Frame, prepared, varied
from sera_core.train.linear import Known, fit_features, fit_joined, fit_signs
from sera_core.train.loop import Fitted
from sera_core.train.recipes import Recipe
from sera_core.train.schedule import factor
from sera_core.train.start import begun

if TYPE_CHECKING:
    from torch import Tensor, nn

Cached = Callable[[str, Callable[[], NDArray]], NDArray]
Rows = NDArray[np.intp]


@dataclass(frozen=True, eq=False)
class Bank:
    """Features of all frames by one fixed body.

    Attributes
    ----------
    frames : list of Frame
    parts : nn.ModuleDict or None
        The body and pooling; None for features that are not one network's.
    plain : float32 [N, F]
        Features of the crops as the app makes them.
    views : float32 [V, N, F]
        Features of random views.
    signs : float32 [N, Q] or None
        What is measured on each nodule, where it is read.
    """

    frames: list[Frame]
    parts: nn.ModuleDict | None
    plain: NDArray[np.float32]
    views: NDArray[np.float32]
    signs: NDArray[np.float32] | None = None


def fill_bank(
    network: str, frames: list[Frame], preparation: Preparation, recipe: Recipe, report: Report, cached: Cached
) -> Bank:
    """Features of all frames, computed once or taken from ``cached``; a support vector machine needs no views."""
    parts = begun(network, recipe.weights).eval().requires_grad_(False)

    def plain() -> NDArray[np.float32]:
        return pooled_features(parts, prepared(frames, preparation), preparation)

    def view(number: int) -> NDArray[np.float32]:
        random = np.random.default_rng([recipe.seed, number])
        report(f"features of view {number + 1}/{recipe.views}")
        crops = varied([(frame, False) for frame in frames], preparation, recipe.augmentation, random)
        return pooled_features(parts, crops, preparation)

    views = range(recipe.views if recipe.mode == "transfer" else 0)
    shown = [cached(f"view{number}-{recipe.seed}", partial(view, number)) for number in views]
    seen = cached("plain", plain)
    return Bank(frames, parts, seen, np.array(shown, np.float32) if shown else seen[None])


def fit_frozen(bank: Bank, rows: Rows, preparation: Preparation, recipe: Recipe) -> Fitted:
    """Fit the recipe's reader of features to some rows of the bank."""
    parts = build_body(bank)
    if recipe.mode == "transfer":
        *_, parts["last"] = last_layers(bank, rows, recipe)
        return Fitted(parts, None, preparation)
    labels = np.array([bank.frames[k].case.label for k in rows])
    if recipe.mode == "rf":
        return Fitted(parts, fit_forest(bank.plain[rows], labels, recipe.seed), preparation)
    patients = np.array([bank.frames[k].case.patient_id for k in rows])
    if recipe.mode == "svm":
        return Fitted(parts, fit_svm(bank.plain[rows], labels, patients, recipe.svm_c, recipe.seed), preparation)
    signs = np.empty((len(rows), 0)) if bank.signs is None else bank.signs[rows]
    return _regressed(Known(bank.plain[rows], signs, labels, patients), parts, preparation, recipe)


def _regressed(known: Known, parts: nn.ModuleDict, preparation: Preparation, recipe: Recipe) -> Fitted:
    """The modes ``linear``, ``signs`` and ``joined``."""
    if recipe.mode == "signs":
        return Fitted(blank(), None, preparation, fit_signs(known))
    if recipe.mode == "joined":
        parts["last"], signs = fit_joined(known)
        return Fitted(parts, None, preparation, signs)
    parts["last"] = fit_features(known)
    return Fitted(parts, None, preparation)


def build_body(bank: Bank) -> nn.ModuleDict:
    """The bank's body and pooling, without a last layer."""
    from torch import nn

    return nn.ModuleDict({name: bank.parts[name] for name in ("body", "pool")} if bank.parts else {})


def last_layers(bank: Bank, rows: Rows, recipe: Recipe) -> Iterator[nn.Linear]:
    """The new last layer after each epoch of gradient descent on standardised features.

    The standardisation is folded into the layers, so that they read features as they are.
    """
    import torch

    torch.manual_seed(recipe.seed)
    random = np.random.default_rng(recipe.seed)
    centre = torch.from_numpy(bank.views[:, rows].mean(axis=(0, 1)))
    spread = torch.from_numpy(bank.views[:, rows].std(axis=(0, 1)))
    spread = spread.clamp(min=0.1 * float(spread.mean()))  # a feature that hardly ever fires must not be blown up
    targets = torch.tensor([frame.case.target for frame in bank.frames], dtype=torch.float32)
    last = torch.nn.Linear(bank.views.shape[2], 2)
    torch.nn.init.zeros_(last.weight)  # few cases, many features: start from knowing nothing
    optimiser = torch.optim.SGD(last.parameters(), recipe.rate, recipe.momentum, weight_decay=recipe.decay)
    for epoch in range(recipe.epochs):
        chosen, view = _balanced_rows(bank, rows, epoch, random)
        for group in optimiser.param_groups:
            group["lr"] = recipe.rate * factor(recipe, epoch)
        for number, start in enumerate(range(0, len(chosen), recipe.batch)):
            part = slice(start, start + recipe.batch)
            features = torch.from_numpy(bank.views[view[part], chosen[part]])
            loss = cross_entropy(last((features - centre) / spread), targets[chosen[part]])
            if not torch.isfinite(loss):
                raise not_a_number(epoch + 1, number + 1, [bank.frames[k] for k in chosen[part]])
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
        yield _folded(last, centre, spread)


def _folded(last: nn.Linear, centre: Tensor, spread: Tensor) -> nn.Linear:
    """The layer that reads features as they are, from one that reads them standardised."""
    import torch

    with torch.no_grad():
        whole = torch.nn.Linear(last.in_features, last.out_features)
        whole.weight.copy_(last.weight / spread)
        whole.bias.copy_(last.bias - whole.weight @ centre)
    return whole.requires_grad_(False)


def _balanced_rows(bank: Bank, rows: Rows, epoch: int, random: np.random.Generator) -> tuple[Rows, Rows]:
    """Rows of one epoch and the view of each: in each centre the rarer class is filled up with another view."""
    count = len(bank.views)
    chosen, view = [rows], [np.full(len(rows), epoch % count)]
    labels = np.array([bank.frames[k].case.label for k in rows])
    centres = np.array([bank.frames[k].case.centre for k in rows])
    for centre in np.unique(centres):
        classes = [rows[(centres == centre) & (labels == label)] for label in (0, 1)]
        rare, common = sorted(classes, key=len)
        if len(rare):
            chosen.append(random.choice(rare, len(common) - len(rare)))
            view.append(np.full(len(common) - len(rare), (epoch + 1) % count))
    order = random.permutation(sum(map(len, chosen)))
    return np.concatenate(chosen)[order], np.concatenate(view)[order]
