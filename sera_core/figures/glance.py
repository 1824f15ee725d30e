"""AUC of every model at every centre as a forest plot, internal and external apart."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import plotly.graph_objects as go

from sera_core import escape
from sera_core.contracts import Domain, Role
from sera_core.evaluate.results import Glance, Row
from sera_core.figures.forest import Block, Mark, forest
from sera_core.figures.palette import Series

ROLES: tuple[Role, ...] = ("internal", "external")
CEILING = "ceiling: the best anybody could reach from the descriptors, AUC"


def auc_forest(
    found: Glance,
    kind: Domain,
    looks: Mapping[str, Series],
    names: Mapping[str, str],
    counted: Mapping[str, str],
    by_model: bool = False,
) -> go.Figure:
    """Centres of one kind: one block a centre, or one a model.

    Parameters
    ----------
    found : Glance
    kind : {"real", "simulated"}
        The two kinds never stand in one figure.
    looks, names : mapping of model or reader
    counted : mapping of centre to its name with its cases
    by_model : bool
    """
    blocks = _by_model(found, kind, looks, names) if by_model else _by_centre(found, kind, looks, names, counted)
    return forest(list(blocks), "AUC", (0.0, 1.0), zero=0.5)


def _by_centre(
    found: Glance, kind: Domain, looks: Mapping[str, Series], names: Mapping[str, str], counted: Mapping[str, str]
) -> Iterator[Block]:
    told: set[str] = set()  # readers stand once a centre, beside the models that come first there
    ceilings = {row.centre: row.estimate for row in found.ceilings}
    for role in ROLES:
        for centre in (c for c, domain in found.domains.items() if domain == kind):
            here = [row for row in found.rows if row.centre == centre]
            rows = [row for row in here if found.roles.get((row.model, centre)) == role]
            if not rows:
                continue
            if centre not in told:
                rows += [row for row in here if (row.model, centre) not in found.roles]
                told.add(centre)
            rows.sort(key=lambda row: -row.estimate if row.estimate == row.estimate else 1.0)
            marks = tuple(_mark(found, row, names[row.model], looks) for row in rows)
            which = f"centre {counted[centre]}" if centre in ROLES else counted[centre]  # one may be called "internal"
            yield Block(f"{role} · {which}", marks, ceilings.get(centre), CEILING)


def _by_model(found: Glance, kind: Domain, looks: Mapping[str, Series], names: Mapping[str, str]) -> Iterator[Block]:
    for model in dict.fromkeys(row.model for row in found.rows):
        rows = [row for row in found.rows if row.model == model and found.domains[row.centre] == kind]
        rows.sort(key=lambda row: found.roles.get((model, row.centre), "reader") != "internal")
        if rows:
            yield Block(names[model], tuple(_mark(found, row, row.centre, looks) for row in rows))


def _mark(found: Glance, row: Row, label: str, looks: Mapping[str, Series]) -> Mark:
    role = found.roles.get((row.model, row.centre))
    hover = f"{escape.figure(row.centre)}, {role or 'reader'}<br>n = {row.n}<br>{escape.figure(row.method)}"
    best = found.best.get(row.centre) == row.model
    return Mark(label, row.estimate, row.low, row.high, looks[row.model], hover, role == "internal", best)
