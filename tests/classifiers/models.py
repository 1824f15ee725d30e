"""A tiny model, made without training: a random last layer on a random body, with a card."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from sera_core.classifiers import familiarity
from sera_core.classifiers.card import Calibration, Card, CentreResult, Cutoff, Source
from sera_core.classifiers.classical import fit_svm
from sera_core.classifiers.cnn import Classifier
from sera_core.classifiers.measurements import SignsReader
from sera_core.nets.split import blank, build, pooled_features
from sera_core.signs.quantities import SCALE_FREE
from sera_core.train.frames import prepared
from tests.drawn import NETWORK, PREPARATION, frames

CARD = Card(
    id="tiny",
    title="A tiny model",
    network=NETWORK,
    kind="cnn",
    domain="simulated",
    default=True,
    trained_on="Trained on 24 frames of Here (drawn).",
    positive="drawn bright",
    preparation=PREPARATION,
    training=(Source("Here", 24, 12, 12, 12, "drawn"),),
    recipe={"mode": "transfer", "epochs": 1, "rate": 0.5, "mirror": True, "note": None},
    calibration=Calibration(0.8, -0.1, "nothing"),
    cutoff=Cutoff(0.5, 0.4, 0.6, "by hand", "nothing"),
    results=(CentreResult("Here", "internal", "simulated", 0.75, 0.5, 0.9, 12, 12, "drawn"),),
    familiarity_limit=2.0,
    limits=("Made for tests.",),
    licence="MIT",
)


def tiny(kind: str = "cnn", name: str = "tiny") -> Classifier:
    """A classifier that answers; its body is random but always the same."""
    import torch

    torch.manual_seed(0)
    parts = build(NETWORK, pretrained=False).eval().requires_grad_(False)
    known = frames(24)
    features = pooled_features(parts, prepared(known, PREPARATION), PREPARATION)
    patients = np.array([frame.case.patient_id for frame in known])
    svm = signs = None
    if kind in ("signs", "joined"):
        signs = SignsReader(SCALE_FREE, *map(tuple, np.random.default_rng(0).uniform(0.5, 1, (3, 16)).tolist()), -0.5)
        parts = blank() if kind == "signs" else parts
    if kind == "svm":
        del parts["last"]
        svm = fit_svm(features, np.array([frame.case.label for frame in known]), patients, c=1.0)
    card = replace(CARD, id=name, kind=kind, title=f"{CARD.title} ({kind})")
    seen = familiarity.see(prepared(known, familiarity.PREPARATION))
    return Classifier(card, parts, svm, familiarity.fit_familiarity(seen, patients), signs)
