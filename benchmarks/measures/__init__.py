"""Sections of the quality page, one per file: what is measured on which data, beside which classical methods."""
