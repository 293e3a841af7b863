"""Problems of transactions."""

from http import HTTPStatus

from shared.problems.base import Problem


class TransactionNotFound(Problem):
    """There is no such transaction."""

    code = "transaction_not_found"
    status = HTTPStatus.NOT_FOUND


class TransferToSameAccount(Problem):
    """Money cannot move from an account to itself."""

    code = "transfer_to_same_account"
    status = HTTPStatus.UNPROCESSABLE_ENTITY
    fields = ("transfer_account_id", "transfer_to_account_id")


class TransferAccountNotFound(Problem):
    """There is no such account to transfer to."""

    code = "transfer_account_not_found"
    status = HTTPStatus.NOT_FOUND
    fields = ("transfer_account_id", "transfer_to_account_id")


class PaymentFixed(Problem):
    """The payment of an invoice follows its invoice."""

    code = "payment_fixed"
    status = HTTPStatus.CONFLICT
    hint = "Change the invoice, or delete the payment: the invoice is open again then."
