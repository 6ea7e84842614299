"""`Scripts/models digits`: trains and writes the models that ship, or measures those that are there."""

import sys

import torch

import digits_data
import torchscript
from catalogue import DIGITS, DIGITS_FURTHER, SHIPPED
from digits_accuracy import report
from digits_networks import base_model
from digits_training import train_all, train_further


def train(further):
    """Trains on the training digits, measures on the held-out ones; writes only if every accuracy is high enough.

    With `further`, the models of DIGITS stay as they are, and those of DIGITS_FURTHER are trained beside them.
    """
    inputs, labels, training, held_out = _data()
    if further:
        models = _load(DIGITS)
        if models is None:
            return False
        base = base_model().eval()
        base.load_state_dict(models["digits"].state_dict())
        trained = train_further(base, inputs[training], labels[training])
    else:
        models, trained = {}, train_all(inputs[training], labels[training])
    models |= trained
    print(f"trained on {len(training)} digits, measured on the {len(held_out)} held out:")
    if not report(models, inputs[held_out], labels[held_out]):
        print("models: an accuracy is below its bound; nothing was written", file=sys.stderr)
        return False
    for name, model in trained.items():
        path = SHIPPED / f"{name}.pt"
        torchscript.save(model, (1, 8, 8), path)
        print(path)
    return True


def validate():
    """What settings are chosen by: trains on a part of the training digits, measures on the rest of them."""
    inputs, labels, training, _ = _data()
    kept, aside = digits_data.split(labels[training].numpy(), digits_data.VALIDATION)
    models = train_all(inputs[training][kept], labels[training][kept])
    print(f"trained on {len(kept)} training digits, measured on the other {len(aside)}:")
    return report(models, inputs[training][aside], labels[training][aside])


def check():
    """Measures the files that are there on the held-out digits; no training."""
    torch.set_num_threads(1)
    inputs, labels, _, held_out = _data()
    models = _load((*DIGITS, *DIGITS_FURTHER))
    if models is None:
        return False
    print(f"measured on the {len(held_out)} held-out digits:")
    return report(models, inputs[held_out], labels[held_out])


def _load(names):
    """The models that are there by name; without one of them says so and gives None."""
    try:
        return {name: torch.jit.load(str(SHIPPED / f"{name}.pt")) for name in names}
    except (OSError, ValueError, RuntimeError) as error:
        print(f"models: {error}; Scripts/models digits makes them", file=sys.stderr)
        return None


def _data():
    pixels, labels = digits_data.load()
    training, held_out = (torch.from_numpy(indices) for indices in digits_data.split(labels))
    return torch.from_numpy(digits_data.inputs(pixels)), torch.from_numpy(labels), training, held_out
