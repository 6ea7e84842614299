"""What the trainings of the digits' models share: more samples than there are, and the steps of the optimiser."""

import sys
import time

import torch
import torch.nn.functional as F


def augment(inputs, labels, plain, warped):
    """The samples `plain` times as they are, and `warped` times slightly turned, sheared, scaled and moved."""
    copies = [inputs] * plain + [_warp(inputs) for _ in range(warped)]
    return torch.cat(copies), labels.repeat(len(copies))


def _warp(images, strength=0.1):
    def uniform():
        return (torch.rand(len(images)) * 2 - 1) * strength

    angle, scale, shear = uniform(), 1 + uniform() / 2, uniform() * 3 / 4
    first_row = torch.stack([scale * angle.cos(), shear - angle.sin(), uniform()], dim=1)
    second_row = torch.stack([angle.sin(), scale * angle.cos(), uniform()], dim=1)
    grid = F.affine_grid(torch.stack([first_row, second_row], dim=1), images.shape, align_corners=False)
    return F.grid_sample(images, grid, align_corners=False)


def fit(name, model, loss, steps, rate, weight_decay=1e-3):
    optimizer = torch.optim.AdamW(model.parameters(), lr=rate, weight_decay=weight_decay)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, rate, total_steps=steps)
    started, total = time.monotonic(), 0.0
    for step in range(1, steps + 1):
        value = loss()
        optimizer.zero_grad()
        value.backward()
        optimizer.step()
        schedule.step()
        total += value.item()
        if step % (steps // 4) == 0:
            seconds = time.monotonic() - started
            print(f"{name}: step {step} of {steps}, loss {total / (steps // 4):.4f}, {seconds:.0f} s", file=sys.stderr)
            total = 0.0
    model.eval()
