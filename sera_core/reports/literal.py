"""A value as the Python source that gives it again, with the imports that the source needs."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable, Iterable, Mapping
from dataclasses import fields, is_dataclass
from enum import Enum
from functools import partial
from inspect import isgeneratorfunction
from io import BytesIO
from math import isfinite
from typing import Any

import numpy as np
from numpy.typing import NDArray

SHORT = 400  # numbers of an array that are written one by one; a longer array is packed
ARRAY_IMPORTS = ("from base64 import b64decode", "from io import BytesIO", "import numpy as np")


def literal(value: Any) -> str:
    """Source of a number, text, enum member, array, frozen dataclass, or a container of these.

    Examples
    --------
    >>> literal({"bins": 4, "side": (1.5, None)})
    "{'bins': 4, 'side': (1.5, None)}"
    """
    if isinstance(value, np.ndarray):
        return _array(value)
    if isinstance(value, np.generic):
        return literal(value.item())
    if isinstance(value, float) and not isfinite(value):
        return f'float("{value}")'
    if isinstance(value, Enum):
        return f"{type(value).__name__}.{value.name}"
    if is_dataclass(value):
        named = (f"{field.name}={literal(getattr(value, field.name))}" for field in fields(value))
        return f"{type(value).__name__}({', '.join(named)})"
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{literal(key)}: {literal(one)}" for key, one in value.items()) + "}"
    if isinstance(value, frozenset | set):
        return f"{type(value).__name__}([{', '.join(sorted(map(literal, value)))}])"
    if isinstance(value, tuple):
        return f"({''.join(f'{literal(one)}, ' for one in value).rstrip(' ' if len(value) == 1 else ', ')})"
    if isinstance(value, list):
        return f"[{', '.join(map(literal, value))}]"
    return repr(value)


def imports(*values: Any) -> list[str]:
    """Import lines that :func:`literal` of these values needs, each once."""
    return sorted({line for value in values for line in _needed(value)})


def call(bound: partial) -> str:
    """Source of a function's call with its arguments filled in; all that a generator gives, as a list.

    Examples
    --------
    >>> call(partial(max, 1, 2))
    'max(1, 2)'
    """
    arguments = [literal(one) for one in bound.args] + [
        f"{name}={literal(one)}" for name, one in bound.keywords.items()
    ]
    source = f"{bound.func.__qualname__}({', '.join(arguments)})"
    return f"list({source})" if isgeneratorfunction(bound.func) else source


def import_of(thing: Callable[..., Any] | type) -> str:
    """The line that imports a function or a class.

    Examples
    --------
    >>> import_of(literal)
    'from sera_core.reports.literal import literal'
    """
    return f"from {thing.__module__} import {thing.__qualname__.partition('.')[0]}"


def _needed(value: Any) -> Iterable[str]:
    if isinstance(value, np.ndarray):
        yield from ARRAY_IMPORTS[-1:] if _short(value) else ARRAY_IMPORTS
    elif isinstance(value, Enum):
        yield import_of(type(value))
    elif is_dataclass(value):
        yield import_of(type(value))
        yield from imports(*(getattr(value, field.name) for field in fields(value)))
    elif isinstance(value, Mapping):
        yield from imports(*value, *value.values())
    elif isinstance(value, tuple | list | set | frozenset):
        yield from imports(*value)


def _short(values: NDArray) -> bool:
    return values.size <= SHORT and bool(np.isfinite(values).all())


def _array(values: NDArray) -> str:
    if _short(values):
        return f"np.array({values.tolist()}, np.{values.dtype.name})"
    packed = BytesIO()
    np.save(packed, values, allow_pickle=False)
    return f'np.load(BytesIO(b64decode("{b64encode(packed.getvalue()).decode()}")))'
