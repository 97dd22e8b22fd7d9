"""Latent codes of a query: those it brings, or drawn ones, truncated where it asks for that."""

from __future__ import annotations

import torch
from jaxtyping import Float
from torch import Tensor

from ganvas.core.errors import SettingsError
from ganvas.core.method import Draws, Query

__all__ = ["codes_of", "truncated"]


def codes_of(query: Query, rng: Draws, latent: int) -> Float[Tensor, "b latent"]:
    """Returns one code for each index of the draws, or the codes in the query's ``styles``.

    Raises:
        SettingsError: the codes are of another length, or the truncation is not above 0.
    """
    if not query.styles:
        codes = rng.normal(latent, stream="latent")
    elif (codes := query.styles[0]).ndim != 2 or codes.shape[1] != latent:
        raise SettingsError(f"This model's latent codes have {latent} numbers each, not {tuple(codes.shape[1:])}.")
    threshold = (query.control or {}).get("truncation")
    return codes if threshold is None else truncated(codes, threshold)


def truncated(codes: Float[Tensor, "b latent"], threshold: float) -> Float[Tensor, "b latent"]:
    """Returns standard normal codes as the truncated normal ones of the same quantiles, within +-threshold.

    The distribution is that of drawing again whatever lies outside (Brock et al. 2019, https://arxiv.org/abs/1809.11096,
    section 3.1), but a code moves continuously with the threshold, and a high threshold changes nothing.

    Raises:
        SettingsError: the threshold is not above 0.
    """
    if threshold <= 0:
        raise SettingsError(f"A truncation of {threshold} leaves no code: give a number above 0, such as 0.7.")
    low = torch.special.ndtr(torch.tensor(-threshold, dtype=torch.float64))
    quantile = low + (1 - 2 * low) * torch.special.ndtr(codes.double())
    return torch.special.ndtri(quantile).clamp(-threshold, threshold).to(codes.dtype)
