"""A run that is killed goes on to the same result, and two processes take the same steps as one."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load_file

from sera_core.contracts import BadInput
from sera_core.train import checkpoint
from sera_core.train.loop import finetune
from tests.drawn import NETWORK, PREPARATION, frames
from tests.train.runner import SHORT

ROOT = Path(__file__).resolve().parents[2]
ONE = {**os.environ, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1", "ACCELERATE_USE_CPU": "true"}
RUN = ["-m", "tests.train.runner"]
TWO = ["-m", "torch.distributed.run", "--standalone", "--nproc_per_node", "2", *RUN]


def curve(folder: Path) -> list[dict]:
    return [json.loads(line) for line in (folder / "curves.jsonl").read_text().splitlines()]


def losses(folder: Path) -> np.ndarray:
    return np.array([row["loss"] for row in curve(folder) if "step" in row])


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One process, from the first epoch to the last."""
    folder = tmp_path_factory.mktemp("whole")
    subprocess.run([sys.executable, *RUN, str(folder)], cwd=ROOT, env=ONE, check=True, timeout=400)
    return folder


def test_a_killed_run_comes_to_the_same_result(whole: Path, tmp_path: Path) -> None:
    command = [sys.executable, *RUN, str(tmp_path)]
    running = subprocess.Popen(command, cwd=ROOT, env=ONE, stdout=subprocess.DEVNULL)
    until = time.monotonic() + 300
    while not (tmp_path / checkpoint.FILE).is_file() and time.monotonic() < until:
        time.sleep(0.01)
    running.send_signal(signal.SIGKILL)
    assert running.wait() == -signal.SIGKILL, "killed between its first epoch and its end"
    again = subprocess.run(command, cwd=ROOT, env=ONE, check=True, timeout=400, capture_output=True, text=True)
    assert "epoch 1/3" not in again.stdout, "the first epoch is not run again"
    assert "epoch 3/3" in again.stdout
    before, after = load_file(whole / "fitted"), load_file(tmp_path / "fitted")
    for name, value in before.items():
        np.testing.assert_array_equal(after[name], value, err_msg=name)
    np.testing.assert_array_equal(losses(tmp_path), losses(whole))
    assert not list(tmp_path.glob(".*.part"))


def test_two_processes_take_the_same_steps_as_one(whole: Path, tmp_path: Path) -> None:
    """With dropout, batch norm, mirrored and varied images, and batches of 7 dealt out as 3 and 4."""
    subprocess.run([sys.executable, *TWO, str(tmp_path)], cwd=ROOT, env=ONE, check=True, timeout=400)
    np.testing.assert_allclose(losses(tmp_path), losses(whole), rtol=0, atol=1e-3)
    before, after = load_file(whole / "fitted"), load_file(tmp_path / "fitted")
    for name, value in before.items():
        np.testing.assert_allclose(after[name], value, rtol=0, atol=2e-3, err_msg=name)


def test_accumulated_parts_are_steps_of_the_same_length(whole: Path, tmp_path: Path) -> None:
    """Batch norm sees smaller parts, so the losses are near, not equal; there are as many of them."""
    accumulated = {**ONE, "ACCELERATE_GRADIENT_ACCUMULATION_STEPS": "2"}
    subprocess.run([sys.executable, *RUN, str(tmp_path)], cwd=ROOT, env=accumulated, check=True, timeout=400)
    assert len(losses(tmp_path)) == len(losses(whole))
    np.testing.assert_allclose(losses(tmp_path)[0], losses(whole)[0], atol=0.3)
    assert losses(tmp_path)[-3:].mean() < losses(tmp_path)[0]


def test_curves_hold_every_step_and_epoch(whole: Path) -> None:
    rows = curve(whole)
    steps = [row for row in rows if "step" in row]
    assert [row["step"] for row in steps] == list(range(1, 10)), "24 images, batches of 7, three epochs"
    epochs = [row for row in rows if "seconds" in row]
    assert [row["epoch"] for row in epochs] == [1, 2, 3]
    for row in epochs:
        own = [step["loss"] for step in steps if step["epoch"] == row["epoch"]]
        assert row["loss"] == pytest.approx(np.mean(own))
        assert row["images_per_s"] == pytest.approx(21 / row["seconds"])


def test_tensorboard_reads_the_same_losses(whole: Path) -> None:
    """Written by tensorboardX, read back record by record: length, checksum, event, checksum."""
    from tensorboardX.proto.event_pb2 import Event

    (file,) = (whole / "tensorboard").glob("events.*")
    data, found = file.read_bytes(), []
    while data:
        size = int.from_bytes(data[:8], "little")
        event = Event.FromString(data[12 : 12 + size])
        found += [(event.step, value.simple_value) for value in event.summary.value if value.tag == "loss/step"]
        data = data[16 + size :]
    assert [step for step, _ in found] == list(range(1, 10))
    np.testing.assert_allclose([value for _, value in found], losses(whole), rtol=1e-6)


def test_a_finished_run_is_not_run_again_and_another_one_starts_anew(whole: Path) -> None:
    lines: list[str] = []
    fitted = finetune(NETWORK, frames(24), PREPARATION, SHORT, lines.append, keep=whole)
    assert not lines
    for name, value in load_file(whole / "fitted").items():
        np.testing.assert_array_equal(fitted.parts.state_dict()[name].numpy(), value)
    key = checkpoint.run_key(NETWORK, frames(24), PREPARATION, SHORT)
    assert checkpoint.read(whole, key) is not None
    others = [
        checkpoint.run_key(NETWORK, frames(24), PREPARATION, replace(SHORT, rate=0.02)),
        checkpoint.run_key(NETWORK, frames(22), PREPARATION, SHORT),
        checkpoint.run_key(NETWORK, frames(24), replace(PREPARATION, padding=2.0), SHORT),
    ]
    assert all(checkpoint.read(whole, other) is None for other in others)


def test_a_damaged_checkpoint_is_not_taken_up(tmp_path: Path) -> None:
    (tmp_path / checkpoint.FILE).write_bytes(b"not a checkpoint")
    assert checkpoint.read(tmp_path, "key") is None


def test_more_processes_than_images_in_a_batch_are_refused(tmp_path: Path) -> None:
    from sera_core.train.descent import _check_shares

    with pytest.raises(BadInput, match="A batch of 3 images cannot be dealt out to 4 processes"):
        _check_shares(3, 4)
