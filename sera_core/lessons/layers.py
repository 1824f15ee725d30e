"""Every layer of a network, measured while a picture without content runs through it; nothing is typed in.

The network is built on torch's ``meta`` device: shapes without numbers, so that VGG19 costs no memory. Two things
listen: hooks on the layers (shapes, parameters), and a dispatch mode that sees every operation (convolution, pooling,
addition, concatenation ...), so that a receptive field is right on branches too: it is that of the widest path.
Recurrences for the receptive field: Araujo 2019, doi 10.23915/distill.00021.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import reduce
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from torch import Tensor, nn


class Field(NamedTuple):
    """What one cell of a map sees of the input, from left to right (a 3 × 1 kernel adds nothing there).

    Attributes
    ----------
    size : float
        Cells of the input; infinite where a mean over the whole picture lies before.
    jump : int
        Input cells from one cell of the map to the next.
    start : float
        Centre of the first cell, in input cells.
    """

    size: float
    jump: int
    start: float

    def span(self, place: int) -> tuple[float, float]:
        """First and last edge, in input cells, of what the cell at ``place`` sees; may reach over the picture."""
        middle = self.start + place * self.jump
        return middle - self.size / 2, middle + self.size / 2

    def behind(self, window: int, stride: int, padding: int, dilation: int) -> Field:
        """The field behind one more sliding window."""
        reach = dilation * (window - 1)
        return Field(self.size + reach * self.jump, self.jump * stride, self.start + (reach / 2 - padding) * self.jump)


INPUT = Field(1, 1, 0.5)
EVERYTHING = Field(float("inf"), 1, 0.5)


@dataclass(frozen=True)
class Layer:
    """One layer as it ran.

    Attributes
    ----------
    name, kind : str
    window : str
        ``"3 × 3, stride 2, padding 1"`` where it has one.
    shape : tuple of int
        Of its output without the batch: (C, H, W) or (N,).
    parameters, multiplications : int
    field : Field
    """

    name: str
    kind: str
    window: str
    shape: tuple[int, ...]
    parameters: int
    multiplications: int
    field: Field


def layers_of(create: Callable[[], nn.Module], input_px: int, channels: int = 3) -> tuple[Layer, ...]:
    """Measure a network.

    Parameters
    ----------
    create : callable
        Builds it.
    input_px : int
        Side of its input.
    channels : int

    Returns
    -------
    tuple of Layer
        In the order in which they ran.
    """
    import torch

    with torch.device("meta"):
        network = create().eval()
        picture = torch.empty(1, channels, input_px, input_px)
    found: list[Layer] = []
    with torch.no_grad(), _listening() as fields:
        fields[id(picture)] = (INPUT, picture)
        hooks = [
            module.register_forward_hook(_note(name, found, fields))
            for name, module in network.named_modules()
            if not list(module.children()) or list(module.parameters(recurse=False))
        ]
        network(picture)
        for hook in hooks:
            hook.remove()
    return tuple(found)


def _note(name: str, found: list[Layer], fields: dict[int, Any]) -> Callable[[nn.Module, Any, Any], None]:
    def note(module: nn.Module, _: Any, out: Any) -> None:
        shape = tuple(out.shape[1:])
        own = sum(parameter.numel() for parameter in module.parameters(recurse=False))
        field = fields[id(out)][0] if id(out) in fields else EVERYTHING
        times = _multiplications(module, out)
        found.append(Layer(name, type(module).__name__, _window(module), shape, own, times, field))

    return note


def _multiplications(module: nn.Module, out: Tensor) -> int:
    """Products of an input with a learned weight; a bias or a norm counts none."""
    from torch import nn

    if isinstance(module, nn.Conv2d):
        height, width = module.kernel_size
        return out[0].numel() * module.in_channels // module.groups * int(height) * int(width)
    return out[0].numel() * module.in_features if isinstance(module, nn.Linear) else 0


def _window(module: nn.Module) -> str:
    size = getattr(module, "kernel_size", None)
    if size is None:
        return ""
    (high, wide), stride, padding, dilation = (
        _pair(getattr(module, word, default))
        for word, default in (("kernel_size", 1), ("stride", 1), ("padding", 0), ("dilation", 1))
    )
    words = [f"{high} × {wide}"]
    words += [
        f"{word} {value[0]}"
        for word, value, plain in (("stride", stride, 1), ("pad", padding, 0), ("dilation", dilation, 1))
        if value[0] != plain
    ]
    groups = getattr(module, "groups", 1)
    return ", ".join([*words, f"{groups} groups"] if groups > 1 else words)


def _pair(value: Any) -> tuple[Any, Any]:
    return tuple(value)[:2] if isinstance(value, tuple | list) and len(value) > 1 else (_first(value), _first(value))


def _first(value: Any) -> Any:
    return value[0] if isinstance(value, tuple | list) else value


def _listening() -> Any:
    """A context in which the field of every tensor is kept, under its ``id`` and together with it."""
    from torch.utils._python_dispatch import TorchDispatchMode

    class Listening(TorchDispatchMode):
        def __init__(self) -> None:
            super().__init__()
            self.fields: dict[int, tuple[Field, Any]] = {}

        def __enter__(self) -> Any:
            super().__enter__()
            return self.fields

        def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
            out = func(*args, **(kwargs or {}))
            seen = [self.fields[id(value)][0] for value in _tensors(args) if id(value) in self.fields]
            if seen:
                field = _behind(func.overloadpacket.__name__, args, kwargs or {}, reduce(_wider, seen))
                for value in _tensors((out,)):
                    self.fields[id(value)] = (field, value)
            return out

    return Listening()


def _tensors(values: Any) -> list[Any]:
    from torch import Tensor

    flat: list[Any] = []
    for value in values:
        flat += [value] if isinstance(value, Tensor) else _tensors(value) if isinstance(value, tuple | list) else []
    return flat


def _wider(one: Field, other: Field) -> Field:
    return one if one.size >= other.size else other


WHOLE = ("mean", "addmm", "mm", "bmm", "linear", "adaptive_avg_pool2d", "_adaptive_avg_pool2d", "adaptive_max_pool2d")


def _behind(name: str, args: Any, kwargs: Any, field: Field) -> Field:
    """The field behind one operation of torch."""
    if name == "convolution":
        _, weight, _, stride, padding, dilation = args[:6]
        return field.behind(int(weight.shape[-1]), stride[-1], padding[-1], dilation[-1])
    if name in ("max_pool2d_with_indices", "avg_pool2d", "max_pool2d"):
        window, stride, padding, *more = [*args[1:], *([None] * 4)][:4]
        dilation = more[0] if name.startswith("max") and more[0] else 1
        size = _first(window)
        return field.behind(size, _first(stride or window) or size, _first(padding or 0), _first(dilation))
    if name == "constant_pad_nd":  # padding by hand, as timm does for TensorFlow's networks
        return field._replace(start=field.start - args[1][0] * field.jump)
    return EVERYTHING if name in WHOLE else field
