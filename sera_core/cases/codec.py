"""Frozen dataclasses to plain JSON and back, with every array beside it: nothing is pickled, every number is exact.

Floats are written as Python writes them, the shortest text that reads back as the same number; arrays keep their type.
A field that a stored record lacks takes its default, and one that the program no longer knows is passed over.
"""

from __future__ import annotations

import io
import json
import types
from collections.abc import Mapping
from dataclasses import MISSING, fields, is_dataclass
from datetime import date
from enum import Enum
from functools import cache
from typing import Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

import numpy as np
from numpy.typing import NDArray

Arrays = dict[str, NDArray[Any]]
T = TypeVar("T")
ARRAY = "array"


def pack(value: object) -> tuple[str, bytes]:
    """A dataclass as JSON text and an archive (NPZ) of its arrays."""
    text, arrays = _apart(value)
    file = io.BytesIO()
    np.savez_compressed(file, **arrays)  # type: ignore[arg-type]
    return text, file.getvalue()


def unpack(kind: type[T], text: str, archive: bytes) -> T:
    """What :func:`pack` wrote."""
    with np.load(io.BytesIO(archive), allow_pickle=False) as arrays:
        whole: T = _made(kind, json.loads(text), arrays)
    return whole


def alike(one: object, other: object) -> bool:
    """Whether :func:`pack` would keep the same of both, to the last bit."""
    (first, its), (second, others) = _apart(one), _apart(other)
    return first == second and all(np.array_equal(its[name], others[name]) for name in its)


def _apart(value: object) -> tuple[str, Arrays]:
    """The text, and the arrays that it names."""
    arrays: Arrays = {}
    return json.dumps(_plain(value, arrays), ensure_ascii=False), arrays


def _plain(value: Any, arrays: Arrays) -> Any:
    if isinstance(value, np.ndarray):
        name = f"a{len(arrays)}"
        arrays[name] = value
        return {ARRAY: name}
    if is_dataclass(value):
        return {field.name: _plain(getattr(value, field.name), arrays) for field in fields(value)}
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, frozenset):
        return sorted(_plain(one, arrays) for one in value)
    if isinstance(value, tuple):
        return [_plain(one, arrays) for one in value]
    return value.item() if isinstance(value, np.generic) else value


def _made(kind: Any, value: Any, arrays: Mapping[str, NDArray[Any]]) -> Any:
    origin, inner = get_origin(kind), get_args(kind)
    if value is None or origin is Literal:
        return value
    if origin in (Union, types.UnionType):
        return _made(next(one for one in inner if one is not type(None)), value, arrays)
    if origin is tuple:
        kinds = inner[:1] * len(value) if inner[-1] is Ellipsis else inner
        return tuple(_made(one, part, arrays) for one, part in zip(kinds, value, strict=True))
    if origin is frozenset:
        return frozenset(_made(inner[0], one, arrays) for one in value)
    if isinstance(value, dict) and value.keys() == {ARRAY}:
        return arrays[value[ARRAY]]
    if isinstance(kind, type) and is_dataclass(kind):
        hints = _hints(kind)
        known = [field for field in fields(kind) if field.name in value or field.default is MISSING]
        return kind(**{field.name: _made(hints[field.name], value.get(field.name), arrays) for field in known})
    return date.fromisoformat(value) if kind is date else kind(value)


@cache
def _hints(kind: Any) -> dict[str, Any]:
    return get_type_hints(kind)
