"""How often the digits' models are right, on samples they were not trained on, and how often they must be."""

import torch

from catalogue import PARITY_SIZES

ROUNDS = 200
GROUPING_SEED = 7

BOUNDS = {
    "digits": 0.97,
    "digits_parity_k2": 0.95,
    "digits_parity_k3": 0.93,
    "digits_parity_k4": 0.91,
    "digits_cheap": 0.90,
}


def report(models, inputs, labels):
    """Prints the accuracy of every model beside its bound; true if none is below."""
    with torch.no_grad():
        measured = {name: _accuracy(models[name](inputs), labels) for name in ("digits", "digits_cheap")}
        scores = models["digits"](inputs)
        for k in PARITY_SIZES:
            name = f"digits_parity_k{k}"
            measured[name] = _reconstruction_accuracy(models[name], k, inputs, scores, labels)
    for name, bound in BOUNDS.items():
        verdict = "ok" if measured[name] >= bound else "BELOW"
        print(f"{name:<17} {measured[name]:.4f}  at least {bound:.2f}  {verdict}")
    return all(measured[name] >= bound for name, bound in BOUNDS.items())


def _accuracy(scores, labels):
    return (scores.argmax(dim=1) == labels).float().mean().item()


def _reconstruction_accuracy(parity, k, inputs, scores, labels):
    """Groups of k distinct random samples, each member lost in turn: how often parity - the others has its label."""
    generator = torch.Generator().manual_seed(GROUPING_SEED)
    right = total = 0
    for _ in range(ROUNDS):
        order = torch.randperm(len(inputs), generator=generator)
        groups = order[: len(order) // k * k].reshape(-1, k)
        parity_scores = parity(inputs[groups].sum(dim=1))
        for lost in range(k):
            others = scores[groups].sum(dim=1) - scores[groups[:, lost]]
            right += ((parity_scores - others).argmax(dim=1) == labels[groups[:, lost]]).sum().item()
            total += len(groups)
    return right / total
