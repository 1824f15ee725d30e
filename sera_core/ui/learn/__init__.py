"""The chapters of the Learn page, one a module; a chapter exists where a module holds a ``CHAPTER``."""
