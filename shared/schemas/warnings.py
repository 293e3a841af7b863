"""GST rates in answers."""

from pydantic import BaseModel


class RateWarning(BaseModel):
    """Something a person should look at."""

    code: str
    message: str
