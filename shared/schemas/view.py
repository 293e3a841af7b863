"""Rows as views of the database show them: the documented shape of an answer, and what a read selects."""

from functools import cache
from types import NoneType
from typing import ClassVar, get_args

from pydantic import BaseModel

from shared.problems.base import Problem


class View(BaseModel):
    """A row of `view`. A read selects its fields, so an answer never has more than the documents say."""

    view: ClassVar[str]
    missing: ClassVar[type[Problem]]
    """What a read of one row answers when there is none."""
    sort_columns: ClassVar[dict[str, str]] = {}
    """Field -> the column that holds its value in a form that sorts."""
    totals: ClassVar[dict[str, str]] = {}
    """Condition -> its name in the database's totals, which know how many rows meet it (*_totals.sql)."""

    @classmethod
    @cache
    def columns(cls) -> str:
        return ",".join(cls.model_fields)

    @classmethod
    @cache
    def may_be_null(cls, field: str) -> bool:
        return NoneType in get_args(cls.model_fields[field].annotation)
