"""The board of points one drags (``points.js``), and the points as a word in the link."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import streamlit as st
from numpy.typing import ArrayLike, NDArray

from sera_core.figures import palette
from sera_core.lessons.clouds import BOARD, Cloud

HERE = Path(__file__).parent
MOST = 80  # points that a link may hold
_POINT = re.compile(r"([bm])(\d{1,3})-(\d{1,3})")
_BOARD = st.components.v2.component(
    "sera_points",
    html='<svg role="group"></svg>',
    css=(HERE / "points.css").read_text(encoding="utf-8"),
    js=(HERE / "points.js").read_text(encoding="utf-8"),
)
Line = tuple[str, NDArray[np.float64]]  # kind (border, edge, other, own, slack) and path [K, 2]


def board(
    cloud: Cloud,
    pull: ArrayLike,
    lines: Sequence[Line],
    tint: str,
    brush: str,
    key: str,
    on_change: Callable[..., None],
) -> None:
    """Show the points to drag; ``on_change`` takes the new cloud before the page is drawn again.

    Parameters
    ----------
    cloud : Cloud
    pull : [N]
        0 ... 1: how much larger a point is drawn; above 0 it is a support vector.
    lines : sequence of (kind, path [K, 2])
    tint : str
        Address of a picture behind the points; may be empty.
    brush : {"benign", "malignant", "remove"}
        What a press adds, or that it removes.
    key : str
    on_change : callable
    """

    def changed() -> None:
        sent = st.session_state[key].points
        if sent is not None:
            rows = np.array(sent, float).reshape(-1, 3)
            on_change((rows[:, :2], np.where(rows[:, 2] > 0, 1.0, -1.0)))

    points, labels = cloud
    rows = [[float(x), float(y), int(label > 0)] for (x, y), label in zip(points, labels, strict=True)]
    data: dict[str, Any] = {
        "points": rows,
        "pull": np.asarray(pull, float).round(3).tolist(),
        "lines": [{"kind": kind, "path": path.round(3).tolist()} for kind, path in lines],
        "tint": tint,
        "brush": brush,
        "size": BOARD,
        "colours": {"benign": palette.BENIGN, "malignant": palette.MALIGNANT, "own": palette.ACCENT},
        "label": "Board of benign and malignant points",
    }
    _BOARD(key=key, data=data, on_points_change=changed)


def to_word(cloud: Cloud) -> str:
    """The points as a word for the link: a letter for the class, then tenths of a unit."""
    tenths = (np.asarray(cloud[0]) * 10).round().astype(int)
    return "".join(f"{'m' if label > 0 else 'b'}{x}-{y}" for (x, y), label in zip(tenths, cloud[1], strict=True))


def from_word(word: str) -> Cloud | None:
    """The points of such a word; None when it holds none."""
    found = _POINT.findall(word)[:MOST]
    if not found:
        return None
    points = np.clip([[int(x) / 10, int(y) / 10] for _, x, y in found], 0, BOARD)
    return points, np.array([1.0 if letter == "m" else -1.0 for letter, _, _ in found])
