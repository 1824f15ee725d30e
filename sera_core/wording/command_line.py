"""What a command computed, in words: the lines that the command line prints without ``--json``."""

from __future__ import annotations

from typing import Any

from sera_core.contracts import NOT_A_DEVICE, Basis, Verdict
from sera_core.wording.diagnosis import BASIS
from sera_core.wording.labels import NO_FOCUS
from sera_core.wording.probability import percent
from sera_core.wording.signs import LOOK
from sera_core.wording.verdict import NO_ANSWER, TURNS, UNREAD, headline, withheld

SAID_BY = {"reader": "yours", "program": "proposed by the program", "outline": "proposed from the outline"}
Result = Any  # what a command computed, as JSON would hold it


def imported(found: Result) -> str:
    """How many images of how many patients stand in which manifest."""
    return f"{found['cases']} images of {found['patients']} patients in {found['manifest']}"


def simulated(found: Result) -> str:
    """A simulated cohort, or one nodule."""
    if "manifest" in found:
        return f"{found['cases']} cases in {found['manifest']}"
    return f"one simulated nodule in {found['image']}, log likelihood ratio {found['log_likelihood_ratio']:.2f}"


def diagnosis(found: Result) -> str:
    """Verdict, probabilities, advice and notices of one diagnosis."""
    advice = found["advice"]
    lines = [
        _answer(found),
        *([TURNS] if found["range_holds_cutoff"] else []),
        *_map(found),
        *_opinions(found),
        *_described(found),
        f"{advice['guideline']} {advice['category']}: {advice['action']}. {advice['rule']}",
        f"rests on: {BASIS[Basis(found['advice_basis'])]}",
        *(f"note: {warning['message']}" for warning in found["warnings"]),
        NOT_A_DEVICE,
    ]
    return "\n".join(lines)


def _answer(found: Result) -> str:
    """Verdict and probabilities, or that there is no answer."""
    if found["model"] is None:
        return UNREAD
    if found["probability"] is None:
        return f"{NO_ANSWER}, {found['model']}"
    low, high = (percent(end) for end in found["probability_range"])
    probability = f"{percent(found['probability'])} ({low} to {high})"
    if found["fringe"]:
        return f"{withheld(probability)}, by {found['model']}"
    return (
        f"{headline(Verdict(found['verdict']), found['positive'])}: probability {probability} at a balanced prior "
        f"(cut-off {percent(found['cutoff'])}), {percent(found['probability_at_pretest'])} at the "
        f"pre-test risk of {percent(found['pretest'])}, "
        f"by {found['model']}"
    )


def _map(found: Result) -> list[str]:
    """How far the heatmap can be trusted."""
    if found["fidelity"] is None:
        return []
    trust = "it shows what mattered" if found["fidelity_trusted"] else "in doubt, do not rely on it"
    return [f"heatmap by {found['heatmap_method']}: fidelity {found['fidelity']:.2f}, {trust}"]


def _opinions(found: Result) -> list[str]:
    """A line for each other model that was asked."""
    others = [one for one in found["opinions"] if one["model"] != found["model"]]
    return [f"{one['model']} ({one['domain']} frames): {_opinion(one)}" for one in others]


def _opinion(one: Result) -> str:
    """Number and word of another model; of one for the other kind of frames only that it answers another question."""
    number = f"{percent(one['probability'])}, " if one["verdict"] else ""
    return f"{number}{one['verdict_words']}"


def _described(found: Result) -> list[str]:
    """Outline, size and the five rows, each with who says it."""
    outline, size_mm = found["outline"], found["size_mm"]
    lines = []
    if outline:
        lines.append(f"outline by {outline['source']}, confidence {percent(outline['confidence'])}")
    if size_mm is not None:
        lines.append(f"size {size_mm:g} mm ({SAID_BY[found['size_source']]})")
    for row, said in found["description"].items():
        foci = isinstance(said["word"], list)
        word = (", ".join(said["word"]) or NO_FOCUS) if foci else said["word"]
        whose = SAID_BY.get(said["by"], f"{LOOK}, then give --{row}")
        lines.append(f"{row}: {f'{word} ({whose})' if word else whose}")
    return lines


def measured(found: Result) -> str:
    """Every quantity with its unit, the proposed words, and the volume where there were two views."""
    outline = found["outline"]
    lines = [f"outline by {outline['source']}, confidence {percent(outline['confidence'])}"]
    lines += [f"{name}: {sign['value']:.3g} {sign['unit']}" for name, sign in (found["signs"] or {}).items()]
    for question, said in (found["proposed"] or {}).items():
        word = f"{said['word']}, {percent(said['probability'])}" if said["proposed"] else LOOK
        lines.append(f"{question}: {word}")
    if "volume_ml" in found:
        three = " x ".join(f"{value:.1f}" for value in found["diameters_mm"].values())
        lines.append(f"length x height x width: {three} mm; volume of the ellipsoid {found['volume_ml']:.2f} ml")
    return "\n".join([*lines, NOT_A_DEVICE])


def outline(found: Result) -> str:
    """Where the nodule is and how sure that is."""
    lines = [NOT_A_DEVICE]
    if len(found["panes"]) > 1:
        lines.insert(0, f"note: the frame shows {len(found['panes'])} pictures; name another with --roi")
    if not found["found"]:
        return "\n".join(["No nodule found: draw a box around it (--roi X Y W H).", *lines])
    sure = f"outline {found['box']} by {found['source']}, confidence {percent(found['confidence'])}"
    return "\n".join([sure, *lines])


def models(found: Result) -> str:
    """Every model with its result at every centre."""
    lines = []
    for card in found:
        lines.append(f"{card['id']}: {'valid' if card['valid'] else card['problem']}")
        for centre in card.get("results", ()):
            lines.append(
                f"  {centre['centre']:8} {centre['domain']:9} {centre['role']:8} AUC {centre['auc']:.3f} "
                f"({centre['low']:.3f}-{centre['high']:.3f})  "
                f"{centre['malignant']} / {centre['benign']}  {centre['note']}"
            )
    return "\n".join(lines) or "No model is installed."


def exported(found: Result) -> str:
    """Which model stands in which file."""
    return (
        f"{found['model']} in {found['onnx']}, for any program that runs ONNX; its metadata say how to prepare a frame"
    )


def tirads(found: Result) -> str:
    """One line a guideline."""
    return "\n".join(f"{name}: {said['category']}, {said['action']}. {said['rule']}" for name, said in found.items())


def card(found: Result) -> str:
    """One new model with its results."""
    return models([found | {"valid": True}])


def predict(found: Result) -> str:
    """How many rows stand in which table."""
    return f"{found['rows']} rows in {found['predictions']}"


def study(found: Result) -> str:
    """One line a model and centre; the figures of a study of signs or of the outline as they stand."""
    if "model" not in found[0]:
        return table(found)
    return "\n".join(
        f"{row['model']:28} {row['centre']:7} {row['role']:8} {row['auc']:.3f} ({row['low']:.3f}-{row['high']:.3f})"
        for row in found
    )


def evaluate(found: Result) -> str:
    """AUC, sensitivity and specificity of every model at every centre; ``--json`` gives all the rest."""
    by_name = {(row["centre"], row["model"], row["metric"]): row for row in found["rows"] if not row["subgroup"]}
    lines = [f"{'centre':12} {'model':28} {'n':>6}  AUC (95 % interval)   sensitivity  specificity  at cut-off"]
    for (centre, model, metric), row in by_name.items():
        if metric == "auc":
            shares = (by_name.get((centre, model, name), {}).get("estimate") for name in ("sensitivity", "specificity"))
            sensitivity, specificity = (_number_or_dash(share) for share in shares)
            ends = f" ({_number_or_dash(row['low'])}-{_number_or_dash(row['high'])})"
            bounds = _number_or_dash(row["estimate"]) + (ends if row["estimate"] is not None else "")
            cutoff = _number_or_dash(found["cutoffs"].get(model))
            lines.append(
                f"{centre:12} {model:28} {row['n']:6}  {bounds:20}  {sensitivity:11}  {specificity:11}  {cutoff}"
            )
    nowhere = [row for row in by_name.values() if row["metric"] == "auc" and row["estimate"] is None]
    lines += dict.fromkeys(f"AUC at {row['centre']}: {row['method']}" for row in nowhere)
    lines += [f"cut-off of {model}: {_cutoff(cut)}" for model, cut in found["cutoff_sources"].items()]
    return "\n".join([*lines, f"{len(found['rows'])} numbers in all: add --json."])


def samplesize(found: Result) -> str:
    """What the next study needs, in one line."""
    positive, negative, patients = (found[name] for name in ("positive", "negative", "patients"))
    return f"{positive} images with label 1 and {negative} with label 0: about {patients} patients at this prevalence."


def _cutoff(cut: Result) -> str:
    bounds = "" if cut["low"] is None else f" ({cut['low']:.3f}-{cut['high']:.3f})"
    here = (
        f"; chosen on the cases of {', '.join(cut['chosen_at'])}, which flatters it there" if cut["chosen_at"] else ""
    )
    return f"{cut['value']:.3f}{bounds}, {cut['source']}{here}"


def _number_or_dash(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}"


def table(rows: Result) -> str:
    """Rows of any kind, a line each under the names of their columns."""
    import pandas as pd

    return pd.DataFrame(rows).to_string(index=False, float_format="{:.3f}".format, na_rep="")


def benchmark(found: Result) -> str:
    """One line a part."""
    if {"quantity", "metric", "box"} & found[0].keys():
        return table(found)
    if "asked" in found[0]:
        rows, times = ([row for row in found if ("asked" in row) == asked] for asked in (True, False))
        return "\n\n".join((table([_short(row) for row in rows]), benchmark(times)))
    if "try" in found[0]:
        return "\n\n".join(table([row for row in found if key in row]) for key in ("try", "model"))
    if "map" in found[0]:
        parts = ([_short(row) for row in found if key in row] for key in ("ratio", "heat", "deletion"))
        return "\n\n".join(table(part) for part in parts if part)
    return "\n".join(
        f"{row['name']}: {row['value']:.3g} {row['unit']} ({row['ratio']:.2f} x {row['versus']})" for row in found
    )


def _short(row: Result) -> Result:
    """A row with each figure and its interval in one column; no hash."""
    ends = {f"{name}_{end}" for name in row for end in ("low", "high")}
    return {
        name: f"{value:.2f} ({row[f'{name}_low']:.2f}\u2013{row[f'{name}_high']:.2f})"
        if f"{name}_low" in row
        else value
        for name, value in row.items()
        if name not in ends and name != "sha256"
    }
