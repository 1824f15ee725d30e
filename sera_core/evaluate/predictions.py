"""A checked predictions table: cases x models, and its centres one by one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sera_core.contracts import READER, BadInput, Domain, Notice, Role
from sera_core.evaluate.placements import Placements, placements
from sera_core.evaluate.results import Cutoff
from sera_core.evaluate.roc import Curve, curve

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class CentreView:
    """The cases of one centre.

    Attributes
    ----------
    centre : str
    domain : "real" or "simulated"
    label : int [n]
    patient : int [n]
        A number for each patient.
    probability : float [n, M]
        NaN where a model gave no answer.
    models : tuple of str
        The columns of ``probability``.
    cases : DataFrame [n]
        Everything else that is known of the cases.
    person : int [n]
        The patients' numbers in the whole table: a patient of two centres has one.
    refused : bool [n, M] or None
        Where a model was asked and gave no answer; None: nowhere.
    """

    centre: str
    domain: Domain
    label: Ints
    patient: Ints
    probability: Floats
    models: tuple[str, ...]
    cases: pd.DataFrame
    person: Ints
    refused: NDArray[np.bool_] | None = None

    @property
    def malignant(self) -> int:
        """Cases with label 1."""
        return int(self.label.sum())

    @property
    def benign(self) -> int:
        """Cases with label 0."""
        return len(self.label) - self.malignant

    @cached_property
    def repeated(self) -> bool:
        """True where a patient has several images, which makes cases depend on each other."""
        return int(self.patient.max(initial=-1)) + 1 < len(self.patient)  # they are numbered without gaps

    @cached_property
    def raters(self) -> tuple[str, ...]:
        """Models, then readers (``reader_...``), that gave at least one answer here."""
        given = [m for k, m in enumerate(self.models) if not np.isnan(self.probability[:, k]).all()]
        readers = [c for c in self.cases if c.startswith(READER) and self.cases[c].notna().any()]
        return (*given, *readers)

    @cached_property
    def placements(self) -> dict[str, Placements]:
        """DeLong's components of every rater that answered cases of both classes; computed once."""
        found = {}
        for name in self.raters:
            label, score, patient = self.of(name)
            if 0 < label.sum() < len(label):
                found[name] = placements(label, score, self.clusters(patient))
        return found

    @cached_property
    def curves(self) -> dict[str, Curve]:
        """The ROC curve of every rater that answered cases of both classes; computed once."""
        return {name: curve(*self.of(name)[:2]) for name in self.placements}

    def compared(self) -> dict[str, NDArray[np.bool_]]:
        """The cases, bool [n], on which each model's curve is drawn beside the others'.

        Those that all models of the centre answered; each model's own where these lack a class. A model that left out
        the hard half, or the cancers, is thereby never measured against what another model's cases would have given.
        """
        given: dict[str, NDArray[np.bool_]] = {m: ~np.isnan(self.score(m)) for m in self.raters if m in self.models}
        common: NDArray[np.bool_] = np.all([*given.values(), self.label >= 0], axis=0)
        if 0 < self.label[common].sum() < np.count_nonzero(common):
            return dict.fromkeys(given, common)
        return given

    def clusters(self, patient: Ints) -> Ints | None:
        """The patients of some of the cases, for intervals; None where nobody has several images."""
        return patient if self.repeated else None

    def refused_by(self, model: str) -> NDArray[np.bool_]:
        """The cases, bool [n], that a model was asked about without an answer."""
        if self.refused is None:
            return np.zeros(len(self.label), bool)
        return self.refused[:, self.models.index(model)]

    def score(self, name: str) -> Floats:
        """Probability of a model, or score of a reader, of every case; NaN where there is none."""
        if name in self.models:
            return self.probability[:, self.models.index(name)]
        return self.cases[name].to_numpy(np.float64)

    def of(self, name: str) -> tuple[Ints, Floats, Ints]:
        """Label, score and patient of the cases that a rater answered."""
        score = self.score(name)
        given = ~np.isnan(score)
        return (
            (self.label, score, self.patient) if given.all() else (self.label[given], score[given], self.patient[given])
        )

    def pair(self, first: str, second: str) -> tuple[Placements, Placements] | None:
        """Placements of two raters on the cases that both answered; None where these lack a class."""
        a, b = self.score(first), self.score(second)
        both = ~np.isnan(a) & ~np.isnan(b)
        if both.all() and first in self.placements and second in self.placements:
            return self.placements[first], self.placements[second]
        label = self.label[both]
        if not 0 < label.sum() < len(label):
            return None
        patient = self.clusters(self.patient[both])
        return placements(label, a[both], patient), placements(label, b[both], patient)


@dataclass(frozen=True, eq=False)
class Predictions:
    """A checked predictions table.

    Attributes
    ----------
    cases : DataFrame [N]
        One row a case: ``case_id, patient_id, centre, domain, label`` and the optional columns that were given.
    models : tuple of str
        In the order of the table.
    probability : float [N, M]
        NaN where a model gave no answer for a case.
    roles : mapping of (model, centre) to "internal" or "external"
        Only pairs that occur.
    key : str
        sha256 of what was read: names this table in a cache.
    notices : tuple of Notice
        What was noticed while it was read: spellings taken as one name, and so on.
    given : mapping of model to Cutoff
        Cut-offs that came with the table (its columns ``cutoff``, ``cutoff_low`` and ``cutoff_high``).
    refused : bool [N, M] or None
        Where a model was asked and gave no answer (a row without a probability); None: nowhere.
    whole : Predictions or None
        The table that this one is a part of (see :meth:`select`): the family that a test belongs to is the table's,
        whichever part of it is looked at.
    """

    cases: pd.DataFrame
    models: tuple[str, ...]
    probability: Floats
    roles: Mapping[tuple[str, str], Role]
    key: str
    notices: tuple[Notice, ...] = ()
    given: Mapping[str, Cutoff] = field(default_factory=dict)
    refused: NDArray[np.bool_] | None = None
    whole: Predictions | None = None

    @cached_property
    def centres(self) -> tuple[str, ...]:
        """Internal centres in the order of the table, then external ones by name, those of the same kind first."""
        internal = {centre for (_, centre), role in self.roles.items() if role == "internal"}
        names = self.cases["centre"].unique().tolist()
        first = [name for name in names if name in internal]
        home = self.domains[first[0] if first else names[0]]
        return (*first, *sorted(set(names) - internal, key=lambda name: (self.domains[name] != home, name)))

    @cached_property
    def readers(self) -> tuple[str, ...]:
        """Names of the reader columns that hold a score, with their prefix ``reader_``."""
        return tuple(name for name in self.cases if name.startswith(READER) and self.cases[name].notna().any())

    @cached_property
    def domains(self) -> dict[str, Domain]:
        """Real or simulated, for each centre."""
        first = self.cases.drop_duplicates("centre")
        return dict(zip(first["centre"], first["domain"], strict=True))

    @cached_property
    def _persons(self) -> Ints:
        """A number for each patient of the whole table, [N]."""
        return pd.factorize(self.cases["patient_id"])[0].astype(np.int64)

    @cached_property
    def _views(self) -> dict[str, CentreView]:
        rows = self.cases.groupby("centre", sort=False).indices
        return {centre: self._view(centre, rows[centre]) for centre in self.centres}

    def at(self, centre: str) -> CentreView:
        """The cases of one centre."""
        if centre not in self._views:
            raise BadInput("no_centre", f"The table has no centre {centre!r}: choose of {', '.join(self.centres)}.")
        return self._views[centre]

    def select(self, models: Iterable[str] | None = None, centres: Iterable[str] | None = None) -> Predictions:
        """The part of the table with these models and centres (None: all); unknown names are left out."""
        kept = [m for m in self.models if models is None or m in set(models)]
        places = [c for c in self.centres if centres is None or c in set(centres)]
        if not kept or not places:
            raise BadInput("nothing_chosen", "Choose at least one model and one centre.")
        rows = self.cases["centre"].isin(places).to_numpy()
        columns = [self.models.index(model) for model in kept]
        return replace(
            self,
            cases=self.cases[rows].reset_index(drop=True),
            models=tuple(kept),
            probability=self.probability[np.ix_(rows, columns)],
            refused=None if self.refused is None else self.refused[np.ix_(rows, columns)],
            roles={(m, c): role for (m, c), role in self.roles.items() if m in kept and c in places},
            whole=self.whole or self,
        )

    def _view(self, centre: str, rows: NDArray[np.intp]) -> CentreView:
        cases = self.cases.iloc[rows].reset_index(drop=True)
        return CentreView(
            centre=centre,
            domain=self.domains[centre],
            label=cases["label"].to_numpy(np.int64),
            patient=pd.factorize(self._persons[rows])[0].astype(np.int64),
            person=self._persons[rows],
            probability=self.probability[rows],
            models=self.models,
            cases=cases,
            refused=None if self.refused is None else self.refused[rows],
        )
