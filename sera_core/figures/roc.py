"""ROC curves of one centre: models as lines, the operating points on them, readers as points beside them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import plotly.graph_objects as go

from sera_core import escape
from sera_core.evaluate.results import RocLine
from sera_core.figures import palette
from sera_core.figures.layout import interval, laid_out, short
from sera_core.figures.palette import Series

READER_MARKS = ("diamond-tall-open", "square-open", "triangle-up-open", "triangle-down-open", "pentagon-open", "x-thin")


def roc_panel(
    lines: Sequence[RocLine],
    looks: Mapping[str, Series],
    names: Mapping[str, str],
    band: str = "",
    sensitivities: tuple[float, float] | None = None,
    legend: bool = True,
) -> go.Figure:
    """One panel.

    Parameters
    ----------
    lines : sequence of RocLine
        Of one centre.
    looks : mapping of model to Series
    names : mapping of model or reader to what people call it
    band : str
        The model whose 95 % band is drawn; the others' intervals are under the cursor.
    sensitivities : (low, high), optional
        The range of the partial area, shaded.
    legend : bool
        A legend below the panel; else the areas stand inside, and :func:`roc_legend` serves all panels.
    """
    figure = go.Figure()
    if sensitivities is not None:
        figure.add_hrect(*sensitivities, fillcolor=palette.rgba(palette.UNSURE, 0.12), line_width=0, layer="below")
    figure.add_shape(type="line", x0=0, y0=0, x1=1, y1=1, line={"color": palette.UNSURE, "width": 1, "dash": "dot"})
    models = [line for line in lines if not line.is_reader]
    readers = [line for line in lines if line.is_reader and line.point is not None]
    for line in models:
        if line.model == band:
            figure.add_trace(_band(line, looks[line.model]))
    for line in models:
        figure.add_trace(_curve(line, looks[line.model], names[line.model]))
        if line.point is not None:
            figure.add_trace(_point(line, looks[line.model], names[line.model]))
    for place, line in enumerate(readers):
        figure.add_trace(_reader(line, READER_MARKS[place % len(READER_MARKS)], names[line.model]))
    figure.update_xaxes(title="1 − specificity", range=[-0.02, 1.02], tickvals=[0, 0.25, 0.5, 0.75, 1], zeroline=False)
    figure.update_yaxes(title="sensitivity", range=[-0.02, 1.02], tickvals=[0, 0.25, 0.5, 0.75, 1], zeroline=False)
    if not legend:
        _write_areas(figure, models, looks)
    return laid_out(figure, 330, legend=len(models) + len(readers) if legend else 0)


def roc_legend(lines: Sequence[RocLine], looks: Mapping[str, Series], names: Mapping[str, str]) -> go.Figure:
    """One legend for all panels: line and mark of each model, mark of each reader; ``lines`` of any centres."""
    figure = go.Figure()
    models = list(dict.fromkeys(line.model for line in lines if not line.is_reader))
    for name in models:
        look = looks[name]
        line = {"color": look.colour, "dash": look.dash, "width": 2}
        marker = {"symbol": look.mark, "size": 9, "color": look.colour}
        figure.add_trace(_key(escape.figure(short(names[name])), "lines+markers", line=line, marker=marker))
    for place, name in enumerate(dict.fromkeys(line.model for line in lines if line.is_reader)):
        marker = {"symbol": READER_MARKS[place % len(READER_MARKS)], "size": 10, "color": palette.UNSURE}
        figure.add_trace(_key(escape.figure(short(names[name])), "markers", marker=marker))
    figure.update_xaxes(visible=False)
    figure.update_yaxes(visible=False)
    rows = -(-len(figure.data) // 3)
    return figure.update_layout(
        height=30 + 22 * rows,
        margin={"l": 0, "r": 0, "t": 0, "b": 0},
        showlegend=True,
        legend={"orientation": "h", "x": 0, "y": 1, "yanchor": "top", "itemclick": False, "itemdoubleclick": False},
        plot_bgcolor="rgba(0,0,0,0)",
        dragmode=False,
    )


def _key(name: str, mode: str, **look: object) -> go.Scatter:
    return go.Scatter(x=[None], y=[None], name=name, mode=mode, hoverinfo="skip", **look)


def _write_areas(figure: go.Figure, models: Sequence[RocLine], looks: Mapping[str, Series]) -> None:
    """The area of each model in its colour, in the empty corner below the curves."""
    for place, line in enumerate(reversed(models)):
        figure.add_annotation(
            x=1,
            y=0.01 + 0.062 * place,
            text=interval(line.auc, line.low_auc, line.high_auc, 2),
            showarrow=False,
            xanchor="right",
            yanchor="bottom",
            font={"size": 10, "color": looks[line.model].colour},
        )


def _curve(line: RocLine, look: Series, name: str) -> go.Scatter:
    area = interval(line.auc, line.low_auc, line.high_auc, 2)
    return go.Scatter(
        x=line.false_positive,
        y=line.sensitivity,
        mode="lines",
        line={"color": look.colour, "dash": look.dash, "width": 2},
        name=f"{escape.figure(short(name))}  {area}",
        legendgroup=line.model,
        customdata=np.column_stack([line.low, line.high, line.threshold]),
        hovertemplate=f"<b>{escape.figure(name)}</b>, AUC {area}<br>sensitivity %{{y:.2f}}, specificity 1 − %{{x:.2f}}"
        "<br>95 % at this specificity: %{customdata[0]:.2f} to %{customdata[1]:.2f}"
        "<br>from %{customdata[2]:.3f}<extra></extra>",
    )


def _band(line: RocLine, look: Series) -> go.Scatter:
    return go.Scatter(
        x=np.concatenate([line.false_positive, line.false_positive[::-1]]),
        y=np.concatenate([line.high, line.low[::-1]]),
        fill="toself",
        fillcolor=palette.rgba(look.colour, 0.16),
        line_width=0,
        hoverinfo="skip",
        showlegend=False,
        legendgroup=line.model,
    )


def _point(line: RocLine, look: Series, name: str) -> go.Scatter:
    x, y = line.point or (np.nan, np.nan)
    return go.Scatter(
        x=[x],
        y=[y],
        mode="markers",
        marker={"symbol": look.mark, "size": 10, "color": look.colour, "opacity": 1}
        | {"line": {"width": 1.5, "color": "white"}},
        legendgroup=line.model,
        showlegend=False,
        hovertemplate=f"<b>{escape.figure(name)}</b> at its cut-off {line.point_threshold:.3f}<br>"
        "sensitivity %{y:.3f}, specificity 1 − %{x:.3f}<extra></extra>",
    )


def _reader(line: RocLine, mark: str, name: str) -> go.Scatter:
    x, y = line.point or (np.nan, np.nan)
    return go.Scatter(
        x=[x],
        y=[y],
        mode="markers",
        marker={"symbol": mark, "size": 11, "color": palette.UNSURE, "opacity": 1, "line": {"width": 2}},
        name=escape.figure(name),
        hovertemplate=f"<b>{escape.figure(name)}</b>"
        "<br>sensitivity %{y:.3f}, specificity 1 − %{x:.3f}<extra></extra>",
    )
