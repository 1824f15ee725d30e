"""What was answered, and a score that stays in the reader's browser: this server keeps none of it."""

from __future__ import annotations

import streamlit as st

ANSWERED = "learn_answered"  # what this session answered: key of a question, and whether it was right
_SCORE = st.components.v2.component(
    "sera_score",
    html='<p role="status"><span></span> <button type="button" hidden>Forget</button></p>',
    css=(
        "p { margin: 0; font-size: 0.875rem; color: var(--st-text-color); }"
        "button { font: inherit; color: var(--st-link-color); background: none; border: 0; cursor: pointer; }"
        "button:focus-visible { outline: 2px solid var(--st-primary-color); }"
    ),
    js="""
const PLACE = 'sera.learn.score'
function read() { try { return JSON.parse(localStorage.getItem(PLACE)) ?? {} } catch { return {} } }
export default function ({ data, parentElement }) {
  const words = parentElement.querySelector('span'), forget = parentElement.querySelector('button')
  const show = (kept) => {
    const all = Object.values(kept), right = all.filter(Boolean).length
    words.textContent = all.length ? `Your first answers (guesses are not counted): ${right} of ${all.length} right. `
                                     + 'Kept in this browser only.'
                                   : 'Your answers are counted here, in this browser only.'
    forget.hidden = all.length === 0
  }
  const kept = { ...data.answered, ...read() }  // the first answer to a question stays
  localStorage.setItem(PLACE, JSON.stringify(kept))
  show(kept)
  forget.onclick = () => { localStorage.removeItem(PLACE); show({}) }
}
""",
)


def record(key: str, right: bool) -> None:
    """Remember the first answer to a question, and draw the page anew, because the score stands elsewhere on it."""
    answered = st.session_state.setdefault(ANSWERED, {})
    if key not in answered:
        answered[key] = right
        st.rerun()


def show_score() -> None:
    """One line: how many first answers were right, over all visits of this browser."""
    _SCORE(key="score", data={"answered": dict(st.session_state.get(ANSWERED, {}))}, height="content")
