"""A whole comparison as one HTML file that opens without network: figures, numbers, and how they were made."""

from __future__ import annotations

import hashlib
import re
from base64 import b64encode
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

import pandas as pd
import plotly.graph_objects as go

from sera_core import __version__, escape
from sera_core.contracts import NOT_A_DEVICE, Domain
from sera_core.evaluate.cells.unanswered import flow_table, flows
from sera_core.evaluate.compare import decision_curves, errors, prevalence_curves, roc_lines
from sera_core.evaluate.predictions import Predictions
from sera_core.evaluate.results import Comparison, Row
from sera_core.figures.agreement import error_sets, kappa_matrix
from sera_core.figures.confusion import confusion_grid
from sera_core.figures.glance import auc_forest
from sera_core.figures.layout import interval
from sera_core.figures.palette import ACCENT, Series
from sera_core.figures.pooled import pooled_forest
from sera_core.figures.roc import roc_panel
from sera_core.figures.trust import decision_curves as draw_decisions
from sera_core.figures.trust import prevalence_curves as draw_prevalence
from sera_core.figures.trust import reliability
from sera_core.figures.venn import MOST, error_venn
from sera_core.wording.comparison import ACROSS, METHODS, NOT_MEANT, OTHER_PREVALENCE, SHARED_ERRORS, answered

STYLE = f"""
body {{ font: 15px/1.5 system-ui, sans-serif; color: #1b2423; max-width: 60rem; margin: 2rem auto; padding: 0 1rem }}
h1, h2, h3 {{ line-height: 1.2 }} h2 {{ border-bottom: 2px solid {ACCENT}; padding-bottom: .2rem; margin-top: 2.5rem }}
table {{ border-collapse: collapse; font-size: 12.5px }} td, th {{ padding: .2rem .5rem; text-align: left;
border-bottom: 1px solid #dce3e1; vertical-align: top }} .wide {{ overflow-x: auto }} .note {{ color: #5a6569 }}
.panels {{ display: grid; grid-template-columns: repeat(auto-fit, minmax(20rem, 1fr)); gap: 1rem }}
.panels > div {{ min-width: 0; overflow-x: auto }}
@media print {{ h2 {{ break-before: page }} .plotly-graph-div {{ break-inside: avoid }} }}
"""
KINDS: Mapping[Domain, str] = {"real": "Real centres", "simulated": "Simulated centres"}


@dataclass(frozen=True, eq=False)
class Subject:
    """Where the numbers come from, and how things are called and drawn.

    Attributes
    ----------
    title, positive : str
        Of the study; ``positive`` says what the models were taught to answer.
    sha256 : str
        Of the file that was read.
    predictions : Predictions
        What was compared.
    counted, labels : mapping of centre to its name with its cases, and to what its labels are
    looks, names : mapping of model or reader
    """

    title: str
    positive: str
    sha256: str
    predictions: Predictions
    counted: Mapping[str, str]
    labels: Mapping[str, str]
    looks: Mapping[str, Series]
    names: Mapping[str, str]


def html(found: Comparison, subject: Subject) -> str:
    """The report.

    Parameters
    ----------
    found : Comparison
        Of ``subject.predictions``.
    subject : Subject

    Returns
    -------
    str
        One HTML document. It names cases by no more than their counts.
    """
    from plotly.offline import get_plotlyjs

    head = (
        f"<title>{escape.html('Comparison: ' + subject.title)}</title><style>{STYLE}</style>"
        f"<script>{get_plotlyjs()}</script>"
    )
    body = "\n".join(_body(found, subject, datetime.now(UTC)))
    return (
        '<!DOCTYPE html><html lang="en"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{_policy(head + body)}">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"{head}</head><body>{body}</body></html>"
    )


def _policy(document: str) -> str:
    """Only the document's own scripts run, and nothing is fetched from anywhere."""
    scripts = re.findall(r"<script\b[^>]*>(.*?)</script>", document, re.DOTALL)
    sums = {b64encode(hashlib.sha256(script.encode()).digest()).decode() for script in scripts}
    own = " ".join(f"'sha256-{one}'" for one in sorted(sums))
    # a figure styles itself, and saves itself as a picture
    return (
        f"default-src 'none'; script-src {own}; style-src 'unsafe-inline'; img-src data: blob:; base-uri 'none'; "
        "form-action 'none'"
    )


def _body(found: Comparison, subject: Subject, made: datetime) -> Iterator[str]:
    yield f"<h1>Where does a model hold?</h1><p><b>{escape.html(subject.title)}</b></p>"
    yield (
        f'<p class="note">{made:%d %B %Y}, SERA {__version__}. Predictions: sha256 {subject.sha256}. {NOT_A_DEVICE}</p>'
    )
    yield f"<h2>Cases</h2><p>{escape.html(answered(subject.positive))}</p>" + _centres(found, subject)
    yield "<h3>What became of every case (label 1 / label 0)</h3>" + _table(flow_table(flows(subject.predictions)))
    yield "<h2>At a glance</h2>" + _glance(found, subject)
    yield f"<h2>{ACROSS}</h2>" + _pooled(found, subject)
    yield "<h2>ROC</h2>" + _panels(subject, lambda centre: _roc(found, subject, centre))
    yield "<h2>At the cut-offs</h2>" + _cutoffs(found, subject)
    yield _panels(subject, lambda centre: _confusion(found, subject, centre))
    yield "<h3>How much a cut-off flatters that was tuned on the cases themselves</h3>" + _optimism(found, subject)
    yield "<h2>Calibration</h2>" + _panels(subject, lambda centre: _calibration(found, subject, centre))
    yield "<h2>Net benefit</h2>" + _panels(subject, lambda centre: _benefit(found, subject, centre))
    yield f"<h2>{OTHER_PREVALENCE}</h2>"
    yield _panels(subject, lambda centre: _prevalence(found, subject, centre))
    yield "<h2>Agreement</h2>" + _panels(subject, lambda centre: _kappa(found, subject, centre))
    yield f"<h2>{SHARED_ERRORS}</h2>" + _missed(found, subject)
    yield _panels(subject, lambda centre: _errors(found, subject, centre))
    for title, rows in (
        ("Differences", found.differences),
        ("Needles spared", found.usefulness),
        ("Subgroups", found.subgroups),
        ("All numbers", found.rows),
    ):
        yield f"<h2>{title}</h2>" + (_rows(rows, subject) if rows else "<p>None could be computed from this table.</p>")
    yield "<h2>Methods</h2>" + "".join(
        f"<p><b>{escape.html(name)}.</b> {escape.html(said)}</p>" for name, said in METHODS
    )
    yield ("<h2>What this does not mean</h2><ul>" + "".join(f"<li>{said}</li>" for said in NOT_MEANT) + "</ul>")


def _centres(found: Comparison, subject: Subject) -> str:
    lines = []
    for centre in subject.predictions.centres:
        kind, labels = subject.predictions.domains[centre], subject.labels[centre] or "not described"
        lines.append({"centre": subject.counted[centre], "kind": kind, "what the labels are": labels})
    return _table(pd.DataFrame(lines))


def _glance(found: Comparison, subject: Subject) -> str:
    parts = []
    for kind in _kinds(subject):
        figure = auc_forest(found.glance, kind, subject.looks, subject.names, subject.counted)
        parts.append(f"<h3>{KINDS[kind]}</h3>" + _figure(figure))
    best = [f"{subject.names[model]} at {centre}" for centre, model in found.glance.best.items() if model]
    said = escape.html(", ".join(best) or "at no centre")
    return "".join(parts) + f"<p>Better than the second with p &lt; 0.05 after Holm (paired test): {said}.</p>"


def _pooled(found: Comparison, subject: Subject) -> str:
    if not found.pooled:
        return "<p>Three external centres of one kind are needed to tell how far hospitals differ.</p>"
    parts, every = [], [*found.glance.rows, *(row for matrix in found.confusions for row in matrix.rows)]
    for kind in _kinds(subject):
        mine = [row for row in found.pooled if row.centre == f"external, {kind}"]
        there = [row for row in every if subject.predictions.domains[row.centre] == kind]
        outside = [row for row in there if found.glance.roles.get((row.model, row.centre)) == "external"]
        if mine:
            figure = pooled_forest(outside, mine, subject.looks, subject.names)
            parts.append(f"<h3>{KINDS[kind]}</h3>" + _figure(figure))
    return "".join(parts) + _rows(found.pooled, subject)


def _roc(found: Comparison, subject: Subject, centre: str) -> go.Figure | None:
    lines = roc_lines(subject.predictions, centre, found.cutoffs)
    return roc_panel(lines, subject.looks, subject.names) if lines else None


def _cutoffs(found: Comparison, subject: Subject) -> str:
    lines = [
        {
            "model": subject.names[name],
            "positive from": f"{cutoff.value:.3f}",
            "95 %": "" if cutoff.low != cutoff.low else f"{cutoff.low:.3f} to {cutoff.high:.3f}",
            "where from": cutoff.method,
            "chosen on the cases of": ", ".join(cutoff.chosen_at),
        }
        for name, cutoff in found.cutoffs.items()
        if name in subject.names
    ]
    return _table(pd.DataFrame(lines))


def _optimism(found: Comparison, subject: Subject) -> str:
    lines = [
        {
            "model": subject.names[one.model],
            "centre": one.centre,
            "cut-off": "the model's own, chosen here" if one.chosen_here else "tuned here, against the model's own",
            **{f"{key}: expected → shown": f"{one.frozen[key]:.3f} → {one.tuned[key]:.3f}" for key in one.gain},
        }
        for one in found.optimisms
    ]
    return _table(pd.DataFrame(lines)) if lines else "<p>No centre has both classes.</p>"


def _confusion(found: Comparison, subject: Subject, centre: str) -> go.Figure:
    here = [one for one in found.confusions if one.centre == centre]
    return confusion_grid(here, [subject.names[one.model] for one in here])


def _calibration(found: Comparison, subject: Subject, centre: str) -> go.Figure:
    here = [one for one in found.calibrations if one.centre == centre]
    return reliability(here, subject.looks, subject.names, intervals=len(here) <= 3)


def _benefit(found: Comparison, subject: Subject, centre: str) -> go.Figure | None:
    curves = decision_curves(subject.predictions, centre)
    return draw_decisions(curves, subject.looks, subject.names) if curves else None


def _prevalence(found: Comparison, subject: Subject, centre: str) -> go.Figure | None:
    curves = prevalence_curves(subject.predictions, centre, found.cutoffs)
    models = [one for one in curves if one.model in subject.predictions.models]
    here = float(subject.predictions.at(centre).label.mean())
    return draw_prevalence(models, subject.looks, subject.names, here) if models else None


def _kappa(found: Comparison, subject: Subject, centre: str) -> go.Figure | None:
    rows = [row for row in found.agreement if row.centre == centre and row.metric == "cohen_kappa"]
    raters = [name for name in subject.names if any(name in (row.model, row.versus) for row in rows)]
    return kappa_matrix(rows, raters, subject.names) if rows else None


def _missed(found: Comparison, subject: Subject) -> str:
    """How many cases all models miss at each centre, and all models and readers."""
    lines = []
    for centre in subject.predictions.centres:
        line = {"centre": subject.counted[centre]}
        raters = {"models": subject.predictions.models}
        if subject.predictions.readers:
            raters["models and readers"] = (*subject.predictions.models, *subject.predictions.readers)
        for who, names in raters.items():
            one = errors(subject.predictions, centre, found.cutoffs, names)
            wrong = one.cases["wrong"]
            line[f"missed by all {who}"] = f"{int((wrong == len(one.raters)).sum())} of {len(wrong)}"
            line[f"right for all {who}"] = f"{int((wrong == 0).sum())} of {len(wrong)}"
        lines.append(line)
    return _table(pd.DataFrame(lines))


def _errors(found: Comparison, subject: Subject, centre: str) -> go.Figure | None:
    one = errors(subject.predictions, centre, found.cutoffs)
    if len(one.raters) < 2 or not one.wrong.any():
        return None
    return error_venn(one, subject.looks, subject.names) if len(one.raters) <= MOST else error_sets(one, subject.names)


def _kinds(subject: Subject) -> list[Domain]:
    return [kind for kind in KINDS if kind in subject.predictions.domains.values()]


def _panels(subject: Subject, draw: Callable[[str], go.Figure | None]) -> str:
    parts = []
    for kind in _kinds(subject):
        cells = []
        for centre in (c for c in subject.predictions.centres if subject.predictions.domains[c] == kind):
            figure = draw(centre)
            shown = _figure(figure) if figure is not None else '<p class="note">Nothing to draw here.</p>'
            cells.append(f"<div><h4>{escape.html(subject.counted[centre])}</h4>{shown}</div>")
        parts.append(f'<h3>{KINDS[kind]}</h3><div class="panels">{"".join(cells)}</div>')
    return "".join(parts)


def _figure(figure: go.Figure) -> str:
    plain = go.Figure(figure).update_layout(template="plotly_white", modebar_remove=["zoom", "pan", "select", "lasso"])
    return plain.to_html(full_html=False, include_plotlyjs=False, config={"displaylogo": False, "responsive": True})


def _rows(rows: Iterable[Row], subject: Subject) -> str:
    lines = [
        {
            "metric": row.metric,
            "centre": row.centre,
            "model": subject.names.get(row.model, row.model),
            "versus": subject.names.get(row.versus, row.versus),
            "subgroup": row.subgroup,
            "estimate (95 %)": interval(row.estimate, row.low, row.high),
            "p": "" if row.p != row.p else f"{row.p:.4f}",
            "p (Holm)": "" if row.p_holm != row.p_holm else f"{row.p_holm:.4f}",
            "n": row.n,
            "method": row.method,
        }
        for row in rows
    ]
    table = pd.DataFrame(lines)
    told = _table(table.loc[:, (table != "").any()])
    return f"<details><summary>{len(lines)} rows</summary>{told}</details>"


def _table(table: pd.DataFrame) -> str:
    return f'<div class="wide">{table.to_html(index=False, border=0, escape=True)}</div>'
