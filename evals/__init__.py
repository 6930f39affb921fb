"""Suites and measurements: one small file each; see README, "Measuring"."""
