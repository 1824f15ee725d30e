"""Whether probabilities can be believed and are of use: reliability, decision and prevalence curves of one centre."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import plotly.graph_objects as go

from sera_core import escape
from sera_core.evaluate.results import Calibration, DecisionCurve, PrevalenceCurve
from sera_core.figures import palette
from sera_core.figures.layout import laid_out, short
from sera_core.figures.palette import Series

Looks = Mapping[str, Series]
Names = Mapping[str, str]
HEIGHT = 320
FEW = 3  # more bands than these would hide one another


def reliability(
    calibrations: Sequence[Calibration], looks: Looks, names: Names, intervals: bool, how: str = "width"
) -> go.Figure:
    """Observed share of label 1 against predicted probability, one line a model; a mark grows with its cases.

    Parameters
    ----------
    calibrations : sequence of Calibration
        Of one centre.
    looks, names : mapping of model
    intervals : bool
        Draw the intervals; with many lines they are only under the cursor.
    how : {"width", "count", "smooth"}
        Bins of equal width or of equal count, or the curve without bins.
    """
    figure = go.Figure()
    figure.add_shape(type="line", x0=0, y0=0, x1=100, y1=100, line={"color": palette.UNSURE, "width": 1, "dash": "dot"})
    for one in calibrations:
        look, name = looks[one.model], escape.figure(names[one.model])
        curve, bins = one.drawn(how), how != "smooth" or one.smooth is None
        share, low, high = curve.observed * 100, curve.low * 100, curve.high * 100
        if intervals and not bins:
            figure.add_trace(_around(curve.predicted * 100, low, high, look.colour))
        figure.add_trace(
            go.Scatter(
                x=curve.predicted * 100,
                y=share,
                mode="lines+markers" if bins else "lines",
                line={"color": look.colour, "dash": look.dash, "width": 1.5},
                marker={"symbol": look.mark, "size": np.clip(3 + 1.2 * np.sqrt(curve.count), 5, 18), "opacity": 0.9},
                error_y={"array": high - share, "arrayminus": share - low, "thickness": 1, "width": 0}
                | {"visible": intervals and bins},
                name=escape.figure(short(names[one.model])),
                customdata=np.column_stack([curve.count, low, high]),
                hovertemplate=f"<b>{name}</b><br>predicted %{{x:.0f}} %, observed %{{y:.0f}} % "
                "(95 % %{customdata[1]:.0f} to %{customdata[2]:.0f})"
                + ("<br>n = %{customdata[0]}" if bins else "")
                + "<extra></extra>",
            )
        )
    figure.update_xaxes(title="predicted probability (%)", range=[-2, 102], zeroline=False)
    figure.update_yaxes(title="observed (%)", range=[-2, 102], zeroline=False)
    return laid_out(figure, HEIGHT, legend=len(calibrations))


def _around(x: np.ndarray, low: np.ndarray, high: np.ndarray, colour: str) -> go.Scatter:
    """The band of a curve's interval."""
    return go.Scatter(
        x=np.concatenate([x, x[::-1]]),
        y=np.concatenate([high, low[::-1]]),
        fill="toself",
        fillcolor=palette.rgba(colour, 0.14),
        line_width=0,
        hoverinfo="skip",
        showlegend=False,
    )


def decision_curves(curves: Sequence[DecisionCurve], looks: Looks, names: Names) -> go.Figure:
    """Net benefit per 100 nodules against the threshold probability, beside treating everybody and nobody.

    Where the models share no cases, treating everybody is drawn for each, in its colour.
    """
    figure = go.Figure()
    together = all(np.array_equal(one.treat_all, curves[0].treat_all) for one in curves)
    for one in curves[:1] if together else curves:
        name, colour = "needle for all", palette.UNSURE
        if not together:
            name, colour = f"{name}, {short(names[one.model])}", looks[one.model].colour
        figure.add_trace(_line(one.threshold * 100, one.treat_all * 100, name, colour, "dash"))
    threshold = curves[0].threshold * 100
    figure.add_trace(_line(threshold, 0 * threshold, "needle for none", palette.UNSURE, "dot"))
    for one in curves:
        look, name = looks[one.model], names[one.model]
        if len(curves) <= FEW:
            figure.add_trace(_around(one.threshold * 100, one.low * 100, one.high * 100, look.colour))
        line = _line(one.threshold * 100, one.model_benefit * 100, short(name), look.colour, look.dash)
        band = np.column_stack([one.low * 100, one.high * 100])
        hover = f"<b>{escape.figure(name)}</b><br>threshold %{{x:.0f}} %<br>net benefit %{{y:.1f}} per 100 "
        hover += "(95 % %{customdata[0]:.1f} to %{customdata[1]:.1f})<extra></extra>"
        figure.add_trace(line.update(customdata=band, hovertemplate=hover))
    top = 100 * max(float(np.nanmax([one.treat_all, one.model_benefit])) for one in curves)
    figure.update_xaxes(title="threshold probability (%)", zeroline=False)
    figure.update_yaxes(title="net benefit per 100 nodules", range=[-0.15 * top, 1.08 * top], zeroline=False)
    return laid_out(figure, HEIGHT, legend=sum(trace.showlegend is not False for trace in figure.data))


def prevalence_curves(curves: Sequence[PrevalenceCurve], looks: Looks, names: Names, here: float) -> go.Figure:
    """PPV (rising) and NPV (falling) against prevalence, at each model's frozen cut-off.

    Parameters
    ----------
    curves : sequence of PrevalenceCurve
        Of one centre.
    looks, names : mapping of model
    here : float
        Prevalence in the centre's own cases, 0 ... 1: a dotted line.
    """
    figure = go.Figure()
    figure.add_vline(x=here * 100, line={"color": palette.UNSURE, "width": 1, "dash": "dot"})
    for one in curves:
        look, name = looks[one.model], names[one.model]
        for word, value, low, high in (
            ("PPV", one.ppv, one.ppv_low, one.ppv_high),
            ("NPV", one.npv, one.npv_low, one.npv_high),
        ):
            line = _line(one.prevalence * 100, value * 100, short(name), look.colour, look.dash)
            hover = f"<b>{escape.figure(name)}</b><br>prevalence %{{x:.0f}} %<br>{word} %{{y:.1f}} % "
            hover += "(95 % %{customdata[0]:.1f} to %{customdata[1]:.1f})<extra></extra>"
            line.update(customdata=np.column_stack([low * 100, high * 100]), hovertemplate=hover)
            figure.add_trace(line.update(legendgroup=one.model, showlegend=word == "PPV"))
    figure.update_xaxes(title="prevalence (%)", zeroline=False)
    figure.update_yaxes(title="PPV rises, NPV falls (%)", range=[-2, 102], zeroline=False)
    return laid_out(figure, HEIGHT, legend=len(curves))


def _line(x: np.ndarray, y: np.ndarray, name: str, colour: str, dash: str) -> go.Scatter:
    return go.Scatter(
        x=x,
        y=y,
        mode="lines",
        name=escape.figure(name),
        line={"color": colour, "dash": dash, "width": 1.8},
        hovertemplate=f"{escape.figure(name)}: %{{y:.1f}} at %{{x:.0f}} %<extra></extra>",
    )
