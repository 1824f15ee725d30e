"""Who is who in a predictions table: the distinct names of each text column, and one id a case."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from sera_core.contracts import Notice
from sera_core.evaluate.columns import IDS, PLURAL, TEXT, Names, first_row, words_of
from sera_core.evaluate.predictions import Ints
from sera_core.names import unify
from sera_core.sheet import Sheet


def coded(sheet: Sheet) -> tuple[dict[str, Ints], Names, tuple[Notice, ...]]:
    """Each text column as numbers of its distinct names, in the order of the table; spellings are brought together."""
    codes: dict[str, Ints] = {}
    names: Names = {}
    notices: tuple[Notice, ...] = ()
    for column in TEXT:
        values = words_of(sheet, column).combine_chunks().dictionary_encode()
        values = values.combine_chunks() if isinstance(values, pa.ChunkedArray) else values
        found = values.indices.fill_null(-1).to_numpy(zero_copy_only=False).astype(np.int64)
        sheet.refuse(found < 0, column, f"has no {column}")
        words = values.dictionary
        if not _clean(words):
            one = unify(words.to_pylist())
            found, words = np.array(one.places, np.int64)[found], pa.array(one.shown, pa.string())
            notices += one.notices(PLURAL[column]) if column in PLURAL else ()
            nameless = np.array([not name for name in one.shown])
            sheet.refuse(nameless[found], column, f"has no {column}")
        codes[column] = found
        names[column] = words if column in IDS else words.to_pylist()
    return codes, names, notices


def _clean(words: pa.StringArray) -> bool:
    """Whether no two of these words can be spellings of one name, seen from their bytes: a million take no time."""
    _, offsets, letters = words.buffers()
    if letters is None or words.null_count:
        return False
    ends = np.frombuffer(offsets, np.int32)[words.offset : words.offset + len(words) + 1]
    sign = np.frombuffer(letters, np.uint8)[ends[0] : ends[-1]]
    ends = ends - ends[0]
    if not (np.diff(ends) > 0).all() or sign.min() < ord(" ") or sign.max() > ord("~"):
        return False
    blank, small, capital = sign == ord(" "), (sign >= ord("a")) & (sign <= ord("z")), sign - ord("A") < 26
    first, last = ends[:-1], ends[1:] - 1
    if blank[first].any() or blank[last].any() or (sign[first] == ord("'")).any() or (blank[1:] & blank[:-1]).any():
        return False
    return not (small.any() and capital.any()) or len(pc.unique(pc.ascii_lower(words))) == len(words)


def key_with_centre(codes: dict[str, Ints], names: Names) -> tuple[Notice, ...]:
    """Tell apart the cases of centres that number theirs alike; changes ``codes`` and ``names`` of ``case_id``.

    Centres number alike where one model answers the same id at two of them. An id that only changes its centre from
    model to model is a mistake, and is left to be refused.
    """
    case, centre = codes["case_id"], codes["centre"]
    if not (centre != centre[first_row(case, len(names["case_id"]))][case]).any():
        return ()
    answers = pd.DataFrame({"case": case, "model": codes["model"], "centre": centre}).drop_duplicates()
    if not answers.duplicated(["case", "model"]).any():
        return ()
    places, found = pd.factorize(case * len(names["centre"]) + centre)
    number, where = np.divmod(found, len(names["centre"]))
    repeats = np.bincount(number)[number] > 1
    ids, centres = names["case_id"].to_pylist(), names["centre"]
    told = [f"{centres[c]}/{ids[k]}" if again else ids[k] for k, c, again in zip(number, where, repeats, strict=True)]
    names["case_id"] = pa.array(told, pa.string())
    codes["case_id"] = places.astype(np.int64)
    said = (
        f"{np.count_nonzero(np.bincount(number) > 1)} case ids occur at several centres: they are told apart by centre."
    )
    return (Notice("restarting_ids", said),)
