"""A rule of the database as a person reads it."""

from typing import NamedTuple

from shared.problems.base import Problem


class Rule(NamedTuple):
    """What a constraint says."""

    problem: type[Problem]
    field: str | tuple[str, ...]
    """The documented field it is about; several where more than one column has the rule. See `fields`."""
    sentence: str
