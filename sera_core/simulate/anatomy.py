"""The neck: where its organs lie (layout) and how they are painted on the tissue map."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from sera_core.contracts import Margin
from sera_core.simulate.canvas import Canvas
from sera_core.simulate.case import FLUID_DB, Anatomy, Case, Nodule, Texture, View
from sera_core.simulate.fields import curve, lattice, step, table

Array = NDArray[np.float32]

# Absorption, dB/cm/MHz one way. Skin 0.35, fat 0.63, muscle across the fibres 0.96, blood 0.15 (Diagnostics
# 2023;13:855; Aubry 2022, doi 10.1121/10.0013426). The gland's 1.50 +- 0.26 in vivo (Fujii 2003, J Ultrasound Med
# 22:1067) would lose 60 dB at 2 cm, more than images show: 0.9 keeps its sign against nodules.
SKIN_LOSS, FAT_LOSS, MUSCLE_LOSS, GLAND_LOSS, BLOOD_LOSS, DEEP_LOSS = 0.35, 0.63, 0.96, 0.9, 0.15, 0.85
# Levels, dB against the normal gland: strap muscle -10 to -14 (darker than gland in all of 50 healthy necks, Ying 1998,
# Ultrasound Med Biol 24:1097), diffuse disease -2 to -4.
FIBRE_MM = 7.0  # length of a muscle's fibres
FAT_DB, MUSCLE_DB, DIFFUSE_DB, DEEP_DB = -6.0, -10.5, -3.0, -6.5


@dataclass(frozen=True)
class Layout:
    """Positions of the organs in mm; the curves are sampled at ``x``.

    Attributes
    ----------
    lobe : tuple
        Centre x, z and half-axes of the lobe.
    trachea, carotid : tuple
        Centre x, z and radius.
    x, top, bottom : float64
        Front of gland and trachea (where the strap muscles end) and the back of the gland along ``x``.
    """

    lobe: tuple[float, float, float, float]
    trachea: tuple[float, float, float]
    carotid: tuple[float, float, float]
    x: NDArray[np.float64]
    top: NDArray[np.float64]
    bottom: NDArray[np.float64]

    def spot(self, nodule: Nodule) -> tuple[float, float]:
        """Centre of a nodule in this lobe."""
        x, z, a, b = self.lobe
        room_x = max(min(a, 20.0) - nodule.width_mm / 2 - 1.0, 0.0)
        room_z = max(b - nodule.height_mm / 2 - 1.0, 0.0)
        if nodule.margin is Margin.EXTRATHYROIDAL:
            return x, z - b + nodule.height_mm / 2 - 1.2  # through the front capsule
        shrink = 0.75 if nodule.along and nodule.down else 1.0
        return x + shrink * nodule.along * room_x, z + shrink * nodule.down * room_z


@lru_cache(maxsize=4)
def layout(case: Case) -> Layout:
    """Place lobe, trachea and carotid so that the nodule lies in its lobe near the middle of the field."""
    neck, nodule = case.anatomy, case.nodule
    half_depth = max(neck.gland_mm, nodule.height_mm + 2.5) / 2
    lengthwise = neck.view is View.LONGITUDINAL
    half_width = max(24.0 if lengthwise else neck.lobe_mm / 2, nodule.width_mm / 2 + (6 if lengthwise else 1.5))
    front = neck.front_mm
    room = max(min(half_width, 20.0) - nodule.width_mm / 2 - 1.0, 0.0)
    limit = max(case.scanner.aperture_mm / 2 - nodule.width_mm / 2 - 1.0, 0.0)
    lobe_x = float(np.clip(0.25 * neck.side * half_width, -limit - 0.0, limit)) * (0.4 if lengthwise else 1.0)
    lobe_x = float(np.clip(lobe_x, -limit + 0.75 * room, limit - 0.75 * room)) if limit > 0.75 * room else 0.0
    lobe = (lobe_x, front + half_depth, half_width, half_depth)
    radius = neck.trachea_mm / 2
    trachea = (lobe_x - neck.side * (half_width + radius - 2.5), front + neck.isthmus_mm + radius + 0.5, radius)
    lumen = neck.carotid_mm / 2
    carotid = (lobe_x + neck.side * (half_width + lumen + 1.0), front + 1.3 * half_depth, lumen)
    x = np.linspace(-45, 45, 901)
    top, bottom = _curves(neck, lobe, trachea, carotid, x)
    return Layout(lobe, trachea, carotid, x, top, bottom)


def _curves(
    neck: Anatomy,
    lobe: tuple[float, float, float, float],
    trachea: tuple[float, float, float],
    carotid: tuple[float, float, float],
    x: NDArray[np.float64],
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    centre, depth, a, b = lobe
    arch = np.sqrt(np.clip(1 - ((x - centre) / (1.12 * a)) ** 2, 0.03, 1))
    top, bottom = depth - b * arch, depth + b * np.sqrt(np.clip(1 - ((x - centre) / (1.3 * a)) ** 2, 0.15, 1))
    if neck.view is View.TRANSVERSE:
        outer = trachea[2] + neck.isthmus_mm
        over = trachea[1] - np.sqrt(np.clip(outer**2 - (x - trachea[0]) ** 2, 0.0, None))
        top = np.minimum(top, np.where(np.abs(x - trachea[0]) < outer, over, 99)) - _cleft(top, over)
        beyond = np.clip(neck.side * (x - carotid[0]) / (carotid[2] + 6), -1, 1)
        top = np.minimum(top, carotid[1] - carotid[2] - 1.0 - 1.5 * beyond)
    return ndimage.gaussian_filter1d(top, 8), ndimage.gaussian_filter1d(bottom, 12)


def _cleft(a: NDArray[np.float64], b: NDArray[np.float64]) -> NDArray[np.float64]:
    soft = 4.0  # mm over which the two edges melt into one
    blend = np.clip(soft - np.abs(a - b), 0, None)
    return blend * blend / (4 * soft)


def stream(seed: int, number: int) -> np.random.Generator:
    """Random numbers for one part of the neck, independent of every other part."""
    return np.random.Generator(np.random.SFC64(np.random.SeedSequence([seed, 3, number])))


def paint(canvas: Canvas, case: Case, where: Layout) -> None:
    """Paint everything but the nodule."""
    neck, seed = case.anatomy, case.seed
    _deep(canvas, neck, where, seed)
    if neck.view is View.TRANSVERSE:
        _sheath(canvas, neck, where, seed)
    _gland(canvas, case, where)
    _front(canvas, neck, where, seed)
    if neck.view is View.TRANSVERSE:
        _vessels(canvas, neck, where, seed)
        _trachea(canvas, neck, where, seed)
    _contact(canvas, seed)
    # fat lobules in front bend the beam: faint streaks along it
    canvas.db += 1.5 * lattice(table(stream(seed, 10)), canvas.x / np.float32(1.6), canvas.z / np.float32(14))


def _join(a: Array, b: Array, soft: float) -> Array:
    """Smooth maximum: where two bodies meet they merge without a cleft."""
    blend = np.clip(np.float32(soft) - np.abs(a - b), 0, None)
    return np.asarray(np.maximum(a, b) + blend * blend / np.float32(4 * soft), np.float32)


def at(where: Layout, values: NDArray[np.float64], canvas: Canvas) -> Array:
    """A curve of the layout at the canvas' lines [1, lines]."""
    return np.interp(canvas.x[0], where.x, values).astype(np.float32)[None, :]


def bright_line(canvas: Canvas, depth: Array, thick: float, db: float, rough: Array) -> None:
    """A fascia along ``depth`` [1, lines]: mirrors where it faces the beam, scatters elsewhere, and has gaps."""
    if depth.max() < canvas.z[0, 0] - 1 or depth.min() > canvas.z[-1, 0] + 1:
        return
    part = canvas.band(float(depth.min()) - 3 * thick, float(depth.max()) + 3 * thick)
    if part.empty:
        return
    slope = np.gradient(depth[0], canvas.x[0]) if depth.shape[1] > 1 else np.zeros(1, np.float32)
    facing = (1 / (1 + (2.2 * slope) ** 2)).astype(np.float32)[None, :]
    shape = np.exp(-(((part.z - depth) / np.float32(thick)) ** 2)) * step(rough, -1.3, -0.3)
    part.blend(shape, np.float32(db) - 3 + 6 * facing, MUSCLE_LOSS)
    part.mirror += np.float32(0.7 * 10 ** (db / 20)) * shape * facing * np.exp(rough)


def _muscle(canvas: Canvas, share: Array, surface: Array, seed: int, number: int) -> None:
    """Dark tissue with bright fibres along ``surface``."""
    generator = stream(seed, number)
    depth = canvas.z - surface
    across = np.broadcast_to(canvas.x, depth.shape)
    fibre = lattice(table(generator), across / np.float32(FIBRE_MM), depth / np.float32(0.33))
    level = MUSCLE_DB + np.float32(2.0) * fibre + np.float32(12.0) * step(fibre, 0.7, 1.5)
    canvas.blend(share, level, MUSCLE_LOSS)


def _deep(canvas: Canvas, neck: Anatomy, where: Layout, seed: int) -> None:
    """Behind the gland: prevertebral fascia, long muscle of the neck, coarse bright streaks that fade with depth."""
    generator = stream(seed, 0)
    coarse = lattice(table(generator), canvas.x / 2.6, canvas.z / 0.7)
    wide = lattice(table(generator), canvas.x / 8, canvas.z / 4)
    surface = at(where, where.bottom, canvas) + 1.2 + 0.5 * curve(generator, canvas.x, 6.0)
    below = canvas.z - surface
    fade = np.clip((below - 3) / 12, 0, 1)
    canvas.db[:] = DEEP_DB + 3.5 * coarse + 5.0 * step(coarse, 0.6, 1.4) + 3.0 * wide - 9 * fade
    canvas.loss[:] = DEEP_LOSS
    if neck.view is View.LONGITUDINAL:
        thick, muscle = 6.5 + 1.5 * curve(generator, canvas.x, 9.0), step(below, 0, 0.4)
    else:  # cut across, the long muscle is a lens behind the lobe
        away = (canvas.x - np.float32(where.lobe[0] - 2.0 * neck.side)) / np.float32(generator.uniform(8, 11))
        thick = np.float32(generator.uniform(6, 9)) * np.sqrt(np.clip(1 - away**2, 0, 1))
        muscle = step(below, 0, 0.4) * step(thick, 1.0, 2.5)
    share = 0.8 * muscle * step(thick - below, 0, 0.6)
    rows = slice(*np.searchsorted(canvas.z[:, 0], (surface.min(), (surface + thick).max())))
    _muscle(canvas.rows(rows), share[rows], surface, seed, 1)
    bright_line(canvas, surface, 0.3, 7.0, curve(generator, canvas.x, 1.3))
    floor = curve(generator, canvas.x, 1.6) - 3 * step(3.5 - thick, 0, 1.5)  # no line where the lens ends
    bright_line(canvas, surface + thick + 0.5 * curve(generator, canvas.x, 2.0), 0.5, 4.0, floor)


def _sheath(canvas: Canvas, neck: Anatomy, where: Layout, seed: int) -> None:
    """Bright loose tissue around the carotid."""
    x, z, radius = where.carotid
    generator = stream(seed, 2)
    canvas = canvas.part(x - 1.15 * (radius + 4.5), x + 1.15 * (radius + 4.5), z - 12, z + 12)
    if canvas.empty:
        return
    away = np.hypot((canvas.x - x) / (radius + 4.5), (canvas.z - z) / (radius + 3.0))
    patch = lattice(table(generator), canvas.x / 1.8, canvas.z / 0.8)
    canvas.blend(step(1.15 - away, 0, 0.3), 1.5 + 4.0 * patch, DEEP_LOSS)


def gland_depth(canvas: Canvas, case: Case, where: Layout) -> Array:
    """Depth under the gland's capsule in mm, about; positive inside."""
    neck = case.anatomy
    generator = stream(case.seed, 3)
    x = canvas.x + 0.6 * curve(generator, canvas.z, 7.0)
    z = canvas.z + (0.9 if neck.view is View.LONGITUDINAL else 0.4) * curve(generator, canvas.x, 9.0)
    centre, depth, a, b = where.lobe
    away = np.hypot((x - np.float32(centre)) / np.float32(a), (z - np.float32(depth)) / np.float32(b))
    inside = (1 - away) * np.float32(min(a, b))
    if neck.view is View.TRANSVERSE:
        tx, tz, radius = where.trachea
        around = np.hypot(x - np.float32(tx), z - np.float32(tz)) - np.float32(radius)
        band = np.minimum(np.float32(neck.isthmus_mm) - around, np.float32(0.6 * radius + tz) - z)
        inside = _join(inside, band, 4.0)
    return np.asarray(inside, np.float32)


def _gland(canvas: Canvas, case: Case, where: Layout) -> None:
    neck, reach = case.anatomy, where.lobe[3] + 1.5
    canvas = canvas.band(where.lobe[1] - reach, max(where.lobe[1] + reach, where.trachea[1] + where.trachea[2]))
    inside = gland_depth(canvas, case, where)
    generator = stream(case.seed, 4)
    level = 1.2 * lattice(table(generator), canvas.x / 1.1, canvas.z / 0.9)
    level += 1.3 * lattice(table(generator), canvas.x / 4.5, canvas.z / 3.5)
    if neck.texture is Texture.DIFFUSE:
        patch = lattice(table(generator), canvas.x / 2.2, canvas.z / 1.7)
        fibre = lattice(table(generator), canvas.x / 4.0, canvas.z / 0.8)
        level += DIFFUSE_DB - 5.0 * step(patch, 0.1, 0.7) + 6.0 * step(fibre, 0.8, 1.5)
    canvas.blend(step(inside, -0.1, 0.25), level, GLAND_LOSS)
    rough = lattice(table(generator), canvas.x / 1.3, canvas.z / 1.3)
    capsule = np.exp(-(((inside + 0.1) / np.float32(0.22)) ** 2))
    canvas.blend(0.9 * capsule, 4.0 + 3.0 * rough, MUSCLE_LOSS)
    centre, depth, a, b = where.lobe
    facing = np.abs(canvas.z - np.float32(depth)) / np.float32(b) * step(1 - np.abs(canvas.x - centre) / a, 0, 0.6)
    canvas.mirror += 1.6 * capsule * facing * np.exp(0.6 * rough)


def _front(canvas: Canvas, neck: Anatomy, where: Layout, seed: int) -> None:
    """Skin, fat and strap muscles down to the gland and the trachea."""
    generator = stream(seed, 5)
    top = at(where, where.top, canvas)
    canvas = canvas.band(0.0, float(top.max()) + 0.5)
    drape = 0.55 * (top - np.float32(neck.front_mm)) * (0.5 if neck.view is View.TRANSVERSE else 1.0)
    fat_end = neck.skin_mm + neck.fat_mm + 0.35 * curve(generator, canvas.x, 9.0) + 0.55 * drape
    fat_end = np.minimum(fat_end, top - 0.8)
    front = step(top - 0.25 - canvas.z, 0, 0.3)
    _muscle(canvas, front, 0.5 * (top + fat_end), seed, 6)
    middle = np.maximum(top - neck.strap_mm * (0.5 + 0.12 * curve(generator, canvas.x, 12.0)), fat_end + 0.4)
    bright_line(canvas, middle, 0.2, 3.0, curve(generator, canvas.x, 1.2))
    fat = step(fat_end - canvas.z, 0, 0.25)
    lobules = lattice(
        table(generator), np.broadcast_to(canvas.x, fat.shape) / 4.5, (canvas.z - fat_end) / np.float32(0.55)
    )
    canvas.blend(fat, FAT_DB + 1.5 * lobules + 9.0 * step(lobules, 0.5, 1.3), FAT_LOSS)
    bright_line(canvas, fat_end, 0.24, 8.0, curve(generator, canvas.x, 1.5))
    bright_line(canvas, top - 0.1, 0.2, 7.0, curve(generator, canvas.x, 1.3))
    _skin(canvas.band(0.0, 6.0), neck, generator)


def _skin(canvas: Canvas, neck: Anatomy, generator: np.random.Generator) -> None:
    """Coupling layer and skin: bands parallel to the probe, because the near field rings."""
    skin = step(np.float32(neck.skin_mm) - canvas.z, 0, 0.15)
    bands = curve(generator, canvas.z, 0.22)
    ripple = lattice(table(generator), canvas.x / 5.0, canvas.z / 0.3)
    canvas.blend(skin, -3.0 + 4.0 * bands + 2.0 * ripple, SKIN_LOSS)
    ring = np.exp(-canvas.z / np.float32(0.9)) * (0.7 + 0.5 * np.abs(curve(generator, canvas.z, 0.25)))
    canvas.mirror += ring * (1.0 + 0.25 * curve(generator, canvas.x, 4.0))
    edge = np.float32(neck.skin_mm) + 0.1 * curve(generator, canvas.x, 8.0)
    bright_line(canvas, edge, 0.15, 4.0, curve(generator, canvas.x, 2.0))


def _vessels(canvas: Canvas, neck: Anatomy, where: Layout, seed: int) -> None:
    """Carotid with its wall, and the flat jugular vein before it."""
    x, z, radius = where.carotid
    generator = stream(seed, 7)
    flat = generator.uniform(0.35, 0.8)
    beside = x + neck.side * (radius * generator.uniform(0.7, 1.4) + 1.5), z - radius * generator.uniform(0.8, 1.2)
    bodies = ((beside[0], beside[1], 1.25 * radius, flat * radius, 1.0), (x, z, radius, radius, 5.0))
    for centre, depth, a, b, wall in bodies:
        part = canvas.part(centre - a - 2, centre + a + 2, depth - b - 2, depth + b + 2)
        if part.empty:
            continue
        dx, dz = part.x - np.float32(centre), part.z - np.float32(depth)
        away = np.hypot(dx / np.float32(a), dz / np.float32(b))
        inside = (1 - away) * np.float32(b)
        rim = np.exp(-(((inside + 0.35) / np.float32(0.35)) ** 2))
        part.blend(0.9 * rim, np.float32(wall), DEEP_LOSS)
        part.blend(step(inside, -0.05, 0.25), FLUID_DB + 2.0, BLOOD_LOSS)
        facing = (np.abs(dz) / np.maximum(np.hypot(dx, dz), 0.3)) ** 5
        part.mirror += np.float32(wall / 2.0) * facing * np.exp(-(((inside + 0.15) / np.float32(0.14)) ** 2))
    canvas.edge_shadow(x, z, radius, 4.0)


def _trachea(canvas: Canvas, neck: Anatomy, where: Layout, seed: int) -> None:
    """Dark ring of cartilage, bright air behind it, then no echoes but repeated ones."""
    x, z, radius = where.trachea
    part = canvas.part(x - radius - 1, x + radius + 1, z - radius - 1.5, 999)
    if part.empty:
        return
    generator = stream(seed, 8)
    dx = part.x - np.float32(x)
    across = np.clip(1 - (dx / np.float32(radius)) ** 2, 0, 1)
    wall = np.float32(z) - np.float32(radius) * np.sqrt(across) + 0.35 * curve(generator, part.x, 3.5)
    behind = part.z - wall
    frayed = lattice(table(generator), part.x / 1.2, part.z / 1.5) * step(part.z, z - 1.0, z + 3.0)
    column = step(across + 0.10 * frayed, 0.0, 0.22)
    part.blend(column * step(behind, -0.2, 0.1), np.float32(-15.0), 0.9)
    air = behind - np.float32(generator.uniform(1.0, 1.5))
    broken = lattice(table(generator), part.x / 1.0, part.z / 1.6)
    dirty = -14.0 + 5.0 * broken - 0.7 * np.maximum(air, 0) - 7 * (1 - across)
    part.blend(column * step(air, -0.1, 0.2), dirty, 0.9)
    space, rough = np.float32(generator.uniform(1.8, 3.2)), curve(generator, part.x, 1.2)
    for echo in range(4):
        shape = np.exp(-(((air - echo * space) / np.float32(0.28 + 0.08 * echo)) ** 2))
        fall = np.float32(generator.uniform(2.5, 5.0) * generator.uniform(0.2, 0.4) ** echo)
        part.mirror += fall * shape * across ** (3 + 2 * echo) * np.exp(0.6 * rough + 0.5 * echo * broken)
    part.mirror += 0.9 * np.exp(-((behind / np.float32(0.2)) ** 2)) * across**2


def _contact(canvas: Canvas, seed: int) -> None:
    """Hair, air or a lifted probe: in every fifth case strips or an edge without contact, hence dark to the bottom."""
    generator = stream(seed, 9)
    kind, place, wide = generator.uniform(), generator.uniform(-18, 18), generator.uniform(0.5, 1.2)
    strength = generator.uniform(6, 16)
    if kind > 0.2:
        return
    away = np.abs(canvas.x - np.float32(place)) / np.float32(wide)
    if kind < 0.07:
        away = np.clip((np.float32(21) - np.abs(canvas.x - np.sign(place) * 2)) / np.float32(2.5), 0, None)
    part = canvas.band(0.0, 1.0)
    part.loss += np.float32(strength / 1.4) * np.exp(-(away**2))
