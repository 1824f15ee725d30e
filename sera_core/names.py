"""Who is who: names from people's files, and when two spellings are one name.

A blank after "DDTI" once let training frames pass as those of another hospital. So a name is tidied before it is shown,
and compared without case, Unicode form and blanks that nobody sees (Unicode Standard Annex 15; casefolding as in
section 3.13 of the standard).
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sera_core.contracts import Notice
from sera_core.escape import bare

SHOWN = 5  # examples in a notice


def tidy(name: str) -> str:
    r"""A name as it is shown: composed, on one line, without blanks around it and without signs that nobody sees.

    >>> tidy(" Seoul\u00a0 National\u200b ")
    'Seoul National'
    """
    if name.isascii() and name.isprintable() and "  " not in name and name[:1] not in "' " and name[-1:] != " ":
        return name
    kept = (letter for letter in name if unicodedata.category(letter) != "Cf")
    spaced = "".join(" " if unicodedata.category(letter) == "Cc" else letter for letter in kept)
    return unicodedata.normalize("NFC", " ".join(bare(spaced.strip()).split()))


def identity(name: str) -> str:
    """What two spellings of one name have in common.

    >>> identity("DDTI ") == identity("ddti") == identity("ＤＤＴＩ")
    True
    """
    shown = tidy(name)
    if shown.isascii():
        return shown.lower()
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", shown).casefold())


def same(first: str, second: str) -> bool:
    """Whether two spellings are one name."""
    return identity(first) == identity(second)


@dataclass(frozen=True)
class Unified:
    """Spellings brought together.

    Attributes
    ----------
    shown : tuple of str
        Each name once, as it was spelled first, tidied.
    places : tuple of int
        For each spelling given, its place in ``shown``.
    merged : mapping of str to tuple of str
        Names that occur in several spellings, with the others.
    """

    shown: tuple[str, ...]
    places: tuple[int, ...]
    merged: Mapping[str, tuple[str, ...]]

    def notices(self, what: str) -> tuple[Notice, ...]:
        """Says which spellings of ``what`` (a plural) were taken as one; empty where there was one of each."""
        if not self.merged:
            return ()
        told = [f"{name} ({', '.join(repr(other) for other in others)})" for name, others in self.merged.items()]
        more = f" and {len(told) - SHOWN} more" if len(told) > SHOWN else ""
        return (Notice("spellings", f"Spellings of {what} taken as one name: {', '.join(told[:SHOWN])}{more}."),)


def unify(spellings: Iterable[str]) -> Unified:
    """Bring the spellings of each name together; the first one seen is shown.

    >>> unify(["Seoul", "Busan", "SEOUL "]).places
    (0, 1, 0)
    """
    shown: list[str] = []
    known: dict[str, int] = {}
    places: list[int] = []
    merged: dict[str, list[str]] = {}
    for spelling in spellings:
        place = known.setdefault(identity(spelling), len(shown))
        if place == len(shown):
            shown.append(tidy(spelling))
        elif spelling != shown[place] and spelling not in merged.setdefault(shown[place], []):
            merged[shown[place]].append(spelling)
        places.append(place)
    return Unified(tuple(shown), tuple(places), {name: tuple(others) for name, others in merged.items() if others})
