"""A probability on its bar: cut-off, indeterminate band, and what the other models say."""

from __future__ import annotations

import plotly.graph_objects as go

from sera_core import escape
from sera_core.contracts import Diagnosis, Domain, ModelOpinion, Reading, Verdict
from sera_core.figures import palette
from sera_core.wording import answer, percent, shortly, zone
from sera_core.wording.diagnosis import over_views
from sera_core.wording.verdict import UNCOUNTED, beside

BAR, DOTS = 1.0, 0.0  # heights of the two rows


def verdict_bar(diagnosis: Diagnosis) -> go.Figure:
    """The chosen model's probability on a bar from 0 to 100 %, above one dot for every installed model.

    The zone left of the band is benign (or unlikely, where the model was not taught on malignancy), the band between
    the bounds of the cut-off indeterminate, the zone right of it malignant (or likely).
    """
    reading = diagnosis.reading
    figure = go.Figure()
    _zones(figure, diagnosis)
    _cutoff(figure, reading.cutoff)
    figure.add_trace(_chosen(diagnosis))
    _number(figure, reading)
    others = [o for o in diagnosis.opinions if o.model != reading.model]
    if others:
        figure.add_trace(_dots(others, reading.domain))
    _frame(figure, shortly(reading.positive), two_rows=bool(others))
    return figure


def opinions_strip(diagnosis: Diagnosis) -> go.Figure:
    """One mark for every installed model on a line from 0 to 100 %."""
    figure = go.Figure(_dots(list(diagnosis.opinions), diagnosis.reading.domain))
    figure.update_xaxes(
        title="probability, each model's own (%)", range=[-1, 101], fixedrange=True, tickvals=[0, 25, 50, 75, 100]
    )
    figure.update_yaxes(visible=False, range=[-0.6, 0.6], fixedrange=True)
    figure.update_layout(height=112, margin={"l": 0, "r": 8, "t": 4, "b": 44}, showlegend=False, dragmode=False)
    return figure


def risk_shift(diagnosis: Diagnosis) -> go.Figure:
    """From the risk before the image to the risk after it, on one line."""
    shares = diagnosis.patient.pretest, diagnosis.probability_at_pretest
    before, after = (share * 100 for share in shares)
    colour = palette.MALIGNANT if after > before else palette.BENIGN
    figure = go.Figure(
        go.Scatter(
            x=[before, after],
            y=[0, 0],
            mode="lines+markers+text",
            text=[f"{when}<br>{percent(share)}" for when, share in zip(("before", "after"), shares, strict=True)],
            textposition=[f"{row} {_side(share)}" for row, share in zip(("bottom", "top"), shares, strict=True)],
            marker={"size": [11, 16], "color": [palette.UNSURE, colour], "opacity": 1},
            line={"color": colour, "width": 3},
            hovertext=[percent(share, 1) for share in shares],
            hovertemplate="%{hovertext}<extra></extra>",
            cliponaxis=False,
        )
    )
    figure.update_xaxes(title="risk (%)", range=[-2, 102], fixedrange=True)
    figure.update_yaxes(visible=False, range=[-1.2, 1.2], fixedrange=True)
    figure.update_layout(height=150, margin={"l": 8, "r": 8, "t": 0, "b": 0}, showlegend=False, dragmode=False)
    return figure


def _side(share: float) -> str:
    """Where words stand beside a mark so that they stay on the figure at both of its ends."""
    if share > 0.9:
        return "left"
    return "right" if share < 0.1 else "center"


def _zones(figure: go.Figure, diagnosis: Diagnosis) -> None:
    reading = diagnosis.reading
    low, high = reading.cutoff_low * 100, reading.cutoff_high * 100
    edges = ((0.0, low, Verdict.BENIGN), (low, high, Verdict.INDETERMINATE), (high, 100.0, Verdict.MALIGNANT))
    for left, right, verdict in edges:
        shown = Verdict.INDETERMINATE if reading.familiarity.fringe else verdict  # the bar has sides, but no answer
        colour = palette.rgba(palette.VERDICT[shown], 0.22)
        figure.add_shape(
            type="rect", x0=left, x1=right, y0=BAR - 0.38, y1=BAR + 0.38, fillcolor=colour, line_width=0, layer="below"
        )
        if right - left >= 14:  # a narrower zone has no room for its name; its colour and the sentence above remain
            figure.add_annotation(
                x=(left + right) / 2,
                y=BAR - 0.42,
                text=zone(verdict, reading.positive),
                showarrow=False,
                yanchor="top",
                font_size=11,
            )


def _cutoff(figure: go.Figure, cutoff: float) -> None:
    x = cutoff * 100
    line = {"color": palette.UNSURE, "width": 2, "dash": "dot"}
    figure.add_shape(type="line", x0=x, x1=x, y0=BAR - 0.38, y1=BAR + 0.55, line=line)
    figure.add_annotation(
        x=x, y=BAR + 0.55, text=f"cut-off {percent(cutoff)}", showarrow=False, yanchor="bottom", font_size=11
    )


def _chosen(diagnosis: Diagnosis) -> go.Scatter:
    reading = diagnosis.reading
    said = UNCOUNTED if reading.familiarity.fringe else answer(reading.verdict, reading.positive)
    said = f"{percent(reading.probability, 1)} {over_views(reading)}: {said}"
    return go.Scatter(
        x=[reading.probability * 100],
        y=[BAR],
        mode="markers",
        marker={
            "size": 20,
            "color": palette.VERDICT[reading.verdict],
            "symbol": palette.MARKER[reading.verdict],
            "line": {"color": "white", "width": 2},
        },
        error_x={
            "type": "data",
            "symmetric": False,
            "array": [100 * (reading.high - reading.probability)],
            "arrayminus": [100 * (reading.probability - reading.low)],
            "color": palette.VERDICT[reading.verdict],
            "thickness": 3,
            "width": 7,
        },
        hovertemplate=f"{escape.figure(reading.model_title)}<br>{escape.figure(said)}<extra></extra>",
        cliponaxis=False,
    )


def _number(figure: go.Figure, reading: Reading) -> None:
    """The probability in words beside its mark, above the line of its range, on the side away from the cut-off."""
    room = 0.15 < reading.probability < 0.85
    right = reading.probability >= reading.cutoff if room else reading.probability < 0.5
    figure.add_annotation(
        x=100 * reading.probability,
        y=BAR,
        text=f"<b>{percent(reading.probability)}</b>",
        showarrow=False,
        xanchor="left" if right else "right",
        xshift=9 if right else -9,  # the mark has a radius of 10 pixels, and less at this height
        yshift=13,
        font_size=15,
    )


def _dots(opinions: list[ModelOpinion], home: Domain) -> go.Scatter:
    """One mark a model; those for another kind of frames than the chosen model's are hollow and take no side."""
    shown = [o.verdict_beside(home) or Verdict.INDETERMINATE for o in opinions]
    hollow = ["" if home == o.domain else "-open" for o in opinions]
    return go.Scatter(
        x=[o.probability * 100 for o in opinions],
        y=[DOTS] * len(opinions),
        mode="markers",
        marker={
            "size": 12,
            "opacity": 0.9,
            "color": [palette.VERDICT[verdict] for verdict in shown],
            "symbol": [palette.MARKER[verdict] + end for verdict, end in zip(shown, hollow, strict=True)],
        },
        customdata=[
            [
                escape.figure(o.title),
                o.domain,
                percent(o.probability, 1),
                escape.figure(beside(o, home)),
                percent(o.cutoff),
            ]
            for o in opinions
        ],
        hovertemplate="%{customdata[0]}<br>for %{customdata[1]} frames<br>%{customdata[2]}: %{customdata[3]}, "
        "own cut-off %{customdata[4]}<extra></extra>",
        cliponaxis=False,
    )


def _frame(figure: go.Figure, positive: str, two_rows: bool) -> None:
    title = f"probability to be {escape.figure(positive)} (%)"
    figure.update_xaxes(title=title, range=[-1, 101], fixedrange=True, tickvals=[0, 25, 50, 75, 100])
    rows = {BAR: "this model", DOTS: "the others"} if two_rows else {BAR: ""}
    figure.update_yaxes(
        tickvals=list(rows),
        ticktext=list(rows.values()),
        range=[-0.45 if two_rows else 0.2, 2.0],
        fixedrange=True,
        showgrid=False,
        zeroline=False,
    )
    height = 210 if two_rows else 165
    figure.update_layout(height=height, margin={"l": 0, "r": 8, "t": 4, "b": 0}, showlegend=False, dragmode=False)
