"""GST: the figures of a period, the filings, and a calculator."""

from http import HTTPStatus
from typing import Any

from fastapi import APIRouter, Request, Response

from functions.web.context import RequestContext, UserContext, belongs_on_the_form, go
from functions.web.forms import Form, SessionForm, day_text, filters_of
from shared.problems.base import Problem

router = APIRouter()

_PERIOD = {"start": day_text, "end": day_text}


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
    period = filters_of(request, _PERIOD)
    tax = context.read("web.tax_page", start_date=period.get("start"), end_date=period.get("end"))
    return context.page("tax.html", status, tax=tax, form=form, result=result)


@router.post("/tax/calculate")
def calculate(request: Request, context: UserContext, form: SessionForm) -> Response:
    amount, rate = form.amount("amount", "an amount"), form.rate("tax_rate", "a rate")
    if form.errors:
        return _show(request, context, form, HTTPStatus.UNPROCESSABLE_ENTITY)
    try:
        result = context.read(
            "api.calculate_gst",
            amount=amount,
            tax_rate=rate,
            tax_included=form["tax_included"] == "yes",
            inter_state=form["inter_state"] == "yes",
        )
    except Problem as problem:
        if not belongs_on_the_form(problem, form):
            raise
        form.take(problem)
        return _show(request, context, form, HTTPStatus.UNPROCESSABLE_ENTITY)
    return _show(request, context, form, result=result)


@router.post("/tax/prepare")
def prepare(request: Request, context: UserContext, form: SessionForm) -> Response:
    """Make or refresh the draft of the last period that has ended."""
    try:
        prepared = context.write(form, "api.generate_tax_filing", period=form["period"])["summary"]
    except Problem as problem:
        if not belongs_on_the_form(problem, form):
            raise
        form.take(problem)
        return _show(request, context, form, int(problem.status))
    return go("/tax", start=prepared["period_start"], end=prepared["period_end"], done="filing_prepared")


@router.post("/tax/submit")
def submit(request: Request, context: UserContext, form: SessionForm) -> Response:
    """Freeze a period with the figures that the page has shown."""
    filing = {
        "tax_type": "gst",
        "period_start": form.day("period_start", "the first day"),
        "period_end": form.day("period_end", "the last day"),
        "total_tax_liability": form.amount("total_tax_liability", "the tax"),
        "payment_reference": form.text("payment_reference"),
    }
    if not form.errors:
        try:
            context.write(form, "api.submit_tax_filing", filing=filing)
            return go(
                "/tax",
                start=str(filing["period_start"]),
                end=str(filing["period_end"]),
                done="filing_submitted",
            )
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
