"""Which predictions, which models, which centres."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import cast

import pandas as pd
import streamlit as st

from sera_core import escape
from sera_core.contracts import BadInput, Domain
from sera_core.evaluate.compare import cutoffs
from sera_core.evaluate.named import named_cutoffs, named_number
from sera_core.evaluate.predictions import Predictions
from sera_core.evaluate.ranking import ranked
from sera_core.evaluate.results import Cutoff
from sera_core.evaluate.table import read_predictions, template
from sera_core.figures.palette import READER, series
from sera_core.study.shipped import Study, read_study, study_names
from sera_core.ui.brought import ask_for_file
from sera_core.ui.cache import key_of
from sera_core.ui.cell import fold, show_code
from sera_core.ui.compare.chosen import BADGE, Chosen, shelved
from sera_core.ui.compare.contents import Place, open_place
from sera_core.ui.download import Download, offer
from sera_core.ui.shelf import shelf
from sera_core.ui.states import empty, guarded, notices
from sera_core.wording.comparison import answered

FIRST = "koh2020-sim"  # opens first where it is shipped: most models, most centres
BEST = 6
LARGEST_MB = 200
TEMPLATE = Download(
    "A template to fill in",
    ":material/table:",
    "predictions-template.csv",
    "text/csv",
    lambda: escape.csv(template()),
    "template",
    "tertiary",
)
SOURCES = {"study": "Shipped study", "own": "Own file"}


def choose_predictions() -> Chosen | None:
    """Draw the cell; None while there is nothing to compare."""
    cell = open_place(
        Place.SOURCE,
        "One table with a probability for every case and model. Take a study that comes with the program, or your own.",
    )
    with cell.controls, guarded("This table is not used"):
        source = st.segmented_control(
            "Predictions from",
            list(SOURCES),
            format_func=SOURCES.__getitem__,
            key="from",
            default="study",
            required=True,
            label_visibility="collapsed",
            bind="query-params",
        )
        study = _own() if source == "own" else _shipped()
        if study is None:
            return None
        st.markdown(f"**{escape.markdown(study.title)}**. {answered(escape.markdown(study.positive))}")
        own = source == "own"
        named = _named(study)
        key = (shelved(study), "cutoffs", repr(named))
        every = shelf(own).ask(key, lambda: cutoffs(study.predictions, {**study.cutoffs, **named}))
        looks = series(ranked(study.predictions)) | dict.fromkeys(study.predictions.readers, READER)
        notices(study.predictions.notices)
        chosen = Chosen(study, own, _choose_part(study), every, looks)
        _show_centres(chosen)
        _show_models(chosen)
        show_code(read_predictions)
        return chosen
    return None


def _shipped() -> Study | None:
    names = list(study_names())
    if not names:
        empty(
            "No study is shipped with this copy",
            "Choose Own file above, or run a study: python -m sera_core study DESIGN.toml.",
            ":material/inventory_2:",
        )
        return None
    first = names.index(FIRST) if FIRST in names else 0
    name = st.selectbox("Study", names, first, key="study", bind="query-params")
    return _read_study(name)


@st.cache_resource(max_entries=4, ttl=600, show_spinner="Reading the study")
def _read_study(name: str) -> Study:
    return read_study(name)


def _own() -> Study | None:
    kind = cast(
        Domain,
        st.segmented_control(
            "The cases are",
            ["real", "simulated"],
            default="real",
            required=True,
            key="own_kind",
            persist_state="session",
            help="Where the table has no column `domain`. Real and simulated cases never meet in one number.",
        ),
    )
    offer(TEMPLATE)
    field = partial(
        st.file_uploader, "Predictions (CSV or Parquet)", type=["csv", "parquet"], max_upload_size=LARGEST_MB
    )
    table = ask_for_file(field, "predictions")
    if table is None:
        empty(
            "No table yet",
            "One row for each case and model: case_id, patient_id, centre, role (internal or external), label (0 or "
            "1), model, probability. It is read in memory, never written to disk, and gone when the page is reloaded.",
            ":material/upload_file:",
        )
        return None
    return _read_own(key_of(table.data), kind, table.name, table.data)


@st.cache_resource(max_entries=1, show_spinner="Reading the table", scope="session")
def _read_own(key: str, kind: Domain, name: str, _data: bytes) -> Study:
    predictions = read_predictions(_data, name, kind)
    return Study(
        name="own",
        title=name,
        positive="what your table labels 1",
        domain=kind,
        predictions=predictions,
        models={},
        labels={},
        tables={},
    )


def _choose_part(study: Study) -> Predictions:
    """The models and centres to compare; each study keeps its own choice."""
    whole = study.predictions
    models: list[str] | None = None
    if len(whole.models) > 1:
        models = _choose_models(study)
    centres: list[str] = list(whole.centres)
    if len(centres) > 1:
        centres = st.pills(
            "Centres",
            list(whole.centres),
            selection_mode="multi",
            default=list(whole.centres),
            format_func=escape.markdown,
            key=f"centres-{study.name}",
            bind="query-params",
        )
    return replace(whole.select(models, centres or whole.centres), key=whole.key)


def _named(study: Study) -> dict[str, Cutoff]:
    """Cut-offs that the reader writes down, as on the command line."""
    said = st.text_input(
        "Cut-offs fixed beforehand",
        key=f"cutoffs-{study.name}",
        bind="query-params",
        placeholder="my-network=0.56, other-network=0.3",
        help="MODEL=VALUE, several with commas: for example a maker's own threshold. They come before those of the "
        "table or the study; where each cut-off comes from is told in the cells below.",
    )
    try:
        given = [named_number(part) for part in (said or "").split(",") if part.strip()]
        return named_cutoffs(given, study.predictions)
    except BadInput as problem:
        st.warning(escape.markdown(problem.message), icon=":material/edit:")
        return {}


def _choose_models(study: Study) -> list[str]:
    order = list(ranked(study.predictions))
    some = {"best": f"Best {BEST}"} if len(order) > BEST else {}
    options = some | {"all": "All", "choose": "Choose"}
    which = st.segmented_control(
        f"Models ({len(order)})",
        list(options),
        format_func=options.__getitem__,
        default=next(iter(options)),
        required=True,
        key=f"which-{study.name}",
        bind="query-params",
        help="The best by AUC at the internal centres: no external centre chose them.",
    )
    if which == "choose":
        picked = st.multiselect(
            "Models to compare",
            order,
            order[:BEST],
            key=f"models-{study.name}",
            bind="query-params",
            label_visibility="collapsed",
        )
        return picked or order[:BEST]
    return order[:BEST] if which == "best" else order


def _show_centres(chosen: Chosen) -> None:
    lines = []
    for centre in chosen.predictions.centres:
        said = chosen.labels_at(centre) or "what the labels are is not described"
        kind = BADGE[chosen.predictions.domains[centre]]
        lines.append(f"- **{escape.markdown(chosen.counts[centre])}** {kind} {escape.markdown(said)}")
    st.markdown("\n".join(lines))


def _show_models(chosen: Chosen) -> None:
    """What is known of each model, where a study tells more than its name."""
    known = [chosen.study.models[name] for name in chosen.predictions.models if name in chosen.study.models]
    if not known:
        return
    rows = [
        {
            "model": one.model,
            "what it is": one.title,
            "kind": one.kind,
            "training images": one.train_images,
            "cut-off": one.cutoff.value if one.cutoff else None,
        }
        for one in known
    ]

    def draw() -> None:
        alt = "Title, kind, training images and cut-off of each model"
        st.dataframe(pd.DataFrame(rows).round(3), hide_index=True, alt=alt)

    fold("What the models are", "models-known", draw)
