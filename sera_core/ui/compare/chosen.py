"""What the reader compares: a study, some of its models and centres, and what was computed about them so far."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Concatenate, ParamSpec, TypeVar

import plotly.graph_objects as go
import streamlit as st

from sera_core import escape
from sera_core.contracts import Domain
from sera_core.evaluate.predictions import Predictions
from sera_core.evaluate.results import Cutoff
from sera_core.figures.palette import Series
from sera_core.study.shipped import Study
from sera_core.ui.shelf import shelf
from sera_core.wording.comparison import name_of

Answer = TypeVar("Answer")
More = ParamSpec("More")
BADGE: Mapping[Domain, str] = {
    "real": ":gray-badge[:material/ecg_heart: real]",
    "simulated": ":violet-badge[:material/science: simulated]",
}


@dataclass(frozen=True, eq=False)
class Chosen:
    """What the cells of the page take.

    Attributes
    ----------
    study : Study
        A shipped one, or one made around the reader's own file.
    own : bool
        The reader's own file: what is computed from it stays in this session.
    predictions : Predictions
        The chosen models at the chosen centres.
    cutoffs : mapping of model or reader to Cutoff
        Each says where it was chosen.
    looks : mapping of model or reader to Series
        Fixed for the whole study, so that a model keeps its colour whichever are chosen.
    """

    study: Study
    own: bool
    predictions: Predictions
    cutoffs: Mapping[str, Cutoff]
    looks: Mapping[str, Series]

    @cached_property
    def key(self) -> str:
        """Names the choice on the shelf."""
        cutoffs = {name: cutoff.value for name, cutoff in self.cutoffs.items()}
        return f"{shelved(self.study)} {self.predictions.models} {self.predictions.centres} {cutoffs}"

    @cached_property
    def names(self) -> dict[str, str]:
        """What people call each model and reader."""
        return {name: name_of(name) for name in (*self.predictions.models, *self.predictions.readers)}

    @cached_property
    def kinds(self) -> dict[Domain, tuple[str, ...]]:
        """The centres of each kind that occurs, the study's own kind first; never drawn into one figure."""
        kinds: list[Domain] = sorted(BADGE, key=lambda kind: kind != self.study.domain)
        domains = self.predictions.domains
        found = {kind: tuple(c for c in self.predictions.centres if domains[c] == kind) for kind in kinds}
        return {kind: centres for kind, centres in found.items() if centres}

    def classes_at(self, centre: str) -> tuple[str, str]:
        """What cases with label 1 and label 0 are called at a centre: a reading is not called malignant."""
        kind, own = self.predictions.domains[centre], self.study.domain
        proven = kind == "simulated" or (own == "real" and self.study.positive.startswith("malignant"))
        return ("malignant", "benign") if proven else ("label 1", "label 0")

    @cached_property
    def counts(self) -> dict[str, str]:
        """Every centre with its cases: ``internal (349 malignant, 285 benign)``."""
        found = {}
        for centre in self.predictions.centres:
            view, (one, zero) = self.predictions.at(centre), self.classes_at(centre)
            found[centre] = f"{centre} ({view.malignant} {one}, {view.benign} {zero})"
        return found

    @cached_property
    def headings(self) -> dict[str, str]:
        """The same, short enough for a figure on a phone: ``internal (349 / 285)``."""
        views = map(self.predictions.at, self.predictions.centres)
        return {view.centre: f"{view.centre} ({view.malignant} / {view.benign})" for view in views}

    def labels_at(self, centre: str) -> str:
        """What the labels of a centre are, in words; empty where nobody said."""
        return self.study.labels.get(centre, "")


def remember(
    chosen: Chosen,
    function: Callable[Concatenate[Predictions, More], Answer],
    *arguments: More.args,
    **named: More.kwargs,
) -> Answer:
    """``function(chosen.predictions, …)``, computed once for the same file, models, centres and arguments."""
    call = partial(function, chosen.predictions, *arguments, **named)
    key = (chosen.key, f"{function.__module__}.{function.__name__}", repr((arguments, named)))
    return shelf(chosen.own).ask(key, call)


def drawn(chosen: Chosen, name: str, arguments: object, draw: Callable[[], go.Figure]) -> go.Figure:
    """The figure ``name`` of this choice, drawn once for the same arguments: drawing costs more than counting."""
    return shelf(chosen.own).ask((chosen.key, f"figure {name}", repr(arguments)), draw)


def shelved(study: Study) -> str:
    """Names a study on the shelf: one table read as real, as simulated and as a shipped study's has three answers."""
    return f"{study.domain} {study.name} {study.predictions.key}"


def heading(chosen: Chosen, kind: Domain) -> None:
    """Says which kind of centres follows, where a study has both."""
    if len(chosen.kinds) > 1:
        st.markdown(f"**{'Real' if kind == 'real' else 'Simulated'} centres** {BADGE[kind]}")


def pick_model(chosen: Chosen, label: str, key: str, models: Iterable[str] | None = None) -> str:
    """One of the models, kept in the link."""
    options = list(chosen.predictions.models if models is None else models)
    return st.selectbox(label, options, key=key, bind="query-params", format_func=lambda name: name_of(name))


def pick_centre(chosen: Chosen, key: str) -> str:
    """One of the centres, kept in the link."""
    return st.selectbox("Centre", list(chosen.predictions.centres), key=key, bind="query-params")


def panels(names: Iterable[str], draw: Callable[[str], None]) -> None:
    """Draw one panel a name: three side by side on a wide screen, one below the other on a phone."""
    grid = st.grid(3, min_column_width=300, gap="medium")
    for name in names:
        with grid.cell():
            draw(name)


def say_name(chosen: Chosen, centre: str) -> None:
    """A centre's name above its panel, with what its labels are behind a question mark."""
    st.markdown(f"**{escape.markdown(centre)}**", help=escape.markdown(chosen.labels_at(centre)) or None)


def say_centre(chosen: Chosen, centre: str) -> None:
    """A centre's kind and what its labels are, where a cell shows one centre at a time."""
    said = chosen.labels_at(centre)
    words = escape.markdown(f"{chosen.counts[centre]}: {said}" if said else chosen.counts[centre])
    st.markdown(f"{BADGE[chosen.predictions.domains[centre]]} {words}")
