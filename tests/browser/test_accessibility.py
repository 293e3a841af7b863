"""axe finds nothing serious on any page."""

from typing import Any

import pytest

from local.project import NODE_MODULES
from tests.browser.business import trade
from tests.browser.conftest import OpenPage
from tests.person import Person

_AXE = (NODE_MODULES / "axe-core" / "axe.min.js").read_text()
_OPEN_PAGES = ["/", "/login", "/register", "/forgot", "/reset?token_hash=x", "/confirm?token_hash=x"]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("wide", [True, False])
def test_axe_finds_nothing_serious(open_page: OpenPage, alice: Person, wide: bool, scheme: Any) -> None:
    invoices = trade(alice)
    by_status = {invoice["status"]: f"/invoice/{invoice['id']}" for invoice in invoices}
    paths = [
        "/",
        "/invoices",
        "/search",
        "/create",
        "/transactions",
        "/accounts",
        "/tax",
        "/settings",
        "/settings/password",
        "/invoice/0",
    ]
    paths += [*by_status.values(), f"{by_status['draft']}/edit"]
    paths += [
        f"{by_status['sent']}/print?template={name}"
        for name in ("default", "professional", "simple", "detailed")
    ]
    pages = [(open_page(alice, wide=wide), paths), (open_page(wide=wide), _OPEN_PAGES)]
    found = []
    for page, addresses in pages:
        page.emulate_media(color_scheme=scheme)
        for path in addresses:
            page.goto(path)
            page.evaluate(_AXE)
            result = page.evaluate("axe.run({resultTypes: ['violations']})")
            found += [
                (path, violation["id"], [node["html"][:120] for node in violation["nodes"][:3]])
                for violation in result["violations"]
                if violation["impact"] in {"serious", "critical"}
            ]
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), (
                f"{path} is wider than the window"
            )
    assert found == []
