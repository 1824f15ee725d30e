"""Where a part of a study keeps what it has finished, and whom it tells."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from sera_core.train.curves import Report


@dataclass(frozen=True)
class Stage:
    """A folder for finished work, which is not done again, and who takes lines of progress.

    Attributes
    ----------
    work : Path
    report : callable
        Takes one line.
    """

    work: Path
    report: Report

    def named(self, name: str) -> Stage:
        """The same stage, whose lines begin with a name."""
        return replace(self, report=lambda line: self.report(f"{name}: {line}"))

    def within(self, *folders: str) -> Stage:
        """The same stage in a folder of its own."""
        return replace(self, work=self.work.joinpath(*folders))
