"""Coordinates, smooth noise and colours that the pictures are drawn with."""

import numpy as np


def plane(height, width):
    """x and y of every pixel: the shorter side spans -1...1, the longer one more, y downwards."""
    scale = min(height, width) / 2
    y, x = np.mgrid[0:height, 0:width]
    return (x - (width - 1) / 2) / scale, (y - (height - 1) / 2) / scale


def value_noise(x, y, random):
    """Noise in 0...1, smooth, with features of size 1: random values on a lattice, blended between its points."""
    lattice = random.random_sample((64, 64))
    column, row = np.floor(x).astype(int), np.floor(y).astype(int)
    u, v = (t * t * (3 - 2 * t) for t in (x - column, y - row))

    def corner(right, below):
        return lattice[(row + below) % 64, (column + right) % 64]

    upper = corner(0, 0) * (1 - u) + corner(1, 0) * u
    lower = corner(0, 1) * (1 - u) + corner(1, 1) * u
    return upper * (1 - v) + lower * v


def fractal_noise(x, y, random, octaves=5):
    """Noise in about 0...1 with features of size 1, 1/2, 1/4 ..., each half as strong as the one before."""
    total = sum(value_noise(x * 2**n + 17 * n, y * 2**n + 31 * n, random) / 2**n for n in range(octaves))
    return total / (2 - 2.0 ** (1 - octaves))


def gradient(values, *colours):
    """Colours [h, w, 3] for values in 0...1: `colours` are red, green, blue in 0...255, evenly spaced."""
    stops = np.linspace(0, 1, len(colours))
    channels = [np.interp(values, stops, [colour[c] / 255 for colour in colours]) for c in range(3)]
    return np.stack(channels, axis=-1)


def blend(under, over, cover):
    """`over` on `under`, where cover [h, w] says how much, 0...1."""
    cover = np.clip(cover, 0, 1)[..., None]
    return under * (1 - cover) + np.asarray(over, dtype=float) * cover
