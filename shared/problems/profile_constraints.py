"""What the constraints of profiles mean when a request breaks them."""

from shared.problems.catalogue import InvalidValue, UnknownState, UsernameTaken
from shared.problems.rule import Rule

PROFILE_CONSTRAINTS: dict[str, Rule] = {
    "profiles_username_key": Rule(UsernameTaken, "username", "Somebody else has this username."),
    "profiles_username_shape": Rule(
        InvalidValue,
        "username",
        "username has 3 to 50 characters: letters without accents, digits, dot, hyphen and underscore.",
    ),
    "profiles_full_name_length": Rule(InvalidValue, "full_name", "full_name has 1 to 200 characters."),
    "profiles_business_name_length": Rule(
        InvalidValue, "business_name", "business_name has 1 to 200 characters."
    ),
    "profiles_address_length": Rule(InvalidValue, "address", "address has at most 1000 characters."),
    "profiles_upi_id_shape": Rule(InvalidValue, "upi_id", "upi_id looks like name@bank."),
    "profiles_filing_frequency_known": Rule(
        InvalidValue, "filing_frequency", "filing_frequency is monthly, quarterly or annually."
    ),
    "profiles_legal_name_length": Rule(InvalidValue, "legal_name", "legal_name has 1 to 200 characters."),
    "profiles_gst_scheme_known": Rule(
        InvalidValue,
        "gst_scheme",
        "gst_scheme is unregistered, regular, composition or composition_services.",
    ),
    "profiles_gst_scheme_fits_gstin": Rule(
        InvalidValue,
        "gst_scheme",
        "Who is unregistered has no GSTIN, and every other gst_scheme needs the gstin.",
    ),
    "profiles_gst_cancelled_after_registered": Rule(
        InvalidValue, "gst_cancelled_from", "gst_cancelled_from is after gst_registered_from."
    ),
    "profiles_turnover_band_known": Rule(
        InvalidValue, "turnover_band", "turnover_band is upto_1_5cr, upto_5cr or above_5cr."
    ),
    "profiles_lut_number_shape": Rule(
        InvalidValue, "lut_number", "lut_number has 1 to 20 capital letters and digits."
    ),
    "profiles_lut_period_in_order": Rule(
        InvalidValue, "lut_valid_to", "lut_valid_to is not before lut_valid_from."
    ),
    "profiles_city_length": Rule(InvalidValue, "city", "city has 1 to 100 characters."),
    "profiles_pincode_shape": Rule(InvalidValue, "pincode", "pincode has six digits, the first is not 0."),
    "profiles_phone_shape": Rule(
        InvalidValue, "phone", "phone has 3 to 40 digits, spaces and the characters +().,/x#*-."
    ),
    "profiles_opening_credit_not_negative": Rule(
        InvalidValue,
        ("opening_credit_igst", "opening_credit_cgst", "opening_credit_sgst"),
        "An opening credit is not negative.",
    ),
    "profiles_opening_credit_period_is_a_month": Rule(
        InvalidValue, "opening_credit_period", "opening_credit_period is the first day of a month."
    ),
    "profiles_state_code_fkey": Rule(UnknownState, "state_code", "There is no GST state with this code."),
    "profiles_state_code_in_india": Rule(
        UnknownState, "state_code", "state_code is a place in India, which 96 is not."
    ),
}
