"""Which case and nodule a view belongs to, and the exam that it makes with what is saved there already."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import streamlit as st

from sera_core.cases.codec import alike
from sera_core.cases.log import Entry
from sera_core.contracts import BadInput, Diagnosis
from sera_core.exam import Exam, Nodule
from sera_core.ui.cases.owner import own_log
from sera_core.ui.state import Case, Place

SAME_REGION = 0.5  # from this overlap on, two regions of a frame hold the same nodule


@dataclass(frozen=True)
class Where:
    """Where a view goes: a new case; a case's new nodule; a nodule's new view; or in place of a view. From 0."""

    case: str | None = None
    nodule: int | None = None
    view: int | None = None

    def said(self, named: Mapping[str, str]) -> str:
        """In words; ``named`` says how cases are called."""
        if self.case is None:
            return "A new case"
        if self.view is not None:
            return "The view that was saved: in its place"
        what = "a new nodule" if self.nodule is None else f"nodule {self.nodule + 1}, another view"
        return f"{named[self.case]}: {what}"


@dataclass(frozen=True)
class Kept:
    """A view as the log holds it: where, and the exam around it."""

    at: Place
    exam: Exam

    @property
    def nodule(self) -> Nodule:
        """The view's nodule."""
        return self.exam.nodules[self.at.nodule]

    def fits(self, found: Diagnosis) -> Where:
        """Where a diagnosis of the same file goes so that nothing saved is lost.

        Another frame is another view, a region elsewhere another nodule; only the same one takes its own place.
        """
        saved = self.nodule.views[self.at.view].diagnosis
        if found.image.key != saved.image.key:
            return Where(self.at.case, self.at.nodule)
        if found.reading.box.overlap(saved.reading.box) < SAME_REGION:
            return Where(self.at.case)
        return Where(self.at.case, self.at.nodule, self.at.view)


@dataclass(frozen=True)
class Draft:
    """An exam as it would be saved.

    Attributes
    ----------
    exam : Exam
    case : str or None
        The case whose place it takes; None: a new one.
    nodule, view : int
        The view on the page, from 0.
    replaces : bool
        Whether that view stands in the log already.
    saved : bool
        Whether all of it does, as it is.
    """

    exam: Exam
    case: str | None = None
    nodule: int = 0
    view: int = 0
    replaces: bool = False
    saved: bool = False


def kept_of(case: Case) -> Kept | None:
    """What the log holds of the view on the page; None where it was never saved, or was deleted since."""
    if case.kept is None:
        return None
    try:
        return Kept(case.kept, own_log().open(case.kept.case))
    except BadInput as error:
        if error.code != "no_case":
            raise
    case.kept = None
    return None


def ask_where(earlier: Sequence[Entry], kept: Kept | None, found: Diagnosis, key: str) -> Where:
    """Let the reader say; offered first is what loses nothing."""
    options: list[Where] = []
    named = {entry.id: f"{entry.code}, {entry.day or f'saved {entry.saved:%d %b %Y}'}" for entry in earlier}
    if kept:
        at, first = kept.at, kept.fits(found)
        options += [first, Where(at.case, at.nodule, at.view), Where(at.case, at.nodule), Where(at.case)]
        named.setdefault(at.case, "The saved case")
        key += f" {first}"
    options += [Where()]
    for entry in earlier:
        options += [Where(entry.id, line.number - 1) for line in entry.nodules] + [Where(entry.id)]
    return st.selectbox(
        "This view belongs to",
        list(dict.fromkeys(options)),
        format_func=lambda one: one.said(named),
        key=f"exam-where-{key}",
    )


def joined(made: Exam, where: Where, kept: Kept | None) -> Draft:
    """The exam of the one nodule on the page with what its case holds already."""
    if where.case is None:
        return Draft(made)
    known = kept.exam if kept and kept.at.case == where.case else own_log().open(where.case)
    nodules, (one,) = list(known.nodules), made.nodules
    nodule = len(nodules) if where.nodule is None else where.nodule
    old = nodules[nodule] if where.nodule is not None else None
    view = len(old.views) if old and where.view is None else where.view or 0
    nodules[nodule : nodule + 1] = [_grown(old, one, view) if old else one]
    replaces = where.view is not None
    exam = replace(made, nodules=tuple(nodules), day=made.day if replaces else made.day or known.day)
    return Draft(exam, where.case, nodule, view, replaces, replaces and alike(exam, known))


def _grown(old: Nodule, one: Nodule, view: int) -> Nodule:
    """A nodule with a view more, to which what was not said again still applies; or with one replaced as it is said."""
    views = list(old.views)
    views[view : view + 1] = one.views
    said = (
        one
        if view < len(old.views)
        else Nodule(
            one.views, one.side or old.side, one.pole or old.pole, one.typed.over(old.typed), one.prior or old.prior
        )
    )
    return replace(said, views=tuple(views), pathology=old.pathology)
