"""All frames of a study: virtual patients drawn where they are missing, manifests decoded once."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.special import expit

from sera_core.contracts import READER, BadInput
from sera_core.files import whole_file
from sera_core.names import same
from sera_core.simulate.cohort import study_set
from sera_core.simulate.disk import write_cohort
from sera_core.study.cache import hashed
from sera_core.study.design import Design, Simulated
from sera_core.study.stage import Stage
from sera_core.train.frames import Frame, decode
from sera_core.train.manifest import Case, read_manifest, region

DETAILS = ("size_mm", "composition", "echogenicity", "shape", "margin", "foci", "log_likelihood_ratio", "seed")


def population(design: Design, stage: Stage) -> tuple[list[Frame], pd.DataFrame]:
    """Frames of all manifests and cohorts, and what their manifests say beside the label.

    Parameters
    ----------
    design : Design
    stage : Stage
        Cohorts and decoded frames are kept here.

    Returns
    -------
    frames : list of Frame
    details : DataFrame
        Index ``case_id``; sizes, descriptors, simulated readers and truth where a manifest has them.

    Raises
    ------
    BadInput
        When two images have one name.
    """
    manifests = [Path(name) for name in design.manifests]
    manifests += [_drawn(cohort, stage) for cohort in design.simulated]
    frames: list[Frame] = []
    details = []
    for manifest in manifests:
        cases = [replace(case, centre=_spelled(design, case.centre)) for case in read_manifest(manifest)]
        frames += _decoded(manifest, cases, stage)
        details.append(_details(manifest, cases))
    known = pd.concat(details)
    if known.index.has_duplicates:
        twice = known.index[known.index.duplicated()][0]
        raise BadInput("case_twice", f"{twice} stands in two manifests of the study: give each image its own name.")
    return frames, known


def _spelled(design: Design, centre: str) -> str:
    """A manifest's centre as the design spells it, so that no other spelling makes it another centre."""
    return next((known.name for known in design.centres if same(known.name, centre)), centre)


def taught_truth(frames: list[Frame], sources: tuple[str, ...], details: pd.DataFrame) -> list[Frame]:
    """The same frames; those of the sources have the simulator's own probability of malignancy for their target.

    That is the posterior of the drawn descriptors where both classes are equally frequent, as in a balanced training
    set. It takes away the chance in each label, which no image shows; labels, and with them every figure, stay.

    Parameters
    ----------
    frames : list of Frame
    sources : tuple of str
        Centres that an arm is trained on.
    details : DataFrame
        Of :func:`population`.

    Raises
    ------
    BadInput
        When a frame of the sources is not simulated.
    """
    known = details.get("log_likelihood_ratio", pd.Series(np.nan, details.index))
    truth = pd.Series(expit(known.to_numpy(float)), details.index)

    def taught(frame: Frame) -> Frame:
        if frame.case.centre not in sources:
            return frame
        target = float(truth[frame.case.case_id])
        if np.isnan(target):
            raise BadInput(
                "no_truth",
                f"{frame.case.case_id} is not simulated, so nobody knows its true probability: take its centre out of "
                'the arm\'s sources, or teach the arm labels (targets = "label").',
            )
        return replace(frame, case=replace(frame.case, target=target))

    return [taught(frame) for frame in frames]


def _drawn(simulated: Simulated, stage: Stage) -> Path:
    wanted = (simulated.malignant or 0, simulated.benign or 0)
    cohort = study_set(simulated.centre, simulated.split, simulated.seed, *wanted)
    name = f"{simulated.centre}-{simulated.split}-{cohort.malignant}-{cohort.benign}-{simulated.seed}"

    def progress(done: int, total: int) -> None:
        if done == total or done % 500 == 0:
            stage.report(f"{name}: {done}/{total} frames")

    return write_cohort(stage.work / "cohorts" / name, cohort, masks=False, workers=2, progress=progress)


def _decoded(manifest: Path, cases: list[Case], stage: Stage) -> list[Frame]:
    """Frames of one manifest; their bytes are kept, because decoding and checking takes longer than reading them."""
    from safetensors.numpy import load_file, save_file

    boxes = [case.box.as_list() if case.box else None for case in cases]
    stamps = [[case.case_id, case.image.stat().st_size if case.image.is_file() else 0] for case in cases]
    file = stage.work / "frames" / f"{hashed([str(manifest), stamps, boxes])}.safetensors"
    if file.is_file():
        levels = load_file(file)
        known = [(case, levels[case.case_id]) for case in cases if case.case_id in levels]
        return [Frame(case, own, region(case, (own.shape[0], own.shape[1]))) for case, own in known]
    stage.report(f"decoding {len(cases)} frames of {manifest}")
    frames, problems = decode(cases)
    for problem in problems:
        stage.report(problem)
    with whole_file(file) as part:
        save_file({frame.case.case_id: np.ascontiguousarray(frame.levels) for frame in frames}, part)
    return frames


def _details(manifest: Path, cases: list[Case]) -> pd.DataFrame:
    table = pd.read_csv(manifest, dtype={"seed": "Int64"})  # 63 bits: as a float it would name another patient
    table["seed"] = table.get("seed", pd.Series(pd.NA, table.index, dtype="Int64"))
    table.index = pd.Index([case.case_id for case in cases], name="case_id")
    return table[[name for name in table if name in DETAILS or name.startswith(READER)]]
