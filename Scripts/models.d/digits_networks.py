"""The networks of the digits: base, parity and cheap model. They take [b, 1, 8, 8] and give scores [b, 10]."""

from torch import nn

from digits_codes import tiling


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


class SumOverTiles(nn.Module):
    """scores = the sum over the k tiles of a concatenation of network(tile), one network for all tiles.

    What is asked for is a sum of one term a tile, the same for each place, so nothing is lost by not looking across.
    """

    def __init__(self, k, hidden, layers, dropout):
        super().__init__()
        self.k = k
        self.rows, self.columns, self.height, self.width = tiling(k)
        sizes = [self.height * self.width] + [hidden] * layers
        modules = []
        for before, after in zip(sizes, sizes[1:]):
            modules += [nn.Linear(before, after), nn.ReLU(), nn.Dropout(dropout)]
        self.network = nn.Sequential(*modules, nn.Linear(hidden, 10))

    def forward(self, x):
        used = x[:, 0, : self.rows * self.height, : self.columns * self.width]
        grid = used.reshape(-1, self.rows, self.height, self.columns, self.width).transpose(2, 3)
        tiles = grid.reshape(-1, self.rows * self.columns, self.height * self.width)[:, : self.k]
        return self.of_tiles(tiles).sum(dim=1)

    def of_tiles(self, tiles):
        """The term [..., 10] of each tile [..., height * width]."""
        return self.network(4 * (tiles - 0.3))  # small differences decide: larger inputs are learned faster


def base_model():
    return LinearPlusConvolutional(channels=16, hidden=64, depth=2)


def parity_model():
    return LinearPlusConvolutional(channels=24, hidden=128, depth=2)


def cheap_model():
    """Its multiplications are a two-hundredth of the base model's."""
    return nn.Sequential(
        nn.Conv2d(1, 4, 3, padding=1, stride=2), nn.ReLU(), nn.Flatten(), nn.Linear(4 * 4 * 4, 10)
    )


def concatenation_model(k):
    return SumOverTiles(k, hidden=256, layers=3, dropout=0.1)
