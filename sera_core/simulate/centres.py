"""Four virtual test centres: a scanner, a case mix and a prevalence each. No real hospital is meant."""

from __future__ import annotations

from dataclasses import dataclass

from sera_core.contracts import BadInput, Role
from sera_core.simulate.scanner import Scanner

INTERNAL = Scanner(
    name="internal linear 10 MHz",
    frequency_mhz=10.0,
    bandwidth=0.60,
    f_number=3.0,
    focus_mm=18,
    aperture_mm=40,
    lines=224,
    dynamic_range_db=60,
    gain_db=22.5,
    gamma=1.0,
    black=0.06,
    noise_db=-26.5,
    gain_limit_db=39,
    gain_error_db=(0, 1, 0, -6),
    smooth_px=0.4,
)
SCANNER_A = Scanner(
    name="A linear 13 MHz, compounding",
    frequency_mhz=13.0,
    bandwidth=0.55,
    f_number=2.6,
    focus_mm=15,
    aperture_mm=40,
    lines=256,
    looks=3,
    dynamic_range_db=66,
    gain_db=28,
    gamma=1.0,
    black=0.02,
    noise_db=-27,
    gain_error_db=(1, 0, -2, -3),
    gain_limit_db=46,
    smooth_px=0.7,
    sharpen=0.5,
)
SCANNER_B = Scanner(
    name="B linear 7.5 MHz, older",
    frequency_mhz=7.5,
    bandwidth=0.42,
    f_number=2.6,
    focus_mm=22,
    aperture_mm=46,
    lines=160,
    dynamic_range_db=52,
    gain_db=18,
    gamma=0.9,
    black=0.04,
    noise_db=-25,
    gain_limit_db=32,
    gain_error_db=(-2, 1, 2, 0),
    smooth_px=0.5,
)
SCANNER_C = Scanner(
    name="C linear 15 MHz, wide range",
    frequency_mhz=15.0,
    bandwidth=0.42,
    f_number=3.2,
    focus_mm=20,
    aperture_mm=50,
    lines=256,
    looks=2,
    dynamic_range_db=78,
    gain_db=34,
    gamma=1.1,
    noise_db=-26,
    gain_error_db=(2, -1, -2, -4),
    gain_limit_db=40,
    smooth_px=0.9,
)


@dataclass(frozen=True)
class Centre:
    """One virtual centre.

    Attributes
    ----------
    name : str
    role : {"internal", "external"}
    scanner : Scanner
        Its probe and settings; depth and small setting errors change from case to case.
    malignant, benign : int
        Cases of the test set.
    follicular : tuple of float
        Share of follicular-pattern lesions among malignant and among benign nodules.
    size_factor : float
        Nodules are this much larger than in the tables.
    diffuse : float
        Share of glands with diffuse disease.
    """

    name: str
    role: Role
    scanner: Scanner
    malignant: int
    benign: int
    follicular: tuple[float, float]
    size_factor: float
    diffuse: float

    @property
    def cases(self) -> int:
        """Size of the test set."""
        return self.malignant + self.benign

    @property
    def prevalence(self) -> float:
        """Share of malignant nodules in the test set."""
        return self.malignant / self.cases


# Sizes as in Koh 2020 (Sci Rep 10:15245). Its counts by class are not known: referral and surgical prevalences
# (20-55 %) are used. Follicular lesions: 2 % of malignancies in validation series (Rev Endocr Metab Disord 2020), more
# in Western practice.
CENTRES: dict[str, Centre] = {
    "internal": Centre("internal", "internal", INTERNAL, 317, 317, (0.05, 0.12), 1.0, 0.20),
    "A": Centre("A", "external", SCANNER_A, 406, 375, (0.05, 0.15), 0.85, 0.25),
    "B": Centre("B", "external", SCANNER_B, 60, 140, (0.12, 0.20), 1.25, 0.15),
    "C": Centre("C", "external", SCANNER_C, 90, 110, (0.08, 0.10), 0.7, 0.30),
}
TRAINING = (7160, 6400)  # malignant, benign; Koh 2020


def centre_named(name: str) -> Centre:
    """The centre of this name.

    Raises
    ------
    BadInput
        When there is none.
    """
    if name not in CENTRES:
        raise BadInput("unknown_centre", f"There is no simulated centre {name!r}: choose one of {', '.join(CENTRES)}.")
    return CENTRES[name]
