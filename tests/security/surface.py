"""Everything that can be reached from outside, listed by hand: what is new fails the tests until it stands here."""

from typing import Any

Json = dict[str, Any]

# Operation -> a body or parameters with which its owner succeeds. {names} stand for the ids of the owner's records.
OPERATIONS: dict[str, Json] = {
    "GET /api/accounts": {},
    "POST /api/accounts": {"name": "Till"},
    "GET /api/accounts/balance": {},
    "GET /api/accounts/summary": {},
    "GET /api/accounts/{account_id}": {},
    "PUT /api/accounts/{account_id}": {"name": "Renamed", "balance": 5},
    "GET /api/accounts/{account_id}/transactions": {},
    "GET /api/audit": {},
    "GET /api/audit/verify": {},
    "GET /api/auth/me": {},
    "PATCH /api/auth/me": {"full_name": "Renamed"},
    "GET /api/invoices": {},
    "POST /api/invoices": {
        "customer_name": "John Doe",
        "items": [{"description": "A", "quantity": 1, "unit_price": 1}],
    },
    "GET /api/invoices/{invoice_id}": {},
    "PUT /api/invoices/{invoice_id}": {"notes": "Renamed"},
    "GET /api/invoices/{invoice_id}/pdf": {},
    "POST /api/invoices/{invoice_id}/recalculate-taxes": {},
    "POST /api/invoices/{invoice_id}/mark-as-paid": {},
    "GET /api/tax/gst": {"amount": 100},
    "GET /api/tax/calculate-for-invoice/{invoice_id}": {},
    "GET /api/tax/filing": {"start_date": "2023-01-01", "end_date": "2023-03-31"},
    "GET /api/tax/filing/auto-generate": {},
    "POST /api/tax/submit": {
        "period_start": "2023-01-01",
        "period_end": "2023-03-31",
        "tax_type": "gst",
        "total_tax_liability": 0,
    },
    "GET /api/tax/report": {"year": 2023},
    "GET /api/transactions": {},
    "POST /api/transactions": {"transaction_type": "sale", "amount": 1},
    "GET /api/transactions/{transaction_id}": {},
    "PUT /api/transactions/{transaction_id}": {"description": "Renamed"},
    "GET /api/v1/auth/me": {},
    "GET /api/v1/invoices": {},
    "POST /api/v1/invoices": {
        "customer_name": "John Doe",
        "customer_email": "john@example.com",
        "items": [{"description": "A", "quantity": 1, "unit_price": 1}],
    },
    "GET /api/v1/invoices/find": {"invoice_number": "{invoice_number}"},
    "GET /api/v1/invoices/{serial}": {},
    "PATCH /api/v1/invoices/{serial}": {"notes": "Renamed"},
    "PATCH /api/v1/invoices/{serial}/status": {"status": "CANCELLED"},
    "DELETE /api/v1/invoices/{serial}": {},
    "DELETE /api/invoices/{second_invoice_id}": {},
    "DELETE /api/transactions/{transaction_id}": {},
    "DELETE /api/accounts/{account_id}": {"transfer_to_account_id": "{second_account_id}"},
    "POST /api/auth/logout": {},
}

# Operations for everybody: they give nothing that is anybody's, or ask for a password.
OPEN = {
    "POST /api/auth/register",
    "POST /api/auth/login",
    "POST /api/auth/refresh",
    "POST /api/v1/auth/register",
    "POST /api/v1/auth/login",
    "GET /health",
}

# Table or view -> what `authenticated` and what `service_role` may do: Select, Insert, Update, Delete. `anon`: nothing.
RELATIONS: dict[str, tuple[str, str]] = {
    "api.accounts": ("S", ""),
    "api.audit": ("S", ""),
    "api.invoices": ("S", ""),
    "api.profile": ("S", ""),
    "api.transactions": ("S", ""),
    "public.accounts": ("SIUD", "SIUD"),
    "public.audit_entries": ("S", "S"),
    "public.blacklisted_tokens": ("SI", "SID"),
    "public.gst_rates": ("S", "S"),
    "public.gst_states": ("S", "S"),
    "public.invoice_items": ("SIUD", "SIUD"),
    "public.invoices": ("SIUD", "SIUD"),
    "public.job_runs": ("", "S"),
    "public.ledger_entries": ("S", "S"),
    "public.profiles": ("SU", "SU"),
    "public.tax_filings": ("S", "SIUD"),
    "public.transactions": ("SIUD", "SIUD"),
    "v1.invoices": ("S", ""),
    "v1.users": ("S", ""),
}

# Function -> who may call it, and arguments that would do harm or show something if it let them.
FUNCTIONS: dict[str, tuple[set[str], Json]] = {
    "api.account_summary": ({"authenticated"}, {}),
    "api.audit_verification": ({"authenticated"}, {}),
    "api.begin_login": ({"service_role"}, {"name": "alice", "client": "127.0.0.1"}),
    "api.calculate_gst": ({"authenticated"}, {"amount": 1}),
    "api.calculate_invoice_gst": ({"authenticated"}, {"invoice_id": "{invoice_id}"}),
    "api.create_account": ({"authenticated"}, {"account": {"name": "Till", "user_id": "{user_id}"}}),
    "api.create_invoice": (
        {"authenticated"},
        {"invoice": {"customer_name": "x", "user_id": "{user_id}", "items": []}},
    ),
    "api.create_transaction": (
        {"authenticated"},
        {
            "transaction": {
                "amount": 1,
                "transaction_type": "sale",
                "account_id": "{account_id}",
                "user_id": "{user_id}",
            }
        },
    ),
    "api.delete_account": (
        {"authenticated"},
        {"account_id": "{account_id}", "transfer_to_account_id": "{second_account_id}"},
    ),
    "api.delete_invoice": ({"authenticated"}, {"invoice_id": "{invoice_id}"}),
    "api.delete_transaction": ({"authenticated"}, {"transaction_id": "{transaction_id}"}),
    "api.generate_tax_filing": ({"authenticated"}, {}),
    "api.health": ({"anon", "authenticated", "service_role"}, {}),
    "api.logout": ({"authenticated"}, {}),
    "api.mark_invoice_paid": ({"authenticated"}, {"invoice_id": "{invoice_id}"}),
    "api.recalculate_invoice_taxes": ({"authenticated"}, {"invoice_id": "{invoice_id}", "tax_rate": 5}),
    "api.run_job": ({"service_role"}, {"job": "generate_tax_filings"}),
    "api.submit_tax_filing": ({"authenticated"}, {"filing": {"filing_id": "{invoice_id}"}}),
    "api.tax_filing": ({"authenticated"}, {"start_date": "2023-01-01", "end_date": "2026-12-31"}),
    "api.tax_report": ({"authenticated"}, {"year": 2026}),
    "api.total_balance": ({"authenticated"}, {}),
    "api.update_account": ({"authenticated"}, {"account_id": "{account_id}", "account": {"balance": 1}}),
    "api.update_invoice": ({"authenticated"}, {"invoice_id": "{invoice_id}", "invoice": {"status": "paid"}}),
    "api.update_profile": ({"authenticated"}, {"profile": {"id": "{user_id}", "full_name": "Mallory"}}),
    "api.update_transaction": (
        {"authenticated"},
        {"transaction_id": "{transaction_id}", "transaction": {"amount": 1}},
    ),
    "api.verify_audit": ({"authenticated", "service_role"}, {}),
    "api.verify_ledger": ({"authenticated", "service_role"}, {}),
    "v1.create_invoice": ({"authenticated"}, {"invoice": {"customer_name": "x", "items": []}}),
    "v1.delete_invoice": ({"authenticated"}, {"invoice_id": 1}),
    "v1.email_of_username": ({"service_role"}, {"username": "alice"}),
    "v1.update_invoice": ({"authenticated"}, {"invoice_id": 1, "invoice": {"notes": "x"}}),
    "v1.update_invoice_status": ({"authenticated"}, {"invoice_id": 1, "status": "CANCELLED"}),
    "web.accounts_page": ({"authenticated"}, {}),
    "web.dashboard": ({"authenticated"}, {}),
    "web.delete_invoice": ({"authenticated"}, {"reference": "{invoice_number}"}),
    "web.invoice_form": ({"authenticated"}, {"invoice": "{invoice_number}"}),
    "web.invoice_page": ({"authenticated"}, {"invoice": "{invoice_number}"}),
    "web.invoices_page": ({"authenticated"}, {"filters": {}}),
    "web.preview_invoice": ({"authenticated"}, {"invoice": {"items": []}, "edited": "{invoice_number}"}),
    "web.settings_page": ({"authenticated"}, {}),
    "web.tax_page": ({"authenticated"}, {"start_date": "2023-01-01", "end_date": "2026-11-01"}),
    "web.transactions_page": ({"authenticated"}, {"filters": {}}),
    "web.update_account": (
        {"authenticated"},
        {"account_id": "{account_id}", "account": {"name": "x", "balance": 1}, "shown_balance": 0},
    ),
    "web.update_invoice": (
        {"authenticated"},
        {"reference": "{invoice_number}", "invoice": {"notes": "x"}},
    ),
    "web.update_invoice_status": (
        {"authenticated"},
        {"invoice": "{invoice_number}", "status": "cancelled"},
    ),
}
