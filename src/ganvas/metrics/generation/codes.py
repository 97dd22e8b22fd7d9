"""Whether latent codes mean something: classes that unlabelled categories match, and codes that can be read back.

Source of the purity: Manning, Raghavan and Schuetze 2008, Introduction to Information Retrieval, section 16.3.
"""

from __future__ import annotations

import numpy as np
from jaxtyping import Float

from ganvas.core.errors import SettingsError
from ganvas.metrics.generation.classes import Labels

__all__ = ["cluster_purity", "code_correlation"]


def cluster_purity(clusters: Labels, labels: Labels) -> float:
    """Returns the share of samples, in (0, 1], whose label is the commonest of their cluster.

    With as many clusters as classes, even ones of chance are at 1 / classes, and it is never below the share of the
    commonest class.

    Raises:
        SettingsError: there are no samples, not as many labels as samples, or a number below 0.
    """
    if not len(clusters) or len(clusters) != len(labels):
        raise SettingsError(f"Purity of {len(clusters)} samples and {len(labels)} labels: give one label for each.")
    if min(clusters.min(), labels.min()) < 0:
        raise SettingsError("Purity needs clusters and labels from 0: leave samples without one out.")
    table = np.zeros((int(clusters.max()) + 1, int(labels.max()) + 1), np.int64)
    np.add.at(table, (clusters, labels), 1)
    return float(table.max(axis=1).sum() / len(clusters))


def code_correlation(codes: Float[np.ndarray, "n k"], read: Float[np.ndarray, "m j"]) -> Float[np.ndarray, " k"]:
    """Returns Pearson's correlation of each code with what was read of it; 0 where either never changes.

    Raises:
        SettingsError: fewer than two samples, or tables of different shapes.
    """
    if codes.shape != read.shape or codes.ndim != 2 or len(codes) < 2:
        raise SettingsError(f"Correlation of tables {codes.shape} and {read.shape}: give two alike, of 2 rows or more.")
    a, b = (np.asarray(table, np.float64) - np.mean(table, axis=0, dtype=np.float64) for table in (codes, read))
    scale = np.sqrt((a * a).sum(axis=0) * (b * b).sum(axis=0))
    shared = (a * b).sum(axis=0)
    return np.divide(shared, scale, out=np.zeros_like(shared), where=scale > 0)
