"""Whether deciding by the model does more good than needling everybody or nobody."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from sera_core.evaluate.compare import avoided_fnas, decision_curves, prevalence_curves
from sera_core.evaluate.netbenefit import net_benefit, predictive_values
from sera_core.evaluate.predictions import Predictions
from sera_core.evaluate.results import Cutoff, DecisionCurve, PrevalenceCurve, Row, frame
from sera_core.figures.layout import interval
from sera_core.figures.trust import decision_curves as draw_decisions
from sera_core.figures.trust import prevalence_curves as draw_prevalence
from sera_core.ui.cell import say_meaning, show_code
from sera_core.ui.chart import chart, offer_csv
from sera_core.ui.compare.chosen import Chosen, drawn, pick_centre, remember, say_centre
from sera_core.ui.compare.contents import Place, open_place
from sera_core.ui.compare.sight import in_sight
from sera_core.ui.states import guarded
from sera_core.wording.comparison import OTHER_PREVALENCE, common_cases


@st.fragment
def show_use(chosen: Chosen) -> None:
    """Draw the cell."""
    cell = open_place(
        Place.USE,
        "Net benefit: cancers needled, minus needles into benign nodules, weighed by how many needles you would give "
        "for one cancer. A model is of use where it lies above both needling all and needling none.",
    )
    if not in_sight(Place.USE, cell.result):
        return
    with cell.controls:
        centre = pick_centre(chosen, "useful")
    with cell.result, guarded():
        say_centre(chosen, centre)
        view = chosen.predictions.at(centre)
        decisions = remember(chosen, decision_curves, centre)
        values = remember(chosen, prevalence_curves, centre, chosen.cutoffs)
        grid = st.grid(2, min_column_width=300, gap="medium")
        with grid.cell():
            st.markdown("**Net benefit**")
            figure = drawn(chosen, "decision", centre, lambda: draw_decisions(decisions, chosen.looks, chosen.names))
            chart(figure, f"decision-{centre}", f"Decision curves at {chosen.counts[centre]}", save=True)
            if which := common_cases([one.n for one in decisions], len(view.label)):
                st.caption(which)
            offer_csv(_decision_table(decisions), f"decision-{centre}-numbers")
        with grid.cell():
            st.markdown(f"**{OTHER_PREVALENCE}**")
            here = view.malignant / len(view.label)
            models = [one for one in values if one.model in chosen.predictions.models]
            figure = drawn(
                chosen, "prevalence", centre, lambda: draw_prevalence(models, chosen.looks, chosen.names, here)
            )
            chart(figure, f"prevalence-{centre}", f"PPV and NPV against prevalence at {centre}", save=True)
            offer_csv(_prevalence_table(values), f"prevalence-{centre}-numbers")
        _needles(chosen, centre)
        say_meaning(
            "At a threshold of 10 % you would give nine needles into benign nodules for one cancer. The curve says how "
            "many cancers per 100 nodules, net of those needles, a model is worth at that price.",
            "Test sets hold more cancers than a clinic: read PPV where your own prevalence lies. Where the labels are "
            "readings, a benefit is one of agreeing with a reader, not of finding cancer.",
        )
        show_code(decision_curves, net_benefit, predictive_values, avoided_fnas)


def avoided_at(predictions: Predictions, centre: str, cutoffs: dict[str, Cutoff]) -> tuple[Row, ...]:
    """:func:`sera_core.evaluate.compare.avoided_fnas` of one centre."""
    return avoided_fnas(predictions.select(centres=[centre]), cutoffs)


def _needles(chosen: Chosen, centre: str) -> None:
    st.markdown("**Needles spared per 100 nodules, at the reader's own sensitivity**")
    if not chosen.predictions.readers:
        st.caption("No reader's scores are in this table, so there is nobody to spare needles against.")
        return
    rows = remember(chosen, avoided_at, centre, dict(chosen.cutoffs))
    if not rows:
        st.caption("No reader gave scores at this centre.")
        return
    columns: dict[str, dict[str, str]] = {}
    for row in rows:
        spared = interval(row.estimate, row.low, row.high, 1)
        columns.setdefault(chosen.names[row.versus], {})[chosen.names[row.model]] = spared
    table = pd.DataFrame(columns).rename_axis("model").reset_index()
    st.dataframe(table, hide_index=True, alt="Needles spared per 100 nodules, models against readers")
    st.caption("A negative number: the model would need more needles than the reader to find as many cancers.")
    offer_csv(frame(rows), f"needles-{centre}")


def _decision_table(curves: Sequence[DecisionCurve]) -> pd.DataFrame:
    parts = [
        pd.DataFrame(
            {
                "model": one.model,
                "threshold": one.threshold,
                "net_benefit": one.model_benefit,
                "low": one.low,
                "high": one.high,
                "treat_all": one.treat_all,
                "n": one.n,
            }
        )
        for one in curves
    ]
    return pd.concat(parts) if parts else pd.DataFrame()


def _prevalence_table(curves: Sequence[PrevalenceCurve]) -> pd.DataFrame:
    names = ("prevalence", "ppv", "ppv_low", "ppv_high", "npv", "npv_low", "npv_high")
    parts = [pd.DataFrame({"model": one.model} | {name: getattr(one, name) for name in names}) for one in curves]
    return pd.concat(parts) if parts else pd.DataFrame()
