"""Problems of the profile: username, time zone, GSTIN and state."""

from http import HTTPStatus

from shared.problems.base import Problem


class UsernameTaken(Problem):
    """Somebody else has this username."""

    code = "username_taken"
    status = HTTPStatus.CONFLICT
    fields = ("username",)


class InvalidTimeZone(Problem):
    """There is no such time zone."""

    code = "invalid_time_zone"
    status = HTTPStatus.UNPROCESSABLE_ENTITY
    fields = ("time_zone",)
    hint = "Name one of the IANA zones; Asia/Kolkata is one."


class InvalidGstin(Problem):
    """This is not a GSTIN."""

    code = "invalid_gstin"
    status = HTTPStatus.UNPROCESSABLE_ENTITY
    fields = ("gstin", "customer_gstin")
    hint = "A GSTIN has 15 characters, of which the last is a check digit over the others."


class TaxNotAllowed(Problem):
    """No tax may be collected."""

    code = "tax_not_allowed"
    status = HTTPStatus.UNPROCESSABLE_ENTITY
    fields = ("tax_rate",)
    hint = "Send tax_rate 0, or correct gst_scheme in your profile."


class UnknownState(Problem):
    """There is no such GST state code."""

    code = "unknown_state"
    status = HTTPStatus.UNPROCESSABLE_ENTITY
    fields = ("state_code", "place_of_supply")
    hint = "Two digits: 29 is Karnataka, 96 a place outside of India."


class StateDiffers(Problem):
    """The state is not that of the GSTIN."""

    code = "state_differs"
    status = HTTPStatus.UNPROCESSABLE_ENTITY
    fields = ("state_code",)
    hint = "Leave state_code out: the GSTIN tells it."


class ProfileHasUser(Problem):
    """A profile goes with its user."""

    code = "profile_has_user"
    status = HTTPStatus.CONFLICT
    hint = "Delete the user in Supabase Auth."


class ProfileHasNoUser(Problem):
    """A profile comes with its user."""

    code = "profile_has_no_user"
    status = HTTPStatus.CONFLICT
    hint = "Add a user in Supabase Auth."
