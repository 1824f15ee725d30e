"""Ten cases with a name, kept as seeds and controls, not as files."""

from __future__ import annotations

from dataclasses import dataclass

from sera_core.contracts import Composition, Margin
from sera_core.simulate.case import Anatomy, Case, Nodule, Pathology, Texture, View
from sera_core.simulate.centres import INTERNAL


@dataclass(frozen=True)
class Sample:
    """A named case.

    Attributes
    ----------
    name, title, story : str
        Key, heading, and one sentence for the reader.
    case : Case
    """

    name: str
    title: str
    story: str
    case: Case


def _sample(
    name: str, title: str, story: str, seed: int, pathology: Pathology, nodule: Nodule, anatomy: Anatomy | None = None
) -> Sample:
    return Sample(name, title, story, Case(seed, nodule, anatomy or Anatomy(), INTERNAL, pathology, centre="internal"))


_B, _M = Pathology.BENIGN, Pathology.MALIGNANT
_ALL = (
    _sample(
        "papillary",
        "Textbook papillary carcinoma",
        "Solid, markedly hypoechoic, taller than wide, irregular, with punctate foci.",
        11,
        _M,
        Nodule(14, 1.25, echo_db=-13, margin=Margin.IRREGULAR, margin_depth=0.26, punctate=9),
    ),
    _sample(
        "spongiform",
        "Spongiform nodule",
        "More than half of it is tiny cysts: benign.",
        22,
        _B,
        Nodule(21, 0.62, Composition.SPONGIFORM, echo_db=-1),
        Anatomy(side=-1),
    ),
    _sample(
        "cyst",
        "Simple cyst",
        "Black inside, bright behind.",
        33,
        _B,
        Nodule(17, 0.78, Composition.CYSTIC),
        Anatomy(),
    ),
    _sample(
        "colloid",
        "Colloid nodule with comet tails",
        "Mixed nodule; the bright foci drag tails of echoes.",
        44,
        _B,
        Nodule(20, 0.66, Composition.MIXED, solid_share=0.5, echo_db=-1, comet_tails=4),
        Anatomy(view=View.LONGITUDINAL),
    ),
    _sample(
        "follicular",
        "Follicular-pattern nodule",
        "Solid, isoechoic, smooth, with a halo; a carcinoma looks the same.",
        55,
        _M,
        Nodule(26, 0.72, echo_db=-1.5, halo_mm=0.9),
        Anatomy(),
    ),
    _sample(
        "rim",
        "Rim-calcified nodule",
        "A bright shell with shadow hides what is inside.",
        66,
        _B,
        Nodule(15, 0.85, echo_db=-6, rim_share=0.92),
        Anatomy(side=-1),
    ),
    _sample(
        "small",
        "Suspicious 6 mm nodule",
        "Taller than wide and markedly hypoechoic, but below most FNA thresholds.",
        77,
        _M,
        Nodule(6, 1.2, echo_db=-13, margin=Margin.LOBULATED, margin_depth=0.16, punctate=3),
        Anatomy(),
    ),
    _sample(
        "macro",
        "Coarse calcification",
        "A hypoechoic nodule with a shadowing calcification.",
        88,
        _M,
        Nodule(18, 0.8, echo_db=-8, margin=Margin.ILL_DEFINED, edge_mm=1.3, macro_mm=4.5),
        Anatomy(view=View.LONGITUDINAL),
    ),
    _sample(
        "hyperplasia",
        "Isoechoic hyperplastic nodule",
        "Solid, smooth, a little brighter than muscle: low suspicion.",
        99,
        _B,
        Nodule(18, 0.6, echo_db=-1.5),
        Anatomy(side=-1),
    ),
    _sample(
        "thyroiditis",
        "Hypoechoic nodule in diffuse disease",
        "The gland itself is patchy and dark, the nodule less clear.",
        110,
        _B,
        Nodule(11, 0.75, echo_db=-8, edge_mm=0.3),
        Anatomy(texture=Texture.DIFFUSE),
    ),
)
SAMPLES: dict[str, Sample] = {sample.name: sample for sample in _ALL}
