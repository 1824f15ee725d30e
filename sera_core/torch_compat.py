"""Let ``import torchvision`` succeed beside a CPU build of torch.

torchvision's wheel on PyPI is linked against the CUDA build of torch. Beside a CPU build its compiled
library does not load, and ``import torchvision`` then fails with
``operator torchvision::nms does not exist``, because the Python side registers fake kernels for two
compiled operators. Declaring the schemas of those two operators is enough: models, transforms, timm and
grad-cam do not call them.

Call :func:`import_torchvision` before anything that imports torchvision (timm, grad-cam). An
installation that works is left alone.
"""

from __future__ import annotations

import importlib
import sys
import threading
from types import ModuleType

_SCHEMAS = {
    "nms": "nms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor",
    "qnms": "qnms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor",
}
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
    with _lock:
        try:
            return importlib.import_module("torchvision")
        except RuntimeError as error:
            if "torchvision::" not in str(error) or "does not exist" not in str(error):
                raise
        for name in [m for m in sys.modules if m == "torchvision" or m.startswith("torchvision.")]:
            del sys.modules[name]  # a half-imported package would be returned by the next import
        _declare_missing_operators()
        return importlib.import_module("torchvision")


def _declare_missing_operators() -> None:
    import torch

    library = torch.library.Library("torchvision", "FRAGMENT")
    for schema in _SCHEMAS.values():
        library.define(schema)
    _declared.append(library)
