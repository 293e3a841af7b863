"""Accounts (spec: Accounts)."""

from typing import Annotated
from uuid import UUID

from fastapi import Query, Response, status

from functions.accounts.schemas import (
    Account,
    AccountChanges,
    AccountQuery,
    Balance,
    NewAccount,
    Period,
    Summary,
)
from shared.http.application import group
from shared.problems.catalogue import (
    AccountHasTransactions,
    AccountNotFound,
    AmountOutOfRange,
    IdempotencyKeyReused,
    InvalidValue,
    LastAccount,
    TransferAccountNotFound,
    TransferToSameAccount,
    problems,
)
from shared.schemas.transactions import Transaction, TransactionFilters
from shared.supabase.rest import DataApi, DataApiOnce

router = group("/api/accounts", "Accounts")


@router.get("", summary="List accounts", response_model=list[Account], responses=problems())
def list_accounts(data: DataApi, query: Annotated[AccountQuery, Query()]) -> Response:
    """Oldest first, unless `sort_by` and `sort_order` say otherwise."""
    return data.rows(query)


@router.post(
    "",
    summary="Create an account",
    status_code=status.HTTP_201_CREATED,
    response_model=Account,
    responses=problems(IdempotencyKeyReused, InvalidValue),
)
def create_account(data: DataApiOnce, account: NewAccount) -> Response:
    """Create an account. An opening balance becomes its first ledger entry."""
    return data.call("create_account", account=account)


@router.get("/balance", summary="Get the total balance", response_model=Balance, responses=problems())
def get_total_balance(data: DataApi) -> Response:
    """The sum of the balances of all accounts."""
    return data.call("total_balance")


@router.get("/summary", summary="Get the account summary", response_model=Summary, responses=problems())
def get_account_summary(data: DataApi, period: Period = "month") -> Response:
    """Income and expenses of the current week, month, quarter or year, in the time zone of the profile."""
    return data.call("account_summary", period=period)


@router.get(
    "/{account_id}", summary="Get an account", response_model=Account, responses=problems(AccountNotFound)
)
def get_account(data: DataApi, account_id: UUID) -> Response:
    return data.row(Account, account_id)


@router.get(
    "/{account_id}/transactions",
    summary="List the transactions of an account",
    response_model=list[Transaction],
    responses=problems(AccountNotFound),
)
def list_account_transactions(
    data: DataApi, account_id: UUID, query: Annotated[TransactionFilters, Query()]
) -> Response:
    """Newest first, unless `sort_by` and `sort_order` say otherwise.

    A transfer is listed on the account from which the money comes.
    """
    return data.rows_of_account(account_id, query)


@router.put(
    "/{account_id}",
    summary="Update an account",
    response_model=Account,
    responses=problems(AccountNotFound, InvalidValue, AmountOutOfRange),
)
def update_account(data: DataApi, account_id: UUID, account: AccountChanges) -> Response:
    """Change the fields that are sent. A changed balance is recorded in the ledger as an adjustment."""
    return data.call("update_account", account_id=account_id, account=account)


@router.delete(
    "/{account_id}",
    summary="Delete an account",
    status_code=status.HTTP_204_NO_CONTENT,
    responses=problems(
        AccountNotFound, LastAccount, AccountHasTransactions, TransferAccountNotFound, TransferToSameAccount
    ),
)
def delete_account(
    data: DataApi,
    account_id: UUID,
    transfer_to_account_id: Annotated[
        UUID | None, Query(description="Account that receives the transactions and the balance.")
    ] = None,
) -> Response:
    """Delete an account. An account with transactions needs `transfer_to_account_id`.

    The last account cannot be deleted.
    """
    return data.call("delete_account", account_id=account_id, transfer_to_account_id=transfer_to_account_id)
