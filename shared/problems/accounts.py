"""Problems of accounts and their ledger."""

from http import HTTPStatus

from shared.problems.base import Problem


class AccountNotFound(Problem):
    """There is no such account."""

    code = "account_not_found"
    status = HTTPStatus.NOT_FOUND


class BalanceMoved(Problem):
    """The balance is another than the one that was shown."""

    code = "balance_moved"
    status = HTTPStatus.CONFLICT
    fields = ("balance",)
    hint = "Look at the balance of now, then adjust it."


class LastAccount(Problem):
    """The only account cannot be deleted."""

    code = "last_account"
    status = HTTPStatus.CONFLICT
    hint = "Create another account first."


class AccountHasTransactions(Problem):
    """The account has transactions."""

    code = "account_has_transactions"
    status = HTTPStatus.CONFLICT
    fields = ("transfer_to_account_id",)
    hint = "Name the account that takes them over: ?transfer_to_account_id=..."


class OneDefaultAccount(Problem):
    """Only one account can be the default one."""

    code = "one_default_account"
    status = HTTPStatus.CONFLICT
    fields = ("is_default",)


class LedgerIsAppendOnly(Problem):
    """Ledger entries are written by the rules only, and never changed or removed."""

    code = "ledger_is_append_only"
    status = HTTPStatus.CONFLICT
    hint = "Write the opposite movement."


class EntryCountIsKept(Problem):
    """The count of ledger entries is kept by the ledger."""

    code = "entry_count_is_kept"
    status = HTTPStatus.CONFLICT
    hint = "Write the balance; the count follows."
