"""What the Home page shows: the doors, the models that are ready, and the limits."""

from __future__ import annotations

import streamlit as st

from sera_core import escape
from sera_core.classifiers.card import CentreResult
from sera_core.classifiers.store import CardStatus, installed
from sera_core.contracts import Domain
from sera_core.ui.page import link, open_doors
from sera_core.ui.states import empty, guarded
from sera_core.wording.sources import KOH_2020, LEE_2019

BADGE: dict[Domain, str] = {
    "real": ":gray-badge[:material/ecg_heart: real images]",
    "simulated": ":violet-badge[:material/science: simulated images]",
}


def show_doors() -> None:
    """One card a page that exists."""
    doors = open_doors()
    with st.grid(len(doors), min_column_width=220):
        for door in doors:
            with st.container(border=True, height="stretch", gap="xsmall"):
                st.caption(door.audience)
                link(door)
                st.markdown(door.what)


def show_models() -> None:
    """What is installed, valid, and what it was trained on."""
    st.subheader("Models that are ready", anchor=False)
    with guarded():
        found = installed()
        if not found:
            empty(
                "No model is installed",
                "Put a model's folder (card.json and its weights) into models/ and reload this page.",
                ":material/inventory_2:",
            )
        st.caption("Intervals (DeLong) count every image as another patient; Compare models does not.")
        for status in found:
            _model(status)


def show_limits() -> None:
    """What nobody should use this for."""
    st.subheader("What it is not", anchor=False)
    st.markdown(
        "- Not a medical device, and no substitute for cytology: it is made for research and teaching.\n"
        "- The models for real images learnt from few frames, some labelled by readers instead of pathology. "
        "Each number says so where it stands.\n"
        "- Simulated nodules are always labelled *simulated*, and never mixed with real ones in one number."
    )
    st.caption(f"After the SERA talk of the Yonsei group and its papers: {LEE_2019}; {KOH_2020}.")


def _model(status: CardStatus) -> None:
    with st.container(border=True, gap="xsmall"):
        if status.card is None or not status.valid:
            st.markdown(f"**{escape.markdown(status.id)}** :orange-badge[:material/block: not usable]")
            st.markdown(escape.markdown(status.problem))
            return
        card = status.card
        st.markdown(f"**{escape.markdown(card.title)}** {BADGE[card.domain]}")
        st.markdown(escape.markdown(card.trained_on))
        for domain in sorted(BADGE, key=lambda kind: kind != card.domain):
            own = [result for result in card.results if result.domain == domain]
            if own:
                st.markdown(f"At {domain} centres:\n\n" + "\n".join(f"- {_result(result)}" for result in own))
        st.caption(escape.markdown(f"{card.id} · licence of the weights: {card.licence}"))


def _result(result: CentreResult) -> str:
    images = result.malignant + result.benign
    note = f" {escape.markdown(result.note)}" if result.note else ""
    return (
        f"{escape.markdown(result.centre)} ({result.role}, n = {images}): AUC **{result.auc:.2f}** "
        f"(95 % {result.low:.2f} to {result.high:.2f}){note}"
    )
