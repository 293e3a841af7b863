"""What the constraints of bills, their lines and adjustments of credit mean when a request breaks them."""

from shared.problems.catalogue import (
    BillAlreadyRecorded,
    BillIsNamed,
    CreditAdjustmentReclaimed,
    InvalidValue,
    TransactionNotFound,
    UnknownState,
)
from shared.problems.rule import Rule

BILL_CONSTRAINTS: dict[str, Rule] = {
    "bills_supplier_state_code_fkey": Rule(
        UnknownState, "supplier_state_code", "There is no GST state with this code."
    ),
    "bills_place_of_supply_fkey": Rule(
        UnknownState, "place_of_supply", "There is no GST state with this code."
    ),
    "bills_note_of_belongs_to_user": Rule(BillIsNamed, "note_of", "A note is about this bill."),
    "bills_transaction_exists": Rule(TransactionNotFound, "transaction_id", "There is no such transaction."),
    "bills_kind_known": Rule(InvalidValue, "kind", "kind is bill, credit_note, debit_note or bill_of_entry."),
    "bills_supplier_name_length": Rule(
        InvalidValue, "supplier_name", "supplier_name has 1 to 200 characters, not spaces alone."
    ),
    "bills_supplier_type_known": Rule(
        InvalidValue,
        "supplier_type",
        "supplier_type is regular, composition, unregistered, overseas or sez.",
    ),
    "bills_gstin_fits_supplier_type": Rule(
        InvalidValue,
        "supplier_type",
        "A regular, composition or SEZ supplier has a GSTIN, and no other supplier has one.",
    ),
    "bills_number_length": Rule(
        InvalidValue, "bill_number", "bill_number has 1 to 50 characters, not spaces alone."
    ),
    "bills_number_unique_per_supplier": Rule(
        BillAlreadyRecorded, "bill_number", "This bill of the supplier is in the books already."
    ),
    "bills_date_in_range": Rule(InvalidValue, "bill_date", "GST began on 1 July 2017."),
    "bills_received_not_before_bill_date": Rule(
        InvalidValue, "received_on", "received_on must not be before bill_date."
    ),
    "bills_port_code_shape": Rule(InvalidValue, "port_code", "port_code has six letters and digits."),
    "bills_only_imports_have_a_port": Rule(
        InvalidValue, "port_code", "Only a bill_of_entry has a port_code."
    ),
    "bills_only_notes_are_about_bills": Rule(
        InvalidValue, "note_of", "Only a credit_note or a debit_note is about another bill."
    ),
    "bills_claim_period_is_a_month": Rule(
        InvalidValue, "claim_period", "A period is written as the first day of its month."
    ),
    "bills_claimed_when_received": Rule(
        InvalidValue,
        "claim_period",
        "Credit is claimed in the month of the bill or later (CGST Act s.16(2)).",
    ),
    "bills_in_2b_period_is_a_month": Rule(
        InvalidValue, "in_2b_period", "A period is written as the first day of its month."
    ),
    "bills_round_off_below_a_rupee": Rule(InvalidValue, "round_off", "round_off is between -0.99 and 0.99."),
    "bills_notes_length": Rule(InvalidValue, "notes", "notes have at most 10000 characters."),
    "bill_items_position_unique": Rule(InvalidValue, "items", "Two lines of a bill have this position."),
    "bill_items_description_length": Rule(
        InvalidValue, "items.*.description", "description has 1 to 10000 characters, not spaces alone."
    ),
    "bill_items_hsn_code_shape": Rule(
        InvalidValue,
        "items.*.hsn_code",
        "hsn_code has 4, 6 or 8 digits; the code of a service begins with 99 and has 4 to 6.",
    ),
    "bill_items_uqc_shape": Rule(InvalidValue, "items.*.uqc", "uqc has two or three letters: NOS, KGS, MTR."),
    "bill_items_quantity_positive": Rule(InvalidValue, "items.*.quantity", "quantity must be above zero."),
    "bill_items_taxable_value_not_negative": Rule(
        InvalidValue, "items.*.taxable_value", "taxable_value must not be below zero: the kind is the sign."
    ),
    "bill_items_tax_not_negative": Rule(
        InvalidValue,
        ("items.*.cgst", "items.*.sgst", "items.*.igst"),
        "Tax must not be below zero: the kind is the sign.",
    ),
    "bill_items_one_kind_of_tax": Rule(
        InvalidValue, "items.*.igst", "A line has IGST, or CGST and SGST, never both."
    ),
    "bill_items_halves_are_equal": Rule(
        InvalidValue, "items.*.sgst", "CGST and SGST are halves of one tax: they differ by a rupee at most."
    ),
    "bill_items_tax_fits_rate": Rule(
        InvalidValue,
        "items.*.tax_rate",
        "The tax as printed differs by more than one rupee from taxable_value x tax_rate.",
    ),
    "bill_items_treatment_known": Rule(
        InvalidValue, "items.*.treatment", "treatment is taxable, nil_rated, exempt or non_gst."
    ),
    "bill_items_only_taxable_ones_are_taxed": Rule(
        InvalidValue, "items.*.treatment", "A line that is not taxable has the rate 0 and no tax."
    ),
    "bill_items_credit_status_known": Rule(
        InvalidValue,
        "items.*.credit_status",
        "credit_status is eligible, blocked, temporarily_reversed, pos_restricted, time_barred or "
        "not_claimed.",
    ),
    "bill_items_credit_type_known": Rule(
        InvalidValue,
        "items.*.credit_type",
        "credit_type is inputs, input_services, capital_goods, import_goods or import_services.",
    ),
    "credit_adjustments_bill_belongs_to_user": Rule(
        BillIsNamed, "bill_id", "An adjustment of credit is about this bill."
    ),
    "credit_adjustments_reclaims_belongs_to_user": Rule(
        CreditAdjustmentReclaimed, "reclaims_id", "What this adjustment reversed was claimed again."
    ),
    "credit_adjustments_kind_known": Rule(
        InvalidValue, "kind", "kind is rule_37, rule_37a, rule_38, rule_42_43, other or reclaim."
    ),
    "credit_adjustments_period_is_a_month": Rule(
        InvalidValue, "period", "A period is written as the first day of its month, since July 2017."
    ),
    "credit_adjustments_amount_positive": Rule(
        InvalidValue,
        ("igst", "cgst", "sgst"),
        "An adjustment has amounts that are not below zero, and one of them is above it.",
    ),
    "credit_adjustments_reason_length": Rule(InvalidValue, "reason", "reason has at most 1000 characters."),
    "credit_adjustments_reclaim_names_its_reversal": Rule(
        InvalidValue,
        ("reclaims_id", "kind"),
        "A reclaim names the reversal or the bill that it claims again, and nothing else has reclaims_id.",
    ),
}
"""By the names of the migrations; a test compares."""
