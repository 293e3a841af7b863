"""GST: the figures of a period, the filings, and a calculator."""

from http import HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter, Request, Response
from pydantic import Field

from functions.web.context import RequestContext, UserContext, belongs_on_the_form, go
from functions.web.fields import Amount, FormModel, Percent, TypedDay, YesOrNo, typed
from functions.web.forms import Form, SessionForm, typed_filters
from shared.problems.base import Problem
from shared.schemas.choices import FilingFrequency
from shared.schemas.text import PaymentReference

router = APIRouter()


class PeriodFilters(FormModel):
    """The period to show."""

    start: TypedDay | None = typed()
    end: TypedDay | None = typed()


class CalculatorForm(FormModel):
    """An amount to calculate the GST of."""

    amount: Annotated[Amount, Field(ge=0)] = typed("an amount", "Enter an amount that is not below zero.")
    tax_rate: Annotated[Percent, Field(ge=0, le=100)] = typed(
        "a rate", "The tax rate is between 0 and 100 percent."
    )
    tax_included: YesOrNo = typed()
    inter_state: YesOrNo = typed()


class PreparationForm(FormModel):
    """A filing to prepare."""

    period: FilingFrequency = typed("a period")


class SubmissionForm(FormModel):
    """A period to submit, with the figures that the page has shown."""

    period_start: TypedDay = typed("the first day")
    period_end: TypedDay = typed("the last day")
    total_tax_liability: Amount = typed("the tax")
    payment_reference: PaymentReference | None = typed()


@router.get("/tax")
def show_tax(request: Request, context: UserContext) -> Response:
    return _show(request, context, Form({}))


def _show(
    request: Request,
    context: RequestContext,
    form: Form,
    status: int = HTTPStatus.OK,
    result: dict[str, Any] | None = None,
) -> Response:
    _, period = typed_filters(request, PeriodFilters)
    tax = context.read("web.tax_page", start_date=period.get("start"), end_date=period.get("end"))
    return context.page("tax.html", status, tax=tax, form=form, result=result)


@router.post("/tax/calculate")
def calculate(request: Request, context: UserContext, form: SessionForm) -> Response:
    asked = form.read(CalculatorForm)
    if not form.is_refused:
        try:
            result = context.read("api.calculate_gst", **asked)
            return _show(request, context, form, result=result)
        except Problem as problem:
            if not belongs_on_the_form(problem, form):
                raise
            form.take(problem)
    return _show(request, context, form, HTTPStatus.UNPROCESSABLE_ENTITY)


@router.post("/tax/prepare")
def prepare(request: Request, context: UserContext, form: SessionForm) -> Response:
    """Make or refresh the draft of the last period that has ended."""
    asked = form.read(PreparationForm)
    if not form.is_refused:
        try:
            prepared = context.write(form, "api.generate_tax_filing", **asked)["summary"]
            return go(
                "/tax", start=prepared["period_start"], end=prepared["period_end"], done="filing_prepared"
            )
        except Problem as problem:
            if not belongs_on_the_form(problem, form):
                raise
            form.take(problem)
    return _show(request, context, form, form.status)


@router.post("/tax/submit")
def submit(request: Request, context: UserContext, form: SessionForm) -> Response:
    """Freeze a period with the figures that the page has shown."""
    filing = form.read(SubmissionForm)
    if not form.is_refused:
        try:
            context.write(form, "api.submit_tax_filing", filing={**filing, "tax_type": "gst"})
            return go("/tax", start=filing["period_start"], end=filing["period_end"], done="filing_submitted")
        except Problem as problem:
            if not belongs_on_the_form(problem, form):
                raise
            form.take(problem)
    return _show(request, context, form, HTTPStatus.UNPROCESSABLE_ENTITY)


@router.post("/tax/reopen")
def reopen(request: Request, context: UserContext, form: SessionForm) -> Response:
    """Open a submitted period again, to correct its documents."""
    try:
        filing = context.write(form, "api.reopen_tax_filing", filing_id=form["filing_id"])
    except Problem as problem:
        if not belongs_on_the_form(problem, form):
            raise
        form.take(problem)
        return _show(request, context, form, int(problem.status))
    return go("/tax", start=filing["period_start"], end=filing["period_end"], done="filing_reopened")
