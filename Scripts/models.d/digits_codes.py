"""How the frontend makes a parity query of a group's inputs, and an output that is missing of those that are there."""

from math import isqrt

import torch


def sum_weights(k, parity=0):
    """The sum code multiplies input i of a group, counted from 0, by (i + 1) ** parity."""
    return torch.arange(1, k + 1, dtype=torch.float32) ** parity


def encode_sum(groups, weights):
    """Parity queries [n, 1, 8, 8] of groups [n, k, 1, 8, 8]."""
    return (groups * weights.reshape(-1, 1, 1, 1)).sum(dim=1)


def tiling(k, height=8, width=8):
    """Rows, columns, and the height and width of a tile, of the concatenation code's grid."""
    columns = isqrt(k - 1) + 1
    rows = -(-k // columns)
    return rows, columns, height // rows, width // columns


def shrink(images, k):
    """What the concatenation code keeps of each image [n, 1, 8, 8]: a tile [n, 1, height, width] of means."""
    _, _, height, width = tiling(k, *images.shape[-2:])
    return _means(images.shape[-2], height) @ images @ _means(images.shape[-1], width).T


def encode_concatenation(groups):
    """Parity queries [n, 1, 8, 8] of groups [n, k, 1, 8, 8]: a grid of tiles, 0 where there is none."""
    k = groups.shape[1]
    _, columns, height, width = tiling(k, *groups.shape[-2:])
    queries = torch.zeros_like(groups[:, 0])
    for i in range(k):
        top, left = i // columns * height, i % columns * width
        queries[..., top : top + height, left : left + width] = shrink(groups[:, i], k)
    return queries


def decode_one(output, scores, weights, lost):
    """The scores [n, 10] of member `lost`: of a parity output [n, 10] and the scores [n, k, 10] of the others."""
    known = (scores * weights[:, None]).sum(dim=1) - weights[lost] * scores[:, lost]
    return (output - known) / weights[lost]


def decode_all(outputs, weights):
    """The scores [n, k, 10] of a group that lost every output: of k parity outputs [n, k, 10], weights [k, k]."""
    return torch.linalg.solve(weights, outputs)


def _means(length, shorter):
    """The matrix [shorter, length] whose product with a column of pixels takes the means of `shorter` spans of it."""
    matrix = torch.zeros(shorter, length)
    for place in range(shorter):
        start = place * length // shorter
        end = max(start + 1, (place + 1) * length // shorter)
        matrix[place, start:end] = 1 / (end - start)
    return matrix
