"""What can be built: for each name the files it makes and the Python modules it takes. Standard library only."""

import os
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SHIPPED = ROOT / "run" / "models"
PAYLOADS = ROOT / "run" / "payloads"
CACHE = Path(os.environ.get("RUN_EXP_CACHE") or Path.home() / ".cache" / "run_exp") / "models"

# The Debian package that brings a module.
PACKAGES = {
    "numpy": "python3-numpy",
    "PIL": "python3-pil",
    "sklearn": "python3-sklearn",
    "torch": "python3-torch",
    "torchvision": "python3-torchvision",
}

PARITY_SIZES = (2, 3, 4)
# Trained together, in this order, from one stream of random numbers.
DIGITS = ("digits", *(f"digits_parity_k{k}" for k in PARITY_SIZES), "digits_cheap")
# Trained after them, each from a stream of its own, beside the base model.
DIGITS_FURTHER = ("digits_parity_k2_r1", *(f"digits_concatenation_k{k}" for k in PARITY_SIZES))


@dataclass(frozen=True)
class Entry:
    """One buildable name."""

    about: str
    modules: tuple
    files: tuple


CATALOGUE = {
    "digits": Entry(
        "8x8 digits: base, cheap and parity models (k = 2, 3, 4; sum and concatenation), trained; minutes",
        ("numpy", "sklearn", "torch"),
        tuple(SHIPPED / f"{name}.pt" for name in (*DIGITS, *DIGITS_FURTHER)),
    ),
    "resnet18": Entry(
        "ResNet-18 and its parity model, seeded random weights",
        ("torch", "torchvision"),
        (CACHE / "resnet18.pt", CACHE / "resnet18_parity.pt"),
    ),
    "resnet152": Entry(
        "ResNet-152 and its parity model, seeded random weights",
        ("torch", "torchvision"),
        (CACHE / "resnet152.pt", CACHE / "resnet152_parity.pt"),
    ),
    "mobilenet_v2": Entry(
        "MobileNet-V2 of width 0.25, seeded random weights",
        ("torch", "torchvision"),
        (CACHE / "mobilenet_v2_025.pt",),
    ),
    "payloads": Entry(
        "held-out digits with labels, and drawn JPEG images",
        ("numpy", "PIL", "sklearn"),
        (PAYLOADS / "digits.csv", PAYLOADS / "images"),
    ),
}
