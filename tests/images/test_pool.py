"""The decoding children: what they may use, what becomes of a file that kills one, and who may ask them."""

from __future__ import annotations

import os
import signal
import statistics
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from pydicom.encaps import encapsulate
from pydicom.uid import JPEGLosslessSV1, RLELossless

from sera_core.contracts import BadInput
from sera_core.images import child as program
from sera_core.images.pool import Child, Pool
from sera_core.images.read import read_image
from sera_core.images.wire import Request
from tests.images.files import dataset, encode, save, speckle, with_gdcm

ROOT = Path(__file__).resolve().parents[2]
GREY = speckle()
SCRIPT_SECONDS = 120


@pytest.fixture(scope="module")
def lossless(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    return with_gdcm(dataset(GREY), JPEGLosslessSV1, tmp_path_factory.mktemp("gdcm"))


def without_huffman_table(file: bytes) -> bytes:
    """Without it this frame makes gdcm abort the process it runs in."""
    return file.replace(b"\xff\xc4", b"\xff\x00", 1)


def slow_file(side: int = 4990) -> bytes:
    """RLE in which every run holds one byte: pydicom needs far more than 2 s for it."""
    data = dataset(np.zeros((side, side), np.uint8))
    runs = bytes(2 * side * side)
    header = (1).to_bytes(4, "little") + (64).to_bytes(4, "little") + bytes(56)
    data.PixelData = encapsulate([header + runs])
    data["PixelData"].VR = "OB"
    data["PixelData"].is_undefined_length = True
    return save(data, RLELossless)


def test_a_crash_of_the_decoder_is_a_refusal(lossless: bytes) -> None:
    pool = Pool(1)
    broken, good = (Request(data, "DICOM", 0) for data in (without_huffman_table(lossless), lossless))
    for _ in range(2):
        with pytest.raises(BadInput, match="This DICOM file is incomplete or damaged") as refusal:
            pool.ask(broken)
        assert refusal.value.code == "damaged"
        np.testing.assert_allclose(pool.ask(good).grey * 255, GREY, atol=1e-4)  # the next file costs nothing
    pool.end()


@pytest.mark.parametrize("place", [6, 18])
def test_segmentation_faults_are_refusals(lossless: bytes, place: int) -> None:
    """Another precision, another table class: gdcm writes where it should not."""
    start = lossless.index(b"\xff\xd8\xff\xc3")
    for value in (2, 17, 32, 255):
        broken = bytearray(lossless)
        broken[start + place] = value
        try:
            read_image(bytes(broken))
        except BadInput as refusal:
            assert refusal.code == "damaged"  # noqa: PT017 - either outcome is right, a crash is not


def used(pid: int) -> float:
    """Processor seconds of a process."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def test_a_file_that_takes_too_long_is_refused() -> None:
    child = Child()
    start = sum(os.times()[2:4])
    with pytest.raises(BadInput, match="more processor time or memory") as refusal:
        child.ask(Request(slow_file(), "DICOM", 0))
    assert refusal.value.code == "too_costly"
    assert not child.alive  # and reaped: its time counts among that of our children
    assert sum(os.times()[2:4]) - start < program.CPU_SECONDS + 2  # its start and its imports are the rest
    child.end()


def test_a_child_that_sleeps_is_woken_for_good(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sera_core.images.pool.WALL_SECONDS", 3.0)
    pool = Pool(1)
    request = Request(encode(GREY, "PNG"), "PNG", 0)
    pool.ask(request)
    sleeper = pool._places.queue[0]
    assert sleeper is not None
    os.kill(sleeper.pid, signal.SIGSTOP)
    with pytest.raises(BadInput) as refusal:
        pool.ask(request)
    assert refusal.value.code == "too_costly"
    pool.ask(request)
    pool.end()


def test_limits_of_a_child() -> None:
    child = Child()
    child.ask(Request(encode(GREY, "PNG"), "PNG", 0))
    lines = Path(f"/proc/{child.pid}/limits").read_text().splitlines()
    limits = {line[:26].strip(): line[26:].split()[:2] for line in lines}
    assert limits["Max address space"] == [str(2**30)] * 2
    assert limits["Max file size"] == limits["Max core file size"] == ["0", "0"]  # writes no file, whatever happens
    child.end()


def test_the_child_loads_nothing_heavy() -> None:
    code = (
        "import sys\n"
        "from sera_core.images.child import reader_of\n"
        "reader_of('PNG'), reader_of('DICOM')\n"
        "heavy = {'torch', 'streamlit', 'pandas', 'scipy', 'sklearn', 'matplotlib', 'pydantic'} & set(sys.modules)\n"
        "assert not heavy, heavy\n"
    )
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True, timeout=SCRIPT_SECONDS)


def test_many_threads_get_each_their_own_answer(lossless: bytes) -> None:
    pool = Pool(2)
    frames = [speckle(seed=seed) for seed in range(24)]
    broken = Request(without_huffman_table(lossless), "DICOM", 0)

    def ask(number: int) -> bool:
        if number % 6 == 5:
            with pytest.raises(BadInput):
                pool.ask(broken)
            return True
        decoded = pool.ask(Request(encode(frames[number], "PNG"), "PNG", 0))
        return np.array_equal(np.rint(decoded.grey * 255), frames[number])

    with ThreadPoolExecutor(8) as threads:
        assert all(threads.map(ask, range(24)))
    pool.end()


def test_a_warm_child_costs_little() -> None:
    """Processor time of both sides beside that of decoding here, for a frame of usual size; the budget is 50 ms."""
    child, request = Child(), Request(encode(speckle(768, 1024), "PNG"), "PNG", 0)
    child.ask(request)
    read = program.reader_of("PNG")
    apart, here = [], []
    for _ in range(5):
        start = time.process_time() + used(child.pid)
        for _ in range(4):
            child.ask(request)
        between = time.process_time() + used(child.pid)
        for _ in range(4):
            read(request.data, 0)
        apart.append((between - start) / 4)
        here.append((time.process_time() + used(child.pid) - between) / 4)
    assert statistics.median(apart) - statistics.median(here) < 0.05
    child.end()


def script(code: str, *arguments: str) -> subprocess.Popen[str]:
    """A program without a ``__main__`` guard."""
    head = "import sys\nfrom pathlib import Path\nfrom sera_core.images.read import read_image\n"
    return subprocess.Popen(
        [sys.executable, "-c", head + code, *arguments],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def test_a_plain_script_and_a_forked_process_read(tmp_path: Path) -> None:
    file = tmp_path / "frame.png"
    file.write_bytes(encode(GREY, "PNG"))
    code = (
        "import os\n"
        "data = Path(sys.argv[1]).read_bytes()\n"
        "first = read_image(data)\n"
        "if os.fork() == 0:\n"
        "    for _ in range(20):\n"
        "        assert (read_image(data).pixels == first.pixels).all()\n"
        "    os._exit(0)\n"
        "for _ in range(20):\n"
        "    assert (read_image(data).pixels == first.pixels).all()\n"
        "print('child', os.waitstatus_to_exitcode(os.wait()[1]))\n"
    )
    process = script(code, str(file))
    assert process.communicate(timeout=SCRIPT_SECONDS)[0] == "child 0\n"
    assert process.returncode == 0


def test_a_server_that_reads_a_slow_file_can_be_ended(tmp_path: Path) -> None:
    """As Streamlit does it: SIGTERM ends the main thread, and the program waits for the threads that still read."""
    file = tmp_path / "slow.dcm"
    file.write_bytes(slow_file())
    code = (
        "import signal, threading, time\n"
        "signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))\n"
        "threading.Thread(target=read_image, args=[Path(sys.argv[1]).read_bytes()]).start()\n"
        "print('reading', flush=True)\n"
        "while True:\n"
        "    time.sleep(0.1)\n"  # a signal that comes just before a sleep does not end it
    )
    process = script(code, str(file))
    assert process.stdout is not None
    assert process.stdout.readline() == "reading\n"
    process.send_signal(signal.SIGTERM)
    stop = threading.Timer(SCRIPT_SECONDS, process.kill)
    stop.start()
    process.communicate()
    stop.cancel()
    assert process.returncode == 0
