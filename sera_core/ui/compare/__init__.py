"""The cells of the Compare page, one module each."""
