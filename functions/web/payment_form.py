"""How an invoice was paid: the fields of the form, and what the choices are called."""

from uuid import UUID

from functions.web.fields import Amount, FormModel, TypedDay, typed
from shared.schemas.choices import PaymentMethod, SettlementKind
from shared.schemas.text import PaymentReference

METHODS: dict[PaymentMethod, str] = {
    "upi": "UPI",
    "bank_transfer": "Bank transfer",
    "cash": "Cash",
    "cheque": "Cheque",
    "card": "Card",
    "other": "Something else",
}
SETTLED_BY: dict[SettlementKind, str] = {
    "payment": "Payment",
    "tax_deducted": "Tax deducted (TDS)",
    "credit_note": "Credit note",
    "write_off": "Written off",
}


class PaymentForm(FormModel):
    """A payment, of all that is due unless it names an amount."""

    amount: Amount | None = typed()
    tax_deducted: Amount | None = typed()
    method: PaymentMethod | None = typed()
    reference: PaymentReference | None = typed()
    account_id: UUID | None = typed()
    date: TypedDay | None = typed()
