"""Problems of any request: its shape, its size, its values, its Idempotency-Key, and of what is behind us."""

from http import HTTPStatus

from shared.problems.base import Problem


class MalformedJson(Problem):
    """The body is not JSON."""

    code = "malformed_json"
    status = HTTPStatus.BAD_REQUEST
    hint = "Send one JSON object, in UTF-8; NaN and Infinity are not JSON."


class MalformedForm(Problem):
    """The form could not be read."""

    code = "malformed_form"
    status = HTTPStatus.BAD_REQUEST
    hint = "Send the form from its page again; one has at most 10,000 fields."


class NotFound(Problem):
    """There is nothing at this address."""

    code = "not_found"
    status = HTTPStatus.NOT_FOUND
    hint = "/docs lists every address."


class MethodNotAllowed(Problem):
    """This address does not know this method."""

    code = "method_not_allowed"
    status = HTTPStatus.METHOD_NOT_ALLOWED
    hint = "The Allow header names the methods it knows."


class CountNotAvailable(Problem):
    """Estimated counts are not available."""

    code = "count_not_available"
    status = HTTPStatus.BAD_REQUEST
    hint = "Ask the Data API with Prefer: count=exact."


class EmbeddingNotAvailable(Problem):
    """Rows of this table do not embed those of the other."""

    code = "embedding_not_available"
    status = HTTPStatus.BAD_REQUEST
    hint = "Ask the Data API for the rows of the other table by themselves."


class BodyTooLarge(Problem):
    """The body is too large."""

    code = "body_too_large"
    status = HTTPStatus.REQUEST_ENTITY_TOO_LARGE
    hint = "A request has at most 1,000,000 bytes."


class AnswerTooLarge(Problem):
    """The answer is too large to be sent."""

    code = "answer_too_large"
    status = HTTPStatus.UNPROCESSABLE_ENTITY
    hint = (
        "An answer has at most 6 MB. Ask for less at once: a smaller `limit` and then the next page, "
        "a shorter period, or include_transactions=false."
    )


class UnsupportedMediaType(Problem):
    """The body has the wrong content type."""

    code = "unsupported_media_type"
    status = HTTPStatus.UNSUPPORTED_MEDIA_TYPE
    hint = "Send Content-Type: application/json."


class ValidationFailed(Problem):
    """The request does not have the documented shape."""

    code = "validation_failed"
    status = HTTPStatus.UNPROCESSABLE_ENTITY
    hint = "`errors` names each field and what is wrong with it."


class InvalidValue(Problem):
    """A value is not one the field can hold."""

    code = "invalid_value"
    status = HTTPStatus.UNPROCESSABLE_ENTITY


class AmountOutOfRange(Problem):
    """An amount is too large to be stored."""

    code = "amount_out_of_range"
    status = HTTPStatus.UNPROCESSABLE_ENTITY
    hint = "Amounts and all their sums stay below 10,000,000,000,000 rupees."


class IdempotencyKeyReused(Problem):
    """This Idempotency-Key was used for another request."""

    code = "idempotency_key_reused"
    status = HTTPStatus.CONFLICT
    hint = "Send a new key with a new request, the old key only with the very same one."


class IdempotencyKeyTooLong(Problem):
    """The Idempotency-Key is too long."""

    code = "idempotency_key_too_long"
    status = HTTPStatus.UNPROCESSABLE_ENTITY
    hint = "It has at most 255 characters; a UUID has 36."


class TooManyRequests(Problem):
    """Too many requests in a short time."""

    code = "too_many_requests"
    status = HTTPStatus.TOO_MANY_REQUESTS
    hint = "Wait as long as the Retry-After header says."
    headers = {"Retry-After": "900"}


class TooManyIdempotencyKeys(Problem):
    """Too many answers are kept for Idempotency-Keys."""

    code = "too_many_idempotency_keys"
    status = HTTPStatus.TOO_MANY_REQUESTS
    hint = (
        "At most 100,000 answers or 100 MB of the last two days are kept. Send it without a key, or tomorrow."
    )
    headers = {"Retry-After": "3600"}


class InternalError(Problem):
    """Something broke on our side."""

    code = "internal_error"
    status = HTTPStatus.INTERNAL_SERVER_ERROR
    hint = "Nothing was changed. Try again, and name the request_id if it happens twice."


class ServiceUnavailable(Problem):
    """A service behind us did not answer in time."""

    code = "service_unavailable"
    status = HTTPStatus.SERVICE_UNAVAILABLE
    hint = "Send the request again; with the same Idempotency-Key it happens once."
    headers = {"Retry-After": "1"}


class DatabaseReadOnly(ServiceUnavailable):
    """The database accepts no changes at the moment."""

    code = "database_read_only"
    hint = "Nothing was changed. Reading works; send the request again later."
    headers = {"Retry-After": "60"}
