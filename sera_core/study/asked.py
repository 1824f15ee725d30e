"""Installed models asked, as they are, about frames of another kind than those that taught them."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated, Literal

import pandas as pd
from pydantic import Field

from sera_core.files import whole_file
from sera_core.predict import predict
from sera_core.study.answers import results
from sera_core.study.design import Asking
from sera_core.study.schema import STRICT
from sera_core.study.shipped import PREDICTIONS
from sera_core.study.stage import Stage
from sera_core.train.manifest import read_manifest


@dataclass(frozen=True)
class AskedDesign(Asking):
    """Which models are asked, about which manifest."""

    __pydantic_config__ = STRICT

    kind: Literal["asked"]
    manifest: Path
    models: Annotated[tuple[str, ...], Field(min_length=1)]


def run_asked(design: AskedDesign, out: Path, stage: Stage) -> pd.DataFrame:
    """Write what the models answer to ``out``, as the command ``predict`` does, with each centre's kind of frames.

    Returns
    -------
    DataFrame
        One row per model and centre: AUC with its interval.

    Raises
    ------
    BadInput
        For a bad manifest, an unknown model, or a centre that the design does not describe.
    """
    for case in read_manifest(design.manifest):
        design.labels_of(case.centre)  # refused before the first frame is looked at, not after the last
    predict(design.manifest, list(design.models), out / PREDICTIONS, stage.report)
    answers = pd.read_parquet(out / PREDICTIONS)
    answers["domain"] = answers["centre"].map(design.domain_of)  # the frames' kind, which is not the models'
    with whole_file(out / PREDICTIONS) as part:
        answers.to_parquet(part, index=False)
    by_model = answers.groupby("model", sort=False)
    return pd.DataFrame([{"model": name, **asdict(row)} for name, own in by_model for row in results(design, own)])
