"""Models that come with ganvas: bundled weights, and classical methods that are models like any other."""
