"""Judges of a generator: features -> statistics -> value, in float64. Pure functions, one family a file.

Features are rows of an array (n, d) of any network; which network, how many samples and how they were prepared decide
the value, so they stand beside it wherever it is shown (:mod:`ganvas.evaluate.generation`).
"""
