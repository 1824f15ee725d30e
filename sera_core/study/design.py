"""A study as data: one TOML file names the manifests, the centres, the preparation and the arms."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from sera_core.classifiers.store import PLAIN_NAME
from sera_core.contracts import BadInput, Domain
from sera_core.features.texture import TEXTURES
from sera_core.images.prepare import Framing, InputPx, Padding
from sera_core.names import identity, same
from sera_core.nets.registry import network
from sera_core.study.outliners import Which
from sera_core.study.schema import STRICT, read_as
from sera_core.train.recipes import Count, Recipe, Seed

Name = Annotated[str, Field(pattern=f"^{PLAIN_NAME.pattern}$")]


@dataclass(frozen=True)
class Centre:
    """One centre of the study, in words what its labels are, and its kind of frames (None: the design's)."""

    __pydantic_config__ = STRICT

    name: str
    labels: str
    domain: Domain | None = None


@dataclass(frozen=True)
class Simulated:
    """Patients of a virtual centre, drawn into the work folder; ``cases`` None: as many as in Koh 2020."""

    __pydantic_config__ = STRICT

    centre: str
    split: Literal["train", "test"]
    malignant: Count | None = None
    benign: Count | None = None
    seed: Seed = 2020


@dataclass(frozen=True)
class Framed:
    """How the region is framed (see :class:`~sera_core.images.prepare.Preparation`)."""

    __pydantic_config__ = STRICT

    input_px: InputPx
    framing: Framing
    padding: Padding


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
    network : str
        Key of the network registry, or a texture (``glcm``, ``wavelet``); empty: the design's. Mode ``signs``
        runs none.
    layer : str
        Feature layer (``fc1``, ``fc2``, ``avg``) that a support vector machine or forest reads; empty: the last one.
    limit : int or None
        So many training images at most, drawn at random.
    targets : {"label", "truth"}
        What training aims at: the label of each case (soft where the manifest says so), or, for simulated nodules,
        the probability of malignancy that the simulator itself gives to the nodule's descriptors.
    ship : bool
        Whether the model goes to ``models/``.
    default : bool
        Whether it answers for its kind of frames when no model is chosen.
    """

    __pydantic_config__ = STRICT

    id: Name
    title: str
    sources: Annotated[tuple[str, ...], Field(min_length=1)]
    recipe: Recipe
    prepare: Framed
    network: str = ""
    layer: str = ""
    limit: Count | None = None
    targets: Literal["label", "truth"] = "label"
    ship: bool = False
    default: bool = False


@dataclass(frozen=True)
class Concatenation:
    """One classifier on the features of several arms side by side."""

    __pydantic_config__ = STRICT

    id: Name
    title: str
    members: Annotated[tuple[str, ...], Field(min_length=2)]
    recipe: Recipe
    limit: Count | None = None


@dataclass(frozen=True)
class Ensemble:
    """The (weighted) mean of several models' probabilities; ``weighted``: by their AUC over chance at home."""

    __pydantic_config__ = STRICT

    id: Name
    title: str
    members: Annotated[tuple[str, ...], Field(min_length=2)]
    vote: Literal["mean", "weighted"] = "mean"


@dataclass(frozen=True)
class Learning:
    """Whose learning curves are drawn: arms that change no body; numbers of patients, and how often each is drawn."""

    __pydantic_config__ = STRICT

    arms: Annotated[tuple[str, ...], Field(min_length=1)]
    patients: Annotated[tuple[Annotated[int, Field(ge=20)], ...], Field(min_length=1)]
    repeats: Count = 20


@dataclass(frozen=True)
class Asking:
    """What is asked, of whom.

    Attributes
    ----------
    title : str
    domain : {"real", "simulated"}
    positive : str
        What a label of 1 says of a nodule, as a predicate.
    centres : tuple of Centre
    """

    title: str
    domain: Domain
    positive: str
    centres: tuple[Centre, ...]

    def labels_of(self, centre: str) -> str:
        """What a centre's labels are, in words."""
        return self.centre(centre).labels

    def domain_of(self, centre: str) -> Domain:
        """A centre's kind of frames."""
        return self.centre(centre).domain or self.domain

    def centre(self, centre: str) -> Centre:
        """The design's own words on a centre.

        Raises
        ------
        BadInput
            When the design does not describe that centre.
        """
        for known in self.centres:
            if known.name == centre:
                return known
        raise BadInput("unknown_centre", f"The design does not say what the labels of {centre} are: add it to centres.")


@dataclass(frozen=True)
class Design(Asking):
    """A whole study.

    Attributes
    ----------
    title : str
    network : str
        Network of every arm that does not name its own.
    domain : {"real", "simulated"}
    positive : str
        What a label of 1 says of a nodule, as a predicate.
    manifests : tuple of str
        Paths, relative to the folder where the command runs.
    simulated : tuple of Simulated
        Virtual patients; they are drawn when they are not there yet.
    validation : {"folds", "holdout"}
        ``folds``: every case at home is answered out of fold, by a model that never saw its patient, and the final
        model is trained on all. ``holdout``: one fold in six is kept for calibration and cut-off, and the model
        trained on the other five is the final one.
    folds : int
        How many, where the manifest does not number them itself.
    outliners : {"shipped", "folds"}
        Who outlines the nodules that are measured: the shipped network, or, for frames of DDTI and BUSI, the one of
        the outline's folds that has not seen them.
    sensitivity : float or None
        What the frozen cut-off must reach at home; None: the cut-off is Youden's.
    keep_anyway : bool
        Whether a model no better than chance is kept, with that said in its card, and not refused.
    centres : tuple of Centre
    prepare_options : tuple of Framed
        Preparations that the study compares with frozen features.
    arms : tuple of Arm
    concatenations : tuple of Concatenation
    ensembles : tuple of Ensemble
        Their members may be arms, concatenations and earlier ensembles.
    tables : dict
        Letter of a network to its arms, fixed and fine-tuned or fine-tuned alone, for the tables of Lee 2019.
    learning : Learning or None
        The learning curves that are drawn.
    limits : tuple of str
        Sentences for every card.
    licence : str
    """

    __pydantic_config__ = STRICT

    network: str
    arms: Annotated[tuple[Arm, ...], Field(min_length=1)]
    limits: tuple[str, ...]
    licence: str
    manifests: tuple[str, ...] = ()
    simulated: tuple[Simulated, ...] = ()
    validation: Literal["folds", "holdout"] = "folds"
    folds: Annotated[int, Field(ge=2)] = 5
    outliners: Which = "shipped"
    sensitivity: Annotated[float, Field(gt=0, lt=1)] | None = None
    keep_anyway: bool = False
    prepare_options: tuple[Framed, ...] = ()
    concatenations: tuple[Concatenation, ...] = ()
    ensembles: tuple[Ensemble, ...] = ()
    learning: Learning | None = None
    tables: dict[str, Annotated[tuple[str, ...], Field(min_length=1, max_length=2)]] = field(default_factory=dict)

    def network_of(self, arm: Arm) -> str:
        """The arm's network, or texture."""
        return arm.network or self.network


def read_design(file: Path) -> Design:
    """Read and check a design file.

    Raises
    ------
    BadInput
        When it is missing or does not fit; the message names the entry.
    """
    design = _spelled(read_as(Design, file))
    _check_names(design, file.name)
    return design


def _spelled(design: Design) -> Design:
    """The design with each arm's sources spelled as its centres are: one name in two spellings is one centre."""
    names = {identity(centre.name): centre.name for centre in design.centres}
    arms = (replace(arm, sources=tuple(names.get(identity(name), name) for name in arm.sources)) for arm in design.arms)
    return replace(design, arms=tuple(arms))


def _check_names(design: Design, name: str) -> None:
    """Names that stand twice or name nothing are refused before anything runs."""

    def refuse(where: str, what: str) -> None:
        raise BadInput("bad_design", f"{name} is not valid at {where}: {what}.")

    if not design.manifests and not design.simulated:
        refuse("manifests", "there is neither a manifest nor a simulated cohort")
    network(design.network)  # refuses an unknown name with the list of names
    known: list[str] = []
    for number, centre in enumerate(design.centres):
        if any(same(centre.name, other.name) for other in design.centres[:number]):
            refuse(f"centres.{number}.name", f"{centre.name} stands twice")
    for kind, ids in (("arms", [a.id for a in design.arms]), ("concatenations", [c.id for c in design.concatenations])):
        for number, own in enumerate(ids):
            if own in known:
                refuse(f"{kind}.{number}.id", f"{own} stands twice")
            known.append(own)
    for number, arm in enumerate(design.arms):
        if design.network_of(arm) not in TEXTURES:
            network(design.network_of(arm))
        elif arm.ship or arm.recipe.mode not in ("svm", "rf"):
            refuse(f"arms.{number}", "textures are read by svm or rf, and such a model is not shipped")
        if arm.layer:
            _check_layer(design, arm, partial(refuse, f"arms.{number}.layer"))
        for source in arm.sources:
            if source not in {centre.name for centre in design.centres}:
                refuse(f"arms.{number}.sources", f"{source} is not one of the centres that the design describes")
    standing = {arm.id for arm in design.arms if arm.recipe.mode != "finetune"}
    if design.learning and (strange := set(design.learning.arms) - standing):
        refuse("learning.arms", f"there is no arm {sorted(strange)[0]} that changes no body")
    if design.concatenations and design.validation != "holdout":
        refuse("concatenations", 'they need validation = "holdout"')
    for number, joined in enumerate(design.concatenations):
        if strange := set(joined.members) - {arm.id for arm in design.arms}:
            refuse(f"concatenations.{number}.members", f"there is no arm {sorted(strange)[0]}")
    for letter, pair in design.tables.items():
        if strange := set(pair) - {arm.id for arm in design.arms}:
            refuse(f"tables.{letter}", f"there is no arm {sorted(strange)[0]}")
    named = {name for pair in design.tables.values() for name in pair}
    if len({(arm.sources, arm.limit) for arm in design.arms if arm.id in named}) > 1:
        refuse("tables", "its arms have different sources or limits: give all the same")
    for number, ensemble in enumerate(design.ensembles):
        if strange := set(ensemble.members) - set(known):
            refuse(f"ensembles.{number}.members", f"there is no model {sorted(strange)[0]} before it")
        if ensemble.id in known:
            refuse(f"ensembles.{number}.id", f"{ensemble.id} stands twice")
        known.append(ensemble.id)


def _check_layer(design: Design, arm: Arm, refuse: Callable[[str], None]) -> None:
    """A feature layer is one of the network's, and is read by a classifier that is not shipped."""
    own = {} if design.network_of(arm) in TEXTURES else network(design.network_of(arm)).layers
    if arm.layer not in own:
        refuse(f"{design.network_of(arm)} has no layer {arm.layer}: choose one of {', '.join(own) or 'none'}")
    if arm.ship or arm.recipe.mode not in ("svm", "rf"):
        refuse("a layer is read by svm or rf, and such a model is not shipped")
