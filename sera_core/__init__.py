"""Thyroid-nodule ultrasound: diagnosed, explained, compared and taught."""

__version__ = "0.1.0"  # the same as in pyproject.toml
