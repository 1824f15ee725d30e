"""What a training run tells while it runs: lines with rate and time left, curves as JSON lines and for TensorBoard."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sera_core.files import whole_file, writing

Report = Callable[[str], None]
FILE = "curves.jsonl"
PATIENCE = 30.0  # seconds between two lines within an epoch


class Curves:
    """Losses and rates of one training run.

    Parameters
    ----------
    report : callable
        Takes lines of progress.
    folder : Path or None
        Where ``curves.jsonl`` (one line a step, one an epoch) and TensorBoard's events go; None keeps nothing.
    epochs, steps : int
        Epochs of the run, and steps (batches) of an epoch.
    done : int
        Epochs finished before: what a killed run wrote after them is dropped.
    """

    def __init__(self, report: Report, folder: Path | None, epochs: int, steps: int, done: int = 0) -> None:
        self._report, self._epochs, self._steps = report, epochs, steps
        self._file = folder / FILE if folder else None
        self._rows: list[dict[str, Any]] = []
        self._images = 0
        self._epoch = done
        self._begun = self._told = self._epoch_begun = time.monotonic()
        self._work = 0
        if self._file:
            _drop_after(self._file, done)
        self._board = _board(folder, done * steps) if folder else None

    def step(self, loss: float, rate: float, images: int) -> None:
        """One step of gradient descent is done."""
        at = self._epoch * self._steps + len(self._rows) + 1
        self._rows.append({"epoch": self._epoch + 1, "step": at, "loss": loss, "rate": rate})
        self._images += images
        self._work += 1
        if self._board:
            self._board.add_scalar("loss/step", loss, at)
            self._board.add_scalar("rate", rate, at)
        if time.monotonic() - self._told > PATIENCE and len(self._rows) < self._steps:
            self._told = time.monotonic()
            self._report(f"epoch {self._epoch + 1}/{self._epochs} batch {len(self._rows)}/{self._steps}{self._pace()}")

    def epoch(self) -> None:
        """One epoch is done: tell it and write its rows."""
        loss = sum(row["loss"] for row in self._rows) / len(self._rows)
        self._report(f"epoch {self._epoch + 1}/{self._epochs} loss {loss:.4f}{self._pace()}")
        seconds = time.monotonic() - self._epoch_begun
        whole = {"epoch": self._epoch + 1, "loss": loss, "images_per_s": self._images / seconds, "seconds": seconds}
        if self._file:
            with writing(self._file), self._file.open("a", encoding="utf-8") as lines:
                lines.writelines(json.dumps(row) + "\n" for row in [*self._rows, whole])
        if self._board:
            self._board.add_scalar("loss/epoch", loss, self._epoch + 1)
            self._board.flush()
        self._rows, self._images = [], 0
        self._epoch += 1
        self._epoch_begun = self._told = time.monotonic()

    def close(self) -> None:
        """Close TensorBoard's file."""
        if self._board:
            self._board.close()

    def _pace(self) -> str:
        now = time.monotonic()
        left = self._epochs * self._steps - self._epoch * self._steps - len(self._rows)
        rate = self._images / max(now - self._epoch_begun, 1e-9)
        return f", {rate:.0f} images/s, {clock(left * (now - self._begun) / max(self._work, 1))} left"


def clock(seconds: float) -> str:
    """A length of time as a person says it: "40 s", "12 min", "3 h 5 min"."""
    minutes = round(seconds / 60)
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{minutes} min" if minutes < 90 else f"{minutes // 60} h {minutes % 60} min"


def _board(folder: Path, done: int) -> Any:
    """A writer of TensorBoard's files; tensorboardX is 90 kB, the tensorboard package itself would bring 20 MB."""
    from tensorboardX import SummaryWriter

    return SummaryWriter(str(folder / "tensorboard"), purge_step=done + 1 if done else None)


def _drop_after(file: Path, epoch: int) -> None:
    """Keep the rows of finished epochs only."""
    lines = file.read_text(encoding="utf-8").splitlines() if epoch and file.is_file() else []
    kept = [line for line in lines if json.loads(line)["epoch"] <= epoch]
    with whole_file(file) as part:
        part.write_text("".join(line + "\n" for line in kept), encoding="utf-8")
