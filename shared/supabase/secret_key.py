"""The secret key of Supabase, for the two functions that may hold it: `auth` and `scheduled`."""

import time

from shared.aws.parameter_store import ParameterUnreadableError, read_parameter
from shared.aws.snapstart import once_per_environment
from shared.settings import settings

# So long a key that was replaced may still be used.
_LIVES_SECONDS = 300


class _Kept:
    """A parameter's value, read anew every five minutes."""

    def __init__(self) -> None:
        self._value = ""
        self._read_at = float("-inf")

    def value(self, name: str) -> str:
        if time.monotonic() - self._read_at > _LIVES_SECONDS:
            try:
                self._value = read_parameter(name)
            except ParameterUnreadableError:
                # An old key is better than none: most likely it is the same.
                if not self._value:
                    raise
            self._read_at = time.monotonic()
        return self._value


@once_per_environment
def _kept() -> _Kept:
    return _Kept()


def secret_key() -> str:
    """The secret (or legacy service_role) key; row level security does not bind who sends it.

    Raises LookupError when this function was not given it, and ParameterUnreadableError.
    """
    if key := settings().supabase_secret_key:
        return key.get_secret_value()
    if name := settings().supabase_secret_key_parameter:
        return _kept().value(name)
    raise LookupError("Neither SUPABASE_SECRET_KEY nor SUPABASE_SECRET_KEY_PARAMETER is set")
