"""Let ``import torchvision`` succeed beside a CPU build of torch, and cost what it must.

torchvision's wheel on PyPI is linked against the CUDA build of torch. Beside a CPU build its compiled
library does not load, and ``import torchvision`` then fails with
``operator torchvision::nms does not exist``, because the Python side registers fake kernels for two
compiled operators. Declaring the schemas of those two operators is enough: models, transforms, timm and
grad-cam do not call them.

One function of torchvision, which compiles a pooling of regions for some accelerators, imports torch's compiler,
``torch._dynamo``, as soon as torchvision is imported. That takes as long as importing torch itself, and nothing here
compiles, so the compiler is imported when that function is called. timm marks functions of one network as not to be
compiled, which imports the compiler as well.

Call :func:`import_torchvision` before anything that imports torchvision, such as grad-cam, and :func:`import_timm` for
timm. An installation that works is left alone.
"""

from __future__ import annotations

import importlib
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import Any

_SCHEMAS = {
    "nms": "nms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor",
    "qnms": "qnms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor",
}
_COMPILER = "torch._dynamo.utils"
_lock = threading.Lock()  # two sessions may ask at once, and an operator can be declared only once
_declared: list[object] = []  # a torch.library.Library un-declares its operators when it is collected


def import_torchvision() -> ModuleType:
    """Import torchvision, declaring its two missing operators only when their absence stops it.

    Returns
    -------
    module
        torchvision.

    Raises
    ------
    ImportError, RuntimeError
        When torchvision fails to import for any other reason: its own error, unchanged.
    """
    with _lock, _compiler_on_demand():
        try:
            return importlib.import_module("torchvision")
        except RuntimeError as error:
            if "torchvision::" not in str(error) or "does not exist" not in str(error):
                raise
        for name in [m for m in sys.modules if m == "torchvision" or m.startswith("torchvision.")]:
            del sys.modules[name]  # a half-imported package would be returned by the next import
        _declare_missing_operators()
        return importlib.import_module("torchvision")


def import_timm() -> ModuleType:
    """Import timm, without the compiler that it would only tell to stay away."""
    import_torchvision()
    import torch

    with _lock:
        disable = torch.compiler.disable
        torch.compiler.disable = _as_it_is  # type: ignore[assignment]
        try:
            return importlib.import_module("timm")
        finally:
            torch.compiler.disable = disable


def _as_it_is(function: Any) -> Any:
    return function


def _declare_missing_operators() -> None:
    import torch

    library = torch.library.Library("torchvision", "FRAGMENT")
    for schema in _SCHEMAS.values():
        library.define(schema)
    _declared.append(library)


@contextmanager
def _compiler_on_demand() -> Iterator[None]:
    """Meanwhile the one function that torchvision takes from torch's compiler is one that imports it when called."""
    if _COMPILER in sys.modules:
        yield
        return
    stand_in = ModuleType(_COMPILER)
    stand_in.__dict__["is_compile_supported"] = _is_compile_supported
    sys.modules[_COMPILER] = stand_in
    try:
        yield
    finally:
        if sys.modules.get(_COMPILER) is stand_in:
            del sys.modules[_COMPILER]


def _is_compile_supported(device: str) -> bool:
    supported: bool = importlib.import_module(_COMPILER).is_compile_supported(device)
    return supported
