"""The secret key of Supabase, for the two functions that may hold it: `auth` and `scheduled`."""

from shared.settings import settings


def secret_key() -> str:
    """The secret (or legacy service_role) key; row level security does not bind who sends it.

    Raises LookupError when this function was not given it.
    """
    key = settings().supabase_secret_key
    if key is None:
        raise LookupError("SUPABASE_SECRET_KEY is not set")
    return key.get_secret_value()
