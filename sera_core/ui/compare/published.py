"""What the two papers printed, and whether it fits together."""

from __future__ import annotations

import streamlit as st

from sera_core.evaluate.published import Finding, audit, finding, fits, koh
from sera_core.figures.networks import implied_accuracy
from sera_core.ui.cell import fold, say_meaning, show_code
from sera_core.ui.chart import chart, offer_csv
from sera_core.ui.compare.contents import Place, open_place
from sera_core.ui.compare.sight import in_sight
from sera_core.ui.states import guarded
from sera_core.wording.sources import KOH_2020, LEE_2019

FITS = {(True, True): "both", (True, False): "50 / 100", (False, True): "100 / 50", (False, False): "neither"}
SOURCES = f"{LEE_2019}. {KOH_2020}. Copied by hand from the authors' slides."


@st.fragment
def show_published() -> None:
    """Draw the cell."""
    cell = open_place(
        Place.PUBLISHED,
        "Accuracy follows from sensitivity, specificity and the two class counts. So every printed row can be checked "
        "against the test set that the paper states: 50 malignant and 100 benign nodules.",
    )
    if not in_sight(Place.PUBLISHED, cell.result):
        return
    with cell.result, guarded():
        rows = audit()
        found = finding(rows)
        _say(found)
        rivals = rows[rows["table"] == "readers_and_cnns"]
        chart(implied_accuracy(rivals), "audit", "Printed accuracy beside what either count implies", save=True)
        shown = rows.rename(columns={"implied_stated": "implied, 50 / 100", "implied_turned": "implied, 100 / 50"})
        pairs = zip(rows["fits_stated"], rows["fits_turned"], strict=True)
        shown = shown.drop(columns=["fits_stated", "fits_turned", "complete"]).assign(
            fits=[FITS[pair] for pair in pairs]
        )

        def draw() -> None:
            st.dataframe(shown.round(1), hide_index=True, alt="Every published row with the accuracies it implies")

        fold(f"All {found.rows} rows of Lee 2019", "audit-table", draw)
        offer_csv(rows, "lee2019-audit")
        st.markdown("**Koh 2020**")
        st.table(koh().fillna(""), hide_index=True, alt="What Koh 2020 states")
        offer_csv(koh(), "koh2020")
        st.caption(SOURCES)
        say_meaning(
            "The networks' rows and the radiologists' rows of one table cannot come from the same nodules counted the "
            "same way.",
            "It is not known which reading is right, and nothing here says that anybody meant to mislead. The paper's "
            "other tables fit the stated counts, but for the cells named in the audit.",
        )
        show_code(audit, fits, finding)


def _say(found: Finding) -> None:
    st.markdown(
        f"Of {found.complete} complete rows, {found.fit_stated} fit 50 malignant and 100 benign nodules. In the table "
        f"that sets networks against radiologists, {len(found.networks_fit_stated)} network rows fit only those "
        f"counts, and **{len(found.readers_fit_turned)} radiologist rows fit only 100 malignant and 50 benign**. "
        "There are two ways to read this:"
    )
    st.markdown("\n".join(f"{i}. {reading}" for i, reading in enumerate(found.readings, 1)))
    st.markdown(f"**What follows.** {found.consequence}")
