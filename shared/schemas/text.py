"""Strings that PostgreSQL can hold, and how long they may be."""

from typing import Annotated

from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError


def _refuse_what_cannot_be_stored(text: str) -> str:
    if "\0" in text:
        raise PydanticCustomError("nul_character", "Text must not contain the character NUL")
    try:
        text.encode()
    except UnicodeEncodeError:
        raise PydanticCustomError("lone_surrogate", "Text must be valid Unicode") from None
    return text


STORABLE = AfterValidator(_refuse_what_cannot_be_stored)
"""Comes last in an annotation: what is said about the length is then said of a string."""

Text = Annotated[str, STORABLE]
Name = Annotated[str, Field(min_length=1, max_length=200), STORABLE]
Address = Annotated[str, Field(max_length=1000), STORABLE]
Description = Annotated[str, Field(max_length=10_000), STORABLE]
Notes = Annotated[str, Field(max_length=10_000), STORABLE]
Gstin = Annotated[
    str,
    # Room for spaces and for one character too many: SQL says what is wrong with it.
    Field(
        max_length=50,
        description="15 characters, the last of them a check digit; in any case, spaced or not.",
    ),
    STORABLE,
]
