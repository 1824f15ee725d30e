"""How a result is told, the same on page, paper and command line."""

from sera_core.wording.probability import certain, in_hundred, percent
from sera_core.wording.verdict import answer, headline, of_cancer, shortly, zone

__all__ = ["answer", "certain", "headline", "in_hundred", "of_cancer", "percent", "shortly", "zone"]
