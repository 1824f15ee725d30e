"""The run: begun, stopped, kept, and what it shows."""

from __future__ import annotations

import math
from dataclasses import replace
from functools import partial

import streamlit as st

from sera_core.contracts import BadInput, Grey
from sera_core.evaluate.proportion import wilson
from sera_core.figures import learning as figures
from sera_core.figures.image import still
from sera_core.images.prepare import prepare
from sera_core.lessons import learning as lesson
from sera_core.lessons import runs
from sera_core.lessons.bank import load_bank, preparation
from sera_core.lessons.learning import Epoch, Settings
from sera_core.ui.cell import fold, show_code
from sera_core.ui.chart import chart
from sera_core.ui.learn.chapters.learning.settings import word
from sera_core.ui.learn.formula import formula
from sera_core.ui.learn.nodule import Specimen
from sera_core.ui.learn.show import numbers, step, take_home
from sera_core.ui.learn.teacher import when_asked
from sera_core.ui.picture import show_picture
from sera_core.ui.states import refused

KEPT, RUNNING, REFUSED = "learning_kept", "learning_running", "learning_refused"
MOST_RUNS = 24
MOST_SIDES = 12  # nodules that changed sides, shown
Run = tuple[Settings, str, list[Epoch]]  # settings, nodule, epochs so far


def show_buttons(settings: Settings, specimen: Specimen) -> None:
    """Train, and Stop while it does."""
    running = st.session_state.get(RUNNING, False)
    with st.container(horizontal=True):
        st.button("Train", type="primary", icon=":material/play_arrow:", key="learning_train", disabled=running,
                  on_click=_begin, args=(settings, specimen.title))  # fmt: skip
        st.button("Stop", icon=":material/stop:", key="learning_stop", disabled=not running)


def _begin(settings: Settings, title: str) -> None:
    st.session_state[KEPT] = (settings, title, [])
    st.session_state[RUNNING] = True
    st.session_state[REFUSED] = None


def show_result(settings: Settings, specimen: Specimen) -> None:
    """The run of these settings: the one asked for now, else one of before."""
    kept: Run | None = st.session_state.get(KEPT)
    if st.session_state.get(RUNNING) and kept is not None:
        _run(kept, prepare(specimen.image.pixels, specimen.box, preparation()).pixels)
    mine = kept if kept is not None and kept[0] == settings else None
    before = _trained().get(settings, ())
    problem = st.session_state.get(REFUSED)
    if mine is not None and isinstance(problem, BadInput):
        refused(problem, "The training ended early")
    earlier = runs.earlier_runs().get(settings, ())
    if mine is not None and mine[2]:
        st.caption(f"Trained here, just now. Seen while it learnt: {mine[1]}.")
        _show(settings, mine[2], live=True)
    elif before:
        st.caption("Trained on this machine before the page was loaded anew; kept until the server ends.")
        _show(settings, list(before), live=False)
    elif earlier:
        st.caption("An earlier run with these very settings; press Train to see it happen on this machine.")
        _show(settings, list(earlier), live=False)
    elif mine is None:
        st.info("Not trained yet with these settings: press Train.", icon=":material/play_arrow:")


def _run(kept: Run, crop: Grey) -> None:
    """Train, drawing after every epoch; Stop, like any other control, interrupts, and what was reached stays."""
    st.session_state[RUNNING] = False  # now, because nothing below is sure to be reached
    settings, _, epochs = kept
    epochs.clear()
    bar, place = st.progress(0.0, "Reading the nodules through the frozen layers"), st.empty()
    try:
        for epoch in lesson.train(settings, crop):
            epochs.append(epoch)
            _remember(settings, epochs)
            bar.progress(epoch.number / settings.epochs, f"Epoch {epoch.number} of {settings.epochs}")
            place.plotly_chart(figures.curves(epochs, settings.epochs), key=f"learning-live-{epoch.number}")
    except BadInput as error:
        st.session_state[REFUSED] = error
    st.rerun()


@st.cache_resource(max_entries=1)
def _trained() -> dict[Settings, tuple[Epoch, ...]]:
    """Runs of this server, for a page that is loaded anew; the nodules are simulated, so they are nobody's."""
    return {}


def _remember(settings: Settings, epochs: list[Epoch]) -> None:
    """Keep a run so far, without what it said of the nodule under study, which may be a patient's."""
    trained = _trained()
    trained.pop(settings, None)
    while len(trained) >= MOST_RUNS:
        trained.pop(next(iter(trained)))
    trained[settings] = tuple(replace(epoch, own=math.nan) for epoch in epochs)


def _overlaid(settings: Settings, epochs: list[Epoch]) -> None:
    """This run over the earlier ones."""
    known = {word(one): run for one, run in {**runs.earlier_runs(), **_trained()}.items() if run}
    known.pop(word(settings), None)
    chosen = st.multiselect("Lay other runs over it", list(known), key="learning_over", placeholder="other runs")
    if not chosen:
        return
    shown = {"this run": tuple(epochs), **{name: known[name] for name in chosen}}
    longest = max(len(run) for run in shown.values())
    table: dict[str, list[float | None]] = {"epoch": list(range(longest))}
    for name, run in shown.items():
        table[name] = [run[k].left_out_accuracy if k < len(run) else None for k in range(longest)]
    chart(figures.overlaid(shown), "learning-overlaid", "Left-out accuracy by epoch, run by run", table)


def _with_interval(share: float) -> str:
    low, high = wilson(round(share * lesson.LEFT_OUT), lesson.LEFT_OUT)
    return f"{share:.0%} ({float(low):.0%} to {float(high):.0%})"


def _show(settings: Settings, epochs: list[Epoch], live: bool) -> None:
    last = epochs[-1]
    table: dict[str, list[float]] = {
        "epoch": [e.number for e in epochs],
        "loss": [e.loss for e in epochs],
        "accuracy": [e.accuracy for e in epochs],
        "left-out loss": [e.left_out_loss for e in epochs],
        "left-out accuracy": [e.left_out_accuracy for e in epochs],
    }
    chart(figures.curves(epochs, settings.epochs), "learning-curves", "Loss and accuracy by epoch", table)
    best = max(epochs, key=lambda epoch: epoch.left_out_accuracy)
    values = {
        "Loss": f"{last.loss:.3f}",
        "Accuracy": f"{last.accuracy:.0%}",
        "Left-out accuracy": _with_interval(last.left_out_accuracy),
        "Best left-out": f"{best.left_out_accuracy:.0%} (epoch {best.number})",
    }
    if live and not math.isnan(last.own):
        values["This nodule"] = f"{last.own:.0%} malignant"
    numbers(values)
    st.caption(
        f"In brackets the 95 % interval of {lesson.LEFT_OUT} nodules left out: runs whose intervals overlap widely "
        "cannot be told apart by this set."
    )
    _overlaid(settings, epochs)
    when_asked("Nodules that changed sides", _sides, settings, epochs)
    moved = partial(_moved, settings, last)
    when_asked("Weights that moved", fold, "Weights that moved", "learning_moved", moved, ":material/moving:")
    show_code(lesson.train, lesson.student)
    take_home("Learning", partial(lesson.train, settings))


def _moved(settings: Settings, last: Epoch) -> None:
    st.caption("How far each group of weights is from where it started.")
    chart(figures.moved(last, settings.moving), "learning-moved", "How far each group of weights has moved")
    before, velocity, after = last.weight
    formula(
        r"\begin{aligned} v &\leftarrow 0.9\,v + \nabla L \\"
        rf" w &\leftarrow w - \eta\,v \\ {after:.5f} &= {before:.5f} - {settings.rate:g}\times({velocity:+.4f})"
        r"\end{aligned}",
        "One weight of the last layer in the last step, rounded. v remembers the steps before (momentum 0.9).",
    )


def _sides(settings: Settings, epochs: list[Epoch]) -> None:
    """The nodules left out that are called otherwise than after an earlier epoch."""
    step("Nodules that changed sides", "Nodules left out that are called otherwise than they were after an epoch.")
    if len(epochs) < 2:
        return
    best = max(epochs[:-1], key=lambda epoch: epoch.left_out_accuracy).number
    since = st.slider(
        "Since epoch", 0, len(epochs) - 2, min(best, len(epochs) - 2), key=f"learning_since_{len(epochs)}"
    )
    before, after = epochs[since], epochs[-1]
    bank, rows = load_bank(), lesson.changed_sides(settings, before, after)
    place = {int(row): k for k, row in enumerate(lesson.split(settings)[1])}
    better = sum((after.answers[place[row]] > 0.5) == bank.labels[row] for row in rows)
    st.markdown(
        f"{len(rows)} of {lesson.LEFT_OUT} changed sides since epoch {since}: **{better}** to the right one, "
        f"**{len(rows) - better}** to the wrong one."
    )
    st.caption(
        "Under each: what it is, and how likely malignant it was called then and is called now; ✓ where that is "
        "right now."
    )
    with st.grid(6, min_column_width=90):
        for row in rows[:MOST_SIDES]:
            was, now = before.answers[place[row]], after.answers[place[row]]
            truth = "malignant" if bank.labels[row] else "benign"
            mark = "✓" if (now > 0.5) == bank.labels[row] else "✗"
            show_picture(still(bank.crops[row]), f"{mark} {truth}: {was:.0%} → {now:.0%}")
