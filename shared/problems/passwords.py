"""Problems of sessions, of passwords, and of the links that mails bring."""

from http import HTTPStatus

from shared.problems.base import Problem


class SessionNotFound(Problem):
    """There is no open session with this id."""

    code = "session_not_found"
    status = HTTPStatus.NOT_FOUND
    hint = "GET /api/auth/sessions lists the open ones."


class LinkExpired(Problem):
    """The link of the mail is not valid any more."""

    code = "link_expired"
    status = HTTPStatus.GONE
    hint = "It works once, and for an hour. Ask for a new mail."


class WrongPassword(Problem):
    """The current password is another one."""

    code = "wrong_password"
    status = HTTPStatus.UNPROCESSABLE_ENTITY
    fields = ("current_password",)


class PasswordUnchanged(Problem):
    """The new password is the current one."""

    code = "password_unchanged"
    status = HTTPStatus.UNPROCESSABLE_ENTITY
    fields = ("password",)
    hint = "Choose another one."
