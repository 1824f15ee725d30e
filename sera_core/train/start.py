"""What a training starts from: ImageNet weights, nothing, or the body of an installed model."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sera_core.classifiers import store
from sera_core.classifiers.card import Card
from sera_core.contracts import BadInput
from sera_core.nets.registry import network as registered
from sera_core.nets.split import build

if TYPE_CHECKING:
    from torch import nn

IMAGENET, SCRATCH = "imagenet", "scratch"


def begun(network: str, weights: str) -> nn.ModuleDict:
    """The network with a new last layer, its body as the recipe's ``weights`` say.

    Parameters
    ----------
    network : str
        Key of the network registry.
    weights : str
        ``imagenet``, ``scratch``, or the id of an installed model of the same network.

    Raises
    ------
    BadInput
        When the weights cannot be had, or the model is another network's.
    """
    parts = build(network, pretrained=weights == IMAGENET)
    if card := card_of(weights):
        if card.network != network:
            raise BadInput(
                "other_network",
                f"The model {weights} is {registered(card.network).title}, not {registered(network).title}: start from "
                "a model of the same network.",
            )
        given = store.load(weights).parts
        for name in ("body", "pool"):
            parts[name].load_state_dict(given[name].state_dict())
    return parts


def card_of(weights: str) -> Card | None:
    """The card of the installed model that a training starts from, if it starts from one."""
    return None if weights in (IMAGENET, SCRATCH) else store.load(weights).card


def stamp(weights: str) -> str:
    """The start in one word, which changes when the installed model does: part of every key of a kept result."""
    card = card_of(weights)
    return f"{weights} {card.files[store.WEIGHTS]}" if card else weights


def history(network: str, weights: str) -> str:
    """Where the weights began and under which licence that is, in words for a model's card."""
    if card := card_of(weights):
        return f"started from the model {card.id} ({card.licence})"
    if weights == SCRATCH:
        return "a random start"
    entry = registered(network)
    return f"derived from {entry.weights_source}, {entry.licence}"
