"""A stranger's ONNX classifier in the place of a network of ours.

Its log-odds stand for the features: a body that runs the file, and a last layer that passes them on. So everything
that asks a model works; only a heatmap by gradients is not to be had.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from sera_core.contracts import BadInput

if TYPE_CHECKING:
    from torch import Tensor, nn

Output = Literal["logits", "probabilities"]


def foreign_parts(data: bytes, output: Output) -> nn.ModuleDict:
    """``{"body", "pool", "last"}`` around a file, as :func:`sera_core.nets.split.build` gives them.

    Parameters
    ----------
    data : bytes
        Of the ONNX file: one input ``[N, 1 or 3, h, w]``; one output ``[N]``, ``[N, 1]`` or ``[N, 2]``, the last
        column speaking for the malignant class.
    output : {"logits", "probabilities"}
        What the output holds.

    Raises
    ------
    BadInput
        When onnxruntime is not installed, or the file is no such classifier.
    """
    import torch
    from torch import nn

    session = _session(data)
    (taken,), (given,) = session.get_inputs(), session.get_outputs()
    channels = taken.shape[1]

    class Body(nn.Module):
        def forward(self, inputs: Tensor) -> Tensor:
            asked = inputs[:, :channels].contiguous().numpy()
            (found,) = session.run([given.name], {taken.name: asked})
            return torch.from_numpy(_log_odds(np.asarray(found, np.float32), output)[:, None, None, None])

    last = nn.Linear(1, 2)
    last.load_state_dict({"weight": torch.tensor([[0.0], [1.0]]), "bias": torch.zeros(2)})
    return nn.ModuleDict({"body": Body(), "pool": nn.Flatten(), "last": last}).eval().requires_grad_(False)


def input_side(data: bytes) -> int | None:
    """Side of the square input in pixels, where the file fixes it."""
    height, width = _session(data).get_inputs()[0].shape[2:]
    return height if isinstance(height, int) and height == width else None


def _session(data: bytes) -> Any:
    try:
        import onnxruntime
    except ImportError as error:
        raise BadInput("no_onnx", "ONNX needs one more package: run 'pip install onnxruntime'.") from error
    try:
        session = onnxruntime.InferenceSession(data, providers=["CPUExecutionProvider"])
    except Exception as error:  # onnxruntime has a class of its own for every fault
        raise BadInput("bad_onnx", "The file is no ONNX model that can be run here: export it again.") from error
    inputs, outputs = session.get_inputs(), session.get_outputs()
    if len(inputs) != 1 or len(outputs) != 1 or len(inputs[0].shape) != 4 or inputs[0].shape[1] not in (1, 3):
        raise BadInput(
            "bad_onnx", "The ONNX model is no image classifier: it must take one [N, 1 or 3, h, w] and give one output."
        )
    return session


def _log_odds(found: np.ndarray, output: Output) -> np.ndarray:
    """``[N]`` from ``[N]``, ``[N, 1]`` or ``[N, 2]``."""
    columns = found.reshape(len(found), -1)
    if columns.shape[1] > 2:
        raise BadInput("bad_onnx", f"The ONNX model answers {columns.shape[1]} classes: give one that knows two.")
    if output == "probabilities":
        share = np.clip(columns[:, -1], 1e-6, 1 - 1e-6)
        return np.log(share / (1 - share))
    return columns[:, -1] - (columns[:, 0] if columns.shape[1] == 2 else 0)
