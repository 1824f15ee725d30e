"""What is told to a person: a refusal, a warning, and what the program is not."""

from __future__ import annotations

from dataclasses import dataclass

NOT_A_DEVICE = "For research and teaching only. Not a medical device."


class BadInput(ValueError):
    """Something the user gave cannot be used; the message says what, why and how to mend it.

    Parameters
    ----------
    code : str
        A short machine word for the kind of refusal, for example ``"not_an_image"``.
    message : str
        One clear sentence for a person.
    """

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message

    def __reduce__(self) -> tuple[type[BadInput], tuple[str, str]]:
        """From one process to another."""
        return type(self), (self.code, self.message)


@dataclass(frozen=True)
class Notice:
    """A warning that travels with a result: it is shown, but nothing is refused."""

    code: str
    message: str
