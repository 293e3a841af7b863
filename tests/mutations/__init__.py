"""Sabotages that the tests must notice: `make mutations`."""
