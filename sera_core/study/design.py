"""A study as data: one TOML file names the manifests, the centres, the preparation and the arms."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from pydantic import ConfigDict, Field, TypeAdapter, ValidationError

from sera_core.classifiers.store import PLAIN_NAME
from sera_core.contracts import BadInput, Domain
from sera_core.images.prepare import Framing
from sera_core.nets.registry import network
from sera_core.train.recipes import Recipe

_STRICT = ConfigDict(extra="forbid")


@dataclass(frozen=True)
class Centre:
    """One centre of the study, and in words what its labels are."""

    __pydantic_config__ = _STRICT

    name: str
    labels: str


@dataclass(frozen=True)
class Framed:
    """How the region is framed (see :class:`~sera_core.images.prepare.Preparation`)."""

    __pydantic_config__ = _STRICT

    input_px: Annotated[int, Field(ge=1)]
    framing: Framing
    padding: Annotated[float, Field(gt=0)]


@dataclass(frozen=True)
class Arm:
    """One model of the study.

    Attributes
    ----------
    id, title : str
        ``id`` is the name of the model's folder.
    sources : tuple of str
        Centres whose frames it is trained on; the first one is where calibration and cut-off are frozen.
    recipe : Recipe
    prepare : Framed
    ship : bool
        Whether the model goes to ``models/``.
    default : bool
        Whether it answers for its kind of frames when no model is chosen.
    """

    __pydantic_config__ = _STRICT

    id: Annotated[str, Field(pattern=f"^{PLAIN_NAME.pattern}$")]
    title: str
    sources: Annotated[tuple[str, ...], Field(min_length=1)]
    recipe: Recipe
    prepare: Framed
    ship: bool = False
    default: bool = False


@dataclass(frozen=True)
class Design:
    """A whole study.

    Attributes
    ----------
    title : str
    network : str
    domain : {"real", "simulated"}
    positive : str
        What a label of 1 says of a nodule, as a predicate.
    manifests : tuple of str
        Paths, relative to the folder where the command runs.
    centres : tuple of Centre
    prepare_options : tuple of Framed
        Preparations that the study compares with frozen features.
    arms : tuple of Arm
    limits : tuple of str
        Sentences for every card.
    licence : str
    """

    __pydantic_config__ = _STRICT

    title: str
    network: str
    domain: Domain
    positive: str
    manifests: Annotated[tuple[str, ...], Field(min_length=1)]
    centres: tuple[Centre, ...]
    prepare_options: tuple[Framed, ...]
    arms: Annotated[tuple[Arm, ...], Field(min_length=1)]
    limits: tuple[str, ...]
    licence: str

    def labels_of(self, centre: str) -> str:
        """What a centre's labels are, in words.

        Raises
        ------
        BadInput
            When the design does not describe that centre.
        """
        for known in self.centres:
            if known.name == centre:
                return known.labels
        raise BadInput("unknown_centre", f"The design does not say what the labels of {centre} are: add it to centres.")


def read_design(file: Path) -> Design:
    """Read and check a design file.

    Raises
    ------
    BadInput
        When it is missing or does not fit; the message names the entry.
    """
    if not file.is_file():
        raise BadInput("no_design", f"There is no design file {file}: check the path.")
    try:
        design = TypeAdapter(Design).validate_python(tomllib.loads(file.read_text(encoding="utf-8")))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BadInput("bad_design", f"{file.name} is not valid TOML: {error}.") from error
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise BadInput("bad_design", f"{file.name} is not valid at {where}: {first['msg']}.") from error
    _check_names(design, file.name)
    return design


def _check_names(design: Design, name: str) -> None:
    network(design.network)  # refuses an unknown name with the list of names
    ids = [arm.id for arm in design.arms]
    for number, arm in enumerate(design.arms):
        if ids.index(arm.id) != number:
            raise BadInput("bad_design", f"{name} is not valid at arms.{number}.id: {arm.id} stands twice.")
        for source in arm.sources:
            if source not in {centre.name for centre in design.centres}:
                where = f"{name} is not valid at arms.{number}.sources"
                raise BadInput("bad_design", f"{where}: {source} is not one of the centres that the design describes.")
