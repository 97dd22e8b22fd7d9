"""Pairs of networks that make samples from noise and judge them, each family with the settings that build it."""
