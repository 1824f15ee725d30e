"""A cut-off one drags: the cases on both sides of it, the four counts, and the point on the ROC curve."""

from __future__ import annotations

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from sera_core.contracts import Verdict, is_positive
from sera_core.figures import palette

CLASSES = ((0, "benign", Verdict.BENIGN), (1, "malignant", Verdict.MALIGNANT))


def sides(probabilities: NDArray, labels: NDArray, cut: float, own: float) -> go.Figure:
    """Every case at its probability, one row a class, with the cut-off between them and the own nodule as a star."""
    figure = go.Figure()
    random = np.random.default_rng(0)
    for label, name, verdict in CLASSES:
        own_class = probabilities[labels == label]
        values, right = own_class * 100, is_positive(own_class, cut) == bool(label)
        marker = {"size": 8, "color": palette.VERDICT[verdict], "symbol": palette.MARKER[verdict]}
        marker["opacity"] = np.where(right, 0.85, 0.35)
        figure.add_trace(
            go.Scatter(
                x=values,
                y=label + random.uniform(-0.3, 0.3, len(values)),
                mode="markers",
                marker=marker,
                name=f"{name} (n = {len(values)})",
                hovertemplate=f"{name}<br>%{{x:.1f}} %<extra></extra>",
            )
        )
    star = {"size": 18, "symbol": "star", "color": palette.ACCENT, "line": {"color": "white", "width": 2}}
    figure.add_trace(go.Scatter(x=[own * 100], y=[0.5], mode="markers", marker=star, name="this nodule"))
    figure.add_vline(cut * 100, line={"color": palette.UNSURE, "width": 3})
    figure.update_xaxes(title="probability (%)", range=[-1, 101], fixedrange=True)
    figure.update_yaxes(tickvals=[0, 1], ticktext=["benign", "malignant"], range=[-0.5, 1.5], fixedrange=True)
    legend = {"orientation": "h", "yanchor": "bottom", "y": 1.01, "x": 0}
    figure.update_layout(height=260, margin={"l": 8, "r": 8, "t": 8, "b": 8}, legend=legend, dragmode=False)
    return figure


def curve(
    false_positive: NDArray, sensitivity: NDArray, here: tuple[float, float], best: tuple[float, float], area: str
) -> go.Figure:
    """The ROC curve, drawn as far as the cut-off has come down; the rest is faint.

    Parameters
    ----------
    false_positive, sensitivity : float64 [K]
    here, best : (1 - specificity, sensitivity)
        At the cut-off, and where Youden's index is largest.
    area : str
        The AUC in words.
    """
    reached = (false_positive <= here[0] + 1e-9) & (sensitivity <= here[1] + 1e-9)
    figure = go.Figure()
    figure.add_shape(type="line", x0=0, y0=0, x1=1, y1=1, line={"color": palette.UNSURE, "width": 1, "dash": "dot"})
    drawn = (
        (false_positive, sensitivity, palette.rgba(palette.UNSURE, 0.35), ""),
        (false_positive[reached], sensitivity[reached], palette.ACCENT, area),
    )
    for alarms, hits, colour, name in drawn:
        line = {"color": colour, "width": 3, "shape": "hv"}
        trace = go.Scatter(
            x=alarms, y=hits, mode="lines", line=line, name=name, showlegend=bool(name), hoverinfo="skip"
        )
        figure.add_trace(trace)
    x, y = best
    figure.add_shape(type="line", x0=x, y0=x, x1=x, y1=y, line={"color": palette.MALIGNANT, "width": 2, "dash": "dash"})
    for place, symbol, colour, name in (
        (best, "diamond-open", palette.MALIGNANT, "Youden"),
        (here, "circle", palette.ACCENT, "cut-off"),
    ):
        hover = f"{name}<br>sensitivity %{{y:.1%}}<br>1 − specificity %{{x:.1%}}<extra></extra>"
        marker = {"size": 13, "symbol": symbol, "color": colour, "line": {"width": 2}}
        figure.add_trace(
            go.Scatter(x=place[:1], y=place[1:], mode="markers", marker=marker, name=name, hovertemplate=hover)
        )
    figure.update_xaxes(title="1 − specificity", range=[-0.02, 1.02], fixedrange=True, constrain="domain")
    figure.update_yaxes(title="sensitivity", range=[-0.02, 1.02], fixedrange=True, scaleanchor="x")
    legend = {"orientation": "h", "yanchor": "bottom", "y": 1.01, "x": 0}
    figure.update_layout(height=360, margin={"l": 8, "r": 8, "t": 8, "b": 8}, legend=legend, dragmode=False)
    return figure
