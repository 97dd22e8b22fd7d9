"""The photos that the restoring models learned from, as their cards name them."""

__all__ = ["PHOTOS"]

PHOTOS = "522 photos: 400 of BSDS500 (train, test) and 122 ImageNet samples; research terms, not redistributed"
