"""What a network makes of one nodule on the way from picture to answer, station by station."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from sera_core.classifiers.cnn import Classifier
from sera_core.contracts import CamMethod, Grey
from sera_core.explain.cam import heatmap, trace
from sera_core.images.prepare import normalise
from sera_core.lessons.maps import Array, convolutions, maps_at

FEATURE_COLUMNS = 40  # of the features laid out as a picture


@dataclass(frozen=True)
class Station:
    """What goes on from one place of the network to the next.

    Attributes
    ----------
    name : str
    shape : tuple of int
        Of all that goes on there; empty for the answer, which is one number.
    values : [h, w]
        Its strongest map, its features laid out in rows, or the picture itself.
    """

    name: str
    shape: tuple[int, ...]
    values: Array


def stations(classifier: Classifier, crop: Grey) -> tuple[Station, ...]:
    """Picture, maps of the first convolution before and after bending, smaller ones, the last ones, features, heat.

    Parameters
    ----------
    classifier : Classifier
        A network; a support vector machine on its features has no heat.
    crop : float32 [h, w]
        What it is shown.
    """
    return tuple(_stations(classifier, crop))


def _stations(classifier: Classifier, crop: Grey) -> Iterator[Station]:
    body, inputs = classifier.parts["body"], normalise(crop, classifier.card.preparation)
    names = list(convolutions(body))
    first, middle = (maps_at(body, name, inputs) for name in (names[0], names[len(names) // 4]))
    activations = classifier.activations(crop[None])
    deep, features = activations[0].numpy(), classifier.features(activations)[0]
    yield Station("picture", crop.shape, crop)
    yield Station("convolution", first.shape, _strongest(first))
    yield Station("bent", first.shape, np.maximum(_strongest(first), 0))
    yield Station("smaller", middle.shape, _strongest(middle))
    yield Station("deep", deep.shape, _strongest(deep))
    yield Station("features", features.shape, _rows(features))
    traced = trace(activations, classifier.head())
    yield Station("heat", crop.shape, heatmap(CamMethod.HIRESCAM, traced, 1, (crop.shape[0], crop.shape[1])))


def _strongest(maps: Array) -> Array:
    """The map ``[h, w]`` with most on both sides of zero, so that bending can be seen."""
    above, below = (np.square(np.maximum(signed, 0)).sum(axis=(1, 2)) for signed in (maps, -maps))
    return maps[int(np.argmax(np.minimum(above, below)))]


def _rows(features: Array) -> Array:
    """Features ``[F]`` as a picture ``[rows, FEATURE_COLUMNS]``, the last row filled up with zeros."""
    return np.pad(features, (0, -len(features) % FEATURE_COLUMNS)).reshape(-1, FEATURE_COLUMNS)
