"""The truths that the chapters' guesses are held against, each computed by the code that the chapter teaches."""

from __future__ import annotations

import numpy as np

from sera_core.contracts import BadInput, Box
from sera_core.diagnosis import Request
from sera_core.evaluate.proportion import counts, measures
from sera_core.evaluate.roc import curve
from sera_core.images.prepare import prepare
from sera_core.lessons import decision, glcm
from sera_core.lessons.bank import load_bank, preparation
from sera_core.lessons.dense import evidence
from sera_core.lessons.pooling import weights_behind
from sera_core.lessons.runs import PRESETS, over_draws
from sera_core.lessons.window import Window
from sera_core.simulate.render import render
from sera_core.simulate.sandbox import TYPICAL_MARGIN
from sera_core.simulate.scanner import SOUND_MM_PER_US
from sera_core.simulate.settings import case_from
from sera_core.ui.cache import reading_of
from sera_core.ui.learn.first_layer import found_by
from sera_core.ui.learn.nodule import Specimen, seen
from sera_core.ui.learn.shown_study import answers_of

SOUND_DEPTH_MM = 30
KERNELS = 8


def echo_time(specimen: Specimen) -> float:
    """Microseconds from the pulse to the echo of :data:`SOUND_DEPTH_MM`."""
    return 2 * SOUND_DEPTH_MM / SOUND_MM_PER_US


def shifted_overlap(specimen: Specimen) -> float:
    """Overlap (%) of the nodule's box and the same box a quarter of its width aside."""
    box = specimen.box
    wide = 4 * box.width  # in quarters of a pixel, so that a quarter of the width is whole
    return 100 * Box(0, 0, wide, box.height).overlap(Box(box.width, 0, wide, box.height))


def same_level(specimen: Specimen) -> float:
    """Share (%) of neighbours beside each other that have the same of 16 grey levels."""
    levels = glcm.quantise(prepare(specimen.image.pixels, specimen.box, preparation()).pixels, 4)
    counts = glcm.four_directions(levels, 4, 1)["horizontal"]
    return float(100 * np.trace(counts) / counts.sum())


def places(specimen: Specimen) -> float:
    """Places of a 5 x 5 kernel on 16 x 16 cells."""
    return Window(5).places(16) ** 2


def closed_cells(specimen: Specimen) -> float:
    """Share (%) of the cells of the first maps that ReLU sets to zero."""
    network = seen(specimen)
    return float(100 * np.mean([np.mean(found_by(network, number) <= 0) for number in range(1, KERNELS + 1)]))


def saved_by_pooling(specimen: Specimen) -> float:
    """Share (%) of the weights behind AlexNet's last pooling that it saves."""
    left = Window(3, 2).places(13)
    return 100 * (1 - weights_behind((left, left), 256, 4096) / weights_behind((13, 13), 256, 4096))


def for_malignant(specimen: Specimen) -> float:
    """Share (%) of the features that speak for malignant."""
    network = seen(specimen)
    classifier = network.classifier
    last = classifier.parts["last"]
    features = classifier.features(classifier.activations(network.crop.pixels[None]))[0]
    found = evidence(features, last.get_parameter("weight").numpy(), last.get_parameter("bias").numpy())
    return float(100 * np.mean(found.terms > 0))


def transfer_accuracy(specimen: Specimen) -> float:
    """Left-out accuracy (%) of the shipped transfer runs, the mean of their draws."""
    return 100 * float(np.mean(over_draws(PRESETS["Transfer"])))


def false_alarms(specimen: Specimen) -> float:
    """Share (%) of the benign nodules alarmed where 95 % of the malignant are found."""
    bank = load_bank()
    layer = bank.layers["Lite0 stage 5"]
    probabilities = decision.judge("SVM", layer, bank.labels, layer[0]).probabilities
    false_positive, sensitivity, _ = curve(bank.labels, probabilities)
    return float(100 * false_positive[np.searchsorted(sensitivity, 0.95)])


def hottest(specimen: Specimen) -> tuple[float, float]:
    """Where (x, y in the frame) the map is hottest that Diagnose begins with."""
    heat = reading_of(specimen.image, Request(specimen.box)).heatmap
    if heat is None:
        raise BadInput("no_gradient", "The model that answers for this nodule has no map: choose another nodule.")
    row, column = np.unravel_index(int(np.argmax(heat.values)), heat.values.shape)
    (height, width), place = heat.values.shape, heat.crop_box
    return place.x + column * place.width / width, place.y + row * place.height / height


def faint_spikes(specimen: Specimen) -> float:
    """Points by which the network's answer rises when a nodule of the gland's own brightness gets spikes."""
    answers = []
    for margin, fields in TYPICAL_MARGIN.items():
        if margin.value in ("smooth", "irregular"):
            frame = render(case_from({"margin": margin.value, **fields}))
            answers.append(100 * reading_of(frame.image, Request(frame.box, method=None)).probability)
    smooth, irregular = answers
    return irregular - smooth


def malignant_abroad(specimen: Specimen) -> float:
    """Share (%) of malignant nodules in the test set of simulated centre C."""
    return float(100 * answers_of("vgg16-simulated", "C").labels.mean())


def alarms_right(specimen: Specimen) -> float:
    """Positive predictive value (%) of the fine-tuned network at 50 %, where 5 % are malignant."""
    found = answers_of("lite0-simulated", "internal")
    shares = measures(*counts(found.labels, found.probability, 0.5))
    hits, alarms = 0.05 * float(shares["sensitivity"]), 0.95 * (1 - float(shares["specificity"]))
    return 100 * hits / (hits + alarms)
