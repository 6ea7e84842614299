"""The networks of the digits: base, parity and cheap model. They take [b, 1, 8, 8] and give scores [b, 10]."""

from torch import nn


class LinearPlusConvolutional(nn.Module):
    """scores = linear(x) + convolutional(x).

    A sum of inputs passes the linear part unchanged: linear(x1) + linear(x2) = linear(x1 + x2), up to the bias. A
    parity model of this shape therefore has to learn only the sum of the convolutional parts.
    """

    def __init__(self, channels, hidden, depth):
        super().__init__()
        layers = [nn.Conv2d(1, channels, 3, padding=1), nn.ReLU()]
        for _ in range(depth - 1):
            layers += [nn.Conv2d(channels, channels, 3, padding=1), nn.ReLU()]
        layers += [nn.Conv2d(channels, 2 * channels, 3, padding=1, stride=2), nn.ReLU(), nn.Flatten()]
        layers += [nn.Linear(2 * channels * 4 * 4, hidden), nn.ReLU(), nn.Linear(hidden, 10)]
        self.convolutional = nn.Sequential(*layers)
        self.linear = nn.Sequential(nn.Flatten(), nn.Linear(64, 10))

    def forward(self, x):
        return self.linear(x) + self.convolutional(x)


def base_model():
    return LinearPlusConvolutional(channels=16, hidden=64, depth=2)


def parity_model():
    return LinearPlusConvolutional(channels=24, hidden=128, depth=2)


def cheap_model():
    """Its multiplications are a two-hundredth of the base model's."""
    return nn.Sequential(
        nn.Conv2d(1, 4, 3, padding=1, stride=2), nn.ReLU(), nn.Flatten(), nn.Linear(4 * 4 * 4, 10)
    )
