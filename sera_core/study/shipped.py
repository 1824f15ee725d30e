"""Studies that come with the project: a folder with predictions, and where known its models and tables.

``models/studies/<name>/`` holds ``predictions.parquet`` and ``design.toml``; ``models.csv`` (``model, title, network,
kind, cutoff, cutoff_low, cutoff_high, train_images, seconds``) and the tables of combined networks (``features.csv``,
``concatenation.csv``, ``ensemble.csv``, with the columns of ``models/published/lee2019_*.csv``) where there are any.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from sera_core.contracts import BadInput, Domain
from sera_core.evaluate.predictions import Predictions
from sera_core.evaluate.results import Cutoff
from sera_core.evaluate.table import read_predictions
from sera_core.files import MODELS

PREDICTIONS = "predictions.parquet"
TABLES = ("features", "concatenation", "ensemble", "networks")
FROZEN = "frozen when the model was trained"


@dataclass(frozen=True)
class StudyModel:
    """A model of a study; what is not known is None or empty.

    ``kind`` is for example ``cnn``, ``svm`` or ``ensemble``; ``seconds`` is the training time.
    """

    model: str
    title: str
    network: str = ""
    kind: str = ""
    cutoff: Cutoff | None = None
    train_images: int | None = None
    seconds: float | None = None


@dataclass(frozen=True, eq=False)
class Study:
    """A study's predictions with what is known about them.

    Attributes
    ----------
    name, title : str
    positive : str
        What the probability is the probability of ("read as suspicious", "malignant in the simulator").
    domain : "real" or "simulated"
    predictions : Predictions
    models : dict of model to StudyModel
        In the order of the table.
    labels : dict of centre to what its labels are
    tables : dict of ``features``, ``concatenation``, ``ensemble`` to DataFrame
        Those the study has.
    """

    name: str
    title: str
    positive: str
    domain: Domain
    predictions: Predictions
    models: Mapping[str, StudyModel]
    labels: Mapping[str, str]
    tables: Mapping[str, pd.DataFrame]

    @property
    def cutoffs(self) -> dict[str, Cutoff]:
        """The frozen cut-offs that are known."""
        return {name: model.cutoff for name, model in self.models.items() if model.cutoff is not None}


def study_names(folder: Path = MODELS) -> tuple[str, ...]:
    """Studies with a predictions table, by name."""
    return tuple(sorted(file.parent.name for file in (folder / "studies").glob(f"*/{PREDICTIONS}")))


def learning_curves(folder: Path = MODELS) -> pd.DataFrame:
    """Every learning curve of the studies (:func:`sera_core.study.learning.curve`); empty where there is none."""
    found = [pd.read_csv(file) for file in sorted((folder / "studies").glob("*/learning.csv"))]
    return pd.concat(found, ignore_index=True) if found else pd.DataFrame()


def read_study(name: str, folder: Path = MODELS) -> Study:
    """Read a study of ``folder / "studies"``.

    Raises
    ------
    BadInput
        When there is no such study, or its table is refused.
    """
    if name not in study_names(folder):
        raise BadInput("no_study", f"There is no study {name!r}: choose of {', '.join(study_names(folder)) or 'none'}.")
    place = folder / "studies" / name
    file = place / "design.toml"
    design = tomllib.loads(file.read_text(encoding="utf-8")) if file.is_file() else {}
    domain: Domain = "simulated" if design.get("domain") == "simulated" else "real"
    predictions = read_predictions(place / PREDICTIONS, domain=domain)
    known = _listed(place / "models.csv")
    found = {model: known.get(model) or _from_card(folder / model / "card.json", model) for model in predictions.models}
    return Study(
        name=name,
        title=design.get("title", name),
        positive=design.get("positive", "malignant"),
        domain=domain,
        predictions=predictions,
        models=found,
        labels={centre["name"]: centre["labels"] for centre in design.get("centres", [])},
        tables={kind: pd.read_csv(place / f"{kind}.csv") for kind in TABLES if (place / f"{kind}.csv").is_file()},
    )


def open_table(source: Path) -> tuple[Predictions, dict[str, Cutoff]]:
    """A user's own file, or a shipped study by its name or by its table's path, with the frozen cut-offs if known."""
    if source.name in study_names() and source.parent == Path():
        study = read_study(source.name)
        return study.predictions, study.cutoffs
    place = source.resolve().parent
    if place.parent == MODELS / "studies" and source.name == PREDICTIONS and source.is_file():
        return open_table(Path(place.name))
    if not source.exists():
        known = ", ".join(study_names())
        raise BadInput("no_file", f"There is no file {source}: check the path, or name a shipped study ({known}).")
    return read_predictions(source), {}


def _listed(file: Path) -> dict[str, StudyModel]:
    if not file.is_file():
        return {}
    table = pd.read_csv(file, dtype={"model": str, "title": str, "network": str, "kind": str})
    found = {}
    for row in table.to_dict("records"):
        known = {str(key): value for key, value in row.items() if pd.notna(value)}
        cutoff = known.get("cutoff")
        found[known["model"]] = StudyModel(
            model=known["model"],
            title=known.get("title", known["model"]),
            network=known.get("network", ""),
            kind=known.get("kind", ""),
            cutoff=_cutoff(cutoff, known.get("cutoff_low"), known.get("cutoff_high")) if cutoff is not None else None,
            train_images=int(known["train_images"]) if "train_images" in known else None,
            seconds=float(known["seconds"]) if "seconds" in known else None,
        )
    return found


def _from_card(file: Path, model: str) -> StudyModel:
    """An installed model's own card; a model that is not installed goes by its name."""
    if not file.is_file():
        return StudyModel(model, model)
    card = json.loads(file.read_text(encoding="utf-8"))
    bounds = card["cutoff"]
    return StudyModel(
        model=model,
        title=card["title"],
        network=card["network"],
        kind=card["kind"],
        cutoff=_cutoff(bounds["value"], bounds["low"], bounds["high"]),
        train_images=sum(source["images"] for source in card["training"]),
    )


def _cutoff(value: float, low: float | None, high: float | None) -> Cutoff:
    nan = float("nan")
    return Cutoff(float(value), float(nan if low is None else low), float(nan if high is None else high), FROZEN)
