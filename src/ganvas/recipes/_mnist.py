"""What models say that were trained on MNIST."""

from __future__ import annotations

__all__ = ["MNIST"]

MNIST = "MNIST, 60,000 training images; Yann LeCun and Corinna Cortes, CC BY-SA 3.0"
