"""What was saved comes back to the last bit, is listed, completed and deleted; nobody else's is seen."""

from __future__ import annotations

import sqlite3
from dataclasses import fields, is_dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sera_core.cases.log import Log
from sera_core.contracts import SIMULATED, Box, GreyImage, ScaledRegion
from sera_core.contracts.notice import BadInput
from sera_core.exam import Exam, Histology, Nodule, Pathology, Plane, Prior, Size
from tests.exam.samples import exam, small, view


def assert_same(first: Any, second: Any) -> None:
    """Equal in type, value and every array, to the last bit."""
    assert type(first) is type(second), (first, second)
    if isinstance(first, np.ndarray):
        assert first.dtype == second.dtype
        assert first.tobytes() == second.tobytes()
    elif is_dataclass(first):
        for field in fields(first):
            assert_same(getattr(first, field.name), getattr(second, field.name))
    elif isinstance(first, tuple):
        assert len(first) == len(second)
        for pair in zip(first, second, strict=True):
            assert_same(*pair)
    else:
        assert first == second


def floats(seed: int = 0) -> GreyImage:
    """Grey levels that no picture format holds, scales and regions of every kind."""
    rng = np.random.default_rng(seed)
    regions = (ScaledRegion(Box(0, 0, 40, 30), (0.1, 0.30000000000000004), True), ScaledRegion(Box(1, 2, 3, 4), None))
    return GreyImage(rng.random((61, 83), np.float32), (0.07, 0.08), regions, "DICOM", 4, 30)


@pytest.mark.parametrize("image", [None, floats(), replace(floats(1), source=SIMULATED, mm_per_px=None)])
def test_a_reopened_exam_is_the_saved_one_to_the_last_bit(log: Log, image: GreyImage | None) -> None:
    saved = exam()
    if image is not None:
        prior = Prior("0" * 32, 2, date(2029, 1, 1), Size(9, 8, 7), "TR4")
        odd = Nodule(
            (view(Plane.OTHER, image=image, heatmap=None, opinions=(), outline=None, measured=None),),
            typed=Size(None, 12.3, 4),
            prior=prior,
            pathology=Pathology(5, Histology.BORDERLINE),
        )
        saved = exam(odd, *saved.nodules, code="한국 'quoted'", day=None)
    opened = log.open(log.save(saved))
    assert_same(saved, opened)
    keys = [[view.diagnosis.image.key for view in nodule.views] for nodule in opened.nodules]
    assert keys == [[view.diagnosis.image.key for view in nodule.views] for nodule in saved.nodules]


def test_listed_filtered_completed(log: Log) -> None:
    first, second = log.save(exam(code="Alpha_1")), log.save(exam(code="beta"))
    assert [entry.id for entry in log.find()] == [second, first]
    assert [entry.code for entry in log.find("ALPHA_")] == ["Alpha_1"]
    assert log.find("%") == ()
    log.set_pathology(first[:9], 1, Pathology(6))
    log.set_pathology(first, 1, Pathology(6, Histology.MALIGNANT))
    (entry,) = log.find(pathology=True)
    assert (entry.id, entry.nodules[0].pathology) == (first, Pathology(6, Histology.MALIGNANT))
    assert [entry.id for entry in log.find(pathology=False)] == [second]
    assert log.open(first).nodules[0].pathology == Pathology(6, Histology.MALIGNANT)
    line = entry.nodules[0]
    assert (line.size_mm, line.verdict, line.model) == (18.0, "malignant", "alpha")
    for wrong in (lambda: log.set_pathology(first, 2, Pathology(6)), lambda: Pathology(7), lambda: log.open("")):
        with pytest.raises(BadInput):
            wrong()


def test_saved_again_it_takes_its_own_place(log: Log) -> None:
    case = log.save(exam())
    whole = log.open(case)
    assert log.save(replace(whole, nodules=whole.nodules * 2, code="two"), case) == case
    (entry,) = log.find()
    assert (entry.id, entry.code, len(entry.nodules)) == (case, "two", 2)


def test_nobody_sees_changes_or_deletes_what_another_saved(url: str) -> None:
    hers, his = Log("her", url), Log("his", url)
    case = hers.save(exam())
    assert his.find() == ()
    attempts = (
        lambda: his.open(case),
        lambda: his.entry(case),
        lambda: his.set_pathology(case, 1, Pathology(2)),
        lambda: his.delete(case),
        lambda: his.prior(case, 1),
        lambda: his.save(exam(code="mine now"), case),
        lambda: Log("", url).open(case),
    )
    for attempt in attempts:
        with pytest.raises(BadInput, match="no case"):
            attempt()
    assert [entry.code for entry in hers.find()] == ["A-017"]


def test_deleted_for_good_leaves_none_of_its_bytes(log: Log, tmp_path: Path) -> None:
    own = Nodule((view(image=small(7)),))
    kept, case = log.save(exam(code="kept")), log.save(exam(own, code="Fingerprint-Q7"))
    with sqlite3.connect(tmp_path / "cases.sqlite") as raw:
        (blob,) = raw.execute("select arrays from nodules where case_id = ?", (case,)).fetchone()
    marks = (b"Fingerprint-Q7", case.encode(), blob[2000:2040])
    files = list(tmp_path.iterdir())
    assert all(any(mark in file.read_bytes() for file in files) for mark in marks)
    log.delete(case)
    assert [entry.id for entry in log.find()] == [kept]
    assert not any(mark in file.read_bytes() for file in tmp_path.iterdir() for mark in marks)


def test_nothing_but_decoded_pixels_is_stored(log: Log, tmp_path: Path) -> None:
    """The tables hold no column for a file, a name or a tag, and nobody but the user may read them."""
    log.save(exam())
    with sqlite3.connect(tmp_path / "cases.sqlite") as raw:
        columns = {row[1] for table in ("cases", "nodules") for row in raw.execute(f"pragma table_info({table})")}
    assert columns == {
        *("id", "owner", "code", "day", "saved", "version", "case_id", "number", "category", "action", "size_mm"),
        *("model", "probability", "verdict", "bethesda", "histology", "record", "arrays"),
    }
    assert (tmp_path / "cases.sqlite").stat().st_mode & 0o077 == 0


def test_an_empty_exam_lists_and_opens(log: Log) -> None:
    assert log.open(log.save(Exam(()))).nodules == ()


def test_the_tables_are_those_that_the_migrations_make(log: Log) -> None:
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    from sera_core.cases.tables import Base

    with log._engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), Base.metadata) == []


@pytest.mark.parametrize("url", ["nonsense", "madeup://here/x", "sqlite:////proc/nowhere/cases.sqlite"])
def test_an_address_that_cannot_be_used_is_refused_in_a_sentence(url: str) -> None:
    with pytest.raises(BadInput, match=r"SERA_DATABASE_URL|cannot be written"):
        Log(url=url)


def test_tables_of_a_newer_program_are_left_alone(log: Log, tmp_path: Path, url: str) -> None:
    from sera_core.cases.database import engine

    with sqlite3.connect(tmp_path / "cases.sqlite") as raw:
        raw.execute("update alembic_version set version_num = '9999'")
    engine.cache_clear()
    with pytest.raises(BadInput, match="newer version"):
        Log(url=url)
