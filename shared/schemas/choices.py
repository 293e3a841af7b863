"""Closed lists of values: what a field with a few known values can say."""

from typing import Literal

TransactionType = Literal["sale", "expense", "transfer", "other"]
InvoiceStatus = Literal["draft", "sent", "paid", "cancelled", "overdue"]
Template = Literal["default", "professional", "simple", "detailed"]
TaxType = Literal["gst", "income_tax", "other"]
FilingBasis = Literal["invoice", "cash"]
FilingFrequency = Literal["monthly", "quarterly", "annually"]
GstScheme = Literal["unregistered", "regular", "composition", "composition_services"]
TurnoverBand = Literal["upto_1_5cr", "upto_5cr", "above_5cr"]
FilingStatus = Literal["draft", "submitted", "accepted"]
PaymentMethod = Literal["upi", "cash", "bank_transfer", "cheque", "card", "other"]
SettlementKind = Literal["payment", "tax_deducted", "credit_note", "write_off"]
DocumentType = Literal["invoice", "credit_note", "debit_note"]
PartyType = Literal[
    "regular",
    "composition",
    "sez",
    "deemed_export",
    "uin",
    "tds_deductor",
    "non_resident",
    "overseas",
    "unregistered",
]
SupplyType = Literal[
    "domestic",
    "export_with_payment",
    "export_without_payment",
    "sez_with_payment",
    "sez_without_payment",
    "deemed_export",
]
NoteReason = Literal["sales_return", "post_sale_discount", "deficiency", "correction", "pos_change", "other"]
Treatment = Literal["taxable", "nil_rated", "exempt", "non_gst"]
BillKind = Literal["bill", "credit_note", "debit_note", "bill_of_entry"]
SupplierType = Literal["regular", "composition", "unregistered", "overseas", "sez"]
CreditStatus = Literal[
    "eligible", "blocked", "temporarily_reversed", "pos_restricted", "time_barred", "not_claimed"
]
CreditType = Literal["inputs", "input_services", "capital_goods", "import_goods", "import_services"]
AdjustmentKind = Literal["rule_37", "rule_37a", "rule_38", "rule_42_43", "other", "reclaim"]
