"""Verbs about this machine: app, benchmark."""

from __future__ import annotations

import argparse
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


def benchmark(options: argparse.Namespace) -> Result:
    """Speed; what a reader waits; what a second view gains; how right outlines, signs, maps and intervals are."""
    if options.part == "coverage":
        from sera_core.benchmarks.coverage import coverage

        return coverage(report=say)
    if options.part == "signs":
        from sera_core.benchmarks.measuring import benchmark

        return benchmark()
    if options.part == "explain":
        from sera_core.benchmarks.evidence import evidence
        from sera_core.benchmarks.location import location
        from sera_core.explain.judged import keep

        pairs, places = evidence(), location(options.frames, options.folds)
        if options.keep:
            keep(places, pairs)
        return pairs + places
    if options.part == "fidelity":
        from sera_core.benchmarks.trusting import power

        return power()
    if options.part == "outline":
        from sera_core.benchmarks.outlining import outlining

        return outlining()
    if options.part == "runtimes":
        from sera_core.benchmarks import runtimes

        return runtimes.benchmark()
    if options.part == "waiting":
        from sera_core.benchmarks import waiting

        return waiting.benchmark()
    if options.part == "seeing":
        from sera_core.benchmarks import seeing

        return seeing.benchmark()
    if options.part == "course":
        from sera_core.benchmarks import turning

        return turning.benchmark()
    if options.part == "planes":
        from sera_core.benchmarks.planes import planes

        return planes(report=say)
    from sera_core.benchmarks.run import run

    return run()


def _add_benchmark(parser: argparse.ArgumentParser) -> None:
    parts = (
        "speed",
        "outline",
        "signs",
        "explain",
        "fidelity",
        "runtimes",
        "waiting",
        "planes",
        "course",
        "seeing",
        "coverage",
    )
    parser.add_argument("part", nargs="?", choices=parts, default="speed", help="what to measure")
    parser.add_argument(
        "--frames", type=Path, metavar="DIR", help="explain: folder with DDTI's and BUSI's, ddti and busi"
    )
    parser.add_argument(
        "--folds", type=Path, metavar="DIR", help="explain: training of a model on DDTI, with the networks of its folds"
    )
    parser.add_argument("--keep", action="store_true", help="explain: keep the figures for the pages")


VERBS = (
    Verb("app", app, None, _add_app),
    Verb("benchmark", benchmark, command_line.benchmark, _add_benchmark),
)
