"""Models without weights, one per file: ``CARD`` and ``apply(image, *, strength)``, images (h, w, c) in [0, 1].

They are the zero-download baselines that every learned model is printed beside.
"""
