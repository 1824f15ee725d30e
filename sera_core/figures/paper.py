"""Figures for print: the comparison at the width of one column or two, readable in grey, exact in millimetres.

Drawn with Matplotlib's objects, never with pyplot, whose one current figure several sessions would share.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from math import ceil
from typing import Any

import numpy as np
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Rectangle
from matplotlib.transforms import ScaledTranslation

from sera_core.evaluate.results import Calibration, Confusion, DecisionCurve, Glance, RocLine, Row
from sera_core.figures.palette import Series

ONE_COLUMN, TWO_COLUMNS = 85.0, 180.0  # mm, of most journals
INCH = 25.4
FORMS = ("svg", "pdf", "png")
DPI = 600  # of the PNG
UNDER, LINE = 7.2, 2.15  # mm: from a panel's axis to its numbers, and a line of these
NARROWEST = {"curve": 38.0, "matrix": 27.0}  # mm of a panel
DASH = {"solid": "-", "dash": "--", "dot": ":", "dashdot": "-."}  # a reader has points only
MARK = {"circle": "o", "diamond": "D", "square": "s", "triangle-up": "^"} | {
    "cross": "P",
    "x": "X",
    "star": "*",
    "hexagon": "h",
}
GREY = "#6b6b6b"
MEAN = "mean of the external centres (thin: the next centre, 95 %)"
STYLE: dict[Any, Any] = {
    "font.size": 6,
    "axes.titlesize": 6.5,
    "axes.labelsize": 6,
    "legend.fontsize": 5.5,
    "axes.linewidth": 0.5,
    "xtick.major.width": 0.5,
    "ytick.major.width": 0.5,
    "xtick.labelsize": 5.5,
    "ytick.labelsize": 5.5,
    "lines.linewidth": 0.9,
    "pdf.fonttype": 42,  # text that an editor can change
    "svg.hashsalt": "sera",
}


@dataclass(frozen=True)
class Cast:
    """Who is in the figures: models (and readers) and centres, with how each is drawn and called.

    Attributes
    ----------
    looks : mapping of model or reader to Series
    names : mapping of model or reader to what people call it
    centres : mapping of centre to what stands above its panel, with its cases
    width : float
        Of each figure, mm.
    """

    looks: Mapping[str, Series]
    names: Mapping[str, str]
    centres: Mapping[str, str]
    width: float = TWO_COLUMNS


def saved(figure: Figure, form: str) -> bytes:
    """A figure as ``svg``, ``pdf`` or ``png`` (600 dots an inch), the same bytes each time."""
    file = io.BytesIO()
    when = {"svg": {"Date": None}, "pdf": {"CreationDate": None}}.get(form, {})
    with rc_context(STYLE):
        figure.savefig(file, format=form, dpi=DPI, metadata=when)
    return file.getvalue()


def roc_plate(lines: Mapping[str, Sequence[RocLine]], cast: Cast) -> Figure:
    """ROC curves, a square panel a centre, one legend; below each panel AUC and, at the mark, the operating point."""

    def draw(axes: Axes, centre: str) -> None:
        axes.plot([0, 1], [0, 1], color=GREY, linewidth=0.5, linestyle=(0, (1, 3)))
        told = []
        for line in lines[centre]:
            x, y = line.point or (np.nan, np.nan)
            look = _look(cast.looks[line.model])
            if not line.is_reader:
                axes.plot(line.false_positive, line.sensitivity, color=look["color"], linestyle=look["linestyle"])
            axes.plot([x], [y], color=look["color"], marker=look["marker"], **_edge(False))
            area = f"{line.auc:.2f} ({line.low_auc:.2f}–{line.high_auc:.2f})"
            told.append((line.model, f"{area}; {100 * y:.0f}, {100 * (1 - x):.0f} %"))
        _square(axes, "1 − specificity", "Sensitivity")
        _numbers(axes, told, cast, "AUC (95 %); sensitivity, specificity")

    return _grid({c: lines[c] for c in lines if lines[c]}, draw, cast, "curve", LINE * (2 + _most(lines)))


def reliability_plate(found: Mapping[str, Sequence[Calibration]], cast: Cast) -> Figure:
    """Observed share of label 1 against predicted probability, a square panel a centre, with slope and intercept.

    Marks: ten bins of about as many cases each; line and band: the smooth curve.
    """

    def draw(axes: Axes, centre: str) -> None:
        axes.plot([0, 1], [0, 1], color=GREY, linewidth=0.5, linestyle=(0, (1, 3)))
        told = []
        for one in found[centre]:
            look = _look(cast.looks[one.model])
            plain = one.drawn("count")
            axes.plot(plain.predicted, plain.observed, **{**look, "linestyle": ""}, markersize=2.2)
            axes.vlines(plain.predicted, plain.low, plain.high, color=look["color"], linewidth=0.4)
            curve = one.drawn("smooth")
            axes.plot(curve.predicted, curve.observed, color=look["color"], linestyle=look["linestyle"])
            if one.smooth is not None:
                axes.fill_between(curve.predicted, curve.low, curve.high, color=look["color"], alpha=0.1, linewidth=0)
            rows = {row.metric: row.estimate for row in one.rows}
            told.append((one.model, f"{rows['calibration_slope']:.2f}, {rows['calibration_intercept']:+.2f}"))
        _square(axes, "Predicted probability", "Observed share")
        _numbers(axes, told, cast, "slope, intercept")

    return _grid(found, draw, cast, "curve", LINE * (2 + _most(found)))


def decision_plate(found: Mapping[str, Sequence[DecisionCurve]], cast: Cast) -> Figure:
    """Net benefit per 100 cases with its 95 % band, a panel a centre, beside treating everybody and nobody."""

    def draw(axes: Axes, centre: str) -> None:
        curves = found[centre]
        axes.axhline(0, color=GREY, linewidth=0.5)
        axes.plot(curves[0].threshold, 100 * curves[0].treat_all, color=GREY, linewidth=0.7, linestyle=(0, (4, 2)))
        for one in curves:
            look = _look(cast.looks[one.model])
            axes.plot(one.threshold, 100 * one.model_benefit, color=look["color"], linestyle=look["linestyle"])
            axes.fill_between(one.threshold, 100 * one.low, 100 * one.high, color=look["color"], alpha=0.1, linewidth=0)
        top = 100 * max(float(np.nanmax([one.treat_all, one.model_benefit])) for one in curves)
        axes.set(xlim=(0, 0.9), ylim=(-0.15 * top, 1.1 * top))
        axes.set(xlabel="Threshold probability", ylabel="Net benefit per 100", box_aspect=1)

    return _grid({c: found[c] for c in found if found[c]}, draw, cast, "curve", 0)


def confusion_plate(found: Sequence[Confusion], model: str, cast: Cast) -> Figure:
    """The 2 x 2 table of one model at each centre: TP, FN, FP and TN with counts and per cent of their class."""
    here = {one.centre: [one] for one in found if one.model == model and one.centre in cast.centres}

    def draw(axes: Axes, centre: str) -> None:
        one = here[centre][0]
        counts = ((one.true_positive, one.false_negative), (one.false_positive, one.true_negative))
        for row, (pair, words) in enumerate(zip(counts, (("TP", "FN"), ("FP", "TN")), strict=True)):
            for column, (count, word) in enumerate(zip(pair, words, strict=True)):
                share = count / sum(pair) if sum(pair) else np.nan
                said = f"{word}\n{count}\n" + ("–" if np.isnan(share) else f"{100 * share:.0f} %")
                dark = 0.45 * (0 if np.isnan(share) else share)
                axes.add_patch(_tile(column, row, str(1 - dark)))
                axes.text(column + 0.5, row + 0.5, said, ha="center", va="center", linespacing=1.25)
        axes.set(xlim=(0, 2), ylim=(2, 0), box_aspect=1, xticks=[0.5, 1.5], yticks=[0.5, 1.5])
        axes.set_xticklabels(["called +", "called −"])
        axes.set_yticklabels(["label 1", "label 0"], rotation=90, va="center")
        axes.tick_params(length=0)
        axes.set_xlabel(f"cut-off {one.cutoff:.3f}")

    return _grid(here, draw, cast, "matrix", 0, f"{cast.names[model]}, per cent of each class")


def forest_plate(found: Glance, pooled: Sequence[Row], cast: Cast) -> Figure:
    """AUC with its interval, a line a model and centre, and the mean over the external centres; open marks: internal.

    ``pooled``: ``auc_pooled`` of these centres' kind, and ``auc_next_centre``, drawn as a thin line behind the mean.
    """
    means = [replace(row, centre=MEAN) for row in pooled if row.metric == "auc_pooled" and row.model in cast.looks]
    ahead = {row.model: row for row in pooled if row.metric == "auc_next_centre"}
    centres = {**cast.centres, **({MEAN: MEAN} if means else {})}
    every = [*found.rows, *means]
    rows = [row for centre in centres for row in every if row.centre == centre and row.model in cast.looks]
    size = 6 + 2.7 * len(rows) + 5 * len(centres) + 8  # mm
    with rc_context(STYLE):
        figure = Figure(figsize=(cast.width / INCH, size / INCH), layout="constrained")
        axes, place, ticks = figure.add_subplot(), 0.0, []
        for centre, words in centres.items():
            place += 1.6
            title = _plain(words).replace("\n", "; ")
            axes.text(0, place, f" {title}", transform=axes.get_yaxis_transform(), weight="bold", va="center")
            for row in (row for row in rows if row.centre == centre):
                place += 1
                look = _look(cast.looks[row.model])
                inside = found.roles.get((row.model, centre)) == "internal"
                axes.plot([row.low, row.high], [place, place], color=look["color"], linestyle="-")
                if centre == MEAN:
                    ends = [ahead[row.model].low, ahead[row.model].high]
                    axes.plot(ends, [place, place], color=look["color"], linestyle="-", linewidth=0.4)
                axes.plot([row.estimate], [place], color=look["color"], marker=look["marker"], **_edge(inside))
                said = "–" if np.isnan(row.estimate) else f"{row.estimate:.3f} ({row.low:.3f}–{row.high:.3f})"
                axes.text(1, place, f" {said}", transform=axes.get_yaxis_transform(), va="center", fontsize=5.5)
                ticks.append((place, _plain(cast.names[row.model])))
        axes.axvline(0.5, color=GREY, linewidth=0.5, linestyle=(0, (1, 3)))
        axes.set(ylim=(place + 0.8, 0.6), xlabel="AUC (95 % interval)")
        axes.set_yticks([at for at, _ in ticks], [name for _, name in ticks])
        axes.tick_params(axis="y", length=0)
        axes.spines[["top", "right"]].set_visible(False)
    return figure


def _grid(
    found: Mapping[str, Sequence[Any]],
    draw: Callable[[Axes, str], None],
    cast: Cast,
    kind: str,
    below: float,
    title: str = "",
) -> Figure:
    """Panels of one width, one a centre; ``below``: mm that stand below their axis."""
    centres = [centre for centre in cast.centres if centre in found]
    across = max(1, min(len(centres), int(cast.width // NARROWEST[kind])))
    down = ceil(len(centres) / across)
    models = [] if title else [name for name in cast.looks if _drawn(found, name)]
    legend = 3.2 * ceil(len(models) / (2 if cast.width > 120 else 1)) + 2 if models else 4  # mm
    side = min(cast.width / across, 60.0)
    height = down * (side + below + 6) + legend
    with rc_context(STYLE):
        figure = Figure(figsize=(cast.width / INCH, height / INCH), layout="constrained")
        grid = figure.subplots(down, across, squeeze=False).ravel()
        for axes, centre in zip(grid, centres, strict=False):
            draw(axes, centre)
            axes.set_title(_plain(cast.centres[centre]), loc="left", wrap=True)
        for axes in grid[len(centres) :]:
            axes.set_axis_off()
        if title:
            figure.suptitle(_plain(title), fontsize=7)
        else:
            handles = [Line2D([], [], markersize=3, **_look(cast.looks[name])) for name in models]
            named = [_plain(cast.names[name]) for name in models]
            columns = 2 if cast.width > 120 else 1
            figure.legend(handles, named, loc="outside lower left", ncols=columns, frameon=False, handlelength=3)
    return figure


def _drawn(found: Mapping[str, Sequence[Any]], name: str) -> bool:
    return any(name == one.model for part in found.values() for one in part)


def _most(found: Mapping[str, Sequence[object]]) -> int:
    return max((len(part) for part in found.values()), default=0)


def _square(axes: Axes, x: str, y: str) -> None:
    ticks = [0, 0.25, 0.5, 0.75, 1]
    axes.set(xlim=(-0.02, 1.02), ylim=(-0.02, 1.02), xlabel=x, ylabel=y, box_aspect=1, xticks=ticks, yticks=ticks)


def _numbers(axes: Axes, told: Sequence[tuple[str, str]], cast: Cast, title: str) -> None:
    """Numbers of each line below a panel, beside the line and mark that it is drawn with."""
    handles = [Line2D([], [], markersize=2.5, **_look(cast.looks[name])) for name, _ in told]
    axes.legend(
        handles,
        [said for _, said in told],
        title=title,
        title_fontsize=5,
        fontsize=5,
        loc="upper center",
        bbox_to_anchor=(0.45, 0),
        bbox_transform=axes.transAxes + ScaledTranslation(0, -UNDER / INCH, axes.figure.dpi_scale_trans),
        frameon=False,
        handlelength=2.2,
        labelspacing=0.2,
        borderpad=0,
    )


def _look(look: Series) -> dict[str, Any]:
    return {"color": look.colour, "linestyle": DASH.get(look.dash, ""), "marker": MARK.get(look.mark, "o")}


def _edge(hollow: bool) -> dict[str, Any]:
    return {"markersize": 3.2, "markeredgewidth": 0.6} | ({"markerfacecolor": "white"} if hollow else {})


def _tile(x: float, y: float, colour: str) -> Rectangle:
    return Rectangle((x, y), 1, 1, facecolor=colour, edgecolor="white", linewidth=1)


def _plain(text: str) -> str:
    """Words that Matplotlib does not take for a formula."""
    return text.replace("$", r"\$")
