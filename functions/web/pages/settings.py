"""The profile: who the user is as a business, and what new records begin with."""

from http import HTTPStatus
from typing import Any

from fastapi import APIRouter, Response

from functions.web.context import Check, RequestContext, UserContext, go
from functions.web.fields import FormModel, Percent, typed
from functions.web.forms import Form, SessionForm
from shared.documents.formatting import number
from shared.schemas.choices import FilingFrequency, GstScheme
from shared.schemas.text import Address, Gstin, Name, StateCode, TimeZone, UpiId, Username

router = APIRouter()

_SCHEMES: dict[GstScheme, str] = {
    "unregistered": "Not registered: I collect no tax",
    "regular": "Registered",
    "composition": "Composition scheme: I collect no tax",
    "composition_services": "Composition scheme for services: I collect no tax",
}


class SettingsForm(FormModel):
    """The profile as it is typed."""

    username: Username | None = typed(
        shape="The username has 3 to 50 characters: letters without accents, digits, dot, hyphen, underscore."
    )
    full_name: Name | None = typed()
    business_name: Name | None = typed()
    gstin: Gstin | None = typed()
    gst_scheme: GstScheme | None = typed()
    state_code: StateCode | None = typed()
    address: Address | None = typed()
    upi_id: UpiId | None = typed()
    time_zone: TimeZone = typed("a time zone")
    default_tax_rate: Percent = typed("a rate")
    filing_frequency: FilingFrequency = typed("how often GST is filed")


@router.get("/settings")
def show_settings(context: UserContext) -> Response:
    return _show(context, Form({}))


def _show(context: RequestContext, form: Form, status: int = HTTPStatus.OK) -> Response:
    page = context.read("web.settings_page")
    shown = form if form.fields else _form_of(page["profile"])
    return context.page("settings.html", status, page=page, form=shown, schemes=_SCHEMES)


def _form_of(profile: dict[str, Any]) -> Form:
    values = {name: profile[name] or "" for name in SettingsForm.model_fields}
    return Form(
        {name: [value] for name, value in values.items()}
        | {"default_tax_rate": [number(profile["default_tax_rate"])]}
    )


@router.post("/settings")
def update_profile(context: UserContext, form: SessionForm) -> Response:
    profile = form.read(SettingsForm)
    if context.carried_out(form, Check("profile", profile), "api.update_profile", profile=profile):
        return go("/settings", done="settings")
    return _show(context, form, HTTPStatus.UNPROCESSABLE_ENTITY)
