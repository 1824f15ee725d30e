"""The case log of one owner: save, list, reopen, complete, delete."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime

from sqlalchemy import Select, delete, or_, select
from sqlalchemy.orm import Session, selectinload

from sera_core import __version__
from sera_core.cases.codec import pack, unpack
from sera_core.cases.database import address, as_bad_input, engine, wipe, writer
from sera_core.cases.tables import CaseRow, NoduleRow
from sera_core.contracts import BadInput
from sera_core.exam import Exam, Histology, Nodule, Pathology, Planned, Prior, plan


@dataclass(frozen=True)
class Line:
    """One nodule as the log lists it; fields as in :class:`~sera_core.cases.tables.NoduleRow`."""

    number: int
    category: str
    action: str
    size_mm: float | None
    model: str
    probability: float | None
    verdict: str
    pathology: Pathology


@dataclass(frozen=True)
class Entry:
    """One saved exam as the log lists it.

    Attributes
    ----------
    id : str
        32 hexadecimal digits.
    code : str
    day : date or None
        Of the exam.
    saved : datetime
        In UTC.
    version : str
        Of the program that saved it.
    nodules : tuple of Line
    """

    id: str
    code: str
    day: date | None
    saved: datetime
    version: str
    nodules: tuple[Line, ...]


class Log:
    """The cases of one owner; nobody else's are seen, changed or deleted through it.

    Parameters
    ----------
    owner : str
        Empty for whoever sits at the machine; a page with sign-in names its user.
    url : str, optional
        Of the database; by default :func:`~sera_core.cases.database.address`.
    """

    def __init__(self, owner: str = "", url: str | None = None) -> None:
        self.owner = owner
        self._engine = engine(url or address())

    def save(self, exam: Exam, case: str | None = None) -> str:
        """Keep an exam; when this returns, it is on the disk as a whole.

        Parameters
        ----------
        exam : Exam
        case : str, optional
            Id of a saved case that this exam takes the place of.

        Returns
        -------
        str
            Its id.
        """
        rows = [_row(nodule, planned) for nodule, planned in zip(exam.nodules, plan(exam), strict=True)]
        with self._writes() as session:
            kept = self._row(session, case) if case else CaseRow(id=uuid.uuid4().hex, owner=self.owner)
            kept.nodules.clear()
            session.add(kept)
            kept.code, kept.day, kept.version = exam.code, exam.day, __version__
            kept.saved = datetime.now(UTC).replace(tzinfo=None)
            session.flush()
            kept.nodules.extend(rows)
            return kept.id

    def find(self, code: str = "", pathology: bool | None = None) -> tuple[Entry, ...]:
        """The saved exams, the last one first.

        Parameters
        ----------
        code : str
            Only those whose code holds this text; letters may be small or capital.
        pathology : bool, optional
            Only those with (or without) pathology of a nodule.
        """
        wanted = self._mine()
        if code:
            wanted = wanted.where(CaseRow.code.icontains(code, autoescape=True))
        if pathology is not None:
            some = CaseRow.nodules.any(or_(NoduleRow.bethesda.is_not(None), NoduleRow.histology.is_not(None)))
            wanted = wanted.where(some if pathology else ~some)
        with self._reads() as session:
            return tuple(_entry(row) for row in session.scalars(wanted.order_by(CaseRow.saved.desc(), CaseRow.id)))

    def open(self, case: str) -> Exam:
        """A saved exam as it was, to the last bit: pixels, outline, map and numbers."""
        with self._reads() as session:
            row = self._row(session, case, whole=True)
            return Exam(tuple(_nodule(one) for one in row.nodules), row.code, row.day)

    def entry(self, case: str) -> Entry:
        """A saved exam as the log lists it; the beginning of its id is enough where no other begins so."""
        with self._reads() as session:
            return _entry(self._row(session, case))

    def set_pathology(self, case: str, number: int, pathology: Pathology) -> None:
        """What became known of a nodule later; what stood there before is replaced."""
        with self._writes() as session:
            row = self._row(session, case)
            found = next((one for one in row.nodules if one.number == number), None)
            if found is None:
                raise BadInput("no_nodule", f"The case has no nodule {number}: it has {len(row.nodules)}.")
            found.bethesda, found.histology = pathology.bethesda, pathology.histology

    def delete(self, case: str) -> None:
        """Delete a case for good: SQLite overwrites its bytes."""
        with self._writes() as session:
            session.execute(delete(CaseRow).where(CaseRow.id == self._row(session, case).id))
        wipe(self._engine)

    def prior(self, case: str, number: int) -> Prior:
        """A nodule of a saved exam as what a later one is compared with.

        Raises
        ------
        BadInput
            When the exam has no date or no such nodule.
        """
        entry, exam = self.entry(case), self.open(case)
        if exam.day is None:
            raise BadInput("no_day", "The earlier exam has no date: growth needs one.")
        if not 1 <= number <= len(exam.nodules):
            raise BadInput("no_nodule", f"The case has no nodule {number}: it has {len(exam.nodules)}.")
        return Prior(entry.id, number, exam.day, exam.nodules[number - 1].size, entry.nodules[number - 1].category)

    @contextmanager
    def _writes(self) -> Iterator[Session]:
        with as_bad_input(), Session(writer(self._engine)) as session, session.begin():
            yield session

    @contextmanager
    def _reads(self) -> Iterator[Session]:
        with as_bad_input(), Session(self._engine) as session:
            yield session

    def _mine(self) -> Select[CaseRow]:
        return select(CaseRow).where(CaseRow.owner == self.owner)

    def _row(self, session: Session, case: str, whole: bool = False) -> CaseRow:
        """The one case of this owner whose id begins so."""
        wanted = self._mine().where(CaseRow.id.startswith(case, autoescape=True)).limit(2)
        if whole:
            wanted = wanted.options(selectinload(CaseRow.nodules).undefer(NoduleRow.record).undefer(NoduleRow.arrays))
        rows = session.scalars(wanted).all() if case else []
        if len(rows) != 1:
            said = f"Several cases begin with {case}" if rows else f"There is no case {case}"
            raise BadInput("no_case", f"{said}: the log lists them (python -m sera_core cases list).")
        return rows[0]


def _row(nodule: Nodule, planned: Planned) -> NoduleRow:
    found = planned.diagnosis
    record, arrays = pack(replace(nodule, pathology=Pathology()))
    return NoduleRow(
        number=planned.number,
        category=planned.advice.category,
        action=planned.advice.action.value,
        size_mm=found.size_mm,
        model=found.reading.model,
        probability=None if found.reading.familiarity.refused else found.reading.probability,
        verdict=found.reading.verdict.value,
        bethesda=nodule.pathology.bethesda,
        histology=nodule.pathology.histology,
        record=record,
        arrays=arrays,
    )


def _nodule(row: NoduleRow) -> Nodule:
    return replace(unpack(Nodule, row.record, row.arrays), pathology=_pathology(row))


def _pathology(row: NoduleRow) -> Pathology:
    return Pathology(row.bethesda, Histology(row.histology) if row.histology else None)


def _entry(row: CaseRow) -> Entry:
    lines = tuple(
        Line(
            one.number,
            one.category,
            one.action,
            one.size_mm,
            one.model,
            one.probability,
            one.verdict,
            _pathology(one),
        )
        for one in row.nodules
    )
    return Entry(row.id, row.code, row.day, row.saved.replace(tzinfo=UTC), row.version, lines)
