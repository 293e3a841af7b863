"""What can be reached from outside of bills, adjustments of credit and GSTR-2B: a part of `surface`."""

from typing import Any

BILL_OPERATIONS: dict[str, dict[str, Any]] = {
    "GET /api/bills": {},
    "POST /api/bills": {
        "supplier_name": "Paper Mill",
        "bill_number": "1",
        "bill_date": "2026-10-05",
        "items": [{"description": "Paper", "tax_rate": 0, "taxable_value": 1}],
    },
    "GET /api/bills/{bill_id}": {},
    "PUT /api/bills/{bill_id}": {"notes": "Renamed"},
    "GET /api/credit-adjustments": {},
    "POST /api/credit-adjustments": {"period": "102026", "kind": "other", "igst": 1},
    "GET /api/credit-adjustments/{adjustment_id}": {},
    "PUT /api/credit-adjustments/{adjustment_id}": {"reason": "Renamed"},
    "GET /api/gst/gstr2b": {"period": "102026"},
    "POST /api/gst/gstr2b": {"data": {"gstin": "{gstin}", "rtnprd": "092026", "docdata": {}}},
    "POST /api/gst/gstr2b/decisions": {
        "period": "102026",
        "decisions": [{"document_id": "{document_id}", "decision": "deferred"}],
    },
    "DELETE /api/credit-adjustments/{adjustment_id}": {},
    "DELETE /api/bills/{bill_id}": {},
}

BILL_FUNCTIONS: dict[str, tuple[set[str], dict[str, Any]]] = {
    "api.create_bill": (
        {"authenticated"},
        {
            "bill": {
                "supplier_name": "x",
                "bill_number": "1",
                "bill_date": "2026-10-05",
                "transaction_id": "{transaction_id}",
                "user_id": "{user_id}",
                "items": [],
            }
        },
    ),
    "api.create_credit_adjustment": (
        {"authenticated"},
        {"adjustment": {"period": "102026", "kind": "other", "igst": "1", "bill_id": "{bill_id}"}},
    ),
    "api.decide_gstr2b": (
        {"authenticated"},
        {
            "decided": {
                "period": "102026",
                "decisions": [{"document_id": "{document_id}", "decision": "accepted"}],
            }
        },
    ),
    "api.delete_bill": ({"authenticated"}, {"bill_id": "{bill_id}"}),
    "api.delete_credit_adjustment": ({"authenticated"}, {"adjustment_id": "{adjustment_id}"}),
    "api.gstr2b": ({"authenticated"}, {"period": "102026"}),
    "api.read_gstr2b": (
        {"authenticated"},
        {"file": {"gstin": "{gstin}", "period": "102026", "documents": []}},
    ),
    "api.update_bill": ({"authenticated"}, {"bill_id": "{bill_id}", "bill": {"notes": "Mallory"}}),
    "api.update_credit_adjustment": (
        {"authenticated"},
        {"adjustment_id": "{adjustment_id}", "adjustment": {"reason": "Mallory"}},
    ),
}
