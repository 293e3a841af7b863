"""Nobody sees or changes what is somebody else's: every operation of the API, for every kind of caller."""

from __future__ import annotations

import json
import re

import httpx
import psycopg
import pytest

from tests.person import Json, Person, checked, problem
from tests.security.surface import OPEN, OPERATIONS, WITH_PASSWORD
from tests.security.tenants.books import NOBODIES, assert_tells_nothing, books, call, filled
from tests.target import Target


class TestApi:
    def test_every_operation_is_listed(self, anonymous: httpx.Client) -> None:
        paths = checked(anonymous.get("/openapi.json"), 200)["paths"]
        there = {f"{verb.upper()} {path}" for path, verbs in paths.items() for verb in verbs}
        listed = {
            re.sub(r"\{(second|settled)_", "{", op.replace("{serial}", "{invoice_id}")) for op in OPERATIONS
        }
        assert listed | OPEN | WITH_PASSWORD == there

    def test_the_owner_succeeds_with_each(self, alice: Person, ids: Json) -> None:
        for operation in OPERATIONS:
            answer = call(alice.api, operation, ids)
            assert answer.is_success, (operation, answer.text)

    @pytest.mark.parametrize("who", NOBODIES)
    def test_who_is_nobody_is_refused_by_each(
        self, target: Target, alice: Person, ids: Json, dashboard: psycopg.Connection, who: str
    ) -> None:
        token = NOBODIES[who](target, alice)
        before = books(dashboard, alice)
        with target.api_client() as api:
            for operation in OPERATIONS:
                answer = call(api, operation, ids, token)
                assert answer.status_code == 401, (operation, answer.text)
                assert_tells_nothing(answer, ids)
        assert books(dashboard, alice) == before

    def test_another_user_gets_404_or_what_is_hers(
        self, alice: Person, bob: Person, ids: Json, dashboard: psycopg.Connection
    ) -> None:
        before = books(dashboard, alice)
        for operation in OPERATIONS:
            answer = call(bob.api, operation, ids)
            assert_tells_nothing(answer, ids)
            if re.search(r"(_id|number)\}", operation + json.dumps(OPERATIONS[operation])):
                assert answer.status_code == 404, (operation, answer.text)
            elif operation == "POST /api/gst/gstr2b":
                problem(answer, 409, "portal_file_of_another_gstin")
            # The serial numbers of /api/v1 begin at 1 for each user: what Bob finds there is his.
            elif "{serial}" not in operation:
                assert answer.is_success, (operation, answer.text)
        assert books(dashboard, alice) == before

    @pytest.mark.parametrize(
        ("method", "path", "body"),
        [
            ("POST", "/api/transactions", {"transaction_type": "sale", "amount": 1, "account_id": "{account_id}"}),
            ("POST", "/api/transactions", {"transaction_type": "transfer", "amount": 1, "transfer_account_id": "{account_id}"}),
            ("PUT", "/api/transactions/{own_transaction}", {"account_id": "{account_id}"}),
            ("PUT", "/api/transactions/{own_transaction}", {"transaction_type": "transfer", "transfer_account_id": "{account_id}"}),
            ("POST", "/api/invoices/{own_invoice}/mark-as-paid", {"account_id": "{account_id}"}),
            ("POST", "/api/invoices/{own_invoice}/payments", {"amount": 1, "account_id": "{account_id}"}),
            ("POST", "/api/payments", {"invoices": [{"invoice_id": "{own_invoice}"}, {"invoice_id": "{invoice_id}"}]}),
            ("DELETE", "/api/invoices/{own_invoice}/payments/{payment_id}", None),
            ("DELETE", "/api/accounts/{own_account}?transfer_to_account_id={account_id}", None),
            ("POST", "/api/bills", {**OPERATIONS["POST /api/bills"], "supplier_id": "{supplier_id}"}),
            ("POST", "/api/bills", {**OPERATIONS["POST /api/bills"], "transaction_id": "{transaction_id}"}),
            ("POST", "/api/bills", {**OPERATIONS["POST /api/bills"], "kind": "credit_note", "note_of": "{bill_id}"}),
            ("PUT", "/api/bills/{own_bill}", {"transaction_id": "{transaction_id}"}),
            ("PUT", "/api/bills/{own_bill}", {"supplier_id": "{supplier_id}"}),
            ("POST", "/api/credit-adjustments", {"period": "102026", "kind": "other", "igst": 1, "bill_id": "{bill_id}"}),
            ("POST", "/api/credit-adjustments", {"period": "102026", "kind": "reclaim", "igst": 1, "reclaims_id": "{adjustment_id}"}),
            ("POST", "/api/tax/submit", {**OPERATIONS["POST /api/tax/submit"], "filing_id": "{invoice_id}"}),
        ],
    )  # fmt: skip
    def test_foreign_ids_in_bodies_and_parameters_are_not_found(
        self,
        alice: Person,
        bob: Person,
        ids: Json,
        dashboard: psycopg.Connection,
        method: str,
        path: str,
        body: Json,
    ) -> None:
        own = {"own_account": bob.account()["id"], "own_invoice": bob.invoice()["id"]}
        bob.account()
        own["own_transaction"] = bob.expense(1)["id"]
        own["own_bill"] = bob.bill()["id"]
        before = books(dashboard, alice), books(dashboard, bob)
        answer = bob.api.request(method, filled(path, ids | own), json=filled(body, ids | own))
        assert answer.status_code == 404, answer.text
        assert (books(dashboard, alice), books(dashboard, bob)) == before

    @pytest.mark.parametrize(
        "path",
        [
            "/api/transactions?account_id={account_id}",
            "/api/customers?name=Secret",
            "/api/customers?gstin=29AAACZ0001A1Z4",
            "/api/suppliers?email=secret",
            "/api/items?name=Secret",
            "/api/bills?supplier_name=Secret",
            "/api/credit-adjustments?period=102026",
            "/api/invoices?customer_name=Secret",
            "/api/v1/invoices?customer_name=Secret",
            "/api/audit?record_id={account_id}",
            "/api/transactions?sort_by=amount&fields=id,amount,user_id&limit=1000",
        ],
    )
    def test_filters_find_nothing_of_others(self, bob: Person, ids: Json, path: str) -> None:
        answer = bob.api.get(filled(path, ids))
        assert (answer.status_code, answer.json(), answer.headers["x-total-count"]) == (200, [], "0")
