"""What stands in front of Supabase answers by itself when Supabase does not, often with a page of HTML."""

import httpx

_NO_ANSWER = {502, 503, 504}
# Cloudflare's own statuses, and Supabase's: 540 is a paused project, 544 a database that is too slow.
_FIRST_OF_GATEWAYS = 520


def is_of_gateway(answer: httpx.Response) -> bool:
    """Whether the status says that Supabase itself did not answer."""
    return answer.status_code in _NO_ANSWER or answer.status_code >= _FIRST_OF_GATEWAYS
