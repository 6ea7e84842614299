"""How often the digits' models are right, on samples they were not trained on, and how often they must be."""

from functools import partial

import torch

from catalogue import PARITY_SIZES
from digits_codes import decode_all, decode_one, encode_concatenation, encode_sum, sum_weights

ROUNDS = 200
GROUPING_SEED = 7

BOTH_LOST = "digits_parity_k2 and _r1, both lost"

BOUNDS = {
    "digits": 0.97,
    "digits_parity_k2": 0.95,
    "digits_parity_k3": 0.93,
    "digits_parity_k4": 0.91,
    "digits_cheap": 0.90,
    "digits_parity_k2_r1": 0.94,
    BOTH_LOST: 0.95,
    "digits_concatenation_k2": 0.95,
    "digits_concatenation_k3": 0.90,
    "digits_concatenation_k4": 0.88,
}


def report(models, inputs, labels):
    """Prints the accuracy of every model beside its bound; true if none is below."""
    with torch.no_grad():
        measured = _measure(models, inputs, labels)
    for name, bound in BOUNDS.items():
        verdict = "ok" if measured[name] >= bound else "BELOW"
        print(f"{name:<35} {measured[name]:.4f}  at least {bound:.2f}  {verdict}")
    return all(measured[name] >= bound for name, bound in BOUNDS.items())


def _measure(models, inputs, labels):
    measured = {name: _accuracy(models[name](inputs), labels) for name in ("digits", "digits_cheap")}
    scores = models["digits"](inputs)

    def one_lost(name, weights, encode):
        def decode(groups):
            output = models[name](encode(inputs[groups]))
            decoded = [decode_one(output, scores[groups], weights, lost) for lost in range(len(weights))]
            return torch.stack(decoded, dim=1)

        measured[name] = _reconstruction_accuracy(decode, len(weights), labels)

    def both_lost(groups):
        names, weights = ("digits_parity_k2", "digits_parity_k2_r1"), (sum_weights(2), sum_weights(2, parity=1))
        outputs = [models[name](encode_sum(inputs[groups], row)) for name, row in zip(names, weights)]
        return decode_all(torch.stack(outputs, dim=1), torch.stack(weights))

    for k in PARITY_SIZES:
        one_lost(f"digits_parity_k{k}", sum_weights(k), partial(encode_sum, weights=sum_weights(k)))
        one_lost(f"digits_concatenation_k{k}", torch.ones(k), encode_concatenation)
    second = sum_weights(2, parity=1)
    one_lost("digits_parity_k2_r1", second, partial(encode_sum, weights=second))
    measured[BOTH_LOST] = _reconstruction_accuracy(both_lost, 2, labels)
    return measured


def _accuracy(scores, labels):
    return (scores.argmax(dim=1) == labels).float().mean().item()


def _reconstruction_accuracy(decode, k, labels):
    """Groups of k distinct random samples: how often what `decode` makes of them [n, k, 10] has their labels."""
    generator = torch.Generator().manual_seed(GROUPING_SEED)
    right = total = 0
    for _ in range(ROUNDS):
        order = torch.randperm(len(labels), generator=generator)
        groups = order[: len(order) // k * k].reshape(-1, k)
        right += (decode(groups).argmax(dim=2) == labels[groups]).sum().item()
        total += groups.numel()
    return right / total
