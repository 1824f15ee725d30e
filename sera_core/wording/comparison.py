"""Names and sentences that the comparison page and its report share."""

from __future__ import annotations

from collections.abc import Sequence

from sera_core.contracts import READER, Guideline
from sera_core.wording.labels import LABELS

ACROSS = "Over the external centres, and the next hospital"
SHARED_ERRORS = "Who is wrong about the same cases"
ALIKE = "correlation of two images of one patient"
OTHER_PREVALENCE = "PPV and NPV if the prevalence were another"


def name_of(name: str) -> str:
    """What people call a model or a reader: ``reader_1_ktirads2021`` is "K-TIRADS 2021, R1"."""
    if not name.startswith(READER):
        return name
    rest = name.removeprefix(READER)
    for guideline in Guideline:
        if rest.endswith(guideline.value):
            who = rest.removesuffix(guideline.value).strip("_")
            return f"{LABELS[guideline].word}, R{who}" if who else LABELS[guideline].word
    return f"reader {rest.replace('_', ' ')}"


def common_cases(behind: Sequence[int], every: int) -> str:
    """Which cases curves are compared on, where models did not answer all; empty where they did.

    Parameters
    ----------
    behind : sequence of int
        Cases behind each curve of a centre.
    every : int
        Cases of the centre.
    """
    if set(behind) <= {every}:
        return ""
    if len(set(behind)) == 1:
        return f"On the {behind[0]} of {every} cases that all these models answered."
    return "These models have no cases of both classes in common: each stands beside needling all of its own cases."


def answered(positive: str) -> str:
    """What the models were taught to answer, which is not what a label means at every centre."""
    return (
        f"The models answer: {positive}, or not. What a label of 1 is depends on the centre, as listed below; where "
        "the text speaks of malignant and benign nodules, it means label 1 and label 0."
    )


METHODS = (
    (
        "Area under the ROC curve",
        "Mann-Whitney with ties counting one half. Interval: DeLong's variance (Biometrics 1988;44:837) on the logit "
        "scale, with Student's t where a class has fewer than 30 cases; for an AUC of 0 or 1 an exact binomial bound; "
        "the whole range where the variance cannot be known. Where patients have several images, Obuchowski's variance "
        "(Biometrics 1997;53:567), which takes patients as independent, with Student's t.",
    ),
    (
        "Partial area",
        "Standardised after McClish (Medical Decision Making 1989;9:190) over the chosen sensitivities: 0.5 is chance.",
    ),
    (
        "Cut-offs",
        "Each is listed with where it came from: named beforehand, given with the table or the model, or chosen by "
        "Youden's index on the internal cases. One that was chosen on a centre's own cases flatters the model there; "
        "everywhere else it was fixed before the cases were seen. By how much it flatters: each patient is judged by a "
        "cut-off that is chosen without them (Leeflang, Clinical Chemistry 2008;54:729). Positive means at the cut-off "
        "or above it. Guidelines go by their usual threshold.",
    ),
    (
        "Proportions",
        "Wilson's interval; where a patient has several images, with the number of cases that the patients' spread is "
        "worth (Korn and Graubard). Likelihood ratios on the log scale.",
    ),
    (
        "Differences",
        "Two models on the same cases: paired DeLong, and McNemar's exact test among the diseased and the healthy "
        "apart. One model at two centres: unpaired DeLong with Welch's degrees of freedom. Model against reader from "
        "centre to centre: difference of the paired differences. Holm's correction within each family of tests, which "
        "is that of the whole table, whatever part is shown; each test names its size. Where patients have several "
        "images: Obuchowski's variance, and for McNemar the exact test in which whole patients change sides. A patient "
        "seen at two centres is one.",
    ),
    (
        "Calibration",
        "Brier score with Murphy's parts in ten bins of equal width; slope and intercept by logistic regression on the "
        "logit of the probability. The smooth curve is a logistic regression on a natural cubic spline with four "
        "knots, its interval by whole patients; ICI, E50 and E90 are the mean, median and 90th percentile of its "
        "distance from the diagonal (Austin and Steyerberg, Statistics in Medicine 2019;38:4051). Recalibration: "
        "logistic, on 50 random local cases, judged on all the others.",
    ),
    (
        "Net benefit",
        "Vickers and Elkin (Medical Decision Making 2006;26:565). PPV and NPV at another prevalence by Bayes' rule. "
        "Models that answered different cases are compared on those that all answered; where these lack a class, each "
        "beside needling all of its own cases.",
    ),
    (
        "Agreement",
        "Cohen's kappa with the interval of Fleiss, Cohen and Everitt; Fleiss' kappa for all raters with Gwet's.",
    ),
    (
        "Several images of one patient",
        "Every interval and test takes patients, not images, as independent: as said above, by the patients' sums with "
        "Student's t (Brier score, net benefit, kappas), or by a jackknife of patients (calibration slope and "
        "intercept).",
    ),
    (
        "Subgroups",
        "Within one centre, by size, descriptor and every other column of the table that divides it into few groups "
        "(many different numbers: into thirds); figures that rest on fewer than ten malignant or ten benign cases are "
        "suppressed. Whether groups differ: Cochran's Q on the logit scale, Holm's correction over all columns and "
        "measures of a model at a centre.",
    ),
    (
        "Missing answers",
        "What became of every case is listed. Where a model left out cases, AUC, sensitivity and specificity are also "
        "given on the cases that all models answered, with each refusal counted as the wrong answer, and with every "
        "missing answer counted so; for the AUC that is a score below all others for label 1, above them for label 0.",
    ),
    (
        "Over the external centres",
        "Random effects on the logit scale: restricted maximum likelihood with the interval of Hartung and Knapp for "
        "the AUC, the bivariate model (Reitsma, J Clin Epidemiol 2005;58:982) for sensitivity and specificity; "
        "prediction interval for the next centre after Higgins (J R Stat Soc A 2009;172:137).",
    ),
    (
        "Several readers",
        "Obuchowski and Rockette's analysis with the jackknife over patients and the degrees of freedom of Hillis "
        "(Statistics in Medicine 2007;26:596): readers as a sample of readers, and as these very ones.",
    ),
)
NOT_MEANT = (
    "Real and simulated centres answer different questions; no number here pools them.",
    "What a model scores on simulated nodules says nothing about patients.",
    "Labels that are readings (TI-RADS) or of unknown origin are not pathology: there, AUC is agreement with whoever "
    "labelled.",
    "A large p-value is not equality, and the best of many models on few cases is partly luck.",
)
