"""The Cases page and whatever else on a page saves or reopens a case."""
