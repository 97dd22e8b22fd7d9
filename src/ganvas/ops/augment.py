"""Augmentations that gradients pass through, each a pure function of images and given random numbers per sample.

A discriminator that sees only augmented images, real and generated ones alike, cannot learn the training set by heart.
Sources: DiffAugment (Zhao et al. 2020, https://arxiv.org/abs/2006.10738), ADA (Karras et al. 2020,
https://arxiv.org/abs/2006.06676, appendix B). Departure: ADA resamples bilinearly here, not through wavelet filters.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Literal

import torch
from jaxtyping import Float, Int
from torch import Tensor
from torch.nn import functional as F

__all__ = ["ADA_NUMBERS", "DIFFAUGMENT_NUMBERS", "ada", "cut_out", "diffaugment", "translate"]

Policy = Sequence[Literal["colour", "translation", "cutout"]]
Images = Float[Tensor, "b c h w"]
Column = Float[Tensor, " b"]
Matrix = Float[Tensor, "b n n"]

DIFFAUGMENT_NUMBERS = 7
_DECIDED, _AMOUNTS = 13, 15
ADA_NUMBERS = _DECIDED + _AMOUNTS
_LARGEST_SHIFT = 1 / 8  # of the side
_CUT = 1 / 2  # of the side


def diffaugment(images: Images, numbers: Float[Tensor, "b 7"], policy: Policy) -> Images:
    """Returns the images after the transforms of the policy.

    Args:
        images: in [-1, 1]; what moves in from outside is 0.
        numbers: uniform in [0, 1): brightness, saturation, contrast, two of translation, two of cutout.
        policy: ``colour``, ``translation``, ``cutout``; nothing changes nothing.
    """
    if "colour" in policy:
        brightness, saturation, contrast = (_column(numbers[:, i]) for i in range(3))
        images = images + (brightness - 0.5)
        gray = images.mean(1, keepdim=True)
        images = gray + (images - gray) * (2 * saturation)
        mean = images.mean((1, 2, 3), keepdim=True)
        images = mean + (images - mean) * (contrast + 0.5)
    sides = images.shape[2:]
    if "translation" in policy:
        most = [int(side * _LARGEST_SHIFT + 0.5) for side in sides]
        shift = [(numbers[:, 3 + axis] * (2 * most[axis] + 1)).long() - most[axis] for axis in (0, 1)]
        images = translate(images, torch.stack(shift, 1))
    if "cutout" in policy:
        cut = [int(side * _CUT + 0.5) for side in sides]
        corner = [(numbers[:, 5 + i] * (sides[i] + 1 - cut[i] % 2)).long() - cut[i] // 2 for i in (0, 1)]
        images = cut_out(images, torch.stack(corner, 1), (cut[0], cut[1]))
    return images


def translate(images: Images, shift: Int[Tensor, "b 2"]) -> Images:
    """Returns the images moved down and right by whole pixels; what moves in is 0."""
    height, width = images.shape[2:]
    padded = F.pad(images, (1, 1, 1, 1))
    sample = torch.arange(len(images), device=images.device)[:, None, None]
    rows = (torch.arange(1, height + 1, device=images.device) - shift[:, :1]).clamp(0, height + 1)
    columns = (torch.arange(1, width + 1, device=images.device) - shift[:, 1:]).clamp(0, width + 1)
    return padded.permute(0, 2, 3, 1)[sample, rows[:, :, None], columns[:, None]].permute(0, 3, 1, 2)


def cut_out(images: Images, corner: Int[Tensor, "b 2"], side: tuple[int, int]) -> Images:
    """Returns the images with 0 in a rectangle of height and width ``side`` from its upper left ``corner`` on."""
    inside = []
    for axis in (0, 1):
        place = torch.arange(images.shape[2 + axis], device=images.device) - corner[:, axis, None]
        inside.append((place >= 0) & (place < side[axis]))
    hidden = inside[0][:, None, :, None] & inside[1][:, None, None, :]
    return images.masked_fill(hidden, 0)


def ada(images: Images, probability: Float[Tensor, ""], numbers: Float[Tensor, "b 28"]) -> Images:
    """Returns the images after each transform with this probability (ADA's blits, geometry and colour).

    Mirrored, turned by quarters, shifted, scaled, rotated, stretched; brightness, contrast, inverted light, and for
    three channels hue and saturation. Each is invertible on average as long as the probability stays below 1
    (appendix B), so the generator need not learn it. What moves in from outside is the reflected image.

    Args:
        images: in [-1, 1].
        probability: of each transform, for each sample by itself.
        numbers: uniform in [0, 1): 13 that decide what happens, 15 by how much.
    """
    happens, much = numbers.split([_DECIDED, _AMOUNTS], 1)
    gate = happens < probability
    # Rotating before and after stretching: together as likely as one transform.
    gate[:, 4:6] = happens[:, 4:6] < 1 - (1 - probability).clamp(min=0).sqrt()
    bell = torch.special.ndtri(much.clamp(1e-6, 1 - 1e-6))
    grid = F.affine_grid(_geometry(gate, much, bell, images)[:, :2], list(images.shape), align_corners=False)
    moved = F.grid_sample(images, grid, mode="bilinear", padding_mode="reflection", align_corners=False)
    return _coloured(moved, gate, much, bell)


def _geometry(gate: Tensor, much: Tensor, bell: Tensor, images: Images) -> Float[Tensor, "b 3 3"]:
    """From places in the result to places in the image, both in [-1, 1]."""
    height, width = images.shape[2:]
    aspect = width / height

    def take(number: int, value: Tensor, otherwise: float) -> Tensor:
        return torch.where(gate[:, number], value, torch.full_like(value, otherwise))

    one, none = torch.ones_like(much[:, 0]), torch.zeros_like(much[:, 0])
    mirror = take(0, torch.where(much[:, 0] < 0.5, -one, one), 1)
    quarter = take(1, (much[:, 1] * 4).floor() * (math.pi / 2), 0)
    whole = [take(2, (2 * part - 1) * _LARGEST_SHIFT, 0) for part in (much[:, 2], much[:, 11])]
    whole = [(part * side).round() * (2 / side) for part, side in zip(whole, (width, height), strict=True)]
    size = take(3, torch.exp2(0.2 * bell[:, 3]), 1)
    turns = [take(number, (2 * much[:, number] - 1) * math.pi, 0) for number in (4, 5)]
    stretch = take(6, torch.exp2(0.2 * bell[:, 6]), 1)
    parts = take(7, 2 * _LARGEST_SHIFT * bell[:, 7], 0), take(7, 2 * _LARGEST_SHIFT * bell[:, 12], 0)
    matrix = _affine(mirror, one, none, none) @ _rotation(quarter, aspect) @ _affine(one, one, *whole)
    matrix = matrix @ _affine(size, size, none, none) @ _rotation(turns[0], aspect)
    return matrix @ _affine(stretch, 1 / stretch, none, none) @ _rotation(turns[1], aspect) @ _affine(one, one, *parts)


def _affine(across: Column, down: Column, right: Column, below: Column) -> Float[Tensor, "b 3 3"]:
    zero, one = torch.zeros_like(across), torch.ones_like(across)
    rows = torch.stack([across, zero, right, zero, down, below, zero, zero, one], 1)
    return rows.unflatten(1, (3, 3))


def _rotation(angle: Column, aspect: float) -> Float[Tensor, "b 3 3"]:
    """In pixels a rotation, whatever the image's aspect."""
    cos, sin, zero = angle.cos(), angle.sin(), torch.zeros_like(angle)
    rows = torch.stack([cos, -sin / aspect, zero, sin * aspect, cos, zero, zero, zero, torch.ones_like(angle)], 1)
    return rows.unflatten(1, (3, 3))


def _coloured(images: Images, gate: Tensor, much: Tensor, bell: Tensor) -> Images:
    def take(number: int, value: Tensor, otherwise: float) -> Tensor:
        return torch.where(gate[:, number], value, torch.full_like(value, otherwise))

    images = images + _column(take(8, 0.2 * bell[:, 8], 0))
    images = images * _column(take(9, torch.exp2(0.5 * bell[:, 9]), 1))
    gray = images.mean(1, keepdim=True)
    flip = take(10, torch.where(much[:, 10] < 0.5, -torch.ones_like(gray[:, 0, 0, 0]), 1.0), 1)
    images = images + (_column(flip) - 1) * gray
    if images.shape[1] != 3:
        return images
    gray = images.mean(1, keepdim=True)
    colour = _turned(images - gray, take(11, (2 * much[:, 13] - 1) * math.pi, 0))
    return gray + colour * _column(take(12, torch.exp2(bell[:, 14]), 1))


def _turned(colour: Images, angle: Column) -> Images:
    """Rotates colours about the gray axis (Rodrigues); they are perpendicular to it already."""
    red, green, blue = colour.unbind(1)
    across = torch.stack([blue - green, red - blue, green - red], 1) / math.sqrt(3)
    return colour * _column(angle.cos()) + across * _column(angle.sin())


def _column(values: Column) -> Float[Tensor, "b 1 1 1"]:
    return values.reshape(-1, 1, 1, 1)
