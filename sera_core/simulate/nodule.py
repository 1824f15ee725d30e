"""The nodule itself: its border, what fills it, its foci; painted on a canvas from controls alone."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sera_core.contracts import Composition, Margin
from sera_core.simulate.canvas import Canvas
from sera_core.simulate.case import FLUID_DB, Nodule
from sera_core.simulate.fields import lattice, step, table

Array = NDArray[np.float32]

ANGLES = 720
SHARP_MM = 0.5  # a border that fades over less is sharp
# Absorption, dB/cm/MHz one way: nodules 0.87-0.97 in vivo against 1.50 for the gland (IEEE IUS pilot study of six
# nodules; Fujii 2003, J Ultrasound Med 22:1067), both scaled down alike; fluid 0.05; calcification 15 (bone at 1 MHz,
# Diagnostics 2023;13:855).
NODULE_LOSS, FLUID_LOSS, CALCIUM_LOSS = 0.7, 0.05, 15.0


@dataclass(frozen=True)
class Placed:
    """A nodule at its place.

    Attributes
    ----------
    nodule : Nodule
    x, z : float
        Centre in mm.
    radius : float64 [ANGLES]
        Border in mm from the centre, from angle 0 (to the right) through the depth direction.
    seed : int
    """

    nodule: Nodule
    x: float
    z: float
    radius: NDArray[np.float64]
    seed: int

    def generator(self, stream: int) -> np.random.Generator:
        """Random numbers for one part of the nodule, independent of every other part."""
        return np.random.Generator(np.random.SFC64(np.random.SeedSequence([self.seed, 11, stream])))

    def polar(self, x: Array, z: Array) -> tuple[Array, NDArray[np.int32], Array]:
        """Depth under the border in mm (positive inside), angle index and distance from the centre."""
        dx, dz = x - np.float32(self.x), z - np.float32(self.z)
        distance = np.sqrt(dx * dx + dz * dz)
        angle = np.arctan2(dz, dx) * np.float32(ANGLES / (2 * np.pi))
        index = np.floor(angle).astype(np.int32)
        border = self.radius.astype(np.float32)
        here = border[index % ANGLES]
        radius = here + (border[(index + 1) % ANGLES] - here) * (angle - index)
        return radius - distance, index % ANGLES, distance


def place(nodule: Nodule, x: float, z: float, seed: int) -> Placed:
    """Draw the border of a nodule and put it at (x, z) mm; its bounding box is exactly the size asked for."""
    placed = Placed(nodule, x, z, np.ones(ANGLES), seed)
    angle = np.arange(ANGLES) * 2 * np.pi / ANGLES
    half_width, half_height = nodule.width_mm / 2, nodule.height_mm / 2
    ellipse = 1 / np.hypot(np.cos(angle) / half_width, np.sin(angle) / half_height)
    radius = ellipse * (1 + _wobble(nodule, angle, placed.generator(0)))
    across, down = radius * np.cos(angle), radius * np.sin(angle)
    across = (across - (across.max() + across.min()) / 2) * nodule.width_mm / np.ptp(across)
    down = (down - (down.max() + down.min()) / 2) * nodule.height_mm / np.ptp(down)
    order = np.argsort(np.arctan2(down, across))
    turned = np.arctan2(down, across)[order]
    return Placed(
        nodule, x, z, np.interp(angle, turned % (2 * np.pi), np.hypot(across, down)[order], period=2 * np.pi), seed
    )


def _wobble(nodule: Nodule, angle: NDArray[np.float64], generator: np.random.Generator) -> NDArray[np.float64]:
    """Relative change of the radius with the angle."""
    phase = generator.uniform(0, 2 * np.pi, 24)
    weight = generator.normal(size=24)
    calm = sum(0.016 * weight[k] * np.cos(k * angle + phase[k]) for k in (2, 3, 4))
    depth = nodule.margin_depth
    if nodule.margin is Margin.LOBULATED:
        lobes = generator.integers(5, 9)
        bent = angle + 0.12 * np.sin(2 * angle + phase[5]) + 0.1 * np.sin(3 * angle + phase[6])
        return np.asarray(calm + depth * (np.abs(np.cos(lobes * bent / 2 + phase[7])) ** 0.7 - 0.7))
    if nodule.margin in (Margin.IRREGULAR, Margin.EXTRATHYROIDAL):
        rough = sum(depth * 0.22 * weight[k] * np.cos(k * angle + phase[k]) for k in range(5, 13))
        spikes = generator.uniform(0, 2 * np.pi, generator.integers(5, 9))
        height = generator.uniform(0.5, 1.2, spikes.size) * depth
        away = np.abs((angle[:, None] - spikes + np.pi) % (2 * np.pi) - np.pi)
        return np.asarray(calm + rough + (height * np.exp(-away / 0.13)).sum(1))
    return np.asarray(calm)


def paint(canvas: Canvas, placed: Placed) -> None:
    """Paint border, filling, halo and foci of one nodule on the canvas."""
    nodule = placed.nodule
    reach = 1.35 * nodule.size_mm / 2 + nodule.halo_mm + nodule.edge_mm + 1
    part = canvas.part(placed.x - reach, placed.x + reach, placed.z - reach, placed.z + reach)
    if part.empty:
        return
    inside, index, distance = placed.polar(part.x, part.z)
    if nodule.halo_mm > 0:
        ring = step(inside, -nodule.halo_mm - 0.15, -nodule.halo_mm + 0.15)
        part.blend(ring, np.minimum(part.db, -10.0), 0.8)
    elif nodule.edge_mm <= SHARP_MM:  # compressed gland: without it an isoechoic nodule could not be seen at all
        part.db -= np.float32(5.0) * np.exp(-(((inside + np.float32(0.25)) / np.float32(0.3)) ** 2))
    edge = max(nodule.edge_mm, 0.1)
    inner = inside
    if nodule.edge_mm > SHARP_MM:  # a border that fades is also ragged
        inner = inside + np.float32(0.45 * nodule.edge_mm) * lattice(
            table(placed.generator(1)), part.x / 1.1, part.z / 1.1
        )
    share = step(inner, -edge / 2, edge / 2)
    level, loss = _filling(placed, part, inside)
    part.blend(share, level, loss)
    _walls(placed, part, inside, distance)
    _rim(placed, part, inside, index)
    _punctate(placed, canvas)
    _comet_tails(placed, canvas)
    _macro(placed, canvas)
    if nodule.margin is Margin.SMOOTH or nodule.composition is Composition.CYSTIC:
        strength = 5.0 if nodule.composition is Composition.CYSTIC else 2.0
        canvas.edge_shadow(placed.x, placed.z, nodule.width_mm / 2, strength)


def _filling(placed: Placed, part: Canvas, inside: Array) -> tuple[Array, Array]:
    """Level [dB] and absorption of the nodule's inside."""
    nodule = placed.nodule
    coarse, fine = table(placed.generator(2)), table(placed.generator(3))
    level = (
        np.float32(nodule.echo_db)
        + 1.7 * lattice(coarse, part.x / 2.8, part.z / 2.3)
        + lattice(fine, part.x / 0.9, part.z / 0.8)
    )
    if nodule.composition is Composition.SOLID:
        return level, np.full_like(level, NODULE_LOSS)
    fluid = fluid_share(placed, part, inside)
    front = np.clip(part.z - np.float32(placed.z - nodule.height_mm / 2), 0, None)
    haze = FLUID_DB + 16 * np.exp(-front / np.float32(1.5))  # the front wall's echoes repeat inside the fluid
    return level + fluid * (haze - level), NODULE_LOSS + fluid * np.float32(FLUID_LOSS - NODULE_LOSS)


def fluid_share(placed: Placed, part: Canvas, inside: Array) -> Array:
    """Where the nodule holds fluid, 0 ... 1."""
    nodule = placed.nodule
    if nodule.composition is Composition.CYSTIC:
        return step(inside, 0.1, 0.4)
    values = table(placed.generator(4))
    if nodule.composition is Composition.SPONGIFORM:
        across, down = (part.x - placed.x) / np.float32(1.3), (part.z - placed.z) / np.float32(0.95)
        wall = np.minimum(np.abs(lattice(values, across, down)), np.abs(lattice(values, across + 20.3, down + 17.6)))
        return step(wall, 0.08, 0.20) * step(inside, 0.3, 0.7)
    field, threshold = _cavities(placed, values, part.x, part.z, inside)
    return step(field, threshold - 0.06, threshold + 0.06) * step(inside, 0.5, 0.9)


def _cavities(placed: Placed, values: Array, x: Array, z: Array, inside: Array) -> tuple[Array, float]:
    """Field whose upper part is fluid, and the threshold that leaves the wanted solid share."""
    scale = 0.38 * placed.nodule.size_mm
    grid = np.linspace(-0.5, 0.5, 41, dtype=np.float32)
    across = (placed.x + grid * placed.nodule.width_mm)[None, :]
    down = (placed.z + grid * placed.nodule.height_mm)[:, None]
    depth = placed.polar(across, down)[0]
    sample = _cavity_field(placed, values, across, down, depth, scale)[depth > 0]
    threshold = float(np.quantile(sample, np.clip(placed.nodule.solid_share, 0.02, 0.98)))
    return _cavity_field(placed, values, x, z, inside, scale), threshold


def _cavity_field(placed: Placed, values: Array, x: Array, z: Array, inside: Array, scale: float) -> Array:
    # fluid gathers away from the border; the small lattice keeps the walls of the cavities uneven
    wide = lattice(values, (x - placed.x) / scale + 9, (z - placed.z) / scale + 9)
    small = lattice(values, (x - placed.x) / (0.22 * scale) + 31, (z - placed.z) / (0.22 * scale) + 31)
    return np.asarray(wide + 0.16 * small + np.minimum(inside, 0.3 * scale) / np.float32(0.5 * scale), np.float32)


def _walls(placed: Placed, part: Canvas, inside: Array, distance: Array) -> None:
    """Front and back wall of a sharp border mirror the beam where they face it."""
    nodule = placed.nodule
    strength = {Composition.CYSTIC: 8.0, Composition.SPONGIFORM: -4.0}.get(nodule.composition, -2.0)
    if nodule.edge_mm > SHARP_MM or nodule.margin is not Margin.SMOOTH:
        return
    facing = np.abs(part.z - placed.z) / np.maximum(distance, 0.3)
    part.mirror += np.float32(10 ** (strength / 20)) * facing**6 * np.exp(-((inside / np.float32(0.15)) ** 2))


def _rim(placed: Placed, part: Canvas, inside: Array, index: NDArray[np.int32]) -> None:
    share = placed.nodule.rim_share
    if share <= 0:
        return
    generator = placed.generator(5)
    start = generator.uniform(0, ANGLES)
    gaps = 1 if share > 0.9 else 3
    turn = ((index - start) % (ANGLES / gaps)) / (ANGLES / gaps)
    shell = np.exp(-(((inside - 0.1) / np.float32(0.3)) ** 2)) * (turn < share)
    part.blend(shell, np.float32(15.0), CALCIUM_LOSS)
    facing = np.abs(np.sin(index * np.float32(2 * np.pi / ANGLES)))
    part.mirror += np.float32(9.0) * shell * facing


def _inner_points(
    placed: Placed, number: int, stream: int, deepest: float, in_fluid: bool = False
) -> NDArray[np.float64]:
    """Points [number, 2] inside the nodule, mm, at most ``deepest`` of the way to the border if there is room.

    In a mixed nodule they lie in its solid part, or in its fluid.
    """
    generator = placed.generator(stream)
    mixed = placed.nodule.composition is Composition.MIXED
    points: list[tuple[float, float]] = []
    for attempt in range(40 * number):
        index = generator.integers(ANGLES)
        limit = min(deepest + 0.02 * attempt / number, max(deepest, 0.85))
        reach = limit * np.sqrt(generator.uniform()) * placed.radius[index]
        angle = index * 2 * np.pi / ANGLES
        x, z = placed.x + reach * np.cos(angle), placed.z + reach * np.sin(angle)
        if not mixed or (_fluid_at(placed, x, z) > 0.5) == in_fluid or attempt >= 39 * number:
            points.append((x, z))
        if len(points) == number:
            break
    return np.asarray(points, np.float64).reshape(-1, 2)


def _fluid_at(placed: Placed, x: float, z: float) -> float:
    here = Canvas.empty_at(np.asarray([[x]], np.float32), np.asarray([[z]], np.float32))
    return float(fluid_share(placed, here, placed.polar(here.x, here.z)[0])[0, 0])


def punctate_points(placed: Placed, redraw: int = 0) -> NDArray[np.float64]:
    """Where the punctate foci lie, [number, 2] (across, down) in mm; ``redraw`` 1, 2 ...: where they could as well."""
    return _inner_points(placed, placed.nodule.punctate, 7 + 100 * redraw, 0.8)


def _punctate(placed: Placed, canvas: Canvas) -> None:
    """Bright points without shadow: psammoma bodies of 50-70 um are far below the resolution cell."""
    number = placed.nodule.punctate
    if not number:
        return
    level = placed.generator(6).uniform(21, 27, number)
    for (x, z), decibel in zip(punctate_points(placed), level, strict=False):
        canvas.spot(x, z, 0.16, 0.1, decibel)


def _comet_tails(placed: Placed, canvas: Canvas) -> None:
    """Colloid crystals: a bright point and a tail of echoes that narrows and fades."""
    number = placed.nodule.comet_tails
    for x, z in _inner_points(placed, number, 8, 0.7, in_fluid=True) if number else ():
        for echo in range(6):
            canvas.spot(x, z + 0.42 * echo, 0.34 * (1 - 0.13 * echo), 0.1, 19 - 2.6 * echo)


def _macro(placed: Placed, canvas: Canvas) -> None:
    """A coarse calcification: a bright, uneven front and a shadow."""
    width = placed.nodule.macro_mm
    if width <= 0:
        return
    generator = placed.generator(9)
    x, z = _inner_points(placed, 1, 10, 0.35)[0]
    pieces = max(2, round(width / 0.7))
    for piece in range(pieces):
        along = (piece + 0.5) / pieces - 0.5
        canvas.stone(
            x + along * width, z + generator.normal(0, 0.18) + 0.5 * along**2 * width, 0.55, 0.45, CALCIUM_LOSS
        )
