"""The examples in the docstrings that a researcher reads first: there, and true."""

from __future__ import annotations

import doctest
from importlib import import_module
from types import ModuleType

import pytest

PUBLIC = {
    "evaluate.agreement": ("cohen", "fleiss"),
    "evaluate.calibration": ("brier", "line", "reliability"),
    "evaluate.compare": ("compare",),
    "evaluate.cutoff": ("cutoff_interval", "youden"),
    "evaluate.delong": ("paired", "unpaired"),
    "evaluate.netbenefit": ("net_benefit", "predictive_values"),
    "evaluate.paired": ("holm", "mcnemar"),
    "evaluate.proportion": ("counts", "measures", "wilson"),
    "evaluate.partial": ("partial_auc",),
    "evaluate.roc": ("auc", "curve"),
    "evaluate.table": ("read_predictions", "template"),
    "explain.cam": ("heatmap",),
    "explain.fidelity": ("hot_fifth",),
    "explain.occlusion": ("occlusion_map",),
    "explain.overlay": ("overlay",),
    "guidelines.advice": ("advise_from_probability", "assess", "assess_all", "prevalence_adjusted", "undescribed"),
    "guidelines.descriptors": ("parse_descriptors",),
    "images.read": ("read_image",),
    "signs.measure": ("measure",),
    "simulate.cohort": ("any_cohort",),
    "simulate.likelihood": ("log_likelihood_ratio",),
    "simulate.render": ("crop", "render"),
    "simulate.settings": ("case_from",),
}


def room(name: str) -> ModuleType:
    return import_module(f"sera_core.{name}")


@pytest.mark.parametrize("name", PUBLIC)
def test_examples_are_there_and_true(name: str) -> None:
    found = {test.name.rpartition(".")[2] for test in doctest.DocTestFinder().find(room(name)) if test.examples}
    assert found >= set(PUBLIC[name])
    assert doctest.testmod(room(name)).failed == 0
