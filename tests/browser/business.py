"""A small business with a year of books: what pages and pictures show."""

from datetime import date, timedelta
from typing import Any

from tests.person import Person, checked

TODAY = date.today()  # noqa: DTZ011 (roughly; the exact day is the profile's zone's to know)
_LINES = [
    ("Website design, three pages", 1, 48000.00),
    ("Hosting, one year", 12, 850.00),
    ("Support", 6.5, 1500.00),
]
_CUSTOMERS = [
    "Sharma Textiles",
    "श्री गणेश ट्रेडर्स",
    "Bluepeak Foods Pvt Ltd",
    "Meera Iyer",
    "Kaveri Motors & Sons",
]


def set_up_profile(person: Person) -> None:
    profile = {
        "full_name": "Asha Rao",
        "business_name": "Rao Design Studio",
        "gstin": "29AAGCB7383J1Z4",
        "address": "12 MG Road\nBengaluru 560001",
        "upi_id": "asha@okbank",
    }
    checked(person.api.patch("/api/auth/me", json=profile), 200)


def trade(person: Person) -> list[dict[str, Any]]:
    """Invoices in every status over several months, expenses and a transfer."""
    set_up_profile(person)
    main = person.account("HDFC current account", 125000.00)
    cash = person.account("Cash box", 5000.00)
    invoices = [_invoice(person, number) for number in range(16)]
    for number, invoice in enumerate(invoices):
        if number % 3 == 0:
            checked(
                person.api.post(
                    f"/api/invoices/{invoice['id']}/mark-as-paid", json={"date": invoice["issue_date"]}
                ),
                200,
            )
    checked(person.api.put(f"/api/invoices/{invoices[4]['id']}", json={"status": "cancelled"}), 200)
    for weeks in range(1, 30, 2):
        person.expense(
            3000 + 977.35 * (weeks % 5),
            description="Office rent" if weeks % 4 == 1 else "Software licences",
            category="Rent" if weeks % 4 == 1 else "Software",
            date=str(TODAY - timedelta(weeks=weeks)),
            tax_rate=18,
        )
    person.transaction(
        "transfer",
        5000.00,
        account_id=main["id"],
        transfer_account_id=cash["id"],
        description="To the cash box",
    )
    return [person.read(f"/api/invoices/{invoice['id']}") for invoice in invoices]


def _invoice(person: Person, number: int) -> dict[str, Any]:
    issued = TODAY - timedelta(days=11 * number)
    templates = ("default", "professional", "simple", "detailed")
    return person.invoice(
        _LINES[: 1 + number % 3],
        customer_name=_CUSTOMERS[number % len(_CUSTOMERS)],
        customer_email="accounts@customer.example",
        customer_address="7 Hill Street\nPune 411001" if number % 2 else "44 Lake View, Mysuru",
        **({"customer_gstin": "27AAPFU0939F1ZV"} if number % 2 else {}),
        issue_date=str(issued),
        due_date=str(issued + timedelta(days=30)),
        status="draft" if number == 1 else "sent",
        template=templates[number % 4],
        notes="Thank you for your business.",
    )
