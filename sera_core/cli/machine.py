"""Verbs about this machine: app, benchmark."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

from sera_core.cli.told import say
from sera_core.cli.verb import Verb
from sera_core.wording import command_line
from sera_core.wording.command_line import Result


def app(options: argparse.Namespace) -> NoReturn:
    """The pages, served on this machine until Ctrl-C; what follows -- is handed to Streamlit."""
    from sera_core.ui.launch import serve

    serve(options.streamlit)


def _add_app(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("streamlit", nargs="*", metavar="SETTING", help="of Streamlit: app -- --server.port 8502")


def _speed(options: argparse.Namespace) -> Result:
    from sera_core.benchmarks.run import run

    return run()


def _outline(options: argparse.Namespace) -> Result:
    from sera_core.benchmarks.outlining import outlining

    return outlining()


def _signs(options: argparse.Namespace) -> Result:
    from sera_core.benchmarks import measuring

    return measuring.benchmark()


def _explain(options: argparse.Namespace) -> Result:
    from sera_core.benchmarks.evidence import evidence
    from sera_core.benchmarks.location import location
    from sera_core.explain.judged import keep

    pairs, places = evidence(), location(options.frames, options.folds)
    if options.keep:
        keep(places, pairs)
    return pairs + places


def _fidelity(options: argparse.Namespace) -> Result:
    from sera_core.benchmarks.trusting import power

    return power()


def _runtimes(options: argparse.Namespace) -> Result:
    from sera_core.benchmarks import runtimes

    return runtimes.benchmark()


def _waiting(options: argparse.Namespace) -> Result:
    from sera_core.benchmarks import waiting

    return waiting.benchmark()


def _planes(options: argparse.Namespace) -> Result:
    from sera_core.benchmarks.planes import planes

    return planes(report=say)


def _course(options: argparse.Namespace) -> Result:
    from sera_core.benchmarks import turning

    return turning.benchmark()


def _seeing(options: argparse.Namespace) -> Result:
    from sera_core.benchmarks import seeing

    return seeing.benchmark()


def _darkening(options: argparse.Namespace) -> Result:
    from sera_core.benchmarks import darkening

    return darkening.benchmark()


def _likeness(options: argparse.Namespace) -> Result:
    from sera_core.benchmarks.likeness import likeness

    return likeness(options.frames, report=say)


def _boxes(options: argparse.Namespace) -> Result:
    from sera_core.benchmarks.boxes import boxes

    return boxes(options.frames, report=say)


def _coverage(options: argparse.Namespace) -> Result:
    from sera_core.benchmarks.coverage import coverage

    return coverage(report=say)


PARTS: dict[str, Callable[[argparse.Namespace], Result]] = {
    "speed": _speed,
    "outline": _outline,
    "signs": _signs,
    "explain": _explain,
    "fidelity": _fidelity,
    "runtimes": _runtimes,
    "waiting": _waiting,
    "planes": _planes,
    "course": _course,
    "seeing": _seeing,
    "darkening": _darkening,
    "likeness": _likeness,
    "coverage": _coverage,
    "boxes": _boxes,
}


def benchmark(options: argparse.Namespace) -> Result:
    """Measure one part: speed, waits, how right outlines, signs, maps and intervals are, what networks see."""
    return PARTS[options.part](options)


def _add_benchmark(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("part", nargs="?", choices=list(PARTS), default="speed", help="what to measure")
    parser.add_argument(
        "--frames",
        type=Path,
        metavar="DIR",
        help="boxes, explain, likeness: folder with DDTI's and BUSI's, ddti and busi",
    )
    parser.add_argument(
        "--folds", type=Path, metavar="DIR", help="explain: training of a model on DDTI, with the networks of its folds"
    )
    parser.add_argument("--keep", action="store_true", help="explain: keep the figures for the pages")


VERBS = (
    Verb("app", app, None, _add_app),
    Verb("benchmark", benchmark, command_line.benchmark, _add_benchmark),
)
