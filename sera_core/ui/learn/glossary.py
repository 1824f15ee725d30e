"""The words of the course, in English and Korean, each in one plain sentence."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass

import streamlit as st

PAGE = "glossary"  # ?chapter=glossary
FROM = "glossary_from"  # the chapter from which it was opened


@dataclass(frozen=True)
class Word:
    """One word of the field.

    Attributes
    ----------
    english, korean : str
    plain : str
        What it means, in one sentence.
    chapters : tuple of int
        Where it is used.
    """

    english: str
    korean: str
    plain: str
    chapters: tuple[int, ...]


WORDS = (
    Word("nodule", "결절", "A lump in the gland that differs from the tissue around it.", (1, 2, 13)),
    Word("benign", "양성", "Not cancer.", (2, 4, 11)),
    Word("malignant", "악성", "Cancer.", (2, 4, 11)),
    Word("ultrasound", "초음파", "Sound too high to hear; its echoes make the picture.", (1,)),
    Word("speckle", "스페클", "The grain of an ultrasound picture: interference of echoes, not cells.", (1, 3, 13)),
    Word("scatterer", "산란체", "A speck of tissue, too small to be seen, that sends sound back.", (1, 13)),
    Word("envelope", "포락선", "How strong the echo is, without its swinging.", (1,)),
    Word("log compression", "로그 압축", "Strong echoes are pressed together, so that weak ones show.", (1,)),
    Word("dynamic range", "동적 범위", "How much lies between the echo shown black and the one shown white.", (1, 13)),
    Word("model card", "모델 카드", "A model's sheet: what it learnt from, how its pictures are prepared.", (1, 2, 14)),
    Word("gain", "이득", "How much the scanner amplifies echoes: it brightens the picture only.", (1, 13)),
    Word("attenuation", "감쇠", "The weakening of sound on its way through tissue.", (1,)),
    Word("sinogram", "사이노그램", "All shadows that a CT scanner measured, one direction a column.", (1,)),
    Word("k-space", "k-공간", "What an MRI scanner measures: how much of each wave the slice contains.", (1,)),
    Word("region of interest", "관심영역", "The square around the nodule that a network is shown.", (1, 2)),
    Word("computer-aided diagnosis", "컴퓨터 보조 진단", "A computer names what a person has pointed at.", (2,)),
    Word("overlap", "중첩도(IoU)", "What two boxes share, of what either covers: intersection over union.", (2,)),
    Word("Dice", "다이스 계수", "How well two outlines agree: 1 is perfect, 0 is no common pixel.", (2,)),
    Word("convex hull", "볼록 껍질", "The outline that a rubber band around the nodule would have.", (2,)),
    Word("detection", "검출", "Finding every object of a picture and naming each.", (2,)),
    Word("texture", "질감", "How grey levels change from pixel to pixel.", (3,)),
    Word("co-occurrence", "동시발생행렬", "A table of how often each grey level stands beside each other one.", (3,)),
    Word("homogeneity", "균질도", "High where neighbouring pixels agree.", (3,)),
    Word("energy", "에너지", "In a matrix: high where few kinds of pairs occur; of waves: squared strength.", (1, 3)),
    Word("wavelet", "웨이블릿", "A short wave; waves of several sizes split the picture into parts.", (3,)),
    Word("support vector", "서포트 벡터", "A case so near to the border that it holds it in its place.", (4,)),
    Word("margin", "마진", "The empty street between the classes (of a nodule: its border, 경계).", (4, 13)),
    Word("kernel trick", "커널 트릭", "A straight border in a wider space is a bent one here; γ says how bent.", (4,)),
    Word("slack", "여유변수", "How far a case stands on the wrong side of its edge of the street.", (4,)),
    Word("cross-validation", "교차검증", "Each part of the cases is judged by a model of the others.", (4, 11)),
    Word("overfitting", "과적합", "Learning the cases by heart, and failing at new ones.", (4, 10)),
    Word("convolution", "합성곱", "Laying a small table of numbers on every place, multiplying, summing.", (5,)),
    Word("kernel", "커널", "The small table of numbers that is laid on every place.", (5,)),
    Word("stride", "보폭", "How many cells the window moves at a time.", (5, 7)),
    Word("padding", "패딩", "Empty cells laid around the picture, so that its rim counts too.", (5,)),
    Word("ReLU", "렐루", "Keeps what is positive and sets the rest to zero.", (6, 8)),
    Word("gradient", "기울기", "How fast the error changes when one number is changed.", (6, 10, 12)),
    Word("pooling", "풀링", "Leaving one number of each window: the largest, or the mean.", (7,)),
    Word("softmax", "소프트맥스", "Turns scores into shares that sum to one.", (8,)),
    Word("feature", "특징", "One number about the whole nodule, counted by hand or found by a layer.", (3, 8, 9, 11)),
    Word("receptive field", "수용 영역", "The part of the picture that one cell of a deep layer sees.", (9,)),
    Word("transfer", "전이학습", "Using what was learnt on other pictures, with a new last layer.", (10,)),
    Word("fine-tuning", "미세조정", "Letting the deeper layers of a trained network move a little too.", (10,)),
    Word("learning rate", "학습률", "How long each step downhill is.", (10,)),
    Word("epoch", "에포크", "One round in which every case was learnt from once.", (10,)),
    Word("loss", "손실", "The error that learning makes smaller.", (10,)),
    Word("ensemble", "앙상블", "Several classifiers whose answers are put together.", (11,)),
    Word("sensitivity", "민감도", "Share of the malignant that are found.", (11, 15)),
    Word("specificity", "특이도", "Share of the benign that are left in peace.", (11, 15)),
    Word("cut-off", "절단값", "The probability from which a nodule is called malignant.", (11, 15)),
    Word("ROC curve", "ROC 곡선", "Found against falsely alarmed, at every cut-off.", (11,)),
    Word("AUC", "곡선하면적", "Chance that a malignant nodule gets a higher number than a benign.", (11, 13, 14, 16)),
    Word("prevalence", "유병률", "Share of the malignant among all who are examined.", (15,)),
    Word("calibration", "보정", "Of 100 nodules given 30 %, 30 are malignant: then the number is calibrated.", (8, 14)),
    Word("heatmap", "히트맵", "Colours over the picture that say where the network's score came from.", (12, 13)),
    Word("echogenicity", "에코 정도", "How bright the nodule is against the gland.", (13,)),
    Word("hypoechoic", "저에코", "Darker than the gland.", (13,)),
    Word("punctate foci", "점상 고에코", "Bright points; in solid tissue a sign of cancer.", (13,)),
    Word("halo", "달무리", "A dark ring around the nodule, more often benign.", (13,)),
    Word("fine-needle aspiration", "미세침흡인검사", "Cells are drawn with a thin needle and looked at.", (13,)),
    Word("likelihood ratio", "우도비", "How many times as often malignant nodules show a finding.", (13,)),
    Word("external centre", "외부 기관", "A hospital whose cases the model never learnt from.", (13, 16)),
)  # fmt: skip
_FIND = {word: re.compile(rf"(?<![\w-]){re.escape(word.english)}s?(?![\w-])", re.IGNORECASE) for word in WORDS}


def explained(text: str) -> str:
    """Markdown whose first use of each word of the glossary carries its meaning, shown on hover and on focus."""
    places: list[tuple[int, int, Word]] = []
    for word in sorted(WORDS, key=lambda word: -len(word.english)):  # "learning rate" before a part of it
        found = _FIND[word].search(text)
        if found and all(found.end() <= start or found.start() >= end for start, end, _ in places):
            places.append((found.start(), found.end(), word))
    for start, end, word in sorted(places, key=lambda place: -place[0]):
        meaning = html.escape(f"{word.korean}: {word.plain}")
        text = f'{text[:start]}<abbr title="{meaning}" tabindex="0">{text[start:end]}</abbr>{text[end:]}'
    return text


def show_words(chapter: int) -> None:
    """The chapter's words behind one button, for those who cannot hover."""
    here = [word for word in WORDS if chapter in word.chapters]
    with st.popover("Words of this chapter · 용어", icon=":material/translate:"):
        st.markdown("\n".join(f"- **{word.english}** ({word.korean}): {word.plain}" for word in here))
        st.button("All words", on_click=_open_page, key="glossary-all", type="tertiary")


def _open_page() -> None:
    st.session_state[FROM] = st.query_params.get("chapter", "")
    st.query_params["chapter"] = PAGE


def _go_back() -> None:
    st.query_params["chapter"] = st.session_state[FROM]


def show_page() -> None:
    """All words, in the order of the alphabet."""
    if came := st.session_state.get(FROM):
        st.button(f":material/arrow_back: Back to chapter {came}", on_click=_go_back, key="glossary-back")
    st.header("Glossary · 용어집", anchor=False)
    asked = st.text_input("Find a word, in English or Korean", key="glossary_find").strip().lower()
    rows = [
        {"English": word.english, "한국어": word.korean, "Meaning": word.plain,
         "Chapters": ", ".join(map(str, word.chapters))}
        for word in sorted(WORDS, key=lambda word: word.english.lower())
        if asked in f"{word.english} {word.korean} {word.plain}".lower()
    ]  # fmt: skip
    if rows:
        st.table(rows, hide_index=True, border="horizontal", alt="Words in English and Korean with their meaning")
    else:
        st.info(f"No word of the course contains {asked!r}.", icon=":material/search_off:")
