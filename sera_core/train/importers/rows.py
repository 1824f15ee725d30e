"""One case of a data set as a row of a manifest, and a tally of the files that are none."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd
from PIL import Image

from sera_core.contracts import BadInput, Box
from sera_core.train.masks import Mask, parts_of, read_mask

ALONE = "Each image was taken as a patient of its own: images of one patient may fall into different folds."
Row = dict[str, object]


@dataclass
class Tally:
    """What an importer did with each file that is no plain case: reasons and sentences, in the order they came.

    ``several``: pictures with several outlines, often of one nodule in two views; the largest is the case.
    ``step`` is told how many of how many files were looked at.
    """

    left_out: dict[str, list[str]] = field(default_factory=dict)
    several: list[str] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)
    step: Callable[[int, int, str], None] = lambda done, total, what: None

    def leave(self, reason: str, file: str) -> None:
        """Count a file that gives no case."""
        self.left_out.setdefault(reason, []).append(file)


def case_columns(image: Path, label: int, patient: str, centre: str) -> Row:
    """The columns that every case has."""
    return {"image": image, "label": label, "patient_id": patient, "centre": centre}


def mask_columns(source: Path, row: dict[str, str], tally: Tally) -> Row:
    """The mask of a row of ``labels.csv``, and the box of its largest part."""
    mask, image = source / row["mask"], source / row["image"]
    parts = outlines_in(mask, image)
    if len(parts) > 1:
        tally.several.append(image.name)
    return {**box_columns(Box.around(parts[0])), "mask": mask}


def box_columns(box: Box) -> Row:
    """The columns that say where the nodule is."""
    return {"x": box.x, "y": box.y, "width": box.width, "height": box.height}


def outlines_in(file: Path, picture: Path) -> list[Mask]:
    """The parts of a mask, the largest first.

    Raises
    ------
    BadInput
        When the mask or its picture cannot be read, the mask marks nothing, or has another size than its ``picture``.
    """
    inside = read_mask(file)
    try:
        with Image.open(picture) as whole:
            size = whole.size
    except OSError as error:
        raise BadInput("no_picture", f"The picture {picture} cannot be read: copy it again or remove it.") from error
    if size != inside.shape[::-1]:
        said = f"{inside.shape[1]} x {inside.shape[0]} pixels, its picture {size[0]} x {size[1]}"
        raise BadInput("mask_size", f"The mask {file.name} has {said}: give it the picture's size.")
    if not inside.any():
        raise BadInput("empty_mask", f"The mask {file.name} marks nothing: leave its row out.")
    return parts_of(inside)


def box_around(points: Sequence[tuple[float, float]]) -> Box:
    """The smallest box that holds points (x, y)."""
    xs, ys = zip(*points, strict=True)
    return Box(int(min(xs)), int(min(ys)), int(max(xs) - min(xs)) + 1, int(max(ys) - min(ys)) + 1)


def labels_csv(source: Path, columns: Iterable[str], published: str = "") -> pd.DataFrame:
    """The data set's ``labels.csv`` as text; refused where a column is lacking.

    ``published`` is the folder that the data set has in its place as its makers published it.
    """
    file = source / "labels.csv"
    if not file.is_file():
        either = f"labels.csv and no {published}/" if published else "labels.csv"
        raise BadInput("no_labels", f"There is no {either} in {source}: give the folder that holds it.")
    table = pd.read_csv(file, dtype=str)
    missing = [column for column in columns if column not in table]
    if missing:
        raise BadInput("labels_columns", f"labels.csv in {source.name} lacks the columns {', '.join(missing)}.")
    return table
