"""Chapter 10: transfer learning against fine-tuning, trained in sight on a small set."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from functools import partial

import numpy as np
import streamlit as st

from sera_core.contracts import BadInput, Grey
from sera_core.evaluate.proportion import wilson
from sera_core.figures import learning as figures
from sera_core.figures.image import still
from sera_core.images.prepare import prepare
from sera_core.lessons import learning as lesson
from sera_core.lessons.bank import load_bank, preparation
from sera_core.lessons.learning import GROUPS, PRESETS, Epoch, Settings
from sera_core.ui.cell import fold, show_code
from sera_core.ui.chart import chart
from sera_core.ui.learn.chapter import Chapter, Part, Place
from sera_core.ui.learn.depth import deep
from sera_core.ui.learn.formula import formula
from sera_core.ui.learn.nodule import Specimen, choose_nodule
from sera_core.ui.learn.question import Question, ask
from sera_core.ui.learn.show import numbers, step, take_home
from sera_core.ui.learn.teacher import when_asked
from sera_core.ui.picture import show_picture
from sera_core.ui.states import refused

RATES = (0.00001, 0.0001, 0.0003, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3)
KEPT, RUNNING, REFUSED = "learning_kept", "learning_running", "learning_refused"
MOST_RUNS = 24
MOST_SIDES = 12  # nodules that changed sides, shown
Run = tuple[Settings, str, list[Epoch]]  # settings, nodule, epochs so far


def draw() -> None:
    """Draw the chapter; in no fragment, because a button of a fragment cannot interrupt what runs in it."""
    specimen = choose_nodule()
    settings = _settings()
    st.caption(f"Set now: {_word(settings)}.")
    fold("The nodules it learns from", "learning_nodules", partial(_show_set, settings), ":material/grid_view:")
    _buttons(settings, specimen)
    _result(settings, specimen)
    drawn = {
        name: values for name in lesson.COMPARED if len(values := lesson.over_draws(PRESETS[name])) == lesson.DRAWS
    }
    if drawn:
        when_asked("Does it hold for other nodules?", _draws, drawn)
    ask(QUESTION, "learning_q")


# ---- settings ----------------------------------------------------------------------------------------------------


def _preset(name: str) -> None:
    given = PRESETS[name]
    st.session_state["learning_moving"] = list(given.moving)
    st.session_state["learning_rate"] = given.rate
    st.session_state["learning_epochs"] = given.epochs
    st.session_state["learning_cases"] = given.cases
    st.session_state["learning_scratch"] = given.scratch
    st.session_state["learning_draw"] = given.draw


def _settings() -> Settings:
    first = next(iter(PRESETS.values()))  # where the link says nothing
    step("What learns, and how fast", "Begin with one of these, then change what you like.")
    with st.container(horizontal=True):
        for name in PRESETS:
            st.button(name, on_click=_preset, args=(name,), key=f"learning_preset_{name}")
    moving = st.pills(
        "Groups that move (the others are frozen)", GROUPS, default=list(first.moving), selection_mode="multi",
        key="learning_moving", bind="query-params",
    )  # fmt: skip
    st.caption(
        "The network's layers in groups, from the picture (Stem) over the stages, each with smaller and more maps, "
        "to the answer (Last layer). What is frozen keeps what it knows; what moves is changed a little by every "
        "nodule. The learning rate η says how much: the length of a step. An epoch is one round through all nodules. "
        "Another draw: other nodules to learn from, others left out, another start."
    )
    with st.container(horizontal=True):
        rate = st.select_slider(
            "Learning rate η", RATES, first.rate, key="learning_rate", bind="query-params",
            format_func=lambda value: f"{value:f}".rstrip("0"),
        )  # fmt: skip
        epochs = st.slider("Epochs", 2, 20, first.epochs, key="learning_epochs", bind="query-params")
        cases = st.slider("Nodules", 8, 120, first.cases, 8, key="learning_cases", bind="query-params")
    with st.container(horizontal=True, vertical_alignment="bottom"):
        scratch = st.toggle("Start from random weights", key="learning_scratch", bind="query-params")
        draw = int(st.number_input(
            "Draw", 0, 99, 0, key="learning_draw", bind="query-params", width=130,
        ))  # fmt: skip
    ordered = tuple(name for name in GROUPS if name in moving)
    return Settings(ordered, float(rate), epochs, cases, scratch, draw)


def _show_set(settings: Settings) -> None:
    learn, left_out = lesson.split(settings)
    bank = load_bank()
    half = len(learn) // 2
    rows = [np.concatenate(list(bank.crops[part[:5]]), axis=1) for part in (learn[:half], learn[half:])]
    show_picture(still(np.concatenate(rows)), alt="Some benign and some malignant simulated nodules")
    st.caption(
        f"Above benign, below malignant: some of the {len(learn)} simulated nodules. {len(left_out)} others are left "
        f"out. "
        "Each is 80 by 80 pixels, a third of what the network was made for, so that it learns while you watch."
    )


# ---- the run -----------------------------------------------------------------------------------------------------


def _buttons(settings: Settings, specimen: Specimen) -> None:
    running = st.session_state.get(RUNNING, False)
    with st.container(horizontal=True):
        st.button("Train", type="primary", icon=":material/play_arrow:", key="learning_train", disabled=running,
                  on_click=_begin, args=(settings, specimen.title))  # fmt: skip
        st.button("Stop", icon=":material/stop:", key="learning_stop", disabled=not running)


def _begin(settings: Settings, title: str) -> None:
    st.session_state[KEPT] = (settings, title, [])
    st.session_state[RUNNING] = True
    st.session_state[REFUSED] = None


def _result(settings: Settings, specimen: Specimen) -> None:
    kept: Run | None = st.session_state.get(KEPT)
    if st.session_state.get(RUNNING) and kept is not None:
        _run(kept, prepare(specimen.image.pixels, specimen.box, preparation()).pixels)
    mine = kept if kept is not None and kept[0] == settings else None
    before = _trained().get(settings, ())
    problem = st.session_state.get(REFUSED)
    if mine is not None and isinstance(problem, BadInput):
        refused(problem, "The training ended early")
    earlier = lesson.earlier_runs().get(settings, ())
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
    runs = _trained()
    runs.pop(settings, None)
    while len(runs) >= MOST_RUNS:
        runs.pop(next(iter(runs)))
    runs[settings] = tuple(replace(epoch, own=math.nan) for epoch in epochs)


def _overlaid(settings: Settings, epochs: list[Epoch]) -> None:
    """This run over the earlier ones."""
    runs = {_word(one): run for one, run in {**lesson.earlier_runs(), **_trained()}.items() if run}
    runs.pop(_word(settings), None)
    chosen = st.multiselect("Lay other runs over it", list(runs), key="learning_over", placeholder="other runs")
    if not chosen:
        return
    shown = {"this run": tuple(epochs), **{name: runs[name] for name in chosen}}
    longest = max(len(run) for run in shown.values())
    table: dict[str, list[float | None]] = {"epoch": list(range(longest))}
    for name, run in shown.items():
        table[name] = [run[k].left_out_accuracy if k < len(run) else None for k in range(longest)]
    chart(figures.overlaid(shown), "learning-overlaid", "Left-out accuracy by epoch, run by run", table)


def _word(settings: Settings) -> str:
    for name, preset in PRESETS.items():
        if settings == replace(preset, draw=settings.draw):
            return f"{name}, draw {settings.draw}"
    start = "random weights, " if settings.scratch else ""
    return (
        f"{start}{' + '.join(settings.moving)}, rate {settings.rate:g}, {settings.cases} nodules, {settings.epochs} "
        f"epochs, draw {settings.draw}"
    )


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


def _draws(found: dict[str, list[float]]) -> None:
    """What the presets reach when other nodules are drawn: left-out accuracies by preset."""
    step(
        "Does it hold for other nodules?",
        f"Presets, each trained on up to {lesson.DRAWS} draws of nodules: one dot a draw, mean and its 95 % interval.",
    )
    bands = {name: lesson.band(values) for name, values in found.items()}
    table: dict[str, Sequence[object]] = {"preset": list(found), "mean": [mean for mean, _, _ in bands.values()],
             "low": [low for _, low, _ in bands.values()], "high": [high for _, _, high in bands.values()]}  # fmt: skip
    chart(figures.drawn(found, bands), "learning-draws", "Left-out accuracy of every draw, by preset", table)
    st.caption(
        f"{lesson.LEFT_OUT} simulated nodules left out of each draw. Within a draw all presets are judged by the same "
        "nodules, so what one has over another is taken draw by draw:"
    )
    _differences(found)
    more, low, high = lesson.band(lesson.differences(_losses(), "Overfit", "Transfer"))
    st.caption(
        "Where the interval holds 0, these draws cannot tell the two apart. From random weights the network still "
        "guesses after the same rounds. Learning by heart shows in the loss on nodules left out before it shows in "
        f"the accuracy: Overfit's is higher than Transfer's by {more:.2f} ({low:.2f} to {high:.2f}). Fine-tuning is "
        "ahead of transfer by less than the luck of the draw: so few nodules of so few pixels teach the deeper "
        "layers little that photographs did not. Four times as many, mirror images and a rate that falls were "
        "tried on one draw, in two ways that pointed in opposite directions."
    )
    if deep():
        st.caption("`python -m sera_core.lessons.learning` trains all this again and prints it.")


def _losses() -> dict[str, list[float]]:
    return {name: lesson.over_draws(PRESETS[name], "left_out_loss") for name in lesson.COMPARED}


def _differences(found: dict[str, list[float]]) -> None:
    """What one preset has over another, of those that answer a question."""
    rows = {pair: lesson.band(lesson.differences(found, *pair)) for pair in lesson.PAIRS if set(pair) <= set(found)}
    st.table(
        {
            "Left-out accuracy": [f"{first}, over {second.lower()}" for first, second in rows],
            "Points": [f"{100 * mean:+.1f}" for mean, _, _ in rows.values()],
            "95 % interval": [f"{100 * low:+.1f} to {100 * high:+.1f}" for _, low, high in rows.values()],
            "Told apart": ["yes" if low > 0 or high < 0 else "no" for _, low, high in rows.values()],
        },
        hide_index=True,
        border="horizontal",
        alt="By how much the presets differ in left-out accuracy, draw by draw",
    )


QUESTION = Question(
    "You have 40 nodules. The loss on them falls to zero; the loss on those left out falls, then rises. What now?",
    (
        "Train on: zero is best",
        "Stop where the left-out loss was lowest, or freeze more layers",
        "Raise the learning rate",
    ),
    1,
    "From there on the network learns these forty by heart. Fewer moving weights, an earlier stop, or more nodules "
    "help.",
)

CHAPTER = Chapter(
    number=10,
    slug="learning",
    title="Learning",
    talk=Place(Part.DEEP, "Transfer learning and fine-tuning"),
    sentences=(
        "A network that knows a million photographs needs few nodules: either only a new last layer learns "
        "(transfer), or "
        "deeper layers move a little too (fine-tuning).",
        "Choose what moves and how fast, train it here, and watch it learn, stall, burst or learn by heart.",
    ),
    draw=draw,
)
