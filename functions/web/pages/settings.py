"""The profile: who the user is as a business, and what new records begin with."""

from http import HTTPStatus
from typing import Any

from fastapi import APIRouter, Response

from functions.web.context import RequestContext, UserContext, belongs_on_the_form, go
from functions.web.forms import Form, SessionForm
from shared.problems.base import Problem

router = APIRouter()

_TEXTS = ("username", "full_name", "business_name", "gstin", "state_code", "address", "upi_id")
_FREQUENCIES = ("monthly", "quarterly", "annually")


@router.get("/settings")
def show_settings(context: UserContext) -> Response:
    return _show(context, Form({}))


def _show(context: RequestContext, form: Form, status: int = HTTPStatus.OK) -> Response:
    page = context.read("web.settings_page")
    shown = form if form.fields else _form_of(page["profile"])
    return context.page("settings.html", status, page=page, form=shown)


def _form_of(profile: dict[str, Any]) -> Form:
    values = {name: profile[name] or "" for name in (*_TEXTS, "time_zone", "filing_frequency")}
    rate = profile["default_tax_rate"]
    values["default_tax_rate"] = (
        f"{rate:f}".rstrip("0").rstrip(".") if not isinstance(rate, int) else str(rate)
    )
    return Form({name: [value] for name, value in values.items()})


@router.post("/settings")
def change_settings(context: UserContext, form: SessionForm) -> Response:
    profile: dict[str, Any] = {name: form.text(name) for name in _TEXTS}
    profile["time_zone"] = form.text("time_zone", "a time zone")
    profile["default_tax_rate"] = form.rate("default_tax_rate", "a rate")
    profile["filing_frequency"] = form["filing_frequency"]
    if profile["filing_frequency"] not in _FREQUENCIES:
        form.errors["filing_frequency"] = "Choose one of the list."
    if not form.errors:
        try:
            context.write(form, "api.update_profile", profile=profile)
            return go("/settings", done="settings")
        except Problem as problem:
            if not belongs_on_the_form(problem):
                raise
            form.take(problem)
    return _show(context, form, HTTPStatus.UNPROCESSABLE_ENTITY)
