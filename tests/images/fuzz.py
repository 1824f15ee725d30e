"""Coverage-guided fuzzing of the decoders, outside CI: ``python -m tests.images.fuzz SECONDS FOLDER``.

Needs ``pip install atheris`` (libFuzzer for Python) on Linux. It starts from the corpus, mutates what reaches new lines
of sera_core, pydicom and Pillow, and calls the readers in the fuzzing process, where a crash of a C library ends that
process: it is then started again until the time is over. Every input that ended a process, raised anything but
``BadInput``, or took more than 5 s is then given to ``read_image``, whose child process must turn it into a refusal.
Prints the counts; what is found lies in FOLDER.
"""

from __future__ import annotations

import re
import subprocess
import sys
import time
from pathlib import Path
from shutil import copy

CORPUS = Path(__file__).parent / "corpus"


def fuzz(arguments: list[str]) -> None:
    """One fuzzing process; libFuzzer reads its own arguments."""
    import atheris  # before anything of what it instruments

    with atheris.instrument_imports(include=["sera_core", "pydicom", "PIL", "pillow_heif"]):
        from sera_core.contracts import BadInput
        from sera_core.images.child import reader_of
        from sera_core.images.kinds import kind_of

        reader_of("PNG"), reader_of("DICOM")

    def decode(data: bytes) -> None:
        try:
            kind = kind_of(data)
            reader_of(kind)(data, 0)
        except (BadInput, MemoryError):
            return

    atheris.Setup([sys.argv[0], *arguments], decode)
    atheris.Fuzz()


def campaign(seconds: int, folder: Path) -> None:
    """Fuzz until the time is over, then read everything that was found through the door."""
    inputs, crashes = folder / "inputs", folder / "crashes"
    for place in (inputs, crashes):
        place.mkdir(parents=True, exist_ok=True)
    for path in CORPUS.glob("good-*"):  # the others end a process, or take long
        copy(path, inputs)
    end, executions, coverage, processes = time.monotonic() + seconds, 0, 0, 0
    while (left := int(end - time.monotonic())) > 5:
        command = [sys.executable, "-m", "tests.images.fuzz", "--one", str(inputs)]
        options = [f"-max_total_time={left}", "-timeout=5", "-rss_limit_mb=3000", "-max_len=20000"]
        options += [f"-artifact_prefix={crashes}/", "-print_final_stats=1"]
        ran = subprocess.run([*command, *options], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, check=False)
        said = ran.stderr.decode(errors="replace")
        counts = [int(number) for number in re.findall(r"^#(\d+)\t", said, re.M)]
        executions += max(counts, default=0)
        coverage = max([coverage, *map(int, re.findall(r" cov: (\d+)", said))])
        processes += 1
        (folder / "last.log").write_text(said[-20_000:])
        print(f"{executions:,} executions, {coverage:,} branches, {processes} processes", flush=True)
    replay(sorted(crashes.iterdir()))


def replay(found: list[Path]) -> None:
    """Read what ended a fuzzing process through the door."""
    from sera_core.contracts import BadInput
    from sera_core.images.read import read_image

    fates: dict[str, int] = {}
    for path in found:
        try:
            read_image(path.read_bytes())
            fate = "read"
        except BadInput as refusal:
            fate = f"refused ({refusal.code})"
        fates[fate] = fates.get(fate, 0) + 1
    print(f"{len(found)} inputs ended a fuzzing process; through the door: {fates}")


if __name__ == "__main__":
    if sys.argv[1] == "--one":
        fuzz(sys.argv[2:])
    else:
        campaign(int(sys.argv[1]), Path(sys.argv[2]))
