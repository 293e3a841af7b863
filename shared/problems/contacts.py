"""Problems of contacts: customers and suppliers."""

from http import HTTPStatus

from shared.problems.base import Problem


class CustomerNotFound(Problem):
    """There is no such customer."""

    code = "customer_not_found"
    status = HTTPStatus.NOT_FOUND


class SupplierNotFound(Problem):
    """There is no such supplier."""

    code = "supplier_not_found"
    status = HTTPStatus.NOT_FOUND


class ContactGstinTaken(Problem):
    """Another of your contacts has this GSTIN."""

    code = "contact_gstin_taken"
    status = HTTPStatus.CONFLICT
    fields = ("gstin",)
    hint = "Find the contact with ?gstin=..., and change that one."
