"""Strings that PostgreSQL can hold, and how long they may be."""

from typing import Annotated

from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError


def _refuse_nul(text: str) -> str:
    if "\0" in text:
        raise PydanticCustomError("nul_character", "Text must not contain the character NUL")
    return text


Text = Annotated[str, AfterValidator(_refuse_nul)]
Name = Annotated[Text, Field(min_length=1, max_length=200)]
Address = Annotated[Text, Field(max_length=1000)]
Description = Annotated[Text, Field(max_length=10_000)]
Notes = Annotated[Text, Field(max_length=10_000)]
