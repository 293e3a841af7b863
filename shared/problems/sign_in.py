"""Problems of who calls: tokens, passwords, registration."""

from http import HTTPStatus

from shared.problems.base import Problem


class Unauthorized(Problem):
    """The call needs a valid access token."""

    status = HTTPStatus.UNAUTHORIZED
    headers = {"WWW-Authenticate": "Bearer"}


class NotAuthenticated(Unauthorized):
    """This call needs an access token."""

    code = "not_authenticated"
    hint = "Log in and send the token: Authorization: Bearer <access_token>."


class InvalidToken(Unauthorized):
    """The access token is not valid."""

    code = "invalid_token"
    hint = "Log in and send the access token just as it came."


class TokenExpired(Unauthorized):
    """The access token has expired."""

    code = "token_expired"
    hint = "Exchange the refresh token at /api/auth/refresh, or log in."


class TokenRevoked(Unauthorized):
    """The access token was logged out."""

    code = "token_revoked"
    hint = "Log in again."


class Forbidden(Problem):
    """This is not allowed to you."""

    code = "forbidden"
    status = HTTPStatus.FORBIDDEN


class InvalidCredentials(Problem):
    """Name and password do not match."""

    code = "invalid_credentials"
    status = HTTPStatus.UNAUTHORIZED
    headers = {"WWW-Authenticate": "Bearer"}
    hint = "The name is the username or the e-mail address. Whether there is such a user is not told."


class InvalidRefreshToken(Problem):
    """The refresh token is not valid."""

    code = "invalid_refresh_token"
    status = HTTPStatus.UNAUTHORIZED
    hint = "It was used already, or its session has ended; log in again."


class EmailNotConfirmed(Problem):
    """The e-mail address is not confirmed yet."""

    code = "email_not_confirmed"
    status = HTTPStatus.FORBIDDEN
    hint = "Follow the link in the mail that was sent to it."


class EmailAlreadyRegistered(Problem):
    """This e-mail address has an account already."""

    code = "email_already_registered"
    status = HTTPStatus.CONFLICT
    fields = ("email",)
    hint = "Log in instead."


class WeakPassword(Problem):
    """The password is too weak."""

    code = "weak_password"
    status = HTTPStatus.UNPROCESSABLE_ENTITY
    fields = ("password",)
    hint = "Choose a longer one, with letters and digits."


class InvalidEmail(Problem):
    """This is not an e-mail address we can use."""

    code = "invalid_email"
    status = HTTPStatus.UNPROCESSABLE_ENTITY
    fields = ("email",)


class EmailNotDeliverable(Problem):
    """No mail can be sent to this address."""

    code = "email_not_deliverable"
    status = HTTPStatus.UNPROCESSABLE_ENTITY
    fields = ("email",)
    hint = "Use another address. Without a mail server of its own, Supabase sends mails to its team only."


class RegistrationClosed(Problem):
    """New users cannot register."""

    code = "registration_closed"
    status = HTTPStatus.FORBIDDEN
    hint = "The operator has closed the registration, and can invite you."


class LoginClosed(Problem):
    """Nobody can log in with a password."""

    code = "login_closed"
    status = HTTPStatus.FORBIDDEN
    hint = "The operator has switched off passwords in Supabase Auth."


class CaptchaRequired(Problem):
    """Supabase Auth asks for a CAPTCHA."""

    code = "captcha_required"
    status = HTTPStatus.FORBIDDEN
    hint = "This service shows none. The operator has to switch off CAPTCHA protection in Supabase Auth."
