"""A cohort on disk: complete, resumable, never half-written."""

import csv
import os
import pickle
import signal
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from sera_core.contracts import BadInput
from sera_core.simulate.cohort import any_cohort
from sera_core.simulate.disk import COLUMNS, run, write_cohort

CASES = 5


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("whole")
    run(out, any_cohort("B", CASES, 3), sheet_file=out / "sheet.png")
    return out


def rows(folder: Path) -> list[dict[str, str]]:
    with (folder / "manifest.csv").open(newline="") as file:
        return list(csv.DictReader(file))


def contents(folder: Path) -> dict[str, bytes]:
    return {
        str(f.relative_to(folder)): f.read_bytes() for f in folder.rglob("*") if f.is_file() and "sheet" not in f.name
    }


def test_manifest_and_files(whole: Path) -> None:
    table = rows(whole)
    assert tuple(table[0]) == COLUMNS
    assert len(table) == CASES
    assert {row["label"] for row in table} <= {"0", "1"}
    for row in table:
        image, mask = (np.asarray(Image.open(whole / row[kind])) for kind in ("image", "mask"))
        assert image.shape == mask.shape == (448, 448)
        x, y, width, height = (int(row[name]) for name in ("x", "y", "width", "height"))
        assert mask[y : y + height, x : x + width].any()
        assert mask.astype(bool).sum() == mask[y : y + height, x : x + width].astype(bool).sum()
    assert Image.open(whole / "sheet.png").size[0] > 4 * 448


def test_a_killed_run_goes_on_where_it_stopped(whole: Path, tmp_path: Path) -> None:
    def stop(done: int, total: int) -> None:
        if done == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_cohort(tmp_path, any_cohort("B", CASES, 3), progress=stop)
    manifest = tmp_path / "manifest.csv"
    manifest.write_bytes(manifest.read_bytes() + b"images/half,1,B-any")  # the machine died in the middle of a row
    seen: list[tuple[int, int]] = []
    write_cohort(tmp_path, any_cohort("B", CASES, 3), progress=lambda done, total: seen.append((done, total)))
    assert seen == [(3, CASES), (4, CASES), (5, CASES)]
    assert contents(tmp_path) == contents(whole)


def test_processes_write_the_same_bytes(whole: Path, tmp_path: Path) -> None:
    write_cohort(tmp_path, any_cohort("B", CASES, 3), workers=2)
    assert contents(tmp_path) == contents(whole)


def test_another_cohort_is_not_mixed_in(whole: Path, tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="another cohort"):
        run(whole, any_cohort("B", CASES, 4))
    (tmp_path / "manifest.csv").write_text("image,label\nmine.png,1\n")
    with pytest.raises(BadInput, match="choose another folder"):
        run(tmp_path, any_cohort("internal", 2, 1))
    assert (tmp_path / "manifest.csv").read_text() == "image,label\nmine.png,1\n"


def test_a_folder_that_cannot_be_made_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(BadInput, match="cannot be written"):
        run(tmp_path / "file" / "out", any_cohort("internal", 1, 1))


def test_training_reads_the_manifest(whole: Path) -> None:
    from sera_core.train.manifest import read_manifest

    cases = read_manifest(whole / "manifest.csv")
    assert len(cases) == CASES
    assert all(case.box is not None and case.centre == "B" for case in cases)


def test_a_cluster_gives_the_same_bytes_though_a_worker_is_killed(tmp_path: Path) -> None:
    from distributed import Client, LocalCluster

    cohort = any_cohort("A", 12, seed=5)
    run(tmp_path / "here", cohort)
    killed = []

    def kill_one(done: int, total: int) -> None:
        if not killed:
            with Client(cluster.scheduler_address) as client:
                killed.append(next(iter(client.run(os.getpid).values())))
            os.kill(killed[0], signal.SIGKILL)

    with LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as cluster:
        run(tmp_path / "there", cohort, workers=cluster.scheduler_address, progress=kill_one)
    assert killed
    assert len(contents(tmp_path / "here")) == 25
    assert contents(tmp_path / "there") == contents(tmp_path / "here")


def test_a_refusal_comes_back_from_another_process() -> None:
    refusal = pickle.loads(pickle.dumps(BadInput("blank", "Nothing is there.")))
    assert (refusal.code, refusal.message) == ("blank", "Nothing is there.")
