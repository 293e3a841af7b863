"""What comes in and goes out about passwords, and about the links that mails bring."""

from typing import Annotated, Literal

from pydantic import BaseModel, Field

from shared.schemas.base import Body
from shared.schemas.text import STORABLE, Email, Password

LinkToken = Annotated[
    str,
    Field(min_length=1, max_length=500, description="`token_hash` of the address that the mail links to."),
    STORABLE,
]


class Forgotten(Body):
    """Who has forgotten a password."""

    email: Email


class MailSent(BaseModel):
    """The answer, whether there is such a user or not."""

    message: Literal["If there is an account with this address, a mail with a link is on its way"] = (
        "If there is an account with this address, a mail with a link is on its way"
    )


class PasswordReset(Body):
    """A new password, and the proof that the mail has arrived."""

    token_hash: LinkToken
    password: Password


class PasswordChange(Body):
    """The current and the new password."""

    current_password: Annotated[str, Field(min_length=1, max_length=1000), STORABLE]
    password: Password


class Confirmation(Body):
    """The proof that the mail has arrived."""

    token_hash: LinkToken


class PasswordIsSet(BaseModel):
    """The answer to a new password."""

    message: Literal["The password is set. Log in with it"] = "The password is set. Log in with it"


class AddressConfirmed(BaseModel):
    """The answer to a confirmation."""

    message: Literal["The e-mail address is confirmed. Log in"] = "The e-mail address is confirmed. Log in"
