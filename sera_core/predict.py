"""Batch prediction: a manifest and models in, one predictions table out, in bounded memory.

Frames are decoded and cropped by a background thread while the networks work on the chunk before. Every finished
chunk is a file, so that a killed run goes on where it stopped.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from time import monotonic
from typing import BinaryIO

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sera_core import escape
from sera_core.classifiers import store
from sera_core.classifiers.card import Card
from sera_core.classifiers.cnn import Classifier
from sera_core.cluster import in_order
from sera_core.contracts import BadInput, Grey
from sera_core.files import MODELS, whole_file
from sera_core.images.fingerprint import BYTES, Fingerprints, fingerprint
from sera_core.images.prepare import Preparation
from sera_core.names import same
from sera_core.train.batches import ahead
from sera_core.train.curves import clock
from sera_core.train.frames import Frame, decode, viewed
from sera_core.train.manifest import Case, read_manifest
from sera_core.train.measured import in_region, measured

CHUNK = 64  # frames in memory at a time, and as many more being made ready
UNSEEN = ("test", "external")  # splits that no training takes frames from
SUFFIXES = (".csv", ".parquet")
PLAN = "plan.json"


@dataclass(frozen=True, eq=False)
class Chunk:
    """Some frames made ready: what could be read and what could not, views for each preparation, and measured signs.

    ``signs [N, V, Q]`` where a model reads them.
    """

    frames: list[Frame]
    prints: Fingerprints
    views: dict[Preparation, Grey]
    problems: list[str]
    signs: NDArray[np.float32] | None = None


def predict(
    manifest: Path,
    models: list[str],
    out: Path,
    report: Callable[[str], None],
    folder: Path = MODELS,
    scheduler: str = "",
) -> int:
    """Write every model's probability of every case to a predictions table; returns its number of rows.

    A case that a model may have been trained on (a frame of its training centres whose split is not ``test`` or
    ``external``) is left out for that model, and so is a copy of a training image, whatever its centre is called, and
    an image that cannot be read; all are reported.

    Parameters
    ----------
    manifest : Path
        CSV, see :func:`~sera_core.train.manifest.read_manifest`.
    models : list of str
        Ids of installed models.
    out : Path
        ``.csv`` or ``.parquet``. Finished chunks stand in the folder ``<out>.parts`` until the table is whole.
    report : callable
        Takes lines of progress.
    folder : Path
        Where the models are.
    scheduler : str
        Address of a Dask scheduler whose workers share frames and models; empty: this process does it all. The table
        is the same.

    Raises
    ------
    BadInput
        For an unknown model or ending, a bad manifest, when no case is left, or no scheduler answers.
    """
    if out.suffix not in SUFFIXES:
        raise BadInput("bad_ending", f"{out.name} must end in .csv or .parquet: choose one.")
    if len(set(models)) < len(models):
        raise BadInput("model_twice", "A model is named twice: name each once.")
    classifiers = [store.load(model, folder) for model in models]
    cases = _honest(read_manifest(manifest), classifiers, report)
    chunks = [cases[k : k + CHUNK] for k in range(0, len(cases), CHUNK)]
    parts = _parts(out, manifest, classifiers)
    missing = [number for number in range(len(chunks)) if not _part(parts, number).is_file()]
    if len(missing) < len(chunks):
        report(f"{len(chunks) - len(missing)} of {len(chunks)} chunks were finished before")
    begun = monotonic()
    asked = [chunks[number] for number in missing]
    away = partial(_answered_there, tuple(models), folder.resolve())
    tables = _told(in_order(away, asked, scheduler), report) if scheduler else answered(asked, classifiers, report)
    for done, (number, table) in enumerate(zip(missing, tables, strict=True), start=1):
        _write(table, _part(parts, number))
        pace = (monotonic() - begun) / done
        left = clock((len(missing) - done) * pace)
        report(f"chunk {number + 1}/{len(chunks)}, {CHUNK / pace:.0f} images/s, {left} left")
    rows = _join([_part(parts, number) for number in range(len(chunks))], out)
    shutil.rmtree(parts)
    return rows


def _honest(cases: list[Case], classifiers: list[Classifier], report: Callable[[str], None]) -> list[Case]:
    """The cases that at least one model cannot have seen in training."""
    kept = []
    seen = dict.fromkeys((classifier.card.id for classifier in classifiers), 0)
    for case in cases:
        asked = [classifier.card.id for classifier in classifiers if not may_have_seen(classifier.card, case)]
        for name in seen.keys() - set(asked):
            seen[name] += 1
        if asked:
            kept.append(case)
    for name, count in seen.items():
        if count:
            report(f"{name}: {count} cases of its training centres are left out (their split is not test or external)")
    if not kept:
        raise BadInput(
            "only_training_cases",
            "All cases come from the centres that the models were trained on, and none has the split test or external: "
            "predicting what was learnt shows nothing; give other cases, or that split if they were never trained on.",
        )
    return kept


def may_have_seen(card: Card, case: Case) -> bool:
    """Whether a case may have been in a model's training."""
    return is_home(card, case.centre) and case.split not in UNSEEN


def is_home(card: Card, centre: str) -> bool:
    """Whether a centre, however it is spelled, is one that a model was trained on."""
    return any(same(source.name, centre) for source in card.training)


def _parts(out: Path, manifest: Path, classifiers: list[Classifier]) -> Path:
    """The folder of finished chunks; emptied when they are of another manifest or other models."""
    parts = out.with_name(out.name + ".parts")
    plan = json.dumps(
        {
            "manifest": hashlib.sha256(manifest.read_bytes()).hexdigest(),
            "models": {classifier.card.id: classifier.card.files for classifier in classifiers},
            "chunk": CHUNK,
        }
    )
    if not (parts / PLAN).is_file() or (parts / PLAN).read_text(encoding="utf-8") != plan:
        shutil.rmtree(parts, ignore_errors=True)
        with whole_file(parts / PLAN) as part:
            part.write_text(plan, encoding="utf-8")
    return parts


def _part(parts: Path, number: int) -> Path:
    return parts / f"{number:06}.parquet"


def answered(
    chunks: list[list[Case]], classifiers: list[Classifier], report: Callable[[str], None]
) -> Iterator[pd.DataFrame]:
    """The table of each chunk; the next chunks are made ready meanwhile."""
    with closing(ahead((ready(chunk, classifiers) for chunk in chunks), 2)) as made:
        for chunk in made:
            for problem in (*chunk.problems, *_known(chunk, classifiers)):
                report(problem)
            yield _table(chunk, classifiers)


def _answered_there(models: tuple[str, ...], folder: Path, cases: list[Case]) -> tuple[pd.DataFrame, list[str]]:
    """On a cluster's worker: the table of one chunk, and what could not be read."""
    classifiers = [store.load(model, folder) for model in models]
    chunk = ready(cases, classifiers)
    return _table(chunk, classifiers), [*chunk.problems, *_known(chunk, classifiers)]


def _told(found: Iterable[tuple[pd.DataFrame, list[str]]], report: Callable[[str], None]) -> Iterator[pd.DataFrame]:
    for table, problems in found:
        for problem in problems:
            report(problem)
        yield table


def ready(cases: list[Case], classifiers: list[Classifier]) -> Chunk:
    """Decode cases, make their views for each preparation, and measure their nodules where a model asks for that."""
    frames, problems = decode(cases)
    if not frames:
        return Chunk([], np.empty((0, BYTES), np.uint8), {}, problems)
    seen = {preparation: viewed(frames, preparation) for preparation in {one.card.preparation for one in classifiers}}
    signs = measured(frames, in_region) if any(one.card.reads_signs for one in classifiers) else None
    return Chunk(frames, np.stack([fingerprint(frame.pixels) for frame in frames]), seen, problems, signs)


def _known(chunk: Chunk, classifiers: list[Classifier]) -> list[str]:
    """For each model how many of its own training images are among the frames under another name."""
    counts = {one.card.id: int(np.count_nonzero(_learnt(chunk, one))) for one in classifiers}
    return [told_known(name, count) for name, count in counts.items() if count]


def told_known(model: str, count: int) -> str:
    """That so many images are not asked about."""
    return f"{model}: {count} images are left out, for it was trained on them (known by their pixels)"


def _learnt(chunk: Chunk, classifier: Classifier) -> NDArray[np.bool_]:
    """Which frames are copies of the model's training images, though their centre is not one that it was trained on."""
    elsewhere = np.array([not may_have_seen(classifier.card, frame.case) for frame in chunk.frames], bool)
    return classifier.index.trained_on(chunk.prints) & elsewhere


def _table(chunk: Chunk, classifiers: list[Classifier]) -> pd.DataFrame:
    tables = [_rows(chunk, classifier) for classifier in classifiers] if chunk.frames else []
    return pd.concat(tables, ignore_index=True) if tables else pd.DataFrame()


def _rows(chunk: Chunk, classifier: Classifier) -> pd.DataFrame:
    card = classifier.card
    learnt = _learnt(chunk, classifier)
    asked = [row for row, frame in enumerate(chunk.frames) if not (learnt[row] or may_have_seen(card, frame.case))]
    cases = [chunk.frames[row].case for row in asked]
    signs = chunk.signs[asked] if chunk.signs is not None and card.reads_signs else None
    probability = classifier.answers(chunk.views[card.preparation][asked], signs).probability if asked else np.empty(0)
    return pd.DataFrame(
        {
            "case_id": [case.case_id for case in cases],
            "patient_id": [case.patient_id for case in cases],
            "centre": [case.centre for case in cases],
            "role": ["internal" if is_home(card, case.centre) else "external" for case in cases],
            "label": [case.label for case in cases],
            "model": card.id,
            "probability": probability,
            "cutoff": card.cutoff.value,
            "cutoff_low": card.cutoff.low,
            "cutoff_high": card.cutoff.high,
        }
    )


def _write(table: pd.DataFrame, file: Path) -> None:
    with whole_file(file) as part:
        table.to_parquet(part, index=False)


def _join(files: list[Path], out: Path) -> int:
    """All parts in one table, one in memory at a time; returns its rows."""
    with whole_file(out) as part, part.open("wb") as file:
        rows = (_join_csv if out.suffix == ".csv" else _join_parquet)(_filled(files), file)
        if not rows:
            raise BadInput(
                "nothing_asked",
                "Not one image of the manifest was answered: each could not be read, or a model was trained on it.",
            )
    return rows


def _join_csv(tables: Iterator[pd.DataFrame], file: BinaryIO) -> int:
    rows = 0
    for table in tables:
        escape.cells(table).to_csv(file, header=not rows, index=False)
        rows += len(table)
    return rows


def _join_parquet(tables: Iterator[pd.DataFrame], file: BinaryIO) -> int:
    import pyarrow as arrow
    from pyarrow.parquet import ParquetWriter

    rows, writer = 0, None
    for table in tables:
        own = arrow.Table.from_pandas(table, preserve_index=False)
        writer = writer or ParquetWriter(file, own.schema)
        writer.write_table(own)
        rows += len(table)
    if writer:
        writer.close()
    return rows


def _filled(files: list[Path]) -> Iterator[pd.DataFrame]:
    for file in files:
        table = pd.read_parquet(file)
        if len(table):
            yield table
