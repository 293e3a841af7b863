"""Forms that `auth` answers: when it refuses one, its page tells what was wrong and what was typed, once."""

from collections.abc import Mapping

from fastapi import Request, Response

from functions.web.forms import Form
from shared.web.flash import RefusedForm, forget_refused_form

_FAILED = "That did not work. Send the form again."
_FIELDS = frozenset(RefusedForm.model_fields) - {"errors"} | {"password", "current_password"}
Sentences = Mapping[str, str]
"""What to say about a mistake, by its code or else by its field."""

ON_ALL: Sentences = {
    "too_many_requests": "Too many attempts. Try again in a quarter of an hour.",
    "service_unavailable": "Our service does not answer. Send the form again in a moment.",
    "database_read_only": "Nothing can be changed at the moment. Send the form again later.",
    "captcha_required": "Our service is not set up correctly and lets nobody in. Please tell us.",
    "weak_password": "Choose a longer password, with letters and digits.",
}
NEW_PASSWORD = "8 to 72 characters; those with accents or of other scripts count as two or more."  # noqa: S105
EMAIL = "Enter an e-mail address, like asha@example.com."


def refused_form(request: Request, sentences: Sentences) -> Form:
    """The form as it was sent and refused a moment ago; else an empty one."""
    refused = RefusedForm.sent_with(request)
    form = Form({field: [text] for field, text in refused.model_dump(exclude={"errors"}).items()})
    for field, code in refused.errors:
        sentence = sentences.get(code) or sentences.get(field) or _FAILED
        if field in _FIELDS:
            form.errors[field] = sentence
        else:
            form.message = sentence
    return form


def forget(request: Request, answer: Response) -> Response:
    """The page that shows it: what was refused is told once."""
    if forgotten := forget_refused_form(request, request.url.path):
        answer.headers.append("set-cookie", forgotten)
    return answer
