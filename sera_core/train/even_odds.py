"""How often the likeliest word is right where its chance is below one half, and how often from there on.

``python -m sera_core.train.even_odds FOLDER`` (DDTI's frames with masks) prints it: each frame in its readers' outline,
by regressions that had not seen its fold. The words are readings, not pathology.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from sera_core.contracts import EVEN
from sera_core.evaluate.proportion import wilson
from sera_core.signs import measure
from sera_core.signs.propose import Rule, rules_for
from sera_core.train.proposals import left_out, made_sure, sharpness
from sera_core.train.readings import Described, ddti


def likeliest(rule: Rule, cases: Sequence[Described]) -> pd.DataFrame:
    """The word that each case is likeliest to show, its chance, and whether the reader said the same.

    Parameters
    ----------
    rule : Rule
        Its question and words are asked; its weights are fitted anew without each fold.
    cases : sequence of Described
        In one kind of outline.

    Returns
    -------
    DataFrame
        ``question, word, chance, right``, of the words that are proposed at all.
    """
    known = [case for case in cases if case.words.get(rule.question) in rule.words]
    truth = [rule.words.index(case.words[rule.question]) for case in known]
    unsure = left_out(rule, known)
    chances = made_sure(unsure, sharpness(unsure, truth))
    best = chances.argmax(1)
    found = pd.DataFrame(
        {
            "question": rule.question,
            "word": np.asarray(rule.words)[best],
            "chance": chances.max(1),
            "right": best == np.asarray(truth),
        }
    )
    return found[found["word"].isin(rule.proposed)]


def by_half(found: pd.DataFrame) -> Iterator[str]:
    """A line a question and side of one half, and both for all questions together."""
    sides = found["chance"].ge(EVEN).map({True: "from 50%", False: "below 50%"})
    everything = found.assign(side=sides, question="all")
    for (question, side), part in pd.concat([found.assign(side=sides), everything]).groupby(["question", "side"]):
        low, high = wilson(int(part["right"].sum()), len(part))
        right = f"{part['right'].sum():4} of {len(part):4} right  {part['right'].mean():.2f} ({low:.2f}-{high:.2f})"
        yield f"{question:20}{side:12}{right}"


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the lines."""
    parser = argparse.ArgumentParser(prog="python -m sera_core.train.even_odds", description=by_half.__doc__)
    parser.add_argument("folder", type=Path, help="DDTI's frames, masks and labels.csv")
    options = parser.parse_args(arguments)
    cases = [
        Described(measure(one.image.pixels, one.mask, None), "drawn", one.words, one.centre, one.patient, one.fold)
        for one in ddti(options.folder)
    ]
    asked = [rule for rule in rules_for("real").rules if any(rule.question in case.words for case in cases)]
    print("\n".join(by_half(pd.concat([likeliest(rule, cases) for rule in asked]))))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
