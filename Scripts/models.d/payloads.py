"""`Scripts/models payloads`: what clients send. Held-out digits with labels, and JPEG images of various shapes."""

import sys

import numpy as np
from PIL import Image

import digits_data
import pictures
from catalogue import PAYLOADS

# Picture, width, height, JPEG quality. A classifier sees 224x224 colours: other shapes, gray levels and progressive
# storage exercise the decoding.
IMAGES = (
    (pictures.mountains, 480, 320, 92),
    (pictures.stained_glass, 360, 360, 80),
    (pictures.plasma, 400, 300, 88),
    (pictures.ripples, 500, 333, 80),
    (pictures.tiles, 384, 384, 85),
    (pictures.julia, 320, 480, 85),
    (pictures.currents, 450, 300, 80),
    (pictures.clouds, 500, 375, 88),
    (pictures.marble, 375, 500, 75),
    (pictures.sphere, 400, 400, 88),
    (pictures.bokeh, 480, 360, 88),
    (pictures.moon, 400, 400, 85),
    (pictures.weave, 333, 444, 75),
    (pictures.nebula, 500, 300, 85),
    (pictures.sunflower, 420, 420, 80),
    (pictures.canyon, 301, 487, 70),
)
GRAYSCALE = pictures.moon
PROGRESSIVE = pictures.nebula


def write():
    _write_digits(PAYLOADS / "digits.csv")
    _write_images(PAYLOADS / "images")
    return True


def _write_digits(path):
    """A row a held-out digit, in scikit-learn's order: the label, then the 64 pixels row by row, 0...16."""
    pixels, labels = digits_data.load()
    _, held_out = digits_data.split(labels)
    path.parent.mkdir(parents=True, exist_ok=True)
    np.savetxt(path, np.column_stack([labels, pixels])[held_out], fmt="%d", delimiter=",")
    print(path)


def _write_images(folder):
    folder.mkdir(parents=True, exist_ok=True)
    for number, (draw, width, height, quality) in enumerate(IMAGES):
        colours = draw(height, width, np.random.RandomState(number))
        image = Image.fromarray((np.clip(colours, 0, 1) * 255).round().astype(np.uint8))
        if draw is GRAYSCALE:
            image = image.convert("L")
        path = folder / f"{draw.__name__}.jpg"
        image.save(path, quality=quality, optimize=True, progressive=draw is PROGRESSIVE)
        print(path)
