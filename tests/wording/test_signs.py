"""What is said of a word that is proposed, and of one that is not."""

from __future__ import annotations

import pytest

from sera_core.contracts import Description, Measured, Proposal
from sera_core.wording.signs import LOOK, chances


@pytest.mark.parametrize(
    ("chance", "told", "said"),
    [
        (0.62, True, ("62%",)),
        (0.38, True, ("likeliest: very hypoechoic 38%", LOOK)),
        (0.4961, True, ("likeliest: very hypoechoic 49.6%", LOOK)),
        (0.62, False, (LOOK,)),
        (0.38, False, (LOOK,)),
    ],
)
def test_a_chance_is_told_where_the_word_is_told_from_others_and_below_even_odds_it_is_not_proposed(
    chance: float, told: bool, said: tuple[str, ...]
) -> None:
    one = Proposal("echogenicity", "very_hypoechoic", chance, told and chance >= 0.5, told)
    assert chances(Measured((), (one,), Description(), None), "echogenicity") == said
