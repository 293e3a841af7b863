"""Passwords: forgotten, reset by the link of a mail, changed; and the link that confirms an address."""

from functions.auth.password_schemas import (
    AddressConfirmed,
    Confirmation,
    Forgotten,
    MailSent,
    PasswordChange,
    PasswordIsSet,
    PasswordReset,
)
from functions.auth.passwords import PasswordLinks
from functions.auth.schemas import Session
from shared.auth.tokens import CurrentCaller
from shared.http.application import group
from shared.problems.catalogue import (
    InvalidEmail,
    LinkExpired,
    PasswordUnchanged,
    TooManyRequests,
    WeakPassword,
    WrongPassword,
    open_problems,
    problems,
)

router = group("/api/auth", "Authentication")


@router.post(
    "/password/forgot",
    summary="Ask for a mail to reset the password",
    responses=open_problems(InvalidEmail, TooManyRequests),
)
def forgot_password(passwords: PasswordLinks, form: Forgotten) -> MailSent:
    """Send a mail with a link. The answer is the same whether there is such a user or not."""
    passwords.send_reset_link(form.email)
    return MailSent()


@router.post(
    "/password/reset",
    summary="Set a new password by the link of a mail",
    responses=open_problems(LinkExpired, WeakPassword, TooManyRequests),
)
def reset_password(passwords: PasswordLinks, form: PasswordReset) -> PasswordIsSet:
    """Set a new password. All sessions of the user end, and the link works no more."""
    passwords.reset(form.token_hash, form.password)
    return PasswordIsSet()


@router.put(
    "/password",
    summary="Change the password",
    responses=problems(WrongPassword, WeakPassword, PasswordUnchanged, TooManyRequests),
)
def change_password(passwords: PasswordLinks, caller: CurrentCaller, form: PasswordChange) -> Session:
    """Change the password. All sessions of the user end, this one too; the answer is a new one."""
    return Session.model_validate(passwords.change(caller, form.current_password, form.password))


@router.post(
    "/confirm",
    summary="Confirm the e-mail address by the link of a mail",
    responses=open_problems(LinkExpired, TooManyRequests),
)
def confirm_address(passwords: PasswordLinks, form: Confirmation) -> AddressConfirmed:
    """Confirm the address of a registration, where addresses are confirmed."""
    passwords.confirm_address(form.token_hash)
    return AddressConfirmed()
