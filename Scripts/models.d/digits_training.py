"""Trains the digits' models, on the samples it is given and no others."""

import torch
import torch.nn.functional as F

from catalogue import PARITY_SIZES
from digits_codes import encode_sum, shrink, sum_weights
from digits_fitting import augment, fit
from digits_networks import base_model, cheap_model, concatenation_model, parity_model

SEED = 1
# Weight of the penalty on the base model's convolutional part, chosen on validation samples: less of it classifies a
# single digit a little better and makes the sum of four much harder to decode.
CONVOLUTIONAL_PENALTY = 0.6
LABEL_SMOOTHING = 0.1
# Weight of right answers beside small errors in a concatenation model, and the samples of one of its steps.
RIGHT_ANSWERS = 0.5
CONCATENATED_SAMPLES = 256


def train_all(inputs, labels):
    """Every trained model by file name (without extension)."""
    models = _train_digits(inputs, labels)
    return models | train_further(models["digits"], inputs, labels)


def train_further(base, inputs, labels):
    """The models of DIGITS_FURTHER by file name, beside a base model that is trained. Each has a seed of its own."""
    models = {"digits_parity_k2_r1": _train_second_parity(base, inputs, labels)}
    for k in PARITY_SIZES:
        models[f"digits_concatenation_k{k}"] = _train_concatenation(base, k, inputs, labels)
    return models


def _start(seed):
    # One thread: the order of additions, and with it every weight, is the same from run to run.
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True)
    torch.manual_seed(seed)


def _train_digits(inputs, labels):
    _start(SEED)
    pool, pool_labels = augment(inputs, labels, plain=3, warped=20)

    base, cheap = base_model(), cheap_model()
    fit("digits", base, _classification(base, pool, pool_labels), steps=4000, rate=3e-3)
    models = {"digits": base}
    for k in PARITY_SIZES:
        parity = _parity_model_beside(base, sum_weights(k))
        fit(f"digits_parity_k{k}", parity, _parity(parity, base, sum_weights(k), pool), steps=4000, rate=2e-3)
        models[f"digits_parity_k{k}"] = parity
    fit("digits_cheap", cheap, _classification(cheap, pool, pool_labels), steps=4000, rate=1e-2)
    return models | {"digits_cheap": cheap}


def _train_second_parity(base, inputs, labels):
    _start(SEED + 1)
    pool, _ = augment(inputs, labels, plain=3, warped=20)
    weights = sum_weights(2, parity=1)
    model = _parity_model_beside(base, weights)
    fit("digits_parity_k2_r1", model, _parity(model, base, weights, pool), steps=4000, rate=2e-3)
    return model


def _train_concatenation(base, k, inputs, labels):
    _start(SEED + k)
    pool, pool_labels = augment(inputs, labels, plain=8, warped=60)
    model = concatenation_model(k)
    loss = _concatenation(model, base, k, pool, pool_labels)
    fit(f"digits_concatenation_k{k}", model, loss, steps=10000, rate=3e-3, weight_decay=1e-2)
    return model


def _classification(model, pool, labels):
    """The loss of a classifier on a random batch. Smoothed labels bound the scores: bounded sums are learnable."""

    def loss():
        chosen = torch.randint(len(pool), (128,))
        error = F.cross_entropy(model(pool[chosen]), labels[chosen], label_smoothing=LABEL_SMOOTHING)
        if not hasattr(model, "convolutional"):
            return error
        return error + CONVOLUTIONAL_PENALTY * model.convolutional(pool[chosen]).square().mean()

    return loss


def _parity_model_beside(base, weights):
    """A parity model whose linear part is already right: a weighted sum of inputs collects the bias once a weight."""
    parity = parity_model()
    with torch.no_grad():
        parity.linear[1].weight.copy_(base.linear[1].weight)
        parity.linear[1].bias.copy_(weights.sum() * base.linear[1].bias)
        parity.convolutional[-1].weight.mul_(0.1)
    return parity


def _parity(model, base, weights, pool):
    """The squared error on fresh random groups: from the weighted sum of the inputs to that of the base scores."""
    with torch.no_grad():
        scores = base(pool)

    def loss():
        groups = torch.randint(len(pool), (256, len(weights)))
        wanted = (scores[groups] * weights[:, None]).sum(dim=1)
        return F.mse_loss(model(encode_sum(pool[groups], weights)), wanted)

    return loss


def _concatenation(model, base, k, pool, labels):
    """The squared error of the tiles' terms, and how far each member's reconstruction is from its label.

    An error of one tile's term is in the reconstruction of every member of its group. Shrunk digits leave errors that
    cannot be learned away; the labels say which of them matter.
    """
    with torch.no_grad():
        scores = base(pool)
    tiles = shrink(pool, k).flatten(start_dim=1)

    def loss():
        groups = torch.randint(len(pool), (CONCATENATED_SAMPLES // k, k))
        errors = model.of_tiles(tiles[groups]) - scores[groups]
        decoded = scores[groups] + errors.sum(dim=1, keepdim=True)
        wrong = F.cross_entropy(decoded.flatten(end_dim=1), labels[groups].flatten())
        return errors.square().mean() + RIGHT_ANSWERS * wrong

    return loss
