"""Image classifiers of torchvision with seeded random weights: they cost what trained ones do, without a download."""

import sys

import torch
import torchvision
from torchvision.models.resnet import BasicBlock, Bottleneck

import torchscript
from catalogue import CATALOGUE

SHAPE = (3, 224, 224)

# Each file's architecture and seed. A parity model is its base model's architecture with weights of its own.
RECIPES = {
    "resnet18.pt": (lambda: torchvision.models.resnet18(weights=None), 1),
    "resnet18_parity.pt": (lambda: torchvision.models.resnet18(weights=None), 2),
    "resnet152.pt": (lambda: torchvision.models.resnet152(weights=None), 1),
    "resnet152_parity.pt": (lambda: torchvision.models.resnet152(weights=None), 2),
    "mobilenet_v2_025.pt": (lambda: _mobilenet_v2(width=0.25), 1),
}


def write(name, force):
    """Writes the files of `name`; one that is there already is left alone unless `force`."""
    for path in CATALOGUE[name].files:
        if path.exists() and not force:
            print(f"models: {path} is there", file=sys.stderr)
            continue
        make, seed = RECIPES[path.name]
        torch.manual_seed(seed)
        model = make()
        _calibrate(model)
        torchscript.save(model, SHAPE, path)
        print(path)
    return True


class _ReLU6(torch.nn.Module):
    """min(max(x, 0), 6), in two steps.

    libtorch 1.13 optimised for inference computes the one-step form wrongly where a layer's channels do not fill the
    CPU's vector blocks, as with widths below 1 (the result goes to a buffer that nobody reads).
    """

    def forward(self, x):
        return torch.relu(x).clamp_max(6.0)


def _mobilenet_v2(width):
    model = torchvision.models.mobilenet_v2(weights=None, width_mult=width)
    for module in list(model.modules()):
        for name, child in module.named_children():
            if isinstance(child, torch.nn.ReLU6):
                setattr(module, name, _ReLU6())
    return model


def _calibrate(model):
    # Random weights with the initial statistics (mean 0, variance 1) of batch normalisation let activations grow from
    # layer to layer, to infinity in a deep network. Statistics of a few random inputs keep every layer in range, and
    # residual branches weaker than what they are added to keep rounding errors small.
    for block in model.modules():
        if isinstance(block, (BasicBlock, Bottleneck)):
            last = block.bn3 if isinstance(block, Bottleneck) else block.bn2
            torch.nn.init.constant_(last.weight, 0.2)
    normalisations = [module for module in model.modules() if isinstance(module, torch.nn.BatchNorm2d)]
    for module in normalisations:
        module.reset_running_stats()
        module.momentum = None  # a plain average over the batches seen
    model.train()
    with torch.no_grad():
        for _ in range(2):
            model(_images(8))
    model.eval()


def _images(count):
    """Random inputs with what normalised photographs have: an overall colour, soft shapes and grain."""
    shapes = torch.nn.functional.interpolate(torch.randn(count, 3, 7, 7), SHAPE[1:], mode="bilinear")
    return torch.randn(count, 3, 1, 1) + shapes + 0.3 * torch.randn(count, *SHAPE)
