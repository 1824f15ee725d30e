"""``pyproject.toml`` holds the short list; the two requirements files pin everything that gets installed with it."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Iterator
from importlib.metadata import distribution
from itertools import chain
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

ROOT = Path(__file__).resolve().parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
APP = [*PROJECT["project"]["dependencies"], *chain(*PROJECT["project"]["optional-dependencies"].values())]
TESTS = [*APP, *PROJECT["dependency-groups"]["tests"]]
OF_TORCH = set(PROJECT["tool"]["uv"]["pip"]["no-emit-package"])
FILES = pytest.mark.parametrize(("file", "wanted"), [("requirements.txt", APP), ("tests/requirements.txt", TESTS)])


def pins(file: str) -> dict[str, Requirement]:
    lines = (line.partition("#")[0].strip() for line in (ROOT / file).read_text(encoding="utf-8").splitlines())
    return {canonicalize_name(pin.name): pin for pin in map(Requirement, filter(None, lines))}


def version(pin: Requirement) -> str:
    (specifier,) = pin.specifier
    assert specifier.operator == "==", f"{pin} is not pinned"
    return specifier.version


def installed_with(wanted: Iterable[str]) -> dict[str, str]:
    """Name and version of every package that these need here, however far down."""
    found: dict[str, str] = {}
    seen: set[tuple[str, frozenset[str]]] = set()
    waiting = [Requirement(line) for line in wanted]
    while waiting:
        need = waiting.pop()
        name, extras = canonicalize_name(need.name), frozenset(need.extras)
        if (name, extras) in seen or name in OF_TORCH:
            continue
        seen.add((name, extras))
        found[name] = Version(distribution(name).version).public
        waiting += needs(name, extras)
    return found


def needs(name: str, extras: frozenset[str]) -> Iterator[Requirement]:
    for need in map(Requirement, distribution(name).requires or ()):
        if need.marker is None or any(need.marker.evaluate({"extra": extra}) for extra in extras | {""}):
            yield need


@FILES
def test_every_entry_of_the_short_list_stands_in_the_file(file: str, wanted: list[str]) -> None:
    stand = pins(file)
    for entry in map(Requirement, wanted):
        assert version(stand[canonicalize_name(entry.name)]) == version(entry), f"compile {file} again"


@FILES
def test_every_package_that_gets_installed_is_pinned(file: str, wanted: list[str]) -> None:
    stand = {name: version(pin) for name, pin in pins(file).items()}
    found = installed_with(wanted)
    assert len(found) > len(wanted)
    assert {name: stand.get(name) for name in found} == found


@FILES
def test_nothing_is_pinned_that_nobody_needs(file: str, wanted: list[str]) -> None:
    here = {name for name, pin in pins(file).items() if pin.marker is None or pin.marker.evaluate()}
    assert here - set(installed_with(wanted)) == set()


def test_the_tests_run_with_the_app_s_own_packages() -> None:
    tests = pins("tests/requirements.txt")
    assert {name: str(tests.get(name)) for name in pins("requirements.txt")} == {
        name: str(pin) for name, pin in pins("requirements.txt").items()
    }
