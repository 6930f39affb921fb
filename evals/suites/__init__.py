"""One file a suite; see evals/suite.py."""
