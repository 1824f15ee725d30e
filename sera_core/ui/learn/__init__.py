"""The chapters of the Learn page, one a module, in the order of ``chapters.COURSE``."""
