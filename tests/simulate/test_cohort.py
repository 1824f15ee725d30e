"""Frequencies, dependence, likelihood ratios, the ceiling and the simulated readers."""

from collections import Counter
from itertools import combinations, pairwise, product

import numpy as np
import pytest
from scipy.stats import norm

from sera_core.contracts import BadInput, Composition, Descriptors, Echogenicity, Focus, Margin, Shape
from sera_core.simulate import CENTRES, Pathology, centre_named
from sera_core.simulate.cohort import any_cohort, findings_of, study_set
from sera_core.simulate.frequencies import (
    CORRELATION,
    SIZE_RANGE_MM,
    Copula,
    Findings,
    density,
    draw_findings,
)
from sera_core.simulate.likelihood import auc, log_likelihood_ratio
from sera_core.simulate.readers import GUIDELINES, noise_for, read, reader_scores

MOON_2008 = {
    Pathology.MALIGNANT: (0.400, 0.483, 0.414, 0.442, 0.097),
    Pathology.BENIGN: (0.086, 0.082, 0.078, 0.092, 0.039),
}


@pytest.mark.parametrize(
    ("kind", "independent", "observed"), [(Pathology.MALIGNANT, 0.908, 0.833), (Pathology.BENIGN, 0.325, 0.260)]
)
def test_the_copula_reproduces_moon_2008(kind: Pathology, independent: float, observed: float) -> None:
    factor = norm.ppf((np.arange(4000) + 0.5) / 4000)  # plain midpoint integration, not the module's quadrature
    for rho, expected in ((0.0, independent), (CORRELATION[kind], observed)):
        none = np.prod([1 - Copula(rho).above(share, factor) for share in MOON_2008[kind]], axis=0)
        assert 1 - none.mean() == pytest.approx(expected, abs=0.006)


def ratios(name: str, seed: int = 1) -> dict[Pathology, np.ndarray]:
    """Log likelihood ratios of 1200 patients of each class at a centre."""
    centre, found = centre_named(name), {}
    for place, kind in enumerate((Pathology.MALIGNANT, Pathology.BENIGN)):
        seeds = range(seed * 10**6, seed * 10**6 + 1200)
        shown = (draw_findings(kind, centre.follicular[place], centre.size_factor, one) for one in seeds)
        found[kind] = np.asarray([log_likelihood_ratio(findings, centre) for findings in shown])
    return found


def best_auc(name: str, seed: int = 1) -> float:
    """What anybody could reach who reads the findings without a mistake."""
    shown = ratios(name, seed)
    return auc(shown[Pathology.MALIGNANT], shown[Pathology.BENIGN])


def every_description() -> list[tuple[Descriptors, bool]]:
    foci = [frozenset(some) for number in range(5) for some in combinations(Focus, number)]
    words = product(Composition, Echogenicity, Shape, Margin, foci, (False, True))
    return [
        (Descriptors(c, e, s, m, f), halo)
        for c, e, s, m, f, halo in words
        if (e is Echogenicity.ANECHOIC) == (c is Composition.CYSTIC)
    ]


@pytest.mark.parametrize("kind", Pathology)
def test_densities_sum_to_one(kind: Pathology) -> None:
    size = 14.0
    total = sum(density(Findings(words, halo, size), kind, 0.0, 1.0) for words, halo in every_description())
    median, spread = (13.4, 0.44) if kind is Pathology.MALIGNANT else (18.0, 0.50)
    low, high = norm.cdf(np.log(np.asarray(SIZE_RANGE_MM) / median) / spread)
    assert total == pytest.approx(norm.pdf(np.log(size / median) / spread) / spread / (high - low), rel=1e-3)


def test_likelihood_ratio_is_the_ratio_of_counts() -> None:
    centre, draws = centre_named("internal"), 3000
    shown = {
        kind: [draw_findings(kind, centre.follicular[place], 1.0, 10**7 + i) for i in range(draws)]
        for place, kind in enumerate((Pathology.MALIGNANT, Pathology.BENIGN))
    }
    scores = {kind: np.asarray([log_likelihood_ratio(f, centre) for f in found]) for kind, found in shown.items()}
    edges = [-2.0, -1.0, 0.0, 1.0, 2.0]
    for low, high in pairwise(edges):  # calibrated: within a bin the counts have that ratio
        inside = {kind: ((score >= low) & (score < high)).sum() for kind, score in scores.items()}
        ratio = np.log(inside[Pathology.MALIGNANT] / inside[Pathology.BENIGN])
        assert low - 0.25 < ratio < high + 0.25


def test_independence_would_overstate_the_ceiling(monkeypatch: pytest.MonkeyPatch) -> None:
    kept = best_auc("internal")
    for kind in CORRELATION:
        monkeypatch.setitem(CORRELATION, kind, 0.0)
    assert best_auc("internal", seed=2) > kept


def test_frequencies_keep_their_published_order_and_sizes() -> None:
    seen = {kind: [draw_findings(kind, 0.05, 1.0, i) for i in range(1500)] for kind in Pathology}

    def share(kind: Pathology, test) -> float:
        return float(np.mean([test(f) for f in seen[kind]]))

    def taller(f: Findings) -> bool:
        return f.descriptors.shape is Shape.TALLER_THAN_WIDE

    assert share(Pathology.MALIGNANT, taller) == pytest.approx(0.40, abs=0.08)  # Moon 2008
    assert share(Pathology.BENIGN, taller) == pytest.approx(0.05, abs=0.04)
    small = [taller(f) for f in seen[Pathology.MALIGNANT] if f.size_mm < 10]
    assert np.mean(small) == pytest.approx(0.61, abs=0.10)  # Sci Rep 2021;11:21616
    punctate = [share(kind, lambda f: Focus.PUNCTATE in f.descriptors.foci) for kind in Pathology]
    assert punctate[1] == pytest.approx(0.50, abs=0.08)
    assert punctate[0] < 0.10
    medians = [np.median([f.size_mm for f in seen[kind]]) for kind in Pathology]
    assert medians[0] / medians[1] == pytest.approx(1.35, abs=0.25)


def test_sets_have_the_sizes_of_koh_2020_and_share_no_patient() -> None:
    training = study_set("internal", "train")
    assert (len(training), training.malignant, training.benign) == (13560, 7160, 6400)
    sets = {name: study_set(name, "test") for name in CENTRES}
    assert [len(cohort) for cohort in sets.values()] == [634, 781, 200, 200]
    drawn = [case for cohort in (training, *sets.values()) for case in cohort[:60]]
    assert len({case.patient_id for case in drawn}) == len({case.seed for case in drawn}) == len(drawn)
    labels = Counter(case.pathology for case in sets["C"])
    assert labels == {Pathology.MALIGNANT: 90, Pathology.BENIGN: 110}


def test_centres_differ_in_case_mix() -> None:
    sizes = {name: np.median([case.nodule.size_mm for case in any_cohort(name, 150, 1)]) for name in CENTRES}
    assert sizes["C"] < sizes["A"] < sizes["internal"] < sizes["B"]


def test_bad_requests_are_refused() -> None:
    with pytest.raises(BadInput, match="choose one of internal"):
        any_cohort("Paris", 5, 1)
    with pytest.raises(BadInput, match="at least one"):
        any_cohort("A", 0, 1)
    with pytest.raises(IndexError):
        any_cohort("A", 3, 1)[3]


def test_ceiling_holds_the_test_set() -> None:
    for name in ("internal", "B"):
        shown, centre, random = ratios(name), centre_named(name), np.random.default_rng(1)
        sizes = {Pathology.MALIGNANT: centre.malignant, Pathology.BENIGN: centre.benign}
        sets = [auc(*(random.choice(shown[kind], sizes[kind]) for kind in sizes)) for _ in range(1000)]
        low, high = np.quantile(sets, (0.025, 0.975))
        best = best_auc(name)
        assert 0.90 < low < best < high < 0.99 or name == "B"
        cases = study_set(name, "test")[:]
        score = np.asarray([log_likelihood_ratio(findings_of(case), centre_named(name)) for case in cases])
        sick = np.asarray([case.pathology is Pathology.MALIGNANT for case in cases])
        assert low - 0.02 < auc(score[sick], score[~sick]) < high + 0.02


@pytest.mark.parametrize(
    ("kappa", "share", "noise"),
    [(0.25, 0.1, 1.00), (0.35, 0.2, 0.86), (0.45, 0.3, 0.71), (0.55, 0.5, 0.56), (0.75, 0.2, 0.26)],
)
def test_reader_noise_gives_the_tabulated_kappa(kappa: float, share: float, noise: float) -> None:
    assert noise_for(kappa, share) == pytest.approx(noise, abs=0.015)


def test_two_readers_agree_as_published() -> None:
    cases = any_cohort("internal", 500, 6)[:]
    seen = [[read(findings_of(case), case.seed, reader) for case in cases] for reader in (1, 2, 3)]

    def kappa(test) -> float:
        a, b, c = (np.asarray([test(words) for words in row]) for row in seen)
        return float(np.mean([_kappa(a, b), _kappa(a, c), _kappa(b, c)]))

    assert kappa(lambda d: d.shape is Shape.TALLER_THAN_WIDE) == pytest.approx(0.55, abs=0.15)
    assert kappa(lambda d: d.composition is Composition.SOLID) == pytest.approx(0.70, abs=0.15)
    assert kappa(lambda d: d.margin is Margin.SMOOTH) == pytest.approx(0.35, abs=0.15)
    assert kappa(lambda d: Focus.PUNCTATE in d.foci) == pytest.approx(0.50, abs=0.15)


def _kappa(a: np.ndarray, b: np.ndarray) -> float:
    chance = a.mean() * b.mean() + (1 - a.mean()) * (1 - b.mean())
    return float(((a == b).mean() - chance) / (1 - chance))


def test_readers_lie_between_chance_and_the_ceiling() -> None:
    cases = any_cohort("internal", 300, 8)[:]
    sick = np.asarray([case.pathology is Pathology.MALIGNANT for case in cases])
    for guideline in GUIDELINES:
        score = np.asarray([reader_scores(findings_of(case), case.seed, 1)[guideline] for case in cases])
        assert 0.70 < auc(score[sick], score[~sick]) < 0.93


def test_a_training_set_of_a_test_centre_is_refused() -> None:
    with pytest.raises(BadInput, match="for testing only"):
        study_set("B", "train")
    assert len(study_set("internal", "train", 2019, 297, 297)) == 594
