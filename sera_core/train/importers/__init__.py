"""Data sets as users download them, turned into one manifest: one data set a module."""

from sera_core.train.importers.rows import Tally
from sera_core.train.importers.write import IMPORTERS, Imported, write_manifest

__all__ = ["IMPORTERS", "Imported", "Tally", "write_manifest"]
