"""What the Home page shows: the doors, the models that are ready, and the limits."""

from __future__ import annotations

import streamlit as st

from sera_core import escape
from sera_core.classifiers.card import Card, CentreResult
from sera_core.classifiers.store import installed
from sera_core.contracts import Domain
from sera_core.ui.page import link, open_doors
from sera_core.ui.states import empty, guarded
from sera_core.wording.sources import KOH_2020, LEE_2019

BADGE: dict[Domain, str] = {
    "real": ":gray-badge[:material/ecg_heart: real images]",
    "simulated": ":violet-badge[:material/science: simulated images]",
}
TIED = "\N{NO-BREAK SPACE}"  # on a phone an interval takes two lines and not three


def show_doors() -> None:
    """One card a page that exists."""
    doors = open_doors()
    with st.grid(2, min_column_width=220):
        for door in doors:
            with st.container(border=True, height="stretch", gap="xsmall"):
                st.caption(door.audience)
                link(door)
                st.markdown(door.what)


def show_models() -> None:
    """What is installed, how it scored at each centre, and what it was trained on."""
    st.subheader("Models that are ready", anchor=False)
    with guarded():
        found = installed()
        if not found:
            empty(
                "No model is installed",
                "Put a model's folder (card.json and its weights) into models/ and reload this page.",
                ":material/inventory_2:",
            )
        cards = [status.card for status in found if status.card is not None and status.valid]
        st.caption(
            "° out of fold, where it was trained. Intervals take whole patients as independent, not their images."
        )
        for domain in BADGE:
            _scores(cards, domain)
        for status in found:
            if status.card is None or not status.valid:
                st.warning(escape.markdown(status.problem), title=f"{escape.markdown(status.id)} is not usable")
        if cards:
            with st.expander("What each was trained on", icon=":material/database:"):
                st.markdown("\n".join(f"- {_origin(card)}" for card in cards))


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


def _scores(cards: list[Card], domain: Domain) -> None:
    """A line a model that was tried on this kind, a column a centre; empty where it was not tried there."""
    cards = [card for card in cards if any(one.domain == domain for one in card.results)]
    tried = {card.id: {one.centre: one for one in card.results if one.domain == domain} for card in cards}
    centres = {name: one for results in tried.values() for name, one in results.items()}
    if not centres:
        return
    table = {"Model": [escape.markdown(card.title) for card in cards]} | {
        f"{escape.markdown(name)}, n{TIED}={TIED}{one.malignant + one.benign}": [
            _score(own.get(name)) for own in tried.values()
        ]
        for name, one in centres.items()
    }
    st.markdown(f"{BADGE[domain]} AUC at {domain} centres, with its 95 % interval")
    st.table(table)
    notes = {name: f"{name}: {one.note}" for name, one in centres.items() if one.note}
    st.caption(escape.markdown(". ".join(notes.values())) + ".")


def _score(result: CentreResult | None) -> str:
    if result is None:
        return ""
    mark = " °" if result.role == "internal" else ""
    return f"**{result.auc:.2f}**{mark} ({result.low:.2f}{TIED}to {result.high:.2f})"


def _origin(card: Card) -> str:
    return escape.markdown(f"{card.title} ({card.id}): {card.trained_on} Licence of the weights: {card.licence}.")
