"""What passes between the program and its decoding child: length-prefixed bytes, JSON and raw arrays; no pickle."""

from __future__ import annotations

import json
import struct
from dataclasses import asdict, dataclass
from io import BufferedReader
from typing import Any, BinaryIO, cast

import numpy as np
from numpy.typing import NDArray

from sera_core.contracts import BadInput
from sera_core.images.decoded import MAX_PIXELS, Decoded, Facts
from sera_core.images.kinds import Kind

READY = b"ready\n"  # what the child says once it has started
_LENGTHS = struct.Struct(">IQ")  # of a JSON head and of what follows it


@dataclass(frozen=True)
class Request:
    """A file, its kind as told by its first bytes, and the frame that is wanted."""

    data: bytes
    kind: Kind
    frame: int


def write_request(stream: BinaryIO, request: Request) -> None:
    """Send a request to the child."""
    _write_head(stream, {"kind": request.kind, "frame": request.frame}, len(request.data))
    _send(stream, request.data)


def read_request(stream: BinaryIO) -> Request | None:
    """The next request; None when the program has closed the stream."""
    if not (lengths := stream.read(_LENGTHS.size)):
        return None
    head_length, length = _LENGTHS.unpack(lengths)
    head = json.loads(stream.read(head_length))
    return Request(stream.read(length), head["kind"], head["frame"])


def write_reply(stream: BinaryIO, answer: Decoded | BadInput) -> None:
    """Send a decoded frame or a refusal to the program."""
    if isinstance(answer, BadInput):
        _write_head(stream, {"refused": [answer.code, answer.message]}, 0)
    else:
        arrays: list[NDArray[Any]] = [answer.grey]
        if answer.thumbnail is not None:
            arrays.append(answer.thumbnail)
        facts = {name: value for name, value in vars(answer).items() if name in Facts.__dataclass_fields__}
        _write_head(stream, {"facts": facts, "shapes": [array.shape for array in arrays]}, 0)
        for array in arrays:
            _send(stream, np.ascontiguousarray(array).data)
    stream.flush()


def read_reply(stream: BinaryIO) -> Decoded:
    """The child's answer; its shapes are bounded before room is made for them.

    Raises
    ------
    BadInput
        The child's refusal.
    EOFError
        The child ended before it had answered.
    """
    from pydantic import TypeAdapter

    _filled(stream, memoryview(lengths := bytearray(_LENGTHS.size)))
    _filled(stream, memoryview(text := bytearray(_LENGTHS.unpack(lengths)[0])))
    head = json.loads(text)
    if "refused" in head:
        raise BadInput(*head["refused"])
    grey_shape, *colour_shapes = head["shapes"]
    if np.prod(grey_shape) > MAX_PIXELS or any(np.prod(shape) > MAX_PIXELS for shape in colour_shapes):
        raise EOFError
    grey: NDArray[np.float32] = np.empty(grey_shape, np.float32)
    _filled(stream, grey.data)
    thumbnail = None
    for shape in colour_shapes:
        thumbnail = np.empty(shape, np.uint8)
        _filled(stream, thumbnail.data)
    facts = TypeAdapter(Facts).validate_python(head["facts"])
    return Decoded(**vars(facts), grey=grey, thumbnail=thumbnail)


def _write_head(stream: BinaryIO, head: dict[str, Any], length: int) -> None:
    text = json.dumps(head, default=asdict).encode()
    _send(stream, _LENGTHS.pack(len(text), length) + text)


def _send(stream: BinaryIO, data: bytes | memoryview) -> None:
    """Write all of it, whatever the stream takes at a time."""
    left = memoryview(data).cast("B")
    while left:
        left = left[stream.write(left) :]


def _filled(stream: BinaryIO, room: memoryview) -> None:
    """Fill a buffer from the stream, whatever the sizes of its pieces."""
    left = room.cast("B")
    while left:
        count = cast(BufferedReader, stream).readinto(left)
        if not count:
            raise EOFError
        left = left[count:]
