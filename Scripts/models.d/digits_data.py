"""The 8x8 digits that scikit-learn carries, and the one split of them that training, payloads and checks share."""

import numpy as np
from sklearn.datasets import load_digits

SPLIT_SEED = 1
HELD_OUT = 0.25
VALIDATION = 0.2


def load():
    """Pixels [1797, 64], integers 0...16, and labels [1797]."""
    digits = load_digits()
    return digits.data.astype(np.int64), digits.target.astype(np.int64)


def split(labels, fraction=HELD_OUT, seed=SPLIT_SEED):
    """Indices of the kept and of the set-aside samples, each ascending; `fraction` of every class is set aside."""
    random = np.random.RandomState(seed)  # its stream is frozen by numpy's promise
    aside = []
    for label in np.unique(labels):
        members = random.permutation(np.flatnonzero(labels == label))
        aside.extend(members[: round(len(members) * fraction)])
    aside = np.sort(aside)
    return np.setdiff1d(np.arange(len(labels)), aside), aside


def inputs(pixels):
    """What a network sees of `pixels`: float32 [b, 1, 8, 8], pixel / 16."""
    return (pixels / 16).astype(np.float32).reshape(-1, 1, 8, 8)
