"""A cohort on disk: images, masks and a manifest that grows row by row and survives a kill."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from itertools import islice
from multiprocessing import get_context
from pathlib import Path

import numpy as np
from PIL import Image

from sera_core.cluster import in_order
from sera_core.contracts import BadInput, Focus
from sera_core.files import whole_file, writing
from sera_core.simulate.case import Case, Pathology
from sera_core.simulate.centres import centre_named
from sera_core.simulate.cohort import Cohort, findings_of
from sera_core.simulate.likelihood import log_likelihood_ratio
from sera_core.simulate.readers import reader_scores
from sera_core.simulate.render import render
from sera_core.simulate.sheet import sheet

MANIFEST = "manifest.csv"
COLUMNS = (
    "image", "label", "patient_id", "centre", "split", "size_mm", "x", "y", "width", "height", "mask", "mm_per_px",
    "seed", "scanner", "view", "texture", "composition", "echogenicity", "shape", "margin", "foci", "halo", "ratio",
    "solid_share", "echo_db", "edge_mm", "margin_depth", "punctate", "log_likelihood_ratio",
    "reader_ktirads2021", "reader_acr2017", "reader_kwak2011", "reader_kim2002",
)  # fmt: skip
Progress = Callable[[int, int], None]


def write_cohort(
    out: Path, cohort: Cohort, *, masks: bool = True, workers: int | str = 1, progress: Progress | None = None
) -> Path:
    """Write frames, masks and the manifest of a cohort; what is already there is kept.

    Parameters
    ----------
    out : Path
        Folder; ``images/``, ``masks/`` and ``manifest.csv`` are made in it.
    cohort : Cohort
    masks : bool
        Whether to write the masks too.
    workers : int or str
        Processes, or the address of a Dask scheduler whose workers share the folder.
    progress : callable, optional
        Called with (done, total) after every case.

    Returns
    -------
    Path
        The manifest. A row is added only when its files are complete, and a half-written last row is dropped on the
        next run, so that a killed run can be started again with the same arguments.

    Raises
    ------
    BadInput
        When the folder holds another cohort or cannot be written.
    """
    done = _prepare(out, cohort)
    total, left = len(cohort), range(done, len(cohort))
    job = partial(_write_case, out.resolve(), cohort, masks)
    for count, row in enumerate(_rows(job, left, workers), start=done + 1):
        with writing(out / MANIFEST), (out / MANIFEST).open("a", newline="", encoding="utf-8") as manifest:
            manifest.write(_line(row))
        if progress is not None:
            progress(count, total)
    return out / MANIFEST


def run(
    out: Path,
    cohort: Cohort,
    *,
    sheet_file: Path | None = None,
    workers: int | str = 1,
    progress: Progress | None = None,
) -> Path:
    """A cohort on disk and, where asked for, a picture of its first frames; returns the manifest's path.

    Raises
    ------
    BadInput
        When the folder holds another cohort or cannot be written.
    """
    manifest = write_cohort(out, cohort, workers=workers, progress=progress)
    if sheet_file is not None:
        sheet(sheet_file, cohort[:8])
    return manifest


def _prepare(out: Path, cohort: Cohort) -> int:
    """Make the folders, mend the end of the manifest, and return how many cases are complete."""
    with writing(out):
        for folder in ("images", "masks"):
            (out / folder).mkdir(parents=True, exist_ok=True)
    manifest, header = out / MANIFEST, ",".join(COLUMNS) + "\n"
    text = manifest.read_text(encoding="utf-8") if manifest.exists() else ""
    whole = text[: text.rfind("\n") + 1] or header
    if not whole.startswith(header):
        raise BadInput(
            "other_manifest", f"{manifest} is not a simulated manifest of this version: choose another folder."
        )
    if whole != text:
        with whole_file(manifest) as part:
            part.write_bytes(whole.encode())
    rows = list(csv.DictReader(io.StringIO(whole)))
    for row, place in zip(rows, range(len(cohort)), strict=False):
        if row["seed"] != str(cohort[place].seed):
            raise BadInput(
                "other_cohort", f"{out} already holds another cohort (row {place + 2} differs): choose another folder."
            )
    return len(rows)


def _rows(job: Callable[[int], dict[str, object]], indices: range, workers: int | str) -> Iterator[dict[str, object]]:
    """Rows in order; with several workers only a few cases are under way, so that memory stays flat."""
    if isinstance(workers, str):
        yield from in_order(job, indices, workers)
        return
    if workers <= 1:
        yield from map(job, indices)
        return
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        todo = iter(indices)
        while batch := list(islice(todo, 16 * workers)):
            yield from pool.map(job, batch, chunksize=4)


def _write_case(out: Path, cohort: Cohort, masks: bool, index: int) -> dict[str, object]:
    """Render one case, write its files, and return its row."""
    case = cohort[index]
    frame = render(case)
    image, mask = f"images/{case.patient_id}.png", f"masks/{case.patient_id}.png"
    write_png(out / image, np.round(frame.image.pixels * 255).astype(np.uint8))
    if masks:
        write_png(out / mask, frame.mask.astype(np.uint8) * 255)
    x, y, width, height = frame.box.as_list()
    place = {"image": image, "mask": mask if masks else "", "x": x, "y": y, "width": width, "height": height}
    return place | row_of(case, cohort.split)


def row_of(case: Case, split: str) -> dict[str, object]:
    """The manifest's row of a case, except its files and box."""
    seen, nodule, findings = case.nodule.descriptors, case.nodule, findings_of(case)
    readers = {f"reader_{name.value}": f"{value:g}" for name, value in reader_scores(findings, case.seed).items()}
    return {
        "label": int(case.pathology is Pathology.MALIGNANT),
        "patient_id": case.patient_id,
        "centre": case.centre,
        "split": split,
        "size_mm": f"{nodule.size_mm:.2f}",
        "mm_per_px": f"{case.scanner.mm_per_px:.6f}",
        "seed": case.seed,
        "scanner": case.scanner.name,
        "view": case.anatomy.view,
        "texture": case.anatomy.texture,
        "composition": seen.composition,
        "echogenicity": seen.echogenicity,
        "shape": seen.shape,
        "margin": seen.margin,
        "foci": " ".join(focus for focus in Focus if focus in seen.foci) or "none",
        "halo": int(findings.halo),
        "ratio": f"{nodule.ratio:.3f}",
        "solid_share": f"{nodule.solid_share:.3f}",
        "echo_db": f"{nodule.echo_db:.2f}",
        "edge_mm": f"{nodule.edge_mm:.2f}",
        "margin_depth": f"{nodule.margin_depth:.3f}",
        "punctate": nodule.punctate,
        "log_likelihood_ratio": f"{log_likelihood_ratio(findings, centre_named(case.centre)):.4f}",
    } | readers


def _line(row: dict[str, object]) -> str:
    text = io.StringIO()
    csv.DictWriter(text, COLUMNS, lineterminator="\n").writerow(row)
    return text.getvalue()


def write_png(file: Path, pixels: np.ndarray[tuple[int, int], np.dtype[np.uint8]]) -> None:
    """A grey picture as a PNG file, in one piece."""
    with whole_file(file) as part:
        Image.fromarray(pixels).save(part, "PNG", compress_level=1)
