"""Strings that PostgreSQL can hold: each kind of text that a request may bring, declared once.

Length and shape stand here. What a text means (a GSTIN, a state, a customer's e-mail address), SQL checks.
"""

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
StateCode = Annotated[str, Field(max_length=2, description="GST state code: 29 is Karnataka."), STORABLE]
UpiId = Annotated[str, Field(max_length=321), STORABLE]
TimeZone = Annotated[str, Field(max_length=100), STORABLE]
ContactEmail = Annotated[str, Field(min_length=3, max_length=320), STORABLE]
"""The e-mail address of a customer or a supplier."""
Phone = Annotated[str, Field(max_length=40), STORABLE]
PortCode = Annotated[str, Field(max_length=6, description="Code of the port, six characters."), STORABLE]
ShippingBillNumber = Annotated[str, Field(max_length=7, description="Three to seven digits."), STORABLE]
City = Annotated[str, Field(max_length=100), STORABLE]
LutNumber = Annotated[str, Field(max_length=20, description="Capital letters and digits."), STORABLE]
Pincode = Annotated[str, Field(max_length=16, description="Six digits in India, or a postal code."), STORABLE]
CountryCode = Annotated[
    str, Field(max_length=2, description="ISO 3166-1, two letters: IN is India."), STORABLE
]
InvoiceNumber = Annotated[str, Field(max_length=50, examples=["INV-2023-01-1234"]), STORABLE]
HsnCode = Annotated[str, Field(pattern=r"^[0-9]{4,8}$", description="HSN or SAC code."), STORABLE]
Uqc = Annotated[
    str,
    Field(max_length=3, description="Unit quantity code of GST returns: NOS, KGS, MTR; NA for a service."),
    STORABLE,
]
Period = Annotated[
    str,
    Field(
        pattern=r"^(0[1-9]|1[0-2])[0-9]{4}$",
        description="A month, written MMYYYY as on the portal.",
        examples=["102026"],
    ),
]
Category = Annotated[str, Field(max_length=100), STORABLE]
PaymentReference = Annotated[str, Field(max_length=100), STORABLE]


# Sign-in ------------------------------------------------------------------------------------------

_MOST_PASSWORD_BYTES = 72


def _refuse_what_would_be_cut_off(password: str) -> str:
    # bcrypt reads 72 bytes: of a longer one the beginning would be accepted, too.
    if len(password.encode()) > _MOST_PASSWORD_BYTES:
        raise PydanticCustomError("string_too_long", "A password has at most 72 bytes in UTF-8")
    return password


Email = Annotated[
    str, Field(max_length=320, pattern=r"^[^@\s]+@[^@\s]+$", examples=["user@example.com"]), STORABLE
]
"""The e-mail address to sign in with."""
Username = Annotated[str, Field(pattern=r"^[A-Za-z0-9_.-]{3,50}$", examples=["asha"]), STORABLE]
Password = Annotated[
    str,
    Field(min_length=8, max_length=72, examples=["securepassword"]),
    STORABLE,
    AfterValidator(_refuse_what_would_be_cut_off),
]
