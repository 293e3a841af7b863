"""Closed lists of values: what a field with a few known values can say."""

from typing import Literal

TransactionType = Literal["sale", "expense", "transfer", "other"]
InvoiceStatus = Literal["draft", "sent", "paid", "cancelled", "overdue"]
Template = Literal["default", "professional", "simple", "detailed"]
TaxType = Literal["gst", "income_tax", "other"]
FilingFrequency = Literal["monthly", "quarterly", "annually"]
FilingStatus = Literal["draft", "submitted", "accepted"]
Treatment = Literal["taxable", "nil_rated", "exempt", "non_gst"]
