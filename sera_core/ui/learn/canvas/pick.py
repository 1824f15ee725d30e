"""Maps of activations in which a click, a tap or the arrow keys choose a cell or a map (``pick.js``).

Plotly's figures answer a click too, but a tap only after the next one: they take it for the place last pointed at.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from sera_core.figures import palette
from sera_core.figures.maps import limit_of, tiled

HERE = Path(__file__).parent
CELL_PX = 230  # height of the map of which one picks a cell, at most
_PICK = st.components.v2.component(
    "sera_pick",
    html='<div class="frame"><canvas tabindex="0" role="img"></canvas></div><p class="hint" aria-live="polite"></p>',
    css=(
        "canvas { display: block; margin: 0 auto; cursor: pointer; touch-action: pan-y pinch-zoom; }"
        "canvas:focus-visible { outline: 2px solid var(--st-primary-color); outline-offset: 2px; }"
        ".hint { margin: 0.3rem 0 0; font-size: 0.875rem; text-align: center; color: var(--st-text-color); }"
    ),
    js="".join((HERE / name).read_text(encoding="utf-8") for name in ("pick.js", "colours.js")),
)
Array = NDArray[np.float32]


def pick_map(
    maps: Array,
    chosen: int,
    key: str,
    alt: str,
    on_pick: Callable[[int], None],
    name: str,
    height: int = 260,
) -> None:
    """Show maps ``[N, h, w]`` eight a line; ``on_pick`` takes the index of the chosen one.

    Parameters
    ----------
    maps : [N, h, w]
    chosen : int
        Index of the one that is outlined.
    key, alt : str
    on_pick : callable
    name : str
        What one of them is called.
    height : int
        At most so many screen pixels.
    """
    columns = min(8, len(maps))
    canvas, gap = tiled(maps, columns)

    def picked(row: int, column: int) -> None:
        on_pick(row * columns + column)

    lines = -(-len(maps) // columns)
    tile, tiles = (maps.shape[1], maps.shape[2]), (lines, columns)
    _pick(canvas, limit_of(maps), tile, gap, tiles, len(maps), divmod(chosen, columns), key, alt, picked, height, name)


def pick_cell(
    values: Array,
    chosen: tuple[int, int],
    key: str,
    alt: str,
    on_pick: Callable[[int, int], None],
) -> None:
    """Show one map ``[h, w]``; ``on_pick`` takes row and column of the chosen cell.

    Parameters
    ----------
    values : [h, w]
    chosen : (int, int)
        Row and column of the cell that is outlined.
    key, alt : str
    on_pick : callable
    """
    limit = max(float(np.abs(values).max()), 1e-6)
    shape = (values.shape[0], values.shape[1])
    _pick(values, limit, (1, 1), 0, shape, values.size, chosen, key, alt, on_pick, CELL_PX, "cell")


def _pick(
    values: Array,
    limit: float,
    tile: tuple[int, int],
    gap: int,
    tiles: tuple[int, int],
    count: int,
    chosen: tuple[int, int],
    key: str,
    alt: str,
    on_pick: Callable[[int, int], None],
    height: int,
    name: str,
) -> None:
    def picked() -> None:
        sent = st.session_state[key].cell
        if sent:
            on_pick(int(sent["row"]), int(sent["column"]))

    data = {
        "values": [[None if np.isnan(value) else round(value, 4) for value in row] for row in values.tolist()],
        "limit": limit,
        "tile": list(tile),
        "gap": gap,
        "tiles": list(tiles),
        "count": count,
        "chosen": list(chosen),
        "height": height,
        "alt": alt,
        "name": name,
        "colours": {"accent": palette.ACCENT, "diverging": list(palette.DIVERGING)},
    }
    _PICK(key=key, data=data, on_cell_change=picked)
