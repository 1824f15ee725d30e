"""A model in an ONNX file answers as the app does: onnxruntime, which shares no code with torch, is asked."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import onnxruntime
import pytest
from onnx import TensorProto, helper, numpy_helper

from sera_core.classifiers import calibrate
from sera_core.classifiers.exchange import PROBABILITY, VIEWS, export_onnx
from sera_core.classifiers.foreign import foreign_parts
from sera_core.classifiers.store import load
from sera_core.cli import main
from sera_core.contracts import BadInput, CamMethod
from sera_core.diagnosis import Request
from sera_core.diagnosis.reading import _answer
from sera_core.train.frames import decode
from sera_core.train.manifest import read_manifest
from tests.classifiers.models import tiny
from tests.drawn import write_centre


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory) -> onnxruntime.InferenceSession:
    file = tmp_path_factory.mktemp("onnx") / "모델 1.onnx"
    export_onnx(tiny(), file)
    return onnxruntime.InferenceSession(file)


@pytest.mark.parametrize("shape", [(1, 1), (1, 5), (4, 3)])
def test_the_same_probabilities(session: onnxruntime.InferenceSession, shape: tuple[int, int]) -> None:
    model = tiny()
    side = model.card.preparation.input_px
    views = np.random.default_rng(sum(shape)).random((*shape, side, side)).astype(np.float32)
    (found,) = session.run([PROBABILITY], {VIEWS: views})
    np.testing.assert_allclose(found, model.answers(views).probability, atol=1e-4)


def test_the_metadata_say_what_is_needed_outside(session: onnxruntime.InferenceSession) -> None:
    told = {key: json.loads(value) for key, value in session.get_modelmeta().custom_metadata_map.items()}
    card = tiny().card.as_dict()
    assert told["sera.preparation"] == json.loads(json.dumps(card["preparation"]))
    assert (told["sera.calibration"], told["sera.cutoff"]) == (card["calibration"], card["cutoff"])
    assert told["sera.card"]["id"] == "tiny"


@pytest.mark.parametrize(
    ("kind", "words"),
    [("svm", "ends in a support vector machine"), ("joined", "joins a network to signs"), ("signs", "reads signs")],
)
def test_what_is_no_network_alone_has_no_onnx_form(tmp_path: Path, kind: str, words: str) -> None:
    with pytest.raises(BadInput, match=rf"tiny {words}.* no ONNX form: choose a network alone"):
        export_onnx(tiny(kind), tmp_path / "x.onnx")


def stranger_of(weights: np.ndarray, output: str) -> bytes:
    """A classifier that another program might have made: mean grey, two numbers, ready or as logits."""
    node = helper.make_node
    graph = helper.make_graph(
        [
            node("GlobalAveragePool", ["image"], ["mean"]),
            node("Flatten", ["mean"], ["flat"]),
            node("Gemm", ["flat", "weights"], ["logits"]),
            node("Softmax" if output == "probabilities" else "Identity", ["logits"], ["out"]),
        ],
        "stranger",
        [helper.make_tensor_value_info("image", TensorProto.FLOAT, ["N", 1, 32, 32])],
        [helper.make_tensor_value_info("out", TensorProto.FLOAT, ["N", 2])],
        [numpy_helper.from_array(weights.astype(np.float32), "weights")],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=10)
    return model.SerializeToString()


@pytest.mark.parametrize("output", ["logits", "probabilities"])
def test_a_stranger_answers_diagnoses_and_has_a_heatmap(output: str, tmp_path: Path) -> None:
    (tmp_path / "made.onnx").write_bytes(stranger_of(np.array([[2.0, -3.0]]), output))
    known = write_centre(tmp_path, "Clinic", 48, "external", seed=3)
    said = [
        "--labels",
        "drawn",
        "--positive",
        "drawn dark",
        "--trained-on",
        "Trained elsewhere.",
        "--title",
        "Theirs",
    ]
    numbers = ["--mean", "0.5", "--std", "0.25", "--output", output, "--domain", "simulated"]
    asked = ["import-onnx", str(tmp_path / "made.onnx"), "--out", str(tmp_path / "models" / "theirs")]
    assert main([*asked, "--frames", str(known), *said, *numbers, "--json"]) == 0
    model = load("theirs", tmp_path / "models")
    crops = np.random.default_rng(0).random((3, 32, 32)).astype(np.float32)
    mean = ((crops - 0.5) / 0.25).mean(axis=(1, 2))
    expected = calibrate.apply(model.card.calibration, -5 * mean)
    np.testing.assert_allclose(model.predict(crops), expected, atol=1e-4)
    (result,) = model.card.results
    assert (model.card.kind, result.centre, result.malignant) == ("onnx", "Clinic", 24)
    frame = decode(read_manifest(known))[0][0]
    _, heat = _answer(model, frame.pixels, frame.box, None, Request())
    assert heat is not None
    assert (heat.method, heat.values.shape) == (CamMethod.OCCLUSION, (32, 32))


def test_what_is_no_classifier_is_refused() -> None:
    with pytest.raises(BadInput, match="no ONNX model"):
        foreign_parts(b"something", "logits")
