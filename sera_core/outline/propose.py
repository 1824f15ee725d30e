"""Frame in, outline out: by the frame alone, by the callipers on it, or by what the user pointed at."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image
from scipy import ndimage

from sera_core.contracts import Box, Grey, GreyImage, Outline, OutlineSource
from sera_core.images.checks import lit_parts
from sera_core.outline.callipers import Mark, find_callipers, painted_out, spanned
from sera_core.outline.card import OutlineCard, load
from sera_core.outline.found import THRESHOLD, Found, find
from sera_core.outline.look import Hint, Window, soft_maps
from sera_core.outline.panes import panes

if TYPE_CHECKING:
    from sera_core.outline.unet import UNet

LONGEST = 800  # larger frames are reduced: strokes are looked for in pixels, and the network sees 192
CROSSED = 4  # marks of two measurements that cross
CUT = 0.25  # of an outline; boxes half off a nodule cut more in every second case, those around it in every fiftieth
CONFIDENCE_CUT = 0.05  # of what such a box leaves: about so many hit the nodule (``sera_core.benchmarks.boxes``)
AGREES = 0.3  # callipers whose box overlaps less with the outline drawn in it measured something else


@dataclass(frozen=True)
class _Frame:
    """A frame at the size it is worked on, without callipers.

    ``step`` pixels of the image are one here.
    """

    pixels: Grey
    marks: tuple[Mark, ...]
    step: int

    @classmethod
    def of(cls, pixels: Grey) -> _Frame:
        step = -(-max(pixels.shape) // LONGEST)
        small = pixels if step == 1 else np.asarray(Image.fromarray(pixels).reduce(step))
        marks = find_callipers(small)
        return cls(painted_out(small, marks), marks, step)

    def inner(self, box: Box) -> Box:
        """A box of the image here."""
        s, (height, width) = self.step, self.pixels.shape
        left, top, right, bottom = box.x / s, box.y / s, (box.x + box.width) / s, (box.y + box.height) / s
        wide, high = max(round(right) - round(left), 1), max(round(bottom) - round(top), 1)
        return Box(min(round(left), width - 1), min(round(top), height - 1), wide, high).clipped(height, width)


@dataclass(frozen=True)
class _Look:
    """A network and its card before a frame."""

    image: GreyImage
    frame: _Frame
    network: UNet
    card: OutlineCard

    def seen(self, view: Box, hint: Hint, source: OutlineSource) -> Outline | None:
        """The outline in a part of the image; the hint and the part in pixels of the image."""
        window, inner = Window.of(self.frame.inner(view)), self._inner(hint)
        found = find(soft_maps(self.network, self.frame.pixels, window, inner), window.told(inner))
        if found is None:
            return None
        mask = _on_image(found, window, self.frame, self.image.shape)
        if not mask.any():
            return None
        kind = "none" if hint is None else "box" if isinstance(hint, Box) else "click"
        return Outline(mask, Box.around(mask), self.card.judges[kind].confidence(found.signs), source)

    def _inner(self, hint: Hint) -> Hint:
        if isinstance(hint, Box):
            return self.frame.inner(hint)
        return None if hint is None else (hint[0] // self.frame.step, hint[1] // self.frame.step)

    def in_box(self, box: Box, source: OutlineSource) -> Outline | None:
        """The outline in a box; None where there is none, or where callipers turn out to span another thing."""
        outline = self.seen(_holding(panes(self.image), box.centre), box, source)
        if outline is None or (source == "callipers" and outline.box.overlap(box) < AGREES):
            return None
        return outline

    def _on_pictures(self) -> tuple[Mark, ...]:
        """The marks that lie on a picture: a depth scale beside it has some too."""
        if not self.frame.marks:
            return ()
        pictures = lit_parts(self.frame.pixels)
        return tuple(m for m in self.frame.marks if any(part.contains(Box(m.x, m.y, 1, 1)) for part in pictures))

    def by_callipers(self) -> Outline | None:
        """The outline that callipers on the frame span."""
        marks = self._on_pictures()
        spans = spanned(marks, self.frame.pixels.shape[:2])
        if spans is None:
            return None
        box = _outer(spans, self.frame.step, self.image.shape)
        crossed = len(marks) == CROSSED  # whoever measured in two directions has shown where the nodule is
        return self.in_box(box, "callipers") or (_ellipse(self.image.shape, box, "callipers") if crossed else None)


def propose(
    image: GreyImage,
    hint: Hint = None,
    pane: Box | None = None,
    network: UNet | None = None,
    least: float | None = None,
) -> Outline | None:
    """Outline the nodule.

    Parameters
    ----------
    image : GreyImage
    hint : Box or (x, y), optional
        The user's box or click in pixels of the image. Without one, callipers on the frame are the hint, and of
        several panes (:func:`~sera_core.outline.panes.panes`) the one with the most confident outline is taken.
    pane : Box, optional
        The pane to look in when there is no hint.
    network : UNet, optional
        Another one than what is shipped; its confidence is judged as the shipped one's.
    least : float, optional
        Without a hint, the confidence from which an outline is proposed; None: the card's.

    Returns
    -------
    Outline or None
        None when no nodule is found, or none where the user clicked: he draws it. With a box, or callipers in two
        directions, there is always an outline: where the network finds none, the ellipse in the box, with
        confidence 0.

    Raises
    ------
    BadInput
        When the box lies outside the image, or the network cannot be loaded.
    """
    shipped, card = load()
    look = _Look(image, _Frame.of(image.pixels), network or shipped, card)
    if isinstance(hint, Box):
        box = hint.clipped(*image.shape)
        return look.in_box(box, "box") or _ellipse(image.shape, box, "box")
    if hint is not None:
        found = look.seen(_holding(panes(image), hint), hint, "click")
        return found if found is not None and found.box.contains(Box(*hint, 1, 1)) else None
    views = panes(image) if pane is None else (pane,)
    measured = look.by_callipers()
    if measured is not None and (pane is None or pane == _holding(panes(image), measured.box.centre)):
        return measured
    outlines = [look.seen(view, None, "network") for view in views]
    likely = [one for one in outlines if one is not None and one.confidence >= (card.least if least is None else least)]
    return max(likely, key=lambda one: one.confidence, default=None)


def within(outline: Outline, box: Box) -> Outline:
    """The largest part of an outline that lies in a box; where none does, the box's ellipse.

    A box that cuts off more than :data:`CUT` of what was outlined in it seldom holds the nodule, and the part has the
    confidence of such parts.
    """
    inside = np.zeros_like(outline.mask)
    inside[box.y : box.y + box.height, box.x : box.x + box.width] = True
    parts, number = ndimage.label(outline.mask & inside)
    if not number:
        return _ellipse(outline.mask.shape, box, outline.source)
    mask = np.asarray(parts == 1 + int(np.argmax(np.bincount(parts.ravel())[1:])))
    cut = 1 - mask.sum() / outline.mask.sum()
    confidence = outline.confidence if cut <= CUT else min(outline.confidence, CONFIDENCE_CUT)
    return replace(outline, mask=mask, box=Box.around(mask), confidence=confidence)


def without_callipers(pixels: Grey) -> Grey:
    """The frame as networks judge it: calliper marks and the dots between them painted out.

    Parameters
    ----------
    pixels : float32 [H, W]

    Returns
    -------
    float32 [H, W]
        The same array where nothing was found.
    """
    frame = _Frame.of(pixels)
    if not frame.marks:
        return pixels
    if frame.step == 1:
        return frame.pixels
    size = pixels.shape[1], pixels.shape[0]
    small = np.asarray(Image.fromarray(pixels).reduce(frame.step))
    changed = Image.fromarray(np.abs(frame.pixels - small) > 0).resize(size, Image.Resampling.NEAREST)
    filled = Image.fromarray(frame.pixels).resize(size, Image.Resampling.BILINEAR)
    return np.where(np.asarray(changed), np.asarray(filled), pixels).astype(np.float32)


def _on_image(found: Found, window: Window, frame: _Frame, shape: tuple[int, int]) -> np.ndarray:
    soft = window.back(found.soft, (frame.pixels.shape[0], frame.pixels.shape[1]))
    if frame.step > 1:
        soft = np.asarray(Image.fromarray(soft).resize((shape[1], shape[0]), Image.Resampling.BILINEAR))
    return soft > THRESHOLD


def _ellipse(shape: tuple[int, ...], box: Box, source: OutlineSource) -> Outline:
    """The ellipse that fills a box: what is left where the network sees nothing in it."""
    y, x = np.ogrid[: shape[0], : shape[1]]
    (mx, my), across, down = box.centre, max(box.width / 2, 0.51), max(box.height / 2, 0.51)
    mask = ((x + 0.5 - mx) / across) ** 2 + ((y + 0.5 - my) / down) ** 2 <= 1
    mask[box.y + box.height // 2, box.x + box.width // 2] = True
    return Outline(mask, Box.around(mask), 0.0, source)


def _holding(views: tuple[Box, ...], point: tuple[float, float]) -> Box:
    """The pane that holds a point, or the nearest one."""

    def away(view: Box) -> float:
        x, y = point
        across = max(view.x - x, x - view.x - view.width, 0)
        return float(np.hypot(across, max(view.y - y, y - view.y - view.height, 0)))

    return min(views, key=away)


def _outer(box: Box, step: int, shape: tuple[int, int]) -> Box:
    return Box(box.x * step, box.y * step, box.width * step, box.height * step).clipped(*shape)
