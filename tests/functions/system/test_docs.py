"""The pages of the documentation, and whatever they load."""

import re

import httpx
import pytest


@pytest.mark.parametrize("page", ["/docs", "/redoc"])
def test_everything_a_page_loads_is_there(anonymous: httpx.Client, page: str) -> None:
    loaded = set(re.findall(r'(?:src|href)="(/[^"]+)"', anonymous.get(page).text))
    # Its script asks for this one by the address of the page.
    loaded |= {"/redoc/logo-mini.svg"} if page == "/redoc" else set()
    assert len(loaded) >= 2
    answers = {address: anonymous.get(address, follow_redirects=True).status_code for address in loaded}
    assert set(answers.values()) == {200}, answers
