"""A scanner: from scatterers, absorption and mirrors to a log-compressed picture.

Complex Gaussian scatterers times the tissue's amplitude are blurred by a separable point-spread function whose
width changes with depth, as in the convolution models of Bamber & Dickinson 1980, Meunier & Bertrand 1995 and COLE
(Gao 2009, IEEE TUFFC). Fully developed speckle then has an envelope of mean/SD = sqrt(pi / (4 - pi)) = 1.913.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import fft, ndimage

Array = NDArray[np.float32]

SOUND_MM_PER_US = 1.54
FWHM_PER_SD = 2.3548
PIXELS = 448  # side of a whole frame
TILE = 64  # side of the tiles that noise is drawn in
RECEIVER = 1000  # random stream of the electronic noise, which all looks share; the scatterers use 0, 1, 2 ...


@dataclass(frozen=True)
class Scanner:
    """Probe, settings and the grey map.

    Attributes
    ----------
    name : str
    frequency_mhz : float
        Nominal centre frequency, 7 ... 15 MHz.
    bandwidth : float
        Fractional bandwidth at -6 dB after the receive filter, 0.3 ... 0.9.
    f_number : float
        Focus over active aperture.
    focus_mm, depth_mm, aperture_mm : float
        Focal depth, depth and width of the field.
    lines : int
        Scan lines across the aperture.
    looks : int
        Statistically independent looks that are averaged (spatial compounding).
    dynamic_range_db, gain_db : float
        Range between black and white, and where the gland's mean lies above black.
    gamma, black : float
        Grey map: grey = black + (1 - black) * linear ** gamma.
    noise_db : float
        Electronic noise against the gland at 20 mm depth.
    clutter_db : float
        Side lobes and slice thickness: echoes of the neighbourhood that fill dark places, against its mean power.
    gain_limit_db : float
        Most that the depth gain can add; deeper tissue darkens.
    gain_error_db : tuple of float
        Error of the depth-gain sliders from top to bottom.
    smooth_px, sharpen : float
        Display filter: width of the smoothing in pixels, strength of the edge enhancement.
    """

    name: str = "plain"
    frequency_mhz: float = 10.0
    bandwidth: float = 0.5
    f_number: float = 2.8
    focus_mm: float = 18.0
    depth_mm: float = 40.0
    aperture_mm: float = 40.0
    lines: int = 224
    looks: int = 1
    dynamic_range_db: float = 60.0
    gain_db: float = 22.0
    gamma: float = 1.0
    black: float = 0.0
    noise_db: float = -30.0
    clutter_db: float = -25.0
    gain_limit_db: float = 42.0
    gain_error_db: tuple[float, ...] = (0.0, 0.0)
    smooth_px: float = 0.5
    sharpen: float = 0.0

    @property
    def mm_per_px(self) -> float:
        """Scale of the square frame, the same in both directions."""
        return max(self.depth_mm, self.aperture_mm) / PIXELS

    @property
    def pitch_mm(self) -> float:
        """Distance between scan lines."""
        return self.aperture_mm / self.lines

    @property
    def rows(self) -> int:
        """Image rows inside the field; the same step is used for the physics."""
        return min(round(self.depth_mm / self.mm_per_px), PIXELS)

    @property
    def working_mhz(self) -> float:
        """Frequency that reaches the gland: absorption takes the upper part of the band.

        A nominal 12 MHz probe works at 7-9 MHz at 20 mm (Gaussian spectrum, 1.4 MHz per cm at 0.7 dB/cm/MHz).
        """
        return 0.72 * self.frequency_mhz

    @property
    def axial_mm(self) -> float:
        """Axial resolution, -6 dB width: 0.44 c / (bandwidth x frequency) for a Gaussian pulse."""
        return 0.44 * SOUND_MM_PER_US / (self.bandwidth * self.working_mhz)

    def lateral_mm(self, depth: Array) -> Array:
        """Lateral resolution, -6 dB width, at depths in mm.

        0.886 wavelength x f-number at the focus. Around it the transmitted beam widens like a Gaussian beam, the
        received one is focused at every depth, and the product of both never exceeds 1.41 times the width at focus.
        """
        wavelength = SOUND_MM_PER_US / self.working_mhz
        away = (depth - self.focus_mm) / (4.0 * self.f_number**2 * wavelength)  # in half depths of field
        return np.asarray(0.886 * wavelength * self.f_number * np.sqrt(2 / (1 + 1 / (1 + away**2))), np.float32)


def echo(
    amplitude: Array,
    mirror: Array,
    receiver: Array,
    noise: tuple[NDArray[np.complex64], NDArray[np.complex64]],
    scanner: Scanner,
    depth: Array,
) -> Array:
    """Envelope of one look.

    Parameters
    ----------
    amplitude : float32 [rows, lines]
        Amplitude of the diffuse scatterers.
    mirror : float32 [rows, lines]
        Amplitude of smooth interfaces, which reflect in phase and give no speckle.
    receiver : float32 [rows]
        Amplitude of the electronic noise: filtered along the line, independent from line to line.
    noise : two complex64 [rows, lines]
        Scatterers and electronic noise of unit variance.
    scanner : Scanner
    depth : float32 [rows]
        Depth of the rows in mm.

    Returns
    -------
    float32 [rows, lines]
        Mean square of the envelope equals ``amplitude`` squared plus ``receiver`` squared in homogeneous tissue.
    """
    spectrum, flat = _lateral(amplitude.shape[1], scanner, depth)
    field = amplitude * noise[0]
    field += mirror / flat[:, None]
    padded = spectrum.shape[1]
    field = fft.ifft(fft.fft(field, padded, axis=1) * spectrum, axis=1)[:, : amplitude.shape[1]]
    field += receiver[:, None] * noise[1]
    kernel = _axial(scanner)
    real = ndimage.correlate1d(field.real, kernel, axis=0, mode="nearest")
    imag = ndimage.correlate1d(field.imag, kernel, axis=0, mode="nearest")
    return np.sqrt(real * real + imag * imag)


def _lateral(lines: int, scanner: Scanner, depth: Array) -> tuple[Array, Array]:
    """Transfer function of the lateral blur [rows, lines or a few more], of unit energy; its value at frequency 0."""
    pitch = scanner.pitch_mm
    lines = fft.next_fast_len(lines)
    wave = (2 * np.pi * fft.fftfreq(lines, pitch)).astype(np.float32)
    sigma = scanner.lateral_mm(depth) / np.float32(FWHM_PER_SD)
    spectrum = np.exp(-0.5 * (sigma[:, None] * wave[None, :]) ** 2)
    # unit energy from the closed form of the Gaussian, so that a part of the frame gives the same values as the whole
    flat = np.sqrt(2 * np.sqrt(np.pi) * sigma / pitch).astype(np.float32)
    return spectrum * flat[:, None], flat


def _axial(scanner: Scanner) -> Array:
    sigma = scanner.axial_mm / FWHM_PER_SD / scanner.mm_per_px
    radius = max(2, int(np.ceil(3.5 * sigma)))
    kernel = np.exp(-0.5 * (np.arange(-radius, radius + 1) / sigma) ** 2)
    return np.asarray(kernel / np.sqrt((kernel**2).sum()), np.float32)


def with_clutter(amplitude: Array, scanner: Scanner) -> Array:
    """Amplitude [rows, lines] plus what the neighbourhood (about 3 mm across, 1.5 mm along) spills into it."""
    across, along = round(3.0 / scanner.pitch_mm) | 1, round(1.5 / scanner.mm_per_px) | 1
    power = np.minimum(amplitude, np.float32(4.0)) ** 2  # a single stone does not light up the whole neck
    spilt = ndimage.uniform_filter1d(ndimage.uniform_filter1d(power, across, axis=1), along, axis=0)
    return np.asarray(np.sqrt(amplitude * amplitude + spilt * np.float32(10 ** (scanner.clutter_db / 10))), np.float32)


def scatterers(seed: int, look: int, rows: range, lines: range) -> NDArray[np.complex64]:
    """Complex Gaussian noise of unit variance [rows, lines] of an endless grid.

    The grid is drawn tile by tile, each from its own seed, so that a window of it is the same whatever else is drawn.
    """
    out = np.empty((len(rows), len(lines)), np.complex64)
    for row in range(rows.start // TILE, -(-rows.stop // TILE)):
        for line in range(lines.start // TILE, -(-lines.stop // TILE)):
            words = np.random.SeedSequence([seed, 7, look, row, line])
            pairs = np.random.Generator(np.random.SFC64(words)).standard_normal((TILE, TILE, 2), dtype=np.float32)
            tile = (pairs * np.float32(np.sqrt(0.5))).view(np.complex64)[..., 0]
            down, across = _overlap(rows, row), _overlap(lines, line)
            out[down[0], across[0]] = tile[down[1], across[1]]
    return out


def _overlap(wanted: range, tile: int) -> tuple[slice, slice]:
    """Where a tile lies in the wanted range, and which part of the tile that is."""
    first, last = max(wanted.start, tile * TILE), min(wanted.stop, (tile + 1) * TILE)
    return slice(first - wanted.start, last - wanted.start), slice(first - tile * TILE, last - tile * TILE)


def compress(envelope: Array, scanner: Scanner) -> Array:
    """Grey 0 ... 1 from the envelope: decibels inside the dynamic range, then the grey map."""
    level = 20 * np.log10(np.maximum(envelope, np.float32(1e-6)))
    grey = np.clip((level + np.float32(scanner.gain_db)) / np.float32(scanner.dynamic_range_db), 0, 1)
    if scanner.gamma != 1:
        grey = grey ** np.float32(scanner.gamma)
    return np.float32(scanner.black) + np.float32(1 - scanner.black) * grey


def display_filter(grey: Array, scanner: Scanner) -> Array:
    """What the display does after compression: smoothing, then edge enhancement."""
    if scanner.smooth_px > 0:
        grey = ndimage.gaussian_filter(grey, scanner.smooth_px, truncate=3.0)
    if scanner.sharpen > 0:
        grey = grey + np.float32(scanner.sharpen) * (grey - ndimage.gaussian_filter(grey, 1.5, truncate=2.5))
    return np.clip(grey, 0, 1)
