"""Models on disk: the same answers after loading, and refusals of everything that was touched."""

from __future__ import annotations

import io
import json
import pickle
import zipfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
import skops.io
from safetensors.numpy import load as tensors_of
from safetensors.numpy import save as tensor_bytes

from sera_core.classifiers import store
from sera_core.classifiers.card import CARD_FILE
from sera_core.classifiers.classical import fit_svm, load_svm
from sera_core.classifiers.cnn import Classifier
from sera_core.classifiers.familiarity import PREPARATION as EYE
from sera_core.classifiers.familiarity import see
from sera_core.contracts import BadInput
from sera_core.train.frames import prepared
from tests.classifiers.models import tiny
from tests.drawn import PREPARATION, frames

FRESH = frames(6, seed=500)
CROPS = prepared(FRESH, PREPARATION)
SIGNS = np.random.default_rng(2).normal(size=(6, 1, 16)).astype(np.float32)


@pytest.fixture(scope="module", params=["cnn", "svm", "signs", "joined"])
def made(request: pytest.FixtureRequest) -> Classifier:
    return tiny(request.param)


@pytest.fixture(scope="module")
def network() -> Classifier:
    return tiny()


@pytest.fixture
def place(network: Classifier, tmp_path: Path) -> Path:
    """Folder of a saved model."""
    store.save(network, tmp_path)
    return tmp_path / "tiny"


def test_a_saved_model_gives_the_same_answers(made: Classifier, tmp_path: Path) -> None:
    card = store.save(made, tmp_path)
    loaded = store.load("tiny", tmp_path)
    assert loaded.card == card
    np.testing.assert_allclose(loaded.predict(CROPS), made.predict(CROPS), atol=2e-3)
    theirs, ours = (m.answers(CROPS[:, None], SIGNS).probability for m in (loaded, made))
    np.testing.assert_allclose(theirs, ours, atol=2e-3)
    assert np.ptp(theirs) > 1e-3
    assert card.reads_signs == (not np.allclose(ours, made.predict(CROPS)))
    known, again = (m.familiarity(see(prepared(FRESH, EYE))) for m in (made, loaded))
    np.testing.assert_allclose([f.distance for f in again], [f.distance for f in known], rtol=0.01)
    assert [status.valid for status in store.installed(tmp_path)] == [True]
    assert not list(tmp_path.rglob(".*.part"))


def test_saving_what_was_loaded_changes_no_weight(place: Path) -> None:
    before = (place / store.WEIGHTS).read_bytes()
    store.save(store.load("tiny", place.parent), place.parent)
    assert (place / store.WEIGHTS).read_bytes() == before


def test_loading_again_after_saving_gives_the_new_card(network: Classifier, tmp_path: Path) -> None:
    from dataclasses import replace

    store.save(network, tmp_path)
    assert store.load("tiny", tmp_path).card.title == network.card.title
    store.save(replace(network, card=replace(network.card, title="Another title")), tmp_path)
    assert store.load("tiny", tmp_path).card.title == "Another title"


@pytest.mark.parametrize("name", [store.WEIGHTS, store.INDEX])
def test_one_changed_byte_is_refused(place: Path, name: str) -> None:
    data = bytearray((place / name).read_bytes())
    data[len(data) // 2] ^= 1
    (place / name).write_bytes(bytes(data))
    (status,) = store.installed(place.parent)
    assert not status.valid
    assert status.problem == f"tiny/{name} is not the file its card describes: copy the folder again."
    with pytest.raises(BadInput, match="not the file its card describes"):
        store.load("tiny", place.parent)


def test_a_missing_file_is_refused(place: Path) -> None:
    (place / store.INDEX).unlink()
    (status,) = store.installed(place.parent)
    assert status.problem == f"The model tiny lacks {store.INDEX}: copy the folder again."


def test_a_renamed_folder_is_refused(place: Path) -> None:
    place.rename(place.with_name("other"))
    (status,) = store.installed(place.parent)
    assert status.problem == "The model folder other holds the card of tiny: give it that name."


@pytest.mark.parametrize("files", [{}, {"weights.safetensors": "0" * 64, "../x": "0" * 64}])
def test_a_card_that_lists_other_files_is_refused(place: Path, files: dict[str, str]) -> None:
    card = json.loads((place / CARD_FILE).read_text())
    (place / CARD_FILE).write_text(json.dumps({**card, "files": files}))
    (status,) = store.installed(place.parent)
    assert "does not list exactly these files" in status.problem


def test_files_of_another_program_are_refused_in_words(place: Path) -> None:
    """The hash fits, the content does not."""
    (place / store.WEIGHTS).write_bytes(b"not tensors")
    card = json.loads((place / CARD_FILE).read_text())
    card["files"][store.WEIGHTS] = store._sha256(b"not tensors")
    (place / CARD_FILE).write_text(json.dumps(card))
    with pytest.raises(BadInput, match="do not fit this version"):
        store.load("tiny", place.parent)


def rewritten(place: Path, name: str, change: Callable[[dict[str, np.ndarray]], object]) -> None:
    """Change a file's tensors and let the card's hash follow."""
    tensors = tensors_of((place / name).read_bytes())
    change(tensors)
    data = tensor_bytes({key: np.ascontiguousarray(value) for key, value in tensors.items()})
    (place / name).write_bytes(data)
    card = json.loads((place / CARD_FILE).read_text())
    card["files"][name] = store._sha256(data)
    (place / CARD_FILE).write_text(json.dumps(card))


@pytest.mark.parametrize(
    ("name", "change", "said"),
    [
        (store.WEIGHTS, lambda t: t.update({"last.weight": t["last.weight"][:, :-1]}), "size mismatch"),
        (
            store.WEIGHTS,
            lambda t: t["last.weight"].__setitem__((0, 0), np.nan),
            "weight holds values that are not",
        ),
        (store.WEIGHTS, lambda t: t.pop("last.bias"), "Missing key"),
        (store.INDEX, lambda t: t.update(train=t["train"][:, :-1]), "unit length|1279 features"),
        (store.INDEX, lambda t: t.update(train=np.eye(24, 1279, dtype=np.float16)), "1279 features instead of 1280"),
        (store.INDEX, lambda t: t.update(train=t["train"][:-1]), "do not fit each other"),
        (store.INDEX, lambda t: t.update(train=t["train"].ravel()), "do not fit each other"),
        (store.INDEX, lambda t: t.update(train=t["train"][:2], leave_one_out=t["leave_one_out"][:2]), "do not fit"),
        (store.INDEX, lambda t: t.update(train=t["train"] * 2), "unit length"),
        (store.INDEX, lambda t: t.update(leave_one_out=t["leave_one_out"][::-1]), "sorted"),
        (store.INDEX, lambda t: t["leave_one_out"].__setitem__(-1, np.inf), "leave_one_out holds values that are not"),
        (store.INDEX, lambda t: t.pop("train"), "train"),
        (store.INDEX, lambda t: t.update(more=t["train"]), "more"),
    ],
)
def test_arrays_that_do_not_fit_are_refused_in_a_sentence(
    place: Path, name: str, change: Callable[[dict[str, np.ndarray]], object], said: str
) -> None:
    rewritten(place, name, change)
    with pytest.raises(BadInput, match=f"do not fit this version .*({said})") as refusal:
        store.load("tiny", place.parent)
    assert refusal.value.code == "model_unusable"


@pytest.mark.parametrize(
    ("where", "wrong"),
    [
        ("scaler.mean_", np.zeros(3)),
        ("scaler.scale_", np.full(4, np.nan)),
        ("machine.support_vectors_", np.zeros((1, 4))),
        ("machine._dual_coef_", np.zeros((1, 500))),
        ("machine._intercept_", np.zeros(2)),
        ("machine._n_support", np.array([1000, 1000], np.int32)),
        ("sigmoid.a_", np.nan),
        ("whole.classes_", np.array([0, 2])),
    ],
)
def test_a_machine_whose_arrays_do_not_fit_is_refused(where: str, wrong: np.ndarray) -> None:
    """libsvm trusts its arrays and would read beyond their ends."""
    random = np.random.default_rng(0)
    labels = np.arange(40) % 2
    model = fit_svm((random.random((40, 4)) + labels[:, None]).astype(np.float32), labels, np.arange(40), c=1.0)
    (calibrated,) = model.calibrated_classifiers_
    (scaler, machine), (sigmoid,) = (step for _, step in calibrated.estimator.steps), calibrated.calibrators
    parts = {"scaler": scaler, "machine": machine, "sigmoid": sigmoid, "whole": model}
    model.cv = None
    fit = load_svm(skops.io.dumps(model), 4)
    np.testing.assert_allclose(fit.predict_proba(np.eye(4)), model.predict_proba(np.eye(4)))
    with pytest.raises(ValueError, match="support vector machine: "):
        load_svm(skops.io.dumps(model), 5)
    part, name = where.split(".")
    setattr(parts[part], name, wrong)
    with pytest.raises(ValueError, match="support vector machine: "):
        load_svm(skops.io.dumps(model), 4)


@pytest.mark.parametrize("name", ["", ".", "..", "../tiny", "a/b", "a\\b", "/etc", "tiny/", "tiny\0", "nothing"])
def test_names_that_are_no_model_are_refused_with_the_list(place: Path, name: str) -> None:
    with pytest.raises(BadInput, match="choose one of these: tiny") as refusal:
        store.load(name, place.parent)
    assert refusal.value.code == "unknown_model"


def test_no_way_out_of_the_folder(place: Path) -> None:
    """A card beside the models folder is not reached by ``..``, though it is there."""
    (place.parent / "deeper").mkdir()
    (place.parent / CARD_FILE).write_bytes((place / CARD_FILE).read_bytes())
    for name in ("..", "../tiny"):
        with pytest.raises(BadInput, match="none is installed"):
            store.load(name, place.parent / "deeper")


def test_an_empty_folder_has_no_models(tmp_path: Path) -> None:
    assert store.installed(tmp_path) == []
    assert store.installed(tmp_path / "absent") == []


def test_defaults_come_first(network: Classifier, tmp_path: Path) -> None:
    from dataclasses import replace

    for name, default in (("a", False), ("b", True), ("c", False)):
        store.save(replace(network, card=replace(network.card, id=name, default=default)), tmp_path)
    assert [status.id for status in store.installed(tmp_path)] == ["b", "a", "c"]


def skops_with(schema: dict) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("schema.json", json.dumps(schema))
    return out.getvalue()


def test_a_machine_of_an_untrusted_type_is_refused() -> None:
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import FunctionTransformer

    data = skops.io.dumps(make_pipeline(FunctionTransformer(func=zipfile.is_zipfile)))
    with pytest.raises(BadInput, match=r"not trusted \(zipfile\.is_zipfile\)"):
        load_svm(data, 4)


def test_a_pickle_is_never_opened(tmp_path: Path, place: Path) -> None:
    """A file that would write a mark when it is unpickled, in the place of each file of a model."""
    mark = tmp_path / "opened"
    trap = pickle.dumps(Trap(str(mark)))
    with pytest.raises(Exception):  # noqa: B017, PT011  # any refusal will do
        load_svm(trap, 4)
    for name in (store.WEIGHTS, store.INDEX):
        kept = (place / name).read_bytes()
        (place / name).write_bytes(trap)
        card = json.loads((place / CARD_FILE).read_text())
        digest = card["files"][name]
        (place / CARD_FILE).write_text(json.dumps({**card, "files": {**card["files"], name: store._sha256(trap)}}))
        with pytest.raises(BadInput):
            store.load("tiny", place.parent)
        (place / name).write_bytes(kept)
        assert digest == store._sha256(kept)
        (place / CARD_FILE).write_text(json.dumps(card))
    assert not mark.exists()
    pickle.loads(trap)
    assert mark.exists(), "the trap itself does not work"


class Trap:
    """Writes a file when it is unpickled."""

    def __init__(self, file: str) -> None:
        self.file = file

    def __reduce__(self) -> tuple:
        return Path.touch, (Path(self.file),)


def test_eight_threads_through_one_model_agree(made: Classifier) -> None:
    alone = made.predict(CROPS)
    eyed = prepared(FRESH[:2], EYE)
    distances = [f.distance for f in made.familiarity(see(eyed))]

    def answer(_: int) -> tuple[list[float], list[float]]:
        return list(made.predict(CROPS)), [f.distance for f in made.familiarity(see(eyed))]

    with ThreadPoolExecutor(8) as threads:
        for probabilities, found in threads.map(answer, range(16)):
            np.testing.assert_array_equal(probabilities, alone)
            np.testing.assert_array_equal(found, distances)


def test_weights_are_hashed_once_until_a_file_changes(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    hashed: list[int] = []
    whole = store._sha256
    monkeypatch.setattr(store, "_sha256", lambda data: (hashed.append(len(data)), whole(data))[1])
    for _ in range(3):
        assert [status.valid for status in store.installed(place.parent)] == [True]
    assert len(hashed) == 2, "weights and index, once"
    data = (place / store.INDEX).read_bytes()
    (place / store.INDEX).write_bytes(data)  # the same bytes, but who knows
    assert [status.valid for status in store.installed(place.parent)] == [True]
    assert len(hashed) == 4
    (place / store.INDEX).write_bytes(data[:-1] + bytes([data[-1] ^ 1]))  # of the same length
    assert [status.valid for status in store.installed(place.parent)] == [False]


def test_a_model_that_was_changed_is_not_answered_from_memory(network: Classifier, place: Path) -> None:
    assert store.load("tiny", place.parent) is store.load("tiny", place.parent)
    (place / store.WEIGHTS).write_bytes(b"other")
    with pytest.raises(BadInput, match="not the file its card describes"):
        store.load("tiny", place.parent)
