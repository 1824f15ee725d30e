"""The stations of a network against the network itself."""

from __future__ import annotations

import numpy as np
import torch

from sera_core.classifiers.store import load
from sera_core.images.prepare import normalise, prepare
from sera_core.lessons.journey import stations
from sera_core.simulate.render import render
from sera_core.simulate.samples import SAMPLES


def test_each_station_is_what_the_network_computes() -> None:
    classifier, frame = load("lite0-simulated"), render(SAMPLES["papillary"].case)
    crop = prepare(frame.image.pixels, frame.box, classifier.card.preparation).pixels
    found = {station.name: station for station in stations(classifier, crop)}
    side = crop.shape[0]
    first = classifier.parts["body"][0]
    with torch.no_grad():
        while isinstance(first, torch.nn.Sequential):
            first = first[0]
        maps = first(torch.from_numpy(normalise(crop, classifier.card.preparation))[None])[0].numpy()
        whole = classifier.parts["pool"](
            classifier.parts["body"](torch.from_numpy(normalise(crop, classifier.card.preparation))[None])
        )[0].numpy()
    assert found["picture"].shape == found["heat"].shape == (side, side)
    assert found["convolution"].shape == maps.shape == (32, side // 2, side // 2)
    assert any(np.allclose(found["convolution"].values, one, atol=1e-4) for one in maps)
    assert found["bent"].values.min() == 0
    assert found["deep"].shape[1:] == (side // 16, side // 16)
    np.testing.assert_allclose(found["features"].values.ravel()[: len(whole)], whole, atol=1e-4)
