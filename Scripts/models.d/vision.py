"""Image classifiers of torchvision with seeded random weights: they cost what trained ones cost, and need no download."""

import sys

import torch
import torchvision

import torchscript
from catalogue import CATALOGUE

SHAPE = (3, 224, 224)

# Each file's architecture and seed. A parity model is its base model's architecture with weights of its own.
RECIPES = {
    "resnet18.pt": (lambda: torchvision.models.resnet18(weights=None), 1),
    "resnet18_parity.pt": (lambda: torchvision.models.resnet18(weights=None), 2),
    "resnet152.pt": (lambda: torchvision.models.resnet152(weights=None), 1),
    "resnet152_parity.pt": (lambda: torchvision.models.resnet152(weights=None), 2),
    "mobilenet_v2_025.pt": (lambda: torchvision.models.mobilenet_v2(weights=None, width_mult=0.25), 1),
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


def _calibrate(model):
    # Random weights with the initial statistics (mean 0, variance 1) of batch normalisation let activations grow from
    # layer to layer, to infinity in a deep network. Statistics of a few random inputs keep every layer in range.
    normalisations = [module for module in model.modules() if isinstance(module, torch.nn.BatchNorm2d)]
    for module in normalisations:
        module.reset_running_stats()
        module.momentum = None  # a plain average over the batches seen
    model.train()
    with torch.no_grad():
        for _ in range(2):
            model(torch.randn(4, *SHAPE))
    model.eval()
