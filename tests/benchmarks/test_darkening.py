"""What the networks make of a nodule darker than any they learnt from."""

from __future__ import annotations

from sera_core.benchmarks.darkening import benchmark


def test_the_darkness_itself_is_what_lowers_the_answer_of_a_network_that_falls() -> None:
    lines = {line["name"].partition(" (")[0]: line["value"] for line in benchmark(patients=1)}
    assert {name.partition(":")[0] for name in lines} == {"lite0-simulated", "vgg16-simulated"}
    fall = lines["vgg16-simulated: -17 to -20 dB, smooth"]
    assert fall < 0
    assert lines["vgg16-simulated: -20 dB, mean grey as at -17"] > 0.3
    assert abs(lines["vgg16-simulated: -20 dB, spread of grey as at -17"]) < 0.1
