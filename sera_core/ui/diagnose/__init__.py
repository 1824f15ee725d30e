"""The cells of the Diagnose page, one a module."""
