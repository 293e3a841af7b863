"""The two kinds of contacts, which are written in the same way."""

from dataclasses import dataclass
from typing import Any

import pytest

from tests.person import Json, Person


@dataclass(frozen=True)
class Kind:
    """Customers or suppliers."""

    noun: str
    other: str

    @property
    def path(self) -> str:
        return f"/api/{self.noun}s"

    @property
    def other_path(self) -> str:
        return f"/api/{self.other}s"

    @property
    def missing(self) -> str:
        return f"{self.noun}_not_found"

    def new(self, person: Person, name: str = "Sharma Textiles", **fields: Any) -> Json:
        return (person.customer if self.noun == "customer" else person.supplier)(name, **fields)


@pytest.fixture(params=[("customer", "supplier"), ("supplier", "customer")], ids=lambda nouns: f"{nouns[0]}s")
def kind(request: pytest.FixtureRequest) -> Kind:
    return Kind(*request.param)
