"""An exam as DICOM objects that another system files: frames, pictures with outline and map, an SR, the PDF.

Everything is marked as derived by a program. No name, number or date of birth is written: who files the objects adds
the patient; the exam's code stands as Patient ID.
"""

from sera_core.reports.dicom.export import export, objects, write
from sera_core.reports.dicom.source import Source, source_of

__all__ = ["Source", "export", "objects", "source_of", "write"]
