"""What the constraints about the party and the supply of a document mean when a request breaks them."""

from shared.problems.catalogue import InvalidValue, UnknownState
from shared.problems.rule import Rule

SUPPLY_CONSTRAINTS: dict[str, Rule] = {
    "invoices_customer_pincode_shape": Rule(
        InvalidValue, "customer_pincode", "customer_pincode has up to 16 letters, digits, spaces and hyphens."
    ),
    "invoices_customer_country_code_shape": Rule(
        InvalidValue, "customer_country_code", "customer_country_code has two letters, as IN."
    ),
    "invoices_party_type_known": Rule(
        InvalidValue,
        "party_type",
        "party_type is regular, composition, sez, deemed_export, uin, tds_deductor, non_resident, overseas "
        "or unregistered.",
    ),
    "invoices_supply_type_known": Rule(
        InvalidValue,
        "supply_type",
        "supply_type is domestic, export_with_payment, export_without_payment, sez_with_payment, "
        "sez_without_payment or deemed_export.",
    ),
    "invoices_supply_type_fits_party": Rule(
        InvalidValue,
        "supply_type",
        "A supply to a party overseas is an export, one to an SEZ and a deemed export are named as such, and "
        "no other party has them.",
    ),
    "invoices_ship_to_name_length": Rule(
        InvalidValue, "ship_to_name", "ship_to_name has 1 to 200 characters."
    ),
    "invoices_ship_to_address_length": Rule(
        InvalidValue, "ship_to_address", "ship_to_address has 1 to 1000 characters."
    ),
    "invoices_ship_to_pincode_shape": Rule(
        InvalidValue, "ship_to_pincode", "ship_to_pincode has six digits, the first is not 0."
    ),
    "invoices_ship_to_state_code_fkey": Rule(
        UnknownState, "ship_to_state_code", "There is no GST state with this code."
    ),
    "invoices_port_code_shape": Rule(
        InvalidValue, "port_code", "port_code has six capital letters and digits."
    ),
    "invoices_shipping_bill_number_shape": Rule(
        InvalidValue, "shipping_bill_number", "shipping_bill_number has three to seven digits."
    ),
}
