"""How the outline carries over: the study of the outline again without one hospital's frames or one scanner's.

What a run left out alone judges it.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Literal

import pandas as pd

from sera_core.files import whole_file
from sera_core.study import outlines
from sera_core.study.outlines import ROWS, Design, Run, Shares
from sera_core.study.schema import STRICT, read_as
from sera_core.study.stage import Stage
from sera_core.train.outline.views import View

FIGURES = "figures.csv"  # in the study's folder, beside the rows of every view
BREAST = ("busi", "normal")  # the pools of BUSI
Pools = dict[str, list[View]]


@dataclass(frozen=True)
class TransferDesign:
    """What ``design.toml`` says.

    Attributes
    ----------
    of : Path
        Design of the outline's study, whose frames and start are used.
    recipe : Run
        Of every run after the start.
    left_out : tuple
        BUSI or simulated scanners; each is left out of a run of its own.
    """

    __pydantic_config__ = STRICT

    kind: Literal["outline-transfer"]
    of: Path
    recipe: Run
    left_out: tuple[Literal["BUSI", "internal", "A", "B", "C"], ...]


def run_transfer(design: TransferDesign, out: Path, stage: Stage) -> pd.DataFrame:
    """Train without each part and judge on it; writes :data:`ROWS` and :data:`FIGURES` to ``out``.

    Returns
    -------
    DataFrame
        Dice, overlap and hits with intervals, as on the outline's card.
    """
    base = replace(read_as(Design, design.of), folds=design.recipe)
    pools, test = outlines.drawn(base, stage)
    rows = pd.concat([_left_out(base, name, pools, test, stage) for name in design.left_out], ignore_index=True)
    table = pd.DataFrame([asdict(one) for one in outlines.of_outlines(rows)])
    for name, content in ((ROWS, rows), (FIGURES, table)):
        with whole_file(out / name) as part:
            content.round(4).to_csv(part, index=False)
    return table


def _left_out(base: Design, name: str, pools: Pools, test: list[View], stage: Stage) -> pd.DataFrame:
    if name == "BUSI":
        design, learnt = base, pools | {kind: [] for kind in BREAST}
        held = [view for kind in BREAST for view in pools[kind]]
    else:
        design, learnt = replace(base, pretraining=replace(base.pretraining, without=name)), pools
        held = [view for view in test if view.frames == f"simulated {name}"]
    learnt = learnt | {"simulated": outlines.without_scanner(design, pools["simulated"])}
    recipe = replace(base.folds, shares=_shares(base.folds.shares, learnt))
    within = stage.within(f"without-{name}").named(f"without {name}")
    net = outlines.trained(design, recipe, learnt, "fold-of-transfer", within)
    rows = outlines.judged_by(net, held, within)
    return rows.assign(frames=rows["frames"] + ", never seen")


def _shares(shares: Shares, learnt: Pools) -> Shares:
    """The chances of the frames that are left, which sum to one again."""
    kept = {kind: share if learnt[kind] else 0.0 for kind, share in asdict(shares).items()}
    return Shares(**{kind: share / sum(kept.values()) for kind, share in kept.items()})
