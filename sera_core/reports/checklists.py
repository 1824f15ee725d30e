"""Reporting checklists, filled in as far as a comparison answers them.

The items in our own, shorter words, by the numbers of TRIPOD+AI (Collins GS, et al. BMJ 2024;385:e078378), of CLAIM
2024 (Tejani AS, et al. Radiology: Artificial Intelligence 2024;6:e240300), and of STARD 2015 (Bossuyt PM, et al. BMJ
2015;351:h5527) with what STARD-AI (Sounderajah V, et al. Nature Medicine 2025) adds for models, without its numbers. A
comparison knows the cases, the methods and the figures; what only the authors know is "not reported".
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Literal

import pandas as pd

from sera_core import escape
from sera_core.contracts import NOT_A_DEVICE
from sera_core.evaluate.predictions import Predictions
from sera_core.evaluate.results import Comparison
from sera_core.wording.comparison import ACROSS, SHARED_ERRORS

NOT_REPORTED = "not reported"
Checklist = Literal["tripod-ai", "stard-ai", "claim-2024"]
TITLES: Mapping[Checklist, str] = {"tripod-ai": "TRIPOD+AI", "stard-ai": "STARD-AI", "claim-2024": "CLAIM 2024"}

# Sections of the report (reports/comparison.py) by what they answer; the second part says when they do.
SECTIONS: Mapping[str, tuple[str, Callable[[Predictions, Comparison], bool]]] = {
    "centres": ("Cases", lambda table, found: True),
    "flow": ("What became of every case", lambda table, found: True),
    "patients": ("What became of every case", lambda table, found: True),
    "external": ("Cases, roles", lambda table, found: "external" in table.roles.values()),
    "groups": ("Subgroups", lambda table, found: any(row.estimate == row.estimate for row in found.subgroups)),
    "cutoffs": ("At the cut-offs", lambda table, found: True),
    "methods": ("Methods", lambda table, found: True),
    "missing": ("Methods, Missing answers", lambda table, found: True),
    "auc": ("At a glance", lambda table, found: True),
    "matrices": ("At the cut-offs", lambda table, found: bool(found.confusions)),
    "calibration": ("Calibration", lambda table, found: bool(found.calibrations)),
    "use": ("Net benefit", lambda table, found: bool(found.usefulness or found.calibrations)),
    "apart": (ACROSS, lambda table, found: bool(found.pooled)),
    "differences": ("Differences", lambda table, found: bool(found.differences)),
    "agreement": ("Agreement", lambda table, found: bool(found.agreement)),
    "errors": (SHARED_ERRORS, lambda table, found: bool(found.confusions)),
    "limits": ("What this does not mean", lambda table, found: True),
    "software": ("its first lines: version of the program, fingerprint of the table", lambda table, found: True),
}

# number | what is asked | the section that answers it, or nothing
TRIPOD = """
1 | title names a prediction model, its people and its outcome |
2 | structured abstract |
3a | clinical setting and why the model is needed |
3b | for whom, where in care, used by whom |
3c | known inequalities between groups |
4 | objectives: development, evaluation or both |
5a | where the data come from, and whether they represent the people meant | centres
5b | dates of the data |
6a | setting, and number of centres | centres
6b | who was eligible |
6c | treatments |
7 | preparation and quality of the data |
8a | outcome and how it was determined |
8b | who determined the outcome |
8c | whether they were blind to the model |
9a | choice of predictors |
9b | definition of predictors |
9c | who assessed predictors |
10 | how the number of cases was arrived at |
11 | missing data and what was done about them | missing
12a | how data were used and divided | external
12b | handling of predictors |
12c | kind of model, building, internal validation |
12d | differences between centres in figures and methods | apart
12e | measures of performance and why | methods
12f | updating of the model | calibration
12g | how the predictions were made in evaluation |
13 | class imbalance and what was done about it |
14 | fairness: what was done about it | groups
15 | what the model puts out, and its thresholds | cutoffs
16 | how evaluation data differ from training data |
17 | ethical approval |
18a | funding |
18b | conflicts of interest |
18c | protocol |
18d | registration |
18e | availability of data |
18f | availability of code | software
19 | involvement of patients and public |
20a | flow of cases, with and without the outcome | flow
20b | characteristics by centre | centres
20c | comparison with the development data |
21 | number of cases and outcomes in each analysis | flow
22 | the full model, so that others can use it |
23a | performance with intervals, and in groups | auc
23b | differences of performance between centres | apart
24 | results of updating | calibration
25 | interpretation, with fairness |
26 | limitations | limits
27a | what to do with poor or missing input at use |
27b | what users must know or do |
27c | next steps |
"""
STARD = """
1 | title names at least one measure of accuracy |
2 | structured abstract |
3 | background, intended use and role of the test |
4 | objectives and hypotheses |
5 | prospective or retrospective |
6 | who was eligible |
7 | how participants were identified |
8 | where and when |
9 | consecutive, random or convenience series |
10a | the index test, so that it can be repeated |
10b | the reference standard, so that it can be repeated |
11 | why this reference standard |
12a | cut-offs of the index test, fixed beforehand or not | cutoffs
12b | cut-offs of the reference standard |
13a | whether readers of the index test knew the reference |
13b | whether assessors of the reference knew the index test |
14 | methods of estimating and comparing accuracy | methods
15 | indeterminate results |
16 | missing data of either test | missing
17 | variability of accuracy: what was planned, what was found later | methods
18 | intended sample size and how it was found |
19 | flow of participants | flow
20 | baseline characteristics |
21a | severity of the disease in those who have it |
21b | other diagnoses in those who do not |
22 | time and treatment between the tests |
23 | cross-table of both tests | matrices
24 | accuracy with intervals | auc
25 | adverse events |
26 | limitations, uncertainty, generalisability | limits
27 | implications for practice |
28 | registration |
29 | protocol |
30 | funding |
AI | source, selection and preparation of the data sets, and who labelled them | centres
AI | division into training, tuning and test data; patients in one part only | external
AI | version, input and output of the model | software
AI | performance on data of other hospitals | external
AI | performance in groups of people, bias and fairness | groups
AI | analysis of errors | errors
AI | calibration | calibration
AI | commercial interests; availability of data, code and model |
"""
CLAIM = """
1 | title or abstract names the technique |
2 | structured summary |
3 | background and clinical role |
4 | aims and hypotheses |
5 | prospective or retrospective |
6 | goal of the study |
7 | sources of data | centres
8 | inclusion and exclusion |
9 | preprocessing |
10 | selection of parts of the data |
11 | de-identification |
12 | missing data | missing
13 | protocol of image acquisition |
14 | how the reference standard was made |
15 | why this reference standard |
16 | who annotated |
17 | annotation of the test set |
18 | variability between and within raters | agreement
19 | how data were assigned to parts |
20 | at which level parts are disjoint | patients
21 | intended number of cases and how it was found |
22 | the model in detail |
23 | software and packages | software
24 | initial parameters |
25 | training |
26 | how the final model was chosen |
27 | ensembling |
28 | measures of performance | methods
29 | statistics of significance and uncertainty | methods
30 | robustness and sensitivity analyses | missing
31 | explainability |
32 | evaluation on internal data | auc
33 | evaluation on external data | external
34 | registration of the trial |
35 | numbers included and excluded | flow
36 | characteristics in each part | centres
37 | performance and its uncertainty in every part | auc
38 | accuracy with precision | matrices
39 | analysis of failures | errors
40 | limitations | limits
41 | implications for practice |
42 | full protocol |
43 | availability of software, model and data | software
44 | funding |
"""
ITEMS: Mapping[Checklist, str] = {"tripod-ai": TRIPOD, "stard-ai": STARD, "claim-2024": CLAIM}


def checklist(which: Checklist, predictions: Predictions, found: Comparison) -> pd.DataFrame:
    """One of the checklists: ``item, asked, answered`` (a section of the report, or :data:`NOT_REPORTED`).

    Where the labels of a study are described, what the outcome is still has to be told by the authors.
    """
    lines = []
    for line in ITEMS[which].strip().splitlines():
        number, asked, key = (part.strip() for part in line.split("|"))
        section, told = SECTIONS.get(key, ("", lambda table, comparison: False))
        answered = f"report, {section}" if told(predictions, found) else NOT_REPORTED
        lines.append({"item": number, "asked": asked, "answered": answered})
    return pd.DataFrame(lines)


def as_markdown(which: Checklist, predictions: Predictions, found: Comparison) -> bytes:
    """The checklist as a Markdown table, with how many items are answered."""
    table = checklist(which, predictions, found)
    answered = int((table["answered"] != NOT_REPORTED).sum())
    rows = [list(table.columns), ["---"] * 3, *(list(map(escape.markdown, row)) for row in table.to_numpy())]
    head = (
        f"# {TITLES[which]}, filled in by a comparison\n\n{answered} of {len(table)} items are answered by the report "
        "(HTML); the others are the authors' to fill in. The items are shortened: the statement itself is what counts."
    )
    body = "\n".join(f"| {' | '.join(row)} |" for row in rows)
    return f"{head}\n\n{body}\n\n{NOT_A_DEVICE}\n".encode()
