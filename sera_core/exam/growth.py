"""Whether a nodule grew since an earlier exam, and what the guideline makes of that.

Significant growth, as ACR TI-RADS and ATA count it: at least 20 % and 2 mm in two dimensions, or at least 50 % of the
volume. That much is read from secondary sources (for ACR 2017 a digest of Tessler FN, J Am Coll Radiol 2017;14:587;
the rule of the two dimensions also in Durante C, JAMA 2015;313:926).
"""

from __future__ import annotations

from dataclasses import astuple, dataclass

from sera_core.contracts import Guideline
from sera_core.exam.record import Nodule, Prior
from sera_core.exam.size import Size

RULE = "at least 20% and 2 mm more in two dimensions, or at least 50% more volume"
NAMES = ("length", "height", "width")
_REASSESS = (
    "After a benign cytology such growth is a reason to look at the cytology again (Durante 2015, JAMA 313:926); "
    "otherwise the category and the size now decide."
)
CONSEQUENCE = {
    Guideline.ACR2017: "ACR TI-RADS calls this significant; the level and the size now decide, and where the level has "
    "risen the next scan follows in one year.",
    Guideline.EU2017: "EU-TIRADS advises against taking growth as a sign of cancer (recommendation 11, Russ 2017): the "
    "category and the size now decide.",
}


@dataclass(frozen=True)
class Growth:
    """A nodule now against then.

    Attributes
    ----------
    before, now : Size
    significant : bool or None
        By :data:`RULE`; None where fewer than two dimensions are known of both and the volume is not.
    said : str
        One sentence with the numbers.
    consequence : str
        What the guideline makes of it; empty without significant growth.
    """

    before: Size
    now: Size
    significant: bool | None
    said: str
    consequence: str


def growth(nodule: Nodule, guideline: Guideline) -> Growth | None:
    """The growth of a nodule since its prior; None where it has none.

    Parameters
    ----------
    nodule : Nodule
    guideline : Guideline
        Whose consequence is told.
    """
    prior = nodule.prior
    if prior is None:
        return None
    significant = grown(prior.size, nodule.size)
    consequence = CONSEQUENCE.get(guideline, _REASSESS) if significant else ""
    return Growth(prior.size, nodule.size, significant, _said(prior, nodule.size, significant), consequence)


def grown(before: Size, now: Size) -> bool | None:
    """Significant growth by :data:`RULE`, on tenths of a millimetre, so that exactly 20 % counts.

    Examples
    --------
    >>> grown(Size(10, 10, 10), Size(12, 12, 10)), grown(Size(10, 10, 10), Size(11.9, 12, 10))
    (True, False)
    >>> grown(Size(10, 10), Size(12)) is None
    True
    """
    pairs = [(_tenths(a), _tenths(b)) for a, b in _both(before, now)]
    if sum(5 * (b - a) >= a and b - a >= 20 for a, b in pairs) >= 2:
        return True
    if len(pairs) == 3:
        (a, b), (c, d), (e, f) = pairs
        return 2 * b * d * f >= 3 * a * c * e
    return False if len(pairs) == 2 else None


def _both(before: Size, now: Size) -> list[tuple[float, float]]:
    pairs = zip(astuple(before), astuple(now), strict=True)
    return [(a, b) for a, b in pairs if a is not None and b is not None]


def _tenths(value_mm: float) -> int:
    return round(value_mm * 10)


def _said(prior: Prior, now: Size, significant: bool | None) -> str:
    since = f"since {prior.day:%d %B %Y}"
    if significant is None:
        return f"Growth {since} cannot be told: fewer than two diameters are known of both exams."
    named = zip(NAMES, astuple(prior.size), astuple(now), strict=True)
    moved = [f"{name} {a:g} to {b:g} mm" for name, a, b in named if a is not None and b is not None]
    before, volume = prior.size.volume_ml, now.volume_ml
    if before is not None and volume is not None:
        moved.append(f"volume {before:.2f} to {volume:.2f} ml ({100 * (volume / before - 1):+.0f}%)")
    said = "Significant growth" if significant else "No significant growth"
    unknown = "" if len(moved) == 4 or significant else "; the volume is not known of both"
    return f"{said} {since} ({RULE}): {', '.join(moved)}{unknown}."
