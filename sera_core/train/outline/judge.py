"""How well an outline network does on views it has not seen, by every kind of hint, and how sure it may be."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sera_core.contracts import Box
from sera_core.outline.card import Figure, Judge
from sera_core.outline.found import SIGNS, THRESHOLD, find
from sera_core.outline.look import Hint, Window, soft_maps
from sera_core.train.outline.views import View

if TYPE_CHECKING:
    from sera_core.outline.unet import UNet

HINTS = ("none", "exact box", "box 20 % off", "click")
KIND = {"none": "none", "exact box": "box", "box 20 % off": "box", "click": "click"}  # which judge
OFF = 0.2
HIT = 0.5  # overlap of the boxes from which an outline counts as found
SIZES = ((0.0, 0.12), (0.12, 0.25), (0.25, 0.5), (0.5, 1.0))  # the nodule's width as a share of the view's
DRAWS = 1000


def judged(net: UNet, views: Iterable[View]) -> Iterator[dict[str, object]]:
    """One row a view and hint: Dice, overlap of the boxes, the signs.

    Breast frames and frames without a nodule are asked without a hint only.
    """
    for view in views:
        inside = view.mask > 127
        generator = np.random.default_rng([*view.name.encode(), view.pixels.shape[1]])
        for name in HINTS if inside.any() and view.frames != "BUSI" else HINTS[:1]:
            yield {**_known(view, inside), "hint": name, **outcome(net, view, hint_at(name, inside, generator))}


def _known(view: View, inside: NDArray[np.bool_]) -> dict[str, object]:
    share = Box.around(inside).width / inside.shape[1] if inside.any() else np.nan
    return {"frames": view.frames, "view": view.name, "group": view.group, "fold": view.fold, "size": share}


def hint_at(name: str, inside: NDArray[np.bool_], generator: np.random.Generator) -> Hint:
    """One of :data:`HINTS` for a nodule: its box, a box with each edge off, a click anywhere in it."""
    if name == "none":
        return None
    if name == "click":
        rows, columns = np.nonzero(inside)
        pick = generator.integers(len(rows))
        return int(columns[pick]), int(rows[pick])
    box = Box.around(inside)
    off = OFF * generator.choice((-1, 1), 4) if name != "exact box" else np.zeros(4)
    left, right = (round(box.x + share * box.width) for share in (off[0], 1 + off[1]))
    top, bottom = (round(box.y + share * box.height) for share in (off[2], 1 + off[3]))
    return Box(left, top, max(right - left, 2), max(bottom - top, 2))


def outlined(net: UNet, view: View, hint: Hint) -> tuple[NDArray[np.bool_], tuple[float, ...]]:
    """The outline on one view, empty where nothing is found, and its signs."""
    height, width = view.mask.shape
    window = Window.of(Box(0, 0, width, height))
    found = find(soft_maps(net, np.asarray(view.pixels / 255, np.float32), window, hint), window.told(hint))
    if found is None:
        return np.zeros((height, width), bool), (0.0,) * len(SIGNS)
    return window.back(found.soft, (height, width)) > THRESHOLD, found.signs


def outcome(net: UNet, view: View, hint: Hint) -> dict[str, object]:
    """Dice, overlap of the boxes and signs of the outline on one view; zeros where nothing is found."""
    mask, signs = outlined(net, view, hint)
    inside = view.mask > 127
    dice = 2 * (mask & inside).sum() / max(mask.sum() + inside.sum(), 1)
    iou = Box.around(mask).overlap(Box.around(inside)) if mask.any() and inside.any() else 0.0
    return {"dice": float(dice), "iou": iou, **dict(zip(SIGNS, signs, strict=True))}


def fit_judges(rows: pd.DataFrame) -> dict[str, Judge]:
    """Logistic regressions from signs to hits; where nothing was found there is nothing to judge."""
    return {kind: _fit(rows[rows["hint"].map(KIND) == kind]) for kind in ("none", "box", "click")}


def _fit(rows: pd.DataFrame) -> Judge:
    from sklearn.linear_model import LogisticRegression

    rows = rows[rows["peak"] > 0]
    hits = rows["iou"].to_numpy() >= HIT
    if len(set(hits)) < 2:  # nothing to tell apart
        return Judge((0.0,) * len(SIGNS), 4.0 if hits.all() else -4.0)
    model = LogisticRegression(C=10.0, max_iter=1000).fit(rows[list(SIGNS)].to_numpy(), hits)
    return Judge(tuple(float(w) for w in model.coef_[0]), float(model.intercept_[0]))


def with_confidence(rows: pd.DataFrame) -> pd.DataFrame:
    """The rows with the confidence that judges fitted on the other folds give them; 0 where nothing was found."""
    out = []
    for fold, held in rows.groupby("fold"):
        judges = fit_judges(rows[rows["fold"] != fold])
        signs = held[list(SIGNS)].itertuples(index=False, name=None)
        sure = [judges[KIND[hint]].confidence(one) for hint, one in zip(held["hint"], signs, strict=True)]
        out.append(held.assign(confidence=np.where(held["peak"] > 0, sure, 0.0)))
    return pd.concat(out)


def least_confidence(rows: pd.DataFrame, most_alarms: float) -> float:
    """The confidence that at most this share of the views without a nodule reaches."""
    bare = rows[(rows["hint"] == "none") & rows["size"].isna()]
    return float(np.quantile(bare["confidence"], 1 - most_alarms))


def figures(rows: pd.DataFrame, least: float) -> tuple[Figure, ...]:
    """Every number of the card from rows with confidence, with intervals by a bootstrap over patients."""
    found = []
    nodules = rows[rows["size"].notna()]
    for (frames, hint), part in nodules.groupby(["frames", "hint"], sort=False):
        found += [_figure(str(frames), str(hint), metric, part, metric) for metric in ("dice", "iou")]
        found.append(_figure(str(frames), str(hint), "hit", part.assign(hit=part["iou"] >= HIT), "hit"))
        if hint == "none":
            found += _by_size(str(frames), part)
            shown = part[part["confidence"] >= least]
            found.append(_figure(str(frames), "none", "proposed", part.assign(p=part["confidence"] >= least), "p"))
            if len(shown):
                sure = shown.assign(hit=shown["iou"] >= HIT)
                found.append(_figure(str(frames), "none", "hit where proposed", sure, "hit"))
    for frames, part in rows[rows["size"].isna()].groupby("frames", sort=False):
        found.append(_figure(str(frames), "none", "false alarm", part.assign(a=part["confidence"] >= least), "a"))
    return (*found, *_of_confidence(rows))


def _by_size(frames: str, part: pd.DataFrame) -> list[Figure]:
    out = []
    for low, high in SIZES:
        some = part[(part["size"] >= low) & (part["size"] < high)]
        if len(some) >= 10:
            out.append(_figure(frames, "none", f"dice, width {low:.0%} to {high:.0%}", some, "dice"))
    return out


def _of_confidence(rows: pd.DataFrame) -> list[Figure]:
    """How well the confidence parts hits from misses (views without a nodule are misses), and how far it is off."""
    from sklearn.metrics import roc_auc_score

    real = rows[(rows["hint"] == "none") & ~rows["frames"].str.startswith("simulated")]
    made = rows[(rows["hint"] == "none") & rows["frames"].str.startswith("simulated")]
    out = []
    for frames, part in (("real frames", real), ("simulated frames", made)):
        hits = part["iou"].to_numpy() >= HIT
        if len(set(hits)) < 2:
            continue
        confidence, groups = part["confidence"].to_numpy(), part["group"].to_numpy()

        def auc(chosen: NDArray[np.intp], hits: NDArray = hits, confidence: NDArray = confidence) -> float:
            both = 0 < hits[chosen].sum() < len(chosen)
            return float(roc_auc_score(hits[chosen], confidence[chosen])) if both else 1.0

        value = auc(np.arange(len(part)))
        out.append(Figure(frames, "none", "auc of the confidence", value, *_bounds(groups, auc), len(part)))
        bins = np.clip((confidence * 10).astype(int), 0, 9)
        gaps = [abs(hits[bins == b].mean() - confidence[bins == b].mean()) * (bins == b).mean() for b in set(bins)]
        out.append(_point(frames, "calibration error of the confidence", float(sum(gaps)), len(part)))
    return out


def _point(frames: str, metric: str, value: float, n: int) -> Figure:
    return Figure(frames, "none", metric, value, value, value, n)


def _figure(frames: str, hint: str, metric: str, rows: pd.DataFrame, column: str) -> Figure:
    values = rows[column].to_numpy(np.float64)
    low, high = _bounds(rows["group"].to_numpy(), lambda chosen: float(values[chosen].mean()))
    return Figure(frames, hint, metric, float(values.mean()), low, high, len(values))


def _bounds(groups: NDArray[np.object_], statistic: object) -> tuple[float, float]:
    """95 % percentile bounds of a bootstrap that draws whole groups."""
    assert callable(statistic)
    generator = np.random.default_rng(0)
    members: Sequence[NDArray[np.intp]] = [np.flatnonzero(groups == name) for name in pd.unique(groups)]
    draws = []
    for _ in range(DRAWS):
        chosen = generator.integers(len(members), size=len(members))
        draws.append(statistic(np.concatenate([members[i] for i in chosen])))
    low, high = np.quantile(draws, (0.025, 0.975))
    return float(low), float(high)
