"""Trains the digits' base, parity and cheap models, on the samples it is given and no others."""

import sys
import time

import torch
import torch.nn.functional as F

from catalogue import PARITY_SIZES
from digits_networks import base_model, cheap_model, parity_model

SEED = 1
# Weight of the penalty on the base model's convolutional part, chosen on validation samples: less of it classifies a
# single digit a little better and makes the sum of four much harder to decode.
CONVOLUTIONAL_PENALTY = 0.6
LABEL_SMOOTHING = 0.1
WARPED_COPIES = 20


def train_all(inputs, labels):
    """The trained models by file name (without extension)."""
    # One thread: the order of additions, and with it every weight, is the same from run to run.
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True)
    torch.manual_seed(SEED)
    pool, pool_labels = _augment(inputs, labels)

    base, cheap = base_model(), cheap_model()
    _fit("digits", base, _classification(base, pool, pool_labels), steps=4000, rate=3e-3)
    models = {"digits": base}
    for k in PARITY_SIZES:
        parity = _parity_model_beside(base, k)
        _fit(f"digits_parity_k{k}", parity, _parity(parity, base, k, pool), steps=4000, rate=2e-3)
        models[f"digits_parity_k{k}"] = parity
    _fit("digits_cheap", cheap, _classification(cheap, pool, pool_labels), steps=4000, rate=1e-2)
    return models | {"digits_cheap": cheap}


def _augment(inputs, labels):
    """The samples three times as they are, and twenty times slightly turned, sheared, scaled and moved."""
    copies = [inputs] * 3 + [_warp(inputs) for _ in range(WARPED_COPIES)]
    return torch.cat(copies), labels.repeat(len(copies))


def _warp(images, strength=0.1):
    def uniform():
        return (torch.rand(len(images)) * 2 - 1) * strength

    angle, scale, shear = uniform(), 1 + uniform() / 2, uniform() * 3 / 4
    first_row = torch.stack([scale * angle.cos(), shear - angle.sin(), uniform()], dim=1)
    second_row = torch.stack([angle.sin(), scale * angle.cos(), uniform()], dim=1)
    grid = F.affine_grid(torch.stack([first_row, second_row], dim=1), images.shape, align_corners=False)
    return F.grid_sample(images, grid, align_corners=False)


def _classification(model, pool, labels):
    """The loss of a classifier on a random batch. Smoothed labels bound the scores: bounded sums are learnable."""

    def loss():
        chosen = torch.randint(len(pool), (128,))
        error = F.cross_entropy(model(pool[chosen]), labels[chosen], label_smoothing=LABEL_SMOOTHING)
        if not hasattr(model, "convolutional"):
            return error
        return error + CONVOLUTIONAL_PENALTY * model.convolutional(pool[chosen]).square().mean()

    return loss


def _parity_model_beside(base, k):
    """A parity model whose linear part is already right: a sum of k inputs collects the bias k times."""
    parity = parity_model()
    with torch.no_grad():
        parity.linear[1].weight.copy_(base.linear[1].weight)
        parity.linear[1].bias.copy_(k * base.linear[1].bias)
        parity.convolutional[-1].weight.mul_(0.1)
    return parity


def _parity(model, base, k, pool):
    """The squared error on fresh random groups of k: from the sum of the inputs to the sum of the base scores."""
    with torch.no_grad():
        scores = base(pool)

    def loss():
        groups = torch.randint(len(pool), (256, k))
        return F.mse_loss(model(pool[groups].sum(dim=1)), scores[groups].sum(dim=1))

    return loss


def _fit(name, model, loss, steps, rate):
    optimizer = torch.optim.AdamW(model.parameters(), lr=rate, weight_decay=1e-3)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, rate, total_steps=steps)
    started, total = time.monotonic(), 0.0
    for step in range(1, steps + 1):
        value = loss()
        optimizer.zero_grad()
        value.backward()
        optimizer.step()
        schedule.step()
        total += value.item()
        if step % (steps // 4) == 0:
            seconds = time.monotonic() - started
            print(f"{name}: step {step} of {steps}, loss {total / (steps // 4):.4f}, {seconds:.0f} s", file=sys.stderr)
            total = 0.0
    model.eval()
