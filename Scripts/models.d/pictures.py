"""Sixteen drawings. Each takes its height, width and random numbers and returns colours [h, w, 3] in 0...1."""

import numpy as np

from noise import blend, fractal_noise, gradient, plane, value_noise


def mountains(height, width, random):
    x, y = plane(height, width)
    picture = gradient((y + 1) / 2, (38, 30, 92), (206, 84, 110), (255, 186, 110), (255, 226, 170))
    picture = blend(picture, (1, 0.95, 0.8), (0.24 - np.hypot(x - 0.3, y - 0.05)) * 60)
    for depth in range(5):
        ridge = 0.15 + 0.17 * depth - 0.5 * (fractal_noise(x * (1.2 + depth * 0.4) + 9 * depth, 0 * y, random) - 0.4)
        shade = np.array((0.62, 0.36, 0.50)) * (1 - depth / 5) + np.array((0.05, 0.06, 0.16)) * depth / 5
        picture = blend(picture, shade, (y - ridge) * height / 2)
    return picture


def stained_glass(height, width, random):
    x, y = plane(height, width)
    centres = random.uniform(-1.5, 1.5, (70, 2))
    distances = np.sqrt((x[..., None] - centres[:, 0]) ** 2 + (y[..., None] - centres[:, 1]) ** 2)
    nearest = np.sort(distances, axis=-1)
    tints = gradient(random.random_sample(70), (150, 20, 50), (240, 150, 30), (30, 140, 110), (30, 60, 160))
    picture = tints[distances.argmin(axis=-1)] * (1.15 - nearest[..., :1])
    return blend(picture, (0.04, 0.04, 0.06), 1.3 - (nearest[..., 1] - nearest[..., 0]) * 45)


def plasma(height, width, random):
    x, y = plane(height, width)
    waves = np.sin(5 * x + 2 * np.sin(3 * y)) + np.sin(6 * np.hypot(x - 0.6, y + 0.4)) + np.sin(4 * y - 3 * x * y)
    grain = fractal_noise(x * 3 + 5, y * 3 + 5, random) * 0.2
    return gradient((waves + 3) / 6 + grain - 0.1, (20, 10, 70), (180, 30, 130), (250, 130, 60), (250, 240, 150))


def ripples(height, width, random):
    x, y = plane(height, width)
    sources = random.uniform(-1.2, 1.2, (3, 2))
    swell = sum(np.sin(34 * np.hypot(x - a, y - b)) / (1 + 1.5 * np.hypot(x - a, y - b)) for a, b in sources)
    return gradient((swell + 2) / 4, (4, 24, 50), (10, 86, 120), (70, 180, 180), (235, 250, 240))


def tiles(height, width, random):
    x, y = plane(height, width)
    column, row = np.floor(x * 4).astype(int), np.floor(y * 4).astype(int)
    flipped = random.random_sample((32, 32))[row % 32, column % 32] < 0.5
    u = np.where(flipped, 1 - (x * 4 - column), x * 4 - column)
    v = y * 4 - row
    arc = np.minimum(abs(np.hypot(u, v) - 0.5), abs(np.hypot(1 - u, 1 - v) - 0.5))
    picture = gradient((x + y + 3) / 6, (236, 226, 206), (214, 196, 176))
    picture = blend(picture, (0.10, 0.26, 0.38), (0.19 - arc) * 40)
    return blend(picture, (0.92, 0.52, 0.22), (0.08 - arc) * 40)


def julia(height, width, random):
    x, y = plane(height, width)
    z, c = (x + 1j * y) * 1.35, -0.79 + 0.15j
    escaped = np.full(z.shape, 60.0)
    for step in range(60):
        outside = (abs(z) > 8) & (escaped == 60)
        escaped[outside] = step + 1 - np.log2(np.log(abs(z[outside])))
        z = np.where(abs(z) > 8, z, z * z + c)
    return gradient(np.sqrt(escaped / 60), (6, 10, 40), (24, 90, 140), (240, 210, 130), (200, 80, 40), (20, 8, 20))


def currents(height, width, random):
    x, y = plane(height, width)
    angle = fractal_noise(x * 0.9 + 20, y * 0.9 + 20, random, octaves=2) * 4 * np.pi
    along = x * np.cos(angle) + y * np.sin(angle)
    streaks = fractal_noise(along * 9 + 80, angle * 5 + 80, random, octaves=3)
    picture = gradient(angle / (4 * np.pi), (12, 44, 66), (30, 120, 120), (230, 210, 160), (200, 90, 60))
    return picture * (0.5 + 0.8 * streaks[..., None])


def clouds(height, width, random):
    x, y = plane(height, width)
    sky = gradient((y + 1) / 2, (30, 90, 180), (120, 180, 230), (225, 235, 245))
    density = fractal_noise(x * 1.4 + 20, y * 2.4 + 20, random, octaves=6)
    lit = fractal_noise(x * 1.4 + 20.05, y * 2.4 + 19.85, random, octaves=3)
    return blend(sky, gradient(lit, (150, 160, 180), (255, 255, 255)), (density - 0.42) * 4)


def marble(height, width, random):
    x, y = plane(height, width)
    bend = fractal_noise(x * 2 + 20, y * 2 + 20, random, octaves=6)
    veins = abs(np.sin(4 * x + 3 * y + 9 * bend)) ** 0.45
    return gradient(veins, (50, 66, 62), (150, 172, 160), (228, 232, 222), (246, 246, 240))


def sphere(height, width, random):
    x, y = plane(height, width)
    floor = 1 / np.maximum(y - 0.05, 0.02)
    checks = (np.floor(x * floor * 1.5) + np.floor(floor * 3)) % 2
    picture = gradient((y + 1) / 2, (70, 110, 180), (240, 220, 210))
    ground = gradient(checks, (60, 50, 70), (235, 225, 215))
    shadow = np.clip(1.2 - np.hypot((x - 0.25) / 0.75, (y - 0.68) / 0.16), 0, 1)
    picture = blend(picture, ground * (1 - 0.6 * shadow[..., None]), (y - 0.1) * 60)
    depth = np.sqrt(np.clip(0.36 - x**2 - (y - 0.02) ** 2, 0, None)) / 0.6
    light = np.clip((-0.55 * x - 0.6 * (y - 0.02)) / 0.6 + 0.58 * depth, 0, 1)
    ball = gradient(0.15 + 0.75 * light, (40, 6, 20), (200, 40, 50), (255, 190, 150)) + light[..., None] ** 24
    return blend(picture, np.clip(ball, 0, 1), (0.6 - np.hypot(x, y - 0.02)) * 120)


def bokeh(height, width, random):
    x, y = plane(height, width)
    picture = gradient((y + 1) / 2, (10, 12, 34), (46, 24, 60))
    for _ in range(46):
        a, b, radius = random.uniform(-1.6, 1.6), random.uniform(-1.2, 1.2), random.uniform(0.05, 0.22)
        tint = gradient(random.random_sample(), (255, 120, 60), (255, 220, 140), (90, 170, 255), (220, 90, 190))
        disc = np.clip((radius - np.hypot(x - a, y - b)) * 50, 0, 1) * random.uniform(0.15, 0.5)
        picture = 1 - (1 - picture) * (1 - disc[..., None] * tint)
    return picture


def moon(height, width, random):
    x, y = plane(height, width)
    relief = fractal_noise(x * 2 + 20, y * 2 + 20, random, octaves=6) * 0.35
    for _ in range(90):
        a, b, radius = random.uniform(-1, 1), random.uniform(-1, 1), 0.02 + 0.14 * random.random_sample() ** 4
        distance = np.hypot(x - a, y - b) / radius
        relief += radius * (np.exp(-((distance - 1) ** 2) * 12) - 0.9 * np.exp(-(distance**4)))
    slope = np.gradient(relief, axis=1) + np.gradient(relief, axis=0) * 0.5
    edge = np.sqrt(np.clip(0.72 - x**2 - y**2, 0, None))
    light = np.clip(0.25 - 0.45 * x + 0.55 * edge - slope * height / 12, 0, 1) * np.clip(edge * 14, 0, 1)
    stars = (random.random_sample(x.shape) > 0.9985) * (x**2 + y**2 > 0.75)
    return np.repeat(np.clip(light + 0.8 * stars, 0, 1)[..., None], 3, axis=-1)


def weave(height, width, random):
    x, y = plane(height, width)
    column, row = np.floor(x * 11).astype(int), np.floor(y * 11).astype(int)
    u, v = x * 11 - column, y * 11 - row
    over = (column + row) % 2 == 0
    across, along = np.sin(np.pi * u), np.sin(np.pi * v)
    relief = np.where(over, across * (0.7 + 0.3 * along), along * (0.7 + 0.3 * across))
    warp = gradient(random.random_sample(64)[column % 64], (20, 50, 90), (70, 130, 150), (190, 200, 190))
    weft = gradient(random.random_sample(64)[row % 64], (150, 40, 50), (220, 120, 60), (240, 210, 150))
    return np.where(over[..., None], warp, weft) * (0.3 + 0.7 * relief[..., None])


def nebula(height, width, random):
    x, y = plane(height, width)
    drift = fractal_noise(x + 20, y + 20, random)
    gas = fractal_noise(x * 1.6 + 2 * drift + 20, y * 1.6 - 2 * drift + 20, random, octaves=6)
    dust = value_noise(x * 1.1 + 40, y * 1.1 + 40, random)
    picture = gradient(np.clip(gas * 1.7 - 0.45, 0, 1), (3, 4, 14), (60, 20, 90), (190, 60, 110), (255, 200, 160))
    picture = picture * (0.4 + 0.8 * dust[..., None])
    for _ in range(120):
        a, b, size = random.uniform(-1.5, 1.5), random.uniform(-1.2, 1.2), random.random_sample() ** 6
        glow = np.exp(-np.hypot(x - a, y - b) / (0.004 + 0.02 * size))
        picture = picture + glow[..., None]
    return picture


def sunflower(height, width, random):
    x, y = plane(height, width)
    picture = gradient((y + 1) / 2, (18, 46, 44), (8, 22, 30))
    for seed in range(420):
        angle, distance = seed * 2.399963, 0.047 * np.sqrt(seed)
        gap = np.hypot(x - distance * np.cos(angle), y - distance * np.sin(angle))
        tint = gradient(seed / 420, (90, 40, 20), (230, 120, 20), (255, 205, 60), (250, 240, 180))
        picture = blend(picture, tint, (0.012 + 0.00006 * seed - gap) * 90)
    return picture


def canyon(height, width, random):
    x, y = plane(height, width)
    bend = fractal_noise(x * 1.3 + 20, y * 1.3 + 20, random)
    layers = np.sin((y + 0.7 * bend + 0.15 * x) * 22) * 0.25 + np.sin((y + 0.7 * bend) * 61) * 0.12
    grain = fractal_noise(x * 12 + 20, y * 12 + 20, random, octaves=3) * 0.25
    return gradient(0.4 + layers + grain, (70, 24, 24), (170, 70, 40), (226, 140, 80), (250, 220, 180))
