"""Posted forms: whether they are ours, what they say, and what is wrong with it, field by field."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Annotated, Any, get_args
from uuid import UUID, uuid4

from fastapi import Depends, Request
from pydantic import ValidationError
from pydantic.fields import FieldInfo

from functions.web import error_texts
from functions.web.fields import FormModel
from shared.problems.base import Problem
from shared.problems.catalogue import Forbidden, IdempotencyKeyReused
from shared.web.csrf import FORM_TOKEN, is_form_token, posted_form
from shared.web.session import BrowserSession, CurrentSession

_KEY = "idempotency_key"
_MOST_FIELDS = 10_000

Draft = dict[str, Any]
"""What a form says, as the functions of the database take it."""
Lines = Mapping[int, Mapping[str, str]]
"""The lines of a form that are filled in, by their place on the page."""


@dataclass
class Form:
    """The fields of a form as they were typed, and what is wrong with them."""

    fields: dict[str, list[str]]
    errors: dict[str, str] = field(default_factory=dict)
    """What is wrong with a field, by the name the page has it under: due_date, items.0.quantity."""
    message: str = ""
    """What is wrong with the form as a whole."""
    status: int = HTTPStatus.UNPROCESSABLE_ENTITY
    """Of the answer that shows the form with what is wrong with it."""
    refusal: Problem | None = None
    """Why a write of the form was refused."""
    _read: set[str] = field(default_factory=set)
    _places: dict[str, list[int]] = field(default_factory=dict)

    def __getitem__(self, name: str) -> str:
        return self.fields.get(name, [""])[0]

    def listed(self, name: str) -> list[str]:
        """All values of a field that is there more than once."""
        return self.fields.get(name, [])

    @property
    def is_refused(self) -> bool:
        """Whether something is wrong with it."""
        return bool(self.errors or self.message)

    @property
    def key(self) -> str:
        """What makes a replayed form harmless: drawn when the form was shown, sent on as Idempotency-Key."""
        try:
            return str(UUID(self[_KEY]))
        except ValueError:
            self._renew_key()
            return self[_KEY]

    def _renew_key(self) -> None:
        self.fields[_KEY] = [str(uuid4())]

    # Reading --------------------------------------------------------------------------------------

    def read(self, model: type[FormModel], **lines: Lines) -> Draft:
        """What the form says, as far as it can be read; what is wrong with the rest is noted at its field.

        `lines` are the lists of the model: those lines of each that are filled in.
        """
        texts: Draft = {name: self[name].strip() or None for name in _names_of(model) if name not in lines}
        for name, filled_in in lines.items():
            self._places[name] = list(filled_in)
            texts[name] = [
                {column: text or None for column, text in line.items()} for line in filled_in.values()
            ]
        self._read |= set(texts)
        try:
            form = model.model_validate(texts)
        except ValidationError as failure:
            for mistake in failure.errors():
                where = mistake["loc"]
                self._mark(
                    ".".join(map(str, where)), error_texts.of_mistake(mistake, _field_at(model, where))
                )
                _leave_out(texts, where)
            form = model.model_validate(texts)
        return form.model_dump(mode="json", by_alias=True, exclude_unset=True)

    # What is wrong --------------------------------------------------------------------------------

    def note(self, problem: Problem) -> bool:
        """Mark the fields that a problem is about; returns whether the form has one of them."""
        about = [error for error in problem.errors if self._has(error["field"])]
        for error in about:
            self._mark(error["field"], error_texts.of_field(error, self._names))
        return bool(about)

    def take(self, problem: Problem) -> None:
        """Put a problem where it belongs: at its fields, or above the form."""
        self.refusal = problem
        self.status = int(problem.status)
        if isinstance(problem, IdempotencyKeyReused):
            self._renew_key()
        if not self.note(problem):
            self.message = error_texts.of_form(problem, self._names)

    def is_named_by(self, problem: Problem) -> bool:
        """Whether the problem is with what one of the fields says."""
        return any(self._has(error["field"]) for error in problem.errors)

    @property
    def _names(self) -> set[str]:
        return {*self.fields, *self._read}

    def _has(self, name: str) -> bool:
        root, _, rest = name.partition(".")
        return bool(rest) if root in self._places else root in self._names

    def _mark(self, name: str, sentence: str) -> None:
        # A form counts all its lines, a draft only those that are filled in.
        root, _, rest = name.partition(".")
        if root in self._places:
            if not rest:
                self.message = sentence
                return
            index, _, column = rest.partition(".")
            name = f"{root}.{self._places[root][int(index)]}.{column}"
        self.errors.setdefault(name, sentence)


def _names_of(model: type[FormModel]) -> Iterator[str]:
    for name, known in model.model_fields.items():
        yield known.alias or name


def _field_at(model: type[FormModel], where: tuple[int | str, ...]) -> FieldInfo:
    fields = {known.alias or name: known for name, known in model.model_fields.items()}
    found = fields[str(where[0])]
    return _field_at(get_args(found.annotation)[0], where[2:]) if where[2:] else found


def _leave_out(texts: Any, where: tuple[int | str, ...]) -> None:
    for step in where[:-1]:
        texts = texts[step]
    texts.pop(where[-1], None)


# Where forms come from ----------------------------------------------------------------------------


async def _fields(request: Request) -> dict[str, list[str]]:
    form = await posted_form(request, _MOST_FIELDS)
    fields: dict[str, list[str]] = {}
    for name, value in form.multi_items():
        if isinstance(value, str):
            fields.setdefault(name, []).append(value.replace("\0", ""))
    return fields


async def _our_form(request: Request) -> Form:
    return Form(await _fields(request))


class FormExpired(Forbidden):
    """You have logged in again since this page was opened."""

    def __init__(self, form: Form, session: BrowserSession) -> None:
        super().__init__("You have logged in again since this page was opened. Send the form again.")
        self.form = form
        self.session = session


async def _session_form(form: Annotated[Form, Depends(_our_form)], session: CurrentSession) -> Form:
    if not is_form_token(session.form_token, form[FORM_TOKEN]):
        raise FormExpired(form, session)
    return form


SessionForm = Annotated[Form, Depends(_session_form)]
"""A form of the signed-in user, with the token of the very session."""


def typed_filters(request: Request, model: type[FormModel]) -> tuple[Form, dict[str, Any]]:
    """The filters of an address: as they were typed, with what is wrong, and those that make sense."""
    query = request.query_params
    typed = {name: query.get(name, "").strip().replace("\0", "") for name in _names_of(model)}
    form = Form({name: [text] for name, text in typed.items() if text})
    return form, {name: value for name, value in form.read(model).items() if value is not None}
